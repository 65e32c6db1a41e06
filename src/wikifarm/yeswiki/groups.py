"""Groups: who is in them, and setting their members."""

from __future__ import annotations

from collections.abc import Sequence

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Capabilities
from wikifarm.yeswiki import html
from wikifarm.yeswiki.session import Session

PAGE = "GererUtilisateurs"


class Groups:
    """The groups of one wiki, as an administrator.

    Before the 4.6 line `POST api/groups` answers 200 and creates nothing: the form of the page
    is the only way (docs/yeswiki.md, 4.6). Group names hold letters and digits only.
    """

    def __init__(self, session: Session, capabilities: Capabilities) -> None:
        self._session = session
        self._capabilities = capabilities

    def names(self) -> list[str]:
        """The names of the groups."""
        rows = self._session.api_json("groups") or []
        return [str(row["name"]) if isinstance(row, dict) else str(row) for row in rows]

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a group: accounts, and `@group` for groups in it."""
        answer = self._session.post(
            PAGE,
            [
                ("groupname", name),
                ("confirmToken", self._session.csrf()),
                ("action-view", "1"),
            ],
        )
        return _members(answer.text)

    def set(self, name: str, members: Sequence[str]) -> None:
        """Makes `members` the members of the group, creating it if need be; reads back."""
        if self._capabilities.group_write:
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
        if name in self.names():
            self._session.api_post(f"groups/{name}/update", users)
        else:
            self._session.api_post("groups", [("name", name), *users])


def _members(text: str) -> tuple[str, ...]:
    area = html.parse(text).css_first('textarea[name="acl"]')
    lines = area.text().split("\n") if area is not None else []
    return tuple(line.strip() for line in lines if line.strip())
