"""What a report says, whatever its format: drawn from the answer of one command.

No text to send is in it: these name people, and a report is passed on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wikifarm.blueprint.manifest.community import Territory
from wikifarm.cli.program import as_called
from wikifarm.cli.render import community_lines, status_lines, summary_lines
from wikifarm.cli.render.answer import told_once
from wikifarm.cli.render.sheet import Sheet
from wikifarm.i18n import _, ngettext
from wikifarm.operations.community.outcome import CommunitiesOutcome, CommunityOutcome
from wikifarm.operations.list_wikis import ListedWiki, WikisOutcome
from wikifarm.operations.status import State, StatusOutcome
from wikifarm.result import Envelope, Failure, few

Facts = Sequence[tuple[str, str]]  # a label, empty where it goes on with the one before; a text


@dataclass(frozen=True)
class ReportedCommunity:
    """One community of a report. `tone` says how grave it is: "good", "care" or "bad"."""

    slug: str
    name: str
    url: str
    tone: str
    status: str
    territory: Territory
    facts: Facts
    waits: Sequence[str]
    errors: Sequence[str]


@dataclass(frozen=True)
class Trouble:
    """What failed, and how to go on; `slugs` is empty for what is of no community."""

    message: str
    hint: str
    where: str
    slugs: Sequence[str]


@dataclass(frozen=True)
class CommandReport:
    """What a command came to."""

    title: str
    counts: Sequence[tuple[str, str]]  # a tone, and how many came to what
    communities: Sequence[ReportedCommunity]
    troubles: Sequence[Trouble]
    waits: Sequence[tuple[str, Sequence[str]]]  # what is awaited, and by which communities
    notes: Sequence[str]
    left_out: Sequence[str]
    next: Sequence[str]


def report_of(envelope: Envelope) -> CommandReport:
    """The report of an answer about communities. Raises LookupError for any other."""
    outcome = envelope.outcome
    waits: dict[str, list[str]] = {}
    for step in envelope.pending:
        waits.setdefault(step.message, []).append(step.slug)
    of_each = {
        slug: [message for message, slugs in waits.items() if slug in slugs]
        for slugs in waits.values()
        for slug in slugs
    }
    left_out: Sequence[str] = ()
    steps: Sequence[str] = ()
    if isinstance(outcome, CommunitiesOutcome):
        communities = [_community(each, envelope.command, of_each) for each in outcome.communities]
        left_out = outcome.left_out
        steps = summary_lines.next_steps(outcome, Sheet(verbose=True, command=envelope.command))
    elif isinstance(outcome, StatusOutcome):
        communities = [_state(state) for state in outcome.states]
        steps = status_lines.next_steps(outcome, Sheet(verbose=True))
    elif isinstance(outcome, WikisOutcome):
        communities = [_wiki(wiki) for wiki in outcome.wikis]
    else:
        raise LookupError(type(outcome).__name__)
    return CommandReport(
        title=_titles().get(envelope.command, envelope.command),
        counts=counts_of(communities),
        communities=communities,
        troubles=[
            Trouble(_unnamed(failure), as_called(failure.hint), failure.where, slugs)
            for slugs, failure in told_once(envelope)
        ],
        waits=[(as_called(message), slugs) for message, slugs in waits.items()],
        notes=[as_called(message) for message in envelope.messages],
        left_out=left_out,
        next=[as_called(step) for step in steps],
    )


def _unnamed(failure: Failure) -> str:
    """What failed, without what a file says of a person: where it stands is told beside."""
    of_people = {
        "email": _("something else than an e-mail address is written for a person"),
        "duplicate-facilitator": _("someone is given twice"),
    }
    return of_people.get(failure.code) or as_called(failure.message)


def says(subject: str, text: str) -> str:
    """What is said of something, with the colon of the language in use."""
    return _("{subject}: {text}").format(subject=subject, text=text)


def _titles() -> Mapping[str, str]:
    return {
        "apply": _("What was applied"),
        "plan": _("What would change"),
        "verify": _("What was verified"),
        "status": _("Where each community stands"),
        "list": _("The wikis of the farm"),
    }


def counts_of(communities: Sequence[ReportedCommunity]) -> list[tuple[str, str]]:
    """How many there are, then how many of them came to what, each with its tone."""
    counts = Counter((each.tone, each.status) for each in communities)
    told = ngettext("{count} community", "{count} communities", len(communities))
    total = ("", told.format(count=len(communities)))
    return [total, *((tone, says(word, str(count))) for (tone, word), count in counts.items())]


def _community(
    outcome: CommunityOutcome, command: str, waits: Mapping[str, Sequence[str]]
) -> ReportedCommunity:
    tone, word = community_lines.standing(outcome, command)
    awaited = waits.get(outcome.slug, ())
    if awaited and tone == "good":
        tone, word = "care", _("{status}, waits for someone").format(status=word)
    # The name of an account is made of its person's.
    unnamed = [change for change in outcome.planned if change.step != "accounts"]
    names = community_lines.names_of_changes(unnamed)
    planned = [
        (label, f"{text} ({few(names[label])})" if label in names else text)
        for label, text in community_lines.counted_changes(outcome.planned)
    ]
    return ReportedCommunity(
        outcome.slug,
        outcome.name,
        outcome.url,
        tone,
        word,
        outcome.territory,
        _told([*planned, *community_lines.facts_of(outcome), *_remarks(outcome)]),
        awaited,
        [failure.message for failure in outcome.failures],
    )


def _remarks(outcome: CommunityOutcome) -> Iterator[tuple[str, str]]:
    """What the audit says besides leaks: "nobody was seen" is not all that it came to. Who was put
    into a group by hand is not named."""
    if outcome.audit is None:
        return
    before = ""
    forms = tuple(each for each in outcome.audit.undeclared if each.kind == "form")
    for words, text in community_lines.remarked(replace(outcome.audit, undeclared=forms), Sheet()):
        label = words.strip(": \N{NO-BREAK SPACE}")
        yield "" if label == before else label, text
        before = label


def _state(state: State) -> ReportedCommunity:
    tone, word = status_lines.standing_of_state(state)
    return ReportedCommunity(
        state.slug,
        state.name or state.slug,
        state.url,
        tone,
        as_called(word),
        state.territory,
        _told(status_lines.state_facts(state, Sheet())),
        (),
        [failure.message for failure in state.errors],
    )


def _wiki(wiki: ListedWiki) -> ReportedCommunity:
    word = _("ours") if wiki.ours else _("not made by wikifarm")
    here = [(_("password"), _("on this computer"))] if wiki.here else []
    tone = "good" if wiki.ours else ""
    return ReportedCommunity(wiki.slug, wiki.name, wiki.url, tone, word, Territory(), here, (), ())


def _told(facts: Facts) -> Facts:
    """Those that say something; the address has a place of its own."""
    return [(label, as_called(text)) for label, text in facts if text and label != "URL"]
