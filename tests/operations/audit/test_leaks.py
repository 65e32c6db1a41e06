"""The audit recognises what must not be seen, and an echo of the question is not an answer."""

from __future__ import annotations

from datetime import date

import pytest

from wikifarm.operations.audit.content_checks import dead_links
from wikifarm.operations.audit.evidence import of_choice, of_date, of_word
from wikifarm.operations.audit.leaks import (
    Sentinel,
    account_name,
    address_of,
    key_of_address,
    key_of_entry,
    key_of_name,
    leaks,
)
from wikifarm.operations.community.outcome import Role
from wikifarm.yeswiki.audit_routes import (
    Route,
    entry_routes,
    page_address,
    spellings,
    wiki_routes,
)
from wikifarm.yeswiki.spy_page import spoke, spy_page

SENTINEL = Sentinel(
    key="ab12",
    form="101",
    label="Participants",
    values={"bf_prenom": "wfprenomab12", "bf_mail": "wfmailab12@wikifarm.invalid"},
    secrets={"bf_prenom": of_word("wfprenomab12"), "bf_mail": of_word("wfmailab12")},
    hidden=frozenset({"bf_mail"}),
    word="wfprenomab12",
    entry="FicheDeParticipante",
    account="WikifarmTemoinAuthorab12",
)
ROUTE = Route("api/pages", "the rights of the entry {entry}")


def test_an_outsider_must_see_nothing_at_all() -> None:
    found = leaks(Role.VISITOR, ROUTE, "<p>WFPRENOMAB12 WikifarmTemoinAuthorab12</p>", SENTINEL)
    assert {leak.seen for leak in found} == {"bf_prenom", "account"}
    assert all(leak.advice for leak in found)


def test_a_member_may_see_the_card_but_never_the_address() -> None:
    assert leaks(Role.MEMBER, ROUTE, "wfprenomab12", SENTINEL) == []
    assert [leak.seen for leak in leaks(Role.MEMBER, ROUTE, "wfmailab12@x", SENTINEL)] == [
        "bf_mail"
    ]


def test_the_echo_of_a_search_is_no_leak() -> None:
    asked = Route(page_address("RechercheTexte", phrase="wfprenomab12"), "")
    assert leaks(Role.VISITOR, asked, "Rien pour « wfprenomab12 »", SENTINEL) == []


def test_no_leak_tells_the_value_that_was_seen() -> None:
    for leak in leaks(Role.VISITOR, ROUTE, "wfprenomab12 wfmailab12", SENTINEL):
        assert "wfprenomab12" not in repr(leak)


def test_enough_routes_are_asked_and_each_has_its_cure() -> None:
    asked = entry_routes("101", SENTINEL.entry, SENTINEL.word, "2026-11-27 06:00:00")
    asked += wiki_routes(["PagePrincipale", "Participants"])
    assert len(asked) >= 90
    assert len({route.id for route in asked}) == len(asked), [route.id for route in asked]
    assert all(route.advice for route in asked)


def test_the_action_that_spoke_is_named() -> None:
    page = spy_page([("101", SENTINEL.entry, SENTINEL.first_field)])
    assert "{{listusers}}" in page
    rendered = "wfmark-bazarliste- rien wfmark-listusers- wfprenomab12 wfmark-trail-"
    assert spoke(rendered, rendered.index("wfprenomab12")) == "listusers"


KEY = "0123abcd"


def test_only_a_sentinel_has_such_an_address() -> None:
    assert key_of_address(address_of(KEY, "member")) == KEY
    for email in (
        f"administration-{KEY}@compte.wikifarm.invalid",
        f"member-{KEY}@wikifarm.invalid.example.org",
        "camille@wikifarm.invalid",
        "camille@example.org",
        "",
    ):
        assert key_of_address(email) == "", email


def test_only_a_sentinel_has_such_a_name_from_end_to_end() -> None:
    assert key_of_name(account_name(KEY, "member")) == KEY
    for name in (f"WikifarmTemoinMember{KEY}s", "WikifarmTemoinDeMariage", f"WikifarmTemoin{KEY}"):
        assert key_of_name(name) == "", name


@pytest.mark.parametrize(
    ("row", "known", "key"),
    [
        ({"bf_mail": f"wfmail{KEY}@wikifarm.invalid"}, (), KEY),
        ({"bf_site": f"https://wfsite{KEY}.wikifarm.invalid/"}, (), KEY),
        ({"bf_nom": f"wfnom{KEY}", "bf_texte": f"wftexte{KEY}"}, (), KEY),
        ({"bf_nom": f"wfnom{KEY}", "owner": f"WikifarmTemoinAuthor{KEY}"}, (), KEY),
        ({"bf_nom": f"wfnom{KEY}"}, (KEY,), KEY),
        # What a person could have typed proves nothing.
        ({"bf_nom": f"wfnom{KEY}"}, (), ""),
        ({"bf_nom": f"wfnom{KEY}", "bf_texte": "wftexte89abcdef"}, (), ""),
        ({"bf_mail": "camille@wikifarm.invalid"}, (KEY,), ""),
        ({"bf_texte": f"about wfmail{KEY}@wikifarm.invalid"}, (KEY,), ""),
        ({"owner": f"WikifarmTemoinAuthor{KEY}"}, (), ""),
        ({}, (KEY,), ""),
    ],
)
def test_an_entry_proves_by_what_it_holds_that_an_audit_wrote_it(
    row: dict[str, str], known: tuple[str, ...], key: str
) -> None:
    assert key_of_entry(row, known) == key


