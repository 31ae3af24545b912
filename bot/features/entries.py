"""Looking after the entries from chat: what there is, a new one, another text, what should be read again."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import entry_form, passed_on, rechecks, words
from bot.bookshelf import ShelfError, name_for
from bot.entry_form import curator
from bot.errors import NotAllowed
from bot.messages import Audience, Errors, Form, Option, Outgoing, Reply
from bot.outbox import Row
from bot.visit import Feature, Services, Visit
from index.documents import DRAFT, RETIRED, Entry
from index.shelf import Standing

_AT_ONCE = 18


async def listing(visit: Visit) -> Reply:
    """Drafts first, then what should be read again, then by title; a page at a time."""
    groups = await visit.read(curator, visit)
    page = words.whole_number(visit.value) or 0
    found = await visit.services.bookshelf.standing(groups)
    failed = await visit.services.bookshelf.failed()
    today = visit.now.date()
    found.sort(key=lambda one: (one.entry.status != DRAFT, not rechecks.due(one, today), one.entry.title.casefold()))
    shown = found[page * _AT_ONCE : (page + 1) * _AT_ONCE]
    live = [one for one in found if one.entry.status not in (DRAFT, RETIRED)]
    again = sum(rechecks.due(one, today) for one in found)
    broken = "".join(f"\n• {line}" for line in failed[:5])
    options = [Option("Add an entry", "entries.new", style="primary"), Option("Add a file", "entry-files.new")]
    options += [Option(_label(one, visit), "entries.show", one.entry.id) for one in shown]
    if (page + 1) * _AT_ONCE < len(found):
        options.append(Option("More", "entries.list", str(page + 1)))
    return Outgoing(
        f"{len(live)} entries can be found, {sum(one.own for one in live)} of them added here. "
        f"{again} should be read again.{f' These files cannot be read and are not found:{broken}' if failed else ''}",
        title="Entries",
        options=tuple(options),
    )


def _label(one: Standing, visit: Visit) -> str:
    mark = {DRAFT: "Draft: ", RETIRED: "Retired: "}.get(one.entry.status, "")
    if not mark and rechecks.due(one, visit.now.date()):
        mark = "Read again: "
    return words.cut(f"{mark}{one.entry.title}", 75)


async def show(visit: Visit) -> Reply:
    one = await _found(visit)
    entry = one.entry
    if entry.status == DRAFT:
        return entry_form.draft(entry, "A draft. Nobody can find it yet.")
    said = "Retired: nobody can find it." if entry.status == RETIRED else f"Last checked on {entry.last_checked}."
    if one.upstream_changed:
        said += " The entry that came with the bot has changed since you replaced it. Please compare the two."
    back = Option("Back to the entries", "entries.list")
    if entry.status == RETIRED:
        return entry_form.shown(entry, said, options=(Option("Bring it back", "entries.checked", entry.id), back))
    return entry_form.shown(entry, said, options=(*_choices(entry), back))


def _choices(entry: Entry) -> tuple[Option, ...]:
    return (
        Option("Still right", "entries.checked", entry.id),
        Option("Change it", "entries.change", entry.id),
        Option("Retire it", "entries.retire", entry.id, confirm="Retire it? Nobody finds it then. Its text is kept."),
    )


async def new(visit: Visit) -> Reply:
    return await visit.read(_new, visit)


def _new(tx: Connection, visit: Visit) -> Form:
    curator(tx, visit)
    return entry_form.form(
        tx,
        visit,
        "entries.add",
        intro=entry_form.ONLY_WHAT_MAY_BE_SHOWN,
    )


async def add(visit: Visit) -> Reply:
    today = visit.now.date().isoformat()
    which = name_for(visit.field("title"), visit.form)
    return await _save(visit, Entry(which, "", "", kind="faq", status=DRAFT, last_checked=today, source="added here"))


async def change(visit: Visit) -> Reply:
    one = await _found(visit)
    if words.length(one.entry.body) > entry_form.TEXT_LIMIT:
        return Outgoing(
            "This entry is longer than a form can hold. You can send a file with the changed text in its place. "
            "Nothing was changed.",
            options=(Option("Send a file", "entry-files.instead", one.entry.id),),
        )
    return await visit.read(entry_form.form, visit, "entries.save-change", one.entry)


async def save_change(visit: Visit) -> Reply:
    entry = (await _found(visit)).entry
    return await _save(visit, replace(entry, last_checked=visit.now.date().isoformat()), entry)


async def _save(visit: Visit, entry: Entry, before: Entry | None = None) -> Reply:
    groups = await visit.read(curator, visit)
    allowed = await visit.read(entry_form.audiences, visit, before)
    made = entry_form.read(visit, entry, allowed)
    if isinstance(made, Errors):
        return made
    known = await visit.services.bookshelf.find(made.id, groups)
    if before is None and known is not None and known.entry.status != DRAFT:
        return Outgoing("This was published already. Nothing was changed.")
    try:
        await visit.services.bookshelf.put(made)
    except ShelfError as problem:
        return Errors({"": str(problem)})
    await visit.write(_noted, visit, made.id)
    if made.status == DRAFT:
        return entry_form.draft(made, "This is how it reads. Nobody can find it yet.")
    return entry_form.shown(made, "Saved. It is found like this from now on.")


async def publish(visit: Visit) -> Reply:
    entry = (await _found(visit)).entry
    try:
        if entry.status == DRAFT:
            await visit.services.bookshelf.publish(entry, visit.now.date())
    except ShelfError as problem:
        return Outgoing(str(problem))
    await visit.write(_settle, visit, entry.id)
    return Outgoing(
        "Published. It is found from now on, and whoever passed on a question that it answers gets a private note.",
        replaces=True,
        options=(Option("See the entry", "entries.show", entry.id),),
    )


def _settle(tx: Connection, visit: Visit, which: str) -> None:
    curator(tx, visit)
    passed_on.settle(tx, visit.services.keys, visit.who.tenant, which, visit.now)
    visit.note("", subject=which)


async def discard(visit: Visit) -> Reply:
    entry = (await _found(visit)).entry
    if entry.status != DRAFT:
        raise NotAllowed("This is published, so it was not thrown away. It can be retired.")
    try:
        await visit.services.bookshelf.discard(entry)
    except ShelfError as problem:
        return Outgoing(str(problem))
    await visit.write(_let_wait, visit, entry.id)
    return Outgoing("Thrown away. The questions that it answers wait in the list again.", replaces=True)


def _let_wait(tx: Connection, visit: Visit, which: str) -> None:
    curator(tx, visit)
    passed_on.not_with(tx, visit.who.tenant, which)
    visit.note("", subject=which)


async def checked(visit: Visit) -> Reply:
    """Also brings back what was retired."""
    entry = (await _found(visit)).entry
    if entry.status == DRAFT:
        raise NotAllowed("This is a draft, and nothing was changed. Publish it first.")
    shelf, today = visit.services.bookshelf, visit.now.date()
    try:
        await (shelf.publish(entry, today) if entry.status == RETIRED else shelf.checked(entry, today))
    except ShelfError as problem:
        return Outgoing(str(problem))
    await visit.write(_noted, visit, entry.id)
    return Outgoing(f"{entry.title} is marked as checked today, and is found. Thank you.", replaces=True)


async def retire(visit: Visit) -> Reply:
    entry = (await _found(visit)).entry
    try:
        await visit.services.bookshelf.retire(entry)
    except ShelfError as problem:
        return Outgoing(str(problem))
    await visit.write(_noted, visit, entry.id)
    return Outgoing(
        f"{entry.title} is retired: nobody finds it any more. Its text is kept.",
        replaces=True,
        options=(Option("Bring it back", "entries.checked", entry.id),),
    )


def _noted(tx: Connection, visit: Visit, which: str) -> None:
    curator(tx, visit)
    visit.note("", subject=which)


async def _found(visit: Visit) -> Standing:
    """The entry in the button; raises NotAllowed when the caller may not look after it."""
    groups = await visit.read(curator, visit)
    one = await visit.services.bookshelf.find(visit.value, groups)
    if one is None:
        raise NotAllowed("There is no such entry any more. Nothing was changed.")
    return one


def reminder(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    entry = services.search.standing(row.intent.subject)
    if entry is None or rechecks.number(entry) != row.intent.number:  # read again or retired since
        return None
    return Outgoing(
        f"Please read this entry again: {entry.title}. It was last checked on {entry.last_checked}. Is it still right?",
        options=(Option("Read it", "entries.show", entry.id), *_choices(entry)),
        audience=Audience.DM,
        quiet=True,
    )


feature = Feature(
    "entries",
    presses={"list": listing, "show": show, "new": new, "change": change, "publish": publish}
    | {"discard": discard, "checked": checked, "retire": retire},
    submissions={"add": add, "save-change": save_change},
    compose={rechecks.KIND: reminder},
    plan=rechecks.plan,
)
