"""The bot as an operator runs it: a real process, stopped by a signal, asked from another terminal."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.store import ownership

pytestmark = [pytest.mark.slow, pytest.mark.model]

STOP_SECONDS = 3.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
"""Three; more on a machine that has more to do than it can, where everything takes longer."""
_START_SECONDS = 60


@dataclass
class Running:
    process: subprocess.Popen[str]
    address: str
    token: str
    log: list[str]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=self.headers, timeout=10)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "sec-fetch-site": "same-origin"}

    def stop(self, how: int) -> tuple[int, float]:
        """Exit code, and seconds that it took."""
        asked = time.monotonic()
        self.process.send_signal(how)
        return self.process.wait(30), time.monotonic() - asked


@dataclass
class Machine:
    """A folder with settings, and the command line in it."""

    folder: Path
    index: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "COHORTBOOK_INDEX": str(self.index), "COHORTBOOK_CONFIG": str(self.settings)}

    @property
    def settings(self) -> Path:
        return self.folder / "cohortbook.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def cohortbook(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    @contextmanager
    def runs(self, *words: str) -> Iterator[Running]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "bot.cli", *words],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        log: list[str] = []
        reading = threading.Thread(target=lambda: log.extend(process.stderr or ()), daemon=True)
        reading.start()
        try:
            line = next((line for line in process.stdout if "#k=" in line), "")
            assert line, "".join(log)
            address, _, token = line.split()[-1].partition("/#k=")
            yield Running(process, address, token, log)
        finally:
            process.kill()
            process.wait()
            reading.join()
            process.stdout.close()
            process.stderr.close()


@pytest.fixture
def machine(tmp_path: Path, index_folder: Path) -> Machine:
    made = Machine(tmp_path, index_folder)
    made.settings.write_text(f"data: {made.data}\nport: 0\nlog: json\n")
    return made


def ready(running: Running) -> dict[str, str]:
    """Waits until nothing is loading any more."""
    for _ in range(_START_SECONDS * 10):
        answer = running.get("/healthz")
        if answer.json()["index"] != "loading":
            found: dict[str, str] = answer.json()
            return found
        threading.Event().wait(0.1)
    raise AssertionError("the index is still loading")


@pytest.mark.parametrize("command", ["run", "demo"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_soon_although_a_page_is_open(machine: Machine, command: str, how: int) -> None:
    """Within three seconds, with exit code 0, without a traceback, and the database closed."""
    with machine.runs(command) as running:
        ready(running)
        with httpx.stream("GET", f"{running.address}/api/stream?as=renata", headers=running.headers) as page:
            assert page.status_code == 200
            first = next(page.iter_lines())
            code, seconds = running.stop(how)
    assert first
    assert (code, seconds < STOP_SECONDS) == (0, True), (code, seconds, running.log)
    assert not [line for line in running.log if "Traceback" in line or "Aborted" in line or "ERROR" in line]
    folder = machine.data if command == "run" else machine.data / "demo"
    assert not list(folder.glob("cohortbook.sqlite-*")), "the last connection closes the log"
    assert not (folder / "control.sock").exists()


def test_a_second_bot_is_refused_with_the_name_of_the_first(machine: Machine) -> None:
    """In one sentence, without a traceback."""
    with machine.runs("run") as running:
        second = machine.cohortbook("run")
    assert second.returncode == 1
    assert f"`cohortbook run`, process {running.process.pid} on" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_backup_is_made_by_the_running_bot_and_by_none(machine: Machine, tmp_path: Path) -> None:
    """The same command, whoever has the file; never over another file."""
    online, offline = tmp_path / "online.sqlite", tmp_path / "offline.sqlite"
    with machine.runs("run"):
        assert stat.S_IMODE((machine.data / "control.sock").stat().st_mode) == 0o600
        made = machine.cohortbook("backup", str(online))
        assert (made.returncode, "it is whole" in made.stdout) == (0, True), made.stderr
        refused = machine.cohortbook("backup", str(online))
        restore = machine.cohortbook("restore", str(online))
    assert refused.returncode == 1
    assert "left as it is" in refused.stderr
    assert restore.returncode == 1
    assert "in use by `cohortbook run`" in restore.stderr
    assert machine.cohortbook("backup", str(offline)).returncode == 0
    assert machine.cohortbook("backup").returncode == 0
    made = sorted(path.suffix for path in (machine.data / "backups").iterdir())
    assert made == [".erasures", ".sqlite"]
    for file in (online, offline):
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = machine.cohortbook("restore", str(online))
    assert again.returncode == 0, again.stderr
    assert "Nothing that people were told was saved is missing" in again.stdout


def test_health_is_told_as_it_is(machine: Machine) -> None:
    """Well while everything works; and who owns the file can be asked."""
    with machine.runs("run") as running:
        well = {"status": "ok", "database": "ok", "worker": "ok", "index": "ready", "vault": "ok", "programs": "ok"}
        assert ready(running) == well
        assert running.get("/healthz").status_code == 200
        doctor = machine.cohortbook("doctor")
        metrics = running.get("/metrics")
    assert f"process {running.process.pid}" in doctor.stdout
    assert metrics.status_code == 200
    assert "cohortbook_loop_lag_seconds_bucket" in metrics.text
    lines = [json.loads(line) for line in running.log]
    assert all({"at", "level", "from", "said"} <= set(line) for line in lines)


def test_the_end_of_the_owner_frees_the_file(machine: Machine) -> None:
    """After a crash the next start needs nobody's hands."""
    with machine.runs("run") as running:
        running.stop(signal.SIGKILL)
    with machine.runs("run") as again:
        assert ownership.note(machine.data).pid == again.process.pid  # type: ignore[union-attr]
