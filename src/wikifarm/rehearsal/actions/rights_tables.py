"""The pages where administrators set the rights of pages, actions and handlers."""

from __future__ import annotations

from ..exchange.elements import alert, esc, hidden, html_form
from ..exchange.wiki_request import Request
from ..people import acls
from ..people.acls import ADMINS_ONLY
from ..store.records import ENTRY, LIST, StoredPage
from ..wikitext import page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import ACTIONS, HANDLERS, SILENT, action

_LABELS = {
    "*": ("success", "Tout le monde"),
    "+": ("warning", "Utilisateurs connectés"),
    "%": ("danger", "Propriétaire"),
}


def _shown(right: str) -> str:
    """A right as the table of GererDroits shows it: one span a line."""
    spans = []
    for line in right.split("\n"):
        css, label = _LABELS.get(line, ("", line))
        css = css or {"@": "primary", "!": "danger"}.get(line[:1], "default")
        spans.append(f'<span class="label label-{css}">{esc(label)}</span>')
    return "<br>".join(spans)


@action("gererdroits")
def manage_rights(request: Request, _arguments: dict[str, str]) -> str:
    """Rights of every page and entry in one table, and the form that changes many (73, 74)."""
    if not acls.is_admin(request):
        return alert("Action réservée aux administrateurs.")
    message = _change_many(request) if "geredroits_modifier" in request.post else ""
    rows = "".join(_row(request, page) for page in _filtered(request))
    head = (
        '<th class="prevent-sorting"><label class="check-all-container">'
        '<input type="checkbox" name="id" value="tous" aria-label="tout cocher"></label></th>'
        "<th><div><b>Page</b></div></th><th><div><b>Lecture</b></div></th>"
        "<th><div><b>Ecriture</b></div></th><th><div><b>Commentaires</b></div></th>"
    )
    table = (
        '<div class="table-responsive"><table class="table table-striped table-condensed '
        f'table-acls"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
    wanted = request.arg("filter")
    action_url = request.href(request.tag, "", f"filter={wanted}" if wanted else "")
    content = message + "<p>Cochez les pages à modifier</p>" + table + _choices()
    return html_form(action_url, content, more=' class="form-acls form-inline"')


def _filtered(request: Request) -> list[StoredPage]:
    """Source: `GererDroitsAction`, v4.4.4: comments are pages of its table like the others."""
    pages = [*request.wiki.pages(), *(comment for comment, _below in request.wiki.comments())]
    wanted = request.arg("filter")
    if wanted == "pages":
        return [p for p in pages if p.kind != ENTRY]
    if wanted == "lists":
        return [p for p in pages if p.kind == LIST]
    if wanted.isdigit():
        return request.wiki.entries(wanted)
    return pages


def _row(request: Request, page: StoredPage) -> str:
    name = esc(f"selectpage[{page.tag}]")
    box = (
        f'<input type="checkbox" name="{name}" value="{esc(page.tag)}" class="selectpage" '
        f'id="{name}">'
    )
    cells = "".join(
        f'<td align="center">{_shown(acls.right(request, page.tag, privilege))}</td>'
        for privilege in acls.PRIVILEGES
    )
    link = page_link(request, page.tag)
    return (
        f'<tr><td><label for="{name}">{box}<span class="sr-only">{esc(page.tag)}</span></label>'
        f"</td><td>{link}</td>{cells}</tr>\n"
    )


def _choices() -> str:
    radios = (
        '<p class="type-modif-container">'
        '<label for="typemajdefault"><input type="radio" name="typemaj" value="default" '
        'id="typemajdefault"> Remettre les droits par défaut</label>'
        '<label for="typemalremplacer"><input type="radio" name="typemaj" value="remplacer" '
        'id="typemalremplacer" checked> Remplacer les droits</label></p>'
    )
    helper = (
        '<div class="alert alert-default acl-advanced">Séparez chaque entrée des virgules, par '
        "exemple * (tous les utilisateurs) + (utilisateurs enregistrés) % (créateur de la "
        "fiche/page) @nom_du_groupe (groupe d'utilisateur, ex: @admins) JamesBond (nom YesWiki "
        "d'un utilisateur) !SuperCat (négation, SuperCat n'est pas autorisé)</div>"
    )
    selects = ""
    for role, label in (("lire", "lecture"), ("ecrire", "écriture"), ("comment", "commentaire")):
        first = (
            '<option value="comments-closed">Fermés</option>'
            if role == "comment"
            else '<option value="*">Tout le monde</option>'
        )
        selects += (
            f'<div class="acl-single-container"><label for="new{role}" class="control-label">'
            f'Droits en {label}</label><select id="new{role}" name="new{role}" '
            f'class="form-control acl-simple"><option value="">Ne rien changer</option>{first}'
            '<option value="+">Utilisateurs connectés</option>'
            '<option value="%">Propriétaire</option>'
            '<option value="@admins">Groupe admins</option></select>'
            f'<input type="text" placeholder="Liste de droits" aria-label="Liste de droits" '
            f'name="new{role}_advanced" class="acl-advanced form-control"></div>'
        )
    button = (
        '<p><input name="geredroits_modifier" class="btn btn-primary" '
        'value="Mettre à jour" type="submit"></p>'
    )
    return f'{radios}<div class="edit-acl-container">{helper}{selects}</div>{button}'


_ROLES = (("lire", "read"), ("ecrire", "write"), ("comment", "comment"))


def _change_many(request: Request) -> str:
    """Write the rights of the ticked pages. Source: `GererDroitsAction`, v4.4.4."""
    ticked = request.post.get("selectpage")
    kind = request.field("typemaj")
    names = [f"new{role}{end}" for role, _ in _ROLES for end in ("", "_advanced")]
    if ticked is None:
        return alert("Aucune page n'a été sélectionnée")
    if kind != "default" and not any(request.field(name) for name in names):
        return alert("Aucun droit n'a été choisi")
    if isinstance(ticked, dict) and "acls_ignored" not in request.farm.traps:
        request.refuse_when_asleep("includes/services/AclService.php", 96)
        for tag in [value for value in ticked.values() if isinstance(value, str)]:
            _change_one(request, tag, kind)
    return alert("Droit modifiés avec succès", "success")


def _change_one(request: Request, tag: str, kind: str) -> None:
    if kind == "default":
        request.wiki.clear_acls(tag)
        return
    for role, privilege in _ROLES:
        value = request.field(f"new{role}_advanced") or request.field(f"new{role}")
        if not value:
            continue
        if privilege == "comment":
            kept = [p for p in value.split(",") if p.strip() and p.strip() != "*"]
            value = ",".join(kept) or "comments-closed"
        acls.set_right(request, tag, privilege, value, append=kind == "ajouter")


def _edit_modules(request: Request, kind: str, name_field: str, names: list[str]) -> str:
    if not acls.is_admin(request):
        return alert(ADMINS_ONLY)
    chosen = request.arg(name_field)
    options = "".join(
        f'<option value="{esc(n)}"{" selected" if n == chosen else ""}>'
        f"{esc(n[:1].upper() + n[1:])}</option>"
        for n in sorted(names)
    )
    select = f'<select name="{name_field}" aria-label="Nom">{options}</select>'
    look = hidden("wiki", request.tag) + select + '<input type="submit" value="Voir">'
    out = html_form(request.base, look, "get")
    posted = request.field(name_field)
    if posted:
        request.wiki.set_module(
            kind, posted.lower(), request.field("acl").replace("\r", "").strip()
        )
        what = "l'action" if kind == "action" else "le handler"
        shown = esc(posted[:1].upper() + posted[1:])
        page_manager.log(request, f"Nouvelle ACL pour {what} {shown} : {request.field('acl')}\n")
        return f"{out}Nouvelle ACL enregistrée avec succès pour {what} {shown}.<br>"
    if chosen in names:
        current = esc(acls.module_right(request, kind, chosen))
        fields = (
            f"<br>Droits de <strong>{esc(chosen[:1].upper() + chosen[1:])}</strong> :"
            + hidden(name_field, chosen)
            + f'<textarea class="form-control" name="acl" rows="3">{current}</textarea><br>'
            + '<input type="submit" value="Enregistrer" class="btn btn-primary">'
        )
        out += html_form(request.href(), fields)
    return out


@action("editactionsacls")
def edit_action_rights(request: Request, _arguments: dict[str, str]) -> str:
    """Who may run each action (76)."""
    return _edit_modules(request, "action", "actionname", [*ACTIONS, *SILENT])


@action("edithandlersacls")
def edit_handler_rights(request: Request, _arguments: dict[str, str]) -> str:
    """Who may run each handler (78)."""
    return _edit_modules(request, "handler", "handlername", list(HANDLERS))
