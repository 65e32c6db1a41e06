"""The wikis of a machine by the release that runs them, and what is known of each release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from wikifarm.advisories.catalogue import Catalogue
from wikifarm.advisories.verdict import Verdict, judge
from wikifarm.ansible.report import HostReport
from wikifarm.i18n import _, language
from wikifarm.operations.ops.machine_facts import MachineProblem


def with_holes(host: HostReport, known: Catalogue) -> HostReport:
    """The report, where the known holes of its wikis are among the problems of the machine."""
    if not host.facts:
        return host
    verdicts = list(_verdicts(host.facts, known))
    holes = [_problem(names, verdict) for names, verdict in verdicts if verdict.standing != "clear"]
    if not holes:
        return host
    told = [*host.facts.get("problems", ()), *map(asdict, holes)]
    return replace(host, facts={**host.facts, "problems": told})


def hole_notes(host: HostReport, known: Catalogue) -> Iterator[str]:
    """The same, as sentences: what an upgrade leaves open, and the release that mends it."""
    for names, verdict in _verdicts(host.facts or {}, known):
        if verdict.standing != "clear":
            subject = f"{host.name} ({', '.join(names)})"
            text = verdict.sentence(language())
            yield _("{subject}: {text}").format(subject=subject, text=text)


def _verdicts(facts: Mapping[str, Any], known: Catalogue) -> Iterator[tuple[list[str], Verdict]]:
    """The wikis of each release: that of the code where a wiki runs the farm's own, else what its
    configuration says (a wiki with a copy stays old under a newer farm)."""
    served = str(facts.get("version") or "").rpartition(" ")[2]
    wikis: dict[str, list[str]] = {}
    for wiki in facts.get("wikis") or ():
        version = served if wiki.get("code") == "links" else str(wiki.get("release") or "")
        wikis.setdefault(version, []).append(str(wiki.get("slug") or _("the main wiki")))
    for version, names in wikis.items():
        yield names, judge(known, "yeswiki", version)


def _problem(names: list[str], verdict: Verdict) -> MachineProblem:
    text = verdict.sentence(language())
    message = _("{subject}: {text}").format(subject=", ".join(names), text=text)
    hint = _("Name the archive of a release that is mended in the inventory, then upgrade.")
    if verdict.mended_by:
        hint = _(
            "Name the archive of YesWiki {version}, or of a newer one, in the inventory "
            "(wikifarm_archive), then `wikifarm ops upgrade`."
        ).format(version=verdict.mended_by)
    return MachineProblem("known-holes", message, hint, "warning")
