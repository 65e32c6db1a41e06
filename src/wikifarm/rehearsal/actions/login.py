"""The actions by which somebody logs in, signs up, or changes a password."""

from __future__ import annotations

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Visit
from ..people import cookies, csrf, honeypot, user_manager
from ..wikitext.performer import action

SIGN_UP_FIELDS = ("email", "name", "password", "confpassword")


@action("login")
def login(visit: Visit, arguments: dict[str, str]) -> str:
    """The form, or what was posted to it. Any page that holds it will do."""
    asked = visit.param("action")
    if asked == "logout":
        cookies.logout(visit)
        visit.flash("Vous êtes maintenant déconnecté.")
        raise redirect(_without_logout(visit))
    if asked == "login" and visit.method == "POST":
        raise redirect(_log_in(visit))
    if visit.user:
        return _connected(visit)
    form = html_form(visit.url, _login_fields(visit))
    if arguments.get("template", "").startswith("modal"):
        return f"<details><summary>Se connecter</summary>{form}</details>"
    return form


def _log_in(visit: Visit) -> str:
    """Try the name and password; the address to go to, the same either way (02)."""
    name = visit.field("name") or visit.field("email")
    store = visit.farm.store
    by_mail = {"email": name} if "@" in name else {"name": name}
    user = store.user(visit.w, **by_mail) if name else None
    if user is None:
        visit.flash("Identification impossible : Identifiant non reconnu.")
    elif not user_manager.check_password(visit.field("password"), user.password):
        visit.flash("Identification impossible : mauvais mot de passe.")
    else:
        cookies.login(visit, user, visit.field("remember") in ("1", "on", "true", "yes"))
    given = visit.field("incomingurl")
    return given if given.startswith(visit.farm.base_url) else visit.url


def _without_logout(visit: Visit) -> str:
    url = visit.url.replace("&action=logout", "").replace("action=logout&", "")
    return url.replace("?action=logout", "").replace("action=logout", "")


def _connected(visit: Visit) -> str:
    settings = esc(visit.href("ParametresUtilisateur"))
    out = esc(visit.href(visit.tag, "", "action=logout"))
    return (
        f'<p class="connected">{esc(visit.user)} · <a href="{settings}">Mon compte</a> · '
        f'<a href="{out}">Se déconnecter</a></p>'
    )


def _login_fields(visit: Visit) -> str:
    name = '<input type="text" name="name" value="" autocomplete="username">'
    word = '<input type="password" name="password" autocomplete="current-password">'
    remember = '<input type="checkbox" name="remember" value="1" checked>'
    return (
        labelled("Identifiant ou e-mail", name)
        + labelled("Mot de passe", word)
        + labelled("Rester connecté", remember)
        + hidden("action", "login")
        + hidden("incomingurl", visit.url)
        + hidden("userpage", visit.url)
        + '<input type="submit" value="Se connecter">'
    )


@action("usersettings")
def user_settings(visit: Visit, _arguments: dict[str, str]) -> str:
    """Sign up, log out, change the password."""
    asked = visit.param("usersettings_action")
    if asked == "logout":
        cookies.logout(visit)
        visit.flash("Vous êtes maintenant déconnecté !")
        raise redirect(visit.href(visit.tag))
    if visit.user:
        message = _change_password(visit) if asked == "changepass" else ""
        return alert(message) * bool(message) + _account(visit)
    error = _sign_up(visit) if asked == "signup" else ""
    return alert(esc(error)) * bool(error) + _sign_up_form(visit)


def _sign_up(visit: Visit) -> str:
    """Make the account and log it in; the reason when it cannot be."""
    missing = [name for name in SIGN_UP_FIELDS if not visit.field(name)]
    if missing:
        return f"Il manque : {','.join(missing)}"
    if visit.field("password") != visit.field("confpassword"):
        return "Les deux mots de passe ne sont pas identiques."
    if honeypot.caught(visit):
        return "Cet envoi ressemble à celui d'un robot."
    name, email = visit.field("name"), visit.field("email")
    refused = user_manager.refusal(visit, name, email)
    if refused:
        return refused
    store = visit.farm.store
    user = user_manager.create(store, visit.w, name, email, visit.field("password"))
    cookies.login(visit, user, remember=False)
    raise redirect(visit.href(visit.tag))


def _change_password(visit: Visit) -> str:
    user = visit.farm.store.user(visit.w, name=visit.user)
    if user is None or not user_manager.check_password(visit.field("oldpass"), user.password):
        return "Mauvais mot de passe !"
    if not csrf.csrf_holds(visit, visit.field("csrf-token-changepass")):
        return "Le mot de passe n'a pas été changé."
    new = user_manager.hash_password(visit.field("password"))
    visit.farm.store.run(
        "UPDATE users SET password = ? WHERE wiki = ? AND name = ?", new, visit.w, user.name
    )
    visit.flash("Mot de passe changé !")
    raise redirect(visit.href(visit.tag))


def _account(visit: Visit) -> str:
    fields = (
        hidden("usersettings_action", "changepass")
        + hidden("csrf-token-changepass", csrf.csrf_token(visit))
        + labelled("Mot de passe actuel", '<input type="password" name="oldpass">')
        + labelled("Nouveau mot de passe", '<input type="password" name="password">')
        + '<input type="submit" value="Changer">'
    )
    out = hidden("usersettings_action", "logout")
    leave = html_form(visit.href(), out + '<input type="submit" value="Se déconnecter">')
    return f"<h2>Compte {esc(visit.user)}</h2>" + html_form(visit.href(), fields) + leave


def _sign_up_form(visit: Visit) -> str:
    name, email = esc(visit.field("name")), esc(visit.field("email"))
    fields = (
        hidden("usersettings_action", "signup")
        + labelled("Identifiant", f'<input name="name" value="{name}">')
        + labelled("E-mail", f'<input name="email" value="{email}">')
        + labelled("Mot de passe", '<input type="password" name="password">')
        + labelled("Le même, encore", '<input type="password" name="confpassword">')
    )
    fields += honeypot.inputs(visit)
    button = '<input type="submit" value="Créer le compte">'
    return "<h2>Créer un compte</h2>" + html_form(visit.href(), fields + button)
