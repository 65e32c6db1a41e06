"""Files of pages: sent once, read back, and left alone where people replaced them."""

from __future__ import annotations

import hashlib
from typing import IO

import pytest

from tests.engine.fake_wiki import Killed
from tests.engine.workshop import Workshop, a_page, nothing
from wikifarm.blueprint.design import Design, DesignedFile
from wikifarm.engine.changes import Action
from wikifarm.errors import WriteRefused
from wikifarm.whole_wiki import Attachment

PLAN = Attachment("Charte", "plan.pdf")


def design(workshop: Workshop, content: bytes, name: str = "plan.pdf") -> Design:
    path = workshop.folder / name
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    file = DesignedFile(Attachment("Charte", name), path, digest)
    return nothing(pages=(a_page("Article 1."),), files=(file,))


def content_of(workshop: Workshop) -> bytes:
    return workshop.wiki.content.files[PLAN][1]


def planned(workshop: Workshop, wanted: Design) -> list[tuple[str, Action]]:
    return [
        (change.key, change.action)
        for change in workshop.plan(wanted)
        if change.id.startswith("files:")
    ]


def test_a_file_is_sent_once(workshop: Workshop) -> None:
    wanted = design(workshop, b"one")
    assert planned(workshop, wanted) == [("Charte/plan.pdf", Action.CREATE)]
    workshop.apply(wanted)
    assert content_of(workshop) == b"one"
    workshop.wiki.writes.clear()
    assert planned(workshop, wanted) == []
    assert "attachments.fetch" not in workshop.wiki.reads[-8:]  # the receipt knows that version
    workshop.apply(wanted)
    assert workshop.wiki.writes == []


def test_a_new_version_of_the_blueprint_is_a_new_version_there(workshop: Workshop) -> None:
    workshop.apply(design(workshop, b"one"))
    again = design(workshop, b"two")
    assert planned(workshop, again) == [("Charte/plan.pdf", Action.UPDATE)]
    workshop.apply(again)
    assert content_of(workshop) == b"two"
    assert planned(workshop, again) == []


def test_a_file_that_people_replaced_is_kept(workshop: Workshop) -> None:
    wanted = design(workshop, b"one")
    workshop.apply(wanted)
    workshop.wiki.content.files[PLAN] = ("Charte_plan.pdf_later", b"theirs")
    assert planned(workshop, wanted) == [("Charte/plan.pdf", Action.KEEP)]
    workshop.apply(design(workshop, b"two"))
    assert content_of(workshop) == b"theirs"


def test_the_same_file_sent_by_somebody_else_is_as_it_should_be(workshop: Workshop) -> None:
    wanted = design(workshop, b"one")
    workshop.apply(wanted)
    workshop.wiki.content.files[PLAN] = ("Charte_plan.pdf_later", b"one")
    assert planned(workshop, wanted) == []


@pytest.mark.parametrize("way", ["refused", "halved"])
def test_a_file_that_was_not_kept_whole_is_found_out(workshop: Workshop, way: str) -> None:
    getattr(workshop.wiki, way).add("attachments.put")
    with pytest.raises(WriteRefused, match=r"Charte/plan\.pdf"):
        workshop.apply(design(workshop, b"one"))


def test_a_run_that_died_after_sending_knows_its_own_file(workshop: Workshop) -> None:
    workshop.apply(design(workshop, b"one"))
    wanted, writes = design(workshop, b"two"), len(workshop.wiki.writes)
    workshop.wiki.before_write = lambda call, _key: _die_after(workshop, call)
    with pytest.raises(Killed):
        workshop.apply(wanted)
    workshop.wiki.before_write = lambda _call, _key: None
    assert len(workshop.wiki.writes) > writes
    assert content_of(workshop) == b"two"
    assert planned(workshop, wanted) == []
    assert planned(workshop, design(workshop, b"three")) == [("Charte/plan.pdf", Action.UPDATE)]


def _die_after(workshop: Workshop, call: str) -> None:
    """The next write after the file was sent never comes."""
    if "attachments.put" in workshop.wiki.writes[:-1] and content_of(workshop) == b"two":
        raise Killed(call)


def test_what_the_wiki_cleans_is_not_sent_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = design(workshop, b"<svg onload=x></svg>", "plan.svg")
    put = workshop.wiki.attachments.put

    def cleaned(attachment: Attachment, content: IO[bytes]) -> None:
        put(attachment, content)
        stored, _content = workshop.wiki.content.files[attachment]
        workshop.wiki.content.files[attachment] = (stored, b"<svg></svg>")

    monkeypatch.setattr(workshop.wiki.attachments, "put", cleaned)
    workshop.apply(wanted)
    assert planned(workshop, wanted) == []
