"""What a restoration says before its yes: whom the description of the community lets do everything,
what the wiki opens that wikifarm closes, and whose mailing list it is.

Whoever says yes did not write the backup: nothing that opens the wiki is written without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wikifarm.blueprint.design import Design
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import lets_more_in, without_closing
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.steps.access import ACLS, OWN_RIGHTS
from wikifarm.errors import InvalidInput
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE
from wikifarm.model import Dialect, Form, Module, Rights, Zone
from wikifarm.operations.archive.backup_contents import administering
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.archive.people_of_cards import is_about_people
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few

EVERYBODY, ACCOUNTS = "*", "+"
Judged = tuple[str, Rights, Rights]  # what it is, as wikifarm closes it, as the backup opens it


def design_of(
    context: Context, backup: Backup, community: Community | None, receipt: Receipt | None
) -> Design | None:
    """What wikifarm makes of the community as it is described; of one that has every module, of the
    same blueprint or else of the usual one, where nothing describes it."""
    unknown = Community(backup.manifest.name, backup.manifest.slug, (), modules=frozenset(Module))
    candidates = [community, unknown]
    if receipt is not None and receipt.blueprint and receipt.language:
        same = replace(unknown, blueprint=receipt.blueprint, language=receipt.language)
        candidates.insert(1, same)
    for each in candidates:
        if each is not None:
            try:
                return CommunityRun(context, each).compiler.design({})
            except InvalidInput:
                continue  # a blueprint that is not here, or not in this language
    return None


def closed_modules(design: Design | None) -> dict[str, str]:
    """ "action listusers" -> its right in a community of that design."""
    if design is None:
        return {}
    actions = {f"action {name}": right for name, right in design.action_rights.items()}
    handlers = {f"handler {name}": right for name, right in design.handler_rights.items()}
    return actions | handlers


def opened_rights(backup: Backup, design: Design | None, receipt: Receipt | None) -> dict[str, str]:
    """What the backup lets more people read or write than the design does, or than wikifarm did
    when it last wrote there, or a form of people: "read card Ada" -> its right."""
    groups = backup.value("groups.json")
    told = {
        f"{verb} {name}": without_closing(after)
        for name, closed, open_ in _judged(backup, design, receipt)
        for verb, before, after in (
            ("read", closed.read, open_.read),
            ("write", closed.write, open_.write),
        )
        if before and lets_more_in(without_closing(before), without_closing(after), groups)
    }
    return dict(sorted(told.items()))


def opened_modules(
    backup: Backup, closed: Mapping[str, str], receipt: Receipt | None
) -> dict[str, str]:
    """The actions and handlers that the backup lets more people use than `closed` does, or than
    wikifarm did when it last wrote there; each with its right."""
    groups = backup.value("groups.json")
    applied = {key: parts[0] for key, parts in (receipt.rights if receipt else {}).items() if parts}
    return {
        module: right
        for module, right in sorted(backup.value("modules.json").items())
        if any(module in told and lets_more_in(told[module], right, groups)
               for told in (closed, applied))
    }  # fmt: skip


def _judged(backup: Backup, design: Design | None, receipt: Receipt | None) -> Iterator[Judged]:
    """The pages, lists, cards and forms of which it is known how wikifarm closes them."""
    forms = {str(row["id"]): _rights_of_form(backup, row) for row in backup.rows("forms")}
    people = _forms_of_people(design)
    for number in people.keys() & forms.keys():
        if (given := forms[number][1]) is not None:
            yield f"form {number}", people[number], given
    cards = {str(row["tag"]).casefold(): str(row["form"]) for row in backup.rows("entries")}
    lists = {tag.casefold() for tag in backup.value("lists.json")}
    pages = list(_closed_pages(design, receipt))
    for tag, each in backup.value("rights.json").items():
        rights, known = Rights(*each), tag.casefold()
        if known in cards:
            is_of_people, given = forms.get(cards[known], (False, None))
            said = people.get(cards[known]), given if is_of_people else None
            yield from ((f"card {tag}", closed, rights) for closed in said if closed is not None)
        elif known in lists:
            write = design.settings.get("default_write_acl", "") if design is not None else ""
            yield f"list {tag}", Rights("", write), rights
        else:
            yield from ((f"page {tag}", closed[known], rights)
                        for closed in pages if known in closed)  # fmt: skip


def _rights_of_form(backup: Backup, row: Mapping[str, Any]) -> tuple[bool, Rights | None]:
    """Whether a form asks something of somebody, and the rights that it gives to its cards."""
    columns = row["columns"]
    form = Form(str(row["id"]), columns["bn_label_nature"], columns["bn_template"])
    line = next((each for each in parse(form.template) if each[0] == ACLS), None)
    given = Rights(line[1], line[2]) if line is not None else None
    return is_about_people(form, Dialect(backup.manifest.dialect)), given


def _forms_of_people(design: Design | None) -> dict[str, Rights]:
    """The rights of the cards of each form of people of the design, by its number."""
    forms = (*design.forms, *design.put_off) if design is not None else ()
    return {
        form.id: form.schema.rights
        for form in forms
        if form.zone is Zone.PEOPLE and form.schema.rights is not None
    }


def _closed_pages(design: Design | None, receipt: Receipt | None) -> Iterator[dict[str, Rights]]:
    """Tag, in small letters -> the rights that the design gives a page; and the receipt."""
    if design is not None:
        told = {**design.closed, **{page.tag: page.rights for page in design.pages}}
        yield {tag.casefold(): rights for tag, rights in told.items()}
    yield {receipts.TAG.casefold(): OWN_RIGHTS}
    if receipt is not None:
        applied = receipt.rights.items()
        yield {tag.casefold(): Rights(*parts[:2]) for tag, parts in applied if len(parts) > 1}


def opening(opened: Mapping[str, str]) -> Iterator[str]:
    """Who may use, read or write which of these: one sentence for everybody, one for accounts, and
    one for all others."""
    kinds: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, right in opened.items():
        verb, _space, rest = name.partition(" ")
        use = verb not in ("read", "write")
        kinds["" if use else verb, _widest(right)][name if use else rest.split(" ", 1)[1]] = right
    words = {EVERYBODY: _("everybody"), ACCOUNTS: _("whoever has an account")}
    told = {
        "": _("This backup opens to {whom} what wikifarm closes: {names}."),
        "read": _("This backup lets {whom} read what wikifarm closes: {names}."),
        "write": _("This backup lets {whom} change what wikifarm closes: {names}."),
    }
    for (verb, widest), names in kinds.items():
        whom = words.get(widest) or few(sorted(set(names.values())))
        yield told[verb].format(whom=whom, names=few(list(names)))


def _widest(right: str) -> str:
    """`*` or `+` where the right lets in everybody, but one maybe, or every account."""
    firsts = {part.strip()[:1] for part in without_closing(right).split(",")}
    return EVERYBODY if firsts & {"*", "!"} else ACCOUNTS if "+" in firsts else ""


def facilitating(backup: Backup, community: Community) -> Iterator[str]:
    """Whom the description of the community makes administrators, of those who are none yet."""
    known = set(administering(backup).values())
    people = [each for each in community.facilitators if each.email not in known]
    told = _(
        "The description of the community in this backup names who facilitates: {names}. The next "
        "`wikifarm apply` opens their accounts and makes them administrators of the wiki."
    )
    if people:
        yield told.format(names=", ".join(f"{each.name} <{each.email}>" for each in people))


def whose_list(
    backup: Backup, slug: str, url: str, community: Community | None, receipt: Receipt | None
) -> Iterator[str]:
    """Whose the mailing list is, where the wiki is made at another address than it had."""
    described = community is not None and community.mailing_list != NONE
    was = backup.manifest
    if url == was.url or not (described or (receipt is not None and receipt.mailing_list)):
        return
    told = _("The mailing list stays that of {url}: the wiki made here has none.")
    if slug == was.slug:
        told = _(
            "The mailing list of {url} comes with this backup: if that wiki goes on, take the list "
            "out of the description of the wiki made here, before you apply it."
        )
    yield told.format(url=was.url)
