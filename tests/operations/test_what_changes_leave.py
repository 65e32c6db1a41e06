"""What a manifest that changed does beyond its wiki and leaves there; a run that was cut too."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from tests.operations.conftest import Fresh, context_for
from tests.operations.deaths import Mortal, born, died
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.errors import KeptForGood
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm


def done(context: Context, community: Community) -> CommunityOutcome:
    (outcome,) = apply(context, [community], audit=False)
    assert outcome.error is None, outcome.error.message
    return outcome


def test_another_name_is_the_farm_s_too_with_one_write_when_it_differs(
    fresh: Fresh, rennes: Community
) -> None:
    done(fresh(), rennes)
    other = replace(rennes, name="Rennes & l'Ille")
    (planned,) = plan(fresh(), [other])
    assert planned.status == "planned" and any("Rennes & l'Ille" in each for each in planned.notes)
    applied = done(fresh(), other)
    assert applied.status == "updated" and any("it now says" in each for each in applied.notes)
    entry = fresh().farm.known("rennes")
    assert entry is not None and entry.title == "Rennes & l'Ille"
    assert entry.mark == fresh().journal.mark_of("rennes")
    rows = fresh().farm.session.api_json("forms/1100/entries")
    assert unescape(rows[entry.entry]["bf_referent"]).endswith("Rennes & l'Ille")
    again = done(fresh(), other)
    assert (again.status, again.get, again.post) == ("unchanged", 4, 0)


def test_another_address_of_one_name_is_told_as_perhaps_one_person(
    fresh: Fresh, rennes: Community
) -> None:
    done(fresh(), rennes)
    first, *others = rennes.facilitators
    moved = replace(rennes, facilitators=(replace(first, email="autre@example.org"), *others))
    (planned,) = plan(fresh(), [moved], audit=False)
    assert any("CamilleG and CamilleG2 have the same name" in note for note in planned.notes)
    # Somebody of another name is not.
    new = replace(rennes, facilitators=(*rennes.facilitators, Facilitator("Zoé Ar", "z@b.org")))
    (planned,) = plan(fresh(), [new], audit=False)
    assert not any("have the same name" in note for note in planned.notes)


def test_a_title_that_somebody_gave_in_the_farm_s_list_stays(
    fresh: Fresh, rennes: Community
) -> None:
    done(fresh(), rennes)
    farm = fresh().farm
    entry = farm.known("rennes")
    assert entry is not None
    ours = {"bf_titre": rennes.name}
    farm.retell(entry, ours, {"bf_titre": "Le wiki de Camille"})
    done(fresh(), replace(rennes, name="Autrement"))
    kept = fresh().farm.known("rennes")
    assert kept is not None and kept.title == "Le wiki de Camille"


@pytest.mark.parametrize("stays", [False, True])
def test_what_becomes_of_somebody_who_facilitates_no_more_is_said(
    stays: bool, fresh: Fresh, rennes: Community
) -> None:
    done(fresh(), rennes)
    if stays:
        wiki = open_wiki(fresh(), "rennes")
        members = wiki.groups.members("participants")
        wiki.groups.set({"participants": [*members, "CamilleG"]})
    other = replace(rennes, facilitators=rennes.facilitators[1:])
    (planned,) = plan(fresh(), [other])
    applied = done(fresh(), other)
    (told,) = (note for note in planned.notes if "CamilleG" in note)
    assert told in applied.notes and ("as a participant" in told) is stays
    wiki = open_wiki(fresh(), "rennes")
    assert "CamilleG" in {account.name for account in wiki.users.all()}
    assert "CamilleG" not in wiki.groups.members("animation")
    assert not any("CamilleG" in note for note in done(fresh(), other).notes)


def test_another_address_under_the_same_name_is_refused(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    here = replace(rennes, source=str(tmp_path / "rennes.yml"))
    done(fresh(), here)
    moved = replace(here, slug="pays-rennais")
    for refused in (*plan(fresh(), [moved]), *apply(fresh(), [moved], audit=False)):
        assert isinstance(refused.error, KeptForGood) and "“rennes”" in refused.error.message
    assert fresh().farm.known("pays-rennais") is None
    # Another manifest, another name, or both in one file: another community.
    for other in (replace(moved, source="x.yml"), replace(moved, name="Pays rennais")):
        assert plan(fresh(), [other])[0].error is None
    assert [each.error for each in plan(fresh(), [here, moved])] == [None, None]


def test_a_run_cut_short_knows_its_own_whatever_the_manifest_says_then(
    fresh: Fresh, rennes: Community, tmp_path: Path, running: RunningFarm
) -> None:
    done(fresh(), rennes)
    zoe = Facilitator("Zoé D", "zoe@example.org")
    second = replace(rennes, contact="a@example.org", facilitators=(*rennes.facilitators, zoe),
                     modules=rennes.modules - {Module.MAP, Module.AGENDA})  # fmt: skip
    third = replace(rennes, contact="b@example.org", modules=rennes.modules - {Module.MINUTES})
    for k in range(1, 200, 9):
        mortal = Mortal(k, reads=False)
        dying = context_for(running.url, tmp_path, transport=mortal)
        if not died(born(mortal, lambda: done(dying, second).error is None)):  # noqa: B023 - now
            break
        (planned,) = plan(fresh(), [third])
        assert planned.error is None and planned.kept == [], (k, planned.kept)
        # What one run does, the next undoes: each kill starts from the same wiki.
        assert done(fresh(), rennes).kept == []
        assert "ZoeD" not in open_wiki(fresh(), "rennes").groups.members("animation")
    assert k > 30
