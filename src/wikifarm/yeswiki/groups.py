"""Groups: who is in them, and setting their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Able
from wikifarm.transport import Answer
from wikifarm.yeswiki import access_triples
from wikifarm.yeswiki.session import Session, without_noise

PAGE = "GererUtilisateurs"
UNKNOWN_MEMBER = 422  # neither an account nor a group; only an API that writes groups asks
LETS_IN = ("*", "+")  # the sign alone counts, whatever follows (AclService::check)


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

    def set(self, groups: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Gives each group its members, in order, creating it if need be; reads back, and answers
        every group as it stands after.

        Raises WriteRefused for an account of which the name lets in others: anybody may open one;
        and, from 4.5 on, for a member that is neither an account nor a group.
        """
        members = (each for group in groups.values() for each in group)
        if opening := sorted(each for each in members if each[1:] and each.startswith(LETS_IN)):
            raise WriteRefused(
                _("In a group, “{name}” lets in everybody: nothing was changed.").format(
                    name=opening[0]
                ),
                hint=_("Have that account opened again under a name that begins with a letter."),
            )
        by_api = self._able().group_write
        there = self.all() if by_api else {}
        for name, wanted in groups.items():
            if not by_api:
                self._set_by_form(name, wanted)
                continue
            users = [("users[]", member) for member in wanted]
            if name in there:
                answer = self._session.api_post(f"groups/{name}/update", users)
            else:
                answer = self._session.api_post("groups", [("name", name), *users])
            if answer.status == UNKNOWN_MEMBER:
                raise _not_taken(name, answer)
        now = self.all()
        for name, wanted in groups.items():
            if set(now.get(name, ())) != set(wanted):
                raise WriteRefused(
                    _("The wiki did not keep the members of the group {name}.").format(name=name),
                    hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
                )
        return now

    def _set_by_form(self, name: str, members: Sequence[str]) -> None:
        self._session.post(
            PAGE,
            [
                ("confirmToken", self._session.csrf()),
                ("groupname", name),
                ("acl", "\n".join(members)),
                ("action-save", "1"),
            ],
        )


def _not_taken(group: str, answer: Answer) -> WriteRefused:
    """What the wiki says of a member whom it does not take."""
    said = without_noise(answer.json())
    words = said.get("error", "") if isinstance(said, dict) else ""
    return WriteRefused(
        _("The wiki takes only accounts and groups into the group {name}: {words}").format(
            name=group, words=words
        ),
        hint=_(
            "Take out of that group, in the wiki (page GererUtilisateurs), whoever has no account "
            "there, and run the same command again."
        ),
    )
