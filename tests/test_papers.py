"""What a team writes together: who can read what, what stays, and what a newer teammate sees."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot import disclosure, own_data, papers, retention
from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.store import cohorts, people, tables, teams
from tests.test_keeping import round_at
from tests.test_teams import LERN, looking, make, mine, seat, year
from tests.town import Town, text_of
from tests.ways import again, at, delivered, labels, on_disk, stranger

__all__ = ["year"]

AGREED = "We begin on time and end on time."


async def team(town: Town, *who: str) -> str:
    """Alder County with these people on it; returns its id."""
    await make(town, "District team", "Alder County")
    await seat(town, "Alder County", who)
    with looking(town) as tx:
        (found,) = cohorts.running(tx)
        return teams.of_cohort(tx, found)[0].team


async def paper(town: Town, who: str) -> Outgoing:
    page = await town.press(who, await mine(town, who), "What Alder County wrote")
    assert isinstance(page, Outgoing)
    return page


async def part(town: Town, who: str, title: str) -> Outgoing:
    page = await town.press(who, await paper(town, who), title)
    assert isinstance(page, Outgoing)
    return page


async def write(town: Town, who: str, title: str, text: str) -> Reply:
    page = await part(town, who, title)
    button = next(label for label in labels(page) if label in ("Add a note", "Write it anew"))
    return await town.submit(who, await town.press(who, page, button), {"text": text})


async def test_a_part_is_read_by_those_who_were_named_before_it_was_written(year: Town) -> None:
    """The form names them; teammates read it with its writer's name, and nothing of it is sent anywhere."""
    await team(year, "renata", "kwame", "thanh-mai")
    page = await part(year, "renata", "What we agreed")
    form = await year.press("renata", page, "Add a note")
    assert "You and your team: Kwame Osei-Tutu and Thanh-Mai Pham." in text_of(form)
    saved = await year.submit("renata", form, {"text": AGREED})
    assert "Saved for the team. Kwame Osei-Tutu and Thanh-Mai Pham can read it." in text_of(saved)
    for who in ("renata", "kwame", "thanh-mai"):
        seen = text_of(await part(year, who, "What we agreed"))
        assert AGREED in seen
        assert "Renata Aguilar" in seen
    assert AGREED not in delivered(year)
    assert not on_disk(year, AGREED)


async def test_nobody_else_reads_it_not_the_facilitator_either(year: Town) -> None:
    """A member on no team, the facilitator, another workspace: refused at every button, and nothing is shown."""
    which = await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    here = f"{which}:portfolio"
    for action, value in (
        ("papers.home", which),
        ("papers.open", here),
        ("papers.section", f"{here}:agreements"),
        ("papers.write", f"{here}:agreements"),
        ("papers.comment", f"{here}:agreements"),
        ("versions.list", here),
        ("versions.show", f"{here}:4"),
        ("versions.widen", here),
        ("versions.open-up", f"{here}:0"),
    ):
        for who in ("yusuf", "imani"):
            refused = text_of(await year.act(who, Press(action, value)))
            assert "othing was" in refused, (action, who)
            assert AGREED not in refused
        assert AGREED not in text_of(await stranger(year, Press(action, value)))


async def test_who_joins_later_reads_what_is_written_from_then_on(year: Town) -> None:
    """Of what was there she reads that there is something, until a teammate opens it to her by name."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await seat(year, "Alder County", ["thanh-mai"])
    assert "1 part was written before you came." in text_of(await paper(year, "thanh-mai"))
    assert AGREED not in text_of(await part(year, "thanh-mai", "What we agreed"))
    await write(year, "kwame", "What we agreed", "Phones stay in the bag.")
    seen = text_of(await part(year, "thanh-mai", "What we agreed"))
    assert "Phones stay in the bag." in seen
    assert AGREED not in seen
    asked = await year.press("kwame", await paper(year, "kwame"), "Open earlier parts to newer teammates")
    assert "Thanh-Mai Pham came after parts of this were written." in text_of(asked)
    assert AGREED not in text_of(await part(year, "thanh-mai", "What we agreed"))
    opened = await year.press("kwame", asked, "Open them")
    assert "Opened: Thanh-Mai Pham can read 1 more part now." in text_of(opened)
    assert AGREED in text_of(await part(year, "thanh-mai", "What we agreed"))


async def test_opening_reaches_only_the_people_who_were_named_above_the_button(year: Town) -> None:
    """Somebody joined while the page was open: it is asked again, with both names."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await seat(year, "Alder County", ["thanh-mai"])
    asked = await year.press("kwame", await paper(year, "kwame"), "Open earlier parts")
    await seat(year, "Alder County", ["yusuf"])
    again_asked = text_of(await year.press("kwame", asked, "Open them"))
    assert "Thanh-Mai Pham and Yusuf Demirci came after" in again_asked
    for who in ("thanh-mai", "yusuf"):
        assert AGREED not in text_of(await part(year, who, "What we agreed"))


