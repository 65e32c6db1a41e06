"""Random lives of a community: described otherwise, applied, killed, edited by hand, joined, handed
to another computer, applied again.

Whatever the order: `apply` does what `plan` said; nothing that a person wrote or decided is lost;
only what a person changed is told as kept; one more apply ends the work, and the one after writes
nothing. `WIKIFARM_SEQUENCES=300` tries as many lives.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.deaths import Mortal, born, died
from wikifarm.blueprint.manifest.community import Facilitator, Territory
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.engine.changes import AnyChange
from wikifarm.errors import KeptForGood, NotOurs
from wikifarm.model import Form, Module, Rights
from wikifarm.operations.apply import apply
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.plan import plan
from wikifarm.operations.workplace.context import Context
from wikifarm.rehearsal import DIALECTS
from wikifarm.yeswiki.wiki import Wiki

EXAMPLES = int(os.environ.get("WIKIFARM_SEQUENCES", "3"))
CHECKLIST = "AnimerIci"  # wikifarm ticks its lines, also those that only an audit sees
EDITABLE = ("PagePrincipale", "Charte", "CadreDeLaCommunaute", CHECKLIST, "PageFooter")
FORM = "104"
AT_FIRST = a_community()
CAMILLE, DOMINIQUE = AT_FIRST.facilitators
ZOE = Facilitator("Zoé Durand", "zoe@example.org")
ACCOUNTS = {CAMILLE: "CamilleG", DOMINIQUE: "DominiqueP", ZOE: "ZoeD"}
DESCRIPTIONS: tuple[dict[str, Any], ...] = (
    {"name": "Rennes & l’Ille"},
    {"name": AT_FIRST.name},
    {"modules": default_modules()},
    {"modules": default_modules() - {Module.AGENDA, Module.MINUTES}},
    {"modules": frozenset({Module.PARTICIPANTS})},
    {"facilitators": (CAMILLE,)},
    {"facilitators": (ZOE, DOMINIQUE)},
    {"territory": Territory("Redon", 47.65, -2.08, 11)},
    {"contact": "bonjour@example.org"},
    {"admission": "open"},
    {"writing": "open"},
)
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
STEP = st.one_of(
    st.tuples(st.just("kill"), st.integers(0, 180)),
    st.tuples(st.just("kill"), st.integers(0, 40)),
    st.tuples(st.just("describe"), st.sampled_from(DESCRIPTIONS)),
    st.tuples(st.just("edit"), st.sampled_from(EDITABLE), WORDS),
    st.tuples(st.just("edit_form")),
    st.tuples(st.just("loosen"), st.sampled_from(EDITABLE)),
    st.tuples(st.just("join"), st.sampled_from(("participants", "animation")), st.integers(0, 2)),
    st.tuples(st.just("other_computer")),
    st.tuples(st.just("other_language")),
    st.tuples(st.just("apply")),
)


class Life:
    """One community on one farm, and what people did to it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.computers = [folder / "one", folder / "other"]
        self.community = AT_FIRST
        self.written: dict[str, list[str]] = {}
        self.joined: dict[str, set[str]] = {"participants": set(), "animation": set()}
        self.form_edited = False

    def context(self) -> Context:
        return context_for(self.url, self.computers[0])

    def wiki(self) -> Wiki | None:
        try:
            wiki = open_wiki(self.context(), "rennes")
        except NotOurs:
            return None
        # People come once there is something to come to.
        return wiki if CHECKLIST in wiki.pages.all() else None

    # -- what may happen --------------------------------------------------------------------

    def kill(self, k: int) -> None:
        mortal = Mortal(k)
        dying = context_for(self.url, self.computers[0], transport=mortal)
        work = [self.community]
        died(born(mortal, lambda: apply(dying, work, audit=False)[0].error is None))

    def describe(self, described: dict[str, Any]) -> None:
        self.community = replace(self.community, **described)

    def edit(self, tag: str, words: str) -> None:
        wiki = self.wiki()
        page = wiki.pages.read(tag) if wiki else None
        if wiki is None or page is None:
            return
        line = f"Écrit ici : {words}".rstrip()
        wiki.pages.save(tag, f"{page.body}\n\n{line}", page.revision)
        self.written.setdefault(tag, []).append(line)

    def edit_form(self) -> None:
        wiki = self.wiki()
        form = wiki.forms.all().get(FORM) if wiki else None
        if wiki is None or form is None or form.label != "Ressources partagées":
            return
        wiki.forms.save({FORM: _with_a_question(form)})
        self.form_edited = True

    def loosen(self, tag: str) -> None:
        if wiki := self.wiki():
            wiki.rights.set([tag], Rights("*", "*"))

    def join(self, group: str, number: int) -> None:
        wiki = self.wiki()
        name = f"{group.capitalize()}{number}"
        if wiki is None or name in self.joined[group] or not wiki.groups.members(group):
            return
        wiki.users.create(name, f"{name.lower()}@example.org")
        wiki.groups.set({group: [*wiki.groups.members(group), name]})
        self.joined[group].add(name)

    def other_computer(self) -> None:
        """Someone else goes on from now, with the password, once a run has ended here."""
        self.apply()
        password = self.context().vault.get("rennes")
        self.computers.reverse()
        self.context().vault.keep("rennes", password)

    def other_language(self) -> None:
        wiki = self.wiki()
        if wiki is None:
            return
        english = replace(self.community, language="en")
        before = wiki.pages.all()
        for refused in (*plan(self.context(), [english]), *apply(self.context(), [english])):
            assert isinstance(refused.error, KeptForGood)
        assert wiki.pages.all() == before

    def apply(self) -> CommunityOutcome:
        (planned,) = plan(self.context(), [self.community])
        (applied,) = apply(self.context(), [self.community], audit=False)
        assert (planned.error, applied.error) == (None, None)
        done = [each.change for each in applied.steps if each.outcome == "done"]
        assert _lines(done) == _lines(change for change in planned.planned if change.writes)
        assert set(planned.kept) <= self.by_hand, planned.kept
        assert set(applied.kept) <= self.by_hand, applied.kept
        return applied

    @property
    def by_hand(self) -> set[str]:
        """What may be told as kept."""
        kept = {f"pages:{tag}" for tag in self.written}
        kept |= {f"forms:{FORM}"} if self.form_edited else set()
        return kept | ({"groups:animation"} if self.joined["animation"] else set())


