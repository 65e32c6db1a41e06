"""The base of participants of a community, as its wiki shows it to its administrator.

A person is an account; a card stands with the account that owns it. Which form is the base, which
of its fields names somebody, is the address or asks for an agreement: the blueprint says (`who:`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from enum import StrEnum

from wikifarm.blueprint.blueprint_model import ConsentField
from wikifarm.blueprint.design import DesignedWho, PeopleForm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.neutral import fold
from wikifarm.engine.seen import Seen
from wikifarm.engine.steps.bazar import property_names
from wikifarm.engine.subscribers import answers_in
from wikifarm.errors import InvalidInput, NotOurs, Problem
from wikifarm.i18n import _
from wikifarm.model import Account
from wikifarm.operations.community.closed_community import refuse_closed
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.participants.held_of_people import Values
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import few

ERASING = "participants erase"  # what also works where a community closes
CREATED = "date_creation_fiche"  # when an entry was written, as YesWiki keeps it
CHANGED = "date_maj_fiche"


class Membership(StrEnum):
    """Where somebody stands in a community; in the order in which a person looks at them."""

    WAITING = "waiting"  # with a card, and not in the group yet
    WELCOMED = "welcomed"
    FACILITATES = "facilitates"
    ACCOUNT = "account"  # an account, and no card


class Agreement(StrEnum):
    """What somebody answers to a question of consent."""

    YES = "yes"
    NO = "no"
    UNSAID = "unsaid"


@dataclass(frozen=True)
class Someone:
    """Somebody of a community. `account` is empty for a card that nobody owns, and may be gone;
    `name` is what the card says; `since` is by the clock of the server; `cards` by their tags."""

    account: str
    name: str
    email: str
    place: Membership
    since: str
    cards: Mapping[str, Values] = field(default_factory=dict)
    consents: Mapping[str, Agreement] = field(default_factory=dict)  # by the field that asks
    names: tuple[str, ...] = ()  # what each card says, that differs

    @property
    def called(self) -> str:
        """How to speak of them: by their name, else their account, else their card."""
        return self.name or self.account or next(iter(self.cards), "")


@dataclass(frozen=True)
class Base:
    """Everybody of a community. `properties`: the key under which cards hold each field."""

    form: PeopleForm
    properties: Mapping[str, str]
    people: tuple[Someone, ...]

    def label(self, name: str) -> str:
        """The question that a field asks."""
        return self.form.form.schema.field(name).label

    def addresses_of(self, person: Someone) -> frozenset[str]:
        """The addresses of somebody, in lower case: that of the account, and those of their cards
        that nobody else has. A card says what its owner wants it to say."""
        others = [each for each in self.people if each is not person]
        theirs = {each.email.lower() for each in others}
        theirs |= {address for each in others for address in self._written(each)}
        own = {person.email.lower()} if person.account else set()
        return frozenset(own | (self._written(person) - theirs)) - {""}

    def _written(self, person: Someone) -> set[str]:
        key = self.properties[self.form.address]
        return {str(card.get(key) or "").strip().lower() for card in person.cards.values()}

    def person(self, word: str) -> Someone:
        """Whom a word means: an account, else an address, else a name. Raises InvalidInput where it
        means nobody, or several: no word means nobody, not those who have no name."""
        asked = fold(word).casefold()
        for said in (_account, _card, _email, _name):
            meant = [person for person in self.people if asked and asked in said(person)]
            if len(meant) == 1:
                return meant[0]
            if meant:
                accounts = [person.account or next(iter(person.cards)) for person in meant]
                raise _nobody(
                    _("Several people are meant by “{word}”.").format(word=word),
                    _("Say which by the account: {names}.").format(names=few(accounts)),
                    "several-people",
                )
        raise _nobody(
            _("Nobody here is meant by “{word}”: no account, no address, no name.").format(
                word=word
            ),
            _("`wikifarm participants list` shows who is there."),
            "unknown-person",
        )


def _nobody(message: str, hint: str, code: str) -> InvalidInput:
    return InvalidInput([Problem(message, hint, code=code)])


def _account(person: Someone) -> list[str]:
    return [person.account.casefold()]


def _card(person: Someone) -> list[str]:
    return [tag.casefold() for tag in person.cards]


def _email(person: Someone) -> list[str]:
    return [person.email.casefold()]


def _name(person: Someone) -> list[str]:
    return [name.casefold() for name in person.names]


@contextmanager
def entered(
    context: Context, community: Community, doing: str = "", *, reads: bool = False
) -> Iterator[CommunityRun]:
    """The community in its wiki, which is this run's alone while it is `doing` something there. One
    that closes is entered by who only `reads`, or erases somebody.

    Raises NotOurs where `apply` has not finished it, and what went wrong inside.
    """
    run = CommunityRun(context, community)
    with ExitStack() as turn, run.measured():
        if doing:
            turn.enter_context(context.lock())
        run.progress("wiki")
        run.find()
        if run.wiki is None:
            raise _unfinished(community)
        if doing != ERASING and not reads:  # whoever asks to be erased is, whenever that is
            refuse_closed(run)
        with run.alone(doing, again=False) if doing else nullcontext():
            recorded = run.work.recorded
            if recorded is None or not recorded.complete:
                raise _unfinished(community)
            yield run
    if run.outcome.error is not None:
        raise run.outcome.error


def _unfinished(community: Community) -> NotOurs:
    message = _("The wiki of “{slug}” is not finished: nobody can be there yet.")
    return NotOurs(message.format(slug=community.slug), hint=_("Run `wikifarm apply` first."))


def base_form(run: CommunityRun) -> PeopleForm:
    """The form of the base of participants. Raises InvalidInput where the community has none."""
    form = run.compiler.who.base
    if form is not None:
        return form
    message = _("The community “{name}” has no base of participants.")
    problem = Problem(
        message.format(name=run.community.name),
        _("In its manifest: the module participants."),
        run.community.source,
        code="no-participants",
    )
    raise InvalidInput([problem])


def read_base(run: CommunityRun) -> Base:
    """Everybody, in one request more than the community itself; see `base_form`."""
    form = base_form(run)
    work = run.work
    properties = property_names(work, form.form)
    cards = work.seen.entries(form.form.id)
    return Base(form, properties, people_of(form, properties, cards, work.seen, work.design.who))


def people_of(
    form: PeopleForm,
    properties: Mapping[str, str],
    cards: Mapping[str, Values],
    seen: Seen,
    who: DesignedWho,
) -> tuple[Someone, ...]:
    """Everybody: each account but the tool's own, and each card that none of them owns."""
    members = {name.casefold() for name in seen.everybody_in(who.members)}
    leading = {name.casefold() for name in seen.everybody_in(who.facilitators)}
    owned: dict[str, dict[str, Values]] = {}
    for tag, card in cards.items():
        owned.setdefault(str(card.get("owner") or "").casefold(), {})[tag] = card
    accounts = [account for account in seen.accounts if account.name != WIKI_ADMIN]
    ours = {account.name.casefold() for account in accounts}
    people = [
        _person(form, properties, account, owned.get(account.name.casefold(), {}))
        for account in accounts
    ]
    people += [
        _person(form, properties, Account(str(card.get("owner") or ""), ""), {tag: card})
        for owner, theirs in owned.items()
        if owner not in ours
        for tag, card in theirs.items()
    ]
    placed = [_placed(person, members, leading) for person in people]
    order = list(Membership)
    return tuple(sorted(placed, key=lambda each: (order.index(each.place), each.since)))


