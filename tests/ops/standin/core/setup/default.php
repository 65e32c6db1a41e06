<?php
// A wiki without configuration offers its installer, whatever page is asked for.
if (($_GET['installAction'] ?? '') === 'install') {
    require 'setup/install.php';
    return;
}
?>
<!DOCTYPE html>
<html lang="fr">
<head><meta charset="UTF-8"><title>Installation de YesWiki</title></head>
<body>
<form action="?PagePrincipale&amp;installAction=install" method="POST">
<input name="config[wakka_name]"><input name="config[mysql_host]"><input name="config[mysql_database]">
<input name="config[mysql_user]"><input name="config[mysql_password]"><input name="config[table_prefix]">
<input name="admin_name"><input name="admin_password"><input name="admin_password_conf">
<input name="admin_email"><button>Continuer</button>
</form>
</body>
</html>