def test_a_link_to_a_missing_page_is_dead() -> None:
    pages = {"A": '[[B ici]] [[C]] [texte](?D) {{button link="E"}} [[https://x.org X]] [[doc]]'}
    assert dead_links(pages, ["A", "B", "D"]) == [("A", "C"), ("A", "E")]


def test_a_tag_is_asked_in_every_spelling_that_mysql_takes_as_equal() -> None:
    assert spellings("FicheDeParticipante") == [
        "fichedeparticipante",
        "FICHEDEPARTICIPANTE",
        "fICHEdEpARTICIPANTE",
        "FichéDeParticipante",
        "FicheDeParticipante ",
    ]


def test_a_form_without_an_address_hides_nothing_from_members() -> None:
    wishes = Sentinel("ab12", "108", "Wishes", {}, {"bf_texte": of_word("wftexteab12")})
    assert leaks(Role.MEMBER, ROUTE, "wftexteab12", wishes) == []
    assert leaks(Role.STRANGER, ROUTE, "wftexteab12", wishes)


CHOSEN = of_choice("radioListeOuiNonbf_charte", "oui", "Oui, merci")
# As 4.4.4 and 4.5.0 write them.
SHOWING = (
    '{"radioListeOuiNonbf_charte":"oui"}',
    r'{"body":"{\"radioListeOuiNonbf_charte\":\"oui\"}"}',
    "{&quot;radioListeOuiNonbf_charte&quot;:&quot;oui&quot;}",
    r'{"html_data":"data-radioListeOuiNonbf_charte=\u0022oui\u0022 "}',
    '<div data-id="radioListeOuiNonbf_charte"><span class="BAZ_texte"> Oui, merci </span></div>',
    r'{"h":"<div data-id=\"radioListeOuiNonbf_charte\"><span>\nOui, merci\n<\/span>"}',
    r'{"h":"\u003Cdiv data-id=\u0022radioListeOuiNonbf_charte\u0022\u003EOui, merci\u003C\/div"}',
    '<input type="radio" value="oui" name="radioListeOuiNonbf_charte"\n checked data-default="" />',
    '<input type="checkbox" value="1" name="radioListeOuiNonbf_charte[oui]"  checked />',
    '<select id="x"\n name="radioListeOuiNonbf_charte"><option value=\'\'></option>'
    "<option value=oui selected>Oui</option></select>",
)
SILENT = (
    '{"radioListeOuiNonbf_charte":"","radioListeOuiNonbf_autre":"oui"}',
    '{"name":"radioListeOuiNonbf_charte","options":{"oui":"Oui, merci"}}',
    '<div data-id="radioListeOuiNonbf_charte"></div><div data-id="bf_x">Oui, merci</div>',
    '<input type="radio" value="oui" name="radioListeOuiNonbf_charte" />'
    '<input type="radio" value="non" name="radioListeOuiNonbf_charte" checked />',
    '<input type="checkbox" value="1" name="radioListeOuiNonbf_charte[non]" checked />',
    '<select name="radioListeOuiNonbf_charte"><option value=oui >Oui</option></select>'
    '<select name="autre"><option value=oui selected>Oui</option></select>',
    # What 4.5.0 proposes to filter a list with names each question, and what people call it.
    '<li data-id="radioListeOuiNonbf_charte"><input type="checkbox" '
    'value="radioListeOui, merciNonbf_charte"><input value="Oui, merci ?"></li>',
    r'{"h":"\u003Cli data-id=\u0022radioListeOuiNonbf_charte\u0022\u003E\u003Cinput '
    r'value=\u0022Oui, merci ?\u0022\u003E\u003C\/li\u003E"}',
)


@pytest.mark.parametrize("text", SHOWING)
def test_a_choice_is_seen_where_its_question_and_its_answer_stand_together(text: str) -> None:
    assert CHOSEN.search(text)


@pytest.mark.parametrize("text", SILENT)
def test_a_list_that_proposes_the_choice_shows_no_answer(text: str) -> None:
    assert not CHOSEN.search(text)


@pytest.mark.parametrize("text", ["8123-04-05", 'value="8123-04-05"', "<span>05.04.8123</span>"])
def test_a_day_is_seen_as_it_is_stored_and_as_a_card_shows_it(text: str) -> None:
    assert of_date(date(8123, 4, 5)).search(text)
    assert not of_date(date(8123, 4, 6)).search(text)
