"""What a wiki does when it is driven, traps included (docs/yeswiki.md, Pages to Groups)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from time import sleep

import pytest

from tests.contract.conftest import PASSWORD
from wikifarm.blueprint.rights_words import closed_in_lists, is_open_in_lists
from wikifarm.engine.receipt import OVERVIEW
from wikifarm.errors import BadCredentials, UnexpectedAnswer, WriteRefused
from wikifarm.model import Dialect, Rights
from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.run_records import PROPERTY
from wikifarm.yeswiki.users import LOST_PASSWORD
from wikifarm.yeswiki.wiki import Wiki

HARD = 'Été d\'œuvre — €, 🌱 "guillemets", {{listusers}}, <b>gras</b> & ""brut""'


def test_a_page_is_read_back_as_it_was_written(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", f"====== Titre ======\n{HARD}", "")
    page = wiki.pages.read("PageDEssai")
    assert page is not None
    assert page.body == f"====== Titre ======\n{HARD}"
    assert wiki.pages.all()["PageDEssai"] == page


def test_a_stale_revision_is_refused_with_a_200(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "un", "")
    first = wiki.pages.read("PageDEssai")
    assert first is not None
    wiki.pages.save("PageDEssai", "deux", first.revision)
    if wiki.capabilities.page_save:
        pytest.skip(
            "the save route of this dialect has no check of conflicts (docs/yeswiki.md, Newer)"
        )
    with pytest.raises(WriteRefused):
        wiki.pages.save("PageDEssai", "trois", first.revision)
    page = wiki.pages.read("PageDEssai")
    assert page is not None
    assert page.body == "deux"


def test_a_page_that_does_not_exist_is_none(wiki: Wiki) -> None:
    assert wiki.pages.read("PageQuiNExistePas") is None
    raw = wiki.session.page("PageQuiNExistePas", "raw")
    assert (raw.status, raw.text.strip()) == (200, "")


def test_a_deleted_page_is_gone_with_its_revisions_and_links_to_it(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "un", "")
    wiki.pages.save("AutrePage", "[[PageDEssai vers elle]]", "")
    wiki.pages.delete("PageDEssai")
    assert wiki.pages.read("PageDEssai") is None
    assert "PageDEssai" not in wiki.rights.all()


def test_rights_of_many_pages_are_set_and_read_in_one_request_each(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "un", "")
    before = wiki.network.traffic.post
    table = wiki.rights.set(["PageDEssai", "TableauDeBord"], Rights("@admins,+", "%"))
    assert wiki.network.traffic.post == before + 1
    assert table["PageDEssai"] == table["TableauDeBord"] == Rights("+,@admins", "%")
    assert wiki.rights.all()["PageDEssai"] == Rights("+,@admins", "%")


def test_a_closed_page_reads_as_empty_for_a_visitor(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "====== Titre ======\nsecret", "")
    wiki.rights.set(["PageDEssai"], Rights("@admins", "@admins"))
    visitor = wiki.visitor()
    assert "secret" not in visitor.session.page("PageDEssai").text
    assert "PageDEssai" not in visitor.pages.all()


def test_an_action_is_closed_to_those_without_the_right(wiki: Wiki) -> None:
    wiki.pages.save("PageCurieuse", "{{listusers}}", "")
    visitor = wiki.visitor()
    assert "WikiAdmin" in visitor.session.page("PageCurieuse").text
    wiki.rights.set_module("action", "listusers", "@admins")
    assert wiki.rights.modules()["action listusers"] == "@admins"
    text = visitor.session.page("PageCurieuse").text
    assert "listusers" in text
    assert "interdit" in text or "denied" in text.lower()


def test_an_unknown_action_has_no_right(wiki: Wiki) -> None:
    assert "action actionquinexistepas" not in wiki.rights.modules()


def test_groups_hold_accounts_and_groups(wiki: Wiki) -> None:
    wiki.groups.set({"animation": ["WikiAdmin"]})
    wiki.groups.set({"participants": ["@animation"]})
    assert wiki.groups.members("participants") == ("@animation",)
    assert set(wiki.groups.all()) >= {"admins", "animation", "participants"}


@pytest.mark.parametrize("name", ["+Voisine", "* Tous"])
def test_an_account_whose_name_lets_in_everybody_enters_no_group(wiki: Wiki, name: str) -> None:
    """Both versions open such an account for whoever signs up, and read its first sign alone."""
    before = wiki.groups.all()
    with pytest.raises(WriteRefused):
        wiki.groups.set({"animation": [*before.get("animation", ()), name]})
    assert wiki.groups.all() == before


def test_the_members_of_a_group_are_replaced_whatever_their_names(wiki: Wiki) -> None:
    """4.5.0's page of groups loses names with a blank or a dot; its API does not."""
    for number, name in enumerate(("Prénom Nom", "A.B")):
        wiki.users.create(name, f"n{number}@example.org")
    wiki.groups.set({"animation": ["WikiAdmin", "Prénom Nom", "A.B"]})
    wiki.groups.set({"animation": ["A.B", "Prénom Nom"]})
    assert set(wiki.groups.members("animation")) == {"A.B", "Prénom Nom"}
    wiki.groups.set({"animation": []})
    assert wiki.groups.members("animation") == ()
    assert "animation" in wiki.groups.all()


