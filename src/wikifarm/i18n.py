"""The language of what people read: French by default, English with `--lang en` or the locale.

Sentences in the code are English msgids; `locale/fr/LC_MESSAGES/wikifarm.po` holds the French.
`_` looks a sentence up when it is called, so call it where the sentence is made, never at import.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Mapping
from pathlib import Path

LANGUAGES = ("fr", "en")
DEFAULT = "fr"
_LOCALES = Path(__file__).parent / "locale"

_language = DEFAULT
_catalogue: gettext.NullTranslations | None = None


def chosen_language(option: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The language to speak: the option, else WIKIFARM_LANG, else the locale, else French."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    for wish in (option, environ.get("WIKIFARM_LANG"), locale):
        code = (wish or "")[:2].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT


def speak(language: str) -> None:
    """Makes `language` ("fr" or "en") the one that `_` answers in."""
    global _language, _catalogue  # noqa: PLW0603 - one process speaks one language
    _language = language
    _catalogue = None


def language() -> str:
    """The language in use."""
    return _language


def _read(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("wikifarm", _LOCALES, languages=[language], fallback=True)


def _loaded() -> gettext.NullTranslations:
    global _catalogue  # noqa: PLW0603
    if _catalogue is None:
        _catalogue = _read(_language)
    return _catalogue


def in_language(language: str) -> Callable[[str], str]:
    """A `_` of that language, for what is written in a wiki: there, the community's words count.

    Two people who run wikifarm in two languages must write the same pages.
    """
    return _read(language).gettext


def decimal(number: str) -> str:
    """A number such as `0.1` as the language in use writes it."""
    return number.replace(".", ",") if language() == "fr" else number


def _(message: str) -> str:
    """The sentence in the language in use."""
    return _loaded().gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The sentence for `number` things, in the language in use."""
    return _loaded().ngettext(singular, plural, number)
