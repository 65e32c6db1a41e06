"""Fills a new wiki: default content or a model, its first account, its group of administrators."""

from __future__ import annotations

from typing import Any

from ..defaults import default_forms, default_pages
from ..people import user_manager
from ..php import php_json
from ..rehearsal_settings import RehearsalSettings
from ..store.database import Store
from ..store.records import ENTRY, LIST
from ..store.stored_wiki import StoredWiki
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
    """Pages, lists and entries of a model (docs/yeswiki.md)."""
    rows: list[PageRow] = [
        (str(page["tag"]), str(page["body"]), "", "") for page in _values(model["pages"])
    ]
    rows += [(tag, php_json(value), LIST, "") for tag, value in _items(model["lists"])]
    for tag, value in _items(model["entries"]):
        rows.append((tag, php_json(value), ENTRY, str(value.get("id_typeannonce", ""))))
    return rows


def _values(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else list(table or [])


def _items(table: Any) -> list[tuple[str, Any]]:
    return [(str(key), value) for key, value in table.items()] if isinstance(table, dict) else []


def fill(wiki: StoredWiki, admin: str, rows: list[PageRow], *, linked: bool = True) -> None:
    """Write the rows in one go, owned by the wiki's administrator. No right is written, and no link
    unless `linked`."""
    wiki.fill(rows, admin)
    for tag, body, kind, _ in rows:
        if linked and not kind:
            wiki.set_links(tag, markup.linked_pages(body) - {tag})


def first_account(wiki: StoredWiki, name: str, email: str, password: str) -> None:
    """The administrator of a wiki."""
    user_manager.create(wiki, name, email, password)
    wiki.set_group("admins", name)


def close(wiki: StoredWiki, model: dict[str, Any]) -> None:
    """The rights and groups of a model that the operator of the server put there; one that was
    imported has none."""
    for tag, rights in model.get("rights", {}).items():
        for privilege, value in rights.items():
            wiki.set_acl(tag, privilege, value)
    for key, value in model.get("modules", {}).items():
        kind, name = key.split(" ")
        wiki.set_module(kind, name, value)
    for group, members in model.get("groups", {}).items():
        there = wiki.groups.get(group, "")
        wiki.set_group(group, "\n".join([*members, *([there] if there else [])]))


def seed_farm(store: Store, settings: RehearsalSettings) -> None:
    """Make the farm's own wiki when the file is new; else only bring its password up to date."""
    admin, email = settings.admin, "admin@example.org"
    wiki = store.wiki("")
    if wiki is not None:
        password = user_manager.hash_password(settings.password)
        if wiki.user(admin) is None:
            first_account(wiki, admin, email, settings.password)
        wiki.set_password(admin, password)
        return
    features = settings.features
    wiki = store.add_wiki("", "Ferme", "", {"dialect": settings.dialect})
    rows = [
        (tag, default_pages.FARM_HOME if tag == "PagePrincipale" else body, kind, form)
        for tag, body, kind, form in default_rows()
    ]
    rows += [(tag, text, "", "") for tag, text in default_pages.FARM_PAGES.items()]
    rows.append(("ListeOuiNon", php_json(default_forms.yes_no(features)), LIST, ""))
    fill(wiki, admin, rows)
    for form in [*default_forms.forms(features), default_forms.farm_form(features)]:
        wiki.set_form(form)
    first_account(wiki, admin, email, settings.password)
