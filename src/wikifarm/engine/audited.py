"""The last audit that passed, as the receipt keeps it: what did not change is not asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from wikifarm import __version__
from wikifarm.engine.receipt import fingerprint
from wikifarm.engine.step import Work


def grounds(work: Work) -> str:
    """The fingerprint of what an audit stands on: the questions of this version of wikifarm, the
    blueprint, and what opens the wiki, whoever made it: its forms, groups, settings, and the rights
    of actions and handlers.

    What people write, and members who come and go, leave it as it is.
    """
    seen, design = work.seen, work.design
    groups = {
        name: sorted(member for member in members if not _comes_and_goes(work, name, member))
        for name, members in seen.groups.items()
    }
    forms = {form.id: [form.label, form.template] for form in seen.forms.values()}
    stood_on = [
        __version__, design.blueprint, design.version, forms, groups, seen.settings, seen.modules,
    ]  # fmt: skip
    return fingerprint(json.dumps(stood_on, sort_keys=True))


def _comes_and_goes(work: Work, group: str, member: str) -> bool:
    """True for an account in the group of members, which facilitators welcome there."""
    return group == work.design.who.members and member[:1].isalnum()


def passed(work: Work, release: str) -> dict[str, str]:
    """What the receipt keeps of an audit that has just passed on that release of YesWiki."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"at": at, "grounds": grounds(work), "release": release}


def stands(work: Work, release: str, longest: timedelta) -> bool:
    """True while the audit of the receipt still tells of the wiki: not older than `longest`, on the
    same grounds and the same release of YesWiki."""
    noted = work.receipt.audit
    age = _age(noted)
    return (
        age is not None
        and timedelta(0) <= age < longest
        and noted.get("release") == release
        and noted.get("grounds") == grounds(work)
    )


def _age(noted: Mapping[str, str]) -> timedelta | None:
    try:
        return datetime.now(UTC) - datetime.fromisoformat(noted["at"])
    except (KeyError, ValueError, TypeError):  # TypeError: a time without its zone
        return None
