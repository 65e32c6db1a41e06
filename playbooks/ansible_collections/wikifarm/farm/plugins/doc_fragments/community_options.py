# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documentation of the options that the modules about communities share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  farm_url:
    description:
      - Address of the farm, or the name of one of the C([farms.NAME]) of C(wikifarm.toml).
      - By default the farm that C(wikifarm.toml), C(.env) or the environment name, as for the
        command C(wikifarm).
    type: str
  farm_admin:
    description: Account that administers the farm's main wiki. C(WikiAdmin) by default.
    type: str
  farm_password:
    description: Its password. By default the one kept beside the address of the farm.
    type: str
  farm_token:
    description: Its key for YesWiki's API, where the farm has one.
    type: str
  manifests:
    description:
      - Files that describe communities (YAML), folders of them, or CSV files with one community
        a row.
      - With neither this nor O(communities), the folder C(communities/) of O(directory).
    type: list
    elements: path
  communities:
    description: Communities described here, each with the keys of a manifest.
    type: list
    elements: dict
  only:
    description: The addresses (C(slug)) of the communities to take among those described.
    type: list
    elements: str
  directory:
    description:
      - Folder of C(wikifarm.toml), C(.env) and C(communities/), and of what is written for people,
        C(checklist/) and C(welcome/).
    type: path
    default: .
  state_dir:
    description:
      - Folder of the journal, the lock, the passwords of the wikis and the copies made before
        something is removed. Keep it from one run to the next.
      - By default that of the command C(wikifarm), for the same user.
    type: path
  ca_certificate:
    description: File of the authorities (PEM) that sign the farm's certificate, if not public ones.
    type: path
  validate_certs:
    description: >-
      Whether the farm's certificate is verified. V(false) lets anyone on the way read all.
    type: bool
    default: true
  language:
    description:
      - Language of the messages. The pages of a community are in the language of its manifest.
      - By default what C(wikifarm.toml) or the locale says, else French.
    type: str
    choices: [fr, en]
requirements:
  - python >= 3.11
  - wikifarm, in the Python that runs the module
notes:
  - The farm is reached over the web, so run this where Ansible runs, with the Python that has
    C(wikifarm) - C(connection) local or C(delegate_to) localhost, and
    C(ansible_python_interpreter) set to C({{ ansible_playbook_python }}).
  - Settings of mailing lists, such as the password of a Sympa, are read from C(wikifarm.toml),
    C(.env) or the environment, as for the command C(wikifarm).
"""
