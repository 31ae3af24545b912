"""What the house does with news of people and places, late, twice and in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import Shut
from bot.messages import Form, Outgoing, Press
from bot.news import Account, Channel, Installation, Presence
from bot.store import doors
from bot.store.tables import account, membership, outbox, person, workspace
from tests.town import Town, open_town, text_of
from tests.ways import FIRST_WEEK, jump, kept, labels

THREE = ("renata", "kwame", "thanh-mai")
SIX = (*THREE, "yusuf", "leilani", "aroha")
GONE = Shut("the account is deactivated", "gone")
WEEK = timedelta(days=7)
UNINSTALLED = Installation("recorder", "room")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, tmp_path / "index") as made:
        yield made


@pytest.fixture
async def both(tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """A town on each database, for what the store decides."""
    async with open_town(tmp_path, tmp_path / "index", database=database) as made:
        yield made


async def running(town: Town, members: tuple[str, ...] = THREE) -> str:
    """Everybody has started, and the first prompt is still to come; it is day everywhere in America."""
    cohort = await town.found_cohort(members)
    await jump(town, FIRST_WEEK - timedelta(days=3))
    await town.start(*members)
    return cohort


def erased_from(town: Town, who: str) -> datetime | None:
    with town.house.store.begin() as tx:
        return tx.execute(
            select(person.c.erase_after)
            .join(account, (account.c.tenant == person.c.tenant) & (account.c.person == person.c.person))
            .where(account.c.address == str(town.chat.who(who)))
        ).scalar()


def door(town: Town, who: str) -> str:
    with town.house.store.begin() as tx:
        return doors.at(tx, town.chat.who(who))


async def departs(town: Town, who: str, event: str = "") -> None:
    town.chat.left.add(who)
    await town.hear(Account(town.chat.who(who)), event)


# --- people ----------------------------------------------------------------------------------------


async def test_who_has_departed_is_erased_later_and_is_not_counted_as_silent(both: Town) -> None:
    """Nothing is tried at their door, and the facilitator sees how many, not who."""
    town = both
    await running(town, SIX)
    await departs(town, "renata")
    assert door(town, "renata") == doors.GONE
    assert erased_from(town, "renata") == town.machine.at + timedelta(days=30)
    knocks = len(town.chat.knocks)
    await jump(town, FIRST_WEEK)
    assert "renata" not in town.chat.knocks[knocks:]
    told = text_of(await town.command("imani", "/facilitate"))
    assert "0 of 5 answered" in told
    assert "1 person: their account here has been closed" in told


async def test_what_was_queued_for_the_departed_is_held_and_comes_when_they_are_back(town: Town) -> None:
    """The week's prompt waits; the account is opened again, and nothing is erased any more."""
    await running(town)
    await departs(town, "renata")
    await jump(town, FIRST_WEEK)
    with town.house.store.begin() as tx:
        held = select(outbox.c.kind).where(outbox.c.state == "held")
        assert set(tx.execute(held).scalars()) == {"prompt"}
    town.chat.left.clear()
    await town.hear(Account(town.chat.who("renata")))
    assert erased_from(town, "renata") is None
    assert town.prompt("renata")


async def test_news_of_a_departure_that_comes_after_the_return_changes_nothing(town: Town) -> None:
    """What is true now counts, not which event came last."""
    await running(town)
    await town.hear(Account(town.chat.who("renata")), "deactivated")
    assert (door(town, "renata"), erased_from(town, "renata")) == (doors.OPEN, None)


async def test_the_same_news_twice_has_one_effect(both: Town) -> None:
    """A platform that had no answer in time tells it again, with the same name."""
    town = both
    await running(town)
    await departs(town, "renata", "e-1")
    before = kept(town)
    town.chat.left.clear()
    await town.hear(Account(town.chat.who("renata")), "e-1")
    assert kept(town) == before


async def test_nobody_becomes_known_by_leaving(town: Town) -> None:
    """Most of a workspace has never met the bot."""
    await running(town)
    before = kept(town)
    await departs(town, "leilani")
    assert kept(town) == before


