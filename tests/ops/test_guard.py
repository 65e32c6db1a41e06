"""Real nginx and php-fpm, with the templates of the role `harden`: what is asked for is counted
from what PHP reads, in whatever spelling it comes; what has no right of its own is shut."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import pytest

from wikifarm.yeswiki.session import GUARD

from .playing import PLAYBOOKS

TEMPLATES = PLAYBOOKS / "ansible_collections/wikifarm/farm/roles/harden/templates"
FPM = next((path for v in ("8.2", "8.4") if (path := shutil.which(f"php-fpm{v}"))), None)
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
FORM = "application/x-www-form-urlencoded"
BURST, CONTACT_BURST = 30, 6
MAINTAINER = "198.51.100.9"

pytestmark = [
    pytest.mark.skipif(not (FPM and NGINX), reason="nginx and php-fpm are not installed"),
    pytest.mark.xdist_group("guard"),
]

# What YesWiki would answer: a log-in that failed looks like one that did not.
INDEX = """<?php
if (($_REQUEST['action'] ?? '') === 'login') { http_response_code(302); header('Location: /'); }
echo 'reached';
"""


@dataclass(frozen=True)
class Ask:
    """One request, from an address that stands behind the proxy."""

    query: str = ""
    body: str | bytes = ""
    kind: str = FORM
    verb: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Server:
    port: int
    failures: Path

    def ask(self, ask: Ask, address: str, wiki: str = "/") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = ask.body.encode() if isinstance(ask.body, str) else ask.body
        headers = {"X-Forwarded-For": address, "Content-Type": ask.kind, **dict(ask.headers)}
        connection.request(ask.verb, f"{wiki}{ask.query}", body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def statuses(self, ask: Ask, address: str, times: int, wiki: str = "/") -> list[int]:
        return [self.ask(ask, address, wiki).status for _each in range(times)]


def rendered(name: str, **values: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters |= {"to_json": json.dumps, "bool": bool}
    return environment.get_template(name).render(ansible_managed="test", **values)


@contextlib.contextmanager
def serving(*, shut: bool) -> Iterator[Server]:
    """Both servers, in a folder that the account of PHP may enter."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        folder.chmod(0o755)
        port = _configured(folder, shut=shut)
        scanned = {**os.environ, "PHP_INI_SCAN_DIR": f":{folder}/ini"}
        for command, environment in (
            ([FPM, "-F", "-y", str(folder / "fpm.conf")], scanned),
            ([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], dict(os.environ)),
        ):
            process = subprocess.Popen(
                [str(word) for word in command],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
        _await(port, folder / "fpm.sock")
        yield Server(port, folder / "failures.log")


def _configured(folder: Path, *, shut: bool) -> int:
    """Writes the site and the settings of both; the port."""
    site, asked = folder / "site", folder / "asked"
    for wiki in (site, site / "rennes"):
        wiki.mkdir(parents=True)
        (wiki / "index.php").write_text(INDEX)
    asked.mkdir()
    guard = {
        "trusted": ["127.0.0.0/8", "::1", f"{MAINTAINER}/31", "2001:db8:1::/48"],
        "shut": shut,
        "folder": str(asked),
        "limits": {
            "contact": {"rate": "6", "burst": CONTACT_BURST},
            "account": {"rate": "12", "burst": BURST},
        },
    }
    (folder / "guard.php").write_text(rendered("guard.php.j2", harden_guard=guard))
    (folder / "ini").mkdir()
    (folder / "ini/95-farm.ini").write_text(
        f"[PATH={site}]\nauto_prepend_file = {folder}/guard.php\n"
    )
    pool = ["[global]", f"error_log = {folder}/fpm.log", "daemonize = no", "[farm]"]
    if os.geteuid() == 0:
        pool += ["user = www-data", "group = www-data", "listen.owner = www-data"]
        for path in (folder, asked):
            shutil.chown(path, "www-data")
    pool += [f"listen = {folder}/fpm.sock", "pm = static", "pm.max_children = 2"]
    (folder / "fpm.conf").write_text("\n".join(pool) + "\n")
    limits = rendered(
        "wikifarm-limits.conf.j2",
        harden_proxies=["127.0.0.1"],
        harden_trusted=[MAINTAINER],
        harden_post_rate=100000,
        harden_headers=True,
    )
    server = rendered(
        "harden.conf.j2", harden_headers=True, harden_with_tls=False, harden_csp_more=""
    ).replace("/var/log/nginx/wikifarm-failures.log", f"{folder}/failures.log")
    port = _free_port()
    (folder / "nginx.conf").write_text(
        f"""
        {"user www-data;" if os.geteuid() == 0 else ""}
        daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ }}
        http {{
            access_log off; client_body_temp_path {folder}/body;
            fastcgi_temp_path {folder}/fastcgi; proxy_temp_path {folder}/proxy;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            {limits}
            server {{
                listen 127.0.0.1:{port}; root {site}; index index.php;
                {server}
                location ~ /index\\.php$ {{
                    include /etc/nginx/fastcgi_params;
                    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
                    fastcgi_pass unix:{folder}/fpm.sock;
                }}
            }}
        }}
        """
    )
    return port


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(port: int, path: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as knock:
            if path.exists() and knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the servers did not start")


@pytest.fixture(scope="module")
def shut() -> Iterator[Server]:
    with serving(shut=True) as server:
        yield server


MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\nlogin\r\n'
    b'--x\r\nContent-Disposition: form-data; name="pad"\r\n\r\n' + b"a" * 40_000 + b"\r\n--x--\r\n"
)
XHR = (("X-Requested-With", "XMLHttpRequest"),)
LOGIN = urlencode({"action": "login", "name": "x", "password": "y"})
SPELT = {
    "plain": Ask("?ParametresUtilisateur", LOGIN),
    "percent": Ask("?Parametres%55tilisateur", LOGIN),
    "case": Ask("?parametresutilisateur", LOGIN),
    "any page": Ask("?PagePrincipale", LOGIN),
    "no page": Ask("", LOGIN),
    "wiki in the body": Ask("?PagePrincipale", f"wiki=ParametresUtilisateur&{LOGIN}"),
    "index.php": Ask("index.php?wiki=ParametresUtilisateur", LOGIN),
    "percent in a name": Ask("?PagePrincipale", "%61ction=%6Cogin&name=x"),
    "in the address": Ask(f"?PagePrincipale&{LOGIN}", verb="GET", body=""),
    "multipart, larger than nginx looks at": Ask(
        "?PagePrincipale", MULTIPART, "multipart/form-data; boundary=x"
    ),
    "api": Ask("?api/login", '{"username": "x", "password": "y"}', "application/json"),
    "api, percent": Ask("?%61pi%2Flogin", "username=x&password=y"),
    "api, wiki in the body": Ask("", "wiki=api/login&username=x&password=y"),
    "sign-up": Ask("?ParametresUtilisateur", "usersettings_action=signup&name=x"),
    "lost password": Ask("?motdepasseperdu", "subStep=1&email=a%40example.org"),
}


@pytest.mark.parametrize("number", range(len(SPELT)), ids=list(SPELT))
def test_every_spelling_is_counted(number: int, shut: Server) -> None:
    ask = list(SPELT.values())[number]
    statuses = shut.statuses(ask, f"203.0.113.{number}", BURST + 4)
    assert 429 not in statuses[:BURST]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("number", "ask"),
    [
        (0, Ask("?Fiche/mail&field=bf_mail", "email=a%40example.org&message=x", headers=XHR)),
        (1, Ask("?Fiche%2Fmail", "mail=a%40example.org&message=x", headers=XHR)),
        (2, Ask("?PagePrincipale", "wiki=Fiche/mail&mail=a%40example.org", headers=XHR)),
    ],
)
def test_messages_are_counted_too(number: int, ask: Ask, shut: Server) -> None:
    statuses = shut.statuses(ask, f"203.0.113.{100 + number}", CONTACT_BURST + 3)
    assert 429 not in statuses[:CONTACT_BURST]
    assert statuses[-1] == 429


