"""Accounts, groups and rights: who is who, and who may see what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wikifarm.blueprint.rights_words import is_open_in_lists, lets_more_in, without_closing
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import Action, Change, from_to
from wikifarm.engine.step import Step, Work, kept_closed, look_again, read_back, refuse_lost
from wikifarm.engine.steps.bazar import left_standing
from wikifarm.engine.steps.proposals import proposal_rights
from wikifarm.i18n import _, ngettext
from wikifarm.model import Account, Rights, Zone, canonical

ACLS = "acls"  # the line of a form that gives its entries their rights
ADMINS = "admins"  # YesWiki's own group
OWN_RIGHTS = Rights(f"@{ADMINS}", f"@{ADMINS}")  # of the receipt


class AccountChange(Change[Account, Account]):
    """An account to open."""

    step = "accounts"

    @property
    def summary(self) -> str:
        return _("account of a facilitator")


class AccountsStep(Step[AccountChange]):
    """An account for each facilitator; one who already has an account keeps it."""

    name = AccountChange.step

    def plan(self, work: Work) -> list[AccountChange]:
        known = {account.email.lower() for account in work.seen.accounts}
        return [
            AccountChange(name, Action.CREATE, wanted=Account(name, email))
            for email, name in sorted(work.design.accounts.items(), key=lambda item: item[1])
            if email.lower() not in known
        ]

    def apply(self, work: Work, changes: Sequence[AccountChange]) -> None:
        for change in changes:
            if change.wanted is not None:
                work.seen.wiki.users.create(change.wanted.name, change.wanted.email)
        work.seen.forget("accounts")
        read_back(self, work, changes)


Members = tuple[str, ...]


@dataclass(frozen=True)
class GroupChange(Change[Members, Members]):
    """A group with other members. `waiting`: whole groups that may not enter until it is said."""

    step = "groups"

    waiting: Members = ()

    @property
    def summary(self) -> str:
        """Who enters and who leaves: "+Ada -Grace"; then who was added by hand, if that matters."""
        now, wanted = self.existing or (), self.wanted or ()
        entering = [f"+{member}" for member in wanted if member not in now]
        leaving = [f"-{member}" for member in now if member not in wanted]
        closed = [f"({' '.join(self.waiting)}: {kept_closed()})"] if self.waiting else []
        return " ".join([*entering, *leaving, *([self.reason] if self.reason else []), *closed])

    @property
    def detail(self) -> str:
        return self.summary

    def text(self, value: Members) -> str:
        return "\n".join(value)


class GroupsStep(Step[GroupChange]):
    """The groups. People added by hand stay, and are told where that makes them administrators;
    only members that wikifarm put are taken out.
    """

    name = GroupChange.step

    def plan(self, work: Work) -> list[GroupChange]:
        changes = []
        for name in work.design.groups:
            now, wanted = work.seen.group(name), _wanted_members(work, name)
            reason, waiting = _administrators_told(work, name), _waiting(work, name)
            if set(now) != set(wanted) or name not in work.seen.groups:  # one may be empty
                action = Action.UPDATE if now else Action.CREATE
                changes.append(GroupChange(name, action, now, wanted, reason, waiting))
            elif reason or waiting:
                changes.append(GroupChange(name, Action.KEEP, now, now, reason, waiting))
        return changes

    def apply(self, work: Work, changes: Sequence[GroupChange]) -> None:
        look_again(self, work, changes, ("groups",))
        wanted = {change.key: change.wanted or () for change in changes}
        work.seen.remember("groups", work.seen.wiki.groups.set(wanted))
        work.seen.forget("rights")  # a log of what was done may be there now
        read_back(self, work, changes)


def _wanted_members(work: Work, name: str) -> Members:
    """The members a group should have: those of the design, then those added by hand."""
    return (*members_applied(work, name), *_by_hand(work, name))


def members_applied(work: Work, name: str) -> Members:
    """The members of a group that the design puts there, but for those who wait."""
    waiting = _waiting(work, name)
    return tuple(member for member in work.design.groups[name] if member not in waiting)


def _waiting(work: Work, name: str) -> Members:
    """The groups that a later blueprint puts into a group that stands: whoever is in them would get
    all its rights."""
    before = work.receipt.groups.get(name)
    if before is None or work.may_open(changed=False):
        return ()
    there = {*before, *work.seen.group(name)}
    return tuple(
        member
        for member in work.design.groups[name]
        if member.startswith("@") and member not in there
    )


def _by_hand(work: Work, name: str) -> Members:
    """The members of a group that neither the design nor wikifarm put there."""
    receipt = work.receipt
    put = (*receipt.groups.get(name, ()), *receipt.begun(GroupsStep.name, name))
    ours = {*work.design.groups[name], *put}
    return tuple(member for member in work.seen.group(name) if member not in ours)


def leaving(work: Work, name: str) -> Members:
    """The members of a group that wikifarm put there, and that the design has no more."""
    kept = _wanted_members(work, name)
    return tuple(member for member in work.seen.group(name) if member not in kept)


def administrators_added(work: Work, name: str) -> Members:
    """Whom people added to a group that administers the wiki; nobody in another."""
    if not work.seen.exists or name not in _administering(work):
        return ()
    return tuple(each for each in _by_hand(work, name) if each != work.seen.wiki.account)


def let_in_words() -> dict[str, str]:
    """What the signs that let in more than a name mean."""
    return {"+": _("every account"), "*": _("everybody")}


def _administrators_told(work: Work, name: str) -> str:
    """Who was added by hand to a group that administers the wiki; empty where nobody was."""
    added, words = administrators_added(work, name), let_in_words()
    told = ngettext(
        "{names} was added by hand, and is an administrator here",
        "{names} were added by hand, and are administrators here",
        len(added),
    )
    names = ", ".join(words.get(member, member) for member in added)
    return told.format(names=names) if added else ""


def _administering(work: Work) -> set[str]:
    """The groups whose members administer the wiki, as the design has them."""
    names, waiting = set[str](), [ADMINS]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            members = work.design.groups.get(name, ())
            waiting += [each[1:] for each in members if each.startswith("@")]
    return names


class RightsChange(Change[Rights, Rights]):
    """The rights of a page."""

    step = "rights"

    @property
    def summary(self) -> str:
        return f"{_told(self.wanted.read)} / {self.wanted.write}" if self.wanted else ""

    @property
    def detail(self) -> str:
        now, wanted = self.existing, self.wanted
        if now is None or wanted is None:
            return ""
        words = {"read": _("to read"), "write": _("to write"), "comment": _("to comment")}
        rights = [(words[each], getattr(now, each), getattr(wanted, each)) for each in words]
        told = _("; ").join(
            f"{word} {from_to(_told(before), _told(after))}"
            for word, before, after in rights
            if canonical(before) != canonical(after)
        )
        return _("; ").join(part for part in (told, self.reason) if part)

    def text(self, value: Rights) -> str:
        read, write, comment = (canonical(right) for right in _as_kept(value))
        return f"read: {_told(read)}\nwrite: {write}\ncomment: {comment}"


def _told(right: str) -> str:
    """A right as people read it: what closes it in lists has thousands of signs."""
    bare = without_closing(right)
    if canonical(bare) == canonical(right):
        return right
    return _("{right} (closed in lists too)").format(right=bare)


class RightsStep(Step[RightsChange]):
    """The rights of our pages, of YesWiki's own pages that list titles or accounts, and of the
    entries of people that a form of ours wrote before it closed them in lists.

    What would let in more people than it does waits until somebody says so (`Work.may_open`).
    """

    name = RightsChange.step

    def plan(self, work: Work) -> list[RightsChange]:
        changes = []
        for tag, rights in sorted(_wanted_rights(work).items()):
            now = work.seen.rights.get(tag)
            if now is None:
                changes.append(RightsChange(tag, Action.CREATE, now, rights))
            elif not now.same_as(rights):
                changes.append(_compared(work, tag, now, rights))
        return changes

    def apply(self, work: Work, changes: Sequence[RightsChange]) -> None:
        tags_by_rights: dict[Rights, list[str]] = {}
        for change in changes:
            if change.wanted is not None:
                tags_by_rights.setdefault(change.wanted, []).append(change.key)
        for rights, tags in tags_by_rights.items():
            work.seen.remember("rights", work.seen.wiki.rights.set(tags, rights))
        work.seen.forget("rights")
        read_back(self, work, changes)


class ClosingStep(RightsStep):
    """Those rights that let in fewer people than they do, where a community stands: its pages are
    closed before anything else is written in them."""

    def plan(self, work: Work) -> list[RightsChange]:
        if not work.receipt.complete:
            return []
        return [
            change
            for change in super().plan(work)
            if change.writes and not _opens(work, change.existing, change.wanted)
        ]


def _compared(work: Work, tag: str, now: Rights, wanted: Rights) -> RightsChange:
    """The change of rights that differ; each that would let in more people and may not stays."""
    receipt, design = work.receipt, work.design
    before = receipt.rights.get(tag)
    ours = any(page.tag == tag for page in design.pages) and tag not in receipt.pages
    # A page of YesWiki's own that came since; a receipt of before does not tell those.
    came = tag in design.closed and bool(receipt.rights)
    # A page is born with the rights of the settings: a run that was cut leaves it with them.
    begun = bool(receipt.begun(RightsStep.name, tag))
    changed = before is not None and before != _as_kept(wanted)
    new = begun or (before is None and (ours or came))
    if new or work.may_open(changed=changed):
        return RightsChange(tag, Action.UPDATE, now, wanted)
    allowed = Rights(*(
        here if lets_more_in(here, there, design.groups) else there
        for here, there in zip(_as_kept(now), _as_kept(wanted), strict=True)
    ))  # fmt: skip
    if allowed.same_as(now):
        return RightsChange(tag, Action.KEEP, now, wanted, kept_closed())
    reason = "" if allowed.same_as(wanted) else kept_closed()
    return RightsChange(tag, Action.UPDATE, now, allowed, reason)


def rights_of_new(work: Work) -> dict[str, tuple[str, ...]]:
    """What is about to be born in a community that stands, for the next run if this one is cut."""
    if not work.receipt.complete:
        return {}
    return {
        change.id: _as_kept(change.wanted)
        for change in RightsStep().plan(work)
        if change.action is Action.CREATE and change.wanted is not None
    }


def _opens(work: Work, now: Rights | None, wanted: Rights | None) -> bool:
    if now is None or wanted is None:
        return True
    return any(
        lets_more_in(before, after, work.design.groups)
        for before, after in zip(_as_kept(now), _as_kept(wanted), strict=True)
    )


def _as_kept(rights: Rights) -> tuple[str, ...]:
    """Rights as the receipt keeps them."""
    return (rights.read, rights.write, rights.comment)


def rights_applied(work: Work) -> dict[str, tuple[str, ...]]:
    """What the design says of the rights of what is there: by the tag of a page, or the key of an
    action's right."""
    design, there = work.design, work.seen.rights.keys() | work.seen.pages.keys()
    return {
        **{page.tag: _as_kept(page.rights) for page in design.pages},
        **{tag: _as_kept(rights) for tag, rights in design.closed.items() if tag in there},
        **{each.key: (each.right,) for each in _module_rights(work)},
    }


