"""What the texts of a backup must hold (docs/backup.md), and who would administer its wiki: looked
at before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from wikifarm.errors import InvalidInput
from wikifarm.i18n import _
from wikifarm.operations.archive.backup_format import FILES, Backup
from wikifarm.operations.workplace.context import WIKI_ADMIN
from wikifarm.whole_wiki import is_file_name

ADMINS = "admins"  # YesWiki's own group


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)


class _ToldPage(_Told):
    tag: str
    body: str
    owner: str
    author: str
    time: str


class _ToldEntry(_Told):
    tag: str
    form: str
    owner: str
    author: str
    values: dict[str, Any]


class _ToldColumns(_Told):
    model_config = ConfigDict(strict=True, extra="allow")

    __pydantic_extra__: dict[str, str]
    bn_label_nature: str
    bn_template: str


class _ToldForm(_Told):
    id: str
    columns: _ToldColumns


class _ToldFile(_Told):
    page: str
    name: str
    stored: str
    member: str


_ROOMS: Mapping[str, type[_Told]] = {"pages": _ToldPage, "entries": _ToldEntry, "forms": _ToldForm}
_TEXTS: Mapping[str, TypeAdapter[Any]] = {
    "rights.json": TypeAdapter(dict[str, tuple[str, str, str]]),
    "modules.json": TypeAdapter(dict[str, str]),
    "metadata.json": TypeAdapter(dict[str, dict[str, str]]),
    "groups.json": TypeAdapter(dict[str, list[str]]),
    "accounts.json": TypeAdapter(list[tuple[str, str]]),
    "lists.json": TypeAdapter(dict[str, str]),
    "settings.json": TypeAdapter(dict[str, str]),
    "files.json": TypeAdapter(list[_ToldFile]),
}


def check(backup: Backup) -> None:
    """Raises InvalidInput naming each text that does not hold what its name says."""
    wrong = [backup.odd(name) for name in _wrong(backup)]
    if wrong:
        raise InvalidInput(wrong)


def _wrong(backup: Backup) -> Iterator[str]:
    yield from (name for name in _TEXTS if not _text_holds(backup, name))
    tags: set[str] = set()
    for room, model in _ROOMS.items():
        shape = TypeAdapter(model)
        for row, name in zip(backup.rows(room), backup.names(room), strict=True):
            tag = str(row.get("tag", name)).casefold()  # YesWiki tells no small letter from a great
            if not _holds(row, shape) or tag in tags:
                yield name
            tags.add(tag)


def _text_holds(backup: Backup, name: str) -> bool:
    if name not in backup.manifest.members or not _holds(backup.value(name), _TEXTS[name]):
        return False
    if name == "files.json":
        return _lead_here(backup)
    return name != "groups.json" or WIKI_ADMIN in _administering(backup)


def _holds(value: Any, shape: TypeAdapter[Any]) -> bool:
    try:
        shape.validate_python(value)
    except ValidationError:
        return False
    return True


def _lead_here(backup: Backup) -> bool:
    """True for files that stand in the backup, under names that lead nowhere."""
    return all(
        row["member"] in backup.manifest.members
        and row["member"].startswith(f"{FILES}/")
        and is_file_name(row["name"])
        for row in backup.value("files.json")
    )


def _administering(backup: Backup) -> set[str]:
    """The accounts in the group of administrators, themselves or through other groups."""
    groups: Mapping[str, list[str]] = backup.value("groups.json")
    reached, going = {f"@{ADMINS}"}, [ADMINS]
    while going:
        inside = set(groups.get(going.pop(), ())) - reached
        going += [each[1:] for each in inside if each.startswith("@")]
        reached |= inside
    return {each for each in reached if not each.startswith(("@", "!"))}


def administrators(backup: Backup) -> str:
    """A sentence on whom a wiki made of this backup lets do everything."""
    mails = dict(backup.value("accounts.json"))
    names = sorted(_administering(backup) & mails.keys() - {WIKI_ADMIN})
    told = ", ".join(f"{name} <{mails[name]}>" for name in names) or _("nobody else")
    return _(
        "Who administers the wiki of this backup, besides {admin}: {names}. Whoever reads the "
        "mails of such an address can choose a password: keep only those whom you know."
    ).format(admin=WIKI_ADMIN, names=told)
