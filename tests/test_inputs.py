"""Whatever people type, files hold and servers answer: read, or refused in words; never a defect.

`WIKIFARM_INPUTS` is how many of each are tried.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wikifarm import transport
from wikifarm.advisories.catalogue import parse
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.reading import load_manifests, load_valid
from wikifarm.blueprint.manifest.slugs import is_slug
from wikifarm.blueprint.manifest.spreadsheet import COLUMNS, FRENCH
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.emails import is_email, people_in, split_email
from wikifarm.engine import receipt as receipts
from wikifarm.engine.journal import Journal
from wikifarm.errors import InvalidInput, WikifarmError
from wikifarm.operations.community.accounts import account_names
from wikifarm.operations.community.caution import read_plan
from wikifarm.operations.describe import Wishes, community
from wikifarm.operations.workplace.acquaintances import Acquaintances
from wikifarm.operations.workplace.places import Places
from wikifarm.operations.workplace.settings import Flags, load
from wikifarm.operations.workplace.vault import Vault
from wikifarm.transport import Network
from wikifarm.web_addresses import why_not
from wikifarm.yeswiki.addresses import Addresses, base_url
from wikifarm.yeswiki.farm import Farm
from wikifarm.yeswiki.wiki import Wiki

TRIES = int(os.environ.get("WIKIFARM_INPUTS", "40"))
tries = settings(
    max_examples=TRIES, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip

SIGNS = "{}[]\"'<>|%=&@;,:/\\#*_-()~ \t\n\u00a0\u200b\u202e·’«»"
ADDRESSES = st.sampled_from(["ana@example.org", "bo.b+x@exemple.fr", "a@b", "é@example.org", "@"])
# All scripts, and what means something to a wiki, a spreadsheet, a mail or a shell.
WORDS = st.text(st.characters(codec="utf-8") | st.sampled_from(SIGNS), max_size=60)
LINES = st.lists(WORDS | ADDRESSES, max_size=4).map(" ".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LINES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    """Nobody waits for a disk, nor for a server that says to come back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        patch.setattr(transport._again, "sleep", lambda _seconds: None)
        yield


def refused_or(read: Callable[[], Any]) -> Any:
    """What was read, or None where it was refused in words."""
    try:
        return read()
    except WikifarmError as error:
        assert error.code != "unforeseen"
        assert str(error.message).strip()
        return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs")


# -- what people type ------------------------------------------------------------------------------


@tries
@given(name=WORDS, person=LINES, words=LINES)
def test_a_community_of_any_name_is_made_or_refused(
    folder: Path, name: str, person: str, words: str
) -> None:
    wishes = Wishes(
        name, facilitators=(f"{person} <ana@example.org>",), territory=words, description=words,
        rhythm=words,
    )  # fmt: skip
    made = refused_or(lambda: community(wishes, folder))
    if made is None:
        return
    assert is_slug(made.slug)
    accounts = account_names(made.facilitators, [], ("WikiAdmin",))
    assert len(set(accounts.values())) == len(made.facilitators)
    path = folder / "written.yml"
    path.write_bytes(dump_manifest(made).encode())
    assert load_manifests([path]) == [made]


@tries
@given(st.lists(LINES, max_size=5), st.sampled_from([", ", "; ", " / ", "\n", " et ", "|"]))
def test_people_are_told_from_what_stands_between_them(people: list[str], between: str) -> None:
    for person in people_in(between.join(people)):
        name, address = split_email(person)
        assert "\n" not in name
        if is_email(address):
            assert person in (address, f"{name} <{address}>")


@tries
@given(st.one_of(LINES, WORDS.map("https://{}/".format), WORDS.map("http://[{}]/".format)))
def test_an_address_is_one_or_is_told_why_not(folder: Path, address: str) -> None:
    farm = refused_or(lambda: load(Flags(farm=address), folder, {}, config=folder))
    if why_not(address.strip()):
        return
    base = base_url(address)
    assert base.endswith("/") and base_url(base) == base
    assert Places(folder, folder).farm(base).parent == folder / "farms"
    assert farm is not None


def some(keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any values under some of these keys."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys.split(), VALUES))


# -- what files hold -------------------------------------------------------------------------------

CELLS = st.one_of(
    LINES, st.sampled_from(["", "oui", "x", "48,11", "−1,68", "nan", "1e999", "=1+1"])
)
KEYS = "name slug facilitators territory modules links mailing_list language blueprint description"
HEADS = st.lists(st.sampled_from([*COLUMNS, *FRENCH.values(), "", "zz"]), min_size=1, max_size=8)


@tries
@given(HEADS, st.lists(st.lists(CELLS, max_size=9), max_size=4), st.sampled_from(";,\t|"),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"]))  # fmt: skip
def test_a_sheet_is_read_or_told_with_its_lines(
    folder: Path, heads: list[str], rows: list[list[str]], between: str, encoding: str
) -> None:
    path = folder / "sheet.csv"
    text = "\r\n".join(between.join(row) for row in [heads, *rows])
    path.write_bytes(text.encode(encoding, "replace"))
    _described(path)


@tries
@given(VALUES | some(KEYS))
def test_a_manifest_is_read_or_told_with_its_lines(folder: Path, value: object) -> None:
    path = folder / "manifest.yml"
    path.write_text(json.dumps(value), "utf-8", "surrogatepass")  # JSON is YAML
    _described(path)


@tries
@given(st.binary(max_size=400), st.sampled_from([".yml", ".csv", ".xlsx", ".ods"]),
       st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"name;slug\r\n", b"- "]))  # fmt: skip
