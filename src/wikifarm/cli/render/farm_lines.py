"""Text about the farm: what the doctors looked at, its wikis, who enters them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from wikifarm.cli.render.sheet import Sheet, exports, table, wrapped
from wikifarm.i18n import _

if TYPE_CHECKING:
    from wikifarm.operations.adopt import AdoptedWiki
    from wikifarm.operations.credentials import SharedCredentials, WikiCredentials
    from wikifarm.operations.demo import PracticeFarm
    from wikifarm.operations.doctor.findings import FindingsOutcome
    from wikifarm.operations.list_wikis import ListedWiki, WikisOutcome
    from wikifarm.operations.models import ListedModel, ModelsOutcome


def findings(outcome: FindingsOutcome, sheet: Sheet) -> Iterator[str]:
    """What the doctor looked at."""
    paint = sheet.paint
    if outcome.farm:
        yield paint.strong(outcome.farm)
    marks: dict[str, tuple[str, Callable[[str], str]]] = {
        "ok": (_("ok"), paint.good),
        "warn": (_("warning"), paint.care),
        "fail": (_("failed"), paint.bad),
        "unknown": ("?", str),
    }
    column = max(len(word) for word, _paint in marks.values())
    for finding in outcome.findings:
        word, colour = marks[finding.state]
        first, *rest = wrapped(finding.message, f"  {word:<{column}}  ")
        yield first.replace(word, colour(word), 1)
        yield from rest
        if finding.hint and finding.state != "fail":
            yield from wrapped(finding.hint, " " * (column + 4) + _("Try: "))


def wikis(outcome: WikisOutcome, _sheet: Sheet) -> Iterator[str]:
    """The wikis of the farm."""
    if not outcome.wikis:
        yield _("This farm shows no wiki.")
        return
    yield from table(
        (
            (
                wiki.slug,
                _("ours") if wiki.ours else "",
                _state(wiki),
                wiki.name,
            )
            for wiki in outcome.wikis
        ),
        indent="",
    )


def _state(wiki: ListedWiki) -> str:
    if wiki.closing:
        return _("announced its end") if wiki.closing == "announce" else _("closing")
    return _("unfinished") if wiki.unfinished else _("password here") if wiki.here else ""


def models(outcome: ModelsOutcome, _sheet: Sheet) -> Iterator[str]:
    """The models that wikifarm put on the farm."""
    if not outcome.models:
        yield _("wikifarm has put no model on this farm.")
        return

    def state(model: ListedModel) -> str:
        if model.removed:
            return _("removed")
        return _("used") if model.used else _("no manifest here uses it")

    yield from table(
        ((model.name, state(model), model.label) for model in outcome.models), indent=""
    )


def credentials(outcome: WikiCredentials, _sheet: Sheet) -> Iterator[str]:
    """The account of a wiki."""
    rows = [("URL", outcome.url), (_("account"), outcome.account)]
    if outcome.password:
        rows.append((_("password"), outcome.password))
    yield from table(rows, indent="")


def adopted(outcome: AdoptedWiki, _sheet: Sheet) -> Iterator[str]:
    """A wiki that another computer made, and what to do next."""
    told = _("This computer can go on with “{name}” ({url}), made with {blueprint} {version}.")
    yield from wrapped(
        told.format(
            name=outcome.name,
            url=outcome.url,
            blueprint=outcome.blueprint,
            version=outcome.version,
        ),
        "",
    )
    if not outcome.complete:
        yield from wrapped(_("Its making was cut: `wikifarm apply` finishes it."), "")
    hint = _("`wikifarm plan {slug}` shows what would change.")
    if not outcome.manifest:
        hint = _(
            "No file of communities/ describes it: take it from who made the wiki; then "
            "`wikifarm plan` shows what would change."
        )
    yield from wrapped(hint.format(slug=outcome.slug), "")


def shared_credentials(outcome: SharedCredentials, _sheet: Sheet) -> Iterator[str]:
    """What became of each wiki's password in a file, and for whom that is encrypted."""
    words = {
        "exported": _("in the file"),
        "kept": _("the wiki accepts it: kept"),
        "known": _("known already"),
        "refused": _("the wiki refuses it"),
        "no-wiki": _("no such wiki on this farm"),
        "not-tried": _("could not be tried"),
    }
    yield from table(((slug, words[what]) for slug, what in outcome.wikis.items()), indent="")
    yield from table(
        [
            *((_("enters"), key) for key in outcome.entering),
            *((_("leaves"), key) for key in outcome.leaving),
        ],
        indent="",
    )


def practice_farm(outcome: PracticeFarm, _sheet: Sheet) -> Iterator[str]:
    """Where a rehearsal farm answers, and what lets in."""
    yield _("The farm answers at {url} until Ctrl-C.").format(url=outcome.url)
    yield from table(
        [
            (_("account"), outcome.admin),
            (_("password"), outcome.password),
            (_("key"), outcome.token),
        ]
    )
    yield ""
    yield _("To work on it from another terminal, copy these lines:")
    yield from exports(
        {"WIKIFARM_FARM_URL": outcome.url, "WIKIFARM_FARM_PASSWORD": outcome.password}
    )
