"""`wikifarm ops models`: what is brought to the server, and what is asked of Ansible."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, fresh, running
from wikifarm.ansible.report import Report
from wikifarm.ansible.runner import Job
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.engine import receipt as receipts
from wikifarm.errors import InvalidInput
from wikifarm.operations.apply import apply
from wikifarm.operations.models import list_models
from wikifarm.operations.ops.playbooks import Wanted
from wikifarm.operations.ops.put_models import put_models
from wikifarm.rehearsal import RunningFarm

__all__ = ["fresh", "running"]


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What Ansible was asked; nothing is played."""
    asked: list[Job] = []

    def play(job: Job, _tell: Callable[[Any], None]) -> Report:
        asked.append(job)
        report = Report()
        report.close(0)
        return report

    monkeypatch.setattr("wikifarm.operations.ops.playbooks.play_job", play)
    return asked


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("farms: {hosts: {here: {ansible_connection: local}}}\n")
    return Wanted(folder=tmp_path, state=tmp_path, inventory=inventory, check=True)


def describe(fresh: Fresh, *slugs: str) -> None:
    folder = fresh().places.communities
    folder.mkdir(parents=True, exist_ok=True)
    for slug in slugs:
        (folder / f"{slug}.yml").write_text(dump_manifest(a_community(slug)), "utf-8")


def silence(_event: object) -> None:
    return None


@pytest.mark.parametrize("described", [False, True])
def test_without_anything_to_keep_nothing_is_played(
    described: bool, fresh: Fresh, wanted: Wanted, jobs: list[Job]
) -> None:
    if described:  # but no wiki was made yet
        describe(fresh, "rennes")
    with pytest.raises(InvalidInput) as refused:
        put_models(fresh(), wanted, silence)
    assert [problem.code for problem in refused.value.problems] == ["no-model"]
    assert jobs == []


def test_a_missing_inventory_is_said_before_the_farm_is_asked(
    tmp_path: Path, jobs: list[Job]
) -> None:
    context = context_for("http://127.0.0.1:9/", tmp_path)  # nothing answers there
    with pytest.raises(InvalidInput):
        put_models(context, Wanted(folder=tmp_path, state=tmp_path), silence)
    assert jobs == []


def test_each_kind_is_brought_once_with_its_rights_and_nobody(
    running: RunningFarm, fresh: Fresh, wanted: Wanted, jobs: list[Job]
) -> None:
    apply(fresh(), [a_community()], audit=False)
    describe(fresh, "rennes", "vannes")
    context = fresh()
    put_models(context, wanted, silence, remove_unused=True)
    (job,) = jobs
    assert (job.playbook.name, job.check) == ("models.yml", True)
    assert job.variables["wikifarm_models_remove_unused"] == "true"
    file = Path(job.variables["wikifarm_models_file"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = json.loads(file.read_text("utf-8"))
    assert told["farm"] == running.url
    (model,) = told["models"]
    assert model["rights"][receipts.TAG]["read"] == "@admins"
    assert model["modules"]["action listusers"] == "@admins\n@animation"
    assert model["groups"] == {"admins": ["@animation"], "animation": [],
                               "participants": ["@animation"]}  # fmt: skip
    assert {"101", "102"} <= model["forms"].keys()  # those of people too: they are closed
    for word in ("Robustesse", "Rennes", "Camille", "example.org", context.settings.password):
        assert word not in file.read_text("utf-8"), word

    # Its name is known to `blueprint models`: it is not taken for one that nothing uses.
    store = running._app.farm.store
    with store.transaction():
        store.add_model(model["name"], "by the operator", {**model, "entries": {}})
    (row,) = list_models(fresh()).data["models"]
    assert (row["name"], row["used"]) == (model["name"], True)
