"""A database that came back by its server's own means knows somebody who was erased since: it is put right first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from bot import forgetting, restore
from bot.store import Store, cohorts, people
from bot.store.tables import metadata
from bot.store.teams import of_cohort
from bot.vault import papers
from tests.databases import BOTH, SQLITE, drop, fresh
from tests.test_forgetting import NAME, erase, rows_with
from tests.test_own_data import somebody
from tests.test_own_rows import PLAN, full
from tests.test_privacy import CANARY
from tests.town import START, Town, open_town

Rows = Mapping[str, list[dict[str, Any]]]
RECORD = "audit"
"""Nothing in it is ever changed or dropped, by whatever hand."""


def looked_at(store: Store) -> Rows:
    with store.begin() as tx:
        return {
            table.name: [dict(row._mapping) for row in tx.execute(select(table))] for table in metadata.sorted_tables
        }


def brought_back(store: Store, held: Rows) -> None:
    """As `pg_restore` would, without any of the bot's own code."""
    tables = [table for table in metadata.sorted_tables if table.name != RECORD]
    with store.begin() as tx:
        for table in reversed(tables):
            tx.execute(delete(table))
        for table in tables:
            if held[table.name]:
                tx.execute(insert(table), held[table.name])


def the_boards_plan(town: Town) -> tuple[str, str]:
    """(its words, its writer's name) as a teammate reads them."""
    kwame, services = somebody(town, "kwame"), town.house.services
    with town.house.store.begin() as tx:
        (cohort,) = cohorts.running(tx)
        (board,) = of_cohort(tx, cohort)
        (part,) = papers.parts(tx, services.vault, board, "plan", kwame)
        return part.text, part.name


@pytest.mark.parametrize("kind", BOTH)
async def test_who_was_erased_is_erased_again_before_it_is_served(
    tmp_path: Path, index_folder: Path, kind: str
) -> None:
    """Words, drafts, shares, what waited to be sent, name and address; what the team wrote stays, without the name."""
    url = "" if kind == SQLITE else fresh(kind, tmp_path)
    async with open_town(tmp_path, index_folder, database=url) as town:
        await full(town)
        me, settings = somebody(town, "renata"), town.house.settings
        before = looked_at(town.house.store)
        assert the_boards_plan(town) == (PLAN, NAME)
        await erase(town)
        assert the_boards_plan(town) == (PLAN, "")
        brought_back(town.house.store, before)
        assert rows_with(town, me.person) >= {"person", "entry", "draft", "share", "request", "outbox", "paper", "seat"}
    restore.in_place(settings, START, forgetting.in_restored(settings))
    async with open_town(tmp_path, index_folder, database=url, first_id=100_000) as again:
        assert rows_with(again, me.person, NAME, "person|renata", CANARY) == set()
        assert the_boards_plan(again) == (PLAN, "")
        with again.house.store.begin() as tx:
            assert people.known(tx, again.chat.who("renata")) is None
    drop(url or SQLITE)
