"""One's own entries, in a view that only their writer sees: read, edit, delete, and one's own chart."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import counting, own_ratings, reflection_form, schedule, unsaved, upcoming, words
from bot.charts import Series, growth_chart
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.programs import Program, Unit
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort
from bot.vault import drafts, private, shared, unsigned
from bot.vault.drafts import Place
from bot.vault.private import Entry
from bot.visit import Feature, Visit

NOTE = -1
"""The unit number of a note that belongs to no prompt."""
_PAGE = 5
_LONGEST = 3000


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    entries = private.everything(tx, visit.vault, visit.who)
    entries.reverse()
    skip = words.whole_number(visit.value) or 0
    waits = drafts.any_of(tx, visit.who, visit.services.store.machine_now(tx))
    not_saved = (Option("What was not saved", "unsaved.look", style="primary"),) if waits else ()
    if not entries:
        return Outgoing(
            "Your journal is empty. /reflect opens the form of the current prompt, and what you save there "
            "appears here, for you alone.",
            options=not_saved,
        )
    page = entries[skip : skip + _PAGE] or entries[:_PAGE]
    options = [Option(_label(tx, visit, entry), "journal.read", entry.entry) for entry in page]
    if skip + _PAGE < len(entries):
        options.append(Option("Older entries", "journal.list", str(skip + _PAGE)))
    if _ratings(tx, visit):
        options.append(Option("My own chart", "journal.chart"))
    count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    return Outgoing(
        f"Your journal has {count}. Press one to read, edit, share or delete it.",
        title="My journal",
        note="Only you see this.",
        options=(*not_saved, *options),
        replaces=True,
    )


async def read(visit: Visit) -> Reply:
    return await visit.read(_read, visit)


def _read(tx: Connection, visit: Visit) -> Reply:
    entry = private.look(tx, visit.vault, visit.who, visit.value)
    if entry is None:
        return _gone()
    if not entry.readable:
        return _damaged(tx, visit, entry)
    given = shared.of_entry(tx, visit.vault, visit.who, entry.entry)
    options = [Option("Edit", "journal.edit", entry.entry)]
    if entry.number != NOTE:  # a note belongs to no cohort, so there is nobody to give it to
        options.append(Option("Share…", "sharing.choose", entry.entry))
    options += [Option(f"Take back from {_audience(one)}", "sharing.take-back", one.share) for one in given]
    options += [
        Option("Take back what waits without my name", "sharing.withdraw", one)
        for one in unsigned.waiting(tx, visit.who, entry.cohort, entry.number)
    ]
    options += [_delete_button(entry), Option("My journal", "journal.list")]
    who = f"Shared with {words.listed([_audience(one) for one in given])}." if given else "Only you see this."
    return Outgoing(
        "",
        title=_title(tx, visit, entry),
        quotes=tuple(Quote(answer, title=ask) for ask, answer in _pairs(tx, visit, entry)),
        note=f"Saved {words.moment(entry.saved_at, visit.who.zone)}. {who}",
        options=tuple(options),
        replaces=True,
    )


def _damaged(tx: Connection, visit: Visit, entry: Entry) -> Outgoing:
    return Outgoing(
        "This entry cannot be opened: it was changed or damaged where it is stored. Your other entries are not "
        "touched. Whoever runs this bot can look for it in a backup.",
        title=_title(tx, visit, entry),
        options=(_delete_button(entry), Option("My journal", "journal.list")),
        replaces=True,
    )


def _delete_button(entry: Entry) -> Option:
    return Option(
        "Delete",
        "journal.delete",
        entry.entry,
        "danger",
        "Delete this entry? It cannot be brought back, and copies that you shared are taken back too.",
    )


async def edit(visit: Visit) -> Reply:
    return await visit.read(_edit, visit)


def _edit(tx: Connection, visit: Visit) -> Reply:
    entry = private.find(tx, visit.vault, visit.who, visit.value)
    if entry is None:
        return _gone()
    if entry.number == NOTE:
        return _note_form(tx, visit, entry)
    _, program, unit = _unit(tx, visit, entry)
    if not unit.questions:
        return Outgoing(
            "What was asked here is not known any more, so this cannot be changed. Nothing else was changed."
        )
    form = reflection_form.show(
        visit.services.ids(),
        "reflections.revise",
        reflection_form.revision(entry),
        words.unit_name(program, unit),
        unit,
        words=entry.words,
        counted=schedule.clocked(program),
    )
    return unsaved.again(tx, visit, form, Place(entry.cohort, entry.number, entry.entry))


def _note_form(tx: Connection, visit: Visit, entry: Entry) -> Form:
    text = str(entry.words.answers.get("note", ""))
    box = Field("note", "Your note", required=True, initial=text, limit=_LONGEST, lines=6)
    form = Form(visit.services.ids(), "Private note", "journal.save-note", (box,), entry.entry)
    return unsaved.again(tx, visit, form, Place("", NOTE, entry.entry))


async def save_note(visit: Visit) -> Reply:
    return await unsaved.saved(visit, _save_note, Place("", NOTE, visit.value))


def _save_note(tx: Connection, visit: Visit) -> Reply:
    entry, text = private.find(tx, visit.vault, visit.who, visit.value), visit.field("note")
    if entry is None or entry.number != NOTE:
        return Errors({"": "This note was deleted, so nothing was saved. Your text is still here: please copy it."})
    if not text:
        return Errors({"note": "A note needs a few words. To remove it, press Delete in your journal."})
    if words.length(text) > _LONGEST:
        return Errors({"note": f"At most {_LONGEST} characters fit. Nothing is lost: please shorten it."})
    private.revise(tx, visit.vault, visit.who, entry, private.Words({"note": text}))
    return Outgoing("Your change is saved.", options=(Option("My journal", "journal.list"),))


async def delete(visit: Visit) -> Reply:
    return await visit.write(_delete, visit)


def _delete(tx: Connection, visit: Visit) -> Reply:
    entry = private.look(tx, visit.vault, visit.who, visit.value)
    if entry is None:
        return _gone()
    shared.take_back_of(tx, visit.vault, visit.who, entry.entry)
    private.remove(tx, visit.vault, visit.who, entry.entry)
    drafts.drop_of_entry(tx, visit.vault, visit.who, entry.entry)
    if not private.of_unit(tx, visit.vault, visit.who, entry.cohort, entry.number):
        turns.drop_step(tx, visit.who.tenant, entry.cohort, visit.who.person, entry.number)
        counting.take_back(tx, visit, entry.cohort, entry.number)
        for waits in unsigned.waiting(tx, visit.who, entry.cohort, entry.number):
            unsigned.withdraw(tx, visit.who, waits)
    return Outgoing(
        "Deleted, and any copy you had shared is taken back.",
        options=(Option("My journal", "journal.list"),),
        replaces=True,
    )


# --- the chart -------------------------------------------------------------------------------------


async def chart(visit: Visit) -> Reply:
    series = await visit.read(_ratings, visit)
    if not series:
        return Outgoing("There is nothing to draw yet. Ratings that you give in the forms appear here.")
    return Outgoing(
        "How you rated yourself over time.",
        title="My own chart",
        note="Only you see this. It is drawn from your own answers.",
        picture=growth_chart(series),
        options=(Option("My journal", "journal.list"),),
    )


def _ratings(tx: Connection, visit: Visit) -> list[Series]:
    entries = [one for one in private.everything(tx, visit.vault, visit.who) if one.number != NOTE]
    return own_ratings.series(entries, lambda one: _unit(tx, visit, one)[1:])


# --- shared pieces -----------------------------------------------------------------------------------


def _unit(tx: Connection, visit: Visit, entry: Entry) -> tuple[Cohort, Program, Unit]:
    cohort = cohorts.find(tx, visit.who.tenant, entry.cohort)
    if cohort is None:
        raise LookupError("an entry without its cohort")
    program = visit.services.program(tx, cohort)
    return cohort, program, upcoming.as_asked(tx, cohort, program, entry.number, visit.who.person)


def _label(tx: Connection, visit: Visit, entry: Entry) -> str:
    return _title(tx, visit, entry) + ("" if entry.readable else " (cannot be opened)")


def _title(tx: Connection, visit: Visit, entry: Entry) -> str:
    if entry.number == NOTE:
        return f"Note, {words.local_day(entry.saved_at, visit.who.zone)}"
    _, program, unit = _unit(tx, visit, entry)
    return words.unit_name(program, unit)


def _pairs(tx: Connection, visit: Visit, entry: Entry) -> list[tuple[str, str]]:
    if entry.number == NOTE:
        return [("", str(entry.words.answers.get("note", "")))]
    return reflection_form.pairs(_unit(tx, visit, entry)[2], entry.words)


def _audience(one: shared.Shared) -> str:
    return {shared.COHORT: "the cohort", shared.COACH: "your coach"}.get(one.audience, "the facilitators")


def _gone() -> Outgoing:
    return Outgoing(
        "That entry is not in your journal. It may have been deleted from another window. Nothing else was changed.",
        options=(Option("My journal", "journal.list"),),
    )


feature = Feature(
    "journal",
    commands={"journal": (listing, "Read, edit, share or delete what you wrote")},
    presses={
        "list": listing,
        "read": read,
        "edit": edit,
        "delete": delete,
        "chart": chart,
    },
    submissions={"save-note": save_note},
)
