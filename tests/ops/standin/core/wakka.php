<?php
// Old addresses come here.
require_once 'index.php';
