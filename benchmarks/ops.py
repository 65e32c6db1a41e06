"""Doing nothing, where everything is already in place: what a second run costs.

1. Communities that are as described, on a rehearsal farm in a process of its own: `wikifarm apply`,
   then the module `wikifarm_community` in `ansible-playbook`, then the same questions written as
   tasks `ansible.builtin.uri`, each in a loop over the communities. These tasks are made from the
   requests that the apply really sent (log-ins, forms, pages, rights, groups…), with cookies and
   tokens carried as a person would write it. They only ask: nothing is compared with a manifest,
   which is to their advantage. None of the three runs the audit. Each is a process of its own; the
   first two, which are short, are the best of three.
2. With `--inventory FILE`, farms that `provision.yml` has already installed: a provision that
   changes nothing, beside a playbook that only gathers the facts of the same machines.

    python benchmarks/ops.py [--many 20] [--inventory FILE]

The tasks of the first take a good third of a second a request: minutes for twenty communities.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from recorder import Recorder, Sent

from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.operations.apply import apply
from wikifarm.operations.workplace.context import Context, FarmSettings
from wikifarm.operations.workplace.places import Places

ROOT = Path(__file__).parent.parent
PLAYBOOKS = ROOT / "playbooks"
SOURCE = str(ROOT / "src")
MANIFEST = """\
name: Communauté {number}
slug: communaute-{number}
facilitators: ["Camille Le Goff <camille{number}@example.org>"]
"""
TOKEN = "confirmToken"
FARM, ADMIN, VISITOR = "farm", "admin", "visitor"  # the farm's admin, and a wiki's two people
# A question may well be answered by a refusal: that is how a farm tells what it can do.
ANSWERS = [200, 201, 302, 400, 401, 403, 404, 405, 500, 501]
ROUNDS = 3
NOTHING = [{"hosts": "farms", "gather_facts": True, "tasks": []}]


@dataclass(frozen=True)
class Request:
    """One request; FARM and ADMIN carry the cookies of their log-in, VISITOR none."""

    who: str
    verb: str
    path: str
    fields: dict[str, str] = field(default_factory=dict)
    token: bool = False  # sends the token of the form last shown to the same person

    @property
    def logs_in(self) -> bool:
        return self.fields.get("action") == "login"


class Bench:
    """A farm, its communities, and the folders of someone who looks after them."""

    def __init__(self, url: str, password: str, home: Path, many: int) -> None:
        self.url, self.password, self.home = url, password, home
        (home / "communities").mkdir()
        for number in range(many):
            path = home / "communities" / f"communaute-{number}.yml"
            path.write_text(MANIFEST.format(number=number), "utf-8")
        self.communities = load_manifests([home / "communities"])

    def context(self, transport: Recorder | None = None) -> Context:
        settings = FarmSettings(self.url, "WikiAdmin", self.password)
        return Context(settings, Places(self.home / "state", self.home), transport=transport)

    def make(self) -> None:
        """Sets the communities up."""
        context = self.context()
        for outcome in apply(context, self.communities, audit=False):
            assert outcome.error is None, outcome.error
        context.close()

    def asked(self) -> tuple[list[Request], list[Request]]:
        """The requests of a run that changes nothing: those of the run, those of each community."""
        recorder = Recorder()
        context = self.context(recorder)
        log = recorder.log
        shares = []
        for community in self.communities:
            start = len(log)
            assert apply(context, [community], audit=False)[0].status == "unchanged"
            secret = context.vault.get(community.slug)
            shares.append(self._requests(log[start:], community.slug, secret))
        context.close()
        each = shares[-1]
        once = shares[0][: len(shares[0]) - len(each)]
        if any(share != each for share in (shares[0][len(once) :], *shares[1:])):
            raise SystemExit("the communities were not asked the same: there is nothing to loop on")
        return once, each

    def _requests(self, log: Sequence[Sent], slug: str, secret: str) -> list[Request]:
        """What was sent, with the names of variables in place of what differs."""
        words = {secret: "{{ item.password }}", self.password: "{{ farm_password }}"}
        admins = set()
        found = []
        for sent in log:
            path = sent.url.removeprefix(self.url)
            fields = dict(parse_qsl(sent.body.decode(), keep_blank_values=True))
            told = {key: words.get(value, value) for key, value in fields.items() if key != TOKEN}
            if fields.get("action") == "login":
                admins.add(sent.who)
            name = ADMIN if sent.who in admins else VISITOR
            if path.startswith(f"{slug}/"):
                path = path.replace(slug, "{{ item.slug }}", 1)
            else:
                name = FARM
            found.append(Request(name, sent.verb, path, told, TOKEN in fields))
        return found

    # -- the three ways ---------------------------------------------------------------------

    def command(self) -> float:
        """Seconds of `wikifarm apply`."""
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "wikifarm", "apply", "communities", "--audit", "none", "--json"],
            cwd=self.home, env=self._environment(), capture_output=True, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        rows = json.loads(done.stdout)["data"]["communities"]
        assert {row["status"] for row in rows} == {"unchanged"}
        return seconds

    def module(self) -> float:
        """Seconds of a playbook with the module."""
        options = {"manifests": [str(self.home / "communities")], "directory": str(self.home),
                   "verify": False}  # fmt: skip
        return self._play([{"wikifarm.farm.wikifarm_community": options}])

    def tasks(self, once: Sequence[Request], each: Sequence[Request]) -> float:
        """Seconds of a playbook that asks the same by `uri`."""
        pages = [_page_of_token(each, number) for number in range(len(each))]
        written = [_task(*one) for one in zip(each, pages, strict=True)]
        for number, task in enumerate(written):
            if number in pages:
                task["register"] = f"page_{number}"
            task["loop"] = "{{ communities }}"
            task["loop_control"] = {"label": "{{ item.slug }}", "index_var": "number"}
        return self._play([*(_task(request, None) for request in once), *written])

    def _play(self, tasks: list[dict[str, Any]]) -> float:
        context = self.context()
        communities = [
            {"slug": one.slug, "password": context.vault.get(one.slug)} for one in self.communities
        ]
        play = {
            "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks,
            "vars": {"farm": self.url, "farm_password": self.password, "communities": communities,
                     "ansible_python_interpreter": sys.executable},
        }  # fmt: skip
        path = self.home / "play.json"
        path.write_text(json.dumps([play]), "utf-8")
        return played(path, ["-i", "localhost,"], self._environment())

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": SOURCE,
            "WIKIFARM_FARM_URL": self.url,
            "WIKIFARM_FARM_PASSWORD": self.password,
            "WIKIFARM_STATE_DIR": str(self.home / "state"),
        }


def _task(request: Request, page: int | None) -> dict[str, Any]:
    """The request as a person would write it for Ansible."""
    uri: dict[str, Any] = {
        "url": "{{ farm }}" + request.path,
        "method": request.verb,
        "return_content": True,
        "status_code": ANSWERS,
    }
    name = f"{request.verb} {request.path.replace('{{ item.slug }}', 'a wiki')}"
    task: dict[str, Any] = {"name": name, "ansible.builtin.uri": uri}
    if request.fields:
        uri |= {"body_format": "form-urlencoded", "body": dict(request.fields)}
    if page is not None:
        token = rf"""regex_search('name="{TOKEN}" value="([^"]+)', '\1')"""
        uri["body"][TOKEN] = f"{{{{ (page_{page}.results[number].content | {token})[0] }}}}"
    login = f"login_{request.who}"
    if request.logs_in:
        task["register"] = login
        # `uri` gives the cookies of the last answer only when that is no redirection.
        uri["follow_redirects"] = "all"
    elif request.who != VISITOR:
        held = login if request.who == FARM else f"{login}.results[number]"
        uri["headers"] = {"Cookie": f"{{{{ {held}.cookies_string }}}}"}
    return task


def _page_of_token(each: Sequence[Request], number: int) -> int | None:
    """Which request before this one showed the form whose token it sends."""
    request = each[number]
    if not request.token:
        return None
    before = range(number - 1, -1, -1)
    return next(one for one in before if each[one].who == request.who and each[one].verb == "GET")


# -- running --------------------------------------------------------------------------------


def played(playbook: Path, arguments: Sequence[str], environment: dict[str, str]) -> float:
    """Seconds of a playbook that must change nothing."""
    program = Path(sys.executable).parent / "ansible-playbook"
    started = time.perf_counter()
    done = subprocess.run(
        [str(program), str(playbook), *arguments],
        cwd=PLAYBOOKS, env={**environment, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    counts = re.findall(r"\b(changed|unreachable|failed)=(\d+)", done.stdout)
    if done.returncode or not counts or any(int(count) for _name, count in counts):
        raise SystemExit(f"{playbook.name} failed or changed something:\n{done.stdout[-3000:]}"
                         f"{done.stderr[-1000:]}")  # fmt: skip
    return seconds


@contextmanager
def rehearsal(folder: Path) -> Iterator[tuple[str, str]]:
    """A rehearsal farm in its own process; gives its address and its password."""
    command = [sys.executable, "-m", "wikifarm", "rehearsal", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--data", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": SOURCE},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        started = json.loads(process.stdout.readline())
        yield started["url"], started["password"]
    finally:
        process.terminate()
        process.wait()


def communities(many: int) -> None:
    """Prints the first comparison."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        with rehearsal(Path(folder) / "farm") as (url, password):
            bench = Bench(url, password, home, many)
            bench.make()
            once, each = bench.asked()
            ours = min(bench.command() for _each in range(ROUNDS))
            module = min(bench.module() for _each in range(ROUNDS))
            tasks = bench.tasks(once, each)
    requests = len(once) + many * len(each)
    print(f"{many} unchanged communities, {requests} requests ({len(each)} each)")
    print(f"wikifarm apply                    {ours:7.1f} s")
    print(f"ansible, wikifarm_community       {module:7.1f} s   x{module / ours:.2f}")
    print(f"ansible, the same as uri tasks    {tasks:7.1f} s   x{tasks / ours:.1f}   "
          f"(x{tasks / module:.1f} the module)")  # fmt: skip


def provision(inventory: Path) -> None:
    """Prints the second comparison."""
    arguments = ["-i", str(inventory.resolve())]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nothing.json"
        path.write_text(json.dumps(NOTHING), "utf-8")
        bare = played(path, arguments, dict(os.environ))
    seconds = played(PLAYBOOKS / "provision.yml", arguments, dict(os.environ))
    print(f"facts of the same machines only   {bare:7.1f} s")
    print(f"provision that changes nothing    {seconds:7.1f} s   x{seconds / bare:.1f}")


def main() -> None:
    """Prints seconds and ratios of one run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--many", type=int, default=20, help="communities: 2 or more, or 0")
    parser.add_argument("--inventory", type=Path, help="of farms that are already installed")
    options = parser.parse_args()
    if options.many == 1:
        parser.error("one community does not tell its requests from those of the run")
    if options.many:
        communities(options.many)
    if options.inventory:
        provision(options.inventory)


if __name__ == "__main__":
    main()
