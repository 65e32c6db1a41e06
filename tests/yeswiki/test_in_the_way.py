"""What answers in the place of a wiki is told for what it is."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import httpx
import pytest

from wikifarm.errors import NotYesWiki, TlsFailed, UnexpectedAnswer, WikifarmError
from wikifarm.transport import MAX_BYTES, Network
from wikifarm.yeswiki.addresses import Addresses, own_address
from wikifarm.yeswiki.capabilities import probe
from wikifarm.yeswiki.session import Session

BASE = "https://ferme.example.org/"
PAGE = "<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>"
JSON = '{"1": {"bn_id_nature": "1"}}'


def visitor(answer: Callable[[httpx.Request], httpx.Response], base: str = BASE) -> Session:
    return Session(Network(transport=httpx.MockTransport(answer)), Addresses(base))


def refusal(response: httpx.Response, base: str = BASE) -> WikifarmError:
    with pytest.raises(WikifarmError) as refused:
        probe(visitor(lambda _request: response, base))
    return refused.value


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (httpx.Response(301, headers={"Location": "https://www.example.org/"}), "www.example.org"),
        (
            httpx.Response(
                302, headers={"Location": "https://a:s3cret@sso.example.org/in?r=s3cret"}
            ),
            "sso.example.org/in",
        ),
        (httpx.Response(302, headers={"Location": "http://ferme.example.org/"}), "http://ferme"),
        (httpx.Response(302, headers={"Location": f"{BASE}?api/forms"}), "back to itself"),
        (httpx.Response(302, headers={"Location": "/wiki/"}), "https://ferme.example.org/wiki/"),
        (httpx.Response(302), "an address that is none"),
        (httpx.Response(401, headers={"WWW-Authenticate": "Basic"}, html=PAGE), "password"),
        (httpx.Response(401, html=PAGE), "password"),
        (httpx.Response(200, html="<title>Just a moment...</title>"), "filter"),
        (httpx.Response(404, html=PAGE), "Something else"),
        (httpx.Response(410, html=PAGE), "Something else"),
        (httpx.Response(301, headers={"Location": "http://[bad"}), "an address that is none"),
        (httpx.Response(403, html=PAGE), "filter"),
        (httpx.Response(403, headers={"cf-mitigated": "challenge"}, html="x"), "filter"),
        (httpx.Response(406, html="Not Acceptable! Mod_Security"), "filter"),
        (httpx.Response(413, html="too large"), "long"),
        (
            httpx.Response(200, html=f"<br />\n<b>Deprecated</b>:  Creation of x{JSON}"),
            "warnings of PHP",
        ),
    ],
)
def test_it_is_named(response: httpx.Response, said: str) -> None:
    error = refusal(response)
    assert isinstance(error, NotYesWiki)
    assert said in error.message and error.hint
    assert "s3cret" not in error.message


def test_a_refusal_of_the_wiki_itself_is_no_filter() -> None:
    own = httpx.Response(403, json={"error": "You are not authorized"})
    assert "filter" not in refusal(own).message


@pytest.mark.parametrize("status", [402, 418, 451, 500, 507, 511, 520])
def test_who_is_asked_about_an_odd_status_is_not_this_program(status: int) -> None:
    error = refusal(httpx.Response(status, html=PAGE))
    assert str(status) in error.message and "doctor" not in error.hint


def test_a_mark_or_blank_lines_before_the_data_are_passed_over() -> None:
    answers = {"forms": b"\xef\xbb\xbf\n\n" + JSON.encode()}
    session = visitor(lambda _request: httpx.Response(200, content=answers["forms"]))
    assert session.api_json("forms") == {"1": {"bn_id_nature": "1"}}


def test_a_name_of_encoding_that_is_none_is_read_as_utf_8() -> None:
    for charset in ("rot13", "none-such", "hex"):
        kind = {"Content-Type": f"text/html; charset={charset}"}
        session = visitor(
            lambda _request, kind=kind: httpx.Response(200, headers=kind, content="é".encode())  # type: ignore[misc]
        )
        assert session.page("X").text == "é"


@pytest.mark.parametrize("packed", ["gzip", "x-gzip"])
def test_what_is_packed_is_unpacked(packed: str) -> None:
    answer = httpx.Response(
        200, headers={"Content-Encoding": packed}, stream=httpx.ByteStream(gzip.compress(b"texte"))
    )
    assert visitor(lambda _request: answer).page("X").text == "texte"


@pytest.mark.parametrize("packed", ["gzip", "br", "gzip, gzip", "deflate"])
def test_what_only_says_that_it_is_packed_is_told(packed: str) -> None:
    answer = httpx.Response(
        200, headers={"Content-Encoding": packed}, stream=httpx.ByteStream(b"not packed at all")
    )
    with pytest.raises(UnexpectedAnswer, match="compressed"):
        visitor(lambda _request: answer).page("X")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * (MAX_BYTES + 1024))
    answer = httpx.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb)
    )
    with pytest.raises(UnexpectedAnswer, match="MB"):
        visitor(lambda _request: answer).page("X")


def test_a_login_for_https_alone_is_told_over_http() -> None:
    cookies = [("Set-Cookie", "YesWiki-main=x; secure"), ("Set-Cookie", "token=y; secure")]
    session = visitor(
        lambda _request: httpx.Response(302, headers=cookies), "http://ferme.example.org/"
    )
    with pytest.raises(UnexpectedAnswer, match="https only"):
        session.login("A", "b")


def test_https_asked_of_a_port_that_speaks_http_is_told(plain_server: str) -> None:
    session = Session(Network(), Addresses(plain_server.replace("http://", "https://")))
    with pytest.raises(TlsFailed, match="does not speak https"):
        session.page("X")


def test_a_wiki_says_by_which_address_it_calls_itself() -> None:
    page = '<link rel="canonical" href="http://127.0.0.1:8401/wiki/?PagePrincipale">'
    assert own_address(page) == "http://127.0.0.1:8401/wiki/"
    assert own_address("<p>rien</p>") == ""
