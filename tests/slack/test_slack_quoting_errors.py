"""Behind the door everything breaks and quotes what it broke over: the log has none of it, at any level."""

from __future__ import annotations

import pytest

from bot.errors import DeliveryError
from bot.messages import Outgoing
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Fault
from tests.privacy.canaries import SECRET, Flock, seen
from tests.privacy.ears import wide_open
from tests.slack.conftest import RENATA, Door, channel
from tests.slack.house import REFLECT


async def test_errors_that_quote_people_stay_out_of_the_log(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    """Commands, messages, mentions, forms and deliveries, each broken, with every logger wide open."""
    flock = Flock()
    with wide_open() as out:
        door.house.reply = REFLECT
        await door.slack.command(RENATA, "/reflect")
        await door.settled()
        door.house.trouble = ValueError(f"cannot read {flock.sentence()!r}")
        await door.slack.submit(RENATA, {"f.what": {"value": flock.sentence()}})
        await door.slack.command(RENATA, f"/resources {flock.sentence()}")
        await door.slack.write(RENATA, flock.sentence())
        await door.slack.mention(RENATA, flock.sentence())
        await door.settled()
        for fault in (Fault(error=f"odd_{SECRET}"), Fault(500), Fault(cut=True)):
            door.slack.faults["chat.postMessage"] = [fault]
            with pytest.raises(DeliveryError):
                await door.platform.send(channel(), Outgoing(flock.sentence()), "k")
    said = out.getvalue() + "".join(capfd.readouterr())
    assert "a visit failed: ValueError" in said
    assert not seen(said.encode(), SECRET)
    assert not any(secret in said for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET))
