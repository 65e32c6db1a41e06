"""Two runs at once from two computers: the verdict of each is that of a run alone.

`WIKIFARM_PAIRS=50` tries fifty pairs of each kind instead of a single one.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

import pytest

from tests.blueprints import CARDS, MAKERS, card, mending
from tests.conftest import SEED
from tests.operations.conftest import context_for
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import AuditBlind, Exit, LeakFound, Unreachable
from wikifarm.i18n import speak
from wikifarm.operations.apply import apply
from wikifarm.operations.audit import questions
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import CommunityOutcome, envelope
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.yeswiki.run_records import RunRecords
from wikifarm.yeswiki.wiki import Wiki

PAIRS = int(os.environ.get("WIKIFARM_PAIRS", "1"))
SLUG = "mending"
Command = Callable[[Context, Sequence[Community]], list[CommunityOutcome]]
COMMANDS: dict[str, Command] = {"verify": verify, "apply": apply}


@pytest.fixture
def computers(running: RunningFarm, tmp_path: Path) -> tuple[Path, Path]:
    """Two computers that administer one community: each has its own journal, lock and passwords."""
    first, second = tmp_path / "first", tmp_path / "second"
    context = context_for(running.url, first)
    (outcome,) = apply(context, [mending()], audit=False)
    assert outcome.error is None, outcome.error
    context_for(running.url, second).vault.keep(SLUG, context.vault.get(SLUG))
    return first, second


@pytest.fixture
def pool() -> Iterator[Pool]:
    with get_context("spawn").Pool(2) as processes:
        yield processes


def _work(url: str, folder: Path, command: str, late: float) -> tuple[int, str]:
    """The exit status and the words of a command given on the computer of `folder`."""
    speak("en")
    time.sleep(late)
    context = context_for(url, folder)
    try:
        outcomes = COMMANDS[command](context, [mending()])
    finally:
        context.close()
    return int(envelope(command, outcomes).exit), str(outcomes[0].error or "")


def open_cards(wiki: Wiki) -> None:
    """A true leak: anybody may list the cards and read them."""
    form = wiki.session.api_json(f"forms/{CARDS}")
    lines = []
    for line in form["bn_template"].splitlines():
        columns = line.split("***")
        if columns[0] == "acls":
            columns[1] = "*"
        elif len(columns) > 12:
            columns[11] = columns[12] = " "
        lines.append("***".join(columns))
    wiki.forms.save({CARDS: {**form, "bn_template": "\n".join(lines)}})


def remove_cards(wiki: Wiki) -> None:
    for tag in wiki.entries.of(CARDS):
        wiki.pages.delete(tag)


@pytest.mark.parametrize("leaking", [False, True], ids=["closed", "leaking"])
@pytest.mark.parametrize("beside", ["verify", "apply"])
def test_each_of_a_pair_says_what_a_run_alone_says(
    running: RunningFarm,
    computers: tuple[Path, Path],
    pool: Pool,
    tmp_path: Path,
    beside: str,
    leaking: bool,
) -> None:
    wiki = open_wiki(context_for(running.url, computers[0]), SLUG)
    if leaking:
        open_cards(wiki)
    expected = Exit.LEAK if leaking else Exit.DONE
    drawn = random.Random(SEED)
    for pair in range(PAIRS):
        late = drawn.choice((0.0, drawn.uniform(0, 3)))
        runs: list[AsyncResult[tuple[int, str]]] = [
            pool.apply_async(_work, (running.url, computers[0], "verify", 0.0)),
            pool.apply_async(_work, (running.url, computers[1], beside, late)),
        ]
        ends = [run.get(300) for run in runs]
        assert [status for status, _words in ends] == [expected, expected], (pair, late, ends)
    state = snapshot(tmp_path / "farm")["wikis"][SLUG]
    assert state["triples"] == []
    assert state["entries"] == {}
    assert "WikifarmTemoin" not in repr(state["groups"]) + repr(state["users"])


def verified(url: str, folder: Path) -> CommunityOutcome:
    (outcome,) = verify(context_for(url, folder), [mending()])
    return outcome


@pytest.mark.parametrize("lost", ["entry", "member", "account"])
def test_a_run_that_lost_what_it_planted_is_no_audit(
    running: RunningFarm,
    computers: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    lost: str,
) -> None:
    """Somebody tidies up while the questions are asked."""
    wiki = open_wiki(context_for(running.url, computers[0]), SLUG)

    def tidied() -> None:
        if lost == "entry":
            remove_cards(wiki)
        elif lost == "member":
            members = wiki.groups.members(MAKERS)
            wiki.groups.set({MAKERS: [name for name in members if "Temoin" not in name]})
        else:
            for account in wiki.users.all():
                if "TemoinStranger" in account.name:
                    wiki.users.delete(account.name)

    _at_question(monkeypatch, 30, tidied)
    outcome = verified(running.url, computers[0])
    assert isinstance(outcome.error, AuditBlind), outcome.error
    assert outcome.error.exit is Exit.FAILED


def test_a_leak_that_was_seen_is_told_even_if_the_sentinel_went_after(
    running: RunningFarm, computers: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = open_wiki(context_for(running.url, computers[0]), SLUG)
    open_cards(wiki)
    _at_question(monkeypatch, 60, lambda: remove_cards(wiki))
    outcome = verified(running.url, computers[0])
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    assert any("on the way" in reason for reason in outcome.audit.not_asked)


def _at_question(
    monkeypatch: pytest.MonkeyPatch, number: int, happens: Callable[[], object]
) -> None:
    asking, asked = questions.ask, [0]

    def ask(*question: object) -> object:
        asked[0] += 1
        if asked[0] == number:
            happens()
        return asking(*question)  # type: ignore[arg-type]

    monkeypatch.setattr(questions, "ask", ask)


def test_what_a_dead_computer_left_is_removed_by_another_with_a_copy(
    running: RunningFarm, computers: tuple[Path, Path]
) -> None:
    """Killed in the middle of its questions; its record counts for nothing after a while."""
    first, second = computers
    _killed(running.url, first, 40)
    wiki = open_wiki(context_for(running.url, second), SLUG)
    (record,) = wiki.runs.all()
    left = wiki.entries.of(CARDS)
    assert left
    assert [name for name in wiki.groups.members(MAKERS) if "Temoin" in name]
    own = wiki.entries.create(CARDS, card("sacha@example.org"))

    context = context_for(running.url, second)
    context.patience = 0.5
    (refused,) = verify(context, [mending()])
    assert refused.error is not None
    assert (refused.error.code, refused.error.exit) == ("locked", Exit.REFUSED)
    assert set(wiki.entries.of(CARDS)) == {*left, own}, "of a run that may be alive, nothing goes"

    wiki.runs.remove(record.run)  # as it does when it was silent: tests/engine/test_wiki_lock.py
    assert verified(running.url, second).error is None
    assert set(wiki.entries.of(CARDS)) == {own}
    assert not [name for name in wiki.groups.members(MAKERS) if "Temoin" in name]
    assert not [account for account in wiki.users.all() if "Temoin" in account.name]
    (copy,) = context.folder.joinpath("backups").glob("*sentinels*.json")
    assert all(tag in copy.read_text("utf-8") for tag in left)
    assert own not in copy.read_text("utf-8")


def test_a_run_that_was_interrupted_lets_others_in_at_once(
    running: RunningFarm, computers: tuple[Path, Path], tmp_path: Path
) -> None:
    """Two seconds may not be enough to remove what it planted: the next run does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wikifarm.operations.audit.sentinel.clean", _slow)
        _at_question(patch, 30, _interrupted)
        with pytest.raises(KeyboardInterrupt):
            verified(running.url, computers[0])
    state = snapshot(tmp_path / "farm")["wikis"][SLUG]
    assert state["triples"] == []
    assert state["entries"]
    context = context_for(running.url, computers[1])
    context.patience = 0
    (outcome,) = verify(context, [mending()])
    assert outcome.error is None, outcome.error
    assert snapshot(tmp_path / "farm")["wikis"][SLUG]["entries"] == {}


