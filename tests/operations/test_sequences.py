"""Random lives of a community: applied, killed, edited by hand, joined, applied again.

Whatever the order: nothing that a person wrote or decided is lost, one more apply ends the work,
and the apply after it writes nothing.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.operations.conftest import a_community, context_for, start_farm
from tests.operations.test_kill import killed
from wikifarm.errors import NotOurs
from wikifarm.operations.apply import apply
from wikifarm.operations.community.site import open_wiki
from wikifarm.yeswiki.wiki import Wiki

EDITABLE = ("PagePrincipale", "Charte", "CadreDeLaCommunaute", "AnimerIci", "PageFooter")
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
STEP = st.one_of(
    st.tuples(st.just("kill"), st.integers(0, 180)),
    st.tuples(st.just("edit"), st.sampled_from(EDITABLE), WORDS),
    st.tuples(st.just("join"), st.integers(0, 3)),
    st.tuples(st.just("apply")),
)


class Life:
    """One community on one farm, and what people did to it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.written: dict[str, str] = {}
        self.members: set[str] = set()

    def wiki(self) -> Wiki | None:
        try:
            wiki = open_wiki(context_for(self.url, self.folder), "rennes")
        except NotOurs:
            return None
        # People come once there is something to come to.
        return wiki if "AnimerIci" in wiki.pages.all() else None

    def kill(self, k: int) -> None:
        killed(self.url, self.folder, k)

    def edit(self, tag: str, words: str) -> None:
        wiki = self.wiki()
        if wiki is None:
            return
        page = wiki.pages.read(tag)
        assert page is not None
        self.written[tag] = f"{page.body}\n\nÉcrit ici : {words}".rstrip()
        wiki.pages.save(tag, self.written[tag], page.revision)

    def join(self, number: int) -> None:
        wiki = self.wiki()
        name = f"Personne{number}"
        if wiki is None or name in self.members or not wiki.groups.members("participants"):
            return
        wiki.users.create(name, f"personne{number}@example.org")
        wiki.groups.set({"participants": [*wiki.groups.members("participants"), name]})
        self.members.add(name)

    def apply(self) -> list[str]:
        outcome = apply(context_for(self.url, self.folder), [a_community()], audit=False)[0]
        assert outcome.error is None, outcome.error.message
        return [done.change.id for done in outcome.steps if done.outcome == "done"]


def by_people(body: str) -> list[str]:
    """Its lines without those of the checklist of AnimerIci, which wikifarm ticks."""
    return [line for line in body.splitlines() if not re.match(" - [☐☑] ", line)]


# Not made smaller when it fails: a life is short already, and each one lasts seconds.
@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@example(steps=[("apply",), ("edit", "AnimerIci", "a"), ("edit", "CadreDeLaCommunaute", "b")])
@given(steps=st.lists(STEP, max_size=6))
def test_nothing_people_did_is_lost_and_the_work_ends(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name, start_farm(Path(name) / "farm") as farm:
        life = Life(farm.url, Path(name))
        for verb, *arguments in steps:
            getattr(life, str(verb))(*arguments)
        life.apply()
        assert life.apply() == []
        wiki = life.wiki()
        assert wiki is not None
        pages = wiki.pages.all()
        for tag, body in life.written.items():
            assert by_people(pages[tag].body) == by_people(body)
        assert life.members <= set(wiki.groups.members("participants"))
        assert len(wiki.users.all()) == 3 + len(life.members)
