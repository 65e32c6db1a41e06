"""The DNS: silence is told from absence, hostile answers are tamed."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dns_server import DnsServer
from wikifarm import dns
from wikifarm.dns import Resolver
from wikifarm.errors import DnsSilent, Exit, InvalidInput

QUICK = 0.3  # seconds: the loopback answers in less than one millisecond


# -- the DNS does not answer ----------------------------------------------------------------


def test_a_silent_server_is_told_from_a_missing_name() -> None:
    with DnsServer({"example.org": {"A": ["192.0.2.1"]}}, silent={"slow.org"}) as server:
        resolver = Resolver(server.address, QUICK)
        with pytest.raises(DnsSilent) as caught:
            resolver.txt("slow.org")
        assert resolver.txt("missing.org") == []
        assert resolver.txt("example.org") == []
    assert caught.value.code == "dns-silent"
    assert caught.value.exit == Exit.SERVER
    assert "slow.org" in caught.value.message
    assert "WIKIFARM_DNS_SERVER" in caught.value.hint


def test_silence_is_remembered() -> None:
    with DnsServer({}, silent={"slow.org"}) as server:
        resolver = Resolver(server.address, QUICK)
        for _attempt in range(2):
            with pytest.raises(DnsSilent):
                resolver.mx("slow.org")
        asked = len(server.asked)
        with pytest.raises(DnsSilent):
            resolver.mx("SLOW.org.")
        assert len(server.asked) == asked


def test_a_server_that_never_answers_is_given_up() -> None:
    with DnsServer({}, silent={"*"}) as server:
        resolver = Resolver(server.address, QUICK)
        started = time.monotonic()
        for number in range(20):
            with pytest.raises(DnsSilent):
                resolver.txt(f"name{number}.org")
        assert time.monotonic() - started < 5 * QUICK
        assert len(set(server.names("TXT"))) == dns.SILENCES


def test_no_server_there() -> None:
    with DnsServer({}) as server:
        address = server.address
    with pytest.raises(DnsSilent):
        Resolver(address, QUICK).txt("example.org")


@pytest.mark.parametrize("fault", ["failing", "garbage"])
def test_an_answer_that_is_none(fault: str) -> None:
    records = {"example.org": {"TXT": ["v=spf1 -all"]}}
    with DnsServer(records, **{fault: {"broken.org"}}) as server:  # type: ignore[arg-type]
        resolver = Resolver(server.address, QUICK)
        with pytest.raises(DnsSilent):
            resolver.txt("broken.org")
        assert resolver.txt("example.org") == ["v=spf1 -all"]


def test_a_truncated_answer_is_asked_again_over_tcp() -> None:
    long = "v=spf1 " + " ".join(f"ip4:192.0.2.{number}" for number in range(100)) + " -all"
    with DnsServer({"example.org": {"TXT": [long]}}, truncated={"*"}) as server:
        assert Resolver(server.address, 2).txt("example.org") == [long]
        assert [how for how, _name, _kind in server.asked] == ["udp", "tcp"]


def test_a_truncated_answer_where_tcp_is_closed() -> None:
    records = {"example.org": {"TXT": ["v=spf1 -all"]}}
    with DnsServer(records, truncated={"*"}, tcp=False) as server, pytest.raises(DnsSilent):
        Resolver(server.address, QUICK).txt("example.org")


def test_an_ipv6_question_without_an_answer_does_not_hide_the_ipv4_one() -> None:
    class NoIpv6(DnsServer):
        def answer(self, how: str, wire: bytes) -> bytes | None:
            said = super().answer(how, wire)
            return None if self.asked[-1][2] == "AAAA" else said

    with NoIpv6({"old.org": {"A": ["192.0.2.1"]}}) as server:
        resolver = Resolver(server.address, QUICK)
        assert resolver.addresses("old.org") == ["192.0.2.1"]
        with pytest.raises(DnsSilent):
            resolver.addresses("other.org")


# -- which server ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    ["127.0.0.1:dns", "127.0.0.1:0", "127.0.0.1:70000", ":53", "nowhere.invalid", "a b", "\x1b[2J"],
)
def test_a_server_that_cannot_be(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIKIFARM_DNS_SERVER", wrong)
    with pytest.raises(InvalidInput) as caught:
        Resolver()
    assert caught.value.problems[0].code == "bad-dns-server"
    assert caught.value.hint
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
        (" 127.0.0.1:54 ", ("127.0.0.1", 54)),
    ],
)
def test_how_a_server_is_written(written: str, read: tuple[str, int]) -> None:
    assert Resolver(written)._server == read


def test_the_environment_names_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with DnsServer({"example.org": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}}) as server:
        monkeypatch.setenv("WIKIFARM_DNS_SERVER", server.address)
        assert Resolver().addresses("example.org") == ["192.0.2.1", "2001:db8::1"]


def test_other_commands_load_neither_dnspython_nor_lists_of_names() -> None:
    code = (
        "import sys, wikifarm.operations.doctor.mail;"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "sys.exit(bool(loaded & {'dns', 'publicsuffixlist'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- hostile answers ------------------------------------------------------------------------


def test_hostile_text_is_tamed() -> None:
    hostile = [
        b"\x1b[2J\x00\x07 red",
        b"\xff\xfe\x80 invalid",
        "right \u202e to left \u200b".encode(),
        b"x" * 60000,
        b"two\r\nlines\tand a tab",
    ]
    with DnsServer({"evil.org": {"TXT": hostile}}, truncated={"*"}) as server:
        found = Resolver(server.address, 2).txt("evil.org")
    assert len(found) == len(hostile)
    assert all(one.isprintable() for one in found)
    assert all(len(one) <= dns.MOST_BYTES for one in found)
    assert "two lines and a tab" in found


def test_many_records_are_bounded() -> None:
    many = [f"record {number}" for number in range(300)]
    with DnsServer({"many.org": {"TXT": many}}, truncated={"*"}) as server:
        assert len(Resolver(server.address, 2).txt("many.org")) == dns.MOST_RECORDS


@pytest.mark.parametrize("name", ["a" * 64 + ".org", "a.." + "org", ("a." * 200) + "org", "\\", ""])
def test_names_that_cannot_exist(name: str) -> None:
    with DnsServer({"example.org": {"TXT": ["x"]}}) as server:
        assert Resolver(server.address, QUICK).txt(name) == []


def test_mail_servers_by_preference() -> None:
    mails = {
        "example.org": {"MX": ["20 b.example.org.", "10 a.example.org."]},
        "none.org": {"MX": ["0 ."]},
    }
    with DnsServer(mails) as server:
        resolver = Resolver(server.address, QUICK)
        assert resolver.mx("example.org") == ["a.example.org", "b.example.org"]
        assert resolver.mx("none.org") == [dns.NO_MAIL]


def test_an_alias_is_followed() -> None:
    records = {
        "s1._domainkey.example.org": {"CNAME": ["key.provider.org"]},
        "key.provider.org": {"TXT": ["v=DKIM1; p="]},
        "lost.example.org": {"CNAME": ["nowhere.provider.org"]},
    }
    with DnsServer(records) as server:
        resolver = Resolver(server.address, QUICK)
        assert resolver.txt("s1._domainkey.example.org") == ["v=DKIM1; p="]
        assert resolver.txt("lost.example.org") == []


# -- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    ["", ".", "fr", "localhost", "127.0.0.1", "１２７.0.0.1", "::1", "a b.org", "a@b.org", "-a.org",
     "a..org", "http://a.org", "a" * 64 + ".org", "a." * 130 + "org", "\x1b.org",
     "é" * 80 + ".org", "é..org", "\u200dé.org", "☃\u0301.org", "é_.org"],
)  # fmt: skip
def test_what_is_no_domain(wrong: str) -> None:
    assert dns.domain_name(wrong) == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Example.ORG.", "example.org"),
        (" lists.example.org ", "lists.example.org"),
        ("forêt.fr", "xn--fort-ipa.fr"),
        ("FORÊT。fr", "xn--fort-ipa.fr"),
        ("straße.de", "xn--strae-oqa.de"),  # IDNA 2003 read strasse.de, somebody else's
        ("_spf.example.org", "_spf.example.org"),
    ],
)
def test_a_domain_as_the_dns_writes_it(written: str, read: str) -> None:
    assert dns.domain_name(written) == read


@given(st.text(max_size=300))
def test_a_domain_is_harmless_whatever_is_given(text: str) -> None:
    name = dns.domain_name(text)
    assert dns.domain_name(name) == name
    assert name.isascii()
    assert name.isprintable()
