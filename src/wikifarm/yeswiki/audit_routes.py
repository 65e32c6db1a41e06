"""Every known way in to an entry of a YesWiki: what the privacy audit asks.

Routes come from YesWiki's own source and from the measured table of docs/yeswiki.md, Who sees what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from wikifarm.i18n import _

# What shows something of an entry. Asked under another spelling too: rights may not follow there.
ENTRY_HANDLERS = (
    "", "raw", "html", "json", "show", "revisions", "xml", "edit", "editiframe", "iframe",
    "render", "acls", "share", "mail", "diaporama", "slide_show", "pdf", "rss", "referrers",
    "deletepage", "duplicate", "widget", "bazarrss", "diff", "listpages", "css", "hello",
)  # fmt: skip
_SHOWING = ("", "raw", "html", "iframe", "edit", "css", "hello", "slide_show", "diaporama", "rss")


@dataclass(frozen=True)
class Route:
    """One question: `address` is what follows the `?`, percent-encoded; `body` is posted there.

    `advice` names the right that closes it; in it, `{form}`, `{entry}` and `{field}` stand for what
    was seen. `closable` is False where no right of YesWiki closes it to who may read the entry.
    `opened` says what anybody would have who were let in: administrators alone are. `compared`
    is a word put in the place of another that is searched for: what the answers differ in tells.
    """

    address: str
    advice: str
    body: tuple[tuple[str, str], ...] = ()
    verb: str = "GET"
    closable: bool = True
    opened: str = ""
    compared: tuple[str, str] = ("", "")

    @property
    def id(self) -> str:
        """How people and programs read it: the address, and how it is asked when it is no GET."""
        verb = "POST" if self.body else self.verb
        posted = f" ({urlencode(self.body)})" if self.body else ""
        return ("" if verb == "GET" else f"{verb} ") + f"?{self.address}{posted}"

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The names and values that are sent, in the address and posted."""
        return [*parse_qsl(self.address), *self.body]

    @property
    def whole_page(self) -> bool:
        """True where the answer is a page in its frame, that always links to its wiki."""
        return not self.body and self.verb == "GET" and not re.search("[/&=]", self.address)


def page_address(tag: str, handler: str = "", **query: str) -> str:
    """The address of a page, or of one of its handlers."""
    path = quote(tag, safe="") + (f"/{handler}" if handler else "")
    return _with(path, query)


def api_address(path: str, **query: str) -> str:
    """The address of an API route, written as `users/Name`."""
    return _with(f"api/{quote(path, safe='/')}", query)


def _with(path: str, query: dict[str, str]) -> str:
    return path + (f"&{urlencode(query)}" if query else "")


def spellings(tag: str) -> list[str]:
    """Other spellings of a tag that MySQL's collation takes as equal: case, accents, end spaces.

    Its entry is found under each, its rights under none (4.4.4, 4.5.0).
    """
    accented = re.sub("[eE]", lambda letter: "é" if letter[0] == "e" else "É", tag, count=1)
    other = (tag.lower(), tag.upper(), tag.swapcase(), accented, f"{tag} ")
    return [spelling for spelling in dict.fromkeys(other) if spelling != tag]


def entry_routes(form: str, entry: str, word: str, time: str) -> list[Route]:
    """Every address at which one entry might be seen.

    `form` is the id of its form and `entry` its tag; `word` stands in it, for searches; `time` is
    that of its revision, as the wiki writes it.
    """
    known = [*_api_routes(form, entry), *_bazar_routes(form, entry, word)]
    known += [
        Route(page_address(entry, handler), _of_entry()) for handler in ENTRY_HANDLERS
    ]  # fmt: skip
    known += [route for spelling in spellings(entry) for route in _misspelt(form, spelling)]
    known += _encoded(entry)
    known += _posted(entry)
    known += _searches(form, word)
    known += [
        Route(page_address(entry, handler, time=time), _of_entry())
        for handler in ("", "raw", "iframe", "diff")
    ]
    return known


def form_routes(form: str) -> list[Route]:
    """The addresses that show or tell of a form's entries without naming one of them."""
    nobody = "Nul"
    known = [*_api_routes(form, nobody), *_bazar_routes(form, nobody, nobody)]
    return [route for route in known if nobody not in route.address]


def _of_form() -> str:
    return _("the line `acls` of the form {form}")


def _of_entry() -> str:
    return _("the rights of the entry {entry}, and the line `acls` of the form {form}")


def _of_field() -> str:
    return _("the rights to read and to write of the field {field}, in the form {form}")


def _api_routes(form: str, entry: str) -> list[Route]:
    paths = [
        *(f"forms/{form}/entries{tail}" for tail in (
            "", "/geojson", "/html", "/json-ld", "/ical", "/csv", "/rss", f"/json/{entry}")),
        *(f"entries{tail}" for tail in (
            "", f"/{form}", f"/{form}/{entry}", f"/json-ld/{form}", f"/geojson/{form}",
            f"/html/{form}", f"/html/{form}/{entry}", f"/json-ld/{form}/{entry}", f"/csv/{form}",
            f"/html/{entry}")),
        f"entry/url/{entry}",
    ]  # fmt: skip
    lists = ("entries/bazarlist", {"idtypeannonce[]": form})
    known = [Route(api_address(path), _of_form()) for path in paths]
    known += [
        Route(api_address(f"entries/html/{entry}", fields="html_output"), _of_form()),
        Route(api_address(lists[0], **lists[1], fields="html_output"), _of_form()),
    ]
    known += [
        Route(api_address(f"{kind}/{entry}"), _of_entry())
        for kind in ("pages", "triples", "comments")
    ]
    return known


