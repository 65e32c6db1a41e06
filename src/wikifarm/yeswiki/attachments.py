"""The files attached to pages: which a page has, fetching one, attaching one.

They are asked through the page, by the name that its text gives: where they lie on the server
bears the dates of the page and of the upload (attach.lib.php, 4.4.4 and 4.5.0).
"""

from __future__ import annotations

from typing import IO
from urllib.parse import parse_qsl, urlsplit

from wikifarm.errors import BadCredentials, WriteRefused
from wikifarm.i18n import _
from wikifarm.whole_wiki import Attachment, attachment_stored
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session, unexpected

LARGEST = 100 * 1024 * 1024  # bytes of one file
_NO_FILE = "cannot be empty"  # what PHP says of a path, where YesWiki has no such file


class Attachments:
    """The attached files of one wiki, as the account of `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, tag: str) -> dict[Attachment, str]:
        """The files attached to a page, each with the name under which its last version is stored;
        for its owner and administrators. Raises BadCredentials for others."""
        answer = self._session.page(tag, "filemanager")
        document = html.parse(answer.text)
        if answer.status != 200:
            raise unexpected(answer)
        if document.css_first(f'ul[id="fmtab{tag}"]') is None:
            raise BadCredentials(
                _("The wiki does not show this account the files of the page {tag}.").format(
                    tag=tag
                ),
                hint=_("Check that the account is in the group of administrators of the wiki."),
                where=self._session.addresses.base,
            )
        files: dict[Attachment, str] = {}
        for link in document.css("a.filenamelink"):
            query = dict(parse_qsl(urlsplit(link.attributes.get("href") or "").query))
            stored = query.get("file", "")
            attachment = attachment_stored(stored, (tag,))
            if attachment is not None:
                files[attachment] = max(stored, files.get(attachment, ""))  # by their dates
        return files

    def fetch(self, attachment: Attachment, into: IO[bytes], most: int = LARGEST) -> bool:
        """Writes the last version of a file into `into`; False where there is no such file.

        Raises UnexpectedAnswer for more than `most` bytes.
        """
        answer = self._session.download(
            attachment.page, "download", {"file": attachment.name}, into, most
        )
        if answer.status == 500 and _NO_FILE in answer.text:
            return False
        if answer.status != 200:
            raise unexpected(answer)
        return "attachment" in answer.headers.get("content-disposition", "")

    def put(self, attachment: Attachment, content: IO[bytes]) -> None:
        """Attaches a file: its last version, where there are some. The caller reads back.

        Raises WriteRefused in the wiki's words (too large, an ending that it does not take).
        """
        answer = self._session.post_file(attachment.page, "upload", attachment.name, content)
        if answer.status == 302:
            return
        if answer.status != 200:
            raise unexpected(answer)
        words = " ".join(html.alerts(html.parse(answer.text)))[:200]
        raise WriteRefused(
            _("The wiki did not take the file {name} of the page {tag}. {words}")
            .format(name=attachment.name, tag=attachment.page, words=words)
            .strip(),
            hint=_("Ask who runs the server which files it takes, and how large they may be."),
        )
