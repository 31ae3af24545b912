"""The help card, before everything else: on a sign of danger in typed words, and behind its own button."""

from __future__ import annotations

from bot import help_card
from bot.messages import Reply
from bot.visit import Feature, Visit


def shows_signs(visit: Visit) -> bool:
    return help_card.shows_signs(visit.text)


async def card(visit: Visit) -> Reply:
    return help_card.card(visit.services.contacts, visit.services.countries)


feature = Feature(
    "support", for_guests=True, presses={"card": card}, takes_text=shows_signs, text=card, comes_first=True
)
