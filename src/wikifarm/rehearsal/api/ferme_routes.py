"""API routes of the newer ferme extension: docs/yeswiki.md, Newer

Read `success` in the body: several failures are answered with status 200.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ..exchange.response import Response, Stop
from ..exchange.wiki_request import Request
from ..ferme import wiki_admin
from ..handlers import frame
from ..people import sessions
from ..php import php_json, table
from ..rehearsal_settings import FARM_FORM
from ..store.records import ENTRY, StoredPage, now
from ..wikitext import page_manager, page_names
from .routing import route

BATCH_LIMIT = 25

ferme_route = partial(route, where=lambda features: features.ferme_api, farm_only=True)


def _check(request: Request) -> None:
    """Refuse a bad token."""
    if not sessions.csrf_holds(request, request.field("csrf-token")):
        raise Stop(request.json({"success": False, "error": "Invalid CSRF token"}, 403))


def _wikis(request: Request) -> list[StoredPage]:
    return request.wiki.entries(FARM_FORM)


@ferme_route("ferme", "ANY")
def documentation(request: Request) -> Response:
    """A page of documentation that lists seven of the routes."""
    return frame.page(request, "<h1>Ferme</h1><p>POST api/ferme/wikis …</p>")


@ferme_route("ferme/csrf-token", "POST", "@admins")
def csrf_token(request: Request) -> Response:
    """A token of the session; it can be used again."""
    return request.json({"success": True, "token": sessions.csrf_token(request)})


@ferme_route("ferme/wikis", "POST", "@admins")
def list_wikis(request: Request) -> Response:
    """The wikis with their state, a page of them at a time."""
    search = request.post.get("search")
    wanted = str(search.get("value", "")) if isinstance(search, dict) else str(search or "")
    rows = [_row(request, page) for page in _wikis(request)]
    matches = [r for r in rows if wanted.lower() in f"{r['title']} {r['folder']}".lower()]
    matches.sort(
        key=lambda r: str(r["title"]).lower(), reverse=request.field("direction") == "desc"
    )
    start = _number(request, "start", 0)
    length = min(500, max(1, _number(request, "length", 100)))
    return request.json({
        "draw": _number(request, "draw", 0), "recordsTotal": len(rows),
        "recordsFiltered": len(matches), "data": matches[start : start + length],
        "counts": {"all": len(rows)}, "totals": {},
    })  # fmt: skip


def _number(request: Request, name: str, default: int) -> int:
    value = request.field(name)
    return int(value) if value.isdigit() else default


def _row(request: Request, page: StoredPage) -> dict[str, Any]:
    entry = page.values
    folder = str(entry.get("bf_dossier-wiki") or "")
    wiki = request.farm.store.wiki(folder) if folder else None
    asleep = bool(wiki and wiki.status == "hibernate")
    problem = {"kind": "noFolder" if not folder else "missingWiki", "label": "Wiki introuvable"}
    return {
        "id_fiche": page.tag, "folder": folder, "title": entry.get("bf_titre", ""),
        "description": entry.get("bf_description", ""),
        "url": f"{request.farm.base_url}{folder}/" if folder else "",
        "referent": entry.get("bf_referent", ""), "mail": entry.get("bf_mail", ""),
        "last_modification": page.time, "last_modification_iso": page.time.replace(" ", "T"),
        "dashboard_link": f"{request.farm.base_url}{folder}/?TableauDeBord",
        "view_url": request.href(page.tag), "edit_url": request.href(page.tag, "edit"),
        "delete_url": request.href(page.tag, "deletepage"), "error": "", "custom_warning": "",
        "admin": None, "version": {"name": "doryphore", "release": request.farm.release,
                                   "status": "ok", "update_url": "", "source_version": ""},
        "status": {"value": "hibernate" if asleep else "running",
                   "label": "En sommeil" if asleep else "Actif", "asleep": asleep},
        "stats": None, "lifetime": None, "problems": [] if wiki else [problem],
    }  # fmt: skip


@ferme_route("ferme/wikis/select", "POST", "@admins")
def select_wikis(request: Request) -> Response:
    """Names and addresses of all matches."""
    _check(request)
    wanted = request.field("search").lower()
    rows = [_row(request, p) for p in _wikis(request)]
    matches = [{"name": r["title"], "address": r["url"], "id_fiche": r["id_fiche"]} for r in rows
             if wanted in f"{r['title']} {r['folder']}".lower()]  # fmt: skip
    return request.json({"success": True, "wikis": matches, "total": len(matches)})


@ferme_route("ferme/wikis/search", "POST", "@admins")
def search_wikis(request: Request) -> Response:
    """Folders of the server that no entry names: half-made wikis among them."""
    _check(request)
    named = {p.values.get("bf_dossier-wiki") for p in _wikis(request)}
    leftovers = [
        {"folder": w.folder, "name": w.name, "url": f"{request.farm.base_url}{w.folder}/"}
        for w in request.farm.store.wikis()
        if w.folder and w.folder not in named
    ]
    return request.json({"success": True, "wikis": leftovers, "candidates": leftovers})


@ferme_route("ferme/wikis/import", "POST", "@admins")
def import_wikis(request: Request) -> Response:
    """Give an entry to wikis that are on the disk, so that they can be managed or removed."""
    _check(request)
    made = []
    for folder in table(request.post, "folders").values():
        wiki = request.farm.store.wiki(folder)
        if wiki is None or not folder:
            return request.json(
                {"success": False, "error": f"Wiki folder not found: {folder}"}, 404
            )
        tag = page_names.wiki_name(request, wiki.name or folder)
        entry = {"bf_titre": wiki.name or folder, "bf_description": "", "bf_referent": "",
                 "bf_mail": "", "bf_dossier-wiki": folder, "id_typeannonce": FARM_FORM,
                 "id_fiche": tag, "date_creation_fiche": now(), "statut_fiche": "1",
                 "date_maj_fiche": now()}  # fmt: skip
        page_manager.save(request, tag, php_json(entry), ignore_rights=True)
        request.wiki.set_kind(tag, ENTRY, FARM_FORM)
        made.append({"folder": folder, "id_fiche": tag})
    return request.json({"success": True, "imported": made, "output": f"{len(made)} wiki(s)"})


@ferme_route("ferme/wikis/delete", "POST", "@admins")
def delete_wikis(request: Request) -> Response:
    """Remove wikis and their entries; status 200 even when one of them failed."""
    _check(request)
    many = list(table(request.post, "id_fiches").values())
    alone = request.field("id_fiche")
    if not many and not alone:
        return request.json({"success": False, "error": "Missing id_fiche"}, 400)
    if len(many) > BATCH_LIMIT:
        return request.json({"success": False, "error": "Too many entries at once"}, 400)
    if not many:
        return request.json(_delete_one(request, alone))
    results = [_delete_one(request, tag) for tag in many]
    return request.json({"success": True, "results": results, "seconds": 0.1})


def _delete_one(request: Request, tag: str) -> dict[str, Any]:
    page = request.find(tag)
    if page is None or page.values.get("id_typeannonce") != FARM_FORM:
        return {"id_fiche": tag, "success": False, "error": f"Entry not found: {tag}"}
    if "busy" in request.farm.traps:
        return {"id_fiche": tag, "success": False, "error": "Folder is busy"}
    wiki_admin.delete_page(request, page)
    return {"id_fiche": tag, "success": True, "timings": {"total": 12}}


def _sleep(request: Request, status: str) -> Response:
    _check(request)
    many = list(table(request.post, "folders").values())
    results = [_set_status(request, folder, status) for folder in many or [request.field("folder")]]
    if many:
        return request.json({"success": True, "results": results})
    return request.json(results[0], 200 if results[0]["success"] else 400)


def _set_status(request: Request, folder: str, status: str) -> dict[str, Any]:
    if not folder or request.farm.store.wiki(folder) is None:
        return {"folder": folder, "success": False, "error": f"Wiki folder not found: {folder}"}
    request.farm.store.set_status(folder, status)
    return {"folder": folder, "success": True, "status": status or "running", "output": ""}


@ferme_route("ferme/wikis/hibernate", "POST", "@admins")
def hibernate(request: Request) -> Response:
    """Put wikis to sleep: they can be read, not written."""
    return _sleep(request, "hibernate")


@ferme_route("ferme/wikis/wake", "POST", "@admins")
def wake(request: Request) -> Response:
    """Wake wikis."""
    return _sleep(request, "")


def _not_rehearsed(request: Request, **_parts: str) -> Response:
    _check(request)
    return request.json({"success": False, "error": "Absent de la ferme de répétition"}, 400)


for _name in ("upgrade", "upgrade-extensions", "recover-custom", "refresh-stats", "activity",
              "spam-pages", "approve-spam-page", "mail", "archive", "clean-spam", "admin-add",
              "admin-remove", "lifetime"):  # fmt: skip
    ferme_route(f"ferme/wikis/{_name}", "POST", "@admins")(_not_rehearsed)
ferme_route("ferme/models/assets", "POST", "@admins")(_not_rehearsed)


@ferme_route("ferme/wikis/archive/download", "GET", "@admins")
def download(request: Request) -> Response:
    """No archive can exist."""
    return request.json({"success": False, "error": "not found"}, 404)


@ferme_route("ferme/lifetime/renew", "GET POST")
def renew(request: Request) -> Response:
    """The link is never signed: 403."""
    return Response(403, "<p>Lien invalide.</p>")
