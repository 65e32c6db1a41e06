"""From a community and a blueprint to the design: everything that its wiki should hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wikifarm.blueprint import neutral
from wikifarm.blueprint.blueprint_file import PAGE_SUFFIX, TEXTS, schema_folder
from wikifarm.blueprint.blueprint_model import (
    FACILITATORS,
    Blueprint,
    PagePlan,
    PeoplePlan,
    Who,
)
from wikifarm.blueprint.checklist_file import Fact, facts_of, phases
from wikifarm.blueprint.design import (
    Design,
    DesignedFile,
    DesignedForm,
    DesignedList,
    DesignedPage,
    DesignedWho,
    Licence,
    PeopleForm,
)
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.render import Constant, Names, render, typed
from wikifarm.blueprint.schema.bazar_schema import (
    Schema,
    filling_right,
    tailored,
    writing_right,
)
from wikifarm.blueprint.schema.choices import expected_list_id, known_lists
from wikifarm.blueprint.schema.schema_file import known_schemas
from wikifarm.blueprint.schema.template import describe, properties
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.model import Dialect, Module, Rights
from wikifarm.whole_wiki import Attachment

_HEADING = re.compile(r"^====== ([^<{]+) ======$", re.M)  # of a page, when no value stands in it

LIST_PAGES = ("home", "archives", "leaving")
LIST_MAILS = ("address", "unsubscribe", "owners")


class Compiler:
    """One community through its blueprint. Its forms and tags are settled once; its pages and
    texts are rendered as often as what they tell of changes.

    `dialect` only serves texts that name the answers of a list. Same input, same result: no date,
    no chance. Raises InvalidInput when the language is missing or a template fails.
    """

    def __init__(
        self,
        community: Community,
        blueprint: Blueprint,
        *,
        farm_url: str,
        wiki_url: str,
        dialect: Dialect = Dialect.D45,
    ) -> None:
        _check_language(community, blueprint)
        self.community = community
        self.blueprint = blueprint
        self._forms = _designed_forms(community, blueprint)
        whole = replace(community, modules=frozenset(Module))
        self._all_forms = _designed_forms(whole, blueprint)
        self._tags = {
            page.key: Constant(page.tags[community.language])
            for page in blueprint.active_pages(community)
        }
        self._urls = _Urls(farm_url, wiki_url, self._tags, blueprint)
        self.facts = facts_of(blueprint.folder)
        self.who = self._who()
        self.names = self._settled_names(dialect)

    def with_every_module(self, form: DesignedForm) -> Schema:
        """The same form as it would be with every module switched on."""
        return next(each.schema for each in self._all_forms.values() if each.id == form.id)

    def design(
        self,
        accounts: Mapping[str, str],
        facts: Collection[str] = (),
        mailing_list: Mapping[str, str] | None = None,
    ) -> Design:
        """Everything the wiki of the community should hold.

        `accounts` maps the e-mail of each facilitator to an account of the wiki (one that is absent
        is left out of the groups). For `facts` and `mailing_list`, see `pages`.
        """
        community, blueprint = self.community, self.blueprint
        return Design(
            blueprint=blueprint.name,
            version=blueprint.version,
            language=community.language,
            who=self.who,
            pages=self.pages(facts, mailing_list),
            lists=self._lists(),
            forms=tuple(self._forms.values()),
            accounts={person.email: accounts[person.email] for person in community.facilitators
                      if person.email in accounts},
            groups=_groups(community, blueprint, accounts),
            closed=_settled(blueprint.closed, community),
            closed_prefixes=_settled(blueprint.closed_prefixes, community),
            action_rights=_settled_words(blueprint.action_rights, community),
            handler_rights=_settled_words(blueprint.handler_rights, community),
            removed_pages=blueprint.removed_pages,
            removed_forms=blueprint.removed_forms,
            removed_lists=blueprint.removed_lists,
            settings={**_own_settings(community, blueprint.who), **blueprint.settings,
                      **_map_settings(community)},
            files=self._files(),
            facts={name: self._fact(fact) for name, fact in self.facts.items()},
            put_off=tuple(form for key, form in self._all_forms.items() if key not in self._forms),
        )  # fmt: skip

    def address_of(self, tag: str) -> str:
        """The address of any page of the wiki."""
        return f"{self._urls.wiki}?{tag}"

    def pages(
        self, facts: Collection[str] = (), mailing_list: Mapping[str, str] | None = None
    ) -> tuple[DesignedPage, ...]:
        """The pages. `facts` are the names of those that the tool has seen, for the checklist in
        them, and `mailing_list` how the list stands (`state`, LIST_PAGES, LIST_MAILS)."""
        context = self.context(facts, mailing_list)
        return tuple(self._page(page, context)
                     for page in self.blueprint.active_pages(self.community))  # fmt: skip

    def texts(
        self,
        facts: Collection[str] = (),
        mailing_list: Mapping[str, str] | None = None,
        warnings: Sequence[str] = (),
    ) -> dict[str, str]:
        """The texts for those who facilitate: `checklist.md`, `checklist.html`, `welcome.txt`.

        `warnings` are sentences that they should read first.
        """
        context = self.context(facts, mailing_list) | {"warnings": list(warnings)}
        return {name: self._text(name, context) + "\n" for name in TEXTS}

    def text(self, name: str, more: Mapping[str, Any]) -> str:
        """One text of the blueprint (`list-request.txt`, ...), with what it needs besides.

        Its file is `<language>/<name>.j2`, or else `<name>.j2`.
        """
        return self._text(name, {**self.context(), **more})

    def _text(self, name: str, context: Mapping[str, Any]) -> str:
        return render(self.blueprint.folder, self.community.language, name, typed_context(context))

    def context(
        self, facts: Collection[str] = (), mailing_list: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """What templates may name: `names`, phases of the checklist, mailing_list."""
        community = self.community
        return {
            **self.names,
            "phases": phases(self.blueprint.folder, community.language, community.modules,
                             self._page_link, facts),
            "mailing_list": _list_names(mailing_list or {}),
        }  # fmt: skip

    def _page_link(self, key: str) -> tuple[str, str] | None:
        """The title of a page of this community and its address."""
        if key not in self._tags:
            return None
        folder = self.blueprint.folder / self.community.language / "pages"
        text = (folder / f"{key}{PAGE_SUFFIX}").read_text(encoding="utf-8")
        heading = _HEADING.search(text)
        return Constant(heading[1] if heading else self._tags[key]), self._urls.page(key)

    def _settled_names(self, dialect: Dialect) -> dict[str, Any]:
        """The names that never change: community, facilitators, modules, forms, fields, questions,
        lists, tags, has, urls, blueprint."""
        community, blueprint = self.community, self.blueprint
        ids = _expected_ids(community, blueprint, dialect)
        return {
            "community": _community_names(community),
            "facilitators": [typed(person.name) for person in community.facilitators],
            "modules": Names({module.value.replace("-", "_"): module in community.modules
                              for module in Module}),
            "forms": Names({key: Constant(form.id) for key, form in self._forms.items()}),
            "fields": Names({key: Names(_constants(properties(form.schema, dialect, ids)))
                             for key, form in self._forms.items()}),
            "questions": Names({key: describe(form.schema) for key, form in self._forms.items()}),
            "lists": Names(_constants(ids)),
            "tags": Names(self._tags),
            "has": self._tags.__contains__,
            "urls": self._urls,
            "blueprint": Names(_constants({"name": blueprint.name, "version": blueprint.version})),
        }  # fmt: skip

    def _page(self, page: PagePlan, context: Mapping[str, Any]) -> DesignedPage:
        language = self.community.language
        body = render(self.blueprint.folder, language, f"pages/{page.key}.wiki", context)
        rights = _settle(self.blueprint.profiles[page.profile], self.community)
        return DesignedPage(page.tags[language], body, rights, page.zone, page.look)

    def _files(self) -> tuple[DesignedFile, ...]:
        """The files of the community's pages."""
        return tuple(
            DesignedFile(
                Attachment(str(self._tags[file.page]), file.path.name), file.path, file.digest
            )
            for file in self.blueprint.files
            if file.page in self._tags
        )

    def _lists(self) -> tuple[DesignedList, ...]:
        """The lists that the community's forms use, each once, in the order they appear."""
        known = known_lists(schema_folder(self.blueprint.folder), self.community.language)
        used = dict.fromkeys(key for form in self._forms.values() for key in form.schema.lists)
        return tuple(DesignedList(key, known[key].title, known[key].items) for key in used)

    def _who(self) -> DesignedWho:
        who = self.blueprint.who
        licence = who.licence
        return DesignedWho(
            members=who.members,
            facilitators=who.facilitators,
            people=tuple(self._people(plan) for plan in who.people if plan.form in self._forms),
            checklist=self._tag(who.checklist),
            licence=Licence(self._tag(licence.page), licence.name) if licence else None,
        )

    def _people(self, plan: PeoplePlan) -> PeopleForm:
        """A form of people, with what this community asks in it."""
        form = self._forms[plan.form]
        asked = {field.name for field in form.schema.fields}
        return PeopleForm(
            form,
            plan.address if plan.address in asked else "",
            tuple(field for field in plan.consents if field.name in asked),
            tuple(name for name in plan.called if name in asked),
        )

    def _fact(self, fact: Fact) -> Fact:
        """The same, with the tag of its page and the id of its form in this wiki; empty where the
        community has no such page or form."""
        form = self._forms.get(fact.form)
        return replace(fact, page=self._tag(fact.page), form=form.id if form else "")

    def _tag(self, key: str) -> str:
        return str(self._tags.get(key, ""))


