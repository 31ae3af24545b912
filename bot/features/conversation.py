"""A private message that is not clearly a question: nothing happens to it until its writer says what should.

The words wait in memory for an hour, never on disk, so a button can act on them.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot import answers
from bot.messages import Option, Outgoing, Reply
from bot.vault import private
from bot.visit import Feature, Visit

_NOTE = -1
_KEPT_FOR = timedelta(hours=1)
_MOST = 1000


class Held:
    """Words waiting for their writer's decision."""

    def __init__(self) -> None:
        self._words: OrderedDict[str, tuple[str, str, datetime]] = OrderedDict()

    def put(self, key: str, person: str, text: str, now: datetime) -> None:
        self._words[key] = (person, text, now + _KEPT_FOR)
        while len(self._words) > _MOST:
            self._words.popitem(last=False)

    def take(self, key: str, person: str, now: datetime) -> str | None:
        owner, text, until = self._words.get(key, ("", "", now))
        if owner != person:
            return None
        del self._words[key]
        return text if now < until else None


_held = Held()


def any_text(visit: Visit) -> bool:
    return bool(visit.text.strip())


async def ask_first(visit: Visit) -> Reply:
    key = visit.services.ids()
    _held.put(key, visit.who.person, visit.text, visit.now)
    return Outgoing(
        "What should happen with what you wrote? Nothing has been saved or looked up.",
        options=(
            Option("Save privately", "conversation.keep", key, "primary"),
            Option("Look this up", "conversation.look", key),
            Option("Neither", "conversation.drop", key),
        ),
        note="Your message itself stays in this chat until you delete it.",
    )


async def keep(visit: Visit) -> Reply:
    text = _held.take(visit.value, visit.who.person, visit.now)
    if text is None:
        return _forgotten()
    await visit.write(
        private.save,
        visit.who,
        "",
        _NOTE,
        visit.value,
        private.Words({"note": text}),
        visit.now,
        visit.services.ids,
    )
    return Outgoing(
        "Saved as a private note in your journal. Only you see it.",
        options=(Option("My journal", "journal.list"),),
        replaces=True,
    )


async def look(visit: Visit) -> Reply:
    text = _held.take(visit.value, visit.who.person, visit.now)
    return _forgotten() if text is None else await answers.card(visit, text)


async def drop(visit: Visit) -> Reply:
    _held.take(visit.value, visit.who.person, visit.now)
    return Outgoing("All right. I kept nothing.", replaces=True)


def _forgotten() -> Outgoing:
    return Outgoing(
        "I no longer have that message: I hold words for an hour at most and never store them. Please send it again.",
        replaces=True,
    )


feature = Feature(
    "conversation",
    presses={"keep": keep, "look": look, "drop": drop},
    takes_text=any_text,
    text=ask_first,
)
