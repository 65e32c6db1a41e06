"""Which texts of a wiki do something in the browser of whoever reads them, or send something. Pure.

By allowlist: what is not known to be read only is taken to act. Which part of a page YesWiki shows
as code, only YesWiki can tell: all of it is looked at, in every way that it may be put together.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wikifarm.json_text import texts_in

_READ_ONLY_WORDS = """
-text -comment html head body
h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd blockquote pre code table caption thead tbody tfoot tr th td
colgroup col figure figcaption strong em b i u s del ins sub sup small abbr time cite q mark details
summary a img br hr div span section article aside header footer main nav address fieldset legend
label center font tt kbd samp var wbr o:p
"""
_READ_ONLY = frozenset(_READ_ONLY_WORDS.split())
_ATTRIBUTES = re.compile(
    r"(?:class|id|href|src|alt|title|style|lang|dir|role|width|height|colspan|rowspan|scope|headers|"
    r"align|valign|border|cellpadding|cellspacing|bgcolor|color|face|size|datetime|cite|start|value|"
    r"reversed|type|open|summary|hreflang|target|rel|name|download|tabindex|aria-[a-z]+|loading|"
    r"decoding|sizes|srcset|nowrap|hspace|vspace|item(?:prop|scope|type)|"
    # What editors leave in what is pasted; no script of YesWiki reads it.
    r"data-(?:start|end|sourcepos|testid|ogs[bc]|contrast|ccp-props|(?:pm|mce|olk)-[a-z-]+))\Z"
)
# A text such as <https://example.org> or <somebody@example.org>, which a browser takes for an
# element that it does not know: nothing, without these.
_BRACKETED = re.compile(r"https?:|[\w.+-]+@[\w.-]+")
_BRACKETED_REST = re.compile(
    r"(?!on|data-|v-|(?:style|class|id|is|slot|ref|key)(?![\w-]))(?:[\w?&%~][\w.?&%#~+,-]*)?\Z"
)
# Of HTML without its table a browser leaves out the cells: as these they would be seen.
_OF_TABLES = re.compile(
    r"<(/?)(?:table|caption|colgroup|col|thead|tbody|tfoot|tr|th|td|html|head|body)\b",
    re.IGNORECASE,
)
# An address that a browser runs, once it has left out ends of lines and signs of control.
_RUN = re.compile(
    r"(?:javascript|vbscript):|data:\s*(?!image/(?:png|jpe?g|gif|webp)\b)[\w.+-]+/", re.IGNORECASE
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]")
# Looks that only dress what is there: no picture from elsewhere, nothing laid over the page.
_LOOK = re.compile(
    r"\s*(?:(color|background(?:-color)?|text-(?:align|decoration(?:-\w+)*|indent|transform)|"
    r"font(?:-\w+)*|overflow|box-sizing|list-style|"
    r"line-height|letter-spacing|word-spacing|vertical-align|white-space|float|clear|display|gap|"
    r"list-style-type|(?:max-|min-)?(?:width|height)|(?:margin|padding|border|mso)(?:-\w+)*|"
    r"(?:row|column)-gap|flex(?:-(?:grow|shrink|basis))?|orphans|widows|overflow-wrap|"
    r"word-(?:break|wrap))\s*:"
    r"((?:[\w\s#%.,!'\"]|-(?![\d.])|(?:rgb|hsl)a?\([\d\s.,%/]*\))*))?\Z"  # never less than 0
)
# Letters larger than these, or lines closer than these, lie over what is around: as unit: number.
_LARGEST = {"px": 48, "pt": 36, "em": 3, "rem": 3, "%": 300}
_CLOSEST = {"px": 12, "pt": 9, "em": 0.9, "rem": 0.9, "%": 90, "": 0.9}
_SIZE = re.compile(r"(\d*\.?\d+)(px|pt|r?em|%|)\Z")
# What the scripts of YesWiki open in the page itself, or fill with what stands elsewhere.
_FILLED = re.compile(r"\bmodal|dynamic|\bnavbar-fixed|\bvue\b|\bmarkdown", re.IGNORECASE)
# What the styles of YesWiki place by itself, over the page maybe (`position`; 4.4.4 and 4.5.0).
_PLACED_NAMES = r"""
affix agenda-entry app-nav [\w-]*backdrop bazar-(?:card|marker|map-container|search)
btn-(?:add-point|cancel|edit-points|close) c4-izmir close-search edit-tooltip embed-responsive
fa-(?:li|stack-[12]x) fixable fixedHeader-locked flying-edit-button (?:for-)?my-favorites
form-control-feedback github-corner icon-placeholder iframe-blocker img-marker lean-overlay
liens_titre_accordeon links-container lvml material-(?:card|tooltip) overlay pdf-block-loading
prevNext reveal sidebar(?:-toggle)? symbole_obligatoire timeline-[\w-]+ toast[\w-]* toc
yeswiki-vertical-menu node-children filter-node entry-container
"""
_PLACED = re.compile(
    r"(?<!\S)(?:(?:modal|popover|tooltip|carousel|dropdown|navbar(?!-btn|-text|-link)|"
    r"leaflet|fc|noUi|sp|note|gogo|vs_|dt[rb]?|dataTables?|ace|cbox|fs|qq|waves|ui|pb)(?=[-_A-Z\s]|\Z)|"
    rf"(?:{'|'.join(_PLACED_NAMES.split())})(?!\S))"
)
_PLACED_IDS = re.compile(
    r"(?:yw-|cbox|colorbox|pb[A-Z]|gogo|directory-|element-info|info-bar|map-|osmmap|preset-|"
    r"search-|toast)"
)
_RAW = '""'  # what stands between two of these is HTML
_NO_RAW = r"(?!\"\")"
# A whole tag, comment or address in brackets; what is not whole may be ended by something else.
_TAG = (
    r"<!--(?:{0}(?!-->).)*-->|<https?:[^\s<>\"]*>|<[\w.+-]+@[\w.-]+>|"
    r"</?[a-zA-Z][^\s\"'<>/=]*(?:[\s/]+[^\s\"'<>/=]+"
    r"(?:\s*=\s*(?:{0}\"[^\"]*\"|'(?:{0}[^'])*'|[^\s\"'<>=`]+))?)*[\s/]*>"
)
_WHOLE = re.compile(_TAG.replace("{0}", _NO_RAW), re.DOTALL)
_WHOLE_WITHOUT_RAW = re.compile(_TAG.replace("{0}", ""), re.DOTALL)
_CUT = re.compile(r"<(?:[a-zA-Z/!?]|\"\"|\Z)")
# What YesWiki shows as it stands, HTML too: slanted text and titles of Markdown (wakka.php).
_SHOWN = re.compile(
    r"(?=(?<!\w)_([^_]+)_(?!\w)|(?<!\w)\*([^*]+)\*(?!\w)|(?<!#)#{1,6} ([^\n#]*)(?:\n|\Z))"
)
_MARKDOWN_LINK = re.compile(r"\]\([^)]*\)\{([^}]*)\}")
_ODD_PICTURE = re.compile(r"\]\([^) ]*[\"'<>]")  # its address is not made harmless
_OF_ELSEWHERE = re.compile(r"\[\[\|")  # the text of a page of another wiki
_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_OPEN = re.compile(r"(?=\{\{)")
_MOST = 1000  # beginnings of a thing in a text: nobody writes more
_IN_LINK = re.compile(r"\[\[[^\]]*\{\{")  # an action in the address of a link
_PARAMETER = re.compile(r"([\w-]+)\s*=\s*\"([^\"]*)\"")
_IN_ACTION = re.compile(
    r"<|\bon(?!(?:going|line|ly|e|ce|set|board|glets?|des?|ze|t)\b)[a-z]+\s*=|script\s*:|url\s*\(|"
    r"['\"]\s*[\w:@.-]+\s*=",
    re.IGNORECASE,
)
_THERE = r"(?:[/\\\\]{2}|https?:)"
_ELSEWHERE = re.compile(rf"modalbox.*{_THERE}|{_THERE}.*modalbox", re.IGNORECASE | re.DOTALL)
# Parameters of actions that are read, or followed: none of them is a look.
_SAID_WORDS = """
text title titre label alt desc description caption legend placeholder hint link url nom query
"""
_SAID = frozenset(_SAID_WORDS.split())
# Actions that write to somebody; of all others, those that only link may name what stands elsewhere
# (4.4.4 and 4.5.0).
_SENDING = re.compile(
    r"\s*(?:(contact|abonnement|desabonnement|mailperiod|mailinglist|(?:user)?listsubscription)\b|"
    rf"(?!(?:button|buttondropdown|nav|attach|label|figure)\b)(\w+)\b.*{_THERE})",
    re.IGNORECASE | re.DOTALL,
)


def does_something(value: Any) -> bool:
    """True where a text, or one within this value, may run, load or send something."""
    return any(_is_cut(text) or any(map(_acts, _ways(text))) for text in texts_in(value))


def sending(text: str) -> list[str]:
    """The actions of a page that write to somebody or lead elsewhere."""
    names = (_SENDING.match(inner) for inner in _actions(text))
    return sorted({str(name[1] or name[2]).lower() for name in names if name})


def _is_cut(text: str) -> bool:
    """Whether HTML in it is ended by something else, an address by an action, or a picture by more
    than its address."""
    if any(text.count(mark) > _MOST for mark in ("](", "<!--", "[[")):
        return True
    if any(len(starts) > _MOST for starts in _beginnings(text).values()):
        return True
    if any(each.search(text) for each in (_IN_LINK, _OF_ELSEWHERE, _ODD_PICTURE)):
        return True
    if any(map(_is_given_more, _MARKDOWN_LINK.findall(text))):
        return True
    shown = ("".join(groups) for groups in _SHOWN.findall(text))
    whole = _WHOLE if text.count(_RAW) > 1 else _WHOLE_WITHOUT_RAW
    return any(_CUT.search(whole.sub(" ", each)) for each in (text, *shown))


def _is_given_more(given: str) -> bool:
    """Whether what a link of Markdown is given is more than how it looks."""
    for part in given.split():
        name, equals, value = part.partition("=")
        if part[0] in "#.":
            name, value = ("id", part[1:]) if part[0] == "#" else ("class", part.replace(".", " "))
        elif not equals:
            continue
        if _is_acting(name.lower(), value):
            return True
    return False


def _actions(text: str) -> Iterator[str]:
    """What each action is given, wherever YesWiki may see one begin; of very many that end at the
    same place, which `_is_cut` tells of, the first and the last."""
    for end, starts in _beginnings(text).items():
        few = starts if len(starts) <= _MOST else (starts[0], starts[-1])
        yield from (text[start:end] for start in few)


def _beginnings(text: str) -> dict[int, list[int]]:
    """Where actions may end: where each that ends there may begin."""
    ends: dict[int, list[int]] = defaultdict(list)
    end = 0
    for opening in _OPEN.finditer(text):
        start = opening.start() + 2
        end = end if end >= start else text.find("}}", start)
        if end < 0:
            break
        ends[end].append(start)
    return ends


def _ways(text: str) -> Iterator[str]:
    """The pieces of which HTML may be made of a text: each that may be HTML as it is, and all of
    them in a row."""
    head, end, rest = text.rpartition("}}")
    for whole in {text, _ACTION.sub("", head + end) + rest}:  # some show nothing, and join
        yield whole
        if "<" in whole or "&" in whole or _RAW in whole:
            yield whole.replace(_RAW, "")
            yield from whole.split(_RAW)
    yield from (f"{{{{{inner}}}}}" for inner in _actions(text))


def _acts(text: str) -> bool:
    if text.startswith("{{") and _does(text):
        return True
    if _RUN.search(_read(text)):
        return True
    return "<" in text and any(map(_is_active, _elements(text)))


def _does(action: str) -> bool:
    """Whether an action is given something else than what it is for."""
    if _ELSEWHERE.search(action):
        return True
    around = _PARAMETER.sub(" ", action)
    values = [(name.lower(), value) for name, value in _PARAMETER.findall(action)]
    return any(
        _IN_ACTION.search(way)
        for text in (around, *(value for _name, value in values))
        for way in (_read(text), unescape(unescape(text)))
    ) or any(itertools.starmap(_places, values))


def _places(name: str, value: str) -> bool:
    """Whether a parameter lays what the action shows over the page, or opens something."""
    run = "markdown" in value.lower()  # what it holds, by a script of YesWiki
    if name == "data" or ("class" in name and (run or _PLACED.search(value))):
        return True
    looks = [each for each in _read(value).lower().split(";")[1:] if ":" in each]
    return name not in _SAID and not all(map(_only_dresses, looks))


def _read(text: str) -> str:
    """A text as a browser takes an address in it."""
    return _UNSEEN.sub("", unescape(unescape(text)))


def _elements(text: str) -> Iterator[LexborNode]:
    """Every element that a browser makes of it, wherever it stands."""
    for way in {text, _OF_TABLES.sub(r"<\1div", text)}:
        root = LexborHTMLParser(way).root
        if root is not None:
            yield from root.traverse(include_text=False)


def _is_active(node: LexborNode) -> bool:
    if _BRACKETED.fullmatch(node.tag or ""):
        return not all(map(_BRACKETED_REST.match, node.attributes))
    if node.tag not in _READ_ONLY:
        return True
    return any(_is_acting(name, value or "") for name, value in node.attributes.items())


def _is_acting(name: str, value: str) -> bool:
    if not _ATTRIBUTES.match(name):
        return True
    if name == "style":
        return not all(map(_only_dresses, value.lower().split(";")))
    if name == "id":
        return _PLACED_IDS.match(value) is not None
    return name == "class" and bool(_FILLED.search(value) or _PLACED.search(value))


def _only_dresses(look: str) -> bool:
    """Whether a declaration of CSS, in small letters, leaves what it dresses in its place."""
    known = _LOOK.match(look)
    if known is None:
        return False
    name, value = known[1] or "", known[2] or ""
    if name == "line-height":
        return all(_within(size, _CLOSEST, at_least=True) for size in value.split())
    if name in ("font", "font-size"):
        return all(_within(size, _LARGEST) for size in value.split())
    return True


def _within(size: str, bounds: Mapping[str, float], *, at_least: bool = False) -> bool:
    """Whether a size is within the bound of its unit; words are."""
    if not size[:1].isdigit() and size[:1] != ".":
        return True
    known = _SIZE.match(size)
    if known is None or known[2] not in bounds:
        return False
    number, bound = float(known[1]), bounds[known[2]]
    return number >= bound if at_least else number <= bound
