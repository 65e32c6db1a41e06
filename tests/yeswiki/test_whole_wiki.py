"""A whole wiki as it is read: by its administrator, by a visitor, from a text alone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.contract.conftest import PASSWORD
from wikifarm import transport
from wikifarm.errors import PrivateAddress, UnexpectedAnswer, Unreachable, WriteRefused
from wikifarm.model import Page, Rights
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.whole_wiki import Attachment, Part, attachment_stored, attachments_in, is_file_name
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.triples import METADATA
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

ADMIN = "WikiAdmin"


@pytest.fixture(scope="module", params=["4.4", "4.5"])
def farm(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningFarm]:
    settings = RehearsalSettings(
        data=tmp_path_factory.mktemp("farm"), dialect=request.param, password=PASSWORD
    )
    with RunningFarm(settings) as running:
        yield running


@pytest.fixture
def wiki(farm: RunningFarm) -> Wiki:
    wiki = Wiki(Network(), Addresses(farm.url))
    wiki.login(ADMIN, PASSWORD)
    return wiki


def test_an_administrator_reads_it_all_and_people_stand_apart(wiki: Wiki) -> None:
    if "animation" not in wiki.groups.all():
        wiki.groups.set({"animation": [ADMIN, "@admins"]})
    wiki.rights.set(["PagePrincipale"], Rights("*", "@animation"))
    whole = read_whole(wiki)
    assert whole.unread == frozenset()
    assert whole.pages == wiki.pages.all()
    assert whole.rights["PagePrincipale"] == Rights("*", "@animation")
    assert whole.groups["animation"] == ("@admins",)
    assert whole.people["animation"] == (ADMIN,)
    assert [account.name for account in whole.accounts] == [ADMIN]
    assert whole.modules["action bazar"] == "*"
    assert whole.settings["wakka_name"]
    assert whole.forms["1100"].told["bn_label_nature"] == whole.forms["1100"].label


def test_a_visitor_reads_what_is_open_and_knows_of_the_rest_that_it_was_not_read(
    farm: RunningFarm, wiki: Wiki
) -> None:
    wiki.rights.set(["BacASable"], Rights("@admins", "@admins"))
    whole = read_whole(wiki.visitor())
    assert whole.unread == frozenset(Part)
    assert (whole.groups, whole.people, whole.rights, whole.accounts) == ({}, {}, {}, ())
    assert "PagePrincipale" in whole.pages
    assert "BacASable" not in whole.pages
    assert whole.reader == ""


def test_an_account_that_does_not_administer_reads_as_a_visitor(wiki: Wiki) -> None:
    person = wiki.visitor()
    assert person.session.sign_up("AdaLovelace", "ada@example.org", PASSWORD)
    whole = read_whole(person)
    assert whole.reader == "AdaLovelace"
    assert whole.unread == frozenset(Part)


def test_what_a_page_says_of_its_look_is_read(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    look = {"theme": "margot", "squelette": "1col.tpl.html", "bgimg": ""}
    rows = [
        {"resource": "PagePrincipale", "value": json.dumps(look)},
        {"resource": "BacASable", "value": "no JSON"},
    ]
    asked = wiki.session.api_json

    def api_json(path: str, query: dict[str, str] | None = None) -> object:
        looked = query == {"property": METADATA}
        return rows if looked else asked(path, query)

    monkeypatch.setattr(wiki.session, "api_json", api_json)
    look.pop("bgimg")
    assert read_whole(wiki).metadata == {"PagePrincipale": look}


def test_a_page_of_five_megabytes_is_named_and_nothing_is_made_of_it(
    wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = wiki.pages.all()
    heavy = replace(pages["PagePrincipale"], body="x" * 5_000_000)
    monkeypatch.setattr(wiki.pages, "all", lambda: {**pages, heavy.tag: heavy})
    with pytest.raises(UnexpectedAnswer, match="PagePrincipale is too long"):
        read_whole(wiki)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{{attach file="plan.pdf" desc="Le plan"}}', [("Ici", "plan.pdf")]),
        ("{{attach desc='x' attachfile='mon plan.pdf'}}", [("Ici", "mon_plan.pdf")]),
        ('{{section bgcolor="#fff" file="fond.jpg"}}', [("Ici", "fond.jpg")]),
        ('{{attach file="Autre/plan.pdf"}}', [("Autre", "plan.pdf")]),
        ('{{attach file="../../wakka.config.php"}}', [("../..", "wakka.config.php")]),
        ('{{attach file="sans-fin"}}', []),
        ('""<img src="files/Ici_fond_20240102030405_20240102030406.jpg">""', [("Ici", "fond.jpg")]),
        ("[[files/Ici_Deux_a_20240102030405_20240102030406.pdf_ a]]", [("Ici_Deux", "a.pdf")]),
        ("files/Ailleurs_a_20240102030405_20240102030406.pdf_", []),
        ("files/logo.png", []),
        ('file="plan.pdf"', []),
    ],
)
def test_the_files_that_a_text_names(body: str, named: list[tuple[str, str]]) -> None:
    files = attachments_in(Page("Ici", body), ["Ici", "Ici_Deux", "Autre"])
    assert [(file.page, file.name) for file in files] == named


def test_the_name_that_is_stored_says_of_which_page_it_is() -> None:
    stored = "Ici_Deux_mon_plan_20240102030405_20240102030406.pdf_"
    assert attachment_stored(stored, ["Ici", "Ici_Deux"]) == Attachment("Ici_Deux", "mon_plan.pdf")
    assert attachment_stored(stored, ["Ici"]) == Attachment("Ici", "Deux_mon_plan.pdf")
    assert attachment_stored("README.md", ["Ici"]) is None


@pytest.mark.parametrize("name", ["", "a", ".a.png", "a/b.png", "a\\b.png", "a\n.png", "..", "a."])
def test_what_cannot_be_the_name_of_a_file(name: str) -> None:
    assert not is_file_name(name)


class _Gives(BaseHTTPRequestHandler):
    """Answers the same bytes whatever is asked."""

    content = bytes(range(256)) * 40

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Disposition", 'attachment; filename="x.bin"')
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def giving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gives)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_file_is_fetched_byte_for_byte_and_no_longer_than_allowed(giving: str) -> None:
    attachments = Wiki(Network(), Addresses(giving)).attachments
    into = io.BytesIO()
    assert attachments.fetch(Attachment("Ici", "x.bin"), into)
    assert into.getvalue() == _Gives.content
    with pytest.raises(UnexpectedAnswer, match="more than 1 MB"):
        attachments.fetch(Attachment("Ici", "x.bin"), io.BytesIO(), most=1000)


def test_a_private_address_is_asked_nothing_unless_it_is_allowed_by_name(giving: str) -> None:
    port = giving.rpartition(":")[2]
    mapped, local = "[::ffff:127.0.0.1]", "169.254.1.1"
    for host in ("127.0.0.1", "localhost", "[::1]", mapped, "10.0.0.1", local):
        with pytest.raises(PrivateAddress):
            Network(public_but=()).client().get(f"http://{host}:{port}")
    allowed = Network(public_but=("127.0.0.1",)).client()
    assert allowed.get(giving).status == 200
    with pytest.raises(PrivateAddress):
        allowed.get(giving.replace("127.0.0.1", "localhost"))


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(
    giving: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose address changes between the look and the question leads nowhere else."""
    looked = []

    def public_address(host: str) -> str:
        looked.append(host)
        return "127.0.0.1"

    monkeypatch.setattr(transport, "_public_address", public_address)
    answer = Network(public_but=()).client().get(giving.replace("127.0.0.1", "wiki.example.org"))
    assert (answer.status, looked) == (200, ["wiki.example.org"])


def test_a_name_without_an_address_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreachable):
        Network(public_but=()).client().get("http://nowhere.invalid/")


def test_a_wiki_that_takes_only_accounts_into_a_group_says_whom_it_refused(wiki: Wiki) -> None:
    there = wiki.groups.members("admins")
    if not wiki.capabilities.group_write:
        assert "Fantome" in wiki.groups.set({"admins": [*there, "Fantome"]})["admins"]
        return
    with pytest.raises(WriteRefused, match="Fantome") as refused:
        wiki.groups.set({"admins": [*there, "Fantome"]})
    assert "GererUtilisateurs" in refused.value.hint
    assert wiki.groups.members("admins") == there
