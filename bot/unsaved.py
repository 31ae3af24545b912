"""A form that was sent in and not taken keeps its words for a day, in case it closes before they are put right.

The platforms tell nothing of a form that is closed without being sent, so of such a one nothing can be kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from bot import words
from bot.errors import Locked, NotAllowed
from bot.kinds.text import clean
from bot.messages import Errors, Field, Form, Reply
from bot.store import cohorts
from bot.vault import drafts
from bot.vault.drafts import Draft, Place, Values
from bot.visit import Visit

_LONGEST = 20_000
"""More than all boxes of a form hold; whoever sends more than that was not writing in them."""
_ID = 32


def place_of(visit: Visit, *, new: bool) -> Place | None:
    """Of a unit's form, by its value; None for one that nobody's form carries."""
    cohort, number, entry = (visit.value.split(":") + [""] * 3)[:3]
    at = words.whole_number(number)
    return None if at is None or not cohort else Place(cohort, at, "" if new else entry)


async def saved(visit: Visit, save: Callable[[Connection, Visit], Reply], place: Place | None) -> Reply:
    """Also for whoever has left the cohort, or whose cohort has closed, while the form was open."""
    try:
        return await visit.write(_kept_or_let_go, visit, save, place)
    except NotAllowed:
        if place is not None:
            await visit.write(_keep_of_once_a_member, visit, place)
        raise


def _keep_of_once_a_member(tx: Connection, visit: Visit, place: Place) -> None:
    if cohorts.member(tx, visit.who.tenant, place.cohort, visit.who.person) is not None:
        _keep(tx, visit, place)


def _kept_or_let_go(
    tx: Connection, visit: Visit, save: Callable[[Connection, Visit], Reply], place: Place | None
) -> Reply:
    """In the transaction of the saving: what was saved is no draft any more, and what was not is one."""
    reply = save(tx, visit)
    if place is None:
        return reply
    if not isinstance(reply, Errors):
        drafts.drop(tx, visit.vault, visit.who, place)
        return reply
    _keep(tx, visit, place)
    return reply


def _keep(tx: Connection, visit: Visit, place: Place) -> None:
    values = {name: _clean(value) for name, value in visit.values.items()}
    if not _fits(tx, visit, place, values):
        return
    with contextlib.suppress(Locked):  # then it is not kept
        at = visit.services.store.machine_now(tx)
        drafts.keep(tx, visit.vault, visit.who, place, values, at, visit.services.ids)


def _fits(tx: Connection, visit: Visit, place: Place, values: Values) -> bool:
    length = sum(words.length(part) for value in values.values() for part in _parts(value))
    known = not place.cohort or cohorts.find(tx, visit.who.tenant, place.cohort) is not None
    return 0 < length <= _LONGEST and known and len(place.entry) <= _ID


def again(tx: Connection, visit: Visit, form: Form, place: Place) -> Form:
    """A form as it is shown next, with what could not be saved the last time."""
    found = drafts.of(tx, visit.vault, visit.who, place, visit.services.store.machine_now(tx))
    if found is None:
        return form
    said = "Your words from before are still here. They are not saved yet."
    if any(words.length(part) > one.limit for one in form.fields for part in _parts(found.values.get(one.name, ""))):
        said += " Some of it is longer than fits; /journal has all of it until you save."
    fields = tuple(_filled(one, found) for one in form.fields)
    return replace(form, intro=f"{said}\n\n{form.intro}".strip(), fields=fields)


def _filled(field: Field, found: Draft) -> Field:
    value = found.values.get(field.name)
    if value is None:
        return field
    if field.kind == "text":
        return replace(field, initial="\n".join(_parts(value)))
    known = [which for which, _ in field.choices]
    chosen = tuple(one for one in _parts(value) if one in known)
    return replace(field, initial=chosen if field.kind == "choices" else "".join(chosen[:1]))


def _clean(value: str | object) -> str | list[str]:
    return clean(value) if isinstance(value, str) else [clean(one) for one in value]  # type: ignore[attr-defined]


def _parts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
