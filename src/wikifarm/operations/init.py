"""Init: a folder ready to work in: settings, secrets apart, and one example of a manifest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.model_sheet import model_sheet
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.blueprint.manifest.writing import dump_manifest
from wikifarm.i18n import _
from wikifarm.operations.workplace.prepared import Written, prepared
from wikifarm.result import Envelope

EXAMPLE = "_exemple.yml"  # the underscore keeps it out of `apply communities/`
EXAMPLE_SHEET = "_exemple.csv"
IGNORED = (".env", "checklist/", "welcome/", "communities/", "mailing-list/",
           "participants/")  # fmt: skip


def init(folder: Path, *, farm_url: str = "", sheet: bool = False) -> Envelope:
    """Writes what is missing in `folder`; never writes over anything. `sheet` adds a CSV file to
    describe many communities in."""

    def files() -> list[Written]:
        made = [
            _write(folder / "wikifarm.toml", _settings(farm_url), 0o644),
            _write(folder / ".env", _secrets(), 0o600),
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
    return Envelope(
        "init",
        outcome=replace(ready, next=_next(farm_url, sheet=sheet)),
        messages=tuple(messages),
    )


def _next(farm_url: str, *, sheet: bool) -> tuple[str, ...]:
    first = [] if farm_url else [_("write the address of your farm in wikifarm.toml")]
    return (
        *first,
        _("write the name and the password of its administrator in .env"),
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
        "# "
        + _("The address that the farm keeps as the referent's (else the first facilitator's):"),
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


def _secrets() -> str:
    lines = [
        "# " + _("Secrets of wikifarm: this file stays on this computer."),
        "# " + _("The administrator of the farm, and the password between the quotes:"),
        "WIKIFARM_FARM_ADMIN='WikiAdmin'",
        "WIKIFARM_FARM_PASSWORD=''",
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
