"""The web pages of a Sympa: recorded pages, awkward answers, and a real one where there is one."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
import respx

from tests.lists.conftest import Sympa as Server
from wikifarm.errors import (
    BadCredentials,
    InvalidInput,
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    ListUnknown,
    NotSympa,
    SessionLost,
    TlsFailed,
    UnexpectedAnswer,
    Unreachable,
    WikifarmError,
    WriteRefused,
)
from wikifarm.lists import web as module
from wikifarm.lists.sympa_addresses import SympaAddresses
from wikifarm.lists.web import BATCH, SympaAccount, SympaWeb
from wikifarm.model import ListOwner, ListState, WantedList
from wikifarm.transport import Network

SHARED = Path(__file__).resolve().parents[3] / "shared" / "sympa" / "transcripts"
WEB = "https://listes.example.org/sympa"
EMAIL, PASSWORD = "animatrice@example.org", "motdepasse-animatrice"
WANTED = WantedList(
    "rennes",
    "Robustesse à Rennes",
    "Une communauté — œuvrer ensemble",
    (ListOwner(EMAIL, "Anne Imatrice"),),
)


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network(timeout=30.0)
    yield made
    made.close()


def page(
    shown: str = "home",
    *,
    about: str = "Listes",
    label: bool = False,
    waits: bool = False,
    error: str = "",
    user: bool = False,
    forms: str = "",
    body: str = "",
    generator: str = "Sympa 6.2.70",
) -> str:
    """A page of the stock skin (main.tt2), with what matters of it."""
    menu = '<form><input type="hidden" name="action" value="logout"></form>' if user else ""
    return (
        '<!DOCTYPE html><html lang="fr"><!-- main.tt2 --><head><meta charset="UTF-8" />'
        f'<meta name="generator" content="{generator}" /><title> {about} - {shown} </title>'
        "</head><body>"
        + (f'<div id="ErrorMsg"><div>{error}</div></div>' if error else "")
        + f'<form><input type="hidden" name="csrftoken" value="{"ab" * 16}"></form>{menu}'
        + ('<!-- list_panel.tt2 --><span class="warning label">x</span>' if label else "")
        + ('<p class="alert-box warning text-center">x</p>' if waits else "")
        + f"<!-- {shown}.tt2 -->{forms}{body}</body></html>"
    )


# -- recorded pages -------------------------------------------------------------------------


def _recorded(file: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["response"]
    return answer


def _rebuilt(reduced: dict[str, Any]) -> str:
    """The page again, from what the recording kept: only the first six comments, for one."""
    shown = reduced["title"].rpartition(" - ")[2]
    waits = '<p class="alert-box warning text-center">{}</p>'
    told = "".join(waits.format(escape(one)) for one in reduced["messages"])
    labels = "".join(
        f'<span class="warning label">{one}</span>' for one in reduced["warning_label"]
    )
    errors = "".join(f'<div id="ErrorMsg">{escape(one)}</div>' for one in reduced["error"])
    fields = "".join(
        "<form>" + "".join(_field(one) for one in form["fields"]) + "</form>"
        for form in reduced["forms"]
    )
    return (
        f'<html><head><meta name="generator" content="{reduced["generator"][0]}">'
        f"<title>{escape(reduced['title'])}</title></head><body>{''.join(reduced['comments'])}"
        f"{errors}{labels}{told}<!-- {shown}.tt2 -->{fields}</body></html>"
    )


def _field(one: dict[str, str]) -> str:
    pairs = [(key, value) for key, value in one.items() if key != "tag"]
    return f"<{one['tag']} " + " ".join(f'{key}="{escape(value)}"' for key, value in pairs) + ">"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no transcripts at {SHARED}")
@pytest.mark.parametrize("folder", ["", "6.2.76"])
@pytest.mark.parametrize(
    ("recording", "name", "state"),
    [
        ("web-info-unknown-anonymous", "nexistepas", ListState.ABSENT),
        ("web-info-pending-anonymous", "web-attente", ListState.REQUESTED),
        ("web-info-pending-english", "web-attente", ListState.REQUESTED),
        ("web-info-open-anonymous", "oiseaux", ListState.OPEN),
        ("web-info-open-english", "oiseaux", ListState.OPEN),
        ("web-info-closed-anonymous", "ouverte", ListState.CLOSED),
        ("web-info-closed-english", "ouverte", ListState.CLOSED),
        ("web-create-list-request-anonymous", "oiseaux", ListState.UNKNOWN),
    ],
)
@respx.mock
def test_the_recorded_pages_tell_the_states(
    network: Network, folder: str, recording: str, name: str, state: ListState
) -> None:
    reduced = _recorded(SHARED / folder / f"{recording}.json")["html"]
    respx.get(f"{WEB}/info/{name}").respond(html=_rebuilt(reduced))
    assert SympaWeb(network, WEB).state(name) is state


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no transcripts at {SHARED}")
@pytest.mark.parametrize(
    ("folder", "seen"), [("", ListState.ABSENT), ("6.2.76", ListState.UNKNOWN)]
)
@respx.mock
def test_a_list_that_hides_looks_absent_or_cannot_be_told(
    network: Network, folder: str, seen: ListState
) -> None:
    reduced = _recorded(SHARED / folder / "web-info-concealed-anonymous.json")["html"]
    respx.get(f"{WEB}/info/secret").respond(html=_rebuilt(reduced))
    assert SympaWeb(network, WEB).state("secret") is seen


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no transcripts at {SHARED}")
@pytest.mark.parametrize("folder", ["", "6.2.76"])
@respx.mock
def test_the_recorded_answers_to_an_account(network: Network, folder: str) -> None:
    def reduced(name: str) -> str:
        return _rebuilt(_recorded(SHARED / folder / f"{name}.json")["html"])

    respx.get(WEB).respond(html=reduced("web-home"))
    respx.post(WEB).respond(html=reduced("web-login-bad"))
    account = SympaAccount(network, WEB)
    with pytest.raises(BadCredentials):
        account.login(EMAIL, "faux")
    respx.post(WEB).respond(html=reduced("web-login-ok"))
    account.login(EMAIL, PASSWORD)
    light = _recorded(SHARED / folder / "web-export-light.json")
    respx.get(f"{WEB}/export_member/web-attente/light").respond(
        text=light["body"], headers={"content-type": light["headers"]["content-type"]}
    )
    assert account.members("web-attente") == {"ada@example.org", "bob@example.org"}


# -- awkward answers ------------------------------------------------------------------------


def _visit(network: Network, **answer: Any) -> ListState | None:
    respx.get(f"{WEB}/info/rennes").respond(**answer)
    return SympaWeb(network, WEB).state("rennes")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (page("home"), ListState.ABSENT),
        (page("lists"), ListState.ABSENT),
        (page("home", error="x"), ListState.UNKNOWN),
        (page("home", about="Rennes - Robustesse"), ListState.UNKNOWN),
        (page("login"), ListState.UNKNOWN),
        (page("maintenance"), ListState.UNKNOWN),
        (page("info"), ListState.OPEN),
        (page("info", label=True), ListState.CLOSED),
        (page("info", label=True, waits=True), ListState.REQUESTED),
        (page("info", waits=True), ListState.UNKNOWN),
        (page("info").replace("<!-- info.tt2 -->", ""), ListState.UNKNOWN),
        (page("info", generator="Sympa"), ListState.OPEN),
        (page("info").encode("utf-16").decode("latin-1"), None),
    ],
)
@respx.mock
def test_what_a_page_shows_is_the_state(
    network: Network, text: str, state: ListState | None
) -> None:
    if state is None:
        with pytest.raises(NotSympa):
            _visit(network, html=text)
    else:
        assert _visit(network, html=text) is state


HOSTILE = (
    '</main><span class="warning label">closed</span><p class="alert-box warning text-center">x</p>'
    '<!-- home.tt2 --><!-- login.tt2 --><div id="ErrorMsg">x</div><script>alert(1)</script>'
    "\x00\x1b[31m<title>x</title><svg><![CDATA[ <b" + "<div>" * 50_000
)


@respx.mock
def test_the_texts_of_a_list_do_not_change_its_state(network: Network) -> None:
    assert _visit(network, html=page("info", body=HOSTILE)) is ListState.OPEN


@pytest.mark.parametrize(
    "answer",
    [
        {"html": "<h1>Il faut accepter les conditions du réseau</h1>"},
        {"html": page("info", generator="WordPress 6")},
        {"html": page("info", generator="NotSympa 6")},
        {"text": ""},
        {"json": {"generator": "Sympa 6.2"}},
        {"status_code": 404, "html": "<h1>404</h1>"},
        {"status_code": 302, "headers": {"location": "https://ailleurs.example.org/sympa"}},
        {
            "status_code": 302,
            "headers": {"location": "http://listes.example.org/sympa/info/rennes"},
        },
        {"status_code": 302, "headers": {"location": "https://listes.example.org:444/sympa"}},
        {"status_code": 302},
        {"status_code": 301, "headers": {"location": f"{WEB}/info/rennes"}},
    ],
)
@respx.mock
def test_what_is_no_sympa_is_told_with_a_cure(network: Network, answer: dict[str, Any]) -> None:
    with pytest.raises(NotSympa) as caught:
        _visit(network, **answer)
    assert "browser" in caught.value.hint and WEB in caught.value.message
    assert len(respx.calls) <= 3


@pytest.mark.parametrize("status", [401, 403])
@respx.mock
def test_a_wall_tells_nothing(network: Network, status: int) -> None:
    assert _visit(network, status_code=status, html="<h1>Qui va là ?</h1>") is ListState.UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 429, "html": "<h1>Trop vite</h1>"},
        {"status_code": 500, "html": "<h1>Internal error</h1>"},
        {"status_code": 302, "headers": {"location": "http://[::1"}},
        {"status_code": 302, "headers": {"location": "javascript:alert(1)"}},
    ],
)
@respx.mock
def test_a_server_that_fails_may_be_asked_later(network: Network, answer: dict[str, Any]) -> None:
    with pytest.raises(Unreachable):
        _visit(network, **answer)


@respx.mock
def test_a_redirection_on_the_same_server_is_followed_up_to_https(network: Network) -> None:
    respx.get("http://listes.example.org/sympa/info/rennes").respond(
        301, headers={"location": f"{WEB}/info/rennes"}
    )
    respx.get(f"{WEB}/info/rennes").respond(302, headers={"location": "/sympa/info/rennes/"})
    respx.get(f"{WEB}/info/rennes/").respond(html=page("info"))
    visitor = SympaWeb(network, "http://listes.example.org/sympa/")
    assert visitor.state("rennes") is ListState.OPEN
    assert visitor.home("rennes") == f"{WEB}/info/rennes"


@respx.mock
def test_a_page_without_end_is_not_read_to_its_end(network: Network) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"<p>x</p>" * 100_000

    respx.get(f"{WEB}/info/rennes").mock(return_value=httpx.Response(200, content=endless()))
    with pytest.raises(UnexpectedAnswer):
        SympaWeb(network, WEB).state("rennes")


@respx.mock
def test_the_version_is_a_fact_on_one_line(network: Network) -> None:
    respx.get(WEB).respond(html=page(generator="Sympa 6.2.70\n\x1b[31m" + "x" * 99))
    version = SympaWeb(network, WEB).version()
    assert version.startswith("6.2.70 [31mx") and len(version) == 40


def test_addresses_are_encoded() -> None:
    of = SympaAddresses(f" {WEB}/ ")
    assert of.home("rennes") == f"{WEB}/info/rennes"
    assert of.unsubscribe("a/../b?x#y") == f"{WEB}/sigrequest/a%2F..%2Fb%3Fx%23y"
    assert of.archives("été") == f"{WEB}/arc/%C3%A9t%C3%A9"
    assert of.review("r") == f"{WEB}/review/r" and of.import_page("r") == f"{WEB}/import/r"
    assert of.request_form() == f"{WEB}/create_list_request"


# -- an account, against a Sympa of paper ---------------------------------------------------


@dataclass
class Paper:
    """As much of WWSympa as an account meets; `state` is that of the list `rennes`, if ours."""

    state: str = ""
    theirs: bool = False
    members: list[str] = field(default_factory=list)
    kinds: tuple[str, ...] = ("confidential", "discussion_list", "private_working_group")
    refusal: str = ""
    logged_in: bool = False
    import_form: bool = True
    on_import: Callable[[Paper, list[str]], httpx.Response] | None = None
    on_create: Callable[[Paper], httpx.Response] | None = None
    sent: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return self._post(parse_qs(request.content.decode(), keep_blank_values=True))
        path = urlsplit(str(request.url)).path.removeprefix("/sympa")
        action = path.strip("/").split("/")[0] or "home"
        answer: httpx.Response = getattr(self, f"_{action}")()
        return answer

    def _page(self, shown: str = "", **more: Any) -> httpx.Response:
        return httpx.Response(200, html=page(shown, user=self.logged_in, **more))

    def _of_list(self, shown: str) -> httpx.Response:
        held = {"label": self.state in ("pending", "closed"), "waits": self.state == "pending"}
        return self._page(shown, about="rennes - Robustesse", **held)

    def _home(self) -> httpx.Response:
        return self._page("home")

    def _info(self) -> httpx.Response:
        return self._of_list("info") if self.state else self._home()

    def _admin(self) -> httpx.Response:
        if not self.logged_in:
            return self._page("login", error="login")
        return self._of_list("admin") if self.state and not self.theirs else self._page(error="no")

    def _create_list_request(self) -> httpx.Response:
        if not self.logged_in:
            return self._page("login", error="login")
        if self.refusal == "form":
            return self._page(error="Seulement pour les adhérent·es")
        kinds = "".join(f'<input type="radio" name="template" value="{k}">' for k in self.kinds)
        topics = '<select name="topics"><option value="">-</option><option value="art">A</select>'
        send = '<input type="submit" name="action_create_list">'
        return self._page("create_list_request", forms=f"<form>{kinds}{topics}{send}</form>")

    def _import(self) -> httpx.Response:
        form = '<form><input type="submit" name="action_import"></form>' * self.import_form
        return self._page("import", forms=form)

    def _export_member(self) -> httpx.Response:
        if not self.state or self.theirs:
            about = {"about": "rennes - Robustesse"} if self.state else {}
            return self._page("home", error="no", **about)
        text = "".join(f"{one}\n" for one in self.members)
        return httpx.Response(200, text=text)

    def _post(self, fields: dict[str, list[str]]) -> httpx.Response:
        sent = {key: value[0] for key, value in fields.items()}
        self.sent.append(sent)
        assert sent["csrftoken"] == "ab" * 16
        if "action_login" in sent:
            self.logged_in = sent["passwd"] == PASSWORD
            return self._page(
                "home" if self.logged_in else "login", error="non" * (not self.logged_in)
            )
        if "action_logout" in sent:
            self.logged_in = False
            return self._home()
        if "action_create_list" in sent:
            return (self.on_create or Paper.create)(self)
        lines = [one for one in sent["dump"].splitlines() if one.strip()]
        return (self.on_import or Paper.take)(self, lines)

    def create(self) -> httpx.Response:
        if self.refusal or self.state:
            return self._page("create_list_request", error=self.refusal or "existe déjà")
        self.state = "pending"
        return httpx.Response(302, headers={"location": f"{WEB}/admin/rennes"})

    def take(self, lines: list[str]) -> httpx.Response:
        self.members += [one for one in lines if one not in self.members]
        return self._page("review")


@pytest.fixture
def paper() -> Iterator[Paper]:
    made = Paper()
    with respx.mock(assert_all_called=False) as mock:
        mock.route(host="listes.example.org").mock(side_effect=made)
        yield made


@pytest.fixture
def account(network: Network, paper: Paper) -> SympaAccount:
    made = SympaAccount(network, WEB, pause=0.0)
    made.login(EMAIL, PASSWORD)
    paper.sent.clear()
    return made


def test_a_request_is_sent_once_and_read_back(account: SympaAccount, paper: Paper) -> None:
    assert account.request_list(WANTED) is ListState.REQUESTED
    assert paper.sent == [
        {
            "listname": "rennes",
            "template": "private_working_group",
            "subject": WANTED.subject,
            "topics": "other",
            "info": WANTED.description,
            "action_create_list": "x",
            "csrftoken": "ab" * 16,
        }
    ]
    assert account.request_list(WANTED) is ListState.REQUESTED and len(paper.sent) == 1
    assert account.state("rennes") is ListState.REQUESTED


def test_the_pack_of_wikifarm_is_chosen_where_it_is(account: SympaAccount, paper: Paper) -> None:
    paper.kinds = ("communaute", *paper.kinds)
    account.request_list(replace(WANTED, topics="art"))
    assert (paper.sent[0]["template"], paper.sent[0]["topics"]) == ("communaute", "art")


def test_public_archives_are_never_chosen(account: SympaAccount, paper: Paper) -> None:
    paper.kinds = ("discussion_list", "news-letter\x1b[0m")
    with pytest.raises(ListNotAllowed) as caught:
        account.request_list(WANTED)
    assert "discussion_list" in caught.value.hint and "\x1b" not in caught.value.hint
    assert paper.sent == []


def test_a_refusal_shows_the_words_of_the_host_and_never_decides_on_them(
    account: SympaAccount, paper: Paper
) -> None:
    paper.refusal = "Nom \x1b[31m réservé"
    with pytest.raises(WriteRefused) as caught:
        account.request_list(WANTED)
    assert "Nom [31m réservé" in caught.value.hint
    paper.refusal = "form"
    with pytest.raises(ListNotAllowed) as allowed:
        account.request_list(WANTED)
    assert "adhérent·es" in allowed.value.hint


@pytest.mark.parametrize("state", ["pending", "open", "closed"])
def test_a_name_that_is_somebody_elses_is_told(
    account: SympaAccount, paper: Paper, state: str
) -> None:
    paper.state, paper.theirs = state, True
    with pytest.raises(ListTaken):
        account.request_list(WANTED)


def test_a_request_that_was_not_answered_may_have_been_done(
    account: SympaAccount, paper: Paper
) -> None:
    def late(_paper: Paper) -> httpx.Response:
        paper.create()
        raise httpx.ReadTimeout("late")

    paper.on_create = late
    assert account.request_list(WANTED) is ListState.REQUESTED
    assert len(paper.sent) == 1


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("late"), httpx.Response(504)])
def test_a_request_that_was_lost_is_told_as_such(
    account: SympaAccount, paper: Paper, fault: Exception | httpx.Response
) -> None:
    def lost(_paper: Paper) -> httpx.Response:
        if isinstance(fault, Exception):
            raise fault
        return fault

    paper.on_create = lost
    with pytest.raises(Unreachable):
        account.request_list(WANTED)
    assert len(paper.sent) == 1


def test_what_sympa_would_take_amiss_is_not_sent(account: SympaAccount, paper: Paper) -> None:
    with pytest.raises(InvalidInput):
        account.request_list(replace(WANTED, subject="a\nlang es"))
    assert paper.sent == []


def _people(count: int) -> list[str]:
    return [f"personne{number}@example.org" for number in range(count)]


def test_addresses_go_in_by_batches_and_who_is_in_is_read_again(
    account: SympaAccount, paper: Paper
) -> None:
    paper.state, paper.members = "pending", ["personne7@example.org"]
    people = [*_people(1201), "Personne3@Example.org ", "pas-une-adresse", 'a"b@example.org', ""]
    left = account.import_members("rennes", people, quiet=True)
    assert left == {"pas-une-adresse", 'a"b@example.org', ""}
    assert [len(one["dump"].split()) for one in paper.sent] == [BATCH, BATCH, 200]
    assert all(one["list"] == "rennes" and one["quiet"] == "quiet" for one in paper.sent)
    assert len(paper.members) == 1201
    paper.sent.clear()
    assert account.import_members("rennes", people) == left and paper.sent == []


def test_those_whom_the_host_refuses_are_told(account: SympaAccount, paper: Paper) -> None:
    def some(_paper: Paper, lines: list[str]) -> httpx.Response:
        paper.take([one for one in lines if not one.startswith("personne1")])
        return paper._page("review", error="personne1… est incorrecte")

    paper.state, paper.on_import = "open", some
    assert account.import_members("rennes", _people(3)) == {"personne1@example.org"}
    assert "quiet" not in paper.sent[0]


def test_after_a_504_the_import_that_goes_on_is_waited_for(
    account: SympaAccount, paper: Paper
) -> None:
    def slow(_paper: Paper, lines: list[str]) -> httpx.Response:
        if len(paper.sent) > 1:
            return paper.take(lines)
        rest = iter(lines)

        class Growing(list[str]):
            def __iter__(self) -> Iterator[str]:
                self.extend(one for _n, one in zip(range(200), rest, strict=False))
                return super().__iter__()

        paper.members = Growing()
        return httpx.Response(504, html="<h1>504</h1>")

    paper.state, paper.on_import = "open", slow
    assert account.import_members("rennes", _people(600)) == frozenset()
    assert [len(one["dump"].split()) for one in paper.sent] == [500, 100]


def test_after_a_504_without_effect_nothing_more_is_sent(
    account: SympaAccount, paper: Paper
) -> None:
    paper.state = "open"
    paper.on_import = lambda _paper, _lines: httpx.Response(504)
    with pytest.raises(ListUndecided):
        account.import_members("rennes", _people(1500))
    assert len(paper.sent) == 1


def test_a_list_that_grows_without_end_is_not_watched_for_ever(
    account: SympaAccount, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKS", 3)
    numbers = iter(range(10**6))

    class Endless(list[str]):
        def __iter__(self) -> Iterator[str]:
            self.append(f"personne{next(numbers)}@example.org")
            return super().__iter__()

    def never(_paper: Paper, _lines: list[str]) -> httpx.Response:
        paper.members = Endless()
        return httpx.Response(504)

    paper.state, paper.on_import = "open", never
    assert len(account.import_members("rennes", _people(400))) > 390


def test_a_host_without_an_import_page_is_told(account: SympaAccount, paper: Paper) -> None:
    paper.state, paper.import_form = "open", False
    with pytest.raises(ListNotAllowed):
        account.import_members("rennes", _people(1))
    assert paper.sent == []


def test_who_may_not_read_the_members_is_told_why(account: SympaAccount, paper: Paper) -> None:
    with pytest.raises(ListUnknown):
        account.members("rennes")
    paper.state, paper.theirs = "open", True
    with pytest.raises(ListNotAllowed):
        account.members("rennes")
    paper.logged_in = False
    with pytest.raises(SessionLost):
        account.members("rennes")
    with pytest.raises(SessionLost):
        account.request_list(WANTED)


def test_a_session_lost_between_two_batches_stops_the_import(
    account: SympaAccount, paper: Paper
) -> None:
    def out(_paper: Paper, lines: list[str]) -> httpx.Response:
        paper.take(lines)
        paper.logged_in = False
        return paper._page("login", error="login")

    paper.state, paper.on_import = "open", out
    with pytest.raises(SessionLost):
        account.import_members("rennes", _people(900))
    assert len(paper.sent) == 1


def test_logging_out_forgets_even_where_nobody_answers(
    account: SympaAccount, paper: Paper, network: Network
) -> None:
    account.logout()
    assert paper.sent[-1]["action"] == "logout" and not paper.logged_in
    other = SympaAccount(network, WEB)
    other.login(EMAIL, PASSWORD)
    respx.post(WEB).mock(side_effect=httpx.ConnectError("gone"))
    other.logout()
    assert other._client.cookies == frozenset()


SECRET = "s3cret-très-long"


def _told(fault: WikifarmError) -> str:
    return "".join(traceback.format_exception(fault)) + repr(vars(fault))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html=page("login", error="Mot de passe saisi incorrect " + SECRET)),
        httpx.Response(200, html=page("home")),
        httpx.Response(200, html="<h1>Portail</h1>"),
        httpx.Response(302, headers={"location": "https://sso.example.org/"}),
        httpx.Response(500, html="x"),
        httpx.ReadTimeout("late"),
        httpx.ConnectError("gone"),
    ],
)
@respx.mock
def test_a_password_is_in_no_message_and_no_log(
    network: Network, answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    respx.get(WEB).respond(html=page("home"))
    respx.post(WEB).mock(side_effect=[answer])
    account = SympaAccount(network, WEB)
    with pytest.raises(WikifarmError) as caught:
        account.login(EMAIL, SECRET)
    assert SECRET not in _told(caught.value) and SECRET not in caplog.text
    assert SECRET not in repr(vars(account))


@respx.mock
def test_a_password_goes_to_no_site_that_is_no_sympa_and_never_in_clear(network: Network) -> None:
    respx.get(WEB).respond(html="<h1>Portail</h1>")
    with pytest.raises(NotSympa):
        SympaAccount(network, WEB).login(EMAIL, PASSWORD)
    clear = WEB.replace("https", "http")
    respx.get(clear).respond(html=page("home"))
    with pytest.raises(TlsFailed):
        SympaAccount(network, clear).login(EMAIL, PASSWORD)
    assert [call.request.method for call in respx.calls] == ["GET", "GET"]


@respx.mock
def test_a_password_follows_the_site_to_https(network: Network) -> None:
    clear = WEB.replace("https", "http")
    respx.get(clear).respond(301, headers={"location": WEB})
    respx.get(WEB).respond(html=page("home"))
    posted = respx.post(WEB).respond(html=page("home", user=True))
    SympaAccount(network, clear).login(EMAIL, PASSWORD)
    assert posted.call_count == 1


# -- a real Sympa ---------------------------------------------------------------------------


@pytest.fixture
def real(network: Network, sympa: Server) -> Iterator[tuple[WantedList, SympaAccount]]:
    """A name of our own on the real Sympa, and its founder logged in."""
    account = SympaAccount(network, sympa.web)
    account.login(EMAIL, PASSWORD)
    yield replace(WANTED, name=f"web-{uuid4().hex[:12]}"), account
    account.logout()


def test_a_real_list_from_its_request_to_its_members(
    network: Network, sympa: Server, real: tuple[WantedList, SympaAccount]
) -> None:
    wanted, account = real
    visitor = SympaWeb(network, sympa.web)
    assert visitor.version().startswith("6.2")
    assert visitor.state(wanted.name) is ListState.ABSENT
    assert account.request_list(wanted) is ListState.REQUESTED
    assert account.request_list(wanted) is ListState.REQUESTED
    assert visitor.state(wanted.name) is ListState.REQUESTED

    people = [f"web.{number}+x'y@example.org" for number in range(620)]
    given = [*people, "PAS.une@Example.org", "pas-une-adresse"]
    assert account.import_members(wanted.name, given, quiet=True) == {"pas-une-adresse"}
    assert account.members(wanted.name) == {*people, "pas.une@example.org"}
    assert account.import_members(wanted.name, given) == {"pas-une-adresse"}

    time.sleep(1.1)  # Sympa's view of a list is a second old at most
    sympa.admin("open", f"{wanted.name}@{sympa.domain}")
    time.sleep(1.1)
    assert visitor.state(wanted.name) is ListState.OPEN
    assert account.state(wanted.name) is ListState.OPEN
    sympa.admin("close", f"{wanted.name}@{sympa.domain}")
    time.sleep(1.1)
    assert visitor.state(wanted.name) is ListState.CLOSED
    with pytest.raises(ListTaken):
        account.request_list(wanted)


def test_a_real_list_of_somebody_else(
    network: Network, sympa: Server, real: tuple[WantedList, SympaAccount]
) -> None:
    wanted, account = real
    other = SympaAccount(network, sympa.web)
    other.login(sympa.listmaster.email, sympa.listmaster.password)
    assert other.request_list(wanted) is ListState.OPEN
    with pytest.raises(ListTaken):
        account.request_list(wanted)
    with pytest.raises(ListNotAllowed):
        account.members(wanted.name)
    with pytest.raises(WikifarmError):
        account.import_members(wanted.name, ["a@example.org"])
    assert other.members(wanted.name) == frozenset()
    other.logout()
    with pytest.raises(SessionLost):
        other.request_list(wanted)
    with pytest.raises((ListNotAllowed, ListUnknown)):
        account.members(f"{wanted.name}-absent")


def test_a_real_password_that_is_wrong(network: Network, sympa: Server) -> None:
    with pytest.raises(BadCredentials):
        SympaAccount(network, sympa.web).login(EMAIL, SECRET)


def test_the_texts_of_a_real_list_do_not_change_its_state(
    network: Network, sympa: Server, real: tuple[WantedList, SympaAccount]
) -> None:
    wanted, account = real
    texts = '<!-- home.tt2 --> </p></main><span class="warning label">x</span>'
    hostile = replace(wanted, subject=texts, description=texts)
    account.request_list(hostile)
    time.sleep(1.1)
    sympa.admin("open", f"{wanted.name}@{sympa.domain}")
    time.sleep(1.1)
    assert SympaWeb(network, sympa.web).state(wanted.name) is ListState.OPEN
