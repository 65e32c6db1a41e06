"""People to invite, from a spreadsheet or a plain list: a name and an address each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wikifarm.blueprint.manifest.community import Facilitator
from wikifarm.blueprint.manifest.csv_rows import Row
from wikifarm.blueprint.manifest.spreadsheet import folded_word, sheet_rows
from wikifarm.emails import is_email, one_line, people_in, split_email
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _

# Columns as people name them, folded. A name may stand in two of them.
NAMES = frozenset({
    "prenom", "first_name", "firstname", "name", "nom", "last_name", "lastname", "nom_prenom",
    "prenom_nom", "personne", "person",
})  # fmt: skip
ADDRESSES = frozenset({
    "email", "e_mail", "mail", "mel", "courriel", "adresse", "address", "adresse_mel",
    "adresse_mail", "adresse_email", "adresse_e_mail", "email_address",
})  # fmt: skip


def people_to_invite(path: Path) -> list[Facilitator]:
    """Each person of a file once, in their order. Without a column of addresses it is read as a
    plain list, where a line is `First Last <a@b>`. Raises InvalidInput with every mistake."""
    problems: list[Problem] = []
    rows = sheet_rows(path, problems)
    people = _in_columns(rows, path, problems) if rows else []
    if not people and not problems:
        message = _("{file} names nobody").format(file=path)
        problems.append(Problem(message, _one_a_line(), str(path), code="empty"))
    if problems:
        raise InvalidInput(problems)
    return list({person.email.lower(): person for person in reversed(people)}.values())[::-1]


def _in_columns(rows: Sequence[Row], path: Path, problems: list[Problem]) -> list[Facilitator]:
    header, *rest = rows
    words = [folded_word(cell) for cell in header.cells]
    columns = [number for number, word in enumerate(words) if word in ADDRESSES]
    if not columns:
        return _plain(rows, path, problems)
    named = [number for number, word in enumerate(words) if word in NAMES]
    people = []
    for row in rest:
        cells = [*row.cells, *[""] * len(words)]
        name, email = split_email(cells[columns[0]])
        name = one_line(" ".join(cells[number] for number in named)) or name
        people += _checked(name, email, row, path, problems)
    return people


def _plain(rows: Sequence[Row], path: Path, problems: list[Problem]) -> list[Facilitator]:
    people = []
    for row in rows:
        for text in people_in("\n".join(row.cells)):
            people += _checked(*split_email(text), row, path, problems)
    return people


def _checked(
    name: str, email: str, row: Row, path: Path, problems: list[Problem]
) -> list[Facilitator]:
    if is_email(email):
        if row.hidden:
            message = _("the sheet does not show this row: is this person to be invited?")
            hint = _("show the row, or delete it")
            problems.append(Problem(message, hint, str(path), row.line, code="hidden-row"))
        return [Facilitator(name, email)]
    message = _("“{email}” is not an e-mail address").format(email=email)
    problems.append(Problem(message, _one_a_line(), str(path), row.line, code="email"))
    return []


def _one_a_line() -> str:
    return _("a column “e-mail” and a column “name”, or one person a line: First Last <a@b.org>")
