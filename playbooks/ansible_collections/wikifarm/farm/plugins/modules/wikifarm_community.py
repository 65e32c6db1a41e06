#!/usr/bin/python
# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ansible module: makes the wikis of communities what their manifests say."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wikifarm_community
short_description: Make the wikis of communities what their manifests say
version_added: 0.1.0
author: The wikifarm contributors (!UNKNOWN)
description:
  - Does what C(wikifarm apply) does, by the same functions and in one process for all the
    communities of a farm - makes each wiki that is not there yet, with its pages, forms, groups,
    rights and mailing list, then looks as a stranger that no participant can be seen.
  - Run again, it writes nothing. A page that people edited by hand is kept.
  - The failure of one community never undoes another. The task fails once all of them were tried.
  - What waits for a person, such as the approval of a mailing list, is no failure and is returned
    in RV(pending).
extends_documentation_fragment:
  - wikifarm.farm.community_options
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: Does what C(wikifarm plan) does; nothing is written, neither on the farm nor here.
  diff_mode:
    support: full
    details:
      - Each page, form, right, group and setting before and after. E-mail addresses are masked.
      - The farm is read once more for the communities that change.
      - What O(verify) then ticks in the pages of a community is known only once it was seen.
  platform:
    platforms: posix
options:
  state:
    description: >-
      Communities are only made and kept in step. The command C(wikifarm retire) takes leave of one.
    type: str
    choices: [present]
    default: present
  verify:
    description:
      - Whether to look, as a visitor and as strangers with accounts, that nobody can be seen. It
        plants a participant who does not exist, and takes it away.
      - Never V(false) with real people.
    type: bool
    default: true
  max_failures:
    description: Stop after more failures than this. By default every community is tried.
    type: int
seealso:
  - module: wikifarm.farm.wikifarm_community_info
"""

EXAMPLES = r"""
- name: Set up the communities of a region
  wikifarm.farm.wikifarm_community:
    farm_url: https://ferme.example.org/
    farm_password: "{{ vault_farm_password }}"
    manifests: ["{{ playbook_dir }}/communities"]
    directory: "{{ playbook_dir }}"
  delegate_to: localhost
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  register: result

- name: One community, described here
  wikifarm.farm.wikifarm_community:
    farm_url: https://ferme.example.org/
    farm_password: "{{ vault_farm_password }}"
    communities:
      - name: Robustesse autour de Rennes
        slug: rennes
        facilitators: ["Camille Le Goff <camille.legoff@example.org>"]
  delegate_to: localhost
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"

- name: Show what people still have to send
  ansible.builtin.debug:
    msg: "{{ item.message }}: {{ item.text }}"
  loop: "{{ result.pending }}"
"""

RETURN = r"""
changed:
  description:
    - Whether something of a community, or a file for people, was written or would be.
    - The receipt that the toolkit keeps in each wiki for itself, and the participant that it plants
      and takes away again, do not count.
    - In check mode, the files for people count when they are missing.
  returned: always
  type: bool
farm:
  description: Address of the farm.
  returned: when the farm is known
  type: str
requests:
  description: How many requests the farm was sent.
  returned: when the farm is known
  type: dict
  sample: {get: 172, post: 60}
communities:
  description: What came of each community, in the order of the manifests.
  returned: always
  type: list
  elements: dict
  contains:
    slug:
      description: Its address on the farm.
      type: str
    name:
      description: Its name.
      type: str
    url:
      description: The address of its wiki.
      type: str
    status:
      description: >-
        V(created), V(updated), V(unchanged), V(pending) or V(failed); V(planned) in check mode
        when something would change; V(closing) for one that closes, which is left alone.
      type: str
    changed:
      description: Whether something of this community was written or would be.
      type: bool
    changes:
      description: What was written or would be, each with C(id), C(action) and C(summary).
      type: list
      elements: dict
    kept:
      description: What people edited by hand, and that was left as it is.
      type: list
      elements: str
    audit:
      description: >-
        Number of questions asked (C(probes)) and who was seen (C(leaks)); empty without O(verify).
      type: dict
    mailing_list:
      description: Its mailing list and how far it is.
      type: dict
    checklist:
      description: The file of what is left to people.
      type: str
    welcome:
      description: The file of the message to its facilitators.
      type: str
    notes:
      description: What a person should know.
      type: list
      elements: str
    requests:
      description: How many requests it took.
      type: dict
    seconds:
      description: How long it took.
      type: float
pending:
  description: >-
    What waits for a person, each with C(id), C(slug), C(message) and the C(text) to send.
  returned: always, unless the task stopped before the first community
  type: list
  elements: dict
errors:
  description: Each failure, with C(slug), C(code), C(message), C(hint) and C(where).
  returned: always
  type: list
  elements: dict
code:
  description: The stable code of the first failure.
  returned: failure
  type: str
  sample: bad-credentials