async def test_a_form_that_named_other_people_saves_nothing(year: Town) -> None:
    """Somebody joined while it was open, so the words would have another reader than was said."""
    await team(year, "renata", "kwame")
    form = await year.press("renata", await part(year, "renata", "What we agreed"), "Add a note")
    await seat(year, "Alder County", ["thanh-mai"])
    said = await year.submit("renata", form, {"text": AGREED})
    assert isinstance(said, Errors)
    assert "Your team has changed while this was open." in text_of(said)


async def test_two_who_write_the_same_part_at_once_do_not_lose_each_others_words(year: Town) -> None:
    """The second hears of it and keeps their text in the form; a note in a log takes both."""
    await team(year, "renata", "kwame")
    challenge = "The challenge in one sentence"
    forms = {
        who: await year.press(who, await part(year, who, challenge), "Write it anew") for who in ("renata", "kwame")
    }
    await year.submit("renata", forms["renata"], {"text": "Who waits for a counselor."})
    said = await year.submit("kwame", forms["kwame"], {"text": "Who is sent out of class."})
    assert isinstance(said, Errors)
    assert "A teammate has written this part while you did." in text_of(said)
    form = await year.press("kwame", await part(year, "kwame", challenge), "Write it anew")
    assert isinstance(form, Form)
    assert form.fields[0].initial == "Who waits for a counselor."


async def test_the_same_form_sent_twice_is_written_once(year: Town) -> None:
    """A double click, or the network sent it again."""
    await team(year, "renata", "kwame")
    form = await year.press("renata", await part(year, "renata", "What we agreed"), "Add a note")
    for _ in range(2):
        await year.act("renata", again(form, {"text": AGREED}))
    page = await part(year, "kwame", "What we agreed")
    assert [one.text for one in page.quotes] == [AGREED]


async def test_teammates_comment_and_the_comment_stands_under_the_part(year: Town) -> None:
    """With whose it is; a team that writes without comments has no such button."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    form = await year.press("kwame", await part(year, "kwame", "What we agreed"), "Comment")
    await year.submit("kwame", form, {"text": "Could we say by how much?"})
    page = await part(year, "renata", "What we agreed")
    assert [(one.title, one.text) for one in page.quotes] == [
        ("Renata Aguilar", AGREED),
        ("Comment by Kwame Osei-Tutu", "Could we say by how much?"),
    ]


async def test_what_was_kept_with_a_month_stays_as_it_was(year: Town) -> None:
    """After the month of choosing the portfolio is kept; a new sentence changes nothing in it."""
    await team(year, "renata", "kwame")
    challenge = "The challenge in one sentence"
    await write(year, "renata", challenge, "Who waits for a counselor.")
    await at(year, datetime(2027, 4, 7, 17, 0, tzinfo=UTC))
    await write(year, "kwame", challenge, "Who is sent out of class.")
    versions = await year.press("renata", await paper(year, "renata"), "Versions that were kept")
    kept = await year.press("renata", versions, labels(versions)[0])
    assert isinstance(kept, Outgoing)
    assert [one.text for one in kept.quotes] == ["Who waits for a counselor."]
    page = await part(year, "kwame", challenge)
    assert [one.text for one in page.quotes] == ["Who is sent out of class."]
    with looking(year) as tx:
        part_id = papers_of(tx)[0]
    said = await year.act("renata", Press("papers.take-out", part_id))
    assert "belongs to a version that was kept" in text_of(said)
    assert text_of(kept) == text_of(await year.press("renata", versions, labels(versions)[0]))
    await year.press("kwame", page, "Take out mine")  # of no version yet
    assert "Who waits" in text_of(await part(year, "kwame", challenge))


def papers_of(tx: Connection) -> list[str]:
    return list(tx.execute(select(tables.paper.c.part).order_by(tables.paper.c.number)).scalars())


async def test_an_erased_writer_leaves_the_text_and_takes_the_name(year: Town) -> None:
    """The team reads it as before; nothing leads to who wrote it."""
    which = await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        renata = next(one for one in cohorts.members(tx, found) if one.name == "Renata Aguilar")
    await year.house.services.forgetting.forget(renata.tenant, renata.person)
    page = await part(year, "kwame", "What we agreed")
    assert [(one.title, one.text) for one in page.quotes] == [("somebody who is no longer here", AGREED)]
    assert "Renata" not in text_of(page)
    with looking(year) as tx:
        assert tx.execute(select(tables.paper.c.person).where(tables.paper.c.team == which)).scalars().all() == [None]


async def test_a_teams_paper_goes_when_members_words_go(year: Town) -> None:
    """On the day after, by the machine's clock; the team's key goes with it."""
    which = await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        (kept, *_) = [retention.kept(tx, year.house.services, found, one) for one in cohorts.members(tx, found)]
    assert kept.goes is not None
    await round_at(year, kept.goes)
    assert AGREED in text_of(await part(year, "kwame", "What we agreed"))
    assert await round_at(year, kept.goes + timedelta(days=1)) == 1
    assert "still empty" in text_of(await paper(year, "kwame"))
    assert not team_key(year, which)


def team_key(town: Town, which: str) -> bool:
    with closing(sqlite3.connect(town.house.settings.data / "keyring.sqlite")) as db:
        return bool(db.execute("SELECT count(*) FROM keyring_key WHERE person = ?", (which,)).fetchone()[0])


async def test_a_member_takes_along_what_they_wrote_for_a_team(year: Town) -> None:
    """With where it stands, and nothing that a teammate wrote."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await write(year, "kwame", "What we agreed", "Phones stay in the bag.")
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        renata = next(one for one in cohorts.members(tx, found) if one.name == "Renata Aguilar")
        me = people.somebody(tx, renata.tenant, renata.person)
        held = own_data.as_json(own_data.gather(tx, year.house.services, me, year.clock.now()))
        told = "\n".join(disclosure.report(tx, me))
    assert [(one["where"], one["text"]) for one in held["written_for_teams"]] == [
        ("Alder County, Our challenge portfolio, What we agreed", AGREED)
    ]
    assert held["memberships"][0]["teams"] == ["Alder County"]
    assert "On the team Alder County, with 1 person more" in told
    assert "Written for a team under their name: sealed, 1 part" in told
    assert AGREED not in told