def typed_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with its texts marked as typed; names and functions pass as they are."""
    return {
        key: typed(value) if isinstance(value, str | list | tuple | dict) else value
        for key, value in context.items()
    }


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


def _list_names(told: Mapping[str, str]) -> Names:
    """How the mailing list stands, its links and its addresses; empty texts where it has none."""
    return Names({
        "state": Constant(told.get("state", "")),
        **{key: Constant(neutral.address(told.get(key, ""))) for key in LIST_PAGES},
        **{key: typed(told.get(key, "")) for key in LIST_MAILS},
    })  # fmt: skip


def _check_language(community: Community, blueprint: Blueprint) -> None:
    if community.language not in blueprint.languages:
        message = _("the blueprint “{name}” is not written in “{language}”").format(
            name=blueprint.name, language=community.language
        )
        raise InvalidInput([Problem(message, file=community.source, code="language")])


def _designed_forms(community: Community, blueprint: Blueprint) -> dict[str, DesignedForm]:
    """The forms of the community by key, each with its schema for these modules."""
    schemas = known_schemas(schema_folder(blueprint.folder), community.language)
    plans = blueprint.active_forms(community)
    ids = {plan.schema: plan.id for plan in plans} | {plan.key: plan.id for plan in plans}
    tags = {page.key: page.tags[community.language] for page in blueprint.pages}
    forms = {}
    for plan in plans:
        schema = tailored(schemas[plan.schema], community, ids, tags)
        forms[plan.key] = DesignedForm(plan.id, schema, schema.zone)
    return forms


def _expected_ids(community: Community, blueprint: Blueprint, dialect: Dialect) -> dict[str, str]:
    """The ids that the server should give to the lists, once they are made."""
    lists = known_lists(schema_folder(blueprint.folder), community.language)
    return {key: expected_list_id(choices.title, dialect) for key, choices in lists.items()}


def _settle(rights: Rights, community: Community) -> Rights:
    read, write = (_settled_word(right, community) for right in (rights.read, rights.write))
    return replace(rights, read=read, write=write)


def _settled_word(right: str, community: Community) -> str:
    settled = right.replace("$writing", writing_right(community))
    return settled.replace("$filling", filling_right(community))


def _settled_words(rights: Mapping[str, str], community: Community) -> dict[str, str]:
    return {name: _settled_word(right, community) for name, right in rights.items()}


def _settled(rights: Mapping[str, Rights], community: Community) -> dict[str, Rights]:
    return {tag: _settle(right, community) for tag, right in rights.items()}


def _groups(
    community: Community, blueprint: Blueprint, accounts: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    names = [
        accounts[person.email] for person in community.facilitators if person.email in accounts
    ]
    return {
        group: tuple(
            name for member in members for name in (names if member == FACILITATORS else [member])
        )
        for group, members in blueprint.groups.items()
    }


def _own_settings(community: Community, who: Who) -> dict[str, str]:
    """The wiki's name, which themes print bare in attributes, what search engines are told of it,
    and the rights of a new page.

    The farm writes both with backslashes before their quotes (FarmService, addslashes). A page
    that nobody foresaw, such as tomorrow's administrative log, is read by members alone until
    somebody opens it by name; whoever makes one has an account, so that it has an owner.
    """
    return {
        "wakka_name": neutral.plain(community.name),
        "meta_description": neutral.plain(community.description or community.name),
        "default_read_acl": f"@{who.members}",  # one right: YesWiki does not cut it at commas
        "default_write_acl": "+",
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
