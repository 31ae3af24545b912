"""Two workspaces side by side: each is served with its own token, and what happens to one leaves the other alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import Wait
from bot.messages import Outgoing
from bot.platforms.slack.events import workspaces_named
from bot.platforms.slack.installed import Installed
from tests.fakes.slack import CHANNEL, TEAM, FakeSlack, Fault, encoded, signed
from tests.slack.conftest import RENATA
from tests.slack.installing import NOOR, OTHER, OTHER_CHANNEL, Fair, channel, fair, person, two_workspaces

EVERYWHERE = ((TEAM, RENATA, CHANNEL), (OTHER, NOOR, OTHER_CHANNEL))


@pytest.fixture
async def at(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Fair]:
    """Installed in both."""
    async with everywhere(slack, tmp_path, "http") as made:
        yield made


@pytest.fixture(params=["socket", "http"])
async def over_each(slack: FakeSlack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Fair]:
    """The same over each transport."""
    async with everywhere(slack, tmp_path, request.param) as made:
        yield made


@asynccontextmanager
async def everywhere(slack: FakeSlack, folder: Path, mode: str) -> AsyncIterator[Fair]:
    two_workspaces(slack)
    async with fair(slack, folder, mode) as made:
        await made.install(TEAM)
        await made.install(OTHER)
        yield made


def used_since(at: Fair, count: int) -> set[tuple[str, bool]]:
    """Each bot token that was used, and whether it is a good one; the app's own opens sockets."""
    return {(one.token, one.token in at.slack.tokens) for one in at.slack.calls[count:] if one.token[:5] == "xoxb-"}


async def test_a_command_is_answered_in_the_workspace_where_it_was_typed(over_each: Fair) -> None:
    """The house hears which workspace it was."""
    at = over_each
    for team, user, _ in EVERYWHERE:
        await at.slack.command(user, "/journal")
        await at.settled()
        assert at.house.heard[-1].who == person(user, team)
        assert at.slack.seen_by(user, at.slack.dm(user))[-1].words == "Hello."
    assert len(at.house.heard) == 2


async def test_words_buttons_and_the_home_page_are_each_workspaces_own(over_each: Fair) -> None:
    """A private message, a mention, a press and the Home tab."""
    at = over_each
    for team, user, room in EVERYWHERE:
        before = len(at.slack.calls)
        await at.slack.write(user, "Good morning")
        await at.slack.mention(user, "hello", room)
        await at.slack.open_home(user)
        await at.settled()
        assert {one.who for one in at.house.heard} == {person(user, team)}
        assert used_since(at, before) == {(at.slack.token_of(team), True)}
        at.house.heard.clear()


async def test_a_message_never_goes_out_with_another_workspaces_token(at: Fair) -> None:
    """To a person and to a channel, in turns; sent, looked for, changed and taken back."""
    for _ in range(2):
        for team, user, room in EVERYWHERE:
            before = len(at.slack.calls)
            for where in (person(user, team), channel(room, team)):
                ref = await at.platform.send(where, Outgoing("This week's question."), f"k{before}{where}")
                assert await at.platform.find(where, f"k{before}{where}") == ref
                await at.platform.members(where)
                await at.platform.edit(ref, Outgoing("Changed."))
                await at.platform.delete(ref)
            assert used_since(at, before) == {(at.slack.token_of(team), True)}


async def test_both_are_there_after_a_restart(slack: FakeSlack, tmp_path: Path) -> None:
    """Nobody has to install anything again."""
    two_workspaces(slack)
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
        await at.install(OTHER)
    async with fair(slack, tmp_path) as at:
        for team, user, _ in EVERYWHERE:
            await at.platform.send(person(user, team), Outgoing("Hello."), f"k-{team}")
            await at.slack.command(user, "/journal")
        await at.settled()
        assert {one.who.workspace for one in at.house.heard} == {TEAM, OTHER}


async def test_installing_again_replaces_the_token(at: Fair) -> None:
    """At once, although the one before was in use a moment ago; the other workspace keeps its own."""
    await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
    old, other = at.slack.token_of(TEAM), at.slack.token_of(OTHER)
    await at.install(TEAM)
    new = at.slack.token_of(TEAM)
    before = len(at.slack.calls)
    await at.platform.send(person(RENATA, TEAM), Outgoing("Hello again."), "k2")
    assert old != new
    assert used_since(at, before) == {(new, True)}
    assert at.slack.token_of(OTHER) == other


