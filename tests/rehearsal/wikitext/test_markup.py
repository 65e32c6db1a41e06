"""Wiki text to HTML."""

from __future__ import annotations

import pytest

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.wikitext.markup import linked_pages, parse_action

from ..conftest import Browser

SAMPLES = [
    ("======Titre======", "<h1>Titre</h1>"),
    ("=====Deux=====", "<h2>Deux</h2>"),
    ("## Markdown\n", "<h2>Markdown</h2>"),
    ("**gras** et //italique//", "<b>gras</b> et <i>italique</i>"),
    (" - un\n - deux\n", "<ul><li>un\n</li><li>deux</li></ul>"),
    ("[[BacASable essai]]", '?BacASable">essai</a>'),
    ("[lien](BacASable)", '?BacASable">lien</a>'),
    ("https://example.org/a?b=c", '<a href="https://example.org/a?b=c">'),
    ("<script>alert(1)</script>", "&lt;script&gt;"),
    ('""<b class="x">brut</b>""', '<b class="x">brut</b>'),
    ("----", "<hr>"),
    ("{{inconnue}}", "Action inconnue : N'existe pas"),
    ("{# rien #}fin", "fin"),
]


@pytest.mark.parametrize(("text", "wanted"), SAMPLES)
def test_wiki_text_becomes_html(text: str, wanted: str, farm44: RunningFarm) -> None:
    admin = Browser(farm44).login()
    admin.save("?Essai", text)
    assert wanted in admin.get("?Essai/html").text


def test_actions_are_read_with_their_arguments() -> None:
    assert parse_action('Listusers/last="12"') == ("listusers", {"last": "12"})
    assert parse_action('bazar vue="saisir"  id = "1"') == ("bazar", {"vue": "saisir", "id": "1"})


def test_links_are_found_in_a_text() -> None:
    text = '[[PageUn un]] PageDeux {{nav links="PageTrois, PageQuatre"}} https://a.org/PageCinq'
    assert linked_pages(text) == {"PageUn", "PageDeux", "PageTrois", "PageQuatre"}
