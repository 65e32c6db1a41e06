"""Doctor: what this farm is, what it can do, and what to mend before people come."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from wikifarm.advisories.verdict import Verdict, judge
from wikifarm.errors import BadCredentials, InvalidInput, LocalStorage, Problem, ServerProblem
from wikifarm.files import make_private
from wikifarm.i18n import _, language, ngettext
from wikifarm.model import ListOwner, WantedList
from wikifarm.operations.community.software import heeded, judged, untried
from wikifarm.operations.doctor.findings import Finding, Visit
from wikifarm.operations.doctor.open_doors import open_doors
from wikifarm.operations.doctor.vault_checks import passwords
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope
from wikifarm.yeswiki import hashcash, html
from wikifarm.yeswiki.addresses import own_address
from wikifarm.yeswiki.farm import FORM
from wikifarm.yeswiki.in_the_way import in_the_way
from wikifarm.yeswiki.pages import HASHCASH
from wikifarm.yeswiki.session import ROOT_PAGE, Session

# What filters of servers take for an attack. The route takes no text from a visitor: 405 or 401.
AS_IN_PAGES = '{{include page="X"}} ""<style>a{}</style><script>1</script>"" [[X y]] %%(html) x%%'
LEAST_DISK = 200 * 1024 * 1024  # bytes: manifests, journals and copies are small

NO_SUCH_PAGE = "WikifarmNoSuchPage"

# What wikifarm fills when it asks for a wiki (yeswiki/farm.py): anything else required blocks it.
_FILLED = frozenset({"bf_titre", "bf_description", "bf_referent", "bf_mail", "bf_dossier-wiki"})
_FILLED_LISTS = frozenset({"ListeOuiNon"})


@dataclass
class _FarmVisit(Visit):
    admin: Session | None = None


def doctor(context: Context, *, strict: bool = False) -> Envelope:
    """Looks at this computer, then at the farm; writes nothing on the farm.

    A check that fails does not stop the others, unless nothing behind it can answer. With `strict`,
    known holes are an error (exit 6).
    """
    visit = _FarmVisit(context)
    visit.run(_computer, _settings)
    if not visit.errors:
        visit.run(_address)
    if not visit.errors:
        visit.run(_farm_form, _open_entries, open_doors, _pages_of_farm)
        visit.run(_account, _release, _key, _verbs, _mail)
    visit.run(passwords, _list_server, _list_release)
    envelope = visit.envelope("doctor")
    if not strict:
        return envelope
    verdicts = ((verdict.program, verdict) for verdict in visit.software)
    return heeded(envelope, verdicts, strict=True)


# -- this computer --------------------------------------------------------------------------


def _computer(visit: _FarmVisit) -> Iterator[Finding]:
    folder = visit.context.places.state
    try:
        make_private(folder)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise LocalStorage(
            _("wikifarm cannot write in {folder}, where it keeps what it knows.").format(
                folder=folder
            ),
            hint=_("Set WIKIFARM_STATE_DIR to a folder that can be written."),
        )
    if os.name == "posix" and folder.stat().st_mode & 0o077 and _holds_passwords(folder):
        yield Finding(
            "state-folder",
            "warn",
            _("Other accounts of this computer can look into {folder}.").format(folder=folder),
            f"chmod 700 {folder}",
        )
    else:
        yield Finding(
            "state-folder",
            "ok",
            _("wikifarm keeps what it knows in {folder}").format(folder=folder),
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_DISK:
        yield Finding(
            "disk",
            "warn",
            _("Only {megabytes} MB are free on this computer.").format(megabytes=free >> 20),
            _("Free some space before opening communities."),
        )


def _holds_passwords(folder: Path) -> bool:
    return any(folder.glob("farms/*/credentials.json"))


def _settings(visit: _FarmVisit) -> Iterator[Finding]:
    settings = visit.context.settings
    _farm = visit.context.farm  # raises where no farm is given
    if not settings.verify_tls:
        yield Finding(
            "tls",
            "warn",
            _("The certificate of the farm is not checked, as you asked."),
            _("Give the certificate of its authority instead: WIKIFARM_CA_BUNDLE=/path/ca.pem."),
        )


# -- the farm, as a visitor -----------------------------------------------------------------


def _address(visit: _FarmVisit) -> Iterator[Finding]:
    farm = visit.context.farm
    can = farm.capabilities
    visit.facts |= {"dialect": can.dialect.value, "capabilities": asdict(can)}
    visit.facts["tried"] = can.tried
    told = untried(can, farm.visitor.release)
    if told:
        yield Finding("yeswiki", "warn", told)
    else:
        like = _("A YesWiki answers; it works like version {version}.").format(version=can.tried)
        yield Finding("yeswiki", "ok", like)
    called = own_address(farm.visitor.page(ROOT_PAGE).text)
    if called and called != farm.base:
        visit.facts["base_url"] = called
        yield Finding(
            "base-url",
            "warn",
            _(
                "This farm calls itself {url}: the links of its pages, and those of its mails, "
                "lead there."
            ).format(url=called),
            _("Give that address; or ask who runs the farm to set its `base_url`."),
        )
    filtered = in_the_way(farm.visitor.api_post("pages/Zz", [("body", AS_IN_PAGES)]))
    if filtered is not None:
        yield Finding("filter", "warn", filtered.message, filtered.hint)
    bare = farm.visitor.file("api/forms")
    rewrites = bare.status == 200 and bare.text[:1] in ("{", "[")
    visit.facts["rewrite_mode"] = rewrites
    if rewrites:
        yield Finding(
            "rewrite-mode",
            "ok",
            _("The farm has addresses without “?”; wikifarm knows both forms."),
        )


def _farm_form(visit: _FarmVisit) -> Iterator[Finding]:
    template = visit.context.farm.template()
    unknown = [name for name in _required(template) if name]
    if unknown:
        yield Finding(
            "farm-form",
            "warn",
            _(
                "The form that makes wikis requires fields that wikifarm does not fill: {names}."
            ).format(names=", ".join(unknown)),
            _("On the farm, make them optional in the form {form}.").format(form=FORM),
        )
    else:
        yield Finding("farm-form", "ok", _("The form that makes wikis is there and can be filled."))


def _required(template: str) -> Iterator[str]:
    for line in template.splitlines():
        columns = [column.strip() for column in line.split("***")]
        if len(columns) < 9 or columns[8] != "1":
            continue
        if columns[1] in _FILLED or columns[1] in _FILLED_LISTS:
            continue
        yield columns[1]


def _open_entries(visit: _FarmVisit) -> Iterator[Finding]:
    """The trap of the old extension: referents' names and addresses readable by anybody."""
    answer = visit.context.farm.visitor.api(f"forms/{FORM}/entries")
    entries = answer.json() if answer.status == 200 and answer.text[:1] in "{[" else {}
    rows = list(entries.values()) if isinstance(entries, dict) else []
    shown = sum(1 for row in rows if isinstance(row, dict) and "@" in str(row.get("bf_mail") or ""))
    visit.facts["wikis_seen_by_visitor"] = len(rows)
    if shown:
        yield Finding(
            "referents",
            "warn",
            ngettext(
                "A visitor can read the e-mail address of the referent of {count} wiki.",
                "A visitor can read the e-mail addresses of the referents of {count} wikis.",
                shown,
            ).format(count=shown),
            _(
                "In the form {form}, let only @admins read bf_mail. Until then give a functional "
                "address: WIKIFARM_FARM_CONTACT."
            ).format(form=FORM),
        )
    elif rows:
        yield Finding("referents", "ok", _("A visitor cannot read the addresses of the referents."))
    else:
        yield Finding(
            "referents",
            "unknown",
            _(
                "A visitor sees no wiki on this farm: "
                "the addresses of the referents could not be looked for."
            ),
        )