hint:
  description: What to try next about it.
  returned: failure
  type: str
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wikifarm.farm.plugins.module_utils import communities as shared

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikifarm.blueprint.manifest.community import Community
    from wikifarm.engine.changes import AnyChange
    from wikifarm.operations.community.outcome import CommunityOutcome
    from wikifarm.operations.workplace.context import Context


def main() -> None:
    """The module, as Ansible starts it."""
    more = {
        "state": {"type": "str", "choices": ["present"], "default": "present"},
        "verify": {"type": "bool", "default": True},
        "max_failures": {"type": "int"},
    }
    module = AnsibleModule({**shared.OPTIONS, **more}, supports_check_mode=True)
    shared.run(module, _communities)


def _communities(module: AnsibleModule, context: Context) -> shared.Answer:
    wanted = shared.chosen(module.params)
    answer: shared.Answer = {}
    planned: list[CommunityOutcome] = []
    if module.check_mode or module._diff:
        from wikifarm.operations.plan import plan

        planned = plan(context, wanted)
    if module._diff:
        answer["diff"] = _diff(planned)
    if module.check_mode:
        return answer | _planned(context, planned)
    return answer | _applied(module, context, wanted)


def _planned(context: Context, outcomes: Sequence[CommunityOutcome]) -> shared.Answer:
    files = _files(context, [outcome.slug for outcome in outcomes])
    rows = []
    for outcome in outcomes:
        changes = [change for change in outcome.planned if change.writes]
        missing = not outcome.error and None in files[outcome.slug].values()
        rows.append(_row(outcome, changes, changed=bool(changes) or missing))
    return _answer(outcomes, rows)


def _applied(module: AnsibleModule, context: Context, wanted: Sequence[Community]) -> shared.Answer:
    from wikifarm.operations.apply import apply

    options = module.params
    slugs = [community.slug for community in wanted]
    before = _files(context, slugs)
    outcomes = apply(context, wanted, max_failures=options["max_failures"], audit=options["verify"])
    after, touched = _files(context, slugs), _touched(context)
    rows = []
    for outcome in outcomes:
        changes = [done.change for done in outcome.steps if done.outcome == "done"]
        changed = outcome.slug in touched or before[outcome.slug] != after[outcome.slug]
        rows.append(_row(outcome, changes, changed=changed))
    return _answer(outcomes, rows)


def _touched(context: Context) -> set[str]:
    """The communities that this run wrote something of, be it cut short: the journal knows.

    What leaves a wiki as it found it, as the audit does, is no writing.
    """
    from wikifarm.engine.journal import PASSING

    return {
        str(entry.get("slug"))
        for entry in context.journal.entries()
        if entry.get("run") == context.run and entry.get("step") not in PASSING
    }


def _files(context: Context, slugs: Iterable[str]) -> dict[str, dict[Path, bytes | None]]:
    """What the files for people hold now, community by community."""
    places = context.places
    return {
        slug: {
            path: path.read_bytes() if path.is_file() else None
            for path in (
                places.checklists / f"{slug}.md",
                places.checklists / f"{slug}.html",
                places.welcomes / f"{slug}.txt",
            )
        }
        for slug in slugs
    }


def _diff(planned: Iterable[CommunityOutcome]) -> list[dict[str, str]]:
    """Before and after of each change, from the values that the plan holds."""
    texts = []
    for outcome in planned:
        for change in outcome.planned if not outcome.error else ():
            if not change.writes:
                continue
            header = f"{outcome.slug} {change.id}"
            before, after = (f"{text}\n" if text else "" for text in (change.before, change.after))
            texts.append(
                {
                    "before_header": header,
                    "after_header": header,
                    "before": shared.masked(before),
                    "after": shared.masked(after),
                }
            )
    return texts


def _answer(outcomes: Sequence[CommunityOutcome], rows: list[dict[str, Any]]) -> shared.Answer:
    return {
        "changed": any(row["changed"] for row in rows),
        "communities": rows,
        "pending": shared.pending(outcomes),
        "errors": shared.outcome_errors(outcomes),
    }


def _row(
    outcome: CommunityOutcome, changes: Iterable[AnyChange], *, changed: bool
) -> dict[str, Any]:
    """One community: what the envelope of `wikifarm apply --json` says of it, in short."""
    told = outcome.as_json()
    audit = told["audit"] or {}
    return {
        **{key: told[key] for key in ("slug", "name", "url", "status")},
        "changed": changed,
        "changes": [
            {
                "id": change.id,
                "action": change.action.value,
                "summary": shared.masked(change.summary),
            }
            for change in changes
        ],
        **{key: told[key] for key in ("kept", "mailing_list", "checklist", "welcome")},
        "audit": {key: audit[key] for key in ("probes", "leaks") if key in audit},
        "notes": [shared.masked(note) for note in outcome.notes],
        "requests": told["requests"],
        "seconds": told["seconds"],
    }


if __name__ == "__main__":
    main()
