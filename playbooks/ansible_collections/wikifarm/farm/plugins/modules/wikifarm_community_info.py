#!/usr/bin/python
# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ansible module: how communities stand, and what an apply would change. Reads only."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wikifarm_community_info
short_description: Tell how communities stand
version_added: 0.1.0
author: The wikifarm contributors (!UNKNOWN)
description:
  - Says what C(wikifarm status) and C(wikifarm plan) say, by the same functions and in one process
    for all the communities of a farm.
  - Reads only, and writes nothing anywhere.
  - Fails when a community cannot be read or is not ours, once all of them were tried.
extends_documentation_fragment:
  - wikifarm.farm.community_options
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: Nothing is ever written.
  diff_mode:
    support: none
    details: Nothing ever changes.
  platform:
    platforms: posix
options:
  manifests:
    description:
      - Files that describe communities (YAML), folders of them, or CSV files with one community
        a row.
      - With neither this nor O(communities), those of the folder C(communities/) of O(directory),
        and those that this computer worked on before.
  plan:
    description: Whether to say what C(wikifarm apply) would change, where there is a manifest.
    type: bool
    default: true
seealso:
  - module: wikifarm.farm.wikifarm_community
"""

EXAMPLES = r"""
- name: Look at the communities of a region
  wikifarm.farm.wikifarm_community_info:
    farm_url: https://ferme.example.org/
    farm_password: "{{ vault_farm_password }}"
    manifests: ["{{ playbook_dir }}/communities"]
  delegate_to: localhost
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  register: found

- name: Name those that are not as described
  ansible.builtin.debug:
    msg: "{{ found.communities | rejectattr('in_step') | map(attribute='slug') }}"
"""

RETURN = r"""
farm:
  description: Address of the farm.
  returned: when the farm is known
  type: str
requests:
  description: How many requests the farm was sent.
  returned: when the farm is known
  type: dict
communities:
  description: How each community stands.
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
    state:
      description: >-
        V(not-made), V(unfinished), V(restoring) (its restoration was cut), V(in-place), V(closing),
        V(closed), V(not-ours) or V(failed).
      type: str
    blueprint:
      description: The blueprint last applied.
      type: str
    version:
      description: Its version.
      type: str
    edited:
      description: The pages that people edited by hand since.
      type: list
      elements: str
    last_run:
      description: When this computer last worked on it (ISO 8601).
      type: str
    privacy:
      description:
        - What the last audit of this computer came to, V(closed), V(leak) or V(unknown).
        - Empty without one.
      type: str
    audited:
      description: When (ISO 8601).
      type: str
    mailing_list:
      description: Its mailing list, as last seen.
      type: dict
    in_step:
      description: Whether an apply would change nothing.
      returned: with O(plan), where there is a manifest
      type: bool
    changes:
      description: What an apply would change, each with C(id), C(action) and C(summary).
      returned: with O(plan), where there is a manifest
      type: list
      elements: dict
messages:
  description: What a person should know.
  returned: always, unless the task stopped before the first community
  type: list
  elements: str
errors:
  description: Each failure, with C(slug), C(code), C(message), C(hint) and C(where).
  returned: always
  type: list
  elements: dict
code:
  description: The stable code of the first failure.
  returned: failure
  type: str
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
    from collections.abc import Sequence

    from wikifarm.blueprint.manifest.community import Community
    from wikifarm.operations.community.outcome import CommunityOutcome
    from wikifarm.operations.workplace.context import Context

    Rows = dict[str, dict[str, Any]]

STATE = ("slug", "name", "url", "state", "blueprint", "version", "edited", "last_run",
         "privacy", "audited", "mailing_list")  # fmt: skip


def main() -> None:
    """The module, as Ansible starts it."""
    more = {"plan": {"type": "bool", "default": True}}
    module = AnsibleModule({**shared.OPTIONS, **more}, supports_check_mode=True)
    shared.run(module, _communities)


def _communities(module: AnsibleModule, context: Context) -> shared.Answer:
    options = module.params
    wanted: list[Community] = []
    if shared.described(options):
        wanted = shared.chosen(options)
        rows, answer = _those(context, wanted)
    else:
        if options["plan"] and (Path(options["directory"]) / "communities").is_dir():
            wanted = shared.chosen(options | {"only": None})
        rows, answer = _known(context, options["only"] or ())
    if options["plan"]:
        from wikifarm.operations.plan import plan

        _add_plans(
            rows,
            answer,
            plan(context, [community for community in wanted if community.slug in rows]),
        )
    return answer | {"communities": list(rows.values())}


def _known(context: Context, slugs: Sequence[str]) -> tuple[Rows, shared.Answer]:
    """The state of the communities named, or of all that this computer knows of."""
    from wikifarm.operations.status import status
    from wikifarm.result import Failure

    envelope = status(context, slugs)
    states = envelope.data["states"]
    errors = [
        failure
        for state in states
        for failure in shared.errors((Failure(**error) for error in state["errors"]), state["slug"])
    ]
    rows = {state["slug"]: {key: state[key] for key in STATE} for state in states}
    return rows, {"messages": list(envelope.messages), "errors": errors}


def _those(context: Context, wanted: Sequence[Community]) -> tuple[Rows, shared.Answer]:
    """The state of these communities; `status` does not know of manifests kept elsewhere."""
    wikis = {folder.lower() for folder in context.farm.wikis()}
    made = [community.slug for community in wanted if community.slug.lower() in wikis]
    states, answer = _known(context, made) if made else ({}, {"messages": [], "errors": []})
    rows = {
        community.slug: states.get(community.slug) or _not_made(context, community)
        for community in wanted
    }
    return rows, answer


def _not_made(context: Context, community: Community) -> dict[str, Any]:
    from dataclasses import asdict

    from wikifarm.operations.status import State

    state = State(community.slug, community.name, url=context.farm.address_of(community.slug))
    return {key: value for key, value in asdict(state).items() if key in STATE}


def _add_plans(rows: Rows, answer: shared.Answer, planned: Sequence[CommunityOutcome]) -> None:
    failed = {error["slug"] for error in answer["errors"]}
    for outcome in planned:
        changes = [change for change in outcome.planned if change.writes]
        rows[outcome.slug] |= {
            "in_step": not changes and not outcome.error,
            "changes": [
                {
                    "id": change.id,
                    "action": change.action.value,
                    "summary": shared.masked(change.summary),
                }
                for change in changes
            ],
        }
    # A wiki that cannot be entered is told once.
    answer["errors"] += shared.outcome_errors(
        outcome for outcome in planned if outcome.slug not in failed
    )


if __name__ == "__main__":
    main()
