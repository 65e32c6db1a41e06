"""What a command says is in the language asked for, whole; the texts of a wiki are in its own."""

from __future__ import annotations

import re

import pytest

from wikifarm.rehearsal import RunningFarm

from .conftest import Cli

# Two of these in one line, and it is a sentence of that language.
FRENCH = re.compile(
    r"\b(le|la|les|des|une|est|sont|dans|pour|avec|qui|vous|cette|aucune?|sur|lancez|et)\b", re.I
)
ENGLISH = re.compile(
    r"\b(the|is|are|with|of|this|that|which|and|nobody|run|was|were|for|from|not|who|no)\b", re.I
)
OTHER = {"en": FRENCH, "fr": ENGLISH}

LINES = (
    "init",
    "new-community Rennes --slug rennes --facilitator Ada<a@b.org> --language {lang} --audit none",
    "plan --verbose",
    "status --verbose",
    "list",
    "doctor",
    "checklist",
    "participants list rennes",
    "participants stats rennes",
    "participants password rennes Ada",
    "mailing-list plan",
    "credentials rennes",
    "advisories list",
    "blueprint list",
    "blueprint show communaute-apprenante",
    "blueprint diff",
    "blueprint upgrade --dry-run",
    "blueprint capture rennes ours --language {lang} --agree Nothing",
    "backup rennes --out rennes.zip --plain",
    "export rennes --static site",
    "retire rennes",
    "ops init machines",
)
MISTAKES = (
    "new-community",
    "participants erase rennes Ada --yes",
    "participants erase rennes nobody --yes",
    "participants import rennes people.csv",
    "participants list nowhere",
    "plan nowhere.yml",
    "plna",
    "retire rennes --step nope",
)


def not_in(language: str, text: str) -> list[str]:
    """The lines of a text that are sentences of another language."""
    return [
        line
        for line in text.splitlines()
        if len({word.lower() for word in OTHER[language].findall(line)}) > 1
    ]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_command_mixes_two_languages(cli: Cli, with_farm: RunningFarm, lang: str) -> None:
    mixed = {}
    for line in (*LINES, *MISTAKES):
        ran = cli(*line.format(lang=lang).split(), "--lang", lang)
        assert (ran.exit == 0) == (line in LINES), (line, ran.err)
        if lines := not_in(lang, ran.out + ran.err):
            mixed[line] = lines
    assert mixed == {}


def test_a_sentence_of_the_other_language_would_be_seen() -> None:
    assert not_in("en", "La note est en\nfrançais") == ["La note est en"]
    assert not_in("fr", "Nobody is here") == ["Nobody is here"]
