"""Writing the receipt into the wiki: when the work begins, when it ends, when a later step adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wikifarm.blueprint.schema.template import normalise, same_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.changes import AnyChange, writes
from wikifarm.engine.journal import Journal
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import AnyStep, Work
from wikifarm.engine.steps.access import (
    OWN_RIGHTS,
    GroupsStep,
    members_applied,
    rights_applied,
    rights_of_new,
)
from wikifarm.engine.steps.attached import FilesStep, files_applied
from wikifarm.engine.steps.bazar import (
    FormsStep,
    choices_applied,
    compiled,
    left_standing,
    list_ids,
    merged_form,
)
from wikifarm.engine.steps.content import PagesStep, merging, pages_applied
from wikifarm.engine.steps.look import LooksStep, looks_applied
from wikifarm.engine.steps.proposals import ProposalsStep, proposals_applied
from wikifarm.errors import UnexpectedAnswer, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import canonical


def start_receipt(work: Work, journal: Journal) -> None:
    """Writes the receipt that the work begins with, unless the wiki holds it: what it sets out to
    write; in a new wiki, how it came; where no receipt proved anything, what comparing gave.

    It is closed to everybody but the admins before it says anything about anyone.
    """
    seen = work.seen
    begun = replace(work.receipt, writing=_setting_out(work))
    if work.recorded is not None:
        if begun.writing != work.recorded.writing:
            _write(work, begun, journal)
        return
    hidden = receipts.TAG not in seen.pages and not work.just_made
    if hidden and seen.wiki.pages.read(receipts.TAG) is not None:
        raise UnexpectedAnswer(
            _("The wiki does not show the page {tag} among its pages, and yet has it.").format(
                tag=receipts.TAG
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )
    _write(work, begun, journal)


def _setting_out(work: Work) -> dict[str, tuple[str, ...]]:
    """What the work is about to write where people may write too, beside what runs that did not end
    had set out to. A text that keeps what people wrote is not ours to name.
    """
    design = work.design
    forms = {form.id: form for form in design.forms}
    texts = {
        **_texts_set_out(work),
        **{change.id: tuple(design.groups[change.key]) for change in _planned(GroupsStep(), work)},
        **{
            change.id: (fingerprint(normalise(compiled(work, forms[change.key]).template)),)
            for change in _planned(FormsStep(), work)
        },
        **{change.id: (change.after,) for change in _planned(FilesStep(), work)},
        **{change.id: (fingerprint(change.after),) for change in _planned(ProposalsStep(), work)},
        **{change.id: (fingerprint(change.after),) for change in _planned(LooksStep(), work)},
        **rights_of_new(work),
    }
    return _added(_added(work.receipt.writing, texts), work.told_later)


def _texts_set_out(work: Work) -> dict[str, tuple[str, ...]]:
    pages = {page.tag: page for page in work.design.pages}
    texts: dict[str, tuple[str, ...]] = {}
    for change in _planned(PagesStep(), work):
        page = pages[change.key]
        texts[change.id] = (fingerprint(page.body),)
        if change.after != page.body:
            key, text = merging(page, change.after)
            texts[key] = (text,)
    return texts


def announce_texts(work: Work, journal: Journal) -> None:
    """Has the receipt name the texts that pages are about to have, unless it does: a run that is
    killed before it ends knows them for its own."""
    writing = _added(work.receipt.writing, _texts_set_out(work))
    if work.recorded is not None and writing != work.recorded.writing:
        _write(work, replace(work.receipt, writing=writing), journal)


def _planned(step: AnyStep, work: Work) -> list[AnyChange]:
    return writes(step.plan(work))


def _added(
    before: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Both, each text once."""
    joined = {key: tuple(dict.fromkeys((*before.get(key, ()), *texts)))
              for key, texts in new.items()}  # fmt: skip
    return {**before, **joined}


