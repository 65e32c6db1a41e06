"""Verb `install`: answers YesWiki's web installer for a farm without a wiki, and reads back."""

from __future__ import annotations

import argparse
import html
import json
import os
import pwd
import re
import stat
from urllib.parse import quote

from ..errors import Stop
from ..farm import Farm
from ..machine import mariadb
from ..machine.web import Answer, Client
from ..outcome import Outcome
from . import configure

ROOT_PAGE = "PagePrincipale"
# What the installer makes (setup/sql/create-tables.sql).
TABLES = ("acls", "links", "nature", "pages", "referrers", "triples", "users")
MARK = "install-started"  # in farm.state, from before the form is sent until its result is read


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `installed` and `extensions`: what this run did. Then the configuration's `keys`."""
    fresh = not installed(farm)
    if arguments.dry_run:
        return _foreseen(farm, fresh)
    if fresh:
        install(farm)
    own_configuration(farm)
    configured = configure.configure(farm)
    added = add_extensions(farm)
    return Outcome(
        changed=fresh or configured.changed or bool(added),
        data={"installed": fresh, "extensions": added, **configured.data},
        before=configured.before,
        after=configured.after,
    )


def installed(farm: Farm) -> bool:
    """Whether the main wiki has its configuration."""
    return (farm.site / configure.FILE).is_file()


def install(farm: Farm) -> None:
    """Sends the form and believes nothing of its answer but what can be read back.

    Raises Stop: `database-missing`, `database-in-use`, `install-refused`, `login-refused`.
    """
    _clear_own_leftovers(farm)
    if taken := tables(farm):
        raise _in_use(farm, taken)
    mark = farm.state / MARK
    mark.write_text(json.dumps({"database": farm.database, "prefix": farm.prefix}), "utf-8")
    os.sync()  # the mark is what allows to empty the tables if this is killed
    client = Client(farm)
    answer = client.post(f"?{ROOT_PAGE}&installAction=install", _form(farm))
    if not installed(farm):
        raise _refused(answer)
    own_configuration(farm)
    if f"{farm.prefix}pages" not in tables(farm):
        raise _refused(answer)
    page = client.get(f"?{ROOT_PAGE}")
    if page.status != 200 or "</html>" not in page.text:
        raise _refused(page)
    _login(farm, client)
    mark.unlink()


def tables(farm: Farm) -> list[str]:
    """Tables of the farm's database that begin with the main wiki's prefix.

    Raises Stop (`database-missing`).
    """
    wanted = f"SHOW DATABASES WHERE `Database` = {mariadb.literal(farm.database)}"
    if not mariadb.sql(wanted):
        raise _no_database(farm)
    return [name for name in mariadb.tables(farm.database) if name.startswith(farm.prefix)]


def own_configuration(farm: Farm) -> None:
    """Closes the configuration to all but PHP, which wrote it. Raises Stop (`site-occupied`)."""
    path = farm.site / configure.FILE
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as fault:
        raise _strange(farm) from fault
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != pwd.getpwnam(farm.user).pw_uid:
            raise _strange(farm)
        if stat.S_IMODE(facts.st_mode) != 0o600:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def add_extensions(farm: Farm, *, always: bool = False) -> list[str]:
    """Has YesWiki install what its extensions need (forms, pages), and reads back.

    `always`: also when nothing lacks, as after an upgrade. Raises Stop: `login-refused`,
    `extension-not-installed`.
    """
    client = Client(farm)
    lacking = ["ferme"] if "ferme" in farm.extensions and not _has_ferme(farm, client) else []
    if not lacking and not always:
        return []
    _login(farm, client)
    answer = client.get(f"?{quote(ROOT_PAGE)}/update")
    if answer.status != 200 or (lacking and not _has_ferme(farm, client)):
        raise _not_added(farm, answer)
    return lacking


def _has_ferme(farm: Farm, client: Client) -> bool:
    """Its form describes the wikis; `bf_dossier-wiki` is the field that makes one."""
    number = farm.configuration.get("bazar_farm_id", 1100)
    answer = client.get(f"?api/forms/{number}")
    return answer.status == 200 and "bf_dossier-wiki" in answer.text


def _login(farm: Farm, client: Client) -> None:
    if not client.login():
        raise Stop(
            "login-refused",
            fr=(
                f"{farm.url} refuse le mot de passe de {farm.admin_name}.",
                f"S’il a été changé dans le wiki, écrivez-le dans {farm.etc}/admin-password.",
            ),
            en=(
                f"{farm.url} refuses the password of {farm.admin_name}.",
                f"If it was changed in the wiki, write it in {farm.etc}/admin-password.",
            ),
        )


def _form(farm: Farm) -> dict[str, str]:
    """The installer's fields. The database has no password: the socket knows who asks."""
    password = farm.secret("admin-password")
    config = {
        "default_language": farm.language,
        "wakka_name": farm.title,
        "meta_description": "",
        "meta_keywords": "",
        "root_page": ROOT_PAGE,
        "mysql_host": "localhost",
        "mysql_database": farm.database,
        "mysql_user": farm.user,
        "mysql_password": "",
        "table_prefix": farm.prefix,
        "base_url": farm.url + "?",
        "rewrite_mode": "0",
        "allow_raw_html": "1",
        "allow_robots": "0",
    }
    return {
        **{f"config[{key}]": value for key, value in config.items()},
        "admin_name": farm.admin_name,
        "admin_password": password,
        "admin_password_conf": password,
        "admin_email": farm.admin_email,
    }


