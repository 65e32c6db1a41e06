"""What each version of YesWiki does its own way: one table, which all the rest of the farm asks.

4.4 is 4.4.4 and 4.5 is 4.5.0 as released, both run and recorded; 4.6 was read only
(docs/yeswiki.md). Numbers such as (32) name recorded exchanges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Features:
    """The differences between versions, one a field; the defaults are what 4.4 does."""

    release: str = "4.4.4"
    """What its pages show behind their styles, as installed from a release."""

    # -- robots -----------------------------------------------------------------------------
    hashcash: bool = True
    """The edit form wants the number hidden in a script, from everybody (09, 11)."""
    honeypot: bool = False
    """Forms hold a field that only robots fill in, for all but administrators; the edit form, where
    it has no hashcash. Read in 4.6."""

    # -- Bazar ------------------------------------------------------------------------------
    list_in_property: bool = True
    """A list field's property is its type, its list and its name; else its name alone (30, 62)."""
    lists_as_nodes: bool = False
    """A list is `title`, `nodes` and, when read, `id`; else `titre_liste` and `label` (32)."""
    list_title: str = "Liste {}"
    """What a list's id is made from: `ListeOuinonw`, `ListouinonW` (33)."""
    list_import_told_twice: bool = False
    """The page says twice that lists were imported (32)."""
    video_links: bool = False
    """A link field tells in `prepared` how it would show a video (04)."""
    line_of_missing_title: int = 473
    """Where `EntryManager` throws for an entry without a title (25)."""
    csv_by_api: bool = False
    """`api/forms/N/entries/csv` is CSV; else JSON as without it. Read in 4.6."""

    # -- the ferme extension ----------------------------------------------------------------
    named_farm_consent: bool = False
    """The last question of form 1100 has a name, and so an input (20). Read in 4.6."""
    choices_checked_first: bool = False
    """Model and choice of rights are checked before anything is made. Read in 4.6."""
    entry_makes_one_wiki: bool = False
    """Writing an entry that is there already makes no wiki again. Read in 4.6."""
    ferme_api: bool = False
    """The routes `api/ferme/...`. Read in 4.6."""

    # -- the API of the core ----------------------------------------------------------------
    session_as_key: bool = False
    """Routes of key holders open to a session too. Read in 4.6."""
    user_link: bool = False
    """The account made by `POST api/users` comes with a `link`, the way into it (40)."""
    account_page_key: bool = False
    """Whoever looks at their own account is given a key of a lost password, which stays."""
    one_account: bool = False
    """`api/users/NAME` answers; else it fails on a method that is not there. Read in 4.6."""
    groups_by_api: bool = False
    """Groups are written by API, which keeps no log of it, and their page has a box for each
    member; else `api/groups` lists them whatever the method, and the page has a text."""
    login_by_api: bool = False
    """`api/login` and `api/auth/me`; else any `api/auth/NAME` is a 401."""
    page_save_by_api: bool = False
    """`POST api/pages/TAG` writes a page. Read in 4.6."""
    page_duplication: bool = False
    """`POST api/pages/TAG/duplicate`, and the handler `duplicate`."""
    line_of_closed_archives: int = 793
    """Where `ArchiveService` throws for archives that cannot be written (52, 53)."""
    restore_status: bool = False
    """`api/archives/restorestatus`. Read in 4.6."""
    remote_backup: bool = False
    """`api/remotebackup`. Read in 4.6."""
    webfinger: bool = False
    """`api/webfinger`. Read in 4.6."""


_4_5 = Features(
    release="4.5.0",
    list_in_property=False,
    lists_as_nodes=True,
    list_title="List{}",
    list_import_told_twice=True,
    video_links=True,
    line_of_missing_title=477,
    user_link=True,
    account_page_key=True,
    groups_by_api=True,
    login_by_api=True,
    page_duplication=True,
    line_of_closed_archives=791,
)

DIALECTS: Mapping[str, Features] = {
    "4.4": Features(),
    "4.5": _4_5,
    "4.6": replace(
        _4_5,
        release="4.6.7",
        hashcash=False,
        honeypot=True,
        csv_by_api=True,
        named_farm_consent=True,
        choices_checked_first=True,
        entry_makes_one_wiki=True,
        ferme_api=True,
        session_as_key=True,
        one_account=True,
        page_save_by_api=True,
        restore_status=True,
        remote_backup=True,
        webfinger=True,
    ),
}
"""Every dialect by its name; a new one is a row here, and CONTRIBUTING.md says what else."""

DEFAULT_DIALECT = "4.4"
