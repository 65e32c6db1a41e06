"""What several tests of blueprints and manifests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wikifarm import i18n
from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.errors import InvalidInput, Problem


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are tested in the language of the code."""
    before = i18n.language()
    i18n.speak("en")
    yield
    i18n.speak(before)


@pytest.fixture
def rennes() -> Community:
    return Community(
        name="Robustesse autour de Rennes",
        slug="rennes",
        facilitators=(Facilitator("Ana Le Goff", "ana@example.org"),),
        territory=Territory("Rennes", 48.11, -1.68),
        modules=default_modules(),
    )


def problems(action: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems that `action` raises."""
    with pytest.raises(InvalidInput) as caught:
        action()
    return caught.value.problems


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
