"""Lists of choices: our keys, the ids YesWiki makes of their titles, the JSON it imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html.entities import codepoint2name
from pathlib import Path
from typing import Any

from wikifarm.blueprint.sources import Document, Problems, read_yaml
from wikifarm.i18n import LANGUAGES, _
from wikifarm.model import BazarList, Dialect

LISTS_FILE = "lists.yml"
SCHEMA = "wikifarm/lists/1"
_ITEM_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
OTHERS_KEY = re.compile(r"[\w.:/@ -]+\Z")  # of a list that was made by hand


# removeAccents keeps of an entity of HTML 4 the letter that bears one of these, or a ligature.
_ACCENTED = re.compile(r"([A-Za-z])(acute|cedil|caron|circ|grave|orn|ring|slash|th|tilde|uml)\Z")
_LIGATURE = re.compile(r"([A-Za-z]{2})lig\Z")


def wiki_name(text: str) -> str:
    """The tag YesWiki makes of a title (`genere_nom_wiki`, tools/bazar/libs/bazar.fonct.php)."""
    spaced = "".join(" " if _is_punctuation(sign) else sign for sign in text)[:47]
    bare = "".join(_bare(sign) for sign in spaced)
    words = re.sub(r"[A-Z]", lambda capital: capital[0].lower(), bare).split(" ")
    name = "".join(re.sub(r"[^a-zA-Z0-9]", "", word[:1].upper() + word[1:]) for word in words)
    if len(re.sub(r"[^A-Z]", "", name)) < 2:
        name = name[:-1] + name[-1:].upper()
    return name


def _bare(sign: str) -> str:
    """The letter without its accent; nothing for another sign that HTML 4 has a name for."""
    name = codepoint2name.get(ord(sign))
    if name is None:
        return sign
    match = _ACCENTED.match(name) or _LIGATURE.match(name)
    return match[1] if match else ""


def _is_punctuation(character: str) -> bool:
    """`[[:punct:]]` without the `u` flag: the ASCII punctuation, bytes only."""
    return character in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def expected_list_id(title: str, dialect: Dialect) -> str:
    """The id that the server should make of a new list's title; it adds a number when taken.

    4.4.4: `Liste ` before the title; 4.5 and later: `List` glued to it (ListManager.php).
    """
    return wiki_name(f"Liste {title}" if dialect is Dialect.D44 else f"List{title}")


def load_lists(folder: Path, language: str) -> dict[str, BazarList]:
    """The lists of `folder/lists.yml` by key, in one language; `id` is that key.

    Raises InvalidInput with every problem.
    """
    problems = Problems()
    document = read_yaml(folder / LISTS_FILE, problems)
    lists: dict[str, BazarList] = {}
    if document is not None:
        lists = _lists(document, language, problems)
    problems.stop()
    return lists


@lru_cache(maxsize=8)
def known_lists(folder: Path, language: str) -> Mapping[str, BazarList]:
    """The same, read once in a run; empty where the folder has no file of lists."""
    return load_lists(folder, language) if (folder / LISTS_FILE).is_file() else {}


def _lists(document: Document, language: str, problems: Problems) -> dict[str, BazarList]:
    value = document.value if isinstance(document.value, dict) else {}
    if value.get("schema") != SCHEMA or not isinstance(value.get("lists"), dict):
        message = _("a file of lists begins with “schema: {schema}”, then “lists:”").format(
            schema=SCHEMA
        )
        problems.append(document.problem(message, code="wrong-schema"))
        return {}
    lists: dict[str, BazarList] = {}
    for key, told in value["lists"].items():
        made = _list(document, str(key), told, language, problems)
        if made is not None:
            lists[made.id] = made
    return lists


def _list(
    document: Document, key: str, told: Any, language: str, problems: Problems
) -> BazarList | None:
    path = ("lists", key)
    items = told.get("items") if isinstance(told, dict) else None
    imported = isinstance(told, dict) and told.get("imported") is True
    title = told.get("title") if isinstance(told, dict) else None
    if not isinstance(items, dict) or not items or not isinstance(title, str):
        message = _("the list “{key}” needs a title and items").format(key=key)
        problems.append(document.problem(message, *path, code="missing"))
        return None
    expected = expected_list_id(title, Dialect.D44)
    if key != expected:
        message = _("the key of the list “{title}” must be “{expected}”").format(
            title=title, expected=expected
        )
        hint = _("it is the id that YesWiki makes of the title, and part of the names of answers")
        problems.append(document.key_problem(message, *path, hint=hint, code="list-key"))
    choices = _items(document, key, items, language, problems, imported=imported)
    return BazarList(key, title, tuple(choices))


def _items(
    document: Document,
    key: str,
    items: Mapping[str, Any],
    language: str,
    problems: Problems,
    *,
    imported: bool,
) -> list[tuple[str, str]]:
    """The choices. Of a list that came from a wiki, the keys are as they were there."""
    choices = []
    for item, label in items.items():
        path = ("lists", key, "items", item)
        if not (OTHERS_KEY if imported else _ITEM_KEY).match(item):
            message = _("“{item}” cannot be the key of a choice: a-z, 0-9 and “-” only").format(
                item=item
            )
            problems.append(document.key_problem(message, *path, code="list-key"))
        texts = label if isinstance(label, dict) else dict.fromkeys(LANGUAGES, label)
        if any(not isinstance(texts.get(word), str) or not texts[word] for word in LANGUAGES):
            message = _("“{name}” needs a text in each language: fr, en").format(name=item)
            problems.append(document.problem(message, *path, code="missing-language"))
            continue
        if "<" in texts[language]:
            message = _("“{name}” holds HTML").format(name=item)
            problems.append(document.problem(message, *path, code="html"))
        choices.append((item, texts[language]))
    return choices
