"""One wiki as its administrator drives it: the parts of the driver over one session."""

from __future__ import annotations

from wikifarm.model import Capabilities
from wikifarm.transport import Network
from wikifarm.yeswiki.addresses import Addresses
from wikifarm.yeswiki.bazar_forms import Forms
from wikifarm.yeswiki.bazar_lists import Lists
from wikifarm.yeswiki.entries import Entries
from wikifarm.yeswiki.groups import Groups
from wikifarm.yeswiki.pages import Pages
from wikifarm.yeswiki.rights import RightsTable
from wikifarm.yeswiki.run_records import RunRecords
from wikifarm.yeswiki.session import Session
from wikifarm.yeswiki.users import Users
from wikifarm.yeswiki.wiki_settings import WikiSettings


class Wiki:
    """A wiki and one account on it."""

    def __init__(self, network: Network, addresses: Addresses, capabilities: Capabilities) -> None:
        self.network = network
        self.addresses = addresses
        self.capabilities = capabilities
        self.session = Session(network, addresses)
        self.pages = Pages(self.session, capabilities)
        self.rights = RightsTable(self.session)
        self.groups = Groups(self.session, capabilities)
        self.users = Users(self.session, capabilities)
        self.forms = Forms(self.session)
        self.lists = Lists(self.session, capabilities)
        self.entries = Entries(self.session)
        self.settings = WikiSettings(self.session)
        self.runs = RunRecords(self.session)

    @property
    def account(self) -> str:
        """The account that it is driven with; empty for a visitor."""
        return self.session.user

    def login(self, name: str, password: str) -> None:
        """Logs in once; see Session.login for what may go wrong."""
        self.session.login(name, password)

    def visitor(self) -> Wiki:
        """The same wiki with no account and no cookie."""
        return Wiki(self.network, self.addresses, self.capabilities)
