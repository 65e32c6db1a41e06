<?php
// Programs look for this file to know that the handler `update` exists; Wiki::update() is it.
