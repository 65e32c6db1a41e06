"""Writes a manifest that people can read and edit: in a stable order, with a few comments."""

from __future__ import annotations

from collections.abc import Iterator

from wikifarm.blueprint.manifest.community import Community, Territory
from wikifarm.blueprint.sources import yaml_scalar
from wikifarm.i18n import _
from wikifarm.lists.providers import PROVIDERS
from wikifarm.model import Module


def dump_manifest(community: Community) -> str:
    """The manifest of `community`, in YAML; reading it again gives an equal community."""
    return "\n".join(_lines(community)) + "\n"


def _lines(community: Community) -> Iterator[str]:
    yield "# " + _("A community. Edit this file, then: wikifarm plan {file}").format(
        file=f"{community.slug}.yml"
    )
    yield f"name: {yaml_scalar(community.name)}"
    yield f"slug: {yaml_scalar(community.slug)}  # " + _("its address on the farm: never changes")
    yield f"language: {community.language}"
    yield from _text("description", community.description)
    yield ""
    yield "# " + _("Those who facilitate get an account; their addresses are never shown.")
    yield "facilitators:"
    for one in community.facilitators:
        yield f"  - name: {yaml_scalar(one.name)}"
        yield f"    email: {yaml_scalar(one.email)}"
    yield from _territory(community.territory)
    yield ""
    yield f"blueprint: {yaml_scalar(community.blueprint)}"
    yield "modules:"
    for module in Module:
        yield f"  {module.value}: {'true' if module in community.modules else 'false'}"
    yield ""
    yield f"admission: {community.admission}  # two-step, open, invited"
    yield f"writing: {community.writing}  # " + _(
        "who may write productions: connected (an account), open (everybody)"
    )
    yield from _text("rhythm", community.rhythm)
    yield from _text("contact", community.contact)
    yield from _text("controller", community.controller)
    yield from _mailing_list(community)
    yield from _links(community)


def _territory(territory: Territory) -> Iterator[str]:
    if territory == Territory():
        return
    yield "territory:"
    if territory.label:
        yield f"  label: {yaml_scalar(territory.label)}"
    for key in ("latitude", "longitude"):
        value = getattr(territory, key)
        if value is not None:
            yield f"  {key}: {value!r}"
    yield f"  zoom: {territory.zoom}"


def _mailing_list(community: Community) -> Iterator[str]:
    yield "mailing_list:"
    yield f"  provider: {community.mailing_list}  # {', '.join(PROVIDERS)}"
    if community.mailing_list_address:
        yield f"  address: {yaml_scalar(community.mailing_list_address)}"


def _links(community: Community) -> Iterator[str]:
    if not community.links:
        return
    yield "links:"
    for label, url in community.links:
        yield f"  - label: {yaml_scalar(label)}"
        yield f"    url: {yaml_scalar(url)}"


def _text(key: str, text: str) -> Iterator[str]:
    """A text, as a block when it runs over several lines that a block can hold."""
    lines = text.split("\n")
    if not text:
        return
    if len(lines) == 1 or not all(_fits_a_block(line) for line in lines) or text[0] in " \t":
        yield f"{key}: {yaml_scalar(text)}"
        return
    yield f"{key}: |-"
    for line in lines:
        yield f"  {line}" if line else ""


def _fits_a_block(line: str) -> bool:
    return line.isprintable() and (not line or bool(line.strip(" ")))
