"""A cohort at work, as a process of its own: it says into a file what people were told, as they were told.

`python -m tests.operations.workload FOLDER WEEKS FORMS [normal]`. A line of the file is one write to the system:
`saved FORM` after somebody read "Saved", `posted KEY` when the platform has taken a message, `settled KEY` when
the worker has gone on. With `normal`, commits do not wait for the disk: the control that must lose something.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.messages import Address, Form, Outgoing
from tests.operations.houses import filled, live, open_form
from tests.town import Town

MEMBERS = ("renata", "kwame", "thanh-mai", "yusuf", "leilani")


async def work(folder: Path, weeks: int, forms: int, say: Callable[[str], None]) -> None:
    async with live(folder) as town:
        _listen(town, say)
        await town.found_cohort(MEMBERS)
        await town.start(*MEMBERS)
        _settled(town, say, 0)
        for week in range(weeks):
            before = len(town.chat.delivered)
            await town.until("week")
            _settled(town, say, before)
            for who in MEMBERS:
                # Opened before any is sent, as in several windows, so that each is an entry of its own.
                opened = [await open_form(town, who) for _ in range(forms)]
                for number, form in enumerate(opened):
                    await _reflect(town, who, form, f"week {week}, text {number}: {'so it goes. ' * 20}", say)


async def _reflect(town: Town, who: str, form: Form, text: str, say: Callable[[str], None]) -> None:
    reply = await town.submit(who, form, filled(form, text))
    if isinstance(reply, Outgoing) and "Saved." in reply.text:
        say(f"saved {form.id}")


def _listen(town: Town, say: Callable[[str], None]) -> None:
    """The platform's own word for what it has taken."""
    taken = town.chat.send

    async def send(address: Address, outgoing: Outgoing, key: str) -> str:
        ref = await taken(address, outgoing, key)
        say(f"posted {key}")
        return ref

    town.chat.send = send  # type: ignore[method-assign]


def _settled(town: Town, say: Callable[[str], None], start: int) -> None:
    for one in town.chat.delivered[start:]:
        say(f"settled {one.key}")


def _do_not_wait(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")


def main(folder: str, weeks: str, forms: str, how: str = "full") -> None:
    told = os.open(Path(folder) / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if how == "normal":
        # Opened after the house's own preparation of each connection.
        event.listen(Engine, "connect", _do_not_wait)
        from bot.store import engine

        own = engine._prepare_sqlite

        def prepared(connection: Any, record: object) -> None:
            own(connection, record)
            _do_not_wait(connection, record)

        engine._prepare_sqlite = prepared
    asyncio.run(work(Path(folder), int(weeks), int(forms), lambda line: os.write(told, f"{line}\n".encode()) and None))


if __name__ == "__main__":
    main(*sys.argv[1:])
