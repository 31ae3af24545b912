"""A search result as a card: the quoted words, where they stand, how old they are, and a way to a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot import help_card, lookups, readership, why
from bot.messages import Audience, Option, Outgoing, Quote
from bot.visit import Visit
from index.search import Answer, Hit
from index.topics import topic_of

ANSWER, CLOSEST, NONE = "answer", "closest", "none"
_QUESTION_LIMIT = 1000
_BY_WORDS = "Found by its words alone: the search by meaning is not there at the moment."


async def card(visit: Visit, question: str) -> Outgoing:
    if help_card.shows_signs(question):  # results would push the card away
        return help_card.card(visit.services.contacts, visit.services.countries)
    question = question.strip()[:_QUESTION_LIMIT]
    if not question:
        return Outgoing(
            "What would you like to know? Type it after the command, for example: "
            "/resources what is targeted universalism"
        )
    answer = await visit.services.search.ask(question, await visit.read(readership.of_person, visit.who))
    shareable = await _may_be_shared(visit, answer)
    asked = visit.services.ids()
    visit.services.asked.put(asked, visit.who.person, question, visit.now)
    if answer.band == NONE and not answer.hand_over and not answer.ambiguous:
        await visit.write(lookups.count, visit.who.tenant, visit.now.date(), lookups.NONE)
    return show(answer, shareable=shareable, asked_why=_keep_reasons(visit, answer), asked=asked)


async def _may_be_shared(visit: Visit, answer: Answer) -> bool:
    """Whether everybody in the channel where it was asked may see what was found."""
    if visit.incoming.private or answer.band != ANSWER:
        return False
    groups = await visit.read(readership.of_channel, visit.who.tenant, visit.incoming.where)
    return await visit.services.search.entry(answer.passages[0].entry, groups) is not None


def _keep_reasons(visit: Visit, answer: Answer) -> str:
    """The key under which the asker may look at them. They hold words of the question, so only memory keeps them."""
    if not answer.passages or answer.hand_over or answer.ambiguous:
        return ""
    key = visit.services.ids()
    visit.services.reasons.put(key, visit.who.person, why.told(answer), visit.now)
    return key


def show(answer: Answer, *, shareable: bool = False, asked_why: str = "", asked: str = "") -> Outgoing:
    """`asked`: under what the question is held for a while, for its asker to pass on."""
    if answer.hand_over:
        topic = topic_of(answer.question)
        return Outgoing(
            f"{topic.reason if topic else 'This is for a person to answer.'} A person can help: "
            f"{answer.escalate_to}. Nothing is sent to anybody unless you say so.",
            options=(ask_a_person(),),
        )
    if answer.ambiguous:
        readings = "\n".join(f"• {reading}" for reading in answer.ambiguous)
        return Outgoing(f"That can mean several things:\n\n{readings}\n\nPlease ask again with the one you mean.")
    found = _found(answer, shareable, asked)
    if asked_why:
        found = replace(found, options=(*found.options, Option("Why this?", "resources.why", asked_why)))
    if answer.words_only:
        return replace(found, note=f"{found.note} {_BY_WORDS}".strip())
    return found


def _found(answer: Answer, shareable: bool, asked: str) -> Outgoing:
    if answer.band == ANSWER:
        return passage(answer.passages[0], shareable=shareable, asked=asked)
    if answer.band == CLOSEST:
        return Outgoing(
            "I am not sure that the answer is here. These are the closest entries I have:",
            quotes=tuple(_quote(hit) for hit in answer.passages[:2]),
            options=(
                *(Option(f"More: {_short(hit.title)}", "resources.more", hit.id) for hit in answer.passages[:2]),
                ask_a_person(),
                pass_it_on(asked),
            ),
        )
    return Outgoing(
        "I do not have an answer to that. A person can help better than I can here, and nothing is sent to "
        "anybody unless you say so.",
        options=(ask_a_person(), pass_it_on(asked)),
    )


def passage(hit: Hit, *, shareable: bool = False, whole: bool = False, asked: str = "") -> Outgoing:
    """The best passage: its matching sentence, or all of it."""
    options = [] if whole else [Option("Show more", "resources.more", hit.id)]
    if shareable:
        options.append(Option("Share unsigned", "resources.share", hit.id))
    options += [
        Option("Helpful", "resources.helpful", hit.entry),
        Option("Not helpful", "resources.not-helpful", f"{hit.entry}:{asked}" if asked else hit.entry),
        ask_a_person(),
    ]
    doubt = {
        "historical": "This describes the past; check before you rely on it.",
        "unknown": "Whether this still holds is not known; check before you rely on it.",
    }
    return Outgoing(
        "This is what the entry says:" if whole else "This is what I found:",
        quotes=(_quote(hit, whole=whole),),
        note=doubt.get(hit.status, ""),
        options=tuple(options),
    )


async def reading(visit: Visit, entries: Sequence[str]) -> Outgoing:
    """Entries that belong to a unit, each with its beginning."""
    groups = await visit.read(readership.of_person, visit.who)
    found = await asyncio.gather(*(visit.services.search.entry(one, groups) for one in entries))
    hits = [hit for hit in found if hit]
    if not hits:
        return Outgoing("There is nothing linked to this prompt.")
    return Outgoing(
        "These belong to this prompt. Reading is optional.",
        quotes=tuple(_quote(hit) for hit in hits),
        options=tuple(Option(f"More: {_short(hit.title)}", "resources.more", hit.id) for hit in hits),
    )


def public(hit: Hit) -> Outgoing:
    """The same words for a whole channel, with nothing of who asked."""
    return Outgoing(
        "From the knowledge base:",
        quotes=(_quote(hit),),
        note="Shared by a member, unsigned.",
        audience=Audience.CHANNEL,
    )


def _quote(hit: Hit, *, whole: bool = False) -> Quote:
    return Quote(
        hit.text if whole else hit.quote,
        title=hit.title,
        heading=hit.heading,
        source_url=hit.source_url,
        as_of=f"as of {hit.as_of}" if hit.as_of else "",
    )


def ask_a_person() -> Option:
    return Option("Ask a person", "requests.open")


def pass_it_on(asked: str) -> Option:
    return Option("Pass it on, unsigned", "passing-on.open", asked)


def _short(title: str) -> str:
    return title if len(title) <= 50 else f"{title[:49].rstrip()}…"
