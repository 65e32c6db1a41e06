"""Serving, installing, configuring, listing and checking a farm on its machine; failures first."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import ssl
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
import trustme

from tests.ops.care_farm import Database
from tests.ops.hosting import USER, Host, new_host, tree
from wikifarm_host.errors import Stop
from wikifarm_host.machine import system, web
from wikifarm_host.releases import serve
from wikifarm_host.site import check, configure, install, wikis

needs_php = pytest.mark.skipif(not shutil.which("php"), reason="php is not on this machine")
OWNER = pwd.getpwnam(USER)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with new_host(monkeypatch) as laid:
        yield laid


@contextmanager
def stopping(code: str) -> Iterator[Stop]:
    """Expects a Stop; its message is there once the block has ended."""
    stopped = Stop.__new__(Stop)
    with pytest.raises(Stop) as stop:
        yield stopped
    assert stop.value.code == code
    stopped.__dict__.update(vars(stop.value))


# serve


@pytest.mark.parametrize("name", ["0" * 16, "../../etc", "", "0c766abf6ca441a3.unfinished"])
def test_serving_a_release_that_is_not_there(host: Host, name: str) -> None:
    host.release()
    before = tree(host.home)
    with stopping("release-unknown"):
        serve.plan(host.farm, name)
    assert tree(host.home) == before


@pytest.mark.parametrize("taken", ["includes", "index.php", "files"])
def test_what_stands_where_the_code_should_be_is_not_touched(host: Host, taken: str) -> None:
    release = host.release()
    farm = host.farm
    farm.site.mkdir()
    if taken == "files":
        (farm.site / taken).symlink_to("/etc")
    elif taken == "includes":
        (farm.site / taken).mkdir()
    else:
        (farm.site / taken).write_text("mine")
    before = tree(host.home)
    answer = host.tool("serve", release)
    assert answer["code"] == "site-occupied"
    assert taken in answer["message"]
    assert tree(host.home) == before


def test_a_wiki_with_the_name_of_a_folder_of_the_new_release(host: Host) -> None:
    first, second = host.release(), host.release("4.5.0", jardins__a="x")
    host.tool("serve", first)
    (host.farm.site / "jardins").mkdir()
    before = tree(host.home)
    assert host.tool("serve", second)["code"] == "site-occupied"
    assert tree(host.home) == before


def test_a_link_of_someone_else_is_not_taken_for_ours(host: Host) -> None:
    release = host.release()
    host.farm.site.mkdir()
    (host.farm.site / "includes").symlink_to("/etc")
    assert host.tool("serve", release)["code"] == "site-occupied"


def test_a_dry_run_says_what_serving_does_and_does_nothing(host: Host) -> None:
    release = host.release()
    before = tree(host.home)
    said = host.tool("serve", release, "--dry-run")
    assert tree(host.home) == before
    assert said["changed"]
    done = host.tool("serve", release)
    assert done["diff"] == said["diff"]
    assert "site/index.php -> ../code/index.php" in done["diff"]["after"]


def test_a_dry_run_before_the_release_is_unpacked(host: Host) -> None:
    said = host.tool("serve", "0" * 16, "--dry-run")
    assert said["changed"]
    assert said["diff"]["after"] == "code -> releases/0000000000000000\n"


def test_a_site_shows_its_release_and_owns_its_data(host: Host) -> None:
    release = host.release()
    host.tool("serve", release)
    farm = host.farm
    assert farm.link.readlink() == Path("releases") / release
    assert serve.current(farm) == release
    entries = tree(farm.site)
    root = f"{os.geteuid()}:{os.getegid()}"
    php = f"{OWNER.pw_uid}:{OWNER.pw_gid}"
    assert entries["index.php"] == f"lrwxrwxrwx {root} -> ../code/index.php"
    assert entries["tools"] == f"lrwxrwxrwx {root} -> ../code/tools"
    assert entries["files"] == f"drwxr-xr-x {php}"
    assert entries["private"] == f"drwx------ {php}"
    assert entries["files/logo.png"].startswith(f"-rw-r--r-- {php}")
    assert entries["interwiki.conf"].startswith(f"-rw-r--r-- {php}")
    assert not [name for name in entries if name.startswith(".")]
    assert stat.S_IMODE(farm.site.stat().st_mode) == 0o1775
    assert farm.site.stat().st_gid == OWNER.pw_gid
    assert (farm.site / "index.php").read_text() == (farm.link / "index.php").read_text()


def test_serving_again_changes_nothing(host: Host) -> None:
    release = host.release()
    host.tool("serve", release)
    before = tree(host.home)
    again = host.tool("serve", release)
    assert (again["changed"], again["data"]["previous"]) == (False, release)
    assert not host.tool("serve", release, "--dry-run")["changed"]
    assert tree(host.home) == before
    assert host.reloads() == []  # nothing moved: PHP may keep what it knows


def test_what_people_put_in_the_data_is_kept(host: Host) -> None:
    release = host.release()
    host.tool("serve", release)
    files = host.farm.site / "files"
    (files / "logo.png").write_bytes(b"ours")
    (files / "photo.jpg").write_bytes(b"more")
    host.tool("serve", host.release("4.5.0"))
    assert (files / "logo.png").read_bytes() == b"ours"
    assert (files / "photo.jpg").exists()


def test_another_release_takes_the_place_and_php_forgets_the_first(host: Host) -> None:
    first, second = host.release(old__a="x"), host.release("4.5.0", new__a="x")
    host.tool("serve", first)
    answer = host.tool("serve", second)
    site = host.farm.site
    assert answer["data"] == {"release": second, "previous": first}
    assert "4.5.0" in (site / "includes/constants.php").read_text()
    assert (site / "new/a").exists()
    assert not os.path.lexists(site / "old")
    assert [line.split()[1:] for line in host.reloads()] in (
        [["php-fpm", "reload"]],
        [["reload", "php-fpm"]],
    )


def test_a_template_compiled_meanwhile_is_older_than_the_release(host: Host) -> None:
    first, second = host.release(), host.release("4.5.0")
    host.tool("serve", first)
    compiled = host.farm.site / "cache/page.php"
    compiled.touch()
    host.tool("serve", second)
    source = host.farm.site / "templates/page.twig"
    assert source.stat().st_mtime > compiled.stat().st_mtime


def test_a_reload_that_was_not_done_is_still_owed(host: Host) -> None:
    first, second = host.release(), host.release("4.5.0")
    host.tool("serve", first)
    for name in ("service", "systemctl"):
        (host.programs / name).rename(host.programs / f"{name}.of-test")
        (host.programs / name).write_text("#!/bin/sh\nexit 1\n")
        (host.programs / name).chmod(0o755)
    assert host.tool("serve", second)["code"] == "program-failed"
    assert serve.current(host.farm) == second
    for name in ("service", "systemctl"):
        (host.programs / f"{name}.of-test").rename(host.programs / name)
    host.tool("serve", second)
    assert len(host.reloads()) == 1
    host.tool("serve", second)
    assert len(host.reloads()) == 1


def test_killed_anywhere_serving_is_finished_by_the_next_run(host: Host) -> None:
    farm, release = host.farm, host.release()
    total = len(serve.plan(farm, release))
    assert total > 10
    for number in range(total):
        shutil.rmtree(farm.site, ignore_errors=True)
        farm.link.unlink(missing_ok=True)
        for change in serve.plan(farm, release)[:number]:
            change.do()
        serve.apply(farm, serve.plan(farm, release), moved=False)
        assert serve.plan(farm, release) == []
        assert (farm.site / "files/logo.png").exists()
        assert sorted(path.name for path in host.home.iterdir()) == ["code", "releases", "site"]


def test_rights_that_were_changed_are_put_right(host: Host) -> None:
    release = host.release()
    host.tool("serve", release)
    site = host.farm.site
    site.chmod(0o777)
    (site / "private").chmod(0o755)
    answer = host.tool("serve", release)
    assert answer["changed"]
    assert stat.S_IMODE(site.stat().st_mode) == 0o1775
    assert stat.S_IMODE((site / "private").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another account")
def test_php_can_add_a_wiki_and_not_change_the_code(host: Host) -> None:
    host.tool("serve", host.release())
    site = host.farm.site

    def as_php(*command: str) -> int:
        return system.run(command, user=USER, folder=site, check=False).returncode

    assert as_php("mkdir", "jardins") == 0
    assert as_php("touch", "files/photo.jpg", "wakka.config.php", "robots.txt") == 0
    assert as_php("rm", "index.php") != 0
    assert as_php("mv", "index.php", "other.php") != 0
    assert as_php("ln", "-sfT", "/etc", "tools") != 0
    assert as_php("touch", "tools/x.php") != 0
    assert as_php("touch", "../x") != 0


# web


class Site(ThreadingHTTPServer):
    """A web server that keeps what it was asked; `answer(path, body)` says what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.said: list[tuple[int, str, list[tuple[str, str]]]] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, path: str, body: str) -> tuple[int, str, list[tuple[str, str]]]:
        return self.said.pop(0) if self.said else (200, "<html></html>", [])

    @property
    def address(self) -> list[Any]:
        return ["127.0.0.1", self.server_address[1]]

    def headers(self, name: str) -> list[str]:
        return [headers.get(name, "") for _, _, headers, _ in self.asked]


