"""What a backup tells, as it should stand in the wiki that is made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from wikifarm.blueprint.design import Design
from wikifarm.engine import receipt as receipts
from wikifarm.model import Dialect, Rights, canonical
from wikifarm.operations.archive.backup_contents import (
    groups_made,
    is_of_server,
    modules_kept,
    pages_kept,
    standing,
    untold_rights,
)
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.archive.kept_files import FilesBack
from wikifarm.operations.archive.opened_rights import closed_modules, usual_rights
from wikifarm.operations.archive.other_version import Crossing
from wikifarm.operations.archive.take_backup import DERIVED
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.yeswiki.comments import is_comment
from wikifarm.yeswiki.needed_pages import DOORS, MENU
from wikifarm.yeswiki.same_name import same_name
from wikifarm.yeswiki.wiki import Wiki

ADMINS = Rights("@admins", "@admins")
READ_BY_ALL = Rights("*", "@admins")
V = TypeVar("V")
DATES = frozenset({"date_creation_fiche", "date_maj_fiche"})  # YesWiki writes those of now
_WRITTEN_BY_WIKI = DERIVED | DATES | {"antispam", "statut_fiche", "id_fiche", "id_typeannonce"}


class ToldWiki:
    """One backup, in the words of one wiki: its version, its address, its files.

    `attached`: the files, which get other names there.
    """

    def __init__(
        self, backup: Backup, wiki: Wiki, slug: str, mark: str, design: Design | None
    ) -> None:
        """`design`: what tells how actions, handlers and pages without rights of their own are
        closed where the backup does not, which the wiki would open to everybody."""
        self.backup = backup
        self._slug, self._mark, self._here = slug, mark, wiki.addresses.base
        self._design = design
        kept = modules_kept(backup, wiki.capabilities.dialect)
        told = {
            **closed_modules(design),
            **backup.value("modules.json"),
            **dict.fromkeys(kept, "*"),
        }
        self.modules = {name: canonical(right) for name, right in told.items()}
        self.crossing = crossing_of(backup, wiki.capabilities.dialect)
        self.alone = cards_without_form(backup)
        self.attached = FilesBack(wiki.attachments, backup, self.alone)

    def moved(self, text: str) -> str:
        """A text whose links to the wiki itself, and to its files, lead to where these are now."""
        was, now = self.backup.manifest.url, self._here
        here = text.replace(was, now).replace(was.replace("/", "\\/"), now.replace("/", "\\/"))
        return self.attached.moved(here)

    def _moved_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.moved(value)
        if isinstance(value, dict):
            return {key: self._moved_value(each) for key, each in value.items()}
        return [self._moved_value(each) for each in value] if isinstance(value, list) else value

    def pages(self) -> Iterator[dict[str, Any]]:
        """The pages, with the texts that they get."""
        for row in self.backup.rows("pages"):
            if row["tag"] not in self.standing:
                continue
            body = self.crossing.text(str(row["body"]))
            if row["tag"] == receipts.TAG:
                body = self._receipt_here(body)
            yield {**row, "body": self.moved(body)}

    def _receipt_here(self, body: str) -> str:
        """The page of the receipt, once it says where its community is now, and of no audit: the
        last one looked at another wiki, maybe on another farm. What it wrote is as it stands here,
        so that it goes on proving it. The mailing list that it knows is that of the first
        address."""
        receipt = receipts.from_page(body)
        if receipt is None:
            return body
        bases = {tag: self.moved(self.crossing.text(text)) for tag, text in receipt.bases.items()}
        pages = {
            tag: receipts.fingerprint(bases[tag])
            if tag in bases and applied == receipts.fingerprint(receipt.bases[tag])
            else applied
            for tag, applied in receipt.pages.items()
        }
        ours = replace(
            receipt, slug=self._slug, community=self._mark, audit={}, bases=bases, pages=pages
        )
        if self._slug != self.backup.manifest.slug:
            ours = replace(ours, mailing_list={}, ledger_key="", ledger=())
        return body if ours == receipt else ours.as_page(receipt.language or "fr")

    def entries(self) -> Iterator[dict[str, Any]]:
        """The cards that have a form, keyed as this version keys them."""
        forms = {row["id"]: self.crossing.keys(row["columns"]) for row in self.backup.rows("forms")}
        for row in self.backup.rows("entries"):
            if row["tag"] not in self.alone:
                values = self._moved_value(row["values"])
                keys = forms[row["form"]]
                values = {keys.get(key, key): value for key, value in values.items()}
                yield {**row, "values": values}

    @cached_property
    def standing(self) -> frozenset[str]:
        """The pages, lists and cards that are written, under the names that they get."""
        ids = self.crossing.ids
        return frozenset(ids.get(tag, tag) for tag in standing(self.backup)) - self.alone

    @cached_property
    def rights(self) -> dict[str, Rights]:
        """What has no rights of its own in the backup is for administrators alone."""
        told = {
            tag: Rights(read, write, _commenting(comment))
            for tag, (read, write, comment) in self.backup.value("rights.json").items()
        }
        told |= dict.fromkeys(untold_rights(self.backup), ADMINS)
        told = dict.fromkeys(DOORS & self.standing, READ_BY_ALL) | told
        if MENU in pages_kept(self.backup):
            told = {tag: each for tag, each in told.items() if same_name(tag) != same_name(MENU)}
            told[MENU] = READ_BY_ALL
        ids = self.crossing.ids
        return {
            ids.get(tag, tag): each for tag, each in told.items()
            if tag not in self.alone and not self._is_comment(tag)
        }  # fmt: skip

    def _is_comment(self, tag: str) -> bool:
        """True for what a wiki's table of rights names and no restoration writes."""
        return is_comment(tag) and tag not in self.standing

    @cached_property
    def looks(self) -> dict[str, dict[str, str]]:
        """Tag -> its look."""
        return self.of_standing(self.backup.value("metadata.json"))

    def of_standing(self, known: Mapping[str, V]) -> dict[str, V]:
        """What of this is of a page, list or card that is written."""
        return {tag: value for tag, value in known.items() if tag in self.standing}

    @cached_property
    def forms(self) -> dict[str, dict[str, str]]:
        """Number -> the columns of the form."""
        return {
            row["id"]: self.crossing.columns(row["columns"]) for row in self.backup.rows("forms")
        }

    @cached_property
    def entry_tags(self) -> frozenset[str]:
        """The cards that are written."""
        return frozenset(row["tag"] for row in self.backup.rows("entries")) - self.alone

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Name -> address."""
        return dict(self.backup.value("accounts.json"))

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Each group with those of its members who are in the backup too, and let in no other."""
        known = {*self.accounts, WIKI_ADMIN}
        groups = groups_made(self.backup)
        return {name: known_of(members, known) for name, members in groups.items()}

    @cached_property
    def settings(self) -> dict[str, str]:
        """The settings that are written."""
        told = {**usual_rights(self._design), **self.backup.value("settings.json")}
        return {name: self.moved(text) for name, text in told.items() if not is_of_server(name)}

    def cards(self) -> dict[str, dict[str, Any]]:
        """Form -> its cards, by tag, as the backup has them."""
        told: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self.entries():
            told[row["form"]][row["tag"]] = _plain(written(row["values"]))
        return told

    def joined(self, members: Iterable[str]) -> tuple[str, ...]:
        """Those of the members of a group there whom the backup does not know."""
        return tuple(
            each for each in members
            if each[:1] not in ("@", "!") and each not in self.accounts and each != WIKI_ADMIN
        )  # fmt: skip


