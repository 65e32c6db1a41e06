"""Text about communities: what was done, who could be seen, what is left to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from wikifarm.cli.program import PROGRAM, called
from wikifarm.cli.progress import role_words, status_words, step_words
from wikifarm.cli.render.sheet import Sheet, exports, table, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.lists.providers import NONE
from wikifarm.moments import local

if TYPE_CHECKING:
    from wikifarm.advisories.verdict import Verdict
    from wikifarm.engine.changes import AnyChange
    from wikifarm.engine.run import Done
    from wikifarm.operations.community.outcome import (
        Audit,
        CommunityOutcome,
        Leak,
        ListTold,
    )
    from wikifarm.operations.demo import Demonstration

SHOWN_FIELDS = 3  # names told of what was seen, and of where, unless nothing is cut
SHOWN_ROUTES = 4
SIGNS = {"create": "+", "update": "~", "delete": "-", "keep": "="}


def demonstration(outcome: Demonstration, sheet: Sheet) -> Iterator[str]:
    """What came of the community of a demonstration, and how to go and look at it."""
    yield from blocks(outcome.communities, sheet)
    step = next_step(outcome.communities, sheet.command)
    if step and (outcome.serving or outcome.folder):
        yield ""
        yield from wrapped(step, _("Next: "))
    if outcome.serving:
        yield ""
        yield sheet.paint.strong(_("To look at it"))
        yield from table(
            [
                (_("the wiki"), outcome.wiki.url),
                ("", f"{outcome.wiki.account} / {outcome.wiki.password}"),
                (_("the farm"), outcome.farm.url),
                ("", f"{outcome.farm.account} / {outcome.farm.password}"),
            ]
        )
        yield ""
        yield sheet.paint.strong(_("To try"))
        for text in outcome.to_try:
            yield from wrapped(text, "  - ")
        yield ""
        yield _("To apply it again from another terminal, copy these lines:")
        yield from exports(outcome.environment)
        yield f"  {called()}{outcome.again.removeprefix(PROGRAM)}"
    yield ""
    if outcome.folder:
        yield _("Everything is kept in {folder}.").format(folder=outcome.folder)
    elif not outcome.serving:
        told = _("The demonstration is over: its files are gone. --data FOLDER would keep them.")
        yield from wrapped(told)


# -- one community --------------------------------------------------------------------------


def blocks(outcomes: Iterable[CommunityOutcome], sheet: Sheet) -> Iterator[str]:
    """Each community in full."""
    for number, outcome in enumerate(outcomes):
        if number:
            yield ""
        yield from _block(outcome, sheet)


def _block(outcome: CommunityOutcome, sheet: Sheet) -> Iterator[str]:
    yield f"{sheet.paint.strong(outcome.name)} ({status(outcome, sheet)})"
    yield from table(fact for fact in facts_of(outcome) if fact[1])
    yield from _planned(outcome.planned, sheet, outcome.telling)
    if outcome.audit:
        yield from _leaks(outcome.audit, sheet)
    yield from remarks(outcome, sheet)
    if sheet.verbose:
        yield from table([(_("requests"), _requests(outcome))])


def facts_of(outcome: CommunityOutcome) -> list[tuple[str, str]]:
    """What came of it, a label and a text each; some are empty."""
    told = outcome.list_told
    return [
        ("URL", outcome.url),
        *done(outcome.steps),
        *kept(outcome.kept),
        (_("mailing list"), list_of(told)),
        *_subscribers(told),
        *privacy(outcome),
        *software(outcome.software),
        (_("checklist"), outcome.checklist),
        (_("welcome"), outcome.welcome),
    ]


def remarks(outcome: CommunityOutcome, sheet: Sheet) -> Iterator[str]:
    """What the audit says besides leaks: what nothing closes, what to mend, what was not asked."""
    for label, text in remarked(outcome.audit, sheet) if outcome.audit else ():
        yield from wrapped(text, f"  {label}")


def remarked(audit: Audit, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The same, each with how it is told: what is to be known, a warning, what was not asked."""
    yield from _limits(audit, sheet)
    yield from _advice(audit, sheet)


def kept(ids: Sequence[str]) -> list[tuple[str, str]]:
    """What was edited by hand, as a fact; nothing where nothing was."""
    told = _("{names} (edited here by hand)").format(names=_keys(ids))
    return [(_("kept"), told)] if ids else []


