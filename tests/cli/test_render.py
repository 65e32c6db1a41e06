"""Text for people: the same facts as the JSON, aligned, short, without colours unless wanted."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import wikifarm.operations
from wikifarm.cli.render.answer import RENDERERS, answer, notes
from wikifarm.cli.render.sheet import WIDTH, Paint, harmless
from wikifarm.engine.changes import Action, AnyChange
from wikifarm.engine.run import Done
from wikifarm.engine.steps.access import RightsChange
from wikifarm.engine.steps.content import PageChange
from wikifarm.errors import WikiAsleep
from wikifarm.i18n import speak
from wikifarm.model import Page
from wikifarm.operations.community.outcome import (
    Audit,
    CommunitiesOutcome,
    CommunityOutcome,
    Coverage,
    Leak,
    Role,
    envelope,
)
from wikifarm.operations.workplace.prepared import PreparedFolder
from wikifarm.result import Envelope, Outcome, Pending


@pytest.fixture(autouse=True)
def english() -> None:
    speak("en")


def community(**more: Any) -> CommunityOutcome:
    changes: list[AnyChange] = [
        *(PageChange(f"P{number}", Action.CREATE) for number in range(31)),
        PageChange("Q", Action.UPDATE),
        RightsChange("Q", Action.UPDATE),
    ]
    given = {
        "slug": "rennes", "name": "Robustesse autour de Rennes", "url": "https://f.org/rennes/",
        "status": "created", "get": 40,
        "steps": [Done(change, "done", 1) for change in changes], "post": 30, "audit": Audit(187),
        "checklist": "checklist/rennes.html", "welcome": "welcome/rennes.txt", "seconds": 4.2,
    }  # fmt: skip
    return CommunityOutcome(**{**given, **more})


def text(*outcomes: CommunityOutcome, command: str = "new-community", verbose: bool = False) -> str:
    return answer(envelope(command, outcomes), Paint(), verbose=verbose)


def test_a_new_community() -> None:
    shown = text(community())
    assert shown.splitlines() == [
        "Robustesse autour de Rennes (created)",
        "  URL              https://f.org/rennes/",
        "  pages            31 new, 1 changed",
        "  rights of pages  1 changed",
        "  privacy          187 questions asked, nobody was seen",
        "  checklist        checklist/rennes.html",
        "  welcome          welcome/rennes.txt",
        "",
        "Next: open checklist/rennes.html, and send welcome/rennes.txt to those who facilitate.",
    ]


def test_what_was_edited_by_hand_is_told() -> None:
    shown = text(community(status="unchanged", steps=[], kept=["pages:Charte", "pages:Agenda"]))
    assert "  kept       Charte, Agenda (edited here by hand)" in shown.splitlines()


def test_a_leak_says_what_to_set_who_saw_what_and_where() -> None:
    leaks = tuple(
        Leak(route, role, seen, "the rights of the entry X")
        for role in (Role.VISITOR, Role.STRANGER)
        for route in ("a", "b", "c", "d", "e")
        for seen in ("bf_nom", "bf_mail")
    )
    shown = text(community(audit=Audit(3, leaks)))
    assert "(people can be seen)" in shown
    assert "  To set: the rights of the entry X" in shown
    assert "    visitor             bf_nom, bf_mail through a, b, c, d and 1 more" in shown
    assert "    logged-in stranger  bf_nom, bf_mail through" in shown
    assert "nobody was seen" not in shown


def test_an_audit_that_could_not_see_never_says_that_nobody_was_seen() -> None:
    reason = "as a member: 90 questions of 200 had no answer"
    shown = text(community(status="failed", audit=Audit(600, not_asked=(reason,), blind=reason)))
    assert "nobody was seen" not in shown
    assert "600 questions asked, not verified" in shown
    assert f"Not asked: {reason}" in shown


def test_what_was_covered_and_what_nothing_closes_is_told() -> None:
    left = {"/upload": "made to write", "?api/x": "the wiki failed"}
    coverage = tuple(Coverage(role, 102, 100, 40, left) for role in Role)
    limits = (Leak("?fiche/raw", Role.MEMBER, "bf_mail", "the rights of the field"),)
    shown = text(community(audit=Audit(300, limits=limits, coverage=coverage)))
    assert "nobody was seen" in shown
    assert "visitor: 100 answers of 102 questions, 40 of them a refusal" in shown
    assert shown.count("Not asked: /upload: made to write") == 1
    assert "Not asked: ?api/x: the wiki failed" in shown
    assert "To know: A member who knows YesWiki well can read, of somebody else, bf_mail" in shown


def test_several_communities_are_summed_up() -> None:
    shown = text(community(), community(slug="brest", status="unchanged"), command="apply")
    assert "2 communities: 1 created, 1 unchanged" in shown


def test_a_plan_names_a_few_things_and_verbose_all_with_differences() -> None:
    planned = [
        PageChange(f"P{number}", Action.UPDATE, Page("P", "\x07"), Page("P", "a line"))
        for number in range(9)
    ]
    row = community(status="planned", steps=[], planned=planned, audit=None)
    shown = text(row, command="plan")
    assert "  ~  pages  P0, P1, P2, P3, P4, P5 and 3 more" in shown
    assert "Next: `wikifarm apply` will do this." in shown
    assert "    -\n    +a line\n" in text(row, command="plan", verbose=True)


def test_what_waits_for_a_person_comes_with_the_text_to_send() -> None:
    pending = (Pending("mailing-list", "rennes", "Ask Infini for the list.", "Hello,\n\nplease"),)
    shown = answer(Envelope("apply", outcome=CommunitiesOutcome(()), pending=pending), Paint())
    assert "Waits for someone (rennes): Ask Infini for the list." in shown
    assert "  | Hello,\n  |\n  | please" in shown


def test_errors_say_which_community_when_there_are_several() -> None:
    asleep = WikiAsleep("It sleeps.", hint="Wake it.")
    several = envelope("apply", [community(), community(slug="brest", error=asleep)])
    assert notes(several, Paint()) == "Error: brest: It sleeps.\n  Try: Wake it."
    alone = envelope("apply", [community(slug="brest", error=asleep)])
    assert notes(alone, Paint()) == "Error: It sleeps.\n  Try: Wake it."


def test_equal_errors_are_told_once_with_every_name() -> None:
    rows = [community(slug=slug, error=WikiAsleep("It sleeps.")) for slug in ("brest", "rennes")]
    other = community(slug="lorient", error=WikiAsleep("It is gone."))
    assert notes(envelope("apply", [*rows, other]), Paint()) == (
        "Error: 2 communities (brest, rennes): It sleeps.\nError: lorient: It is gone."
    )


def test_lines_stay_short_and_addresses_whole() -> None:
    long = "https://example.org/" + "x" * 150
    rows = community(url=long, name="Une commune", kept=[f"pages:Page{n}" for n in range(40)])
    lines = text(rows).splitlines()
    assert any(long in line for line in lines)
    assert all(len(line) <= WIDTH for line in lines if long not in line)


def test_colours_only_where_wanted() -> None:
    plain = envelope("apply", [community()])
    assert "\x1b[" not in answer(plain, Paint(on=False))
    assert "\x1b[" in answer(plain, Paint(on=True))


def test_control_characters_from_a_server_do_not_reach_the_terminal() -> None:
    shown = text(community(name="Titre\x1b[2J\x07"))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    folder = Path("a\x1b[2J")
    assert harmless(PreparedFolder(folder, ())).folder == Path("a[2J")


def test_a_list_shows_both_sides_and_names_only_when_they_are_there() -> None:
    held: dict[str, Any] = {
        "provider": "sympa", "state": "open", "address": "rennes@listes.example.org", "home": "",
        "counts": {"subscribers": 3, "to_add": 0, "to_remove": 2, "left": 1},
        "files": ["mailing-list/rennes-import-1.txt", "mailing-list/rennes-add.txt"],
    }  # fmt: skip
    row = community(status="unchanged", steps=[], mailing_list=held, audit=None)
    shown = text(row, command="mailing-list audit").splitlines()
    assert shown[0] == "Robustesse autour de Rennes (looked at)"
    assert "  mailing list  rennes@listes.example.org (open)" in shown
    assert "  subscribers   3" in shown
    assert any(line.strip().startswith("2 no yes any more") for line in shown)
    assert any(line.strip().startswith("1 left by themselves") for line in shown)
    assert "  or to send    mailing-list/rennes-add.txt" in shown
    assert "@example.org" not in "".join(shown).replace("rennes@listes.example.org", "")
    named = text(community(mailing_list={**held, "names": {"left": ["ada@example.org"]}}))
    assert "ada@example.org" in named


def test_a_community_without_a_list_says_nothing_of_it() -> None:
    shown = text(community(mailing_list={"provider": "none", "state": "none"}))
    assert "mailing list" not in shown


# -- which text is whose --------------------------------------------------------------------


def outcomes() -> Iterator[type[Outcome]]:
    """Every class of outcome that an operation answers."""
    package = wikifarm.operations
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        for _name, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(kind, Outcome) and kind.__module__ == module.name:
                yield kind


def test_every_outcome_has_its_own_renderer_and_every_renderer_its_outcome() -> None:
    assert {kind.__name__ for kind in outcomes()} == set(RENDERERS)
    for name, place in RENDERERS.items():
        room, _dot, function = place.partition(".")
        write = getattr(import_module(f"wikifarm.cli.render.{room}"), function)
        assert next(iter(inspect.signature(write).parameters.values())).annotation == name


def test_an_outcome_that_nobody_wrote_for_is_written_as_what_it_derives_from() -> None:
    class Special(CommunitiesOutcome):
        pass

    shown = answer(Envelope("apply", outcome=Special((community(),))), Paint())
    assert shown == text(community(), command="apply")
    assert answer(Envelope("apply"), Paint()) == ""


def test_no_outcome_shows_a_password_when_it_is_printed() -> None:
    for kind in outcomes():
        assert is_dataclass(kind)
        for part in fields(kind):
            assert not (part.repr and part.name in ("password", "token", "environment")), kind
