"""From a community and a blueprint to the design: everything that its wiki should hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from wikifarm.blueprint import neutral
from wikifarm.blueprint.blueprint_file import schema_folder
from wikifarm.blueprint.blueprint_model import FACILITATORS, Blueprint, FormPlan, PagePlan
from wikifarm.blueprint.checklist_file import phases
from wikifarm.blueprint.design import Design, DesignedForm, DesignedList, DesignedPage
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.render import Constant, Names, render, typed
from wikifarm.blueprint.schema.bazar_schema import Schema, tailored, writing_right
from wikifarm.blueprint.schema.choices import expected_list_id, load_lists
from wikifarm.blueprint.schema.schema_file import load_schemas
from wikifarm.blueprint.schema.template import describe, properties
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.lists.sympa_addresses import SympaAddresses
from wikifarm.model import BazarList, Dialect, Module, Rights

TEXTS = ("checklist.md", "checklist.html", "welcome.txt")


def design(
    community: Community,
    blueprint: Blueprint,
    *,
    farm_url: str,
    wiki_url: str,
    accounts: Mapping[str, str],
    facts: Collection[str] = (),
    mailing_list: Mapping[str, str] | None = None,
    dialect: Dialect = Dialect.D45,
    list_ids: Mapping[str, str] | None = None,
) -> Design:
    """Everything the wiki of `community` should hold.

    `accounts` maps the e-mail of each facilitator to an account of the wiki (one that is absent is
    left out of the groups). `facts` are what the tool has seen, for the checklist in the pages, and
    `mailing_list` how the list stands (`address`, `state`, `home`), for the page that tells of it.
    `dialect` and `list_ids` (the server's, once known) only serve pages that name the answers of a
    list; without them, the names that both dialects should give. Same input, same design: no date,
    no chance. Raises InvalidInput when the language is missing or a template fails.
    """
    _check_language(community, blueprint)
    schemas = _designed_schemas(community, blueprint)
    context = context_of(community, blueprint, farm_url=farm_url, wiki_url=wiki_url,
                         facts=facts, mailing_list=mailing_list, dialect=dialect,
                         list_ids=list_ids)  # fmt: skip
    return Design(
        blueprint=blueprint.name,
        version=blueprint.version,
        language=community.language,
        pages=tuple(_page(one, community, blueprint, context)
                    for one in blueprint.active_pages(community)),
        lists=_lists(schemas, community, blueprint),
        forms=tuple(DesignedForm(plan.id, schema, schema.zone) for plan, schema in schemas),
        accounts={one.email: accounts[one.email] for one in community.facilitators
                  if one.email in accounts},
        groups=_groups(community, blueprint, accounts),
        closed=_settled(blueprint.closed, community),
        closed_prefixes=_settled(blueprint.closed_prefixes, community),
        action_rights=blueprint.action_rights,
        handler_rights=blueprint.handler_rights,
        removed_pages=blueprint.removed_pages,
        removed_forms=blueprint.removed_forms,
        removed_lists=blueprint.removed_lists,
        settings={**blueprint.settings, **_own_settings(community), **_map_settings(community)},
    )  # fmt: skip


def render_text(
    community: Community, blueprint: Blueprint, name: str, context: Mapping[str, Any]
) -> str:
    """One text of the blueprint (`welcome.txt`, `checklist.md`, ...).

    Its file is `<language>/<name>.j2`, or else `<name>.j2`. `context` is that of `context_of`, with
    what the text needs besides.
    """
    return render(blueprint.folder, community.language, name, typed_context(context))


def texts(
    community: Community,
    blueprint: Blueprint,
    *,
    farm_url: str,
    wiki_url: str,
    facts: Collection[str] = (),
    mailing_list: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The texts for those who facilitate: `checklist.md`, `checklist.html` and `welcome.txt`."""
    _check_language(community, blueprint)
    context = context_of(community, blueprint, farm_url=farm_url, wiki_url=wiki_url, facts=facts,
                         mailing_list=mailing_list)  # fmt: skip
    return {name: render_text(community, blueprint, name, context) + "\n" for name in TEXTS}


def typed_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with its texts marked as typed; names and functions pass as they are."""
    return {
        key: typed(value) if isinstance(value, str | list | tuple | dict) else value
        for key, value in context.items()
    }


def context_of(
    community: Community,
    blueprint: Blueprint,
    *,
    farm_url: str,
    wiki_url: str,
    facts: Collection[str] = (),
    mailing_list: Mapping[str, str] | None = None,
    dialect: Dialect = Dialect.D45,
    list_ids: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What templates may name: community, facilitators, modules, forms, fields, questions, lists,
    mailing_list, tags, has, urls, phases, blueprint. `facts` is what the tool has seen, for the
    checklist, and `mailing_list` how the list stands."""
    tags = {page.key: Constant(page.tags[community.language])
            for page in blueprint.active_pages(community)}  # fmt: skip
    schemas = _designed_schemas(community, blueprint)
    ids = list_ids or _expected_ids(community, blueprint, dialect)
    urls = _Urls(farm_url, wiki_url, tags, blueprint)
    return {
        "phases": phases(blueprint.folder, community.language, community.modules,
                         lambda key: urls.page(key) if key in tags else None, facts),
        "community": _community_names(community),
        "facilitators": [typed(one.name) for one in community.facilitators],
        "modules": Names({one.value.replace("-", "_"): one in community.modules for one in Module}),
        "forms": Names({plan.key: Constant(plan.id) for plan, _schema in schemas}),
        "fields": Names({plan.key: Names(_constants(properties(schema, dialect, ids)))
                         for plan, schema in schemas}),
        "questions": Names({plan.key: describe(schema) for plan, schema in schemas}),
        "lists": Names(_constants(ids)),
        "mailing_list": _list_names(community, mailing_list or {}),
        "tags": Names(tags),
        "has": tags.__contains__,
        "urls": urls,
        "blueprint": Names(_constants({"name": blueprint.name, "version": blueprint.version})),
    }  # fmt: skip


class _Urls:
    """The addresses that templates may print."""

    def __init__(
        self, farm_url: str, wiki_url: str, tags: Mapping[str, Constant], blueprint: Blueprint
    ) -> None:
        self.farm = Constant(neutral.address(farm_url))
        self.wiki = Constant(neutral.address(wiki_url))
        self._tags = tags
        self._other_tags = set(blueprint.closed)

    def page(self, key: str) -> Constant:
        """The address of a page of the blueprint, or of one of YesWiki's own that it names."""
        tag = self._tags.get(key, key if key in self._other_tags else None)
        if tag is None:
            raise ValueError(_("no page “{key}” in this community").format(key=key))
        return Constant(f"{self.wiki}?{tag}")


def _constants(values: Mapping[str, str]) -> dict[str, Constant]:
    return {key: Constant(value) for key, value in values.items()}


def _community_names(community: Community) -> Names:
    place = community.territory
    links = [(typed(label), Constant(neutral.address(url))) for label, url in community.links]
    words = {
        key: typed(getattr(community, key))
        for key in (
            "name",
            "description",
            "rhythm",
            "contact",
            "controller",
        )
    }
    choices = {
        key: Constant(getattr(community, key))
        for key in ("slug", "language", "admission", "writing")
    }
    territory = Names({
        "label": typed(place.label), "latitude": place.latitude, "longitude": place.longitude,
        "zoom": place.zoom,
    })  # fmt: skip
    return Names({**words, **choices, "territory": territory, "links": links})


def _list_names(community: Community, held: Mapping[str, str]) -> Names:
    """How the mailing list stands, its links and its commands; empty texts where it has none.

    Its host takes mail at LIST-unsubscribe and LIST-request (Sympa 6.2).
    """
    address = held.get("address", "") or community.mailing_list_address
    name, at, domain = address.partition("@")
    home = held.get("home", "")
    pages = SympaAddresses(home.rpartition("/info/")[0])
    links = {
        "home": home,
        "archives": pages.archives(name) if pages.web and at else "",
        "leaving": pages.unsubscribe(name) if pages.web and at else "",
    }
    mails = {
        "address": address if at else "",
        "unsubscribe": f"{name}-unsubscribe@{domain}" if at else "",
        "owners": f"{name}-request@{domain}" if at else "",
    }
    return Names({
        "state": Constant(held.get("state", "")),
        **{key: Constant(neutral.address(one)) for key, one in links.items()},
        **{key: typed(one) for key, one in mails.items()},
    })  # fmt: skip


def _check_language(community: Community, blueprint: Blueprint) -> None:
    if community.language not in blueprint.languages:
        message = _("the blueprint “{name}” is not written in “{language}”").format(
            name=blueprint.name, language=community.language
        )
        raise InvalidInput([Problem(message, file=community.source, code="language")])


@lru_cache(maxsize=8)
def _schemas(folder: Path, language: str) -> Mapping[str, Schema]:
    return load_schemas(folder, language)


@lru_cache(maxsize=8)
def _known_lists(folder: Path, language: str) -> Mapping[str, BazarList]:
    return load_lists(folder, language)


def _designed_schemas(community: Community, blueprint: Blueprint) -> list[tuple[FormPlan, Schema]]:
    """The forms of the community, each with its schema for these modules."""
    schemas = _schemas(schema_folder(blueprint.folder), community.language)
    plans = blueprint.active_forms(community)
    ids = {plan.schema: plan.id for plan in plans} | {plan.key: plan.id for plan in plans}
    tags = {page.key: page.tags[community.language] for page in blueprint.pages}
    return [(plan, tailored(schemas[plan.schema], community, ids, tags)) for plan in plans]


def _expected_ids(community: Community, blueprint: Blueprint, dialect: Dialect) -> dict[str, str]:
    lists = _known_lists(schema_folder(blueprint.folder), community.language)
    return {key: expected_list_id(one.title, dialect) for key, one in lists.items()}


def _lists(
    schemas: list[tuple[FormPlan, Schema]], community: Community, blueprint: Blueprint
) -> tuple[DesignedList, ...]:
    """The lists that the community's forms use, each once, in the order they appear."""
    known = _known_lists(schema_folder(blueprint.folder), community.language)
    used = dict.fromkeys(key for _plan, schema in schemas for key in schema.lists)
    return tuple(DesignedList(key, known[key].title, known[key].items) for key in used)


def _page(
    plan: PagePlan, community: Community, blueprint: Blueprint, context: Mapping[str, Any]
) -> DesignedPage:
    body = render(blueprint.folder, community.language, f"pages/{plan.key}.wiki", context)
    rights = _settle(blueprint.profiles[plan.profile], community)
    return DesignedPage(plan.tags[community.language], body, rights, plan.zone)


def _settle(rights: Rights, community: Community) -> Rights:
    right = writing_right(community)
    return replace(rights, read=rights.read.replace("$writing", right),
                   write=rights.write.replace("$writing", right))  # fmt: skip


def _settled(rights: Mapping[str, Rights], community: Community) -> dict[str, Rights]:
    return {tag: _settle(one, community) for tag, one in rights.items()}


def _groups(
    community: Community, blueprint: Blueprint, accounts: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    names = [accounts[one.email] for one in community.facilitators if one.email in accounts]
    return {
        group: tuple(
            name for member in members for name in (names if member == FACILITATORS else [member])
        )
        for group, members in blueprint.groups.items()
    }


def _own_settings(community: Community) -> dict[str, str]:
    """The wiki's name, which themes print bare in attributes, and who may write a new page.

    The farm writes the name with backslashes before its quotes (FarmService, addslashes).
    """
    return {
        "wakka_name": neutral.plain(community.name),
        "default_write_acl": writing_right(community),
        "default_language": community.language,
    }


def _map_settings(community: Community) -> dict[str, str]:
    """Where the maps of the wiki open (tools/bazar/config.yaml)."""
    place = community.territory
    if place.latitude is None or place.longitude is None:
        return {}
    return {
        "baz_map_center_lat": str(place.latitude),
        "baz_map_center_lon": str(place.longitude),
        "baz_map_zoom": str(place.zoom),
    }
