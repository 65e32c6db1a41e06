"""Sync and audit: the subscribers of a list beside the community's base of participants.

Addresses go from the wiki to the list server and nowhere else: envelopes hold counts, unless names
are asked for, and the journal and the receipt hold keyed fingerprints.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wikifarm.blueprint.blueprint_model import Consent
from wikifarm.blueprint.design import PeopleForm
from wikifarm.blueprint.manifest.community import Community
from wikifarm.emails import split_email
from wikifarm.engine import mailing_list as engine
from wikifarm.engine.ports import ListPort, ServerPort
from wikifarm.engine.recording import keep_receipt
from wikifarm.engine.step import Work
from wikifarm.engine.steps.bazar import property_names
from wikifarm.engine.subscribers import (
    Compared,
    Ledger,
    Participant,
    compare,
    followed,
    participants,
)
from wikifarm.errors import InvalidInput, LocalStorage, NotOurs, Problem, WikiBusy
from wikifarm.files import PRIVATE, make_private, write_whole
from wikifarm.i18n import _, ngettext
from wikifarm.lists.names import fit_for_a_list
from wikifarm.model import ListState, WantedList
from wikifarm.operations.community.batch import each
from wikifarm.operations.community.closed_community import refuse_closed
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import CommunityOutcome
from wikifarm.operations.mailing_list.commands import check_wanted, enter_finished
from wikifarm.operations.mailing_list.ensure import tell_list, waits
from wikifarm.operations.mailing_list.wanted import (
    Login,
    asked_host,
    driven,
    is_ours,
    wanted_list,
)
from wikifarm.operations.workplace.context import Context
from wikifarm.reasons import of_system


@dataclass(frozen=True)
class Asked:
    """What was asked of a synchronisation."""

    remove: bool = False  # also take away those whose card is gone or gives no answer any more
    max_removals: int | None = None
    dry_run: bool = False
    quiet: bool = False  # no welcome message
    names: bool = False  # show addresses
    subscribers: Path | None = None  # the export of a host that wikifarm cannot ask
    login: Login | None = None  # somebody's own account at such a host


def sync(
    context: Context, communities: Sequence[Community], asked: Asked
) -> list[CommunityOutcome]:
    """Makes subscribers follow the base: a no after a yes is carried out, as a yes is; other
    removals only when asked for."""

    def follow(run: CommunityRun) -> None:
        scene = _scene(run, asked)
        if scene is None:
            return
        if asked.dry_run:
            moves = _moves(scene.compared, asked)
            run.outcome.status = "planned" if moves else "unchanged"
        elif scene.port is None:
            _hand_over(scene, asked)
        else:
            _move(scene, scene.port, asked)

    with context.lock():
        return each(context, communities, follow)


def audit(
    context: Context, communities: Sequence[Community], asked: Asked
) -> list[CommunityOutcome]:
    """Who is on one side only, as counts; changes nothing."""

    def look(run: CommunityRun) -> None:
        _scene(run, asked, comparing=True)

    return each(context, communities, look)


@dataclass
class _Scene:
    """One community's list and base, read once."""

    run: CommunityRun
    wanted: WantedList
    port: ListPort | None
    people: list[Participant]
    members: frozenset[str]
    ledger: Ledger
    compared: Compared


def _scene(run: CommunityRun, asked: Asked, *, comparing: bool = False) -> _Scene | None:
    """What stands on both sides; None where the list is not open, which the outcome says.

    `comparing` needs to know who is on the list; the first lines to paste do not.
    """
    context, community = run.context, run.community
    check_wanted(community)
    run.progress(engine.STEP)
    base = _base(run)
    enter_finished(run)
    if not comparing and not asked.dry_run:
        refuse_closed(run)
    wanted = wanted_list(context, community, run.receipt)
    port = driven(context, community, quiet=asked.quiet, login=asked.login)
    members = _members(run, wanted, port, asked, comparing=comparing)
    if members is None:
        return None
    people = _people(run.work, base)
    ledger = _ledger(run)
    compared = compare(people, members, ledger, fit_for_a_list)
    if compared.remove and asked.remove:
        run.work.seen.forget("groups", "forms")
        again = compare(_people(run.work, base), members, ledger, fit_for_a_list)
        if again.remove != compared.remove:
            raise WikiBusy(
                _("The wiki did not show the same people twice: nobody was taken off the list."),
                hint=_("Run the same command again."),
            )
    scene = _Scene(run, wanted, port, people, members, ledger, compared)
    _tell(scene, asked)
    if compared.unfit:
        run.outcome.notes.append(
            ngettext(
                "{count} card has an address that no list server takes.",
                "{count} cards have an address that no list server takes.",
                len(compared.unfit),
            ).format(count=len(compared.unfit))
        )
    return scene


