"""What a command that was killed left on the farm: taken back by the next one, whichever it is.

Only the journal of this computer is read where nothing was left.
"""

from __future__ import annotations

from collections.abc import Collection

from wikifarm.engine.journal import RECORD, SENTINEL
from wikifarm.errors import WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import Context


def heal(context: Context) -> list[str]:
    """Removes what audits of this computer planted and did not remove, with what said that they
    worked there; answers what people should know of it.

    While a run of this computer is at work, what is open may be its own: the next command looks.
    """
    try:
        if not context.journal.open_keys(SENTINEL):
            return []
        with context.lock():
            left = context.journal.open_keys(SENTINEL)
            return [_healed(context, slug, keys) for slug, keys in sorted(left.items())]
    except WikifarmError:  # another run, or what the command itself meets and tells
        return []


def _healed(context: Context, slug: str, keys: Collection[str]) -> str:
    """What became of one wiki, in a sentence; a wiki that cannot be cleaned stops no command."""
    context.progress(slug, "audit")
    try:
        if context.farm.known(slug) is None:
            told = _("{slug}: an audit was cut there, and the wiki is gone since.")
        else:
            told = _cleaned(context, slug, keys)
    except WikifarmError as fault:
        told = _(
            "{slug}: an audit was cut there, and what it planted could not be removed yet "
            "({reason}). It is no real person; the next command tries again."
        )
        return told.format(slug=slug, reason=fault.message)
    for key in keys:
        context.journal.outcome(slug, SENTINEL, key=key)
    return told.format(slug=slug)


def _cleaned(context: Context, slug: str, keys: Collection[str]) -> str:
    # Only here: every command looks, and few have anything to take back.
    from wikifarm.operations.audit.sentinel import take_back
    from wikifarm.operations.community.site import open_wiki

    wiki = open_wiki(context, slug)
    removed = take_back(context, slug, wiki, wiki.forms.all(), keys, only=True)
    for run in context.journal.open_keys(RECORD).get(slug, ()):
        wiki.runs.remove(run)
        context.journal.outcome(slug, RECORD, key=run)
    if removed:
        return _("{slug}: an audit was cut there; what it had planted is removed.")
    return _("{slug}: an audit was cut there; nothing of it was left.")
