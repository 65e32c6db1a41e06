"""Whom a right lets in, as AclService::check of YesWiki 4.4.4 and 4.5.0 decides."""

from __future__ import annotations

import pytest

from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.community.outcome import Role

GROUPS = {
    "admins": ("WikiAdmin", "@lead"),
    "lead": ("Ada",),
    "people": ("@lead", "Grace"),
    "wide": ("@people",),
    "all": ("+",),
    "loop": ("@loop",),
}
REACH = Reach(GROUPS, "people")


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("", ""),
        ("*", "visitor stranger member"),
        ("+", "stranger member"),
        ("* tout le monde", "visitor stranger member"),
        ("+ les comptes", "stranger member"),
        ("!+ les comptes", "visitor"),
        ("% qui écrit", ""),
        ("%", ""),
        ("Ada", ""),
        ("@people", "member"),
        ("@lead,@people", "member"),
        ("@lead\r\n@people", "member"),
        ("@wide", "member"),
        ("@lead", ""),
        ("@all", "stranger member"),
        ("@loop", ""),
        ("@unknown", ""),
        ("# +", ""),
        ("!", ""),
        ("!*", ""),
        ("!+", "visitor"),
        ("!Ada", "visitor stranger member"),
        ("!@people", "visitor stranger"),
        ("comments-closed", ""),
    ],
)
def test_a_right_lets_in(right: str, expected: str) -> None:
    assert " ".join(role for role in Role if REACH.lets_in(right, role)) == expected


def test_a_group_holds_its_members_however_deep() -> None:
    assert REACH.holds("wide", Role.MEMBER)
    assert not REACH.holds("admins", Role.MEMBER)
    assert not REACH.holds("wide", Role.STRANGER)
