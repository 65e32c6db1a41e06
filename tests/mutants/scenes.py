"""Where mutants are tried: a community of each blueprint, language, set of modules and dialect.

A rehearsal farm answers in this process and is put back from a copy in a millisecond; a live farm
is put back by writing what stood there before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from threading import Lock

import httpx

from tests.blueprints import mending
from tests.operations.conftest import PASSWORD, a_community
from wikifarm.blueprint.manifest.community import Community
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import DIALECTS, RehearsalSettings
from wikifarm.rehearsal.application import RehearsalApp

ADDRESS = "http://127.0.0.1:8000/"
# What may be switched on beside the base of participants, and touches people.
OF_PEOPLE = (Module.MAP, Module.PROPOSALS, Module.MAILING_LIST)
OF_WORK = frozenset({Module.AGENDA, Module.MINUTES, Module.RESOURCES})


@dataclass(frozen=True)
class Scene:
    """What stands on one farm; `dialect` is that of a rehearsal farm."""

    blueprint: str
    language: str
    modules: str  # the modules of people, or "all"
    dialect: str
    community: Community

    def __str__(self) -> str:
        return f"{self.blueprint}-{self.language}-{self.modules}-{self.dialect}"


def _sets() -> Iterator[tuple[str, frozenset[Module]]]:
    """Every set of the modules that hold people, with those that hold work and without them.

    A module of work adds pages that all may read: with a set of people's modules in turn, not with
    each, or the whole would be eighty sets a language.
    """
    for chosen in product((True, False), repeat=len(OF_PEOPLE)):
        people = {module for module, on in zip(OF_PEOPLE, chosen, strict=True) if on}
        work = OF_WORK if len(people) % 2 else frozenset()
        name = "+".join(sorted(module.value for module in people)) or "participants"
        yield (
            ("all", frozenset(Module))
            if len(people) == len(OF_PEOPLE)
            else (
                name,
                frozenset({Module.PARTICIPANTS, *people, *work}),
            )
        )


def _communities() -> Iterator[tuple[str, str, str, Community]]:
    for language in ("fr", "en"):
        for name, modules in _sets():
            host = "sympa" if Module.MAILING_LIST in modules else "none"
            community = replace(
                a_community(), language=language, modules=modules, mailing_list=host
            )
            yield "communaute-apprenante", language, name, community
    yield "atelier", "en", "all", replace(mending(), modules=frozenset(Module))


def scenes() -> list[Scene]:
    """Every scene of the rehearsal."""
    return [
        Scene(blueprint, language, modules, dialect, community)
        for blueprint, language, modules, community in _communities()
        for dialect in DIALECTS
    ]


class InProcess(httpx.BaseTransport):
    """Requests go to the rehearsal farm by a call: no port, and one at a time, since its database
    has one transaction, and an audit asks as three people at once."""

    def __init__(self, farm: RehearsalApp) -> None:
        self.farm = farm
        self._alone = Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._alone:
            return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        sent: list[Mapping[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, object]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (request.url.host, request.url.port or 80),
            "client": ("127.0.0.1", 1),
        }
        with suppress(StopIteration):  # it waits for nothing
            self.farm(scope, receive, send).send(None)
        start, *parts = sent
        content = b"".join(bytes(part.get("body", b"")) for part in parts)  # type: ignore[call-overload]
        return httpx.Response(start["status"], headers=start["headers"], content=content)  # type: ignore[arg-type]


@dataclass
class Stage:
    """A scene that was made, ready to be changed and looked at."""

    scene: Scene
    settings: FarmSettings
    folder: Path
    transport: httpx.BaseTransport

    def context(self, transport: httpx.BaseTransport | None = None) -> Context:
        """A new run, on the same computer."""
        places = Places(self.folder / "state", self.folder / "out")
        return Context(self.settings, places, transport=transport or self.transport)

    @property
    def address(self) -> str:
        return f"{self.settings.url}{self.scene.community.slug}/"

    def run(self) -> CommunityRun:
        """The community with its wiki entered."""
        run = CommunityRun(self.context(), self.scene.community)
        run.enter()
        return run

    def ticks(self) -> int:
        """How many lines of the last checklist are ticked; it is taken away."""
        file = self.folder / "out" / "checklist" / f"{self.scene.community.slug}.md"
        text = file.read_text("utf-8") if file.exists() else ""
        file.unlink(missing_ok=True)
        return text.count("- [x]")

    def keep(self) -> None:
        """What stands now is what every mutant starts from."""

    def put_back(self) -> bool:
        """As it was kept; False where only writing each right again does it."""
        return False

    def make(self) -> None:
        """Makes the community without looking at it."""
        (outcome,) = apply(self.context(), [self.scene.community], audit=False)
        assert outcome.error is None, outcome.error


class Rehearsed(Stage):
    """A stage on a rehearsal farm of its own."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        farm = RehearsalApp(
            RehearsalSettings(
                data=folder / "farm", dialect=scene.dialect, password=PASSWORD, base_url=ADDRESS
            )
        )
        settings = FarmSettings(ADDRESS, "WikiAdmin", PASSWORD)
        super().__init__(scene, settings, folder, InProcess(farm))
        self._data = farm.farm.store
        self._copy = sqlite3.connect(":memory:")

    def keep(self) -> None:
        self._data.db.backup(self._copy)

    def put_back(self) -> bool:
        self._copy.backup(self._data.db)
        return True

    def close(self) -> None:
        self._data.close()
        self._copy.close()


@contextmanager
def rehearsed(scene: Scene, folder: Path) -> Iterator[Rehearsed]:
    """A scene made on a rehearsal farm."""
    stage = Rehearsed(scene, folder)
    try:
        stage.make()
        yield stage
    finally:
        stage.close()
