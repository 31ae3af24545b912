"""The page of the playground in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import Visit, box, send
from conftest import Running
from playwright.sync_api import expect
from toy_house import PROMPT

from bot.messages import Outgoing, Press

pytestmark = pytest.mark.browser


def test_new_messages_arrive_without_reload(visit: Visit, running: Running) -> None:
    """In the open room at once, in another room as a badge, for another person as a badge too."""
    page = visit()
    people = running.playground.people
    running.do(running.playground.send(running.playground.channel, Outgoing("Hello, channel"), "k1"))
    expect(page.get_by_text("Hello, channel")).to_be_visible()
    running.do(running.playground.send(people[0].address, PROMPT, "k2"))
    expect(page.get_by_role("button", name="Private messages 1 new")).to_be_visible()
    running.do(running.playground.send(people[1].address, PROMPT, "k3"))
    expect(page.get_by_role("button", name=re.compile("Kwame.*1 new"))).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) Renata"))
    page.get_by_role("button", name="Private messages").click()
    expect(page.get_by_role("heading", name=PROMPT.title)).to_be_visible()
    expect(page).to_have_title(re.compile("^Renata"))


def test_what_came_before_the_page_was_opened_waits_with_a_badge(visit: Visit, running: Running) -> None:
    """Somebody new finds the way to their welcome; what was read stays read over a reload."""
    running.do(running.playground.send(running.playground.people[0].address, PROMPT, "k1"))
    page = visit()
    page.get_by_role("button", name="Private messages 1 new").click()
    expect(page.get_by_role("heading", name=PROMPT.title)).to_be_visible()
    page.reload()
    expect(page.get_by_text("A quiet channel")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Private messages.*new"))).to_have_count(0)


def test_two_tabs_of_one_person_show_the_same(visit: Visit, running: Running) -> None:
    """What is answered in one is replaced in the other; what is sent twice is saved once."""
    one, two = visit(), visit()
    running.do(running.playground.send(running.playground.people[0].address, PROMPT, "k1"))
    for page in (one, two):
        page.get_by_role("button", name="Private messages").click()
    one.get_by_role("button", name="Not this week").click()
    expect(two.get_by_text("Skipped. That is fine.")).to_be_visible()
    expect(two.get_by_role("button", name="Not this week")).to_have_count(0)


def test_a_double_click_is_one_press(visit: Visit, running: Running) -> None:
    """However fast the first click is answered, and the message with it drawn anew."""
    page = visit()
    running.do(running.playground.send(running.playground.people[0].address, PROMPT, "k1"))
    page.get_by_role("button", name="Private messages").click()
    page.get_by_role("button", name="Who can read what?").dblclick(delay=150)
    expect(page.get_by_text("You pressed privacy.")).to_be_visible()
    page.get_by_role("button", name="Not this week").click()
    expect(page.get_by_text("Skipped. That is fine.")).to_be_visible()
    assert [incoming.what for incoming in running.house.heard].count(Press("privacy")) == 1


def test_a_picture_has_words_and_a_file_can_be_saved(visit: Visit) -> None:
    """The picture's description is its text; the file arrives byte for byte."""
    page = visit()
    send(page, "/growth ")
    expect(page.get_by_role("img", name="A line that rises from 2 to 4.")).to_be_visible()
    send(page, "/download ")
    with page.expect_download() as download:
        page.get_by_role("link", name="my words.txt").click()
    assert Path(download.value.path()).read_bytes() == b"mine alone"


def test_being_somebody_else_keeps_each_draft(visit: Visit) -> None:
    """By person and by room, and what one sees alone stays with that one."""
    page = visit()
    send(page, "/resources share")
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    box(page).fill("a draft of Renata")
    page.get_by_role("button", name=re.compile("Imani Brooks")).click()
    expect(box(page)).to_have_value("")
    expect(page.get_by_text("Only visible to you")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Renata Aguilar")).click()
    expect(box(page)).to_have_value("a draft of Renata")
    page.get_by_role("button", name="Private messages").click()
    expect(box(page)).to_have_value("")


def test_the_clock_is_shown_in_the_persons_own_zone_and_moves(visit: Visit, running: Running) -> None:
    """Seven in Denver is three at night of the next day in Auckland."""
    page = visit()
    clock = page.get_by_role("region", name="Demo time")
    expect(clock).to_contain_text("Mon 11 Jan, 07:00")
    clock.get_by_role("button", name="+1 day").click()
    expect(clock).to_contain_text("Tue 12 Jan, 07:00")
    page.get_by_role("button", name=re.compile("Aroha Ngata")).click()
    expect(clock).to_contain_text("Wed 13 Jan, 03:00")


def test_a_page_left_open_over_a_restart_says_what_to_do(visit: Visit, running: Running) -> None:
    """Its token is no longer good; what is in the box stays."""
    page = visit()
    page.evaluate("sessionStorage.setItem('cohortbook-token', 'of yesterday')")
    send(page, "words to keep")
    expect(page.get_by_text("The playground was started again.")).to_be_visible()
    expect(box(page)).to_have_value("words to keep")