class Visit(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, text, headers = self.server.answer(self.path, body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "AGAIN", (0.01, 0.01))


@pytest.mark.usefixtures("impatient")
def test_no_web_server(host: Host) -> None:
    with stopping("web-unreachable") as stop:
        web.Client(host.farm).get()
    assert "127.0.0.1:9" in stop.message
    with stopping("web-unreachable"):
        web.Client(host.farm).post("?x", {})


def test_a_name_is_asked_of_this_machine(host: Host, site: Site) -> None:
    host.describe(address=site.address, url="http://ferme.example.org/wikis/")
    web.Client(host.farm).get("?PagePrincipale", "jardins")
    ((method, path, headers, _),) = site.asked
    assert (method, path) == ("GET", "/wikis/jardins/?PagePrincipale")
    assert headers["Host"] == "ferme.example.org"


@pytest.mark.parametrize(
    "where",
    [
        "http://other.example.org/",
        "https://ferme.example.org/",
        "//other.example.org/x",
        "ftp://x/",
    ],
)
def test_a_redirection_elsewhere_is_not_followed(host: Host, site: Site, where: str) -> None:
    host.describe(address=site.address)
    site.said = [(302, "", [("Location", where)])]
    assert web.Client(host.farm).get().status == 302
    assert len(site.asked) == 1


def test_a_redirection_of_the_farm_to_itself_is(host: Host, site: Site) -> None:
    host.describe(address=site.address)
    site.said = [(302, "", [("Location", "?PagePrincipale")]), (200, "été", [])]
    assert web.Client(host.farm).get("", "jardins").text == "été"
    assert [path for _, path, _, _ in site.asked] == ["/jardins/", "/jardins/?PagePrincipale"]


def test_redirections_without_end(host: Host, site: Site) -> None:
    host.describe(address=site.address)
    site.said = [(302, "", [("Location", "?a")])] * 20
    assert web.Client(host.farm).get().status == 302
    assert len(site.asked) == web.REDIRECTS


@pytest.mark.usefixtures("impatient")
def test_a_page_is_asked_again_while_php_reloads_and_a_form_never(host: Host, site: Site) -> None:
    host.describe(address=site.address)
    site.said = [(502, "", []), (200, "well", [])]
    assert web.Client(host.farm).get().text == "well"
    site.said = [(502, "", []), (200, "twice", [])]
    assert web.Client(host.farm).post("?x", {"a": "é&="}).status == 502
    assert [(method, body) for method, _, _, body in site.asked][-1] == ("POST", "a=%C3%A9%26%3D")


def test_cookies_go_back_to_the_wiki_that_gave_them(host: Host, site: Site) -> None:
    host.describe(address=site.address)
    client = web.Client(host.farm)
    site.said = [
        (200, "", [("Set-Cookie", "token=main; path=/; HttpOnly"), ("Set-Cookie", "a=1; path=/")]),
        (200, "", [("Set-Cookie", "token=child; path=/jardins/")]),
        (200, "", []),
        (200, "", [("Set-Cookie", "token=; path=/; expires=Thu, 01 Jan 1970 00:00:01 GMT")]),
        (200, "", []),
    ]
    for wiki in ("", "jardins", "jardins", "", ""):
        client.get("?x", wiki)
    assert site.headers("Cookie") == [
        "",
        "token=main; a=1",
        "token=child; token=main; a=1",
        "token=main; a=1",
        "a=1",
    ]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def over_tls(site: Site, authority: trustme.CA, name: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    site.socket = context.wrap_socket(site.socket, server_side=True)


@pytest.mark.parametrize("name", ["ferme.example.org", "other.example.org"])
def test_a_certificate_is_looked_at(
    host: Host, site: Site, authority: trustme.CA, name: str
) -> None:
    over_tls(site, authority, name)
    host.describe(address=site.address, url="https://ferme.example.org/")
    with stopping("web-certificate"):
        web.Client(host.farm).get()
    authority.cert_pem.write_to_path(host.base / "ca.pem")
    host.describe(certificate=str(host.base / "ca.pem"))
    if name == "ferme.example.org":
        assert web.Client(host.farm).get().status == 200
    else:
        with stopping("web-certificate"):
            web.Client(host.farm).get()


def test_a_proxy_before_this_machine_may_have_the_certificate(host: Host, site: Site) -> None:
    host.describe(address=site.address, url="https://ferme.example.org/")
    assert web.Client(host.farm).post("?x", {"a": "1"}).status == 200
    assert site.headers("X-Forwarded-Proto")[-1] == "https"
    assert [method for method, *_ in site.asked if method == "POST"] == ["POST"]


# configure


def write_configuration(host: Host, slug: str = "", text: str = "", **values: Any) -> Path:
    """A wakka.config.php of PHP's user; `text` as it is, or `values`."""
    folder = host.farm.site / slug
    path = folder / configure.FILE
    if not text:
        code = "var_export(json_decode(stream_get_contents(STDIN), true));"
        done = subprocess.run(
            ["php", "-r", code],
            input=json.dumps(values),
            capture_output=True,
            text=True,
            check=True,
        )
        text = f"<?php\n$wakkaConfig = {done.stdout};\n?>"
    if not folder.exists():
        folder.mkdir(parents=True)
        os.chown(folder, OWNER.pw_uid, OWNER.pw_gid)
    path.write_text(text, encoding="utf-8")
    os.chown(path, OWNER.pw_uid, OWNER.pw_gid)
    path.chmod(0o600)
    return path


def values(path: Path) -> dict[str, Any]:
    code = "include $argv[1]; echo json_encode($wakkaConfig);"
    done = subprocess.run(["php", "-r", code, str(path)], capture_output=True, check=True)
    configuration: dict[str, Any] = json.loads(done.stdout)
    return configuration


@pytest.fixture
def laid(host: Host) -> Host:
    """A farm whose release is in service."""
    serve.apply(host.farm, serve.plan(host.farm, host.release()), moved=False)
    return host


def test_configuring_what_is_not_installed(host: Host) -> None:
    host.describe(configuration={"contact_from": "a@example.org", "smtp_pass": "xyzzy"})
    assert host.tool("configure")["code"] == "not-installed"
    said = host.tool("configure", "--dry-run")
    assert said["changed"]
    assert "a@example.org" in said["diff"]["after"]
    assert "xyzzy" not in json.dumps(said)


@needs_php
@pytest.mark.parametrize(
    "text", ["<?php echo 'x';", "<?php $wakkaConfig = ;", "<?php exit(0);", ""]
)
def test_a_configuration_that_cannot_be_read_is_left_alone(laid: Host, text: str) -> None:
    path = write_configuration(laid, text=text or "not php")
    laid.describe(configuration={"a": 1})
    assert laid.tool("configure")["code"] == "configuration-unreadable"
    assert path.read_text() == (text or "not php")
    assert [leftover.name for leftover in path.parent.glob(".*")] == []


@needs_php
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another account")
def test_a_configuration_is_never_run_as_root(laid: Host) -> None:
    write_configuration(laid, text="<?php $wakkaConfig = ['uid' => posix_geteuid(), 'b' => 1];")
    laid.describe(configuration={"a": 1})
    laid.tool("configure")
    assert values(laid.farm.site / configure.FILE)["uid"] == OWNER.pw_uid


@needs_php
def test_only_what_differs_is_said_and_no_secret(laid: Host) -> None:
    laid.secret("token", "jeton-tres-secret")
    path = write_configuration(
        laid, wakka_name="Ferme", contact_from="old@example.org", mysql_password="hunter2"
    )
    laid.describe(
        configuration={
            "contact_from": "new@example.org",
            "contact_smtp_pass": "xyzzy",
            "yeswiki-farm-extra-config": {"api_allowed_keys": {"A": "plugh"}, "meta": ["a"]},
            "wakka_name": "Ferme",
        }
    )
    before = path.read_text()
    said = laid.tool("configure", "--dry-run")
    assert path.read_text() == before
    done = laid.tool("configure")
    assert done["diff"] == said["diff"]
    assert json.loads(done["diff"]["before"]) == {"contact_from": "old@example.org"}
    assert json.loads(done["diff"]["after"]) == {
        "api_allowed_keys": "********",
        "contact_from": "new@example.org",
        "contact_smtp_pass": "********",
        "yeswiki-farm-extra-config": {"api_allowed_keys": "********", "meta": ["a"]},
    }
    for secret in ("jeton-tres-secret", "xyzzy", "plugh", "hunter2"):
        assert secret not in json.dumps(done)
    configuration = values(path)
    assert configuration["mysql_password"] == "hunter2"
    assert configuration["contact_smtp_pass"] == "xyzzy"
    assert configuration["api_allowed_keys"] == {"WikiAdmin": "jeton-tres-secret"}
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (OWNER.pw_uid, 0o600)


@needs_php
def test_configuring_again_writes_nothing(laid: Host) -> None:
    laid.secret("token", "t")
    laid.describe(
        configuration={
            "list": ["b", "a"],
            "map": {"z": 1, "a": {"y": [1, {"k": None}], "b": 1.5}},
            "empty": [],
            "text": "l’été ' \" \\ $x <?php ?> \n 🦀",
            "off": False,
            "zero": 0,
        }
    )
    path = write_configuration(laid, wakka_name="Ferme", api_allowed_keys={"Camille": "c"})
    assert laid.tool("configure")["changed"]
    assert values(path) | laid.facts["configuration"] == values(path)
    assert values(path)["api_allowed_keys"] == {"Camille": "c", "WikiAdmin": "t"}
    inode = path.stat().st_ino
    again = laid.tool("configure")
    assert (again["changed"], again["data"]["keys"]) == (False, [])
    assert path.stat().st_ino == inode


@needs_php
@pytest.mark.parametrize(
    ("was", "wanted", "differs"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),  # the order of a mapping says nothing
        (["a", "b"], ["b", "a"], True),
        (["a"], {"0": "a"}, False),  # the same thing to PHP
        ("1", 1, True),
        (False, 0, True),
        (None, "", True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
    ],
)
def test_what_is_a_difference(laid: Host, was: Any, wanted: Any, differs: bool) -> None:
    path = write_configuration(laid, one=was, other=1)
    laid.describe(configuration={"one": wanted})
    assert laid.tool("configure")["changed"] is differs
    assert values(path)["other"] == 1


@needs_php
def test_new_wikis_hold_links_to_the_code_and_not_to_ferme(laid: Host) -> None:
    path = write_configuration(laid, wakka_name="Ferme")
    laid.describe(extensions=["ferme"], url="https://ferme.example.org/")
    laid.tool("configure")
    configuration = values(path)
    linked = configuration["yeswiki_symlinked_files"]
    assert {"index.php", "wakka.php", "includes", "templates", "themes/margot", "tools/bazar"} <= {
        *linked
    }
    # `tools` and `themes` are the wiki's own folders; what people write is never shared.
    assert not {"tools", "tools/ferme", "themes", "files", "custom", "cache", "private"} & {*linked}
    assert set(configuration["yeswiki_empty_folders"]) == {*serve.DATA, "tools", "themes"}
    assert configuration["yeswiki-farm-root-folder"] == "."
    assert configuration["yeswiki-farm-root-url"] == "https://ferme.example.org/"


@needs_php
def test_new_wikis_hold_copies_and_what_the_inventory_says_wins(laid: Host) -> None:
    path = write_configuration(laid, wakka_name="Ferme")
    laid.describe(
        extensions=["ferme", "maps"], code="copies", configuration={"yeswiki-farm-root-url": "x"}
    )
    laid.tool("configure")
    configuration = values(path)
    assert configuration["yeswiki_symlinked_files"] == []
    assert configuration["yeswiki-farm-extra-tools"] == ["maps"]
    assert configuration["yeswiki-farm-root-url"] == "x"
    assert "yeswiki_files" not in configuration  # ferme's own list


# wikis


def wiki_values(prefix: str = "yeswiki_", **more: Any) -> dict[str, Any]:
    return {
        "mysql_database": "wf_essai",
        "table_prefix": prefix,
        "root_page": "PagePrincipale",
        "wakka_name": "Un wiki",
        "yeswiki_version": "doryphore",
        "yeswiki_release": "4.4.4",
        **more,
    }


def test_no_wiki_before_the_installation(host: Host) -> None:
    assert host.tool("wikis")["data"] == {"wikis": [], "leftovers": []}


@needs_php
@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"mysql_database": "mysql"}, "database"),
        ({"mysql_database": ["wf_essai"]}, "database"),
        ({"table_prefix": "x`; DROP TABLE y"}, "prefix"),
        ({"table_prefix": ""}, "prefix"),
        ({"table_prefix": "yeswiki_"}, "prefix"),  # the main wiki's
        ({"table_prefix": "YesWiki_"}, "prefix"),
        ({"table_prefix": "yeswiki_rennes__"}, "prefix"),  # a neighbour's
        ({"root_page": "../../x"}, "root-page"),
        ({"root_page": "a?b&c"}, "root-page"),
    ],
)
def test_a_configuration_that_lies_is_a_problem(
    laid: Host, more: dict[str, Any], problem: str
) -> None:
    write_configuration(laid, **wiki_values())
    write_configuration(laid, "rennes", **wiki_values("yeswiki_rennes__"))
    write_configuration(laid, "suspect", **(wiki_values("yeswiki_suspect__") | more))
    known = {wiki.slug: wiki for wiki in wikis.every(laid.farm)}
    assert known["suspect"].problem == problem
    assert known["suspect"].prefix == known["suspect"].root_page == ""
    assert known[""].problem == ""
    with stopping("wiki-suspect"):
        wikis.named(laid.farm, "suspect")


