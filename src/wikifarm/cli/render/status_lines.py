"""Text about where communities stand: one in full, or many in a table, those first that a person
should look at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wikifarm.cli.progress import status_words, step_words
from wikifarm.cli.render import archive_lines
from wikifarm.cli.render.community_lines import list_of, software, state_of_list
from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.moments import local

if TYPE_CHECKING:
    from wikifarm.operations.status import State, StatusOutcome


def states(outcome: StatusOutcome, sheet: Sheet) -> Iterator[str]:
    """Where each community stands."""
    if not outcome.looked_at:
        yield _("No community is known here yet: `wikifarm new-community` opens one.")
    elif outcome.summed_up and not sheet.verbose:
        yield from _table(outcome.states, sheet)
    else:
        for number, state in enumerate(outcome.states):
            if number:
                yield ""
            _tone, word = standing_of_state(state)
            yield f"{sheet.paint.strong(state.name or state.slug)} ({word})"
            yield from table(fact for fact in state_facts(state, sheet) if fact[1])


def last_words(outcome: StatusOutcome, sheet: Sheet) -> Iterator[str]:
    """How many stand where, and what to do next."""
    if outcome.looked_at < 2:
        return
    if outcome.states:
        yield ""
    counts = Counter(standing_of_state(state)[1] for state in outcome.states)
    told = ngettext("{count} community", "{count} communities", outcome.looked_at)
    left = outcome.looked_at - len(outcome.states)
    parts = [f"{word} ({count})" for word, count in counts.items()]
    if left:
        parts.append(ngettext("{count} not shown", "{count} not shown", left).format(count=left))
    yield from wrapped(
        _("{subject}: {text}").format(
            subject=told.format(count=outcome.looked_at), text=", ".join(parts)
        )
    )
    steps = next_steps(outcome, sheet)
    if steps:
        yield ""
        yield sheet.paint.strong(_("Next"))
        for number, step in enumerate(steps, 1):
            yield from wrapped(step, f"  {number}. ")


def next_steps(outcome: StatusOutcome, sheet: Sheet) -> list[str]:
    """At most three things that a person does now."""
    drifted = [state.slug for state in outcome.states if state.drift]
    opened = [state.slug for state in outcome.states if state.opened]
    cut = [state for state in outcome.states if state.state == "unfinished"]
    unfinished = [state.slug for state in cut if state.manifest]
    elsewhere = [state.slug for state in cut if not state.manifest]
    restoring = [state.slug for state in outcome.states if state.state == "restoring"]
    waiting = [state.slug for state in outcome.states if state.waiting]
    unverified = [state.slug for state in outcome.states if _is_unverified(state)]
    steps = []
    if unfinished:
        steps.append(_("`wikifarm apply` finishes {names}.").format(names=sheet.some(unfinished)))
    if elsewhere:
        told = _("`wikifarm apply FILE` finishes {names}, with the file that describes them.")
        steps.append(told.format(names=sheet.some(elsewhere)))
    if restoring:
        told = _("the same `wikifarm restore` as before finishes {names}.")
        steps.append(told.format(names=sheet.some(restoring)))
    if drifted:
        steps.append(
            _("`wikifarm plan` shows what differs in {names}, `wikifarm apply` sets it right.")
            .format(names=sheet.some(drifted))
        )  # fmt: skip
    if opened:
        steps.append(
            _("`wikifarm plan` shows what was opened by hand in {names}: close it in the wiki, "
              "`wikifarm apply` leaves it.")
            .format(names=sheet.some(opened))
        )  # fmt: skip
    if unverified:
        steps.append(_("`wikifarm verify` looks at {names}.").format(names=sheet.some(unverified)))
    if waiting:
        steps.append(
            _("tell those who facilitate {names} that people wait to be welcomed.").format(
                names=sheet.some(waiting)
            )
        )
    return steps[:3]


def _is_unverified(state: State) -> bool:
    """True where `wikifarm verify` has something to look at: what a file here describes."""
    return state.state == "in-place" and state.privacy != "closed" and bool(state.manifest)


def standing_of_state(state: State) -> tuple[str, str]:
    """Where a community stands: how grave it is (a colour of Paint), and the word."""
    if state.state == "in-place" and state.privacy == "leak":
        return "bad", _("people can be seen")
    if state.state == "in-place" and state.differences:
        return "care", _("differs")
    if state.stood:
        return "care", _("not on the farm any more")
    if state.state == "failed":
        return "bad", _("cannot be read")
    tones = {"in-place": "good", "not-ours": "bad"}
    return tones.get(state.state, "care"), status_words()[state.state]


def state_facts(state: State, sheet: Sheet) -> list[tuple[str, str]]:
    """What there is to say of where a community stands; some are empty."""
    facts = [("URL", state.url)]
    if state.version:
        facts.append((_("blueprint"), f"{state.blueprint} {state.version}"))
    if state.stood:
        facts.append((_("was whole"), local(state.stood)))
    if state.closing:
        words = archive_lines.step_words()
        told = _("{step}: done on {day}")
        done = told.format(step=words[state.closing], day=state.closing_since)
        if state.closing_cut:
            cut = _("{step}: begun and cut; `wikifarm retire {slug}` says how to go on")
            done += "; " + cut.format(step=words["read-only"], slug=state.slug)
        facts.append((_("leave"), done))
    if state.drift:
        facts.append((_("differs"), sheet.some(list(map(_differing, state.drift)))))
    if pages := [each for each in state.edited if each not in state.opened]:
        facts.append((_("edited here"), ", ".join(pages)))
    if state.opened:
        facts.append((_("opened by hand"), ", ".join(map(_opened, state.opened))))
    if state.waiting:
        facts.append((_("to welcome"), _people(state.waiting)))
    facts.append((_("mailing list"), list_of(state.list_told)))
    facts += software(state.software)
    if state.state == "in-place":
        facts.append((_("privacy"), _last_audit(state)))
    facts.append((_("last activity"), state.last_activity[:10]))
    if state.last_run:
        facts.append((_("last run"), local(state.last_run)))
    facts.append((_("file"), state.manifest))
    return facts


def _differing(change: str) -> str:
    """What differs: the step, and the thing where that names no account, hence nobody."""
    step, _colon, key = change.partition(":")
    word = step_words().get(step, step)
    return word if step == "accounts" else f"{word} {key}"


def _people(count: int) -> str:
    return ngettext("{count} person", "{count} people", count).format(count=count)


def _opened(key: str) -> str:
    """A group or a form that lets in more people than the blueprint does."""
    if key.startswith("@"):
        return _("group {name} (more people administer the wiki)").format(name=key)
    return _("form {id} (more people see or write)").format(id=key.removeprefix("form "))


def _last_audit(state: State) -> str:
    """What the last audit of this computer came to, and when."""
    words = {
        "closed": _("verified on {when}: nobody was seen"),
        "in-part": _(
            "verified in part on {when}: nobody was seen, and not everything was looked at "
            "(`wikifarm verify` says what)"
        ),
        "leak": _("a leak was seen on {when}: look at `wikifarm verify`"),
        "unknown": _("could not be verified on {when}: run `wikifarm verify`"),
    }
    if state.privacy not in words:
        return _("not verified from this computer: run `wikifarm verify`")
    return words[state.privacy].format(when=local(state.audited))


def _table(shown: Sequence[State], sheet: Sheet) -> Iterator[str]:
    """One line a community; a column in which nobody has anything to say is left out."""
    heads = ("", "", _("differences"), _("to welcome"), _("last activity"), _("verified"),
             "YesWiki", _("known holes"), _("mailing list"))  # fmt: skip
    rows = [_row(state, sheet) for state in shown]
    kept = [
        number
        for number in range(len(heads))
        if number < 2 or any(row[number] not in ("", "-") for row in rows)
    ]
    if rows:
        yield from table([[row[number] for number in kept] for row in (heads, *rows)])


def _row(state: State, sheet: Sheet) -> tuple[str, ...]:
    tone, word = standing_of_state(state)
    read = state.state in ("in-place", "unfinished")
    release = ", ".join(verdict.version or "?" for verdict in state.software)
    holes = sum(len(verdict.advisories) for verdict in state.software)
    told = state.list_told
    verified = {
        "closed": local(state.audited)[:10],
        "in-part": _("in part"),
        "": _("never") if read else "",
    }
    return (
        state.slug,
        str(getattr(sheet.paint, tone)(word)),
        str(len(state.differences) or "-") if read else "",
        ("?" if state.waiting is None else str(state.waiting or "-")) if read else "",
        (state.last_activity[:10] or "-") if read else "",
        verified.get(state.privacy, _("no")),
        release,
        str(holes or "-") if state.software else "",
        state_of_list(told),
    )
