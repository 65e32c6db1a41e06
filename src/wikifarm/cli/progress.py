"""Tells on stderr how the work goes on: one line, written over; silent when not a terminal."""

from __future__ import annotations

import shutil
from typing import TextIO

from wikifarm.i18n import _

_CLEAR = "\r\x1b[K"


def step_words() -> dict[str, str]:
    """What people read for each step."""
    return {
        "wiki": _("the wiki"),
        "accounts": _("accounts"),
        "groups": _("groups"),
        "lists": _("lists of choices"),
        "forms": _("forms"),
        "pages": _("pages"),
        "rights": _("rights of pages"),
        "module-rights": _("rights of actions"),
        "settings": _("settings"),
        "tidy": _("demonstration content"),
        "mailing-list": _("mailing list"),
        "audit": _("privacy"),
        "waiting": _("another wikifarm works on this wiki: waiting until it ends"),
        "checklist": _("checklist"),
        # What the doctor looks at.
        "computer": _("this computer"),
        "passwords": _("the passwords"),
        "address": _("the address of the farm"),
        "farm_form": _("the form that makes wikis"),
        "open_entries": _("what a visitor can read"),
        "pages_of_farm": _("pages"),
        "account": _("account"),
        "key": _("key"),
        "verbs": _("the web server"),
        "mail": _("mail"),
        "farm": _("the farm"),
        "test_message": _("a test message"),
        "domains": _("domains"),
        "list_server": _("the list server"),
    }


def role_words() -> dict[str, str]:
    """What people read for each of those who ask in the audit."""
    return {
        "visitor": _("visitor"),
        "stranger": _("logged-in stranger"),
        "member": _("member"),
    }


class Progress:
    """Called as `progress(slug, what)`; `clear` takes the line away before something is shown."""

    def __init__(self, stream: TextIO | None, *, on: bool) -> None:
        self._stream = stream
        self._on = on and stream is not None and stream.isatty()
        self._shown = False

    def __call__(self, slug: str, what: str) -> None:
        if not self._on or self._stream is None:
            return
        known = {**step_words(), **role_words()}
        text = " ".join(known.get(word, word) for word in what.split(" "))
        self.line(_("{subject}: {text}").format(subject=slug, text=text) if slug else text)

    def line(self, text: str) -> None:
        """Shows this line in the place of the last one."""
        if not self._on or self._stream is None:
            return
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"{_CLEAR}{text[:width]}")
        self._stream.flush()
        self._shown = True

    def clear(self) -> None:
        """Leaves the terminal as it was."""
        if self._shown and self._stream is not None:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._shown = False
