#!/usr/bin/python
# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs a verb of the tool that looks after the farms of a machine, and reads its JSON answer."""

from __future__ import annotations

DOCUMENTATION = """
module: wikifarm_host
short_description: Run a verb of wikifarm-host on the machine of a farm
version_added: 0.1.0
description:
  - Runs C(wikifarm-host VERB FARM …) and gives its answer to Ansible.
  - The tool is installed by the role P(wikifarm.farm.host#role).
author: The wikifarm contributors (!UNKNOWN)
options:
  verb:
    description: What to do.
    type: str
    required: true
    choices:
      - release
      - serve
      - install
      - configure
      - models
      - wikis
      - check
      - upgrade
      - backup
      - check-backup
      - restore
      - restore-test
      - retire
      - facts
  farm:
    description: Name of the farm on the machine.
    type: str
    required: true
  options:
    description: Options of the verb, as on its command line. Never a secret.
    type: list
    elements: str
    default: []
  lang:
    description: Language of the messages.
    type: str
    choices: [fr, en]
    default: fr
  executable:
    description: The tool.
    type: path
    default: /usr/local/sbin/wikifarm-host
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: >-
      A verb that writes is run with C(--dry-run); one that only reads is run as usual. While the
      farm is not on the machine yet, a change is predicted.
  diff_mode:
    support: full
    details: What the tool says of before and after, secrets hidden.
  platform:
    platforms: posix
"""

EXAMPLES = """
- name: See that the wikis of a farm answer
  wikifarm.farm.wikifarm_host:
    verb: check
    farm: rennes

- name: Back up one wiki
  wikifarm.farm.wikifarm_host:
    verb: backup
    farm: rennes
    options: [--wiki, jardins]
"""

RETURN = """
data:
  description: What the verb answers; each has its own fields.
  type: dict
  returned: success
messages:
  description: What is good to know besides.
  type: list
  elements: str
  returned: success
predicted:
  description: The farm is not on the machine yet, so that the tool could not be asked.
  type: bool
  returned: in check mode, when it is so
code:
  description: Stable name of what went wrong, as C(check-failed).
  type: str
  returned: failure
message:
  description: What went wrong, and what was and was not done.
  type: str
  returned: failure
hint:
  description: What to try next.
  type: str
  returned: failure
exit:
  description: Exit status of the tool.
  type: int
  returned: failure
"""

import json
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.wikifarm.farm.plugins.module_utils.errors import Code
from ansible_collections.wikifarm.farm.plugins.module_utils.verbs import VERBS

# What a fresh host answers in check mode, where the tasks before this one wrote nothing.
NOT_YET = {"farm-unknown", "release-unknown", "not-installed", "database-missing"}
PREDICTED = {
    "fr": "Prévu : la ferme n’est pas encore sur cette machine, « {verb} » n’y a pas tourné.",
    "en": "Predicted: the farm is not on this machine yet, “{verb}” did not run there.",
}
# What argparse ends with: a rehearsal has not installed the tool that knows this verb or option.
OLDER_TOOL = 2
MISSING = {
    "fr": ("{path} n’est pas sur cette machine.", "Installez-le : wikifarm ops provision."),
    "en": ("{path} is not on this machine.", "Install it: wikifarm ops provision."),
}
CRASHED = {
    "fr": ("L’outil s’est arrêté sans répondre (état {status}) : {said}", "Voyez son journal."),
    "en": ("The tool stopped without an answer (status {status}): {said}", "See its log."),
}


def main() -> None:
    """Runs the tool once."""
    module = AnsibleModule(
        argument_spec={
            "verb": {"type": "str", "required": True, "choices": list(VERBS)},
            "farm": {"type": "str", "required": True},
            "options": {"type": "list", "elements": "str", "default": []},
            "lang": {"type": "str", "choices": ["fr", "en"], "default": "fr"},
            "executable": {"type": "path", "default": "/usr/local/sbin/wikifarm-host"},
        },
        supports_check_mode=True,
    )
    verb, lang = module.params["verb"], module.params["lang"]
    writes = VERBS[verb].writes
    if not Path(module.params["executable"]).exists():
        if module.check_mode:
            predict(module, verb, lang, writes)
        message, hint = MISSING[lang]
        refuse(module, "tool-missing", message.format(path=module.params["executable"]), hint)
    command = [module.params["executable"], verb, module.params["farm"], *module.params["options"]]
    if module.check_mode and writes:
        command.append("--dry-run")
    status, out, err = module.run_command(command, environ_update={"WIKIFARM_LANG": lang})
    answer = read(out)
    if answer is None and module.check_mode and status == OLDER_TOOL:
        predict(module, verb, lang, writes)
    elif answer is None:
        crash(module, lang, status, err or out)
    elif answer["ok"]:
        succeed(module, answer)
    elif module.check_mode and answer["code"] in NOT_YET:
        predict(module, verb, lang, writes)
    else:
        refuse(module, answer["code"], answer["message"], answer["hint"], status)


def read(out: str) -> dict[str, Any] | None:
    """The tool's one JSON object; None when it printed something else."""
    try:
        answer = json.loads(out)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None


def succeed(module: AnsibleModule, answer: dict[str, Any]) -> None:
    """Ends well, with the difference when the tool gives one."""
    result = {"changed": answer["changed"], "data": answer["data"]}
    result["messages"] = answer.get("messages", [])
    if "diff" in answer and module._diff:
        result["diff"] = answer["diff"]
    module.exit_json(**result)


def predict(module: AnsibleModule, verb: str, lang: str, writes: bool) -> None:
    """Ends as a run would, as far as can be told: a verb that writes will have something to do."""
    message = PREDICTED[lang].format(verb=verb)
    module.exit_json(changed=writes, predicted=True, msg=message, data={}, messages=[message])


def refuse(module: AnsibleModule, code: Code, message: str, hint: str, status: int = 1) -> None:
    """Ends badly, with the code, the sentence, the cure and the tool's exit status."""
    words = {"code": code, "message": message, "hint": hint, "exit": status}
    module.fail_json(msg=f"{code}: {message} {hint}", **words)


def crash(module: AnsibleModule, lang: str, status: int, said: str) -> None:
    """The tool has a fault of its own: its last line is all there is."""
    message, hint = CRASHED[lang]
    last = (said.strip().splitlines() or ["–"])[-1][:500]
    refuse(module, "tool-crashed", message.format(status=status, said=last), hint)


if __name__ == "__main__":
    main()
