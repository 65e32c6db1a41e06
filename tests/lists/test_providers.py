"""The registry of providers: a record added there is known everywhere that speaks of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.blueprint.manifest.reading import community_from, default_modules
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.cli.main import run
from wikifarm.engine.changes import Action
from wikifarm.errors import InvalidInput
from wikifarm.i18n import speak
from wikifarm.lists.host_access import HostAccess, SympaAccess, keys_of, secrets_of
from wikifarm.lists.providers import NONE, PROVIDERS, Provider, hosts, named, sections
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.operations.mailing_list import wanted
from wikifarm.operations.mailing_list.commands import check_wanted
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.settings import Flags, environment_names, load

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class PigeonAccess:
    """A section of the settings."""

    url: str = ""
    web: str = ""
    loft: str = "north"
    key: str = field(default="", repr=False, metadata={"secret": True})

    def public(self) -> HostAccess:
        return HostAccess(web=self.web, domain="pigeons.example.org")


@dataclass
class Pigeons:
    """A driver that only looks."""

    access: PigeonAccess

    def state(self, _wanted: WantedList) -> FoundList:
        return FoundList(ListState.ABSENT)


@pytest.fixture(autouse=True)
def english() -> None:
    speak("en")


@pytest.fixture
def pigeons(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """One record more, as somebody would add it."""

    def port(_network: object, access: PigeonAccess, _slug: str, _quiet: bool) -> Any:
        return Pigeons(access) if access.url else None

    added = Provider("pigeons", "pigeons", lambda: PigeonAccess, port=port)
    monkeypatch.setitem(PROVIDERS, added.name, added)
    return added


@pytest.mark.usefixtures("pigeons")
def test_the_help_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new-community", "--help", "--lang", "en"]) == 0
    assert "|".join([*hosts(), NONE]) in re.sub(r"\s+", "", capsys.readouterr().out)
    assert hosts()[-1] == "pigeons"


@pytest.mark.usefixtures("pigeons")
def test_a_manifest_may_name_it() -> None:
    given = {"name": "X", "slug": "xx", "facilitators": ["a@example.org"]}
    community = community_from({**given, "mailing_list": "pigeons"})
    assert community.mailing_list == "pigeons"
    assert "  provider: pigeons  # none, sympa, sympa-cli," in dump_manifest(community)
    with pytest.raises(InvalidInput) as caught:
        community_from({**given, "mailing_list": "pigeon"})
    assert caught.value.hint == "did you mean “pigeons”?"


@pytest.mark.usefixtures("pigeons")
def test_hints_name_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_wanted(a_community())
    first, *others = hosts()
    assert caught.value.hint.endswith(f"{first} (or {', '.join(others)}).")
    assert others[-1] == "pigeons"


@pytest.mark.usefixtures("pigeons")
def test_settings_read_its_section(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("coo\n")
    (tmp_path / "wikifarm.toml").write_text(
        '[pigeons]\nurl = "https://p.example.org/"\nkey_file = "key"\n'
    )

    def read(**environ: str) -> Any:
        return load(Flags(one_farm=False), tmp_path, environ, config=tmp_path)

    assert read().lists.of("pigeons") == PigeonAccess("https://p.example.org/", key="coo")
    assert read(WIKIFARM_PIGEONS_LOFT="south").lists.of("pigeons").loft == "south"
    # A secret goes to no other server than the one beside which it is written.
    elsewhere = read(WIKIFARM_PIGEONS_URL="https://other.example.org/")
    assert elsewhere.lists.of("pigeons").key == ""
    assert any("https://p.example.org/" in one for one in elsewhere.warnings)
    with pytest.raises(InvalidInput):
        read(WIKIFARM_PIGEONS_WEB="nowhere")


def test_the_plan_asks_it(tmp_path: Path, pigeons: Provider) -> None:
    (tmp_path / "farm").mkdir()
    community = replace(a_community(), mailing_list="pigeons", modules=default_modules("pigeons"))
    with start_farm(tmp_path / "farm") as farm:
        context = context_for(farm.url, tmp_path)
        context.lists = replace(
            context.lists, hosts={"pigeons": PigeonAccess("https://p.example.org/")}
        )
        (outcome,) = plan(context, [community])
        context.close()
    assert outcome.error is None
    assert outcome.planned[-1].id == "mailing-list:rennes@pigeons.example.org"
    assert outcome.planned[-1].action is Action.CREATE
    # Where the settings give no way in, a person asks.
    context.lists = replace(context.lists, hosts={"pigeons": PigeonAccess()})
    assert wanted.driven(context, community) is None
    assert wanted.asked_host(context, "pigeons").profile.domain == "pigeons.example.org"


# -- what is shipped ------------------------------------------------------------------------


def test_the_pages_for_people_name_every_provider() -> None:
    page = (ROOT / "docs" / "listes.md").read_text("utf-8")
    table = page.partition("| qui ouvre la liste |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.M) == [
        *(name for name in PROVIDERS if name != NONE), NONE,
    ]  # fmt: skip


def test_the_page_of_the_settings_names_every_key() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    known = {
        f"{section}.{key}" for section, access in sections().items() for key in keys_of(access)
    }
    told = set(re.findall(r"`([a-z]+\.[a-z_]+)`", page))
    assert known - told == set()
    assert {one for one in told if one.partition(".")[0] in sections()} - known <= {"sympa.conf"}


def test_the_names_of_settings_and_their_secrets() -> None:
    assert keys_of(HostAccess) == ("web", "domain", "contact")
    assert secrets_of(SympaAccess) == ("secret", "password", "include_password")
    assert secrets_of(HostAccess) == ()
    assert environment_names()["sympa.secret_file"] == "WIKIFARM_SYMPA_SECRET_FILE"


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        named("googlegroups")
    assert caught.value.hint == f"Choose one of: {', '.join(hosts())}."


def test_a_host_reached_from_inside_needs_no_account() -> None:
    assert named("sympa-cli").from_inside and not named("sympa").from_inside
    assert named(NONE).port is None
