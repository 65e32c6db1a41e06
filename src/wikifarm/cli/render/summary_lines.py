"""Text about communities of one command: each in full, or many at a glance.

Of many: what most of those with the same outcome have in common is told once; then comes a table,
one line a community, with what differs there; then what to do next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wikifarm.cli.render import community_lines
from wikifarm.cli.render.sheet import Sheet, table, width, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.moments import local
from wikifarm.result import few

if TYPE_CHECKING:
    from wikifarm.operations.community.outcome import CommunitiesOutcome, CommunityOutcome

SHOWN_NAMES = 3  # of what differs in a line of the table
SHOWN_STEPS = 3  # what to do next

Facts = Mapping[str, str]  # what it is about -> what came of it


def communities(outcome: CommunitiesOutcome, sheet: Sheet) -> Iterator[str]:
    """What came of each community, or of many what they have in common."""
    if not outcome.summed_up or sheet.verbose:
        yield from community_lines.blocks(outcome.communities, sheet)
    else:
        yield from _groups(outcome.communities, sheet)
    if outcome.left_out:
        yield ""
        told = ngettext(
            "{count} community is described wrongly, and nothing was done for it: {names}",
            "{count} communities are described wrongly, and nothing was done for them: {names}",
            len(outcome.left_out),
        )
        names = sheet.some(outcome.left_out)
        yield from wrapped(told.format(count=len(outcome.left_out), names=names))


def last_words(outcome: CommunitiesOutcome, sheet: Sheet) -> Iterator[str]:
    """What a person reads last: where each community stands, and what to do next."""
    if not outcome.communities:
        yield _("There is nothing to do.")
        return
    if len(outcome.communities) > 1:
        yield ""
        yield from _table(outcome.communities, sheet)
        yield ""
        yield from wrapped(counted(outcome.communities))
    steps = next_steps(outcome, sheet)
    if steps and not sheet.asking:
        yield ""
        yield from _numbered(steps, sheet)


def _numbered(steps: Sequence[str], sheet: Sheet) -> Iterator[str]:
    if len(steps) == 1:
        yield from wrapped(steps[0], _("Next: "))
        return
    yield sheet.paint.strong(_("Next"))
    for number, step in enumerate(steps, 1):
        yield from wrapped(step, f"  {number}. ")


def counted(outcomes: Sequence[CommunityOutcome]) -> str:
    """How many came to what."""
    counts = Counter(map(community_lines.kind, outcomes))
    parts = ", ".join(community_lines.counted_status(*counted) for counted in counts.items())
    total = ngettext("{count} community", "{count} communities", len(outcomes))
    return _("{subject}: {text}").format(subject=total.format(count=len(outcomes)), text=parts)


# -- what many have in common ---------------------------------------------------------------


def _groups(outcomes: Sequence[CommunityOutcome], sheet: Sheet) -> Iterator[str]:
    """Of each outcome what is common; in full, those that are alone of theirs or show people."""
    kinds = _by_kind(outcomes)
    alone = [
        outcome
        for outcome in outcomes
        if (outcome.audit is not None and outcome.audit.leaks)
        or len(kinds[community_lines.kind(outcome)]) == 1
    ]
    apart = set(map(id, alone))
    yield from community_lines.blocks(alone, sheet)
    for kind, group in kinds.items():
        if len(group) < 2:
            continue
        if alone or all(each is not outcomes[0] for each in group):
            yield ""
        head = _("{subject}, with in common:").format(
            subject=community_lines.counted_status(kind, len(group))
        )
        yield sheet.paint.strong(head)
        yield from table(_told_common(group))
    yield from _remarks([each for each in outcomes if id(each) not in apart], sheet)


def _by_kind(outcomes: Iterable[CommunityOutcome]) -> dict[str, list[CommunityOutcome]]:
    groups: dict[str, list[CommunityOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(community_lines.kind(outcome), []).append(outcome)
    return groups


def _told_common(group: Sequence[CommunityOutcome]) -> Iterator[tuple[str, str]]:
    """The same, each with how many say it where not all do."""
    facts = list(map(_facts, group))
    for label, text in _common(group).items():
        count = sum(each.get(label) == text for each in facts)
        of_most = _("{text} ({count} of {total})")
        told = of_most.format(text=text, count=count, total=len(group))
        yield label, text if count == len(group) else told


def _common(group: Sequence[CommunityOutcome]) -> Facts:
    """What more than half of them say, in the order in which the one that says most says it."""
    counts: dict[str, Counter[str]] = {}
    for facts in sorted(map(_facts, group), key=len, reverse=True):
        for label, text in facts.items():
            counts.setdefault(label, Counter())[text] += 1
    first = {label: texts.most_common(1)[0] for label, texts in counts.items()}
    return {label: text for label, (text, count) in first.items() if 2 * count > len(group)}


def _facts(outcome: CommunityOutcome) -> dict[str, str]:
    """What there is to say of one community, without what names it."""
    told = outcome.list_told
    named = [
        ("URL", outcome.url),
        *community_lines.counted_changes(outcome.planned),
        *community_lines.done(outcome.steps),
        *community_lines.kept(outcome.kept),
        (_("mailing list"), community_lines.state_of_list(told)),
        (_("privacy"), _privacy(outcome)),
        *community_lines.software(outcome.software),
        (_("checklist"), outcome.checklist),
        (_("welcome"), outcome.welcome),
    ]
    return {label: community_lines.unnamed(text, outcome.slug) for label, text in named if text}


def _privacy(outcome: CommunityOutcome) -> str:
    """As in full, but for the hour: it says nothing of what a community has of its own."""
    if outcome.audit is None and outcome.audited:
        return _("verified on {when}: nobody was seen").format(when=local(outcome.audited)[:10])
    return next((text for _label, text in community_lines.privacy(outcome)), "")


def _remarks(outcomes: Iterable[CommunityOutcome], sheet: Sheet) -> Iterator[str]:
    """What audits say besides, once, with the communities of which it is true where not of all."""
    owners: dict[tuple[str, ...], list[str]] = {}
    slugs = []
    for outcome in outcomes:
        slugs.append(outcome.slug)
        lines = tuple(community_lines.remarks(outcome, sheet))
        if lines:
            owners.setdefault(lines, []).append(outcome.slug)
    for lines, of in owners.items():
        if of != slugs:
            yield from wrapped(_("{subject}:").format(subject=few(of)), "  ")
        yield from lines


# -- the table ------------------------------------------------------------------------------


def _table(outcomes: Sequence[CommunityOutcome], sheet: Sheet) -> Iterator[str]:
    common = {
        kind: _common(group) if len(group) > 1 and not sheet.whole else None
        for kind, group in _by_kind(outcomes).items()
    }
    heads = [
        (outcome.slug, community_lines.status(outcome, sheet), _changed(outcome))
        for outcome in outcomes
    ]
    room = width() - len(table([(*head, "-") for head in heads])[0]) + 1
    differences = (
        _differences(outcome, common[community_lines.kind(outcome)], room) for outcome in outcomes
    )
    yield from table((*head, text) for head, text in zip(heads, differences, strict=True))


def _changed(outcome: CommunityOutcome) -> str:
    """How much: what would be written, or was."""
    planned = sum(change.writes for change in outcome.planned)
    count = planned or sum(step.outcome == "done" for step in outcome.steps)
    return ngettext("{count} change", "{count} changes", count).format(count=count) if count else ""


def _differences(outcome: CommunityOutcome, common: Facts | None, room: int) -> str:
    """What it has of its own, in at most `room` columns."""
    if common is None or outcome.error:
        return ""  # told in full, or among the errors
    own = _facts(outcome)
    names = community_lines.names_of_changes(outcome.planned)
    told, named = [], []
    for label in (*own, *(label for label in common if label not in own)):
        if own.get(label) == common.get(label):
            continue
        text = own.get(label, _("nothing"))
        which = f" ({few(names[label], SHOWN_NAMES)})" if names.get(label) else ""
        told.append(_("{subject}: {text}").format(subject=label, text=text))
        named.append(_("{subject}: {text}").format(subject=label, text=f"{text}{which}"))
    # All that differs, with names if there is room; else as much as there is.
    shown = (few(each, len(each), _("; ")) for each in (named, told))
    fewer = (few(told, limit, _("; ")) for limit in range(len(told) - 1, 0, -1))
    whole = next((text for text in (*shown, *fewer) if len(text) <= room), "")
    first = whole or (few(told, 1) if told else "")
    return first if len(first) <= room else f"{first[: room - 1]}…"


# -- what to do next ------------------------------------------------------------------------


def next_steps(outcome: CommunitiesOutcome, sheet: Sheet) -> list[str]:
    """At most three things that a person does now."""
    outcomes = outcome.communities
    if len(outcomes) == 1 and not outcome.left_out:
        step = community_lines.next_step(outcomes, sheet.command)
        return [each for each in (step, community_lines.to_send_to_new(outcomes)) if each]
    failed = [each.slug for each in outcomes if each.error]
    waiting = [each.slug for each in outcomes if each.pending]
    steps = []
    if outcome.left_out:
        steps.append(_("correct what is described wrongly, and run the same command again."))
    if failed:
        steps.append(
            _(
                "mend what the errors say, and run the same command again, or with --only {slug}: "
                "what is done is not done again."
            ).format(slug=failed[0])
        )
    well = [each for each in outcomes if not each.error]
    step = community_lines.next_step(well, sheet.command)
    if step:
        steps.append(step)
    if to_send := community_lines.to_send_to_new(well):
        steps.append(to_send)
    unverified = [each.slug for each in well if each.unverified]
    if unverified:
        steps.append(_("`wikifarm verify` looks at {names}.").format(names=sheet.some(unverified)))
    if waiting and outcome.summed_up and not sheet.verbose:
        steps.append(
            _(
                "run the same command with --only {slug} to see the text to send, or with "
                "--verbose for those of all."
            ).format(slug=waiting[0])
        )
    elif outcome.summed_up and not sheet.verbose:
        steps.append(
            _("see all of a community with --only {slug}, of every one with --verbose.").format(
                slug=outcomes[0].slug
            )
        )
    return steps[:SHOWN_STEPS]