@pytest.mark.parametrize(
    "news", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}]
)
async def test_who_takes_the_bot_out_is_forgotten_and_the_other_stays(at: Fair, news: dict[str, object]) -> None:
    """Its messages wait, since it may come back; and then they go out."""
    at.slack.revoke(OTHER)
    await at.slack.event(news, team=OTHER)
    await at.settled()
    assert await at.safe.names() == [TEAM]
    with pytest.raises(Wait):
        await at.platform.send(person(NOOR, OTHER), Outgoing("Hello."), "k1")
    assert [one.text for one in at.slack.messages] == []
    await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k2")
    await at.install(OTHER)
    await at.platform.send(person(NOOR, OTHER), Outgoing("Hello."), "k1")
    assert [one.channel for one in at.slack.messages] == [at.slack.dm(RENATA), at.slack.dm(NOOR)]


async def test_word_of_an_uninstall_that_comes_late_does_not_undo_what_came_after(at: Fair) -> None:
    """Slack delivers it again for an hour; meanwhile the bot was installed anew."""
    at.slack.revoke(OTHER)
    await at.install(OTHER)
    await at.slack.event({"type": "app_uninstalled"}, team=OTHER)
    await at.settled()
    assert await at.safe.names() == sorted([TEAM, OTHER])


@pytest.mark.parametrize("fault", [Fault(status=429), Fault(status=503), Fault(cut=True)])
async def test_a_token_is_not_forgotten_where_slack_gives_no_clear_answer(at: Fair, fault: Fault) -> None:
    """Installing again would be work for somebody, and a dead token opens nothing."""
    at.slack.faults["auth.test"] = [fault]
    await at.slack.event({"type": "app_uninstalled"}, team=OTHER)
    await at.settled()
    assert await at.safe.names() == sorted([TEAM, OTHER])


async def test_a_persons_own_token_is_not_the_bots(at: Fair) -> None:
    """Slack tells in one breath of both kinds."""
    before = len(at.slack.called("auth.test"))
    await at.slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U0NOOR"], "bot": []}}, team=OTHER)
    await at.settled()
    assert len(at.slack.called("auth.test")) == before  # nothing was in question
    assert await at.safe.names() == sorted([TEAM, OTHER])


async def test_where_the_bot_is_not_installed_a_command_is_answered_in_words(over_each: Fair) -> None:
    """Without a token Slack still shows what the request itself is answered with."""
    at = over_each
    at.slack.revoke(OTHER)
    await at.slack.event({"type": "app_uninstalled"}, team=OTHER)
    await at.settled()
    await at.slack.command(NOOR, "/journal")
    await at.settled()
    assert "not set up in this workspace" in at.slack.seen_by(NOOR, at.slack.dm(NOOR))[-1].words
    assert at.house.heard == []


async def test_a_workspace_that_went_in_the_middle_of_a_message_to_all_leaves_the_others(at: Fair) -> None:
    """What it did not get waits; nobody gets anything twice."""
    await at.platform.send(channel(OTHER_CHANNEL, OTHER), Outgoing("First."), "k1")
    at.slack.revoke(OTHER)
    for team, _, room in EVERYWHERE:
        if team == OTHER:
            with pytest.raises(Wait):
                await at.platform.send(channel(room, team), Outgoing("Second."), "k2")
        else:
            await at.platform.send(channel(room, team), Outgoing("Second."), "k2")
    assert [(one.channel, one.text) for one in at.slack.messages] == [(OTHER_CHANNEL, "First."), (CHANNEL, "Second.")]


