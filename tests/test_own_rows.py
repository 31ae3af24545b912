"""Whatever names a person in the database is taken along, told by `disclosure` and erased, or there is a reason.

A new column that holds an id is written down here first: with what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from sqlalchemy import Column, func, select
from sqlalchemy.types import String

from bot import broadcast_words, disclosure, erasure
from bot.messages import Errors, Form, Press
from bot.store import broadcasts, cohorts, teams
from bot.store.tables import broadcast, metadata
from bot.vault import papers, unsigned
from tests.databases import ON_BOTH
from tests.test_own_data import gathered, journal, somebody
from tests.test_privacy import everything
from tests.town import Town
from tests.ways import answers

Held = Mapping[str, Any]
ID = 32
PLAN = "What the board wants to try."
NO_PERSON = {
    *("tenant", "cohort", "broadcast", "draft", "entry", "request", "share", "note", "batch", "keyring", "place"),
    *("team", "inside", "part", "offer", "kind", "platform", "occasion", "changes"),
}
"""Ids of other things, and words out of a fixed list."""
EXPORTED: dict[str, Callable[[Held], int]] = {
    "person.person": lambda held: 1 if held["known_since"] else 0,
    "account.person": lambda held: len(held["accounts"]),
    "other_door.person": lambda held: len(held["other_accounts"]),
    "occasion.person": lambda held: held["events_with_you_alone"],
    "guest.person": lambda held: len(held["guest_of"]),
    "feed.person": lambda held: len(held["calendar_feeds"]),
    "role.person": lambda held: len(held["rights"]),
    "membership.person": lambda held: len(held["memberships"]),
    "entry.person": lambda held: len(held["reflections"]),
    "draft.person": lambda held: len(held["not_saved"]),
    "share.person": lambda held: sum(len(one["shared"]) for one in held["reflections"]),
    "share_reader.person": lambda held: held["copies_shared_with_you"],
    "unsigned.person": lambda held: len(held["waiting_without_a_name"]),
    "turn.person": lambda held: sum("was" in one for one in held["units"]),
    "step.person": lambda held: sum("step_was" in one for one in held["units"]),
    "request.person": lambda held: len(held["asked"]),
    "request.helper": lambda held: held["questions_put_to_you"],
    "paper.person": lambda held: len(held["written_for_teams"]),
    "seat.person": lambda held: len(held["seats"]),
    "broadcast.person": lambda held: len(held["announcements"]),
    "download.person": lambda held: held["open_download_links"],
    "outbox.recipient": lambda held: sum(one["how_many"] for one in held["messages"]),
    "audit.touched": lambda held: sum(one["touched_you"] for one in held["noted"]),
    "cohort.created_by": lambda held: len(held["cohorts_made"]),
}
"""How many rows of a column the file for other programs tells of."""
LEFT_OUT = {
    "audit.actor": "what facilitators and operators did; one's own deeds of this kind are in the record of the house",
    "door_code.mark": "a keyed mark of that code",
    "door_code.person": "a code that is good for a quarter of an hour, and kept as a mark",
    "outbox.subject": "what a message is about: mostly a day or another row, and its recipient is counted",
    "tally.member": "a code in place of a name; the ratings themselves are in the reflections",
    "awaited.mark": "a keyed mark, which leads to nobody without the key of the house",
    "unsigned_reader.person": "others' notes without a name, which are not hers to take along",
}


def named(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def test_every_id_in_the_tables_is_known_to_be_a_persons_or_not() -> None:
    """A new table or column is decided on here, before anybody's data stands in it."""
    ids = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and column.type.length == ID and column.name not in NO_PERSON
    ]
    assert {named(one) for one in ids} == set(EXPORTED) | set(LEFT_OUT)


