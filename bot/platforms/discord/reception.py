"""Commands, presses and forms, handed to the house; `answers` shows what comes back."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import DeliveryError
from bot.messages import Command, Incoming, Press, Reply, Submission
from bot.news import Account, News
from bot.seam import House

from . import buttons, failures, forms
from .answers import Answers
from .asking import ask
from .mailbox import NOT_A_MEMBER, Mailbox

if TYPE_CHECKING:
    from .door import Door

log = logging.getLogger(__name__)

ELSEWHERE = "I work for one other server only, so I can do nothing here. Nothing was kept."
OUT_OF_DATE = "This button is out of date. Nothing was changed. /cohort shows where you are."
NOT_HERE_ANY_MORE = "I hold this for 15 minutes only, and never write it down. Nothing was changed. Please ask again."
NOT_YOURS = "This is for the person who asked. Nothing was changed. You can ask me yourself with /resources."
OLD_FORM = "This form is from another version of me, so nothing was saved. Here is what you wrote, to copy:"
NOTHING_CHANGED = "All right. Nothing was changed."
MOST_EVENTS = 5000


class Reception:
    def __init__(self, door: Door, house: House) -> None:
        self._door = door
        self._house = house
        self._answers = Answers(door)
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._mailbox = Mailbox(door, house, self._answers)

    async def news(self, what: discord.Interaction[Any] | discord.Message) -> None:
        """A press, a form or a message. Commands come one by one through the catalogue."""
        if isinstance(what, discord.Message):
            await self._guarded("message", self._mailbox.receive(what))
        elif what.type is discord.InteractionType.component:
            await self._guarded("press", self._press(what))
        else:
            await self._guarded("form", self._form(what))

    async def catch_up(self) -> None:
        """A new session tells nothing of what came before it."""
        await self._guarded("catch up", self._mailbox.catch_up())

    async def command(self, interaction: discord.Interaction[Any], name: str, text: str) -> None:
        async def run() -> None:
            incoming = await self._welcome(interaction, Command(name, text))
            if incoming is not None:
                await self._answers.show(interaction, await self._in_time(interaction, incoming), incoming)

        await self._guarded("command", run())

    async def suggest(self, interaction: discord.Interaction[Any], name: str, partial: str) -> list[str]:
        return list(await self._house.suggest(self._door.who(interaction.user.id), name, partial))

    # --- interactions -----------------------------------------------------------------------------

    async def _press(self, interaction: discord.Interaction[Any]) -> None:
        data: Any = interaction.data or {}
        pressed = buttons.parse(str(data.get("custom_id", "")))
        if pressed is None:
            await self._answers.say(interaction, OUT_OF_DATE)
            return
        if pressed.kind == buttons.HELD:
            await self._open_held(interaction, pressed.token)
            return
        if pressed.kind == buttons.NO:
            await self._answers.say(interaction, NOTHING_CHANGED, instead=True)
            return
        action, value = pressed.action, pressed.value
        if pressed.kind != "c":
            kept = await self._door.notebook.button(pressed.token)
            if kept is None:
                await self._answers.say(interaction, OUT_OF_DATE)
                return
            if pressed.kind == "q":
                await self._answers.ask(interaction, kept)
                return
            action, value = kept.action, kept.value
        incoming = await self._welcome(interaction, Press(action, value))
        if incoming is not None:
            reply = await self._in_time(interaction, incoming)
            await self._answers.show(interaction, reply, incoming, instead=pressed.kind == buttons.YES)

    async def _form(self, interaction: discord.Interaction[Any]) -> None:
        data: Any = interaction.data or {}
        sent = await forms.read(data, self._door.workspace, self._door.notebook)
        if sent is None:
            await self._answers.hand_back(interaction, OLD_FORM, data)
            return
        sent = self._answers.whole(sent, interaction.user.id)
        self._door.people.resolved(data.get("resolved", {}))
        incoming = await self._welcome(
            interaction, Submission(sent.id, sent.action, sent.value, sent.values, sent.files)
        )
        if incoming is not None:
            reply = await self._in_time(interaction, incoming)
            await self._answers.show(interaction, reply, incoming, sent=sent)

    async def _open_held(self, interaction: discord.Interaction[Any], token: str) -> None:
        form = self._answers.forms.get(token, interaction.user.id)
        if form is not None:
            await self._answers.open(interaction, form)
            return
        answer = self._answers.waiting.get(token, interaction.user.id)
        if answer is not None:
            await self._answers.show(interaction, answer, None)
            return
        somebody_elses = self._answers.forms.owned(token) or self._answers.waiting.owned(token)
        await self._answers.say(interaction, NOT_YOURS if somebody_elses else NOT_HERE_ANY_MORE)
        return

    async def _welcome(
        self, interaction: discord.Interaction[Any], what: Command | Press | Submission
    ) -> Incoming | None:
        """What the house is told; None when this is not for it, or was handled before."""
        if interaction.id in self._seen:
            return None
        self._seen[interaction.id] = None
        if len(self._seen) > MOST_EVENTS:
            self._seen.popitem(last=False)
        door, user = self._door, interaction.user
        if interaction.guild_id not in (None, door.settings.server):
            await self._answers.say(interaction, ELSEWHERE)
            return None
        door.people.meet(user, interaction.locale.value)
        who = door.who(user.id)
        if interaction.guild_id is None and not (await door.people.person(who)).active:
            await self._house.hear(News(Account(who)))
            await self._answers.say(interaction, NOT_A_MEMBER)
            return None
        await door.notebook.acted(user.id, interaction.id)
        if interaction.guild_id is None:
            if interaction.channel_id is not None:
                await door.notebook.found(user.id, interaction.channel_id, interaction.id)
            return Incoming(f"i{interaction.id}", who, who, what)
        return Incoming(f"i{interaction.id}", who, door.place(interaction.channel, interaction.channel_id), what)

    async def _in_time(self, interaction: discord.Interaction[Any], incoming: Incoming) -> Reply:
        """The house's answer; when it takes long, the person sees at once that it is coming."""
        asking = asyncio.ensure_future(ask(self._house, incoming))
        done, _ = await asyncio.wait({asking}, timeout=self._door.patience)
        if not done:
            try:
                await interaction.response.defer(ephemeral=True, thinking=True)
            except failures.FAULTS:
                log.info("too late to say that it takes longer", extra={"action": "defer"})
        return await asking

    async def _guarded(self, action: str, work: Awaitable[None]) -> None:
        """The edge of the loop: one event that goes wrong must not end the others."""
        try:
            await work
        except (DeliveryError, *failures.FAULTS) as error:
            told = error if isinstance(error, DeliveryError) else failures.meaning(error)
            log.warning("an answer could not be shown: %s", told, extra={"action": action})
        except Exception:
            log.exception("an event was not handled", extra={"action": action})
