"""Who can read what, in plain words; taking everything out; erasing everything."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, func, select

from bot import audit, choose, consent, deeds, downloads, outbox, overview, own_data, removals, sealed_file, words
from bot.forgetting import AlreadyGone, Receipt
from bot.messages import Address, File, Option, Outgoing, Quote, Reply
from bot.outbox import Row
from bot.store import cohorts, people
from bot.store.tables import outbox as rows
from bot.vault import shared
from bot.visit import Feature, Replacement, Services, Visit

_DOWNLOAD = Option("Download my data", "privacy.download")
_ERASE = Option(
    "Erase my data",
    "privacy.erase",
    "",
    "danger",
    "Erase everything you wrote here, in every cohort? It cannot be brought back. You also leave your cohorts. "
    "What you wrote for a team stays with it, without your name.",
)


async def home(visit: Visit) -> Reply:
    return Outgoing(
        "What you write in a form is yours. You can read who can see what, take a copy, or erase it.",
        title="Privacy",
        options=(
            Option("Who can read what?", "privacy.who", style="primary"),
            Option("What do facilitators see?", "privacy.mirror"),
            Option("Who did what about me?", "privacy.record"),
            _DOWNLOAD,
            Option("How long is it kept?", "keeping.page"),
            _ERASE,
        ),
    )


async def who(visit: Visit) -> Reply:
    return Outgoing(
        consent.text(visit.services.facts, await visit.read(_leaders, visit)),
        title="Who can read what",
        options=(
            Option("What do facilitators see?", "privacy.mirror"),
            Option("Who did what about me?", "privacy.record"),
            _DOWNLOAD,
            _ERASE,
        ),
    )


def _leaders(tx: Connection, visit: Visit) -> list[str]:
    found = [
        one
        for cohort, _ in cohorts.of_person(tx, visit.who)
        for one in people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    ]
    return people.names(tx, visit.who.tenant, list(dict.fromkeys(found)))


async def mirror(visit: Visit) -> Reply:
    return await visit.read(_mirror, visit)


def _mirror(tx: Connection, visit: Visit) -> Reply:
    """Through a facilitator's eyes: made by what makes her own pages, and nothing is left out."""
    found = choose.my_cohort(tx, visit, "privacy.mirror", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, _ = found
    given = [one for one in shared.of_writer(tx, visit.vault, visit.who) if one.cohort == cohort.cohort]
    return Outgoing(
        overview.text(tx, visit, cohort),
        title=f"What facilitators see of {cohort.name}",
        quotes=(
            Quote(overview.ratings(tx, visit, cohort), title="Ratings and choices"),
            Quote(
                "\n".join(f"{one.title}: shared with the {one.audience}" for one in given)
                or "Nothing. You have shared no entry here.",
                title="Of what you wrote",
            ),
        ),
        note="They also see your name among the members, and a question that you put to them yourself.",
        options=(Option("Who did what about me?", "privacy.record"),),
    )


async def record(visit: Visit) -> Reply:
    return await visit.read(_record, visit)


def _record(tx: Connection, visit: Visit) -> Reply:
    head = audit.head(tx, visit.who.tenant)
    code = (
        f"Entry {head.number} of the whole record has the code {head.code}. It may grow and never change: whoever kept "
        "an older code can have it checked."
        if head
        else ""
    )
    return Outgoing(deeds.about(tx, visit), title="Who did what about me", note=code)


# --- taking everything along ---------------------------------------------------------------------------


async def download(visit: Visit) -> Reply:
    """By a link where members reach this bot's pages, and else as a file that only its key opens."""
    if visit.services.public_url:
        link = await visit.write(_link, visit)
        return Outgoing(
            "Here is everything you wrote, as files to read and for other programs.",
            quotes=(Quote("Open this page and press its button.", title="My data", source_url=link),),
            note=f"Only you see this. The link works once, for {downloads.VALID.seconds // 60} minutes. Whoever has it "
            "can use it, so please pass it to nobody.",
        )
    kept = await visit.read(own_data.gather, visit.services, visit.who, visit.now)
    sealed = await asyncio.to_thread(lambda: sealed_file.seal(own_data.pack(kept)))
    which = visit.services.ids()
    visit.services.held.put(which, visit.who.person, sealed.key, visit.now)
    return Outgoing(
        "Here is everything you wrote, in a locked file. Its key opens it, and nothing else does. Please take the key "
        "now: I show it once, for an hour, and keep it nowhere.",
        file=File(f"{downloads.FILE}.age", sealed.data, "application/octet-stream"),
        options=(Option("Show the key, once", "privacy.key", which, "primary"),),
        note="Programs that open it: age-encryption.org names some.",
    )


def _link(tx: Connection, visit: Visit) -> str:
    services = visit.services
    at = services.store.machine_now(tx)
    return downloads.issue(tx, visit.who, services.public_url, at, downloads.fresh_token)


async def key(visit: Visit) -> Reply:
    found = visit.services.held.take(visit.value, visit.who.person, visit.now)
    if found is None:
        return Outgoing(
            "This key was shown already, or its hour is over. Nothing is lost: download your data again, and you get "
            "a new file with a new key.",
            options=(_DOWNLOAD,),
        )
    return Outgoing(
        found,
        title="The key to your file",
        note="Only you see this, and only now. Keep it apart from the file: with both, anybody can read it.",
    )


# --- being forgotten -----------------------------------------------------------------------------------


async def erase(visit: Visit) -> Reply:
    try:
        receipt = await visit.services.forgetting.forget(visit.who.tenant, visit.who.person)
    except AlreadyGone:
        return Outgoing("That was already erased. There was nothing left of yours to erase.", replaces=True)
    return _receipt(receipt, visit.who.zone)


def _receipt(receipt: Receipt, zone: str) -> Outgoing:
    done = receipt.erased
    counts = (
        f"• {_many(done.reflections, 'reflection', 'reflections')} and notes\n"
        f"• {_many(done.shares, 'copy', 'copies')} that you had shared\n"
        f"• {_many(done.questions, 'question', 'questions')} that you put to a person\n"
        "• your settings, your place in your cohorts, and which prompts you answered or skipped"
    )
    stays = ""
    if done.for_teams:
        parts = _many(done.for_teams, "part of a team's paper", "parts of a team's paper")
        stays = f"What you wrote for a team stays with it, without your name: {parts}.\n\n"
    options: tuple[Option, ...] = ()
    messages = "I had sent you no private messages here."
    if done.messages:
        messages = (
            f"I am now taking away my own {_many(done.messages, 'private message', 'private messages')} to you, one "
            "after the other. Where this chat platform does not let me, they stay until you delete them."
        )
        options = (Option("How far is that?", "privacy.progress", done.receipt),)
    return Outgoing(
        f"Erased on {words.moment(receipt.at, zone)}:\n{counts}\n\n"
        f"The keys to your words are destroyed, so copies in backups cannot be read any more. The last of these "
        f"copies is removed by {words.day(receipt.last_copy)}.\n\n"
        f"{stays}{messages}\n\n"
        "What you typed in this chat yourself stays with the platform until you delete it. Whoever has read what you "
        "shared may remember it.",
        title="Your data is erased",
        note=f"Receipt {done.receipt}. It leads to nobody.",
        options=options,
        replaces=True,
    )


async def progress(visit: Visit) -> Reply:
    count = await visit.read(_states, visit.incoming.who, visit.value)
    if not count:
        return Outgoing("That is done, or it was longer ago than a day. Nothing of it is kept.", replaces=True)
    done, refused = count.get(outbox.SENT, 0), count.get(outbox.REFUSED, 0)
    said = [f"{_many(done, 'message', 'messages')} of {sum(count.values())} taken away."]
    if refused:
        said.append(f"{_many(refused, 'message', 'messages')} could not be taken away. Please delete them yourself.")
    waiting = sum(count.values()) - done - refused
    options = (Option("How far now?", "privacy.progress", visit.value),) if waiting else ()
    return Outgoing(" ".join(said), options=options)


def _states(tx: Connection, who: Address, receipt: str) -> dict[str, int]:
    home = people.home_of(tx, who) or ""
    found = tx.execute(
        select(rows.c.state, func.count().label("how_many"))
        .where(*outbox.beginning(home, "", removals.TAKE_AWAY), rows.c.subject == receipt)
        .group_by(rows.c.state)
    )
    return {row.state: row.how_many for row in found}


def take_away(tx: Connection, services: Services, row: Row) -> Replacement | None:
    return Replacement(row.ref, None) if row.ref else None


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


feature = Feature(
    "privacy",
    commands={"privacy": (home, "Who can read what; download or erase your data")},
    presses={
        "home": home,
        "who": who,
        "mirror": mirror,
        "record": record,
        "download": download,
        "key": key,
        "erase": erase,
        "progress": progress,
    },
    unmet=frozenset({"progress"}),
    compose={removals.TAKE_AWAY: take_away},
)
