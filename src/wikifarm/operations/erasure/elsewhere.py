"""What a wiki holds besides what its pages, cards and comments say today: their earlier texts, its
forms, lists, rights, settings, and what accounts left on pages. Read as its administrator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import Any

from wikifarm.engine import receipt as receipts
from wikifarm.errors import BadCredentials, UnexpectedAnswer
from wikifarm.json_text import from_json, texts_in
from wikifarm.operations.archive.kept_files import may_have_files
from wikifarm.whole_wiki import LOGS
from wikifarm.yeswiki.revisions import History
from wikifarm.yeswiki.triples import FAVORITE, KEYWORD, METADATA, REACTION, SOURCE, values_of
from wikifarm.yeswiki.wiki import Wiki


class WikiPart(StrEnum):
    """Where in a wiki somebody may be named."""

    TODAY = "today"  # pages, cards, comments; accounts and groups
    HISTORY = "history"
    FORM = "form"
    LIST = "list"
    FILE = "file"
    GROUP = "group"
    LOOK = "look"
    KEYWORD = "keyword"
    RIGHTS = "rights"
    SETTING = "setting"
    REACTION = "reaction"
    FAVORITE = "favorite"
    LOG = "log"


_TRIPLES = (
    (WikiPart.LOOK, METADATA), (WikiPart.LOOK, SOURCE), (WikiPart.KEYWORD, KEYWORD),
    (WikiPart.REACTION, REACTION), (WikiPart.FAVORITE, FAVORITE),
)  # fmt: skip


@dataclass(frozen=True)
class HeldText:
    """One text of a wiki. `name`: a tag, a form, an action, a setting."""

    part: WikiPart
    name: str
    text: str


@dataclass(frozen=True)
class Unread:
    """What was not looked at, since the wiki did not show it; "" for all of a part."""

    part: WikiPart
    name: str = ""


def elsewhere(
    wiki: Wiki, shown: Mapping[str, Mapping[str, Any]], looking: Callable[[], None] = lambda: None
) -> Iterator[HeldText | Unread]:
    """All of it, besides the pages, cards and comments `shown`: a dozen requests, one for the
    history of each of these and of each list, one for each earlier text, and one for the files of
    each that may have some. `looking` is called before each history."""
    known: set[str] = set()
    for place in _parts(wiki):
        if place.part is WikiPart.LIST and isinstance(place, HeldText):
            known.add(place.name)
        yield place
        if place.part is WikiPart.RIGHTS and place.name.startswith(LOGS):
            yield from _log(wiki, place.name)
        elif place == Unread(WikiPart.RIGHTS):  # these name the logs, which no list of pages shows
            yield Unread(WikiPart.LOG)
    for tag in sorted({*shown, *known}):
        looking()
        yield from _history(wiki, tag)
        if _may_have_files(shown.get(tag, {})):
            yield from _asked(WikiPart.FILE, partial(_files, wiki, tag), tag)


def _may_have_files(row: Mapping[str, Any]) -> bool:
    """Of what YesWiki tells of a page, a card or a comment: the last has none."""
    return "below" not in row and ("body" in row or may_have_files(row))


def _parts(wiki: Wiki) -> Iterator[HeldText | Unread]:
    yield from _asked(WikiPart.FORM, partial(_forms, wiki))
    yield from _asked(WikiPart.LIST, partial(_lists, wiki))
    yield from _asked(WikiPart.RIGHTS, partial(_rights, wiki))
    yield from _asked(WikiPart.SETTING, lambda: wiki.settings.all().items())
    for part, name in _TRIPLES:
        yield from _asked(part, partial(values_of, wiki.session, name))
    groups = wiki.groups.all().items()  # shown to administrators alone, as these were
    for group, members in groups:  # `!Ada`: all but her; who is in a group is looked for with TODAY
        yield HeldText(WikiPart.GROUP, f"@{group}", group)
        for name in members:
            if name.startswith("!"):
                yield HeldText(WikiPart.RIGHTS, f"@{group}", name[1:])


def _asked(
    part: WikiPart, ask: Callable[[], Iterable[tuple[str, str]]], name: str = ""
) -> Iterator[HeldText | Unread]:
    try:
        yield from [
            HeldText(part, where, each) for where, text in ask() for each in as_read(where, text)
        ]
    except (UnexpectedAnswer, BadCredentials):
        yield Unread(part, name)


def _forms(wiki: Wiki) -> Iterator[tuple[str, str]]:
    for form in wiki.forms.all().values():
        yield f"{form.label} ({form.id})", "\n".join(map(str, form.told.values()))


def _lists(wiki: Wiki) -> Iterator[tuple[str, str]]:
    for known in wiki.lists.all().values():
        yield known.id, "\n".join([known.title, *(f"{key}\n{label}" for key, label in known.items)])


def _files(wiki: Wiki, tag: str) -> Iterator[tuple[str, str]]:
    """The names of the files of a page."""
    for file in wiki.attachments.of(tag):
        yield f"{tag}/{file.name}", file.name


def _rights(wiki: Wiki) -> Iterator[tuple[str, str]]:
    for tag, rights in wiki.rights.all().items():
        yield tag, "\n".join((rights.read, rights.write, rights.comment))
    yield from wiki.rights.modules().items()


def _log(wiki: Wiki, tag: str) -> Iterator[HeldText | Unread]:
    """What YesWiki noted of what was administered, each list of members that was saved among it,
    its lines told by `\\n` (docs/yeswiki.md). Where it lost its last text, it began anew: the
    earlier ones hold the rest."""
    texts: list[str] = []
    try:
        page = wiki.pages.read(tag)
        texts += [page.body] if page is not None else []
        told = wiki.revisions.of(tag)
        texts += [wiki.revisions.body(tag, each) for each in told.shown[1:]]
    except UnexpectedAnswer:
        yield Unread(WikiPart.LOG, tag)
    else:
        anew = any(not text.startswith(older.rstrip()) for text, older in pairwise(texts))
        hides = len({each.time for each in told.shown}) < told.count
        if page is None or (anew and hides):
            yield Unread(WikiPart.LOG, tag)
    yield HeldText(WikiPart.LOG, tag, "\n".join(texts).replace("\\n", "\n"))


def _history(wiki: Wiki, tag: str) -> Iterator[HeldText | Unread]:
    """The earlier texts of a page, with who wrote each; not the last one, which stands there."""
    try:
        told = wiki.revisions.of(tag)
        if told.count > len(told.shown):
            yield Unread(WikiPart.HISTORY, tag)
        if _hides_one(told, wiki.account):
            yield Unread(WikiPart.HISTORY, tag)
        for revision in told.shown[1:]:
            texts = as_read(tag, wiki.revisions.body(tag, revision))
            for text in (*texts, revision.author):
                yield HeldText(WikiPart.HISTORY, tag, text)
    except UnexpectedAnswer:
        yield Unread(WikiPart.HISTORY, tag)


def _hides_one(told: History, account: str) -> bool:
    """True where some that were written in one second are not all of this account, by which
    wikifarm writes: of these YesWiki shows one."""
    times = Counter(each.time for each in told.shown)
    return any(times[each.time] > 1 and each.author != account for each in told.shown)


def as_read(tag: str, text: str) -> tuple[str, ...]:
    """A text as it is to be searched: what a receipt says, of which much is packed, or what stands
    in JSON, as cards and lists are kept. What a receipt keeps of pages and forms comes apart: the
    next receipt keeps most of it too."""
    if tag == receipts.TAG and (receipt := receipts.from_page(text)) is not None:
        told = replace(receipt, bases=dict.fromkeys(receipt.bases, ""), templates={})
        whole = str(told).replace("\\n", "\n")
        return (whole, *receipt.bases.values(), *receipt.templates.values())
    if text.startswith("{"):
        with suppress(ValueError):
            return ("\n".join(texts_in(from_json(text))),)
    return (text,)
