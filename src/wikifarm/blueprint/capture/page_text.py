"""The text of a page as a template: each sign as it was, but what is a community's own.

The source is not trusted: what Jinja would act upon is given as the sign that it is; YesWiki acts
upon the text as it did at the source, with the rights of whoever reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wikifarm.whole_wiki import attachment_stored

_BLOCK = re.compile(r"<(?=[<%#]|\Z)")  # where one of Jinja's marks begins (`render`), or could
_SIGN = '<< "<" | raw_wiki >>'
_STORED = re.compile(r"files/([^\s\"'<>()\[\]{}|?#&]+)")
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Marks:
    """What is the source's own: its address, its name, the names of those who facilitate it as its
    pages list them, words that another wiki calls otherwise.

    `words` maps a word of the source to the expression that gives it in a template.
    """

    address: str
    tags: tuple[str, ...]
    name: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    facilitators: str = ""


def literal(text: str) -> str:
    """`text` as a template that gives it back, sign by sign."""
    return _BLOCK.sub(_SIGN, text)


def as_template(body: str, marks: Marks) -> str:
    """The template of a page: its text, with the marks of its community told by name."""
    pattern, told = _patterns(marks)
    body = with_files_by_name(body, marks)
    if pattern is None:
        return literal(body)
    actions = [action.span() for action in _ACTION.finditer(body)]
    pieces, at = [], 0
    for match in pattern.finditer(body):
        within = any(start <= match.start() < end for start, end in actions)
        pieces += [literal(body[at : match.start()]), told(match, within)]
        at = match.end()
    return "".join([*pieces, literal(body[at:])])


def with_files_by_name(body: str, marks: Marks) -> str:
    """The text with each attached file asked by its name: where it is stored bears dates, which are
    others in another wiki."""

    def by_name(match: re.Match[str]) -> str:
        attachment = attachment_stored(match[1], marks.tags)
        if attachment is None:
            return match[0]
        return f"?{attachment.page}/download&file={attachment.name}"

    return _STORED.sub(by_name, body)


def stored_elsewhere(body: str, marks: Marks) -> list[str]:
    """The files that a text shows and that are attached to no page: they are not copied."""
    return sorted({
        match[1] for match in _STORED.finditer(body)
        if attachment_stored(match[1], marks.tags) is None
    })  # fmt: skip


Told = Callable[[re.Match[str], bool], str]


def _patterns(marks: Marks) -> tuple[re.Pattern[str] | None, Told]:
    parts = [f"(?P<address>{_address(marks)})"] if marks.address else []
    if " " in marks.name.strip():  # one word alone may be any word
        parts.append(rf"(?P<name>(?<!\w){re.escape(marks.name)}(?!\w))")
    if marks.facilitators:
        parts.append(rf"(?P<facilitators>(?<!\w){re.escape(marks.facilitators)}(?!\w))")
    if marks.words:
        words = "|".join(map(re.escape, sorted(marks.words, key=len, reverse=True)))
        parts.append(rf"(?P<word>(?<![\w-])(?:{words})(?![\w-]))")

    def told(match: re.Match[str], within: bool) -> str:
        if match.lastgroup == "name":
            return "<< community.name | param >>" if within else "<< community.name >>"
        if match.lastgroup == "facilitators":
            return '<< facilitators | join(", ") >>'
        if match.lastgroup == "word":
            return f"<< {marks.words[match[0]]} >>"
        return "<< urls.wiki >>"

    return (re.compile("|".join(parts)) if parts else None), told


def _address(marks: Marks) -> str:
    """The address of the source where it leads to a page or a file of it, not to a wiki below."""
    parts = urlsplit(marks.address)
    base = re.escape(f"{parts.netloc}{parts.path.rstrip('/')}")
    pages = "|".join(map(re.escape, sorted(marks.tags, key=len, reverse=True)))
    after = r"[?#]|files/|(?:index|wakka)\.php|[\s\"'<>)\]},;]|\Z"
    after += rf"|(?:{pages})(?![\w-])" if pages else ""
    scripts = r"(?:(?:index|wakka)\.php(?=\?))?"
    return rf"https?://{base}(?:/{scripts}(?={after})|(?=[\s\"'<>)\]}},;]|\Z))"


def own_words(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The words that can be told by name: each has one meaning, and cannot be any word."""
    meanings: dict[str, set[str]] = {}
    for word, expression in pairs:
        meanings.setdefault(word, set()).add(expression)
    return {
        word: next(iter(said))
        for word, said in meanings.items()
        if len(said) == 1 and len(word) > 3
    }
