"""What the house replied, shown to the one who acted and to nobody else."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.messages import Audience, Errors, Form, Incoming, Outgoing, Reply

from . import buttons, failures, forms
from .cards import Page, card
from .memory import FIFTEEN_MINUTES, Held
from .notebook import Button
from .prose import inert, pages

if TYPE_CHECKING:
    from .door import Door

log = logging.getLogger(__name__)

NOBODY = discord.AllowedMentions.none()
_FORM_REMEMBERED = 12 * 3600.0
"""Somebody may write for hours; Discord keeps the window open as long as they like."""
FORM_AGAIN = "Every word is kept here for 15 minutes."
OPEN_AGAIN = "Open the form again"
OPEN = "Open the form"
READY = "Your form is ready. I hold it here for 15 minutes."
YOUR_WORDS = "Nothing was saved. Here is what you wrote, to copy:"


@dataclass(frozen=True, slots=True)
class Broken(Outgoing):
    """Said when something failed behind the door: a form that was sent in is offered again."""


class Answers:
    def __init__(self, door: Door) -> None:
        self._door = door
        self.forms: Held[Form] = Held(door.seconds, FIFTEEN_MINUTES)
        """By a button's token: forms that wait to be opened, or opened again."""
        self.waiting: Held[Outgoing] = Held(door.seconds, FIFTEEN_MINUTES)
        """By a button's token: answers to mentions, which only the one who asked can open."""
        self._asked: Held[Form] = Held(door.seconds, _FORM_REMEMBERED)
        """By their own id: forms as they were shown, so that one that comes back can be shown again."""

    async def show(
        self, interaction: discord.Interaction[Any], reply: Reply, incoming: Incoming | None,
        *, sent: forms.Sent | None = None, instead: bool = False,
    ) -> None:  # fmt: skip
        """`instead`: in the place of the only-you message whose button was pressed."""
        if interaction.is_expired():
            log.info("too late for an answer", extra={"action": "show"})
            return
        try:
            if reply is None:
                await self._quietly(interaction)
            elif isinstance(reply, Form):
                await self._form(interaction, reply)
            elif isinstance(reply, Errors):
                await self._errors(interaction, reply, sent)
            elif isinstance(reply, Broken) and sent is not None:
                await self._errors(interaction, Errors({"": reply.text}), sent)
            else:
                in_channel = reply.audience is Audience.CHANNEL and interaction.guild_id is not None
                await self._pages(interaction, card(reply), reply.replaces or instead, everybody=in_channel)
        except discord.HTTPException as error:
            if error.code not in (*failures.TOO_LATE, failures.ANSWERED_ALREADY):
                raise
            log.info("the answer came too late, or somebody else gave it", extra={"action": "show"})

    def whole(self, sent: forms.Sent, user: int) -> forms.Sent:
        form = self._asked.get(sent.id, user)
        return sent if form is None else forms.whole(form, sent)

    async def say(self, interaction: discord.Interaction[Any], text: str, *, instead: bool = False) -> None:
        await self.show(interaction, Outgoing(text), None, instead=instead)

    async def ask(self, interaction: discord.Interaction[Any], button: Button) -> None:
        """The question that comes before a press counts."""
        await self._send(interaction, inert(button.confirm), buttons.question(button.token, button))

    async def open(self, interaction: discord.Interaction[Any], form: Form) -> None:
        await self.show(interaction, form, None)

    async def hand_back(self, interaction: discord.Interaction[Any], why: str, data: Mapping[str, Any]) -> None:
        """A form that cannot be taken: at least its words return to their writer."""
        given = forms.values(data, self._door.workspace)
        texts = [*pages(why), *pages(forms.words(given))]
        await self._pages(interaction, [Page(text) for text in texts if text], False)

    # --- one kind each ----------------------------------------------------------------------------

    async def _quietly(self, interaction: discord.Interaction[Any]) -> None:
        if interaction.response.is_done():
            await interaction.delete_original_response()
        elif interaction.type is discord.InteractionType.application_command:
            await interaction.response.defer(ephemeral=True)
            await interaction.delete_original_response()
        else:
            await interaction.response.defer()

    async def _form(self, interaction: discord.Interaction[Any], form: Form) -> None:
        """At once where it can be: Discord takes a form as the first answer only, and never to a form."""
        self._asked.put(form.id, interaction.user.id, form)
        if interaction.response.is_done() or interaction.type is discord.InteractionType.modal_submit:
            await self._send(interaction, READY, self._again(interaction, form, OPEN))
        else:
            await interaction.response.send_modal(await forms.modal(form, self._door.notebook))

    async def _errors(self, interaction: discord.Interaction[Any], errors: Errors, sent: forms.Sent | None) -> None:
        """Discord shows no errors beside fields, so they come as a message with a way back into the form."""
        form = self._asked.get(sent.id, interaction.user.id) if sent else None
        said = forms.problems(errors, form)
        if form is None or sent is None:
            words = forms.words(sent.values) if sent else ""
            texts = [*pages(said), *([inert(YOUR_WORDS), *pages(words)] if words else [])]
            await self._pages(interaction, [Page(text) for text in texts], False)
            return
        texts = [*pages(said, 1800), inert(FORM_AGAIN)]
        view = self._again(interaction, forms.refilled(form, sent.values), OPEN_AGAIN)
        await self._send(interaction, "\n\n".join(texts[-2:]), view)

    def _again(self, interaction: discord.Interaction[Any], form: Form, label: str) -> discord.ui.View | None:
        token = self._door.token()
        self.forms.put(token, interaction.user.id, form)
        return buttons.held(label, token)

    async def _pages(
        self, interaction: discord.Interaction[Any], found: list[Page], replaces: bool, everybody: bool = False
    ) -> None:
        for number, page in enumerate(found):
            view = await buttons.row_of(page.options, self._door.notebook)
            await self._send(
                interaction, page.content, view, page.files, replaces=replaces and number == 0, everybody=everybody
            )

    async def _send(
        self, interaction: discord.Interaction[Any], content: str, view: discord.ui.View | None,
        files: list[discord.File] | None = None, *, replaces: bool = False, everybody: bool = False,
    ) -> None:  # fmt: skip
        """As the first answer, in the place of "thinking", in the place of what was pressed, or after them."""
        files = files or []
        response = interaction.response
        if not response.is_done() and replaces and _own(interaction):
            await response.edit_message(
                content=content, view=view, attachments=files, allowed_mentions=NOBODY, suppress_embeds=True
            )
        elif not response.is_done():
            await response.send_message(
                content, ephemeral=not everybody, files=files, allowed_mentions=NOBODY, suppress_embeds=True,
                view=view or buttons.NO_VIEW,
            )  # fmt: skip
        elif _thinking(interaction) and not everybody:
            interaction.extras["thought"] = True
            await interaction.edit_original_response(
                content=content, view=view, attachments=files, allowed_mentions=NOBODY
            )
        else:
            if _thinking(interaction):  # it was announced to one person, and the answer is for everybody
                interaction.extras["thought"] = True
                await interaction.delete_original_response()
            await interaction.followup.send(
                content, ephemeral=not everybody, files=files, allowed_mentions=NOBODY, suppress_embeds=True,
                view=view or buttons.NO_VIEW,
            )  # fmt: skip


def _thinking(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person still reads that an answer is coming."""
    deferred = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    return deferred and "thought" not in interaction.extras


def _own(interaction: discord.Interaction[Any]) -> bool:
    """Whether the message that was pressed is this person's alone, so that it may change in place."""
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.guild_id is None)
