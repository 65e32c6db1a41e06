"""Blueprints: checked whole on loading; what people typed comes out of every template harmless."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.blueprint_file import TEXTS, load_blueprint
from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import Compiler
from wikifarm.blueprint.design import Design
from wikifarm.blueprint.locate import find_blueprint, known_blueprints
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.manifest.reading import NEEDS
from wikifarm.blueprint.shipped import data_folder
from wikifarm.model import Module, Rights, Zone

from .test_neutral import HOSTILE, tokens

SMALL = """schema: wikifarm/blueprint/1
name: small
version: "1"
languages: [fr]
groups: {animation: facilitators, participants: ["@animation"]}
forms:
  rencontres: {schema: rencontres, id: 102, module: agenda}
profiles:
  open: {read: "*", write: "$writing"}
  members: {read: "@participants,@animation", write: "@animation"}
pages:
  Accueil: {profile: open, zone: productions}
  Gens: {profile: members, zone: people, module: participants, tag: {fr: LesGens}}
closed: {TableauDeBord: {read: "@admins", write: "@admins"}}
action_rights: {listusers: "@admins"}
who: {members: participants, facilitators: animation}
"""
ACCOUNTS = {"ana@example.org": "AnaLeGoff"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "blueprint.yml", SMALL)
    write(tmp_path / "fr/pages/Accueil.wiki.j2", "Nous : << community.name >>\n")
    write(tmp_path / "fr/pages/Gens.wiki.j2", "[[<< tags.Accueil >> Accueil]]\n")
    for name in TEXTS:
        write(tmp_path / f"{name}.j2", "<< community.name >>\n")
    return tmp_path


@pytest.fixture
def small(folder: Path) -> Blueprint:
    return load_blueprint(str(folder))


def compiler(community: Community, blueprint: Blueprint) -> Compiler:
    farm = "https://ferme.example.org/"
    return Compiler(community, blueprint, farm_url=farm, wiki_url=f"{farm}rennes/")


def made(community: Community, blueprint: Blueprint) -> Design:
    return compiler(community, blueprint).design(ACCOUNTS)


def bodies(one: Design) -> dict[str, str]:
    return {page.tag: page.body for page in one.pages}


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("wikifarm/blueprint/1", "wikifarm/blueprint/7", "wrong-schema", 1),
        ('version: "1"\n', "", "missing", 1),
        ("languages: [fr]", "languages: [fr, br]", "choice", 4),
        ("animation: facilitators", "anim-ation: facilitators", "bad-name", 5),
        ('["@animation"]', '["@animators"]', "unknown-group", 5),
        ("schema: rencontres", "schema: rencontre", "unknown-schema", 7),
        ("id: 102", "id: 1100", "bad-id", 7),
        ("id: 102", "id: 4", "bad-id", 7),
        ("closed: {T", "removed: {pages: [lesgens]}\nclosed: {T", "removed", 13),
        ("closed: {T", "removed: {forms: [Rencontres]}\nclosed: {T", "removed", 7),
        ("closed: {T", "removed: {lists: [ListeTypeRencontre]}\nclosed: {T", "removed", 7),
        ("profiles:", "  encore: {schema: rencontres, id: 103}\nprofiles:", "duplicate-name", 8),
        ("module: agenda", "module: agendas", "unknown-module", 7),
        ('read: "*", write: "$writing"', 'write: "$writing"', "missing", 9),
        ('"$writing"', '"$writer"', "bad-right", 9),
        ("Accueil: {profile: open", "Accueil: {profile: opened", "unknown-profile", 12),
        ("zone: productions", "zone: public", "zone", 12),
        ("{fr: LesGens}", '{fr: "Les Gens"}', "bad-name", 13),
        ("{fr: LesGens}", "{fr: accueil}", "duplicate-name", 13),
        ("  Gens:", "  Autre:", "missing-file", 13),
        ("  Gens:", "  ../Gens:", "bad-name", 13),
        ("  Gens:", "  Aux:", "bad-name", 13),
        ("zone: people", "zones: people", "unknown-key", 13),
        ('listusers: "@admins"', 'listusers: "@nobody"', "unknown-group", 15),
    ],
)
def test_each_mistake_of_a_blueprint_stands_at_its_line(
    folder: Path, before: str, after: str, code: str, line: int
) -> None:
    assert before in SMALL
    write(folder / "blueprint.yml", SMALL.replace(before, after, 1))
    assert (code, line) in [
        (one.code, one.line) for one in problems(lambda: load_blueprint(str(folder)))
    ]


def test_a_page_without_its_twin_is_told(folder: Path) -> None:
    write(folder / "blueprint.yml", SMALL.replace("[fr]", "[fr, en]"))
    write(folder / "en/pages/Accueil.wiki.j2", "x")
    (found,) = problems(lambda: load_blueprint(str(folder)))
    assert found.code == "missing-file" and "en/pages/Gens.wiki.j2" in found.message


def test_a_file_that_no_page_uses_is_told(folder: Path) -> None:
    path = write(folder / "fr/pages/Oubli.wiki.j2", "x")
    (found,) = problems(lambda: load_blueprint(str(folder)))
    assert (found.code, found.file) == ("unused-file", str(path))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_for_facilitators_that_is_missing_is_told_before_anything_is_made(
    folder: Path, name: str
) -> None:
    (folder / f"{name}.j2").unlink()
    (found,) = problems(lambda: load_blueprint(str(folder)))
    assert found.code == "missing-file" and f"{name}.j2" in found.message
    write(folder / f"fr/{name}.j2", "a\n<% if x %>\n")
    (found,) = problems(lambda: load_blueprint(str(folder)))
    assert found.code == "template-syntax" and found.file.endswith(f"fr/{name}.j2")


def test_a_template_that_cannot_be_read_gives_its_line(folder: Path) -> None:
    write(folder / "fr/pages/Gens.wiki.j2", "a\n<% if x %>\nb\n<% endfor %>\n")
    (found,) = problems(lambda: load_blueprint(str(folder)))
    assert found.code == "template-syntax" and found.line == 4
    assert found.file.endswith("Gens.wiki.j2")


def test_a_file_outside_the_folder_is_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = write(tmp_path_factory.mktemp("elsewhere") / "secret", "x")
    (folder / "fr/pages/Gens.wiki.j2").unlink()
    (folder / "fr/pages/Gens.wiki.j2").symlink_to(secret)
    assert problems(lambda: load_blueprint(str(folder)))[0].code == "outside"


@pytest.mark.parametrize(
    "name", ["", "..", "../..", "communaute apprenante", "/etc", "Communaute-Apprenante"]
)
def test_a_name_never_leaves_the_shipped_folder(name: str) -> None:
    assert problems(lambda: find_blueprint(name))[0].code == "unknown-blueprint"


def test_a_misspelt_name_is_corrected() -> None:
    (found,) = problems(lambda: find_blueprint("communauté-aprenante"))
    assert "communaute-apprenante" in found.hint
    assert "communaute-apprenante" in known_blueprints()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\n<< community.nme >>", "nme"),
        ("a\n<< tags.Absent >>", "Absent"),
        ("a\n<< urls.page('Absent') >>", "Absent"),
        ("a\n<< today >>", "today"),
        ("a\n<< community.name | raw_wiki >>", "raw_wiki"),
        ("a\n<< ''.__class__.__mro__ >>", "__class__"),
        ("a\n<% include '../../../secret.j2' %>", "secret"),
    ],
)
def test_a_template_that_asks_for_what_is_not_there_gives_its_line(
    folder: Path, rennes: Community, text: str, reason: str
) -> None:
    write(folder / "fr/pages/Accueil.wiki.j2", text)
    (found,) = problems(lambda: made(rennes, load_blueprint(str(folder))))
    assert reason in found.message
    assert found.code == "missing-file" or (found.line == 2 and "Accueil" in found.file)


def test_a_language_that_the_blueprint_lacks_is_refused(
    small: Blueprint, rennes: Community
) -> None:
    (found,) = problems(lambda: made(replace(rennes, language="en"), small))
    assert found.code == "language"


def test_pages_come_in_the_order_of_the_menu_with_their_rights(
    small: Blueprint, rennes: Community
) -> None:
    one = made(rennes, small)
    assert [page.tag for page in one.pages] == ["Accueil", "LesGens"]
    assert one.pages[0].rights == Rights("*", "+")
    assert one.pages[1].rights == Rights("@participants,@animation", "@animation")
    assert [page.zone for page in one.pages] == [Zone.PRODUCTIONS, Zone.PEOPLE]
    assert one.pages[0].body == "Nous : Robustesse autour de Rennes"
    assert made(replace(rennes, writing="open"), small).pages[0].rights.write == "*"


def test_a_module_switched_off_takes_its_pages_forms_and_lists_away(
    small: Blueprint, rennes: Community
) -> None:
    one = made(replace(rennes, modules=frozenset()), small)
    assert [page.tag for page in one.pages] == ["Accueil"]
    assert one.forms == () and one.lists == ()


def test_groups_hold_the_accounts_of_the_manifest(small: Blueprint, rennes: Community) -> None:
    more = replace(
        rennes, facilitators=(*rennes.facilitators, Facilitator("Léo", "leo@example.org"))
    )
    one = made(more, small)
    assert one.groups == {"animation": ("AnaLeGoff",), "participants": ("@animation",)}
    assert one.accounts == ACCOUNTS


def test_a_page_can_say_why_each_question_is_asked(folder: Path, rennes: Community) -> None:
    people = "participants: {schema: participants, id: 101, module: participants}"
    before = "rencontres: {schema: rencontres, id: 102, module: agenda}"
    named = SMALL.replace(before, people).replace(
        "facilitators: animation}\n",
        "facilitators: animation, people: {participants: {address: bf_mail}}}\n",
    )
    write(folder / "blueprint.yml", named)
    row = "| << one.label >> | << one.purpose >> | << one.seen_by >> |\n"
    body = rendered(folder, rennes, f"<% for one in questions.participants %>{row}<% endfor %>")
    assert "| Prénom ou pseudonyme | faire connaissance | les participant·e·s connecté" in body
    assert "||" not in body.replace(" ", "")


def test_only_the_lists_in_use_are_designed(small: Blueprint, rennes: Community) -> None:
    one = made(rennes, small)
    assert {entry.key for entry in one.lists} == set(one.forms[0].schema.lists)
    assert one.forms[0].id == "102"


def test_maps_open_on_the_territory(small: Blueprint, rennes: Community) -> None:
    assert made(rennes, small).settings["baz_map_center_lat"] == "48.11"


def test_the_same_input_gives_the_same_design(small: Blueprint, rennes: Community) -> None:
    assert made(rennes, small) == made(rennes, load_blueprint(str(small.folder)))


def rendered(folder: Path, community: Community, text: str) -> str:
    write(folder / "fr/pages/Accueil.wiki.j2", text)
    return bodies(made(community, load_blueprint(str(folder))))["Accueil"]


@pytest.mark.parametrize(
    "text",
    [
        "<< community.name >>",
        "<< community.name | upper | lower >>",
        "<< 'a ' ~ community.name >>",
        "<< tags.Accueil ~ community.name >>",
        "<< facilitators | join(', ') >>",
        "<% set x = community.name %><< x >>",
        "<% for label, url in community.links %><< label >> <% endfor %>",
        "<% macro m(x) %><< x >><% endmacro %><< m(community.name) | raw_wiki >>",
    ],
)
def test_what_people_typed_is_inert_however_a_template_prints_it(
    folder: Path, rennes: Community, text: str
) -> None:
    write(folder / "fr/pages/Accueil.wiki.j2", text)
    blueprint = load_blueprint(str(folder))
    for hostile in HOSTILE:
        community = replace(
            rennes, name=hostile, facilitators=(Facilitator(hostile, "a@example.org"),),
            links=((hostile, "https://example.org"),),
        )  # fmt: skip
        assert tokens(bodies(made(community, blueprint))["Accueil"]) == [], hostile


def test_a_parameter_and_a_link_stay_in_their_place(folder: Path, rennes: Community) -> None:
    community = replace(
        rennes, name='x" template="evil"}} {{listusers',
        links=(("Pad", 'https://example.org/]] {{listusers}} "" __a__'),),
    )  # fmt: skip
    text = (
        '{{section title="<< community.name | param >>"}}'
        "<% for label, url in community.links %>[[<< url >> << label >>]]<% endfor %>"
    )
    body = rendered(folder, community, text)
    assert [token.split()[0] for token in tokens(body)] == ["{{section", "[[https://example.org/%5D%5D%20"
            "%7B%7Blistusers%7D%7D%20%22%22%20__a__"]  # fmt: skip
    assert body.count("{{") == 1


def test_markdown_html_and_plain_text_have_their_own_protection(
    folder: Path, small: Blueprint, rennes: Community
) -> None:
    community = replace(rennes, name="*a* <b>x</b>\nBcc: y")
    for name in ("t.md", "t.html", "t.txt"):
        write(folder / f"fr/{name}.j2", "<< community.name >>")
    texts = compiler(community, small)
    assert texts.text("t.md", {}) == r"\*a\* \<b\>x\</b\> Bcc: y"
    assert texts.text("t.html", {}) == "*a* &lt;b&gt;x&lt;/b&gt;\nBcc: y"
    assert texts.text("t.txt", {}) == "*a* <b>x</b> Bcc: y"


CHECKLIST = """schema: wikifarm/checklist/1
facts:
  two-facilitators: {look: facilitators, least: 2, seen: {fr: Vu}}
  gens-ecrits: {look: page-edited, page: Gens, seen: {fr: Vu}}
