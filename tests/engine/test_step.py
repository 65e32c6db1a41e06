"""Reading back: what was written is looked at again, and what is missing is named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.engine.workshop import Workshop, nothing
from wikifarm.engine.changes import Action
from wikifarm.engine.step import Step, Work, read_back, refuse_lost
from wikifarm.engine.steps.content import SettingChange
from wikifarm.errors import WriteRefused


class Stubborn(Step[SettingChange]):
    """A step whose wiki answers the same, whatever was written."""

    name = "stubborn"

    def __init__(self, *planned: SettingChange) -> None:
        self.planned = list(planned)

    def plan(self, work: Work) -> list[SettingChange]:
        return self.planned

    def apply(self, work: Work, changes: Sequence[SettingChange]) -> None:
        raise NotImplementedError


def changes(*keys: str) -> list[SettingChange]:
    return [SettingChange(key, Action.UPDATE, "a", "b") for key in keys]


def test_what_is_still_to_write_was_not_kept(workshop: Workshop) -> None:
    still = changes("un", "deux")
    with pytest.raises(WriteRefused) as refused:
        read_back(Stubborn(*still), workshop.work(nothing()), still)
    assert "un, deux" in refused.value.message
    assert "stubborn" in refused.value.message
    assert refused.value.hint


def test_a_part_that_was_kept_is_not_taken_for_an_edit_by_hand(workshop: Workshop) -> None:
    kept = SettingChange("un", Action.KEEP, "half of b", "b")
    with pytest.raises(WriteRefused):
        read_back(Stubborn(kept), workshop.work(nothing()), changes("un"))


def test_what_reads_as_it_was_written_is_kept_whatever_the_design(workshop: Workshop) -> None:
    """A page merged with what people wrote differs from its blueprint for good."""
    merged = SettingChange("un", Action.KEEP, "b", "c")
    other = SettingChange("deux", Action.KEEP, "by hand", "c")
    read_back(Stubborn(merged, other), workshop.work(nothing()), changes("un"))
    read_back(Stubborn(), workshop.work(nothing()), changes("un"))


def test_a_message_stays_short() -> None:
    with pytest.raises(WriteRefused) as refused:
        refuse_lost(Stubborn(), [f"page{number}" for number in range(100)])
    assert "page4" in refused.value.message
    assert "page5" not in refused.value.message
    refuse_lost(Stubborn(), [])
