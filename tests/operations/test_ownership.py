"""One process owns a SQLite file, and whoever comes second learns who it is."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import control
from bot.errors import CohortbookError
from bot.store import ownership

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)

HOLD = """
import sys
from pathlib import Path
from bot.store import ownership
ownership.take(Path(sys.argv[1]), "run")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    """Its command, number, machine and start are told, and that nothing was changed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(ownership.Owned) as refusal:
            ownership.take(tmp_path, "backup")
        first.communicate("")
    told = str(refusal.value)
    assert f"`cohortbook run`, process {first.pid} on {socket.gethostname()}, running since 2" in told
    assert "Nothing was changed" in told


def test_the_sudden_end_of_the_owner_frees_the_file(tmp_path: Path) -> None:
    """Nobody has to remove a lock by hand after a crash."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
    assert (tmp_path / "cohortbook.lock").read_text() != ""
    with ownership.take(tmp_path, "run") as owned:
        assert owned.note.pid == os.getpid()


def test_one_who_was_refused_leaves_the_owners_name_as_it_was(tmp_path: Path) -> None:
    """The third learns the same as the second."""
    with ownership.take(tmp_path, "run", lambda: NOW) as first:
        for _ in range(2):
            with pytest.raises(ownership.Owned) as refusal:
                ownership.take(tmp_path, "demo")
            assert refusal.value.note == first.note
    assert first.note.started == "2027-01-04 13:10:00 UTC"


def test_released_means_free(tmp_path: Path) -> None:
    """Also when it is released twice."""
    first = ownership.take(tmp_path, "run")
    first.release()
    first.release()
    ownership.take(tmp_path, "run").release()


async def echo(asked: object) -> control.Answer:
    return {"asked": asked}


async def test_the_door_is_for_the_owners_user_alone(tmp_path: Path) -> None:
    """Nobody else on the machine may ask the bot for a copy."""
    with ownership.take(tmp_path, "run") as owned:
        door = control.Door(tmp_path, {})
        await door.open(owned)
        mode = door.path.stat().st_mode
        await door.close()
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


async def test_who_asks_at_the_door_gets_an_answer(tmp_path: Path) -> None:
    """What was asked comes back with the answer, in one line of JSON."""
    import asyncio

    with ownership.take(tmp_path, "run") as owned:
        door = control.Door(tmp_path, {"echo": echo})
        await door.open(owned)
        pong = await asyncio.to_thread(control.ask, tmp_path, "ping")
        said = await asyncio.to_thread(control.ask, tmp_path, "echo", file="ʻohana\n公平")
        await door.close()
    assert pong == {"pid": os.getpid()}
    assert said == {"asked": {"do": "echo", "file": "ʻohana\n公平"}}


async def test_what_cannot_be_done_is_said_and_the_door_stays_open(tmp_path: Path) -> None:
    """A command of another release, no JSON at all, a fault of our own: each gets a sentence."""
    import asyncio

    async def fails(asked: object) -> control.Answer:
        raise RuntimeError("a secret")

    with ownership.take(tmp_path, "run") as owned:
        door = control.Door(tmp_path, {"fails": fails})
        await door.open(owned)
        with pytest.raises(CohortbookError, match="no command dance; there are: ping, fails"):
            await asyncio.to_thread(control.ask, tmp_path, "dance")
        with pytest.raises(CohortbookError, match="the log of the running bot says why"):
            await asyncio.to_thread(control.ask, tmp_path, "fails")
        reader, writer = await asyncio.open_unix_connection(str(door.path))
        writer.write(b"hello?\n[]\n")
        told = [await reader.readline(), await reader.readline()]
        writer.close()
        assert all(b"one JSON object a line" in line for line in told)
        assert await asyncio.to_thread(control.ask, tmp_path, "ping")
        await door.close()


async def test_nobody_answers_once_the_owner_is_gone(tmp_path: Path) -> None:
    """A note or a socket that a dead process left behind counts for nothing."""
    import asyncio

    with pytest.raises(control.NobodyHere):
        control.ask(tmp_path, "ping")
    owned = ownership.take(tmp_path, "run")
    door = control.Door(tmp_path, {})
    await door.open(owned)
    left = (tmp_path / "cohortbook.lock").read_text()
    await door.close()
    owned.release()
    (tmp_path / "cohortbook.lock").write_text(left)
    with pytest.raises(control.NobodyHere):
        await asyncio.to_thread(control.ask, tmp_path, "ping")


async def test_a_data_folder_with_a_long_path_has_a_door_too(tmp_path: Path) -> None:
    """The system allows a socket fewer letters than a file; the owner's note says where the door is."""
    import asyncio

    deep = tmp_path / ("a-long-name-" * 12)
    with ownership.take(deep, "run") as owned:
        door = control.Door(deep, {})
        await door.open(owned)
        assert door.path.parent.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(door.path.parent.stat().st_mode) == 0o700
        assert await asyncio.to_thread(control.ask, deep, "ping") == {"pid": os.getpid()}
        await door.close()
    assert not door.path.parent.exists()


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do() -> None:
    """In one sentence instead of a traceback; a folder that is only to be read says the same."""
    with pytest.raises(CohortbookError, match=r"cannot be written to \(Not a directory\). Nothing was started"):
        ownership.take(Path("/dev/null/data"), "run")
