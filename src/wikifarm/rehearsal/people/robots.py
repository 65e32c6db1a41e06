"""What keeps robots out: a field that only they fill in, a number hidden in a line of JavaScript.

Shape read in `tools/security/wp-hashcash-getkey.php` and seen in transcript 09: the words of an
array, XORed with a key, are the little-endian bytes of a function that sums integers. Only one of
that file's four kinds of function is ever generated (its choice is multiplied by zero).
"""

from __future__ import annotations

import hashlib
import random
import string
import time
from urllib.parse import quote

from ..exchange.elements import esc, hidden
from ..exchange.wiki_request import Request
from . import acls

PERIOD_SECONDS = 4 * 3600

KEY_FILE = "cache/hashcash.key"
"""Made when somebody opens an edit form for the first time; before, no script gives a value."""


def honeypot(request: Request) -> str:
    """The field, hidden from people, where the dialect has one."""
    if not request.features.honeypot or acls.is_admin(request):
        return ""
    trap = '<input type="text" name="yw-bot-guard-mail" value="" tabindex="-1" autocomplete="off">'
    return (
        f'<div class="yw-bot-guard-fields sr-only" aria-hidden="true">{trap}'
        f"{hidden('yw-bot-guard-token', 'rehearsal')}</div>"
    )


def caught(request: Request) -> bool:
    """Whether a robot posted this."""
    if not request.features.honeypot or acls.is_admin(request):
        return False
    return bool(request.field("yw-bot-guard-mail"))


def edit_passed(request: Request) -> bool:
    """Whether a save may go on."""
    if not request.features.hashcash:
        return not caught(request)
    given = request.post.get("hashcash_value")
    if not request.wiki.has_file(KEY_FILE):
        return given in ("", "0")  # what PHP takes as equal to a file that is not there
    return given == str(current_value(request.farm.secret, request.wiki.folder))


def edit_guard(request: Request) -> tuple[str, str]:
    """What guards the edit form: a part of the form, and a script after it."""
    if not request.features.hashcash:
        return honeypot(request), ""
    request.wiki.add_file(KEY_FILE)
    site = quote(request.base, safe="")
    source = f"{request.base}tools/security/wp-hashcash-js.php?formid=ACEditor&siteurl={site}"
    note = '<div id="hashcash-text"><small>Protection anti-spam active</small></div>'
    return note, f'<script src="{esc(source)}"></script>'


def current_value(secret: str, wiki: str) -> int:
    """The value a save must carry; it changes every four hours at most."""
    period = int(time.time()) // PERIOD_SECONDS
    digest = hashlib.sha256(f"{secret}|{wiki}|{period}".encode()).digest()
    return 21_474_836 + int.from_bytes(digest[:4], "big") % 2_104_533_974


def key_script(value: int) -> str:
    """The one-line script that gives `value` when a browser evaluates it."""
    inner = _pack(_sum_function(value))
    key = random.randint(21_474_836, 2_126_008_810)  # noqa: S311 - a disguise, not a secret
    function, data = _name(6, 18), _name(6, 18)
    words = "".join(f"{data}[{i}] = {word ^ key} ^ {key}; " for i, word in enumerate(inner))
    return (
        f"function {function}(){{var {data} = new Array({len(inner)}); {words}"
        f" var a = new Array({data}.length); for (var i=0; i<{data}.length; i++) {{ "
        f"a[i] = String.fromCharCode({data}[i] & 0xFF, {data}[i]>>>8 & 0xFF, "
        f"{data}[i]>>>16 & 0xFF, {data}[i]>>>24 & 0xFF); }} "
        f"return eval(a.join('')); }} {function}();"
    )


def _sum_function(value: int) -> str:
    step = random.randint(value // 100, value - 1)  # noqa: S311 - as above
    function, total = _name(6, 18), _name(8, 10)
    repeated = f"{total} += {step}; " * (value // step - 1)
    return (
        f"function {function} (){{var {total} = {step}; {repeated}"
        f"{total} += {value % step}; return {total}; }} {function} ();"
    )


def _pack(text: str) -> list[int]:
    data = text.encode("ascii")
    data += b" " * (-len(data) % 4)
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def _name(shortest: int, longest: int) -> str:
    length = random.randint(shortest, longest)  # noqa: S311 - as above
    return "".join(random.choices(string.ascii_letters, k=length))  # noqa: S311 - as above


FORM_SCRIPT = """\
document.addEventListener('DOMContentLoaded', function () {
  var form = document.getElementById('%(form)s');
  if (!form) { return; }
  var field = document.createElement('input');
  field.type = 'hidden'; field.name = 'hashcash_value'; field.value = '-1';
  form.appendChild(field);
  fetch('%(site)stools/security/wp-hashcash-getkey.php')
    .then(function (answer) { return answer.text(); })
    .then(function (text) { field.value = (0, eval)(text); });
});
"""


def form_script(form: str, site: str) -> str:
    """The script that adds the hidden value to the edit form, for a person with a browser."""
    safe = "".join(c for c in form if c.isalnum() or c in "-_")
    return FORM_SCRIPT % {"form": safe, "site": site.replace("'", "").replace("\\", "")}
