"""Participants put straight into a rehearsal farm's file: a thousand take a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wikifarm.rehearsal.store.database import Store
from wikifarm.rehearsal.store.records import ENTRY

FORM = "101"
CONSENT = "radioListeOuiNonbf_consent_liste"


@dataclass(frozen=True)
class Person:
    """Someone with a card. `member`: welcomed into the group."""

    email: str
    yes: bool = True
    member: bool = True

    @property
    def account(self) -> str:
        return "P" + "".join(one for one in self.email if one.isalnum())


def numbered(count: int) -> list[Person]:
    return [Person(f"p{number:04}@example.org") for number in range(count)]


def seat(data: Path, slug: str, people: Iterable[Person]) -> None:
    """Makes these the participants of the wiki: others' cards go, and so do they from the group."""
    store = Store(data)
    try:
        with store.transaction():
            wiki = store.wiki(slug)
            assert wiki is not None
            for page in wiki.entries(FORM):
                wiki.delete_page(page.tag)
            found = list(people)
            for number, one in enumerate(found):
                tag = f"FicheDeParticipant{number}"
                body = {
                    "bf_titre": "Fiche de participant·e",
                    "id_typeannonce": FORM,
                    "id_fiche": tag,
                    "bf_prenom": f"Prénom {number}",
                    "bf_mail": one.email,
                    CONSENT: "oui" if one.yes else "non",
                    "date_creation_fiche": "2026-01-01 10:00:00",
                    "date_maj_fiche": "2026-01-01 10:00:00",
                    "statut_fiche": "1",
                }
                wiki.add_revision(tag, json.dumps(body), one.account, one.account)
                wiki.set_kind(tag, ENTRY, FORM)
                wiki.set_acl(tag, "read", "@participants,@animation,%")
            members = "\n".join(one.account for one in found if one.member)
            wiki.set_group("participants", members)
    finally:
        store.close()
