"""Accounts: list them, open one, remove one."""

from __future__ import annotations

from wikifarm.errors import BadCredentials, UnexpectedAnswer, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Able, Account
from wikifarm.yeswiki.session import Session, unexpected, without_noise
from wikifarm.yeswiki.shapes import maybe, odd, series, text

LOST_PASSWORD = "http://outils-reseaux.org/_vocabulary/key"  # noqa: S105 - a property


class Users:
    """The accounts of one wiki, as an administrator."""

    def __init__(self, session: Session, able: Able) -> None:
        self._session = session
        self._able = able

    def all(self) -> list[Account]:
        """Every account. Whoever asks has one: raises UnexpectedAnswer where none is shown."""
        where = self._session.addresses.api("users")
        rows = self._session.api_json("users")
        if rows in ([], {}):
            raise UnexpectedAnswer(
                _("The wiki does not show its accounts to this account."),
                hint=_("Check that the account is in the group of administrators of the wiki."),
                where=self._session.addresses.base,
            )
        return [
            Account(
                text(row, "name", where),
                maybe(row, "email", where),
                maybe(row, "signuptime", where),
            )
            for row in series(rows, where)
        ]

    def create(self, name: str, email: str) -> None:
        """Opens an account with a random password that nobody knows.

        From 4.5 on the wiki writes to its owner; on 4.4 they ask for that mail with “lost password”
        (docs/yeswiki.md, Groups, users), as the welcome message tells them.
        """
        answer = self._session.api_post("users", [("name", name), ("email", email)])
        if answer.status in {401, 403}:
            raise BadCredentials(
                _("The wiki refuses this account the right to open other accounts."),
                hint=_("Check that it is in the group of administrators of the wiki."),
            )
        if answer.status not in {200, 400}:
            raise unexpected(answer)
        said = without_noise(answer.json())
        if not isinstance(said, dict):
            raise odd(answer.url)
        if name not in (said.get("created") or []):
            raise WriteRefused(
                _("The wiki did not open the account {name}: {words}").format(
                    name=name, words=said.get("error", "")
                ),
                hint=_(
                    "Read what the wiki says: if the address is taken, give another one or remove "
                    "the account that has it; else write the name of the person otherwise."
                ),
            )

    def delete(self, name: str) -> bool:
        """Removes an account; False where the wiki did not (it is alone in a group, say).

        4.5.0, which is the first to write groups by API, gives whoever looks at their own account a
        key of a lost password, and keeps it after them: it goes as well. The server finds
        everything for a filter without a value.
        """
        answer = self._session.api_post(
            f"users/{name}/delete", [("csrfToken", self._session.csrf())]
        )
        if answer.status == 200 and self._able().group_write:
            everything = [("property", LOST_PASSWORD), ("filters[value]", "")]
            self._session.api_post(f"triples/{name}/delete", everything)
        return answer.status == 200
