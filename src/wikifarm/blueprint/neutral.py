"""Makes what a person typed safe where YesWiki, a mail or a spreadsheet would act upon it.

`neutralise` is for the body of a wiki page. What YesWiki's formatter acts upon, read in
formatters/wakka.php (v4.4.4; the line that became 4.5 has the same expression) and in those of
its extensions tableau, toc, templates and progressBar:

    {{action}}  {#comment#}  ""raw HTML""  %%code%%  [[link]]  [text](link)  ![image](address)
    **  //  __  ~~  @@  ££  ##          bold, italic, underlined, struck, deleted, inserted, code
    _italic_  *italic*  `code`          whose content goes out unescaped
    ==  to  ======, and # to ######     titles
    ---  ----                           line break, rule
    spaces or tabs at the start of a line, then - or 1) or a)       indents and lists
    scheme://address                    link
    CamelCase, Rennes2                  link to a page
    <  >  "  &                          shown as they are; HTML inside ""…""
    [|  |]  and | inside a table, !attributes! at the start of a cell
    [12%]                               progress bar
    a new line                          <br />

Where two characters act together a word joiner (U+2060, no width) parts them. One that acts alone
becomes its HTML entity, which the formatter leaves alone and the browser shows as typed. What is
read on the page is therefore what was typed, on one line.
"""

from __future__ import annotations

import re

JOINER = "\u2060"

_ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;",
    "*": "&#42;", "`": "&#96;", "|": "&#124;", "~": "&#126;",
}  # fmt: skip
_LONE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# Characters that act beside another of them; & < > " * ` | ~ _ are entities by then.
_PAIRS = re.compile(r"(?<=[{}\[\]()/@£#%=:!-])(?=[{}\[\]()/@£#%=!-])")
_PROGRESS = re.compile(r"(?<=\[)(?=[0-9])")
_PAGE_LINK = re.compile(r"([A-Z][a-z]+)(?=[A-Z0-9])")
_ACTS_AT_AN_EDGE = "{}[]()/@£#%=:!-"
_LIST_MARK = re.compile(r"[^\W_]+\)")
# Control characters, the separators of lines and paragraphs, and what turns the direction of text.
_INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)


def fold(text: str) -> str:
    """`text` on one line: control characters and line ends become spaces, spaces become single."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def neutralise(text: str) -> str:
    """`text` for the body of a wiki page: shown as typed, acted upon by nothing."""
    parted = _PROGRESS.sub(JOINER, _PAIRS.sub(JOINER, fold(text)))
    parted = _PAGE_LINK.sub(rf"\1{JOINER}", parted)
    safe = _LONE_UNDERSCORE.sub("&#95;", "".join(_ENTITIES.get(sign, sign) for sign in parted))
    return _guarded(safe)


def _guarded(text: str) -> str:
    """Joiners at both ends, where a neighbour in the page could pair with the first or last."""
    before = text[:1] in _ACTS_AT_AN_EDGE or _LIST_MARK.match(text)
    left = JOINER if text and before else ""
    right = JOINER if text and text[-1] in _ACTS_AT_AN_EDGE else ""
    return left + text + right


_PARAMETER = str.maketrans({'"': "”", "'": "’", "{": "(", "}": ")", "<": "‹", ">": "›", "\\": "/"})


def param(text: str) -> str:
    """`text` inside `{{action name="…"}}`, where a quote ends the value and braces the action.

    Includes/YesWiki.php (Action) cuts at the first `"`, and no escape exists; actions print their
    parameters in HTML, sometimes bare.
    """
    return fold(text).translate(_PARAMETER)


_PLAIN = str.maketrans({"<": "‹", ">": "›", '"': "”"})
_PLAIN_PAIRS = re.compile(r"(?<=[{}\[\]])(?=[{}\[\]])")


def plain(text: str) -> str:
    """`text` as a title on one line, in fields that YesWiki passes through HTMLPurifier.

    No markup is left for the purifier to remove; `{{` would be a placeholder in a title. A lone `&`
    comes back as `&amp;`: compare after `html.unescape`.
    """
    return _PLAIN_PAIRS.sub(JOINER, fold(text)).translate(_PLAIN)


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_MARKDOWN_START = re.compile(r"\A([-+=]|\d+(?=[.)]))")


def markdown(text: str) -> str:
    """`text` inside a Markdown document: on one line, its signs escaped."""
    return _MARKDOWN_START.sub(_escape_start, _MARKDOWN.sub(r"\\\1", fold(text)))


_CODE = re.compile(r"(`[^`\s](?:[^`]*[^`\s])?`)")


def markdown_words(text: str) -> str:
    """The same of what wikifarm says: what is between backquotes is code, where no sign acts."""
    parts = _CODE.split(fold(text))
    parts[::2] = [_MARKDOWN.sub(r"\\\1", part) for part in parts[::2]]
    return _MARKDOWN_START.sub(_escape_start, "".join(parts))


def _escape_start(start: re.Match[str]) -> str:
    return f"{start[0]}\\" if start[0].isdigit() else f"\\{start[0]}"


_SAFE_IN_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#@!$&+,;=%-]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def address(url: str) -> str:
    """A web address fit for a link, an attribute or a parameter; other signs are encoded."""
    encoded = "".join(
        sign if _SAFE_IN_ADDRESS.match(sign) else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in fold(url).replace(" ", "%20")
    )
    # LinkTo strips @@ from an address (formatters/wakka.php).
    return _STRAY_PERCENT.sub("%25", encoded.replace("@@", "@%40"))


_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV Injection


def cell(text: str) -> str:
    """`text` in a cell of a sheet: an apostrophe before what a spreadsheet would calculate."""
    kept = "\n".join(map(fold, text.split("\n")))
    acts = kept.lstrip(" \n\"'").startswith(_FORMULA) or text.startswith(_FORMULA)
    return f"'{kept}" if acts else kept
