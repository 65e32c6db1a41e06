"""One creation with its audit, beside the bare replay of the same requests on another new farm.

The farms run in processes of their own. The replay sends the recorded requests one after another
with the same cookies and connections; only tokens that each farm makes for itself are replaced.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
from recorder import Recorder, Sent
from selectolax.lexbor import LexborHTMLParser

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.operations.apply import apply
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.yeswiki import hashcash

PASSWORD = "MotDePasseDeMesure1"
EXAMPLE = Path(__file__).parent.parent / "examples" / "rennes.yml"
TOKENS = {"confirmToken", "csrf-token", "csrfToken", "confirmDeleteToken"}
ROUNDS = 3
PATIENCE = 60.0  # seconds that an answer of a bare replay is waited for


@contextmanager
def farm() -> Iterator[str]:
    """A rehearsal farm in its own process; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "wikifarm", "rehearsal", "--data", folder, "--json"]
        process = subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        try:
            yield f"{started['url']} {started['password']}"
        finally:
            process.terminate()
            process.wait()


def create(url: str, password: str) -> tuple[float, list[Sent], int]:
    """Seconds of one creation, what it sent and how many probes its audit made."""
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "state", Path(folder) / "out")
        recorder = Recorder()
        settings = FarmSettings(url, "WikiAdmin", password)
        context = Context(settings, places, transport=recorder)
        community = load_manifests([EXAMPLE])[0]
        started = time.perf_counter()
        outcome = apply(context, [community])[0]
        seconds = time.perf_counter() - started
        context.close()
        assert outcome.error is None, outcome.error
        assert outcome.audit is not None
        return seconds, recorder.log, outcome.audit.probes


class Replay:
    """Sends recorded requests to another farm, without wikifarm around them: the same cookies and
    connections; only what each farm makes for itself is replaced."""

    def __init__(self, before: str, old_password: str, url: str, password: str) -> None:
        self._farms, self._passwords = (before, url), (old_password, password)
        self._transport = httpx.HTTPTransport()
        self._people: dict[int, httpx.Client] = {}
        self._tokens: dict[int, str] = {}
        self._value: dict[str, str] = {}  # of a hashcash, by wiki

    def seconds(self, log: Sequence[Sent]) -> float:
        """How long they take, one after another."""
        started = time.perf_counter()
        for sent in log:
            self.send(sent)
        return time.perf_counter() - started

    def send(self, sent: Sent) -> None:
        """One of them."""
        client = self._people.setdefault(
            sent.who, httpx.Client(transport=self._transport, timeout=PATIENCE)
        )
        wiki = sent.url.partition("?")[0].partition("tools/")[0]
        fields = [
            (name, self._filled(name, text, sent.who, wiki))
            for name, text in parse_qsl(sent.body.decode(), keep_blank_values=True)
        ]
        answer = client.request(
            sent.verb,
            sent.url.replace(*self._farms),
            content=urlencode(fields) if sent.verb != "GET" else None,
            headers={"Content-Type": "application/x-www-form-urlencoded"} if fields else None,
        )
        if sent.url.endswith("wp-hashcash-getkey.php"):
            self._value[wiki] = hashcash.value(answer.text)
        elif sent.who not in self._tokens and "confirmToken" in answer.text:
            node = LexborHTMLParser(answer.text).css_first('input[name="confirmToken"]')
            self._tokens[sent.who] = (node.attributes.get("value") or "") if node else ""

    def _filled(self, name: str, text: str, who: int, wiki: str) -> str:
        if name in TOKENS:
            return self._tokens.get(who, text)
        if name == "hashcash_value":
            return self._value.get(wiki, text)
        before, after = self._passwords
        return after if text == before else text

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()


def main() -> None:
    """Prints the figures of the best of a few rounds."""
    ours, bare = [], []
    for _each in range(ROUNDS):
        with farm() as one, farm() as two:
            url, password = one.split()
            other, other_password = two.split()
            seconds, log, probes = create(url, password)
            ours.append(seconds)
            again = Replay(url, password, other, other_password)
            bare.append(again.seconds(log))
            again.close()
    reads = sum(sent.verb == "GET" for sent in log)
    writes = len(log) - reads
    print(f"requests      {reads} GET + {writes} POST ({probes} probes of the audit)")
    print(f"wikifarm      {min(ours):.2f} s")
    print(f"bare replay   {min(bare):.2f} s")
    print(f"ratio         {min(ours) / min(bare):.2f}   (aim: at most 1.3)")


if __name__ == "__main__":
    main()
