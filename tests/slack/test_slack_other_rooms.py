"""Private words after a command, in rooms of every kind in Slack."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.slack import CHANNEL, FakeSlack
from tests.slack.conftest import KWAME, RENATA, Door, person
from tests.slack.house import REFLECT

CANARY = "my superintendent said it aloud"
ROOMS: dict[str, tuple[str, dict[str, Any]]] = {
    "a thread": (CHANNEL, {"thread_ts": "1699999999.1"}),
    "a group of private messages": ("G0GROUP", {"channel_name": "mpdm-renata--kwame--imani-1"}),
    "a private channel": ("G0PRIVATE", {"channel_name": "privategroup"}),
    "a channel shared with another organization": ("C0SHARED", {"channel_name": "shared", "is_ext_shared": True}),
}


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS.keys())
async def test_a_reflection_after_a_command_opens_a_form_for_its_writer_and_stays_unsaid(
    slack: FakeSlack, socket_door: Door, room: tuple[str, dict[str, Any]]
) -> None:
    """Wherever it was typed: nobody else is shown a form, and nothing of it stands anywhere in the chat."""
    socket_door.house.reply = REFLECT
    channel, more = room
    await slack.command(RENATA, f"/reflect {CANARY}", channel, **more)
    await socket_door.settled()
    assert set(slack.modals) == {RENATA}
    assert CANARY not in str(slack.modals[RENATA])
    assert not [one for one in slack.messages if CANARY in one.words]
    assert socket_door.card(KWAME, channel) == ""
    assert socket_door.house.heard[0].who == person(RENATA)
