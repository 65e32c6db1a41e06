"""A wiki in one file, and made again from it."""

from __future__ import annotations

import io
import json
import stat
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from tests.operations.archive.changed import log_in_anew, rewritten, told_before
from tests.operations.archive.conftest import SECRET, Computer
from tests.operations.conftest import a_community
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.cli.render.answer import answer
from wikifarm.cli.render.sheet import Paint
from wikifarm.engine import receipt as receipts
from wikifarm.engine.closing import Leave
from wikifarm.errors import (
    Exit,
    InvalidInput,
    NotConfirmed,
    Refused,
    SlugTaken,
    UnexpectedAnswer,
    WikifarmError,
    WriteRefused,
)
from wikifarm.model import Module
from wikifarm.operations.archive.backup_format import member, opened
from wikifarm.operations.archive.read_again import ReadAgain
from wikifarm.operations.archive.restore import Restored, ToRestore, restore
from wikifarm.operations.archive.take_backup import BackupMade, backup
from wikifarm.operations.archive.told_before import said_before
from wikifarm.operations.archive.verify_backup import verify_backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.blueprints_here import new_blueprint
from wikifarm.operations.leaving.retire import retire
from wikifarm.operations.list_wikis import list_wikis
from wikifarm.operations.new_community import write_manifest
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.context import Silence
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.rehearsal.store.database import Store
from wikifarm.result import Envelope
from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.attachments import Attachments
from wikifarm.yeswiki.bazar_lists import Lists
from wikifarm.yeswiki.entries import Entries
from wikifarm.yeswiki.needed_pages import MENU
from wikifarm.yeswiki.pages import Pages
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole


def taken(computer: Computer, file: Path, *, with_revisions: bool = False) -> BackupMade:
    outcome = backup(
        computer("first"), "rennes", file, in_clear=True, with_revisions=with_revisions
    ).outcome
    assert isinstance(outcome, BackupMade)
    return outcome


def made_again(computer: Computer, file: Path, slug: str, name: str = "other") -> Restored:
    outcome = restore(computer(name), file, slug).outcome
    assert isinstance(outcome, Restored)
    return outcome


def test_people_are_never_written_in_clear_unless_it_is_said(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    with pytest.raises(InvalidInput) as refused:
        backup(computer("first"), "rennes", file)
    assert refused.value.problems[0].code == "in-clear"
    assert not file.exists()
    with pytest.raises(InvalidInput) as refused:
        backup(computer("first"), "rennes", file, recipients=["age1nobody"])
    assert refused.value.problems[0].code == "bad-key"

    own = age_file.own_key(None).public
    backup(computer("first"), "rennes", file, recipients=[own])
    assert file.read_bytes().startswith(age_file.HEAD)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".rennes*")) == []