def _wanted_rights(work: Work) -> Mapping[str, Rights]:
    """The rights each page should have, for the pages that are ours to set."""
    now = work.seen.rights
    # A page that the table of rights does not show is not closed for all that.
    there = now.keys() | work.seen.pages.keys()
    wanted = {tag: rights for tag, rights in work.design.closed.items() if tag in there}
    for tag in now:
        for prefix, rights in work.design.closed_prefixes.items():
            if tag.startswith(prefix):
                wanted[tag] = rights
    wanted |= {page.tag: page.rights for page in work.design.pages}
    if receipts.TAG in now:
        wanted[receipts.TAG] = OWN_RIGHTS
    wanted |= {tag: rights for tag, rights in proposal_rights(work).items() if tag in there}
    return wanted | _entries_closed_with_their_form(work) | _entries_closed_in_lists(work)


def _entries_closed_with_their_form(work: Work) -> dict[str, Rights]:
    """The rights of the entries that have those of their form, where the blueprint closes the form:
    YesWiki gives an entry its rights once, when it is made.

    Entries are asked for while the form in the wiki lets in more people than the blueprint does.
    """
    now, groups = work.seen.rights, work.design.groups
    wanted = {}
    for form in work.design.forms:
        stored, rights = work.seen.forms.get(form.id), form.schema.rights
        row = (
            next((row for row in parse(stored.template) if row[0] == ACLS), None)
            if stored
            else None
        )
        if row is None or rights is None:
            continue
        read, write = row[1], row[2]
        closing = {
            "read": bool(read) and lets_more_in(rights.read, read, groups),
            "write": bool(write) and lets_more_in(rights.write, write, groups),
        }
        if not any(closing.values()):
            continue
        for tag in work.seen.entries(form.id).keys() & now.keys():
            has = now[tag]
            closed = {
                name: getattr(rights, name)
                for name, before in (("read", read), ("write", write))
                if closing[name] and canonical(getattr(has, name)) == canonical(before)
            }
            if closed:
                wanted[tag] = replace(has, **closed)
    return wanted


