"""Participants put straight into a rehearsal farm's file: a thousand take a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wikifarm.rehearsal.store.database import Store
from wikifarm.rehearsal.store.records import ENTRY


@dataclass(frozen=True)
class Base:
    """A form of people: the keys of its address and of its consent, and whom a card is shown to."""

    form: str
    address: str
    consent: str
    yes: str
    no: str
    group: str


PARTICIPANTS = Base(
    "101", "bf_mail", "radioListeOuiNonbf_consent_liste", "oui", "non", "participants"
)


@dataclass(frozen=True)
class Person:
    """Someone with a card. `member`: welcomed into the group. `answer`: instead of a yes or no."""

    email: str
    yes: bool = True
    member: bool = True
    answer: str = ""
    name: str = ""

    @property
    def account(self) -> str:
        return self.name or "P" + "".join(sign for sign in self.email if sign.isalnum())


def numbered(count: int) -> list[Person]:
    return [Person(f"p{number:04}@example.org") for number in range(count)]


def seat(data: Path, slug: str, people: Iterable[Person], base: Base = PARTICIPANTS) -> None:
    """Makes these the participants of the wiki: others' cards go, and so do they from the group."""
    store = Store(data)
    try:
        with store.transaction():
            wiki = store.wiki(slug)
            assert wiki is not None
            for page in wiki.entries(base.form):
                wiki.delete_page(page.tag)
            seated = list(people)
            for number, person in enumerate(seated):
                tag = f"FicheDeParticipant{number}"
                body = {
                    "bf_titre": "Fiche de participant·e",
                    "id_typeannonce": base.form,
                    "id_fiche": tag,
                    base.address: person.email,
                    base.consent: person.answer or (base.yes if person.yes else base.no),
                    "date_creation_fiche": "2026-01-01 10:00:00",
                    "date_maj_fiche": "2026-01-01 10:00:00",
                    "statut_fiche": "1",
                }
                wiki.add_revision(tag, json.dumps(body), person.account, person.account)
                wiki.set_kind(tag, ENTRY, base.form)
                wiki.set_acl(tag, "read", f"@{base.group},%")
                wiki.set_acl(tag, "write", "%")
            members = "\n".join(person.account for person in seated if person.member)
            wiki.set_group(base.group, members)
    finally:
        store.close()
