"""Reads the YAML that people write: plain values, with the line and column of each, and every
mistake at once.

Only mappings, sequences and scalars: no tag that builds an object, no alias (so no alias bomb), a
bounded size, depth and number of values. Scalars follow the core schema of YAML 1.2, so `oui`,
`yes` and `on` are words; a number with leading zeros (`035`) stays text.
"""

from __future__ import annotations

import difflib
import io
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.reasons import of_reader, of_system

SIZE_LIMIT = 1_000_000  # bytes
DEPTH_LIMIT = 20
EVENT_LIMIT = 20_000  # a shipped schema has about 1,500

Path_ = tuple[str | int, ...]
Position = tuple[int, int]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# How .xlsx, .ods and .xls files begin.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str"}


@dataclass(frozen=True)
class Document:
    """A value read from `file`, with the position of each of its parts."""

    file: str
    value: Any
    positions: dict[Path_, Position] = field(default_factory=dict)
    key_positions: dict[Path_, Position] = field(default_factory=dict)
    names: dict[Path_, str] = field(default_factory=dict)  # of a sheet: its own name for a key
    faults: list[Problem] = field(default_factory=list)  # met while it was read
    hidden: bool = False  # a row that its sheet does not show

    def called(self, *path: str | int) -> str:
        """What the reader of the file calls the value at `path`: its column, or its keys."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.names:
                return self.names[path[:length]]
        return ".".join(map(str, path))

    def items(self) -> list[Document]:
        """The documents of a list, each as if it stood alone; itself where it is no list."""
        if not isinstance(self.value, list):
            return [self]
        return [
            Document(self.file, value, _below(number, self.positions),
                     _below(number, self.key_positions))
            for number, value in enumerate(self.value)
        ]  # fmt: skip

    def problem(
        self, message: str, *path: str | int, hint: str = "", code: str = "invalid-input"
    ) -> Problem:
        """A problem at `path`, or at the nearest of its parents that the file holds."""
        line, column = self.position(*path)
        return Problem(self._in_column(message, *path), hint, self.file, line, column, code)

    def _in_column(self, message: str, *path: str | int) -> str:
        """What is wrong with a cell of a sheet, with the heading of its column."""
        cells = [path[:length] for length in range(len(path), 0, -1) if path[:length] in self.names]
        if not cells or cells[0] not in self.positions or self.names[cells[0]] in message:
            return message
        return _("column “{name}”: {problem}").format(name=self.names[cells[0]], problem=message)

    def position(self, *path: str | int) -> Position:
        """Line and column (from 1) of the value at `path`, or of its nearest parent."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return (0, 0)

    def key_problem(
        self, message: str, *path: str | int, hint: str = "", code: str = "unknown-key"
    ) -> Problem:
        """A problem with the key itself, not with its value."""
        line, column = self.key_positions.get(path, self.position(*path))
        return Problem(self._in_column(message, *path), hint, self.file, line, column, code)


def _below(number: int, positions: dict[Path_, Position]) -> dict[Path_, Position]:
    return {path[1:]: place for path, place in positions.items() if path[:1] == (number,)}


class Problems(list[Problem]):
    """Problems met so far."""

    def stop(self) -> None:
        """Raises them, ordered by file and place, if there are any."""
        if self:
            raise InvalidInput(in_order(self))


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, and by place in it."""
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word, or with all of them when none is near."""
    words = sorted(known)
    return nearest(word, words) or _("known words: {words}").format(words=", ".join(words))


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word; nothing when none is near."""
    near = difflib.get_close_matches(str(word).lower(), sorted(known), n=1, cutoff=0.6)
    return _("did you mean “{word}”?").format(word=near[0]) if near else ""


def read_text(path: Path, problems: list[Problem], *, fallback: str = "") -> str | None:
    """The text of a UTF-8 or UTF-16 file, or None and a problem.

    With `fallback`, a file that is neither is read as `decoded` says.
    """
    raw = read_bytes(path, problems)
    return None if raw is None else decoded(raw, path, problems, fallback)


def read_bytes(path: Path, problems: list[Problem]) -> bytes | None:
    """What a file of at most SIZE_LIMIT holds, or None and a problem."""
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # A pipe or a device: reading it might never end.
            message = _("{file} is not a file").format(file=path)
            problems.append(Problem(message, file=str(path), code="unreadable"))
            return None
        raw = path.read_bytes() if status.st_size <= SIZE_LIMIT else None
    except (OSError, ValueError) as error:
        message = _("cannot read {file}: {reason}").format(file=path, reason=of_system(error))
        problems.append(Problem(message, file=str(path), code="unreadable"))
        return None
    if raw is None:
        message = _("{file} is larger than 1 MB").format(file=path)
        problems.append(Problem(message, file=str(path), code="too-large"))
    return raw


def is_workbook(raw: bytes) -> bool:
    """True for what a spreadsheet saves as its own kind of file."""
    return raw.startswith(_WORKBOOKS)


def is_binary(raw: bytes) -> bool:
    """True for what is no text: it holds empty bytes, and not as UTF-16 does."""
    return b"\0" in raw and _encoding(raw) == "utf-8-sig"


def decoded(raw: bytes, path: Path, problems: list[Problem], fallback: str = "") -> str | None:
    """The text that `raw` is in UTF-8 or UTF-16; None and a problem where it is in neither.

    With `fallback` it is else read in that encoding, or in that of old Macs if its lines end so.
    """
    encoding = _encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if fallback and encoding == "utf-8-sig":
            try:
                return raw.decode(fallback if b"\n" in raw else "mac_roman")
            except UnicodeDecodeError:
                pass
        before = raw[: error.start]
        problems.append(
            Problem(
                _("{file} is not written in UTF-8").format(file=path),
                _("save it again, choosing “UTF-8” (in a spreadsheet: “CSV UTF-8”)"),
                str(path),
                before.count(b"\n") + 1,
                error.start - (before.rfind(b"\n") + 1) + 1,
                "encoding",
            )
        )
        return None


def _encoding(raw: bytes) -> str:
    """UTF-16 where a mark says so, or where one byte of the first sign is empty; else UTF-8."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in raw[:2]:
        return "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    return "utf-8-sig"


