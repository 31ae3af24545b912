"""What somebody gives to their coach is for that one person: no facilitator and no teammate reads it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.messages import Errors, Form, Outgoing, Press
from bot.store import cohorts
from tests.test_papers import team
from tests.test_teams import looking, seat, year
from tests.town import Town, text_of
from tests.ways import answers, at, delivered, entries

__all__ = ["year"]

HABIT = "I finish other people's sentences."
ALONE = ", coach, and nobody else"


async def entry_of(town: Town, who: str) -> str:
    form = await town.press(who, town.prompt(who), "Reflect privately")
    assert isinstance(form, Form)
    free = next(one.name for one in form.fields if one.kind == "text")
    await town.submit(who, form, answers(form) | {free: HABIT})
    return (await entries(town, who))[0]


async def audiences(town: Town, who: str, entry: str) -> dict[str, str]:
    """What the form to share offers, by its words."""
    form = await town.act(who, Press("sharing.choose", entry))
    assert isinstance(form, Form)
    return {label: value for value, label in form.fields[0].choices}


async def test_a_note_for_the_coach_is_read_by_that_one_person(year: Town) -> None:
    """Named before it is given and taken back as ever; a person under age is not offered one adult alone."""
    await team(year, "renata", "kwame")
    await seat(year, "Alder County", ["thanh-mai"], role="student", consent="yes")
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        kwame = next(one.person for one in cohorts.members(tx, found) if one.name == "Kwame Osei-Tutu")
    await at(year, datetime(2026, 12, 2, 17, 0, tzinfo=UTC))
    entry, young = await entry_of(year, "renata"), await entry_of(year, "thanh-mai")
    assert not [one for one in await audiences(year, "renata", entry) if ALONE in one]
    form = await year.act("imani", Press("coaching.add", found.cohort))
    await year.submit("imani", form, {"whom": [str(year.chat.who("yusuf"))]})
    coach = {label: value for label, value in (await audiences(year, "renata", entry)).items() if ALONE in label}
    assert list(coach) == [f"Yusuf Demirci{ALONE}"]
    assert not [one for one in await audiences(year, "thanh-mai", young) if ALONE in one]

    for who, of, audience in (("renata", entry, f"coach:{kwame}"), ("thanh-mai", young, *coach.values())):
        form = await year.act(who, Press("sharing.choose", of))
        assert isinstance(await year.submit(who, form, {"audience": audience}), Errors)
    form = await year.act("renata", Press("sharing.choose", entry))
    preview = await year.submit("renata", form, {"audience": next(iter(coach.values()))})
    assert isinstance(preview, Outgoing)
    assert f"shared with Yusuf Demirci{ALONE}, under your name." in preview.text
    copy = next(one.value for one in preview.options if one.action == "sharing.give")
    given = await year.press("renata", preview, "Share it")
    await year.until("day")
    for who in ("imani", "kwame", "thanh-mai"):
        assert HABIT not in text_of(await year.act(who, Press("shared-with-me.read", copy)))
    seen = text_of(await year.press("yusuf", year.private("yusuf")[-1], "Read it"))
    assert HABIT in seen
    assert "shared this with you alone" in seen
    assert HABIT not in delivered(year)
    assert "Shared with your coach" in text_of(await year.act("renata", Press("journal.read", entry)))
    await year.press("renata", given, "Take it back")
    assert HABIT not in text_of(await year.act("yusuf", Press("shared-with-me.read", copy)))