def _with_a_question(form: Form) -> dict[str, str]:
    return {
        "bn_id_nature": form.id,
        "bn_label_nature": form.label,
        "bn_description": form.description,
        "bn_template": f"{form.template}\ntexte***bf_ajout***Ajout*** *** *** *** ***text*** ***\n",
    }


def _lines(changes: Any) -> list[tuple[str, str]]:
    told: list[AnyChange] = list(changes)
    return sorted((change.id, change.action.value) for change in told if change.key != CHECKLIST)


# Not made smaller when it fails: a life is short already, and each one lasts seconds.
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
    print_blob=False,
)
@example(
    dialect="4.5",
    steps=[("apply",), ("edit", CHECKLIST, "a"), ("describe", DESCRIPTIONS[0]), ("kill", 12)],
)
@example(dialect="4.6", steps=[("kill", 128), ("kill", 128), ("kill", 128)])
@given(dialect=st.sampled_from(sorted(DIALECTS)), steps=st.lists(STEP, max_size=7))
def test_nothing_people_did_is_lost_and_the_work_ends(
    dialect: str, steps: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as name, start_farm(Path(name) / "farm", dialect) as farm:
        life = Life(farm.url, Path(name))
        for verb, *arguments in steps:
            getattr(life, str(verb))(*arguments)
        life.apply()
        again = life.apply()
        assert (again.status, again.post) == ("unchanged", 0)
        wiki = life.wiki()
        assert wiki is not None
        pages = wiki.pages.all()
        for tag, lines in life.written.items():
            assert all(line in pages[tag].body for line in lines)
        facilitators = {ACCOUNTS[who] for who in life.community.facilitators}
        assert set(wiki.groups.members("animation")) == facilitators | life.joined["animation"]
        members = {"@animation"} | life.joined["participants"]
        assert set(wiki.groups.members("participants")) == members
        people = [account.name for account in wiki.users.all()]
        known = {"WikiAdmin", *ACCOUNTS.values(), *set().union(*life.joined.values())}
        assert len(people) == len(set(people)) and set(people) <= known
        entry = life.context().farm.known("rennes")
        assert entry is not None and entry.title == life.community.name
