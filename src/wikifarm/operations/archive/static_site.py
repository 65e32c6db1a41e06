"""Export: what a community published, as a web site of files that needs no server.

It is asked as a visitor; forms about people are left out whole, and so is each page or card in
which a person that the wiki knows, an e-mail address or a telephone number stands.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from wikifarm.blueprint.capture.known_people import KnownPeople
from wikifarm.blueprint.looks import FRAME
from wikifarm.engine import receipt as receipts
from wikifarm.errors import InvalidInput, Problem
from wikifarm.files import SHARED, is_no_file_name, write_whole
from wikifarm.i18n import _
from wikifarm.model import Form, Page
from wikifarm.operations.archive.clean_html import Cleaned, Known, cleaned
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.copying.people_there import asks_of_people, people_there
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import refuse_taken, storing
from wikifarm.result import Envelope, Outcome
from wikifarm.whole_wiki import Attachment, attachment_stored
from wikifarm.yeswiki.session import ROOT_PAGE
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

# What the themes of YesWiki show around every page (4.4.4 and 4.5.0).
_FRAMES = frozenset({*FRAME, "PageCss", "PageColonneDroite"})
_INSTALLING = timedelta(minutes=1)  # that a server takes to write a new wiki's pages
_LICENCES = re.compile(r"\bCC[ -]?(BY(?:[ -](?:SA|NC|ND))*|0)(?:[ -](\d\.\d))?\b")
_AUTHOR = re.compile(r"(bf_)?(auteurs?|autrices?|auteur·?ices?|authors?)\Z", re.IGNORECASE)
_FIRST_TITLE = re.compile(r"<h2([^>]*)>(.*?)</h2>", re.DOTALL)
_LICENCE_FIELD = re.compile(r"licen[cs]e", re.IGNORECASE)
COMING = ".wikifarm-site.new"  # in a folder that is there, what is being written
SHORTEST = 30  # signs: less than this is a page of buttons
STYLE = """\
:root{color-scheme:light dark}
body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1rem}
img{max-width:100%;height:auto}
table{border-collapse:collapse}
th,td{border:1px solid;padding:.3rem .6rem;text-align:start}
a:focus-visible{outline:3px solid}
footer{margin-top:3rem;border-top:1px solid;font-size:.95rem}
.skip:not(:focus){position:absolute;left:-99rem}
"""


@dataclass(frozen=True)
class SiteMade(Outcome):
    """A site that was written. `left_out`: tag of a page or a card that a visitor reads, or label
    of a form -> why it is not in it."""

    folder: str
    url: str
    licence: str
    pages: int
    entries: int
    pictures: int
    left_out: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": self.folder, "url": self.url, "licence": self.licence, "pages": self.pages,
            "entries": self.entries, "pictures": self.pictures,
            "not_in_it": dict(self.left_out),
        }  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A page or a card of the site. `kind` is the label of its form; empty for a page."""

    tag: str
    source: str  # its HTML as the wiki shows it
    day: str
    kind: str = ""
    title: str = ""
    author: str = ""
    licence: str = ""


def export_static(
    context: Context, slug: str, folder: Path, *, licence: str = "", agreed: Sequence[str] = ()
) -> Envelope:
    """Writes the site into a new folder, whole or not at all. `agreed`: tags of pages that are in
    it whatever would leave them out. Writes nothing in the wiki."""
    if folder.name in ("", ".."):  # the folder where one is, or the one around
        folder = folder.resolve()
    if not folder.is_dir() or any(each.name != COMING for each in folder.iterdir()):
        refuse_taken(folder, "--static")
    ask_missing(context, [slug], marked=False)
    wiki = open_wiki(context, slug)
    entry = context.farm.known(slug)
    name = entry.title if entry is not None else slug
    site = _Leaving(context, slug, name, wiki, frozenset(agreed))
    outcome = site.written(folder, licence)
    return Envelope("export", outcome=outcome)