async def test_whoever_acts_after_a_departure_stays(town: Town) -> None:
    """Though nobody told that they are back."""
    await running(town)
    await departs(town, "renata")
    town.chat.left.clear()
    await town.command("renata", "/cohort")
    assert erased_from(town, "renata") is None


async def test_a_message_that_found_nobody_begins_the_same_erasure(town: Town) -> None:
    """Where a platform tells no news, the refusal is the news."""
    await running(town)
    town.chat.closed = {"renata": GONE}
    await jump(town, FIRST_WEEK)
    assert erased_from(town, "renata") == town.machine.at + timedelta(days=30)
    assert erased_from(town, "kwame") is None


async def test_who_became_a_guest_waits_and_goes_on_as_a_member_again(town: Town) -> None:
    """Nothing of theirs is erased by it."""
    await running(town)
    town.chat.guests.add("renata")
    await town.hear(Account(town.chat.who("renata")))
    await jump(town, FIRST_WEEK)
    assert (door(town, "renata"), erased_from(town, "renata")) == (doors.GUEST, None)
    assert len(town.private("renata")) == 1
    town.chat.guests.clear()
    await town.hear(Account(town.chat.who("renata")))
    assert town.prompt("renata")


# --- the bot is taken out --------------------------------------------------------------------------


async def test_after_uninstalling_nothing_is_sent_and_after_putting_back_it_goes_on(both: Town) -> None:
    """What came due meanwhile and is still in time goes out; nobody is erased who did not leave by themselves."""
    town = both
    await running(town)
    await departs(town, "kwame")
    town.chat.removed = True
    await town.hear(UNINSTALLED)
    await town.hear(UNINSTALLED)
    assert erased_from(town, "renata") == town.machine.at + timedelta(days=30)
    knocks = len(town.chat.knocks)
    await jump(town, FIRST_WEEK)
    assert town.chat.knocks[knocks:] == []
    town.chat.removed = False
    await town.hear(UNINSTALLED)
    assert erased_from(town, "renata") is None
    assert erased_from(town, "kwame") is not None
    assert town.prompt("renata")


async def test_whoever_acts_shows_that_the_bot_is_there_again(town: Town) -> None:
    """Without any news: for everybody of the workspace, not for the one alone."""
    await running(town)
    town.chat.removed = True
    await town.hear(UNINSTALLED)
    await jump(town, FIRST_WEEK)
    town.chat.removed = False
    await town.command("renata", "/cohort")
    assert erased_from(town, "thanh-mai") is None
    assert town.prompt("thanh-mai")


async def test_an_uninstalling_of_a_workspace_that_nobody_knows_changes_nothing(town: Town) -> None:
    """Another tenant's workspace is not touched either."""
    await running(town)
    before = kept(town)
    town.chat.removed = True
    await town.hear(Installation("recorder", "elsewhere"))
    assert kept(town) == before
    with town.house.store.begin() as tx:
        assert set(tx.execute(select(workspace.c.removed_at)).scalars()) == {None}


# --- the channel -----------------------------------------------------------------------------------


async def broadcast(town: Town, text: str) -> Outgoing:
    form = await town.press("imani", await town.command("imani", "/facilitate"), "Write to")
    sent = await town.press("imani", await town.submit("imani", form, {"text": text}), "Send it now")
    assert isinstance(sent, Outgoing)
    return sent


def notes(town: Town, who: str = "imani") -> list[Outgoing]:
    return [one for one in town.private(who) if "can no longer write" in one.text]


async def test_those_who_lead_hear_once_that_the_channel_is_shut(both: Town) -> None:
    """Privately, with what to do; the channel's news, a refused message and a second message are one matter."""
    town = both
    await running(town)
    town.chat.shut = True
    await town.hear(Channel(town.chat.channel), "archived")
    town.machine.go_on(60)
    await town.hear(Channel(town.chat.channel), "left")
    town.machine.go_on(60)
    await broadcast(town, "We meet at nine.")
    await jump(town, FIRST_WEEK)
    (note,) = notes(town)
    assert labels(note) == ["Choose another channel"]
    assert not any(notes(town, who) for who in THREE)
    assert town.prompt("renata")
    assert "cannot write in the channel" in text_of(await town.command("imani", "/facilitate"))


