"""Bazar forms: read them, import them, remove them with their entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Form
from wikifarm.yeswiki.session import Session, unexpected
from wikifarm.yeswiki.shapes import Row, maybe, odd, text


class Forms:
    """The forms of one wiki, as an administrator."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> dict[str, Form]:
        """Every form, by id. Property names are read from `prepared`, never computed."""
        where = self._session.addresses.api("forms")
        # No form at all is believed when it is said twice.
        rows = self._session.api_table("forms") or self._session.api_table("forms")
        forms = [_form(row, where) for row in rows.values()]
        return {form.id: form for form in forms}

    def save(self, forms: Mapping[str, Mapping[str, Any]]) -> None:
        """Imports forms (id -> the `bn_*` keys) in one request; the caller reads back.

        A form with the same label is replaced whatever its id (docs/yeswiki.md, 31).
        """
        answer = self._session.post(
            "BazaR",
            [(f"imported-form[{key}]", json.dumps(dict(form))) for key, form in forms.items()],
            query={"vue": "formulaire"},
        )
        if answer.status not in {200, 302}:
            raise unexpected(answer)
        if answer.status == 200:
            raise WriteRefused(
                _("The wiki did not take the forms."),
                hint=_(
                    "Run the same command again; if it comes back, check that the account is in "
                    "the group of administrators of the wiki."
                ),
            )

    def delete(self, form_id: str) -> None:
        """Removes a form and every entry of it."""
        self._session.post(
            "BazaR",
            [("confirmDeleteToken", self._session.csrf())],
            query={"vue": "formulaire", "action": "delete", "idformulaire": form_id},
        )


def _form(row: Row, where: str) -> Form:
    prepared = row.get("prepared") or []
    fields = list(prepared.values()) if isinstance(prepared, dict) else prepared
    number = row.get("bn_id_nature")
    if not isinstance(number, str | int) or not isinstance(fields, list):
        raise odd(where)
    return Form(
        id=str(number),
        label=text(row, "bn_label_nature", where),
        template=text(row, "bn_template", where),
        description=maybe(row, "bn_description", where),
        only_one_entry=row.get("bn_only_one_entry") == "Y",
        semantic_context=maybe(row, "bn_sem_context", where),
        semantic_type=maybe(row, "bn_sem_type", where),
        properties={
            str(field["name"]): str(field.get("propertyname") or "")
            for field in fields
            if isinstance(field, dict) and field.get("name")
        },
        choices={
            str(field["linkedObjectName"]): {
                str(key): str(label) for key, label in _pairs(field.get("options"))
            }
            for field in fields
            if isinstance(field, dict) and field.get("linkedObjectName")
        },
        told={
            key: str(value)
            for key, value in row.items()
            if key.startswith("bn_") and isinstance(value, str | int)
        },
    )


def _pairs(options: Any) -> Iterable[tuple[Any, Any]]:
    """Key and label of each choice: PHP writes a list where the keys are 0, 1, 2."""
    if isinstance(options, dict):
        return options.items()
    return enumerate(options) if isinstance(options, list) else ()
