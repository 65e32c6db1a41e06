"""Entries of a form: read them, write one as a person does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session


class Entries:
    """The entries that the account of `session` may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, form_id: str) -> dict[str, dict[str, Any]]:
        """Entries of a form by tag; empty for someone who may read none."""
        return self._session.api_table(f"forms/{form_id}/entries")

    def outline(self) -> dict[str, dict[str, Any]]:
        """Every entry of every form by tag: its form (`id_typeannonce`), its `owner` and when it
        was last written (`date_maj_fiche`); nothing of what people wrote in it."""
        fields = "id_typeannonce,owner,date_maj_fiche"
        return self._session.api_table("entries", {"fields": fields})

    def put(self, form_id: str, tag: str, values: Mapping[str, Any]) -> None:
        """Writes an entry at the tag that it had, which must be free; the caller reads back.

        What a field makes of its value is made of it again, its mails included (EntryManager,
        4.4.4 and 4.5.0); 4.4.4 dates it of now.
        """
        written = self.create(form_id, dict(_as_posted(values)) | {"id_fiche": tag})
        if written != tag:
            raise WriteRefused(_("The wiki wrote a card under another name than the one it had."))

    def change(self, tag: str, values: Mapping[str, Any]) -> None:
        """Writes an entry that is there over; the caller reads back."""
        self._session.post(
            "BazaR",
            [*_as_posted(values), ("antispam", "1")],
            query={"vue": "saisir", "action": "modif_fiche", "id_fiche": tag},
        )

    def create(self, form_id: str, values: Mapping[str, str]) -> str:
        """Writes an entry and answers its tag. Never idempotent: a second call makes a second one.

        `bf_titre` must be given even where the form computes it (docs/yeswiki.md, 34 and 63).
        """
        answer = self._session.post(
            "BazaR",
            [*values.items(), ("antispam", "1"), ("id_typeannonce", form_id)],
            query={"vue": "saisir", "action": "saisir_fiche", "id": form_id},
        )
        tag = dict(parse_qsl(urlsplit(answer.location).query)).get("id_fiche", "")
        if answer.status != 302 or not tag:
            words = " ".join(html.alerts(html.parse(answer.text)))[:200]
            raise WriteRefused(
                _("The wiki did not take the entry. {words}").format(words=words).strip(),
                hint=_("A field that must be filled may be missing."),
            )
        return tag


def _as_posted(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [pair for key, value in values.items() for pair in _posted(key, value)]


def _posted(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """A value of an entry as PHP reads it from a form: `key[part]` for what stands in it."""
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from _posted(f"{key}[{part}]", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _posted(f"{key}[{number}]", inner)
    else:
        yield key, "" if value is None or value is False else str(value)
