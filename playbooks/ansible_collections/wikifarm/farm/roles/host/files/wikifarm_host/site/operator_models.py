"""Verb `models`: puts models of wikis on the farm, with what no page of the farm lets anybody send:
rights of pages, of actions and of handlers, and groups.

A model is a folder of `custom/wiki-models`, which belongs to PHP: it is written as the farm's user,
beside its place, then renamed into it. Its SQL runs in the farm's database each time a wiki is made
from it, so that nothing enters it but names of letters, digits, `-` and `_`, and texts as digits.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import Stop
from ..farm import Farm
from ..machine.as_php import as_php
from ..outcome import Outcome
from . import configure

SQL, FACTS = "default-content.sql", "infos.json"
OURS = "wikifarm"  # in FACTS: this program put the model there

BESIDE = re.compile(r"\.wikifarm-[0-9a-f]{24}")
TAG = re.compile(r"[A-Za-z0-9_-]{1,100}")
GROUP = re.compile(r"[A-Za-z0-9]{1,80}")
MEMBER = re.compile(r"@[A-Za-z0-9]{1,80}")
MODULE = re.compile(r"(?:action|handler) [A-Za-z0-9_-]{1,80}")
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
PRIVILEGES = ("read", "write", "comment")
# Columns of `nature`, with what stands there when a form says nothing (generateModelAction.php).
COLUMNS = {
    "bn_label_nature": "",
    "bn_description": "",
    "bn_condition": "",
    "bn_sem_context": "",
    "bn_sem_type": "",
    "bn_sem_use_template": "1",
    "bn_template": "",
    "bn_ce_i18n": "fr-FR",
    "bn_only_one_entry": "N",
    "bn_only_one_entry_message": "",
}
ADMIN = "'{{WikiName}}'"  # the account of the new wiki: ferme writes it there, escaped
ADMINS = "admins"  # the group that ferme makes, with that account in it
VOCABULARY = "http://www.wikini.net/_vocabulary/"
TYPE = "http://outils-reseaux.org/_vocabulary/type"

Files = dict[str, str]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="what `wikifarm ops models` made")
    parser.add_argument(
        "--remove-unused", action="store_true", help="remove those of this tool not named there"
    )


def run(farm: Farm, arguments: argparse.Namespace) -> Outcome:
    """data: `models` (all of this tool that are offered afterwards), `written` and `removed`.

    Raises Stop: `models-unreadable`, `models-other-farm`, `models-unsafe`, `not-installed`,
    `configuration-unreadable`.
    """
    wanted = _asked(farm, arguments.file)
    if not (farm.site / configure.FILE).exists():
        if not arguments.dry_run:
            raise configure.not_installed(farm)
        return Outcome(changed=True, data={"models": sorted(wanted)}, after=_shown(wanted))
    there = _there(farm)
    going = sorted(set(there) - set(wanted)) if arguments.remove_unused else []
    written = sorted(name for name, files in wanted.items() if there.get(name) != files)
    after = {name: files for name, files in {**there, **wanted}.items() if name not in going}
    if not arguments.dry_run:
        as_php(farm, lambda: _write(farm, {name: wanted[name] for name in written}))
    # What is offered is there, before and after: PHP stops at a model that it does not find.
    offered = configure.offer(farm, named=list(wanted), no_longer=going, dry_run=arguments.dry_run)
    if not arguments.dry_run:
        as_php(farm, lambda: _remove(farm, going))
    return Outcome(
        changed=bool(written or going or offered),
        data={"models": sorted(after), "written": written, "removed": going},
        before=_shown(there),
        after=_shown(after),
    )


# -- what is asked --------------------------------------------------------------------------


def _asked(farm: Farm, file: Path) -> dict[str, Files]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        url, models = str(told["farm"]), list(told["models"])
        if url.rstrip("/") != farm.url.rstrip("/"):
            raise _other_farm(farm, url)
        return {_named(configure.MODEL, model["name"]): _files(model) for model in models}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Stop(
            "models-unreadable",
            fr=(
                f"{file} ne se lit pas comme des modèles ; rien n’a été fait.",
                "Refaites-le : wikifarm ops models.",
            ),
            en=(
                f"{file} cannot be read as models; nothing was done.",
                "Make it again: wikifarm ops models.",
            ),
        ) from fault


def _files(model: Mapping[str, Any]) -> Files:
    facts = {"label": str(model["label"]), "sourceUrl": str(model["name"]), OURS: "models"}
    return {FACTS: json.dumps(facts), SQL: _sql(model)}


def _sql(model: Mapping[str, Any]) -> str:
    """What ferme runs after it has made the tables, the account and its group."""
    lists = dict(model["lists"])
    pages = [(page["tag"], str(page["body"])) for page in model["pages"]]
    rows = [*pages, *((tag, _json(each)) for tag, each in lists.items())]
    groups = dict(model["groups"])
    inside = [_named(MEMBER, member) for member in groups.pop(ADMINS, [])]
    triples = [
        *((_named(TAG, tag), TYPE, "liste") for tag in lists),
        *(
            (f"ThisWikiGroup:{_named(GROUP, name)}", f"{VOCABULARY}acls",
             "\n".join(_named(MEMBER, member) for member in members))
            for name, members in groups.items()
        ),
        *(
            (VOCABULARY + _named(MODULE, key).replace(" ", "/"), f"{VOCABULARY}acls", right)
            for key, right in model["modules"].items()
        ),
    ]  # fmt: skip
    return "".join(
        [
            _insert("pages", "tag time body body_r owner user latest handler comment_on", (
                f"'{_named(TAG, tag)}', now(), {_text(body)}, '', {ADMIN}, {ADMIN}, 'Y', 'page', ''"
                for tag, body in rows
            )),
            _insert("nature", " ".join(["bn_id_nature", *COLUMNS]), (
                ", ".join([_named(NUMBER, number), *_columns(form)])
                for number, form in model["forms"].items()
            )),
            _insert("acls", "page_tag privilege list", (
                f"'{_named(TAG, tag)}', '{kind}', {_text(rights[kind])}"
                for tag, rights in model["rights"].items()
                for kind in PRIVILEGES
            )),
            _insert("triples", "resource property value", (
                ", ".join(map(_text, triple)) for triple in triples
            )),
            *(
                "UPDATE `{{prefix}}triples` SET `value` = CONCAT("
                f"{_text(member)}, '\\n', `value`) WHERE `resource` = 'ThisWikiGroup:{ADMINS}';\n"
                for member in inside
            ),
        ]
    )  # fmt: skip


def _insert(table: str, columns: str, rows: Iterable[str]) -> str:
    names = ", ".join(f"`{name}`" for name in columns.split())
    values = ",\n".join(f"({row})" for row in rows)
    head = f"INSERT INTO `{{{{prefix}}}}{table}` ({names}) VALUES\n"
    return f"{head}{values};\n" if values else ""


def _columns(form: Mapping[str, Any]) -> list[str]:
    return [_text(str(form.get(name) or usual)) for name, usual in COLUMNS.items()]


def _text(text: str) -> str:
    """A text in SQL, of digits alone: nothing in it is a quote, or a word that ferme replaces."""
    return f"_utf8mb4 X'{text.encode().hex()}'" if text else "''"


def _json(value: object) -> str:
    """As PHP writes it."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _named(kind: re.Pattern[str], name: object) -> str:
    """The name, which may stand in SQL as it is. Raises Stop (`models-unsafe`) for any other."""
    if isinstance(name, str) and kind.fullmatch(name):
        return name
    raise Stop(
        "models-unsafe",
        fr=(
            f"Un modèle porte le nom {str(name)[:80]!r}, qui ne peut entrer dans une base ; rien "
            "n’a été fait.",
            "Un nom est fait de lettres sans accent, de chiffres, de « - » et de « _ ».",
        ),
        en=(
            f"A model holds the name {str(name)[:80]!r}, which cannot enter a database; nothing "
            "was done.",
            "A name is made of letters without accents, digits, “-” and “_”.",
        ),
    )


