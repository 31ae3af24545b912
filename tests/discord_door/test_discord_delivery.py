"""Once for each key, whatever Discord and the line do; and Discord's own rules about private messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import DeliveryError, Refused, Shut, Unknown, Wait
from bot.messages import Address, Option, Outgoing
from bot.platforms.discord.pace import BadAnswers
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_server import Fault

MESSAGE = Outgoing("A new prompt", options=(Option("Reflect privately", "reflections.open", "cohort1:0"),))
POSTS = r"^/channels/\d+/messages$"


async def test_the_same_key_again_is_the_same_message(here: Place) -> None:
    """Within the minutes in which Discord remembers, even from a process that knows nothing of the first."""
    first = await here.door.send(here.channel, MESSAGE, "key-1")
    here.folder = here.folder / "another"
    async with here.open(run=False):
        assert await here.door.send(here.channel, MESSAGE, "key-1") == first
    here.doors.pop()
    assert len(here.discord.public()) == 1


@pytest.mark.parametrize("message", [MESSAGE, Outgoing("No buttons here")])
async def test_a_lost_answer_is_found_by_its_key(here: Place, message: Outgoing) -> None:
    """The connection breaks after Discord took the message: unknown first, then found, and never doubled."""
    here.discord.faults.append(Fault("POST", POSTS, 0, accept=True, cut=True))
    with pytest.raises(Unknown):
        await here.door.send(here.channel, message, "key-1")
    here.discord.later(3600)
    found = await here.door.find(here.channel, "key-1")
    assert found == f"1|discord|{here.channel.id}|{here.discord.public()[0]['id']}"


async def test_a_message_that_never_arrived_is_not_found(here: Place) -> None:
    """So the worker may send it again."""
    here.discord.faults.append(Fault("POST", POSTS, 503))
    with pytest.raises(Unknown):
        await here.door.send(here.channel, MESSAGE, "key-1")
    assert await here.door.find(here.channel, "key-1") is None
    await here.door.send(here.channel, MESSAGE, "key-1")
    assert len(here.discord.public()) == 1


async def test_pages_that_are_missing_are_sent_and_no_others(here: Place) -> None:
    """The line broke between two pages, and hours passed."""
    long = Outgoing("\n\n".join(f"{n} " + "word " * 300 for n in range(3)))
    await here.door.send(here.channel, Outgoing("before"), "key-0")
    here.discord.faults.append(Fault("POST", POSTS, 0, accept=True, cut=True))
    with pytest.raises(Unknown):
        await here.door.send(here.channel, long, "key-1")
    here.discord.later(3600)
    assert await here.door.find(here.channel, "key-1") is None
    await here.door.send(here.channel, long, "key-1")
    assert [one["content"][:1] for one in here.discord.public()] == ["b", "0", "1", "2"]


@pytest.mark.parametrize("options", [MESSAGE.options, ()])
async def test_a_process_that_never_heard_of_a_message_finds_it(
    here: Place, tmp_path: Path, options: tuple[Option, ...]
) -> None:
    """Another host sent it, or the notebook is gone; with or without buttons, and also after it was edited."""
    await here.door.send(here.channel, MESSAGE, "before")
    long = await here.door.send(here.channel, Outgoing("So many words. " * 400, options=options), "key-1")
    await here.door.send(here.channel, Outgoing("So many words. " * 10), "after")
    await here.door.edit(long, Outgoing("No more words. " * 400, options=options))
    here.folder = tmp_path / "another host"
    async with here.open(run=False) as fresh:
        assert await fresh.find(here.channel, "key-1") == long
        assert long.count(",") >= 2
        assert await fresh.find(here.channel, "key-2") is None


async def test_another_host_adds_the_pages_that_are_missing(here: Place, tmp_path: Path) -> None:
    """It sees the first page of a message that was cut off, without its last, and hours have passed."""
    long = Outgoing("\n\n".join(f"{n} " + "word " * 300 for n in range(3)))
    here.discord.faults.append(Fault("POST", POSTS, 0, accept=True, cut=True))
    with pytest.raises(Unknown):
        await here.door.send(here.channel, long, "key-1")
    here.discord.later(3600)
    here.folder = tmp_path / "another host"
    async with here.open(run=False) as fresh:
        assert await fresh.find(here.channel, "key-1") is None
        await fresh.send(here.channel, long, "key-1")
    here.doors.pop()
    assert [one["content"][:1] for one in here.discord.public()] == ["0", "1", "2"]


async def test_the_mark_at_the_end_of_a_message_cannot_be_seen(here: Place) -> None:
    """What a reader sees and copies is the words alone, within Discord's length."""
    words = "word " * 391 + "end"
    await here.door.send(here.channel, Outgoing(words), "key-1")
    (sent,) = here.discord.public()
    assert sent["content"].rstrip("\u200b\u200c") == words
    assert 1990 < len(sent["content"]) <= 2000


async def test_a_long_pause_is_the_outboxs_business_and_a_short_one_is_waited_out(here: Place) -> None:
    """Up to thirty seconds the library waits by itself."""
    body = {"retry_after": 90.0, "message": "slow down", "global": False}
    here.discord.faults.append(Fault("POST", POSTS, 429, body, {"X-RateLimit-Scope": "user"}))
    with pytest.raises(Wait) as pause:
        await here.door.send(here.channel, MESSAGE, "key-1")
    assert pause.value.seconds == 90
    assert pause.value.only_this
    here.discord.faults.append(Fault("POST", POSTS, 429, body | {"retry_after": 0.01}))
    await here.door.send(here.channel, MESSAGE, "key-1")
    assert len(here.discord.public()) == 1


