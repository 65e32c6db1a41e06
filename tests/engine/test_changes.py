"""A change says what is there, what should be, and names nobody's address."""

from __future__ import annotations

from dataclasses import replace

from wikifarm.engine.changes import Action, Change, unified, writes
from wikifarm.engine.steps.access import (
    AccountChange,
    GroupChange,
    ModuleRight,
    ModuleRightChange,
    RightsChange,
)
from wikifarm.engine.steps.content import PageChange, SettingChange
from wikifarm.model import Account, Page, Rights


class Plain(Change[str, str]):
    """A change of something that has no better words."""

    step = "things"


def test_a_change_with_nothing_before_or_after_shows_nothing_there() -> None:
    created = Plain("a", Action.CREATE, wanted="x", reason="new")
    deleted = Plain("a", Action.DELETE, existing="x", reason="old")
    assert (created.before, created.after) == ("", "a new")
    assert (deleted.before, deleted.after) == ("a", "")
    assert created.diff == ""


def test_a_change_is_named_by_its_step_and_its_key() -> None:
    change = Plain("Été 🌱", Action.KEEP, "x", "y", reason="kept")
    assert change.id == "things:Été 🌱"
    assert change.summary == "kept"
    assert not change.writes


def test_only_what_is_kept_writes_nothing() -> None:
    changes = [Plain(action.value, action) for action in Action]
    assert [change.action for change in writes(changes)] == [
        Action.CREATE,
        Action.UPDATE,
        Action.DELETE,
    ]


def test_an_account_is_shown_without_its_address() -> None:
    change = AccountChange("AdaL", Action.CREATE, wanted=Account("AdaL", "ada@example.org"))
    assert "@" not in change.before + change.after + change.summary + change.diff
    assert change.after.startswith("AdaL ")


def test_a_group_says_who_enters_and_who_leaves() -> None:
    change = GroupChange("animation", Action.UPDATE, ("Grace", "Zoé"), ("Ada", "Zoé"))
    assert change.summary == "+Ada -Grace"
    assert (change.before, change.after) == ("Grace\nZoé", "Ada\nZoé")
    assert GroupChange("animation", Action.CREATE, None, ("Ada",)).summary == "+Ada"
    assert GroupChange("animation", Action.UPDATE, ("Ada",), None).summary == "-Ada"


def test_rights_say_who_reads_writes_and_comments() -> None:
    change = RightsChange("Charte", Action.UPDATE, Rights("*", "+"), Rights("@admins", "%", "+"))
    assert change.summary == "@admins / %"
    assert change.before == "read: *\nwrite: +\ncomment: comments-closed"
    assert change.after == "read: @admins\nwrite: %\ncomment: +"
    assert RightsChange("Charte", Action.DELETE, Rights("*", "+")).summary == ""


def test_the_right_of_an_action_is_named_with_its_kind() -> None:
    wanted = ModuleRight("action", "listusers", "@admins")
    change = ModuleRightChange(
        wanted.key, Action.UPDATE, ModuleRight("action", "listusers", "*"), wanted
    )
    assert change.id == "module-rights:action listusers"
    assert (change.before, change.after, change.summary) == ("*", "@admins", "@admins")


def test_a_setting_shows_its_two_values() -> None:
    change = SettingChange("wakka_name", Action.UPDATE, "Wiki", "Été d’œuvre")
    assert (change.before, change.after, change.summary) == ("Wiki", "Été d’œuvre", "Été d’œuvre")


def test_a_page_that_stands_has_a_diff_which_reaches_nobody() -> None:
    old, new = Page("A", "un\ndeux"), Page("A", "un\ntrois")
    assert PageChange("A", Action.CREATE, wanted=new).diff == ""
    assert "-deux\n+trois" in PageChange("A", Action.KEEP, old, new).diff
    reached = replace(old, body="un\nZoé, zoe@example.org, +33 6 12.34.56.78, le 27 novembre 2026")
    assert "-Zoé, …, …, le 27 novembre 2026" in PageChange("A", Action.KEEP, reached, new).diff
    diff = PageChange("A", Action.UPDATE, old, new).diff
    assert diff.splitlines() == ["--- A", "+++ A", "@@ -1,2 +1,2 @@", " un", "-deux", "+trois"]


def test_a_diff_of_equal_texts_is_empty() -> None:
    assert unified("A", "un", "un") == ""
