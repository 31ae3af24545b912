"""A dialogue in Slack: what a person does in the client, and what the client then shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.app import House
from bot.clock import DemoClock
from bot.platforms.slack.slack import Slack
from tests.dialogue import Stride, Value, Where, brought, plain
from tests.fakes.slack import CHANNEL, FakeSlack, Message, buttons, initial_state
from tests.fakes.slack_rules import texts
from tests.seam_driver import MENTION, RESIDENTS

Json = dict[str, Any]

_PATIENCE_SECONDS = 30.0
"""The first question loads the search model."""


@dataclass
class SlackTown:
    slack: FakeSlack
    platform: Slack
    house: House
    clock: DemoClock
    people: Mapping[str, str]
    """Short name to Slack's id."""

    async def settled(self) -> None:
        await self.platform.finish(_PATIENCE_SECONDS)
        await self.house.tick()
        await self.platform.finish(_PATIENCE_SECONDS)


class SlackDriver:
    def __init__(self, town: SlackTown, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._town = town
        self._slack = town.slack
        self._run = run
        self._who, self._where = "renata", "private"
        self._before: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._windows: dict[str, str] = {}
        """The room in front of which somebody's window stands open."""
        self._answered = 0

    # --- what a person does --------------------------------------------------------------------

    def be(self, who: str, where: Where) -> None:
        assert not self.form(), f"a form is open in front of {self._who}"
        self._who, self._where = who, where

    def say(self, text: str) -> None:
        self._look_around()
        self._slack.modals.pop(self._user, None)
        if text.startswith("/"):
            self._do(self._slack.command(self._user, text, self._room))
        elif self._where == "private":
            self._do(self._slack.write(self._user, text))
        elif MENTION.search(text):
            self._do(self._slack.mention(self._user, MENTION.sub("", text).strip()))
        else:
            more = {"channel_type": "channel", "channel": CHANNEL}
            self._slack.messages.append(Message(CHANNEL, "1699999999.1", self._user, text, []))
            self._do(self._slack.event({"type": "message", "user": self._user, "text": text, **more}))

    def press(self, label: str, asked: str) -> None:
        self._look_around()
        view = self._slack.modals.get(self._user)
        if view is not None and any(one["text"]["text"].startswith(label) for one in buttons(view["blocks"])):
            self._ask(buttons(view["blocks"]), label, asked)
            return self._do(self._slack.press_view(self._user, view, label))
        self._slack.modals.pop(self._user, None)
        for message in reversed(self._messages()):
            if any(one["text"]["text"].startswith(label) for one in message.buttons):
                self._ask(message.buttons, label, asked)
                return self._do(self._slack.press(self._user, message, label))
        raise AssertionError(f"there is no button {label!r}")

    def _ask(self, found: list[Json], label: str, asked: str) -> None:
        button = next(one for one in found if one["text"]["text"].startswith(label))
        question = button.get("confirm", {}).get("text", {}).get("text", "")
        assert plain(asked) in plain(question), f"before {label!r} one is asked {question!r}"
        assert bool(asked) == bool(question), f"before {label!r} one is asked {question!r}"

    def fill(self, values: Mapping[str, Value]) -> None:
        self._look_around()
        given = {}
        for label, value in values.items():
            block = self._block(label)
            given[block["block_id"]] = self._given(block["element"], [value] if isinstance(value, str) else list(value))
        self._do(self._slack.submit(self._user, given))

    def move_clock(self, by: Stride) -> None:
        assert not self.form(), f"a form is open in front of {self._who}"
        self._look_around()
        self._run(self._town.clock.advance(by, self._residents))

    # --- what a person sees --------------------------------------------------------------------

    def new(self) -> str:
        before = self._before.get((self._who, self._where), [])
        return "\n".join([*(text for ts, text in self._shown() if (ts, text) not in before), self._modal_text()])

    def view(self) -> str:
        return "\n---\n".join([*(text for _, text in self._shown()), self._modal_text()])

    def soon(self, condition: Callable[[], bool]) -> bool:
        return condition()

    def form(self) -> str:
        view = self._slack.modals.get(self._user)
        if view is None or view["callback_id"] != "form":
            return ""
        first = view["blocks"][0]
        return str((first if first["type"] == "header" else {"text": view["title"]})["text"]["text"])

    def held(self, label: str) -> Value:
        box = self._state()[self._block(label)["block_id"]]["answer"]
        if "selected_options" in box:
            return [one["text"]["text"] for one in box["selected_options"]]
        if box.get("selected_option"):
            return str(box["selected_option"]["text"]["text"])
        return str(box.get("value") or box.get("selected_date") or box.get("selected_time") or "")

    def complaints(self) -> list[str]:
        errors = self._slack.modals[self._user]["errors"]
        return [block["label"]["text"] for block in self._inputs() if block["block_id"] in errors]

    def file(self, name: str) -> bytes:
        room = self._slack.dm(self._user)
        found = [one for one in self._slack.files.values() if one.name == name and room in one.shared]
        assert found, f"there is no file {name!r}"
        return found[-1].data

    # --- the client ------------------------------------------------------------------------------

    @property
    def _user(self) -> str:
        return self._town.people[self._who]

    @property
    def _room(self) -> str:
        return CHANNEL if self._where == "channel" else self._slack.dm(self._user)

    def _do(self, what: Coroutine[Any, Any, Any]) -> None:
        async def done() -> None:
            await what
            await self._town.settled()

        had = self._slack.modals.get(self._user)
        self._run(done())
        if had is None:
            self._windows[self._user] = self._where

    def _messages(self) -> list[Message]:
        return self._slack.seen_by(self._user, self._room)

    def _shown(self) -> list[tuple[str, str]]:
        return [(one.ts, one.words) for one in self._messages()]

    def _look_around(self) -> None:
        self._before[self._who, self._where] = self._shown()

    def _modal_text(self) -> str:
        view = self._slack.modals.get(self._user)
        if view is None or self._windows.get(self._user) != self._where:
            return ""
        return "\n".join([*texts({"title": view["title"], "blocks": view["blocks"]}), *view["errors"].values()])

    def _inputs(self) -> list[Json]:
        view = self._slack.modals.get(self._user)
        assert view is not None, "no form is open"
        return [block for block in view["blocks"] if block["type"] == "input"]

    def _block(self, label: str) -> Json:
        labels = {block["label"]["text"]: block for block in self._inputs()}
        assert label in labels, f"there is no field {label!r}; there are {list(labels)}"
        return labels[label]

    def _state(self) -> Json:
        view = self._slack.modals[self._user]
        state: Json = view.setdefault("filled", initial_state(view))
        return state

    def _given(self, element: Json, values: list[str]) -> Json:
        options = {one["text"]["text"]: one for one in element.get("options", ())}
        match element["type"]:
            case "radio_buttons" | "static_select":
                assert values[0] in options, f"offered are {list(options)}"
                return {"selected_option": options[values[0]]}
            case "checkboxes" | "multi_static_select":
                return {"selected_options": [options[one] for one in values]}
            case "multi_users_select":
                return {"selected_users": [self._named(one) for one in values]}
            case "conversations_select":
                return {"selected_conversation": CHANNEL}
            case "datepicker":
                # The calendar of the client lets nobody type.
                return {"selected_date": values[0] if re.fullmatch(r"\d{4}-\d\d-\d\d", values[0]) else None}
            case "timepicker":
                return {"selected_time": values[0]}
            case "file_input":
                assert values[0].rpartition(".")[2] in element["filetypes"], "the client offers other files only"
                return self._slack.put_into_form(values[0], brought(values[0]))
        return {"value": values[0]}

    def _named(self, name: str) -> str:
        return next(user for user, one in self._slack.users.items() if one["real_name"] == name)

    # --- the residents ---------------------------------------------------------------------------

    async def _residents(self) -> None:
        """The first button that stands out, and then the form."""
        while self._answered < len(self._slack.messages):
            message = self._slack.messages[self._answered]
            self._answered += 1
            user = next((self._town.people[one] for one in RESIDENTS if self._town.people[one] in message.channel), "")
            button = next((one for one in message.buttons if one.get("style") == "primary"), None)
            if not user or button is None or message.only:
                continue
            await self._slack.press(user, message, button["text"]["text"])
            await self._town.settled()
            view = self._slack.modals.get(user)
            if view is not None and view["callback_id"] == "form":
                answer = await self._slack.submit(user, _middle(view))
                assert answer.get("response_action") != "errors", f"{user}: {answer}"
                await self._town.settled()
            self._slack.modals.pop(user, None)


def _middle(view: Json) -> Json:
    found: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        match element["type"]:
            case "radio_buttons" | "static_select":
                found[block["block_id"]] = {"selected_option": element["options"][len(element["options"]) // 2]}
            case "checkboxes" | "multi_static_select":
                found[block["block_id"]] = {"selected_options": element["options"][:1]}
            case "plain_text_input" if not block["optional"]:
                found[block["block_id"]] = {"value": "I asked one question more than last time."}
    return found
