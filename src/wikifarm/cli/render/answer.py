"""An answer as text for people, from the same facts as the JSON: what was found, what waits, what
failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module

from wikifarm.cli.render.sheet import Paint, Sheet, harmless, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.result import Envelope, Failure, Outcome

_IN_FILE = re.compile(r"(?!https?:).*:\d+\Z")  # bretagne.csv:17:3

# The room and the function that write each class of outcome, or those that derive from it: named,
# so that a command imports no other outcome than its own.
RENDERERS: Mapping[str, str] = {
    "VersionsOutcome": "version_lines.versions",
    "CommunitiesOutcome": "summary_lines.communities",
    "Demonstration": "community_lines.demonstration",
    "StatusOutcome": "status_lines.states",
    "FindingsOutcome": "farm_lines.findings",
    "WikisOutcome": "farm_lines.wikis",
    "ModelsOutcome": "farm_lines.models",
    "WikiCredentials": "farm_lines.credentials",
    "AdoptedWiki": "farm_lines.adopted",
    "TakenOver": "copy_lines.taken_over",
    "SharedCredentials": "farm_lines.shared_credentials",
    "PracticeFarm": "farm_lines.practice_farm",
    "PreparedFolder": "document_lines.prepared_folder",
    "JsonSchema": "document_lines.json_schema",
    "ImportedForm": "document_lines.imported_form",
    "CapturedBlueprint": "copy_lines.captured",
    "CheckedBlueprint": "copy_lines.checked",
    "BlueprintsHere": "copy_lines.blueprints",
    "KnownAdvisories": "document_lines.advisories",
    "PeopleRows": "people_lines.rows",
    "PeopleOutcome": "people_lines.people",
    "PeopleCounts": "people_lines.counts",
    "ExportedPeople": "people_lines.exported",
    "Invitations": "people_lines.invitations",
    "DuplicatedBase": "people_lines.duplicated",
    "ErasedPerson": "people_lines.erased",
    "WayIn": "people_lines.way_in",
    "WelcomedPerson": "people_lines.welcomed",
    "BackupMade": "archive_lines.backup_made",
    "BackupVerified": "archive_lines.backup_verified",
    "ToRestore": "archive_lines.to_restore",
    "Restored": "archive_lines.restored",
    "SiteMade": "archive_lines.site_made",
    "Retiring": "archive_lines.retiring",
    "HostsOutcome": "machine_lines.played",
    "HostsHealth": "machine_lines.health",
    "HostsStatus": "machine_lines.status",
}

# What people are told last, after errors and notes.
LAST_WORDS: Mapping[str, str] = {
    "CommunitiesOutcome": "summary_lines.last_words",
    "StatusOutcome": "status_lines.last_words",
}


def lines_of(outcome: Outcome, sheet: Sheet) -> Iterator[str]:
    """The outcome, written by the renderer of its class."""
    yield from _written(_kind(outcome), RENDERERS, outcome, sheet)


def _kind(outcome: Outcome) -> str:
    """The class that has a renderer."""
    names = [kind.__name__ for kind in type(outcome).__mro__]
    return next((name for name in names if name in RENDERERS), "")


def _written(
    kind: str, renderers: Mapping[str, str], outcome: Outcome, sheet: Sheet
) -> Iterator[str]:
    if kind in renderers:
        room, _dot, name = renderers[kind].partition(".")
        write = getattr(import_module(f"wikifarm.cli.render.{room}"), name)
        yield from write(harmless(outcome), sheet)


def answer(envelope: Envelope, paint: Paint, *, verbose: bool = False, asking: bool = False) -> str:
    """What goes to stdout, whole; what to do next unless a person is about to say yes or no."""
    first = body(envelope, paint, verbose=verbose)
    parts = (first, last_words(envelope, paint, verbose=verbose, asking=asking))
    return "\n".join(part for part in parts if part)


def body(envelope: Envelope, paint: Paint, *, verbose: bool = False) -> str:
    """What goes to stdout first."""
    sheet = _sheet(envelope, paint, verbose=verbose)
    return "\n".join([*lines_of(envelope.outcome, sheet), *_pending(envelope, sheet)])


def last_words(
    envelope: Envelope, paint: Paint, *, verbose: bool = False, asking: bool = False
) -> str:
    """What goes to stdout last."""
    sheet = _sheet(envelope, paint, verbose=verbose, asking=asking)
    return "\n".join(_written(_kind(envelope.outcome), LAST_WORDS, envelope.outcome, sheet))


def _sheet(
    envelope: Envelope, paint: Paint, *, verbose: bool = False, asking: bool = False
) -> Sheet:
    return Sheet(paint, verbose, envelope.command, asking, verbose or envelope.outcome.in_full)


def notes(envelope: Envelope, paint: Paint, *, verbose: bool = False) -> str:
    """What goes to stderr: messages, then errors with what to try."""
    sheet = _sheet(envelope, paint, verbose=verbose)
    lines = [line for message in envelope.messages for line in wrapped(message, _("Note: "))]
    for owners, failure in told_once(envelope):
        text = failure.message
        if owners:
            text = _("{subject}: {text}").format(subject=_subject(owners, sheet), text=text)
        first, *rest = wrapped(text, _("Error: "))
        lines += [paint.bad(first), *rest]
        if failure.hint:
            lines += wrapped(failure.hint, "  " + _("Try: "))
        if failure.where and failure.where not in failure.message:
            lines += wrapped(str(harmless(failure.where)), "  " + _("Where: "))
    return "\n".join(lines)


def told_once(envelope: Envelope) -> list[tuple[list[str], Failure]]:
    """Each error, with the communities that met it where several were asked for.

    Equal ones are told once; of those that differ by their place alone, every place in a file is
    shown, or else the first place.
    """
    by_slug = envelope.outcome.failures_by_slug()
    owners: dict[tuple[str, str, str], list[str]] = {}
    for slug, failures in by_slug if len(by_slug) > 1 else ():
        for failure in failures:
            owners.setdefault(_words(failure), []).append(slug)
    told = {_words(failure): failure for failure in reversed(envelope.errors)}
    places: dict[tuple[str, str, str], list[str]] = {}
    for failure in envelope.errors:
        if _IN_FILE.match(failure.where):
            places.setdefault(_words(failure), []).append(failure.where)
    for words, wheres in places.items():
        told[words] = replace(told[words], where=", ".join(dict.fromkeys(wheres)))
    return [
        (owners.get(words, []), told[words])
        for words in dict.fromkeys(_words(failure) for failure in envelope.errors)
    ]


def _words(failure: Failure) -> tuple[str, str, str]:
    return failure.code, failure.message, failure.hint


def _subject(slugs: list[str], sheet: Sheet) -> str:
    if len(slugs) == 1:
        return slugs[0]
    return ngettext(
        "{count} community ({names})", "{count} communities ({names})", len(slugs)
    ).format(count=len(slugs), names=sheet.some(slugs))


def _pending(envelope: Envelope, sheet: Sheet) -> Iterator[str]:
    """What waits for a person, with the exact text to send; of many communities, what is the same
    once, and how to have the text of each."""
    brief = envelope.outcome.summed_up and not sheet.verbose
    owners: dict[str, list[str]] = {}
    for step in envelope.pending:
        owners.setdefault(step.message, []).append(step.slug)
        if not brief:
            yield from _waits(step.message, step.slug, sheet.paint)
            yield from (f"  | {line}".rstrip() for line in harmless(step.text).splitlines())
    for message, slugs in owners.items() if brief else ():
        yield from _waits(message, _subject(slugs, sheet), sheet.paint)


def _waits(message: str, who: str, paint: Paint) -> Iterator[str]:
    yield ""
    first, *rest = wrapped(message, _("Waits for someone ({slug}): ").format(slug=who), "  ")
    yield paint.care(first)
    yield from rest
