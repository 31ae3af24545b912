"""Looking after the entries from chat: found at once, never lost, and asked about again when their time has come."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.messages import Errors, Form, Incoming, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import at, first_week, labels, stranger

pytestmark = pytest.mark.model

CHOIR = "The choir practises on Thursday evenings in the old hall."
WHEN = "when does the choir practise?"


async def add(town: Town, *, publish: bool = True, **values: str) -> Outgoing:
    form = await town.press("imani", await town.act("imani", Press("entries.list")), "Add an entry")
    reply = await town.submit("imani", form, {"title": "The choir", "text": CHOIR} | values)
    assert isinstance(reply, Outgoing), reply
    if publish:
        await town.press("imani", reply, "Publish")
    return reply


def files(town: Town) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in town.house.settings.added.glob("*")}


async def answer(town: Town, who: str = "renata", question: str = WHEN, *, channel: bool = False) -> Outgoing:
    card = await town.command(who, f"/resources {question}", channel=channel)
    assert isinstance(card, Outgoing)
    return card


def quoted(card: Outgoing) -> str:
    return " ".join(one.text for one in card.quotes)


async def only_for(town: Town, cohort: str) -> None:
    """The choir is for one cohort; Yusuf is not in it."""
    await add(town, audience=f"cohort:{cohort}")


async def test_an_entry_is_looked_at_and_then_published_and_found_at_once(town: Town) -> None:
    """Before that nobody finds it."""
    await first_week(town)
    draft = await add(town, publish=False)
    assert CHOIR not in quoted(await answer(town))
    await town.press("imani", draft, "Publish")
    card = await answer(town)
    assert quoted(card) == CHOIR
    (text,) = files(town).values()
    assert "status: current" in text
    assert "last_checked: '2026-12-01'" in text
    assert "source: added here" in text


async def test_a_changed_entry_wins_over_the_one_that_came_with_the_bot(town: Town) -> None:
    """It stays for everybody, and the shipped file is not touched."""
    shipped = town.house.settings.knowledge / "fw-targeted-universalism.md"
    before = shipped.read_bytes()
    form = await town.act("imani", Press("entries.change", "fw-targeted-universalism"))
    assert isinstance(form, Form)
    assert [label for _, label in form.fields[2].choices] == ["Everybody who uses this bot"]
    saved = await town.submit("imani", form, {"text": "Targeted universalism is what Imani says that it is."})
    assert "Saved" in text_of(saved)
    assert "what Imani says" in quoted(await answer(town, question="what is targeted universalism?"))
    assert shipped.read_bytes() == before


async def test_a_retired_entry_is_found_no_more_until_it_is_brought_back(town: Town) -> None:
    """Its text is kept."""
    await add(town)
    (name,) = files(town)
    retired = await town.act("imani", Press("entries.retire", name.removesuffix(".md")))
    assert CHOIR not in quoted(await answer(town))
    assert CHOIR in files(town)[name]
    await town.press("imani", retired, "Bring it back")
    assert quoted(await answer(town)) == CHOIR


async def test_the_list_tells_what_is_found_what_waits_and_what_is_broken(town: Town) -> None:
    """Drafts first; a file that is not in order is named with its line."""
    await first_week(town)
    await add(town, publish=False)
    (town.house.settings.added / "broken.md").write_text("no front matter", "utf-8")
    page = await town.act("imani", Press("entries.list"))
    assert "96 entries can be found, 0 of them added here" in text_of(page)
    assert "broken.md, line 1" in text_of(page)
    assert labels(page)[:3] == ["Add an entry", "Add a file", "Draft: The choir"]
    last = labels(await town.press("imani", page, "More"))
    assert not set(last[2:-1]) & set(labels(page))


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"title": " \u200b"}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"text": ""}, "text"),
        ({"text": "👍" * 1501}, "text"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"audience": "tenant:somebody-else"}, "audience"),
        ({"audience": "everyone"}, "audience"),
    ],
)
async def test_a_form_that_cannot_be_saved_stays_open(town: Town, values: dict[str, str], wrong: str) -> None:
    """The reason stands beside the field, and nothing is written."""
    form = await town.act("imani", Press("entries.new"))
    reply = await town.submit("imani", form, {"title": "The choir", "text": CHOIR} | values)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [wrong]
    assert files(town) == {}


@pytest.mark.parametrize(
    "text", ["---\nid: other\n---\nText", "# A\n\n## B\n\ntext", "a: b\n- c", "<script>x</script>"]
)
async def test_strange_words_stay_words(town: Town, text: str) -> None:
    """Whatever looks like front matter or markup is text of the entry."""
    await add(town, text=text, title="Title: with 'signs' #1")
    page = await town.act("imani", Press("entries.list"))
    assert "cannot be read" not in text_of(page)
    shown = await town.act("imani", Press("entries.show", next(iter(files(town))).removesuffix(".md")))
    assert text in text_of(shown)


@pytest.mark.parametrize("action", ["list", "new", "show", "change", "publish", "discard", "checked", "retire"])
async def test_nobody_but_its_curator_touches_an_entry(town: Town, action: str) -> None:
    """Not a member, not somebody of another workspace, who does not even see what is closed to them."""
    await add(town, publish=False)
    before = files(town)
    value = next(iter(before)).removesuffix(".md") if action not in ("list", "new") else ""
    assert "othing was changed" in text_of(await town.act("renata", Press(f"entries.{action}", value)))
    foreign = await stranger(town, Press(f"entries.{action}", value))
    assert "choir" not in text_of(foreign)
    assert files(town) == before


# --- closed entries ----------------------------------------------------------------------------------


async def test_an_entry_of_a_cohort_is_found_by_its_members_alone(town: Town) -> None:
    """Not by others here; and no button leads around it."""
    cohort = await first_week(town, ("renata", "kwame"))
    await only_for(town, cohort)
    card = await answer(town)
    assert quoted(card) == CHOIR
    assert CHOIR not in quoted(await answer(town, "yusuf"))
    for option in card.options:
        if option.action.startswith("resources."):
            reply = await town.act("yusuf", Press(option.action, option.value), channel=True)
            assert CHOIR not in text_of(reply)
    assert CHOIR not in text_of(await town.act("yusuf", Press("resources.entry", next(iter(files(town)))[:-3])))


async def test_the_channel_of_a_cohort_may_be_shown_what_is_for_it(town: Town) -> None:
    """Made afresh for everybody there."""
    await only_for(town, await first_week(town, ("renata", "kwame")))
    card = await answer(town, channel=True)
    await town.press("renata", card, "Share unsigned", channel=True)
    assert quoted(town.public()[-1]) == CHOIR


async def test_a_channel_of_two_cohorts_is_shown_what_is_for_neither_alone(town: Town) -> None:
    """The button is not offered, and an altered one shares nothing."""
    await town.found_cohort(("yusuf",), "Another cohort")
    await only_for(town, await first_week(town, ("renata", "kwame")))
    card = await answer(town, channel=True)
    assert quoted(card) == CHOIR
    assert "Share unsigned" not in labels(card)
    passage = next(one.value for one in card.options if one.action == "resources.more")
    reply = await town.act("renata", Press("resources.share", passage), channel=True)
    assert "passage has changed" in text_of(reply)
    assert not any(CHOIR in quoted(one) for one in town.public())


async def test_what_waits_to_be_shared_is_looked_at_again_when_it_is_sent(town: Town) -> None:
    """The entry was closed to the channel in between."""
    await first_week(town)
    await add(town)
    card = await answer(town, channel=True)
    name = next(iter(files(town)))
    file = town.house.settings.added / name
    shared = Press("resources.share", next(one.value for one in card.options if one.action == "resources.share"))
    services = town.house.services
    where = town.chat.channel
    await town.house.desk.answer(Incoming("pressed", town.chat.who("renata"), where, shared))  # and nothing is sent yet
    file.write_text(re.sub("audience: .*", "audience: cohort:nobodys", file.read_text("utf-8")), "utf-8")
    standing = await services.bookshelf.find(name.removesuffix(".md"), {"cohort:nobodys"})
    assert standing is not None
    await services.bookshelf.checked(standing.entry, date(2026, 12, 2))
    await town.house.tick()
    assert not any(CHOIR in quoted(one) for one in town.public())


# --- reading again -----------------------------------------------------------------------------------


async def asked(town: Town) -> list[Outgoing]:
    return [one for one in town.private("imani") if "Please read this entry again" in one.text]


async def test_an_entry_whose_time_has_come_is_asked_about_once(town: Town) -> None:
    """With three buttons, in the morning; one a day at most, however many there are."""
    await first_week(town)
    await add(town)
    await answer(town)
    due = datetime(2026, 12, 1, 17, tzinfo=UTC) + timedelta(days=180)
    town.clock.set(due)
    await town.house.tick()
    shipped = len(await asked(town))  # those that came with the bot were checked before
    assert shipped <= 1
    for day in range(1, 4):
        town.clock.set(due + timedelta(days=day))
        for _ in range(3):
            await town.house.tick()
        assert len(await asked(town)) <= shipped + day
    texts = [one.text for one in await asked(town)]
    assert len(texts) == len(set(texts)) > 1
    assert labels((await asked(town))[0]) == ["Read it", "Still right", "Change it", "Retire it"]


async def test_still_right_counts_from_that_day(town: Town) -> None:
    """The entry is found with its new date, and is not asked about again."""
    await first_week(town)
    await answer(town)
    town.clock.set(datetime(2027, 6, 1, 15, tzinfo=UTC))
    await town.house.tick()
    (first,) = await asked(town)
    await town.press("imani", first, "Still right")
    (text,) = files(town).values()
    assert "last_checked: '2027-06-01'" in text
    shown = await town.press("imani", first, "Read it")
    assert "Last checked on 2027-06-01" in text_of(shown)


async def test_an_entry_that_was_read_meanwhile_is_not_asked_about(town: Town) -> None:
    """What waited to be sent has lost its reason."""
    await first_week(town)
    await answer(town)
    night = datetime(2027, 6, 1, 4, tzinfo=UTC)
    town.clock.set(night)
    await town.house.tick()
    assert await asked(town) == []  # Imani sleeps
    services = town.house.services
    for entry in services.search.overdue(night.date()):
        await services.bookshelf.checked(entry, night.date())
        break
    await at(town, night + timedelta(hours=12))
    assert await asked(town) == []
