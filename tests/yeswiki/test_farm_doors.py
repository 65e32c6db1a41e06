"""The doors of a farm: open, closed, or not seen; never concluded from somebody else's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki import farm_doors
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.farm_doors import FarmDoor, makers
from wikifarm.yeswiki.session import GUARD, Session

BASE = "https://wikis.example.org/"
OURS = f'<link rel="stylesheet" href="{BASE}styles/yeswiki-base.css?v=4.6.7">'
PORTAL = "<h1>Bienvenue sur le Wi-Fi de la gare</h1>"
IMPORTED = "?BazaR&vue=formulaire&msg=BAZ_FORM_IMPORT_SUCCESSFULL"
Asking = Callable[[Session], FarmDoor]


SPEAKERS = {
    "the wiki": {"set-cookie": "YesWiki-main=1; path=/"},
    "its guard": {GUARD: "403"},
    "something else": {},
}


def asked(
    ask: Asking, status: int, text: str = "", location: str = "", speaker: str = "something else"
) -> FarmDoor:
    headers = {**SPEAKERS[speaker], **({"location": location} if location else {})}

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=text, headers=headers)

    network = Network(transport=httpx.MockTransport(answer))
    try:
        return farm_doors.door(ask, Session(network, Addresses(BASE)))
    finally:
        network.close()


@pytest.mark.parametrize(
    ("ask", "status", "text", "location", "door"),
    [
        (farm_doors.archives, 200, "{}", "", FarmDoor.UNSEEN),
        (farm_doors.archives, 500, "", "", FarmDoor.UNSEEN),
        (farm_doors.archives, 302, "", "https://portal.example/", FarmDoor.UNSEEN),
        (farm_doors.archives, 200, PORTAL, "", FarmDoor.UNSEEN),
        (farm_doors.imported_forms, 302, "", BASE + IMPORTED, FarmDoor.OPEN),
        (farm_doors.imported_forms, 302, "", "https://portal.example/", FarmDoor.UNSEEN),
        (farm_doors.imported_forms, 200, OURS, "", FarmDoor.CLOSED),
        (farm_doors.imported_forms, 200, PORTAL, "", FarmDoor.UNSEEN),
        (
            farm_doors.imported_lists,
            200,
            OURS + "<p class='alert alert-success'>",
            "",
            FarmDoor.OPEN,
        ),
        (farm_doors.imported_lists, 200, OURS, "", FarmDoor.CLOSED),
        (farm_doors.imported_lists, 200, PORTAL, "", FarmDoor.UNSEEN),
        (farm_doors.imported_lists, 429, "", "", FarmDoor.UNSEEN),
        (
            farm_doors.guessed_accounts,
            200,
            OURS + "<p class='alert alert-danger'>",
            "",
            FarmDoor.OPEN,
        ),
        (
            farm_doors.guessed_accounts,
            200,
            OURS + "<p class='alert alert-info'>",
            "",
            FarmDoor.CLOSED,
        ),
        (farm_doors.guessed_accounts, 200, PORTAL, "", FarmDoor.UNSEEN),
        (farm_doors.private_files, 403, "", "", FarmDoor.CLOSED),
        (farm_doors.private_files, 404, "", "", FarmDoor.CLOSED),
        (farm_doors.private_files, 200, "<h1>Index of /private/</h1>", "", FarmDoor.OPEN),
        (farm_doors.private_files, 200, OURS, "", FarmDoor.UNSEEN),
        (farm_doors.private_files, 302, "", "https://portal.example/", FarmDoor.UNSEEN),
    ],
)
def test_what_each_answer_says(
    ask: Asking, status: int, text: str, location: str, door: FarmDoor
) -> None:
    assert asked(ask, status, text, location) is door


def test_a_backup_that_the_wiki_starts_is_an_open_door() -> None:
    assert asked(farm_doors.archives, 200, "{}", speaker="the wiki") is FarmDoor.OPEN


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize(
    "ask",
    [
        farm_doors.archives,
        farm_doors.imported_forms,
        farm_doors.imported_lists,
        farm_doors.guessed_accounts,
    ],
)
def test_a_refusal_closes_a_door_where_the_wiki_or_its_guard_speaks(
    ask: Asking, speaker: str, status: int
) -> None:
    unseen = speaker == "something else"
    assert asked(ask, status, speaker=speaker) is (FarmDoor.UNSEEN if unseen else FarmDoor.CLOSED)


@pytest.mark.parametrize(
    ("template", "right"),
    [
        ("yeswiki***bf_dossier-wiki***URL***bf_mail*** *** *** *** ***1*** *** *** *** ***", ""),
        ("yeswiki***a***b***c*** *** *** *** ***1*** *** *** *** @admins *** ***", "@admins"),
        ("texte***a\r\nyeswiki***a***b***c*** *** *** *** ***1*** *** ***+***+", "+"),
        ("yeswiki***bf_dossier-wiki", ""),
        ("", ""),
    ],
)
def test_who_may_make_a_wiki(template: str, right: str) -> None:
    assert makers(template) == right


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[RunningFarm]:
    with RunningFarm(RehearsalSettings(tmp_path, password="x")) as running:
        yield running


def test_the_questions_make_nothing(farm: RunningFarm) -> None:
    network = Network()
    visitor = Session(network, Addresses(farm.url))

    def all_there_is() -> list[str]:
        return [visitor.api(path).text for path in ("forms", "pages", "forms/1100/entries")] + [
            visitor.page("BazaR", "json", {"demand": "lists"}).text
        ]

    before = all_there_is()
    doors = {
        ask.__name__: ask(visitor)
        for ask in (
            farm_doors.archives,
            farm_doors.imported_forms,
            farm_doors.imported_lists,
            farm_doors.guessed_accounts,
            farm_doors.private_files,
        )
    }
    assert all_there_is() == before
    network.close()
    # As 4.4.4 and 4.5.0 answer.
    assert doors == {
        "archives": FarmDoor.CLOSED,
        "imported_forms": FarmDoor.OPEN,
        "imported_lists": FarmDoor.OPEN,
        "guessed_accounts": FarmDoor.OPEN,
        "private_files": FarmDoor.CLOSED,
    }
