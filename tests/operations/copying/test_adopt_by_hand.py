"""A wiki made by hand becomes one of ours: untouched until something is applied, then only added
to and closed."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.operations.conftest import context_for
from tests.operations.copying.conftest import (
    ADMIN,
    BY_HAND,
    OURS,
    PASSWORD,
    TwoSources,
    build_by_hand,
)
from tests.operations.deaths import Watched
from wikifarm import transport
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.cli.render.copy_lines import taken_over
from wikifarm.cli.render.sheet import Sheet
from wikifarm.engine.changes import writes
from wikifarm.engine.journal import SENTINEL, Journal
from wikifarm.engine.standing import Standing
from wikifarm.errors import BadCredentials, InvalidInput, LeakFound, NotOurs, Refused
from wikifarm.model import Rights
from wikifarm.operations.adopt import AdoptedWiki, adopt
from wikifarm.operations.apply import apply
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.copying.adopt_by_hand import AuditTrace, Inspection, TakenOver
from wikifarm.operations.describe import Wishes
from wikifarm.operations.left_behind import heal
from wikifarm.operations.list_wikis import WikisOutcome, list_wikis
from wikifarm.operations.plan import plan
from wikifarm.operations.status import State, StatusOutcome, status
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import snapshot
from wikifarm.whole_wiki import WholeWiki
from wikifarm.yeswiki.farm import NewWiki
from wikifarm.yeswiki.rights import RightsTable
from wikifarm.yeswiki.wiki_reader import read_whole

# Where both generations would say the same.
in_one = pytest.mark.parametrize("sources", ["4.4"], indirect=True, scope="module")

AWA = "Awa Diallo <awa@example.org>"
RECEIPT = "WikifarmRecu"
LOGS = "LogDesActionsAdministratives"


def take(
    context: Context,
    where: str,
    *,
    who: tuple[str, ...] = (AWA,),
    look: Inspection = Inspection.RIGHTS,
    dry_run: bool = False,
) -> TakenOver:
    wishes = Wishes(facilitators=who, language="fr")
    told = adopt(context, where, wishes, look=lambda: look, dry_run=dry_run).outcome
    assert isinstance(told, TakenOver)
    return told


def made(
    sources: TwoSources, slug: str, *, built: bool = True, contact: str = "x@example.org"
) -> Context:
    """A wiki that somebody makes by the form of the farm, and the computer that adopts it."""
    new = NewWiki("Jardins d'ici", "", slug, "x", contact, ADMIN, PASSWORD, "")
    sources.context().farm.create(new)
    if built:
        here = context_for(sources.running.url, sources.folder / f"builder-{slug}")
        wiki = here.farm.wiki(slug)
        wiki.login(ADMIN, PASSWORD)
        build_by_hand(wiki)
    return computer(sources, slug)


def computer(sources: TwoSources, slug: str, name: str = "") -> Context:
    context = context_for(sources.running.url, sources.folder / f"adopter-{slug}{name}")
    context.vault.keep(slug, PASSWORD)
    return context


def manifest(context: Context, slug: str) -> Path:
    return context.places.communities / f"{slug}.yml"


def described(context: Context, slug: str) -> Community:
    return load_manifests([manifest(context, slug)])[0]


def held(sources: TwoSources, slug: str) -> WholeWiki:
    wiki = sources.context().farm.wiki(slug)
    wiki.login(ADMIN, PASSWORD)
    return read_whole(wiki)


def test_adopting_and_planning_leave_the_wiki_as_it_is(sources: TwoSources) -> None:
    context = made(sources, "intacte")
    before = snapshot(sources.folder / "farm")
    told = take(context, f"{sources.running.url}intacte/?PagePrincipale")
    (planned,) = plan(context, [described(context, "intacte")])
    assert planned.error is None
    assert planned.status == "planned"
    (state,) = status_of(context)
    assert (state.state, state.slug) == ("adopted", "intacte")
    assert snapshot(sources.folder / "farm") == before

    assert told.captured is not None
    left = {(each.name, each.why.value) for each in told.captured.captured.left_out}
    assert {("Contacts", "mail"), ("Remerciements", "name"), ("LesParcelles", "rights")} <= left
    assert ("Jardinières et jardiniers (11)", "as-it-is") in left
    assert [form.id for form in told.captured.captured.forms] == ["10"]
    assert "ReglesDuJardin" in told.captured.captured.pages
    file = manifest(context, "intacte")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    community = described(context, "intacte")
    assert community.blueprint == "../blueprints/adopted-intacte"
    assert [(each.name, each.email) for each in community.facilitators] == [
        ("Awa Diallo", "awa@example.org")
    ]
    folder = context.places.blueprints / "adopted-intacte"
    texts = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert not [name for name in ("dubreuil", "Dubreuil", "Bérénice") if name in texts]
    listed = list_wikis(context, ["intacte"]).outcome
    assert isinstance(listed, WikisOutcome)
    assert [(wiki.ours, wiki.here, wiki.unfinished) for wiki in listed.wikis] == [
        (True, True, False)
    ]


def status_of(context: Context) -> tuple[State, ...]:
    told = status(context).outcome
    assert isinstance(told, StatusOutcome)
    return told.states


@in_one
def test_what_it_would_change_closes_and_adds_and_no_more(sources: TwoSources) -> None:
    told = take(made(sources, "prevue"), "prevue")
    writing = writes(told.community.planned)
    assert not [change.id for change in writing if change.step in ("pages", "forms", "tidy")]
    assert not [change.id for change in writing if change.step == "settings"
                and change.key != "wakka_name"]  # fmt: skip
    assert told.community.audit is not None
    assert told.community.audit.probes == 0
    assert "GererUtilisateurs" in {leak.route for leak in told.closing}  # lists the accounts
    assert ("Jardinières et jardiniers (11)", "open") in {
        (each.name, each.verdict.value) for each in told.community.audit.undeclared
    }
    assert "api/forms/11/entries" in {leak.route for leak in told.community.audit.leaks}


def test_once_applied_all_that_people_made_stays(sources: TwoSources) -> None:
    context = made(sources, "appliquee")
    take(context, "appliquee")
    before = held(sources, "appliquee")
    (applied,) = apply(context, [described(context, "appliquee")], audit=False)
    assert applied.error is None
    after = held(sources, "appliquee")

    def texts(whole: WholeWiki) -> dict[str, str]:
        ours = (RECEIPT, LOGS)
        return {tag: page.body for tag, page in whole.pages.items() if not tag.startswith(ours)}

    assert texts(after) == texts(before)
    assert {key: form.template for key, form in after.forms.items()} == {
        key: form.template for key, form in before.forms.items()
    }
    assert after.lists == before.lists
    for group, names in before.people.items():
        assert set(names) <= set(after.people[group]), group
    assert {each.name for each in before.accounts} < {each.name for each in after.accounts}
    for tag in ("Contacts", "Remerciements", "LesParcelles", "ReglesDuJardin"):
        assert after.rights[tag].same_as(before.rights[tag]), tag
    wiki = sources.context().farm.wiki("appliquee")
    wiki.login(ADMIN, PASSWORD)
    assert [row["bf_mail"] for row in wiki.entries.of("11").values()] == ["bq@example.org"]

    (again,) = apply(context, [described(context, "appliquee")], audit=False)
    assert (again.error, again.status, again.post) == (None, "unchanged", 0)
    (state,) = status_of(context)
    assert state.state == "in-place"


@in_one
def test_a_form_of_people_that_stays_open_is_told_by_the_audit(sources: TwoSources) -> None:
    context = made(sources, "ouverte")
    told = take(context, "ouverte", look=Inspection.FULL)
    assert isinstance(told.community.error, LeakFound)
    assert told.community.audit is not None
    assert told.community.audit.probes > 50
    wiki = sources.context().farm.wiki("ouverte")
    wiki.login(ADMIN, PASSWORD)
    assert [row["bf_titre"] for row in wiki.entries.of("11").values()] == ["Bérénice Quéméneur"]
    assert {each.name for each in wiki.users.all()} == {ADMIN, "ZoeDubreuil"}
    assert manifest(context, "ouverte").is_file()


@in_one
@pytest.mark.parametrize("after", [1, 20])
def test_an_audit_that_was_cut_says_what_it_may_have_left(
    sources: TwoSources, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)
    slug = f"coupe{after}"
    made(sources, slug)
    left = [after]

    def cut(request: httpx.Request) -> None:
        if b"WikifarmTemoin" in request.content or left[0] < after:
            left[0] -= 1
        if left[0] < 0:
            raise httpx.ConnectError("gone", request=request)

    here = sources.folder / f"adopter-{slug}"
    broken = context_for(sources.running.url, here, transport=Watched(cut))
    told = take(broken, slug, look=Inspection.FULL)
    assert (told.community.error is None, told.trace) == (False, AuditTrace.LEFT)
    shown = "\n".join(taken_over(told, Sheet()))
    assert "may be left" in shown and "Nothing was written" not in shown
    again = context_for(sources.running.url, here)
    assert heal(again) and not again.journal.left_open(slug, SENTINEL)
    assert not [name for name in held(sources, slug).pages if "Temoin" in name]


@in_one
def test_what_only_reads_and_fails_wrote_nothing(
    sources: TwoSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)
    made(sources, "muette")
    here = sources.folder / "adopter-muette"

    def cut(request: httpx.Request) -> None:
        if manifest(context_for(sources.running.url, here), "muette").is_file():
            raise httpx.ConnectError("gone", request=request)

    told = take(context_for(sources.running.url, here, transport=Watched(cut)), "muette")
    assert told.community.error is not None
    assert "Nothing was written in the wiki." in "\n".join(taken_over(told, Sheet()))


@in_one
def test_those_who_facilitate_in_the_wiki_are_those_of_the_manifest(sources: TwoSources) -> None:
    context = made(sources, "groupe", built=False)
    wiki = context.farm.wiki("groupe")
    wiki.login(ADMIN, PASSWORD)
    wiki.users.create("ZoeD", "zoe@example.org")
    wiki.groups.set({"animation": ["ZoeD"]})
    wiki.groups.set({"admins": [ADMIN, "@animation"]})
    with pytest.raises(InvalidInput) as nobody:
        take(made(sources, "deserte", built=False), "deserte", who=())
    assert {problem.code for problem in nobody.value.problems} == {"missing-facilitator"}
    take(context, "groupe", who=())
    assert [(each.name, each.email) for each in described(context, "groupe").facilitators] == [
        ("ZoeD", "zoe@example.org")
    ]
    (applied,) = apply(context, [described(context, "groupe")], audit=False)
    assert applied.error is None
    assert wiki.groups.all()["animation"] == ("ZoeD",)
    assert set(wiki.groups.all()["admins"]) == {ADMIN, "@animation"}


@in_one
def test_a_wiki_in_which_nobody_wrote_yet_is_no_new_one_for_all_that(sources: TwoSources) -> None:
    """As the farm makes it, it could be taken for one that wikifarm asked for, and tidied."""
    context = made(sources, "neuve", built=False)
    before = held(sources, "neuve")
    told = take(context, "neuve", dry_run=True)
    assert not manifest(context, "neuve").exists()
    assert not [change for change in writes(told.community.planned) if change.step == "tidy"]
    take(context, "neuve")
    run = CommunityRun(context, described(context, "neuve"))
    run.find()
    assert run.standing is Standing.MISSING
    (applied,) = apply(context, [described(context, "neuve")], audit=False)
    assert applied.error is None
    after = held(sources, "neuve")
    assert before.pages.keys() <= after.pages.keys()
    assert after.forms == before.forms


@in_one
@pytest.mark.parametrize("cut", ["manifest", "journal"])
def test_killed_then_run_again_it_ends_the_same(
    sources: TwoSources, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = f"coupee-{cut}"
    whole = made(sources, slug)

    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        if cut == "manifest":
            broken.setattr("wikifarm.operations.copying.adopt_by_hand.write_manifest", killed)
        else:
            broken.setattr(Journal, "outcome", killed)
        with pytest.raises(KeyboardInterrupt):
            take(whole, slug)
    again = context_for(sources.running.url, sources.folder / f"adopter-{slug}")
    (folder,) = again.places.blueprints.iterdir()
    written = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    take(again, slug)
    other = computer(sources, slug, "-other")
    take(other, slug)
    assert manifest(again, slug).read_bytes() == manifest(other, slug).read_bytes()
    assert {path: path.read_bytes() for path in written} == written
    assert again.journal.mark_of(slug) == other.journal.mark_of(slug) != ""


@in_one
def test_what_is_not_described_is_told_each_time(sources: TwoSources) -> None:
    context = made(sources, "redite")
    first = take(context, "redite")
    again = take(context, "redite")
    assert first.captured is not None and again.captured is not None
    assert again.captured.captured.left_out == first.captured.captured.left_out != ()
    assert "Contacts" in "\n".join(taken_over(again, Sheet()))


@in_one
def test_what_a_run_that_was_killed_left_beside_the_blueprints_goes(sources: TwoSources) -> None:
    context = made(sources, "laissee", built=False)
    folder = context.places.blueprints
    left, at_work, theirs = (
        folder / f".adopted-laissee.{end}"
        for end in ("wikifarm-a1b2c3d4", "wikifarm-z9y8x7w6", "mine")
    )
    for each in (left, at_work, theirs):
        each.mkdir(parents=True)
        (each / "blueprint.yml").touch()
    held_open = os.open(at_work, os.O_RDONLY)
    fcntl.flock(held_open, fcntl.LOCK_EX)
    take(context, "laissee")
    os.close(held_open)
    assert {path.name for path in folder.iterdir()} == {
        "adopted-laissee", at_work.name, theirs.name
    }  # fmt: skip


@in_one
def test_the_backslash_that_the_farm_puts_in_a_name_is_said_in_words(sources: TwoSources) -> None:
    told = take(made(sources, "barre", built=False), "barre")
    shown = "\n".join(taken_over(told, Sheet()))
    assert "Jardins d'ici" in shown and "\\" not in shown


@in_one
def test_the_contact_that_is_a_person_of_the_community_leaves_the_farm(sources: TwoSources) -> None:
    context = made(sources, "contact", built=False, contact="awa@example.org")
    take(context, "contact")
    (applied,) = apply(context, [described(context, "contact")], audit=False)
    assert applied.error is None
    assert any("address of a person who facilitates" in note for note in applied.notes)
    entry = sources.context().farm.find("contact")
    assert entry is not None and entry.email != "awa@example.org"
    (again,) = apply(context, [described(context, "contact")], audit=False)
    assert (again.error, again.status, again.post) == (None, "unchanged", 0)


@in_one
def test_a_second_computer_that_adopted_it_too_goes_on(sources: TwoSources) -> None:
    first = made(sources, "deux")
    second = computer(sources, "deux", "-second")
    take(first, "deux")
    take(second, "deux")
    (applied,) = apply(first, [described(first, "deux")], audit=False)
    assert applied.error is None
    (planned,) = plan(second, [described(second, "deux")])
    assert (planned.error, planned.status) == (None, "unchanged")
    third = computer(sources, "deux", "-third")
    told = adopt(third, "deux", Wishes(), look=lambda: Inspection.RIGHTS).outcome
    assert isinstance(told, AdoptedWiki)  # the receipt says whose it is by now


@in_one
def test_a_blueprint_that_is_like_it_is_taken_as_it_is(sources: TwoSources) -> None:
    context = made(sources, "pareille")
    take(context, "pareille")
    manifest(context, "pareille").unlink()
    told = take(context, "pareille")
    assert told.captured is None
    assert described(context, "pareille").blueprint == "../blueprints/adopted-pareille"
    assert len(list(context.places.blueprints.iterdir())) == 1


@in_one
def test_what_cannot_be_adopted_is_told_and_nothing_is_kept(
    sources: TwoSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_for(sources.running.url, sources.folder / "nothing")
    for where, said in (
        ("https://ailleurs.example.org/wiki/", "clone"),
        (sources.running.url, "clone"),
        ("nowhere", "wikifarm list"),
        (BY_HAND, "credentials byhand --set"),
    ):
        with pytest.raises(NotOurs) as caught:
            take(context, where)
        assert said in caught.value.hint, where
    with pytest.raises(InvalidInput):
        take(context, "ftp://nulle part")
    made(sources, "Jardin_Nord", built=False)
    later = context_for(sources.running.url, sources.folder / "nothing")
    for where in ("jardin_nord", f"{sources.running.url}Jardin_Nord/"):
        with pytest.raises(NotOurs, match="cannot be that of a community"):
            take(later, where)
    monkeypatch.setenv("WIKIFARM_WIKI_PASSWORD", "Faux123")
    with pytest.raises(BadCredentials):
        take(context, BY_HAND)
    assert context.vault.kept(BY_HAND) == ""
    assert context.journal.mark_of(BY_HAND) == ""
    assert not context.places.blueprints.exists()
    assert not context.places.communities.exists()


@in_one
def test_a_file_that_describes_another_community_is_refused(sources: TwoSources) -> None:
    context = computer(sources, BY_HAND, "-named")
    file = manifest(context, BY_HAND)
    file.parent.mkdir(parents=True)
    file.write_text(f"name: Brest\nslug: brest\nfacilitators: ['{AWA}']\n", "utf-8")
    with pytest.raises(Refused, match="brest"):
        take(context, BY_HAND)
    assert context.journal.mark_of(BY_HAND) == ""


@in_one
def test_an_account_that_does_not_administer_describes_nothing(sources: TwoSources) -> None:
    context = made(sources, "sans", built=False)
    wiki = context.farm.wiki("sans")
    wiki.login(ADMIN, PASSWORD)
    person = wiki.visitor()
    assert person.session.sign_up("ZoeD", "zoe@example.org", PASSWORD)
    wiki.groups.set({"admins": [ADMIN, "ZoeD"]})
    person.groups.set({"admins": ["ZoeD"]})
    with pytest.raises(NotOurs, match="does not administer"):
        take(context, "sans")
    assert not context.places.blueprints.exists()
    assert not manifest(context, "sans").exists()


@in_one
def test_a_wiki_that_wikifarm_made_is_no_wiki_made_by_hand(sources: TwoSources) -> None:
    """Without its receipt, it may be half made: `apply` with its manifest ends it."""
    wiki = sources.wiki(OURS)
    page = wiki.pages.all()[RECEIPT]
    wiki.pages.delete(RECEIPT)
    try:
        for context in (sources.context(), computer(sources, OURS, os.urandom(4).hex())):
            context.vault.keep(OURS, sources.context().vault.kept(OURS))
            with pytest.raises(NotOurs, match="no receipt"):
                take(context, OURS)
    finally:
        wiki.pages.save(RECEIPT, page.body, "")


@in_one
def test_a_form_without_a_name_stays_as_it_is_and_stops_nothing(sources: TwoSources) -> None:
    context = made(sources, "anonyme", built=False)
    wiki = context.farm.wiki("anonyme")
    wiki.login(ADMIN, PASSWORD)
    told = dict(next(iter(wiki.forms.all().values())).told)
    row = ["texte", "bf_titre", "Titre", "255", "255", *[" "] * 3, "1", "0", *[" "] * 5]
    told |= {"bn_label_nature": "", "bn_template": "***".join(row) + "\n"}
    wiki.forms.save({"704": told})
    assert wiki.forms.all()["704"].label == ""
    captured = take(context, "anonyme").captured
    assert captured is not None
    assert (" (704)", "as-it-is") in {
        (each.name, each.why.value) for each in captured.captured.left_out
    }
    assert "704" not in [form.id for form in captured.captured.forms]


def test_a_page_whose_rights_are_empty_names_nobody(sources: TwoSources) -> None:
    """As a wiki is that was made by the API without rights for its pages."""
    context = made(sources, "sansdroits")
    shown = RightsTable.table_of

    def empty(table: RightsTable, document: LexborHTMLParser) -> dict[str, Rights]:
        return shown(table, document) | {"ReglesDuJardin": Rights("", "", "")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RightsTable, "table_of", empty)
        told = take(context, "sansdroits")
    assert told.captured is not None
    left = {each.name: each.why.value for each in told.captured.captured.left_out}
    assert (left["ReglesDuJardin"], left["LesParcelles"]) == ("no-rights", "rights")
    assert "its rights are empty" in " ".join("\n".join(taken_over(told, Sheet())).split())
