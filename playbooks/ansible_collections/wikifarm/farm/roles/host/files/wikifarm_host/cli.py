"""`wikifarm-host VERB FARM`: reads the command line, calls one function, prints one JSON object."""

from __future__ import annotations

import argparse
import fcntl
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

from .errors import Stop
from .farm import Farm, load
from .verbs import VERBS, Verb


def main(argv: Sequence[str] | None = None) -> int:
    """The status of the process: 0, or that of what stopped the verb."""
    os.umask(0o022)
    arguments = _parser().parse_args(argv)
    try:
        farm = load(arguments.farm)
        verb = VERBS[arguments.verb]
        run = _module(verb).run
        if verb.writes and not arguments.dry_run:
            with alone(farm):
                outcome = run(farm, arguments)
        else:
            outcome = run(farm, arguments)
    except Stop as stop:
        return _say(stop)
    except OSError as fault:
        return _say(_machine_failed(fault))
    print(json.dumps(outcome.as_json(), ensure_ascii=False, default=str))
    return 0


def _say(stop: Stop) -> int:
    answer = {"ok": False, "code": stop.code, "message": stop.message, "hint": stop.hint}
    print(json.dumps(answer, ensure_ascii=False))
    return stop.exit


def _machine_failed(fault: OSError) -> Stop:
    why = f"{fault.strerror or fault} ({fault.filename})" if fault.filename else str(fault)
    return Stop(
        "machine-failed",
        fr=(f"La machine a refusé une opération : {why}.", "Corrigez cela, puis recommencez."),
        en=(f"The machine refused an operation: {why}.", "Correct this, then run this again."),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wikifarm-host", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, verb in VERBS.items():
        command = verbs.add_parser(name)
        command.add_argument("farm")
        command.set_defaults(dry_run=False)
        if verb.writes:
            command.add_argument("--dry-run", action="store_true", help="say what would be done")
        options = getattr(_module(verb), "options", None)
        if options:
            options(command)
    return parser


def _module(verb: Verb) -> ModuleType:
    """It has `options(parser)` when its verb takes options, and `run(farm, arguments)`."""
    return importlib.import_module(f".{verb.module}", __package__)


@contextmanager
def alone(farm: Farm) -> Iterator[None]:
    """One verb that writes at a time for a farm. Raises Stop (`locked`) when another holds it.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    farm.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (farm.state / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(
                "locked",
                fr=(
                    f"Un autre soin de la ferme {farm.name} est en cours ; rien n’a été fait.",
                    "Attendez qu’il finisse, puis recommencez.",
                ),
                en=(
                    f"The farm {farm.name} is being looked after by another run; nothing was done.",
                    "Wait until it ends, then run this again.",
                ),
            ) from None
        yield


if __name__ == "__main__":
    sys.exit(main())