phases:
  - id: avant
    fr: Avant
    items:
      - {id: deux, fr: Deux, auto: two-facilitators}
      - {id: gens, fr: Gens, module: participants, page: Gens}
"""


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("id: deux", "id: gens", "duplicate-name"),
        ("id: deux", "id: D 2", "bad-id"),
        ("page: Gens", "page: Gent", "unknown-page"),
        ("module: participants", "module: people", "unknown-module"),
        ("fr: Deux", "en: Two", "missing-language"),
        ("auto:", "autom:", "unknown-key"),
        ("checklist/1", "checklist/2", "wrong-schema"),
        ("auto: two-facilitators", "auto: two-people", "unknown-auto"),
        ("look: facilitators", "look: people", "unknown-look"),
        (", least: 2", "", "missing"),
        ("least: 2", "least: two", "wrong-type"),
        ("least: 2", "lest: 2", "unknown-key"),
        ("page-edited, page: Gens", "page-edited, page: Gent", "unknown-page"),
        ("page-edited, page: Gens", "own-entry, form: gens", "unknown-form"),
        ("seen: {fr: Vu}", "seen: {en: Seen}", "missing-language"),
    ],
)
def test_each_mistake_of_a_checklist_is_told(
    folder: Path, before: str, after: str, code: str
) -> None:
    write(folder / "checklist.yml", CHECKLIST.replace(before, after))
    assert code in [one.code for one in problems(lambda: load_blueprint(str(folder)))]


def test_the_checklist_keeps_what_concerns_the_community(folder: Path, rennes: Community) -> None:
    write(folder / "checklist.yml", CHECKLIST)
    write(folder / "fr/pages/Gens.wiki.j2", "====== Qui est là ======\n")
    blueprint = load_blueprint(str(folder))
    (phase,) = compiler(rennes, blueprint).context({"two-facilitators"})["phases"]
    assert [(item["id"], item["done"], item["page"], item["url"]) for item in phase["items"]] == [
        ("deux", True, "", ""),
        ("gens", False, "Qui est là", "https://ferme.example.org/rennes/?LesGens"),
    ]  # fmt: skip
    alone = replace(rennes, modules=frozenset())
    (phase,) = compiler(alone, blueprint).context()["phases"]
    assert [item["id"] for item in phase["items"]] == ["deux"]


# The blueprint that is shipped.


@pytest.fixture(scope="module")
def shipped() -> Blueprint:
    return shipped_once()


def all_modules() -> list[frozenset[Module]]:
    """Every choice of modules that a manifest may make."""
    choices = itertools.chain.from_iterable(
        itertools.combinations(Module, size) for size in range(len(Module) + 1)
    )
    return [
        frozenset(choice)
        for choice in choices
        if all(need in choice for module, need in NEEDS.items() if module in choice)
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_shipped_blueprint_renders_whatever_the_modules(
    shipped: Blueprint, rennes: Community, language: str
) -> None:
    for modules in all_modules():
        community = replace(rennes, language=language, modules=modules)
        one = made(community, shipped)
        tags = {page.tag.lower() for page in one.pages} | {tag.lower() for tag in one.closed}
        for page in one.pages:
            for tag in re.findall(r"\[\[([A-Za-z0-9]+)[ \]]", page.body):
                assert tag.lower() in tags, (page.tag, tag, sorted(modules))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_forms_link_to_pages_that_exist(
    shipped: Blueprint, rennes: Community, language: str
) -> None:
    one = made(replace(rennes, language=language, modules=frozenset(Module)), shipped)
    tags = {page.tag for page in one.pages}
    for form in one.forms:
        for field in form.schema.fields:
            for text in field.options.values():
                assert set(re.findall(r'href="\?([^"]*)"', text)) <= tags


def test_forms_keep_the_zone_of_their_schema(shipped: Blueprint, rennes: Community) -> None:
    zones = {form.schema.key: form.zone for form in made(rennes, shipped).forms}
    assert zones["participants"] is Zone.PEOPLE and zones["rencontres"] is Zone.PRODUCTIONS


def test_no_page_of_people_is_readable_by_everybody(shipped: Blueprint, rennes: Community) -> None:
    for page in made(replace(rennes, modules=frozenset(Module)), shipped).pages:
        if page.zone is Zone.PEOPLE:
            assert not set(page.rights.read.split(",")) & {"*", "+"}, page.tag


@settings(max_examples=40)
@given(
    st.sampled_from(HOSTILE),
    st.sampled_from(["name", "description", "rhythm", "contact", "controller"]),
)
def test_no_text_of_the_manifest_adds_an_action_to_a_shipped_page(hostile: str, key: str) -> None:
    blueprint = shipped_once()
    safe, wild = _telling(key, "zzz"), _telling(key, hostile)
    for before, after in zip(made(safe, blueprint).pages, made(wild, blueprint).pages, strict=True):
        assert actions(before.body) == actions(after.body), (before.tag, key)


SAFE = Community(
    "Rennes", "rennes", (Facilitator("Ana", "ana@example.org"),), modules=frozenset(Module)
)


def _telling(key: str, text: str) -> Community:
    changes: dict[str, Any] = {key: text}
    return replace(SAFE, **changes)


@lru_cache
def shipped_once() -> Blueprint:
    return load_blueprint("communaute-apprenante")


def actions(body: str) -> list[str]:
    """The names of the actions and the starts of the links of a page, in order."""
    found = [token for token in tokens(body) if token.startswith(("{{", "[[", '""', "%%"))]
    return [re.split(r"[ }\]]", token)[0] for token in found]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_texts_for_facilitators_are_complete(
    shipped: Blueprint, rennes: Community, language: str
) -> None:
    community = replace(rennes, language=language)
    found = compiler(community, shipped).texts(frozenset({"two-facilitators"}))
    assert set(found) == {"checklist.md", "checklist.html", "welcome.txt"}
    for text in found.values():
        assert community.name in text and "ana@example.org" not in text
        assert not re.search(r"<<|>>|<%|%>", text)
    assert "[x]" in found["checklist.md"]


def test_no_french_text_puts_de_before_a_name_that_may_begin_with_a_vowel() -> None:
    texts = [path.read_text("utf-8") for path in data_folder("templates").rglob("*.j2")]
    assert len(texts) > 20
    told = re.compile(r"\b(?:de|que) << community.name")
    assert [found for text in texts for found in told.findall(text)] == []


@pytest.mark.parametrize("name", known_blueprints())
def test_each_shipped_blueprint_renders_in_its_languages(name: str, rennes: Community) -> None:
    blueprint = load_blueprint(name)
    assert blueprint.name == name
    for language in blueprint.languages:
        spoken = compiler(replace(rennes, language=language), blueprint)
        design = spoken.design(ACCOUNTS)
        assert {form.id for form in design.forms} == {form.id for form in blueprint.forms}
        assert all(page.body for page in design.pages)
        for text in spoken.texts().values():
            assert not re.search(r"<<|>>|<%|%>", text)
