"""The rehearsal farm: an embedded YesWiki farm that speaks its HTTP protocol, traps included.

It imports nothing of the rest of wikifarm, so that the client and the farm can prove each other
wrong. `TRAPS` names what can be made to go wrong.
"""

from __future__ import annotations

from .app import create_app
from .serve import RunningFarm, serve
from .settings import DIALECTS, TRAPS, FarmSettings
from .snapshot import snapshot

__all__ = ["DIALECTS", "TRAPS", "FarmSettings", "RunningFarm", "create_app", "serve", "snapshot"]
