"""Wikis made from a farm model: the same as page by page, and nobody in the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from wikifarm.blueprint.blueprint_file import load_blueprint
from wikifarm.blueprint.design import DesignedPage
from wikifarm.blueprint.farm_model import CommunityKind, NewContent
from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.engine import receipt as receipts
from wikifarm.engine.steps.access import OWN_RIGHTS
from wikifarm.errors import WriteRefused
from wikifarm.model import MODEL_PREFIX, BazarList, Dialect, Module
from wikifarm.operations.apply import apply
from wikifarm.operations.community.origin import models_of
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.models import list_models
from wikifarm.operations.workplace.context import Context, Silence
from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm, snapshot
from wikifarm.yeswiki.farm_models import DEFAULT, FarmModels, as_told

from .conftest import Fresh, a_community, context_for, start_farm

SLOW = "page by page"


def made(context: Context, community: Community) -> CommunityOutcome:
    (outcome,) = apply(context, [community], audit=False)
    assert (outcome.error, outcome.status) == (None, "created")
    return outcome


def wiki_of(data: Path, slug: str) -> dict[str, Any]:
    """A wiki without its receipt's text and the numbers of revisions, links and runs."""
    wiki: dict[str, Any] = snapshot(data)["wikis"][slug]
    del wiki["pages"][receipts.TAG]["body"]
    for page in wiki["pages"].values():
        del page["revisions"]
    for triple in wiki["triples"]:
        del triple["value"]  # the key of a lost password
    return wiki


def rights_of(context: Context, slug: str) -> dict[str, Any]:
    """The rights as the wiki applies them, whether a page has its own or follows the settings."""
    from wikifarm.operations.community.site import open_wiki

    wiki = open_wiki(context, slug)
    logs = ("LogDesActions",)
    return {tag: each for tag, each in wiki.rights.all().items() if not tag.startswith(logs)}


def put_by_operator(running: RunningFarm, context: Context, community: Community) -> str:
    """Puts on the farm what its server's operator can, for communities of this kind."""
    blueprint = load_blueprint(community.blueprint, near=Path())
    kind = models_of(context, community, blueprint, context.farm.offer().release)
    assert kind is not None
    told, store = as_told(kind.whole), running._app.farm.store
    with store.transaction():
        store.add_model(kind.whole.name, kind.whole.label, {**told, "entries": {}})
        store.enable_model(kind.whole.name, True)
    return kind.whole.name


@pytest.mark.parametrize("operator", [False, True])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_both_ways_end_in_the_same_wiki(dialect: str, operator: bool, tmp_path: Path) -> None:
    rennes = replace(a_community(), modules=frozenset(Module) - {Module.MAILING_LIST})
    with (
        start_farm(tmp_path / "slow", dialect) as slow,
        start_farm(tmp_path / "fast", dialect) as fast,
    ):
        by_page = context_for(slow.url, tmp_path / "a")
        made_slowly = made(by_page, rennes)
        assert SLOW in " ".join(made_slowly.notes)
        by_model = context_for(fast.url, tmp_path / "b")
        made(by_model, replace(rennes, slug="vannes", name="Vannes"))
        if operator:
            put_by_operator(fast, by_model, rennes)
        made_fast = made(by_model, rennes)
        assert not operator or made_fast.post < 20
        assert not operator or not ours(fast).keys() - {put_by_operator(fast, by_model, rennes)}
        assert SLOW not in " ".join(made_fast.notes)
        assert made_fast.post < made_slowly.post
        slowly, quickly = (wiki_of(tmp_path / name, "rennes") for name in ("slow", "fast"))
        told = json.dumps(slowly).replace(slow.url, fast.url)
        for part in ("pages", "lists", "forms", "entries", "groups", "users", "modules", "triples"):
            assert quickly[part] == json.loads(told)[part], part
        assert rights_of(by_model, "rennes") == rights_of(by_page, "rennes")
        (again,) = apply(by_model, [rennes], audit=False)
        assert (again.status, again.post) == ("unchanged", 0)


