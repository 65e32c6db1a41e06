"""The collection and the playbooks are as Ansible's own tools want them."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import wikifarm_host
from wikifarm import __version__
from wikifarm.blueprint.shipped import data_folder

from .playing import PLAYBOOKS

COLLECTION = PLAYBOOKS / "ansible_collections/wikifarm/farm"
PROGRAMS = Path(sys.executable).parent


# Of `ansible-test sanity`, those that need no package of Python from elsewhere.
SANITY = (
    "compile", "empty-init", "ignores", "line-endings", "no-assert", "no-get-exception",
    "no-illegal-filenames", "no-smart-quotes", "replace-urlopen", "shebang", "symlinks",
    "use-argspec-type-path", "use-compat-six",
)  # fmt: skip


def ansible(
    program: str, *words: str, home: Path, folder: Path = PLAYBOOKS
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
        [str(PROGRAMS / program), *words], cwd=folder, env=environment,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_ansible_lint_has_nothing_to_say_in_its_production_profile(tmp_path: Path) -> None:
    done = ansible("ansible-lint", "--offline", "--profile", "production", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Profile 'production' was required, and it passed" in done.stderr


@pytest.mark.skipif(shutil.which("ansible-test", path=PROGRAMS) is None, reason="no ansible-test")
def test_the_tests_of_ansible_find_nothing(tmp_path: Path) -> None:
    """Those that need nothing from elsewhere; tests/README.md of the collection tells of all."""
    folder = tmp_path / "ansible_collections/wikifarm/farm"
    with tarfile.open(built_collection(tmp_path)) as tar:
        tar.extractall(folder, filter="data")
    tests = [word for name in SANITY for word in ("--test", name)]
    python = ".".join(map(str, sys.version_info[:2]))
    done = ansible(
        "ansible-test", "sanity", "--local", "--python", python, *tests,
        home=tmp_path, folder=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


class Tool:
    """A small tool, installed by the role `host` in a folder of the test."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.source = home, home / "lib/wikifarm_host", home / "source"
        for name in ("cli.py", "farm.py", "shared/errors.py", "source/site/check.py"):
            path = self.source / name if name.endswith(("cli.py", "farm.py")) else home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name}: l’été\n\n")
        (self.source / "errors.py").symlink_to("../shared/errors.py")
        (self.source / "__pycache__").mkdir()
        (self.source / "__pycache__/cli.pyc").write_bytes(b"\xff")
        self.folder.parent.mkdir()
        role = {"name": "wikifarm.farm.host", "tasks_from": "tool"}
        # The role of the variables, on which it depends, need not ask what system this is.
        facts = {"distribution_major_version": "12"}
        tasks = [{"set_fact": {"ansible_facts": facts}}, {"import_role": role}]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (home / "tool.yml").write_text(json.dumps([play]))

    def install(self, *options: str) -> tuple[int, str]:
        """How many tasks changed something, and all that was said."""
        values = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "host_tool_folder": str(self.folder),
            "host_tool_source": str(self.source),
        }
        words = ("-i", "localhost,", "-e", json.dumps(values), str(self.home / "tool.yml"))
        done = ansible("ansible-playbook", *words, *options, home=self.home)
        changed = re.search(r"changed=(\d+) .* failed=0", done.stdout)
        assert changed, done.stdout + done.stderr
        return int(changed[1]), done.stdout

    @property
    def wanted(self) -> dict[str, bytes]:
        """By name, what the machine should have."""
        return {
            str(path.relative_to(self.source)): path.read_bytes()
            for path in self.source.rglob("*.py")
        }

    @property
    def installed(self) -> dict[str, bytes]:
        """By name, what it has. Fails unless all of it is root's, and nobody else's to write."""
        files = {}
        for path in self.folder.rglob("*"):
            facts = path.lstat()
            mode = 0o40755 if path.is_dir() else 0o100644
            assert (facts.st_mode, facts.st_uid, facts.st_gid) == (mode, 0, 0), path
            if path.is_file():
                files[str(path.relative_to(self.folder))] = path.read_bytes()
        return files


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: what is installed is root's")
def test_the_tool_is_installed_whole_and_nothing_else(tmp_path: Path) -> None:
    tool = Tool(tmp_path)
    assert {*tool.wanted} == {"cli.py", "errors.py", "farm.py", "site/check.py"}
    assert tool.install("--check", "--diff")[0] == 3
    assert not tool.folder.exists()
    assert tool.install()[0] == 3
    assert tool.installed == tool.wanted
    assert tool.install()[0] == 0

    # An older version had other files; somebody has had a hand in this one.
    (tool.folder / "backup.py").write_text("old")
    (tool.folder / "site/old.py").write_text("old")
    (tool.folder / "cli.py").write_text("mended by hand")
    before = tool.installed
    changed, said = tool.install("--check", "--diff")
    assert (changed, tool.installed) == (2, before)
    assert "mended by hand" not in said
    (tool.folder / "farm.py").chmod(0o666)
    os.chown(tool.folder / "errors.py", 65534, 65534)
    assert tool.install()[0] == 3
    assert tool.installed == tool.wanted
    assert tool.install("--check")[0] == 0


