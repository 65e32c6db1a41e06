"""What may be asked of a page: show it, edit it, its rights, its revisions, its raw text."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from . import (
    accounts,
    actions,
    bazar_action,
    bazar_entries,
    bazar_export,
    bazar_forms,
    bazar_views,
    html,
    pages,
    rights,
)
from .actions import format_text, include_page
from .login import bot_guard
from .store import ENTRY, LIST
from .visit import Answer, ServerFault, Visit, esc, php_json, redirect

Handle = Callable[[Visit], Answer]

HANDLERS: dict[str, Handle] = {}

NOT_READABLE = "Vous n'&ecirc;tes pas autoris&eacute; &agrave; lire cette page"


def handler(*names: str) -> Callable[[Handle], Handle]:
    """Register a function under these names."""

    def keep(run: Handle) -> Handle:
        for name in names:
            HANDLERS[name] = run
        return run

    return keep


def perform(visit: Visit) -> Answer:
    """Run the asked handler. A closed or unknown one is a 200 with a message (78)."""
    name = visit.handler.lower()
    if not rights.may_run(visit, "handler", name):
        return Answer(200, html.alert(f"Handler {esc(name)} : Accès interdit"))
    run = HANDLERS.get(name)
    if run is None:
        return Answer(200, html.alert(f"Handler {esc(name)} : N'existe pas"))
    try:
        return run(visit)
    except ServerFault as fault:  # `Performer::run` shows it in the page, with status 200
        return html.page(visit, actions.fault_shown(fault))


def content_of(visit: Visit, footer: bool = True) -> str:
    """The HTML of the visited page's text or entry."""
    page = visit.page
    if page is None:
        return ""
    visit.inclusions.append(page.tag)
    entry = page.kind == ENTRY
    out = bazar_views.view(visit, page, footer) if entry else format_text(visit, page.body)
    visit.inclusions.pop()
    return out


def _may_read(visit: Visit) -> bool:
    return rights.has_access(visit, "read", visit.tag, visit.page)


@handler("show")
def show(visit: Visit) -> Answer:
    """The page, or why not: missing, or not for this visitor (the title is there anyway)."""
    if not _may_read(visit):
        return html.page(visit, _closed(visit))
    if visit.page is None:
        url = esc(visit.href(visit.tag, "edit"))
        text = f'Cette page n\'existe pas encore, voulez-vous la <a href="{url}">créer</a> ?'
        return html.page(visit, f'<div class="page">{text}</div>')
    old = ""
    if not visit.page.latest:
        when = esc(visit.page.time)
        link = pages.page_link(visit, visit.tag)
        old = html.alert(f"Ceci est une version archivée de {link} à {when}.", "info")
    return html.page(visit, f'<div class="page">{old}{content_of(visit)}</div>')


def _closed(visit: Visit) -> str:
    told = html.alert(f"{NOT_READABLE}, veuillez vous identifier.")
    login = include_page(visit, "PageLogin")
    if not login and "PageLogin" not in visit.inclusions:
        login = format_text(visit, "{{login}}")
    return told + login


# -- text of a page -------------------------------------------------------------------------


@handler("raw")
def raw(visit: Visit) -> Answer:
    """The text: empty for a missing page and for one that may not be read (08, 14)."""
    if visit.page is None or not _may_read(visit):
        return Answer(200, "")
    body = bazar_entries.guarded_body(visit, visit.page)
    return Answer(200, body, "text/plain; charset=UTF-8")


@handler("css")
def css(visit: Visit) -> Answer:
    """The text again, as a style sheet."""
    return Answer(200, raw(visit).body, "text/css")


@handler("diaporama", "slide_show")
def slides(visit: Visit) -> Answer:
    """The text as slides; that of an entry is its JSON."""
    if visit.page is None or not _may_read(visit):
        return html.frame(visit, "")
    body = bazar_entries.guarded_body(visit, visit.page)
    shown = esc(body) if visit.page.kind == ENTRY else format_text(visit, body)
    return html.frame(visit, f'<div class="slides">{shown}</div>')


@handler("html")
def html_only(visit: Visit) -> Answer:
    """The page without its frame."""
    if visit.page is None or not _may_read(visit):
        return Answer(200, "")
    shown = content_of(visit, footer=False)
    return Answer(200, f'<div class="page">\n{shown}\n</div>\n')


