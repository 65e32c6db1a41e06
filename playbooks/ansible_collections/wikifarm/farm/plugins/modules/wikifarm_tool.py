#!/usr/bin/python
"""Installs the tool that looks after the farms of a machine, from module_utils."""

from __future__ import annotations

import hashlib
import pkgutil
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wikifarm.farm.plugins.module_utils import wikifarm_host

# Ansible sends a module with what it imports: each file of the tool is named here, to be sent.
from ansible_collections.wikifarm.farm.plugins.module_utils.wikifarm_host import (  # noqa: F401
    archive,
    as_php,
    backup,
    care,
    check,
    check_backup,
    cli,
    code,
    configure,
    dumps,
    errors,
    facts,
    farm,
    install,
    outcome,
    release,
    restic,
    restore,
    restore_test,
    retire,
    serve,
    system,
    upgrade,
    web,
    wikis,
)

DOCUMENTATION = """
module: wikifarm_tool
short_description: Install the tool that looks after the farms of a machine
description:
  - Writes the package C(wikifarm_host), that the playbooks and the timers run.
  - Files of an older version are removed.
author: The wikifarm contributors
options:
  path:
    description: Folder of the package.
    type: path
    default: /usr/local/lib/wikifarm/wikifarm_host
attributes:
  check_mode:
    support: full
    description: Says what would be written.
"""

EXAMPLES = """
- name: Install the tool
  wikifarm.farm.wikifarm_tool:
"""

RETURN = """
files:
  description: Names of the files that were written or removed, or would be.
  type: list
  elements: str
  returned: always
"""

PATH = "/usr/local/lib/wikifarm/wikifarm_host"


def wanted() -> dict[str, bytes]:
    """Name and content of each file of the package."""
    names = ["__init__", *(one.name for one in pkgutil.iter_modules(wikifarm_host.__path__))]
    package = wikifarm_host.__name__
    return {f"{name}.py": pkgutil.get_data(package, f"{name}.py") or b"" for name in names}


def main() -> None:
    """Writes each file whole, beside and renamed."""
    module = AnsibleModule(
        argument_spec={"path": {"type": "path", "default": PATH}},
        supports_check_mode=True,
    )
    folder = Path(module.params["path"])
    files = wanted()
    there = {one.name for one in folder.glob("*.py")}
    changed = sorted(
        [name for name, content in files.items() if digest(folder / name) != sha(content)]
        + [name for name in there if name not in files]
    )
    if changed and not module.check_mode:
        folder.mkdir(parents=True, exist_ok=True)
        for name in changed:
            if name in files:
                beside = folder / f"{name}.new"
                beside.write_bytes(files[name])
                beside.chmod(0o644)
                beside.rename(folder / name)
            else:
                (folder / name).unlink()
    module.exit_json(changed=bool(changed), files=changed)


def digest(path: Path) -> str:
    """SHA-256 of a file, or nothing when it is not there."""
    try:
        return sha(path.read_bytes())
    except OSError:
        return ""


def sha(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
