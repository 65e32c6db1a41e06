"""Accounts and their passwords."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from urllib.parse import quote

from ..exchange.wiki_request import Request
from ..store.records import User, now
from ..store.stored_wiki import StoredWiki
from .acls import in_group

SCRYPT_COST = 64
"""Small on purpose: the real cost (40 ms a request, docs/yeswiki.md) would only slow the tests."""


def hash_password(password: str) -> str:
    """A salted hash; never the password itself in the file."""
    salt = os.urandom(8)
    return f"{salt.hex()}:{_scrypt(password, salt)}"


def check_password(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed."""
    salt, _, digest = stored.partition(":")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), digest)


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=SCRYPT_COST, r=8, p=1).hex()


LONGEST_NAME = 80  # bytes: DEFAULT_NAME_MAX_LENGTH
ALONE = "Vous ne pouvez pas supprimer un utilisateur qui est seul dans au moins un groupe"


def create(wiki: StoredWiki, name: str, email: str, password: str) -> User:
    """Write a new account; the caller has checked that the name is free."""
    user = User(name, email, hash_password(password), now())
    wiki.add_user(user)
    return user


def refusal(request: Request, name: str, email: str) -> str:
    """Why this account cannot be made, in YesWiki's words; '' when it can.

    Source: `UserController::create` and the French texts of `tools/login`, v4.4.4.
    """
    if request.wiki.user(name=name):
        return f'L\'identifiant "{name}" existe déjà !'
    if request.wiki.user(email=email):
        return f'L\'email "{email}" est déjà utilisé par un autre compte !'
    if len(name.encode()) > LONGEST_NAME:
        return f"Le nomnbre maximum de caractères d'un nom d'utilisateur est {LONGEST_NAME}."
    if len(name) < 3 or name[0] in "!#@" or any(c in name for c in "\\/<>"):
        return "Le nom d'utilisateur ne convient pas."
    if "@" not in email or email.startswith("@") or email.endswith("@") or " " in email:
        return "Ceci n'est pas un email valide."
    return ""


UNKNOWN = "Identification impossible : Identifiant non reconnu."
WRONG_PASSWORD = "Identification impossible : mauvais mot de passe."  # noqa: S105 - what is said
LOST_PASSWORD = "http://outils-reseaux.org/_vocabulary/key"  # noqa: S105 - a property


def way_in(request: Request, user: User) -> str:
    """The address by which a new password is chosen; the key in it is kept as a triple.

    An account that is removed leaves it behind (4.5.0).
    """
    key = secrets.token_urlsafe(40)
    forget_keys(request, user.name)
    request.wiki.add_triple(user.name, LOST_PASSWORD, key)
    return _address(request, user, key)


def last_way_in(request: Request, user: User) -> str:
    """The same, with the key that this account has already, if any (getLastUserLink, 4.5.0)."""
    keys = [triple.value for triple in request.wiki.triples(LOST_PASSWORD, user.name)]
    return _address(request, user, keys[0]) if keys else way_in(request, user)


def _address(request: Request, user: User, key: str) -> str:
    name = quote(base64.b64encode(user.name.encode()).decode())
    return request.href("MotDePassePerdu", "", f"a=recover&email={quote(key)}&u={name}")


def key_holds(request: Request, name: str, key: str) -> bool:
    """Whether it is the key that this account was last given."""
    return key in [triple.value for triple in request.wiki.triples(LOST_PASSWORD, name)]


def forget_keys(request: Request, name: str) -> None:
    """Ends the keys of an account."""
    for triple in request.wiki.triples(LOST_PASSWORD, name):
        request.wiki.delete_triple(triple.id)


def why_it_stays(request: Request, user: User) -> str:
    """Why this account cannot be removed, in YesWiki's words; '' when it can
    (UserController::checkIfUserIsNotAloneInEachGroup, 4.4.4 and 4.5.0)."""
    if user.name == request.user:
        return "Vous ne pouvez pas vous supprimer vous-même."
    for group, members in request.wiki.groups.items():
        lines = {line.strip() for line in members.split("\n")} - {""}
        # Whoever the one line lets in counts as alone, be it by name or by `*`.
        if len(lines) == 1 and in_group(request, group, user.name):
            return f"{ALONE} ({group})."
    return ""


def remove(request: Request, user: User) -> None:
    """Remove an account, from its groups too; what it owned goes to the first administrator
    (UserController::delete, 4.4.4 and 4.5.0)."""
    heir = next(
        (line for line in request.wiki.groups["admins"].split("\n") if line[:1] not in "@!#"), ""
    )
    comments = [comment for comment, _below in request.wiki.comments()]
    for page in [*request.wiki.pages(), *comments]:
        if page.owner.casefold() == user.name.casefold():
            request.wiki.set_owner(page.tag, heir)
    for group, members in request.wiki.groups.items():
        kept = [line for line in members.split("\n") if line != user.name]
        request.wiki.set_group(group, "\n".join(kept))
    request.wiki.delete_user(user.name)
