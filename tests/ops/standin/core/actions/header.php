<?php
// Actions of pages stand here.
