"""A wiki kept from one version of YesWiki and made again in another."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.operations.archive.conftest import lived_in
from tests.operations.archive.likeness import across
from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.people import Person, seat
from wikifarm.model import Dialect
from wikifarm.operations.apply import apply
from wikifarm.operations.archive.other_version import Crossing
from wikifarm.operations.archive.restore import Restored, restore
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.rehearsal import RunningFarm, snapshot

VERSIONS = ("4.4", "4.5", "4.6")
Farms = Mapping[str, RunningFarm]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("versions")


@pytest.fixture(scope="module")
def farms(folder: Path) -> Iterator[Farms]:
    """A farm of each version with a community in which people wrote, and its backup beside."""
    running: dict[str, RunningFarm] = {}
    try:
        for version in VERSIONS:
            place = folder / version
            running[version] = start_farm(place / "farm", version)
            context = context_for(running[version].url, place)
            (outcome,) = apply(context, [a_community()], audit=False)
            assert outcome.error is None
            lived_in(open_wiki(context, "rennes"))
            seat(place / "farm", "rennes", [Person("zoe@example.org", name="ZoeKergoat")])
            backup(context, "rennes", place / "rennes.zip", in_clear=True, with_revisions=False)
            context.close()
        yield running
    finally:
        for farm in running.values():
            farm.__exit__(None, None, None)


@pytest.mark.parametrize(("was", "now"), list(itertools.permutations(VERSIONS, 2)))
def test_a_wiki_of_one_version_is_itself_in_another(
    farms: Farms, folder: Path, was: str, now: str
) -> None:
    slug = f"venu-de-{was.replace('.', '')}"
    context = context_for(farms[now].url, folder / now)
    made = restore(context, folder / was / "rennes.zip", slug).outcome
    context.close()
    assert isinstance(made, Restored)
    assert made.differs == ()
    source = across(snapshot(folder / was / "farm"), "rennes", farms[was].url, was)
    target = across(snapshot(folder / now / "farm"), slug, farms[now].url, now)
    for part in source:
        assert target[part] == source[part], part


def test_a_list_that_4_4_cannot_name_so_has_another_name_wherever_it_stands() -> None:
    lists = {"ListTheme": json.dumps({"title": "Thème", "nodes": [
        {"id": "a", "label": "A", "children": [{"id": "b", "label": "B", "children": []}]},
    ]}), "ListeTheme": '{"title": "T", "nodes": []}'}  # fmt: skip
    crossing = Crossing(Dialect.D45, Dialect.D44, lists)
    assert crossing.ids == {"ListTheme": "ListeTheme2"}
    assert json.loads(crossing.lists["ListeTheme2"]) == {
        "titre_liste": "Thème", "label": {"a": "A", "b": "B"},
    }  # fmt: skip
    assert crossing.text("un ListTheme, pas un ListThemes") == "un ListeTheme2, pas un ListThemes"
    assert crossing.title_of("ListeTheme2") == "Theme2"
    line = "liste***ListTheme***Thème*** *** *** ***bf_theme*** *** ***0*** *** *** * *** * ***"
    columns = {"bn_label_nature": "x", "bn_template": line}
    assert "liste***ListeTheme2***" in crossing.columns(columns)["bn_template"]
    (new,) = crossing.keys(columns).values()
    assert crossing.keys(columns) == {"bf_theme": new} and new.startswith("listeListeTheme2")
    assert len(list(crossing.lost())) == 2


def test_between_versions_that_write_alike_nothing_is_written_otherwise() -> None:
    crossing = Crossing(Dialect.D45, Dialect.D46, {"ListX": "kept as it is"})
    assert (crossing.ids, crossing.lists) == ({}, {"ListX": "kept as it is"})
    assert crossing.keys({"bn_template": "x"}) == {} and list(crossing.lost()) == []
