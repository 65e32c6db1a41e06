"""What a sentinel answers to each question of a form, as the form stands in the wiki.

Fields that somebody added or renamed are answered like those of the blueprint, whatever their kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wikifarm.blueprint.design import PeopleForm
from wikifarm.blueprint.schema.fields import DATES, RAW, Field, Kind
from wikifarm.blueprint.schema.template import parse, read_template
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import list_ids
from wikifarm.operations.audit import evidence
from wikifarm.operations.audit.evidence import Evidence
from wikifarm.operations.audit.leaks import DOMAIN, Sentinel
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.community.outcome import Role

TEXTS = frozenset({"texte", "textelong"})  # anything may be written there
FILES = frozenset({"image", "fichier"})  # what is attached is public by its address
# Filling one of these opens an account, or writes to the host of a list.
ACTS = frozenset({"utilisateur_wikini", "yeswiki_user", "inscriptionliste"})
# Nobody types anything in these: what they show, other fields hold.
_TYPELESS = frozenset({
    "alerte", "calc", "collaborative_doc", "listefiches", "listefichesliees", "metadatas",
    "mot_de_passe", "reactions", "tabchange", "tabs", "yeswiki",
})  # fmt: skip
_MAPS = frozenset({"map", "carte_google"})
_SITES = frozenset({"lien_internet", "url"})
_ADDRESSES = frozenset({"champs_mail", "email"})
_NUMBERS = frozenset({"number", "range"})
_LIST_NAME, _OWN_NAME, _DEFAULT, _SUBTYPE = 6, 1, 5, 7  # columns
_FIRST_DAY = date(8000, 1, 1)


@dataclass(frozen=True)
class _Question:
    """One line of the form: as it stands, as we read it, as the blueprint has it if it does."""

    row: Sequence[str]
    field: Field
    designed: Field | None

    @property
    def kind(self) -> str:
        """YesWiki's word, or that of the subtype of a text."""
        subtype = self.row[_SUBTYPE] if self.row[0] == "texte" else ""
        return subtype if subtype not in ("", "text") else self.row[0]

    @property
    def column(self) -> str:
        """The name as the form has it."""
        listed = self.field.kind in (Kind.LIST, Kind.LINK)
        return self.row[_LIST_NAME if listed else _OWN_NAME]

    @property
    def name(self) -> str:
        """The name as we say it."""
        return self.field.name or self.column


@dataclass(frozen=True)
class _Answer:
    """What is posted, and by what it is known again; `seen` None where it is not looked for."""

    name: str
    posted: dict[str, str]
    seen: Evidence | None = None


def likeness(key: str, people: PeopleForm, work: Work) -> Sentinel:
    """The sentinel of one form: a value for each question, unique wherever it may be.

    `key` is eight hexadecimal digits, of the run.
    """
    schema = people.form.schema
    values = {"bf_titre": schema.title_mask or schema.label}
    secrets: dict[str, Evidence] = {}
    hidden = set()
    word = ""
    questions = list(_questions(people, work))
    # Of two forms that ask the same, each is answered otherwise: what is seen tells of which it is.
    turn = list(work.seen.forms).index(people.form.id)
    reach = Reach(work.design.groups, work.design.who.members)
    for question in questions:
        answer = _answer(question, key, turn, people, work)
        values |= answer.posted
        if answer.seen is not None and _is_private(answer.name, people):
            secrets[answer.name] = answer.seen
            own = (value for value in answer.posted.values() if value.endswith(key))
            word = word or next(own, "")
            # Who reads a form that somebody made, outsiders apart, is theirs to say.
            designed = people.personal is None
            if designed and _hidden_from_members(question, reach):
                hidden.add(answer.name)
    added = [question for question in questions if question.designed is None]
    return Sentinel(
        key,
        people.form.id,
        schema.label,
        values,
        secrets,
        frozenset(hidden),
        word or key,
        attached=tuple(each.name for each in added if each.kind in FILES),
        acting=tuple(each.name for each in added if each.kind in ACTS),
    )


def _is_private(name: str, people: PeopleForm) -> bool:
    if people.personal is not None:
        return name in people.personal
    return name not in people.form.schema.public_fields


