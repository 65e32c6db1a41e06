"""The tool of the machine, as a process: the programs of a test come before those of the machine.

hosting.py and care_farm.py start it: PYTHONPATH says where the tool is, and WIKIFARM_TEST_PROGRAMS
where the programs are.
"""

from __future__ import annotations

import os
import sys

from wikifarm_host import cli
from wikifarm_host.machine import system

if __name__ == "__main__":
    system.PATH = f"{os.environ['WIKIFARM_TEST_PROGRAMS']}:{system.PATH}"
    sys.exit(cli.main())