async def full(town: Town, who: str = "renata") -> None:
    """A member with a row in nearly every table that can hold one of hers."""
    cohort = await everything(town)
    form = await town.act(who, Press("reflections.current", cohort))
    assert isinstance(form, Form)
    assert isinstance(await town.submit(who, form, answers(form, hope="x" * 3001)), Errors)
    me, services = somebody(town, who), town.house.services
    both = [me.person, somebody(town, "kwame").person]
    with town.house.store.begin() as tx:
        parts, now = [("Seen?", "words")], town.clock.now()
        unsigned.put(tx, services.vault, me, cohort, 0, "cohort", [], "Week 1", parts, now, services.ids)
        row = {"tenant": me.tenant, "person": me.person}
        tx.execute(broadcast.insert().values(**row, cohort=cohort, broadcast="b1", text="To all", state="sent", at=now))
        which = cohorts.find(tx, me.tenant, cohort)
        assert which is not None
        made = teams.make(tx, which, "board", "", "Our board", now, services.ids)
        papers.add(tx, services.vault, made, "plan", "aim", papers.TEXT, me, PLAN, both, now, services.ids)
        tx.execute(metadata.tables["download"].insert().values(**row, link="l", until=town.machine.at))
        tx.execute(metadata.tables["step"].update().values(outcome="done"))
        tx.execute(
            metadata.tables["seat"].insert().values(**row, team=made.team, state="taken", role="", offer="", at=now)
        )
        event = {"tenant": me.tenant, "occasion": "e1", "cohort": cohort, "number": 1000, "kind": "talk", "team": ""}
        event |= {"person": me.person, "title": "A talk", "day": now.date(), "hour": time(9), "zone": "UTC"}
        event |= {"minutes": 30, "place": "", "state": "planned", "sequence": 0, "changes": ""}
        tx.execute(metadata.tables["occasion"].insert().values(**event, first_at=now, last_at=now))
        tx.execute(metadata.tables["guest"].insert().values(**row, occasion="e1", at=now))
        tx.execute(metadata.tables["feed"].insert().values(**row, link="f", at=now))
        tx.execute(metadata.tables["other_door"].insert().values(**row, address="1|discord|1|person|1"))


async def test_what_is_taken_along_tells_of_every_row_that_is_ones_own(town: Town) -> None:
    """As many as the database holds, table by table; none of these is empty for want of data but three."""
    await full(town)
    me, held = somebody(town, "renata"), journal(gathered(town, "renata"))
    empty = set()
    with town.house.store.begin() as tx:
        for name, told in EXPORTED.items():
            table, _, column = name.partition(".")
            here = metadata.tables[table].c
            query = select(func.count()).where(here.tenant == me.tenant, here[column] == me.person)
            count = tx.execute(query).scalar_one()
            assert told(held) == count, name
            if not count:
                empty.add(name)
    assert empty == {
        "role.person",
        "request.helper",
        "share_reader.person",
        "audit.touched",
        "cohort.created_by",
    }


async def test_a_facilitators_own_rows_are_told_too(town: Town) -> None:
    """Her rights, the cohort that she made, the questions put to her, what was shared with her."""
    await full(town)
    me, held = somebody(town, "imani"), journal(gathered(town, "imani"))
    with town.house.store.begin() as tx:
        for name in ("role.person", "request.helper", "share_reader.person", "cohort.created_by"):
            table, _, column = name.partition(".")
            here = metadata.tables[table].c
            query = select(func.count()).where(here.tenant == me.tenant, here[column] == me.person)
            assert EXPORTED[name](held) == tx.execute(query).scalar_one() > 0, name


async def test_what_could_be_handed_over_names_each_kind_of_row(town: Town) -> None:
    """The page for a court or an authority leaves nothing out that names the member."""
    await full(town)
    me = somebody(town, "renata")
    with town.house.store.begin() as tx:
        told = "\n".join(disclosure.report(tx, me))
    for part in (
        "Private words: sealed, 2 entries",
        "Sent in and not saved: sealed, 1",
        "Shared copies: sealed, 1",
        "Given without a name and not released yet: sealed, 1",
        "Questions to a person: sealed, 1",
        "On the team Our board",
        "Announcements: 1",
        "Account: 1|discord|",
        "Events with them alone: 1",
        "Guest of events: 1",
        "Calendar addresses: 1",
        "In the record of what facilitators and operators did:",
    ):
        assert part in told, part


@ON_BOTH
async def test_what_is_theirs_alone_goes_with_them(town: Town) -> None:
    """Every column that names a person names nobody who was erased, but for the record, which names ids alone."""
    await full(town)
    me = somebody(town, "renata")
    await town.act("renata", Press("privacy.erase"))
    stays = {"audit.touched", "audit.actor"}
    with town.house.store.begin() as tx:
        assert not erasure.known(tx, me.tenant, me.person)
        sent = broadcasts.find(tx, me.tenant, "b1")
        assert sent is not None
        assert broadcast_words._words(tx, sent).note == "From a facilitator who is not here any more"
        for name in {*EXPORTED, *LEFT_OUT} - stays:
            table, _, column = name.partition(".")
            assert me.person not in set(tx.execute(select(metadata.tables[table].c[column])).scalars()), name
