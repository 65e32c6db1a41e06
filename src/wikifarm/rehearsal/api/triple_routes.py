"""API routes of triples: rights, groups, what accounts leave (ApiController, 4.4.4 and 4.5.0)."""

from __future__ import annotations

import json

from ..exchange.response import Response, Stop
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json, table
from ..store.records import Triple, now
from .routing import route

_VOCABULARY = "http://www.wikini.net/_vocabulary/"
ACLS = f"{_VOCABULARY}acls"
EMPTY = ("", "0")  # what PHP's empty() takes for nothing


@route("triples", "GET", "public+")
def list_triples(request: Request) -> Response:
    """Those of a property; to others than administrators, those that bear their own name."""
    author, wanted = _author(request, request.arg("user")), request.arg("property")
    kept = _kept(request, wanted, author)
    if wanted == ACLS and not author:
        kept += _rights(request)
    return request.json([_row(triple) for triple in kept])


@route("triples/{resource}", "GET", "public+")
def triples_of(request: Request, resource: str) -> Response:
    """The same, of one resource."""
    kept = _kept(request, request.arg("property"), _author(request, request.arg("user")), resource)
    return request.json([_row(triple) for triple in kept])


@route("triples/{resource}", "POST", "public+")
def add_triple(request: Request, resource: str) -> Response:
    """One more; the server itself writes who and when into its value."""
    author = _author(request, request.field("user"))
    if not request.field("property"):
        return request.json({"error": "Property should not be empty !"}, 400)
    request.refuse_when_asleep("includes/services/TripleStore.php", 225)
    value = php_json(
        {**table(request.post, "value"), "user": author or request.user, "date": now()}
    )
    known = [triple.value for triple in request.wiki.triples(request.field("property"), resource)]
    if value in known:
        return request.json({"result": 3})
    request.wiki.add_triple(resource, request.field("property"), value)
    return request.json({"result": 0})


@route("triples/{resource}/delete", "POST", "public+")
def delete_triples(request: Request, resource: str) -> Response:
    """Those whose value holds one of the filters, all for a filter that PHP calls empty, none
    without a filter. Answers what went."""
    author = _author(request, request.field("user"))
    if not request.field("property"):
        return request.json({"error": "Property should not be empty !"}, 400)
    filters = table(request.post, "filters") | ({"user": author} if author else {})
    gone = [
        triple
        for triple in request.wiki.triples(request.field("property"), resource)
        if any(value in EMPTY or _says(triple, key, value) for key, value in filters.items())
    ]
    if gone:
        request.refuse_when_asleep("includes/services/TripleStore.php", 307)
    for triple in gone:
        request.wiki.delete_triple(triple.id)
    return request.json([_row(triple) for triple in gone])


def _author(request: Request, asked: str) -> str:
    """Whose triples are meant: administrators mean anybody's unless they say so."""
    author = asked or ("" if acls.is_admin(request) else request.user)
    if not acls.is_admin(request) and author != request.user:
        error = "Not authorized to access a triple of another user if not admin !"
        raise Stop(request.json({"error": error}, 401))
    return author


def _kept(request: Request, wanted: str, author: str, resource: str = "") -> list[Triple]:
    rows = request.wiki.triples(wanted, resource)
    return [triple for triple in rows if not author or _says(triple, "user", author)]


def _says(triple: Triple, key: str, value: str) -> bool:
    try:
        return bool(json.loads(triple.value).get(key) == value)
    except (ValueError, AttributeError):
        return False


def _rights(request: Request) -> list[Triple]:
    """Groups and rights of actions and handlers, which stand in tables of their own here."""
    values = {f"ThisWikiGroup:{name}": members for name, members in request.wiki.groups.items()}
    values |= {
        f"{_VOCABULARY}{kind}/{name}": right for (kind, name), right in request.wiki.modules.items()
    }
    return [
        Triple(number, resource, ACLS, value)
        for number, (resource, value) in enumerate(values.items(), 1)
    ]


def _row(triple: Triple) -> dict[str, str]:
    return {
        "id": str(triple.id), "resource": triple.resource, "property": triple.property,
        "value": triple.value,
    }  # fmt: skip
