"""What a wiki holds, read from the file of a rehearsal farm: two wikis that are alike are equal."""

from __future__ import annotations

import re
from typing import Any

from wikifarm.blueprint.schema.fields import Field, property_name
from wikifarm.blueprint.schema.template import read_template
from wikifarm.engine import receipt as receipts
from wikifarm.model import Dialect, canonical

_STORED = re.compile(r"_\d{14}_\d{14}(?=\.)")
_RECEIPT = receipts.TAG


def likeness(farm: dict[str, Any], slug: str, url: str) -> dict[str, Any]:
    """The wiki without what no wiki takes back: numbers of revisions, dates of files, its address,
    and the receipt, which says where it stands."""
    wiki = farm["wikis"][slug]
    kept = {part: wiki[part] for part in ("pages", "lists", "entries", "groups", "users", "forms")}
    kept["rights"] = _rights(wiki)
    kept["modules"] = {name: canonical(right) for name, right in wiki["modules"].items()}
    kept["settings"] = {name: text for name, text in wiki["settings"].items() if name in _SETTINGS}
    neutral = _neutral(kept, f"{url}{slug}/")
    assert neutral["pages"].pop(_RECEIPT, None)
    neutral["users"].pop("WikiAdmin")
    neutral["groups"] = {name: sorted(members) for name, members in neutral["groups"].items()}
    return dict(neutral)


def _rights(wiki: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The rights of what is there, as the wiki applies them."""
    tags = {*wiki["pages"], *wiki["lists"], *wiki["entries"]}
    return {
        tag: {
            kind: canonical(wiki["rights"].get(tag, {}).get(kind, wiki["settings"].get(
                f"default_{kind}_acl", default)))
            for kind, default in _DEFAULTS.items()
        }
        for tag in tags
    }  # fmt: skip


_DEFAULTS = {"read": "*", "write": "*", "comment": "comments-closed"}  # of YesWiki
_SETTINGS = frozenset({"wakka_name", "default_read_acl", "default_write_acl", "root_page"})


def _neutral(value: Any, address: str) -> Any:
    if isinstance(value, dict):
        return {key: _neutral(each, address) for key, each in value.items() if key != "revisions"}
    if isinstance(value, list):
        return [_neutral(each, address) for each in value]
    if isinstance(value, str):
        here = value.replace(address, "HERE/").replace(address.replace("/", "\\/"), "HERE/")
        return _STORED.sub("", here)
    return value


def across(farm: dict[str, Any], slug: str, url: str, version: str) -> dict[str, Any]:
    """The same in words that no version has for itself: a list by its title and choices, a form by
    its questions, a card by these."""
    whole = likeness(farm, slug, url)
    lists = {tag: _choices(told) for tag, told in whole["lists"].items()}
    titles = {tag: title for tag, (title, _pairs) in lists.items()}
    for part in ("forms", "modules", "settings"):
        whole.pop(part)
    dialect = Dialect(version)
    forms: dict[str, Any] = {}
    for number, row in farm["wikis"][slug]["forms"].items():
        schema = read_template(row["bn_template"], dialect=dialect)
        forms[number] = [
            (each.type, _key(each, dialect), each.label, titles.get(each.target, each.target))
            for each in schema.fields
        ]
    whole["lists"] = sorted(lists.values())
    whole["rights"] = {titles.get(tag, tag): each for tag, each in whole["rights"].items()}
    return {**whole, "forms": forms}


def _key(field: Field, dialect: Dialect) -> str:
    """What cards are keyed by."""
    return property_name(field, dialect is not Dialect.D44) if field.name else ""


def _choices(told: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    if "nodes" in told:
        return told["title"], [(node["id"], node["label"]) for node in told["nodes"]]
    return told["titre_liste"], list(told["label"].items())