def _questions(people: PeopleForm, work: Work) -> Iterator[_Question]:
    form = work.seen.forms[people.form.id]
    dialect = work.seen.wiki.capabilities.dialect
    fields = read_template(form.template, dialect=dialect, list_ids=list_ids(work)).fields
    for row, field in zip(parse(form.template), fields, strict=True):
        same = (each for each in people.form.schema.fields if _same(each, field))
        yield _Question(row, field, next(same, None))


def _same(designed: Field, field: Field) -> bool:
    place = "latitude"
    return designed.type == field.type and (
        designed.name == field.name and designed.options.get(place) == field.options.get(place)
    )


def _answer(question: _Question, key: str, turn: int, people: PeopleForm, work: Work) -> _Answer:
    kind, field = question.kind, question.field
    if kind in _MAPS:
        return _place(question.row, _digits(key, turn))
    wordless = kind in ACTS | FILES | _TYPELESS or not question.column
    if wordless or (field.kind is Kind.LAYOUT and field.type != RAW):
        return _Answer(question.name, {})
    stored = work.seen.forms[people.form.id].properties.get(question.column) or question.column
    if field.kind is Kind.LIST:
        return _choice(question, stored, turn, people, work)
    word = f"wf{_letters(question.name)}{people.form.id[:4]}{key}"
    posted, seen = _typed(kind, word, _digits(key, turn), question.row[_DEFAULT])
    # Tags are shown to all, whatever the rights: a blueprint that asks them says so.
    asked = kind != "tags" or question.designed is None
    return _Answer(question.name, {stored: posted}, seen if asked else None)


def _typed(kind: str, word: str, digits: str, default: str) -> tuple[str, Evidence | None]:
    """What is typed in a field of that kind, and by what it is known again."""
    day = _FIRST_DAY + timedelta(days=int(digits) % 700_000)
    dated = (day.isoformat(), evidence.of_date(day))
    kinds = {
        "champs_cache": (default or "1", None),
        **dict.fromkeys((*DATES, "date"), dated),
        **dict.fromkeys(_NUMBERS, (digits[::-1], evidence.of_word(digits[::-1]))),
        **dict.fromkeys(_ADDRESSES, (f"{word}@{DOMAIN}", evidence.of_word(word))),
        **dict.fromkeys(_SITES, (f"https://{word}.{DOMAIN}/", evidence.of_word(word))),
        "color": (f"#{digits[2:]}", evidence.of_word(f"#{digits[2:]}")),
    }
    # Longer than the form's own limit at times: browsers hold to it, servers do not.
    return kinds.get(kind, (word, evidence.of_word(word)))


def _place(row: Sequence[str], digits: str) -> _Answer:
    latitude, longitude = row[1], row[2]
    posted = {latitude: f"48.{digits}", longitude: f"-1.{digits}"}
    return _Answer(latitude, posted, evidence.of_word(digits))


def _choice(question: _Question, stored: str, turn: int, people: PeopleForm, work: Work) -> _Answer:
    """A choice of the list, other than the one that an empty form proposes."""
    known = work.seen.lists.get(question.row[1])
    choices = dict(known.items) if known else {}
    yes = {consent.name: consent.yes for consent in people.consents}.get(question.name, "")
    others = [choice for choice in choices if choice != question.row[_DEFAULT]]
    chosen = yes if yes in choices else (others[turn % len(others)] if others else "")
    if not chosen:
        return _Answer(question.name, {stored: next(iter(choices), "")})
    return _Answer(
        question.name, {stored: chosen}, evidence.of_choice(stored, chosen, choices[chosen])
    )


def _hidden_from_members(question: _Question, reach: Reach) -> bool:
    """Addresses are, and what the blueprint keeps from them."""
    designed = question.designed
    if question.kind == "champs_mail":
        right = designed.options.get("address_seen_by", "") if designed else ""
        return not right or not reach.lets_in(right, Role.MEMBER)
    right = designed.options.get("read", "") if designed else ""
    return bool(right) and not reach.lets_in(right, Role.MEMBER)


def _letters(name: str) -> str:
    return "".join(sign for sign in name.removeprefix("bf_") if sign.isalnum())[:8]


def _digits(key: str, turn: int) -> str:
    """Eight digits of one run and one form, none of them a zero that a number would lose."""
    return f"{(int(key, 16) + turn * 10_007) % 10**8:08d}".replace("0", "7")
