"""Ctrl-C and Ctrl-D at the question of each command that asks: it says that nothing was done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import wikifarm
from tests.operations.people import numbered, seat
from wikifarm.rehearsal import RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm, NewWiki

from .conftest import Cli, Terminal

pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminal here")

ADA = '--facilitator "Ada Lovelace <ada@example.org>"'
ONE = """name: Une commune
slug: une-commune
facilitators: [Ada Lovelace <ada@example.org>]
"""
# What is typed, and the question at which nobody answers.
ASKING = {
    "new-community": "Nom de la communauté",
    f"new-community Tiers --slug tiers {ADA} --territory T --description D --rhythm R":
        "On y va",
    "apply": "On y va",
    "clone une-commune copie " + ADA: "en faire la communauté",
    "clone une-commune copie --user Bob " + ADA: "Mot de passe de Bob",
    "blueprint capture une-commune copie --user Bob": "Mot de passe de Bob",
    "adopt a-la-main": "Mot de passe de l’administrateur de a-la-main",
    "credentials une-commune --set": "Mot de passe d’administration",
    "participants erase une-commune p0001@example.org": "Effacer cette personne pour de bon",
    "mailing-list close une-commune": "Fermer la liste",
    "mailing-list create une-commune --login ada@example.org": "Mot de passe de ada@example.org",
    "restore sauvegarde.zip encore": "Faire ce wiki",
    "retire une-commune --step announce": "l’annoncer sur la première page",
    "ops restore --snapshot latest -i hosts.yml": "Remettre la ferme entière",
    "ops retire une-commune -i hosts.yml": "l’enlever pour de bon",
}  # fmt: skip


def at(question: str, child: Any, key: str) -> tuple[int, str]:
    """How a command ends where that key is typed instead of an answer, and all that it shows."""
    if child.expect_exact([question, pexpect.EOF]):
        child.close()
        return child.exitstatus, f"it asks nothing: {child.before}"
    if "ot de passe" in question:
        child.waitnoecho()  # what was typed before is dropped
    {"Ctrl-C": child.sendintr, "Ctrl-D": child.sendeof}[key]()
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, str(child.before)


@pytest.mark.parametrize("key", ["Ctrl-C", "Ctrl-D"])
def test_a_question_that_nobody_answers_ends_every_command_alike(
    terminal: Terminal, cli: Cli, with_farm: RunningFarm, tmp_path: Path, key: str
) -> None:
    Path("communities").mkdir()
    Path("communities/une-commune.yml").write_text(ONE, "utf-8")
    Path("hosts.yml").write_text("all: {hosts: {ferme: }}\n", "utf-8")
    assert cli("apply", "--yes", "--audit", "none").exit == 0
    assert cli("backup", "une-commune", "--out", "sauvegarde.zip", "--plain").exit == 0
    seat(tmp_path / "farm", "une-commune", numbered(2))
    farm = Farm(Network(), with_farm.url, "WikiAdmin", with_farm.password)
    farm.create(
        NewWiki("À la main", "", "a-la-main", "Ada", "ada@example.org", "Ada", "Mot-2026", "m")
    )
    Path("communities/autre.yml").write_text(ONE.replace("une-commune", "autre"), "utf-8")
    badly = {}
    for typed, question in ASKING.items():
        status, shown = at(question, terminal(f"wikifarm {typed}"), key)
        if status != 130 or "Rien n’a été fait" not in shown:
            badly[typed] = f"{status}: {shown}"
    assert not badly, "\n".join(f"{typed}: {told}" for typed, told in badly.items())
    assert not list(tmp_path.glob("state/crashes/*"))
    assert not Path("blueprints").exists()


@pytest.mark.parametrize("key", ["Ctrl-C", "Ctrl-D"])
def test_so_does_init(terminal: Terminal, key: str) -> None:
    status, shown = at("Adresse de la ferme", terminal("wikifarm init"), key)
    assert (status, "Rien n’a été fait" in shown) == (130, True), shown
    assert list(Path().iterdir()) == []


def test_questions_are_asked_in_one_place() -> None:
    root = Path(wikifarm.__file__).parent
    asking = re.compile(r"\b(?:typer|click)\.(?:prompt|confirm)\(|\bgetpass\.getpass\(")
    found = {path.name for path in root.rglob("*.py") if asking.search(path.read_text("utf-8"))}
    assert found == {"asking.py"}
