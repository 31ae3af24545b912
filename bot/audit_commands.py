"""What an operator may do about the audit: the same for the running bot, asked at its door, and for a command alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import audit
from bot.errors import Locked
from bot.visit import Services


async def acknowledge(services: Services, seen: Mapping[str, int]) -> dict[str, Any]:
    """Raises Locked: who stands for what was written without the key must have it."""
    keys, store = services.keys, services.store
    if keys.audit == audit.NO_KEY:
        raise Locked(keys.cause)
    return {"count": await store.write(lambda tx: audit.acknowledge(tx, keys.audit, store.machine_now(tx), seen))}


def commands(services: Services) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
    """For the door of the running bot."""

    async def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
        return await acknowledge(services, {str(home): int(number) for home, number in asked["seen"].items()})

    return {"audit.acknowledge": answer}
