"""A wiki that another computer made: this one goes on where the receipt proves whose it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.conftest import context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine import receipt as receipts
from wikifarm.errors import BadCredentials, NotOurs
from wikifarm.operations.adopt import AdoptedWiki, adopt
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.adopt_by_hand import Inspection
from wikifarm.operations.describe import Wishes
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS, RunningFarm, snapshot
from wikifarm.result import Envelope
from wikifarm.yeswiki.wiki import Wiki


def made(url: str, folder: Path, community: Community, *, audit: bool = False) -> Context:
    """The computer that made its wiki."""
    first = context_for(url, folder / "first")
    (outcome,) = apply(first, [community], audit=audit)
    assert outcome.error is None
    return first


def second(url: str, folder: Path) -> Context:
    return context_for(url, folder / "second")


def taken(context: Context, slug: str = "rennes") -> Envelope:
    return adopt(context, slug, Wishes(), look=lambda: Inspection.RIGHTS)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_another_computer_goes_on_and_finds_nothing_to_change(
    dialect: str, tmp_path: Path, rennes: Community
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:
        first = made(farm.url, tmp_path, rennes, audit=True)
        before = snapshot(tmp_path / "farm")
        other = second(farm.url, tmp_path)
        other.ask = lambda _question: first.vault.kept("rennes")
        told = taken(other).outcome
        assert isinstance(told, AdoptedWiki)
        assert (told.name, told.complete, told.manifest) == (rennes.name, True, "")
        assert snapshot(tmp_path / "farm") == before

        other = second(farm.url, tmp_path)
        assert other.journal.mark_of("rennes") == first.journal.mark_of("rennes")
        (planned,) = plan(other, [rennes])
        assert (planned.error, planned.status) == (None, "unchanged")
        (applied,) = apply(other, [rennes])
        assert (applied.error, applied.status) == (None, "unchanged")
        assert taken(other).outcome == told

        sheet = other.places.communities / "bretagne.csv"
        sheet.parent.mkdir(parents=True)
        sheet.write_text("slug,name,facilitators\nrennes,Rennes,ana@example.org\n", "utf-8")
        again = taken(other).outcome
        assert isinstance(again, AdoptedWiki) and again.manifest == str(sheet)


def test_a_password_given_is_kept_once_it_was_tried(
    running: RunningFarm, tmp_path: Path, rennes: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = made(running.url, tmp_path, rennes).vault.kept("rennes")
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", "Faux123")
    with pytest.raises(BadCredentials):
        taken(second(running.url, tmp_path))
    assert second(running.url, tmp_path).vault.kept("rennes") == ""
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", password)
    taken(second(running.url, tmp_path))
    assert second(running.url, tmp_path).vault.kept("rennes") == password


def test_without_its_password_nothing_is_kept_and_the_cure_is_named(
    running: RunningFarm, tmp_path: Path, rennes: Community
) -> None:
    made(running.url, tmp_path, rennes)
    with pytest.raises(NotOurs) as caught:
        taken(second(running.url, tmp_path))
    assert "credentials rennes --set" in caught.value.hint
    with pytest.raises(NotOurs, match="There is no wiki"):
        taken(second(running.url, tmp_path), "nowhere")


def removed(wiki: Wiki) -> None:
    wiki.pages.delete(receipts.TAG)


def cut(wiki: Wiki) -> None:
    saved(wiki, "nothing")


def of_another(wiki: Wiki) -> None:
    body = wiki.pages.all()[receipts.TAG].body
    saved(wiki, body.replace('"slug": "rennes"', '"slug": "brest"'))


def of_another_community(wiki: Wiki) -> None:
    body = wiki.pages.all()[receipts.TAG].body
    receipt = receipts.from_page(body)
    assert receipt is not None
    saved(wiki, body.replace(receipt.community, "0123456789abcdef"))


def by_hand(wiki: Wiki) -> None:
    """By another administrator."""
    body = wiki.pages.all()[receipts.TAG].body
    person = wiki.visitor()
    assert person.session.sign_up("Sacha", "sacha@example.org", "MotDePasse123")
    wiki.groups.set({"admins": [wiki.account, "Sacha"]})
    person.pages.save(receipts.TAG, f"{body}\nBonjour", wiki.pages.all()[receipts.TAG].revision)


def saved(wiki: Wiki, body: str) -> None:
    wiki.pages.save(receipts.TAG, body, wiki.pages.all()[receipts.TAG].revision)


@pytest.mark.parametrize("spoil", [removed, cut, of_another, of_another_community, by_hand])
def test_a_receipt_that_proves_nothing_is_refused_and_nothing_is_kept(
    running: RunningFarm,
    tmp_path: Path,
    rennes: Community,
    spoil: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = made(running.url, tmp_path, rennes)
    assert callable(spoil)
    spoil(open_wiki(first, "rennes"))
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", first.vault.kept("rennes"))
    other = second(running.url, tmp_path)
    with pytest.raises(NotOurs):
        taken(other)
    assert other.vault.kept("rennes") == ""
    assert other.journal.mark_of("rennes") == ""
