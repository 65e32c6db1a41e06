"""The release that a wiki shows: one number behind its own files, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.lists.sympa_release import sympa_release
from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.shown_release import shown_release

BASE = "https://wikis.example.org/rennes/"


def link(address: str) -> str:
    return f'<link rel="stylesheet" href="{address}">'


@pytest.mark.parametrize(
    ("page", "release"),
    [
        (link(f"{BASE}styles/yeswiki-base.css?v=4.5.0"), "4.5.0"),
        (link("styles/yeswiki-base.css?v=4.4.4") + "<script src='x.js?v=4.4.4'></script>", "4.4.4"),
        (link("a.css?v=4.5.0") + link("b.css?v=4.4.4"), ""),
        (link("a.css?v=4.5.0") + link("b.css?v="), ""),
        (link("a.css?v=2020-01-22-1"), ""),
        (link("a.css?v=5.0.0-alpha1"), ""),
        (link("a.css?v=4.6.7-1764223546"), ""),
        (link("a.css?v=4.5.0&amp;w=2"), "4.5.0"),
        (link("a.css?v=4.5.0") + link("https://cdn.example.org/b.css?v=1.2.3"), "4.5.0"),
        (link("https://cdn.example.org/b.css?v=1.2.3"), None),
        ("<p>Bienvenue sur le Wi-Fi de la gare</p>", None),
        ("", None),
    ],
)
def test_what_a_page_shows(page: str, release: str | None) -> None:
    assert shown_release(page, BASE) == release


@pytest.mark.parametrize(
    ("page", "release"),
    [
        ('<meta name="generator" content="Sympa 6.2.70" />', "6.2.70"),
        ('<META NAME="generator" CONTENT="Sympa 6.2.57b.2">', "6.2.57b.2"),
        ('<meta name="generator" content="WordPress 6.2.70">', ""),
        ('<meta name="generator" content="Sympa 1"><meta name="generator" content="Sympa 2">', ""),
    ],
)
def test_what_a_sympa_shows(page: str, release: str) -> None:
    assert sympa_release(page) == release


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_page_that_was_read_is_not_asked_for_again(dialect: str, tmp_path: Path) -> None:
    settings = RehearsalSettings(tmp_path, dialect, password="x")
    with RunningFarm(settings) as farm:
        network = Network()
        read = Session(network, Addresses(farm.url))
        read.page("BazaR", "json", {"demand": "lists"})
        read.page("ParametresUtilisateur")
        before = len(farm.requests)
        assert read.release == DIALECTS[dialect].release
        assert len(farm.requests) == before
        fresh = Session(network, Addresses(farm.url))
        assert (fresh.release, fresh.release) == (read.release, read.release)
        assert len(farm.requests) == before + 1
        network.close()


def test_a_portal_shows_none(tmp_path: Path) -> None:
    settings = RehearsalSettings(tmp_path, password="x", traps=frozenset({"captive"}))
    with RunningFarm(settings) as farm:
        network = Network()
        assert Session(network, Addresses(farm.url)).release == ""
        network.close()
