"""The privacy audit: a sentinel participant, every known route, and the search of the answers.

Pure: this module says what to ask and recognises what must not be seen; `operations.audit` asks.
Routes come from YesWiki's own source and from the measured table of docs/yeswiki.md, Who sees what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wikifarm.i18n import _

DOMAIN = "wikifarm.invalid"  # reserved: nobody can have an address there (RFC 2606)
ACCOUNT_PREFIX = "WikifarmTemoin"


class Role(StrEnum):
    """Who asks."""

    VISITOR = "visitor"
    STRANGER = "stranger"  # an account of the wiki that is in no group
    MEMBER = "member"  # an account in the group of participants


@dataclass(frozen=True)
class Route:
    """One address to ask. `kind` is "page" or "api"; `advice` names the right that closes it."""

    id: str
    kind: str
    path: str  # a tag, or an API route
    handler: str = ""
    query: tuple[tuple[str, str], ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class Sentinel:
    """The participant that does not exist: unique strings in every field, no real person."""

    key: str
    values: Mapping[str, str]  # property name -> value posted
    secrets: Mapping[str, str]  # what it is -> the unique string to search for
    address: str  # the unique part of its e-mail address
    entry: str = ""
    account: str = ""


@dataclass(frozen=True)
class Leak:
    """Something seen by someone who should not see it. `seen` names the field, never its value."""

    route: str
    role: Role
    seen: str
    advice: str


def account_name(key: str, who: str) -> str:
    """The name of a sentinel account; `who` is a role, or the author of the entry."""
    return f"{ACCOUNT_PREFIX}{who.capitalize()}{key}"


def is_sentinel_address(email: str) -> bool:
    """True for an address that only a sentinel can have."""
    return email.lower().endswith(f"@{DOMAIN}")


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


def routes(form: str, sentinel: Sentinel, pages: Iterable[str]) -> list[Route]:
    """Every address to ask. `pages` are the tags of this community's own pages."""
    entry = sentinel.entry
    word = sentinel.secrets.get("bf_prenom", sentinel.key)
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
    found = [Route(f"api/{path}", "api", path, advice=of_form) for path in api]
    found += [
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
        Route("api/pages", "api", "pages", advice=of_entry),
        Route(f"api/pages/{entry}", "api", f"pages/{entry}", advice=of_entry),
        Route(
            "api/users",
            "api",
            "users",
            advice=_("the right to list the accounts (administrators only)"),
        ),
        Route(
            "api/groups",
            "api",
            "groups",
            advice=_("the right to list the groups (administrators only)"),
        ),
        Route(f"api/triples/{entry}", "api", f"triples/{entry}", advice=of_entry),
        Route("api/comments", "api", "comments", advice=of_entry),
        Route(f"api/comments/{entry}", "api", f"comments/{entry}", advice=of_entry),
        Route("api/forms", "api", "forms", advice=of_form),
    ]
    found += [
        Route(f"{{entry}}/{handler}", "page", entry, handler, advice=of_entry)
        for handler in ENTRY_HANDLERS
    ]
    found += [
        Route(f"BazaR {name}", "page", "BazaR", handler, query, of_form)
        for name, handler, query in (
            ("rss", "rss", (("id", form),)),
            ("rss of all", "rss", ()),
            ("json entries", "json", (("demand", "entries"), ("id", form))),
            ("json entries all", "json", (("demand", "entries"),)),
            ("consult", "", (("vue", "consulter"), ("id", form))),
            ("search", "", (("vue", "consulter"), ("id", form), ("q", word))),
            ("entry", "", (("vue", "consulter"), ("action", "voir_fiche"), ("id_fiche", entry))),
            ("edit entry", "", (("vue", "saisir"), ("action", "modif_fiche"), ("id_fiche", entry))),
            ("export", "", (("vue", "exporter"), ("id", form), ("id_typeannonce", form))),
            ("widget", "widget", (("id", form),)),
        )
    ]
    boards = {
        "TableauDeBord": (), "DerniersChangements": (), "DerniersChangementsRSS": (),
        "DerniersCommentaires": (), "MesContenus": (), "GererUtilisateurs": (), "GererDroits": (),
        "GererSite": (), "AnnuaireAlpha": (),
        "RechercheTexte": (("phrase", word),), "ParametresUtilisateur": (), "PageMenu": (),
        "IndexDesPages": (), "PagesOrphelines": (), "BacASable": (),
    }  # fmt: skip
    found += [
        Route(tag, "page", tag, "", query, _("the reading right of the page {tag}").format(tag=tag))
        for tag, query in boards.items()
    ]
    found += [
        Route(f"{tag} xml", "page", tag, "xml", (), _("the right of the handler xml"))
        for tag in ("DerniersChangements", "DerniersChangementsRSS", "PagePrincipale")
    ]
    found += [
        Route(tag, "page", tag, "", (), _("the reading right of the page {tag}").format(tag=tag))
        for tag in pages
        if tag not in boards
    ]
    return found


