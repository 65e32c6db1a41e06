"""French typography of Markdown: a no-break space before `: ; ? ! »` and after `«`, but in code.

`python -m tests.french_spaces docs/*.md README.md` puts them where they lack.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

NO_BREAK = "\N{NO-BREAK SPACE}"
_CODE = r"^ *```.*?^ *```|`(?:[^`\n]|\n(?!\n))*`"
_PLAIN = r"(?<=\S) (?=[:;?!»](?:[\s)*_,.»|\]]|\Z))|(?<=«) "
_EITHER = re.compile(f"(?P<code>{_CODE})|{_PLAIN}", re.DOTALL | re.MULTILINE)


def typeset(text: str) -> str:
    """The text with these spaces."""
    return _EITHER.sub(lambda match: match["code"] or NO_BREAK, text)


def main() -> None:
    """Puts them into files."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(typeset(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
