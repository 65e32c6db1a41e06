"""What may go wrong with the audit's own means: with any of these, nobody was seen by nobody.

Each stands between `verify` and the wiki, and spoils what one kind of person is answered to one
kind of question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

PORTAL = "<html><body>Bienvenue ! Acceptez les conditions du réseau.</body></html>"
UPKEEP = "<html><body>Site en maintenance, revenez plus tard.</body></html>"
ANSWERS: dict[str, Callable[[], httpx.Response]] = {
    "429": lambda: httpx.Response(429, text="Too many requests"),
    "403": lambda: httpx.Response(403, text="Forbidden"),
    "404": lambda: httpx.Response(404, text="Not found"),
    "500": lambda: httpx.Response(500, text="Internal error"),
    "302": lambda: httpx.Response(302, headers={"location": "https://portail.example.net/"}),
    "captive page": lambda: httpx.Response(200, text=PORTAL),
    "empty object": lambda: httpx.Response(200, json={}),
    "empty list": lambda: httpx.Response(200, json=[]),
    "nothing": lambda: httpx.Response(200, text=""),
    "maintenance": lambda: httpx.Response(503, text=UPKEEP),
}
PEOPLE = ("visitor", "Stranger", "Member", "WikiAdmin", "anybody")
QUESTIONS = ("api", "BazaR", "entry", "page", "any", "writing")
WRITING = ("vue=saisir", "vue=formulaire", "/edit", "/acls")


@dataclass
class Spoilt(httpx.BaseTransport):
    """Answers in the place of the wiki where `who` asks `what`; the entries `swallowed` are said
    to be kept; `lost` asks as a visitor from the `after`th question on."""

    real: httpx.BaseTransport
    answer: Callable[[], httpx.Response] | None = None
    who: str = "anybody"
    what: str = "any"
    swallows: bool = False
    lost: str = ""
    after: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    spoilt: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = _name(request)
        self.asked[name] = self.asked.get(name, 0) + 1
        question = request.url.query.decode()
        if self.swallows and request.method == "POST" and "saisir_fiche" in question:
            self.spoilt += 1
            return httpx.Response(302, headers={"location": f"{request.url}&id_fiche=Fiche"})
        if self.lost and self.lost in name and self.asked[name] > self.after:
            self.spoilt += 1
            request.headers.pop("cookie", None)
        if self.answer and self._concerns(name, request.method, question):
            self.spoilt += 1
            return self.answer()
        return self.real.handle_request(request)

    def _concerns(self, name: str, method: str, question: str) -> bool:
        if self.who == "visitor" and name:
            return False
        if self.who not in ("visitor", "anybody") and self.who not in name:
            return False
        kind = "api" if question.startswith("api/") else "BazaR" if "BazaR" in question else "page"
        if self.what == "writing":
            return method == "POST" and any(way in question for way in WRITING)
        entry = "iche" in question.partition("&")[0].partition("/")[0]
        return self.what in ("any", kind) or (self.what == "entry" and entry)


def _name(request: httpx.Request) -> str:
    """The account that asks, by its cookie; '' for a visitor."""
    cookies = request.headers.get("cookie", "").split("; ")
    return next((each.removeprefix("name=") for each in cookies if each.startswith("name=")), "")


def faults() -> Iterator[tuple[str, Callable[[httpx.BaseTransport], Spoilt]]]:
    """Each fault by its name."""
    for told, answer in ANSWERS.items():
        for who in PEOPLE:
            for what in QUESTIONS:
                yield (
                    f"{told} to {who}, {what}",
                    lambda real, fault=(answer, who, what): Spoilt(real, *fault),  # type: ignore[misc]
                )
    for who in ("Stranger", "Member", "Author", "WikiAdmin"):
        for after in (2, 30, 120):
            yield (
                f"{who} logged out after {after}",
                lambda real, fault=(who, after): Spoilt(real, lost=fault[0], after=fault[1]),  # type: ignore[misc]
            )
    yield "sentinel swallowed", lambda real: Spoilt(real, swallows=True)
