"""A community with people, productions and a history, to be kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.copying.random_wikis import commented
from tests.operations.people import Person, seat
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DEFAULT_DIALECT, RunningFarm
from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.wiki import Wiki

PICTURE = bytes(range(256)) * 300
SECRET = "Zoé Kergoat 06 12 34 56 78"

PEOPLE = {"ZoeKergoat": "zoe@example.org", "AliSow": "ali@example.org", "Luz": "luz@example.org"}


@pytest.fixture(autouse=True)
def _own_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def farm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningFarm]:
    """A farm with the community `rennes`, in which people wrote; of a dialect, where one is asked
    for."""
    with start_farm(tmp_path / "farm", getattr(request, "param", DEFAULT_DIALECT)) as running:
        context = context_for(running.url, tmp_path)
        (outcome,) = apply(context, [a_community()], audit=False)
        assert outcome.error is None
        wiki = open_wiki(context, "rennes")
        lived_in(wiki)
        # One account writes their cards again, of which the form takes one a person.
        people = [Person(email, name=name) for name, email in PEOPLE.items()]
        seat(tmp_path / "farm", "rennes", people)
        # The rights that the form gives, whoever fills it in.
        wiki.rights.set(list(wiki.entries.of("101")), Rights("%,@participants", "%,@animation"))
        context.close()
        yield running


def lived_in(wiki: Wiki) -> None:
    """A page with a history, a link, a look and files of its own, cards, an account."""
    for name, email in PEOPLE.items():
        wiki.users.create(name, email)
    url = wiki.addresses.base
    for text in (f"Avant : {SECRET}", f"======Récit======\nVoir {url}?Charte, à l’été."):
        page = wiki.pages.read("RecitDeZoe")
        wiki.pages.save("RecitDeZoe", text, page.revision if page else "")
    picture = Attachment("RecitDeZoe", "affiche.png")
    wiki.attachments.put(picture, io.BytesIO(PICTURE))
    stored = wiki.attachments.of("RecitDeZoe")[picture]
    wiki.pages.save("Affiche", f'""<img src="files/{stored}" alt="affiche">""', "")
    wiki.pages.dress("Affiche", {"theme": "margot", "style": "bleu.css"})
    wiki.rights.set(["Affiche"], Rights("*", "@admins", "+"))
    commented(wiki, "Affiche", "Belle affiche.")
    assert wiki.comments.all()
    for title in ("Une méthode", "Une autre"):
        values = {"bf_titre": title, "bf_resume": "Dire & faire", "bf_x": "0"}
        tag = wiki.entries.create("104", values)
    photo = Attachment(tag, "bf_image_photo.jpg")
    wiki.attachments.put(photo, io.BytesIO(PICTURE[::-1]))
    wiki.entries.change(tag, values | {"bf_image": wiki.attachments.of(tag)[photo]})


Computer = Callable[[str], Context]


@pytest.fixture
def computer(farm: RunningFarm, tmp_path: Path) -> Computer:
    """A run on the computer of that name; `first` is the one that made the community."""
    return lambda name: context_for(farm.url, tmp_path if name == "first" else tmp_path / name)