def test_what_is_no_such_thing_is_not_counted(shut: Server) -> None:
    saved = Ask("?PagePrincipale/edit", urlencode({"body": "action=login", "submit": "Sauver"}))
    assert set(shut.statuses(saved, "203.0.113.120", 2 * BURST)) == {200}


def test_another_address_another_wiki_and_the_trusted_have_their_own(shut: Server) -> None:
    ask, address = SPELT["plain"], "203.0.113.130"
    assert shut.statuses(ask, address, BURST + 4)[-1] == 429
    assert shut.ask(ask, "203.0.113.131").status == 302
    assert shut.ask(ask, address, "/rennes/").status == 302
    for trusted in (MAINTAINER, "198.51.100.8", "2001:db8:1:2::3"):
        assert 429 not in shut.statuses(ask, trusted, BURST + 4)
    assert shut.statuses(ask, "2001:db8:2::1", BURST + 4)[-1] == 429
    assert shut.ask(ask, "2001:db8:2::2").status == 429, "one house has a whole /64"


def test_what_fails_is_told_to_fail2ban_and_to_nobody_else(shut: Server) -> None:
    answer = shut.ask(SPELT["wiki in the body"], "203.0.113.140")
    assert answer.getheader("X-Wikifarm-Asked") is None
    time.sleep(0.2)
    lines = shut.failures.read_text().splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("203.0.113.140 ")] == ["login"]
    assert any(line.endswith("flood") for line in lines)
    assert not any(line.startswith(MAINTAINER) for line in lines)