def test_groups_that_are_not_shown_are_not_taken_for_none(wiki: Wiki) -> None:
    """Anybody who has an account is answered with an empty list."""
    stranger = wiki.visitor()
    assert stranger.session.sign_up("Passante", "passante@example.org", "MotDePasse123")
    with pytest.raises(UnexpectedAnswer):
        stranger.groups.all()
    with pytest.raises(BadCredentials):
        wiki.visitor().rights.modules()


def test_before_4_6_the_groups_route_answers_success_and_creates_nothing(wiki: Wiki) -> None:
    if wiki.capabilities.group_write:
        pytest.skip("this dialect writes groups by API")
    answer = wiki.session.api_post("groups", [("name", "fantome"), ("users[]", "WikiAdmin")])
    assert answer.status == 200
    assert "fantome" not in wiki.groups.all()


def test_a_run_leaves_a_record_that_the_wiki_numbers_and_dates(wiki: Wiki) -> None:
    for beat, run in enumerate(("aaaa0001", "bbbb0002"), 1):
        wiki.runs.add(run, "verify", beat, "")
    first, second = wiki.runs.all()
    assert (first.run, first.doing, first.beat) == ("aaaa0001", "verify", 1)
    assert first.id < second.id
    assert timedelta(0) <= second.at - first.at < timedelta(minutes=1)
    wiki.runs.add("aaaa0001", "verify", 2, first.since)
    assert wiki.runs.remove("aaaa0001", 1) == [first]
    assert [record.beat for record in wiki.runs.all() if record.run == "aaaa0001"] == [2]
    for run in ("aaaa0001", "bbbb0002"):
        assert [record.run for record in wiki.runs.remove(run)] == [run]
        assert wiki.runs.remove(run) == []
    assert wiki.runs.all() == []


def test_nobody_else_sees_the_records_or_leaves_one_in_the_administrator_s_name(wiki: Wiki) -> None:
    wiki.runs.add("aaaa0001", "verify", 1, "")
    stranger = wiki.visitor()
    assert stranger.session.sign_up("Passante", "passante@example.org", "MotDePasse123")
    assert stranger.runs.all() == []
    stranger.runs.add("cccc0003", "apply", 1, "")
    forged = [("property", PROPERTY), ("user", "WikiAdmin"), ("value[run]", "dddd0004")]
    assert stranger.session.api_post("triples/wikifarm-run-dddd0004", forged).status == 401
    assert [record.run for record in wiki.runs.all()] == ["aaaa0001"]
    with pytest.raises(BadCredentials):
        wiki.visitor().runs.all()
    for person, run in ((stranger, "cccc0003"), (wiki, "aaaa0001")):
        assert len(person.runs.remove(run)) == 1


def test_an_account_is_opened_once(wiki: Wiki) -> None:
    wiki.users.create("CamilleD", "camille@example.org")
    assert {one.name: one.email for one in wiki.users.all()}["CamilleD"] == "camille@example.org"
    with pytest.raises(WriteRefused):
        wiki.users.create("CamilleD", "autre@example.org")
    with pytest.raises(WriteRefused):
        wiki.users.create("AutreNom", "camille@example.org")
    for number, name in enumerate(("Jo", "A" * 81)):
        with pytest.raises(WriteRefused):
            wiki.users.create(name, f"nom{number}@example.org")
    assert wiki.users.delete("CamilleD")
    assert "CamilleD" not in {one.name for one in wiki.users.all()}