# -- what is there --------------------------------------------------------------------------


def _there(farm: Farm) -> dict[str, Files]:
    """The models that this program put there, as they are now."""
    folder = farm.site / configure.MODELS

    def read() -> bytes:
        models = {}
        for name in configure.models_there(farm):
            if (folder / name).is_symlink():
                continue
            files = {each: _content(folder / name / each) for each in (FACTS, SQL)}
            if _is_ours(files[FACTS]):
                others = {path.name for path in (folder / name).iterdir()} - files.keys()
                models[name] = files | dict.fromkeys(others, "")
        return json.dumps(models).encode()

    if configure.has_link(farm):
        raise _link(farm)
    models: dict[str, Files] = json.loads(as_php(farm, read))
    return models


def _content(file: Path) -> str:
    """The text of a file that is no link; nothing where there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return ""
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as opened:
        return opened.read()


def _is_ours(facts: str) -> bool:
    try:
        return bool(json.loads(facts).get(OURS) == "models")
    except (ValueError, AttributeError):
        return False


def _write(farm: Farm, models: Mapping[str, Files]) -> None:
    """Each in its place at once; what a run that was cut left beside is taken away."""
    folder = farm.site / configure.MODELS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in [path for path in folder.iterdir() if BESIDE.match(path.name)]:
        _take_away(left)
    for name, files in models.items():
        beside = folder / f".{name}.new"
        beside.mkdir(mode=0o700)
        for file, text in files.items():
            (beside / file).write_text(text, encoding="utf-8")
            (beside / file).chmod(0o600)
        _out_of_the_way(folder / name)
        beside.rename(folder / name)
        _take_away(folder / f".{name}.old")


def _remove(farm: Farm, names: Iterable[str]) -> None:
    for name in names:
        _out_of_the_way(farm.site / configure.MODELS / name)
        _take_away(farm.site / configure.MODELS / f".{name}.old")


def _out_of_the_way(place: Path) -> None:
    if os.path.lexists(place):
        place.rename(place.with_name(f".{place.name}.old"))


def _take_away(place: Path) -> None:
    """Links are removed, never followed."""
    remove: Callable[[Path], object] = shutil.rmtree
    if place.is_symlink() or place.is_file():
        remove = Path.unlink
    if os.path.lexists(place):
        remove(place)


def _shown(models: Mapping[str, Files]) -> str:
    """For --diff: a model a line."""
    labels = {name: json.loads(files[FACTS])["label"] for name, files in models.items()}
    return "".join(f"{name} {label}\n" for name, label in sorted(labels.items()))


def _other_farm(farm: Farm, url: str) -> Stop:
    return Stop(
        "models-other-farm",
        fr=(
            f"Ces modèles sont ceux de la ferme {url}, et non de {farm.url} ; rien n’a été fait.",
            "Dites la ferme de ces modèles (--limit), ou changez l’adresse de votre ferme dans "
            "wikifarm.toml.",
        ),
        en=(
            f"These models are those of the farm {url}, not of {farm.url}; nothing was done.",
            "Name the farm of these models (--limit), or change the address of your farm in "
            "wikifarm.toml.",
        ),
    )


def _link(farm: Farm) -> Stop:
    return Stop(
        "models-unsafe",
        fr=(
            f"{farm.site / configure.MODELS} passe par un lien ; rien n’a été fait.",
            "Mettez-y de vrais dossiers.",
        ),
        en=(
            f"{farm.site / configure.MODELS} goes through a link; nothing was done.",
            "Put real folders there.",
        ),
    )