SHUT = [
    Ask("?BazaR&vue=formulaire", "imported-form%5B5%5D=%7B%7D"),
    Ask("", "wiki=BazaR&vue=formulaire&imported-form="),
    Ask("?BazaR&vue=listes", "imported-list%5B%5D=%7B%7D"),
    Ask("?BazaR&vue=saisir&id=1100", "bf_dossier-wiki=rennes&bf_titre=x"),
    Ask("?PageDeQui", "bf_dossier%2Dwiki%5B%5D=rennes"),
]


@pytest.mark.parametrize("ask", SHUT)
def test_what_no_right_closes_is_for_the_trusted(ask: Ask, shut: Server) -> None:
    refused = shut.ask(ask, "203.0.113.150")
    assert (refused.status, refused.getheader(GUARD)) == (403, "403")
    assert shut.ask(ask, MAINTAINER).status == 200


def test_without_trusted_addresses_it_stays_open() -> None:
    with serving(shut=False) as server:
        assert {server.ask(ask, "203.0.113.160").status for ask in SHUT} == {200}


@pytest.mark.parametrize("sign", ['"', "%", "!", "\n", "\r", "\0", "\x7f"])
@pytest.mark.parametrize("who", ["203.0.113.80", MAINTAINER])
def test_no_account_has_a_name_that_a_request_to_the_database_takes_for_more(
    shut: Server, sign: str, who: str
) -> None:
    body = {"usersettings_action": "signup", "name": f"Ada{sign}Martin"}
    for asked in (
        Ask("?ParametresUtilisateur", urlencode(body)),
        Ask(f"?ParametresUtilisateur&{urlencode(body)}", verb="GET"),
    ):
        answer = shut.ask(asked, who)
        assert (answer.status, answer.getheader(GUARD)) == (403, "403")


@pytest.mark.parametrize("name", ["Ada Martin", "Zoé_Le Goff", "l'Étoile-7"])
def test_other_names_open_an_account(shut: Server, name: str) -> None:
    body = {"usersettings_action": "signup", "name": name}
    assert shut.ask(Ask("?ParametresUtilisateur", urlencode(body)), "203.0.113.81").status == 200
