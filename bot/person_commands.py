"""What an operator does about one person: the same for the running bot, asked at its door, and for a command alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bot import audit, disclosure, verify_erasure
from bot.audit import Deed
from bot.errors import CohortbookError
from bot.messages import Address
from bot.store import people
from bot.store.people import Somebody
from bot.vault.places import Places, read_keys
from bot.visit import Services

Answer = dict[str, Any]


async def erase(services: Services, address: str) -> Answer:
    who = await _somebody(services, address)
    await _record(services, who, "person.erase")
    done = await services.forgetting.forget(who.tenant, who.person)
    return {
        "reflections": done.erased.reflections,
        "shares": done.erased.shares,
        "questions": done.erased.questions,
        "messages": done.erased.messages,
        "receipt": done.erased.receipt,
        "at": f"{done.at:%Y-%m-%d %H:%M:%S} UTC",
        "last_copy": done.last_copy.isoformat(),
        "swept": done.swept,
    }


async def disclose(services: Services, address: str) -> Answer:
    who = await _somebody(services, address)
    await _record(services, who, "person.disclose")
    return {"lines": await services.store.read(lambda tx: list(disclosure.report(tx, who)))}


async def verify(services: Services, places: Places, files: list[str]) -> Answer:
    def tried() -> list[verify_erasure.Tried]:
        ledger = services.forgetting.ledger
        return verify_erasure.verify([Path(one) for one in files], services.vault, ledger, read_keys(places))

    found = await asyncio.to_thread(tried)
    return {"lines": [one.told for one in found], "opened": sum(one.opened for one in found)}


async def _record(services: Services, who: Somebody, action: str) -> None:
    """Whom it touched can read that it was done, as long as they are somebody here."""
    deed = Deed(audit.OPERATOR, action, touched=who.person)
    store = services.store
    await store.write(lambda tx: audit.append(tx, services.keys.audit, who.tenant, store.machine_now(tx), [deed]))


async def _somebody(services: Services, address: str) -> Somebody:
    found = await services.store.read(people.known, Address.parse(address))
    if found is None:
        raise CohortbookError(
            "Nobody of that name is known here. Nothing was changed. A person is written platform/workspace/person, "
            "as in the settings; who was erased is not known any more."
        )
    return found


def commands(
    services: Services, places: Places
) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
    """For the door of the running bot."""

    async def answer_erase(asked: Mapping[str, Any]) -> Answer:
        return await erase(services, str(asked["person"]))

    async def answer_disclose(asked: Mapping[str, Any]) -> Answer:
        return await disclose(services, str(asked["person"]))

    async def answer_verify(asked: Mapping[str, Any]) -> Answer:
        return await verify(services, places, list(asked["files"]))

    return {"person.erase": answer_erase, "person.disclose": answer_disclose, "person.verify": answer_verify}
