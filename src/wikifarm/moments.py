"""Times as people read them: those of this computer's own clock."""

from __future__ import annotations

from datetime import datetime


def local(text: str) -> str:
    """An ISO 8601 time as `2026-11-27 08:03`, local; as it came where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return text


def today() -> str:
    """The date here, as `2026-11-27`."""
    return datetime.now().astimezone().strftime("%Y-%m-%d")
