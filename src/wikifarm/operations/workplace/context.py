"""What one run works with: the farm, the folders of this computer, the journal, who is told."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from threading import Event, Lock
from typing import Protocol

from wikifarm.advisories.catalogue import Catalogue, catalogue
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.backup import Backups
from wikifarm.engine.journal import Journal
from wikifarm.engine.lock import farm_lock
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists.host_access import ListSettings
from wikifarm.operations.workplace.acquaintances import Acquaintances
from wikifarm.operations.workplace.farm_turn import FarmTurn
from wikifarm.operations.workplace.places import Places
from wikifarm.operations.workplace.vault import Vault, VaultSettings
from wikifarm.transport import Network, Transport
from wikifarm.web_addresses import why_not
from wikifarm.yeswiki.farm import Farm

AUDIT_MAX_AGE = timedelta(days=30)
PATIENCE = 600.0  # seconds: longer than the audit of a community on a slow farm
WIKI_ADMIN = "WikiAdmin"  # the account that the farm makes in each wiki


@dataclass(frozen=True)
class FarmSettings:
    """How to reach a farm. Secrets come from the environment, `.env` or files, never from argv."""

    url: str = ""
    admin: str = ""
    password: str = ""
    token: str = ""
    contact: str = ""  # address that the farm keeps as the referent's; else its own
    verify_tls: bool = True
    vault: VaultSettings = field(default_factory=VaultSettings)

    def __repr__(self) -> str:
        return f"FarmSettings({self.url!r})"


class Telling(Protocol):
    """Who is told how the work goes on; threads may call."""

    def begins(self, total: int) -> None:
        """So many communities are to be done."""
        ...

    def __call__(self, slug: str, what: str) -> None:
        """`what` is being done, in the community `slug` where one is named."""
        ...

    def ends(self, slug: str, came_to: str) -> None:
        """The community is done: "created", "failed", "in-place", ..."""
        ...


class Silence:
    """Tells nobody."""

    def begins(self, total: int) -> None:
        """Nothing is told."""

    def __call__(self, slug: str, what: str) -> None:
        """Nothing is told."""

    def ends(self, slug: str, came_to: str) -> None:
        """Nothing is told."""


@dataclass
class Context:
    """One run. `progress` is told as the work goes on.

    `transport` takes every request in the place of real connections. `patience` is how many seconds
    another run is waited for that works on the same wiki; `audit_max_age`, how long an audit tells
    of a wiki that did not change. `ask(question)` has the person at the terminal type a secret;
    None where nobody is there.
    """

    settings: FarmSettings
    places: Places
    language: str = "fr"
    lists: ListSettings = field(default_factory=ListSettings)
    progress: Telling = field(default_factory=Silence)
    ask: Callable[[str], str] | None = None
    transport: Transport | None = None
    patience: float = PATIENCE
    audit_max_age: timedelta = AUDIT_MAX_AGE
    jobs: int = 1  # communities at once
    taken_back: frozenset[str] = frozenset()  # pages to have as the blueprint writes them
    opening: bool = False  # somebody said that rights may let in more people than they do
    pause: float = 0.0  # seconds between a community and the next
    waiting: Callable[[], str] = (
        str  # says what waits on this computer where the command ends early
    )
    stopping: Event = field(default_factory=Event, repr=False)  # set when the command ends early
    _turn_there: FarmTurn | None = field(default=None, init=False, repr=False)
    run: str = field(default_factory=lambda: secrets.token_hex(6))
    _blueprints: dict[tuple[str, Path], Blueprint] = field(default_factory=dict, repr=False)
    _reading: Lock = field(default_factory=Lock, repr=False)

    @cached_property
    def network(self) -> Network:
        return Network(verify=self.settings.verify_tls, transport=self.transport)

    @cached_property
    def list_network(self) -> Network:
        """The way to list hosts: their certificates are verified whatever the farm's needs."""
        return Network(traffic=self.network.traffic, transport=self.transport)

    @cached_property
    def farm(self) -> Farm:
        """The farm. Raises InvalidInput when its address or its credentials are missing."""
        problems = []
        if not self.settings.url:
            problems.append(
                Problem(
                    _("No farm is given."),
                    _(
                        "Put its address in wikifarm.toml or in WIKIFARM_FARM_URL, "
                        "or start with `wikifarm init`."
                    ),
                    code="no-farm",
                )
            )
        elif wrong := why_not(self.settings.url.strip()):
            message = _("The address of the farm cannot be used: {reason}.").format(reason=wrong)
            hint = _("It begins with https:// and ends with /.")
            problems.append(Problem(message, hint, code="bad-farm-url"))
        if problems:
            raise InvalidInput(problems)
        return Farm(
            self.network,
            self.settings.url,
            self.settings.admin,
            self.settings.password,
            self.settings.token,
        )

    def check_account(self) -> None:
        """Raises InvalidInput where wikis would be made in nobody's name: many a farm lets any
        passer-by make some."""
        if not (self.settings.password or self.settings.token):
            message = _(
                "No wiki is made without an account of the farm, and its password is missing."
            )
            hint = _("Put WIKIFARM_FARM_PASSWORD in .env, or start with `wikifarm init`.")
            raise InvalidInput([Problem(message, hint, code="no-farm-password")])

    def blueprint(self, community: Community) -> Blueprint:
        """The blueprint that its manifest names, read once for all that name it from one folder.

        Raises InvalidInput with every problem of the blueprint.
        """
        named = (community.blueprint, Path(community.source).parent)
        with self._reading:
            if named not in self._blueprints:
                self._blueprints[named] = load_blueprint(*named)
            return self._blueprints[named]

    @cached_property
    def advisories(self) -> Catalogue:
        """The known holes of YesWiki and Sympa."""
        return catalogue(self.places.state)

    @property
    def folder(self) -> Path:
        """The state of this farm on this computer."""
        return self.places.farm(self.farm.base)

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.folder / "journal.jsonl", self.run)

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.folder, self.farm.base, self.settings.vault)

    @cached_property
    def acquaintances(self) -> Acquaintances:
        return Acquaintances(self.folder, keeps=self.settings.vault.in_clear)

    @cached_property
    def backups(self) -> Backups:
        return Backups(self.folder / "backups")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the farm for this run; raises Locked when another run of this computer has it."""
        with farm_lock(self.folder):
            self._turn_there = FarmTurn(self)
            try:
                self._turn_there.heal()
                yield
            finally:
                turn, self._turn_there = self._turn_there, None
                turn.leave()

    @contextmanager
    def making(self, doing: str) -> Iterator[None]:
        """Says on the farm that a wiki is made there, and waits while another computer makes some.
        Needs the lock; raises Locked after `patience`."""
        if self._turn_there is None:
            raise LookupError("the farm is not held")
        with self._turn_there.making(doing):
            yield

    def let_others_make(self) -> None:
        """Before what takes long: other computers may make wikis meanwhile, unless this run is
        making one."""
        if self._turn_there is not None:
            self._turn_there.rest()

    def close(self) -> None:
        """Closes the connections."""
        for name in ("network", "list_network"):
            if name in self.__dict__:
                self.__dict__[name].close()
