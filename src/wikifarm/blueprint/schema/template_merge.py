"""Three ways: what people changed in a form, with what its blueprint changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from wikifarm.blueprint.schema.fields import TYPES
from wikifarm.blueprint.schema.template import ONCE, parse, written_rows

Row = Sequence[str]
Rows = Mapping[str, Row]
Right = Callable[[str, str, str], str]  # as applied, as it is, as the blueprint says -> as it will

_RIGHTS = {"acls": (1, 2)}  # columns to read and to write, of entries; of a field:
_RIGHTS_OF_FIELD = (11, 12)


def merge_templates(base: str, now: str, wanted: str, right: Right) -> str:
    """The template `now` with what changed from `base` to `wanted`, question by question and,
    within one, column by column. Where both changed the same, what people did stays; `right`
    settles the rights, which it alone may open.

    A question that people added, or took out, stays so; one that the blueprint adds comes where it
    stands there; one that it drops goes, unless people changed it.
    """
    before, here, there = _by_name(base), _by_name(now), _by_name(wanted)
    rows = {
        name: row
        for name in {**here, **there}
        if (row := _merged_row(before.get(name), here.get(name), there.get(name), right))
    }
    # What goes says nothing of the order: the next merge does not see it.
    kept = ([name for name in each if name in rows] for each in (before, here, there))
    return written_rows([rows[name] for name in _order(*kept)])


def _merged_row(
    before: Row | None, here: Row | None, there: Row | None, right: Right
) -> Row | None:
    """The line as it will be; None for none."""
    if here is None or there is None:
        if before is None:
            return here or there
        return None if before in (here, there) or here is None else here
    columns = [before or there, here, there]
    if len({row[0] for row in columns}) > 1:
        return there if here == before else here  # a question of another type
    width = max(map(len, columns))
    cells = zip(*([*row, *[""] * (width - len(row))] for row in columns), strict=True)
    rights = _RIGHTS.get(here[0], _RIGHTS_OF_FIELD)
    return [
        right(*cell) if column in rights else _merged_cell(*cell)
        for column, cell in enumerate(cells)
    ]


def _merged_cell(before: str, here: str, there: str) -> str:
    return there if here == before else here


def _order(before: Sequence[str], here: Sequence[str], there: Sequence[str]) -> list[str]:
    """All names: in the blueprint's order, unless people moved something; what only the other has
    comes after what it stands behind there."""
    moved = [name for name in here if name in before] != [name for name in before if name in here]
    first, second = (here, there) if moved else (there, here)
    order = list(first)
    place = 0
    for name in second:
        if name not in first:
            order.insert(place, name)
        place = order.index(name) + 1
    return order


def _by_name(template: str) -> dict[str, Row]:
    """The lines by what names each; those of one name by their number too."""
    met: Counter[str] = Counter()
    rows: dict[str, Row] = {}
    for row in parse(template):
        name = _name(row)
        met[name] += 1
        rows[f"{name}***{met[name]}"] = row
    return rows


def _name(row: Row) -> str:
    if row[0] in ONCE:
        return row[0]
    known = TYPES[row[0]].columns if row[0] in TYPES else {}
    column = next((column for column, word in known.items() if word == "name"), 1)
    return row[column] or row[1] or row[0]