def test_bytes_are_read_or_told(folder: Path, raw: bytes, suffix: str, head: bytes) -> None:
    path = folder / f"bytes{suffix}"
    path.write_bytes(head + raw)
    _described(path)


def _described(path: Path) -> None:
    described = refused_or(lambda: load_valid([path]))
    for each in described.communities if described else ():
        assert isinstance(each, Community)
    try:
        load_manifests([path])
    except InvalidInput as refused:
        assert all(problem.message.strip() and problem.file for problem in refused.problems)


@tries
@given(st.one_of(VALUES.map(json.dumps), LINES, st.just("[" * 100_000)))
def test_what_wikifarm_keeps_may_hold_anything(text: str) -> None:
    """The state folder, plans and advisories: somebody may have edited or cut them."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for file in ("credentials.json", "journal.jsonl", "plan.json", "wikifarm.toml", ".env"):
            (place / file).write_text(text, "utf-8", "surrogatepass")
        (place / "entered").mkdir()
        (place / "entered" / "rennes.json").write_text(text, "utf-8", "surrogatepass")
        refused_or(lambda: Vault(place, "https://example.org/").get("rennes"))
        refused_or(lambda: Journal(place / "journal.jsonl", "run").mark_of("rennes"))
        refused_or(lambda: read_plan(place / "plan.json"))
        refused_or(lambda: load(Flags(), place, {}, config=place))
        refused_or(lambda: Acquaintances(place).of("rennes"))
        refused_or(lambda: parse(text, "advisories.json"))
        receipts.from_page(f"x\n%%\n{text}\n%%\n")


# -- what servers answer ---------------------------------------------------------------------------

HTML = st.lists(
    st.sampled_from(["<html>", "<form id='formulaire'>", "<input name='a' value='b'>", "</form>",
                     "<select name='yeswiki-farm-model'><option value='x'>", "<body>", "<script>",
                     '<a href="?x">', "wiki.antispam", "<div class='alert'>", "<!--"]) | LINES,
    max_size=8).map("".join)  # fmt: skip
ANSWERED = (
    "bn_template bn_label_nature bn_id_nature id_fiche tag bf_titre bf_dossier-wiki name email "
    "value resource property list body owner title_list nodes"
)
ROWS = st.dictionaries(WORDS, some(ANSWERED), max_size=3)
BODIES = st.one_of(VALUES.map(json.dumps), ROWS.map(json.dumps), ROWS.map(
    lambda rows: json.dumps(list(rows.values()))), HTML, st.just("[" * 100_000))  # fmt: skip
CODES = st.sampled_from([200, 200, 200, 201, 301, 302, 401, 403, 404, 405, 429, 500, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["Location", "Content-Type", "Set-Cookie", "Retry-After", "Content-Encoding"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
    | st.sampled_from(["/", "text/html; charset=rot13", "gzip", "http://[", "1e9", "a=b; Path=/"]),
    max_size=3,
)


@tries
@given(st.lists(st.tuples(CODES, HEADERS, BODIES), min_size=1, max_size=4), st.data())
def test_whatever_a_server_answers_is_read_or_refused(
    answers: list[tuple[int, dict[str, str], str]], data: st.DataObject
) -> None:
    asked = iter(range(10_000))

    def answer(_request: httpx.Request) -> httpx.Response:
        code, headers, body = answers[next(asked) % len(answers)]
        stream = httpx.ByteStream(body.encode("utf-8", "surrogatepass"))
        return httpx.Response(code, headers=headers, stream=stream)

    network = Network(transport=httpx.MockTransport(answer))
    farm = Farm(network, "https://ferme.example.org/", "WikiAdmin", "secret", "")
    wiki = Wiki(network, Addresses("https://ferme.example.org/rennes/"))
    readers: list[Callable[[], object]] = [
        farm.template, farm.listed, farm.offer, lambda: farm.contact,
        lambda: farm.answers("rennes"),
        lambda: farm.capabilities, lambda: wiki.login("WikiAdmin", "secret"),
        lambda: wiki.capabilities, wiki.pages.all, wiki.rights.all, wiki.groups.all,
        wiki.users.all, wiki.forms.all, wiki.lists.all, wiki.settings.all, wiki.runs.all,
        lambda: wiki.overview("X"),
    ]  # fmt: skip
    refused_or(data.draw(st.sampled_from(readers)))
