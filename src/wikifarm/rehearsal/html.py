"""The page around every content: menus, banner, title, messages. No outside request."""

from __future__ import annotations

from . import rights
from .visit import Answer, Visit, addslashes, esc

BANNER = "Ferme de répétition : les données restent sur cet ordinateur"

CSS = """
:root{--ink:#222;--soft:#f4f1ea;--line:#d9d3c5;--accent:#1a6b54}
*{box-sizing:border-box}body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--ink)}
a{color:var(--accent)}.banner{margin:0;background:#e7f0ec;font-size:.8rem;text-align:center;padding:.2rem}
header,main,footer{max-width:62rem;margin:0 auto;padding:.5rem 1rem}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center}
header ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:0}
.wiki-name{font-weight:bold;font-size:1.2rem}main{min-height:60vh}
.alert{border:1px solid var(--line);background:var(--soft);padding:.5rem 1rem;margin:.5rem 0}
.alert-danger{border-color:#b33;background:#fbeaea}.alert-success{border-color:#3a7;background:#eaf7f0}
.toast{border-left:4px solid var(--accent);background:var(--soft);padding:.4rem 1rem}
.table-responsive{overflow-x:auto}table{border-collapse:collapse}
td,th{border:1px solid var(--line);padding:.2rem .5rem;text-align:left;vertical-align:top}
input[type=text],input[type=email],input[type=password],input[type=search],textarea,select{
width:100%;max-width:40rem;padding:.3rem;font:inherit}
textarea{min-height:8rem;display:block;margin:.4rem 0}
.quick{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
label{display:block;margin-top:.4rem}.row{display:flex;flex-wrap:wrap;gap:1rem}
.col{flex:1 1 15rem;min-width:0}
.nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;padding:0}
.btn,input[type=submit],button{display:inline-block;padding:.3rem .8rem;
border:1px solid var(--accent);
background:#fff;color:var(--accent);border-radius:.2rem;text-decoration:none;font:inherit;cursor:pointer}
.missingpage{color:#777}.sr-only{position:absolute;left:-99rem}.remove-this-div-on-page-load{display:none}
.panel{border:1px solid var(--line);padding:.3rem .8rem;margin:.5rem 0}pre{overflow-x:auto}
.BAZ_label::after{content:" :"}.page-tools{font-size:.85rem;border-top:1px solid var(--line);margin-top:2rem}
@media(max-width:40rem){header{flex-direction:column;align-items:flex-start}}
"""

SECURITY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-eval'; img-src 'self' data:"
)
"""Keeps a demonstration on this computer whatever raw HTML a page holds."""


def head(visit: Visit) -> str:
    """Up to </head>. The title is there even for those who may not read (PROTOCOL, "Pages")."""
    title = visit.farm.title_of(visit)
    name = visit.wiki.name
    return (
        '<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{esc(name)} : {esc(title or visit.tag)}</title>\n"
        f"{_described(visit, title or name)}<style>{CSS}</style>\n</head>\n"
    )


def _described(visit: Visit, title: str) -> str:
    """What search engines and previews read; no right of the page is asked (`metarobots`)."""
    if visit.handler not in ("show", "iframe"):
        return '<meta name="robots" content="noindex, nofollow">\n'
    told = visit.farm.description_of(visit)
    return (
        f'<link rel="canonical" href="{esc(visit.href(visit.tag))}">\n'
        f'<meta property="og:title" content="{esc(title)}">\n'
        + (f'<meta property="og:description" content="{esc(told)}">\n' if told else "")
    )


def page(visit: Visit, content: str, status: int = 200) -> Answer:
    """A whole page. Menus are rendered first: one of them may hold the login action."""
    part = visit.farm.include
    title, menu = part(visit, "PageTitre"), part(visit, "PageMenuHaut")
    quick, top = part(visit, "PageRapideHaut"), part(visit, "PageHeader")
    bottom = part(visit, "PageFooter")
    toasts = visit.farm.flashes.pop(visit.session, [])
    joined = esc(addslashes("<br>".join(toasts))).replace("&#x27;", "'")
    onload = f" onload=\"toastMessage('{joined}', 5000, 'toast');\"" if toasts else ""
    shown = "".join(f'<p class="toast" role="status">{esc(text)}</p>' for text in toasts)
    body = (
        f'{head(visit)}<body{onload}>\n<p class="banner">{BANNER}</p>\n'
        f'<header><div class="wiki-name">{title}</div><nav aria-label="Menu">{menu}</nav>'
        f'<div class="quick">{quick}</div></header>\n{top}\n<main>{shown}\n{content}\n'
        f"{_tools(visit)}</main>\n<footer>{bottom}</footer>\n{_late(visit)}</body>\n</html>\n"
    )
    return Answer(status, body, headers=[("content-security-policy", SECURITY)])


def frame(visit: Visit, content: str) -> Answer:
    """A page without its menus (handlers iframe and render)."""
    body = (
        f'{head(visit)}<body class="yeswiki-iframe-body">\n<div class="container">{content}</div>'
        f"\n{_late(visit)}</body>\n</html>\n"
    )
    return Answer(200, body, headers=[("content-security-policy", SECURITY)])


def alert(text: str, kind: str = "danger") -> str:
    """A message inside a page; `text` is HTML."""
    return f'<div class="alert alert-{kind}">{text}</div>\n'


def _late(visit: Visit) -> str:
    """What actions left for the end of the page, which no text can close."""
    return "".join(
        f'<script type="application/json">{text.replace("<", _LESS)}</script>\n'
        for text in visit.late_scripts
    )


_LESS = "\\u003c"


def _tools(visit: Visit) -> str:
    if not visit.page:
        return ""
    links = [("revisions", "Historique")]
    owner = ""
    if rights.has_access(visit, "write", visit.tag, visit.page):
        links.insert(0, ("edit", "Modifier la page"))
    if rights.is_admin(visit) or rights.is_owner(visit, visit.tag, visit.page.owner):
        links += [("acls", "Droits"), ("deletepage", "Supprimer")]
        owner = _owner(visit, visit.page.owner) if visit.handler != "revisions" else ""
    items = "".join(
        f'<li><a href="{esc(visit.href(visit.tag, handler))}">{label}</a></li>'
        for handler, label in links
    )
    bar = f'<ul class="nav">{items}{owner}</ul>'
    return f'<nav class="page-tools" aria-label="Outils de la page">{bar}</nav>'


def _owner(visit: Visit, owner: str) -> str:
    mine = bool(visit.user) and owner == visit.user
    told = "vous" if mine else owner
    return f"<li>Propriétaire : {esc(told)}</li>" if told else "<li>Pas de propriétaire</li>"


def field(label: str, control: str) -> str:
    """A label and its control."""
    return f"<label>{esc(label)} {control}</label>\n"


def hidden(name: str, value: str) -> str:
    """A hidden input."""
    return f'<input type="hidden" name="{esc(name)}" value="{esc(value)}">'


def form(action: str, content: str, method: str = "post", more: str = "") -> str:
    """A form; `content` is HTML."""
    return f'<form action="{esc(action)}" method="{method}"{more}>\n{content}\n</form>\n'
