"""The web pages of a Sympa: what a visitor is shown of a list, and what an account may ask.

Measured on Sympa 6.2.70 and 6.2.76, and read in its source (default/web_tt2, wwsympa.fcgi): every
answer is a 200, an error stands in `#ErrorMsg`, and each page names the template it was made of in
a comment (`<!-- info.tt2 -->`). Messages are never matched: they come in the reader's language.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from wikifarm.errors import (
    BadCredentials,
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    ListUnknown,
    NotSympa,
    SessionLost,
    TlsFailed,
    Unreachable,
    WriteRefused,
)
from wikifarm.i18n import _
from wikifarm.lists import names
from wikifarm.lists.sympa_addresses import SympaAddresses
from wikifarm.model import ListState, WantedList
from wikifarm.transport import PASSING, Answer, Fields, Network, passing
from wikifarm.web_addresses import in_clear

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

BATCH = 500  # addresses in one import: 10,000 outlast the 60 s of a default nginx (504)
LOOKS = 60  # at most, at an import that goes on after a 504
HOPS = 2  # redirections followed
NEAREST = "private_working_group"  # of Sympa's own templates: on request, archives for members

_SYMPA = re.compile(r"\s*Sympa\b\s*(.*)", re.DOTALL)
# The template of what was asked for comes after those of the frame, so the first found is it: what
# people wrote (a description, a home page) stands after it, or with its signs escaped.
_SHOWN = re.compile(r"<!-- (admin|create_list_request|home|import|info|lists|login)\.tt2 -->")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_WALLS = frozenset({401, 403, 407})
_FAILING = PASSING | {429, 500}


def batches(addresses: Sequence[str]) -> Iterator[Sequence[str]]:
    """The addresses, as many at a time as a Sympa imports before a proxy loses patience."""
    for first in range(0, len(addresses), BATCH):
        yield addresses[first : first + BATCH]


class _Page:
    """A page as it came, from a server that may be anything."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._shown = _SHOWN.search(text)

    @cached_property
    def document(self) -> LexborHTMLParser:
        from selectolax.lexbor import LexborHTMLParser

        return LexborHTMLParser(self._text)

    @property
    def version(self) -> str | None:
        """What the page says of its Sympa; None where it is no page of a Sympa."""
        node = self.document.css_first('meta[name="generator"]')
        match = _SYMPA.match(node.attributes.get("content") or "") if node is not None else None
        return None if match is None else _one_line(match[1], 40)

    @property
    def shown(self) -> str:
        """The template of what was asked for, or nothing where the skin does not say."""
        return "" if self._shown is None else self._shown[1]

    @property
    def error(self) -> str | None:
        """What `#ErrorMsg` says, for people only; None where nothing went wrong."""
        node = self.document.css_first("#ErrorMsg")
        return None if node is None else _one_line(node.text(), 300)

    @property
    def logged_in(self) -> bool:
        return self.document.css_first('form input[name="action"][value="logout"]') is not None

    @property
    def token(self) -> str:
        """Asked back by some actions, harmless in the others."""
        node = self.document.css_first('input[name="csrftoken"]')
        return "" if node is None else node.attributes.get("value") or ""

    def form(self, button: str) -> LexborNode | None:
        """The form that this button sends."""
        for form in self.document.css("form"):
            if form.css_first(f'[name="{button}"]') is not None:
                return form
        return None

    def names_list(self, name: str) -> bool:
        """True where the title or the menu is that of one list."""
        title = self.document.css_first("title")
        about = "" if title is None else title.text().strip().lower()
        return "<!-- list_panel.tt2 -->" in self._text or about.startswith(f"{name.lower()} - ")

    def status(self) -> ListState:
        """Where the list of this page stands (main.tt2, list_panel.tt2).

        Only what stands before the template of the page counts: the list's own texts come after.
        """
        from selectolax.lexbor import LexborHTMLParser

        frame = LexborHTMLParser(self._text[: self._shown.start() if self._shown else None])
        label = frame.css_first("span.warning.label") is not None
        waits = frame.css_first("p.alert-box.warning.text-center") is not None
        if waits:
            return ListState.REQUESTED if label else ListState.UNKNOWN
        return ListState.CLOSED if label else ListState.OPEN


