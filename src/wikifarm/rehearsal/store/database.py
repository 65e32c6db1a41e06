"""Everything the farm remembers: its wikis, their models, its secrets."""

from __future__ import annotations

import json
from typing import Any

from .records import now
from .sql_file import Row, SqlFile
from .stored_wiki import TABLES, StoredWiki


class Store(SqlFile):
    """The farm's data."""

    def secret(self, name: str, value: str) -> str:
        """A secret kept from the first time on."""
        self.run("INSERT OR IGNORE INTO secrets VALUES (?, ?)", name, value)
        row = self.first("SELECT value FROM secrets WHERE name = ?", name)
        return str(row[0]) if row else value

    # -- wikis ---------------------------------------------------------------------------
    def _wiki(self, row: Row) -> StoredWiki:
        return StoredWiki(self, row[0], row[1], row[2], json.loads(row[3]))

    def wiki(self, folder: str) -> StoredWiki | None:
        """The wiki of a folder, or None."""
        row = self.first("SELECT folder, name, status, config FROM wikis WHERE folder = ?", folder)
        return self._wiki(row) if row else None

    def wikis(self) -> list[StoredWiki]:
        """Every wiki, the farm first."""
        sql = "SELECT folder, name, status, config FROM wikis ORDER BY folder"
        return [self._wiki(row) for row in self.rows(sql)]

    @property
    def own_wiki(self) -> StoredWiki:
        """The farm's own. Raises LookupError when the data holds none."""
        wiki = self.wiki("")
        if wiki is None:
            raise LookupError("the farm's own wiki is gone")
        return wiki

    def add_wiki(self, folder: str, name: str, status: str, config: dict[str, Any]) -> StoredWiki:
        """Record a new folder."""
        self.run(
            "INSERT INTO wikis VALUES (?, ?, ?, ?, ?)",
            folder, name, status, json.dumps(config), now(),
        )  # fmt: skip
        return StoredWiki(self, folder, name, status, config)

    def set_status(self, folder: str, status: str) -> None:
        """Hibernate ('hibernate') or wake ('')."""
        self.run("UPDATE wikis SET status = ? WHERE folder = ?", status, folder)

    def delete_wiki(self, folder: str) -> None:
        """Forget a wiki and all it holds."""
        for table in TABLES:
            self.run(f"DELETE FROM {table} WHERE wiki = ?", folder)  # noqa: S608 - our own names
        self.run("DELETE FROM wikis WHERE folder = ?", folder)

    # -- models --------------------------------------------------------------------------
    def model(self, name: str) -> dict[str, Any] | None:
        """What an imported model holds, or None."""
        row = self.first("SELECT body FROM models WHERE name = ?", name)
        return dict(json.loads(row[0])) if row else None

    def models(self) -> dict[str, tuple[str, bool]]:
        """Every model that was imported or chosen once: its label, and whether new wikis may have
        it."""
        rows = self.rows("SELECT name, label, enabled FROM models")
        return {row[0]: (row[1], bool(row[2])) for row in rows}

    def add_model(self, name: str, label: str, model: dict[str, Any]) -> None:
        """Keep a model; one that is there already stays enabled or not."""
        self.run(
            "INSERT INTO models VALUES (?, ?, 0, ?) ON CONFLICT (name) DO UPDATE SET "
            "label = excluded.label, body = excluded.body",
            name, label, json.dumps(model, ensure_ascii=False),
        )  # fmt: skip

    def delete_model(self, name: str) -> None:
        """Forget a model; wikis that were made from it stay as they are."""
        self.run("DELETE FROM models WHERE name = ?", name)

    def enable_model(self, name: str, enabled: bool) -> None:
        """Offer a model to new wikis, or no longer."""
        sql = (
            "INSERT INTO models VALUES (?, ?, ?, '{}') "
            "ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled"
        )
        self.run(sql, name, name, int(enabled))
