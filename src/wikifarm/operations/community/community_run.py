"""A community on its way through one command: what is known of it travels as one thing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

from wikifarm.blueprint.blueprint_model import Blueprint
from wikifarm.blueprint.compile import Compiler
from wikifarm.blueprint.design import DesignedPage
from wikifarm.blueprint.manifest.community import Community
from wikifarm.engine.receipt import Receipt
from wikifarm.engine.recording import announce_texts, keep_receipt
from wikifarm.engine.run import apply as walk
from wikifarm.engine.seen import Seen
from wikifarm.engine.standing import Standing, as_it_came, compared, standing
from wikifarm.engine.step import AnyStep, Work
from wikifarm.engine.steps.content import PagesStep, pages_applied
from wikifarm.engine.wiki_lock import WikiLock
from wikifarm.errors import BadCredentials, UnexpectedAnswer, WikifarmError, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Dialect, FarmWiki, Page
from wikifarm.operations.community.accounts import account_names
from wikifarm.operations.community.new_version import (
    told_of_closed,
    told_of_proposals,
    told_of_version,
)
from wikifarm.operations.community.origin import Origin, looked_at, origin_of
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.community.site import (
    find_site,
    is_called,
    make_site,
    mend_contact,
    open_wiki,
    rename,
    shows_a_person,
)
from wikifarm.operations.community.software import judged, untried
from wikifarm.operations.community.what_stays import told_of_leaving, told_of_left
from wikifarm.operations.mailing_list.wanted import links
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.operations.workplace.crashes import unforeseen
from wikifarm.operations.workplace.farm_turn import told_by
from wikifarm.transport import Traffic
from wikifarm.yeswiki.wiki import Wiki


@dataclass
class CommunityRun:
    """One community in one command: its wiki once it is known, and what should be there.

    `wiki` is None while it is still to be made; `mark` says whose the farm's entry is. The
    blueprint is loaded, and the design compiled, once; only pages are rendered again, when what
    they tell has changed.
    """

    context: Context
    community: Community
    outcome: CommunityOutcome = field(init=False)
    wiki: Wiki | None = None
    mark: str = ""
    beside: Sequence[str] = ()  # the slugs of all communities of the command
    origin: Origin | None = None  # what its wiki was made from, while nothing is written in it
    entry: FarmWiki | None = None  # what the farm said of it, when it was looked for
    by_hand: bool = False  # wikifarm did not make its wiki, whatever this computer kept of it

    def __post_init__(self) -> None:
        self.outcome = self._new_outcome()

    def _new_outcome(self) -> CommunityOutcome:
        community = self.community
        return CommunityOutcome(community.slug, community.name, territory=community.territory)

    # -- its wiki ---------------------------------------------------------------------------

    def find(self) -> None:
        """Looks for its wiki on the farm and enters it; there may be none yet."""
        place = find_site(self.context, self.community)
        self.entry = place[1] if place else None
        self._enters((place[0], place[1].mark) if place else (None, ""))

    def make(self, doing: str) -> None:
        """Makes its wiki and enters it: from a model where the farm takes them. Needs the lock of
        the farm; no other computer makes wikis meanwhile."""
        self.context.check_account()
        with self.context.making(doing):
            self._make()

    def _make(self) -> None:
        if self.context.farm.known(self.community.slug) is not None:
            self.find()  # one that was waited for made it
            return
        offer = self.context.farm.offer()
        if not offer.shown:
            self.context.farm.template()  # raises where there is no form that makes wikis
        self.origin = origin_of(self.context, self.community, self.blueprint, offer)
        self.outcome.notes += self.origin.notes
        name, able = self.origin.name, self.origin.able
        with self.outcome.spending("making"):
            self._enters(make_site(self.context, self.community, offer, name, able))
        self._just_made = True
        self.entry = self.context.farm.known(self.community.slug)

    def look_at_origin(self) -> None:
        """Proves the model that its wiki was made from, or learns what the farm puts into one."""
        if self.origin is not None:
            self.outcome.notes += looked_at(
                self.context, self.community.slug, self.origin, self.work.seen, self.site
            )
            self.origin = None

    def begin_again(self) -> None:
        """A new outcome. Which wiki it is stays known; what it holds is read again when asked for,
        since people may have written in it meanwhile.
        """
        before = self.outcome
        self.outcome = self._new_outcome()
        self.outcome.get, self.outcome.post = before.get, before.post
        self.outcome.seconds = before.seconds
        self.forget()

    def forget(self) -> None:
        """Lets go of what its wiki holds, and should hold, until it is asked for again."""
        for name in ("work", "compiler"):
            self.__dict__.pop(name, None)

    def enter(self) -> None:
        """Enters its wiki. Raises NotOurs when there is none."""
        self._enters((open_wiki(self.context, self.community.slug), ""))
        self.entry = self.context.farm.known(self.community.slug)

    def _enters(self, place: tuple[Wiki | None, str]) -> None:
        self.wiki, self.mark = place
        self.__dict__.pop("work", None)
        if self.wiki is not None and self.wiki.capabilities.dialect is not self._dialect:
            self.__dict__.pop("compiler", None)
            self._dialect = self.wiki.capabilities.dialect

    @property
    def shows_a_person(self) -> bool:
        """True when the farm shows the address of somebody who facilitates, as old runs had it."""
        return self.entry is not None and shows_a_person(self.community, self.entry)

    def say_left(self) -> None:
        """Tells what modules that are off, and who does not facilitate any more, leave here, and
        what a new version of the blueprint means."""
        if self.wiki is not None:
            self.outcome.notes += [
                *told_of_left(self.work),
                *told_of_leaving(self.work),
                *told_of_version(self.work),
                *told_of_proposals(self.work, _, self.compiler.address_of),
                *told_of_closed(self.work),
            ]

    @property
    def former_name(self) -> str:
        """The name under which the farm's list still has its wiki, if wikifarm gave it that one."""
        if self.entry is None or self._just_made:
            return ""
        recorded = self.work.recorded
        if recorded is None and self.standing is not Standing.NEW:
            return ""
        was = recorded.name if recorded else self.entry.title
        name = self.community.name
        if is_called(self.community, name, self.entry):
            return ""
        return was if was != name and is_called(self.community, was, self.entry) else ""

    def rename(self) -> None:
        """Gives the farm's list its name as it is now, and says so; or says that it cannot."""
        was = self.former_name
        if self.entry is None or not was:
            return
        try:
            self.entry = rename(self.context, self.community, self.entry, was)
        except (WriteRefused, UnexpectedAnswer, BadCredentials):
            self.outcome.notes.append(
                _(
                    "The farm's list of wikis still says “{was}”: it did not let wikifarm change "
                    "that. Who administers the farm can, in the entry of this wiki."
                ).format(was=was)
            )
            return
        self._mended = True
        self.outcome.notes.append(
            _("The farm's list of wikis said “{was}”: it now says “{name}”.").format(
                was=was, name=self.community.name
            )
        )

    def mend_contact(self) -> None:
        """Takes that address out of the farm, and says so."""
        if self.entry is not None and self.shows_a_person:
            mend_contact(self.context, self.entry)
            self.entry = None
            self._mended = True
            self.outcome.notes.append(
                _(
                    "The farm showed anybody the address of a person who facilitates, as the "
                    "contact of this wiki: it now shows the farm's own. Its history keeps the "
                    "address: who runs the server can remove it there."
                )
            )

    @property
    def site(self) -> Wiki:
        """Its wiki, which must be there by now."""
        if self.wiki is None:
            raise LookupError("the wiki is not made yet")
        return self.wiki

    # -- what should be there ---------------------------------------------------------------

    _just_made: bool = field(default=False, init=False, repr=False)
    _mended: bool = field(default=False, init=False, repr=False)
    _dialect: Dialect = field(default=Dialect.D44, init=False, repr=False)
    _standing: Standing = field(default=Standing.NEW, init=False, repr=False)

    @cached_property
    def blueprint(self) -> Blueprint:
        """The blueprint that its manifest names."""
        return self.context.blueprint(self.community)

    @cached_property
    def compiler(self) -> Compiler:
        """The community through its blueprint, in the dialect of its wiki."""
        return Compiler(
            self.community,
            self.blueprint,
            farm_url=self.context.farm.base,
            wiki_url=self.context.farm.address_of(self.community.slug),
            dialect=self._dialect,
        )

    @cached_property
    def work(self) -> Work:
        """What its wiki should hold, beside what it holds."""
        seen = Seen(self.wiki)
        seen.glance()
        community = self.community
        fresh = Receipt(
            self.mark,
            community.slug,
            community.name,
            community.language,
            closing=seen.receipt.closing if seen.receipt is not None else {},
        )
        by_hand = self.by_hand and seen.receipt is None
        self._standing = (
            Standing.MISSING if by_hand else standing(seen, self.context.journal, community.slug)
        )
        recorded = seen.receipt if self._standing is Standing.PROVEN else None
        receipt = recorded or fresh
        if not self._standing.proves:
            receipt = replace(fresh, facts=self._facts_shown(seen))
        reserved = (WIKI_ADMIN, *self.blueprint.groups)
        accounts = account_names(community.facilitators, seen.accounts, reserved)
        told = links(community, receipt.mailing_list)
        design = self.compiler.design(accounts, receipt.facts, told)
        work = Work(
            community.slug,
            design,
            seen,
            receipt,
            recorded,
            just_made=self._just_made,
            taken_back=self.context.taken_back,
            opening=self.context.opening,
        )
        if self._standing is Standing.NEW:
            work.receipt = as_it_came(seen, fresh)
        elif recorded is None:
            work.receipt = compared(work, receipt)
        return work

    @property
    def standing(self) -> Standing:
        """What the receipt was worth when the wiki was entered."""
        return self._standing if self.work else Standing.NEW

    def say_standing(self) -> None:
        """Tells a person when nothing proves what is ours, and what that means."""
        by_hand = self.by_hand or self.context.journal.made_by_hand(self.community.slug)
        lost = {
            Standing.MISSING: _("This wiki was not made by wikifarm.")
            if by_hand
            else _("The receipt of this wiki is gone."),
            Standing.BY_HAND: _("The receipt of this wiki was edited by hand."),
            Standing.OUTDATED: _("The receipt of this wiki is an old version of it."),
        }
        if not self.standing.proves:
            kept = _(
                "What is as the blueprint writes it is taken for wikifarm's; all the rest is kept, "
                "and nothing is removed. To have the blueprint's text of a page again, delete that "
                "page in the wiki, then run `wikifarm apply`."
            )
            self.outcome.notes.append(f"{lost[self.standing]} {kept}")

    def _facts_shown(self, seen: Seen) -> tuple[str, ...]:
        """The facts that the wiki's pages show as seen, for want of a receipt that says them."""

        def lines(pages: Iterable[DesignedPage | Page]) -> set[tuple[str, str]]:
            return {(page.tag, line) for page in pages for line in page.body.split("\n")}

        there = lines(seen.pages.values())
        told = links(self.community, {})
        plain = lines(self.compiler.pages((), told))
        ticked = {
            fact: lines(self.compiler.pages((fact,), told)) - plain for fact in self.compiler.facts
        }
        return tuple(fact for fact, new in sorted(ticked.items()) if new and new <= there)

    @property
    def receipt(self) -> Receipt:
        """What was last applied."""
        return self.work.receipt

    def look_at_software(self) -> None:
        """Judges the version that its wiki shows; costs a question only where no page was read."""
        self.outcome.software = [judged(self.context, self.site.session)]
        told = untried(self.site.capabilities, self.site.session.release)
        self.outcome.notes += [told] if told else []

    # -- writing ----------------------------------------------------------------------------

    _lock: WikiLock | None = field(default=None, init=False, repr=False)

    @contextmanager
    def alone(self, doing: str, *, again: bool = True) -> Iterator[None]:
        """Holds its wiki while `doing` (a command) lasts: no run of another computer writes there.

        What was read before is read again, unless `again` is False. Within itself, it changes
        nothing. Needs the lock of the farm; raises Locked where another run keeps the wiki.
        """
        if self._lock is not None:
            yield
            return
        lock = WikiLock(
            self.site.runs,
            self.context.journal,
            self.community.slug,
            told_by(doing),
            self.context.patience,
            waiting=lambda other: self.progress(f"waiting ({other.doing})"),
        )
        with lock.taken():
            if again:
                self.__dict__.pop("work", None)
            self._lock = lock
            try:
                yield
            finally:
                self._lock = None

    def let_others_in(self) -> None:
        """Before time: whoever comes next heals what this run leaves."""
        if self._lock is not None:
            self._lock.release()

    def walk(self, steps: Sequence[AnyStep], *, quiet: bool = False) -> None:
        """Applies steps; what they did joins the outcome, what they kept too unless `quiet`."""
        with self.outcome.spending("writing"):
            done = walk(
                steps, self.work, self.context.journal, lambda _slug, what: self.progress(what)
            )
        self.outcome.steps += [each for each in done if each.outcome == "done" or not quiet]

    def show(self, facts: frozenset[str]) -> None:
        """Has the design show these facts, and the list as the receipt says it stands."""
        work = self.work
        work.receipt = replace(work.receipt, facts=tuple(sorted(facts)))
        told = links(self.community, work.receipt.mailing_list)
        work.design = replace(work.design, pages=self.compiler.pages(facts, told))

    def tell(self, facts: frozenset[str], *, only_changed: bool = False) -> None:
        """Has the pages show these facts, and the list as the receipt says it stands.

        With `only_changed`, no page is written but those whose text this changes, whatever else
        the manifest changed since.
        """
        work = self.work
        before = {page.tag: page.body for page in work.design.pages}
        self.show(facts)
        whole = work.design
        if only_changed:
            changed = (page for page in whole.pages if before.get(page.tag) != page.body)
            work.design = replace(whole, pages=tuple(changed))
        announce_texts(work, self.context.journal)
        self.walk((PagesStep(),), quiet=True)
        work.told_later = {}
        if only_changed:
            settled = replace(pages_applied(work), writing={})
            keep_receipt(work, settled, self.context.journal)
            work.design = whole

    @property
    def wrote(self) -> bool:
        """True when a step changed something."""
        return self._mended or any(done.outcome == "done" for done in self.outcome.steps)

    def progress(self, what: str) -> None:
        """Says what is being done, to people here and to runs on other computers.

        Raises KeyboardInterrupt where another of the same command was interrupted.
        """
        if self.context.stopping.is_set():
            raise KeyboardInterrupt
        if self._lock is not None:
            self._lock.sign()
        self.context.progress(self.community.slug, what)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Counts time and requests into the outcome, and keeps there what failed: a defect met in
        one community is that community's failure too.
        """
        started = time.monotonic()
        traffic = Traffic()
        outcome = self.outcome
        outcome.url = outcome.url or self.context.farm.address_of(outcome.slug)
        try:
            with traffic.counting():
                yield
        except Exception as fault:
            outcome.error = fault if isinstance(fault, WikifarmError) else unforeseen(fault)
            outcome.status = "failed"
        finally:
            if self.wiki is not None and outcome.error is None:
                known = replace(self.wiki.acquaintance, entry=self.entry)
                self.context.acquaintances.keep(outcome.slug, known)
            outcome.seconds += time.monotonic() - started
            outcome.get += traffic.get
            outcome.post += traffic.post
