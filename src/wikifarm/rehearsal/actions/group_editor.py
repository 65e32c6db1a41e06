"""The pages where administrators manage groups and accounts."""

from __future__ import annotations

import re
from urllib.parse import quote

from ..exchange.elements import alert, esc, hidden, html_form
from ..exchange.wiki_request import Request
from ..people import acls, group_manager, sessions
from ..people.acls import ADMINS_ONLY
from ..people.group_manager import GroupRefusal
from ..wikitext import page_manager
from ..wikitext.performer import action


@action("editgroups")
def edit_groups(request: Request, _arguments: dict[str, str]) -> str:
    """See, write and delete groups."""
    if not acls.is_admin(request):
        return alert(f"EditGroupsAction : {ADMINS_ONLY}")
    return _boxes_page(request) if request.features.groups_by_api else _text_page(request)


def _boxes_page(request: Request) -> str:
    """A box for each account and group (4.5.0); what is posted to the older page does nothing."""
    name, message = request.field("groupname"), ""
    if name:
        message = _done(request, name)
        name = "" if "action-delete" in request.post and "danger" not in message else name
    return (
        _group_choice(request, name)
        + message
        + (_members_boxes(request, name) if name else "")
        + _new_group(request)
    )


def _done(request: Request, name: str) -> str:
    """What the page says of the button that was pressed."""
    told = ""
    try:
        if not sessions.csrf_holds(request, request.field("confirmToken")):
            raise GroupRefusal("jeton invalide")
        if request.field("action-create"):
            group_manager.create(request, name, [])
            told = f"groupe {name} créé avec succès"
        elif request.field("action-update"):
            # Each box has the name of a member, where PHP writes `_` for a blank or a dot.
            boxes = [box for box, value in request.post.items() if value == "1"]
            group_manager.update(request, name, boxes)
            told = f"groupe {name} mis à jour avec succès"
        elif request.field("action-delete"):
            group_manager.delete(request, name)
            told = f"groupe {name} supprimé avec succès"
    except GroupRefusal as refusal:
        return alert(f"error durant l'action sur le groupe.:<br/>{esc(refusal)}")
    return alert(esc(told), "success") if told else ""


def _group_choice(request: Request, name: str) -> str:
    options = "".join(
        f'<option value="{esc(g)}"{" selected" if g == name else ""}>{esc(g)}</option>'
        for g in sorted(request.wiki.groups)
    )
    existing = (
        "<label>Éditer un groupe existant</label>"
        f'<p><select class="form-control" name="groupname" aria-label="Groupe">{options}</select>'
        + hidden("confirmToken", sessions.csrf_token(request))
        + '<input class="btn btn-primary" name="action-view" type="submit" value="Voir / Éditer">'
        '<input class="btn btn-danger" type="submit" name="action-delete" value="Supprimer"></p>'
    )
    return html_form(request.href(), existing)


def _new_group(request: Request) -> str:
    fields = (
        '<label>Ou créer un nouveau groupe</label><p><input type="text" name="groupname" '
        'aria-label="Nom du groupe">' + hidden("confirmToken", sessions.csrf_token(request))
        + '<input type="submit" name="action-create" value="Définir"></p>'
    )  # fmt: skip
    return html_form(request.href(), fields)


def _members_boxes(request: Request, name: str) -> str:
    """Those who are not in the group, then those who are."""
    known = group_manager.is_known(request, name)
    inside = [m for m in group_manager.members(request, name) if m] if known else []
    listed = [f"@{group}" for group in sorted(request.wiki.groups)]
    listed += sorted(user.name for user in request.wiki.users())
    # A group is not offered to itself; where it is not there, the first of the list goes instead.
    listed.remove(f"@{name}" if f"@{name}" in listed else listed[0])
    listed = [member for member in listed if member not in inside] + inside
    boxes = "".join(
        f'<label><input type="checkbox" value="1" name="{esc(member)}"'
        f"{' checked' if member in inside else ''}> {esc(member)}</label>"
        for member in listed
    )
    fields = (
        boxes
        + hidden("groupname", name)
        + hidden("confirmToken", sessions.csrf_token(request))
        + '<input type="submit" value="Enregistrer" name="action-update" class="btn btn-primary">'
    )
    return html_form(request.href(), fields)


def _text_page(request: Request) -> str:
    """The members are shown in a textarea (39)."""
    name = request.field("groupname")
    message, kind = "", "danger"
    if name and re.search(r"[^A-Za-z0-9]", name):
        message, name = "Le nom d'un groupe ne peut contenir que des lettres et des chiffres.", ""
    elif name and request.field("action-save"):
        message, kind = _save_group(request, name)
    elif name and request.field("action-delete"):
        message, kind = _delete_group(request, name)
        name = "" if kind == "success" else name
    out = _group_forms(request, name)
    if message:
        out += alert(message, kind)
    return out + (_members_form(request, name) if name else "")


