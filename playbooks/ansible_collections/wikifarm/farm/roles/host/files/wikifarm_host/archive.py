# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Release archives: that a zip is the expected one, that it is safe, what it is, and unpacking it.

Used on the controller by the module `wikifarm_archive`, and on the machine before unpacking.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .errors import Stop

# A YesWiki unpacked is 50 MB in 6,000 files: ten times that is still a YesWiki, more is a bomb.
MOST_BYTES = 1 << 30
MOST_ENTRIES = 60_000
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
SHA256 = re.compile(r"[0-9a-f]{64}")
EXTENSION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
CORE = ("index.php", "wakka.php", "includes/constants.php", "setup/install.php")


@dataclass(frozen=True)
class Archive:
    """An archive that was found safe, and is what it says."""

    kind: str  # "core" or "extension"
    version: str  # "doryphore 4.4.4"; "" when an extension does not say
    php: str  # the least PHP that it asks for, "7.3"; "" when it does not say
    size: int  # bytes of the zip
    unpacked_size: int  # bytes
    top: str  # the one folder that holds all, as "doryphore-v4.4.4/"; or ""


def verify(path: Path, sha256: str) -> None:
    """Raises Stop unless the file is there (`archive-missing`) and its own (`archive-sha256`)."""
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise Stop(
            "archive-missing",
            fr=(
                f"L’archive {path} ne se lit pas ({fault.strerror}) ; rien n’a été fait.",
                "Vérifiez son chemin, et que vous avez le droit de la lire.",
            ),
            en=(
                f"The archive {path} cannot be read ({fault.strerror}); nothing was done.",
                "Check its path, and that you may read it.",
            ),
        ) from fault
    if actual != sha256.lower():
        raise Stop(
            "archive-sha256",
            fr=(
                f"L’archive {path.name} n’est pas celle attendue ; rien n’en a été lu. "
                f"sha256 attendu {sha256.lower()}, trouvé {actual}.",
                "Téléchargez-la de nouveau, ou corrigez le sha256 d’après celui qui est publié.",
            ),
            en=(
                f"The archive {path.name} is not the expected one; nothing in it was read. "
                f"sha256 expected {sha256.lower()}, found {actual}.",
                "Download it again, or correct the sha256 from the one that is published.",
            ),
        )


def look(path: Path, kind: str) -> Archive:
    """What the archive is. Raises Stop: `archive-unsafe`, `archive-not-yeswiki`,
    `archive-not-extension`. Nothing is written."""
    try:
        with zipfile.ZipFile(path) as zipped:
            files = _safe_files(path, zipped)
            top = _top(files)
            names = {name.removeprefix(top): info for name, info in files.items()}
            if not (_is_core(names) if kind == "core" else _is_extension(names)):
                raise _not_one(path, kind)
            text = _texts(zipped, names)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as fault:
        raise _not_one(path, kind) from fault
    return Archive(
        kind=kind,
        version=_core_version(text) if kind == "core" else _extension_version(text),
        php=_least_php(text),
        size=path.stat().st_size,
        unpacked_size=sum(info.file_size for info in files.values()),
        top=top,
    )


def unpack(path: Path, kind: str, folder: Path) -> Archive:
    """Unpacks into `folder`, made for it; files 0644, folders 0755, whatever the zip says.

    Files are as old as this moment: the caches of PHP go by their dates, and those of an archive
    may be older than a cache of the version before.
    """
    archive = look(path, kind)
    folder.mkdir(mode=0o755)
    try:
        with zipfile.ZipFile(path) as zipped:
            for name, info in _safe_files(path, zipped).items():
                target = folder / name.removeprefix(archive.top)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
                with zipped.open(info) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, 1 << 18)
                target.chmod(0o644)
    except (zipfile.BadZipFile, EOFError) as fault:
        raise _unsafe(path, f"{name} : {fault}", f"{name}: {fault}") from fault
    return archive


