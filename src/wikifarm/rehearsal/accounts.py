"""Accounts, passwords, and the three cookies by which a wiki knows its visitor."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from .store import Store, User, now
from .visit import Visit

REMEMBER_SECONDS = 7_776_000
SESSION_SECONDS = 3600
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


def create(store: Store, wiki: str, name: str, email: str, password: str) -> User:
    """Write a new account; the caller has checked that the name is free."""
    user = User(name, email, hash_password(password), now())
    store.add_user(wiki, user)
    return user


def refusal(visit: Visit, name: str, email: str) -> str:
    """Why this account cannot be made, in YesWiki's words; '' when it can.

    Source: `UserController::create` and the French texts of `tools/login`, v4.4.4.
    """
    if visit.farm.store.user(visit.w, name=name):
        return f'L\'identifiant "{name}" existe déjà !'
    if visit.farm.store.user(visit.w, email=email):
        return f'L\'email "{email}" est déjà utilisé par un autre compte !'
    if len(name) < 3 or name[0] in "!#@" or any(c in name for c in "\\/<>"):
        return "Le nom d'utilisateur ne convient pas."
    if "@" not in email or email.startswith("@") or email.endswith("@") or " " in email:
        return "L'adresse e-mail ne convient pas."
    return ""


# -- cookies --------------------------------------------------------------------------------


def session_cookie(visit: Visit) -> str:
    """The name of the wiki's session cookie."""
    return f"YesWiki-{visit.w or 'main'}"


def recognise(visit: Visit) -> None:
    """Find the visitor: a key, or the session, or the pair of cookies `name` and `token`."""
    given = visit.cookies.get(session_cookie(visit), [])
    visit.session = given[0] if given and len(given[0]) >= 16 else secrets.token_hex(13)
    name = visit.farm.sessions.get((visit.w, visit.session), "") or _remembered(visit)
    user = visit.farm.store.user(visit.w, name=name) if name else None
    visit.user = user.name if user else ""


def recognise_key(visit: Visit) -> bool:
    """Log in by `Authorization: Bearer`; only the farm has one (docs/yeswiki.md, Addressing)."""
    header = visit.headers.get("authorization", "")
    if "drop_authorization" in visit.farm.traps or not header.startswith("Bearer "):
        return False
    token = visit.farm.settings.token
    if visit.w or not token or not hmac.compare_digest(header[7:].strip(), token):
        return False
    user = visit.farm.store.user("", name=visit.farm.settings.admin)
    if user is None:
        return False
    visit.user, visit.by_token = user.name, True
    return True


def login(visit: Visit, user: User, remember: bool) -> None:
    """Open the session and set the cookies."""
    visit.user = user.name
    visit.farm.sessions[(visit.w, visit.session)] = user.name
    visit.caches.clear()
    visit.caches["remember"] = remember


def logout(visit: Visit) -> None:
    """Close the session and take the cookies back."""
    visit.farm.sessions.pop((visit.w, visit.session), None)
    visit.user = ""
    visit.caches.clear()
    visit.caches["forget"] = True


def cookie_headers(visit: Visit) -> list[str]:
    """The Set-Cookie headers of an answer: the session always, the others when logged in."""
    path = f"/{visit.w}/" if visit.w else "/"
    path = visit.farm.base_path.rstrip("/") + path
    tail = f"path={path}; HttpOnly; SameSite=Lax"
    found = [f"{session_cookie(visit)}={visit.session}; {tail}"]
    if visit.user:
        remember = visit.caches.get("remember", True)
        life = REMEMBER_SECONDS if remember else SESSION_SECONDS
        date = (datetime.now(UTC) + timedelta(seconds=life)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        for name, value in (("name", quote(visit.user)), ("token", _token(visit))):
            found.append(f"{name}={value}; expires={date}; Max-Age={life}; {tail}")
    elif visit.caches.get("forget"):
        gone = "expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0"
        found += [f"{name}=deleted; {gone}; {tail}" for name in ("name", "token")]
    return found


def _token(visit: Visit) -> str:
    user = visit.farm.store.user(visit.w, name=visit.user)
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_signature(visit, user, nonce)}" if user else ""


def _remembered(visit: Visit) -> str:
    for name in visit.cookies.get("name", []):
        user = visit.farm.store.user(visit.w, name=name)
        for token in visit.cookies.get("token", []) if user else []:
            nonce, _, signature = token.partition(".")
            if hmac.compare_digest(signature, _signature(visit, user, nonce)):
                return name
    return ""


def _signature(visit: Visit, user: User | None, nonce: str) -> str:
    told = f"{visit.w}|{user.name if user else ''}|{user.password if user else ''}|{nonce}"
    return hmac.new(visit.farm.secret.encode(), told.encode(), "sha256").hexdigest()[:40]


# -- CSRF tokens ----------------------------------------------------------------------------


def csrf_token(visit: Visit) -> str:
    """A token of the session, in the shape of transcript 39; reading it again gives another."""
    nonce = secrets.token_hex(secrets.choice((2, 3, 13)))
    mark = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return f"{nonce}.{mark}.{_csrf_signature(visit, nonce + mark)}"


def csrf_holds(visit: Visit, token: str) -> bool:
    """Whether the token is one of this session; tokens are not consumed."""
    nonce, _, rest = token.partition(".")
    mark, _, signature = rest.partition(".")
    return bool(mark) and hmac.compare_digest(signature, _csrf_signature(visit, nonce + mark))


def _csrf_signature(visit: Visit, text: str) -> str:
    told = f"{visit.w}|{visit.session}|{text}"
    digest = hmac.new(visit.farm.secret.encode(), told.encode(), "sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
