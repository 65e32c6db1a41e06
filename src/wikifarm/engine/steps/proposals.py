"""Proposals: where people and the blueprint changed the same place of a page, what people wrote
stays, and a page beside it, which only those who facilitate may read, shows what the blueprint
changed. It copies nothing that people wrote. Who deletes it has done with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from wikifarm.blueprint.design import DesignedPage
from wikifarm.engine.changes import Action, Change, unified
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.step import Step, Work, look_again, read_back
from wikifarm.engine.steps.content import base_of, in_conflict, proposal_tag
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _, in_language
from wikifarm.model import Page, Rights

EMPTY = "====== wikifarm: proposition ======"  # the page before it is closed: it says nothing yet


class ProposalChange(Change[Page, Page]):
    """A page that proposes the blueprint's text of another."""

    step = "proposals"

    def text(self, value: Page) -> str:
        return value.body

    @property
    def summary(self) -> str:
        return self.reason

    @property
    def diff(self) -> str:
        return "" if self.existing is None else unified(self.key, self.before, self.after)


class ProposalsStep(Step[ProposalChange]):
    """A proposal for each page in conflict with a new version; one that people wrote in is kept."""

    name = ProposalChange.step

    def plan(self, work: Work) -> list[ProposalChange]:
        changes = []
        for page in _in_conflict(work):
            change = self._compare(work, page, work.seen.pages.get(proposal_tag(page.tag)))
            if change is not None:
                changes.append(change)
        return changes

    def apply(self, work: Work, changes: Sequence[ProposalChange]) -> None:
        look_again(self, work, changes, ("pages",))
        pages, tags = work.seen.wiki.pages, [change.key for change in changes]
        for change in changes:
            if change.existing is None:
                pages.save(change.key, EMPTY, "")
        rights = _own_rights(work)
        shown = work.seen.wiki.rights.set(tags, rights)
        work.seen.remember("rights", shown)
        if not all(tag in shown and shown[tag].same_as(rights) for tag in tags):
            raise WriteRefused(
                _("The wiki did not close the page {tag}; nothing was written in it.").format(
                    tag=", ".join(tags)
                ),
                hint=_("Check that the account is in the group of administrators of the wiki."),
            )
        work.seen.forget("pages")
        now = work.seen.pages
        for change in changes:
            before = now.get(change.key)
            pages.save(change.key, change.after, before.revision if before else "")
        work.seen.forget("pages")
        read_back(self, work, changes)

    def _compare(self, work: Work, page: DesignedPage, now: Page | None) -> ProposalChange | None:
        tag, body = proposal_tag(page.tag), _body(work, page)
        reason = _("what the blueprint changed in “{page}”").format(page=page.tag)
        if now is None:
            return ProposalChange(tag, Action.CREATE, wanted=Page(tag, body), reason=reason)
        if now.body == body:
            return None
        wanted = replace(now, body=body)
        if now.body == EMPTY or fingerprint(now.body) in _ours(work.receipt, page.tag):
            return ProposalChange(tag, Action.UPDATE, now, wanted, reason)
        kept = _("edited here by hand: kept")
        return ProposalChange(tag, Action.KEEP, now, wanted, kept)


def proposals_applied(work: Work) -> dict[str, tuple[str, ...]]:
    """Tag of each page in conflict -> the hash of its proposal, and the text that it proposes. One
    that was deleted is done with."""
    before, there = work.receipt.proposals, work.seen.pages
    new = {page.tag: page for page in _in_conflict(work)}
    kept: dict[str, tuple[str, ...]] = {}
    for page in work.design.pages:
        now = there.get(proposal_tag(page.tag))
        if now is None or not in_conflict(work, page):
            continue
        if page.tag in new and now.body == _body(work, page):
            kept[page.tag] = (fingerprint(now.body), page.body)
        elif page.tag in before:
            kept[page.tag] = before[page.tag]
    return kept


def proposed_pages(work: Work) -> list[str]:
    """The tags of the pages for which something is proposed, or about to be."""
    there = work.seen.pages
    stands = {change.key for change in ProposalsStep().plan(work) if not change.writes}
    new = {page.tag for page in _in_conflict(work) if proposal_tag(page.tag) not in stands}
    standing = {tag for tag in work.receipt.proposals if proposal_tag(tag) in there}
    return sorted(new | standing)


def unproposed_pages(work: Work) -> list[str]:
    """The tags of the pages for which nothing can be proposed: people have a page of that name."""
    kept = {change.key for change in ProposalsStep().plan(work) if not change.writes}
    return [
        page.tag
        for page in _in_conflict(work)
        if proposal_tag(page.tag) in kept and page.tag not in work.receipt.proposals
    ]


def proposal_rights(work: Work) -> dict[str, Rights]:
    """The rights of the proposals that are ours."""
    return dict.fromkeys(map(proposal_tag, work.receipt.proposals), _own_rights(work))


def _in_conflict(work: Work) -> list[DesignedPage]:
    """The pages for which something is to be proposed. Between two versions, what the manifest or
    the checklist changes in a page is no news."""
    if not work.upgrading:
        return []
    return [page for page in work.design.pages if in_conflict(work, page)]


def _own_rights(work: Work) -> Rights:
    group = f"@{work.design.who.facilitators}"
    return Rights(group, group)


def _ours(receipt: Receipt, tag: str) -> tuple[str, ...]:
    return (
        *receipt.proposals.get(tag, ())[:1],
        *receipt.begun(ProposalsStep.name, proposal_tag(tag)),
    )


def _body(work: Work, page: DesignedPage) -> str:
    """What the proposal says; the same whatever was written in the page."""
    _ = in_language(work.design.language)
    title = _("Proposal for the page {page}").format(page=page.tag)
    told = _(
        "The blueprint of this wiki changed in the same place as what was written here: wikifarm "
        "left the page alone. This is what the blueprint says now. Take over, in the page, what "
        "suits you; then delete this proposal. Only those who facilitate see it."
    )
    changed, whole = _("What the blueprint changed"), _("The whole new text")
    difference = unified(page.tag, base_of(work, page.tag) or "", page.body)
    lines = difference.split("\n")[2:]  # the page is named already
    return "\n\n".join(
        (
            f"====== {title} ======\n{told}",
            f"[[{page.tag} {page.tag}]]",
            f"===== {changed} =====\n{_verbatim(lines)}",
            f"===== {whole} =====\n{_verbatim(page.body.split(chr(10)))}",
        )
    )


def _verbatim(lines: Sequence[str]) -> str:
    """Lines that the wiki shows as they are. Two percent signs would end the block."""
    text = "\n".join(re.sub("%(?=%)", "% ", line) for line in lines)
    return f"%%\n{text}\n%%"
