"""Several communities at once: order, failures, what stops the others, and what is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest

from tests.operations.conftest import a_community, context_for, form_of_people, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import LeakFound, Unreachable, WriteRefused
from wikifarm.operations.apply import apply
from wikifarm.operations.community.batch import Threads, each
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Audit
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context, Silence
from wikifarm.rehearsal import snapshot
from wikifarm.yeswiki.wiki_settings import WikiSettings

NOWHERE = "http://127.0.0.1:9/"


def some(count: int) -> list[Community]:
    return [a_community(f"commune{number}") for number in range(count)]


def at_once(tmp_path: Path, jobs: int, url: str = NOWHERE) -> Context:
    context = context_for(url, tmp_path)
    context.farm._wikis = {}  # nothing is asked of a farm here
    context.jobs = jobs
    return context


@pytest.mark.parametrize("jobs", [1, 3, 8])
def test_outcomes_come_in_the_order_of_the_file(jobs: int, tmp_path: Path) -> None:
    communities = some(6)
    most, going, turn = 0, 0, threading.Lock()

    def last_first(run: CommunityRun) -> None:
        nonlocal most, going
        with turn:
            going += 1
            most = max(most, going)
        time.sleep(0.05 * (6 - communities.index(run.community)))
        with turn:
            going -= 1

    outcomes = each(at_once(tmp_path, jobs), communities, last_first)
    assert [outcome.slug for outcome in outcomes] == [one.slug for one in communities]
    assert most == min(jobs, 6)


@pytest.mark.parametrize("jobs", [1, 4])
def test_the_failure_of_one_stops_no_other_and_a_defect_is_its_own(
    jobs: int, tmp_path: Path
) -> None:
    def odd(run: CommunityRun) -> None:
        if run.community.slug == "commune1":
            raise WriteRefused("non")
        if run.community.slug == "commune2":
            raise ZeroDivisionError

    outcomes = each(at_once(tmp_path, jobs), some(5), odd)
    assert [outcome.error is None for outcome in outcomes] == [True, False, False, True, True]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_other_starts_after_too_many_failures(jobs: int, tmp_path: Path) -> None:
    begun: list[str] = []

    def fails(run: CommunityRun) -> None:
        begun.append(run.community.slug)
        time.sleep(0.02)
        raise WriteRefused("non")

    outcomes = each(at_once(tmp_path, jobs), some(20), fails, max_failures=2)
    assert 3 <= len(begun) <= 3 + jobs
    assert len(outcomes) == len(begun)


def test_a_leak_in_the_first_of_a_kind_stops_the_rest(tmp_path: Path) -> None:
    begun: list[str] = []
    communities = [replace(each, language="fr") for each in some(4)]

    def leaks(run: CommunityRun) -> None:
        begun.append(run.community.slug)
        raise LeakFound("vue")

    (outcome,) = each(at_once(tmp_path, 4), communities, leaks, kind=lambda one: one.language)
    assert begun == ["commune0"]
    assert len(outcome.notes) == 1
    assert "3" in outcome.notes[0]
    begun.clear()
    (alone,) = each(at_once(tmp_path, 4), communities[:1], leaks, kind=lambda one: one.language)
    assert alone.notes == []


def test_the_first_of_each_kind_goes_first_and_the_others_follow(tmp_path: Path) -> None:
    begun: list[str] = []
    communities = some(5)
    kinds = dict(zip((one.slug for one in communities), "aabba", strict=True))
    outcomes = each(
        at_once(tmp_path, 1),
        communities,
        lambda run: begun.append(run.community.slug),
        kind=lambda one: kinds[one.slug],
    )
    assert begun == ["commune0", "commune2", "commune1", "commune3", "commune4"]
    assert [outcome.slug for outcome in outcomes] == [one.slug for one in communities]


def test_a_farm_that_does_not_answer_is_asked_once_for_all(tmp_path: Path) -> None:
    context = context_for(NOWHERE, tmp_path)
    context.jobs = 4
    outcomes = plan(context, some(6))
    assert {type(outcome.error) for outcome in outcomes} == {Unreachable}
    assert len({id(outcome.error) for outcome in outcomes}) == 1


def test_an_interrupt_stops_the_others_at_their_next_word(tmp_path: Path) -> None:
    ended: list[str] = []

    def works(run: CommunityRun) -> None:
        if run.community.slug == "commune0":
            raise KeyboardInterrupt
        try:
            for _step in range(500):
                run.progress("pages")
                time.sleep(0.01)
        finally:
            ended.append(run.community.slug)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        each(at_once(tmp_path, 3), some(9), works)
    assert time.monotonic() - started < 2
    assert sorted(ended) == ["commune1", "commune2"]


def test_tasks_start_in_order_and_all_are_done() -> None:
    begun: list[int] = []

    def task(number: int) -> Callable[[], bool]:
        def do() -> bool:
            begun.append(number)
            return True

        return do

    assert Threads(3).run([task(number) for number in range(50)], threading.Event())
    assert sorted(begun) == list(range(50))


def test_each_community_counts_its_own_requests_and_the_farm_is_entered_once(
    tmp_path: Path,
) -> None:
    communities = some(4)
    with start_farm(tmp_path / "farm") as farm:
        context = context_for(farm.url, tmp_path)
        context.jobs = 4
        made = apply(context, communities, audit=False)
        assert [(one.error, one.status) for one in made] == [(None, "created")] * 4
        before = snapshot(tmp_path / "farm")
        again = context_for(farm.url, tmp_path)
        again.jobs = 4
        outcomes = apply(again, communities, audit=False)
        assert snapshot(tmp_path / "farm") == before
    assert [one.status for one in outcomes] == ["unchanged"] * 4
    assert {(one.get, one.post) for one in outcomes} == {(4, 0)}
    traffic = again.network.traffic
    assert (traffic.get, traffic.post) == (4 * 4, 0)
    total = sum(one.get + one.post for one in made)
    asked = context.network.traffic.get + context.network.traffic.post
    assert total <= asked <= total + 4  # those are the farm's, before any community


def test_the_contact_of_the_farm_is_asked_once_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read = WikiSettings.all

    def counted(self: WikiSettings) -> dict[str, str]:
        asked.append(self._session.addresses.base)
        return read(self)

    monkeypatch.setattr(WikiSettings, "all", counted)
    with start_farm(tmp_path / "farm") as farm:
        context = context_for(farm.url, tmp_path)
        context.jobs = 4
        made = apply(context, some(4), audit=False)
        assert [each.status for each in made] == ["created"] * 4
        assert asked.count(farm.url) == 1


@pytest.mark.parametrize("hours", [-30, 30 * 24 + 1])
def test_a_clock_that_jumps_in_the_middle_of_a_batch_makes_nothing_twice(
    hours: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    communities, jumped = some(3), threading.Event()

    def shift() -> timedelta:
        return timedelta(hours=hours if jumped.is_set() else 0)

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + shift()

    modules = ("engine.audited", "engine.journal", "engine.lock", "operations.community.caution")
    for module in modules:
        monkeypatch.setattr(f"wikifarm.{module}.datetime", Jumping)
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + shift().total_seconds())
    monkeypatch.setattr("wikifarm.engine.wiki_lock.time", time.time)

    class Jump(Silence):
        def __call__(self, slug: str, what: str) -> None:
            if (slug, what) == ("commune1", "pages"):
                jumped.set()

    with start_farm(tmp_path / "farm") as farm:
        context = context_for(farm.url, tmp_path)
        context.jobs, context.progress = 2, Jump()
        made = apply(context, communities, canary=True)
        assert jumped.is_set()
        assert [(one.error, one.status) for one in made] == [(None, "created")] * 3
        before = snapshot(tmp_path / "farm")
        assert sorted(filter(None, before["wikis"])) == ["commune0", "commune1", "commune2"]
        again = apply(context_for(farm.url, tmp_path), communities, audit=False)
        assert [one.status for one in again] == ["unchanged"] * 3
        assert snapshot(tmp_path / "farm") == before


def test_with_a_canary_only_the_first_of_a_kind_is_verified(tmp_path: Path) -> None:
    communities = some(2)
    with start_farm(tmp_path / "farm") as farm:

        def applied(*, canary: bool) -> list[tuple[str, bool, bool, str]]:
            context = context_for(farm.url, tmp_path)
            outcomes = apply(context, communities, canary=canary)
            context.close()
            return [
                (one.status, one.audit is not None, bool(one.audited), one.unverified)
                for one in outcomes
            ]

        assert applied(canary=True) == [("created", True, False, ""),
                                        ("created", False, False, "canary")]  # fmt: skip
        # What is verified later is; what stands is not asked again, whatever the scope.
        assert applied(canary=False)[1][1:] == (True, False, "")
        assert applied(canary=True) == [("unchanged", False, True, "")] * 2


def test_a_canary_that_fails_spares_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one that was verified, the next of its kind is."""
    audited = []

    def applied(run: CommunityRun, *, audit: bool, **_given: object) -> None:
        if run.community.slug == "commune0":
            raise WriteRefused("no")
        audited.append((run.community.slug, audit))
        run.outcome.audit = Audit(probes=1) if audit else None
        run.outcome.unverified = "" if audit else "none"

    monkeypatch.setattr("wikifarm.operations.apply.apply_found", applied)
    monkeypatch.setattr(CommunityRun, "find", lambda _run: None)
    outcomes = apply(at_once(tmp_path, 1), some(4), canary=True)
    assert audited == [("commune1", True), ("commune2", False), ("commune3", False)]
    assert [one.unverified for one in outcomes] == ["", "", "canary", "canary"]


