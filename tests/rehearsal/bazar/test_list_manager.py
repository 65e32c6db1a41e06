"""Lists: their ids are made by the server."""

from __future__ import annotations

from wikifarm.rehearsal import RunningFarm
from wikifarm.rehearsal.dialects import Features

from ..conftest import Browser
from .entering import make_list


def test_the_server_names_lists_and_never_recognises_one(
    features: Features, farm: RunningFarm
) -> None:
    admin = Browser(farm).login()
    first = "ListouinonW" if features.list_title == "List{}" else "ListeOuinonw"
    assert [make_list(admin), make_list(admin)] == [first, f"{first}2"]
    shape = admin.get("?BazaR/json&demand=lists").json()[first]
    assert set(shape) == (
        {"title", "nodes", "id"} if features.lists_as_nodes else {"titre_liste", "label"}
    )


def test_a_list_is_deleted_by_its_address(farm: RunningFarm) -> None:
    admin = Browser(farm).login()
    tag = make_list(admin)
    url = f"?BazaR&vue=listes&action=supprimer_liste&idliste={tag}"
    assert Browser(farm).get(url).status_code == 200
    assert admin.get(url).status_code == 302
    assert tag not in admin.get("?BazaR/json&demand=lists").json()
