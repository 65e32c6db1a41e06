"""Verb `configure`: sets the keys of `wakka.config.php` that the inventory sets, and only those.

The file belongs to PHP: it is read and written by `php` as the farm's user, never by root.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import Stop
from ..farm import Farm
from ..machine import system
from ..outcome import Outcome
from ..releases import serve

FILE = "wakka.config.php"
MODELS = Path("custom", "wiki-models")
MODEL = re.compile(r"wikifarm-[0-9a-f]{24}")  # the name of one of ours
OFFERED = "yeswiki-farm-models"  # the names of those that ferme offers to new wikis
ALWAYS = "default-content"  # what it offers while nothing is said
SECRET = re.compile(r"pass|token|secret|smtp_user|(^|[_-])keys?([_-]|$)", re.IGNORECASE)
HIDDEN = "********"
# Of the farm alone: a wiki with `ferme` would offer to make wikis in its turn.
FARM_ONLY = {"ferme"}

# stdin: {"file", "set", "merge", "offer", "write"}.
# stdout: {"before", "after"}, the keys that differ.
# Lists keep their order; the order of other arrays says nothing, so it is not a difference.
PHP = r"""
function canonical($value) {
    if (!is_array($value)) return $value;
    $value = array_map('canonical', $value);
    if (!array_is_list($value)) ksort($value);
    return $value;
}
$asked = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$file = $asked['file'];
ob_start();
$wakkaConfig = [];
include $file;
ob_end_clean();
$stop = function (string $why): never { fwrite(STDERR, "$why\n"); exit(3); };
if (!is_array($wakkaConfig) || !$wakkaConfig) $stop('no configuration in it');
$new = array_merge($wakkaConfig, $asked['set']);
foreach ($asked['merge'] as $key => $value) {
    $old = $wakkaConfig[$key] ?? [];
    $new[$key] = array_merge(is_array($old) ? $old : [], $value);
}
foreach ($asked['offer'] as $key => $offer) {
    $old = $new[$key] ?? [$offer['always']];
    $old = array_diff(is_array($old) ? $old : [], $offer['no_longer']);
    $new[$key] = array_values(array_unique(array_merge($old, $offer['named'])));
}
$before = $after = [];
foreach ($new as $key => $value) {
    $was = array_key_exists($key, $wakkaConfig);
    if ($was && canonical($wakkaConfig[$key]) === canonical($value)) continue;
    if ($was) $before[$key] = $wakkaConfig[$key];
    $after[$key] = $value;
}
if ($after && $asked['write']) {
    umask(0077);
    $beside = tempnam(dirname($file), '.wakka.config.');
    if ($beside === false || dirname($beside) !== dirname($file)) $stop('no room beside it');
    $code = "<?php\n\$wakkaConfig = " . var_export($new, true) . ";\n";
    $good = file_put_contents($beside, $code) === strlen($code)
        && chmod($beside, 0600) && rename($beside, $file);
    if (!$good) {
        @unlink($beside);
        $stop('it cannot be written');
    }
}
$answer = ['before' => (object) $before, 'after' => (object) $after];
$flags = JSON_PRESERVE_ZERO_FRACTION | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR;
echo json_encode($answer, $flags);
"""


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `keys`, the names of those that change."""
    if not (farm.site / FILE).exists():
        if arguments.dry_run:
            return Outcome(changed=True, after=_shown(wanted(farm)))
        raise not_installed(farm)
    return configure(farm, dry_run=arguments.dry_run)


def configure(farm: Farm, *, dry_run: bool = False) -> Outcome:
    """Sets the keys of the main wiki. Writes nothing when they are as wanted."""
    values = wanted(farm)
    if OFFERED in values:  # what wikifarm put there stays offered, beside what the inventory says
        values[OFFERED] = list(dict.fromkeys([*values[OFFERED], *models_there(farm)]))
    answer = _change(farm, dry_run, set=values, merge=_keys(farm))
    return Outcome(
        changed=bool(answer["after"]),
        data={"keys": sorted(answer["after"])},
        before=_shown(answer["before"]),
        after=_shown(answer["after"]),
    )


def offer(farm: Farm, *, named: list[str], no_longer: list[str], dry_run: bool) -> bool:
    """Offers models to new wikis, or no longer, the others as they are. True where that changes."""
    change = {"always": ALWAYS, "named": named, "no_longer": no_longer}
    return bool(_change(farm, dry_run, offer={OFFERED: change})["after"])


def models_there(farm: Farm) -> list[str]:
    """The names of the models that wikifarm put on the farm, from its server or over HTTP."""
    folder = farm.site / MODELS
    if has_link(farm) or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if MODEL.fullmatch(path.name))


