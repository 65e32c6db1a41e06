"""What PHP does its own way."""

from __future__ import annotations

from wikifarm.rehearsal.php import parse, table


def test_bodies_are_read_as_php_reads_them() -> None:
    posted = parse("a[b]=1&a[c]=2&users[]=x&users[]=y&s[t][u]=v&bf_dossier-wiki=z&p.q=1")
    assert table(posted, "a") == {"b": "1", "c": "2"}
    assert table(posted, "users") == {"0": "x", "1": "y"}
    assert posted["s"] == {"t": {"u": "v"}}
    assert posted["bf_dossier-wiki"] == "z"
    assert posted["p_q"] == "1"
