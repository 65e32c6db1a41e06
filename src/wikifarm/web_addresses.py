"""Web addresses as people give them: what can be asked, and what must not be written down."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from wikifarm.i18n import _

_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?\Z")
_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\x00-\x20\x7f]")


def why_not(url: str) -> str:
    """Why nothing can be asked at this address, as a sentence; empty where it can.

    A name and a password in it are refused, and not shown: an address is written in pages, in
    messages and in the names of folders.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.username is not None or parts.password is not None:
        return _(
            "this address holds a name or a password, and addresses are shown to everybody: "
            "write it without what stands before the “@”"
        )
    good = (
        parts.scheme in ("http", "https") and _is_host(host) and not _NOT_IN_ADDRESSES.search(url)
    )
    if good:
        return ""
    # What cannot be taken apart may hold a password.
    return (
        _("this is not a web address")
        if "@" in url
        else _("“{url}” is not a web address").format(url=url)
    )


def shown(url: str) -> str:
    """An address as it may be shown: without a name, a password, a key in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "?"
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
    return "?" if "@" in bare.path else bare.geturl()


def in_clear(url: str) -> bool:
    """True where what is sent can be read on its way: http, to another computer than this one."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return ip_address(host).version == 6
        except ValueError:
            return False
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(_LABEL.match(label) for label in labels)
