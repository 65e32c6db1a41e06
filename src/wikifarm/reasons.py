"""Why something failed on this computer, in the language in use.

The operating system, and the readers of YAML, TOML and CSV, give their reasons in English only.
A reason that is not listed here is shown as it came: better in English than not at all.
"""

from __future__ import annotations

import errno
import re

from wikifarm.i18n import _


def of_system(fault: BaseException) -> str:
    """Why the operating system refused; the kind of the exception where it gives no reason."""
    number = getattr(fault, "errno", None) or 0
    words: dict[int, str] = {
        errno.EACCES: _("not allowed"),
        errno.EPERM: _("not allowed"),
        errno.EADDRINUSE: _("another program uses it"),
        errno.EADDRNOTAVAIL: _("this computer does not have it"),
        errno.EDQUOT: _("the disk quota is used up"),
        errno.EEXIST: _("it is already there"),
        errno.EFBIG: _("too large"),
        errno.EIO: _("the disk failed"),
        errno.EISDIR: _("it is a folder"),
        errno.EMFILE: _("too many files are open"),
        errno.ELOOP: _("its links lead back to each other"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.ENOENT: _("no such file or folder"),
        errno.ENOSPC: _("the disk is full"),
        errno.ENOTDIR: _("a file stands where a folder is needed"),
        errno.EROFS: _("this disk can only be read"),
    }
    return words.get(number, "") or getattr(fault, "strerror", None) or type(fault).__name__


def of_reader(reason: object) -> str:
    """What the reader of a YAML, TOML or CSV file complains of."""
    text = str(reason or "")
    words = (
        # YAML (ruamel.yaml)
        ("mapping values are not allowed", _("there is a “: ” too many on this line")),
        ("could not find expected ':'", _("a “:” is missing on this line")),
        ("expected <block end>", _("this line is not aligned with those above")),
        ("expected the node content", _("a value is missing")),
        ("expected ',' or", _("a comma or a closing bracket is missing")),
        (r"found character '\t'", _("there is a tab: indent with spaces")),
        (r"found character .* that cannot start", _("this sign cannot begin a value")),
        ("found unexpected end of stream", _("a quote is not closed")),
        ("found unknown escape character", _("“\\” is not followed by a known letter")),
        ("sequence entries are not allowed", _("a “- ” stands where it cannot")),
        # TOML (tomllib)
        ("Invalid value", _("this value cannot be read")),
        ("Expected '=' after a key", _("a “=” is missing on this line")),
        ("Expected newline or end of document", _("there is something too many on this line")),
        ("Unterminated string", _("a quote is not closed")),
        ("Illegal character", _("a quote is not closed, or a sign is not allowed here")),
        ("Cannot (overwrite|declare)", _("this is written twice")),
        ("Expected ']'", _("a “]” is missing")),
        ("Unclosed array", _("a “]” is missing")),
        ("Invalid statement", _("this line cannot be read")),
        ("Unescaped '", _("write “\\\\” for one “\\”")),
        # CSV (the csv module)
        ("unexpected end of data", _("a quote is not closed")),
        (r"'.' expected after", _("a quote stands inside a text: write it twice")),
        ("new-line character seen", _("a line break stands inside a text without quotes")),
        ("field larger", _("a cell is too long")),
        ("line contains NUL", _("it is not a text")),
    )
    return next((word for start, word in words if re.match(start, text)), text)
