"""One person's copy of all that a community holds of them: it is their right to ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wikifarm.blueprint.manifest.community import Community
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.moments import today
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.erasure.traces import (
    OwnEntry,
    Subscription,
    Traces,
    list_of,
    traces,
)
from wikifarm.operations.participants.base import (
    CHANGED,
    CREATED,
    Base,
    entered,
    read_base,
)
from wikifarm.operations.participants.export_people import (
    ExportedPeople,
    keep_safe,
    where_from,
)
from wikifarm.operations.participants.held_of_people import Question, Values, questions
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import refuse_taken, write_new
from wikifarm.result import Envelope

FORMAT = "wikifarm/person/1"
_OUTSIDE_NAMES = re.compile(r"[^\w-]+")


def own_copy(
    context: Context, community: Community, word: str, file: Path | None = None
) -> Envelope:
    """Writes what the wiki and the list hold of somebody into a new file. Only reads there."""
    if file is not None:
        refuse_taken(file, "--out")
    with entered(context, community, reads=True) as run:
        base = read_base(run)
        person = base.person(word)
        name = _OUTSIDE_NAMES.sub("-", person.account or next(iter(person.cards)))
        path = file or context.places.people / f"{community.slug}-{name}-{today()}.json"
        refuse_taken(path, "--out")
        told = _copy(run, base, traces(run, person, base.addresses_of(person)))
    write_new(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    outcome = ExportedPeople(community.slug, str(path), 1)
    return Envelope("participants export", outcome=outcome, messages=(keep_safe(),))


def _copy(run: CommunityRun, base: Base, known: Traces) -> dict[str, Any]:
    account, person, wanted = known.account, known.person, list_of(run)
    return {
        "format": FORMAT,
        **where_from(run),
        "account": account and {
            "name": account.name, "email": account.email, "since": account.since,
        },
        "groups": list(known.groups),
        "place": person.place.value,
        "consents": {base.label(name): said.value for name, said in person.consents.items()},
        "cards": [_entry(run, entry, past=True) for entry in known.cards],
        "entries": [_entry(run, entry) for entry in known.works],
        "pages": [
            {"tag": page.tag, "url": run.site.addresses.page(page.tag), "text": page.body}
            for page in known.pages
        ],
        "comments": [
            {"url": run.site.addresses.page(each.tag), "below": each.below, "at": each.time,
             "text": each.body}
            for each in (*known.comments, *known.answered)
        ],
        "mailing_list": {
            "address": wanted.address if wanted is not None else "",
            "state": known.subscription.value,
        },
        "not_here": _not_here(known.subscription),
    }  # fmt: skip


def _entry(run: CommunityRun, entry: OwnEntry, *, past: bool = False) -> dict[str, Any]:
    asked = questions(run.work, entry.form)
    told = {
        "tag": entry.tag,
        "url": run.site.addresses.page(entry.tag),
        "form": run.work.seen.forms[entry.form].label,
        "created": str(entry.values.get(CREATED) or ""),
        "changed": str(entry.values.get(CHANGED) or ""),
        "answers": _answers(asked, entry.values),
    }
    return {**told, "revisions": _past(run, entry.tag, asked)} if past else told


def _past(run: CommunityRun, tag: str, asked: Sequence[Question]) -> list[dict[str, Any]]:
    """What the entry said before, the newest first, as far as the wiki shows it."""
    run.progress("revisions")
    history = run.site.revisions.of(tag)
    past = []
    for revision in history.shown[1:]:
        try:
            values = from_json(run.site.revisions.body(tag, revision))
        except ValueError:
            values = {}
        past.append(
            {"at": revision.time, "by": revision.author, "answers": _answers(asked, values)}
        )
    return past


def _answers(asked: Sequence[Question], values: Values) -> dict[str, str]:
    """By the question as people read it; what was not said is left out."""
    return {question.label: said for question in asked if (said := question.answer(values))}


def _not_here(subscription: Subscription) -> list[str]:
    """What may be held of them elsewhere, as sentences."""
    told = [
        _("Pages that others own keep in their history which account changed them, and when."),
        _("The server keeps logs of connections and backups: who hosts this wiki says how long."),
        _("What others wrote of this person, in pages or in cards, was not looked for."),
    ]
    if subscription is Subscription.UNKNOWN:
        told.append(_("The mailing list could not be asked: its owners see who is on it."))
    if subscription is not Subscription.NO_LIST:
        told.append(_("The archives of the mailing list keep the messages that were sent to it."))
    return told
