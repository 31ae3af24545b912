"""What a member has before them: their next prompts, and the day it is where they are."""

from __future__ import annotations

from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import schedule
from bot.store import cohorts
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit

_NEXT = 5


def next_prompts(tx: Connection, visit: Visit, cohort: Cohort, member: Member) -> list[schedule.Send]:
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    return list(
        islice(
            (
                send
                for send in schedule.member_sends(program, plan, member.plan)
                if send.kind == schedule.PROMPT and send.due >= visit.now
            ),
            _NEXT,
        )
    )


def today(visit: Visit, member: Member) -> date:
    return visit.now.astimezone(ZoneInfo(member.zone)).date()