@needs_php
@pytest.mark.parametrize(
    "text",
    [
        "<?php exit;",
        "<?php $wakkaConfig = ;",
        "<?php while (ob_get_level()) ob_end_clean(); die('x');",
    ],
)
def test_a_configuration_that_breaks_php_hides_no_other_wiki(laid: Host, text: str) -> None:
    write_configuration(laid, **wiki_values())
    write_configuration(laid, "a", text=text)
    write_configuration(laid, "b", **wiki_values("yeswiki_b__"))
    write_configuration(laid, "c", text=text)
    write_configuration(laid, "d", **wiki_values("yeswiki_d__"))
    problems = {wiki.slug: wiki.problem for wiki in wikis.every(laid.farm)}
    assert problems == {"": "", "a": "unreadable", "b": "", "c": "unreadable", "d": ""}


@needs_php
def test_what_is_not_a_folder_of_a_wiki(laid: Host) -> None:
    write_configuration(laid, **wiki_values())
    write_configuration(laid, "files", **wiki_values("yeswiki_files__"))
    write_configuration(laid, "un wiki", **wiki_values("yeswiki_un__"))
    (laid.farm.site / "empty").mkdir()
    (laid.farm.site / "linked").symlink_to("/etc")
    (laid.farm.site / "trap").mkdir()
    (laid.farm.site / "trap" / configure.FILE).symlink_to("/etc/passwd")
    assert [wiki.slug for wiki in wikis.every(laid.farm)] == [""]
    with stopping("wiki-unknown"):
        wikis.named(laid.farm, "trap")


