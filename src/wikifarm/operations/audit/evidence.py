"""By what an answer shows that it holds what a field of the sentinel holds. Pure.

A word is unique and is looked for as it stands. An answer chosen in a list is not: it is seen where
the question and the answer stand together, in each way that YesWiki writes them (4.4.4, 4.5.0).
"""

from __future__ import annotations

import html
import json
import re
from datetime import date

_QUOTE = r"(?:\\*\"|\\*u0022|&quot;|&#34;)"  # of an attribute or of JSON, in HTML or in JSON again
_BEFORE = r"(?:(?<!\w)|(?<=\\[nrt])|(?<=\\u003[eE]))"  # a whole word, in JSON too
# And in the text, never in an attribute: what comes next opens a tag, and closes none.
_AFTER = r"(?!\w)(?=(?:(?!\\u003[eE]|&gt;)[^<>])*?(?:<|\\u003[cC]|&lt;))"


def of_word(word: str) -> re.Pattern[str]:
    """A word that nobody else wrote."""
    return re.compile(re.escape(word), re.IGNORECASE)


def of_date(day: date) -> re.Pattern[str]:
    """A day, as it is stored and as a card shows it."""
    return re.compile(f"{day.isoformat()}|{re.escape(day.strftime('%d.%m.%Y'))}")


def of_choice(name: str, key: str, label: str) -> re.Pattern[str]:
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
    return re.compile("|".join(ways))
