"""The French words: all there, up to date, well typed, and spoken when they should be.

The compiled catalogue is made in a temporary folder: a checkout has none until it is installed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wikifarm import i18n
from wikifarm.cli.app import build
from wikifarm.cli.main import run
from wikifarm.i18n import _, chosen_language, in_language, ngettext, speak
from wikifarm.reasons import of_reader, of_system

SOURCE = Path(__file__).parent.parent / "src" / "wikifarm"
FRENCH = SOURCE / "locale" / "fr" / "LC_MESSAGES" / "wikifarm.po"
KEYWORDS = {"_": None, "ngettext": (1, 2)}
NO_BREAK = "\N{NO-BREAK SPACE}"

Id = str | tuple[str, ...]


def in_source() -> set[Id]:
    """What pybabel finds."""
    found: set[Id] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(SOURCE, keywords=KEYWORDS):
        found.add(message if isinstance(message, str) else tuple(message))
    return found


def called() -> Iterator[tuple[str, Id | None]]:
    """Every call of `_` and `ngettext`, as Python reads it: (place, what is translated)."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in KEYWORDS:
                continue
            wanted = node.args[:2] if node.func.id == "ngettext" else node.args[:1]
            texts = tuple(
                one.value
                for one in wanted
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            place = f"{path.relative_to(SOURCE)}:{node.lineno}"
            whole = len(texts) == len(wanted)
            yield place, (texts if len(texts) > 1 else texts[0]) if whole else None


def read() -> Catalog:
    with FRENCH.open("rb") as file:
        return read_po(file)


CATALOGUE = read()
MESSAGES = [message for message in CATALOGUE if message.id]


def texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]  # type: ignore[attr-defined]


def key(message: Message) -> Id:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def prose(text: str) -> str:
    """The text without what is code: backquoted, between « » (a sign, a key), addresses, names."""
    bare = re.sub(r"`[^`]*`|«[^»]*»|https?:\S*|\{[^{}]*\}", "X", text)
    return re.sub(r"\bWIKIFARM_\w+(=\S+)?", "X", bare)


# -- complete -------------------------------------------------------------------------------


def test_every_sentence_of_the_code_can_be_extracted() -> None:
    """pybabel passes over what stands in an f-string, and over what is not a literal."""
    found = in_source()
    assert [place for place, message in called() if message is None or message not in found] == []


def test_the_catalogue_holds_the_sentences_of_the_code_and_no_other() -> None:
    wanted = in_source()
    held = {key(message) for message in MESSAGES}
    assert wanted - held == set(), "see docs/translations.md"
    assert held - wanted == set(), "see docs/translations.md"
    assert CATALOGUE.obsolete == {}


def test_every_sentence_has_its_french() -> None:
    for message in MESSAGES:
        assert not message.fuzzy, message.id
        forms = texts(message.string)
        assert len(forms) == len(texts(message.id)), message.id
        assert all(one.strip() or message.id == ": " for one in forms), message.id


def test_no_path_of_a_computer_is_in_the_catalogue() -> None:
    assert {
        place for message in MESSAGES for place, _line in message.locations if place[0] == "/"
    } == set()


def test_zero_is_singular_in_french() -> None:
    assert CATALOGUE.num_plurals == 2
    assert CATALOGUE.plural_expr == "(n > 1)"


# -- faithful -------------------------------------------------------------------------------


def placeholders(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _kind in Formatter().parse(text) if name is not None)


def the_same_values_go_in(message: Message) -> None:
    wanted = placeholders(texts(message.id)[-1])
    for form in texts(message.string):
        assert placeholders(form) == wanted


def the_same_ends_and_lines(message: Message) -> None:
    """A prompt keeps its final space, a sentence its full stop, a comment its lines."""
    for form in texts(message.string):
        original = texts(message.id)[-1]
        assert form.count("\n") == original.count("\n")
        assert form.endswith(" ") == original.endswith(" ")
        assert form.endswith(".") == original.endswith(".")


def what_is_typed_stays_as_it_is(message: Message) -> None:
    """Options, settings and files of the English are in the French."""
    names = re.compile(
        r"--[a-z]+(?:-[a-z]+)*|WIKIFARM_[A-Z_]+|\b[\w]+\.(?:toml|env)\b|\b\w+/(?=[\s.,;]|$)"
    )
    for form in texts(message.string):
        assert sorted(names.findall(form)) == sorted(names.findall(texts(message.id)[-1]))


# -- typography -----------------------------------------------------------------------------


def french_typography(message: Message) -> None:
    for form in texts(message.string):
        bare = re.sub(r"`[^`]*`", "X", form)
        assert "'" not in bare, "the apostrophe is ’"
        assert not re.search(r"[“”]", form), "the quotation marks are « »"
        assert not re.search(r" [:;?!»]|« ", bare), "a no-break space"
        assert not re.search(rf"«[^{NO_BREAK}]|[^{NO_BREAK}]»", form), (
            "« and » hold no-break spaces"
        )
        assert not re.search(r"\w[:;?!](\s|$)", prose(form)), "a no-break space before : ; ? !"
        assert not re.search(r"  ", form), "two spaces"
        assert not re.search(r"\b(tu|ton|tes|toi)\b", form.lower()), "vous"


@pytest.mark.parametrize(
    "check",
    [
        the_same_values_go_in,
        the_same_ends_and_lines,
        what_is_typed_stays_as_it_is,
        french_typography,
    ],
)
def test_every_sentence_is_well_said(check: Callable[[Message], None]) -> None:
    """All of them in one test: thousands of tests take longer to begin than to run."""
    wrong = {}
    for message in MESSAGES:
        try:
            check(message)
        except AssertionError as fault:
            wrong[key(message)] = str(fault)
    assert wrong == {}


