"""JSON as files of people and servers give it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def from_json(text: str | bytes) -> Any:
    """The value. Raises ValueError for what is no JSON, and for what nests too deep to be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def texts_in(value: Any) -> Iterator[str]:
    """Every text of what JSON gave."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, str):
        yield value
