"""What runs a community's wiki, judged by the known advisories: a warning, or an exit of 6."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wikifarm.advisories.verdict import Verdict, judge
from wikifarm.errors import Exit
from wikifarm.i18n import _, language
from wikifarm.model import TRIED, Capabilities
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Failure, few
from wikifarm.yeswiki.session import Session

KNOWN_HOLES = "known-holes"


def judged(context: Context, session: Session) -> Verdict:
    """The verdict on the release that a wiki shows; one question more if no page was read yet."""
    return judge(context.advisories, "yeswiki", session.release)


def untried(capabilities: Capabilities, release: str) -> str:
    """What to say of a wiki that is like none that was run, or newer by its own words; or nothing.

    What it can do is asked all the same: no number opens or closes a way of doing things.
    """
    lines = {_line(version) for version in TRIED.values()}
    if capabilities.tried and (not release or _line(release) in lines):
        return ""
    if release:
        who = _("This YesWiki says that it is {release}").format(release=release)
    else:
        who = _("This YesWiki does not say which version it is")
    return _(
        "{who}: wikifarm was tried on {versions} only. It asks what this one can do before it "
        "does it, and reads back what it wrote; look at the result yourself as well."
    ).format(who=who, versions=", ".join(TRIED.values()))


def _line(version: str) -> tuple[str, ...]:
    return tuple(version.split(".")[:2])


def heeded(
    envelope: Envelope, verdicts: Iterable[tuple[str, Verdict]], *, strict: bool
) -> Envelope:
    """The envelope, with a sentence for all the wikis (by name) of which it is true.

    A warning; with `strict`, an error and exit 6 where a hole is known or the version is not.
    """
    named: dict[str, list[str]] = {}
    for name, verdict in verdicts:
        if verdict.standing != "clear":
            named.setdefault(verdict.sentence(language()), []).append(name)
    sentences = [_told(names, text) for text, names in named.items()]
    if not sentences or not strict:
        return replace(envelope, messages=(*envelope.messages, *sentences))
    hint = _("Have those who keep the server upgrade it, then run the same command again.")
    errors = tuple(Failure(KNOWN_HOLES, sentence, hint) for sentence in sentences)
    return replace(envelope, exit=Exit.LEAK, errors=(*envelope.errors, *errors))


def _told(names: list[str], text: str) -> str:
    return _("{subject}: {text}").format(subject=few(names), text=text)