def test_an_account_leaves_no_key_behind(wiki: Wiki) -> None:
    """4.5.0 gives one to whoever looks at their own account."""
    passer_by = wiki.visitor()
    if not passer_by.session.sign_up("Passante", "passante@example.org", "MotDePasse123"):
        pytest.skip("a guard keeps programs from signing up on this wiki")
    passer_by.session.page("ParametresUtilisateur")
    assert wiki.users.delete("Passante")
    assert wiki.session.api_json("triples/Passante", {"property": LOST_PASSWORD}) == []


def test_a_wiki_without_its_login_form_is_entered_by_the_route_where_there_is_one(
    wiki: Wiki,
) -> None:
    for tag in ("ParametresUtilisateur", "PageRapideHaut"):
        page = wiki.pages.read(tag)
        wiki.pages.save(tag, "Rien ici.", page.revision if page else "")
    again = wiki.visitor()
    if not wiki.capabilities.group_write:
        with pytest.raises(UnexpectedAnswer):
            again.login("WikiAdmin", PASSWORD)
        return
    with pytest.raises(BadCredentials):
        again.login("WikiAdmin", "autre")
    again.login("WikiAdmin", PASSWORD)
    assert again.groups.members("admins") == ("WikiAdmin",)


def test_accounts_are_hidden_from_visitors(wiki: Wiki) -> None:
    with pytest.raises(BadCredentials):
        wiki.visitor().users.all()


def test_importing_a_list_twice_makes_two_and_the_server_names_them(wiki: Wiki) -> None:
    before = set(wiki.lists.all())
    choice = ("Oui ou non d'essai", (("oui", "Oui"), ("non", "Non")))
    wiki.lists.create([choice])
    wiki.lists.create([choice])
    made = {key: one for key, one in wiki.lists.all().items() if key not in before}
    assert len(made) == 2
    assert {one.title for one in made.values()} == {"Oui ou non d'essai"}
    assert all(one.items == choice[1] for one in made.values())


def test_a_list_takes_more_choices_under_the_id_that_forms_name(wiki: Wiki) -> None:
    before = set(wiki.lists.all())
    first = (("eau", "L'eau & « le sol »"), ("0", "Zéro"))
    wiki.lists.create([("Thèmes d'essai", first)])
    (key,) = wiki.lists.all().keys() - before
    stored = wiki.lists.all()[key].items
    wiki.lists.add(key, [("air", "L'air"), ("feu", "Le feu")])
    after = wiki.lists.all()
    assert set(after) == before | {key}
    assert after[key].title == "Thèmes d'essai"
    assert after[key].items == (*stored, ("air", "L'air"), ("feu", "Le feu"))


def _form(label: str, template: str) -> dict[str, str]:
    return {
        "bn_label_nature": label, "bn_description": "", "bn_condition": "", "bn_sem_context": "",
        "bn_sem_type": "", "bn_sem_use_template": "1", "bn_template": template,
        "bn_ce_i18n": "fr-FR",
    }  # fmt: skip


def _acls(read: str) -> str:
    return f"acls***{read}***%***comments-closed*** *** *** ***\n"


TITLE = "texte***bf_titre***Nom***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***\n"
MAIL = (
    "champs_mail***bf_mail***Mel*** ***@admins*** ***form*** ***1***0*** ***+*** *** *** *** ***\n"
)
PLACE = "map***bf_latitude***bf_longitude*** *** *** *** *** ***0*** *** *** *** *** *** *** ***\n"


def test_a_form_with_the_same_label_is_replaced_whatever_its_number(wiki: Wiki) -> None:
    wiki.forms.save({"1200": _form("Membres", TITLE + _acls("+"))})
    wiki.forms.save({"1300": _form("Membres", TITLE + MAIL + _acls("+"))})
    forms = wiki.forms.all()
    assert "1300" not in forms
    assert "champs_mail" in forms["1200"].template


def test_property_names_are_the_servers(wiki: Wiki) -> None:
    wiki.lists.create([("Choix d'essai", (("oui", "Oui"), ("non", "Non")))])
    key = next(k for k, one in wiki.lists.all().items() if one.title == "Choix d'essai")
    # 4.4 joins type, list id and column 6; 4.5 and later take column 6 alone (EnumField.php).
    line = (
        f"radio***{key}***Accord*** *** *** ***bf_accord*** ***0*** *** *** *** *** *** *** ***\n"
    )
    wiki.forms.save({"1200": _form("Membres", TITLE + line + _acls("+"))})
    names = set(wiki.forms.all()["1200"].properties.values())
    expected = f"radio{key}bf_accord" if wiki.capabilities.dialect is Dialect.D44 else "bf_accord"
    assert expected in names


