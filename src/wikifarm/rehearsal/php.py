"""What PHP does its own way: JSON, slashes, and posted values where `a[b]=c` is nested."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote


def php_json(value: Any) -> str:
    """JSON as PHP writes it: ASCII only, slashes escaped, no spaces."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")


def addslashes(value: str) -> str:
    """PHP's addslashes."""
    return re.sub(r"([\\'\"])", r"\\\1", value)


TRIMMED = " \t\n\r\0\x0b"
"""What PHP's trim cuts at both ends."""

_KEY = re.compile(r"\[([^\]]*)\]")


def parse(raw: str) -> dict[str, object]:
    """Names and values; `name[key]=v` gives {name: {key: v}}, `name[]=v` counts from 0."""
    result: dict[str, object] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        head, bracket, rest = name.partition("[")
        keys = _KEY.findall(bracket + rest) if bracket else []
        top = head.replace(".", "_").replace(" ", "_")
        _put(result, [top, *keys], value)
    return result


def _put(target: dict[str, object], path: list[str], value: str) -> None:
    for key in path[:-1]:
        nested = target.setdefault(key or str(len(target)), {})
        if not isinstance(nested, dict):
            nested = {}
            target[key] = nested
        target = nested
    target[path[-1] or str(len(target))] = value


def text(values: dict[str, object], name: str, default: str = "") -> str:
    """A value that must be a string; `default` where it is missing or nested."""
    value = values.get(name, default)
    return value if isinstance(value, str) else default


def table(values: dict[str, object], name: str) -> dict[str, str]:
    """A nested value as strings by key; a plain string is one element."""
    value = values.get(name)
    if isinstance(value, str):
        return {"0": value}
    if isinstance(value, dict):
        return {str(k): v for k, v in value.items() if isinstance(v, str)}
    return {}


def uploaded(body: bytes, kind: str, name: str) -> tuple[str, bytes] | None:
    """The file posted in a field of a multipart body, with its name (PHP: $_FILES)."""
    match = re.search(r'boundary="?([^";]+)', kind)
    for part in body.split(b"--" + match.group(1).encode()) if match else ():
        head, _, value = part.partition(b"\r\n\r\n")
        asked = re.search(rb'name="' + re.escape(name.encode()) + rb'"; filename="([^"]*)"', head)
        if asked:
            return asked.group(1).decode("utf-8", "replace"), value.removesuffix(b"\r\n")
    return None


def multipart(body: bytes, kind: str) -> dict[str, object]:
    """The fields of a multipart body; files are left out."""
    match = re.search(r'boundary="?([^";]+)', kind)
    pairs: list[str] = []
    for part in body.split(b"--" + (match.group(1) if match else "-").encode()):
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        if name and b"filename=" not in head:
            text = value.removesuffix(b"\r\n").decode("utf-8", "replace")
            pairs.append(f"{quote(name.group(1).decode())}={quote(text, safe='')}")
    return parse("&".join(pairs))
