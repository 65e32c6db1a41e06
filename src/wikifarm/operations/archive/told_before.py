"""What a restoration says before its yes: whom the description of the community lets do everything,
what the wiki opens that wikifarm closes, and whose mailing list it is.

Whoever says yes did not write the backup: nothing that opens the wiki is written without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.rights_words import lets_more_in
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import InvalidInput
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE
from wikifarm.operations.archive.backup_contents import administering
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.workplace.context import Context
from wikifarm.result import few

EVERYBODY = "*"


def closed_modules(context: Context, backup: Backup, community: Community | None) -> dict[str, str]:
    """ "action listusers" -> its right in a community of wikifarm: this one as it is described, or
    any that says nothing of itself."""
    unknown = Community(backup.manifest.name, backup.manifest.slug, ())
    for each in (community, unknown):
        if each is not None:
            try:
                design = CommunityRun(context, each).compiler.design({})
            except InvalidInput:
                continue  # a blueprint that is not in this language, say
            actions = {f"action {name}": right for name, right in design.action_rights.items()}
            handlers = {f"handler {name}": right for name, right in design.handler_rights.items()}
            return actions | handlers
    return {}


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


def opening(modules: Mapping[str, str]) -> Iterator[str]:
    """Who may use which of these, in one sentence for each right."""
    words = {EVERYBODY: _("everybody"), "+": _("whoever has an account")}
    kinds: dict[str, list[str]] = defaultdict(list)
    for module, right in modules.items():
        kinds[words.get(right, right)].append(module)
    for whom, names in kinds.items():
        told = _("This backup opens to {whom} what wikifarm closes: {names}.")
        yield told.format(whom=whom, names=few(names))


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