@needs_php
def test_what_ferme_left_of_a_wiki_is_told(laid: Host) -> None:
    write_configuration(laid, **wiki_values())
    write_configuration(laid, "rennes", **wiki_values("yeswiki_rennes__"))
    for slug in ("rennes", "deleted"):
        (laid.farm.site / slug).mkdir(exist_ok=True)
        (laid.farm.site / slug / "includes").symlink_to(laid.farm.site / "includes")
    assert laid.tool("wikis")["data"]["leftovers"] == ["deleted"]


@needs_php
def test_the_wikis_of_a_farm(laid: Host) -> None:
    write_configuration(laid, **wiki_values(wakka_name="Ferme d’essai"))
    write_configuration(laid, "Brest-2", **wiki_values("yeswiki_Brest_2__"))
    (laid.farm.site / "Brest-2/includes").symlink_to(laid.farm.site / "includes")
    write_configuration(laid, "rennes", **wiki_values("yeswiki_rennes__"))
    (laid.farm.site / "rennes/includes").mkdir()
    listed = laid.tool("wikis")["data"]["wikis"]
    assert [(wiki["slug"], wiki["prefix"], wiki["code"], wiki["url"]) for wiki in listed] == [
        ("", "yeswiki_", "links", "http://ferme.example.org/"),
        ("Brest-2", "yeswiki_Brest_2__", "links", "http://ferme.example.org/Brest-2/"),
        ("rennes", "yeswiki_rennes__", "copies", "http://ferme.example.org/rennes/"),
    ]
    assert {wiki["release"] for wiki in listed} == {"doryphore 4.4.4"}
    assert wikis.named(laid.farm, "rennes").title == "Un wiki"


