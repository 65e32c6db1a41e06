"""Status: where each community stands, read from its wiki's receipt and from the journal here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from wikifarm.advisories.verdict import Verdict
from wikifarm.blueprint.manifest.community import Community, Territory
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.engine.journal import AUDIT
from wikifarm.engine.seen import Seen
from wikifarm.errors import Exit, InvalidInput, Problem, WikifarmError
from wikifarm.i18n import _, language
from wikifarm.model import FarmWiki
from wikifarm.operations.community.outcome import ListTold, Privacy
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.community.software import heeded, judged
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope, Failure, Outcome, failures


@dataclass
class State:
    """One community. `state`: "not-made", "unfinished", "in-place", "not-ours" or "failed"."""

    slug: str
    name: str
    territory: Territory = field(default_factory=Territory)
    url: str = ""
    state: str = "not-made"
    blueprint: str = ""
    version: str = ""
    edited: list[str] = field(default_factory=list)  # pages edited by hand since the last apply
    last_run: str = ""  # time of this computer's last line about it, ISO 8601
    privacy: str = ""  # what the last audit known here came to, a `Privacy`; empty: none
    audited: str = ""  # when, ISO 8601
    manifest: str = ""
    mailing_list: dict[str, Any] = field(default_factory=dict)  # as the receipt last saw it
    software: list[Verdict] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)

    @property
    def list_told(self) -> ListTold:
        """`mailing_list`, typed."""
        return ListTold(**self.mailing_list)


@dataclass(frozen=True)
class StatusOutcome(Outcome):
    """Where each community stands."""

    farm: str
    states: tuple[State, ...]

    def as_json(self) -> dict[str, Any]:
        return {"farm": self.farm, "states": [_state(state) for state in self.states]}

    def failures_by_slug(self) -> list[tuple[str, Sequence[Failure]]]:
        return [(state.slug, state.errors) for state in self.states]

    def verdicts(self) -> Iterator[tuple[str, Verdict]]:
        """What runs each, by slug."""
        for state in self.states:
            yield from ((state.slug, verdict) for verdict in state.software)


def _state(state: State) -> dict[str, Any]:
    software = [verdict.as_json(language()) for verdict in state.software]
    return asdict(replace(state, software=[])) | {"software": software}


def status(context: Context, slugs: Sequence[str] = (), *, strict: bool = False) -> Envelope:
    """The state of the communities named, or of all those with a manifest or a line in the journal.

    Reads only. A wiki that fails does not stop the others. For `strict`, see `heeded`.
    """
    names, problems = _manifests(context.places.communities)
    last_runs, audits = _last_lines(context)
    known = sorted({*names, *last_runs})
    wanted = list(slugs) or known
    wikis = context.farm.wikis()
    states: list[State] = []
    exits: list[int] = []
    for slug in wanted:
        context.progress(slug, "wiki")
        state = State(slug, "", last_run=last_runs.get(slug, ""))
        if described := names.get(slug):
            state.name, state.manifest = described.name, described.source
            state.territory = described.territory
        state.audited, state.privacy = audits.get(slug, ("", ""))
        states.append(state)
        try:
            _look(context, state, wikis.get(slug), known=slug in known)
        except WikifarmError as error:
            state.state = "not-ours" if error.code in ("not-ours", "slug-taken") else "failed"
            state.errors = list(failures(error))
            exits.append(error.exit)
    outcome = StatusOutcome(context.farm.base, tuple(states))
    whole = Envelope(
        "status",
        exit=_exit(exits, len(states)),
        outcome=outcome,
        messages=tuple(problems),
        errors=tuple(failure for state in states for failure in state.errors),
    )
    return heeded(whole, outcome.verdicts(), strict=strict)


def _exit(exits: list[int], total: int) -> int:
    if not exits:
        return Exit.DONE
    if len(exits) < total:
        return Exit.PARTIAL
    return exits[0] if len(set(exits)) == 1 else Exit.FAILED


def _look(context: Context, state: State, wiki: FarmWiki | None, *, known: bool) -> None:
    if wiki is None:
        if not known:
            raise InvalidInput(
                [
                    Problem(
                        _("No community is called “{slug}”: no manifest, no wiki.").format(
                            slug=state.slug
                        ),
                        _("`wikifarm list` shows the wikis of the farm."),
                        code="unknown-community",
                    )
                ]
            )
        state.url = context.farm.address_of(state.slug)
        return
    state.url = wiki.url
    state.name = state.name or wiki.title
    site = open_wiki(context, state.slug)
    state.software = [judged(context, site.session)]
    seen = Seen(site)
    receipt = seen.receipt
    if receipt is None:
        state.state = "unfinished"
        return
    state.name = receipt.name or state.name
    state.state = "in-place" if receipt.complete else "unfinished"
    state.blueprint, state.version = receipt.blueprint, receipt.version
    if (passed := receipt.audit.get("at", "")) > state.audited:
        state.audited, state.privacy = passed, Privacy.CLOSED.value
    shown = ("provider", "address", "state", "home")
    state.mailing_list = {key: value for key, value in receipt.mailing_list.items() if key in shown}
    state.edited = sorted(
        tag
        for tag in receipt.pages
        if tag in seen.pages and not receipt.untouched(tag, seen.pages[tag].body)
    )


def _manifests(folder: Path) -> tuple[dict[str, Community], list[str]]:
    """The communities described here, by slug; a bad one is told, and does not hide the others."""
    messages: list[str] = []
    paths = [folder] if folder.is_dir() else []
    try:
        communities = load_manifests(paths) if paths else []
    except InvalidInput as error:
        communities = []
        if any(problem.code != "empty" for problem in error.problems):
            messages = [f"{problem.where}: {problem.message}" for problem in error.problems]
    return {community.slug: community for community in communities}, messages


def _last_lines(context: Context) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """By slug: when this computer last worked on it; when it last audited it, and what came."""
    runs, audits = {}, {}
    for entry in context.journal.entries():
        slug, at = str(entry.get("slug") or ""), str(entry.get("at", ""))
        if slug:
            runs[slug] = at
        if entry.get("step") == AUDIT:
            audits[slug] = (at, str(entry.get("privacy", Privacy.UNKNOWN.value)))
    return runs, audits
