"""What a backup opens that wikifarm closes: its rights beside those of the design, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from wikifarm.blueprint.design import Design, DesignedForm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import lets_more_in, without_closing
from wikifarm.blueprint.schema.fields import Field
from wikifarm.blueprint.schema.template import read_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.steps.access import ACLS, OWN_RIGHTS
from wikifarm.errors import InvalidInput
from wikifarm.json_text import texts_in
from wikifarm.model import Dialect, Form, Module, Rights, Zone
from wikifarm.operations.archive.backup_contents import administering
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.copying.people_there import asks_of_people
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.yeswiki.same_name import same_name

EVERYBODY, ACCOUNTS = "*", "+"
READ, WRITE, OWN = "read", "write", "own"
# What of a field lets somebody see or change it; nothing there: whoever may see or change the card.
_OF_FIELD = {"read": READ, "address_seen_by": READ, "write": WRITE}
# Nobody reads cards of people without an account, whatever form they are of.
_OF_PEOPLE = Rights(ACCOUNTS, ACCOUNTS)
Judged = tuple[str, Rights, Rights]  # what it is, as wikifarm closes it, as the backup opens it


def design_of(
    context: Context, backup: Backup, community: Community | None, receipt: Receipt | None
) -> Design | None:
    """What wikifarm makes of the community as it is described; of one that has every module, of the
    same blueprint or else of the usual one, where nothing describes it. None where no blueprint
    tells, in this language say."""
    unknown = Community(backup.manifest.name, backup.manifest.slug, (), modules=frozenset(Module))
    candidates = [community, unknown]
    if receipt is not None and receipt.blueprint and receipt.language:
        same = replace(unknown, blueprint=receipt.blueprint, language=receipt.language)
        candidates.insert(1, same)
    for each in candidates:
        if each is not None:
            with suppress(InvalidInput):
                return CommunityRun(context, each).compiler.design({})
    return None


def closed_modules(design: Design | None) -> dict[str, str]:
    """ "action listusers" -> its right in a community of that design."""
    if design is None:
        return {}
    actions = {f"action {name}": right for name, right in design.action_rights.items()}
    return actions | {f"handler {name}": right for name, right in design.handler_rights.items()}


def usual_rights(design: Design | None) -> dict[str, str]:
    """The settings that give pages their rights where nothing else does, as the design has them."""
    settings = design.settings if design is not None else {}
    return {name: text for name, text in settings.items() if re.match(r"default_\w+_acl\Z", name)}


def opened_rights(backup: Backup, design: Design | None, receipt: Receipt | None) -> dict[str, str]:
    """What the backup lets more people do than the design does, or than wikifarm did when it last
    wrote there: `action X`, `handler X`; `read` or `write` then `page X`, `list X`, `card X`,
    `form N` or `field N/NAME` -> its right; `own page X` or `own card X` -> whom that is given to.
    """
    groups = backup.value("groups.json")
    told = _opened_modules(backup, design, receipt) | _given_away(backup, design, receipt)
    told |= _cards_given_away(backup, design)
    for name, closed, opened in _judged(backup, design, receipt):
        for verb, before, after in (
            (READ, closed.read, opened.read),
            (WRITE, closed.write, opened.write),
        ):
            usual, given = without_closing(before), without_closing(after)
            if before and lets_more_in(usual, given, groups):
                told[f"{verb} {name}"] = given
    return dict(sorted(told.items()))


def _opened_modules(
    backup: Backup, design: Design | None, receipt: Receipt | None
) -> dict[str, str]:
    groups, closed = backup.value("groups.json"), closed_modules(design)
    applied = receipt.rights if receipt is not None else {}
    then = {name: parts[0] for name, parts in applied.items() if len(parts) == 1}
    return {
        name: right
        for name, right in backup.value("modules.json").items()
        if any(name in known and lets_more_in(known[name], right, groups)
               for known in (closed, then))
    }  # fmt: skip


def _given_away(backup: Backup, design: Design | None, receipt: Receipt | None) -> dict[str, str]:
    """The pages that wikifarm closes, given to accounts that do not administer: who owns a page
    reads it, and says who else does."""
    closed = {tag for pages in _closed_pages(design, receipt) for tag in pages}
    accounts = {same_name(name): name for name, _address in backup.value("accounts.json")}
    admins = {same_name(name) for name in (*administering(backup), WIKI_ADMIN)}
    owners = ((str(row["tag"]), same_name(str(row["owner"]))) for row in backup.rows("pages"))
    return {
        f"{OWN} page {tag}": accounts[owner]
        for tag, owner in owners
        if same_name(tag) in closed and owner in accounts.keys() - admins
    }


def _form(row: Mapping[str, Any]) -> Form:
    columns = row["columns"]
    number = str(row["id"])
    return Form(number, columns["bn_label_nature"], columns["bn_template"], told=columns)


def _cards_given_away(backup: Backup, design: Design | None) -> dict[str, str]:
    """The cards of people, given to accounts that do not administer and whose address is not on the
    card: it may be that of somebody else."""
    dialect = Dialect(backup.manifest.dialect)
    designed = (*design.forms, *design.put_off) if design is not None else ()
    of_people = {form.id for form in designed if form.zone is Zone.PEOPLE}
    for row in backup.rows("forms"):
        if asks_of_people(form := _form(row), dialect):
            of_people.add(form.id)
    accounts = {same_name(name): (name, mail) for name, mail in backup.value("accounts.json")}
    for name in (*administering(backup), WIKI_ADMIN):
        accounts.pop(same_name(name), None)
    told = {}
    for row in backup.rows("entries"):
        owner = accounts.get(same_name(str(row["owner"])))
        if owner is not None and str(row["form"]) in of_people:
            said = {text.strip().casefold() for text in texts_in(row["values"])}
            if owner[1].casefold() not in said:
                told[f"{OWN} card {row['tag']}"] = owner[0]
    return told


def _judged(backup: Backup, design: Design | None, receipt: Receipt | None) -> Iterator[Judged]:
    """The pages, lists, cards, forms and fields of which it is known how wikifarm closes them."""
    dialect = Dialect(backup.manifest.dialect)
    designed = {form.id: form for form in (*design.forms, *design.put_off)} if design else {}
    usual: dict[str, list[Rights]] = {}  # of the cards of each form
    for row in backup.rows("forms"):
        form = _form(row)
        number = form.id
        usual[number] = []
        if (ours := designed.get(number)) is not None:
            if ours.zone is Zone.PEOPLE and ours.schema.rights is not None:
                usual[number].append(ours.schema.rights)
            yield from _judged_form(form, ours, dialect)
        elif asks_of_people(form, dialect):
            usual[number].append(_OF_PEOPLE)
        if asks_of_people(form, dialect) and (given := _given(form, dialect)) is not None:
            usual[number].append(given)
    forms = {same_name(str(row["tag"])): str(row["form"]) for row in backup.rows("entries")}
    lists = {same_name(tag) for tag in backup.value("lists.json")}
    pages = list(_closed_pages(design, receipt))
    for tag, each in backup.value("rights.json").items():
        rights, known = Rights(*each), same_name(tag)
        if known in forms:
            said = usual.get(forms[known], [])
            yield from ((f"card {tag}", closed, rights) for closed in said)
        elif known in lists:
            write = design.settings.get("default_write_acl", "") if design is not None else ""
            yield f"list {tag}", Rights("", write), rights
        else:
            yield from ((f"page {tag}", closed[known], rights)
                        for closed in pages if known in closed)  # fmt: skip


def _judged_form(form: Form, ours: DesignedForm, dialect: Dialect) -> Iterator[Judged]:
    """A form that the design makes too: what it gives to its cards, then each field."""
    given = _given(form, dialect)
    if ours.zone is Zone.PEOPLE and ours.schema.rights is not None:
        # A form that gives no rights leaves its cards to the wiki, which may open them to all.
        yield f"form {form.id}", ours.schema.rights, given or Rights(EVERYBODY, EVERYBODY)
    known = {each.name: each for each in ours.schema.fields if each.name}
    for each in read_template(form.template, dialect=dialect).fields:
        if each.name in known and each.type != ACLS:
            for column, verb in _OF_FIELD.items():
                before, after = (_right(field, column) for field in (known[each.name], each))
                if before != EVERYBODY:
                    closed, opened = (
                        Rights(right, "") if verb == READ else Rights("", right)
                        for right in (before, after)
                    )
                    yield f"field {form.id}/{each.name}", closed, opened


def _right(field: Field, column: str) -> str:
    return without_closing(field.options.get(column, "")) or EVERYBODY


def _given(form: Form, dialect: Dialect) -> Rights | None:
    """The rights that a form gives to its cards."""
    return read_template(form.template, dialect=dialect).rights


def _closed_pages(design: Design | None, receipt: Receipt | None) -> Iterator[dict[str, Rights]]:
    """The name of a page, as a wiki tells it apart -> the rights that the design gives it."""
    if design is not None:
        told = {**design.closed, **{page.tag: page.rights for page in design.pages}}
        yield {same_name(tag): rights for tag, rights in told.items()}
    yield {same_name(receipts.TAG): OWN_RIGHTS}
    if receipt is not None:
        applied = receipt.rights.items()
        yield {same_name(tag): Rights(*parts[:2]) for tag, parts in applied if len(parts) > 1}
