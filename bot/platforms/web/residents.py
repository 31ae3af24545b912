"""The people of the playground who answer by themselves, so that counts have something to show.

They act only when the clock moves, go through the house like anyone, and the same seed writes the same words.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from .conversation import Conversation
from .history import Kept
from .people import PersonCard
from .playground import Playground
from .wire import Json

log = logging.getLogger(__name__)


class Residents:
    def __init__(self, playground: Playground, conversation: Conversation) -> None:
        self._playground = playground
        self._conversation = conversation

    async def answer(self) -> None:
        """Every resident looks once at what came since the last time."""
        for card in self._playground.people:
            if not card.answers:
                continue
            for kept in await self._playground.unanswered(card.address):
                try:
                    await self._answer_one(card, kept)
                except Exception as problem:  # noqa: BLE001 - the edge of this loop: one resident never stops the clock
                    log.warning("resident %s, message m%d: %s", card.id, kept.number, type(problem).__name__)
                await self._playground.mark_answered(kept.number)

    async def _answer_one(self, card: PersonCard, kept: Kept) -> None:
        option = next((one for one in kept.body["options"] if one["style"] == "primary"), None)
        if option is None:
            return
        event, message = f"resident|{card.id}|m{kept.number}", f"m{kept.number}"
        reply = await self._conversation.press(card, event, message, option["action"], option["value"])
        if reply is None or reply["kind"] != "form":
            return
        values: dict[str, object] = {field["name"]: self._fill(card, kept, field) for field in reply["fields"]}
        taken = await self._conversation.submit(card, f"{event}|form", reply["id"], values)
        if taken is not None and taken["kind"] == "errors":
            fields = ", ".join(taken["fields"])
            log.warning("resident %s, message m%d: the form was not taken: %s", card.id, kept.number, fields)

    def _fill(self, card: PersonCard, kept: Kept, field: Json) -> str | list[str]:
        seed = f"{self._playground.seed}|{card.id}|{kept.number}|{field['name']}"
        chance = Random(seed)  # noqa: S311 - invented sentences, no secret
        kind, required = field["kind"], field["required"]
        picks = [value for value, _ in field["choices"]]
        if kind == "choice":
            return _middle(picks, chance)
        if kind == "choices":
            return chance.sample(picks, min(2, len(picks)))
        if kind == "people":
            others = [value for value in picks if value != str(card.address)]
            return others[:1] if required else []
        if kind == "channel":
            return picks[0] if picks else ""
        if kind == "date":
            return (self._playground.clock.now() + timedelta(days=7)).date().isoformat()
        if kind == "time":
            return "09:00"
        if kind == "file" or not (required or chance.random() < 0.5):
            return ""
        return chance.choice(self._playground.sentences)[: field["limit"]]


def _middle(picks: Sequence[str], chance: Random) -> str:
    """One of the choices around the middle, seldom an end."""
    if not picks:
        return ""
    place = (len(picks) - 1) / 2 + chance.choice((-1, -0.5, 0, 0, 0.5, 1))
    return picks[max(0, min(len(picks) - 1, round(place)))]