def kind(outcome: CommunityOutcome) -> str:
    """Its status; of what is planned, a wiki still to be made is a kind of its own."""
    planned = outcome.status == "planned"
    return "to-make" if planned and outcome.to_make else outcome.status


def counted_status(status: str, count: int) -> str:
    """How many came to this."""
    words = {
        "created": ngettext("{count} created", "{count} created", count),
        "updated": ngettext("{count} updated", "{count} updated", count),
        "unchanged": ngettext("{count} unchanged", "{count} unchanged", count),
        "pending": ngettext("{count} waiting for someone", "{count} waiting for someone", count),
        "failed": ngettext("{count} failed", "{count} failed", count),
        "closing": ngettext("{count} closing: left alone", "{count} closing: left alone", count),
        "planned": ngettext("{count} to be done", "{count} to be done", count),
        "to-make": ngettext("{count} to be made", "{count} to be made", count),
    }
    return words.get(status, f"{{count}} {status}").format(count=count)


def status(outcome: CommunityOutcome, sheet: Sheet) -> str:
    """What came of it, in its colour."""
    tone, word = standing(outcome, sheet.command)
    return str(getattr(sheet.paint, tone)(word))


def standing(outcome: CommunityOutcome, command: str) -> tuple[str, str]:
    """What came of it: how grave it is (a colour of Paint), and the word."""
    word = status_words().get(kind(outcome), outcome.status)
    if outcome.audit and outcome.audit.leaks:
        return "bad", _("people can be seen")
    if command.startswith("mailing-list") and outcome.status == "unchanged":
        return ("good", _("looked at")) if not outcome.error else ("bad", word)
    if command == "verify" and outcome.status == "unchanged" and not outcome.error:
        # Who can break in needs none of the ways that were asked.
        if outcome.holed:
            return "care", _("looked at")
        in_part = outcome.audit is not None and bool(outcome.audit.not_asked)
        return ("care", _("verified in part")) if in_part else ("good", _("verified"))
    tones = {"failed": "bad", "pending": "care", "closing": "care"}
    return tones.get(outcome.status, "good"), word


def _list_states() -> dict[str, str]:
    return {
        "absent": _("not there yet"),
        "requested": _("waiting for someone"),
        "open": _("open"),
        "closed": _("closed"),
        "taken": _("taken by somebody else"),
        "unknown": _("not seen from here"),
    }


def list_of(told: ListTold) -> str:
    """Which list it is and how far; nothing where the community wants none."""
    return state_of_list(told, told.address)


def state_of_list(told: ListTold, name: str = "") -> str:
    """How far a list is, under the name of who hosts it; nothing where none is wanted."""
    if told.provider in ("", NONE):
        return ""
    name = name or told.provider
    return f"{name} ({_list_states().get(told.state, told.state)})" if told.state else name


def _subscribers(told: ListTold) -> Iterator[tuple[str, str]]:
    """Both sides of a list, as counts; the addresses where they were asked for."""
    if not told.counts:
        return
    yield _("subscribers"), str(told.counts["subscribers"])
    words = {
        "added": _("added"),
        "removed": _("removed"),
        "refused": _("refused by the server"),
        "to_add": _("to add"),
        "to_remove": _("no yes any more: --remove unsubscribes them"),
        "left": _("left by themselves: not put back"),
        "not_accepted": _("said yes, not welcomed into the group yet"),
        "without_consent": _("on the list without a yes in their card"),
        "without_entry": _("on the list without a card"),
        "unfit": _("with an address that no list server takes"),
    }
    for key, word in words.items():
        if told.counts.get(key):
            yield "", f"{told.counts[key]} {word}"
            yield from (("", f"  {address}") for address in told.names.get(key, ()))
    uses = {"-add.txt": _("or to send"), "-remove.txt": _("to remove there")}
    for path in told.files:
        yield next((uses[end] for end in uses if path.endswith(end)), _("to paste")), path


def _keys(ids: Iterable[str]) -> str:
    return ", ".join(_key(change_id.partition(":")[2]) for change_id in ids)