def _interrupted() -> None:
    raise KeyboardInterrupt


def _slow(_run: object, key: str = "") -> None:
    if key:
        raise KeyboardInterrupt


def test_what_a_killed_run_of_this_computer_left_is_healed_at_once(
    running: RunningFarm, computers: tuple[Path, Path], tmp_path: Path
) -> None:
    _killed(running.url, computers[0], 40)
    assert verified(running.url, computers[0]).error is None
    assert snapshot(tmp_path / "farm")["wikis"][SLUG]["triples"] == []
    folder = context_for(running.url, computers[0]).folder
    assert not list(folder.glob("backups/*sentinels*")), "the journal says that they are its own"


def _killed(url: str, folder: Path, number: int) -> None:
    """A `verify` that kills itself before its question of that number."""
    child = os.fork()
    if child == 0:
        try:
            with pytest.MonkeyPatch.context() as patch:
                _at_question(patch, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
                verify(context_for(url, folder), [mending()])
        finally:
            os._exit(1)  # never as a second pytest
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def test_what_a_person_typed_that_looks_like_an_audits_stays(
    running: RunningFarm, computers: tuple[Path, Path]
) -> None:
    wiki = open_wiki(context_for(running.url, computers[0]), SLUG)
    page, account = "WikifarmTemoinPage0123abcd", "WikifarmTemoinMember0123abcd"
    wiki.pages.save(page, "What people here have seen.", "")
    wiki.users.create(account, "sacha@example.org")
    wiki.groups.set({MAKERS: [*wiki.groups.members(MAKERS), account]})
    assert verified(running.url, computers[0]).error is None
    assert wiki.pages.read(page) is not None
    assert account in wiki.groups.members(MAKERS)
    assert account in {known.name for known in wiki.users.all()}


def test_an_unchanged_community_is_applied_without_a_word_to_anybody(
    running: RunningFarm, computers: tuple[Path, Path]
) -> None:
    context = context_for(running.url, computers[1])
    (outcome,) = apply(context, [mending()], audit=False)
    assert outcome.status == "unchanged"
    assert outcome.post == len(["login to the farm", "login to the wiki"])


def test_a_record_that_could_not_be_removed_is_said_and_goes_with_the_next_run(
    running: RunningFarm, computers: tuple[Path, Path], tmp_path: Path
) -> None:
    """The next run has nothing else to do, and would not have said that it works there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunRecords, "remove", _silent)
        outcome = verified(running.url, computers[0])
    assert isinstance(outcome.error, Unreachable)
    assert len(snapshot(tmp_path / "farm")["wikis"][SLUG]["triples"]) == 1
    (outcome,) = apply(context_for(running.url, computers[0]), [mending()], audit=False)
    assert (outcome.error, outcome.status) == (None, "unchanged")
    assert snapshot(tmp_path / "farm")["wikis"][SLUG]["triples"] == []


def _silent(*_arguments: object) -> None:
    raise Unreachable("no answer came")


def test_a_verify_asks_few_requests_more_to_work_alone(
    running: RunningFarm, computers: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("all", "add", "remove"):
        _counted(monkeypatch, name, asked)
    assert verified(running.url, computers[0]).error is None
    assert asked == ["add", "all", "remove"]


def _counted(monkeypatch: pytest.MonkeyPatch, name: str, asked: list[str]) -> None:
    asking = getattr(RunRecords, name)

    def ask(*arguments: object) -> object:
        asked.append(name)
        return asking(*arguments)

    monkeypatch.setattr(RunRecords, name, ask)
