"""Questions that were passed on, for whoever looks after the entries: grouped, and answered once for all who asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import entry_form, lookups, passed_on, words
from bot.bookshelf import ShelfError, name_for
from bot.entry_form import curator
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.passed_on import Question
from bot.visit import Feature, Visit
from index.documents import DRAFT, Entry

_GROUPS, _SHOWN, _ROLE = 15, 8, "a facilitator"


async def listing(visit: Visit) -> Reply:
    await visit.read(curator, visit)
    groups = await _groups(visit)
    counts = await visit.read(lookups.said, visit.who.tenant, visit.now.date())
    visit.note("")
    said = f"Of all questions, which are not kept:\n{counts}" if counts else ""
    if not groups:
        return Outgoing(
            f"Nobody has passed on a question that waits for you.\n\n{said}".strip(),
            title="Questions passed on",
            options=(Option("The entries", "entries.list"),),
        )
    return Outgoing(
        "Members chose to pass these on, without a name. What seems to be about one thing stands together.\n\n"
        f"{said}".strip(),
        title="Questions passed on",
        options=tuple(Option(_label(group), "curating.open", group[0].note) for group in groups[:_GROUPS]),
        note=f"The {_GROUPS} largest groups; the others follow." if len(groups) > _GROUPS else "",
    )


def _label(group: Sequence[Question]) -> str:
    return words.cut(f"{len(group)} × {group[0].text}" if len(group) > 1 else group[0].text, 75)


async def open_group(visit: Visit) -> Reply:
    group = await _group(visit)
    return Outgoing(
        "Passed on without a name. Please do not guess who it was.",
        title=words.cut(group[0].text, 75),
        quotes=tuple(Quote(one.text, as_of=f"from {words.day(one.day)}") for one in group[:_SHOWN]),
        note=f"{len(group) - _SHOWN} more are like these." if len(group) > _SHOWN else "",
        options=(
            Option("Answer with an entry", "curating.answer", group[0].note, "primary"),
            Option(
                "Set aside",
                "curating.set-aside",
                group[0].note,
                confirm="Set all of these aside? Nobody is told, and their words are removed.",
            ),
            Option("Back to the list", "curating.list"),
        ),
    )


async def answer(visit: Visit) -> Reply:
    group = (await _group(visit))[:_SHOWN]
    return Form(
        visit.services.ids(),
        "Answer with an entry",
        "curating.save",
        (
            entry_form.title_field(),
            entry_form.text_field(),
            entry_form.link_field(),
            Field(
                "which",
                "Which of these does it answer?",
                "choices",
                True,
                choices=tuple((one.note, words.cut(one.text, 90)) for one in group),
                initial=tuple(one.note for one in group),
            ),
        ),
        group[0].note,
        intro="Everybody here can find it once you publish it, which comes after a look at it. Please use your own "
        "words and not those of the question. Whoever passed on one of the chosen questions then gets a private note.",
        submit="Look at it first",
    )


async def save(visit: Visit) -> Reply:
    """The draft lies under a name made of the form's own id, so a form that is sent twice makes one."""
    chosen, audience = await visit.read(_chosen, visit)
    if not chosen:
        return Errors({"which": "Please choose at least one question that is still there."})
    today = visit.now.date().isoformat()
    blank = Entry(
        name_for(visit.field("title"), visit.form),
        "",
        "",
        kind="faq",
        audience=audience,
        source=f"answered by {_ROLE} on {today}",
        status=DRAFT,
        last_checked=today,
        escalate_to="facilitator",
    )
    draft = entry_form.read(visit, blank, (audience,))
    if isinstance(draft, Errors):
        return draft
    groups = await visit.read(curator, visit)
    before = await visit.services.bookshelf.find(draft.id, groups)
    if before is not None and before.entry.status != DRAFT:
        return Outgoing("This was published already. Nothing was changed.")
    try:
        await visit.services.bookshelf.put(draft)
    except ShelfError as problem:
        return Errors({"": str(problem)})
    await visit.write(_mark, visit, draft.id, chosen)
    return entry_form.draft(draft, "This is how it reads. Nobody can find it yet.")


def _chosen(tx: Connection, visit: Visit) -> tuple[list[str], str]:
    curator(tx, visit)
    known = {one.note for one in passed_on.waiting(tx, visit.vault, visit.who)}
    return [one for one in visit.fields("which") if one in known], entry_form.audiences(tx, visit)[0]


def _mark(tx: Connection, visit: Visit, draft: str, chosen: list[str]) -> None:
    curator(tx, visit)
    passed_on.answer_with(tx, visit.who.tenant, chosen, draft)
    visit.note("", subject=draft)


async def set_aside(visit: Visit) -> Reply:
    gone = [one.note for one in await _group(visit)]
    await visit.write(_set_aside, visit, gone)
    return Outgoing("Set aside. Their words are removed.", replaces=True, options=(_back(),))


def _set_aside(tx: Connection, visit: Visit, gone: list[str]) -> None:
    curator(tx, visit)
    passed_on.set_aside(tx, visit.who.tenant, gone)
    visit.note("")


async def _group(visit: Visit) -> list[Question]:
    """The group that begins with the question in the button; raises NotAllowed for one that is not the caller's."""
    await visit.read(curator, visit)
    for group in await _groups(visit):
        if visit.value in [one.note for one in group]:
            visit.note("", subject=visit.value)
            return sorted(group, key=lambda one: one.note != visit.value)
    raise NotAllowed("This question was answered, taken back or set aside. Nothing was changed.")


async def _groups(visit: Visit) -> list[list[Question]]:
    """Those that no draft answers yet."""
    found = await visit.read(passed_on.waiting, visit.vault, visit.who)
    drafts = {one.entry.id for one in await visit.services.bookshelf.standing(await visit.read(curator, visit))}
    waiting = [one for one in found if one.entry not in drafts]
    if not waiting:
        return []
    return [[waiting[at] for at in group] for group in await visit.services.search.grouped([w.text for w in waiting])]


def _back() -> Option:
    return Option("Back to the list", "curating.list")


feature = Feature(
    "curating",
    presses={"list": listing, "open": open_group, "answer": answer, "set-aside": set_aside},
    submissions={"save": save},
)