def has_link(farm: Farm) -> bool:
    """True where a folder on the way to the models is a link."""
    return any((farm.site / each).is_symlink() for each in (MODELS.parent, MODELS))


def _change(farm: Farm, dry_run: bool, **asked: Mapping[str, Any]) -> Any:
    """The keys that differ, before and after."""
    nothing: dict[str, Any] = {"set": {}, "merge": {}, "offer": {}}
    where = {"file": str(farm.site / FILE), "write": not dry_run}
    return php(farm, PHP, {**nothing, **where, **asked})


def wanted(farm: Farm) -> dict[str, Any]:
    """What ferme needs to make wikis here; what the inventory says wins."""
    values: dict[str, Any] = {}
    if "ferme" in farm.extensions:
        values = {
            "yeswiki-farm-root-folder": ".",
            "yeswiki-farm-root-url": farm.url,
            **(_by_links(farm) if farm.code == "links" else _by_copies(farm)),
        }
    return {**values, **farm.configuration}


def php(farm: Farm, script: str, asked: object) -> Any:
    """What a script that reads JSON and writes JSON answers.

    Raises Stop (`configuration-unreadable`): the configuration is a program, and may do anything.
    """
    done = run_php(farm, script, asked)
    try:
        if done.returncode:
            raise ValueError(done.stderr)
        return json.loads(done.stdout)
    except ValueError as fault:
        last = (done.stderr.strip().splitlines() or ["–"])[-1][:200]
        raise Stop(
            "configuration-unreadable",
            fr=(
                f"La configuration de {farm.site / FILE} ne se lit pas ou ne s’écrit pas : {last}.",
                "Rien n’y a changé. Comparez-la à celle de la dernière sauvegarde.",
            ),
            en=(
                f"The configuration {farm.site / FILE} cannot be read or written: {last}.",
                "Nothing in it has changed. Compare it with that of the last backup.",
            ),
        ) from fault


def run_php(farm: Farm, script: str, asked: object) -> subprocess.CompletedProcess[str]:
    """Runs a script as the farm's user, `asked` on its standard input as JSON."""
    command = [shutil.which(f"php{farm.php}", path=system.PATH) or "php"]
    command += ["-d", "display_errors=stderr", "-d", "opcache.enable_cli=0", "-r", script]
    return system.run(
        command, input=json.dumps(asked), user=farm.user, folder=farm.site, check=False, timeout=120
    )


def masked(value: Any) -> Any:
    """The same value with what may be a secret hidden, at any depth."""
    if isinstance(value, Mapping):
        return {
            key: HIDDEN if SECRET.search(str(key)) and below not in ("", [], {}) else masked(below)
            for key, below in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value


def _keys(farm: Farm) -> dict[str, dict[str, str]]:
    """The administrator's key of the API, beside those that others have."""
    try:
        return {"api_allowed_keys": {farm.admin_name: farm.secret("token")}}
    except FileNotFoundError:
        return {}


def _by_links(farm: Farm) -> dict[str, Any]:
    """New wikis hold links to this farm's code, each extension by itself so that ferme is left out.

    `tools` and `themes` are folders of the wiki: it may have themes and extensions of its own.
    """
    folder = farm.releases / serve.current(farm)
    whole = [name for name in serve.linked_entries(folder) if name not in {"tools", "themes"}]
    parts = [
        f"{name}/{part.name}"
        for name in ("themes", "tools")
        for part in sorted((folder / name).iterdir())
        if part.is_dir() and part.name not in FARM_ONLY
    ]
    return {
        "yeswiki_empty_folders": [*serve.DATA, "themes", "tools"],
        "yeswiki_files": list(serve.COPIED),
        "yeswiki_symlinked_files": [*whole, *parts],
    }


def _by_copies(farm: Farm) -> dict[str, Any]:
    """New wikis hold copies: ferme's own lists, and the extensions of this farm."""
    return {
        "yeswiki_symlinked_files": [],
        "yeswiki-farm-extra-tools": [n for n in farm.extensions if n not in FARM_ONLY],
    }


def _shown(values: Mapping[str, Any]) -> str:
    """For --diff: one key a line, secrets hidden."""
    if not values:
        return ""
    return json.dumps(masked(values), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def not_installed(farm: Farm) -> Stop:
    return Stop(
        "not-installed",
        fr=(
            f"{farm.site / FILE} n’est pas là : le wiki de {farm.name} n’est pas installé.",
            "Installez-le d’abord : wikifarm ops provision.",
        ),
        en=(
            f"{farm.site / FILE} is not there: the wiki of {farm.name} is not installed.",
            "Install it first: wikifarm ops provision.",
        ),
    )
