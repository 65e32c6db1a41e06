"""Handlers that write a page: its text, its rights, its end."""

from __future__ import annotations

import json

from ..bazar import bazar_page
from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import Response, redirect
from ..exchange.wiki_request import ASLEEP, Request
from ..ferme import wiki_admin
from ..people import acls, robots, sessions
from ..php import php_json, table
from ..store.records import ENTRY
from ..wikitext import page_manager
from ..wikitext.performer import handler
from . import frame
from .page_views import may_read

METADATA = "http://outils-reseaux.org/_vocabulary/metadata"


@handler("edit", "editiframe")
def edit(request: Request) -> Response:
    """The edit form, and what it posts. A refused save is the form again (11, 12)."""
    page = request.page
    framed = frame.frame if request.handler.lower() == "editiframe" else frame.page
    entry = page is not None and page.kind == ENTRY
    readable = entry or may_read(request)  # an entry's form looks at field rights alone
    if not acls.has_access(request, "write", request.tag, page) or not readable:
        told = "<i>Vous n'avez pas accès en écriture à cette page !</i>"
        return framed(request, f'<div class="page">{told}</div>')
    if request.asleep:
        return framed(request, f'<div class="page">{alert(ASLEEP, "warning")}</div>')
    if entry:
        out = bazar_page.edit_entry(request, request.tag)
        return framed(request, f'<div class="page">{out}</div>')
    previous = request.field("previous") or (str(page.id) if page else "")
    body = request.field("body") or (page.body if page else "")
    error = ""
    if request.field("submit") == "Sauver" and robots.edit_passed(request):
        if page and str(page.id) != request.field("previous"):
            error = alert(
                "Cette page a été modifiée par quelqu'un d'autre pendant que vous l'éditiez."
                "\\nVeuillez copier vos changements et rééditer cette page."
            )
        elif not _refused_once(request):
            _save_and_leave(request, body)
    return framed(request, f'<div class="page">{error}{_edit_form(request, previous, body)}</div>')


def _refused_once(request: Request) -> bool:
    if "refuse_save_once" not in request.farm.traps:
        return False
    request.farm.traps.discard("refuse_save_once")
    return True


def _save_and_leave(request: Request, body: str) -> None:
    body = body.replace("\r", "")
    page = request.page
    if page and body.rstrip() == page.body.rstrip():
        request.flash("Cette page n'a pas été enregistrée car elle n'a subi aucune modification.")
    else:
        page_manager.save(request, request.tag, body)
        page_manager.track_links(request, request.tag, body)
    raise redirect(request.href(request.tag))


def _edit_form(request: Request, previous: str, body: str) -> str:
    save = '<button type="submit" name="submit" value="Sauver" class="btn">Sauver</button>'
    guard, script = robots.edit_guard(request)
    fields = (
        hidden("previous", previous) + save
        + f'<textarea id="body" name="body" rows="20" aria-label="Texte">{esc(body)}</textarea>'
        + labelled("Mots clés", '<input type="text" name="pagetags" value="">')
        + hidden("antispam", "0") + guard + save
    )  # fmt: skip
    decoy = '<form id="form_graphical_options" hidden><input type="text" name="PageMenu"></form>'
    url = esc(request.href(request.tag, "edit"))
    form = f'<form id="ACEditor" name="ACEditor" action="{url}" method="POST">{fields}</form>'
    return form + decoy + script


@handler("acls")
def page_rights(request: Request) -> Response:
    """Rights of one page, for its owner and administrators; no token (13, 14)."""
    page = request.page
    if page is None or not (acls.is_admin(request) or acls.is_owner(request, page.tag, page.owner)):
        told = "Vous ne pouvez pas gérer les permissions de cette page."
        return frame.page(request, alert(told))
    if request.post:
        request.refuse_when_asleep("includes/services/AclService.php", 96)
        for privilege in acls.PRIVILEGES:
            acls.set_right(request, page.tag, privilege, request.field(f"{privilege}_acl"))
        if request.field("newowner"):
            request.wiki.set_owner(page.tag, request.field("newowner"))
        request.flash("Droits d'accès mis à jour !")
        raise redirect(request.href(page.tag))
    area = '<textarea name="{0}_acl" rows="3" cols="20">{1}</textarea>'
    read, write, comment = (acls.right(request, page.tag, p) for p in acls.PRIVILEGES)
    users = "".join(
        f'<option value="{esc(u.name)}">{esc(u.name)}</option>' for u in request.wiki.users()
    )
    fields = (
        labelled("Droits en lecture", area.format("read", esc(read)))
        + labelled("Droits en écriture", area.format("write", esc(write)))
        + hidden("comment_acl", comment)
        + labelled("Changer le propriétaire",
                     f'<select name="newowner"><option value="">Ne rien changer</option>{users}'
                     "</select>")
        + '<input type="submit" value="Enregistrer">'
    )  # fmt: skip
    form = html_form(request.href(page.tag, "acls"), fields)
    return frame.page(request, f'<div class="page"><h3>Droits de {esc(page.tag)}</h3>{form}</div>')


