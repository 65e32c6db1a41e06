"""Nobody writes where the blueprint does not let them; what passes is told, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.audit import sentinel
from wikifarm.operations.audit.attempts import Attempts, write_all
from wikifarm.operations.audit.sentinel import clean, planted
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Leak, LeakKind, Role
from wikifarm.transport import Answer
from wikifarm.yeswiki.session import Session

Shown = set[tuple[str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    folder = tmp_path_factory.mktemp("writing")
    with start_farm(folder / "farm") as farm:
        fresh = partial(context_for, farm.url, folder)
        (outcome,) = apply(fresh(), [a_community()], audit=False)
        assert outcome.error is None
        yield fresh


@pytest.fixture
def run(site: Fresh) -> CommunityRun:
    run = CommunityRun(site(), a_community())
    run.enter()
    return run


def written(run: CommunityRun) -> Attempts:
    with planted(run) as scene:
        done = Attempts()
        write_all(run, scene, done)
    return done


def left(run: CommunityRun) -> tuple[int, set[str]]:
    """Entries and forms of the wiki as it stands."""
    forms = run.site.forms.all()
    entries = sum(len(run.site.entries.of(form)) for form in forms)
    return entries, {form.label for form in forms.values()}


def shown(leaks: list[Leak]) -> Shown:
    assert {leak.kind for leak in leaks} <= {LeakKind.WRITTEN}
    return {(leak.role.value, leak.route) for leak in leaks}


def test_nothing_passes_in_a_community_as_it_was_made(run: CommunityRun) -> None:
    before = left(run)
    done = written(run)
    assert done.passed == []
    assert done.tries > 30
    # YesWiki imports forms from whoever may fill one in: told, since nothing closes it.
    assert {leak.seen for leak in done.limits} == {"form"}
    roles = {(Role.STRANGER.value, "BazaR import"), (Role.MEMBER.value, "BazaR import")}
    assert shown(done.limits) == roles
    assert left(run) == before


def test_a_passer_by_who_may_use_forms_fills_them_in_and_imports_others(run: CommunityRun) -> None:
    before, right = left(run), run.site.rights.modules()["action bazar"]
    run.site.rights.set_module("action", "bazar", "*")
    done = written(run)
    run.site.rights.set_module("action", "bazar", right)
    assert shown(done.passed) == {("visitor", "BazaR saisir_fiche"), ("visitor", "BazaR import")}
    forms = {leak.seen[-4:-1] for leak in done.passed if leak.route == "BazaR saisir_fiche"}
    # The base of participants takes one entry a person: nobody without an account.
    assert forms == run.site.forms.all().keys() - {"101"}
    assert left(run) == before


def test_new_pages_that_anybody_writes_are_told_and_removed(run: CommunityRun) -> None:
    settings = run.site.settings
    before = settings.all()
    names = ("default_read_acl", "default_write_acl")
    settings.save(before, dict.fromkeys(names, "*"))
    done = written(run)
    settings.save(settings.all(), {name: before[name] for name in names})
    ((role, route),) = shown(done.passed)
    assert role == "visitor"
    assert run.site.pages.read(route.split("/")[0]) is None


@pytest.mark.parametrize(
    ("status", "text"), [(403, "<h1>Forbidden</h1>"), (200, "<h1>Maintenance</h1>"), (429, "")]
)
def test_a_page_whose_anti_spam_script_something_else_answers_was_not_tried(
    run: CommunityRun, monkeypatch: pytest.MonkeyPatch, status: int, text: str
) -> None:
    with planted(run) as scene:
        spoiled = Answer(status, "", {}, text, frozenset())
        monkeypatch.setattr(Session, "file", lambda *_arguments: spoiled)
        done = Attempts()
        write_all(run, scene, done)
    assert done.passed == []
    assert done.foreign == {Role.VISITOR}  # whoever has an account may write pages here


def test_a_page_whose_form_is_offered_is_told_though_its_save_is_refused(
    run: CommunityRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache before the wiki gives the anti-spam value of yesterday."""
    settings = run.site.settings
    before = settings.all()
    names = ("default_read_acl", "default_write_acl")
    settings.save(before, dict.fromkeys(names, "*"))
    with planted(run) as scene:
        monkeypatch.setattr("wikifarm.yeswiki.hashcash.value", lambda _script: "1")
        done = Attempts()
        write_all(run, scene, done)
        monkeypatch.undo()
    settings.save(settings.all(), {name: before[name] for name in names})
    assert {role for role, _route in shown(done.passed)} == {"visitor"}


def test_an_entry_of_somebody_else_that_others_change_is_told(
    run: CommunityRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    with planted(run) as scene:
        for person in scene.sentinels:
            run.site.rights.set([person.entry], Rights("*", "*"))
        done = Attempts()
        write_all(run, scene, done)
    routes = {(leak.role, leak.route) for leak in done.passed}
    assert routes == {(role, "BazaR modif_fiche") for role in (Role.STRANGER, Role.MEMBER)}


def test_what_a_killed_run_wrote_is_removed_by_the_next(
    run: CommunityRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left(run)
    cleaning = sentinel.clean
    with monkeypatch.context() as killed:
        killed.setattr(sentinel, "clean", lambda *_arguments: None)
        written(run)
    entries, labels = left(run)
    assert entries > before[0]
    assert labels > before[1]
    run.begin_again()
    cleaning(run)
    assert left(run) == before
    assert clean is cleaning


def test_what_a_killed_run_wrote_leaves_no_doubt_to_the_next(
    run: CommunityRun, site: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form that it imported is its own, and gone: not one that somebody made by hand."""
    before = left(run)
    with monkeypatch.context() as killed:
        killed.setattr(sentinel, "clean", lambda *_arguments: None)
        written(run)
    (outcome,) = verify(site(), [a_community()])
    assert left(run) == before
    assert outcome.audit is not None
    assert outcome.audit.ok
    assert outcome.audit.not_asked == ()
    assert outcome.audit.undeclared == ()
