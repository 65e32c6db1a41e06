"""The actions that a page may hold between braces: the list of them, and how one is run."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import html, markup, rights
from .store import ENTRY
from .visit import ServerFault, Visit, esc

Run = Callable[[Visit, dict[str, str]], str]

ACTIONS: dict[str, Run] = {}

_SILENT_WORDS = """
abonnement desabonnement trail changestyle favicon doubleclic liensstyle linkrss toc lang
liensjavascripts linkstyle attach video pdf backgroundimage endbackgroundimage diaporama
progressbar ariane nuagetag listpagestag filtertags reactions comments myfavorites lostpassword
gererthemes adminbackups update setwikidefaulttheme template mychanges bazarimport
"""
SILENT = frozenset(_SILENT_WORDS.split())
"""Actions that a rehearsal has no use for: they show nothing, or a small notice."""


def action(*names: str) -> Callable[[Run], Run]:
    """Register a function under these names."""

    def keep(run: Run) -> Run:
        for name in names:
            ACTIONS[name] = run
        return run

    return keep


def perform(visit: Visit, name: str, arguments: dict[str, str]) -> str:
    """Run one action: its right first, then the action; a fault becomes a message in the page."""
    if not rights.may_run(visit, "action", name):
        return html.alert(f"Action {esc(name)} : Accès interdit")
    run = ACTIONS.get(name)
    if run is None:
        if name in SILENT:
            told = f"{{{{{esc(name)}}}}} : absent de la répétition"
            return f'<p class="notice"><small>{told}</small></p>'
        return html.alert(f"Action {esc(name)} : N'existe pas")
    try:
        return run(visit, arguments)
    except ServerFault as fault:
        return fault_shown(fault)


def fault_shown(fault: ServerFault) -> str:
    """An exception as a message in the page, with the server path that YesWiki lets out."""
    path, _, line = fault.where.rpartition(":")
    place = f"in <i>{esc(path)}</i> on line <i>{line}</i>"
    return html.alert(f"Une erreur s'est produite :<br/>{fault.message} {place}")


def format_text(visit: Visit, text: str) -> str:
    """The HTML of a wiki text, its actions run."""
    return markup.render(visit, text, perform)


def include_page(visit: Visit, tag: str) -> str:
    """A page inside another one; nothing when it is missing, not readable, or already open."""
    page = visit.farm.page(visit.w, tag)
    if page is None or tag in visit.inclusions:
        return ""
    if not rights.has_access(visit, "read", tag, page):
        return ""
    visit.inclusions.append(tag)
    try:
        return format_text(visit, page.body)
    finally:
        visit.inclusions.pop()


# -- shape of the page ----------------------------------------------------------------------


@action("grid")
def _grid(_visit: Visit, _arguments: dict[str, str]) -> str:
    return '<div class="row">'


@action("col")
def _col(_visit: Visit, _arguments: dict[str, str]) -> str:
    return '<div class="col">'


@action("accordion", "tabs")
def _accordion(_visit: Visit, _arguments: dict[str, str]) -> str:
    return '<div class="accordion">'


@action("label")
def _label(_visit: Visit, _arguments: dict[str, str]) -> str:
    return '<span class="label">'


@action("panel")
def _panel(_visit: Visit, arguments: dict[str, str]) -> str:
    title = esc(arguments.get("title", ""))
    css = esc(f"panel {arguments.get('class', '')}".strip())
    return f'<div class="{css}"><h3 class="panel-title">{title}</h3>'


@action("section")
def _section(visit: Visit, arguments: dict[str, str]) -> str:
    """`visibility` only hides by style: the text stays in the page (docs/yeswiki.md)."""
    role = arguments.get("visibility", "").replace("\\n", "\n")
    shown = not role or rights.satisfies(visit, role, visit.user)
    hidden = "" if shown else " remove-this-div-on-page-load "
    return f'<section class="{hidden}{esc(arguments.get("class", ""))}">'


@action("buttondropdown")
def _dropdown(_visit: Visit, arguments: dict[str, str]) -> str:
    title = esc(arguments.get("title") or arguments.get("text") or "Menu")
    return f"<details><summary>{title}</summary>"


_END = {
    "section": "</section>", "label": "</span>", "buttondropdown": "</details>",
}  # fmt: skip


@action("end")
def _end(_visit: Visit, arguments: dict[str, str]) -> str:
    return _END.get(arguments.get("elem", ""), "</div>")


@action("button")
def _button(visit: Visit, arguments: dict[str, str]) -> str:
    """Source: `tools/templates/actions/button.php`, v4.4.4."""
    target = arguments.get("link", "")
    text = esc(arguments.get("text") or arguments.get("title") or target)
    found = markup.page_address(visit, target)
    if found and arguments.get("hideifnoaccess") == "true":
        page = visit.farm.page(visit.w, found[0])
        if not rights.has_access(visit, "read", found[0], page):
            return ""
    outside = target.startswith(("https://", "http://", "mailto:", "#"))
    if not found and not outside:
        return text
    given = arguments.get("class", "")
    css = f"{given} btn".strip() if re.search(r"\bbtn-", given) else f"{given} btn btn-default"
    shown = "" if arguments.get("nobtn") == "1" else f' class="{esc(css.strip())}"'
    return f'<a{shown} href="{esc(found[1] if found else target)}">{text}</a>'


@action("nav")
def _nav(visit: Visit, arguments: dict[str, str]) -> str:
    links = [part.strip() for part in arguments.get("links", "").split(",") if part.strip()]
    titles = [part.strip() for part in arguments.get("titles", "").split(",")]
    items = "".join(
        f"<li>{markup.link(visit, target, titles[i] if i < len(titles) else target)}</li>"
        for i, target in enumerate(links)
    )
    return f'<ul class="{esc(arguments.get("class", "nav nav-tabs"))}">{items}</ul>'


@action("include")
def include(visit: Visit, arguments: dict[str, str]) -> str:
    """A page inside another one, or why not; an entry whatever the right of its page.

    `tools/bazar/actions/include__.php`, v4.4.4, puts the entry in the place of the refusal.
    """
    tag = arguments.get("page", "")
    page = visit.farm.page(visit.w, tag)
    if page is None:
        return html.alert(f"Action include : la page {esc(tag)} ne semble pas exister...")
    if page.kind == ENTRY:
        return f'<div class="include">{visit.farm.entry_shown(visit, page, included=True)}</div>'
    if not rights.has_access(visit, "read", tag, page):
        quiet = arguments.get("auth") == "noError"
        return "" if quiet else html.alert(f"Vous n'êtes pas autorisé à lire la page {esc(tag)}.")
    return f'<div class="include">{include_page(visit, tag)}</div>'


@action("redirect")
def _redirect(visit: Visit, arguments: dict[str, str]) -> str:
    return f"<p>Voir {markup.link(visit, arguments.get('page', ''))}</p>"


@action("configuration")
def _configuration(visit: Visit, arguments: dict[str, str]) -> str:
    values = {"wakka_name": visit.wiki.name, "root_page": "PagePrincipale"}
    return esc(values.get(arguments.get("param", ""), visit.wiki.config.get("x", "")))


@action("titrepage")
def _title(visit: Visit, _arguments: dict[str, str]) -> str:
    return esc(visit.farm.title_of(visit))


@action("yeswikiversion")
def _version(visit: Visit, _arguments: dict[str, str]) -> str:
    name = "YesWiki (répétition)"
    return f'<a href="https://yeswiki.net" title="doryphore {visit.farm.release}">{name}</a>'


@action("moteurrecherche")
def _search_box(visit: Visit, _arguments: dict[str, str]) -> str:
    box = '<input type="search" name="phrase" aria-label="Rechercher" placeholder="Rechercher">'
    fields = html.hidden("wiki", "RechercheTexte") + box
    return html.form(visit.base, fields, "get", ' role="search"')
