"""Doctor: each trap of a farm is told with a cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lists.fake_sympa import ACCESS, FakeSoap, driver
from wikifarm.lists.host_access import ListSettings
from wikifarm.model import Capabilities, Dialect
from wikifarm.operations.community.software import untried
from wikifarm.operations.doctor import farm_checks
from wikifarm.operations.doctor.farm_checks import doctor
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.result import Envelope
from wikifarm.transport import Answer
from wikifarm.yeswiki.session import Session

Visit = Callable[..., Envelope]


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[RunningFarm]:
    (tmp_path / "farm").mkdir()
    settings = RehearsalSettings(data=tmp_path / "farm", password="of-farm", token="of-key")
    with RunningFarm(settings) as running:
        yield running


@pytest.fixture
def visit(farm: RunningFarm, tmp_path: Path) -> Visit:
    def call(*traps: str, **settings: Any) -> Envelope:
        farm.traps.update(traps)
        usual = FarmSettings(farm.url, farm.admin, farm.password)
        given = replace(usual, **settings)
        context = Context(given, Places(tmp_path / "state", tmp_path))
        try:
            return doctor(context)
        finally:
            context.close()

    return call


def states(found: Envelope) -> dict[str, str]:
    return {one["id"]: one["state"] for one in found.data["checks"]}


def test_a_farm_in_good_health(visit: Visit, farm: RunningFarm) -> None:
    found = visit(token="of-key")
    assert found.exit == 0
    seen = states(found)
    assert seen.pop("mail") == "unknown"
    assert seen.pop("referents") in ("unknown", "ok")
    assert seen.pop("release") == "warn"
    left_open = ("made-by-visitors", "imported-forms", "imported-lists", "guessed-accounts")
    assert {seen.pop(door) for door in left_open} == {"warn"}
    assert set(seen.values()) == {"ok"}
    assert {"login", "admin", "key", "farm-form", "hashcash", "delete"} <= set(seen)
    assert found.data["facts"]["dialect"] == "4.4"
    posts = [address.partition("?")[2] for verb, address, _role in farm.requests if verb == "POST"]
    assert posts == [
        "api/pages/Zz", "BazaR&vue=formulaire", "BazaR&vue=listes", "MotDePassePerdu",
        "ParametresUtilisateur",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("release", "state", "standing", "words"),
    [
        ("4.4.4", "warn", "holes", "CVE-2026-46670"),
        ("4.6.7", "ok", "clear", "nothing later is known"),
        ("2020-01-22-1", "warn", "unknown", "unknown is not safe"),
    ],
)
def test_the_release_of_the_farm_and_its_known_holes(
    release: str, state: str, standing: str, words: str, tmp_path: Path
) -> None:
    settings = RehearsalSettings(tmp_path / "farm", password="of-farm", release=release)
    with RunningFarm(settings) as farm:
        given = FarmSettings(farm.url, farm.admin, farm.password)
        context = Context(given, Places(tmp_path / "state", tmp_path))
        usual, strict = doctor(context), doctor(context, strict=True)
        context.close()
    assert states(usual)["release"] == state
    (told,) = usual.data["software"]
    assert told["standing"] == standing
    assert words in told["message"]
    assert usual.exit == 0
    assert strict.exit == (0 if standing == "clear" else 6)
    assert [error.code for error in strict.errors] == ["known-holes"] * (standing != "clear")


@pytest.mark.parametrize(
    ("trap", "code"), [("captive", "not-yeswiki"), ("no_ferme", "no-farm-extension")]
)
def test_what_is_no_farm(visit: Visit, trap: str, code: str) -> None:
    found = visit(trap)
    assert found.exit == 8
    assert [one.code for one in found.errors] == [code]
    assert all(one.hint for one in found.errors)


def test_a_host_that_drops_keys(visit: Visit) -> None:
    found = visit("drop_authorization", token="of-key")
    assert found.exit == 0
    assert states(found)["key"] == "warn"
    alone = visit(token="of-key", password="")
    assert alone.exit == 8
    assert "Authorization" in alone.errors[0].hint


def test_a_key_alone_is_enough(visit: Visit) -> None:
    found = visit(token="of-key", password="")
    assert found.exit == 0
    assert states(found)["key"] == "ok"


def test_a_wrong_password(visit: Visit) -> None:
    found = visit(password="wrong")
    assert found.exit == 8
    assert [one.code for one in found.errors] == ["bad-credentials"]


def test_no_credentials_at_all(visit: Visit) -> None:
    found = visit(password="")
    assert found.exit == 2
    assert [one.code for one in found.errors] == ["no-credentials"]


def test_no_farm_at_all(visit: Visit) -> None:
    found = visit(url="")
    assert found.exit == 2
    assert [one.code for one in found.errors] == ["no-farm"]


def test_a_farm_that_does_not_answer(visit: Visit) -> None:
    found = visit(url="http://127.0.0.1:1/")
    assert found.exit == 8
    assert [one.code for one in found.errors] == ["unreachable"]


def test_delete_let_through(visit: Visit) -> None:
    assert visit("allow_delete").data["facts"]["delete_allowed"] is True


def test_rewrite_mode(visit: Visit) -> None:
    found = visit("rewrite_mode")
    assert found.exit == 0
    assert found.data["facts"]["rewrite_mode"] is True


def test_referents_that_a_visitor_can_read(visit: Visit, farm: RunningFarm) -> None:
    from wikifarm.transport import Network
    from wikifarm.yeswiki.farm import Farm, NewWiki

    network = Network()
    driver = Farm(network, farm.url, farm.admin, farm.password)
    driver.create(NewWiki("T", "D", "one", "Ada", "ada@example.org", "WikiAdmin", "x" * 20, "m"))
    shown = driver.visitor.api("forms/1100/entries").text
    network.close()
    found = visit()
    assert states(found)["referents"] == ("warn" if "ada@example.org" in shown else "ok")
    assert "ada@example.org" not in str(found.as_json())


def test_a_state_folder_that_cannot_be_written(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    found = visit()
    assert [one.code for one in found.errors] == ["local-storage"]
    assert found.exit == 1


# -- the list server ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "state", "exit_status"), [("app-secret", "ok", 0), ("wrong", "fail", 8)]
)
def test_a_list_server_is_asked_whether_it_lets_us_in(
    farm: RunningFarm,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    state: str,
    exit_status: int,
) -> None:
    soap = FakeSoap()
    monkeypatch.setattr("wikifarm.lists.sympa.Sympa", lambda _net, access: driver(soap, access))
    context = Context(
        FarmSettings(farm.url, farm.admin, farm.password),
        Places(tmp_path / "state", tmp_path),
        lists=ListSettings(replace(ACCESS, secret=secret)),
    )
    found = doctor(context)
    context.close()
    seen = states(found)
    assert seen["list-server" if state == "ok" else "bad-credentials"] == state
    assert found.exit == exit_status
    assert soap.lists == {}


def test_a_farm_that_calls_itself_otherwise_is_told(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(farm_checks, "own_address", lambda _page: "http://127.0.0.1:8401/")
    found = visit()
    assert states(found)["base-url"] == "warn"
    assert found.data["facts"]["base_url"] == "http://127.0.0.1:8401/"


def test_a_filter_of_the_server_is_met_before_people_come(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Answer(403, "http://x/", {}, "<h1>Forbidden</h1><p>ModSecurity</p>")
    monkeypatch.setattr(Session, "api_post", lambda *_args, **_more: refusal)
    assert states(visit())["filter"] == "warn"


@pytest.mark.parametrize(
    ("can", "release", "said"),
    [
        (Capabilities(Dialect.D44), "4.4.4", ""),
        (Capabilities(Dialect.D45, group_write=True), "4.5.0", ""),
        (Capabilities(Dialect.D45, group_write=True), "", ""),
        (Capabilities(Dialect.D45, group_write=True), "4.7.1", "4.7.1"),
        (Capabilities(Dialect.D45), "", "does not say"),
        (Capabilities(Dialect.D45, group_write=True, ferme_api=True), "4.5.0", "4.5.0"),
        (Capabilities(Dialect.D46, group_write=True, page_save=True), "4.6.7", "4.6.7"),
    ],
)
def test_what_was_never_run_is_named_as_unknown(can: Capabilities, release: str, said: str) -> None:
    told = untried(can, release)
    assert bool(told) == bool(said)
    assert said in told


def test_a_newer_farm_is_looked_at_all_the_same_and_said_to_be_new(tmp_path: Path) -> None:
    settings = RehearsalSettings(data=tmp_path, dialect="4.6", password="of-farm")
    with RunningFarm(settings) as running:
        given = FarmSettings(running.url, running.admin, running.password)
        context = Context(given, Places(tmp_path / "state", tmp_path))
        found = doctor(context)
        context.close()
    assert found.exit == 0
    assert states(found)["yeswiki"] == "warn"
    assert found.data["facts"]["tried"] == ""
    assert "4.6.7" in next(one["message"] for one in found.data["checks"] if one["id"] == "yeswiki")


def test_backups_that_anybody_starts_are_told(visit: Visit) -> None:
    assert states(visit("open_archives"))["archives"] == "warn"
