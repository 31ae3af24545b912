"""Settings: one file, a few variables, every problem at once with its fix, and no secret repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import platforms
from bot.config import CHECKOUT, Settings, load
from bot.errors import SettingsError
from bot.messages import Address

SECRET = "xoxb-1234567890-do-not-print"


def settings(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "cohortbook.yaml"
    file.write_text(text, "utf-8")
    return load(file, environment)


def problems(tmp_path: Path, text: str, **environment: str) -> list[str]:
    """The lines of the refusal after its first; fails when there is none."""
    with pytest.raises(SettingsError) as refusal:
        settings(tmp_path, text, **environment)
    first, *rest = str(refusal.value).splitlines()
    assert first == "The settings have problems. Nothing was started."
    return rest


def test_without_a_file_the_bot_runs_the_playground_here() -> None:
    """Nothing has to be written to begin, and nobody else can reach the page."""
    found = Settings()
    assert found.platforms == {"web": {}}
    assert found.host == "127.0.0.1"
    assert found.index_folder == found.data / "index"
    assert (found.knowledge, found.prompts) == (CHECKOUT / "knowledge", CHECKOUT / "prompts")


def test_an_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    """A file of comments changes nothing."""
    assert settings(tmp_path, "# nothing yet\n") == Settings()


def test_a_file_says_who_makes_cohorts_and_where_the_bot_runs(tmp_path: Path) -> None:
    """What a program lead writes is what the bot reads."""
    found = settings(
        tmp_path,
        "port: 9000\nplatforms: [web]\nfacilitators:\n  - web/playground/imani\nruns_it: Ada at the state office\n",
    )
    assert found.port == 9000
    assert found.first_facilitators == [Address("web", "playground", "person", "imani")]
    assert found.runs_it == "Ada at the state office"


def test_every_problem_is_named_at_once_with_its_fix(tmp_path: Path) -> None:
    """Whoever sets the bot up mends the file in one go."""
    found = problems(
        tmp_path,
        "prot: 9000\nport: ninety\nplatforms: [slak]\nfacilitators: [imani]\n",
    )
    assert len(found) == 4
    said = "\n".join(found)
    assert "prot: there is no such setting; allowed: data, database" in said
    assert "port: Input should be a valid integer" in said
    assert f"platforms: no platform is called slak; allowed: {', '.join(platforms.names())}" in said
    assert "facilitators: a person is written platform/workspace/person" in said


@pytest.mark.parametrize("port", ["-1", "65536", "80.5", '""'])
def test_a_port_that_cannot_be_is_refused(tmp_path: Path, port: str) -> None:
    """From 0, which takes any free one, to 65535."""
    (only,) = problems(tmp_path, f"port: {port}\n")
    assert "port: " in only


@pytest.mark.parametrize("person", ["imani", "web/imani", "web//imani", "web/playground/imani/extra", "/"])
def test_a_facilitator_who_is_not_an_address_is_refused(tmp_path: Path, person: str) -> None:
    """The message shows how a person is written."""
    (only,) = problems(tmp_path, f"facilitators: ['{person}']\n")
    assert "for example web/playground/imani" in only


def test_a_key_that_is_given_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    """Silently taking the last of two is how a right ends up with the wrong person."""
    (only,) = problems(tmp_path, "port: 9000\nhost: 127.0.0.1\nport: 9001\n")
    assert "cohortbook.yaml:3: port: is given twice; the first is in line 1" in only


@pytest.mark.parametrize("text", ["- web\n", "just words\n"])
def test_a_file_that_is_no_list_of_settings_is_refused(tmp_path: Path, text: str) -> None:
    """The message says what the file should look like."""
    (only,) = problems(tmp_path, text)
    assert "must be a list of `key: value` lines" in only


def test_text_that_is_not_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    """A colon too many is the usual slip."""
    (only,) = problems(tmp_path, "runs_it: Ada: at the office\n")
    assert "cohortbook.yaml:1: this is not YAML" in only


@pytest.mark.parametrize(
    "text",
    [
        f"slack_token: {SECRET}\n",
        f"port: {SECRET}\n",
        f"host: 127.0.0.1\nhost: {SECRET}\n",
        f"facilitators: ['{SECRET}']\n",
        f"platforms: {SECRET}\n",
        f"platforms: {{web: {SECRET}}}\n",
        f"platforms: [{SECRET}]\n",
        f"data: [{SECRET}]\n",
        f"{SECRET}\n",
        f"runs_it: x: {SECRET}\n",
        f"contacts: {SECRET}\n",
        f"slack: {{token: {SECRET}}}\n",
    ],
)
def test_a_value_is_never_repeated_in_a_message(tmp_path: Path, text: str) -> None:
    """A token in the wrong place does not end up in a log."""
    assert SECRET not in "\n".join(problems(tmp_path, text))


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    """A container sets its folders and port without a file of its own; an empty variable sets nothing."""
    found = settings(
        tmp_path,
        "port: 9000\nhost: 127.0.0.1\ndata: here\n",
        COHORTBOOK_PORT="9001",
        COHORTBOOK_DATA="/srv/there",
        COHORTBOOK_INDEX="/srv/index",
        COHORTBOOK_HOST="",
    )
    assert (found.port, found.data, found.index_folder) == (9001, Path("/srv/there"), Path("/srv/index"))
    assert found.host == "127.0.0.1"


def test_a_bad_value_from_the_environment_is_named_by_its_variable(tmp_path: Path) -> None:
    """The file is not blamed for what it does not say."""
    (only,) = problems(tmp_path, "", COHORTBOOK_PORT="ninety")
    assert only.startswith("COHORTBOOK_PORT: ")


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_file_that_was_named_must_exist(tmp_path: Path, way: str) -> None:
    """A typing error in a path does not start a bot with other settings."""
    missing = tmp_path / "missing.yaml"
    with pytest.raises(SettingsError, match="this settings file does not exist"):
        load(missing, {}) if way == "option" else load(None, {"COHORTBOOK_CONFIG": str(missing)})


def test_a_file_that_cannot_be_read_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    """A folder in its place, or bytes that are not text, are said in a sentence."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, {})
    (tmp_path / "cohortbook.yaml").write_bytes(b"runs_it: Jos\xe9\n")
    with pytest.raises(SettingsError, match="save the file as UTF-8"):
        load(tmp_path / "cohortbook.yaml", {})


