"""A backup of which parts are gone or changed, in any mixture: it is refused before a word is
written, or restored as it was told before the yes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.operations.archive.changed import Texts, rewritten, told_before
from tests.operations.archive.conftest import Computer
from tests.operations.conftest import a_community
from wikifarm.errors import Exit, InvalidInput
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.new_community import write_manifest
from wikifarm.rehearsal import snapshot

MENU = "pages/PageRapideHaut.json"  # where people log in: without it, nobody looks afterwards
CHANGED = int(os.environ.get("WIKIFARM_CHANGED_BACKUPS", "6"))
Change = Callable[[Texts, int], None]


def one_of(known: Mapping[str, Any], number: int) -> str:
    names = sorted(known)
    return names[number % len(names)]


def without_member(room: str) -> Change:
    def change(texts: Texts, number: int) -> None:
        if names := {name: "" for name in texts if name.startswith(f"{room}/") and name != MENU}:
            del texts[one_of(names, number)]

    return change


def without_key(name: str) -> Change:
    def change(texts: Texts, number: int) -> None:
        if texts[name]:
            del texts[name][one_of(texts[name], number)]

    return change


def without_account(texts: Texts, number: int) -> None:
    rows = texts["accounts.json"]
    if rows:
        del rows[number % len(rows)]


def without_file(texts: Texts, number: int) -> None:
    rows = texts["files.json"]
    if rows:
        del rows[number % len(rows)]


def a_circle(texts: Texts, number: int) -> None:
    groups = texts["groups.json"]
    if groups:
        one, other = one_of(groups, number), one_of(groups, number // 7)
        groups[one].append(f"@{other}")
        groups[other].append(f"@{one}")


def a_member(texts: Texts, number: int) -> None:
    if groups := texts["groups.json"]:
        member = ("ZoeKergoat", "!ZoeKergoat", "*", "+x", "@nulle", "Personne")[number % 6]
        groups[one_of(groups, number // 6)].append(member)


def an_opened_module(texts: Texts, number: int) -> None:
    closed = {name: right for name, right in texts["modules.json"].items() if right != "*"}
    if closed:
        right = ("*", "+", "@participants")[number % 3]
        texts["modules.json"][one_of(closed, number)] = right


def a_page_without_text(texts: Texts, number: int) -> None:
    if names := {name: "" for name in texts if name.startswith("pages/") and name != MENU}:
        texts[one_of(names, number)]["body"] = "Plus rien."


CHANGES: Mapping[str, Change] = {
    "page": without_member("pages"),
    "card": without_member("entries"),
    "form": without_member("forms"),
    "rights": without_key("rights.json"),
    "list": without_key("lists.json"),
    "group": without_key("groups.json"),
    "module": without_key("modules.json"),
    "setting": without_key("settings.json"),
    "look": without_key("metadata.json"),
    "account": without_account,
    "file": without_file,
    "circle": a_circle,
    "member": a_member,
    "opened": an_opened_module,
    "text": a_page_without_text,
}


@settings(
    max_examples=CHANGED,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 9999)),
                        min_size=1, max_size=12))  # fmt: skip
def test_a_changed_backup_is_refused_at_first_or_restored_as_it_was_told(
    computer: Computer, tmp_path: Path, changes: list[tuple[str, int]]
) -> None:
    file = tmp_path / "rennes.zip"
    if not file.exists():
        first = computer("first")
        write_manifest(first.places.communities / "rennes.yml", a_community())
        backup(first, "rennes", file, in_clear=True, with_revisions=False)
    number = next(each for each in count() if not (tmp_path / f"{each}.zip").exists())

    def change(texts: Texts) -> None:
        for name, which in changes:
            CHANGES[name](texts, which)

    changed, before = (
        rewritten(file, tmp_path / f"{number}.zip", change),
        snapshot(tmp_path / "farm"),
    )
    context, slug = computer(f"c{number}"), f"rennes{number}"
    try:
        planned, done = told_before(context, changed, slug)
    except InvalidInput:
        event("refused")
        assert snapshot(tmp_path / "farm") == before
        return
    event("restored")
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    assert tuple(done.data["lost"]) == planned.lost
    wiki, entry = open_wiki(context, slug), context.farm.find(slug)
    opened = {each["name"]: each["right"] for each in done.data["opened"]}
    modules = wiki.rights.modules()
    for name in ("listusers", "trail", "recentchanges", "bazarrecordsindex"):
        right = modules[f"action {name}"]
        assert right.startswith("@admins") or opened[f"action {name}"] == right
    assert all(name in planned.warnings[0] for name in administering(wiki.groups.all()))
    assert entry is not None
    context.farm.delete(entry)


def administering(groups: Mapping[str, tuple[str, ...]], name: str = "admins") -> set[str]:
    """Who is in a group, itself or through others."""
    members = groups[name]
    inner = (administering(groups, each[1:]) for each in members if each.startswith("@"))
    return {each for each in members if not each.startswith("@")}.union(*inner)
