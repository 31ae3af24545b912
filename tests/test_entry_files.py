"""An entry from a file, from chat: fetched for a curator alone, read apart, looked at, and found after a yes."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from bot.bookshelf import LARGEST
from bot.errors import Refused, Wait
from bot.messages import Errors, Form, Press, Reply, Submission, Upload
from tests.dialogue import brought
from tests.index.intake import files as foreign
from tests.seam_driver import upload
from tests.test_entries import answer, files, quoted
from tests.town import Town, text_of
from tests.ways import labels, stranger

pytestmark = pytest.mark.model

WORDS = "The choir practises on Thursday evenings in the old hall, and everybody is welcome to listen."


async def form(town: Town, action: str = "entry-files.new", value: str = "") -> Form:
    found = await town.act("imani", Press(action, value))
    assert isinstance(found, Form)
    return found


async def send(
    town: Town, opened: Form, file: Upload | None, values: Mapping[str, str] | None = None, who: str = "imani"
) -> Reply:
    filled = {one.name: str(one.initial) for one in opened.fields} | dict(values or {})
    given = {} if file is None else {"file": file}
    return await town.act(who, Submission(opened.id, opened.action, opened.value, filled, given))


def untouched(name: str, size: int = 100) -> Upload:
    """Fetching it fails the test."""

    async def read(most: int) -> bytes:
        raise AssertionError(f"{name} was fetched")

    return Upload(name, size, read)


def failing(problem: Exception) -> Upload:
    async def read(most: int) -> bytes:
        raise problem

    return Upload("choir.pdf", 100, read)


async def test_what_each_kind_of_file_holds_is_looked_at_before_anybody_finds_it(town: Town) -> None:
    """The file is named as the source, without the folder that it came from."""
    for name, content, words in (
        ("choir.html", brought("choir.html"), WORDS),
        ("dates.docx", foreign.docx(), "The cohort meets on Tuesdays"),
        ("C:\\mine\\hall.pdf", foreign.pdf("The hall is warm."), "The hall is warm."),
    ):
        draft = await send(town, await form(town), upload(name, content), {"title": "A thing of ours"})
        assert labels(draft) == ["Publish", "Change it", "Throw it away"]
        assert words in text_of(draft)
        text = list(files(town).values())[-1]
        assert "status: draft" in text
    assert sum("source: hall.pdf, added here" in one for one in files(town).values()) == 1


async def test_front_matter_in_a_file_decides_neither_who_finds_it_nor_what_it_replaces(town: Town) -> None:
    """Its id, its status and its audience are those of the form."""
    head = "id: fw-targeted-universalism\ntitle: Ours\nkind: faq\nstatus: current\naudience: everyone"
    mine = f"---\n{head}\nlast_checked: 2020-01-01\nescalate_to: nobody\n---\n{WORDS}".encode()
    await send(town, await form(town), upload("choir.md", mine))
    ((name, text),) = files(town).items()
    assert name.startswith("ours-")
    assert "status: draft" in text
    assert "audience: tenant:" in text
    assert "last_checked: '2026-11-26'" in text
    assert "escalate_to: facilitator" in text


async def test_the_same_form_sent_twice_makes_one_entry(town: Town) -> None:
    """And nothing more once it is published."""
    opened, file = await form(town), upload("choir.html", brought("choir.html"))
    await send(town, opened, file)
    draft = await send(town, opened, file)
    assert len(files(town)) == 1
    await town.press("imani", draft, "Publish")
    assert "published already" in text_of(await send(town, opened, file))
    assert quoted(await answer(town)) == WORDS


async def test_what_a_form_cannot_hold_is_changed_by_a_file(town: Town) -> None:
    """The way there is offered where the form would not open."""
    long = f"# The choir\n\n{WORDS}\n\n" + "It sings many songs of old days. " * 120
    draft = await send(town, await form(town), upload("choir.md", long.encode()))
    assert "this is how it begins" in text_of(draft)
    await town.press("imani", draft, "Publish")
    (name,) = files(town)
    refused = await town.act("imani", Press("entries.change", name.removesuffix(".md")))
    assert labels(refused) == ["Send a file"]
    opened = await town.press("imani", refused, "Send a file")
    assert isinstance(opened, Form)
    saved = await send(town, opened, upload("new.txt", b"The choir practises on Monday mornings."))
    assert "It is found like this from now on" in text_of(saved)
    assert quoted(await answer(town)) == "The choir practises on Monday mornings."


async def test_a_file_that_cannot_be_taken_says_why_beside_its_field(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is written, and nothing of it is logged. What is refused by its name or size is not even fetched."""
    with caplog.at_level(logging.DEBUG):
        for file, why in (
            (None, "choose a file"),
            (untouched("tool.exe"), "cannot read this kind of file"),
            (untouched("book.pdf", LARGEST + 1), "larger than 10 MB"),
            (Upload("lying.txt", 5, upload("", b"x" * (LARGEST + 9)).read), "larger than 10 MB"),
            (upload("torn.pdf", brought("torn.pdf")), "damaged"),
            (upload("empty.txt", b" \n"), "no text in it"),
            (upload("long.txt", "é".encode() * 600_000), "more text than fits"),
            (failing(Wait(5)), "did not arrive here"),
            (failing(Refused("no")), "did not arrive here"),
        ):
            reply = await send(town, await form(town), file)
            assert isinstance(reply, Errors)
            assert list(reply.fields) == ["file"]
            assert why in reply.fields["file"]
            assert file is None or "othing was added" in reply.fields["file"]
    assert files(town) == {}
    assert "whatever its name says" not in caplog.text


async def test_nobody_but_a_curator_has_a_file_fetched(town: Town) -> None:
    """Not a member, not somebody of another workspace, who both know the form."""
    await send(town, await form(town), upload("choir.html", brought("choir.html")))
    (name,) = files(town)
    kept = files(town)
    for action, value in (("entry-files.add", ""), ("entry-files.replace", name.removesuffix(".md"))):
        sent = Submission("f9", action, value, {"file": "x.txt"}, {"file": untouched("x.txt")})
        assert "othing was changed" in text_of(await town.act("renata", sent))
        foreign_reply = text_of(await stranger(town, sent))
        assert "choir" not in foreign_reply
    assert files(town) == kept
