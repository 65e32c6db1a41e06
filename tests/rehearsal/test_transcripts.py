"""The recorded exchanges of real farms are the arbiter: replay them and compare the answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm

from .conftest import PASSWORD, TOKEN, Browser
from .replay import Replay

SHARED = Path(__file__).resolve().parents[3] / "shared" / "yeswiki" / "transcripts"

BEFORE_4_5_0 = "4.5 of October 2024"
_OCTOBER_2024 = replace(
    DIALECTS["4.5"],
    account_page_key=False,
    groups_by_api=False,
    login_by_api=False,
    page_duplication=False,
)
"""The text before 4.5.0: nobody runs it, but its exchanges hold all that 4.5.0 did not change."""

KNOWN = {
    "34-entry-create-form-session": "the list ListeOuiNonW was made outside the recording",
    "37-entry-create-anonymous-form": "the same list",
    "75-spy-page": "its last page was recorded again after 76 had closed the actions",
}
"""Differences that the recording itself explains."""


def _prepare(replay: Replay, dialect: str) -> None:
    """The two entries that were made between 54 and 56 without being recorded."""
    session = replay.sessions["rennes/"]
    data = {
        "bf_titre": "",
        "bf_prenom": "Ada",
        "bf_nom": "Lovelace",
        "bf_mail": "ada@example.org",
        "bf_latitude": "48.11",
        "bf_longitude": "-1.68",
        "radioListeOuinonw": "oui",
        "antispam": "1",
        "id_typeannonce": "1200",
    }
    data["bf_titre"] = "{{bf_prenom}} {{bf_nom}}"
    form = session.get("rennes/?api/forms/1200").json()
    form["bn_template"] = form["bn_template"].replace("ListeOuiNonW", "ListeOuinonw")
    if dialect == "4.4":
        again = {"imported-form[1200]": json.dumps(form)}
        session.post("rennes/?BazaR&vue=formulaire", again)
    for _ in range(2 if dialect == "4.4" else 0):
        made = session.post("rennes/?BazaR&vue=saisir&action=saisir_fiche&id=1200", data)
        assert made.status_code == 302


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no transcripts at {SHARED}")
@pytest.mark.parametrize(("dialect", "folder"), [("4.4", "4.4.4"), (BEFORE_4_5_0, "4.5-dev")])
def test_every_recorded_exchange_is_answered_alike(
    dialect: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DIALECTS, BEFORE_4_5_0, _OCTOBER_2024)
    settings = RehearsalSettings(tmp_path, dialect, password=PASSWORD, token=TOKEN)
    differences: list[str] = []
    with RunningFarm(settings) as farm:
        replay = Replay(Browser(farm))
        for file in sorted((SHARED / folder).glob("*.json")):
            if file.stem.startswith("56"):
                _prepare(replay, dialect)
            told = replay.run(file)
            differences += [] if file.stem in KNOWN else told
    assert differences == []
