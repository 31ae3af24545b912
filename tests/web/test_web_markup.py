"""Whatever people write is shown as text, in a real browser under the real policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, send
from conftest import Running
from playwright.sync_api import expect
from toy_house import PIXEL, ToyClock, ToyHouse

from bot.messages import Address, File, Option, Outgoing, Picture, Quote
from bot.platforms.web import PersonCard
from bot.platforms.web.history import History
from bot.platforms.web.playground import Playground

pytestmark = pytest.mark.browser

ATTACKS = (
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "\"><svg onload=document.title='owned'>",
    "javascript:document.title='owned'",
    "{{7*7}} ${7*7} [x](javascript:alert(1))",
    "\u202egnirts eht esrever",
)


def test_markup_is_text_everywhere(visit: Visit, running: Running) -> None:
    """In messages, quotes, notes, buttons, files, pictures, links, forms and what people type."""
    page = visit()
    for number, attack in enumerate(ATTACKS):
        message = Outgoing(
            attack,
            title=attack,
            quotes=(Quote(attack, attack, attack, attack, attack),),
            note=attack,
            options=(Option(attack, "privacy", confirm=attack),),
            picture=Picture(PIXEL, attack),
            file=File(attack, b"x"),
        )
        running.do(running.playground.send(running.playground.channel, message, f"k{number}"))
        send(page, f"@cohortbook {attack}")
        expect(page.get_by_text(f"Closest to “{attack}”:")).to_be_visible()
    expect(page.get_by_role("heading", name=ATTACKS[0])).to_be_visible()
    page.get_by_role("button", name=ATTACKS[0]).click()
    expect(page.get_by_role("alertdialog")).to_contain_text(ATTACKS[0])
    page.get_by_role("button", name="Go back").click()
    assert page.evaluate("document.querySelectorAll('#list script, #list [onerror], #list svg[onload]').length") == 0
    assert page.evaluate("[...document.links].filter((a) => !/^(https?|blob):/.test(a.href)).length") == 0
    assert "owned" not in page.title()


def test_markup_in_a_name_is_text(browser: Any, tmp_path: Path) -> None:
    """Wherever names stand: the list, the picker, a message, a form."""
    address = Address("web", "playground", "person", "x")
    people = (PersonCard(address, ATTACKS[0], "UTC", ATTACKS[1]),)
    history = History(tmp_path / "named.db")
    running = Running(Playground(people, ("x",), "room", history, ToyClock(), "token", 1), ToyHouse())
    try:
        page = browser.new_page()
        page.goto(running.address)
        expect(page.get_by_role("button", name=re.compile("<img"))).to_be_visible()
        send(page, "hello")
        expect(page.locator(".message header b")).to_have_text(ATTACKS[0])
        assert "owned" not in page.title().split("·")[1]
        page.close()
    finally:
        running.stop()


def test_a_source_link_shows_its_host_and_tells_nothing(visit: Visit) -> None:
    """No referrer, no opener, and the host in plain sight."""
    page = visit()
    send(page, "/resources share")
    link = page.get_by_role("link", name="example.org")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.get_by_text("checked 2026-11-21")).to_be_visible()
