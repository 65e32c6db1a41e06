"""A Debian in a folder that behaves as a machine: its own files, processes and mounts.

The pristine system is never written to: what a machine changes lies in a layer over it. Its network
is this system's. Everything ends with the machine, or with the tests that started it, however they
end: its processes, its mounts and its layer.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from .connection.chroot_farm import ENVIRONMENT

# Its first process: waits for the end of whoever started it, and takes in orphans meanwhile. An
# overlay cannot stand on another one, as in a container: there the system is copied.
BOOT = r"""
set -e
read -r pid _ </proc/self/stat # as the system outside numbers it
pristine=$1 folder=$2 packages=$3
cd "$folder"
mkdir -m 755 root layer work
layers=lowerdir=$pristine,upperdir=layer,workdir=work
mount -t overlay -o "$layers" /dev/machine root 2>/dev/null || {
  mount --bind root root
  cp -a --reflink=auto "$pristine/." root
}
cd root
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
cat /etc/resolv.conf >etc/resolv.conf
mkdir -p run/lock var/cache/apt/archives
mount --bind "$packages" var/cache/apt/archives
echo 'APT::Keep-Downloaded-Packages "true";' >etc/apt/apt.conf.d/95wikifarm
: >etc/wikifarm-machine
pivot_root . mnt
exec chroot . /bin/bash -c '
  umount -l /mnt
  echo "$1"
  while read -r _; do :; done
  exit 0' boot "$pid"
"""

# What running, and Ansible's own coming and going, change in a machine that nobody changes.
RESTLESS = (
    "dev", "proc", "sys", "run", "tmp", "mnt", "root/.ansible", "var/tmp", "var/log",
    "var/cache/apt", "var/lib/apt/lists", "var/cache/ldconfig",
)  # fmt: skip


class Entry(NamedTuple):
    """What one path is. A folder has no time: what is in it tells."""

    mode: str
    owner: tuple[int, int]
    size: int
    content: str  # sha256, or where a link leads
    modified: int


Snapshot = dict[str, Entry]


@dataclass
class Machine:
    """One that runs. `root` is its file tree, seen from outside: links in it may lead out."""

    folder: Path
    init: int
    _boot: subprocess.Popen[str] = field(repr=False)

    @property
    def root(self) -> Path:
        return Path(f"/proc/{self.init}/root")

    @property
    def variables(self) -> dict[str, object]:
        """What an inventory says to reach it."""
        return {"ansible_connection": "chroot_farm", "ansible_chroot_farm_init": self.init}

    def run(
        self, *command: str, input: str = "", check: bool = True, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """A command in it, as root. Raises AssertionError with its words when it fails."""
        done = subprocess.run(
            ["nsenter", f"--target={self.init}", "--all", "--", *command],
            input=input, capture_output=True, text=True, check=False, timeout=timeout,
            env=ENVIRONMENT, umask=0o022,
        )  # fmt: skip
        if check and done.returncode:
            raise AssertionError(
                f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    def processes(self) -> dict[int, str]:
        """The command line of each of its processes, by its number there, but the first."""
        commands = {}
        for path in self.root.glob("proc/[0-9]*/cmdline"):
            try:
                words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:  # it has just ended
                continue
            if words and path.parent.name != "1":
                commands[int(path.parent.name)] = words
        return commands

    def listening(self) -> set[tuple[str, int, str]]:
        """Address, port and program of each of its processes that waits for TCP or UDP."""
        programs = dict(self._sockets())
        return {
            (address, port, programs[number])
            for number, address, port in _waiting()
            if number in programs
        }

    def _sockets(self) -> Iterator[tuple[str, str]]:
        """Number and program of every socket that its processes hold."""
        for path in self.root.glob("proc/[0-9]*/fd/*"):
            try:
                link = re.fullmatch(r"socket:\[(\d+)\]", str(path.readlink()))
                if link:
                    yield link[1], (path.parents[1] / "comm").read_text().strip()
            except OSError:  # it has just ended
                continue

    def snapshot(self, ignored: Iterable[str] = ()) -> Snapshot:
        """Its file tree but what is RESTLESS and `ignored` (paths without their first /)."""
        skipped = {*RESTLESS, *ignored}
        return dict(_entries(self.root, "", skipped))

    def stop(self) -> None:
        """Ends its processes and removes its files; a second call does nothing."""
        if self._boot.stdin and not self._boot.stdin.closed:
            self._boot.stdin.close()
        try:
            self._boot.wait(10)
        finally:
            self._boot.kill()
            self._boot.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(pristine: Path, folder: Path, packages: Path) -> Machine:
    """A new machine over the system `pristine`. `folder` must be empty, and is removed at the end.

    Packages that it installs stay in the folder `packages`: the next machine need not fetch them.
    """
    packages.mkdir(parents=True, exist_ok=True)
    boot = subprocess.Popen(
        [
            "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
            "--propagation=private", "--", "bash", "-c", BOOT, "boot",
            str(pristine), str(folder), str(packages),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=ENVIRONMENT, umask=0o022, start_new_session=True,
    )  # fmt: skip
    assert boot.stdout and boot.stderr
    said = boot.stdout.readline().strip()
    if not said:
        boot.wait()
        raise AssertionError(f"the machine does not start: {boot.stderr.read()}")
    return Machine(folder, int(said), boot)


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """One line a path that is not the same any more."""
    return [
        f"{path}: {before.get(path, 'was not there')} → {after.get(path, 'is not there')}"
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _waiting() -> Iterator[tuple[str, str, int]]:
    """Number, address and port of every socket that waits, of any process of this system."""
    for table, state in {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}.items():
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state:
                address, _, port = fields[1].partition(":")
                yield fields[9], _address(address), int(port, 16)


def _address(text: str) -> str:
    """The kernel writes them in hexadecimal, as words of this computer."""
    words = struct.iter_unpack("=I", bytes.fromhex(text))
    return str(ip_address(b"".join(struct.pack(">I", word) for (word,) in words)))


def _entries(root: Path, under: str, skipped: set[str]) -> Iterator[tuple[str, Entry]]:
    with os.scandir(root / under) as listing:
        for entry in listing:
            path = f"{under}{entry.name}"
            if path in skipped or entry.name == "__pycache__":
                continue
            facts = entry.stat(follow_symlinks=False)
            yield path, _entry(Path(entry.path), facts)
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(root, f"{path}/", skipped)


def _entry(path: Path, facts: os.stat_result) -> Entry:
    content, size, modified = "", facts.st_size, facts.st_mtime_ns
    if stat.S_ISLNK(facts.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(facts.st_mode):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    elif stat.S_ISDIR(facts.st_mode):
        size = modified = 0
    return Entry(
        stat.filemode(facts.st_mode), (facts.st_uid, facts.st_gid), size, content, modified
    )
