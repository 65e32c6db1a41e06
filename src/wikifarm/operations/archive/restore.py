"""Restore: a wiki made again from its backup, on the same farm or another, and read back.

Rights come before what they close, and people last: what a killed run leaves is closed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine import receipt as receipts
from wikifarm.errors import Exit, NotOurs, Refused, SlugTaken, WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Rights
from wikifarm.operations.archive.backup_contents import administrators, check
from wikifarm.operations.archive.backup_format import Backup, Manifest, opened
from wikifarm.operations.archive.kept_files import FilesBack
from wikifarm.operations.archive.take_backup import DERIVED
from wikifarm.operations.community.site import look_for_half, make_site, open_wiki
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope, Failure, Outcome, failures, few
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

STEP = "restore"
ADMINS = Rights("@admins", "@admins")
AT_ONCE = 400  # tags of one request: PHP takes a thousand fields of a form
# A form while its cards are written: it writes no mail, makes no account, changes no value.
QUIET = (
    "labelhtml***wikifarm*** *** *** *** *** *** *** *** *** *** *** *** *** *** \n"
    "acls***@admins***@admins***@admins*** *** *** *** *** *** *** *** *** *** *** *** "
)
DATES = frozenset({"date_creation_fiche", "date_maj_fiche"})  # 4.4.4 writes those of now
_WRITTEN_BY_WIKI = DERIVED | DATES | {"antispam", "statut_fiche", "id_fiche", "id_typeannonce"}


@dataclass(frozen=True)
class Restored(Outcome):
    """A wiki that was made again. `differs` is what does not read as the backup tells it; `lost`
    what no wiki takes back; `described_in` the file that describes its community here, `described`
    whether it is there."""

    slug: str
    url: str
    manifest: Manifest
    differs: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    already: bool = False  # an earlier run did it whole: nothing was written
    described_in: str = ""
    described: bool = False
    requests: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug, "url": self.url, "already": self.already,
            "manifest": self.manifest.model_dump(exclude={"members"}),
            "differs": list(self.differs), "lost": list(self.lost),
            "described_in": self.described_in, "described": self.described,
            "requests": dict(self.requests),
        }  # fmt: skip


def restore(
    context: Context, file: Path, slug: str = "", *, identity: Path | None = None
) -> Envelope:
    """Makes the wiki of a backup again, at its address or at `slug`. Killed anywhere, the same
    command ends the same. Raises Refused where another wiki stands at that address."""
    with opened(file, identity or context.settings.vault.identity) as backup, context.lock():
        check(backup)
        told = administrators(backup)
        outcome = _restored(context, backup, slug or backup.manifest.slug)
    errors: tuple[Failure, ...] = ()
    if outcome.differs:
        errors = failures(differing(outcome.differs, outcome.url))
    exit_ = Exit.FAILED if errors else Exit.DONE
    return Envelope(STEP, exit=exit_, outcome=outcome, errors=errors, messages=(told,))


def differing(differs: Sequence[str], where: str) -> WikifarmError:
    """The error for a wiki that does not read as its backup tells it."""
    return WriteRefused(
        _("The wiki made of this backup differs from it: {names}.").format(names=few(differs)),
        hint=_(
            "Run the same command again: it writes what is missing. If it comes back, look at what "
            "is named."
        ),
        where=where,
    )


def _restored(context: Context, backup: Backup, slug: str) -> Restored:
    manifest = backup.manifest
    if manifest.dialect != context.farm.capabilities.dialect.value:
        raise Refused(
            _("This backup is of YesWiki {theirs}; this farm writes as {ours}.").format(
                theirs=manifest.release or manifest.dialect,
                ours=context.farm.capabilities.dialect.value,
            ),
            hint=_("Restore it on a farm of its own version; nothing was made."),
        )
    last = context.journal.last(slug, STEP)
    begun = last.get("backup") == manifest.identity
    already = begun and last.get("event") == "outcome"
    with context.making(STEP):
        wiki, mark = _site(context, backup, slug, begun=begun)
    writing = Writing(context, wiki, backup, slug, mark)
    lost: tuple[str, ...] = ()
    if not already:
        lost = tuple(writing.whole())
    differs = tuple(writing.differences())
    if not already and not differs:
        context.journal.outcome(slug, STEP, backup=manifest.identity)
    traffic, described_in = context.network.traffic, context.places.communities / f"{slug}.yml"
    return Restored(
        slug, wiki.addresses.base, manifest, differs, lost, already,
        str(described_in), described_in.is_file(), {"get": traffic.get, "post": traffic.post},
    )  # fmt: skip


def _site(context: Context, backup: Backup, slug: str, *, begun: bool) -> tuple[Wiki, str]:
    """The wiki to write in: made now, or by an earlier run of the same restoration."""
    manifest = backup.manifest
    entry = context.farm.find(slug)
    if entry is None:
        look_for_half(context, slug)
        receipt = _receipt(backup)
        taken = {wiki.mark for wiki in context.farm.wikis().values()}
        if receipt is not None and receipt.community not in taken:
            context.journal.intent(slug, "wiki", mark=receipt.community)
        context.journal.intent(slug, STEP, backup=manifest.identity)
        return make_site(context, Community(manifest.name, slug, ()))
    if not begun:
        raise SlugTaken(
            _("A wiki stands at “{slug}” already, “{title}”: nothing was written.").format(
                slug=slug, title=entry.title
            ),
            hint=_("Give another address: `wikifarm restore FILE ADDRESS`."),
            where=entry.url,
        )
    mark = context.journal.mark_of(slug)
    if entry.mark != mark:
        raise NotOurs(
            _("The wiki “{slug}” is not the one that this backup began to make.").format(slug=slug),
            hint=_("Give another address: `wikifarm restore FILE ADDRESS`."),
            where=entry.url,
        )
    return open_wiki(context, slug), mark


def _receipt(backup: Backup) -> receipts.Receipt | None:
    name = f"pages/{receipts.TAG}.json"
    if name not in backup.manifest.members:
        return None
    return receipts.from_page(str(backup.value(name).get("body") or ""))


class Writing:
    """One backup on its way into a wiki, and what it should read as there."""

    def __init__(self, context: Context, wiki: Wiki, backup: Backup, slug: str, mark: str) -> None:
        self._context, self._wiki, self._backup = context, wiki, backup
        self._slug, self._mark = slug, mark
        self._attached = FilesBack(wiki.attachments, backup)
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
            body = str(row["body"])
            if row["tag"] == receipts.TAG:
                body = self._receipt_here(body)
            yield {**row, "body": self._moved(body)}

    def _receipt_here(self, body: str) -> str:
        """The page of the receipt, once it says where its community is now, and of no audit: the
        last one looked at another wiki, maybe on another farm."""
        receipt = receipts.from_page(body)
        if receipt is None:
            return body
        ours = replace(receipt, slug=self._slug, community=self._mark, audit={})
        return body if ours == receipt else ours.as_page(receipt.language or "fr")

    def _entries(self) -> Iterator[dict[str, Any]]:
        for row in self._backup.rows("entries"):
            yield {**row, "values": self._moved_value(row["values"])}

    @cached_property
    def _rights(self) -> dict[str, Rights]:
        return {tag: Rights(*each) for tag, each in self._backup.value("rights.json").items()}

    @cached_property
    def _looks(self) -> dict[str, dict[str, str]]:
        return dict(self._backup.value("metadata.json"))

    @cached_property
    def _forms(self) -> dict[str, dict[str, str]]:
        return {row["id"]: dict(row["columns"]) for row in self._backup.rows("forms")}

    @cached_property
    def _entry_tags(self) -> frozenset[str]:
        return frozenset(row["tag"] for row in self._backup.rows("entries"))

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return dict(self._backup.value("accounts.json"))

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
        return self._lost

    def _settings(self) -> None:
        now = self._wiki.settings.all()
        told = self._backup.value("settings.json")
        wanted = {name: text for name, text in told.items() if now.get(name, text) != text}
        if wanted:
            self._wiki.settings.save(
                now, {name: self._moved(text) for name, text in wanted.items()}
            )

    def _modules(self) -> None:
        now = self._wiki.rights.modules()
        for module, right in self._backup.value("modules.json").items():
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
        groups = {name: tuple(members) for name, members in self._groups().items()}
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
        self._lost += [
            _("The group {name} stands in itself: it was not made.").format(name=name)
            for name in groups
        ]

    def _groups(self) -> dict[str, Sequence[str]]:
        return dict(self._backup.value("groups.json"))

    def _known(self, members: Iterable[str], there: set[str]) -> tuple[str, ...]:
        return tuple(each for each in members if each.startswith(("@", "!")) or each in there)

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
        told: Mapping[str, str] = self._backup.value("lists.json")
        there = self._wiki.lists.all()
        missing = [tag for tag in told if tag not in there]
        for tag in missing:
            self._wiki.lists.create([(_title_for(tag, self._backup.manifest.dialect), ())])
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
        missing = self._missing(there)
        if missing:
            quiet = {row["form"] for row in missing} & set(self._forms)
            self._import({n: {**self._forms[n], "bn_template": QUIET} for n in quiet})
            for row in missing:
                self._wiki.entries.put(row["form"], row["tag"], _kept(row["values"]))
            self._attached.put(self._entry_tags)
            for was, row in zip(missing, self._missing(there), strict=True):
                if was != row:
                    self._wiki.entries.change(row["tag"], _kept(row["values"]))
        self._import(self._forms)

    def _missing(self, there: set[str]) -> list[dict[str, Any]]:
        return [row for row in self._entries() if row["tag"] not in there]

    def _told_forms(self) -> dict[str, dict[str, str]]:
        return {number: dict(form.told) for number, form in self._wiki.forms.all().items()}

    def _import(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        now = self._told_forms()
        changed = {
            number: {key: text for key, text in columns.items() if not _is_off(key, text)}
            for number, columns in forms.items()
            if now.get(number) != columns
        }
        if changed:
            self._wiki.forms.save(changed)

    def _texts_and_files(self) -> None:
        self._texts()
        self._attached.put(str(row["tag"]) for row in self._backup.rows("pages"))
        self._texts()  # those that show files under the names that they have now
        now = read_whole(self._wiki).metadata
        for tag, look in self._looks.items():
            if now.get(tag) != look:
                self._wiki.pages.dress(tag, look)

    def _texts(self) -> None:
        told = {str(row["tag"]): str(row["body"]) for row in self._pages()}
        now = self._wiki.pages.all()
        for tag in set(now) - set(told) - set(self._entry_tags):
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
        pages = {tag: page.body for tag, page in now.pages.items()}
        yield from _unlike("pages", {row["tag"]: row["body"] for row in self._pages()}, pages)
        yield from _unlike("rights", _canonical(self._rights), _canonical(now.rights))
        told = self._backup.value("modules.json")
        both = told.keys() & now.modules.keys()  # another wiki may run other extensions
        modules = {name: now.modules[name] for name in both}
        yield from _unlike("modules", {name: told[name] for name in both}, modules)
        yield from _unlike("metadata", self._looks, now.metadata)
        there = {account.name: account.email for account in now.accounts}
        accounts = {**self._accounts, WIKI_ADMIN: there.get(WIKI_ADMIN, "")}
        yield from _unlike("accounts", accounts, there)
        groups = {name: sorted(members) for name, members in self._groups().items()}
        members = {name: sorted([*inner, *now.people[name]]) for name, inner in now.groups.items()}
        yield from _unlike("groups", groups, members)
        lists = {tag: self._wiki.lists.stored(tag) for tag in now.lists}
        yield from _unlike("lists", self._backup.value("lists.json"), lists)
        forms = {number: dict(form.told) for number, form in now.forms.items()}
        yield from _unlike("forms", self._forms, forms)
        told = self._backup.value("settings.json")
        moved = {key: self._moved(told[key]) for key in told.keys() & now.settings.keys()}
        yield from _unlike("settings", moved, {key: now.settings[key] for key in moved})
        yield from self._unlike_entries()
        yield from self._attached.differences()

    def _unlike_entries(self) -> Iterator[str]:
        forms = {row["form"] for row in self._backup.rows("entries")}
        told: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self._entries():
            told[row["form"]][row["tag"]] = _plain(_kept(row["values"]))
        for form in sorted(forms):
            there = {
                tag: _plain(_kept({k: v for k, v in row.items() if k not in DERIVED}))
                for tag, row in self._wiki.entries.of(form).items()
            }
            yield from _unlike("entries", told[form], there)


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


def _title_for(tag: str, dialect: str) -> str:
    """A title from which the server makes this id (`genere_nom_wiki`, 4.4.4 and 4.5.0): each word
    begins with a capital, and keeps no other."""
    rest = tag.removeprefix("Liste" if dialect == "4.4" else "List")
    return re.sub(r"(?<!^)(?=[A-Z])", " ", rest)
