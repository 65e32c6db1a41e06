"""The audit sees every form of people, in every spelling, or says that it could not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.operations.conftest import Fresh
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.seen import Seen
from wikifarm.errors import AuditBlind, Exit, LeakFound, Unreachable
from wikifarm.operations.apply import apply
from wikifarm.operations.audit import questions
from wikifarm.operations.audit import verify as verifying
from wikifarm.operations.audit.attempts import write_all
from wikifarm.operations.audit.verify import verify
from wikifarm.operations.community.outcome import CommunityOutcome, LeakKind, Role
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.status import status
from wikifarm.rehearsal.wikitext import page_manager
from wikifarm.transport import Answer
from wikifarm.yeswiki.audit_routes import Route
from wikifarm.yeswiki.bazar_forms import Forms
from wikifarm.yeswiki.entries import Entries
from wikifarm.yeswiki.users import Users
from wikifarm.yeswiki.wiki import Wiki

READ, WRITE = 11, 12  # columns of a field
BASE, WISHES = "101", "108"


@pytest.fixture
def made(fresh: Fresh, rennes: Community) -> Community:
    (outcome,) = apply(fresh(), [rennes], audit=False)
    assert outcome.error is None
    return rennes


def verified(fresh: Fresh, community: Community) -> CommunityOutcome:
    (outcome,) = verify(fresh(), [community])
    return outcome


def change_fields(wiki: Wiki, form_id: str, change: Callable[[list[str]], None]) -> None:
    """Changes each line of a form, as an administrator does in its page."""
    form = wiki.forms.all()[form_id]
    lines = []
    for line in form.template.splitlines():
        columns = line.split("***")
        if len(columns) > WRITE:
            change(columns)
        lines.append("***".join(columns))
    row = wiki.session.api_json(f"forms/{form_id}")
    Forms(wiki.session).save({form_id: {**row, "bn_template": "\n".join(lines)}})


def test_every_form_of_people_is_probed_and_nobody_is_seen(fresh: Fresh, made: Community) -> None:
    outcome = verified(fresh, made)
    assert outcome.error is None
    assert outcome.audit is not None
    assert outcome.audit.not_asked == ()
    assert outcome.audit.probes > 600


def test_a_form_of_wishes_that_was_opened_is_a_leak(fresh: Fresh, made: Community) -> None:
    def opened(columns: list[str]) -> None:
        if columns[0] == "acls":
            columns[1] = "*"
        columns[READ] = columns[WRITE] = " "

    change_fields(open_wiki(fresh(), "rennes"), WISHES, opened)
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound)
    assert outcome.audit is not None
    assert "bf_texte" in {leak.seen for leak in outcome.audit.leaks}


def test_a_field_without_a_right_to_write_is_seen_under_another_spelling(
    fresh: Fresh, made: Community
) -> None:
    def writable(columns: list[str]) -> None:
        if columns[1] == "bf_prenom":
            columns[WRITE] = " "

    change_fields(open_wiki(fresh(), "rennes"), BASE, writable)
    outcome = verified(fresh, made)
    assert outcome.error is not None
    assert outcome.error.exit is Exit.LEAK
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"bf_prenom"}
    # A visitor is asked for an account before that page opens.
    seen = [leak for leak in outcome.audit.leaks if leak.kind is LeakKind.SEEN]
    assert {leak.role for leak in seen} == {Role.STRANGER}
    assert all("modif_fiche" in leak.route for leak in seen)


def stands(fresh: Fresh) -> dict[str, str]:
    (state,) = status(fresh()).outcome.as_json()["states"]
    return {key: str(state[key]) for key in ("state", "privacy", "audited")}


def test_status_tells_what_the_last_audit_came_to(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stands(fresh) == {"state": "in-place", "privacy": "", "audited": ""}
    verified(fresh, made)
    first = stands(fresh)
    assert first["privacy"] == "closed"
    open_wiki(fresh(), "rennes").rights.set_module("action", "bazar", "*")
    assert isinstance(verified(fresh, made).error, LeakFound)
    leaking = stands(fresh)
    assert leaking["privacy"] == "leak"
    assert leaking["audited"] > first["audited"]
    with monkeypatch.context() as swallowing:
        swallowing.setattr(Entries, "create", lambda *_arguments: "FicheQuiNExistePas")
        (outcome,) = apply(fresh(), [made])
    assert isinstance(outcome.error, AuditBlind)
    assert stands(fresh)["privacy"] == "unknown"


def test_an_audit_that_is_cut_short_takes_back_what_the_one_before_said(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(fresh, made)
    assert stands(fresh)["privacy"] == "closed"
    monkeypatch.setattr(verifying, "ask_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify(fresh(), [made])
    assert stands(fresh)["privacy"] == "unknown"


def interrupted(*_arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("opened", [True, False])
def test_what_was_seen_is_told_though_the_sentinel_cannot_be_removed(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, opened: bool
) -> None:
    if opened:
        open_wiki(fresh(), "rennes").rights.set_module("action", "bazar", "*")
    monkeypatch.setattr(Users, "delete", lambda *_arguments: None)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    assert bool(outcome.audit.leaks) is opened
    assert isinstance(outcome.error, LeakFound if opened else AuditBlind)
    assert any("could not be removed" in reason for reason in outcome.audit.not_asked)
    assert stands(fresh)["privacy"] == ("leak" if opened else "unknown")


def test_a_group_that_keeps_every_account_is_named(fresh: Fresh, made: Community) -> None:
    open_wiki(fresh(), "rennes").groups.set({"tous": ["*"]})
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    (told,) = [reason for reason in outcome.audit.not_asked if "could not be removed" in reason]
    assert "nothing but “*” or “+”: tous" in told
    open_wiki(fresh(), "rennes").groups.set({"tous": ["*", "WikiAdmin"]})
    outcome = verified(fresh, made)
    assert outcome.audit is not None and outcome.error is None
    assert not [
        account for account in open_wiki(fresh(), "rennes").users.all() if "Temoin" in account.name
    ]


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("step", ["read_spies", "write_all", "clean", "undeclared"])
def test_what_was_seen_is_told_whatever_fails_after(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, step: str, opened: bool
) -> None:
    def writable(columns: list[str]) -> None:
        if columns[1] == "bf_prenom":
            columns[WRITE] = " "

    def fails(*_arguments: object, **_how: object) -> None:
        raise Unreachable("Nobody answers any more.")

    if opened:
        change_fields(open_wiki(fresh(), "rennes"), BASE, writable)
    if step == "clean":
        monkeypatch.setattr(Users, "delete", fails)
    else:
        monkeypatch.setattr(verifying, step, fails)
    if step != "undeclared":  # the rights of lines are read without asking: that is another proof
        monkeypatch.setattr(verifying, "opened", lambda _work, **_how: [])
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound if opened else Unreachable)
    if opened:
        assert outcome.audit is not None
        assert outcome.audit.blind == "Nobody answers any more."
        assert {leak.seen for leak in outcome.audit.leaks} == {"bf_prenom"}


def blind(outcome: CommunityOutcome) -> str:
    """The reason for which the audit could not see; it says nothing, and ticks nothing."""
    assert isinstance(outcome.error, AuditBlind), outcome.error
    assert outcome.error.exit is Exit.FAILED
    assert outcome.audit is not None
    assert not outcome.audit.ok
    assert outcome.audit.not_asked
    return outcome.error.message


def test_a_sentinel_that_was_swallowed_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wiki answers that it kept the entry, and kept nothing."""
    monkeypatch.setattr(Entries, "create", lambda *_arguments: "FicheQuiNExistePas")
    assert "is not there" in blind(verified(fresh, made))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_questions_without_an_answer_are_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    asking = questions.ask
    monkeypatch.setattr(
        questions, "ask", lambda *both: replace(asking(*both), status=status, text="Too busy")
    )
    assert re.search(r"\d+ questions of \d+ had no answer", blind(verified(fresh, made)))


