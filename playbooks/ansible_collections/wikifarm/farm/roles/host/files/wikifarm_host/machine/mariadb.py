"""What verbs ask of the farm's MariaDB: rows, names of tables, the end of some of them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from . import system


def sql(query: str, *, database: str = "", timeout: float = 3600) -> list[list[str]]:
    """Rows of a query, asked as root through the local socket; NULL is the word NULL.

    Tabs, newlines and backslashes of values come escaped, as `mariadb --batch` writes them.
    """
    command = [*program("mariadb"), "--batch", "--skip-column-names", "--binary-mode"]
    done = system.run([*command, *([database] if database else [])], input=query, timeout=timeout)
    return [line.split("\t") for line in done.stdout.splitlines()]


def program(name: str) -> list[str]:
    """How the command line of a client of the database begins: local socket, no file of options."""
    socket = os.environ.get("WIKIFARM_MARIADB_SOCKET")
    return [name, "--no-defaults", *([f"--socket={socket}"] if socket else [])]


def quoted(name: str) -> str:
    """A name of a database, table or column as SQL wants it."""
    return "`" + name.replace("`", "``") + "`"


def literal(value: str) -> str:
    """A text as SQL wants it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def tables(database: str) -> dict[str, int]:
    """Every table of the database and about how many bytes it takes; {} without a database."""
    return {name: size for name, kind, size in _objects(database) if kind == "BASE TABLE"}


def left_out(database: str) -> list[str]:
    """What a dump does not hold, since YesWiki makes none: views, triggers, routines, events."""
    objects = [
        f"{kind.lower()} {name}" for name, kind, _size in _objects(database) if kind != "BASE TABLE"
    ]
    where = literal(database)
    for kind, source, schema in (
        ("TRIGGER", "TRIGGERS", "TRIGGER_SCHEMA"),
        ("ROUTINE", "ROUTINES", "ROUTINE_SCHEMA"),
        ("EVENT", "EVENTS", "EVENT_SCHEMA"),
    ):
        rows = sql(
            f"SELECT HEX({kind}_NAME) FROM information_schema.{source} WHERE {schema} = {where}"
        )
        objects += [f"{kind.lower()} {_name(row[0])}" for row in rows]
    return objects


def _objects(database: str) -> list[tuple[str, str, int]]:
    # HEX: a name may hold anything, line ends among it.
    rows = sql(
        "SELECT HEX(TABLE_NAME), TABLE_TYPE, IFNULL(DATA_LENGTH, 0) FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {literal(database)}"
    )
    return sorted((_name(name), kind, int(size)) for name, kind, size in rows)


def _name(written: str) -> str:
    return bytes.fromhex(written).decode()


def collation(database: str) -> str:
    """The one of its new tables, which names the character set too; "" without a database."""
    name = literal(database)
    rows = sql(
        f"SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {name}"
    )
    return rows[0][0] if rows else ""


def server() -> str:
    """The version of the server: another one may write the same rows in other words."""
    return sql("SELECT VERSION()")[0][0]


def drop(database: str, names: Sequence[str]) -> None:
    """Removes those tables, whatever refers to them."""
    if names:
        dropped = ", ".join(quoted(name) for name in names)
        sql(f"SET FOREIGN_KEY_CHECKS = 0; DROP TABLE IF EXISTS {dropped};", database=database)
