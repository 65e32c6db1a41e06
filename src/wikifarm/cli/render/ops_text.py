"""Text about machines: what Ansible did on each, what each says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wikifarm.cli.render.text import Data, Page, table, wrapped
from wikifarm.i18n import _, ngettext

MOST_CHANGES = 12  # shown for a machine, without --verbose


def hosts(data: Data, page: Page) -> Iterator[str]:
    """What came of each machine, in the way that suits the command."""
    if page.command == "ops status":
        yield from _lines(data["hosts"])
        return
    diffs = data.get("diffs", ())
    for number, row in enumerate(data["hosts"]):
        if number:
            yield ""
        yield _head(row, page, check=data.get("check", False))
        if page.command == "ops doctor":
            yield from _problems(row, page)
            continue
        # What was done is named by its tasks, in the words of the playbooks: for who asks.
        if page.verbose or data.get("check", False):
            yield from _changes(row, page)
        elif row["changes"]:
            yield "  " + _many_changes(len(row["changes"]))
        for one in diffs:
            if one["host"] == row["name"]:
                yield from _diff(one, page)


def _head(row: Data, page: Page, *, check: bool) -> str:
    looked = page.command == "ops doctor"
    words = {
        "ok": page.paint.good(_("seen") if looked else _("nothing to change")),
        "changed": page.paint.care(_("would change") if check else _("changed")),
        "failed": page.paint.bad(_("failed")),
        "unreachable": page.paint.bad(_("cannot be reached")),
    }
    return f"{page.paint.strong(row['name'])} ({words[row['status']]})"


def _changes(row: Data, page: Page) -> Iterator[str]:
    names = row["changes"]
    most = len(names) if page.verbose else MOST_CHANGES
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


def _diff(one: Data, page: Page) -> Iterator[str]:
    yield f"  {page.paint.strong(one['task'])}"
    colours = {"+": page.paint.good, "-": page.paint.bad}
    for line in one["text"].splitlines():
        yield f"    {colours.get(line[:1], str)(line)}"


# -- what the machines say of themselves ----------------------------------------------------


def _problems(row: Data, page: Page) -> Iterator[str]:
    facts = row.get("facts", {})
    known = [("URL", str(facts.get("url") or "")), (_("YesWiki"), _version(facts))]
    known += [(_("wikis"), str(_wikis(facts) or "")), (_("last backup"), _backup(facts))]
    known.append((_("restore test"), _trial(facts)))
    if facts.get("certificate_days") is not None:
        days = int(facts["certificate_days"])
        left = ngettext("{count} day left", "{count} days left", days).format(count=days)
        known.append((_("certificate"), left))
    yield from table(fact for fact in known if fact[1])
    problems = facts.get("problems", ())
    if facts and not problems:
        yield "  " + page.paint.good(_("nothing is wrong"))
    marks = {"error": (_("failed"), page.paint.bad), "warning": (_("warning"), page.paint.care)}
    for one in problems:
        word, colour = marks.get(one.get("severity"), (_("note"), str))
        first, *rest = wrapped(str(one["message"]), f"  {word}  ")
        yield first.replace(word, colour(word), 1)
        yield from rest
        if one.get("hint") and one.get("severity") != "error":  # an error is told again below
            yield from wrapped(str(one["hint"]), "    " + _("Try: "))


def _lines(rows: Sequence[Data]) -> Iterator[str]:
    """A farm a line, under the names of the columns."""
    if not rows:
        return
    head = (_("farm"), _("state"), _("YesWiki"), _("wikis"), _("last backup"), _("restore test"))
    found = [(*head, "URL")]
    for row in rows:
        facts = row.get("facts", {})
        never = _("never") if facts else ""
        found.append(
            (row["name"], _state(row), _version(facts), str(_wikis(facts) if facts else ""),
             _backup(facts) or never, _trial(facts) or never, str(facts.get("url") or ""))
        )  # fmt: skip
    yield from table(found, indent="")


def _state(row: Data) -> str:
    if row["status"] == "unreachable":
        return _("cannot be reached")
    if row["status"] == "failed":
        return _("failed")
    severities = [one.get("severity") for one in row.get("facts", {}).get("problems", ())]
    wrong = severities.count("error")
    if wrong:
        return ngettext("{count} error", "{count} errors", wrong).format(count=wrong)
    warned = severities.count("warning")
    if warned:
        return ngettext("{count} warning", "{count} warnings", warned).format(count=warned)
    return _("ok")


def _version(facts: Data) -> str:
    return str(facts.get("version") or "")


def _wikis(facts: Data) -> int:
    return int(facts.get("wiki_count") or 0)


def _backup(facts: Data) -> str:
    """How long ago the last good backup was."""
    hours = facts.get("backup_age_hours")
    if not isinstance(hours, int | float):
        return ""
    if hours < 1:
        return _("less than an hour ago")
    if hours >= 48:
        return _days_ago(int(hours / 24))
    return ngettext("{count} hour ago", "{count} hours ago", int(hours)).format(count=int(hours))


def _trial(facts: Data) -> str:
    """How long ago a backup was last restored for a trial."""
    days = facts.get("restore_test_age_days")
    return _days_ago(int(days)) if isinstance(days, int | float) else ""


def _days_ago(days: int) -> str:
    return ngettext("{count} day ago", "{count} days ago", days).format(count=days)
