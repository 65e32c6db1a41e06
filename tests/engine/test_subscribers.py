"""Who is added, who is proposed for removal, and who is never put back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wikifarm.engine.subscribers import (
    Ledger,
    Participant,
    compare,
    followed,
    participants,
)
from wikifarm.model import Account

KEY = "00" * 16
ADDRESSES = [f"{letter}@example.org" for letter in "abcdefgh"]


def anybody(_email: str) -> bool:
    return True


def yes(*emails: str) -> list[Participant]:
    return [Participant(email, consents=True, accepted=True) for email in emails]


def seen(*emails: str) -> Ledger:
    empty = Ledger(KEY)
    return Ledger(KEY, frozenset(empty.of(one) for one in emails))


def test_someone_who_left_is_never_put_back() -> None:
    found = compare(yes("a@example.org"), frozenset(), seen("a@example.org"), anybody)
    assert found.add == ()
    assert found.left == {"a@example.org"}


def test_only_those_accepted_who_said_yes() -> None:
    people = [
        Participant("a@example.org", consents=True, accepted=True),
        Participant("b@example.org", consents=True, accepted=False),
        Participant("c@example.org", consents=False, accepted=True),
    ]
    found = compare(people, frozenset(), Ledger(KEY), anybody)
    assert found.add == ("a@example.org",)
    assert found.waiting == {"b@example.org"}


def test_a_subscriber_nobody_followed_is_never_removed() -> None:
    found = compare([], frozenset({"x@example.org"}), Ledger(KEY), anybody)
    assert found.remove == ()
    assert found.strangers == {"x@example.org"}


def test_who_takes_their_yes_back_is_proposed() -> None:
    people = [Participant("a@example.org", consents=False, accepted=True)]
    found = compare(people, frozenset({"a@example.org"}), seen("a@example.org"), anybody)
    assert found.remove == ("a@example.org",)
    assert found.unsaid == {"a@example.org"}


def test_a_new_yes_after_a_no_counts() -> None:
    """No longer there and no longer wishing: forgotten, so that a later yes is a new one."""
    no = [Participant("a@example.org", consents=False, accepted=True)]
    gone = followed(seen("a@example.org"), compare(no, frozenset(), seen("a@example.org"), anybody))
    assert gone.seen == frozenset()
    assert compare(yes("a@example.org"), frozenset(), gone, anybody).add == ("a@example.org",)


def test_an_address_no_list_takes_is_told() -> None:
    found = compare(yes("a,b@example.org"), frozenset(), Ledger(KEY), lambda one: "," not in one)
    assert found.add == ()
    assert found.unfit == {"a,b@example.org"}


def test_cards() -> None:
    rows = [
        {"bf_mail": " A@Example.org ", "oui": "oui", "owner": "AdaL"},
        {"bf_mail": "a@example.org", "oui": "non", "owner": "AdaL"},
        {"bf_mail": "b@example.org", "oui": "oui", "owner": "bob"},
        {"bf_mail": "", "oui": "oui", "owner": "bob"},
        {"oui": "oui", "owner": "bob"},
    ]
    cards = participants(rows, ["adal", "Bob"], "bf_mail", "oui", "oui")
    found = {card.email: card for card in cards}
    assert set(found) == {"a@example.org", "b@example.org"}
    assert not found["a@example.org"].consents  # two cards: yes only if both say so
    assert found["b@example.org"].accepted


def test_a_card_without_an_address_stands_for_the_account_of_its_owner() -> None:
    rows = [
        {"bf_mail": "", "oui": "oui", "owner": "AdaL"},
        {"bf_mail": "b@example.org", "oui": "oui", "owner": "Bob"},
        {"oui": "oui", "owner": "nobody"},
    ]
    accounts = [Account("adal", "Ada@Example.org"), Account("Bob", "bob@example.org")]
    cards = participants(rows, ["AdaL", "Bob"], "bf_mail", "oui", "oui", accounts)
    assert [card.email for card in cards] == ["ada@example.org", "b@example.org"]


def test_only_a_no_withdraws_what_a_yes_gave() -> None:
    """A card that is gone, or that gives no answer, may be badly read: a person is asked."""
    rows = [
        {"bf_mail": "no@example.org", "oui": "non", "owner": "a"},
        {"bf_mail": "silent@example.org", "oui": "", "owner": "a"},
        {"bf_mail": "absent@example.org", "owner": "a"},
    ]
    people = participants(rows, ["a"], "bf_mail", "oui", "oui")
    members = ("no@example.org", "silent@example.org", "absent@example.org", "gone@example.org")
    found = compare(people, frozenset(members), seen(*members), anybody)
    assert found.remove == tuple(sorted(members))
    assert found.withdrawn == ("no@example.org",)
    by_hand = compare(people, frozenset(members), Ledger(KEY), anybody)
    assert by_hand.withdrawn == ()  # never followed: somebody else put them there


def test_fingerprints_hold_no_address_and_need_the_key() -> None:
    one, other = Ledger(KEY), Ledger("11" * 16)
    assert one.of("Ada@Example.org") == one.of("ada@example.org")
    assert one.of("ada@example.org") != other.of("ada@example.org")
    assert "ada" not in one.of("ada@example.org")


EMAILS = st.sets(st.sampled_from(ADDRESSES))


@given(wish=EMAILS, members=EMAILS, known=EMAILS)
def test_a_synchronisation_ends_where_it_should(
    wish: set[str], members: set[str], known: set[str]
) -> None:
    ledger = seen(*known)
    found = compare(yes(*wish), frozenset(members), ledger, anybody)
    assert not set(found.add) & (members | known)
    assert set(found.remove) == (members & known) - wish
    after = frozenset(members | set(found.add)) - frozenset(found.remove)
    again = followed(ledger, compare(yes(*wish), after, ledger, anybody))
    settled = compare(yes(*wish), after, again, anybody)
    assert settled.add == () and settled.remove == ()
    assert followed(again, settled) == again


@given(
    st.lists(
        st.tuples(st.sampled_from(["wish", "unwish", "leave", "sync"]), st.sampled_from(ADDRESSES)),
        max_size=40,
    )
)
def test_whatever_happens_nobody_is_put_back(steps: list[tuple[str, str]]) -> None:
    """People change their mind and leave in any order; every sync respects the last thing said."""
    wish: set[str] = set()
    members: set[str] = set()
    left: set[str] = set()  # left by themselves since their last yes
    ledger = Ledger(KEY)
    for what, email in steps:
        if what == "wish":
            wish.add(email)
        elif what == "unwish":
            wish.discard(email)
        elif what == "leave" and email in members:
            members.discard(email)
            left.add(email)
        elif what == "sync":
            found = compare(yes(*wish), frozenset(members), ledger, anybody)
            assert not set(found.add) & left
            members |= set(found.add)
            members -= set(found.remove)
            ledger = followed(ledger, compare(yes(*wish), frozenset(members), ledger, anybody))
            left &= wish  # who no longer wishes is forgotten
            assert wish - left <= members
            assert members <= wish
