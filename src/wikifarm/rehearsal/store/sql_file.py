"""The file that holds the farm's data, its tables, and how statements are run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

SCHEMA = """
CREATE TABLE IF NOT EXISTS wikis (
  folder TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL DEFAULT '',
  config TEXT NOT NULL DEFAULT '{}', made TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pages (
  wiki TEXT NOT NULL, id INTEGER NOT NULL, tag TEXT NOT NULL, time TEXT NOT NULL,
  body TEXT NOT NULL, owner TEXT NOT NULL, user TEXT NOT NULL, latest INTEGER NOT NULL,
  PRIMARY KEY (wiki, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pages_by_tag ON pages (wiki, tag, latest);
CREATE TABLE IF NOT EXISTS kinds (
  wiki TEXT NOT NULL, tag TEXT NOT NULL, kind TEXT NOT NULL, form TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (wiki, tag)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS acls (
  wiki TEXT NOT NULL, tag TEXT NOT NULL, privilege TEXT NOT NULL, list TEXT NOT NULL,
  PRIMARY KEY (wiki, tag, privilege)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS groups (
  wiki TEXT NOT NULL, name TEXT NOT NULL, members TEXT NOT NULL,
  PRIMARY KEY (wiki, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users (
  wiki TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, email TEXT NOT NULL,
  password TEXT NOT NULL, signuptime TEXT NOT NULL, PRIMARY KEY (wiki, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forms (
  wiki TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (wiki, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS modules (
  wiki TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, acl TEXT NOT NULL,
  PRIMARY KEY (wiki, kind, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  wiki TEXT NOT NULL, origin TEXT NOT NULL, target TEXT NOT NULL,
  PRIMARY KEY (wiki, origin, target)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS triples (
  id INTEGER PRIMARY KEY AUTOINCREMENT, wiki TEXT NOT NULL, resource TEXT NOT NULL,
  property TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
  wiki TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (wiki, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attached (
  wiki TEXT NOT NULL, stored TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (wiki, stored));
CREATE TABLE IF NOT EXISTS archives (
  wiki TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, ready REAL NOT NULL,
  PRIMARY KEY (wiki, name));
CREATE TABLE IF NOT EXISTS models (
  name TEXT PRIMARY KEY, label TEXT NOT NULL, enabled INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

Row = tuple[Any, ...]
T = TypeVar("T")


class SqlFile:
    """`farm.sqlite`; callers open transactions."""

    def __init__(self, folder: Path) -> None:
        """Open (or make) the file in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(
            folder / "farm.sqlite", isolation_level=None, check_same_thread=False
        )
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(SCHEMA)
        self._remembered: dict[Hashable, Any] = {}
        self._as_of: tuple[int, int] = (0, 0)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing for the statements inside."""
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        return self.db.execute(sql, values).fetchall()

    def first(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query, or None."""
        row: Row | None = self.db.execute(sql, values).fetchone()
        return row

    def remembered(self, what: Hashable, read: Callable[[], T]) -> T:
        """What `read` gives; read again only once anybody has written in the file since. Nobody may
        change it."""
        (others,) = self.db.execute("PRAGMA data_version").fetchone()
        now = (self.db.total_changes, others)
        if now != self._as_of:
            self._remembered, self._as_of = {}, now
        known = self._remembered
        if what not in known:
            known[what] = read()
        value: T = known[what]
        return value

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement; the number of rows it touched."""
        if sql.startswith("ROLLBACK"):  # what is undone does not count as a change
            self._as_of = (0, 0)
        return self.db.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run a statement once for each row of values."""
        self.db.executemany(sql, rows)
