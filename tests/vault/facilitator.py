"""Every facilitator's feature in a process of its own: `python -m tests.vault.facilitator FOLDER`.

It is given the keys for what is shared alone, and an import of members' own words is an error here. It prints what
a facilitator was shown, a line each.
"""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import bot

NAMES = ("facilitation", "shared_with_me", "requests", "broadcasts", "setup", "curating", "entries", "entry_files")
PRIVATE = "bot.vault.private"


class Refuse:
    """Asked first for every module."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == PRIVATE:
            raise ImportError(f"{name} was asked for in a facilitator's process")


def features() -> ModuleType:
    """The room itself lists all features, those of members too; here it is only a folder."""
    room = ModuleType("bot.features")
    room.__path__ = [str(Path(bot.__path__[0]) / "features")]
    room.ROUTE = ()  # type: ignore[attr-defined]
    return room


sys.meta_path.insert(0, Refuse())  # type: ignore[arg-type]
sys.modules["bot.features"] = features()

import bot.platforms  # noqa: E402 - after the door was shut
from bot import tombstones  # noqa: E402
from bot.bookshelf import Bookshelf  # noqa: E402
from bot.clock import DemoClock  # noqa: E402
from bot.consent import Facts  # noqa: E402
from bot.directory import Directory  # noqa: E402
from bot.forgetting import Forgetting  # noqa: E402
from bot.held import Held  # noqa: E402
from bot.house_keys import derived  # noqa: E402
from bot.ids import random_id  # noqa: E402
from bot.keeping import Keeping  # noqa: E402
from bot.library import Library  # noqa: E402
from bot.messages import Command, Form, Incoming, Outgoing, Press, Reply, Submission  # noqa: E402
from bot.router import FrontDesk  # noqa: E402
from bot.search import Search  # noqa: E402
from bot.store import Store  # noqa: E402
from bot.tombstones import Ledger  # noqa: E402
from bot.vault.kek import Purpose  # noqa: E402
from bot.visit import Services  # noqa: E402
from tests.vault.places import opened  # noqa: E402


async def main(folder: Path) -> None:
    fakes = str(Path(__file__).parent.parent / "fakes")
    bot.platforms.__path__.append(fakes)
    clock = DemoClock(folder / "clock.json")
    chat = bot.platforms.create("recorder", {}, folder / "recorder", clock)
    store = Store.in_folder(folder / "data")
    vault = opened(store, folder / "data", Purpose.SHARED)
    keys, running = derived(b"0" * 32), {chat.name: chat}
    ledger = Ledger(folder / "data" / tombstones.FILE, keys.erasures)
    search = Search(folder / "no-index")
    services = Services(
        store=store,
        search=search,
        directory=Directory(running),
        library=Library(Path(bot.__path__[0]).parent / "prompts"),
        vault=vault,
        forgetting=Forgetting(store, vault, keys, ledger, folder, (Held(),), running, Keeping(), random_id, clock.now),
        now=clock.now,
        ids=random_id,
        facts=Facts("nobody"),
        keys=keys,
        bookshelf=Bookshelf(Path(bot.__path__[0]).parent / "knowledge", folder / "knowledge", search),
    )
    route = [import_module(f"bot.features.{name}").feature for name in NAMES]
    desk = FrontDesk(services, route)
    imani = chat.who("imani")  # type: ignore[attr-defined]
    count = iter(range(1000))

    async def act(what: Command | Press | Submission) -> Reply:
        reply = await desk.answer(Incoming(f"f{next(count)}", imani, imani, what))
        print(repr(reply))
        return reply

    home = await act(Command("facilitate"))
    seen = set()
    waiting = [one for one in home.options if isinstance(home, Outgoing)]  # type: ignore[union-attr]
    while waiting:
        option = waiting.pop()
        if (option.action, option.value) in seen or option.action in ("setup.remove", "facilitation.close"):
            continue
        seen.add((option.action, option.value))
        reply = await act(Press(option.action, option.value))
        if isinstance(reply, Outgoing):
            waiting += reply.options
        elif isinstance(reply, Form) and reply.action.startswith("broadcasts"):
            text = {one.name: one.initial or "A word to all of you." for one in reply.fields if one.kind == "text"}
            sent = await act(Submission(reply.id, reply.action, reply.value, text))
            waiting += sent.options if isinstance(sent, Outgoing) else ()
    await act(Command("facilitate"))
    vault.close()
    store.close()
    assert PRIVATE not in sys.modules
    assert {"shared-with-me.read", "requests.read"} <= {action for action, _ in seen}, seen
    print(f"pressed {len(seen)} buttons")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
