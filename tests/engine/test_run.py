"""Walking the steps: the intent before the write, and no write without a reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.engine.workshop import Workshop, a_design, nothing, silent
from wikifarm.engine import run
from wikifarm.engine.changes import Action
from wikifarm.engine.step import AnyStep, Step, Work
from wikifarm.engine.steps.content import SettingChange
from wikifarm.errors import LocalStorage, WriteRefused


class Recorded(Step[SettingChange]):
    """A step that says what it was asked, and when."""

    def __init__(self, name: str, story: list[str], *planned: SettingChange) -> None:
        self.name = name
        self.story = story
        self.planned = list(planned)
        self.fails: Exception | None = None

    def plan(self, work: Work) -> list[SettingChange]:
        self.story.append(f"plan {self.name}")
        return self.planned

    def apply(self, work: Work, changes: Sequence[SettingChange]) -> None:
        self.story.append(f"apply {self.name}: {' '.join(change.key for change in changes)}")
        if self.fails is not None:
            raise self.fails


def update(key: str) -> SettingChange:
    return SettingChange(key, Action.UPDATE, "a", "b")


def keep(key: str) -> SettingChange:
    return SettingChange(key, Action.KEEP, "a", "b")


def walk(workshop: Workshop, *steps: AnyStep) -> list[run.Done]:
    return run.apply(steps, workshop.work(nothing()), workshop.journal, silent)


def journal(workshop: Workshop) -> list[tuple[str, str]]:
    return [(entry["event"], entry["step"]) for entry in workshop.journal.entries()]


def test_a_step_with_nothing_to_write_is_neither_run_nor_written_down(workshop: Workshop) -> None:
    story: list[str] = []
    done = walk(workshop, Recorded("quiet", story), Recorded("kept", story, keep("un")))
    assert story == ["plan quiet", "plan kept"]
    assert [(each.change.key, each.outcome) for each in done] == [("un", "kept")]
    assert journal(workshop) == []


def test_no_intent_no_write(workshop: Workshop, tmp_path: Path) -> None:
    work = workshop.work(nothing())
    (tmp_path / "journal.jsonl").mkdir()
    story: list[str] = []
    with pytest.raises(LocalStorage):
        run.apply([Recorded("step", story, update("un"))], work, workshop.journal, silent)
    assert story == ["plan step"]


def test_the_intent_names_what_is_about_to_be_written(workshop: Workshop) -> None:
    story: list[str] = []
    step = Recorded("step", story, keep("un"), update("deux"))
    step.fails = WriteRefused("no")
    with pytest.raises(WriteRefused):
        walk(workshop, step, Recorded("after", story, update("trois")))
    assert story == ["plan step", "apply step: deux"]
    (intent,) = workshop.journal.entries()
    assert (intent["event"], intent["slug"], intent["step"]) == ("intent", "rennes", "step")
    assert intent["changes"] == ["settings:deux"]


def test_each_step_is_planned_once_the_one_before_it_is_done(workshop: Workshop) -> None:
    story: list[str] = []
    told: list[tuple[str, str]] = []
    steps = [Recorded("a", story, update("un"), keep("deux"), update("trois")),
             Recorded("b", story, update("quatre"))]  # fmt: skip
    done = run.apply(
        steps, workshop.work(nothing()), workshop.journal, lambda *said: told.append(said)
    )
    assert story == ["plan a", "apply a: un trois", "plan b", "apply b: quatre"]
    assert told == [("rennes", "a"), ("rennes", "b")]
    assert [(each.change.key, each.outcome) for each in done] == [
        ("un", "done"), ("deux", "kept"), ("trois", "done"), ("quatre", "done"),
    ]  # fmt: skip
    assert all(each.ms >= 0 for each in done)
    assert journal(workshop) == [
        ("intent", "a"), ("outcome", "a"), ("intent", "b"), ("outcome", "b"),
    ]  # fmt: skip
    counts = [entry["changes"] for entry in workshop.journal.entries()]
    assert counts == [["settings:un", "settings:trois"], 2, ["settings:quatre"], 1]


def test_a_plan_asks_every_step_and_writes_nothing(workshop: Workshop) -> None:
    story: list[str] = []
    steps = [Recorded("a", story, keep("un")), Recorded("b", story, update("deux"))]
    planned = run.plan(steps, workshop.work(nothing()))
    assert [change.key for change in planned] == ["un", "deux"]
    assert story == ["plan a", "plan b"]
    assert journal(workshop) == []


def test_a_plan_without_a_wiki_is_the_whole_design(tmp_path: Path) -> None:
    from wikifarm.engine.backup import Backups
    from wikifarm.engine.receipt import Receipt
    from wikifarm.engine.seen import Seen
    from wikifarm.engine.steps import all_steps

    work = Work("rennes", a_design(), Seen(None), Receipt("", "rennes", "Rennes"))
    planned = run.plan(all_steps(Backups(tmp_path)), work)
    assert [change.id for change in planned] == [
        "settings:absent", "settings:wakka_name",
        "accounts:AdaL", "groups:animation", "groups:participants",
        "module-rights:action absente", "module-rights:action listusers",
        "module-rights:handler revisions", "pages:PagePrincipale", "pages:Charte",
        "rights:Charte", "rights:PagePrincipale",
        "lists:ListeOuiNon", "forms:101", "tidy:demonstration",
    ]  # fmt: skip
    assert all(change.writes for change in planned)
    assert planned[-2].after == "Participant·e·s"


def test_what_was_done_is_told_as_it_was_planned() -> None:
    brought, planned, kept, twice = update("un"), update("deux"), keep("trois"), update("quatre")
    done = [
        run.Done(kept, "kept", 0),
        run.Done(update("deux"), "done", 3),
        run.Done(twice, "done", 1),
        run.Done(update("cinq"), "done", 2),
        run.Done(twice, "done", 4),
    ]
    told = run.as_foreseen([brought, planned, kept, twice, keep("gone")], done)
    assert [(each.change.key, each.outcome, each.ms) for each in told] == [
        ("un", "done", 0), ("deux", "done", 3), ("trois", "kept", 0), ("quatre", "done", 5),
        ("cinq", "done", 2),
    ]  # fmt: skip


def test_what_was_kept_at_last_is_told_as_kept() -> None:
    (told,) = run.as_foreseen([update("un")], [run.Done(keep("un"), "kept", 0)])
    assert told.outcome == "kept"


def test_rights_are_set_before_the_first_form_can_hold_anyone(workshop: Workshop) -> None:
    workshop.apply(a_design())
    writes = workshop.wiki.writes
    last_right = max(index for index, call in enumerate(writes) if call.startswith("rights."))
    assert last_right < writes.index("forms.save")
