"""The Sympa of the tests is a real one, and what is done to it there truly happens.

Spoken to by hand here, not with the product's own client: a fault of one must not hide the other's.
"""

from __future__ import annotations

import base64
import time
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx
import pytest

from .conftest import Account, Sympa

# An own User-Agent: from 6.2.74 on, Sympa stores no session for those of common libraries.
HEADERS = {"User-Agent": "wikifarm-tests", "Content-Type": "text/xml; charset=utf-8"}
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@pytest.fixture(autouse=True)
def _fresh(sympa: Sympa) -> None:
    sympa.purge()


def _item(text: str) -> str:
    if text.isascii():
        return f'<item xsi:type="xsd:string">{escape(text)}</item>'
    coded = base64.b64encode(text.encode()).decode()
    return f'<item xsi:type="xsd:base64Binary">{coded}</item>'


def call(sympa: Sympa, operation: str, *arguments: str | list[str], timeout: float = 20) -> str:
    """The text of the answer, or “fault: …”."""
    inside = "".join(
        _item(one)
        if isinstance(one, str)
        else f'<a xsi:type="soapenc:Array" soapenc:arrayType="xsd:anyType[{len(one)}]">'
        f"{''.join(map(_item, one))}</a>"
        for one in arguments
    )
    body = (
        f'<soap:Envelope xmlns:soap="{SOAP}"'
        ' xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
        f'<m:{operation} xmlns:m="urn:sympasoap">{inside}</m:{operation}>'
        "</soap:Body></soap:Envelope>"
    )
    answer = httpx.post(sympa.url, content=body.encode(), headers=HEADERS, timeout=timeout)
    found = ElementTree.fromstring(answer.content).find(f"{{{SOAP}}}Body")
    assert found is not None
    fault = found.find(f"{{{SOAP}}}Fault")
    if fault is not None:
        return f"fault: {fault.findtext('faultstring')}"
    return "".join(next(iter(found)).itertext())


def as_app(
    sympa: Sympa, who: Account, service: str, *arguments: str, app: str = "", timeout: float = 20
) -> str:
    return call(
        sympa, "authenticateRemoteAppAndRun", app or sympa.app, sympa.secret,
        f"USER_EMAIL={who.email}", service, list(arguments), timeout=timeout,
    )  # fmt: skip


def logged_in(sympa: Sympa, who: Account, service: str, *arguments: str) -> str:
    session = call(sympa, "login", who.email, who.password)
    return call(sympa, "authenticateAndRun", who.email, session, service, list(arguments))


def create(sympa: Sympa, name: str, *, app: str = "") -> str:
    return as_app(
        sympa, sympa.animator, "createList",
        name, "Été — œuvre", "communaute", "Une liste d’essai", "education", app=app,
    )  # fmt: skip


def is_open(sympa: Sympa, name: str) -> bool:
    return f"{name}@{sympa.domain}" in as_app(sympa, sympa.animator, "complexWhich")


def test_the_wsdl_and_the_version_are_those_of_a_sympa(sympa: Sympa) -> None:
    assert "sympasoap" in httpx.get(f"{sympa.web}/wsdl", headers=HEADERS).text
    version = ".".join(map(str, sympa.version))
    page = httpx.get(sympa.web, headers=HEADERS, follow_redirects=True).text
    assert f'content="Sympa {version}"' in page


def test_everyone_logs_in_and_nobody_with_another_password(sympa: Sympa) -> None:
    for who in (sympa.listmaster, sympa.animator, sympa.other):
        session = call(sympa, "login", who.email, who.password)
        assert call(sympa, "getUserEmailByCookie", session) == who.email
    assert call(sympa, "login", sympa.animator.email, "autre").startswith("fault")


def test_a_new_account_logs_in(sympa: Sympa) -> None:
    who = sympa.account("nouvelle@example.org", "motdepasse-nouvelle", "Zoé — neuve")
    session = call(sympa, "login", who.email, who.password)
    assert call(sympa, "getUserEmailByCookie", session) == who.email


def test_names_are_kept_as_they_are_written(sympa: Sympa) -> None:
    session = call(sympa, "login", sympa.animator.email, sympa.animator.password)
    page = httpx.get(
        f"{sympa.web}/pref", headers={**HEADERS, "Cookie": f"sympa_session={session}"}
    ).text
    assert f'value="{sympa.animator.name}"' in page


def test_the_application_opens_lists_and_people_ask_for_them(sympa: Sympa) -> None:
    assert create(sympa, "oiseaux") == "true"
    assert is_open(sympa, "oiseaux")

    asked = ("papillons", "Papillons", "communaute", "Essai", "education")
    assert logged_in(sympa, sympa.animator, "createList", *asked) == "true"
    assert not is_open(sympa, "papillons")
    assert (
        as_app(sympa, sympa.animator, "amI", "papillons", "owner", sympa.animator.email) == "true"
    )
    sympa.login_open("papillons")
    assert is_open(sympa, "papillons")


