<?php
// A wiki in one class, with the names that YesWiki gives to what programs call.

namespace YesWiki\Core\Controller {
    class AuthController
    {
        public function __construct(private \YesWiki\Wiki $wiki)
        {
        }

        public function connectFirstAdmin(): bool
        {
            return $this->wiki->connect($this->wiki->admins()[0] ?? '');
        }

        public function logout(): void
        {
            $this->wiki->user = null;
        }
    }
}

namespace YesWiki {
    class Services
    {
        public function __construct(private Wiki $wiki)
        {
        }

        public function get(string $class): object
        {
            return new $class($this->wiki);
        }
    }

    class Wiki
    {
        public array $config;
        public string $tag;
        public string $method;
        public ?array $page = null;
        public ?array $user = null;
        public Services $services;
        private \mysqli $link;

        public function __construct()
        {
            include 'wakka.config.php';
            $this->config = $wakkaConfig;
            $this->services = new Services($this);
            $this->link = new \mysqli(
                $this->config['mysql_host'],
                $this->config['mysql_user'],
                $this->config['mysql_password'],
                $this->config['mysql_database']
            );
            $this->link->set_charset('utf8mb4');
            [$this->tag, $this->method] = $this->route();
            $this->connectByCookie();
        }

        public function run(): void
        {
            $posted = $_SERVER['REQUEST_METHOD'] === 'POST';
            if ($this->tag === '') {
                header('Location: ' . $this->config['base_url'] . $this->config['root_page'], true, 302);
            } elseif ($this->tag === 'api') {
                $this->api($posted);
            } elseif ($this->tag === 'ParametresUtilisateur' && ($_POST['action'] ?? '') === 'login') {
                $this->login();
            } else {
                $this->SetPage($this->LoadPage($this->tag));
                echo $this->Method($this->method ?: 'show');
            }
        }

        // ---- what programs call

        public function SetPage(?array $page): void
        {
            $this->page = $page;
        }

        public function LoadPage(string $tag): ?array
        {
            $table = $this->table('pages');
            return $this->rows("SELECT * FROM $table WHERE tag = ? AND latest = 'Y'", $tag)[0] ?? null;
        }

        public function UserIsAdmin(): bool
        {
            return $this->user !== null && in_array($this->user['name'], $this->admins(), true);
        }

        public function Method(string $method): string
        {
            return match ($method) {
                'show' => $this->show(),
                'raw' => $this->raw(),
                'update' => $this->update(),
                'deletepage' => $this->deletePage(),
                default => $this->html('Cette page n’a pas de méthode ' . htmlspecialchars($method)),
            };
        }

        // ---- what its handlers and extensions use

        public function table(string $name): string
        {
            return '`' . $this->config['table_prefix'] . $name . '`';
        }

        public function rows(string $sql, string|int ...$values): array
        {
            $result = $this->link->execute_query($sql, $values);
            return is_bool($result) ? [] : $result->fetch_all(MYSQLI_ASSOC);
        }

        public function savePage(string $tag, string $body): void
        {
            $table = $this->table('pages');
            $this->rows("UPDATE $table SET latest = 'N' WHERE tag = ?", $tag);
            $this->rows(
                "INSERT INTO $table (tag, time, body, body_r, owner, user, latest)
                 VALUES (?, NOW(), ?, '', ?, ?, 'Y')",
                $tag,
                $body,
                $this->user['name'] ?? '',
                $this->user['name'] ?? ''
            );
        }

        public function admins(): array
        {
            $table = $this->table('triples');
            $rows = $this->rows("SELECT value FROM $table WHERE resource = 'ThisWikiGroup:admins'");
            return $rows ? preg_split('/\s+/', trim($rows[0]['value'])) : [];
        }

        public function connect(string $name): bool
        {
            $this->user = $this->rows("SELECT * FROM {$this->table('users')} WHERE name = ?", $name)[0] ?? null;
            return $this->user !== null;
        }

        /** The number of the last migration, which a triple remembers. */
        public function schema(): int
        {
            $table = $this->table('triples');
            $rows = $this->rows("SELECT value FROM $table WHERE resource = 'ThisWiki' AND property = 'schema'");
            return (int) ($rows[0]['value'] ?? 1);
        }

