"""From what somebody does in Slack to the answer that they see, over both transports, with a warm index.

    python -m bench.slack knowledge

Slack is a stand-in on this machine that speaks its wire, so what is measured is ours and not the network's.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from bot.app import build as build_house
from bot.clock import RealClock
from bot.config import Settings
from bot.platforms.slack.slack import Slack
from index.build import build as build_index
from index.documents import load_entries
from index.encoder import MiniLM
from tests.fakes.slack import CHANNEL, FakeSlack
from tests.slack.conftest import RENATA, open_door
from tests.slack.test_dialogues_in_slack import settings

TARGET_MS = 300
Act = Callable[[], Awaitable[object]]


async def measured(mode: str, index: Path, questions: list[str]) -> dict[str, tuple[list[float], list[float]]]:
    """By what is done: milliseconds until the acknowledgement, and until the answer."""
    slack = FakeSlack()
    await slack.start()
    slack.add_person(RENATA, "Renata Aguilar")
    with tempfile.TemporaryDirectory() as folder:
        own = {"slack": settings(Path(folder), slack, mode)}
        house = build_house(Settings(data=Path(folder) / "data", index=index, platforms=own), RealClock())
        try:
            async with open_door(slack, cast(Slack, house.platforms["slack"]), house.desk):
                await house.search.warm()
                kinds: dict[str, Callable[[str], Awaitable[object]]] = {
                    "/resources": lambda text: slack.command(RENATA, f"/resources {text}", CHANNEL),
                    "mention": lambda text: slack.mention(RENATA, text),
                    "/journal": lambda text: slack.command(RENATA, "/journal"),
                }
                return {name: await _each(slack, act, questions) for name, act in kinds.items()}
        finally:
            house.close()
            await slack.stop()


async def _each(
    slack: FakeSlack, act: Callable[[str], Awaitable[object]], questions: list[str]
) -> tuple[list[float], list[float]]:
    acknowledged, answered = list[float](), list[float]()
    for question in questions:
        before = _shown(slack)
        began = time.perf_counter()
        await act(question)
        acknowledged.append(slack.acknowledged[-1].seconds * 1000)
        await slack.until(lambda before=before: _shown(slack) > before, 30)  # type: ignore[misc]
        answered.append((time.perf_counter() - began) * 1000)
    return acknowledged, answered


def _shown(slack: FakeSlack) -> int:
    return sum(1 for one in slack.messages if one.only)


def p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[18]


async def run(folder: Path, times: int) -> None:
    with tempfile.TemporaryDirectory() as index:
        build_index(folder, Path(index), MiniLM())
        asked = [one for entry in load_entries(folder) for one in entry.asks]
        questions = (asked * (times // len(asked) + 1))[:times]
        print(f"From Slack's event to the answer, {times} each, milliseconds; the aim is a p95 under {TARGET_MS}.\n")
        print(f"{'transport':10} {'what':11} {'acknowledged p95':>17} {'p50':>7} {'p95':>7} {'longest':>8}")
        for mode in ("socket", "http"):
            for what, (acknowledged, answered) in (await measured(mode, Path(index), questions)).items():
                half = statistics.median(answered)
                line = f"{p95(acknowledged):17.0f} {half:7.0f} {p95(answered):7.0f} {max(answered):8.0f}"
                print(f"{mode:10} {what:11} {line}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.slack", description="Measure answers in Slack.")
    parser.add_argument("folder", type=Path, help="a folder of entries")
    parser.add_argument("--times", type=int, default=200, help="how often each")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.folder, chosen.times))


if __name__ == "__main__":
    main()
