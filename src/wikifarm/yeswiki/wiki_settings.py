"""The configuration of a wiki, through the page that edits it (there is no API for it)."""

from __future__ import annotations

from collections.abc import Mapping

from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session

PAGE = "GererConfig"


class WikiSettings:
    """The settings that an administrator may edit. Saving one sends them all back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> dict[str, str]:
        """Every setting of the form; empty where the server may not write its configuration."""
        document = html.parse(self._session.page(PAGE).text)
        form = document.css_first("form#edit-config")
        return dict(html.fields(form)) if form is not None else {}

    def save(self, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
        """Writes `wanted` over `current`, as `all` gave it; the caller reads back."""
        self._session.post(PAGE, list({**current, **wanted}.items()))
