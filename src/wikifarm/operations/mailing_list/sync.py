"""Sync and audit: the subscribers of a list beside the community's base of participants.

Addresses go from the wiki to the list server and nowhere else: envelopes hold counts, unless names
are asked for, and the journal and the receipt hold keyed fingerprints.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.schema.template import properties
from wikifarm.emails import split_email
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.ports import ListPort, ServerPort
from wikifarm.engine.run import keep_receipt
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import list_ids
from wikifarm.engine.subscribers import (
    Compared,
    Ledger,
    Participant,
    compare,
    followed,
    participants,
)
from wikifarm.errors import InvalidInput, LocalStorage, NotOurs, Problem
from wikifarm.files import PRIVATE, write_whole
from wikifarm.i18n import _, ngettext
from wikifarm.lists.names import fit_for_a_list
from wikifarm.model import ListState, Module, WantedList
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.mailing_list.commands import check_wanted, each, entered, told, waits
from wikifarm.operations.mailing_list.wanted import Login, asked_host, driven, is_ours, wanted_list
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system

MAIL, CONSENT = "bf_mail", "bf_consent_liste"
GROUPS = ("participants", "animation")


@dataclass(frozen=True)
class Asked:
    """What was asked of a synchronisation."""

    remove: bool = False  # also take away those who no longer wish to be there
    max_removals: int | None = None
    dry_run: bool = False
    quiet: bool = False  # no welcome message
    names: bool = False  # show addresses
    subscribers: Path | None = None  # the export of a host that wikifarm cannot ask
    login: Login | None = None  # somebody's own account at such a host


def sync(
    context: Context, communities: Sequence[Community], asked: Asked
) -> list[CommunityOutcome]:
    """Makes subscribers follow the base; removals only when asked for."""

    def one(community: Community, outcome: CommunityOutcome) -> None:
        scene = _scene(context, community, outcome, asked)
        if scene is None:
            return
        if asked.dry_run:
            outcome.status = "planned" if _moves(scene.compared, asked) else "unchanged"
            return
        if scene.port is None:
            _hand_over(context, community, scene, outcome, asked)
        else:
            _move(context, community, scene, outcome, asked)

    with context.lock():
        return each(context, communities, one)


def audit(
    context: Context, communities: Sequence[Community], asked: Asked
) -> list[CommunityOutcome]:
    """Who is on one side only, as counts; changes nothing."""

    def one(community: Community, outcome: CommunityOutcome) -> None:
        _scene(context, community, outcome, asked, comparing=True)

    return each(context, communities, one)


@dataclass
class _Scene:
    """One community's list and base, read once."""

    work: Work
    wanted: WantedList
    port: ListPort | None
    people: list[Participant]
    members: frozenset[str]
    ledger: Ledger
    compared: Compared


def _scene(
    context: Context,
    community: Community,
    outcome: CommunityOutcome,
    asked: Asked,
    *,
    comparing: bool = False,
) -> _Scene | None:
    """What stands on both sides; None where the list is not open, which the outcome says.

    `comparing` needs to know who is on the list; the first lines to paste do not.
    """
    check_wanted(community)
    if Module.PARTICIPANTS not in community.modules:
        raise InvalidInput(
            [
                Problem(
                    _("The community “{name}” has no base of participants to follow.").format(
                        name=community.name
                    ),
                    file=community.source,
                    code="no-participants",
                )
            ]
        )
    context.progress(community.slug, engine.STEP)
    _blueprint, work = entered(context, community)
    wanted = wanted_list(context, community, work.receipt)
    port = driven(context, community, quiet=asked.quiet, login=asked.login)
    members = _members(context, community, work, wanted, port, outcome, asked, comparing)
    if members is None:
        return None
    people = _people(work)
    ledger = _ledger(context, community, work)
    compared = compare(people, members, ledger, fit_for_a_list)
    scene = _Scene(work, wanted, port, people, members, ledger, compared)
    _tell(outcome, scene, asked)
    if compared.unfit:
        outcome.notes.append(
            ngettext(
                "{count} card has an address that no list server takes.",
                "{count} cards have an address that no list server takes.",
                len(compared.unfit),
            ).format(count=len(compared.unfit))
        )
    return scene


