"""Demo: a farm of this computer, one community opened on it and verified, ready to be looked at."""

from __future__ import annotations

import json
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.errors import InvalidInput, LocalStorage, Problem
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _, language
from wikifarm.json_text import from_json
from wikifarm.operations.community.outcome import (
    CommunitiesOutcome,
    CommunityOutcome,
    envelope,
)
from wikifarm.operations.new_community import new_community
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context, FarmSettings, Telling
from wikifarm.operations.workplace.places import Places
from wikifarm.reasons import of_system
from wikifarm.rehearsal import DEFAULT_DIALECT, DIALECTS, TRAPS, RehearsalSettings, RunningFarm
from wikifarm.result import Envelope, Outcome

SECRETS_FILE = "farm.json"


@dataclass(frozen=True)
class Practice:
    """What a practice farm is asked to be. `data` None: a folder that goes away at the end."""

    data: Path | None = None
    port: int = 0
    dialect: str = DEFAULT_DIALECT
    traps: tuple[str, ...] = ()
    stays: bool = True  # False: the farm stops once the community was verified


@dataclass(frozen=True)
class Door:
    """Where to go, and the account that enters there: all of a farm that holds nobody's data."""

    url: str
    account: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Demonstration(CommunitiesOutcome):
    """The community of a demonstration, and how to go and look at it."""

    folder: str  # empty: it goes away at the end
    serving: bool
    farm: Door
    wiki: Door
    to_try: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)  # to use wikifarm on this farm
    again: str  # the command that applies the community once more, with that environment

    def as_json(self) -> dict[str, Any]:
        return {
            **super().as_json(),
            "demo": {
                "folder": self.folder,
                "serving": self.serving,
                "farm": asdict(self.farm),
                "wiki": asdict(self.wiki),
                "try": list(self.to_try),
                "environment": dict(self.environment),
                "again": self.again,
            },
        }


@dataclass(frozen=True)
class PracticeFarm(Outcome):
    """A rehearsal farm that answers."""

    url: str
    admin: str
    password: str = field(repr=False)
    token: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def example() -> Community:
    """The community of the founding text, with people who do not exist."""
    return Community(
        name="Robustesse autour de Rennes",
        slug="rennes",
        facilitators=(
            Facilitator("Camille Le Goff", "camille@example.org"),
            Facilitator("Dominique Morvan", "dominique@example.org"),
        ),
        territory=Territory("Rennes et environs", 48.11, -1.68, 10),
        modules=default_modules(),
        language=language(),
        description="Une communauté apprenante de la robustesse, autour de Rennes.",
        rhythm="2e mardi du mois, 18 h",
    )


@contextmanager
def demo(practice: Practice, progress: Telling) -> Iterator[Envelope]:
    """A running farm with its example community; both stop when the context ends."""
    with _folder(practice) as folder, _running(practice, folder) as farm:
        context = Context(
            FarmSettings(url=farm.url, admin=farm.admin, password=farm.password, token=farm.token),
            Places(folder / "state", folder),
            language=language(),
            progress=progress,
        )
        try:
            outcome = new_community(context, example())
            answer = envelope("demo", [outcome])
            yield replace(answer, outcome=_demonstration(context, farm, outcome, practice, folder))
        finally:
            context.close()


def _demonstration(
    context: Context,
    farm: RunningFarm,
    outcome: CommunityOutcome,
    practice: Practice,
    folder: Path,
) -> Demonstration:
    return Demonstration(
        (outcome,),
        folder=str(folder) if practice.data is not None else "",
        serving=practice.stays,
        farm=Door(farm.url, farm.admin, farm.password),
        wiki=Door(outcome.url, WIKI_ADMIN, context.vault.get(example().slug)),
        to_try=(
            _("open {url} as a visitor: nobody can be seen").format(url=outcome.url),
            _("join: in the menu, create an account, then fill in a card"),
            _("log in as {name} and welcome that person, as “Facilitate here” explains").format(
                name=WIKI_ADMIN
            ),
            _("edit a page by hand, then apply again as said below: your words are kept"),
        ),
        environment={
            "WIKIFARM_FARM_URL": farm.url,
            "WIKIFARM_FARM_PASSWORD": farm.password,
            "WIKIFARM_STATE_DIR": str(context.places.state),
        },
        again=f"wikifarm apply -C {shlex.quote(str(folder))}",
    )


def rehearsal_settings(practice: Practice, folder: Path) -> RehearsalSettings:
    """The farm to serve from `folder`; its password stays the same from one start to the next."""
    problems = [
        Problem(
            _("No trap is called “{name}”.").format(name=name),
            _("known words: {words}").format(words=", ".join(sorted(TRAPS))),
            "--trap",
            code="unknown-trap",
        )
        for name in practice.traps
        if name not in TRAPS
    ]
    if practice.dialect not in DIALECTS:
        problems.append(
            Problem(
                _("No dialect is called “{name}”.").format(name=practice.dialect),
                _("known words: {words}").format(words=", ".join(DIALECTS)),
                "--dialect",
                code="unknown-dialect",
            )
        )
    if problems:
        raise InvalidInput(problems)
    kept = _kept(folder)
    return RehearsalSettings(
        data=folder / "farm",
        dialect=practice.dialect,
        admin=WIKI_ADMIN,
        password=str(kept["password"]),
        token=str(kept["token"]),
        traps=frozenset(practice.traps),
    )


def _kept(folder: Path) -> dict[str, object]:
    """The password, the key and the port of a farm, kept beside its data from one start on."""
    path = folder / SECRETS_FILE
    try:
        (folder / "farm").mkdir(parents=True, exist_ok=True)
        if path.exists():
            stored = from_json(path.read_text("utf-8"))
            return {
                "password": stored["password"],
                "token": stored["token"],
                "port": stored["port"],
            }
        fresh: dict[str, object] = {
            "password": secrets.token_urlsafe(9), "token": secrets.token_urlsafe(12), "port": 0,
        }  # fmt: skip
        _keep(folder, fresh)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise LocalStorage(
            _("The folder {folder} cannot be used ({reason}).").format(
                folder=folder, reason=of_system(fault)
            ),
            hint=_("Choose another folder with --data."),
        ) from None
    return fresh


def _keep(folder: Path, values: dict[str, object]) -> None:
    write_whole(folder / SECRETS_FILE, json.dumps(values), PRIVATE)


def usual_port(practice: Practice, folder: Path) -> int:
    """The port asked for, else the last one: the state of a farm goes by its address."""
    port = practice.port or _kept(folder)["port"]
    return port if isinstance(port, int) else 0


def remember_port(folder: Path, url: str) -> None:
    """Keeps the port that was taken."""
    _keep(folder, _kept(folder) | {"port": urlsplit(url).port or 0})


@contextmanager
def _folder(practice: Practice) -> Iterator[Path]:
    if practice.data is not None:
        yield practice.data.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="wikifarm-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(practice: Practice, folder: Path) -> Iterator[RunningFarm]:
    settings = rehearsal_settings(practice, folder)
    port = usual_port(practice, folder)
    try:
        farm = RunningFarm(settings, port=port)
    except OSError as fault:
        raise port_taken(port, fault) from None
    remember_port(folder, farm.url)
    with farm:
        yield farm


def port_taken(port: int, fault: OSError) -> InvalidInput:
    """The error for a port that cannot be listened on."""
    return InvalidInput(
        [
            Problem(
                _("Port {port} cannot be used ({reason}).").format(
                    port=port, reason=of_system(fault)
                ),
                _("Give another one with --port, or none: a free one is taken."),
                "--port",
                code="port-taken",
            )
        ]
    )