@handler("xml")
def xml(visit: Visit) -> Answer:
    """The page's actions as XML; an entry has none."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    body = ""
    if visit.page is not None and _may_read(visit):
        body = head + (content_of(visit) if visit.page.kind != ENTRY else "")
    return Answer(200, body, "text/xml; charset=UTF-8")


@handler("iframe", "bazariframe")
def iframe(visit: Visit) -> Answer:
    """The page without menus, for other sites; gives the title to anybody."""
    if visit.page is None:
        return Answer(200, "Cette page n'existe pas encore.")
    return html.frame(visit, content_of(visit) if _may_read(visit) else _closed(visit))


@handler("render")
def render(visit: Visit) -> Answer:
    """A preview of the text given in `content`; gives the page's title to anybody."""
    return html.frame(visit, format_text(visit, visit.arg("content")))


@handler("json")
def as_json(visit: Visit) -> Answer:
    """Bazar's older service: `demand=` lists, forms, entry, entries, pages."""
    demand = visit.param("demand")
    media = "application/json; charset=UTF-8"
    if demand == "lists":
        return Answer(200, php_json(bazar_forms.lists_json(visit)), media)
    if demand == "forms":
        wanted = visit.param("id") or visit.param("form")
        known = bazar_forms.forms(visit)
        chosen = [known[wanted]] if wanted in known else ([] if wanted else list(known.values()))
        found = [bazar_forms.form_json(visit, form) for form in chosen]
        return Answer(200, php_json(found or {}), media)
    if demand == "entry":
        return Answer(200, php_json(_one_entry(visit)), media)
    if demand == "entries":
        wanted = visit.param("id") or visit.param("form")
        route = f"forms/{wanted}/entries" if wanted and "," not in wanted else "entries"
        query = f"query={quote('id_typeannonce=' + wanted)}" if "," in wanted else ""
        raise redirect(visit.href("api", route, query))
    if demand == "pages":
        raise redirect(visit.href("api", "pages"))
    return Answer(200, "")


def _one_entry(visit: Visit) -> object:
    tag = visit.param("id_fiche")
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return {"error": f"id_fiche {tag} not found."}
    if not rights.has_access(visit, "read", tag, page):
        return {"error": f"You have no right to access to entry '{tag}'."}
    return json.loads(bazar_entries.guarded_body(visit, page))


@handler("share", "widget", "referrers")
def tools(visit: Visit) -> Answer:
    """Addresses to share a page or a list, and where visits came from: nothing in a rehearsal."""
    told = f"Handler {esc(visit.handler)} : absent de la répétition"
    return html.page(visit, f'<div class="page"><small>{told}</small></div>')


@handler("listpages")
def list_pages(visit: Visit) -> Answer:
    """Every page and entry that the visitor may read, each included whole."""
    shown = "".join(
        f"<h4>{pages.page_link(visit, page.tag)}</h4>{actions.include(visit, {'page': page.tag})}"
        for page in visit.farm.store.pages(visit.w)
        if page.kind != LIST
        and not page.tag.startswith(pages.HIDDEN_TAG)
        and not visit.farm.is_hidden(visit.w, page.tag)
        and rights.has_access(visit, "read", page.tag, page)
    )
    return html.page(visit, f'<div class="page">{shown}</div>')


@handler("rss")
def rss(visit: Visit) -> Answer:
    """The entries of a form as a feed."""
    return bazar_export.rss(visit)


@handler("revisions")
def revisions(visit: Visit) -> Answer:
    """Every revision, in an attribute that the page's script reads; title given to anybody."""
    if not _may_read(visit):
        return html.page(visit, html.alert("Vous n'êtes pas autorisé à lire cette page"))
    wanted = visit.arg("restoreRevisionId")
    found = visit.farm.store.revisions(visit.w, visit.tag)
    if wanted:
        body = next((p.body for p in found if str(p.id) == wanted), None)
        if body is not None and pages.save(visit, visit.tag, body):
            visit.flash("La version a été restaurée.")
        raise redirect(visit.href(visit.tag))
    listed = [
        {"id": str(p.id), "tag": p.tag, "time": p.time, "user": p.user, "owner": p.owner}
        for p in found
    ]
    lines = "".join(
        f'<li><a href="{esc(visit.href(visit.tag, "", "time=" + quote(p.time)))}">{esc(p.time)}'
        f"</a> par {esc(p.user)}</li>"
        for p in found
    )
    entry = "true" if visit.page and visit.page.kind == ENTRY else "false"
    return html.page(
        visit,
        f'<div class="revisions-container" data-revisions="{esc(php_json(listed))}" '
        f'data-revisions-count="{len(found)}" data-is-entry="{entry}"><h1>Historique</h1>'
        f"<ol>{lines}</ol></div>",
    )