def test_the_second_application_reads_but_creates_nothing(sympa: Sympa) -> None:
    assert create(sympa, "oiseaux", app=sympa.app_read_only).startswith("fault")
    assert create(sympa, "oiseaux") == "true"
    seen = as_app(sympa, sympa.animator, "complexWhich", app=sympa.app_read_only)
    assert "oiseaux" in seen


def test_the_command_line_reads_what_it_is_given(sympa: Sympa) -> None:
    sympa.admin(
        "create",
        "--input_file=/dev/stdin",
        sympa.domain,
        input=(
            '<?xml version="1.0" encoding="UTF-8"?><list><listname>abeilles</listname>'
            "<type>communaute</type><subject>Les abeilles — d’été</subject>"
            "<description>…</description><status>open</status><topics>education</topics>"
            f'<owner multiple="1"><email>{sympa.animator.email}</email></owner></list>'
        ),
    )
    assert is_open(sympa, "abeilles")
    sympa.admin(
        "add", "--quiet", f"abeilles@{sympa.domain}", input="a@example.org A\nb@example.org B\n"
    )
    assert "b@example.org" in sympa.admin("review", f"abeilles@{sympa.domain}").stdout
    assert sympa.admin("open", f"absente@{sympa.domain}", check=False).returncode


def test_nothing_is_left_after_a_purge(sympa: Sympa) -> None:
    create(sympa, "oiseaux")
    as_app(sympa, sympa.animator, "add", "oiseaux", "a@example.org", "A", "1")
    begun = time.monotonic()
    sympa.purge()
    assert time.monotonic() - begun < 3
    assert as_app(sympa, sympa.animator, "info", "oiseaux") == "fault: Unknown list"
    assert not is_open(sympa, "oiseaux")
    # The name is free, and no process remembers the former list's members.
    assert create(sympa, "oiseaux") == "true"
    assert as_app(sympa, sympa.animator, "amI", "oiseaux", "subscriber", "a@example.org") == "false"


def test_a_paused_server_does_not_answer_until_it_goes_on(sympa: Sympa) -> None:
    with sympa.paused(), pytest.raises(httpx.ReadTimeout):
        as_app(sympa, sympa.animator, "complexWhich", timeout=1)
    assert "fault" not in as_app(sympa, sympa.animator, "complexWhich")


def test_a_pause_soon_after_a_crash_holds_the_new_processes(sympa: Sympa) -> None:
    sympa.kill_soap()
    with sympa.paused(), pytest.raises(httpx.ReadTimeout):
        as_app(sympa, sympa.animator, "complexWhich", timeout=1)


def test_killed_soap_processes_are_replaced(sympa: Sympa) -> None:
    before = set(sympa.soap_processes())
    assert before
    sympa.kill_soap()
    end = time.monotonic() + 20
    while True:
        try:
            if "fault" not in as_app(sympa, sympa.animator, "complexWhich"):
                break
        # The web server's own page, status 500 or 503: HTML, or XHTML without an envelope.
        except (ElementTree.ParseError, AssertionError):
            assert time.monotonic() < end
            time.sleep(0.1)
    assert before.isdisjoint(sympa.soap_processes())


def test_forgotten_sessions_are_refused(sympa: Sympa) -> None:
    session = call(sympa, "login", sympa.animator.email, sympa.animator.password)
    sympa.forget_sessions()
    assert call(sympa, "getUserEmailByCookie", session) == "nobody"


def test_a_locked_database_makes_calls_wait(sympa: Sympa) -> None:
    create(sympa, "oiseaux")
    with sympa.locked(), pytest.raises(httpx.ReadTimeout):
        as_app(sympa, sympa.animator, "add", "oiseaux", "a@example.org", "A", "1", timeout=1)
    # Done though nobody waited for it, once the lock was gone.
    end = time.monotonic() + 20
    while as_app(sympa, sympa.animator, "amI", "oiseaux", "subscriber", "a@example.org") != "true":
        assert time.monotonic() < end
        time.sleep(0.2)


def test_mail_lands_in_the_outbox(sympa: Sympa) -> None:
    if sympa.outbox is None:
        pytest.skip("mail does not move: MAIL=1 tests/lists/sympa-server restart")
    asked = ("papillons", "Papillons", "communaute", "Essai", "education")
    assert logged_in(sympa, sympa.animator, "createList", *asked) == "true"
    told = sympa.wait_for_messages()[0]
    assert sympa.listmaster.email in told["X-Envelope-To"]
    assert "papillons" in told.as_string()
