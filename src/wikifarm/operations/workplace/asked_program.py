"""Passwords that a program of the person's prints: `pass`, `op`, `bw`, or any other."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from wikifarm.errors import PasswordsShut
from wikifarm.i18n import _
from wikifarm.reasons import of_system

TIME = 120.0  # seconds: a person may have to unlock it first
PLACE = "{slug}"  # in the words of the command: of which wiki

_turn = Lock()  # two at once would ask the same person to unlock it twice


@dataclass(frozen=True)
class AskedProgram:
    """A command, word by word: no shell reads it. It is not given our own secrets."""

    command: tuple[str, ...]
    time: float = TIME  # seconds

    def read(self, slug: str) -> str:
        """The first line that it prints; nothing where it ends badly, as for a wiki that it does
        not know. Raises PasswordsShut where it cannot be asked."""
        words = [word.replace(PLACE, slug) for word in self.command]
        with _turn:
            try:
                asked = subprocess.Popen(  # noqa: S603 - the person's own settings name it
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,  # it may hold what must be shown to nobody
                    env=_without_ours(),
                )
            except (OSError, ValueError) as fault:
                reason = of_system(fault) if isinstance(fault, OSError) else _("it is not a text")
                raise self._shut(words, reason) from None
            try:
                printed, _errors = asked.communicate(timeout=self.time)
            except subprocess.TimeoutExpired:
                raise self._shut(
                    words, _("no answer in {seconds} s").format(seconds=round(self.time))
                ) from None
            finally:
                _end(asked)
        if asked.returncode != 0:
            return ""
        return next(iter(printed.decode(errors="replace").splitlines()), "")

    def _shut(self, words: list[str], reason: str) -> PasswordsShut:
        return PasswordsShut(
            _("The program that keeps the passwords ({name}) cannot be asked: {reason}.").format(
                name=self.command[0], reason=reason
            ),
            hint=_("Try it yourself: {command}; or change vault_command in wikifarm.toml.").format(
                command=" ".join(words)
            ),
        )


def _end(asked: subprocess.Popen[bytes]) -> None:
    """Waits for no child that it may have left behind with its output."""
    if asked.poll() is None:
        asked.kill()
    if asked.stdout is not None:
        with suppress(OSError):
            asked.stdout.close()
    asked.wait()


def _without_ours() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("WIKIFARM_")}
