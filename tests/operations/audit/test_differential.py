"""What outsiders are answered before and after somebody comes: the same, or it is shown."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.errors import LeakFound
from wikifarm.operations.apply import apply
from wikifarm.operations.audit import differential
from wikifarm.operations.audit.differential import pieces
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import Audit, LeakKind, Role
from wikifarm.transport import Answer

Tells = Callable[[int], str]
Deep = Callable[[Tells], Audit]
PORTAL = "<h1>Bienvenue sur le Wi-Fi de la gare</h1>"
OURS = "<ul><li>Ada</li><li>Bob</li></ul> 26/11/2026 14:05"


def answer(text: str, status: int = 200, location: str = "") -> Answer:
    return Answer(status, "https://wiki.example.org/", {"location": location}, text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-11-26 14:05:59 · 26.11.2026", "2026-11-27 08:00:01 · 27.11.2026"),
        ("Thu, 26 Nov 2026 14:05:59 GMT", "Fri, 27 Nov 2026 08:00:01 GMT"),
        ("value='8f3a.KxN4UTe-2qZb7Lc1Ww'", "value='17bc.Tq-9xHVaP3r2JmE0Rd4'"),
        ('["PageUne","PageDeux"]', '["PageDeux","PageUne"]'),
        ("<ul><li>Ada</li><li>Bob</li></ul>", "<ul><li>Bob</li><li>Ada</li></ul>"),
    ],
)
def test_times_tokens_and_orders_tell_nothing(before: str, after: str) -> None:
    assert pieces(answer(before)) == pieces(answer(after))


@pytest.mark.parametrize(
    "after",
    [
        answer(OURS, status=403),
        answer(OURS, location="https://wiki.example.org/?FicheNouvelle"),
        answer(OURS.replace("Bob", "Bob Martin")),
        answer(OURS.replace("<li>Bob</li>", "<li>Bob</li><li>Bob</li>")),
        answer(OURS + " 12 inscriptions"),
    ],
)
def test_a_status_a_place_a_text_or_a_number_tells(after: Answer) -> None:
    assert pieces(answer(OURS)) != pieces(after)


class Telling(httpx.BaseTransport):
    """A wiki whose home page ends with what `tells` says of the number of entries written, or
    before which a portal stands."""

    def __init__(self, tells: Tells) -> None:
        self.real, self.tells, self.entries = httpx.HTTPTransport(), tells, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        question = request.url.query.decode()
        self.entries += request.method == "POST" and "saisir_fiche" in question
        response = self.real.handle_request(request)
        if question != "PagePrincipale" or request.method != "GET":
            return response
        if self.tells(self.entries) == PORTAL:
            return httpx.Response(403, text=PORTAL)
        response.read()
        kept = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name.lower() not in ("content-length", "content-encoding")
        ]
        return httpx.Response(
            response.status_code, headers=kept, text=response.text + self.tells(self.entries)
        )


@pytest.fixture(params=["4.4", "4.5", "4.6"])
def deep(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deep]:
    """A deep audit of a wiki that tells something of its entries."""
    with start_farm(tmp_path / "farm", request.param) as farm:
        (outcome,) = apply(context_for(farm.url, tmp_path), [a_community()], audit=False)
        assert outcome.error is None

        def audit(tells: Tells) -> Audit:
            context = context_for(farm.url, tmp_path, transport=Telling(tells))
            (outcome,) = verify(context, [a_community()], deep=True)
            assert outcome.audit is not None
            assert isinstance(outcome.error, LeakFound) is bool(outcome.audit.leaks)
            assert (outcome.error is None) is outcome.audit.ok
            return outcome.audit

        yield audit


def test_a_community_as_it_was_made_answers_the_same(
    deep: Deep,
) -> None:
    audit = deep(lambda _entries: "")
    assert audit.ok
    assert audit.not_asked == ()
    assert audit.probes > 1000, "the questions of before and after are there too"


def test_a_number_that_grows_when_somebody_comes_is_a_leak(
    deep: Deep,
) -> None:
    audit = deep(lambda entries: f"<p>{entries} personnes inscrites</p>")
    told = {(leak.role, leak.route, leak.kind) for leak in audit.leaks}
    assert told == {
        (role, "?PagePrincipale", LeakKind.DIFFERS) for role in (Role.VISITOR, Role.STRANGER)
    }
    assert all("personnes inscrites" in leak.seen for leak in audit.leaks)


def test_an_answer_that_is_never_twice_the_same_is_named_and_no_leak(
    deep: Deep,
) -> None:
    visits = itertools.count()
    audit = deep(lambda _entries: f"<p>{next(visits)} visites</p>")
    assert audit.leaks == ()
    assert ["?PagePrincipale" in reason for reason in audit.not_asked] == [True, True]


def test_what_a_portal_answered_before_was_compared_with_nothing(deep: Deep) -> None:
    """It is gone once somebody is planted: every other question has the wiki's own answer."""
    audit = deep(lambda entries: "" if entries else PORTAL)
    assert audit.leaks == ()
    assert "something else than the wiki answered: ?PagePrincipale" in audit.blind


def test_a_role_for_whom_nothing_could_be_compared_saw_nothing(deep: Deep) -> None:
    visits = itertools.count()
    with pytest.MonkeyPatch.context() as changing:
        changing.setattr(differential, "pieces", lambda _answer: Counter([str(next(visits))]))
        audit = deep(lambda _entries: "")
    assert audit.leaks == ()
    assert "nothing could be compared" in audit.blind
