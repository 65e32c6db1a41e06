"""What must hold of any community, whatever people did in its wiki and wherever a run was cut."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.fake_wiki import Content, FakeWiki, Killed
from tests.engine.lives import DEEDS, Deed, designs
from tests.engine.workshop import Workshop
from wikifarm.blueprint.design import Design
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.run import Done
from wikifarm.errors import WriteRefused

LIVES = int(os.environ.get("WIKIFARM_LIVES", "25"))
lives = settings(max_examples=LIVES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """No disk is waited for: these processes die in Python, and the machine never does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@contextmanager
def a_life(first: Design | None, deeds: Sequence[Deed]) -> Iterator[Workshop]:
    """A wiki that `first` was applied to, if any, and that people then wrote in."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder))
        if first is not None:
            workshop.apply(first)
        for deed in deeds:
            deed(workshop.wiki.content)
        workshop.wiki.writes.clear()
        workshop.wiki.reads.clear()
        yield workshop


def written(done: Sequence[Done]) -> list[str]:
    return [each.change.id for each in done if each.outcome == "done"]


@lives
@given(first=st.none() | designs(), deeds=DEEDS, design=designs())
def test_a_second_apply_writes_nothing(
    first: Design | None, deeds: list[Deed], design: Design
) -> None:
    with a_life(first, deeds) as workshop:
        workshop.apply(design)
        before = deepcopy(workshop.wiki.content)
        workshop.wiki.writes.clear()
        assert written(workshop.apply(design)) == []
        assert workshop.wiki.writes == []
        assert workshop.wiki.content == before


@lives
@given(first=designs(), deeds=DEEDS, design=designs())
def test_a_plan_writes_nothing_and_says_what_apply_does(
    first: Design, deeds: list[Deed], design: Design
) -> None:
    with a_life(first, deeds) as workshop:
        before = deepcopy(workshop.wiki.content)
        planned = workshop.plan(design)
        assert workshop.wiki.writes == []
        assert workshop.wiki.content == before
        done = workshop.apply(design)
        # A page may be born with the rights it should have; a log is born while the work is done.
        new = {f"rights:{change.key}" for change in planned if change.step == "pages"}
        logs = {each.change.id for each in done if each.change.key.startswith("LogDesActions")}
        foreseen = {change.id: (change.writes, change.after) for change in planned}
        came = {each.change.id: (each.change.writes, each.change.after) for each in done}
        assert came.items() - foreseen.items() == {
            (name, came[name]) for name in logs - foreseen.keys()
        }
        assert foreseen.keys() - came.keys() <= new
        order = [change.id for change in planned if change.id in came]
        assert order == [each.change.id for each in done if each.change.id in foreseen]


@lives
@given(first=designs(), deeds=DEEDS, design=designs())
def test_what_is_not_ours_is_not_touched(first: Design, deeds: list[Deed], design: Design) -> None:
    with a_life(first, deeds) as workshop:
        receipt, before = workshop.receipt, deepcopy(workshop.wiki.content)
        workshop.apply(design)
        after = workshop.wiki.content
        ours = {page.tag for page in design.pages} | {receipts.TAG}
        gone = came_with_the_wiki(design, receipt, before)
        closed = ours | set(design.closed)
        for tag in before.pages.keys() - ours - gone:
            assert after.pages[tag] == before.pages[tag]
        for tag in before.rights.keys() - closed - gone:
            assert after.rights[tag] == before.rights[tag] or tag.startswith("LogDesActions")
        for form_id in before.forms.keys() - {form.id for form in design.forms} - gone:
            assert after.forms[form_id] == before.forms[form_id]
            assert after.entries.get(form_id) == before.entries.get(form_id)
        for list_id in before.lists.keys() - gone:
            items = before.lists[list_id].items
            assert after.lists[list_id].items[: len(items)] == items
            assert after.lists[list_id].title == before.lists[list_id].title
            applied = {key for keys in receipt.choices.values() for key in keys}
            assert not applied & {key for key, _label in after.lists[list_id].items[len(items) :]}
        for name, members in before.groups.items():
            put = set(receipt.groups.get(name, ())) if name in design.groups else set()
            assert set(members) - put <= set(after.groups[name])
            assert name in design.groups or after.groups[name] == members
        for key in before.settings.keys() - design.settings.keys():
            assert after.settings[key] == before.settings[key]
        assert after.accounts[: len(before.accounts)] == before.accounts
        assert after.modules.keys() == before.modules.keys()


def came_with_the_wiki(design: Design, receipt: Receipt, before: Content) -> set[str]:
    """What the design removes and the receipt proves to be of the demonstration, untouched."""
    pages = {
        tag
        for tag in design.removed_pages
        if tag in before.pages and receipt.untouched(tag, before.pages[tag].body)
    }
    as_new = Workshop(Path()).wiki.content
    forms = {
        form_id
        for form_id, form in as_new.forms.items()
        if form.label in design.removed_forms
        and before.forms.get(form_id) == form
        and before.entries.get(form_id) == as_new.entries[form_id]
    }
    entries = {tag for form_id in forms for tag in as_new.entries[form_id]}
    lists = {
        list_id
        for list_id, choices in as_new.lists.items()
        if list_id in design.removed_lists and before.lists.get(list_id) == choices
    }
    return pages | forms | entries | lists


@lives
@given(first=designs(), deeds=DEEDS, design=designs())
def test_what_people_wrote_in_our_pages_is_still_there(
    first: Design, deeds: list[Deed], design: Design
) -> None:
    with a_life(first, deeds) as workshop:
        receipt, before = workshop.receipt, deepcopy(workshop.wiki.content)
        workshop.apply(design)
        for page in design.pages:
            if page.tag not in before.pages:
                continue
            body = before.pages[page.tag].body
            if not receipt.untouched(page.tag, body):
                base = Counter(receipt.bases.get(page.tag, "").split("\n"))
                by_people = Counter(body.split("\n")) - base
                now = Counter(workshop.wiki.content.pages[page.tag].body.split("\n"))
                assert not [line for line in by_people - now if line.strip()]


@lives
@given(
    first=st.none() | designs(),
    deeds=DEEDS,
    design=designs(),
    share=st.floats(0, 1, exclude_max=True),
    answered=st.booleans(),
)
def test_an_interrupted_apply_resumed_ends_like_one_never_interrupted(
    first: Design | None, deeds: list[Deed], design: Design, share: float, answered: bool
) -> None:
    with a_life(first, deeds) as workshop, tempfile.TemporaryDirectory() as elsewhere:
        other = Workshop(Path(elsewhere), FakeWiki(deepcopy(workshop.wiki.content)))
        workshop.apply(design)
        calls = len(workshop.wiki.reads) + len(workshop.wiki.writes)
        when = 1 + int(share * calls)
        setattr(other.wiki, "dies_before" if answered else "dies_after", when)
        with suppress(Killed):
            other.apply(design)
        other.wiki.dies_before = other.wiki.dies_after = 0
        other.apply(design)
        assert as_it_ends(other) == as_it_ends(workshop)
        other.wiki.writes.clear()
        other.apply(design)
        assert other.wiki.writes == []


def as_it_ends(workshop: Workshop) -> dict[str, Any]:
    """All that the wiki holds, but for the numbers of revisions and of runs."""
    content = asdict(workshop.wiki.content)
    pages = {tag: page.body for tag, page in workshop.wiki.content.pages.items()}
    pages.pop(receipts.TAG)
    return {**content, "pages": pages, "receipt": replace(workshop.receipt, run="")}


WRITES = [
    "users.create", "groups.set", "settings.save", "pages.save", "rights.set_module", "rights.set",
    "lists.create", "forms.save", "forms.delete", "pages.delete", "lists.delete",
]  # fmt: skip


@lives
@given(
    first=st.none() | designs(),
    deeds=DEEDS,
    design=designs(),
    call=st.sampled_from(WRITES),
    way=st.sampled_from(["refused", "halved"]),
)
def test_a_write_that_is_not_kept_whole_is_found_out(
    first: Design | None, deeds: list[Deed], design: Design, call: str, way: str
) -> None:
    with a_life(first, deeds) as workshop:
        getattr(workshop.wiki, way).add(call)
        try:
            workshop.apply(design)
        except WriteRefused:
            assert call in workshop.wiki.writes
        else:
            getattr(workshop.wiki, way).clear()
            workshop.wiki.writes.clear()
            workshop.apply(design)
            assert workshop.wiki.writes == []


@lives
@given(first=st.none() | designs(), deeds=DEEDS, design=designs())
def test_nothing_is_deleted_before_its_copy_was_read_back(
    first: Design | None, deeds: list[Deed], design: Design
) -> None:
    with a_life(first, deeds) as workshop:

        def look(call: str, key: str) -> None:
            if call.endswith(".delete"):
                copies = [json.loads(path.read_text("utf-8"))
                          for path in workshop.copies.glob("*.json")]  # fmt: skip
                kind = call.removesuffix(".delete")
                now = getattr(workshop.wiki.content, kind)[key]
                whole = now.body if kind == "pages" else json.loads(json.dumps(asdict(now)))
                assert any(copy[kind].get(key) == whole for copy in copies)
                if kind == "forms":
                    entries = workshop.wiki.content.entries.get(key, {})
                    assert any(copy["entries"].get(key) == entries for copy in copies)

        workshop.wiki.before_write = look
        workshop.apply(design)
