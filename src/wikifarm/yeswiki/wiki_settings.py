"""The configuration of a wiki, through the page that edits it (there is no API for it)."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session, unexpected
from wikifarm.yeswiki.shapes import odd

PAGE = "GererConfig"


def settings_of(document: LexborHTMLParser) -> dict[str, str]:
    """The settings of the form that a page shows; empty where it shows none."""
    form = document.css_first("form#edit-config")
    return {} if form is None else dict(html.fields(form))


class WikiSettings:
    """The settings that an administrator may edit. Saving one sends them all back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> dict[str, str]:
        """Every setting of the form; empty where the server may not write its configuration.

        The page then shows an alert in the place of the form. Raises UnexpectedAnswer where
        something else answers.
        """
        answer = self._session.page(PAGE)
        if answer.status != 200:
            raise unexpected(answer)
        document = html.parse(answer.text)
        settings = settings_of(document)
        if settings:
            return settings
        if self._session.addresses.base in answer.text and html.alerts(document):
            return {}
        raise odd(answer.url)

    def put(self, wanted: Mapping[str, str]) -> None:
        """Writes those of `wanted` that the form has and that say otherwise; the caller reads
        back."""
        now = self.all()
        changed = {name: text for name, text in wanted.items() if now.get(name, text) != text}
        if changed:
            self.save(now, changed)

    def save(self, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
        """Writes `wanted` over `current`, as `all` gave it; the caller reads back."""
        self._session.post(PAGE, list({**current, **wanted}.items()))
