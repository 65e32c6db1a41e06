"""A farm model: what is the same in every new wiki of one kind, for the farm to write in one go.

It is compiled from communities that nobody has (`_strangers`), never from a real one: whoever knows
its address may read it (docs/yeswiki.md, Models), so that nothing of a community can be in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import LIST_MAILS, LIST_PAGES, Compiler
from wikifarm.blueprint.design import Design, DesignedList, DesignedPage
from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.schema.choices import expected_list_id
from wikifarm.blueprint.schema.template import form_json
from wikifarm.model import BazarList, Dialect, FarmModel, Rights, Zone, canonical, content_hash

# A tag and the id of a list enter the model's SQL as they stand (generateModelAction.php).
PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")
# What the farm replaces in a model when it makes a wiki (FarmService::createWikiFromEntry).
_FILLED = re.compile(r"\{\{(?:prefix|siteTitle|WikiName|password|email|rootPage)\}\}")


@dataclass(frozen=True)
class NewContent:
    """What the farm itself puts into a new wiki: its pages by tag, its lists by id, its forms by
    number, of which the label is enough, and the actions and handlers that it has ("action trail").
    """

    pages: Mapping[str, str]
    lists: Mapping[str, BazarList]
    forms: Mapping[str, str]
    modules: frozenset[str] = frozenset()


@dataclass(frozen=True)
class KindModels:
    """The models of one kind of communities: what an administrator of the farm may make over HTTP,
    and what only the operator of its server can put there, with rights and groups too."""

    light: FarmModel
    whole: FarmModel


@dataclass(frozen=True)
class CommunityKind:
    """Communities of one kind: of one blueprint, language, modules, admission and rights to write;
    through the designs of some that nobody has.

    `receipt` is the page that wikifarm keeps for itself, as it begins; `release`, the version of
    YesWiki that the farm runs.
    """

    designs: tuple[Design, ...]
    dialect: Dialect
    label: str
    receipt: DesignedPage
    release: str

    @classmethod
    def of(
        cls,
        community: Community,
        blueprint: Blueprint,
        receipt: DesignedPage,
        *,
        farm_url: str,
        dialect: Dialect,
        release: str,
    ) -> CommunityKind:
        """The kind of a community."""
        designs = tuple(
            Compiler(each, blueprint, farm_url=farm_url, wiki_url=f"{farm_url}{each.slug}/",
                     dialect=dialect).design({}, (), told)
            for each, told in _strangers(community)
        )  # fmt: skip
        modules = ", ".join(sorted(module.value for module in community.modules))
        name = f"{blueprint.name} {blueprint.version}"
        label = f"wikifarm · {name} · {community.language} · {modules}"
        return cls(designs, dialect, label, receipt, release)

    @cached_property
    def least(self) -> FarmModel:
        """What the operator's model holds, whatever the farm itself puts into a new wiki: who has
        not seen that knows the model by its name, and what it must give. Where the farm has a list
        of a title of ours, its forms have that one."""
        first = self.designs[0]
        lists = _lists(first, {}, self.dialect)
        least = FarmModel(
            pages={**self._pages, self.receipt.tag: self.receipt.body},
            lists={},
            forms=_forms(self.designs, lists, self.dialect),
            dialect=self.dialect,
            label=f"{self.label} · ops",
            rights=_rights(self.designs) | {self.receipt.tag: self.receipt.rights},
            modules=_modules(first),
            groups=_groups(first),
        )
        content = [
            self.release,
            self.dialect.value,
            least.pages,
            {key: [each.title, each.items] for key, each in lists.items()},
            least.forms,
            {tag: asdict(each) for tag, each in least.rights.items()},
            least.modules,
            least.groups,
            [first.removed_pages, first.removed_forms, first.removed_lists],
        ]
        return replace(least, kind=content_hash(content))

    def models(self, came: NewContent) -> KindModels | None:
        """The models of this kind.

        None where one would lose something: the blueprint keeps a form that comes with every wiki,
        with its entries, or what comes with it cannot be written into a model.
        """
        first, least = self.designs[0], self.least
        pages = {tag: body for tag, body in came.pages.items() if tag not in first.removed_pages}
        kept = {key: each for key, each in came.lists.items() if key not in first.removed_lists}
        kept_forms = set(came.forms.values()) - set(first.removed_forms)
        lists = {**kept, **_lists(first, kept, self.dialect)}
        names = [*lists, *least.rights]
        if kept_forms or not _writable(pages) or not all(map(PLAIN.match, names)):
            return None
        forms = _forms(self.designs, lists, self.dialect)
        people = {form.id for form in first.forms if form.zone is Zone.PEOPLE}
        # Without rights, the forms of people come later, so that nobody can be written down before.
        open_forms = {key: form for key, form in forms.items() if key not in people}
        own = {self.receipt.tag: self.receipt.body}
        light = FarmModel(pages | self._pages | own, lists, open_forms, self.dialect, self.label)
        ours = {page.tag for page in first.pages}
        whole = replace(
            least,
            pages={**pages, **least.pages},
            lists=lists,
            forms=forms,
            rights={tag: each for tag, each in least.rights.items()
                    if tag in pages or tag in ours or tag in least.pages},
            modules={key: each for key, each in least.modules.items() if key in came.modules},
        )  # fmt: skip
        return KindModels(light, whole)

    @property
    def _pages(self) -> dict[str, str]:
        """The pages that a model may hold, of those that its communities have alike."""
        first, other = self.designs[:2]
        return {tag: body for tag, body in _common(first, other).items() if _writable({tag: body})}


def _writable(pages: Mapping[str, str]) -> bool:
    """True where the farm would write every page as it stands."""
    return not any(_FILLED.search(body) or not PLAIN.match(tag) for tag, body in pages.items())


def _common(first: Design, other: Design) -> dict[str, str]:
    """The pages that two communities have alike which share nothing but their kind: a community
    that says more of itself has its own written over them."""
    others = {page.tag: page.body for page in other.pages}
    return {page.tag: page.body for page in first.pages if others.get(page.tag) == page.body}


def _lists(design: Design, kept: Mapping[str, BazarList], dialect: Dialect) -> dict[str, BazarList]:
    """The lists of the design under the ids that the server would give them."""
    titles = {each.title.strip() for each in kept.values()}

    def made(wanted: DesignedList) -> BazarList:
        return BazarList(expected_list_id(wanted.title, dialect), wanted.title, wanted.items)

    new = (made(each) for each in design.lists if each.title.strip() not in titles)
    return {each.id: each for each in new if each.id not in kept}


def _forms(
    designs: Sequence[Design], lists: Mapping[str, BazarList], dialect: Dialect
) -> dict[str, dict[str, str]]:
    """The forms that no community changes."""
    ids_by_title = {each.title: key for key, each in lists.items()}
    ids = {each.key: ids_by_title[each.title] for each in designs[0].lists
           if each.title in ids_by_title}  # fmt: skip
    texts = [
        {
            form.id: form_json(form.schema, form.id, dialect, ids)
            for form in design.forms
            if set(form.schema.lists) <= ids.keys()
        }
        for design in designs
    ]
    return {key: form for key, form in texts[0].items()
            if all(each.get(key) == form for each in texts)}  # fmt: skip


def _rights(designs: Sequence[Design]) -> dict[str, Rights]:
    """The rights that no community changes: those of pages to come too, which they are born with
    (PageManager::save, 4.4.4 and 4.5.0)."""
    each_has = [{page.tag: page.rights for page in design.pages} for design in designs]
    return dict(designs[0].closed) | {
        tag: rights
        for tag, rights in each_has[0].items()
        if all(each.get(tag) == rights for each in each_has)
    }


def _modules(design: Design) -> dict[str, str]:
    """The rights of actions and handlers, that the wiki has or not; everybody's is none."""
    kinds = {"action": design.action_rights, "handler": design.handler_rights}
    rights = {
        f"{kind} {name}": right for kind, each in kinds.items() for name, right in each.items()
    }
    return {key: right for key, right in rights.items() if canonical(right) != "*"}


