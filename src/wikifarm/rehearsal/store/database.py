"""Everything the farm remembers: one SQLite file, one transaction a request."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .records import Page, User, WikiRow, now

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
CREATE TABLE IF NOT EXISTS models (
  name TEXT PRIMARY KEY, label TEXT NOT NULL, enabled INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

WIKI_TABLES = ("pages", "kinds", "acls", "groups", "users", "forms", "modules", "links")

PAGE_COLUMNS = "p.id, p.tag, p.time, p.body, p.owner, p.user, p.latest, COALESCE(k.kind, '')"

ENTRY_FROM = (
    "FROM kinds k JOIN pages p ON p.wiki = k.wiki AND p.tag = k.tag AND p.latest = 1 "
    "WHERE k.wiki = ? AND k.kind = 'fiche_bazar'"
)

PAGE_FROM = "FROM pages p LEFT JOIN kinds k ON k.wiki = p.wiki AND k.tag = p.tag"


def _page(row: tuple[Any, ...]) -> Page:
    return Page(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), row[7])


class Store:
    """The farm's data. Every method is one or two SQL statements; callers open transactions."""

    def __init__(self, folder: Path) -> None:
        """Open (or make) `farm.sqlite` in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(
            folder / "farm.sqlite", isolation_level=None, check_same_thread=False
        )
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(SCHEMA)

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
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        row: tuple[Any, ...] | None = self.db.execute(sql, values).fetchone()
        return row

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement; the number of rows it touched."""
        return self.db.execute(sql, values).rowcount

    def secret(self, name: str, value: str) -> str:
        """A secret kept from the first time on."""
        self.run("INSERT OR IGNORE INTO secrets VALUES (?, ?)", name, value)
        row = self.one("SELECT value FROM secrets WHERE name = ?", name)
        return str(row[0]) if row else value

    # -- wikis ---------------------------------------------------------------------------
    def wiki(self, folder: str) -> WikiRow | None:
        """The wiki of a folder, or None."""
        row = self.one("SELECT folder, name, status, config FROM wikis WHERE folder = ?", folder)
        return WikiRow(row[0], row[1], row[2], json.loads(row[3])) if row else None

    def wikis(self) -> list[WikiRow]:
        """Every wiki, the farm first."""
        sql = "SELECT folder, name, status, config FROM wikis ORDER BY folder"
        return [WikiRow(r[0], r[1], r[2], json.loads(r[3])) for r in self.rows(sql)]

    def add_wiki(self, folder: str, name: str, status: str, config: dict[str, Any]) -> None:
        """Record a new folder."""
        self.run(
            "INSERT INTO wikis VALUES (?, ?, ?, ?, ?)",
            folder, name, status, json.dumps(config), now(),
        )  # fmt: skip

    def set_status(self, folder: str, status: str) -> None:
        """Hibernate ('hibernate') or wake ('')."""
        self.run("UPDATE wikis SET status = ? WHERE folder = ?", status, folder)

    def delete_wiki(self, folder: str) -> None:
        """Forget a wiki and all it holds."""
        for table in WIKI_TABLES:
            self.run(f"DELETE FROM {table} WHERE wiki = ?", folder)  # noqa: S608 - our own names
        self.run("DELETE FROM wikis WHERE folder = ?", folder)

    # -- pages ---------------------------------------------------------------------------
    def page(self, wiki: str, tag: str, time: str = "") -> Page | None:
        """The last revision, or the one of that time."""
        where = "p.time = ?" if time else "p.latest = 1"
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.tag = ? AND {where}"
        row = self.one(sql + " ORDER BY p.id DESC", wiki, tag, *([time] if time else []))
        return _page(row) if row else None

    def pages(self, wiki: str, kind: str | None = None, order: str = "p.tag") -> list[Page]:
        """Last revisions: all, or those of one kind ('' = plain pages)."""
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.latest = 1"
        if kind is not None:
            sql += " AND COALESCE(k.kind, '') = ?"
        values = [wiki] if kind is None else [wiki, kind]
        return [_page(row) for row in self.rows(f"{sql} ORDER BY {order}", *values)]

    def entries(self, wiki: str, form: str = "") -> list[Page]:
        """Entries, oldest first; of one form when given."""
        sql = f"SELECT {PAGE_COLUMNS} {ENTRY_FROM}"
        if form:
            return [_page(r) for r in self.rows(sql + " AND k.form = ? ORDER BY p.id", wiki, form)]
        return [_page(row) for row in self.rows(sql + " ORDER BY p.id", wiki)]

    def revisions(self, wiki: str, tag: str) -> list[Page]:
        """Every revision, newest first."""
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.tag = ?"
        return [_page(row) for row in self.rows(sql + " ORDER BY p.id DESC", wiki, tag)]

    def add_revision(self, wiki: str, tag: str, body: str, owner: str, user: str) -> int:
        """Write a revision as the last one; its id."""
        self.run("UPDATE pages SET latest = 0 WHERE wiki = ? AND tag = ? AND latest", wiki, tag)
        row = self.one("SELECT COALESCE(MAX(id), 0) + 1 FROM pages WHERE wiki = ?", wiki)
        number = int(row[0]) if row else 1
        self.run(
            "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            wiki, number, tag, now(), body, owner, user,
        )  # fmt: skip
        return number

    def set_owner(self, wiki: str, tag: str, owner: str) -> None:
        """Give a page to somebody."""
        self.run("UPDATE pages SET owner = ? WHERE wiki = ? AND tag = ?", owner, wiki, tag)

    def delete_page(self, wiki: str, tag: str) -> None:
        """Remove every revision, right, link and mark of a page."""
        for table in ("pages", "kinds", "acls"):
            sql = f"DELETE FROM {table} WHERE wiki = ? AND tag = ?"  # noqa: S608 - our own names
            self.run(sql, wiki, tag)
        self.run("DELETE FROM links WHERE wiki = ? AND origin = ?", wiki, tag)

    def set_kind(self, wiki: str, tag: str, kind: str, form: str = "") -> None:
        """Say that a page is an entry or a list (YesWiki: a triple)."""
        self.run("INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?)", wiki, tag, kind, form)

    def set_links(self, wiki: str, origin: str, targets: Iterable[str]) -> None:
        """The pages that a page points to."""
        self.run("DELETE FROM links WHERE wiki = ? AND origin = ?", wiki, origin)
        self.db.executemany(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?)", [(wiki, origin, t) for t in targets]
        )

    # -- rights --------------------------------------------------------------------------
    def acls(self, wiki: str) -> dict[tuple[str, str], str]:
        """Every right written for a page: (tag, privilege) -> list."""
        sql = "SELECT tag, privilege, list FROM acls WHERE wiki = ?"
        return {(r[0], r[1]): r[2] for r in self.rows(sql, wiki)}

    def set_acl(self, wiki: str, tag: str, privilege: str, value: str) -> None:
        """Write one right of a page."""
        self.run("INSERT OR REPLACE INTO acls VALUES (?, ?, ?, ?)", wiki, tag, privilege, value)

    def groups(self, wiki: str) -> dict[str, str]:
        """Groups and their members, one a line."""
        sql = "SELECT name, members FROM groups WHERE wiki = ? ORDER BY name"
        return {r[0]: r[1] for r in self.rows(sql, wiki)}

    def set_group(self, wiki: str, name: str, members: str) -> None:
        """Write a group."""
        self.run("INSERT OR REPLACE INTO groups VALUES (?, ?, ?)", wiki, name, members)

    def modules(self, wiki: str) -> dict[tuple[str, str], str]:
        """Rights of actions and handlers: (kind, name) -> list."""
        sql = "SELECT kind, name, acl FROM modules WHERE wiki = ?"
        return {(r[0], r[1]): r[2] for r in self.rows(sql, wiki)}

    # -- accounts ------------------------------------------------------------------------
    def users(self, wiki: str) -> list[User]:
        """Accounts by name."""
        sql = "SELECT name, email, password, signuptime FROM users WHERE wiki = ? ORDER BY name"
        return [User(*row) for row in self.rows(sql, wiki)]

    def user(self, wiki: str, name: str = "", email: str = "") -> User | None:
        """One account, by name or by e-mail."""
        column, value = ("email", email) if email else ("name", name)
        sql = "SELECT name, email, password, signuptime FROM users WHERE wiki = ? AND "
        sql += f"{column} = ?"
        row = self.one(sql, wiki, value)
        return User(*row) if row else None

    def add_user(self, wiki: str, user: User) -> None:
        """Write an account."""
        self.run(
            "INSERT INTO users VALUES (?, ?, ?, ?, ?)",
            wiki, user.name, user.email, user.password, user.signuptime,
        )  # fmt: skip

    # -- forms ---------------------------------------------------------------------------
    def forms(self, wiki: str) -> dict[str, dict[str, str]]:
        """Forms (bn_* keys) by id, in the order of their labels as YesWiki gives them."""
        sql = "SELECT id, body FROM forms WHERE wiki = ?"
        found = [(str(r[0]), json.loads(r[1])) for r in self.rows(sql, wiki)]
        return dict(sorted(found, key=lambda f: (f[1]["bn_label_nature"].lower(), int(f[0]))))

    def set_form(self, wiki: str, form: dict[str, str]) -> None:
        """Write a form under its bn_id_nature."""
        body = json.dumps(form, ensure_ascii=False)
        self.run(
            "INSERT OR REPLACE INTO forms VALUES (?, ?, ?)", wiki, int(form["bn_id_nature"]), body
        )
