"""Renders the templates of a blueprint: whatever a person typed comes out harmless.

Delimiters are `<< value >>`, `<% block %>` and `<# comment #>`, since wiki text is full of `{{`.
Every value is made safe for the kind of document (wiki, Markdown, HTML, plain text) on its way
out; only what wikifarm makes itself (tags, ids, addresses) is a `Constant` and passes as it is.
Templates run in Jinja's sandbox, and a name that does not exist is an error, not an empty string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wikifarm.blueprint import neutral
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

SUFFIX = ".j2"


class Constant(str):
    """A text of wikifarm's own making: a tag, an id, an address."""

    __slots__ = ()


class Typed(str):
    """A text that a person typed: no filter takes its protection away."""

    __slots__ = ()


class Names:
    """Names that a template may ask for; one that is absent is an error of the template."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


def typed(value: Any) -> Any:
    """The same value, its texts marked as typed by a person."""
    if isinstance(value, Constant | bool | int | float) or value is None:
        return value
    if isinstance(value, str):
        return Typed(value)
    if isinstance(value, Mapping):
        return {key: typed(item) for key, item in value.items()}
    return [typed(item) for item in value]


def _wiki(value: Any) -> str:
    if isinstance(value, Constant | int | float):
        return str(value)
    return neutral.neutralise(_shown(value))


def _markdown(value: Any) -> str:
    text = _shown(value)
    if isinstance(value, Constant):
        return text
    if text.startswith(("https://", "http://")) and " " not in text:
        return neutral.address(text)
    return neutral.markdown(text)


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, Constant) else neutral.fold(_shown(value))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _html(value: Any) -> Any:
    """Left to autoescape."""
    return "" if value is None else value


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "wiki": _wiki, "md": _markdown, "html": _html, "txt": _plain,
}  # fmt: skip


def kind_of(name: str) -> str:
    """The kind of a document, from the end of its name: `wiki`, `md`, `html`, else `txt`."""
    kind = name.removesuffix(SUFFIX).rpartition(".")[2]
    return kind if kind in _KINDS else "txt"


@lru_cache(maxsize=16)
def _environment(folder: Path, language: str, kind: str) -> SandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(
        block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>",
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False,
        undefined=StrictUndefined, autoescape=kind == "html", finalize=_KINDS[kind],
        loader=FileSystemLoader([folder / language, folder] if language else [folder]),
    )  # fmt: skip
    made.filters["param"] = lambda value: Constant(neutral.param(_shown(value)))
    made.filters["raw_wiki"] = _raw_wiki
    return made


def _raw_wiki(value: Any) -> Constant:
    """For what the blueprint itself makes (a macro, a block): its values are already harmless."""
    if isinstance(value, Typed):
        raise ValueError(_("raw_wiki is refused for what a person typed"))
    return Constant(value)


def syntax_problem(path: Path) -> Problem | None:
    """What is wrong in the syntax of a template, or None."""
    from jinja2 import TemplateSyntaxError

    try:
        text = path.read_text(encoding="utf-8")
        _environment(path.parent, "", "wiki").parse(text, filename=str(path))
    except TemplateSyntaxError as error:
        message = _("this template cannot be read: {reason}").format(reason=error.message)
        return Problem(message, "", str(path), error.lineno, code="template-syntax")
    except (OSError, UnicodeDecodeError):
        return Problem(
            _("{file} is not written in UTF-8").format(file=path), "", str(path), code="encoding"
        )
    return None


def render(folder: Path, language: str, name: str, context: Mapping[str, Any]) -> str:
    """The template `name` (without `.j2`) of `<folder>/<language>`, or else of `<folder>`.

    Raises InvalidInput, with the file and the line, when the template asks for what is not there.
    """
    from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

    environment = _environment(folder, language, kind_of(name))
    try:
        return environment.get_template(name + SUFFIX).render(context).strip("\n").rstrip()
    except TemplateNotFound as error:
        message = _("the blueprint has no file {file}").format(file=f"{error.name}")
        raise InvalidInput([Problem(message, file=str(folder), code="missing-file")]) from None
    except TemplateSyntaxError as error:
        message = _("this template cannot be read: {reason}").format(reason=error.message)
        place = error.filename or name
        raise InvalidInput(
            [Problem(message, "", place, error.lineno, code="template-syntax")]
        ) from None
    except (TemplateError, TypeError, ValueError, KeyError, ArithmeticError) as error:
        file, line = _place(error, folder)
        message = _("this template fails: {reason}").format(reason=error)
        raise InvalidInput([Problem(message, "", file or name, line, code="template")]) from None


def _place(error: Exception, folder: Path) -> tuple[str, int]:
    """The deepest line of a template in a traceback (Jinja names its frames after it)."""
    file, line = "", 0
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(SUFFIX) and name.startswith(str(folder)):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return file, line