def test_a_page_of_a_wiki_made_from_a_model_is_written_once(
    running: RunningFarm, fresh: Fresh
) -> None:
    """What a model gives already is told as seen from the first writing on."""
    for slug in ("vannes", "rennes"):
        made(fresh(), replace(a_community(), slug=slug, name=slug.title()))
    pages = snapshot(running.settings.data)["wikis"]["rennes"]["pages"]
    ours = pages.keys() & {"PagePrincipale", "CadreDeLaCommunaute", "AnimerIci"}
    assert {tag: pages[tag]["revisions"] for tag in ours} == {
        "PagePrincipale": 2, "CadreDeLaCommunaute": 2, "AnimerIci": 1,
    }  # fmt: skip
    assert "☑ Les pages et les fiches de démonstration" in pages["AnimerIci"]["body"]


PEOPLE = ("Robustesse", "Vannes", "vannes", "rennes", "Camille", "Morgane", "Morbihan", "bonjour@",
          "Galet", "@example.org", "{{password}}")  # fmt: skip


def test_a_model_is_reused_and_holds_nobody(running: RunningFarm, fresh: Fresh) -> None:
    first = a_community()
    made(fresh(), first)
    second = replace(
        first,
        slug="vannes",
        name="Vannes la belle",
        facilitators=(Facilitator("Morgane Ar Vro", "morgane@example.org"),),
        territory=Territory("Golfe du Morbihan", 47.6, -2.7),
        contact="bonjour@example.org",
        controller="Association Galet",
    )
    made(fresh(), second)
    (name,) = ours(running)
    model = running._app.farm.store.model(name)
    text = json.dumps([name, model, snapshot(running.settings.data)["models"]], ensure_ascii=False)
    assert not [word for word in PEOPLE if word in text]
    assert '"101"' not in json.dumps(model["forms"] if model else None)  # no form of people
    whole = put_by_operator(running, fresh(), second)
    text = json.dumps(running._app.farm.store.model(whole), ensure_ascii=False)
    assert not [word for word in PEOPLE if word in text]
    running._app.farm.store.enable_model(whole, False)
    made(fresh(), replace(second, slug="quimper", name="Quimper"))
    assert {each for each, (_label, offered) in ours(running).items() if offered} == {name}


def ours(running: RunningFarm) -> dict[str, tuple[str, bool]]:
    models = running._app.farm.store.models()
    return {name: each for name, each in models.items() if name.startswith(MODEL_PREFIX)}


def test_the_other_models_of_the_farm_stay_offered(running: RunningFarm, fresh: Fresh) -> None:
    store = running._app.farm.store
    with store.transaction():
        store.add_model("ailleurs", "Ailleurs", {})
        store.enable_model("ailleurs", True)
        store.add_model("secret", "Secret", {})
    made(fresh(), a_community())
    made(fresh(), a_community("vannes"))
    models = store.models()
    assert (models["ailleurs"][1], models["secret"][1], models[DEFAULT][1]) == (True, False, True)
    assert [offered for _label, offered in ours(running).values()] == [True]


