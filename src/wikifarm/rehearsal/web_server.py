"""What stands before PHP: the web server's own answers, and which wiki and page are asked."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from starlette.requests import Request as HttpRequest

from .exchange.rehearsal_farm import RehearsalFarm
from .exchange.response import Response
from .exchange.wiki_request import Request
from .handlers.frame import CSS, STYLES
from .people import robots
from .store.stored_wiki import StoredWiki

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
CAPTIVE = (
    "<!doctype html><html><head><title>Wi-Fi de la gare</title></head><body><h1>Bienvenue</h1>"
    '<form action="/login" method="post"><input name="email"><button>Se connecter</button></form>'
    "</body></html>"
)


def error_page(status: int, text: str) -> Response:
    """The web server's own answer, before PHP."""
    return Response(status, NGINX.format(f"{status} {text}"), "text/html", plain=True)


SCRIPTS = {
    "tools/bazar/libs/bazar.js": """\
document.addEventListener('submit', function (event) {
  var field = event.target.querySelector('[name=antispam]');
  if (field) { field.value = '1'; }
}, true);
""",
    # What is posted to the page of accounts itself removes nobody (4.4.4).
    "javascripts/users-table.js": """\
for (const button of document.querySelectorAll('.delete-user'))
  button.onclick = async () => {
    if (!confirm('Êtes-vous sûr·e de vouloir supprimer l’utilisateur·ice ?')) return
    const body = new URLSearchParams({csrfToken: button.dataset.token})
    const answer = await (await fetch(button.dataset.address, {method: 'POST', body})).json()
    if (answer.error) alert(answer.error)
    location.reload()
  }
""",
}


def resolve(farm: RehearsalFarm, http: HttpRequest, body: bytes) -> Request | Response:
    """The wiki, page and handler that are asked; or the web server's own answer."""
    if http.method not in ("GET", "HEAD", "POST") and "allow_delete" not in farm.traps:
        return error_page(405, "Not Allowed")
    path = http.url.path
    if farm.base_path != "/" and path.startswith(farm.base_path.rstrip("/")):
        path = path[len(farm.base_path.rstrip("/")) :] or "/"
    first, slash, rest = path.lstrip("/").partition("/")
    wiki = farm.store.wiki(first) if first else None
    if wiki is not None and not slash:
        url = f"{farm.base_url}{first}/"
        return Response(301, "", "text/html", [("location", url)], plain=True)
    if wiki is None:
        wiki, rest = farm.store.own_wiki, path.lstrip("/")
    file = _file(farm, http, wiki, rest) or _attached(wiki, rest)
    if file:
        return file
    query = http.url.query
    if rest and rest != "index.php":
        if "rewrite_mode" not in farm.traps or rest.startswith(("tools/", "files/")):
            return error_page(404, "Not Found")
        query = f"{rest}&{query}" if query else rest
    headers = dict(http.headers.items())
    method = "GET" if http.method == "HEAD" else http.method
    request = Request(farm, wiki, method, query, body, headers)
    _read_target(request)
    if not TAG.fullmatch(request.tag):
        return Response(200, "<p>Le nom de la page est incorrect.</p>", plain=True)
    return request


def _file(farm: RehearsalFarm, http: HttpRequest, wiki: StoredWiki, path: str) -> Response | None:
    """The styles of every page, and the scripts of the forms' guards."""
    if path == STYLES:
        return Response(200, CSS, "text/css", plain=True)
    hashcash = farm.settings.features.hashcash
    if path == "tools/security/wp-hashcash-getkey.php" and hashcash:
        if not wiki.has_file(robots.KEY_FILE):
            return Response(500, "", plain=True)  # a division by zero; at random, a value of -1
        text = robots.key_script(robots.current_value(farm.secret, wiki.folder))
        return Response(200, text, plain=True)
    if path == "tools/security/wp-hashcash-js.php" and hashcash:
        form = http.query_params.get("formid", "ACEditor")
        text = robots.form_script(form, http.query_params.get("siteurl", "/"))
        return Response(200, text, "application/x-javascript", plain=True)
    if path in SCRIPTS:
        return Response(200, SCRIPTS[path], "application/javascript", plain=True)
    return None


def _attached(wiki: StoredWiki, path: str) -> Response | None:
    """A file that somebody attached to a page: the server asks nobody's right."""
    content = wiki.attached_file(path.removeprefix("files/")) if path.startswith("files/") else None
    if content is None:
        return None
    return Response(200, "", "application/octet-stream", plain=True, file=content)


TAG = re.compile(r"(?:(?![\d_])\w|[-_.0-9])+")
"""A tag (WN_PAGE_TAG): letters of any language, `-`, `_`, `.` and digits."""


def _read_target(request: Request) -> None:
    """Tag and handler from the first parameter: `Tag/handler`, or `wiki=Tag/handler`.

    What is posted as `wiki` comes before the address, and `wiki` is decoded once more than the rest
    (YesWikiInit::getRoute).
    """
    first = request.query.partition("&")[0]
    name, equal, _value = first.partition("=")
    target = "" if equal else name
    if not target:
        named = re.search(r"(?:^|&)wiki=([^&]*)", request.query)
        target = named.group(1) if named else ""
        target = unquote_plus(target)
    target = request.field("wiki") or target
    tag, _, rest = unquote_plus(target).lstrip("/").partition("/")
    request.tag = tag or "PagePrincipale"
    if tag == "api":
        request.route = rest
    else:
        request.handler = rest.strip("/") or "show"
