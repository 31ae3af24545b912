"""A private message that is not clearly a question: nothing happens to it until its writer says what should.

The words wait in memory for an hour, never on disk, so a button can act on them.
"""

from __future__ import annotations

from bot import answers, words
from bot.errors import Locked
from bot.messages import Option, Outgoing, Reply
from bot.vault import private
from bot.visit import Feature, Visit

_NOTE = -1
_IN_PUBLIC = (
    "You wrote this where others can read it, and I cannot take it away for you. To remove it, open the menu of your "
    "message and choose Delete. I repeat it to nobody."
)
_LONGEST_NOTE = 3000
"""What fits the form in which a note can be changed later."""


def any_text(visit: Visit) -> bool:
    return bool(visit.text)


async def ask_first(visit: Visit) -> Reply:
    key = visit.services.ids()
    visit.services.held.put(key, visit.who.person, visit.text, visit.now)
    public = not visit.incoming.private
    return Outgoing(
        (f"{_IN_PUBLIC}\n\n" if public else "")
        + "What should happen with what you wrote? Nothing has been saved or looked up.",
        options=(
            Option("Save privately", "conversation.keep", key, "primary"),
            Option("Look this up", "conversation.look", key),
            Option("Neither", "conversation.drop", key),
        ),
        note="Next time, /reflect opens a form that only you see."
        if public
        else "Your message itself stays in this chat until you delete it.",
    )


async def keep(visit: Visit) -> Reply:
    text = visit.services.held.take(visit.value, visit.who.person, visit.now)
    if text is None:
        kept = await visit.read(private.of_form, visit.vault, visit.who, visit.value)
        return _kept() if kept else _forgotten()
    if words.length(text) > _LONGEST_NOTE:
        return Outgoing(
            f"This is longer than {_LONGEST_NOTE} characters, more than one note can hold, so it was not saved. "
            "Nothing is lost: your message is still in this chat. Please send it again in two parts.",
            replaces=True,
        )
    try:
        await _save(visit, text)
    except Locked:
        visit.services.held.put(visit.value, visit.who.person, text, visit.now)  # for another press of the button
        raise
    return _kept()


async def _save(visit: Visit, text: str) -> None:
    await visit.write(
        private.save,
        visit.vault,
        visit.who,
        "",
        _NOTE,
        visit.value,
        private.Words({"note": text}),
        visit.now,
        visit.services.ids,
    )


def _kept() -> Outgoing:
    return Outgoing(
        "Saved as a private note in your journal. Only you see it.",
        options=(Option("My journal", "journal.list"),),
        replaces=True,
    )


async def look(visit: Visit) -> Reply:
    text = visit.services.held.take(visit.value, visit.who.person, visit.now)
    return _forgotten() if text is None else await answers.card(visit, text)


async def drop(visit: Visit) -> Reply:
    visit.services.held.take(visit.value, visit.who.person, visit.now)
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
