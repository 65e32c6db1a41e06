<?php
// The one entry of a wiki, as in YesWiki: everything else is included from here, by relative paths.
require_once 'includes/YesWikiLoader.php';
YesWiki\Core\YesWikiLoader::getWiki()->run();
