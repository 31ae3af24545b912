"""What comes around an event: being told of it, pre-work, the exit note, the follow-up. The words are made as it is
sent, from what is true then."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import event_planner, event_words, guest_list, moments, reflection_form, schedule, words
from bot.event_times import EXIT_NOTE, FOLLOW_UP, PRE_WORK
from bot.guest_list import Seen
from bot.messages import Audience, Option, Outgoing
from bot.outbox import NothingToSay, NotYet, Row
from bot.programs import Moment
from bot.releases import FLOOR
from bot.store import cohorts, occasions, turns
from bot.visit import Feature, Services


def news(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    seen = _for_recipient(tx, services, row, cancelled=True)
    if seen is None:
        return None
    which, zone = seen.occasion, seen.me.plan.zone
    if which.sequence != row.intent.number:
        raise NothingToSay  # it changed again, and that is told
    if which.state == occasions.CANCELLED:
        return Outgoing(
            f"It was planned for {words.moment(which.when.starts, zone)}. There is nothing to do.",
            title=f"{which.title} does not take place",
            note=seen.cohort.name,
            audience=Audience.DM,
        )
    changed = "has changed. This is how it is now" if which.sequence else "has a date"
    return Outgoing(
        f"{seen.event.about}\n\n{event_words.lines(which, zone)}",
        title=f"{which.title} {changed}",
        note=seen.cohort.name,
        options=_calendar(seen),
        audience=Audience.DM,
    )


def pre_work(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    seen = _for_recipient(tx, services, row)
    if seen is None or seen.occasion.when.starts <= services.now():
        return None
    said = _said(seen, PRE_WORK)
    if turns.state_of(tx, row.intent.tenant, row.intent.cohort, row.intent.recipient, row.intent.number):
        return None
    return _message(seen, PRE_WORK, said, f"{event_words.lines(seen.occasion, seen.me.plan.zone)}\n\n{said.prompt}")


def exit_note(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    seen = _for_recipient(tx, services, row)
    if seen is None:
        return None
    if seen.occasion.when.ends > services.now():
        raise NotYet(seen.occasion.when.ends)
    said = _said(seen, EXIT_NOTE)
    few = len(guest_list.everybody(tx, seen.program, seen.cohort, seen.occasion)) < FLOOR
    told = [said.prompt, *([event_words.FEW] if few else []), "If you were not there, leave this one."]
    return _message(seen, EXIT_NOTE, said, "\n\n".join(told))


def follow_up(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    seen = _for_recipient(tx, services, row)
    if seen is None or seen.me.outside:
        return None
    said = _said(seen, FOLLOW_UP)
    return _message(seen, FOLLOW_UP, said, said.prompt)


def _message(seen: Seen, kind: str, said: Moment, text: str) -> Outgoing:
    unit = moments.as_unit(seen.occasion, kind, said)
    value = f"{seen.occasion.occasion}:{kind}"
    write = "Write without my name" if said.anonymous else "Reflect privately"
    options = [Option(write, "attending.open", value, "primary")]
    if not (said.anonymous or seen.me.outside):
        options.append(Option("Think, store nothing", "thinking.open", f"{seen.cohort.cohort}:{unit.number}"))
    return Outgoing(
        text,
        title=unit.title,
        note=f"{seen.cohort.name} · {reflection_form.minutes(unit)} {reflection_form.reader(unit)}",
        options=(*options, *(_calendar(seen) if kind == PRE_WORK else ())),
        audience=Audience.DM,
    )


def _for_recipient(tx: Connection, services: Services, row: Row, *, cancelled: bool = False) -> Seen | None:
    """The event as the recipient sees it; None for who is not invited any more, or paused, or when it was cancelled."""
    intent = row.intent
    which = occasions.find(tx, intent.tenant, intent.subject)
    cohort = cohorts.find(tx, intent.tenant, intent.cohort)
    if which is None or cohort is None:
        raise NothingToSay
    program = services.program(tx, cohort)
    event = moments.event(program, which)
    if event is None:
        raise NothingToSay
    if which.state != occasions.PLANNED and not (cancelled and which.state == occasions.CANCELLED):
        return None
    me = guest_list.invited(tx, program, cohort, which, intent.recipient)
    if me is None or cohort.state != cohorts.RUNNING:
        return None
    now = services.now()
    if me.plan.paused_until is not None and schedule.local_date(now, me.plan.zone) < me.plan.paused_until:
        return None
    awake = schedule.after_quiet(now, me.plan)
    if awake > now:
        raise NotYet(awake)
    return Seen(cohort, program, which, event, me)


def _said(seen: Seen, kind: str) -> Moment:
    said = moments.moment(seen.event, kind)
    if said is None:
        raise NothingToSay
    return said


def _calendar(seen: Seen) -> tuple[Option, ...]:
    return (Option("Add to my calendar", "calendar.event", seen.occasion.occasion),)


feature = Feature(
    "events",
    compose={event_planner.NEWS: news, PRE_WORK: pre_work, EXIT_NOTE: exit_note, FOLLOW_UP: follow_up},
    plan=event_planner.plan,
    next_due=event_planner.next_due,
)