def _bazar_routes(form: str, entry: str, word: str) -> list[Route]:
    return [
        Route(page_address("BazaR", handler, **query), _of_form())
        for handler, query in (
            ("rss", {"id": form}),
            ("json", {"demand": "entries", "id": form}),
            ("json", {"demand": "entry", "id_fiche": entry}),
            ("", {"vue": "consulter", "id": form}),
            ("", {"vue": "consulter", "id": form, "q": word}),
            ("", {"vue": "consulter", "action": "voir_fiche", "id_fiche": entry}),
            ("", {"vue": "saisir", "action": "modif_fiche", "id_fiche": entry}),
            ("", {"vue": "exporter", "id": form, "id_typeannonce": form}),
            ("widget", {"id": form}),
        )
    ]


def _misspelt(form: str, spelling: str) -> Iterator[Route]:
    """The same entry under another spelling: in small letters by every kind of way, the others by
    one of each kind, since MySQL takes them all alike.

    Nothing hides there a field from somebody who may read its entry (4.4.4, 4.5.0: the rights of
    fields are looked up under the spelling that was asked), hence `closable`.
    """
    small = spelling == spelling.lower() and spelling == spelling.strip()
    edit = {"vue": "saisir", "action": "modif_fiche", "id_fiche": spelling}
    view = {"vue": "consulter", "action": "voir_fiche", "id_fiche": spelling}
    addresses = [page_address("BazaR", **edit), api_address(f"pages/{spelling}")]
    if spelling == spelling.strip():  # the address of a page ends with no space: « nom incorrect »
        addresses += [page_address(spelling, name) for name in (_SHOWING if small else ("raw",))]
    if small:
        addresses += [
            page_address("BazaR", "iframe", **edit),
            page_address("BazaR", **view),
            page_address("BazaR", "json", demand="entry", id_fiche=spelling),
            api_address(f"forms/{form}/entries/json/{spelling}"),
            api_address(f"entries/html/{spelling}", fields="html_output"),
        ]
    for address in addresses:
        yield Route(address, _of_field(), closable=False)


def _encoded(entry: str) -> Iterator[Route]:
    """Its own spelling, its first letter percent-encoded once, and twice where `wiki=` names it."""
    letter = f"%{ord(entry[0]):02X}" if entry[0].isascii() else quote(entry[0])
    rest = quote(entry[1:], safe="")
    yield Route(f"{letter}{rest}/raw", _of_entry())
    yield Route(f"wiki={letter}{rest}/raw", _of_entry())
    yield Route(f"wiki={quote(letter)}{rest}/raw", _of_entry())
    yield Route(f"api/pages/{letter}{rest}", _of_entry())
    yield Route(f"BazaR&vue=saisir&action=modif_fiche&id_fiche={letter}{rest}", _of_entry())


def _posted(entry: str) -> Iterator[Route]:
    """The same questions asked by the two other verbs that YesWiki answers to."""
    yield Route(page_address(entry), _of_entry(), verb="HEAD")
    yield Route(page_address("BazaR"), _of_entry(), (("wiki", f"{entry}/raw"),))
    for spelling in (entry, entry.lower()):
        body = (("id_fiche", spelling),)
        of_field, closable = _of_field(), spelling == entry
        edit = page_address("BazaR", vue="saisir", action="modif_fiche")
        yield Route(edit, of_field, body, closable=closable)
        yield Route(page_address("BazaR", "json", demand="entry"), of_field, body,
                    closable=closable)  # fmt: skip


def _searches(form: str, word: str) -> Iterator[Route]:
    """Searches for a word, and for another that nobody wrote: a count, or a size, tells too."""
    absent = word[::-1]
    search = _("the reading right of the page {tag}").format(tag="RechercheTexte")
    for address, advice in (
        (api_address("entries/bazarlist", **{"idtypeannonce[]": form}, keywords=word), _of_form()),
        (api_address(f"forms/{form}/entries", q=word), _of_form()),
        (page_address("RechercheTexte", phrase=word), search),
    ):
        yield Route(address, advice, compared=(word, absent))


def wiki_routes(pages: Iterable[str]) -> list[Route]:
    """The addresses of a wiki that list, show or tell of many things at once.

    `pages` are the tags of this community's own pages.
    """
    accounts = _("the right to list the accounts (administrators only)")
    groups = _("the right to list the groups (administrators only)")
    archives = _("a version of YesWiki whose archives are for administrators only")
    known = [
        *(
            Route(f"api/archives{tail}", archives, opened="archives")
            for tail in ("", "/archivingStatus/")
        ),
        Route(api_address("pages"), _of_entry()),
        Route(api_address("users"), accounts),
        Route(api_address("groups"), groups),
        Route(api_address("comments"), _of_form()),
        Route(api_address("forms"), _of_form()),
        Route(page_address("BazaR", "rss"), _of_form()),
        Route(page_address("BazaR", "json", demand="entries"), _of_form()),
    ]
    boards = (
        "TableauDeBord", "DerniersChangements", "DerniersChangementsRSS",
        "DerniersCommentaires", "MesContenus", "GererUtilisateurs", "GererDroits",
        "GererSite", "AnnuaireAlpha", "ParametresUtilisateur", "PageMenu",
        "IndexDesPages", "PagesOrphelines", "BacASable",
    )  # fmt: skip
    known += [
        Route(page_address(tag, "xml"), _("the right of the handler xml"))
        for tag in ("DerniersChangements", "DerniersChangementsRSS", "PagePrincipale")
    ]
    known += [
        Route(page_address(tag), _("the reading right of the page {tag}").format(tag=tag))
        for tag in dict.fromkeys([*boards, *pages])
    ]
    return known
