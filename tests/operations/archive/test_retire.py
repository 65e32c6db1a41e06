"""A community that closes, step by step: each asked for, none before its day, no one lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.operations.archive.conftest import Computer
from tests.operations.conftest import a_community, context_for
from tests.operations.copying.random_wikis import commented
from tests.operations.deaths import Dying, Mortal, born, died
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.engine import receipt as receipts
from wikifarm.engine.closing import Leave
from wikifarm.errors import InvalidInput, NotConfirmed, Refused, WriteRefused
from wikifarm.model import Rights, canonical
from wikifarm.operations.apply import apply
from wikifarm.operations.archive.restore import restore
from wikifarm.operations.archive.take_backup import backup
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.captured_blueprint import capture_blueprint
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.leaving import retire as leaving
from wikifarm.operations.leaving.retire import LeaveMeans, Retiring, retire
from wikifarm.operations.new_community import write_manifest
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import RunningFarm, snapshot
from wikifarm.yeswiki.triples import REACTION, values_of

# A public key whose secret no computer of these tests has.
OTHERS_KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def step(computer: Computer, name: Leave | None, **asked: object) -> Retiring:
    outcome = retire(computer("first"), "rennes", name, LeaveMeans(**asked)).outcome  # type: ignore[arg-type]
    assert isinstance(outcome, Retiring)
    return outcome


def nobody_writes(computer: Computer) -> None:
    account = computer("x").farm.wiki("rennes")
    assert account.session.sign_up("Passant", "passant@example.org", "MotDePasse123")
    with pytest.raises(WriteRefused):
        account.entries.create("104", {"bf_titre": "Tardive", "bf_resume": "Trop tard"})


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(leaving, "_today", lambda: date.fromisoformat(day))


def test_a_whole_leave(
    farm: RunningFarm, computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    readers = {tag: canonical(rights.read) for tag, rights in wiki.rights.all().items()}
    on(monkeypatch, "2026-12-01")
    assert step(computer, None).following == "announce"
    before = snapshot(tmp_path / "farm")
    with pytest.raises(Refused) as refused:
        step(computer, Leave.DELETE, own_code=True, at_once=True)
    assert "--step announce" in refused.value.hint
    assert snapshot(tmp_path / "farm") == before

    step(computer, Leave.ANNOUNCE)
    body = wiki.pages.all()["PagePrincipale"].body
    assert body.startswith("**") and "2026-12-31" in body
    step(computer, Leave.ANNOUNCE)
    assert wiki.pages.all()["PagePrincipale"].body == body

    with pytest.raises(Refused) as refused:
        step(computer, Leave.READ_ONLY)
    assert "2026-12-31" in refused.value.message
    on(monkeypatch, "2026-12-31")
    step(computer, Leave.READ_ONLY)
    assert wiki.pages.all()["PagePrincipale"].body == body
    now = wiki.rights.all()
    assert {rights.write for rights in now.values()} == {"@admins"}
    assert {tag: canonical(now[tag].read) for tag in readers} == readers
    nobody_writes(computer)
    with pytest.raises(InvalidInput) as missing:
        step(computer, Leave.BACKUP)
    assert missing.value.problems[0].code == "missing-option"
    file = tmp_path / "rennes.zip"
    step(computer, Leave.BACKUP, file=file, in_clear=True)
    assert step(computer, Leave.EXPORT, folder=tmp_path / "site").following == "erase"

    on(monkeypatch, "2027-01-07")
    whole = file.read_bytes()
    file.write_bytes(whole[:-500])
    with pytest.raises(InvalidInput):
        step(computer, Leave.ERASE)
    assert "ZoeKergoat" in {each.name for each in wiki.users.all()}
    file.write_bytes(whole)
    step(computer, Leave.ERASE)
    assert {each.name for each in wiki.users.all()} == {"WikiAdmin"}
    assert wiki.entries.of("101") == {} and len(wiki.entries.of("104")) == 2
    assert {each for members in wiki.groups.all().values() for each in members
            if not each.startswith("@")} == {"WikiAdmin"}  # fmt: skip

    on(monkeypatch, "2027-03-01")
    with pytest.raises(Refused) as refused:
        step(computer, Leave.DELETE)
    assert "retire.yml" in refused.value.hint
    assert computer("first").farm.find("rennes") is not None
    step_last = step(computer, Leave.DELETE, own_code=True)
    assert (step_last.following, list(step_last.done)[-1]) == ("", "delete")
    assert computer("first").farm.find("rennes") is None


def test_a_wiki_that_closes_at_once_says_so_of_that_day(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    before = wiki.pages.all()["PagePrincipale"].body
    on(monkeypatch, "2026-12-01")
    step(computer, Leave.ANNOUNCE)
    on(monkeypatch, "2026-12-02")
    step(computer, Leave.READ_ONLY, at_once=True)
    body = wiki.pages.all()["PagePrincipale"].body
    assert "2026-12-02" in body and "2026-12-31" not in body
    assert body.endswith(before) and body.count("**") - before.count("**") == 2


def test_code_that_is_the_farms_own_is_never_removed(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rennes.zip"
    quick = {"at_once": True, "file": file, "in_clear": True, "skip_export": True}
    for name in (Leave.ANNOUNCE, Leave.READ_ONLY, Leave.BACKUP, Leave.EXPORT, Leave.ERASE):
        step(computer, name, **quick)
    monkeypatch.setattr(leaving._Leave, "_is_shared", lambda _self, path: "bazar" in path)
    with pytest.raises(Refused) as refused:
        step(computer, Leave.DELETE, own_code=True, at_once=True)
    assert "code is that of the farm" in refused.value.message
    wiki = open_wiki(computer("first"), "rennes")
    closing = wiki.pages.all()["PagePrincipale"].body
    assert step(computer, Leave.ARCHIVE).following == ""
    closed = wiki.pages.all()["PagePrincipale"].body
    assert "À partir du" in closing and "À partir du" not in closed
    assert closed.startswith("**Ce wiki est fermé") and closed.count("**") == closing.count("**")
    assert computer("first").farm.find("rennes") is not None


def test_a_backup_that_could_not_be_verified_is_not_begun(
    computer: Computer, tmp_path: Path
) -> None:
    step(computer, Leave.ANNOUNCE)
    step(computer, Leave.READ_ONLY, at_once=True)
    file = tmp_path / "rennes.zip"
    with pytest.raises(InvalidInput) as missing:
        step(computer, Leave.BACKUP, file=file, recipients=[OTHERS_KEY])
    assert (missing.value.problems[0].code, missing.value.problems[0].where) == (
        "missing-option", "--identity",
    )  # fmt: skip
    assert not file.exists()


def test_what_comes_next_is_said_with_what_was_given(computer: Computer, tmp_path: Path) -> None:
    assert step(computer, None).command == "wikifarm retire rennes --step announce"
    given: dict[str, object] = {"at_once": True, "file": Path("mes wikis/rennes.zip"),
             "in_clear": True, "folder": Path("site"), "own_code": True}  # fmt: skip
    told = step(computer, Leave.ANNOUNCE)
    assert told.command == "wikifarm retire rennes --step read-only"
    assert step(computer, None, **given).command.endswith("--step read-only")
    bare = step(computer, Leave.READ_ONLY, at_once=True).command
    assert bare.endswith("--step backup --out FILE --recipient KEY")
    told = step(computer, None, **given)
    assert told.command.endswith("--step backup --out 'mes wikis/rennes.zip' --plain")
    assert told.as_json()["next_command"] == told.command
    given |= {"file": tmp_path / "rennes.zip"}
    assert step(computer, Leave.BACKUP, **given).command.endswith("--step export --static site")
    with pytest.raises(Refused) as refused:
        step(computer, Leave.DELETE, **given)
    assert "--step export --static site" in refused.value.hint
    skipping = given | {"skip_export": True}
    assert step(computer, None, **skipping).command.endswith("--step export --skip-export")
    assert step(computer, Leave.EXPORT, **skipping).command.endswith("--step erase")
    told = step(computer, Leave.ERASE, **given)
    assert told.command.endswith("--step delete --own-code")
    assert told.not_before
    assert not any("mailing-list" in note for note in told.notes)


@pytest.mark.parametrize(
    ("state", "said"), [("open", True), ("requested", True), ("closed", False)]
)
def test_its_list_is_to_be_closed_where_it_has_one(
    computer: Computer, tmp_path: Path, state: str, said: bool
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    page = wiki.pages.read(receipts.TAG)
    assert page is not None
    known = receipts.from_page(page.body)
    assert known is not None
    listed = {"provider": "sympa", "address": "rennes@lists.example.org", "state": state}
    body = replace(known, mailing_list=listed).as_page("fr")
    wiki.pages.save(receipts.TAG, body, page.revision)
    quick = {"at_once": True, "file": tmp_path / "rennes.zip", "in_clear": True,
             "skip_export": True}  # fmt: skip
    for name in list(Leave)[:5]:
        told = step(computer, name, **quick)
    assert any("wikifarm mailing-list close rennes" in note for note in told.notes) is said


QUICK = {"at_once": True, "in_clear": True, "skip_export": True}
BEFORE_ERASE = (Leave.ANNOUNCE, Leave.READ_ONLY, Leave.BACKUP, Leave.EXPORT)


def talked(computer: Computer) -> Mapping[str, str]:
    """Two people and the administrator, who said Comment1 before, talk below the first page: what
    was said -> its tag."""
    wiki = computer("first").farm.wiki("rennes")
    admin = open_wiki(computer("first"), "rennes")
    admin.rights.set(["PagePrincipale"], Rights("*", "@admins", "+"))
    assert wiki.session.sign_up("Passant", "passant@example.org", "MotDePasse123")
    other = wiki.visitor()
    assert other.session.sign_up("Rosalie", "rosalie@example.org", "MotDePasse123")

    def tag() -> str:
        return list(admin.comments.all())[-1]

    commented(wiki, "PagePrincipale", "Qui vient ?")
    asked = tag()
    commented(admin, asked, "L’administration.")
    answer = tag()
    commented(other, "PagePrincipale", "Bonjour.")
    alone = tag()
    commented(wiki, alone, "Bonjour aussi.")
    return {"asked": asked, "answer": answer, "alone": alone, "again": tag()}


def test_comments_of_all_who_go_go_unless_somebody_who_stays_answered(
    computer: Computer, tmp_path: Path
) -> None:
    said = talked(computer)
    person = computer("first").farm.wiki("rennes")
    person.login("Passant", "MotDePasse123")
    person.session.api_post("triples/PagePrincipale", [("property", REACTION), ("value[x]", "y")])
    admin = open_wiki(computer("first"), "rennes").session
    assert "Passant" in str(values_of(admin, REACTION))
    for name in BEFORE_ERASE:
        step(computer, name, file=tmp_path / "rennes.zip", **QUICK)
    notes = step(computer, Leave.ERASE, at_once=True).notes
    assert set(open_wiki(computer("first"), "rennes").comments.all()) == {
        "Comment1", said["asked"], said["answer"],
    }  # fmt: skip
    assert values_of(open_wiki(computer("first"), "rennes").session, REACTION) == []
    copied = capture_blueprint(
        computer("first"), Source("rennes"), CaptureWishes("copie"), dry_run=True
    )
    assert any("its wiki knows them no more" in told for told in copied.messages)
    assert any(said["asked"] in note and "answered stay" in note for note in notes)
    assert any("still named" in note for note in notes)
    assert step(computer, Leave.ERASE).notes == notes
    (tmp_path / "rennes.zip").unlink()
    again = step(computer, Leave.ERASE).notes
    assert "nothing tells whom to look for" in again[0] and set(again[1:]) < set(notes)


def test_what_wikifarm_wrote_names_nobody_who_went_and_is_still_proven(
    computer: Computer, tmp_path: Path
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    people = ("Camille Le Goff", "CamilleL", "Dominique", "CamilleG")
    pages = wiki.pages.all()
    edited = pages["Charte"]
    wiki.pages.save(edited.tag, f"{edited.body}\nCamilleG, à la main.", edited.revision)
    assert "Camille Le Goff, Dominique Perrin" in pages["AnimerIci"].body
    before = receipts.from_page(pages[receipts.TAG].body)
    assert before is not None and before.accounts
    for name in BEFORE_ERASE:
        step(computer, name, file=tmp_path / "rennes.zip", **QUICK)
    notes = step(computer, Leave.ERASE, at_once=True).notes
    pages = wiki.pages.all()
    receipt = receipts.from_page(pages[receipts.TAG].body)
    assert receipt is not None
    told = [pages["AnimerIci"].body, pages[receipts.TAG].body, repr(receipt)]
    assert not [(name, text) for name in people for text in told if name in text]
    assert "qui animent : …. Animer" in pages["AnimerIci"].body.replace("\u00a0", " ")
    assert receipt.untouched("AnimerIci", pages["AnimerIci"].body)
    assert receipt.number == before.number + 1 and pages[receipts.TAG].author == wiki.account
    assert {tag for tag, page in pages.items() if receipt.untouched(tag, page.body)} == {
        tag for tag, page in wiki.pages.all().items()
        if tag in before.pages and tag not in ("Charte", "PagePrincipale")
    } | set(before.found) & set(pages) - set(before.pages)  # fmt: skip
    named = [note for note in notes if "still named" in note]
    assert named and all("Charte" in note and receipts.TAG not in note for note in named)
    assert any("history" in note and "AnimerIci" in note for note in notes)
    assert "à la main" in pages["Charte"].body


def test_erasing_everybody_ends_the_same_wherever_it_was_killed(
    farm: RunningFarm, computer: Computer, tmp_path: Path
) -> None:
    said = talked(computer)
    for name in BEFORE_ERASE:
        step(computer, name, file=tmp_path / "rennes.zip", **QUICK)
    killed = []
    deaths = [Mortal(point, reads=False) for point in (1, 4, 8, 12)]
    for mortal in [*deaths, Dying("AnimerIci/edit"), Dying(f"{receipts.TAG}/edit")]:
        context = context_for(farm.url, tmp_path, transport=mortal)

        def work(context: Context = context) -> bool:
            means = LeaveMeans(at_once=True)
            return retire(context, "rennes", Leave.ERASE, means).exit == 0

        killed.append(died(born(mortal, work)))
    assert all(killed)
    notes = step(computer, Leave.ERASE, at_once=True).notes
    wiki = open_wiki(computer("first"), "rennes")
    assert {each.name for each in wiki.users.all()} == {"WikiAdmin"}
    assert set(wiki.comments.all()) == {"Comment1", said["asked"], said["answer"]}
    assert any(said["asked"] in note and "answered stay" in note for note in notes)
    pages = wiki.pages.all()
    receipt = receipts.from_page(pages[receipts.TAG].body)
    assert receipt is not None and receipt.accounts == ()
    assert receipt.untouched("AnimerIci", pages["AnimerIci"].body)
    assert "Camille" not in repr(receipt) + pages["AnimerIci"].body


def test_a_no_does_nothing(computer: Computer, tmp_path: Path) -> None:
    before = snapshot(tmp_path / "farm")
    with pytest.raises(NotConfirmed):
        retire(computer("first"), "rennes", Leave.ANNOUNCE, agreed=lambda _step: False)
    assert snapshot(tmp_path / "farm") == before


def test_what_people_said_and_the_receipt_name_nobody_who_went(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    passing = computer("x").farm.wiki("rennes")
    assert passing.session.sign_up("Passant", "passant@example.org", "MotDePasse123")
    for tag, text in (("Affiche", "Merci."), ("Affiche", "Et moi ?"), ("Affiche", "Signé : Zoé")):
        commented(passing, tag, text)
    commented(wiki, "Comment3", "Vous aussi.")
    known = {comment.tag: comment.owner for comment in wiki.comments.all().values()}
    assert known == {"Comment1": "WikiAdmin", "Comment2": "Passant", "Comment3": "Passant",
                     "Comment4": "Passant", "Comment5": "WikiAdmin"}  # fmt: skip
    quick = {"at_once": True, "file": tmp_path / "rennes.zip", "in_clear": True,
             "skip_export": True}  # fmt: skip
    on(monkeypatch, "2026-12-01")
    step(computer, Leave.ANNOUNCE)
    on(monkeypatch, "2026-12-02")
    for name in (Leave.READ_ONLY, Leave.BACKUP, Leave.EXPORT):
        step(computer, name, **quick)
    first = wiki.pages.all()["PagePrincipale"].body
    assert "2026-12-02" in first and "2026-12-31" not in first
    told = step(computer, Leave.ERASE, **quick)
    assert set(wiki.comments.all()) == {"Comment1", "Comment3", "Comment5"}
    assert any("Comment3" in note and "answered stay" in note for note in told.notes)
    named = [note for note in told.notes if "AnimerIci" in note]  # Camille Le Goff in full
    assert len(named) == 1 and named[0].startswith("In the history of pages")
    kept = receipts.from_page(wiki.pages.all()[receipts.TAG].body)
    assert kept is not None and kept.community and kept.pages
    assert "CamilleG" not in str(kept) and "camille@" not in str(kept)


def test_a_wiki_whose_making_was_cut_is_no_community_to_close(
    running: RunningFarm, tmp_path: Path
) -> None:
    """Its receipt says so to every computer; a backup of it is taken, and told for what it is."""
    place = tmp_path / "first"

    def making(wire: Mortal) -> bool:
        mortal = context_for(running.url, place, transport=wire)
        return apply(mortal, [a_community()], audit=False)[0].error is None

    mortal = Mortal(60)
    assert died(born(mortal, lambda: making(mortal)))
    context = context_for(running.url, place)
    with pytest.raises(Refused, match="unfinished") as refused:
        retire(context, "rennes", Leave.ANNOUNCE)
    assert "wikifarm apply" in refused.value.hint
    (planned,) = plan(context, [a_community()])
    assert "receipt" not in " ".join(planned.notes)
    kept = backup(context, "rennes", tmp_path / "half.zip", in_clear=True)
    assert "unfinished" in kept.messages[0]
    (made,) = apply(context_for(running.url, place), [a_community()], audit=False)
    assert made.error is None
    outcome = retire(context_for(running.url, place), "rennes", Leave.ANNOUNCE).outcome
    assert isinstance(outcome, Retiring)
    assert "announce" in outcome.done


def test_names_leave_a_community_that_was_restored_too(computer: Computer, tmp_path: Path) -> None:
    write_manifest(computer("first").places.communities / "rennes.yml", a_community())
    backup(computer("first"), "rennes", tmp_path / "before.zip", in_clear=True)
    restore(computer("first"), tmp_path / "before.zip", "ailleurs")
    for name in list(Leave)[:5]:
        means = LeaveMeans(
            at_once=True, file=tmp_path / "ailleurs.zip", in_clear=True, skip_export=True
        )
        told = retire(computer("first"), "ailleurs", name, means).outcome
    assert isinstance(told, Retiring)
    pages = open_wiki(computer("first"), "ailleurs").pages.all()
    assert "Camille" not in pages["AnimerIci"].body + repr(
        receipts.from_page(pages[receipts.TAG].body)
    )
    named = [note for note in told.notes if "still named" in note]
    assert all("AnimerIci" not in note for note in named)
