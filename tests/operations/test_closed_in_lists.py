"""Cards of people in lists: a community made before they were closed there is closed by `apply`,
and `verify` tells what is open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.operations.conftest import PASSWORD, Fresh
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import is_open_in_lists
from wikifarm.blueprint.schema import bazar_schema
from wikifarm.errors import LeakFound
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import Audit, CommunityOutcome, LeakKind
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.yeswiki.wiki import Wiki

BASE, WISHES = "101", "108"
CARD = {"bf_titre": "x", "bf_nom": "Perrin", "bf_prenom": "Ada"}


def _as_before(patch: pytest.MonkeyPatch) -> None:
    """wikifarm as it was before it closed anything in lists."""
    patch.setattr(bazar_schema, "closed_in_lists", lambda right: right)


@pytest.fixture
def old(fresh: Fresh, rennes: Community, monkeypatch: pytest.MonkeyPatch) -> Wiki:
    """A community of before."""
    with monkeypatch.context() as patch:
        _as_before(patch)
        (made,) = apply(fresh(), [rennes], audit=False)
    assert made.error is None
    return open_wiki(fresh(), "rennes")


def _account(wiki: Wiki, name: str) -> Wiki:
    person = wiki.visitor()
    assert person.session.sign_up(name, f"{name}@example.org", PASSWORD)
    return person


def _rights_planned(outcome: CommunityOutcome) -> list[str]:
    return [change.key for change in outcome.planned if change.step == "rights"]


def _audit(fresh: Fresh, community: Community) -> Audit:
    (outcome,) = verify(fresh(), [community])
    assert outcome.audit is not None
    return outcome.audit


def test_apply_closes_the_cards_that_are_there_and_those_to_come(
    fresh: Fresh, rennes: Community, old: Wiki
) -> None:
    card, by_hand = (_account(old, name).entries.create(BASE, CARD) for name in ("Ada", "Grace"))
    set_by_hand = replace(old.rights.all()[by_hand], read="@animation")
    old.rights.set([by_hand], set_by_hand)
    outsider = _account(old, "part")
    assert card in outsider.entries.of(BASE)

    (planned,) = plan(fresh(), [rennes])
    assert _rights_planned(planned) == [card]
    (change,) = [each for each in planned.planned if each.step == "rights"]
    assert "!" not in change.summary + change.before + change.after
    assert change.before != change.after

    (closed,) = apply(fresh(), [rennes], audit=False)
    assert closed.error is None
    assert outsider.entries.of(BASE) == {}
    later = old.entries.create(BASE, CARD)
    assert outsider.entries.of(BASE) == {}
    now = old.rights.all()
    assert now[card] == now[later]
    assert now[by_hand] == set_by_hand

    (again,) = apply(fresh(), [rennes], audit=False)
    assert again.status == "unchanged"
    assert [step.change.id for step in again.steps if step.outcome == "done"] == []


def test_a_card_whose_writing_right_was_set_by_hand_keeps_it(
    fresh: Fresh, rennes: Community, old: Wiki
) -> None:
    card = old.entries.create(BASE, CARD)
    old.rights.set([card], replace(old.rights.all()[card], write="@animation"))
    (closed,) = apply(fresh(), [rennes], audit=False)
    assert closed.error is None
    now = old.rights.all()[card]
    assert now.write == "@animation"
    assert not is_open_in_lists(now.read)


def test_a_page_with_the_same_right_is_left_alone(
    fresh: Fresh, rennes: Community, old: Wiki
) -> None:
    card = old.entries.create(BASE, CARD)
    old.pages.save("NotesAPart", "De nous", "")
    old.rights.set(["NotesAPart"], old.rights.all()[card])
    old.pages.delete(card)
    (planned,) = plan(fresh(), [rennes])
    assert _rights_planned(planned) == []


def test_verify_tells_what_is_open_in_lists_and_how_to_close_it(
    fresh: Fresh, rennes: Community, old: Wiki
) -> None:
    card = old.entries.create(BASE, CARD)
    (outcome,) = verify(fresh(), [rennes])
    assert isinstance(outcome.error, LeakFound)
    assert "wikifarm apply" in outcome.error.hint
    assert outcome.audit is not None
    assert {leak.kind for leak in outcome.audit.leaks} == {LeakKind.OPENED}
    routes = {leak.route for leak in outcome.audit.leaks}
    assert routes == {f"form {BASE}", f"form {WISHES}", card, "{entry}"}
    (closed,) = apply(fresh(), [rennes], audit=False)
    assert closed.error is None
    assert _audit(fresh, rennes).ok


def test_the_cards_of_a_module_that_is_off_are_closed_and_its_form_is_told(
    fresh: Fresh, rennes: Community, old: Wiki
) -> None:
    wish = old.entries.create(WISHES, {"bf_titre": "Un four"})
    without = replace(rennes, modules=rennes.modules - {Module.PROPOSALS})
    (closed,) = apply(fresh(), [without], audit=False)
    assert closed.error is None
    assert not is_open_in_lists(old.rights.all()[wish].read)
    audit = _audit(fresh, without)
    assert audit.leaks == ()
    assert [leak.route for leak in audit.limits if leak.kind is LeakKind.OPENED] == [
        f"form {WISHES}"
    ]
