"""What a wiki holds that its blueprint does not declare: forms of people, members, rights.

Made by hand, imported or an extension's, or opened by hand: a form whose questions are about people
is asked like those of the blueprint; what cannot be asked is decided from rights, or named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wikifarm.blueprint.design import DesignedForm, PeopleForm
from wikifarm.blueprint.rights_words import is_open_in_lists
from wikifarm.blueprint.schema.fields import TYPES, Field, Kind
from wikifarm.blueprint.schema.personal import About, about, about_all, about_words
from wikifarm.blueprint.schema.template import parse, read_template
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import ACLS, ModuleRightsStep, RightsStep
from wikifarm.engine.steps.bazar import compiled, left_standing
from wikifarm.i18n import _
from wikifarm.model import Form, Rights, Zone
from wikifarm.operations.audit.likeness import ACTS, TEXTS
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.community.outcome import Found, Leak, LeakKind, Role, Undeclared
from wikifarm.operations.workplace.context import WIKI_ADMIN

ADMINS = "admins"  # YesWiki's own group
EVERYBODY = Rights("*", "*")
RIGHTS = ("read", "write", "comment", "address_seen_by")
# What YesWiki takes where nothing is written (AclField, EmailField); elsewhere, everybody.
UNSET = {
    (ACLS, "write"): "%",
    (ACLS, "comment"): "comments-closed",
    ("champs_mail", "address_seen_by"): "@admins",
}


def people_forms(work: Work) -> tuple[PeopleForm, ...]:
    """The forms that a sentinel is put in: the blueprint's, those that modules put off have left,
    then those that ask about people though it does not say so."""
    asked = (
        _as_people(work, form) for form in _others(work) if _verdict(work, form) is Found.ASKED
    )
    left = (PeopleForm(form) for form in left_standing(work) if form.zone is Zone.PEOPLE)
    return (*work.design.who.people, *left, *asked)


def undeclared(work: Work, *, planted: bool = True) -> Iterator[Undeclared]:
    """What is here beside the blueprint, and what was made of it: from rights alone, unless a
    sentinel is `planted` where that can be."""
    for form in _others(work):
        verdict = _verdict(work, form, planted=planted)
        if verdict is not None:
            yield Undeclared("form", f"{form.label} ({form.id})", verdict, _shown(work, form))
    for group in (work.design.who.facilitators, ADMINS):
        ours = {WIKI_ADMIN, *work.design.groups.get(group, ()), *work.receipt.groups.get(group, ())}
        for member in work.seen.group(group):
            if member not in ours:
                yield Undeclared("member", f"{group}: {member}", Found.BY_HAND)


def open_forms(work: Work) -> list[str]:
    """The ids of the forms about people that the blueprint does not declare, or asks less in, and
    whose rights let outsiders in. None while a wiki is being made: it still holds the farm's own.
    """
    if not work.receipt.complete:
        return []
    others = _others(work)
    return [form.id for form in others if _verdict(work, form, planted=False) is Found.OPEN]


def opened(work: Work, *, planted: bool = True) -> list[Leak]:
    """The rights that let in somebody whom the blueprint keeps out; those of the forms that a
    sentinel is `planted` in are asked, not read."""
    return [
        *_opened_groups(work),
        *_opened_pages(work),
        *_opened_entries(work),
        *_opened_modules(work),
        *_opened_lines(work),
        *_open_forms(work, planted=planted),
        *_open_in_lists(work),
    ]


def not_ours_to_close(work: Work) -> list[Leak]:
    """The forms of people that somebody made, and those that modules put off have left, whose
    entries an account lists when its name stands within their right: apply writes none of them."""
    ours = {form.id for form in work.design.forms}
    return [
        leak
        for people in people_forms(work)
        if people.form.id not in ours
        for leak in _line_open_in_lists(work, people.form)
    ]


def _others(work: Work) -> list[Form]:
    """The forms of the wiki that the blueprint does not say to be of people."""
    people = {people.form.id for people in work.design.who.people}
    people |= {form.id for form in left_standing(work) if form.zone is Zone.PEOPLE}
    return [form for form in work.seen.forms.values() if form.id not in people]


def _questions(work: Work, form: Form) -> tuple[Field, ...]:
    """The questions of a form that the blueprint does not ask there."""
    dialect = work.seen.wiki.capabilities.dialect
    designed = next((each for each in work.design.forms if each.id == form.id), None)
    known = {_same(field) for field in (designed.schema.fields if designed else ())}
    asked = read_template(form.template, dialect=dialect).fields
    return tuple(field for field in asked if _same(field) not in known)


def _same(field: Field) -> str:
    """What makes two questions one: the name of the answer, or all there is of the line."""
    return field.name or field.line or f"{field.type} {field.options.get('latitude', '')}"


def _verdict(work: Work, form: Form, *, planted: bool = True) -> Found | None:
    """What can be made of a form; None where it asks nothing about people."""
    questions = _questions(work, form)
    whole = about_all(questions)
    if all(form.id != each.id for each in work.design.forms):
        whole = max(whole, min(about_words(form.label), About.PERHAPS))
        if any(field.word in TEXTS for field in questions):  # people may be told of in any text
            whole = max(whole, About.PERHAPS)
    if whole is About.NOBODY:
        return None
    acting = any(field.word in ACTS for field in questions)
    if planted and whole is About.SOMEBODY and not acting:
        return Found.ASKED
    if _readers(work, form) is None:
        return Found.CLOSED
    return Found.OPEN if whole is About.SOMEBODY else Found.NOT_CHECKED


def _readers(work: Work, form: Form) -> Role | None:
    """The outsider whom its rights let read, who needs least; None: none does.

    Previews of an entry (`og:description`) follow the rights of its fields, not its own: a field
    without a right of its own is anybody's (4.4.4, 4.5.0; docs/yeswiki.md).
    """
    right, reach = _right_to_read(work, form), _reach(work)
    return next(
        (
            role
            for role in (Role.VISITOR, Role.STRANGER)
            if reach.lets_in(right, role) or _has_field_for(work, form, role)
        ),
        None,
    )


def _has_field_for(work: Work, form: Form, role: Role) -> bool:
    """True where the right of a question, or the want of one, lets this role read its answer."""
    dialect, reach = work.seen.wiki.capabilities.dialect, _reach(work)
    return any(
        field.kind is not Kind.LAYOUT and reach.lets_in(field.options.get("read") or "*", role)
        for field in read_template(form.template, dialect=dialect).fields
    )


def _entry_readers(work: Work, form: Form) -> list[Role]:
    """The outsiders whom the right of its entries lets read them."""
    right, reach = _right_to_read(work, form), _reach(work)
    return [role for role in (Role.VISITOR, Role.STRANGER) if reach.lets_in(right, role)]


def _shown(work: Work, form: Form) -> tuple[str, ...]:
    """The questions that a right of their own keeps from somebody who may read the entries: the
    search shows them, and so does another spelling of the tag (4.4.4, 4.5.0; docs/yeswiki.md)."""
    reach, readers = _reach(work), _entry_readers(work, form)
    dialect = work.seen.wiki.capabilities.dialect
    return tuple(
        field.name
        for field in read_template(form.template, dialect=dialect).fields
        if field.name and not all(
            reach.lets_in(field.options.get("read") or "*", role) for role in readers
        )
    )  # fmt: skip


def _as_people(work: Work, form: Form) -> PeopleForm:
    """The form, with the questions whose answers nobody outside may see: those about a person, and
    every one but the title where the form keeps outsiders out."""
    dialect = work.seen.wiki.capabilities.dialect
    schema = read_template(form.template, key=form.id, label=form.label, dialect=dialect)
    closed = not _entry_readers(work, form)
    personal = (
        field.name
        for field in _questions(work, form)
        if about(field) is About.SOMEBODY
        or (closed and field.kind is not Kind.LAYOUT and field.name not in schema.in_title)
    )
    return PeopleForm(DesignedForm(form.id, schema, Zone.PEOPLE), personal=frozenset(personal))


def _reach(work: Work) -> Reach:
    return Reach(work.seen.groups, work.design.who.members)


def _first_let_in(work: Work, now: str, wanted: str) -> Role | None:
    """The one who needs least, of those whom the right lets in now and should not."""
    there, designed = _reach(work), Reach(work.design.groups, work.design.who.members)
    return next(
        (role for role in Role if there.lets_in(now, role) and not designed.lets_in(wanted, role)),
        None,
    )


def _opened_groups(work: Work) -> Iterator[Leak]:
    for group in work.design.groups:
        role = _first_let_in(work, f"@{group}", f"@{group}")
        if role is not None:
            advice = _("the members of the group {group}").format(group=group)
            yield Leak(f"@{group}", role, "group", advice, LeakKind.OPENED)


def _opened_pages(work: Work) -> Iterator[Leak]:
    for change in RightsStep().plan(work):
        if change.existing is None and change.key not in work.seen.pages:
            continue
        now = change.existing or EVERYBODY  # the table shows no right: nothing closes the page
        yield from _opened_page(work, change.key, now, change.wanted or EVERYBODY)


def _opened_entries(work: Work) -> Iterator[Leak]:
    """The entries of people whose own rights let in more than those of their form."""
    for people in people_forms(work):
        wanted = people.form.schema.rights
        if wanted is None or people.form.id not in work.seen.forms:
            continue
        for tag in work.seen.entries(people.form.id):
            yield from _opened_page(work, tag, work.seen.rights.get(tag, wanted), wanted)


def _open_in_lists(work: Work) -> Iterator[Leak]:
    """The rights to read entries of people that keep nobody out of lists whose name stands within
    them: of our forms, and of the entries that are there."""
    for form in work.design.forms:
        if form.zone is Zone.PEOPLE:
            yield from _line_open_in_lists(work, form)
    for form in (*work.design.forms, *left_standing(work)):
        if form.zone is not Zone.PEOPLE or form.id not in work.seen.forms:
            continue
        for tag in work.seen.entries(form.id):
            if tag in work.seen.rights and is_open_in_lists(work.seen.rights[tag].read):
                advice = _(
                    "the reading right of the page {tag} to what its form gives, then run "
                    "`wikifarm apply`"
                ).format(tag=tag)
                yield Leak(tag, Role.STRANGER, "read", advice, LeakKind.OPENED)


def _line_open_in_lists(work: Work, form: DesignedForm) -> Iterator[Leak]:
    stored = work.seen.forms.get(form.id)
    if stored is not None and is_open_in_lists(_acls(stored)):
        told = f"{stored.label} ({stored.id})"
        advice = _("the line `acls` of the form {form}").format(form=told)
        yield Leak(f"form {form.id}", Role.STRANGER, "lists", advice, LeakKind.OPENED)


def _right_to_read(work: Work, form: Form) -> str:
    """The right to read that entries of a form have: its own line's, else the wiki's."""
    return _acls(form) or work.seen.settings.get("default_read_acl", "*")


def _acls(form: Form) -> str:
    """The right to read that a form gives its entries."""
    return next((row[1] for row in parse(form.template) if row[0] == ACLS), "")


def _opened_page(work: Work, tag: str, now: Rights, wanted: Rights) -> Iterator[Leak]:
    for seen, right, designed, advice in (
        ("read", now.read, wanted.read, _("the reading right of the page {tag}")),
        ("write", now.write, wanted.write, _("the writing right of the page {tag}")),
        ("comment", now.comment, wanted.comment, _("the commenting right of the page {tag}")),
    ):
        role = _first_let_in(work, right, designed)
        if role is not None:
            yield Leak(tag, role, seen, advice.format(tag=tag), LeakKind.OPENED)


def _opened_modules(work: Work) -> Iterator[Leak]:
    for change in ModuleRightsStep().plan(work):
        if change.existing is None or change.wanted is None:
            continue
        role = _first_let_in(work, change.existing.right, change.wanted.right)
        if role is not None:
            words = {
                "action": _("the right of the action {name}"),
                "handler": _("the right of the handler {name}"),
            }
            advice = words[change.existing.kind].format(name=change.existing.name)
            yield Leak(change.key, role, change.existing.kind, advice, LeakKind.OPENED)


def _opened_lines(work: Work) -> Iterator[Leak]:
    """Rights in the lines of our forms: of their entries, and of each field."""
    for form in work.design.forms:
        now = work.seen.forms.get(form.id)
        wanted = _rights(compiled(work, form).template)
        for line, right in _rights(now.template if now else "").items():
            designed = wanted.get(line, right)
            role = _first_let_in(work, right, designed) if right != designed else None
            if role is not None:
                seen = line.name or line.type
                advice = (
                    _("the rights to read and to write of the field {field}, in the form {form}")
                    if line.name
                    else _("the line `acls` of the form {form}")
                ).format(field=seen, form=f"{form.schema.label} ({form.id})")
                yield Leak(f"form {form.id}", role, seen, advice, LeakKind.OPENED)


@dataclass(frozen=True)
class _Line:
    """What says which right of a form it is: the line `acls` has no name."""

    type: str
    name: str
    right: str


def _rights(template: str) -> dict[_Line, str]:
    """The rights that a form's lines hold; what holds where they hold none."""
    rights = {}
    for row in parse(template):
        columns = TYPES[row[0]].columns if row[0] in TYPES else {}
        places = {meaning: column for column, meaning in columns.items()}
        name = row[places.get("name", places.get("latitude", 0))] if row[0] != ACLS else ""
        for right in RIGHTS:
            if right in places:
                unset = UNSET.get((row[0], right), "*")
                rights[_Line(row[0], name, right)] = row[places[right]] or unset
    return rights


def _open_forms(work: Work, *, planted: bool) -> Iterator[Leak]:
    for form in _others(work):
        is_open = _verdict(work, form, planted=planted) is Found.OPEN
        role = _readers(work, form) if is_open else None
        if role is not None:
            named = next(
                field for field in _questions(work, form) if about(field) is About.SOMEBODY
            )
            advice = (
                _("the rights of each field of the form {form}")
                if _has_field_for(work, form, role)
                else _("the line `acls` of the form {form}")
            ).format(form=form.id)
            route = f"api/forms/{form.id}/entries"
            yield Leak(route, role, named.name or named.word, advice, LeakKind.OPENED)
