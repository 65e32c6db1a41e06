"""What the rehearsal farm remembers of its file is what the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.rehearsal.store.sql_file import SqlFile

WRITE = "INSERT OR REPLACE INTO secrets VALUES ('word', ?)"


def word(file: SqlFile) -> str:
    rows = file.remembered("word", lambda: file.rows("SELECT value FROM secrets"))
    return str(rows[0][0]) if rows else ""


def test_it_is_read_again_once_something_is_written(tmp_path: Path) -> None:
    file, other = SqlFile(tmp_path), SqlFile(tmp_path)
    assert word(file) == ""
    file.run(WRITE, "one")
    assert word(file) == "one"
    other.run(WRITE, "two")
    assert word(file) == "two"


def test_what_was_undone_is_forgotten(tmp_path: Path) -> None:
    file = SqlFile(tmp_path)
    file.run(WRITE, "one")
    with pytest.raises(LookupError), file.transaction():
        file.run(WRITE, "two")
        assert word(file) == "two"
        raise LookupError
    assert word(file) == "one"
    file.run("SAVEPOINT work")
    file.run(WRITE, "three")
    assert word(file) == "three"
    file.run("ROLLBACK TO work")
    assert word(file) == "one"


def test_it_is_read_once_while_nothing_is_written(tmp_path: Path) -> None:
    file, reads = SqlFile(tmp_path), []
    for _each in range(3):
        file.remembered("word", lambda: reads.append(1))
    assert reads == [1]
