"""Whatever is typed, altered or pressed: a clear reply each time, never a fault, nothing lost or doubled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.features import ROUTE
from bot.messages import Command, Errors, Form, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.store import cohorts
from tests.town import Town, text_of
from tests.ways import MEMBERS, answers, entries, first_week, kept, read, running, write

FAMILY = "👩‍👩‍👧‍👦"  # one picture, eleven UTF-16 units
STRANGE = {
    "script": "<script>alert(1)</script>",
    "everyone": "@everyone @here <@&55> </ban:1>",
    "channel": "<!channel> <!here> <@U123> <!subteam^S1> <#C1>",
    "link": "<https://evil.example|https://bank.example> [https://bank](https://evil)",
    "escaped": "&lt;!channel&gt; ＜!channel＞",
    "date": "<!date^0^{date}^https://evil.example|x>",
    "marks": "||spoiler|| -# small ```never closed",
    "right to left": "\u202eRenata\u202c wrote",
    "arabic": "مرحبا بالعالم",
    "accents": "e\u0301" * 1000,
    "families": FAMILY * 200,
    "token": "xoxb-0000-not-a-real-token",
    "header": "1|recorder|room|person|renata",
    "template": "{cohort} %s ${HOME} {0}",
    "sql": "' OR 1=1 --",
    "spaced": " /reflect my thought",
}
"""Fits every box, and must come back as it was written."""
UNFIT = {
    "nul": ("before\x00after", "beforeafter"),
    "bell": ("before\x07after", "beforeafter"),
    "half": ("before\ud800after", "before\ufffdafter"),
    "windows": ("one\r\ntwo", "one\ntwo"),
    "margins": ("  words \n", "words"),
}
"""What no database or screen takes, and what is kept instead."""
INVISIBLE = {
    "nothing": "",
    "spaces": "   \t\n",
    "zero width": "\u200b\u200d\ufeff",
    "marks": "\u202e\u2066",
    "hangul filler": "\u3164",
    "nul": "\x00",
    "newlines": "\n" * 100_000,
}
TOO_LONG = {
    "letters": "x" * 3001,
    "more letters": "x" * 4001,
    "pictures": "👍" * 1501,
    "families": FAMILY * 600,
    "accents": "e\u0301" * 3000,
    "one word": "y" * 1_000_000,
    "lines": "a\n" * 100_000,
}
ALTERED = ["", "x", "a:b:c:d", ":::::", "²", "\ud800", "id000001", "v" * 5000]


def clear(reply: Reply) -> str:
    """Something that a person can read."""
    assert isinstance(reply, Outgoing | Form | Errors), reply
    said = text_of(reply).strip()
    assert said
    assert "Traceback" not in said
    return said


async def reflect(town: Town, text: str, field: str = "hope") -> Reply:
    form = await town.command("renata", "/reflect")
    return await town.submit("renata", form, answers(form, **{field: text}))


# --- words in a form -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_strange_words_are_kept_as_they_were_written(town: Town, text: str) -> None:
    """No markup is read, nothing is escaped twice, nobody is called."""
    await first_week(town, ["renata"])
    await reflect(town, text)
    (entry,) = await entries(town, "renata")
    assert text.strip() in await read(town, "renata", entry)


@pytest.mark.parametrize(("text", "stays"), UNFIT.values(), ids=UNFIT)
@pytest.mark.parametrize("field", ["hope", "step"])
async def test_what_no_database_can_hold_is_left_out(town: Town, field: str, text: str, stays: str) -> None:
    """The rest of the words is kept."""
    await first_week(town, ["renata"])
    await reflect(town, text, field)
    (entry,) = await entries(town, "renata")
    shown = await town.act("renata", Press("journal.read", entry))
    assert isinstance(shown, Outgoing)
    assert stays in [quote.text for quote in shown.quotes]


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
async def test_an_invisible_answer_is_an_empty_one(town: Town, text: str) -> None:
    """In an optional box it is simply not there."""
    await first_week(town, ["renata"])
    await reflect(town, text)
    (entry,) = await entries(town, "renata")
    shown = await town.act("renata", Press("journal.read", entry))
    assert isinstance(shown, Outgoing)
    assert len(shown.quotes) == 1  # the required choice


@pytest.mark.parametrize("text", TOO_LONG.values(), ids=TOO_LONG)
@pytest.mark.parametrize("field", ["hope", "step"])
async def test_too_long_stays_in_the_form_with_the_numbers(town: Town, field: str, text: str) -> None:
    """Counted as the strictest platform counts; nothing is cut, and the shorter text is then taken."""
    await first_week(town, ["renata"])
    form = await town.command("renata", "/reflect")
    reply = await town.submit("renata", form, answers(form, **{field: text}))
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert any(limit in reply.fields[field] for limit in ("3000", "500"))
    assert kept(town)["entry"] == []
    assert isinstance(await town.submit("renata", form, answers(form, **{field: "Shorter."})), Outgoing)


@pytest.mark.parametrize(("text", "fits"), [("x" * 3000, True), ("👍" * 1500, True), (FAMILY * 272, True)])
async def test_what_just_fits_is_kept_whole(town: Town, text: str, fits: bool) -> None:
    """To the last picture."""
    await first_week(town, ["renata"])
    await reflect(town, text)
    (entry,) = await entries(town, "renata")
    assert (text in await read(town, "renata", entry)) is fits


async def test_an_empty_form_is_told_what_it_needs(town: Town) -> None:
    """One answer, and which."""
    await first_week(town, ["renata"])
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    reply = await town.act("renata", Submission(form.id, form.action, form.value, {}))
    assert isinstance(reply, Errors)
    assert reply.fields == {"quiet-time": "This one needs an answer. Choose what comes nearest."}


@pytest.mark.parametrize("chosen", ["nothing-of-the-kind", "\ud800", ["evening", "midday"], ["x"], "<script>"])
async def test_a_choice_that_was_not_offered_is_refused(town: Town, chosen: str | list[str]) -> None:
    """An altered form does not put words into a list."""
    await first_week(town, ["renata"])
    form = await town.command("renata", "/reflect")
    assert isinstance(await town.submit("renata", form, {"quiet-time": chosen}), Errors)


async def test_a_form_for_a_closed_cohort_keeps_its_words(town: Town) -> None:
    """Submitted after the end: the reason, with the text still in the form."""
    cohort = await first_week(town, ["renata"])
    form = await town.command("renata", "/reflect")
    with town.house.store.begin() as tx:
        found = cohorts.find(tx, kept(town)["tenant"][0][0], cohort)
        assert found is not None
        cohorts.set_state(tx, found, cohorts.CLOSED)
    reply = await town.submit("renata", form, answers(form, hope="Late words."))
    assert isinstance(reply, Errors)
    assert "nothing was saved" in text_of(reply)


# --- words in a message or after a command ---------------------------------------------------------------


ANY = [*STRANGE.values(), *INVISIBLE.values(), *(text for text, _ in UNFIT.values()), "z" * 10_000]


@pytest.mark.model
@pytest.mark.parametrize("where", ["message", "mention"])
async def test_every_message_gets_a_clear_reply(town: Town, where: str) -> None:
    """And none is kept unasked; only that no answer was found is counted."""
    await town.say("renata", "help")  # the first meeting makes the person's row
    before = kept(town, "unanswered")
    for text in [*ANY, "x" * 1_000_000]:
        clear(await town.act("renata", Text(text), channel=where == "mention"))
    assert kept(town, "unanswered") == before


@pytest.mark.model
@pytest.mark.parametrize("command", [name for feature in ROUTE for name in feature.commands])
async def test_every_command_takes_any_words(town: Town, command: str) -> None:
    """Words after a command may be anything."""
    await first_week(town, ["renata"])
    before = kept(town, "unanswered")
    for text in ANY:
        clear(await answer(town, "renata", Command(command, text)))
    assert kept(town, "unanswered") == before


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_a_note_comes_back_as_it_was_written(town: Town, text: str) -> None:
    """The same promise as in a form."""
    asked = await town.say("renata", f"Today: {text}")
    await town.press("renata", asked, "Save privately")
    (entry,) = await entries(town, "renata")
    assert f"Today: {text}" in await read(town, "renata", entry)


@pytest.mark.parametrize(
    "what",
    [
        Command("nonsense"),
        Command(""),
        Command("reflect\x00"),
        Press("nonsense"),
        Press("journal.nonsense"),
        Press("journal"),
        Press(""),
        Press("journal.save-note"),
    ],
)
async def test_what_nobody_knows_changes_nothing(town: Town, what: Command | Press) -> None:
    """The reply leads to help."""
    await first_week(town, ["renata"])
    before = kept(town)
    assert "Write help" in clear(await town.act("renata", what))
    assert kept(town) == before


@pytest.mark.parametrize("action", ["nonsense", "journal.nonsense", "journal.read", ""])
async def test_an_unknown_form_stays_open(town: Town, action: str) -> None:
    """Its words can be copied."""
    reply = await town.act("renata", Submission("f", action, "", {"text": "My words."}))
    assert isinstance(reply, Errors)
    assert "copy your text" in text_of(reply)


# --- altered buttons and forms -----------------------------------------------------------------------------

NAMES = ["program", "name", "start", "zone", "day", "time", "quiet_from", "quiet_to", "channel", "members", "whom"]
NAMES += ["audience", "parts", "what", "text", "note", "step", "hope", "quiet-time"]
JUNK: list[Mapping[str, str | Sequence[str]]] = [
    {},
    {"unknown": "field"},
    dict.fromkeys(NAMES, ""),
    dict.fromkeys(NAMES, "²"),
    dict.fromkeys(NAMES, "\ud800\x00"),
    dict.fromkeys(NAMES, "1|recorder|room|person|nobody"),
    dict.fromkeys(NAMES, "w" * 10_000),
    dict.fromkeys(NAMES, ()),
    dict.fromkeys(NAMES, ("a", "b")),
]


async def answer(town: Town, who: str, what: Command | Press | Submission) -> Reply:
    """Without a turn of the clock after it, since there are thousands of these."""
    address = town.chat.who(who)
    return await town.house.desk.answer(Incoming(town.house.services.ids(), address, address, what))


@pytest.mark.model
@pytest.mark.parametrize("who", ["renata", "imani", "yusuf"])
async def test_every_button_answers_an_altered_value(town: Town, who: str) -> None:
    """Each button of each feature, for a member, a facilitator and an outsider; every third value in turns."""
    cohort = await first_week(town, ["renata", "kwame"])
    await write(town, "kwame", hope="Kwame's words.")
    values = [*ALTERED, f"{cohort}:", f"{cohort}:²", f"{cohort}:0:²:x", f"{cohort}:{'9' * 5000}"]
    for turn, (name, action) in enumerate((one.name, action) for one in ROUTE for action in one.presses):
        for value in values[turn % 3 :: 3]:
            said = clear(await answer(town, who, Press(f"{name}.{action}", value)))
            assert "Kwame's words." not in said, (name, action, value)
    await town.house.tick()
    assert len(await entries(town, "kwame")) == 1


@pytest.mark.parametrize("who", ["renata", "imani", "yusuf"])
async def test_every_form_answers_altered_values(town: Town, who: str) -> None:
    """Wrong values, wrong fields, wrong types: a reply, and nobody else's things change. Every third pair in turns."""
    cohort = await first_week(town, ["renata", "kwame"])
    await write(town, "kwame", hope="Kwame's words.")
    (entry,) = await entries(town, "kwame")
    before = kept(town)["entry"]
    values = ["", "x", cohort, f"{cohort}:0:{entry}:1", f"{cohort}:²", entry, "\ud800"]
    pairs = [(value, at) for value in values for at in range(len(JUNK))]
    for turn, action in enumerate(f"{one.name}.{action}" for one in ROUTE for action in one.submissions):
        for value, at in pairs[turn % 3 :: 3]:
            form = Submission(f"{action}{value}{at}", action, value, JUNK[at])
            said = clear(await answer(town, who, form))
            assert "Kwame's words." not in said, (action, value, JUNK[at])
    await town.house.tick()
    assert [row for row in before if row not in kept(town)["entry"]] == []


