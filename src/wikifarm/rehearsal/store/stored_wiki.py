"""What one wiki holds: pages and their revisions, rights, groups, accounts, forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from time import time
from typing import Any, TypeVar

from ..php import php_json
from .collation import collated
from .records import COMMENT, StoredPage, Triple, User, now
from .sql_file import Row, SqlFile

T = TypeVar("T")

TABLES = ("pages", "kinds", "acls", "groups", "users", "forms", "modules", "links",
          "triples", "files", "attached", "archives")  # fmt: skip

PAGE_COLUMNS = "p.id, p.tag, p.time, p.body, p.owner, p.user, p.latest, COALESCE(k.kind, '')"
ENTRY_FROM = (
    "FROM kinds k JOIN pages p ON p.wiki = k.wiki AND p.tag = k.tag AND p.latest = 1 "
    "WHERE k.wiki = ? AND k.kind = 'fiche_bazar'"
)
PAGE_FROM = "FROM pages p LEFT JOIN kinds k ON k.wiki = p.wiki AND k.tag = p.tag"
USERS = "SELECT name, email, password, signuptime FROM users WHERE wiki = ?"


def _page(row: Row) -> StoredPage:
    return StoredPage(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), row[7])


class StoredWiki:
    """One wiki: `folder` is empty for the farm itself; `status` '' | hibernate | half.

    Every method is one or two SQL statements; pages, rights, groups and forms are read once, until
    somebody writes. Tags, groups and accounts are found under every spelling that MySQL takes as
    equal.
    """

    def __init__(
        self, file: SqlFile, folder: str, name: str, status: str, config: dict[str, Any]
    ) -> None:
        """The wiki whose row this is."""
        self.file, self.folder = file, folder
        self.name, self.status, self.config = name, status, config

    def _rows(self, sql: str, *values: Any) -> list[Row]:
        return self.file.rows(sql, self.folder, *values)

    def _run(self, sql: str, *values: Any) -> int:
        return self.file.run(sql, self.folder, *values)

    def _remembered(self, what: Hashable, read: Callable[[], T]) -> T:
        return self.file.remembered((self.folder, what), read)

    def set_config(self, name: str, config: dict[str, Any]) -> None:
        """Change the wiki's settings."""
        sql = "UPDATE wikis SET name = ?, config = ? WHERE folder = ?"
        self.file.run(sql, name, php_json(config), self.folder)

    # -- pages ---------------------------------------------------------------------------
    def page(self, tag: str, time: str = "") -> StoredPage | None:
        """The last revision, or the one of that time."""
        tag = self.spelling(tag)
        return self._remembered(("page", tag, time), lambda: self._page(tag, time))

    def _page(self, tag: str, time: str) -> StoredPage | None:
        where = "p.time = ?" if time else "p.latest = 1"
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.tag = ? AND {where}"
        values = [time] if time else []
        row = self.file.first(sql + " ORDER BY p.id DESC", self.folder, tag, *values)
        return _page(row) if row else None

    def spelling(self, tag: str) -> str:
        """The tag of the page that is found under this spelling; itself where none is."""
        return self._tags.get(collated(tag), tag)

    @property
    def _tags(self) -> dict[str, str]:
        def read() -> dict[str, str]:
            rows = self._rows("SELECT tag FROM pages WHERE wiki = ? AND latest = 1")
            return {collated(tag): tag for (tag,) in rows}

        return self._remembered("tags", read)

    def pages(self, kind: str | None = None, order: str = "p.tag") -> list[StoredPage]:
        """Last revisions: all but comments, or those of one kind ('' = plain pages)."""
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.latest = 1"
        sql += f" AND COALESCE(k.kind, '') {'!=' if kind is None else '='} ?"
        asked = COMMENT if kind is None else kind
        return [_page(row) for row in self._rows(f"{sql} ORDER BY {order}", asked)]

    def entries(self, form: str = "") -> list[StoredPage]:
        """Entries, oldest first; of one form when given."""
        sql = f"SELECT {PAGE_COLUMNS} {ENTRY_FROM}{' AND k.form = ?' if form else ''}"
        return [_page(row) for row in self._rows(f"{sql} ORDER BY p.id", *([form] if form else []))]

    def comments(self) -> list[tuple[StoredPage, str]]:
        """Comments, oldest first, each with the tag below which it stands."""
        sql = f"SELECT {PAGE_COLUMNS}, k.form {PAGE_FROM} WHERE p.wiki = ? AND p.latest = 1"
        rows = self._rows(f"{sql} AND k.kind = '{COMMENT}' ORDER BY p.id")
        return [(_page(row), row[8]) for row in rows]

    def revisions(self, tag: str) -> list[StoredPage]:
        """Every revision, newest first."""
        tag = self.spelling(tag)
        sql = f"SELECT {PAGE_COLUMNS} {PAGE_FROM} WHERE p.wiki = ? AND p.tag = ?"
        return [_page(row) for row in self._rows(sql + " ORDER BY p.id DESC", tag)]

    def add_revision(self, tag: str, body: str, owner: str, user: str) -> None:
        """Write a revision as the last one."""
        self._run("UPDATE pages SET latest = 0 WHERE wiki = ? AND tag = ? AND latest", tag)
        row = self._rows("SELECT COALESCE(MAX(id), 0) + 1 FROM pages WHERE wiki = ?")[0]
        sql = "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
        self._run(sql, int(row[0]), tag, now(), body, owner, user)

    def fill(self, pages: Iterable[tuple[str, str, str, str]], owner: str) -> None:
        """Write the first pages of a wiki in one go: tag, body, kind, form. No right is written."""
        time = now()
        for number, (tag, body, kind, form) in enumerate(pages, start=1):
            sql = "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
            self._run(sql, number, tag, time, body, owner, owner)
            if kind:
                self._run("INSERT INTO kinds VALUES (?, ?, ?, ?)", tag, kind, form)

    def set_owner(self, tag: str, owner: str) -> None:
        """Give a page to somebody."""
        self.file.run(
            "UPDATE pages SET owner = ? WHERE wiki = ? AND tag = ?", owner, self.folder, tag
        )

    def delete_page(self, tag: str) -> None:
        """Remove every revision, right, link and mark of a page, in every spelling of its tag."""
        tags = {row[0] for row in self._rows("SELECT DISTINCT tag FROM pages WHERE wiki = ?")}
        for spelling in {each for each in tags if collated(each) == collated(tag)} | {tag}:
            for table in ("pages", "kinds", "acls"):
                self._run(f"DELETE FROM {table} WHERE wiki = ? AND tag = ?", spelling)  # noqa: S608 - our own names
            self._run("DELETE FROM links WHERE wiki = ? AND origin = ?", spelling)

    def set_kind(self, tag: str, kind: str, form: str = "") -> None:
        """Say that a page is an entry or a list (YesWiki: a triple)."""
        self._run("INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?)", tag, kind, form)

    # -- links ---------------------------------------------------------------------------
    def targets(self) -> set[str]:
        """The tags that pages point to."""
        return {row[0] for row in self._rows("SELECT DISTINCT target FROM links WHERE wiki = ?")}

    def set_links(self, origin: str, targets: Iterable[str]) -> None:
        """The pages that a page points to."""
        self._run("DELETE FROM links WHERE wiki = ? AND origin = ?", origin)
        self.file.run_many(
            "INSERT OR IGNORE INTO links VALUES (?, ?, ?)",
            [(self.folder, origin, target) for target in targets],
        )

    def unlink(self, target: str) -> None:
        """Forget the links to a page."""
        self._run("DELETE FROM links WHERE wiki = ? AND target = ?", target)

    # -- rights --------------------------------------------------------------------------
    @property
    def _acls(self) -> dict[tuple[str, str], str]:
        def read() -> dict[tuple[str, str], str]:
            rows = self._rows("SELECT tag, privilege, list FROM acls WHERE wiki = ?")
            return {(collated(tag), privilege): acl for tag, privilege, acl in rows}

        return self._remembered("acls", read)

    def acl(self, tag: str, privilege: str) -> str | None:
        """One right written for a page; None where the default holds."""
        return self._acls.get((collated(tag), privilege))

    def only_for(self, right: str) -> list[str]:
        """The pages that have a right for these alone."""
        rows = self._rows("SELECT DISTINCT tag FROM acls WHERE wiki = ? AND list = ?", right)
        return [tag for (tag,) in rows]

    def set_acl(self, tag: str, privilege: str, value: str) -> None:
        """Write one right of a page."""
        tag = self.spelling(tag)
        self._run("INSERT OR REPLACE INTO acls VALUES (?, ?, ?, ?)", tag, privilege, value)

    def clear_acls(self, tag: str) -> None:
        """Remove the rights of a page: the defaults hold again."""
        self._run("DELETE FROM acls WHERE wiki = ? AND tag = ?", tag)

    @property
    def groups(self) -> Mapping[str, str]:
        """Groups and their members, one a line."""
        sql = "SELECT name, members FROM groups WHERE wiki = ? ORDER BY name"
        return self._remembered("groups", lambda: dict(self._rows(sql)))

    def group_named(self, name: str) -> str:
        """The group that is found under this spelling; nothing where none is."""
        if name in self.groups:
            return name
        return next((group for group in self.groups if collated(group) == collated(name)), "")

    def set_group(self, name: str, members: str) -> None:
        """Write a group."""
        self._run("INSERT OR REPLACE INTO groups VALUES (?, ?, ?)", name, members)

    def delete_group(self, name: str) -> int:
        """Remove a group; 0 when there is none."""
        return self._run("DELETE FROM groups WHERE wiki = ? AND name = ?", name)

    @property
    def modules(self) -> Mapping[tuple[str, str], str]:
        """Rights of actions and handlers: (kind, name) -> list."""

        def read() -> dict[tuple[str, str], str]:
            rows = self._rows("SELECT kind, name, acl FROM modules WHERE wiki = ?")
            return {(kind, name): acl for kind, name, acl in rows}

        return self._remembered("modules", read)

    def set_module(self, kind: str, name: str, value: str) -> None:
        """Write the right of an action or a handler; empty opens it again."""
        self._run("DELETE FROM modules WHERE wiki = ? AND kind = ? AND name = ?", kind, name)
        if value:
            self._run("INSERT INTO modules VALUES (?, ?, ?, ?)", kind, name, value)

    # -- triples -------------------------------------------------------------------------
    def triples(self, of_property: str, resource: str = "") -> list[Triple]:
        """What is said under a property, of anything or of one resource, oldest first."""
        sql = "SELECT id, resource, property, value FROM triples WHERE wiki = ? AND property = ?"
        where = " AND resource = ?" if resource else ""
        values = [resource] if resource else []
        return [
            Triple(*row) for row in self._rows(f"{sql}{where} ORDER BY id", of_property, *values)
        ]

    def add_triple(self, resource: str, of_property: str, value: str) -> None:
        """Say one more thing."""
        sql = "INSERT INTO triples (wiki, resource, property, value) VALUES (?, ?, ?, ?)"
        self._run(sql, resource, of_property, value)

    def delete_triple(self, number: int) -> None:
        """Unsay it."""
        self._run("DELETE FROM triples WHERE wiki = ? AND id = ?", number)

    # -- accounts ------------------------------------------------------------------------
    def users(self) -> list[User]:
        """Accounts by name."""
        return [User(*row) for row in self._rows(f"{USERS} ORDER BY name")]

    def user(self, name: str = "", email: str = "") -> User | None:
        """One account, by name or by e-mail."""
        column, value = ("email", email) if email else ("name", name)
        row = self.file.first(f"{USERS} AND {column} = ?", self.folder, value)
        if row:
            return User(*row)
        alike = (
            user for user in self.users() if collated(getattr(user, column)) == collated(value)
        )
        return next(alike, None)

    def add_user(self, user: User) -> None:
        """Write an account."""
        sql = "INSERT INTO users VALUES (?, ?, ?, ?, ?)"
        self._run(sql, user.name, user.email, user.password, user.signuptime)

    def set_password(self, name: str, password: str) -> None:
        """Write the hash of an account's password."""
        sql = "UPDATE users SET password = ? WHERE wiki = ? AND name = ?"
        self.file.run(sql, password, self.folder, name)

    def delete_user(self, name: str) -> None:
        """Remove an account; its pages have no owner any more."""
        self._run("UPDATE pages SET owner = '' WHERE wiki = ? AND owner = ?", name)
        self._run("DELETE FROM users WHERE wiki = ? AND name = ?", name)

    # -- files ---------------------------------------------------------------------------
    def has_file(self, path: str) -> bool:
        """Whether this file of the wiki's folder was made."""
        return bool(self._rows("SELECT 1 FROM files WHERE wiki = ? AND path = ?", path))

    def add_file(self, path: str) -> None:
        """Make a file; what it holds is nobody's affair here."""
        self._run("INSERT OR IGNORE INTO files VALUES (?, ?)", path)

    def attached(self) -> list[str]:
        """The names of the files in the folder of those that people attached."""
        rows = self._rows("SELECT stored FROM attached WHERE wiki = ? ORDER BY stored")
        return [stored for (stored,) in rows]

    def attached_file(self, stored: str) -> bytes | None:
        """What one of them holds; None where there is no such file."""
        sql = "SELECT content FROM attached WHERE wiki = ? AND stored = ?"
        row = self.file.first(sql, self.folder, stored)
        return bytes(row[0]) if row else None

    def attach(self, stored: str, content: bytes) -> None:
        """Write one of them."""
        self._run("INSERT OR REPLACE INTO attached VALUES (?, ?, ?)", stored, content)

    # -- its own archives ----------------------------------------------------------------
    @property
    def is_archiving(self) -> bool:
        """Whether one is being made."""
        return bool(self._rows("SELECT 1 FROM archives WHERE wiki = ? AND ready > ?", time()))

    def archives(self) -> list[tuple[str, int]]:
        """The names and sizes of those that are made, the newest first."""
        sql = "SELECT name, length(content) FROM archives WHERE wiki = ? AND ready <= ?"
        rows = self._rows(f"{sql} ORDER BY name DESC", time())
        return [(row[0], row[1]) for row in rows]

    def archive(self, name: str) -> bytes | None:
        """What one holds; None where there is no such archive."""
        rows = self._rows("SELECT content, ready FROM archives WHERE wiki = ? AND name = ?", name)
        return bytes(rows[0][0]) if rows and rows[0][1] <= time() else None

    def add_archive(self, name: str, content: bytes, ready: float) -> None:
        """Make one, which is there at that time (seconds of the clock)."""
        self._run("INSERT OR REPLACE INTO archives VALUES (?, ?, ?, ?)", name, content, ready)

    def remove_archives(self, names: Iterable[str]) -> None:
        """Remove some, those being made too."""
        for name in names:
            self._run("DELETE FROM archives WHERE wiki = ? AND name = ?", name)

    # -- forms ---------------------------------------------------------------------------
    @property
    def forms(self) -> Mapping[str, dict[str, str]]:
        """Forms (bn_* keys) by id, in the order of their labels as YesWiki gives them."""

        def read() -> dict[str, dict[str, str]]:
            rows = self._rows("SELECT id, body FROM forms WHERE wiki = ?")
            forms = [(str(number), json.loads(body)) for number, body in rows]
            return dict(sorted(forms, key=lambda f: (f[1]["bn_label_nature"].lower(), int(f[0]))))

        return self._remembered("forms", read)

    def set_form(self, form: dict[str, str]) -> None:
        """Write a form under its bn_id_nature."""
        body = json.dumps(form, ensure_ascii=False)
        self._run("INSERT OR REPLACE INTO forms VALUES (?, ?, ?)", int(form["bn_id_nature"]), body)

    def delete_form(self, number: int) -> None:
        """Remove a form."""
        self._run("DELETE FROM forms WHERE wiki = ? AND id = ?", number)