def test_two_operators_who_install_it_at_once_end_with_one(
    running: RunningFarm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = (context_for(running.url, tmp_path / name) for name in ("here", "there"))
    made(here, a_community())
    made(there, a_community("vannes"))
    install = FarmModels.install

    def both(self: FarmModels, model: Any) -> None:
        models = there.farm.models
        assert models is not None
        install(models, model)
        install(self, model)

    monkeypatch.setattr(FarmModels, "install", both)
    assert made(here, a_community("quimper")).notes == []
    monkeypatch.undo()
    assert made(there, a_community("brest")).notes == []
    assert len(ours(running)) == 1


def refuse(self: FarmModels, _model: Any) -> None:
    raise WriteRefused("no folder")


def no_page(_self: FarmModels) -> None:
    return None


@pytest.mark.parametrize("what", [("install", refuse), ("all", no_page)])
def test_a_farm_without_models_makes_wikis_page_by_page(
    what: tuple[str, Callable[..., None]], fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FarmModels, *what)
    made(fresh(), a_community())
    assert SLOW in " ".join(made(fresh(), a_community("vannes")).notes)


def test_a_key_alone_makes_wikis_page_by_page(tmp_path: Path) -> None:
    with RunningFarm(RehearsalSettings(tmp_path / "keyed", password="x", token="cle")) as farm:
        context = context_for(farm.url, tmp_path, password="", token="cle")
        assert SLOW in " ".join(made(context, a_community()).notes)


def test_a_model_that_does_not_give_what_it_holds_is_used_once(
    running: RunningFarm, fresh: Fresh
) -> None:
    made(fresh(), a_community())
    made(fresh(), a_community("vannes"))
    (name,) = ours(running)
    store = running._app.farm.store
    model = store.model(name)
    assert model is not None
    model["pages"] = [page for page in model["pages"] if page["tag"] != "BacASable"]
    with store.transaction():
        store.add_model(name, "spoilt", model)
    told = made(fresh(), a_community("quimper"))
    assert name in " ".join(told.notes)
    assert "BacASable" in snapshot(running.settings.data)["wikis"]["quimper"]["pages"]
    assert SLOW in " ".join(made(fresh(), a_community("brest")).notes)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_computer_that_made_no_wiki_yet_finds_the_operators_model(
    dialect: str, tmp_path: Path
) -> None:
    with start_farm(tmp_path / "farm", dialect) as farm:
        operator = context_for(farm.url, tmp_path / "operator")
        made(operator, a_community())
        name = put_by_operator(farm, operator, a_community())
        first = made(context_for(farm.url, tmp_path / "new"), a_community("vannes"))
        assert SLOW not in " ".join(first.notes)
        assert list(ours(farm)) == [name]
        second = made(context_for(farm.url, tmp_path / "new"), a_community("auray"))
        assert name not in " ".join((*first.notes, *second.notes))
        assert list(ours(farm)) == [name]
        made(operator, a_community("quimper"))
        vannes, quimper = (wiki_of(tmp_path / "farm", slug) for slug in ("vannes", "quimper"))
        for part in ("lists", "forms", "groups", "modules"):
            assert vannes[part] == quimper[part], part
        # Of another kind, or of another version of the farm, it is another model.
        english = replace(a_community("brest"), language="en")
        assert SLOW in " ".join(made(context_for(farm.url, tmp_path / "en"), english).notes)


def test_a_computer_that_made_no_wiki_yet_does_without_a_model_that_is_not_whole(
    running: RunningFarm, fresh: Fresh, tmp_path: Path
) -> None:
    made(fresh(), a_community())
    name, store = put_by_operator(running, fresh(), a_community()), running._app.farm.store
    model = store.model(name)
    assert model is not None
    del model["rights"][receipts.TAG], model["modules"]["action listusers"]
    with store.transaction():
        store.add_model(name, "spoilt", model)
    new = context_for(running.url, tmp_path / "new")
    assert name in " ".join(made(new, a_community("vannes")).notes)
    assert SLOW in " ".join(made(new, a_community("quimper")).notes)
    vannes, quimper = (wiki_of(running.settings.data, slug) for slug in ("vannes", "quimper"))
    assert vannes["modules"] == quimper["modules"]
    assert rights_of(new, "vannes")[receipts.TAG] == OWN_RIGHTS


@pytest.mark.parametrize("part", ["pages", "forms", "lists"])
def test_what_somebody_added_to_a_model_is_named_and_the_model_left(
    part: str, running: RunningFarm, fresh: Fresh
) -> None:
    made(fresh(), a_community())
    made(fresh(), a_community("vannes"))
    (name,) = ours(running)
    store = running._app.farm.store
    model = store.model(name)
    assert model is not None
    if part == "pages":
        model[part].append({"tag": "AnnuaireDeTous", "body": "{{bazarliste}}"})
    elif part == "forms":
        model[part]["77"] = model[part]["102"] | {
            "bn_id_nature": "77", "bn_label_nature": "AnnuaireDeTous",
        }  # fmt: skip
    else:
        choices = next(iter(model[part].values()))
        model[part]["ListeDeTous"] = {**choices, "titre_liste": "AnnuaireDeTous"}
    with store.transaction():
        store.add_model(name, "altered", model)
    told = made(fresh(), a_community("quimper"))
    assert name in told.notes[0] and "AnnuaireDeTous" in told.notes[0]
    assert SLOW in " ".join(made(fresh(), a_community("brest")).notes)


@pytest.mark.parametrize("part", ["rights", "modules", "groups", "forms"])
def test_an_operators_model_that_is_not_whole_gives_way_to_one_made_over_http(
    part: str, running: RunningFarm, fresh: Fresh
) -> None:
    made(fresh(), a_community())
    name, store = put_by_operator(running, fresh(), a_community()), running._app.farm.store
    assert made(fresh(), a_community("vannes")).notes == []
    assert list(ours(running)) == [name]
    model = store.model(name)
    assert model is not None
    del model[part][{"groups": "admins", "forms": "101"}.get(part) or next(iter(model[part]))]
    with store.transaction():
        store.add_model(name, "spoilt", model)
    told = made(fresh(), a_community("quimper"))
    assert name in " ".join(told.notes)
    told = made(fresh(), a_community("brest"))
    assert name in " ".join(told.notes)
    assert SLOW not in " ".join(told.notes)
    assert len(ours(running)) == 2
    wikis = [wiki_of(running.settings.data, slug) for slug in ("vannes", "quimper", "brest")]
    for wiki in wikis:
        assert (wiki["modules"], wiki["groups"]) == (wikis[0]["modules"], wikis[0]["groups"])


def test_what_nothing_uses_is_removed_and_no_other(running: RunningFarm, fresh: Fresh) -> None:
    made(fresh(), a_community())
    made(fresh(), a_community("vannes"))
    store = running._app.farm.store
    (name,) = ours(running)
    with store.transaction():
        store.add_model("ailleurs", "Ailleurs", {})
    context = fresh()
    manifest = context.places.communities / "vannes.yml"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(dump_manifest(a_community("vannes")), "utf-8")
    (row,) = list_models(context, remove_unused=True).data["models"]
    assert (row["name"], row["used"], row["removed"]) == (name, True, False)
    manifest.unlink()
    manifest.parent.rmdir()
    (row,) = list_models(fresh(), remove_unused=True).data["models"]
    assert (row["used"], row["removed"]) == (False, True)
    assert set(store.models()) == {DEFAULT, "ailleurs"}
    assert made(fresh(), a_community("quimper")).notes == []


@pytest.mark.parametrize(
    "came",
    [
        NewContent({"Page'); DROP TABLE users; --": "x"}, {}, {}),
        NewContent({"Accueil": "{{password}}"}, {}, {}),
        NewContent({}, {"Liste'": BazarList("Liste'", "L", ())}, {}),
        NewContent({}, {}, {"1": "Formulaire gardé"}),
    ],
)
def test_what_the_farm_would_not_write_as_it_stands_is_in_no_model(came: NewContent) -> None:
    community = a_community()
    blueprint = load_blueprint(community.blueprint, near=Path())
    receipt = DesignedPage(receipts.TAG, receipts.BEGUN, OWN_RIGHTS)
    url = "http://f.example/"
    kind = CommunityKind.of(
        community, blueprint, receipt, farm_url=url, dialect=Dialect.D44, release="4.4.4"
    )
    assert kind.models(came) is None


def test_a_visitor_sees_no_form_of_people_before_the_rights_are_set(
    running: RunningFarm, fresh: Fresh
) -> None:
    made(fresh(), a_community())
    context = fresh()
    shown: dict[str, set[str]] = {}

    class Look(Silence):
        def __call__(self, slug: str, what: str) -> None:
            forms = httpx.get(f"{running.url}{slug}/?api/forms")
            if forms.status_code == 200:
                shown.setdefault(what, set(forms.json()))

    context.progress = Look()
    made(context, a_community("vannes"))
    assert "102" in shown["accounts"]  # the model gave it
    assert all("101" not in shown[step] for step in ("accounts", "settings", "pages", "rights"))


class Cut(httpx.HTTPTransport):
    """Real connections until `writes` writes were asked for; then this computer dies."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self._left = writes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            if not self._left:
                raise KeyboardInterrupt
            self._left -= 1
        return super().handle_request(request)


KINDS = [Module.AGENDA, Module.MINUTES, Module.RESOURCES, Module.PROPOSALS, Module.MAP]


def test_a_run_cut_before_any_write_goes_on_to_the_same_end(
    running: RunningFarm, fresh: Fresh, tmp_path: Path
) -> None:
    made(fresh(), a_community())
    for writes, module in enumerate(KINDS):  # login, install, offer, create, login
        modules = frozenset({Module.PARTICIPANTS, module})
        community = replace(a_community(module.value), modules=modules)
        with pytest.raises(KeyboardInterrupt):
            apply(context_for(running.url, tmp_path, transport=Cut(writes)), [community])
        assert SLOW not in " ".join(made(fresh(), community).notes)
        (again,) = apply(fresh(), [community], audit=False)
        assert again.status == "unchanged"
    models = ours(running).values()
    assert len(models) == len(KINDS)
    assert all(offered for _label, offered in models)
