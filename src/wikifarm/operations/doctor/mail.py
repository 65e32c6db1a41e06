"""Doctor mail: whether the messages of the wikis and of the lists can arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from wikifarm.dns import Resolver, domain_name, printable, shown
from wikifarm.emails import is_email
from wikifarm.errors import InvalidInput, MailNotSent, Problem
from wikifarm.i18n import _
from wikifarm.operations.doctor.findings import Finding, Visit
from wikifarm.operations.doctor.mail_domains import MailDomain, alignment, look_at
from wikifarm.operations.workplace.context import Context
from wikifarm.result import Envelope
from wikifarm.yeswiki import html
from wikifarm.yeswiki import wiki_settings as settings
from wikifarm.yeswiki.session import Session, without_paths

LOST_PASSWORD = "MotDePassePerdu"  # noqa: S105 - the name of a page

# What YesWiki mails with (includes/email.inc.php). The password of its SMTP server stands in the
# same page since 4.5: names that are not here are never read.
_ASKED = ("contact_from", "contact_reply_to", "contact_mail_func")
_FUNCTIONS = ("mail", "sendmail", "smtp")


@dataclass(kw_only=True)
class _MailVisit(Visit):
    list_domains: Sequence[str]
    selectors: Sequence[str]
    send_test: str
    domains: dict[str, bool] = field(default_factory=dict)  # whether mailing lists live there
    host: str = ""  # of the farm, as a domain; empty for none
    session: Session | None = None  # of an administrator

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver()


def deliverability(
    context: Context,
    *,
    list_domains: Sequence[str] = (),
    selectors: Sequence[str] = (),
    send_test: str = "",
) -> Envelope:
    """Looks at the DNS of the farm's host, of the address it sends from and of `list_domains`.

    Writes nothing, unless `send_test` is the address of an account of the farm: YesWiki then mails
    it the message of a lost password, and the links it sent there before stop working. A farm that
    does not answer does not stop the questions to the DNS.
    """
    visit = _MailVisit(
        context=context, list_domains=list_domains, selectors=selectors, send_test=send_test
    )
    visit.run(_given)
    if not visit.errors:
        visit.run(_farm, _test_message, _domains)
    return visit.envelope("doctor mail")


def _domains(visit: _MailVisit) -> Iterator[Finding]:
    known: dict[str, object] = {}
    visit.facts["domains"] = known
    for name, lists in visit.domains.items():
        domain = MailDomain(name, visit.resolver, lists, visit.host, visit.selectors)
        known[name] = domain.facts
        yield from look_at(domain, visit.context.progress)


# -- what was given -------------------------------------------------------------------------


def _given(visit: _MailVisit) -> Iterator[Finding]:
    """Every mistake at once, before anything is asked."""
    problems = [*_wrong_domains(visit), *_wrong_selectors(visit), *_wrong_test(visit)]
    if not problems and not visit.context.settings.url and not visit.list_domains:
        problems.append(
            Problem(
                _("There is nothing to look at: neither a farm nor the domain of a list."),
                _(
                    "Put the address of the farm in wikifarm.toml or in WIKIFARM_FARM_URL, or give "
                    "the domain of your mailing lists."
                ),
                code="nothing-to-look-at",
            )
        )
    if problems:
        raise InvalidInput(problems)
    if visit.context.settings.url:
        _farm = visit.context.farm  # raises where that is no address
    _server = visit.resolver  # raises where WIKIFARM_DNS_SERVER is wrong
    yield from ()


def _wrong_domains(visit: _MailVisit) -> Iterator[Problem]:
    for given in visit.list_domains:
        name = domain_name(given)
        if name:
            visit.domains[name] = True
        else:
            yield Problem(
                _("“{given}” is no domain.").format(given=shown(given)),
                _("Give what stands after the @ of the list, as lists.example.org."),
                code="bad-domain",
            )


def _wrong_selectors(visit: _MailVisit) -> Iterator[Problem]:
    for given in visit.selectors:
        if not domain_name(f"{given}._domainkey.example.org"):
            yield Problem(
                _("“{given}” is no DKIM selector.").format(given=shown(given)),
                _("It is what follows s= in the DKIM-Signature header of a message."),
                code="bad-selector",
            )


def _wrong_test(visit: _MailVisit) -> Iterator[Problem]:
    if visit.send_test and not is_email(visit.send_test):
        yield Problem(
            _("“{given}” is no e-mail address.").format(given=shown(visit.send_test)),
            _("Give the address of an account of the farm, yours for instance."),
            code="bad-address",
        )
    elif visit.send_test and not visit.context.settings.url:
        yield Problem(
            _("No farm is given: nothing could send the test message."),
            _("Put its address in wikifarm.toml or in WIKIFARM_FARM_URL."),
            code="no-farm",
        )


# -- the farm -------------------------------------------------------------------------------


def _farm(visit: _MailVisit) -> Iterator[Finding]:
    """The host of the farm, then the settings of its e-mails, for an administrator."""
    if not visit.context.settings.url:
        return
    host = urlsplit(visit.context.farm.base).hostname or ""
    visit.host = domain_name(host)
    if visit.host:
        # Even where contact_from is elsewhere: a wiki without one sends as noreply@ this host.
        visit.domains.setdefault(visit.host, False)
    else:
        yield Finding(
            "host",
            "unknown",
            _("{host} is the name of no domain: the DNS has nothing to say of it.").format(
                host=shown(host)
            ),
        )
    if not visit.context.settings.password:
        yield Finding(
            "mail-settings",
            "unknown",
            _("How the farm sends its e-mails is shown to its administrators only."),
            _("Put WIKIFARM_FARM_PASSWORD in .env."),
        )
        return
    visit.session = visit.context.farm.session
    seen = _read_settings(visit.session)
    if seen is None:
        yield Finding(
            "mail-settings",
            "unknown",
            _("The page {page} of the farm shows no settings to this account.").format(
                page=settings.PAGE
            ),
            _(
                "Check that it is an administrator, and that the server may write "
                "wakka.config.php; or look for the lines contact_… in that file."
            ),
        )
        return
    for name in _ASKED:
        visit.facts[name] = seen.get(name)
    yield _reply_to(seen.get("contact_reply_to"))
    yield _mail_function(seen.get("contact_mail_func"))
    yield from _sender(visit, seen)


def _read_settings(session: Session) -> dict[str, str] | None:
    """The settings asked for that this version shows; a default stands in the placeholder."""
    form = html.parse(session.page(settings.PAGE).text).css_first("form#edit-config")
    if form is None:
        return None
    values: dict[str, str] = {}
    for node in form.css("input"):
        name = node.attributes.get("name") or ""
        if name in _ASKED:
            # « Valeur actuelle : mail », in the language of the wiki (edit-config.twig).
            default = (node.attributes.get("placeholder") or "").partition(": ")[2]
            value = node.attributes.get("value") or default
            values[name] = shown(value.strip())
    return values


def _reply_to(given: str | None) -> Finding:
    name = "contact_reply_to"
    if given is None:
        return _not_shown(
            name, _("Look in wakka.config.php: contact_reply_to is to be absent or empty.")
        )
    if not given:
        return Finding(
            name, "ok", _("Answers go to the person who wrote (contact_reply_to is empty).")
        )
    return Finding(
        name,
        "warn",
        _(
            "contact_reply_to is set: the answers to what a person sends through the wiki go "
            "to {address}, not to that person."
        ).format(address=given),
        _("In the page {page} of the farm, empty contact_reply_to.").format(page=settings.PAGE),
    )


def _mail_function(given: str | None) -> Finding:
    name = "contact_mail_func"
    if given is None:
        return _not_shown(
            name, _("Look in wakka.config.php: contact_mail_func is mail, sendmail or smtp.")
        )
    if given in _FUNCTIONS:
        return Finding(name, "ok", _("The farm sends its e-mails by “{way}”.").format(way=given))
    return Finding(
        name,
        "warn",
        _("contact_mail_func is “{way}”, which YesWiki takes for “mail”.").format(way=given),
        _(
            "In the page {page} of the farm, write mail, sendmail or smtp in contact_mail_func."
        ).format(page=settings.PAGE),
    )


def _sender(visit: _MailVisit, seen: dict[str, str]) -> Iterator[Finding]:
    """The address that messages leave from, and whether the farm may send in its name."""
    name = "contact_from"
    given = seen.get(name)
    set_it = _("In the page {page} of the farm, write {address} in contact_from.").format(
        page=settings.PAGE, address=f"wiki@{visit.host or 'example.org'}"
    )
    if given is None:
        yield _not_shown(name, set_it)
    elif not given:
        yield Finding(
            name,
            "warn",
            _(
                "contact_from is empty: what a person sends through the wiki leaves in the name of "
                "that person, and the servers of many providers refuse it (DMARC)."
            ),
            set_it,
        )
    elif not is_email(given):
        yield Finding(
            name,
            "warn",
            _("contact_from is “{given}”, which is no e-mail address: nothing can leave.").format(
                given=given
            ),
            set_it,
        )
    else:
        yield Finding(
            name,
            "ok",
            _("The messages of the farm leave from {address}.").format(address=given),
            _(
                "A new wiki does not inherit it, unless wakka.config.php of the farm says so: "
                "'yeswiki-farm-extra-config' => ['contact_from' => '{address}']."
            ).format(address=given),
        )
        sender = domain_name(given.rpartition("@")[2])
        if sender:
            visit.domains.setdefault(sender, False)
        if sender and visit.host:
            by_smtp = seen.get("contact_mail_func") == "smtp"
            yield alignment(sender, visit.host, by_smtp=by_smtp)


def _not_shown(name: str, hint: str) -> Finding:
    return Finding(
        name, "unknown", _("This version of YesWiki does not show {name}.").format(name=name), hint
    )


def _test_message(visit: _MailVisit) -> Iterator[Finding]:
    """One real message, by what any visitor may ask for: a lost password.

    YesWiki says “sent” whatever happened; to an administrator alone it also prints what PHPMailer
    complained of, at the top of the page (4.4.4 and 4.5, measured).
    """
    if not visit.send_test or visit.errors:
        return
    session = visit.session or visit.context.farm.visitor
    answer = session.post(LOST_PASSWORD, [("email", visit.send_test), ("subStep", "1")])
    page = html.parse(answer.text)
    complaint = page.css_first(".page > strong, .page .alert-danger")
    if complaint is not None:
        raise MailNotSent(
            _("The farm sent no message to {address}: {words}").format(
                address=visit.send_test, words=printable(without_paths(complaint.text()))
            ),
            hint=_(
                "The address must be that of an account of the farm. If it is, look at the "
                "settings contact_… and at the log of the mail server."
            ),
            where=session.addresses.base,
        )
    if page.css_first(".page .alert-success") is None:
        raise MailNotSent(
            _("The page {page} of the farm does not send messages.").format(page=LOST_PASSWORD),
            hint=_("Put {action} back in that page.").format(action="{{lostpassword}}"),
            where=session.addresses.base,
        )
    yield Finding(
        "test-message",
        "unknown",
        _(
            "The farm says that a message (a lost password, nothing to do about it) is on its way "
            "to {address}. Only that mailbox tells whether it arrives."
        ).format(address=visit.send_test),
        _(
            "Open it there, show its source: after Authentication-Results, read spf=pass, "
            "dkim=pass and dmarc=pass. If nothing came in ten minutes, look among the unwanted "
            "messages, then ask who runs the server for its mail log."
        ),
    )
