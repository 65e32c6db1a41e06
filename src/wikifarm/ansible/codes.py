"""The codes of what the playbooks, their modules and the tool of the machines decline, or fail at.

Each with the status that it gives a command where the machine does not say one. The tests compare
them with what the collection says.
"""

from __future__ import annotations

from collections.abc import Mapping

from wikifarm.errors import Exit

_CODES = {
    # What the inventory or the command says wrong.
    Exit.USAGE: """
        archive-option farm-unknown models-other-farm models-unreadable one-wiki retire-main
        settings snapshot-unknown snapshot-without-wiki wiki-unknown
    """,
    # What is declined before anything changes.
    Exit.REFUSED: """
        archive-missing archive-not-extension archive-not-yeswiki archive-sha256 archive-unsafe
        archive-url database-in-use disk-too-small folder-in-use locked models-unsafe mta-foreign
        one-farm
        php-too-old port-taken retire-not-a-wiki ssh-no-key sympa-foreign system-unknown unfinished
        verify-directory wiki-suspect
    """,
    # What does not answer, or lets nobody in.
    Exit.SERVER: "login-refused web-certificate web-unreachable",
    Exit.FAILED: """
        backup-absent backup-damaged backup-failed backup-incomplete backup-locked backup-nothing
        backup-password backup-unreachable check-failed configuration-unreadable database-missing
        disk-full extension-not-installed install-refused machine-failed migration-failed
        no-admin-password not-installed program-failed program-missing release-unknown
        restore-check-failed restore-differs restore-release restore-test-database
        restore-test-failed site-occupied tool-crashed tool-missing upgrade-check-failed
        upgrade-not-ready upgrade-rollback-failed
    """,
}
STATUSES: Mapping[str, int] = {
    code: status for status, codes in _CODES.items() for code in codes.split()
}