# install and check, with a database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    absent = [name for name in ("mariadbd", "mariadb-install-db", "php") if not shutil.which(name)]
    if absent:
        pytest.skip(f"not on this machine: {', '.join(absent)}")
    if os.geteuid() != 0:
        pytest.skip("needs root: the database knows root by its socket")
    base = Path(tempfile.mkdtemp(prefix="hosting-db-"))
    base.chmod(0o755)
    started = Database(base)
    try:
        yield started
    finally:
        started.stop()
        shutil.rmtree(base)


class YesWiki(Site):
    """As much of YesWiki as the installation asks: its installer, its pages, its login, ferme."""

    def __init__(self, host: Host, database: Database) -> None:
        self.host, self.database = host, database
        self.trouble = ""  # what goes wrong
        self.ferme = False
        super().__init__()

    def answer(self, path: str, body: str) -> tuple[int, str, list[tuple[str, str]]]:
        query = unquote(path.partition("?")[2])
        fields = {
            key: values_sent[0]
            for key, values_sent in parse_qs(body, keep_blank_values=True).items()
        }
        if "installAction=install" in query:
            return 200, self._install(fields), []
        if not (self.host.home / "site" / configure.FILE).exists():
            return 200, "<html>Installation de YesWiki</html>", []
        if fields.get("action") == "login":
            good = fields["password"] == "un mot de passe" and self.trouble != "login"
            cookies = [("Set-Cookie", "token=abc; path=/")] if good else []
            return 302, "", [*cookies, ("Location", "?PagePrincipale")]
        if query == "PagePrincipale/update":
            known = any("token=abc" in cookie for cookie in self.headers("Cookie")[-1:])
            self.ferme = known and self.trouble != "ferme"
            return 200, "<html>done</html>", []
        if query == "api/forms/1100":
            return (200, '{"template": "bf_dossier-wiki"}', []) if self.ferme else (404, "", [])
        return self._page(query)

    def _install(self, fields: dict[str, str]) -> str:
        if self.trouble == "refused":
            return (
                'Test connexion MySQL ... <span class="text-danger">ECHEC</span>: refus&eacute;\n'
                "<pre>'mysql_password' => 'hunter2'</pre>"
            )
        prefix = fields["config[table_prefix]"]
        tables = install.TABLES[:2] if self.trouble == "killed" else install.TABLES
        for name in tables:
            self.database.sql(
                f"CREATE TABLE `{prefix}{name}` (tag TEXT, body TEXT, latest CHAR) "
                "DEFAULT CHARSET utf8mb4",
                "wf_essai",
            )
        if self.trouble == "killed":
            return ""
        row = "('PagePrincipale', 'Bienvenue à l’été 🌻\\n', 'Y')"
        self.database.sql(f"INSERT INTO `{prefix}pages` VALUES {row}", "wf_essai")
        config = {key[7:-1]: field for key, field in fields.items() if key.startswith("config[")}
        path = write_configuration(self.host, **config)
        path.chmod(0o644)
        return "<html>OK</html>"

    def _page(self, query: str) -> tuple[int, str, list[tuple[str, str]]]:
        tag, _, method = query.partition("/")
        if self.trouble == "no-database":
            return 200, "Connexion impossible", []  # as DbService: 200 and one sentence
        if self.trouble == "500":
            return 500, "", []
        if self.trouble == "other" and method == "raw":
            return 200, "une autre page", []
        text = "" if self.trouble == "closed" else "\n Bienvenue à l’été 🌻\n"
        return (200, text, []) if method == "raw" else (200, f"<html>{tag}</html>", [])


