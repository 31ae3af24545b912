"""The addresses behind the page: JSON in, JSON out, and one stream of what is new."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias, get_args

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.seam import House

from .clock import Stride
from .conversation import Conversation, Declined
from .guard import STREAM, Guard
from .people import PersonCard
from .playground import Playground
from .residents import Residents
from .views import Room
from .wire import Json, whole

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
LARGEST, LARGEST_FORM = 1_000_000, 20_000_000
"""In bytes; a form may bring a file along, which grows by a third on its way."""
OUR_FAULT = "Something went wrong on our side. Nothing was lost: your text is still in the box. Please try again."
Work: TypeAlias = Callable[[PersonCard, Json], Awaitable[Json]]


def routes(playground: Playground, house: House) -> list[BaseRoute]:
    desk = Desk(playground, house)
    guard = [Middleware(Guard, token=playground.token)]

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def state(request: Request) -> Response:
        # Whom the page does not know yet, or no longer, is the first of the people.
        person = desk.person(request.query_params.get("as")) or playground.people[0]
        return await answered("state", desk.state, person, {})

    async def stream(request: Request) -> Response:
        person = desk.person(request.query_params.get("as"))
        if person is None:
            return problem(404, "Nobody of that name lives in the playground.")
        since = request.headers.get("last-event-id", "")
        after = int(since) if since.isdecimal() else playground.stream.newest
        return StreamingResponse(playground.stream.follow(person.id, after), media_type="text/event-stream")

    def post(path: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                body = await read(request, LARGEST_FORM if path == "submit" else LARGEST)
            except Declined as declined:
                return problem(declined.status, str(declined))
            return await answered(path, work, desk.person(body.get("as")), body)

        return Route(f"/api/{path}", endpoint, methods=["POST"], middleware=guard)

    return [
        Route("/", page, middleware=guard),
        Mount("/static", StaticFiles(directory=STATIC), middleware=guard),
        Route("/api/state", state, middleware=guard),
        Route(STREAM, stream, middleware=guard),
        post("command", desk.command),
        post("text", desk.text),
        post("press", desk.press),
        post("submit", desk.submit),
        post("dismiss", desk.dismiss),
        post("clock", desk.clock),
        post("home", desk.home),
        # By POST, since the words typed so far would stand in the server's log as part of an address.
        post("suggest", desk.suggest),
    ]


class Desk:
    """One method for each address."""

    def __init__(self, playground: Playground, house: House) -> None:
        self._playground = playground
        self._house = house
        self._conversation = Conversation(playground, house)
        self._residents = Residents(playground, self._conversation)
        self._moving = asyncio.Lock()

    def person(self, id_: object) -> PersonCard | None:
        return self._playground.card(id_) if isinstance(id_, str) else None

    async def state(self, person: PersonCard, body: Json) -> Json:
        playground = self._playground
        last = playground.stream.newest
        rooms = {room: await playground.room(person, room) for room in ("channel", "me")}
        return {
            "me": person.id,
            "people": [
                {"id": one.id, "name": one.name, "zone": one.zone, "role": one.role, "answers": one.answers}
                for one in playground.people
            ],
            "channel": playground.channel.id,
            "rooms": rooms,
            "commands": [list(pair) for pair in self._house.commands()],
            "clock": self._clock_json(),
            "last": last,
        }

    async def command(self, person: PersonCard, body: Json) -> Json:
        event, name, text = _words(body, "event", "name", "text")
        return {"reply": await self._conversation.command(person, _room(body), event, name, text)}

    async def text(self, person: PersonCard, body: Json) -> Json:
        event, text = _words(body, "event", "text")
        return {"reply": await self._conversation.text(person, _room(body), event, text)}

    async def press(self, person: PersonCard, body: Json) -> Json:
        event, message, action, value = _words(body, "event", "message", "action", "value")
        return {"reply": await self._conversation.press(person, event, message, action, value)}

    async def submit(self, person: PersonCard, body: Json) -> Json:
        event, form = _words(body, "event", "form")
        values = body.get("values")
        if not isinstance(values, dict):
            raise Declined(400, "The form arrived without its answers. They are still in the boxes.")
        return {"reply": await self._conversation.submit(person, event, form, values)}

    async def dismiss(self, person: PersonCard, body: Json) -> Json:
        (message,) = _words(body, "message")
        if self._playground.views.remove(person.id, message):
            self._playground.stream.publish("deleted", {"id": message}, person.id)
        return {"reply": None}

    async def home(self, person: PersonCard, body: Json) -> Json:
        return {"home": await self._conversation.home(person)}

    async def suggest(self, person: PersonCard, body: Json) -> Json:
        command, partial = _words(body, "command", "partial")
        return {"suggestions": list(await self._house.suggest(person.address, command, partial))[:12]}

    async def clock(self, person: PersonCard, body: Json) -> Json:
        playground = self._playground
        by: Stride | None = next((one for one in get_args(Stride) if one == body.get("by")), None)
        if by is None or not playground.clock.movable:
            raise Declined(409, "This clock cannot be moved that way.")
        if self._moving.locked():
            raise Declined(409, "The clock is already moving. It will stop in a moment.")

        async def after_step() -> None:
            await self._residents.answer()
            playground.stream.publish("clock", self._clock_json())

        async with self._moving:
            playground.stream.publish("clock", self._clock_json())
            try:
                await playground.clock.advance(by, after_step)
            finally:
                playground.stream.publish("clock", {**self._clock_json(), "moving": False})
        return {"clock": self._clock_json()}

    def _clock_json(self) -> Json:
        clock = self._playground.clock
        return {"now": clock.now().isoformat(), "movable": clock.movable, "moving": self._moving.locked()}


async def answered(path: str, work: Work, person: PersonCard | None, body: Json) -> Response:
    if person is None:
        return problem(404, "Nobody of that name lives in the playground.")
    try:
        return JSONResponse(await work(person, body))
    except Declined as declined:
        return problem(declined.status, str(declined))
    except Exception as error:  # noqa: BLE001 - the edge of the server: the page always gets a sentence
        # Only the kind of error: its message and its trace may hold what somebody typed.
        log.error("%s for event %r failed: %s", path, str(body.get("event", ""))[:100], type(error).__name__)
        return problem(500, OUR_FAULT)


async def read(request: Request, most: int = LARGEST) -> Json:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            raise Declined(413, "This is too much to send at once. Nothing is lost: please shorten it.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Declined(415, "The playground reads JSON only.")
    try:
        body = whole(json.loads(received))
    except (ValueError, RecursionError):
        raise Declined(400, "This could not be read. Nothing was changed; please try again.") from None
    if not isinstance(body, dict):
        raise Declined(400, "This could not be read. Nothing was changed; please try again.")
    return body


def problem(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)


def _words(body: Json, *names: str) -> list[str]:
    words = [body.get(name, "") for name in names]
    event = body.get("event", "-")
    if not all(isinstance(word, str) for word in words) or not 0 < len(str(event)) <= 100:
        raise Declined(400, "Something is missing from this request. Nothing was changed; please try again.")
    return words


def _room(body: Json) -> Room:
    if body.get("where") not in ("channel", "me"):
        raise Declined(400, "Please say where: the channel, or private messages.")
    return "channel" if body["where"] == "channel" else "me"
