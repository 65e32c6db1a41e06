"""A community in which people came in as people do: an account, then a card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DEFAULT_DIALECT
from wikifarm.yeswiki.wiki import Wiki

FORM = "101"
PASSWORD = "MotDePasseDePersonne1"
FORMULA = '=HYPERLINK("http://example.org","x")'


@dataclass(frozen=True)
class Town:
    """A community with people: ada waits, bob was welcomed, eve has no card; two facilitate."""

    url: str
    folder: Path
    community: Community

    def context(self) -> Context:
        """A new run on the same computer."""
        return context_for(self.url, self.folder)

    def wiki(self) -> Wiki:
        return open_wiki(self.context(), self.community.slug)

    def joins(self, name: str, email: str, **card: str) -> Wiki:
        """Somebody opens an account, and fills in a card with these answers, if any."""
        person = self.wiki().visitor()
        assert person.session.sign_up(name, email, PASSWORD)
        if card:
            person.entries.create(FORM, answers(**card))
        return person

    def says(self, name: str, below: str, body: str) -> str:
        """Somebody comments a page, or answers a comment; its tag."""
        person = self.wiki().visitor()
        person.login(name, PASSWORD)
        value = person.pages._value("PagePrincipale")
        said = [("pagetag", below), ("body", body), ("hashcash_value", value)]
        assert person.session.api_post("comments", said).status == 200
        return list(self.wiki().comments.all())[-1]

    def changes(self, name: str, tag: str, **card: str) -> None:
        """Somebody writes their card again."""
        person = self.wiki().visitor()
        person.login(name, PASSWORD)
        query = {"vue": "saisir", "action": "modif_fiche", "id_fiche": tag}
        fields = {**answers(**card), "antispam": "1", "id_typeannonce": FORM, "id_fiche": tag}
        assert person.session.post("BazaR", list(fields.items()), query=query).status == 302


def answers(**card: str) -> dict[str, str]:
    """A card as its form sends it; `liste` and `carte` are the answers to these questions."""
    asked = {
        "liste": "radioListeOuiNonbf_consent_liste",
        "carte": "radioListeOuiNonbf_consent_carte",
    }
    given = {asked.get(name, name): text for name, text in card.items()}
    return {
        "bf_titre": "Fiche de participant·e",
        "bf_presentation": "J’ai envie d’apprendre.",
        "radioListeOuiNonbf_consent_carte": "non",
        "radioListeOuiNonbf_charte": "oui",
        **given,
    }


def peopled(url: str, folder: Path, slug: str = "rennes") -> Town:
    """Makes the community, and has people come."""
    town = Town(url, folder, a_community(slug))
    (made,) = apply(town.context(), [town.community], audit=False)
    assert made.error is None, made.error
    town.joins("AdaL", "ada@example.org", bf_prenom="Ada", bf_nom="Lovelace", liste="oui")
    town.joins("Bob", "bob@example.org", bf_prenom="Bob", bf_structure=FORMULA, liste="non")
    town.joins("Eve", "eve@example.org")
    wiki = town.wiki()
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "Bob"]})
    return town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """For the tests that only read."""
    folder = tmp_path_factory.mktemp("town")
    with start_farm(folder / "farm") as running:
        yield peopled(running.url, folder)


@pytest.fixture
def own_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """For a test that writes; its parameter is a dialect."""
    with start_farm(tmp_path / "farm", getattr(request, "param", DEFAULT_DIALECT)) as running:
        yield peopled(running.url, tmp_path)
