"""What a new version of its blueprint means for a community, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from wikifarm.engine.step import Work, kept_closed
from wikifarm.engine.steps.access import (
    GroupsStep,
    ModuleRightsStep,
    RightsStep,
    administrators_added,
    let_in_words,
)
from wikifarm.engine.steps.bazar import FormsStep, kept_open
from wikifarm.engine.steps.content import proposal_tag
from wikifarm.engine.steps.proposals import proposed_pages, unproposed_pages
from wikifarm.i18n import _, ngettext
from wikifarm.operations.audit.undeclared import open_forms
from wikifarm.result import few


def told_of_version(work: Work) -> Iterator[str]:
    """From which version to which, where that changes."""
    before, design = work.receipt, work.design
    if work.upgrading and before.version:
        yield _("The blueprint goes from {before} to {after}.").format(
            before=f"{before.blueprint} {before.version}",
            after=f"{design.blueprint} {design.version}",
        )


def told_of_proposals(
    work: Work, translate: Callable[[str], str], address_of: Callable[[str], str]
) -> Iterator[str]:
    """Each page for which something waits for those who facilitate, or should and cannot, in the
    words of `translate`."""
    _ = translate
    for tag in proposed_pages(work):
        told = _(
            "The page {page} was edited here where the blueprint changed: it stays as it is. What "
            "changed is proposed to those who facilitate, in {url}: take it over by hand, then "
            "delete the proposal."
        )
        yield told.format(page=tag, url=address_of(proposal_tag(tag)))
    for tag in unproposed_pages(work):
        told = _(
            "The page {page} was edited here where the blueprint changed: it stays as it is. What "
            "changed is not proposed, since people wrote a page of that name themselves, {url}. "
            "`wikifarm blueprint diff --verbose` shows it; once that page is gone, `wikifarm "
            "apply` proposes it."
        )
        yield told.format(page=tag, url=address_of(proposal_tag(tag)))


def told_of_closed(work: Work) -> Iterator[str]:
    """The rights that stay closed to people whom the blueprint lets in; the groups in which
    somebody was made an administrator, the forms that were opened, and those about people that
    somebody made open."""
    steps = (ModuleRightsStep(), RightsStep(), FormsStep())
    kept = [change for step in steps for change in step.plan(work) if not change.writes]
    groups = GroupsStep().plan(work)
    closed = [
        *(f"@{change.key}" for change in groups if change.waiting),
        *(change.key for change in kept if change.reason == kept_closed()),
    ]
    if closed:
        yield _(
            "The blueprint lets in more people than this wiki does, in: {names}. That stays "
            "closed; --loosen opens it."
        ).format(names=few(closed))
    for group in work.design.groups:
        if added := administrators_added(work, group):
            yield _(
                "In the group @{group}, added by hand: {who}. That makes administrators of this "
                "wiki, and stays; whoever should not be there is to be taken out in the wiki."
            ).format(group=group, who=_counted(added))
    opened = [change.key for change in kept if change.reason == kept_open()]
    if opened:
        yield _(
            "Somebody opened what the blueprint closes, in the form: {names}. What people edit "
            "stays: close it in the wiki. `wikifarm verify` says who can see what."
        ).format(names=few(opened))
    if made := open_forms(work):
        yield _(
            "Somebody made a form about people here, or a question of one, that lets outsiders in: "
            "{names}. wikifarm does not touch it: close it in the wiki. `wikifarm verify` says who "
            "can see what."
        ).format(names=few(made))


def _counted(members: Sequence[str]) -> str:
    """How many people, none of whom is named, and whom a sign lets in."""
    words = let_in_words()
    signs = [words[each] for each in members if each in words]
    people = len(members) - len(signs)
    count = ngettext("{count} person", "{count} people", people).format(count=people)
    return ", ".join([*signs, *([count] if people else [])])
