"""By what an answer shows that it holds what a field of the sentinel holds. Pure.

A word is unique and is looked for as it stands. An answer chosen in a list is not: it is seen where
the question and the answer stand together, in each way that YesWiki writes them (4.4.4, 4.5.0).
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_QUOTE = r"(?:\\*\"|\\*u0022|&quot;|&#34;)"  # of an attribute or of JSON, in HTML or in JSON again
_BEFORE = r"(?:(?<!\w)|(?<=\\[nrt])|(?<=\\u003[eE]))"  # a whole word, in JSON too
# And in the text, never in an attribute: what comes next opens a tag, and closes none.
_AFTER = r"(?!\w)(?=(?:(?!\\u003[eE]|&gt;)[^<>])*?(?:<|\\u003[cC]|&lt;))"


@dataclass(frozen=True)
class Evidence:
    """By what a field is known again. `sign` stands in all that `pattern` matches: looking for it
    first is a hundred times faster, and nearly no answer holds it."""

    pattern: re.Pattern[str]
    sign: str

    def search(self, text: str) -> re.Match[str] | None:
        """Where the text shows it, first."""
        return self.pattern.search(text) if self.sign.casefold() in _folded(text) else None

    def is_all_of(self, text: str) -> bool:
        """True where the text is that and nothing else."""
        return self.pattern.fullmatch(text) is not None


@lru_cache(maxsize=8)
def _folded(text: str) -> str:
    """The text without its cases, for all that is looked for in one answer."""
    return text.casefold()


def of_word(word: str) -> Evidence:
    """A word that nobody else wrote."""
    return Evidence(re.compile(re.escape(word), re.IGNORECASE), word)


def of_date(day: date) -> Evidence:
    """A day, as it is stored and as a card shows it."""
    ways = f"{day.isoformat()}|{re.escape(day.strftime('%d.%m.%Y'))}"
    return Evidence(re.compile(ways), str(day.year))


def of_choice(name: str, key: str, label: str) -> Evidence:
    """The choice `key` of a list, that people read as `label`, in the answers `name`."""
    asked, chosen = re.escape(name), re.escape(key)
    read = "|".join(map(re.escape, (label, json.dumps(label)[1:-1], html.escape(label))))
    ways = (
        # JSON, of one choice or several: "name":"key", "name":"a,key"
        rf"{_QUOTE}{asked}{_QUOTE}\s*:\s*{_QUOTE}(?:[^\"\\&]*,)?{chosen}(?:,|{_QUOTE})",
        # beside an entry in a list
        rf"data-{asked}={_QUOTE}(?:[^\"\\&]*,)?{chosen}(?:,|{_QUOTE})",
        # on a card, up to the next question; what filters a list names the question alone
        rf"data-id={_QUOTE}{asked}{_QUOTE}(?:(?!data-id=)[\s\S]){{0,800}}?"
        rf"{_BEFORE}(?:{read}){_AFTER}",
        # in the form that changes it: a list to unfold, buttons, boxes
        rf"<select[^>]*\sname={_QUOTE}{asked}(?:\[\])?{_QUOTE}(?:(?!</select)[\s\S])*?"
        rf"value={_QUOTE}?{chosen}{_QUOTE}?\s+selected",
        rf"<input(?=[^>]*\sname={_QUOTE}{asked}(?:\[{chosen}\])?{_QUOTE})"
        rf"(?=[^>]*\svalue={_QUOTE}?(?:{chosen}|1){_QUOTE}?[\s/>])[^>]*\schecked",
    )
    return Evidence(re.compile("|".join(ways)), name)