class _Leaving:
    """One wiki on its way into files."""

    def __init__(
        self, context: Context, slug: str, name: str, wiki: Wiki, agreed: frozenset[str]
    ) -> None:
        self._context, self._slug, self._name = context, slug, name
        self._admin, self._visitor = wiki, wiki.visitor()
        self._dialect = wiki.capabilities.dialect
        self._agreed = agreed
        self._left_out: dict[str, str] = {}
        self._files: dict[str, Attachment] = {}  # name in the site -> what it is

    def written(self, folder: Path, licence: str) -> SiteMade:
        self._context.progress(self._slug, "pages")
        pages = self._visitor.pages.all()
        licence = licence or _licence_of(pages.values())
        people = people_there(read_whole(self._admin), self._admin.entries.of)
        texts = [*self._pages(pages), *self._entries()]
        names = _names(texts)
        known = self._known(names)
        readable = {text.tag for text in texts}
        ready = [(text, clean) for text in texts
                 if (clean := self._clean(text, known, people)) is not None]  # fmt: skip
        self._refuse_unknown(readable, pages.keys() | readable)
        # Links to what was left out lead nowhere, and nothing is named after it: made again.
        names = _names(text for text, _clean in ready)
        known = self._known(names)
        self._files.clear()
        ready = [(text, cleaned(text.source, known)) for text, _clean in ready]
        with storing(folder), _coming(folder) as coming:
            count = self._write(coming, ready, names, licence)
        entries = sum(bool(text.kind) for text, _clean in ready)
        return SiteMade(
            str(folder), self._visitor.addresses.base, licence, len(ready) - entries, entries,
            count, self._left_out,
        )  # fmt: skip

    def _refuse_unknown(self, readable: Collection[str], tags: Collection[str]) -> None:
        """Raises InvalidInput for a page that was agreed to and that no visitor reads, or that is a
        card about somebody: naming it changes nothing."""
        may_be_named = [tag for tag in self._left_out if tag in tags]
        message = _("“{tag}” is no page that could be put in: nothing was written.")
        hint = _("What is left out, and may be named: {names}.").format(
            names=", ".join(may_be_named) or _("nothing")
        )
        problems = [
            Problem(message.format(tag=tag), hint, "--with-page", code="unknown-page")
            for tag in sorted(self._agreed.difference(readable))
        ]
        if problems:
            raise InvalidInput(problems)

    # -- what there is ----------------------------------------------------------------------

    def _pages(self, pages: Mapping[str, Page]) -> Iterator[Text]:
        known = self._admin.pages.all()
        receipt = receipts.from_page(known[receipts.TAG].body) if receipts.TAG in known else None
        first = min((page.time for page in known.values() if page.time), default="")
        for tag, page in sorted(pages.items(), key=lambda item: (item[0] != ROOT_PAGE, item[0])):
            why = "" if tag in (ROOT_PAGE, *self._agreed) else _no_text_of_theirs(
                page, receipt, first)  # fmt: skip
            if why:
                self._left_out[tag] = why
            else:
                yield Text(tag, self._shown(tag), page.time[:10])

    def _entries(self) -> Iterator[Text]:
        """The cards that a visitor reads, of forms that ask nothing about somebody."""
        self._context.progress(self._slug, "entries")
        for form in self._visitor.forms.all().values():
            rows = self._visitor.entries.of(form.id)
            if not rows:
                continue
            if asks_of_people(form, self._dialect):
                self._left_out[form.label] = _("its questions are about people")
                continue
            for tag, row in sorted(rows.items()):
                yield Text(
                    tag, self._shown(tag), str(row.get("date_maj_fiche") or "")[:10], form.label,
                    str(row.get("bf_titre") or tag), _said(row, _AUTHOR),
                    self._licence_said(form, row),
                )  # fmt: skip

    def _licence_said(self, form: Form, row: Mapping[str, Any]) -> str:
        for name, key in form.properties.items():
            if _LICENCE_FIELD.search(name) and (said := str(row.get(key) or "")):
                return next(
                    (choices[said] for choices in form.choices.values() if said in choices), said
                )
        return ""

    def _shown(self, tag: str) -> str:
        """The HTML of a page or an entry, as the wiki shows it to a visitor."""
        row = self._visitor.session.api_json(f"pages/{tag}")
        return str(row.get("html") or "") if isinstance(row, dict) else ""

    def _clean(self, text: Text, known: Known, people: KnownPeople) -> Cleaned | None:
        """The text made plain; None where it is left out, and why is kept."""
        clean = cleaned(text.source, known)
        if text.tag in self._agreed:
            return clean
        if len(clean.words) < SHORTEST and not text.kind and text.tag != ROOT_PAGE:
            self._left_out[text.tag] = _("next to nothing to read there without a server")
            return None
        words = f"{text.title} {clean.words}".replace(text.author or "\0", " ")
        if people.in_text(words):
            self._left_out[text.tag] = _("a person, an address or a telephone stands in it")
            return None
        return clean

    # -- links and pictures -----------------------------------------------------------------

    def _known(self, names: Mapping[str, str]) -> Known:
        """Links and pictures of a site that holds these."""
        return Known(lambda link: self._link(link, names), lambda src: self._picture(src, names))

    def _tag_of(self, link: str) -> str | None:
        """The page of this wiki to which a link leads; None for any other."""
        base = self._visitor.addresses.base
        if not link.startswith(("?", base)):
            return None
        rest = link.removeprefix(base).removeprefix("?").partition("#")[0]
        return unquote(rest.partition("&")[0]).partition("/")[0] or ROOT_PAGE

    def _link(self, link: str, names: Mapping[str, str]) -> str | None:
        tag = self._tag_of(link)
        if tag is not None:
            return names.get(tag)
        parts = urlsplit(link) if link.startswith(("http://", "https://")) else None
        if parts is None or "@" in parts.netloc or not parts.hostname:
            return None
        return None if link.startswith(self._visitor.addresses.base) else link

    def _picture(self, source: str, tags: Iterable[str]) -> str | None:
        base = self._visitor.addresses.base
        path = unquote(source.removeprefix(base)).partition("?")
        if path[0].startswith("files/"):
            attachment = attachment_stored(path[0].removeprefix("files/"), tuple(tags))
        else:
            asked = dict(parse_qsl(source.partition("?")[2]))
            tag = self._tag_of(source)
            stored = asked.get("file", "")
            attachment = Attachment(tag, stored) if tag and tag in set(tags) and stored else None
        if attachment is None:
            return None
        name = f"files/{_plain(attachment.page)}-{_plain(attachment.name)}"
        ending = Path(attachment.name).suffix.lower()
        if ending not in (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"):
            return None
        other = f"{name}-{_digest(attachment.name)}{ending}"
        return next(each for each in (f"{name}{ending}", other)
                    if self._files.setdefault(each, attachment) == attachment)  # fmt: skip

    # -- writing ----------------------------------------------------------------------------

    def _write(
        self, folder: Path, ready: Sequence[tuple[Text, Cleaned]], names: Mapping[str, str],
        licence: str,
    ) -> int:  # fmt: skip
        write_whole(folder / "style.css", STYLE, SHARED)
        for text, clean in ready:
            write_whole(folder / names[text.tag], self._document(text, clean, licence), SHARED)
        write_whole(folder / "contents.html", self._contents(ready, names, licence), SHARED)
        write_whole(folder / "feed.xml", self._feed(ready, names), SHARED)
        if ROOT_PAGE not in names:
            shutil.copyfile(folder / "contents.html", folder / "index.html")
        count = 0
        for name, attachment in sorted(self._files.items()):
            (folder / "files").mkdir(exist_ok=True)
            with (folder / name).open("wb") as file:
                is_there = self._visitor.attachments.fetch(attachment, file)
            count += is_there
            if not is_there:
                (folder / name).unlink()
        return count

    def _document(self, text: Text, clean: Cleaned, licence: str) -> str:
        title = text.title or clean.title or text.tag
        heading, body = "", clean.html
        if "<h1" not in body and clean.title == title:
            body = _FIRST_TITLE.sub(r"<h1\1>\2</h1>", body, count=1)
        elif "<h1" not in body:
            heading = f"<h1>{escape(title)}</h1>\n"
        signed = _("By {author}, {day}.").format(
            author=text.author or self._name, day=text.day or "—"
        )
        under = _("Licence: {licence}.").format(licence=text.licence or licence)
        footer = f"<p>{escape(signed)} {escape(under)}</p>"
        return self._framed(title, f"<article>\n{heading}{body}\n</article>", footer)

    def _contents(
        self, ready: Sequence[tuple[Text, Cleaned]], names: Mapping[str, str], licence: str
    ) -> str:
        title, pages = _("All that is here"), _("Pages")
        parts = [f"<h1>{escape(title)}</h1>"]
        for kind in dict.fromkeys(text.kind for text, _clean in ready):
            parts.append(f"<h2>{escape(kind or pages)}</h2>\n<ul>")
            parts += [
                f'<li><a href="{names[text.tag]}">{escape(_title(text, clean))}</a></li>'
                for text, clean in ready
                if text.kind == kind
            ]
            parts.append("</ul>")
        under = _("Licence: {licence}.").format(licence=licence)
        return self._framed(title, "\n".join(parts), f"<p>{escape(under)}</p>")

    def _framed(self, title: str, main: str, footer: str) -> str:
        language = escape(self._context.language)
        whole = title if title == self._name else f"{title} — {self._name}"
        to_text, of_site, all_here = _("Go to the text"), _("Site"), _("All that is here")
        return (
            f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(whole)}</title>\n"
            '<link rel="stylesheet" href="style.css">\n'
            f'<link rel="alternate" type="application/atom+xml" href="feed.xml">\n</head>\n<body>\n'
            f'<a class="skip" href="#main">{escape(to_text)}</a>\n'
            f'<header><nav aria-label="{escape(of_site)}"><p>'
            f'<a href="index.html">{escape(self._name)}</a> · '
            f'<a href="contents.html">{escape(all_here)}</a></p></nav></header>\n'
            f'<main id="main">\n{main}\n</main>\n<footer>\n{footer}\n</footer>\n</body>\n</html>\n'
        )

    def _feed(self, ready: Sequence[tuple[Text, Cleaned]], names: Mapping[str, str]) -> str:
        latest = sorted(ready, key=lambda pair: (pair[0].day, pair[0].tag), reverse=True)[:50]
        base = self._visitor.addresses.base
        updated = f"{latest[0][0].day or '1970-01-01'}T00:00:00Z" if latest else ""
        entries = "".join(
            f"<entry><title>{escape(_title(text, clean))}</title>"
            f"<id>{_urn(base, text.tag)}</id>"
            f'<link href="{names[text.tag]}"/>'
            f"<updated>{text.day or '1970-01-01'}T00:00:00Z</updated>"
            f"<author><name>{escape(text.author or self._name)}</name></author>"
            f"<summary>{escape(clean.words[:280])}</summary></entry>\n"
            for text, clean in latest
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<title>{escape(self._name)}</title>\n<id>{_urn(base, '')}</id>\n"
            f'<link rel="self" href="feed.xml"/>\n<updated>{updated}</updated>\n{entries}</feed>\n'
        )


