"""The whole job, on every farm under contract: made, verified, applied again, edited by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.conftest import FarmUnderTest
from tests.operations.conftest import a_community
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import closed_in_lists
from wikifarm.errors import WriteRefused
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.status import status
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places

ENOUGH_PROBES = 60


class Workshop:
    """One computer and one farm: a new run each time it is asked."""

    def __init__(self, farm: FarmUnderTest, folder: Path) -> None:
        self.farm = farm
        self.folder = folder

    def run(self) -> Context:
        settings = FarmSettings(self.farm.url, self.farm.admin, self.farm.password)
        return Context(settings, Places(self.folder / "state", self.folder / "out"))

    def apply(self, community: Community, *, audit: bool = True) -> CommunityOutcome:
        return apply(self.run(), [community], audit=audit)[0]


@pytest.fixture
def workshop(farm_under_test: FarmUnderTest, tmp_path: Path) -> Iterator[Workshop]:
    yield Workshop(farm_under_test, tmp_path)
    farm = farm_under_test.open()
    known = farm.wikis()
    for folder in farm_under_test.made:
        if folder in known:
            farm.delete(known[folder])
    farm_under_test.made.clear()


@pytest.fixture
def community(farm_under_test: FarmUnderTest) -> Community:
    return a_community(farm_under_test.folder())


def test_a_community_is_made_and_nobody_can_be_seen(
    workshop: Workshop, community: Community
) -> None:
    made = workshop.apply(community)
    assert made.error is None, made.error
    assert made.status == "created"
    assert made.audit is not None
    assert made.audit.probes >= ENOUGH_PROBES
    assert made.audit.leaks == ()
    assert made.audit.not_asked == ()
    assert [check.id for check in made.audit.checks if not check.ok] == []
    again = workshop.apply(community)
    assert again.error is None, again.error
    assert again.status == "unchanged"
    assert [done for done in again.steps if done.outcome == "done"] == []
    wiki = open_wiki(workshop.run(), community.slug)
    assert {one.email for one in wiki.users.all()} >= {
        "camille@example.org",
        "dominique@example.org",
    }
    assert not [one for one in wiki.users.all() if "Temoin" in one.name]
    assert wiki.entries.of("101") == {}


def test_a_right_opened_by_hand_is_a_leak_with_its_cure(
    workshop: Workshop, community: Community
) -> None:
    """The audit finds what it is meant to find: the form's own rights taken away."""
    assert workshop.apply(community, audit=False).error is None
    wiki = open_wiki(workshop.run(), community.slug)
    form = wiki.forms.all()["101"]
    closed = "@participants,@animation,%"
    opened = form.template.replace(closed, "*").replace(closed_in_lists(closed), "*")
    wiki.forms.save({"101": {"bn_label_nature": form.label, "bn_template": opened,
        "bn_description": "", "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "",
        "bn_only_one_entry": "Y"}})  # fmt: skip
    found = verify(workshop.run(), [community])[0]
    assert found.error is not None
    assert (found.error.code, found.error.exit) == ("leak-found", 6)
    assert found.audit is not None
    routes = {leak.route for leak in found.audit.leaks}
    assert "?api/forms/101/entries" in routes
    assert all(leak.advice for leak in found.audit.leaks)
    assert not [one for one in wiki.users.all() if "Temoin" in one.name]
    assert wiki.entries.of("101") == {}


def test_an_open_dashboard_is_closed_again(workshop: Workshop, community: Community) -> None:
    assert workshop.apply(community, audit=False).error is None
    wiki = open_wiki(workshop.run(), community.slug)
    wiki.rights.set(["TableauDeBord"], Rights("*", "*"))
    again = workshop.apply(community, audit=False)
    assert [done.change.id for done in again.steps] == ["rights:TableauDeBord"]


def test_tomorrow_s_log_is_closed_when_it_is_born(workshop: Workshop, community: Community) -> None:
    """YesWiki names it after the day, and gives it the rights of any new page."""
    assert workshop.apply(community, audit=False).error is None
    wiki = open_wiki(workshop.run(), community.slug)
    log = "LogDesActionsAdministratives20991231"
    wiki.pages.save(log, "Camille joined the group.", "")
    visitor = wiki.visitor()
    for tag in (log, log.lower()):
        for handler in ("", "raw", "html", "revisions"):
            assert "joined" not in visitor.session.page(tag, handler).text, (tag, handler)
        assert "joined" not in visitor.session.api(f"pages/{tag}").text
    assert "joined" in wiki.session.page(log, "raw").text


def test_the_farm_names_nobody_of_the_community(workshop: Workshop, community: Community) -> None:
    """What older runs left there is mended once, and what somebody put there, once the farm was
    asked again; the wiki and its mark stay."""
    assert workshop.apply(community, audit=False).error is None
    farm = workshop.run().farm
    entry = farm.find(community.slug)
    assert entry is not None
    people = {person.email for person in community.facilitators}
    assert entry.email and entry.email not in people
    farm.set_contact(entry, community.facilitators[0].email)
    (planned,) = plan(workshop.run(), [community], audit=False)
    assert planned.status == "unchanged", "the farm is not asked"
    status(workshop.run(), [community.slug])
    assert plan(workshop.run(), [community], audit=False)[0].status == "planned"
    mended = workshop.apply(community, audit=False)
    again = workshop.apply(community, audit=False)
    assert (mended.status, again.status) == ("updated", "unchanged")
    assert len(set(mended.notes) - set(again.notes)) == 1, "that it was mended is told, once"
    assert workshop.run().farm.find(community.slug) == entry
    shown = workshop.run().farm.visitor.page(entry.entry, "raw").text
    assert not any(address in shown for address in people)


def test_a_visitor_writes_no_entry_where_an_account_is_asked(
    workshop: Workshop, community: Community
) -> None:
    """Nor over a page, by naming it: creating an entry looks at no other right."""
    assert community.writing == "connected"
    made = workshop.apply(community, audit=False)
    assert made.error is None
    wiki = open_wiki(workshop.run(), community.slug)
    home = wiki.pages.all()["PagePrincipale"].body
    visitor = wiki.visitor()
    for form in made.forms:
        for target in ({}, {"id_fiche": "PagePrincipale"}):
            posted = {"bf_titre": "Passing by", "bf_resume": "x", **target}
            with pytest.raises(WriteRefused):
                visitor.entries.create(form["id"], posted)
        assert wiki.entries.of(form["id"]) == {}
    assert wiki.pages.all()["PagePrincipale"].body == home


HOSTILE = 'Été d\'œuvre {{listusers}} ""<b>gras</b>"" [[PagePrincipale ici]] 🌱 "fin"'


def test_a_hostile_name_is_shown_and_executed_nowhere(
    workshop: Workshop, community: Community
) -> None:
    from selectolax.lexbor import LexborHTMLParser

    hostile = replace(community, name=HOSTILE, description=HOSTILE, rhythm=HOSTILE)
    made = workshop.apply(hostile, audit=False)
    assert made.error is None, made.error
    assert workshop.apply(hostile, audit=False).status == "unchanged"
    visitor = open_wiki(workshop.run(), community.slug).visitor()
    for tag in made.pages:
        text = visitor.session.page(tag).text
        document = LexborHTMLParser(text)
        assert not [node for node in document.css("b") if node.text() == "gras"], tag
    home = LexborHTMLParser(visitor.session.page("PagePrincipale").text)
    heading = home.css_first("h1, h2")
    assert heading is not None
    shown = " ".join(heading.text().replace("\u2060", "").split())
    assert shown == HOSTILE
    assert "WikiAdmin" not in (home.body.text() if home.body else "")
