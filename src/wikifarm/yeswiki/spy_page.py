"""A page that calls every action of YesWiki that lists something: who reads it asks them all."""

from __future__ import annotations

import re
from collections.abc import Iterable

ACTIONS = (
    "bazarrecordsindex", "listusers", "userstable", "recentchanges", "recentchangesrss",
    "recentchangesrssplus", "recentcomments", "recentlycommented", "recentcommentsrss",
    "mychanges", "mypages", "userpages", "pageindex", "pageonlyindex", "listpages",
    "orphanedpages", "wantedpages", "attachindex", "nuagetag", "filtertags", "rss", "lastusers",
    "listusersinsidegroup", "listgroups", "editgroups", "gererdroits", "trail", "backlinks",
    "mescontenus", "userfavorites", "admintag", "listetags", "listpagestag", "commentstable",
    "usercomments", "userreactions", "adminreactions", "adminpages", "myfavorites",
    "bazaruserpage", "includepages", "reactions",
)  # fmt: skip
# Of YesWiki too (4.4.4, 4.5.0): they show nothing of others, write, send, or stop the page.
_OTHERS = frozenset({
    "abonnement", "accordion", "aceditor", "adminbackups", "ariane", "attach", "backgroundimage",
    "barreredaction", "bazar", "bazarcarto", "bazarexport", "bazarimport", "bazarliste",
    "bazarlistecategorie", "bazartable", "button", "buttondropdown", "calendrier", "changestyle",
    "col", "comments", "configuration", "contact", "currentpage", "desabonnement", "despam",
    "diaporama", "doubleclic", "editactionsacls", "editconfig", "edithandlersacls", "end",
    "endbackgroundimage", "erasespamedcomments", "favicon", "filemanager", "footer", "gererthemes",
    "greeting", "grid", "header", "include", "interwikilist", "label", "lang", "liensjavascripts",
    "liensstyle", "linkjavascript", "linkrss", "linkstyle", "listsubscription", "login",
    "lostpassword", "mailinglist", "mailperiod", "map", "metarobots", "moteurrecherche", "nav",
    "newtextsearch", "panel", "parambody", "pdf", "player", "pointimage", "progressbar", "redirect",
    "section", "setwikidefaulttheme", "syndication", "tab", "tabs", "template", "testtriples",
    "textsearch", "themeselector", "titrepage", "toc", "tocjs", "translation", "update",
    "userlistsubscription", "usersettings", "valeur", "video", "yeswikiversion",
})  # fmt: skip
KNOWN_ACTIONS = frozenset(ACTIONS) | _OTHERS


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
            f'bazartable id="{form}"',
            f'bazarlistecategorie id="{form}"',
            f'map id="{form}"',
            f'calendrier id="{form}"',
            f'bazar vue="consulter" id="{form}"',
            f'include page="{entry}"',
            f'includepages pages="{entry}"',
            f'diaporama page="{entry}"',
            f'listfiles page="{entry}"',
        )
    ]
    calls += ACTIONS
    return "\n".join(f"{_mark(call)}\n{{{{{call}}}}}" for call in calls)


def page_of(action: str, entries: Iterable[tuple[str, str, str]]) -> str:
    """A page of one action alone, which may do anything: what it takes is not known."""
    calls = [
        f'{{{{{action} id="{form}" form="{form}" page="{entry}" field="{field}"}}}}'
        for form, entry, field in entries
    ]
    return "\n".join([_mark(action), *calls])


def has_marks(text: str) -> bool:
    """True where a rendered spy page is whole: the mark before its last action is there."""
    return _mark(ACTIONS[-1]) in text


def spoke(text: str, place: int) -> str:
    """The action that wrote what stands at this place of a rendered spy page: the mark before."""
    marks = re.findall(r"wfmark-(\w+)-", text[:place])
    return marks[-1] if marks else ""


def _mark(call: str) -> str:
    return f"wfmark-{call.split(maxsplit=1)[0]}-"
