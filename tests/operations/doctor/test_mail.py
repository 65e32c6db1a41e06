"""Doctor mail: what keeps a message from arriving is told with the record to publish."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dns_server import DnsServer
from tests.operations.doctor.test_mail_records import dkim
from wikifarm import dns
from wikifarm.operations.doctor import mail as operation
from wikifarm.operations.doctor.mail import deliverability
from wikifarm.operations.doctor.mail_domains import organisation, tree
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.rehearsal import RehearsalSettings, RunningFarm
from wikifarm.result import Envelope

FARM = "https://ferme.example.org/"
SECRET = "jamais-montre-smtp"  # what the page of the settings holds since 4.5

Visit = Callable[..., Envelope]
Serve = Callable[..., DnsServer]


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    def call(url: str = "", password: str = "", admin: str = "WikiAdmin", **asked: Any) -> Envelope:
        given = FarmSettings(url=url, admin=admin, password=password)
        context = Context(given, Places(tmp_path / "state", tmp_path))
        try:
            return deliverability(context, **asked)
        finally:
            context.close()

    return call


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a DNS server that the operation asks; quick to give a silent name up."""
    monkeypatch.setattr(dns, "LIFETIME", 0.3)
    started: list[DnsServer] = []

    def call(records: dict[str, dict[str, list[str | bytes]]], **faults: Any) -> DnsServer:
        server = DnsServer(records, **faults).__enter__()
        started.append(server)
        monkeypatch.setenv("WIKIFARM_DNS_SERVER", server.address)
        return server

    yield call
    for server in started:
        server.__exit__(None, None, None)


def check(found: Envelope, name: str) -> dict[str, str]:
    return next(one for one in found.data["checks"] if one["id"] == name)


def states(found: Envelope) -> dict[str, str]:
    return {one["id"]: one["state"] for one in found.data["checks"]}


def codes(found: Envelope) -> list[str]:
    return [one.code for one in found.errors]


