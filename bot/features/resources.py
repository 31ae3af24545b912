"""Questions about program materials and readings, answered to the asker alone."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from sqlalchemy import Connection

from bot import answers, choose, lookups, outbox, readership
from bot.messages import Outgoing, Reply
from bot.outbox import Intent, Row
from bot.store import people, verdicts
from bot.visit import Feature, Handler, Services, Visit
from index.search import Hit

SHARED = "resource"
_STARTS = re.compile(
    r"^(who|what|what's|whats|when|where|which|why|how|is|are|can|could|do|does|did|should|may|will|"
    r"tell me|explain|define|difference between|look up)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(i|i'm|i've|my|me|we|our)\b", re.IGNORECASE)
_LONGEST_QUESTION = 300
_ONE_COPY_WITHIN = 3600
"""Seconds: the same passage is not posted twice to a channel in the same hour."""


async def ask(visit: Visit) -> Reply:
    return await answers.card(visit, visit.text)


def is_question(visit: Visit) -> bool:
    """Clearly a question: anything else might be a private thought, and is not searched unasked."""
    text = visit.text
    if not visit.incoming.private:  # a mention asks by being one, unless somebody tells of themselves
        return bool(text) and not text.startswith("/") and (not _PERSONAL.search(text) or text.endswith("?"))
    if not text or len(text) > _LONGEST_QUESTION or "\n" in text:
        return False
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text) if part]
    personal = _PERSONAL.search(text)
    if personal and len(sentences) > 1:
        return False
    return text.endswith("?") or bool(_STARTS.match(text) and not personal)


async def more(visit: Visit) -> Reply:
    groups = await visit.read(readership.of_person, visit.who)
    hit = await asyncio.to_thread(visit.services.search.passage, visit.value, groups)
    return answers.passage(hit, whole=True) if hit else _gone()


async def entry(visit: Visit) -> Reply:
    """From its beginning."""
    hit = await visit.services.search.entry(visit.value, await visit.read(readership.of_person, visit.who))
    return answers.passage(hit, whole=True) if hit else _gone()


async def share(visit: Visit) -> Reply:
    """A public copy of the passage, made afresh of what everybody there may see, with no trace of the asker."""
    if visit.incoming.private:
        groups = await visit.read(readership.of_person, visit.who)
    else:
        groups = await visit.read(readership.of_channel, visit.who.tenant, visit.incoming.where)
    hit = await asyncio.to_thread(visit.services.search.passage, visit.value, groups)
    if hit is None:
        return _gone()
    if visit.incoming.private:
        return Outgoing("Ask in the channel where you would like to share it. Nothing was shared.")
    return await visit.once(_share, visit, hit)


def _share(tx: Connection, visit: Visit, hit: Hit) -> Reply:
    place = people.place_for(tx, visit.incoming.where, visit.now, visit.services.ids)
    cohort = choose.my_cohort(tx, visit, "resources.share")
    outbox.put(
        tx,
        [
            Intent(
                visit.who.tenant,
                "" if isinstance(cohort, Outgoing) else cohort[0].cohort,
                SHARED,
                int(visit.now.timestamp()) // _ONE_COPY_WITHIN,
                place,
                visit.now,
                True,
                visit.now + timedelta(hours=1),
                hit.id,
            )
        ],
    )
    return Outgoing("Shared with the channel, without your name.")


def shared(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    where = people.place_address(tx, row.intent.tenant, row.intent.recipient)
    groups = readership.of_channel(tx, row.intent.tenant, where) if where else ()
    hit = services.search.passage(row.intent.subject, groups)
    return answers.public(hit) if hit else None


def _verdict(helpful: bool) -> Handler:
    async def handler(visit: Visit) -> Reply:
        which, _, asked = visit.value.partition(":")
        groups = await visit.read(readership.of_person, visit.who)
        if await visit.services.search.entry(which, groups) is None:
            return _gone()
        await visit.once(_count, visit, which, helpful)
        if helpful:
            return Outgoing("Thank you. Only a count is kept, not your question.")
        return Outgoing(
            "Thank you for saying so. Only a count is kept, not your question. A person may know more.",
            options=(answers.ask_a_person(), answers.pass_it_on(asked)),
        )

    return handler


def _count(tx: Connection, visit: Visit, which: str, helpful: bool) -> None:
    verdicts.count(tx, visit.who.tenant, which, helpful)
    if not helpful:
        lookups.count(tx, visit.who.tenant, visit.now.date(), lookups.NOT_HELPFUL)


async def why(visit: Visit) -> Reply:
    """What made the passage come first, for its asker alone."""
    told = visit.services.reasons.look(visit.value, visit.who.person, visit.now)
    if told is None:
        return Outgoing("I no longer know why, because questions are not kept. Please ask again and look at once.")
    return Outgoing(told)


def _gone() -> Outgoing:
    return Outgoing("That passage has changed since. Please ask again with /resources.")


feature = Feature(
    "resources",
    for_guests=True,
    takes_words=True,
    commands={"resources": (ask, "Look something up: /resources what is an equity pause")},
    presses={
        "more": more,
        "entry": entry,
        "share": share,
        "why": why,
        "helpful": _verdict(True),
        "not-helpful": _verdict(False),
    },
    takes_text=is_question,
    text=ask,
    compose={SHARED: shared},
)
