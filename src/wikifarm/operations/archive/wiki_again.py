"""Writes a wiki again from its backup, and compares what stands then with it.

Rights come before what they close, and people last: what a killed run leaves is closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from wikifarm.engine import receipt as receipts
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Dialect, Rights, canonical
from wikifarm.operations.archive.backup_contents import (
    circles,
    groups_made,
    lets_in,
    missing_groups,
    pages_kept,
    standing,
    untold_rights,
)
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.archive.kept_files import FilesBack
from wikifarm.operations.archive.other_version import Crossing
from wikifarm.operations.archive.take_backup import DERIVED
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import few
from wikifarm.yeswiki.comments import is_comment
from wikifarm.yeswiki.needed_pages import DOORS
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

ADMINS = Rights("@admins", "@admins")
READ_BY_ALL = Rights("*", "@admins")
AT_ONCE = 400  # tags of one request: PHP takes a thousand fields of a form
# A form while its cards are written: it writes no mail, makes no account, changes no value, and
# takes many cards of one person, since one account writes them all.
QUIET = {
    "bn_template": (
        "labelhtml***wikifarm*** *** *** *** *** *** *** *** *** *** *** *** *** *** \n"
        "acls***@admins***@admins***@admins*** *** *** *** *** *** *** *** *** *** *** *** "
    ),
    "bn_only_one_entry": "N",
}
V = TypeVar("V")
DATES = frozenset({"date_creation_fiche", "date_maj_fiche"})  # 4.4.4 writes those of now
_WRITTEN_BY_WIKI = DERIVED | DATES | {"antispam", "statut_fiche", "id_fiche", "id_typeannonce"}
# What is of the server, not of the wiki: where archives lie, and a sleep in which nobody writes.
_OF_SERVER = ("wiki_status", "debug", "archive[")


class WikiAgain:
    """One backup on its way into a wiki, and what it should read as there."""

    def __init__(
        self,
        context: Context,
        wiki: Wiki,
        backup: Backup,
        slug: str,
        mark: str,
        closed: Mapping[str, str],
    ) -> None:
        """`closed`: the rights of actions and handlers of which the backup does not tell, which the
        wiki would open to everybody."""
        self._context, self._wiki, self._backup = context, wiki, backup
        self._slug, self._mark = slug, mark
        told = {**closed, **backup.value("modules.json")}
        self._modules_told = {name: canonical(right) for name, right in told.items()}
        self._crossing = crossing_of(backup, wiki.capabilities.dialect)
        self._alone = cards_without_form(backup)
        self._attached = FilesBack(wiki.attachments, backup, self._alone)
        self._lost: list[str] = []

    # -- what the backup tells --------------------------------------------------------------

    def _moved(self, text: str) -> str:
        """A text whose links to the wiki itself, and to its files, lead to where these are now."""
        was, now = self._backup.manifest.url, self._wiki.addresses.base
        here = text.replace(was, now).replace(was.replace("/", "\\/"), now.replace("/", "\\/"))
        return self._attached.moved(here)

    def _moved_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._moved(value)
        if isinstance(value, dict):
            return {key: self._moved_value(each) for key, each in value.items()}
        return [self._moved_value(each) for each in value] if isinstance(value, list) else value

    def _pages(self) -> Iterator[dict[str, Any]]:
        for row in self._backup.rows("pages"):
            if row["tag"] not in self._standing:
                continue
            body = self._crossing.text(str(row["body"]))
            if row["tag"] == receipts.TAG:
                body = self._receipt_here(body)
            yield {**row, "body": self._moved(body)}

    def _receipt_here(self, body: str) -> str:
        """The page of the receipt, once it says where its community is now, and of no audit: the
        last one looked at another wiki, maybe on another farm. The mailing list that it knows is
        that of the first address."""
        receipt = receipts.from_page(body)
        if receipt is None:
            return body
        ours = replace(receipt, slug=self._slug, community=self._mark, audit={})
        if self._slug != self._backup.manifest.slug:
            ours = replace(ours, mailing_list={}, ledger_key="", ledger=())
        return body if ours == receipt else ours.as_page(receipt.language or "fr")

    def _entries(self) -> Iterator[dict[str, Any]]:
        """The cards that have a form, keyed as this version keys them."""
        forms = {
            row["id"]: self._crossing.keys(row["columns"]) for row in self._backup.rows("forms")
        }
        for row in self._backup.rows("entries"):
            if row["tag"] not in self._alone:
                values = self._moved_value(row["values"])
                keys = forms[row["form"]]
                values = {keys.get(key, key): value for key, value in values.items()}
                yield {**row, "values": values}

    @cached_property
    def _standing(self) -> frozenset[str]:
        """The pages, lists and cards that are written, under the names that they get."""
        ids = self._crossing.ids
        return frozenset(ids.get(tag, tag) for tag in standing(self._backup)) - self._alone

    @cached_property
    def _rights(self) -> dict[str, Rights]:
        """What has no rights of its own in the backup is for administrators alone."""
        told = {tag: Rights(*each) for tag, each in self._backup.value("rights.json").items()}
        told |= dict.fromkeys(untold_rights(self._backup), ADMINS)
        told = dict.fromkeys(DOORS & self._standing, READ_BY_ALL) | told
        ids = self._crossing.ids
        return {
            ids.get(tag, tag): each for tag, each in told.items()
            if tag not in self._alone and not self._is_comment(tag)
        }  # fmt: skip

    def _is_comment(self, tag: str) -> bool:
        """True for what a wiki's table of rights names and no restoration writes."""
        return is_comment(tag) and tag not in self._standing

    @cached_property
    def _looks(self) -> dict[str, dict[str, str]]:
        return self._of_standing(self._backup.value("metadata.json"))

    def _of_standing(self, known: Mapping[str, V]) -> dict[str, V]:
        return {tag: value for tag, value in known.items() if tag in self._standing}

    @cached_property
    def _forms(self) -> dict[str, dict[str, str]]:
        return {
            row["id"]: self._crossing.columns(row["columns"]) for row in self._backup.rows("forms")
        }

    @cached_property
    def _entry_tags(self) -> frozenset[str]:
        return frozenset(row["tag"] for row in self._backup.rows("entries")) - self._alone

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return dict(self._backup.value("accounts.json"))

    @cached_property
    def _groups(self) -> dict[str, tuple[str, ...]]:
        """Each group with those of its members who are in the backup too, and let in no other."""
        known = {*self._accounts, WIKI_ADMIN}
        groups = groups_made(self._backup)
        return {name: self._known(members, known) for name, members in groups.items()}

    @cached_property
    def _settings_told(self) -> dict[str, str]:
        return {
            name: self._moved(text)
            for name, text in self._backup.value("settings.json").items()
            if not name.startswith(_OF_SERVER)
        }

    # -- writing ----------------------------------------------------------------------------

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
            self._context.progress(self._slug, step)
            write()
        return [*lost_at_first(self._backup, self._wiki.capabilities.dialect), *self._lost]

    def _settings(self) -> None:
        now = self._wiki.settings.all()
        told = self._settings_told
        wanted = {name: text for name, text in told.items() if now.get(name, text) != text}
        if wanted:
            self._wiki.settings.save(now, wanted)

    def _modules(self) -> None:
        now = self._wiki.rights.modules()
        for module, right in self._modules_told.items():
            kind, _space, name = module.partition(" ")
            if module in now and now[module] != right:
                self._wiki.rights.set_module(kind, name, right)

    def _people(self) -> None:
        """Accounts, which get a new password; then the groups, those that stand in others first."""
        there = {account.name for account in self._wiki.users.all()}
        for name, email in self._accounts.items():
            if name not in there:
                try:
                    self._wiki.users.create(name, email)
                except WriteRefused as refused:
                    self._lost.append(refused.message)
        there = {account.name for account in self._wiki.users.all()}
        groups = dict(self._groups)
        now = self._wiki.groups.all()
        done = set(now)
        while todo := {
            name: members
            for name, members in groups.items()
            if {each[1:] for each in members if each.startswith("@")} <= done
        }:
            changed = {
                name: kept
                for name, members in todo.items()
                if (kept := self._known(members, there)) != now.get(name)
            }
            if changed:
                self._wiki.groups.set(changed)
            done |= set(todo)
            groups = {name: each for name, each in groups.items() if name not in todo}

    def _known(self, members: Iterable[str], there: Collection[str]) -> tuple[str, ...]:
        return tuple(each for each in members if each.startswith("@") or each in there)

    def _closed(self) -> None:
        """The rights of each page and list before it is there; those of cards closed for now."""
        self._give({tag: each for tag, each in self._rights.items() if tag not in self._entry_tags})
        self._give(dict.fromkeys(self._entry_tags, ADMINS))

    def _opened(self) -> None:
        """Owners, then the rights that cards had."""
        there = {account.name for account in self._wiki.users.all()}
        now = {tag: page.owner for tag, page in self._wiki.pages.all().items()}
        now |= {tag: str(row.get("owner")) for tag, row in self._wiki.entries.outline().items()}
        for row in (*self._pages(), *self._entries()):
            owner, tag = str(row.get("owner") or ""), str(row["tag"])
            if owner in there and tag in now and now[tag] != owner:
                rights = ADMINS if tag in self._entry_tags else self._rights.get(tag, ADMINS)
                self._wiki.rights.give(tag, rights, owner)
        self._give({tag: each for tag, each in self._rights.items() if tag in self._entry_tags})

    def _give(self, wanted: Mapping[str, Rights]) -> None:
        kinds: dict[Rights, list[str]] = defaultdict(list)
        for tag, rights in wanted.items():
            kinds[rights].append(tag)
        for rights, tags in kinds.items():
            for first in range(0, len(tags), AT_ONCE):
                self._wiki.rights.set(tags[first : first + AT_ONCE], rights)

    def _lists(self) -> None:
        """Each list under the id it had, which the server makes from a title; then its text."""
        told = self._crossing.lists
        there = self._wiki.lists.all()
        missing = [tag for tag in told if tag not in there]
        for tag in missing:
            self._wiki.lists.create([(self._crossing.title_of(tag), ())])
        now = self._wiki.lists.all()
        self._lost += [
            _("The list {name} cannot have its name back on this version.").format(name=tag)
            for tag in told
            if tag not in now
        ]
        for tag in set(now) - set(told):
            self._wiki.lists.delete(tag)
        for tag in set(now) & set(told):
            self._save(tag, told[tag])

    def _forms_and_entries(self) -> None:
        for number, form in self._wiki.forms.all().items():
            known = self._forms.get(number)
            if known is None or known["bn_label_nature"] != form.label:
                self._wiki.forms.delete(number)
        there = set(self._wiki.entries.outline())
        self._quietly(self._put, [row for row in self._entries() if row["tag"] not in there])
        self._attached.put(self._entry_tags)
        # Those that show files under the names that they have now.
        told, cards = self._cards_told(), self._cards_there()
        otherwise = {tag for form in told for tag in told[form]
                     if tag in cards[form] and told[form][tag] != cards[form][tag]}  # fmt: skip
        self._quietly(self._change, [row for row in self._entries() if row["tag"] in otherwise])
        self._import(self._forms)

    def _quietly(
        self, write: Callable[[Mapping[str, Any]], None], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Writes cards while their forms do nothing with them."""
        quiet = {str(row["form"]) for row in rows}
        self._import({form: self._forms[form] | QUIET for form in quiet})
        for row in rows:
            write(row)

    def _put(self, row: Mapping[str, Any]) -> None:
        """Writes a card; one that the wiki refuses is told, and leaves the others be."""
        try:
            self._wiki.entries.put(row["form"], row["tag"], _kept(row["values"]))
        except WriteRefused as refused:
            self._lost.append(f"{row['tag']}: {refused.message}")

    def _change(self, row: Mapping[str, Any]) -> None:
        self._wiki.entries.change(row["tag"], _kept(row["values"]))

    def _told_forms(self) -> dict[str, dict[str, str]]:
        return {number: dict(form.told) for number, form in self._wiki.forms.all().items()}

    def _import(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        now = self._told_forms() if forms else {}
        changed = {
            number: {key: text for key, text in columns.items() if not _is_off(key, text)}
            for number, columns in forms.items()
            if number not in now or _shared(columns, now[number]) != _shared(now[number], columns)
        }
        if changed:
            self._wiki.forms.save(changed)

    def _texts_and_files(self) -> None:
        self._texts()
        self._attached.put(str(row["tag"]) for row in self._backup.rows("pages"))
        self._lost += self._attached.refused
        self._texts()  # those that show files under the names that they have now
        now = read_whole(self._wiki).metadata
        for tag, look in self._looks.items():
            if now.get(tag) != look:
                self._wiki.pages.dress(tag, look)

    def _texts(self) -> None:
        told = {str(row["tag"]): str(row["body"]) for row in self._pages()}
        now = self._wiki.pages.all()
        for tag in set(now) - set(told) - self._entry_tags - set(pages_kept(self._backup)):
            self._wiki.pages.delete(tag)
        for tag in sorted(told, key=lambda tag: (tag == receipts.TAG, tag)):
            page = now.get(tag)
            if (page.body if page else "") != told[tag]:
                self._wiki.pages.save(tag, told[tag], page.revision if page else "")

    def _save(self, tag: str, body: str) -> None:
        page = self._wiki.pages.read(tag)
        if page is not None and page.body != body:
            self._wiki.pages.save(tag, body, page.revision)

    # -- reading back -----------------------------------------------------------------------

    def differences(self) -> Iterator[str]:
        """What the wiki does not show as the backup tells it: `room/name`."""
        self._attached.look()
        now = read_whole(self._wiki)
        kept = pages_kept(self._backup)
        pages = {tag: page.body for tag, page in now.pages.items() if tag not in kept}
        yield from _unlike("pages", {row["tag"]: row["body"] for row in self._pages()}, pages)
        rights = self._of_standing(self._rights), self._of_standing(now.rights)
        yield from _unlike("rights", *map(_canonical, rights))
        told = self._modules_told
        both = told.keys() & now.modules.keys()  # another wiki may run other extensions
        modules = {name: now.modules[name] for name in both}
        yield from _unlike("modules", {name: told[name] for name in both}, modules)
        yield from _unlike("metadata", self._looks, self._of_standing(now.metadata))
        there = {account.name: account.email for account in now.accounts}
        accounts = {**self._accounts, WIKI_ADMIN: there.get(WIKI_ADMIN, "")}
        yield from _unlike("accounts", accounts, there)
        groups = {name: sorted(members) for name, members in self._groups.items()}
        members = {name: sorted([*inner, *now.people[name]]) for name, inner in now.groups.items()}
        yield from _unlike("groups", groups, members)
        lists = {tag: self._wiki.lists.stored(tag) for tag in now.lists}
        yield from _unlike("lists", self._crossing.lists, lists)
        yield from self._unlike_forms({number: form.told for number, form in now.forms.items()})
        both = self._settings_told.keys() & now.settings.keys()
        settings = {name: self._settings_told[name] for name in both}
        yield from _unlike("settings", settings, {name: now.settings[name] for name in both})
        yield from self._unlike_entries()
        yield from self._attached.differences()

    def _unlike_forms(self, there: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
        """By the columns that both versions have."""
        told = {
            number: _shared(each, there.get(number, each)) for number, each in self._forms.items()
        }
        now = {number: _shared(each, told.get(number, each)) for number, each in there.items()}
        yield from _unlike("forms", told, now)

    def _unlike_entries(self) -> Iterator[str]:
        told, there = self._cards_told(), self._cards_there()
        for form in sorted(told):
            yield from _unlike("entries", told[form], there[form])

    def _cards_told(self) -> dict[str, dict[str, Any]]:
        """Form -> its cards, by tag, as the backup has them."""
        told: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self._entries():
            told[row["form"]][row["tag"]] = _plain(_kept(row["values"]))
        return told

    def _cards_there(self) -> dict[str, dict[str, Any]]:
        """The same, as the wiki shows them, of the forms of which the backup has cards."""
        return {
            form: {
                tag: _plain(_kept({k: v for k, v in row.items() if k not in DERIVED}))
                for tag, row in self._wiki.entries.of(form).items()
            }
            for form in {row["form"] for row in self._entries()}
        }


def crossing_of(backup: Backup, dialect: Dialect) -> Crossing:
    """The way of a backup into a wiki that writes as `dialect`."""
    return Crossing(Dialect(backup.manifest.dialect), dialect, backup.value("lists.json"))


def cards_without_form(backup: Backup) -> frozenset[str]:
    """The cards of forms that are gone: a wiki keeps such a card, and takes none."""
    forms = {row["id"] for row in backup.rows("forms")}
    return frozenset(row["tag"] for row in backup.rows("entries") if row["form"] not in forms)


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
    if kept := pages_kept(backup):
        told = _(
            "Pages that a wiki needs and that do not work in the backup: they stay as the new wiki "
            "has them ({names})."
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
    if comments := backup.manifest.counts.get("comments", 0):
        told = _("Comments: they stay in the backup alone ({count}).")
        lost.append(told.format(count=comments))
    return lost


def _shared(columns: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in columns.items() if key in other}


def _canonical(rights: Mapping[str, Rights]) -> dict[str, str]:
    return {
        tag: " ".join(",".join(sorted(each.split(","))) for each in (r.read, r.write, r.comment))
        for tag, r in rights.items()
        if not tag.startswith("LogDesActionsAdministratives")
    }


def _unlike(room: str, told: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(set(told) | set(there)):
        if told.get(key) != there.get(key):
            yield f"{room}/{key}"


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry the wiki does not write by itself."""
    return {key: value for key, value in values.items() if key not in _WRITTEN_BY_WIKI}


def _plain(value: Any) -> Any:
    """A value as a form of the web carries it: texts, and nothing for what is empty."""
    if isinstance(value, Mapping):
        inner = {str(key): _plain(each) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in ("", {})}
    if isinstance(value, list):
        return _plain({str(number): each for number, each in enumerate(value)})
    return "" if value is None or value is False else "1" if value is True else str(value)


def _is_off(key: str, text: str) -> bool:
    """True for a box of a form that is not ticked: YesWiki reads any value as a yes."""
    return key == "bn_sem_use_template" and text in ("", "0")