def _pages_of_farm(visit: _FarmVisit) -> Iterator[Finding]:
    visitor = visit.context.farm.visitor
    visitor.page(NO_SUCH_PAGE, "edit")  # makes the key of a wiki whose edit form nobody opened yet
    answer = visitor.file(HASHCASH)
    if answer.status == 200:
        hashcash.value(answer.text)
        yield Finding("hashcash", "ok", _("wikifarm can answer the anti-spam check of its pages."))
    else:
        yield Finding(
            "hashcash",
            "ok",
            _("Its pages have no anti-spam check of the usual kind ({status}).").format(
                status=answer.status
            ),
        )


# -- the farm, as an administrator ----------------------------------------------------------


def _account(visit: _FarmVisit) -> Iterator[Finding]:
    settings = visit.context.settings
    if not settings.password:
        if not settings.token:
            raise InvalidInput(
                [
                    Problem(
                        _("Neither a password nor a key is given: the farm can only be looked at."),
                        _("Put WIKIFARM_FARM_PASSWORD or WIKIFARM_FARM_TOKEN in .env."),
                        code="no-credentials",
                    )
                ]
            )
        return
    farm = visit.context.farm
    session = Session(farm.network, farm.visitor.addresses)
    session.login(settings.admin, settings.password)
    yield Finding("login", "ok", _("The account {name} logs in.").format(name=settings.admin))
    if session.api("users").status != 200:
        raise BadCredentials(
            _("The account {name} is not in the group of administrators of the farm.").format(
                name=settings.admin
            ),
            hint=_("Add it to the group “admins” of the farm, or give another account."),
            where=farm.base,
        )
    visit.admin = session
    yield Finding("admin", "ok", _("It is an administrator of the farm."))
    form = html.parse(
        session.page("BazaR", query={"vue": "saisir", "action": "saisir_fiche", "id": FORM}).text
    ).css_first("form#formulaire")
    if form is None:
        yield Finding(
            "creation-form",
            "warn",
            _("The page that makes wikis shows no form to this account."),
            _("Open {url} with this account to see why.").format(
                url=farm.visitor.addresses.page("BazaR", query={"vue": "saisir", "id": FORM})
            ),
        )
        return
    names = {name for name, _value in html.fields(form)}
    visit.facts["creation_form"] = sorted(name for name in names if name.startswith("yeswiki-farm"))


