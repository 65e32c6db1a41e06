"""By what a wiki knows its visitor: three cookies, a key, and the tokens of its forms."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from ..exchange.wiki_request import Request
from ..store.records import User

REMEMBER_SECONDS = 7_776_000

SESSION_SECONDS = 3600


def session_cookie(request: Request) -> str:
    """The name of the wiki's session cookie."""
    return f"YesWiki-{request.wiki.folder or 'main'}"


def recognise(request: Request) -> None:
    """Find the visitor: a key, or the session, or the pair of cookies `name` and `token`."""
    given = request.cookies.get(session_cookie(request), [])
    request.session = given[0] if given and len(given[0]) >= 16 else secrets.token_hex(13)
    name = request.farm.sessions.get((request.wiki.folder, request.session), "")
    name = name or _remembered(request)
    user = request.wiki.user(name=name) if name else None
    request.user = user.name if user else ""


def recognise_key(request: Request) -> bool:
    """Log in by `Authorization: Bearer`; only the farm has one (docs/yeswiki.md, Addressing)."""
    header = request.headers.get("authorization", "")
    if "drop_authorization" in request.farm.traps or not header.startswith("Bearer "):
        return False
    token = request.farm.settings.token
    if request.wiki.folder or not token or not hmac.compare_digest(header[7:].strip(), token):
        return False
    user = request.wiki.user(name=request.farm.settings.admin)
    if user is None:
        return False
    request.user = user.name
    return True


def login(request: Request, user: User, remember: bool) -> None:
    """Open the session and set the cookies."""
    request.user = user.name
    request.farm.sessions[(request.wiki.folder, request.session)] = user.name
    request.remember, request.forget = remember, False


def logout(request: Request) -> None:
    """Close the session and take the cookies back."""
    request.farm.sessions.pop((request.wiki.folder, request.session), None)
    request.user = ""
    request.forget = True


def cookie_headers(request: Request) -> list[str]:
    """The Set-Cookie headers of an answer: the session always, the others when logged in."""
    path = f"/{request.wiki.folder}/" if request.wiki.folder else "/"
    path = request.farm.base_path.rstrip("/") + path
    tail = f"path={path}; HttpOnly; SameSite=Lax"
    headers = [f"{session_cookie(request)}={request.session}; {tail}"]
    if request.user:
        life = REMEMBER_SECONDS if request.remember else SESSION_SECONDS
        date = (datetime.now(UTC) + timedelta(seconds=life)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        for name, value in (("name", quote(request.user)), ("token", _token(request))):
            headers.append(f"{name}={value}; expires={date}; Max-Age={life}; {tail}")
    elif request.forget:
        gone = "expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0"
        headers += [f"{name}=deleted; {gone}; {tail}" for name in ("name", "token")]
    return headers


def _token(request: Request) -> str:
    user = request.wiki.user(name=request.user)
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_signature(request, user, nonce)}" if user else ""


def _remembered(request: Request) -> str:
    for name in request.cookies.get("name", []):
        user = request.wiki.user(name=name)
        for token in request.cookies.get("token", []) if user else []:
            nonce, _, signature = token.partition(".")
            if hmac.compare_digest(signature, _signature(request, user, nonce)):
                return name
    return ""


def _signature(request: Request, user: User | None, nonce: str) -> str:
    name, password = (user.name, user.password) if user else ("", "")
    told = f"{request.wiki.folder}|{name}|{password}|{nonce}"
    return hmac.new(request.farm.secret.encode(), told.encode(), "sha256").hexdigest()[:40]


# -- CSRF tokens ----------------------------------------------------------------------------


def csrf_token(request: Request) -> str:
    """A token of the session, in the shape of transcript 39; reading it again gives another."""
    nonce = secrets.token_hex(secrets.choice((2, 3, 13)))
    mark = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return f"{nonce}.{mark}.{_csrf_signature(request, nonce + mark)}"


def csrf_holds(request: Request, token: str) -> bool:
    """Whether the token is one of this session; tokens are not consumed."""
    nonce, _, rest = token.partition(".")
    mark, _, signature = rest.partition(".")
    return bool(mark) and hmac.compare_digest(signature, _csrf_signature(request, nonce + mark))


def _csrf_signature(request: Request, text: str) -> str:
    told = f"{request.wiki.folder}|{request.session}|{text}"
    digest = hmac.new(request.farm.secret.encode(), told.encode(), "sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
