"""Socket Mode: Slack's events over connections that we open, so that no public address is needed."""

from __future__ import annotations

import asyncio
import logging
import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from .calls import client, error_name, stays_here
from .quiet import library_logger
from .settings import SlackSettings

log = logging.getLogger(__name__)

_GIVE_UP_PINGS = 6
"""After so many silent pings a connection is thrown away: the library keeps trying one address, used or not."""


async def keep_connected(app: AsyncApp, settings: SlackSettings) -> None:
    """Until cancelled."""
    async with asyncio.TaskGroup() as lines:
        for _ in range(settings.connections):
            lines.create_task(_line(app, settings))


async def _line(app: AsyncApp, settings: SlackSettings) -> None:
    while True:
        handler = AsyncSocketModeHandler(
            app,
            settings.app_token.reveal(),
            logger=library_logger(),
            web_client=client(settings, settings.app_token.reveal()),
            ping_interval=settings.ping_seconds,
        )
        handler.client.proxy = None if stays_here(settings.base_url) else handler.client.proxy
        try:
            async with asyncio.timeout(_GIVE_UP_PINGS * settings.ping_seconds):
                await handler.connect_async()  # type: ignore[no-untyped-call]
            log.info("connected to Slack")
            await _until_lost(handler, settings.ping_seconds)
        except SlackApiError as error:
            log.error("Slack does not open a socket (%s); `cohortbook slack check` says what to do", error_name(error))
        except Exception as error:  # noqa: BLE001 - the edge of the loop: whatever it was, the next try may work
            log.warning("no connection to Slack (%s); it is tried again", type(error).__name__)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]
        await asyncio.sleep(settings.ping_seconds)


async def _until_lost(handler: AsyncSocketModeHandler, ping: float) -> None:
    """The library reconnects by itself; this returns when it has not managed to."""
    well = time.monotonic()
    while time.monotonic() - well < _GIVE_UP_PINGS * ping:
        await asyncio.sleep(ping)
        if await handler.client.is_connected():
            well = time.monotonic()
