"""What one community added to its base, brought into another's; never a card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import a_community
from wikifarm.blueprint.schema.template import parse
from wikifarm.errors import InvalidInput, NotOurs
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.participants.duplicate import DuplicatedBase, Fate, duplicate
from wikifarm.operations.plan import plan
from wikifarm.rehearsal import DIALECTS
from wikifarm.yeswiki.wiki import Wiki

from .conftest import FORM, Town


def line(kind: str, name: str, label: str, rights: str = "***", chosen: str = "") -> str:
    """One line of a form as its editor writes it."""
    return "***".join((kind, name, label, *[" "] * 3, chosen or " ", *[" "] * 4, rights)) + "***\n"


ADDED = (
    line("texte", "bf_velo", "Un <b>vélo</b> à prêter ?")
    + line("texte", "bf_ouvert", "Vu de qui ?", "@animation***%")
    + line("image", "bf_photo", "Photo")
)


def adds(wiki: Wiki, text: str) -> None:
    """Adds lines to the base by hand, as somebody does in the form's editor."""
    form = wiki.forms.all()[FORM]
    json: dict[str, Any] = {
        "bn_id_nature": FORM, "bn_label_nature": form.label, "bn_description": form.description,
        "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "", "bn_sem_use_template": "1",
        "bn_template": form.template.rstrip("\n") + "\n" + text, "bn_ce_i18n": "fr-FR",
        "bn_only_one_entry": "Y", "bn_only_one_entry_message": "",
    }  # fmt: skip
    wiki.forms.save({FORM: json})


def brought(town: Town, target: Any, *, dry_run: bool = False) -> DuplicatedBase:
    outcome = duplicate(town.context(), town.community, target, dry_run=dry_run).outcome
    assert isinstance(outcome, DuplicatedBase)
    return outcome


@pytest.mark.parametrize("own_town", DIALECTS, indirect=True)
def test_added_questions_come_with_lists_and_rights(own_town: Town, tmp_path: Path) -> None:
    quimper = replace(a_community("quimper"), modules=a_community().modules - {Module.MAP})
    assert apply(own_town.context(), [quimper], audit=False)[0].error is None
    there = open_wiki(own_town.context(), "quimper")
    wiki = own_town.wiki()
    wiki.lists.create([("Outils", (("scie", "Scie"), ("rabot", "Rabot")))])
    tools = next(key for key, each in wiki.lists.all().items() if each.title == "Outils")
    choice = line("liste", tools, "Quels outils ?", "+***+", "bf_outils")
    adds(wiki, ADDED + choice)
    adds(there, line("texte", "bf_quai", "Votre quai ?", "%***%"))
    before = there.forms.all()[FORM]

    planned = brought(own_town, quimper, dry_run=True)
    fates = {field.name: field.fate for field in planned.fields}
    assert [name for name, fate in fates.items() if fate is Fate.GAINED] == [
        "bf_velo", "bf_ouvert", "bf_outils",
    ]  # fmt: skip
    assert (fates["bf_quai"], fates["bf_photo"]) == (Fate.LOCAL, Fate.LEFT)
    assert Fate.LEFT in [fate for name, fate in fates.items() if "consent_carte" in name]
    assert all(field.label for field in planned.fields), "nobody reads the names of fields"
    assert fates["bf_prenom"] is Fate.SAME and planned.lists == ("Outils",)
    assert (planned.status, there.forms.all()[FORM]) == ("planned", before)

    assert brought(own_town, quimper).status == "updated"
    now = there.forms.all()[FORM]
    rows = parse(now.template)
    assert rows[: len(parse(before.template))] == parse(before.template)
    assert (now.label, now.description) == (before.label, before.description)
    gained = {row[1] if row[0] == "texte" else row[6]: row for row in rows[-3:]}
    assert gained["bf_velo"][2] == "Un ‹b›vélo‹/b› à prêter ?"  # another's text acts nowhere
    closed = gained["bf_velo"][11]
    assert (
        set(closed.split(",")) == {"@participants", "@animation", "%"}
        and gained["bf_outils"][11] == closed
    )
    assert (gained["bf_ouvert"][11], gained["bf_ouvert"][12]) == ("@animation", "%")
    assert [each.title for each in there.lists.all().values()].count("Outils") == 1
    assert now.choices[gained["bf_outils"][1]] == {"scie": "Scie", "rabot": "Rabot"}
    assert there.entries.of(FORM) == {}

    again = brought(own_town, quimper)
    assert again.status == "unchanged"
    assert {field.fate for field in again.fields if field.name in gained} == {Fate.SAME}
    (after,) = plan(own_town.context(), [quimper])
    (form,) = [change for change in after.planned if change.id == f"forms:{FORM}"]
    assert not form.writes


def test_a_list_that_is_there_gains_choices(own_town: Town) -> None:
    quimper = a_community("quimper")
    assert apply(own_town.context(), [quimper], audit=False)[0].error is None
    there, wiki = open_wiki(own_town.context(), "quimper"), own_town.wiki()
    for each, keys in ((wiki, ("scie", "rabot")), (there, ("scie", "lime"))):
        each.lists.create([("Outils", tuple((key, key.title()) for key in keys))])
    tools = next(key for key, each in wiki.lists.all().items() if each.title == "Outils")
    adds(wiki, line("liste", tools, "Quels outils ?", chosen="bf_outils"))
    assert brought(own_town, quimper).choices == {"Outils": ("Rabot",)}
    (kept,) = [each for each in there.lists.all().values() if each.title == "Outils"]
    assert [key for key, _label in kept.items] == ["scie", "lime", "rabot"]


def test_into_itself_or_nowhere(town: Town) -> None:
    with pytest.raises(InvalidInput):
        brought(town, town.community)
    with pytest.raises(NotOurs):
        brought(town, a_community("nowhere"))
