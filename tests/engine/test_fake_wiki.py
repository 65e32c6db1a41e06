"""The wiki in memory has the traps of a real one, so that what passes here means something."""

from __future__ import annotations

import pytest

from tests.engine.fake_wiki import LOG, OPEN, FakeWiki, Killed
from tests.engine.workshop import CLOSED, a_new_wiki
from wikifarm.engine.ports import WikiPort
from wikifarm.errors import WriteRefused


@pytest.fixture
def wiki() -> FakeWiki:
    return FakeWiki(a_new_wiki())


def test_it_is_a_wiki_for_the_engine() -> None:
    wiki: WikiPort = FakeWiki()
    assert wiki.pages.all() == {}


def test_a_save_over_a_stale_revision_is_refused(wiki: FakeWiki) -> None:
    wiki.pages.save("PageNeuve", "un", "")
    for stale in ("", "0", "2"):
        with pytest.raises(WriteRefused):
            wiki.pages.save("PageNeuve", "deux", stale)
    wiki.pages.save("PageNeuve", "deux \r\n", "1")
    page = wiki.pages.read("PageNeuve")
    assert page is not None
    assert (page.body, page.revision) == ("deux", "2")
    assert wiki.rights.all()["PageNeuve"] == OPEN


def test_a_write_may_be_answered_and_not_kept_or_kept_in_part(wiki: FakeWiki) -> None:
    wiki.refused = {"groups.set"}
    wiki.groups.set({"animation": ["AdaL", "GraceH"]})
    assert wiki.groups.all().get("animation") is None
    wiki.refused, wiki.halved = set(), {"groups.set"}
    wiki.groups.set({"animation": ["AdaL", "GraceH"]})
    assert wiki.groups.all()["animation"] == ("AdaL",)


def test_an_answer_may_leave_something_out(wiki: FakeWiki) -> None:
    wiki.hidden = {"pages.all": {"DemoPage"}}
    assert "DemoPage" not in wiki.pages.all()
    assert wiki.pages.read("DemoPage") is not None


def test_a_list_made_twice_is_two_lists(wiki: FakeWiki) -> None:
    for _each in range(3):
        wiki.lists.create([("Oui Non", (("oui", "Oui"),))])
    assert sorted(wiki.lists.all()) == ["ListeDemo", "ListeOuiNon", "ListeOuiNon1", "ListeOuiNon2"]


def test_a_form_is_written_over_the_one_of_its_label(wiki: FakeWiki) -> None:
    wiki.forms.save({"500": {"bn_label_nature": "Annuaire", "bn_template": "x***y***z***\n"}})
    assert {form.id: form.template for form in wiki.forms.all().values()} == {"1": "x***y***z***\n"}


def test_groups_and_rights_of_actions_leave_a_log_that_anybody_reads(wiki: FakeWiki) -> None:
    wiki.rights.set_module("action", "listusers", "@admins")
    assert wiki.rights.all()[LOG] == OPEN
    wiki.rights.set([LOG], CLOSED)
    wiki.groups.set({"animation": ["AdaL"]})
    assert wiki.rights.all()[LOG] == CLOSED


def test_accounts_have_one_name_and_one_address_each(wiki: FakeWiki) -> None:
    wiki.users.create("AdaL", "ada@example.org")
    for name, email in (("AdaL", "x@example.org"), ("Autre", "ada@example.org")):
        with pytest.raises(WriteRefused):
            wiki.users.create(name, email)
    assert wiki.users.delete("AdaL")
    assert [account.name for account in wiki.users.all()] == ["WikiAdmin"]


def test_entries_go_with_their_form(wiki: FakeWiki) -> None:
    tag = wiki.entries.create("1", {"bf_titre": "Ici"})
    assert tag in wiki.entries.of("1")
    wiki.forms.delete("1")
    assert wiki.entries.of("1") == {}
    assert tag not in wiki.rights.all()


def test_it_dies_where_it_is_told_and_counts_what_it_was_asked(wiki: FakeWiki) -> None:
    wiki.dies_before = 2
    wiki.pages.all()
    with pytest.raises(Killed):
        wiki.groups.set({"animation": ["AdaL"]})
    assert (wiki.reads, wiki.writes) == (["pages.all"], ["groups.set"])
    assert "animation" not in wiki.content.groups
    wiki.dies_before, wiki.dies_after = 0, 3
    with pytest.raises(Killed):
        wiki.groups.set({"animation": ["AdaL"]})
    assert wiki.content.groups["animation"] == ("AdaL",)