def test_a_page_of_somebody_else_in_place_of_the_wiki_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = questions.ask
    away = {"location": "https://portail.example.net/login"}
    monkeypatch.setattr(
        questions, "ask", lambda *both: replace(asking(*both), status=302, headers=away, text="")
    )
    assert "had no answer" in blind(verified(fresh, made))


def test_somebody_who_was_logged_out_on_the_way_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = questions.ask
    asked = 0

    def losing(person: Wiki, route: object) -> Answer:
        nonlocal asked
        asked += 1
        if asked % 50 == 0:
            person.session._client.forget()
        return asking(person, route)  # type: ignore[arg-type]

    monkeypatch.setattr(questions, "ask", losing)
    assert "took this person for somebody else" in blind(verified(fresh, made))


@pytest.mark.parametrize("role", [Role.STRANGER, Role.MEMBER])
def test_somebody_who_is_answered_as_a_passer_by_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    """A cache before the wiki: the page of one's own account alone is nobody else's."""
    asking = questions.ask
    passer_by = open_wiki(fresh(), "rennes").visitor()

    def ask(person: Wiki, route: Route) -> Answer:
        cached = role.value.capitalize() in person.session.user
        return asking(passer_by if cached else person, route)

    monkeypatch.setattr(questions, "ask", ask)
    assert "took this person for somebody else" in blind(verified(fresh, made))


