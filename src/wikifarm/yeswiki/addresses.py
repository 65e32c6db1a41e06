"""How a wiki is addressed: `base?Tag/handler&name=value`.

A wiki in `rewrite_mode` writes its own links without the `?`, but goes on answering to it
(YesWikiInit::getRoute), so there is one way to ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit


@dataclass(frozen=True)
class Addresses:
    """The addresses of one wiki; `base` ends in `/`."""

    base: str

    def page(self, tag: str, handler: str = "", query: Mapping[str, str] | None = None) -> str:
        """The address of a page or of one of its handlers."""
        path = quote(tag, safe="") + (f"/{handler}" if handler else "")
        return self._join(path, query)

    def api(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """The address of an API route, written as `users/Name/delete`."""
        return self._join(f"api/{quote(path, safe='/')}", query)

    def file(self, path: str) -> str:
        """The address of a file beside the wiki's front controller."""
        return self.base + path

    def _join(self, path: str, query: Mapping[str, str] | None) -> str:
        return f"{self.base}?{path}" + (f"&{urlencode(query)}" if query else "")


_CANONICAL = re.compile(r"""<link rel=["']canonical["'] href=["'](https?://[^"'?]*)""")


def own_address(page: str) -> str:
    """The base by which a wiki calls itself in a page, or nothing: its links and its mails lead
    there, wherever it was asked."""
    link = _CANONICAL.search(page)
    return base_url(link[1]) if link else ""


def base_url(url: str) -> str:
    """The base of a wiki from what a person pasted: no page, no query, one final `/`."""
    parts = urlsplit(url.strip())
    path = parts.path
    for script in ("/index.php", "/wakka.php"):
        path = path.removesuffix(script)
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"
