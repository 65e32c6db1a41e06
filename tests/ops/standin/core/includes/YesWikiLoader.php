<?php

namespace YesWiki\Core;

require_once 'includes/constants.php';
require_once 'includes/Wiki.php';

class YesWikiLoader
{
    private static ?\YesWiki\Wiki $wiki = null;

    public static function getWiki(): \YesWiki\Wiki
    {
        if (!file_exists('wakka.config.php')) {
            require 'setup/default.php';
            exit;
        }
        return self::$wiki ??= new \YesWiki\Wiki();
    }
}
