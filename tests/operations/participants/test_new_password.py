"""A link by which somebody chooses a password, where no mail reaches them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wikifarm.errors import BadCredentials, InvalidInput
from wikifarm.operations.participants.new_password import WayIn, way_in
from wikifarm.rehearsal import DIALECTS
from wikifarm.yeswiki import html

from .conftest import PASSWORD, Town

NEW = "UnAutreMotDePasse2"
CHANGED = ["Votre mot de passe a été changé avec succès"]


def asked(town: Town, word: str, file: Path | None = None) -> WayIn:
    outcome = way_in(town.context(), town.community, word, file).outcome
    assert isinstance(outcome, WayIn)
    return outcome


def follow(town: Town, link: str, new: str = NEW) -> list[str]:
    """What a person does with the link; the alerts that they are shown."""
    person = town.wiki().visitor().session
    form = html.parse(person.ask(link.partition("?")[2]).text)
    fields = [(name, html.hidden(form, name) or "") for name in ("subStep", "userID", "key")]
    answer = person.post("MotDePassePerdu", [*fields, ("pw0", new), ("pw1", new)])
    return html.alerts(html.parse(answer.text))


@pytest.mark.parametrize("own_town", DIALECTS, indirect=True)
def test_the_link_serves_once_and_the_former_password_no_more(own_town: Town) -> None:
    first = asked(own_town, "ada@example.org")
    link = asked(own_town, "AdaL").link
    assert link != first.link and PASSWORD not in link
    assert follow(own_town, first.link) != CHANGED
    assert follow(own_town, link) == CHANGED
    person = own_town.wiki().visitor()
    with pytest.raises(BadCredentials):
        person.login("AdaL", PASSWORD)
    person.login("AdaL", NEW)
    assert follow(own_town, link, "EncoreUnAutre3") != CHANGED
    own_town.wiki().visitor().login("AdaL", NEW)


def test_a_file_that_nobody_else_reads_and_no_trace_elsewhere(
    own_town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "ada.txt"
    outcome = asked(own_town, "Ada Lovelace", file)
    assert file.stat().st_mode & 0o777 == 0o600
    link = file.read_text("utf-8").strip()
    assert link.startswith(own_town.url) and outcome.link == "" and link not in repr(outcome)
    key = link.split("email=")[1].split("&")[0]
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept and not any(key in path.read_text("utf-8", "replace") for path in kept)
    with pytest.raises(InvalidInput):
        way_in(own_town.context(), own_town.community, "AdaL", file)
    with pytest.raises(InvalidInput):
        way_in(own_town.context(), own_town.community, "Zoe")