def in_every_list(wiki: Wiki) -> None:
    """A form that offers each list of the wiki, whose odd choices are its own."""
    choices = (("oui", "Oui & « non »"), ("0", "Zéro"), ("1", "Un"), ("l'été", 'L\'<b>été</b> "2"'))
    wiki.lists.create([("Choix d'essai & d'usage", choices), ("Suite", (("0", "A"), ("1", "B")))])
    lines = "".join(
        f"radio***{key}***{number}*** *** *** ***bf_n{number}*** ***0*** *** *** *** *** ***\n"
        for number, key in enumerate(wiki.lists.all())
    )
    wiki.forms.save({"1200": _form("Membres", TITLE + lines + _acls("+"))})


def test_an_overview_says_what_each_part_says(wiki: Wiki) -> None:
    in_every_list(wiki)
    wiki.users.create("PrenomNom", "prenom.nom@example.org")
    wiki.groups.set({"animation": ["WikiAdmin", "PrenomNom"]})
    wiki.rights.set_module("action", "listusers", "@admins")
    wiki.pages.save("VueDEnsemble", f"%%\n{{}}\n%%\n{OVERVIEW}", "")
    before = wiki.network.traffic.get
    overview = wiki.overview("VueDEnsemble")
    assert wiki.network.traffic.get - before == 3
    assert overview is not None
    assert overview.rights == wiki.rights.all()
    assert {(each.name, each.email) for each in overview.accounts} == {
        (each.name, each.email) for each in wiki.users.all()
    }
    assert overview.settings == wiki.settings.all()
    assert overview.groups == wiki.groups.all()
    assert overview.modules == wiki.rights.modules()
    assert overview.forms == wiki.forms.all()
    assert overview.lists == wiki.lists.all()


def test_a_list_that_is_in_no_form_leaves_the_lists_unknown(wiki: Wiki) -> None:
    in_every_list(wiki)
    wiki.lists.create([("Seule", (("a", "A"),))])
    wiki.pages.save("VueDEnsemble", OVERVIEW, "")
    overview = wiki.overview("VueDEnsemble")
    assert overview is not None
    assert overview.lists is None


def test_an_overview_is_shown_to_administrators_alone_and_whole(wiki: Wiki) -> None:
    wiki.pages.save("VueDEnsemble", OVERVIEW, "")
    stranger = wiki.visitor()
    assert stranger.overview("VueDEnsemble") is None
    assert stranger.session.sign_up("Passante", "passante@example.org", "MotDePasse123")
    assert stranger.overview("VueDEnsemble") is None
    for number, action in enumerate(OVERVIEW.split("\n")[:5]):
        tag = f"VueSansUneAction{'ABCDE'[number]}"
        wiki.pages.save(tag, OVERVIEW.replace(action, ""), "")
        assert wiki.overview(tag) is None, action
    assert wiki.overview("PageQuiNExistePas") is None


def test_a_login_of_before_goes_on_until_it_no_longer_holds(wiki: Wiki) -> None:
    wiki.pages.save("VueDEnsemble", OVERVIEW, "")
    wiki.session.page("VueDEnsemble")
    known = wiki.acquaintance
    later = Wiki(wiki.network, wiki.addresses)
    before = wiki.network.traffic.post
    assert later.meet(known, "VueDEnsemble")
    assert later.account == "WikiAdmin"
    assert later.overview("VueDEnsemble") is not None
    assert later.capabilities == known.capabilities
    assert wiki.network.traffic.post == before
    spoilt = tuple(replace(each, value=f"x{each.value[1:]}") for each in known.cookies)
    for wrong in (replace(known, cookies=spoilt), replace(known, cookies=())):
        nobody = Wiki(wiki.network, wiki.addresses)
        assert not nobody.meet(wrong, "VueDEnsemble")
        assert nobody.account == ""


def test_two_entries_with_one_title_are_two_entries(wiki: Wiki) -> None:
    wiki.forms.save({"1200": _form("Membres", TITLE + _acls("*"))})
    tags = {wiki.entries.create("1200", {"bf_titre": "Ada Lovelace"}) for _each in range(2)}
    assert len(tags) == 2
    assert tags == set(wiki.entries.of("1200"))


