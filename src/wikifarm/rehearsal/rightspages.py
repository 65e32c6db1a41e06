"""The pages where rights, groups and accounts are managed: actions for administrators."""

from __future__ import annotations

import re

from . import accounts, html, pages, rights
from .actions import ACTIONS, action
from .store import ENTRY, LIST, Page
from .visit import Visit, esc, redirect

ADMINS_ONLY = "Op&eacute;ration permise aux administrateurs uniquement"

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
    if not rights.is_admin(visit):
        return html.alert("Action réservée aux administrateurs.")
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
    return html.form(action_url, content, more=' class="form-acls form-inline"')


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
        f'<td align="center">{_shown(rights.right(visit, page.tag, privilege))}</td>'
        for privilege in rights.PRIVILEGES
    )
    link = pages.page_link(visit, page.tag)
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
        return html.alert("Aucune page n'a été sélectionnée")
    if kind != "default" and not any(visit.field(name) for name in names):
        return html.alert("Aucun droit n'a été choisi")
    if isinstance(ticked, dict) and "acls_ignored" not in visit.farm.traps:
        rights.refuse_when_asleep(visit, "includes/services/AclService.php", 96)
        for tag in [value for value in ticked.values() if isinstance(value, str)]:
            _change_one(visit, tag, kind)
        visit.caches.pop("acls", None)
    return html.alert("Droit modifiés avec succès", "success")


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
        rights.set_right(visit, tag, privilege, value, append=kind == "ajouter")


def _edit_modules(visit: Visit, kind: str, name_field: str, names: list[str]) -> str:
    if not rights.is_admin(visit):
        return html.alert(ADMINS_ONLY)
    chosen = visit.arg(name_field)
    options = "".join(
        f'<option value="{esc(n)}"{" selected" if n == chosen else ""}>'
        f"{esc(n[:1].upper() + n[1:])}</option>"
        for n in sorted(names)
    )
    select = f'<select name="{name_field}" aria-label="Nom">{options}</select>'
    look = html.hidden("wiki", visit.tag) + select + '<input type="submit" value="Voir">'
    out = html.form(visit.base, look, "get")
    posted = visit.field(name_field)
    if posted:
        rights.set_module_right(visit, kind, posted, visit.field("acl"))
        what = "l'action" if kind == "action" else "le handler"
        shown = esc(posted[:1].upper() + posted[1:])
        pages.log(visit, f"Nouvelle ACL pour {what} {shown} : {visit.field('acl')}\n")
        return f"{out}Nouvelle ACL enregistrée avec succès pour {what} {shown}.<br>"
    if chosen in names:
        current = esc(rights.module_right(visit, kind, chosen))
        fields = (
            f"<br>Droits de <strong>{esc(chosen[:1].upper() + chosen[1:])}</strong> :"
            + html.hidden(name_field, chosen)
            + f'<textarea class="form-control" name="acl" rows="3">{current}</textarea><br>'
            + '<input type="submit" value="Enregistrer" class="btn btn-primary">'
        )
        out += html.form(visit.href(), fields)
    return out


@action("editactionsacls")
def edit_action_rights(visit: Visit, _arguments: dict[str, str]) -> str:
    """Who may run each action (76)."""
    return _edit_modules(visit, "action", "actionname", list(ACTIONS))


@action("edithandlersacls")
def edit_handler_rights(visit: Visit, _arguments: dict[str, str]) -> str:
    """Who may run each handler (78)."""
    from .handlers import HANDLERS

    return _edit_modules(visit, "handler", "handlername", list(HANDLERS))


@action("editgroups")
def edit_groups(visit: Visit, _arguments: dict[str, str]) -> str:
    """See, write and delete groups (39). The members are shown in a textarea."""
    if not rights.is_admin(visit):
        return html.alert(f"EditGroupsAction : {ADMINS_ONLY}")
    name = visit.field("groupname")
    message, kind = "", "danger"
    if name and re.search(r"[^A-Za-z0-9]", name):
        message, name = "Le nom d'un groupe ne peut contenir que des lettres et des chiffres.", ""
    elif name and visit.field("action-save"):
        message, kind = _save_group(visit, name)
    elif name and visit.field("action-delete"):
        message, kind = _delete_group(visit, name)
        name = "" if kind == "success" else name
    out = _group_forms(visit, name)
    if message:
        out += html.alert(message, kind)
    return out + (_members_form(visit, name) if name else "")


def _save_group(visit: Visit, name: str) -> tuple[str, str]:
    if not accounts.csrf_holds(visit, visit.field("confirmToken")):
        return "Erreur lors de l'enregistrement du groupe :<br/>jeton invalide", "danger"
    members = visit.field("acl").replace("\r", "").strip()
    if name.lower() == "admins" and not rights.satisfies(visit, members, visit.user):
        return "Vous ne pouvez pas vous retirer vous-même du groupe admins.", "danger"
    if f"@{name}" in members.split("\n"):
        return "Erreur : un groupe ne peut se contenir lui-même !", "danger"
    rights.refuse_when_asleep(visit, "includes/services/TripleStore.php", 200)
    visit.farm.store.set_group(visit.w, name, members)
    visit.caches.pop("groups", None)
    visit.caches.pop("admins", None)
    shown = name[:1].upper() + name[1:]
    pages.log(visit, f"Nouvelle ACL pour le groupe {shown} : {members}\n")
    return f"Nouvelle ACL enrégistrée avec succès pour le groupe {shown}", "success"


