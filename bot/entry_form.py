"""The form of an entry for whoever looks after them in chat, and what is read from it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import passed_on, readership, words
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote
from bot.readership import Groups
from bot.store import cohorts
from bot.visit import Visit
from index.documents import Entry, web_address
from index.readers import closed

TITLE_LIMIT, TEXT_LIMIT, LINK_LIMIT = 100, 3000, 300
ONLY_WHAT_MAY_BE_SHOWN = (
    "Please add only what you may show to everybody whom you choose. A book or an article of somebody else is better "
    "summarized in your own words, with a link."
)
_OPEN = "everyone"
_PERSON = ("facilitator", "director", "coach", "privacy contact")


def curator(tx: Connection, visit: Visit) -> Groups:
    """What the caller may look after; raises NotAllowed. Every act on entries begins here."""
    if not passed_on.is_curator(tx, visit.who):
        raise NotAllowed(
            "Looking after the entries is for the facilitators named in this bot's settings. Nothing was changed."
        )
    return readership.of_curator(tx, visit.who)


def form(tx: Connection, visit: Visit, action: str, of: Entry | None = None, intro: str = "") -> Form:
    """`of`: the entry that is to be changed."""
    return Form(
        visit.services.ids(),
        "Change an entry" if of else "A new entry",
        action,
        (
            _title(of),
            text_field(of),
            *_around(tx, visit, of),
        ),
        of.id if of else "",
        intro=intro,
        submit="Save and publish" if of and of.status == "current" else "Look at it first",
    )


def from_file(tx: Connection, visit: Visit, action: str, endings: tuple[str, ...], most: int) -> Form:
    """The form of an entry whose text a file brings."""
    return Form(
        visit.services.ids(),
        "A new entry from a file",
        action,
        (
            file_field(endings, most),
            Field("title", "Title", limit=TITLE_LIMIT, hint="As people would call it. Left empty: as the file says."),
            *_around(tx, visit, None),
        ),
        intro=ONLY_WHAT_MAY_BE_SHOWN,
        submit="Look at it first",
    )


def file_field(endings: tuple[str, ...], most: int) -> Field:
    kinds = ", ".join(one.removeprefix(".") for one in endings if one != ".htm")
    hint = f"Only what you may show. {kinds}; at most {most // 1_000_000} MB. Pictures are left out."
    return Field("file", "File", "file", True, hint=hint, limit=most, endings=endings)


def _around(tx: Connection, visit: Visit, of: Entry | None) -> tuple[Field, ...]:
    audiences = _audiences(tx, visit, of)
    person = (of.escalate_to if of else "") or _PERSON[0]
    return (
        Field("audience", "Who may find it?", "choice", True, choices=audiences, initial=audiences[0][0]),
        link_field(of),
        Field(
            "person",
            "Whom to ask when it is not enough",
            "choice",
            True,
            choices=tuple((one, one) for one in dict.fromkeys((person, *_PERSON))),
            initial=person,
        ),
    )


def _title(of: Entry | None) -> Field:
    return title_field(of.title if of else "")


def title_field(initial: str = "") -> Field:
    return Field("title", "Title", required=True, initial=initial, limit=TITLE_LIMIT, hint="As people would call it.")


def text_field(of: Entry | None = None) -> Field:
    return Field(
        "text",
        "Text",
        required=True,
        initial=of.body.strip() if of else "",
        limit=TEXT_LIMIT,
        lines=8,
        hint="I quote from it word for word. Put the answer first, and leave out whatever names a member.",
    )


def link_field(of: Entry | None = None) -> Field:
    return Field(
        "link", "Link to the source", initial=of.source_url if of else "", limit=LINK_LIMIT, hint="https://… if any."
    )


def read(visit: Visit, entry: Entry, allowed: tuple[str, ...], *, typed: bool = True) -> Entry | Errors:
    """`entry` with what was filled in. `allowed`: the audiences that could be chosen.

    `typed`: title and text were. Otherwise a file brings the text, and the title where none is given.
    """
    title, link = " ".join(visit.field("title").split()), visit.field("link")
    text = visit.field("text") if typed else entry.body
    wrong: dict[str, str] = {}
    for name, value, limit in (("title", title, TITLE_LIMIT), ("text", text, TEXT_LIMIT), ("link", link, LINK_LIMIT)):
        if not value and name != "link" and typed:
            wrong[name] = "Please fill this in."
        if words.length(value) > limit:
            wrong[name] = (
                f"This has {words.length(value)} characters and {limit} fit. Nothing is lost: please shorten it."
            )
    try:
        link = web_address(link)
    except ValueError:
        wrong["link"] = "Please give a web address that begins with https://, or leave this empty."
    audience = visit.field("audience") or entry.audience
    if audience not in allowed:
        wrong["audience"] = "Please choose who may find it."
    person = visit.field("person") or entry.escalate_to
    if wrong:
        return Errors(wrong)
    return replace(
        entry, title=title, body=text, source_url=link, audience=audience, escalate_to=" ".join(person.split())
    )


def audiences(tx: Connection, visit: Visit, of: Entry | None = None) -> tuple[str, ...]:
    return tuple(value for value, _ in _audiences(tx, visit, of))


def _audiences(tx: Connection, visit: Visit, of: Entry | None) -> tuple[tuple[str, str], ...]:
    """What is for everybody stays so: narrowing it would take it from people in other workspaces."""
    if of is not None and not closed(of.audience):
        return ((of.audience or _OPEN, "Everybody who uses this bot"),)
    found = [(readership.workspace(visit.who.tenant), "Everybody here")]
    found += [
        (readership.cohort(one.cohort), words.cut(f"Only {one.name}", 75))
        for one in cohorts.in_tenant(tx, visit.who.tenant)
    ]
    if of is not None and of.audience:
        found.sort(key=lambda pair: pair[0] != of.audience)
    return tuple(found[:25])


def shown(entry: Entry, text: str, options: tuple[Option, ...] = ()) -> Outgoing:
    """An entry as its curator sees it."""
    body = words.cut(entry.body.strip(), TEXT_LIMIT)
    quote = Quote(body, title=entry.title, source_url=entry.source_url, as_of=entry.source)
    return Outgoing(text, quotes=(quote,), options=options)


def draft(entry: Entry, text: str) -> Outgoing:
    return shown(
        entry,
        text,
        options=(
            Option("Publish", "entries.publish", entry.id, "primary"),
            Option("Change it", "entries.change", entry.id),
            Option("Throw it away", "entries.discard", entry.id, confirm="Throw this draft away?"),
        ),
    )
