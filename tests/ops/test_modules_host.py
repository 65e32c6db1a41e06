"""The modules `wikifarm_archive` and `wikifarm_host`, run as Ansible runs them; failures first."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")

import trustme

from tests.ops.hosting import NAME, PLAYBOOKS, START, Host, core, new_host, sha256, zipped

MODULES = PLAYBOOKS / "ansible_collections/wikifarm/farm/plugins/modules"
ZIP = zipped(core("4.4.4"), "doryphore-4.4.4/")

Said = dict[str, Any]


def run(
    module: str,
    *,
    check: bool = False,
    diff: bool = False,
    env: dict[str, str] | None = None,
    **given: Any,
) -> Said:
    """One module in a process of its own, as Ansible starts it on the machine."""
    ansibles = {"_ansible_check_mode": check, "_ansible_diff": diff}
    arguments = {"ANSIBLE_MODULE_ARGS": {"lang": "en", **given, **ansibles}}
    done = subprocess.run(
        [sys.executable, "-B", str(MODULES / f"{module}.py")],
        input=json.dumps(arguments),
        env={**os.environ, "PYTHONPATH": str(PLAYBOOKS), **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said: Said = json.loads(done.stdout)
    assert bool(said.get("failed")) is (done.returncode != 0), done.stderr
    return said


# wikifarm_archive


def examine(source: str | Path, digest: str, *, kind: str = "core", **given: Any) -> Said:
    given = {"name": "yeswiki", **given}
    return run("wikifarm_archive", source=str(source), sha256=digest, kind=kind, **given)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "yeswiki.zip"
    path.write_bytes(ZIP)
    return path


def test_refusals_say_a_code_a_sentence_and_a_cure(tmp_path: Path, archive: Path) -> None:
    said = examine(archive, "0" * 64)
    assert said["msg"] == f"{said['code']}: {said['message']} {said['hint']}"
    assert said["code"] == "archive-sha256"
    assert sha256(ZIP) in said["message"]
    french = examine(archive, "0" * 64, lang="fr")
    assert "n’est pas celle attendue" in french["msg"]


def test_each_refusal_has_its_code(tmp_path: Path, archive: Path) -> None:
    assert examine(tmp_path / "none.zip", "0" * 64)["code"] == "archive-missing"
    assert examine(archive, "abc")["code"] == "archive-sha256"
    assert examine(archive, sha256(ZIP), name="../x")["code"] == "archive-sha256"
    assert examine(archive, sha256(ZIP), kind="extension")["code"] == "archive-not-extension"
    archive.write_bytes(b"not a zip")
    assert examine(archive, sha256(b"not a zip"))["code"] == "archive-not-yeswiki"
    bad = zipped(core() | {"../out.php": ""})
    archive.write_bytes(bad)
    assert examine(archive, sha256(bad))["code"] == "archive-unsafe"


def test_what_an_archive_is(tmp_path: Path, archive: Path) -> None:
    said = examine(archive, sha256(ZIP).upper())
    assert said["changed"] is False
    assert {key: said[key] for key in ("path", "sha256", "version", "php", "size")} == {
        "path": str(archive),
        "sha256": sha256(ZIP),
        "version": "doryphore 4.4.4",
        "php": "7.3",
        "size": len(ZIP),
    }
    assert said["unpacked_size"] == sum(len(text) for text in core("4.4.4").values())
    assert [path.name for path in tmp_path.iterdir()] == ["yeswiki.zip"]


def test_the_same_is_said_with_check(archive: Path) -> None:
    asked: Said = {
        "source": str(archive),
        "sha256": sha256(ZIP),
        "kind": "core",
        "name": "yeswiki",
    }
    said, dry = run("wikifarm_archive", **asked), run("wikifarm_archive", check=True, **asked)
    assert {**said, "invocation": None} == {**dry, "invocation": None}


class Depot(ThreadingHTTPServer):
    """A site of archives over TLS. `/bytes` is what is asked, `/to/X` sends to X."""

    daemon_threads = True

    def __init__(self, folder: Path, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.content = content
        self.visits = 0
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.trusting = {"SSL_CERT_FILE": str(folder / "ca.pem"), "no_proxy": "*"}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server_address[1]}"


class Visit(BaseHTTPRequestHandler):
    server: Depot

    def do_GET(self) -> None:
        self.server.visits += 1
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.content)))
            self.end_headers()
            self.wfile.write(self.server.content[:100])
        elif self.path == "/bytes":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.content)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    server = Depot(tmp_path, ZIP)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def download(depot: Depot, url: str, cache: Path, digest: str = "", **env: str) -> Said:
    asked: Said = {"source": url, "sha256": digest or sha256(depot.content), "cache": str(cache)}
    return run("wikifarm_archive", kind="core", name="yeswiki", env=env or depot.trusting, **asked)


def test_what_cannot_be_downloaded_leaves_nothing(tmp_path: Path, depot: Depot) -> None:
    cache = tmp_path / "cache"
    plain = depot.url.replace("https", "http")
    for url in (f"{depot.url}/none", f"{plain}/bytes", "ftp://x/y", "file:///etc/passwd"):
        said = download(depot, url, cache)
        assert said["code"] == "archive-url", url
    assert download(depot, f"{depot.url}/bytes", cache, no_proxy="*")["code"] == "archive-url"
    assert download(depot, f"{depot.url}/bytes", cache, "0" * 64)["code"] == "archive-sha256"
    cut = download(depot, f"{depot.url}/cut", cache)
    assert cut["code"] in {"archive-url", "archive-sha256"}
    assert not cache.exists() or list(cache.iterdir()) == []


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path, depot: Depot) -> None:
    url = f"{depot.url}/none".replace("//", "//camille:xyzzy@")
    said = download(depot, url, tmp_path / "cache")
    assert said["code"] == "archive-url"
    assert "xyzzy" not in said["msg"]


def test_a_download_is_kept_and_not_made_again(tmp_path: Path, depot: Depot) -> None:
    cache = tmp_path / "cache"
    said = download(depot, f"{depot.url}/to//bytes", cache)
    assert said["changed"] is True
    assert Path(said["path"]).read_bytes() == ZIP
    visits = depot.visits
    again = download(depot, f"{depot.url}/to//bytes", cache)
    assert (again["changed"], again["path"], depot.visits) == (False, said["path"], visits)
    Path(said["path"]).write_bytes(ZIP[:10])
    assert download(depot, f"{depot.url}/bytes", cache)["changed"] is True
    assert [path.name for path in cache.iterdir()] == [f"{sha256(ZIP)}.zip"]


# wikifarm_host


def tool(tmp_path: Path, out: str, status: int = 0) -> Path:
    """A tool that prints `out`, and writes down what it was asked."""
    (tmp_path / "out").write_text(out, encoding="utf-8")
    program = tmp_path / "wikifarm-host"
    program.write_text(
        f'#!/bin/sh\necho "$WIKIFARM_LANG $*" >> {tmp_path}/asked\n'
        f"cat {tmp_path}/out\necho a warning >&2\nexit {status}\n"
    )
    program.chmod(0o755)
    return program


def answer(**said: Any) -> str:
    return json.dumps({"ok": True, "changed": False, "data": {}, **said}) + "\n"


def refusal(code: str) -> str:
    return json.dumps({"ok": False, "code": code, "message": "Non fait.", "hint": "Faites."}) + "\n"


def ask(program: Path, verb: str, *, check: bool = False, **given: Any) -> Said:
    return run(
        "wikifarm_host", check=check, verb=verb, farm="rennes", executable=str(program), **given
    )


def asked(tmp_path: Path) -> list[str]:
    return (tmp_path / "asked").read_text().splitlines()


def test_a_refusal_of_the_tool(tmp_path: Path) -> None:
    said = ask(tool(tmp_path, refusal("check-failed"), 1), "check")
    assert said["msg"] == "check-failed: Non fait. Faites."
    assert (said["code"], said["message"], said["hint"]) == ("check-failed", "Non fait.", "Faites.")


@pytest.mark.parametrize("out", ["", "Traceback\nKeyError: 'x'\n", "[]", "{}"])
def test_a_tool_that_crashes(tmp_path: Path, out: str) -> None:
    said = ask(tool(tmp_path, out, 1), "check")
    assert said["code"] == "tool-crashed"
    assert "a warning" in said["message"]


def test_a_tool_that_is_not_there(tmp_path: Path) -> None:
    said = ask(tmp_path / "none", "install")
    assert said["code"] == "tool-missing"
    assert "wikifarm ops provision" in said["hint"]


@pytest.mark.parametrize(
    ("verb", "changed"), [("install", True), ("upgrade", True), ("check", False)]
)
def test_with_check_before_the_tool_is_installed(tmp_path: Path, verb: str, changed: bool) -> None:
    said = ask(tmp_path / "none", verb, check=True)
    assert (said["changed"], said["predicted"]) == (changed, True)
    assert "Predicted" in said["msg"]


@pytest.mark.parametrize("code", ["farm-unknown", "release-unknown", "not-installed"])
def test_with_check_before_the_farm_is_there(tmp_path: Path, code: str) -> None:
    program = tool(tmp_path, refusal(code), 2)
    said = ask(program, "serve", check=True, options=["0" * 16], lang="fr")
    assert (said["changed"], said["predicted"]) == (True, True)
    assert "Prévu" in said["msg"]
    assert ask(program, "serve", options=["0" * 16])["code"] == code


def test_with_check_a_true_refusal_stays_one(tmp_path: Path) -> None:
    said = ask(tool(tmp_path, refusal("database-in-use"), 7), "install", check=True)
    assert said["code"] == "database-in-use"


def test_only_verbs_that_write_are_told_not_to(tmp_path: Path) -> None:
    program = tool(tmp_path, answer())
    ask(program, "backup", options=["--wiki", "a b"])
    ask(program, "backup", check=True, options=["--wiki", "a b"])
    ask(program, "check", check=True, lang="fr")
    assert asked(tmp_path) == [
        "en backup rennes --wiki a b",
        "en backup rennes --wiki a b --dry-run",
        "fr check rennes",
    ]


def test_what_the_tool_answers_is_what_ansible_gets(tmp_path: Path) -> None:
    diff = {"before": "a\n", "after": "b\n"}
    out = answer(changed=True, data={"id": "é"}, diff=diff, messages=["vu"])
    said = ask(tool(tmp_path, out), "configure", diff=True)
    assert (said["changed"], said["data"], said["diff"]) == (True, {"id": "é"}, diff)
    assert said["messages"] == ["vu"]
    assert "diff" not in ask(tool(tmp_path, out), "configure")
    assert "diff" not in ask(tool(tmp_path, answer()), "configure", diff=True)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with new_host(monkeypatch) as laid:
        yield laid


@pytest.mark.slow
def test_both_modules_through_ansible(host: Host, tmp_path: Path) -> None:
    """The true tool, and the modules as Ansible packs them: with --check, then for good."""
    program = tmp_path / "wikifarm-host"
    program.write_text(f'#!/bin/sh\nexec {" ".join(START)} "$@"\n')
    program.chmod(0o755)
    digest = host.keep(ZIP)
    archive = {"source": str(host.cache / f"{digest}.zip"), "sha256": digest}
    called = {"verb": "release", "farm": NAME, "executable": str(program)}
    tasks = [
        {"wikifarm.farm.wikifarm_archive": {**archive, "kind": "core", "name": "yeswiki"}},
        {
            "wikifarm.farm.wikifarm_host": {
                **called,
                "options": ["--archive", f"core:yeswiki:{digest}"],
            }
        },
    ]
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "play.yml").write_text(json.dumps(play))
    env = {
        **os.environ,
        **host.environment,
        "ANSIBLE_COLLECTIONS_PATH": str(PLAYBOOKS),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "ansible"),
        "ANSIBLE_REMOTE_TMP": str(tmp_path / "ansible"),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local"]

    def play_it(*more: str) -> str:
        done = subprocess.run(
            [*command, *more, str(tmp_path / "play.yml")],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ok=2    changed=1" in done.stdout
        return done.stdout

    assert f"+core yeswiki {digest}" in play_it("--check", "--diff")
    assert list(host.home.iterdir()) == []
    play_it()
    assert len(list(host.home.glob("releases/*/index.php"))) == 1
