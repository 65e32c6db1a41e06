<?php
// Makes wikis in folders, in the order and with the rights and names of the real one.

namespace YesWiki\Ferme\Service;

class FarmService
{
    private const EMPTY_FOLDERS = ['cache', 'custom', 'files', 'private'];
    private const FILES = [
        'index.php', 'wakka.php', 'composer.json', 'interwiki.conf', 'README.md', 'robots.txt', 'actions',
        'handlers', 'includes', 'setup', 'styles', 'themes/margot', 'tools/autoupdate', 'tools/bazar', 'vendor',
    ];

    public function __construct(private \YesWiki\Wiki $wiki)
    {
    }

    /** [status, answer] of the API. */
    public function createWikiFromEntry(string $form, array $entry): array
    {
        $slug = $entry['bf_dossier-wiki'] ?? '';
        if (!preg_match('/^[0-9a-zA-Z-_]+$/', $slug)) {
            return [400, ['error' => 'bf_dossier-wiki']];
        }
        $config = $this->wiki->config;
        $source = getcwd() . '/';
        $target = $source . $config['yeswiki-farm-root-folder'] . "/$slug/";
        if (is_dir($target)) {
            return [400, ['error' => "$slug is taken"]];
        }
        $this->lay($source, $target);
        $prefix = 'yeswiki_' . str_replace('-', '_', $slug) . '__';
        $this->configure($target, $slug, $prefix, $entry);
        $this->fill($prefix, $entry);
        $this->wiki->savePage("Wiki$slug", json_encode([
            'id_typeannonce' => $form,
            'bf_titre' => $entry['bf_titre'],
            'bf_dossier-wiki' => $slug,
        ]));
        return [201, ['success' => "Wiki$slug"]];
    }

    private function lay(string $source, string $target): void
    {
        $config = $this->wiki->config;
        $links = $config['yeswiki_symlinked_files'] ?? [];
        mkdir($target, 0777, true);
        foreach ($config['yeswiki_empty_folders'] ?? self::EMPTY_FOLDERS as $name) {
            if (!in_array($name, $links)) {
                mkdir($target . $name, 0777, true);
            }
        }
        foreach ($config['yeswiki_files'] ?? self::FILES as $name) {
            if (!in_array($name, $links)) {
                $this->copy($source . $name, $target . $name);
            }
        }
        foreach ($links as $name) {
            symlink($source . $name, $target . $name);
        }
        foreach ($config['yeswiki-farm-extra-tools'] ?? [] as $name) {
            $this->copy("{$source}tools/$name", "{$target}tools/$name");
        }
    }

    private function configure(string $target, string $slug, string $prefix, array $entry): void
    {
        $own = $this->wiki->config;
        $kept = ['yeswiki_version', 'yeswiki_release', 'mysql_host', 'mysql_database', 'mysql_user',
            'mysql_password', 'root_page', 'rewrite_mode', 'allow_raw_html', 'default_language', 'db_charset'];
        $config = array_merge(array_intersect_key($own, array_flip($kept)), [
            'table_prefix' => $prefix,
            'wakka_name' => addslashes($entry['bf_titre']),
            'base_url' => $own['yeswiki-farm-root-url'] . "$slug/?",
        ], $own['yeswiki-farm-extra-config'] ?? []);
        $code = "<?php\n\$wakkaConfig = " . var_export($config, true) . ";\n?>";
        file_put_contents($target . 'wakka.config.php', $code);
    }

    private function fill(string $prefix, array $entry): void
    {
        require_once 'setup/install.helpers.php';
        $own = $this->wiki->config;
        $link = mysqli_connect($own['mysql_host'], $own['mysql_user'], $own['mysql_password'], $own['mysql_database']);
        mysqli_set_charset($link, 'utf8mb4');
        foreach (['create-tables', 'default-content'] as $name) {
            querySqlFile($link, "setup/sql/$name.sql", [
                'prefix' => $prefix,
                'siteTitle' => $entry['bf_titre'],
                'WikiName' => $entry['bf_dossier-wiki_wikiname'],
                'password' => $entry['bf_dossier-wiki_password'],
                'email' => $entry['bf_dossier-wiki_email'],
                'rootPage' => $own['root_page'],
                'schema' => SCHEMA,
            ]);
        }
    }

    private function copy(string $from, string $to): void
    {
        if (is_dir($from)) {
            @mkdir($to, 0777, true);
            foreach (array_diff(scandir($from), ['.', '..']) as $name) {
                $this->copy("$from/$name", "$to/$name");
            }
        } elseif (is_file($from)) {
            @mkdir(dirname($to), 0777, true);
            copy($from, $to);
        }
    }
}
