"""What a new folder, or a new community, still needs, asked on the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.cli import asking
from wikifarm.errors import InvalidInput, WikifarmError
from wikifarm.i18n import _
from wikifarm.lists.providers import PROVIDERS
from wikifarm.operations.describe import Wishes, community, mistakes
from wikifarm.operations.workplace.context import WIKI_ADMIN, FarmSettings

InTheWay = Callable[[str], WikifarmError | None]  # what stands at an address


@dataclass
class _Interview:
    """What is asked of a new community. Each answer is checked as its manifest in `folder` would
    be, and asked again until it is right."""

    wishes: Wishes
    folder: Path

    def ask(self, key: str, question: str, usual: str | None = "") -> None:
        """Asks for one of the wishes; `usual` goes without saying, None: something must be said."""
        while True:
            said: dict[str, Any] = {key: asking.line(question, usual)}
            if said[key] == usual or self.takes(replace(self.wishes, **said)):
                return

    def takes(self, wishes: Wishes) -> bool:
        """Goes on with these wishes, or tells what is wrong with them."""
        wrong = mistakes(wishes, self.folder)
        for problem in wrong:
            asking.tell(problem.message, problem.hint)
        if not wrong:
            self.wishes = wishes
        return not wrong

    def ask_slug(self, in_the_way: InTheWay) -> None:
        """Its address, which nothing else may have."""
        while True:
            slug = self.wishes.slug or asking.line(
                _("Its address on the farm"), propose_slug(self.wishes.name)
            )
            self.wishes = replace(self.wishes, slug="")
            if not self.takes(replace(self.wishes, slug=slug)):
                continue
            stands = in_the_way(slug)
            if stands is None:
                return
            asking.tell(stands.message, stands.hint)
            self.wishes = replace(self.wishes, slug="")

    def ask_people(self) -> None:
        """Who facilitates it: one at least."""
        question = _("Who facilitates it? (First Last <mail@example.org>)")
        while True:
            people = self.wishes.facilitators
            answer = asking.line(question, "" if people else None)
            if not answer:
                return
            if self.takes(replace(self.wishes, facilitators=(*people, answer))):
                question = _("Someone else? (leave empty if nobody)")

    def ask_more(self) -> None:
        """What no community must say, and what the pages are better for; each has its usual answer,
        which the region may give."""
        usual = community(self.wishes, self.folder)
        questions = (
            ("territory", _("Which territory? (may stay empty)"), usual.territory.label),
            (
                "description",
                _("What brings you together, in a sentence or two? (may stay empty)"),
                usual.description,
            ),
            (
                "rhythm",
                _("When do you meet? (2nd Tuesday, 6 pm; may stay empty)"),
                usual.rhythm,
            ),
            ("language", _("In which language are its pages? (fr or en)"), usual.language),
            (
                "mailing_list",
                _("Who hosts its mailing list? ({names})").format(names=", ".join(PROVIDERS)),
                usual.mailing_list,
            ),
        )
        for key, question, answer in questions:
            if not getattr(self.wishes, key):
                self.ask(key, question, answer)


def complete(wishes: Wishes, folder: Path, in_the_way: InTheWay) -> Wishes:
    """The wishes with all that a community needs and, where nothing was said of it yet, what else
    its pages tell. Raises InvalidInput where what was said already is wrong: nothing is asked then.
    """
    if wrong := mistakes(wishes, folder):
        raise InvalidInput(wrong)
    interview = _Interview(wishes, folder)
    if not wishes.name:
        interview.ask("name", _("Name of the community"), None)
    interview.ask_slug(in_the_way)
    if not wishes.facilitators:
        interview.ask_people()
    if not wishes.name:
        interview.ask_more()
    return interview.wishes


def farm_asked(
    url: str, no_farm: Callable[[FarmSettings], WikifarmError | None], *, account: bool
) -> FarmSettings:
    """A farm, tried with `no_farm` as it is given, and its `account` if that is asked for too; what
    is left empty is to be written later."""
    answers = False
    while not answers:
        url = url or asking.line(_("Address of the farm (leave empty to write it later)"))
        if not url:
            return FarmSettings()
        url = url if "://" in url else f"https://{url}"
        wrong = no_farm(FarmSettings(url))
        answers = wrong is None
        if wrong is not None:
            asking.tell(wrong.message, wrong.hint)
            if asking.agreed(_("Keep this address all the same?"), default=False):
                return FarmSettings(url)
            url = ""
    return _account(url, no_farm) if account else FarmSettings(url)


def _account(url: str, no_farm: Callable[[FarmSettings], WikifarmError | None]) -> FarmSettings:
    while True:
        admin = asking.line(_("Account that administers it"), WIKI_ADMIN)
        question = _("Its password, which does not show (leave empty to write it later)")
        farm = FarmSettings(url, admin, asking.secret(question, may_be_empty=True))
        wrong = no_farm(farm) if farm.password else None
        if wrong is None:
            return farm
        asking.tell(wrong.message, wrong.hint)
