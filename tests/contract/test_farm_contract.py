"""What a farm does when it is asked for a wiki, traps included (docs/yeswiki.md, The farm)."""

from __future__ import annotations

import pytest

from tests.contract.conftest import PASSWORD, FarmUnderTest, new_wiki
from wikifarm.errors import BadCredentials, SlugTaken, UnexpectedAnswer
from wikifarm.model import FarmWiki
from wikifarm.transport import Network
from wikifarm.yeswiki.farm import FORM, Farm


def test_wrong_password_is_refused_though_the_status_is_a_redirection(
    farm_under_test: FarmUnderTest,
) -> None:
    farm = Farm(Network(), farm_under_test.url, farm_under_test.admin, "faux")
    with pytest.raises(BadCredentials):
        farm.wikis()


def test_a_bad_folder_is_never_sent(farm: Farm) -> None:
    with pytest.raises(UnexpectedAnswer):
        farm.create(new_wiki("a b/.."))


def test_the_farm_itself_would_answer_success_to_a_bad_folder_and_make_no_wiki(
    farm: Farm,
) -> None:
    before = set(farm.session.api_json(f"forms/{FORM}/entries") or {})
    answer = farm.session.post(
        "BazaR",
        [
            ("bf_titre", "Mauvais dossier"), ("bf_description", "d"), ("bf_referent", "r"),
            ("bf_mail", "a@example.org"), ("bf_dossier-wiki", "a b/.."),
            ("bf_dossier-wiki_wikiname", "WikiAdmin"), ("bf_dossier-wiki_email", "bf_mail"),
            ("bf_dossier-wiki_password", PASSWORD), ("yeswiki-farm-theme", "0"),
            ("yeswiki-farm-model", "default-content"), ("yeswiki-farm-acls", "0"),
            ("radioListeOuiNon", "oui"), ("antispam", "1"), ("id_typeannonce", FORM),
        ],
        query={"vue": "saisir", "action": "saisir_fiche", "id": FORM},
    )  # fmt: skip
    assert answer.status == 302
    entries = farm.session.api_json(f"forms/{FORM}/entries")
    tags = [tag for tag in entries if tag not in before]
    assert len(tags) == 1
    assert "Mauvais dossier" not in {one.title for one in farm.wikis().values()}
    farm.delete(FarmWiki(tags[0], "Mauvais dossier", "", ""))


def test_a_wiki_is_made_once_and_the_mark_stays_in_the_entry(
    farm: Farm, farm_under_test: FarmUnderTest
) -> None:
    folder = farm_under_test.folder()
    farm.create(new_wiki(folder))
    found = farm.find(folder.upper())
    assert found is not None
    assert (found.folder, found.mark) == (folder, "0123456789abcdef")
    assert farm.answers(folder)
    with pytest.raises(SlugTaken):
        farm.create(new_wiki(folder))


def test_a_key_makes_a_wiki_without_a_session(farm_under_test: FarmUnderTest, farm: Farm) -> None:
    if not farm_under_test.token:
        pytest.skip("this farm has no key (WIKIFARM_FARM_TOKEN)")
    by_key = farm_under_test.open(token=True, session=False)
    folder = farm_under_test.folder()
    by_key.create(new_wiki(folder))
    assert farm.answers(folder)
    # A key leaves the cookies of a login to whoever keeps them: its session is no visitor's.
    assert by_key.visitor.api("groups").status == 403


def test_a_wrong_key_is_refused(farm_under_test: FarmUnderTest) -> None:
    farm = Farm(Network(), farm_under_test.url, token="fausse-cle")
    with pytest.raises(BadCredentials):
        farm.create(new_wiki("wf-essai-jamais"))


def test_a_deleted_wiki_frees_its_address(farm: Farm, farm_under_test: FarmUnderTest) -> None:
    folder = farm_under_test.folder()
    farm.create(new_wiki(folder))
    found = farm.find(folder)
    assert found is not None
    farm.delete(found)
    assert not farm.answers(folder)
    farm.create(new_wiki(folder))
    assert farm.answers(folder)
