"""Pages: read them all in one request, save one, delete one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from wikifarm.errors import WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import Able, Page
from wikifarm.transport import Answer
from wikifarm.yeswiki import hashcash, html
from wikifarm.yeswiki.session import Session, unexpected, without_noise
from wikifarm.yeswiki.shapes import Row, maybe, odd, text
from wikifarm.yeswiki.triples import METADATA, values_of

HASHCASH = "tools/security/wp-hashcash-getkey.php"


def as_stored(body: str) -> str:
    """The body as the server keeps it: no carriage return, no blank end (PageManager::save)."""
    return body.replace("\r", "").rstrip()


class Pages:
    """The pages of one wiki, as the account of `session`."""

    def __init__(self, session: Session, able: Able) -> None:
        self._session = session
        self._able = able
        self._hashcash: str | None = None

    def all(self) -> dict[str, Page]:
        """Every page that this account may read, with its body; entries and lists left out.

        A wiki always has some: raises UnexpectedAnswer where none is shown.
        """
        where = self._session.addresses.api("pages")
        rows = self._session.api_table("pages")
        if not rows:
            raise odd(where)
        return {tag: _page(row, where) for tag, row in rows.items()}

    def read(self, tag: str) -> Page | None:
        """One page, or None where it does not exist."""
        answer = self._session.api(f"pages/{tag}")
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise unexpected(answer)
        row = without_noise(answer.json())
        if not isinstance(row, dict):
            raise odd(answer.url)
        return _page(row, answer.url)

    def save(self, tag: str, body: str, previous: str) -> None:
        """Writes a page. `previous` is the revision read before, empty for a new page.

        A 302 tells that the server took it, not that it kept it: the caller reads back. Raises
        WriteRefused when the server shows the form again (wrong value, someone saved meanwhile).
        """
        if self._able().page_save:
            answer = self._session.api_post(f"pages/{tag}", [("body", body)])
            if answer.status != 200:
                raise _refused(tag, answer)
            return
        answer = self._post(tag, body, previous)
        if answer.status == 200:
            # The value may have changed since it was read: it lives four hours. A wiki in which
            # nobody opened an edit form yet has none, and takes anything until somebody does.
            # Or the page is there as it was sent before: this is the answer to sending it again.
            if self._stands(tag, body):
                return
            self._hashcash = None
            answer = self._post(tag, body, previous)
        if answer.status != 302:
            raise _refused(tag, answer)

    def looks(self) -> dict[str, Mapping[str, str]]:
        """Tag -> what its page says of its own look (`theme`, `squelette`, `style`...)."""
        known: dict[str, Mapping[str, str]] = {}
        for tag, value in values_of(self._session, METADATA):
            try:
                told = from_json(value)
            except ValueError:
                continue  # YesWiki makes nothing of it either (PageManager::getMetadata)
            if isinstance(told, dict):
                texts = {str(key): word for key, word in told.items()
                         if isinstance(word, str) and word}  # fmt: skip
                known.setdefault(tag, texts)
        return known

    def dress(self, tag: str, look: Mapping[str, str]) -> None:
        """Gives a page a look of its own (`theme`, `squelette`, `style`...); the caller reads
        back."""
        fields = [(f"metadatas[{key}]", text) for key, text in look.items()]
        self._session.post(tag, fields, "savemetadatas")

    def delete(self, tag: str) -> None:
        """Removes a page or an entry with all its revisions and the links that lead to it."""
        answer = self._session.post(
            tag,
            [("csrf-token", self._session.csrf()), ("confirme", "oui")],
            "deletepage",
            {"confirme": "oui", "eraselink": "oui"},
        )
        if answer.status not in {200, 302}:
            raise unexpected(answer)

    def _stands(self, tag: str, body: str) -> bool:
        """True where the page is so; False too for whoever may not read it."""
        with suppress(WikifarmError):
            now = self.read(tag)
            return now is not None and now.body == body
        return False

    def _post(self, tag: str, body: str, previous: str) -> Answer:
        return self._session.post(
            tag,
            [
                ("previous", previous),
                ("body", body),
                ("submit", "Sauver"),
                ("hashcash_value", self._value(tag)),
            ],
            "edit",
        )

    def _value(self, tag: str) -> str:
        if self._hashcash is None:
            # Opening an edit form makes the key of a fresh wiki; before, the script fails or lies.
            self._session.page(tag, "edit")
            answer = self._session.file(HASHCASH)
            if answer.status not in (200, 404):
                raise unexpected(answer)
            # Newer farms have no such script: administrators are not asked anything there.
            self._hashcash = hashcash.value(answer.text) if answer.status == 200 else ""
        return self._hashcash


def _page(row: Row, where: str) -> Page:
    return Page(
        text(row, "tag", where),
        as_stored(text(row, "body", where)),
        str(row.get("id") or ""),
        maybe(row, "owner", where),
        maybe(row, "user", where),
        maybe(row, "time", where),
    )


def _refused(tag: str, answer: Answer) -> WriteRefused:
    document = html.parse(answer.text)
    words = " ".join([*html.alerts(document), *html.toasts(answer.text)])[:300]
    return WriteRefused(
        _("The wiki did not save the page {tag}. {words}").format(tag=tag, words=words).strip(),
        hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
    )
