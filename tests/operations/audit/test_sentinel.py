"""The sentinel in a base whose entries say in their title what anybody may see."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tests.blueprints import ATELIER, CARDS, mending
from tests.operations.conftest import Fresh
from wikifarm.model import Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki

TITLE = (
    "  - {type: texte, name: bf_titre, label: A nickname, required: true, "
    "purpose: finding it, seen_by: everybody}\n"
)


def test_a_title_said_to_be_public_is_no_leak_and_all_else_stays_hidden(
    fresh: Fresh, tmp_path: Path
) -> None:
    folder = tmp_path / "atelier"
    shutil.copytree(ATELIER, folder)
    schema = folder / "bazar_schemas" / "makers-cards.yml"
    text = schema.read_text("utf-8").replace("title: A maker's card", "title_is_public: true")
    schema.write_text(text.replace("fields:\n", f"fields:\n{TITLE}"), "utf-8")
    modules = frozenset({Module.PARTICIPANTS})
    community = replace(mending(), blueprint=str(folder), modules=modules)
    (outcome,) = apply(fresh(), [community])
    assert outcome.error is None, outcome.error
    assert outcome.audit is not None
    assert outcome.audit.probes > 250
    assert outcome.audit.leaks == ()
    wiki = open_wiki(fresh(), "mending")
    assert wiki.entries.of(CARDS) == {}
    assert not [account for account in wiki.users.all() if "Temoin" in account.name]