        /** One line a migration done, as YesWiki 4.5 says them: status | text. */
        public function migrate(): array
        {
            $said = [];
            for ($number = $this->schema() + 1; $number <= SCHEMA; $number++) {
                if (BROKEN === 'migration' && $number === SCHEMA) {
                    return [...$said, "AU_ERROR | migration $number"];
                }
                $this->rows("ALTER TABLE {$this->table('pages')} ADD COLUMN IF NOT EXISTS
                    added_by_$number INT NOT NULL DEFAULT $number");
                $this->rows("DELETE FROM {$this->table('triples')} WHERE property = 'schema'");
                $this->rows("INSERT INTO {$this->table('triples')} (resource, property, value)
                    VALUES ('ThisWiki', 'schema', ?)", $number);
                $said[] = "AU_OK | migration $number";
            }
            return $said;
        }

        // ---- pages

        private function show(): string
        {
            $this->failAsBuilt();
            if ($this->page === null) {
                http_response_code(404);
                return $this->html("La page {$this->tag} n’existe pas.");
            }
            return $this->html(nl2br(htmlspecialchars($this->page['body'])));
        }

        private function raw(): string
        {
            header('Content-Type: text/plain; charset=UTF-8');
            return $this->page['body'] ?? '';
        }

        /** What a release does with a database that it cannot read, and what a bad release does. */
        private function failAsBuilt(): void
        {
            $child = trim(parse_url($this->config['base_url'], PHP_URL_PATH), '/') !== '';
            if (BROKEN === 'page' || (BROKEN === 'child' && $child)) {
                throw new \RuntimeException('this release does not work');
            }
            if ($this->schema() < SCHEMA) {
                throw new \RuntimeException('the database waits for migration ' . SCHEMA);
            }
        }

        private function html(string $content): string
        {
            $title = htmlspecialchars($this->config['wakka_name']);
            $version = YESWIKI_VERSION . ' ' . YESWIKI_RELEASE;
            $schema = $this->schema();
            return "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"UTF-8\">\n"
                . "<meta name=\"generator\" content=\"YesWiki $version\">\n<title>$title</title>\n"
                . "</head>\n<body>\n<h1>$title</h1>\n<main>$content</main>\n"
                . "<footer>$version, base $schema</footer>\n</body>\n</html>\n";
        }

        private function update(): string
        {
            if (!$this->UserIsAdmin()) {
                http_response_code(403);
                return $this->html('Réservé aux administrateurices.');
            }
            $said = $this->migrate();
            foreach (glob('tools/*/handlers/UpdateHandler__.php') as $file) {
                $said = [...$said, ...(require $file)($this)];
            }
            return $this->html(htmlspecialchars(implode("\n", $said)) . '<!-- end handler /update -->');
        }

        private function deletePage(): string
        {
            if (!$this->UserIsAdmin()) {
                http_response_code(403);
                return $this->html('Réservé aux administrateurices.');
            }
            $token = $this->csrfToken();
            return $this->html("<form method=\"post\"><input name=\"csrf-token\" value=\"$token\"></form>");
        }

        // ---- accounts

        private function login(): void
        {
            $known = $this->connect($_POST['name'] ?? '');
            if ($known && hash_equals($this->user['password'], md5($_POST['password'] ?? ''))) {
                $path = parse_url($this->config['base_url'], PHP_URL_PATH);
                setcookie('token', $this->user['name'] . ':' . $this->sign('cookie'), ['path' => $path]);
            }
            header('Location: ' . $this->config['base_url'] . $this->config['root_page'], true, 302);
        }

        private function connectByCookie(): void
        {
            [$name, $signature] = explode(':', $_COOKIE['token'] ?? '') + ['', ''];
            if ($name !== '' && $this->connect($name) && !hash_equals($this->sign('cookie'), $signature)) {
                $this->user = null;
            }
        }

        private function csrfToken(): string
        {
            return $this->sign('csrf');
        }

        private function sign(string $what): string
        {
            return hash_hmac('sha256', $what . $this->user['name'], $this->user['password']);
        }

        private function connectByKey(): void
        {
            $said = $_SERVER['HTTP_AUTHORIZATION'] ?? '';
            foreach ($this->config['api_allowed_keys'] ?? [] as $name => $key) {
                if (hash_equals("Bearer $key", $said)) {
                    $this->connect($name);
                }
            }
        }

        // ---- the API

        private function api(bool $posted): void
        {
            header('Content-Type: application/json');
            $this->connectByKey();
            [$what, $which, $verb] = explode('/', $this->method) + ['', '', ''];
            [$status, $answer] = match (true) {
                $what === 'forms' => $this->form($which),
                !$this->UserIsAdmin() => [401, ['error' => 'not allowed']],
                $what === 'entries' && $posted && is_dir('tools/ferme') => $this->makeWiki($which),
                $what === 'pages' && $posted && $verb === 'delete' => $this->forget($which),
                default => [404, ['error' => 'no such route']],
            };
            http_response_code($status);
            echo json_encode($answer);
        }

        private function form(string $number): array
        {
            $rows = $this->rows("SELECT * FROM {$this->table('nature')} WHERE bn_id_nature = ?", (int) $number);
            return $rows ? [200, $rows[0]] : [404, ['error' => "no form $number"]];
        }

        private function makeWiki(string $number): array
        {
            require_once 'tools/ferme/services/FarmService.php';
            return (new Ferme\Service\FarmService($this))->createWikiFromEntry($number, $_POST);
        }

        private function forget(string $tag): array
        {
            if (!hash_equals($this->csrfToken(), $_POST['csrfToken'] ?? '')) {
                return [403, ['error' => 'token']];
            }
            $this->rows("DELETE FROM {$this->table('pages')} WHERE tag = ?", $tag);
            return [200, ['deleted' => [$tag]]];
        }

        private function route(): array
        {
            $asked = $_REQUEST['wiki'] ?? '';
            if ($asked === '') {
                $query = explode('&', parse_url($_SERVER['REQUEST_URI'], PHP_URL_QUERY) ?? '')[0];
                $asked = str_contains($query, '=') ? '' : urldecode($query);
            }
            [$tag, $method] = explode('/', $asked, 2) + ['', ''];
            return [$tag, $method];
        }
    }
}