def test_the_role_sends_every_module_of_the_tool() -> None:
    """It takes those of the package and of its rooms; three are shared with the modules."""
    package = Path(wikifarm_host.__file__).parent
    assert {*package.rglob("*.py")} == {*package.glob("*.py"), *package.glob("*/*.py")}
    shared = {path.name: path.resolve().parent for path in package.glob("*") if path.is_symlink()}
    folder = COLLECTION / "plugins/module_utils"
    assert shared == dict.fromkeys(("archive.py", "errors.py", "verbs.py"), folder)


def test_a_module_of_the_tool_uses_only_what_stands_below() -> None:
    """Rooms in one order, so that no import goes round in a circle; none is a heap of modules."""
    package = Path(wikifarm_host.__file__).parent
    order = ["machine", "releases", "site", "backups", "upkeep"]
    assert {path.parent.name for path in package.glob("*/__init__.py")} == {*order}
    assert max(Counter(path.parent for path in package.rglob("*.py")).values()) <= 15
    for path in package.glob("*/*.py"):
        used = {
            node.module.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.level == 2 and node.module
        }
        above = set(order[order.index(path.parent.name) :])
        assert not used & above, path


def test_no_two_modules_have_one_name() -> None:
    names = [
        path.stem
        for path in COLLECTION.rglob("*.py")
        if path.name != "__init__.py" and not path.is_symlink()
    ]
    assert len(names) == len({*names}), sorted(names)


def test_there_is_one_version() -> None:
    """Of the package, of the collection that comes with it, and of the first of each module."""
    yaml = YAML(typ="safe")
    changes = yaml.load(COLLECTION / "changelogs/changelog.yaml")["releases"]
    assert yaml.load(COLLECTION / "galaxy.yml")["version"] == __version__
    assert list(changes)[-1] == __version__
    for path in (COLLECTION / "plugins/modules").glob("*.py"):
        (text,) = (
            node.value.value
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "DOCUMENTATION"
            and isinstance(node.value, ast.Constant)
        )
        assert YAML(typ="safe").load(str(text))["version_added"] in changes


def test_what_is_installed_by_pip_has_the_playbooks_whole() -> None:
    """Links of the project are files there."""
    shipped = data_folder("playbooks")
    files = [path for path in PLAYBOOKS.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(files) > 150
    for path in files:
        copy = shipped / path.relative_to(PLAYBOOKS)
        assert copy.read_bytes() == path.read_bytes(), copy


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


def built_collection(folder: Path) -> Path:
    """The archive of the collection, built there."""
    words = ("collection", "build", "--output-path", str(folder), str(COLLECTION))
    done = ansible("ansible-galaxy", *words, home=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = folder.glob("wikifarm-farm-*.tar.gz")
    return archive


def test_the_collection_is_built_whole(tmp_path: Path) -> None:
    with tarfile.open(built_collection(tmp_path)) as tar:
        names = set(tar.getnames())
        pack = tar.getmember("roles/sympa/files/create_list.wikifarm")
        shared = tar.extractfile("roles/host/files/wikifarm_host/errors.py")
        assert shared
        assert b"class Stop" in shared.read()
    assert {"plugins/modules/wikifarm_community.py", "roles/site/tasks/stage.yml"} <= names
    assert "roles/host/files/wikifarm_host/upkeep/upgrade.py" in names
    assert not [name for name in names if "__pycache__" in name]
    # A link to the project's own templates: what is published must hold the file itself.
    assert pack.isfile()


@pytest.mark.parametrize(
    "module",
    ["wikifarm_archive", "wikifarm_host", "wikifarm_community", "wikifarm_community_info"],
)
def test_a_module_is_documented(module: str, tmp_path: Path) -> None:
    done = ansible("ansible-doc", f"wikifarm.farm.{module}", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "EXAMPLES:" in done.stdout
    assert "RETURN VALUES:" in done.stdout
