"""Somebody is erased: all that was held of them goes, others stay, and a kill changes nothing."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import SEED
from tests.operations.conftest import context_for
from tests.operations.deaths import Dying, Mortal, born, died
from wikifarm.cli.render.people_lines import erased as erased_lines
from wikifarm.cli.render.sheet import Sheet
from wikifarm.errors import (
    AuditBlind,
    Exit,
    InvalidInput,
    NotConfirmed,
    StillNeeded,
    UnexpectedAnswer,
)
from wikifarm.model import Dialect, Rights
from wikifarm.operations.audit.sentinel import a_member
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.erasure import erasure_proof
from wikifarm.operations.erasure.elsewhere import Unread, WikiPart
from wikifarm.operations.erasure.erase import ErasedPerson, erase
from wikifarm.operations.participants.base import entered, read_base
from wikifarm.operations.participants.new_password import way_in
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS
from wikifarm.rehearsal.store.database import Store
from wikifarm.result import Envelope
from wikifarm.whole_wiki import LOGS, Attachment
from wikifarm.yeswiki.revisions import History, Revisions
from wikifarm.yeswiki.triples import FAVORITE, KEYWORD, REACTION, values_of
from wikifarm.yeswiki.wiki import Wiki

from .conftest import FORM, PASSWORD, Town

EVERY = 3  # of the deaths of an erasure one in so many is tried, drawn from WIKIFARM_SEED


def erased(town: Town, word: str) -> ErasedPerson:
    outcome = erase(town.context(), town.community, word).outcome
    assert isinstance(outcome, ErasedPerson)
    return outcome


def who(town: Town) -> set[str]:
    with entered(town.context(), town.community) as run:
        return {person.account for person in read_base(run).people}


@pytest.mark.parametrize("own_town", DIALECTS, indirect=True)
def test_all_of_one_person_goes_and_nobody_else(own_town: Town) -> None:
    wiki = own_town.wiki()
    way_in(own_town.context(), own_town.community, "Bob")  # leaves a key, which must go too
    wiki.pages.save("MotDeLaFin", "Merci à bob@example.org", "")
    before = wiki.groups.all()
    outcome = erased(own_town, "bob@example.org")
    assert (outcome.status, outcome.account, outcome.groups) == ("erased", "Bob", ("participants",))
    assert outcome.asked == ("visitor", "member", "admin")
    today = [each for each in outcome.sightings if each.part is WikiPart.TODAY]
    assert {(each.by, each.place, each.what) for each in today} == {
        ("admin", "MotDeLaFin", "address"), ("member", "MotDeLaFin", "address"),
    }  # fmt: skip
    # What was saved of a group before 4.5 is noted, with each of its members.
    noted = {(each.place.startswith(LOGS), each.what) for each in outcome.sightings
             if each.part is WikiPart.LOG}  # fmt: skip
    groups_noted = own_town.context().farm.capabilities.dialect is Dialect.D44
    assert noted == ({(True, "account")} if groups_noted else set())
    assert who(own_town) == {"AdaL", "Eve", "CamilleG", "DominiqueP"}
    after = own_town.wiki().groups.all()
    assert after == {
        group: tuple(name for name in members if name != "Bob") for group, members in before.items()
    }
    cards = own_town.wiki().entries.of(FORM)
    assert [card["owner"] for card in cards.values()] == ["AdaL"]
    with pytest.raises(InvalidInput):
        erase(own_town.context(), own_town.community, "Rob")
    own_town.joins("Bob", "bob@example.org")  # the name and the address are free again


@pytest.mark.parametrize("own_town", [Dialect.D44], indirect=True)
def test_notes_of_the_administration_are_searched_in_their_earlier_texts_too(
    own_town: Town,
) -> None:
    """YesWiki begins a note anew when it loses its last text (4.4.4)."""
    wiki = own_town.wiki()
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "AdaL"]})
    (log,) = [tag for tag in wiki.rights.all() if tag.startswith(LOGS)]
    wiki.groups.set({"participants": ["Eve", "Bob"]})
    page = wiki.pages.read(log)
    assert page is not None and "AdaL" in page.body
    time.sleep(1.1)  # of two texts of one second, YesWiki shows one
    wiki.pages.save(log, "Rien.", page.revision)
    outcome = erased(own_town, "AdaL")
    page = wiki.pages.read(log)
    assert page is not None and "AdaL" not in page.body
    assert (log, WikiPart.LOG) in {(each.place, each.part) for each in outcome.sightings}


def test_what_they_made_stays_under_another_name(own_town: Town) -> None:
    author = own_town.wiki().visitor()
    author.login("Bob", PASSWORD)
    author.pages.save("NotesDePassage", "À partager.", "")
    outcome = erased(own_town, "Bob")
    assert outcome.stays == ("NotesDePassage",)
    page = own_town.wiki().pages.read("NotesDePassage")
    assert page is not None and (page.body, page.owner) == ("À partager.", "WikiAdmin")
    assert ("NotesDePassage", "account") in {(each.place, each.what) for each in outcome.sightings}


@pytest.mark.parametrize("own_town", DIALECTS, indirect=True)
def test_what_they_said_goes_unless_others_answered_it(own_town: Town) -> None:
    rights = Rights("*", "@animation", "+")
    own_town.wiki().rights.set(["PagePrincipale"], rights)
    asked = own_town.says("Bob", "PagePrincipale", "Qui vient jeudi ?")
    own_town.says("AdaL", asked, "Moi.")
    alone = own_town.says("Bob", "PagePrincipale", "J’apporte du pain.")
    again = own_town.says("Bob", alone, "Et du beurre.")
    hers = own_town.says("AdaL", "PagePrincipale", "Merci bob@example.org")
    outcome = erased(own_town, "Bob")
    assert outcome.comments == (again, alone)
    assert asked in outcome.stays
    now = own_town.wiki().comments.all()
    assert set(now) == {asked, "Comment2", hers}
    assert (now[asked].owner, now[asked].body) == ("WikiAdmin", "Qui vient jeudi ?")
    seen = {(each.by, each.place, each.what) for each in outcome.sightings}
    assert {("visitor", hers, "address"), ("visitor", asked, "account")} <= seen


@pytest.mark.parametrize("second", ["AdaL", "ada@example.org", "Lovelace Ada"])
def test_a_second_time_tells_again_what_stays(own_town: Town, second: str) -> None:
    wiki = own_town.wiki()
    wiki.rights.set(["PagePrincipale"], Rights("*", "@animation", "+"))
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "AdaL"]})
    author = wiki.visitor()
    author.login("AdaL", PASSWORD)
    author.pages.save("NotesDePassage", "À partager.", "")
    asked = own_town.says("AdaL", "PagePrincipale", "Qui vient jeudi ?")
    own_town.says("Bob", asked, "Moi.")
    wiki.pages.save("Merci", "Merci à ADA LOVELACE, et à A. Lovelace !", "")
    wiki.pages.save("Adresses", "Pour s’inscrire : ada@example.org", "")
    first = erase(own_town.context(), own_town.community, "Ada Lovelace")
    again = erase(own_town.context(), own_town.community, second, lambda _planned: False)
    before, after = first.outcome, again.outcome
    assert isinstance(before, ErasedPerson) and isinstance(after, ErasedPerson)
    assert set(before.stays) == {"NotesDePassage", asked}
    places = {(each.by, each.place, each.what) for each in before.sightings}
    assert {("admin", "Merci", "name"), ("admin", "Adresses", "address"),
            ("admin", "NotesDePassage", "account")} <= places  # fmt: skip
    assert set(after.stays) == set(before.stays)
    assert {(each.by, each.place, each.what) for each in after.sightings} == places
    assert again.messages == first.messages
    assert after.account == "" and who(own_town) == {"Bob", "Eve", "CamilleG", "DominiqueP"}
    journal = next((own_town.folder / "state").rglob("journal.jsonl")).read_text("utf-8").lower()
    assert not [word for word in ("lovelace", "adal", "ada@", "notesde") if word in journal]


def test_a_second_time_is_not_of_who_bears_the_name_since(own_town: Town) -> None:
    wiki = own_town.wiki()
    wiki.pages.save("Merci", "Merci à Bob, et à bob@example.org", "")
    erased(own_town, "bob@example.org")
    own_town.joins("Bob", "other@example.org", bf_prenom="Bob", bf_nom="Autre")
    again = erased(own_town, "bob@example.org")
    assert again.account == "" and "Bob" in who(own_town)
    assert [card["bf_nom"] for card in own_town.wiki().entries.of(FORM).values()].count(
        "Autre"
    ) == 1
    assert ("Merci", "address") in {(each.place, each.what) for each in again.sightings}


def test_the_address_of_another_on_a_card_is_not_theirs(own_town: Town) -> None:
    own_town.joins("Mallory", "m@example.org", bf_prenom="Mal", bf_mail="Ada@example.org")
    with entered(own_town.context(), own_town.community) as run:
        base = read_base(run)
        assert base.addresses_of(base.person("Mallory")) == {"m@example.org"}
        assert base.addresses_of(base.person("AdaL")) == {"ada@example.org"}
    assert erased(own_town, "Mallory").sightings == ()
    assert "AdaL" in who(own_town)


def test_a_member_who_was_logged_out_on_the_way_proves_nothing(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def logged_out(run: CommunityRun) -> Iterator[Wiki | None]:
        with a_member(run) as member:
            assert member is not None
            member.session._client.forget()
            yield member

    monkeypatch.setattr(erasure_proof, "a_member", logged_out)
    with pytest.raises(AuditBlind, match="proves nothing"):
        erased(own_town, "Bob")
    monkeypatch.undo()
    assert erased(own_town, "Bob").status == "erased"


@pytest.mark.parametrize("hidden", ["pages", "entries"])
def test_a_role_that_was_shown_comments_alone_has_seen_nothing(
    own_town: Town, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    own_town.wiki().rights.set(["PagePrincipale"], Rights("*", "@animation", "+"))
    own_town.says("AdaL", "PagePrincipale", "Bonjour.")

    @contextmanager
    def unshown(run: CommunityRun) -> Iterator[Wiki | None]:
        with a_member(run) as member:
            assert member is not None
            there = member.session.api_table
            monkeypatch.setattr(
                member.session, "api_table",
                lambda path, query=None: {} if path == hidden else there(path, query),
            )  # fmt: skip
            yield member

    monkeypatch.setattr(erasure_proof, "a_member", unshown)
    with pytest.raises(AuditBlind, match="not shown what is open"):
        erased(own_town, "Bob")
    monkeypatch.undo()
    assert erased(own_town, "Bob").asked == ("visitor", "member", "admin")


def test_a_role_to_whom_nothing_is_open_has_not_searched(own_town: Town) -> None:
    wiki = own_town.wiki()
    tags = sorted(wiki.rights.all())
    wiki.rights.set(tags, Rights("@participants", "@animation", "comments-closed"))
    assert erased(own_town, "Bob").asked == ("admin",)  # nor can anybody sign up


def test_a_role_that_is_shown_comments_alone_proves_nothing(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_town.wiki().rights.set(["PagePrincipale"], Rights("*", "@animation", "+"))
    own_town.says("AdaL", "PagePrincipale", "Merci.")
    visitor = Wiki.visitor

    def half_blind(wiki: Wiki) -> Wiki:
        passing = visitor(wiki)
        monkeypatch.setattr(passing.session, "api_table", lambda *_asked: {})
        assert passing.comments.all()
        return passing

    with monkeypatch.context() as patched:
        patched.setattr(Wiki, "visitor", half_blind)
        with pytest.raises(AuditBlind):
            erased(own_town, "Bob")
    assert erased(own_town, "Bob").status == "erased"


def test_a_name_is_looked_for_however_it_is_written(own_town: Town) -> None:
    own_town.wiki().pages.save("Merci", "Merci à A. Lovelace, et LOVELACE Ada.", "")
    assert ("Merci", "name") in {
        (each.place, each.what) for each in erased(own_town, "AdaL").sightings
    }


def test_nobody_goes_without_a_yes_nor_who_facilitates(own_town: Town) -> None:
    before = who(own_town)
    with pytest.raises(NotConfirmed):
        erase(own_town.context(), own_town.community, "AdaL", lambda _planned: False)
    with pytest.raises(StillNeeded, match="facilitates") as facilitates:
        erase(own_town.context(), own_town.community, "CamilleG")
    assert facilitates.value.exit is Exit.REFUSED
    own_town.wiki().groups.set({"seule": ["Eve"]})  # YesWiki keeps who is alone in a group
    with pytest.raises(StillNeeded, match="the only one"):
        erase(own_town.context(), own_town.community, "Eve")
    assert who(own_town) == before


@pytest.mark.parametrize("word", ["TomM", "tom@example.org", "Zoé Kerbrat", "Tom Martin"])
def test_cards_of_several_people_under_one_account_do_not_go_together(
    own_town: Town, word: str
) -> None:
    """A card that somebody wrote for another is not theirs."""
    own_town.joins("TomM", "tom@example.org", bf_prenom="Tom", bf_nom="Martin")
    wiki = own_town.wiki()
    form = dict(wiki.forms.all()[FORM].told)
    wiki.forms.save({FORM: form | {"bn_only_one_entry": "N"}})
    card = {"bf_prenom": "Zoé", "bf_nom": "Kerbrat", "bf_mail": "zoe@example.org"}
    tag = wiki.entries.create(FORM, {"bf_titre": "Zoé Kerbrat"} | card)
    wiki.rights.give(tag, wiki.rights.all()[tag], "TomM")
    before = who(own_town)
    with pytest.raises(StillNeeded, match=r"several names: .*Zoé Kerbrat"):
        erase(own_town.context(), own_town.community, word)
    assert who(own_town) == before and tag in wiki.entries.of(FORM)


def test_a_group_that_lets_in_all_but_who_went_is_told(own_town: Town) -> None:
    own_town.wiki().groups.set({"sauf": ["!Bob", "AdaL"]})
    outcome = erased(own_town, "bob@example.org")
    told = {(each.by, each.place, each.what, each.part) for each in outcome.sightings}
    assert ("admin", "@sauf", "account", "rights") in told


def test_names_of_groups_and_of_files_are_looked_at(own_town: Town) -> None:
    wiki = own_town.wiki()
    wiki.groups.set({"AdaLovelace": ["Eve", "Bob"]})
    wiki.pages.save("Photos", '{{attach file="a.pdf"}}', "")
    wiki.attachments.put(Attachment("Photos", "ada-lovelace-cv.pdf"), io.BytesIO(b"%PDF-1.4"))
    wiki.attachments.put(Attachment("Photos", "rien.pdf"), io.BytesIO(b"%PDF-1.4"))
    outcome = erased(own_town, "AdaL")
    told = {(each.place, each.what, each.part.value) for each in outcome.sightings}
    assert {each for each in told if each[2] in ("group", "file")} == {
        ("@AdaLovelace", "name", "group"), ("Photos/ada-lovelace-cv.pdf", "name", "file"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["Merci @{account} !", "écrire à __{mail}__", "chez {at}"])
def test_disguised_they_are_seen_by_a_run_that_goes_on_too(own_town: Town, text: str) -> None:
    hidden_as = text.format(account="AdaL", mail="ada@example.org", at="ada [arobase] example.org")
    own_town.wiki().pages.save("Discret", hidden_as, "")
    for _run in ("the first", "the same words again"):
        outcome = erased(own_town, "ada@example.org")
        assert ("member", "Discret") in {(each.by, each.place) for each in outcome.sightings}


def test_a_name_of_several_words_is_seen_by_a_run_that_goes_on_too(own_town: Town) -> None:
    name = {"bf_prenom": "Jean-Noël", "bf_nom": "D'Arcy Le Goaziou"}
    own_town.joins("Jnd", "jn.darcy@example.org", **name)
    texts = {
        "Merci à D’ARCY LE GOAZIOU, Jean-Noël": "name", "avec J.-N. DʼArcy": "name",
        "Jean-Noël Le Goa{{doubleclic}}ziou": "name", "M. D'Arcy": "surname",
        "jn . darcy @ example · org": "address", "Jean, le Noël d’antan": "",
    }  # fmt: skip
    for number, text in enumerate(texts):
        own_town.wiki().pages.save(f"Discret{number}", text, "")
    expected = {(f"Discret{number}", what) for number, what in enumerate(texts.values()) if what}
    for _run in ("the first", "the same words again"):
        outcome = erased(own_town, "Jean-Noël D'Arcy Le Goaziou")
        seen = {(each.place, each.what) for each in outcome.sightings if each.by == "member"}
        assert {each for each in seen if each[0].startswith("Discret")} == expected


def traced(town: Town, number: int) -> str:
    """Somebody who is named all over the wiki; the name of the account, and of the pages."""
    account, mail = f"ZoeK{number}", f"zoe{number}@example.org"
    name = ("Zoé", f"Kerbrat{'abcdefghijklmnopqrstuvwxyz'[number]}")
    person = town.joins(account, mail, bf_prenom=name[0], bf_nom=name[1],
                        bf_mail=f"autre{number}@example.org")  # fmt: skip
    wiki = town.wiki()
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), account]})
    for page, text in {
        f"Entier{number}": f"Merci à {name[1].upper()} Zoe",
        f"Initiale{number}": f"Merci à Z. {name[1]}",
        f"Famille{number}": f"Merci à Mme {name[1].upper()}",
        f"Colle{number}": f"voir /qui/zoe{name[1].lower()}",
        f"Compte{number}": f"écrire à {account}",
        f"Mel{number}": f"écrire à {mail}",
        f"Mel{number}bis": f"écrire à autre{number}@example.org",
        f"Rien{number}": "Merci à Zoé, et à Kerbratte",
        f"Avant{number}": f"Merci à {' '.join(name)}",
    }.items():
        wiki.pages.save(page, text, "")
    wiki.pages.save(f"Avant{number}", "Merci", wiki.pages.all()[f"Avant{number}"].revision)
    wiki.rights.set([f"Avant{number}"], Rights("*", account, "+"))
    long_ago(town)
    person.pages.save(f"Sien{number}", "À partager.", "")
    asked = town.says(account, "PagePrincipale", "Qui vient ?")
    town.says("Bob", asked, "Moi.")
    town.says(account, "PagePrincipale", "Bonjour.")
    return " ".join(name)


def told_of(
    town: Town, answer: Envelope, number: int
) -> tuple[set[tuple[str, str, str, str]], object]:
    """All that is told at the end, with no number of who it is."""
    outcome = answer.outcome
    assert isinstance(outcome, ErasedPerson)
    comments = town.wiki().comments.all()

    def plain(tag: str) -> str:
        dateless = re.sub(rf"{LOGS}\d+", LOGS, tag)  # any number may stand in a date
        return "COMMENT" if tag in comments else dateless.replace(str(number), "")

    seen = {(each.by, plain(each.place), each.what, each.part.value)
            for each in outcome.sightings}  # fmt: skip
    stays = set(map(plain, outcome.stays))
    messages = [plain(said) for said in answer.messages]
    return seen, (stays, outcome.subscription, outcome.asked, outcome.unread, messages)


def long_ago(town: Town) -> None:
    """Dates the earlier texts, each of a second of its own: YesWiki shows one of a second."""
    store = Store(town.folder / "farm")
    try:
        with store.transaction():
            wiki = store.wiki(town.community.slug)
            assert wiki is not None
            wiki.file.run(
                "UPDATE pages SET time = datetime('2026-01-01', '+' || id || ' seconds') "
                "WHERE latest = 0 AND wiki = ?",
                wiki.folder,
            )
    finally:
        store.close()


def hidden(town: Town) -> None:
    """Ada is named everywhere but in what pages say today."""
    wiki = town.wiki()
    wiki.pages.save("Ancienne", "Merci à Ada Lovelace.", "")
    wiki.pages.save("Ancienne", "Merci.", wiki.pages.all()["Ancienne"].revision)
    wiki.pages.save("Famille", "Merci à Mme LOVELACE.", "")
    wiki.pages.save("Famille", "Merci.", wiki.pages.all()["Famille"].revision)
    person = wiki.visitor()
    person.login("AdaL", PASSWORD)
    wiki.pages.save("Ecrite", "Un.", "")
    wiki.rights.set(["Ecrite"], Rights("*", "*", "+"))
    person.pages.save("Ecrite", "Deux.", person.pages.all()["Ecrite"].revision)
    wiki.pages.save("Ecrite", "Trois.", wiki.pages.all()["Ecrite"].revision)
    wiki.rights.set(["Charte"], Rights("*", "@animation,AdaL", "+"))
    wiki.rights.set_module("action", "trail", "@admins,AdaL")
    wiki.lists.create([("Contacts", (("a", "Ada Lovelace"),))])
    form = dict(wiki.forms.all()["102"].told)
    form["bn_description"] = "Questions : ada@example.org"
    wiki.session.post("BazaR", [("imported-form[102]", json.dumps(form))],
                      query={"vue": "formulaire"})  # fmt: skip
    wiki.pages.dress("Charte", {"theme": "margot", "bgimg": "ada-lovelace.jpg"})
    for name in (KEYWORD, REACTION, FAVORITE):
        told = [("property", name), ("value[value]", "x")]
        person.session.api_post("triples/Principes", told)
    card = {"bf_titre": "Un livre", "bf_resume": "Avec Ada\n\nLOVELACÉ"}
    tag = wiki.entries.create("104", card)
    wiki.entries.change(tag, {**wiki.entries.of("104")[tag], "bf_resume": "Seul"})
    long_ago(town)


def test_who_went_is_looked_for_in_histories_forms_lists_and_rights(own_town: Town) -> None:
    hidden(own_town)
    answer = erase(own_town.context(), own_town.community, "AdaL")
    outcome = answer.outcome
    assert isinstance(outcome, ErasedPerson)
    there = {(each.part.value, each.place, each.what) for each in outcome.sightings}
    assert {place for place in there if place[0] != "today"} >= {
        ("history", "Ancienne", "name"), ("history", "Famille", "surname"),
        ("history", "UnLivre", "name"), ("history", "Ecrite", "account"),
        ("rights", "Charte", "account"),
        ("rights", "action trail", "account"), ("list", "ListeContacts", "name"),
        ("look", "Charte", "name"), ("keyword", "Principes", "account"),
    }  # fmt: skip
    assert any(part == "form" and what == "address" for part, _place, what in there)
    assert outcome.unread == ()
    said = "\n".join(answer.messages)
    assert "Ancienne" in said and "Famille (perhaps: the family name)" in said
    plain = "\n".join(erased_lines(outcome, Sheet()))
    assert "Ancienne" not in plain and "Famille" not in plain


def mute(_wiki: Wiki) -> Iterator[tuple[str, str]]:
    raise UnexpectedAnswer("closed")


def test_what_the_wiki_does_not_show_was_not_looked_at(
    own_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = Revisions.of
    hidden(own_town)

    def closed(revisions: Revisions, tag: str) -> History:
        if tag == "Charte":
            raise UnexpectedAnswer("closed")
        shown = history(revisions, tag)
        return History(shown.shown, 99) if tag == "PagePrincipale" else shown

    monkeypatch.setattr(Revisions, "of", closed)
    monkeypatch.setattr("wikifarm.operations.erasure.elsewhere._lists", mute)
    answer = erase(own_town.context(), own_town.community, "AdaL")
    assert isinstance(answer.outcome, ErasedPerson)
    assert set(answer.outcome.unread) == {
        Unread(WikiPart.LIST), Unread(WikiPart.HISTORY, "Charte"),
        Unread(WikiPart.HISTORY, "PagePrincipale"),
    }  # fmt: skip
    assert any("Not looked at" in said and "history of Charte" in said for said in answer.messages)


def test_reactions_and_favourites_go_and_those_of_nobody_else(own_town: Town) -> None:
    session = own_town.wiki().session
    for name in ("AdaL", "Bob"):
        person = own_town.wiki().visitor()
        person.login(name, PASSWORD)
        for kind in (REACTION, FAVORITE):
            told = [("property", kind), ("value[value]", "x")]
            person.session.api_post("triples/Charte", told)
    outcome = erased(own_town, "AdaL")
    assert outcome.left == ("Charte",)
    assert not {each.part for each in outcome.sightings} & {WikiPart.REACTION, WikiPart.FAVORITE}
    for kind in (REACTION, FAVORITE):
        assert ["Bob" in value for _tag, value in values_of(session, kind)] == [True]


def test_a_name_that_finds_others_removes_no_reaction_and_is_told(own_town: Town) -> None:
    own_town.joins("Ad_L", "ad@example.org", bf_prenom="Ad", bf_nom="Autre")
    for name in ("AdaL", "Ad_L"):
        person = own_town.wiki().visitor()
        person.login(name, PASSWORD)
        told = [("property", REACTION), ("value[value]", "x")]
        person.session.api_post("triples/Charte", told)
    outcome = erased(own_town, "Ad_L")
    assert len(values_of(own_town.wiki().session, REACTION)) == 2 and outcome.left == ()
    assert ("Charte", WikiPart.REACTION) in {(each.place, each.part) for each in outcome.sightings}


@pytest.mark.slow
def test_cut_after_any_write_the_same_words_tell_the_same(own_town: Town, tmp_path: Path) -> None:
    own_town.wiki().rights.set(["PagePrincipale"], Rights("*", "@animation", "+"))
    name = traced(own_town, 0)
    whole = Mortal(reads=False)
    context = context_for(own_town.url, tmp_path, transport=whole)
    expected = told_of(own_town, erase(context, own_town.community, name), 0)
    assert expected[0] >= {
        ("admin", "Entier", "name", "today"), ("admin", "Initiale", "name", "today"),
        ("admin", "Colle", "name", "today"), ("admin", "Famille", "surname", "today"),
        ("admin", "Compte", "account", "today"), ("admin", "Mel", "address", "today"),
        ("admin", "Melbis", "address", "today"), ("admin", "Avant", "name", "history"),
        ("admin", "Avant", "account", "rights"),
    }  # fmt: skip
    deaths = [number for number, what in enumerate(whole.points) if what.startswith("done: ")]
    print(f"WIKIFARM_SEED={SEED}")  # noqa: T201
    for number, point in enumerate(deaths[SEED % EVERY :: EVERY], 1):
        name = traced(own_town, number)
        mortal = Mortal(point, reads=False)
        context = context_for(own_town.url, tmp_path, transport=mortal)

        def work(context: Context = context, name: str = name) -> bool:
            return erase(context, own_town.community, name).exit == 0

        assert died(born(mortal, work)), mortal.points
        again = erase(own_town.context(), own_town.community, name)
        assert told_of(own_town, again, number) == expected, whole.points[point]


def test_who_takes_the_name_of_who_went_is_not_touched(own_town: Town, tmp_path: Path) -> None:
    mortal = Dying("users/Bob/delete")
    context = context_for(own_town.url, tmp_path, transport=mortal)
    assert died(born(mortal, lambda: erase(context, own_town.community, "Bob").exit == 0))
    assert "Bob" not in who(own_town)
    time.sleep(1.1)  # nobody opens an account in the second in which it went
    own_town.joins("Bob", "other@example.org", bf_prenom="Bob", bf_nom="Autre")
    answer = erase(own_town.context(), own_town.community, "Bob")
    assert "Bob" in who(own_town) and "was not touched" in answer.messages[0]
    assert erased(own_town, "Bob").account == "Bob" and "Bob" not in who(own_town)


KILLED = (3, 10, 16, 22)[SEED % 2 :: 2]  # points of the writes: of some 26


def test_killed_anywhere_the_same_command_ends_the_same(own_town: Town, tmp_path: Path) -> None:
    names = [f"Passant{number}" for number in range(len(KILLED))]
    for name in names:
        own_town.joins(name, f"{name}@example.org", bf_prenom=name, bf_nom="Dupont")
    killed = []
    for point, name in zip(KILLED, names, strict=True):
        mortal = Mortal(point, reads=False)
        context = context_for(own_town.url, tmp_path, transport=mortal)

        def work(context: Context = context, name: str = name) -> bool:
            return erase(context, own_town.community, f"{name} Dupont").exit == 0

        killed.append(died(born(mortal, work)))
        assert erased(own_town, f"{name} Dupont").status == "erased"
        assert name not in who(own_town)
    assert killed.count(True) >= len(KILLED) - 1
    assert who(own_town) == {"AdaL", "Bob", "Eve", "CamilleG", "DominiqueP"}
    journal = next((tmp_path / "state").rglob("journal.jsonl")).read_text("utf-8")
    assert "Dupont" not in journal and "Passant" not in journal
