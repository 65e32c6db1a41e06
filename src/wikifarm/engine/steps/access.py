"""Accounts, groups and rights: who is who, and who may see what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wikifarm.engine import receipt as receipts
from wikifarm.engine.plan import Action, Change
from wikifarm.engine.step import Step, Work, read_back
from wikifarm.i18n import _
from wikifarm.model import Rights, canonical

OWN_RIGHTS = Rights("@admins", "@admins")  # of the receipt


class AccountsStep(Step):
    """An account for each facilitator; one who already has an account keeps it."""

    name = "accounts"

    def plan(self, work: Work) -> list[Change]:
        known = {account.email.lower() for account in work.seen.accounts}
        return [
            Change(self.name, name, Action.CREATE, _("account of a facilitator"))
            for email, name in sorted(work.design.accounts.items(), key=lambda item: item[1])
            if email.lower() not in known
        ]

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        emails = {name: email for email, name in work.design.accounts.items()}
        for change in changes:
            work.seen.wiki.users.create(change.key, emails[change.key])
        work.seen.forget("accounts")
        read_back(self, work)


class GroupsStep(Step):
    """The groups. People added by hand stay; only members that wikifarm put are taken out."""

    name = "groups"

    def plan(self, work: Work) -> list[Change]:
        changes = []
        for name in work.design.groups:
            now = work.seen.group(name)
            wanted = wanted_members(work, name)
            if set(now) != set(wanted):
                action = Action.UPDATE if now else Action.CREATE
                changes.append(Change(self.name, name, action, _members_summary(now, wanted)))
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        for change in changes:
            work.seen.wiki.groups.set(change.key, wanted_members(work, change.key))
            work.seen.forget(f"group {change.key}")
        read_back(self, work)


def wanted_members(work: Work, name: str) -> tuple[str, ...]:
    """The members a group should have: those of the design, then those added by hand."""
    designed = work.design.groups[name]
    ours = set(work.receipt.groups.get(name, ()))
    by_hand = [one for one in work.seen.group(name) if one not in designed and one not in ours]
    return (*designed, *by_hand)


def _members_summary(now: Sequence[str], wanted: Sequence[str]) -> str:
    added = [f"+{one}" for one in wanted if one not in now]
    taken = [f"-{one}" for one in now if one not in wanted]
    return " ".join([*added, *taken])


class RightsStep(Step):
    """The rights of our pages, and of YesWiki's own pages that list titles or accounts."""

    name = "rights"

    def plan(self, work: Work) -> list[Change]:
        now = work.seen.rights
        changes = []
        for tag, rights in sorted(wanted_rights(work, now).items()):
            held = now.get(tag)
            if held is None and work.seen.exists:
                continue
            if held is None or not _same(held, rights):
                summary = f"{rights.read} / {rights.write}"
                action = Action.UPDATE if held else Action.CREATE
                changes.append(Change(self.name, tag, action, summary))
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        wanted = wanted_rights(work, work.seen.rights)
        by_rights: dict[Rights, list[str]] = {}
        for change in changes:
            by_rights.setdefault(wanted[change.key], []).append(change.key)
        for rights, tags in by_rights.items():
            work.seen.remember("rights", work.seen.wiki.rights.set(tags, rights))
        work.seen.forget("rights")
        read_back(self, work)


def wanted_rights(work: Work, now: Mapping[str, Rights]) -> dict[str, Rights]:
    """The rights each page should have, for the pages that are ours to set."""
    wanted = {tag: rights for tag, rights in work.design.closed.items() if tag in now}
    for tag in now:
        for prefix, rights in work.design.closed_prefixes.items():
            if tag.startswith(prefix):
                wanted[tag] = rights
    wanted |= {page.tag: page.rights for page in work.design.pages}
    if receipts.TAG in now:
        wanted[receipts.TAG] = OWN_RIGHTS
    return wanted


def _same(one: Rights, two: Rights) -> bool:
    return (canonical(one.read), canonical(one.write), canonical(one.comment)) == (
        canonical(two.read),
        canonical(two.write),
        canonical(two.comment),
    )


class ModuleRightsStep(Step):
    """The rights of actions and handlers: open writing would let anyone list titles with them."""

    name = "module-rights"

    def plan(self, work: Work) -> list[Change]:
        changes = []
        for kind, name, right in _modules(work):
            now = work.seen.module(kind, name)
            # None: this version of YesWiki has no such action, so there is nothing to close.
            if now is not None and canonical(now) != canonical(right):
                changes.append(Change(self.name, f"{kind} {name}", Action.UPDATE, right))
        return changes

    def apply(self, work: Work, changes: Sequence[Change]) -> None:
        wanted = {f"{kind} {name}": (kind, name, right) for kind, name, right in _modules(work)}
        for change in changes:
            kind, name, right = wanted[change.key]
            work.seen.wiki.rights.set_module(kind, name, right)
            work.seen.forget(change.key)
        read_back(self, work)


def _modules(work: Work) -> list[tuple[str, str, str]]:
    return [
        *(("action", name, right) for name, right in sorted(work.design.action_rights.items())),
        *(("handler", name, right) for name, right in sorted(work.design.handler_rights.items())),
    ]
