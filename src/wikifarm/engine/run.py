"""Walking the steps of one community: plan, intent, write, read back, outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wikifarm.blueprint.schema.template import same_template
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import Journal
from wikifarm.engine.plan import Change
from wikifarm.engine.receipt import Receipt, fingerprint
from wikifarm.engine.seen import Seen
from wikifarm.engine.step import Step, Work
from wikifarm.engine.steps.access import OWN_RIGHTS
from wikifarm.engine.steps.bazar import list_ids, wanted_json
from wikifarm.engine.steps.content import pages_applied
from wikifarm.errors import WriteRefused
from wikifarm.i18n import _
from wikifarm.model import canonical

Progress = Callable[[str, str], None]  # slug, what is being done


@dataclass(frozen=True)
class Done:
    """One change and what came of it; `ms` is the share of its step, in milliseconds."""

    change: Change
    outcome: str  # "done" | "kept"
    ms: int


def plan(steps: Sequence[Step], work: Work) -> list[Change]:
    """Every change, in order, without writing anything."""
    return [change for step in steps for change in step.plan(work)]


def apply(steps: Sequence[Step], work: Work, journal: Journal, progress: Progress) -> list[Done]:
    """Writes what each step plans, in order; what is already right is left alone."""
    done: list[Done] = []
    for step in steps:
        progress(work.slug, step.name)
        changes = step.plan(work)
        wanted = [change for change in changes if change.writes]
        done += [Done(change, "kept", 0) for change in changes if not change.writes]
        if not wanted:
            continue
        journal.intent(work.slug, step.name, changes=[change.id for change in wanted])
        started = time.monotonic()
        step.apply(work, wanted)
        journal.outcome(work.slug, step.name, changes=len(wanted))
        share = round((time.monotonic() - started) * 1000 / len(wanted))
        done += [Done(change, "done", share) for change in wanted]
    return done


def start_receipt(seen: Seen, fresh: Receipt, language: str) -> Receipt:
    """The receipt that the wiki holds; in a new wiki, a first one that says how it was found.

    It is closed to everybody but the admins before it says anything about anyone.
    """
    held = seen.receipt
    if held is not None:
        return held
    found = dict.fromkeys(seen.rights, "")
    found |= {tag: fingerprint(page.body) for tag, page in seen.pages.items()}
    found.pop(receipts.TAG, None)
    began = replace(
        fresh,
        found=found,
        found_forms={form.id: form.label for form in seen.forms.values()},
    )
    _write(seen, began, language)
    return began


def finish_receipt(work: Work, run: str) -> None:
    """Writes the receipt as things stand now, unless it already says so."""
    applied = pages_applied(work)
    held = work.seen.receipt or work.receipt
    design = work.design
    removed = {
        tag for tag in design.removed_pages if tag in held.found and tag not in work.seen.pages
    }
    new = replace(
        applied,
        blueprint=design.blueprint,
        version=design.version,
        run=run,
        complete=True,
        forms={form.id: _template_hash(work, form.id) for form in design.forms},
        lists=list_ids(work),
        groups={name: tuple(members) for name, members in design.groups.items()},
        accounts=tuple(sorted(design.accounts.values())),
        removed=tuple(sorted(removed)),
    )
    if not new.same_as(held):
        _write(work.seen, new, design.language)
        work.receipt = new


def keep_receipt(work: Work, new: Receipt) -> None:
    """Writes a receipt that a later step has more to say in, unless it already says so."""
    if not new.same_as(work.seen.receipt or work.receipt):
        _write(work.seen, new, work.design.language)
    work.receipt = new


def _template_hash(work: Work, form_id: str) -> str:
    """The hash of the template as applied; a form edited by hand keeps the one applied before."""
    now = work.seen.forms[form_id].template
    held = work.receipt.forms.get(form_id)
    if held is None:
        return fingerprint(now)
    wanted = next(form for form in work.design.forms if form.id == form_id)
    in_step = same_template(now, str(wanted_json(work, wanted)["bn_template"]))
    return fingerprint(now) if in_step else held


def _write(seen: Seen, new: Receipt, language: str) -> None:
    wiki = seen.wiki
    page = seen.pages.get(receipts.TAG)
    rights = seen.rights.get(receipts.TAG)
    if page is None:
        wiki.pages.save(receipts.TAG, "====== wikifarm ======", "")
        page = wiki.pages.read(receipts.TAG)
    if rights is None or canonical(rights.read) != OWN_RIGHTS.read:
        seen.remember("rights", wiki.rights.set([receipts.TAG], OWN_RIGHTS))
        held = seen.rights.get(receipts.TAG)
        if held is None or canonical(held.read) != OWN_RIGHTS.read:
            raise WriteRefused(
                _("The wiki did not close the page {tag}; nothing was written in it.").format(
                    tag=receipts.TAG
                ),
                hint=_("Check that the account is in the group of administrators of the wiki."),
            )
    body = new.as_page(language)
    wiki.pages.save(receipts.TAG, body, page.revision if page else "")
    seen.forget("pages")
    if seen.receipt != new:
        raise WriteRefused(
            _("The wiki did not keep the receipt as it was written."),
            hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
        )
