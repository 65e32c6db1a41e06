"""Verb `check`: each wiki answers, and what it answers was read from its own tables."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from urllib.parse import quote

from ..errors import Stop
from ..farm import Farm
from ..machine import mariadb
from ..machine.web import Client
from ..outcome import Outcome
from . import wikis
from .wikis import Wiki


@dataclass(frozen=True)
class Fault:
    """What is wrong with a wiki, in few words."""

    url: str
    fr: str
    en: str


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wiki", help="the folder of one wiki; '' is the main one")


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `checked`, the addresses that answer well. Raises Stop (`check-failed`)."""
    some = [wikis.named(farm, arguments.wiki)] if arguments.wiki is not None else wikis.every(farm)
    return Outcome(data={"checked": check(farm, some)})


def check(farm: Farm, some: list[Wiki]) -> list[str]:
    """Asks every wiki, then raises Stop (`check-failed`) with all that is wrong."""
    faults = [fault for wiki in some if (fault := fault_of(farm, wiki))]
    if not some:
        faults = [Fault(farm.url, "aucun wiki n’est installé", "no wiki is installed")]
    if faults:
        raise _failed(faults, len(some))
    return [wiki.url for wiki in some]


def fault_of(farm: Farm, wiki: Wiki) -> Fault | None:  # noqa: PLR0911 - a list of faults
    """None when the root page is whole, and its source is the one of the database.

    YesWiki answers 200 with one sentence when it has no database, and 200 with its installer when
    it has no configuration: only the comparison with the table proves that it reads it. The source
    is empty to a visitor when the page is closed: then the whole page, which takes a dozen
    queries, is the proof.
    """
    if wiki.problem:
        return Fault(wiki.url, f"configuration ({wiki.problem})", f"configuration ({wiki.problem})")
    client = Client(farm)
    try:
        page = client.get(f"?{quote(wiki.root_page)}", wiki.slug)
        source = client.get(f"?{quote(wiki.root_page)}/raw", wiki.slug)
    except Stop as stop:
        return Fault(wiki.url, stop.message, stop.message)
    if page.status != 200 or source.status != 200:
        status = page.status if page.status != 200 else source.status
        return Fault(wiki.url, f"HTTP {status}", f"HTTP {status}")
    if "</html>" not in page.text:
        return Fault(wiki.url, "page coupée", "a page cut short")
    body = _body(farm, wiki)
    if body is None:
        return Fault(wiki.url, "page d’accueil absente de la base", "no root page in the database")
    if source.text.strip() not in {"", body.strip()}:
        return Fault(wiki.url, "ne lit pas sa base", "does not read its database")
    return None


def _body(farm: Farm, wiki: Wiki) -> str | None:
    """The root page in the database; None when it, or its table, is not there."""
    table = f"{wiki.prefix}pages"
    if table not in mariadb.tables(farm.database):
        return None
    rows = mariadb.sql(
        f"SELECT HEX(CONVERT(body USING utf8mb4)) FROM {mariadb.quoted(table)} "
        f"WHERE tag = {mariadb.literal(wiki.root_page)} AND latest = 'Y' LIMIT 1",
        database=farm.database,
    )
    return bytes.fromhex(rows[0][0]).decode("utf-8", "replace") if rows else None


def _failed(faults: list[Fault], total: int) -> Stop:
    fr = " ; ".join(f"{fault.url} : {fault.fr}" for fault in faults)
    en = "; ".join(f"{fault.url}: {fault.en}" for fault in faults)
    return Stop(
        "check-failed",
        fr=(
            f"{len(faults)} wiki(s) sur {total} ne répondent pas bien : {fr}.",
            "Regardez le journal de PHP de la ferme ; wikifarm ops restore remet une sauvegarde.",
        ),
        en=(
            f"{len(faults)} of {total} wikis do not answer well: {en}.",
            "See the PHP log of the farm; wikifarm ops restore puts a backup back.",
        ),
    )