@pytest.fixture
def yeswiki(laid: Host, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[YesWiki]:
    monkeypatch.setenv("WIKIFARM_MARIADB_SOCKET", str(database.socket))
    monkeypatch.setattr(web, "AGAIN", (0.01,))
    database.sql("DROP DATABASE IF EXISTS wf_essai; CREATE DATABASE wf_essai")
    server = YesWiki(laid, database)
    laid.describe(address=server.address, extensions=["ferme"])
    laid.secret("token", "jeton-tres-secret")
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def rows(database: Database) -> str:
    return database.sql("SHOW TABLES", "wf_essai")


def test_a_database_with_tables_and_no_wiki_is_not_touched(yeswiki: YesWiki) -> None:
    yeswiki.database.sql("CREATE TABLE yeswiki_pages (a INT)", "wf_essai")
    for words in ([], ["--dry-run"]):
        answer = yeswiki.host.tool("install", *words, lang="fr")
        assert answer["code"] == "database-in-use"
        assert "yeswiki_pages" in answer["message"]
        assert "wikifarm ops restore" in answer["hint"]
    assert yeswiki.asked == []
    assert rows(yeswiki.database) == "yeswiki_pages\n"


def test_no_database(yeswiki: YesWiki) -> None:
    yeswiki.database.sql("DROP DATABASE wf_essai")
    assert yeswiki.host.tool("install")["code"] == "database-missing"
    assert yeswiki.asked == []


def test_a_refusal_of_the_installer_is_told_in_its_words(yeswiki: YesWiki) -> None:
    yeswiki.trouble = "refused"
    answer = yeswiki.host.tool("install")
    assert answer["code"] == "install-refused"
    assert "Test connexion MySQL ... ECHEC : refusé" in answer["message"]
    assert "hunter2" not in json.dumps(answer)


def test_an_installation_cut_short_is_begun_again(yeswiki: YesWiki) -> None:
    yeswiki.trouble = "killed"
    assert yeswiki.host.tool("install")["code"] == "install-refused"
    assert len(rows(yeswiki.database).split()) == 2
    assert yeswiki.host.tool("install", "--dry-run")["changed"]
    yeswiki.trouble = ""
    assert yeswiki.host.tool("install")["data"]["installed"]
    assert len(rows(yeswiki.database).split()) == len(install.TABLES)


def test_what_is_left_of_another_installation_is_not_ours_to_drop(yeswiki: YesWiki) -> None:
    yeswiki.trouble = "killed"
    yeswiki.host.tool("install")
    yeswiki.host.describe(prefix="autre_")
    yeswiki.database.sql("CREATE TABLE autre_pages (a INT)", "wf_essai")
    assert yeswiki.host.tool("install")["code"] == "database-in-use"
    assert "autre_pages" in rows(yeswiki.database)


def test_killed_while_the_form_is_answered(yeswiki: YesWiki) -> None:
    host = yeswiki.host
    waiting = threading.Event()
    answer = yeswiki._install

    def slow(fields: dict[str, str]) -> str:
        yeswiki.trouble = "killed"
        said = answer(fields)
        waiting.set()
        time.sleep(2)
        return said

    yeswiki._install = slow  # type: ignore[method-assign]
    process = subprocess.Popen(host.command("install"), env={**os.environ, **host.environment})
    assert waiting.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    yeswiki._install, yeswiki.trouble = answer, ""  # type: ignore[method-assign]
    assert host.tool("install")["data"]["installed"]
    assert not host.tool("install")["changed"]


@pytest.mark.parametrize(
    ("trouble", "code"), [("login", "login-refused"), ("ferme", "extension-not-installed")]
)
def test_what_cannot_be_read_back_is_not_believed(
    yeswiki: YesWiki, trouble: str, code: str
) -> None:
    yeswiki.trouble = trouble
    assert yeswiki.host.tool("install")["code"] == code
    yeswiki.trouble = ""
    assert yeswiki.host.tool("install")["changed"]
    assert not yeswiki.host.tool("install")["changed"]


def test_a_configuration_that_is_a_link_is_not_read(yeswiki: YesWiki) -> None:
    yeswiki.host.tool("install")
    path = yeswiki.host.farm.site / configure.FILE
    path.rename(path.with_name("real.php"))
    path.symlink_to("real.php")
    assert yeswiki.host.tool("install")["code"] == "site-occupied"


def test_an_installation(yeswiki: YesWiki) -> None:
    host = yeswiki.host
    before = tree(host.home)
    said = host.tool("install", "--dry-run")
    assert said["changed"]
    assert (tree(host.home), rows(yeswiki.database), yeswiki.asked) == (before, "", [])
    done = host.tool("install")
    assert (done["data"]["installed"], done["data"]["extensions"]) == (True, ["ferme"])
    path = host.farm.site / configure.FILE
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (OWNER.pw_uid, 0o600)
    configuration = values(path)
    assert configuration["base_url"] == "http://ferme.example.org/?"
    assert (configuration["mysql_host"], configuration["mysql_user"]) == ("localhost", USER)
    assert configuration["mysql_password"] == ""
    assert configuration["api_allowed_keys"] == {"WikiAdmin": "jeton-tres-secret"}
    assert not (host.farm.state / install.MARK).exists()
    form = next(body for method, _, _, body in yeswiki.asked if method == "POST")
    assert parse_qs(form)["admin_email"] == ["admin@example.org"]
    for secret in ("un mot de passe", "jeton-tres-secret"):
        assert secret not in json.dumps(done)


def test_installing_again_changes_nothing_and_asks_no_password(yeswiki: YesWiki) -> None:
    host = yeswiki.host
    host.tool("install")
    before, asked = tree(host.home), len(yeswiki.asked)
    (host.etc / "admin-password").unlink()  # changed in the wiki since, say
    assert not host.tool("install")["changed"]
    assert not host.tool("install", "--dry-run")["changed"]
    assert tree(host.home) == before
    assert {method for method, *_ in yeswiki.asked[asked:]} == {"GET"}


# check


def test_a_farm_without_a_wiki_does_not_answer_well(yeswiki: YesWiki) -> None:
    assert yeswiki.host.tool("check")["code"] == "check-failed"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("500", "HTTP 500"),
        ("no-database", "a page cut short"),
        ("other", "does not read its database"),
    ],
)
def test_a_wiki_that_does_not_read_its_database(yeswiki: YesWiki, trouble: str, words: str) -> None:
    yeswiki.host.tool("install")
    yeswiki.trouble = trouble
    answer = yeswiki.host.tool("check")
    assert answer["code"] == "check-failed"
    assert f"http://ferme.example.org/: {words}" in answer["message"]


