"""A map of the places, drawn from what is in the package: nobody's server is asked.

Degrees become units of the drawing by an equirectangular projection, true at the middle latitude.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from wikifarm.blueprint.shipped import data_folder
from wikifarm.cli.report.report_facts import ReportedCommunity
from wikifarm.i18n import _, decimal

DESK, PHONE = 680.0, 340.0  # units of the drawing: about what the screen has of points
LEAST, MOST = 0.5, 1.1  # height to width
MARGIN = 0.14  # of the span of the places, on each side
LEAST_SPAN = 0.6  # degrees of latitude: one place alone has a country around it
SIGN = 6.0  # units from the middle of a sign to its edge
LETTER, LINE = 6.6, 14.0  # units: of a letter of a label, and of its height
STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # degrees between two lines
LINES = 4  # at most, of each kind
GRAVEST_FIRST = ("bad", "care", "good")


@dataclass(frozen=True)
class _Box:
    """A rectangle of the drawing: its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class _Frame:
    """What part of the world is drawn, how many units wide; its edges in degrees."""

    width: float
    west: float
    south: float
    east: float
    north: float

    @property
    def unit(self) -> float:
        """Units of the drawing in a degree of longitude."""
        return self.width / (self.east - self.west)

    @property
    def tall(self) -> float:
        """Units of the drawing in a degree of latitude."""
        return self.unit / _shrink((self.south + self.north) / 2)

    @property
    def height(self) -> float:
        return (self.north - self.south) * self.tall

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude - self.west) * self.unit, (self.north - latitude) * self.tall


@dataclass(frozen=True)
class GridLine:
    """A line of latitude or of longitude, and where its degrees are written."""

    x1: float
    y1: float
    x2: float
    y2: float
    tx: float
    ty: float
    text: str


@dataclass(frozen=True)
class Label:
    """Where the label of a sign begins, ends or has its middle (`anchor`), and what it covers."""

    anchor: str
    x: float
    y: float
    covers: _Box


@dataclass
class Sign:
    """A community on the map; without a label where it would cover another."""

    x: float
    y: float
    tone: str
    slug: str
    title: str
    label: Label | None = None


@dataclass(frozen=True)
class Drawing:
    """The map, in units of the drawing."""

    width: float
    height: float
    land: Sequence[str]
    lines: Sequence[GridLine]
    signs: Sequence[Sign]


def drawn(communities: Sequence[ReportedCommunity], width: float) -> Drawing | None:
    """The map of those that have a centre, so many units wide; None where none has."""
    places = {each.slug: place for each in communities if (place := place_of(each)) is not None}
    if not places:
        return None
    frame = _frame(list(places.values()), width)
    signs = []
    for each in communities:
        if each.slug in places:
            x, y = frame.at(*places[each.slug])
            signs.append(Sign(x, y, each.tone, each.slug, f"{each.name} ({each.status})"))
    signs.sort(key=lambda sign: GRAVEST_FIRST.index(sign.tone))
    lines = list(_graticule(frame))
    _label(signs, frame, [_written(line) for line in lines])
    return Drawing(
        frame.width,
        frame.height,
        land=list(_land(frame)),
        lines=lines,
        signs=signs[::-1],  # the gravest over the others
    )


def place_of(community: ReportedCommunity) -> tuple[float, float] | None:
    """Its longitude and latitude; None where it has no centre."""
    longitude, latitude = community.territory.longitude, community.territory.latitude
    return None if longitude is None or latitude is None else (longitude, latitude)


def degrees(value: float | None) -> str:
    """As people write it in their language."""
    text = "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")
    return decimal(text)


def _shrink(latitude: float) -> float:
    """How much shorter a degree of longitude is there than one of latitude."""
    return max(0.1, math.cos(math.radians(latitude)))


