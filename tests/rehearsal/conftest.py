"""A running farm and a small browser for the tests of the rehearsal farm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from wikifarm.rehearsal import DIALECTS, RehearsalSettings, RunningFarm
from wikifarm.rehearsal.dialects import Features

PASSWORD = "adminpass"
TOKEN = "key-of-the-farm"

WIKI = {
    "bf_titre": "Robustesse Rennes",
    "bf_description": "Communauté apprenante",
    "bf_referent": "Camille",
    "bf_mail": "camille@example.org",
    "bf_dossier-wiki": "rennes",
    "bf_dossier-wiki_wikiname": "WikiAdmin",
    "bf_dossier-wiki_email": "bf_mail",
    "bf_dossier-wiki_password": "secret12",
    "yeswiki-farm-theme": "0",
    "yeswiki-farm-model": "default-content",
    "yeswiki-farm-acls": "0",
    "radioListeOuiNon": "oui",
    "antispam": "1",
}


def hashcash_value(script: str) -> str:
    """The value hidden in the key script, by arithmetic only."""
    words = [int(a) ^ int(b) for a, b in re.findall(r"= (\d+) \^ (\d+);", script)]
    text = b"".join(word.to_bytes(4, "little") for word in words).decode()
    return str(sum(int(n) for n in re.findall(r"= (\d+);", text)))


def cookies(answer: httpx.Response) -> list[str]:
    """The names of the cookies that an answer sets."""
    return [cookie.partition("=")[0] for cookie in answer.headers.get_list("set-cookie")]


class Browser:
    """A visitor of one farm, with cookies, who never follows a redirect."""

    def __init__(self, farm: RunningFarm) -> None:
        self.farm = farm
        self.http = httpx.Client(follow_redirects=False, verify=False)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(self.farm.url + path)

    def post(self, path: str, data: dict[str, str], key: bool = False) -> httpx.Response:
        headers = {"authorization": f"Bearer {TOKEN}", "source-url": ""} if key else {}
        return self.http.post(self.farm.url + path, data=data, headers=headers)

    def login(self, wiki: str = "", name: str = "WikiAdmin", password: str = "") -> Browser:
        password = password or (PASSWORD if not wiki else "secret12")
        data = {"action": "login", "name": name, "password": password, "remember": "1"}
        answer = self.post(f"{wiki}?ParametresUtilisateur", data)
        assert any("token=" in c for c in answer.headers.get_list("set-cookie")), answer.text
        return self

    def field(self, path: str, name: str) -> str:
        """The value of an input of a page."""
        node = LexborHTMLParser(self.get(path).text).css_first(f"input[name='{name}']")
        assert node is not None, f"no input {name} at {path}"
        return node.attributes.get("value") or ""

    def save(self, path: str, body: str, **more: str) -> httpx.Response:
        """Save a page as a person would; `path` is `wiki/?Tag`."""
        data = {
            "previous": self.field(f"{path}/edit", "previous"),
            "body": body,
            "submit": "Sauver",
        }
        if self.farm.settings.features.hashcash:
            wiki = path.partition("?")[0]
            script = self.get(f"{wiki}tools/security/wp-hashcash-getkey.php").text
            data["hashcash_value"] = hashcash_value(script)
        return self.post(f"{path}/edit", data | more)

    def set_group(self, name: str, *members: str) -> None:
        """Make a group on the farm, as an administrator of this version would."""
        if self.farm.settings.features.groups_by_api:
            users = {f"users[{number}]": member for number, member in enumerate(members)}
            answer = self.post("?api/groups", {"name": name, **users})
        else:
            token = self.field("?GererUtilisateurs", "confirmToken")
            data = {"confirmToken": token, "groupname": name, "acl": "\n".join(members)}
            answer = self.post("?GererUtilisateurs", data | {"action-save": "1"})
        assert answer.is_success, answer.text

    def delete(self, path: str) -> httpx.Response:
        """Delete a page as a person would: to the address that the form gives."""
        tree = LexborHTMLParser(self.get(f"{path}/deletepage").text)
        form = next(f for f in tree.css("form") if "confirme=oui" in (f.attributes["action"] or ""))
        token = first(form, "input[name='csrf-token']").attributes["value"] or ""
        return self.http.post(form.attributes["action"] or "", data={"csrf-token": token})


def first(tree: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first node of that kind, which must be there."""
    node = tree.css_first(selector)
    assert node is not None, selector
    return node


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def features(dialect: str) -> Features:
    """What the farm of the test does its own way."""
    return DIALECTS[dialect]


def running(data: Path, dialect: str) -> RunningFarm:
    """A farm of this dialect."""
    return RunningFarm(RehearsalSettings(data, dialect, password=PASSWORD, token=TOKEN))


@pytest.fixture
def farm(dialect: str, tmp_path: Path) -> Iterator[RunningFarm]:
    with running(tmp_path, dialect) as farm:
        yield farm


@pytest.fixture
def farm44(tmp_path: Path) -> Iterator[RunningFarm]:
    with running(tmp_path, "4.4") as farm:
        yield farm


@pytest.fixture
def farm45(tmp_path: Path) -> Iterator[RunningFarm]:
    with running(tmp_path, "4.5") as farm:
        yield farm


@pytest.fixture
def farm46(tmp_path: Path) -> Iterator[RunningFarm]:
    with running(tmp_path, "4.6") as farm:
        yield farm


def new_wiki(farm: RunningFarm, **more: str) -> httpx.Response:
    """Ask for a wiki with the farm's key."""
    return Browser(farm).post("?api/entries/1100", WIKI | more, key=True)