def read_yaml(path: Path, problems: list[Problem]) -> Document | None:
    """The document of a YAML file; None, with problems, when it cannot be read as one."""
    text = read_text(path, problems)
    return None if text is None else parse_yaml(text, str(path), problems)


def parse_yaml(text: str, file: str, problems: list[Problem]) -> Document | None:
    """The document of a YAML text; `file` is the name for messages."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    before = len(problems)
    parser = YAML(typ="safe", pure=True)
    reader = _Reader(file, problems)
    try:
        value = reader.document(iter(parser.parse(text)))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.refuse(
            _("this is not valid YAML: {reason}").format(
                reason=of_reader(error.problem or error.context)
            ),
            mark,
            hint=_("check the indentation, and put quotes around a text that holds “: ” or “#”"),
            code="yaml",
        )
    except (YAMLError, _Stop, ValueError) as error:
        if not isinstance(error, _Stop):
            message = _("this is not valid YAML: {reason}").format(
                reason=of_reader(str(error).split("\n")[0])
            )
            problems.append(Problem(message, file=file, code="yaml"))
    else:
        if len(problems) == before:
            return Document(file, value, reader.positions, reader.key_positions)
    return None


class _Stop(Exception):
    """Reading further would be unsafe."""


class _Reader:
    """Builds plain values from the events of the parser; nothing is constructed by tag."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.positions: dict[Path_, Position] = {}
        self.key_positions: dict[Path_, Position] = {}
        self.events: Iterator[Any] = iter(())
        self.count = 0

    def refuse(self, message: str, mark: Any, *, hint: str = "", code: str = "yaml") -> None:
        line, column = _position(mark)
        self.problems.append(Problem(message, hint, self.file, line, column, code))

    def next(self) -> Any:
        self.count += 1
        event = next(self.events)
        if self.count > EVENT_LIMIT:
            self.refuse(_("this file holds too many values"), event.start_mark, code="too-large")
            raise _Stop
        return event

    def document(self, events: Iterator[Any]) -> Any:
        self.events = events
        value: Any = None
        documents = 0
        while True:
            event = self.next()
            kind = type(event).__name__
            if kind == "StreamEndEvent":
                return value
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.refuse(_("one file holds one document: remove “---”"), event.start_mark)
                    raise _Stop
                value = self.node(self.next(), ())

    def node(self, event: Any, path: Path_) -> Any:
        kind = type(event).__name__
        mark = event.start_mark
        self.positions[path] = _position(mark)
        if kind == "AliasEvent":
            self.refuse(_("“*{name}” repeats another part: write it in full").format(
                name=event.anchor), mark, code="yaml-alias")  # fmt: skip
            return None
        if len(path) > DEPTH_LIMIT:
            self.refuse(_("this is nested too deeply"), mark, code="too-deep")
            raise _Stop
        if str(event.tag) not in map(str, _PLAIN_TAGS):
            self.refuse(_("“{tag}” is not accepted: write plain values").format(
                tag=event.tag), mark, code="yaml-tag")  # fmt: skip
        if kind == "MappingStartEvent":
            return self.mapping(path)
        if kind == "SequenceStartEvent":
            return self.sequence(path)
        return self.scalar(event)

    def mapping(self, path: Path_) -> dict[str, Any]:
        value: dict[str, Any] = {}
        while type(event := self.next()).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                self.refuse(_("a key must be a word"), event.start_mark)
                raise _Stop
            key = str(event.value)
            if key in value:
                self.refuse(_("“{key}” is written twice").format(key=key), event.start_mark,
                            code="duplicate-key")  # fmt: skip
            self.key_positions[(*path, key)] = _position(event.start_mark)
            told = self.next()
            value[key] = self.node(told, (*path, key))
            if value[key] is None and told.start_mark.index == told.end_mark.index:
                # Nothing is written there: the parser stands at what comes next.
                self.positions[(*path, key)] = _position(event.start_mark)
        return value

    def sequence(self, path: Path_) -> list[Any]:
        value: list[Any] = []
        while type(event := self.next()).__name__ != "SequenceEndEvent":
            value.append(self.node(event, (*path, len(value))))
        return value

    def scalar(self, event: Any) -> Any:
        text = str(event.value)
        if CONTROL.search(text):
            self.refuse(
                _("this text holds an invisible control character"),
                event.start_mark,
                hint=_("delete it and type the text again"),
                code="control-character",
            )
            return ""
        quoted = event.style is not None or event.tag is not None
        return text if quoted else _plain_scalar(text)


