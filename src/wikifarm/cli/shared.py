"""Options that every command takes, before or after its name, and what they become."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from wikifarm.cli.output import Output
from wikifarm.cli.program import PROGRAM, called
from wikifarm.cli.progress import Progress
from wikifarm.cli.usage import too_many_words, unknown_command
from wikifarm.i18n import LANGUAGES, _, speak

if TYPE_CHECKING:
    from wikifarm.cli.report.report_file import ReportFile
    from wikifarm.operations.workplace.context import Context
    from wikifarm.operations.workplace.settings import Settings


@dataclass
class Shared:
    """The options given, and what one process shows and closes at its end."""

    output: Output
    farm: str = ""
    directory: Path = field(default_factory=Path)
    insecure: bool = False
    progress: bool = True
    lang: str = ""
    command: str = ""
    jobs: int = 1  # communities at once
    taken_back: frozenset[str] = frozenset()  # pages to have as the blueprint writes them
    opening: bool = False  # rights may let in more people than they do
    report: ReportFile | None = None  # where the answer is also written
    pause: float = 0.0  # seconds between a community and the next
    warnings: list[str] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)  # options of a group of commands
    _context: Context | None = None

    @property
    def interactive(self) -> bool:
        """True when someone is there to be asked."""
        return sys.stdin is not None and sys.stdin.isatty() and not self.output.json

    def settings(self, *, one_farm: bool = True) -> Settings:
        """The settings of this run; speaks the language that the files ask for."""
        import os

        from wikifarm.operations.workplace import settings as reading

        flags = reading.Flags(self.farm, self.insecure, one_farm)
        settings = reading.load(flags, self.directory, os.environ, more_folders=(Path.cwd(),))
        if settings.language and not self.lang:
            speak(settings.language)
        self.warnings += settings.warnings
        return settings

    def context(self) -> Context:
        """What the operations work with, once what a killed command left is taken back; closed by
        `close`."""
        from wikifarm.operations.left_behind import heal
        from wikifarm.operations.workplace.context import Context
        from wikifarm.operations.workplace.places import Places

        if self._context is None:
            settings = self.settings()
            self._context = Context(
                settings.farm,
                Places(settings.state, self.directory),
                language=_spoken(),
                lists=settings.lists,
                progress=self.telling(),
                ask=self._ask if self.interactive else None,
                patience=settings.patience,
                audit_max_age=settings.audit_max_age,
                jobs=self.jobs,
                taken_back=self.taken_back,
                opening=self.opening,
                pause=self.pause,
            )
            self.warnings += heal(self._context)
        return self._context

    def _ask(self, question: str) -> str:
        from wikifarm.cli.asking import secret

        self.telling().clear()
        return secret(question, may_be_empty=True)

    def telling(self) -> Progress:
        """Who tells how the work goes on."""
        return self.output.telling(on=self.progress)

    def waiting(self) -> tuple[str, ...]:
        """What waits on this computer, where the command ends early."""
        told = self._context.waiting() if self._context is not None else ""
        return (told,) if told else ()

    def close(self) -> None:
        """Closes what was opened."""
        if self._context is not None:
            self._context.close()


def _spoken() -> str:
    from wikifarm.i18n import language

    return language()


def shared(ctx: typer.Context) -> Shared:
    """The shared options of the process that runs `ctx`."""
    options = ctx.find_root().obj
    assert isinstance(options, Shared)  # noqa: S101 - run() puts it there
    return options


Keep = Callable[[Shared, Any], None]


def option(names: list[str], keep: Keep, **more: Any) -> TyperOption:
    """An option whose value goes to `Shared`, wherever it stands on the line."""

    def callback(ctx: typer.Context, _param: object, value: Any) -> Any:
        if value and not ctx.resilient_parsing and isinstance(ctx.find_root().obj, Shared):
            keep(shared(ctx), value)
        return value

    return TyperOption(param_decls=names, callback=callback, expose_value=False, **more)


def _language(options: Shared, code: str) -> None:
    if code[:2].lower() not in LANGUAGES:
        raise typer.BadParameter(
            _("wikifarm does not speak “{code}”: French and English only.").format(code=code)
        )
    options.lang = code[:2].lower()
    speak(options.lang)


def _directory(options: Shared, text: str) -> None:
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise typer.BadParameter(_("“{path}” is not a folder").format(path=text))
    options.directory = path


def _farm(options: Shared, text: str) -> None:
    options.farm = text


def _json(options: Shared, _on: bool) -> None:
    options.output.json = True


def _insecure(options: Shared, _on: bool) -> None:
    options.insecure = True


def _verbose(options: Shared, _on: bool) -> None:
    options.output.verbose = True


def _silent(options: Shared, _on: bool) -> None:
    options.progress = False


def shared_options() -> list[TyperOption]:
    """Fresh options, with their help in the language in use."""
    flag = {"is_flag": True}
    return [
        option(["--json"], _json, help=_("Answer one JSON object, for programs."), **flag),
        option(
            ["--farm"], _farm, metavar="URL",
            help=_("The farm: its address, or its name in wikifarm.toml."),
        ),
        option(
            ["--directory", "-C"], _directory, metavar=_("FOLDER"),
            help=_("Where communities/, checklist/ and welcome/ are; by default, here."),
        ),
        option(["--lang"], _language, metavar="fr|en", help=_("The language of the answers.")),
        option(["--verbose"], _verbose, help=_("Say more: the differences, every name."), **flag),
        option(["--no-progress"], _silent, help=_("Do not show how the work goes on."), **flag),
        option(
            ["--insecure-skip-tls-verify"], _insecure,
            help=_("Do not check the farm's certificate: someone on the way could read all."),
            **flag,
        ),
    ]  # fmt: skip


def communities_known(incomplete: str) -> list[str]:
    """The addresses of the communities of this folder that begin so, for completion."""
    try:
        files = sorted(Path("communities").glob("*.yml"))
    except OSError:
        return []
    names = [path.stem for path in files if not path.name.startswith((".", "_"))]
    return [name for name in names if name.startswith(incomplete)]


def community_argument() -> Any:
    """The community that a command is about, by its address."""
    return typer.Argument(
        metavar=_("ADDRESS"),
        help=_("The community's address."),
        autocompletion=communities_known,
        show_default=False,
    )


def advisories_option() -> Any:
    """What to do of known holes; `strict_about` reads it."""
    return typer.Option(
        "--advisories",
        metavar="warn|strict",
        show_default=False,
        help=_("Known holes of YesWiki: warn (by default), or exit 6."),
    )


def strict_about(word: str) -> bool:
    """True for “strict”. Raises what Typer shows for a word that is neither."""
    if word not in ("warn", "strict"):
        raise typer.BadParameter(
            _("“{word}” is neither warn nor strict").format(word=word), param_hint="--advisories"
        )
    return word == "strict"


WHOLE = 1000  # signs: of a sentence that is cut, one does not know what the command does


# Typer shows its formatter nowhere else than here.
class _Formatter(typer.Context.formatter_class):  # type: ignore[misc,valid-type]
    """Typer's help, in the language in use."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        prog = called() + prog.removeprefix(PROGRAM)
        args = _BRACES.sub(r"\1", args)
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        words = {
            "Options": _("Options:"),
            "Arguments": _("Arguments:"),
            "Commands": _("Commands:"),
        }
        shown = words.get(heading) or _("{heading}:").format(heading=heading)
        self.write(f"{'':>{self.current_indent}}{shown}\n")

    def write_dl(self, rows: Any, *args: Any, **more: Any) -> None:
        rows = [(term, _EXTRAS.sub(_extras, text)) for term, text in rows]
        super().write_dl(rows, *args, **more)


