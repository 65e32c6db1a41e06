"""The migrations of a wiki: what YesWiki does to its pages and tables for another release."""

from __future__ import annotations

import shutil
from pathlib import Path
from subprocess import CompletedProcess

from ..errors import Stop
from ..farm import Farm
from ..machine import system
from .wikis import Wiki

LONG = 6 * 3600  # seconds: a migration reads every page of a wiki
DONE = "wikifarm: done"

# What the command `updater:postupdate` of 4.4 means to do, and cannot: it uses a variable that it
# has not set. The handler `update` asks for an administrator, so the first one is connected.
UPDATE = r"""
ob_start();
include 'wakka.config.php';
$_SERVER['REQUEST_URI'] = $wakkaConfig['base_url'] . $wakkaConfig['root_page'] . '/update';
$_SERVER['HTTP_HOST'] = parse_url($wakkaConfig['base_url'], PHP_URL_HOST);
$_SERVER['REQUEST_METHOD'] = 'GET';
$_REQUEST['wiki'] = $wakkaConfig['root_page'];
require_once 'includes/YesWikiLoader.php';
$wiki = YesWiki\Core\YesWikiLoader::getWiki();
$auth = $wiki->services->get(YesWiki\Core\Controller\AuthController::class);
if (!$auth->connectFirstAdmin() || !$wiki->UserIsAdmin()) {
    fwrite(STDERR, "no administrator\n");
    exit(3);
}
$wiki->tag = $wakkaConfig['root_page'];
$wiki->method = 'update';
$wiki->SetPage($wiki->LoadPage($wiki->tag));
$wiki->Method('update');
$auth->logout();
ob_end_clean();
echo "wikifarm: done\n";
"""


def migrate(farm: Farm, wiki: Wiki) -> None:
    """Runs the wiki's own migrations as the farm's user. Raises Stop (`migration-failed`).

    4.5 has the command `migrate`, which ends well whatever it says; before it, and for what
    extensions add to the main wiki, it is the handler `update`.
    """
    folder = farm.site / wiki.slug
    commands = folder / "tools" / "autoupdate" / "commands"
    newer = (commands / "MigrateCommand.php").exists()
    if newer:
        done = _php(farm, folder, str(commands / "console"), "migrate", "--no-ansi")
        if done.returncode or "AU_ERROR" in done.stdout:
            raise _not_migrated(wiki, done.stdout + done.stderr)
    if (folder / "handlers" / "UpdateHandler.php").exists() and not (newer and wiki.slug):
        done = _php(farm, folder, "-r", UPDATE)
        if done.returncode or DONE not in done.stdout:
            raise _not_migrated(wiki, done.stdout + done.stderr)


def _php(farm: Farm, folder: Path, *arguments: str) -> CompletedProcess[str]:
    program = shutil.which(f"php{farm.php}", path=system.PATH) or "php"
    settings = ["-d", "display_errors=stderr", "-d", "opcache.enable_cli=0"]
    return system.run(
        [program, *settings, *arguments], user=farm.user, folder=folder, check=False, timeout=LONG
    )


def _not_migrated(wiki: Wiki, words: str) -> Stop:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = next(
        (line for line in lines if "rror" in line or "AU_ERROR" in line), (lines or ["–"])[-1]
    )
    return Stop(
        "migration-failed",
        fr=(
            f"La migration de {wiki.url} n’a pas abouti : {said[:300]}",
            "Le journal de PHP en dit plus.",
        ),
        en=(f"The migration of {wiki.url} did not succeed: {said[:300]}", "PHP's log says more."),
    )
