"""Asks on the terminal for what a new community still needs; questions go to stderr."""

from __future__ import annotations

from dataclasses import replace

import typer

from wikifarm.blueprint.slugs import is_slug, propose_slug
from wikifarm.i18n import _
from wikifarm.operations.describing import Wishes


def complete(wishes: Wishes) -> Wishes:
    """The wishes with a name, a slug and at least one facilitator."""
    name = wishes.name or _line(_("Name of the community"))
    slug = wishes.slug or _slug(name)
    people = wishes.facilitators or _people()
    territory = wishes.territory
    if not wishes.name and not territory:
        territory = _line(_("Where does it live? (may stay empty)"), default="")
    return replace(wishes, name=name, slug=slug, facilitators=people, territory=territory)


def _line(question: str, default: str | None = None) -> str:
    answer: str = typer.prompt(question, default=default, show_default=bool(default), err=True)
    return answer.strip()


def _slug(name: str) -> str:
    while True:
        answer = _line(_("Its address on the farm"), default=propose_slug(name))
        if is_slug(answer):
            return answer
        typer.echo(_("Only a-z, 0-9 and “-”, 2 to 40 of them; some words are taken."), err=True)


def _people() -> tuple[str, ...]:
    found: list[str] = []
    question = _("Who facilitates it? First Last <mail@example.org>")
    while True:
        answer = _line(question, default="" if found else None)
        if not answer:
            return tuple(found)
        if "@" in answer:
            found.append(answer)
            question = _("Someone else? (nothing: that is all)")
        else:
            typer.echo(_("An e-mail address is needed, for the account of this person."), err=True)
