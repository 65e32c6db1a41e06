"""The tag made from a title."""

from __future__ import annotations

import re
import unicodedata

from ..exchange.wiki_request import Request


def wiki_name(request: Request, text: str) -> str:
    """A free tag made from a title: `Ada Lovelace` gives AdaLovelace, then AdaLovelace2.

    Facts of `genere_nom_wiki` (v4.4.4): punctuation becomes blanks, 47 characters at most, each
    word capitalised, accents dropped, and a last capital letter added when there is only one.
    """
    name = base_name(text)
    if not name or not request.wiki.page(name):
        return name
    number = 2
    while request.wiki.page(f"{name}{number}"):
        number += 1
    return f"{name}{number}"


def base_name(text: str) -> str:
    """The tag a title would get if no page had it."""
    spaced = re.sub(r"[!-/:-@\[-`{-~]", " ", text)[:47]
    words = _plain(spaced).lower().split(" ")
    name = "".join(re.sub(r"[^A-Za-z0-9]", "", word[:1].upper() + word[1:]) for word in words)
    if len(re.findall(r"[A-Z]", name)) < 2:
        name = name[:-1] + name[-1:].upper()
    return name


def _plain(text: str) -> str:
    text = text.replace("œ", "oe").replace("æ", "ae").replace("Œ", "OE").replace("Æ", "AE")
    text = text.replace("ß", "sz").replace("ø", "o").replace("Ø", "O")
    split = unicodedata.normalize("NFD", text)
    return "".join(c for c in split if ord(c) < 128)
