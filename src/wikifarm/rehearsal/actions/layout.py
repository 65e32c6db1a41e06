"""Actions that give a page its shape, or show a word of the wiki's own."""

from __future__ import annotations

import re

from ..exchange.elements import esc, hidden, html_form
from ..exchange.wiki_request import Visit
from ..people import acls
from ..wikitext import markup, page_manager
from ..wikitext.performer import action


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
    shown = not role or acls.satisfies(visit, role, visit.user)
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
        if not acls.has_access(visit, "read", found[0], page):
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


@action("redirect")
def _redirect(visit: Visit, arguments: dict[str, str]) -> str:
    return f"<p>Voir {markup.link(visit, arguments.get('page', ''))}</p>"


@action("configuration")
def _configuration(visit: Visit, arguments: dict[str, str]) -> str:
    values = {"wakka_name": visit.wiki.name, "root_page": "PagePrincipale"}
    return esc(values.get(arguments.get("param", ""), visit.wiki.config.get("x", "")))


@action("titrepage")
def _title(visit: Visit, _arguments: dict[str, str]) -> str:
    return esc(page_manager.title(visit, visit.page))


@action("yeswikiversion")
def _version(visit: Visit, _arguments: dict[str, str]) -> str:
    name = "YesWiki (répétition)"
    return f'<a href="https://yeswiki.net" title="doryphore {visit.farm.release}">{name}</a>'


@action("moteurrecherche")
def _search_box(visit: Visit, _arguments: dict[str, str]) -> str:
    box = '<input type="search" name="phrase" aria-label="Rechercher" placeholder="Rechercher">'
    fields = hidden("wiki", "RechercheTexte") + box
    return html_form(visit.base, fields, "get", ' role="search"')
