"""What a restoration says before its yes: whom it lets in, what it opens that wikifarm closes, what
settings and code it brings, and whose mailing list it is.

Whoever says yes did not write the backup: nothing that opens the wiki is written without a word,
and no list of such things is cut short.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from wikifarm.blueprint.design import Design
from wikifarm.blueprint.manifest.community import Community
from wikifarm.blueprint.manifest.writing import described
from wikifarm.blueprint.rights_words import without_closing
from wikifarm.blueprint.schema.template import read_template
from wikifarm.engine.closing import Closing, Leave
from wikifarm.engine.receipt import Receipt
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.lists.providers import NONE
from wikifarm.model import Dialect
from wikifarm.operations.archive.active_text import does_something, sending
from wikifarm.operations.archive.backup_contents import (
    ADMINS,
    administering,
    administrators,
    groups_made,
    is_of_server,
)
from wikifarm.operations.archive.backup_format import Backup
from wikifarm.operations.archive.kept_files import INDEX
from wikifarm.operations.archive.opened_rights import ACCOUNTS, EVERYBODY, OWN, READ, WRITE
from wikifarm.operations.audit.likeness import ACTS
from wikifarm.yeswiki.same_name import same_name
from wikifarm.yeswiki.session import ROOT_PAGE

# What the settings of a wiki say when nobody changed any (4.4.4 and 4.5.0, `?GererConfig`); all
# others are empty.
_AS_INSTALLED = {
    "root_page": ROOT_PAGE,
    "save_config": "1",
    "default_comment_acl": "comments-closed",
    "preview_before_save": "false",
}
# These open nothing, as long as they say what they are for.
_HARMLESS = re.compile(
    r"(?:(?:wakka_name|meta_description)=[^<>{}]*|default_language=[a-z]{2}(?:[-_][A-Za-z]{2})?|"
    r"baz_map_(?:center_l(?:at|on)|height|zoom)=-?[\d.]*(?:px|%|vh)?)\Z"
)
_STYLES = "PageCss"
_RUN_FILE = re.compile(
    r"\.(?:svgz?|x?html?|xml|xslt?|js|swf|mht(?:ml)?|php\d?|phtml)\Z", re.IGNORECASE
)
# The texts that YesWiki itself comes with and that do something: SHA-256 of ReglesDeFormatage and
# of GererSite, the same in 4.4.4 and 4.5.0.
_OF_YESWIKI = frozenset({
    "87592da09f4a910fb855596f95f8192ffe6064f89b87c54c33e0d4b0f7dd14cc",
    "89aadd5779da6a23c839877c6f7c59144ea656407409834fb3f100e71e8bd65e",
})  # fmt: skip


def said_before(
    backup: Backup,
    slug: str,
    url: str,
    description: Community | None,
    design: Design | None,
    receipt: Receipt | None,
) -> Iterator[str]:
    """The sentences, but for the rights that are opened: `opening`."""
    yield administrators(backup)
    yield from _in_groups(backup)
    if description is not None:
        yield from facilitating(backup, description)
        yield from _described(description)
    yield from whose_list(backup, slug, url, description, receipt)
    yield from _closing(slug, receipt)
    yield from _settings(backup, design)
    yield from _code(backup, design)
    yield from _files(backup)
    yield from _acting(backup, design)


def opening(opened: Mapping[str, str]) -> Iterator[str]:
    """Who may use, read or write which of these: one sentence for everybody, one for accounts, and
    one for all others."""
    kinds: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, right in opened.items():
        verb, _space, rest = name.partition(" ")
        is_use = verb not in (READ, WRITE, OWN)
        shown = name if is_use else _shown(rest)
        whom = right if verb == OWN else _widest(right)
        kinds["" if is_use else verb, whom][shown] = right
    words = {EVERYBODY: _("everybody"), ACCOUNTS: _("whoever has an account")}
    told = {
        "": _("This backup opens to {whom} what wikifarm closes: {names}."),
        READ: _("This backup lets {whom} read what wikifarm closes: {names}."),
        WRITE: _("This backup lets {whom} change what wikifarm closes: {names}."),
        OWN: _("This backup gives {whom}, who reads, changes and opens them then: {names}."),
    }
    for (verb, widest), names in kinds.items():
        whom = words.get(widest) or ", ".join(sorted(set(names.values())))
        yield told[verb].format(whom=whom, names=", ".join(names))


def _shown(name: str) -> str:
    """ "page Charte", "form 101" or "field 101/bf_mail", as people read it."""
    kind, _space, what = name.partition(" ")
    if kind == "form":
        return _("the form {number}").format(number=what)
    if kind == "field":
        number, _slash, field = what.partition("/")
        return _("{field} of the form {number}").format(field=field, number=number)
    return what


def _widest(right: str) -> str:
    """`*` or `+` where the right lets in everybody, but one maybe, or every account."""
    firsts = {part.strip()[:1] for part in without_closing(right).split(",")}
    return EVERYBODY if firsts & {"*", "!"} else ACCOUNTS if "+" in firsts else ""


def _in_groups(backup: Backup) -> Iterator[str]:
    """Who stands in the groups, administrators apart, each with the address."""
    addresses = dict(backup.value("accounts.json"))
    told = _("The group {group} of this backup lets in: {names}.")
    for group, members in sorted(groups_made(backup).items()):
        people = [
            each if each.startswith("@") else f"{each} <{addresses[each]}>"
            for each in members if each.startswith("@") or each in addresses
        ]  # fmt: skip
        if people and group != ADMINS:
            yield told.format(group=group, names=", ".join(people))


def _described(community: Community) -> Iterator[str]:
    """What the description of the community decides otherwise than one that says nothing of it."""
    usual = described(Community(community.name, community.slug, ()))
    told = described(community)
    apart = {"name", "slug", "facilitators", "territory", "modules", "language", "description",
             "rhythm"}  # fmt: skip
    words = [
        f"{key}: {_in_a_line(told[key])}"
        for key in told
        if key not in apart and told[key] != usual.get(key)
    ]
    if words:
        sentence = _(
            "The description of the community in this backup, which the next `wikifarm apply` "
            "follows, decides: {lines}."
        )
        yield sentence.format(lines=", ".join(words))


def _in_a_line(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_in_a_line(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_in_a_line, value))
    return str(value)


def _closing(slug: str, receipt: Receipt | None) -> Iterator[str]:
    """That the community closes, or is closed: so does the wiki that is made of its backup."""
    told = receipt.closing if receipt is not None else {}
    leave = Closing({step: told[step] for step in Leave if step in told})
    if leave.days:
        sentence = _(
            "The community of this backup closes ({told}), and so does the wiki made here: "
            "`wikifarm retire {slug} --step reopen` opens it again."
        )
        yield sentence.format(told=leave.told, slug=slug)


def _settings(backup: Backup, design: Design | None) -> Iterator[str]:
    """The settings that are neither those of a new wiki nor those that wikifarm writes."""
    usual = {**_AS_INSTALLED, **(design.settings if design is not None else {})}
    told = [
        f"{name} = {text or _('nothing')}"
        for name, text in sorted(backup.value("settings.json").items())
        if not (_HARMLESS.match(f"{name}={text}") or is_of_server(name))
        and text != usual.get(name, "")
    ]
    if told:
        sentence = _("This backup brings settings that a wiki made by wikifarm has not: {lines}.")
        yield sentence.format(lines=", ".join(told))


def _code(backup: Backup, design: Design | None) -> Iterator[str]:
    """Where code stands that a browser runs, a form of HTML that sends what is typed, or an action
    that writes to somebody or leads elsewhere."""
    ours = {page.tag: page.body for page in design.pages} if design is not None else {}
    names, sent, dressed = [], [], []
    for row in backup.rows("pages"):
        tag, body = str(row["tag"]), str(row["body"])
        if body == ours.get(tag) or _digest(body) in _OF_YESWIKI:
            continue
        if same_name(tag) == same_name(_STYLES):
            dressed += [tag] if "{" in body or "@" in body else []
        names += [tag] if does_something(body) else []
        sent += [f"{tag} ({name})" for name in sending(body)]
    names += [str(row["tag"]) for row in backup.rows("entries") if does_something(row["values"])]
    names += [
        _shown(f"form {row['id']}")
        for row in backup.rows("forms")
        if does_something(row["columns"])
    ]
    lists = backup.value("lists.json").items()
    names += [tag for tag, text in lists if does_something(from_json(text))]
    if names:
        sentence = _(
            "These hold code, a frame or a form in HTML, which may run in the browser of whoever "
            "reads them or send what is typed there: {names}. Go on only if you know why."
        )
        yield sentence.format(names=", ".join(names))
    if dressed:
        sentence = _(
            "The styles of {names} dress every page of the wiki: they may hide or cover what is "
            "said there, and ask other sites for pictures. wikifarm did not write them."
        )
        yield sentence.format(names=", ".join(dressed))
    if sent:
        sentence = _(
            "Pages that write to somebody, lead to another site at once, or show what stands "
            "there: {names}."
        )
        yield sentence.format(names=", ".join(sent))


def _files(backup: Backup) -> Iterator[str]:
    """The files that a browser runs once it opens them at their address."""
    rows = backup.value(INDEX) if INDEX in backup.manifest.members else []
    names = [f"{row['page']}/{row['name']}" for row in rows if _RUN_FILE.search(row["name"])]
    if names:
        sentence = _("Files that may run in the browser of whoever opens them: {names}.")
        yield sentence.format(names=", ".join(names))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _acting(backup: Backup, design: Design | None) -> Iterator[str]:
    """Fields that open an account or write to a list when somebody fills them, unless the design
    has them."""
    designed = (*design.forms, *design.put_off) if design is not None else ()
    ours = {form.id: {field.word for field in form.schema.fields} for form in designed}
    dialect = Dialect(backup.manifest.dialect)
    told = []
    for row in backup.rows("forms"):
        number = str(row["id"])
        fields = read_template(row["columns"]["bn_template"], dialect=dialect).fields
        words = {field.word for field in fields} & ACTS - ours.get(number, set())
        told += [_("{field} of the form {number}").format(field=word, number=number)
                 for word in sorted(words)]  # fmt: skip
    if told:
        sentence = _(
            "Fields that open an account, or write to a mailing list, when somebody fills them: "
            "{names}."
        )
        yield sentence.format(names=", ".join(told))


def facilitating(backup: Backup, community: Community) -> Iterator[str]:
    """Whom the description of the community makes administrators, of those who are none yet."""
    known = set(administering(backup).values())
    people = [each for each in community.facilitators if each.email not in known]
    told = _(
        "The description of the community in this backup names who facilitates: {names}. The next "
        "`wikifarm apply` opens their accounts and makes them administrators of the wiki."
    )
    if people:
        yield told.format(names=", ".join(f"{each.name} <{each.email}>" for each in people))


def whose_list(
    backup: Backup, slug: str, url: str, community: Community | None, receipt: Receipt | None
) -> Iterator[str]:
    """Whose the mailing list is, where the wiki is made at another address than it had."""
    described = community is not None and community.mailing_list != NONE
    was = backup.manifest
    if url == was.url or not (described or (receipt is not None and receipt.mailing_list)):
        return
    told = _("The mailing list stays that of {url}: the wiki made here has none.")
    if slug == was.slug:
        told = _(
            "The mailing list of {url} comes with this backup: if that wiki goes on, take the list "
            "out of the description of the wiki made here, before you apply it."
        )
    yield told.format(url=was.url)
