"""Where settings come from: options, environment, `.env`, `wikifarm.toml`, in this order.

A secret goes only to the farm, or to the list server, beside which it is written: another farm
given with `--farm` never receives the password of the one in the file.
"""

from __future__ import annotations

import difflib
import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from wikifarm.blueprint.sources import did_you_mean, read_text
from wikifarm.emails import is_email
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import LANGUAGES, _
from wikifarm.lists.host_access import ListSettings, keys_of, secrets_of
from wikifarm.lists.providers import sections as list_sections
from wikifarm.operations.workplace import places
from wikifarm.operations.workplace.context import (
    AUDIT_MAX_AGE,
    PATIENCE,
    WIKI_ADMIN,
    FarmSettings,
)
from wikifarm.operations.workplace.vault import VaultKind, VaultSettings
from wikifarm.reasons import of_reader, of_system
from wikifarm.web_addresses import in_clear, why_not
from wikifarm.yeswiki.addresses import base_url

FILE = "wikifarm.toml"
ENV_FILE = ".env"

FARM_KEYS = {
    "url": "WIKIFARM_FARM_URL",
    "admin": "WIKIFARM_FARM_ADMIN",
    "password": "WIKIFARM_FARM_PASSWORD",
    "password_file": "WIKIFARM_FARM_PASSWORD_FILE",
    "token": "WIKIFARM_FARM_TOKEN",
    "token_file": "WIKIFARM_FARM_TOKEN_FILE",
    "contact": "WIKIFARM_FARM_CONTACT",
    "insecure_skip_tls_verify": "WIKIFARM_INSECURE_SKIP_TLS_VERIFY",
    "vault": "WIKIFARM_VAULT",
    "vault_file": "WIKIFARM_VAULT_FILE",
    "vault_identity": "WIKIFARM_VAULT_IDENTITY",
    "vault_command": "WIKIFARM_VAULT_COMMAND",
}
OTHER_KEYS = {"lang": "WIKIFARM_LANG", "state": "WIKIFARM_STATE_DIR", "wait": "WIKIFARM_WAIT"}
ELSEWHERE = (
    "WIKIFARM_CALLED",
    "WIKIFARM_CA_BUNDLE",
    "WIKIFARM_WIKI_PASSWORD",
    "WIKIFARM_VAULT_PASSWORD",
    "WIKIFARM_BECOME_PASSWORD",
    "WIKIFARM_DNS_SERVER",
    "WIKIFARM_E2E_FARM",
    "WIKIFARM_E2E_SYMPA",
    "WIKIFARM_SYMPA_MANY",
)
SECRETS = ("password", "token")
SWITCHES = ("insecure_skip_tls_verify",)
COMMANDS = ("vault_command",)  # a list of words, or one text as a shell would read it
NUMBERS = ("max_age",)

_YES = {"1": True, "true": True, "yes": True, "oui": True, "on": True}
_NO = {"": False, "0": False, "false": False, "no": False, "non": False, "off": False}
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")


def sections() -> dict[str, tuple[str, ...]]:
    """The sections of their own, with their keys: each setting is named "section.key" once read."""
    lists = {section: keys_of(access) for section, access in list_sections().items()}
    return {**lists, "ops": ("inventory",), "audit": ("max_age",)}


def list_secrets() -> list[str]:
    """The settings of list hosts that hold secrets."""
    return [
        f"{section}.{key}"
        for section, access in list_sections().items()
        for key in secrets_of(access)
    ]


def environment_names() -> dict[str, str]:
    """Every setting, with its name in the environment."""
    of_sections = {
        f"{section}.{key}": f"WIKIFARM_{section}_{key}".upper()
        for section, keys in sections().items()
        for key in keys
    }
    return {**FARM_KEYS, **of_sections, **OTHER_KEYS}