def _frame(places: Sequence[tuple[float, float]], width: float) -> _Frame:
    """All places, with air around them, neither too flat nor too tall."""
    longitudes, latitudes = zip(*places, strict=True)
    middle = (min(latitudes) + max(latitudes)) / 2
    centre = (min(longitudes) + max(longitudes)) / 2
    shrink = _shrink(middle)
    air = 1 + 2 * MARGIN
    tall = max((max(latitudes) - min(latitudes)) * air, LEAST_SPAN)
    wide = max((max(longitudes) - min(longitudes)) * air * shrink, tall / MOST)
    tall = max(tall, wide * LEAST)
    beside, above = wide / shrink / 2, tall / 2
    return _Frame(width, centre - beside, middle - above, centre + beside, middle + above)


@cache
def _outlines() -> tuple[tuple[tuple[float, float], ...], ...]:
    """The outlines of the countries, in degrees; their file says where they come from."""
    text = (data_folder("templates") / "report" / "outlines.json").read_text("utf-8")
    outlines = []
    for line in json.loads(text)["outlines"]:
        numbers = iter(map(int, line.split()))
        x = y = 0
        points = []
        for along, up in zip(numbers, numbers, strict=True):
            x, y = x + along, y + up
            points.append((x / 1000, y / 1000))
        outlines.append(tuple(points))
    return tuple(outlines)


def _land(frame: _Frame) -> Iterator[str]:
    """The outlines that may be seen, as paths."""
    for outline in _outlines():
        longitudes, latitudes = zip(*outline, strict=True)
        beside = max(longitudes) < frame.west or min(longitudes) > frame.east
        if beside or max(latitudes) < frame.south or min(latitudes) > frame.north:
            continue
        points = (frame.at(*point) for point in outline)
        yield "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _graticule(frame: _Frame) -> Iterator[GridLine]:
    """Lines of latitude and longitude, with their degrees."""
    for at in _round(frame.west, frame.east):
        x, _y = frame.at(at, frame.north)
        text = _compass(at, _("W"), _("E"))
        yield GridLine(x, 0, x, frame.height, x + 4, frame.height - 5, text)
    for at in _round(frame.south, frame.north):
        _x, y = frame.at(frame.west, at)
        yield GridLine(0, y, frame.width, y, 4, y - 4, _compass(at, _("S"), _("N")))


def _compass(at: float, before: str, after: str) -> str:
    side = (before if at < 0 else after) if at else ""
    return f"{degrees(abs(at))}° {side}".rstrip()


def _round(least: float, most: float) -> list[float]:
    step = next((step for step in STEPS if (most - least) / step <= LINES), STEPS[-1])
    first = math.ceil(least / step)
    count = math.floor(most / step) - first + 1
    return [round((first + number) * step, 6) for number in range(count)]


def _label(signs: Sequence[Sign], frame: _Frame, written: Sequence[_Box]) -> None:
    """Writes the address of each community beside its sign, where that covers no other, nor what is
    `written` there; the table has them all."""
    taken = [*written, *(_around(sign.x, sign.y, SIGN, SIGN) for sign in signs)]
    for sign in signs:
        for label in _labels(sign):
            box = label.covers
            inside = box.left >= 0 and box.top >= 0
            inside = inside and box.right <= frame.width and box.bottom <= frame.height
            if inside and not any(map(box.meets, taken)):
                taken.append(box)
                sign.label = label
                break


def _written(line: GridLine) -> _Box:
    """What the degrees of a line cover."""
    half = len(line.text) * LETTER / 2
    return _around(line.tx + half, line.ty - LINE / 3, half, LINE / 2)


def _around(x: float, y: float, wide: float, tall: float) -> _Box:
    """The rectangle that goes so far on each side."""
    return _Box(x - wide, y - tall, x + wide, y + tall)


def _labels(sign: Sign) -> Iterator[Label]:
    """Where the label could stand: right, left, above, below."""
    half, gap = len(sign.slug) * LETTER / 2, SIGN + 2
    for side, anchor in ((1, "start"), (-1, "end")):
        for down in (0.0, LINE / 2, -LINE / 2):
            middle = sign.y + down
            covers = _around(sign.x + side * (gap + half), middle, half, LINE / 2)
            yield Label(anchor, sign.x + side * gap, middle + LINE / 3, covers)
    for side in (-1, 1):
        middle = sign.y + side * (gap + LINE / 2)
        covers = _around(sign.x, middle, half, LINE / 2)
        yield Label("middle", sign.x, middle + LINE / 3, covers)
