"""A new password for an account: the wiki's own “lost password”, and the key that it keeps of it.

Whoever has the key chooses the password. The wiki sends it to the address of the account, and keeps
it as a triple that its administrators can read (LostPasswordAction, 4.4.4; UserManager, 4.5.0): so
somebody whom no mail reaches can be given it otherwise.
"""

from __future__ import annotations

import base64
import re

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Account
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session, unexpected
from wikifarm.yeswiki.shapes import maybe
from wikifarm.yeswiki.users import LOST_PASSWORD

PAGE = "MotDePassePerdu"
_KEY = re.compile(r"(?!\{)[\x21-\x7e]{20,255}")  # what an account may add there is JSON


class LostPassword:
    """The keys of one wiki. `session` is its administrator's; `visitor`, anybody's."""

    def __init__(self, session: Session, visitor: Session) -> None:
        self._session = session
        self._visitor = visitor

    def link(self, account: Account) -> str:
        """Has the wiki make a new key, which ends those before, and answers the address where the
        owner of the account chooses a password; tried as a visitor before it is given.

        Raises WriteRefused where the wiki makes none, or none that opens.
        """
        before = self._keys(account)
        answer = self._visitor.post(PAGE, [("subStep", "1"), ("email", account.email)])
        if answer.status != 200:
            raise unexpected(answer)
        made = self._keys(account) - before
        if len(made) != 1:
            words = " ".join(html.alerts(html.parse(answer.text)))[:200]
            raise _refused(account, words)
        address = self._address(account, made.pop())
        if not self._opens(address, account):
            raise _refused(account, _("its page of lost passwords does not take the key"))
        return address

    def forget(self, name: str) -> None:
        """Ends every key of an account: its removal leaves them, and a later account of that name
        would be opened by them (4.4.4, 4.5.0). An empty filter takes them all."""
        everything = [("property", LOST_PASSWORD), ("filters[value]", "")]
        answer = self._session.api_post(f"triples/{name}/delete", everything)
        if answer.status != 200:
            raise unexpected(answer)

    def _address(self, account: Account, key: str) -> str:
        who = base64.b64encode(account.name.encode()).decode()
        return self._session.addresses.page(PAGE, "", {"a": "recover", "email": key, "u": who})

    def _keys(self, account: Account) -> set[str]:
        rows = self._session.api_json(f"triples/{account.name}", {"property": LOST_PASSWORD})
        where = self._session.addresses.api("triples")
        keys = {maybe(row, "value", where) for row in rows if isinstance(row, dict)}
        return {key for key in keys if _KEY.fullmatch(key)}

    def _opens(self, address: str, account: Account) -> bool:
        """True where the page asks for the new password of this account."""
        answer = self._visitor.ask(address.removeprefix(f"{self._visitor.addresses.base}?"))
        document = html.parse(answer.text)
        return html.hidden(document, "userID") == account.name and (
            document.css_first('input[name="pw0"]') is not None
        )


def _refused(account: Account, words: str) -> WriteRefused:
    return WriteRefused(
        _("The wiki made no new password for {name}. {words}")
        .format(name=account.name, words=words)
        .strip(),
        hint=_("Look whether its page {page} holds {{{{lostpassword}}}}.").format(page=PAGE),
    )
