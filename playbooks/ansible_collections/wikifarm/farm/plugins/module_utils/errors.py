# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A verb that stops: a stable code, a sentence and what to try next, in French and in English."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, TypeVar

Words = TypeVar("Words")

Code = Literal[
    "archive-missing",
    "archive-not-extension",
    "archive-not-yeswiki",
    "archive-option",
    "archive-sha256",
    "archive-unsafe",
    "archive-url",
    "backup-absent",
    "backup-damaged",
    "backup-failed",
    "backup-incomplete",
    "backup-locked",
    "backup-nothing",
    "backup-password",
    "backup-unreachable",
    "check-failed",
    "configuration-unreadable",
    "database-in-use",
    "database-missing",
    "disk-full",
    "extension-not-installed",
    "farm-unknown",
    "install-refused",
    "locked",
    "login-refused",
    "machine-failed",
    "migration-failed",
    "models-other-farm",
    "models-unreadable",
    "models-unsafe",
    "not-installed",
    "program-failed",
    "program-missing",
    "release-unknown",
    "restore-check-failed",
    "restore-differs",
    "restore-release",
    "restore-test-database",
    "restore-test-failed",
    "retire-main",
    "retire-not-a-wiki",
    "site-occupied",
    "snapshot-unknown",
    "snapshot-without-wiki",
    "tool-crashed",
    "tool-missing",
    "unfinished",
    "upgrade-check-failed",
    "upgrade-not-ready",
    "upgrade-rollback-failed",
    "web-certificate",
    "web-unreachable",
    "wiki-suspect",
    "wiki-unknown",
]
# Status of the process: what is asked wrong, what is declined, what does not answer. Else 1.
EXITS: Mapping[Code, int] = {
    "archive-missing": 2,
    "archive-option": 2,
    "archive-url": 8,
    "database-in-use": 7,
    "farm-unknown": 2,
    "locked": 7,
    "login-refused": 8,
    "models-other-farm": 2,
    "models-unreadable": 2,
    "models-unsafe": 7,
    "retire-main": 2,
    "retire-not-a-wiki": 7,
    "snapshot-unknown": 2,
    "snapshot-without-wiki": 2,
    "unfinished": 7,
    "web-certificate": 8,
    "web-unreachable": 8,
    "wiki-suspect": 7,
    "wiki-unknown": 2,
}


class Stop(Exception):
    """The verb cannot go on; `code` is stable, `exit` is the status of the process.

    Each sentence says what was and was not done; each hint, the next thing to try. Neither holds a
    secret.
    """

    def __init__(self, code: Code, *, fr: tuple[str, str], en: tuple[str, str]) -> None:
        self.code = code
        self.exit = EXITS.get(code, 1)
        self.message, self.hint = say(fr, en)
        super().__init__(self.message)


def language() -> str:
    """`fr`, unless WIKIFARM_LANG says `en`."""
    return "en" if os.environ.get("WIKIFARM_LANG", "").lower().startswith("en") else "fr"


def say(fr: Words, en: Words) -> Words:
    """The words in the language of whoever asks."""
    return en if language() == "en" else fr
