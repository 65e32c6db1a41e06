"""The actions by which somebody logs in, signs up, or changes a password."""

from __future__ import annotations

import base64

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls, robots, sessions, user_manager
from ..store.records import User
from ..wikitext.performer import action

SIGN_UP_FIELDS = ("email", "name", "password", "confpassword")


@action("login")
def login(request: Request, arguments: dict[str, str]) -> str:
    """The form, or what was posted to it. Any page that holds it will do."""
    asked = request.param("action")
    if asked == "logout":
        sessions.logout(request)
        request.flash("Vous êtes maintenant déconnecté.")
        raise redirect(_without_logout(request))
    if asked == "login" and request.method == "POST":
        raise redirect(_log_in(request))
    if request.user:
        return _connected(request)
    form = html_form(request.url, _login_fields(request))
    if arguments.get("template", "").startswith("modal"):
        return f"<details><summary>Se connecter</summary>{form}</details>"
    return form


def _log_in(request: Request) -> str:
    """Try the name and password; the address to go to, the same either way (02)."""
    name = request.field("name") or request.field("email")
    by_mail = {"email": name} if "@" in name else {"name": name}
    user = request.wiki.user(**by_mail) if name else None
    if user is None:
        request.flash(user_manager.UNKNOWN)
    elif not user_manager.check_password(request.field("password"), user.password):
        request.flash(user_manager.WRONG_PASSWORD)
    else:
        sessions.login(request, user, request.field("remember") in ("1", "on", "true", "yes"))
    given = request.field("incomingurl")
    return given if given.startswith(request.farm.base_url) else request.url


def _without_logout(request: Request) -> str:
    url = request.url.replace("&action=logout", "").replace("action=logout&", "")
    return url.replace("?action=logout", "").replace("action=logout", "")


def _connected(request: Request) -> str:
    settings = esc(request.href("ParametresUtilisateur"))
    out = esc(request.href(request.tag, "", "action=logout"))
    return (
        f'<p class="connected">{esc(request.user)} · <a href="{settings}">Mon compte</a> · '
        f'<a href="{out}">Se déconnecter</a></p>'
    )


def _login_fields(request: Request) -> str:
    name = '<input type="text" name="name" value="" autocomplete="username">'
    word = '<input type="password" name="password" autocomplete="current-password">'
    remember = '<input type="checkbox" name="remember" value="1" checked>'
    return (
        labelled("Identifiant ou e-mail", name)
        + labelled("Mot de passe", word)
        + labelled("Rester connecté", remember)
        + hidden("action", "login")
        + hidden("incomingurl", request.url)
        + hidden("userpage", request.url)
        + '<input type="submit" value="Se connecter">'
    )


@action("lostpassword")
def lost_password(request: Request, _arguments: dict[str, str]) -> str:
    """Asks for the address of an account, which it tells from others, and makes a key of it; with
    the key, asks for the new password. No message is sent from a rehearsal: administrators read
    the key among the triples.

    Source: `LostPasswordAction` and its templates, v4.4.4; measured on 4.4.4 and 4.5.0.
    """
    if request.arg("a") == "recover" and request.arg("email"):
        return _RESET + _with_key(request)
    step = request.field("subStep")
    if step == "2" and request.field("userID") and request.field("key"):
        return _RESET + _new_password(request)
    if step != "1" or not request.field("email"):
        told = alert("Veuillez saisir un email pour continuer.") if step == "1" else ""
        fields = hidden("subStep", "1") + labelled("Email", '<input type="email" name="email">')
        return _RESET + html_form("", told + fields + _SEND)
    user = request.wiki.user(email=request.field("email"))
    if user is None:
        told = "Email inconnu, pas d'utilisateur avec cet email enregistré"
        return _RESET + alert(told, "danger")
    user_manager.way_in(request, user)
    told = (
        "Un message vous a été envoyé avec les instructions pour ré-initialiser votre mot de passe"
    )
    return _RESET + alert(told, "success")


_RESET = "<h2>Réinitialiser le mot de passe</h2>"
_SEND = '<button type="submit">Envoyer</button>'


def _with_key(request: Request) -> str:
    """What the link of the message opens."""
    try:
        name = base64.b64decode(request.arg("u")).decode()
    except ValueError:
        name = ""
    if not user_manager.key_holds(request, name, request.arg("email")):
        return alert("Clé de validation incorrecte", "danger")
    user = request.wiki.user(name=name)
    if user is None:
        return alert("Email inconnu, pas d'utilisateur avec cet email enregistré", "danger")
    return _choose(request, user.name, request.arg("email"))


def _choose(request: Request, name: str, key: str) -> str:
    box = '<input type="password" name="{name}" maxlength="40" required>'
    fields = (
        f"<p><strong>Bienvenu.e {esc(name)}</strong><br/>"
        "Saisir votre nouveau mot de passe dans les champs ci-dessous</p>"
        + labelled("Nouveau mot de passe", box.format(name="pw0"))
        + labelled("Confirmer votre mot de passe", box.format(name="pw1"))
        + hidden("subStep", "2") + hidden("userID", name) + hidden("key", key)
    )  # fmt: skip
    return html_form(request.href(request.tag), fields + _SEND)


