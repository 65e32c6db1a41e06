"""What a farm or a wiki can do, found by questions that change nothing (docs/yeswiki.md, Newer).

Route matching comes before authorisation, so a GET of a POST-only route answers 405 where the
route exists and 404 where it does not.
"""

from __future__ import annotations

from wikifarm.errors import NotYesWiki
from wikifarm.i18n import _
from wikifarm.model import Capabilities, Dialect
from wikifarm.yeswiki.session import Session, not_yeswiki
from wikifarm.yeswiki.shapes import table


def probe(visitor: Session, *, farm: bool = False) -> Capabilities:
    """Asks as a visitor; raises NotYesWiki when something else answers, or where no farm is."""
    forms = visitor.api("forms")
    if farm and forms.status == 404:
        raise NotYesWiki(
            _("There is no YesWiki at {url} (404).").format(url=visitor.addresses.base),
            hint=_(
                "Check the address: open a page of the wiki in a browser, and take what stands "
                "before the “?”."
            ),
            where=visitor.addresses.base,
        )
    if forms.status != 200 or not forms.text.lstrip().startswith(("{", "[")):
        raise not_yeswiki(visitor.addresses.base, forms)
    if not any(name.startswith("YesWiki-") for name in forms.cookies) and not _looks_bazar(
        forms.json()
    ):
        raise NotYesWiki(
            _("Something else than a YesWiki answers at {url}.").format(url=visitor.addresses.base),
            hint=_("Check the address of the farm."),
            where=visitor.addresses.base,
        )
    group_write = _exists(visitor, "groups/admins/update")
    page_save = group_write and _saves_pages(visitor)  # nothing that saves pages lacks the other
    return Capabilities(
        dialect=_dialect(visitor, group_write=group_write, page_save=page_save),
        ferme_api=farm and visitor.api("ferme").status == 200,
        page_save=page_save,
        group_write=group_write,
    )


def _looks_bazar(forms: object) -> bool:
    rows = list(forms.values()) if isinstance(forms, dict) else []
    return bool(rows) and all(isinstance(row, dict) and "bn_id_nature" in row for row in rows)


def _exists(visitor: Session, route: str) -> bool:
    answer = visitor.api(route)
    if answer.status not in {404, 405}:
        raise not_yeswiki(visitor.addresses.base, answer)
    return answer.status == 405


def _saves_pages(visitor: Session) -> bool:
    # 4.5.0 answers 405: it reads pages there, and saves none.
    answer = visitor.api_post("pages/Zz", [])
    if answer.status not in {400, 401, 403, 405}:
        raise not_yeswiki(visitor.addresses.base, answer)
    return answer.status != 405


def _dialect(visitor: Session, *, group_write: bool, page_save: bool) -> Dialect:
    """4.4 and 4.5 write lists differently: any list tells, unless a newer route told already."""
    if group_write:
        return Dialect.D46 if page_save else Dialect.D45
    answer = visitor.page("BazaR", "json", {"demand": "lists"})
    if answer.status != 200:
        raise not_yeswiki(visitor.addresses.base, answer)
    lists = answer.json()
    rows = table(lists, answer.url).values() if lists != [] else ()
    return Dialect.D45 if any("nodes" in row for row in rows) else Dialect.D44
