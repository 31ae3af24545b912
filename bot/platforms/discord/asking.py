"""A question to the house that always gets an answer, also when the house breaks over it."""

from __future__ import annotations

import logging

from bot.errors import DeliveryError, NotAllowed
from bot.messages import Incoming, Outgoing, Reply, Submission
from bot.seam import House

from .answers import Broken

log = logging.getLogger(__name__)

SORRY = "Something went wrong on my side. Please try again in a minute. What you sent may not have been taken."
SORRY_FORM = (
    "Something went wrong on my side, so this may not be saved yet. Every word is still here for 15 minutes: open "
    "the form and send it again. If it was saved after all, it is not saved twice."
)


async def ask(house: House, incoming: Incoming) -> Reply:
    try:
        return await house.answer(incoming)
    except NotAllowed as refusal:
        return Outgoing(str(refusal))
    except DeliveryError as refusal:
        log.warning("Discord did not answer a question of the house", extra={"action": "answer"})
        return _fault(incoming, str(refusal))
    except Exception:
        # A door must outlive a fault behind it; the person is told, and the words go to nobody.
        log.exception("the house could not answer", extra={"action": "answer", "key": incoming.event})
        return _fault(incoming, SORRY)


def _fault(incoming: Incoming, why: str) -> Reply:
    return Broken(SORRY_FORM if isinstance(incoming.what, Submission) else why)
