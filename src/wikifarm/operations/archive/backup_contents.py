"""What the texts of a backup must hold (docs/backup.md), and who would administer its wiki: looked
at before anything is written.

Each thing must be one that a wiki takes: a word that YesWiki refuses, met when half of a wiki is
made again, would leave it so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from wikifarm.blueprint.looks import FRAME
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.json_text import from_json
from wikifarm.model import Dialect, canonical
from wikifarm.operations.archive.backup_format import COMMENTS, FILES, Backup
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.whole_wiki import is_file_name
from wikifarm.yeswiki.groups import LETS_IN
from wikifarm.yeswiki.needed_pages import DOORS, INSTEAD, MENU, holds, lacking
from wikifarm.yeswiki.same_name import same_name
from wikifarm.yeswiki.session import LOGIN_PAGE
from wikifarm.yeswiki.wiki_reader import LONGEST_PAGE

ADMINS = "admins"  # YesWiki's own group
MOST_TOLD = 50  # problems
LONGEST_NAME = 191  # signs, in the tables of YesWiki
DEEPEST = 20  # values in one another
# What is of the server, not of the wiki: where archives lie, and a sleep in which nobody writes.
_OF_SERVER = ("wiki_status", "debug", "archive[")


def _like(pattern: str, longest: int = LONGEST_NAME) -> AfterValidator:
    """Takes a text of this shape and length alone."""
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if len(text) > longest or not shape.fullmatch(text):
            raise ValueError
        return text

    return AfterValidator(check)


def _such(is_one: Callable[[Any], bool]) -> AfterValidator:
    """Takes what `is_one` says yes to."""

    def check(value: Any) -> Any:
        if not is_one(value):
            raise ValueError
        return value

    return AfterValidator(check)


def is_list(text: str) -> bool:
    """True for the text of a list, in one of its two shapes (docs/yeswiki.md, 32)."""
    try:
        told = from_json(text)
    except ValueError:
        return False
    if not isinstance(told, dict):
        return False
    if not isinstance(told.get("title", told.get("titre_liste")), str):
        return False
    return (
        _are_nodes(told["nodes"]) if "nodes" in told else isinstance(told.get("label"), dict | list)
    )


def _are_nodes(value: Any, left: int = DEEPEST) -> bool:
    """True for the choices of a list, each with those that stand in it."""
    return isinstance(value, list) and all(
        left > 0 and isinstance(each, dict) and _are_nodes(each.get("children") or [], left - 1)
        for each in value
    )


def _is_shallow(value: Any, left: int = DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left > 0 and all(_is_shallow(each, left - 1) for each in inner)


def _is_form(columns: Mapping[str, str]) -> bool:
    return {"bn_label_nature", "bn_template"} <= columns.keys()


_SIGN = r"[^\x00-\x1f\x7f]"  # of one line
# Of a name or an address, which is read before a yes: none that moves what a terminal shows.
_SHOWN = r"[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
Line = Annotated[str, _like(rf"{_SIGN}*", 10_000)]
Text = Annotated[str, _like(rf"(?:{_SIGN}|[\t\r\n])*", LONGEST_PAGE)]
Body = Annotated[str, _like(r"(?s:.*)", LONGEST_PAGE)]
Tag = Annotated[str, _like(r"[\w.-]+")]  # WN_PAGE_TAG: constants.php, 4.4.4 and 4.5.0
# EditGroupsAction of 4.4.4, GroupController of 4.5.0.
Group = Annotated[str, _like(r"[A-Za-z0-9]+")]
Account = Annotated[str, _like(rf"(?![@!]){_SHOWN}+")]
Address = Annotated[str, _like(rf"{_SHOWN}*", 10_000)]
Member = Annotated[str, _like(rf"!?(?:@[A-Za-z0-9]+|(?![@!]){_SIGN}+)")]
Setting = Annotated[str, _like(r"[\w.-]+(?:\[[\w.-]+\])*")]
Module = Annotated[str, _like(r"(?:action|handler) [\w./-]+")]
Look = Annotated[str, _like(r"[\w-]+")]
# Of a theme, a style, a picture: YesWiki makes paths and HTML of it.
Worn = Annotated[str, _like(r"(?![/\\])(?!.*\.\.)[^\x00-\x1f\x7f<>\"\\]*", 1_000)]
Number = Annotated[str, _like(r"[0-9]+", 9)]
Column = Annotated[str, _like(r"bn_\w+")]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)


class _ToldPage(_Told):
    tag: Tag
    body: Body
    owner: Line
    author: Line
    time: Line


class _ToldEntry(_Told):
    tag: Tag
    form: Number
    owner: Line
    author: Line
    values: Annotated[dict[Line, Any], _such(_is_shallow)]


class _ToldForm(_Told):
    id: Number
    columns: Annotated[dict[Column, str], _such(_is_form)]


class _ToldFile(_Told):
    page: Tag
    name: Annotated[str, _such(is_file_name)]
    stored: Line
    member: str


_ROOMS: Mapping[str, TypeAdapter[Any]] = {
    "pages": TypeAdapter(_ToldPage),
    "entries": TypeAdapter(_ToldEntry),
    "forms": TypeAdapter(_ToldForm),
}
_TEXTS: Mapping[str, TypeAdapter[Any]] = {
    "rights.json": TypeAdapter(dict[Tag, tuple[Line, Line, Line]]),
    "modules.json": TypeAdapter(dict[Module, Line]),
    "metadata.json": TypeAdapter(dict[Tag, dict[Look, Worn]]),
    "groups.json": TypeAdapter(dict[Group, list[Member]]),
    "accounts.json": TypeAdapter(list[tuple[Account, Address]]),
    "lists.json": TypeAdapter(dict[Tag, Annotated[str, _such(is_list)]]),
    "settings.json": TypeAdapter(dict[Setting, Text]),
    "files.json": TypeAdapter(list[_ToldFile]),
}


def check(backup: Backup) -> None:
    """Raises InvalidInput naming each thing that is none of a wiki, and the text it stands in."""
    for look in (_misshapen, _at_odds):
        problems = list(islice(look(backup), MOST_TOLD))
        if problems:
            raise InvalidInput(problems)


def _misshapen(backup: Backup) -> Iterator[Problem]:
    """What cannot be read as what it is said to be."""
    for name, shape in _TEXTS.items():
        if name in backup.manifest.members:
            yield from _odd_things(backup, name, backup.value(name), shape)
        else:
            yield backup.odd(name)
    for room, shape in _ROOMS.items():
        for name, row in zip(backup.names(room), backup.rows(room), strict=True):
            yield from _odd_things(backup, name, row, shape)


def _odd_things(
    backup: Backup, name: str, value: Any, shape: TypeAdapter[Any]
) -> Iterator[Problem]:
    try:
        shape.validate_python(value)
    except ValidationError as wrong:
        places = [error["loc"] for error in wrong.errors(include_input=False)]
        things = (", ".join(str(part) for part in place if part != "[key]") for place in places)
        yield from (backup.odd(name, thing) for thing in dict.fromkeys(things))


def _at_odds(backup: Backup) -> Iterator[Problem]:
    """What is at odds with the rest of the backup."""
    if WIKI_ADMIN not in _administering(backup):
        yield backup.odd("groups.json", ADMINS)
    names = [str(name) for name in backup.value("groups.json")]
    lower = [same_name(name) for name in names]
    twice = (name for name in names if lower.count(same_name(name)) > 1)
    yield from (backup.odd("groups.json", name) for name in twice)
    accounts = [str(name) for name, _address in backup.value("accounts.json")]
    lower = [same_name(name) for name in accounts]
    twice = (name for name in accounts if lower.count(same_name(name)) > 1)
    yield from (backup.odd("accounts.json", name) for name in twice)
    rows = [(name, str(row["tag"])) for room in ("pages", "entries")
            for name, row in zip(backup.names(room), backup.rows(room), strict=True)]  # fmt: skip
    tags: dict[str, str] = {}
    for name, tag in (*rows, *(("lists.json", tag) for tag in backup.value("lists.json"))):
        if same_name(tag) in tags:
            yield backup.odd(name, tag)
        tags.setdefault(same_name(tag), tag)
    spelt = dict(tags)
    for tag in backup.value("rights.json"):
        spelt.setdefault(same_name(tag), tag)
    respelt = (tag for tag in backup.value("rights.json") if spelt[same_name(tag)] != tag)
    yield from (backup.odd("rights.json", tag) for tag in respelt)
    for row in backup.value("files.json"):
        kept = row["member"] in backup.manifest.members and row["member"].startswith(f"{FILES}/")
        if not kept or same_name(row["page"]) not in tags:
            yield backup.odd("files.json", f"{row['page']}/{row['name']}")


def _administering(backup: Backup) -> set[str]:
    """The accounts in the group of administrators, themselves or through other groups."""
    groups = groups_made(backup)
    inside = (groups[name] for name in _within(ADMINS, groups))
    return {each for members in inside for each in members if not each.startswith("@")}


def groups_made(backup: Backup) -> dict[str, tuple[str, ...]]:
    """The groups of the backup, each with the members that a wiki takes: none who lets in others,
    no group that is not there, none in which it stands itself."""
    told: Mapping[str, list[str]] = backup.value("groups.json")
    apart = {(name, inner) for names in circles(backup) for name in names for inner in names}
    return {
        name: tuple(
            each for each in members
            if not lets_in(each)
            and (each[:1] != "@" or (each[1:] in told and (name, each[1:]) not in apart))
        )
        for name, members in told.items()
    }  # fmt: skip


def circles(backup: Backup) -> list[tuple[str, ...]]:
    """The groups that stand in one another, circle by circle."""
    told: Mapping[str, list[str]] = backup.value("groups.json")
    within = {name: _within(name, told) for name in told}
    return sorted(
        {
            tuple(sorted(inner for inner in within[name] if name in within[inner]))
            for name in told
            if any(f"@{name}" in told[inner] for inner in within[name])
        }
    )


def _within(group: str, groups: Mapping[str, Sequence[str]]) -> set[str]:
    """The group and those of `groups` that stand in it, however deep."""
    reached, going = set[str](), [group]
    while going:
        name = going.pop()
        if name in groups and name not in reached:
            reached.add(name)
            going += [each[1:] for each in groups[name] if each.startswith("@")]
    return reached


def missing_groups(backup: Backup) -> list[str]:
    """The groups that stand in others and are not in the backup."""
    told: Mapping[str, list[str]] = backup.value("groups.json")
    inner = {each[1:] for members in told.values() for each in members if each.startswith("@")}
    return sorted(inner - told.keys())


def untold_rights(backup: Backup, alone: Collection[str] = ()) -> list[str]:
    """The pages, lists and cards of which the backup tells no rights, but for those `alone` and
    those by which people come in."""
    return sorted(standing(backup) - backup.value("rights.json").keys() - DOORS - set(alone))


def counted(backup: Backup) -> dict[str, int]:
    """What the backup holds, kind by kind, whatever its manifest says of it."""
    counts = {room: len(backup.names(room)) for room in _ROOMS}
    texts = {"lists": "lists.json", "accounts": "accounts.json", "files": "files.json",
             "comments": COMMENTS}  # fmt: skip
    members = backup.manifest.members
    counts |= {what: len(backup.value(name)) for what, name in texts.items() if name in members}
    histories = backup.names("revisions")
    if histories:  # the first line of each says what it is of
        counts["revisions"] = sum(len(backup.lines(name)) - 1 for name in histories)
    return counts


def standing(backup: Backup) -> set[str]:
    """The tags of all pages, lists and cards of the backup that are written."""
    rows = (str(row["tag"]) for room in ("pages", "entries") for row in backup.rows(room))
    kept = {same_name(tag) for tag in pages_kept(backup)}
    return {tag for tag in (*rows, *backup.value("lists.json")) if same_name(tag) not in kept}


def pages_kept(backup: Backup) -> list[str]:
    """The pages without which nobody administers a wiki that the backup lacks: those of the new
    wiki stay."""
    pages = {str(row["tag"]): str(row["body"]) for row in backup.rows("pages")}
    return [*lacking(pages), *([] if _shows_logins(backup, pages) else [MENU])]


def _shows_logins(backup: Backup, pages: Mapping[str, str]) -> bool:
    """True where a visitor finds the form of logins in the page of logins or around it, or in the
    place of that page, because it is closed."""
    told = backup.value("rights.json")

    def is_open(tag: str, signs: str) -> bool:
        read = told[tag][0] if tag in told else "*" if tag in DOORS else ""
        return tag in pages and any(
            part[:1] in signs for part in canonical(read).split(",") if part
        )

    if any(is_open(tag, "*") and holds(pages[tag], "login") for tag in (LOGIN_PAGE, *FRAME)):
        return True
    instead = holds(pages.get(INSTEAD, ""), "login") or not is_open(INSTEAD, "*!")
    return LOGIN_PAGE in pages and not is_open(LOGIN_PAGE, "*!") and instead


def modules_kept(backup: Backup, dialect: Dialect) -> list[str]:
    """The actions and handlers by which people log in that the backup closes: they stay open."""
    needed = ("action login", *(["handler show"] if dialect is Dialect.D44 else []))
    told = backup.value("modules.json")
    return [name for name in needed if "*" not in canonical(told.get(name, "*")).split(",")]


def is_of_server(setting: str) -> bool:
    """True for a setting that no restoration writes."""
    return setting.startswith(_OF_SERVER)


def lets_in(member: str) -> bool:
    """True for a member of a group that lets in others than itself: `!Ada`, everybody but Ada."""
    return member.startswith(("!", *LETS_IN))


def administering(backup: Backup) -> dict[str, str]:
    """The accounts that administer the wiki of this backup, wikifarm's own apart, each with its
    address."""
    addresses = dict(backup.value("accounts.json"))
    names = _administering(backup) & addresses.keys() - {WIKI_ADMIN}
    return {name: addresses[name] for name in sorted(names)}


def administrators(backup: Backup) -> str:
    """A sentence on whom a wiki made of this backup lets do everything."""
    there = [f"{name} <{address}>" for name, address in administering(backup).items()]
    if not there:
        told = _("Who administers the wiki of this backup, besides {admin}: nobody else.")
        return told.format(admin=WIKI_ADMIN)
    return _(
        "Who administers the wiki of this backup, besides {admin}: {names}. Whoever reads the "
        "mails of such an address can choose a password: keep only those whom you know."
    ).format(admin=WIKI_ADMIN, names=", ".join(there))
