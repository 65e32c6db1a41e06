<?php
// The web installer: a list of checks in text, the first that fails ends it, with status 200 always.
require_once 'includes/constants.php';
require_once 'setup/install.helpers.php';

if (empty($_POST['config'])) {
    header('Location: ?');
    exit;
}
$config = $_POST['config'];
mysqli_report(MYSQLI_REPORT_OFF);

echo "<h2>Vérification</h2>\n";
$link = @mysqli_connect($config['mysql_host'], $config['mysql_user'], $config['mysql_password']);
test('Connexion MySQL', (bool) $link, mysqli_connect_error() ?? '');
test('Recherche de la base', mysqli_select_db($link, $config['mysql_database']), 'Pas de base');
$taken = array_filter(
    ['pages', 'links', 'referrers', 'nature', 'triples', 'users', 'acls'],
    fn ($name) => mysqli_num_rows(mysqli_query($link, "SHOW TABLES LIKE '{$config['table_prefix']}$name'"))
);
test('Préfixe des tables', !$taken, 'Ce préfixe est déjà utilisé');
test('Mot de passe', strlen($_POST['admin_password']) >= 5, 'Mot de passe trop court');
test('Confirmation', $_POST['admin_password'] === $_POST['admin_password_conf'], 'Ils diffèrent');

$replacements = [
    'prefix' => $config['table_prefix'],
    'siteTitle' => $config['wakka_name'],
    'WikiName' => $_POST['admin_name'],
    'password' => $_POST['admin_password'],
    'email' => $_POST['admin_email'],
    'rootPage' => $config['root_page'],
    'schema' => SCHEMA,
];
mysqli_set_charset($link, 'utf8mb4');
test('Création des tables', querySqlFile($link, 'setup/sql/create-tables.sql', $replacements));
test('Insertion des pages', querySqlFile($link, 'setup/sql/default-content.sql', $replacements));

if (empty($config['allow_robots'])) {
    file_put_contents('robots.txt', "User-agent: *\nDisallow: /\n");
    $config['meta'] = ['robots' => 'noindex,nofollow'];
}
unset($config['allow_robots']);
foreach (['allow_raw_html', 'rewrite_mode'] as $name) {
    $config[$name] = in_array($config[$name] ?? '', ['1', 'true'], true);
}
$config += ['yeswiki_version' => YESWIKI_VERSION, 'yeswiki_release' => YESWIKI_RELEASE, 'db_charset' => 'utf8mb4'];
$code = "<?php\n// wakka.config.php, " . date('c') . "\n\n\$wakkaConfig = " . var_export($config, true) . ";\n?>";
test('Écriture de la configuration', (bool) @file_put_contents('wakka.config.php', $code));
echo "<div class=\"alert alert-success\"><strong>Félicitations !</strong></div>\n</body>\n</html>\n";
