"""Verb `wikis`: the main wiki and those that `ferme` made, as their folders and configurations say.

PHP writes these configurations: each value is checked here, and a wiki whose values are not those
of this farm carries a `problem` instead of being touched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import stat
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import Stop
from ..farm import Farm
from ..outcome import Outcome
from ..releases import serve
from . import configure

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
PREFIX = re.compile(r"[A-Za-z0-9_]{1,64}")
TAG = re.compile(r"[\w.-]{1,100}")

# stdin: {slug: file}. stdout: a JSON line a wiki as soon as it is read; one that stops PHP
# (`exit`, memory) is the first that has no line.
PHP = r"""
$files = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
$read = function (string $file): array { $wakkaConfig = []; include $file; return $wakkaConfig; };
$wanted = array_flip([
    'mysql_database', 'table_prefix', 'root_page', 'wakka_name',
    'yeswiki_version', 'yeswiki_release',
]);
foreach ($files as $slug => $file) {
    ob_start();
    try { $found = $read($file); } catch (Throwable $fault) { $found = []; }
    ob_end_clean();
    $found = array_filter(array_intersect_key($found, $wanted), 'is_scalar');
    echo json_encode([(string) $slug, (object) $found], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
    flush();
}
"""


@dataclass(frozen=True)
class Wiki:
    """A wiki of the farm. With a `problem`, only `slug` and `url` may be believed."""

    slug: str  # "" is the main wiki
    url: str
    title: str
    prefix: str
    root_page: str
    release: str  # that its configuration says
    code: str  # "links" or "copies"
    problem: str  # "", "unreadable", "database", "prefix" or "root-page"


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `wikis`, and `leftovers`, folders of wikis that are no more."""
    shown = [asdict(wiki) for wiki in every(farm)]
    return Outcome(data={"wikis": shown, "leftovers": leftovers(farm)})


def every(farm: Farm) -> list[Wiki]:
    """The wikis of the farm, the main one first; none before the installation."""
    slugs = folders(farm)
    values = _read(farm, slugs)
    shared = Counter(str(values[slug].get("table_prefix", "")).lower() for slug in slugs)
    return [_wiki(farm, slug, values[slug], shared) for slug in slugs]


def named(farm: Farm, slug: str) -> Wiki:
    """The wiki of that folder. Raises Stop: `wiki-unknown`, `wiki-suspect`."""
    for wiki in every(farm):
        if wiki.slug == slug:
            if wiki.problem:
                raise _suspect(wiki)
            return wiki
    raise Stop(
        "wiki-unknown",
        fr=(
            f"La ferme {farm.name} n’a pas de wiki dans le dossier {slug!r} ; rien n’a été fait.",
            f"Ceux qu’elle a : wikifarm-host wikis {farm.name}",
        ),
        en=(
            f"The farm {farm.name} has no wiki in the folder {slug!r}; nothing was done.",
            f"Those that it has: wikifarm-host wikis {farm.name}",
        ),
    )


def folders(farm: Farm) -> list[str]:
    """Folders of wikis: real ones, with a real configuration; "" is the main wiki."""
    if not farm.site.is_dir():
        return []
    names = sorted(path.name for path in farm.site.iterdir() if not path.is_symlink())
    slugs = [name for name in names if SLUG.fullmatch(name) and name not in serve.DATA]
    return [slug for slug in ["", *slugs] if _is_file(farm, slug)]


def leftovers(farm: Farm) -> list[str]:
    """Folders with the code of a wiki and no configuration.

    `ferme` leaves one when it deletes a wiki made of links: its tables are gone, but PHP follows
    the links to folders, cannot remove the files of root behind them, and keeps the links.
    """
    if not farm.site.is_dir():
        return []
    slugs = [path.name for path in sorted(farm.site.iterdir()) if not path.is_symlink()]
    return [
        slug
        for slug in slugs
        if slug not in serve.DATA
        and os.path.lexists(farm.site / slug / "includes")
        and not os.path.lexists(farm.site / slug / configure.FILE)
    ]


def _is_file(farm: Farm, slug: str) -> bool:
    try:
        facts = (farm.site / slug / configure.FILE).lstat()
    except OSError:
        return False
    return stat.S_ISREG(facts.st_mode)


def _read(farm: Farm, slugs: list[str]) -> dict[str, dict[str, Any]]:
    """The values of each configuration; empty for one that cannot be read."""
    values: dict[str, dict[str, Any]] = {}
    while left := [slug for slug in slugs if slug not in values]:
        files = {slug: str(farm.site / slug / configure.FILE) for slug in left}
        for line in configure.run_php(farm, PHP, files).stdout.splitlines():
            try:
                slug, read = json.loads(line)
            except ValueError:
                continue
            if slug in files and isinstance(read, dict):
                values.setdefault(slug, read)
        if silent := [slug for slug in left if slug not in values]:
            values[silent[0]] = {}  # the one that stopped PHP; the others are asked again
    return values


def _wiki(farm: Farm, slug: str, read: dict[str, Any], shared: Counter[str]) -> Wiki:
    values = {key: str(value) for key, value in read.items()}
    prefix, root_page = values.get("table_prefix", ""), values.get("root_page", "PagePrincipale")
    problem = ""
    if not values:
        problem = "unreadable"
    elif values.get("mysql_database") != farm.database:
        problem = "database"
    elif not PREFIX.fullmatch(prefix) or _borrowed(farm, slug, prefix, shared):
        problem = "prefix"
    elif not TAG.fullmatch(root_page):
        problem = "root-page"
    version = f"{values.get('yeswiki_version', '')} {values.get('yeswiki_release', '')}"
    return Wiki(
        slug=slug,
        url=farm.url + (f"{slug}/" if slug else ""),
        title=values.get("wakka_name", "")[:200],
        prefix=prefix if not problem else "",
        root_page=root_page if not problem else "",
        release=version.strip()[:80],
        code="links" if (farm.site / slug / "includes").is_symlink() else "copies",
        problem=problem,
    )


def _borrowed(farm: Farm, slug: str, prefix: str, shared: Counter[str]) -> bool:
    """Whether a wiki names the tables of another: to drop or restore its own would be theirs."""
    if not slug:
        return prefix != farm.prefix
    return shared[prefix.lower()] > 1 or prefix.lower() == farm.prefix.lower()


def _suspect(wiki: Wiki) -> Stop:
    return Stop(
        "wiki-suspect",
        fr=(
            f"La configuration de {wiki.url} n’est pas celle d’un wiki de cette ferme "
            f"({wiki.problem}) ; rien n’a été fait.",
            f"Lisez {configure.FILE} dans son dossier : base, préfixe des tables, page d’accueil.",
        ),
        en=(
            f"The configuration of {wiki.url} is not that of a wiki of this farm "
            f"({wiki.problem}); nothing was done.",
            f"Read {configure.FILE} in its folder: database, prefix of the tables, root page.",
        ),
    )
