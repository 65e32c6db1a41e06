"""The page around every content: menus, banner, title, messages. No outside request."""

from __future__ import annotations

import re

from ..bazar import entry_views
from ..exchange.elements import esc
from ..exchange.response import Response
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import addslashes
from ..store.records import ENTRY
from ..wikitext import page_manager, performer

BANNER = "Ferme de répétition : les données restent sur cet ordinateur"

STYLES = "styles/yeswiki-base.css"
"""Where the web server has CSS; its address shows the wiki's release, as that of any file does."""

CSS = """
:root{--ink:#23302b;--soft:#eef4f1;--line:#b9c7c0;--accent:#14573f;--warn:#7a4a00}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);overflow-wrap:break-word}
a{color:var(--accent)}:focus-visible{outline:3px solid #d98a00;outline-offset:2px}
.banner{margin:0;color:var(--ink);background:#fff3d6;font-size:.8rem;text-align:center;padding:.2rem}
header{background:var(--accent);color:#fff}
header>div,main,footer,.top{max-width:64rem;margin:0 auto;padding:.5rem 1rem}
.bar{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;align-items:center}
.wiki-name{font-weight:bold;font-size:1.2rem;flex:1 1 auto}
header nav{flex:1 1 100%}
header nav>ul{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;padding:0;margin:0}
header a,header summary,header label{color:#fff}
header nav a,summary{display:inline-block;padding:.25rem 0;cursor:pointer}
header nav a{text-decoration:none}header nav a:hover{text-decoration:underline}
header details{position:relative}
header summary::after{content:" \\25be"}header summary{list-style:none}
header details>ul,header details>form{position:absolute;z-index:2;left:0;min-width:15rem;
list-style:none;margin:0;padding:.5rem 1rem;background:#fff;border:1px solid var(--line);
border-radius:.3rem;box-shadow:0 .3rem .8rem #0003}
header details a,header details label{color:var(--accent)}
.quick details>form{left:auto;right:0}
.quick{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;min-width:0}
.quick input[type=search]{max-width:11rem}.quick p{margin:0}
header .btn{color:var(--accent);background:#fff}
main{min-height:60vh}h1,h2,h3{line-height:1.25;color:var(--accent);margin:1.4em 0 .4em}
h1{margin-top:.6em;font-size:1.9rem}h2{font-size:1.35rem}h3{font-size:1.1rem}
footer{border-top:1px solid var(--line);margin-top:2rem;font-size:.95rem}
.text-center{text-align:center}
.alert{border:1px solid var(--line);background:var(--soft);padding:.5rem 1rem;margin:.5rem 0}
.alert-danger{border-color:#b33;background:#fbeaea}.alert-success{border-color:#3a7;background:#eaf7f0}
.alert-warning{border-color:#c80;background:#fff6e3}
.toast{border-left:4px solid var(--accent);background:var(--soft);padding:.4rem 1rem}
.table-responsive{overflow-x:auto}table{border-collapse:collapse}
td,th{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
tr:nth-child(even) td{background:var(--soft)}
input[type=text],input[type=email],input[type=password],input[type=search],input[type=url],
input[type=date],input[type=number],input:not([type]),textarea,select{display:block;width:100%;
max-width:40rem;padding:.35rem .5rem;margin:.15rem 0;font:inherit;color:var(--ink);background:#fff;
border:1px solid #6b7b73;border-radius:.25rem}
textarea{min-height:7rem}
label{display:block;margin-top:.6rem}fieldset{border:1px solid var(--line);border-radius:.25rem;
margin:.8rem 0;max-width:40rem}fieldset label{margin-top:.1rem}
.row{display:flex;flex-wrap:wrap;gap:1rem}.col{flex:1 1 15rem;min-width:0}
.nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;padding:0}
.btn,input[type=submit],button{display:inline-block;padding:.35rem .9rem;margin:.15rem 0;
border:1px solid var(--accent);border-radius:.3rem;background:#fff;color:var(--accent);
text-decoration:none;font:inherit;cursor:pointer}
main .btn-primary,main input[type=submit]:not(.btn-danger){background:var(--accent);color:#fff}
.btn:hover{text-decoration:underline}
.missingpage{color:#666}.sr-only{position:absolute;left:-99rem}.remove-this-div-on-page-load{display:none}
.panel{border:1px solid var(--line);border-radius:.3rem;padding:.5rem .9rem;margin:.6rem 0}
.panel-title{margin:0}.panel-warning{border-color:#c80;background:#fff9ec}
.panel-warning .panel-title{color:var(--warn)}pre{overflow-x:auto}
.bazar-list>ul{padding:0;list-style:none}
.bazar-list>ul>li{padding:.5rem 0;border-bottom:1px solid var(--line)}
.bazar-list[data-template=card]>ul{display:grid;gap:1rem;
grid-template-columns:repeat(auto-fill,minmax(14rem,1fr))}
.bazar-list[data-template=card]>ul>li{border:1px solid var(--line);border-radius:.4rem;
padding:.8rem 1rem;background:var(--soft)}
.BAZ_rubrique{margin:.5rem 0}.BAZ_label{font-weight:bold}
.page-tools{font-size:.85rem;border-top:1px solid var(--line);margin-top:2rem}
@media(max-width:40rem){.bar{flex-direction:column;align-items:stretch}header nav{flex:none}
header details>ul,.quick details>form{position:static}header nav>ul{gap:.1rem 1rem}}
"""

