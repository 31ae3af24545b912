"""Installed by a link: to Slack's page and back in one browser, soon, and once; what goes wrong says what to do."""

from __future__ import annotations

import asyncio
import logging
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platforms.slack import install_state
from bot.platforms.slack.install import COOKIE
from bot.platforms.slack.install_state import Wrong
from bot.platforms.slack.manifest import SCOPES, manifest
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import CLIENT_SECRET, TEAM, FakeSlack, Fault
from tests.slack.installing import ADDRESS, OTHER, Fair, begun, fair, settings, state_of, two_workspaces

BACK = f"{ADDRESS}/slack/oauth_redirect"


@pytest.fixture
async def at(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Fair]:
    two_workspaces(slack)
    async with fair(slack, tmp_path) as made:
        yield made


async def kept(at: Fair) -> list[str]:
    return list(await at.safe.names())


async def test_a_link_asks_slack_for_exactly_the_permissions_of_the_manifest(at: Fair) -> None:
    """And for coming back to the address that the manifest names."""
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(await begun(await at.browser())).query)
    made = manifest(ADDRESS, by_link=True)["oauth_config"]
    assert asked["scope"][0].split(",") == made["scopes"]["bot"] == sorted(SCOPES)
    assert asked["redirect_uri"] == made["redirect_urls"] == [BACK]
    assert "user_scope" not in asked


async def test_the_cookie_is_for_this_site_and_ten_minutes_alone(at: Fair, slack: FakeSlack) -> None:
    """No script reads it, no other page sends it along, and it travels sealed where the address allows that."""
    answer = await (await at.browser()).get("/slack/install")
    parts = {one.strip().lower() for one in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "secure", "samesite=lax", "max-age=600"} <= parts
    at.platform = Slack(settings(slack, address="http://127.0.0.1:8321"))
    answer = await (await at.browser()).get("/slack/install")
    assert "secure" not in answer.headers["set-cookie"].lower()


async def test_whoever_allows_it_has_the_bot_in_their_workspace(at: Fair) -> None:
    """They read what comes next, and the workspace's name stays a name."""
    answer = await at.install(TEAM)
    assert answer.status_code == 200
    assert "Workspace &lt;T0TOWN&gt;" in answer.text
    assert "<T0TOWN>" not in answer.text
    assert "/facilitate" in answer.text
    assert await kept(at) == [TEAM]
    assert "no-referrer" in answer.headers["referrer-policy"]


async def test_two_windows_of_one_browser_may_both_be_finished(at: Fair) -> None:
    """Somebody begins twice, and goes on in the first."""
    browser = await at.browser()
    first, second = await begun(browser), await begun(browser)
    assert (await browser.get(at.slack.allow(first, TEAM))).status_code == 200
    assert (await browser.get(at.slack.allow(second, OTHER))).status_code == 200
    assert await kept(at) == sorted([TEAM, OTHER])


@pytest.mark.parametrize("case", ["no state", "invented", "other browser", "no cookie", "changed", "of another app"])
async def test_what_was_not_begun_in_this_browser_is_refused(at: Fair, case: str) -> None:
    """Nobody can have somebody else finish what they began, and no code reaches Slack."""
    browser = await at.browser()
    location = at.slack.allow(await begun(browser), TEAM)
    state = state_of(location)
    match case:
        case "no state":
            location = location.replace(state, "")
        case "invented":
            location = location.replace(state, "1700000000.a-random-word-000009." + "0" * 64)
        case "other browser":
            browser = await at.browser()
            await begun(browser)
            browser.cookies.set(COOKIE, "somebody-elses-cookie", domain="bot.example.org")
        case "no cookie":
            browser = await at.browser()
        case "changed":
            location = location.replace(state, f"1700000001{state[10:]}")
        case "of another app":
            browser.cookies.set(COOKIE, "mine-mine-mine-mine", domain="bot.example.org")
            other = install_state.issue("another secret", "mine-mine-mine-mine", at.hand.at, "a-random-word")
            location = location.replace(state, other)
    answer = await browser.get(location)
    assert answer.status_code == 400
    assert "was not begun in this browser" in answer.text
    assert f'href="{ADDRESS}/slack/install"' in answer.text
    assert await kept(at) == []
    assert at.slack.called("oauth.v2.access") == []


