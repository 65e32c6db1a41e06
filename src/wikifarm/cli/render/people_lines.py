"""Text about the people of a community."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _, ngettext

if TYPE_CHECKING:
    from wikifarm.operations.erasure.erase import ErasedPerson
    from wikifarm.operations.participants.duplicate import DuplicatedBase
    from wikifarm.operations.participants.export_people import ExportedPeople
    from wikifarm.operations.participants.invite import Invitations
    from wikifarm.operations.participants.listing import PeopleCounts, PeopleOutcome, PeopleRows
    from wikifarm.operations.participants.new_password import WayIn
    from wikifarm.operations.participants.welcome import WelcomedPerson


def people(outcome: PeopleOutcome, sheet: Sheet) -> Iterator[str]:
    """Who is there, since when, where they stand, and what they agreed to."""
    from wikifarm.operations.participants.base import Agreement
    from wikifarm.operations.participants.listing import answer_words, place_words

    yield sheet.paint.strong(outcome.name)
    if not outcome.people:
        yield _("Nobody is there yet.")
        return
    places, answers = place_words(), answer_words()
    counts = (f"{places[place]} ({count})" for place, count in outcome.counts.items() if count)
    yield ", ".join(counts)
    yield ""
    numbers = {name: str(number) for number, name in enumerate(outcome.questions, 1)}
    head = (_("name"), _("account"), _("since"), _("state"))
    rows = [(*map(sheet.paint.strong, head), " ".join(numbers.values()))]
    marks = {Agreement.YES: _("y"), Agreement.NO: _("n"), Agreement.UNSAID: "·"}
    for person in outcome.people:
        consents = " ".join(marks[person.consents[name]] for name in numbers)
        rows.append(
            (person.name, person.account, person.since[:10], places[person.place], consents)
        )
    yield from table(rows)
    yield ""
    yield from table((number, outcome.questions[name]) for name, number in numbers.items())
    if numbers:
        yield "  " + ", ".join(f"{marks[answer]}{_(': ')}{answers[answer]}" for answer in Agreement)


def rows(outcome: PeopleRows, _sheet: Sheet) -> Iterator[str]:
    """A sheet, as it is."""
    yield outcome.text.rstrip("\r\n")


def exported(outcome: ExportedPeople, _sheet: Sheet) -> Iterator[str]:
    """Where they are."""
    told = ngettext("{count} person is in {file}.", "{count} people are in {file}.", outcome.people)
    yield told.format(count=outcome.people, file=outcome.file)


def welcomed(outcome: WelcomedPerson, _sheet: Sheet) -> Iterator[str]:
    """Who is in the group now, and what is left to do."""
    told = _("{name} is in the group {group}.")
    if outcome.status == "unchanged":
        told = _("{name} is in the group {group} already: nothing was changed.")
    who = f"{outcome.name} ({outcome.account})" if outcome.name else outcome.account
    yield told.format(name=who, group=outcome.group)
    if outcome.status == "unchanged":
        return
    if outcome.card:
        yield from wrapped(
            _("Write them a word of welcome, by the form of their card: {url}").format(
                url=outcome.card
            )
        )
    if outcome.list_sync:
        yield from wrapped(
            _("They asked to be on the mailing list: `wikifarm mailing-list sync {slug}`.").format(
                slug=outcome.slug
            )
        )


def way_in(outcome: WayIn, _sheet: Sheet) -> Iterator[str]:
    """The link, or where it is, and what to do with it."""
    if outcome.file:
        told = _("The link for the account {account} is in {file}.")
        yield from wrapped(told.format(account=outcome.account, file=outcome.file))
    else:
        yield _("With this link, the owner of the account {account} chooses a password:").format(
            account=outcome.account
        )
        yield f"  {outcome.link}"
    yield from wrapped(
        _(
            "Whoever has it enters in their place: give it to this person and to nobody else, from "
            "hand to hand or by a message that they alone read. It serves once; another one, or a "
            "new password, ends it. The wiki has also sent it to the address of the account, if it "
            "can send mail."
        )
    )


def erased(outcome: ErasedPerson, sheet: Sheet) -> Iterator[str]:
    """What goes, or went; what stays; where they are still named."""
    from wikifarm.operations.erasure.erase import PLANNED
    from wikifarm.operations.erasure.traces import Subscription

    planned = outcome.status == PLANNED
    yield sheet.paint.strong(_("To be erased, no copy being kept") if planned else _("Erased"))
    on_list = {
        Subscription.SUBSCRIBED: _("unsubscribed"),
        Subscription.UNKNOWN: _("not known: to be asked of its owners"),
    }
    yield from table(
        fact
        for fact in (
            (_("account"), outcome.account),
            (_("cards, with their history"), ", ".join(outcome.cards)),
            (_("comments"), ", ".join(outcome.comments)),
            (_("reactions and favourites, on"), ", ".join(outcome.left)),
            (_("groups"), ", ".join(outcome.groups)),
            (_("mailing list"), on_list.get(outcome.subscription, "")),
            (_("stays, as the administrator's"), ", ".join(outcome.stays)),
        )
        if fact[1]
    )
    if planned:
        return
    roles = {
        "visitor": _("a visitor"), "member": _("a member"), "admin": _("the administrator"),
    }  # fmt: skip
    asked = ", ".join(roles[role] for role in outcome.asked)
    yield ""
    today = _by_place(outcome)
    if not today:
        told = _("Looked for as {roles}, in what pages, cards and comments say today: nowhere.")
        yield from wrapped(told.format(roles=asked))
    else:
        yield from wrapped(
            _("Looked for as {roles}: still named here, for you to look at.").format(roles=asked)
        )
        words = {
            "address": _("the address"), "account": _("the account"), "name": _("the name"),
            "surname": _("perhaps: the family name"),
        }  # fmt: skip
        yield from table(
            (place, ", ".join(words[what] for what in whats), ", ".join(roles[by] for by in roles_))
            for place, (whats, roles_) in today.items()
        )
    if "visitor" not in outcome.asked:
        yield from wrapped(_("Nothing of this wiki is open to a visitor: none has looked."))
    if "member" not in outcome.asked:
        yield from wrapped(
            _(
                "No member has looked: this wiki lets no program open an account, or shows its "
                "members nothing."
            )
        )


def _by_place(outcome: ErasedPerson) -> dict[str, tuple[dict[str, None], dict[str, None]]]:
    """Where somebody is named today -> by what, and who reads it."""
    from wikifarm.operations.erasure.elsewhere import WikiPart

    places: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for sighting in outcome.sightings:
        if sighting.part is WikiPart.TODAY:
            whats, roles = places.setdefault(sighting.place, ({}, {}))
            whats[sighting.what] = roles[sighting.by] = None
    return places


def invitations(outcome: Invitations, sheet: Sheet) -> Iterator[str]:
    """Which accounts are opened, and what to tell those who have them."""
    known = len(outcome.accounts) - len(outcome.opened)
    if outcome.status == "planned":
        yield sheet.paint.strong(_("To be opened"))
    new = [(name, email) for email, name in outcome.accounts.items() if name in outcome.opened]
    yield from table(new)
    told = ngettext("{count} account opened", "{count} accounts opened", len(new))
    if outcome.status == "planned":
        told = ngettext("{count} account to open", "{count} accounts to open", len(new))
    had = ngettext("{count} had one already", "{count} had one already", known)
    yield f"{told.format(count=len(new))}, {had.format(count=known)}"
    if outcome.entered:
        yield from wrapped(_("In the group: {names}").format(names=", ".join(outcome.entered)))
    if outcome.status != "updated":
        return
    yield ""
    hint = _("Tell each of them the name of their account, and where they choose a password: {url}")
    yield from wrapped(hint.format(url=outcome.choose))
    if outcome.sends:
        yield from wrapped(_("The wiki has sent each a link for it, if it can send mail."))
    yield from wrapped(
        _("If no mail reaches them: `wikifarm participants password {slug} NAME`.").format(
            slug=outcome.slug
        )
    )


def duplicated(outcome: DuplicatedBase, sheet: Sheet) -> Iterator[str]:
    """The two bases field by field, and what comes."""
    from wikifarm.operations.participants.duplicate import Fate

    words = {
        Fate.SAME: _("the same"),
        Fate.GAINED: _("gained"),
        Fate.LOCAL: _("of {slug} alone: stays").format(slug=outcome.target),
        Fate.DIFFERS: _("otherwise: that of {slug} stays").format(slug=outcome.target),
        Fate.LEFT: _("not brought"),
    }
    paints = {Fate.GAINED: sheet.paint.good, Fate.LEFT: sheet.paint.care}
    yield from table(
        (
            paints.get(field.fate, str)(words[field.fate]),
            (field.label or field.name) + (f" ({field.why})" if field.why else ""),
        )
        for field in outcome.fields
    )
    facts = [(_("new list"), title) for title in outcome.lists]
    facts += [
        (_("new choices"), f"{title}{_(': ')}{', '.join(labels)}")
        for title, labels in outcome.choices.items()
    ]
    if facts:
        yield ""
        yield from table(facts)
    yield ""
    if outcome.status == "unchanged":
        yield _("Nothing to bring: nothing was changed.")
    elif outcome.status == "updated":
        yield from wrapped(
            _(
                "The base of {slug} has them now, and no card came with them. `wikifarm plan` says "
                "that its form was edited here, and keeps it; `wikifarm verify {slug}` looks that "
                "nobody can be seen by them."
            ).format(slug=outcome.target)
        )


def counts(outcome: PeopleCounts, sheet: Sheet) -> Iterator[str]:
    """How many there are, and what is not told."""
    from wikifarm.operations.participants.listing import LEAST, answer_words, place_words

    def told(count: int | None) -> str:
        return _("few, or not told") if count is None else str(count)

    yield sheet.paint.strong(outcome.name)
    total = outcome.people
    yield (
        _("fewer than {count} people").format(count=LEAST)
        if total is None
        else ngettext("{count} person", "{count} people", total).format(count=total)
    )
    places, answers = place_words(), answer_words()
    yield from table((places[place], told(count)) for place, count in outcome.places.items())
    for label, given in outcome.consents.items():
        yield ""
        yield label
        yield from table((answers[answer], told(count)) for answer, count in given.items())
    yield ""
    yield _("A number under {count} is not told, nor what would give it away.").format(count=LEAST)
