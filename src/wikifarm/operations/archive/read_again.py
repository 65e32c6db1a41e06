"""Reads a wiki that was made again beside its backup: what differs, and what others wrote there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from wikifarm.model import Rights
from wikifarm.operations.archive.backup_contents import pages_kept
from wikifarm.operations.archive.told_wiki import ToldWiki, values_of
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.whole_wiki import LOGS, WholeWiki
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

LABEL = "bn_label_nature"  # the name of a form


@dataclass(frozen=True)
class ReadAgain:
    """What a wiki shows beside its backup, as `room/name`. `differs`: otherwise than the backup
    tells; `since`: what others than the restoration wrote there."""

    differs: tuple[str, ...]
    since: tuple[str, ...]


@dataclass(frozen=True)
class _Room:
    """What of one kind the backup tells, what is there, and the names of what others wrote."""

    name: str
    told: Mapping[str, Any]
    there: Mapping[str, Any]
    others: Set[str] = frozenset()


def read_again(told: ToldWiki, wiki: Wiki, *, cleared: bool) -> ReadAgain:
    """Reads the whole wiki. `cleared`: the forms and lists with which it was born are gone, so that
    any beside the backup is of others."""
    told.attached.look()
    differs: list[str] = []
    since: list[str] = []
    for room in _Rooms(told, wiki, read_whole(wiki), cleared=cleared).all():
        for key in _unlike(room.told, room.there):
            (since if key in room.others else differs).append(f"{room.name}/{key}")
    return ReadAgain((*differs, *told.attached.differences()), tuple(since))


class _Rooms:
    """One reading of a wiki, kind by kind."""

    def __init__(self, told: ToldWiki, wiki: Wiki, now: WholeWiki, *, cleared: bool) -> None:
        self._told, self._wiki, self._now, self._cleared = told, wiki, now, cleared

    def all(self) -> Iterator[_Room]:
        """Those that say who wrote, then those that do not."""
        yield self._pages()
        yield self._accounts()
        yield self._groups()
        yield self._lists()
        yield self._forms()
        yield from self._cards()
        yield from self._rest()

    def _pages(self) -> _Room:
        kept = pages_kept(self._told.backup)
        told = {str(row["tag"]): row["body"] for row in self._told.pages()}
        there = {tag: page.body for tag, page in self._now.pages.items() if tag not in kept}
        others = {tag for tag, page in self._now.pages.items() if page.author != self._wiki.account}
        return _Room("pages", told, there, others)

    def _accounts(self) -> _Room:
        there = {account.name: account.email for account in self._now.accounts}
        told = {**self._told.accounts, WIKI_ADMIN: there.get(WIKI_ADMIN, "")}
        moved = {name for name, address in there.items() if told.get(name) != address}
        return _Room("accounts", told, there, moved)

    def _groups(self) -> _Room:
        """Groups by their members; `name/member` is one whom the backup does not know."""
        told = {name: sorted(set(members)) for name, members in self._told.groups.items()}
        there: dict[str, Any] = {}
        others = set(self._now.groups) - told.keys()
        for name, inner in self._now.groups.items():
            members = (*inner, *self._now.people[name])
            joined = self._told.joined(members)
            there[name] = sorted(set(members) - set(joined))
            there |= {f"{name}/{each}": each for each in joined}
            others |= {f"{name}/{each}" for each in joined}
        return _Room("groups", told, there, others)

    def _lists(self) -> _Room:
        told = self._told.crossing.lists
        there = {tag: self._wiki.lists.stored(tag) for tag in self._now.lists}
        others = {
            tag for tag in _unlike(told, there)
            if (page := self._wiki.pages.read(tag)) and page.author != self._wiki.account
        }  # fmt: skip
        beside = there.keys() - told.keys() if self._cleared else set[str]()
        return _Room("lists", told, there, others | beside)

    def _forms(self) -> _Room:
        """By the columns that both versions have."""
        forms = {number: form.told for number, form in self._now.forms.items()}
        told = {
            number: shared(each, forms.get(number, each))
            for number, each in self._told.forms.items()
        }
        there = {number: shared(each, told.get(number, each)) for number, each in forms.items()}
        renamed = {
            number for number in forms if told.get(number, {}).get(LABEL) != forms[number][LABEL]
        }
        return _Room("forms", told, there, renamed if self._cleared else set())

    def _cards(self) -> Iterator[_Room]:
        for form, told in self._told.cards().items():
            rows = self._wiki.entries.of(form)
            others = {tag for tag, row in rows.items() if row.get("user") != self._wiki.account}
            there = {tag: values_of(row) for tag, row in rows.items()}
            yield _Room("entries", told, there, others)

    def _rest(self) -> Iterator[_Room]:
        """What a wiki does not say who wrote."""
        told, now = self._told, self._now
        rights = _canonical(told.of_standing(told.rights))
        yield _Room("rights", rights, _canonical(told.of_standing(now.rights)))
        # Another wiki may run other extensions, and have other settings.
        yield _Room("modules", shared(told.modules, now.modules), shared(now.modules, told.modules))
        yield _Room("metadata", told.looks, told.of_standing(now.metadata))
        settings = shared(told.settings, now.settings)
        yield _Room("settings", settings, shared(now.settings, told.settings))


def shared(known: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """What of this the other names too."""
    return {key: text for key, text in known.items() if key in other}


def _canonical(rights: Mapping[str, Rights]) -> dict[str, str]:
    return {
        tag: " ".join(",".join(sorted(each.split(","))) for each in (r.read, r.write, r.comment))
        for tag, r in rights.items()
        if not tag.startswith(LOGS)
    }


def _unlike(told: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(set(told) | set(there)):
        if told.get(key) != there.get(key):
            yield key
