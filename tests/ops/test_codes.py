"""What the collection declines or fails at, and what the command knows of it: the same codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from wikifarm.ansible.codes import STATUSES
from wikifarm.errors import Exit
from wikifarm_host.errors import EXITS, Code

from .hosting import PLAYBOOKS

TOOLS = set(get_args(Code))
# What an archive is refused for: looked at on the controller, where nothing was done yet.
ARCHIVES = {code for code in TOOLS if code.startswith("archive-")} - {"archive-option"}
CODED = re.compile(r"([a-z]+(?:-[a-z0-9]+)*): \S")


def sentences(value: Any) -> Iterator[dict[str, str]]:
    """Every pair of sentences, one a language, below a value of YAML."""
    if isinstance(value, dict) and value.keys() == {"fr", "en"}:
        yield value
    elif isinstance(value, dict):
        for below in value.values():
            yield from sentences(below)
    elif isinstance(value, list):
        for below in value:
            yield from sentences(below)


def refusals() -> dict[str, dict[str, str]]:
    """What the playbooks and their roles refuse, by code."""
    roles = PLAYBOOKS / "ansible_collections/wikifarm/farm/roles"
    yaml = YAML(typ="safe")
    coded = {}
    for path in [*PLAYBOOKS.glob("*.yml"), *roles.glob("*/vars/*.yml")]:
        for pair in sentences(yaml.load(path)):
            code = CODED.match(str(pair["en"]))
            if code:
                coded[code[1]] = pair
    return coded


def test_a_refusal_of_the_playbooks_has_one_code_in_both_languages() -> None:
    assert {"disk-too-small", "settings", "one-farm", "ssh-no-key", "sympa-foreign"} <= {
        *refusals()
    }
    for code, pair in refusals().items():
        assert pair["fr"].startswith(f"{code}: "), pair


def test_the_command_knows_every_code_and_no_other() -> None:
    assert {*STATUSES} == TOOLS | {*refusals()}


@pytest.mark.parametrize("code", sorted(TOOLS))
def test_a_code_has_the_status_that_the_tool_gives_it(code: Code) -> None:
    expected = Exit.REFUSED if code in ARCHIVES else EXITS.get(code, Exit.FAILED)
    assert STATUSES[code] == expected