def test_an_entry_without_its_required_title_is_refused_with_a_200(wiki: Wiki) -> None:
    wiki.forms.save({"1200": _form("Membres", TITLE + _acls("*"))})
    with pytest.raises(WriteRefused):
        wiki.entries.create("1200", {"bf_titre": ""})
    assert wiki.entries.of("1200") == {}


def test_entries_of_a_closed_form_are_hidden_from_visitors(wiki: Wiki) -> None:
    wiki.forms.save({"1200": _form("Membres", TITLE + MAIL + _acls("+"))})
    tag = wiki.entries.create("1200", {"bf_titre": "Fiche", "bf_mail": "secret@example.org"})
    visitor = wiki.visitor()
    assert visitor.entries.of("1200") == {}
    assert "secret@example.org" not in visitor.session.page(tag).text


IN_A_GROUP = "@participants,@animation,%"
STANDING_WITHIN = (
    "part", "Participants", "tion", "%art", "_art", "a%ma", "ants__anim", "%%%", "___", "%#_",
    "n__ion", "__participants", "_art%art%art%art",
)  # fmt: skip
LISTS = (
    "api/forms/1200/entries", "api/entries", "api/entries/bazarlist&idtypeannonce=1200",
    "BazaR/rss&id=1200", "Listes",
)  # fmt: skip


def _carded(wiki: Wiki, read: str) -> tuple[str, list[Wiki]]:
    """The tag of a member's card that this right closes; who wrote it, a member, a facilitator."""
    wiki.forms.save({"1200": _form("Membres", TITLE + MAIL + PLACE + _acls(read))})
    wiki.pages.save("Listes", '{{bazarliste id="1200"}} {{map id="1200"}}', "")
    people = [_account(wiki, name, 90) for name in ("JeanneMartin", "ImamBa", "Facilitatrice")]
    wiki.groups.set({"participants": ["JeanneMartin", "ImamBa"], "animation": ["Facilitatrice"]})
    values = {"bf_titre": "Fiche", "bf_latitude": "48.11117", "bf_longitude": "-1.68887"}
    return people[0].entries.create("1200", values), people


def _account(wiki: Wiki, name: str, number: int = 0) -> Wiki:
    person = wiki.visitor()
    assert person.session.sign_up(name, f"compte{number}-{len(name)}@example.org", PASSWORD), name
    return person


def _shown(person: Wiki, tag: str) -> list[str]:
    """The lists that show this card, or where it is on the map."""
    texts = {route: person.session.ask(route).text for route in LISTS}
    return [route for route, text in texts.items() if tag in text or "48.11117" in text]


def test_lists_compare_rights_as_texts(wiki: Wiki) -> None:
    """Why rights of entries of people hold a line more (4.4.4, 4.5.0)."""
    tag, _people = _carded(wiki, IN_A_GROUP)
    assert _shown(_account(wiki, "Quidam"), tag) == []
    assert _shown(_account(wiki, "part", 1), tag) == list(LISTS)
    assert "Fiche" not in _account(wiki, "Tion", 2).session.page(tag, "raw").text


def test_no_name_lists_what_is_closed_in_lists_and_those_who_may_still_do(wiki: Wiki) -> None:
    tag, people = _carded(wiki, closed_in_lists(IN_A_GROUP))
    assert closed_in_lists(IN_A_GROUP).count(",") == IN_A_GROUP.count(",") + 1
    assert not is_open_in_lists(wiki.rights.all()[tag].read)
    for number, name in enumerate(STANDING_WITHIN):
        assert _shown(_account(wiki, name, number), tag) == [], name
    for person in (*people, wiki):
        assert _shown(person, tag) == list(LISTS)
    wiki.groups.set({"participants": ["ImamBa"]})
    assert _shown(people[0], tag) == list(LISTS)  # whose card it is


def test_another_spelling_finds_a_closed_entry_and_only_the_right_to_write_closes_a_field(
    wiki: Wiki,
) -> None:
    """MySQL takes another case as equal: why every field has a right to write (4.4.4, 4.5.0)."""
    closed = TITLE.replace("bf_titre", "bf_ferme").replace("*** * *** * ***", "***+***+***")
    opened = TITLE.replace("bf_titre", "bf_ouvert")
    template = TITLE + opened + closed + _acls("@admins")
    wiki.forms.save({"1200": _form("Membres", template)})
    values = {"bf_titre": "Fiche Close", "bf_ouvert": "vu-par-tous", "bf_ferme": "vu-de-personne"}
    tag = wiki.entries.create("1200", values)
    visitor = wiki.visitor().session
    query = {"vue": "saisir", "action": "modif_fiche", "id_fiche": tag.lower()}
    text = visitor.page("BazaR", query=query).text
    assert "vu-par-tous" in text
    assert "vu-de-personne" not in text
    assert visitor.api(f"pages/{tag.lower()}").status == 403