# -- writing --------------------------------------------------------------------------------


@handler("edit", "editiframe")
def edit(visit: Visit) -> Answer:
    """The edit form, and what it posts. A refused save is the form again (11, 12)."""
    page = visit.page
    framed = html.frame if visit.handler.lower() == "editiframe" else html.page
    entry = page is not None and page.kind == ENTRY
    readable = entry or _may_read(visit)  # an entry's form looks at field rights alone
    if not rights.has_access(visit, "write", visit.tag, page) or not readable:
        told = "<i>Vous n'avez pas accès en écriture à cette page !</i>"
        return framed(visit, f'<div class="page">{told}</div>')
    if rights.is_asleep(visit):
        return framed(visit, f'<div class="page">{html.alert(rights.ASLEEP, "warning")}</div>')
    if entry:
        out = bazar_action.edit_entry(visit, visit.tag)
        return framed(visit, f'<div class="page">{out}</div>')
    previous = visit.field("previous") or (str(page.id) if page else "")
    body = visit.field("body") or (page.body if page else "")
    error = ""
    if visit.field("submit") == "Sauver" and _guard_passed(visit):
        if page and str(page.id) != visit.field("previous"):
            error = html.alert(
                "Cette page a été modifiée par quelqu'un d'autre pendant que vous l'éditiez."
                "\\nVeuillez copier vos changements et rééditer cette page."
            )
        elif not _refused_once(visit):
            _save_and_leave(visit, body)
    return framed(visit, f'<div class="page">{error}{_edit_form(visit, previous, body)}</div>')


def _guard_passed(visit: Visit) -> bool:
    """Hashcash for everybody, or a honeypot for all but administrators."""
    if not visit.features.hashcash:
        return rights.is_admin(visit) or not visit.field("yw-bot-guard-mail")
    return visit.field("hashcash_value") == str(visit.farm.hashcash_value(visit.w))


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
        pages.save(visit, visit.tag, body)
        pages.track_links(visit, visit.tag, body)
    raise redirect(visit.href(visit.tag))


def _edit_form(visit: Visit, previous: str, body: str) -> str:
    save = '<button type="submit" name="submit" value="Sauver" class="btn">Sauver</button>'
    guard = ""
    script = ""
    if visit.features.hashcash:
        guard = '<div id="hashcash-text"><small>Protection anti-spam active</small></div>'
        site = quote(visit.base, safe="")
        source = f"{visit.base}tools/security/wp-hashcash-js.php?formid=ACEditor&siteurl={site}"
        script = f'<script src="{esc(source)}"></script>'
    elif not rights.is_admin(visit):
        guard = bot_guard()
    fields = (
        html.hidden("previous", previous) + save
        + f'<textarea id="body" name="body" rows="20" aria-label="Texte">{esc(body)}</textarea>'
        + html.field("Mots clés", '<input type="text" name="pagetags" value="">')
        + html.hidden("antispam", "0") + guard + save
    )  # fmt: skip
    decoy = '<form id="form_graphical_options" hidden><input type="text" name="PageMenu"></form>'
    url = esc(visit.href(visit.tag, "edit"))
    form = f'<form id="ACEditor" name="ACEditor" action="{url}" method="POST">{fields}</form>'
    return form + decoy + script


