"""How to reach list hosts, as settings give it: no file, no network.

A class here is a section of the settings: its fields are the keys of the section.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

_SECRET: Mapping[str, bool] = {"secret": True}  # never shown, and may be kept in a file of its own


@dataclass(frozen=True)
class HostAccess:
    """A host where a person must ask. What is empty is not known, or as the host's profile says."""

    web: str = ""  # of its Sympa, as https://framagroupes.org/sympa
    domain: str = ""
    contact: str = ""  # the address to write to

    def public(self) -> HostAccess:
        """What serves to ask as a person."""
        return self


@dataclass(frozen=True)
class SympaAccess:
    """A Sympa. Secrets come from the environment, `.env` or files, never from argv."""

    url: str = ""  # of its SOAP service
    web: str = ""  # of its web pages; empty: told from `url`
    domain: str = ""  # of its lists; empty: told by the server
    app: str = ""
    secret: str = field(default="", metadata=_SECRET)
    user: str = ""  # an account; without a password, the one that the application is pinned to
    password: str = field(default="", metadata=_SECRET)
    template: str = "communaute"
    topics: str = "other"
    ssh: str = ""  # user@host where its command line is run; "local": on this computer
    # A text file of addresses that lists follow by themselves, {slug} standing for the community.
    include_url: str = ""
    include_user: str = ""
    include_password: str = field(default="", metadata=_SECRET)

    def __repr__(self) -> str:
        return f"SympaAccess({self.url!r})"

    @property
    def pages(self) -> str:
        """The address of the web pages: /sympasoap and /sympa stand side by side as packaged."""
        return (self.web or self.url.rstrip("/").removesuffix("soap")).rstrip("/")

    def public(self) -> HostAccess:
        """What serves to ask as a person, where no program is let in."""
        return HostAccess(web=self.web, domain=self.domain)


def keys_of(access: type) -> tuple[str, ...]:
    """The keys of a section; a secret may also be given as the file that holds it."""
    secret = secrets_of(access)
    return tuple(
        key
        for setting in fields(access)
        for key in (
            (setting.name, f"{setting.name}_file") if setting.name in secret else (setting.name,)
        )
    )


def secrets_of(access: type) -> tuple[str, ...]:
    """The keys of a section whose values are shown nowhere."""
    return tuple(setting.name for setting in fields(access) if setting.metadata.get("secret"))


@dataclass(frozen=True)
class ListSettings:
    """Every list host of a run; `hosts` maps the other sections of the settings."""

    sympa: SympaAccess = SympaAccess()
    hosts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, section: str) -> Any:
        """What a section of the settings says, or None."""
        return self.sympa if section == "sympa" else self.hosts.get(section)