@dataclass(frozen=True)
class Flags:
    """What was given on the command line. `farm` is an address or a name of `[farms.NAME]`.

    Without `one_farm`, nobody is asked to choose among the farms of the file.
    """

    farm: str = ""
    insecure: bool = False
    one_farm: bool = True


@dataclass(frozen=True)
class Settings:
    """The settings of a run. `language` is what the files ask for, or nothing."""

    farm: FarmSettings
    state: Path
    lists: ListSettings = field(default_factory=ListSettings)
    inventory: Path | None = None  # of Ansible, for `wikifarm ops`
    language: str = ""
    patience: float = PATIENCE
    audit_max_age: timedelta = AUDIT_MAX_AGE
    file: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layer:
    """One source: its name for messages, its values, and whom its secrets belong to."""

    name: str
    values: Mapping[str, str]
    folder: Path
    bound_to: str = ""  # base address of a farm; empty: not bound to one
    # Addresses of list servers by section; one that is absent binds no secret.
    list_servers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Reading:
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def stop(self) -> None:
        if self.problems:
            raise InvalidInput(self.problems)


def load(
    flags: Flags,
    cwd: Path,
    environ: Mapping[str, str],
    *,
    more_folders: tuple[Path, ...] = (),
    config: Path | None = None,
) -> Settings:
    """Reads every source. Raises InvalidInput with every problem at once.

    `wikifarm.toml` and `.env` are looked for in `cwd`, then in `more_folders`; `wikifarm.toml` also
    in the user's configuration folder `config`. The first one found is the only one read.
    """
    reading = _Reading()
    folders = (cwd, *more_folders)
    path = _first([*folders, config or places.config_folder()], FILE)
    document = _toml(path, reading) if path else {}
    env_path = _first(folders, ENV_FILE)
    dotenv = _dotenv(env_path, reading) if env_path else {}
    reading.stop()

    table = _farm_table(flags, document, path, reading)
    of_sections = _section_table(document)
    table |= of_sections
    servers = _list_servers(of_sections)
    folder = path.parent if path else cwd
    known = [_Layer(str(path or ""), table, folder, _base(table.get("url")), servers)]
    for name, folder, values in (
        (str(env_path or ""), env_path.parent if env_path else cwd, dotenv),
        (_("the environment"), cwd, _from_names(environ)),
    ):
        beside = values is dotenv
        farm_url = _base(values.get("url")) or (_base(_default_url(document)) if beside else "")
        list_servers = (servers if beside else {}) | _list_servers(values)
        known.append(_Layer(name, values, folder, farm_url, list_servers))
    layers = [_with_files(layer, reading) for layer in reversed(known)]
    farm = _farm(flags, layers, reading)
    lists_found = _lists(layers, reading)
    merged = [layer.values for layer in layers[:2]] + [_other(document)]
    patience = _number(merged, "wait", PATIENCE, _("{name} must be a number of seconds"), reading)
    days = _number(
        [layer.values for layer in layers],
        "audit.max_age",
        AUDIT_MAX_AGE.days,
        _("{name} must be a number of days"),
        reading,
    )
    reading.stop()
    return Settings(
        farm=farm,
        lists=lists_found,
        inventory=_inventory(layers),
        state=Path(_pick(merged, "state") or places.state_folder()).expanduser(),
        language=_language(merged, reading),
        patience=patience,
        audit_max_age=timedelta(days=days),
        file=str(path or ""),
        warnings=tuple(reading.warnings),
    )


# -- the files ------------------------------------------------------------------------------


def _first(folders: tuple[Path, ...] | list[Path], name: str) -> Path | None:
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _toml(path: Path, reading: _Reading) -> dict[str, Any]:
    text = read_text(path, reading.problems)
    if text is None:
        return {}
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        reason = _TOML_PLACE.sub("", str(error))
        line, column = (int(digits or 0) for digits in place.groups()) if place else (0, 0)
        reading.problems.append(
            Problem(
                _("this is not valid TOML: {reason}").format(reason=of_reader(reason)),
                _('put texts between quotes: url = "https://…"'),
                str(path),
                line or text.count("\n") + 1,
                column,
                "toml",
            )
        )
        return {}
    _check(document, path, text, reading)
    return document


