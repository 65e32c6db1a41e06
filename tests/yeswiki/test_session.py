"""What a session makes of odd answers: noise, exceptions with server paths, captive pages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import httpx
import pytest
import respx

from wikifarm.errors import (
    BadCredentials,
    Exit,
    NotYesWiki,
    UnexpectedAnswer,
    Unreachable,
    WikiAsleep,
    WikiBusy,
)
from wikifarm.transport import MAX_BYTES, Network
from wikifarm.yeswiki.addresses import Addresses, base_url
from wikifarm.yeswiki.session import Session, exception_message, unexpected

BASE = "http://ferme.test/"


@pytest.fixture
def session() -> Session:
    return Session(Network(), Addresses(BASE))


@respx.mock
def test_stray_output_is_dropped(session: Session) -> None:
    respx.get(f"{BASE}?api/users").respond(json={"rawOutput": "<b>mail</b>", "created": ["A"]})
    assert session.api_json("users") == {"created": ["A"]}


@respx.mock
def test_a_captive_page_is_not_a_wiki(session: Session) -> None:
    respx.get(f"{BASE}?api/pages").respond(200, html="<h1>Hôtel : connectez-vous</h1>")
    with pytest.raises(NotYesWiki):
        session.api_json("pages")


@respx.mock
@pytest.mark.parametrize("nothing", ["{}", "[]", "null"])
def test_nothing_is_believed_of_the_wiki_alone(session: Session, nothing: str) -> None:
    respx.get(f"{BASE}?api/forms").respond(200, text=nothing)
    with pytest.raises(NotYesWiki):
        session.api_json("forms")


@respx.mock
@pytest.mark.parametrize(
    ("cookies", "user", "own"),
    [
        (("YesWiki-main",), "", True),
        (("YesWiki-main", "token"), "Ada", True),
        (("YesWiki-main",), "Ada", False),  # logged out, or what a cache kept of a visitor's
        (("YesWiki-main", "token"), "", False),  # what a cache kept of somebody's
        (("token",), "Ada", False),
    ],
)
def test_each_answer_shows_to_whom_the_wiki_spoke(
    session: Session, cookies: tuple[str, ...], user: str, own: bool
) -> None:
    session.user = user
    set_cookies = [("set-cookie", f"{name}=a; path=/") for name in cookies]
    respx.get(f"{BASE}?Ici").respond(200, headers=set_cookies)
    assert session.spoke_to(session.ask("Ici")) is own


@respx.mock
def test_a_captive_page_at_login_is_not_a_wiki(session: Session) -> None:
    respx.post(f"{BASE}?ParametresUtilisateur").respond(200, html="<h1>Hôtel</h1>")
    with pytest.raises(NotYesWiki):
        session.login("WikiAdmin", "x")


@respx.mock
def test_the_cookie_tells_a_login_not_the_status(session: Session) -> None:
    location = {"location": f"{BASE}?ParametresUtilisateur"}
    route = respx.post(f"{BASE}?ParametresUtilisateur")
    route.respond(302, headers={**location, "set-cookie": "YesWiki-main=a; path=/"})
    with pytest.raises(BadCredentials) as refused:
        session.login("WikiAdmin", "secret-jamais-montre")
    assert "secret-jamais-montre" not in str(refused.value) + refused.value.hint


@respx.mock
def test_a_sleeping_wiki_says_so(session: Session) -> None:
    respx.post(f"{BASE}?api/users").respond(
        500, json={"exceptionMessage": "Exception: Le wiki est en hibernation in /var/www/x.php:3"}
    )
    with pytest.raises(WikiAsleep):
        session.api_post("users", [("name", "A")])


@respx.mock
def test_no_server_path_and_no_stack_is_shown(session: Session) -> None:
    respx.get(f"{BASE}?api/x").respond(
        500,
        json={
            "exceptionMessage": "Exception: Fichier SQL non trouvé in "
            "/var/www/ferme/tools/ferme/services/FarmService.php:917\nStack trace:\n#0 /var/www"
        },
    )
    answer = session.api("x")
    assert exception_message(answer) == "Fichier SQL non trouvé"
    error = unexpected(answer)
    assert "/var/www" not in error.message
    assert "Stack" not in error.message


@respx.mock
def test_a_busy_wiki_says_to_wait(session: Session) -> None:
    respx.get(f"{BASE}?api/x").respond(
        500, json={"exceptionMessage": "WikiBusyException: archiving in /a.php:1"}
    )
    assert isinstance(unexpected(session.api("x")), WikiBusy)


@respx.mock
def test_a_read_is_tried_again_after_a_passing_fault(session: Session) -> None:
    route = respx.get(f"{BASE}?api/pages")
    empty = httpx.Response(200, json={}, headers={"set-cookie": "YesWiki-main=a; path=/"})
    route.side_effect = [httpx.Response(502), httpx.ConnectError("x"), empty]
    assert session.api_json("pages") == {}
    assert route.call_count == 3


@respx.mock
def test_a_write_is_never_sent_twice(session: Session) -> None:
    route = respx.post(f"{BASE}?api/users")
    route.side_effect = httpx.ReadTimeout("x")
    with pytest.raises(Unreachable):
        session.api_post("users", [("name", "A")])
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    ("route", "write"),
    [
        ("ParametresUtilisateur", lambda session: session.login("WikiAdmin", "x")),
        ("Ici/edit", lambda session: session.post("Ici", [("body", "b")], "edit")),
        ("api/users", lambda session: session.api_post("users", [("name", "A")])),
        ("Ici/upload", lambda session: session.post_file("Ici", "upload", "a", BytesIO(b"a"))),
    ],
)
def test_a_write_that_is_told_to_come_back_is_left_for_later(
    session: Session, route: str, write: Callable[[Session], object], status: int
) -> None:
    page = "<html><body><h1>Service Temporarily Unavailable</h1></body></html>"
    asked = respx.post(f"{BASE}?{route}").respond(status, html=page, headers={"Retry-After": "90"})
    with pytest.raises(Unreachable, match=str(status)) as later:
        write(session)
    assert later.value.exit is Exit.SERVER and "2 min" in later.value.hint
    assert asked.call_count == 1


@respx.mock
@pytest.mark.parametrize("route", ["Ici/edit", "Ici/upload"])
def test_a_write_that_the_server_took_nothing_of_is_sent_again(
    session: Session, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)

    def write() -> object:
        if route == "Ici/edit":
            return session.post("Ici", [("body", "texte")], "edit")
        return session.post_file("Ici", "upload", "a", BytesIO(b"texte"))

    asked = respx.post(f"{BASE}?{route}")
    asked.side_effect = [httpx.Response(429, headers={"Retry-After": "3"}), httpx.Response(200)]
    write()
    first, second = (call.request.content for call in asked.calls)
    assert b"texte" in first and b"texte" in second
    assert len(slept) == 1 and slept[0] >= 3
    asked.side_effect = [httpx.Response(429)] * 3
    with pytest.raises(Unreachable, match="429"):
        write()
    assert asked.call_count == 5


@respx.mock
def test_an_endless_answer_is_cut(session: Session) -> None:
    respx.get(f"{BASE}?api/pages").respond(200, content=b"{" + b" " * (MAX_BYTES + 1))
    with pytest.raises(UnexpectedAnswer):
        session.api_json("pages")


@respx.mock
def test_no_redirection_is_followed(session: Session) -> None:
    respx.get(f"{BASE}?api/pages").respond(302, headers={"location": "http://169.254.169.254/"})
    elsewhere = respx.get("http://169.254.169.254/")
    with pytest.raises(NotYesWiki):
        session.api_json("pages")
    assert not elsewhere.called


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        ("https://ferme.example.org", "https://ferme.example.org/"),
        ("https://ferme.example.org/?PagePrincipale", "https://ferme.example.org/"),
        ("https://example.org/ferme/index.php?AccueiL#haut", "https://example.org/ferme/"),
        (" https://example.org/ferme/ ", "https://example.org/ferme/"),
    ],
)
def test_the_base_is_found_in_what_people_paste(pasted: str, base: str) -> None:
    assert base_url(pasted) == base


def test_a_tag_cannot_leave_the_wiki() -> None:
    addresses = Addresses(BASE)
    assert addresses.page("Tag", "edit", {"a": "b c"}) == f"{BASE}?Tag/edit&a=b+c"
    assert addresses.page("../etc", "") == f"{BASE}?..%2Fetc"
