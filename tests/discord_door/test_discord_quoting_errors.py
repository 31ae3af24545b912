"""Behind the door everything breaks and quotes what it broke over: the log has none of it, at any level."""

from __future__ import annotations

import pytest

from bot.messages import Outgoing
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_server import TOKEN
from tests.privacy.canaries import SECRET, Flock, seen
from tests.privacy.ears import wide_open


async def test_errors_that_quote_people_stay_out_of_the_log(
    here: Place, house: SmallHouse, capfd: pytest.CaptureFixture[str]
) -> None:
    """Commands, private messages and mentions, each broken, and a delivery, with every logger wide open."""
    flock = Flock()
    broken = ValueError(f"cannot read {flock.sentence()!r}")
    house.says |= {"text": broken, "/resources": broken, "/journal": broken}
    with wide_open() as out:
        await here.discord.slash(here.renata, "resources", flock.sentence())
        await here.discord.slash(here.renata, "journal")
        await here.discord.write(here.renata, flock.sentence())
        await here.discord.post(here.renata, f"<@999000000000000001> {flock.sentence()}")
        await here.settled()
        await here.door.send(here.channel, Outgoing(flock.sentence()), "key-1")
    said = out.getvalue() + "".join(capfd.readouterr())
    assert "error=ValueError" in said
    assert not seen(said.encode(), SECRET)
    assert TOKEN not in said
