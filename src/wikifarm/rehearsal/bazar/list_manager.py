"""Bazar lists: reading them in either shape, importing, deleting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import php_json
from ..store.records import LIST
from ..wikitext import page_manager, page_names


def list_options(request: Request, name: str) -> dict[str, str]:
    """The keys and labels of a list, in either of its shapes."""
    page = request.find(name)
    if page is None or page.kind != LIST:
        return {}
    value = json.loads(page.body)
    if "label" in value:
        return {str(key): text for key, text in value["label"].items()}
    return dict(_choices(value.get("nodes", [])))


def _choices(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        yield str(node.get("id")), str(node.get("label"))
        yield from _choices(node.get("children") or [])


def lists_json(request: Request) -> dict[str, Any]:
    """Every list, in the dialect's shape (32)."""
    lists: dict[str, Any] = {}
    for page in request.wiki.pages(LIST, order="p.id"):
        value = json.loads(page.body)
        if request.features.lists_as_nodes:
            if "titre_liste" in value:
                nodes = [
                    {"id": int(key) if str(key).isdigit() else key, "label": text}
                    for key, text in value["label"].items()
                ]
                value = {"title": value["titre_liste"], "nodes": nodes}
            value["id"] = page.tag
        lists[page.tag] = value
    return lists


def import_lists(request: Request) -> None:
    """Make the posted lists; the server names each from its title, twice if asked twice (33)."""
    posted = request.post.get("imported-list")
    request.refuse_when_asleep("tools/bazar/services/ListManager.php", 90)
    for raw in posted.values() if isinstance(posted, dict) else []:
        value = json.loads(str(raw))
        wanted = ("title", "nodes") if request.features.lists_as_nodes else ("titre_liste", "label")
        if not all(key in value for key in wanted):
            raise request.fault(
                f'Undefined array key "{wanted[0]}"',
                "tools/bazar/controllers/ListController.php", 28, "ErrorException",
            )  # fmt: skip
        create_list(request, str(value[wanted[0]]), value[wanted[1]])


def create_list(request: Request, title: str, content: Any) -> str:
    """Make one list in the dialect's shape; its id."""
    nodes = request.features.lists_as_nodes
    tag = page_names.wiki_name(request, request.features.list_title.format(title))
    body = {"title": title, "nodes": content} if nodes else {"titre_liste": title, "label": content}
    page_manager.save(request, tag, php_json(body))
    request.wiki.set_kind(tag, LIST)
    return tag


def update_list(request: Request, tag: str) -> None:
    """Write a list over, as its form posts it; without that, only the list of lists is shown.

    Source: `ListController::update`, v4.4.4 and v4.5.0: the id stays, whatever the title.
    """
    posted, features = request.post, request.features
    if ("submit" if features.lists_as_nodes else "valider") not in posted:
        return
    if not acls.has_access(request, "write", tag):
        raise request.fault("Not allowed", "tools/bazar/controllers/ListController.php", 107)
    if features.lists_as_nodes:
        body = {"title": posted.get("title"), "nodes": json.loads(str(posted.get("nodes")))}
    else:
        labels, keys = (_posted_under(request, name) for name in ("label", "id"))
        label = {keys[at]: text for at, text in labels.items() if text and keys.get(at)}
        body = {"titre_liste": posted.get("titre_liste"), "label": label}
    page_manager.save(request, tag, php_json(body))
    raise redirect(request.href("", "", "vue=listes"))


def _posted_under(request: Request, name: str) -> dict[str, str]:
    posted = request.post.get(name)
    return {key: str(text) for key, text in posted.items()} if isinstance(posted, dict) else {}


def delete_list(request: Request, tag: str) -> None:
    """Remove a list: by GET, without a token, for its owner or an administrator."""
    request.refuse_when_asleep("tools/bazar/services/ListManager.php", 152)
    if not acls.is_admin(request) and not acls.is_owner(request, tag):
        raise request.fault("Unauthorized", "tools/bazar/services/ListManager.php", 160)
    request.wiki.delete_page(tag)
    raise redirect(request.href("", "", "vue=listes"))
