"""Password: a link by which somebody of a wiki chooses one, where its mails do not reach them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.operations.participants.base import entered, read_base
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import refuse_taken, write_new
from wikifarm.result import Envelope, Outcome
from wikifarm.yeswiki.lost_password import LostPassword


@dataclass(frozen=True)
class WayIn(Outcome):
    """The link of one account: whoever has it enters. It is here, or in a file."""

    slug: str
    account: str
    link: str = field(default="", repr=False)
    file: str = ""

    def as_json(self) -> dict[str, Any]:
        known = {"slug": self.slug, "account": self.account}
        return {**known, **({"file": self.file} if self.file else {"link": self.link})}


def way_in(context: Context, community: Community, word: str, file: Path | None = None) -> Envelope:
    """Has the wiki make a link for somebody, shown once or written in a new file that this
    computer's account alone reads. Nobody here learns the password, and nothing keeps the link.

    The wiki also sends it to the address of the account, if it can. Raises InvalidInput where the
    word means nobody with an account.
    """
    if file is not None:
        refuse_taken(file, "--out")
    with entered(context, community) as run:
        person = read_base(run).person(word)
        accounts = {account.name.casefold(): account for account in run.work.seen.accounts}
        account = accounts.get(person.account.casefold())
        if account is None:
            message = _("{name} has no account here.").format(name=person.called)
            raise InvalidInput([Problem(message, code="no-account")])
        run.progress("account")
        keys = LostPassword(run.site.session, run.site.visitor().session)
        link = keys.link(account)
    if file is not None:
        write_new(file, f"{link}\n")
        outcome = WayIn(community.slug, account.name, file=str(file))
    else:
        outcome = WayIn(community.slug, account.name, link)
    return Envelope("participants password", outcome=outcome)