async def test_a_channel_that_is_back_before_the_morning_is_told_to_nobody(town: Town) -> None:
    """The note waits for the end of a facilitator's quiet hours, and by then has lost its reason."""
    await running(town)
    town.clock.set(FIRST_WEEK - timedelta(days=2, hours=10))
    town.chat.shut = True
    await town.hear(Channel(town.chat.channel))
    town.chat.shut = False
    await town.hear(Channel(town.chat.channel))
    await jump(town, FIRST_WEEK)
    assert notes(town) == []


async def test_a_refused_message_is_enough_to_learn_that_the_channel_is_shut(town: Town) -> None:
    """Where nobody told."""
    await running(town)
    town.chat.shut = True
    await broadcast(town, "We meet at nine.")
    assert len(notes(town)) == 1


async def test_what_was_written_meanwhile_comes_when_the_channel_is_back(town: Town) -> None:
    """Told by the platform; once, and the facilitator's page is as before."""
    await running(town)
    town.chat.shut = True
    await broadcast(town, "We meet at nine.")
    town.chat.shut = False
    await town.hear(Channel(town.chat.channel), "back")
    assert [one.quotes or one.text for one in town.public() if "nine" in text_of(one)] != []
    assert "cannot write" not in text_of(await town.command("imani", "/facilitate"))


async def test_a_channel_that_is_back_is_noticed_by_the_next_message(town: Town) -> None:
    """Where nobody tells; and when it is shut another time, that is told again."""
    await running(town)
    town.chat.shut = True
    await broadcast(town, "We meet at nine.")
    town.chat.shut = False
    town.machine.go_on(60)
    await broadcast(town, "Bring a friend.")
    await town.house.tick()
    assert sorted("nine" in text_of(one) for one in town.public() if "From Imani" in text_of(one)) == [False, True]
    town.chat.shut = True
    town.machine.go_on(60)
    await broadcast(town, "Once more.")
    assert len(notes(town)) == 2


async def test_news_that_the_channel_is_shut_which_came_late_tells_nobody(town: Town) -> None:
    """It was archived and brought back, and the two came in the other order."""
    await running(town)
    before = kept(town, "inbox")
    await town.hear(Channel(town.chat.channel), "archived")
    assert kept(town, "inbox") == before
    assert notes(town) == []


async def test_what_was_written_meanwhile_goes_to_another_channel_that_is_chosen(both: Town) -> None:
    """And only there."""
    town = both
    cohort = await running(town)
    town.chat.shut = True
    await broadcast(town, "We meet at nine.")
    (note,) = notes(town)
    form = await town.press("imani", note, "Choose another")
    other = town.chat.channel.__class__(town.chat.name, "room", "channel", "new-place")
    await town.submit("imani", form, {"channel": str(other)})
    assert any("nine" in text_of(one) for one in town.chat.to(other))
    with town.house.store.begin() as tx:
        states = set(tx.execute(select(outbox.c.state).where(outbox.c.kind == "broadcast")).scalars())
    assert states == {"sent", "cancelled"}
    assert cohort


# --- a cohort that follows its channel -------------------------------------------------------------


async def following(town: Town, members: tuple[str, ...] = THREE) -> str:
    town.chat.tells_presence = True
    cohort = await running(town, members)
    form = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", form, {"changes": "follow"})
    return cohort


async def comes(town: Town, who: str, event: str = "") -> None:
    town.chat.away.discard(who)
    await town.hear(Presence(town.chat.who(who), town.chat.channel), event)


async def goes(town: Town, who: str, event: str = "") -> None:
    town.chat.away.add(who)
    await town.hear(Presence(town.chat.who(who), town.chat.channel), event)


def state(town: Town, who: str) -> str | None:
    with town.house.store.begin() as tx:
        return tx.execute(
            select(membership.c.state)
            .join(account, (account.c.tenant == membership.c.tenant) & (account.c.person == membership.c.person))
            .where(account.c.address == str(town.chat.who(who)))
        ).scalar()