async def test_whoever_has_left_the_team_reads_no_more_of_it(year: Town) -> None:
    """And her words stay with it, under her name."""
    which = await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await year.press("renata", await mine(year, "renata"), "Leave Alder County")
    refused = text_of(await year.act("renata", Press("papers.section", f"{which}:portfolio:agreements")))
    assert AGREED not in refused
    assert AGREED in text_of(await part(year, "kwame", "What we agreed"))


async def test_an_answer_goes_to_the_team_only_after_its_exact_words_were_shown(year: Town) -> None:
    """The rest of the entry stays private; the press counts once; a changed answer is shown again first."""
    await team(year, "renata", "kwame")
    await at(year, datetime(2026, 12, 2, 17, 0, tzinfo=UTC))
    form = await year.press("renata", year.prompt("renata"), "Reflect privately")
    assert isinstance(form, Form)
    value, label = next(one.choices[0] for one in form.fields if one.name == "portfolio")
    asked = {one.name: "Only for me." for one in form.fields if one.required}
    receipt = await year.submit("renata", form, asked | {"portfolio": value})
    shown = await year.press("renata", receipt, "Add it to our team's paper")
    assert isinstance(shown, Outgoing)
    assert [one.text for one in shown.quotes] == [label]
    assert "your team can read then, under your name: Kwame Osei-Tutu." in shown.text
    assert label not in text_of(await part(year, "kwame", "What we agreed"))
    await year.press("renata", shown, "Add it")
    twice = await year.press("renata", shown, "Add it")
    assert "Nothing of this entry is new" in text_of(twice)
    page = await part(year, "kwame", "What we agreed")
    assert [one.text for one in page.quotes] == [label]
    assert "Only for me." not in delivered(year) + text_of(page)


async def test_a_part_that_somebody_moved_in_the_database_does_not_open(year: Town) -> None:
    """Every column that says where it belongs is sealed with it; only the writer's name is not."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await make(year, "District team", "Birch City")
    await seat(year, "Birch City", ["thanh-mai"])
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        alder, birch = teams.of_cohort(tx, found)
    assert readable(year) == [AGREED] * 2  # once for each of the two
    places = {"section": "agreements", "number": 1, "kind": "text", "artifact": "portfolio", "team": alder.team}
    moves = {"section": "heard", "number": 7, "kind": "comment", "artifact": "design-notes", "team": birch.team}
    for column in places:
        move(year, {column: moves[column]})
        assert readable(year) == [], column
        move(year, {column: places[column]})
    assert readable(year) == [AGREED] * 2


def move(town: Town, values: dict[str, Any]) -> None:
    with looking(town) as tx:
        tx.execute(update(tables.paper).values(values))


def readable(town: Town) -> list[str]:
    """Every line that anybody can open in any paper."""
    with looking(town) as tx:
        (found,) = cohorts.running(tx)
        return [
            line.text
            for which in teams.of_cohort(tx, found)
            for artifact in LERN.artifacts
            for who in teams.members(tx, which)
            for one in papers.standing(
                tx, town.house.services.vault, which, artifact, people.somebody(tx, found.tenant, who)
            )
            for line in (*one.lines, *one.comments)
        ]
