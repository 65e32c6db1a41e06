"""Bazar lists: reading them in either shape, importing, deleting."""

from __future__ import annotations

import json
from typing import Any

from ..exchange.response import redirect
from ..exchange.wiki_request import Visit
from ..people import acls
from ..php import php_json
from ..store.records import LIST
from ..wikitext import page_manager, page_names


def list_options(visit: Visit, name: str) -> dict[str, str]:
    """The keys and labels of a list, in either of its shapes."""
    page = visit.farm.page(visit.w, name)
    if page is None or page.kind != LIST:
        return {}
    value = json.loads(page.body)
    if "label" in value:
        return {str(key): text for key, text in value["label"].items()}
    found: dict[str, str] = {}
    _flatten(value.get("nodes", []), found)
    return found


def _flatten(nodes: list[dict[str, Any]], found: dict[str, str]) -> None:
    for node in nodes:
        found[str(node.get("id"))] = str(node.get("label"))
        _flatten(node.get("children") or [], found)


def lists_json(visit: Visit) -> dict[str, Any]:
    """Every list, in the dialect's shape (32)."""
    found: dict[str, Any] = {}
    for page in visit.farm.store.pages(visit.w, LIST, order="p.id"):
        value = json.loads(page.body)
        if visit.features.lists_as_nodes:
            if "titre_liste" in value:
                nodes = [
                    {"id": int(key) if str(key).isdigit() else key, "label": text}
                    for key, text in value["label"].items()
                ]
                value = {"title": value["titre_liste"], "nodes": nodes}
            value["id"] = page.tag
        found[page.tag] = value
    return found


def import_lists(visit: Visit) -> int:
    """Make the posted lists; the server names each from its title, twice if asked twice (33)."""
    posted = visit.post.get("imported-list")
    visit.refuse_when_asleep("tools/bazar/services/ListManager.php", 90)
    made = 0
    for raw in posted.values() if isinstance(posted, dict) else []:
        value = json.loads(str(raw))
        wanted = ("title", "nodes") if visit.features.lists_as_nodes else ("titre_liste", "label")
        if not all(key in value for key in wanted):
            raise visit.fault(
                f'Undefined array key "{wanted[0]}"',
                "tools/bazar/controllers/ListController.php", 28, "ErrorException",
            )  # fmt: skip
        create_list(visit, str(value[wanted[0]]), value[wanted[1]])
        made += 1
    return made


def create_list(visit: Visit, title: str, content: Any) -> str:
    """Make one list in the dialect's shape; its id."""
    nodes = visit.features.lists_as_nodes
    tag = page_names.wiki_name(visit, visit.features.list_title.format(title))
    body = {"title": title, "nodes": content} if nodes else {"titre_liste": title, "label": content}
    page_manager.save(visit, tag, php_json(body))
    visit.farm.store.set_kind(visit.w, tag, LIST)
    return tag


def delete_list(visit: Visit, tag: str) -> None:
    """Remove a list: by GET, without a token, for its owner or an administrator."""
    visit.refuse_when_asleep("tools/bazar/services/ListManager.php", 152)
    if not acls.is_admin(visit) and not acls.is_owner(visit, tag):
        raise visit.fault("Unauthorized", "tools/bazar/services/ListManager.php", 160)
    visit.farm.store.delete_page(visit.w, tag)
    raise redirect(visit.href("", "", "vue=listes"))
