"""Giving one entry to a named audience, and taking it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.errors import Unknown, Wait
from bot.messages import Errors, Form, Outgoing, Press, Submission
from bot.store.tables import outbox
from tests.town import Town, text_of
from tests.ways import delivered, entries, first_week, kept, labels, share, write

HOPE = "A calm hour for each teacher."


async def written(town: Town, members: tuple[str, ...] = ("renata", "kwame", "yusuf")) -> tuple[str, str]:
    """(cohort, Renata's entry)"""
    cohort = await first_week(town, members)
    await write(town, "renata", hope=HOPE, worry="A private worry.")
    (entry,) = await entries(town, "renata")
    return cohort, entry


async def given(town: Town, entry: str, audience: str = "cohort") -> Outgoing:
    """Shared; returns the confirmation with its way back."""
    done = await town.press("renata", await share(town, "renata", entry, audience), "Share it")
    assert isinstance(done, Outgoing)
    return done


def share_id(preview: Outgoing) -> str:
    return next(one.value for one in preview.options if one.action == "sharing.give")


async def opened(town: Town, who: str, copy: str) -> str:
    return text_of(await town.act(who, Press("shared-with-me.read", copy)))


async def add(town: Town, cohort: str, *members: str) -> None:
    form = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", form, {"members": [str(town.chat.who(one)) for one in members]})


async def test_the_preview_names_people_and_shows_every_word(town: Town) -> None:
    """Before the yes nobody can read it, and nobody hears of it."""
    _, entry = await written(town)
    before = len(town.chat.delivered)
    preview = await share(town, "renata", entry, "facilitators")
    assert "your facilitator Imani Brooks" in preview.text
    assert "Nothing is shared yet" in preview.text
    assert HOPE in text_of(preview)
    assert len(town.chat.delivered) == before
    assert HOPE not in await opened(town, "imani", share_id(preview))


async def test_the_whole_cohort_is_named_by_its_size(town: Town) -> None:
    """Two other members and one facilitator."""
    _, entry = await written(town)
    preview = await share(town, "renata", entry, "cohort")
    assert "the whole cohort (3 people, facilitators included)" in preview.text


async def test_only_the_chosen_parts_are_shared(town: Town) -> None:
    """What was not ticked stays private."""
    _, entry = await written(town)
    form = await town.act("renata", Press("sharing.choose", entry))
    assert isinstance(form, Form)
    hope = next(value for value, label in form.fields[1].choices if label.startswith("One hope"))
    preview = await town.submit("renata", form, {"audience": "cohort", "parts": [hope]})
    assert isinstance(preview, Outgoing)
    await town.press("renata", preview, "Share it")
    text = await opened(town, "kwame", share_id(preview))
    assert HOPE in text
    assert "A private worry." not in text


async def test_a_shared_entry_opens_for_its_readers_alone(town: Town) -> None:
    """Under the writer's name; the notice carries no word of it."""
    _, entry = await written(town)
    await given(town, entry, "facilitators")
    notice = town.private("imani")[-1]
    assert notice.text == "A member shared a reflection with you."
    text = text_of(await town.press("imani", notice, "Read it"))
    assert "Renata Aguilar shared this with the facilitators" in text
    assert HOPE in text
    assert HOPE not in text_of(await town.press("kwame", notice, "Read it"))
    assert HOPE not in delivered(town)


async def test_shared_with_the_cohort_is_told_in_the_channel(town: Town) -> None:
    """Every member opens it for themselves; the list under /cohort has it too."""
    cohort, entry = await written(town)
    await given(town, entry)
    notice = town.public()[-1]
    assert notice.text == "A member shared a reflection with the cohort."
    assert "Renata" not in text_of(notice)
    for reader in ("kwame", "yusuf", "imani"):
        assert HOPE in text_of(await town.press(reader, notice, "Read it", channel=True))
    assert HOPE not in text_of(await town.press("leilani", notice, "Read it", channel=True))
    listed = await town.act("kwame", Press("shared-with-me.list", cohort))
    assert "Renata Aguilar: Arrive and settle in" in labels(listed)


async def test_who_joins_later_reads_nothing_from_before(town: Town) -> None:
    """Neither a new member nor a new facilitator; the audience was fixed when it was given."""
    cohort, entry = await written(town)
    copy = share_id(await share(town, "renata", entry, "cohort"))
    await town.act("renata", Press("sharing.give", copy))
    await add(town, cohort, "renata", "kwame", "yusuf", "leilani")
    form = await town.act("imani", Press("setup.add-leader", cohort))
    await town.submit("imani", form, {"whom": [str(town.chat.who("thanh-mai"))]})
    await town.start("leilani")
    for late in ("leilani", "thanh-mai"):
        assert HOPE not in await opened(town, late, copy)
        assert "Nobody has shared anything" in text_of(await town.act(late, Press("shared-with-me.list", cohort)))


async def test_a_facilitator_who_joins_between_preview_and_yes_is_not_told(town: Town) -> None:
    """Only the people whom the preview named hear of it."""
    cohort, entry = await written(town)
    preview = await share(town, "renata", entry, "facilitators")
    form = await town.act("imani", Press("setup.add-leader", cohort))
    await town.submit("imani", form, {"whom": [str(town.chat.who("thanh-mai"))]})
    await town.press("renata", preview, "Share it")
    assert town.private("thanh-mai") == []
    assert len(town.private("imani")) == 1


async def test_taking_back_closes_it_for_everybody(town: Town) -> None:
    """From the confirmation, or from the journal."""
    _, entry = await written(town)
    await given(town, entry)
    shown = await town.act("renata", Press("journal.read", entry))
    assert "Take back from the cohort" in labels(shown)
    assert "Shared with the cohort" in text_of(shown)
    notice = town.public()[-1]
    assert "nobody can open it here any more" in text_of(await town.press("renata", shown, "Take back"))
    assert HOPE not in text_of(await town.press("kwame", notice, "Read it"))
    assert "Take back from the cohort" not in labels(await town.act("renata", Press("journal.read", entry)))


@pytest.mark.parametrize("fault", [Wait(30), Unknown("HTTP 500")], ids=["told to wait", "no clear answer"])
async def test_taken_back_while_the_platform_fails_it_is_closed_at_once_and_never_announced(
    town: Town, fault: Exception
) -> None:
    """What waits to be sent is made when it is sent, and then there is nothing to tell of any more."""
    _, entry = await written(town)
    town.chat.answers_with = [fault]
    first = await given(town, entry)
    assert not [one for one in town.public() if one.text.startswith("A member shared")]
    assert "nobody can open it here any more" in text_of(await town.press("renata", first, "Take it back"))
    taken = next(one.value for one in first.options if one.action == "sharing.take-back")
    assert HOPE not in await opened(town, "kwame", taken)
    for _ in range(10):
        town.machine.go_on(60)
        await town.house.tick()
    assert town.chat.answers_with == []
    assert not [one for one in town.public() if one.text.startswith("A member shared")]
    with town.house.store.begin() as tx:
        states = tx.execute(select(outbox.c.state).where(outbox.c.kind == "share-notice")).scalars().all()
    assert states == ["cancelled"]


async def test_share_take_back_and_share_again(town: Town) -> None:
    """The second copy is a copy of its own, and the first stays closed."""
    _, entry = await written(town)
    first = await given(town, entry)
    await town.press("renata", first, "Take it back")
    await given(town, entry)
    notices = [one for one in town.public() if one.text.startswith("A member shared")]
    assert HOPE not in text_of(await town.press("kwame", notices[0], "Read it"))
    assert HOPE in text_of(await town.press("kwame", notices[1], "Read it"))


async def test_pressing_share_twice_tells_once(town: Town) -> None:
    """The second press says that there is nothing waiting."""
    _, entry = await written(town)
    preview = await share(town, "renata", entry, "cohort")
    await town.press("renata", preview, "Share it")
    assert "nothing waiting" in text_of(await town.press("renata", preview, "Share it"))
    assert len([one for one in town.public() if one.text.startswith("A member shared")]) == 1


async def test_a_later_edit_does_not_follow(town: Town) -> None:
    """What was given is what was previewed."""
    _, entry = await written(town)
    copy = share_id(await share(town, "renata", entry, "cohort"))
    await town.act("renata", Press("sharing.give", copy))
    form = await town.act("renata", Press("journal.edit", entry))
    await town.submit("renata", form, {"hope": "Changed in private."})
    text = await opened(town, "kwame", copy)
    assert HOPE in text
    assert "Changed in private." not in text


async def test_a_new_preview_replaces_the_one_before(town: Town) -> None:
    """An older yes cannot share what its writer has moved on from."""
    _, entry = await written(town)
    old = await share(town, "renata", entry, "cohort")
    await share(town, "renata", entry, "facilitators")
    assert "nothing waiting" in text_of(await town.press("renata", old, "Share it"))
    assert HOPE not in await opened(town, "kwame", share_id(old))


@pytest.mark.parametrize("action", ["choose", "give", "take-back"])
@pytest.mark.parametrize("who", ["kwame", "imani"])
async def test_anothers_entry_cannot_be_shared_or_taken_back(town: Town, action: str, who: str) -> None:
    """Ids of entries and copies are of no use to anybody but the writer."""
    _, entry = await written(town)
    waiting = share_id(await share(town, "renata", entry, "cohort"))
    before = kept(town, "inbox")
    for value in (entry, waiting):
        reply = text_of(await town.act(who, Press(f"sharing.{action}", value)))
        assert HOPE not in reply
        assert "Nothing was" in reply
    assert kept(town, "inbox") == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"audience": ""}, "audience"),
        ({"audience": "everyone"}, "audience"),
        ({"audience": "cohort", "parts": []}, "parts"),
        ({"audience": "cohort", "parts": ["²", "-1", "99", "x"]}, "parts"),
    ],
)
async def test_a_form_that_says_too_little_shares_nothing(
    town: Town, values: dict[str, str | list[str]], field: str
) -> None:
    """The problem stands beside its field."""
    _, entry = await written(town)
    form = await town.act("renata", Press("sharing.choose", entry))
    reply = await town.submit("renata", form, values)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]


async def test_a_preview_of_anothers_entry_is_refused(town: Town) -> None:
    """Altering the form's value does not open a journal."""
    _, entry = await written(town)
    reply = await town.act("kwame", Submission("f", "sharing.preview", entry, {"audience": "cohort", "parts": ["0"]}))
    assert isinstance(reply, Errors)
    assert HOPE not in text_of(reply)
