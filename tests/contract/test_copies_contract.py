"""The differential proof on every farm under contract: a wiki with its people, then the same with
others, is captured, exported and cloned; what comes of both is the same, byte for byte."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.contract.conftest import PASSWORD, FarmUnderTest, new_wiki
from tests.operations.copying.all_shown import all_shown
from tests.operations.copying.random_wikis import (
    ADMIN,
    PLOTS,
    Cast,
    Spelt,
    Told,
    build,
    casts,
    tolds,
)
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.model import canonical
from wikifarm.operations.archive.static_site import export_static
from wikifarm.operations.audit.differential import pieces
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.captured_blueprint import CapturedBlueprint, capture_blueprint
from wikifarm.operations.copying.clone import clone
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.describe import Wishes
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.whole_wiki import LOGS
from wikifarm.yeswiki.wiki import Wiki

CLONES = int(os.environ.get("WIKIFARM_CLONES", "2"))
HERE = ("Inès Vasseur <ines@example.org>",)  # who facilitates each copy
# What no two runs have alike: when, and the marks that they draw by chance.
_PASSING = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?|(?<!\d)\d{14}(?!\d)"
    r"|\b[0-9a-f]{16}\b|(?<=\bnav_)[0-9a-f]{13}\b"
)

_RIGHT = re.compile(r"[%*+@\w]+(?:,[%*+@\w]+)+")


@dataclass
class Site:
    """A farm on which a source and its clone are made again and again, at the same addresses."""

    farm: FarmUnderTest
    folder: Path
    source: str
    target: str

    def context(self) -> Context:
        """A new run on a computer that knows nothing."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        asked = FarmSettings(self.farm.url, self.farm.admin, self.farm.password)
        context = Context(asked, Places(folder / "state", folder / "out"))
        context.vault.keep(self.source, PASSWORD)
        return context

    def renew(self) -> Wiki:
        """A new wiki in the place of the source; none in that of the clone."""
        farm = self.farm.open()
        for slug in (self.source, self.target):
            if (there := farm.wikis().get(slug)) is not None:
                farm.delete(there)
        farm.create(new_wiki(self.source))
        wiki = farm.wiki(self.source)
        wiki.login(ADMIN, PASSWORD)
        return wiki


@pytest.fixture(scope="module")
def site(
    farm_under_test: FarmUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("copies")
    made = Site(farm_under_test, folder, farm_under_test.folder(), farm_under_test.folder())
    yield made
    farm = farm_under_test.open()
    for slug in (made.source, made.target):
        if (there := farm.wikis().get(slug)) is not None:
            farm.delete(there)


@dataclass(frozen=True)
class Copies:
    """All that was made of a source: the files that a person keeps, what its clone shows, and every
    text that was written or shown anywhere, in small letters."""

    files: dict[str, str]
    clone: dict[str, Any]
    said: str


def copies_of(site: Site, spelt: Spelt) -> Copies:
    """Writes the source, then captures, exports and clones it."""
    build(site.renew(), spelt)
    context = site.context()
    asked = CaptureWishes("capture")
    taken = capture_blueprint(context, Source(site.source), asked).outcome
    assert isinstance(taken, CapturedBlueprint)
    computer = context.places.state.parent
    export_static(context, site.source, computer / "site", licence="CC BY-SA 4.0")
    plots = [
        form.label for form in taken.captured.forms if form.source == PLOTS and not form.people
    ]
    made = clone(
        context,
        Source(site.source),
        Wishes("Une copie des haies", site.target, HERE),
        CaptureWishes(""),
        agreed=lambda _captured: True,
        with_entries=plots,
        audit=False,
    )
    assert made.community is not None
    assert made.community.error is None, made.community.error
    capture_blueprint(context, Source(site.target), CaptureWishes("again"))
    assert unlike(blueprint(site, context, "capture"), blueprint(site, context, "again")) == []
    wiki = open_wiki(context, site.target)
    clone_there = all_shown(wiki)
    visitor = wiki.visitor()
    shown = {tag: visitor.session.page(tag) for tag in clone_there["pages"] if LOGS not in tag}
    files = {
        str(path.relative_to(computer)): path.read_text("utf-8", "surrogateescape")
        for path in sorted(computer.rglob("*"))
        if path.is_file()
    }
    said = json.dumps(
        [files, clone_there, {tag: answer.text for tag, answer in shown.items()}],
        ensure_ascii=False,
    )
    clone_there.pop("revisions")  # of two that were written in one second, either is shown
    # YesWiki writes its log by itself, and may lose one of two lines of the same second.
    for part in clone_there.values():
        for tag in [tag for tag in part if tag.startswith(LOGS)]:
            part.pop(tag)
    clone_there["seen by visitors"] = {
        tag: sorted(pieces(each).elements()) for tag, each in shown.items()
    }
    context.close()

    def same(texts: dict[str, Any]) -> dict[str, Any]:
        """The texts without what no two runs have alike."""
        told = json.dumps(texts, ensure_ascii=False).replace(context.run, "RUN")
        return dict(json.loads(_PASSING.sub("…", told)))

    kept = {path: text for path, text in files.items() if not path.startswith("state/")}
    return Copies(same(kept), same(clone_there), said.lower())


def blueprint(site: Site, context: Context, name: str) -> dict[str, str]:
    """The files of a captured blueprint, whatever its name, its wiki and the order in a right."""
    folder = context.places.blueprints / name
    texts = {
        str(path.relative_to(folder)): path.read_text("utf-8", "surrogateescape")
        .replace(f"/{site.target}/", f"/{site.source}/")
        .replace(f"name: {name}\n", "name: x\n")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {path: _RIGHT.sub(lambda right: canonical(right[0]), text)
            for path, text in texts.items()}  # fmt: skip


def unlike(first: Any, other: Any, where: str = "") -> list[str]:
    """Where two differ, and how: what comes before is the same."""
    if isinstance(first, dict) and isinstance(other, dict):
        keys = sorted({*first, *other})
        return [each for key in keys
                for each in unlike(first.get(key), other.get(key), f"{where}/{key}")]  # fmt: skip
    if first == other:
        return []
    one, two = str(first), str(other)
    same = next(
        (at for at, signs in enumerate(zip(one, two, strict=False)) if len({*signs}) > 1), 0
    )
    at = max(same - 40, 0)
    return [f"{where}: …{one[at : at + 120]}… and …{two[at : at + 120]}…"]


# The first example that is drawn is always the smallest, so two are.
@settings(
    max_examples=CLONES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(told=tolds(), both=casts())
def test_the_same_wiki_with_other_people_gives_the_same_copies(
    site: Site, told: Told, both: tuple[Cast, Cast]
) -> None:
    first, other = (copies_of(site, Spelt(told, cast)) for cast in both)
    assert unlike(first.clone, other.clone) == []
    assert unlike(first.files, other.files) == []
    assert not [secret for secret in both[0].secrets if secret in first.said]
