# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs of the tool that looks after the farms of a machine: where each is, and which write."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """`module`: in the package `wikifarm_host`."""

    module: str
    writes: bool


VERBS = {
    "release": Verb("releases.release", writes=True),
    "serve": Verb("releases.serve", writes=True),
    "install": Verb("site.install", writes=True),
    "configure": Verb("site.configure", writes=True),
    "models": Verb("site.operator_models", writes=True),
    "wikis": Verb("site.wikis", writes=False),
    "check": Verb("site.check", writes=False),
    "upgrade": Verb("upkeep.upgrade", writes=True),
    "backup": Verb("backups.backup", writes=True),
    "check-backup": Verb("backups.check_backup", writes=False),
    "restore": Verb("backups.restore", writes=True),
    "restore-test": Verb("backups.restore_test", writes=True),
    "retire": Verb("upkeep.retire", writes=True),
    "facts": Verb("upkeep.facts", writes=False),
}
