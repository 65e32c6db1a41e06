"""What wikifarm itself wrote in a wiki, without those who went: the pages that nobody edited since,
and the receipt, which goes on proving them. What people wrote is theirs: it is only told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from wikifarm.blueprint.neutral import JOINER, neutralise
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import Journal
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.operations.community.accounts import short_name
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.yeswiki.pages import as_stored
from wikifarm.yeswiki.wiki import Wiki

GONE = "…"  # in the place of a name
LONGEST = 5  # words of a name
_WORD = re.compile(rf"[^\W\d_][\w’'.{JOINER}-]*(?<![.-])")
_SEVERAL = re.compile(rf"{GONE}(?:, {GONE})+")
_NUMBER = re.compile(r"\d+\Z")  # of an account whose name was taken


class Without:
    """Texts of ours without these people: `names`, in full, and those after whom wikifarm named
    `accounts`."""

    def __init__(self, names: Iterable[str], accounts: Iterable[str]) -> None:
        known = {name for name in (*names, *accounts) if len(name) > 1}
        spelt = sorted({*known, *map(neutralise, known)}, key=len, reverse=True)
        self._named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spelt)) or '(?!)'})(?!\w)")
        self._short = {_NUMBER.sub("", account) for account in accounts}

    def text(self, text: str) -> str:
        """The text, an ellipsis in the place of each name."""
        for name in sorted(set(self._after_accounts(text)), key=len, reverse=True):
            text = text.replace(name, GONE)
        return _SEVERAL.sub(GONE, self._named.sub(GONE, text))

    def _after_accounts(self, text: str) -> Iterator[str]:
        """The words after which an account could have been named: first and last in capitals."""
        words = list(_WORD.finditer(text))
        for first, word in enumerate(words):
            for last in words[first + 1 : first + LONGEST]:
                span = text[word.start() : last.end()]
                if re.search(rf"[^\w’'.{JOINER} -]", span):
                    break
                if word[0][0].isupper() and last[0][0].isupper() and (
                    short_name(span) in self._short
                ):  # fmt: skip
                    yield span


def take_out(wiki: Wiki, journal: Journal, slug: str, names: Collection[str]) -> None:
    """Takes people out of the pages that stand as wikifarm wrote them, then of its receipt. Raises
    WriteRefused where the wiki keeps one otherwise.

    A receipt that somebody else wrote last proves nothing: it is left, and so is all else.
    """
    pages = wiki.pages.all()
    page = pages.get(receipts.TAG)
    receipt = receipts.from_page(page.body) if page is not None else None
    if page is None or receipt is None or page.author != wiki.account:
        return
    put = {name for members in receipt.groups.values() for name in members}
    without = Without(names, _people({*receipt.accounts, *put}))
    for tag in receipt.pages:
        known = pages.get(tag)
        if known is not None and receipt.untouched(tag, known.body):
            body = without.text(known.body)
            if body != known.body:
                wiki.pages.save(tag, body, known.revision)
                now = wiki.pages.read(tag)
                if now is None or now.body != as_stored(body):
                    raise _not_kept(tag)
    new = _receipt(receipt, without)
    if new.same_as(receipt):
        return
    number = max(receipt.number, journal.receipt_number(slug, receipt.community)) + 1
    new = replace(new, run=journal.run, number=number)
    wiki.pages.save(receipts.TAG, new.as_page(receipt.language or "fr"), page.revision)
    kept = wiki.pages.read(receipts.TAG)
    if kept is None or receipts.from_page(kept.body) != new:
        raise _not_kept(receipts.TAG)
    journal.outcome(slug, "receipt", community=new.community, number=number, complete=new.complete)


def _receipt(receipt: Receipt, without: Without) -> Receipt:
    """The receipt without people; a page that stood as it says goes on standing so."""
    bases = {tag: without.text(text) for tag, text in receipt.bases.items()}
    hashes = {
        tag: fingerprint(bases[tag])
        if tag in bases and applied == fingerprint(receipt.bases[tag])
        else applied
        for tag, applied in receipt.pages.items()
    }
    return replace(
        receipt,
        bases=bases,
        pages=hashes,
        proposals={
            tag: (*told[:1], *map(without.text, told[1:]))
            for tag, told in receipt.proposals.items()
        },
        groups=_staying(receipt.groups),
        writing={
            key: told for key, told in receipt.writing.items() if not key.startswith("groups:")
        },
        accounts=(),
        mailing_list={key: without.text(text) for key, text in receipt.mailing_list.items()},
        ledger_key="",
        ledger=(),
    )


def _staying(groups: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {
        group: tuple(name for name in members if name not in _people(members))
        for group, members in groups.items()
    }


def _people(members: Iterable[str]) -> set[str]:
    """Those of these members who are somebody: no group, nor the account of wikifarm."""
    return {name for name in members if not name.startswith("@") and name != WIKI_ADMIN}


def _not_kept(tag: str) -> WriteRefused:
    return WriteRefused(
        _("The wiki did not keep the page {tag} as it was written.").format(tag=tag),
        hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
    )
