"""One person's dealings with one wiki: a visitor until `login`, then that account.

Logging in costs the server half a second and each later request a password hash, so a session logs
in once and keeps its cookies (docs/yeswiki.md, Addressing and sessions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from selectolax.lexbor import LexborHTMLParser

from wikifarm.errors import (
    BadCredentials,
    NotYesWiki,
    SessionLost,
    UnexpectedAnswer,
    WikiAsleep,
    WikiBusy,
    WikifarmError,
)
from wikifarm.i18n import _
from wikifarm.model import Cookie
from wikifarm.transport import PASSING, Answer, Client, Fields, Network, passing
from wikifarm.yeswiki import html
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.in_the_way import in_the_way, instead
from wikifarm.yeswiki.shapes import Row, table
from wikifarm.yeswiki.shown_release import shown_release

LOGIN_COOKIES = ("name", "token")
LOGIN_PAGE = "ParametresUtilisateur"
ROOT_PAGE = "PagePrincipale"
GUARD = "x-wikifarm-refused"  # of what the guard that `ops harden` installs refuses for good

_EXCEPTION = re.compile(r"^(?:[\w\\]+):\s*(.*?)(?:\s+in\s+/.*)?$", re.DOTALL)
_PATH = re.compile(r"(?:\s+(?:in|dans)\s+)?/(?:[\w.-]+/)+[\w.-]+(?::\d+|\s+on line \d+)?")
_ASLEEP = re.compile(r"hibern|lecture seule|read-only", re.IGNORECASE)  # WIKI_IN_HIBERNATION
_BUSY = re.compile(r"archiving|updating|busy|occup", re.IGNORECASE)


class Session:
    """A visitor, or an account once `login` succeeded."""

    def __init__(self, network: Network, addresses: Addresses, token: str = "") -> None:
        self._client: Client = network.client()
        self.addresses = addresses
        self.user = ""
        self.foreign = 0  # answers that were not the wiki's own to this person
        self._csrf = ""
        self._release: str | None = None
        self._bearer = {"Authorization": f"Bearer {token}"} if token else {}

    # -- asking -----------------------------------------------------------------------------

    def page(self, tag: str, handler: str = "", query: Mapping[str, str] | None = None) -> Answer:
        """GET of a page or handler."""
        answer = self._awake(self._client.get(self.addresses.page(tag, handler, query)))
        if self._release is None:
            self._release = shown_release(answer.text, self.addresses.base)
        return answer

    def post(
        self,
        tag: str,
        fields: Fields,
        handler: str = "",
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST of a form to a page or handler.

        Raises SessionLost where the wiki took whoever is logged in here for a visitor: it may have
        done nothing of what was asked, and would do nothing of what comes next; Unreachable where
        the server does not answer now.
        """
        answer = self._taken(self._client.post(self.addresses.page(tag, handler, query), fields))
        if self.user and is_own(answer) and not self.spoke_to(answer):
            raise SessionLost(
                _("The wiki {url} does not know any more that {name} is logged in.").format(
                    url=self.addresses.base, name=self.user
                ),
                hint=_("Run the same command again: it first looks at what was done."),
                where=self.addresses.base,
            )
        return answer

    def ask(self, address: str, verb: str = "GET", body: Fields = ()) -> Answer:
        """Asks what follows the `?` as it stands, percent-encoded; a `body` makes it a POST."""
        url = f"{self.addresses.base}?{address}"
        if body:
            return self._awake(self._client.post(url, body))
        return self._client.get(url) if verb == "GET" else self._client.method(verb, url)

    def api(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """GET of an API route."""
        return self._awake(self._client.get(self.addresses.api(path, query), self._bearer))

    def api_json(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """GET of an API route that must answer 200 and JSON; stray output is dropped."""
        answer = self.api(path, query)
        if answer.status in {401, 403}:
            raise BadCredentials(
                _("The wiki refuses this account what wikifarm needs to read ({route}).").format(
                    route=path
                ),
                hint=_("Check that the account is in the group of administrators of the wiki."),
                where=self.addresses.base,
            )
        if answer.status != 200:
            raise unexpected(answer)
        if not answer.text.lstrip().startswith(("{", "[", "null", '"')):
            raise not_yeswiki(self.addresses.base, answer)
        value = without_noise(answer.json())
        # An empty list is believed of the wiki alone; that of comments is in another.
        if (not value or value == [[]]) and not is_own(answer):
            raise not_yeswiki(self.addresses.base, answer)
        return value

    def api_table(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Row]:
        """GET of an API route that answers rows by their keys; maybe none."""
        return table(self.api_json(path, query), self.addresses.api(path))

    def api_post(
        self, path: str, fields: Fields, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST to an API route. Raises Unreachable where the server does not answer now."""
        return self._taken(
            self._client.post(self.addresses.api(path), fields, {**self._bearer, **(headers or {})})
        )

    @property
    def release(self) -> str:
        """The release that the wiki shows, or nothing; asks for a page only if none was read."""
        if self._release is None:
            self.page(ROOT_PAGE)
        return self._release or ""

    def file(self, path: str) -> Answer:
        """GET of a file that stands beside the wiki."""
        return self._client.get(self.addresses.file(path))

    def download(
        self, tag: str, handler: str, query: Mapping[str, str], into: IO[bytes], most: int
    ) -> Answer:
        """GET of a handler that gives a file, written into `into`; see Client.download."""
        return self._client.download(self.addresses.page(tag, handler, query), into, most)

    def pour(self, path: str, take: Callable[[Iterator[bytes]], None], most: int) -> Answer:
        """GET of an API route that gives a file; see Client.pour."""
        return self._client.pour(self.addresses.api(path), take, most)

    def post_file(self, tag: str, handler: str, name: str, file: IO[bytes]) -> Answer:
        """POST of a file under this name to the handler of a page that attaches it."""
        url = self.addresses.page(tag, handler)
        return self._taken(self._client.post_file(url, [("file", name)], "upFile", name, file))

    def method(self, verb: str, path: str) -> Answer:
        """Another verb on an API route, without retry."""
        return self._client.method(verb, self.addresses.api(path))

    # -- accounts ---------------------------------------------------------------------------

    def login(self, name: str, password: str) -> None:
        """Becomes `name`. Not the status but the `token` cookie tells (docs/yeswiki.md, 01, 02).

        A page shows the form itself, in its menu, or because it is closed. A run that was killed
        may have left the menu closed and the page of logins open, without any: the first page of
        the wiki has one then. Where both lost it, the route that 4.5.0 has for logins is asked.
        Raises BadCredentials, Unreachable where the server does not answer now, or NotYesWiki where
        no login form answers.
        """
        self._client.forget()
        fields = [("action", "login"), ("name", name), ("password", password), ("remember", "1")]
        for page in (LOGIN_PAGE, ROOT_PAGE):
            answer = _now(self._client.post(self.addresses.page(page), fields))
            if answer.status == 302 or not is_own(answer):
                break
        by_form = answer.status == 302
        if not by_form and is_own(answer):
            named = [("username", name), ("password", password)]
            by_api = _now(self._client.post(self.addresses.api("login"), named))
            answer = answer if by_api.status == 404 else by_api
        if "token" in answer.cookies:
            if "token" in self._client.withheld(answer.url):
                raise UnexpectedAnswer(
                    _("This wiki gives its logins to https only, and it was asked over http."),
                    hint=_("Give its address with https://."),
                    where=self.addresses.base,
                )
            self.user = name
            return
        if is_own(answer) and (by_form or answer.status == 401):
            raise BadCredentials(
                _("The wiki {url} refuses the name or the password of {name}.").format(
                    url=self.addresses.base, name=name
                ),
                hint=_("Check the password, or set a new one with “lost password”."),
                where=self.addresses.base,
            )
        here = not answer.location or answer.location.startswith(("?", self.addresses.base))
        if here and (answer.status == 302 or "YesWiki" in " ".join(answer.cookies)):
            raise UnexpectedAnswer(
                _("The page {page} of this wiki has no login form.").format(page=LOGIN_PAGE),
                hint=_("Put {{{{login}}}} or {{{{usersettings}}}} back in that page.").format(),
                where=self.addresses.base,
            )
        raise not_yeswiki(self.addresses.base, answer)

    def resume(self, name: str, cookies: Sequence[Cookie]) -> None:
        """Takes a login of before; the next answer tells whether it still holds."""
        self._client.put(cookies)
        self.user = name

    def leave(self) -> None:
        """A visitor again."""
        self._client.forget()
        self.user = ""

    @property
    def login_cookies(self) -> tuple[Cookie, ...]:
        """What tells who is logged in, for 90 days (AuthController::login)."""
        return self._client.kept(LOGIN_COOKIES)

    def sign_up(self, name: str, email: str, password: str) -> bool:
        """Opens an account as a visitor does; True when the wiki took it and logged it in."""
        answer = self.post(
            LOGIN_PAGE,
            [
                ("usersettings_action", "signup"),
                ("name", name),
                ("email", email),
                ("password", password),
                ("confpassword", password),
            ],
        )
        if answer.status == 302 and "token" in answer.cookies:
            self.user = name
            return True
        return False

    # -- tokens -----------------------------------------------------------------------------

    def csrf(self) -> str:
        """The token that forms, deletions and groups want: one per session, not used up.

        Core gives the same token (`main`) to every form of a session; the page of the groups is
        read once for it (source: CsrfTokenController, EditGroupsAction).
        """
        if not self._csrf:
            document = html.parse(self.page("GererUtilisateurs").text)
            self._csrf = html.hidden(document, "confirmToken") or ""
            if not self._csrf:
                raise UnexpectedAnswer(
                    _("The page GererUtilisateurs of this wiki has no form for groups."),
                    hint=_("Put {{{{editgroups}}}} back in the page GererUtilisateurs.").format(),
                    where=self.addresses.base,
                )
        return self._csrf

    def keep_csrf(self, document: LexborHTMLParser) -> None:
        """Remembers the token of a page that was read for another reason."""
        self._csrf = html.hidden(document, "confirmToken") or self._csrf

    def spoke_to(self, answer: Answer) -> bool:
        """True for the wiki's own word to this very person: with every answer it renews the `token`
        of whoever is logged in, and gives a visitor none (4.4.4, 4.5.0)."""
        return is_own(answer) and ("token" in answer.cookies) == bool(self.user)

    def _taken(self, answer: Answer) -> Answer:
        """What a write was answered; it is not sent again, since it may have been done."""
        return _now(self._awake(answer))

    def _awake(self, answer: Answer) -> Answer:
        self.foreign += not (self.spoke_to(answer) or GUARD in answer.headers)
        if answer.status != 500:
            return answer
        message = exception_message(answer)
        if _ASLEEP.search(message):
            raise WikiAsleep(
                _("This wiki sleeps (hibernation): it can be read, not written."),
                hint=_("Wake it from the farm, then run the same command again."),
                where=self.addresses.base,
            )
        return answer


def _now(answer: Answer) -> Answer:
    """The answer; raises Unreachable for one that says to come back later."""
    if answer.status in PASSING:
        raise passing(answer)
    return answer


def speaks_for_wiki(answer: Answer) -> bool:
    """True for the wiki's own word, and for what the farm's guard refuses in its place."""
    return is_own(answer) or GUARD in answer.headers


def is_own(answer: Answer) -> bool:
    """True for what YesWiki itself answered: it opens a session with every answer (4.4.4, 4.5.0),
    which a portal, a proxy or a firewall that speaks in its place does not."""
    return any(name.startswith("YesWiki-") for name in answer.cookies)


def without_noise(value: Any) -> Any:
    """Drops `rawOutput`: what PHP printed on the way, a mail error for instance."""
    if isinstance(value, dict) and "rawOutput" in value:
        return {key: item for key, item in value.items() if key != "rawOutput"}
    return value


def exception_message(answer: Answer) -> str:
    """The words of a server exception, without class, path or stack trace."""
    try:
        said = answer.json()
    except UnexpectedAnswer:
        return ""
    message = str(said.get("exceptionMessage", "")) if isinstance(said, dict) else ""
    exception = _EXCEPTION.match(message)
    text = exception[1] if exception else message.split(" in /", maxsplit=1)[0]
    return without_paths(text.split("\nStack trace")[0])


def without_paths(words: str) -> str:
    """The server's words without its paths and line numbers, on one line of 300 signs at most."""
    return " ".join(_PATH.sub("", words).split())[:300]


def unexpected(answer: Answer) -> UnexpectedAnswer | WikiBusy | NotYesWiki:
    """The error for an answer outside the protocol: something before the wiki gave it, or the
    server failed, in its own words if it has some."""
    if (other := in_the_way(answer)) is not None:
        return other
    words = exception_message(answer) if answer.status == 500 else ""
    if words and _BUSY.search(words):
        return WikiBusy(
            _("The server is busy with this wiki: {words}").format(words=words),
            hint=_("Run the same command again in a few minutes."),
        )
    message = (
        _("The server failed and says: {words}").format(words=words)
        if words
        else _("The server gave an unexpected answer ({status}).").format(status=answer.status)
    )
    return UnexpectedAnswer(
        message,
        hint=_("Run the same command again; if it comes back, ask who runs the server."),
        where=answer.url,
    )


def not_yeswiki(base: str, answer: Answer) -> WikifarmError:
    """The error for a host that answers, but not as a YesWiki does: it is none, or it cannot be
    seen now."""
    if answer.status >= 400 and (is_own(answer) or answer.status not in (404, 405, 410)):
        return unexpected(answer)
    return instead(answer) or NotYesWiki(
        _("Something else than a YesWiki answers at {url} ({status}).").format(
            url=base, status=answer.status
        ),
        hint=_(
            "Open the address in a browser: a login page of the network, "
            "or another site, may answer in its place."
        ),
        where=base,
    )
