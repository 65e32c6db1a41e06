"""What somebody made or opened by hand is looked at like what the blueprint declares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.operations.conftest import Fresh, a_community, context_for, start_farm
from wikifarm.blueprint.rights_words import closed_in_lists
from wikifarm.engine.step import Work
from wikifarm.errors import LeakFound
from wikifarm.model import Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.audit.undeclared import (
    not_ours_to_close,
    opened,
    people_forms,
    undeclared,
)
from wikifarm.operations.audit.verify import refuse_leaks, verify
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import (
    Audit,
    CommunityOutcome,
    Found,
    Leak,
    LeakKind,
    Role,
)
from wikifarm.operations.community.site import open_wiki
from wikifarm.yeswiki.wiki import Wiki

BY_HAND = "755"
TEXT = ["60", "255", "", "", "text", "1", "", "", "", "", "", ""]
DIRECTORY = (
    ["titre", "{{bf_nom}} {{bf_prenom}}", "Titre"],
    ["texte", "bf_nom", "Votre nom", *TEXT],
    ["texte", "bf_prenom", "Votre prénom", *TEXT],
    ["champs_mail", "bf_mail", "Courriel", *TEXT],
)
RECIPES = (
    ["texte", "bf_titre", "Titre", *TEXT],
    ["textelong", "bf_recette", "Recette", *TEXT],
)
PLACES = (*RECIPES, ["map", "bf_latitude", "bf_longitude", "", ""])
ACCOUNTS = ["utilisateur_wikini", "bf_nom", "bf_mail", *TEXT]
OPEN = ["acls", "*", "+", "comments-closed"]
CLOSED = ["acls", "@participants,@animation", "@animation", "comments-closed"]


def guarded(lines: Lines, right: str = "@participants") -> Lines:
    """The same, each answer kept to members by a right of its own, to read and to write."""
    return tuple(
        line if line[0] == "titre" else [*line, *[""] * (11 - len(line))][:11] + [right] * 2
        for line in lines
    )


Lines = tuple[list[str], ...]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """One community for all: each test takes back what it changed."""
    folder = tmp_path_factory.mktemp("undeclared")
    with start_farm(folder / "farm") as farm:
        fresh = partial(context_for, farm.url, folder)
        (outcome,) = apply(fresh(), [a_community()], audit=False)
        assert outcome.error is None
        yield fresh


@pytest.fixture
def wiki(site: Fresh) -> Iterator[Wiki]:
    wiki = open_wiki(site(), "rennes")
    rights, groups, forms = wiki.rights.all(), wiki.groups.all(), wiki.forms.all()
    rows = {form: wiki.session.api_json(f"forms/{form}") for form in forms}
    yield wiki
    if BY_HAND in wiki.forms.all():
        wiki.forms.delete(BY_HAND)
    wiki.forms.save(rows)
    for tag, right in wiki.rights.all().items():
        if right != rights.get(tag, right):
            wiki.rights.set([tag], rights[tag])
    for group, members in wiki.groups.all().items():
        if members != groups[group]:
            wiki.groups.set({group: groups[group]})


def verified(site: Fresh) -> CommunityOutcome:
    (outcome,) = verify(site(), [a_community()])
    return outcome


def looked_at(site: Fresh) -> Work:
    run = CommunityRun(site(), a_community())
    run.enter()
    return run.work


def verdicts(site: Fresh) -> dict[str, Found]:
    return {thing.name: thing.verdict for thing in undeclared(looked_at(site))}


def put_form(
    wiki: Wiki, lines: Lines, label: str = "Annuaire du groupe", number: str = BY_HAND
) -> None:
    """Stores a form as the page of an administrator does."""
    template = "\n".join("***".join(f" {cell} " for cell in [*line, ""]) for line in lines)
    row = wiki.session.api_json("forms/104")
    wiki.forms.save(
        {
            BY_HAND: {
                **row,
                "bn_id_nature": BY_HAND,
                "bn_label_nature": label,
                "bn_template": template,
            }
        }
    )
    assert BY_HAND in wiki.forms.all()


def test_an_entry_of_somebody_opened_by_hand_is_a_leak(wiki: Wiki, site: Fresh) -> None:
    tag = wiki.entries.create("101", {"bf_titre": "x", "bf_nom": "Perrin", "bf_prenom": "Ada"})
    assert opened(looked_at(site)) == []
    wiki.rights.set([tag], Rights("* tout le monde", "@admins"))
    leaks = {(leak.route, leak.role, leak.seen, leak.kind) for leak in opened(looked_at(site))}
    wiki.pages.delete(tag)
    assert leaks == {(tag, Role.VISITOR, "read", LeakKind.OPENED)}


def test_a_form_of_people_made_by_hand_and_readable_is_a_leak(wiki: Wiki, site: Fresh) -> None:
    """Case 01: a directory with the rights of nobody in particular."""
    put_form(wiki, DIRECTORY)
    tag = wiki.entries.create(
        BY_HAND,
        {"bf_titre": "x", "bf_nom": "Perrin", "bf_prenom": "Dominique", "bf_mail": "d@example.org"},
    )
    outcome = verified(site)
    assert isinstance(outcome.error, LeakFound)
    assert outcome.audit is not None
    assert {"bf_nom", "bf_prenom", "bf_mail"} <= {leak.seen for leak in outcome.audit.leaks}
    assert {leak.role for leak in outcome.audit.leaks} >= {Role.VISITOR, Role.STRANGER}
    assert [thing.verdict for thing in outcome.audit.undeclared] == [Found.ASKED]
    assert set(wiki.entries.of(BY_HAND)) == {tag}  # the sentinel is gone, the neighbour is not


def test_a_closed_form_of_people_is_asked_and_one_in_doubt_is_named(
    wiki: Wiki, site: Fresh
) -> None:
    kept = "@participants,@animation"
    closed = tuple(
        [*line[:11], kept, kept] if line[0] != "titre" else ["titre", "Fiche", "Titre"]
        for line in DIRECTORY
    )
    put_form(wiki, (*closed, CLOSED))
    put_form(wiki, (*PLACES, OPEN), "Où nous trouver", "756")
    outcome = verified(site)
    wiki.forms.delete("756")
    assert outcome.error is None
    assert outcome.audit is not None
    assert [thing.verdict for thing in outcome.audit.undeclared] == [
        Found.ASKED,
        Found.NOT_CHECKED,
    ]
    assert "may be about people" in outcome.audit.not_asked[0]


def test_every_answer_of_a_closed_form_of_people_counts(wiki: Wiki, site: Fresh) -> None:
    """A preview shows the one that has no right of its own, whatever its words."""
    remark = ["texte", "bf_reste", "Remarque", *TEXT]
    put_form(wiki, (["titre", "Fiche", "Titre"], *guarded(DIRECTORY[1:]), remark, CLOSED))
    outcome = verified(site)
    assert isinstance(outcome.error, LeakFound)
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"bf_reste"}
    assert {"bf_reste" in leak.advice for leak in outcome.audit.leaks} == {True}


def test_a_title_made_of_a_name_is_what_is_to_be_set(wiki: Wiki, site: Fresh) -> None:
    mask = ["titre", "{{bf_prenom}}", "Titre"]
    put_form(wiki, (mask, *guarded(DIRECTORY[1:]), CLOSED))
    outcome = verified(site)
    assert isinstance(outcome.error, LeakFound)
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"bf_prenom"}
    assert all("title of the form" in leak.advice for leak in outcome.audit.leaks)


@pytest.mark.parametrize(
    ("lines", "label", "verdict"),
    [
        ((["jour", "bf_jour", "Jour", *TEXT],), "Marchés", None),
        # Whoever types a text may tell of somebody, whatever the words of the question.
        (RECIPES, "Recettes", Found.NOT_CHECKED),
        ((*guarded(RECIPES), CLOSED), "Recettes", Found.CLOSED),
        # Closed entries, and fields that previews show all the same.
        ((*PLACES, CLOSED), "Où nous trouver", Found.NOT_CHECKED),
        ((*guarded(PLACES), CLOSED), "Où nous trouver", Found.CLOSED),
        ((*guarded(PLACES, "*"), CLOSED), "Où nous trouver", Found.NOT_CHECKED),
        ((*guarded(PLACES, "+"), CLOSED), "Où nous trouver", Found.NOT_CHECKED),
        ((*guarded((*DIRECTORY, ACCOUNTS), "+"), CLOSED), "Inscription", Found.OPEN),
        ((*RECIPES, OPEN), "Annuaire des membres", Found.NOT_CHECKED),
        ((*DIRECTORY, ACCOUNTS, OPEN), "Inscription", Found.OPEN),
        ((*DIRECTORY, ACCOUNTS, CLOSED), "Inscription", Found.OPEN),
        ((*guarded((*DIRECTORY, ACCOUNTS)), CLOSED), "Inscription", Found.CLOSED),
    ],
)
def test_what_is_made_of_a_form(
    wiki: Wiki, site: Fresh, lines: Lines, label: str, verdict: Found | None
) -> None:
    put_form(wiki, lines, label)
    assert verdicts(site).get(f"{label} ({BY_HAND})") is verdict
    leaks = [leak for leak in opened(looked_at(site)) if BY_HAND in leak.route]
    assert bool(leaks) is (verdict is Found.OPEN)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ((*guarded(RECIPES, "@animation"), OPEN), ("bf_titre", "bf_recette")),
        ((*guarded(RECIPES, "+"), OPEN), ("bf_titre", "bf_recette")),
        ((*RECIPES, OPEN), ()),
        ((*guarded(RECIPES, "*"), OPEN), ()),
        ((*guarded(RECIPES, "@animation"), CLOSED), ()),
    ],
)
def test_a_question_that_its_own_right_does_not_hide_is_named(
    wiki: Wiki, site: Fresh, lines: Lines, shown: tuple[str, ...]
) -> None:
    put_form(wiki, lines, "Recettes")
    found = [each for each in undeclared(looked_at(site)) if BY_HAND in each.name]
    assert [each.shown for each in found] == [shown]


def test_a_question_about_a_person_added_to_a_public_form_is_asked(wiki: Wiki, site: Fresh) -> None:
    row = wiki.session.api_json("forms/104")
    line = "***".join(cell or " " for cell in ["champs_mail", "bf_contact", "Contact", *TEXT, ""])
    wiki.forms.save({"104": {**row, "bn_template": row["bn_template"] + "\n" + line}})
    (people,) = [form for form in people_forms(looked_at(site)) if form.form.id == "104"]
    assert people.personal == frozenset({"bf_contact"})


def test_everybody_in_the_group_of_members_is_a_leak(wiki: Wiki, site: Fresh) -> None:
    wiki.groups.set({"participants": [*wiki.groups.members("participants"), "+"]})
    (leak,) = opened(looked_at(site))
    assert (leak.route, leak.role, leak.seen) == ("@participants", Role.STRANGER, "group")


def test_a_group_that_lets_others_in_is_what_is_to_be_set_first() -> None:
    seen = Leak("?api/archives", Role.STRANGER, "bf_nom", "a version of YesWiki")
    group = Leak("@admins", Role.STRANGER, "group", "the members of admins", LeakKind.OPENED)
    with pytest.raises(LeakFound) as found:
        refuse_leaks(Audit(1, (seen, group)))
    assert "?api/archives" in found.value.message and "the members of admins" in found.value.hint
    with pytest.raises(LeakFound) as alone:
        refuse_leaks(Audit(1, (seen,)))
    assert "a version of YesWiki" in alone.value.hint


def test_somebody_put_among_the_administrators_is_named(wiki: Wiki, site: Fresh) -> None:
    wiki.users.create("Alix", "alix@example.org")
    wiki.groups.set({"admins": [*wiki.groups.members("admins"), "Alix"]})
    assert verdicts(site) == {"admins: Alix": Found.BY_HAND}


@pytest.mark.parametrize(
    ("tag", "rights", "role", "seen"),
    [
        ("Carte", Rights("*", "@animation"), Role.VISITOR, "read"),
        ("Carte", Rights("+", "@animation"), Role.STRANGER, "read"),
        ("AnimerIci", Rights("@participants", "@animation"), Role.MEMBER, "read"),
        ("GererConfig", Rights("@admins", "+"), Role.STRANGER, "write"),
        ("Charte", Rights("*", "@animation", "+"), Role.STRANGER, "comment"),
    ],
)
def test_a_page_opened_by_hand_is_a_leak(
    wiki: Wiki, site: Fresh, tag: str, rights: Rights, role: Role, seen: str
) -> None:
    wiki.rights.set([tag], rights)
    (leak,) = opened(looked_at(site))
    assert (leak.route, leak.role, leak.seen, leak.kind) == (tag, role, seen, LeakKind.OPENED)


@pytest.mark.parametrize(
    ("kind", "column", "right", "role"),
    [
        ("acls", 1, "+", Role.STRANGER),  # entries, read
        ("acls", 3, "*", Role.VISITOR),  # entries, commented
        ("map", 12, "", Role.VISITOR),  # nothing written: everybody
        ("champs_mail", 4, "@participants", Role.MEMBER),  # the address itself
        ("radio", 11, "*", Role.VISITOR),  # an answer among two, that no question can tell
    ],
)
def test_a_right_opened_in_a_line_of_a_form_is_a_leak(
    wiki: Wiki, site: Fresh, kind: str, column: int, right: str, role: Role
) -> None:
    row = wiki.session.api_json("forms/101")
    lines = [line.split("***") for line in row["bn_template"].splitlines()]
    line = next(columns for columns in lines if columns[0].strip() == kind)
    line[column] = f" {right} "
    template = "\n".join("***".join(columns) for columns in lines)
    assert opened(looked_at(site)) == []
    wiki.forms.save({"101": {**row, "bn_template": template}})
    (leak,) = opened(looked_at(site))
    assert (leak.route, leak.role, leak.kind) == ("form 101", role, LeakKind.OPENED)


def test_an_action_opened_by_hand_is_a_leak(wiki: Wiki, site: Fresh) -> None:
    before = wiki.rights.modules()["action listusers"]
    wiki.rights.set_module("action", "listusers", "+")
    (leak,) = opened(looked_at(site))
    wiki.rights.set_module("action", "listusers", before)
    assert (leak.route, leak.role) == ("action listusers", Role.STRANGER)


def test_a_page_closed_further_by_hand_is_no_leak(wiki: Wiki, site: Fresh) -> None:
    wiki.rights.set(["Charte"], Rights("@participants,@animation", "@animation"))
    assert opened(looked_at(site)) == []


def test_a_form_of_people_made_by_hand_is_told_for_its_lists(wiki: Wiki, site: Fresh) -> None:
    """wikifarm writes no such form: what it closes in lists it cannot close there."""
    put_form(wiki, (*guarded(DIRECTORY), CLOSED))
    (leak,) = not_ours_to_close(looked_at(site))
    assert (leak.route, leak.role, leak.kind) == (f"form {BY_HAND}", Role.STRANGER, LeakKind.OPENED)
    assert opened(looked_at(site)) == []
    put_form(wiki, (*guarded(DIRECTORY), ["acls", closed_in_lists(CLOSED[1]), *CLOSED[2:]]))
    assert not_ours_to_close(looked_at(site)) == []


def test_a_card_whose_right_was_closed_further_by_hand_is_open_in_lists(
    wiki: Wiki, site: Fresh
) -> None:
    tag = wiki.entries.create("101", {"bf_titre": "x", "bf_nom": "Perrin", "bf_prenom": "Ada"})
    wiki.rights.set([tag], Rights("@animation", "@admins"))
    leaks = opened(looked_at(site))
    wiki.pages.delete(tag)
    (leak,) = leaks
    assert (leak.route, leak.seen) == (tag, "read")
    assert "wikifarm apply" in leak.advice