@pytest.mark.parametrize("query", ["DELETE FROM yeswiki_pages", "DROP TABLE yeswiki_pages"])
def test_a_wiki_without_its_root_page(yeswiki: YesWiki, query: str) -> None:
    yeswiki.host.tool("install")
    yeswiki.database.sql(query, "wf_essai")
    assert "no root page" in yeswiki.host.tool("check")["message"]


def test_the_installer_instead_of_a_wiki(yeswiki: YesWiki) -> None:
    yeswiki.host.tool("install")
    (wiki,) = wikis.every(yeswiki.host.farm)
    (yeswiki.host.farm.site / configure.FILE).unlink()
    assert check.fault_of(yeswiki.host.farm, wiki) is not None


def test_every_wiki_that_fails_is_named_and_the_others_are_asked(yeswiki: YesWiki) -> None:
    host = yeswiki.host
    host.tool("install")
    write_configuration(host, "bad", **wiki_values("x-y"))
    write_configuration(host, "lost", **wiki_values("yeswiki_lost__"))
    answer = host.tool("check")
    assert "2 of 3" in answer["message"]
    assert "/bad/: configuration (prefix)" in answer["message"]
    assert "/lost/: no root page" in answer["message"]
    assert host.tool("check", "--wiki", "")["data"]["checked"] == ["http://ferme.example.org/"]
    assert host.tool("check", "--wiki", "bad")["code"] == "wiki-suspect"
    assert host.tool("check", "--wiki", "none")["code"] == "wiki-unknown"


def test_a_page_closed_to_visitors_is_no_failure(yeswiki: YesWiki) -> None:
    yeswiki.host.tool("install")
    yeswiki.trouble = "closed"
    assert yeswiki.host.tool("check")["ok"]


def test_a_farm_that_answers(yeswiki: YesWiki) -> None:
    yeswiki.host.tool("install")
    before = tree(yeswiki.host.home)
    answer = yeswiki.host.tool("check")
    assert (answer["changed"], answer["data"]["checked"]) == (False, ["http://ferme.example.org/"])
    assert tree(yeswiki.host.home) == before