def _entries_closed_in_lists(work: Work) -> dict[str, Rights]:
    """The rights of the entries that may be read by whom the design says, and are open in lists.

    Entries are asked for where the table shows such a right, and something that is no page has it.
    """
    now = work.seen.rights
    others = now.keys() - work.seen.pages.keys()
    wanted = {}
    for form in (*work.design.forms, *left_standing(work)):
        rights = form.schema.rights
        if form.zone is not Zone.PEOPLE or rights is None:
            continue
        before = canonical(without_closing(rights.read))
        open_tags = {
            tag
            for tag in others
            if canonical(now[tag].read) == before and is_open_in_lists(now[tag].read)
        }
        if open_tags:
            for tag in open_tags & work.seen.entries(form.id).keys():
                wanted[tag] = replace(now[tag], read=rights.read)
    return wanted


@dataclass(frozen=True)
class ModuleRight:
    """Who may use an action or a handler. `kind` is "action" or "handler"."""

    kind: str
    name: str
    right: str

    @property
    def key(self) -> str:
        """What names it in plans."""
        return f"{self.kind} {self.name}"


class ModuleRightChange(Change[ModuleRight, ModuleRight]):
    """The right of an action or handler."""

    step = "module-rights"

    @property
    def summary(self) -> str:
        return self.after

    @property
    def detail(self) -> str:
        told = from_to(self.before, self.after) if self.before else ""
        return _("; ").join(part for part in (told, self.reason) if part)

    def text(self, value: ModuleRight) -> str:
        return value.right


