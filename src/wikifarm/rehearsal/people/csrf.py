"""The tokens that a form carries so that no other site can post it."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode

from ..exchange.wiki_request import Visit


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
