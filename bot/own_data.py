"""Everything that is kept of one member, as files for them: for machines, for reading, and as a picture.

Nothing that somebody wrote becomes a file's name, and nothing in here is about anybody else but by the name of who
was shared with or asked.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot import moments, own_events, own_ratings, own_rows, reflection_form, words
from bot.charts import Series, growth_chart
from bot.errors import Unreadable
from bot.programs import Program, Unit
from bot.store import cohorts, people, teams
from bot.store.cohorts import Cohort
from bot.store.people import Somebody
from bot.store.tables import membership, step, turn
from bot.vault import drafts, papers, private, requests, shared, unsigned
from bot.vault.drafts import Draft
from bot.vault.papers import Part
from bot.vault.private import Entry
from bot.vault.requests import Request
from bot.vault.shared import Shared
from bot.vault.unsigned import Note
from bot.vault.vault import Vault
from bot.visit import Services

SCHEMA = "cohortbook own data 1"
JSON, READABLE, CHART = "reflections.json", "reflections.md", "chart.png"
_NOTE = -1


@dataclass(frozen=True, slots=True)
class Kept:
    """All of one member's own, opened."""

    who: Somebody
    at: datetime
    entries: list[Entry]
    shares: dict[str, list[Shared]] = field(default_factory=dict)
    """By entry."""
    readers: dict[str, list[str]] = field(default_factory=dict)
    """Names, by share."""
    asked: list[Request] = field(default_factory=list)
    cohorts: dict[str, tuple[Cohort, Program]] = field(default_factory=dict)
    written: list[tuple[str, Part]] = field(default_factory=list)
    """What they wrote for a team, each with where it stands."""
    around_events: dict[tuple[str, int], Unit] = field(default_factory=dict)
    """What was asked around events, by cohort and number."""
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    memberships: list[dict[str, Any]] = field(default_factory=list)
    units: list[dict[str, Any]] = field(default_factory=list)
    not_saved: list[Draft] = field(default_factory=list)
    waiting: list[Note] = field(default_factory=list)
    """Given without a name, and not released yet."""
    beside: dict[str, Any] = field(default_factory=dict)
    """See `bot.own_rows`."""

    def unit(self, entry: Entry) -> tuple[Program, Unit]:
        program = self.cohorts[entry.cohort][1]
        around = self.around_events.get((entry.cohort, entry.number))
        return program, around or program.unit(entry.number)

    def title(self, entry: Entry) -> str:
        if entry.number == _NOTE:
            return "Note"
        return f"{self.cohorts[entry.cohort][0].name}: {words.unit_name(*self.unit(entry))}"

    def pairs(self, entry: Entry) -> list[tuple[str, str]]:
        if entry.number == _NOTE:
            return [("", str(entry.words.answers.get("note", "")))]
        return reflection_form.pairs(self.unit(entry)[1], entry.words)


def gather(tx: Connection, services: Services, who: Somebody, now: datetime) -> Kept:
    """Raises Locked while nothing can be opened."""
    vault = services.vault
    entries = private.everything(tx, vault, who)
    shares = {one.entry: _copies(tx, vault, who, one) for one in entries}
    given = [one for some in shares.values() for one in some]
    mine = (membership.c.tenant == who.tenant, membership.c.person == who.person)
    joined = tx.execute(select(membership).where(*mine).order_by(membership.c.joined_at)).all()
    known: dict[str, tuple[Cohort, Program]] = {}
    for which in {one.cohort for one in entries if one.number != _NOTE} | {row.cohort for row in joined}:
        found = cohorts.find(tx, who.tenant, which)
        if found is not None:
            known[which] = (found, services.program(tx, found))
    return Kept(
        who,
        now,
        entries,
        shares,
        {one.share: people.names(tx, who.tenant, one.readers) for one in given},
        requests.of_asker(tx, vault, who),
        known,
        _for_teams(tx, services, who, known),
        {
            (one.cohort, one.number): moments.of_entry(tx, *known[one.cohort], one.number)
            for one in entries
            if moments.is_one(one.number)
        },
        own_events.of(tx, who),
        [
            {
                "cohort": row.cohort,
                "state": row.state,
                "joined": _said(row.joined_at),
                "started": _said(row.started_at),
                "day": row.day,
                "time": _said(row.time),
                "paused_until": _said(row.paused_until),
                "keep_until": _said(row.keep_until),
                "role": row.role,
                "teams": [one.name for one in teams.of_person(tx, who.tenant, row.cohort, who.person, closed=True)],
            }
            for row in joined
        ],
        [
            {"cohort": row.cohort, "unit": row.number, kind: getattr(row, column)}
            for table, kind, column in ((turn, "was", "state"), (step, "step_was", "outcome"))
            for row in tx.execute(
                select(table)
                .where(table.c.tenant == who.tenant, table.c.person == who.person)
                .order_by(table.c.cohort, table.c.number)
            )
        ],
        drafts.everything(tx, vault, who, services.store.machine_now(tx)),
        unsigned.own(tx, vault, who),
        own_rows.found(tx, who),
    )


def _for_teams(
    tx: Connection, services: Services, who: Somebody, known: Mapping[str, tuple[Cohort, Program]]
) -> list[tuple[str, Part]]:
    found = []
    for team, name, part in papers.of_writer(tx, services.vault, who):
        which = teams.find(tx, who.tenant, team)
        written = known[which.cohort][1].artifacts if which and which.cohort in known else ()
        artifact = next((one for one in written if one.id == name), None)
        section = next((one.title for one in artifact.sections if one.id == part.section), "") if artifact else ""
        place = (which.name if which else "", artifact.title if artifact else name, section or part.section)
        found.append((", ".join(one for one in place if one), part))
    return found


