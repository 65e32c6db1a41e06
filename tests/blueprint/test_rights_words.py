"""What closes entries in lists, against the comparison that YesWiki asks of the database."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wikifarm.blueprint.rights_words import (
    LONGEST_NAME,
    closed_in_lists,
    is_open_in_lists,
    without_closing,
)
from wikifarm.model import canonical

RIGHTS = ("@participants,@animation,%", "@makers,@keepers", "%", "@aaa,%,@abab")


def sql_like(text: str, pattern: str) -> bool:
    """`text LIKE pattern`, as MySQL answers without regard to case."""
    reached = {0}  # places of the text up to where the pattern has come
    for sign in pattern.upper():
        if sign == "%":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {
                at + 1 for at in reached if at < len(text) and sign in ("_", text[at].upper())
            }
    return bool(reached)


def listed(right: str, name: str, groups: tuple[str, ...] = ()) -> bool:
    """`AclService::updateRequestWithACL` for an account that owns nothing (4.4.4, 4.5.0)."""
    stored = right.replace(",", "\n")
    needed = ["*", "+", name, *groups]
    return any(sql_like(stored, f"%{part}%") for part in needed) and not any(
        sql_like(stored, f"%!{part}%") for part in needed
    )


def listed_as_owner(right: str) -> bool:
    """What it asks besides of the entries that the account owns."""
    return "%" in right and "!%" not in right


def may_be_a_name(name: str) -> bool:
    """What UserController lets pass, but for ends of lines and `!`."""
    return (
        3 <= len(name) <= LONGEST_NAME and name[0] not in "!#@" and not set(name) & set("<>\\/\n\r")
    )


@st.composite
def names_within(draw: st.DrawFn, right: str) -> str:
    """A name cut from what is stored, with jokers in the place of some of it: those that pass."""
    stored = closed_in_lists(right).replace(",", "\n")
    pieces = []
    for _piece in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(stored) - 1))
        length = draw(st.integers(1, 30) | st.integers(1, LONGEST_NAME))
        kept = draw(st.lists(st.booleans(), min_size=length, max_size=length))
        piece = stored[start : start + length]
        pieces.append("".join(s if k else "_" for s, k in zip(piece, kept, strict=False)))
    name = draw(st.sampled_from(["", "%"])) + "%".join(pieces)
    return name.replace("/", "_").replace("\n", "_")[:LONGEST_NAME]


@pytest.mark.parametrize("right", RIGHTS)
@given(data=st.data())
def test_no_name_within_a_right_is_in_its_lists(right: str, data: st.DataObject) -> None:
    name = data.draw(names_within(right).filter(may_be_a_name))
    assert not listed(closed_in_lists(right), name)


@given(name=st.text("aintprc@%_#!-", min_size=3, max_size=LONGEST_NAME).filter(may_be_a_name))
@example("part")
@example("Participants")
@example("%art")
@example("_art")
@example("a%ma")
@example("ants__anim")
@example("%%%")
@example("___")
@example("%#_")
@example("_" * LONGEST_NAME)
@example("n__ion")  # across two endings, were they side by side
@example("__participants")
@example("_____participants")  # before the first sign of the right
@example("_art%art%art%art")  # as often as it is there
@example("_part%tion%tion")
@example("_ani%parti%parti")
@example("a!b")
@example("%!%")
def test_no_name_is_in_lists_that_are_closed(name: str) -> None:
    assert not listed(closed_in_lists(RIGHTS[0]), name)


@pytest.mark.parametrize("name", ["part", "Participants", "%art", "ants_@ani", "%%%"])
def test_without_it_they_are(name: str) -> None:
    assert listed(RIGHTS[0], name)


@pytest.mark.parametrize("group", ["@participants", "@animation"])
def test_members_and_authors_stay(group: str) -> None:
    closed = closed_in_lists(RIGHTS[0])
    assert listed(closed, "JeanneMartin", (group,))
    assert listed_as_owner(closed)


def test_a_member_whose_name_stands_within_the_right_is_shut_out_too() -> None:
    assert not listed(closed_in_lists(RIGHTS[0]), "Nima", ("@participants",))


@pytest.mark.parametrize("right", RIGHTS)
def test_it_is_added_once_and_taken_away_whole(right: str) -> None:
    closed = closed_in_lists(right)
    assert is_open_in_lists(right)
    assert not is_open_in_lists(closed)
    assert not is_open_in_lists(canonical(closed))  # as the table of rights shows it
    assert closed_in_lists(closed) == closed
    assert without_closing(closed.replace(",", "\n")) == canonical(right)


@pytest.mark.parametrize("right", ["*", "+", "@participants,+", "!@admins", "Ada", "", " "])
def test_a_right_that_lets_others_in_stays_as_it_is(right: str) -> None:
    assert closed_in_lists(right) == right
    assert not is_open_in_lists(right)


def test_the_closing_of_another_right_closes_nothing() -> None:
    theirs = closed_in_lists("@makers,@keepers").split(",")[0]
    assert is_open_in_lists(f"{theirs},@participants,%")
