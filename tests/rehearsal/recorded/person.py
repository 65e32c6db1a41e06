"""One person's dealings with one wiki, and what is kept of an answer: no address, no secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser

PLACE = "https://ferme.example.org/"

_EXCEPTION = re.compile(r" in /.*", re.DOTALL)
_VOLATILE = frozenset({"signuptime", "time", "date_creation_fiche", "date_maj_fiche"})
_NOISE = frozenset({"rawOutput"})  # what this server's mail said, not the wiki


@dataclass
class Person:
    """Somebody with a jar of cookies, or with a key and none, at the wiki of `folder`."""

    farm: str
    folder: str = ""
    key: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=120))

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        """The answer to one request of this wiki; no redirection is followed."""
        base = f"{self.farm}{self.folder}/" if self.folder else self.farm
        headers = {"authorization": f"Bearer {self.key}", "source-url": ""} if self.key else {}
        if self.key:
            self.http.cookies.clear()  # a key leaves the cookies of a login
        return self.http.request(method, base + path, data=fields, headers=headers)

    def hidden(self, path: str, name: str) -> str:
        """The value of a hidden input of a page; nothing where there is none."""
        node = LexborHTMLParser(self.ask("GET", path).text).css_first(f"input[name='{name}']")
        return (node.attributes.get("value") or "") if node is not None else ""

    def login(self, password: str, name: str = "WikiAdmin") -> Person:
        """Logs in by the form that every version has."""
        fields = {"action": "login", "name": name, "password": password, "remember": "1"}
        answer = self.ask("POST", "?ParametresUtilisateur", fields)
        assert "token" in answer.cookies, (name, answer.status_code)
        return self

    def kept(self, answer: httpx.Response, look: str = "") -> dict[str, Any]:
        """What is compared of an answer. `look` says what of a page: the names of the fields of the
        form that holds this field, or, after "sees ", whether these words stand in it."""
        kept: dict[str, Any] = {"status": answer.status_code}
        cookies = sorted(answer.cookies.keys())
        if cookies:
            kept["cookies"] = [self._placed(name) for name in cookies]
        if "location" in answer.headers:
            kept["location"] = self._placed(answer.headers["location"])
        if not answer.content:
            return kept
        media = answer.headers.get("content-type", "")
        if "json" in media and not look.startswith("sees "):
            kept["json"] = self._scrubbed(answer.json())
        elif look.startswith("sees "):
            kept["sees"] = look.removeprefix("sees ") in answer.text
        elif look:
            kept["fields"] = _fields(answer.text, look)
        return kept

    def _placed(self, text: str) -> str:
        text = text.replace(self.farm.replace("/", "\\/"), PLACE).replace(self.farm, PLACE)
        return text.replace(self.folder, "essai") if self.folder else text

    def _scrubbed(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {
                self._placed(key): self._scrubbed(item, key)
                for key, item in value.items()
                if key not in _NOISE
            }
        if isinstance(value, list):
            rows = [self._scrubbed(item) for item in value]
            return sorted(rows, key=str) if rows and isinstance(rows[0], dict) else rows
        if name in _VOLATILE or (name == "id" and str(value).isdigit()):
            return "…"
        if name == "link":
            return bool(value)  # the way into the account: a secret
        if name == "exceptionMessage":
            return _EXCEPTION.sub("", str(value))
        return self._placed(value) if isinstance(value, str) else value


def _fields(text: str, name: str) -> list[str]:
    """The names of the fields of every form that holds a field of this name."""
    forms = LexborHTMLParser(text).css("form")
    return [
        node.attributes.get("name") or ""
        for form in forms
        if form.css_first(f"[name='{name}']") is not None
        for node in form.css("input,textarea,select,button")
        if node.attributes.get("name")
    ]
