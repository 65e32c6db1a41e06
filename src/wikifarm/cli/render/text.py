"""Text for people, from the same facts as the JSON: one function for each kind of data."""

from __future__ import annotations

import json
import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

import typer

from wikifarm.i18n import _
from wikifarm.result import Envelope

WIDTH = 100

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Paint:
    """Colours, where there is a terminal that wants them."""

    on: bool = False

    def good(self, text: str) -> str:
        return typer.style(text, fg="green") if self.on else text

    def care(self, text: str) -> str:
        return typer.style(text, fg="yellow") if self.on else text

    def bad(self, text: str) -> str:
        return typer.style(text, fg="red") if self.on else text

    def strong(self, text: str) -> str:
        return typer.style(text, bold=True) if self.on else text


def paint_for(stream: TextIO | None) -> Paint:
    """Colours for a terminal only, and never with NO_COLOR (https://no-color.org)."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Paint(on=bool(wanted and stream is not None and stream.isatty()))


@dataclass(frozen=True)
class Page:
    """What a function of this module needs besides the data."""

    paint: Paint = Paint()
    verbose: bool = False
    command: str = ""


def answer(envelope: Envelope, paint: Paint, *, verbose: bool = False) -> str:
    """What goes to stdout."""
    page = Page(paint, verbose, envelope.command)
    safe = harmless(envelope.data)
    kind = next((key for key in _KINDS if key in safe), None)
    lines = list(_KINDS[kind](safe, page)) if kind else []
    lines += pending(envelope, page)
    return "\n".join(lines)


def notes(envelope: Envelope, paint: Paint) -> str:
    """What goes to stderr: messages, then errors with what to try."""
    lines = [line for message in envelope.messages for line in wrapped(message, _("Note: "))]
    owners = _owners(envelope)
    for failure in envelope.errors:
        owner = owners.get((failure.code, failure.message), "")
        text = failure.message
        if owner:
            text = _("{subject}: {text}").format(subject=owner, text=text)
        first, *rest = wrapped(text, _("Error: "))
        lines += [paint.bad(first), *rest]
        if failure.hint:
            lines += wrapped(failure.hint, "  " + _("Try: "))
        if failure.where and failure.where not in failure.message:
            lines.append("  " + _("Where: ") + str(harmless(failure.where)))
    return "\n".join(lines)


def harmless(value: Any) -> Any:
    """The same, without what could act on a terminal: servers and people write these texts."""
    if isinstance(value, str):
        return _ACTING.sub("", value)
    if isinstance(value, Mapping):
        return {key: harmless(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(one) for one in value]
    return value


_SPACES = re.compile(r"[ \t\n]+")  # not the no-break space, which French wants before “:”

# Control characters but tab and new line, and those that reverse the order of reading.
_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def width() -> int:
    """Columns to fill: those of the terminal, where there is one, and WIDTH at most."""
    return max(40, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def wrapped(text: str, first: str = "", later: str | None = None) -> list[str]:
    """Lines of at most WIDTH columns, or of the terminal if it is narrower; addresses are whole."""
    indent = " " * len(first) if later is None else later
    return textwrap.wrap(
        " ".join(_SPACES.split(harmless(text).strip())),
        width(),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def table(rows: Iterable[Iterable[str]], indent: str = "  ") -> list[str]:
    """Aligned columns; the last one is wrapped under itself."""
    cells = [list(row) for row in rows]
    if not cells:
        return []
    widths = [max(len(row[number]) for row in cells) for number in range(len(cells[0]) - 1)]
    lines: list[str] = []
    for *head, last in cells:
        start = indent + "".join(
            f"{text:<{width}}  " for text, width in zip(head, widths, strict=True)
        )
        lines += wrapped(last, start)
    return lines


def _owners(envelope: Envelope) -> dict[tuple[str, str], str]:
    """Which community each error belongs to, when there are several."""
    rows = [*envelope.data.get("communities", ()), *envelope.data.get("states", ())]
    if len(rows) < 2:
        return {}
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        for one in row["errors"]:
            found[(one["code"], one["message"])] = row["slug"]
    return found


# -- communities ----------------------------------------------------------------------------


def communities(data: Data, page: Page) -> Iterator[str]:
    """What came of each community, and what to do next."""
    from wikifarm.cli.render.community_text import block, summary

    rows = data["communities"]
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from block(row, page)
    demo = data.get("demo")
    if demo is None or demo["serving"] or demo["folder"]:
        yield from summary(rows, page)
    if demo is not None:
        yield from demonstration(demo, page)


def demonstration(data: Data, page: Page) -> Iterator[str]:
    """How to go and look at the demonstration."""
    if data["serving"]:
        yield ""
        yield page.paint.strong(_("To look at it"))
        yield from table(
            [
                (_("the wiki"), data["wiki"]["url"]),
                ("", f"{data['wiki']['account']} / {data['wiki']['password']}"),
                (_("the farm"), data["farm"]["url"]),
                ("", f"{data['farm']['account']} / {data['farm']['password']}"),
            ]
        )
        yield ""
        yield page.paint.strong(_("To try"))
        for one in data["try"]:
            yield from wrapped(one, "  - ")
        yield ""
        yield _("To use wikifarm on this farm from another terminal:")
        for name, value in data["environment"].items():
            yield f"  export {name}='{value}'"
    yield ""
    if data["folder"]:
        yield _("Everything is kept in {folder}.").format(folder=data["folder"])
    elif not data["serving"]:
        yield _("The demonstration is over: its files are gone. --data FOLDER would keep them.")


def pending(envelope: Envelope, page: Page) -> Iterator[str]:
    """What waits for a person, with the exact text to send."""
    for one in envelope.pending:
        yield ""
        head = _("Waits for someone ({slug}): ").format(slug=one.slug)
        first, *rest = wrapped(one.message, head, "  ")
        yield page.paint.care(first)
        yield from rest
        yield from (f"  | {line}".rstrip() for line in harmless(one.text).splitlines())


# -- the farm and this computer -------------------------------------------------------------


def checks(data: Data, page: Page) -> Iterator[str]:
    """What the doctor looked at."""
    paint = page.paint
    if data.get("farm"):
        yield paint.strong(str(data["farm"]))
    marks: dict[str, tuple[str, Callable[[str], str]]] = {
        "ok": (_("ok"), paint.good),
        "warn": (_("warning"), paint.care),
        "fail": (_("failed"), paint.bad),
        "unknown": ("?", str),
    }
    column = max(len(word) for word, _paint in marks.values())
    for one in data["checks"]:
        word, colour = marks[one["state"]]
        first, *rest = wrapped(one["message"], f"  {word:<{column}}  ")
        yield first.replace(word, colour(word), 1)
        yield from rest
        if one["hint"] and one["state"] != "fail":
            yield from wrapped(one["hint"], " " * (column + 4) + _("Try: "))


def states(data: Data, page: Page) -> Iterator[str]:
    """Where each community stands."""
    from wikifarm.cli.render.community_text import mailing_list

    rows = data["states"]
    if not rows:
        yield _("No community is known here yet: `wikifarm new-community` opens one.")
        return
    labels = {
        "not-made": _("not made yet"),
        "unfinished": _("unfinished: run `wikifarm apply` again"),
        "in-place": _("in place"),
        "not-ours": _("not made by wikifarm from here"),
        "failed": _("cannot be read"),
    }
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield f"{page.paint.strong(row['name'] or row['slug'])} ({labels[row['state']]})"
        facts = [("URL", row["url"])]
        if row["version"]:
            facts.append((_("blueprint"), f"{row['blueprint']} {row['version']}"))
        if row["edited"]:
            facts.append((_("edited here"), ", ".join(row["edited"])))
        if row["mailing_list"]:
            facts.append((_("mailing list"), mailing_list(row["mailing_list"])))
        if row["last_run"]:
            facts.append((_("last run"), row["last_run"][:16].replace("T", " ") + " UTC"))
        if row["manifest"]:
            facts.append((_("file"), row["manifest"]))
        yield from table(fact for fact in facts if fact[1])


def wikis(data: Data, page: Page) -> Iterator[str]:
    """The wikis of the farm."""
    rows = data["wikis"]
    if not rows:
        yield _("This farm shows no wiki.")
        return
    yield from table(
        (
            (
                row["slug"],
                _("ours") if row["ours"] else "",
                _("password here") if row["here"] else "",
                row["name"],
            )
            for row in rows
        ),
        indent="",
    )


def files(data: Data, page: Page) -> Iterator[str]:
    """What `init` wrote, and what comes next."""
    yield from table(
        (_("written") if one["made"] else _("kept as it was"), one["path"]) for one in data["files"]
    )
    yield ""
    yield page.paint.strong(_("Next"))
    for number, one in enumerate(data["next"], 1):
        yield from wrapped(one, f"  {number}. ")


def hosts(data: Data, page: Page) -> Iterator[str]:
    """What came of each machine."""
    from wikifarm.cli.render.ops_text import hosts as lines

    yield from lines(data, page)


def account(data: Data, page: Page) -> Iterator[str]:
    """The account of a wiki."""
    rows = [("URL", data["url"]), (_("account"), data["account"])]
    if "password" in data:
        rows.append((_("password"), data["password"]))
    yield from table(rows, indent="")


# -- plain texts ----------------------------------------------------------------------------


def json_schema(data: Data, _page: Page) -> Iterator[str]:
    """A JSON Schema, as it is."""
    yield json.dumps(data["schema"], ensure_ascii=False, indent=2)


def yaml(data: Data, _page: Page) -> Iterator[str]:
    """A Bazar schema, as it is."""
    yield str(data["yaml"]).rstrip("\n")


_KINDS: Mapping[str, Callable[[Data, Page], Iterator[str]]] = {
    "communities": communities,
    "checks": checks,
    "states": states,
    "wikis": wikis,
    "files": files,
    "hosts": hosts,
    "account": account,
    "schema": json_schema,
    "yaml": yaml,
}
