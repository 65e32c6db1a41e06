"""A report as a page, as Markdown, as a sheet, or as the one JSON object of `--json`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wikifarm import __version__
from wikifarm.blueprint import neutral
from wikifarm.blueprint.render import Constant, render
from wikifarm.blueprint.shipped import data_folder
from wikifarm.cli.render.sheet import harmless
from wikifarm.cli.report.places_map import DESK, PHONE, degrees, drawn, place_of
from wikifarm.cli.report.report_facts import (
    CommandReport,
    ReportedCommunity,
    counts_of,
    report_of,
    says,
)
from wikifarm.i18n import _, language, ngettext
from wikifarm.result import Envelope


def as_json(envelope: Envelope) -> str:
    """The object that `--json` prints."""
    return json.dumps(envelope.as_json(), ensure_ascii=False, indent=2, default=str) + "\n"


def as_html(envelope: Envelope) -> str:
    """One page that asks nothing of anybody: read on a phone, printed, or sent."""
    return _rendered("report.html", envelope)


def as_markdown(envelope: Envelope) -> str:
    """The same, without the map."""
    return _rendered("report.md", envelope)


def as_csv(envelope: Envelope) -> str:
    """One community a row, for a spreadsheet: no cell is a formula there. It knows by the first
    sign that the file is in UTF-8."""
    report: CommandReport = report_of(envelope)
    labels = list(
        dict.fromkeys(label for each in report.communities for label, _text in _whole(each))
    )
    sheet = io.StringIO(newline="")
    sheet.write("\ufeff")
    writer = csv.writer(sheet, delimiter=";")
    words = _words()
    head = [words["slug"], words["name"], words["url"], words["status"], words["territory"]]
    head += [words["latitude"], words["longitude"], words["waits"], words["failed"], *labels]
    writer.writerow(map(neutral.cell, head))
    for community in report.communities:
        place = community.territory
        facts = dict(_whole(community))
        first = (community.slug, community.name, community.url, community.status, place.label)
        last = ("\n".join(community.waits), "\n".join(community.errors),
                *(facts.get(label, "") for label in labels))  # fmt: skip
        writer.writerow([
            *map(neutral.cell, first),
            degrees(place.latitude), degrees(place.longitude),
            *map(neutral.cell, last),
        ])  # fmt: skip
    return sheet.getvalue()


def _whole(community: ReportedCommunity) -> list[tuple[str, str]]:
    """Its facts, each label once, with the lines that go on with it."""
    whole: dict[str, str] = {}
    last = ""
    for label, text in community.facts:
        last = label or last
        whole[last] = f"{whole[last]}\n{text}" if last in whole else text
    return list(whole.items())


def _rendered(name: str, envelope: Envelope) -> str:
    report = report_of(envelope)
    placed = [each for each in report.communities if place_of(each) is not None]
    values: Mapping[str, Any] = {
        "report": report,
        "maps": {"desk": drawn(placed, DESK), "phone": drawn(placed, PHONE)} if placed else {},
        "placed": placed,
        "legend": counts_of(placed)[1:],
        "unplaced": _unplaced([each.slug for each in report.communities if each not in placed]),
        "lang": language(),
        "farm": str(envelope.data.get("farm", "")),
        "command": envelope.command,
        "at": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "version": __version__,
        "t": _words(),
        "degrees": degrees,
        "says": says,
        "words": lambda text: Constant(neutral.markdown_words(text)),
    }
    return render(data_folder("templates") / "report", "", name, harmless(values)) + "\n"


def _unplaced(slugs: Sequence[str]) -> str:
    """Which communities no map can show."""
    told = ngettext(
        "{count} community has no centre, and is not on the map: {names}",
        "{count} communities have no centre, and are not on the map: {names}",
        len(slugs),
    )
    return told.format(count=len(slugs), names=", ".join(slugs)) if slugs else ""


def _words() -> dict[str, str]:
    return {
        "report": _("Report of wikifarm"),
        "jump": _("On this page"),
        "made": _("Made on"),
        "next": _("What to do next"),
        "failed": _("What failed"),
        "how": _("How to go on"),
        "where": _("Where"),
        "waits": _("What waits for someone"),
        "text": _("The text to send names people: `--verbose` and `--json` give it."),
        "notes": _("To know"),
        "left_out": _("Described wrongly, and left out"),
        "map": _("Where they are"),
        "map_text": _("Each sign is the centre of a territory, as its file gives it."),
        "table": _("The same as a table"),
        "inventory": _("All communities"),
        "details": _("One by one"),
        "community": _("Community"),
        "slug": _("address"),
        "name": _("name"),
        "url": "URL",
        "status": _("state"),
        "territory": _("territory"),
        "latitude": _("latitude"),
        "longitude": _("longitude"),
        "outline": _("Outlines: Natural Earth, public domain."),
    }