def _copies(tx: Connection, vault: Vault, who: Somebody, of: Entry) -> list[Shared]:
    """None of an entry whose only copy does not open, which the log names by its id."""
    try:
        return shared.of_entry(tx, vault, who, of.entry)
    except Unreadable:
        return []


def pack(kept: Kept) -> bytes:
    """A zip."""
    held = io.BytesIO()
    ratings = own_ratings.series([one for one in kept.entries if one.number != _NOTE], kept.unit)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(JSON, json.dumps(as_json(kept), ensure_ascii=False, indent=2))
        archive.writestr(READABLE, "\n".join(_readable(kept, ratings)))
        if ratings:
            archive.writestr(CHART, growth_chart(ratings).data)
    return held.getvalue()


def as_json(kept: Kept) -> dict[str, Any]:
    """What `bot.own_data_back` reads again, word for word."""
    who = kept.who
    return {
        "schema": SCHEMA,
        "made": _said(kept.at),
        "member": {
            "name": who.name,
            "zone": who.zone,
            "quiet_from": _said(who.quiet_from),
            "quiet_to": _said(who.quiet_to),
        },
        "cohorts": [
            {"cohort": one.cohort, "name": one.name, "program": one.program, "version": one.version}
            for one, _ in kept.cohorts.values()
        ],
        "memberships": kept.memberships,
        **kept.events,
        "units": kept.units,
        "reflections": [_reflection(kept, one) for one in kept.entries],
        "asked": [
            {
                "request": one.request,
                "cohort": one.cohort,
                "to": one.name,
                "at": _said(one.at),
                "state": one.state,
                "kind": one.kind,
            }
            | {"text": one.text}
            for one in kept.asked
        ],
        "written_for_teams": [
            {"where": where, "kind": part.kind, "at": _said(part.at), "text": part.text} for where, part in kept.written
        ],
        "not_saved": [
            {"cohort": one.place.cohort, "unit": one.place.number, "until": _said(one.until)}
            | {"answers": dict(one.values)}
            for one in kept.not_saved
        ],
        "waiting_without_a_name": [
            {"cohort": one.cohort, "given": _said(one.day), "title": one.title}
            | {"parts": [{"question": ask, "answer": answer} for ask, answer in one.parts]}
            for one in kept.waiting
        ],
    } | kept.beside


def _reflection(kept: Kept, one: Entry) -> dict[str, Any]:
    return {
        "entry": one.entry,
        "cohort": one.cohort,
        "unit": one.number,
        "form": one.form,
        "title": kept.title(one),
        "saved": _said(one.saved_at),
        "revision": one.revision,
        "readable": one.readable,
        "answers": dict(one.words.answers),
        "step": one.words.step,
        "as_shown": [{"question": ask, "answer": answer} for ask, answer in kept.pairs(one)],
        "shared": [
            {
                "share": copy.share,
                "audience": copy.audience,
                "at": _said(copy.at),
                "readers": kept.readers[copy.share],
                "title": copy.title,
                "parts": [{"question": ask, "answer": answer} for ask, answer in copy.parts],
            }
            for copy in kept.shares[one.entry]
        ],
    }


def _readable(kept: Kept, ratings: list[Series]) -> Iterator[str]:
    zone = ZoneInfo(kept.who.zone)
    yield f"# Journal of {_line(kept.who.name)}"
    yield f"\nMade {kept.at.astimezone(zone):%Y-%m-%d %H:%M}. Times are those of {words.zone_name(kept.who.zone)}.\n"
    if not kept.entries:
        yield "Nothing was kept.\n"
    for one in kept.entries:
        yield f"## {_line(kept.title(one))}\n\nSaved {one.saved_at.astimezone(zone):%Y-%m-%d %H:%M}\n"
        if not one.readable:
            yield "This entry was damaged where it is stored, and cannot be opened.\n"
        for ask, answer in kept.pairs(one):
            yield (f"**{_line(ask)}**\n\n" if ask else "") + _quoted(answer)
        for copy in kept.shares[one.entry]:
            names = words.listed([_line(name) for name in kept.readers[copy.share]]) or "nobody who is still here"
            yield f"Shared {copy.at.astimezone(zone):%Y-%m-%d %H:%M} with {names}.\n"
    for asked in kept.asked:
        yield f"## Asked {_line(asked.name)}\n\nSent {asked.at.astimezone(zone):%Y-%m-%d %H:%M}\n"
        yield _quoted(asked.text)
    for where, part in kept.written:
        yield f"## For {_line(where)}\n\nWritten {part.at.astimezone(zone):%Y-%m-%d %H:%M}\n"
        yield _quoted(part.text)
    for waits in kept.waiting:
        yield f"## Given without your name: {_line(waits.title)}\n\nGiven {waits.day}, and not released yet\n"
        yield from ((f"**{_line(ask)}**\n\n" if ask else "") + _quoted(answer) for ask, answer in waits.parts)
    for draft in kept.not_saved:
        yield f"## Sent in and not saved\n\nKept until {draft.until.astimezone(zone):%Y-%m-%d %H:%M}\n"
        yield from (_quoted(part) for part in draft.texts if part)
    if ratings:
        yield f"## How you rated yourself\n\n![Chart]({CHART})\n"
        yield from (f"- {_line(one.name)}: {'; '.join(f'{u}, {said}' for u, _, said in one.points)}" for one in ratings)


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """What somebody wrote stays what they wrote, also where it looks like a heading or a link."""
    return "".join(f"> {line}\n" for line in text.splitlines() or [""])


def _said(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value is None else str(value.isoformat())
