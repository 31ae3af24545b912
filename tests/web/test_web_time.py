"""What happens as the demo's time goes by: the stream, the clock, and the people who answer by themselves."""

from __future__ import annotations

import asyncio
import json

from conftest import Door
from toy_house import PROMPT

from bot.messages import Option, Outgoing, Press, Submission


async def test_the_stream_tells_each_person_only_what_is_hers(door: Door) -> None:
    """And continues behind the last event that was seen."""
    stream, people = door.playground.stream, door.playground.people
    renata = stream.follow("renata", stream.newest)
    assert await anext(renata) == ": open\n\n"
    await door.playground.send(people[1].address, Outgoing("for Kwame"), "k1")
    await door.playground.send(people[0].address, Outgoing("for Renata"), "k2")
    events = [await asyncio.wait_for(anext(renata), 5) for _ in range(3)]
    kinds = [event.split("\n")[1] for event in events]
    assert kinds == ["event: waiting", "event: message", "event: waiting"]
    assert "for Kwame" not in "".join(events)
    assert json.loads(events[1].split("data: ")[1])["body"]["text"] == "for Renata"
    again = stream.follow("renata", int(events[1].split("\n")[0].removeprefix("id: ")))
    assert await anext(again) == ": open\n\n"
    assert "waiting" in await anext(again)
    lost = stream.follow("renata", 9999)
    assert "event: reload" in await anext(lost)


async def test_residents_answer_after_each_step_and_only_then(door: Door) -> None:
    """Primary button first, then the form, through the house like anyone, and once for each message."""
    residents = [card for card in door.playground.people if card.answers]

    async def due() -> None:
        for card in door.playground.people:
            await door.playground.send(card.address, PROMPT, f"week {door.clock.at}")

    await due()
    assert door.house.heard == []
    door.clock.due = due
    assert (await door.post("clock", by="next")).status_code == 200
    sent = [incoming for incoming in door.house.heard if isinstance(incoming.what, Submission)]
    assert len(sent) == 2 * len(residents)
    assert {incoming.who for incoming in sent} == {card.address for card in residents}
    for incoming in sent:
        assert isinstance(incoming.what, Submission)
        assert str(incoming.what.values["what"]).strip()
        assert incoming.what.values["sure"] in ("2", "3", "4", "5")
    door.clock.due = None
    heard = len(door.house.heard)
    await door.post("clock", event="e2", by="day")
    assert len(door.house.heard) == heard


async def test_a_resident_whose_press_fails_never_stops_the_clock(door: Door) -> None:
    """The next message is still answered, and the clock arrives."""
    yusuf = next(card for card in door.playground.people if card.id == "yusuf")
    for key, action in (("k1", "fail"), ("k2", "start")):
        option = Option("Go", action, style="primary")
        await door.playground.send(yusuf.address, Outgoing("Ready?", options=(option,)), key)
    assert (await door.post("clock", by="day")).status_code == 200
    assert [incoming.what for incoming in door.house.heard] == [Press("fail"), Press("start")]


async def test_the_clock_moves_only_in_its_three_ways(door: Door) -> None:
    """And everybody's page hears of it."""
    assert (await door.post("clock", by="year")).status_code == 409
    before = door.clock.now()
    reply = (await door.post("clock", by="week")).json()["clock"]
    assert (door.clock.now() - before).days == 7
    assert reply == {"now": door.clock.now().isoformat(), "movable": True, "moving": False}
