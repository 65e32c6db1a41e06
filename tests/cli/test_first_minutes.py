"""The first minutes of somebody at a terminal, as the README has them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.rehearsal import RunningFarm
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import Farm, NewWiki

from .conftest import CALLED, Terminal

pexpect = pytest.importorskip("pexpect", reason="no pseudo-terminal here")


def answers(child: Any, *dialogue: tuple[str, str]) -> str:
    """Types each answer once its question is there; all that was shown until the end."""
    shown = ""
    for question, answer in dialogue:
        child.expect_exact(question)
        shown += child.before + question
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return shown + str(child.before)


def commands_in(text: str) -> list[str]:
    """What an answer tells people to type here: `ops` is for who runs the server."""
    told = re.findall(f"`({re.escape(CALLED)} [^`]*)`", text)
    return [command for command in told if not command.startswith(f"{CALLED} ops ")]


def test_the_first_fifteen_minutes(terminal: Terminal, clean_place: Path) -> None:
    demo = terminal("wikifarm demo")
    demo.expect_exact("jusqu’à Ctrl-C.")
    told = demo.before
    exports = [line.strip() for line in told.splitlines() if line.startswith("  export ")]
    farm = dict(re.findall(r"export (\w+)=(\S+)", told))
    again = next(line.strip() for line in told.splitlines() if line.startswith(f"  {CALLED} apply"))
    for command in [again, *commands_in(told)]:
        done = terminal("; ".join([*exports, command]))
        shown = answers(done)
        assert done.exitstatus == 0, f"{command}\n{shown}"
    assert list(clean_place.iterdir()) == []  # what it writes goes beside what the demo wrote

    url, password = farm["WIKIFARM_FARM_URL"], shlex.split(farm["WIKIFARM_FARM_PASSWORD"])[0]
    init = terminal("wikifarm init")
    shown = answers(
        init,
        ("Adresse de la ferme", url.replace("127.0.0.1", "127.0.0.1:1/x").rstrip("/")),
        ("Garder cette adresse", "n"),
        ("Adresse de la ferme", url),
        ("Compte qui l’administre", ""),
        ("Son mot de passe", "pas-celui-ci"),
        ("Compte qui l’administre", ""),
        ("Son mot de passe", password),
    )
    assert (init.exitstatus, password in shown) == (0, False), shown
    second = answers(terminal("wikifarm init"))
    assert url in second and "indiqué" in second and password not in second

    doctor = terminal("wikifarm doctor")
    assert "WikiAdmin" in answers(doctor)
    assert doctor.exitstatus == 0

    new = terminal("wikifarm new-community")
    shown = answers(
        new,
        ("Nom de la communauté", "x" * 121),
        ("Nom de la communauté", "Jardiner à Douarnenez"),
        ("Son adresse sur la ferme", "rennes"),  # that of the demonstration
        ("Son adresse sur la ferme", "Rue de l’Église"),
        ("Son adresse sur la ferme", ""),
        ("Qui l’anime", "Maëlle Le Bihan"),
        ("Qui l’anime", "Maëlle Le Bihan maelle@example.org, Yann <yann@example.org>"),
        ("Quelqu’un d’autre", "maelle@example.org"),
        ("Quelqu’un d’autre", ""),
        ("Quel territoire", "Douarnenez et environs"),
        ("Qu’est-ce qui vous réunit", "Un jardin, des mains."),
        ("Quand vous retrouvez-vous", "2e mardi, 18 h"),
        ("Dans quelle langue", "breton"),
        ("Dans quelle langue", ""),
        ("Qui héberge sa liste", "framalist"),
        ("Qui héberge sa liste", ""),
        ("On y va", "o"),
    )
    assert new.exitstatus == 0, shown
    (described,) = load_manifests([clean_place / "communities"])
    assert described.slug == "jardiner-a-douarnenez"
    assert [who.email for who in described.facilitators] == [
        "maelle@example.org",
        "yann@example.org",
    ]
    assert (described.description, described.rhythm) == ("Un jardin, des mains.", "2e mardi, 18 h")

    for command in ("plan", "apply", "verify", *commands_in(shown.rpartition("On y va")[2])):
        line = command if command.startswith(CALLED) else f"wikifarm {command} communities/"
        done = terminal(line)
        said = answers(done)
        assert done.exitstatus == 0, f"{line}\n{said}"

    demo.sendintr()
    demo.expect(pexpect.EOF)
    demo.close()
    assert demo.exitstatus == 0


TYPED = (
    ("Nom de la communauté", "Une commune"),
    ("Son adresse sur la ferme", ""),
    ("Qui l’anime", "Ada Lovelace <ada@example.org>"),
    ("Quelqu’un d’autre", ""),
    ("Quel territoire", ""),
    ("Qu’est-ce qui vous réunit", ""),
    ("Quand vous retrouvez-vous", ""),
    ("Dans quelle langue", ""),
    ("Qui héberge sa liste", ""),
)


def test_what_was_typed_is_kept_by_a_no_and_may_be_said_otherwise(
    terminal: Terminal, with_farm: RunningFarm, clean_place: Path
) -> None:
    manifest = clean_place / "communities" / "une-commune.yml"
    first = terminal("wikifarm new-community --audit none")
    shown = answers(first, *TYPED, ("On y va", "n"))
    assert first.exitstatus == 0
    assert manifest.stat().st_mode & 0o077 == 0
    told = next(command for command in commands_in(shown) if str(manifest.name) in command)
    # Nothing came of it: the same address may be another's, and what was kept is replaced.
    other = [("Nom de la communauté", "Une autre"), ("Son adresse sur la ferme", "une-commune")]
    second = terminal("wikifarm new-community --audit none")
    answers(second, *other, *TYPED[2:], ("On y va", "n"))
    assert load_manifests([manifest])[0].name == "Une autre"
    made = terminal(f"{told} --audit none --yes")
    shown = answers(made)
    assert made.exitstatus == 0, shown
    # A community that stands keeps its file and its address.
    third = terminal("wikifarm new-community --audit none")
    third.expect_exact("Nom de la communauté")
    third.sendline("Encore une")
    third.expect_exact("Son adresse sur la ferme")
    third.sendline("une-commune")
    third.expect_exact("Une autre")
    third.expect_exact("Son adresse sur la ferme")
    third.sendintr()
    third.expect(pexpect.EOF)
    third.close()
    assert third.exitstatus == 130
    assert "Rien n’a été fait" in third.before
    assert load_manifests([manifest])[0].name == "Une autre"


@pytest.mark.parametrize("count", [1, 5])
def test_ctrl_c_once_or_often_has_one_exit_status(
    terminal: Terminal, with_farm: RunningFarm, clean_place: Path, count: int
) -> None:
    (clean_place / "communities").mkdir()
    for number in range(6):
        text = f"name: C{number}\nslug: commune-{number}\nfacilitators: [Ada <ada@example.org>]\n"
        (clean_place / "communities" / f"{number}.yml").write_text(text, "utf-8")
    batch = terminal("wikifarm apply --audit none --yes --jobs 1")
    batch.expect_exact("5/6")  # looked at
    batch.expect_exact("2/6")
    for _each in range(count):
        batch.sendintr()
    batch.expect(pexpect.EOF)
    batch.close()
    assert (batch.exitstatus, batch.signalstatus) == (130, None)
    assert re.search(r"[2-6] communautés sur 6 étaient faites", batch.before), batch.before


def test_nothing_is_asked_of_a_person_for_a_farm_that_cannot_be_entered(
    terminal: Terminal, with_farm: RunningFarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("WIKIFARM_FARM_PASSWORD", "pas-celui-ci"),
        ("WIKIFARM_FARM_PASSWORD", ""),
        ("WIKIFARM_FARM_URL", "http://127.0.0.1:1/"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            child = terminal("wikifarm new-community")
            shown = answers(child)
        assert child.exitstatus in (2, 8), shown
        assert "Nom de la communauté" not in shown


def test_a_wiki_made_by_hand_is_audited_only_where_somebody_says_so(
    terminal: Terminal, with_farm: RunningFarm
) -> None:
    password = "MotDePasse123essai"
    farm = Farm(Network(), with_farm.url, "WikiAdmin", with_farm.password, "")
    farm.create(NewWiki("Potager", "", "potager", "x", "x@example.org", "WikiAdmin", password, ""))
    adopting = terminal('wikifarm adopt potager --facilitator "Ada L <ada@example.org>"')
    asked = (("Mot de passe de l’administrateur de potager", password), ("Le vérifier", ""))
    shown = answers(adopting, *asked)
    assert adopting.exitstatus == 0, shown
    assert "Rien n’a été écrit dans le wiki." in shown
    assert password not in shown
