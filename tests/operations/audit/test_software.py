"""A wiki with known holes is not called private: by a sentence, or by the exit status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.conftest import PASSWORD, a_community, context_for
from wikifarm.advisories.catalogue import shipped
from wikifarm.advisories.verdict import Verdict, judge
from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint
from wikifarm.errors import Exit
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunitiesOutcome, CommunityOutcome, envelope
from wikifarm.operations.status import status
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.result import Envelope

KNOWN = shipped()
HOLED, CLEAR, UNKNOWN = (judge(KNOWN, "yeswiki", version) for version in ("4.5.0", "4.6.7", ""))


def outcomes(**verdicts: Verdict) -> list[CommunityOutcome]:
    return [
        CommunityOutcome(slug, slug, status="unchanged", software=[verdict])
        for slug, verdict in verdicts.items()
    ]


def test_wikis_of_which_the_same_is_true_share_a_warning() -> None:
    told = envelope("verify", outcomes(brest=HOLED, lannion=CLEAR, rennes=HOLED, vannes=UNKNOWN))
    assert told.exit == Exit.DONE
    assert told.errors == ()
    holed, unknown = told.messages
    assert holed == f"brest, rennes: {HOLED.sentence('en')}"
    assert unknown == f"vannes: {UNKNOWN.sentence('en')}"


@pytest.mark.parametrize(("verdict", "exit_"), [(HOLED, 6), (UNKNOWN, 6), (CLEAR, 0)])
def test_strict_is_an_exit_of_six_for_a_hole_and_for_what_is_not_known(
    verdict: Verdict, exit_: int
) -> None:
    told = envelope("verify", outcomes(rennes=verdict), strict=True)
    assert told.exit == exit_
    assert [error.code for error in told.errors] == ["known-holes"] * bool(exit_)
    assert told.messages == ()


@pytest.mark.parametrize(
    ("verdict", "word"), [(HOLED, "looked at"), (UNKNOWN, "looked at"), (CLEAR, "verified")]
)
def test_verified_is_not_said_of_a_wiki_with_holes(verdict: Verdict, word: str) -> None:
    told = Envelope("verify", outcome=CommunitiesOutcome(tuple(outcomes(rennes=verdict))))
    assert f"rennes ({word})" in answer(told, Paint(on=False))


@pytest.fixture(params=["4.4.4", "4.6.7"])
def farm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningFarm]:
    settings = RehearsalSettings(tmp_path / "farm", password=PASSWORD, release=request.param)
    with RunningFarm(settings) as running:
        yield running


def test_each_command_tells_it_where_people_look(farm: RunningFarm, tmp_path: Path) -> None:
    context = context_for(farm.url, tmp_path)
    (outcome,) = apply(context, [a_community()], audit=False)
    (verdict,) = outcome.software
    assert verdict.version == farm.settings.release
    holed = verdict.standing == "holes"
    french = verdict.sentence("fr")
    for path in (Path(outcome.checklist), Path(outcome.checklist).with_suffix(".md")):
        assert (french.split(" (")[0] in path.read_text("utf-8")) is holed
    seen = status(context)
    context.close()
    assert bool(seen.messages) is holed
    (state,) = seen.data["states"]
    assert state["software"][0]["standing"] == verdict.standing
    assert bool(state["software"][0]["advisories"]) is holed
