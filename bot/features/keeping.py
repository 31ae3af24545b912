"""How long a member's words are kept: what goes when, an own date, nothing at all; and being told two weeks before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot import choose, outbox, retention, upcoming, words
from bot.messages import Audience, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Row
from bot.store import cohorts, milestones
from bot.store.cohorts import Cohort, Member
from bot.visit import Feature, Services, Visit

_EVERY = timedelta(hours=24)
_LATEST = 3650
_DOWNLOAD = Option("Download my data", "privacy.download", style="primary")


def _nothing(which: Cohort) -> Option:
    return Option(
        "Keep nothing",
        "keeping.nothing",
        which.cohort,
        "danger",
        f"Erase what you wrote in {which.name} now? It cannot be brought back. You stay in the cohort.",
    )


# --- the page --------------------------------------------------------------------------------------------


async def page(visit: Visit) -> Reply:
    return await visit.read(_page, visit)


def _page(tx: Connection, visit: Visit) -> Reply:
    mine = retention.of_person(tx, visit.who)
    if not mine:
        return Outgoing(
            "You are in no cohort, so there is nothing with a date. /privacy erases everything at any time."
        )
    lines, options = [], []
    for which, member in mine:
        lines.append(f"• {which.name}: {_said(retention.kept(tx, visit.services, which, member))}")
        options.append(Option(f"Choose a date: {words.cut(which.name, 40)}", "keeping.choose", which.cohort))
    return Outgoing(
        "How long what you wrote is kept:\n" + "\n".join(lines) + "\n\nYour notes go with the last of these.",
        title="How long it is kept",
        note="Only you see this. You are told two weeks before anything goes.",
        options=(*options, _DOWNLOAD),
    )


def _said(one: retention.Kept) -> str:
    if one.goes is None:
        return "until you choose a date or erase it, since this program has no last day."
    return f"until {words.day(one.goes)} {one.goes.year}."


async def choose_date(visit: Visit) -> Reply:
    return await visit.read(_form, visit)


def _form(tx: Connection, visit: Visit) -> Reply:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return found
    which, member = found
    own = retention.chosen(tx, member)
    return Form(
        visit.services.ids(),
        "How long it is kept",
        "keeping.set",
        (Field("until", "Remove what I wrote here on", "date", initial=own.isoformat() if own else ""),),
        which.cohort,
        intro=f"{which.name}. Leave it empty for what the program has. A date counts where it is the earlier one.",
    )


async def set_date(visit: Visit) -> Reply:
    return await visit.write(_set, visit)


def _set(tx: Connection, visit: Visit) -> Reply:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return Errors({"": found.text})
    which, member = found
    until = None
    if visit.field("until"):
        try:
            until = date.fromisoformat(visit.field("until"))
        except ValueError:
            return Errors({"until": "Please choose a day, or leave it empty. Nothing was changed."})
        today = upcoming.today(visit, member)
        if not today < until <= today + timedelta(days=_LATEST):
            return Errors({"until": "Please choose a day after today, within ten years. Nothing was changed."})
    retention.choose(tx, member, until)
    return Outgoing(f"{which.name}: kept {_said(retention.kept(tx, visit.services, which, member))}")


async def nothing(visit: Visit) -> Reply:
    found = await visit.read(_mine, visit)
    if isinstance(found, Outgoing):
        return found
    which, member = found
    gone = await visit.services.forgetting.let_go(member.tenant, member.person, which.cohort)
    count = "1 reflection" if gone == 1 else f"{gone} reflections"
    return Outgoing(
        f"Erased: {count} of yours in {which.name}, with every copy that you had shared and every question that you "
        "had put to a person there. Your notes and other cohorts stay. What is in this chat itself stays with it.",
        replaces=True,
    )


def _mine(tx: Connection, visit: Visit) -> tuple[Cohort, Member] | Outgoing:
    for which, member in retention.of_person(tx, visit.who):
        if which.cohort == visit.value:
            return which, member
    return Outgoing(choose.NOT_A_MEMBER)


# --- being told before -----------------------------------------------------------------------------------


def plan(tx: Connection, services: Services, now: datetime) -> bool:
    """Once a day is enough for what is told two weeks before."""
    last = milestones.latest(tx, milestones.NOTICES)
    if last is not None and last <= now < last + _EVERY:
        return False
    outbox.put(tx, retention.notices(tx, services, now))
    milestones.replace(tx, milestones.NOTICES, now)
    return False


def closing(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    one = _still(tx, services, row)
    if one is None or one.ends is None or one.goes is None or one.ends.isoformat() != row.intent.subject:
        return None
    return Outgoing(
        f"{one.cohort.name} ends on {words.day(one.ends - timedelta(days=1))}. What you wrote stays yours to read in "
        f"/journal until {words.day(one.goes)}; then it is removed, with what you shared and asked there. You are told "
        "again two weeks before. You can take everything along, or have it removed now.",
        title="Your program is coming to its end",
        options=(Option("What I made", "making.home", one.cohort.cohort), _DOWNLOAD, _nothing(one.cohort)),
        audience=Audience.DM,
    )


def kept_until(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    one = _still(tx, services, row)
    if one is None or one.goes is None or one.goes.isoformat() != row.intent.subject:
        return None
    if not retention.has_words(tx, one.member):
        return None
    return Outgoing(
        f"On {words.day(one.goes)} what you wrote in {one.cohort.name} is removed, with what you shared and asked "
        "there. You can take everything along before. You need not do anything.",
        title="What you wrote goes soon",
        options=(_DOWNLOAD, _nothing(one.cohort)),
        audience=Audience.DM,
    )


def _still(tx: Connection, services: Services, row: Row) -> retention.Kept | None:
    which = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    member = cohorts.member(tx, row.intent.tenant, row.intent.cohort, row.intent.recipient)
    return retention.kept(tx, services, which, member) if which and member else None


feature = Feature(
    "keeping",
    presses={"page": page, "choose": choose_date, "nothing": nothing},
    submissions={"set": set_date},
    compose={retention.CLOSING: closing, retention.KEPT_UNTIL: kept_until},
    plan=plan,
)