def test_a_title_shows_to_strangers_even_when_the_entry_is_closed(wiki: Wiki) -> None:
    """Why the participants' entries have a title that says nothing about anyone."""
    wiki.forms.save({"1200": _form("Membres", TITLE + _acls("@admins"))})
    tag = wiki.entries.create("1200", {"bf_titre": "Zoraide Quintilien"})
    assert "Zoraide Quintilien" in wiki.visitor().session.page(tag).text


def test_removing_a_form_removes_its_entries(wiki: Wiki) -> None:
    wiki.forms.save({"1200": _form("Membres", TITLE + _acls("*"))})
    tag = wiki.entries.create("1200", {"bf_titre": "Ada"})
    wiki.forms.delete("1200")
    assert "1200" not in wiki.forms.all()
    assert tag not in wiki.rights.all()


def test_the_name_of_the_wiki_is_a_setting(wiki: Wiki) -> None:
    now = wiki.settings.all()
    wiki.settings.save(now, {"wakka_name": HARD})
    assert wiki.settings.all()["wakka_name"] == HARD
    after = wiki.settings.all()
    assert {key: value for key, value in after.items() if key != "wakka_name"} == {
        key: value for key, value in now.items() if key != "wakka_name"
    }


def test_a_visitor_opens_an_account_and_is_logged_in(wiki: Wiki) -> None:
    visitor = wiki.visitor()
    if not visitor.session.sign_up("Nouvelle", "nouvelle@example.org", "MotDePasse1234"):
        pytest.skip("a guard keeps programs from signing up on this wiki")
    assert "Nouvelle" in {one.name for one in wiki.users.all()}
    again = wiki.visitor()
    again.login("Nouvelle", "MotDePasse1234")
    with pytest.raises(BadCredentials):
        again.users.all()


def test_delete_is_refused_by_many_web_servers_so_it_is_never_used(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "un", "")
    answer = wiki.session.method("DELETE", "pages/PageDEssai")
    if answer.status != 405:
        pytest.skip("this web server lets DELETE through")
    assert wiki.pages.read("PageDEssai") is not None


def test_a_file_is_attached_and_given_back_byte_for_byte(wiki: Wiki) -> None:
    """Under the name that texts give it, whatever it is, its last version; one that is not there is
    absent, and a file that the wiki does not take is refused in words."""
    wiki.pages.save("PageDEssai", '{{attach file="plan_a-b.pdf" desc="x"}}', "")
    for name in ("plan_a-b.pdf", "Ete.PNG"):
        file = Attachment("PageDEssai", name)
        assert not wiki.attachments.fetch(file, BytesIO())
        for content in (bytes(range(256)) * 50, b"a later version"):
            wiki.attachments.put(file, BytesIO(content))
            given = BytesIO()
            assert wiki.attachments.fetch(file, given)
            assert name.endswith("PNG") or given.getvalue() == content
            sleep(1.1)  # a version is told from another by its second
    assert {file.name for file in wiki.attachments.of("PageDEssai")} == {"plan_a-b.pdf", "Ete.PNG"}
    with pytest.raises(BadCredentials):
        wiki.visitor().attachments.of("PageDEssai")
    with pytest.raises(WriteRefused, match=r"script\.php"):
        wiki.attachments.put(Attachment("PageDEssai", "script.php"), BytesIO(b"<?php"))


def test_a_file_of_a_closed_page_is_public_by_its_address(wiki: Wiki) -> None:
    wiki.pages.save("PageDEssai", "fermée", "")
    wiki.rights.set(["PageDEssai"], Rights("@admins", "@admins"))
    file = Attachment("PageDEssai", "plan.pdf")
    wiki.attachments.put(file, BytesIO(b"plan"))
    given = BytesIO()
    assert wiki.visitor().attachments.fetch(file, given)
    assert given.getvalue() == b"plan"
    with pytest.raises(WriteRefused):
        wiki.visitor().attachments.put(file, BytesIO(b"autre"))
