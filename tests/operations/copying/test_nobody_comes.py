"""The differential proof: a wiki with its people, and the same with others, give the same captures,
clones and static sites, byte for byte. What is not the same speaks of somebody."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings

from tests.operations.copying.random_wikis import Cast, Spelt, Told, casts, tolds, whole
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes, capture
from wikifarm.blueprint.capture.captured import Captured
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.operations.copying.people_there import people_there

CAPTURES = int(os.environ.get("WIKIFARM_CAPTURES", "15"))
TEXTS = {"checklist.md.j2": "x", "checklist.html.j2": "x", "welcome.txt.j2": "x"}
USUAL = load_blueprint(DEFAULT_BLUEPRINT)


def captured(spelt: Spelt) -> Captured:
    wiki, entries = whole(spelt)
    people = people_there(wiki, lambda number: entries.get(number, {}))
    return capture(wiki, people, USUAL, TEXTS, CaptureWishes("jardin"))


def shown(captured: Captured) -> str:
    return repr((captured.texts, captured.attachments)).lower()


@settings(max_examples=CAPTURES)
@given(told=tolds(), both=casts())
def test_the_same_wiki_with_other_people_gives_the_same_files(
    told: Told, both: tuple[Cast, Cast]
) -> None:
    first, other = (captured(Spelt(told, cast)) for cast in both)
    assert first.texts == other.texts
    assert first.attachments == other.attachments
    assert not [secret for secret in both[0].secrets if secret in shown(first)]


@settings(max_examples=max(4, CAPTURES // 10))
@given(told=tolds(), both=casts())
def test_whatever_the_wiki_what_is_captured_is_a_blueprint(
    tmp_path_factory: pytest.TempPathFactory, told: Told, both: tuple[Cast, Cast]
) -> None:
    folder = tmp_path_factory.mktemp("captured") / "jardin"
    for path, text in captured(Spelt(told, both[0])).texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    load_blueprint(str(folder))
