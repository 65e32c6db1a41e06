"""What the farm says of itself, and that each problem is seen."""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.ops.care_farm import USER, CareFarm, database, farm
from wikifarm_host.farm import load
from wikifarm_host.machine import web
from wikifarm_host.upkeep import facts

__all__ = ["database", "farm"]


def problems(farm: CareFarm) -> dict[str, dict[str, Any]]:
    """By code; ports of the machine that runs the tests are not the farm's."""
    said = farm.tool("facts")
    assert said["changed"] is False
    by_code = {problem["code"]: problem for problem in said["data"]["problems"]}
    by_code.pop("port-open", None)
    by_code.pop("disk-low", None)
    return by_code


def note(farm: CareFarm, **care: dict[str, Any]) -> None:
    farm.state.mkdir(parents=True, exist_ok=True)
    verbs = {verb.replace("_", "-"): said for verb, said in care.items()}
    (farm.state / "care.json").write_text(json.dumps(verbs))


def done(**ago: float) -> dict[str, Any]:
    date = (datetime.now(UTC) - timedelta(**ago)).isoformat()
    return {"date": date, "last_success": date, "ok": True}


def test_a_new_farm_waits_for_its_first_night(farm: CareFarm) -> None:
    told = problems(farm)
    assert set(told) == {"backup-old", "restore-test-old"}
    assert told["backup-old"]["severity"] == "warning"


def test_a_farm_that_is_looked_after_has_no_problem(farm: CareFarm) -> None:
    note(farm, backup=done(hours=20), restore_test=done(days=6))
    assert problems(farm) == {}
    said = farm.tool("facts")["data"]
    assert said["backup_age_hours"] == 20.0
    assert said["restore_test_age_days"] == 6.0
    assert said["wiki_count"] == 3
    assert {wiki["slug"]: wiki["code"] for wiki in said["wikis"]}["rennes"] == "copies"
    assert said["version"] == "doryphore 4.1.0"


def test_care_that_is_late_or_failed_is_seen(farm: CareFarm) -> None:
    failed = {**done(days=36), "ok": False, "code": "restore-test-failed", "message": "Non."}
    note(farm, backup=done(hours=37), restore_test=failed)
    told = problems(farm)
    assert set(told) == {"backup-old", "restore-test-old", "care-failed"}
    assert told["backup-old"]["severity"] == told["care-failed"]["severity"] == "error"
    assert "restore-test-failed" in told["care-failed"]["message"]
    note(farm, backup=done(hours=1), restore_test=done(days=1))


@contextmanager
def mode(path: Path, value: int) -> Iterator[None]:
    before = path.stat().st_mode & 0o7777
    path.chmod(value)
    try:
        yield
    finally:
        path.chmod(before)


def test_what_others_may_read_or_write_is_seen(farm: CareFarm) -> None:
    with mode(farm.etc / "token", 0o640):
        assert "token (640)" in problems(farm)["secret-readable"]["message"]
    with mode(farm.site / "rennes" / "files", 0o777):
        assert "rennes/files" in problems(farm)["world-writable"]["message"]
    assert problems(farm) == {}


def test_an_open_private_folder_and_a_program_in_files_are_seen(farm: CareFarm) -> None:
    """PHP's own server closes neither: it is a farm whose web server was laid badly."""
    (farm.site / "private" / "index.html").write_text("sauvegardes")
    (farm.site / "files" / "wikifarm-probe.php").write_text("<?php echo 'tourne';")
    for name in ("private", "private/index.html"):
        shutil.chown(farm.site / name, USER)
    told = problems(farm)
    (farm.site / "private" / "index.html").unlink()
    (farm.site / "files" / "wikifarm-probe.php").unlink()
    assert set(told) == {"private-open", "files-execute"}


def test_a_farm_left_closed_and_a_wiki_that_lies_are_seen(farm: CareFarm) -> None:
    (farm.home / "maintenance").touch()
    config = farm.site / "rennes" / "wakka.config.php"
    text = config.read_text()
    config.write_text(text.replace("wf_brest", "wf_autre"))
    told = problems(farm)
    config.write_text(text)
    (farm.home / "maintenance").unlink()
    assert set(told) == {"maintenance", "wiki-suspect"}


def test_a_web_server_that_is_down_is_told_with_the_rest(
    farm: CareFarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in farm.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(web, "AGAIN", ())  # seconds of patience
    farm.change(address=["127.0.0.1", 1])
    said = facts.run(load("brest"), argparse.Namespace()).data
    farm.change(address=["127.0.0.1", farm.port])
    assert "web-unreachable" in {problem["code"] for problem in said["problems"]}
    assert said["wiki_count"] == 3


@contextmanager
def tls(certificate: trustme.LeafCert) -> Iterator[int]:
    """A port of this machine that shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            try:
                with context.wrap_socket(server.accept()[0], server_side=True) as secure:
                    secure.recv(1)
            except OSError:
                return

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


@pytest.mark.parametrize(
    ("days", "trusted", "code"),
    [(80.5, True, None), (3.5, True, "certificate-ends"), (80.5, False, "certificate-bad")],
)
def test_the_end_of_the_certificate(
    farm: CareFarm,
    monkeypatch: pytest.MonkeyPatch,
    days: float,
    trusted: bool,
    code: str | None,
) -> None:
    monkeypatch.setenv("WIKIFARM_ETC", str(farm.etc.parent))
    authority = trustme.CA()
    pem = farm.base / "authority.pem"
    authority.cert_pem.write_to_path(pem)
    until = datetime.now(UTC) + timedelta(days=days)
    certificate = authority.issue_cert("wiki.example.org", not_after=until)
    with tls(certificate) as port:
        farm.change(
            url="https://wiki.example.org/",
            address=["127.0.0.1", port],
            certificate=str(pem) if trusted else "",
        )
        try:
            said, told = facts._certificate(load("brest"))
        finally:
            url = f"http://127.0.0.1:{farm.port}/"
            farm.change(url=url, address=["127.0.0.1", farm.port], certificate="")
    assert [problem.code for problem in told] == ([code] if code else [])
    assert said["certificate_days"] == (int(days) if trusted else None)


def test_a_port_open_to_others_is_seen(farm: CareFarm) -> None:
    with socket.create_server(("0.0.0.0", 0)) as open_one, socket.create_server(("127.0.0.1", 0)):
        said = farm.tool("facts")["data"]
        port = open_one.getsockname()[1]
    assert port in {socket_told["port"] for socket_told in said["listening"]}
    (problem,) = (told for told in said["problems"] if told["code"] == "port-open")
    assert str(port) in problem["message"]


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("0100007F", True),
        ("3500007F", True),
        ("00000000", False),
        ("0101A8C0", False),
        ("00000000000000000000000001000000", True),
        ("0000000000000000FFFF00000100007F", True),
        ("00000000000000000000000000000000", False),
        ("0000000000000000FFFF00000101A8C0", False),
    ],
)
def test_addresses_as_the_kernel_writes_them(address: str, loopback: bool) -> None:
    assert facts._is_loopback(address) is loopback