class ModuleRightsStep(Step[ModuleRightChange]):
    """The rights of actions and handlers: open writing would let anyone list titles with them."""

    name = ModuleRightChange.step

    def plan(self, work: Work) -> list[ModuleRightChange]:
        changes = []
        for wanted in _module_rights(work):
            now = work.seen.module(wanted.kind, wanted.name)
            # None: this version of YesWiki has no such action, so there is nothing to close.
            if now is not None and canonical(now) != canonical(wanted.right):
                existing = ModuleRight(wanted.kind, wanted.name, now)
                changes.append(self._compare(work, existing, wanted))
        return changes

    def _compare(self, work: Work, now: ModuleRight, wanted: ModuleRight) -> ModuleRightChange:
        before = work.receipt.rights.get(wanted.key)
        said = work.may_open(changed=before is not None and before != (wanted.right,))
        if said or not lets_more_in(now.right, wanted.right, work.design.groups):
            return ModuleRightChange(wanted.key, Action.UPDATE, now, wanted)
        return ModuleRightChange(wanted.key, Action.KEEP, now, wanted, kept_closed())

    def apply(self, work: Work, changes: Sequence[ModuleRightChange]) -> None:
        for change in changes:
            if change.wanted is not None:
                wanted = change.wanted
                work.seen.wiki.rights.set_module(wanted.kind, wanted.name, wanted.right)
        work.seen.forget("modules", "rights")  # a log of what was done may be there now
        # A wiki that had this action a moment ago cannot be without it.
        rights = [change.wanted for change in changes if change.wanted is not None]
        gone = [each.key for each in rights if work.seen.module(each.kind, each.name) is None]
        refuse_lost(self, gone)
        read_back(self, work, changes)


def _module_rights(work: Work) -> list[ModuleRight]:
    kinds = {"action": work.design.action_rights, "handler": work.design.handler_rights}
    return [
        ModuleRight(kind, name, right)
        for kind, rights in kinds.items()
        for name, right in sorted(rights.items())
    ]
