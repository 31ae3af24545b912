"""What a visitor does again and again on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from playwright.sync_api import Locator, Page

Visit: TypeAlias = Callable[..., Page]


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Write to")


def send(page: Page, text: str) -> None:
    box(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def open_form(page: Page) -> Locator:
    send(page, "/reflect ")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    return dialog
