"""Groups: who is in them, and setting their members."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Able
from wikifarm.yeswiki import access_triples
from wikifarm.yeswiki.session import Session

PAGE = "GererUtilisateurs"


class Groups:
    """The groups of one wiki, as an administrator.

    Before 4.5.0 `POST api/groups` answers 200 and creates nothing: the form of the page
    is the only way (docs/yeswiki.md, Newer). Group names hold letters and digits only.
    """

    def __init__(self, session: Session, able: Able) -> None:
        self._session = session
        self._able = able

    def all(self) -> dict[str, tuple[str, ...]]:
        """Every group with its members: accounts, and `@group` for groups in it."""
        return access_triples.groups(access_triples.rows(self._session))

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a group; nobody where there is no such group."""
        return self.all().get(name, ())

    def set(self, name: str, members: Sequence[str]) -> None:
        """Makes `members` the members of the group, creating it if need be; reads back."""
        if self._able().group_write:
            self._set_by_api(name, members)
        else:
            self._session.post(
                PAGE,
                [
                    ("confirmToken", self._session.csrf()),
                    ("groupname", name),
                    ("acl", "\n".join(members)),
                    ("action-save", "1"),
                ],
            )
        if set(self.members(name)) != set(members):
            raise WriteRefused(
                _("The wiki did not keep the members of the group {name}.").format(name=name),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )

    def _set_by_api(self, name: str, members: Sequence[str]) -> None:
        users = [("users[]", member) for member in members]
        if name in self.all():
            self._session.api_post(f"groups/{name}/update", users)
        else:
            self._session.api_post("groups", [("name", name), *users])