_BRACES = re.compile(r"\{([^{}]*)\}")  # which Typer puts around what must be given

# What Typer adds after the help of an option: [default: 0; x>=0], [required].
_EXTRAS = re.compile(r"\[((?:default: |required|-?\d+<=x|x[<>]=)[^\[\]]*)\]\Z")
_BOUNDS = re.compile(r"(?:(-?\d+)<=)?x(?:<=(-?\d+)|>=(-?\d+))?\Z")


def _extras(added: re.Match[str]) -> str:
    return "[{}]".format("; ".join(_extra(part) for part in added[1].split("; ")))


def _extra(text: str) -> str:
    name, _colon, value = text.partition(": ")
    if name == "default":
        return _("by default: {value}").format(value=value)
    if bounds := _BOUNDS.match(text):
        least, most, more = bounds.groups()
        if more is not None:
            return _("{least} or more").format(least=more)
        return _("from {least} to {most}").format(least=least, most=most)
    return _("required") if text == "required" else text


def _in_our_words(params: list[Any]) -> list[Any]:
    """The same options: those that Typer adds itself have their help in the language in use."""
    words = {
        "help": _("Show this help."),
        "install_completion": _("Install completion in this shell."),
        "show_completion": _("Show the completion script of this shell."),
    }
    for param in params:
        if param.name in words:
            param.help = words[param.name]
    return params


