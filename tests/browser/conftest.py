"""A rehearsal farm with a community and its English twin, and people at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.operations.apply import apply
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.context import FarmSettings as Settings
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.rehearsal.people.user_manager import hash_password

if TYPE_CHECKING:
    from .driving import Person

PASSWORD = "MotDePasseDEssai123"
EXAMPLE = Path(__file__).parents[2] / "examples" / "rennes.yml"
FACILITATOR = "camille.legoff@example.org"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if not any(here in item.path.parents for item in items):
        return
    from .driving import CHROMIUM, DRIVER  # a module that needs Selenium is already skipped

    missing = [str(one) for one in (CHROMIUM, DRIVER) if not one.exists()]
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one region, one story
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))


@dataclass
class Region:
    """The farm and what `apply` wrote on this computer."""

    farm: RunningFarm
    checklists: Path
    facilitator: str

    def wiki(self, slug: str) -> str:
        return f"{self.farm.url}{slug}/"

    def checklist(self, slug: str) -> str:
        return (self.checklists / f"{slug}.html").as_uri()


@pytest.fixture(scope="package")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    folder = tmp_path_factory.mktemp("region")
    rennes = load_manifests([EXAMPLE])[0]
    twin = replace(
        rennes, slug="rennes-en", language="en", name="Robustness around Rennes", description=""
    )
    with RunningFarm(RehearsalSettings(folder / "farm", "4.5", password=PASSWORD)) as farm:
        settings = Settings(url=farm.url, admin=farm.admin, password=PASSWORD)
        context = Context(settings, Places(folder / "state", folder / "out"))
        try:
            outcomes = apply(context, [rennes, twin], audit=False)
        finally:
            context.close()
        assert [one.status for one in outcomes] == ["created", "created"], outcomes
        wiki = farm._app.farm.store.wiki("rennes")
        assert wiki is not None
        user = wiki.user(email=FACILITATOR)
        assert user is not None
        # No mail leaves the rehearsal: the password that one asks for by mail is set here.
        wiki.set_password(user.name, hash_password(PASSWORD))
        yield Region(farm, context.places.checklists, user.name)


@pytest.fixture(scope="package")
def people(
    region: Region, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Person]]:
    """A person by their name: the same browser each time, closed at the end."""
    from .driving import Person

    known: dict[str, Person] = {}
    with ExitStack() as stack:

        def somebody(name: str) -> Person:
            if name not in known:
                profile = tmp_path_factory.mktemp(name)
                known[name] = Person(profile, region.wiki("rennes"))
                stack.callback(known[name].close)
            return known[name]

        somebody.known = known  # type: ignore[attr-defined]
        yield somebody


@pytest.fixture(autouse=True)
def quiet(people: Callable[[str], Person], region: Region) -> Iterator[None]:
    """Whatever was opened: no complaint in the console, no request that leaves this computer."""
    yield
    for person in people.known.values():  # type: ignore[attr-defined]
        person.listen()
        ours = (region.farm.url, "file://", "data:")
        outside = sorted(one for one in person.asked if not one.startswith(ours))
        complaints, person.complaints = person.complaints, []
        assert not outside
        assert not complaints


@pytest.fixture
def reader(people: Callable[[str], Person]) -> Iterator[Person]:
    """Somebody who opens the checklist, at a desk; nothing was ticked yet."""
    person = people("reader")
    person.width(1200, 900)
    person.media()
    yield person


@pytest.fixture
def stranger(people: Callable[[str], Person]) -> Person:
    """Somebody who passes by, in a private window."""
    person = people("stranger")
    person.width(1200, 900)
    return person.forget()
