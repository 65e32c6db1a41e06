"""Apply: what a second run does, what a hand edit is worth, what is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.rights_words import closed_in_lists
from wikifarm.blueprint.shipped import data_folder
from wikifarm.engine.recording import start_receipt
from wikifarm.errors import BadCredentials, NotOurs, Unreachable
from wikifarm.model import Module, Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.new_community import new_community
from wikifarm.operations.plan import plan
from wikifarm.rehearsal import DEFAULT_DIALECT, DIALECTS, RunningFarm, snapshot


def _one(outcomes: list[CommunityOutcome]) -> CommunityOutcome:
    assert len(outcomes) == 1
    assert outcomes[0].error is None, outcomes[0].error
    return outcomes[0]


def _writes(outcome: CommunityOutcome) -> int:
    return sum(1 for done in outcome.steps if done.outcome == "done")


def test_a_second_apply_writes_nothing(fresh: Fresh, rennes: Community, tmp_path: Path) -> None:
    first = _one(apply(fresh(), [rennes], audit=False))
    before = snapshot(tmp_path / "farm")
    second = _one(apply(fresh(), [rennes], audit=False))
    assert (first.status, second.status) == ("created", "unchanged")
    assert _writes(second) == 0
    assert snapshot(tmp_path / "farm") == before


@pytest.mark.parametrize("dialect", [one for one in DIALECTS if one != DEFAULT_DIALECT])
def test_a_second_apply_writes_nothing_in_other_dialects(
    dialect: str, rennes: Community, tmp_path: Path
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:
        runs = [
            _one(apply(context_for(farm.url, tmp_path), [rennes], audit=False)) for _each in "ab"
        ]
    assert [run.status for run in runs] == ["created", "unchanged"]


def test_a_password_that_the_farm_refuses_is_sent_once_and_nothing_is_made(
    running: RunningFarm, tmp_path: Path
) -> None:
    context = context_for(running.url, tmp_path, password="faux")
    before = snapshot(tmp_path / "farm")
    outcomes = apply(context, [a_community("rennes"), a_community("brest")], audit=False)
    assert [type(one.error) for one in outcomes] == [BadCredentials, BadCredentials]
    assert snapshot(tmp_path / "farm") == before


def test_a_page_edited_by_hand_is_kept_and_named(fresh: Fresh, rennes: Community) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("CadreDeLaCommunaute")
    assert page is not None
    wiki.pages.save("CadreDeLaCommunaute", page.body + "\n\nNotre intention.", page.revision)
    again = _one(apply(fresh(), [rennes], audit=False))
    assert again.kept == ["pages:CadreDeLaCommunaute"]
    after = wiki.pages.read("CadreDeLaCommunaute")
    assert after is not None
    assert after.body.endswith("Notre intention.")


def test_an_upgrade_merges_what_people_wrote(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    rennes, charter = _own_blueprint(rennes, tmp_path / "modele")
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("Charte")
    assert page is not None
    wiki.pages.save("Charte", page.body + "\n\nArticle 2, écrit ici.", page.revision)
    renamed = replace(rennes, contact="animation@example.org")
    _one(apply(fresh(), [renamed], audit=False))
    charter.write_text("Nouveau préambule.\n" + charter.read_text("utf-8"), "utf-8")
    merged = _one(apply(fresh(), [renamed], audit=False))
    assert "pages:Charte" in {done.change.id for done in merged.steps if done.outcome == "done"}
    now = wiki.pages.read("Charte")
    assert now is not None
    assert now.body.startswith("Nouveau préambule.")
    assert now.body.endswith("Article 2, écrit ici.")
    again = _one(apply(fresh(), [renamed], audit=False))
    assert _writes(again) == 0


def test_a_conflict_keeps_what_people_wrote(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    rennes, charter = _own_blueprint(rennes, tmp_path / "modele")
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("Charte")
    assert page is not None
    first, _line, rest = page.body.partition("\n")
    wiki.pages.save("Charte", f"{first} à nous\n{rest}", page.revision)
    template = charter.read_text("utf-8")
    assert template.startswith(f"{first}\n")
    charter.write_text(template.replace(first, f"{first} autre", 1), "utf-8")
    again = _one(apply(fresh(), [rennes], audit=False))
    assert "pages:Charte" in again.kept
    now = wiki.pages.read("Charte")
    assert now is not None
    assert now.body.startswith(f"{first} à nous")


def _own_blueprint(community: Community, folder: Path) -> tuple[Community, Path]:
    """The community with a blueprint of its own in `folder`, and the template of its charter."""
    shutil.copytree(data_folder("templates") / community.blueprint, folder)
    own = replace(community, blueprint=str(folder))
    return own, folder / community.language / "pages" / "Charte.wiki.j2"


def test_people_added_by_hand_stay_in_their_group(fresh: Fresh, rennes: Community) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    wiki.users.create("Nouvelle", "nouvelle@example.org")
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "Nouvelle"]})
    again = _one(apply(fresh(), [rennes], audit=False))
    assert again.status == "unchanged"
    assert "Nouvelle" in wiki.groups.members("participants")


def test_a_facilitator_who_leaves_the_manifest_leaves_the_group(
    fresh: Fresh, rennes: Community
) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    left = replace(rennes, facilitators=rennes.facilitators[:1])
    _one(apply(fresh(), [left], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    assert wiki.groups.members("animation") == ("CamilleG",)


def test_rights_opened_by_hand_are_closed_again(fresh: Fresh, rennes: Community) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    wiki.rights.set(["TableauDeBord", "Participants"], Rights("*", "*"))
    again = _one(apply(fresh(), [rennes], audit=False))
    assert {done.change.id for done in again.steps} >= {
        "rights:TableauDeBord",
        "rights:Participants",
    }
    assert "*" not in wiki.rights.all()["Participants"].read


def test_a_module_switched_off_leaves_no_menu_entry(fresh: Fresh, rennes: Community) -> None:
    without = replace(
        rennes,
        modules=frozenset({Module.PARTICIPANTS, Module.AGENDA}),
    )
    _one(apply(fresh(), [without], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    menu = wiki.pages.read("PageMenuHaut")
    assert menu is not None
    assert "Agenda" in menu.body
    assert "Ressources" not in menu.body
    assert "Carte" not in wiki.pages.all()


def test_a_module_switched_off_says_what_stays_and_is_still_audited(
    fresh: Fresh, rennes: Community
) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    wiki = open_wiki(fresh(), "rennes")
    wiki.entries.create("108", {"bf_titre": "A wish"})
    without = replace(rennes, modules=rennes.modules - {Module.PROPOSALS, Module.RESOURCES})
    forms = wiki.forms.all()
    for outcome in (_one(plan(fresh(), [without])), _one(apply(fresh(), [without], audit=False))):
        told = [
            [note for note in outcome.notes if forms[id_].label in note] for id_ in ("108", "104")
        ]
        assert [len(notes) for notes in told] == [1, 1]
        assert " 1 " in told[0][0] and "verify" in told[0][0]
        assert "no entry" in told[1][0] and "verify" not in told[1][0]
    closed = "@participants,@animation,%"
    opened = forms["108"].template.replace(closed, "*").replace(closed_in_lists(closed), "*")
    wiki.forms.save({"108": {"bn_label_nature": forms["108"].label, "bn_template": opened,
        "bn_description": "", "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "",
        "bn_only_one_entry": "N"}})  # fmt: skip
    seen = verify(fresh(), [without])[0]
    assert seen.audit is not None
    assert any("forms/108/entries" in leak.route for leak in seen.audit.leaks)


def test_a_module_switched_on_later_brings_its_pages_closed(
    fresh: Fresh, rennes: Community
) -> None:
    without = replace(rennes, modules=frozenset({Module.PARTICIPANTS}))
    _one(apply(fresh(), [without], audit=False))
    later = _one(apply(fresh(), [rennes], audit=False))
    assert later.status == "updated"
    rights = open_wiki(fresh(), "rennes").rights.all()
    assert "*" not in rights["Carte"].read
    assert "*" not in rights["Envies"].read
    assert _one(apply(fresh(), [rennes], audit=False)).status == "unchanged"


def test_an_entry_in_a_demonstration_form_keeps_the_form(fresh: Fresh, rennes: Community) -> None:
    """Only what came with the wiki and was never touched is removed."""
    context = fresh()
    run = CommunityRun(context, rennes)
    with context.lock():
        run.make("apply")
    start_receipt(run.work, context.journal)
    wiki = run.site
    wiki.entries.create("1", {"bf_titre": "Quelqu'un", "bf_nom": "Quelqu'un", "bf_prenom": "Ici"})
    outcome = _one(apply(fresh(), [rennes], audit=False))
    assert "tidy:form 1" in outcome.kept
    assert "1" in wiki.forms.all()


def test_the_plan_of_a_new_community_writes_nothing(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    before = snapshot(tmp_path / "farm")
    planned = _one(plan(fresh(), [rennes]))
    assert planned.status == "planned"
    assert {change.step for change in planned.planned} >= {"pages", "forms", "groups", "accounts"}
    assert snapshot(tmp_path / "farm") == before
    assert not (tmp_path / "out").exists()


def test_a_slug_taken_by_a_stranger_is_refused_and_left_alone(
    running: RunningFarm, fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    from tests.contract.conftest import new_wiki

    fresh().farm.create(new_wiki("rennes", title="Un autre wiki", mark=""))
    before = snapshot(tmp_path / "farm")
    outcome = apply(fresh(), [rennes], audit=False)[0]
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.exit) == ("slug-taken", 7)
    assert "wikifarm adopt rennes" in outcome.error.hint and "slug:" in outcome.error.hint
    with pytest.raises(NotOurs) as refused:  # what names a wiki asks for no other address
        open_wiki(fresh(), "rennes")
    assert "wikifarm adopt rennes" in refused.value.hint and "--slug" not in refused.value.hint
    assert snapshot(tmp_path / "farm") == before


def test_a_slug_of_another_of_our_communities_is_refused(fresh: Fresh, rennes: Community) -> None:
    assert new_community(fresh(), rennes, audit=False).error is None
    other = replace(
        rennes,
        name="Une autre communauté",
        facilitators=(Facilitator("Autre Personne", "autre@example.org"),),
    )
    context = fresh()
    context.places = replace(context.places, output=context.places.output / "ailleurs")
    outcome = new_community(context, other, audit=False)
    assert outcome.error is not None
    assert outcome.error.code == "slug-taken"


def test_a_wiki_made_from_another_computer_is_not_touched_without_its_password(
    running: RunningFarm, fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    _one(apply(fresh(), [rennes], audit=False))
    elsewhere = context_for(running.url, tmp_path / "ailleurs")
    outcome = apply(elsewhere, [rennes], audit=False)[0]
    assert outcome.error is not None
    assert outcome.error.code == "not-ours"
    # With the password, the receipt in the wiki lets any computer go on.
    elsewhere = context_for(running.url, tmp_path / "ailleurs")
    elsewhere.vault.keep("rennes", fresh().vault.get("rennes"))
    assert _one(apply(elsewhere, [rennes], audit=False)).status == "unchanged"


def test_the_failure_of_one_never_undoes_another(
    running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    from tests.contract.conftest import new_wiki

    fresh().farm.create(new_wiki("pris", title="Un autre wiki", mark=""))
    outcomes = apply(fresh(), [replace(rennes, slug="pris"), rennes], audit=False, max_failures=3)
    assert [one.status for one in outcomes] == ["failed", "created"]


def test_a_farm_that_does_not_answer_is_asked_once(tmp_path: Path) -> None:
    context = context_for("http://127.0.0.1:9/", tmp_path)
    outcomes = apply(context, [a_community(slug) for slug in ("brest", "lorient", "rennes")])
    assert {type(outcome.error) for outcome in outcomes} == {Unreachable}
    assert [outcome.get + outcome.post > 0 for outcome in outcomes] == [True, False, False]


def test_no_password_and_no_address_in_the_journal(
    fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    context = fresh()
    _one(apply(context, [rennes], audit=False))
    text = (context.folder / "journal.jsonl").read_text("utf-8")
    assert context.vault.get("rennes") not in text
    assert "example.org" not in text
    assert (context.folder / "credentials.json").stat().st_mode & 0o777 == 0o600
