"""What a manifest that changed leaves in the wiki: the forms of a module that is put off, and the
account of somebody who does not facilitate any more. Both stay, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import digits

from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import leaving
from wikifarm.engine.steps.bazar import left_standing
from wikifarm.i18n import _, ngettext
from wikifarm.model import Zone


def told_of_left(work: Work) -> Iterator[str]:
    """A few sentences for each: what stays, who sees it, how to remove it."""
    for form in left_standing(work):
        count = len(work.seen.entries(form.id))
        if not count:
            yield _(
                "The form “{form}” of a module that is off stays; it has no entry. To remove it: "
                "in the page BazaR, Forms, delete it; to use it again, switch the module on."
            ).format(form=form.schema.label)
            continue
        stays = ngettext(
            "The form “{form}” of a module that is off stays, with its {count} entry.",
            "The form “{form}” of a module that is off stays, with its {count} entries.",
            count,
        ).format(form=form.schema.label, count=count)
        readers = (
            _("Those who saw them still do, and `wikifarm verify` goes on looking.")
            if form.zone is Zone.PEOPLE
            else _("Everybody still sees them.")
        )
        cure = _(
            "To remove it: in the page BazaR, Forms, empty it, then delete it; to have it back, "
            "switch the module on."
        )
        yield f"{stays} {readers} {cure}"


def told_of_leaving(work: Work) -> Iterator[str]:
    """For each who facilitates no more: what becomes of the account, and of taking part."""
    who = work.design.who
    members = work.seen.group(who.members)
    known = {account.email.lower() for account in work.seen.accounts}
    new = [name for email, name in work.design.accounts.items() if email.lower() not in known]
    for name in leaving(work, who.facilitators):
        if same := next((each for each in new if _called(each) == _called(name)), ""):
            yield _(
                "{name} and {new} have the same name. If this is one person with another address, "
                "before `apply` they can change it in the wiki (page ParametresUtilisateur): the "
                "account stays theirs. Once {new} is made, that person has two: remove one in the "
                "page GererUtilisateurs."
            ).format(name=name, new=same)
        if name in members:
            yield _(
                "{name} does not facilitate any more: the account stays, as a participant (group "
                "“{group}”). If this person leaves, GererUtilisateurs is the page to remove it."
            ).format(name=name, group=who.members)
        else:
            yield _(
                "{name} does not facilitate any more: the account stays, but is no participant "
                "either, since it only took part by facilitating. For this person to go on taking "
                "part, add {name} to the group “{group}” in the page GererUtilisateurs; to remove "
                "the account, the same page."
            ).format(name=name, group=who.members)


def _called(account: str) -> str:
    """What a name of account is without the number that tells it from another."""
    return account.rstrip(digits).casefold()