async def test_nobody_gets_a_private_message_before_they_pressed_something(here: Place, house: SmallHouse) -> None:
    """No private channel is opened to them; after their first press, one is."""
    with pytest.raises(Shut, match="not pressed anything") as door:
        await here.door.send(here.person(here.kwame), MESSAGE, "key-1")
    assert door.value.why == "not-yet"
    assert here.discord.openings == []
    await here.discord.slash(here.kwame, "journal")
    await here.settled()
    await here.door.send(here.person(here.kwame), MESSAGE, "key-2")
    await here.door.send(here.person(here.kwame), MESSAGE, "key-3")
    assert here.discord.openings == [here.kwame]
    assert len(here.discord.private(here.kwame)) == 2


@pytest.mark.parametrize("code", [50007, 50278])
async def test_a_closed_door_is_not_knocked_at_again(here: Place, house: SmallHouse, code: int) -> None:
    """Refused once by Discord, then by ourselves, until the person acts again."""
    here.discord.closed[here.kwame] = code
    await here.discord.slash(here.kwame, "journal")
    await here.settled()
    with pytest.raises(Shut) as door:
        await here.door.send(here.person(here.kwame), MESSAGE, "key-1")
    assert door.value.why == {50007: "closed", 50278: "gone"}[code]
    asked = len(here.discord.requests)
    for number in range(20):
        with pytest.raises(Refused, match="does not take private messages"):
            await here.door.send(here.person(here.kwame), MESSAGE, f"key-{number}")
    assert len(here.discord.requests) == asked
    here.discord.closed.clear()
    await here.discord.slash(here.kwame, "journal")
    await here.settled()
    await here.door.send(here.person(here.kwame), MESSAGE, "key-30")
    assert len(here.discord.private(here.kwame)) == 1


async def test_private_messages_are_opened_slowly(here: Place, house: SmallHouse) -> None:
    """Ten at once, then one every twenty seconds; and none for ten minutes after "too fast"."""
    people = [here.discord.join(f"Person {number}") for number in range(13)]
    for one in people:
        await here.discord.slash(one, "journal")
    await here.settled()
    for one in people[:10]:
        await here.door.send(here.person(one), MESSAGE, f"key-{one}")
    with pytest.raises(Wait) as pause:
        await here.door.send(here.person(people[10]), MESSAGE, "key-10")
    assert 0 < pause.value.seconds <= 20
    assert pause.value.only_this
    await here.door.send(here.person(people[0]), MESSAGE, "key-open")  # whose door is open waits for nobody
    here.discord.later(21)
    here.discord.faults.append(Fault("POST", "^/users/@me/channels$", 400, {"code": 40003, "message": "too fast"}))
    with pytest.raises(Wait) as pause:
        await here.door.send(here.person(people[10]), MESSAGE, "key-10")
    assert pause.value.seconds == 600
    assert pause.value.only_this
    asked = len(here.discord.requests)
    here.discord.later(300)
    with pytest.raises(Wait):
        await here.door.send(here.person(people[11]), MESSAGE, "key-11")
    assert len(here.discord.requests) == asked


async def test_bad_answers_stop_long_before_discord_stops_us(here: Place) -> None:
    """Under 1,000 in ten minutes, whatever is asked of the door; afterwards it goes on."""
    here.discord.permissions = 0
    for number in range(1200):
        with pytest.raises(DeliveryError):
            await here.door.send(here.channel, MESSAGE, f"key-{number}")
    bad = [status for _, _, status in here.discord.requests if status in (401, 403, 429)]
    assert len(bad) == 500
    here.discord.permissions = (1 << 10) | (1 << 11) | (1 << 16)
    here.discord.later(601)
    await here.door.send(here.channel, MESSAGE, "key-a")
    assert len(here.discord.public()) == 1


def test_other_answers_do_not_count_as_bad() -> None:
    """Only 401, 403 and 429 count against us."""
    answers = BadAnswers(lambda: 0.0)
    for _ in range(2000):
        answers.note(404)
        answers.note(200)
    answers.check()


async def test_an_address_of_somewhere_else_is_refused(here: Place) -> None:
    """Another server's, another platform's, or no number at all."""
    for wrong in (
        Address("discord", "1", "channel", here.channel.id),
        Address("slack", here.channel.workspace, "channel", here.channel.id),
        Address("discord", here.channel.workspace, "person", "renata"),
    ):
        with pytest.raises(Refused):
            await here.door.send(wrong, MESSAGE, "key-1")
    with pytest.raises(Refused):
        await here.door.delete("1|slack|5|6")


async def test_who_somebody_is_comes_without_asking_when_they_have_just_acted(here: Place, house: SmallHouse) -> None:
    """Name as the server knows it; those who left are inactive, and so are bots."""
    named = here.discord.join("Leilani", nick="Leilani K.")
    await here.discord.slash(named, "journal")
    await here.settled()
    before = len(here.discord.requests)
    assert (await here.door.person(here.person(named))).name == "Leilani K."
    assert len(here.discord.requests) == before
    assert (await here.door.person(here.person(here.kwame))).active
    del here.discord.members[here.kwame]
    here.discord.later(700)
    assert not (await here.door.person(here.person(here.kwame))).active
    assert list(await here.door.members(here.channel)) == [here.person(named)]
