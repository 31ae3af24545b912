"""A file in a form: fetched from where Discord keeps it, when somebody reads it, and no further than it is wanted."""

from __future__ import annotations

import pytest

from bot.errors import Refused, Unknown
from bot.messages import Errors, Field, Form
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse

FORM = Form("form1", "A file", "a.save", (Field("file", "File", "file", True), Field("title", "Title")))
FILE = b"Nothing of this is anybody's business. " * 20


async def test_a_file_is_fetched_when_somebody_reads_it_and_no_further(here: Place, house: SmallHouse) -> None:
    """Its name and size are known before; and the form opens again without it, but with the words."""
    house.says["/facilitate"], house.says["a.save"] = FORM, Errors({"file": "Not this one."})
    opened = await here.discord.slash(here.renata, "facilitate")
    await here.settled()
    assert opened.modal
    given = {"file": [here.discord.attach("choir.txt", FILE)], "title": "The choir"}
    sent = await here.discord.submit(here.renata, opened.modal, given)
    await here.settled()
    assert "Not this one." in sent.text
    again = await here.discord.press(here.renata, sent.shown[0], "Open the form again")
    await here.settled()
    assert "The choir" in str(again.modal)
    file = house.sent_in[-1].files["file"]
    assert (file.name, file.size) == ("choir.txt", len(FILE))
    assert await file.read(10_000) == FILE
    assert await file.read(7) == FILE[:7]
    for status, problem in ((404, Refused), (503, Unknown)):
        here.discord.cdn_status = status
        with pytest.raises(problem):
            await file.read(100)
