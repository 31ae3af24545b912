"""What people bring becomes text with its headings; what would harm is refused by name, and costs nothing else."""

from __future__ import annotations

import time

import pytest

from index.intake.confined import Limits, Unreadable, read
from tests.index.intake import files

PAGE = (
    "<html><head><title>Calendar</title></head><body><nav><a href='/x'>Menu</a></nav><article><h1>Calendar</h1>"
    "<p>The cohort meets on Tuesdays at the library, and whoever cannot come tells the office before noon.</p>"
    "<h2>Breaks</h2><p>There is no meeting in July, nor in the first week of January, as in every year so far.</p>"
    "</article><script>alert('x')</script><footer>Copyright</footer></body></html>"
)


def test_a_text_keeps_its_words_to_the_letter() -> None:
    """With the title that its first heading says."""
    text = read("# Café hours\n\nOpen — from nine *daily*.\n".encode(), "hours.md")
    assert text.title == "Café hours"
    assert text.body == "# Café hours\n\nOpen — from nine *daily*."


def test_a_page_keeps_its_article_and_leaves_its_menu() -> None:
    """Headings stay headings; scripts and footers go."""
    text = read(PAGE.encode(), "calendar.html")
    assert text.title == "Calendar"
    assert "## Breaks" in text.body
    assert "meets on Tuesdays" in text.body
    assert not any(word in text.body for word in ("alert", "Menu", "Copyright"))


def test_each_page_of_a_pdf_is_a_section() -> None:
    """So that an answer can say on which page it stands."""
    text = read(files.pdf("Meetings are on Tuesdays.", "Breaks are in July.", title="Calendar"), "calendar.pdf")
    assert text.title == "Calendar"
    assert text.body == "## Page 1\n\nMeetings are on Tuesdays.\n\n## Page 2\n\nBreaks are in July."


def test_a_document_keeps_its_headings_and_its_signs() -> None:
    """No backslash is added to what somebody wrote."""
    text = read(files.docx(), "calendar.docx")
    assert text.title == "Meeting calendar"
    assert "# Meeting calendar" in text.body
    assert "at the library*." in text.body


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"MZ", "tool.exe", "cannot read this kind of file"),
        (b"", "empty.txt", "there is no text in it"),
        (b"\xff\xfe\x00", "wide.txt", "is not UTF-8"),
        (b"PK\x03\x04 nothing", "torn.docx", "not a document"),
        (b"%PDF-1.4 nothing", "torn.pdf", "damaged"),
        (files.pdf(""), "scan.pdf", "pictures of text"),
        (files.pdf("secret", password="x"), "locked.pdf", "locked with a password"),
        (files.packed({"word/document.xml": b"0" * 60_000_000}), "bomb.docx", "far more than a document holds"),
        (files.packed({f"{part}.xml": b"" for part in range(2_100)}), "heap.docx", "far more than a document holds"),
        (files.docx(("../../x.xml", b"", 0)), "out.docx", "packed in a way that no document is"),
        (files.docx(("/etc/x.xml", b"", 0)), "root.docx", "packed in a way that no document is"),
        (files.docx(("x.xml", b"/etc/passwd", 0o120777)), "link.docx", "packed in a way that no document is"),
        (files.docx(("word/document.xml", b"", 0)), "twice.docx", "packed in a way that no document is"),
        (files.packed({f"{part}": b"" for part in range(100_000)}), "crowd.docx", "far more than a document holds"),
        (files.packed({"inner.docx": files.docx()}), "nested.docx", "damaged"),
        (b"x" * 10_000_001, "book.txt", "larger than 10 MB"),
        (b"word " * 250_000, "long.txt", "more than 1,000,000 characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_what_cannot_be_read_is_refused_by_name(content: bytes, name: str, why: str) -> None:
    """In one sentence that says what to do."""
    with pytest.raises(Unreadable, match=why) as refusal:
        read(content, name)
    assert str(refusal.value).startswith(f"{name}: ")


def test_a_small_file_that_takes_for_ever_is_left_after_its_time() -> None:
    """It is a slow PDF of some kilobytes; its process is gone when we go on."""
    content = files.slow_pdf()
    assert len(content) < 50_000
    began = time.monotonic()
    with pytest.raises(Unreadable, match=r"slow\.pdf: reading it took longer than 0\.1 seconds"):
        read(content, "slow.pdf", Limits(seconds=0.1))
    assert time.monotonic() - began < 10


def test_a_file_that_wants_too_much_memory_harms_its_own_process_alone() -> None:
    """The limit is the child's; the same file is read where there is more."""
    content = files.pdf("Meetings are on Tuesdays.")
    with pytest.raises(Unreadable, match=r"calendar\.pdf: it could not be read"):
        read(content, "calendar.pdf", Limits(memory=40_000_000))
    assert "Tuesdays" in read(content, "calendar.pdf").body


def test_a_page_packed_in_itself_is_refused() -> None:
    """Some hundred bytes for a hundred and fifty megabytes."""
    with pytest.raises(Unreadable, match=r"bomb\.pdf: "):
        read(files.unpacking_without_end(), "bomb.pdf")