def _base(run: CommunityRun) -> PeopleForm:
    """The base of participants, which asks for an address and for the yes to be subscribed."""
    base = run.compiler.who.base
    if base is not None and base.consent_to(Consent.MAILING_LIST) is not None:
        return base
    raise InvalidInput(
        [
            Problem(
                _("The community “{name}” has no base of participants to follow.").format(
                    name=run.community.name
                ),
                file=run.community.source,
                code="no-participants",
            )
        ]
    )


def _members(
    run: CommunityRun,
    wanted: WantedList,
    port: ListPort | None,
    asked: Asked,
    *,
    comparing: bool,
) -> frozenset[str] | None:
    context, community, outcome = run.context, run.community, run.outcome
    known = run.receipt.mailing_list
    if port is None:
        tell_list(run, known, ListState(known.get("state") or "unknown"))
        if known.get("state") != ListState.OPEN.value:
            outcome.pending.append(waits(run, wanted))
            return None
        return _exported(community, asked.subscribers, needed=comparing or "handed" in known)
    current_list = port.state(wanted)
    now = {"address": current_list.address or wanted.address, "home": current_list.home}
    tell_list(run, now, current_list.state)
    ours = is_ours(context, community, wanted, run.receipt)
    if current_list.state is ListState.REQUESTED and ours:
        outcome.pending.append(waits(run, wanted))
        return None
    if current_list.state is ListState.ABSENT:
        raise NotOurs(
            _("There is no list {name} yet.").format(name=wanted.address),
            hint=_("`wikifarm mailing-list create` asks for it."),
        )
    # Raises where it is not ours to act upon.
    engine.plan(current_list, wanted, ours=ours, reopens=False)
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
    subscribers = set()
    for line in lines:
        words = split_email(line)[1].replace(";", " ").replace(",", " ").split()
        subscribers |= {word.lower() for word in words if "@" in word}
    return frozenset(subscribers)


def _people(work: Work, base: PeopleForm) -> list[Participant]:
    consent = base.consent_to(Consent.MAILING_LIST)
    assert consent is not None  # noqa: S101 - _base() saw it
    names, who = property_names(work, base.form), work.design.who
    accepted = work.seen.everybody_in(who.members, who.facilitators)
    rows = work.seen.wiki.entries.of(base.form.id).values()
    return participants(
        rows, accepted, names[base.address], names[consent.name], consent.yes, work.seen.accounts
    )


# -- what was known -------------------------------------------------------------------------


def _ledger(run: CommunityRun) -> Ledger:
    """The receipt's, with what this computer did since and could not yet write there."""
    receipt = run.receipt
    if not receipt.ledger_key:
        return Ledger(secrets.token_hex(16))
    seen = set(receipt.ledger)
    for entry in run.context.journal.entries():
        if entry.get("slug") != run.community.slug or entry.get("step") != engine.STEP:
            continue
        if entry.get("key") == receipt.ledger_key[:8]:
            seen |= {str(entry["in"])} if "in" in entry else set()
            seen -= {str(entry["out"])} if "out" in entry else set()
        elif "ledger" in entry:
            seen = set(receipt.ledger)
    return Ledger(receipt.ledger_key, frozenset(seen))


def _keep(scene: _Scene, compared: Compared) -> None:
    """Writes who was seen into the receipt, where it does not say so already; the key too, before
    the first fingerprint is made with it.
    """
    scene.ledger = followed(scene.ledger, compared)
    work, context = scene.run.work, scene.run.context
    if not (scene.ledger.seen or compared.add or work.receipt.ledger_key):
        return
    new = replace(
        work.receipt,
        ledger_key=scene.ledger.key,
        ledger=tuple(sorted(scene.ledger.seen)),
    )
    if keep_receipt(work, new, context.journal):
        context.journal.outcome(work.slug, engine.STEP, ledger=len(new.ledger))


