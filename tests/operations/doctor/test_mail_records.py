"""The records of e-mail: whatever is written there, it is read as a verifier would."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.operations.doctor.mail_records import (
    POLICIES,
    DkimKey,
    Dmarc,
    Spf,
    is_dmarc,
    is_spf,
    merged_spf,
    parse_dkim,
    parse_dmarc,
    parse_spf,
)

WORDS = st.sampled_from(
    ["v=spf1", "v=DMARC1", "v=DKIM1", "p=", "p=none", "p=reject", "sp=", "rua=mailto:a@b.org",
     "k=rsa", "k=ed25519", "t=y", "include:", "include:a.org", "redirect=", "redirect=a.org",
     "a", "mx", "ptr", "exists:%{i}.a.org", "ip4:", "ip4:1.2.3.4/99", "ip6:::1", "?all", "+all",
     "a/", "a//", ":", "=", ";", "\\", "\ufffd", "é", "a:" + "b" * 300]
)  # fmt: skip
RECORDS = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS, max_size=12).map(" ".join),
    st.lists(WORDS, max_size=12).map(";".join),
)


@given(RECORDS)
def test_no_record_makes_a_reader_raise(text: str) -> None:
    for record in (text, f"v=spf1 {text}", f"v=DMARC1;{text}", f"v=DKIM1;{text}"):
        spf = parse_spf(record)
        assert not (spf.last and spf.redirect)
        assert len(spf.includes) <= spf.lookups
        assert is_spf(merged_spf([record]))
        assert parse_dmarc(record).policy in ("", *POLICIES)
        parse_dkim(record)


@given(st.binary(max_size=300))
def test_no_key_makes_the_reader_raise(raw: bytes) -> None:
    for kind in ("rsa", "ed25519", "other"):
        key = parse_dkim(f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}")
        assert key is not None
        assert key.revoked == (raw == b"")


def element(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 128:
        return bytes([tag, size]) + value
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(long)]) + long + value


def rsa_key(bits: int, bare: bool = False) -> bytes:
    """The DER of a key whose modulus has that many bits: as long as a real one, and no secret."""
    modulus = (1 << (bits - 1)) | 1
    numbers = element(2, modulus.to_bytes(bits // 8 + 1, "big")) + element(2, b"\x01\x00\x01")
    inside = element(0x30, numbers)
    if bare:
        return inside
    algorithm = element(0x30, bytes.fromhex("06092a864886f70d010101") + b"\x05\x00")
    return element(0x30, algorithm + element(3, b"\x00" + inside))


def dkim(bits: int, bare: bool = False) -> str:
    return f"v=DKIM1; k=rsa; p={base64.b64encode(rsa_key(bits, bare)).decode()}"


@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("bits", [512, 1024, 2048, 4096])
def test_the_length_of_a_key(bits: int, bare: bool) -> None:
    assert parse_dkim(dkim(bits, bare)) == DkimKey("rsa", bits)


@given(st.integers(min_value=0, max_value=293))
def test_a_cut_key_is_malformed(length: int) -> None:
    cut = base64.b64encode(rsa_key(2048)[:length]).decode()
    key = parse_dkim(f"p={cut}")
    assert key is not None
    assert key.bits == 0


def test_a_key_as_openssl_makes_it() -> None:
    """Made by `openssl genrsa 1024 | openssl rsa -pubout`; the private half was thrown away."""
    public = (
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9jsKsxxaybk8P8az45oxV7Wqx "
        "B/pvzREWPNiKbIF+Np08nL0D7RicrFuKFduUnkqXfnANXaTftIoC2k+SnxWAzvxK "
        "49RK7PVsG367lwwcmFsgRIBIwB2C+EKllcSR+b8vmE1FoPPjTUfQAM9aMCpun1n3 "
        "2zyPn8lm6lwAsRgYlwIDAQAB"
    )
    assert parse_dkim(f"v=DKIM1; p={public}") == DkimKey("rsa", 1024)


def test_other_keys() -> None:
    edwards = base64.b64encode(bytes(32)).decode()
    assert parse_dkim(f"v=DKIM1; k=ed25519; p={edwards}") == DkimKey("ed25519", 256)
    assert parse_dkim("v=DKIM1; p= ; t=s:y") == DkimKey(revoked=True, testing=True)
    assert parse_dkim("v=DKIM1; p=%%%") == DkimKey()
    assert parse_dkim("v=spf1 -all") is None
    assert parse_dkim("v=DKIM2; p=AAAA") is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 -all", Spf("-")),
        ("V=SPF1 ALL", Spf("+")),
        ("v=spf1", Spf()),
        ("v=spf1  mx   ~all", Spf("~", lookups=1, terms=("mx",))),
        ("v=spf1 redirect=a.org", Spf(redirect="a.org", lookups=1)),
        ("v=spf1 redirect=a.org -all", Spf("-")),
        ("v=spf1 -all include:a.org rubbish", Spf("-")),
        ("v=spf1 ptr ?all", Spf("?", lookups=1, ptr=True, terms=("ptr",))),
        ("v=spf1 a:x.org/24//64 all:x", Spf(lookups=1, wrong=("all:x",),
                                                terms=("a:x.org/24//64",))),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all",
         Spf("-", terms=("ip4:192.0.2.0/24", "ip6:2001:db8::/32"))),
        ("v=spf1 ip4:2001:db8::1 ip6:192.0.2.1 ip4:x include: exists ~all",
         Spf("~", wrong=("ip4:2001:db8::1", "ip6:192.0.2.1", "ip4:x", "include:", "exists"))),
        ("v=spf1 +include:a.org exists:%{ir}.b.org moo=1 exp=c.org -all",
         Spf("-", includes=("a.org",), lookups=2,
                 terms=("+include:a.org", "exists:%{ir}.b.org"))),
    ],
)  # fmt: skip
def test_spf(record: str, expected: Spf) -> None:
    assert is_spf(record)
    assert parse_spf(record) == expected


@pytest.mark.parametrize("record", ["", "v=spf10 -all", "v=spf1;-all", "spf1 -all", " v=spf1"])
def test_what_is_no_spf(record: str) -> None:
    assert not is_spf(record)


def test_several_spf_said_in_one() -> None:
    both = ["v=spf1 mx include:a.org -all", "v=spf1 mx ip4:192.0.2.1 bad:term ~all"]
    assert merged_spf(both) == "v=spf1 mx include:a.org ip4:192.0.2.1 ~all"
    assert merged_spf(["v=spf1 mx -all", "v=spf1 -all"]) == "v=spf1 mx -all"
    assert merged_spf(["v=spf1 redirect=b.org"]) == "v=spf1 include:b.org ~all"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=DMARC1; p=reject", Dmarc("reject", "reject")),
        ("v = DMARC1;p = None ;sp=REJECT; rua=mailto:a@b.org", Dmarc("none", "reject", True)),
        ("v=DMARC1; p=quarantine; psd=N", Dmarc("quarantine", "quarantine", False, "n")),
        ("v=DMARC1; p=wrong", Dmarc()),
        ("v=DMARC1; p=wrong; rua=mailto:a@b.org", Dmarc("none", "none", True)),
        ("v=DMARC1", Dmarc()),
        ("v=DMARC1; p=reject; p=none; sp=wrong", Dmarc("reject", "reject")),
    ],
)
def test_dmarc(record: str, expected: Dmarc) -> None:
    assert is_dmarc(record)
    assert parse_dmarc(record) == expected


@pytest.mark.parametrize(
    "record", ["", "v=dmarc1; p=none", "v=DMARC12; p=none", "p=none; v=DMARC1"]
)
def test_what_is_no_dmarc(record: str) -> None:
    assert not is_dmarc(record)
