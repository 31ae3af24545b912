"""What Discord's refusals mean: no for certain, wait, or not known."""

from __future__ import annotations

import aiohttp
import discord

from bot.errors import DeliveryError, Refused, Shut, Unknown, Wait

NO_PRIVATE_MESSAGES = 50007
CLOSED = frozenset({NO_PRIVATE_MESSAGES, 50278})
"""This person takes no private messages from the bot, or shares no server with it any more."""
TOO_FAST = 40003
ANSWERED_ALREADY = 40060
TOO_LATE = frozenset({10062, 10015, 50027})
"""The interaction or its token is gone, so nothing can be shown any more."""
MESSAGE_GONE = 10008
NOBODY = frozenset({10007, 10013})
NO_SERVER = 50001

AFTER_TOO_FAST = 600.0
REASONS = {
    50007: "This person does not take private messages from the bot, so nothing was sent.",
    50278: "This person shares no server with the bot any more, so nothing was sent.",
    50013: "The bot may not do this in that channel, so nothing was sent. See `cohortbook discord check`.",
    50001: "The bot cannot see that channel, so nothing was sent. Add it to the channel, then try again.",
    10003: "That channel is no longer there, so nothing was sent.",
    MESSAGE_GONE: "The message is no longer there, so it was not changed.",
}

FAULTS = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""Everything that a call to Discord raises when it fails."""


def meaning(error: BaseException) -> DeliveryError:
    """`error` is one of FAULTS."""
    if isinstance(error, discord.RateLimited):
        return Wait(error.retry_after, only_this=True)  # the library counts for each channel by itself
    if isinstance(error, discord.HTTPException):
        if error.code == TOO_FAST:
            return Wait(AFTER_TOO_FAST, only_this=True)
        if error.status == 429:  # one that the library cannot wait out: it is meant for all of us
            return Wait(_seconds(error))
        if error.status >= 500:
            return Unknown("Discord had a fault of its own.")
        if error.code in CLOSED:
            return shut(error.code)
        return Refused(REASONS.get(error.code, f"Discord refused with {error.status}, code {error.code}."))
    if isinstance(error, aiohttp.ClientConnectorError):
        return Wait(15.0)  # nothing was reached, so nothing was posted
    return Unknown("The connection to Discord broke before an answer came.")


def shuts(code: int, with_files: bool) -> bool:
    """Whether a channel takes nothing of the bot any more. What may not be done there may be the files alone."""
    return code in (10003, 50001) or (code == 50013 and not with_files)


def shut(code: int) -> Shut:
    return Shut(REASONS[code], "closed" if code == NO_PRIVATE_MESSAGES else "gone")


def _seconds(error: discord.HTTPException) -> float:
    try:
        return max(1.0, float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return 60.0
