"""Every known way in to an entry of a YesWiki: what the privacy audit asks.

Routes come from YesWiki's own source and from the measured table of docs/yeswiki.md, Who sees what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wikifarm.i18n import _


@dataclass(frozen=True)
class Route:
    """One address to ask. `kind` is "page" or "api"; `advice` names the right that closes it."""

    id: str
    kind: str
    path: str  # a tag, or an API route
    handler: str = ""
    query: tuple[tuple[str, str], ...] = ()
    advice: str = ""
    outsiders: bool = False  # asked by outsiders alone


ENTRY_HANDLERS = (
    "", "raw", "html", "json", "show", "revisions", "xml", "edit", "editiframe", "iframe",
    "render", "acls", "share", "mail", "diaporama", "slide_show", "pdf", "rss", "referrers",
    "deletepage", "duplicate", "widget", "bazarrss", "diff", "listpages", "css",
)  # fmt: skip

SPY_ACTIONS = (
    "bazarrecordsindex", "listusers", "userstable", "recentchanges", "recentchangesrss",
    "recentchangesrssplus", "recentcomments", "recentlycommented", "recentcommentsrss",
    "mychanges", "mypages", "userpages", "pageindex", "pageonlyindex", "listpages",
    "orphanedpages", "wantedpages", "attachindex", "nuagetag", "filtertags", "rss", "lastusers",
    "listusersinsidegroup", "listgroups", "editgroups", "gererdroits", "trail", "backlinks",
    "mescontenus", "userfavorites", "admintag", "listetags", "includepages", "reactions",
)  # fmt: skip


def spellings(tag: str) -> list[str]:
    """Other spellings of a tag that MySQL's collation takes as equal: case, accents, end spaces.

    Its entry is found under each, its rights under none (4.4.4, 4.5.0).
    """
    accented = re.sub("[eE]", lambda letter: "é" if letter[0] == "e" else "É", tag, count=1)
    other = (tag.lower(), tag.upper(), tag.swapcase(), accented, f"{tag} ")
    return [spelling for spelling in dict.fromkeys(other) if spelling != tag]


def entry_routes(form: str, entry: str, word: str) -> list[Route]:
    """Every address at which one entry might be seen.

    `form` is the id of its form and `entry` its tag; `word` stands in it, for searches. Under other
    spellings, members are not asked: nothing closes there an address that they may write to
    through a form, which the form itself says to those who give it.
    """
    of_form = _("the line `acls` of the form {form}").format(form=form)
    of_entry = _("the rights of the entry {entry}").format(entry=entry)
    api = [
        *(f"forms/{form}/entries{tail}" for tail in (
            "", "/geojson", "/html", "/json-ld", "/ical", "/csv", "/rss")),
        *(f"entries{tail}" for tail in (
            "", f"/{form}", f"/{form}/{entry}", f"/json-ld/{form}", f"/geojson/{form}",
            f"/html/{form}", f"/html/{form}/{entry}", f"/json-ld/{form}/{entry}", f"/csv/{form}")),
        f"entry/url/{entry}",
    ]  # fmt: skip
    known = [Route(f"api/{path}", "api", path, advice=of_form) for path in api]
    known += [
        Route(
            "api/entries/bazarlist",
            "api",
            "entries/bazarlist",
            query=(("idtypeannonce[]", form), ("fields", "html_output")),
            advice=of_form,
        ),
        Route(
            "api/entries/bazarlist?query",
            "api",
            "entries/bazarlist",
            query=(("idtypeannonce[]", form), ("keywords", word)),
            advice=of_form,
        ),
        Route(f"api/pages/{entry}", "api", f"pages/{entry}", advice=of_entry),
        Route(f"api/triples/{entry}", "api", f"triples/{entry}", advice=of_entry),
        Route(f"api/comments/{entry}", "api", f"comments/{entry}", advice=of_entry),
    ]
    known += [
        Route(f"{{entry}}/{handler}", "page", entry, handler, advice=of_entry)
        for handler in ENTRY_HANDLERS
    ]
    known += [
        Route(f"BazaR {name}", "page", "BazaR", handler, query, of_form)
        for name, handler, query in (
            ("rss", "rss", (("id", form),)),
            ("json entries", "json", (("demand", "entries"), ("id", form))),
            ("consult", "", (("vue", "consulter"), ("id", form))),
            ("search", "", (("vue", "consulter"), ("id", form), ("q", word))),
            ("entry", "", (("vue", "consulter"), ("action", "voir_fiche"), ("id_fiche", entry))),
            ("edit entry", "", (("vue", "saisir"), ("action", "modif_fiche"), ("id_fiche", entry))),
            ("export", "", (("vue", "exporter"), ("id", form), ("id_typeannonce", form))),
            ("widget", "widget", (("id", form),)),
        )
    ]
    of_fields = _("the rights of each field of the form {form}").format(form=form)
    for number, spelling in enumerate(spellings(entry), 1):
        known += [
            Route(
                f"{{entry, spelling {number}}}/{handler}",
                "page",
                spelling,
                handler,
                advice=of_entry,
                outsiders=True,
            )
            for handler in ("", "iframe", "raw", "edit")
        ]
        known += [
            Route(f"BazaR/{handler} {action}, spelling {number}", "page", "BazaR", handler,
                  (("vue", view), ("action", action), ("id_fiche", spelling)), of_fields,
                  outsiders=True)
            for handler, view, action in (
                ("", "saisir", "modif_fiche"), ("iframe", "saisir", "modif_fiche"),
                ("", "consulter", "voir_fiche"),
            )
        ]  # fmt: skip
    known.append(
        Route(
            "RechercheTexte", "page", "RechercheTexte", "", (("phrase", word),),
            _("the reading right of the page {tag}").format(tag="RechercheTexte"),
        )
    )  # fmt: skip
    return known


def wiki_routes(pages: Iterable[str]) -> list[Route]:
    """The addresses of a wiki that list, show or tell of many things at once.

    `pages` are the tags of this community's own pages.
    """
    accounts = _("the right to list the accounts (administrators only)")
    groups = _("the right to list the groups (administrators only)")
    entries = _("the line `acls` of each form")
    known = [
        Route("api/pages", "api", "pages", advice=_("the rights of the entries")),
        Route("api/users", "api", "users", advice=accounts),
        Route("api/groups", "api", "groups", advice=groups),
        Route("api/comments", "api", "comments", advice=entries),
        Route("api/forms", "api", "forms", advice=entries),
        Route("BazaR rss of all", "page", "BazaR", "rss", (), entries),
        Route("BazaR json entries all", "page", "BazaR", "json", (("demand", "entries"),), entries),
    ]
    boards = (
        "TableauDeBord", "DerniersChangements", "DerniersChangementsRSS",
        "DerniersCommentaires", "MesContenus", "GererUtilisateurs", "GererDroits",
        "GererSite", "AnnuaireAlpha", "ParametresUtilisateur", "PageMenu",
        "IndexDesPages", "PagesOrphelines", "BacASable",
    )  # fmt: skip
    known += [
        Route(f"{tag} xml", "page", tag, "xml", (), _("the right of the handler xml"))
        for tag in ("DerniersChangements", "DerniersChangementsRSS", "PagePrincipale")
    ]
    known += [
        Route(tag, "page", tag, "", (), _("the reading right of the page {tag}").format(tag=tag))
        for tag in dict.fromkeys([*boards, *pages])
    ]
    return known


def spy_page(entries: Iterable[tuple[str, str, str]]) -> str:
    """A page with every action that lists something; a mark before each tells which one spoke.

    `entries` are (id of the form, tag, name of a field) of each entry that must not be seen.

    Not the text searches: such a page finds itself and renders itself without end (4.4.4 runs out
    of memory); the page RechercheTexte is asked instead.
    """
    calls = [
        call
        for form, entry, field in entries
        for call in (
            f'bazarliste id="{form}"',
            f'bazarliste id="{form}" template="map"',
            f'bazarliste id="{form}" template="annuaire_alphabetique"',
            f'bazarliste id="{form}" dynamic="true" template="card" displayfields="title={field}"',
            f'bazarcarto id="{form}"',
            f'calendrier id="{form}"',
            f'bazar vue="consulter" id="{form}"',
            f'include page="{entry}"',
            f'includepages pages="{entry}"',
            f'listfiles page="{entry}"',
        )
    ]
    calls += SPY_ACTIONS
    return "\n".join(f"{_mark(call)}\n{{{{{call}}}}}" for call in calls)


def has_marks(text: str) -> bool:
    """True where a rendered spy page is whole: the mark before its last action is there."""
    return _mark(SPY_ACTIONS[-1]) in text


def spoke(text: str, secret: str) -> str:
    """The action after whose mark the secret stands in a rendered spy page."""
    before = text[: text.lower().find(secret.lower())]
    marks = re.findall(r"wfmark-([a-z]+)-", before)
    return marks[-1] if marks else ""


def _mark(call: str) -> str:
    return f"wfmark-{call.split(maxsplit=1)[0]}-"
