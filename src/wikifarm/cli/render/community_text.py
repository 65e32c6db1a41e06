"""One community as text: what was done, who could be seen, what is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from wikifarm.cli.progress import role_words, step_words
from wikifarm.cli.render.text import Data, Page, table, wrapped
from wikifarm.i18n import _, ngettext

SHOWN_FIELDS = 3  # names told of what was seen, and of where; --json gives them all
SHOWN_ROUTES = 4
SHOWN_NAMES = 6  # of a step in a plan; --verbose shows them all
SIGNS = {"create": "+", "update": "~", "delete": "-", "keep": "="}


def block(row: Data, page: Page) -> Iterator[str]:
    """One community."""
    yield f"{page.paint.strong(row['name'])} ({_status(row, page)})"
    facts: list[tuple[str, str]] = [("URL", row["url"])]
    facts += _done(row["steps"])
    if row["kept"]:
        edited = _("{names} (edited here by hand)").format(names=_keys(row["kept"]))
        facts.append((_("kept"), edited))
    if row["mailing_list"]:
        facts.append((_("mailing list"), mailing_list(row["mailing_list"])))
        facts += _subscribers(row["mailing_list"])
    facts += _privacy(row["audit"])
    facts += [(_("checklist"), row["checklist"]), (_("welcome"), row["welcome"])]
    yield from table(fact for fact in facts if fact[1])
    yield from _planned(row["planned"], page)
    if row["audit"]:
        yield from _leaks(row["audit"], page)
        yield from _advice(row["audit"], page)
    if page.verbose:
        yield from table([(_("requests"), _requests(row))])


def summary(rows: Iterable[Data], page: Page) -> Iterator[str]:
    """One line for several communities; the next thing to do where there is one."""
    found = list(rows)
    if not found:
        yield _("There is nothing to do.")
        return
    if len(found) > 1:
        counts = Counter(row["status"] for row in found)
        parts = ", ".join(_counted_status(*one) for one in counts.items())
        total = ngettext("{count} community", "{count} communities", len(found))
        yield ""
        yield _("{subject}: {text}").format(subject=total.format(count=len(found)), text=parts)
    step = _next(found, page.command)
    if step:
        yield ""
        yield from wrapped(step, _("Next: "))


def _statuses() -> dict[str, str]:
    return {
        "created": _("created"),
        "updated": _("updated"),
        "unchanged": _("unchanged"),
        "pending": _("waiting for someone"),
        "failed": _("failed"),
        "planned": _("to be done"),
    }


def _counted_status(status: str, count: int) -> str:
    words = {
        "created": ngettext("{count} created", "{count} created", count),
        "updated": ngettext("{count} updated", "{count} updated", count),
        "unchanged": ngettext("{count} unchanged", "{count} unchanged", count),
        "pending": ngettext("{count} waiting for someone", "{count} waiting for someone", count),
        "failed": ngettext("{count} failed", "{count} failed", count),
        "planned": ngettext("{count} to be done", "{count} to be done", count),
    }
    return words.get(status, f"{{count}} {status}").format(count=count)


def _status(row: Data, page: Page) -> str:
    word = _statuses().get(row["status"], "") or str(row["status"])
    if row["audit"] and row["audit"]["leaks"]:
        return page.paint.bad(_("people can be seen"))
    if page.command.startswith("mailing-list") and row["status"] == "unchanged":
        return page.paint.good(_("looked at")) if not row["errors"] else page.paint.bad(word)
    if page.command == "verify" and row["status"] == "unchanged" and not row["errors"]:
        return page.paint.good(_("verified"))
    if row["status"] == "failed":
        return page.paint.bad(word)
    return page.paint.good(word) if row["status"] != "pending" else page.paint.care(word)


def _list_states() -> dict[str, str]:
    return {
        "absent": _("not there yet"),
        "requested": _("waiting for someone"),
        "open": _("open"),
        "closed": _("closed"),
        "taken": _("taken by somebody else"),
        "unknown": _("not seen from here"),
    }


def mailing_list(held: Data) -> str:
    """Which list it is and how far; nothing where the community wants none."""
    provider, state = held.get("provider", ""), held.get("state", "")
    if provider in ("", "none"):
        return ""
    name = held.get("address") or provider
    return f"{name} ({_list_states().get(state, state)})" if state else str(name)


def _subscribers(held: Data) -> Iterator[tuple[str, str]]:
    """Both sides of a list, as counts; the addresses where they were asked for."""
    counts, names = held.get("counts"), held.get("names", {})
    if counts is None:
        return
    yield _("subscribers"), str(counts["subscribers"])
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
        if counts.get(key):
            yield "", f"{counts[key]} {word}"
            yield from (("", f"  {one}") for one in names.get(key, ()))
    uses = {"-add.txt": _("or to send"), "-remove.txt": _("to remove there")}
    for path in held.get("files", ()):
        yield next((uses[end] for end in uses if path.endswith(end)), _("to paste")), path


def _step(change_id: str) -> str:
    return change_id.partition(":")[0]


def _keys(ids: Iterable[str]) -> str:
    return ", ".join(_key(one.partition(":")[2]) for one in ids)


def _key(key: str) -> str:
    """What people read for one thing of a step: "page Agenda", "default_write_acl"."""
    words = {
        "wakka_name": _("name of the wiki"),
        "default_write_acl": _("who may write a new page"),
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


def _name(change: Data) -> str:
    """What names a change of a plan: a form and a list have a title, which says more than an id."""
    titled = _step(change["id"]) in ("forms", "lists") and change["action"] != "keep"
    return str((titled and change["summary"]) or _keys([change["id"]]))


def _some(names: list[str], page: Page) -> str:
    return ", ".join(names) if page.verbose else _few(names, SHOWN_NAMES)


def _done(steps: Iterable[Data]) -> list[tuple[str, str]]:
    """(step, "31 created, 2 updated") in the order in which it was done."""
    words = step_words()
    counts: dict[str, Counter[str]] = {}
    for one in steps:
        if one["outcome"] == "done":
            counts.setdefault(_step(one["id"]), Counter())[one["action"]] += 1
    return [
        (words.get(name, name), ", ".join(_counted(*one) for one in sorted(found.items())))
        for name, found in counts.items()
    ]


def _counted(action: str, count: int) -> str:
    words = {
        "create": ngettext("{count} new", "{count} new", count),
        "update": ngettext("{count} changed", "{count} changed", count),
        "delete": ngettext("{count} removed", "{count} removed", count),
        "keep": ngettext("{count} kept", "{count} kept", count),
    }
    return words.get(action, f"{{count}} {action}").format(count=count)


# -- plans ----------------------------------------------------------------------------------


def _planned(changes: Iterable[Data], page: Page) -> Iterator[str]:
    words = step_words()
    rows: list[tuple[str, str, str]] = []
    diffs: list[str] = []
    for (name, action), group in groupby(
        changes, key=lambda one: (_step(one["id"]), one["action"])
    ):
        found = list(group)
        names = [_name(one) for one in found]
        rows.append((SIGNS[action], words.get(name, name), _some(names, page)))
        diffs += [one["diff"] for one in found if one["diff"]]
    yield from table(rows)
    if page.verbose:
        for diff in diffs:
            yield ""
            yield from (f"    {line}" for line in diff.splitlines())


# -- the audit ------------------------------------------------------------------------------


def _privacy(audit: dict[str, Any] | None) -> list[tuple[str, str]]:
    if audit is None:
        return []
    if not audit["probes"]:
        return [(_("privacy"), "; ".join(audit["not_asked"]) or _("not verified"))]
    asked = ngettext("{count} question asked", "{count} questions asked", audit["probes"])
    seen = (
        ngettext("{count} leak seen", "{count} leaks seen", len(audit["leaks"])).format(
            count=len(audit["leaks"])
        )
        if audit["leaks"]
        else _("nobody was seen")
    )
    return [(_("privacy"), f"{asked.format(count=audit['probes'])}, {seen}")]


def _leaks(audit: Data, page: Page) -> Iterator[str]:
    """What to set, then who saw what through which addresses, the gravest first."""
    words = role_words()
    by_advice: dict[str, dict[str, list[Data]]] = {}
    for leak in audit["leaks"]:
        roles = by_advice.setdefault(leak["advice"], {})
        roles.setdefault(str(leak["role"]), []).append(leak)
    for advice, roles in by_advice.items():
        first, *rest = wrapped(advice, "  " + _("To set: "))
        yield page.paint.bad(first)
        yield from rest
        yield from table(
            ((words.get(role, role), _seen(found)) for role, found in roles.items()),
            indent="    ",
        )


def _seen(leaks: list[Data]) -> str:
    routes = list(dict.fromkeys(leak["route"] for leak in leaks))
    fields = list(dict.fromkeys(leak["seen"] for leak in leaks))
    return _("{fields} through {routes}").format(
        fields=_few(fields, SHOWN_FIELDS), routes=_few(routes, SHOWN_ROUTES)
    )


def _few(names: list[str], limit: int) -> str:
    if len(names) <= limit:
        return ", ".join(names)
    return _("{names} and {count} more").format(
        names=", ".join(names[:limit]), count=len(names) - limit
    )


def _advice(audit: Data, page: Page) -> Iterator[str]:
    """The other checks that did not pass, and what could not be asked."""
    for one in audit["checks"]:
        if not one["ok"]:
            yield from wrapped(one["message"], "  " + _("Warning: "))
            if one["hint"]:
                yield from wrapped(one["hint"], "    " + _("Try: "))
    if audit["probes"]:
        for text in audit["not_asked"]:
            yield from wrapped(text, "  " + _("Not asked: "))


def _requests(row: Data) -> str:
    return _("{get} GET, {post} POST, {seconds} s").format(
        get=row["requests"]["get"], post=row["requests"]["post"], seconds=round(row["seconds"], 1)
    )


def _next(rows: list[Data], command: str) -> str:
    if any(row["errors"] for row in rows):
        return ""
    if any(one["action"] != "keep" for row in rows for one in row["planned"]):
        if command == "mailing-list plan":
            return _("`wikifarm mailing-list create` will do this.")
        return _("`wikifarm apply` will do this.") if command != "new-community" else ""
    opened = next((row for row in rows if row["status"] == "created" and row["checklist"]), None)
    if opened:
        return _("open {checklist}, and send {welcome} to those who facilitate.").format(
            checklist=opened["checklist"], welcome=opened["welcome"]
        )
    return ""