# -- moving people --------------------------------------------------------------------------


def _moves(compared: Compared, asked: Asked) -> int:
    return len(compared.add) + len(_leaving(compared, asked))


def _leaving(compared: Compared, asked: Asked) -> tuple[str, ...]:
    """Who is to be taken off: those who withdrew their agreement, and the others if so asked."""
    return compared.remove if asked.remove else compared.withdrawn


def _still_leaving(scene: _Scene, leaving: Sequence[str]) -> tuple[str, ...]:
    """Those of them whom a second reading of the base takes off too."""
    if not leaving:
        return ()
    people = _people(scene.run.work, _base(scene.run))
    again = compare(people, scene.members, scene.ledger, fit_for_a_list).remove
    return tuple(address for address in leaving if address in again)


def _move(scene: _Scene, port: ListPort, asked: Asked) -> None:
    context, slug, outcome = scene.run.context, scene.run.community.slug, scene.run.outcome
    if isinstance(port, ServerPort) and port.follows:
        # The server reads its own source; what is here is for comparing.
        port.synchronise(scene.wanted)
        members = port.members(scene.wanted)
        scene.compared = compare(scene.people, members, scene.ledger, fit_for_a_list)
        _tell(scene, asked)
        return
    compared = scene.compared
    leaving = _still_leaving(scene, _leaving(compared, asked))
    engine.check_removals(leaving, scene.members, asked.max_removals)
    _keep(scene, compared)
    if not compared.add and not leaving:
        return
    total = _moves(compared, asked)
    done = 0

    def note(word: str, address: str) -> None:
        nonlocal done
        done += 1
        fingerprint = {word: scene.ledger.of(address)}
        context.journal.outcome(slug, engine.STEP, key=scene.ledger.key[:8], **fingerprint)
        context.progress(slug, f"{engine.STEP} {done}/{total}")

    context.journal.intent(slug, engine.STEP, add=len(compared.add), remove=len(leaving))
    came = engine.ensure_members(
        port,
        scene.wanted,
        add=compared.add,
        remove=leaving,
        added=lambda address: note("in", address),
        removed=lambda address: note("out", address),
    )
    members = scene.members | set(compared.add) - came.refused - set(leaving)
    members -= set(leaving) - came.refused
    context.journal.outcome(
        slug, engine.STEP, added=came.added, removed=came.removed,
        refused=len(came.refused),
    )  # fmt: skip
    scene.compared = compare(scene.people, frozenset(members), scene.ledger, fit_for_a_list)
    _keep(scene, scene.compared)
    _tell(scene, asked)
    outcome.mailing_list["counts"] |= {
        "added": came.added,
        "removed": came.removed,
        "refused": len(came.refused),
    }
    if asked.names:
        outcome.mailing_list["names"]["refused"] = sorted(came.refused)
    outcome.status = "updated" if came.added or came.removed else "unchanged"


def _hand_over(scene: _Scene, asked: Asked) -> None:
    """Writes for a person what to paste at a host that wikifarm cannot drive."""
    context, community, outcome = scene.run.context, scene.run.community, scene.run.outcome
    _keep(scene, scene.compared)
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
            make_private(path.parent)
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
    if files and not scene.run.receipt.mailing_list.get("handed"):
        mailing_list = {**scene.run.receipt.mailing_list, "handed": "yes"}
        keep_receipt(
            scene.run.work,
            replace(scene.run.receipt, mailing_list=mailing_list),
            context.journal,
        )


# -- telling --------------------------------------------------------------------------------


def _tell(scene: _Scene, asked: Asked) -> None:
    compared, outcome = scene.compared, scene.run.outcome
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
        **{word: len(addresses) for word, addresses in sides.items()},
    }
    if asked.names:
        outcome.mailing_list["names"] = {
            word: sorted(addresses) for word, addresses in sides.items()
        }
