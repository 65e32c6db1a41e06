"""From a whole wiki to a blueprint in files. Pure: the same wiki with other people in it gives the
same files, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from wikifarm.blueprint import neutral
from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.capture.captured import (
    Captured,
    CapturedForm,
    LeftKind,
    LeftOut,
    Why,
    why_of,
)
from wikifarm.blueprint.capture.copied_rights import (
    ADMINS,
    RightsCopy,
    Roles,
    Usual,
    roles_of,
    stricter,
)
from wikifarm.blueprint.capture.form_copy import FormCopy, copied, is_of_people, schema_of, texts_of
from wikifarm.blueprint.capture.form_numbers import FIRST, LAST, numbers, renumbered
from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.capture.page_text import Marks, as_template, own_words, stored_elsewhere
from wikifarm.blueprint.capture.people_plan import people_plan
from wikifarm.blueprint.looks import FRAME, may_be_said
from wikifarm.blueprint.render import typed
from wikifarm.blueprint.rights_words import lets_others_in
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.choices import OTHERS_KEY, expected_list_id
from wikifarm.blueprint.schema.schema_file import to_yaml
from wikifarm.blueprint.schema.template import compile_template, properties, same_template
from wikifarm.blueprint.sources import dump_yaml
from wikifarm.files import is_no_file_name
from wikifarm.i18n import LANGUAGES, _, in_language
from wikifarm.model import BazarList, Dialect, Form, Page, Rights, Zone, canonical
from wikifarm.whole_wiki import LOGS, Attachment, Part, WholeWiki, attachments_in

VERSION = "1"
SETTINGS = ("favorite_theme", "favorite_squelette", "favorite_style", "favorite_preset")
# Those that a community made from a blueprint has of its own: one that stands keeps them.
STANDING = ("default_read_acl", "default_write_acl", "default_language", "meta_description")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
_OPEN = Rights("*", "$writing")  # of a page that a visitor read


@dataclass(frozen=True)
class CaptureWishes:
    """What somebody asked of a capture. `agreed` are the keys of what may be copied although it
    speaks of somebody (`LeftOut.key`); `left` the tags of pages that are wikifarm's own;
    `facilitating` the names of those who facilitate the source, where its manifest is here.

    `in_place`: the blueprint is for that very wiki. It says of each thing what stands there, sign
    by sign; what cannot be said so, or speaks of somebody, is left out, and files stay there.
    """

    name: str
    language: str = LANGUAGES[0]
    agreed: frozenset[str] = frozenset()
    members: str = ""
    facilitators: str = ""
    left: frozenset[str] = frozenset()
    facilitating: tuple[str, ...] = ()
    in_place: bool = False


def summary_of(address: str, language: str) -> str:
    """What a captured blueprint says of itself: whose it was."""
    _ = in_language(language)
    return _("Captured from {address}").format(address=neutral.address(address))


def capture(
    whole: WholeWiki,
    people: KnownPeople,
    usual: Blueprint,
    texts: Mapping[str, str],
    asked: CaptureWishes,
) -> Captured:
    """The blueprint of a wiki. `usual` says what YesWiki's own pages, actions and handlers need
    where the source leaves them open, and `texts` are those for people who facilitate."""
    if asked.in_place:  # what came with the wiki is as much its own as all else
        usual = replace(usual, removed_pages=(), removed_forms=(), removed_lists=())
    return _Capture(whole, people, usual, asked).captured(texts)


@dataclass
class _Capture:
    whole: WholeWiki
    people: KnownPeople
    usual: Blueprint
    asked: CaptureWishes
    left_out: list[LeftOut] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)  # of what was agreed to

    def captured(self, texts: Mapping[str, str]) -> Captured:
        forms, lists = self.forms, self.used_lists
        pages = self.pages
        attachments = tuple(self.attachments())
        # Whether a file speaks of somebody is known once it is fetched.
        fetched = {f"{LeftKind.FILE.value}:{each.page}/{each.name}" for each in attachments}
        bodies = {f"{self.asked.language}/pages/{tag}.wiki.j2": as_template(body, self.marks)
                  for tag, body in self.bodies.items()}  # fmt: skip
        schemas = {f"bazar_schemas/{copy.schema.key}.yml": to_yaml(copy.schema)
                   for copy in forms.values()}  # fmt: skip
        return Captured(
            name=self.asked.name,
            texts={
                "blueprint.yml": dump_yaml(self.blueprint()),
                "bazar_schemas/lists.yml": dump_yaml(_lists_file(lists.values())),
                **bodies,
                **schemas,
                **texts,
            },
            attachments=attachments,
            pages=tuple(pages),
            forms=tuple(
                CapturedForm(source, self.numbers[source], copy.schema.label,
                             copy.schema.zone is Zone.PEOPLE)
                for source, copy in forms.items()
            ),
            lists=tuple(lists),
            groups=tuple(self.roles.groups),
            left_out=tuple(sorted(self.left_out, key=lambda each: (each.kind, each.name))),
            changed=tuple(self.changed),
            unmet=tuple(sorted(self.asked.agreed - self.met - fetched)),
            facilitators=self.roles.facilitators,
        )  # fmt: skip

    # -- people ---------------------------------------------------------------------------------

    def speaks_of_nobody(self, kind: LeftKind, name: str, *texts: str) -> bool:
        """False, and noted, for what speaks of somebody and nobody agreed to."""
        traces = sorted({trace for text in texts for trace in self.people.in_text(text)})
        label = self.whole.forms[name].label if kind is LeftKind.FORM else ""
        known = [LeftOut(kind, name, why_of(trace), label) for trace in traces]
        if not known:
            return True
        if known[0].key in self.asked.agreed:
            self.met.add(known[0].key)
            return True
        self.left_out.append(known[0])
        return False

    # -- lists and forms ------------------------------------------------------------------------

    @cached_property
    def lists(self) -> dict[str, BazarList]:
        """Id at the source -> the list as it is copied: under a title of its own, whose id YesWiki
        makes, without the choices that name somebody."""
        taken = set(self.usual.removed_lists)
        known = {}
        for key, each in sorted(self.whole.lists.items()):
            items = tuple(self.items(each))
            if not items or not each.title.strip():
                self.left_out.append(LeftOut(LeftKind.LIST, key, Why.BAD_NAME))
                continue
            if not self.speaks_of_nobody(LeftKind.LIST, key, each.title):
                continue
            title = next(
                title for title in _titles(each.title)
                if expected_list_id(title, Dialect.D44) not in taken
            )  # fmt: skip
            own = expected_list_id(title, Dialect.D44)
            taken.add(own)
            known[key] = BazarList(own, title, items)
        return known

    def items(self, each: BazarList) -> Iterator[tuple[str, str]]:
        for key, label in each.items:
            name = f"{each.id}/{key}"
            if "<" in label or not label.strip() or not OTHERS_KEY.match(key):
                self.left_out.append(LeftOut(LeftKind.LIST, name, Why.BAD_NAME))
            elif self.speaks_of_nobody(LeftKind.LIST, name, label, key):
                yield key, label

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        """Number at the source -> its form as it is there, those that are copied."""
        labels = set(self.usual.removed_forms)
        known = {}
        for number in self.numbers:
            form = self.whole.forms[number]
            label = next(each for each in _titles(form.label) if each not in labels)
            schema = replace(self.read(form), label=label)
            if self.speaks_of_nobody(LeftKind.FORM, number, *texts_of(form)):
                labels.add(label)
                known[number] = schema
        return known

    def read(self, form: Form) -> Schema:
        return schema_of(form, f"form{self.numbers[form.id]}", self.whole.dialect)

    @cached_property
    def numbers(self) -> dict[str, str]:
        known = numbers(self.whole.forms)
        return {each: each for each in known} if self.asked.in_place else known

    @cached_property
    def forms(self) -> dict[str, FormCopy]:
        """Number at the source -> the form as it is copied."""
        lists = {key: each.id for key, each in self.lists.items()}
        copies = {number: copied(schema, self.rights, lists, self.numbers)
                  for number, schema in self.schemas.items()}  # fmt: skip
        if self.asked.in_place:
            return {number: copy for number, copy in copies.items() if self.stands(number, copy)}
        for copy in copies.values():
            told = _("form {label}: {changes}").format(
                label=copy.schema.label, changes=_("; ").join(copy.changed)
            )
            self.changed += [told] if copy.changed else []
        return copies

    def stands(self, number: str, copy: FormCopy) -> bool:
        """True for a form that is copied as it stands, under its number; noted otherwise."""
        form, ids = self.whole.forms[number], {each.id: key for key, each in self.lists.items()}
        if (
            FIRST <= int(number) <= LAST
            and form.label.strip()  # a file says what it is called
            and copy.schema.label == form.label
            and same_template(form.template, compile_template(copy.schema, self.whole.dialect, ids))
        ):
            return True
        name = f"{form.label} ({number})"
        self.left_out.append(LeftOut(LeftKind.FORM, name, Why.AS_IT_IS))
        return False

    @cached_property
    def used_lists(self) -> dict[str, BazarList]:
        """The lists that a form uses, by their names here."""
        used = {name for copy in self.forms.values() for name in copy.schema.lists}
        for key, each in self.lists.items():
            if each.id not in used and not self.asked.in_place:
                self.left_out.append(LeftOut(LeftKind.LIST, key, Why.NO_FORM))
        return {each.id: each for each in self.lists.values() if each.id in used}

    # -- rights ---------------------------------------------------------------------------------

    @cached_property
    def roles(self) -> Roles:
        named = {
            name: inside for name, inside in self.whole.groups.items()
            if self.speaks_of_nobody(LeftKind.GROUP, name, name)
        }  # fmt: skip
        whole = replace(self.whole, groups=named)
        who = self.usual.who
        reading, writing = self.groups_of_people("read"), self.groups_of_people("write")
        members, facilitators = self.asked.members, self.asked.facilitators
        told = _("the group {name} is made: the wiki has none such")
        if Part.GROUPS in whole.unread:
            told = _("the group {name} is made: who is in it there was not read")
            usual = who.facilitators if who.facilitators in reading else ""
            facilitators = facilitators or next(iter(writing), usual)
            others = (name for name in reading if name not in (*writing, facilitators))
            members = members or next(others, "")
        roles = roles_of(whole, reading, Usual(who.members, who.facilitators),
                         members, facilitators)  # fmt: skip
        self.changed += [told.format(name=name) for name in roles.made]
        return roles

    def groups_of_people(self, right: Literal["read", "write"]) -> list[str]:
        """The groups that forms of people let read or write, in order."""
        rights = (schema.rights for schema in self.schemas.values() if is_of_people(schema))
        named = (
            group for each in rights if each is not None
            for group in re.findall(r"(?<!!)@([A-Za-z0-9]+)", getattr(each, right))
        )  # fmt: skip
        return [
            name for name in dict.fromkeys(named)
            if name != ADMINS and not self.people.in_text(name)
        ]  # fmt: skip

    @cached_property
    def rights(self) -> RightsCopy:
        return RightsCopy(self.roles)

    def usual_right(self, right: str) -> str:
        """A right of the usual blueprint, with the groups of this one."""
        who = self.usual.who
        own = {f"@{who.members}": f"@{self.roles.members}",
               f"@{who.facilitators}": f"@{self.roles.facilitators}"}  # fmt: skip
        return ",".join(own.get(part, part) for part in right.split(","))

    def closed(self) -> dict[str, Rights]:
        """The rights of YesWiki's own pages, whose texts are those of each version."""
        closed = {}
        for tag, usual in self.usual.closed.items():
            now = self.whole.rights.get(tag)
            if now is not None and not self.may_say_rights(tag):
                self.left_out.append(LeftOut(LeftKind.PAGE, tag, self.why_rights(tag)))
                continue
            own = self.rights.page(now) if now is not None else Rights("", "")
            closed[tag] = Rights(
                stricter(own.read, self.usual_right(usual.read)),
                stricter(own.write, self.usual_right(usual.write)),
            )
        return closed

    def may_say_rights(self, tag: str) -> bool:
        """False for a page of a wiki that stands whose rights no blueprint can give as they are."""
        now = self.whole.rights.get(tag)
        stands = now is not None and self.rights.page(now).same_as(now)
        return stands or not self.asked.in_place

    def why_rights(self, tag: str) -> Why:
        """Why no blueprint gives a page its rights: somebody is named there, or nothing stands."""
        now = self.whole.rights.get(tag)
        if now is None:
            return Why.NO_RIGHTS
        told = self.rights.page(now)
        filled = Rights(now.read or told.read, now.write or told.write, now.comment or told.comment)
        return Why.NO_RIGHTS if told.same_as(filled) else Why.RIGHTS

    def modules(self, kind: str, usual: Mapping[str, str]) -> dict[str, str]:
        """The rights of actions or handlers: those of the source that let in groups alone, and what
        the usual blueprint closes."""
        own = {
            key.partition(" ")[2]: self.rights.right(right)
            for key, right in self.whole.modules.items()
            if key.startswith(f"{kind} ") and right not in ("", "*")
        }
        told = {
            name for name, right in own.items()
            if not self.asked.in_place
            or canonical(right) == canonical(self.whole.modules[f"{kind} {name}"])
        }  # fmt: skip
        names = sorted({*own, *usual} - (own.keys() - told))
        return {name: stricter(own.get(name, ""), self.usual_right(usual[name]))
                if name in usual else own[name] for name in names}  # fmt: skip

    # -- pages ----------------------------------------------------------------------------------

    @cached_property
    def pages(self) -> dict[str, Page]:
        """The pages that are copied, by tag."""
        known: dict[str, Page] = {}
        tags: set[str] = set()
        for tag, page in sorted(self.whole.pages.items()):
            if tag in self.asked.left or tag in self.usual.closed or tag.startswith(LOGS):
                continue
            if not _TAG.match(tag) or tag.lower() in tags or is_no_file_name(tag):
                self.left_out.append(LeftOut(LeftKind.PAGE, tag, Why.BAD_NAME))
            elif not self.may_say_rights(tag):
                self.left_out.append(LeftOut(LeftKind.PAGE, tag, self.why_rights(tag)))
            elif self.speaks_of_nobody(LeftKind.PAGE, tag, self.without_list(page.body), tag):
                known[tag] = page
                tags.add(tag.lower())
        return known

    def look(self, tag: str) -> dict[str, str]:
        """What of the look of a page is copied: names of parts of YesWiki, and of pages that are
        copied or that every wiki has."""
        there = self.whole.metadata.get(tag, {})
        own = {*self.pages, *FRAME}
        kept = {key: word for key, word in sorted(there.items())
                if may_be_said(key, word) and (key not in FRAME or word in own)
                and not self.people.in_text(word)}  # fmt: skip
        if left := sorted(there.keys() - kept.keys()):
            told = _("page {tag}: of its own look is left out: {keys}")
            self.changed.append(told.format(tag=tag, keys=", ".join(left)))
        return kept

    @cached_property
    def bodies(self) -> dict[str, str]:
        """The texts of the pages, with the numbers that forms have here."""
        changed = {old: new for old, new in self.numbers.items() if old != new}
        return {tag: renumbered(page.body, changed, self.whole.address)
                for tag, page in self.pages.items()}  # fmt: skip

    @property
    def facilitators(self) -> str:
        """Who facilitates the source, as its pages list them: each copy lists its own."""
        return ", ".join(typed(name) for name in self.asked.facilitating)

    def without_list(self, body: str) -> str:
        return body.replace(self.facilitators, "") if self.facilitators else body

    @cached_property
    def marks(self) -> Marks:
        if self.asked.in_place:
            return Marks("", ())
        words = [*self.list_words(), *self.field_words()]
        name = self.whole.settings.get("wakka_name", "")
        return Marks(
            self.whole.address, tuple(self.whole.pages), name, own_words(words), self.facilitators
        )

    def list_words(self) -> Iterator[tuple[str, str]]:
        for key, each in self.lists.items():
            if each.id in self.used_lists:
                yield key, f"lists[{json.dumps(each.id)}]"

    def field_words(self) -> Iterator[tuple[str, str]]:
        """The names of answers that YesWiki makes of those of lists and forms."""
        for number, copy in self.forms.items():
            there = properties(self.schemas[number], self.whole.dialect)
            for name, own in copy.names.items():
                if there[name] != own:
                    yield there[name], f"fields[{json.dumps(copy.schema.key)}][{json.dumps(own)}]"

    def page_rights(self, tag: str) -> Rights:
        if Part.RIGHTS in self.whole.unread:
            return _OPEN
        return self.rights.page(self.whole.rights.get(tag, Rights("@admins", "@admins")))

    def attachments(self) -> Iterator[Attachment]:
        """The files that the copied pages name."""
        if self.asked.in_place:
            return
        named: set[Attachment] = set()
        for page in self.pages.values():
            named |= set(attachments_in(page, self.whole.pages))
            for stored in stored_elsewhere(page.body, self.marks):
                self.left_out.append(LeftOut(LeftKind.FILE, f"files/{stored}", Why.NO_PAGE))
        taken: set[tuple[str, str]] = set()
        for attachment in sorted(named):
            name = f"{attachment.page}/{attachment.name}"
            alike = (attachment.page, attachment.name.casefold())
            if attachment.page not in self.pages:
                self.left_out.append(LeftOut(LeftKind.FILE, name, Why.NO_PAGE))
            elif alike in taken or is_no_file_name(attachment.name):
                self.left_out.append(LeftOut(LeftKind.FILE, name, Why.BAD_NAME))
            elif self.speaks_of_nobody(LeftKind.FILE, name, attachment.name):
                taken.add(alike)
                yield attachment

    # -- blueprint.yml ----------------------------------------------------------------------------

    def blueprint(self) -> dict[str, Any]:
        rights = {tag: self.page_rights(tag) for tag in self.pages}
        profiles = {each: f"profile-{number}" for number, each
                    in enumerate(sorted(set(rights.values()), key=_order), 1)}  # fmt: skip
        return {
            "schema": "wikifarm/blueprint/1",
            "name": self.asked.name,
            "version": VERSION,
            "languages": [self.asked.language],
            "summary": {
                self.asked.language: summary_of(self.whole.address, self.asked.language)
            },
            "groups": self.groups(),
            "who": self.who(),
            "forms": {
                copy.schema.key: {"schema": copy.schema.key, "id": int(self.numbers[number])}
                for number, copy in self.forms.items()
            },
            "profiles": {name: _written(each) for each, name in profiles.items()},
            "pages": {
                tag: {
                    "profile": profiles[each],
                    "zone": (Zone.PRODUCTIONS if lets_others_in(each.read) else Zone.PEOPLE).value,
                    **({"look": look} if (look := self.look(tag)) else {}),
                }
                for tag, each in rights.items()
            },
            "closed": {tag: _written(each) for tag, each in self.closed().items()},
            "closed_prefixes": {
                prefix: {"read": self.usual_right(each.read), "write": self.usual_right(each.write)}
                for prefix, each in self.usual.closed_prefixes.items()
            },
            "action_rights": self.modules("action", self.usual.action_rights),
            "handler_rights": self.modules("handler", self.usual.handler_rights),
            "removed": {
                "pages": [tag for tag in self.usual.removed_pages
                          if tag.lower() not in {each.lower() for each in self.pages}],
                "forms": list(self.usual.removed_forms),
                "lists": list(self.usual.removed_lists),
            },
            "settings": self.settings(),
        }  # fmt: skip

    def settings(self) -> dict[str, str]:
        """Those that are copied; of a wiki that stands, its own even where they say nothing."""
        now = self.whole.settings
        standing = STANDING if self.asked.in_place else ()
        kept = [key for key in SETTINGS if now.get(key)] + [key for key in standing if key in now]
        return {key: now[key] for key in kept if not self.people.in_text(now[key])}

    def groups(self) -> dict[str, list[str]]:
        roles = self.roles
        return {
            name: [*(["facilitators"] if name == roles.facilitators else []), *roles.groups[name]]
            for name in _inner_first(roles.groups)
        }

    def who(self) -> dict[str, Any]:
        lists = {each.id: each for each in self.lists.values()}
        people: dict[str, Any] = {}
        for copy in self.forms.values():
            if copy.schema.zone is Zone.PEOPLE:
                asked = any(
                    consent["does"] == "mailing-list"
                    for plan in people.values()
                    for consent in plan.get("consents", {}).values()
                )
                people[copy.schema.key] = people_plan(copy.schema, lists, asked)
        return {
            "members": self.roles.members,
            "facilitators": self.roles.facilitators,
            "people": people,
        }


