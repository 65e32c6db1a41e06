"""A creation cut before anything was written, and its computer lost: another one goes on with it,
unless somebody was in that wiki meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations.conftest import context_for
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine import receipt as receipts
from wikifarm.errors import NotOurs
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import make_site
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS, RunningFarm, snapshot
from wikifarm.yeswiki.wiki import Wiki

from .conftest import start_farm

Meanwhile = Callable[[Wiki], object]


def cut(url: str, folder: Path, community: Community) -> tuple[Wiki, Context]:
    """The wiki as the farm made it for a computer that is lost, and the computer that goes on."""
    lost = context_for(url, folder / "lost")
    wiki, _mark = make_site(lost, community)
    other = context_for(url, folder / "other")
    other.vault.keep(community.slug, lost.vault.get(community.slug))
    return wiki, other


@pytest.mark.parametrize("dialect", DIALECTS)
def test_another_computer_finishes_what_was_only_made(
    dialect: str, tmp_path: Path, rennes: Community
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:
        _wiki, other = cut(farm.url, tmp_path, rennes)
        (outcome,) = apply(other, [rennes], audit=False)
        assert (outcome.error, outcome.status) == (None, "created")
        (again,) = apply(other, [rennes], audit=False)
        assert (again.error, again.status) == (None, "unchanged")


def test_a_receipt_cut_before_it_said_anything_is_in_nobodys_way(
    running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    wiki, other = cut(running.url, tmp_path, rennes)
    wiki.pages.save(receipts.TAG, receipts.EMPTY, "")
    (outcome,) = apply(other, [rennes], audit=False)
    assert (outcome.error, outcome.status) == (None, "created")


def edited(wiki: Wiki) -> None:
    page = wiki.pages.all()["PagePrincipale"]
    wiki.pages.save("PagePrincipale", "Bienvenue chez nous", page.revision)


def signed_up(wiki: Wiki) -> None:
    assert wiki.visitor().session.sign_up("Sacha", "sacha@example.org", "MotDePasse123")


def written(wiki: Wiki) -> None:
    wiki.visitor().pages.save("PageDeSacha", "Bonjour", "")


@pytest.mark.parametrize("meanwhile", [edited, signed_up, written])
def test_a_wiki_in_which_somebody_was_is_left_alone(
    running: RunningFarm, tmp_path: Path, rennes: Community, meanwhile: Meanwhile
) -> None:
    wiki, other = cut(running.url, tmp_path, rennes)
    meanwhile(wiki)
    before = snapshot(tmp_path / "farm")
    (outcome,) = apply(other, [rennes], audit=False)
    assert isinstance(outcome.error, NotOurs), outcome.error
    assert snapshot(tmp_path / "farm") == before


def test_a_wiki_that_wikifarm_did_not_ask_for_is_left_alone(
    running: RunningFarm, tmp_path: Path, rennes: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made by hand under that address, by whoever has its password."""
    monkeypatch.setattr("wikifarm.operations.community.site.secrets.token_hex", lambda _size: "")
    _wiki, other = cut(running.url, tmp_path, rennes)
    before = snapshot(tmp_path / "farm")
    (outcome,) = apply(other, [rennes], audit=False)
    assert isinstance(outcome.error, NotOurs), outcome.error
    assert snapshot(tmp_path / "farm") == before
