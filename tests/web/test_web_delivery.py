"""The playground keeps what a platform promises to the worker."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import build
from toy_house import PROMPT, ToyHouse

from bot.errors import ContentError, Refused
from bot.messages import Address, Outgoing
from bot.platforms.web.people import load_people
from bot.platforms.web.playground import Playground
from bot.seam import Platform


async def test_a_key_is_delivered_once_even_across_a_restart(tmp_path: Path) -> None:
    """The first reference comes back, and the message stands there once with its buttons."""
    first, _, _ = build(tmp_path)
    renata = first.people[0].address
    ref = await first.send(renata, PROMPT, "week 1")
    assert await first.send(renata, Outgoing("other words"), "week 1") == ref
    first.close()
    second, _, _ = build(tmp_path)
    assert await second.find(renata, "week 1") == ref
    assert await second.send(renata, PROMPT, "week 1") == ref
    messages = await second.room(second.people[0], "me")
    assert [message["body"]["title"] for message in messages] == [PROMPT.title]
    assert len(messages[0]["body"]["options"]) == 3
    second.close()


async def test_the_same_key_is_another_message_for_another_person(tmp_path: Path) -> None:
    """Keys are counted for each address."""
    playground, _, _ = build(tmp_path)
    one, other = playground.people[0].address, playground.people[1].address
    assert await playground.send(one, PROMPT, "k") != await playground.send(other, PROMPT, "k")
    assert await playground.find(playground.channel, "k") is None
    playground.close()


async def test_a_message_can_be_changed_and_taken_back(tmp_path: Path) -> None:
    """What was taken back leaves no word in the file, is still known by its key, and cannot be changed."""
    playground, _, _ = build(tmp_path)
    ref = await playground.send(playground.channel, Outgoing("first words"), "k")
    await playground.edit(ref, Outgoing("better words"))
    message = (await playground.room(playground.people[0], "channel"))[0]
    assert (message["body"]["text"], message["edited"]) == ("better words", True)
    await playground.delete(ref)
    assert await playground.room(playground.people[0], "channel") == []
    assert await playground.find(playground.channel, "k") == ref
    for act in (playground.delete(ref), playground.edit(ref, PROMPT)):
        with pytest.raises(Refused):
            await act
    playground.close()
    stored = (tmp_path / "playground.db").read_bytes()
    assert b"words" not in stored


async def test_strangers_and_foreign_references_are_refused_for_certain(tmp_path: Path) -> None:
    """So that the worker knows that nothing was posted."""
    playground, _, _ = build(tmp_path)
    for kind, id_ in (("person", "nobody"), ("channel", "elsewhere")):
        address = Address.parse(f"1|web|playground|{kind}|{id_}")
        with pytest.raises(Refused):
            await playground.send(address, PROMPT, "k")
    for ref in ("1|slack|12", "1|web|", "1|web|x", "2|web|1", "1|web|99"):
        with pytest.raises(Refused):
            await playground.delete(ref)
    with pytest.raises(Refused):
        await playground.person(Address("web", "playground", "person", "nobody"))
    playground.close()


async def test_people_and_members_are_told_as_the_seam_asks(tmp_path: Path) -> None:
    """Seven people, one facilitator, more than one country, some of whom answer by themselves."""
    playground, _, _ = build(tmp_path)
    platform: Platform = playground
    assert platform.name == "web"
    assert len(playground.people) == 7
    assert sum(card.facilitator for card in playground.people) == 1
    assert not any(card.answers for card in playground.people if card.facilitator)
    assert sum(card.answers for card in playground.people) in (3, 4)
    assert len({card.zone for card in playground.people}) >= 6
    assert any(not card.zone.startswith("America") for card in playground.people)
    for card in playground.people:
        assert ZoneInfo((await platform.person(card.address)).zone or "")
        assert Address.parse(str(card.address)) == card.address
    assert await platform.members(playground.channel) == [card.address for card in playground.people]
    assert await platform.members(playground.people[0].address) == [playground.people[0].address]
    playground.close()


async def test_views_are_gone_after_a_restart_and_messages_are_not(tmp_path: Path) -> None:
    """What is private to a view lives in memory only."""
    from bot.platforms.web.conversation import Conversation

    def conversation(playground: Playground) -> Conversation:
        return Conversation(playground, ToyHouse())

    first, _, _ = build(tmp_path)
    renata = first.people[0]
    await first.send(renata.address, PROMPT, "k")
    await conversation(first).text(renata, "me", "a", "something that stays with me")
    await conversation(first).press(renata, "b", "m1", "skip", "week-1")
    assert len(await first.room(renata, "me")) == 3
    first.close()
    assert b"stays with me" not in (tmp_path / "playground.db").read_bytes()
    second, _, _ = build(tmp_path)
    shown = await second.room(second.people[0], "me")
    assert [message["body"]["text"] for message in shown] == [PROMPT.text]
    second.close()


def test_a_mistake_in_the_people_file_is_named(tmp_path: Path) -> None:
    """With the file, the key and what is allowed."""
    file = tmp_path / "people.yaml"
    for text in ("- {id: a, name: A, zone: Mars/Base, role: R}", "- {id: a, name: A, zone: UTC}", "a: b", "[]"):
        file.write_text(text)
        with pytest.raises(ContentError, match=r"people\.yaml"):
            load_people(file)
    file.write_text("- {id: a, name: A, zone: UTC, role: R, colour: red}")
    with pytest.raises(ContentError, match="colour is not known here"):
        load_people(file)
