"""The page for everybody: by keyboard, by ear, on a phone, in light and dark."""

from __future__ import annotations

import pytest
from browsing import Visit, box, open_form, send
from conftest import Running
from playwright.sync_api import expect
from toy_house import PROMPT

from bot.messages import File, Option, Outgoing, Quote

PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}


pytestmark = pytest.mark.browser


def test_with_the_keyboard_alone_from_a_command_to_a_saved_form(visit: Visit, running: Running) -> None:
    """Skip link, completion, a form with an error, the choice, and the way back to the box."""
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the writing box")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    page.keyboard.type("/re")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("/resources")
    page.keyboard.press("Tab")
    page.keyboard.type("dis")
    expect(page.get_by_role("option", name="disproportionality")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("/resources disproportionality")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    expect(box(page)).to_have_value("")
    page.keyboard.type("/reflect")
    page.keyboard.press("Enter")
    first = page.get_by_label("What were you standing for?")
    expect(first).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    described = (first.get_attribute("aria-describedby") or "").split()
    told = [page.locator(f"#{id_}").text_content() for id_ in described]
    assert "Please write something here. A few words are enough." in told
    page.keyboard.type("For the quiet ones")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible()
    expect(box(page)).to_be_focused()
    (saved,) = running.house.saved.values()
    assert saved.values["what"] == "For the quiet ones"
    assert saved.values["sure"] in ("1", "2")


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_nothing_is_wider_than_the_screen(visit: Visit, running: Running, width: int) -> None:
    """Not with one long word, a long file name, a form or the list of commands either."""
    size = {"viewport": {"width": width, "height": 800}}
    page = visit(**size)
    long = "w" * 300
    message = Outgoing(
        long, title=long, quotes=(Quote(long, long, long, f"https://{'h' * 60}.example/{long}"),), note=long,
        options=tuple(Option(f"Choice number {n} with words", "privacy", str(n)) for n in range(8)),
        file=File(f"{long}.txt", b"x"),
    )  # fmt: skip
    running.do(running.playground.send(running.playground.channel, message, "k"))
    expect(page.get_by_role("heading", name=long)).to_be_visible()
    wide = "[document.documentElement, ...document.querySelectorAll('#messages, .rail, .top, .middle')]"
    check = f"{wide}.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className)"
    assert page.evaluate(check) == []
    box(page).fill("/")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert page.evaluate(check) == []
    open_form(page)
    assert page.evaluate(check) == []


def test_every_control_has_a_name_and_every_part_a_landmark(visit: Visit, running: Running) -> None:
    """Also inside a message, a form and on a phone."""
    for options in ({}, PHONE):
        page = visit(**options)
        send(page, "/resources share")
        expect(page.get_by_role("link", name="example.org").last).to_be_visible()
        send(page, "/kinds ")
        page.get_by_role("dialog").wait_for()
        assert page.evaluate(NAMELESS) == []
        for role in ("main", "banner", "navigation", "log"):
            assert page.get_by_role(role, include_hidden=True).count() == 1, role
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map((n) => n.id)).size") == page.evaluate(
            "document.querySelectorAll('[id]').length"
        )


NAMELESS = """
[...document.querySelectorAll('button, input, select, textarea, a, img, dialog[open], fieldset')].filter((one) => {
  if (one.closest('[hidden]') || one.getAttribute('alt') === '') return false;
  const by = (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id));
  const names = [one.getAttribute('aria-label'), one.alt, ...[...(one.labels ?? [])].map((label) => label.textContent),
    ...by.map((label) => label?.textContent), one.querySelector?.('legend')?.textContent,
    ['BUTTON', 'A'].includes(one.tagName) ? one.textContent : ''];
  return !names.some((name) => name?.trim());
}).map((one) => one.outerHTML)
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(visit: Visit, running: Running, theme: str) -> None:
    """At least 4.5 to 1, in both themes, with messages, buttons, badges and a form in view."""
    page = visit(color_scheme=theme, reduced_motion="reduce")
    running.do(running.playground.send(running.playground.people[0].address, PROMPT, "k1"))
    running.do(running.playground.send(running.playground.people[1].address, PROMPT, "k2"))
    send(page, "/journal ")
    send(page, "/resources share")
    expect(page.get_by_text("Only visible to you")).to_have_count(2)
    open_form(page)
    page.get_by_role("button", name="Save").click()
    page.mouse.move(0, 0)
    assert page.evaluate(LOW_CONTRAST) == []


LOW_CONTRAST = """
() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    const apart = node.closest('.unseen, .skip, svg, noscript, [aria-disabled="true"]');
    if (!own || apart || !node.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className} ${node.textContent.slice(0, 30)}`);
  }
  return poor;
}
"""
