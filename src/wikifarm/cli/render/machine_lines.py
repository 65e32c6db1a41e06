"""Text about machines: what Ansible did on each, what each says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wikifarm.cli.render.sheet import Paint, Sheet, table, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.operations.ops.machine_facts import MachineFacts

if TYPE_CHECKING:
    from wikifarm.ansible.events import Diff
    from wikifarm.ansible.report import HostReport
    from wikifarm.operations.ops.playbooks import HostsHealth, HostsOutcome, HostsStatus

MOST_CHANGES = 12  # shown for a machine, without --verbose


def played(outcome: HostsOutcome, sheet: Sheet) -> Iterator[str]:
    """What was done on each machine, or would be."""
    for number, host in enumerate(outcome.hosts):
        if number:
            yield ""
        done = _("would change") if outcome.check else _("changed")
        yield _head(host, sheet.paint, _("nothing to change"), done)
        # What was done is named by its tasks, in the words of the playbooks: for who asks.
        if sheet.verbose or outcome.check:
            yield from _changes(host.changes, verbose=sheet.verbose)
        elif host.changes:
            yield "  " + _many_changes(len(host.changes))
        for diff in host.diffs:
            yield from _diff(diff, sheet.paint)


def health(outcome: HostsHealth, sheet: Sheet) -> Iterator[str]:
    """What each machine says of itself."""
    for number, host in enumerate(outcome.hosts):
        if number:
            yield ""
        done = _("would change") if outcome.check else _("changed")
        yield _head(host, sheet.paint, _("seen"), done)
        yield from _told(MachineFacts.read(host.facts), sheet.paint)


def status(outcome: HostsStatus, _sheet: Sheet) -> Iterator[str]:
    """A farm a line, under the names of the columns."""
    if not outcome.hosts:
        return
    head = (_("farm"), _("state"), _("YesWiki"), _("wikis"), _("last backup"), _("restore test"))
    rows = [(*head, "URL")]
    for host in outcome.hosts:
        facts = MachineFacts.read(host.facts)
        told = ("", "", "", "", "")
        if facts is not None:
            told = (
                facts.version,
                str(facts.wikis),
                _backup(facts) or _("never"),
                _trial(facts) or _("never"),
                facts.url,
            )
        rows.append((host.name, _state(host, facts), *told))
    yield from table(rows, indent="")


def _head(host: HostReport, paint: Paint, unchanged: str, changed: str) -> str:
    words = {
        "ok": paint.good(unchanged),
        "changed": paint.care(changed),
        "failed": paint.bad(_("failed")),
        "unreachable": paint.bad(_("cannot be reached")),
    }
    return f"{paint.strong(host.name)} ({words[host.status]})"


def _changes(names: list[str], *, verbose: bool) -> Iterator[str]:
    most = len(names) if verbose else MOST_CHANGES
    for name in names[:most]:
        yield from wrapped(name, "  - ", "    ")
    left = len(names) - most
    if left > 0:
        yield "  " + ngettext(
            "and {count} more change (--verbose shows it)",
            "and {count} more changes (--verbose shows them)",
            left,
        ).format(count=left)


def _many_changes(count: int) -> str:
    return ngettext(
        "{count} change (--verbose names it)", "{count} changes (--verbose names them)", count
    ).format(count=count)


def _diff(diff: Diff, paint: Paint) -> Iterator[str]:
    yield f"  {paint.strong(diff.task)}"
    colours = {"+": paint.good, "-": paint.bad}
    for line in diff.text.splitlines():
        yield f"    {colours.get(line[:1], str)(line)}"


# -- what the machines say of themselves ----------------------------------------------------


def _told(facts: MachineFacts | None, paint: Paint) -> Iterator[str]:
    if facts is None:
        return
    known = [("URL", facts.url), (_("YesWiki"), facts.version)]
    known += [(_("wikis"), str(facts.wikis or "")), (_("last backup"), _backup(facts))]
    known.append((_("restore test"), _trial(facts)))
    if facts.certificate_days is not None:
        days = facts.certificate_days
        left = ngettext("{count} day left", "{count} days left", days).format(count=days)
        known.append((_("certificate"), left))
    yield from table(fact for fact in known if fact[1])
    if not facts.problems:
        yield "  " + paint.good(_("nothing is wrong"))
    marks = {"error": (_("failed"), paint.bad), "warning": (_("warning"), paint.care)}
    for problem in facts.problems:
        word, colour = marks.get(problem.severity, (_("note"), str))
        first, *rest = wrapped(problem.message, f"  {word}  ")
        yield first.replace(word, colour(word), 1)
        yield from rest
        if problem.hint and problem.severity != "error":  # an error is told again below
            yield from wrapped(problem.hint, "    " + _("Try: "))


def _state(host: HostReport, facts: MachineFacts | None) -> str:
    if host.status == "unreachable":
        return _("cannot be reached")
    if host.status == "failed":
        return _("failed")
    severities = [problem.severity for problem in facts.problems] if facts else []
    wrong = severities.count("error")
    if wrong:
        return ngettext("{count} error", "{count} errors", wrong).format(count=wrong)
    warned = severities.count("warning")
    if warned:
        return ngettext("{count} warning", "{count} warnings", warned).format(count=warned)
    return _("ok")


def _backup(facts: MachineFacts) -> str:
    """How long ago the last good backup was."""
    hours = facts.backup_hours
    if hours is None:
        return ""
    if hours < 1:
        return _("less than an hour ago")
    if hours >= 48:
        return _days_ago(int(hours / 24))
    return ngettext("{count} hour ago", "{count} hours ago", int(hours)).format(count=int(hours))


def _trial(facts: MachineFacts) -> str:
    """How long ago a backup was last restored for a trial."""
    return "" if facts.trial_days is None else _days_ago(int(facts.trial_days))


def _days_ago(days: int) -> str:
    return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