def _members(
    context: Context,
    community: Community,
    work: Work,
    wanted: WantedList,
    port: ListPort | None,
    outcome: CommunityOutcome,
    asked: Asked,
    comparing: bool,
) -> frozenset[str] | None:
    held = work.receipt.mailing_list
    if port is None:
        outcome.mailing_list = told(community, held, ListState(held.get("state") or "unknown"))
        if held.get("state") != ListState.OPEN.value:
            outcome.pending.append(waits(community, wanted))
            return None
        return _exported(community, asked.subscribers, needed=comparing or "handed" in held)
    found = port.state(wanted)
    outcome.mailing_list = told(
        community, {"address": found.address or wanted.address, "home": found.home}, found.state
    )
    ours = is_ours(context, community, wanted, work.receipt)
    if found.state is ListState.REQUESTED and ours:
        outcome.pending.append(waits(community, wanted))
        return None
    if found.state is ListState.ABSENT:
        raise NotOurs(
            _("There is no list {name} yet.").format(name=wanted.address),
            hint=_("`wikifarm mailing-list create` asks for it."),
        )
    engine.plan(found, wanted, ours=ours, reopens=False)  # raises where it is not ours to act upon
    return port.members(wanted)


def _exported(community: Community, path: Path | None, *, needed: bool) -> frozenset[str]:
    """The subscribers as the host exports them, one a line: an address, or `Name <address>`."""
    if path is None:
        if not needed:
            return frozenset()
        raise InvalidInput(
            [
                Problem(
                    _(
                        "wikifarm cannot see who is on the list of “{slug}”, and must not put "
                        "back someone who left."
                    ).format(slug=community.slug),
                    _(
                        "On the page of the list: Subscribers, Dump; then give that file with "
                        "--subscribers FILE."
                    ),
                    code="subscribers-needed",
                )
            ]
        )
    try:
        lines = path.read_text("utf-8-sig", "replace").splitlines()
    except OSError as fault:
        raise InvalidInput(
            [
                Problem(
                    _("the file {file} cannot be read ({reason})").format(
                        file=path, reason=of_system(fault)
                    ),
                    file=str(path),
                    code="unreadable",
                )
            ]
        ) from None
    found = set()
    for line in lines:
        words = split_email(line)[1].replace(";", " ").replace(",", " ").split()
        found |= {word.lower() for word in words if "@" in word}
    return frozenset(found)


def _people(work: Work) -> list[Participant]:
    form = next(one for one in work.design.forms if one.schema.key == Module.PARTICIPANTS.value)
    written = work.seen.forms[form.id].properties
    expected = properties(form.schema, work.seen.wiki.capabilities.dialect, list_ids(work))
    mail, consent = (written.get(name) or expected.get(name, name) for name in (MAIL, CONSENT))
    accepted = {name for group in GROUPS for name in _accounts(work, group, set())}
    entries = work.seen.wiki.entries.of(form.id).values()
    return participants(entries, accepted, mail, consent)


def _accounts(work: Work, group: str, seen: set[str]) -> set[str]:
    """The accounts of a group and of the groups in it."""
    if group in seen:
        return set()
    seen.add(group)
    found = set()
    for member in work.seen.group(group):
        inside = _accounts(work, member[1:], seen) if member.startswith("@") else {member}
        found |= inside
    return found


# -- what was known -------------------------------------------------------------------------


def _ledger(context: Context, community: Community, work: Work) -> Ledger:
    """The receipt's, with what this computer did since and could not yet write there."""
    held = work.receipt
    if not held.ledger_key:
        return Ledger(secrets.token_hex(16))
    seen = set(held.ledger)
    for entry in context.journal.entries():
        if entry.get("slug") != community.slug or entry.get("step") != engine.STEP:
            continue
        if entry.get("key") == held.ledger_key[:8]:
            seen |= {str(entry["in"])} if "in" in entry else set()
            seen -= {str(entry["out"])} if "out" in entry else set()
        elif "ledger" in entry:
            seen = set(held.ledger)
    return Ledger(held.ledger_key, frozenset(seen))


def _keep(context: Context, scene: _Scene, compared: Compared) -> None:
    """Writes who was seen into the receipt, where it does not say so already; the key too, before
    the first fingerprint is made with it.
    """
    scene.ledger = followed(scene.ledger, compared)
    work = scene.work
    if not (scene.ledger.seen or compared.add or work.receipt.ledger_key):
        return
    new = replace(
        work.receipt,
        ledger_key=scene.ledger.key,
        ledger=tuple(sorted(scene.ledger.seen)),
        run=context.run,
    )
    wrote = not new.same_as(work.seen.receipt or work.receipt)
    keep_receipt(work, new)
    if wrote:
        context.journal.outcome(work.slug, engine.STEP, ledger=len(new.ledger))


# -- moving people --------------------------------------------------------------------------


def _moves(compared: Compared, asked: Asked) -> int:
    return len(compared.add) + (len(compared.remove) if asked.remove else 0)


