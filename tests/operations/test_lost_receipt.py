"""A receipt that people removed, edited or put back: their work stays, as the plan says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import writes
from wikifarm.errors import NotOurs
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.new_community import new_community
from wikifarm.operations.plan import plan
from wikifarm.operations.status import status
from wikifarm.operations.workplace.context import Silence
from wikifarm.rehearsal import snapshot
from wikifarm.transport import Transport
from wikifarm.yeswiki.wiki import Wiki

OURS = "PartageSincere"  # a page that people wrote anew
FORM_OF_PEOPLE = {
    "bn_id_nature": "2", "bn_label_nature": "Agenda", "bn_description": "", "bn_condition": "",
    "bn_template": "texte***bf_titre***Nom***60***255*** *** ***text***1*** *** *** *** *** ***\n",
    "bn_sem_context": "", "bn_sem_type": "", "bn_sem_use_template": "1", "bn_ce_i18n": "fr-FR",
    "bn_only_one_entry": "N", "bn_only_one_entry_message": "",
}  # fmt: skip


@dataclass
class Lived:
    """A community that was made, then lived in."""

    fresh: Fresh
    community: Community
    wiki: Wiki
    begun: str  # the first receipt, as the history of its page keeps it

    def lose(self, way: str) -> None:
        pages = self.wiki.pages
        if way == "removed":
            pages.delete(receipts.TAG)
            return
        page = pages.read(receipts.TAG)
        assert page is not None
        pages.save(receipts.TAG, self.begun, page.revision)

    def apply(self) -> CommunityOutcome:
        return whole(apply(self.fresh(), [self.community], audit=False))

    def holds(self) -> dict[str, Any]:
        bodies = {
            tag: page.body for tag, page in self.wiki.pages.all().items() if tag != receipts.TAG
        }
        return {
            "pages": bodies,
            "forms": self.wiki.forms.all(),
            "entries": self.wiki.entries.of("2"),
            "groups": self.wiki.groups.all(),
        }


def whole(outcomes: list[CommunityOutcome]) -> CommunityOutcome:
    (outcome,) = outcomes
    assert outcome.error is None, outcome.error
    return outcome


@pytest.fixture
def lived(fresh: Fresh, rennes: Community) -> Lived:
    begun: list[str] = []

    class Watch(Silence):
        def __call__(self, slug: str, what: str) -> None:
            if what == "accounts":  # the first step: the receipt has just been begun
                page = open_wiki(fresh(), "rennes").pages.read(receipts.TAG)
                begun.append(page.body if page else "")

    context = fresh()
    context.progress = Watch()
    whole(apply(context, [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read(OURS)
    assert page is not None
    wiki.pages.save(OURS, "Nos mots.", page.revision)
    wiki.pages.save("SaisirAgenda", "Notre page.", "")
    wiki.forms.save({"2": FORM_OF_PEOPLE})
    wiki.entries.create("2", {"bf_titre": "La fête du village"})
    charter = wiki.forms.all()["104"]
    changed = {
        **FORM_OF_PEOPLE,
        "bn_id_nature": "104",
        "bn_label_nature": charter.label,
        "bn_template": charter.template + FORM_OF_PEOPLE["bn_template"].replace("titre", "plus"),
    }
    wiki.forms.save({"104": changed})
    whole(apply(fresh(), [rennes], audit=False))
    return Lived(fresh, rennes, wiki, begun[0])


@pytest.mark.parametrize("way", ["removed", "put back"])
def test_apply_keeps_all_that_people_wrote_as_the_plan_says(lived: Lived, way: str) -> None:
    lived.lose(way)
    before = lived.holds()
    planned = whole(plan(lived.fresh(), [lived.community], audit=False))
    assert writes(planned.planned) == []
    assert sorted(planned.kept) == ["forms:104", f"pages:{OURS}"]
    outcome = lived.apply()
    assert lived.holds() == before
    assert sorted(outcome.kept) == sorted(planned.kept)
    assert outcome.status == "unchanged"
    assert outcome.notes == planned.notes
    assert "is kept" in outcome.notes[0]
    again = lived.apply()
    assert (again.status, again.kept) == ("unchanged", outcome.kept)
    (told,) = again.notes
    assert "that lets outsiders in: 2, 104." in told
    assert lived.holds() == before


def test_a_person_decides_page_by_page(lived: Lived) -> None:
    lived.lose("removed")
    lived.apply()
    lived.wiki.pages.delete(OURS)
    assert lived.apply().status == "updated"
    page = lived.wiki.pages.read(OURS)
    assert page is not None
    assert page.body != "Nos mots."


def test_another_computer_touches_nothing_without_a_receipt(lived: Lived, tmp_path: Path) -> None:
    lived.lose("removed")
    before = snapshot(tmp_path / "farm")
    there = context_for(lived.fresh().settings.url, tmp_path / "there")
    there.vault.keep("rennes", lived.fresh().vault.get("rennes"))
    (outcome,) = apply(there, [lived.community], audit=False)
    # The farm's entry says that wikifarm made it, not for whom.
    assert isinstance(outcome.error, NotOurs)
    assert snapshot(tmp_path / "farm") == before


def test_a_new_community_does_not_take_over_a_wiki_without_a_receipt(lived: Lived) -> None:
    lived.lose("removed")
    before = lived.holds()
    outcome = new_community(lived.fresh(), lived.community, audit=False)
    assert isinstance(outcome.error, NotOurs)
    assert "apply" in outcome.error.hint
    assert lived.holds() == before


def test_a_receipt_that_cannot_be_read_stops_its_community_alone(lived: Lived) -> None:
    other = a_community("brest")
    whole(apply(lived.fresh(), [other], audit=False))
    page = lived.wiki.pages.read(receipts.TAG)
    assert page is not None
    lived.wiki.pages.save(
        receipts.TAG, '%%\n{"community": "a", "slug": "b", "name": "c", "pages": 5}\n%%',
        page.revision,
    )  # fmt: skip
    for verb in (plan, lambda *given: apply(*given, audit=False)):
        bad, good = verb(lived.fresh(), [lived.community, other])
        assert isinstance(bad.error, NotOurs)
        assert good.error is None
    states = status(lived.fresh()).outcome.as_json()["states"]
    assert [state["state"] for state in states] == ["not-ours", "in-place"]
    before = lived.holds()
    lived.wiki.pages.delete(receipts.TAG)  # as the hint says
    assert lived.apply().status == "unchanged"
    assert lived.holds() == before


class Dying(Transport):
    """Kills this process before the first request that `says`."""

    def __init__(self, says: Callable[[httpx.Request], bool]) -> None:
        self._says = says
        self._connections = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._says(request):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._connections.handle_request(request)


def test_after_a_creation_that_was_cut_the_plan_says_what_apply_does(tmp_path: Path) -> None:
    """Case 08: the wiki answers, and nothing was written in it yet."""
    community = a_community()

    def first_write(request: httpx.Request) -> bool:
        return request.method == "POST" and "edit" in str(request.url)

    with start_farm(tmp_path / "farm") as farm:
        child = os.fork()
        if child == 0:
            context = context_for(farm.url, tmp_path, transport=Dying(first_write))
            apply(context, [community], audit=False)
            os._exit(1)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        planned = whole(plan(context_for(farm.url, tmp_path), [community]))
        outcome = whole(apply(context_for(farm.url, tmp_path), [community], audit=False))
    told = {change.id: change.action for change in planned.planned if change.step != "rights"}
    done = {each.change.id: each.change.action for each in reversed(outcome.steps)
            if each.change.step != "rights"}  # fmt: skip
    assert told == done
    assert told.keys() >= {"pages:PagePrincipale", "tidy:form 1"}
    assert (planned.kept, outcome.kept) == ([], [])
    (note,) = planned.notes
    assert "was cut" in note
    assert outcome.status == "created"
