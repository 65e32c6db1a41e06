"""Writes a wiki again from its backup.

Rights come before what they close, and people last: what a killed run leaves is closed. Others may
be at work there before it is whole: what they wrote stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wikifarm.engine import receipt as receipts
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Dialect
from wikifarm.operations.archive.backup_contents import (
    circles,
    counted,
    lets_in,
    missing_groups,
    modules_kept,
    pages_kept,
    untold_rights,
)
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.archive.read_again import LABEL, shared
from wikifarm.operations.archive.told_wiki import (
    ADMINS,
    ToldWiki,
    cards_without_form,
    crossing_of,
    known_of,
    values_of,
    written,
)
from wikifarm.result import few
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

# A form while its cards are written: it writes no mail, makes no account, changes no value, and
# takes many cards of one person, since one account writes them all.
QUIET = {
    "bn_template": (
        "labelhtml***wikifarm*** *** *** *** *** *** *** *** *** *** *** *** *** *** \n"
        "acls***@admins***@admins***@admins*** *** *** *** *** *** *** *** *** *** *** *** "
    ),
    "bn_only_one_entry": "N",
}


class WikiAgain:
    """One backup on its way into a wiki."""

    def __init__(self, told: ToldWiki, wiki: Wiki, progress: Callable[[str], None]) -> None:
        """`progress` is told each step that begins."""
        self._told, self._wiki, self._progress = told, wiki, progress
        self._lost: list[str] = []

    def clear(self) -> None:
        """Removes the forms and the lists with which a wiki is born, before anybody has an account
        there: what is found beside the backup later is of others."""
        for number, form in self._wiki.forms.all().items():
            known = self._told.forms.get(number)
            if known is None or known[LABEL] != form.label:
                self._wiki.forms.delete(number)
        for tag in self._wiki.lists.all().keys() - self._told.crossing.lists.keys():
            self._wiki.lists.delete(tag)

    def whole(self) -> list[str]:
        """Writes all that the wiki lacks; answers what it does not take back, as sentences."""
        for step, write in (
            ("settings", self._settings),
            ("module-rights", self._modules),
            ("accounts", self._people),
            ("rights", self._closed),
            ("lists", self._lists),
            ("entries", self._forms_and_entries),
            ("pages", self._texts_and_files),
            ("rights", self._opened),
        ):
            self._progress(step)
            write()
        return [*lost_at_first(self._told.backup, self._wiki.capabilities.dialect), *self._lost]

    def _settings(self) -> None:
        self._wiki.settings.put(self._told.settings)

    def _modules(self) -> None:
        now = self._wiki.rights.modules()
        for module, right in self._told.modules.items():
            kind, _space, name = module.partition(" ")
            if module in now and now[module] != right:
                self._wiki.rights.set_module(kind, name, right)

    def _people(self) -> None:
        """Accounts, which get a new password; then the groups, those that stand in others first."""
        there = {account.name for account in self._wiki.users.all()}
        for name, email in self._told.accounts.items():
            if name not in there:
                try:
                    self._wiki.users.create(name, email)
                except WriteRefused as refused:
                    self._lost.append(refused.message)
        there = {account.name for account in self._wiki.users.all()}
        now = self._wiki.groups.all()
        groups = {
            name: (*members, *self._told.joined(now.get(name, ())))
            for name, members in self._told.groups.items()
        }
        done = set(now)
        while todo := {
            name: members
            for name, members in groups.items()
            if {each[1:] for each in members if each.startswith("@")} <= done
        }:
            changed = {
                name: kept
                for name, members in todo.items()
                if (kept := known_of(members, there)) != now.get(name)
            }
            if changed:
                self._wiki.groups.set(changed)
            done |= set(todo)
            groups = {name: each for name, each in groups.items() if name not in todo}

    def _closed(self) -> None:
        """The rights of each page and list before it is there; those of cards closed for now."""
        told, cards = self._told.rights, self._told.entry_tags
        self._wiki.rights.set_each({tag: each for tag, each in told.items() if tag not in cards})
        self._wiki.rights.set_each(dict.fromkeys(cards, ADMINS))

    def _opened(self) -> None:
        """Owners, then the rights that cards had."""
        told, cards = self._told.rights, self._told.entry_tags
        there = {account.name for account in self._wiki.users.all()}
        now = {tag: page.owner for tag, page in self._wiki.pages.all().items()}
        now |= {tag: str(row.get("owner")) for tag, row in self._wiki.entries.outline().items()}
        for row in (*self._told.pages(), *self._told.entries()):
            owner, tag = str(row.get("owner") or ""), str(row["tag"])
            if owner in there and tag in now and now[tag] != owner:
                rights = ADMINS if tag in cards else told.get(tag, ADMINS)
                self._wiki.rights.give(tag, rights, owner)
        self._wiki.rights.set_each({tag: each for tag, each in told.items() if tag in cards})

    def _lists(self) -> None:
        """Each list under the id it had, which the server makes from a title; then its text."""
        told = self._told.crossing.lists
        there = self._wiki.lists.all()
        missing = [tag for tag in told if tag not in there]
        for tag in missing:
            self._wiki.lists.create([(self._told.crossing.title_of(tag), ())])
        now = self._wiki.lists.all()
        for tag in now.keys() - there.keys() - told.keys():  # the server gave them another id
            self._wiki.lists.delete(tag)
        self._lost += [
            _("The list {name} cannot have its name back on this version.").format(name=tag)
            for tag in told
            if tag not in now
        ]
        for tag in set(now) & set(told):
            self._save(tag, told[tag])

    def _forms_and_entries(self) -> None:
        there = set(self._wiki.entries.outline())
        self._quietly(self._put, [row for row in self._told.entries() if row["tag"] not in there])
        self._told.attached.put(self._told.entry_tags)
        # Those that show files under the names that they have now.
        otherwise = {
            tag
            for form, told in self._told.cards().items()
            for tag, row in self._wiki.entries.of(form).items()
            if row.get("user") == self._wiki.account and told.get(tag, {}) != values_of(row)
        }
        self._quietly(
            self._change, [row for row in self._told.entries() if row["tag"] in otherwise]
        )
        self._import(self._told.forms)

    def _quietly(
        self, write: Callable[[Mapping[str, Any]], None], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Writes cards while their forms do nothing with them."""
        quiet = {str(row["form"]) for row in rows}
        self._import({form: self._told.forms[form] | QUIET for form in quiet})
        for row in rows:
            write(row)

    def _put(self, row: Mapping[str, Any]) -> None:
        """Writes a card; one that the wiki refuses is told, and leaves the others be."""
        try:
            self._wiki.entries.put(row["form"], row["tag"], written(row["values"]))
        except WriteRefused as refused:
            self._lost.append(f"{row['tag']}: {refused.message}")

    def _change(self, row: Mapping[str, Any]) -> None:
        self._wiki.entries.change(row["tag"], written(row["values"]))

    def _told_forms(self) -> dict[str, dict[str, str]]:
        return {number: dict(form.told) for number, form in self._wiki.forms.all().items()}

    def _import(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        now = self._told_forms() if forms else {}
        # Under the name that others gave it: the server would make another form of its number.
        forms = {
            number: {**columns, LABEL: now.get(number, columns).get(LABEL, columns[LABEL])}
            for number, columns in forms.items()
        }
        changed = {
            number: {key: text for key, text in columns.items() if not _is_off(key, text)}
            for number, columns in forms.items()
            if number not in now or shared(columns, now[number]) != shared(now[number], columns)
        }
        if changed:
            self._wiki.forms.save(changed)

    def _texts_and_files(self) -> None:
        self._texts()
        self._told.attached.put(str(row["tag"]) for row in self._told.backup.rows("pages"))
        self._lost += self._told.attached.refused
        self._texts()  # those that show files under the names that they have now
        now = read_whole(self._wiki).metadata
        for tag, look in self._told.looks.items():
            if now.get(tag) != look:
                self._wiki.pages.dress(tag, look)

    def _texts(self) -> None:
        told = {str(row["tag"]): str(row["body"]) for row in self._told.pages()}
        now = self._wiki.pages.all()
        ours = {tag for tag, page in now.items() if page.author == self._wiki.account}
        for tag in ours - set(told) - self._told.entry_tags - set(pages_kept(self._told.backup)):
            self._wiki.pages.delete(tag)
        for tag in sorted(told, key=lambda tag: (tag == receipts.TAG, tag)):
            page = now.get(tag)
            if (page.body if page else "") != told[tag] and (page is None or tag in ours):
                self._wiki.pages.save(tag, told[tag], page.revision if page else "")

    def _save(self, tag: str, body: str) -> None:
        page = self._wiki.pages.read(tag)
        is_ours = page is not None and page.author == self._wiki.account
        if page is not None and is_ours and page.body != body:
            self._wiki.pages.save(tag, body, page.revision)


def lost_at_first(backup: Backup, dialect: Dialect) -> list[str]:
    """What no wiki of this version takes back, as sentences; known before anything is written."""
    lost = list(crossing_of(backup, dialect).lost())
    groups = backup.value("groups.json").items()
    opening = sorted({each for _group, members in groups for each in members if lets_in(each)})
    if opening:
        told = _("In a group these let in others than themselves: they are not written ({names}).")
        lost.append(told.format(names=few(opening)))
    for names in circles(backup):
        told = _("Groups that stand in one another: each is made without the others ({names}).")
        lost.append(told.format(names=few(names)))
    if missing := missing_groups(backup):
        told = _("Groups that are not in the backup: they are left out of others ({names}).")
        lost.append(told.format(names=few(missing)))
    if kept := [*pages_kept(backup), *modules_kept(backup, dialect)]:
        told = _(
            "Pages and actions that a wiki needs and that do not work in the backup: they stay as "
            "the new wiki has them ({names})."
        )
        lost.append(told.format(names=few(kept)))
    alone = sorted(cards_without_form(backup))
    if untold := untold_rights(backup, alone):
        told = _(
            "Pages, lists or cards of which the backup tells no rights: for administrators alone "
            "({names})."
        )
        lost.append(told.format(names=few(untold)))
    if alone:
        told = _("Cards whose form is gone: they stay in the backup alone ({names}).")
        lost.append(told.format(names=few(alone)))
    if comments := counted(backup).get("comments", 0):
        told = _("Comments: they stay in the backup alone ({count}).")
        lost.append(told.format(count=comments))
    return lost


def _is_off(key: str, text: str) -> bool:
    """True for a box of a form that is not ticked: YesWiki reads any value as a yes."""
    return key == "bn_sem_use_template" and text in ("", "0")
