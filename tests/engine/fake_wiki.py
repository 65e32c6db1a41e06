"""A wiki in memory that fulfils `engine/ports.py`: it answers as YesWiki does (docs/yeswiki.md; the
contract tests hold a real one to the same), and fails as a test tells it to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import count
from typing import IO, Any, TypeVar

from wikifarm.blueprint.schema.choices import expected_list_id
from wikifarm.errors import WriteRefused
from wikifarm.model import (
    Account,
    BazarList,
    Capabilities,
    Dialect,
    Form,
    Overview,
    Page,
    Rights,
)
from wikifarm.whole_wiki import Attachment

LOG = "LogDesActionsAdministratives20260101"
OPEN = Rights("*", "+")  # of a new page
Put = Callable[[], object]
Items = tuple[tuple[str, str], ...]
Entries = dict[str, dict[str, Any]]
Thing = TypeVar("Thing")


class Killed(BaseException):
    """The process died there: nothing of wikifarm may catch it."""


@dataclass
class Content:
    """All that a wiki holds."""

    pages: dict[str, Page] = field(default_factory=dict)
    rights: dict[str, Rights] = field(default_factory=dict)  # of pages, lists and entries
    modules: dict[tuple[str, str], str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    lists: dict[str, BazarList] = field(default_factory=dict)
    entries: dict[str, Entries] = field(default_factory=dict)  # by form
    settings: dict[str, str] = field(default_factory=dict)
    files: dict[Attachment, tuple[str, bytes]] = field(default_factory=dict)  # name there, content
    looks: dict[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass
class FakeWiki:
    """Names of calls are those of the ports: "pages.save", "rights.set", ...

    `refused` are answered as if they were done, and are not; of those `halved`, a part is kept;
    `hidden` is what an answer leaves out. `dies_before` and `dies_after` count calls from 1.
    """

    content: Content = field(default_factory=Content)
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(Dialect.D44))
    account: str = "WikiAdmin"
    refused: set[str] = field(default_factory=set)
    halved: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    dies_before: int = 0
    dies_after: int = 0
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    before_write: Callable[[str, str], None] = lambda _call, _key: None

    def __post_init__(self) -> None:
        self.pages, self.rights, self.groups = _Pages(self), _Rights(self), _Groups(self)
        self.users, self.settings, self.forms = _Users(self), _Settings(self), _Forms(self)
        self.lists, self.entries = _Lists(self), _Entries(self)
        self.attachments = _Attachments(self)

    def overview(self, _tag: str) -> Overview:
        """What each part says, together."""
        return Overview(
            rights=self.rights.all(),
            accounts=self.users.all(),
            settings=self.settings.all(),
            groups=self.groups.all(),
            modules=self.rights.modules(),
            forms=self.forms.all(),
            lists=self.lists.all(),
        )

    def read(self, call: str, answer: Mapping[str, Thing]) -> dict[str, Thing]:
        """Counts a read and answers a copy."""
        self.reads.append(call)
        self._dies(self.dies_before)
        hidden = self.hidden.get(call, ())
        return {key: deepcopy(thing) for key, thing in answer.items() if key not in hidden}

    def write(self, call: str, key: str, whole: Put, half: Put = lambda: None) -> None:
        """Counts a write and does the whole of it, the half of it, or nothing."""
        self.writes.append(call)
        self._dies(self.dies_before)
        self.before_write(call, key)
        if call not in self.refused:
            (half if call in self.halved else whole)()
        self._dies(self.dies_after)

    def log(self) -> None:
        """Groups and rights of actions write an administrative page that anybody may read."""
        self.content.rights.setdefault(LOG, OPEN)

    def _dies(self, at: int) -> None:
        if at and len(self.reads) + len(self.writes) == at:
            raise Killed


class _Part:
    def __init__(self, wiki: FakeWiki) -> None:
        self._wiki = wiki

    @property
    def _content(self) -> Content:
        return self._wiki.content


class _Pages(_Part):
    def all(self) -> dict[str, Page]:
        return self._wiki.read("pages.all", self._content.pages)

    def read(self, tag: str) -> Page | None:
        return self._wiki.read("pages.read", self._content.pages).get(tag)

    def save(self, tag: str, body: str, previous: str) -> None:
        now = self._content.pages.get(tag)
        if previous != (now.revision if now else ""):
            raise WriteRefused(f"{tag} was saved by somebody else meanwhile")
        half = body[: len(body) // 2]
        self._wiki.write(
            "pages.save", tag, lambda: self._put(tag, body), lambda: self._put(tag, half)
        )

    def delete(self, tag: str) -> None:
        def gone() -> None:
            del self._content.pages[tag], self._content.rights[tag]

        self._wiki.write("pages.delete", tag, gone)

    def looks(self) -> dict[str, Mapping[str, str]]:
        return self._wiki.read("pages.looks", self._content.looks)

    def dress(self, tag: str, look: Mapping[str, str]) -> None:
        looks = self._content.looks
        half = dict(list(look.items())[: len(look) // 2])
        self._wiki.write(
            "pages.dress", tag,
            lambda: looks.update({tag: {**looks.get(tag, {}), **look}}),
            lambda: looks.update({tag: {**looks.get(tag, {}), **half}}),
        )  # fmt: skip

    def _put(self, tag: str, body: str) -> None:
        pages = self._content.pages
        number = int(pages[tag].revision) + 1 if tag in pages else 1
        pages[tag] = Page(
            tag, body.replace("\r", "").rstrip(), str(number), "WikiAdmin", "WikiAdmin"
        )
        self._content.rights.setdefault(tag, OPEN)


class _Rights(_Part):
    def all(self) -> dict[str, Rights]:
        return self._wiki.read("rights.all", self._content.rights)

    def set(self, tags: Sequence[str], rights: Rights) -> dict[str, Rights]:
        def put(some: Sequence[str]) -> None:
            table.update({tag: rights for tag in some if tag in table})

        table, some = self._content.rights, tags[: len(tags) // 2]
        self._wiki.write("rights.set", ",".join(tags), lambda: put(tags), lambda: put(some))
        return dict(table)

    def modules(self) -> dict[str, str]:
        modules = {f"{kind} {name}": right for (kind, name), right in self._content.modules.items()}
        return dict(self._wiki.read("rights.modules", modules))

    def set_module(self, kind: str, name: str, right: str) -> None:
        def put() -> None:
            self._content.modules[kind, name] = right
            self._wiki.log()

        self._wiki.write("rights.set_module", f"{kind} {name}", put)


class _Groups(_Part):
    def all(self) -> dict[str, tuple[str, ...]]:
        return dict(self._wiki.read("groups.all", self._content.groups))

    def set(self, groups: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        for name, members in groups.items():
            self._set(name, members)
        return self.all()

    def _set(self, name: str, members: Sequence[str]) -> None:
        def put(kept: Sequence[str]) -> None:
            self._content.groups[name] = tuple(kept)
            self._wiki.log()

        some = members[: len(members) // 2]
        self._wiki.write("groups.set", name, lambda: put(members), lambda: put(some))


class _Users(_Part):
    def all(self) -> list[Account]:
        accounts = {account.name: account for account in self._content.accounts}
        return list(self._wiki.read("users.all", accounts).values())

    def create(self, name: str, email: str) -> None:
        if any(name == known.name or email == known.email for known in self._content.accounts):
            raise WriteRefused(f"{name} or its address is taken")
        account = Account(name, email)
        self._wiki.write("users.create", name, lambda: self._content.accounts.append(account))

    def delete(self, name: str) -> bool:
        account = next(known for known in self._content.accounts if known.name == name)
        self._wiki.write("users.delete", name, lambda: self._content.accounts.remove(account))
        return True


class _Forms(_Part):
    def all(self) -> dict[str, Form]:
        return self._wiki.read("forms.all", self._content.forms)

    def save(self, forms: Mapping[str, Mapping[str, Any]]) -> None:
        whole = {form.id: form for form in map(self._form, forms, forms.values())}
        half = {
            form.id: replace(form, template=form.template[: len(form.template) // 2])
            for form in whole.values()
        }
        now = self._content.forms
        self._wiki.write(
            "forms.save", ",".join(forms), lambda: now.update(whole), lambda: now.update(half)
        )

    def delete(self, form_id: str) -> None:
        def gone() -> None:
            del self._content.forms[form_id]
            for tag in self._content.entries.pop(form_id, {}):
                self._content.rights.pop(tag, None)

        self._wiki.write("forms.delete", form_id, gone)

    def _form(self, form_id: str, json: Mapping[str, Any]) -> Form:
        """The form of that label takes what is sent, whatever number was sent."""
        label = str(json["bn_label_nature"])
        same = [form.id for form in self._content.forms.values() if form.label == label]
        return Form((same or [form_id])[0], label, str(json["bn_template"]))


class _Lists(_Part):
    def all(self) -> dict[str, BazarList]:
        return self._wiki.read("lists.all", self._content.lists)

    def create(self, lists: Iterable[tuple[str, Items]]) -> None:
        whole = list(lists)
        half = [(title, items[: len(items) // 2]) for title, items in whole]
        titles = ",".join(title for title, _items in whole)
        self._wiki.write("lists.create", titles, lambda: self._put(whole), lambda: self._put(half))

    def add(self, list_id: str, items: Iterable[tuple[str, str]]) -> None:
        now, more = self._content.lists[list_id], tuple(items)

        def put(some: Items) -> None:
            self._content.lists[list_id] = replace(now, items=(*now.items, *some))

        half = more[: len(more) // 2]
        self._wiki.write("lists.add", list_id, lambda: put(more), lambda: put(half))

    def delete(self, list_id: str) -> None:
        def gone() -> None:
            del self._content.lists[list_id], self._content.rights[list_id]

        self._wiki.write("lists.delete", list_id, gone)

    def _put(self, lists: Iterable[tuple[str, Items]]) -> None:
        for title, items in lists:
            list_id = self._free(title)
            self._content.lists[list_id] = BazarList(list_id, title, items)
            self._content.rights[list_id] = OPEN

    def _free(self, title: str) -> str:
        """The id that YesWiki makes of a title, with a number when it is taken."""
        name = expected_list_id(title, self._wiki.capabilities.dialect)
        numbered = (f"{name}{number or ''}" for number in count())
        return next(free for free in numbered if free not in self._content.lists)


class _Entries(_Part):
    def of(self, form_id: str) -> Entries:
        return self._wiki.read("entries.of", self._content.entries.get(form_id, {}))

    def create(self, form_id: str, values: Mapping[str, str]) -> str:
        tag = f"Fiche{sum(map(len, self._content.entries.values())) + 1}"

        def put() -> None:
            self._content.entries.setdefault(form_id, {})[tag] = dict(values)
            self._content.rights[tag] = OPEN

        self._wiki.write("entries.create", tag, put)
        return tag


class _Settings(_Part):
    def all(self) -> dict[str, str]:
        return self._wiki.read("settings.all", self._content.settings)

    def save(self, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
        """Sends every setting back, as the page of the configuration does."""
        sent = {**current, **wanted}
        self._wiki.write("settings.save", ",".join(wanted), lambda: self._put(sent))

    def _put(self, sent: dict[str, str]) -> None:
        self._content.settings = sent


class _Attachments(_Part):
    def of(self, tag: str) -> dict[Attachment, str]:
        files = {each: stored for each, (stored, _) in self._content.files.items()}
        known = self._wiki.read("attachments.of", {str(id(each)): each for each in files})
        return {each: files[each] for each in known.values() if each.page == tag}

    def fetch(self, attachment: Attachment, into: IO[bytes]) -> bool:
        there = attachment in self._content.files
        self._wiki.read("attachments.fetch", {})
        if there:
            into.write(self._content.files[attachment][1])
        return there

    def put(self, attachment: Attachment, content: IO[bytes]) -> None:
        whole = content.read()
        number = sum(call == "attachments.put" for call in self._wiki.writes) + 1
        stored = f"{attachment.page}_{attachment.name}_{number}"

        def put(kept: bytes) -> None:
            self._content.files[attachment] = stored, kept

        key = f"{attachment.page}/{attachment.name}"
        half = whole[: len(whole) // 2]
        self._wiki.write("attachments.put", key, lambda: put(whole), lambda: put(half))
