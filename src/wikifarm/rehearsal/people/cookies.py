"""The three cookies by which a wiki knows its visitor, and the key."""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from ..exchange.wiki_request import Visit
from ..store.records import User

REMEMBER_SECONDS = 7_776_000

SESSION_SECONDS = 3600


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