def _save_group(request: Request, name: str) -> tuple[str, str]:
    if not sessions.csrf_holds(request, request.field("confirmToken")):
        return "Erreur lors de l'enregistrement du groupe :<br/>jeton invalide", "danger"
    members = request.field("acl").replace("\r", "").strip()
    if name.lower() == "admins" and not acls.satisfies(request, members, request.user):
        return "Vous ne pouvez pas vous retirer vous-même du groupe admins.", "danger"
    if f"@{name}" in members.split("\n"):
        return "Erreur : un groupe ne peut se contenir lui-même !", "danger"
    request.refuse_when_asleep("includes/services/TripleStore.php", 200)
    request.wiki.set_group(name, members)
    request.admins.clear()
    shown = name[:1].upper() + name[1:]
    page_manager.log(request, f"Nouvelle ACL pour le groupe {shown} : {members}\n")
    return f"Nouvelle ACL enrégistrée avec succès pour le groupe {shown}", "success"


def _delete_group(request: Request, name: str) -> tuple[str, str]:
    if not sessions.csrf_holds(request, request.field("confirmToken")):
        return "Erreur lors de l'enregistrement du groupe :<br/>jeton invalide", "danger"
    if request.wiki.groups.get(name):
        return "Seul un groupe vide peut être supprimé.", "danger"
    alone = request.wiki.only_for(f"@{name}")
    if alone:
        return f"Des pages n'appartiennent qu'à ce groupe :<br/>{', '.join(alone)}", "danger"
    done = request.wiki.delete_group(name)
    return (f"groupe {esc(name)} supprimé", "success") if done else ("Rien à supprimer", "warning")


def _group_forms(request: Request, name: str) -> str:
    new = (
        "<label>Ou créer un nouveau groupe</label><p><input type='text' name='groupname' "
        "aria-label='Nom du groupe'><input type='submit' value='Définir'></p>"
    )
    return _group_choice(request, name) + html_form(request.href(), new)


def _members_form(request: Request, name: str) -> str:
    members = esc(request.wiki.groups.get(name, ""))
    fields = (
        f"<hr><label>Liste des membres du groupe <b>{esc(name)}</b></label> (un nom par ligne)"
        + hidden("groupname", name)
        + hidden("confirmToken", sessions.csrf_token(request))
        + hidden("action", "save")
        + f'<textarea name="acl" rows="3" class="form-control">{members}</textarea><br>'
        + '<input type="submit" value="Enregistrer" name="action-save" class="btn btn-primary">'
    )
    return html_form(request.href(), fields)


@action("userstable")
def users_table(request: Request, _arguments: dict[str, str]) -> str:
    """Accounts; e-mails and groups for administrators only."""
    admin = acls.is_admin(request)
    users = sorted(request.wiki.users(), key=lambda u: u.signuptime, reverse=True)
    rows = ""
    for user in users:
        member = [g for g in request.wiki.groups if acls.in_group(request, g, user.name)]
        names = ", ".join(member) if admin or user.name == request.user else "***" * bool(member)
        mail = f"<td>{esc(user.email)}</td>" if admin else ""
        rows += f"<tr>{'<td></td>' * admin}<td>{esc(user.name)}</td><td>{esc(names)}</td>{mail}"
        rows += f"<td>{esc(user.signuptime)}</td>{_gestures(request, user.name, admin=admin)}</tr>"
    mail_head = "<th>E-mail</th>" if admin else ""
    head = f"{'<th></th>' * admin}<th>Nom</th><th>Groupes</th>{mail_head}"
    head += "<th>Inscription</th><th>Modifier</th><th>Supprimer</th>"
    table = (
        '<div id="users-table-action"><table class="table table-striped">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    if not admin:
        return table + "</div>"
    fields = (
        '<input name="name" value="" aria-label="Nom" placeholder="Nom">'
        '<input name="email" value="" aria-label="E-mail" placeholder="E-mail">'
    )
    confirm = alert("Êtes-vous sûr·e de vouloir supprimer l’utilisateur·ice ?", "warning")
    count = alert("<b>Nombre d'éléments sélectionnés :</b>", "info")
    shown = html_form("#", fields) + table + f"</div><div hidden>{count}{confirm}</div>"
    return f'{shown}<script src="{esc(request.base)}javascripts/users-table.js" defer></script>'


def _gestures(request: Request, name: str, *, admin: bool) -> str:
    """What may be done to an account: change it, and remove it unless it is one's own."""
    own = name == request.user
    query = "" if own else f"user={quote(name)}&from={request.tag}"
    change = f'<a href="{esc(request.href("ParametresUtilisateur", "", query))}">Modifier</a>'
    address = esc(request.href(f"api/users/{quote(name)}/delete"))
    told = f'data-address="{address}" data-token="{sessions.csrf_token(request)}"'
    remove = f'<button class="delete-user" {told}>Supprimer</button>'
    return f"<td>{change * (admin or own)}</td><td>{remove * (admin and not own)}</td>"
