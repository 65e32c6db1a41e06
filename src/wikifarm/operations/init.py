"""Init: a folder ready to work in: settings, secrets apart, and one example of a manifest."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dotenv.parser import parse_stream

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.model_sheet import model_sheet
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.errors import InvalidInput, Problem, WikifarmError
from wikifarm.i18n import _
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context, FarmSettings
from wikifarm.operations.workplace.places import Places
from wikifarm.operations.workplace.prepared import Written, prepared
from wikifarm.operations.workplace.settings import ENV_FILE, FARM_KEYS, FILE, Flags, load
from wikifarm.result import Envelope

EXAMPLE = "_exemple.yml"  # the underscore keeps it out of `apply communities/`
EXAMPLE_SHEET = "_exemple.csv"
IGNORED = (".env", "checklist/", "welcome/", "communities/", "mailing-list/",
           "participants/")  # fmt: skip


def init(folder: Path, farm: FarmSettings | None = None, *, sheet: bool = False) -> Envelope:
    """Writes what is missing in `folder`, with what is known of the farm; never writes over
    anything. `sheet` adds a CSV file to describe many communities in."""
    known = farm or FarmSettings()

    def files() -> list[Written]:
        made = [
            _write(folder / FILE, _settings(known.url), 0o644),
            _write(folder / ENV_FILE, _secrets(known), 0o600),
            _write(folder / ".gitignore", "\n".join(IGNORED) + "\n", 0o644),
            _write(folder / "communities" / EXAMPLE, _example_file(), 0o600),
        ]
        if sheet:
            path = folder / "communities" / EXAMPLE_SHEET
            made.append(_write(path, model_sheet(_example()), 0o600))
        return made

    ready = prepared(folder, files, hint=_("Choose another folder with --directory."))
    messages = []
    ignored = folder / ".gitignore"
    if not ready.files[2].made and ".env" not in ignored.read_text("utf-8", "replace").split():
        messages.append(_("Add a line “.env” to {path}: it holds passwords.").format(path=ignored))
    read, wrong = farm_of(folder)
    messages += [f"{problem.where}: {problem.message}" for problem in wrong]
    settings: dict[str, str | bool] = {
        "farm": read.url, "admin": read.admin, "password": bool(read.password or read.token),
    }  # fmt: skip
    return Envelope(
        "init",
        outcome=replace(ready, settings=settings, next=_next(settings, sheet=sheet)),
        messages=tuple(messages),
    )


def no_farm(farm: FarmSettings) -> WikifarmError | None:
    """Why no wiki can be made there, with this account where one is given; only asks."""
    context = Context(farm, Places(Path(), Path()))
    try:
        context.farm.template()
        if farm.password:
            context.farm.listed()
    except WikifarmError as error:
        return error
    finally:
        context.close()
    return None


def farm_of(folder: Path) -> tuple[FarmSettings, tuple[Problem, ...]]:
    """The farm as the settings of `folder`, or of this person, give it, and what is wrong there."""
    try:
        return load(Flags(one_farm=False), folder, os.environ).farm, ()
    except InvalidInput as error:
        return FarmSettings(), error.problems


def _next(settings: Mapping[str, str | bool], *, sheet: bool) -> tuple[str, ...]:
    first = []
    if not settings["farm"]:
        first.append(_("write the address of your farm in wikifarm.toml"))
    if not settings["password"]:
        first.append(_("write the name and the password of its administrator in .env"))
    return (
        *first,
        _("see what this farm can do: `wikifarm doctor`"),
        *(_of_many() if sheet else (_("open a community: `wikifarm new-community`"),)),
    )


def _of_many() -> tuple[str, ...]:
    return (
        _(
            "copy communities/{example} under a name without “_”, and write your communities in it"
        ).format(example=EXAMPLE_SHEET),
        _("see what would be done: `wikifarm plan`"),
    )


def _write(path: Path, text: str, mode: int) -> Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return Written(path, made=False)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Written(path, made=True)


def _settings(farm_url: str) -> str:
    example = '"https://ferme.example.org/"'
    quoted = farm_url.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "# " + _("Settings of wikifarm. Secrets go to .env, never here."),
        "",
        "[farm]",
        "# " + _("Its address, between the quotes: {example}").format(example=example),
        f'url = "{quoted}"',
        "",
        "# " + _("The rest serves once the “#” at the start of its line is taken away."),
        "# " + _("The address that the farm keeps as the referent's (else its own):"),
        '# contact = "contact@example.org"',
        "",
        "# "
        + _("The Sympa of your lists, if it lets programs in (else a request is written for you):"),
        "# [sympa]",
        '# url = "https://listes.example.org/sympasoap"',
        "",
        "# " + _("Other farms, chosen with --farm NAME:"),
        "# [farms.name]",
        '# url = "https://other.example.org/"',
    ]
    return "\n".join(lines) + "\n"


def _secrets(farm: FarmSettings) -> str:
    lines = [
        "# " + _("Secrets of wikifarm: this file stays on this computer."),
        "# " + _("The administrator of the farm, and the password between the quotes:"),
        _set(FARM_KEYS["admin"], farm.admin or WIKI_ADMIN),
        _set(FARM_KEYS["password"], farm.password),
        "",
        "# " + _("The rest serves once the “#” at the start of its line is taken away."),
        "# " + _("The name of a file that holds the password, instead:"),
        "# WIKIFARM_FARM_PASSWORD_FILE=''",
        "# " + _("An API key of the farm, if it has one:"),
        "# WIKIFARM_FARM_TOKEN=''",
        "# " + _("The application that its Sympa trusts:"),
        "# WIKIFARM_SYMPA_APP='wikifarm'",
        "# WIKIFARM_SYMPA_SECRET=''",
    ]
    return "\n".join(lines) + "\n"


def _set(name: str, value: str) -> str:
    """A line of `.env`; empty for a value that no quotes can hold there (a last backslash)."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    for line in (f"{name}='{quoted}'", f"{name}={value}"):
        read = {each.key: each.value for each in parse_stream(io.StringIO(f"{line}\n# ''\n"))}
        if read.get(name) == value:
            return line
    return f"{name}=''"


def _example() -> Community:
    return Community(
        name="Robustesse autour de Rennes",
        slug="rennes",
        facilitators=(
            Facilitator("Prénom Nom", "prenom.nom@example.org"),
            Facilitator("Autre Personne", "autre.personne@example.org"),
        ),
        territory=Territory("Rennes et environs", 48.11, -1.68, 10),
        modules=default_modules(),
        description=_("A few lines on what brings you together."),
        rhythm=_("2nd Tuesday of the month, 6 pm"),
    )


def _example_file() -> str:
    head = _(
        "An example. Its name begins with “_”, so no command reads it: copy it under the name of\n"
        "your community, change it, then run `wikifarm plan` on the copy."
    )
    return "".join(f"# {line}\n" for line in head.split("\n")) + dump_manifest(_example())
