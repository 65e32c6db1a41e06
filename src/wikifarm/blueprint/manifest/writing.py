"""Writes a manifest that people can read and edit: in a stable order, with a few comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wikifarm.blueprint.manifest.community import Community, Territory
from wikifarm.blueprint.sources import dump_yaml
from wikifarm.i18n import _
from wikifarm.lists.providers import PROVIDERS
from wikifarm.model import Module

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap


def dump_manifest(community: Community) -> str:
    """The manifest of `community`, in YAML; reading it again gives an equal community."""
    from ruamel.yaml.comments import CommentedMap

    manifest = CommentedMap(described(community))
    _explain(manifest, community)
    return dump_yaml(manifest)


def described(community: Community) -> dict[str, Any]:
    """The keys of the manifest of `community`, in the order in which people read them."""
    given = {
        "name": community.name,
        "slug": community.slug,
        "language": community.language,
        "description": community.description,
        "facilitators": [
            {"name": person.name, "email": person.email} for person in community.facilitators
        ],
        "territory": _territory(community.territory),
        "blueprint": community.blueprint,
        "modules": {module.value: module in community.modules for module in Module},
        "admission": community.admission,
        "writing": community.writing,
        "rhythm": community.rhythm,
        "contact": community.contact,
        "controller": community.controller,
        "mailing_list": _mailing_list(community),
        "links": [{"label": label, "url": url} for label, url in community.links],
    }
    return {key: value for key, value in given.items() if value}


def _explain(manifest: CommentedMap, community: Community) -> None:
    """Adds the comments, and the empty lines that part the sections."""
    head = _("A community. Edit this file, then run `wikifarm plan communities/{file}`.")
    manifest.yaml_set_start_comment(head.format(file=f"{community.slug}.yml"))
    people = _("Those who facilitate get an account; their addresses are never shown.")
    manifest.yaml_set_comment_before_after_key("facilitators", before=f"\n{people}")
    for key in ("blueprint", "admission"):
        manifest.yaml_set_comment_before_after_key(key, before="\n")
    beside = {
        "slug": _("its address on the farm: never changes"),
        "admission": "two-step, open, invited",
        "writing": _("who may write productions: connected (an account), open (everybody)"),
    }
    for key, text in beside.items():
        # Without a column, ruamel takes that of the comment on the line above.
        manifest.yaml_add_eol_comment(text, key, column=len(f"{key}: {manifest[key]}  "))


def _territory(territory: Territory) -> dict[str, str | float]:
    if territory == Territory():
        return {}
    given = {
        "label": territory.label or None,
        "latitude": territory.latitude,
        "longitude": territory.longitude,
        "zoom": territory.zoom,
    }
    return {key: value for key, value in given.items() if value is not None}


def _mailing_list(community: Community) -> CommentedMap:
    from ruamel.yaml.comments import CommentedMap

    mailing_list = CommentedMap(provider=community.mailing_list)
    mailing_list.yaml_add_eol_comment(", ".join(PROVIDERS), "provider")
    if community.mailing_list_address:
        mailing_list["address"] = community.mailing_list_address
    return mailing_list
