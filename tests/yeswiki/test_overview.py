"""An overview is believed of the wiki alone, and in what it says to this very person."""

from __future__ import annotations

import httpx
import pytest

from wikifarm.model import Capabilities, Cookie, Dialect
from wikifarm.transport import Network
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.wiki import Wiki

BASE = "http://ferme.example.org/rennes/"
OWN, TOKEN = ("Set-Cookie", "YesWiki-main=a; path=/"), ("Set-Cookie", "token=b; path=/")
USER = "<td></td><td>WikiAdmin</td><td></td><td>a@example.org</td><td></td><td></td><td></td>"
PAGE = f"""
<table class="table-acls"><tbody><tr><td><input name="selectpage[Accueil]" value="Accueil"></td>
<td>Accueil</td><td><span class="label">@admins</span></td><td></td><td></td></tr></tbody></table>
<select name="actionname"><option value="listusers"></select>
<select name="handlername"><option value="edit"></select>
<form id="edit-config"><input name="wakka_name" value="Rennes"></form>
<div id="users-table-action"><table><tbody><tr>{USER}</tr></tbody></table></div>
"""
TRIPLES = '[{"resource": "ThisWikiGroup:admins", "value": "WikiAdmin"}]'


@pytest.mark.parametrize(
    ("headers", "believed"),
    [([OWN, TOKEN], True), ([OWN], False), ([TOKEN], False), ([], False)],
    ids=["the wiki to this person", "the wiki to somebody else", "another program", "a cache"],
)
def test_only_the_word_of_the_wiki_to_this_person_is_believed(
    headers: list[tuple[str, str]], believed: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        text = TRIPLES if b"triples" in request.url.query else "{}"
        if b"WikifarmRecu" in request.url.query:
            return httpx.Response(200, text=PAGE, headers=headers)
        return httpx.Response(200, text=text, headers=[OWN, TOKEN])

    network = Network(transport=httpx.MockTransport(answer))
    wiki = Wiki(network, Addresses(BASE), Capabilities(Dialect.D44))
    wiki.session.resume("WikiAdmin", [Cookie("token", "x", "ferme.example.org", "/")])
    assert (wiki.overview("WikifarmRecu") is not None) is believed