def _new_password(request: Request) -> str:
    """Sets it, once for a key, and logs its owner in."""
    name, key, new = request.field("userID"), request.field("key"), request.field("pw0")
    user = request.wiki.user(name=name)
    if not new.strip() or new != request.field("pw1"):
        told = "Les nouveaux mots de passe doivent être identiques et non vides."
        return alert(told, "danger") + _choose(request, name, key)
    if user is None or not user_manager.key_holds(request, name, key):
        return alert("Clé de validation incorrecte.", "danger")
    request.wiki.set_password(user.name, user_manager.hash_password(new))
    user_manager.forget_keys(request, user.name)
    sessions.login(request, user, remember=False)
    return alert("Votre mot de passe a été changé avec succès", "success")


@action("usersettings")
def user_settings(request: Request, _arguments: dict[str, str]) -> str:
    """Sign up, log out, change the password."""
    asked = request.param("usersettings_action")
    if asked == "logout":
        sessions.logout(request)
        request.flash("Vous êtes maintenant déconnecté !")
        raise redirect(request.href(request.tag))
    other = request.wiki.user(name=request.arg("user")) if acls.is_admin(request) else None
    if other is not None:
        return _account_of(request, other)
    if request.user:
        message = _change_password(request) if asked == "changepass" else ""
        return alert(message) * bool(message) + _account(request)
    error = _sign_up(request) if asked == "signup" else ""
    return alert(esc(error)) * bool(error) + _sign_up_form(request)


def _sign_up(request: Request) -> str:
    """Make the account and log it in; the reason when it cannot be."""
    missing = [name for name in SIGN_UP_FIELDS if not request.field(name)]
    if missing:
        return f"Il manque : {','.join(missing)}"
    if request.field("password") != request.field("confpassword"):
        return "Les deux mots de passe ne sont pas identiques."
    if robots.caught(request):
        return "Cet envoi ressemble à celui d'un robot."
    name, email = request.field("name"), request.field("email")
    refused = user_manager.refusal(request, name, email)
    if refused:
        return refused
    user = user_manager.create(request.wiki, name, email, request.field("password"))
    sessions.login(request, user, remember=False)
    raise redirect(request.href(request.tag))


def _change_password(request: Request) -> str:
    user = request.wiki.user(name=request.user)
    if user is None or not user_manager.check_password(request.field("oldpass"), user.password):
        return "Mauvais mot de passe !"
    if not sessions.csrf_holds(request, request.field("csrf-token-changepass")):
        return "Le mot de passe n'a pas été changé."
    new = user_manager.hash_password(request.field("password"))
    request.wiki.set_password(user.name, new)
    request.flash("Mot de passe changé !")
    raise redirect(request.href(request.tag))


def _account(request: Request) -> str:
    fields = (
        hidden("usersettings_action", "changepass")
        + hidden("csrf-token-changepass", sessions.csrf_token(request))
        + labelled("Mot de passe actuel", '<input type="password" name="oldpass">')
        + labelled("Nouveau mot de passe", '<input type="password" name="password">')
        + '<input type="submit" value="Changer">'
    )
    out = hidden("usersettings_action", "logout")
    leave = html_form(request.href(), out + '<input type="submit" value="Se déconnecter">')
    user = request.wiki.user(name=request.user)
    address = f"<p>Adresse de messagerie : {esc(user.email)}</p>" if user else ""
    if user:
        address += _link(request, user)
    return (
        f"<h2>Compte {esc(request.user)}</h2>" + address + html_form(request.href(), fields) + leave
    )


def _account_of(request: Request, user: User) -> str:
    """Somebody else's account, as an administrator sees it."""
    title = f"<h2>Paramètres utilisateur — {esc(user.name)}</h2>"
    return f"{title}<p>Email : {esc(user.email)}</p>{_link(request, user)}"


def _link(request: Request, user: User) -> str:
    """Where a new password is chosen, with a key that is made on the way; from 4.5.0 on."""
    if not request.features.account_page_key:
        return ""
    way_in = esc(user_manager.last_way_in(request, user))
    return f'<p>Lien pour changer le mot de passe<br/><a href="{way_in}">{way_in}</a></p>'


def _sign_up_form(request: Request) -> str:
    name, email = esc(request.field("name")), esc(request.field("email"))
    fields = (
        hidden("usersettings_action", "signup")
        + labelled("Identifiant", f'<input name="name" value="{name}">')
        + labelled("E-mail", f'<input name="email" value="{email}">')
        + labelled("Mot de passe", '<input type="password" name="password">')
        + labelled("Le même, encore", '<input type="password" name="confpassword">')
    )
    fields += robots.honeypot(request)
    button = '<input type="submit" value="Créer le compte">'
    return "<h2>Créer un compte</h2>" + html_form(request.href(), fields + button)
