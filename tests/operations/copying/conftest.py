"""A wiki that somebody built by hand on a rehearsal farm of each generation, and its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for, start_farm
from wikifarm.blueprint.schema.template import JOIN
from wikifarm.model import Rights
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.new_community import new_community
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm
from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.farm import NewWiki
from wikifarm.yeswiki.wiki import Wiki

PLAN = bytes(range(256)) * 40
BY_HAND = "byhand"
OURS = "rennes"
ADMIN = "WikiAdmin"
PASSWORD = "MotDePasse123essai"
MANIFEST = f"""
name: Robustesse autour de Rennes
slug: {OURS}
facilitators:
  - {{name: Camille Le Goff, email: camille@example.org}}
  - {{name: Dominique Perrin, email: dominique@example.org}}
"""


@dataclass
class TwoSources:
    """A farm with a community that wikifarm made and a wiki that somebody built there."""

    running: RunningFarm
    folder: Path

    def context(self) -> Context:
        return context_for(self.running.url, self.folder)

    def wiki(self, slug: str) -> Wiki:
        return open_wiki(self.context(), slug)


def line(*columns: str) -> str:
    """A line of a form's template, as YesWiki's form builder writes it."""
    cells = [*columns, *[""] * (16 - len(columns))]
    return "".join((f" {each} " if each == "*" else each or " ") + JOIN for each in cells) + "\n"


def form(number: str, label: str, template: str) -> dict[str, dict[str, str]]:
    """What an import of one form takes."""
    told = {"bn_id_nature": number, "bn_label_nature": label, "bn_template": template,
            "bn_description": "", "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "",
            "bn_sem_use_template": "1", "bn_ce_i18n": "fr-FR", "bn_only_one_entry": "N",
            "bn_only_one_entry_message": ""}  # fmt: skip
    return {number: told}


def save(wiki: Wiki, tag: str, body: str) -> None:
    page = wiki.pages.read(tag)
    wiki.pages.save(tag, body, page.revision if page else "")


def build_by_hand(wiki: Wiki) -> None:
    """What a garden might make: pages, groups, a public form, a form of people, a file."""
    wiki.users.create("ZoeDubreuil", "zoe.dubreuil@example.org")
    wiki.groups.set({"jardinage": ["WikiAdmin"]})
    wiki.groups.set({"voisinage": ["ZoeDubreuil", "@jardinage"]})
    items = (("1", "Légumes"), ("2", "Fruits"), ("3", "Demander à Zoé Dubreuil"))
    wiki.lists.create([("Culture", items)])
    (key,) = [key for key, each in wiki.lists.all().items() if each.title == "Culture"]
    plots = (
        line("texte", "bf_titre", "Parcelle", "", "", "", "", "", "1")
        + line("liste", key, "Culture", "", "", "", "bf_culture")
        + line("acls", "*", "+", "comments-closed")
    )
    people = (
        line("texte", "bf_titre", "Nom et prénom", "", "", "", "", "", "1")
        + line("champs_mail", "bf_mail", "Votre adresse mel", "", "", "", "form", "", "1")
        + line("calc", "bf_total", "Total", "", "", "", "1+1")
    )
    wiki.forms.save(form("10", "Parcelles", plots))
    wiki.forms.save(form("11", "Jardinières et jardiniers", people))
    answer = wiki.forms.all()["10"].properties["bf_culture"]
    base = wiki.addresses.base
    save(
        wiki,
        "LesParcelles",
        f'{{{{bazarliste id="10" groups="{answer}"}}}}\n{{{{bazarliste id="1"}}}}\n'
        f"[[{base}?PagePrincipale Accueil]] << piège >> <% endraw %> <# ? #> <\n"
        '{{attach file="plan_du-jardin.pdf" desc="le plan"}}',
    )
    save(wiki, "Contacts", "Écrire à zoe.dubreuil@example.org, ou au 02 99 12 34 56")
    save(wiki, "Remerciements", "Merci à Zoé Dubreuil pour les graines")
    save(wiki, "ReglesDuJardin", "Chacune et chacun arrose son tour.")
    wiki.rights.set(["ReglesDuJardin"], Rights("@voisinage", "@jardinage"))
    wiki.rights.set(["LesParcelles"], Rights("*", "ZoeDubreuil,@jardinage"))
    wiki.attachments.put(Attachment("LesParcelles", "plan_du-jardin.pdf"), BytesIO(PLAN))
    wiki.entries.create("11", {"bf_titre": "Bérénice Quéméneur", "bf_mail": "bq@example.org"})


@pytest.fixture(scope="module", params=["4.4", "4.5"])
def sources(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoSources]:
    folder = tmp_path_factory.mktemp("copies")
    with start_farm(folder / "farm", request.param) as running:
        both = TwoSources(running, folder)
        made = new_community(both.context(), a_community(OURS), audit=False)
        assert made.error is None
        manifest = both.context().places.communities / f"{OURS}.yml"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(MANIFEST, "utf-8")
        save(both.wiki(OURS), "PageDeLaCommunaute", 'Ajoutée. {{attach file="plan.pdf"}}')
        both.wiki(OURS).attachments.put(Attachment("PageDeLaCommunaute", "plan.pdf"),
                                        BytesIO(PLAN))  # fmt: skip
        context = both.context()
        asked = NewWiki("Jardins d'ici", "", BY_HAND, "x", "x@example.org", ADMIN, PASSWORD, "")
        context.farm.create(asked)
        context.vault.keep(BY_HAND, PASSWORD)
        build_by_hand(both.wiki(BY_HAND))
        yield both
