"""Teams that change: another name, somebody taken out, the end of one; and the word each day that something is new."""

from __future__ import annotations

from datetime import timedelta

from bot.messages import Errors, Form, Outgoing, Press, Reply
from tests.test_papers import AGREED, paper, part, team, write
from tests.test_teams import accept, all_teams, make, mine, offer, on, year
from tests.town import Town, text_of
from tests.ways import at, delivered, jump, labels, stranger

__all__ = ["year"]


async def changing(town: Town, name: str = "Alder County") -> Outgoing:
    page = await town.press("imani", await town.press("imani", await all_teams(town), "Change a team"), name)
    assert isinstance(page, Outgoing)
    return page


async def take_out(town: Town, *who: str) -> Reply:
    form = await town.press("imani", await changing(town), "Take somebody out")
    return await town.submit("imani", form, {"people": [str(town.chat.who(one)) for one in who]})


def news(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if one.text.startswith("New from your teammates")]


async def test_who_is_taken_out_is_told_and_reads_nothing_of_the_team_any_more(year: Town) -> None:
    """Her journal and her place in the cohort stay; her teammates go on and keep what she wrote."""
    await team(year, "renata", "kwame")
    await write(year, "kwame", "What we agreed", AGREED)
    page = await paper(year, "kwame")
    assert "Not on Alder County: Kwame Osei-Tutu." in text_of(await take_out(year, "kwame"))
    told = year.private("kwame")[-1]
    assert told.text.startswith("You are not on the team Alder County any more.")
    refused = text_of(await year.press("kwame", page, "What we agreed"))
    assert "Only members of this team can read" in refused
    assert AGREED not in refused
    assert AGREED in text_of(await part(year, "renata", "What we agreed"))
    assert "You are on no team yet." in text_of(await mine(year, "kwame"))
    before = len(year.private("kwame"))
    await at(year, year.clock.now().replace(month=12, day=3))
    assert [one for one in year.private("kwame")[before:] if "weekly.skip" in [o.action for o in one.options]] == []


async def test_taking_out_does_not_tell_who_had_said_no_to_a_place(year: Town) -> None:
    """The words are the same for who sat there, who was only offered a place, and who never heard of it."""
    await team(year, "renata")
    await offer(year, "Alder County", ["yusuf"])
    waiting = year.private("yusuf")[-1]
    said = [text_of(await take_out(year, one)) for one in ("renata", "yusuf", "aroha")]
    assert len({one.replace(name, "") for one, name in zip(said, NAMES, strict=True)}) == 1
    assert [len([m for m in year.private(one) if "not on the team" in m.text]) for one in ("renata", "yusuf")] == [1, 0]
    assert on(year, "Alder County") == set()
    assert "You cannot join Alder County now." not in text_of(await year.press("yusuf", waiting, "Join"))


NAMES = ("Renata Aguilar", "Yusuf Demirci", "Aroha Ngata")


async def test_a_team_gets_another_name_and_keeps_everything_else(year: Town) -> None:
    """A name that another team of its kind has is sent back."""
    await team(year, "renata", "kwame")
    await make(year, "District team", "Birch County")
    await write(year, "kwame", "What we agreed", AGREED)
    form = await year.press("imani", await changing(year), "Give it another name")
    assert isinstance(form, Form)
    assert form.fields[0].initial == "Alder County"
    assert isinstance(await year.submit("imani", form, {"name": "Birch County"}), Errors)
    await year.submit("imani", form, {"name": "Alder Schools"})
    page = await mine(year, "renata")
    assert "Alder Schools, District team: you, Kwame Osei-Tutu." in text_of(page)
    read = await year.press("renata", await year.press("renata", page, "What Alder Schools wrote"), "What we agreed")
    assert AGREED in text_of(read)


async def test_a_closed_team_is_read_and_not_written_and_its_people_are_free(year: Town) -> None:
    """The small team inside closes with it; a form that was open saves nothing; they may join another team."""
    await team(year, "renata", "kwame")
    await make(year, "District team", "Birch County")
    await make(year, "Equity Design Team, inside Alder County", "Alder Designers")
    await write(year, "kwame", "What we agreed", AGREED)
    form = await year.press("renata", await part(year, "renata", "What we agreed"), "Add a note")
    await year.press("imani", await changing(year), "Close it")
    assert year.private("kwame")[-1].text.startswith("The team Alder County is closed.")
    kept = await year.submit("renata", form, {"text": "Too late."})
    assert isinstance(kept, Errors)
    assert "This team is closed" in text_of(kept)
    page = await part(year, "renata", "What we agreed")
    assert AGREED in text_of(page)
    assert not {"Add a note", "Comment"} & set(labels(page))
    assert "It is closed; you can read what it wrote." in text_of(await mine(year, "renata"))
    assert "• Alder Designers, Equity Design Team: closed" in text_of(await all_teams(year))
    await offer(year, "Birch County", ["kwame"])
    await accept(year, "kwame")
    assert on(year, "Birch County") == {"Kwame Osei-Tutu"}


async def test_only_who_leads_the_cohort_changes_a_team(year: Town) -> None:
    """A member of the team and another workspace are refused at every button."""
    which = await team(year, "renata", "kwame")
    for action in ("tending.team", "tending.rename", "tending.take-out", "tending.close"):
        assert "othing was" in text_of(await year.act("renata", Press(action, which)))
        assert "othing was" in text_of(await stranger(year, Press(action, which)))
    assert on(year, "Alder County") == {"Renata Aguilar", "Kwame Osei-Tutu"}


async def test_teammates_hear_the_next_morning_how_much_is_new_and_not_what(year: Town) -> None:
    """Two parts and a comment of one day make one message; nobody hears of their own."""
    await team(year, "renata", "kwame")
    await write(year, "kwame", "What we agreed", AGREED)
    await write(year, "kwame", "What we agreed", "Phones stay in the bag.")
    form = await year.press("kwame", await part(year, "kwame", "What we agreed"), "Comment")
    await year.submit("kwame", form, {"text": "Could we say by how much?"})
    await write(year, "renata", "What we agreed", "One question each.")
    assert news(year, "renata") == []
    await at(year, year.clock.now() + timedelta(days=3))
    (told,) = news(year, "renata")
    assert "• Alder County: 2 parts and 1 comment." in told.text
    assert AGREED not in delivered(year)
    assert "Kwame" not in text_of(told)
    assert ["• Alder County: 1 part." in one.text for one in news(year, "kwame")] == [True]
    opened = await year.press("renata", told, "What Alder County wrote")
    assert AGREED in text_of(await year.press("renata", opened, "What we agreed"))


async def test_nothing_is_told_of_what_was_taken_out_again_or_while_somebody_pauses(year: Town) -> None:
    """It is asked what is true when it is sent; and nothing comes in quiet hours, however late it is."""
    await team(year, "renata", "kwame", "yusuf")
    await write(year, "kwame", "What we agreed", AGREED)
    await year.press("kwame", await part(year, "kwame", "What we agreed"), "Take out mine")
    await at(year, year.clock.now() + timedelta(days=2))
    assert news(year, "renata") == []
    pause = await year.press("renata", await year.command("renata", "/cohort"), "Pause")
    await year.press("renata", pause, "One week")
    await write(year, "kwame", "What we agreed", AGREED)
    written = year.clock.now()
    late = (written + timedelta(days=2)).replace(hour=5)  # the bot was away until nine in the evening where Yusuf is
    await jump(year, late)
    assert news(year, "yusuf") == []
    await at(year, late + timedelta(hours=12))
    assert len(news(year, "yusuf")) == 1
    assert news(year, "renata") == []
