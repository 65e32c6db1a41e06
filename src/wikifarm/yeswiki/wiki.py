"""One wiki as its administrator drives it: the parts of the driver over one session."""

from __future__ import annotations

from functools import cached_property

from wikifarm.model import Acquaintance, Capabilities, Overview
from wikifarm.transport import Network
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.attachments import Attachments
from wikifarm.yeswiki.bazar_forms import Forms
from wikifarm.yeswiki.bazar_lists import Lists
from wikifarm.yeswiki.capabilities import probe
from wikifarm.yeswiki.comments import Comments
from wikifarm.yeswiki.entries import Entries
from wikifarm.yeswiki.groups import Groups
from wikifarm.yeswiki.overview import overview
from wikifarm.yeswiki.own_archives import OwnArchives
from wikifarm.yeswiki.pages import Pages
from wikifarm.yeswiki.revisions import Revisions
from wikifarm.yeswiki.rights import RightsTable
from wikifarm.yeswiki.run_records import RunRecords
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.users import Users
from wikifarm.yeswiki.wiki_settings import WikiSettings


class Wiki:
    """A wiki and one account on it. What it can do is asked when it matters, unless given."""

    def __init__(
        self, network: Network, addresses: Addresses, capabilities: Capabilities | None = None
    ) -> None:
        self.network = network
        self.addresses = addresses
        self.session = Session(network, addresses)
        able = self._able
        self.pages = Pages(self.session, able)
        self.comments = Comments(self.session)
        self.revisions = Revisions(self.session)
        self.rights = RightsTable(self.session)
        self.groups = Groups(self.session, able)
        self.users = Users(self.session, able)
        self.forms = Forms(self.session)
        self.lists = Lists(self.session, able)
        self.entries = Entries(self.session)
        self.settings = WikiSettings(self.session)
        self.runs = RunRecords(self.session)
        self.attachments = Attachments(self.session)
        self.archives = OwnArchives(self.session)
        if capabilities is not None:
            self.capabilities = capabilities
        self._met: Acquaintance | None = None  # what it goes on with
        self._seen_first: Overview | None = None  # what proved a login of before

    @cached_property
    def capabilities(self) -> Capabilities:
        """What this wiki can do; asks it the first time."""
        return probe(Session(self.network, self.addresses))

    def _able(self) -> Capabilities:
        return self.capabilities

    @property
    def account(self) -> str:
        """The account that it is driven with; empty for a visitor."""
        return self.session.user

    def login(self, name: str, password: str) -> None:
        """Logs in once; see Session.login for what may go wrong."""
        self.session.login(name, password)

    def meet(self, known: Acquaintance, tag: str) -> bool:
        """Goes on with a login of before; False where it no longer holds, or where the page `tag`
        does not show an administrator everything: nobody is logged in then.
        """
        self.session.resume(known.name, known.cookies)
        self._seen_first = self.overview(tag)
        if self._seen_first is None:
            self.session.leave()
            return False
        self._met = known
        if self.session.release == known.release and known.capabilities is not None:
            self.capabilities = known.capabilities
        return True

    @property
    def acquaintance(self) -> Acquaintance:
        """What a later run may go on with, as of now."""
        able, release = self.__dict__.get("capabilities"), self.session.release
        if self._met is not None and (self._met.release, self._met.capabilities) == (release, able):
            return self._met
        return Acquaintance(self.account, self.session.login_cookies, release, able)

    def overview(self, tag: str) -> Overview | None:
        """Everything but the pages, as the page `tag` shows it; see `overview`."""
        first, self._seen_first = self._seen_first, None
        return first or overview(self.session, self.rights, self.forms, tag)

    def visitor(self) -> Wiki:
        """The same wiki with no account and no cookie."""
        return Wiki(self.network, self.addresses, self.__dict__.get("capabilities"))