def _inner_first(groups: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Each group after those that it holds: 4.5.0 takes no member that is not there yet."""
    placed: dict[str, None] = {}

    def place(name: str, above: frozenset[str]) -> None:
        for inside in groups[name]:
            if inside[1:] in groups.keys() - above:
                place(inside[1:], above | {name})
        placed[name] = None

    for name in sorted(groups):
        place(name, frozenset({name}))
    return list(placed)


def _order(rights: Rights) -> tuple[str, str, str]:
    return rights.read, rights.write, rights.comment


def _written(rights: Rights) -> dict[str, str]:
    told = {"read": rights.read, "write": rights.write, "comment": rights.comment}
    return told if rights.comment != "comments-closed" else {"read": rights.read,
                                                              "write": rights.write}  # fmt: skip


def _titles(title: str) -> Iterator[str]:
    """A title, then the same with a number: another may have it."""
    yield title.strip()
    for number in range(2, 1000):
        yield f"{title.strip()} ({number})"


def _lists_file(lists: Iterable[BazarList]) -> dict[str, Any]:
    return {
        "schema": "wikifarm/lists/1",
        "lists": {
            each.id: {"title": each.title, "imported": True, "items": dict(each.items)}
            for each in sorted(lists, key=lambda each: each.id)
        },
    }
