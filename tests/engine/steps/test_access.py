"""Accounts, groups and rights: what a wiki refuses is found out, what people did by hand stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.fake_wiki import LOG, OPEN
from tests.engine.workshop import CLOSED, GROUP_ONLY, Workshop, a_page, nothing
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import Action
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import (
    AccountsStep,
    GroupsStep,
    ModuleRightsStep,
    RightsStep,
)
from wikifarm.errors import WikiBusy, WriteRefused
from wikifarm.model import Account, Rights

ADA = {"Ada@Example.org": "AdaL"}


# -- accounts -------------------------------------------------------------------------------


def test_an_account_that_was_not_opened_is_named(workshop: Workshop) -> None:
    workshop.wiki.refused = {"users.create"}
    work, step = workshop.work(nothing(accounts=ADA)), AccountsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "AdaL" in refused.value.message


def test_a_name_that_somebody_has_is_refused_by_the_wiki(workshop: Workshop) -> None:
    workshop.wiki.content.accounts.append(Account("AdaL", "another@example.org"))
    work, step = workshop.work(nothing(accounts=ADA)), AccountsStep()
    with pytest.raises(WriteRefused):
        step.apply(work, step.plan(work))


def test_who_has_an_account_keeps_it_whatever_its_name_and_case(workshop: Workshop) -> None:
    workshop.wiki.content.accounts.append(Account("Lovelace", "ada@EXAMPLE.org"))
    assert AccountsStep().plan(workshop.work(nothing(accounts=ADA))) == []


def test_accounts_are_opened_in_the_order_of_their_names(workshop: Workshop) -> None:
    design = nothing(accounts={"a@example.org": "Zoé", "z@example.org": "Ada"})
    work, step = workshop.work(design), AccountsStep()
    changes = step.plan(work)
    assert [change.key for change in changes] == ["Ada", "Zoé"]
    step.apply(work, changes)
    assert workshop.wiki.content.accounts[1:] == [
        Account("Ada", "z@example.org"),
        Account("Zoé", "a@example.org"),
    ]
    assert step.plan(work) == []


# -- groups ---------------------------------------------------------------------------------


def groups(workshop: Workshop, *, put: tuple[str, ...] = (), **designed: tuple[str, ...]) -> Work:
    work = workshop.work(nothing(groups=designed))
    work.receipt = replace(work.receipt, groups={"animation": put})
    return work


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_members_that_were_not_kept_are_found_out(workshop: Workshop, way: str) -> None:
    setattr(workshop.wiki, way, {"groups.set"})
    work, step = groups(workshop, animation=("AdaL", "GraceH")), GroupsStep()
    with pytest.raises(WriteRefused):
        step.apply(work, step.plan(work))


def test_who_was_added_by_hand_stays_and_who_left_the_manifest_goes(workshop: Workshop) -> None:
    workshop.wiki.content.groups["animation"] = ("ZoéD", "AdaL", "@voisins")
    work, step = groups(workshop, put=("AdaL",), animation=("GraceH",)), GroupsStep()
    (change,) = step.plan(work)
    assert change.action is Action.UPDATE
    assert change.summary == "+GraceH -AdaL"
    step.apply(work, [change])
    assert workshop.wiki.content.groups["animation"] == ("GraceH", "ZoéD", "@voisins")


def test_who_went_by_themselves_is_put_back_while_the_manifest_names_them(
    workshop: Workshop,
) -> None:
    work = groups(workshop, put=("AdaL",), animation=("AdaL",))
    (change,) = GroupsStep().plan(work)
    assert (change.action, change.wanted) == (Action.CREATE, ("AdaL",))


def test_the_order_of_members_says_nothing(workshop: Workshop) -> None:
    workshop.wiki.content.groups["animation"] = ("B", "A")
    assert GroupsStep().plan(groups(workshop, animation=("A", "B"))) == []


def test_a_group_that_one_answer_left_out_loses_nobody(workshop: Workshop) -> None:
    workshop.wiki.content.groups["animation"] = ("AdaL", "ZoéD")
    workshop.wiki.hidden = {"groups.all": {"animation"}}
    work, step = groups(workshop, animation=("AdaL",)), GroupsStep()
    changes = step.plan(work)
    assert [change.wanted for change in changes] == [("AdaL",)]
    workshop.wiki.hidden = {}
    with pytest.raises(WikiBusy):
        step.apply(work, changes)
    assert workshop.wiki.content.groups["animation"] == ("AdaL", "ZoéD")


def test_other_groups_are_left_alone_and_all_are_read_at_once(workshop: Workshop) -> None:
    work, step = groups(workshop, animation=("AdaL",)), GroupsStep()
    step.apply(work, step.plan(work))
    assert workshop.wiki.content.groups["admins"] == ("WikiAdmin",)
    # Once to plan, again before the write, and back after it.
    assert workshop.wiki.reads == ["pages.all", *["groups.all"] * 3]


# -- rights of pages ------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_rights_that_were_not_kept_are_found_out(workshop: Workshop, way: str) -> None:
    setattr(workshop.wiki, way, {"rights.set"})
    work, step = workshop.work(nothing(closed={"TableauDeBord": CLOSED})), RightsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "TableauDeBord" in refused.value.message


@pytest.mark.parametrize("ours", [True, False])
def test_a_page_that_the_table_does_not_show_is_not_closed_for_all_that(
    workshop: Workshop, ours: bool
) -> None:
    design = nothing(pages=(a_page("Tableau", "TableauDeBord"),)) if ours else nothing(
        closed={"TableauDeBord": CLOSED}
    )  # fmt: skip
    workshop.wiki.hidden = {"rights.all": {"TableauDeBord"}}
    work, step = workshop.work(design), RightsStep()
    with pytest.raises(WriteRefused):
        step.apply(work, step.plan(work))


def test_rights_of_a_page_to_come_are_in_the_plan(workshop: Workshop) -> None:
    (change,) = RightsStep().plan(workshop.work(nothing(pages=(a_page("Bonjour"),))))
    assert (change.id, change.action) == ("rights:Charte", Action.CREATE)
    assert change.wanted == GROUP_ONLY


def test_rights_written_otherwise_are_the_same_rights(workshop: Workshop) -> None:
    workshop.wiki.content.rights["TableauDeBord"] = Rights(" @b ,@a\r\n", "+\n%")
    design = nothing(closed={"TableauDeBord": Rights("@a,@b", "%,+")})
    assert RightsStep().plan(workshop.work(design)) == []


def test_what_this_version_does_not_have_is_not_closed(workshop: Workshop) -> None:
    assert RightsStep().plan(workshop.work(nothing(closed={"PasIci": CLOSED}))) == []


def test_logs_and_the_receipt_are_closed_and_other_pages_left_alone(workshop: Workshop) -> None:
    table = workshop.wiki.content.rights
    table |= dict.fromkeys([LOG, receipts.TAG, "PageDesGens", "MonLogDesActions"], OPEN)
    work, step = workshop.work(nothing(closed_prefixes={"LogDesActions": CLOSED})), RightsStep()
    changes = step.plan(work)
    assert [change.key for change in changes] == [LOG, receipts.TAG]
    step.apply(work, changes)
    assert table[LOG] == table[receipts.TAG] == CLOSED
    assert table["PageDesGens"] == table["MonLogDesActions"] == OPEN


def test_pages_of_the_same_rights_are_set_in_one_request(workshop: Workshop) -> None:
    design = nothing(closed={"TableauDeBord": CLOSED, "DemoPage": CLOSED, "AutreDemo": GROUP_ONLY})
    work, step = workshop.work(design), RightsStep()
    step.apply(work, step.plan(work))
    assert workshop.wiki.writes == ["rights.set", "rights.set"]
    assert workshop.wiki.content.rights["AutreDemo"] == GROUP_ONLY
    assert step.plan(work) == []


# -- rights of actions and handlers ---------------------------------------------------------

ACTION = {"listusers": "@admins"}


def test_a_right_of_an_action_that_was_not_kept_is_found_out(workshop: Workshop) -> None:
    workshop.wiki.refused = {"rights.set_module"}
    work, step = workshop.work(nothing(action_rights=ACTION)), ModuleRightsStep()
    with pytest.raises(WriteRefused) as refused:
        step.apply(work, step.plan(work))
    assert "action listusers" in refused.value.message


def test_an_action_that_is_no_longer_shown_is_no_proof(workshop: Workshop) -> None:
    work, step = workshop.work(nothing(action_rights=ACTION)), ModuleRightsStep()
    changes = step.plan(work)
    workshop.wiki.refused = {"rights.set_module"}
    workshop.wiki.hidden = {"rights.modules": {"action listusers"}}
    with pytest.raises(WriteRefused):
        step.apply(work, changes)


def test_an_action_that_this_wiki_lacks_is_left_out(workshop: Workshop) -> None:
    design = nothing(action_rights={"absente": "@admins"}, handler_rights={"revisions": " * "})
    assert ModuleRightsStep().plan(workshop.work(design)) == []


def test_actions_come_before_handlers_and_one_name_may_be_both(workshop: Workshop) -> None:
    workshop.wiki.content.modules["handler", "listusers"] = "*"
    design = nothing(action_rights=ACTION, handler_rights={"listusers": "+", "revisions": "+"})
    work, step = workshop.work(design), ModuleRightsStep()
    changes = step.plan(work)
    assert [change.key for change in changes] == [
        "action listusers", "handler listusers", "handler revisions",
    ]  # fmt: skip
    step.apply(work, changes)
    assert workshop.wiki.content.modules == {
        ("action", "listusers"): "@admins",
        ("handler", "listusers"): "+",
        ("handler", "revisions"): "+",
    }


@pytest.mark.parametrize("design", [
    nothing(action_rights=ACTION, closed_prefixes={"LogDesActions": CLOSED}),
    nothing(groups={"animation": ("AdaL",)}, closed_prefixes={"LogDesActions": CLOSED}),
])  # fmt: skip
def test_the_log_that_the_work_leaves_is_closed_in_the_same_walk(
    workshop: Workshop, design: object
) -> None:
    """Even where rights were read before it was there, and no page was written since."""
    from wikifarm.blueprint.design import Design

    assert isinstance(design, Design)
    done = workshop.apply(design)
    assert f"rights:{LOG}" in [each.change.id for each in done]
    assert workshop.wiki.content.rights[LOG] == CLOSED


def test_a_group_of_nobody_is_made_once(workshop: Workshop) -> None:
    """Another may hold it: YesWiki 4.5.0 takes no group in a group that is not there."""
    design = nothing(groups={"jardinage": (), "voisinage": ("@jardinage",)})
    workshop.apply(design)
    assert workshop.wiki.content.groups["jardinage"] == ()
    workshop.wiki.writes.clear()
    workshop.apply(design)
    assert workshop.wiki.writes == []
