"""A farm of this machine, as /etc/wikifarm/<name>/farm.json describes it.

/srv/wikifarm/<name>/              root, and a group of the web server and PHP; closed to others
    releases/<id>/                 a YesWiki and its extensions, root's, read-only to PHP
    code -> releases/<id>          the release in service: an upgrade moves this one link
    site/                          what the web server shows; PHP adds wikis, root owns the rest
        actions -> ../code/actions     and so on: one link an entry of the release
        files/ cache/ custom/ private/ wakka.config.php     the main wiki's own
        <slug>/                        a wiki that `ferme` made, links or copies
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import Stop

NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")


@dataclass(frozen=True)
class Farm:
    """The facts of one farm. Secrets are files of `etc`, read where they are used."""

    name: str
    url: str  # public address, ends in "/"
    home: Path
    user: str  # PHP runs as this user; also the database account, by unix_socket
    database: str
    prefix: str  # of the main wiki's tables
    code: str  # "links" or "copies": what `ferme` puts in new wikis
    php: str  # "8.2"
    language: str
    title: str
    admin_name: str
    admin_email: str
    address: tuple[str, int]  # where the web server answers on this machine
    certificate: str  # PEM that signs it, when no public authority does; else ""
    services: dict[str, str]  # {"web": "nginx", "php": "php8.2-fpm", "database": "mariadb"}
    configuration: dict[str, Any]  # keys of wakka.config.php that the inventory sets
    extensions: tuple[str, ...]  # names in tools/, "ferme" among them when it is wanted
    backup: dict[str, Any]  # {"repository": str, "keep": {"daily": 7, …}, "test_table_rows": …}
    etc: Path

    @property
    def site(self) -> Path:
        """The web root: the main wiki, and the others in its folders."""
        return self.home / "site"

    @property
    def releases(self) -> Path:
        """One folder a release."""
        return self.home / "releases"

    @property
    def link(self) -> Path:
        """`code`: the link to the release in service."""
        return self.home / "code"

    @property
    def state(self) -> Path:
        """Dumps, dates of the last care, journals: root's alone."""
        return Path(os.environ.get("WIKIFARM_STATE", "/var/lib/wikifarm")) / self.name

    def secret(self, name: str) -> str:
        """The secret kept in the file `name` of this farm (mode 0600), without its last newline."""
        return (self.etc / name).read_text(encoding="utf-8").rstrip("\n")


def load(name: str) -> Farm:
    """The farm of that name. Raises Stop (`farm-unknown`) when this machine has none."""
    etc = Path(os.environ.get("WIKIFARM_ETC", "/etc/wikifarm")) / name
    try:
        if not NAME.fullmatch(name):
            raise ValueError(name)
        values = json.loads((etc / "farm.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise Stop(
            "farm-unknown",
            fr=(
                f"Cette machine n’a pas de ferme nommée {name!r} ; rien n’a été fait.",
                "Installez-la d’abord : wikifarm ops provision.",
            ),
            en=(
                f"This machine has no farm named {name!r}; nothing was done.",
                "Install it first: wikifarm ops provision.",
            ),
        ) from fault
    values["home"] = Path(values["home"])
    values["address"] = (str(values["address"][0]), int(values["address"][1]))
    values["extensions"] = tuple(values["extensions"])
    return Farm(etc=etc, **values)