def test_one_that_was_opened_by_hand_is_not_spared(tmp_path: Path) -> None:
    communities = some(3)
    with start_farm(tmp_path / "farm") as farm:
        apply(context_for(farm.url, tmp_path), communities, audit=False)
        wiki = open_wiki(context_for(farm.url, tmp_path), communities[2].slug)
        wiki.groups.set({"animation": (*wiki.groups.members("animation"), "Mallory")})
        context = context_for(farm.url, tmp_path)
        asked = [replace(each, contact="aide@example.org") for each in communities]
        outcomes = apply(context, asked, canary=True, caution=lambda _planned: True)
        context.close()
        told = [(one.audit is not None, one.unverified) for one in outcomes]
        assert told == [(True, ""), (False, "canary"), (True, "")]
        # Even where nothing else is to be written; and the plan says so. A form about people that
        # somebody made open counts as one that they opened.
        wiki = open_wiki(context_for(farm.url, tmp_path), communities[1].slug)
        wiki.forms.save({"301": form_of_people("301", "*")})
        planned = plan(context_for(farm.url, tmp_path), asked, canary=True)
        context = context_for(farm.url, tmp_path)
        outcomes = apply(context, asked, canary=True, caution=lambda _planned: True)
        context.close()
    assert [one.status for one in planned] == ["unchanged", "planned", "unchanged"]
    assert [type(one.error) for one in outcomes] == [type(None), LeakFound, type(None)]
    assert [(one.audit is not None, one.unverified) for one in outcomes] == [
        (False, ""), (True, ""), (False, ""),
    ]  # fmt: skip