@contextmanager
def _coming(folder: Path) -> Iterator[Path]:
    """A folder to write in, which gets its name once all is in it; one that is there is filled, and
    stays the same: somebody may be in it, or a disk mounted there. Raises OSError."""
    there = folder.is_dir()
    coming = folder / COMING if there else folder.with_name(f".{folder.name}.new")
    shutil.rmtree(coming, ignore_errors=True)  # of a run that was killed
    try:
        coming.mkdir(parents=True)
        yield coming
        if not there:
            coming.replace(folder)
            return
        for made in list(coming.iterdir()):
            made.replace(folder / made.name)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _no_text_of_theirs(page: Page, receipt: receipts.Receipt | None, first: str) -> str:
    """Why a page is none that the community wrote; nothing where it is one.

    What a new wiki comes with is known by the receipt, else by its date: `first` is that of the
    wiki's oldest text.
    """
    if page.tag in _FRAMES:
        return _("shown around every page")
    if page.tag == receipts.TAG:
        return _("wikifarm’s own page")
    if receipt is not None:
        is_ours = page.tag in receipt.pages
        came = receipt.untouched(page.tag, page.body)
    else:
        came, is_ours = _moment(page.time) <= _moment(first) + _INSTALLING, False
    return _("YesWiki’s own page, which nobody changed") if came and not is_ours else ""


