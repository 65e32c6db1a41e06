"""Actions that give a page its shape, or show a word of the wiki's own."""

from __future__ import annotations

import re

from ..exchange.elements import esc, hidden, html_form
from ..exchange.wiki_request import Request
from ..people import acls
from ..wikitext import markup, page_manager
from ..wikitext.performer import action


@action("grid")
def _grid(_request: Request, _arguments: dict[str, str]) -> str:
    return '<div class="row">'


@action("col")
def _col(_request: Request, _arguments: dict[str, str]) -> str:
    return '<div class="col">'


@action("accordion", "tabs")
def _accordion(_request: Request, _arguments: dict[str, str]) -> str:
    return '<div class="accordion">'


@action("label")
def _label(_request: Request, _arguments: dict[str, str]) -> str:
    return '<span class="label">'


@action("panel")
def _panel(_request: Request, arguments: dict[str, str]) -> str:
    title = esc(arguments.get("title", ""))
    css = esc(f"panel {arguments.get('class', '')}".strip())
    return f'<div class="{css}"><h3 class="panel-title">{title}</h3>'


@action("section")
def _section(request: Request, arguments: dict[str, str]) -> str:
    """`visibility` only hides by style: the text stays in the page (docs/yeswiki.md)."""
    role = arguments.get("visibility", "").replace("\\n", "\n")
    shown = not role or acls.satisfies(request, role, request.user)
    folded = "" if shown else " remove-this-div-on-page-load "
    return f'<section class="{folded}{esc(arguments.get("class", ""))}">'


@action("buttondropdown")
def _dropdown(_request: Request, arguments: dict[str, str]) -> str:
    title = esc(arguments.get("title") or arguments.get("text") or "Menu")
    return f"<details><summary>{title}</summary>"


_END = {
    "section": "</section>", "label": "</span>", "buttondropdown": "</details>",
}  # fmt: skip


@action("end")
def _end(_request: Request, arguments: dict[str, str]) -> str:
    return _END.get(arguments.get("elem", ""), "</div>")


@action("button")
def _button(request: Request, arguments: dict[str, str]) -> str:
    """Source: `tools/templates/actions/button.php`, v4.4.4."""
    target = arguments.get("link", "")
    text = esc(arguments.get("text") or arguments.get("title") or target)
    tag, address = markup.page_address(request, target) or ("", "")
    if tag and arguments.get("hideifnoaccess") == "true":
        page = request.find(tag)
        if not acls.has_access(request, "read", tag, page):
            return ""
    outside = target.startswith(("https://", "http://", "mailto:", "#"))
    if not tag and not outside:
        return text
    given = arguments.get("class", "")
    css = f"{given} btn".strip() if re.search(r"\bbtn-", given) else f"{given} btn btn-default"
    shown = "" if arguments.get("nobtn") == "1" else f' class="{esc(css.strip())}"'
    return f'<a{shown} href="{esc(address or target)}">{text}</a>'


@action("nav")
def _nav(request: Request, arguments: dict[str, str]) -> str:
    links = [part.strip() for part in arguments.get("links", "").split(",") if part.strip()]
    titles = [part.strip() for part in arguments.get("titles", "").split(",")]
    items = "".join(
        f"<li>{markup.link(request, target, titles[i] if i < len(titles) else target)}</li>"
        for i, target in enumerate(links)
    )
    return f'<ul class="{esc(arguments.get("class", "nav nav-tabs"))}">{items}</ul>'


@action("redirect")
def _redirect(request: Request, arguments: dict[str, str]) -> str:
    return f"<p>Voir {markup.link(request, arguments.get('page', ''))}</p>"


@action("configuration")
def _configuration(request: Request, arguments: dict[str, str]) -> str:
    values = {"wakka_name": request.wiki.name, "root_page": "PagePrincipale"}
    return esc(values.get(arguments.get("param", ""), request.wiki.config.get("x", "")))


@action("titrepage")
def _title(request: Request, _arguments: dict[str, str]) -> str:
    return esc(page_manager.title(request.page))


@action("yeswikiversion")
def _version(request: Request, _arguments: dict[str, str]) -> str:
    name = "YesWiki (répétition)"
    return f'<a href="https://yeswiki.net" title="doryphore {request.farm.release}">{name}</a>'


@action("moteurrecherche")
def _search_box(request: Request, _arguments: dict[str, str]) -> str:
    box = '<input type="search" name="phrase" aria-label="Rechercher" placeholder="Rechercher">'
    fields = hidden("wiki", "RechercheTexte") + box
    return html_form(request.base, fields, "get", ' role="search"')