def _groups(design: Design) -> dict[str, tuple[str, ...]]:
    """The groups, with the groups in them and nobody."""
    return {
        name: tuple(member for member in members if member.startswith("@"))
        for name, members in design.groups.items()
    }


def _strangers(community: Community) -> list[tuple[Community, dict[str, str]]]:
    """Communities of the same kind with nothing else in common, and how their lists stand: a text
    that is the same for them tells nothing of any. Two that say nothing of themselves, one that
    says everything."""
    bare = Community(
        name="Aaa", slug="aaa", facilitators=(), language=community.language,
        blueprint=community.blueprint, modules=community.modules, admission=community.admission,
        writing=community.writing, source=community.source,
    )  # fmt: skip
    known = {key: f"https://{key}.example.org/" for key in LIST_PAGES}
    known |= {key: f"{key}@example.org" for key in LIST_MAILS}
    other = replace(bare, name="Bbb bbb", slug="bbb")
    return [(bare, {}), (other, {}), (_full(bare, "Ccc"), {**known, "state": "open"})]


def _full(bare: Community, word: str) -> Community:
    low, number = word.lower(), float(ord(word[0]) % 50)
    return replace(
        bare,
        name=f"{word} {low}",
        slug=low,
        facilitators=(Facilitator(f"{word} {low}", f"{low}@example.org"),
                      Facilitator(f"{word} {word}", f"{word}@example.org")),
        territory=Territory(f"{low} {word}", number, number, int(number)),
        description=f"{word}, {low}",
        rhythm=f"{low}-{word}",
        contact=f"{low}.contact@example.org",
        controller=f"{word} {low} {word}",
        mailing_list_address=f"{low}.list@example.org",
        links=((word, f"https://{low}.example.org/"),),
    )  # fmt: skip
