"""What the wiki holds, read once and read again only after something was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar, cast

from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.ports import WikiPort
from wikifarm.engine.receipt import Receipt
from wikifarm.errors import NotOurs
from wikifarm.i18n import _
from wikifarm.model import Account, BazarList, Form, Page, Rights
from wikifarm.whole_wiki import Attachment

T = TypeVar("T")
IN_MEMORY = 1024 * 1024  # bytes of a file, before it goes to the disk


class Seen:
    """A cached view of one wiki. Without a wiki (it is still to be made) everything is empty."""

    def __init__(self, wiki: WikiPort | None) -> None:
        self._wiki = wiki
        self._cache: dict[str, Any] = {}

    @property
    def wiki(self) -> WikiPort:
        """The wiki to write to."""
        if self._wiki is None:
            raise LookupError("the wiki is not made yet")
        return self._wiki

    @property
    def exists(self) -> bool:
        """False while the wiki is still to be made."""
        return self._wiki is not None

    def glance(self) -> None:
        """Reads at once all but the pages, where the page of the receipt shows it, and as wikifarm
        wrote that page: whoever edits it could draw there what the wiki does not hold."""
        page = self.pages.get(receipts.TAG)
        if page is None or page.author != self.wiki.account or receipts.OVERVIEW not in page.body:
            return
        overview = self.wiki.overview(receipts.TAG)
        if overview is None:
            return
        for name in ("rights", "settings", "groups", "modules", "forms"):
            self.remember(name, dict(getattr(overview, name)))
        self.remember("accounts", list(overview.accounts))
        if overview.lists is not None:
            self.remember("lists", dict(overview.lists))

    def once_done(self, changes: Iterable[AnyChange]) -> Seen:
        """The same wiki as it will show its pages and forms once these changes are written."""
        then = Seen(self._wiki)
        then._cache = dict(self._cache)
        pages, forms = dict(self.pages), dict(self.forms)
        for change in changes:
            if not change.writes:
                continue
            if isinstance(change.wanted, Page):
                pages[change.wanted.tag] = change.wanted
            elif isinstance(change.existing, Page) and change.wanted is None:
                pages.pop(change.existing.tag, None)
            elif isinstance(change.existing, Form) and change.wanted is None:
                forms.pop(change.existing.id, None)
        then._cache |= {"pages": pages, "forms": forms}
        return then

    def as_applied(self, receipt: Receipt) -> Seen:
        """The same wiki as wikifarm last left it, whatever people did since; as it is, where the
        receipt does not tell."""
        then = Seen(self._wiki)
        modules = dict(self.modules)
        rights = {tag: right for tag, right in self.rights.items() if tag in receipt.pages}
        for key, words in receipt.rights.items():
            if len(words) == 1 and key in modules:
                modules[key] = words[0]
            elif len(words) == len(fields(Rights)):
                rights[key] = Rights(*words)
        looks = {tag: dict(each.split(" ", 1) for each in words if " " in each)
                 for tag, words in receipt.looks.items()}  # fmt: skip
        then._cache = dict(self._cache) | {
            "pages": {tag: Page(tag, body) for tag, body in receipt.bases.items()},
            "rights": rights,
            "modules": modules,
            **({"looks": {**self.looks, **looks}} if looks else {}),
            "lists": self.lists,
            "forms": {
                form.id: replace(form, template=receipt.templates.get(form.id, form.template))
                for form in self.forms.values()
                if form.id in receipt.forms
            },
        }
        return then

    def forget(self, *names: str) -> None:
        """Drops what was read of `names` ("pages", "rights", ...), or everything."""
        for name in names or tuple(self._cache):
            self._cache.pop(name, None)

    def remember(self, name: str, value: Any) -> None:
        """Keeps an answer that a write already gave."""
        self._cache[name] = value

    @property
    def pages(self) -> dict[str, Page]:
        return self._once("pages", lambda wiki: wiki.pages.all(), {})

    @property
    def looks(self) -> dict[str, Mapping[str, str]]:
        return self._once("looks", lambda wiki: wiki.pages.looks(), {})

    @property
    def rights(self) -> dict[str, Rights]:
        return self._once("rights", lambda wiki: wiki.rights.all(), {})

    @property
    def forms(self) -> dict[str, Form]:
        return self._once("forms", lambda wiki: wiki.forms.all(), {})

    @property
    def lists(self) -> dict[str, BazarList]:
        return self._once("lists", lambda wiki: wiki.lists.all(), {})

    @property
    def accounts(self) -> list[Account]:
        return self._once("accounts", lambda wiki: wiki.users.all(), [])

    @property
    def settings(self) -> dict[str, str]:
        return self._once("settings", lambda wiki: wiki.settings.all(), {})

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        return self._once("groups", lambda wiki: wiki.groups.all(), {})

    @property
    def modules(self) -> dict[str, str]:
        return self._once("modules", lambda wiki: wiki.rights.modules(), {})

    def entries(self, form_id: str) -> dict[str, dict[str, Any]]:
        """The entries of a form."""
        read: dict[str, dict[str, dict[str, Any]]] = self._cache.setdefault("entries", {})
        if form_id not in read:
            read[form_id] = self.wiki.entries.of(form_id)
        return read[form_id]

    def attached(self, tag: str) -> dict[Attachment, str]:
        """The files of a page, each with the name of its last version on the server."""
        read: dict[str, dict[Attachment, str]] = self._cache.setdefault("attached", {})
        if tag not in read:
            read[tag] = self.wiki.attachments.of(tag) if tag in self.pages else {}
        return read[tag]

    def digest(self, attachment: Attachment) -> str:
        """The SHA-256 of a file of the wiki, in hexadecimal; empty where it has none."""
        stored = self.attached(attachment.page).get(attachment, "")
        known: dict[str, str] = self._cache.setdefault("digests", {})
        if stored and stored not in known:
            with SpooledTemporaryFile(IN_MEMORY) as content:
                there = self.wiki.attachments.fetch(attachment, content)
                content.seek(0)
                known[stored] = hashlib.file_digest(content, "sha256").hexdigest() if there else ""
        return known.get(stored, "")

    def group(self, name: str) -> tuple[str, ...]:
        """The members of a group."""
        return self.groups.get(name, ())

    def everybody_in(self, *groups: str) -> frozenset[str]:
        """The accounts of these groups, and of the groups in them."""
        known: set[str] = set()
        going = list(groups)
        accounts: set[str] = set()
        while going:
            group = going.pop()
            if group not in known:
                known.add(group)
                going += [member[1:] for member in self.group(group) if member.startswith("@")]
                accounts |= {name for name in self.group(group) if not name.startswith("@")}
        return frozenset(accounts)

    def module(self, kind: str, name: str) -> str | None:
        """The right of an action or handler; None where this wiki has none of that name."""
        return self.modules.get(f"{kind} {name}") if self.exists else ""

    @property
    def receipt(self) -> Receipt | None:
        """The receipt in the wiki, or None where there is none yet.

        Raises NotOurs for one that cannot be read: without it, nothing tells what people wrote.
        """
        page = self.pages.get(receipts.TAG)
        if page is None or page.body in (receipts.EMPTY, receipts.BEGUN):
            return None
        receipt = receipts.from_page(page.body)
        if receipt is None:
            raise NotOurs(
                _("The page {tag} of this wiki cannot be read as a receipt.").format(
                    tag=receipts.TAG
                ),
                hint=_(
                    "Delete that page in the wiki, then run `wikifarm apply`: it looks what of the "
                    "wiki is as it writes it, and keeps all the rest."
                ),
            )
        return receipt

    def _once(self, name: str, read: Callable[[WikiPort], T], empty: T) -> T:
        if self._wiki is None:
            return empty
        if name not in self._cache:
            self._cache[name] = read(self._wiki)
        return cast(T, self._cache[name])