def healthy(domain: str) -> dict[str, dict[str, list[str | bytes]]]:
    return {
        domain: {"MX": [f"10 mx.{domain}."], "A": ["192.0.2.1"], "TXT": ["v=spf1 a mx -all"]},
        f"mx.{domain}": {"A": ["192.0.2.2"]},
        f"_dmarc.{domain}": {"TXT": [f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}"]},
        f"default._domainkey.{domain}": {"TXT": [dkim(2048)]},
    }


# -- what was given -------------------------------------------------------------------------


def test_nothing_to_look_at(visit: Visit) -> None:
    found = visit()
    assert found.command == "doctor mail"
    assert found.exit == 2
    assert codes(found) == ["nothing-to-look-at"]
    assert found.errors[0].hint


def test_every_mistake_at_once(visit: Visit) -> None:
    found = visit(
        list_domains=["localhost", "\x1b[2Ja b"], selectors=["s 1"], send_test="Ada <a@b.org>"
    )
    assert found.exit == 2
    assert codes(found) == ["bad-domain", "bad-domain", "bad-selector", "bad-address"]
    assert all(one.hint for one in found.errors)
    assert "\x1b" not in str([one.message for one in found.errors])


def test_a_test_message_needs_a_farm(visit: Visit) -> None:
    found = visit(list_domains=["lists.example.org"], send_test="ada@example.org")
    assert codes(found) == ["no-farm"]


def test_what_is_no_farm_address(visit: Visit) -> None:
    assert codes(visit(url="ferme.example.org")) == ["bad-farm-url"]


def test_a_wrong_dns_server(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIKIFARM_DNS_SERVER", "127.0.0.1:dns")
    found = visit(list_domains=["lists.example.org"])
    assert found.exit == 2
    assert codes(found) == ["bad-dns-server"]


# -- the DNS fails --------------------------------------------------------------------------


def test_a_silent_dns_is_no_failure(visit: Visit, serve: Serve) -> None:
    serve({}, silent={"*"})
    found = visit(list_domains=["lists.example.org"])
    assert found.exit == 0
    assert not found.errors
    assert set(states(found).values()) == {"unknown"}
    assert {"mx:lists.example.org", "spf:lists.example.org", "dkim:lists.example.org"} <= set(
        states(found)
    )
    assert "WIKIFARM_DNS_SERVER" in check(found, "spf:lists.example.org")["hint"]


def test_a_failing_dns_is_no_failure(visit: Visit, serve: Serve) -> None:
    serve({}, failing={"*"})
    found = visit(list_domains=["lists.example.org"])
    assert found.exit == 0
    assert set(states(found).values()) == {"unknown"}


def test_hostile_answers_are_never_shown_raw(visit: Visit, serve: Serve) -> None:
    evil = b"v=spf1 \x1b[31m\xff\x00 " + b"\xe2\x80\xae include:\x07 " + b"x" * 9000
    serve(
        {
            "evil.org": {"TXT": [evil, "\x1b[2J"], "MX": ["10 a\\027\\007.evil.org."]},
            "_dmarc.evil.org": {"TXT": [b"v=DMARC1; p=\x1b[2J; rua="]},
            "s._domainkey.evil.org": {"TXT": [b"v=DKIM1; p=\x00\x1b" + b"A" * 9000]},
        },
        truncated={"*"},
    )
    found = visit(list_domains=["evil.org"], selectors=["s"])
    assert found.exit == 0
    assert states(found)["spf:evil.org"] == "warn"
    assert states(found)["dkim:s._domainkey.evil.org"] == "warn"
    text = str([[one["message"], one["hint"]] for one in found.data["checks"]])
    assert "\\x1b" not in text
    assert "\\x07" not in text
    assert all(len(one["message"]) < 1000 for one in found.data["checks"])
    assert "\\x1b" not in str(found.data["facts"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.binary(max_size=80), max_size=3),
    st.lists(
        st.sampled_from([b"v=spf1", b"v=DMARC1;", b"p=", b"p=reject;", b"v=DKIM1;", b" include:",
                         b" include:odd.org", b" redirect=odd.org", b" +all", b" ptr", b"\xff"]),
        max_size=8,
    ).map(b"".join),
)  # fmt: skip
def test_no_record_breaks_the_checks(
    visit: Visit, serve: Serve, noise: list[bytes], record: bytes
) -> None:
    said: list[str | bytes] = [*noise, record]
    names = ("odd.org", "_dmarc.odd.org", "s._domainkey.odd.org")
    serve({name: {"TXT": said} for name in names}, truncated={"*"})
    found = visit(list_domains=["odd.org"], selectors=["s"])
    assert found.exit == 0
    assert set(states(found).values()) <= {"ok", "warn", "unknown"}


# -- a domain -------------------------------------------------------------------------------


def test_a_domain_that_says_nothing(visit: Visit, serve: Serve) -> None:
    serve({})
    found = visit(list_domains=["lists.example.org"])
    assert found.exit == 0
    assert states(found) == {
        "mx:lists.example.org": "warn",
        "spf:lists.example.org": "warn",
        "dmarc:lists.example.org": "warn",
        "dmarc-lists:lists.example.org": "unknown",
        "dkim:lists.example.org": "unknown",
    }
    assert "MX 10" in check(found, "mx:lists.example.org")["hint"]
    assert (
        'lists.example.org. TXT "v=spf1 mx ~all"' in check(found, "spf:lists.example.org")["hint"]
    )
    assert (
        '_dmarc.lists.example.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@lists.example.org"'
        in check(found, "dmarc:lists.example.org")["hint"]
    )
    assert (
        "dmarc_protection.mode dmarc_reject"
        in check(found, "dmarc-lists:lists.example.org")["hint"]
    )


def test_a_domain_in_good_health(visit: Visit, serve: Serve) -> None:
    serve(healthy("lists.example.org"))
    found = visit(list_domains=["Lists.Example.org.", "lists.example.org"])
    seen = states(found)
    assert seen.pop("dmarc-lists:lists.example.org") == "unknown"
    assert set(seen.values()) == {"ok"}
    facts = found.data["facts"]["domains"]["lists.example.org"]
    assert facts["mx"] == ["mx.lists.example.org"]
    assert facts["spf"] == ["v=spf1 a mx -all"]
    assert facts["spf_lookups"] == 2
    assert facts["dmarc"] == {"at": "lists.example.org", "policy": "quarantine"}
    assert facts["dkim"]["default"]["bits"] == 2048


@pytest.mark.parametrize(
    ("records", "state", "words"),
    [
        ({"MX": ["0 ."]}, "warn", "no mail at all"),
        ({"MX": ["10 gone.example.org."]}, "warn", "no address"),
        ({"MX": ["10 192.0.2.1."]}, "warn", "no address"),
        ({"A": ["192.0.2.1"]}, "ok", "its own address"),
        ({"AAAA": ["2001:db8::1"]}, "ok", "its own address"),
        ({"TXT": ["nothing else"]}, "warn", "neither a mail server nor an address"),
    ],
)
def test_who_receives(
    visit: Visit, serve: Serve, records: dict[str, list[str | bytes]], state: str, words: str
) -> None:
    serve({"example.org": records})
    found = check(visit(list_domains=["example.org"]), "mx:example.org")
    assert found["state"] == state
    assert words in found["message"]


# -- SPF ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "state", "words"),
    [
        ("v=spf1 mx -all", "ok", "v=spf1 mx -all"),
        ("v=spf1 mx ~all", "ok", "~all"),
        ("v=spf1 mx ?all", "warn", "?all"),
        ("v=spf1 mx +all", "warn", "everybody"),
        ("v=spf1 mx all", "warn", "everybody"),
        ("v=spf1 include:open.org -all", "warn", "everybody"),
        ("v=spf1 mx", "warn", "no end"),
        ("v=spf1 redirect=strict.org", "ok", "redirect"),
        ("v=spf1 redirect=%{d}.strict.org", "ok", "redirect"),
        ("v=spf1 redirect=missing.org", "warn", "missing.org"),
        ("v=spf1 include:missing.org -all", "warn", "missing.org"),
        ("v=spf1 include:double.org -all", "warn", "double.org"),
        ("v=spf1 include:example.org -all", "warn", "includes itself"),
        ("v=spf1 include:loop.org -all", "warn", "includes itself"),
        ("v=spf1 include:com -all", "warn", "com"),
        ("v=spf1 rubbish -all", "warn", "rubbish"),
        ("v=spf1 include:wrong.org -all", "warn", "wrong.org"),
        ("v=spf1 include:slow.org -all", "ok", "slow.org"),
        ("v=spf1 redirect=slow.org", "unknown", "slow.org"),
    ],
)
def test_how_an_spf_ends(visit: Visit, serve: Serve, record: str, state: str, words: str) -> None:
    serve(
        {
            "example.org": {"TXT": ["other text", record]},
            "strict.org": {"TXT": ["v=spf1 -all"]},
            "open.org": {"TXT": ["v=spf1 +all"]},
            "double.org": {"TXT": ["v=spf1 -all", "v=spf1 ~all"]},
            "loop.org": {"TXT": ["v=spf1 include:example.org -all"]},
            "wrong.org": {"TXT": ["v=spf1 ip4:nowhere -all"]},
        },
        silent={"slow.org"},
    )
    found = check(visit(list_domains=["example.org"]), "spf:example.org")
    assert found["state"] == state
    assert words in found["message"]
    assert found["hint"] or state != "warn"


def test_two_spf_are_none(visit: Visit, serve: Serve) -> None:
    serve({"example.org": {"TXT": ["v=spf1 mx -all", "v=spf1 ip4:192.0.2.7 ~all"]}})
    found = check(visit(list_domains=["example.org"]), "spf:example.org")
    assert found["state"] == "warn"
    assert 'example.org. TXT "v=spf1 ip4:192.0.2.7 mx ~all"' in found["hint"]


def test_too_many_spf_lookups(visit: Visit, serve: Serve) -> None:
    records: dict[str, dict[str, list[str | bytes]]] = {
        "example.org": {"TXT": ["v=spf1 include:a.org include:b.org mx -all"]},
        "a.org": {"TXT": ["v=spf1 a:x.org a:y.org mx -all"]},
        "b.org": {"TXT": ["v=spf1 include:c.org a:x.org ~all"]},
        "c.org": {"TXT": ["v=spf1 a mx -all"]},
    }
    serve(records)
    found = visit(list_domains=["example.org"])
    assert states(found)["spf-lookups:example.org"] == "ok"
    assert found.data["facts"]["domains"]["example.org"]["spf_lookups"] == 10
    records["c.org"] = {"TXT": ["v=spf1 a mx a:z.org -all"]}
    serve(records)
    found = visit(list_domains=["example.org"])
    assert states(found)["spf-lookups:example.org"] == "warn"
    assert "11" in check(found, "spf-lookups:example.org")["message"]


def test_an_endless_chain_of_includes_is_left(visit: Visit, serve: Serve) -> None:
    records: dict[str, dict[str, list[str | bytes]]] = {
        f"n{number}.org": {"TXT": [f"v=spf1 include:n{number + 1}.org include:n0.org -all"]}
        for number in range(300)
    }
    server = serve(records)
    found = visit(list_domains=["n0.org"])
    assert states(found)["spf-lookups:n0.org"] == "warn"
    assert len(server.asked) < 120


def test_what_an_include_does_not_say(visit: Visit, serve: Serve) -> None:
    serve({"example.org": {"TXT": ["v=spf1 include:slow.org ptr -all"]}}, silent={"slow.org"})
    found = visit(list_domains=["example.org"])
    assert states(found)["spf-lookups:example.org"] == "unknown"
    assert states(found)["spf-ptr:example.org"] == "warn"


# -- DMARC ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "state", "words"),
    [
        ({"_dmarc.a.b.org": ["v=DMARC1; p=none"]}, "ok", "p=none, written at a.b.org"),
        ({"_dmarc.a.b.org": ["v=DMARC1; p=reject"]}, "ok", "p=reject"),
        ({"_dmarc.b.org": ["v=DMARC1; p=reject; sp=none"]}, "ok", "p=none, written at b.org"),
        ({"_dmarc.b.org": ["v=DMARC1; p=quarantine"]}, "ok", "p=quarantine, written at b.org"),
        (
            {"_dmarc.a.b.org": ["v=DMARC1; p=none"], "_dmarc.b.org": ["v=DMARC1; p=reject"]},
            "ok",
            "p=none",
        ),
        ({"_dmarc.a.b.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "warn", "several"),
        ({"_dmarc.b.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "warn", "_dmarc.b.org"),
        ({"_dmarc.a.b.org": ["v=DMARC1; p=maybe"]}, "warn", "no policy"),
        ({"_dmarc.a.b.org": ["v=spf1 -all"]}, "warn", "no DMARC"),
        ({"_dmarc.org": ["v=DMARC1; p=reject"]}, "warn", "no DMARC"),
    ],
)
def test_dmarc(
    visit: Visit, serve: Serve, records: dict[str, list[str | bytes]], state: str, words: str
) -> None:
    server = serve({name: {"TXT": texts} for name, texts in records.items()})
    found = check(visit(list_domains=["a.b.org"]), "dmarc:a.b.org")
    assert found["state"] == state
    assert words in found["message"]
    assert "_dmarc.org" not in server.names("TXT")


def test_the_parent_that_counts(visit: Visit, serve: Serve) -> None:
    serve(
        {
            "_dmarc.a.b.asso.fr": {"TXT": ["v=DMARC1; p=none"]},
            "_dmarc.b.asso.fr": {"TXT": ["v=DMARC1; p=reject"]},
            "_dmarc.asso.fr": {"TXT": ["v=DMARC1; p=quarantine; psd=y"]},
        }
    )
    facts = visit(list_domains=["x.a.b.asso.fr"]).data["facts"]
    assert facts["domains"]["x.a.b.asso.fr"]["dmarc"] == {"at": "b.asso.fr", "policy": "reject"}


def test_reports_are_only_a_remark(visit: Visit, serve: Serve) -> None:
    serve({"_dmarc.b.org": {"TXT": ["v=DMARC1; p=reject"]}})
    found = check(visit(list_domains=["b.org"]), "dmarc:b.org")
    assert found["state"] == "ok"
    assert "rua=" in found["hint"]


def test_the_names_asked_for_dmarc() -> None:
    assert tree("example.org") == ["example.org"]
    assert tree("a.example.org") == ["a.example.org", "example.org"]
    deep = tree("a.b.c.d.e.f.g.example.org")
    assert deep[0] == "a.b.c.d.e.f.g.example.org"
    assert deep[1:] == ["e.f.g.example.org", "f.g.example.org", "g.example.org", "example.org"]


# -- DKIM -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "state", "words"),
    [
        (dkim(2048), "ok", "2048 bits"),
        (dkim(1024), "warn", "1024 bits"),
        (dkim(512), "warn", "do not take it"),
        ("v=DKIM1; p=", "warn", "revoked"),
        ("v=DKIM1; p=AAAA", "warn", "malformed"),
        ("v=DKIM1; k=new; p=AAAA", "warn", "malformed"),
        (
            f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(32)).decode()}",
            "ok",
            "ed25519, 256 bits",
        ),
    ],
)
def test_a_key(visit: Visit, serve: Serve, record: str, state: str, words: str) -> None:
    serve({"s1._domainkey.b.org": {"TXT": [record]}})
    found = check(visit(list_domains=["b.org"], selectors=["s1"]), "dkim:s1._domainkey.b.org")
    assert found["state"] == state
    assert words in found["message"]


def test_a_key_for_tests(visit: Visit, serve: Serve) -> None:
    serve({"s1._domainkey.b.org": {"TXT": [f"{dkim(2048)}; t=y"]}})
    found = check(visit(list_domains=["b.org"], selectors=["s1"]), "dkim:s1._domainkey.b.org")
    assert found["state"] == "ok"
    assert "t=y" in found["hint"]


def test_a_selector_that_is_not_there(visit: Visit, serve: Serve) -> None:
    serve({"b.org": {"A": ["192.0.2.1"]}})
    found = check(visit(list_domains=["b.org"], selectors=["s1", "s2"]), "dkim:b.org")
    assert found["state"] == "warn"
    assert "s1, s2" in found["message"]
    assert "s1._domainkey.b.org. TXT" in found["hint"]


def test_one_of_two_selectors_is_enough(visit: Visit, serve: Serve) -> None:
    serve({"s2._domainkey.b.org": {"TXT": [dkim(2048)]}})
    found = visit(list_domains=["b.org"], selectors=["s1", "s2"])
    assert "dkim:b.org" not in states(found)
    assert states(found)["dkim:s2._domainkey.b.org"] == "ok"


def test_usual_selectors_are_tried(visit: Visit, serve: Serve) -> None:
    server = serve(
        {
            "lists._domainkey.lists.b.org": {"CNAME": ["key.provider.org"]},
            "key.provider.org": {"TXT": [dkim(2048)]},
        }
    )
    found = visit(list_domains=["lists.b.org"])
    assert states(found)["dkim:lists._domainkey.lists.b.org"] == "ok"
    assert "sympa._domainkey.lists.b.org" in server.names("TXT")


def test_a_wildcard_is_no_key(visit: Visit, serve: Serve) -> None:
    serve({"default._domainkey.b.org": {"TXT": ["v=spf1 -all"]}})
    assert states(visit(list_domains=["b.org"]))["dkim:b.org"] == "unknown"


def test_a_revoked_key_leaves_the_question_open(visit: Visit, serve: Serve) -> None:
    serve({"default._domainkey.b.org": {"TXT": ["v=DKIM1; p="]}})
    assert states(visit(list_domains=["b.org"]))["dkim:b.org"] == "unknown"


# -- the farm, as YesWiki 4.4.4 and 4.5 answer (measured) -----------------------------------


def page(inside: str) -> str:
    return f'<!doctype html><html><body><div class="page" >{inside}</div></body></html>'


def config(**values: str) -> str:
    """The page of the settings; "?mail" is a default, which stands in the placeholder alone."""
    inputs = "".join(
        f'<input type="text" name="{name}" value="{"" if value[:1] == "?" else escape(value)}" '
        f'placeholder="Valeur actuelle : {escape(value.removeprefix("?"))}" />'
        for name, value in values.items()
    )
    return page(f'<form method="post" id="edit-config">{inputs}</form>')


def recent(**values: str) -> str:
    given = {
        "wakka_name": "Ferme",
        "contact_from": "wiki@ferme.example.org",
        "contact_mail_func": "?mail",
        "contact_smtp_pass": SECRET,
        "contact_reply_to": "",
    }
    return config(**{**given, **values})


def farm_answers(settings_page: str, lost: str = "") -> None:
    login = {"set-cookie": "token=a; path=/", "location": FARM}
    respx.post(f"{FARM}?ParametresUtilisateur").respond(302, headers=login)
    respx.get(f"{FARM}?GererConfig").respond(html=settings_page)
    respx.post(f"{FARM}?MotDePassePerdu").respond(html=lost)


@respx.mock
def test_a_farm_in_good_health(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent())
    found = visit(url=FARM, password="of-farm")
    assert found.exit == 0
    assert set(states(found).values()) == {"ok"}
    facts = found.data["facts"]
    assert facts["contact_from"] == "wiki@ferme.example.org"
    assert facts["contact_mail_func"] == "mail"
    assert facts["contact_reply_to"] == ""
    assert "yeswiki-farm-extra-config" in check(found, "contact_from")["hint"]
    assert SECRET not in str(found.as_json())
    assert "of-farm" not in str(found.as_json())


@respx.mock
@pytest.mark.parametrize(
    ("values", "name", "state", "words"),
    [
        ({"contact_from": ""}, "contact_from", "warn", "DMARC"),
        ({"contact_from": "the wiki"}, "contact_from", "warn", "no e-mail address"),
        ({"contact_reply_to": "ada@b.org"}, "contact_reply_to", "warn", "ada@b.org"),
        ({"contact_mail_func": "smtp"}, "contact_mail_func", "ok", "smtp"),
        ({"contact_mail_func": "pigeon"}, "contact_mail_func", "warn", "pigeon"),
        ({"contact_from": "a@example.org"}, "alignment", "ok", "belong together"),
        ({"contact_from": "a@gmail.example"}, "alignment", "warn", "gmail.example"),
        (
            {"contact_from": "a@gmail.example", "contact_mail_func": "smtp"},
            "alignment",
            "unknown",
            "SMTP",
        ),
    ],
)
def test_the_settings_of_a_farm(
    visit: Visit, serve: Serve, values: dict[str, str], name: str, state: str, words: str
) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent(**values))
    found = visit(url=FARM, password="of-farm")
    assert found.exit == 0
    assert check(found, name)["state"] == state
    assert words in check(found, name)["message"]
    assert check(found, name)["hint"] or state == "ok"


