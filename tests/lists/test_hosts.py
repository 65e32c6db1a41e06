"""Hosts where a person asks: what is known of them, and the texts that people paste."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
import respx

from tests.lists.conftest import Sympa as Server
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.compile import Compiler, typed_context
from wikifarm.blueprint.manifest.community import Community, Facilitator
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.blueprint.render import render
from wikifarm.errors import InvalidInput, NotSympa
from wikifarm.lists.host_access import HostAccess
from wikifarm.lists.hosts import RequestedHost, fit
from wikifarm.lists.providers import NONE, PROVIDERS, profile
from wikifarm.model import FoundList, ListOwner, ListState, WantedList
from wikifarm.operations.mailing_list.ensure import request_words
from wikifarm.transport import Network

from .test_web import page

SUBJECT = "Objet\u00a0:"  # as French letters set it
WANTED = WantedList(
    "rennes",
    "Robustesse à Rennes",
    "Une communauté — œuvrer ensemble",
    (ListOwner("ana@example.org", "Ana Le Goff"), ListOwner("leo@example.org")),
)
SYMPA = Path("/usr/share/sympa/lib")


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


# -- profiles -------------------------------------------------------------------------------


ASKED = [name for name, one in PROVIDERS.items() if one.port is None and name != NONE]


@pytest.mark.parametrize("key", ASKED)
def test_a_profile_says_where_its_facts_come_from_and_when_they_were_read(key: str) -> None:
    known = profile(key)
    assert known.key == key and known.name
    assert bool(known.facts()) == bool(known.sources) == bool(known.checked_on)
    if known.checked_on:
        assert date.fromisoformat(known.checked_on)
    assert all(one.strip() for one in known.sources)


def test_framaliste_is_framagroupes_now() -> None:
    known = profile("framaliste")
    assert (known.web, known.domain) == ("https://framagroupes.org/sympa", "framagroupes.org")
    assert known.most_subscribers == 500
    assert "May 2023" in known.facts()[0]


def test_nothing_is_invented_of_infini() -> None:
    known = profile("infini")
    assert known.members_only and (known.web, known.domain, known.contact) == ("", "", "")
    assert known.most_subscribers is None


def test_settings_come_before_what_is_known() -> None:
    access = HostAccess("https://listes.example.org/sympa/", "l.example.org", "a@example.org")
    known = profile("infini", access)
    assert known.web == "https://listes.example.org/sympa"
    assert (known.domain, known.contact) == ("l.example.org", "a@example.org")
    assert profile("other", access).name == "l.example.org"
    assert profile("other", HostAccess(web=access.web)).name == "listes.example.org"


def test_the_domain_of_one_place_is_not_that_of_another() -> None:
    assert profile("framaliste", HostAccess(web="https://framalistes.org/sympa")).domain == ""
    same = profile("framaliste", HostAccess(web="https://framagroupes.org/sympa/"))
    assert same.domain == "framagroupes.org"


def test_a_host_that_is_not_known_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        profile("googlegroups")
    assert "framaliste" in caught.value.hint


# -- where a list stands --------------------------------------------------------------------


def _seen(network: Network, text: str, key: str = "framaliste") -> FoundList:
    host = RequestedHost(network, profile(key))
    respx.get(f"{host.profile.web}/info/rennes").respond(html=text)
    return host.state(WANTED)


@pytest.mark.parametrize(
    ("text", "state", "note"),
    [
        (page("home"), ListState.ABSENT, "looks the same"),
        (page("info", label=True, waits=True), ListState.REQUESTED, "Framagroupes"),
        (page("info"), ListState.OPEN, "whose list"),
        (page("info", label=True), ListState.CLOSED, "stays taken"),
        (page("login"), ListState.UNKNOWN, "strangers"),
    ],
)
@respx.mock
def test_the_public_page_tells_where_the_list_stands(
    network: Network, text: str, state: ListState, note: str
) -> None:
    found = _seen(network, text)
    assert found.state is state and found.address == "rennes@framagroupes.org"
    assert note in " ".join(found.notes)
    home = "" if state is ListState.ABSENT else "https://framagroupes.org/sympa/info/rennes"
    assert found.home == home


def test_without_a_web_address_nobody_can_look(network: Network) -> None:
    found = RequestedHost(network, profile("infini")).state(WANTED)
    assert (found.state, found.address) == (ListState.UNKNOWN, "rennes") and found.notes
    assert network.traffic.get == 0


@respx.mock
def test_an_address_that_is_no_sympa_is_told(network: Network) -> None:
    with pytest.raises(NotSympa):
        _seen(network, "<h1>Portail</h1>")


# -- texts to paste -------------------------------------------------------------------------


def host_of(network: Network, key: str = "framaliste", **access: str) -> RequestedHost:
    return RequestedHost(network, profile(key, HostAccess(**access)))


def test_the_form_is_filled_under_its_own_words(network: Network) -> None:
    values = host_of(network).form_values(WANTED)
    assert values == [
        ("Nom de liste", "rennes"),
        (
            "Type de liste",
            "communaute where it is offered, else: "
            "Paramétrage pour un groupe de travail (private_working_group)",
        ),
        ("Objet", WANTED.subject),
        ("Public visé", "Autre"),
        ("Description", WANTED.description),
    ]
    other = replace(WANTED, template="private_working_group", topics="education")
    assert [value for _label, value in host_of(network).form_values(other)][1:4:2] == [
        "Paramétrage pour un groupe de travail (private_working_group)", "education",
    ]  # fmt: skip
    with pytest.raises(InvalidInput):
        host_of(network).form_values(replace(WANTED, name="-rennes"))


UNFIT = ("pas-une-adresse", "a b@example.org", "a\nQUIET DEL rennes b@example.org", '"a b"@x.org',
         "a@example.org\r\nQUIT", "#a@example.org", "", "é@example.org")  # fmt: skip


def test_addresses_to_paste_come_in_batches_without_what_a_server_refuses(
    network: Network,
) -> None:
    people = [f"p{number}@example.org" for number in range(1100)]
    texts = host_of(network).import_lines([*people, *UNFIT, "P1@EXAMPLE.org "])
    assert [text.count("\n") for text in texts] == [500, 500, 100]
    assert "".join(texts).split("\n") == [*people, ""]
    assert host_of(network).import_lines(UNFIT) == []
    assert fit(["B@example.org", "a@example.org", "b@example.org"]) == [
        "b@example.org", "a@example.org",
    ]  # fmt: skip


def test_a_list_of_another_domain_is_not_looked_for_under_its_name_here() -> None:
    """An old list of Framalistes, and an address that no page is known of."""
    known = profile("framaliste")
    assert known.at("") == known.at("framagroupes.org") == known
    assert known.at("framalistes.org").web == "https://framalistes.org/sympa"
    assert known.at("listes.example.org").web == ""
    bare = profile("infini", HostAccess(web="https://listes.example.org/sympa"))
    assert bare.at("listes.example.org") == bare


def test_a_mail_adds_one_address_a_line_and_says_when_it_ends(network: Network) -> None:
    text = host_of(network).add_mail(WANTED, ["Ada@example.org", *UNFIT, "b.o'b+x@example.org"])
    assert text == (
        "From: ana@example.org\nTo: sympa@framagroupes.org\nSubject:\n\n"
        "ADD rennes ada@example.org\nADD rennes b.o'b+x@example.org\nQUIT\n"
    )
    assert host_of(network).add_mail(WANTED, UNFIT) == ""
    with pytest.raises(InvalidInput) as caught:
        host_of(network, "infini").add_mail(WANTED, ["a@example.org"])
    assert "WIKIFARM_INFINI_DOMAIN" in caught.value.hint
    own = replace(WANTED, domain="listes.example.org")
    assert "sympa@listes" in host_of(network, "infini").add_mail(own, ["a@example.org"])


PARSE = r"""
use lib '/usr/share/sympa/lib'; use strict; use warnings;
use Conf; use Sympa::DatabaseManager; use Sympa::Message; use Sympa::Request::Message;
Conf::load() or die; Sympa::DatabaseManager->instance or die;
my $text = do { local $/; <STDIN> };
my $message = Sympa::Message->new($text, context => 'listes.example.org');
$message->{sender} = 'ana@example.org'; $message->{listtype} = 'sympa';
my $spool = Sympa::Request::Message->new(message => $message);
while (my ($request) = $spool->next) {
  my @read = map { $request->{$_} // '-' } qw(localpart email error);
  print join(' ', $request->{action}, $request->{quiet} ? 'quiet' : '-', @read), "\n";
}
"""


@pytest.mark.xdist_group("sympa")  # other tests lock the database that it reads
@pytest.mark.skipif(
    not SYMPA.is_dir() or os.geteuid() != 0 or not shutil.which("runuser"),
    reason=f"no Sympa of Debian in {SYMPA}, or not root",
)
@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("signature", ["", "-- \nAna", "\nAna Le Goff\nDEL rennes ada@example.org"])
def test_sympa_itself_reads_every_command_of_the_mail(
    network: Network, signature: str, quiet: bool
) -> None:
    people = [f"p{number}.o'b+x@example.org" for number in range(300)]
    unmade = replace(WANTED, name="jamais-ouverte")  # by no test, on no machine
    text = host_of(network).add_mail(unmade, people, quiet=quiet) + signature
    assert message_from_string(text)["To"] == "sympa@framagroupes.org"
    read = subprocess.run(
        ["runuser", "-u", "sympa", "--", "perl", "-e", PARSE],
        input=text, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    heard = "quiet" if quiet else "-"
    expected = [f"add {heard} {unmade.name} {one} unknown_list" for one in people]
    assert read.stdout.splitlines() == [*expected, "finished - - - -"]


# -- the request ----------------------------------------------------------------------------

FARM, WIKI = "https://ferme.example.org/", "https://ferme.example.org/rennes/"


def request_text(
    host: RequestedHost, language: str = "fr", name: str = "Robustesse à Rennes", **more: Any
) -> str:
    community = Community(
        name=name, slug="rennes", language=language, modules=default_modules(),
        facilitators=(Facilitator("Ana Le Goff", "ana@example.org"),),
    )  # fmt: skip
    blueprint = load_blueprint("communaute-apprenante")
    own = request_words(host, replace(WANTED, domain=host.profile.domain))
    assert own["owners"] == ["Ana Le Goff <ana@example.org>", "leo@example.org"]
    names = Compiler(community, blueprint, farm_url=FARM, wiki_url=WIKI).names
    # No other name may be asked for: an undefined one is an error.
    context = {"community": names["community"], **own, **more}
    marked = typed_context(context)
    return render(blueprint.folder, community.language, "list-request.txt", marked)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_where_the_form_is_known_its_steps_come_before_the_letter(
    network: Network, language: str
) -> None:
    host = host_of(network, contact="listes@example.org")
    text = request_text(host, language)
    steps, letter, notes = text.split("-" * 70)
    assert "https://framagroupes.org/sympa/create_list_request" in steps
    assert "Ana Le Goff <ana@example.org>" in steps and "listes@example.org" in steps
    for label, value in host.form_values(WANTED):
        assert label in steps and value in steps
    for line in ("rennes@framagroupes.org", WANTED.subject, WANTED.description, "leo@example.org"):
        assert line in letter
    assert letter.strip().startswith(SUBJECT if language == "fr" else "Subject:")
    assert "adhérent" not in letter and "members. If" not in letter
    assert "2026-11-21" in notes and "https://docs.framasoft.org/fr/groupes/" in notes
    assert "\n\n\n" not in text and "<<" not in text and "None" not in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_where_it_is_not_known_the_letter_comes_first(network: Network, language: str) -> None:
    text = request_text(host_of(network, "infini", contact="infini@example.org"), language)
    letter, notes = text.split("-" * 70)
    assert letter.startswith(("À\u00a0: infini@", "To: infini@"))
    assert "adhérent·e·s" in letter or "for your members" in letter
    assert "create_list_request" not in text and "Adresse\u00a0:" not in letter
    assert "cooperations.infini.fr" in notes
    assert request_text(host_of(network, "infini"), language).startswith((SUBJECT, "Subject:"))


def test_of_a_host_that_nobody_knows_only_the_letter_is_written(network: Network) -> None:
    text = request_text(host_of(network, "other"))
    assert "---" not in text and text.startswith(SUBJECT) and text.endswith("leo@example.org")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_people_typed_stays_on_its_line(network: Network, language: str) -> None:
    name = "Rennes\nBcc: tous@example.org\r\n\x1b[31m{{x}} << y >>"
    text = request_text(
        host_of(network), language, name, owners=["Ana\nCc: b@example.org <a@b.fr>"]
    )
    assert "\nBcc:" not in text and "\nCc:" not in text and "\x1b" not in text


# -- a real Sympa ---------------------------------------------------------------------------


def test_a_real_sympa_shows_no_list_that_nobody_asked_for(network: Network, sympa: Server) -> None:
    host = host_of(network, "other", web=sympa.web)
    found = host.state(replace(WANTED, name="web-jamais-demandee"))
    assert found.state is ListState.ABSENT
