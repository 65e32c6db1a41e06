<?php
define('YESWIKI_VERSION', 'doryphore');
define('YESWIKI_RELEASE', '4.4.@NUMBER@');
define('MINIMUM_PHP_VERSION_FOR_CORE', '@PHP@.0');
// Of the stand-in: which schema of the database this release reads, and how it fails.
define('SCHEMA', (int) '@NUMBER@');
define('BROKEN', '@BROKEN@');