def _check(document: dict[str, Any], path: Path, text: str, reading: _Reading) -> None:
    """Reports unknown keys and values of the wrong kind, each at its line."""
    names = ("farm", *sections())
    tables: list[tuple[str, Any]] = [(name, document.get(name, {})) for name in names]
    tables += [(f"farms.{name}", farm) for name, farm in _items(document.get("farms", {}))]
    for key in document:
        if key not in (*names, "farms", *OTHER_KEYS):
            hint = did_you_mean(key, [*names, "farms", *OTHER_KEYS])
            reading.problems.append(_at(path, text, "", key, _unknown(key), hint, "unknown-key"))
    for name, table in tables:
        if not isinstance(table, dict):
            reading.problems.append(
                _at(
                    path,
                    text,
                    "",
                    name,
                    _("“{key}” is a section: write [{key}] on a line of its own").format(key=name),
                    "",
                )
            )
            continue
        for key, value in table.items():
            _check_value(path, text, (name, key, value), reading)
    words = {key.rpartition(".")[2] for key in (*SECRETS, *list_secrets())}
    secrets = any(key in table for _name, table in tables for key in words if table)
    if secrets:
        _warn_if_readable(path, reading)


def _check_value(path: Path, text: str, entry: tuple[str, str, Any], reading: _Reading) -> None:
    table, key, value = entry
    known = sections().get(table, tuple(FARM_KEYS))
    if key not in known:
        hint = did_you_mean(key, known)
        reading.problems.append(_at(path, text, table, key, _unknown(key), hint, "unknown-key"))
    elif key in SWITCHES and not isinstance(value, bool):
        message = _("“{key}” must be true or false").format(key=key)
        reading.problems.append(_at(path, text, table, key, message, ""))
    elif key in NUMBERS and not isinstance(value, int | str):
        message = _("“{key}” must be a number").format(key=key)
        reading.problems.append(_at(path, text, table, key, message, ""))
    elif key in COMMANDS and _is_words(value):
        return
    elif key not in (*SWITCHES, *NUMBERS) and not isinstance(value, str):
        message = _("“{key}” must be a text: put it between quotes").format(key=key)
        reading.problems.append(_at(path, text, table, key, message, ""))


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _unknown(key: str) -> str:
    return _("unknown key “{name}”").format(name=key)