@respx.mock
def test_the_domain_of_the_sender_is_looked_at_too(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent(contact_from="asso@other.org"))
    found = visit(url=FARM, password="of-farm")
    assert list(found.data["facts"]["domains"]) == ["ferme.example.org", "other.org"]
    assert (
        'other.org. TXT "v=spf1 mx a:ferme.example.org ~all"'
        in check(found, "spf:other.org")["hint"]
    )


@respx.mock
def test_an_older_version_shows_less(visit: Visit, serve: Serve) -> None:
    serve({})
    farm_answers(config(wakka_name="Ferme", contact_from=""))
    found = visit(url=FARM, password="of-farm")
    seen = states(found)
    assert seen["contact_from"] == "warn"
    assert seen["contact_reply_to"] == seen["contact_mail_func"] == "unknown"
    assert found.data["facts"]["contact_mail_func"] is None
    assert "wiki@ferme.example.org" in check(found, "contact_from")["hint"]


@respx.mock
def test_an_account_that_is_no_administrator(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(page('<div class="alert alert-danger">EditConfigAction</div>'))
    found = visit(url=FARM, password="of-farm")
    assert found.exit == 0
    assert states(found)["mail-settings"] == "unknown"
    assert states(found)["spf:ferme.example.org"] == "ok"


def test_without_a_password_the_dns_is_looked_at(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    found = visit(url=FARM)
    assert found.exit == 0
    assert states(found)["mail-settings"] == "unknown"
    assert states(found)["spf:ferme.example.org"] == "ok"


def test_a_farm_that_does_not_answer_does_not_stop_the_dns(visit: Visit, serve: Serve) -> None:
    serve(healthy("lists.example.org"))
    found = visit(
        url="http://127.0.0.1:1/",
        password="of-farm",
        list_domains=["lists.example.org"],
        send_test="ada@example.org",
    )
    assert found.exit == 8
    assert codes(found) == ["unreachable"]
    assert states(found)["unreachable"] == "fail"
    assert states(found)["host"] == "unknown"
    assert states(found)["spf:lists.example.org"] == "ok"


# -- a test message -------------------------------------------------------------------------

SENT = page('<h2>Mot de passe</h2><div class="alert alert-success">Un message a été envoyé</div>')
UNKNOWN = page('<h2>Mot de passe</h2><div class="alert alert-danger">Email inconnu</div>')
BROKEN = page(
    "<strong>SMTP Error: could not connect in /var/www/PHPMailer.php:12 \x1b[2J</strong><br />"
    '<h2>Mot de passe</h2><div class="alert alert-success">Un message a été envoyé</div>'
)


@respx.mock
def test_a_test_message(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent(), SENT)
    found = visit(url=FARM, password="of-farm", send_test="ada@example.org")
    assert found.exit == 0
    assert check(found, "test-message")["state"] == "unknown"
    assert "Authentication-Results" in check(found, "test-message")["hint"]
    asked = respx.calls.last.request
    assert asked.content.decode() == "email=ada%40example.org&subStep=1"
    assert sum(call.request.method == "POST" for call in respx.calls) == 2


@respx.mock
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UNKNOWN, "Email inconnu"),
        (BROKEN, "SMTP Error: could not connect"),
        (page("nothing here"), "does not send messages"),
    ],
)
def test_a_message_that_was_not_sent(visit: Visit, serve: Serve, answer: str, words: str) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent(), answer)
    found = visit(url=FARM, password="of-farm", send_test="ada@example.org")
    assert found.exit == 1
    assert codes(found) == ["mail-not-sent"]
    assert words in found.errors[0].message
    assert found.errors[0].hint
    assert "\x1b" not in found.errors[0].message
    assert "/var/www" not in found.errors[0].message
    assert states(found)["spf:ferme.example.org"] == "ok"


