"""The pages of a wiki without which nobody administers it: wikifarm reads and writes through them,
and people log in there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wikifarm.yeswiki import groups, lost_password, wiki_settings
from wikifarm.yeswiki.rights import MODULES, TABLE_PAGE
from wikifarm.yeswiki.session import LOGIN_PAGE

# Each with the action, or one of the actions, that it must hold.
_NEEDED: Mapping[str, str] = {
    "BazaR": "bazar",
    TABLE_PAGE: "gererdroits",
    MODULES["action"][0]: "editactionsacls",
    MODULES["handler"][0]: "edithandlersacls",
    groups.PAGE: "editgroups",
    wiki_settings.PAGE: "editconfig",
    LOGIN_PAGE: "login|usersettings",
    lost_password.PAGE: "lostpassword",
}
# Read by whoever is not logged in yet; the menu of YesWiki's own holds the form of logins.
DOORS = frozenset({LOGIN_PAGE, lost_password.PAGE, "PageRapideHaut"})


def lacking(pages: Mapping[str, str]) -> list[str]:
    """Which of them these pages, tag -> text, lack, or have without what makes them work."""
    return [
        tag
        for tag, action in _NEEDED.items()
        if not re.search(rf"\{{\{{\s*(?:{action})\b", pages.get(tag, ""), re.IGNORECASE)
    ]
