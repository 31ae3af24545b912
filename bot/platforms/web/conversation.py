"""What a person does in the playground, handed to the house, and the house's reply, shown to that person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.errors import CohortbookError, NotAllowed
from bot.messages import Audience, Command, Errors, Form, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.seam import House

from .history import Body
from .people import PersonCard
from .playground import REF, Playground
from .views import OpenForm, Room
from .wire import Json, errors_body, form_body, message_body, offers, read_files, read_values, units

LONGEST_TEXT = 4000
MENTION = re.compile(r"@cohortbook\b[,:]?\s*", re.IGNORECASE)
NOT_YOURS = "That button is not on a message shown to you here. Nothing was changed."
NO_FORM = (
    "This form was opened before the playground last started, so it cannot be sent from here. Your text is "
    "still in the box: please copy it, open the form again and paste it."
)


class Declined(CohortbookError):
    """The page asked for what cannot be; the text is fit to show."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Conversation:
    def __init__(self, playground: Playground, house: House) -> None:
        self._playground = playground
        self._house = house

    async def command(self, person: PersonCard, room: Room, event: str, name: str, text: str) -> Json | None:
        self._fits(text)
        if name not in {known for known, _ in self._house.commands()}:
            raise Declined(400, f"There is no command /{name[:40]}. Type / to see the ones there are.")
        what = Command(name, text)
        return await self._hand_over(person, room, event, what, cause=f"/{name} {text}".strip())

    async def text(self, person: PersonCard, room: Room, event: str, text: str) -> Json | None:
        self._fits(text)
        if not text.strip():
            raise Declined(400, "There is nothing to send yet. Please write something first.")
        body = message_body(Outgoing(text))
        fresh = self._playground.views.first(person.id, event)
        if room != "channel":
            if fresh:
                self._playground.show(person, "me", person.id, body)
            return await self._hand_over(person, "me", event, Text(text))
        if fresh:
            await self._playground.post(self._playground.channel, person.id, body)
        if not MENTION.search(text):
            return None
        return await self._hand_over(person, room, event, Text(MENTION.sub("", text).strip()))

    async def press(self, person: PersonCard, event: str, message: str, action: str, value: str) -> Json | None:
        room = await self._room_of(person, message, (action, value))
        return await self._hand_over(person, room, event, Press(action, value), pressed=message)

    async def submit(self, person: PersonCard, event: str, id_: str, raw: Mapping[str, object]) -> Json | None:
        opened = self._playground.views.form(person.id, id_)
        if opened is None:
            raise Declined(403, NO_FORM)
        form = opened.form
        values, problems = read_values(form, raw, *self._pickers())
        if problems:
            return errors_body(Errors(problems))
        room: Room = "channel" if opened.where.kind == "channel" else "me"
        what = Submission(form.id, form.action, form.value, values, read_files(form, raw))
        return await self._hand_over(person, room, event, what, pressed=opened.opened_on)

    async def home(self, person: PersonCard) -> Json:
        body = message_body(await self._house.home(person.address))
        self._playground.views.offer(person.id, "home", body)
        return body

    # --- in and out -----------------------------------------------------------------------------

    async def _hand_over(
        self, person: PersonCard, room: Room, event: str, what: Command | Text | Press | Submission,
        pressed: str = "", cause: str = "",
    ) -> Json | None:  # fmt: skip
        where = self._playground.channel if room == "channel" else person.address
        incoming = Incoming(event, person.address, where, what)
        try:
            reply = await self._house.answer(incoming)
        except NotAllowed as refusal:
            reply = Outgoing(str(refusal))
        return await self._show(person, incoming, reply, pressed, cause)

    async def _show(
        self, person: PersonCard, incoming: Incoming, reply: Reply, pressed: str, cause: str
    ) -> Json | None:
        if reply is None:
            return None
        if isinstance(reply, Errors):
            return errors_body(reply)
        if isinstance(reply, Form):
            self._playground.views.open(person.id, OpenForm(reply, incoming.where, pressed))
            return form_body(reply, *self._pickers())
        body = message_body(reply)
        if reply.audience is Audience.CHANNEL:
            message = await self._to_channel(reply, body, pressed)
        else:
            in_channel = reply.audience is Audience.ONLY_YOU and not incoming.private
            room: Room = "channel" if in_channel else "me"
            only_you = reply.audience is Audience.ONLY_YOU
            message = (
                reply.replaces and pressed and await self._replace(person, pressed, body, only_you)
            ) or self._playground.show(person, room, "", body, only_you, cause)
        return {"kind": "message", **message}

    async def _to_channel(self, reply: Outgoing, body: Body, pressed: str) -> Json:
        playground = self._playground
        kept = await playground.stored(pressed) if reply.replaces else None
        if kept is None or kept.room != playground.channel:
            return await playground.post(playground.channel, "", body)
        await playground.edit(f"{REF}{kept.number}", reply)
        return next(m for m in await playground.room(playground.people[0], "channel") if m["id"] == pressed)

    async def _replace(self, person: PersonCard, pressed: str, body: Body, only_you: bool) -> Json | None:
        """In the place of what carried the button; None where others see that too."""
        view = self._playground.views.replace(person.id, pressed, body, only_you)
        if view is not None:
            return self._playground.tell(person, view)
        return await self._playground.cover(person, pressed, body)

    async def _room_of(self, person: PersonCard, message: str, option: tuple[str, str]) -> Room:
        """The room of a message that shows, or has shown, this button to this person."""
        views, kept = self._playground.views, await self._playground.stored(message)
        view = views.get(person.id, message)
        if kept is not None and kept.room in (self._playground.channel, person.address):
            if option in views.offered(person.id, message) | offers(kept.body):
                return "channel" if kept.room == self._playground.channel else "me"
        elif option in views.offered(person.id, message) and (view is not None or message == "home"):
            return view.room if view is not None else "me"
        raise Declined(403, NOT_YOURS)

    def _pickers(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        people = [(str(card.address), card.name) for card in self._playground.people]
        channel = self._playground.channel
        return people, [(str(channel), f"# {channel.id}")]

    def _fits(self, text: str) -> None:
        over = units(text) - LONGEST_TEXT
        if over > 0:
            sentence = f"This is {over} characters too long for one message; {LONGEST_TEXT} fit."
            raise Declined(400, f"{sentence} Nothing is lost: please shorten it and send it again.")
