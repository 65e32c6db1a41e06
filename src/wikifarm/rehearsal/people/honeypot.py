"""A field that only robots fill in, in the forms of whoever is not an administrator."""

from __future__ import annotations

from ..exchange.elements import hidden
from ..exchange.wiki_request import Visit
from . import acls


def inputs(visit: Visit) -> str:
    """The field, hidden from people, where the dialect has one."""
    if not visit.features.honeypot or acls.is_admin(visit):
        return ""
    trap = '<input type="text" name="yw-bot-guard-mail" value="" tabindex="-1" autocomplete="off">'
    return (
        f'<div class="yw-bot-guard-fields sr-only" aria-hidden="true">{trap}'
        f"{hidden('yw-bot-guard-token', 'rehearsal')}</div>"
    )


def caught(visit: Visit) -> bool:
    """Whether a robot posted this."""
    if not visit.features.honeypot or acls.is_admin(visit):
        return False
    return bool(visit.field("yw-bot-guard-mail"))
