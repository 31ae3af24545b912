"""Who the settings name may make cohorts, whatever happens in chat."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import outbox
from bot.errors import DeliveryError, Refused, Unknown, Wait
from bot.messages import Address
from bot.outbox import Intent
from bot.store import people
from bot.store.people import Somebody

if TYPE_CHECKING:
    from bot.visit import Services

log = logging.getLogger(__name__)

LACKING = "lacking"
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
        await _tell_what_is_missing(address, one, services)
    return left


async def _tell_what_is_missing(address: Address, one: Somebody, services: Services) -> None:
    """Once for each thing that is missing: they hear of it before they wonder why nothing happens."""
    try:
        lacking = tuple(await services.directory.lacks(address))
    except DeliveryError as problem:
        log.warning("what is missing could not be asked: %s", problem, extra={"action": "welcome"})
        return
    where = f"{address.platform}|{address.workspace}"
    services.lacking[where] = lacking
    if lacking:
        said = zlib.crc32("\n".join(lacking).encode()) % 1_000_000_000
        told = Intent(one.tenant, "", LACKING, said, one.person, services.now(), subject=where)
        await services.store.write(outbox.put, [told])


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