def test_a_wiki_that_lets_nobody_sign_up_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wikifarm.yeswiki.session import Session

    monkeypatch.setattr(Session, "sign_up", lambda *_arguments: False)
    assert "let no such account be opened" in blind(verified(fresh, made))


def test_what_a_killed_audit_left_in_any_form_is_removed_by_the_next(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wikifarm.operations.audit import sentinel

    cleaning = sentinel.clean
    monkeypatch.setattr(sentinel, "clean", lambda *_run_and_key: None)
    assert verified(fresh, made).error is None
    wiki = open_wiki(fresh(), "rennes")
    assert wiki.entries.of(BASE) and wiki.entries.of(WISHES)
    monkeypatch.setattr(sentinel, "clean", cleaning)
    assert verified(fresh, made).error is None
    assert wiki.entries.of(BASE) == wiki.entries.of(WISHES) == {}
    assert not [account for account in wiki.users.all() if "Temoin" in account.name]


def test_words_of_people_that_look_like_a_sentinels_are_left_alone(
    fresh: Fresh, made: Community
) -> None:
    wiki = open_wiki(fresh(), "rennes")
    tag = wiki.entries.create(WISHES, {"bf_titre": "Un essai", "bf_texte": "wftexte12345678"})
    assert verified(fresh, made).error is None
    assert tag in wiki.entries.of(WISHES)


def test_a_field_that_somebody_added_is_probed_too(fresh: Fresh, made: Community) -> None:
    wiki = open_wiki(fresh(), "rennes")
    row = wiki.session.api_json(f"forms/{BASE}")
    line = "***".join(["texte", "bf_telephone", "Téléphone", *[" "] * 13, "\n"])
    wiki.forms.save({BASE: {**row, "bn_template": row["bn_template"] + "\n" + line}})
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"bf_telephone"}


ADDED = {
    "texte": ["texte", "bf_surnom", "Surnom"],
    "texte url": ["texte", "bf_site", "Site", " ", " ", " ", " ", "url"],
    "texte number": ["texte", "bf_age", "Âge", " ", " ", " ", " ", "number"],
    "textelong": ["textelong", "bf_sante", "Santé"],
    "champs_mail": ["champs_mail", "bf_mail2", "Autre adresse"],
    "lien_internet": ["lien_internet", "bf_page", "Page"],
    "jour": ["jour", "bf_naissance", "Naissance"],
    "liste": ["liste", "ListeOuiNon", "Seul·e ?", " ", " ", " ", "bf_seul"],
    "radio": ["radio", "ListeOuiNon", "Malade ?", " ", " ", " ", "bf_malade"],
    "checkbox": ["checkbox", "ListeOuiNon", "Vit à ?", " ", " ", " ", "bf_vit"],
    "tags": ["tags", "bf_mots", "Mots"],
    "image": ["image", "bf_photo", "Photo"],
}


