"""All of a wiki in three requests: a page that shows its administrator what each of YesWiki's own
pages shows apart, the triples of groups and rights, and the forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from selectolax.lexbor import LexborHTMLParser

from wikifarm.errors import UnexpectedAnswer
from wikifarm.model import Account, BazarList, Form, Overview
from wikifarm.yeswiki import access_triples, html
from wikifarm.yeswiki.bazar_forms import Forms
from wikifarm.yeswiki.rights import MODULES, RightsTable
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.wiki_settings import settings_of

USERS_COLUMNS = 7  # for an administrator: box, name, groups, address, date, change, remove


def overview(session: Session, rights: RightsTable, forms: Forms, tag: str) -> Overview | None:
    """What the page `tag` shows, with the groups, the rights of modules and the forms.

    None where the wiki does not show this account, in its own words, all of it: each part is asked
    apart then. A visitor, and an account that is no administrator, are shown none.
    """
    answer = session.page(tag)
    if answer.status != 200 or not session.spoke_to(answer):
        return None
    document = html.parse(answer.text)
    accounts, settings = _accounts(document), settings_of(document)
    try:
        table = rights.table_of(document)
        for kind in MODULES:
            rights.keep_names(kind, document)
    except UnexpectedAnswer:
        return None
    if not settings or session.user not in {account.name for account in accounts}:
        return None
    rows = access_triples.rows(session)
    known = forms.all()
    return Overview(
        rights=table,
        accounts=accounts,
        settings=settings,
        groups=access_triples.groups(rows),
        modules=rights.modules_of(rows),
        forms=known,
        lists=_lists(document, known.values()),
    )


def _accounts(document: LexborHTMLParser) -> list[Account]:
    """The rows of `{{userstable}}`: a box, the account's name, its groups, its address (which
    administrators alone are shown, as the box), when it was opened."""
    rows = [row.css("td") for row in document.css("#users-table-action tbody tr")]
    return [
        Account(cells[1].text().strip(), cells[3].text().strip(), cells[4].text().strip())
        for cells in rows
        if len(cells) == USERS_COLUMNS
    ]


def _lists(document: LexborHTMLParser, forms: Iterable[Form]) -> dict[str, BazarList] | None:
    """The lists, with the choices that forms give of them: the table shows no key. None where a
    list is in no form."""
    choices: dict[str, Mapping[str, str]] = {}
    for form in forms:
        choices |= form.choices
    lists = {}
    for row in document.css("#existing-lists-table tbody tr"):
        cells = row.css("td")
        key = cells[2].text().strip() if len(cells) > 2 else ""
        if key not in choices:
            return None
        lists[key] = BazarList(key, cells[0].text().strip(), tuple(choices[key].items()))
    return lists or None
