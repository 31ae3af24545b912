"""A program from start to close for one imagined member: every send, before anybody gets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import event_times, moments, schedule
from bot.programs import Program, Unit

_WHO = {
    schedule.PROMPT: "each member",
    schedule.STEP: "each member with an open step",
    schedule.REMINDER: "each member who has not answered",
    schedule.ANNOUNCEMENT: "the channel",
}
_INVITED = "each of those invited"
_TEXT = {
    schedule.STEP: "You set yourself a step last time. What became of it? Any answer is fine.",
    schedule.REMINDER: "This prompt is still open: {title}. One line is enough, and skipping is fine.",
    schedule.ANNOUNCEMENT: "{title}. The prompt is here, in your private messages.",
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    unit: int
    """Its number; around an event, the week or month in which it is expected."""
    title: str
    kind: str
    recipient: str
    local: datetime | None
    """None where no clock sends it, since a member asks for it."""
    utc: datetime | None
    text: str

    def as_json(self) -> dict[str, object]:
        """Times in ISO 8601 with their offset, or null."""
        return {
            "unit": self.unit,
            "title": self.title,
            "kind": self.kind,
            "recipient": self.recipient,
            "local": self.local and self.local.isoformat(),
            "utc": self.utc and self.utc.isoformat(),
            "text": self.text,
        }


def rehearse(program: Program, start: date, zone: str) -> list[Rehearsed]:
    """In order of time; for a self-paced program, each unit in turn and without one."""
    if not schedule.clocked(program):
        return [_asked_for(unit) for unit in program.units]
    plan = schedule.CohortPlan(start, zone)
    began = schedule.instant(start, time(0), zone) - timedelta(days=1)
    sends = [
        *schedule.member_sends(program, plan, schedule.MemberPlan(zone, started=began)),
        *schedule.channel_sends(program, plan),
    ]
    first = min((unit.number for unit in program.units), default=0)
    rehearsed = [
        _rehearsed(program, send)
        for send in sorted(sends)
        if send.kind in _WHO and not (send.kind == schedule.STEP and send.number == first)
    ]
    around = _around_events(program, start, schedule.MemberPlan(zone, started=began))
    return sorted([*rehearsed, *around], key=lambda one: one.utc or began)


def _around_events(program: Program, start: date, who: schedule.MemberPlan) -> list[Rehearsed]:
    """On the days on which the program expects them; each cohort sets its own."""
    found = []
    for event in program.events:
        when = event_times.expected(program, event, start, who.zone)
        for send in event_times.sends(program, event, when, who):
            said = moments.moment(event, send.kind)
            local = send.due.astimezone(ZoneInfo(who.zone))
            text = f"{event.title}: {said.prompt}" if said else event.title
            found.append(Rehearsed(event.after, event.title, send.kind, _INVITED, local, send.due, text))
    return found


def _asked_for(unit: Unit) -> Rehearsed:
    return Rehearsed(unit.number, unit.title, schedule.PROMPT, "each member who asks for it", None, None, unit.prompt)


def _rehearsed(program: Program, send: schedule.Send) -> Rehearsed:
    unit = program.unit(send.number)
    text = _TEXT[send.kind].format(title=unit.title) if send.kind in _TEXT else unit.prompt
    return Rehearsed(unit.number, unit.title, send.kind, _WHO[send.kind], send.local, send.due, text)
