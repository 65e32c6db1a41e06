"""Loads a blueprint's folder and checks it whole: every problem at once, with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from wikifarm.blueprint.blueprint_model import (
    FACILITATORS,
    Blueprint,
    Consent,
    ConsentField,
    FormPlan,
    LicencePlan,
    PagePlan,
    PeoplePlan,
    Who,
)
from wikifarm.blueprint.checklist_file import check_checklist
from wikifarm.blueprint.files_folder import files_of
from wikifarm.blueprint.locate import FILE, find_blueprint
from wikifarm.blueprint.looks import KEYS, may_be_said
from wikifarm.blueprint.render import SUFFIX, syntax_problem
from wikifarm.blueprint.rights_words import lets_others_in
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.choices import known_lists
from wikifarm.blueprint.schema.fields import DATES
from wikifarm.blueprint.schema.schema_file import known_schemas
from wikifarm.blueprint.shipped import data_folder
from wikifarm.blueprint.sources import Document, Problems, did_you_mean, read_yaml
from wikifarm.errors import InvalidInput, Problem
from wikifarm.files import is_no_file_name
from wikifarm.i18n import LANGUAGES, _
from wikifarm.model import Module, Rights, Zone

SCHEMA = "wikifarm/blueprint/1"
TEXTS = ("checklist.md", "checklist.html", "welcome.txt")  # written beside each new wiki
PAGE_SUFFIX = ".wiki.j2"
LAST_OF_DEMONSTRATION = 4  # number of a form of a new wiki (setup/sql/default-content.sql)
_KEYS = {
    "schema", "name", "version", "languages", "summary", "who", "groups", "forms", "profiles",
    "pages", "closed", "closed_prefixes", "action_rights", "handler_rights", "removed", "settings",
}  # fmt: skip
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")  # a part of what YesWiki accepts (WN_PAGE_TAG)
_GROUP = re.compile(r"[A-Za-z0-9]+\Z")  # the only names YesWiki keeps
_RIGHT = re.compile(r"!?([*+%]|\$writing|\$filling|@[A-Za-z0-9]+|[A-Za-z0-9]+)\Z")

# What a blueprint without `who:` is shown.
WHO_EXAMPLE = "who: {members: GROUP, facilitators: GROUP, people: {FORM: {address: FIELD}}}"

Plan = TypeVar("Plan", FormPlan, PagePlan)


def load_blueprint(name: str, near: Path | None = None) -> Blueprint:
    """The blueprint of that name, or at that path (see `find_blueprint`).

    Raises InvalidInput with every problem of the folder.
    """
    folder = find_blueprint(name, near)
    problems = Problems()
    document = read_yaml(folder / FILE, problems)
    blueprint = None
    if document is not None:
        blueprint = _BlueprintReader(folder, document, problems).blueprint()
    problems.stop()
    assert blueprint is not None  # noqa: S101 - no blueprint without a problem
    return blueprint


def schema_folder(folder: Path) -> Path:
    """The Bazar schemas of a blueprint: its own folder of them, or those shipped."""
    own = folder / "bazar_schemas"
    return own if own.is_dir() else data_folder("bazar_schemas")


class _BlueprintReader:
    """One folder, its problems as they are met."""

    def __init__(self, folder: Path, document: Document, problems: Problems) -> None:
        self.folder = folder
        self.document = document
        self.value: Mapping[str, Any] = document.value if isinstance(document.value, dict) else {}
        self.problems = problems

    def wrong(
        self, message: str, *path: str | int, code: str = "wrong-type", hint: str = ""
    ) -> None:
        problem = self.document.problem(message, *path, code=code, hint=hint)
        if problem not in self.problems:  # several parts ask for the same one
            self.problems.append(problem)

    def blueprint(self) -> Blueprint | None:
        if self.value.get("schema") != SCHEMA:
            message = _("a blueprint begins with “schema: {schema}”").format(schema=SCHEMA)
            self.wrong(message, "schema", code="wrong-schema")
            return None
        self.known_keys(self.value, _KEYS)
        languages = self.languages()
        schemas = self.schemas(languages)
        profiles = self.rights_of("profiles")
        pages = tuple(self.pages(languages, profiles))
        removed = self.mapping("removed")
        blueprint = Blueprint(
            folder=self.folder,
            name=self.required("name"),
            version=self.required("version"),
            languages=languages,
            summary={word: self.word(self.mapping("summary"), "summary", word)
                     for word in self.mapping("summary")},
            who=self.who(),
            groups=self.groups(),
            forms=tuple(self.forms(schemas)),
            profiles=profiles,
            pages=pages,
            closed=self.rights_of("closed"),
            closed_prefixes=self.rights_of("closed_prefixes"),
            action_rights=self.single_rights("action_rights"),
            handler_rights=self.single_rights("handler_rights"),
            removed_pages=_words(removed.get("pages")),
            removed_forms=_words(removed.get("forms")),
            removed_lists=_words(removed.get("lists")),
            settings={key: _text(text) for key, text in self.mapping("settings").items()},
            files=tuple(files_of(self.folder, [page.key for page in pages], self.problems)),
        )  # fmt: skip
        self.check_files(blueprint)
        self.check_unique(blueprint)
        dates = {form.key: _dates(form, schemas or {}) for form in blueprint.forms}
        check_checklist(self.folder, {page.key for page in pages}, dates, languages, self.problems)
        if schemas is not None and not self.problems:
            self.check_who(blueprint, schemas)
            self.check_names(blueprint)
        return blueprint

    def required(self, key: str) -> str:
        value = self.value.get(key)
        if not isinstance(value, str | int | float) or value == "":
            self.wrong(_("“{name}” is missing").format(name=key), code="missing")
        return str(value)

    def languages(self) -> tuple[str, ...]:
        words = _words(self.value.get("languages")) or LANGUAGES
        for word in words:
            if word not in LANGUAGES:
                message = _("“{word}” is not known here").format(word=word)
                self.wrong(message, "languages", code="choice", hint=did_you_mean(word, LANGUAGES))
        return tuple(word for word in words if word in LANGUAGES)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self.value.get(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(_("“{name}” must be made of lines “key: value”").format(name=key), key)
        return value if isinstance(value, dict) else {}

    def entries(self, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, section in self.mapping(key).items():
            if isinstance(section, dict):
                yield name, section
            else:
                self.wrong(
                    _("“{name}” must be made of lines “key: value”").format(name=name), key, name
                )

    def groups(self) -> dict[str, tuple[str, ...]]:
        groups = {}
        for name, members in self.mapping("groups").items():
            if not _GROUP.match(name):
                message = _("“{name}” cannot be a group: letters and digits only").format(name=name)
                self.wrong(message, "groups", name, code="bad-name")
            groups[name] = _words([members] if isinstance(members, str) else members)
            for member in groups[name]:
                if member != FACILITATORS:
                    self.check_right(member, "groups", name)
        return groups

    def rights_of(self, key: str) -> dict[str, Rights]:
        rights = {}
        for name, rule in self.entries(key):
            self.known_keys(rule, {"read", "write", "comment"}, key, name)
            for part in ("read", "write"):
                if not rule.get(part):
                    message = _("“{name}” says nothing of “{key}”").format(name=name, key=part)
                    self.wrong(message, key, name, code="missing")
                self.check_right(_joined(rule.get(part)), key, name, part)
            comment = _joined(rule.get("comment")) or "comments-closed"
            rights[name] = Rights(_joined(rule.get("read")), _joined(rule.get("write")), comment)
        return rights

    def single_rights(self, key: str) -> dict[str, str]:
        rights = {name: _joined(right) for name, right in self.mapping(key).items()}
        for name, right in rights.items():
            self.check_right(right, key, name)
        return rights

    def check_right(self, rights: str, *path: str | int) -> None:
        groups = {"admins", *self.mapping("groups")}
        for right in filter(None, (part.strip() for part in rights.split(","))):
            if not _RIGHT.match(right):
                message = _("“{right}” is not a right of YesWiki's").format(right=right)
                self.wrong(message, *path, code="bad-right", hint="*  +  %  @group  !@group")
            elif (group := right.lstrip("!")).startswith("@") and group[1:] not in groups:
                message = _("no group is called “{name}”").format(name=group[1:])
                hint = did_you_mean(group[1:], groups)
                self.wrong(message, *path, code="unknown-group", hint=hint)

    def module(self, section: Mapping[str, Any], *path: str | int) -> Module | None:
        word = section.get("module")
        if word is None or str(word) in set(Module):
            return None if word is None else Module(str(word))
        message = _("no module is called “{word}”").format(word=word)
        self.wrong(message, *path, "module", code="unknown-module",
                   hint=did_you_mean(str(word), list(Module)))  # fmt: skip
        return None

    def forms(self, known: Collection[str] | None) -> Iterator[FormPlan]:
        for key, form in self.entries("forms"):
            self.known_keys(form, {"schema", "id", "module"}, "forms", key)
            schema, number = str(form.get("schema") or key), form.get("id")
            if known is not None and schema not in known:
                message = _("no Bazar schema is called “{name}”").format(name=schema)
                hint = did_you_mean(schema, known)
                self.wrong(message, "forms", key, "schema", code="unknown-schema", hint=hint)
            if type(number) is not int or not LAST_OF_DEMONSTRATION < number < 1000:
                message = _(
                    "the id of a form is a number from {first} to 999: "
                    "a new wiki has its own forms before"
                ).format(first=LAST_OF_DEMONSTRATION + 1)
                self.wrong(message, "forms", key, "id", code="bad-id")
            yield FormPlan(key, schema, str(number), self.module(form, "forms", key))

    def schemas(self, languages: Sequence[str]) -> Mapping[str, Schema] | None:
        """The Bazar schemas by key; None, with their problems, when they cannot be read."""
        try:
            return known_schemas(schema_folder(self.folder), (*languages, *LANGUAGES)[0])
        except InvalidInput as error:
            self.problems += error.problems
            return None

    def pages(self, languages: Collection[str], profiles: Collection[str]) -> Iterator[PagePlan]:
        for key, page in self.entries("pages"):
            path = ("pages", key)
            self.known_keys(page, {"profile", "zone", "module", "tag", "look"}, *path)
            profile, zone = str(page.get("profile") or ""), str(page.get("zone") or "")
            if profile not in profiles:
                message = _("no profile is called “{name}”").format(name=profile)
                hint = did_you_mean(profile, profiles)
                self.wrong(message, *path, "profile", code="unknown-profile", hint=hint)
            if zone not in set(Zone):
                message = _("“zone” is people (the group only) or productions (everybody)")
                self.wrong(message, *path, "zone", code="zone")
                zone = Zone.PRODUCTIONS
            tags = self.tags(key, page, languages)
            look = dict(self.look(page, *path))
            yield PagePlan(key, profile, Zone(zone), tags, self.module(page, *path), look)

    def look(self, page: Mapping[str, Any], *path: str | int) -> Iterator[tuple[str, str]]:
        for key, word in self.lines(page, *path, "look").items():
            if may_be_said(key, _text(word)):
                yield key, _text(word)
            else:
                message = _("“{name}: {word}” cannot be said of the look of a page")
                hint = _("known words: {words}").format(words=", ".join(KEYS))
                told = message.format(name=key, word=_text(word))
                self.wrong(told, *path, "look", code="bad-look", hint=hint)

    def tags(self, key: str, page: Mapping[str, Any], languages: Collection[str]) -> dict[str, str]:
        given = page.get("tag")
        words = given if isinstance(given, dict) else dict.fromkeys(languages, given or key)
        tags = {language: str(words.get(language) or key) for language in languages}
        for tag in {key, *tags.values()}:
            if not _TAG.match(tag):
                message = _("“{name}” cannot be the name of a page: A-Z, a-z, 0-9 only").format(
                    name=tag
                )
                self.wrong(message, "pages", key, code="bad-name")
        if is_no_file_name(key):
            message = _("“{name}” cannot be the name of a file on every computer").format(name=key)
            self.wrong(message, "pages", key, code="bad-name")
        return tags

    def known_keys(
        self, value: Mapping[str, Any], known: Collection[str], *path: str | int
    ) -> None:
        for key in value:
            if key not in known:
                message = _("unknown key “{name}”").format(name=key)
                hint = did_you_mean(key, known)
                self.problems.append(self.document.key_problem(message, *path, key, hint=hint))

    def who(self) -> Who:
        value = self.mapping("who")
        if not value:
            message = _("“{name}” is missing: which group and which form of people are which")
            self.wrong(message.format(name="who"), "who", code="missing", hint=WHO_EXAMPLE)
        self.known_keys(value, {"members", "facilitators", "people", "checklist", "licence"}, "who")
        groups, pages = self.mapping("groups"), self.mapping("pages")
        members = self.known_word(value, groups, "who", "members")
        facilitators = self.known_word(value, groups, "who", "facilitators")
        if members and members in self.administrators():
            message = _(
                "the group “{name}” administers the wiki: members must be another group, or every "
                "one of them sees all that is private"
            ).format(name=members)
            self.wrong(message, "who", "members", code="members-administer")
        if members and members == facilitators:
            message = _("“{name}” is used twice").format(name=members)
            self.wrong(message, "who", "facilitators", code="duplicate-name")
        return Who(
            members=members,
            facilitators=facilitators,
            people=tuple(self.people(key) for key in self.lines(value, "who", "people")),
            checklist=self.known_word(value, pages, "who", "checklist", needed=False),
            licence=self.licence() if "licence" in value else None,
        )

    def administrators(self) -> set[str]:
        """The groups whose members administer the wiki: `admins`, and those that it holds."""
        groups = self.groups()
        reached: set[str] = set()
        going = ["admins"]
        while going:
            name = going.pop()
            if name not in reached:
                reached.add(name)
                inside = groups.get(name, ())
                going += [member[1:] for member in inside if member.startswith("@")]
        return reached

    def lines(self, holder: Mapping[str, Any], *path: str | int) -> Mapping[str, Any]:
        """The mapping at `path`, whose last part is its key in `holder`; empty where there is
        none."""
        value = holder.get(str(path[-1]), {})
        if not isinstance(value, dict):
            message = _("“{name}” must be made of lines “key: value”").format(name=path[-1])
            self.wrong(message, *path)
        return value if isinstance(value, dict) else {}

    def word(self, holder: Mapping[str, Any], *path: str | int, needed: bool = True) -> str:
        """The word at `path`, whose last part is its key in `holder`; empty where there is none."""
        *_start, name, key = path
        value = holder.get(str(key))
        if isinstance(value, str) and value:
            return value
        if key in holder and value not in (None, ""):
            self.wrong(_("“{name}” {sentence}").format(name=key, sentence=_("must be a text")),
                       *path)  # fmt: skip
        elif needed or key in holder:
            message = _("“{name}” says nothing of “{key}”").format(name=name, key=key)
            self.wrong(message, *path, code="missing")
        return ""

    def known_word(
        self,
        holder: Mapping[str, Any],
        known: Collection[str],
        *path: str | int,
        needed: bool = True,
    ) -> str:
        """The same, for a word that must be one of `known`."""
        word = self.word(holder, *path, needed=needed)
        if word and word not in known:
            message = _("“{word}” is not known here").format(word=word)
            self.wrong(message, *path, code="choice", hint=did_you_mean(word, known))
        return word

    def licence(self) -> LicencePlan:
        told = self.lines(self.mapping("who"), "who", "licence")
        self.known_keys(told, {"page", "name"}, "who", "licence")
        page = self.known_word(told, self.mapping("pages"), "who", "licence", "page")
        return LicencePlan(page, self.word(told, "who", "licence", "name"))

    def people(self, key: str) -> PeoplePlan:
        path = ("who", "people", key)
        if key not in self.mapping("forms"):
            message = _("“{word}” is not known here").format(word=key)
            hint = did_you_mean(key, self.mapping("forms"))
            self.problems.append(
                self.document.key_problem(message, *path, code="choice", hint=hint)
            )
        told = self.lines(self.mapping("who")["people"], *path)
        self.known_keys(told, {"address", "name", "consents"}, *path)
        consents = self.lines(told, *path, "consents")
        return PeoplePlan(
            key,
            self.word(told, *path, "address", needed=False),
            _words(told.get("name")),
            tuple(
                field
                for name in consents
                if (field := self.consent(consents, *path, "consents", name)) is not None
            ),
        )

    def consent(self, consents: Mapping[str, Any], *path: str | int) -> ConsentField | None:
        told = self.lines(consents, *path)
        self.known_keys(told, {"does", "yes"}, *path)
        does = self.known_word(told, [consent.value for consent in Consent], *path, "does")
        yes = self.word(told, *path, "yes")
        return ConsentField(str(path[-1]), yes, Consent(does)) if does in set(Consent) else None

    def check_who(self, blueprint: Blueprint, schemas: Mapping[str, Schema]) -> None:
        """Who is who, against the schemas: every form of people is named, with fields it has."""
        who = blueprint.who
        if FACILITATORS not in blueprint.groups.get(who.facilitators, ()):
            message = _("the group “{name}” does not hold “{word}”").format(
                name=who.facilitators, word=FACILITATORS
            )
            self.wrong(message, "who", "facilitators", code="no-facilitators")
        if who.checklist:
            page = next(each for each in blueprint.pages if each.key == who.checklist)
            self.check_closed(page, blueprint.profiles[page.profile], "who", "checklist")
        for page in blueprint.pages:
            if page.zone is Zone.PEOPLE:
                self.check_closed(page, blueprint.profiles[page.profile], "pages", page.key)
        self.check_lists(who)
        named = {plan.form: plan for plan in who.people}
        lists = known_lists(schema_folder(self.folder), blueprint.languages[0])
        for form in blueprint.forms:
            schema = schemas[form.schema]
            self.check_groups(form, schema, blueprint)
            for name in sorted(set(schema.lists) - set(lists)):
                message = _("no list is called “{name}”").format(name=name)
                hint = _("describe it in lists.yml, beside the schema “{key}”").format(
                    key=schema.key
                )
                self.wrong(message, "forms", form.key, code="unknown-list", hint=hint)
            people = schema.zone is Zone.PEOPLE
            if people and form.key not in named:
                message = _("the form “{name}” is of people: “who” says nothing of it").format(
                    name=form.key
                )
                self.wrong(message, "forms", form.key, code="missing")
            elif form.key in named and not people:
                message = _("the form “{name}” is not of people").format(name=form.key)
                self.wrong(message, "who", "people", form.key, code="zone")
            elif people:
                self.check_people(named[form.key], schema, blueprint.languages[0])

    def check_closed(self, page: PagePlan, rights: Rights, *path: str | int) -> None:
        """A page of people is read by groups alone."""
        if lets_others_in(rights.read):
            message = _("the page “{key}” can be read by everybody").format(key=page.key)
            self.wrong(message, *path, code="open-page")

    def check_lists(self, who: Who) -> None:
        """One question lets people be subscribed, in one form: a second would never be read."""
        asking = [
            ("who", "people", plan.form, "consents", consent.name)
            for plan in who.people
            for consent in plan.consents
            if consent.does is Consent.MAILING_LIST
        ]
        for place in asking[1:]:
            message = _("“{name}” already lets people be subscribed: one question is enough")
            first = str(asking[0][-1])
            self.wrong(message.format(name=first), *place, code="duplicate-consent")

    def check_groups(self, form: FormPlan, schema: Schema, blueprint: Blueprint) -> None:
        """The rights that a form gives name groups of this blueprint, whoever wrote the schema."""
        groups = {"admins", *blueprint.groups}
        for name in sorted(schema.groups - groups):
            message = _("no group is called “{name}”").format(name=name)
            hint = did_you_mean(name, groups)
            self.wrong(message, "forms", form.key, "schema", code="unknown-group", hint=hint)

    def check_people(self, plan: PeoplePlan, schema: Schema, language: str) -> None:
        path = ("who", "people", plan.form)
        lists = known_lists(schema_folder(self.folder), language)
        told = {"address": plan.address} if plan.address else {}
        addresses = [field.name for field in schema.fields if field.type == "champs_mail"]
        self.known_word(told, addresses, *path, "address", needed=False)
        for name in addresses:
            if name != plan.address:
                message = _(
                    "the form “{form}” also asks for the address “{name}”: a form of people asks "
                    "for one, which “address” names"
                ).format(form=plan.form, name=name)
                self.wrong(message, *path, code="other-address")
        asked = [field.name for field in schema.fields if field.name]
        for name in plan.called:
            self.known_word({"name": name}, asked, *path, "name")
        choices = {field.name: dict(lists[field.target].items) for field in schema.fields
                   if field.target in lists}  # fmt: skip
        for consent in plan.consents:
            place = (*path, "consents", consent.name)
            if consent.does is Consent.MAILING_LIST and not plan.address:
                self.word({}, *path, "address")
            if consent.name in choices:
                self.known_word({"yes": consent.yes}, choices[consent.name], *place, "yes")
                continue
            message = _("“{word}” is not known here").format(word=consent.name)
            hint = did_you_mean(consent.name, choices)
            self.problems.append(
                self.document.key_problem(message, *place, code="choice", hint=hint)
            )

    def check_unique(self, blueprint: Blueprint) -> None:
        """No two pages under one tag (YesWiki ignores case), no two forms under one id."""
        taken = [("forms", form.key, form.id) for form in blueprint.forms]
        for language in blueprint.languages:
            taken += [
                ("pages", page.key, f"{page.tags[language].lower()} ({language})")
                for page in blueprint.pages
            ]
        seen: set[tuple[str, str]] = set()
        for part, key, name in taken:
            if (part, name) in seen:
                message = _("“{name}” is used twice").format(name=name)
                self.wrong(message, part, key, code="duplicate-name")
            seen.add((part, name))

    def check_names(self, blueprint: Blueprint) -> None:
        """What is made has a name of its own: no other form's, since YesWiki imports a form over
        the one that has its label, and none that `removed` takes out of a new wiki."""
        folder = schema_folder(self.folder)
        gone_pages = {tag.lower() for tag in blueprint.removed_pages}
        for page in blueprint.pages:
            for tag in page.tags.values():
                if tag.lower() in gone_pages:
                    self.also_removed(tag, "pages", page.key)
        for language in blueprint.languages:
            schemas = known_schemas(folder, language)
            labels: set[str] = set()
            for form in blueprint.forms:
                schema = schemas[form.schema]
                if schema.label in labels:
                    message = _("“{name}” is used twice").format(name=schema.label)
                    self.wrong(message, "forms", form.key, code="duplicate-name")
                labels.add(schema.label)
                for name in {schema.label} & set(blueprint.removed_forms):
                    self.also_removed(name, "forms", form.key)
                for name in sorted(set(schema.lists) & set(blueprint.removed_lists)):
                    self.also_removed(name, "forms", form.key)

    def also_removed(self, name: str, *path: str) -> None:
        message = _("“{name}” is also what a new wiki comes with, and “removed” takes away").format(
            name=name
        )
        self.wrong(message, *path, code="removed", hint=_("give it another name"))

    def check_files(self, blueprint: Blueprint) -> None:
        for language in blueprint.languages:
            folder = self.folder / language / "pages"
            for page in blueprint.pages:
                self.check_page_file(folder / f"{page.key}{PAGE_SUFFIX}", page)
            expected = {f"{page.key}{PAGE_SUFFIX}" for page in blueprint.pages}
            for path in sorted(folder.glob("*")) if folder.is_dir() else ():
                if path.name not in expected and not path.name.startswith((".", "_")):
                    message = _("no page of {file} uses this file").format(file=FILE)
                    self.problems.append(Problem(message, file=str(path), code="unused-file"))
            for name in TEXTS:
                self.check_text(language, f"{name}{SUFFIX}")

    def check_text(self, language: str, name: str) -> None:
        """A text for those who facilitate, of that language or of them all."""
        paths = [self.folder / language / name, self.folder / name]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            message = _("the blueprint has no file {file}").format(file=name)
            self.problems.append(Problem(message, file=str(paths[0]), code="missing-file"))
        elif (problem := syntax_problem(path)) is not None and problem not in self.problems:
            self.problems.append(problem)

    def check_page_file(self, path: Path, page: PagePlan) -> None:
        if not path.is_file():
            message = _("the page “{key}” has no file {file}").format(
                key=page.key, file=path.relative_to(self.folder)
            )
            self.wrong(message, "pages", page.key, code="missing-file")
        elif not path.resolve().is_relative_to(self.folder.resolve()):
            message = _("this file lies outside the blueprint's folder")
            self.problems.append(Problem(message, file=str(path), code="outside"))
        elif (problem := syntax_problem(path)) is not None:
            self.problems.append(problem)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()


def _joined(value: Any) -> str:
    return ",".join(_words(value)) if isinstance(value, list) else str(value or "")


def _dates(form: FormPlan, schemas: Mapping[str, Schema]) -> list[str] | None:
    """The fields of a form that hold a date; None where its schema is not known."""
    schema = schemas.get(form.schema)
    if schema is None:
        return None
    return [field.name for field in schema.fields if field.type in DATES]


def _text(value: Any) -> str:
    """A setting as YesWiki's configuration form takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