def _clear_own_leftovers(farm: Farm) -> None:
    """Drops the tables of an installation that this tool began and that was cut.

    The mark was written when no table had this prefix: these are the installer's, and nothing of
    anyone's is in them.
    """
    mark = farm.state / MARK
    ours = json.dumps({"database": farm.database, "prefix": farm.prefix})
    if not mark.exists() or mark.read_text("utf-8") != ours:
        return
    for name in {f"{farm.prefix}{table}" for table in TABLES} & set(tables(farm)):
        mariadb.sql(f"DROP TABLE {mariadb.quoted(name)}", database=farm.database)


def _foreseen(farm: Farm, fresh: bool) -> Outcome:
    """What a run would do, as far as can be told without doing it."""
    if not fresh:
        configured = configure.configure(farm, dry_run=True)
        lacking = "ferme" in farm.extensions and not _has_ferme(farm, Client(farm))
        return Outcome(
            changed=configured.changed or lacking,
            data={"installed": False, "extensions": ["ferme"] * lacking, **configured.data},
            before=configured.before,
            after=configured.after,
        )
    if not (farm.state / MARK).exists() and (taken := tables(farm)):
        raise _in_use(farm, taken)
    return Outcome(
        changed=True,
        data={"installed": True, "extensions": [n for n in farm.extensions if n == "ferme"]},
        after=f"{farm.url} : {farm.title}\n",
    )


def _failures(answer: Answer) -> str:
    """The checks that the installer says have failed; never the configuration it may print."""
    lines = re.findall(r"^(.*text-danger.*)$", answer.text, re.MULTILINE)
    words = [html.unescape(re.sub(r"<[^>]*>", " ", line)) for line in lines[:5]]
    return " ; ".join(" ".join(word.split())[:200] for word in words) or f"HTTP {answer.status}"


def _refused(answer: Answer) -> Stop:
    said = _failures(answer)
    return Stop(
        "install-refused",
        fr=(
            f"L’installation de YesWiki n’a pas abouti : {said}.",
            "Corrigez cela (le journal de PHP en dit plus), puis recommencez : elle reprendra.",
        ),
        en=(
            f"The installation of YesWiki did not succeed: {said}.",
            "Correct this (PHP's log says more), then run this again: it will go on.",
        ),
    )


def _in_use(farm: Farm, taken: list[str]) -> Stop:
    some = ", ".join(taken[:3]) + ("…" if len(taken) > 3 else "")
    return Stop(
        "database-in-use",
        fr=(
            f"La base {farm.database} contient déjà des tables « {farm.prefix}… » ({some}), "
            f"et {farm.site} n’a pas de wiki ; rien n’a été fait.",
            "Si ces tables sont celles d’une ferme à remettre en place : wikifarm ops restore. "
            "Sinon, donnez à cette ferme un autre nom (wikifarm_name), ou videz la base "
            "après l’avoir sauvegardée.",
        ),
        en=(
            f"The database {farm.database} already holds tables “{farm.prefix}…” ({some}), "
            f"and {farm.site} has no wiki; nothing was done.",
            "If these tables are those of a farm to put back: wikifarm ops restore. Otherwise give "
            "this farm another name (wikifarm_name), or empty the database after a backup.",
        ),
    )


def _no_database(farm: Farm) -> Stop:
    return Stop(
        "database-missing",
        fr=(
            f"MariaDB n’a pas de base {farm.database} ; rien n’a été fait.",
            "Rejouez wikifarm ops provision, qui la crée.",
        ),
        en=(
            f"MariaDB has no database {farm.database}; nothing was done.",
            "Run wikifarm ops provision again, which makes it.",
        ),
    )


def _strange(farm: Farm) -> Stop:
    return Stop(
        "site-occupied",
        fr=(
            f"{farm.site / configure.FILE} n’est pas à {farm.user} ; rien n’en a été lu.",
            "Regardez qui l’a mis là ; mettez-le de côté, ou rendez-le à ce compte.",
        ),
        en=(
            f"{farm.site / configure.FILE} is not a file of {farm.user}; it was not read.",
            "See who put it there; put it aside, or give it back to this account.",
        ),
    )


def _not_added(farm: Farm, answer: Answer) -> Stop:
    return Stop(
        "extension-not-installed",
        fr=(
            f"{farm.url} n’a pas installé ses extensions (HTTP {answer.status}).",
            f"Ouvrez {farm.url}?{ROOT_PAGE}/update avec le compte {farm.admin_name} : "
            "la page dit ce qui manque.",
        ),
        en=(
            f"{farm.url} has not installed its extensions (HTTP {answer.status}).",
            f"Open {farm.url}?{ROOT_PAGE}/update as {farm.admin_name}: the page says what lacks.",
        ),
    )
