"""Asks on the terminal for what a new community still needs; questions go to stderr."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from wikifarm.blueprint.manifest.slugs import is_slug, propose_slug
from wikifarm.emails import is_email, people_in, split_email
from wikifarm.i18n import _
from wikifarm.operations.describe import Wishes


def complete(wishes: Wishes) -> Wishes:
    """The wishes with a name, a slug and at least one facilitator."""
    name = wishes.name or _line(_("Name of the community"))
    slug = wishes.slug or _slug(name)
    people = wishes.facilitators or _people()
    territory = wishes.territory
    if not wishes.name and not territory:
        territory = _line(_("Which territory? (may stay empty)"), default="")
    return replace(wishes, name=name, slug=slug, facilitators=people, territory=territory)


def agreed(question: str, *, default: bool = True) -> bool:
    """A yes or a no, in the language in use; an empty answer is `default`."""
    yes, no = _("y"), _("n")
    choice = f"{yes.upper()}/{no}" if default else f"{yes}/{no.upper()}"
    while True:
        answer = _line(f"{question} [{choice}]", default="").lower()
        if not answer:
            return default
        if answer in ("y", "yes", yes, _("yes")):
            return True
        if answer in ("n", "no", no, _("no")):
            return False
        typer.echo(_("Answer {yes} or {no}.").format(yes=yes, no=no), err=True)


def secret(question: str, *, may_be_empty: bool = False) -> str:
    """A text that does not show while it is typed."""
    answer: str = typer.prompt(
        question,
        default="" if may_be_empty else None,
        show_default=False,
        hide_input=True,
        prompt_suffix=_suffix(question),
        err=True,
    )
    return answer


def password(question: str, *, interactive: bool) -> str:
    """A password typed when asked, or the first line of standard input."""
    if interactive:
        return secret(question)
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""


def _line(question: str, default: str | None = None) -> str:
    answer: str = typer.prompt(
        question,
        default=default,
        show_default=bool(default),
        prompt_suffix=_suffix(question),
        err=True,
    )
    return answer.strip()


def _suffix(question: str) -> str:
    return " " if question.endswith(("?", ")", "]", ">")) else _(": ")


def _slug(name: str) -> str:
    while True:
        answer = _line(_("Its address on the farm"), default=propose_slug(name))
        if is_slug(answer):
            return answer
        typer.echo(_("2 to 40 letters (a-z), digits and “-”; a few words are reserved."), err=True)


def _people() -> tuple[str, ...]:
    people: list[str] = []
    question = _("Who facilitates it? (First Last <mail@example.org>)")
    while True:
        answer = _line(question, default="" if people else None)
        if not answer:
            return tuple(people)
        given = people_in(answer)
        bad = [person for person in given if not is_email(split_email(person)[1])]
        if bad:
            message = _(
                "“{person}” has no valid e-mail address: this person needs one, for an account."
            )
            typer.echo(message.format(person=bad[0]), err=True)
            continue
        people += given
        question = _("Someone else? (leave empty if nobody)")
