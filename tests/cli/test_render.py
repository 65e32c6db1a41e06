"""Text for people: the same facts as the JSON, aligned, short, without colours unless wanted."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import wikifarm.operations
from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.capture.capture_wiki import SETTINGS, STANDING
from wikifarm.blueprint.compile import Compiler
from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.blueprint.manifest.reading import community_from
from wikifarm.cli.render.answer import RENDERERS, answer, notes
from wikifarm.cli.render.sheet import WIDTH, Paint, Sheet, harmless
from wikifarm.cli.render.status_lines import next_steps
from wikifarm.engine.changes import Action, AnyChange
from wikifarm.engine.run import Done
from wikifarm.engine.steps.access import AccountChange, GroupChange, RightsChange
from wikifarm.engine.steps.content import PageChange, SettingChange
from wikifarm.errors import WikiAsleep
from wikifarm.i18n import speak
from wikifarm.model import Account, Page
from wikifarm.operations.archive.backup_format import Manifest
from wikifarm.operations.archive.verify_backup import BackupVerified
from wikifarm.operations.community.outcome import (
    Audit,
    CommunitiesOutcome,
    CommunityOutcome,
    Coverage,
    Leak,
    Role,
    envelope,
)
from wikifarm.operations.copying.blueprints_here import BlueprintsHere, CheckedBlueprint
from wikifarm.operations.participants.base import Agreement, Membership, Someone
from wikifarm.operations.participants.listing import PeopleOutcome
from wikifarm.operations.status import State, StatusOutcome
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


def text(
    *outcomes: CommunityOutcome,
    command: str = "new-community",
    verbose: bool = False,
    in_full: bool = True,
) -> str:
    return answer(envelope(command, outcomes, in_full=in_full), Paint(), verbose=verbose)


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
    shown = text(community(audit=Audit(3, leaks)), in_full=False)
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


def test_each_setting_that_is_written_has_words() -> None:
    given = {"name": "Rennes", "slug": "rennes", "facilitators": ["Ana <ana@example.org>"],
             "territory": {"latitude": 48.1, "longitude": -1.7}}  # fmt: skip
    made = Compiler(
        community_from(given),
        load_blueprint(DEFAULT_BLUEPRINT),
        farm_url="https://f.org/",
        wiki_url="https://f.org/rennes/",
    )
    names = {*made.design({}).settings, *SETTINGS, *STANDING, "default_comment_acl"}
    assert len(names) > 10
    planned = [SettingChange(name, Action.UPDATE) for name in sorted(names)]
    row = community(status="planned", steps=[], planned=planned, audit=None)
    shown = text(row, command="plan", verbose=True)
    assert "name of the wiki" in shown
    assert [name for name in names if name in shown] == []


def test_what_was_covered_and_what_nothing_closes_is_told() -> None:
    left = {"/upload": "made to write", "?api/x": "the wiki failed"}
    coverage = tuple(Coverage(role, 102, 100, 40, left) for role in Role)
    limits = (Leak("?fiche/raw", Role.MEMBER, "bf_mail", "the rights of the field"),)
    shown = text(community(audit=Audit(300, limits=limits, coverage=coverage)))
    assert "nobody was seen" in shown
    assert "visitor: 100 answers of 102 questions, 40 of them a refusal" in shown
    assert " more: " not in shown
    more = text(community(audit=Audit(312, coverage=coverage)))
    assert "12 more: tries to write, comparisons, questions asked again" in more
    assert shown.count("Not asked: /upload: made to write") == 1
    assert "Not asked: ?api/x: the wiki failed" in shown
    assert "To know: A member who knows YesWiki well can read, of somebody else, bf_mail" in shown


def test_several_communities_are_summed_up() -> None:
    shown = text(community(), community(slug="brest", status="unchanged"), command="apply")
    assert "2 communities: 1 created, 1 unchanged" in shown


def region(count: int, **more: Any) -> list[CommunityOutcome]:
    return [
        community(
            slug=f"c{number}", name=f"C {number}", url=f"https://f.org/c{number}/",
            checklist=f"checklist/c{number}.html", welcome=f"welcome/c{number}.txt", **more,
        )
        for number in range(count)
    ]  # fmt: skip


def test_of_many_the_common_is_told_once_and_each_has_its_line() -> None:
    rows = region(200)
    rows[150].steps.append(Done(PageChange("R", Action.CREATE), "done", 1))
    shown = text(*rows, command="apply", in_full=False).splitlines()
    assert len(shown) < 200 + 20
    assert shown[0] == "200 created, with in common:"
    assert "  URL              https://f.org/ADDRESS/" in shown
    table = [line for line in shown if re.match(r"  c\d", line)]
    assert "  c0    created  33 changes" in table
    assert "  c150  created  34 changes  pages: 32 new, 1 changed" in table
    assert shown[-4] == "Next"
    assert shown[-3].startswith(
        "  1. for each that was created, open checklist/ADDRESS.html, and send"
    )
    assert shown[-1] == "  2. see all of a community with --only c0, of every one with --verbose."


def test_of_many_those_alone_of_their_kind_or_that_show_people_are_told_in_full() -> None:
    leak = Audit(3, (Leak("a", Role.VISITOR, "bf_mail", "the rights of the entry X"),))
    rows = [*region(5), community(slug="brest", name="Brest", status="updated")]
    rows[2].audit = leak
    shown = text(*rows, command="apply", in_full=False)
    assert "C 2 (people can be seen)" in shown and "To set: the rights of the entry X" in shown
    assert "Brest (updated)\n  URL" in shown
    assert "C 1 (created)" not in shown
    assert "C 1 (created)" in text(*rows, command="apply", in_full=False, verbose=True)
    assert "C 1 (created)" in text(*rows, command="apply")


def test_a_line_of_the_table_is_one_line_whatever_differs() -> None:
    planned: list[AnyChange] = [
        *(PageChange(f"PageAuNomPlutotLong{number}", Action.CREATE) for number in range(4)),
        *(RightsChange(f"PageAuNomPlutotLong{number}", Action.UPDATE) for number in range(9)),
    ]
    rows = region(9, status="planned", steps=[], audit=None)
    for row in rows[1:]:
        row.planned = [PageChange("P", Action.CREATE)]
    rows[0].planned = planned
    shown = text(*rows, command="plan", in_full=False).splitlines()
    lines = [line for line in shown if re.match(r"  c\d", line)]
    assert len(lines) == 9 and max(map(len, shown)) <= WIDTH
    assert lines[0].startswith("  c0  to be done  13 changes  pages: 4 new; rights of pages: ")
    assert lines[1] == "  c1  to be done  1 change"


def test_a_plan_parts_the_wikis_to_make_from_those_to_change() -> None:
    made: list[AnyChange] = [PageChange("P", Action.UPDATE)]
    new: list[AnyChange] = [PageChange("P", Action.CREATE), RightsChange("P", Action.CREATE)]
    rows = region(9, status="planned", steps=[], audit=None)
    for number, row in enumerate(rows):
        row.to_make = number > 2
        row.planned = new if row.to_make else made
    shown = text(*rows, command="plan", in_full=False).splitlines()
    assert "3 to be done, with in common:" in shown
    assert "6 to be made, with in common:" in shown
    assert "  c2  to be done  1 change" in shown
    assert "  c3  to be made  2 changes" in shown
    assert "9 communities: 3 to be done, 6 to be made" in shown


def test_what_waits_is_told_once_for_many_and_a_note_too() -> None:
    rows = region(9, pending=[], notes=["It shows an address."])
    for row in rows:
        row.pending = [Pending("mailing-list", row.slug, "Ask Infini.", f"Hello from {row.slug}")]
    shown = text(*rows, command="apply", in_full=False)
    few = "c0, c1, c2, c3, c4, c5 and 3 more"
    assert f"Waits for someone (9 communities ({few})): Ask Infini." in shown
    assert "Hello" not in shown and "--only c0" in shown
    assert "Hello from c8" in text(*rows, command="apply", in_full=False, verbose=True)
    told = notes(envelope("apply", rows, in_full=False), Paint())
    assert told == f"Note: {few}: It shows an address."


def test_after_a_failure_the_last_words_say_how_to_go_on() -> None:
    rows = region(60)
    rows[36] = community(slug="c36", status="failed", error=WikiAsleep("It sleeps."))
    shown = text(*rows, command="apply", in_full=False)
    assert "60 communities: 59 created, 1 failed" in shown
    assert (
        "  1. mend what the errors say, and run the same command again, or with --only c36" in shown
    )
    assert "  2. for each that was created, open checklist/ADDRESS.html" in shown


def test_a_plan_names_a_few_things_and_verbose_all_with_differences() -> None:
    planned = [
        PageChange(f"P{number}", Action.UPDATE, Page("P", "\x07"), Page("P", "a line"))
        for number in range(9)
    ]
    row = community(status="planned", steps=[], planned=planned, audit=None)
    shown = text(row, command="plan", in_full=False)
    assert "  ~  pages  P0, P1, P2, P3, P4, P5 and 3 more" in shown
    assert "Next: `wikifarm apply` will do this." in shown
    for its_own in ("clone", "blueprint upgrade"):
        shown = text(row, command=its_own)
        assert "Next: the same command without --dry-run will do this." in shown
    assert "    -\n    +a line\n" in text(row, command="plan", verbose=True)


@pytest.mark.parametrize("how", [{"in_full": True}, {"in_full": False, "verbose": True}])
def test_of_those_asked_for_by_name_and_with_verbose_nothing_is_cut(how: dict[str, bool]) -> None:
    planned = [PageChange(f"P{number}", Action.CREATE) for number in range(9)]
    by_hand = Page("Q", "\n".join(map(str, range(30)))), Page("Q", "a line")
    planned.append(PageChange("Q", Action.KEEP, *by_hand))
    routes = tuple(f"route-{number}" for number in range(9))
    leaks = tuple(Leak(route, Role.VISITOR, f"bf_{route}", "the rights of X") for route in routes)
    coverage = (Coverage(Role.VISITOR, 102, 100, 40, dict.fromkeys(routes, "made to write")),)
    audit = Audit(9, leaks, coverage=coverage, limits=tuple(
        Leak(f"limit-{number}", Role.MEMBER, "bf_mail", "none") for number in range(9)
    ))  # fmt: skip
    rows = region(9, status="planned", steps=[], planned=planned, audit=audit, unverified="none")
    for row in rows:
        row.notes, row.error = ["It shows an address."], WikiAsleep("It sleeps.")
    whole = replace(
        envelope("plan", rows, in_full=how["in_full"]),
        outcome=CommunitiesOutcome(
            tuple(rows), left_out=tuple(f"l{number}" for number in range(9)), in_full=how["in_full"]
        ),
    )
    verbose = how.get("verbose", False)
    shown = answer(whole, Paint(), verbose=verbose)
    told = notes(replace(whole, messages=()) if verbose else whole, Paint(), verbose=verbose)
    flat = " ".join(shown.split())
    assert "more" not in flat + told and "…" not in flat
    assert "P0, P1, P2, P3, P4, P5, P6, P7, P8" in flat and "l0, l1, l2" in flat
    assert flat.count("route-8") >= 9 and flat.count("limit-8") == 9
    assert "c8): It sleeps." in " ".join(told.split())
    assert flat.count("-29 ") == 9
    last = shown.splitlines()[::-1]
    assert next(line for line in last if line.startswith("  c0 ")).endswith("changes")


@pytest.mark.parametrize("verbose", [False, True])
def test_what_differs_of_one_is_whole_where_it_was_asked_for(verbose: bool) -> None:
    drift = tuple(f"pages:P{number}" for number in range(9))
    state = State("rennes", "Rennes", state="in-place", drift=[*drift])
    told = StatusOutcome("https://f.org/", (state,), 1, in_full=not verbose)
    shown = " ".join(answer(Envelope("status", outcome=told), Paint(), verbose=verbose).split())
    assert "pages P8" in shown and "more" not in shown


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


def test_colours_move_nothing_and_are_never_read_as_text() -> None:
    person = Someone(
        "AdaL", "Ada", "", Membership.WELCOMED, "", {}, dict.fromkeys("ab", Agreement.YES)
    )
    questions = {"a": "May we?", "b": "And this?"}
    manifest = Manifest.model_construct(
        made="2026-01-01T00:00:00Z", url="https://example.org/a/", counts={}
    )
    shown: list[Outcome] = [
        PeopleOutcome("rennes", "Rennes", "", (person,), questions),
        BlueprintsHere(
            (CheckedBlueprint("mine", "1", "word " * 40, ("fr",), "", (), (), (), (), ()),)
        ),
        BackupVerified("a.zip", manifest, (), ()),
    ]
    for outcome in shown:
        plain, coloured = (
            answer(Envelope("x", outcome=outcome), Paint(on=on)) for on in (False, True)
        )
        assert "\x1b[" in coloured
        assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


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


def test_the_next_steps_of_a_status_name_what_these_commands_find() -> None:
    """Without a file here that describes them, `verify` looks at nothing and `apply` finds none."""
    states = (
        State("rennes", "Rennes", state="in-place", manifest="communities/rennes.yml"),
        State("brest", "Brest", state="in-place"),
        State("quimper", "Quimper", state="unfinished", manifest="communities/quimper.yml"),
        State("vannes", "Vannes", state="unfinished"),
    )
    told = StatusOutcome("https://example.org/", states, len(states))
    assert next_steps(told, Sheet()) == [
        "`wikifarm apply` finishes quimper.",
        "`wikifarm apply FILE` finishes vannes, with the file that describes them.",
        "`wikifarm verify` looks at rennes.",
    ]


def test_what_most_have_in_common_is_not_said_of_all() -> None:
    rows = region(9)
    rows[3].steps.append(Done(PageChange("R", Action.CREATE), "done", 1))
    shown = text(*rows, command="apply", in_full=False).splitlines()
    assert next(line for line in shown if line.startswith("  pages ")).endswith("(8 of 9)")


@pytest.mark.parametrize("entering", [False, True], ids=["account", "group"])
def test_whoever_facilitates_from_now_on_is_to_be_told(*, entering: bool) -> None:
    rows = region(3, status="updated", stands=True)
    assert "from now on" not in text(*rows, command="apply", in_full=False)
    new: AnyChange = AccountChange("Zoe", Action.CREATE, wanted=Account("Zoe", "z@b.org"))
    if entering:
        new = GroupChange("animation", Action.UPDATE, ("Ada",), ("Ada", "Zoe"))
    joined = [Done(new, "done", 1)]
    rows[1].steps.extend(joined)
    shown = " ".join(text(*rows, command="apply", in_full=False).split())
    assert "send welcome/c1.txt to those who facilitate from now on" in shown
    alone = community(status="updated", stands=True, steps=joined, welcome="welcome/c1.txt")
    assert "send welcome/c1.txt" in " ".join(text(alone, command="apply").split())