async def test_in_a_channel_that_both_share_the_installation_of_the_event_counts(at: Fair) -> None:
    """Slack names it first, and a form says by itself where the bot is installed that opened it."""
    payload = {
        "type": "view_submission",
        "team": {"id": OTHER},
        "user": {"id": NOOR, "team_id": OTHER},
        "view": {"id": "V1", "type": "modal", "app_installed_team_id": TEAM, "state": {"values": {}}, "blocks": []},
        "trigger_id": "t1",
    }
    assert isinstance(at.platform.workspaces, Installed)
    found = await at.platform.workspaces.among(workspaces_named(payload))
    assert found is not None
    assert (found[0], found[1].api.token) == (TEAM, at.slack.token_of(TEAM))


async def test_a_token_that_runs_out_is_renewed_before_it_does(slack: FakeSlack, tmp_path: Path) -> None:
    """Once, and what is kept is the new one."""
    two_workspaces(slack)
    slack.token_seconds = 60
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
        first = slack.token_of(TEAM)
        slack.token_seconds = 12 * 3600
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello again."), "k2")
        assert slack.token_of(TEAM) != first
        assert len(slack.called("oauth.v2.access")) == 2
    async with fair(slack, tmp_path) as at:
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello once more."), "k3")
        assert len(slack.called("oauth.v2.access")) == 2


async def test_a_token_that_another_process_renewed_is_taken_from_the_store(slack: FakeSlack, tmp_path: Path) -> None:
    """Each refresh token is good for once, and several processes may hold the same."""
    two_workspaces(slack)
    slack.token_seconds = 60
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
        slack.token_seconds = 12 * 3600
        kept = await at.safe.get(TEAM)
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
        newer = await at.safe.get(TEAM)
        assert kept is not None
        assert newer is not None

        class Late:
            """Reads what was there before the other process wrote."""

            reads = 0

            async def get(self, name: str) -> str | None:
                self.reads += 1
                return kept if self.reads < 3 else newer

        other = Installed(at.platform.settings, at.platform.settings.installing, seconds=at.hand)  # type: ignore[arg-type]
        other.safe = Late()  # type: ignore[assignment]
        assert (await other.of(TEAM)).api.token == slack.token_of(TEAM)


async def test_what_another_process_was_told_is_known_half_a_minute_later(slack: FakeSlack, tmp_path: Path) -> None:
    """A new token, and that the bot was taken out."""
    two_workspaces(slack)
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
        mine = at.platform.settings
        other = Installed(mine, mine.installing, now=at.hand)  # type: ignore[arg-type]
        other.safe = at.safe
        old = slack.token_of(TEAM)
        assert (await other.of(TEAM)).api.token == old
        await at.install(TEAM)
        assert (await other.of(TEAM)).api.token == old
        at.hand.at += 30
        assert (await other.of(TEAM)).api.token == slack.token_of(TEAM) != old
        await at.safe.forget(TEAM)
        at.hand.at += 30
        with pytest.raises(Wait):
            await other.of(TEAM)


async def test_a_token_that_could_not_be_renewed_is_used_as_long_as_it_lasts(slack: FakeSlack, tmp_path: Path) -> None:
    """Slack was out of reach when it was to be renewed."""
    two_workspaces(slack)
    slack.token_seconds = 3600
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
        old = slack.token_of(TEAM)
        slack.faults["oauth.v2.access"] = [Fault(status=503)]
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
        assert slack.token_of(TEAM) == old


async def test_without_the_key_messages_wait_and_nothing_is_lost(slack: FakeSlack, tmp_path: Path) -> None:
    """What Slack delivers is not acknowledged, so that it comes again; with the key all goes on."""
    two_workspaces(slack)
    async with fair(slack, tmp_path) as at:
        await at.install(TEAM)
    (tmp_path / "key").rename(tmp_path / "elsewhere")
    async with fair(slack, tmp_path) as at:
        with pytest.raises(Wait):
            await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
        event = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1"}
        event |= {"authorizations": [{"team_id": TEAM}], "event": {"type": "app_home_opened", "user": RENATA}}
        body, kind = encoded("events_api", event)
        status, _ = await slack.post(body, signed(body) | {"Content-Type": kind})
        assert status == 500
        assert await at.safe.names() == [TEAM]
    (tmp_path / "elsewhere").rename(tmp_path / "key")
    async with fair(slack, tmp_path) as at:
        await at.platform.send(person(RENATA, TEAM), Outgoing("Hello."), "k1")
        assert len(slack.messages) == 1