def _commenting(right: str) -> str:
    """A right to comment as a wiki takes it: its table of rights drops `*`, which lets in whoever
    has an account, as `+` does (docs/yeswiki.md)."""
    parts = canonical(right).split(",")
    return canonical(",".join("+" if part == "*" else part for part in parts))


def crossing_of(backup: Backup, dialect: Dialect) -> Crossing:
    """The way of a backup into a wiki that writes as `dialect`."""
    return Crossing(Dialect(backup.manifest.dialect), dialect, backup.value("lists.json"))


def cards_without_form(backup: Backup) -> frozenset[str]:
    """The cards of forms that are gone: a wiki keeps such a card, and takes none."""
    forms = {row["id"] for row in backup.rows("forms")}
    return frozenset(row["tag"] for row in backup.rows("entries") if row["form"] not in forms)


def known_of(members: Iterable[str], there: Collection[str]) -> tuple[str, ...]:
    """The groups of these members, and those who are among `there`."""
    return tuple(each for each in members if each.startswith("@") or each in there)


def values_of(row: Mapping[str, Any]) -> Any:
    """What people wrote in a card, of what a wiki tells of it."""
    return _plain(written({key: value for key, value in row.items() if key not in DERIVED}))


def written(values: Mapping[str, Any]) -> dict[str, Any]:
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
