"""Forms and the writing box in a real browser: nothing typed is lost, cut or sent by accident."""

from __future__ import annotations

import pytest
from browsing import Visit, box, open_form, send
from conftest import Running
from playwright.sync_api import expect

from bot.messages import Press, Submission

pytestmark = pytest.mark.browser


def test_typed_words_survive_escape_errors_and_a_lost_connection(visit: Visit, running: Running) -> None:
    """Nothing is thrown away without asking, and one try after another works in the same form."""
    page = visit()
    dialog = open_form(page)
    first = page.get_by_label("What were you standing for?")
    first.fill("break")
    for _ in range(3):
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_be_hidden()
    expect(first).to_have_value("break")
    page.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Something went wrong on our side.")
    expect(first).to_have_value("break")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    first.fill("words")
    page.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert [saved.values["what"] for saved in running.house.saved.values()] == ["words"]
    open_form(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_counter_appears_near_the_limit_and_counts_as_the_strictest_platform(visit: Visit) -> None:
    """An emoji is two units; too much is not sent, and not cut either."""
    page = visit()
    dialog = open_form(page)
    first = page.get_by_label("What were you standing for?")
    first.fill("x" * 100)
    expect(dialog.get_by_text("100 characters left")).to_be_hidden()
    first.fill("😀" * 95)
    expect(dialog.get_by_text("10 characters left")).to_be_visible()
    first.fill("😀" * 103)
    expect(dialog.get_by_text("6 characters too many")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("6 characters too long", exact=False)).to_be_visible()
    expect(first).to_have_value("😀" * 103)


def test_too_long_a_message_stays_in_the_box(visit: Visit) -> None:
    """With its length, in words."""
    page = visit()
    send(page, "x" * 4001)
    expect(page.get_by_text("This is 1 characters too long for one message; 4000 fit.")).to_be_visible()
    expect(box(page)).to_have_value("x" * 4001)


def test_every_kind_of_field_arrives_as_the_seam_says(visit: Visit, running: Running) -> None:
    """One string for most, a list of strings for those that take several."""
    page = visit()
    send(page, "/kinds ")
    page.get_by_label("3", exact=True).check()
    page.get_by_label("A budget").check()
    page.get_by_role("button", name="Take the choice back").click()
    page.get_by_label("Students").check()
    page.get_by_label("Families").check()
    page.get_by_label("From which day?").fill("2027-02-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    send(page, "/cohort ")
    page.get_by_role("group", name="Members").get_by_label("Kwame Osei-Tutu").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_have_count(2)
    kinds, places = running.house.saved.values()
    assert kinds.values == {"level": "3", "lever": "", "heard": ["s", "f"], "day": "2027-02-01", "hour": "08:30"}
    assert places.values == {
        "who": ["1|web|playground|person|kwame"],
        "room": "1|web|playground|channel|sample-cohort",
    }
    assert isinstance(kinds, Submission)


def test_a_question_is_put_before_what_cannot_be_undone(visit: Visit, running: Running) -> None:
    """Go back changes nothing."""
    page = visit()
    send(page, "/journal ")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Go back").click()
    assert Press("erase") not in [incoming.what for incoming in running.house.heard]
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("You pressed erase.")).to_be_visible()