async def test_what_was_begun_too_long_ago_is_refused(at: Fair) -> None:
    """Ten minutes are enough; a second more is too much."""
    browser = await at.browser()
    first, second = await begun(browser), await begun(browser)
    at.hand.at += 600
    assert (await browser.get(at.slack.allow(first, TEAM))).status_code == 200
    at.hand.at += 1
    answer = await browser.get(at.slack.allow(second, OTHER))
    assert (answer.status_code, await kept(at)) == (400, [TEAM])
    assert "longer than ten minutes" in answer.text


async def test_the_way_back_is_good_for_once_whatever_came_of_it(at: Fair, tmp_path: Path) -> None:
    """Also in a process that was started since."""
    browser = await at.browser()
    location = at.slack.allow(await begun(browser), TEAM)
    assert (await browser.get(location)).status_code == 200
    for _ in range(2):
        answer = await browser.get(location)
        assert (answer.status_code, "opened before" in answer.text) == (400, True)
        at.platform = Slack(settings(at.slack), seconds=at.hand)
        at.platform.use(at.safe)
        again = await at.browser()
        again.cookies.update(browser.cookies)
        browser = again
    assert len(at.slack.called("oauth.v2.access")) == 1


async def test_whoever_declines_reads_that_nothing_was_kept(at: Fair) -> None:
    """And Slack's word for it is not repeated on the page."""
    browser = await at.browser()
    state = state_of(await begun(browser))
    answer = await browser.get("/slack/oauth_redirect", params={"error": "<b>access_denied", "state": state})
    assert "You did not add the bot" in answer.text
    assert "access_denied" not in answer.text
    assert await kept(at) == []


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Fault(error="invalid_code"), 400, "did not confirm"),
        (Fault(error="bad_redirect_uri"), 400, "did not confirm"),
        (Fault(status=503), 502, "no clear answer"),
        (Fault(status=429), 502, "no clear answer"),
        (Fault(cut=True), 502, "no clear answer"),
        (Fault(cut=True, after=True), 502, "no clear answer"),
    ],
)
async def test_when_slack_does_not_confirm_it_people_read_what_to_do(
    at: Fair, fault: Fault, status: int, said: str
) -> None:
    """Nothing is kept, and beginning again works."""
    at.slack.faults["oauth.v2.access"] = [fault]
    browser = await at.browser()
    answer = await at.install(TEAM, browser)
    assert (answer.status_code, said in answer.text, await kept(at)) == (status, True, [])
    assert f'href="{ADDRESS}/slack/install"' in answer.text
    assert (await at.install(TEAM, browser)).status_code == 200


async def test_a_slow_slack_is_not_waited_for_without_end(at: Fair) -> None:
    """Whoever looks at the page reads that it is not clear."""
    at.slack.faults["oauth.v2.access"] = [Fault(until=asyncio.Event())]
    async with asyncio.timeout(3):
        answer = await at.install(TEAM, await at.browser(patience=0.05))
    assert (answer.status_code, await kept(at)) == (502, [])


async def test_a_whole_organization_is_refused_in_clear_words(at: Fair) -> None:
    """What is kept of it is nothing."""
    at.slack.whole_organization = True
    answer = await at.install(TEAM)
    assert (answer.status_code, await kept(at)) == (400, [])
    assert "works in single workspaces" in answer.text