def _move(
    context: Context,
    community: Community,
    scene: _Scene,
    outcome: CommunityOutcome,
    asked: Asked,
) -> None:
    assert scene.port is not None  # noqa: S101
    if isinstance(scene.port, ServerPort) and scene.port.follows:
        # The server reads its own source; what is here is for comparing.
        scene.port.synchronise(scene.wanted)
        members = scene.port.members(scene.wanted)
        scene.compared = compare(scene.people, members, scene.ledger, fit_for_a_list)
        _tell(outcome, scene, asked)
        return
    compared = scene.compared
    leaving = compared.remove if asked.remove else ()
    engine.check_removals(leaving, scene.members, asked.max_removals)
    _keep(context, scene, compared)
    if not compared.add and not leaving:
        return
    total = _moves(compared, asked)
    done = 0

    def note(word: str, address: str) -> None:
        nonlocal done
        done += 1
        fingerprint = {word: scene.ledger.of(address)}
        context.journal.outcome(
            community.slug, engine.STEP, key=scene.ledger.key[:8], **fingerprint
        )
        context.progress(community.slug, f"{engine.STEP} {done}/{total}")

    context.journal.intent(community.slug, engine.STEP, add=len(compared.add), remove=len(leaving))
    came = engine.ensure_members(
        scene.port,
        scene.wanted,
        add=compared.add,
        remove=leaving,
        added=lambda address: note("in", address),
        removed=lambda address: note("out", address),
    )
    members = scene.members | set(compared.add) - came.refused - set(leaving)
    members -= set(leaving) - came.refused
    context.journal.outcome(
        community.slug, engine.STEP, added=came.added, removed=came.removed,
        refused=len(came.refused),
    )  # fmt: skip
    scene.compared = compare(scene.people, frozenset(members), scene.ledger, fit_for_a_list)
    _keep(context, scene, scene.compared)
    _tell(outcome, scene, asked)
    outcome.mailing_list["counts"] |= {
        "added": came.added,
        "removed": came.removed,
        "refused": len(came.refused),
    }
    if asked.names:
        outcome.mailing_list["names"]["refused"] = sorted(came.refused)
    outcome.status = "updated" if came.added or came.removed else "unchanged"


def _hand_over(
    context: Context,
    community: Community,
    scene: _Scene,
    outcome: CommunityOutcome,
    asked: Asked,
) -> None:
    """Writes for a person what to paste at a host that wikifarm cannot drive."""
    _keep(context, scene, scene.compared)
    host = asked_host(context, community.mailing_list, scene.wanted.domain)
    texts = {
        f"{community.slug}-import-{number}.txt": text
        for number, text in enumerate(host.import_lines(scene.compared.add), 1)
    }
    if scene.compared.add:
        mail = host.add_mail(scene.wanted, scene.compared.add, quiet=asked.quiet)
        texts[f"{community.slug}-add.txt"] = mail
    if scene.compared.remove:
        texts[f"{community.slug}-remove.txt"] = "\n".join(scene.compared.remove) + "\n"
    files = []
    for name, text in texts.items():
        path = context.places.lists / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, text, PRIVATE)
        except OSError as fault:
            raise LocalStorage(
                _("{path} cannot be written ({reason}).").format(
                    path=path, reason=of_system(fault)
                ),
                hint=_("Free some space or choose another folder with --directory."),
            ) from None
        files.append(str(path))
    outcome.mailing_list["files"] = files
    most, total = host.profile.most_subscribers, len(scene.members) + len(scene.compared.add)
    if most is not None and total > most:
        outcome.notes.append(
            _("{host} is said to take {most} subscribers at most; there would be {count}.").format(
                host=host.profile.name, most=most, count=total
            )
        )
    if files and not scene.work.receipt.mailing_list.get("handed"):
        held = {**scene.work.receipt.mailing_list, "handed": "yes"}
        keep_receipt(scene.work, replace(scene.work.receipt, mailing_list=held, run=context.run))


# -- telling --------------------------------------------------------------------------------


def _tell(outcome: CommunityOutcome, scene: _Scene, asked: Asked) -> None:
    compared = scene.compared
    sides = {
        "to_add": compared.add,
        "to_remove": compared.remove,
        "subscribed": compared.kept,
        "left": compared.left,
        "not_accepted": compared.waiting,
        "without_consent": compared.unsaid,
        "without_entry": compared.strangers,
        "unfit": compared.unfit,
    }
    outcome.mailing_list["counts"] = {
        "subscribers": len(compared.kept) + len(compared.unsaid) + len(compared.strangers),
        **{word: len(found) for word, found in sides.items()},
    }
    if asked.names:
        outcome.mailing_list["names"] = {word: sorted(found) for word, found in sides.items()}
