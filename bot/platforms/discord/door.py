"""Discord as the worker and the features see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

import discord

from bot.errors import DeliveryError, Refused, SettingsError, Shut, Unknown, Wait
from bot.messages import Address, Outgoing, Person
from bot.seam import House

from . import arrived, buttons, changes, failures, tail
from .cards import Page, card
from .client import Client
from .notebook import Notebook, digest
from .pace import BadAnswers, Openings
from .people import People
from .settings import DiscordSettings, wrong_token

log = logging.getLogger(__name__)

PLATFORM = "discord"
REF = "1|discord|"
NOBODY = discord.AllowedMentions.none()

_CLOSED_FOR = 24 * 3600.0
_CLOCKS_DIFFER = timedelta(minutes=10)
_KEPT_TRIES = timedelta(days=30)
_ANSWERS_WITHIN = 45.0
_AGAIN_AFTER = 5.0


class Door:
    """`bot.messages.Platform`, with `run` and `close`."""

    name, rate = PLATFORM, 40.0  # of fifty requests a second that Discord takes; some messages need more than one
    lists_everybody = False  # that would need a privileged intent

    def __init__(
        self,
        settings: DiscordSettings,
        notebook: Notebook,
        *,
        seconds: Callable[[], float],
        token: Callable[[], str],
        patience: float = 1.5,
    ) -> None:
        """`token` makes a short random text; `patience`: seconds before a slow answer is announced as such."""
        self.settings = settings
        self.notebook = notebook
        self.workspace = str(settings.server)
        self.seconds = seconds
        self.token = token
        self.patience = patience
        self._bad_answers = BadAnswers(seconds)
        self._openings = Openings(seconds)
        self._client: Client | None = None
        self.people = People(self)

    @property
    def client(self) -> Client:
        """Made on first use, since it belongs to the running loop."""
        if self._client is None:
            self._client = Client(self._bad_answers)
        return self._client

    # --- delivery -------------------------------------------------------------------------------

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        async with self.calling() as client:
            channel = await self._channel(client, address)
            pages = card(outgoing)
            before = await self.notebook.tried(key)
            there = (await arrived.noted(client, channel, key, before)).there if before else {}
            if before is None:
                since = discord.utils.time_snowflake(discord.utils.utcnow() - _CLOCKS_DIFFER)
                await self.notebook.trying(key, since, [arrived.looks(page.content) for page in pages])
            try:
                for number, page in enumerate(pages):
                    if number not in there:
                        end = tail.of(key, number, number == len(pages) - 1)
                        there[number] = await self.post(client, channel, page, key, number, end, outgoing.quiet)
            except discord.HTTPException as error:
                if address.kind == "channel" and failures.shuts(error.code, any(page.files for page in pages)):
                    raise Shut(failures.REASONS[error.code], "closed") from None
                if error.code in failures.CLOSED:
                    raise await self._closed(address, error.code) from None
                raise
        ref = f"{REF}{channel}|{','.join(str(there[number]) for number in range(len(pages)))}"
        await self.notebook.arrived(key, ref)
        return ref

    async def post(
        self, client: Client, channel: int, page: Page, key: str, number: int, end: tail.Tail | None = None,
        quiet: bool = False,
    ) -> int:  # fmt: skip
        """One page. The same key and number again within minutes give the first message, not a second one."""
        view = await buttons.row_of(page.options, self.notebook, buttons.mark(key, number))
        sent = await client.get_partial_messageable(channel).send(
            page.content + (end.letters if end and not page.options else "") or None,
            nonce=digest(f"{key}#{number}", 25),
            files=page.files,
            view=view or buttons.NO_VIEW,
            allowed_mentions=NOBODY,
            suppress_embeds=True,
            silent=quiet,
        )
        return sent.id

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        channel, messages = _parts(ref)
        pages = card(outgoing)
        while len(pages) > len(messages):  # what no longer fits is left out, with a mark
            pages = [*pages[: len(messages) - 1], Page("-# Cut here: there is more than fits.", pages[-1].options)]
        async with self.calling() as client:
            for number, message in enumerate(messages):
                found = client.get_partial_messageable(channel).get_partial_message(message)
                if number >= len(pages):
                    await found.delete()
                    continue
                page, end = pages[number], await arrived.ending(found, number == len(pages) - 1)
                view = await buttons.row_of(page.options, self.notebook)
                await found.edit(
                    content=page.content + end or None,
                    attachments=page.files,
                    view=view,
                    allowed_mentions=NOBODY,
                )

    async def delete(self, ref: str) -> None:
        channel, messages = _parts(ref)
        async with self.calling() as client:
            for message in messages:
                try:
                    await client.get_partial_messageable(channel).get_partial_message(message).delete()
                except discord.NotFound as gone:
                    if gone.code != failures.MESSAGE_GONE:
                        raise

    async def find(self, address: Address, key: str) -> str | None:
        """None also when only some of its pages arrived; sending it again posts those that are missing."""
        before = await self.notebook.tried(key)
        if before is not None and before.ref:
            return before.ref
        async with self.calling() as client:
            channel = await self._channel(client, address)
            if before is None:  # perhaps another process sent it, or one whose notebook is gone
                pages = await arrived.marked(client, channel, key)
            else:
                pages = await arrived.noted(client, channel, key, before)
        if before is None and pages.there and not pages.whole:  # so that what is missing is added to what is there
            await self.notebook.trying(key, min(pages.there.values()) - 1, [])
        if not pages.whole:
            return None
        ref = f"{REF}{channel}|{','.join(str(pages.there[number]) for number in sorted(pages.there))}"
        await self.notebook.arrived(key, ref)
        return ref

    # --- people ---------------------------------------------------------------------------------

    async def person(self, who: Address) -> Person:
        return await self.people.person(who)

    async def members(self, where: Address) -> Sequence[Address]:
        """Those who have spoken to the bot."""
        if where.kind == "person":
            return [where]
        return [self.who(one) for one in await self.notebook.who_acted()]

    async def forget(self, address: Address) -> None:
        """What stands in the notebook of a person: their id, where their private messages are, what was sent there."""
        if address.kind == "person" and address.id.isdecimal():
            await self.notebook.forget(int(address.id))
            self.people.forget(int(address.id))

    def who(self, id_: int) -> Address:
        return Address(PLATFORM, self.workspace, "person", str(id_))

    def place(self, channel: object, id_: int | None) -> Address:
        """A thread belongs to its channel, since cohorts live in channels."""
        parent = channel.parent_id if isinstance(channel, discord.Thread) else None
        return Address(PLATFORM, self.workspace, "channel", str(parent or id_))

    async def _channel(self, client: Client, address: Address) -> int:
        """Where to post. A private message is opened only to somebody who has pressed or written something."""
        if address.platform != PLATFORM or address.workspace != self.workspace or not address.id.isdecimal():
            raise Refused("There is no such person or channel on this Discord server.")
        if address.kind == "channel":
            return int(address.id)
        known = await self.notebook.known(int(address.id))
        if known is None:
            raise Shut(
                "This person has not pressed anything of the bot yet, and Discord's rules do not allow it to write "
                "first. Ask them to press a button in the cohort's channel or to use /cohort.",
                "not-yet",
            )
        if known.closed_at is not None and 0 <= self.seconds() - known.closed_at < _CLOSED_FOR:
            raise failures.shut(failures.NO_PRIVATE_MESSAGES)
        if known.channel is not None:
            return known.channel
        self._openings.take()
        try:
            opened = await client.create_dm(discord.Object(known.person))
        except discord.HTTPException as error:
            if error.code in failures.CLOSED:
                raise await self._closed(address, error.code) from None
            if error.code == failures.TOO_FAST:
                self._openings.shut(failures.AFTER_TOO_FAST)
            raise
        await self.notebook.found(known.person, opened.id, discord.utils.time_snowflake(discord.utils.utcnow()))
        return opened.id

    async def _closed(self, address: Address, code: int) -> Shut:
        """Why a private message was refused: Discord says the same of who has left as of who takes none."""
        await self.notebook.closed(int(address.id), self.seconds())
        self.people.forget(int(address.id))
        with suppress(DeliveryError):
            if not (await self.people.person(address)).active:
                return failures.shut(50278)
        return failures.shut(code)

    async def writable(self, where: Address) -> bool:
        return await changes.writable(self, int(where.id))

    async def installed(self, workspace: str) -> bool:
        return await changes.installed(self)

    # --- the connection -------------------------------------------------------------------------

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[Client]:
        """Around every call to Discord: signed in before, and failures told apart after."""
        self._bad_answers.check()
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                await self.client.sign_in(self.settings.token.get_secret_value())
                yield self.client
        except discord.LoginFailure:
            raise wrong_token() from None
        except failures.FAULTS as error:
            raise failures.meaning(error) from None

    async def run(self, house: House) -> None:
        """Until cancelled. Raises SettingsError when Discord does not take the token."""
        from .catalogue import publish
        from .reception import Reception

        client = self.client
        reception = Reception(self, house)
        publishing = partial(publish, client, house, reception, self.settings.server)
        told = changes.Changes(self, house, publishing)

        async def fresh_session() -> None:
            await told.here()
            await reception.catch_up()

        client.on_news = reception.news
        client.on_change, client.on_put_back, client.on_fresh_session = told.changed, told.joined, fresh_session
        try:
            await self._sign_in_at_last()
            await self.notebook.forget_before(discord.utils.time_snowflake(discord.utils.utcnow() - _KEPT_TRIES))
            await publishing()
            await client.connect(reconnect=True)
        except discord.ConnectionClosed as closed:
            if closed.code == 4004:
                raise wrong_token() from None
            raise SettingsError(f"Discord ended the connection for good, with code {closed.code}.") from None
        finally:
            await client.close()

    async def _sign_in_at_last(self) -> None:
        """Discord may be out of reach when we start; that passes."""
        while True:
            try:
                async with self.calling():
                    return
            except (Wait, Unknown) as pause:
                log.warning("Discord cannot be reached yet; trying again", extra={"action": "sign in"})
                await asyncio.sleep(pause.seconds if isinstance(pause, Wait) else _AGAIN_AFTER)
            except DeliveryError as refusal:
                raise SettingsError(f"Discord refused the bot: {refusal}") from None

    def close(self) -> None:
        self.notebook.close()


def _parts(ref: str) -> tuple[int, list[int]]:
    channel, _, messages = ref.removeprefix(REF).partition("|")
    numbers = messages.split(",")
    if not ref.startswith(REF) or not channel.isdecimal() or not all(one.isdecimal() for one in numbers):
        raise Refused("This message was not sent through Discord.")
    return int(channel), [int(one) for one in numbers]
