"""The whole demo in a real browser, where several windows, a keyboard or a lost connection come into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_driver import BrowserDriver
from browsing import Visit
from playwright.sync_api import Page, Route, expect
from real_house import RealHouse

pytestmark = [pytest.mark.browser, pytest.mark.model]

WHEN = "When do you most easily find five quiet minutes?"
HOPE = "One hope for these seven weeks"
FOCUSED = """() => {
  const one = document.activeElement;
  return one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? one.innerText ?? '';
}"""


@pytest.fixture
def running(tmp_path: Path, index_folder: Path) -> Iterator[RealHouse]:
    house = RealHouse(tmp_path, index_folder)
    yield house
    house.stop()


@pytest.fixture
def renata(visit: Visit, running: RealHouse) -> BrowserDriver:
    """She has started, and her first prompt is there."""
    driver = BrowserDriver(visit(), running.settle)
    driver.be("renata", "private")
    driver.press("Start", "")
    for _ in range(4):
        driver.move_clock("day")
    return driver


def another_window(visit: Visit, running: RealHouse) -> BrowserDriver:
    driver = BrowserDriver(visit(), running.settle)
    driver.be("renata", "private")
    return driver


def sees(driver: BrowserDriver, text: str) -> None:
    assert driver.soon(lambda: text in driver.new()), driver.view()


def journal(driver: BrowserDriver) -> str:
    driver.say("/journal")
    assert driver.soon(lambda: "Your journal" in driver.new())
    return driver.new()


def test_a_form_left_open_while_the_week_ends_is_saved_to_its_own_week(
    renata: BrowserDriver, visit: Visit, running: RealHouse
) -> None:
    """The next prompt has come meanwhile, and it stays open."""
    renata.press("Reflect privately", "")
    other = another_window(visit, running)
    other.move_clock("week")
    sees(other, "Week 1 · My values at work")
    renata.fill({WHEN: "Around midday", HOPE: "Late, and still mine."})
    sees(renata, "Arrive and settle in")
    sees(renata, "Saved. Thank you for taking the time.")
    assert "Your journal has 1 entry." in journal(renata)
    renata.say("/reflect")
    assert renata.form() == "Week 1 · My values at work"


def test_the_same_words_from_two_windows_are_one_entry(renata: BrowserDriver, visit: Visit, running: RealHouse) -> None:
    """The second window gets the same receipt as the first."""
    other = another_window(visit, running)
    for window in (renata, other):
        window.press("Reflect privately", "")
    for window in (renata, other):
        window.fill({WHEN: "Around midday", HOPE: "The same in both."})
        sees(window, "Saved. Thank you for taking the time.")
    assert "Your journal has 1 entry." in journal(renata)


def test_different_words_from_two_windows_are_both_kept(
    renata: BrowserDriver, visit: Visit, running: RealHouse
) -> None:
    """And the second receipt says so."""
    other = another_window(visit, running)
    for window in (renata, other):
        window.press("Reflect privately", "")
    renata.fill({WHEN: "Around midday", HOPE: "From the first window."})
    other.fill({WHEN: "In the evening", HOPE: "From the second window."})
    sees(other, "your journal now holds both")
    assert "Your journal has 2 entries." in journal(renata)


def test_a_form_sent_again_after_its_answer_was_lost_is_saved_once(renata: BrowserDriver, running: RealHouse) -> None:
    """The words wait in the form, and the second try brings the receipt."""

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page = renata.page
    renata.press("Reflect privately", "")
    page.route("**/api/submit", lose_the_answer, times=1)
    renata.fill({WHEN: "Around midday", HOPE: "Sent twice."})
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("what you wrote is still here")
    assert renata.held(HOPE) == "Sent twice."
    renata.fill({})
    sees(renata, "Saved. Thank you for taking the time.")
    assert "Your journal has 1 entry." in journal(renata)


def test_a_reload_keeps_what_stands_in_the_rooms(renata: BrowserDriver) -> None:
    """The channel's history, the prompts and the answers that only Renata sees."""
    renata.be("renata", "channel")
    renata.say("Good morning from Denver.")
    renata.be("renata", "private")
    renata.say("/cohort")
    renata.page.reload()
    renata.be("renata", "private")
    assert renata.soon(lambda: "Your next prompts" in renata.view())
    assert "Arrive and settle in" in renata.view()
    renata.be("renata", "channel")
    assert renata.soon(lambda: "Good morning from Denver." in renata.view())
    assert "A new prompt comes to your private messages" in renata.view()


def test_with_the_keyboard_alone_from_the_welcome_to_the_receipt(visit: Visit, running: RealHouse) -> None:
    """Week 0: find the room, start, move the time, fill the form with an error first, save, read it again."""
    page = visit()
    tab_to(page, "Private messages")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Welcome to Sample cohort")).to_be_visible()
    tab_to(page, "Start")
    page.keyboard.press("Space")
    expect(page.get_by_text("Your first prompt comes on Monday 30 November")).to_be_visible()
    tab_to(page, "+1 day")
    for date in ("Fri 27 Nov", "Sat 28 Nov", "Sun 29 Nov", "Mon 30 Nov"):
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Demo time")).to_contain_text(date)
        expect(page.locator("#clock [aria-disabled=true]")).to_have_count(0)
    expect(page.get_by_role("heading", name="Arrive and settle in")).to_be_visible()
    tab_to(page, "Reflect privately")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Please choose here.")).to_be_visible()
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Around midday")).to_be_checked()
    page.keyboard.press("Tab")
    expect(dialog.get_by_label(HOPE)).to_be_focused()
    page.keyboard.type("To write with both hands.")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved. Thank you for taking the time.")).to_be_visible()
    tab_to(page, "Read it again")
    page.keyboard.press("Enter")
    expect(page.get_by_text("To write with both hands.")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Tab until the control of that name has the focus."""
    passed = []
    for _ in range(90):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(FOCUSED).strip())
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"Tab never came to {name!r}; it passed {passed}")
