"""The drivers fulfil the ports: mypy holds the types, the test what is asked at run time."""

from __future__ import annotations

from wikifarm.engine.ports import ListPort, ServerPort, WikiPort
from wikifarm.lists.account import AccountHost
from wikifarm.lists.cli import SympaCli
from wikifarm.lists.host_access import SympaAccess
from wikifarm.lists.sympa import Sympa
from wikifarm.transport import Network
from wikifarm.yeswiki.wiki import Wiki


def a_wiki(wiki: Wiki) -> WikiPort:
    return wiki


def test_only_the_command_line_is_a_list_server_from_inside() -> None:
    inside: ServerPort = SympaCli()
    outside: list[ListPort] = [
        Sympa(Network(), SympaAccess("https://listes.example.org/sympasoap")),
        AccountHost(Network(), "https://listes.example.org/sympa"),
    ]
    assert isinstance(inside, ServerPort)
    assert not any(isinstance(port, ServerPort) for port in outside)