def _at(
    path: Path, text: str, table: str, key: str, message: str, hint: str, code: str = "wrong-type"
) -> Problem:
    """A problem at the line where `key` of `table` stands (tomllib tells no position)."""
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\[\]]+)\]", line)
        if header:
            here = header[1].strip().replace('"', "")
            if here == key or here.startswith(f"{key}."):
                return Problem(message, hint, str(path), number, line.index("[") + 1, code)
        setting = re.match(rf"(\s*)[\"']?{re.escape(key)}[\"']?\s*[=.]", line)
        if setting and here == table:
            return Problem(message, hint, str(path), number, len(setting[1]) + 1, code)
    return Problem(message, hint, str(path), code=code)


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _dotenv(path: Path, reading: _Reading) -> dict[str, str]:
    """The values of `.env`; nothing is put into the environment of this process."""
    from io import StringIO

    from dotenv.parser import parse_stream

    text = read_text(path, reading.problems) or ""
    variables: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        # A cut line is often a secret: only its number is told.
        if binding.error:
            blank = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
            line = binding.original.line + binding.original.string[:blank].count("\n")
            reading.problems.append(
                Problem(
                    _("this line is not of the form NAME=value"),
                    _("put the value between single quotes"),
                    str(path),
                    line,
                    code="dotenv",
                )
            )
        elif binding.key:
            variables[binding.key] = binding.value or ""
    known = (*environment_names().values(), *ELSEWHERE)
    for name in variables:
        if name.startswith("WIKIFARM_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = _("did you mean “{word}”?").format(word=near[0]) if near else ""
            message = _("{file}: {name} is not a setting of wikifarm.").format(file=path, name=name)
            reading.warnings.append(f"{message} {hint}".strip())
    values = _from_names(variables)
    if any(values.get(key) for key in (*SECRETS, *list_secrets())):
        _warn_if_readable(path, reading)
    return values


def _from_names(names: Mapping[str, str]) -> dict[str, str]:
    return {key: names[name] for key, name in environment_names().items() if names.get(name)}


def _section_table(document: Mapping[str, Any]) -> dict[str, str]:
    """The sections other than those of farms, each key as "section.key"."""
    return {
        f"{section}.{key}": value
        for section in sections()
        for key, value in _as_text(dict(_items(document.get(section)))).items()
    }


def _warn_if_readable(path: Path, reading: _Reading) -> None:
    import os

    if os.name == "posix" and path.stat().st_mode & 0o077:
        reading.warnings.append(
            _(
                "{file} holds a password, and other accounts of this computer can read it. "
                "To close it: chmod 600 {file}"
            ).format(file=path)
        )


# -- which farm -----------------------------------------------------------------------------


def _farm_table(
    flags: Flags, document: Mapping[str, Any], path: Path | None, reading: _Reading
) -> dict[str, str]:
    """The table of the file that speaks of the farm asked for, as texts."""
    farms = {name: table for name, table in _items(document.get("farms")) if table}
    default = document.get("farm")
    if _is_address(flags.farm):
        wanted = _base(flags.farm)
        for table in (default or {}, *farms.values()):
            if _base(table.get("url")) == wanted:
                return _as_text(table)
        return {}
    if flags.farm:
        if flags.farm not in farms:
            reading.problems.append(_no_such_farm(flags.farm, list(farms), path))
        return _as_text(farms.get(flags.farm, {}))
    if default or len(farms) == 1:
        return _as_text(default or next(iter(farms.values())))
    if farms and flags.one_farm:
        reading.warnings.append(
            _("{file} knows several farms: choose one with --farm ({names}).").format(
                file=path, names=", ".join(sorted(farms))
            )
        )
    return {}


def _no_such_farm(name: str, farms: list[str], path: Path | None) -> Problem:
    if farms and path:
        message = _("{file} knows no farm called “{name}”.").format(file=path, name=name)
        return Problem(message, did_you_mean(name, farms), "--farm", code="unknown-farm")
    message = _("“{name}” is not the address of a farm.").format(name=name)
    if "@" in name:
        message, name = _("This is not the address of a farm."), "ferme.example.org"
    hint = _("Write it in full: --farm https://{name}/").format(name=name.strip("/"))
    return Problem(message, hint, "--farm", code="bad-farm-url")


def _default_url(document: Mapping[str, Any]) -> str:
    farms = [table for _name, table in _items(document.get("farms")) if table]
    default = document.get("farm") or (farms[0] if len(farms) == 1 else {})
    return str(default.get("url", ""))


def _is_address(text: str) -> bool:
    return "://" in text


def _base(url: str | None) -> str:
    return base_url(url) if url and _is_address(url) and not why_not(url) else ""


def _as_text(table: Mapping[str, Any]) -> dict[str, str]:
    def text(value: Any) -> str:
        if isinstance(value, list):
            return shlex.join(map(str, value))
        return str(value).lower() if isinstance(value, bool) else str(value)

    return {key: text(value) for key, value in table.items()}


def _farm(flags: Flags, layers: list[_Layer], reading: _Reading) -> FarmSettings:
    values = [layer.values for layer in layers]
    # A name chosen with --farm is the table's farm, whatever the environment says.
    named = layers[-1].values.get("url", "") if flags.farm and not _is_address(flags.farm) else ""
    url = (flags.farm if _is_address(flags.farm) else named) or _pick(values, "url")
    secrets = {
        key: _secret(key, layers, _base(url), lambda layer: layer.bound_to, reading)
        for key in SECRETS
    }
    insecure = _switch(values, "insecure_skip_tls_verify", reading)
    _warn_if_in_clear(_base(url), reading)
    return FarmSettings(
        url=url,
        admin=_pick(values, "admin") or WIKI_ADMIN,
        password=secrets["password"],
        token=secrets["token"],
        contact=_contact(values, reading),
        verify_tls=not (flags.insecure or insecure),
        vault=_vault(layers, reading),
    )


def _vault(layers: list[_Layer], reading: _Reading) -> VaultSettings:
    """Where the passwords of wikis are; a path is that from the folder of the file that says it."""
    word = _pick([layer.values for layer in layers], "vault").strip().lower()
    if word not in list(VaultKind):
        message = _("{name} must be file, keyring or command: “{value}” is none of them")
        text = message.format(name=FARM_KEYS["vault"], value=word)
        reading.problems.append(Problem(text, code="bad-vault"))
        return VaultSettings()
    needed = {VaultKind.FILE: "vault_file", VaultKind.COMMAND: "vault_command"}.get(VaultKind(word))
    file, identity = _path(layers, "vault_file"), _path(layers, "vault_identity")
    words = _words(_pick([layer.values for layer in layers], "vault_command"), reading)
    if needed and not (file if needed == "vault_file" else words):
        text = _("{name} is missing, which vault = “{value}” needs").format(
            name=FARM_KEYS[needed], value=word
        )
        reading.problems.append(Problem(text, code="bad-vault"))
    return VaultSettings(VaultKind(word), file or Path(), identity, words)


def _words(command: str, reading: _Reading) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError:
        message = _("{name}: a quotation mark is not closed")
        text = message.format(name=FARM_KEYS["vault_command"])
        reading.problems.append(Problem(text, code="bad-vault"))
        return ()


def _warn_if_in_clear(url: str, reading: _Reading) -> None:
    if in_clear(url):
        reading.warnings.append(
            _("{url} is not https: passwords can be read on their way.").format(url=url)
        )


def _secret(
    key: str,
    layers: list[_Layer],
    wanted: str,
    belongs: Callable[[_Layer], str],
    reading: _Reading,
) -> str:
    """The first secret that may go to `wanted`; says which was passed over."""
    for layer in layers:
        if not layer.values.get(key):
            continue
        if belongs(layer) and wanted and belongs(layer) != wanted:
            reading.warnings.append(
                _("{source} holds a secret of {farm}: it was not used for {other}.").format(
                    source=layer.name, farm=belongs(layer), other=wanted
                )
            )
            continue
        return layer.values[key]
    return ""


# -- the list hosts -------------------------------------------------------------------------


def _list_servers(values: Mapping[str, str]) -> dict[str, str]:
    """The address of each list server that these values give."""
    return {
        section: values[f"{section}.url"]
        for section in list_sections()
        if values.get(f"{section}.url")
    }


def _lists(layers: list[_Layer], reading: _Reading) -> ListSettings:
    known = [
        f"{section}.{key}" for section, access in list_sections().items() for key in keys_of(access)
    ]
    values = {key: _pick([layer.values for layer in layers], key) for key in known}
    addresses = [key for key in known if key.endswith("url")]
    for key in (*addresses, *(key for key in known if key.endswith(".web"))):
        _check_address(key, values[key], reading)
    for key in list_secrets():
        values[key] = _list_secret(key, layers, values, reading)
    for url in _list_servers(values).values():
        _warn_if_in_clear(url, reading)
    hosts = {section: _access(section, kind, values) for section, kind in list_sections().items()}
    return ListSettings(hosts.pop("sympa"), hosts)


def _list_secret(
    key: str, layers: list[_Layer], values: Mapping[str, str], reading: _Reading
) -> str:
    section = key.partition(".")[0]
    url = values.get(f"{section}.url", "")
    return _secret(key, layers, url, lambda layer: layer.list_servers.get(section, ""), reading)


def _access(section: str, kind: type, values: Mapping[str, str]) -> Any:
    """What a section says; what it leaves out is as the class has it."""
    given = {setting.name: values[f"{section}.{setting.name}"] for setting in fields(kind)}
    return kind(**{key: value for key, value in given.items() if value})


def _check_address(key: str, url: str, reading: _Reading) -> None:
    # A source of subscribers is an address with a part to fill.
    wrong = why_not(url.replace("{slug}", "slug")) if url else ""
    if wrong:
        name = environment_names()[key]
        reading.problems.append(
            Problem(f"{name}: {wrong}", _("It begins with https://."), code="bad-list-url")
        )


def _with_files(layer: _Layer, reading: _Reading) -> _Layer:
    """The layer with the secrets that it keeps in files of their own."""
    values = dict(layer.values)
    for key in (*SECRETS, *list_secrets()):
        named = values.get(f"{key}_file")
        if not named or values.get(key):
            continue
        path = layer.folder / Path(named).expanduser()
        try:
            values[key] = path.read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as fault:
            reason = of_system(fault) if isinstance(fault, OSError) else _("it is not a text")
            reading.problems.append(
                Problem(
                    _("the file {file} cannot be read ({reason})").format(file=path, reason=reason),
                    _("check {name}").format(name=environment_names()[f"{key}_file"]),
                    layer.name,
                    code="unreadable",
                )
            )
        else:
            _warn_if_readable(path, reading)
    return replace(layer, values=values)


# -- the machines ---------------------------------------------------------------------------


def _inventory(layers: list[_Layer]) -> Path | None:
    """The inventory of Ansible."""
    return _path(layers, "ops.inventory")


def _path(layers: list[_Layer], key: str) -> Path | None:
    """A path, from the folder of the file that names it."""
    for layer in layers:
        if named := layer.values.get(key):
            return layer.folder / Path(named).expanduser()
    return None


# -- single values --------------------------------------------------------------------------


def _pick(values: list[Mapping[str, str]], key: str) -> str:
    return next((layer[key] for layer in values if layer.get(key)), "")


def _other(document: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(document[key]) for key in OTHER_KEYS if key in document}


def _contact(values: list[Mapping[str, str]], reading: _Reading) -> str:
    address = _pick(values, "contact").strip()
    if address and not is_email(address):
        message = _("{name} must be an address, such as contact@example.org: “{value}” is not one")
        words = message.format(name=FARM_KEYS["contact"], value=address)
        hint = _("Give an address of the farm's, not of a person: the farm shows it to anybody.")
        reading.problems.append(Problem(words, hint, code="bad-address"))
    return address


def _switch(values: list[Mapping[str, str]], key: str, reading: _Reading) -> bool:
    word = _pick(values, key).strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    reading.problems.append(
        Problem(_("{name} must be true or false").format(name=FARM_KEYS[key]), code="wrong-type")
    )
    return False


def _number(
    values: list[Mapping[str, str]], key: str, usual: float, wrong: str, reading: _Reading
) -> float:
    word = _pick(values, key).strip()
    if word and not re.fullmatch(r"[0-9]{1,6}", word):
        name = environment_names()[key]
        reading.problems.append(Problem(wrong.format(name=name), code="wrong-type"))
        return usual
    return float(word or usual)


def _language(values: list[Mapping[str, str]], reading: _Reading) -> str:
    code = _pick(values, "lang")[:2].lower()
    if code and code not in LANGUAGES:
        reading.warnings.append(
            _("wikifarm does not speak “{code}”: French and English only.").format(code=code)
        )
        return ""
    return code
