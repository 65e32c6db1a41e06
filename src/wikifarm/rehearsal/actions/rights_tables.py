"""The pages where administrators set the rights of pages, actions and handlers."""

from __future__ import annotations

from ..exchange.elements import alert, esc, hidden, html_form
from ..exchange.wiki_request import Visit
from ..people import acls
from ..people.acls import ADMINS_ONLY
from ..store.records import ENTRY, LIST, Page
from ..wikitext import page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import ACTIONS, HANDLERS, action

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
def manage_rights(visit: Visit, _arguments: dict[str, str]) -> str:
    """Rights of every page and entry in one table, and the form that changes many (73, 74)."""
    if not acls.is_admin(visit):
        return alert("Action réservée aux administrateurs.")
    message = _change_many(visit) if "geredroits_modifier" in visit.post else ""
    rows = "".join(_row(visit, page) for page in _filtered(visit))
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
    wanted = visit.arg("filter")
    action_url = visit.href(visit.tag, "", f"filter={wanted}" if wanted else "")
    content = message + "<p>Cochez les pages à modifier</p>" + table + _choices(visit)
    return html_form(action_url, content, more=' class="form-acls form-inline"')


def _filtered(visit: Visit) -> list[Page]:
    found = visit.farm.store.pages(visit.w)
    wanted = visit.arg("filter")
    if wanted == "pages":
        return [p for p in found if p.kind != ENTRY]
    if wanted == "lists":
        return [p for p in found if p.kind == LIST]
    if wanted.isdigit():
        return visit.farm.store.entries(visit.w, wanted)
    return found


def _row(visit: Visit, page: Page) -> str:
    name = esc(f"selectpage[{page.tag}]")
    box = (
        f'<input type="checkbox" name="{name}" value="{esc(page.tag)}" class="selectpage" '
        f'id="{name}">'
    )
    cells = "".join(
        f'<td align="center">{_shown(acls.right(visit, page.tag, privilege))}</td>'
        for privilege in acls.PRIVILEGES
    )
    link = page_link(visit, page.tag)
    return (
        f'<tr><td><label for="{name}">{box}<span class="sr-only">{esc(page.tag)}</span></label>'
        f"</td><td>{link}</td>{cells}</tr>\n"
    )


def _choices(visit: Visit) -> str:
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


def _change_many(visit: Visit) -> str:
    """Write the rights of the ticked pages. Source: `GererDroitsAction`, v4.4.4."""
    ticked = visit.post.get("selectpage")
    kind = visit.field("typemaj")
    names = [f"new{role}{end}" for role, _ in _ROLES for end in ("", "_advanced")]
    if ticked is None:
        return alert("Aucune page n'a été sélectionnée")
    if kind != "default" and not any(visit.field(name) for name in names):
        return alert("Aucun droit n'a été choisi")
    if isinstance(ticked, dict) and "acls_ignored" not in visit.farm.traps:
        visit.refuse_when_asleep("includes/services/AclService.php", 96)
        for tag in [value for value in ticked.values() if isinstance(value, str)]:
            _change_one(visit, tag, kind)
        visit.caches.pop("acls", None)
    return alert("Droit modifiés avec succès", "success")


def _change_one(visit: Visit, tag: str, kind: str) -> None:
    if kind == "default":
        visit.farm.store.run("DELETE FROM acls WHERE wiki = ? AND tag = ?", visit.w, tag)
        visit.caches.pop("acls", None)
        return
    for role, privilege in _ROLES:
        value = visit.field(f"new{role}_advanced") or visit.field(f"new{role}")
        if not value:
            continue
        if privilege == "comment":
            kept = [p for p in value.split(",") if p.strip() and p.strip() != "*"]
            value = ",".join(kept) or "comments-closed"
        acls.set_right(visit, tag, privilege, value, append=kind == "ajouter")


def _edit_modules(visit: Visit, kind: str, name_field: str, names: list[str]) -> str:
    if not acls.is_admin(visit):
        return alert(ADMINS_ONLY)
    chosen = visit.arg(name_field)
    options = "".join(
        f'<option value="{esc(n)}"{" selected" if n == chosen else ""}>'
        f"{esc(n[:1].upper() + n[1:])}</option>"
        for n in sorted(names)
    )
    select = f'<select name="{name_field}" aria-label="Nom">{options}</select>'
    look = hidden("wiki", visit.tag) + select + '<input type="submit" value="Voir">'
    out = html_form(visit.base, look, "get")
    posted = visit.field(name_field)
    if posted:
        acls.set_module_right(visit, kind, posted, visit.field("acl"))
        what = "l'action" if kind == "action" else "le handler"
        shown = esc(posted[:1].upper() + posted[1:])
        page_manager.log(visit, f"Nouvelle ACL pour {what} {shown} : {visit.field('acl')}\n")
        return f"{out}Nouvelle ACL enregistrée avec succès pour {what} {shown}.<br>"
    if chosen in names:
        current = esc(acls.module_right(visit, kind, chosen))
        fields = (
            f"<br>Droits de <strong>{esc(chosen[:1].upper() + chosen[1:])}</strong> :"
            + hidden(name_field, chosen)
            + f'<textarea class="form-control" name="acl" rows="3">{current}</textarea><br>'
            + '<input type="submit" value="Enregistrer" class="btn btn-primary">'
        )
        out += html_form(visit.href(), fields)
    return out


@action("editactionsacls")
def edit_action_rights(visit: Visit, _arguments: dict[str, str]) -> str:
    """Who may run each action (76)."""
    return _edit_modules(visit, "action", "actionname", list(ACTIONS))


@action("edithandlersacls")
def edit_handler_rights(visit: Visit, _arguments: dict[str, str]) -> str:
    """Who may run each handler (78)."""
    return _edit_modules(visit, "handler", "handlername", list(HANDLERS))