def test_fields_of_any_kind_that_somebody_added_are_seen(fresh: Fresh, made: Community) -> None:
    wiki = open_wiki(fresh(), "rennes")
    for given in ADDED.values():
        add_line(wiki, [*given, *[" "] * (16 - len(given))])
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    names = {next(name for name in given if name.startswith("bf_")) for given in ADDED.values()}
    assert {leak.seen for leak in outcome.audit.leaks} == names
    assert all(leak.seen in leak.advice for leak in outcome.audit.leaks)


def add_line(wiki: Wiki, line: list[str]) -> None:
    """One more question in the base, as an administrator adds one; lists by the wiki's own id."""
    ids = {each.title: each.id for each in wiki.lists.all().values()}
    line = [ids["Oui/Non"] if column == "ListeOuiNon" else column for column in line]
    row = wiki.session.api_json(f"forms/{BASE}")
    template = row["bn_template"].rstrip("\n") + "\n" + "***".join(line) + "***\n"
    wiki.forms.save({BASE: {**row, "bn_template": template}})


def test_a_field_that_somebody_renamed_is_asked_under_its_name(
    fresh: Fresh, made: Community
) -> None:
    def renamed(columns: list[str]) -> None:
        if columns[1] == "bf_ville":
            columns[1], columns[READ], columns[WRITE] = "bf_bourg", " ", " "

    change_fields(open_wiki(fresh(), "rennes"), BASE, renamed)
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"bf_bourg"}


def test_a_second_address_is_hidden_from_members_too(fresh: Fresh, made: Community) -> None:
    rights = "@participants,@animation,%"
    line = ["champs_mail", "bf_mail2", "Autre adresse", *[" "] * 8, rights, rights, *[" "] * 3]
    add_line(open_wiki(fresh(), "rennes"), line)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    seen = {(leak.role, leak.seen) for leak in outcome.audit.leaks}
    assert seen == {(Role.MEMBER, "bf_mail2")}


def test_what_opens_an_account_is_not_filled_and_said_so(fresh: Fresh, made: Community) -> None:
    line = ["utilisateur_wikini", "bf_prenom", "bf_mail", *[" "] * 13]
    add_line(open_wiki(fresh(), "rennes"), line)
    assert "filling it opens an account" in blind(verified(fresh, made))


def test_an_answer_in_a_list_that_was_opened_is_a_leak(fresh: Fresh, made: Community) -> None:
    def opened(columns: list[str]) -> None:
        if columns[6].endswith("bf_consent_carte"):
            columns[READ] = columns[WRITE] = " "

    change_fields(open_wiki(fresh(), "rennes"), BASE, opened)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    seen = {(leak.role, leak.seen) for leak in outcome.audit.leaks}
    assert {who for who, _field in seen} == set(Role)
    assert {field for _who, field in seen} == {"bf_consent_carte"}


def test_a_page_of_people_whose_name_begins_as_a_sentinels_stays(
    fresh: Fresh, made: Community
) -> None:
    wiki = open_wiki(fresh(), "rennes")
    wiki.pages.save("WikifarmTemoinsDuQuartier", "Ce que voient les gens d'ici.", "")
    assert verified(fresh, made).error is None
    page = wiki.pages.read("WikifarmTemoinsDuQuartier")
    assert page is not None
    assert "gens d'ici" in page.body


@pytest.mark.parametrize("status", [200, 403])
def test_a_word_from_before_the_wiki_is_no_answer(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    asking = questions.ask
    portal = "<html><body>Bienvenue. Acceptez les conditions.</body></html>"
    monkeypatch.setattr(
        questions,
        "ask",
        lambda *both: replace(asking(*both), status=status, text=portal, cookies=frozenset()),
    )
    assert "had no answer" in blind(verified(fresh, made))


def test_a_page_of_every_list_that_fails_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "spy_page", lambda _entries: "nothing")
    assert "tries every list" in blind(verified(fresh, made))


