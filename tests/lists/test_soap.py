"""SOAP by hand: what goes out, what comes back, and every fault by its name."""

from __future__ import annotations

import base64
import contextlib
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lists import transcripts
from wikifarm.errors import (
    AddressRefused,
    BadCredentials,
    ListNotAllowed,
    ListUndecided,
    ListUnknown,
    NotSympa,
    SessionLost,
    SympaHost,
    UnexpectedAnswer,
    Unreachable,
    WikifarmError,
)
from wikifarm.lists import soap
from wikifarm.transport import Answer

URL = "http://listes.example.org/sympasoap"


def answer(text: str, status: int = 200) -> Answer:
    return Answer(status, URL, {}, text)


def from_transcript(name: str) -> Any:
    found = transcripts.recorded(name)["response"]
    return soap.answered(answer(found["body"], found["status"]))


def fault(string: str, code: str = "soap:Server", detail: str = "") -> str:
    return (
        '<?xml version="1.0"?><soap:Envelope '
        'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{string}</faultstring>{detail}"
        "</soap:Fault></soap:Body></soap:Envelope>"
    )


# -- faults ---------------------------------------------------------------------------------

MEANINGS: dict[str, type[WikifarmError]] = {
    "Authentication failed": BadCredentials,
    "Unknown list": ListUnknown,
    "Unknown list.": ListUnknown,
    "unknown list": ListUnknown,
    "Undefined list": ListUnknown,
    "Not allowed": ListNotAllowed,
    "Not allowed.": ListNotAllowed,
    "Not enough privileges": ListNotAllowed,
    "Not a subscriber to this list": ListNotAllowed,
    "Undef": ListUndecided,
    "Unable to add user": AddressRefused,
    "User not authenticated": SessionLost,
    "Could not get email from cookie": SessionLost,
    "User not specified": SessionLost,
    "Incorrect syntaxe value": SessionLost,
    "bug in logic.  Ask developer at Sympa.pm line 241.": SympaHost,
    "Missing parameter": UnexpectedAnswer,
    "Incorrect number of parameters": UnexpectedAnswer,
    "Unknown function.": UnexpectedAnswer,
}


@pytest.mark.parametrize(("string", "kind"), MEANINGS.items())
def test_a_fault_has_a_name_and_a_cure(string: str, kind: type[WikifarmError]) -> None:
    with pytest.raises(kind) as caught:
        soap.answered(answer(fault(string), 500))
    assert type(caught.value) is kind
    assert caught.value.message
    assert caught.value.hint
    assert ".pm" not in caught.value.message


@transcripts.needed
def test_every_recorded_fault_has_a_name_and_a_cure() -> None:
    unknown = {
        "soap-unknown-method", "soap-malformed-xml", "soap-wrong-content-type",
        "soap-array-not-typed", "app-unknown-service",
    }  # fmt: skip
    seen = 0
    for name, exchange in transcripts.soap():
        text = exchange["response"]["body"]
        found = re.search(r"<faultstring>([^<]*)</faultstring>", text)
        if found is None:
            soap.answered(answer(text))
            continue
        seen += 1
        with pytest.raises(WikifarmError) as caught:
            soap.answered(answer(text, exchange["response"]["status"]))
        string = found[1].strip()
        assert string in MEANINGS or name.rpartition("/")[2] in unknown, (name, string)
        assert type(caught.value) is MEANINGS.get(string, UnexpectedAnswer), name
        assert caught.value.hint, name
    assert seen > 100


def test_the_detail_of_a_fault_changes_nothing() -> None:
    """The same fault comes in French or English, plain, base64, encoded twice."""
    twice = base64.b64encode("déjà".encode().decode("latin-1").encode()).decode()
    for detail in (
        "",
        "<detail>already exists</detail>",
        f"<detail>{twice}</detail>",
        "<detail>&amp;lt;list&amp;gt;</detail>",
    ):
        with pytest.raises(ListUndecided):
            soap.answered(answer(fault("Undef", detail=detail), 500))


# -- what is not SOAP -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "status", "kind"),
    [
        ("<!DOCTYPE html><html>Sympa</html>", 200, NotSympa),
        ("<html>Not Found</html>", 404, NotSympa),
        ("", 411, NotSympa),
        ("<html>FastCGI died</html>", 500, ListUndecided),
        ("<html>Gateway</html>", 504, Unreachable),
        ("<html>Gateway</html>", 502, Unreachable),
        ("<soap:Envelope", 200, UnexpectedAnswer),
        ('<?xml version="1.0"?><Envelope/>', 200, UnexpectedAnswer),
    ],
)
def test_another_page_is_told_apart(text: str, status: int, kind: type[WikifarmError]) -> None:
    with pytest.raises(kind) as caught:
        soap.answered(answer(text, status))
    assert type(caught.value) is kind


def test_entities_are_refused() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><Envelope>&a;</Envelope>'
    with pytest.raises(UnexpectedAnswer):
        soap.answered(answer(bomb))


@given(st.text())
def test_no_answer_breaks_the_reader(text: str) -> None:
    for body in (text, f"<Envelope>{text}</Envelope>", fault("x").replace("x", text, 1)):
        with contextlib.suppress(WikifarmError):
            soap.answered(answer(body))


# -- values ---------------------------------------------------------------------------------


@transcripts.needed
@pytest.mark.parametrize("version", ["6.2.70", "6.2.76"])
def test_wide_characters_come_back_whole(version: str) -> None:
    (row,) = from_transcript(f"enc-{version}-info-base64")
    assert row["subject"] == "Œuvre d’été à l'école — €"


@transcripts.needed
def test_values() -> None:
    assert from_transcript("members-add-quiet") is True
    assert from_transcript("members-ami-not-subscriber") is False
    assert from_transcript("members-review-empty") == ["no_subscribers"]
    assert from_transcript("app-ok-lists") == []
    assert "ada@example.org" in from_transcript("members-review-owner")
    assert from_transcript("members-complexwhich")[0]["bounceScore"] is None
    owners = [row for row in from_transcript("members-fullreview-empty") if row["isOwner"]]
    assert [row["gecos"] for row in owners] == ["Liste Maître"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_text_goes_out_so_that_sympa_stores_it(text: str) -> None:
    """ASCII as a string, anything else as base64 of its UTF-8 bytes."""
    body = soap.envelope("createList", ["name", [text]])
    item = ElementTree.fromstring(body).find(".//item")
    assert item is not None
    kind = item.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    sent = item.text or ""
    if text.isascii():
        assert (kind, sent) == ("xsd:string", text)
    else:
        assert kind == "xsd:base64Binary"
        assert base64.b64decode(sent).decode() == text
    assert body.isascii()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_read_as_latin_1_is_repaired(text: str) -> None:
    assert soap.repaired(text.encode().decode("latin-1")) == text