def test_settings_do_not_change_while_the_bot_runs() -> None:
    """What was read at the start holds."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_key_and_the_keyring_have_places_without_a_setting(tmp_path: Path) -> None:
    """In the data folder, in no database's backup."""
    places = settings(tmp_path, "data: /srv/cohortbook\n").key_places
    assert places.key_file == Path("/srv/cohortbook/key/cohortbook.key")
    assert places.keyring_file == Path("/srv/cohortbook/keyring.sqlite")


def test_the_key_comes_from_a_file_or_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    """Whoever prints the settings sees neither it nor the way to the keyring."""
    found = settings(
        tmp_path, "key_file: /run/key\n", COHORTBOOK_KEY=SECRET, COHORTBOOK_KEYRING=f"postgresql://u:{SECRET}@h/k"
    )
    assert found.key_places.key == SECRET
    assert found.key_places.keyring == f"postgresql+psycopg://u:{SECRET}@h/k"
    assert found.key_places.keyring_file is None
    assert SECRET not in f"{found!r} {found.key_places!r}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"key: {SECRET}\n", "key: a key does not belong in this file; put it in a file of its own (key_file)"),
        ("keyring: mysql://h/k\n", "keyring: must be postgresql://"),
        ("database: postgresql://h/k\nkeyring: postgres://h/k\n", "keyring: must be another database than `database`"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_without_repeating_it(tmp_path: Path, text: str, said: str) -> None:
    """Settings files are copied and shown; a backup of the data must not hold the keyring."""
    (found,) = problems(tmp_path, text)
    assert said in found
    assert SECRET not in found
