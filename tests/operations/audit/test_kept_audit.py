"""An audit that passed holds while nothing changed, and no longer: case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.journal import AUDIT, Journal
from wikifarm.engine.receipt import TAG, from_page
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.kept_audit import audit_stands, keep_audit
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Audit, Leak, Role
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import snapshot

LEAK = Leak("api", Role.VISITOR, "nom", "")


def entered(context: Context, community: Community) -> CommunityRun:
    run = CommunityRun(context, community)
    run.enter()
    run.look_at_software()
    return run


def came_to(run: CommunityRun, audit: Audit) -> None:
    """The run has made an audit that came to this."""
    run.outcome.audit = audit
    step = (run.community.slug, AUDIT)
    run.context.journal.intent(*step)
    run.context.journal.outcome(*step, privacy=audit.privacy.value)
    with run.context.lock(), run.alone("verify"):
        keep_audit(run)


@pytest.fixture
def audited(fresh: Fresh, rennes: Community) -> Iterator[Callable[[], CommunityRun]]:
    """A community whose audit passed; each call enters it anew."""
    apply(fresh(), [rennes], audit=False)
    came_to(entered(fresh(), rennes), Audit(probes=900))
    yield lambda: entered(fresh(), rennes)


def test_what_did_not_change_is_not_asked_again(tmp_path: Path) -> None:
    community = a_community()
    with start_farm(tmp_path / "farm") as farm:
        first, again = (apply(context_for(farm.url, tmp_path), [community])[0] for _run in "ab")
        before = snapshot(tmp_path / "farm")
        third = apply(context_for(farm.url, tmp_path), [community])[0]
        assert snapshot(tmp_path / "farm") == before
        (looked,) = verify(context_for(farm.url, tmp_path), [community])
    assert first.audit is not None
    assert first.audit.passed
    for outcome in (again, third):
        assert (outcome.error, outcome.status, outcome.audit) == (None, "unchanged", None)
        assert datetime.now(UTC) - datetime.fromisoformat(outcome.audited) < timedelta(minutes=10)
    assert looked.audit is not None, "verify always looks"
    assert looked.audit.probes == first.audit.probes


def test_it_stands_on_any_computer(
    audited: Callable[[], CommunityRun], running: object, rennes: Community, tmp_path: Path
) -> None:
    here = audited()
    assert audit_stands(here)
    there = context_for(here.context.settings.url, tmp_path / "elsewhere")
    there.vault.keep("rennes", here.context.vault.get("rennes"))
    assert audit_stands(entered(there, rennes))


def form_by_hand(run: CommunityRun) -> None:
    template = "texte***bf_titre***Nom***60***255*** *** ***text***1***0***"
    form = {"bn_id_nature": "77", "bn_label_nature": "Voisins", "bn_template": template}
    run.site.forms.save({"77": form})


def action_opened(run: CommunityRun) -> None:
    run.site.rights.set_module("action", "listusers", "*")


def made_an_administrator(run: CommunityRun) -> None:
    run.site.users.create("Passante", "passante@example.org")
    run.site.groups.set({"admins": [*run.site.groups.members("admins"), "Passante"]})


def members_opened_to_all(run: CommunityRun) -> None:
    members = run.work.design.who.members
    run.site.groups.set({members: [*run.site.groups.members(members), "*"]})


def setting_opened(run: CommunityRun) -> None:
    run.site.settings.save(run.site.settings.all(), {"default_read_acl": "*"})


@pytest.mark.parametrize(
    "opens",
    [form_by_hand, action_opened, made_an_administrator, members_opened_to_all, setting_opened],
)
def test_what_opens_the_wiki_ends_it(
    opens: Callable[[CommunityRun], None], audited: Callable[[], CommunityRun]
) -> None:
    opens(audited())
    assert not audit_stands(audited())


def test_who_is_welcomed_does_not(audited: Callable[[], CommunityRun]) -> None:
    run = audited()
    members = run.work.design.who.members
    run.site.users.create("Voisine", "voisine@example.org")
    run.site.groups.set({members: [*run.site.groups.members(members), "Voisine"]})
    run.site.pages.save("NotesDeVoisine", "Bonjour à toutes et tous.", "")
    assert audit_stands(audited())


@pytest.mark.parametrize("days", [0, 29, 30])
def test_it_ages(days: int, audited: Callable[[], CommunityRun], tmp_path: Path) -> None:
    run = audited()
    noted = datetime.now(UTC) - timedelta(days=29, hours=1)
    run.work.receipt = replace(
        run.receipt, audit={**run.receipt.audit, "at": noted.isoformat(timespec="milliseconds")}
    )
    run.context.audit_max_age = timedelta(days=days)
    run.context.journal = Journal(tmp_path / "another-computer.jsonl", "abc")
    assert audit_stands(run) is (days == 30)


def test_another_release_or_a_time_to_come_ends_it(audited: Callable[[], CommunityRun]) -> None:
    run = audited()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="milliseconds")
    for changed in ({"release": "4.9.9"}, {"at": tomorrow}, {"at": "hier"}, {"at": "2026-11-27"}):
        run.work.receipt = replace(run.receipt, audit={**audited().receipt.audit, **changed})
        assert not audit_stands(run), changed


def test_a_leak_takes_it_back_everywhere_and_a_blind_one_here(
    audited: Callable[[], CommunityRun], rennes: Community, tmp_path: Path
) -> None:
    came_to(audited(), Audit(probes=3, blind="le wiki ne répond pas"))
    run = audited()
    assert run.receipt.audit, "what could not see proves nothing against the one before"
    assert not audit_stands(run)
    came_to(audited(), Audit(probes=900))
    assert audit_stands(audited())
    came_to(audited(), Audit(probes=900, leaks=(LEAK,)))
    page = audited().site.pages.read(TAG)
    assert page is not None
    receipt = from_page(page.body)
    assert receipt is not None
    assert not receipt.audit


def test_an_audit_that_left_something_out_is_none_to_stand_on(
    audited: Callable[[], CommunityRun],
) -> None:
    came_to(audited(), Audit(probes=900, not_asked=("le formulaire Voisins",)))
    assert not audit_stands(audited())
    came_to(audited(), Audit())
    assert not audit_stands(audited()), "no question was asked"
