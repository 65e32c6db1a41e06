"""People who ask a wiki by themselves: a client that shares no code with `wikifarm`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser

ROLES = ("visitor", "stranger", "member")
PASSWORD = "UnMotDePasse-2026"
# What differs from one answer to the next with nothing opened: tokens, marks, moments.
_PASSING = re.compile(r"[0-9a-f]{12,}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|[A-Za-z0-9_-]{32,}")


class Person:
    """Somebody with the cookies of one wiki."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self.address = address
        self._transport = transport
        self._http = httpx.Client(transport=transport, timeout=120, follow_redirects=False)

    def beside(self) -> Person:
        """Somebody else, at the same wiki."""
        return Person(self.address, self._transport)

    def get(self, question: str) -> httpx.Response:
        """Asks `address?question`."""
        return self._http.get(f"{self.address}?{question}")

    def post(self, question: str, fields: Mapping[str, str]) -> httpx.Response:
        """Sends a form to `address?question`."""
        return self._http.post(f"{self.address}?{question}", data=dict(fields))

    def json(self, route: str) -> Any:
        """What the API answers to `route`."""
        return self.get(f"api/{route}").json()

    def log_in(self, name: str, password: str) -> None:
        """Becomes `name`."""
        fields = {"action": "login", "name": name, "password": password, "remember": "1"}
        answer = self.post("ParametresUtilisateur", fields)
        assert "token" in answer.cookies, answer.status_code

    def sign_up(self, name: str) -> None:
        """Opens an account as anybody may."""
        answer = self.post(
            "ParametresUtilisateur",
            {
                "usersettings_action": "signup",
                "name": name,
                "email": f"{name.lower()}@example.org",
                "password": PASSWORD,
                "confpassword": PASSWORD,
            },
        )
        assert "token" in answer.cookies, answer.text[-600:]

    def seen(self, question: str) -> str:
        """What an answer says, without what passes from one answer to the next."""
        answer = self.get(question)
        where = answer.headers.get("location", "")
        return _PASSING.sub("", f"{answer.status_code} {where}\n{answer.text}")

    def enter(self, form: str) -> str:
        """Fills the form in as a browser shows it and sends it; the tag of the entry."""
        question = f"BazaR&vue=saisir&action=saisir_fiche&id={form}"
        document = LexborHTMLParser(self.get(question).text)
        fields: dict[str, str] = {"bf_titre": "Une fiche", "antispam": "1", "id_typeannonce": form}
        for node in document.css("#formulaire input, #formulaire textarea, #formulaire select"):
            name = node.attributes.get("name") or ""
            out_of_reach = node.attributes.get("tabindex") == "-1"  # a trap for robots
            if name and name not in fields and not out_of_reach:
                fields[name] = _answer(node.tag or "", node.attributes, name, node.html or "")
        answer = self.post(question, fields)
        sent_to = str(answer.headers.get("location", ""))
        (tag,) = parse_qs(urlsplit(sent_to).query)["id_fiche"]
        return tag


def _answer(tag: str, attributes: Mapping[str, str | None], name: str, html: str) -> str:
    kind = attributes.get("type") or "text"
    if tag == "select":
        choices = re.findall(r'<option value="([^"]+)"', html)
        return choices[0] if choices else ""
    if kind in ("radio", "checkbox", "hidden") and "tude" not in name:
        return attributes.get("value") or "1"
    if "tude" in name or name.endswith(("_lat", "_lon")):
        return "48.7171717"
    if kind == "email":
        return f"zzsecret{name}@example.org"
    return "2026-11-27" if kind == "date" else f"zzsecret{name}"
