"""The addresses of the pages of a Sympa (6.2): no network."""

from __future__ import annotations

from urllib.parse import quote


def links_of(address: str, home: str) -> dict[str, str]:
    """What may be said of a list whose address and page are these, either of them empty: also
    `archives` and `leaving`, two other pages, and `unsubscribe` and `owners`, two addresses.

    Its host takes mail at LIST-unsubscribe and LIST-request (Sympa 6.2).
    """
    name, at, domain = address.partition("@")
    if not at:
        return {"home": home}
    links = {
        "address": address,
        "home": home,
        "unsubscribe": f"{name}-unsubscribe@{domain}",
        "owners": f"{name}-request@{domain}",
    }
    pages = SympaAddresses(home.rpartition("/info/")[0])
    if pages.web:
        links |= {"archives": pages.archives(name), "leaving": pages.unsubscribe(name)}
    return links


class SympaAddresses:
    """The addresses of a Sympa's pages, for people; `web` as https://framagroupes.org/sympa."""

    def __init__(self, web: str) -> None:
        self.web = web.strip().rstrip("/")

    def home(self, name: str) -> str:
        """The page of the list."""
        return self._of("info", name)

    def unsubscribe(self, name: str) -> str:
        """Where someone asks to be out, without an account."""
        return self._of("sigrequest", name)

    def archives(self, name: str) -> str:
        """Past messages."""
        return self._of("arc", name)

    def review(self, name: str) -> str:
        """Who is in."""
        return self._of("review", name)

    def import_page(self, name: str) -> str:
        """Where an owner adds many addresses at once, where the host offers it."""
        return self._of("import", name)

    def members_page(self, name: str) -> str:
        """The subscribers as text, one a line, for an owner."""
        return self._of("export_member", name) + "/light"

    def request_form(self) -> str:
        """Where an account asks for a list."""
        return f"{self.web}/create_list_request"

    def _of(self, action: str, name: str) -> str:
        return f"{self.web}/{action}/{quote(name, safe='')}"
