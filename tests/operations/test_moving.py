"""From a file to a server: everything arrives as it was, or nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from bot.cli import main
from bot.errors import CohortbookError
from bot.messages import Outgoing
from bot.moving import content, move
from bot.store import Store, milestones, ownership, tables
from tests import databases
from tests.delivery import crowds
from tests.operations.houses import deliveries, filled, live, open_form
from tests.operations.test_restore import MEMBERS, NOW, until_the_first_prompt
from tests.prove import Proof
from tests.town import text_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """An empty database on a server."""
    url = databases.fresh(databases.POSTGRESQL, tmp_path)
    yield url
    databases.drop(url)


def held(store: Store) -> dict[str, object]:
    """Without the note that it was moved, which stands on the server alone."""
    with store.begin() as tx:
        milestones.forget(tx, milestones.MOVED)
        return {table.name: content(tx, table) for table in tables.metadata.sorted_tables}


async def test_a_cohort_goes_on_after_the_move_as_if_nothing_had_happened(tmp_path: Path, server: str) -> None:
    """Every table has the same rows and the same hash; sealed words still open; nothing is sent twice."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        form = await open_form(town, "renata")
        assert isinstance(await town.submit("renata", form, filled(form)), Outgoing)
        await town.until("week")
        before, sent = held(town.house.store), deliveries(town)
    done = move(tmp_path / "data", server, NOW)
    moved = Store(server)
    with moved.begin() as tx:
        assert milestones.after(tx, milestones.MOVED, None) == [NOW]
    assert held(moved) == before
    assert {name: one for name, one in before.items() if name != "schema"} == done.tables
    moved.close()
    assert done.tables["entry"].rows == 1
    assert done.tables["outbox"].rows > len(MEMBERS)
    async with live(tmp_path, before=town, database=server) as again:
        await again.house.tick()
        assert deliveries(again) == sent
        await again.until("week")
        assert set(deliveries(again).values()) == {1}
        assert deliveries(again) != sent
        assert "has 1 entry" in text_of(await again.command("renata", "/journal"))


def test_a_row_that_changed_on_the_way_is_seen(database: str) -> None:
    """Equal counts are not enough; and it does not matter in which order rows come."""
    store = Store(database)

    def write(*events: str) -> object:
        with store.begin() as tx:
            tx.execute(tables.inbox.delete())
            tx.execute(insert(tables.inbox), [{"tenant": "t", "event": one, "at": NOW} for one in events])
            return content(tx, tables.inbox)

    assert write("a", "B") == write("B", "a")
    assert write("a", "B") != write("a", "b")
    store.close()


async def test_a_database_that_holds_something_is_refused(tmp_path: Path, server: str) -> None:
    """It and the file stay as they are, and so the same move cannot be made twice."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
    target = Store(server)
    with target.begin() as tx:
        tx.execute(insert(tables.tenant).values(tenant="somebody", created_at=NOW))
    before = held(target)
    with pytest.raises(CohortbookError, match="already holds something"):
        move(tmp_path / "data", server, NOW)
    assert held(target) == before
    target.close()
    assert (tmp_path / "data" / ownership.DATABASE).exists()


async def test_a_move_that_breaks_off_leaves_the_server_empty(tmp_path: Path, server: str) -> None:
    """The last table cannot be written: what was copied before is taken back, and a second try succeeds."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        before = held(town.house.store)
    target = Store(server)
    with target.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE outbox ADD CONSTRAINT nothing_fits CHECK (state = 'impossible')")
    with pytest.raises(CohortbookError, match="taken back"):
        move(tmp_path / "data", server, NOW)
    with target.begin() as tx:
        assert tx.execute(select(tables.tenant)).all() == []
        tx.exec_driver_sql("ALTER TABLE outbox DROP CONSTRAINT nothing_fits")
    move(tmp_path / "data", server, NOW)
    assert held(target) == before
    target.close()


async def test_the_command_says_what_to_do_next(tmp_path: Path, server: str) -> None:
    """It is refused while the bot runs; then it names the setting, and where the file is kept."""
    settings = tmp_path / "cohortbook.yaml"
    settings.write_text(f"data: {tmp_path / 'data'}\n")
    command = ["--config", str(settings), "move", "--to", server.replace("+psycopg", "")]
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 1
    assert "in use by" in refused.output
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "COHORTBOOK_DATABASE" in done.output
    kept = next((tmp_path / "data").glob("cohortbook.sqlite.moved-*"))
    assert str(kept) in done.output
    assert not (tmp_path / "data" / ownership.DATABASE).exists()
    assert CliRunner().invoke(main, [*command[:-1], "mysql://somewhere/x"]).exit_code == 2


@pytest.mark.prove(12)
def test_a_hundred_thousand_members_move(tmp_path: Path, server: str, proof: Proof) -> None:
    """From the file to a server: every table has as many rows and the same hash."""
    store = Store.in_folder(tmp_path)
    crowds.multitude(store, 100_000, 100)
    before = held(store)
    store.close()
    began = time.monotonic()
    done = move(tmp_path, server, NOW)
    seconds = time.monotonic() - began
    moved = Store(server)
    same = held(moved) == before
    moved.close()
    proof(
        "sqlite to postgresql", f"{done.rows:,} rows {'equal' if same else 'NOT equal'}, {seconds:.0f} s", "equal", same
    )
