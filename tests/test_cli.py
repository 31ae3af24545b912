"""The command line: one sentence for what went wrong, an exit code for scripts, JSON for other programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

Run = Callable[..., Result]
COMMAND = Path(sys.executable).parent / "cohortbook"
LIBRARY = "The library opens at nine on weekdays and closes at six in the evening."


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line with a data folder of its own."""

    def invoke(*words: str, **environment: str) -> Result:
        runner = CliRunner(env={"COHORTBOOK_DATA": str(tmp_path / "data"), "COHORTBOOK_CONFIG": "", **environment})
        return runner.invoke(main, words, catch_exceptions=False)

    return invoke


@pytest.fixture
def own_knowledge(tmp_path: Path) -> Path:
    """A folder as somebody might have it already: plain text and a page, without any front matter."""
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "opening-hours.txt").write_text(LIBRARY + "\n", "utf-8")
    (folder / "parking.md").write_text("# Parking\n\nYou can park behind the main hall, free of charge.\n", "utf-8")
    return folder


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A settings file whose programs cannot be read."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "small.yaml").write_text("id: small\ntitle: Small\nclock: hourly\n", "utf-8")
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"prompts: {tmp_path / 'prompts'}\n", "utf-8")
    return file


def sentence(result: Result, code: int = 1) -> str:
    """What a command that failed said; fails when it said it as a traceback or on the wrong stream."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


# --- help ----------------------------------------------------------------------------------------------


def test_help_names_every_command_with_one_line(run: Run) -> None:
    """Each line tells a program lead what the command is for."""
    said = run("--help").stdout
    lines = dict(line.split(maxsplit=1) for line in said[said.index("Commands:") :].splitlines()[1:])
    assert set(lines) >= {"demo", "run", "ask", "index", "rehearse", "check", "doctor"}
    assert all(about.endswith(".") for about in lines.values())


@pytest.mark.parametrize("words", [["--help"], ["rehearse", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """No model, no database, no server and no chat library is loaded to print a page of help."""
    script = (
        "import sys\n"
        "from bot.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    heavy = {"torch", "numpy", "faiss", "sqlalchemy", "starlette", "uvicorn", "matplotlib", "pydantic", "discord"}
    assert not loaded & (heavy | {"slack_sdk", "slack_bolt", "sentence_transformers", "transformers"})


def test_the_installed_command_answers() -> None:
    """What pip put beside the interpreter is this command line."""
    done = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("cohortbook, version ")


# --- rehearse --------------------------------------------------------------------------------------------

REHEARSAL = ("rehearse", "leep", "--start", "2027-01-04", "--zone", "America/New_York")


def test_a_rehearsal_prints_every_send_with_its_time_its_reader_and_its_words(run: Run) -> None:
    """A program lead reads a whole program before anybody gets it."""
    result = run(*REHEARSAL)
    assert result.exit_code == 0
    assert "Mon 04 Jan 2027 08:10 (2027-01-04 13:10 UTC) to each member\n  Welcome." in result.stdout
    assert "to the channel" in result.stdout
    assert "to each member who has not answered" in result.stdout


def test_a_rehearsal_as_json_is_a_list_in_order_of_time(run: Run) -> None:
    """Every send names its unit, who gets it, both times and the text."""
    sends = json.loads(run(*REHEARSAL, "--json").stdout)
    assert isinstance(sends, list)
    for one in sends:
        assert {"unit", "recipient", "local", "utc", "text"} <= set(one)
        assert one["text"]
        assert datetime.fromisoformat(one["local"]) == datetime.fromisoformat(one["utc"])
    assert [one["utc"] for one in sends] == sorted(one["utc"] for one in sends)
    assert [one["unit"] for one in sends if one["recipient"] == "each member"] == list(range(9))
    assert len([one for one in sends if one["recipient"] == "the channel"]) == 9


def test_a_rehearsal_keeps_the_wall_clock_over_the_change_to_summer_time(run: Run) -> None:
    """Prompts before and after 14 March come at 08:10, an hour apart in UTC."""
    prompts = [one for one in json.loads(run(*REHEARSAL, "--json").stdout) if one["recipient"] == "each member"]
    locals_ = [datetime.fromisoformat(one["local"]) for one in prompts]
    assert {f"{one:%a %H:%M}" for one in locals_} == {"Mon 08:10"}
    assert prompts[0]["utc"] == "2027-01-04T13:10:00+00:00"
    assert prompts[-1]["utc"] == "2027-04-05T12:10:00+00:00"
    assert all(one.utcoffset() == one.replace(tzinfo=ZoneInfo("America/New_York")).utcoffset() for one in locals_)


def test_a_prompt_with_braces_in_its_words_is_rehearsed_as_written(run: Run, tmp_path: Path) -> None:
    """Program people may write any sign."""
    text = (Path(__file__).parent.parent / "prompts" / "leep.yaml").read_text("utf-8")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "leep.yaml").write_text(text.replace("Welcome. There", "Welcome, {you}. There"), "utf-8")
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"prompts: {tmp_path / 'prompts'}\n", "utf-8")
    assert "Welcome, {you}. There" in run("--config", str(file), *REHEARSAL).stdout


def test_a_program_without_a_calendar_is_rehearsed_unit_by_unit(run: Run) -> None:
    """Nothing is sent by a clock, so there is no time to print, and every prompt can still be read."""
    words = ("rehearse", "ib", "--start", "2027-01-04")
    assert run(*words).stdout.startswith("Unit 1 to each member who asks for it\n  Put two pages side by side")
    sends = json.loads(run(*words, "--json").stdout)
    assert [(one["unit"], one["local"], one["utc"]) for one in sends] == [(unit, None, None) for unit in range(1, 7)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rehearse", "lepe", "--start", "2027-01-04"), "There is no program called lepe. There are: "),
        (
            ("rehearse", "leep", "--start", "2027-01-04", "--zone", "New York"),
            "The zone New York is not known. Use a name such as America/New_York.",
        ),
    ],
)
def test_a_wrong_program_or_zone_is_said_in_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    """With what would be right, and exit code 1."""
    assert sentence(run(*words)).startswith(said)


def test_a_day_that_is_no_day_is_refused(run: Run) -> None:
    """A slip in the words of a command has exit code 2, as everywhere."""
    assert "2027-02-30" in sentence(run("rehearse", "leep", "--start", "2027-02-30"), 2)


# --- settings and content ----------------------------------------------------------------------------------


def test_problems_in_the_settings_are_all_said_and_nothing_starts(run: Run, tmp_path: Path) -> None:
    """Every command that reads settings says the same."""
    file = tmp_path / "cohortbook.yaml"
    file.write_text("prot: 1\nport: high\n", "utf-8")
    for words in (["rehearse", "leep", "--start", "2027-01-04"], ["check"], ["index"]):
        said = sentence(run("--config", str(file), *words))
        assert said.startswith("The settings have problems. Nothing was started.")
        assert len(said.splitlines()) == 3


def test_a_settings_file_that_was_named_must_exist(run: Run, tmp_path: Path) -> None:
    """Also when an environment variable names it."""
    missing = str(tmp_path / "missing.yaml")
    assert "does not exist" in sentence(run("--config", missing, "check"))
    assert "does not exist" in sentence(run("check", COHORTBOOK_CONFIG=missing))


def test_check_says_that_the_content_of_this_checkout_is_well(run: Run) -> None:
    """The programs and entries that are shipped have no problem and need no second look."""
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("All is well: settings, ")
    assert "second look" not in result.stdout


def test_check_says_of_each_unit_what_it_asks_of_people(run: Run) -> None:
    """Its words, its minutes and how easily it reads, beside its title."""
    said = run("check").stdout
    assert "ease: how easily it reads, after Flesch" in said
    week_three = next(line for line in said.splitlines() if line.endswith("  More than one story"))
    assert re.fullmatch(r" +3 +47 +3 +\d\.\d of  5 +\d+  More than one story", week_three)


def test_check_fails_on_what_an_editor_sends_back(run: Run, tmp_path: Path) -> None:
    """Words that take a side are named with their line, and a figure of speech is a remark beside them."""
    text = (Path(__file__).parent.parent / "prompts" / "leep.yaml").read_text("utf-8")
    (tmp_path / "prompts").mkdir()
    altered = text.replace("Who was there?", "Which Republicans were on the table?", 1)
    (tmp_path / "prompts" / "leep.yaml").write_text(altered, "utf-8")
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"prompts: {tmp_path / 'prompts'}\n", "utf-8")
    result = run("--config", str(file), "check")
    assert result.exit_code == 1
    assert re.search(r'leep\.yaml:\d+: units\[1\]\.prompt: "Republicans" takes or names a side', result.stdout)
    assert re.search(r'units\[1\]\.prompt: "on the table" .+ \(worth a second look\)', result.stdout)
    assert result.stderr.strip() == "1 to mend. Nothing was changed."


def test_check_lists_every_problem_with_file_and_line_and_fails(run: Run, broken: Path) -> None:
    """A script that runs it before a deployment stops here."""
    result = run("--config", str(broken), "check")
    assert result.exit_code == 1
    assert "prompts/small.yaml:3: clock:" in result.stdout
    assert result.stderr.strip().endswith("to mend. Nothing was changed.")


def test_a_rehearsal_of_broken_programs_says_what_is_broken(run: Run, broken: Path) -> None:
    """The same lines as check, and exit code 1."""
    said = sentence(run("--config", str(broken), "rehearse", "small", "--start", "2027-01-04"))
    assert "prompts/small.yaml:3: clock:" in said


@pytest.mark.model
def test_doctor_says_what_works_and_what_to_do_about_the_rest(
    run: Run, tmp_path: Path, broken: Path, index_folder: Path
) -> None:
    """All well is exit code 0; one thing to mend is 1, and the others are still looked at."""
    file = tmp_path / "well.yaml"
    file.write_text("facilitators: [web/playground/imani]\n", "utf-8")
    well = run("--config", str(file), "doctor", COHORTBOOK_INDEX=str(index_folder))
    assert well.exit_code == 0, well.output
    assert {line.split()[0] for line in well.stdout.splitlines()} == {"ok"}
    ill = run("--config", str(broken), "doctor", COHORTBOOK_INDEX=str(tmp_path / "nowhere"))
    assert ill.exit_code == 1
    lines = [line for line in ill.stdout.splitlines() if line.startswith("mend")]
    assert len(lines) == 3
    assert "name the first facilitator in cohortbook.yaml" in lines[0]
    assert "cohortbook index" in lines[1]
    assert "`cohortbook check` lists them" in lines[2]


def test_doctor_says_what_is_wrong_with_the_settings(run: Run, tmp_path: Path) -> None:
    """It does not stop before it can help."""
    file = tmp_path / "cohortbook.yaml"
    file.write_text("prot: 1\n", "utf-8")
    result = run("--config", str(file), "doctor")
    assert result.exit_code == 1
    assert "prot: there is no such setting" in result.stdout


# --- index and ask -----------------------------------------------------------------------------------------


@pytest.mark.model
def test_index_says_how_much_it_holds_and_when_there_is_nothing_to_do(run: Run, index_folder: Path) -> None:
    """A second build of the same content encodes nothing."""
    result = run("index", COHORTBOOK_INDEX=str(index_folder))
    assert result.exit_code == 0
    assert result.stdout.startswith("The index is up to date: ")


@pytest.mark.model
def test_a_question_as_json_names_its_band_and_its_passages(run: Run, index_folder: Path) -> None:
    """So many passages as were asked for, best first, each with where it stands."""
    question = "What is targeted universalism?"
    result = run("ask", question, "-k", "2", "--json", COHORTBOOK_INDEX=str(index_folder))
    found = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(found) == {"question", "band", "passages", "elapsed_ms"}
    assert (found["question"], found["band"], len(found["passages"])) == (question, "answer", 2)
    for one in found["passages"]:
        assert set(one) == {"entry", "title", "heading", "text", "source_url", "score"}
    assert found["passages"][0]["entry"] == "fw-targeted-universalism"
    assert found["passages"][0]["score"] >= found["passages"][1]["score"]
    assert found["elapsed_ms"] > 0


@pytest.mark.model
def test_a_question_without_an_answer_brings_no_passages(run: Run, index_folder: Path) -> None:
    """The terminal says so, too, and points to a person."""
    question = "How do I bake sourdough bread in a cast iron pot?"
    found = json.loads(run("ask", question, "--json", COHORTBOOK_INDEX=str(index_folder)).stdout)
    assert (found["band"], found["passages"]) == ("none", [])
    said = run("ask", question, COHORTBOOK_INDEX=str(index_folder)).stdout
    assert said.startswith("I do not have an answer to that. Please ask a person")


@pytest.mark.model
def test_any_folder_of_texts_can_be_asked(run: Run, own_knowledge: Path) -> None:
    """An entry is called after its file, and asking leaves the folder as it was."""
    before = sorted(own_knowledge.iterdir())
    ask = ("ask", "When does the library open?", "--knowledge", str(own_knowledge))
    found = json.loads(run(*ask, "--json").stdout)
    assert {one["entry"] for one in found["passages"]} <= {"opening-hours", "parking"}
    assert (found["passages"][0]["entry"], found["passages"][0]["text"]) == ("opening-hours", LIBRARY)
    again = run(*ask, "--json")
    assert json.loads(again.stdout)["passages"] == found["passages"]
    assert "Building" not in again.stderr
    assert sorted(own_knowledge.iterdir()) == before


@pytest.mark.parametrize("words", [("-k", "0"), ("--knowledge", "/nowhere/at/all")])
def test_a_number_or_folder_that_cannot_be_is_refused_before_anything_is_loaded(
    run: Run, words: tuple[str, ...]
) -> None:
    """A slip in the words of a command has exit code 2."""
    assert words[1] in sentence(run("ask", "What is equity?", *words), 2)
