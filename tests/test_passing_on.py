"""A question that found no answer: passed on without a name, answered once, and a private note to whoever waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import audit
from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.store import people
from bot.store.tables import audit as record
from tests.town import START, Town, open_town, text_of
from tests.ways import delivered, first_week, kept, labels, on_disk, stranger

pytestmark = pytest.mark.model

QUESTION = "who pays for the bus to the spring convening?"
ANSWER = "The host pays for the bus. Please book it with the office by the first of March."


async def pass_on(town: Town, who: str = "renata", question: str = QUESTION, **changed: str) -> Reply:
    card = await town.command(who, f"/resources {question}")
    if "Pass it on, unsigned" not in labels(card):
        card = await town.press(who, card, "Not helpful")
    return await town.submit(who, await town.press(who, card, "Pass it on, unsigned"), changed)


async def listed(town: Town) -> list[str]:
    page = await town.act("imani", Press("curating.list"))
    assert isinstance(page, Outgoing)
    return [one.label for one in page.options if one.action == "curating.open"]


async def answer(town: Town, which: str = QUESTION, **changed: str) -> Outgoing:
    page = await town.act("imani", Press("curating.list"))
    form = await town.press("imani", await town.press("imani", page, which[:20]), "Answer")
    draft = await town.submit("imani", form, {"title": "The bus to a convening", "text": ANSWER} | changed)
    assert isinstance(draft, Outgoing), draft
    return draft


def notes(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if "passed on has an answer" in one.text]


async def test_the_asker_sees_the_words_who_reads_them_and_what_is_kept(town: Town) -> None:
    """And may change every word; nothing is stored before she sends it."""
    card = await town.command("renata", f"/resources {QUESTION}")
    rows = kept(town)
    form = await town.press("renata", card, "Pass it on, unsigned")
    assert isinstance(form, Form)
    assert form.fields[0].initial == QUESTION
    for said in ("Imani Brooks can read it", "not your name", "private note", "the town's own people", "90 days"):
        assert said in form.intro
    assert kept(town) == rows
    await town.submit("renata", form, {"text": "Is there a bus?"})
    assert await listed(town) == ["Is there a bus?"]


async def test_nobody_else_gets_the_words_of_a_question_by_its_button(town: Town) -> None:
    """The form opens empty, and so it does an hour later."""
    card = await town.command("renata", f"/resources {QUESTION}")
    assert isinstance(card, Outgoing)
    value = next(one.value for one in card.options if one.action == "passing-on.open")
    assert QUESTION not in text_of(await town.act("kwame", Press("passing-on.open", value)))
    town.machine.go_on(3601)
    form = await town.act("renata", Press("passing-on.open", value))
    assert isinstance(form, Form)
    assert form.fields[0].initial == ""


async def test_nothing_in_the_tables_leads_from_the_words_to_the_writer(town: Town) -> None:
    """No id of hers, the day alone, the words sealed, and two notes of one writer have nothing in common."""
    await pass_on(town)
    await pass_on(town, question="is there a parking garage near the spring convening hall?")
    tables = kept(town)
    everybody = {row[1] for row in tables["person"]}
    for row in tables["awaited"]:
        assert not everybody & set(row)
    for row in tables["unsigned"]:
        assert not everybody & set(row)
    assert len({row[2] for row in tables["awaited"]}) == 2
    for words in (QUESTION, "bus", "parking"):
        assert not any(words in str(row) for rows in (tables["unsigned"], tables["awaited"]) for row in rows)
    assert not on_disk(town, QUESTION)
    assert QUESTION not in delivered(town)


@pytest.fixture
async def either(database: str, tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """On SQLite and on PostgreSQL."""
    async with open_town(tmp_path, index_folder, database=database) as made:
        yield made


async def test_one_answer_is_published_and_everybody_who_waits_gets_one_note(either: Town) -> None:
    """It carries no word of the question; the answer is found at once; a second press changes nothing."""
    town = either
    await first_week(town)
    for who, words in (("renata", QUESTION), ("kwame", "Who pays for the bus to the convening in spring?")):
        await pass_on(town, who, words)
    page = await town.act("imani", Press("curating.list"))
    group = await town.press("imani", page, "2 ×")
    said = text_of(group)
    assert "the bus" in said
    assert "Tuesday 1 December" in said
    assert "17:" not in said
    form = await town.press("imani", group, "Answer")
    draft = await town.submit("imani", form, {"title": "The bus to a convening", "text": ANSWER})
    assert "Nobody can find it yet" in text_of(draft)
    assert not notes(town, "renata")
    assert await listed(town) == []
    for _ in range(2):
        await town.press("imani", draft, "Publish")
    for who in ("renata", "kwame"):
        (note,) = notes(town, who)
        assert "bus" not in text_of(note)
        assert ANSWER[:26] in text_of(await town.press(who, note, "Read the answer"))
    assert not any(notes(town, who) for who in ("yusuf", "aroha", "imani"))
    tables = kept(town)
    assert tables["awaited"] == tables["unsigned"] == []
    card = await town.command("leilani", "/resources who pays for the bus to a convening?")
    assert isinstance(card, Outgoing)
    assert card.quotes[0].text.startswith("The host pays for the bus.")
    assert "answered by a facilitator on 2026-12-01" in "".join(
        file.read_text("utf-8") for file in (town.house.settings.added).iterdir()
    )


async def test_who_waits_somewhere_at_night_is_told_in_the_morning(town: Town) -> None:
    """Their own quiet hours hold."""
    await first_week(town)
    await pass_on(town, "aroha")  # in Auckland it is before seven
    await town.press("imani", await answer(town), "Publish")
    assert notes(town, "aroha") == []
    await town.until("day")
    assert len(notes(town, "aroha")) == 1


async def test_a_form_that_is_sent_twice_passes_on_and_answers_once(town: Town) -> None:
    """A double click makes neither two questions nor two drafts."""
    form = await town.press("renata", await town.command("renata", f"/resources {QUESTION}"), "Pass it on")
    for _ in range(2):
        await town.submit("renata", form, {})
    assert len(kept(town)["awaited"]) == 1
    page = await town.act("imani", Press("curating.list"))
    form = await town.press("imani", await town.press("imani", page, "who pays"), "Answer")
    for _ in range(2):
        await town.submit("imani", form, {"title": "The bus", "text": ANSWER})
    assert len(list(town.house.settings.added.iterdir())) == 1


async def test_a_draft_that_is_thrown_away_lets_its_questions_wait_again(town: Town) -> None:
    """Nobody is told anything, and the same question can be answered anew."""
    await pass_on(town)
    draft = await answer(town)
    await town.press("imani", draft, "Throw it away")
    assert await listed(town) == [QUESTION]
    assert not notes(town, "renata")
    assert list(town.house.settings.added.iterdir()) == []
    await town.press("imani", await answer(town), "Publish")
    assert len(notes(town, "renata")) == 1


async def test_what_is_set_aside_is_gone_and_nobody_is_told(town: Town) -> None:
    """Words and mark."""
    await pass_on(town)
    page = await town.act("imani", Press("curating.list"))
    await town.press("imani", await town.press("imani", page, "who pays"), "Set aside")
    assert kept(town)["awaited"] == kept(town)["unsigned"] == []
    assert not notes(town, "renata")


async def test_it_can_be_taken_back_by_its_writer_alone(town: Town) -> None:
    """Somebody else who presses her button changes nothing, and that is recorded."""
    receipt = await pass_on(town)
    assert isinstance(receipt, Outgoing)
    button = receipt.options[0]
    for who in ("kwame", "imani"):
        assert "nothing of yours" in text_of(await town.act(who, Press(button.action, button.value)))
    assert "belongs to somebody else" in text_of(await stranger(town, Press(button.action, button.value)))
    assert len(kept(town)["awaited"]) == 1
    with town.house.store.engine.connect() as tx:
        outcomes = [row.outcome for row in tx.execute(select(record).where(record.c.action == button.action))]
    assert outcomes == [audit.REFUSED] * 3
    await town.press("renata", receipt, "Take it back")
    assert kept(town)["awaited"] == kept(town)["unsigned"] == []
    assert await listed(town) == []


async def test_whoever_is_erased_takes_along_what_nobody_has_answered(town: Town) -> None:
    """As with notes that wait for other writers; those of others stay."""
    await pass_on(town)
    await pass_on(town, "kwame", "is there a parking garage near the spring convening hall?")
    with town.house.store.engine.connect() as tx:
        renata = people.known(tx, town.chat.who("renata"))
    assert renata is not None
    await town.house.services.forgetting.forget(renata.tenant, renata.person)
    assert await listed(town) == ["is there a parking garage near the spring convening hall?"]
    assert len(kept(town)["unsigned"]) == 1


async def test_only_its_readers_of_that_day_can_open_it(town: Town) -> None:
    """A member cannot, and who is named later cannot open what was passed on before."""
    await pass_on(town)
    page = await town.act("imani", Press("curating.list"))
    assert isinstance(page, Outgoing)
    note = next(one.value for one in page.options if one.action == "curating.open")
    for action in ("list", "open", "answer", "set-aside"):
        reply = text_of(await town.act("kwame", Press(f"curating.{action}", note if action != "list" else "")))
        assert QUESTION not in reply
        assert "othing was changed" in reply
    with town.house.store.begin() as tx:
        kwame = people.known(tx, town.chat.who("kwame"))
        assert kwame is not None
        people.grant(tx, kwame.tenant, people.WHOLE_TENANT, kwame.person, people.FACILITATOR)
    assert "Nobody has passed on" in text_of(await town.act("kwame", Press("curating.list")))


async def test_a_sign_of_danger_is_met_with_the_card_and_passed_on_to_nobody(town: Town) -> None:
    """As everywhere else that words are typed."""
    before = kept(town)["awaited"]
    assert "You do not have to carry this alone" in text_of(await pass_on(town, text="I want to die"))
    assert kept(town)["awaited"] == before


@pytest.mark.parametrize("text", ["", " \u200b\n", "x" * 501, "👍" * 251])
async def test_a_form_that_cannot_be_sent_stays_open(town: Town, text: str) -> None:
    """The reason stands beside the field."""
    reply = await pass_on(town, text=text)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == ["text"]
    assert kept(town)["awaited"] == []


async def test_of_all_other_questions_there_is_only_a_count(town: Town) -> None:
    """For each week, and below five no number."""
    await first_week(town)
    for _ in range(4):
        await town.command("renata", "/resources zxqv flurble wotsit grommet?")
    counts = text_of(await town.act("imani", Press("curating.list")))
    assert "Week of Monday 30 November: without an answer fewer than 5, not helpful fewer than 5" in counts
    await town.command("kwame", "/resources zxqv flurble wotsit grommet?")
    counts = text_of(await town.act("imani", Press("curating.list")))
    assert "without an answer 5, not helpful fewer than 5" in counts
    assert "flurble" not in counts


async def test_what_nobody_answers_is_not_kept_for_ever(town: Town) -> None:
    """The daily round takes it after as many days as the form has said."""
    from bot import daily_round

    await first_week(town)
    await pass_on(town)
    house = town.house
    town.machine.at = START + timedelta(days=90)
    await daily_round.once(house.services, house.settings.backups)
    assert len(kept(town)["awaited"]) == 1
    town.machine.go_on(6 * 86400)
    await daily_round.once(house.services, house.settings.backups)
    assert kept(town)["awaited"] == kept(town)["unsigned"] == []


async def test_where_nobody_looks_after_the_entries_nothing_is_passed_on(town: Town) -> None:
    """And the only curator does not pass on to herself."""
    reply = await town.act("imani", Press("passing-on.open", ""))
    assert "Nobody looks after the entries here yet" in text_of(reply)
