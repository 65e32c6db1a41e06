"""What the DNS says of a domain that messages leave from, and the record to publish.

A message is believed when the domain it says it comes from vouches for the server that sends it
(SPF) or for its signature (DKIM); DMARC says what others do of the rest. Where a record is missing,
messages often arrive all the same: what the DNS shows is a warning, never a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from wikifarm.dns import NO_MAIL, Resolver, domain_name, shown
from wikifarm.errors import DnsSilent
from wikifarm.i18n import _, ngettext
from wikifarm.operations.doctor.findings import Finding, State
from wikifarm.operations.doctor.mail_records import (
    DkimKey,
    Dmarc,
    Spf,
    is_dmarc,
    is_spf,
    merged_spf,
    parse_dkim,
    parse_dmarc,
    parse_spf,
)

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_USUAL_SELECTORS = (
    "default", "dkim", "mail", "sympa", "s1", "s2", "selector1", "selector2", "key1",
    "2024", "2025", "2026",
)  # fmt: skip

_MOST_LOOKUPS = 10  # RFC 7208, 4.6.4: one more is a permanent error
_COUNTED = 40  # where counting stops: a chain of includes may have no end
_MOST_SERVERS = 5  # of a domain, whose addresses are looked for
_LONGEST_RECORD = 450  # with its name, what fits in an answer over UDP (RFC 7208, 3.4)
_WEAK, _SHORT = 1024, 2048  # bits: RFC 8301 refuses shorter keys than the first, advises the second
_OLDEST_PARENT = 5  # labels: DMARC is asked of five names at most


@dataclass
class MailDomain:
    """A domain to look at, and what is known of it."""

    name: str
    resolver: Resolver
    lists: bool = False  # mailing lists live there
    host: str = ""  # of the farm, as a domain; empty for none
    selectors: Sequence[str] = ()  # of DKIM; empty to try the usual ones
    facts: dict[str, object] = field(default_factory=dict)

    def finding(
        self, check: str, state: State, message: str, hint: str = "", **words: object
    ) -> Finding:
        """`words` go into the message, which may name {domain}; the hint is shown as it is."""
        text = message.format(domain=self.name, **words)
        return Finding(f"{check}:{self.name}", state, text, hint)


def look_at(domain: MailDomain, progress: Callable[[str, str], None]) -> Iterator[Finding]:
    """Every check; the DNS may stay silent about one and answer the next."""
    for name, checks in _CHECKS.items():
        progress("", f"{name} {domain.name}")
        try:
            yield from checks(domain)
        except DnsSilent as error:
            yield Finding(f"{name}:{domain.name}", "unknown", error.message, error.hint)


def _publish(name: str, record: str) -> str:
    return _('Publish: {name}. TXT "{record}"').format(name=name, record=record)


def _instead(name: str, record: str) -> str:
    """For a name that holds one already: two of a kind cancel each other."""
    return _('In place of what {name} holds now, publish: {name}. TXT "{record}"').format(
        name=name, record=record
    )


# -- does it receive ------------------------------------------------------------------------


def _mx(domain: MailDomain) -> Iterator[Finding]:
    servers = domain.resolver.mx(domain.name)
    domain.facts["mx"] = servers
    names = shown(", ".join(servers))
    publish = _("Publish: {domain}. MX 10 (the name of the server that receives its mail)").format(
        domain=domain.name
    )
    if servers == [NO_MAIL]:
        yield domain.finding(
            "mx", "warn", _("{domain} says that it receives no mail at all."), publish
        )
    elif any(map(domain.resolver.addresses, servers[:_MOST_SERVERS])):
        yield domain.finding(
            "mx", "ok", _("The mail of {domain} goes to {servers}."), servers=names
        )
    elif servers:
        yield domain.finding(
            "mx",
            "warn",
            _("The mail of {domain} goes to {servers}; no address is found for it."),
            _(
                "Give a server of that MX an A record, or name another one in the MX of {domain}."
            ).format(domain=domain.name),
            servers=names,
        )
    elif domain.resolver.addresses(domain.name):
        yield domain.finding(
            "mx", "ok", _("{domain} names no mail server: its mail goes to its own address.")
        )
    else:
        yield domain.finding(
            "mx",
            "warn",
            _(
                "{domain} has neither a mail server nor an address: nobody can write there, and "
                "many servers refuse what comes from there."
            ),
            publish,
        )


# -- SPF ------------------------------------------------------------------------------------


@dataclass
class _Cost:
    """What a verifier meets on its way through a record and all that it includes."""

    lookups: int = 0
    ptr: bool = False
    wrong: list[str] = field(default_factory=list)  # each one a permanent error, as a sentence
    silent: list[str] = field(default_factory=list)  # names that the DNS did not answer about


def _spf(domain: MailDomain) -> Iterator[Finding]:
    records = _spf_records(domain.resolver, domain.name)
    domain.facts["spf"] = [shown(record, _LONGEST_RECORD) for record in records]
    if not records:
        yield _no_spf(domain)
        return
    if len(records) > 1:
        merged = merged_spf(records)
        yield domain.finding(
            "spf",
            "warn",
            _("{domain} has {count} SPF records: others then take none (permanent error)."),
            _instead(domain.name, merged)
            if len(merged) <= _LONGEST_RECORD
            else _("Keep one record beginning with v=spf1."),
            count=len(records),
        )
        return
    cost = _Cost()
    last = _follow(domain.resolver, parse_spf(records[0]), (domain.name,), cost)
    domain.facts["spf_lookups"] = cost.lookups
    yield _ending(domain, records[0], last, cost)
    yield from _lookups(domain, cost)
    if cost.ptr:
        yield domain.finding(
            "spf-ptr",
            "warn",
            _("The SPF of {domain} uses ptr, which is slow and which some ignore."),
            _("Replace ptr by a, mx, ip4: or ip6: (RFC 7208, 5.5)."),
        )


def _spf_records(resolver: Resolver, name: str) -> list[str]:
    return [record for record in resolver.txt(name) if is_spf(record)]


def _no_spf(domain: MailDomain) -> Finding:
    if domain.name == domain.host:
        record = "v=spf1 a mx ~all"
    elif domain.host and not domain.lists:
        record = f"v=spf1 mx a:{domain.host} ~all"
    else:
        record = "v=spf1 mx ~all"
    return domain.finding(
        "spf",
        "warn",
        _("{domain} has no SPF: it does not say which servers may send in its name."),
        _("{publish} (if a provider sends for you, add its include: before ~all).").format(
            publish=_publish(domain.name, record)
        ),
    )


def _follow(resolver: Resolver, spf: Spf, path: tuple[str, ...], cost: _Cost) -> str:
    """The sign before the `all` that counts. Adds up what `spf`, the record of `path[-1]`, costs.

    Every include is followed, as a verifier does for a server that no record names.
    """
    cost.lookups += spf.lookups
    cost.ptr = cost.ptr or spf.ptr
    cost.wrong += [
        _("“{term}” in the record of {domain} is not understood").format(
            term=shown(term), domain=path[-1]
        )
        for term in spf.wrong
    ]
    endings = [_include(resolver, target, path, cost) for target in spf.includes]
    if "+" in endings:
        return "+"
    return _include(resolver, spf.redirect, path, cost) if spf.redirect else spf.last


def _include(resolver: Resolver, target: str, path: tuple[str, ...], cost: _Cost) -> str:
    if "%" in target:
        return "~"  # a macro: the record that it names depends on each message
    if cost.lookups > _COUNTED:
        return ""
    name = domain_name(target)
    if name in path:
        cost.wrong.append(_("{domain} includes itself").format(domain=name))
        return ""
    try:
        records = _spf_records(resolver, name) if name else []
    except DnsSilent:
        cost.silent.append(name)
        return ""
    if len(records) == 1:
        return _follow(resolver, parse_spf(records[0]), (*path, name), cost)
    none, several = (
        _("{domain}, included, has no SPF"),
        _("{domain}, included, has several SPF records"),
    )
    cost.wrong.append((several if records else none).format(domain=shown(target)))
    return ""


def _ending(domain: MailDomain, record: str, last: str, cost: _Cost) -> Finding:
    line = shown(record)
    if cost.wrong:
        return domain.finding(
            "spf",
            "warn",
            _("The SPF of {domain} is not valid, others then take none: {reasons}."),
            _("Correct this in the record of {domain}: {record}").format(
                domain=domain.name, record=line
            ),
            reasons=", ".join(cost.wrong[:5]),
        )
    if last in {"-", "~"}:
        return domain.finding("spf", "ok", _("The SPF of {domain} is {record}"), record=line)
    if cost.silent and not last:
        return domain.finding(
            "spf",
            "unknown",
            _("How the SPF of {domain} ends is not known: no answer about {names}."),
            names=shown(", ".join(cost.silent)),
        )
    sentences = {
        "+": _("The SPF of {domain} lets everybody send in its name (+all): {record}"),
        "?": _("The SPF of {domain} says nothing of other servers (?all): {record}"),
        "": _("The SPF of {domain} has no end, so it says nothing of other servers: {record}"),
    }
    hint = _instead(domain.name, merged_spf([record]))
    return domain.finding("spf", "warn", sentences[last], hint, record=line)


def _lookups(domain: MailDomain, cost: _Cost) -> Iterator[Finding]:
    if cost.lookups > _MOST_LOOKUPS:
        yield domain.finding(
            "spf-lookups",
            "warn",
            _(
                "The SPF of {domain} needs {count} questions to the DNS; more than {most} is a "
                "permanent error."
            ),
            _("Take out the include: that no longer serve; write ip4: and ip6: for a and mx."),
            count=cost.lookups,
            most=_MOST_LOOKUPS,
        )
    elif cost.silent:
        yield domain.finding(
            "spf-lookups",
            "unknown",
            _("The SPF of {domain} was not read to its end: {names} did not answer."),
            names=shown(", ".join(cost.silent)),
        )
    elif not cost.wrong:
        yield domain.finding(
            "spf-lookups",
            "ok",
            ngettext(
                "Checking this SPF takes {count} question to the DNS; {most} are allowed.",
                "Checking this SPF takes {count} questions to the DNS; {most} are allowed.",
                cost.lookups,
            ),
            count=cost.lookups,
            most=_MOST_LOOKUPS,
        )


# -- DMARC ----------------------------------------------------------------------------------


def _dmarc(domain: MailDomain) -> Iterator[Finding]:
    owner, records = _dmarc_records(domain.resolver, domain.name)
    dmarc = parse_dmarc(records[0]) if len(records) == 1 else Dmarc()
    policy = dmarc.policy if owner == domain.name else dmarc.of_subdomains
    domain.facts["dmarc"] = {"at": owner, "policy": policy}
    record = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain.name}"
    sentences = {
        "none": _(
            "The DMARC of {domain} asks others to refuse nothing (p=none, written at {owner})."
        ),
        "quarantine": _(
            "The DMARC of {domain} asks others to put aside what neither SPF nor DKIM proves "
            "(p=quarantine, written at {owner})."
        ),
        "reject": _(
            "The DMARC of {domain} asks others to refuse what neither SPF nor DKIM proves "
            "(p=reject, written at {owner})."
        ),
    }
    if policy:
        reports = _("Add rua=mailto:ADDRESS to receive what others saw: nothing else tells you.")
        hint = "" if dmarc.reports else reports
        yield domain.finding("dmarc", "ok", sentences[policy], hint, owner=owner)
    elif len(records) > 1:
        yield domain.finding(
            "dmarc",
            "warn",
            _("{name} has several DMARC records: others then take none."),
            _("Keep one of them."),
            name=f"_dmarc.{owner}",
        )
    elif records:
        yield domain.finding(
            "dmarc",
            "warn",
            _("The DMARC of {owner} has no policy that others understand."),
            _instead(f"_dmarc.{owner}", record),
            owner=owner,
        )
    else:
        yield domain.finding(
            "dmarc",
            "warn",
            _("{domain} has no DMARC; some providers refuse messages from such domains."),
            _publish(f"_dmarc.{domain.name}", record),
        )


def _dmarc_records(resolver: Resolver, name: str) -> tuple[str, list[str]]:
    """Who wrote the DMARC that counts for `name`, and the record; several where nobody knows.

    The domain itself, else the parent with the fewest labels (DMARCbis, the tree walk), which with
    the Public Suffix List of RFC 7489 is the organisation. A registry counts last.
    """
    owner, best = "", list[str]()
    for parent in tree(name):
        records = [record for record in resolver.txt(f"_dmarc.{parent}") if is_dmarc(record)]
        if len(records) > 1:
            return parent, records
        if not records:
            continue
        suffix = parse_dmarc(records[0]).public_suffix
        if suffix != "y" or not best:
            owner, best = parent, records
        if parent == name or suffix in {"y", "n"}:
            break
    return owner, best


def tree(name: str) -> list[str]:
    """The domain and its parents to ask, five names at most, never one of a single label."""
    labels = name.split(".")
    sizes = range(min(len(labels) - 1, _OLDEST_PARENT), 1, -1)
    return [name, *(".".join(labels[-size:]) for size in sizes)]


def _lists(domain: MailDomain) -> Iterator[Finding]:
    """What no DNS shows: whether the list rewrites the sender of what it forwards."""
    if domain.lists:
        yield domain.finding(
            "dmarc-lists",
            "unknown",
            _(
                "Messages of members whose domain asks p=reject are refused when a list of "
                "{domain} forwards them as they are. Whether it rewrites their sender is not "
                "seen from here."
            ),
            _(
                "Ask who runs Sympa whether sympa.conf holds this line: dmarc_protection.mode "
                "dmarc_reject (before 6.2.56: dmarc_protection_mode dmarc_reject)."
            ),
        )


# -- DKIM -----------------------------------------------------------------------------------


def _dkim(domain: MailDomain) -> Iterator[Finding]:
    own = domain.name.partition(".")[0]
    seen = {}
    for selector in domain.selectors or dict.fromkeys((*_USUAL_SELECTORS, own)):
        texts = domain.resolver.txt(f"{selector}._domainkey.{domain.name}")
        keys = [key for key in map(parse_dkim, texts) if key is not None]
        if keys:
            seen[selector] = keys[0]
    domain.facts["dkim"] = {selector: asdict(key) for selector, key in seen.items()}
    for selector, key in seen.items():
        yield _key_found(domain.name, selector, key)
    if not domain.selectors and all(key.revoked for key in seen.values()):
        yield domain.finding(
            "dkim",
            "unknown",
            _("No DKIM key of {domain} has a usual name; it may have another."),
            _(
                "In a message received from there, read what follows s= in DKIM-Signature, and "
                "give it as selector. No such header: ask who sends the mail to sign it."
            ),
        )
    elif not seen:
        yield domain.finding(
            "dkim",
            "warn",
            _("{domain} has no DKIM key called {names}."),
            _(
                'Publish: {name}. TXT "v=DKIM1; k=rsa; p=…", p being the key that the mail server '
                "gives"
            ).format(name=f"{domain.selectors[0]}._domainkey.{domain.name}"),
            names=", ".join(domain.selectors),
        )


def _key_found(domain: str, selector: str, key: DkimKey) -> Finding:
    state: State = "warn"
    hint = _("On the mail server make an RSA key of 2048 bits, and publish it.")
    if key.revoked:
        message = _("The DKIM key {selector} of {domain} is revoked (p= is empty).")
        hint = _("If the mail server still signs with it, publish its key again.")
    elif not key.bits:
        message = _("The DKIM key {selector} of {domain} is malformed.")
        hint = _("Copy it again from the mail server, in one record, its parts joined.")
    elif key.kind == "rsa" and key.bits < _WEAK:
        message = _(
            "The DKIM key {selector} of {domain} has {bits} bits: others do not take it (RFC 8301)."
        )
    elif key.kind == "rsa" and key.bits < _SHORT:
        message = _("The DKIM key {selector} of {domain} has {bits} bits; 2048 are advised.")
    else:
        state = "ok"
        message = _("The DKIM key {selector} of {domain} is there ({kind}, {bits} bits).")
        tests = _("It is for tests (t=y): others then ignore the signature. Take t=y out.")
        hint = tests if key.testing else ""
    text = message.format(selector=selector, domain=domain, bits=key.bits, kind=key.kind)
    return Finding(f"dkim:{selector}._domainkey.{domain}", state, text, hint)


_CHECKS: dict[str, Callable[[MailDomain], Iterator[Finding]]] = {
    "mx": _mx,
    "spf": _spf,
    "dmarc": _dmarc,
    "dmarc-lists": _lists,
    "dkim": _dkim,
}


# -- the domain of the sender, and the server -----------------------------------------------


def alignment(sender: str, host: str, *, by_smtp: bool) -> Finding:
    """Whether the domain of contact_from may vouch for the server of the farm."""
    state: State = "warn"
    if organisation(sender) == organisation(host):
        state = "ok"
        message, hint = _("{sender} and the host of the farm belong together."), ""
    elif by_smtp:
        state = "unknown"
        message = _(
            "The farm sends in the name of {sender} through an SMTP server: it is to be one "
            "that {sender} vouches for."
        )
        hint = _("Send a test message and read its headers.")
    else:
        message = _(
            "The messages leave in the name of {sender}, but from the server of {host}: unless "
            "the SPF of {sender} names that server, others take them for forged."
        )
        hint = _(
            "In contact_from, write an address of the domain of the farm, as wiki@{host}; or "
            "send through the SMTP server of {sender}; or add a:{host} to its SPF."
        )
    words = {"sender": sender, "host": host}
    return Finding("alignment", state, message.format(**words), hint.format(**words))


@cache
def _suffixes() -> PublicSuffixList:
    """The suffixes under which names are registered; reading them takes a tenth of a second."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The domain that an organisation holds, by the Public Suffix List (RFC 7489, §3.2)."""
    return _suffixes().privatesuffix(domain) or domain