def test_a_backup_holds_what_the_wiki_holds_and_changes_nothing(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    wiki.pages.save("Histoire", f"Avant : {SECRET}", "")
    page = wiki.pages.read("Histoire")
    assert page is not None
    time.sleep(1.1)  # texts of one second are not told apart
    wiki.pages.save("Histoire", "Sans nom.", page.revision)
    before = snapshot(tmp_path / "farm")
    file = tmp_path / "rennes.zip"
    made = taken(computer, file, with_revisions=True)
    assert snapshot(tmp_path / "farm") == before
    with opened(file) as kept:
        told, *history = kept.lines(member("revisions", "Histoire", ".jsonl"))
        assert (told["older"], [row["body"] for row in history]) == (0, [f"Avant : {SECRET}"])
        cards = (row for row in kept.rows("entries") if row["form"] == "101")
        (card,) = (row for row in cards if row["owner"] == "ZoeKergoat")
        assert "zoe@example.org" in json.dumps(card)
        assert ["ZoeKergoat", "zoe@example.org"] in kept.value("accounts.json")
        assert kept.value("rights.json")[card["tag"]][0] == "%,@participants"
    assert made.manifest.counts["entries"] == 5
    assert made.manifest.left_out["passwords"] == made.manifest.counts["accounts"]
    with pytest.raises(InvalidInput) as refused:
        taken(computer, file)
    assert refused.value.problems[0].code == "file-exists"


def test_comments_are_kept_and_said_to_stay_in_the_backup(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    made = taken(computer, file)
    assert made.manifest.counts["comments"] == 1
    with opened(file) as kept:
        (comment,) = kept.value("comments.json")
    assert (comment["below"], comment["body"]) == ("Affiche", "Belle affiche.")
    assert comment["author"] == "WikiAdmin"
    planned, done = told_before(computer("other"), file)
    assert done.data["lost"] == ["Comments: they stay in the backup alone (1)."]
    assert (done.data["differs"], planned.lost) == ([], tuple(done.data["lost"]))
    assert open_wiki(computer("other"), "rennes2").comments.all() == {}


def test_it_is_verified_on_a_farm_of_this_computer(computer: Computer, tmp_path: Path) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    told = verify_backup(file, None, Silence())
    assert (told.exit, told.data["differs"]) == (Exit.DONE, [])


@pytest.mark.parametrize("farm", ["4.4", "4.5"], indirect=True)
def test_a_backup_whose_wiki_differs_is_not_said_to_be_mended_by_the_same_command(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    differing = ReadAgain(("page Affiche",), ())
    monkeypatch.setattr(
        "wikifarm.operations.archive.restore.read_again", lambda *_a, **_b: differing
    )
    told = verify_backup(file, None, Silence())
    (error,) = told.errors
    assert (told.exit, error.where) == (Exit.FAILED, str(file))
    assert "page Affiche" in error.message
    assert "another file" in error.hint and "writes what is missing" not in error.hint


def test_it_is_restored_elsewhere_as_it_was(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    outcome = made_again(computer, file, "rennes2")
    assert outcome.differs == ()
    wiki = open_wiki(computer("other"), "rennes2")
    pages = wiki.pages.all()
    assert f"{farm.url}rennes2/?Charte" in pages["RecitDeZoe"].body
    (stored,) = wiki.attachments.of("RecitDeZoe").values()
    assert stored in pages["Affiche"].body
    (photo,) = (row["bf_image"] for row in wiki.entries.of("104").values() if "bf_image" in row)
    assert wiki.session.file(f"files/{photo}").status == 200
    assert read_whole(wiki).metadata["Affiche"] == {"theme": "margot", "style": "bleu.css"}
    people = wiki.entries.of("101").values()
    assert len(people) == 3
    (card,) = (row for row in people if row["owner"] == "ZoeKergoat")
    assert wiki.rights.all()[card["id_fiche"]].read == "%,@participants"
    assert wiki.visitor().entries.of("101") == {}
    assert {row["bf_titre"] for row in wiki.entries.of("104").values()} == {
        "Une méthode",
        "Une autre",
    }

    before = snapshot(tmp_path / "farm")
    again = made_again(computer, file, "rennes2")
    assert (again.already, again.differs) == (True, ())
    assert snapshot(tmp_path / "farm") == before
    wiki.pages.save("Charte", "Notre charte.", pages["Charte"].revision)  # it has lived since
    lived = restore(computer("other"), file, "rennes2")
    assert (lived.exit, lived.data["differs"], lived.errors) == (Exit.DONE, ["pages/Charte"], ())
    assert wiki.pages.all()["Charte"].body == "Notre charte."
    with pytest.raises(SlugTaken):
        made_again(computer, file, "rennes")
    with pytest.raises(SlugTaken):
        made_again(computer, file, "rennes2", "a third one")


def proven_by(receipt: receipts.Receipt, wiki: Wiki) -> set[str]:
    """The pages that still are as wikifarm wrote them."""
    pages = wiki.pages.all()
    return {tag for tag in receipt.pages if receipt.untouched(tag, pages[tag].body)}


@pytest.mark.parametrize("slug", ["rennes", "rennes2"])
def test_what_is_restored_was_not_looked_at_and_what_is_told_to_do_next_is_there(
    computer: Computer, tmp_path: Path, slug: str
) -> None:
    context, file = computer("first"), tmp_path / "rennes.zip"
    wiki, entry = open_wiki(context, "rennes"), context.farm.find("rennes")
    page = wiki.pages.read(receipts.TAG)
    assert page is not None and entry is not None
    receipt = receipts.from_page(page.body)
    assert receipt is not None
    audited = replace(receipt, audit={"at": "2026-01-01T00:00:00+00:00"})
    wiki.pages.save(receipts.TAG, audited.as_page("fr"), page.revision)
    proven = proven_by(receipt, wiki)
    taken(computer, file)
    context.farm.delete(entry)
    made = made_again(computer, file, slug)
    assert (made.differs, made.described) == ((), False)
    here = open_wiki(computer("other"), slug)
    kept = here.pages.read(receipts.TAG)
    assert kept is not None
    again = receipts.from_page(kept.body)
    assert again is not None and (again.slug, again.audit) == (slug, {})
    assert again.pages.keys() == receipt.pages.keys()
    assert proven_by(again, here) == proven != set()
    shown = "".join(answer(Envelope("restore", outcome=made), Paint()).split())
    assert f"{slug}.yml" in made.described_in
    assert f"write{made.described_in}" in shown
    described = replace(made, described=True)
    shown = "".join(answer(Envelope("restore", outcome=described), Paint()).split())
    assert f"`wikifarmverify{made.described_in}`" in shown and "write" not in shown


def test_a_community_lost_and_restored_is_planned_as_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    (before,) = plan(computer("first"), [a_community()])
    context = computer("first")
    entry = context.farm.find("rennes")
    assert entry is not None
    context.farm.delete(entry)
    assert made_again(computer, file, "").differs == ()
    (after,) = plan(computer("other"), [a_community()])
    assert after.error is None
    assert [(line.key, line.action) for line in after.planned] == [
        (line.key, line.action) for line in before.planned
    ]


def test_a_wiki_that_was_restored_whole_is_finished(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cut is finished by the same command, never by `apply`."""
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Pages, "save", _cut)
        made_again(computer, file, "rennes-bis", "first")
    told = list_wikis(computer("first"), ["rennes-bis"])
    assert [wiki["unfinished"] for wiki in told.data["wikis"]] == [True]
    assert "wikifarm restore" in told.messages[0] and "apply" not in told.messages[0]
    kept = backup(computer("first"), "rennes-bis", tmp_path / "half.zip", in_clear=True)
    assert "wikifarm restore" in kept.messages[0] and "unfinished" in kept.messages[0]
    with pytest.raises(Refused, match="unfinished") as refused:
        retire(computer("first"), "rennes-bis", Leave.ANNOUNCE)
    assert "wikifarm restore" in refused.value.hint
    made_again(computer, file, "rennes-bis", "first")
    told = list_wikis(computer("first"), ["rennes-bis"])
    assert ([wiki["unfinished"] for wiki in told.data["wikis"]], told.messages) == ([False], ())


def _cut(*_args: object) -> None:
    raise KeyboardInterrupt


def test_what_would_be_written_is_told_and_a_no_makes_nothing(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    made = taken(computer, file)
    before, told = snapshot(tmp_path / "farm"), []

    def no(planned: ToRestore) -> bool:
        told.append(planned)
        return False

    with pytest.raises(NotConfirmed):
        restore(computer("other"), file, "rennes2", agreed=no)
    assert snapshot(tmp_path / "farm") == before
    (planned,) = told
    shown_only = restore(computer("other"), file, "rennes2", dry_run=True)
    assert (shown_only.exit, shown_only.outcome) == (Exit.DONE, planned)
    assert shown_only.messages == ("Nothing was made.",)
    assert snapshot(tmp_path / "farm") == before
    shown = answer(Envelope("restore", outcome=planned), Paint())
    shown = " ".join(shown.split())
    assert f"{planned.url}: a wiki to be made" in shown and made.manifest.url in shown
    assert f"{made.manifest.counts['accounts']} accounts are made" in shown
    assert "camille@example.org" in shown  # who would administer
    with pytest.raises(SlugTaken):  # nothing is asked about what cannot be done
        restore(computer("other"), file, "rennes", agreed=no)
    with pytest.raises(InvalidInput):
        restore(computer("other"), file, "../rennes", agreed=no)
    assert len(told) == 1
    restore(computer("other"), file, "rennes2", agreed=lambda _planned: True)
    assert restore(computer("other"), file, "rennes2", agreed=no).data["already"] is True


def test_the_description_of_a_community_comes_with_it(computer: Computer, tmp_path: Path) -> None:
    file, first, other = tmp_path / "rennes.zip", computer("first"), computer("other")
    write_manifest(first.places.communities / "rennes.yml", a_community())
    taken(computer, file)
    made = made_again(computer, file, "rennes2")
    path = other.places.communities / "rennes2.yml"
    assert (made.described, Path(made.described_in)) == (True, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (described,) = load_manifests([path])
    assert described == replace(
        a_community("rennes2"), modules=a_community().modules - {Module.MAILING_LIST}
    )
    (outcome,) = plan(other, [described])
    assert outcome.error is None
    assert {line.action for line in outcome.planned} <= {"keep", "none", "update"}


def test_who_is_let_in_by_what_is_opened_and_by_the_description_is_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file, first = tmp_path / "rennes.zip", computer("first")
    write_manifest(first.places.communities / "rennes.yml", a_community())
    taken(computer, file)

    def opening(texts: dict[str, Any]) -> None:
        texts["modules.json"] |= {"action listusers": "*", "action recentchanges": "+"}
        texts["rights.json"]["Participants"][0] = "*"
        del texts["modules.json"]["action bazarrecordsindex"]
        texts["community.json"]["facilitators"] += [
            {"name": "Mallory", "email": "mallory@example.org"}
        ]

    told: list[ToRestore] = []

    def asked(planned: ToRestore) -> bool:
        told.append(planned)
        return True

    forged = rewritten(file, tmp_path / "forged.zip", opening)
    done = restore(computer("other"), forged, "rennes2", agreed=asked)
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    (planned,) = told
    shown = " ".join(answer(Envelope("restore", outcome=planned), Paint()).split())
    assert "opens to everybody what wikifarm closes: action listusers." in shown
    assert "to whoever has an account what wikifarm closes: action recentchanges." in shown
    assert "who facilitates: Mallory <mallory@example.org>. The next `wikifarm apply`" in shown
    assert done.messages == planned.warnings
    assert (
        done.data["opened"]
        == planned.as_json()["opened"]
        == [
            {"name": "action listusers", "right": "*"},
            {"name": "action recentchanges", "right": "+"},
            {"name": "read page Participants", "right": "*"},
        ]
    )
    # What the backup does not tell is not left open to everybody.
    modules = open_wiki(computer("other"), "rennes2").rights.modules()
    assert modules["action bazarrecordsindex"] == "@admins,@animation"


@pytest.mark.parametrize("slug", ["rennes", "rennes2"])
def test_a_wiki_at_another_address_has_not_the_list_of_the_first(
    computer: Computer, tmp_path: Path, slug: str
) -> None:
    file, first = tmp_path / "rennes.zip", computer("first")
    address = {"provider": "sympa", "address": "rennes.liste@example.org"}
    listed = replace(
        a_community(), mailing_list="sympa", mailing_list_address=address["address"],
        modules=a_community().modules | {Module.MAILING_LIST},
    )  # fmt: skip
    write_manifest(first.places.communities / "rennes.yml", listed)
    wiki = open_wiki(first, "rennes")
    page = wiki.pages.read(receipts.TAG)
    assert page is not None
    receipt = receipts.from_page(page.body)
    assert receipt is not None
    known = replace(receipt, mailing_list=address, ledger_key="aa" * 16, ledger=("bb",))
    wiki.pages.save(receipts.TAG, known.as_page("fr"), page.revision)
    taken(computer, file)
    entry = first.farm.find("rennes")
    assert entry is not None
    first.farm.delete(entry)

    done = restore(computer("other"), file, slug)
    assert done.data["differs"] == []
    kept = open_wiki(computer("other"), slug).pages.read(receipts.TAG)
    assert kept is not None
    again = receipts.from_page(kept.body)
    (described,) = load_manifests([computer("other").places.communities / f"{slug}.yml"])
    assert again is not None
    if slug == "rennes":  # the very one
        assert (again.mailing_list, again.ledger) == (address, ("bb",))
        assert described == listed
    else:
        assert (again.mailing_list, again.ledger_key, again.ledger) == ({}, "", ())
        assert (described.mailing_list, described.mailing_list_address) == ("none", "")
    told = [text for text in done.messages if "mailing list stays that of" in text]
    assert len(told) == (0 if slug == "rennes" else 1)


def test_the_list_of_a_wiki_restored_on_another_farm_is_told(
    computer: Computer, tmp_path: Path
) -> None:
    file, first = tmp_path / "rennes.zip", computer("first")
    listed = replace(
        a_community(), mailing_list="sympa", modules=a_community().modules | {Module.MAILING_LIST}
    )
    write_manifest(first.places.communities / "rennes.yml", listed)
    made = taken(computer, file)
    told = verify_backup(file, None, Silence())  # on another farm, at the same address
    assert any(f"list of {made.manifest.url} comes with" in text for text in told.messages)


def test_groups_in_a_circle_are_told_before_and_made_of_their_people(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)

    def in_a_circle(texts: dict[str, Any]) -> None:
        texts["groups.json"] |= {
            "jardin": ["ZoeKergoat", "@potager"], "potager": ["@verger"], "verger": ["@jardin"],
            "seul": ["@seul", "@nulle"], "autour": ["@jardin"],
        }  # fmt: skip

    forged = rewritten(file, tmp_path / "forged.zip", in_a_circle)
    planned, done = told_before(computer("other"), forged)
    assert done.data["differs"] == []
    assert tuple(done.data["lost"]) == planned.lost
    assert [text for text in planned.lost if "jardin, potager, verger" in text]
    assert [text for text in planned.lost if "(seul)" in text]
    assert [text for text in planned.lost if "(nulle)" in text]
    groups = open_wiki(computer("other"), "rennes2").groups.all()
    assert groups["jardin"] == ("ZoeKergoat",) and groups["autour"] == ("@jardin",)
    assert groups["potager"] == groups["verger"] == groups["seul"] == ()


def test_a_circle_that_would_shut_wikifarm_out_is_refused(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)

    def shut_out(texts: dict[str, Any]) -> None:
        texts["groups.json"] |= {"admins": ["@jardin"], "jardin": ["@admins", "WikiAdmin"]}

    forged, before = rewritten(file, tmp_path / "f.zip", shut_out), snapshot(tmp_path / "farm")
    with pytest.raises(InvalidInput):
        made_again(computer, forged, "rennes2")
    assert snapshot(tmp_path / "farm") == before


@pytest.mark.parametrize("farm", ["4.4", "4.5"], indirect=True)
def test_pages_that_a_wiki_needs_stay_where_the_backup_lacks_them(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    needed = ("BazaR", "GererConfig", "GererDroits", "GererDroitsActions", "GererDroitsHandlers",
              "GererUtilisateurs", "MotDePassePerdu", "ParametresUtilisateur")  # fmt: skip

    def without(texts: dict[str, Any]) -> None:
        for tag in needed[1:-1]:
            del texts[member("pages", tag)]
        for tag in ("BazaR", "ParametresUtilisateur"):
            texts[member("pages", tag)]["body"] = "Rien {{pas}} ici."

    planned, done = told_before(
        computer("other"), rewritten(file, tmp_path / "forged.zip", without)
    )
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    (told,) = (text for text in planned.lost if "stay as the new wiki" in text)
    assert all(tag in told for tag in needed[:2])
    pages = open_wiki(computer("other"), "rennes2").pages.all()
    assert set(needed) <= pages.keys() and "{{bazar" in pages["BazaR"].body


@pytest.mark.parametrize("farm", ["4.4", "4.5"], indirect=True)
@pytest.mark.parametrize("how", ["removed", "emptied", "closed", "actions", "moved"])
def test_people_log_in_to_whatever_is_restored(
    computer: Computer, tmp_path: Path, how: str
) -> None:
    file, menu, other = tmp_path / "rennes.zip", member("pages", MENU), computer("other")
    taken(computer, file)

    def shut(texts: dict[str, Any]) -> None:
        if how == "removed":
            del texts[menu]
        elif how == "closed":
            texts["rights.json"][MENU] = ["@admins", "@admins", "comments-closed"]
        elif how == "actions":
            texts["modules.json"] |= {"action login": "@admins", "handler show": "+"}
        else:
            bar = texts[member("pages", "PageMenuHaut")]
            bar["body"] += texts[menu]["body"] if how == "moved" else ""
            texts[menu]["body"] = "Plus rien."

    planned, done = told_before(other, rewritten(file, tmp_path / "forged.zip", shut))
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    told = " ".join(text for text in planned.lost if "as the new wiki" in text)
    assert (MENU in told) is (how not in ("actions", "moved"))
    assert ("action login" in told) is (how == "actions")
    wiki = log_in_anew(other, "rennes2")
    page, rights = wiki.pages.read(MENU), wiki.rights.all()[MENU]
    assert page is not None
    assert (rights.read, "{{login" in page.body) == ("*", how != "moved")
    assert wiki.rights.modules()["action login"] == "*"


def test_a_wiki_that_is_closed_to_visitors_stays_so(computer: Computer, tmp_path: Path) -> None:
    """Where the page of logins is closed, the form stands in its place."""
    file, other = tmp_path / "rennes.zip", computer("other")
    taken(computer, file)

    def private(texts: dict[str, Any]) -> None:
        for each in texts["rights.json"].values():
            each[0] = each[0].replace("*", "+")

    planned, done = told_before(other, rewritten(file, tmp_path / "forged.zip", private))
    assert done.data["differs"] == []
    assert not any("as the new wiki" in text for text in planned.lost)
    assert log_in_anew(other, "rennes2").rights.all()[MENU].read == "+"


def test_what_has_no_rights_in_the_backup_is_closed_and_told(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    gone: list[str] = []

    def untold(texts: dict[str, Any]) -> None:
        card = next(value["tag"] for name, value in texts.items() if name.startswith("entries/"))
        gone.extend((card, next(iter(texts["lists.json"])), "Affiche"))
        for tag in (*gone, "ParametresUtilisateur", "PageRapideHaut"):
            del texts["rights.json"][tag]
        del texts[member("pages", "RecitDeZoe")]  # its rights and its look are told still
        texts["files.json"] = [row for row in texts["files.json"] if row["page"] != "RecitDeZoe"]
        texts["metadata.json"]["RecitDeZoe"] = {"theme": "margot"}

    planned, done = told_before(computer("other"), rewritten(file, tmp_path / "forged.zip", untold))
    assert done.data["differs"] == []
    (told,) = (text for text in planned.lost if "no rights" in text)
    rights = open_wiki(computer("other"), "rennes2").rights.all()
    assert rights["ParametresUtilisateur"].read == "*"  # or nobody comes in
    for tag in gone:
        assert tag in told
        assert (rights[tag].read, rights[tag].write) == ("@admins", "@admins")


@pytest.mark.parametrize("described", ["there", "here", "nowhere"])
@pytest.mark.parametrize("farm", ["4.4", "4.5"], indirect=True)
def test_a_backup_that_opens_nothing_says_nothing_of_it(
    computer: Computer, tmp_path: Path, described: str
) -> None:
    file, other = tmp_path / "rennes.zip", computer("other")
    if described == "there":
        write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    if described == "here":
        write_manifest(other.places.communities / "rennes2.yml", a_community("rennes2"))
    taken(computer, file)
    done = restore(other, file, "rennes2")
    assert [text.split(":")[0] for text in done.messages] == [
        "Who administers the wiki of this backup, besides WikiAdmin",
        "The group animation of this backup lets in",
        "The group participants of this backup lets in",
    ]
    assert done.data["opened"] == []


@pytest.mark.parametrize("described", [True, False])
def test_who_reads_and_writes_what_wikifarm_closes_is_told_before(
    computer: Computer, tmp_path: Path, described: bool
) -> None:
    file = tmp_path / "rennes.zip"
    if described:
        write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    taken(computer, file)

    def opening(texts: dict[str, Any]) -> None:
        rights = texts["rights.json"]
        rights["AnimerIci"][0] = "+"
        rights["Charte"][1] = "*"
        rights["FicheDeParticipant0"][0] = "@participants,%,*"
        rights["FicheDeParticipant1"][:2] = ["@participants,Mallory", "@dehors"]
        rights["ListeThemes"][1] = "!Ada"
        rights["Affiche"][1] = "*"  # of which wikifarm says nothing
        texts["groups.json"]["dehors"] = ["Luz"]
        form = texts["forms/101.json"]["columns"]
        rows = form["bn_template"].split("\n")
        at = next(number for number, row in enumerate(rows) if row.startswith("acls***"))
        rows[at] = "***".join(["acls", " * ", "%,@animation", *rows[at].split("***")[3:]])
        at = next(number for number, row in enumerate(rows) if "***bf_mail***" in row)
        cells = rows[at].split("***")
        rows[at] = "***".join([*cells[:11], " * ", "%,@animation", *cells[13:]])
        form["bn_template"] = "\n".join(rows)

    forged = rewritten(file, tmp_path / "forged.zip", opening)
    planned, done = told_before(computer("other"), forged)
    assert done.data["opened"] == planned.as_json()["opened"] == [
        {"name": "read card FicheDeParticipant0", "right": "@participants,%,*"},
        {"name": "read card FicheDeParticipant1", "right": "@participants,Mallory"},
        {"name": "read field 101/bf_mail", "right": "*"},
        {"name": "read form 101", "right": "*"},
        {"name": "read page AnimerIci", "right": "+"},
        {"name": "write card FicheDeParticipant1", "right": "@dehors"},
        {"name": "write list ListeThemes", "right": "!Ada"},
        {"name": "write page Charte", "right": "*"},
    ]  # fmt: skip
    shown = " ".join(answer(Envelope("restore", outcome=planned), Paint()).split())
    for told in (
        "lets everybody read what wikifarm closes: FicheDeParticipant0, bf_mail of the form 101, "
        "the form 101.",
        "lets @participants,Mallory read what wikifarm closes: FicheDeParticipant1.",
        "lets whoever has an account read what wikifarm closes: AnimerIci.",
        "lets @dehors change what wikifarm closes: FicheDeParticipant1.",
        "lets everybody change what wikifarm closes: ListeThemes, Charte.",
    ):
        assert told in shown


def test_what_a_backup_brings_is_told_before_and_not_cut_short(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    taken(computer, file)
    many = {f"Visiteur{number}": f"v{number}@example.org" for number in range(30)}
    own = ("DerniersChangementsRSS", "GererConfig", "GererDroits", "GererSite", "GererThemes",
           "GererUtilisateurs", "LookWiki", "TableauDeBord", "WikiAdmin")  # fmt: skip
    script = '""<script src="https://example.org/x.js"></script>""'

    def bringing(texts: dict[str, Any]) -> None:
        texts["settings.json"] |= {
            "default_read_acl": "*", "bazarIgnoreAcls": "1", "contact_from": "luz@example.org",
        }  # fmt: skip
        texts["accounts.json"] += [[name, address] for name, address in many.items()]
        texts["groups.json"]["participants"] += list(many)
        for name, body in {
            "PageMenuHaut": script, "Charte": "%%" + script + "%%",
            "PageLogin": "{{login}} \"\"<b onclick='x()'>ici</b>\"\"",
            "PageFooter": '""<form action="https://example.org"><input name="pw"></form>""',
        }.items():  # fmt: skip
            texts[f"pages/{name}.json"]["body"] += body
        texts["entries/FicheDeParticipant0.json"]["values"]["bf_presentation"] = "<iframe src=x>"
        form = texts["forms/101.json"]["columns"]
        form["bn_template"] += "inscriptionliste***list@example.org***Liste*** *** ***\n"
        form["bn_template"] += "labelhtml***<a href='javascript:x()'>x</a>*** *** *** ***\n"
        texts["community.json"] |= {"writing": "open", "admission": "open"}
        for tag in own:
            texts["rights.json"][tag][0] = "*"

    forged = rewritten(file, tmp_path / "forged.zip", bringing)
    planned, _done = told_before(computer("other"), forged)
    shown = " ".join(answer(Envelope("restore", outcome=planned), Paint()).split())
    for told in (
        "has not: bazarIgnoreAcls = 1, contact_from = luz@example.org, default_read_acl = *.",
        *(f"{name} <{address}>" for name, address in many.items()),
        "typed there: Charte, PageFooter, PageLogin, PageMenuHaut, FicheDeParticipant0, the form "
        "101.",
        "a mailing list, when somebody fills them: inscriptionliste of the form 101.",
        "follows, decides: admission: open, writing: open.",
        "read what wikifarm closes: " + ", ".join(own) + ".",
    ):
        assert told in shown, told


def test_a_right_to_comment_comes_back_as_a_wiki_takes_it(
    computer: Computer, tmp_path: Path
) -> None:
    file, other = tmp_path / "rennes.zip", computer("other")
    taken(computer, file)

    def commenting(texts: dict[str, Any]) -> None:
        texts["rights.json"]["Affiche"][2] = "*"
        texts["rights.json"]["Charte"][2] = "*,@animation"

    forged = rewritten(file, tmp_path / "forged.zip", commenting)
    _planned, done = told_before(other, forged)
    assert (done.exit, done.data["differs"]) == (Exit.DONE, [])
    rights = log_in_anew(other, "rennes2").rights.all()
    assert (rights["Affiche"].comment, rights["Charte"].comment) == ("+", "+,@animation")


def test_settings_that_the_backup_lacks_are_not_left_open(
    computer: Computer, tmp_path: Path
) -> None:
    file, other = tmp_path / "rennes.zip", computer("other")
    taken(computer, file)
    forged = rewritten(file, tmp_path / "forged.zip", lambda texts: texts["settings.json"].clear())
    _planned, done = told_before(other, forged)
    assert done.data["differs"] == []
    assert log_in_anew(other, "rennes2").settings.all()["default_read_acl"] == "@participants"


@pytest.mark.parametrize("tag", ["animerici", "AnimérIci", "Ａnimerici", "ANIMERIÇI"])
def test_a_right_under_a_name_that_a_wiki_takes_for_another_is_refused(
    computer: Computer, tmp_path: Path, tag: str
) -> None:
    """The tables of YesWiki tell neither capitals nor accents."""
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    forged = rewritten(
        file, tmp_path / "forged.zip",
        lambda texts: texts["rights.json"].update({tag: ["*", "*", "*"]}),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        restore(computer("other"), forged, "rennes2")
    assert tag in refused.value.problems[0].message


def test_who_is_given_a_page_that_wikifarm_closes_is_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    taken(computer, file)

    def giving(texts: dict[str, Any]) -> None:
        texts["accounts.json"].append(["Espion", "espion@example.org"])
        for tag, owner in {
            "AnimerIci": "Espion",
            "WikifarmRecu": "espión",
            "Charte": "CamilleG",
        }.items():
            texts[f"pages/{tag}.json"]["owner"] = owner

    planned, done = told_before(computer("other"), rewritten(file, tmp_path / "f.zip", giving))
    assert done.data["opened"] == [
        {"name": "own page AnimerIci", "right": "Espion"},
        {"name": "own page WikifarmRecu", "right": "Espion"},
    ]
    told = "gives Espion, who reads, changes and opens them then: AnimerIci, WikifarmRecu."
    assert any(told in each for each in planned.warnings)


def test_who_is_given_the_card_of_somebody_else_is_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    names: list[str] = []

    def giving(texts: dict[str, Any]) -> None:
        texts["accounts.json"].append(["Espion", "espion@example.org"])
        cards = [each for name, each in texts.items()
                 if name.startswith("entries/") and each["form"] == "101"]  # fmt: skip
        cards[0]["owner"] = "espión"
        cards[1]["owner"], cards[1]["values"]["bf_mail"] = "Espion", "ESPION@example.org"
        names.append(cards[0]["tag"])

    planned, done = told_before(computer("other"), rewritten(file, tmp_path / "f.zip", giving))
    assert done.data["opened"] == [{"name": f"own card {names[0]}", "right": "Espion"}]
    assert any(f"gives Espion, who reads, changes and opens them then: {names[0]}." in each
               for each in planned.warnings)  # fmt: skip


def test_styles_of_every_page_that_wikifarm_did_not_write_are_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    taken(computer, file)
    with opened(file) as backup:
        assert "PageCss" in {row["tag"] for row in backup.rows("pages")}
    honest, _done = told_before(computer("honest"), file)
    assert not any("dress every page" in each for each in honest.warnings)

    def dressing(texts: dict[str, Any]) -> None:
        texts["pages/PageCss.json"]["body"] = "body { background: url(//example.org/x) }"

    forged = rewritten(file, tmp_path / "f.zip", dressing)
    planned, _done = told_before(computer("other"), forged, "rennes3")
    assert any("The styles of PageCss dress every page" in each for each in planned.warnings)


def test_files_that_run_and_settings_that_are_not_what_they_say_are_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    admin = open_wiki(computer("first"), "rennes")
    picture = Attachment("RecitDeZoe", "dessin.svg")
    admin.attachments.put(picture, io.BytesIO(b"<svg><script>x</script></svg>"))
    taken(computer, file)

    def setting(texts: dict[str, Any]) -> None:
        texts["settings.json"] |= {
            "default_language": "../x", "baz_map_center_lat": "1];alert(1);[", "wakka_name": "<b>",
            "baz_map_zoom": "9",
        }  # fmt: skip

    forged = rewritten(file, tmp_path / "f.zip", setting)
    with opened(forged) as backup:
        told = list(said_before(backup, "rennes2", "https://example.org/", None, None, None))
    (files,) = (text for text in told if "Files that may run" in text)
    assert files.endswith(": RecitDeZoe/dessin.svg.")
    (settings,) = (text for text in told if "settings" in text)
    for name in ("default_language = ../x", "baz_map_center_lat = 1]", "wakka_name = <b>"):
        assert name in settings
    assert "baz_map_zoom" not in settings


def test_a_list_that_no_restoration_takes_is_not_said_to_be_kept(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lists, "stored", lambda _self, _tag: '{"titre_liste": "Th')
    with pytest.raises(UnexpectedAnswer):
        backup(computer("first"), "rennes", tmp_path / "rennes.zip", in_clear=True)
    assert not (tmp_path / "rennes.zip").exists()


def test_pages_that_write_or_lead_elsewhere_are_told_before(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)

    def sending(texts: dict[str, Any]) -> None:
        texts["pages/Affiche.json"]["body"] += '{{contact mail="luz@example.org"}}'
        texts["pages/PageLogin.json"]["body"] += '{{Redirect page="https://example.org/"}}'

    planned, _done = told_before(computer("other"), rewritten(file, tmp_path / "f.zip", sending))
    assert any(
        text.endswith("show what stands there: Affiche (contact), PageLogin (redirect).")
        for text in planned.warnings
    )


@pytest.mark.parametrize(
    "look",
    [{"squelette": "../../../etc/passwd"}, {"theme": '"><script>'}, {"style": "/etc/passwd"}],
)
def test_a_look_that_is_a_path_or_a_tag_is_refused(
    computer: Computer, tmp_path: Path, look: dict[str, str]
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    forged = rewritten(
        file, tmp_path / "forged.zip", lambda texts: texts["metadata.json"].update(Charte=look)
    )
    with pytest.raises(InvalidInput):
        restore(computer("other"), forged, "rennes2")


def test_accounts_that_no_wiki_tells_apart_are_refused(computer: Computer, tmp_path: Path) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    forged = rewritten(
        file, tmp_path / "forged.zip",
        lambda texts: texts["accounts.json"].append(["zoekergoat", "other@example.org"]),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        restore(computer("other"), forged, "rennes2")
    assert "zoekergoat" in " ".join(each.message for each in refused.value.problems)


def test_what_a_backup_holds_is_counted_whatever_it_says(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)

    def less(texts: dict[str, Any]) -> None:
        del texts["pages/Affiche.json"]

    forged = rewritten(file, tmp_path / "forged.zip", less)
    with opened(file) as whole, opened(forged) as kept:
        true, said = whole.manifest.counts["pages"] - 1, kept.manifest.counts["pages"]
    planned, done = told_before(computer("other"), forged)
    assert said != true
    assert planned.manifest.counts["pages"] == done.data["manifest"]["counts"]["pages"] == true


def test_a_right_under_another_spelling_of_a_name_is_refused(
    computer: Computer, tmp_path: Path
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)

    def respelt(texts: dict[str, Any]) -> None:
        texts["rights.json"]["fichedeparticipant0"] = ["*", "*", "*"]

    forged = rewritten(file, tmp_path / "forged.zip", respelt)
    with pytest.raises(InvalidInput) as refused:
        restore(computer("other"), forged, "rennes2")
    assert "fichedeparticipant0" in refused.value.problems[0].message


def test_what_lets_everybody_else_into_a_group_is_told_and_not_written(
    computer: Computer, tmp_path: Path
) -> None:
    file, groups = tmp_path / "rennes.zip", open_wiki(computer("first"), "rennes").groups
    admins = groups.members("admins")
    groups.set({"admins": [*admins, "!ZoeKergoat"]})
    taken(computer, file)
    made = made_again(computer, file, "rennes2")
    assert made.differs == ()
    assert [text for text in made.lost if "!ZoeKergoat" in text]
    assert open_wiki(computer("other"), "rennes2").groups.members("admins") == admins


def test_a_card_whose_form_is_gone_stops_nothing(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    file, store = tmp_path / "rennes.zip", Store(tmp_path / "farm")
    with store.transaction():
        wiki = store.wiki("rennes")
        assert wiki is not None
        gone = {page.tag for page in wiki.entries("104")}
        wiki.delete_form(104)
    store.close()
    taken(computer, file)
    made = made_again(computer, file, "rennes2")
    assert (made.differs, len(gone)) == ((), 2)
    (told,) = (text for text in made.lost if "form is gone" in text)
    assert all(tag in told for tag in gone)
    assert verify_backup(file, None, Silence()).exit == Exit.DONE


def test_a_card_or_a_file_that_the_wiki_refuses_leaves_the_others(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    put, attach = Entries.put, Attachments.put

    def refuses_one(entries: Entries, form: str, tag: str, values: Mapping[str, Any]) -> None:
        if values.get("bf_titre") == "Une autre":
            raise WriteRefused("no such card")
        put(entries, form, tag, values)

    def refuses_pictures(attachments: Attachments, what: Attachment, content: IO[bytes]) -> None:
        if what.name == "affiche.png":
            raise WriteRefused("too large")
        attach(attachments, what, content)

    with monkeypatch.context() as patch:
        patch.setattr(Entries, "put", refuses_one)
        patch.setattr(Attachments, "put", refuses_pictures)
        told = restore(computer("other"), file, "rennes2")
    assert told.exit == Exit.FAILED
    assert any("no such card" in text for text in told.data["lost"])
    assert "too large" in told.data["lost"]
    assert {name.split("/")[0] for name in told.data["differs"]} <= {"entries", "files", "pages",
                                                                     "rights"}  # fmt: skip
    assert made_again(computer, file, "rennes2").differs == ()


def test_a_wiki_that_sleeps_is_restored_awake(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    file, wiki = tmp_path / "rennes.zip", open_wiki(computer("first"), "rennes")
    now = wiki.settings.all()
    wiki.settings.save(now, {"wiki_status": "hibernate"})
    taken(computer, file)
    assert made_again(computer, file, "rennes2").differs == ()


def test_a_wiki_that_keeps_something_else_is_told(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    save = Pages.save

    def lossy(pages: Pages, tag: str, body: str, previous: str) -> None:
        save(pages, tag, body.replace("Récit", "Conte"), previous)

    monkeypatch.setattr(Pages, "save", lossy)
    told = verify_backup(file, None, Silence())
    assert told.exit == Exit.FAILED
    assert "pages/RecitDeZoe" in told.data["differs"]


def test_no_card_is_open_at_any_moment_of_a_restoration(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rennes.zip"
    taken(computer, file)
    seen: list[object] = []

    def looked(part: type, name: str) -> None:
        write = getattr(part, name)

        def then(self: object, *arguments: object) -> object:
            answer = write(self, *arguments)
            visitor = computer("visitor").farm.wiki("rennes2")
            seen.append(visitor.entries.of("101") if "101" in visitor.forms.all() else {})
            return answer

        monkeypatch.setattr(part, name, then)

    looked(Entries, "put")
    looked(Pages, "save")
    made_again(computer, file, "rennes2")
    assert len(seen) > 10 and not any(seen)


def test_an_error_is_one_of_the_tree(tmp_path: Path) -> None:
    with pytest.raises(WikifarmError):
        verify_backup(tmp_path / "none.zip", None, Silence())


def test_a_description_of_a_blueprint_of_this_folder_comes_back_where_it_is(
    computer: Computer, tmp_path: Path
) -> None:
    first, file = computer("first"), tmp_path / "rennes.zip"
    new_blueprint(first, "copie")
    described = replace(a_community(), blueprint="../blueprints/copie")
    write_manifest(first.places.communities / "rennes.yml", described)
    backup(first, "rennes", file, in_clear=True)
    made = restore(computer("other"), file, "ailleurs")
    assert isinstance(made.outcome, Restored) and not made.outcome.described
    (said,) = (text for text in made.messages if "../blueprints/copie" in text)
    assert "not on this computer" in said and made.outcome.described_in in said
    made = restore(first, file, "ici")
    assert isinstance(made.outcome, Restored) and made.outcome.described
    assert not [text for text in made.messages if "not on this computer" in text]
    (here,) = load_manifests([Path(made.outcome.described_in)])
    assert here == replace(described, slug="ici", source=here.source)
