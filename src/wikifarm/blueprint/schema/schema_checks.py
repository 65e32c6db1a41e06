"""What a Bazar schema must hold to: nothing that YesWiki drops, nobody shown to strangers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from wikifarm.blueprint.rights_words import lets_others_in
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import RAW, TYPES, Field, Kind, property_name
from wikifarm.blueprint.schema.personal import About, about
from wikifarm.blueprint.sources import Document, Path_, Problems, did_you_mean
from wikifarm.errors import Problem
from wikifarm.i18n import _
from wikifarm.model import Module, Zone

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_MARKUP = re.compile(r"<|\{\{|\}\}|\"\"")
_REFERENCE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_MASK_REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# og:description takes these, whatever the rights, once the tag is asked in another spelling
# (tools/templates/services/Utils.php, getDescriptionFromBody; measured on 4.5.0).
DESCRIPTIONS = frozenset(
    f"{start}{name}" for name in ("description", "content") for start in ("", "bf_")
) | {"soustitre"}
_ADMISSIONS = ("two-step", "open", "invited")
_PERSONAL = ("purpose", "seen_by", "retention")
_NAMING = 'acls: {read: ["@GROUP", "%"], write: "%"}'
_RIGHTS_COLUMNS = {"read": 11, "write": 12}  # of most types of fields

Place = tuple[Path_, Field]


def check_fields(
    document: Document,
    places: Sequence[Place],
    schema: Schema,
    lists: Collection[str],
    problems: Problems,
) -> None:
    """The problems of each field, at its place."""
    seen: dict[str, int] = {}
    checker = _Checker(document, schema, lists, problems)
    for path, field in places:
        checker.path = path
        checker.check(field)
        name = property_name(field)
        if name and name in seen and not schema.imported:
            message = _("“{name}” is also the name of line {line}").format(
                name=field.name or name, line=seen[name]
            )
            checker.say(message, "name", code="duplicate-name")
        elif name:
            seen[name] = document.position(*path)[0]


class _Checker:
    """The rules for one field; `path` is where it stands."""

    path: Path_ = ()

    def __init__(
        self, document: Document, schema: Schema, lists: Collection[str], problems: Problems
    ) -> None:
        self.document = document
        self.schema = schema
        self.lists = lists
        self.problems = problems
        self.names = {field.name for field in schema.fields if field.name}

    def say(self, message: str, key: str = "", *, code: str, hint: str = "") -> None:
        path = (*self.path, key) if key else self.path
        self.problems.append(self.document.problem(message, *path, code=code, hint=hint))

    def check(self, field: Field) -> None:
        if self.schema.zone is Zone.PEOPLE:
            self.check_rights(field)
        if field.type == RAW:
            self.check_raw(field)
            if self.schema.zone is Zone.PRODUCTIONS:
                self.check_person(field)
            return
        if not self.schema.imported:
            self.check_needs(field)
            self.check_texts(field)
            self.check_targets(field)
            self.check_condition(field)
        self.check_person(field)

    def check_raw(self, field: Field) -> None:
        if field.line.count("***") < 3:
            message = _("fewer than four columns: YesWiki drops this line")
            self.say(message, "line", code="too-few-columns")

    def check_rights(self, field: Field) -> None:
        """An answer of a people's form lets nobody in but groups and its author, to read or to
        write: neither is enough by itself (`_SchemaReader.guards`)."""
        if field.type == RAW:
            columns = field.line.split("***") + [""] * 16
            rights = {key: columns[place].strip() for key, place in _RIGHTS_COLUMNS.items()}
        elif field.kind is not Kind.LAYOUT:
            rights = {key: field.options.get(key, "") for key in _RIGHTS_COLUMNS}
            if field.options.get("address_seen_by"):
                rights["address_seen_by"] = field.options["address_seen_by"]
        else:
            return
        form = self.schema.rights
        for key, right in rights.items():
            public = key == "read" and field.name in self.schema.public_fields
            # Rights that are those of the form are told of once, where the form gives them.
            if not public and form is not None and right != getattr(form, key, None):
                place = "line" if field.type == RAW else key
                self.problems += _open(self.document, right, *self.path, place)

    def check_needs(self, field: Field) -> None:
        for key in TYPES[field.type].needs:
            value = getattr(field, key, "") if key in ("name", "label") else field.options.get(key)
            if not value:
                message = _("a field “{type}” needs “{key}”").format(type=field.type, key=key)
                self.say(message, code="missing")
        if field.name and not _NAME.match(field.name):
            message = _("“{name}” cannot be a field's name: letters, digits and _ only").format(
                name=field.name
            )
            self.say(message, "name", code="bad-name")
        if field.module and field.module not in set(Module):
            message = _("no module is called “{word}”").format(word=field.module)
            hint = did_you_mean(field.module, list(Module))
            self.say(message, "module", code="unknown-module", hint=hint)
        if field.admission and field.admission not in _ADMISSIONS:
            message = _("“{word}” is not known here").format(word=field.admission)
            hint = did_you_mean(field.admission, _ADMISSIONS)
            self.say(message, "admission", code="choice", hint=hint)

    def check_texts(self, field: Field) -> None:
        for key in ("label", "hint"):
            if _MARKUP.search(getattr(field, key)):
                message = _("“{key}” holds HTML or wiki markup: use a field “labelhtml”").format(
                    key=key
                )
                self.say(message, key, code="html")

    def check_targets(self, field: Field) -> None:
        if field.kind is Kind.LIST and field.target and field.target not in self.lists:
            message = _("no list is called “{name}”").format(name=field.target)
            hint = did_you_mean(field.target, self.lists)
            self.say(message, "list", code="unknown-list", hint=hint)
        if field.type == "utilisateur_wikini" and field.admission != "open":
            message = _(
                "“utilisateur_wikini” lets strangers make accounts: only with “admission: open”"
            )
            self.say(message, "type", code="refused-type")

    def check_condition(self, field: Field) -> None:
        for name in _REFERENCE.findall(field.options.get("condition", "")):
            if name not in self.names:
                message = _("no field is called “{name}”").format(name=name)
                self.say(message, "condition", code="unknown-field",
                         hint=did_you_mean(name, self.names))  # fmt: skip

    def check_person(self, field: Field) -> None:
        if field.kind is Kind.LAYOUT:
            return
        if self.schema.zone is Zone.PRODUCTIONS:
            if about(field) is About.SOMEBODY or field.purpose:
                message = _("“{name}” is about a person, and this form is public").format(
                    name=field.name or field.type
                )
                hint = _("move it to a form of the zone “people”")
                self.say(message, code="person-in-public", hint=hint)
            return
        for key in _PERSONAL if not self.schema.imported else ():  # another wiki does not say
            if not getattr(field, key) and field.type != "champs_cache":
                message = _("“{name}” says nothing of “{key}”").format(
                    name=field.name or field.type, key=key
                )
                hint = _("people must read why it is asked, who sees it and how long it is kept")
                self.say(message, code="missing-purpose", hint=hint)
        if field.name in DESCRIPTIONS:
            message = _("“{name}”: YesWiki shows a field of that name to everybody").format(
                name=field.name
            )
            self.say(message, "name", code="shown-field", hint=_("give it another name"))
        if field.type in ("image", "fichier"):
            message = _(
                "a file sent with an entry is public by its address, even when the entry is not"
            )
            self.say(message, "type", code="public-file", hint=_("leave it out"))


def check_whole(document: Document, schema: Schema, problems: Problems) -> None:
    """The problems of the form as a whole. That it was imported excuses no form of people."""
    people = schema.zone is Zone.PEOPLE
    if people or not schema.imported:
        _check_title(document, schema, problems)
    if not schema.imported:
        _check_conditions(document, schema, problems)
    if people:
        _check_closed(document, schema, problems)


def _check_title(document: Document, schema: Schema, problems: Problems) -> None:
    """An entry needs `bf_titre` (EntryManager::validate); strangers see every title."""
    mask = schema.title_mask
    typed = any(field.name == "bf_titre" for field in schema.fields)
    if bool(mask) == typed:
        message = _("a form needs either “title” (a mask) or a field “bf_titre”")
        problems.append(document.problem(message, "title", code="title"))
    if schema.zone is Zone.PRODUCTIONS or schema.title_is_public:
        return
    if typed or _MASK_REFERENCE.search(mask):
        message = _(
            "strangers see the title of every entry: here it would hold what a person typed"
        )
        hint = _("write a constant title, or “title_is_public: true” when it can never name anyone")
        problems.append(document.problem(message, "title", hint=hint, code="title-leaks"))


def _check_conditions(document: Document, schema: Schema, problems: Problems) -> None:
    """A condition opens a `<div>` that a later `labelhtml` closes (conditions-checking.twig)."""
    opened = 0
    for field in schema.fields:
        if field.type == "conditionschecking":
            opened += 1
        elif field.type == "labelhtml" and field.options.get("html", "").startswith("</div>"):
            opened -= 1
    if opened:
        message = _("each “conditionschecking” needs a later “labelhtml” with html: </div>")
        problems.append(document.problem(message, "fields", code="condition-open"))


def _check_closed(document: Document, schema: Schema, problems: Problems) -> None:
    """Entries of people are read and written by groups and by their author, never by everybody
    nor by every account."""
    rights = schema.rights
    if rights is None:
        message = _("a form of the zone “people” must name who may read its entries")
        problems.append(document.problem(message, "acls", hint=_NAMING, code="open-rights"))
        return
    told = {"read": rights.read, "write": rights.write, "comment": rights.comment}
    for key, right in told.items():
        if right != "comments-closed":
            problems += _open(document, right, "acls", key)


def _open(document: Document, rights: str, *path: str | int) -> list[Problem]:
    """The problem of rights that let in people who are not of the group, if they do."""
    strangers = lets_others_in(rights)
    message = _(
        "“{right}” would let others in: a form of people names groups (@group) and the author (%) "
        "alone, to read and to write"
    ).format(right=", ".join(strangers))
    problem = document.problem(message, *path, hint=_NAMING, code="open-rights")
    return [problem] if strangers else []
