"""A copy of a team's paper for the whole cohort: everybody on the team agrees, and it stays what they agreed to."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlalchemy import func, insert, select

from bot import retention
from bot.messages import Outgoing, Press, Reply
from bot.store import cohorts, tables
from tests.test_keeping import round_at
from tests.test_papers import AGREED, paper, part, team, write
from tests.test_setup import addresses, roster
from tests.test_teams import looking, mine, seat, year
from tests.town import Town, text_of
from tests.ways import MEMBERS, delivered, labels, on_disk, stranger

__all__ = ["year"]

LABEL = "Answer for Alder County"


async def ask(town: Town, who: str) -> Reply:
    page = await town.press(who, await paper(town, who), "Share with the cohort")
    return await town.press(who, page, "Ask my team")


async def asked(town: Town, who: str) -> Outgoing:
    return cast(Outgoing, await town.press(who, await mine(town, who), LABEL))


async def shared(town: Town, *who: str) -> str:
    """A team of these people that has agreed to share what its first member wrote; returns the copy."""
    await team(town, *who)
    await write(town, who[0], "What we agreed", AGREED)
    await ask(town, who[0])
    for one in who[1:]:
        await town.press(one, await asked(town, one), "Yes, share it")
    return copies(town)[0]


def copies(town: Town) -> list[str]:
    with looking(town) as tx:
        here = select(tables.paper.c.part).where(tables.paper.c.kind == "copy")
        return list(tx.execute(here).scalars())


async def given(town: Town, who: str) -> str:
    """All that somebody finds under Shared with me, opened."""
    with looking(town) as tx:
        (found,) = cohorts.running(tx)
    page = await town.act(who, Press("shared-with-me.list", found.cohort))
    assert isinstance(page, Outgoing)
    return text_of(page) + "".join([text_of(await town.press(who, page, label)) for label in labels(page)])


async def test_the_cohort_reads_a_copy_once_everybody_on_the_team_has_said_yes(year: Town) -> None:
    """Each is asked under My teams and by no message; the copy has the team's name and nobody else's."""
    await team(year, "renata", "kwame", "thanh-mai")
    await write(year, "renata", "What we agreed", AGREED)
    before = delivered(year)
    said = text_of(await ask(year, "renata"))
    assert "It is shared when the others have said yes too." in said
    for who in ("kwame", "thanh-mai"):
        assert AGREED not in await given(year, "yusuf") + await given(year, "imani")
        page = await asked(year, who)
        assert [(one.title, one.text) for one in page.quotes] == [("What we agreed", AGREED)]
        said = text_of(await year.press(who, page, "Yes, share it"))
    assert "Everybody agreed, so it is shared: 7 people find it" in said
    for who in ("yusuf", "imani", "kwame"):
        seen = await given(year, who)
        assert AGREED in seen, who
        assert "Our challenge portfolio · Alder County" in seen
        assert "Renata" not in seen
    assert delivered(year) == before
    assert not on_disk(year, AGREED)


async def test_one_no_stops_it_and_nobody_learns_whose(year: Town) -> None:
    """The others find it as if nobody had been asked, and no row is left that could tell."""
    await team(year, "renata", "kwame", "thanh-mai")
    await write(year, "renata", "What we agreed", AGREED)
    await ask(year, "renata")
    waiting = await asked(year, "kwame")
    stopped = text_of(await year.press("thanh-mai", await asked(year, "thanh-mai"), "No, keep it in the team"))
    assert "No reason is needed, and nobody is told who it was." in stopped
    late = text_of(await year.press("kwame", waiting, "Yes, share it"))
    assert "somebody on the team may have stopped it" in late
    page = await year.press("renata", await paper(year, "renata"), "Share with the cohort")
    assert "Only your team can read this now." in text_of(page)
    assert "Thanh-Mai" not in late + text_of(page)
    assert not copies(year)
    with looking(year) as tx:
        audited = tx.execute(select(func.count()).where(tables.audit.c.action.like("agreeing.%"))).scalar()
    assert audited == 0


async def test_the_copy_stays_as_it_was_until_a_teammate_takes_it_back(year: Town) -> None:
    """New words and who comes to the cohort later change nothing; what was taken back stays away, and the page says
    what may remain."""
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
    await year.act("aroha", Press("pausing.leave", found.cohort))
    copy = await shared(year, "renata", "kwame")
    await write(year, "kwame", "What we agreed", "Phones stay in the bag.")
    await roster(year, found.cohort, addresses(year, *MEMBERS))
    await year.until("day")
    assert AGREED in await given(year, "leilani")
    await year.act("leilani", Press("pausing.leave", found.cohort))
    for who in ("aroha", "leilani"):
        assert AGREED not in await given(year, who) + text_of(await year.act(who, Press("shared-with-me.team", copy)))
    assert "Phones" not in await given(year, "yusuf")
    assert "The cohort can read a copy of" in text_of(await paper(year, "kwame"))
    with looking(year) as tx:
        before = tx.execute(select(tables.paper).where(tables.paper.c.part == copy)).one()._asdict()
    page = await year.press("kwame", await paper(year, "kwame"), "Share with the cohort")
    said = text_of(await year.press("kwame", page, "Take it back"))
    assert "Whoever has read it may remember it or may have copied it" in said
    assert AGREED not in await given(year, "yusuf")
    old = text_of(await year.act("yusuf", Press("shared-with-me.team", copy)))
    assert "The team took this back, or it was not shared with you." in old
    with looking(year) as tx:  # somebody puts the row back
        tx.execute(insert(tables.paper).values(**before))
    assert AGREED not in await given(year, "yusuf")


async def test_the_team_is_asked_about_the_words_that_were_shown_and_that_all_of_it_can_read(year: Town) -> None:
    """What a newer teammate cannot read is left out; a teammate wrote while the page was open: it is shown again."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await seat(year, "Alder County", ["thanh-mai"])
    await write(year, "kwame", "What we agreed", "Phones stay in the bag.")
    page = cast(Outgoing, await year.press("renata", await paper(year, "renata"), "Share with the cohort"))
    assert [one.text for one in page.quotes] == ["Phones stay in the bag."]
    assert "Left out: 1 part that not everybody on the team can read." in page.text
    await write(year, "kwame", "What we agreed", "One speaks at a time.")
    again = cast(Outgoing, await year.press("renata", page, "Ask my team"))
    assert [one.text for one in again.quotes] == ["Phones stay in the bag.", "One speaks at a time."]
    assert not copies(year)


