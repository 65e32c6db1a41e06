"""Who is who in a blueprint, and what its checklist can see: each mistake is told at its line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.blueprint.conftest import problems, write
from tests.blueprints import ATELIER, KEY_RING, mending
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.blueprint_model import Consent
from wikifarm.blueprint.checklist_file import _read
from wikifarm.blueprint.compile import Compiler
from wikifarm.blueprint.json_schemas import blueprint as json_schema
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.schema.schema_file import known_schemas
from wikifarm.blueprint.sources import Problems, read_yaml
from wikifarm.model import Module

from .test_neutral import HOSTILE, tokens

FARM = "https://ferme.example.org/"
BLUEPRINT = (ATELIER / "blueprint.yml").read_text("utf-8")
CHECKLIST = (ATELIER / "checklist.yml").read_text("utf-8")
CARDS = (ATELIER / "bazar_schemas/makers-cards.yml").read_text("utf-8")
WHO = BLUEPRINT[BLUEPRINT.index("who:") : BLUEPRINT.index("forms:")]

Edit = Callable[..., Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """`edit("blueprint.yml", before, after)`: a copy of the blueprint where that is changed."""
    folder = tmp_path / "atelier"

    def change(name: str, before: str, after: str) -> Path:
        if not folder.exists():
            shutil.copytree(ATELIER, folder)
        text = (folder / name).read_text("utf-8")
        assert text.count(before) >= 1
        write(folder / name, text.replace(before, after, 1))
        return folder

    return change


def line_of(text: str, mark: str) -> int:
    """The line (from 1) where `mark` first stands."""
    return text[: text.index(mark)].count("\n") + 1


def told(folder: Path) -> list[tuple[str, int]]:
    """Code and line of each problem."""
    return [(problem.code, problem.line) for problem in problems(lambda: load(folder))]


def load(folder: Path) -> object:
    known_schemas.cache_clear()  # a test writes the same folder several times
    return load_blueprint(str(folder))


def compiled(folder: Path, community: Community) -> Compiler:
    """The community through the blueprint of that folder."""
    blueprint = load_blueprint(str(folder))
    return Compiler(community, blueprint, farm_url=FARM, wiki_url=f"{FARM}mending/")


def accepted_by_schema(folder: Path) -> bool:
    """Whether `wikifarm schema blueprint` takes the file."""
    document = read_yaml(folder / "blueprint.yml", Problems())
    assert document is not None
    return Draft202012Validator(json_schema()).is_valid(document.value)


def test_what_the_loader_reads_is_what_the_file_says() -> None:
    blueprint = load_blueprint(str(ATELIER))
    loans, cards = blueprint.who.people
    assert (loans.form, loans.address, loans.consents) == ("loans", "", ())
    assert (cards.form, cards.address) == ("cards", "bf_letterbox")
    assert [(field.name, field.yes, field.does) for field in cards.consents] == [
        ("bf_letters", "post-me", Consent.MAILING_LIST),
        ("bf_pinned", "pin-me", Consent.MAP),
        ("bf_shown", "show-me", Consent.AGREEMENT),
        ("bf_rules", "seen", Consent.AGREEMENT),
    ]


# What each mistake of `who:` says, where it is told, and whether an editor can see it from the
# JSON Schema: the shape of the file, but not whether its words are known.
SHAPE = [
    ("  members: makers\n", "", "missing", "  facilitators: keepers"),
    ("  facilitators: keepers\n", "", "missing", "  members: makers"),
    ("  members: makers", "  members:", "missing", "members:"),
    ("  members: makers", "  members: [makers]", "wrong-type", "members:"),
    ("  members: makers", "  members: {makers: keepers}", "wrong-type", "members:"),
    ("  members: makers", "  members: true", "wrong-type", "members:"),
    ("  members: makers", "  membres: makers", "unknown-key", "membres"),
    ("    loans: {}", "    loans:", "wrong-type", "loans:"),
    ("    loans: {}", "    loans: [bf_titre]", "wrong-type", "loans:"),
    ("    loans: {}", "    loans: {adress: bf_titre}", "unknown-key", "loans:"),
    ("address: bf_letterbox", "address: [bf_letterbox]", "wrong-type", "address:"),
    ("address: bf_letterbox", "address:", "missing", "address:"),
    ("{does: map, yes: pin-me}", "{yes: pin-me}", "missing", "bf_pinned"),
    ("{does: map, yes: pin-me}", "{does: map}", "missing", "bf_pinned"),
    ("{does: map, yes: pin-me}", "pin-me", "wrong-type", "bf_pinned"),
    ("{does: map, yes: pin-me}", "{does: map, yes: 1}", "wrong-type", "bf_pinned"),
    ("{does: map, yes: pin-me}", "{does: map, yes: true}", "wrong-type", "bf_pinned"),
    ("{does: map, yes: pin-me}", "{does: maps, yes: pin-me}", "choice", "bf_pinned"),
    ("{does: map, yes: pin-me}", "{does: map, yes: pin-me, no: x}", "unknown-key", "bf_pinned"),
    ("  checklist: KeyRing", "  checklist: [KeyRing]", "wrong-type", "checklist:"),
    ("{page: Imprint, name: Licence-Art-Libre}", "CC0", "wrong-type", "licence:"),
    ("{page: Imprint, name: Licence-Art-Libre}", "{page: Imprint}", "missing", "licence:"),
    ("{page: Imprint, name: Licence-Art-Libre}", "{name: CC0}", "missing", "licence:"),
    ("id: 31", "id: true", "bad-id", "cards: {schema"),
    ("module: participants", "module: [participants]", "unknown-module", "cards: {schema"),
    ('summary: {en: "A workshop', 'summary: {en: [x], fr: "A workshop', "wrong-type", "summary:"),
]
WORDS = [
    ("  members: makers", "  members: maker", "choice", "members:"),
    ("  members: makers", "  members: keepers", "duplicate-name", "facilitators:"),
    ("  members: makers", '  members: "{{listusers}}"', "choice", "members:"),
    ("  facilitators: keepers", "  facilitators: admins", "no-facilitators", "facilitators:"),
    ("    loans: {}\n", "", "missing", "  loans: {schema"),
    ("    loans: {}", "    loans: {}\n    evenings: {}", "zone", "    evenings: {}"),
    ("    loans: {}", "    loans: {}\n    lendings: {}", "choice", "    lendings: {}"),
    ("address: bf_letterbox", "address: bf_letterboxes", "choice", "address:"),
    ("address: bf_letterbox", "address: bf_handle", "choice", "address:"),
    ("      address: bf_letterbox\n", "", "missing", "      consents:"),
    ("name: [bf_handle]", "name: [bf_handel]", "choice", "      name:"),
    ("        bf_pinned:", "        bf_pin:", "choice", "bf_pin:"),
    ("        bf_pinned:", "        bf_story:", "choice", "bf_story:"),
    ("yes: pin-me", "yes: pin", "choice", "bf_pinned"),
    ("yes: pin-me", "yes: oui", "choice", "bf_pinned"),
    ("  checklist: KeyRing", "  checklist: KeyRings", "choice", "checklist:"),
    ("  checklist: KeyRing", "  checklist: TheKeyRing", "choice", "checklist:"),
    ("  checklist: KeyRing", "  checklist: HouseRules", "open-page", "checklist:"),
    ("  checklist: KeyRing", "  checklist: Evenings", "open-page", "checklist:"),
    ("{page: Imprint,", "{page: PageFooter,", "choice", "licence:"),
    ("  members: makers", "  members: admins", "members-administer", "members:"),
    ('  admins: ["@keepers"]', '  admins: ["@makers"]', "members-administer", "  members: makers"),
    ("does: map, yes: pin-me", "does: mailing-list, yes: pin-me", "duplicate-consent", "bf_pinned"),
    ("  WhoMends: {profile: inside", "  WhoMends: {profile: posted", "open-page", "  WhoMends:"),
    ('inside: {read: "@makers,', 'inside: {read: "makers,', "open-page", "  WhoMends:"),
    ('inside: {read: "@makers,', 'inside: {read: "!@makers,', "open-page", "  WhoMends:"),
    ("  cards: {schema: makers-cards", "  cards: {schema: lists", "unknown-schema", "cards: {sch"),
]


@pytest.mark.parametrize(("before", "after", "code", "mark"), [*SHAPE, *WORDS])
def test_each_mistake_of_who_stands_at_its_line(
    edit: Edit, before: str, after: str, code: str, mark: str
) -> None:
    folder = edit("blueprint.yml", before, after)
    text = (folder / "blueprint.yml").read_text("utf-8")
    told_of = problems(lambda: load(folder))
    assert (code, line_of(text, mark)) in [(problem.code, problem.line) for problem in told_of]
    assert len(set(told_of)) == len(told_of)
    assert all(problem.file.startswith(str(folder)) for problem in told_of)


@pytest.mark.parametrize(("before", "after", "code", "mark"), SHAPE)
def test_an_editor_sees_a_mistake_of_shape_too(
    edit: Edit, before: str, after: str, code: str, mark: str
) -> None:
    assert not accepted_by_schema(edit("blueprint.yml", before, after))


@pytest.mark.parametrize(("before", "after", "code", "mark"), WORDS)
def test_an_editor_leaves_words_to_the_loader(
    edit: Edit, before: str, after: str, code: str, mark: str
) -> None:
    assert accepted_by_schema(edit("blueprint.yml", before, after))


@pytest.mark.parametrize("after", ["", "who:\n\n", "who: [makers]\n\n", "who: makers\n\n"])
def test_a_blueprint_must_say_who_is_who(edit: Edit, after: str) -> None:
    folder = edit("blueprint.yml", WHO, after)
    assert {code for code, _line in told(folder)} <= {"missing", "wrong-type"}
    assert any("who: {members: " in problem.hint for problem in problems(lambda: load(folder)))
    assert not accepted_by_schema(folder)


def test_what_is_optional_may_be_left_out(edit: Edit) -> None:
    edit("blueprint.yml", "  checklist: KeyRing\n", "")
    folder = edit("blueprint.yml", "  licence: {page: Imprint, name: Licence-Art-Libre}\n", "")
    who = load_blueprint(str(folder)).who
    assert (who.checklist, who.licence) == ("", None)
    assert accepted_by_schema(folder)


@pytest.mark.parametrize(
    "after",
    ["null", "[]", "{}", "7", "true", '""', '"{{listusers}}"', "[[a]]", "{a: {b: {c: [d]}}}",
     '"' + "x" * 50_000 + '"', '"<script>"', "'\"\"'"],
)  # fmt: skip
@pytest.mark.parametrize(
    "before",
    ["makers\n", "keepers\n", "{}", "bf_letterbox", "{does: map, yes: pin-me}", "map, yes: pin-me",
     "KeyRing\n", "{page: Imprint, name: Licence-Art-Libre}"],
)  # fmt: skip
def test_whatever_stands_in_who_is_told_or_taken(edit: Edit, before: str, after: str) -> None:
    """No traceback; and what the loader takes, the JSON Schema takes."""
    start = BLUEPRINT.index("who:")
    text = BLUEPRINT[:start] + BLUEPRINT[start:].replace(before, f"{after}\n", 1)
    folder = edit("blueprint.yml", BLUEPRINT, text)
    try:
        load(folder)
    except Exception as error:
        assert type(error).__name__ == "InvalidInput", repr(error)
    else:
        assert accepted_by_schema(folder)


# The schemas of a blueprint beside it.


def test_rights_of_a_form_name_groups_of_its_blueprint(edit: Edit) -> None:
    """A schema brought from another blueprint would shut everybody out, or let others in."""
    edit("bazar_schemas/makers-cards.yml", '["@makers", "@keepers", "%"]', '["@participants"]')
    folder = edit("bazar_schemas/makers-cards.yml", '"@admins"', '"@administrators"')
    line = line_of(BLUEPRINT, "cards: {schema")
    assert told(folder) == [("unknown-group", line), ("unknown-group", line)]


OPEN = ['"*"', '"+"', "$writing", "makers", '"!@makers"', '"!*"', '"*", "%"']


@pytest.mark.parametrize("right", OPEN)
@pytest.mark.parametrize("key", ["read", "write"])
def test_rights_of_a_people_s_form_name_groups_and_its_author(
    edit: Edit, key: str, right: str
) -> None:
    """Whatever else it names lets in people who are not of the group."""
    before = {"read": 'read: ["@makers", "@keepers", "%"]', "write": 'write: ["%", "@keepers"]'}
    folder = edit("bazar_schemas/makers-cards.yml", before[key], f"{key}: [{right}]")
    line = line_of(CARDS, "acls:")
    assert told(folder) == [("open-rights", line)]


@pytest.mark.parametrize("right", OPEN)
@pytest.mark.parametrize("key", ["read", "write", "address_seen_by"])
def test_a_field_of_people_is_no_more_open_than_its_form(edit: Edit, key: str, right: str) -> None:
    edit("bazar_schemas/makers-cards.yml", '    address_seen_by: "@admins"\n', "")
    after = f"    seen_by: the keepers\n    {key}: [{right}]"
    folder = edit("bazar_schemas/makers-cards.yml", "    seen_by: the keepers", after)
    text = (folder / "bazar_schemas/makers-cards.yml").read_text("utf-8")
    assert told(folder) == [("open-rights", line_of(text, f"    {key}: ["))]


def test_a_line_kept_as_it_was_carries_both_rights_too(edit: Edit) -> None:
    def raw(read: str, write: str) -> Path:
        line = "***".join(["texte", "bf_x", "X", *[" "] * 8, read, write, " ", " ", " "]) + "***"
        (folder / "bazar_schemas/makers-cards.yml").write_text(
            CARDS + f'  - {{type: raw, line: "{line}"}}\n', "utf-8"
        )
        return folder

    folder = edit("blueprint.yml", "version", "version")
    last = CARDS.count("\n") + 1
    load(raw("@makers,%", "%"))
    assert told(raw("@makers,%", " ")) == [("open-rights", last)]
    assert told(raw("+", "%")) == [("open-rights", last)]


def test_that_it_was_imported_excuses_no_form_of_people(edit: Edit) -> None:
    folder = edit("bazar_schemas/makers-cards.yml", "zone: people", "zone: people\nimported: true")
    load(folder)
    edit("bazar_schemas/makers-cards.yml", 'read: ["@makers", "@keepers", "%"]', 'read: "*"')
    text = edit("bazar_schemas/makers-cards.yml", "title: A maker's card", "title: '{{bf_handle}}'")
    codes = {code for code, _line in told(text)}
    assert codes == {"open-rights", "title-leaks"}


def test_one_form_asks_for_one_address(edit: Edit) -> None:
    second = '  - {type: champs_mail, name: bf_second, label: B, read: "@keepers", purpose: p}\n'
    folder = edit("bazar_schemas/makers-cards.yml", CARDS, CARDS + second)
    assert told(folder) == [("other-address", line_of(BLUEPRINT, "address:"))]


def test_a_schema_is_named_by_its_key_and_not_by_its_file(edit: Edit) -> None:
    folder = edit("bazar_schemas/makers-cards.yml", "key: makers-cards", "key: badges")
    assert ("unknown-schema", line_of(BLUEPRINT, "cards: {schema")) in told(folder)
    edit("blueprint.yml", "schema: makers-cards", "schema: badges")
    assert load_blueprint(str(folder)).forms[0].schema == "badges"


def test_the_mistakes_of_a_schema_are_told_with_those_of_the_blueprint(edit: Edit) -> None:
    edit("bazar_schemas/makers-cards.yml", "type: champs_mail", "type: champs_mel")
    folder = edit("blueprint.yml", "  members: makers", "  members: maker")
    files = {Path(problem.file).name: problem.code for problem in problems(lambda: load(folder))}
    assert files == {"makers-cards.yml": "unknown-type", "blueprint.yml": "choice"}


def test_what_a_module_takes_away_is_no_longer_asked(edit: Edit) -> None:
    folder = edit(
        "bazar_schemas/makers-cards.yml", "    name: bf_letterbox",
        "    name: bf_letterbox\n    module: mailing-list",
    )  # fmt: skip
    community = replace(mending("sympa"), blueprint=str(folder))
    whole = compiled(folder, community).who
    assert whole.base is not None and whole.base.form.id == "31"
    assert whole.base.consent_to(Consent.MAILING_LIST) is not None
    fewer = replace(community, modules=community.modules - {Module.MAILING_LIST})
    assert compiled(folder, fewer).who.base is None


# What the checklist can see.


@pytest.mark.parametrize(
    ("before", "after", "code", "mark"),
    [
        ("look: audit,", "look: audits,", "unknown-look", "nobody-seen"),
        ("look: audit,", "look: [audit],", "unknown-look", "nobody-seen"),
        ("look: audit, ", "", "missing", "nobody-seen"),
        ("look: audit,", "look: audit, form: cards,", "unknown-key", "nobody-seen"),
        (", least: 3", "", "missing", "three-keepers"),
        ("least: 3", "least: 0", "wrong-type", "three-keepers"),
        ("least: 3", "least: true", "wrong-type", "three-keepers"),
        ("look: page-edited, page: HouseRules", "look: page-edited", "missing", "rules-written"),
        ("page: HouseRules, seen", "page: TheKeyRing, seen", "unknown-page", "rules-written"),
        ("page: HouseRules, seen", "page: [HouseRules], seen", "unknown-page", "rules-written"),
        ("look: own-entry, form: cards", "look: own-entry", "missing", "keepers-carded"),
        ("form: cards, seen", "form: badges, seen", "unknown-form", "keepers-carded"),
        ("form: evenings, field: bf_when", "form: evenings", "missing", "evening-ahead"),
        ("field: bf_when", "field: bf_date", "unknown-field", "evening-ahead"),
        ("field: bf_when", "field: bf_titre", "unknown-field", "evening-ahead"),
        ("form: evenings, field", "form: cards, field", "unknown-field", "evening-ahead"),
        ('seen: {en: "seen: nobody shows"}', "seen: {en: [shown]}", "missing-language", "nobody-s"),
        ('seen: {en: "seen: nobody shows"}', "seen: shown", "missing-language", "nobody-seen"),
        ('{look: audit, seen: {en: "seen: nobody shows"}}', "audit", "wrong-type", "nobody-seen"),
        ("auto: nobody-seen", "auto: [nobody-seen]", "unknown-auto", "id: unseen"),
        ("auto: nobody-seen", "auto: privacy-audit-passed", "unknown-auto", "id: unseen"),
        ("module: agenda", "module: {agenda: true}", "unknown-module", "id: evening"),
    ],
)
def test_each_mistake_of_the_facts_stands_at_its_line(
    edit: Edit, before: str, after: str, code: str, mark: str
) -> None:
    folder = edit("checklist.yml", before, after)
    text = (folder / "checklist.yml").read_text("utf-8")
    assert (code, line_of(text, mark)) in told(folder)


def test_a_number_that_is_too_small_is_told_as_such(edit: Edit) -> None:
    folder = edit("checklist.yml", "least: 3", "least: 0")
    (problem,) = problems(lambda: load(folder))
    assert "1" in problem.message


def test_a_checklist_without_facts_is_shown_one(edit: Edit) -> None:
    start, end = CHECKLIST.index("facts:"), CHECKLIST.index("phases:")
    folder = edit("checklist.yml", CHECKLIST[start:end], "")
    told_of = problems(lambda: load(folder))
    assert told_of and all("facts: {NAME" in problem.hint for problem in told_of)


@pytest.mark.parametrize("facts", ["", "facts:\n", "facts: {}\n"])
def test_a_checklist_may_see_nothing(edit: Edit, facts: str) -> None:
    text = CHECKLIST[: CHECKLIST.index("facts:")] + facts + CHECKLIST[CHECKLIST.index("phases:") :]
    folder = edit("checklist.yml", CHECKLIST, re.sub(r", auto: [a-z-]+", "", text))
    design = compiled(folder, mending()).design({})
    assert design.facts == {}


@pytest.mark.parametrize("facts", ["[a]", "seen", "7", "{a: }", "{a: {look: }}", "{a: {look: 7}}"])
def test_facts_of_another_shape_are_told(edit: Edit, facts: str) -> None:
    text = CHECKLIST.replace(
        CHECKLIST[CHECKLIST.index("facts:") : CHECKLIST.index("phases:")], f"facts: {facts}\n"
    )
    assert told(edit("checklist.yml", CHECKLIST, text))


def test_what_a_fact_says_acts_upon_nothing(edit: Edit) -> None:
    def shown(sentence: str) -> list[str]:
        folder = edit("checklist.yml", CHECKLIST, CHECKLIST.replace(
            '"seen: nobody shows"', json.dumps(sentence)
        ))  # fmt: skip
        _read.cache_clear()
        pages = compiled(folder, mending()).pages({"nobody-seen"})
        (page,) = (page for page in pages if page.tag == KEY_RING)
        write(folder / "checklist.yml", CHECKLIST)
        return tokens(page.body)

    usual = shown("seen: nobody shows")
    for hostile in (text for text in HOSTILE if "\r" not in text):
        assert shown(hostile) == usual, hostile
