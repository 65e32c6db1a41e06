"""Every reader refuses what is not of the shape of what it asked, and never reads it as nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import tenacity
from hypothesis import given
from hypothesis import strategies as st

from wikifarm import transport
from wikifarm.errors import Exit, UnexpectedAnswer, Unforeseen, Unreachable, WikifarmError
from wikifarm.model import Capabilities, Dialect
from wikifarm.transport import Network
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.capabilities import probe
from wikifarm.yeswiki.farm import Farm
from wikifarm.yeswiki.wiki import Wiki

BASE = "http://ferme.example.org/rennes/"
FORM = {"bn_id_nature": "1", "bn_label_nature": "A", "bn_template": "x", "prepared": []}
ADMINS = {"resource": "ThisWikiGroup:admins", "value": "WikiAdmin"}

READERS: dict[str, Callable[[Wiki], object]] = {
    "pages": lambda wiki: wiki.pages.all(),
    "page": lambda wiki: wiki.pages.read("Charte"),
    "forms": lambda wiki: wiki.forms.all(),
    "lists": lambda wiki: wiki.lists.all(),
    "entries": lambda wiki: wiki.entries.of("101"),
    "users": lambda wiki: wiki.users.all(),
    "groups": lambda wiki: wiki.groups.all(),
    "rights": lambda wiki: wiki.rights.all(),
    "modules": lambda wiki: wiki.rights.modules(),
    "settings": lambda wiki: wiki.settings.all(),
    "csrf": lambda wiki: wiki.session.csrf(),
    "account": lambda wiki: wiki.users.create("AdaL", "ada@example.org"),
    "probe": lambda wiki: probe(wiki.session),
    "wikis": lambda wiki: Farm(wiki.network, BASE, token="cle").wikis(),
    "template": lambda wiki: Farm(wiki.network, BASE).template(),
    "answers": lambda wiki: Farm(wiki.network, BASE).answers("rennes"),
    "login": lambda wiki: wiki.login("WikiAdmin", "mot de passe"),
}
LIST = {"titre_liste": "Oui", "label": {"oui": "Oui"}}
GHOSTS = (None, {"id": "ListeFantome"})  # what 4.4.4 and 4.5.0 make of a list without its page
OWN = {"Set-Cookie": "YesWiki-main=abc; path=/"}  # every answer of a YesWiki opens a session
# What is nothing in YesWiki's own words, for the readers that may find nothing.
NOTHING = {"forms": "{}", "lists": "[]", "entries": "{}", "wikis": "{}", "answers": "{}"}
PAGES = {
    "captive": "<html><body>Bienvenue sur le wifi : acceptez les conditions.</body></html>",
    "maintenance": "<h1>Site en maintenance</h1><div class='alert'>De retour à 14 h</div>",
    "empty": "",
    "null": "null",
    "word": '"non"',
    "number": "3",
    "object": "{}",
    "list": "[]",
    "numbers": "[1, 2]",
    "row is null": '{"101": null}',
    "row is a list": '{"101": ["a"]}',
    "row is empty": '{"101": {}}',
    "rows are empty": "[{}]",
    "surrogate": '"\\ud800"',
    "cut": '{"101": {"bn_id_nature": "101"',
}


def a_wiki(answer: Callable[[httpx.Request], httpx.Response]) -> Wiki:
    network = Network(transport=httpx.MockTransport(answer))
    return Wiki(network, Addresses(BASE), Capabilities(Dialect.D44))


def always(status: int, text: str, headers: dict[str, str] | None = None) -> Wiki:
    return a_wiki(lambda _request: httpx.Response(status, text=text, headers=headers))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport._again, "sleep", lambda _seconds: None)


def refused(reader: str, wiki: Wiki) -> WikifarmError:
    with pytest.raises(WikifarmError) as error:
        READERS[reader](wiki)
    assert not isinstance(error.value, Unforeseen)
    assert error.value.exit in (Exit.FAILED, Exit.SERVER)
    return error.value


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("reader", READERS)
def test_what_was_not_asked_is_refused(reader: str, page: str) -> None:
    if PAGES[page] == NOTHING.get(reader):
        READERS[reader](always(200, PAGES[page], OWN))  # else it is somebody else's nothing
    if page == "row is empty" and reader in {"entries", "wikis", "answers"}:
        return  # an entry that hides all its fields; a form that is not looked into
    refused(reader, always(200, PAGES[page]))


@pytest.mark.parametrize("status", [302, 401, 403, 410, 429, 500, 502, 503])
@pytest.mark.parametrize("reader", READERS)
def test_any_other_status_is_refused(reader: str, status: int) -> None:
    away = {"Location": "https://portail.example.net/"} if status == 302 else {}
    error = refused(reader, always(status, "<html><body>Non.</body></html>", away))
    assert "remove" not in error.message + error.hint


@pytest.mark.parametrize("reader", READERS)
def test_an_answer_that_is_not_compressed_as_it_says_is_refused(reader: str) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        body = httpx.ByteStream(b"{}")
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=body)

    assert isinstance(refused(reader, a_wiki(answer)), UnexpectedAnswer)


def test_an_answer_that_is_compressed_is_read() -> None:
    body = gzip.compress(json.dumps({"1": FORM}).encode())
    headers = {"Content-Encoding": "gzip"}
    wiki = a_wiki(lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body)))
    assert set(wiki.forms.all()) == {"1"}


def test_of_two_lines_about_a_group_the_first_counts_as_for_the_wiki() -> None:
    """Anybody with an account may write the second."""
    group = {"resource": "ThisWikiGroup:participants", "value": "@animation\nFatou"}
    rows = [ADMINS, group, {**group, "value": '{"x":"y","user":"Mallory"}'}]
    groups = always(200, json.dumps(rows)).groups
    assert groups.members("participants") == ("@animation", "Fatou")


@pytest.mark.parametrize("ghost", GHOSTS)
def test_a_list_without_its_page_hides_no_other(ghost: object) -> None:
    lists = json.dumps({"ListeFantome": ghost, "ListeOuiNon": LIST})
    assert set(always(200, lists).lists.all()) == {"ListeOuiNon"}


WHOLE: dict[str, Any] = {
    "pages": {"A": {"tag": "A", "body": "x", "id": "1", "owner": "B", "user": "B"}},
    "forms": {"1": FORM},
    "lists": {"L": {"titre_liste": "L", "label": {"a": "A"}}},
    "entries": {"E": {"bf_titre": "E"}},
    "users": [{"name": "A", "email": "a@example.org"}],
    "groups": [ADMINS],
    "wikis": {"E": {"bf_dossier-wiki": "rennes"}},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["tag", "body", "name", "label", "nodes", "id", "prepared", "resource"]),
        inner, max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(list(WHOLE)), st.data())
def test_a_whole_answer_with_one_value_changed_is_read_or_refused(
    reader: str, data: st.DataObject
) -> None:
    answer = json.loads(json.dumps(WHOLE[reader]))
    rows = answer if isinstance(answer, list) else list(answer.values())
    row = rows[0]
    row[data.draw(st.sampled_from(sorted(row)))] = data.draw(JSON)
    wiki = always(200, json.dumps(answer))
    try:
        READERS[reader](wiki)
    except WikifarmError as error:
        assert not isinstance(error, Unforeseen)


def test_a_wiki_that_asks_to_come_back_is_asked_again() -> None:
    answers = [
        httpx.Response(429, headers={"Retry-After": "2"}),
        httpx.Response(200, text=json.dumps({"1": FORM})),
    ]
    wiki = a_wiki(lambda _request: answers.pop(0))
    assert set(wiki.forms.all()) == {"1"}
    assert isinstance(refused("forms", always(429, "")), Unreachable)


def test_what_a_server_asks_to_wait_is_waited_within_reason() -> None:
    def pause(seconds: float) -> float:
        state = tenacity.RetryCallState(transport._again, None, (), {})
        state.set_exception((transport.Passing, transport.Passing(seconds), None))
        return transport._pause(state)

    assert pause(7.0) == 7.0
    assert pause(0.0) < 2.0


def test_a_visitor_is_no_admin() -> None:
    """Anybody logged in gets the triples they may see: none but for administrators."""
    assert "administrators" in refused("groups", always(200, "[]", OWN)).hint
    other = json.dumps([{"resource": "ThisWikiGroup:cuisine", "value": "A"}])
    assert "administrators" in refused("groups", always(200, other)).hint
