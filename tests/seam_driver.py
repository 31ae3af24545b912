"""A dialogue at the seam: the town's chat, shown to one person at a time as a real client would show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.messages import (
    Audience,
    Command,
    Errors,
    Field,
    Form,
    Option,
    Outgoing,
    Press,
    Reply,
    Submission,
    Text,
    Upload,
)
from tests.dialogue import Stride, Value, Where, brought, plain
from tests.fakes.recorder import Delivered
from tests.town import Town

RESIDENTS = ("thanh-mai", "yusuf", "leilani", "aroha")
"""Those who answer by themselves when the clock moves, as they do in the playground."""
MENTION = re.compile(r"@cohortbook\b[,:]?\s*", re.IGNORECASE)


@dataclass
class Shown:
    """One message in somebody's room: delivered, or an answer that only this person sees."""

    delivered: Delivered | None = None
    own: Outgoing | None = None
    """An answer; in the place of what was delivered, where it replaces that."""

    @property
    def outgoing(self) -> Outgoing | None:
        if self.delivered is None or self.own is not None:
            return self.own
        return None if self.delivered.gone else self.delivered.outgoing

    @property
    def text(self) -> str:
        return visible(self.outgoing) if self.outgoing else ""


class SeamDriver:
    def __init__(self, town: Town, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._town = town
        self._run = run
        self._who, self._where = "renata", "private"
        self._rooms: dict[tuple[str, str], list[Shown]] = {}
        self._before: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._taken = 0
        self._form: Form | None = None
        self._form_where = "private"
        self._opened_on: Shown | None = None
        self._filled: dict[str, Value] = {}
        self._errors: dict[str, str] = {}
        self._answered = 0

    # --- what a person does --------------------------------------------------------------------

    def be(self, who: str, where: Where) -> None:
        assert self._form is None, f"a form is open in front of {self._who}"
        self._who, self._where = who, where

    def say(self, text: str) -> None:
        self._look_around()
        if text.startswith("/"):
            name, _, rest = text[1:].partition(" ")
            return self._show(self._act(Command(name, rest.strip())))
        words = Outgoing(text)
        if self._where == "private":
            self._room().append(Shown(own=words))
            return self._show(self._act(Text(text)))
        self._to_everybody(words)
        return self._show(self._act(Text(MENTION.sub("", text).strip()))) if MENTION.search(text) else None

    def press(self, label: str, asked: str) -> None:
        self._look_around()
        shown, option = self._button(label)
        assert plain(asked) in plain(option.confirm), f"before {label!r} one is asked {option.confirm!r}"
        assert bool(asked) == bool(option.confirm), f"before {label!r} one is asked {option.confirm!r}"
        self._show(self._act(Press(option.action, option.value)), shown)

    def fill(self, values: Mapping[str, Value]) -> None:
        self._look_around()
        form = self._open_form()
        for label, value in values.items():
            field = self._field(label)
            self._filled[field.name] = self._read(field, value)
        names = [one.name for one in form.fields if one.kind == "file" and self._filled[one.name]]
        files = {name: upload(str(self._filled[name]), brought(str(self._filled[name]))) for name in names}
        sent = Submission(form.id, form.action, form.value, dict(self._filled), files)
        reply = self._act(sent, self._form_where)
        if isinstance(reply, Errors):
            self._errors = dict(reply.fields)
            return
        self._form = None
        self._show(reply, self._opened_on)

    def move_clock(self, by: Stride) -> None:
        assert self._form is None, f"a form is open in front of {self._who}"
        self._look_around()
        self._run(self._town.clock.advance(by, self._residents))

    # --- what a person sees --------------------------------------------------------------------

    def new(self) -> str:
        before = self._before.get((self._who, self._where), [])
        return "\n".join([*(one.text for one in self._room() if (id(one), one.text) not in before), self._form_text()])

    def view(self) -> str:
        return "\n---\n".join([*(one.text for one in self._room()), self._form_text()])

    def soon(self, condition: Callable[[], bool]) -> bool:
        return condition()

    def form(self) -> str:
        return self._form.title if self._form else ""

    def held(self, label: str) -> Value:
        field, names = self._field(label), dict(self._choices(self._field(label)))
        value = self._filled[field.name]
        if isinstance(value, str):
            return names.get(value, value)
        return [names.get(one, one) for one in value]

    def complaints(self) -> list[str]:
        assert set(self._errors) - {""} <= {one.name for one in self._open_form().fields}
        return [one.label for one in self._open_form().fields if one.name in self._errors]

    def file(self, name: str) -> bytes:
        found = [one.outgoing.file for one in self._room() if one.outgoing and one.outgoing.file]
        assert found and found[-1].name == name, f"there is no file {name!r}"
        return found[-1].data

    # --- the chat --------------------------------------------------------------------------------

    def _act(self, what: Command | Text | Press | Submission, where: str = "") -> Reply:
        reply: Reply = self._run(self._town.act(self._who, what, channel=(where or self._where) == "channel"))
        return reply

    def _show(self, reply: Reply, pressed: Shown | None = None) -> None:
        if isinstance(reply, Form):
            self._form, self._form_where, self._opened_on, self._errors = reply, self._where, pressed, {}
            self._filled = {one.name: one.initial for one in reply.fields}
        elif isinstance(reply, Errors):
            self._room().append(Shown(own=Outgoing(" ".join(reply.fields.values()))))
        elif isinstance(reply, Outgoing) and reply.audience is Audience.CHANNEL:
            self._to_everybody(reply)
        elif isinstance(reply, Outgoing) and reply.replaces and pressed and self._own(pressed):
            pressed.own = reply
        elif isinstance(reply, Outgoing):
            room = self._where if reply.audience is Audience.ONLY_YOU else "private"
            self._room(where=room).append(Shown(own=reply))

    def _own(self, shown: Shown) -> bool:
        """Nobody else has this message in sight."""
        return shown.delivered is None or shown.delivered.address.kind == "person"

    def _room(self, who: str = "", where: str = "") -> list[Shown]:
        chat = self._town.chat
        for one in chat.delivered[self._taken :]:
            if one.address.kind == "channel":
                for person in chat.people:
                    self._rooms.setdefault((person, "channel"), []).append(Shown(one))
            else:
                self._rooms.setdefault((one.address.id, "private"), []).append(Shown(one))
        self._taken = len(chat.delivered)
        return self._rooms.setdefault((who or self._who, where or self._where), [])

    def _to_everybody(self, words: Outgoing) -> None:
        for person in self._town.chat.people:
            self._room(person, "channel").append(Shown(own=words))

    def _look_around(self) -> None:
        """What is in sight now is no longer new after the next step."""
        self._before[self._who, self._where] = [(id(one), one.text) for one in self._room()]

    def _button(self, label: str) -> tuple[Shown, Option]:
        offered = [(one, option) for one in self._room() if one.outgoing for option in one.outgoing.options]
        found = [(one, option) for one, option in offered if option.label.startswith(label)]
        assert found, f"there is no button {label!r}"
        return found[-1]

    # --- the form --------------------------------------------------------------------------------

    def _open_form(self) -> Form:
        assert self._form is not None, "no form is open"
        return self._form

    def _field(self, label: str) -> Field:
        labels = {one.label: one for one in self._open_form().fields}
        assert label in labels, f"there is no field {label!r}; there are {list(labels)}"
        return labels[label]

    def _choices(self, field: Field) -> list[tuple[str, str]]:
        chat = self._town.chat
        if field.kind == "people":
            return [(str(chat.who(one)), name) for one, (name, _) in chat.people.items()]
        return [(str(chat.channel), f"# {chat.channel.id}")] if field.kind == "channel" else list(field.choices)

    def _read(self, field: Field, value: Value) -> Value:
        names = {label: one for one, label in self._choices(field)}
        several = [value] if isinstance(value, str) else list(value)
        if not names:
            return several[0]
        assert set(several) <= set(names), f"{field.label!r} offers {list(names)}"
        chosen = [names[one] for one in several]
        return chosen if field.kind in ("choices", "people") else chosen[0]

    def _form_text(self) -> str:
        if self._form is None:
            return ""
        fields = [f"{one.label}\n{one.hint}\n{self._errors.get(one.name, '')}" for one in self._form.fields]
        choices = [label for one in self._form.fields for _, label in self._choices(one)]
        return "\n".join([self._form.title, self._form.intro, self._errors.get("", ""), *fields, *choices])

    # --- the residents ---------------------------------------------------------------------------

    async def _residents(self) -> None:
        """The first button that stands out, and then the form."""
        chat = self._town.chat
        while self._answered < len(chat.delivered):
            one = chat.delivered[self._answered]
            self._answered += 1
            option = next((option for option in one.outgoing.options if option.style == "primary"), None)
            if one.address.id not in RESIDENTS or option is None:
                continue
            reply = await self._town.act(one.address.id, Press(option.action, option.value))
            if isinstance(reply, Form):
                values = {field.name: _middle(field) for field in reply.fields}
                taken = await self._town.act(one.address.id, Submission(reply.id, reply.action, reply.value, values))
                assert not isinstance(taken, Errors), f"{one.address.id}: {taken}"


def upload(name: str, data: bytes) -> Upload:
    async def read(most: int) -> bytes:
        return data[:most]

    return Upload(name, len(data), read)


def _middle(field: Field) -> Value:
    if field.kind == "choices":
        return [field.choices[0][0]]
    if field.kind == "choice":
        return field.choices[len(field.choices) // 2][0]
    return "I asked one question more than last time." if field.required else ""


def visible(one: Outgoing) -> str:
    """Every word of a message that its reader has in sight."""
    quotes = [
        f"{quote.text}\n{quote.title} › {quote.heading}\n{quote.as_of}\n{quote.source_url}" for quote in one.quotes
    ]
    described = one.picture.description if one.picture else ""
    name = one.file.name if one.file else ""
    return "\n".join([one.title, one.text, *quotes, described, name, *(o.label for o in one.options), one.note])