async def test_a_teammate_who_leaves_before_answering_has_not_agreed(year: Town) -> None:
    """Nothing is shared by somebody's going; a teammate who came later was not asked and has no say in it."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await ask(year, "renata")
    await year.press("kwame", await mine(year, "kwame"), "Leave Alder County")
    await seat(year, "Alder County", ["thanh-mai"])
    assert LABEL not in " ".join(labels(await mine(year, "thanh-mai")))
    said = text_of(await year.act("thanh-mai", Press("agreeing.yes", copies(year)[0])))
    assert "it was asked before you came. Nothing was changed." in said
    assert AGREED not in await given(year, "yusuf")
    page = await year.press("renata", await paper(year, "renata"), "Share with the cohort")
    assert "If one of them has left since, please stop it and ask anew." in text_of(page)


async def test_words_that_are_taken_out_of_the_paper_leave_the_copy(year: Town) -> None:
    """Whoever takes her words out is told that the copy goes with them."""
    await shared(year, "renata", "kwame")
    said = text_of(await year.press("renata", await part(year, "renata", "What we agreed"), "Take out mine"))
    assert "The copy for the cohort held it too, so that is taken back." in said
    assert AGREED not in await given(year, "yusuf")


async def test_others_are_refused_at_every_button_and_that_is_recorded(year: Town) -> None:
    """A member on another team, the facilitator, another workspace."""
    await team(year, "renata", "kwame")
    which = await team_id(year)
    await write(year, "renata", "What we agreed", AGREED)
    await ask(year, "renata")
    (copy,) = copies(year)
    for action, value in (
        ("agreeing.page", f"{which}:portfolio"),
        ("agreeing.ask", f"{which}:portfolio:x"),
        ("agreeing.yes", copy),
        ("agreeing.stop", copy),
        ("shared-with-me.team", copy),
        ("papers.take-out", copy),
    ):
        for who in ("yusuf", "imani"):
            refused = text_of(await year.act(who, Press(action, value)))
            assert "othing" in refused, (action, who)
            assert AGREED not in refused
        assert AGREED not in text_of(await stranger(year, Press(action, value)))
    assert copies(year) == [copy]
    with looking(year) as tx:
        doors = select(tables.audit.c.action).where(tables.audit.c.outcome == "refused", tables.audit.c.subject == copy)
        assert set(tx.execute(doors).scalars()) >= {"agreeing.yes", "agreeing.stop", "papers.take-out"}


async def team_id(town: Town) -> str:
    with looking(town) as tx:
        return tx.execute(select(tables.team.c.team)).scalar_one()


async def test_a_facilitator_who_reads_it_is_recorded_and_it_goes_with_the_papers(year: Town) -> None:
    """Without anybody's name; and on the day on which the team's words go, the copy goes."""
    copy = await shared(year, "renata", "kwame")
    await given(year, "imani")
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        (kept, *_) = [retention.kept(tx, year.house.services, found, one) for one in cohorts.members(tx, found)]
        deed = select(tables.audit.c.touched).where(tables.audit.c.subject == copy, tables.audit.c.outcome == "done")
        assert tx.execute(deed).scalars().all() == [""]
    assert kept.goes is not None
    await round_at(year, kept.goes + timedelta(days=1))
    assert not copies(year)
