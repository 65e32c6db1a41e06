"""Status: where each community stands, read from its wiki, its receipt and the journal here.

An unchanged wiki is four requests, one more where people wrote in forms: the list of the farm and a
login are asked for once, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from wikifarm.advisories.verdict import Verdict
from wikifarm.blueprint.manifest.community import Community, Territory
from wikifarm.blueprint.manifest.reading import Described
from wikifarm.engine.changes import writes
from wikifarm.engine.closing import Closing, closing
from wikifarm.engine.journal import AUDIT, Cut
from wikifarm.engine.run import plan as walk_dry
from wikifarm.engine.seen import Seen
from wikifarm.engine.steps import all_steps
from wikifarm.engine.steps.access import GroupChange
from wikifarm.engine.steps.bazar import FormChange
from wikifarm.errors import Exit, InvalidInput, Problem, WikifarmError
from wikifarm.i18n import _, language
from wikifarm.model import FarmWiki, ListState
from wikifarm.operations.audit.undeclared import open_forms
from wikifarm.operations.community.activity import activity
from wikifarm.operations.community.batch import Threads
from wikifarm.operations.community.caution import opened_by_hand
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import ListTold, Privacy
from wikifarm.operations.community.site import ask_missing, look_for_half, open_wiki
from wikifarm.operations.community.software import heeded, judged
from wikifarm.operations.describe import described_here
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.crashes import unforeseen
from wikifarm.result import Envelope, Failure, Outcome, failures, of_problem
from wikifarm.yeswiki.wiki import Wiki

IN_PART = "in-part"


@dataclass
class State:
    """One community. `state`: "not-made", "unfinished", "restoring" (its restoration was cut),
    "in-place", "adopted" (made by hand, and nothing was applied yet), "closing" (nobody writes
    there any more), "closed", "elsewhere" (wikifarm made it, and this computer has no password of
    it), "not-ours" or "failed"."""

    slug: str
    name: str
    territory: Territory = field(default_factory=Territory)
    url: str = ""
    state: str = "not-made"
    blueprint: str = ""
    version: str = ""
    closing: str = ""  # the last step of its leave
    closing_since: str = ""  # its day
    closing_cut: bool = False  # a run that let nobody write any more was cut
    stood: str = ""  # when it was last whole, where the farm has its wiki no more, ISO 8601
    # What was changed by hand since the last apply, and stays: pages, groups ("@animation") in
    # which somebody was made an administrator, and forms ("form 101") that were opened, or that
    # somebody made about people, open to outsiders.
    edited: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)  # what `apply` would write: "rights:Charte"
    waiting: int | None = None  # people who wait to be welcomed; None where it is not known
    last_activity: str = ""  # when somebody last wrote there, by the clock of the server
    last_run: str = ""  # time of this computer's last line about it, ISO 8601
    # What the last audit known here came to: a `Privacy`, or IN_PART where it saw nobody and left
    # something out; empty: none.
    privacy: str = ""
    audited: str = ""  # when, ISO 8601
    manifest: str = ""
    mailing_list: dict[str, Any] = field(default_factory=dict)  # as the receipt last saw it
    software: list[Verdict] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)

    @property
    def list_told(self) -> ListTold:
        """`mailing_list`, typed."""
        return ListTold(**self.mailing_list)

    @property
    def awaits(self) -> bool:
        """True where people wait to be welcomed, or the mailing list for somebody."""
        return bool(self.waiting) or self.list_told.state == ListState.REQUESTED.value

    @property
    def opened(self) -> list[str]:
        """What of it lets in more people than the blueprint does: groups and forms."""
        return [each for each in self.edited if each.startswith(("@", "form "))]

    @property
    def differences(self) -> list[str]:
        """What `apply` would write, and what was opened by hand."""
        return [*self.drift, *self.opened]

    @property
    def gravity(self) -> int:
        """What a person looks at first: 0; what is as it should be: the last."""
        if self.errors or self.privacy == Privacy.LEAK.value:
            return 0
        if self.state in ("unfinished", "restoring") or self.stood or self.differences:
            return 1
        return 2 if self.awaits else 3


@dataclass(frozen=True)
class StatusOutcome(Outcome):
    """Where each community stands, those first that a person should look at. `looked_at` counts
    them with those that were left out, since they are as they should be."""

    farm: str
    states: tuple[State, ...]
    looked_at: int
    compared: int = 0  # of these, with what describes them here
    read: int = 0  # of these, so that it is known who waits there
    in_full: bool = False

    @property
    def summed_up(self) -> bool:
        return len(self.states) > 1 and not self.in_full

    def as_json(self) -> dict[str, Any]:
        return {
            "farm": self.farm,
            "looked_at": self.looked_at,
            "states": [_state(state) for state in self.states],
        }

    def failures_by_slug(self) -> list[tuple[str, Sequence[Failure]]]:
        return [(state.slug, state.errors) for state in self.states]

    def verdicts(self) -> Iterator[tuple[str, Verdict]]:
        """What runs each, by slug."""
        for state in self.states:
            yield from ((state.slug, verdict) for verdict in state.software)


def _state(state: State) -> dict[str, Any]:
    software = [verdict.as_json(language()) for verdict in state.software]
    return asdict(replace(state, software=[])) | {"software": software}


def status(
    context: Context,
    slugs: Sequence[str] = (),
    described: Described | None = None,
    *,
    whole_farm: bool = False,
    drifted: bool = False,
    pending: bool = False,
    strict: bool = False,
) -> Envelope:
    """The state of the communities named, or of all those that are described or in the journal;
    with `whole_farm`, of those that the farm says wikifarm made, too.

    `described` takes the place of the folder communities/: these then are all. With `drifted` or
    `pending`, only those that differ from what is described, or were opened by hand, or in which
    somebody waits; those that could not be read are never left out. Reads only. A wiki that fails
    does not stop the others.
    For `strict`, see `heeded`.
    """
    last_runs, audits = _last_lines(context)
    here = described or described_here(context)
    known = {community.slug: community for community in here.communities}
    wikis = context.farm.listed()
    made = {wiki.folder for wiki in wikis.values() if wiki.mark} if whole_farm else set()
    wanted = list(slugs) or sorted({*known, *(() if described else (*last_runs, *made))})
    states = []
    for slug in wanted:
        state = State(slug, "", last_run=last_runs.get(slug, ""))
        if community := known.get(slug):
            state.name, state.manifest = community.name, community.source
            state.territory = community.territory
        state.audited, state.privacy = audits.get(slug, ("", ""))
        states.append(state)
    exits: list[int] = []
    cut = context.journal.unfinished()
    look = _Look(context, known, frozenset(last_runs), frozenset(slugs), exits, cut)
    ask_missing(context, [slug for slug in wanted if look.is_ours(slug)])
    context.progress.begins(len(states))
    Threads(min(context.jobs, max(1, len(states)))).run(
        [partial(look.at, state) for state in states], context.stopping
    )
    shown = tuple(
        state
        for state in sorted(states, key=lambda state: (state.gravity, state.slug))
        if not (drifted or pending)
        or state.errors
        or (drifted and state.differences)
        or (pending and state.awaits)
    )
    outcome = StatusOutcome(
        context.farm.base,
        shown,
        len(states),
        compared=sum(state.state == "in-place" and bool(state.manifest) for state in states),
        read=sum(state.waiting is not None for state in states),
        in_full=bool(slugs),
    )
    exit_status = _exit(exits, len(states))
    whole = Envelope(
        "status",
        exit=exit_status or (Exit.PARTIAL if here.problems else Exit.DONE),
        outcome=outcome,
        errors=(
            *map(of_problem, here.problems),
            *(failure for state in shown for failure in state.errors),
        ),
    )
    return heeded(whole, outcome.verdicts(), strict=strict)


def _exit(exits: list[int], total: int) -> int:
    if not exits:
        return Exit.DONE
    if len(exits) < total:
        return Exit.PARTIAL
    return exits[0] if len(set(exits)) == 1 else Exit.FAILED


@dataclass(frozen=True)
class _Look:
    """What the looks at several communities share."""

    context: Context
    described: dict[str, Community]
    met: frozenset[str]  # the journal knows them
    asked: frozenset[str]  # by name
    exits: list[int]
    cut: Mapping[str, Cut]  # what did not end of their making

    def at(self, state: State) -> bool:
        """Fills the state of one."""
        self.context.progress(state.slug, "wiki")
        try:
            self._read(state, self.context.farm.known(state.slug))
        except Exception as fault:
            error = fault if isinstance(fault, WikifarmError) else unforeseen(fault)
            state.state = "not-ours" if error.code in ("not-ours", "slug-taken") else "failed"
            state.errors = list(failures(error))
            self.exits.append(error.exit)
        self.context.progress.ends(state.slug, state.state)
        return True

    def _read(self, state: State, entry: FarmWiki | None) -> None:
        context, slug = self.context, state.slug
        if entry is None:
            if slug not in self.described and slug not in self.met:
                raise _nobody(slug)
            state.url = context.farm.address_of(slug)
            _says_closing(state, closing(context.journal, slug, None), there=False)
            look_for_half(context, slug)
            if not state.closing:
                state.stood = context.journal.stood(slug)
            return
        state.url, state.name = entry.url, state.name or entry.title
        if not self._is_to_be_read(slug, entry):
            state.state = "elsewhere"
            return
        run = None
        if community := self.described.get(slug):
            run = CommunityRun(context, community)
            run.find()
        site = run.wiki if run is not None and run.wiki is not None else open_wiki(context, slug)
        self._fill(state, site, run, entry)
        context.acquaintances.keep(slug, replace(site.acquaintance, entry=entry))

    def is_ours(self, slug: str) -> bool:
        """True for what was asked for, is described here or was worked on from here."""
        return slug in self.asked or slug in self.described or slug in self.met

    def _is_to_be_read(self, slug: str, entry: FarmWiki) -> bool:
        """False for a wiki that only the farm speaks of, which nobody asked for here."""
        return self.is_ours(slug) or self.context.vault.holds(entry.folder)

    def _fill(self, state: State, site: Wiki, run: CommunityRun | None, entry: FarmWiki) -> None:
        if run is not None:
            seen = run.work.seen
        else:
            seen = Seen(site)
            seen.glance()
        state.software = [judged(self.context, site.session)]
        receipt = seen.receipt
        leave = closing(self.context.journal, state.slug, receipt, entry.entry)
        if self.cut.get(state.slug) is Cut.RESTORING:
            state.state = "restoring"
            return
        if receipt is None:
            by_hand = self.context.journal.made_by_hand(state.slug)
            state.state = "adopted" if by_hand else "unfinished"
            _says_closing(state, leave, there=True)
            return
        state.name = receipt.name or state.name
        state.state = "in-place" if receipt.complete else "unfinished"
        state.blueprint, state.version = receipt.blueprint, receipt.version
        if (passed := receipt.audit.get("at", "")) > state.audited:
            state.audited, state.privacy = passed, Privacy.CLOSED.value
        told = ("provider", "address", "state", "home")
        state.mailing_list = {
            key: value for key, value in receipt.mailing_list.items() if key in told
        }
        state.edited = sorted(
            tag
            for tag in receipt.pages
            if tag in seen.pages and not receipt.untouched(tag, seen.pages[tag].body)
        )
        _says_closing(state, leave, there=True)
        if run is not None and receipt.complete and not leave.closed:
            planned = walk_dry(all_steps(self.context.backups), run.work)
            state.drift = [change.id for change in writes(planned)]
            kinds = {GroupChange.step: "@", FormChange.step: "form "}
            opened = [f"{kinds[each.step]}{each.key}" for each in planned if opened_by_hand(each)]
            state.edited += [*opened, *(f"form {number}" for number in open_forms(run.work))]
        lively = activity(site, seen, run.work.design if run is not None else None)
        state.waiting, state.last_activity = lively.waiting, lively.last


def _says_closing(state: State, leave: Closing, *, there: bool) -> None:
    """Says how far the leave of a community is, which then stands there for reading, or not at
    all."""
    if leave.last is None:
        return
    state.closing, state.closing_since = leave.last.value, leave.days[leave.last]
    state.closing_cut = leave.cut
    if leave.closed:
        state.state = "closed" if leave.ended or not there else "closing"


def _nobody(slug: str) -> InvalidInput:
    message = _("No community is called “{slug}”: no manifest, no wiki.").format(slug=slug)
    hint = _("`wikifarm list` shows the wikis of the farm.")
    return InvalidInput([Problem(message, hint, code="unknown-community")])


def _last_lines(context: Context) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """By slug: when this computer last worked on it; when it last audited it, and what came."""
    runs, audits = {}, {}
    for entry in context.journal.entries():
        slug, at = str(entry.get("slug") or ""), str(entry.get("at", ""))
        if slug:
            runs[slug] = at
        if entry.get("step") == AUDIT:
            privacy = str(entry.get("privacy", Privacy.UNKNOWN.value))
            left_out = privacy == Privacy.CLOSED.value and entry.get("passed") is False
            audits[slug] = (at, IN_PART if left_out else privacy)
    return runs, audits