def _release(visit: _FarmVisit) -> Iterator[Finding]:
    """Of the farm's own wiki: each of the others shows its own."""
    verdict = judged(visit.context, visit.admin or visit.context.farm.visitor)
    hint = _("`wikifarm status` says it of each community; `wikifarm ops upgrade` changes it.")
    yield _told(visit, "release", verdict, hint)


def _told(visit: _FarmVisit, id_: str, verdict: Verdict, hint: str) -> Finding:
    visit.software.append(verdict)
    clear = verdict.standing == "clear"
    text = verdict.sentence(language())
    return Finding(id_, "ok" if clear else "warn", text, "" if clear else hint)


def _key(visit: _FarmVisit) -> Iterator[Finding]:
    settings = visit.context.settings
    if not settings.token:
        return
    farm = visit.context.farm
    status = Session(farm.network, farm.visitor.addresses, settings.token).api("users").status
    visit.facts["key_works"] = status == 200
    if status == 200:
        yield Finding("key", "ok", _("The API key is accepted."))
        return
    message = _("The farm refuses the API key ({status}).").format(status=status)
    hint = _(
        "Either the key is wrong, or the host drops the Authorization header on its way: then "
        "the name and password of an administrator are enough."
    )
    if visit.admin is None:
        raise BadCredentials(message, hint=hint, where=farm.base)
    yield Finding("key", "warn", message, hint)


def _verbs(visit: _FarmVisit) -> Iterator[Finding]:
    # As a visitor, and of a page that does not exist: nothing can be removed by this question.
    status = visit.context.farm.visitor.method("DELETE", f"pages/{NO_SUCH_PAGE}").status
    visit.facts["delete_allowed"] = status != 405
    refused = _("The web server refuses DELETE, as most do; wikifarm does without.")
    allowed = _("The web server lets DELETE through; wikifarm does without.")
    yield Finding("delete", "ok", refused if status == 405 else allowed)


def _mail(_visit: _FarmVisit) -> Iterator[Finding]:
    yield Finding(
        "mail",
        "unknown",
        _("Whether this server sends e-mails cannot be seen from here."),
        _(
            "Ask for a lost password there and see whether the message comes; `wikifarm doctor "
            "mail` looks at what may stop it. If it does not come, send the welcome messages "
            "yourself: they are written in welcome/."
        ),
    )


# -- the list server ------------------------------------------------------------------------


def _list_server(visit: _FarmVisit) -> Iterator[Finding]:
    """Asks for a list that does not exist, on behalf of nobody: the answer proves the access."""
    access = visit.context.lists.sympa
    if not access.url:
        return
    from wikifarm.lists.sympa import Sympa

    asked = WantedList(
        "wikifarm-no-such-list", "-", "-", (ListOwner("nobody@example.org"),), access.domain
    )
    Sympa(visit.context.list_network, access).state(asked)
    yield Finding(
        "list-server", "ok", _("The list server {url} lets wikifarm in.").format(url=access.url)
    )


def _list_release(visit: _FarmVisit) -> Iterator[Finding]:
    access = visit.context.lists.sympa
    if not access.pages:
        return
    from wikifarm.lists.sympa_release import sympa_release

    try:
        page = visit.context.list_network.client().get(access.pages).text
    except ServerProblem:
        page = ""  # its pages may stand elsewhere: nothing is known of them
    verdict = judge(visit.context.advisories, "sympa", sympa_release(page))
    hint = _("Ask those who keep {url} what they have mended.").format(url=access.pages)
    yield _told(visit, "list-release", verdict, hint)