def _moment(time: str) -> datetime:
    """A time of the server; none is after all others."""
    try:
        return datetime.fromisoformat(time).replace(tzinfo=None)
    except ValueError:
        return datetime.max.replace(year=9000)


def _licence_of(pages: Iterable[Page]) -> str:
    """The licence that the wiki itself says. Raises InvalidInput where it says none."""
    for page in pages:
        if said := _LICENCES.search(page.body):
            kind = said[1].replace(" ", "-")
            return f"CC {kind} {said[2] or '4.0'}".replace("CC 0 4.0", "CC0 1.0")
    message = _("No page of this wiki says under which licence its texts are.")
    hint = _("Say it with --licence, as the community decided: --licence “CC BY-SA 4.0”.")
    raise InvalidInput([Problem(message, hint, code="no-licence")])


def _said(row: Mapping[str, Any], name: re.Pattern[str]) -> str:
    return next((str(text) for key, text in row.items() if name.match(key) and text), "")


def _title(text: Text, clean: Cleaned) -> str:
    return text.title or clean.title or text.tag


def _urn(base: str, tag: str) -> str:
    digest = hashlib.sha256(f"{base}?{tag}".encode()).hexdigest()
    parts = (digest[:8], digest[8:12], f"5{digest[13:16]}", f"8{digest[17:20]}", digest[20:32])
    return "urn:uuid:" + "-".join(parts)


def _names(texts: Iterable[Text]) -> dict[str, str]:
    """Tag -> the name of its file: letters that every server and disk takes, no two that differ by
    their case alone."""
    names: dict[str, str] = {}
    taken = {"contents.html", "index.html", "style.css", "feed.xml"}
    for text in texts:
        name = "index.html" if text.tag == ROOT_PAGE else f"{_plain(text.tag)}.html"
        if (name in taken or is_no_file_name(name)) and text.tag != ROOT_PAGE:
            name = f"{_plain(text.tag)}-{_digest(text.tag)}.html"
        taken.add(name)
        names[text.tag] = name
    return names


def _digest(text: str) -> str:
    """What tells apart two names that are one for a server or a disk."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _plain(tag: str) -> str:
    apart = unicodedata.normalize("NFKD", tag)
    ascii_only = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:80] or "page"
