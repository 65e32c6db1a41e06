"""What apply says and leaves when a farm misbehaves, one trap at a time (docs/yeswiki.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.conftest import Fresh, context_for, start_farm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.errors import WikifarmError
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import make_site, open_wiki
from wikifarm.operations.list_wikis import list_wikis
from wikifarm.operations.plan import plan
from wikifarm.operations.status import status
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm, snapshot


def _error(context: Context, community: Community) -> WikifarmError:
    outcome = apply(context, [community], audit=False)[0]
    assert outcome.error is not None
    assert outcome.status == "failed"
    assert outcome.error.hint
    shown = outcome.error.message + outcome.error.hint
    assert "/var/www" not in shown
    assert "Traceback" not in shown
    return outcome.error


def _done(context: Context, community: Community) -> str:
    outcome = apply(context, [community], audit=False)[0]
    assert outcome.error is None, outcome.error
    return outcome.status


@pytest.mark.parametrize(
    ("trap", "code", "exit_status"),
    [
        ("no_ferme", "no-farm-extension", 8),
        ("captive", "not-yeswiki", 8),
        ("busy", "unexpected-answer", 1),
        ("half_made", "half-made", 1),
    ],
)
def test_a_farm_that_cannot_make_wikis_is_named(
    trap: str, code: str, exit_status: int, running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    running.traps.add(trap)
    error = _error(fresh(), rennes)
    assert (error.code, error.exit) == (code, exit_status)


def test_half_a_wiki_says_what_is_left_and_the_way_on(
    running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    running.traps.add("half_made")
    error = _error(fresh(), rennes)
    assert "rennes" in error.message
    running.traps.clear()
    again = _error(fresh(), rennes)  # the folder still blocks the address
    assert again.code == "half-made"
    assert again.hint == error.hint
    (planned,) = plan(fresh(), [rennes])
    assert planned.error is not None and planned.error.hint == error.hint
    (state,) = status(fresh(), ["rennes"]).as_json()["data"]["states"]
    assert [told["hint"] for told in state["errors"]] == [error.hint]
    assert any("rennes" in told for told in list_wikis(fresh()).messages)


def test_a_making_that_was_cut_is_listed_until_it_is_finished(
    fresh: Fresh, rennes: Community
) -> None:
    make_site(fresh(), rennes)
    listed = list_wikis(fresh())
    assert [row["unfinished"] for row in listed.data["wikis"]] == [True]
    assert "wikifarm apply" in listed.messages[0]
    (planned,) = plan(fresh(), [rennes])
    assert any("was cut" in note for note in planned.notes)
    assert _done(fresh(), rennes) == "created"
    listed = list_wikis(fresh())
    assert ([row["unfinished"] for row in listed.data["wikis"]], listed.messages) == ([False], ())


def test_a_newer_farm_can_adopt_half_a_wiki(tmp_path: Path, rennes: Community) -> None:
    with start_farm(tmp_path / "farm", "4.6") as farm:
        farm.traps.add("half_made")
        error = _error(context_for(farm.url, tmp_path), rennes)
        assert "AdminWikis" in error.hint


def test_an_answer_lost_on_the_way_is_found_again(
    running: RunningFarm, fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    running.traps.add("lost_answer")
    _error(fresh(), rennes)
    assert _done(fresh(), rennes) == "created"
    assert [name for name in snapshot(tmp_path / "farm")["wikis"] if name] == ["rennes"]


def test_a_save_refused_with_a_200_is_sent_again(
    running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    running.traps.add("refuse_save_once")
    assert _done(fresh(), rennes) == "created"


def test_rights_that_were_not_kept_stop_the_work_before_any_form(
    running: RunningFarm, fresh: Fresh, rennes: Community, tmp_path: Path
) -> None:
    running.traps.add("acls_ignored")
    assert _error(fresh(), rennes).code == "write-refused"
    labels = {form["label"] for form in _forms(tmp_path / "farm", "rennes")}
    assert "Participant·e·s" not in labels


def _forms(data: Path, slug: str) -> list[dict[str, str]]:
    forms = snapshot(data)["wikis"][slug]["forms"]
    rows = forms.values() if isinstance(forms, dict) else forms
    return [{"label": str(row.get("label") or row.get("bn_label_nature"))} for row in rows]


def test_a_sleeping_wiki_can_be_woken_and_the_work_goes_on(
    running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    running.traps.add("asleep")
    error = _error(fresh(), rennes)
    assert error.code in {"wiki-asleep", "write-refused"}
    running.traps.clear()
    assert _done(fresh(), rennes) == "created"


def test_mail_noise_changes_nothing(running: RunningFarm, fresh: Fresh, rennes: Community) -> None:
    running.traps.add("mail_noise")
    assert _done(fresh(), rennes) == "created"


def test_addresses_without_the_question_mark_are_understood(
    running: RunningFarm, fresh: Fresh, rennes: Community
) -> None:
    running.traps.add("rewrite_mode")
    assert _done(fresh(), rennes) == "created"
    assert _done(fresh(), rennes) == "unchanged"


def test_a_dropped_key_falls_back_on_the_password(tmp_path: Path, rennes: Community) -> None:
    from tests.operations.conftest import PASSWORD
    from wikifarm.rehearsal import RehearsalSettings

    settings = RehearsalSettings(data=tmp_path / "farm", password=PASSWORD, token="cle")
    with RunningFarm(settings) as farm:
        farm.traps.add("drop_authorization")
        alone = context_for(farm.url, tmp_path, token="cle", password="")
        error = _error(alone, rennes)
        assert (error.code, error.exit) == ("bad-credentials", 8)
        assert "WIKIFARM_FARM_PASSWORD" in error.hint
        both = context_for(farm.url, tmp_path, token="cle")
        assert _done(both, rennes) == "created"


def test_a_wrong_password_is_an_exit_8(fresh: Fresh, running: RunningFarm, tmp_path: Path,
                                       rennes: Community) -> None:  # fmt: skip
    error = _error(context_for(running.url, tmp_path, password="faux"), rennes)
    assert (error.code, error.exit) == ("bad-credentials", 8)


def test_a_farm_that_is_down_is_an_exit_8(tmp_path: Path, rennes: Community) -> None:
    error = _error(context_for("http://127.0.0.1:9/", tmp_path), rennes)
    assert (error.code, error.exit) == ("unreachable", 8)


def test_the_forms_name_the_lists_as_the_server_did(fresh: Fresh, rennes: Community) -> None:
    _done(fresh(), rennes)
    wiki = open_wiki(fresh(), "rennes")
    ids = set(wiki.lists.all())
    templates = [form.template for form in wiki.forms.all().values()]
    named = {
        line.split("***")[1]
        for template in templates
        for line in template.splitlines()
        if line.split("***")[0] in {"liste", "checkbox", "radio"}
    }
    assert named
    assert named <= ids
