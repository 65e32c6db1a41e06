"""Handlers that write a page: its text, its rights, its end."""

from __future__ import annotations

from ..bazar import bazar_page
from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import Answer, redirect
from ..exchange.wiki_request import ASLEEP, Visit
from ..ferme import wiki_admin
from ..people import acls, csrf, edit_guard
from ..store.records import ENTRY
from ..wikitext import page_manager
from ..wikitext.performer import handler
from . import frame
from .page_views import may_read


@handler("edit", "editiframe")
def edit(visit: Visit) -> Answer:
    """The edit form, and what it posts. A refused save is the form again (11, 12)."""
    page = visit.page
    framed = frame.frame if visit.handler.lower() == "editiframe" else frame.page
    entry = page is not None and page.kind == ENTRY
    readable = entry or may_read(visit)  # an entry's form looks at field rights alone
    if not acls.has_access(visit, "write", visit.tag, page) or not readable:
        told = "<i>Vous n'avez pas accès en écriture à cette page !</i>"
        return framed(visit, f'<div class="page">{told}</div>')
    if visit.asleep:
        return framed(visit, f'<div class="page">{alert(ASLEEP, "warning")}</div>')
    if entry:
        out = bazar_page.edit_entry(visit, visit.tag)
        return framed(visit, f'<div class="page">{out}</div>')
    previous = visit.field("previous") or (str(page.id) if page else "")
    body = visit.field("body") or (page.body if page else "")
    error = ""
    if visit.field("submit") == "Sauver" and edit_guard.passed(visit):
        if page and str(page.id) != visit.field("previous"):
            error = alert(
                "Cette page a été modifiée par quelqu'un d'autre pendant que vous l'éditiez."
                "\\nVeuillez copier vos changements et rééditer cette page."
            )
        elif not _refused_once(visit):
            _save_and_leave(visit, body)
    return framed(visit, f'<div class="page">{error}{_edit_form(visit, previous, body)}</div>')


def _refused_once(visit: Visit) -> bool:
    if "refuse_save_once" not in visit.farm.traps:
        return False
    visit.farm.traps.discard("refuse_save_once")
    return True


def _save_and_leave(visit: Visit, body: str) -> None:
    body = body.replace("\r", "")
    page = visit.page
    if page and body.rstrip() == page.body.rstrip():
        visit.flash("Cette page n'a pas été enregistrée car elle n'a subi aucune modification.")
    else:
        page_manager.save(visit, visit.tag, body)
        page_manager.track_links(visit, visit.tag, body)
    raise redirect(visit.href(visit.tag))


def _edit_form(visit: Visit, previous: str, body: str) -> str:
    save = '<button type="submit" name="submit" value="Sauver" class="btn">Sauver</button>'
    guard, script = edit_guard.shown(visit)
    fields = (
        hidden("previous", previous) + save
        + f'<textarea id="body" name="body" rows="20" aria-label="Texte">{esc(body)}</textarea>'
        + labelled("Mots clés", '<input type="text" name="pagetags" value="">')
        + hidden("antispam", "0") + guard + save
    )  # fmt: skip
    decoy = '<form id="form_graphical_options" hidden><input type="text" name="PageMenu"></form>'
    url = esc(visit.href(visit.tag, "edit"))
    form = f'<form id="ACEditor" name="ACEditor" action="{url}" method="POST">{fields}</form>'
    return form + decoy + script


@handler("acls")
def page_rights(visit: Visit) -> Answer:
    """Rights of one page, for its owner and administrators; no token (13, 14)."""
    page = visit.page
    if page is None or not (acls.is_admin(visit) or acls.is_owner(visit, page.tag, page.owner)):
        told = "Vous ne pouvez pas gérer les permissions de cette page."
        return frame.page(visit, alert(told))
    if visit.post:
        visit.refuse_when_asleep("includes/services/AclService.php", 96)
        for privilege in acls.PRIVILEGES:
            acls.set_right(visit, page.tag, privilege, visit.field(f"{privilege}_acl"))
        if visit.field("newowner"):
            visit.farm.store.set_owner(visit.w, page.tag, visit.field("newowner"))
        visit.flash("Droits d'accès mis à jour !")
        raise redirect(visit.href(page.tag))
    area = '<textarea name="{0}_acl" rows="3" cols="20">{1}</textarea>'
    read, write, comment = (acls.right(visit, page.tag, p) for p in acls.PRIVILEGES)
    users = "".join(
        f'<option value="{esc(u.name)}">{esc(u.name)}</option>'
        for u in visit.farm.store.users(visit.w)
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
    form = html_form(visit.href(page.tag, "acls"), fields)
    return frame.page(visit, f'<div class="page"><h3>Droits de {esc(page.tag)}</h3>{form}</div>')


@handler("deletepage")
def delete_page(visit: Visit) -> Answer:
    """Asks, then removes the page and all its revisions (50, 51, 54).

    A page that others point to asks for `eraselink=oui` as well: the form's address says so.
    """
    page = visit.page
    allowed = page and (acls.is_admin(visit) or acls.is_owner(visit, page.tag, page.owner))
    if page is None or not allowed:
        told = "<p><em>Vous n'êtes pas le propriétaire de cette page.</em></p>"
        return frame.page(visit, f'<div class="page">{told}</div>')
    orphan = page_manager.is_orphan(visit, page.tag)
    erase = visit.arg("eraselink") == "oui"
    error = ""
    if visit.arg("confirme") == "oui" and (orphan or erase):
        if csrf.csrf_holds(visit, visit.field("csrf-token")):
            wiki_admin.delete_page(visit, page)
            visit.flash(f"La page {page.tag} a définitivement été supprimée")
            raise redirect(visit.href("PagePrincipale"))
        error = alert("Page non supprimée. Jeton de sécurité invalide")
    query = "confirme=oui" if orphan else "confirme=oui&eraselink=oui"
    fields = (
        f"Voulez-vous vraiment supprimer définitivement la page {esc(page.tag)} ?<br><br>"
        + hidden("csrf-token", csrf.csrf_token(visit))
        + '<input type="submit" class="btn btn-danger" value="Supprimer">'
    )
    warning = "" if orphan else "<p><em>Cette page n'est pas orpheline.</em></p>"
    forms = html_form(visit.href(page.tag, "deletepage", query), fields)
    forms += html_form(visit.href(page.tag), '<input type="submit" value="Annuler">')
    return frame.page(visit, f'<div class="page">{error}{warning}{forms}</div>')


@handler("update")
def update(visit: Visit) -> Answer:
    """Where an operator installs the farm's own form and pages (03): already done here."""
    told = "Mise à jour terminée." if acls.is_admin(visit) else "Réservé aux administrateurs."
    return frame.page(visit, f'<div class="page">{told}</div>')


@handler("upload")
def upload(visit: Visit) -> Answer:
    """The form that attaches a file; files are not kept in a rehearsal (55)."""
    fields = hidden("wiki", f"{visit.tag}/upload") + '<input type="file" name="upFile">'
    form = html_form(visit.href(visit.tag, "upload"), fields, method="POST")
    return frame.page(visit, f'<div class="page">{form}</div>')
