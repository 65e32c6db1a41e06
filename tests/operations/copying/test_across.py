"""A wiki of one generation of YesWiki cloned to a farm of another, by its web address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.copying.test_clone import PERSON, RECEIPT
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.blueprint.schema.template import read_form
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.clone import clone
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.describe import Wishes
from wikifarm.operations.new_community import new_community
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.yeswiki.wiki_reader import read_whole


@pytest.mark.parametrize(("there", "here"), [("4.4", "4.5"), ("4.5", "4.4"), ("4.4", "4.6")])
def test_a_clone_goes_from_one_generation_to_another(tmp_path: Path, there: str, here: str) -> None:
    with start_farm(tmp_path / "there", there) as one, start_farm(tmp_path / "here", here) as two:
        made = new_community(context_for(one.url, tmp_path / "a"), a_community(), audit=False)
        assert made.error is None
        context = context_for(one.url, tmp_path / "a")
        password = context.vault.get("rennes")
        source = read_whole(open_wiki(context, "rennes"))
        target = context_for(two.url, tmp_path / "b")
        asked = Source(f"{one.url}rennes/", WIKI_ADMIN, password, ("127.0.0.1",))
        cloned = clone(target, asked, Wishes("Robustesse autour de Rennes", "rennes", PERSON),
                       CaptureWishes(""), agreed=lambda _captured: True, audit=False)  # fmt: skip
        assert cloned.community is not None
        assert cloned.community.error is None
        copy = read_whole(open_wiki(context_for(two.url, tmp_path / "b"), "rennes"))
    assert cloned.captured is not None
    left = {each.name for each in cloned.captured.captured.left_out}
    # The names of those who facilitate stand in it: it stays where it is, and nothing else does.
    assert left == {tag for tag, page in source.pages.items() if "Camille Le Goff" in page.body}
    ours = {tag for tag in source.pages if tag not in (RECEIPT, *left)}
    assert {tag: page.body for tag, page in copy.pages.items() if tag in ours} == {
        tag: page.body.replace(one.url, two.url)
        for tag, page in source.pages.items()
        if tag in ours
    }
    assert copy.groups == source.groups
    assert {each.title: each.items for each in copy.lists.values()} == {
        each.title: each.items for each in source.lists.values()
    }
    for number, form in source.forms.items():
        before = read_form(form.told, "x", source.dialect)
        after = read_form(copy.forms[number].told, "x", copy.dialect)
        assert [(each.type, each.label) for each in after.fields] == [
            (each.type, each.label) for each in before.fields
        ]
        # The names of answers are those of the source, so that texts and queries go on.
        answers = set(copy.forms[number].properties.values())
        assert answers == set(form.properties.values())