def _delete_group(visit: Visit, name: str) -> tuple[str, str]:
    if not accounts.csrf_holds(visit, visit.field("confirmToken")):
        return "Erreur lors de l'enregistrement du groupe :<br/>jeton invalide", "danger"
    if rights.groups(visit).get(name):
        return "Seul un groupe vide peut être supprimé.", "danger"
    alone = [t for (t, _), acl in visit.farm.store.acls(visit.w).items() if acl == f"@{name}"]
    if alone:
        return f"Des pages n'appartiennent qu'à ce groupe :<br/>{', '.join(alone)}", "danger"
    sql = "DELETE FROM groups WHERE wiki = ? AND name = ?"
    done = visit.farm.store.run(sql, visit.w, name)
    visit.caches.pop("groups", None)
    return (f"groupe {esc(name)} supprimé", "success") if done else ("Rien à supprimer", "warning")


def _group_forms(visit: Visit, name: str) -> str:
    options = "".join(
        f'<option value="{esc(g)}"{" selected" if g == name else ""}>{esc(g)}</option>'
        for g in sorted(rights.groups(visit))
    )
    existing = (
        "<label>Éditer un groupe existant</label>"
        f'<p><select class="form-control" name="groupname" aria-label="Groupe">{options}</select>'
        + html.hidden("confirmToken", accounts.csrf_token(visit))
        + '<input class="btn btn-primary" name="action-view" type="submit" value="Voir / Éditer">'
        '<input class="btn btn-danger" type="submit" name="action-delete" value="Supprimer"></p>'
    )
    new = (
        "<label>Ou créer un nouveau groupe</label><p><input type='text' name='groupname' "
        "aria-label='Nom du groupe'><input type='submit' value='Définir'></p>"
    )
    return html.form(visit.href(), existing) + html.form(visit.href(), new)


def _members_form(visit: Visit, name: str) -> str:
    members = esc(rights.groups(visit).get(name, ""))
    fields = (
        f"<hr><label>Liste des membres du groupe <b>{esc(name)}</b></label> (un nom par ligne)"
        + html.hidden("groupname", name)
        + html.hidden("confirmToken", accounts.csrf_token(visit))
        + html.hidden("action", "save")
        + f'<textarea name="acl" rows="3" class="form-control">{members}</textarea><br>'
        + '<input type="submit" value="Enregistrer" name="action-save" class="btn btn-primary">'
    )
    return html.form(visit.href(), fields)


@action("userstable")
def users_table(visit: Visit, _arguments: dict[str, str]) -> str:
    """Accounts; e-mails and groups for administrators only."""
    admin = rights.is_admin(visit)
    users = sorted(visit.farm.store.users(visit.w), key=lambda u: u.signuptime, reverse=True)
    rows = ""
    for user in users:
        member = [g for g in rights.groups(visit) if rights.in_group(visit, g, user.name)]
        names = ", ".join(member) if admin or user.name == visit.user else "***" * bool(member)
        mail = f"<td>{esc(user.email)}</td>" if admin else ""
        rows += f"<tr><td>{esc(user.name)}</td><td>{esc(names)}</td>{mail}"
        rows += f"<td>{esc(user.signuptime)}</td></tr>"
    mail_head = "<th>E-mail</th>" if admin else ""
    table = (
        '<div id="users-table-action"><table class="table table-striped"><thead><tr><th>Nom</th>'
        f"<th>Groupes</th>{mail_head}<th>Inscription</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    if not admin:
        return table + "</div>"
    fields = (
        '<input name="name" value="" aria-label="Nom" placeholder="Nom">'
        '<input name="email" value="" aria-label="E-mail" placeholder="E-mail">'
    )
    confirm = html.alert("Êtes-vous sûr·e de vouloir supprimer l’utilisateur·ice ?", "warning")
    count = html.alert("<b>Nombre d'éléments sélectionnés :</b>", "info")
    return html.form("#", fields) + table + f"</div><div hidden>{count}{confirm}</div>"


# Settings that change nothing here but what the page shows, with what a new wiki holds.
SETTINGS = {
    "default_language": "fr",
    "baz_map_center_lat": "",
    "baz_map_center_lon": "",
    "baz_map_zoom": "",
}


@action("editconfig")
def edit_config(visit: Visit, _arguments: dict[str, str]) -> str:
    """The wiki's settings; the rehearsal lets these be changed."""
    if not rights.is_admin(visit):
        return html.alert(ADMINS_ONLY)
    editable = ("default_read_acl", "default_write_acl", "default_comment_acl")
    if visit.method == "POST" and "wakka_name" in visit.post:
        config = dict(visit.wiki.config)
        config.update({n: visit.field(n) for n in (*editable, *SETTINGS) if visit.field(n)})
        visit.farm.set_config(visit.w, visit.field("wakka_name"), config)
        raise redirect(visit.href())
    values = {"wakka_name": visit.wiki.name, "root_page": "PagePrincipale"}
    values |= {n: rights.default_right(visit, n.split("_")[1]) for n in editable}
    values |= {n: str(visit.wiki.config.get(n, d)) for n, d in SETTINGS.items()}
    values |= {"wiki_status": visit.wiki.status}
    inputs = "".join(
        html.field(n, f'<input type="text" name="{n}" value="{esc(v)}">') for n, v in values.items()
    )
    return html.form(
        "", inputs + '<input type="submit" value="Enregistrer">', more=' id="edit-config"'
    )
