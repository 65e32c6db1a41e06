"""Settings: who wins, what is refused, and where secrets may go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from wikifarm.errors import InvalidInput
from wikifarm.operations.workplace.context import PATIENCE
from wikifarm.operations.workplace.settings import Flags, Settings, load
from wikifarm.operations.workplace.vault import VaultKind, VaultSettings


@pytest.fixture(autouse=True)
def english() -> None:
    from wikifarm.i18n import speak

    speak("en")


def read(folder: Path, flags: Flags | None = None, **environ: str) -> Settings:
    return load(flags or Flags(), folder, environ, config=folder / "config")


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def problems(folder: Path, flags: Flags | None = None, **environ: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read(folder, flags, **environ)
    return [(one.code, one.where) for one in caught.value.problems]


def test_nothing_at_all(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.farm.url == ""
    assert found.farm.verify_tls
    assert found.warnings == ()


def test_flags_win_over_environment_over_dotenv_over_file(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", '[farm]\nurl = "https://file/"\ncontact = "file@x.org"\n'
          'admin = "FromFile"\n')  # fmt: skip
    write(tmp_path / ".env", "WIKIFARM_FARM_URL=https://dotenv/\nWIKIFARM_FARM_ADMIN=FromDotenv\n")
    assert read(tmp_path).farm.url == "https://dotenv/"
    assert read(tmp_path).farm.admin == "FromDotenv"
    assert read(tmp_path).farm.contact == "file@x.org"
    assert read(tmp_path, WIKIFARM_FARM_URL="https://env/").farm.url == "https://env/"
    flags = Flags(farm="https://flag/")
    assert read(tmp_path, flags, WIKIFARM_FARM_URL="https://env/").farm.url == "https://flag/"


def test_the_file_of_the_user_is_read_where_there_is_none_here(tmp_path: Path) -> None:
    write(tmp_path / "config" / "wikifarm.toml", '[farm]\nurl = "https://mine/"\n')
    assert read(tmp_path).farm.url == "https://mine/"
    write(tmp_path / "wikifarm.toml", '[farm]\nadmin = "Here"\n')
    assert read(tmp_path).farm.url == ""


def test_dotenv_values_are_literal_and_stay_out_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    monkeypatch.delenv("WIKIFARM_FARM_PASSWORD", raising=False)
    write(tmp_path / ".env", "WIKIFARM_FARM_PASSWORD='a$HOME ${X} #1'\n")
    assert read(tmp_path).farm.password == "a$HOME ${X} #1"
    assert "WIKIFARM_FARM_PASSWORD" not in os.environ


def test_a_secret_of_one_farm_never_goes_to_another(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", '[farm]\nurl = "https://a.org/"\ntoken = "of-a"\n')
    write(tmp_path / ".env", "WIKIFARM_FARM_PASSWORD=of-a-too\n")
    same = read(tmp_path, Flags(farm="https://a.org"))
    assert (same.farm.password, same.farm.token) == ("of-a-too", "of-a")
    other = read(tmp_path, Flags(farm="https://b.org/"))
    assert (other.farm.password, other.farm.token) == ("", "")
    assert "https://a.org/" in other.warnings[0]
    assert "of-a-too" not in "".join(other.warnings)
    given = read(tmp_path, Flags(farm="https://b.org/"), WIKIFARM_FARM_PASSWORD="of-b")
    assert given.farm.password == "of-b"


def test_named_farms(tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", "from a file\n")
    write(
        tmp_path / "wikifarm.toml",
        '[farm]\nurl = "https://a.org/"\npassword = "a"\n\n[farms.infini]\n'
        'url = "https://infini.org/"\npassword_file = "secret.txt"\n',
    )
    named = read(tmp_path, Flags(farm="infini"))
    assert named.farm.url == "https://infini.org/"
    assert named.farm.password == "from a file"
    by_url = read(tmp_path, Flags(farm="https://infini.org"))
    assert by_url.farm.password == "from a file"
    named = read(tmp_path, Flags(farm="infini"), WIKIFARM_FARM_URL="https://env.org/")
    assert named.farm.url == "https://infini.org/"
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, Flags(farm="infni"))
    assert caught.value.hint == "did you mean “infini”?"


def test_a_bare_host_is_refused_with_the_whole_address(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, Flags(farm="ferme.example.org"))
    assert "https://ferme.example.org/" in caught.value.hint


def test_secrets_in_files(tmp_path: Path) -> None:
    write(tmp_path / "password", "p w\r\n")
    found = read(tmp_path, WIKIFARM_FARM_PASSWORD_FILE=str(tmp_path / "password"))
    assert found.farm.password == "p w"
    assert problems(tmp_path, WIKIFARM_FARM_TOKEN_FILE=str(tmp_path / "none"))[0][0] == "unreadable"


@pytest.mark.parametrize("name", ["wikifarm.toml", ".env", "password"])
def test_a_secret_that_others_can_read_is_told(tmp_path: Path, name: str) -> None:
    write(tmp_path / "wikifarm.toml", '[farm]\nurl = "https://a.org/"\npassword = "x"\n')
    write(tmp_path / ".env", "WIKIFARM_FARM_PASSWORD=x\n")
    write(tmp_path / "password", "x")
    password = str(tmp_path / "password")
    assert read(tmp_path, WIKIFARM_FARM_PASSWORD_FILE=password).warnings == ()
    (tmp_path / name).chmod(0o644)
    (warning,) = read(tmp_path, WIKIFARM_FARM_PASSWORD_FILE=password).warnings
    assert f"chmod 600 {tmp_path / name}" in warning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[farm]\nurl = https://x\n", ("toml", "wikifarm.toml:2:7")),
        ("[farm\n", ("toml", "wikifarm.toml:1:6")),
        ('[farm]\nulr = "https://x/"\n', ("unknown-key", "wikifarm.toml:2:1")),
        ('[farm]\nurl = "https://x/"\n[fram]\n', ("unknown-key", "wikifarm.toml:3:1")),
        ('[farms.a]\n  pasword = "x"\n', ("unknown-key", "wikifarm.toml:2:3")),
        ("[farm]\nadmin = 3\n", ("wrong-type", "wikifarm.toml:2:1")),
        ("[farm]\nvault = true\n", ("wrong-type", "wikifarm.toml:2:1")),
        ("[farm]\nvault_command = [1]\n", ("wrong-type", "wikifarm.toml:2:1")),
    ],
)
def test_mistakes_of_the_file_have_a_place(
    tmp_path: Path, text: str, expected: tuple[str, str]
) -> None:
    write(tmp_path / "wikifarm.toml", text)
    ((code, where),) = problems(tmp_path)
    assert (code, where) == (expected[0], str(tmp_path / expected[1]))


def test_every_mistake_at_once(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", 'colour = "red"\n[farm]\nulr = "x"\nadmin = 3\n')
    assert len(problems(tmp_path)) == 3


def test_mistakes_of_dotenv(tmp_path: Path) -> None:
    write(tmp_path / ".env", "WIKIFARM_FARM_PASSWRD=x\n")
    assert "WIKIFARM_FARM_PASSWORD" in read(tmp_path).warnings[0]
    write(tmp_path / ".env", "\n'secret without a name\n")
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path)
    assert "secret" not in str(caught.value)
    assert caught.value.where.endswith(".env:2")


def test_switches(tmp_path: Path) -> None:
    assert not read(tmp_path, WIKIFARM_INSECURE_SKIP_TLS_VERIFY="1").farm.verify_tls
    assert read(tmp_path, WIKIFARM_INSECURE_SKIP_TLS_VERIFY="non").farm.verify_tls
    assert not read(tmp_path, Flags(insecure=True)).farm.verify_tls
    assert problems(tmp_path, WIKIFARM_INSECURE_SKIP_TLS_VERIFY="maybe")[0][0] == "wrong-type"


def test_where_the_passwords_of_wikis_are(tmp_path: Path) -> None:
    assert read(tmp_path).farm.vault == VaultSettings()
    write(tmp_path / "wikifarm.toml", '[farm]\nvault = "file"\nvault_file = "team/wikis.age"\n')
    assert read(tmp_path).farm.vault == VaultSettings(
        VaultKind.FILE, tmp_path / "team" / "wikis.age"
    )
    write(
        tmp_path / "wikifarm.toml",
        '[farm]\nvault = "command"\nvault_command = ["pass", "show", "a b/{slug}"]\n',
    )
    vault = read(tmp_path).farm.vault
    assert (vault.kind, vault.command) == (VaultKind.COMMAND, ("pass", "show", "a b/{slug}"))
    given = read(tmp_path, WIKIFARM_VAULT_COMMAND="op read 'op://x y/{slug}'").farm.vault
    assert given.command == ("op", "read", "op://x y/{slug}")


@pytest.mark.parametrize(
    "lines",
    ['vault = "safe"', 'vault = "file"', 'vault = "command"', 'vault_command = "pass \'x"'],
)
def test_a_vault_that_cannot_be_used_is_said_before_anything(tmp_path: Path, lines: str) -> None:
    write(tmp_path / "wikifarm.toml", f"[farm]\n{lines}\n")
    assert problems(tmp_path)[0][0] == "bad-vault"


def test_how_long_another_run_is_waited_for(tmp_path: Path) -> None:
    assert read(tmp_path).patience == PATIENCE
    write(tmp_path / "wikifarm.toml", "wait = 30\n")
    assert read(tmp_path).patience == 30
    assert read(tmp_path, WIKIFARM_WAIT="0").patience == 0
    for words in ("-1", "soon", "1e9", "nan", "9999999"):
        assert problems(tmp_path, WIKIFARM_WAIT=words)[0][0] == "wrong-type"


def test_language_and_state_folder(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", f'lang = "en"\nstate = "{tmp_path}/s"\n')
    assert read(tmp_path).language == "en"
    assert read(tmp_path).state == tmp_path / "s"
    assert read(tmp_path, WIKIFARM_LANG="fr").language == "fr"
    assert read(tmp_path, WIKIFARM_STATE_DIR="/elsewhere").state == Path("/elsewhere")


def test_several_farms_and_none_chosen(tmp_path: Path) -> None:
    write(
        tmp_path / "wikifarm.toml", '[farms.a]\nurl = "https://a/"\n[farms.b]\nurl = "https://b/"'
    )
    found = read(tmp_path)
    assert found.farm.url == ""
    assert "--farm (a, b)" in found.warnings[0]


# -- list servers ---------------------------------------------------------------------------


def test_a_list_server_and_its_secret(tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", "from-a-file\n")
    write(
        tmp_path / "wikifarm.toml",
        '[sympa]\nurl = "https://listes.example.org/sympasoap"\nsecret_file = "secret.txt"\n'
        '[infini]\ncontact = "listes@example.org"\n',
    )
    found = read(tmp_path).lists
    assert found.sympa.secret == "from-a-file"
    assert found.sympa.pages == "https://listes.example.org/sympa"
    assert found.hosts["infini"].contact == "listes@example.org"
    assert "from-a-file" not in repr(found)
    changed = read(tmp_path, WIKIFARM_SYMPA_TEMPLATE="private_working_group").lists
    assert changed.sympa.template == "private_working_group"


def test_the_secret_of_a_list_server_goes_to_no_other(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", '[sympa]\nurl = "https://one.example.org/sympasoap"\n')
    write(tmp_path / ".env", "WIKIFARM_SYMPA_SECRET=of-one\n")
    assert read(tmp_path).lists.sympa.secret == "of-one"
    other = read(tmp_path, WIKIFARM_SYMPA_URL="https://two.example.org/sympasoap")
    assert other.lists.sympa.secret == ""
    assert any("one.example.org" in one for one in other.warnings)


def test_mistakes_about_list_servers(tmp_path: Path) -> None:
    write(tmp_path / "wikifarm.toml", '[sympa]\nurll = "x"\nurl = 3\n[infini]\nurl = "x"\n')
    assert [code for code, _where in problems(tmp_path)] == [
        "unknown-key", "wrong-type", "unknown-key",
    ]  # fmt: skip
    write(tmp_path / "wikifarm.toml", '[sympa]\nurl = "listes.example.org"\n')
    assert [code for code, _where in problems(tmp_path)] == ["bad-list-url"]
    clear = read(tmp_path / "x", WIKIFARM_SYMPA_URL="http://listes.example.org/sympasoap")
    assert any("https" in one for one in clear.warnings)


@pytest.mark.parametrize(
    ("words", "days"), [("[audit]\nmax_age = 7", 7), ('[audit]\nmax_age = "0"', 0), ("", 30)]
)
def test_how_long_an_audit_holds_is_a_number_of_days(words: str, days: int, tmp_path: Path) -> None:
    (tmp_path / "wikifarm.toml").write_text(words)
    assert read(tmp_path).audit_max_age == timedelta(days=days)
    assert read(tmp_path, WIKIFARM_AUDIT_MAX_AGE="3").audit_max_age == timedelta(days=3)


@pytest.mark.parametrize("value", ["true", '"un mois"', "-1", "1.5", "[30]"])
def test_an_age_that_is_none_is_refused(value: str, tmp_path: Path) -> None:
    (tmp_path / "wikifarm.toml").write_text(f"[audit]\nmax_age = {value}")
    assert problems(tmp_path)[0][0] == "wrong-type"
