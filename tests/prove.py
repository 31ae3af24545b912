"""What the long proofs found, as one table: printed when all are done, and kept in test-results/prove.md.

A proof is marked with the figure that it is about, `@pytest.mark.prove(4)`, and reports through `proof`. Its
statement is the first line of its docstring. A proof that ends without a report is in the table as broken.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_FILE = Path("test-results") / "prove.md"
_HEAD = ("figure", "statement", "on", "measured", "asked", "verdict", "seconds")


@dataclass(frozen=True)
class Finding:
    figure: int
    statement: str
    on: str
    measured: str
    asked: str
    held: bool
    seconds: float

    def cells(self) -> tuple[str, ...]:
        verdict = "held" if self.held else "NOT HELD"
        return (str(self.figure), self.statement, self.on, self.measured, self.asked, verdict, f"{self.seconds:.0f}")


_findings = pytest.StashKey[list[Finding]]()
_reports = pytest.StashKey[int]()


class Proof:
    """Call it with what was measured and what is asked. The test goes on; it fails at its end if one did not hold."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request
        self._began = time.monotonic()
        self.failed: list[str] = []

    def __call__(self, on: str, measured: str, asked: str, held: bool) -> None:
        now = time.monotonic()
        node = self._request.node
        found = Finding(*_about(node), on, measured, asked, held, now - self._began)
        self._began = now
        node.stash[_reports] = node.stash.get(_reports, 0) + 1
        _note(node.config, found)
        if not held:
            self.failed.append(f"{on}: {measured}, and {asked} is asked")


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Iterator[Proof]:
    reporting = Proof(request)
    yield reporting
    if reporting.failed:
        pytest.fail("; ".join(reporting.failed), pytrace=False)


def _about(node: pytest.Item) -> tuple[int, str]:
    mark = node.get_closest_marker("prove")
    words = str(getattr(getattr(node, "function", None), "__doc__", "") or node.name).strip().splitlines()[0]
    return (mark.args[0] if mark and mark.args else 0), words.rstrip(".")


def _note(config: pytest.Config, found: Finding) -> None:
    """Written each time, so that a run that is broken off leaves what it had."""
    rows = config.stash.setdefault(_findings, [])
    rows.append(found)
    place = config.rootpath / _FILE
    place.parent.mkdir(exist_ok=True)
    place.write_text(table(rows), "utf-8")
    terminal: Any = config.pluginmanager.getplugin("terminalreporter")
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if terminal is not None and capture is not None:
        with capture.global_and_fixture_disabled():  # a proof takes minutes, and somebody may be watching
            terminal.ensure_newline()
            terminal.write_line(" | ".join(found.cells()))


def table(rows: list[Finding]) -> str:
    """Aligned as text, and Markdown too."""
    cells = [_HEAD, *(one.cells() for one in sorted(rows, key=lambda one: one.figure))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines) + "\n"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    silent = report.when in ("setup", "call") and not report.passed and not item.stash.get(_reports, 0)
    if silent and item.get_closest_marker("prove"):
        what = "was skipped" if report.skipped else "broke off"
        cases = str(getattr(getattr(item, "callspec", None), "id", "")) or "-"
        _note(item.config, Finding(*_about(item), cases, what, "a measurement", False, call.duration))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    rows = config.stash.get(_findings, [])
    if rows:
        terminalreporter.section("proofs")
        terminalreporter.write(table(rows))
        terminalreporter.write_line(f"kept in {_FILE}")
