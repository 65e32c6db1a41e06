"""Addresses: what is refused, and what is proposed instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.blueprint.manifest.slugs import RESERVED, is_slug, propose_slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "Rennes",
        "rénnes",
        "a_b",
        "-a",
        "a-",
        "a--b",
        "a b",
        "a" * 41,
        "api",
        "../x",
        "a\n",
        "con",
        "nul",
        "com1",
        "lpt9",
    ],
)
def test_a_bad_address_is_refused(text: str) -> None:
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Robustesse autour de Rennes", "robustesse-autour-de-rennes"),
        ("Pays de Brest", "pays-de-brest"),
        ("L'Œuvre & l'Été", "l-oeuvre-l-ete"),
        ("Participant·e·s", "participantes"),
        ("tools", "communaute-tools"),
        ("Aux", "communaute-aux"),
        ("L’eau – l’air", "l-eau-l-air"),
        ("東京", "dongjing"),
        ("Сообщество Ренн", "soobshchestvo-renn"),
        ("مجتمع التعلم", "mjtm-ltlm"),
        ("🌱🌻", "seedling-sunflower"),
        ("", "communaute"),
        (
            "Communauté apprenante de la robustesse en territoires",
            "communaute-apprenante-de-la-robustesse",
        ),
    ],
)
def test_a_title_gives_a_readable_address(title: str, slug: str) -> None:
    assert propose_slug(title) == slug


@given(st.one_of(st.text(), st.sampled_from(sorted(RESERVED))))
def test_what_is_proposed_is_always_accepted_and_stays(text: str) -> None:
    assert is_slug(propose_slug(text))
    assert propose_slug(propose_slug(text)) == propose_slug(text)
