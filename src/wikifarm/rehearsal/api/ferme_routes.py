"""API routes of the newer ferme extension: docs/yeswiki.md, 4.6

Read `success` in the body: several failures are answered with status 200.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ..exchange.response import Answer
from ..exchange.wiki_request import Visit
from ..ferme import wiki_admin
from ..handlers import frame
from ..people import csrf
from ..php import php_json, table
from ..rehearsal_settings import FARM_FORM
from ..store.records import ENTRY, Page, now
from ..wikitext import page_manager, page_names
from .routing import route

BATCH_LIMIT = 25

ferme_route = partial(route, where=lambda features: features.ferme_api, farm_only=True)


def _checked(visit: Visit) -> Answer | None:
    """The refusal of a bad token, or None."""
    if csrf.csrf_holds(visit, visit.field("csrf-token")):
        return None
    return visit.json({"success": False, "error": "Invalid CSRF token"}, 403)


def _wikis(visit: Visit) -> list[Page]:
    return visit.farm.store.entries("", FARM_FORM)


@ferme_route("ferme", "ANY")
def documentation(visit: Visit) -> Answer:
    """A page of documentation that lists seven of the routes."""
    return frame.page(visit, "<h1>Ferme</h1><p>POST api/ferme/wikis …</p>")


@ferme_route("ferme/csrf-token", "POST", "@admins")
def csrf_token(visit: Visit) -> Answer:
    """A token of the session; it can be used again."""
    return visit.json({"success": True, "token": csrf.csrf_token(visit)})


@ferme_route("ferme/wikis", "POST", "@admins")
def list_wikis(visit: Visit) -> Answer:
    """The wikis with their state, a page of them at a time."""
    search = visit.post.get("search")
    wanted = str(search.get("value", "")) if isinstance(search, dict) else str(search or "")
    rows = [_row(visit, page) for page in _wikis(visit)]
    found = [r for r in rows if wanted.lower() in f"{r['title']} {r['folder']}".lower()]
    found.sort(key=lambda r: str(r["title"]).lower(), reverse=visit.field("direction") == "desc")
    start = _number(visit, "start", 0)
    length = min(500, max(1, _number(visit, "length", 100)))
    return visit.json({
        "draw": _number(visit, "draw", 0), "recordsTotal": len(rows),
        "recordsFiltered": len(found), "data": found[start : start + length],
        "counts": {"all": len(rows)}, "totals": {},
    })  # fmt: skip


def _number(visit: Visit, name: str, default: int) -> int:
    value = visit.field(name)
    return int(value) if value.isdigit() else default


def _row(visit: Visit, page: Page) -> dict[str, Any]:
    entry = page.values
    folder = str(entry.get("bf_dossier-wiki") or "")
    wiki = visit.farm.store.wiki(folder) if folder else None
    asleep = bool(wiki and wiki.status == "hibernate")
    problem = {"kind": "noFolder" if not folder else "missingWiki", "label": "Wiki introuvable"}
    return {
        "id_fiche": page.tag, "folder": folder, "title": entry.get("bf_titre", ""),
        "description": entry.get("bf_description", ""),
        "url": f"{visit.farm.base_url}{folder}/" if folder else "",
        "referent": entry.get("bf_referent", ""), "mail": entry.get("bf_mail", ""),
        "last_modification": page.time, "last_modification_iso": page.time.replace(" ", "T"),
        "dashboard_link": f"{visit.farm.base_url}{folder}/?TableauDeBord",
        "view_url": visit.href(page.tag), "edit_url": visit.href(page.tag, "edit"),
        "delete_url": visit.href(page.tag, "deletepage"), "error": "", "custom_warning": "",
        "admin": None, "version": {"name": "doryphore", "release": visit.farm.release,
                                   "status": "ok", "update_url": "", "source_version": ""},
        "status": {"value": "hibernate" if asleep else "running",
                   "label": "En sommeil" if asleep else "Actif", "asleep": asleep},
        "stats": None, "lifetime": None, "problems": [] if wiki else [problem],
    }  # fmt: skip


@ferme_route("ferme/wikis/select", "POST", "@admins")
def select_wikis(visit: Visit) -> Answer:
    """Names and addresses of all matches."""
    refused = _checked(visit)
    if refused:
        return refused
    wanted = visit.field("search").lower()
    rows = [_row(visit, p) for p in _wikis(visit)]
    found = [{"name": r["title"], "address": r["url"], "id_fiche": r["id_fiche"]} for r in rows
             if wanted in f"{r['title']} {r['folder']}".lower()]  # fmt: skip
    return visit.json({"success": True, "wikis": found, "total": len(found)})


@ferme_route("ferme/wikis/search", "POST", "@admins")
def search_wikis(visit: Visit) -> Answer:
    """Folders of the server that no entry names: half-made wikis among them."""
    refused = _checked(visit)
    if refused:
        return refused
    named = {p.values.get("bf_dossier-wiki") for p in _wikis(visit)}
    found = [
        {"folder": w.folder, "name": w.name, "url": f"{visit.farm.base_url}{w.folder}/"}
        for w in visit.farm.store.wikis()
        if w.folder and w.folder not in named
    ]
    return visit.json({"success": True, "wikis": found, "candidates": found})


@ferme_route("ferme/wikis/import", "POST", "@admins")
def import_wikis(visit: Visit) -> Answer:
    """Give an entry to wikis that are on the disk, so that they can be managed or removed."""
    refused = _checked(visit)
    if refused:
        return refused
    made = []
    for folder in table(visit.post, "folders").values():
        wiki = visit.farm.store.wiki(folder)
        if wiki is None or not folder:
            return visit.json({"success": False, "error": f"Wiki folder not found: {folder}"}, 404)
        tag = page_names.wiki_name(visit, wiki.name or folder)
        entry = {"bf_titre": wiki.name or folder, "bf_description": "", "bf_referent": "",
                 "bf_mail": "", "bf_dossier-wiki": folder, "id_typeannonce": FARM_FORM,
                 "id_fiche": tag, "date_creation_fiche": now(), "statut_fiche": "1",
                 "date_maj_fiche": now()}  # fmt: skip
        page_manager.save(visit, tag, php_json(entry), ignore_rights=True)
        visit.farm.store.set_kind("", tag, ENTRY, FARM_FORM)
        made.append({"folder": folder, "id_fiche": tag})
    return visit.json({"success": True, "imported": made, "output": f"{len(made)} wiki(s)"})


@ferme_route("ferme/wikis/delete", "POST", "@admins")
def delete_wikis(visit: Visit) -> Answer:
    """Remove wikis and their entries; status 200 even when one of them failed."""
    refused = _checked(visit)
    if refused:
        return refused
    many = list(table(visit.post, "id_fiches").values())
    one = visit.field("id_fiche")
    if not many and not one:
        return visit.json({"success": False, "error": "Missing id_fiche"}, 400)
    if len(many) > BATCH_LIMIT:
        return visit.json({"success": False, "error": "Too many entries at once"}, 400)
    if not many:
        return visit.json(_delete_one(visit, one))
    results = [_delete_one(visit, tag) for tag in many]
    return visit.json({"success": True, "results": results, "seconds": 0.1})


def _delete_one(visit: Visit, tag: str) -> dict[str, Any]:
    page = visit.farm.page("", tag)
    if page is None or page.values.get("id_typeannonce") != FARM_FORM:
        return {"id_fiche": tag, "success": False, "error": f"Entry not found: {tag}"}
    if "busy" in visit.farm.traps:
        return {"id_fiche": tag, "success": False, "error": "Folder is busy"}
    wiki_admin.delete_page(visit, page)
    return {"id_fiche": tag, "success": True, "timings": {"total": 12}}


def _sleep(visit: Visit, status: str) -> Answer:
    refused = _checked(visit)
    if refused:
        return refused
    many = list(table(visit.post, "folders").values())
    results = [_set_status(visit, folder, status) for folder in many or [visit.field("folder")]]
    if many:
        return visit.json({"success": True, "results": results})
    return visit.json(results[0], 200 if results[0]["success"] else 400)


def _set_status(visit: Visit, folder: str, status: str) -> dict[str, Any]:
    if not folder or visit.farm.store.wiki(folder) is None:
        return {"folder": folder, "success": False, "error": f"Wiki folder not found: {folder}"}
    visit.farm.store.set_status(folder, status)
    return {"folder": folder, "success": True, "status": status or "running", "output": ""}


@ferme_route("ferme/wikis/hibernate", "POST", "@admins")
def hibernate(visit: Visit) -> Answer:
    """Put wikis to sleep: they can be read, not written."""
    return _sleep(visit, "hibernate")


@ferme_route("ferme/wikis/wake", "POST", "@admins")
def wake(visit: Visit) -> Answer:
    """Wake wikis."""
    return _sleep(visit, "")


def _not_rehearsed(visit: Visit, **_parts: str) -> Answer:
    refused = _checked(visit)
    told = {"success": False, "error": "Absent de la ferme de répétition"}
    return refused or visit.json(told, 400)


for _name in ("upgrade", "upgrade-extensions", "recover-custom", "refresh-stats", "activity",
              "spam-pages", "approve-spam-page", "mail", "archive", "clean-spam", "admin-add",
              "admin-remove", "lifetime"):  # fmt: skip
    ferme_route(f"ferme/wikis/{_name}", "POST", "@admins")(_not_rehearsed)
ferme_route("ferme/models/assets", "POST", "@admins")(_not_rehearsed)


@ferme_route("ferme/wikis/archive/download", "GET", "@admins")
def download(visit: Visit) -> Answer:
    """No archive can exist."""
    return visit.json({"success": False, "error": "not found"}, 404)


@ferme_route("ferme/lifetime/renew", "GET POST")
def renew(visit: Visit) -> Answer:
    """The link is never signed: 403."""
    return Answer(403, "<p>Lien invalide.</p>")
