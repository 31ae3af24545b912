"""Writing a reflection: a form opens at once, what is saved is private, and a receipt confirms."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import choose, counting, outbox, own_papers, papers, reflection_form, schedule, unsaved, upcoming, words
from bot.messages import Errors, Form, Option, Outgoing, Reply
from bot.programs import Program, Unit
from bot.programs.seats import gets, worded
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.vault import private
from bot.vault.drafts import Place
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
        return choose.not_started(cohort, member)
    if not schedule.clocked(program):
        done = turns.numbers(tx, cohort.tenant, cohort.cohort, visit.who.person)
        mine = [one for one in program.units if gets(program, one.whom, member.seat)] or [program.units[-1]]
        unit = next((one for one in mine if one.number not in done), mine[-1])
        return _open(tx, visit, cohort, program, unit)
    current = upcoming.current(tx, cohort, program, member, visit.now)
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
    mine = [
        entry
        for entry in private.everything(tx, visit.vault, visit.who)
        if entry.readable and entry.cohort == cohort.cohort
    ]
    before = [entry for entry in mine if entry.number == unit.number]
    by_unit = {entry.number: entry.words for entry in mine}
    unit = upcoming.as_asked(tx, cohort, program, unit.number, visit.who.person)
    again = before[-1] if before else None
    form = reflection_form.show(
        visit.services.ids(),
        "reflections.revise" if again else "reflections.save",
        reflection_form.revision(again) if again else f"{cohort.cohort}:{unit.number}:{_OTHER if alternative else ''}",
        words.unit_name(program, unit),
        unit,
        alternative=alternative,
        words=again.words if again else None,
        earlier=lambda which: (
            papers.so_far(tx, visit.vault, program, cohort.cohort, which, visit.who)
            or own_papers.so_far(program, by_unit, which)
        ),
        counted=schedule.clocked(program),
    )
    return unsaved.again(tx, visit, form, Place(cohort.cohort, unit.number, again.entry if again else ""))


async def save(visit: Visit) -> Reply:
    return await unsaved.saved(visit, _save, unsaved.place_of(visit, new=True))


def _save(tx: Connection, visit: Visit) -> Reply:
    found = _unit_of(tx, visit)
    if isinstance(found, Outgoing):
        return _kept_open(found)
    cohort, program, unit = found
    written = reflection_form.read(visit, unit)
    if isinstance(written, Errors):
        return written
    return _keep(tx, visit, cohort, program, unit, written)


def _keep(
    tx: Connection, visit: Visit, cohort: Cohort, program: Program, unit: Unit, written: private.Words
) -> Outgoing:
    before = private.of_unit(tx, visit.vault, visit.who, cohort.cohort, unit.number)
    same = [entry for entry in before if entry.words == written]
    if same:  # the other of two open windows, or the same press again: the first receipt stands
        return _receipt(program, unit, same[0])
    entry, new = private.save(
        tx,
        visit.vault,
        visit.who,
        cohort.cohort,
        unit.number,
        visit.form,
        written,
        visit.now,
        visit.services.ids,
    )
    if new:
        _settle(tx, visit, entry)
        counting.count(tx, visit, cohort, program, unit, written)
    return _receipt(program, unit, entry, both=new and bool(before))


async def revise(visit: Visit) -> Reply:
    return await unsaved.saved(visit, _revise, unsaved.place_of(visit, new=False))


def _revise(tx: Connection, visit: Visit) -> Reply:
    """One's own entry may be changed after one has left the cohort, too: the journal stays its writer's."""
    which, revision = (visit.value.split(":") + [""] * 4)[2:4]
    entry = private.find(tx, visit.vault, visit.who, which)
    cohort = cohorts.find(tx, visit.who.tenant, entry.cohort) if entry else None
    if entry is None or cohort is None:
        return _kept_open(
            Outgoing(
                "The entry that this form belongs to was deleted, so nothing was saved. Your text is still "
                "here: copy it, then open a new form with /reflect."
            )
        )
    program = visit.services.program(tx, cohort)
    unit = upcoming.as_asked(tx, cohort, program, entry.number, visit.who.person)
    written = reflection_form.read(visit, unit)
    if isinstance(written, Errors):
        return written
    later = {one.id for one in unit.more} | (set(entry.words.answers) - {one.id for one in unit.questions})
    kept = {name: value for name, value in entry.words.answers.items() if name in later}
    written = replace(written, answers={**written.answers, **kept})
    if written == entry.words:
        return _receipt(program, unit, entry, changed=True)
    if revision != str(entry.revision):  # changed in another window meanwhile: neither text may replace the other
        return _keep(tx, visit, cohort, program, unit, written)
    private.revise(tx, visit.vault, visit.who, entry, written)
    _settle(tx, visit, replace(entry, words=written), before=entry.words.step)
    counting.count(tx, visit, cohort, program, unit, written)
    return _receipt(program, unit, entry, changed=True)


async def more(visit: Visit) -> Reply:
    return await visit.read(_more, visit)


def _more(tx: Connection, visit: Visit) -> Reply:
    found = _own_entry(tx, visit)
    if found is None:
        return Outgoing("That entry is not in your journal any more. Nothing was changed.")
    entry, program, unit, start = found
    if not reflection_form.more(unit, start):
        return _receipt(program, unit, entry)
    return reflection_form.show_more(
        visit.services.ids(),
        "reflections.save-more",
        f"{reflection_form.revision(entry)}:{start}",
        words.unit_name(program, unit),
        unit,
        start,
        entry.words,
        counted=schedule.clocked(program),
    )


async def save_more(visit: Visit) -> Reply:
    return await visit.write(_save_more, visit)


def _save_more(tx: Connection, visit: Visit) -> Reply:
    found = _own_entry(tx, visit)
    if found is None:
        return Errors({"": "The entry that these belong to was deleted, so nothing was saved."})
    entry, program, unit, start = found
    answers, wrong = reflection_form.read_page(visit, reflection_form.more(unit, start))
    if wrong:
        return Errors(wrong)
    written = replace(entry.words, answers={**entry.words.answers, **answers})
    if written != entry.words:
        private.revise(tx, visit.vault, visit.who, entry, written)
        cohort = cohorts.find(tx, visit.who.tenant, entry.cohort)
        if cohort is not None:
            counting.count(tx, visit, cohort, program, unit, written)
    return _receipt(program, unit, entry, start=start + reflection_form.PAGE)


def _own_entry(tx: Connection, visit: Visit) -> tuple[Entry, Program, Unit, int] | None:
    """(entry, program, unit, where its next page starts) from a value that ends with that number."""
    parts = visit.value.split(":")
    entry = private.find(tx, visit.vault, visit.who, parts[2]) if len(parts) > 2 else None
    cohort = cohorts.find(tx, visit.who.tenant, entry.cohort) if entry else None
    start = words.whole_number(parts[-1])
    if entry is None or cohort is None or start is None or start < 0:
        return None
    program = visit.services.program(tx, cohort)
    return entry, program, upcoming.as_asked(tx, cohort, program, entry.number, visit.who.person), start


def _settle(tx: Connection, visit: Visit, entry: Entry, before: str = "") -> None:
    """What an answer brings with it, in its own transaction. `before`: the step that the entry held."""
    mine = (visit.who.tenant, entry.cohort, visit.who.person)
    turns.mark(tx, *mine, entry.number, turns.ANSWERED)
    outbox.cancel(tx, *mine, schedule.REMINDER, entry.number)
    if entry.words.step and entry.words.step != before:
        turns.set_step(tx, *mine, entry.number, turns.OPEN)
    elif not any(one.words.step for one in private.of_unit(tx, visit.vault, visit.who, entry.cohort, entry.number)):
        turns.drop_step(tx, *mine, entry.number)


def _receipt(
    program: Program, unit: Unit, entry: Entry, *, both: bool = False, changed: bool = False, start: int = 0
) -> Outgoing:
    """`start`: where the pages that are still to come begin."""
    said = "Your change is saved." if changed else "Saved. Thank you for taking the time."
    if both:
        said = "Saved. You had already saved an answer to this prompt, so your journal now holds both."
    left = len(unit.more) - start
    add = Option("Add it to our team's paper…", "adding.preview", entry.entry)
    go_on = Option("Go on: a few ratings", "reflections.more", f"{reflection_form.revision(entry)}:{start}", "primary")
    return Outgoing(
        f"{said} Only you see it, unless you choose to share it.",
        title=words.unit_name(program, unit),
        options=(
            *((go_on,) if left > 0 else ()),
            *((add,) if reflection_form.for_a_team(program, unit, entry.words) else ()),
            Option("Read it again", "journal.read", entry.entry),
            Option("My journal", "journal.list"),
            Option("I need support", "support.card"),
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
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    try:
        unit = program.unit(int(number))
        if not gets(program, unit.whom, member.seat):
            return Outgoing("This prompt is for another team or role. Nothing was changed; /reflect opens yours.")
        return cohort, program, worded(program, unit, member.seat)
    except (KeyError, ValueError):  # a value that nobody's button carries
        return Outgoing("This button is out of date. Nothing was changed; /reflect opens the current form.")


feature = Feature(
    "reflections",
    commands={"reflect": (reflect, "Open the private form for the current prompt")},
    presses={"open": open_form, "other": open_other, "current": reflect, "more": more},
    submissions={"save": save, "revise": revise, "save-more": save_more},
)
