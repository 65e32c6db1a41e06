"""The audit that a wiki's receipt keeps: `apply` looks again only where it no longer tells."""

from __future__ import annotations

from dataclasses import replace

from wikifarm.engine.audited import passed, stands
from wikifarm.engine.journal import AUDIT
from wikifarm.engine.recording import keep_receipt
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Privacy


def audit_stands(run: CommunityRun) -> bool:
    """True while what the last audit said still holds, whichever computer made it."""
    here = run.context.journal.last(run.community.slug, AUDIT)
    later = str(here.get("at", "")) > run.receipt.audit.get("at", "")
    if later and here.get("privacy") != Privacy.CLOSED.value:
        return False  # cut short, blind or a leak: since then nothing was seen to be well
    return stands(run.work, run.site.session.release, run.context.audit_max_age)


def should_pass(run: CommunityRun, *, writing: bool) -> bool:
    """True where `apply` makes an audit, since it writes something or none stands, and the audit
    should pass: the last that was made from here left nothing out."""
    last = run.context.journal.last(run.community.slug, AUDIT)
    return (writing or not audit_stands(run)) and last.get("passed") is not False


def note_audit(run: CommunityRun) -> None:
    """Puts what the audit of this run came to in the receipt to be written: that it passed, or that
    none stands. One that could not see says nothing."""
    audit = run.outcome.audit
    if audit is None or audit.privacy is Privacy.UNKNOWN:
        return
    noted = passed(run.work, run.site.session.release) if audit.passed else {}
    run.work.receipt = replace(run.work.receipt, audit=noted)


def keep_audit(run: CommunityRun) -> None:
    """The same, written at once; not in a wiki whose receipt proves nothing."""
    if run.work.recorded is not None:
        note_audit(run)
        keep_receipt(run.work, run.work.receipt, run.context.journal)
