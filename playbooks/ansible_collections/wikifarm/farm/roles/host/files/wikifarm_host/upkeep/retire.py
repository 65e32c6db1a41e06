"""Verb `retire`: backs one wiki up, then removes its tables, its folder and its entry in the farm.

`ferme` itself must not do it: its `rrmdir` follows links, and a wiki of links is made of links to
the farm's own code.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..backups import backup
from ..errors import Stop, say
from ..farm import Farm
from ..machine import care, mariadb
from ..machine.web import Client
from ..outcome import Outcome
from ..site import wikis

ROOM = ".retired"  # in the farm's home: the wiki is off the web at once, by one rename


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", help="the folder of the wiki")


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `slug`, `snapshot`, `tables`, `entries` (removed from the farm's list of wikis).

    Raises Stop: `retire-main`, `retire-not-a-wiki`, `wiki-unknown`, `wiki-suspect`, `backup-…`.
    """
    care.refuse_unfinished(farm, but="retire")
    journal = care.Journal(farm, "retire")
    slug = arguments.slug
    pending = journal.read()
    if pending and not arguments.dry_run:
        done = _finish(farm, journal, pending)
        if pending["slug"] == slug:
            return done
    tables = _tables(farm, slug)
    if arguments.dry_run:
        return Outcome(
            changed=True, data={"slug": slug, "tables": tables, "entries": _entries(farm, slug)}
        )
    with care.recorded(farm, "retire") as result:
        result["slug"] = slug
        result["snapshot"] = backup.make(farm, slug)["snapshot"]
        said = {"slug": slug, "snapshot": result["snapshot"], "tables": tables}
        journal.write(**said)
        return _finish(farm, journal, said)


def _tables(farm: Farm, slug: str) -> list[str]:
    """Those of that wiki and of no other. Raises Stop rather than doubt."""
    if not slug:
        raise _main(farm)
    wiki = wikis.named(farm, slug)
    tables = next(
        (list(share.tables) for share in backup.share_out(farm) if share.slug == slug), []
    )
    # A prefix such as `yeswiki_pages` would claim the main wiki's table: a wiki has its own.
    if f"{wiki.prefix}pages" not in tables:
        raise _not_a_wiki(wiki.url, wiki.prefix)
    return tables


def _finish(farm: Farm, journal: care.Journal, said: dict[str, Any]) -> Outcome:
    """Every step from the journal on; each can be done twice."""
    slug, room = str(said["slug"]), farm.home / ROOM
    _remove(room)
    folder = farm.site / slug
    if folder.exists() and not folder.is_symlink():
        folder.rename(room)
    mariadb.drop(farm.database, said["tables"])
    _remove(room)
    gone = _entries(farm, slug)
    left = _forget_entries(farm, gone)
    journal.close()
    messages: tuple[str, ...] = ()
    if left:
        shown = ", ".join(left)
        messages = (
            say(
                f"Dans la liste des wikis, {shown} décrit encore celui-ci : supprimez cette fiche.",
                f"In the list of wikis, {shown} still describes this one: delete that entry.",
            ),
        )
    gone = [tag for tag in gone if tag not in left]
    return Outcome(changed=True, data={**said, "entries": gone}, messages=messages)


def _remove(room: Path) -> None:
    """Links are removed, never followed."""
    if room.is_symlink():
        room.unlink()
    elif room.exists():
        shutil.rmtree(room)


def _entries(farm: Farm, slug: str) -> list[str]:
    """The entries of the main wiki that describe the wiki of that folder."""
    pages = f"{farm.prefix}pages"
    if pages not in mariadb.tables(farm.database):
        return []
    rows = mariadb.sql(
        f"SELECT HEX(CONVERT(tag USING utf8mb4)), HEX(CONVERT(body USING utf8mb4))"
        f" FROM {mariadb.quoted(pages)} WHERE latest = 'Y' AND LOCATE('\"bf_dossier-wiki\"', body)",
        database=farm.database,
    )
    return [bytes.fromhex(tag).decode() for tag, body in rows if _folder_of(body) == slug]


def _folder_of(body: str) -> object:
    try:
        entry = json.loads(bytes.fromhex(body))
    except ValueError:
        return None
    return entry.get("bf_dossier-wiki") if isinstance(entry, dict) else None


def _forget_entries(farm: Farm, tags: list[str]) -> list[str]:
    """Asks the wiki to delete them, and returns those that are still there.

    Left behind, such an entry is a trap: deleting it after another wiki has taken the folder's name
    would delete that one. The API deletes the page alone; only the page's own handler deletes
    a folder, and that folder is gone.
    """
    if not tags:
        return []
    try:
        client = Client(farm)
        known = client.login()
        for tag in tags if known else ():
            form = client.get(f"?{quote(tag)}/deletepage")
            token = re.search(r'name="csrf-token" value="([^"]+)"', form.text)
            if token:
                client.post(
                    f"?api/pages/{quote(tag)}/delete", {"csrfToken": html.unescape(token[1])}
                )
    except (Stop, OSError):
        pass  # the wiki is retired all the same: what is left is told
    pages = mariadb.quoted(f"{farm.prefix}pages")
    return [
        tag
        for tag in tags
        if mariadb.sql(
            f"SELECT 1 FROM {pages} WHERE tag = {mariadb.literal(tag)} LIMIT 1",
            database=farm.database,
        )
    ]


def _main(farm: Farm) -> Stop:
    return Stop(
        "retire-main",
        fr=(
            f"Le wiki principal de {farm.url} porte toute la ferme ; il n’a pas été touché.",
            f"Donnez le dossier d’un autre wiki : wikifarm-host wikis {farm.name}",
        ),
        en=(
            f"The main wiki of {farm.url} carries the whole farm; it was not touched.",
            f"Give the folder of another wiki: wikifarm-host wikis {farm.name}",
        ),
    )


def _not_a_wiki(url: str, prefix: str) -> Stop:
    return Stop(
        "retire-not-a-wiki",
        fr=(
            f"{url} dit que ses tables commencent par {prefix!r}, mais aucune n’est "
            f"{prefix}pages ; rien n’a été fait.",
            "Lisez sa configuration : s’il n’a plus de base, supprimez son dossier à la main, sans "
            "suivre les liens (rm -r).",
        ),
        en=(
            f"{url} says that its tables start with {prefix!r}, but none is {prefix}pages; nothing "
            "was done.",
            "Read its configuration: if it has no database any more, remove its folder by hand, "
            "without following links (rm -r).",
        ),
    )