class _Context(typer.Context):
    formatter_class = _Formatter


class Command(TyperCommand):
    """A command that also takes the shared options after its name."""

    context_class = _Context
    allow_extra_args = True  # `parse_args` looks at them

    def __init__(self, *args: Any, params: Any = None, **more: Any) -> None:
        more["options_metavar"] = _("[OPTIONS]")
        super().__init__(*args, params=[*(params or []), *shared_options()], **more)

    def get_params(self, ctx: Any) -> list[Any]:
        """The options and arguments."""
        return _in_our_words(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the command line; the words that nothing takes are a mistake."""
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            raise too_many_words(ctx, left)
        return left

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; remembers its name for the envelope."""
        shared(ctx).command = ctx.command_path.removeprefix("wikifarm ")
        return super().invoke(ctx)


class Reporting(Command):
    """A command whose answer `--report` also writes in a file."""

    def __init__(self, *args: Any, params: Any = None, **more: Any) -> None:
        report = option(
            ["--report"],
            _report,
            metavar=_("FILE"),
            help=_("Also write the answer in this file: .html, .md, .csv or .json."),
        )
        super().__init__(*args, params=[*(params or []), report], **more)


def _report(options: Shared, text: str) -> None:
    from wikifarm.cli.report.report_file import report_file

    options.report = report_file(text)


class Group(TyperGroup):
    """The commands; takes the shared options before their names."""

    context_class = _Context
    panels: ClassVar[Sequence[str]] = ()  # in the order in which the list of commands shows them

    def __init__(self, **more: Any) -> None:
        params = [*(more.pop("params", None) or []), *shared_options()]
        more["options_metavar"] = _("[OPTIONS]")
        more["subcommand_metavar"] = _("COMMAND [ARGUMENTS]...")
        super().__init__(params=params, **more)

    def get_params(self, ctx: Any) -> list[Any]:
        """The options."""
        return _in_our_words(super().get_params(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands, by what a person wants to do where they say so (`rich_help_panel`)."""
        panels: dict[str, list[Any]] = {panel: [] for panel in self.panels}
        for name in self.list_commands(ctx):
            panel = getattr(self.commands[name], "rich_help_panel", None)
            panels.setdefault(panel or "Commands", []).append(name)
        longest = max(map(len, self.commands), default=0)
        for panel, names in panels.items():
            with formatter.section(panel):
                formatter.write_dl([
                    (name.ljust(longest), self.commands[name].get_short_help_str(WHOLE))
                    for name in names
                ])  # fmt: skip

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the next word names."""
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            if name.startswith("-"):
                self.parse_args(ctx, list(args))  # an option after `--`: an unknown one raises
            raise unknown_command(ctx, name, self.commands)
        return super().resolve_command(ctx, args)