def _plain_scalar(text: str) -> Any:
    """A scalar without quotes, by the core schema of YAML 1.2 (§10.3.2)."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _LEADING_ZERO.match(text) or len(text) > 18:
        return text
    if _INTEGER.match(text):
        return int(text) if str(int(text)) == text else _Integer(text)
    if _FLOAT.match(text):
        return float(text) if str(float(text)) == text else _Float(text)
    return text


class _Written:
    """A number that is shown as it was written, since it may be meant as a text: `1e3`, `+33`."""

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)  # type: ignore[call-arg]
        made.text = text
        return made

    text: str

    def __str__(self) -> str:
        return self.text


class _Integer(_Written, int):
    pass


class _Float(_Written, float):
    pass


def _position(mark: Any) -> Position:
    return (0, 0) if mark is None else (mark.line + 1, mark.column + 1)


def dump_yaml(value: Any) -> str:
    """`value` as YAML that `parse_yaml` reads the same; a CommentedMap of ruamel has its comments.

    A text is on one line, or a block where it runs over several.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.emitter import Emitter
    from ruamel.yaml.representer import RoundTripRepresenter

    class Representer(RoundTripRepresenter):
        """Chooses how a text is written, where ruamel would not do for `_plain_scalar`."""

        def text(self, text: str) -> Any:
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))

    class DoubleQuotes(Emitter):
        """Between '…', ruamel's choice, each apostrophe would be written twice."""

        def choose_scalar_style(self) -> Any:
            style = super().choose_scalar_style()
            return '"' if style == "'" else style

    Representer.add_representer(str, Representer.text)
    Representer.add_representer(_Integer, lambda self, number: self.represent_int(int(number)))
    Representer.add_representer(_Float, lambda self, number: self.represent_float(float(number)))
    writer = YAML()
    writer.Representer, writer.Emitter = Representer, DoubleQuotes
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.width = SIZE_LIMIT
    written = io.StringIO()
    writer.dump(value, written)
    return written.getvalue()


def _style(text: str) -> str | None:
    """Between quotes, as a block, or as ruamel sees fit."""
    lines = text.split("\n")
    # ruamel writes U+0085 in a block as it is, which is read as a new line.
    if _plain_scalar(text) != text or not all(map(str.isprintable, lines)):
        return '"'
    return "|" if len(lines) > 1 else None


def _is_folder(path: Path) -> bool:
    """False too for a path that cannot be looked at: reading it tells why."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_read(path: Path, suffixes: Sequence[str]) -> bool:
    """True for a file that is read with its folder: not an example, a copy of an editor's, or what
    is of another kind."""
    return path.suffix.lower() in suffixes and not path.name.startswith((".", "_", "~"))


def set_aside(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """The files of a folder that are not read for the “_” with which their name begins, in a
    stable order."""
    return sorted(
        entry
        for entry in folder.iterdir()
        if entry.name.startswith("_") and entry.suffix.lower() in suffixes
    )


def files_of(paths: Sequence[Path], suffixes: Sequence[str]) -> Iterator[Path]:
    """The files named, and those of the folders named, in a stable order."""
    for path in paths:
        if _is_folder(path):
            yield from sorted(entry for entry in path.iterdir() if is_read(entry, suffixes))
        else:
            yield path