async def test_only_the_named_workspaces_are_let_in(slack: FakeSlack, tmp_path: Path) -> None:
    """Others read whom to ask, and the token that Slack made for them is given back."""
    two_workspaces(slack)
    async with fair(slack, tmp_path, only=(TEAM,)) as at:
        answer = await at.install(OTHER)
        assert (answer.status_code, await kept(at)) == (403, [])
        assert f"add {OTHER} to the bot" in answer.text
        assert OTHER not in slack.tokens.values()
        slack.faults["auth.revoke"] = [Fault(503)]
        assert ((await at.install(OTHER)).status_code, await kept(at)) == (403, [])
        assert (await at.install(TEAM)).status_code == 200
        assert await kept(at) == [TEAM]


async def test_a_token_of_another_workspace_than_slack_names_is_not_kept(at: Fair) -> None:
    """Slack is asked whose it is before anything goes out with it."""
    at.slack.named_instead = OTHER
    answer = await at.install(TEAM)
    assert (answer.status_code, "did not confirm" in answer.text, await kept(at)) == (400, True, [])


async def test_without_the_key_nothing_is_kept_and_the_page_says_so(slack: FakeSlack, tmp_path: Path) -> None:
    """Once the key is there, beginning again works."""
    two_workspaces(slack)
    async with fair(slack, tmp_path) as at:
        await at.install(OTHER)
    (tmp_path / "key").rename(tmp_path / "elsewhere")
    async with fair(slack, tmp_path) as at:
        answer = await at.install(TEAM)
        assert (answer.status_code, await kept(at)) == (503, [OTHER])
        assert "cannot keep anything secret" in answer.text
    (tmp_path / "elsewhere").rename(tmp_path / "key")
    async with fair(slack, tmp_path) as at:
        assert (await at.install(TEAM)).status_code == 200
        assert await kept(at) == sorted([TEAM, OTHER])


async def test_no_token_no_code_and_no_secret_is_logged_or_stands_in_a_file(
    slack: FakeSlack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At any level, when it goes well and when it does not."""
    two_workspaces(slack)
    slack.token_seconds = 1
    with caplog.at_level(logging.DEBUG):
        async with fair(slack, tmp_path) as at:
            location = at.slack.allow(await begun(browser := await at.browser()), TEAM)
            await browser.get(location)
            await browser.get(location)
            slack.faults["oauth.v2.access"] = [Fault(error="invalid_code")]
            await at.install(OTHER)
            await at.install(OTHER)
            token = slack.token_of(OTHER)
            await at.platform.workspaces.of(OTHER)
            assert slack.token_of(OTHER) != token
            canaries = ["xoxb-", "xoxe-", CLIENT_SECRET, *(urllib.parse.urlsplit(location).query.split("&"))]
            files = contents(tmp_path)
    said = [record.getMessage() for record in caplog.records if record.name != "httpx"]  # that is the test's browser
    assert [one for one in canaries if one in "\n".join(said)] == []
    assert [(one, name) for one in canaries for name, held in files.items() if one.encode() in held] == []
    assert OTHER.encode() in b"".join(files.values())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_state_says_nothing_of_the_browser_and_fits_no_other() -> None:
    """Changed by one sign it is refused, wherever the sign stands."""
    state = install_state.issue("secret", "browser-browser-1", 1000.0, "a-random-word-1")
    assert "browser" not in state
    assert install_state.read("secret", "browser-browser-1", state, 1000.0) is Wrong.ELSEWHERE  # too short a nonce
    state = install_state.issue("secret", "browser-browser-1", 1000.0, "a-random-word-000001")
    assert install_state.read("secret", "browser-browser-1", state, 1600.0) == "a-random-word-000001"
    assert install_state.read("secret", "browser-browser-1", state, 1601.0) is Wrong.LATE
    assert install_state.read("secret", "", state, 1000.0) is Wrong.ELSEWHERE
    nobodys = install_state.issue("secret", "", 1000.0, "a-random-word-000001")
    assert install_state.read("secret", "", nobodys, 1000.0) is Wrong.ELSEWHERE
    for place, sign in enumerate(state):
        changed = state[:place] + ("1" if sign != "1" else "2") + state[place + 1 :]
        assert install_state.read("secret", "browser-browser-1", changed, 1000.0) is Wrong.ELSEWHERE