def _safe_files(path: Path, zipped: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of the zip by name, without its folders. Raises Stop (`archive-unsafe`)."""
    entries = zipped.infolist()
    size = sum(info.file_size for info in entries)
    if len(entries) > MOST_ENTRIES or size > MOST_BYTES:
        raise _unsafe(
            path,
            f"elle contient {len(entries)} entrées et {size >> 20} Mio, plus que le permis",
            f"it holds {len(entries)} entries and {size >> 20} MiB, more than allowed",
        )
    files: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    for info in entries:
        fault = _fault(info)
        name = info.filename.rstrip("/")
        if not fault and name in files:
            fault = ("le même nom y est deux fois", "the same name is in it twice")
        if fault:
            raise _unsafe(path, f"{info.filename!r} : {fault[0]}", f"{info.filename!r}: {fault[1]}")
        folders.update(str(parent) for parent in PurePosixPath(name).parents)
        if info.is_dir():
            folders.add(name)
        else:
            files[name] = info
    if both := folders & files.keys():
        name = min(both)
        raise _unsafe(
            path,
            f"{name!r} y est un fichier et un dossier",
            f"{name!r} is a file in it and a folder",
        )
    return files


def _fault(info: zipfile.ZipInfo) -> tuple[str, str] | None:  # noqa: PLR0911 - a list of refusals
    """What is dangerous about an entry, in French and in English."""
    # `filename` is cut at a NUL; `orig_filename` is as the zip has it.
    raw = info.orig_filename
    parts = raw.removesuffix("/").split("/")
    if raw.startswith("/") or re.match(r"[A-Za-z]:", raw):
        return ("chemin absolu", "an absolute path")
    if ".." in parts:
        return ("chemin qui sort du dossier", "a path that leaves the folder")
    if "\\" in raw or any(part in {"", "."} for part in parts) or not raw.isprintable():
        return ("nom de fichier qui n’en est pas un", "not a name for a file")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG}:
        return ("lien ou fichier spécial", "a link or a special file")
    if info.flag_bits & 0x1:
        return ("fichier chiffré", "an encrypted file")
    if info.compress_type not in METHODS:
        return ("compression inconnue", "an unknown compression")
    return None


def _top(files: dict[str, zipfile.ZipInfo]) -> str:
    """The one folder that holds everything, with its slash: release archives have one."""
    first = {name.partition("/")[0] for name in files}
    if len(first) == 1 and all("/" in name for name in files):
        return first.pop() + "/"
    return ""


def _is_core(names: dict[str, zipfile.ZipInfo]) -> bool:
    return all(name in names for name in CORE)


def _is_extension(names: dict[str, zipfile.ZipInfo]) -> bool:
    marks = ("desc.xml", "config.yaml")
    parts = ("actions/", "services/", "handlers/", "fields/")
    marked = any(mark in names for mark in marks) or any(name.startswith(parts) for name in names)
    return marked and not any(name in names for name in CORE)


def _texts(zipped: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> dict[str, str]:
    """The small files that say versions."""
    wanted = ("includes/constants.php", "composer.json", "infos.json", "desc.xml")
    return {
        name: zipped.read(names[name]).decode("utf-8", "replace")
        for name in wanted
        if name in names and names[name].file_size < 1 << 20
    }


def _core_version(text: dict[str, str]) -> str:
    """ "doryphore 4.4.4", from the constants that YesWiki shows."""
    constants = dict(
        re.findall(
            r"""define\(\s*["']YESWIKI_(VERSION|RELEASE)["']\s*,\s*["']([^"']*)["']""",
            text.get("includes/constants.php", ""),
        )
    )
    return " ".join(constants[key] for key in ("VERSION", "RELEASE") if constants.get(key))


def _extension_version(text: dict[str, str]) -> str:
    """From `infos.json`, which YesWiki's packages hold, else from `desc.xml`."""
    infos = _json(text.get("infos.json", ""))
    if infos.get("release"):
        return str(infos["release"])
    attribute = re.search(r"<plugin\b[^>]*\bversion=\"([^\"]*)\"", text.get("desc.xml", ""))
    return attribute.group(1) if attribute else ""


def _least_php(text: dict[str, str]) -> str:
    """The lowest PHP of `require.php` in composer.json: "7.3" for "^7.3 || ^8.0"."""
    required = _json(text.get("composer.json", "")).get("require")
    constraint = required.get("php", "") if isinstance(required, dict) else ""
    least = []
    for choice in re.split(r"\|\|?", str(constraint)):
        bounds = re.findall(r"(?<![\d.<=])(?:[\^~>]|>=|=)?\s*(\d+)\.(\d+)", choice)
        if bounds:
            least.append(max((int(major), int(minor)) for major, minor in bounds))
    if least:
        return "{}.{}".format(*min(least))
    constant = re.search(
        r"MINIMUM_PHP_VERSION_FOR_CORE[\"']\s*,\s*[\"'](\d+\.\d+)",
        text.get("includes/constants.php", ""),
    )
    return constant.group(1) if constant else ""


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _unsafe(path: Path, fr: str, en: str) -> Stop:
    return Stop(
        "archive-unsafe",
        fr=(
            f"L’archive {path.name} est dangereuse ou abîmée : {fr}. Rien n’en a été installé.",
            "Prenez l’archive officielle, et son sha256, sur le site de YesWiki.",
        ),
        en=(
            f"The archive {path.name} is dangerous or damaged: {en}. Nothing of it was installed.",
            "Take the official archive, and its sha256, from the site of YesWiki.",
        ),
    )


def _not_one(path: Path, kind: str) -> Stop:
    if kind == "core":
        return Stop(
            "archive-not-yeswiki",
            fr=(
                f"L’archive {path.name} n’est pas un zip de YesWiki "
                f"(il y faudrait {', '.join(CORE)}) ; rien n’en a été installé.",
                "Prenez l’archive d’une version publiée, celle qui contient `vendor/`.",
            ),
            en=(
                f"The archive {path.name} is not a zip of YesWiki "
                f"(it should hold {', '.join(CORE)}); nothing of it was installed.",
                "Take the archive of a published version, the one that holds `vendor/`.",
            ),
        )
    return Stop(
        "archive-not-extension",
        fr=(
            f"L’archive {path.name} n’est pas un zip d’extension de YesWiki "
            "(il y faudrait desc.xml, config.yaml ou actions/) ; rien n’en a été installé.",
            "Prenez l’archive de l’extension seule, pas celle de YesWiki.",
        ),
        en=(
            f"The archive {path.name} is not a zip of a YesWiki extension "
            "(it should hold desc.xml, config.yaml or actions/); nothing of it was installed.",
            "Take the archive of the extension alone, not that of YesWiki.",
        ),
    )