class _Site(SympaAddresses):
    """One visitor of one Sympa."""

    def __init__(self, network: Network, web: str) -> None:
        super().__init__(web)
        self._client = network.client()
        self._token = ""

    def _get(self, url: str) -> Answer:
        for _hop in range(HOPS + 1):
            answer = self._client.get(url)
            if answer.status not in _REDIRECTIONS:
                return answer
            url = self._redirected(url, answer.location)
        raise self._not_sympa(url)

    def _redirected(self, url: str, location: str) -> str:
        """Where to look instead: on the same server, and never from https down to http."""
        try:
            to = urljoin(url, location)
            old, new = urlsplit(url), urlsplit(to)
        except ValueError:
            raise self._not_sympa(url) from None
        raised = (old.scheme, new.scheme) == ("http", "https") and "@" not in new.netloc
        same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
        if not location or old.hostname != new.hostname or not (same or raised):
            raise self._not_sympa(url)
        if raised:
            self.web = urlsplit(self.web)._replace(scheme="https", netloc=new.netloc).geturl()
        return to

    def _read(self, url: str) -> _Page:
        return self._page(self._get(url))

    def _page(self, answer: Answer) -> _Page:
        """The page; raises where no Sympa answered."""
        page = _Page(answer.text)
        if page.version is not None:
            self._token = page.token or self._token
            return page
        if answer.status in _FAILING:
            raise passing(answer)
        raise self._not_sympa(answer.url)

    def _not_sympa(self, url: str) -> NotSympa:
        return NotSympa(
            _("What answers at {url} is not the web pages of a Sympa.").format(url=self.web),
            hint=_(
                "Open this address in a browser. The pages of a Sympa often stand under /sympa; "
                "where the host first checks that you are a person, only a person can look."
            ),
            where=_one_line(url, 200),
        )


class SympaWeb(_Site):
    """A Sympa as a visitor without an account sees it."""

    def state(self, name: str) -> ListState | None:
        """Where the list stands, from its anonymous page.

        A list that is hidden, and whose description is kept from strangers, looks absent on
        6.2.70 (`confidential`; `private_working_group` shows itself), and is UNKNOWN on 6.2.76,
        whose title betrays it. UNKNOWN too where a skin took the marks away, where the list is
        shown to members only, or where the host wants a login. One request, and no write.
        """
        answer = self._get(self.home(name))
        if answer.status in _WALLS and _Page(answer.text).version is None:
            return ListState.UNKNOWN
        return _seen(self._page(answer), name)

    def version(self) -> str:
        """The version that the pages of this Sympa give, as `6.2.70`; may be empty."""
        return self._read(self.web).version or ""


def _seen(page: _Page, name: str) -> ListState:
    if page.shown == "info":
        return page.status()
    # `default_home` is one of these two, and is what an unknown list shows.
    if page.shown in {"home", "lists"} and page.error is None and not page.names_list(name):
        return ListState.ABSENT
    return ListState.UNKNOWN


