"""Adding to the knowledge base from the terminal: found at once, named when it could not be read, never lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from index.encoder import MiniLM
from index.search import open_index
from tests.index.intake import files

pytestmark = pytest.mark.model
Run = Callable[..., Result]
QUESTION = "on which day does the choir practise?"


@pytest.fixture
def data(tmp_path: Path, index_folder: Path) -> Path:
    """A data folder whose index is that of the shipped entries, so that only what is added is encoded."""
    import shutil

    shutil.copytree(index_folder, tmp_path / "data" / "index")
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    def invoke(*words: str) -> Result:
        runner = CliRunner(env={"COHORTBOOK_DATA": str(data), "COHORTBOOK_CONFIG": ""})
        return runner.invoke(main, words, catch_exceptions=False)

    return invoke


def test_a_folder_becomes_entries_that_a_running_search_finds(run: Run, data: Path, tmp_path: Path) -> None:
    """A file that cannot be read is named with its reason, and the others are in."""
    running = open_index(data / "index", MiniLM())
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "choir.md").write_text("# The choir\n\nThe choir practises on Thursday evenings.\n", "utf-8")
    (folder / "rooms.pdf").write_bytes(files.pdf("The music room is on the second floor.", title="Rooms"))
    (folder / "scan.pdf").write_bytes(files.pdf(""))
    added = run("knowledge", "add", str(folder))
    assert added.exit_code == 1
    assert "added as the-choir (The choir)" in added.stdout
    assert "added as rooms (Rooms)" in added.stdout
    assert "scan.pdf: it holds pictures of text" in added.stderr
    assert "1 of 3 could not be added" in added.stderr
    running = running.refresh()
    assert running.search(QUESTION).passages[0].quote == "The choir practises on Thursday evenings."
    assert running.search("where is the music room?").passages[0].heading == "Page 1"
    assert running.search("what is targeted universalism?").passages[0].entry == "fw-targeted-universalism"


def test_nothing_of_the_same_id_is_written_over_by_accident(run: Run, tmp_path: Path) -> None:
    """With --replace it is, and the list says so."""
    (tmp_path / "choir.md").write_text("# The choir\n\nThe choir practises on Thursday evenings.\n", "utf-8")
    run("knowledge", "add", str(tmp_path / "choir.md"))
    (tmp_path / "choir.md").write_text("# The choir\n\nThe choir practises on Mondays.\n", "utf-8")
    refused = run("knowledge", "add", str(tmp_path / "choir.md"))
    assert refused.exit_code == 1
    assert "There is an entry the-choir already." in refused.stderr
    assert "Thursday" in run("ask", QUESTION).stdout
    assert run("knowledge", "add", "--replace", str(tmp_path / "choir.md")).exit_code == 0
    assert "Mondays" in run("ask", QUESTION).stdout
    assert "the-choir" in run("knowledge", "list").stdout


def test_a_retired_entry_is_no_answer_any_more(run: Run) -> None:
    """Until it is brought back."""
    assert "Targeted" in run("ask", "targeted universalism").stdout
    run("knowledge", "retire", "fw-targeted-universalism")
    assert "fw-targeted-universalism" in run("knowledge", "list").stdout
    assert "Targeted Universalism: Policy" not in run("ask", "targeted universalism").stdout.split("\n")[0]
    run("knowledge", "bring-back", "fw-targeted-universalism")
    assert run("knowledge", "checked", "fw-targeted-universalism").exit_code == 0


def test_web_pages_are_switched_off_until_the_settings_say_so(run: Run) -> None:
    """And nothing is asked of the network."""
    refused = run("knowledge", "add", "https://example.org/page")
    assert refused.exit_code == 1
    assert "Set `web_pages: true`" in refused.stderr


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    """In one sentence."""
    refused = run("knowledge", "add", str(tmp_path / "nothing.pdf"))
    assert refused.exit_code == 1
    assert "it cannot be read (No such file or directory)" in refused.stderr
    assert "Traceback" not in refused.output
