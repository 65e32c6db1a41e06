"""Writing the receipt into the wiki: when the work begins, when it ends, when a later step adds."""

from __future__ import annotations

from dataclasses import replace

from wikifarm.blueprint.design import DesignedForm
from wikifarm.blueprint.schema.template import same_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import Work
from wikifarm.engine.steps.access import OWN_RIGHTS
from wikifarm.engine.steps.bazar import compiled, list_ids
from wikifarm.engine.steps.content import pages_applied
from wikifarm.engine.steps.tidy import as_text
from wikifarm.errors import UnexpectedAnswer, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import canonical


def start_receipt(seen: Seen, fresh: Receipt, language: str) -> Receipt:
    """The receipt that the wiki holds; in a new wiki, a first one that says how it was found.

    It is closed to everybody but the admins before it says anything about anyone.
    """
    if seen.receipt is not None:
        return seen.receipt
    if receipts.TAG not in seen.pages and seen.wiki.pages.read(receipts.TAG) is not None:
        raise UnexpectedAnswer(
            _("The wiki does not show the page {tag} among its pages, and yet has it.").format(
                tag=receipts.TAG
            ),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )
    fingerprints = dict.fromkeys(seen.rights, "")
    fingerprints |= {tag: fingerprint(page.body) for tag, page in seen.pages.items()}
    fingerprints |= {choices.id: fingerprint(as_text(choices)) for choices in seen.lists.values()}
    fingerprints.pop(receipts.TAG, None)
    began = replace(
        fresh,
        found=fingerprints,
        found_forms={form.id: form.label for form in seen.forms.values()},
        found_templates={form.id: fingerprint(form.template) for form in seen.forms.values()},
    )
    _write(seen, began, language)
    return began


def finish_receipt(work: Work, run: str) -> None:
    """Writes the receipt as things stand now, unless it already says so."""
    before = work.seen.receipt or work.receipt
    design = work.design
    removed = {
        tag for tag in design.removed_pages if tag in before.found and tag not in work.seen.pages
    }
    new = replace(
        pages_applied(work),
        blueprint=design.blueprint,
        version=design.version,
        run=run,
        complete=True,
        forms={form.id: _template_hash(work, form) for form in design.forms},
        lists=list_ids(work),
        groups={name: tuple(members) for name, members in design.groups.items()},
        accounts=tuple(sorted(design.accounts.values())),
        removed=tuple(sorted(removed)),
    )
    if not new.same_as(before):
        _write(work.seen, new, design.language)
        work.receipt = new


def keep_receipt(work: Work, new: Receipt) -> None:
    """Writes a receipt that a later step has more to say in, unless it already says so."""
    if not new.same_as(work.seen.receipt or work.receipt):
        _write(work.seen, new, work.design.language)
    work.receipt = new


def _template_hash(work: Work, form: DesignedForm) -> str:
    """The hash of the template as applied; a form edited by hand keeps the one applied before."""
    now = work.seen.forms[form.id].template
    applied = work.receipt.forms.get(form.id)
    if applied is None or same_template(now, compiled(work, form).template):
        return fingerprint(now)
    return applied


def _write(seen: Seen, new: Receipt, language: str) -> None:
    wiki = seen.wiki
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
    body = new.as_page(language)
    wiki.pages.save(receipts.TAG, body, page.revision if page else "")
    seen.forget("pages")
    page = seen.pages.get(receipts.TAG)
    if page is None or receipts.from_page(page.body) != new:
        raise WriteRefused(
            _("The wiki did not keep the receipt as it was written."),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )


def _closed(seen: Seen) -> bool:
    """True when only admins read the page of the receipt."""
    rights = seen.rights.get(receipts.TAG)
    return rights is not None and canonical(rights.read) == OWN_RIGHTS.read
