"""Manifests: every mistake at once and at its place; what is written reads the same."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.reading import (
    community_from,
    default_modules,
    load_manifests,
    load_valid,
    manifest_schema,
)
from wikifarm.blueprint.manifest.slugs import propose_slug
from wikifarm.blueprint.manifest.validation import ManifestModel
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.errors import InvalidInput
from wikifarm.model import Module

GOOD = "name: Rennes\nslug: rennes\nfacilitators: [Ana <ana@example.org>]\n"


def codes(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    path = write(tmp_path / "a.yml", text)
    return [(one.code, one.line) for one in problems(lambda: load_manifests([path]))]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nom: x", "unknown-key"),
        ("territory: {latitude: 91}", "out-of-range"),
        ("territory: {longitude: -181}", "out-of-range"),
        ("territory: {latitude: north}", "wrong-type"),
        ("territory: {latitude: 48}", "missing"),
        ("territory: {longitude: -3}", "missing"),
        ("territory: [Rennes]", "wrong-type"),
        ("modules: {maps: true}", "unknown-module"),
        ("modules: [participants, maps]", "unknown-module"),
        ("modules: {map: perhaps}", "wrong-type"),
        ("modules: {mailing-list: true}", "module-needs"),
        ("blueprint: nothing-like-it", "unknown-blueprint"),
        ("blueprint: ../../etc", "unknown-blueprint"),
        (f"blueprint: ../{'a' * 300}", "unknown-blueprint"),
        ("language: de", "choice"),
        ("admission: closed", "choice"),
        ("writing: nobody", "choice"),
        ("mailing_list: google", "choice"),
        ("mailing_list: {provider: sympa, address: not-one}", "email"),
        ("links: [{label: Pad, url: 'javascript:alert(1)'}]", "url"),
        ("links: [{label: Pad, url: 'https://x y'}]", "url"),
        ("links: https://example.org", "wrong-type"),
        ("description: {a: b}", "wrong-type"),
        ("rhythm: " + "x" * 300, "too-long"),
    ],
)
def test_each_mistake_has_a_code_and_a_line(tmp_path: Path, line: str, code: str) -> None:
    assert codes(tmp_path, GOOD + line) == [(code, 4)]


@pytest.mark.parametrize(
    "address",
    ["a", "a@b", "a b@example.org", "a@example.org\\nBcc: x@y.org", "a@x.org,b@x.org", "@x.org",
     "é@example.org", ".a@example.org", "a@-x.org", "a" * 65 + "@example.org"],
)  # fmt: skip
def test_a_malformed_address_is_refused(tmp_path: Path, address: str) -> None:
    text = f'name: x\nslug: xx\nfacilitators:\n  - name: Ana\n    email: "{address}"\n'
    assert codes(tmp_path, text) == [("email", 5)]


def test_all_the_mistakes_of_all_the_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", "name: Pays de Brest\nslug: Brest !\nfacilitators: []\nlanguag: fr\n")
    write(tmp_path / "b.yml", "name: [x\n")
    write(tmp_path / "c.csv", "slug;name;facilitators\nlorient;;Ana <ana@example>\n")
    (tmp_path / "d.yml").write_bytes(b"\xff\x00\x01")
    found = {
        (Path(one.file).name, one.code) for one in problems(lambda: load_manifests([tmp_path]))
    }
    assert found == {
        ("a.yml", "slug"), ("a.yml", "missing-facilitator"), ("a.yml", "unknown-key"),
        ("b.yml", "yaml"), ("c.csv", "missing"), ("c.csv", "email"), ("d.yml", "encoding"),
    }  # fmt: skip


def test_what_is_left_out_is_told_in_the_order_of_its_file(tmp_path: Path) -> None:
    text = "slug;facilitators;language;name\nbrest;ana@example;de;Brest\nauray;a@example.org;de;A\n"
    path = write(tmp_path / "a.csv", text + "vannes;a@example.org;fr;Vannes\n")
    all_told = problems(lambda: load_manifests([path]))
    assert load_valid([path]).problems == all_told
    assert [(one.line, one.column) for one in all_told] == [(2, 2), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("language: FR", "language", "fr"),
        ("language: Français", "language", "fr"),
        ("language: anglais", "language", "en"),
        ("language: EN", "language", "en"),
        ("mailing_list: Sympa", "mailing_list", "sympa"),
        ("admission: Open", "admission", "open"),
    ],
)
def test_a_choice_is_known_whatever_its_capitals(
    tmp_path: Path, line: str, key: str, value: str
) -> None:
    (one,) = load_manifests([write(tmp_path / "a.yml", GOOD + line)])
    assert getattr(one, key) == value


@pytest.mark.parametrize("name", ["a.csv", "a.yml"])
def test_what_is_too_large_may_be_shared_out(tmp_path: Path, name: str) -> None:
    (problem,) = problems(lambda: load_manifests([write(tmp_path / name, "#" * 1_000_001)]))
    assert problem.code == "too-large" and "several files" in problem.hint


@pytest.mark.parametrize("number", ["1.e3", "+5", "1.50", "-.5"])
def test_a_number_is_told_as_it_was_written(tmp_path: Path, number: str) -> None:
    text = GOOD.replace("rennes", number, 1) + f"contact: {number}\n"
    (problem,) = problems(lambda: load_manifests([write(tmp_path / "a.yml", text)]))
    assert problem.code == "slug" and f"“{number}”" in problem.message
    (one,) = load_manifests([write(tmp_path / "a.yml", GOOD + f"contact: {number}\n")])
    assert one.contact == number


def test_hints_say_how_to_mend(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.yml", "name: x\nslug: Pays de Brest\nfacilitator: [Ana <a@example.org>]\n"
    )
    hints = {one.code: one.hint for one in problems(lambda: load_manifests([path]))}
    assert "pays-de-brest" in hints["slug"]
    assert "facilitators" in hints["unknown-key"]


def test_a_missing_slug_is_proposed_from_the_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yml", "name: Pays de Brest\nfacilitators: [Ana <a@example.org>]\n")
    assert [(one.code, one.hint) for one in problems(lambda: load_manifests([path]))] == [
        ("missing", "proposed: pays-de-brest")
    ]


@pytest.mark.parametrize("slug", ["api", "tools", "www"])
def test_a_name_that_yeswiki_keeps_is_refused(tmp_path: Path, slug: str) -> None:
    assert codes(tmp_path, GOOD.replace("slug: rennes", f"slug: {slug}")) == [("slug", 2)]


def test_two_files_cannot_share_an_address_even_in_capitals(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", GOOD)
    write(tmp_path / "b.yml", GOOD)
    write(tmp_path / "c.yml", GOOD.replace("slug: rennes", "slug: Rennes"))
    found = [
        (Path(one.file).name, one.code) for one in problems(lambda: load_manifests([tmp_path]))
    ]
    assert found == [("b.yml", "duplicate-slug"), ("c.yml", "duplicate-slug"), ("c.yml", "slug")]


def test_a_list_of_manifests_is_read_as_so_many_files(tmp_path: Path) -> None:
    text = "- {name: A, slug: aa, facilitators: [a@example.org]}\n- name: B\n  slug: B !\n- c\n"
    wrong = problems(lambda: load_manifests([write(tmp_path / "a.yml", text)]))
    assert [(each.code, each.line, each.column) for each in wrong] == [
        ("missing-facilitator", 2, 3), ("slug", 3, 9), ("wrong-type", 4, 3),
    ]  # fmt: skip
    good = text.replace("slug: B !", "slug: bb\n  facilitators: [b@example.org]").replace("- c", "")
    assert [each.slug for each in load_manifests([write(tmp_path / "a.yml", good)])] == ["aa", "bb"]


def test_what_is_wrong_may_be_left_out_and_is_told(tmp_path: Path) -> None:
    rows = [f"c{number};C {number};a@example.org" for number in range(200)]
    rows[100] = "c100;;leo@example"
    rows[150:152] = ["Same;S;a@example.org", "same;S;a@example.org"]
    path = write(tmp_path / "a.csv", "\n".join(["slug;name;facilitators", *rows]))
    told = [("missing", 102), ("email", 102), ("slug", 152), ("duplicate-slug", 153)]
    assert [(one.code, one.line) for one in problems(lambda: load_manifests([path]))] == told
    described = load_valid([path])
    assert [(one.code, one.line) for one in described.problems] == told
    assert len(described.communities) == 197
    assert described.left_out == tuple(
        f"{slug} ({path}:{line})" for slug, line in (("c100", 102), ("Same", 152), ("same", 153))
    )


def test_a_file_that_is_wrong_as_a_whole_is_not_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a.yml", GOOD)
    path = write(tmp_path / "b.csv", "slug;nme\nB;x\n")
    assert {one.file for one in problems(lambda: load_valid([tmp_path]))} == {str(path)}
    assert [one.code for one in problems(lambda: load_valid([path]))] == ["unknown-key", "slug"]


@pytest.mark.parametrize("module", ["map", "proposals"])
def test_a_module_whose_need_is_off_says_so(tmp_path: Path, module: str) -> None:
    other = {"map": "proposals", "proposals": "map"}[module]
    text = GOOD + f"modules: {{participants: false, {other}: false}}\n"
    path = write(tmp_path / "a.yml", text)
    (found,) = problems(lambda: load_manifests([path]))
    assert found.code == "module-needs" and module in found.message


def test_an_empty_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    assert problems(lambda: load_manifests([tmp_path]))[0].code == "empty"
    assert problems(lambda: load_manifests([tmp_path / "no.yml"]))[0].code == "unreadable"


def test_a_file_that_is_set_aside_is_named_where_nothing_else_is_there(tmp_path: Path) -> None:
    write(tmp_path / "_exemple.csv", "slug;name;facilitators\n")
    (problem,) = problems(lambda: load_manifests([tmp_path]))
    assert problem.code == "empty" and f"copy {tmp_path / '_exemple.csv'} " in problem.hint


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b", "3"])
def test_what_is_not_a_manifest_is_told(tmp_path: Path, text: str) -> None:
    assert codes(tmp_path, text)[0][0] == "wrong-type"


def test_the_same_facilitator_twice_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("[Ana", "[Anna <ANA@example.org>, Ana")
    assert codes(tmp_path, text) == [("duplicate-facilitator", 3)]


def test_short_forms_are_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.yml",
        GOOD
        + "territory: Rennes\nmailing_list: sympa\nmodules: {map: non, agenda: oui}\nrhythm:\n",
    )
    (one,) = load_manifests([path])
    assert one.facilitators == (Facilitator("Ana", "ana@example.org"),)
    assert one.territory == Territory("Rennes")
    assert one.mailing_list == "sympa"
    assert one.modules == frozenset(Module) - {Module.MAP}
    assert one.source == str(path)


def test_modules_are_all_but_the_mailing_list(tmp_path: Path) -> None:
    (one,) = load_manifests([write(tmp_path / "a.yml", GOOD)])
    assert one.modules == frozenset(Module) - {Module.MAILING_LIST} == default_modules()


def test_a_list_of_modules_names_exactly_these(tmp_path: Path) -> None:
    (one,) = load_manifests([write(tmp_path / "a.yml", GOOD + "modules: [participants, map]")])
    assert one.modules == {Module.PARTICIPANTS, Module.MAP}


clean = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=60
)
line = clean.map(lambda text: " ".join(text.split()))
paragraphs = st.lists(line, max_size=4).map(lambda lines: "\n".join(lines).strip())
degrees = st.floats(-90, 90)


@st.composite
def communities(draw: st.DrawFn) -> Community:
    name = draw(line.filter(bool))
    provider = draw(st.sampled_from(["none", "sympa", "framaliste", "infini"]))
    placed = draw(st.booleans())
    return Community(
        name=name,
        slug=propose_slug(name),
        facilitators=tuple(
            Facilitator(draw(line.filter(bool)), f"a{number}@example.org")
            for number in range(draw(st.integers(1, 3)))
        ),
        territory=Territory(
            draw(line),
            draw(degrees) if placed else None,
            draw(degrees) if placed else None,
            draw(st.integers(1, 18)),
        ),
        language=draw(st.sampled_from(["fr", "en"])),
        modules=draw(st.sampled_from([default_modules(provider), frozenset(), {Module.AGENDA}])),
        admission=draw(st.sampled_from(["two-step", "open", "invited"])),
        writing=draw(st.sampled_from(["connected", "open"])),
        description=draw(paragraphs),
        rhythm=draw(line),
        contact=draw(line),
        controller=draw(line),
        mailing_list=provider,
        mailing_list_address=draw(st.sampled_from(["", "rennes@listes.example.org"])),
        links=tuple(
            (draw(line.filter(bool)), url)
            for url in draw(
                st.lists(st.sampled_from(["https://a.example/?x=1#y", "http://b.example"]))
            )
        ),
    )


@given(communities())
def test_what_is_written_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, one: Community
) -> None:
    path = write(tmp_path_factory.mktemp("m") / "a.yml", dump_manifest(one))
    assert load_manifests([path]) == [dataclasses.replace(one, modules=frozenset(one.modules))]


def test_a_manifest_is_pleasant_to_read(rennes: Community) -> None:
    text = dump_manifest(
        dataclasses.replace(rennes, description="Première ligne.\n\nDeuxième : « ici ».")
    )
    assert text.startswith("# ")
    assert "description: |-\n  Première ligne.\n\n  Deuxième : « ici ».\n" in text
    assert "name: Robustesse autour de Rennes\nslug: rennes  #" in text
    assert "# two-step, open, invited\nwriting: connected  # who" in text
    assert "\n\n# Those who" in text
    assert 'name: "l\'eau : ici"' in dump_manifest(dataclasses.replace(rennes, name="l'eau : ici"))


def test_editors_get_a_schema_of_every_key() -> None:
    schema = manifest_schema()
    assert set(schema["properties"]) == set(ManifestModel.model_fields)
    assert schema["required"] == ["name", "slug", "facilitators"]
    assert {"type": "string"} in schema["properties"]["territory"]["anyOf"]


@pytest.mark.parametrize("provider", ["framaliste", "sympa"])
@pytest.mark.parametrize(
    "name", ["my-owner", "bounce+x", "postmaster", "abuse", "sympa", "l'eau", "a" * 51]
)
def test_a_name_that_no_list_may_have_is_refused_at_its_place(
    tmp_path: Path, name: str, provider: str
) -> None:
    text = f"{GOOD}mailing_list:\n  provider: {provider}\n  address: {name}@listes.example.org\n"
    (problem,) = problems(lambda: load_manifests([write(tmp_path / "a.yml", text)]))
    assert problem.code == "list-name" and provider in problem.hint
    assert (problem.line, problem.column) == (6, 12)


def test_a_list_that_bears_the_name_of_its_community_is_looked_at_too(tmp_path: Path) -> None:
    text = GOOD.replace("slug: rennes", "slug: support")
    assert len(load_manifests([write(tmp_path / "b.yml", text)])) == 1
    assert codes(tmp_path, text + "mailing_list: sympa\n") == [("list-name", 2)]


def test_a_pipe_or_a_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yml"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path / ("x" * 300), Path("a\0b")):
        (problem,) = problems(lambda path=path: load_manifests([path]))  # type: ignore[misc]
        assert problem.code == "unreadable"


@pytest.mark.parametrize("name", ["Robuste \u202eevil", "\u200b\u2060", "a \u2067b"])
def test_a_name_shows_and_turns_nothing_round(tmp_path: Path, name: str) -> None:
    text = f"name: {json.dumps(name)}\nslug: x-y\nfacilitators: [a@example.org]\n"
    assert ("control-character", 1) in codes(tmp_path, text)


@pytest.mark.parametrize("key", ["name", "description", "contact", "rhythm", "controller"])
def test_no_text_that_people_read_holds_what_lets_one_in(key: str, tmp_path: Path) -> None:
    given: dict[str, object] = {
        "name": "Rennes", "slug": "rennes", "facilitators": ["Ana <ana@example.org>"],
    }  # fmt: skip
    given[key] = "Voir https://svc:MotSecret@pad.example.org/x ou https://pad.example.org/@ana"
    with pytest.raises(InvalidInput) as refused:
        community_from(given)
    (problem,) = refused.value.problems
    assert problem.code == "url" and "MotSecret" not in f"{problem.message}{problem.hint}"
    given[key] = "Voir https://pad.example.org/@ana, ou écrire à ana@example.org"
    assert community_from(given).slug == "rennes"


@pytest.mark.parametrize("text", ["nan", "inf", float("nan"), float("-inf")])
def test_a_place_is_a_number(text: object) -> None:
    given: dict[str, object] = {"name": "R", "slug": "rennes", "facilitators": ["Ana <a@b.fr>"],
             "territory": {"latitude": text, "longitude": -1.68}}  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        community_from(given)
    assert "must be a number" in refused.value.problems[0].message


def test_an_item_that_holds_several_people_is_told_without_their_addresses() -> None:
    given: dict[str, object] = {
        "name": "R", "slug": "rennes", "facilitators": ["Ana <ana@example.org>, Bob <bob@b.fr>"],
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        community_from(given)
    (problem,) = refused.value.problems
    assert problem.code == "several-people" and "@" not in f"{problem.message}{problem.hint}"
