"""What a receipt is worth: what no receipt proves to be ours is compared, and kept if it differs.

A receipt is a page of the wiki: people who administer it may remove it, edit it, or put back an old
version of it. It proves something only as wikifarm's own account last wrote it.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from wikifarm.blueprint.schema.template import same_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import Journal
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import ADMINS
from wikifarm.engine.steps.bazar import compiled
from wikifarm.engine.steps.tidy import as_text


class Standing(StrEnum):
    """Where the receipt of a wiki stands."""

    NEW = "new"  # nothing is written in it yet: this computer asked for it, or nobody was there
    PROVEN = "proven"
    MISSING = "missing"
    BY_HAND = "by-hand"  # somebody else than wikifarm's account saved it last
    OUTDATED = "outdated"  # this computer has written a later one

    @property
    def proves(self) -> bool:
        """True where what is ours in the wiki can be told from what people wrote."""
        return self in (Standing.NEW, Standing.PROVEN)


def standing(seen: Seen, journal: Journal, slug: str) -> Standing:
    """Raises NotOurs for a receipt that cannot be read."""
    receipt = seen.receipt
    if receipt is None:
        if seen.exists and journal.made_by_hand(slug):
            return Standing.MISSING
        new = not seen.exists or journal.only_asked_for(slug) or as_made(seen)
        return Standing.NEW if new else Standing.MISSING
    if seen.pages[receipts.TAG].author != seen.wiki.account:
        return Standing.BY_HAND
    if receipt.number < journal.receipt_number(slug, receipt.community):
        return Standing.OUTDATED
    return Standing.PROVEN


def as_made(seen: Seen) -> bool:
    """True for a wiki as the farm makes it: no account but the one that the farm made, nobody else
    in a group, and no page written since.

    Revisions are numbered in a row, the pages that come with a wiki first (4.4.4, 4.5.0).
    """
    written = {
        tag: page
        for tag, page in seen.pages.items()
        if not (tag == receipts.TAG and page.body == receipts.EMPTY)
    }
    numbers = sorted(int(page.revision) for page in written.values() if page.revision.isdecimal())
    account = seen.wiki.account
    return (
        bool(written)
        and numbers == list(range(1, len(written) + 1))
        and {page.author for page in written.values()} == {account}
        and [known.name for known in seen.accounts] == [account]
        and account in seen.group(ADMINS)
        and {each for members in seen.groups.values() for each in members if each[:1] != "@"}
        == {account}
    )


def as_it_came(seen: Seen, fresh: Receipt) -> Receipt:
    """The receipt of a new wiki: all that stands in it came with it, but what somebody else than
    the account that the farm made for wikifarm wrote meanwhile.
    """
    fingerprints = dict.fromkeys(seen.rights, "")
    fingerprints |= {
        tag: fingerprint(page.body)
        for tag, page in seen.pages.items()
        if page.author == seen.wiki.account
    }
    fingerprints |= {choices.id: fingerprint(as_text(choices)) for choices in seen.lists.values()}
    fingerprints.pop(receipts.TAG, None)
    return replace(
        fresh,
        found=fingerprints,
        found_forms={form.id: form.label for form in seen.forms.values()},
        found_templates={form.id: fingerprint(form.template) for form in seen.forms.values()},
    )


def compared(work: Work, fresh: Receipt) -> Receipt:
    """The receipt that comparing gives: what is as the design writes it is ours, nothing else is.

    It knows nothing of what came with the wiki, so that nothing is tidied, nor whom wikifarm put
    into groups, so that nobody is taken out.
    """
    bodies = {
        page.tag: page.body
        for page in work.design.pages
        if (now := work.seen.pages.get(page.tag)) is not None and now.body == page.body
    }
    templates = {
        form.id: fingerprint(stored.template)
        for form in work.design.forms
        if (stored := work.seen.forms.get(form.id)) is not None
        and same_template(stored.template, compiled(work, form).template)
    }
    return replace(
        fresh,
        complete=True,
        pages={tag: fingerprint(body) for tag, body in bodies.items()},
        bases=bodies,
        forms=templates,
    )
