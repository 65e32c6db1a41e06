"""How the records of e-mail in the DNS read: SPF, DMARC, DKIM. Nothing here asks the network.

Whoever holds a name writes what they like there: no record, however wrong, makes a reader raise.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

# -- SPF (RFC 7208) -------------------------------------------------------------------------

_SPF = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
_MECHANISM = re.compile(r"([-+~?]?)([a-z0-9]+)(?::(.+?))?((?:/\d{1,3})?(?://\d{1,3})?)\Z", re.I)
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)\Z", re.IGNORECASE)
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})  # section 4.6.4, with redirect
_NAMING = frozenset({"include", "exists"})  # these are nothing without a name


@dataclass(frozen=True)
class Spf:
    """One SPF record. `last` is the sign before `all`; `lookups` leaves out what it includes."""

    last: str = ""
    redirect: str = ""
    includes: tuple[str, ...] = ()
    lookups: int = 0
    ptr: bool = False
    wrong: tuple[str, ...] = ()  # terms that make the whole record a permanent error
    terms: tuple[str, ...] = ()  # the mechanisms before `all`


def is_spf(text: str) -> bool:
    """True for a TXT that says it is SPF."""
    return _SPF.match(text) is not None


def parse_spf(text: str) -> Spf:
    """Reads a record that `is_spf`. What stands after `all` is never looked at by a verifier."""
    includes: list[str] = []
    terms: list[str] = []
    wrong: list[str] = []
    last, redirect, lookups, ptr = "", "", 0, False
    for term in text.split(" ")[1:]:
        modifier = _MODIFIER.match(term)
        if modifier:
            redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
            continue
        if not term or last:
            continue
        name, sign, value = _mechanism(term)
        if name == "all":
            last = sign
        elif name:
            terms.append(term)
            lookups += name in _ASKING
            ptr = ptr or name == "ptr"
            includes += [value] if name == "include" else []
        else:
            wrong.append(term)
    if last:
        redirect = ""  # section 6.1
    lookups += bool(redirect)
    return Spf(last, redirect, tuple(includes), lookups, ptr, tuple(wrong), tuple(terms))


def _mechanism(term: str) -> tuple[str, str, str]:
    """Name, sign and value of a mechanism; no name where no verifier would understand it."""
    match = _MECHANISM.match(term)
    if match is None:
        return "", "", ""
    sign, name, value, mask = match[1] or "+", match[2].lower(), match[3] or "", match[4]
    if name == "all":
        good = not value and not mask
    elif name in _NAMING:
        good = bool(value) and not mask
    elif name in {"ip4", "ip6"}:
        good = _is_network(value + mask, 4 if name == "ip4" else 6)
    else:
        good = name in {"a", "mx"} or (name == "ptr" and not mask)
    return (name, sign, value) if good else ("", "", "")


def _is_network(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_network(text, strict=False).version == version
    except ValueError:
        return False


def merged_spf(records: Sequence[str]) -> str:
    """One record that says what several say together, each of them being SPF."""
    parts = [parse_spf(record) for record in records]
    terms: list[str] = []
    for part in parts:
        terms += part.terms
        if part.redirect:
            terms.append(f"include:{part.redirect}")
    strict = all(part.last == "-" for part in parts)
    return " ".join(["v=spf1", *dict.fromkeys(terms), "-all" if strict else "~all"])


# -- DMARC (RFC 7489) -----------------------------------------------------------------------

POLICIES = ("none", "quarantine", "reject")
_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(?:;|\Z)")


@dataclass(frozen=True)
class Dmarc:
    """One DMARC record. An empty policy is one that no server understands."""

    policy: str = ""
    of_subdomains: str = ""
    reports: bool = False
    public_suffix: str = ""  # DMARCbis: "y" on a registry, "n" where the organisation begins


def is_dmarc(text: str) -> bool:
    """True for a TXT that says it is DMARC."""
    return _DMARC.match(text) is not None


def parse_dmarc(text: str) -> Dmarc:
    """Reads a record that `is_dmarc`."""
    tags = _tags(text)
    reports = tags.get("rua", "") != ""
    policy = tags.get("p", "").lower()
    if policy not in POLICIES:
        # Section 6.6.3: with an address for reports, a wrong policy counts as "none".
        policy = "none" if reports else ""
    below = tags.get("sp", "").lower()
    of_subdomains = below if below in POLICIES else policy
    return Dmarc(policy, of_subdomains, reports, tags.get("psd", "").lower())


def _tags(text: str) -> dict[str, str]:
    """The `name=value;` list of DMARC and DKIM; the first of two with one name counts."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


# -- DKIM (RFC 6376, RFC 8301, RFC 8463) ----------------------------------------------------

_RSA, _ED25519 = "rsa", "ed25519"
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03


@dataclass(frozen=True)
class DkimKey:
    """A published key. No bits: malformed, unless it is revoked."""

    kind: str = _RSA
    bits: int = 0
    revoked: bool = False
    testing: bool = False


def parse_dkim(text: str) -> DkimKey | None:
    """Reads a key; None for a TXT that is none (a wildcard answers every selector)."""
    tags = _tags(text)
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return None
    kind = tags.get("k", _RSA).lower()
    testing = "y" in tags.get("t", "").replace(" ", "").split(":")
    written = re.sub(r"\s", "", tags["p"])
    if not written:
        return DkimKey(kind, revoked=True, testing=testing)
    try:
        key = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return DkimKey(kind, testing=testing)
    bits = _rsa_bits(key) if kind == _RSA else 256 * (kind == _ED25519 and len(key) == 32)
    return DkimKey(kind, bits, testing=testing)


def _rsa_bits(key: bytes) -> int:
    """Bits of the modulus; 0 where the key is malformed.

    The RFC asks for a bare RSAPublicKey, everybody publishes a SubjectPublicKeyInfo around it.
    """
    try:
        inside, _rest = _der(key, _SEQUENCE)
        if inside[:1] == bytes([_SEQUENCE]):
            _algorithm, rest = _der(inside, _SEQUENCE)
            wrapped, _rest = _der(rest, _BITS)
            inside, _rest = _der(wrapped[1:], _SEQUENCE)
        modulus, _rest = _der(inside, _INTEGER)
        return int.from_bytes(modulus, "big").bit_length()
    except (ValueError, IndexError):
        return 0


def _der(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The value of the DER element that begins `data`, and the rest. ValueError or IndexError."""
    if data[0] != tag:
        raise ValueError(tag)
    start, size = 2, data[1]
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(data[2:start], "big")
    if len(data) < start + size:
        raise ValueError(size)
    return data[start : start + size], data[start + size :]
