"""The addresses of the pages of a Sympa (6.2): no network."""

from __future__ import annotations

from urllib.parse import quote


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
