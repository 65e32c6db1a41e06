"""A community small enough to read, the wiki it goes into, and the walk that `apply` makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.engine.fake_wiki import OPEN, Content, FakeWiki
from wikifarm.blueprint.design import Design, DesignedForm, DesignedList, DesignedPage, DesignedWho
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.engine import run
from wikifarm.engine.backup import Backups
from wikifarm.engine.changes import AnyChange
from wikifarm.engine.journal import Journal
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.recording import finish_receipt, start_receipt
from wikifarm.engine.run import Done
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing, as_it_came, compared, standing
from wikifarm.engine.step import Work
from wikifarm.engine.steps import all_steps
from wikifarm.model import Account, BazarList, Form, Page, Rights, Zone

CLOSED = Rights("@admins", "@admins")
GROUP_ONLY = Rights("@participants,@animation", "@animation")
PUBLIC = Rights("*", "+")
YES_NO = DesignedList("ListeOuiNon", "Oui Non", (("oui", "Oui"), ("non", "Non")))


def a_form(
    form_id: str = "101", label: str = "Participant·e·s", question: str = "Nom", uses: str = ""
) -> DesignedForm:
    """A form with one question, and a choice in the list `uses`."""
    fields = [Field("texte", "bf_titre", question, required=True)]
    if uses:
        fields.append(Field("radio", "bf_accord", "D’accord", options={"list": uses}))
    fields.append(Field("acls", options={"read": "@participants", "write": "%"}))
    return DesignedForm(form_id, Schema(label, label, tuple(fields), Zone.PEOPLE), Zone.PEOPLE)


def a_design(**changes: Any) -> Design:
    """One thing of each kind, unless `changes` says otherwise."""
    whole = Design(
        blueprint="communaute-apprenante",
        version="1.0",
        language="fr",
        who=DesignedWho("participants", "animation"),
        pages=(
            DesignedPage("PagePrincipale", "====== Robustesse ======\nBienvenue.", PUBLIC),
            DesignedPage("Charte", "Article 1.\nArticle 2.\nArticle 3.", GROUP_ONLY, Zone.PEOPLE),
        ),
        lists=(YES_NO,),
        forms=(a_form(uses="ListeOuiNon"),),
        accounts={"ada@example.org": "AdaL"},
        groups={"animation": ("AdaL",), "participants": ("@animation",)},
        closed={"TableauDeBord": CLOSED},
        closed_prefixes={"LogDesActions": CLOSED},
        action_rights={"listusers": "@admins", "absente": "@admins"},
        handler_rights={"revisions": "+"},
        removed_pages=("DemoPage",),
        removed_forms=("Annuaire",),
        removed_lists=("ListeDemo",),
        settings={"wakka_name": "Robustesse autour de Rennes", "absent": "1"},
    )
    return replace(whole, **changes)


def a_page(body: str, tag: str = "Charte") -> DesignedPage:
    """A page of the group."""
    return DesignedPage(tag, body, GROUP_ONLY, Zone.PEOPLE)


def nothing(**changes: Any) -> Design:
    """A design that wants nothing but `changes`."""
    empty: Mapping[str, Any] = {
        "pages": (), "lists": (), "forms": (), "accounts": {}, "groups": {}, "closed": {},
        "closed_prefixes": {}, "action_rights": {}, "handler_rights": {}, "removed_pages": (),
        "removed_forms": (), "removed_lists": (), "settings": {},
    }  # fmt: skip
    return a_design(**{**empty, **changes})


def a_new_wiki() -> Content:
    """What a farm makes: a few pages of YesWiki's own, and a demonstration."""
    bodies = {"PagePrincipale": "Bienvenue sur votre wiki", "TableauDeBord": "{{listpages}}",
              "DemoPage": "Une démonstration", "AutreDemo": "Une autre"}  # fmt: skip
    pages = {tag: Page(tag, body, "1", "WikiAdmin", "WikiAdmin") for tag, body in bodies.items()}
    return Content(
        pages=pages,
        rights=dict.fromkeys([*pages, "ListeDemo", "FicheDemo"], OPEN),
        modules={("action", "listusers"): "*", ("handler", "revisions"): "*"},
        groups={"admins": ("WikiAdmin",)},
        accounts=[Account("WikiAdmin", "admin@example.org")],
        forms={"1": Form("1", "Annuaire", "texte***bf_titre***Nom***60***\n")},
        lists={"ListeDemo": BazarList("ListeDemo", "Démo", (("a", "A"),))},
        entries={"1": {"FicheDemo": {"bf_titre": "Une fiche", "user": "WikiAdmin"}}},
        settings={"wakka_name": "Wiki", "baz_map_zoom": "5"},
    )


def silent(_slug: str, _what: str) -> None:
    """Tells nobody."""


@dataclass
class Workshop:
    """One computer and one wiki: a new run each time it is asked."""

    folder: Path
    wiki: FakeWiki = field(default_factory=lambda: FakeWiki(a_new_wiki()))
    runs: int = 0

    @property
    def copies(self) -> Path:
        return self.folder / "backups"

    @property
    def journal(self) -> Journal:
        return Journal(self.folder / "journal.jsonl", f"run{self.runs}")

    @property
    def receipt(self) -> Receipt:
        receipt = Seen(self.wiki).receipt
        assert receipt is not None
        return receipt

    def ask_for_wiki(self) -> None:
        """What `operations/community/site.py` writes down before the farm makes the wiki."""
        self.journal.intent("rennes", "wiki", mark="abc")

    def work(self, design: Design) -> Work:
        """The work as a run finds it (`operations/community/community_run.py`)."""
        seen = Seen(self.wiki)
        work = Work("rennes", design, seen, Receipt("abc", "rennes", "Rennes"))
        worth = standing(seen, self.journal, "rennes")
        if worth is Standing.PROVEN:
            work.receipt = work.recorded = self.receipt
        elif worth is Standing.NEW:
            work.receipt = as_it_came(seen, work.receipt)
        else:
            work.receipt = compared(work, work.receipt)
        return work

    def plan(self, design: Design) -> list[AnyChange]:
        return run.plan(all_steps(Backups(self.copies)), self.work(design))

    def apply(self, design: Design) -> list[Done]:
        """What `operations/apply.py` does of a wiki that was found to be ours."""
        self.runs += 1
        if not self.journal.mark_of("rennes"):
            self.ask_for_wiki()
        work = self.work(design)
        start_receipt(work, self.journal)
        done = run.apply(all_steps(Backups(self.copies)), work, self.journal, silent)
        finish_receipt(work, self.journal)
        return done
