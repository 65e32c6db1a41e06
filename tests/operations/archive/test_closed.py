"""A community that closes stays so: no command undoes it, all that tell of it say so, and one opens
it again."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.operations.archive.changed import told_before
from tests.operations.archive.conftest import Computer
from tests.operations.conftest import a_community, context_for
from tests.operations.deaths import Mortal, born, died
from wikifarm.blueprint.manifest.community import Community
from wikifarm.cli.render.sheet import Sheet
from wikifarm.cli.render.status_lines import state_facts
from wikifarm.engine.closing import Leave
from wikifarm.errors import Closed, Refused, WikifarmError, WriteRefused
from wikifarm.model import Rights, canonical
from wikifarm.operations.adopt import adopt
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import CommunityOutcome, envelope
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.adopt_by_hand import Inspection
from wikifarm.operations.describe import Wishes
from wikifarm.operations.leaving.reopen import reopen
from wikifarm.operations.leaving.retire import WRITING, LeaveMeans, Retiring, retire
from wikifarm.operations.list_wikis import WikisOutcome, list_wikis
from wikifarm.operations.new_community import new_community, write_manifest
from wikifarm.operations.participants.listing import list_people
from wikifarm.operations.participants.welcome import welcome
from wikifarm.operations.plan import plan
from wikifarm.operations.status import StatusOutcome, status
from wikifarm.operations.upgrade.blueprint_upgrade import plan_upgrade
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.transport import Transport
from wikifarm.yeswiki.rights import RightsTable
from wikifarm.yeswiki.wiki import Wiki

UP_TO = {step: list(Leave)[: list(Leave).index(step) + 1] for step in Leave}


def closed(computer: Computer, folder: Path, last: Leave) -> Retiring:
    """Has the community leave as far as that step, on the computer that made it."""
    asked = LeaveMeans(at_once=True, file=folder / "rennes.zip", in_clear=True, skip_export=True,
                       own_code=True)  # fmt: skip
    for step in UP_TO[last]:
        if step is not Leave.DELETE or last is Leave.DELETE:
            told = retire(computer("first"), "rennes", step, asked).outcome
    assert isinstance(told, Retiring)
    return told


def entering(computer: Computer, name: str) -> Context:
    """Another computer, which has the password of the wiki."""
    context = computer(name)
    context.vault.keep("rennes", computer("first").vault.get("rennes"))
    return context


def refusal(outcomes: list[CommunityOutcome]) -> Closed:
    (outcome,) = outcomes
    assert isinstance(outcome.error, Closed), outcome.error
    assert (outcome.status, outcome.error.code) == ("closing", "community-closed")
    return outcome.error


def state(context: Context) -> tuple[str, str, list[str]]:
    told = status(context, ["rennes"]).outcome
    assert isinstance(told, StatusOutcome)
    (one_state,) = told.states
    return one_state.state, one_state.closing, one_state.drift


def listed(context: Context) -> str:
    told = list_wikis(context).outcome
    assert isinstance(told, WikisOutcome)
    return {wiki.slug: wiki.closing for wiki in told.wikis}["rennes"]


def test_until_nobody_writes_a_community_that_closes_is_applied_and_says_so(
    computer: Computer, tmp_path: Path
) -> None:
    assert state(computer("first")) == ("in-place", "", [])
    closed(computer, tmp_path, Leave.ANNOUNCE)
    for outcomes in (
        plan(computer("first"), [a_community()]),
        apply(computer("first"), [a_community()], audit=False),
    ):
        (outcome,) = outcomes
        assert outcome.error is None
        assert any("--step reopen" in note for note in outcome.notes)
    body = open_wiki(computer("first"), "rennes").pages.all()["PagePrincipale"].body
    assert body.startswith("**")
    assert state(computer("first"))[:2] == ("in-place", "announce")
    assert listed(computer("first")) == "announce"


@pytest.mark.parametrize("last", [Leave.READ_ONLY, Leave.ERASE, Leave.ARCHIVE])
def test_nothing_is_written_where_a_community_closes(
    computer: Computer, tmp_path: Path, last: Leave
) -> None:
    closed(computer, tmp_path, last)
    day = date.today().isoformat()
    before = snapshot(tmp_path / "farm")
    for name in ("first", "second"):

        def context(name: str = name) -> Context:
            return entering(computer, name)

        refused = refusal(apply(context(), [a_community()], audit=False))
        assert day in refused.message and "--step reopen" in refused.hint
        refusal(apply(context(), [a_community()], audit=False, caution=lambda _plans: True))
        refusal(plan(context(), [a_community()]))
        refusal(verify(context(), [a_community()]))
        refusal(plan_upgrade(context(), [a_community()]))
        for dry in (False, True):
            again = new_community(context(), a_community(), audit=False, dry_run=dry)
            assert isinstance(again.error, Closed)
        with pytest.raises(Closed):
            welcome(context(), a_community(), "zoe@example.org")
        # This computer, in whose folder nothing describes it, has its receipt alone.
        told = "closed" if last is Leave.ARCHIVE else "closing"
        assert state(context()) == (told, last.value, [])
    assert snapshot(tmp_path / "farm") == before
    assert listed(computer("first")) == last.value


def test_one_that_closes_is_left_out_of_many_and_named(computer: Computer, tmp_path: Path) -> None:
    closed(computer, tmp_path, Leave.READ_ONLY)
    others = [a_community(), a_community("vannes")]
    outcomes = apply(computer("first"), others, audit=False)
    assert [(each.slug, each.status) for each in outcomes] == [
        ("rennes", "closing"), ("vannes", "created"),
    ]  # fmt: skip
    told = envelope("apply", outcomes)
    assert (told.exit, told.errors) == (0, ())
    assert any("rennes" in message and "--step reopen" in message for message in told.messages)
    planned = plan(computer("first"), others, audit=False)
    assert [each.status for each in planned] == ["closing", "unchanged"]


def test_the_first_of_a_kind_that_closes_tells_nothing_of_the_others(
    computer: Computer, tmp_path: Path
) -> None:
    """The one after it is the first of its kind that is made, and verified."""
    closed(computer, tmp_path, Leave.READ_ONLY)
    outcomes = apply(
        computer("first"), [a_community(), a_community("vannes"), a_community("brest")],
        canary=True,
    )  # fmt: skip
    assert [(each.slug, each.unverified) for each in outcomes] == [
        ("rennes", ""), ("vannes", ""), ("brest", "canary"),
    ]  # fmt: skip


def rights_and_defaults(context: Context) -> tuple[dict[str, tuple[str, ...]], dict[str, str], str]:
    wiki = open_wiki(context, "rennes")
    settings = {key: text for key, text in wiki.settings.all().items() if key.endswith("_acl")}
    table = {
        tag: tuple(map(canonical, (each.read, each.write, each.comment)))
        for tag, each in wiki.rights.all().items()
    }
    return table, settings, wiki.rights.modules()["action bazar"]


@pytest.mark.parametrize("cut", [False, True])
def test_who_could_write_writes_again(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    """Also where the closing was cut half-way and done again."""
    apply(computer("first"), [a_community()], audit=False)
    before = rights_and_defaults(computer("first"))
    first = open_wiki(computer("first"), "rennes").pages.all()["PagePrincipale"].body
    closed(computer, tmp_path, Leave.ANNOUNCE)
    if cut:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("wikifarm.yeswiki.rights.RightsTable.set_module", _killed)
            closed(computer, tmp_path, Leave.READ_ONLY)
    closed(computer, tmp_path, Leave.READ_ONLY)
    assert rights_and_defaults(computer("first")) != before
    told = reopen(computer("first"), "rennes").outcome
    assert isinstance(told, Retiring) and told.reopened
    assert any("wikifarm apply" in note for note in told.notes)
    assert rights_and_defaults(computer("first")) == before
    assert open_wiki(computer("first"), "rennes").pages.all()["PagePrincipale"].body == first
    (again,) = apply(computer("first"), [a_community()], audit=False)
    assert (again.error, again.status) == (None, "unchanged")
    nothing = retire(computer("first"), "rennes").outcome
    assert isinstance(nothing, Retiring)
    assert (dict(nothing.done), nothing.following) == ({}, "announce")
    with pytest.raises(Refused):
        reopen(computer("first"), "rennes")


def _killed(*_args: object) -> None:
    raise KeyboardInterrupt


def test_a_leave_taken_back_from_another_computer_is_taken_back_here(
    computer: Computer, tmp_path: Path
) -> None:
    closed(computer, tmp_path, Leave.ARCHIVE)
    told = reopen(entering(computer, "second"), "rennes").outcome
    assert isinstance(told, Retiring)
    assert any("This computer has not kept" in note for note in told.notes)
    nothing = retire(computer("first"), "rennes").outcome
    assert isinstance(nothing, Retiring)
    assert (dict(nothing.done), nothing.following) == ({}, "announce")
    (again,) = apply(computer("first"), [a_community()], audit=False)
    assert again.error is None


def test_a_computer_that_takes_it_over_is_told(computer: Computer, tmp_path: Path) -> None:
    context = entering(computer, "second")
    look = partial(adopt, context, "rennes", Wishes(), look=lambda: Inspection.RIGHTS)
    assert look().messages == ()
    closed(computer, tmp_path, Leave.READ_ONLY)
    (message,) = look().messages
    assert "closes" in message and "wikifarm retire rennes" in message


def test_what_was_begun_elsewhere_goes_on_where_its_backup_is(
    computer: Computer, tmp_path: Path
) -> None:
    closed(computer, tmp_path, Leave.EXPORT)
    second = retire(entering(computer, "second"), "rennes").outcome
    assert isinstance(second, Retiring)
    assert (list(second.done), second.following) == (
        ["announce", "read-only", "backup", "export"], "erase",
    )  # fmt: skip
    before = snapshot(tmp_path / "farm")
    with pytest.raises(Refused) as refused:
        retire(entering(computer, "second"), "rennes", Leave.ERASE, LeaveMeans(at_once=True))
    assert "another computer" in refused.value.message
    assert snapshot(tmp_path / "farm") == before


def described(computer: Computer) -> Path:
    path = computer("first").places.communities / "rennes.yml"
    write_manifest(path, a_community())
    return path


def test_a_community_that_was_removed_is_not_made_again(
    computer: Computer, farm: RunningFarm, tmp_path: Path
) -> None:
    path = described(computer)
    told = closed(computer, tmp_path, Leave.DELETE)
    assert any(str(path) in note for note in told.notes)
    assert path.is_file()
    here = _from(path)
    refused = refusal(apply(computer("first"), [here], audit=False))
    assert str(path) in refused.hint
    refusal(plan(computer("first"), [here]))
    again = new_community(computer("first"), here, audit=False)
    assert isinstance(again.error, Closed) and path.is_file()
    assert state(computer("first"))[:2] == ("closed", "delete")
    assert computer("first").farm.find("rennes") is None
    later = retire(computer("first"), "rennes").outcome
    assert isinstance(later, Retiring)
    assert (list(later.done)[-1], later.following) == ("delete", "")
    assert any(str(path) in note for note in later.notes)
    with pytest.raises(WikifarmError):
        retire(computer("first"), "rennes", Leave.ARCHIVE)

    assert any("restore" in note for note in _notes(reopen(computer("first"), "rennes").outcome))
    (made,) = apply(computer("first"), [here], audit=False)
    assert (made.error, made.status) == (None, "created")


def test_one_that_its_host_removed_after_its_leave_is_not_made_again(
    computer: Computer, tmp_path: Path
) -> None:
    """`retire.yml` removes a wiki whose code is shared; this computer is not told."""
    closed(computer, tmp_path, Leave.ERASE)
    context = computer("first")
    entry = context.farm.find("rennes")
    assert entry is not None
    context.farm.delete(entry)
    refusal(apply(computer("first"), [a_community()], audit=False))
    assert state(computer("first"))[:2] == ("closed", "erase")
    told = retire(computer("first"), "rennes").outcome
    assert isinstance(told, Retiring)
    assert (list(told.done)[-1], told.following) == ("erase", "")


def _from(path: Path) -> Community:
    from wikifarm.blueprint.manifest.reading import load_manifests

    return load_manifests([path])[0]


def _notes(outcome: object) -> tuple[str, ...]:
    assert isinstance(outcome, Retiring)
    return outcome.notes


def test_what_is_restored_of_a_community_that_closes_is_told_before_to_close(
    computer: Computer, tmp_path: Path
) -> None:
    closed(computer, tmp_path, Leave.BACKUP)
    planned, done = told_before(computer("other"), tmp_path / "rennes.zip")
    assert done.data["differs"] == []
    (said,) = (text for text in planned.warnings if "of this backup closes" in text)
    assert "nobody writes there since" in said
    assert "wikifarm retire rennes2 --step reopen" in said
    other = computer("other")
    assert reopen(other, "rennes2").data["reopened"] is True
    (outcome,) = apply(other, [a_community("rennes2")], audit=False)
    assert outcome.error is None


def test_who_is_there_is_read_in_a_community_that_closes(
    computer: Computer, tmp_path: Path
) -> None:
    closed(computer, tmp_path, Leave.READ_ONLY)
    told = list_people(computer("first"), a_community())
    assert told.outcome is not None
    with pytest.raises(Closed):
        welcome(computer("first"), a_community(), "ZoeKergoat")


def owner_of_a_page(computer: Computer) -> Wiki:
    """Somebody whose page it is, whatever its rights say."""
    person = computer("x").farm.wiki("rennes")
    assert person.session.sign_up("Proprio", "proprio@example.org", "MotDePasse123")
    admin = open_wiki(computer("first"), "rennes")
    admin.rights.give("Affiche", admin.rights.all()["Affiche"], "Proprio")
    return person


def changes(person: Wiki, text: str) -> bool:
    page = person.pages.read("Affiche")
    assert page is not None
    try:
        person.pages.save("Affiche", text, page.revision)
        person.rights.set(["Affiche"], Rights("*", "*", "+"))
    except WikifarmError:
        pass
    now = person.pages.read("Affiche")
    return now is not None and now.body == text


def test_who_owns_a_page_does_not_write_it_where_a_community_closes(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    """YesWiki asks no right of a page of who owns it."""
    person = owner_of_a_page(computer)
    admin = open_wiki(computer("first"), "rennes")
    before = admin.rights.modules()
    assert changes(person, "Un.")
    for step in (Leave.ANNOUNCE, Leave.READ_ONLY):
        told = retire(computer("first"), "rennes", step, LeaveMeans(at_once=True))
    assert any("API" in note for note in _notes(told.outcome))
    assert not changes(person, "Deux.")
    rights = open_wiki(computer("first"), "rennes").rights
    assert rights.all()["Affiche"].write == "@admins"
    assert {rights.modules()[name] for name in WRITING if name in before} == {"@admins"}
    reopen(computer("first"), "rennes")
    assert open_wiki(computer("first"), "rennes").rights.modules() == before
    assert changes(person, "Trois.")


def test_what_writes_pages_is_given_back_by_another_computer_too(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    person = owner_of_a_page(computer)
    for step in (Leave.ANNOUNCE, Leave.READ_ONLY):
        retire(computer("first"), "rennes", step, LeaveMeans(at_once=True))
    reopen(entering(computer, "second"), "rennes")
    assert changes(person, "Encore.")


def test_a_cut_that_came_before_the_end_of_a_step_is_taken_back_too(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    """What was kept of who could write counts, whether the step ended or not."""
    before = open_wiki(computer("first"), "rennes").rights.all()
    retire(computer("first"), "rennes", Leave.ANNOUNCE, LeaveMeans(at_once=True))

    def run(wire: Transport | None) -> bool:
        context = context_for(farm.url, tmp_path, transport=wire)
        return retire(context, "rennes", Leave.READ_ONLY, LeaveMeans(at_once=True)).ok

    cut = Mortal(40)
    assert died(born(cut, lambda: run(cut)))
    (note,) = _notes(retire(computer("first"), "rennes").outcome)
    assert "“read-only” was begun and cut" in note and "--step reopen" in note
    told = status(computer("first"), ["rennes"]).outcome
    assert isinstance(told, StatusOutcome)
    assert told.states[0].closing_cut and told.states[0].closing == "announce"
    assert "begun and cut" in dict(state_facts(told.states[0], Sheet()))["leave"]
    shut = open_wiki(computer("first"), "rennes").rights.all()
    assert shut != before
    reopen(computer("first"), "rennes")
    assert _notes(retire(computer("first"), "rennes").outcome) == ()
    after = open_wiki(computer("first"), "rennes").rights.all()
    assert {tag: canonical(each.write) for tag, each in after.items()} == {
        tag: canonical(each.write) for tag, each in before.items()
    }
    assert open_wiki(computer("first"), "rennes").settings.all()["default_write_acl"] != "@admins"


def test_a_wiki_that_tells_nothing_of_what_writes_is_not_said_to_be_closed(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    retire(computer("first"), "rennes", Leave.ANNOUNCE, LeaveMeans(at_once=True))
    monkeypatch.setattr(RightsTable, "modules", lambda _self: {"action trail": "@admins"})
    with pytest.raises(WriteRefused, match="action bazar"):
        retire(computer("first"), "rennes", Leave.READ_ONLY, LeaveMeans(at_once=True))
