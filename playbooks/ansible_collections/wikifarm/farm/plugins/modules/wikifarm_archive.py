#!/usr/bin/python
# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Brings a release archive to the controller, and says what it is; the machine never downloads."""

from __future__ import annotations

DOCUMENTATION = """
module: wikifarm_archive
short_description: Check a YesWiki release archive on the controller
version_added: 0.1.0
description:
  - Takes a zip of YesWiki or of one of its extensions, from a path or from an https address.
  - Checks its sha256 before reading anything in it, then that it is safe to unpack (no path that
    leaves the folder, no link, no special file, a bounded size) and that it is what it should be.
  - To be delegated to the controller.
author: The wikifarm contributors (!UNKNOWN)
options:
  source:
    description: Path of the zip, or an https address. A download is kept under its sha256.
    type: str
    required: true
  sha256:
    description: The sha256 that its author announces, in hexadecimal digits.
    type: str
    required: true
  kind:
    description: YesWiki itself, or an extension.
    type: str
    choices: [core, extension]
    required: true
  name:
    description: Name of the extension, which is its folder in C(tools/); C(yeswiki) for YesWiki.
    type: str
    required: true
  cache:
    description: Folder of the controller where downloads are kept.
    type: path
    default: ~/.cache/wikifarm/archives
  timeout:
    description: Seconds without an answer before a download is given up.
    type: int
    default: 60
  lang:
    description: Language of the messages.
    type: str
    choices: [fr, en]
    default: fr
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: Does the same, since it writes nothing but its cache.
  diff_mode:
    support: none
  platform:
    platforms: posix
"""

EXAMPLES = """
- name: Check the archive of YesWiki
  wikifarm.farm.wikifarm_archive:
    source: https://repository.example.org/yeswiki-doryphore-4.4.4.zip
    sha256: "{{ wikifarm_archive_sha256 }}"
    kind: core
    name: yeswiki
  delegate_to: localhost
  become: false
"""

RETURN = """
path:
  description: Where the zip is on the controller.
  type: str
  returned: success
sha256:
  description: Its sha256, in lower case.
  type: str
  returned: success
version:
  description: The version that it says; empty when it says none.
  type: str
  returned: success
  sample: doryphore 4.4.4
php:
  description: The least PHP that it asks for; empty when it does not say.
  type: str
  returned: success
  sample: "7.3"
size:
  description: Bytes of the zip.
  type: int
  returned: success
unpacked_size:
  description: Bytes once unpacked.
  type: int
  returned: success
code:
  description: Stable name of what went wrong, as C(archive-sha256).
  type: str
  returned: failure
message:
  description: What went wrong.
  type: str
  returned: failure
hint:
  description: What to try next.
  type: str
  returned: failure
"""

import os
import re
import tempfile
from pathlib import Path
from typing import IO

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.validation import check_type_path
from ansible.module_utils.urls import open_url
from ansible_collections.wikifarm.farm.plugins.module_utils import archive
from ansible_collections.wikifarm.farm.plugins.module_utils.errors import Stop

MOST = 512 << 20  # bytes of a download: an archive of YesWiki has 30 MB
CHUNK = 1 << 20


def main() -> None:
    """Reads the parameters, answers what the archive is."""
    module = AnsibleModule(
        argument_spec={
            "source": {"type": "str", "required": True},
            "sha256": {"type": "str", "required": True},
            "kind": {"type": "str", "choices": ["core", "extension"], "required": True},
            "name": {"type": "str", "required": True},
            "cache": {"type": "path", "default": "~/.cache/wikifarm/archives"},
            "timeout": {"type": "int", "default": 60},
            "lang": {"type": "str", "choices": ["fr", "en"], "default": "fr"},
        },
        supports_check_mode=True,
    )
    os.environ["WIKIFARM_LANG"] = module.params["lang"]
    try:
        module.exit_json(**examine(**module.params))
    except Stop as stop:
        answer = {"code": stop.code, "message": stop.message, "hint": stop.hint}
        module.fail_json(msg=f"{stop.code}: {stop.message} {stop.hint}", **answer)


def examine(
    *, source: str, sha256: str, kind: str, name: str, cache: str, timeout: int, lang: str
) -> dict[str, object]:
    """What the module returns. Raises Stop with the codes of `archive.py`, or `archive-url`."""
    sha256 = sha256.strip().lower()
    if not archive.SHA256.fullmatch(sha256) or not archive.EXTENSION_NAME.fullmatch(name):
        raise bad_value(name if archive.SHA256.fullmatch(sha256) else sha256)
    downloaded = False
    if "://" in source:
        path = Path(cache) / f"{sha256}.zip"
        downloaded = not is_whole(path, sha256)
        if downloaded:
            download(source, path, sha256, timeout)
    else:
        path = Path(check_type_path(source)).absolute()
        archive.verify(path, sha256)
    release = archive.look(path, kind)
    return {
        "changed": downloaded,
        "path": str(path),
        "sha256": sha256,
        "version": release.version,
        "php": release.php,
        "size": release.size,
        "unpacked_size": release.unpacked_size,
    }


def is_whole(path: Path, sha256: str) -> bool:
    """Whether an earlier download is there and still what it was."""
    try:
        archive.verify(path, sha256)
    except Stop:
        return False
    return True


def download(url: str, path: Path, sha256: str, timeout: int) -> None:
    """Writes beside, and gives the name only to what has the right sha256."""
    if not url.startswith("https://"):
        raise bad_url(url, "https")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{sha256[:16]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            fetch(url, file, timeout)
        archive.verify(Path(beside), sha256)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


def fetch(url: str, file: IO[bytes], timeout: int) -> None:
    """Copies the answer of the server into an open file. Raises Stop (`archive-url`)."""
    try:
        with open_url(url, timeout=timeout, http_agent="wikifarm") as answer:
            if not answer.geturl().startswith("https://"):
                raise bad_url(url, "https")
            left = MOST
            while chunk := answer.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise bad_url(url, f"> {MOST >> 20} MiB")
                file.write(chunk)
    except Stop:
        raise
    except Exception as fault:  # urllib, http.client, ssl and sockets have no error in common
        raise bad_url(url, str(fault) or type(fault).__name__) from fault


def bad_url(url: str, reason: str) -> Stop:
    """An address that gives no archive; one that is not https is not asked."""
    url = re.sub(r"//[^/@]*@", "//", url)  # a password of the address is no one's to read
    return Stop(
        "archive-url",
        fr=(
            f"L’archive ne se télécharge pas depuis {url} ({reason}) ; rien n’a été fait.",
            "Vérifiez l’adresse (https seulement), ou donnez le chemin d’un fichier déjà là.",
        ),
        en=(
            f"The archive cannot be downloaded from {url} ({reason}); nothing was done.",
            "Check the address (https only), or give the path of a file downloaded already.",
        ),
    )


def bad_value(value: str) -> Stop:
    """A sha256 or a name that cannot be one."""
    return Stop(
        "archive-sha256",
        fr=(
            f"« {value} » n’est ni un sha256 (64 chiffres hexadécimaux) ni un nom d’extension.",
            "Recopiez-le du site de l’archive, ou calculez-le : sha256sum ARCHIVE.",
        ),
        en=(
            f"“{value}” is neither a sha256 (64 hexadecimal digits) nor a name for an extension.",
            "Copy it from the site of the archive, or compute it: sha256sum ARCHIVE.",
        ),
    )


if __name__ == "__main__":
    main()