def _key(key: str) -> str:
    """What people read for one thing of a step: "page Agenda", "default_write_acl"."""
    words = {
        "wakka_name": _("name of the wiki"),
        "default_read_acl": _("who reads a new page"),
        "default_write_acl": _("who may write a new page"),
        "default_comment_acl": _("who may comment on a new page"),
        "default_language": _("language of the wiki"),
        "meta_description": _("what search engines are told of the wiki"),
        "favorite_theme": _("theme of the wiki"),
        "favorite_squelette": _("layout of the theme"),
        "favorite_style": _("style of the theme"),
        "favorite_preset": _("colours and fonts of the theme"),
        "baz_map_center_lat": _("latitude of the map"),
        "baz_map_center_lon": _("longitude of the map"),
        "baz_map_zoom": _("zoom of the map"),
        "page": _("page"),
        "form": _("form"),
        "list": _("list"),
        "action": _("action"),
        "handler": _("handler"),
    }
    kind, space, name = key.partition(" ")
    return f"{words.get(kind, kind)}{space}{name}"


def _name(change: AnyChange, *, detailed: bool = False) -> str:
    """What names a change of a plan: a form and a list have a title, which says more than an id.
    If `detailed`, with what differs.
    """
    titled = change.step in ("forms", "lists", "tidy") and change.writes
    name = (change.summary if titled else "") or _key(change.key)
    detail = change.detail if detailed else ""
    return f"{name} ({detail})" if detail else name


def done(steps: Iterable[Done]) -> list[tuple[str, str]]:
    """(step, "31 created, 2 updated") in the order in which it was done."""
    return counted_changes(done.change for done in steps if done.outcome == "done")


def counted_changes(changes: Iterable[AnyChange]) -> list[tuple[str, str]]:
    """The same of what is planned, but for what is kept."""
    words = step_words()
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        if change.writes:
            counts.setdefault(change.step, Counter())[change.action] += 1
    return [
        (words.get(step, step), ", ".join(_counted(*pair) for pair in sorted(actions.items())))
        for step, actions in counts.items()
    ]


def names_of_changes(changes: Iterable[AnyChange]) -> dict[str, list[str]]:
    """By step, what is planned there."""
    words = step_words()
    names: dict[str, list[str]] = {}
    for change in changes:
        if change.writes:
            names.setdefault(words.get(change.step, change.step), []).append(_name(change))
    return names


def _counted(action: str, count: int) -> str:
    words = {
        "create": ngettext("{count} new", "{count} new", count),
        "update": ngettext("{count} changed", "{count} changed", count),
        "delete": ngettext("{count} removed", "{count} removed", count),
        "keep": ngettext("{count} kept", "{count} kept", count),
    }
    return words.get(action, f"{{count}} {action}").format(count=count)


# -- plans ----------------------------------------------------------------------------------


def _planned(
    changes: Iterable[AnyChange], sheet: Sheet, telling: Collection[str] = ()
) -> Iterator[str]:
    """The lines of a plan, with what was edited by hand where nothing is cut; pages of `telling`
    will only tell what is done by then."""
    words, told = step_words(), _("will tell what is done")
    rows: list[tuple[str, str, str]] = []
    diffs: list[str] = []
    for (step, action), together in groupby(
        changes, key=lambda change: (change.step, change.action)
    ):
        group = list(together)
        names = [
            f"{_name(change)} ({told})" if change.id in telling else _name(change, detailed=True)
            for change in group
        ]
        rows.append((SIGNS[action], words.get(step, step), sheet.some(names)))
        if sheet.verbose or (sheet.whole and not group[0].writes):
            diffs += [change.diff for change in group if change.diff]
    yield from table(rows)
    for diff in diffs:
        yield ""
        yield from (f"    {line}" for line in diff.splitlines())


# -- the audit ------------------------------------------------------------------------------