class SympaAccount(_Site):
    """A Sympa with the account of a person who asked for that by name, where the host agrees.

    The password is sent once and not kept. Making an account needs the mailbox: no program does.
    """

    def __init__(self, network: Network, web: str, *, pause: float = 2.0) -> None:
        super().__init__(network, web)
        self._clear_allowed = not network.verify
        self._pause = pause  # seconds between two looks at an import that goes on

    # -- the session ------------------------------------------------------------------------

    def login(self, email: str, password: str) -> None:
        """Opens a session. Raises BadCredentials; nothing is sent to what is not a Sympa."""
        self._read(self.web)
        self._check_private()
        page = self._page(
            self._post(
                [
                    ("action", "login"),
                    ("email", email),
                    ("passwd", password),
                    ("submit", "submit"),
                    ("action_login", "x"),
                    ("previous_action", "home"),
                ]
            )
        )
        if page.error is not None or not page.logged_in:
            raise BadCredentials(
                _("The list server refuses this address or this password."),
                hint=_(
                    "Log in with a browser at {url} to see why: a first password is asked for "
                    "there, and some hosts log in another way."
                ).format(url=self.web),
                where=self.web,
            )

    def logout(self) -> None:
        """Ends the session, here in any case."""
        try:
            self._post([("action", "logout"), ("action_logout", "x")])
        except Unreachable:
            pass  # it expires by itself
        finally:
            self._client.forget()
            self._token = ""

    def _check_private(self) -> None:
        if self._clear_allowed or not in_clear(self.web):
            return
        raise TlsFailed(
            _("{url} is not encrypted: the password was not sent.").format(url=self.web),
            hint=_("Give the address with https://."),
            where=self.web,
        )

    # -- the list ---------------------------------------------------------------------------

    def state(self, name: str) -> ListState:
        """Where the list stands, as this account is shown it."""
        return _seen(self._own(self.home(name)), name)

    def request_list(self, wanted: WantedList) -> ListState:
        """Asks for the list and reads back where it stands: REQUESTED, most often.

        Asking again for a list of this account writes nothing. Of the host's kinds of lists the
        one named is taken, else Sympa's own for working groups, never one with public archives.
        """
        names.check(wanted)
        state = self.administered(wanted.name)
        if state is not None:
            return state
        fields = _request(self._request_form(), wanted)
        fault: Unreachable | None = None
        words = ""
        try:
            words = self._refusal(self._post(fields))
        except Unreachable as error:
            fault = error  # it may have been done all the same
        state = self.administered(wanted.name)
        if state is not None:
            return state
        if fault is not None:
            raise fault
        raise self._refused(wanted, words)

    def administered(self, name: str) -> ListState | None:
        """Where a list that this account administers stands, or None."""
        page = self._own(self._of("admin", name))
        return page.status() if page.shown == "admin" and page.error is None else None

    def _request_form(self) -> LexborNode:
        page = self._own(self.request_form())
        form = page.form("action_create_list")
        if form is None:
            raise ListNotAllowed(
                _("The list server lets this account ask for no list."),
                hint=page.error or _("Write to the people who run it."),
                where=self.request_form(),
            )
        return form

    def _refusal(self, answer: Answer) -> str:
        if answer.status in _REDIRECTIONS:
            return ""
        return self._page(answer).error or ""

    def _refused(self, wanted: WantedList, words: str) -> ListTaken | WriteRefused:
        if self.state(wanted.name) not in {ListState.ABSENT, ListState.UNKNOWN}:
            return ListTaken(
                _("The list server has a list {name} already, which is not this account's.").format(
                    name=wanted.name
                ),
                hint=_("Choose another name. The name of a closed list stays taken too."),
                where=self.home(wanted.name),
            )
        return WriteRefused(
            _("The list server did not take the request for the list {name}.").format(
                name=wanted.name
            ),
            hint=_("It says: {words}").format(words=words) if words else "",
            where=self.request_form(),
        )

    # -- its members ------------------------------------------------------------------------

    def members(self, name: str) -> frozenset[str]:
        """The addresses of the subscribers, in lower case, as an owner may read them."""
        answer = self._get(self.members_page(name))
        if answer.headers.get("content-type", "").lower().startswith("text/plain"):
            lines = (line.strip().lower() for line in answer.text.splitlines())
            return frozenset(line for line in lines if "@" in line)
        page = self._logged_in(self._page(answer))
        if page.names_list(name):
            raise ListNotAllowed(
                _("The list server does not show this account who is in {name}.").format(name=name),
                hint=_("Only an owner of the list may."),
                where=self.review(name),
            )
        raise ListUnknown(
            _("The list server shows this account no list {name}.").format(name=name),
            hint=_("Look at its name, and that this account owns it."),
            where=self.home(name),
        )

    def import_members(
        self, name: str, addresses: Sequence[str], *, quiet: bool = False
    ) -> frozenset[str]:
        """Subscribes those who are not in yet; answers, in lower case, those who did not get in.

        A proxy may give up (504) while Sympa goes on: who is in is read again before anything else
        is sent. Raises ListUndecided when a batch had no effect at all, and sends no more.
        """
        asked = dict.fromkeys(address.strip().lower() for address in addresses)
        members = self.members(name)
        missing = [
            address for address in asked if address not in members and names.fit_for_a_list(address)
        ]
        if missing:
            self._check_import(name)
        for batch in batches(missing):
            if self._import(name, batch, quiet=quiet):
                continue
            if self._settled(name, batch).isdisjoint(batch):
                raise ListUndecided(
                    _("The list server did not take the last {count} addresses.").format(
                        count=len(batch)
                    ),
                    hint=_(
                        "Run the same command again in a while: it first looks at who is in, and "
                        "sends the others only."
                    ),
                    where=self.import_page(name),
                )
        return frozenset(asked) - (self.members(name) if missing else members)

    def _check_import(self, name: str) -> None:
        if self._own(self.import_page(name)).form("action_import") is None:
            raise ListNotAllowed(
                _(
                    "The list server does not let this account add several people to {name} in "
                    "one go."
                ).format(name=name),
                hint=_("Some hosts took that page away: there, addresses go in by mail."),
                where=self.import_page(name),
            )

    def _import(self, name: str, batch: Sequence[str], *, quiet: bool) -> bool:
        """Sends a batch; False where no answer says that Sympa is through with it."""
        fields = [("action_import", "x"), ("list", name), ("dump", "\r\n".join(batch) + "\r\n")]
        if quiet:
            fields.append(("quiet", "quiet"))
        try:
            self._logged_in(self._page(self._post(fields)))
        except Unreachable:
            return False
        return True

    def _settled(self, name: str, batch: Collection[str]) -> frozenset[str]:
        """Who is in, once their number grows no more."""
        seen = self.members(name)
        for _look in range(LOOKS):
            if seen.issuperset(batch):
                break
            time.sleep(self._pause)
            before, seen = seen, self.members(name)
            if len(seen) <= len(before):
                break
        return seen

    # -- asking -----------------------------------------------------------------------------

    def _own(self, url: str) -> _Page:
        return self._logged_in(self._read(url))

    def _logged_in(self, page: _Page) -> _Page:
        if page.logged_in:
            return page
        raise SessionLost(
            _("The list server does not know any more who is logged in."),
            hint=_("Run the same command again."),
            where=self.web,
        )

    def _post(self, fields: Fields) -> Answer:
        token = [("csrftoken", self._token)] if self._token else []
        return self._client.post(self.web, [*fields, *token])


def _request(form: LexborNode, wanted: WantedList) -> list[tuple[str, str]]:
    offered = _values(form.css('input[name="template"]'))
    template = next((kind for kind in (wanted.template, NEAREST) if kind in offered), "")
    if not template:
        raise ListNotAllowed(
            _("The list server offers no kind of list that is fit for a community."),
            hint=_("It offers: {names}. Its administrator can add {template}.").format(
                names=_one_line(", ".join(offered), 200), template=wanted.template
            ),
        )
    topics = _values(form.css('select[name="topics"] option'))
    return [
        ("listname", wanted.name),
        ("template", template),
        ("subject", wanted.subject),
        ("topics", wanted.topics if wanted.topics in topics else "other"),
        ("info", wanted.description),
        ("action_create_list", "x"),
    ]


def _values(nodes: Sequence[LexborNode]) -> list[str]:
    return [node.attributes.get("value") or "" for node in nodes]


def _one_line(text: str, longest: int) -> str:
    """What a server wrote, fit for a terminal."""
    return " ".join(_INVISIBLE.sub(" ", text).split())[:longest]
