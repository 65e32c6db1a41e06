"""A rehearsal farm and what it takes to run operations against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.context import FarmSettings as Settings
from wikifarm.operations.workplace.places import Places
from wikifarm.operations.workplace.vault import VaultSettings
from wikifarm.rehearsal import DEFAULT_DIALECT, RehearsalSettings, RunningFarm
from wikifarm.transport import Transport
from wikifarm.yeswiki.wiki import Wiki

PASSWORD = "MotDePasseDEssai123"


def start_farm(data: Path, dialect: str = DEFAULT_DIALECT) -> RunningFarm:
    return RunningFarm(RehearsalSettings(data=data, dialect=dialect, password=PASSWORD))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningFarm]:
    with start_farm(tmp_path / "farm") as farm:
        yield farm


Fresh = Callable[[], Context]


def context_for(
    url: str,
    folder: Path,
    *,
    password: str = PASSWORD,
    token: str = "",
    transport: Transport | None = None,
    vault: VaultSettings | None = None,
) -> Context:
    settings = Settings(url, "WikiAdmin", password, token, vault=vault or VaultSettings())
    return Context(settings, Places(folder / "state", folder / "out"), transport=transport)


@pytest.fixture
def fresh(running: RunningFarm, tmp_path: Path) -> Fresh:
    """A new run each time it is called, on the same computer."""
    return lambda: context_for(running.url, tmp_path)


def a_community(slug: str = "rennes") -> Community:
    return Community(
        name="Robustesse autour de Rennes",
        slug=slug,
        facilitators=(
            Facilitator("Camille Le Goff", "camille@example.org"),
            Facilitator("Dominique Perrin", "dominique@example.org"),
        ),
        territory=Territory("Rennes et alentours", 48.11, -1.68, 10),
        modules=default_modules(),
    )


@pytest.fixture
def rennes() -> Community:
    return a_community()


def give_rights_to_read(wiki: Wiki, form: str, rights: Mapping[str, str]) -> None:
    """Changes by hand, in a form of the wiki, the right to read each of these questions."""
    row = wiki.session.api_json(f"forms/{form}")
    lines = [line.split("***") for line in row["bn_template"].split("\n")]
    for line in lines:
        if len(line) > 1 and line[1] in rights:
            line[11] = rights[line[1]]
    template = "\n".join("***".join(line) for line in lines)
    assert template != row["bn_template"]
    wiki.forms.save({form: {**row, "bn_template": template}})


def form_of_people(number: str, rights: str) -> dict[str, str]:
    """A form that asks a name and an address, as somebody makes it by hand; `rights` to read and to
    write its entries."""
    return {
        "bn_id_nature": number, "bn_label_nature": "Bénévoles", "bn_description": "",
        "bn_template": "texte***bf_titre***Nom***60***255*** *** ***text***1*** *** *** *** *** ***"
        f"\nchamps_mail***bf_mail***Courriel*** *** *** *** *** ***1*** *** *** *** *** ***"
        f"\nacls***{rights}***{rights}***comments-closed",
        "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "", "bn_sem_use_template": "1",
        "bn_ce_i18n": "fr-FR", "bn_only_one_entry": "N", "bn_only_one_entry_message": "",
    }  # fmt: skip
