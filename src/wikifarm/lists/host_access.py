"""How to reach list hosts, as settings give it: no file, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SympaAccess:
    """A Sympa. Secrets come from the environment, `.env` or files, never from argv."""

    url: str = ""  # of its SOAP service
    web: str = ""  # of its web pages; empty: told from `url`
    domain: str = ""  # of its lists; empty: told by the server
    app: str = ""
    secret: str = ""
    user: str = ""  # an account; without a password, the one that the application is pinned to
    password: str = ""
    template: str = "communaute"
    topics: str = "other"
    ssh: str = ""  # user@host where its command line is run; "local": on this computer
    # A text file of addresses that lists follow by themselves, {slug} standing for the community.
    include_url: str = ""
    include_user: str = ""
    include_password: str = ""

    def __repr__(self) -> str:
        return f"SympaAccess({self.url!r})"

    @property
    def pages(self) -> str:
        """The address of the web pages: /sympasoap and /sympa stand side by side as packaged."""
        return (self.web or self.url.rstrip("/").removesuffix("soap")).rstrip("/")


@dataclass(frozen=True)
class HostAccess:
    """A host where a person must ask. What is empty is not known, or as the host's profile says."""

    web: str = ""  # of its Sympa, as https://framagroupes.org/sympa
    domain: str = ""
    contact: str = ""  # the address to write to


@dataclass(frozen=True)
class ListSettings:
    """Every list host of a run. `hosts` maps framaliste, infini and other."""

    sympa: SympaAccess = SympaAccess()
    hosts: Mapping[str, HostAccess] = field(default_factory=dict)