def finish_receipt(work: Work, journal: Journal) -> None:
    """Writes the receipt as things stand now, unless it already says so."""
    keep_receipt(work, finished(work), journal)


def finished(work: Work) -> Receipt:
    """The receipt of a community that is as its design says."""
    design = work.design
    came = work.receipt.found.keys()
    removed = {tag for tag in design.removed_pages if tag in came and tag not in work.seen.pages}
    return replace(
        _forms_applied(work, pages_applied(work)),
        language=design.language,
        blueprint=design.blueprint,
        version=design.version,
        complete=True,
        writing=dict(work.told_later),
        overview=fingerprint(receipts.OVERVIEW),
        files=files_applied(work),
        proposals=proposals_applied(work),
        rights=rights_applied(work),
        looks=looks_applied(work),
        lists=list_ids(work),
        choices=choices_applied(work),
        groups={name: members_applied(work, name) for name in design.groups},
        accounts=tuple(sorted(design.accounts.values())),
        removed=tuple(sorted(removed)),
    )


def keep_receipt(work: Work, new: Receipt, journal: Journal) -> bool:
    """Writes a receipt that has more to say; False where the wiki's already says so."""
    if work.recorded is not None and new.same_as(work.recorded):
        work.receipt = new
        return False
    _write(work, new, journal)
    return True


def _forms_applied(work: Work, receipt: Receipt) -> Receipt:
    """The same receipt with the forms as applied: the hash of each, and the template that the
    blueprint gave it. A form edited by hand keeps the hash of before, or has none: nothing proves
    that it is ours; its template is the new one where what the blueprint changed was merged into
    it. That of a module that is off stays too.
    """
    before, design = work.receipt, work.design
    standing = [form.id for form in left_standing(work)]
    hashes = {key: before.forms[key] for key in standing if key in before.forms}
    templates = {key: before.templates[key] for key in standing if key in before.templates}
    for form in design.forms:
        now, wanted = work.seen.forms[form.id], compiled(work, form)
        ours = same_template(now.template, wanted.template)
        applied = fingerprint(now.template) if ours else before.forms.get(form.id)
        if applied is not None:
            hashes[form.id] = applied
        if ours or merged_form(work, form.id, now, wanted) is not None:
            templates[form.id] = wanted.template
    return replace(receipt, forms=hashes, templates=templates)


def _write(work: Work, new: Receipt, journal: Journal) -> None:
    seen, wiki = work.seen, work.seen.wiki
    last = seen.receipt.number if seen.receipt is not None else 0
    number = max(last, journal.receipt_number(work.slug, new.community)) + 1
    new = replace(new, run=journal.run, number=number)
    page = seen.pages.get(receipts.TAG)
    if page is None:
        wiki.pages.save(receipts.TAG, receipts.EMPTY, "")
        page = wiki.pages.read(receipts.TAG)
    if not _closed(seen):
        seen.remember("rights", wiki.rights.set([receipts.TAG], OWN_RIGHTS))
        if not _closed(seen):
            raise WriteRefused(
                _("The wiki did not close the page {tag}; nothing was written in it.").format(
                    tag=receipts.TAG
                ),
                hint=_("Check that the account is in the group of administrators of the wiki."),
            )
    body = new.as_page(work.design.language)
    wiki.pages.save(receipts.TAG, body, page.revision if page else "")
    seen.forget("pages")
    page = seen.pages.get(receipts.TAG)
    if page is None or receipts.from_page(page.body) != new:
        raise WriteRefused(
            _("The wiki did not keep the receipt as it was written."),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )
    journal.outcome(
        work.slug, "receipt", community=new.community, number=number, complete=new.complete
    )
    work.receipt = work.recorded = new


def _closed(seen: Seen) -> bool:
    """True when only admins read the page of the receipt."""
    rights = seen.rights.get(receipts.TAG)
    return rights is not None and canonical(rights.read) == OWN_RIGHTS.read
