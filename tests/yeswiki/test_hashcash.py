"""The anti-spam value is computed by arithmetic, whatever the script looks like."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikifarm.errors import UnexpectedAnswer
from wikifarm.yeswiki import hashcash


def _script(text: str, key: int, name: str = "puQzsmNPalBl", data: str = "LKOhuiwmsB") -> str:
    """A script of the shape that wp-hashcash-getkey.php writes (transcript 12)."""
    raw = text.encode("latin-1")
    raw += b" " * (-len(raw) % 4)
    words = struct.unpack(f"<{len(raw) // 4}I", raw)
    lines = "".join(f"{data}[{i}] = {word ^ key} ^ {key}; " for i, word in enumerate(words))
    return (
        f"function {name}(){{var {data} = new Array({len(words)}); {lines} var a = new Array("
        f"{data}.length); for (var i=0; i<{data}.length; i++) {{ a[i] = String.fromCharCode({data}"
        f"[i] & 0xFF, {data}[i]>>>8 & 0xFF, {data}[i]>>>16 & 0xFF, {data}[i]>>>24 & 0xFF); }} "
        f"return eval(a.join('')); }} {name}();"
    )


@given(value=st.integers(1, 2**31 - 1), key=st.integers(21474836, 2126008810), seed=st.integers())
def test_the_value_is_the_sum_of_what_is_added(value: int, key: int, seed: int) -> None:
    step = random.Random(seed).randint(max(1, value // 100), max(1, value))
    times, rest = divmod(value, step)
    added = f"eaxName += {step}; " * (times - 1)
    text = f"function abcDEF (){{var eaxName = {step}; {added}"
    text += f"eaxName += {rest}; return eaxName; }} abcDEF ();"
    assert hashcash.value(_script(text, key)) == str(value)


@pytest.mark.parametrize(
    "script", ["", "alert(1)", "<html>login</html>", "x[0] = 99999999999 ^ 1;", "x[0] = 1 ^ 1;"]
)
def test_another_script_is_refused_and_never_run(script: str) -> None:
    with pytest.raises(UnexpectedAnswer):
        hashcash.value(script)
