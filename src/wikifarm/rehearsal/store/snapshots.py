"""The farm's final state as plain values, for comparing two runs. No time, number or secret."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from wikifarm.rehearsal.store.records import COMMENT

VOLATILE = ("date_creation_fiche", "date_maj_fiche")


def snapshot(data: Path) -> dict[str, Any]:
    """The normalised state of a whole farm, read from its file (it may be running).

    Raises FileNotFoundError when `data` holds no farm.
    """
    file = data / "farm.sqlite"
    if not file.exists():
        raise FileNotFoundError(file)
    db = sqlite3.connect(file)
    try:
        folders = db.execute("SELECT folder, name, status, config FROM wikis ORDER BY folder")
        wikis = {
            folder: {
                "name": name, "status": status, "settings": json.loads(config), **_wiki(db, folder)
            }
            for folder, name, status, config in folders.fetchall()
        }  # fmt: skip
        models = {
            name: {"label": label, "enabled": bool(enabled)}
            for name, label, enabled in db.execute("SELECT name, label, enabled FROM models")
        }
    finally:
        db.close()
    farm_entries = wikis.get("", {}).get("entries", {})
    return {
        "wikis": wikis,
        "farm_entries": {
            tag: entry for tag, entry in farm_entries.items() if entry["form"] == "1100"
        },
        "models": dict(sorted(models.items())),
    }


def _wiki(db: sqlite3.Connection, wiki: str) -> dict[str, Any]:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        return db.execute(sql, (wiki,)).fetchall()

    kinds = {tag: (kind, form) for tag, kind, form in rows(
        "SELECT tag, kind, form FROM kinds WHERE wiki = ?")}  # fmt: skip
    pages: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    comments: dict[str, Any] = {}
    for tag, body, owner, count in rows(
        "SELECT p.tag, p.body, p.owner, (SELECT COUNT(*) FROM pages q WHERE q.wiki = p.wiki AND "
        "q.tag = p.tag) FROM pages p WHERE p.wiki = ? AND p.latest ORDER BY p.tag"
    ):
        if tag.startswith("LogDesActionsAdministratives"):
            continue
        kind, form = kinds.get(tag, ("", ""))
        if kind == "liste":
            lists[tag] = json.loads(body)
        elif kind == COMMENT:
            comments[tag] = {"body": body, "owner": owner, "below": form}
        elif kind:
            values = {k: v for k, v in json.loads(body).items() if k not in VOLATILE}
            entries[tag] = {"form": form, "values": values, "owner": owner, "revisions": count}
        else:
            pages[tag] = {"body": body, "owner": owner, "revisions": count}
    return {
        "pages": pages,
        "lists": lists,
        "entries": entries,
        "comments": comments,
        "rights": _rights(rows("SELECT tag, privilege, list FROM acls WHERE wiki = ?")),
        "groups": {
            name: members.split("\n") if members else []
            for name, members in rows("SELECT name, members FROM groups WHERE wiki = ?")
        },
        "users": dict(rows("SELECT name, email FROM users WHERE wiki = ?")),
        "forms": {
            str(number): json.loads(body)
            for number, body in rows("SELECT id, body FROM forms WHERE wiki = ? ORDER BY id")
        },
        "triples": [
            {"resource": resource, "property": name, "value": value}
            for resource, name, value in rows(
                "SELECT resource, property, value FROM triples WHERE wiki = ? ORDER BY id"
            )
        ],
        "modules": {
            f"{kind}:{name}": acl
            for kind, name, acl in rows(
                "SELECT kind, name, acl FROM modules WHERE wiki = ? ORDER BY kind, name"
            )
        },
    }


def _rights(rows: list[tuple[Any, ...]]) -> dict[str, dict[str, str]]:
    rights: dict[str, dict[str, str]] = {}
    for tag, privilege, value in sorted(rows):
        if not tag.startswith("LogDesActionsAdministratives"):
            rights.setdefault(tag, {})[privilege] = value
    return rights
