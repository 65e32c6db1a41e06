"""Turns wiki text into HTML: YesWiki's own syntax and the Markdown it accepts.

Raw HTML between double quotes is let through, as on a real wiki: `allow_raw_html` is true by
default in v4.4.4 and a new wiki takes the farm's value. Everything else is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..exchange.elements import esc
from ..exchange.wiki_request import Request

Action = Callable[[Request, str, dict[str, str]], str]

WIKI_WORD = r"\b[A-ZÀ-Þ][a-zß-ÿ]+[A-ZÀ-Þ0-9][A-Za-zÀ-ÿ0-9]*\b"

_TOKENS = re.compile(
    r'(?P<raw>""(?:.*?)"")'
    r"|(?P<table>\[\|.*?\|\])"
    r"|(?P<code>%%(?:.*?)%%)"
    r"|(?P<link>\[\[[^\n]*?\]\])"
    r"|(?P<image>!\[[^\]\n]*\]\([^)\n]+\))"
    r"|(?P<mdlink>(?<!!)\[[^\]\n]+\]\([^)\n]+\)(?:\{[^}\n]*\})?)"
    r"|(?P<comment>\{#.*?#\})"
    r"|(?P<action>\{\{.*?\}\})"
    r"|(?P<url>\b[a-z0-9]+://[^ \t\n\r\f\"|\\^`{}\[\]><]+)"
    r"|(?P<mdtitle>^#{1,6} [^\n#]*(?=\n|\Z))"
    r"|(?P<title>={2,6})"
    r"|(?P<rule>-{4,})"
    r"|(?P<break>---)"
    r"|(?P<inline>`[^`\n]+`)"
    r"|(?P<item>^[ \t]+(?:-|[0-9A-Za-z]+\))[ ]?)"
    r"|(?P<pair>\*\*|//|__|\#\#|~~|@@|££)"
    r"|(?P<italic>(?<!\w)_[^_\n]+_(?!\w)|(?<!\w)\*[^*\n]+\*(?!\w))"
    rf"|(?P<word>{WIKI_WORD})"
    r"|(?P<newline>\n)"
    r'|(?P<special>[<>"]|&(?!#[xX][0-9a-fA-F]+;|#[0-9]+;|[0-9a-zA-Z]+;))',
    re.MULTILINE | re.DOTALL,
)

_PAIRS = {"**": "b", "//": "i", "__": "u", "##": "code", "~~": "s", "@@": "del", "££": "ins"}

_ITEM = re.compile(r"[ \t]+(?:-|[0-9A-Za-z]+\))")

_LINK = re.compile(r"([\w.'-]+)(?:/([\w.'-]+))?(?:[?&]([^\s\"<>]*))?")
"""A page, its handler, its parameters. Source: `YesWiki::extractLinkParts`, v4.4.4."""

_ARGUMENT = re.compile(r'([\w-]+)\s*=\s*"([^"]*)"')


class _Writer:
    """One text being written; keeps what is open."""

    def __init__(self, request: Request, run_action: Action) -> None:
        self.request = request
        self.run_action = run_action
        self.open: list[str] = []
        self.lists: list[tuple[int, str]] = []
        self.heading = 0
        self.break_line = True

    def token(self, match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        method: Callable[[str], str] = getattr(self, f"on_{kind}")
        return method(match.group())

    def on_raw(self, text: str) -> str:
        return text[2:-2]

    def on_code(self, text: str) -> str:
        code = re.sub(r"^\([^)]*\)", "", text[2:-2])
        return f'<div class="code"><pre>{esc(code.strip())}</pre></div>\n'

    def on_table(self, text: str) -> str:
        """Rows between `[|` and `|]`, one a line. Source: `tools/tableau`, v4.4.4."""
        self.break_line = False
        rows = ""
        for line in text[2:-2].split("\n"):
            row = re.fullmatch(r"(?:![^|]*!)?\|(.*)\|", line.strip())
            if row:
                cells = (render(self.request, c, self.run_action) for c in row.group(1).split("|"))
                rows += f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
        return f'<div class="table-responsive"><table class="table">\n{rows}</table></div>'

    def on_link(self, text: str) -> str:
        target, _, label = text[2:-2].strip().partition(" ")
        return link(self.request, target, label.strip()) if target else ""

    def on_mdlink(self, text: str) -> str:
        match = re.match(r"\[([^\]]+)\]\(([^)\s]+)", text)
        return link(self.request, match.group(2), match.group(1)) if match else esc(text)

    def on_image(self, text: str) -> str:
        match = re.match(r"!\[([^\]]*)\]\(([^) ]+)", text)
        if not match:
            return esc(text)
        return f'<img loading="lazy" src="{esc(match.group(2))}" alt="{esc(match.group(1))}">'

    def on_comment(self, _text: str) -> str:
        return ""

    def on_action(self, text: str) -> str:
        self.break_line = False
        name, arguments = parse_action(text[2:-2])
        return self.run_action(self.request, name, arguments) if name else "{{}}"

    def on_url(self, text: str) -> str:
        return f'<a href="{esc(text)}">{esc(text)}</a>'

    def on_mdtitle(self, text: str) -> str:
        marks, _, title = text.partition(" ")
        self.break_line = False
        return f"<h{len(marks)}>{esc(title.strip())}</h{len(marks)}>"

    def on_title(self, text: str) -> str:
        self.break_line = False
        if self.heading:
            closed, self.heading = self.heading, 0
            return f"</h{closed}>"
        self.heading = 7 - len(text)
        return f"<h{self.heading}>"

    def on_rule(self, _text: str) -> str:
        self.break_line = False
        return "<hr>\n"

    def on_break(self, _text: str) -> str:
        return "<br>\n"

    def on_inline(self, text: str) -> str:
        return f"<code>{esc(text[1:-1].strip())}</code>"

    def on_italic(self, text: str) -> str:
        return f"<i>{esc(text[1:-1])}</i>"

    def on_word(self, text: str) -> str:
        return link(self.request, text, text) if not self.heading else esc(text)

    def on_special(self, text: str) -> str:
        return esc(text)

    def on_pair(self, text: str) -> str:
        tag = _PAIRS[text]
        if tag not in self.open:
            self.open.append(tag)
            return f"<{tag}>"
        closing = self.open[self.open.index(tag) :]
        del self.open[self.open.index(tag) :]
        return "".join(f"</{name}>" for name in reversed(closing))

    def on_item(self, text: str) -> str:
        depth = len(text) - len(text.lstrip())
        tag = "ul" if text.strip() == "-" else "ol"
        out = ""
        while self.lists and self.lists[-1][0] > depth:
            out += f"</li></{self.lists.pop()[1]}>"
        if self.lists and self.lists[-1][0] == depth:
            out += "</li>"
        else:
            self.lists.append((depth, tag))
            out += f"<{tag}>"
        self.break_line = False
        return out + "<li>"

    def on_newline(self, _text: str) -> str:
        broke, self.break_line = self.break_line, True
        return "<br>\n" if broke and not self.heading else "\n"

    def finish(self) -> str:
        out = self.close_lists()
        out += "".join(f"</{tag}>" for tag in reversed(self.open))
        return out + (f"</h{self.heading}>" if self.heading else "")

    def close_lists(self) -> str:
        out = "".join(f"</li></{tag}>" for _, tag in reversed(self.lists))
        self.lists = []
        return out


def render(request: Request, text: str, run_action: Action) -> str:
    """The HTML of a wiki text; actions are run through `run_action`."""
    writer = _Writer(request, run_action)
    out: list[str] = []
    position = 0
    source = text.replace("\r", "")
    for match in _TOKENS.finditer(source):
        out.append(esc_text(source[position : match.start()]))
        position = match.end()
        out.append(writer.token(match))
        if match.lastgroup == "newline" and writer.lists and not _ITEM.match(source, position):
            out.append(writer.close_lists())
    out.append(esc_text(source[position:]) + writer.finish())
    return "".join(out).strip()


def esc_text(text: str) -> str:
    """Text between tokens: what could open a tag is already a token."""
    return text


def parse_action(text: str) -> tuple[str, dict[str, str]]:
    """`name key="value" ...` or `name/key="value"`."""
    match = re.match(r"\s*([\w-]+)", text)
    if not match:
        return "", {}
    return match.group(1).lower(), dict(_ARGUMENT.findall(text[match.end() :]))


def link(request: Request, target: str, label: str = "") -> str:
    """A link to a page, a handler, an address or a mailbox."""
    shown = esc(label or target)
    if re.match(r"[a-z0-9]+://", target) or target.startswith(("#", "/", "mailto:")):
        return f'<a href="{esc(target)}">{shown}</a>'
    if "@" in target and "/" not in target:
        return f'<a href="mailto:{esc(target)}">{shown}</a>'
    place = page_address(request, target)
    if not place:
        return shown
    page, address = place
    if "/" not in target and not request.find(page):
        edit = esc(request.href(page, "edit"))
        create = f'<a href="{edit}" title="créer la page">?</a>'
        return f'<span class="missingpage">{shown}{create}</span>'
    return f'<a href="{esc(address)}">{shown}</a>'


def page_address(request: Request, target: str) -> tuple[str, str] | None:
    """The page that `Tag`, `Tag/handler` or `Tag?a=b` points to and its address, or None."""
    match = _LINK.fullmatch(target.lstrip("?"))
    if not match:
        return None
    page, handler, rest = match.groups(default="")
    return page, request.href(page, handler, rest)


def linked_pages(text: str) -> set[str]:
    """The tags that a text points to (YesWiki: table `links`)."""
    tags = set(re.findall(r"\[\[([\w.-]+)", text)) | set(re.findall(r"\]\(([\w.-]+)\)", text))
    for links in re.findall(r'links?="([^"]*)"', text):
        tags |= {part.strip() for part in links.split(",") if re.fullmatch(r"\s*[\w-]+\s*", part)}
    return tags | set(re.findall(WIKI_WORD, re.sub(r"\{\{.*?\}\}|[a-z]+://\S+", " ", text)))


def strip_tags(html: str) -> str:
    """The text of a piece of HTML."""
    return re.sub(r"<[^>]*>", "", html)
