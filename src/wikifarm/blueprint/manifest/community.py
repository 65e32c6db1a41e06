"""A community as its manifest describes it, checked and complete."""

from __future__ import annotations

from dataclasses import dataclass, field

from wikifarm.lists.providers import NONE
from wikifarm.model import Module

DEFAULT_BLUEPRINT = "communaute-apprenante"  # of a manifest that names none


@dataclass(frozen=True)
class Facilitator:
    """Someone who facilitates the community and gets an account. The address is never shown."""

    name: str
    email: str


@dataclass(frozen=True)
class Territory:
    """Where the community lives: words, and a centre for the map (degrees, WGS 84)."""

    label: str = ""
    latitude: float | None = None
    longitude: float | None = None
    zoom: int = 9


@dataclass(frozen=True)
class Community:
    """One manifest. `source` is the file it came from, for messages."""

    name: str
    slug: str
    facilitators: tuple[Facilitator, ...]
    territory: Territory = Territory()
    language: str = "fr"
    blueprint: str = DEFAULT_BLUEPRINT
    modules: frozenset[Module] = frozenset()
    admission: str = "two-step"  # "two-step" | "open" | "invited"
    writing: str = "connected"  # "connected" (+) | "open" (*): who may write productions
    description: str = ""
    rhythm: str = ""  # "2e mardi du mois, 18 h": shown as typed
    contact: str = ""  # a functional address or a page, shown to everybody
    controller: str = ""  # who is responsible for personal data
    mailing_list: str = NONE  # provider: lists/providers.py
    mailing_list_address: str = ""
    links: tuple[tuple[str, str], ...] = ()  # (label, URL) of other tools: pad, visio, ...
    source: str = field(default="", compare=False)