def privacy(outcome: CommunityOutcome) -> list[tuple[str, str]]:
    """What the audit came to, or the one before it; then what each role asked."""
    audit = outcome.audit
    if audit is None and outcome.audited:
        before = _(
            "verified on {when}: nobody was seen; forms, groups and settings are as they were then "
            "(`wikifarm verify` looks again)"
        )
        return [(_("privacy"), before.format(when=local(outcome.audited)))]
    if audit is None:
        without = {
            "canary": _(
                "not verified here, but in the first community of the same kind (`wikifarm verify` "
                "before real people come)"
            ),
            "none": _("not verified (`wikifarm verify` before real people come)"),
        }
        return [(_("privacy"), without[outcome.unverified])] if outcome.unverified else []
    if not audit.probes:
        return [(_("privacy"), _("; ").join(audit.not_asked) or _("not verified"))]
    asked = ngettext("{count} question asked", "{count} questions asked", audit.probes)
    facts = [(_("privacy"), f"{asked.format(count=audit.probes)}, {_verdict(audit)}")]
    words = role_words()
    for part in audit.coverage:
        text = _("{asked} answers of {known} questions, {refused} of them a refusal")
        told = text.format(asked=part.asked, known=part.known, refused=part.refused)
        facts.append(("", _("{subject}: {text}").format(subject=words[part.role], text=told)))
    rest = audit.probes - sum(part.asked for part in audit.coverage)
    if audit.coverage and rest > 0:
        told = ngettext(
            "{count} more: tries to write, comparisons, questions asked again",
            "{count} more: tries to write, comparisons, questions asked again",
            rest,
        )
        facts.append(("", told.format(count=rest)))
    return facts


def software(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str]]:
    """What runs the wiki, in two words: the sentence is a note of the whole answer."""
    words = {
        "holes": _("{version}, with known holes"),
        "unknown": _("a version that is not known: not safe"),
        "clear": _("{version}, without known holes"),
    }
    for verdict in verdicts:
        yield verdict.program, words[verdict.standing].format(version=verdict.version)


def _verdict(audit: Audit) -> str:
    """What an audit comes to: one that could not see has seen neither somebody nor nobody."""
    count = len(audit.leaks)
    if count:
        return ngettext("{count} leak seen", "{count} leaks seen", count).format(count=count)
    if audit.blind:
        return _("not verified")
    if audit.not_asked:
        return _("nobody was seen in what was looked at; the rest is said below")
    return _("nobody was seen")


def _leaks(audit: Audit, sheet: Sheet) -> Iterator[str]:
    """What to set, then who saw what through which addresses, the gravest first."""
    words = role_words()
    by_advice: dict[str, dict[str, list[Leak]]] = {}
    # Whoever is in a group that lets them in has all its rights: the rest may follow from it.
    for leak in sorted(audit.leaks, key=lambda leak: not leak.route.startswith("@")):
        by_advice.setdefault(leak.advice, {}).setdefault(str(leak.role), []).append(leak)
    for advice, roles in by_advice.items():
        first, *rest = wrapped(advice, "  " + _("To set: "))
        yield sheet.paint.bad(first)
        yield from rest
        yield from table(
            ((words.get(role, role), _seen(leaks, sheet)) for role, leaks in roles.items()),
            indent="    ",
        )


