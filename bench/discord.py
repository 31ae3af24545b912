"""From an interaction in Discord to the first answer: with a warm index, and in a process that has just started.

    python -m bench.discord knowledge

Discord is a stand-in on this machine that speaks its wire, so what is measured is ours and not the network's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from bot.app import House
from bot.app import build as build_house
from bot.clock import RealClock
from bot.config import Settings
from bot.platforms.discord.door import Door
from tests.discord_door.conftest import Place
from tests.fakes.discord_server import GUILD, TOKEN, Exchange, open_discord

WARM_MS, COLD_MS = 300, 2000
_STARTS = 5


@asynccontextmanager
async def opened(index: Path) -> AsyncIterator[tuple[Place, House, int]]:
    async with open_discord() as discord, contextlib.AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        (folder / "token").write_text(TOKEN)
        own = {"discord": {"server": GUILD, "token_file": str(folder / "token")}}
        house = build_house(Settings(data=folder / "data", index=index, platforms=own), RealClock())
        closing.callback(house.close)
        renata = discord.join("Renata Aguilar")
        door = cast(Door, house.platforms["discord"])
        place = Place(discord, folder, house.desk, doors=[door])
        running = asyncio.create_task(door.run(house.desk))
        try:
            await place.connected()
            yield place, house, renata
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


async def warm(index: Path, questions: list[str]) -> dict[str, list[float]]:
    """By what is done: milliseconds until the first answer."""
    async with opened(index) as (place, house, renata):
        await house.search.warm()
        discord = place.discord
        card = await discord.slash(renata, "cohort", "help", private=True)
        await place.settled()
        kinds: dict[str, Callable[[str], Awaitable[Exchange]]] = {
            "/resources": lambda text: discord.slash(renata, "resources", text),
            "/journal": lambda _: discord.slash(renata, "journal"),
            "a button": lambda _: discord.press(renata, card.shown[0], "I need support"),
            "completion": lambda text: discord.complete(renata, "cohort", text[:1]),
        }
        found = {}
        for name, act in kinds.items():
            found[name] = [await _first_answer(await act(text)) for text in questions]
            await place.settled()
        return found


async def cold(index: Path, question: str) -> float:
    """The first thing that anybody asks of a process that has loaded nothing yet."""
    async with opened(index) as (place, _, renata):
        took = await _first_answer(await place.discord.slash(renata, "resources", question))
        await place.settled()
        return took


async def _first_answer(exchange: Exchange) -> float:
    async with asyncio.timeout(30):
        await exchange.answered.wait()
    assert exchange.first_after is not None
    return exchange.first_after * 1000


def run(folder: Path, times: int) -> bool:
    from index.build import build as build_index
    from index.documents import load_entries
    from index.encoder import MiniLM

    with tempfile.TemporaryDirectory() as index:
        build_index(folder, Path(index), MiniLM())
        asked = [one for entry in load_entries(folder) for one in entry.asks]
        questions = (asked * (times // len(asked) + 1))[:times]
        print(f"From an interaction in Discord to the first answer, {times} each, milliseconds.\n")
        print(f"{'':22} {'p50':>7} {'p95':>7} {'longest':>8}  aim")
        p95 = 0.0
        for what, took in asyncio.run(warm(Path(index), questions)).items():
            p95 = max(p95, _line(what, took, WARM_MS))
        child = [sys.executable, "-m", "bench.discord", str(folder), "--cold", index]
        starts = [float(subprocess.check_output(child, text=True)) for _ in range(_STARTS)]
        _line("first after a start", starts, COLD_MS)
        return p95 < WARM_MS and max(starts) < COLD_MS


def _line(what: str, took: list[float], aim: int) -> float:
    p95 = statistics.quantiles(took, n=20, method="inclusive")[18]
    print(f"{what:22} {statistics.median(took):7.0f} {p95:7.0f} {max(took):8.0f}  p95 under {aim}")
    return p95


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.discord", description="Measure answers in Discord.")
    parser.add_argument("folder", type=Path, help="a folder of entries")
    parser.add_argument("--times", type=int, default=200, help="how often each")
    parser.add_argument("--cold", type=Path, metavar="INDEX", help="one answer of a fresh process, from this index")
    chosen = parser.parse_args()
    if chosen.cold:
        print(asyncio.run(cold(chosen.cold, "What is an equity pause?")))
        return
    sys.exit(0 if run(chosen.folder, chosen.times) else 1)


if __name__ == "__main__":
    main()
