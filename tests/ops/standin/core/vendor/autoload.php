<?php
// Libraries stand here.