def test_those_to_make_have_a_canary_of_their_own(tmp_path: Path) -> None:
    stands, *others = some(3)
    with start_farm(tmp_path / "farm") as farm:
        for communities in ([stands], [stands, *others]):
            context = context_for(farm.url, tmp_path)
            outcomes = apply(context, communities, canary=True, caution=lambda _planned: True)
            context.close()
    told = [(one.status, one.audit is not None, one.unverified) for one in outcomes]
    assert told == [("unchanged", False, ""), ("created", True, ""), ("created", False, "canary")]


@pytest.mark.parametrize(("admission", "writing"), [("open", "connected"), ("two-step", "open")])
def test_a_community_with_other_rights_is_of_another_kind(
    admission: str, writing: str, tmp_path: Path
) -> None:
    first, second = some(2)
    with start_farm(tmp_path / "farm") as farm:
        context = context_for(farm.url, tmp_path)
        other = replace(second, admission=admission, writing=writing)
        outcomes = apply(context, [first, other], canary=True)
        context.close()
    assert [(one.error, one.audit is not None) for one in outcomes] == [(None, True)] * 2


def test_the_next_of_its_kind_goes_first_where_the_first_failed(tmp_path: Path) -> None:
    begun: list[str] = []

    def leaks(run: CommunityRun) -> None:
        begun.append(run.community.slug)
        raise LeakFound("vue") if len(begun) == 2 else WriteRefused("non")

    each(at_once(tmp_path, 4), some(5), leaks, kind=lambda one: one.language)
    assert begun == ["commune0", "commune1"]


def test_an_audit_that_left_something_out_spares_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audits = [Audit(), Audit(probes=1, not_asked=("a form",)), Audit(probes=1), None]
    came = iter(audits)

    def applied(run: CommunityRun, *, audit: bool, **_given: object) -> None:
        run.outcome.audit = next(came)
        assert audit is (run.outcome.audit is not None)
        run.outcome.unverified = "" if audit else "none"

    monkeypatch.setattr("wikifarm.operations.apply.apply_found", applied)
    monkeypatch.setattr(CommunityRun, "find", lambda _run: None)
    outcomes = apply(at_once(tmp_path, 1), some(4), canary=True)
    assert [one.audit for one in outcomes] == audits
    assert [one.unverified for one in outcomes] == ["", "", "", "canary"]


def test_a_pause_stands_between_communities_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    context = at_once(tmp_path, 1)
    started = time.monotonic()
    each(context, some(3), lambda _run: None, pause=0.2)
    assert time.monotonic() - started >= 0.4
    context.stopping.set()
    started = time.monotonic()
    each(context, some(1), lambda _run: None, pause=30.0)
    assert time.monotonic() - started < 5