@handler("acls")
def acls(visit: Visit) -> Answer:
    """Rights of one page, for its owner and administrators; no token (13, 14)."""
    page = visit.page
    if page is None or not (rights.is_admin(visit) or rights.is_owner(visit, page.tag, page.owner)):
        told = "Vous ne pouvez pas gérer les permissions de cette page."
        return html.page(visit, html.alert(told))
    if visit.post:
        rights.refuse_when_asleep(visit, "includes/services/AclService.php", 96)
        for privilege in rights.PRIVILEGES:
            rights.set_right(visit, page.tag, privilege, visit.field(f"{privilege}_acl"))
        if visit.field("newowner"):
            visit.farm.store.set_owner(visit.w, page.tag, visit.field("newowner"))
        visit.flash("Droits d'accès mis à jour !")
        raise redirect(visit.href(page.tag))
    area = '<textarea name="{0}_acl" rows="3" cols="20">{1}</textarea>'
    read, write, comment = (rights.right(visit, page.tag, p) for p in rights.PRIVILEGES)
    users = "".join(
        f'<option value="{esc(u.name)}">{esc(u.name)}</option>'
        for u in visit.farm.store.users(visit.w)
    )
    fields = (
        html.field("Droits en lecture", area.format("read", esc(read)))
        + html.field("Droits en écriture", area.format("write", esc(write)))
        + html.hidden("comment_acl", comment)
        + html.field("Changer le propriétaire",
                     f'<select name="newowner"><option value="">Ne rien changer</option>{users}'
                     "</select>")
        + '<input type="submit" value="Enregistrer">'
    )  # fmt: skip
    form = html.form(visit.href(page.tag, "acls"), fields)
    return html.page(visit, f'<div class="page"><h3>Droits de {esc(page.tag)}</h3>{form}</div>')


@handler("deletepage")
def delete_page(visit: Visit) -> Answer:
    """Asks, then removes the page and all its revisions (50, 51, 54).

    A page that others point to asks for `eraselink=oui` as well: the form's address says so.
    """
    page = visit.page
    allowed = page and (rights.is_admin(visit) or rights.is_owner(visit, page.tag, page.owner))
    if page is None or not allowed:
        told = "<p><em>Vous n'êtes pas le propriétaire de cette page.</em></p>"
        return html.page(visit, f'<div class="page">{told}</div>')
    orphan = pages.is_orphan(visit, page.tag)
    erase = visit.arg("eraselink") == "oui"
    error = ""
    if visit.arg("confirme") == "oui" and (orphan or erase):
        if accounts.csrf_holds(visit, visit.field("csrf-token")):
            visit.farm.delete_page(visit, page)
            visit.flash(f"La page {page.tag} a définitivement été supprimée")
            raise redirect(visit.href("PagePrincipale"))
        error = html.alert("Page non supprimée. Jeton de sécurité invalide")
    query = "confirme=oui" if orphan else "confirme=oui&eraselink=oui"
    fields = (
        f"Voulez-vous vraiment supprimer définitivement la page {esc(page.tag)} ?<br><br>"
        + html.hidden("csrf-token", accounts.csrf_token(visit))
        + '<input type="submit" class="btn btn-danger" value="Supprimer">'
    )
    warning = "" if orphan else "<p><em>Cette page n'est pas orpheline.</em></p>"
    forms = html.form(visit.href(page.tag, "deletepage", query), fields)
    forms += html.form(visit.href(page.tag), '<input type="submit" value="Annuler">')
    return html.page(visit, f'<div class="page">{error}{warning}{forms}</div>')


@handler("update")
def update(visit: Visit) -> Answer:
    """Where an operator installs the farm's own form and pages (03): already done here."""
    told = "Mise à jour terminée." if rights.is_admin(visit) else "Réservé aux administrateurs."
    return html.page(visit, f'<div class="page">{told}</div>')


@handler("mail")
def mail(visit: Visit) -> Answer:
    """The contact form of an entry; the rehearsal sends nothing."""
    if not _may_read(visit):
        return html.page(visit, _closed(visit))
    if visit.post:
        told = "Message non envoyé : la ferme de répétition n'envoie aucun mail."
        return html.page(visit, html.alert(told, "info"))
    fields = (
        html.field("Votre nom", '<input type="text" name="name">')
        + html.field("Votre adresse mail", '<input type="email" name="email">')
        + html.field("Sujet", '<input type="text" name="subject">')
        + html.field("Message", '<textarea name="message"></textarea>')
        + html.hidden("type", "contact")
        + '<input type="submit" value="Envoyer">'
    )
    url = visit.href(visit.tag, "mail", f"field={quote(visit.arg('field'))}")
    return html.page(visit, html.form(url, fields, more=' class="ajax-mail-form"'))


@handler("upload")
def upload(visit: Visit) -> Answer:
    """The form that attaches a file; files are not kept in a rehearsal (55)."""
    fields = html.hidden("wiki", f"{visit.tag}/upload") + '<input type="file" name="upFile">'
    form = html.form(visit.href(visit.tag, "upload"), fields, method="POST")
    return html.page(visit, f'<div class="page">{form}</div>')
