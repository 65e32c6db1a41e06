"""Machines for the tests of the playbooks: a bare Debian 12 in a folder, when the tests are root's.

`tests/debian-root` makes the Debian once; WIKIFARM_DEBIAN_ROOT names its folder.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from . import machine as machines
from .machine import Machine

HOW = (
    "set WIKIFARM_DEBIAN_ROOT to the folder of a bare Debian 12: as root, "
    "tests/debian-root bookworm /var/tmp/wikifarm-bookworm makes it"
)
MACHINES = {"debian", "new_machine", "machine"}


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With workers (`-n`): one of them installs the machine, or the database, that tests share."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents or item.get_closest_marker("xdist_group"):
            continue
        names = {*getattr(item, "fixturenames", ())}
        if names & MACHINES:
            item.add_marker(pytest.mark.xdist_group("machine"))
        elif "database" in names:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def debian() -> Path:
    """A bare Debian, never to be changed: machines lie over it."""
    named = os.environ.get("WIKIFARM_DEBIAN_ROOT", "")
    if not named:
        pytest.skip(HOW)
    if os.geteuid() != 0 or not shutil.which("nsenter"):
        pytest.skip("only root can start a machine, on Linux")
    root = Path(named).resolve()
    end = time.monotonic() + 300  # `.ci/run` has it made while other tests run
    while Path(f"{root}.unfinished").exists() and time.monotonic() < end:
        time.sleep(0.5)
    if not root.exists():
        pytest.skip(f"no Debian could be had in {root}: tests/debian-root bookworm {root} says why")
    if not (root / "etc/wikifarm-debian-root").is_file():
        pytest.fail(f"WIKIFARM_DEBIAN_ROOT is {root}, which tests/debian-root did not make")
    return root


@pytest.fixture(scope="session")
def new_machine(
    debian: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Machine]]:
    """A bare machine each time it is called; all are stopped and removed at the end.

    The packages that they fetch stay in WIKIFARM_DEBIAN_CACHE, by default beside the bare Debian.
    """
    packages = Path(os.environ.get("WIKIFARM_DEBIAN_CACHE") or f"{debian}.packages").resolve()
    with ExitStack() as stack:

        def new() -> Machine:
            made = machines.start(debian, tmp_path_factory.mktemp("machine"), packages)
            stack.callback(made.stop)
            return made

        yield new


@pytest.fixture(scope="session")
def machine(new_machine: Callable[[], Machine]) -> Machine:
    """The one machine that becomes a farm, from test to test."""
    return new_machine()
