"""What the Discord door keeps of a person goes when they are forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.platforms.discord.notebook import Notebook


async def test_a_person_leaves_no_trace_in_the_notebook_or_its_log(tmp_path: Path) -> None:
    """Neither their id, nor where their private messages are, nor what was sent there; others stay."""
    notebook = Notebook(tmp_path / "discord.db")
    renata, hers, kwame, his = 111222333444555, 666777888999000, 222333444555666, 777888999000111
    for person, channel in ((renata, hers), (kwame, his)):
        await notebook.acted(person, 1)
        await notebook.found(person, channel, 1)
        await notebook.trying(f"key of {channel}", 1, ["looks"])
        await notebook.arrived(f"key of {channel}", f"1|discord|{channel}|99")
    await notebook.forget(renata)
    await notebook.forget(renata)  # twice is harmless
    assert await notebook.known(renata) is None
    assert await notebook.tried(f"key of {hers}") is None
    assert await notebook.known(kwame) is not None
    assert await notebook.tried(f"key of {his}") is not None
    held = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert str(hers).encode() not in held
    assert hers.to_bytes(8, "big") not in held
    assert his.to_bytes(8, "big") in held  # the test can see
    notebook.close()
