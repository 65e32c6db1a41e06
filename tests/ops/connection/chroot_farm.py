"""The way from Ansible to a machine of the tests (machine.py): into its namespaces, as root."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: chroot_farm
short_description: a Debian in a folder, with processes of its own
description:
  - For the tests of wikifarm. Commands run as root in the machine that C(tests/ops/machine.py)
    has started; what they leave running goes on until the machine is stopped.
author: wikifarm
options:
  init:
    description: The first process of the machine, as this system numbers it.
    type: int
    required: true
    vars:
      - name: ansible_chroot_farm_init
extends_documentation_fragment:
  - connection_pipelining
"""

# As `login` would: nothing of the environment of whoever runs Ansible.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "SHELL": "/bin/bash",
    "LC_ALL": "C.UTF-8",
}


class Connection(ConnectionBase):  # type: ignore[misc] # Ansible has no types
    """One command after another: there is nothing to open or close."""

    transport = "chroot_farm"
    has_pipelining = True
    default_user = "root"

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        done = self._inside("/bin/sh", "-c", cmd, input=in_data or b"")
        return done.returncode, done.stdout, done.stderr

    # Copied by the machine itself: a link there means what it means there, and never leads out.
    def put_file(self, in_path: str, out_path: str) -> None:
        super().put_file(in_path, out_path)
        if not Path(in_path).is_file():
            raise AnsibleFileNotFound(f"there is no file {in_path}")
        done = self._inside(
            "/bin/sh", "-c", 'cat >"$1"', "put", out_path, input=Path(in_path).read_bytes()
        )
        if done.returncode:
            raise AnsibleError(f"{out_path} was not written: {done.stderr.decode()}")

    def fetch_file(self, in_path: str, out_path: str) -> None:
        super().fetch_file(in_path, out_path)
        done = self._inside("/bin/cat", in_path)
        if done.returncode:
            raise AnsibleFileNotFound(f"{in_path} was not read: {done.stderr.decode()}")
        Path(out_path).write_bytes(done.stdout)

    def close(self) -> None:
        self._connected = False

    def _inside(self, *command: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        init = self.get_option("init")
        if not Path(f"/proc/{init}/root/etc/wikifarm-machine").exists():
            raise AnsibleConnectionFailure(f"the machine of process {init} is stopped")
        return subprocess.run(
            ["nsenter", f"--target={init}", "--all", "--", *command],
            input=input, capture_output=True, check=False, env=ENVIRONMENT, umask=0o022,
        )  # fmt: skip
