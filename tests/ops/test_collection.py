"""The collection and the playbooks are as Ansible's own tools want them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from .playing import PLAYBOOKS

COLLECTION = PLAYBOOKS / "ansible_collections/wikifarm/farm"
PROGRAMS = Path(sys.executable).parent


def ansible(
    program: str, *words: str, home: Path, input: str = ""
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment = kept | {
        "PATH": f"{PROGRAMS}{os.pathsep}{kept['PATH']}",
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(PLAYBOOKS),
        "NO_COLOR": "1",
        "PYTHONPATH": str(PLAYBOOKS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        [str(PROGRAMS / program), *words], cwd=PLAYBOOKS, env=environment, input=input,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_ansible_lint_has_nothing_to_say_in_its_production_profile(tmp_path: Path) -> None:
    done = ansible("ansible-lint", "--offline", "--profile", "production", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Profile 'production' was required, and it passed" in done.stderr


def test_the_tool_is_sent_whole(tmp_path: Path) -> None:
    """Ansible sends a module with what it imports by name: one forgotten would be missing there."""
    package = COLLECTION / "plugins/module_utils/wikifarm_host"
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    text = (COLLECTION / "plugins/modules/wikifarm_tool.py").read_text("utf-8")
    found = re.search(r"wikifarm_host import \(  # noqa: F401\n(.*?)\)", text, re.S)
    assert found
    assert set(re.findall(r"\w+", found[1])) == files
    said = ansible(
        "python", str(COLLECTION / "plugins/modules/wikifarm_tool.py"),
        home=tmp_path, input=json.dumps({"ANSIBLE_MODULE_ARGS": {"path": str(tmp_path / "tool")}}),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    for path in package.glob("*.py"):
        assert (tmp_path / "tool" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("role", sorted(path.name for path in (COLLECTION / "roles").iterdir()))
def test_what_a_role_takes_is_what_it_says(role: str) -> None:
    """Each default has its argument, and each argument of the role's own is named after it."""
    folder = COLLECTION / "roles" / role
    yaml = YAML(typ="safe")
    specs = yaml.load(folder / "meta/argument_specs.yml")["argument_specs"]
    described = {name for spec in specs.values() for name in spec.get("options") or {}}
    defaults = folder / "defaults/main.yml"
    given = set(yaml.load(defaults) or {}) if defaults.exists() else set()
    assert given <= described
    assert {name for name in described if not name.startswith((f"{role}_", "wikifarm_"))} == set()
    assert all(spec["short_description"] for spec in specs.values())


def test_the_collection_is_built_whole(tmp_path: Path) -> None:
    words = ("collection", "build", "--output-path", str(tmp_path), str(COLLECTION))
    done = ansible("ansible-galaxy", *words, home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = tmp_path.glob("wikifarm-farm-*.tar.gz")
    with tarfile.open(archive) as tar:
        names = set(tar.getnames())
        pack = tar.getmember("roles/sympa/files/create_list.wikifarm")
    assert {"plugins/modules/wikifarm_community.py", "roles/site/tasks/stage.yml"} <= names
    assert "plugins/module_utils/wikifarm_host/upgrade.py" in names
    assert not [name for name in names if "__pycache__" in name]
    # A link to the project's own templates: what is published must hold the file itself.
    assert pack.isfile()


@pytest.mark.parametrize(
    "module", ["wikifarm_archive", "wikifarm_host", "wikifarm_tool", "wikifarm_community"]
)
def test_a_module_is_documented(module: str, tmp_path: Path) -> None:
    done = ansible("ansible-doc", f"wikifarm.farm.{module}", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "EXAMPLES:" in done.stdout
    assert "RETURN VALUES:" in done.stdout
