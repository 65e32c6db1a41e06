"""The rehearsal farm: an embedded YesWiki farm that speaks its HTTP protocol, traps included.

It imports nothing of the rest of wikifarm, so that the client and the farm can prove each other
wrong. `TRAPS` names what can be made to go wrong, `DIALECTS` the versions that it imitates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dialects import DEFAULT_DIALECT, DIALECTS
from .rehearsal_settings import TRAPS, RehearsalSettings

if TYPE_CHECKING:
    from .server import RunningFarm, serve
    from .store.snapshots import snapshot
else:

    def __getattr__(name: str) -> object:
        """What serves, imported when it is first named: the command line starts without it."""
        if name in ("RunningFarm", "serve"):
            from . import server

            return getattr(server, name)
        if name == "snapshot":
            from .store.snapshots import snapshot

            return snapshot
        raise AttributeError(name)


__all__ = ["DEFAULT_DIALECT", "DIALECTS", "TRAPS", "RehearsalSettings", "RunningFarm", "serve",
           "snapshot"]  # fmt: skip