def spy_page(form: str, entry: str) -> str:
    """A page with every action that lists something; a mark before each tells which one spoke.

    Not the text searches: such a page finds itself and renders itself without end (4.4.4 runs out
    of memory); the page RechercheTexte is asked instead.
    """
    calls = [
        f'bazarliste id="{form}"',
        f'bazarliste id="{form}" template="map"',
        f'bazarliste id="{form}" template="annuaire_alphabetique"',
        f'bazarliste id="{form}" dynamic="true" template="card" displayfields="title=bf_prenom"',
        f'bazarcarto id="{form}"',
        f'calendrier id="{form}"',
        f'bazar vue="consulter" id="{form}"',
        f'include page="{entry}"',
        f'includepages pages="{entry}"',
        f'listfiles page="{entry}"',
        *SPY_ACTIONS,
    ]
    return "\n".join(f"{_mark(call)}\n{{{{{call}}}}}" for call in calls)


def spoke(text: str, secret: str) -> str:
    """The action after whose mark the secret stands in a rendered spy page."""
    before = text[: text.lower().find(secret.lower())]
    marks = re.findall(r"wfmark-([a-z]+)-", before)
    return marks[-1] if marks else ""


def _mark(call: str) -> str:
    return f"wfmark-{call.split(maxsplit=1)[0]}-"


def leaks(role: Role, route: Route, text: str, sentinel: Sentinel) -> list[Leak]:
    """What this answer shows and should not: everything to outsiders, the address to members."""
    lowered = text.lower()
    secrets = (
        {"bf_mail": sentinel.address}
        if role is Role.MEMBER
        else dict(sentinel.secrets) | ({"account": sentinel.account} if sentinel.account else {})
    )
    # What the person who asked typed comes back in a search form: that is an echo, not a leak.
    echoed = {value.lower() for _name, value in route.query}
    return [
        Leak(route.id, role, name, route.advice)
        for name, secret in secrets.items()
        if secret.lower() in lowered and secret.lower() not in echoed
    ]


def dead_links(pages: Mapping[str, str], known: Sequence[str]) -> list[tuple[str, str]]:
    """(page, target) of each link of the wiki's own pages that leads nowhere."""
    exists = set(known)
    return [
        (tag, target)
        for tag, body in sorted(pages.items())
        for target in _targets(body)
        if target not in exists
    ]


# Addresses that YesWiki answers without a page of that name, and what is not a page at all.
_BUILT_IN = frozenset({"doc", "api", "http", "https", "mailto"})

_LINKS = (
    re.compile(r"\[\[\s*([A-Za-z][\w-]*)(?:[/?&][^\s\]]*)?(?:\s[^\]]*)?\]\]"),
    re.compile(r"\]\(\s*\??([A-Za-z][\w-]*)(?:[/?&][^\s)]*)?\s*\)"),
    re.compile(r"\blink=\"\??([A-Za-z][\w-]*)(?:[/?&][^\"]*)?\""),
)


def _targets(body: str) -> list[str]:
    found = {match for pattern in _LINKS for match in pattern.findall(body)}
    return sorted(found - _BUILT_IN)
