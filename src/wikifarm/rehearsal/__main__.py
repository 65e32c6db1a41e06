"""`python -m wikifarm.rehearsal --port 8000 --data DIR --password X`: a farm to look at."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from .dialects import DEFAULT_DIALECT, DIALECTS
from .rehearsal_settings import TRAPS, RehearsalSettings
from .server import serve


def main() -> int:
    """Read the options and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m wikifarm.rehearsal", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--dialect", choices=DIALECTS, default=DEFAULT_DIALECT)
    parser.add_argument("--admin", default="WikiAdmin")
    parser.add_argument("--password", default="")
    parser.add_argument("--token", default="")
    parser.add_argument("--trap", action="append", default=[], choices=sorted(TRAPS))
    given = parser.parse_args()
    password = given.password or secrets.token_urlsafe(9)
    settings = RehearsalSettings(
        given.data, given.dialect, given.admin, password, given.token, traps=frozenset(given.trap)
    )

    def ready(url: str) -> None:
        shown = password if not given.password else "(celui qui a été donné)"
        print(f"{url}\n  compte : {given.admin}   mot de passe : {shown}", flush=True)  # noqa: T201 - a program for people

    serve(settings, given.host, given.port, ready)
    return 0


if __name__ == "__main__":
    sys.exit(main())
