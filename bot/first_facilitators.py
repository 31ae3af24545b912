"""Who the settings name may make cohorts, whatever happens in chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.errors import Refused, Unknown, Wait
from bot.messages import Address
from bot.store import people

if TYPE_CHECKING:
    from bot.visit import Services

log = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 5.0


async def welcome(named: Sequence[Address], services: Services) -> list[Address]:
    """Those who are left: their platform cannot say now who they are, or the bot is not installed there yet."""
    left = []
    for address in named:
        try:
            profile = await services.directory.person(address)
        except (Wait, Unknown):
            left.append(address)
            continue
        one = await services.store.write(people.meet, address, profile, services.now(), services.ids)
        await services.store.write(people.grant, one.tenant, people.WHOLE_TENANT, one.person, people.FACILITATOR)
    return left


async def welcome_later(left: Sequence[Address], services: Services, every: float = _ASK_AGAIN_SECONDS) -> None:
    """Until everybody is, so that a workspace which installs the bot has its facilitators at once."""
    if left:
        log.warning("facilitators of the settings who are not there yet: %s", len(left), extra={"action": "welcome"})
    while left:
        await asyncio.sleep(every)
        try:
            left = await welcome(left, services)
        except Refused as problem:
            log.error("a facilitator of the settings is not known: %s", problem, extra={"action": "welcome"})
            return
        except Exception:  # noqa: BLE001 - whatever it was, it must not end the bot; the next try may work
            log.warning("a facilitator of the settings could not be welcomed", extra={"action": "welcome"})