SECURITY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-eval'; img-src 'self' data:"
)
"""Keeps a demonstration on this computer whatever raw HTML a page holds."""


def head(request: Request) -> str:
    """Up to </head>. The title is there for those who may not read too (docs/yeswiki.md)."""
    title = page_manager.title(request.page)
    name = request.wiki.name
    styles = esc(f"{request.base}{STYLES}?v={request.farm.release}")
    return (
        f'<!doctype html>\n<html lang="{esc(_language(request))}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n'
        f'<link rel="stylesheet" href="{styles}">\n{_own_styles(request)}'
        f"<title>{esc(name)} : {esc(title or request.tag)}</title>\n"
        f"{_described(request, title or name)}</head>\n"
    )


def _language(request: Request) -> str:
    """The language of the wiki's own texts."""
    return str(request.wiki.config.get("default_language", "fr"))


def _own_styles(request: Request) -> str:
    """The wiki's page of CSS, when it holds any (`actions/linkstyle__.php`, v4.4.4)."""
    page = request.find("PageCss")
    address = esc(request.href("PageCss", "css"))
    return f'<link rel="stylesheet" href="{address}">\n' if page and page.body else ""


def _headed(request: Request, content: str) -> str:
    """The content under a heading: one that is only heard where there is none."""
    if "<h1" in content:
        return content
    title = esc(page_manager.title(request.page) or request.tag)
    return f'<h1 class="sr-only">{title}</h1>\n{content}'


def _described(request: Request, title: str) -> str:
    """What search engines and previews read; no right of the page is asked (`metarobots`)."""
    if request.handler not in ("show", "iframe"):
        return '<meta name="robots" content="noindex, nofollow">\n'
    page = request.page
    site = str(request.wiki.config.get("meta_description", ""))
    told = entry_views.description(request, page) if page and page.kind == ENTRY else ""
    return (
        f'<link rel="canonical" href="{esc(request.href(request.tag))}">\n'
        f'<meta name="description" content="{esc(site)}">\n'
        f'<meta property="og:title" content="{esc(title)}">\n'
        + (f'<meta property="og:description" content="{esc(told)}">\n' if told else "")
    )


def page(request: Request, content: str, status: int = 200) -> Response:
    """A whole page. Menus are rendered first: one of them may hold the login action."""
    part = performer.include_page
    title, menu = part(request, "PageTitre"), part(request, "PageMenuHaut")
    quick, top = part(request, "PageRapideHaut"), part(request, "PageHeader")
    bottom = part(request, "PageFooter")
    toasts = request.farm.flashes.pop(request.session, [])
    joined = esc(addslashes("<br>".join(toasts))).replace("&#x27;", "'")
    onload = f" onload=\"toastMessage('{joined}', 5000, 'toast');\"" if toasts else ""
    shown = "".join(f'<p class="toast" role="status">{esc(text)}</p>' for text in toasts)
    body = (
        f'{head(request)}<body{onload}>\n<header><p class="banner" lang="fr">{BANNER}</p>'
        f'<div class="bar"><div class="wiki-name">{title}</div>'
        f'<div class="quick">{quick}</div><nav aria-label="Menu">{_folded(menu)}</nav></div>'
        f'</header>\n<div class="top">{top}</div>\n<main>{shown}\n{_headed(request, content)}\n'
        f"{_tools(request)}</main>\n<footer>{bottom}</footer>\n{_late(request)}</body>\n</html>\n"
    )
    return Response(status, body, headers=[("content-security-policy", SECURITY)])


def _folded(menu: str) -> str:
    """A menu whose lists inside a list open at a click or a key, without any script."""
    opening = r'<li><details name="menu"><summary>\1</summary><ul>\2</ul></details>'
    return re.sub(r"<li>([^<\n]+)\n?<ul>(.*?)</ul>", opening, menu, flags=re.DOTALL)


def frame(request: Request, content: str) -> Response:
    """A page without its menus (handlers iframe and render)."""
    body = (
        f'{head(request)}<body class="yeswiki-iframe-body">\n<div class="container">{content}</div>'
        f"\n{_late(request)}</body>\n</html>\n"
    )
    return Response(200, body, headers=[("content-security-policy", SECURITY)])


def _late(request: Request) -> str:
    """What actions left for the end of the page, which no text can close."""
    return "".join(
        f'<script type="application/json">{text.replace("<", _LESS)}</script>\n'
        for text in request.late_scripts
    )


_LESS = "\\u003c"


def _tools(request: Request) -> str:
    if not request.page:
        return ""
    links = [("revisions", "Historique")]
    owner = ""
    if acls.has_access(request, "write", request.tag, request.page):
        links.insert(0, ("edit", "Modifier la page"))
    if acls.is_admin(request) or acls.is_owner(request, request.tag, request.page.owner):
        links += [("acls", "Droits"), ("deletepage", "Supprimer")]
        owner = _owner(request, request.page.owner) if request.handler != "revisions" else ""
    items = "".join(
        f'<li><a href="{esc(request.href(request.tag, handler))}">{label}</a></li>'
        for handler, label in links
    )
    bar = f'<ul class="nav">{items}{owner}</ul>'
    return f'<nav class="page-tools" aria-label="Outils de la page">{bar}</nav>'


def _owner(request: Request, owner: str) -> str:
    mine = bool(request.user) and owner == request.user
    told = "vous" if mine else owner
    return f"<li>Propriétaire : {esc(told)}</li>" if told else "<li>Pas de propriétaire</li>"