# --- who else ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "shown"), [(1, False), (4, False), (5, True), (6, True)])
async def test_a_count_appears_for_five_or_more(town: Town, size: int, shown: bool) -> None:
    """Asked for cohorts of different sizes."""
    await first_week(town, MEMBERS[:size])
    said = text_of(await town.command("imani", "/facilitate"))
    assert (f"0 of {size} answered or skipped." in said) is shown


async def test_a_facilitator_can_be_a_member_too(town: Town) -> None:
    """Both homes work, and she is not offered to herself as a reader."""
    await first_week(town, ["imani", "renata"])
    await write(town, "imani", hope="Imani's own hope.")
    (entry,) = await entries(town, "imani")
    form = await town.act("imani", Press("sharing.choose", entry))
    assert isinstance(form, Form)
    assert [label for _, label in form.fields[0].choices] == ["the whole cohort (1 person, facilitators included)"]
    assert "Imani's own hope." not in text_of(await town.command("imani", "/facilitate"))


async def test_a_name_with_markup_or_line_ends_breaks_nothing(town: Town) -> None:
    """It is shown as a name."""
    town.chat.people["renata"] = ("<img src=x onerror=alert(1)>\n[info] sent", "America/Denver")
    await running(town, ["renata"])
    assert "<img src=x" in text_of(town.private("renata")[0])
    clear(await town.command("renata", "/cohort"))
