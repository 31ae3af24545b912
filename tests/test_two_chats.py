"""One cohort in Slack and in Discord at once: one roster, one calendar, and each prompt once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.tables import account, door_code, membership, other_door
from tests.both_chats import CODE, Both, open_both
from tests.databases import BOTH, POSTGRESQL, drop, fresh
from tests.fakes.slack import CHANNEL

PROMPT = "What would you like more of?"
FIRST_IN_LOS_ANGELES = int(datetime(2026, 11, 30, 16, 10, tzinfo=UTC).timestamp())
NOT_KNOWN = "This code is not known, was used before, or is older than 15 minutes."


@pytest.fixture
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    url = fresh(POSTGRESQL, tmp_path) if getattr(request, "param", "") == POSTGRESQL else ""
    async with open_both(tmp_path, url) as made:
        yield made
    drop(url or "sqlite")


async def connected(both: Both) -> None:
    """Imani, who may make cohorts in both, is one person in them, and so the two are one house."""
    assert "You are Imani Brooks here as well" in await both.join("imani")


@pytest.mark.parametrize("both", BOTH, indirect=True)
async def test_a_cohort_lives_in_both_chats_and_everybody_gets_each_prompt_once(both: Both) -> None:
    """Kwame is in Slack, Yusuf in Discord, and Renata in both, where she prefers Discord."""
    await both.discord_says("yusuf", "cohort")  # before the two are connected
    await connected(both)
    await both.found_cohort(["renata", "kwame"], ["yusuf"])
    assert "You are Renata Aguilar here as well" in await both.join("renata")
    assert "in Discord as well. If that was not you" in both.slack_all("renata")
    assert "from now on" in await both.discord_presses("renata", "Send my prompts in Discord")

    await both.until("day")
    await both.slack_presses("renata", "Start")
    await both.slack_presses("kwame", "Start")
    assert "so your prompts come by the cohort's, America/New York." in await both.discord_presses("yusuf", "Start")
    await both.discord_presses("yusuf", "Choose my time zone")
    assert f"<t:{FIRST_IN_LOS_ANGELES}:F>" in await both.discord_fills("yusuf", {"zone": ["America/Los_Angeles"]})
    assert "Zone: America/Los Angeles." in await both.discord_says("yusuf", "cohort")
    await both.until("week")
    assert [both.slack_all(one).count(PROMPT) for one in ("renata", "kwame", "yusuf")] == [0, 1, 0]
    assert [both.discord_all(one).count(PROMPT) for one in ("renata", "kwame", "yusuf")] == [1, 0, 1]
    announced = "A new prompt comes to your private messages"
    assert sum(announced in one["content"] for one in both.discord.public()) == 1
    assert sum(announced in one.words for one in both.slack.messages if one.channel == CHANNEL) == 1

    assert "3 people" in await both.discord_says("imani", "facilitate")
    assert "Kwame Osei-Tutu, Renata Aguilar and Yusuf Demirci." in await both.discord_presses("imani", "People")
    await both.discord_says("renata", "reflect")
    assert "Saved" in await both.discord_answers("renata")
    assert "Arrive and settle in" in await both.slack_says("renata", "/journal")


async def test_who_forgets_herself_in_one_chat_is_forgotten_in_both(both: Both) -> None:
    """Neither address is kept, Discord's own notebook does not know her, and the bot's messages go from both.

    Her first prompt was planned for Slack before she chose Discord; then she goes back.
    """
    await connected(both)
    await both.found_cohort(["renata", "kwame"], [])
    await both.join("renata")
    await both.slack_presses("renata", "Start")
    for _ in range(3):
        await both.until("day")
    await both.discord_says("renata", "connect")
    await both.discord_presses("renata", "Send my prompts in Discord")
    await both.until("week")
    assert PROMPT in both.discord_all("renata")
    await both.discord_says("renata", "connect")
    await both.discord_presses("renata", "Send my prompts in Slack")
    await both.slack_says("renata", "/privacy")
    await both.slack_presses("renata", "Erase my data")
    for _ in range(3):
        await both.settled()
    assert PROMPT not in both.discord_all("renata")
    assert "Welcome to Spring cohort" not in both.slack_all("renata")
    assert await both.who(both.slack_address("renata")) is None
    assert await both.who(both.discord_address("renata")) is None
    known = await both.place.door.notebook.known(both.on_discord["renata"])
    assert known is None


async def test_somebody_who_was_chosen_in_both_chats_is_one_member_after_her_code(both: Both) -> None:
    """Until then nobody could know; from then on she is counted, welcomed and listed once."""
    await connected(both)
    await both.found_cohort(["renata", "kwame"], ["renata"])
    assert "Kwame Osei-Tutu, Renata Aguilar and Renata Aguilar." in await people_page(both)
    await both.join("renata")
    assert "Kwame Osei-Tutu and Renata Aguilar." in await people_page(both)
    with both.house.store.begin() as tx:
        assert len(tx.execute(select(membership)).all()) == 2
        assert len(tx.execute(select(other_door)).all()) == 2  # hers and Imani's
        assert len(tx.execute(select(account)).all()) == 3


async def people_page(both: Both) -> str:
    await both.discord_says("imani", "facilitate")
    return await both.discord_presses("imani", "People")


async def test_a_code_works_once_for_fifteen_minutes_and_is_not_kept_as_it_is(both: Both) -> None:
    """Typed in small letters without its line it is the same code; a second press changes nothing."""
    code = await both.code_from_slack("imani")
    with both.house.store.begin() as tx:
        kept = tx.execute(select(door_code)).one()
    assert code.replace("-", "") not in repr(kept).upper()
    assert NOT_KNOWN in await both.type_in_discord("imani", "0000-0000")
    both.machine.go_on(15 * 60 + 1)
    assert NOT_KNOWN in await both.type_in_discord("imani", code)
    code = await both.code_from_slack("imani")
    assert "Is that you?" in await both.type_in_discord("imani", code.lower().replace("-", " "))
    question = deepcopy(both.shown["imani"].shown[-1])
    await both.discord_presses("imani", "Yes, that is me")
    again = await both.discord.press(both.on_discord["imani"], question, "Yes, that is me")
    await both.settled()
    assert NOT_KNOWN in again.text
    assert CODE.search(both.slack_all("imani"))


async def test_who_may_not_join_is_told_why_and_nothing_changes(both: Both) -> None:
    """Two workspaces are joined by somebody who leads in both alone; words under another account are not given up."""
    await both.slack_says("renata", "/cohort")
    told = await both.type_in_discord("renata", await both.code_from_slack("renata"))
    assert "Somebody who may make cohorts in both can connect them" in told
    await connected(both)
    await both.found_cohort(["renata"], ["yusuf", "kwame"])
    await both.discord_says("yusuf", "cohort")
    await both.discord_presses("yusuf", "Start")
    await both.until("week")
    await both.discord_presses("yusuf", "Skip this one")
    await both.slack_says("yusuf", "/cohort")
    told = await both.type_in_discord("yusuf", await both.code_from_slack("yusuf"))
    assert "You have already begun something with this account" in told
    assert "Week 1" in await both.discord_says("yusuf", "cohort")


async def test_a_facilitators_words_go_to_both_channels_and_the_preview_counts_everybody_once(both: Both) -> None:
    """Discord lists only those whom the bot has met, so the number is a least one; a withdrawal reaches both."""
    await connected(both)
    await both.found_cohort(["renata", "kwame"], [])
    await both.join("renata")
    await both.discord_says("imani", "facilitate")
    await both.discord_presses("imani", "Write to the cohort")
    preview = await both.discord_fills("imani", {"text": "We meet in room 4 on Tuesday."})
    assert "channels in both chats, where at least 7 people can read it" in preview
    await both.discord_presses("imani", "Send it now")
    await both.settled()
    assert both.public() == (1, 1)
    await both.discord_presses("imani", "Withdraw it")
    await both.settled()
    assert both.public() == (0, 0)