def _limits(audit: Audit, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """What wikifarm closes nowhere, that the people of the form are to be told."""
    read = [leak for leak in audit.limits if leak.kind == "seen"]
    if read:
        told = _(
            "A member who knows YesWiki well can read, of somebody else, {seen}. No right of "
            "YesWiki closes that: those who write it are to know."
        ).format(seen=_seen(read, sheet))
        yield _("To know: "), told
    listed = [leak for leak in audit.limits if leak.kind == "opened"]
    if listed:
        told = _(
            "YesWiki compares names as texts in its lists: an account whose name stands within the "
            "right of these forms (“part” in “@participants”) finds who has an entry, since when "
            "and where on the map: {forms}. wikifarm closes that in the forms of a blueprint alone."
        ).format(forms=", ".join(leak.route for leak in listed))
        yield _("To know: "), told
    if any(leak.kind == "written" for leak in audit.limits):
        told = _(
            "Anybody who has an account here can import a form in place of another, and so open "
            "what it closes. No right of YesWiki forbids it; `wikifarm ops harden` does, on the "
            "farm's machine."
        )
        yield _("To know: "), told


def _seen(leaks: Sequence[Leak], sheet: Sheet) -> str:
    routes = list(dict.fromkeys(leak.route for leak in leaks))
    fields = list(dict.fromkeys(leak.seen for leak in leaks))
    return _("{fields} through {routes}").format(
        fields=sheet.some(fields, SHOWN_FIELDS), routes=sheet.some(routes, SHOWN_ROUTES)
    )


def _advice(audit: Audit, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The other checks that did not pass, and what could not be asked."""
    for check in audit.checks:
        if not check.ok:
            yield _("Warning: "), check.message
            if check.hint:
                yield f"  {_('Try: ')}", check.hint
    if audit.probes:
        for text in (*audit.not_asked, *_ways_left(audit, sheet)):
            yield _("Not asked: "), text
    yield from _undeclared(audit, sheet)


def _undeclared(audit: Audit, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """What the blueprint does not declare, and what was made of it."""
    words = {
        "asked": _("looked at like the forms of the blueprint"),
        "closed": _("its rights keep outsiders out"),
        "open": _("its rights let outsiders in"),
        "not-checked": _("not checked"),
        "by-hand": _("put in this group by hand"),
    }
    for each in audit.undeclared:
        yield _("Not in the blueprint: "), f"{each.name} ({words[each.verdict]})"
        if each.shown:
            told = _(
                "the rights of {fields} do not hide them everywhere: whoever may read an entry of "
                "{form} reads them by the search, or with its address spelt otherwise. Close its "
                "line `acls` instead."
            )
            fields = sheet.some(each.shown)
            yield _("Not in the blueprint: "), told.format(fields=fields, form=each.name)


def _ways_left(audit: Audit, sheet: Sheet) -> Iterator[str]:
    """The ways in that nobody's answer came by, told once for each reason."""
    reasons: dict[str, list[str]] = {}
    for part in audit.coverage:
        for way, why in part.not_asked.items():
            reasons.setdefault(why, []).append(way)
    for why, ways in reasons.items():
        named = sheet.some(list(dict.fromkeys(ways)), SHOWN_ROUTES)
        yield _("{subject}: {text}").format(subject=named, text=why)


def _requests(outcome: CommunityOutcome) -> str:
    return _("{get} GET, {post} POST, {seconds} s").format(
        get=outcome.get, post=outcome.post, seconds=round(outcome.seconds, 1)
    )


def next_step(outcomes: Sequence[CommunityOutcome], command: str) -> str:
    """What a person does now; nothing where an error says it."""
    if any(outcome.error for outcome in outcomes):
        return ""
    if any(change.writes for outcome in outcomes for change in outcome.planned):
        return _what_does_it(command, outcomes)
    made = [outcome for outcome in outcomes if outcome.status == "created" and outcome.checklist]
    if not made:
        return ""
    told = _("open {checklist}, and send {welcome} to those who facilitate.")
    if len(made) == 1:
        return told.format(checklist=made[0].checklist, welcome=made[0].welcome)
    told = _("for each that was created, open {checklist}, and send {welcome} to its facilitators.")
    return told.format(
        checklist=unnamed(made[0].checklist, made[0].slug),
        welcome=unnamed(made[0].welcome, made[0].slug),
    )


def to_send_to_new(outcomes: Sequence[CommunityOutcome]) -> str:
    """What those wait for who facilitate since this run a community that stood; nothing where an
    error says what to do."""
    joined = [
        outcome
        for outcome in outcomes
        if outcome.status in ("updated", "pending")
        and outcome.stands
        and any(each.outcome == "done" and _lets_in(each.change) for each in outcome.steps)
    ]
    if not joined:
        return ""
    welcome = joined[0].welcome
    told = _("send {welcome} to those who facilitate from now on: they find there how to enter.")
    return told.format(welcome=welcome if len(joined) == 1 else unnamed(welcome, joined[0].slug))


def _lets_in(change: AnyChange) -> bool:
    """True for an account that is made, and for one that enters a group."""
    entering = (
        set(change.wanted or ()) - set(change.existing or ()) if change.step == "groups" else ()
    )
    return change.step == "accounts" or any(not each.startswith("@") for each in entering)


def _what_does_it(command: str, outcomes: Sequence[CommunityOutcome]) -> str:
    """What does what that command has shown."""
    from wikifarm.operations.community.caution import to_be_said

    if command == "new-community":
        return ""
    if command in ("clone", "blueprint upgrade"):
        return _("the same command without --dry-run will do this.")
    if command == "mailing-list plan":
        return _("`wikifarm mailing-list create` will do this.")
    count = to_be_said(outcomes)
    if count is not None:
        return _("`wikifarm apply` will do this, with --yes-change {count}.").format(count=count)
    return _("`wikifarm apply` will do this.")


def unnamed(text: str, slug: str) -> str:
    """An address or a path, with a word in the place of the community's own address."""
    return re.sub(rf"(?<=/){re.escape(slug)}(?=[/.])", _("ADDRESS"), text)
