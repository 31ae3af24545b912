"""What whoever watches over the bot can see: health, numbers and a log, and never a person or a word."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, update

from bot import logs
from bot.errors import CohortbookError, Wait
from bot.metrics import Metrics
from bot.store import tables
from tests.operations.houses import TEXT, filled, live, open_form
from tests.town import Town


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def calling(town: Town, host: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(town.house.web(), client=(host, 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        yield client


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with live(tmp_path) as made:
        made.house.search.state = "ready"
        yield made


async def health(town: Town) -> tuple[int, dict[str, str]]:
    async with calling(town, "192.0.2.7") as client:
        answer = await client.get("/healthz")
    return answer.status_code, answer.json()


async def test_a_house_that_does_its_work_is_well(town: Town) -> None:
    """Whoever can reach the server may ask."""
    assert await health(town) == (
        200,
        {"status": "ok", "database": "ok", "worker": "ok", "index": "ready", "vault": "ok", "programs": "ok"},
    )


async def test_a_database_that_does_not_answer_is_told(town: Town) -> None:
    """The tables are gone: the page says so with 503, and does not fail itself."""
    town.house.store._readers.shutdown()
    status, told = await health(town)
    assert status == 503
    assert told["status"] == "unwell"
    assert "cannot be read" in told["database"]


async def test_a_worker_that_stands_still_is_told(town: Town) -> None:
    """A minute without a look at the outbox; the next look makes it well again."""
    hand = Hand()
    town.house.metrics._machine = hand
    town.house.metrics.ticked()
    hand.at += 59
    assert (await health(town))[0] == 200
    hand.at += 2
    status, told = await health(town)
    assert (status, told["worker"]) == (503, "has not gone through the outbox for 61 s; its log says why")
    await town.house.tick()
    assert (await health(town))[0] == 200


async def test_an_index_that_cannot_be_opened_is_told(town: Town) -> None:
    """Prompts go out all the same, and questions are not answered."""
    with pytest.raises(Exception, match="index"):
        await town.house.search.warm()
    status, told = await health(town)
    assert status == 503
    assert told["index"] == "cannot be opened; `cohortbook doctor` says what to do"


async def numbers(town: Town) -> dict[str, float]:
    async with calling(town) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_numbers_say_what_is_due_sent_and_late(town: Town) -> None:
    """One message that the platform keeps waiting, and others that went out."""
    await town.found_cohort(["kwame", "renata"])
    seen = await numbers(town)
    assert seen['cohortbook_sent_total{kind="welcome"}'] == 2
    assert seen["cohortbook_lateness_seconds_count"] == sum(
        value for name, value in seen.items() if name.startswith("cohortbook_sent_total")
    )
    assert not [name for name in seen if name.startswith("cohortbook_due{")]
    with town.house.store.begin() as tx:
        tx.execute(update(tables.outbox).values(state="ready", due_at=town.clock.now() - timedelta(seconds=90)))
        tx.execute(update(tables.lane).values(rate=4.5, blocked_until=town.clock.now() + timedelta(minutes=3)))
    seen = await numbers(town)
    assert seen['cohortbook_due{kind="welcome"}'] == 2
    assert seen["cohortbook_oldest_due_seconds"] == 90
    assert seen['cohortbook_lane_rate{lane="recorder:room"}'] == 4.5
    assert seen['cohortbook_lane_blocked_seconds{lane="recorder:room"}'] == 120


async def test_numbers_say_what_nobody_is_sure_of_and_what_was_given_up(town: Town) -> None:
    """Unknown, missed and refused, by kind."""
    await town.found_cohort(["kwame", "renata"])
    for state in ("unknown", "missed", "refused"):
        with town.house.store.begin() as tx:
            tx.execute(update(tables.outbox).values(state=state))
        town.house.metrics._counted = None
        assert (await numbers(town))[f'cohortbook_messages{{kind="welcome",state="{state}"}}'] == 2


async def test_numbers_name_no_person_and_no_word(town: Town) -> None:
    """After somebody wrote something, and a cohort has a name."""
    await town.found_cohort(["kwame", "renata"], name="Secret cohort")
    await town.start("kwame", "renata")
    await town.until("week")
    form = await open_form(town, "kwame")
    await town.submit("kwame", form, filled(form))
    async with calling(town) as client:
        page = (await client.get("/metrics")).text
    for word in ("kwame", "Kwame", "Secret", "colleague", form.id, form.value.split(":")[0]):
        assert word not in page


async def test_numbers_are_for_this_machine_unless_the_settings_say_otherwise(town: Town, tmp_path: Path) -> None:
    """Somebody else who can reach the server finds nothing there."""
    async with calling(town, "192.0.2.7") as client:
        assert (await client.get("/metrics")).status_code == 404
    async with calling(town, "::1") as client:
        assert (await client.get("/metrics")).status_code == 200
    opened = town.house.settings.model_copy(update={"metrics": "anyone"})
    object.__setattr__(town.house, "settings", opened)
    async with calling(town, "192.0.2.7") as client:
        assert (await client.get("/metrics")).status_code == 200


async def test_numbers_of_open_messages_use_an_index(town: Town) -> None:
    """A year of sent messages must not slow every look down."""
    from sqlalchemy import event

    from bot.metrics import waiting

    plans: list[str] = []

    def explain(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: object, many: bool
    ) -> tuple[str, Any]:
        if "FROM outbox" in statement:
            plans.append(str(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()))
        return statement, parameters

    event.listen(town.house.store.engine, "before_cursor_execute", explain, retval=True)
    with town.house.store.begin() as tx:
        waiting(tx, town.clock.now(), town.clock.now())
    assert len(plans) == 1
    assert "outbox_open" in plans[0]


def test_a_loop_that_is_held_up_shows_in_the_numbers() -> None:
    """What should be in a thread and is not: the lag is measured, and lands in the slow buckets."""
    import asyncio

    from prometheus_client import generate_latest

    hand = Hand()
    metrics = Metrics(hand)

    async def held_up() -> None:
        measuring = asyncio.create_task(metrics.measure_lag(every=0.0))
        await asyncio.sleep(0)
        hand.at += 0.7
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        measuring.cancel()

    asyncio.run(held_up())
    page = generate_latest(metrics.registry).decode()
    lines = [line.rpartition(" ") for line in page.splitlines() if line.startswith("cohortbook_loop_lag")]
    found = {name: float(value) for name, _, value in lines}
    slow = found['cohortbook_loop_lag_seconds_bucket{le="1.0"}'] - found['cohortbook_loop_lag_seconds_bucket{le="0.5"}']
    assert slow == 1


@pytest.fixture
def line() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A log of its own, as JSON."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Line("json"))
    log = logging.getLogger("bot.of-this-test")
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    yield log, out
    log.removeHandler(handler)


def test_a_line_has_an_action_and_a_key(line: tuple[logging.Logger, io.StringIO]) -> None:
    """As one JSON object a line, for whoever collects logs."""
    log, out = line
    log.info("sent", extra={"action": "prompt", "key": "c:prompt:3::p"})
    told = json.loads(out.getvalue())
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "INFO", "from": "bot.of-this-test", "said": "sent", "action": "prompt", "key": "c:prompt:3::p",
    }  # fmt: skip


def test_the_text_form_is_one_line_too() -> None:
    """Even when it says several lines."""
    record = logging.LogRecord("bot.somewhere", logging.WARNING, "f", 1, "two\nlines", (), None)
    record.key = "a b"
    told = logs.Line("text").format(record)
    assert "\n" not in told
    assert told.endswith('WARNING bot.somewhere two lines key="a b"')


def test_a_librarys_sentence_is_left_out() -> None:
    """It may quote a request; who spoke and from where is enough to look it up."""
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "/x/h11_impl.py", 1, "got %s", (TEXT,), None, "handle")
    record.key = TEXT
    assert logs.Line("text").format(record).endswith("WARNING uvicorn.error a problem in h11_impl.handle")
    assert logs.OwnOrSerious().filter(record)
    record.levelno = logging.INFO
    assert not logs.OwnOrSerious().filter(record)


@pytest.mark.parametrize("style", ["text", "json"])
def test_what_somebody_wrote_does_not_reach_the_log_with_an_error(style: logs.Style, tmp_path: Path) -> None:
    """Errors quote what they choked on: ours, a library's, the database's with its values."""
    from bot.store import Store

    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Line(style))
    log = logging.getLogger("bot.of-that-test")
    log.propagate = False
    log.addHandler(handler)
    store = Store.in_folder(tmp_path)

    def database() -> None:
        with store.begin() as tx:
            tx.execute(insert(tables.broadcast).values(tenant="t", broadcast="b", text=TEXT))

    def library() -> None:
        json.loads(TEXT)

    def ours() -> None:
        raise ValueError(f"cannot read {TEXT!r}")

    for fails in (database, library, ours):
        try:
            fails()
        except Exception:
            log.exception("failed", extra={"action": "save"})
    store.close()
    log.removeHandler(handler)
    told = out.getvalue()
    assert len(told.splitlines()) == 3
    assert "colleague" not in told
    assert "NOT NULL constraint failed" in told
    assert "test_watching.py" in told


def test_an_error_of_ours_is_told_in_its_words(line: tuple[logging.Logger, io.StringIO]) -> None:
    """They are written for operators."""
    log, out = line
    try:
        raise CohortbookError("The door is locked.")
    except CohortbookError:
        log.exception("failed")
    try:
        raise Wait(3)
    except Wait:
        log.exception("failed")
    told = [json.loads(text) for text in out.getvalue().splitlines()]
    assert [(one["error"], one["because"]) for one in told] == [
        ("CohortbookError", "The door is locked."),
        ("Wait", "asked to wait 3 s"),
    ]


async def test_hanging_up_ends_the_open_pages_and_messages_still_go_out(tmp_path: Path) -> None:
    """So that a server can stop although somebody looks on, and what is being sent is not cut off."""
    from bot.app import build
    from bot.clock import RealClock
    from bot.config import Settings
    from bot.messages import Outgoing
    from bot.platforms.web.playground import Playground

    house = build(Settings(data=tmp_path, index=tmp_path, platforms={"web": {}}), RealClock())
    web = house.platforms["web"]
    assert isinstance(web, Playground)
    page = web.stream.follow("renata", web.stream.newest)
    assert await anext(page) == ": open\n\n"
    house.hang_up()
    assert [line async for line in page] == []
    assert await web.send(web.channel, Outgoing("still"), "key")
    house.close()


UNFORESEEN = """
import logging, resource, sys, threading
from bot import logs
from bot.cores import leave_no_core
leave_no_core()
logs.start("text")
print(resource.getrlimit(resource.RLIMIT_CORE))
for name in ("sqlalchemy", "asyncio", "discord"):
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).debug("sends %s", sys.argv[1])
def break_down():
    raise ValueError(sys.argv[1])
class Odd:
    def __del__(self):
        break_down()
Odd()
thread = threading.Thread(target=break_down)
thread.start()
thread.join()
break_down()
"""


def test_a_process_that_breaks_down_tells_where_and_quotes_nobody() -> None:
    """Python's own traceback would end with what somebody wrote; nor does memory go to a core file."""
    command = [sys.executable, "-c", UNFORESEEN, TEXT]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == "(0, 0)\n"
    assert "colleague" not in ended.stderr
    assert [line.split(" where=")[0].split(" ", 1)[1] for line in ended.stderr.splitlines()] == [
        "CRITICAL bot.logs something ended that nobody expected to error=ValueError"
    ] * 3
