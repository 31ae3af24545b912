"""An entry from a file: only a curator's is fetched, a process apart reads it, and nobody finds it before a yes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from bot import entry_form, words
from bot.bookshelf import LARGEST, ShelfError, name_for
from bot.entry_form import curator
from bot.errors import DeliveryError, NotAllowed
from bot.kinds.text import clean
from bot.messages import Errors, Form, Outgoing, Reply, Submission
from bot.readership import Groups
from bot.visit import Feature, Visit
from index.documents import DRAFT, Entry
from index.shelf import Standing

ENDINGS = (".pdf", ".docx", ".md", ".txt", ".html", ".htm")
_LONGEST_NAME = 80
_CHOOSE = "Please choose a file."
_NOT_FETCHED = "The file did not arrive here, so nothing was added. Please send the form again in a minute."


async def new(visit: Visit) -> Reply:
    return await visit.read(_new, visit)


def _new(tx: Connection, visit: Visit) -> Form:
    curator(tx, visit)
    return entry_form.from_file(tx, visit, "entry-files.add", ENDINGS, LARGEST)


async def add(visit: Visit) -> Reply:
    groups = await visit.read(curator, visit)
    allowed = await visit.read(entry_form.audiences, visit)
    about = entry_form.read(visit, Entry("", "", ""), allowed, typed=False)
    if isinstance(about, Errors):
        return about
    found = await _read(visit)
    if isinstance(found, Errors):
        return found
    title = words.cut(about.title or " ".join(found.title.split()), entry_form.TITLE_LIMIT)
    made = replace(
        found,
        id=name_for(title, visit.form),
        title=title,
        audience=about.audience,
        source_url=about.source_url or found.source_url,
        escalate_to=about.escalate_to,
        status=DRAFT,
        last_checked=visit.now.date().isoformat(),
    )
    known = await visit.services.bookshelf.find(made.id, groups)
    if known is not None and known.entry.status != DRAFT:
        return Outgoing("This was published already. Nothing was changed.")
    return await _kept(visit, made)


async def instead(visit: Visit) -> Reply:
    one = await _standing(visit, await visit.read(curator, visit))
    return Form(
        visit.services.ids(),
        "Another text from a file",
        "entry-files.replace",
        (entry_form.file_field(ENDINGS, LARGEST),),
        one.entry.id,
        intro=f"What the file holds takes the place of the text of: {one.entry.title}. Title, link and who may find it "
        "stay as they are.",
        submit="Send it" if one.entry.status == DRAFT else "Replace and publish",
    )


async def take_place(visit: Visit) -> Reply:
    one = await _standing(visit, await visit.read(curator, visit))
    found = await _read(visit)
    if isinstance(found, Errors):
        return found
    changed = replace(one.entry, body=found.body, source=found.source, last_checked=visit.now.date().isoformat())
    return await _kept(visit, changed)


async def _read(visit: Visit) -> Entry | Errors:
    """What is in the file. Not a byte is fetched for somebody who may not add it."""
    what = visit.incoming.what
    file = what.files.get("file") if isinstance(what, Submission) else None
    if file is None:
        return Errors({"file": _CHOOSE})
    plain = Path(clean(file.name).replace("\\", "/"))
    name = f"{words.cut(plain.stem, _LONGEST_NAME)}{plain.suffix}"
    try:
        return await visit.services.bookshelf.read(file, name, visit.now.date())
    except ShelfError as problem:
        return Errors({"file": str(problem)})
    except DeliveryError:
        return Errors({"file": _NOT_FETCHED})


async def _kept(visit: Visit, made: Entry) -> Reply:
    try:
        await visit.services.bookshelf.put(made)
    except ShelfError as problem:
        return Errors({"file": str(problem)})
    await visit.write(_noted, visit, made.id)
    size = f"The file has about {len(made.body.split()):,} words"
    if words.length(made.body) > entry_form.TEXT_LIMIT:
        size += ", and this is how it begins"
    if made.status == DRAFT:
        return entry_form.draft(made, f"{size}. Nobody can find it yet. Please check that it was read correctly.")
    return entry_form.shown(made, f"{size}. It is found like this from now on.")


def _noted(tx: Connection, visit: Visit, which: str) -> None:
    curator(tx, visit)
    visit.note("", subject=which)


async def _standing(visit: Visit, groups: Groups) -> Standing:
    one = await visit.services.bookshelf.find(visit.value, groups)
    if one is None:
        raise NotAllowed("There is no such entry any more. Nothing was changed.")
    return one


feature = Feature(
    "entry-files",
    presses={"new": new, "instead": instead},
    submissions={"add": add, "replace": take_place},
)
