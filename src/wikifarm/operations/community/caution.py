"""Before many communities are changed: is that what was meant, and is it what was planned?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from wikifarm.engine.changes import Action, AnyChange
from wikifarm.engine.steps.access import GroupChange
from wikifarm.engine.steps.bazar import FormChange, kept_open
from wikifarm.errors import InvalidInput, LocalStorage, PlanOutdated, Problem, TooManyChanges
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _, ngettext
from wikifarm.json_text import from_json
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.reasons import of_system
from wikifarm.result import few

FEW = 4  # communities that stand: with fewer, a share says nothing
MOST = 0.3  # of those that stand, how many may change without a word
SCHEMA = "wikifarm-plan/1"


def to_be_said(outcomes: Sequence[CommunityOutcome]) -> int | None:
    """How many communities would change, where `apply` wants that number (`--yes-change`): more
    than MOST of those that stand, or one that loses something. None where it asks for nothing.

    A wiki that is still to be made, or whose making was cut, does not stand yet. A page that only
    tells what was done since is no change of it: so a run that was cut goes on.
    """
    changed = _changed(outcomes)
    stand = sum(outcome.stands for outcome in outcomes)
    many = stand >= FEW and len(changed) > MOST * stand
    return len(changed) if many or _losing(outcomes) else None


def refuse_many(outcomes: Sequence[CommunityOutcome], expected: int | None) -> None:
    """Raises TooManyChanges where the number of those that would change has to be said, unless
    `expected` is that number."""
    count = to_be_said(outcomes)
    if count is None or expected == count:
        return
    stand = [outcome for outcome in outcomes if outcome.stands]
    losing = _losing(outcomes)
    told = ngettext(
        "{changed} of {count} community that stands would change ({names}); nothing was done.",
        "{changed} of {count} communities that stand would change ({names}); nothing was done.",
        len(stand),
    ).format(changed=count, count=len(stand), names=few(_changed(outcomes)))
    removed = _("Something would be removed from: {names}.").format(names=few(losing))
    raise TooManyChanges(
        f"{told} {removed}" if losing else told,
        hint=_(
            "See with `wikifarm plan` whether that is what you want; if so, run the same command "
            "again with --yes-change {count}."
        ).format(count=count),
    )


def _changed(outcomes: Sequence[CommunityOutcome]) -> list[str]:
    """The slugs of those that stand and would change."""
    return [
        outcome.slug
        for outcome in outcomes
        if outcome.stands
        and any(each.writes and each.id not in outcome.telling for each in outcome.planned)
    ]


def _losing(outcomes: Sequence[CommunityOutcome]) -> list[str]:
    """The slugs of those that stand and from which something would be removed."""
    return [
        outcome.slug
        for outcome in outcomes
        if outcome.stands and any(each.action is Action.DELETE for each in outcome.planned)
    ]


# -- a plan that is kept --------------------------------------------------------------------

# Id, action, fingerprint of what is there and of what should be; of what stays as it is, only what
# was opened by hand.
Line = tuple[str, str, str]


@dataclass(frozen=True)
class KeptPlan:
    """A plan as a file keeps it: what was asked for, and each change by its fingerprint."""

    farm: str
    paths: tuple[Path, ...]
    only: tuple[str, ...]
    taken_back: tuple[str, ...]
    opening: bool
    audit: str  # what `apply --audit` is given; empty in plans of before
    communities: Mapping[str, tuple[Line, ...]]

    def of(self, slugs: Sequence[str]) -> KeptPlan:
        """The same plan of these communities alone."""
        kept = {slug: lines for slug, lines in self.communities.items() if slug in slugs}
        return replace(self, communities=kept)

    def check(self, farm: str, outcomes: Sequence[CommunityOutcome]) -> None:
        """Raises PlanOutdated unless the farm still gives it, but for what is done already."""
        if farm != self.farm:
            message = _("This plan was made for another farm, {url}; nothing was done.")
            raise PlanOutdated(message.format(url=self.farm), hint=_again())
        differing = [
            f"{outcome.slug} ({few(differs)})"
            for outcome in outcomes
            if (differs := self._differing(outcome))
        ]
        slugs = {outcome.slug for outcome in outcomes}
        differing += [slug for slug in self.communities if slug not in slugs]
        if differing:
            message = _("The farm does not give this plan any more; nothing was done: {names}.")
            raise PlanOutdated(message.format(names=few(differing, between=_("; "))), hint=_again())

    def _differing(self, outcome: CommunityOutcome) -> list[str]:
        """What would be done there and is not in the plan as it is now."""
        if outcome.error is not None:
            return [outcome.error.message]
        if outcome.slug not in self.communities:
            return [_("not in the plan")]
        planned = {change_id: (action, mark) for change_id, action, mark in self._of(outcome)}
        if outcome.to_make is False and not outcome.stands and planned:
            return []  # its making, which this plan began, was cut
        return [
            change_id
            for change_id, action, mark in _lines(outcome)
            if planned.get(change_id) != (action, mark) and change_id not in outcome.telling
        ]

    def _of(self, outcome: CommunityOutcome) -> tuple[Line, ...]:
        return self.communities[outcome.slug]


def keep_plan(
    path: Path,
    farm: str,
    asked: tuple[Sequence[Path], Sequence[str], Sequence[str]],
    outcomes: Sequence[CommunityOutcome],
    *,
    opening: bool = False,
    audit: str = "",
) -> None:
    """Writes a plan to a file for its owner only. It names things of wikis, and holds no text of
    theirs, no address of a person and no secret.
    """
    paths, only, taken_back = asked
    told = {
        "schema": SCHEMA,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "farm": farm,
        "paths": [str(each.absolute()) if each.exists() else str(each) for each in paths],
        "only": list(only),
        "taken_back": list(taken_back),
        "opening": opening,
        "audit": audit,
        "communities": {outcome.slug: _lines(outcome) for outcome in outcomes},
    }
    try:
        write_whole(path, json.dumps(told, ensure_ascii=False, indent=1) + "\n", PRIVATE)
    except OSError as fault:
        raise LocalStorage(
            _("The plan cannot be written to {path} ({reason}).").format(
                path=path, reason=of_system(fault)
            ),
            hint=_("Choose another file with --out."),
        ) from None


def read_plan(path: Path) -> KeptPlan:
    """The plan that a file keeps. Raises InvalidInput for a file that is none."""
    try:
        told = from_json(path.read_text("utf-8"))
        if told["schema"] != SCHEMA:
            raise ValueError
        return KeptPlan(
            str(told["farm"]),
            tuple(Path(each) for each in told["paths"]),
            tuple(str(each) for each in told["only"]),
            tuple(str(each) for each in told["taken_back"]),
            told.get("opening") is True,
            str(told.get("audit", "")),
            {
                str(slug): tuple((str(a), str(b), str(c)) for a, b, c in lines)
                for slug, lines in told["communities"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        message = _("This file is not a plan that `wikifarm plan --out` wrote, or not whole.")
        problem = Problem(message, _again(), str(path), code="not-a-plan")
        raise InvalidInput([problem]) from None


def _lines(outcome: CommunityOutcome) -> tuple[Line, ...]:
    changes = (
        (change.id, change.action.value, _fingerprint(change))
        for change in outcome.planned
        if change.writes or opened_by_hand(change)
    )
    forms = ((f"forms:{number}", Action.KEEP.value, "") for number in outcome.open_forms)
    return (*changes, *forms)


def opened_by_hand(change: AnyChange) -> bool:
    """True for a group in which somebody was made an administrator, and a form that was opened."""
    in_group = isinstance(change, GroupChange) and bool(change.reason)
    return in_group or (isinstance(change, FormChange) and change.reason == kept_open())


def _fingerprint(change: AnyChange) -> str:
    whole = json.dumps([change.before, change.after])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _again() -> str:
    return _("Make another one with `wikifarm plan --out`, and read it.")
