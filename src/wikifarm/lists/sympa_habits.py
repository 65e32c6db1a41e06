"""What holds for a Sympa whatever the door: when it sees a change, why it makes no list."""

from __future__ import annotations

import time

from wikifarm.i18n import _
from wikifarm.model import WantedList

SETTLING = 1.1  # seconds


def settle() -> None:
    """Waits until a Sympa sees what was done by another door: not before the next second.

    Closing removes a list that waits, but only closes one that was opened meanwhile.
    """
    time.sleep(SETTLING)


def why_not_made(wanted: WantedList) -> str:
    """What to try where a Sympa did not make a list."""
    return _(
        "Most often it has no template “{template}”: give its administrator the pack of "
        "`wikifarm mailing-list server-pack`, or set another template "
        "(private_working_group) in WIKIFARM_SYMPA_TEMPLATE."
    ).format(template=wanted.template)