def _placed(person: Someone, members: set[str], leading: set[str]) -> Someone:
    account = person.account.casefold()
    place = Membership.WAITING if person.cards else Membership.ACCOUNT
    if account in leading:
        place = Membership.FACILITATES
    elif account in members:
        place = Membership.WELCOMED
    return replace(person, place=place)


def _person(
    form: PeopleForm, properties: Mapping[str, str], account: Account, cards: Mapping[str, Values]
) -> Someone:
    """Somebody whose place is still to be said; the first card names them."""
    first: Values = next(iter(cards.values()), {})
    names = tuple(dict.fromkeys(_called(form, properties, card) for card in cards.values()))
    written = fold(str(first.get(properties[form.address]) or ""))
    dates = sorted(str(card.get(CREATED) or "") for card in cards.values())
    return Someone(
        account.name,
        next(iter(names), ""),
        account.email or written,
        Membership.ACCOUNT,
        next((date for date in dates if date), account.since),
        dict(cards),
        {
            consent.name: agreement(consent, properties, list(cards.values()))
            for consent in form.consents
        },
        names,
    )


def _called(form: PeopleForm, properties: Mapping[str, str], card: Values) -> str:
    words = (fold(str(card.get(properties[name]) or "")) for name in form.called)
    return " ".join(word for word in words if word)


def agreement(
    consent: ConsentField, properties: Mapping[str, str], cards: list[Values]
) -> Agreement:
    """What somebody answers: of two cards, a no counts, and a yes only where both give it."""
    given = [answers_in(card.get(properties[consent.name])) for card in cards]
    if any(answers and consent.yes not in answers for answers in given):
        return Agreement.NO
    return Agreement.YES if given and all(given) else Agreement.UNSAID
