"""The mutants: each right that closes something in a community's wiki, opened alone.

They are read from what the wiki holds and from what its blueprint wants, and written as an
administrator writes by hand; nothing here asks the driver of `wikifarm`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.mutants.people import Person
from wikifarm.blueprint.design import Design
from wikifarm.blueprint.rights_words import without_closing
from wikifarm.model import Rights

EVERYBODY, ACCOUNTS, NOBODY_ASKED = "*", "+", ""
JOIN = "***"
# Columns of a line of a form that hold rights, and what they are called here.
OF_ENTRIES = {1: "read", 2: "write", 3: "comment"}
OF_FIELDS = {11: "read", 12: "write"}
OF_ADDRESSES = {4: "shown"}  # `champs_mail`: who sees the address itself, not its contact form
TOO_FEW = 4  # columns: YesWiki drops such a line
LAYOUT = ("titre", "labelhtml", "conditionschecking", "champs_cache")


@dataclass(frozen=True)
class Mutant:
    """One right, opened. `thing` is a form's id, a page, an action or a handler; `part` a field or
    what the right is for; `line` and `column` where it stands in a form."""

    kind: str  # form | field | page | action | handler
    thing: str
    part: str
    right: str  # read | write | comment | shown | run
    before: str
    after: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        what = " ".join(part for part in (self.kind, self.thing, self.part, self.right) if part)
        return f"{what}: {without_closing(self.before) or 'none'} -> {self.after or 'none'}"


def mutants(design: Design, templates: Mapping[str, str], logs: Sequence[str]) -> list[Mutant]:
    """Every mutant of a community; `templates` holds its forms by id, `logs` the pages where
    YesWiki wrote what administrators did."""
    return [
        *_of_forms(design, templates),
        *_of_pages(design, logs),
        *_of_modules("action", design.action_rights),
        *_of_modules("handler", design.handler_rights),
    ]


def _of_forms(design: Design, templates: Mapping[str, str]) -> Iterator[Mutant]:
    members = f"@{design.who.members}"
    for people in design.who.people:
        form = people.form.id
        for number, columns in enumerate(rows(templates[form])):
            kind, name = columns[0], _name(columns)
            if len(columns) < TOO_FEW or kind in LAYOUT:
                continue
            if kind == "acls":
                for column, right in OF_ENTRIES.items():
                    before = _right(columns, column)
                    bare = without_closing(before)  # as it is open in lists
                    for after in [*_wider(before), *([bare] if bare != before else [])]:
                        yield Mutant("form", form, "", right, before, after, number, column)
                continue
            hides = OF_ADDRESSES if kind == "champs_mail" else {}
            for column, right in {**OF_FIELDS, **hides}.items():
                before = _right(columns, column)
                opened = [*_wider(before), *([] if column in hides else [NOBODY_ASKED])]
                if right != "write" and members not in before.split(","):
                    opened.append(members)
                for after in opened:
                    yield Mutant("field", form, name, right, before, after, number, column)


def _of_pages(design: Design, logs: Sequence[str]) -> Iterator[Mutant]:
    rights: dict[str, Rights] = {page.tag: page.rights for page in design.pages}
    rights |= design.closed
    for prefix, closed in design.closed_prefixes.items():
        rights |= {tag: closed for tag in logs if tag.startswith(prefix)}
    for tag, has in sorted(rights.items()):
        for right in ("read", "write", "comment"):
            before = getattr(has, right)
            for after in _wider(before):
                yield Mutant("page", tag, "", right, before, after)


def _of_modules(kind: str, rights: Mapping[str, str]) -> Iterator[Mutant]:
    for name, before in sorted(rights.items()):
        for after in _wider(before):
            yield Mutant(kind, name, "", "run", before, after)


def _wider(right: str) -> list[str]:
    """What lets more people in than `right` does."""
    parts = right.split(",")
    return [] if "*" in parts else [EVERYBODY] if "+" in parts else [EVERYBODY, ACCOUNTS]


def rows(template: str) -> list[list[str]]:
    """The lines of a form with their columns."""
    return [[part.strip() for part in line.split(JOIN)] for line in template.splitlines()]


def _right(columns: Sequence[str], column: int) -> str:
    return columns[column] if column < len(columns) else ""


def _name(columns: Sequence[str]) -> str:
    in_column_six = columns[0] in ("liste", "checkbox", "radio") or columns[0].endswith("fiche")
    return _right(columns, 6 if in_column_six else 1)


def write(admin: Person, mutant: Mutant, design: Design, *, right: str | None = None) -> None:
    """Opens the right as somebody does by hand; `right` puts back what is given instead."""
    value = mutant.after if right is None else right
    if mutant.kind in ("form", "field"):
        _write_form(admin, mutant, value)
    elif mutant.kind == "page":
        _write_page(admin, mutant, value, design)
    else:
        page, name = {
            "action": ("GererDroitsActions", "actionname"),
            "handler": ("GererDroitsHandlers", "handlername"),
        }[mutant.kind]
        admin.post(page, {name: mutant.thing, "acl": _lines(value)})


def _write_form(admin: Person, mutant: Mutant, value: str) -> None:
    row = admin.json(f"forms/{mutant.thing}")
    lines = row["bn_template"].splitlines()
    columns = lines[mutant.line].split(JOIN)
    columns[mutant.column] = f" {value} "
    lines[mutant.line] = JOIN.join(columns)
    form = {key: text for key, text in row.items() if key.startswith("bn_")}
    form["bn_template"] = "\n".join(lines) + "\n"
    sent = {f"imported-form[{mutant.thing}]": json.dumps(form)}
    admin.post("BazaR&vue=formulaire", sent)
    kept = rows(admin.json(f"forms/{mutant.thing}")["bn_template"])[mutant.line]
    assert _right(kept, mutant.column) == value.strip(), (mutant, kept)


def _write_page(admin: Person, mutant: Mutant, value: str, design: Design) -> None:
    ours = {page.tag: page.rights for page in design.pages}
    prefixed = (right for prefix, right in design.closed_prefixes.items()
                if mutant.thing.startswith(prefix))  # fmt: skip
    has = ours.get(mutant.thing) or design.closed.get(mutant.thing) or next(prefixed)
    rights = {f"{each}_acl": _lines(getattr(has, each)) for each in ("read", "write", "comment")}
    admin.post(f"{mutant.thing}/acls", {**rights, f"{mutant.right}_acl": _lines(value)})


def _lines(right: str) -> str:
    return right.replace(",", "\n")
