"""A sheet to begin with: the names of its columns, an example, and what each column takes."""

from __future__ import annotations

import csv
import io

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.spreadsheet import COLUMNS, column_name
from wikifarm.i18n import _, decimal
from wikifarm.lists.providers import PROVIDERS
from wikifarm.model import Module


def model_sheet(example: Community) -> str:
    """A CSV file in the language of the person; spreadsheets know by its first sign that it is
    UTF-8. The notes at its end are no rows, for the reader."""
    sheet = io.StringIO(newline="")
    sheet.write("\ufeff")
    writer = csv.writer(sheet, delimiter=";")
    writer.writerow(map(column_name, COLUMNS))
    writer.writerow(_cells(example).get(key, "") for key in COLUMNS)
    writer.writerow([])
    for note in _notes():
        writer.writerow([f"# {note}"])
    return sheet.getvalue()


def _cells(community: Community) -> dict[str, str]:
    place = community.territory
    people = [f"{person.name} <{person.email}>" for person in community.facilitators]
    return {
        "slug": community.slug,
        "name": community.name,
        "facilitators": ", ".join(people),
        "territory": place.label,
        "latitude": _number(place.latitude),
        "longitude": _number(place.longitude),
        "zoom": str(place.zoom),
        "description": community.description,
        "rhythm": community.rhythm,
    }


def _number(degrees: float | None) -> str:
    text = "" if degrees is None else str(degrees)
    return decimal(text)


def _notes() -> list[str]:
    legend = _legend()
    return [
        _("One community a row. Put yours in the place of the example; a row like this is a note."),
        _("Only the first three columns must be filled: empty the others, or remove them."),
        _("What is the same for all may stand once in a file region.yml beside."),
        *(
            _("{subject}: {text}").format(subject=column_name(key), text=legend[key])
            for key in COLUMNS
        ),
    ]


def _legend() -> dict[str, str]:
    modules = ", ".join(module.value for module in Module)
    return {
        "slug": _("its address on the farm: a to z, 0 to 9 and “-”; never changes"),
        "name": _("the name people read"),
        "facilitators": _(
            "who facilitates: Prénom Nom <prenom@example.org>; between two people, a comma, a "
            "semicolon, a slash, a new line or “et”"
        ),
        "territory": _("where it lives, in words"),
        "latitude": _("the centre of its map, in degrees: 48,11 or 48.11"),
        "longitude": _("the same; west is negative: -1,68"),
        "zoom": _("of the map: from 1, the world, to 18, a street"),
        "modules": _(
            "empty for the usual ones; “-map” for all but the map; or exactly these, among: {words}"
        ).format(words=modules),
        "language": "fr, en",
        "description": _("a few lines on what brings you together"),
        "blueprint": _("a blueprint, by its name or its folder"),
        "admission": "two-step, open, invited",
        "writing": _("who may write productions: connected (an account), open (everybody)"),
        "rhythm": _("when you meet, as you say it"),
        "contact": _("an address of the group or a page, shown to everybody"),
        "controller": _("who is responsible for personal data"),
        "mailing_list": ", ".join(PROVIDERS),
        "mailing_list_address": _("where the list has another name than the community"),
        "links": _("other tools: Pad https://pad.example.org/x; between two links, “|”"),
    }
