"""Replays recorded exchanges on a running farm and tells where the answers differ."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from selectolax.lexbor import LexborHTMLParser

from .conftest import TOKEN, Browser, hashcash_value

RECORDED = "https://ferme.example.org/"


class Replay:
    """One farm, one administrator a wiki, one visitor."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.url = browser.farm.url
        self.sessions: dict[str, Browser] = {}
        self.visitor = Browser(browser.farm)
        self.host = self.url.removeprefix("http://").rstrip("/")
        self.previous = ""
        self.csrf = ""

    def run(self, file: Path) -> list[str]:
        """The differences, as text; none is best."""
        differences: list[str] = []
        record = json.loads(file.read_text(encoding="utf-8"))
        for number, exchange in enumerate(record["exchanges"]):
            answer = self._send(exchange["request"], exchange["response"]["headers"])
            where = f"{file.stem}[{number}] {exchange['request']['method']} "
            where += exchange["request"]["url"].removeprefix(RECORDED)
            differences += [f"{where}: {d}" for d in self._compare(exchange["response"], answer)]
        return differences

    def _session(self, wiki: str) -> Browser:
        if wiki not in self.sessions:
            made = Browser(self.browser.farm)
            if wiki != "vannes/":
                made.login(wiki)
            self.sessions[wiki] = made
        return self.sessions[wiki]

    def _send(self, request: dict[str, Any], answered: list[list[str]]) -> httpx.Response:
        path = request["url"].removeprefix(RECORDED)
        wiki = path.partition("/")[0] + "/" if "/?" in path or "/tools" in path else ""
        wiki = "" if wiki.startswith(("?", "tools")) else wiki
        headers = {k: v for k, v in request["headers"].items() if k == "content-type"}
        scripts = "wp-hashcash" in path
        logged = any(k == "set-cookie" and v.startswith("token") for k, v in answered) or scripts
        if "cookie" not in request["headers"]:
            self.visitor = Browser(self.browser.farm)
            logged = False
        browser = self._session(wiki) if logged else self.visitor
        if "authorization" in request["headers"]:
            headers["authorization"] = f"Bearer {TOKEN}"
        body = self._fresh(request["body"], wiki) if request["body"] else ""
        answer = browser.http.request(
            request["method"], self.url + path, content=body.encode(), headers=headers
        )
        self._learn(answer)
        return answer

    def _fresh(self, body: str, wiki: str) -> str:
        """The same body with this farm's own guard values and tokens."""
        pairs = parse_qsl(body, keep_blank_values=True)
        fixed = []
        for name, value in pairs:
            new = value
            if name == "hashcash_value" and value != "12":
                script = self.browser.get(f"{wiki}tools/security/wp-hashcash-getkey.php").text
                new = hashcash_value(script)
            elif name in ("csrf-token", "confirmToken"):
                new = self.csrf
            elif name == "previous" and value not in ("", "1"):
                new = self.previous
            elif name == "wiki-import-lists" and value.endswith("…"):
                lists = self._session("rennes/").get("rennes/?BazaR/json&demand=lists").text
                new = escape(lists)  # the recording is cut here
            new = new.replace(RECORDED, self.url).replace("ferme.example.org", self.host)
            fixed.append((name.replace("ferme.example.org", self.host), new))
        return urlencode(fixed)

    def _learn(self, answer: httpx.Response) -> None:
        if "html" not in answer.headers.get("content-type", ""):
            return
        tree = LexborHTMLParser(answer.text)
        for name in ("csrf-token", "confirmToken", "previous"):
            node = tree.css_first(f"input[name='{name}']")
            if node is not None:
                value = node.attributes.get("value") or ""
                if name == "previous":
                    self.previous = value
                else:
                    self.csrf = value

    def _compare(self, recorded: dict[str, Any], answer: httpx.Response) -> list[str]:
        differences = []
        if recorded["status"] != answer.status_code:
            differences.append(f"status {answer.status_code}, recorded {recorded['status']}")
        headers = [(k, v) for k, v in recorded["headers"]]
        known = dict(headers)
        if known.get("content-type", "").lower() != answer.headers["content-type"].lower():
            differences.append(
                f"type {answer.headers['content-type']}, recorded {known['content-type']}"
            )
        place = known.get("location", "").replace(RECORDED, self.url)
        if place != answer.headers.get("location", ""):
            differences.append(f"location {answer.headers.get('location')}, recorded {place}")
        cookies = [v.partition("=")[0] for k, v in headers if k == "set-cookie"]
        given = [v.partition("=")[0] for v in answer.headers.get_list("set-cookie")]
        if cookies != given:
            differences.append(f"cookies {given}, recorded {cookies}")
        if "json" in recorded:
            differences += _json_differences(recorded["json"], answer.json(), "")
        if "html" in recorded:
            shown = answer.text.replace(self.host, "ferme.example.org")
            differences += _html_differences(recorded["html"], shown)
        return differences


def _json_differences(recorded: Any, given: Any, where: str, deep: int = 0) -> list[str]:
    if isinstance(recorded, dict) and isinstance(given, dict):
        if "…" in recorded or "RobustesseBrest" in recorded:
            return []
        ignored = {"rawOutput"}
        if deep == 0 and ("AdminWikis" in recorded or "1100" in recorded):
            ignored |= set(given) - set(recorded)
        missing = set(recorded) - set(given) - ignored
        extra = set(given) - set(recorded) - ignored
        differences = [f"{where}: missing {sorted(missing)}"] * bool(missing)
        differences += [f"{where}: not recorded {sorted(extra)}"] * bool(extra)
        for key in recorded.keys() & given.keys():
            differences += _json_differences(recorded[key], given[key], f"{where}/{key}", deep + 1)
        return differences
    if type(recorded) is not type(given):
        return [f"{where}: {type(given).__name__}, recorded {type(recorded).__name__}"]
    if isinstance(recorded, list) and recorded and given and where.endswith("/prepared"):
        return _json_differences(recorded[0], given[0], f"{where}[0]", deep + 1)
    return []


def _html_differences(recorded: dict[str, Any], text: str) -> list[str]:
    tree = LexborHTMLParser(text) if text else None
    differences = []
    title = (recorded["title"] or "").replace("Ferme45", "Ferme")
    node = tree.css_first("title") if tree else None
    given = node.text(strip=True) if node else ""
    if title != given and "PagePrincipale" not in title:
        differences.append(f"title {given!r}, recorded {title!r}")
    for form in recorded["forms"]:
        if form["id"] in ("formulaire", "ACEditor") and tree is not None:
            differences += _form_differences(form, tree)
    for alert in recorded["alerts"]:
        if alert.startswith(("Il y a", "Les données")) or tree is None:
            continue
        shown = [" ".join(n.text().split()) for n in tree.css(".alert")]
        if not any(alert[:40] in words for words in shown):
            differences.append(f"alert {alert[:60]!r} not shown: {shown}")
    for toast in recorded["toasts"]:
        if toast.replace("\\'", "'") not in text and toast not in text:
            differences.append(f"toast {toast!r} not shown")
    return differences


def _form_differences(form: dict[str, Any], tree: LexborHTMLParser) -> list[str]:
    node = tree.css_first(f"form#{form['id']}")
    if node is None:
        return [f"form {form['id']} not there"]
    recorded = [(f.get("name"), f.get("type")) for f in form["fields"]]
    given = [
        (n.attributes.get("name"), n.attributes.get("type"))
        for n in node.css("input,textarea,select,button")
        if n.attributes.get("name")
    ]
    return [] if recorded == given else [f"form {form['id']}: {given}, recorded {recorded}"]
