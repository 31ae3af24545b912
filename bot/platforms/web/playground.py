"""The playground as the worker and the features see it: a chat platform with one channel and a few people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.routing import BaseRoute

from bot.errors import Refused
from bot.messages import Address, Outgoing, Person
from bot.seam import House

from .clock import Clock
from .history import Body, History, Kept
from .people import PLATFORM, WORKSPACE, PersonCard
from .stream import Stream
from .views import Room, View, Views
from .wire import Json, message_body

T = TypeVar("T")

REF = "1|web|"


class Playground:
    """`bot.messages.Platform`, and the routes of the page that stands beside Slack and Discord."""

    name = PLATFORM

    def __init__(
        self, people: Sequence[PersonCard], sentences: Sequence[str], channel: str, history: History,
        clock: Clock, token: str, seed: int,
    ) -> None:  # fmt: skip
        self.people = tuple(people)
        self.sentences = tuple(sentences)
        self.channel = Address(PLATFORM, WORKSPACE, "channel", channel)
        self.clock = clock
        self.token = token
        self.path = f"#k={token}"
        self.seed = seed
        self.views = Views()
        self.stream = Stream()
        self._cards = {card.id: card for card in people}
        self._history = history
        self._newest = history.newest()
        self._file = ThreadPoolExecutor(max_workers=1, thread_name_prefix="playground")

    # --- delivery -------------------------------------------------------------------------------

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        self._know(address)
        body, at = message_body(outgoing), self.clock.now()

        def once() -> int | Kept:
            return self._history.sent(address, key) or self._history.add(address, "", at, body, key)

        sent = await self._kept(once)
        if isinstance(sent, int):
            return f"{REF}{sent}"
        self._announce(sent)
        return f"{REF}{sent.number}"

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        number = _number(ref)
        body = message_body(outgoing)
        kept = await self._kept(lambda: self._history.replace(number, body))
        if kept is None:
            raise Refused("The message is no longer there, so it was not changed.")
        self._uncover(number)
        self._announce(kept)

    async def delete(self, ref: str) -> None:
        number = _number(ref)
        kept = await self._kept(lambda: self._history.delete(number))
        if kept is None:
            raise Refused("The message is no longer there, so there was nothing to take back.")
        self._uncover(number)
        self.stream.publish("deleted", {"id": f"m{number}"}, self._reader(kept.room))

    async def find(self, address: Address, key: str) -> str | None:
        number = await self._kept(lambda: self._history.sent(address, key))
        return f"{REF}{number}" if number else None

    async def person(self, who: Address) -> Person:
        card = self._cards.get(who.id)
        if card is None or card.address != who:
            raise Refused("Nobody of that name lives in the playground.")
        return Person(card.name, card.zone)

    async def members(self, where: Address) -> Sequence[Address]:
        self._know(where)
        return [card.address for card in self.people] if where.kind == "channel" else [where]

    def routes(self, house: House) -> list[BaseRoute]:
        """For one Starlette application. They guard themselves, so other routes may stand beside them."""
        from .routes import routes

        return routes(self, house)

    def hang_up(self) -> None:
        """Ends the open streams, so that the server can stop; messages may still be sent."""
        self.stream.close()

    def close(self) -> None:
        """Ends the open streams and the file."""
        self.stream.close()
        self._file.submit(self._history.close)
        self._file.shutdown()

    # --- for the page ---------------------------------------------------------------------------

    def card(self, person: str) -> PersonCard | None:
        return self._cards.get(person)

    async def post(self, room: Address, author: str, body: Body) -> Json:
        """Put a message into a stored room; `author` is a person's id, or "" for the bot."""
        at = self.clock.now()
        return self._announce(await self._kept(lambda: self._history.add(room, author, at, body)))

    async def stored(self, id_: str) -> Kept | None:
        if not id_.startswith("m") or not id_[1:].isdecimal():
            return None
        return await self._kept(lambda: self._history.get(int(id_[1:])))

    async def unanswered(self, room: Address) -> list[Kept]:
        return await self._kept(lambda: self._history.unanswered(room))

    async def mark_answered(self, number: int) -> None:
        await self._kept(lambda: self._history.mark_answered(number))

    async def room(self, person: PersonCard, room: Room) -> list[Json]:
        """Everything this person sees in that room, oldest first."""
        address = self.channel if room == "channel" else person.address
        kept = [] if room == "home" else await self._kept(lambda: self._history.room(address))
        shown = [self._stored_json(one, person.id) for one in kept]
        shown += [view_json(view, self._cards) for view in self.views.room(person.id, room)]
        return sorted(shown, key=lambda message: tuple(message["order"]))

    def show(
        self, person: PersonCard, room: Room, author: str, body: Body, only_you: bool = False, cause: str = ""
    ) -> Json:
        """Put a message into that person's view only."""
        at = self.clock.now()
        view = self.views.add(person.id, room, self._newest, author, at, body, only_you, cause)
        return self.tell(person, view)

    def tell(self, person: PersonCard, view: View) -> Json:
        message = view_json(view, self._cards)
        self.stream.publish("message", message, person.id)
        return message

    async def cover(self, person: PersonCard, id_: str, body: Body) -> Json | None:
        """Show `body` in the place of a stored private message, to its reader and in memory only."""
        kept = await self.stored(id_)
        if kept is None or kept.room != person.address:
            return None
        self.views.offer(person.id, id_, kept.body)
        self.views.cover(person.id, id_, body)
        message = self._stored_json(kept, person.id)
        self.stream.publish("message", message, person.id)
        return message

    def _announce(self, kept: Kept) -> Json:
        self._newest = max(self._newest, kept.number)
        reader = self._reader(kept.room)
        for card in self.people:
            if reader in (None, card.id):
                self.views.offer(card.id, f"m{kept.number}", kept.body)
        message = self._stored_json(kept, reader or "")
        self.stream.publish("message", message, reader)
        if reader and not kept.edited:
            self.stream.publish("waiting", {"person": reader})
        return message

    def _stored_json(self, kept: Kept, person: str) -> Json:
        id_ = f"m{kept.number}"
        cover = self.views.covered(person, id_)
        return {
            "id": id_,
            "room": "channel" if kept.room == self.channel else "me",
            "author": _author(kept.author, self._cards),
            "at": kept.at.isoformat(),
            "order": [kept.number, 0],
            "edited": kept.edited and cover is None,
            "only_you": False,
            "cause": "",
            "body": cover or kept.body,
        }

    def _uncover(self, number: int) -> None:
        for card in self.people:
            self.views.uncover(card.id, f"m{number}")

    def _reader(self, room: Address) -> str | None:
        return None if room.kind == "channel" else room.id

    def _know(self, address: Address) -> None:
        card = self._cards.get(address.id)
        if address != self.channel and (card is None or card.address != address):
            raise Refused("There is no such person or channel in the playground.")

    async def _kept(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._file, work)


def view_json(view: View, cards: dict[str, PersonCard]) -> Json:
    return {
        "id": view.id,
        "room": view.room,
        "author": _author(view.author, cards),
        "at": view.at.isoformat(),
        "order": [view.after, view.count],
        "edited": False,
        "only_you": view.only_you,
        "cause": view.cause,
        "body": view.body,
    }


def _author(id_: str, cards: dict[str, PersonCard]) -> Json | None:
    """None is the bot."""
    card = cards.get(id_)
    return {"id": id_, "name": card.name if card else id_} if id_ else None


def _number(ref: str) -> int:
    number = ref.removeprefix(REF)
    if not ref.startswith(REF) or not number.isdecimal():
        raise Refused("This message was not sent through the playground.")
    return int(number)
