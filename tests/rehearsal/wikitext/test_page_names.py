"""Tags made from titles."""

from __future__ import annotations

import pytest

from wikifarm.rehearsal.wikitext.page_names import base_name


@pytest.mark.parametrize(
    ("title", "tag"),
    [
        ("Ada Lovelace", "AdaLovelace"),
        ("Vannes", "VanneS"),
        ("L'été à Brest", "LEteABrest"),
        ("Participant·es", "ParticipanteS"),
        ("Œuvre", "OeuvrE"),
        ("🌱", ""),
        ("{{x}}", "X"),
    ],
)
def test_tags_are_made_from_titles(title: str, tag: str) -> None:
    assert base_name(title) == tag
