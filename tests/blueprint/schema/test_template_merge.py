"""A form that people changed takes what its blueprint changed, and keeps what is theirs."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from wikifarm.blueprint.schema.template import differing_fields, parse, written_rows
from wikifarm.blueprint.schema.template_merge import merge_templates

NAMES = ("bf_titre", "bf_mail", "bf_ville", "bf_lien", "bf_plus")


def field(name: str, label: str = "", kind: str = "texte", read: str = "", write: str = "") -> str:
    return written_rows([[kind, name, label or name, *[""] * 8, read, write, *[""] * 3]])


def template(*fields: str) -> str:
    return "".join(fields)


def kept(_before: str, here: str, _there: str) -> str:
    return here


def merge(base: str, now: str, wanted: str) -> str:
    return merge_templates(base, now, wanted, kept)


BASE = template(field("bf_titre"), field("bf_mail"), field("bf_ville"))


def test_what_nobody_touched_becomes_what_the_blueprint_says() -> None:
    wanted = template(field("bf_mail", "Courriel"), field("bf_lien"), field("bf_titre"))
    assert merge(BASE, BASE, wanted) == wanted


def test_a_form_gains_a_field_where_the_blueprint_has_it_and_keeps_that_of_people() -> None:
    now = template(field("bf_titre"), field("bf_plus", "À nous"), field("bf_mail"),
                   field("bf_ville"))  # fmt: skip
    wanted = template(field("bf_titre"), field("bf_mail"), field("bf_lien"), field("bf_ville"))
    assert merge(BASE, now, wanted) == template(
        field("bf_titre"), field("bf_plus", "À nous"), field("bf_mail"), field("bf_lien"),
        field("bf_ville"),
    )  # fmt: skip


def test_each_column_of_a_question_is_merged_by_itself() -> None:
    now = BASE.replace(field("bf_mail"), field("bf_mail", "Ton courriel"))
    wanted = BASE.replace(field("bf_mail"), field("bf_mail", kind="champs_mail"))
    assert merge(BASE, now, wanted) == now  # a question of another kind is not half of it
    sized = written_rows([["texte", "bf_mail", "bf_mail", "60", *[""] * 12]])
    both = written_rows([["texte", "bf_mail", "Ton courriel", "60", *[""] * 12]])
    assert merge(BASE, now, BASE.replace(field("bf_mail"), sized)) == now.replace(
        field("bf_mail", "Ton courriel"), both
    )


def test_where_both_changed_the_same_what_people_did_stays() -> None:
    now = BASE.replace(field("bf_mail"), field("bf_mail", "Ton courriel"))
    wanted = BASE.replace(field("bf_mail"), field("bf_mail", "Votre courriel"))
    assert merge(BASE, now, wanted) == now


def test_a_field_that_people_took_out_stays_out() -> None:
    now = template(field("bf_titre"), field("bf_ville"))
    wanted = BASE.replace(field("bf_mail"), field("bf_mail", "Courriel")) + field("bf_lien")
    assert merge(BASE, now, wanted) == now + field("bf_lien")


def test_a_field_that_the_blueprint_drops_goes_unless_people_changed_it() -> None:
    wanted = template(field("bf_titre"), field("bf_ville"))
    assert merge(BASE, BASE + field("bf_plus"), wanted) == wanted + field("bf_plus")
    now = BASE.replace(field("bf_mail"), field("bf_mail", "À nous"))
    assert merge(BASE, now, wanted) == now


def test_an_order_that_people_chose_stays() -> None:
    now = template(field("bf_ville"), field("bf_titre"), field("bf_mail"))
    wanted = template(field("bf_titre"), field("bf_lien"), field("bf_mail"), field("bf_ville"))
    assert merge(BASE, now, wanted) == template(
        field("bf_ville"), field("bf_titre"), field("bf_lien"), field("bf_mail")
    )


def test_a_field_that_goes_says_nothing_of_the_order_of_the_others() -> None:
    base = template(field("bf_titre"), field("bf_lien"))
    now = template(field("bf_lien"), field("bf_mail"), field("bf_titre"))
    wanted = template(field("bf_titre"), field("bf_mail"))
    once = merge(base, now, wanted)
    assert merge(base, once, wanted) == once == wanted


def test_rights_alone_are_settled_by_who_knows_what_opens() -> None:
    base = field("bf_mail", read="@membres", write="%") + "acls***+***%***+***\n"
    wanted = field("bf_mail", read="*", write="%") + "acls***@membres***%***+***\n"
    asked = []

    def right(before: str, here: str, there: str) -> str:
        asked.append((before, here, there))
        return here

    assert parse(merge_templates(base, base, wanted, right)) == parse(base)
    assert asked == [("@membres", "@membres", "*"), ("%", "%", "%"), ("+", "+", "@membres"),
                     ("%", "%", "%")]  # fmt: skip


@st.composite
def forms(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    labels = st.sampled_from(["Un", "Deux", "Trois"])
    return "".join(field(name, draw(labels)) for name in names)


def names_of(text: str) -> Sequence[str]:
    return [row[1] for row in parse(text)]


@given(base=forms(), now=forms(), wanted=forms())
def test_nothing_that_people_did_is_lost(base: str, now: str, wanted: str) -> None:
    merged = merge(base, now, wanted)
    before, here, after = (dict(zip(names_of(each), parse(each), strict=True))
                           for each in (base, now, merged))  # fmt: skip
    assert len(after) == len(names_of(merged))
    for name, row in here.items():
        if row != before.get(name):
            assert after[name] == row
    for name in before.keys() - here.keys():
        assert name not in after
    assert set(names_of(wanted)) - set(before) <= set(after)
    assert merge(base, merged, wanted) == merged
    assert differing_fields(merge(base, base, wanted), wanted) == []