def test_a_form_that_somebody_removed_is_said_to_be_missing(fresh: Fresh, made: Community) -> None:
    open_wiki(fresh(), "rennes").forms.delete(WISHES)
    assert "is not in the wiki: `wikifarm apply` makes it" in blind(verified(fresh, made))


def test_a_wiki_that_shows_no_account_is_not_one_without_accounts(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wikifarm.yeswiki.session import Session

    asking = Session.api_json

    def hiding(session: Session, path: str, *query: dict[str, str]) -> object:
        return [] if path == "users" else asking(session, path, *query)

    monkeypatch.setattr(Session, "api_json", hiding)
    outcome = verified(fresh, made)
    assert outcome.error is not None
    assert "does not show its accounts" in outcome.error.message


def standing_in(
    monkeypatch: pytest.MonkeyPatch, stops: Callable[[Route], bool], status: int
) -> None:
    """Something before the wiki answers some of the questions in its place."""
    asking = questions.ask

    def ask(person: Wiki, route: Route) -> Answer:
        answer = asking(person, route)
        portal = {"status": status, "text": "Accept our terms.", "cookies": frozenset()}
        return replace(answer, **portal) if stops(route) else answer  # type: ignore[arg-type]

    monkeypatch.setattr(questions, "ask", ask)


@pytest.mark.parametrize(
    ("status", "way"), [(403, "?api/forms/101/entries/geojson"), (200, "?BazaR/rss&id=101")]
)
def test_one_way_in_that_something_else_answers_has_not_been_asked(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, status: int, way: str
) -> None:
    standing_in(monkeypatch, lambda route: route.id == way, status)
    outcome = verified(fresh, made)
    assert way in blind(outcome)
    assert outcome.audit is not None
    for part in outcome.audit.coverage:
        assert part.asked == part.known - len(part.not_asked)
        assert dict(part.not_asked)[way] == "something else than the wiki answered"
        assert len(set(part.not_asked.values())) == 2


def test_a_way_that_was_busy_once_is_asked_again(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = iter([True, *[False] * 10_000])
    standing_in(monkeypatch, lambda _route: next(busy), 429)
    outcome = verified(fresh, made)
    assert outcome.error is None
    assert outcome.audit is not None
    assert all(
        "wiki" not in why for part in outcome.audit.coverage for why in part.not_asked.values()
    )


def test_a_closed_sign_up_is_told_as_itself(fresh: Fresh, made: Community) -> None:
    wiki = open_wiki(fresh(), "rennes")
    page = wiki.pages.read("ParametresUtilisateur")
    assert page is not None
    wiki.pages.save(page.tag, "{{login}}", page.revision)
    message = blind(verified(fresh, made))
    assert "someone outside the group: the wiki let no such account be opened" in message


@pytest.mark.parametrize("form", [BASE, WISHES])
def test_the_advice_names_the_form_and_the_field_at_fault(
    fresh: Fresh, made: Community, form: str
) -> None:
    name = {BASE: "bf_apporte", WISHES: "bf_texte"}[form]

    def opened(columns: list[str]) -> None:
        if columns[1] == name:
            columns[READ] = columns[WRITE] = " "

    change_fields(open_wiki(fresh(), "rennes"), form, opened)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    assert outcome.audit.leaks
    for leak in outcome.audit.leaks:
        assert f"field {name}, in the form" in leak.advice
        assert f"({form})" in leak.advice


@pytest.mark.parametrize(
    ("kind", "name"), [("handler", "voirplus"), ("action", "trombinoscope"), ("route", "voirplus")]
)
def test_what_an_extension_adds_is_asked_because_the_wiki_tells_of_it(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    """An extension that shows any entry to anybody."""
    from wikifarm.rehearsal.api import core_routes, routing
    from wikifarm.rehearsal.exchange.response import Response
    from wikifarm.rehearsal.exchange.wiki_request import Request
    from wikifarm.rehearsal.wikitext import performer

    def body(request: Request, tag: str) -> str:
        page = request.find(tag)
        return page.body if page else ""

    if kind == "handler":
        shown = lambda request: Response(200, body(request, request.tag))  # noqa: E731
        monkeypatch.setitem(performer.HANDLERS, name, shown)
    elif kind == "action":
        called = lambda request, given: body(request, given.get("page", ""))  # noqa: E731
        monkeypatch.setitem(performer.ACTIONS, name, called)
    else:
        routes = list(routing.ROUTES)
        monkeypatch.setattr(routing, "ROUTES", routes)
        routing.route("voirplus/{tag}")(lambda request, tag: Response(200, body(request, tag)))
        monkeypatch.setattr(core_routes, "TOLD", (*core_routes.TOLD, "voirplus/{pageTag}"))
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    visitor = [leak for leak in outcome.audit.leaks if leak.role is Role.VISITOR]
    assert {"bf_mail", "bf_texte"} <= {leak.seen for leak in visitor}
    assert all(name in leak.route for leak in visitor)


def test_archives_that_a_visitor_may_start_are_a_leak(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in February 2025."""
    from wikifarm.rehearsal.api import routing

    opened = [replace(route, acl="public") for route in routing.ROUTES]
    monkeypatch.setattr(routing, "ROUTES", opened)
    asking = questions.ask

    def writable(person: Wiki, route: Route) -> Answer:
        answer = asking(person, route)
        return replace(answer, status=200) if route.id == "?api/archives" else answer

    monkeypatch.setattr(questions, "ask", writable)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    assert ("?api/archives", "archives") in {
        (leak.route, leak.seen) for leak in outcome.audit.leaks if leak.role is Role.VISITOR
    }


def test_a_search_that_counts_what_it_hides_is_a_leak(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = questions.ask

    def counting(person: Wiki, route: Route) -> Answer:
        answer = asking(person, route)
        if "RechercheTexte" not in route.address or person.session.user != "":
            return answer
        count = 1 if re.search(r"phrase=wf\w+", route.address) else 0
        return replace(answer, text=answer.text + "<li>hidden</li>" * count)

    monkeypatch.setattr(questions, "ask", counting)
    outcome = verified(fresh, made)
    assert outcome.audit is not None
    assert {leak.route for leak in outcome.audit.leaks} == {"?RechercheTexte&phrase=…"}


def test_the_hint_says_apply_where_the_wiki_is_older_than_its_blueprint(
    fresh: Fresh, made: Community
) -> None:
    open_wiki(fresh(), "rennes").rights.set_module("action", "listusers", "*")
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert "run `wikifarm apply`" in outcome.error.hint
    assert "the right of the action listusers" in outcome.error.hint


def test_a_facilitator_whom_the_farm_shows_is_seen(fresh: Fresh, made: Community) -> None:
    context = fresh()
    entry = context.farm.find("rennes")
    assert entry is not None
    context.farm.set_contact(entry, made.facilitators[0].email)
    outcome = verified(fresh, made)
    assert isinstance(outcome.error, LeakFound), outcome.error
    assert outcome.audit is not None
    assert {leak.seen for leak in outcome.audit.leaks} == {"an address of a facilitator"}
    assert all(leak.route.startswith(context.farm.base) for leak in outcome.audit.leaks)
    assert "`wikifarm apply`" in outcome.error.hint


def test_a_wiki_without_the_choices_of_its_forms_is_no_audit(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seen, "lists", {})
    assert "is not in the wiki: `wikifarm apply` makes it" in blind(verified(fresh, made))


def test_the_page_of_the_day_that_the_audit_itself_makes_is_closed_before_it_is_judged(
    fresh: Fresh, made: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """YesWiki writes there what is removed: what was planted, where nothing else was that day."""

    def then_midnight(*arguments: Any) -> None:
        write_all(*arguments)
        monkeypatch.setattr(page_manager, "today", lambda: "20991231")

    monkeypatch.setattr(verifying, "write_all", then_midnight)
    assert verified(fresh, made).error is None
    rights = open_wiki(fresh(), "rennes").rights.all()
    assert [right.read for tag, right in rights.items() if tag.endswith("20991231")] == ["@admins"]
