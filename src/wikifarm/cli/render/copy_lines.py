"""Text about copies of wikis: what is copied, what is not and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wikifarm.cli.render.community_lines import blocks
from wikifarm.cli.render.sheet import Sheet, table, wrapped
from wikifarm.i18n import _, ngettext
from wikifarm.result import few
from wikifarm.whole_wiki import Part

if TYPE_CHECKING:
    from wikifarm.operations.copying.adopt_by_hand import TakenOver
    from wikifarm.operations.copying.blueprints_here import BlueprintsHere, CheckedBlueprint
    from wikifarm.operations.copying.captured_blueprint import CapturedBlueprint


def captured(outcome: CapturedBlueprint, sheet: Sheet) -> Iterator[str]:
    """What is copied; what is left out, why, and how it is agreed to; what is otherwise."""
    told = outcome.captured
    yield sheet.paint.strong(outcome.source)
    reader = outcome.reader or _("a visitor")
    yield _("read as {account}").format(account=reader)
    if outcome.unread:
        sentence = _("Not read, as this account may not: {parts}. What is usual stands for it.")
        words = _parts()
        parts = ", ".join(words[part] for part in Part if part in outcome.unread)
        yield from wrapped(sentence.format(parts=parts))
    yield ""
    yield sheet.paint.strong(_("What is copied"))
    people = [form.label for form in told.forms if form.people]
    forms = [form.label for form in told.forms if not form.people]
    rows = [
        (_("pages"), told.pages),
        (_("forms"), forms),
        (_("forms of people, empty"), people),
        (_("lists"), told.lists),
        (_("groups, without members"), told.groups),
        (_("files"), [f"{each.page}/{each.name}" for each in told.attachments]),
    ]
    yield from table((str(len(names)), what, sheet.some(list(names))) for what, names in rows)
    yield from wrapped(_("Never copied: accounts, members, cards, former versions of pages."), "  ")
    if told.left_out:
        yield ""
        yield sheet.paint.strong(_("Left out"))
        why = _why()
        yield from table((each.shown, why[each.why.value]) for each in told.left_out)
        agreed = [each.key for each in told.left_out if each.may_be_agreed]
        if agreed:
            sentence = _("Look at each, then copy it all the same with {option}.")
            yield from wrapped(sentence.format(option=f"--agree {agreed[0]}"), "  ")
    if told.changed:
        yield ""
        yield sheet.paint.strong(_("Otherwise than there"))
        for change in told.changed:
            yield from wrapped(change, "  ")
    if outcome.folder:
        yield ""
        yield _("written in {path}").format(path=outcome.folder)
        step = _(
            "read it again, then `wikifarm blueprint check {name}`; `wikifarm new-community "
            "--blueprint {name}` makes a community of it."
        )
        yield from wrapped(step.format(name=told.name), _("Next: "))


def taken_over(outcome: TakenOver, sheet: Sheet) -> Iterator[str]:
    """A wiki that somebody made by hand: how it is described, what that leaves out, what is open
    there today and what `apply` would change."""
    if outcome.manifest:
        told = _("“{name}” is described in {manifest}, with the blueprint {blueprint}.")
    else:
        told = _("“{name}” would be described with the blueprint {blueprint}: nothing was kept.")
    blueprint = outcome.captured.captured.name if outcome.captured else outcome.blueprint
    community, manifest = outcome.community, outcome.manifest
    text = told.format(name=community.name, manifest=manifest, blueprint=blueprint)
    yield from wrapped(text, "")
    yield from wrapped(_traces()[outcome.trace.value], "")
    left = outcome.captured.captured.left_out if outcome.captured else ()
    if left:
        yield ""
        yield sheet.paint.strong(_("Not described: it stays as it is, whatever is applied"))
        why = _why()
        yield from table((each.shown, why[each.why.value]) for each in left)
    closing = len(outcome.closing)
    if closing:
        yield ""
        told = ngettext(
            "{count} right lets in people from outside today: `apply` would close it.",
            "{count} rights let in people from outside today: `apply` would close them.",
            closing,
        )
        yield from wrapped(told.format(count=closing), "")
    yield ""
    yield from blocks([community], sheet)
    if community.error:
        return
    if not manifest:
        step = _("the same command without --dry-run writes that description, and nothing else.")
        yield ""
        yield from wrapped(step, _("Next: "))
    else:
        yield ""
        step = _(
            "read that description and change what is wrong in it; `wikifarm plan {slug}` shows "
            "again what `wikifarm apply {slug}` would write."
        )
        yield from wrapped(step.format(slug=outcome.slug), _("Next: "))


def _traces() -> dict[str, str]:
    """What looking at a wiki wrote in it, by its word."""
    return {
        "nothing": _("Nothing was written in the wiki."),
        "removed": _("Nothing was written in the wiki but what its audit planted and removed."),
        "left": _(
            "The audit was cut: accounts and cards of people who do not exist may be left in the "
            "wiki, and nothing else was written there. The next command of this computer on this "
            "farm removes them."
        ),
    }


def _parts() -> dict[Part, str]:
    """What only an administrator reads of a wiki, as people say it."""
    return {
        Part.RIGHTS: _("the rights of its pages"),
        Part.METADATA: _("the looks of its pages"),
        Part.GROUPS: _("its groups"),
        Part.MODULES: _("the rights of its actions"),
        Part.SETTINGS: _("its settings"),
        Part.ACCOUNTS: _("its accounts"),
    }


def _why() -> dict[str, str]:
    """Why something is left out, by its word."""
    return {
        "mail": _("an e-mail address stands in it"),
        "phone": _("a telephone number stands in it"),
        "name": _("the name of somebody whom the wiki knows stands in it"),
        "bad-name": _("a blueprint cannot name it, or another has that name"),
        "no-form": _("no form that is copied uses it"),
        "no-page": _("it is attached to no page that is copied"),
        "no-file": _("it is not there, or empty"),
        "rights": _("somebody is named in its rights"),
        "no-rights": _("its rights are empty"),
        "as-it-is": _("a blueprint cannot say it as it is"),
    }


def blueprints(outcome: BlueprintsHere, sheet: Sheet) -> Iterator[str]:
    """The blueprints that a manifest may name here."""
    yield from table(
        (sheet.paint.strong(each.name), each.version, ", ".join(each.languages), each.summary)
        for each in outcome.blueprints
    )


def checked(outcome: CheckedBlueprint, _sheet: Sheet) -> Iterator[str]:
    """What a blueprint holds, once it is known to be whole."""
    yield f"{outcome.name} {outcome.version}"
    yield from wrapped(outcome.summary)
    yield from table(
        (label, few(list(names), 1000))
        for label, names in (
            (_("pages"), outcome.pages),
            (_("forms"), outcome.forms),
            (_("forms of people"), outcome.people),
            (_("groups"), outcome.groups),
            (_("files"), outcome.attached),
        )
        if names
    )