def asked(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if "You are not in the channel" in one.text]


async def test_by_default_the_channel_decides_nothing(town: Town) -> None:
    """Whoever joins or leaves it hears nothing from the bot."""
    await running(town)
    before = kept(town)
    await comes(town, "yusuf")
    await goes(town, "renata")
    assert kept(town) == before


async def test_a_platform_that_does_not_tell_offers_no_following(town: Town) -> None:
    """A setting that could do nothing is not shown."""
    cohort = await running(town)
    form = await town.act("imani", Press("setup.roster", cohort))
    assert isinstance(form, Form)
    assert [one.name for one in form.fields] == ["channel", "members"]


async def test_who_joins_the_channel_is_welcomed_and_takes_part_only_after_start(town: Town) -> None:
    """One welcome, which says why it came; no prompt before their own press."""
    await following(town)
    await comes(town, "yusuf", "e-1")
    await comes(town, "yusuf", "e-2")
    (welcome,) = town.private("yusuf")
    assert "You joined the channel of this cohort" in welcome.text
    assert "Imani Brooks" in welcome.text
    await jump(town, FIRST_WEEK)
    assert (state(town, "yusuf"), len(town.private("yusuf"))) == ("invited", 1)
    await town.start("yusuf")
    await jump(town, FIRST_WEEK + WEEK)
    assert town.prompt("yusuf")


@pytest.mark.parametrize("who", ["guests", "left"])
async def test_guests_and_closed_accounts_are_not_welcomed(town: Town, who: str) -> None:
    """Nor are they remembered."""
    await following(town)
    getattr(town.chat, who).add("yusuf")
    before = kept(town)
    await comes(town, "yusuf")
    assert kept(town) == before


async def test_who_leads_is_not_welcomed_as_a_member(town: Town) -> None:
    """She joins the channel like everybody else."""
    await following(town)
    before = len(town.private("imani"))
    await comes(town, "imani")
    assert (state(town, "imani"), len(town.private("imani"))) == (None, before)


async def test_who_leaves_the_channel_is_asked_privately_and_stays_until_they_say_so(town: Town) -> None:
    """Nothing is erased or stopped by leaving a channel."""
    await following(town)
    await goes(town, "renata", "e-1")
    await goes(town, "renata", "e-1")
    (question,) = asked(town, "renata")
    assert labels(question) == ["Keep the prompts", "Pause for two weeks", "Leave the cohort"]
    assert (state(town, "renata"), erased_from(town, "renata")) == ("started", None)
    await jump(town, FIRST_WEEK)
    assert town.prompt("renata")
    await town.press("renata", question, "Leave the cohort")
    assert state(town, "renata") == "left"


async def test_left_before_joined_is_as_if_they_had_joined(town: Town) -> None:
    """The two came in the other order: they are there, so they are welcomed once and asked nothing."""
    await following(town)
    await town.hear(Presence(town.chat.who("yusuf"), town.chat.channel), "left")
    await town.hear(Presence(town.chat.who("yusuf"), town.chat.channel), "joined")
    assert (len(town.private("yusuf")), asked(town, "yusuf")) == (1, [])


async def test_a_question_at_night_waits_and_is_not_put_to_who_came_back(town: Town) -> None:
    """A slip of the finger brings no message."""
    await following(town)
    town.clock.set(FIRST_WEEK - timedelta(days=2, hours=10))
    await goes(town, "renata")
    assert asked(town, "renata") == []
    await comes(town, "renata")
    await jump(town, FIRST_WEEK)
    assert asked(town, "renata") == []


async def test_who_has_not_started_is_asked_nothing(town: Town) -> None:
    """They have a welcome, and leaving the channel is an answer too."""
    await following(town)
    await comes(town, "yusuf")
    await goes(town, "yusuf")
    assert len(town.private("yusuf")) == 1
    with town.house.store.begin() as tx:
        assert "left-channel" not in tx.execute(select(outbox.c.kind)).scalars().all()