@handler("deletepage")
def delete_page(request: Request) -> Response:
    """Asks, then removes the page and all its revisions (50, 51, 54).

    A page that others point to asks for `eraselink=oui` as well: the form's address says so.
    """
    page = request.page
    allowed = page and (acls.is_admin(request) or acls.is_owner(request, page.tag, page.owner))
    if page is None or not allowed:
        told = "<p><em>Vous n'êtes pas le propriétaire de cette page.</em></p>"
        return frame.page(request, f'<div class="page">{told}</div>')
    orphan = page_manager.is_orphan(request, page.tag)
    erase = request.arg("eraselink") == "oui"
    error = ""
    if request.arg("confirme") == "oui" and (orphan or erase):
        if sessions.csrf_holds(request, request.field("csrf-token")):
            wiki_admin.delete_page(request, page)
            request.flash(f"La page {page.tag} a définitivement été supprimée")
            raise redirect(request.href("PagePrincipale"))
        error = alert("Page non supprimée. Jeton de sécurité invalide")
    query = "confirme=oui" if orphan else "confirme=oui&eraselink=oui"
    fields = (
        f"Voulez-vous vraiment supprimer définitivement la page {esc(page.tag)} ?<br><br>"
        + hidden("csrf-token", sessions.csrf_token(request))
        + '<input type="submit" class="btn btn-danger" value="Supprimer">'
    )
    warning = "" if orphan else "<p><em>Cette page n'est pas orpheline.</em></p>"
    forms = html_form(request.href(page.tag, "deletepage", query), fields)
    forms += html_form(request.href(page.tag), '<input type="submit" value="Annuler">')
    return frame.page(request, f'<div class="page">{error}{warning}{forms}</div>')


@handler("duplicate")
def duplicate(request: Request) -> Response:
    """The form that copies a page, for administrators, where this version has one."""
    if not request.features.page_duplication:
        return Response(200, alert("Handler duplicate : N'existe pas"))
    if not acls.is_admin(request) or request.page is None:
        return frame.page(request, alert("Vous n'avez pas le droit de dupliquer cette page."))
    fields = (
        labelled("Nom de la page", '<input type="text" name="newTag" required>')
        + hidden("sourceUrl", request.href(request.tag))
        + hidden("originalTag", request.tag)
        + hidden("type", "page")
        + '<button type="submit" name="duplicate-action" value="open">Dupliquer</button>'
    )
    form = html_form(request.href(request.tag, "duplicate"), fields)
    return frame.page(request, f'<div class="page">{form}</div>')


@handler("update")
def update(request: Request) -> Response:
    """Where an operator installs the farm's own form and pages (03): already done here."""
    told = "Mise à jour terminée." if acls.is_admin(request) else "Réservé aux administrateurs."
    return frame.page(request, f'<div class="page">{told}</div>')


@handler("savemetadatas")
def save_metadata(request: Request) -> Response:
    """Give a page a look of its own, which is kept as a triple (4.4.4 and 4.5.0)."""
    if not acls.has_access(request, "write", request.tag, request.page):
        return Response(200, php_json({"result": "TEMPLATE_ERROR_NO_ACCESS"}), "application/json")
    look = table(request.post, "metadatas")
    for triple in request.wiki.triples(METADATA, request.tag):
        look = json.loads(triple.value) | look
        request.wiki.delete_triple(triple.id)
    request.wiki.add_triple(request.tag, METADATA, php_json(look))
    return Response(200, php_json({"result": 0}), "application/json")