# -- spoken ---------------------------------------------------------------------------------


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalogue as an installation has it."""
    target = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "wikifarm.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, CATALOGUE)
    monkeypatch.setattr(i18n, "_LOCALES", tmp_path / "locale")
    speak("en")
    yield
    speak("en")


@pytest.mark.usefixtures("compiled")
def test_it_speaks_french_and_english() -> None:
    speak("fr")
    assert _("No farm is given.") == "Aucune ferme n’est indiquée."
    speak("en")
    assert _("No farm is given.") == "No farm is given."


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 communauté"), (1, "1 communauté"), (2, "2 communautés")]
)
def test_plurals(number: int, said: str) -> None:
    speak("fr")
    assert ngettext("{count} community", "{count} communities", number).format(count=number) == said


@pytest.mark.usefixtures("compiled")
def test_what_goes_to_a_wiki_is_in_the_community_s_language() -> None:
    speak("en")
    assert in_language("fr")("Facilitation of {name}").startswith("Animation")
    speak("fr")
    assert in_language("en")("Facilitation of {name}").startswith("Facilitation")
    assert _("pages") == "pages"


def test_without_a_compiled_catalogue_it_speaks_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "_LOCALES", tmp_path)
    speak("fr")
    assert _("No farm is given.") == "No farm is given."


@pytest.mark.parametrize(
    ("option", "environ", "spoken"),
    [
        ("en", {"WIKIFARM_LANG": "fr", "LANG": "fr_FR.UTF-8"}, "en"),
        ("EN", {}, "en"),
        (None, {"WIKIFARM_LANG": "en", "LC_ALL": "fr_FR.UTF-8"}, "en"),
        (None, {"LC_ALL": "en_GB.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "en_GB.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        (None, {"LANG": "en_US.UTF-8"}, "en"),
        (None, {"LANG": "fr_BE.UTF-8"}, "fr"),
        (None, {"LANG": "C.UTF-8"}, "fr"),
        (None, {"LANG": "de_DE.UTF-8"}, "fr"),
        (None, {"WIKIFARM_LANG": "de", "LANG": "en_US.UTF-8"}, "en"),
        (None, {"WIKIFARM_LANG": "", "LC_ALL": "", "LANG": ""}, "fr"),
        (None, {}, "fr"),
    ],
)
def test_the_language_chosen(option: str | None, environ: dict[str, str], spoken: str) -> None:
    assert chosen_language(option, environ) == spoken


# -- on the command line --------------------------------------------------------------------

ENGLISH_WORDS = re.compile(
    r"\b(the|is|are|Show|Usage:|Options:|Arguments:|Commands:|this|default|required)\b|x[<>]="
)


def commands(group: Any, name: str = "") -> Iterator[str]:
    yield name
    for word, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {word}".strip())


COMMANDS = tuple(commands(typer.main.get_command(build())))


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_is_whole_in_both_languages(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command.split(), "--help", "--lang", "fr"]) == 0
    french = capsys.readouterr().out
    assert f"Usage{NO_BREAK}: " in french
    assert ENGLISH_WORDS.findall(french) == []
    assert run([*command.split(), "--help", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert english.startswith("Usage: ")
    assert not re.search(r"[éèêàç«»·]", english)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plna", "Il n’y a pas de commande « plna »."),
        ("plan --onyl x", "Il n’y a pas d’option --onyl."),
        ("plan --only", "--only attend une valeur."),
        ("demo --port douze", "--port : un nombre entier de 0 à 65535 est attendu"),
        ("list un mot", "Trop de mots : « un mot »."),
        ("list seul", "Trop de mots : « seul »."),
        ("credentials", "ADRESSE manque."),
        ("blueprint", "Il manque une commande."),
    ],
)
def test_mistakes_are_told_in_french(
    line: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIKIFARM_LANG", "fr")
    assert run(line.split()) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("Erreur : ".replace(" :", f"{NO_BREAK}:"))
    assert said in shown.replace(NO_BREAK, " ")


# -- reasons that come in English -----------------------------------------------------------


@pytest.mark.usefixtures("compiled")
def test_reasons_of_the_system(tmp_path: Path) -> None:
    speak("fr")
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "absent").read_text("utf-8")
    assert of_system(missing.value) == "ce fichier ou ce dossier n’existe pas"
    assert (
        of_system(OSError(40, "Too many levels of symbolic links")) == "ses liens tournent en rond"
    )
    assert of_system(OSError(9999, "Odd thing")) == "Odd thing"
    assert of_system(ValueError("x")) == "ValueError"


@pytest.mark.parametrize(
    "text",
    ["a: b: c\n", "a: [1\n", "a: 'b\n", "a:\n\t- b\n", "a: 1\n b: 2\nc\n", 'a: "\\q"\n', "a: @b\n"],
)
def test_reasons_of_the_yaml_reader_are_ours(text: str) -> None:
    from wikifarm.blueprint.sources import parse_yaml
    from wikifarm.errors import Problem

    problems: list[Problem] = []
    parse_yaml(text, "a.yml", problems)
    assert not re.search(r"expected|found|mapping values|scanning", problems[0].message), problems


@pytest.mark.parametrize(
    "text",
    ["[farm\n", "url = x\n", "url\n", 'url = "x\n', "url = 1 2\n", "a = 1\na = 2\n", "= 1\n"],
)
def test_reasons_of_the_toml_reader_are_ours(text: str) -> None:
    import tomllib

    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    raw = re.sub(r" \(at .*", "", str(caught.value))
    assert of_reader(raw) != raw
