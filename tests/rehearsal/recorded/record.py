"""Records the answers of a live farm: `python -m tests.rehearsal.recorded.record 4.5.0`.

The farm and its administrator are those of the environment, as for the contract tests; the name
is that of the version that runs there, and of the file that is written beside this one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .series import Series


def main(version: str) -> None:
    """Asks the farm, then writes what is kept of its answers."""
    given = os.environ
    series = Series(
        given["WIKIFARM_E2E_FARM"],
        given["WIKIFARM_FARM_PASSWORD"],
        given["WIKIFARM_FARM_TOKEN"],
        given.get("WIKIFARM_RECORD_SLUG", "wf-essai-releve"),
    )
    lines = (
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(kept, ensure_ascii=False)}"
        for name, kept in series.run().items()
    )
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name(f"{version}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