@respx.mock
def test_no_message_is_sent_unasked(visit: Visit, serve: Serve) -> None:
    serve(healthy("ferme.example.org"))
    farm_answers(recent())
    visit(url=FARM, password="of-farm")
    assert not [call for call in respx.calls if "MotDePassePerdu" in str(call.request.url)]


# -- the rehearsal farm ---------------------------------------------------------------------


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[RunningFarm]:
    (tmp_path / "farm").mkdir()
    with RunningFarm(RehearsalSettings(data=tmp_path / "farm", password="of-farm")) as running:
        yield running


def test_the_rehearsal_farm(visit: Visit, serve: Serve, rehearsal: RunningFarm) -> None:
    server = serve({})
    found = visit(url=rehearsal.url, admin=rehearsal.admin, password="of-farm")
    assert found.exit == 0
    assert states(found)["host"] == "unknown"
    assert states(found)["contact_from"] == "unknown"
    assert not server.asked
    posted = [one for one in rehearsal.requests if one[0] == "POST"]
    assert all("ParametresUtilisateur" in one[1] for one in posted)


def test_a_wrong_password(visit: Visit, serve: Serve, rehearsal: RunningFarm) -> None:
    serve({})
    found = visit(
        url=rehearsal.url, password="wrong-one", list_domains=["b.org"], send_test="a@b.org"
    )
    assert found.exit == 8
    assert codes(found) == ["bad-credentials"]
    assert "spf:b.org" in states(found)
    assert not [one for one in rehearsal.requests if "MotDePassePerdu" in one[1]]
    assert "wrong-one" not in str(found.as_json())


def test_a_farm_without_the_page_of_lost_passwords(
    visit: Visit, serve: Serve, rehearsal: RunningFarm
) -> None:
    serve({})
    found = visit(url=rehearsal.url, password="of-farm", send_test="a@b.org")
    assert codes(found) == ["mail-not-sent"]


# -- who belongs together -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("example.org", "example.org"),
        ("a.b.example.org", "example.org"),
        ("one.asso.fr", "one.asso.fr"),
        ("www.one.asso.fr", "one.asso.fr"),
        ("asso.fr", "asso.fr"),
        ("a.co.uk", "a.co.uk"),
        ("www.com.example.org", "example.org"),
        ("www.one.or.at", "one.or.at"),  # no second level is guessed from its letters
        ("wiki.com.fr", "wiki.com.fr"),
        ("one.github.io", "one.github.io"),  # each has its own there
        ("www.xn--fort-ipa.fr", "xn--fort-ipa.fr"),
        ("fr", "fr"),
    ],
)
def test_the_domain_of_an_organisation(domain: str, expected: str) -> None:
    assert organisation(domain) == expected


def test_the_password_of_the_smtp_server_is_never_asked_for() -> None:
    assert not any("pass" in name for name in operation._ASKED)
