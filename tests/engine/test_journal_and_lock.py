"""The journal survives a crash in the middle of a line; the lock dies with its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.engine.journal import RECORD, RETIRE, Journal
from wikifarm.engine.lock import farm_lock
from wikifarm.errors import LocalStorage, Locked


def test_the_mark_of_a_wiki_is_known_before_the_farm_is_asked(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.jsonl", "run1").intent("rennes", "wiki", mark="abc")
    assert Journal(tmp_path / "journal.jsonl", "run2").mark_of("rennes") == "abc"
    assert Journal(tmp_path / "journal.jsonl", "run2").mark_of("brest") == ""


def test_a_line_cut_by_a_crash_is_passed_over_and_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "run")
    journal.intent("rennes", "wiki", mark="abc")
    path.write_text(path.read_text() + '{"at": "2026', "utf-8")
    journal.outcome("rennes", "wiki", mark="abc")
    assert [entry["event"] for entry in journal.entries()] == ["intent", "outcome"]


def test_a_journal_that_cannot_be_written_stops_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStorage):
        Journal(tmp_path / "file" / "journal.jsonl", "run").intent("rennes", "wiki")


def test_a_letter_cut_in_two_by_a_crash_hides_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path, "run").intent("rennes", "wiki", mark="abc")
    path.write_bytes(path.read_bytes() + '{"step": "é'.encode()[:-1])
    assert Journal(path, "run").mark_of("rennes") == "abc"


def test_a_line_that_is_no_entry_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('3\n[]\n"a"\n', "utf-8")
    assert list(Journal(tmp_path / "journal.jsonl", "run").entries()) == []
    assert list(Journal(tmp_path / "no such file", "run").entries()) == []


@given(words=st.lists(st.text(), max_size=3))
def test_an_entry_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, words: list[str]
) -> None:
    """Whatever it names: accents, emoji, and the signs that Unicode ends a line with."""
    journal = Journal(tmp_path_factory.mktemp("journal") / "journal.jsonl", "run1")
    journal.intent("rennes", "pages", changes=words)
    journal.outcome("rennes", "pages", changes=len(words))
    intent, outcome = journal.entries()
    assert (intent["event"], intent["run"], intent["slug"]) == ("intent", "run1", "rennes")
    assert (intent["step"], intent["changes"]) == ("pages", words)
    assert (outcome["event"], outcome["changes"]) == ("outcome", len(words))


def test_the_last_mark_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "run1")
    for mark in ("first", "second"):
        journal.intent("rennes", "wiki", mark=mark)
    journal.intent("rennes", "pages", mark="of something else")
    assert journal.mark_of("rennes") == "second"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStorage) as refused, farm_lock(tmp_path / "file" / "state"):
        pass
    assert "state" in refused.value.message


def test_a_lock_whose_holder_is_not_said_is_a_lock(tmp_path: Path) -> None:
    with farm_lock(tmp_path):
        (tmp_path / "lock.txt").write_text("")
        with pytest.raises(Locked), farm_lock(tmp_path):
            pass


def test_a_second_run_is_refused_at_once(tmp_path: Path) -> None:
    with farm_lock(tmp_path), pytest.raises(Locked) as refused, farm_lock(tmp_path):
        pass
    assert str(os.getpid()) in refused.value.message


def test_a_lock_heals_after_kill_9(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\n"
            "from wikifarm.engine.lock import farm_lock\n"
            f"with farm_lock(pathlib.Path({str(tmp_path)!r})):\n"
            "    print('held', flush=True)\n"
            "    time.sleep(60)\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Locked), farm_lock(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    time.sleep(0.05)
    with farm_lock(tmp_path):
        pass


def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(LocalStorage, match="journal"):
        list(Journal(tmp_path / "journal.jsonl", "run").entries())


def test_a_lock_that_cannot_be_taken_is_told(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(LocalStorage), farm_lock(tmp_path):
        pass


def test_to_say_that_one_works_on_a_wiki_is_not_to_write_in_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "run1")
    journal.intent("rennes", "wiki", mark="abc")
    journal.intent("rennes", RECORD, key="run1")
    journal.outcome("rennes", RETIRE, did="announce")
    assert journal.only_asked_for("rennes")
    journal.intent("rennes", "receipt", number=1)
    assert not journal.only_asked_for("rennes")


def test_a_wiki_made_by_hand_is_no_new_one_until_another_is_made_there(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "run1")
    assert not journal.made_by_hand("rennes")
    journal.outcome("rennes", "wiki", mark="abc", adopted=True, by_hand=True)
    journal.intent("rennes", RECORD, key="run1")
    assert journal.made_by_hand("rennes")
    assert not journal.unfinished()
    journal.intent("rennes", "wiki", mark="abc")  # refused, or cut: the same wiki stands
    assert journal.made_by_hand("rennes")
    journal.outcome("rennes", "wiki", mark="abc", new=True)
    assert not journal.made_by_hand("rennes")
    assert journal.only_asked_for("rennes")
