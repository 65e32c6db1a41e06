"""A new version of a blueprint reaches communities that stand, people's edits and all.

`WIKIFARM_UPGRADES=50` makes so many communities, two in five edited by hand; eight otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.changes import Action
from wikifarm.engine.steps.content import proposal_tag
from wikifarm.errors import KeptForGood, TooManyChanges
from wikifarm.model import Rights, canonical
from wikifarm.operations.apply import apply
from wikifarm.operations.community.caution import refuse_many
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.upgrade.blueprint_diff import VersionsOutcome, blueprint_diff
from wikifarm.operations.upgrade.blueprint_upgrade import is_up_to_date, plan_upgrade
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DEFAULT_DIALECT, DIALECTS, snapshot
from wikifarm.yeswiki.wiki import Wiki

MANY = int(os.environ.get("WIKIFARM_UPGRADES", "8"))
ATELIER = Path(__file__).parent.parent / "blueprints" / "atelier"
FRESH = Callable[[], Context]


@pytest.fixture
def blueprint(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ATELIER, tmp_path / "atelier"))


def a_workshop(blueprint: Path, slug: str = "mending") -> Community:
    return replace(a_community(slug), name=f"We mend {slug}", language="en",
                   blueprint=str(blueprint))  # fmt: skip


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def newer(mending: Community) -> Community:
    """The same, by a newer version in another folder: a page that changes, one that closes, one
    that would open, one more; a question more."""
    before = Path(mending.blueprint)
    blueprint = Path(shutil.copytree(before, before.parent / "newer" / "atelier"))  # fmt: skip
    _raise_version(blueprint)
    return replace(mending, blueprint=str(blueprint))


def _raise_version(blueprint: Path) -> None:
    change(blueprint / "blueprint.yml", 'version: "0.3"', 'version: "0.4"')
    rules = blueprint / "en" / "pages" / "HouseRules.wiki.j2"
    rules.write_text("====== House rules ======\nWe lock up.\n", "utf-8")
    imprint = blueprint / "en" / "pages" / "Imprint.wiki.j2"
    imprint.write_text(imprint.read_text("utf-8") + "Printed on paper that was used.\n", "utf-8")
    change(blueprint / "blueprint.yml", "HouseRules: {profile: posted, zone: productions}",
           "HouseRules: {profile: inside, zone: people}\n"
           "  Keys: {profile: posted, zone: productions}")  # fmt: skip
    change(blueprint / "blueprint.yml", "KeyRing: {profile: keys", "KeyRing: {profile: inside")
    (blueprint / "en" / "pages" / "Keys.wiki.j2").write_text("====== Keys ======\nHere.\n", "utf-8")
    when = "label: When, required: true}"
    where = "{type: texte, name: bf_where, label: Where}"
    change(blueprint / "bazar_schemas" / "repair-evenings.yml", when, f"{when}\n  - {where}")


def by_hand(wiki: Wiki, tag: str, rewrite: Callable[[str], str]) -> str:
    page = wiki.pages.all()[tag]
    body = rewrite(page.body)
    wiki.pages.save(tag, body, page.revision)
    return body


def a_field_by_hand(wiki: Wiki) -> None:
    form = wiki.forms.all()["33"]
    more = form.template + "texte***bf_cake***Who brings cake?***60***\n"
    wiki.forms.save(
        {"33": {"bn_id_nature": "33", "bn_label_nature": form.label, "bn_template": more}}
    )


def edit(wiki: Wiki) -> dict[str, str]:
    """What people did: one page in the place that changes, another elsewhere, a form."""
    a_field_by_hand(wiki)
    return {
        "HouseRules": by_hand(wiki, "HouseRules", lambda _body: "====== Rules ======\nNone."),
        "Imprint": by_hand(wiki, "Imprint", lambda body: "We are five.\n\n" + body),
    }


def upgrade(context: Context, wanted: list[Community]) -> list[CommunityOutcome]:
    def yes(planned: list[CommunityOutcome]) -> bool:
        refuse_many(planned, MANY)
        return True

    return apply(context, wanted, audit=False, caution=yes, leave=is_up_to_date)


def done(outcome: CommunityOutcome) -> dict[str, str]:
    assert outcome.error is None
    return {each.change.id: each.change.action.value for each in outcome.steps}


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_look_that_changes_is_written_and_costs_nothing_where_it_does_not(
    dialect: str, tmp_path: Path, blueprint: Path
) -> None:
    dressed = "profile: posted, zone: productions, look: {theme: margot, style: margot.css}"
    change(blueprint / "blueprint.yml", "HouseRules: {profile: posted, zone: productions",
           f"HouseRules: {{{dressed}")  # fmt: skip
    mending = a_workshop(blueprint)
    with start_farm(tmp_path / "farm", dialect) as farm:

        def fresh() -> Context:
            return context_for(farm.url, tmp_path)

        apply(fresh(), [mending], audit=False)
        again = fresh()
        assert [one.status for one in apply(again, [mending], audit=False)] == ["unchanged"]
        assert (again.network.traffic.get, again.network.traffic.post) == (4, 0)

        change(blueprint / "blueprint.yml", "style: margot.css", "style: light.css")
        (other,) = apply(fresh(), [mending], audit=False)
        assert done(other) == {"looks:HouseRules": "update"}
        wiki = open_wiki(fresh(), "mending")
        look = {"theme": "margot", "style": "light.css"}
        assert wiki.pages.looks()["HouseRules"] == look

        wiki.pages.dress("HouseRules", {"style": "theirs.css"})
        (seen,) = plan(fresh(), [mending], audit=False)
        assert (seen.status, [each.action for each in seen.planned]) == ("unchanged", [Action.KEEP])
        change(blueprint / "blueprint.yml", "style: light.css", "style: dark.css")
        (kept,) = apply(fresh(), [mending], audit=False)
        assert done(kept) == {"looks:HouseRules": "keep"}
        assert wiki.pages.looks()["HouseRules"]["style"] == "theirs.css"


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_new_version_reaches_a_community_that_was_edited(
    dialect: str, tmp_path: Path, blueprint: Path
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:

        def fresh() -> Context:
            return context_for(farm.url, tmp_path)

        mending = a_workshop(blueprint)
        apply(fresh(), [mending], audit=False)
        wiki = open_wiki(fresh(), "mending")
        edited = edit(wiki)
        (left,) = upgrade(fresh(), [mending])
        assert (left.status, left.steps, "0.3" in left.notes[-1]) == ("unchanged", [], True)
        mending = newer(mending)
        before = snapshot(tmp_path / "farm")
        told = blueprint_diff(fresh(), [mending])
        assert isinstance(told.outcome, VersionsOutcome)
        (versions,) = told.outcome.versions
        assert (versions.before, versions.after) == ("0.3", "0.4")
        assert {each.id: (each.action, each.here) for each in versions.differences} == {
            "pages:HouseRules": ("update", "keep"), "pages:Imprint": ("update", "update"),
            "pages:Keys": ("create", "create"), "rights:HouseRules": ("update", "update"),
            "rights:TheKeyRing": ("update", "keep"), "rights:Keys": ("create", "create"),
            "forms:33": ("update", "update"),
        }  # fmt: skip
        assert set(versions.edited) == set(edited)
        assert versions.proposed == ("HouseRules",)
        (planned,) = plan_upgrade(fresh(), [mending])
        assert snapshot(tmp_path / "farm") == before

        (outcome,) = upgrade(fresh(), [mending])
        foreseen = {each.id: each.action.value for each in planned.planned}
        assert done(outcome) == foreseen
        tag = proposal_tag("HouseRules")
        assert foreseen[f"proposals:{tag}"] == "create"
        assert any(tag in note for note in outcome.notes)
        assert any("--loosen" in note for note in outcome.notes)
        pages, rights = wiki.pages.all(), wiki.rights.all()
        assert pages["HouseRules"].body == edited["HouseRules"]
        assert pages["Imprint"].body.startswith("We are five.")
        assert pages["Imprint"].body.endswith("Printed on paper that was used.")
        assert "We lock up." in pages[tag].body
        assert "None." not in pages[tag].body
        assert rights[tag].same_as(Rights("@keepers", "@keepers"))
        assert canonical(rights["HouseRules"].read) == "@keepers,@makers"
        assert rights["TheKeyRing"].read == "@keepers"
        assert rights["Keys"].read == "*"
        names = wiki.forms.all()["33"].properties
        assert {"bf_where", "bf_cake"} <= names.keys()
        (text,) = (tmp_path / "out" / "checklist").glob("*.md")
        assert tag in text.read_text("utf-8")

        standing = snapshot(tmp_path / "farm")
        (again,) = apply(fresh(), [mending], audit=False)
        assert (again.status, snapshot(tmp_path / "farm")) == ("unchanged", standing)
        (again,) = upgrade(fresh(), [mending])
        assert again.status == "unchanged"
        wiki.pages.delete(tag)
        (after,) = apply(fresh(), [mending], audit=False)
        assert not any(tag in note for note in after.notes)
        assert tag not in wiki.pages.all()


def test_what_has_no_wiki_is_left_to_apply(tmp_path: Path, blueprint: Path) -> None:
    with start_farm(tmp_path / "farm") as farm:
        mending = a_workshop(blueprint)
        (left,) = upgrade(context_for(farm.url, tmp_path), [mending])
        assert (left.status, left.to_make, left.error) == ("unchanged", True, None)
        assert "wikifarm apply" in left.notes[-1]
        told = blueprint_diff(context_for(farm.url, tmp_path), [mending])
        assert isinstance(told.outcome, VersionsOutcome)
        assert told.outcome.versions == ()
        assert told.exit == 0


def test_another_language_is_no_version(tmp_path: Path) -> None:
    with start_farm(tmp_path / "farm") as farm:
        apply(context_for(farm.url, tmp_path), [a_community()], audit=False)
        english = replace(a_community(), language="en")
        for refused in (
            *plan_upgrade(context_for(farm.url, tmp_path), [english]),
            *upgrade(context_for(farm.url, tmp_path), [english]),
        ):
            assert isinstance(refused.error, KeptForGood)


def test_many_communities_and_no_edit_is_lost(tmp_path: Path, blueprint: Path) -> None:
    with start_farm(tmp_path / "farm", DEFAULT_DIALECT) as farm:

        def fresh() -> Context:
            context = context_for(farm.url, tmp_path)
            context.jobs = 4
            return context

        wanted = [a_workshop(blueprint, f"mending-{number}") for number in range(MANY)]
        assert {each.error for each in apply(fresh(), wanted, audit=False)} == {None}
        edited = {
            each.slug: edit(open_wiki(fresh(), each.slug)) for each in wanted[: MANY * 2 // 5]
        }
        version = newer(wanted[0]).blueprint
        wanted = [replace(each, blueprint=version) for each in wanted]
        with pytest.raises(TooManyChanges):
            refuse_many(plan_upgrade(fresh(), wanted), None)
        outcomes = upgrade(fresh(), wanted)
        assert {each.status for each in outcomes} == {"updated"}
        kept = {each.slug for each in outcomes if "pages:HouseRules" in each.kept}
        assert kept == edited.keys()
        for slug, pages in edited.items():
            there = open_wiki(fresh(), slug).pages.all()
            assert there["HouseRules"].body == pages["HouseRules"]
            assert pages["Imprint"] in there["Imprint"].body
            assert proposal_tag("HouseRules") in there
        again = upgrade(fresh(), wanted)
        assert {each.status for each in again} == {"unchanged"}
        assert not any(
            change.action is not Action.KEEP for each in again for change in each.planned
        )
