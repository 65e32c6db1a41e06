"""What stands before PHP: the web server's own answers, and which wiki and page are asked."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from starlette.requests import Request

from .exchange.rehearsal_farm import RehearsalFarm
from .exchange.response import Answer
from .exchange.wiki_request import Visit
from .people import edit_guard
from .store.records import WikiRow

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
CAPTIVE = (
    "<!doctype html><html><head><title>Wi-Fi de la gare</title></head><body><h1>Bienvenue</h1>"
    '<form action="/login" method="post"><input name="email"><button>Se connecter</button></form>'
    "</body></html>"
)


def error_page(status: int, text: str) -> Answer:
    """The web server's own answer, before PHP."""
    return Answer(status, NGINX.format(f"{status} {text}"), "text/html", plain=True)


ANTISPAM_SCRIPT = """\
document.addEventListener('submit', function (event) {
  var field = event.target.querySelector('[name=antispam]');
  if (field) { field.value = '1'; }
}, true);
"""


def resolve(farm: RehearsalFarm, request: Request, body: bytes) -> Visit | Answer:
    """The wiki, page and handler that are asked; or the web server's own answer."""
    if request.method not in ("GET", "HEAD", "POST") and "allow_delete" not in farm.traps:
        return error_page(405, "Not Allowed")
    path = request.url.path
    if farm.base_path != "/" and path.startswith(farm.base_path.rstrip("/")):
        path = path[len(farm.base_path.rstrip("/")) :] or "/"
    first, slash, rest = path.lstrip("/").partition("/")
    wiki = farm.store.wiki(first) if first else None
    if wiki is not None and not slash:
        url = f"{farm.base_url}{first}/"
        return Answer(301, "", "text/html", [("location", url)], plain=True)
    if wiki is None:
        wiki, rest = farm.store.wiki(""), path.lstrip("/")
    if wiki is None:
        raise LookupError("the farm's own wiki is gone")
    script = _script(farm, request, wiki, rest)
    if script:
        return script
    query = request.url.query
    if rest and rest != "index.php":
        if "rewrite_mode" not in farm.traps or rest.startswith(("tools/", "files/")):
            return error_page(404, "Not Found")
        query = f"{rest}&{query}" if query else rest
    headers = dict(request.headers.items())
    method = "GET" if request.method == "HEAD" else request.method
    visit = Visit(farm, wiki, method, query, body, headers)
    _read_target(visit)
    return visit


def _script(farm: RehearsalFarm, request: Request, wiki: WikiRow, rest: str) -> Answer | None:
    """The scripts of the forms' guards."""
    if rest == "tools/security/wp-hashcash-getkey.php" and farm.settings.features.hashcash:
        text = edit_guard.key_script(edit_guard.current_value(farm.secret, wiki.folder))
        return Answer(200, text, plain=True)
    if rest == "tools/security/wp-hashcash-js.php" and farm.settings.features.hashcash:
        form = request.query_params.get("formid", "ACEditor")
        text = edit_guard.form_script(form, request.query_params.get("siteurl", "/"))
        return Answer(200, text, "application/x-javascript", plain=True)
    if rest == "tools/bazar/libs/bazar.js":
        return Answer(200, ANTISPAM_SCRIPT, "application/javascript", plain=True)
    return None


def _read_target(visit: Visit) -> None:
    """Tag and handler from the first parameter: `Tag/handler`, or `wiki=Tag/handler`."""
    first = visit.query.partition("&")[0]
    name, equal, value = first.partition("=")
    target = value if name == "wiki" else ("" if equal else name)
    if not target:
        found = re.search(r"(?:^|&)wiki=([^&]*)", visit.query)
        target = found.group(1) if found else ""
    target = unquote_plus(target).strip("/") or "PagePrincipale"
    tag, _, rest = target.partition("/")
    visit.tag = tag
    if tag == "api":
        visit.route = rest
    else:
        visit.handler = rest or "show"
