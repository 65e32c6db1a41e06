"""What an opened right lets somebody see, asked without the audit.

The addresses that a right guards are asked as a visitor, a stranger and a member before and after
it is opened: where every answer stays the same, the mutant opened nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.mutants.openings import Mutant
from tests.mutants.people import ROLES, Person
from wikifarm.operations.community.community_run import CommunityRun

NAMES = {"stranger": "Passante", "member": "Voisine", "neighbour": "Autrice", "author": "Plume"}
PROBE = "PageDesActions"  # a page that everybody may read, with the action to try
VIEWS = ("", "/raw", "/iframe", "/edit", "/html", "/css", "/json", "/xml", "/revisions")


@dataclass
class Onlookers:
    """Those who ask, and the entries that somebody wrote, by form."""

    people: dict[str, Person]
    author: Person
    forms: tuple[str, ...]
    save: Callable[[str, str], None]  # a page and its text, as an administrator
    remove: Callable[[str], object]  # an entry, likewise
    entries: dict[str, str] = field(default_factory=dict)

    def questions(self, mutant: Mutant) -> list[str]:
        """The addresses that a right guards."""
        if mutant.kind in ("form", "field"):
            return list(_of_entry(mutant.thing, self.entries[mutant.thing]))
        if mutant.kind == "page":
            return [f"{mutant.thing}{view}" for view in VIEWS] + [f"api/pages/{mutant.thing}"]
        if mutant.kind == "handler":
            tags = ("PagePrincipale", "DerniersChangementsRSS", *self.entries.values())
            return [f"{tag}/{mutant.thing}" for tag in tags]
        return [PROBE, f"{PROBE}/xml", f"{PROBE}/iframe"]

    def see(self, mutant: Mutant) -> list[str]:
        """What each person is answered to each question."""
        if mutant.kind == "action":
            self._write_probe(mutant.thing)
        return [
            self.people[role].seen(question)
            for role in ROLES
            for question in self.questions(mutant)
        ]

    @contextmanager
    def entered(self) -> Iterator[None]:
        """With a new entry in each form, by somebody who has none: an entry takes the rights that
        its form had when it was written."""
        self.entries = {form: self.author.enter(form) for form in self.forms}
        try:
            yield
        finally:
            for tag in self.entries.values():
                self.remove(tag)

    def _write_probe(self, action: str) -> None:
        pages = ",".join(self.entries.values())
        form = self.forms[0]
        call = f'{action} id="{form}" page="{pages}" pages="{pages}" tags="a" nb="20"'
        self.save(PROBE, f"{{{{{call}}}}}")


def onlookers(run: CommunityRun, admin: Person) -> Onlookers:
    """Opens their accounts, puts one in the group of the members, and has a neighbour live there:
    a person may have but one entry in a form, and the author writes anew for each look."""
    who, wiki = run.work.design.who, run.site
    people = {role: admin.beside() for role in ("visitor", *NAMES)}
    for role, name in NAMES.items():
        people[role].sign_up(name)
    wiki.groups.set({who.members: [*wiki.groups.members(who.members), NAMES["member"]]})

    def save(tag: str, body: str) -> None:
        page = wiki.pages.read(tag)
        wiki.pages.save(tag, body, page.revision if page else "")

    forms = tuple(people_form.form.id for people_form in who.people)
    for form in forms:
        people["neighbour"].enter(form)
    return Onlookers(people, people["author"], forms, save, wiki.pages.delete)


def _of_entry(form: str, tag: str) -> Iterable[str]:
    spelt = [tag, tag.lower(), tag.upper(), quote(tag + " ")]
    for name in spelt:
        yield from (f"{name}{view}" for view in VIEWS)
        yield f"BazaR&vue=saisir&action=modif_fiche&id_fiche={name}"
        yield f"BazaR&vue=consulter&action=voir_fiche&id_fiche={name}"
        yield f"BazaR/iframe&vue=saisir&action=modif_fiche&id_fiche={name}"
    yield f"BazaR&vue=consulter&id={form}"
    yield f"BazaR&vue=saisir&action=saisir_fiche&id={form}"
    yield f"BazaR/rss&id={form}"
    yield f"api/forms/{form}/entries"
    yield f"api/entries/{form}/{tag}"
    yield f"api/pages/{tag}"
