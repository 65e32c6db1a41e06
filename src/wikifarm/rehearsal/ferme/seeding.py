"""Fills a new wiki: default content or a model, its first account, its group of administrators."""

from __future__ import annotations

import json
from typing import Any

from ..defaults import default_forms, default_pages
from ..people import user_manager
from ..php import php_json
from ..rehearsal_settings import RehearsalSettings
from ..store.database import Store
from ..store.records import ENTRY, LIST, now
from ..wikitext import markup

PageRow = tuple[str, str, str, str]
"""Tag, body, kind, form."""


def default_rows() -> list[PageRow]:
    """Pages, list and sample entries of the model `default-content`."""
    rows: list[PageRow] = [
        (tag, text.rstrip(), "", "") for tag, text in default_pages.PAGES.items()
    ]
    rows.append(("ListeType", php_json(default_forms.LIST_TYPE), LIST, ""))
    return rows + [_entry_row(tag, entry) for tag, entry in default_forms.ENTRIES.items()]


def _entry_row(tag: str, entry: dict[str, Any]) -> PageRow:
    more = {"id_fiche": tag, "date_creation_fiche": "2024-04-02 16:25:51", "statut_fiche": "1",
            "date_maj_fiche": "2024-04-02 16:48:20"}  # fmt: skip
    return tag, php_json({**entry, **more}), ENTRY, str(entry["id_typeannonce"])


def model_rows(model: dict[str, Any]) -> list[PageRow]:
    """Pages, lists and entries of an imported model: no rights, no groups (docs/yeswiki.md)."""
    rows: list[PageRow] = [
        (str(page["tag"]), str(page["body"]), "", "") for page in _values(model["pages"])
    ]
    rows += [(tag, php_json(value), LIST, "") for tag, value in _items(model["lists"])]
    for tag, value in _items(model["entries"]):
        rows.append((tag, php_json(value), ENTRY, str(value.get("id_typeannonce", ""))))
    return rows


def _values(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else list(found or [])


def _items(found: Any) -> list[tuple[str, Any]]:
    return [(str(k), v) for k, v in found.items()] if isinstance(found, dict) else []


def fill(store: Store, wiki: str, admin: str, rows: list[PageRow]) -> None:
    """Write the rows in one go, owned by the wiki's administrator. No right is written."""
    time = now()
    numbered = list(enumerate(rows, start=1))
    store.db.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
        [(wiki, n, tag, time, body, admin, admin) for n, (tag, body, _, _) in numbered],
    )
    store.db.executemany(
        "INSERT INTO kinds VALUES (?, ?, ?, ?)",
        [(wiki, tag, kind, form) for tag, _, kind, form in rows if kind],
    )
    links = [
        (wiki, tag, target)
        for tag, body, kind, _ in rows
        if not kind
        for target in sorted(markup.linked_pages(body) - {tag})
    ]
    store.db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", links)


def first_account(store: Store, wiki: str, name: str, email: str, password: str) -> None:
    """The administrator of a wiki."""
    user_manager.create(store, wiki, name, email, password)
    store.set_group(wiki, "admins", name)


def seed_farm(store: Store, settings: RehearsalSettings) -> None:
    """Make the farm's own wiki when the file is new; else only bring its password up to date."""
    if store.wiki("") is not None:
        password = user_manager.hash_password(settings.password)
        if store.user("", name=settings.admin) is None:
            first_account(store, "", settings.admin, "admin@example.org", settings.password)
        sql = "UPDATE users SET password = ? WHERE wiki = '' AND name = ?"
        store.run(sql, password, settings.admin)
        return
    features = settings.features
    store.add_wiki("", "Ferme", "", {"dialect": settings.dialect})
    rows = default_rows()
    rows = [
        (t, default_pages.FARM_HOME if t == "PagePrincipale" else b, k, f) for t, b, k, f in rows
    ]
    rows += [(tag, text, "", "") for tag, text in default_pages.FARM_PAGES.items()]
    rows.append(("ListeOuiNon", php_json(default_forms.yes_no(features)), LIST, ""))
    fill(store, "", settings.admin, rows)
    for form in [*default_forms.forms(features), default_forms.farm_form(features)]:
        store.set_form("", form)
    first_account(store, "", settings.admin, "admin@example.org", settings.password)


def load_model(store: Store, name: str) -> dict[str, Any] | None:
    """An imported model, or None."""
    row = store.one("SELECT body FROM models WHERE name = ?", name)
    return dict(json.loads(row[0])) if row else None
