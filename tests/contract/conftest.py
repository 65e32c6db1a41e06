"""The farms under contract: the rehearsal farm in each dialect, and a live one when it is given.

A live farm: WIKIFARM_E2E_FARM=https://ferme.example.org/ with WIKIFARM_FARM_ADMIN and
WIKIFARM_FARM_PASSWORD (and WIKIFARM_FARM_TOKEN if it has a key). Wikis are made there with folders
that begin with `wf-essai-`, and removed at the end of each test.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm, NewWiki
from wikifarm.yeswiki.wiki import Wiki

LIVE = os.environ.get("WIKIFARM_E2E_FARM", "")
FARMS = [*(f"rehearsal-{dialect}" for dialect in DIALECTS), *(["live"] if LIVE else [])]
PASSWORD = "MotDePasseDEssai123"


@dataclass
class FarmUnderTest:
    """A farm and what it takes to enter it; `running` is None for a live one."""

    url: str
    admin: str
    password: str
    token: str
    running: object | None = None
    made: list[str] = field(default_factory=list)

    def open(self, *, token: bool = False, session: bool = True) -> Farm:
        return Farm(
            Network(),
            self.url,
            self.admin,
            self.password if session else "",
            self.token if token else "",
        )

    def folder(self) -> str:
        name = f"wf-essai-{secrets.token_hex(4)}"
        self.made.append(name)
        return name


@pytest.fixture(scope="session", params=FARMS)
def farm_under_test(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FarmUnderTest]:
    if request.param == "live":
        yield FarmUnderTest(
            LIVE,
            os.environ["WIKIFARM_FARM_ADMIN"],
            os.environ["WIKIFARM_FARM_PASSWORD"],
            os.environ.get("WIKIFARM_FARM_TOKEN", ""),
        )
        return
    dialect = request.param.removeprefix("rehearsal-")
    settings = RehearsalSettings(
        data=tmp_path_factory.mktemp(f"farm{dialect}"),
        dialect=dialect,
        password=PASSWORD,
        token="cle-d-essai",
    )
    with RunningFarm(settings) as running:
        yield FarmUnderTest(running.url, running.admin, running.password, running.token, running)


@pytest.fixture
def farm(farm_under_test: FarmUnderTest) -> Iterator[Farm]:
    """The farm, by an administrator's session; what the test made is removed after."""
    opened = farm_under_test.open()
    yield opened
    known = opened.wikis()
    for folder in farm_under_test.made:
        if folder in known:
            opened.delete(known[folder])
    farm_under_test.made.clear()
    opened.network.close()


def new_wiki(folder: str, **changes: str) -> NewWiki:
    asked = {
        "title": "Essai",
        "description": "Wiki d'essai",
        "folder": folder,
        "referent": "Animation de l'essai",
        "email": "essai@example.org",
        "admin": "WikiAdmin",
        "password": PASSWORD,
        "mark": "0123456789abcdef",
    }
    return NewWiki(**{**asked, **changes})


@pytest.fixture
def wiki(farm: Farm, farm_under_test: FarmUnderTest) -> Wiki:
    """A new wiki, logged in as its administrator."""
    folder = farm_under_test.folder()
    farm.create(new_wiki(folder))
    made = farm.wiki(folder)
    made.login("WikiAdmin", PASSWORD)
    return made
