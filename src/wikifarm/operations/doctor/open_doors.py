"""Doctor: what a default farm leaves open to a passer-by, and what closes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wikifarm.i18n import _
from wikifarm.operations.doctor.findings import Finding, Visit
from wikifarm.yeswiki import farm_doors
from wikifarm.yeswiki.farm import FORM
from wikifarm.yeswiki.farm_doors import FarmDoor


def open_doors(visit: Visit) -> Iterator[Finding]:
    """Asks as a visitor, of the farm's own wiki; makes nothing there."""
    yield _makers(farm_doors.makers(visit.context.farm.template()))
    visitor = visit.context.farm.visitor
    doors = {
        "archives": farm_doors.archives,
        "imported-forms": farm_doors.imported_forms,
        "imported-lists": farm_doors.imported_lists,
        "private-files": farm_doors.private_files,
        "guessed-accounts": farm_doors.guessed_accounts,
    }
    for name, ask in doors.items():
        yield _told(name, farm_doors.door(ask, visitor))


def _makers(right: str) -> Finding:
    if right in ("", "*", "+"):
        message = (
            _("Anybody with an account of the farm can make a wiki there.")
            if right == "+"
            else _("Anybody can make a wiki on this farm, without an account.")
        )
        hint = _(
            "In the form {form}, let only @admins write the field that makes wikis (closing the "
            "page that holds the form closes nothing); or `wikifarm ops harden`."
        )
        return Finding("made-by-visitors", "warn", message, hint.format(form=FORM))
    return Finding("made-by-visitors", "ok", _("Only {right} can make a wiki.").format(right=right))


def _told(name: str, door: FarmDoor) -> Finding:
    opened, closed, hint = _words()[name]
    if door is FarmDoor.UNSEEN:
        text = _("The farm did not answer what would tell this: {text}").format(text=closed)
        return Finding(name, "unknown", text)
    if door is FarmDoor.OPEN:
        return Finding(name, "warn", opened, hint)
    return Finding(name, "ok", closed)


def _words() -> Mapping[str, tuple[str, str, str]]:
    """What is said of each where it is open, where it is closed, and what closes it."""
    newer = _("No right closes it: a newer YesWiki does, or `wikifarm ops harden`.")
    return {
        "archives": (
            _("Anybody can start a backup of the farm's wiki, and download it."),
            _("A visitor can start no backup."),
            _("A newer YesWiki closes it. Until then, close api/archives in the web server."),
        ),
        "imported-forms": (
            _("Anybody can add forms to the farm's wiki, and replace those that are there."),
            _("A visitor can import no form."),
            newer,
        ),
        "imported-lists": (
            _("Anybody can add lists to the farm's wiki."),
            _("A visitor can import no list."),
            newer,
        ),
        "private-files": (
            _("The web server shows the folder private/, where YesWiki puts its backups."),
            _("The web server does not show the folder private/."),
            _("Close it in the web server (location /private/ in nginx) before any backup."),
        ),
        "guessed-accounts": (
            _("The page of lost passwords tells anybody whether an address has an account."),
            _("The page of lost passwords does not tell who has an account."),
            _("A newer YesWiki closes it; `wikifarm ops harden` slows those who try many."),
        ),
    }
