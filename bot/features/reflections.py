"""Writing a reflection: a form opens at once, what is saved is private, and a receipt confirms."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, outbox, reflection_form, schedule, words
from bot.messages import Errors, Form, Option, Outgoing, Reply
from bot.programs import Program, Unit
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.vault import private
from bot.vault.private import Entry
from bot.visit import Feature, Visit

_OTHER = "other"


async def reflect(visit: Visit) -> Reply:
    """`/reflect`, or a choice of cohort that it led to."""
    return await visit.read(_current, visit, visit.value)


def _current(tx: Connection, visit: Visit, which: str) -> Reply:
    found = choose.my_cohort(tx, visit, "reflections.current", which)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    if member.state != cohorts.STARTED:
        return Outgoing(
            f"Nothing has started for you in {cohort.name} yet. Press Start and the first prompt will come on its day.",
            options=(Option("Start", "membership.start", cohort.cohort, "primary"),),
        )
    if not schedule.clocked(program):
        done = turns.numbers(tx, cohort.tenant, cohort.cohort, visit.who.person)
        unit = next((one for one in program.units if one.number not in done), program.units[-1])
        return _open(tx, visit, cohort, program, unit)
    current = schedule.current_unit(program, plan, member.plan, visit.now)
    if current is None:
        return Outgoing(_first_prompt(program, plan, member, visit))
    alternative = plan.change(current.number).swapped
    return _open(tx, visit, cohort, program, current, alternative=alternative)


def _first_prompt(program: Program, plan: schedule.CohortPlan, member: Member, visit: Visit) -> str:
    for send in schedule.member_sends(program, plan, member.plan):
        if send.kind == schedule.PROMPT and send.due > visit.now:
            return f"Your first prompt comes on {words.moment(send.due, member.zone)}. There is nothing to do yet."
    return "There is no prompt to answer right now."


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open_unit, visit, False)


async def open_other(visit: Visit) -> Reply:
    return await visit.read(_open_unit, visit, True)


def _open_unit(tx: Connection, visit: Visit, alternative: bool) -> Reply:
    found = _unit_of(tx, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, program, unit = found
    return _open(tx, visit, cohort, program, unit, alternative=alternative)


def _open(
    tx: Connection,
    visit: Visit,
    cohort: Cohort,
    program: Program,
    unit: Unit,
    *,
    alternative: bool = False,
) -> Form:
    mine = [entry for entry in private.everything(tx, visit.who) if entry.cohort == cohort.cohort]
    before = [entry for entry in mine if entry.number == unit.number]
    by_unit = {entry.number: entry.words for entry in mine}
    again = before[-1] if before else None
    return reflection_form.show(
        visit.services.ids(),
        "reflections.revise" if again else "reflections.save",
        f"{cohort.cohort}:{unit.number}:{again.entry}"
        if again
        else f"{cohort.cohort}:{unit.number}:{_OTHER if alternative else ''}",
        words.unit_name(program, unit),
        unit,
        alternative=alternative,
        words=again.words if again else None,
        earlier=lambda which: reflection_form.artifact(program, by_unit, which),
    )


async def save(visit: Visit) -> Reply:
    return await visit.write(_save, visit)


def _save(tx: Connection, visit: Visit) -> Reply:
    found = _unit_of(tx, visit)
    if isinstance(found, Outgoing):
        return _kept_open(found)
    cohort, program, unit = found
    written = reflection_form.read(visit, unit)
    if isinstance(written, Errors):
        return written
    same = [entry for entry in private.of_unit(tx, visit.who, cohort.cohort, unit.number) if entry.words == written]
    if same:  # the other of two open windows, or the same press again: the first receipt stands
        return _receipt(words.unit_name(program, unit), same[0])
    before = private.of_unit(tx, visit.who, cohort.cohort, unit.number)
    entry, new = private.save(
        tx,
        visit.who,
        cohort.cohort,
        unit.number,
        visit.form,
        written,
        visit.now,
        visit.services.ids,
    )
    if not new:
        return _receipt(words.unit_name(program, unit), entry)
    _settle(tx, visit, cohort, unit, written)
    return _receipt(words.unit_name(program, unit), entry, both=bool(before))


async def revise(visit: Visit) -> Reply:
    return await visit.write(_revise, visit)


def _revise(tx: Connection, visit: Visit) -> Reply:
    found = _unit_of(tx, visit)
    if isinstance(found, Outgoing):
        return _kept_open(found)
    cohort, program, unit = found
    written = reflection_form.read(visit, unit)
    if isinstance(written, Errors):
        return written
    entry = private.find(tx, visit.who, visit.value.split(":")[2])
    if entry is None:
        return _kept_open(
            Outgoing(
                "The entry that this form belongs to was deleted, so nothing was saved. Your text is still "
                "here: copy it, then open a new form with /reflect."
            )
        )
    private.revise(tx, visit.who, entry, written)
    _settle(tx, visit, cohort, unit, written, entry.words.step)
    return _receipt(words.unit_name(program, unit), entry, changed=True)


def _settle(
    tx: Connection, visit: Visit, cohort: Cohort, unit: Unit, written: private.Words, step_before: str = ""
) -> None:
    """What an answer brings with it, in its own transaction."""
    tenant, who = cohort.tenant, visit.who.person
    turns.mark(tx, tenant, cohort.cohort, who, unit.number, turns.ANSWERED)
    outbox.cancel(tx, tenant, cohort.cohort, who, schedule.REMINDER, unit.number)
    if written.step and written.step == step_before:
        return  # what became of it stays noted
    if written.step:
        turns.set_step(tx, tenant, cohort.cohort, who, unit.number, turns.OPEN)
    else:
        turns.drop_step(tx, tenant, cohort.cohort, who, unit.number)


def _receipt(title: str, entry: Entry, *, both: bool = False, changed: bool = False) -> Outgoing:
    said = "Your change is saved." if changed else "Saved. Thank you for taking the time."
    if both:
        said = "Saved. You had already saved an answer to this prompt, so your journal now holds both."
    return Outgoing(
        f"{said} Only you see it, unless you choose to share it.",
        title=title,
        options=(
            Option("Read it again", "journal.read", entry.entry),
            Option("My journal", "journal.list"),
        ),
    )


def _kept_open(message: Outgoing) -> Errors:
    """A refusal that leaves the form open with every word in it."""
    return Errors({"": message.text})


def _unit_of(tx: Connection, visit: Visit) -> tuple[Cohort, Program, Unit] | Outgoing:
    """The unit named by a button or form, if its cohort is the caller's and still open."""
    which, _, rest = visit.value.partition(":")
    number = rest.partition(":")[0]
    found = choose.my_cohort(tx, visit, "reflections.current", which)
    if isinstance(found, Outgoing):
        return Outgoing(
            "You are not in this cohort any more, or it has closed, so nothing was saved. "
            "Your journal is still yours: /journal."
        )
    cohort, _ = found
    program = visit.services.program(tx, cohort)
    try:
        return cohort, program, program.unit(int(number))
    except (KeyError, ValueError):
        return Outgoing("This button is out of date. Nothing was changed; /reflect opens the current form.")


feature = Feature(
    "reflections",
    commands={"reflect": (reflect, "Open the private form for the current prompt")},
    presses={"open": open_form, "other": open_other, "current": reflect},
    submissions={"save": save, "revise": revise},
)
