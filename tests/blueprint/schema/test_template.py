"""Templates: written as YesWiki reads them; any form read and written again is the same form."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.blueprint.conftest import problems, write
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.choices import expected_list_id, load_lists
from wikifarm.blueprint.schema.fields import OTHER_TYPES, TYPES, Kind
from wikifarm.blueprint.schema.personal import About, about_all
from wikifarm.blueprint.schema.schema_file import load_schema, load_schemas, to_yaml
from wikifarm.blueprint.schema.template import (
    compile_template,
    form_json,
    normalise,
    properties,
    read_template,
    same_template,
    template_problems,
)
from wikifarm.blueprint.shipped import data_folder
from wikifarm.model import Dialect
from wikifarm.rehearsal import DIALECTS as FARMS
from wikifarm.rehearsal.defaults import default_forms

SHIPPED = data_folder("bazar_schemas")
# The forms of a new wiki and of a farm, as the rehearsal farm has them.
FORMS: dict[str, str] = {
    f"{dialect} {form['bn_label_nature']}": form["bn_template"]
    for dialect, features in FARMS.items()
    for form in (*default_forms.forms(features), default_forms.farm_form(features))
}
TRANSCRIPTS = sorted(Path(__file__).parents[4].glob("shared/yeswiki/transcripts/*/*form*.json"))
DIALECTS = list(Dialect)


@lru_cache
def schemas(language: str) -> dict[str, Schema]:
    return load_schemas(SHIPPED, language)


@lru_cache
def ids(dialect: Dialect, language: str = "fr") -> dict[str, str]:
    lists = load_lists(SHIPPED, language)
    return {key: expected_list_id(one.title, dialect) for key, one in lists.items()}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", FORMS)
def test_yeswiki_s_own_forms_survive_a_round_trip(name: str, dialect: Dialect) -> None:
    read = read_template(FORMS[name], dialect=dialect)
    assert compile_template(read, dialect, {}) == normalise(FORMS[name])
    assert same_template(FORMS[name], normalise(FORMS[name]))


def templates_in(value: object) -> list[str]:
    if isinstance(value, dict):
        found = [value["bn_template"]] if isinstance(value.get("bn_template"), str) else []
        return found + [text for one in value.values() for text in templates_in(one)]
    return [text for one in value for text in templates_in(one)] if isinstance(value, list) else []


@pytest.mark.skipif(not TRANSCRIPTS, reason="no transcripts here")
def test_the_forms_of_the_transcripts_survive_a_round_trip() -> None:
    found = 0
    for path in TRANSCRIPTS:
        for text in templates_in(json.loads(path.read_text("utf-8"))):
            for dialect in DIALECTS:
                read = read_template(text, dialect=dialect)
                assert compile_template(read, dialect, {}) == normalise(text)
            found += 1
    assert found


column = st.one_of(
    st.sampled_from(
        ["", "*", "+", "%", "0", "1", "bf_x", "ListeOuiNon", "form", "wiki", "#", "* a *"]
    ),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20),
)
row = st.tuples(
    st.sampled_from([*sorted(TYPES), *sorted(OTHER_TYPES), "unknown"]),
    st.lists(column, max_size=18),
).map(lambda one: "***".join([one[0], *(f" {text} " for text in one[1])]))
template = st.lists(row, max_size=5).map("\r\n".join)


@given(template, st.sampled_from(DIALECTS))
def test_any_template_survives_a_round_trip(text: str, dialect: Dialect) -> None:
    known = ids(dialect)
    read = read_template(text, dialect=dialect, list_ids=known)
    assert compile_template(read, dialect, known) == normalise(text)
    assert same_template(compile_template(read, dialect, known), text)


@given(template, st.sampled_from(DIALECTS))
def test_any_template_survives_the_file_too(
    tmp_path_factory: pytest.TempPathFactory, text: str, dialect: Dialect
) -> None:
    read = read_template(text, key="x", label="X", dialect=dialect)
    # Of people, it is refused until its rights are closed (test_schema_checks).
    if not read.fields or about_all(read.fields) is About.SOMEBODY:
        return
    path = write(tmp_path_factory.mktemp("t") / "x.yml", to_yaml(read))
    assert compile_template(load_schema(path, "fr"), dialect, {}) == normalise(text)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_shipped_forms_lose_no_line(dialect: Dialect, language: str) -> None:
    known = ids(dialect, language)
    for schema in schemas(language).values():
        text = compile_template(schema, dialect, known)
        assert template_problems(text) == []
        assert len(text.splitlines()) == len(schema.fields)
        assert all(line.count("***") == 16 for line in text.splitlines())
        assert text == normalise(text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_answer_bears_the_same_name_in_every_dialect_and_language(language: str) -> None:
    for key, schema in schemas(language).items():
        names = [properties(schema, dialect, ids(dialect, language)) for dialect in DIALECTS]
        assert names[0] == names[1] == names[2]
        assert all(names[0].values())
        assert names[0] == properties(schemas("fr")[key], Dialect.D45)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_yeswiki_computes_the_name_we_say(dialect: Dialect) -> None:
    """EnumField.php: 4.4.4 takes type + column 1 + column 6; 4.5 column 6 alone."""
    known = ids(dialect)
    for schema in schemas("fr").values():
        names = properties(schema, dialect, known)
        lines = compile_template(schema, dialect, known).splitlines()
        for line, field in zip(lines, schema.fields, strict=True):
            columns = [text.strip() for text in line.split("***")]
            if field.kind in (Kind.LIST, Kind.LINK):
                old = columns[0] + columns[1] + columns[6]
                assert names[field.name] == (old if dialect is Dialect.D44 else columns[6])


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_condition_names_the_answer_it_waits_for(dialect: Dialect) -> None:
    text = compile_template(schemas("fr")["participants"], dialect, ids(dialect))
    assert "conditionschecking***radioListeOuiNonbf_consent_carte == oui***" in text


def test_a_list_that_the_wiki_lacks_stops_the_compilation() -> None:
    schema = schemas("fr")["participants"]
    (found,) = problems(
        lambda: compile_template(schema, Dialect.D44, {"ListeThemes": "ListeThemes"})
    )
    assert found.code == "unknown-list" and "ListeOuiNon" in found.message


def test_the_server_s_ids_are_written_whatever_they_are() -> None:
    schema = schemas("fr")["rencontres"]
    known = {key: f"{one}2" for key, one in ids(Dialect.D45).items()}
    text = compile_template(schema, Dialect.D45, known)
    assert "liste***ListmodalitE2***Modalité*** *** *** ***listeListeModalitebf_modalite***" in text


def test_the_template_is_what_the_form_builder_writes() -> None:
    text = compile_template(schemas("fr")["rencontres"], Dialect.D44, ids(Dialect.D44))
    assert text.splitlines()[1] == (
        "texte***bf_titre***Titre de la rencontre***60***255*** *** ***text***1"
        "*** *** *** *** *** ***name*** ***"
    )
    assert text.splitlines()[-1].startswith(
        "acls*** * ***%,$writing,@animation***comments-closed***"
    )


def test_a_form_to_import_has_every_key() -> None:
    schema = schemas("fr")["rencontres"]
    form = form_json(schema, "102", Dialect.D44, ids(Dialect.D44))
    assert form["bn_id_nature"] == "102"
    assert form["bn_label_nature"] == "Rencontres"
    assert (form["bn_sem_context"], form["bn_sem_type"]) == ("https://schema.org", "Event")
    assert form["bn_only_one_entry"] == "N"
    assert set(form) >= {"bn_description", "bn_condition", "bn_ce_i18n", "bn_template"}


def test_padding_line_ends_and_comments_make_no_difference() -> None:
    one = "texte***a***b***c"
    assert same_template(one, "# note\r\n\r\n texte*** a ***b***c*** *** ***\r\n")
    assert not same_template(one, "texte***a***b***d")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("texte***a***b", "too-few-columns", 1),
        ("# ok\ntexte***a***b***\ntexet***c***d***", "unknown-type", 3),
        ("texte***a***b***\ntexte***a***c***", "duplicate-name", 2),
    ],
)
def test_what_yeswiki_drops_without_a_word_is_told(text: str, code: str, line: int) -> None:
    assert [(one.code, one.line) for one in template_problems(text)] == [(code, line)]


def test_a_form_of_45_is_read_with_its_own_names() -> None:
    text = "liste***ListeX***Choix*** *** *** ***autre_nom*** ***0***"
    read = read_template(text, dialect=Dialect.D45)
    assert properties(read, Dialect.D45) == {"autre_nom": "autre_nom"}
