"""Lists of choices: the server makes their ids, and importing twice makes a second list."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wikifarm.model import Able, BazarList, Dialect
from wikifarm.yeswiki.session import Session, is_own, unexpected
from wikifarm.yeswiki.shapes import Row, maybe, odd, series, table


class Lists:
    """The lists of one wiki, as an administrator."""

    def __init__(self, session: Session, able: Able) -> None:
        self._session = session
        self._able = able

    def all(self) -> dict[str, BazarList]:
        """Every list, by the id that the server gave."""
        # No list at all is believed when it is said twice.
        return self._read() or self._read()

    def _read(self) -> dict[str, BazarList]:
        where = self._session.addresses.page("BazaR", "json")
        return {key: _list(key, row, where) for key, row in self._rows().items()}

    def _rows(self) -> dict[str, Row]:
        answer = self._session.page("BazaR", "json", {"demand": "lists"})
        if answer.status != 200:
            raise unexpected(answer)
        lists = answer.json()
        if lists == [] and is_own(answer):  # what PHP writes for none
            return {}
        if isinstance(lists, dict):
            # A list without its page (its triple alone, which anybody with an account may write) is
            # null on 4.4.4, and its id alone on 4.5.0.
            lists = {
                key: row for key, row in lists.items() if row is not None and row != {"id": key}
            }
        rows = table(lists, answer.url)
        if not rows:
            raise odd(answer.url)
        return rows

    def stored(self, list_id: str) -> str:
        """The text of a list's page, as YesWiki keeps it."""
        answer = self._session.page(list_id, "raw")
        if answer.status != 200 or not answer.text:
            raise odd(answer.url)
        return answer.text

    def create(self, lists: Iterable[tuple[str, tuple[tuple[str, str], ...]]]) -> None:
        """Imports (title, items) in one request. Import only what `all` does not have."""
        fields = [
            (
                f"imported-list[{number}]",
                json.dumps(as_written(title, items, self._able().dialect)),
            )
            for number, (title, items) in enumerate(lists)
        ]
        self._session.post("BazaR", fields, query={"vue": "listes"})

    def add(self, list_id: str, items: Iterable[tuple[str, str]]) -> None:
        """Adds choices at the end of a list, which keeps its id and all that it holds.

        Raises UnexpectedAnswer where the wiki has no such list.
        """
        where = self._session.addresses.page("BazaR", "json")
        row = self._rows().get(list_id)
        if row is None:
            raise odd(where)
        if "nodes" in row:
            nodes = [*series(row["nodes"] or [], where), *_nodes(items)]
            fields = [
                ("submit", "1"),
                ("title", maybe(row, "title", where)),
                ("nodes", json.dumps(nodes)),
            ]
        else:
            choices = (*_list(list_id, row, where).items, *items)
            fields = [("valider", "1"), ("titre_liste", maybe(row, "titre_liste", where))]
            for number, (key, label) in enumerate(choices, 1):
                fields += [(f"id[{number}]", key), (f"label[{number}]", label)]
        query = {"vue": "listes", "action": "modif_liste", "idliste": list_id}
        answer = self._session.post("BazaR", fields, query=query)
        if answer.status not in {200, 302}:
            raise unexpected(answer)

    def delete(self, list_id: str) -> None:
        """Removes a list, which is also a page."""
        self._session.post(
            "BazaR",
            [],
            query={"vue": "listes", "action": "supprimer_liste", "idliste": list_id},
        )


def as_written(title: str, items: tuple[tuple[str, str], ...], dialect: Dialect) -> dict[str, Any]:
    """A list as the JSON that YesWiki keeps of it."""
    if dialect is Dialect.D44:
        return {"titre_liste": title, "label": dict(items)}
    return {"title": title, "nodes": _nodes(items)}


def _nodes(items: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"id": key, "label": label, "children": []} for key, label in items]


def _list(key: str, row: Row, where: str) -> BazarList:
    if "nodes" in row:
        nodes = series(row["nodes"], where) if row["nodes"] else []
        items = tuple((str(node.get("id", "")), str(node.get("label", ""))) for node in nodes)
        return BazarList(key, maybe(row, "title", where), items)
    labels = row.get("label") or {}
    if not isinstance(labels, dict | list) or "titre_liste" not in row:
        raise odd(where)
    pairs = labels.items() if isinstance(labels, dict) else enumerate(labels)
    return BazarList(
        key,
        maybe(row, "titre_liste", where),
        tuple((str(item), str(label)) for item, label in pairs),
    )
