"""A dialogue in a real browser: what a person does with the page, and what the page then shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as TooLong

from tests.dialogue import FOLDER, Stride, Value, Where, plain

ROOMS = {"private": "me", "channel": "channel"}
IDLE = """() => document.getElementById('working').hidden
  && !document.querySelector('#main [aria-disabled="true"], #form [aria-disabled="true"]')"""
MESSAGES = """() => [...document.querySelectorAll('#list .message')].map((one) =>
  [one.dataset.id, [one.innerText, ...[...one.querySelectorAll('.picture img')].map((img) => img.alt)].join('\\n')])"""
BESIDE = """() => ['form', 'toast', 'composer-error'].map((id) => document.getElementById(id).innerText).join('\\n')"""


class BrowserDriver:
    def __init__(self, page: Page, settle: Callable[[], None]) -> None:
        """`settle` returns when the house has sent all that is due."""
        self.page = page
        self._settle = settle
        self._who, self._where = "renata", "private"
        self._before: dict[tuple[str, str], list[list[str]]] = {}

    # --- what a person does --------------------------------------------------------------------

    def be(self, who: str, where: Where) -> None:
        self._who, self._where = who, where
        entry = self.page.locator(f'#people [data-person="{who}"]')
        if entry.get_attribute("aria-current") != "true":
            if entry.is_visible():
                entry.click()
            else:  # a phone has one list to choose from
                self.page.locator("#person-pick").select_option(who)
        self.page.locator(f'#people [data-person="{who}"][aria-current="true"]').wait_for(state="attached")
        room = self.page.locator(f'#rooms [data-room="{ROOMS[where]}"]')
        room.click()
        self.page.locator(f'#rooms [data-room="{ROOMS[where]}"][aria-current="true"]').wait_for()

    def say(self, text: str) -> None:
        self._look_around()
        self.page.get_by_role("combobox", name="Write to").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()
        self._finish()

    def press(self, label: str, asked: str) -> None:
        self._look_around()
        buttons = self.page.locator("#list .options button")
        labels = buttons.all_inner_texts()
        places = [place for place, one in enumerate(labels) if one.startswith(label)]
        assert places, f"there is no button {label!r}; there are {labels}"
        buttons.nth(places[-1]).click()
        if asked:
            question = self.page.get_by_role("alertdialog")
            assert plain(asked) in plain(question.inner_text()), f"one is asked {question.inner_text()!r}"
            question.get_by_role("button").nth(1).click()
        assert not self.page.get_by_role("alertdialog").is_visible(), f"before {label!r} one is asked something"
        self._finish()

    def fill(self, values: Mapping[str, Value]) -> None:
        self._look_around()
        for label, value in values.items():
            self._put(self._field(label), [value] if isinstance(value, str) else list(value))
        self.page.locator("#form .foot button[type=submit]").click()
        self._finish()

    def move_clock(self, by: Stride) -> None:
        self._look_around()
        with self.page.expect_response("**/api/clock"):
            self.page.locator(f'#clock [data-by="{by}"]').click()
        self._finish()

    # --- what a person sees --------------------------------------------------------------------

    def new(self) -> str:
        before = self._before.get((self._who, self._where), [])
        new = [words for id_, words in self._messages() if [id_, words] not in before]
        return "\n".join([*new, self.page.evaluate(BESIDE)])

    def view(self) -> str:
        return "\n---\n".join([*(words for _, words in self._messages()), self.page.evaluate(BESIDE)])

    def soon(self, condition: Callable[[], bool]) -> bool:
        """What the house sends by itself arrives on the page a moment after it was sent."""
        for _ in range(50):
            if condition():
                return True
            try:
                self.page.wait_for_function("(text) => document.body.innerText !== text", arg=self._body(), timeout=100)
            except TooLong:
                continue
        return False

    def form(self) -> str:
        title = self.page.locator("#form-title")
        return title.inner_text() if title.is_visible() else ""

    def held(self, label: str) -> Value:
        field = self._field(label)
        if field.locator("input[type=radio], input[type=checkbox]").count():
            chosen = field.locator("label:has(input:checked)").all_inner_texts()
            return chosen if field.locator("input[type=checkbox]").count() else "".join(chosen)
        return self._box(field).input_value()

    def complaints(self) -> list[str]:
        wrong = self.page.locator("#form .field:has(.error:not([hidden]))")
        return wrong.locator("legend > bdi, label[for] > bdi").all_inner_texts()

    def file(self, name: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=name).last.click()
        return Path(download.value.path()).read_bytes()

    # --- the page --------------------------------------------------------------------------------

    def _finish(self) -> None:
        self.page.wait_for_function(IDLE)
        self._settle()

    def _messages(self) -> list[list[str]]:
        found: list[list[str]] = self.page.evaluate(MESSAGES)
        return found

    def _look_around(self) -> None:
        """What is in sight now is no longer new after the next step."""
        self._before[self._who, self._where] = self._messages()

    def _body(self) -> str:
        words: str = self.page.evaluate("document.body.innerText")
        return words

    def _field(self, label: str) -> Locator:
        fields = self.page.locator("#form .field")
        labels = self.page.locator("#form .field > legend > bdi, #form .field > label > bdi").all_inner_texts()
        assert label in labels, f"there is no field {label!r}; there are {labels}"
        return fields.nth(labels.index(label))

    def _put(self, field: Locator, values: list[str]) -> None:
        picks = field.locator("label:has(input[type=radio]), label:has(input[type=checkbox])")
        if not picks.count():
            box = self._box(field)
            if box.evaluate("(one) => one.tagName") == "SELECT":
                box.select_option(label=values[0])
            elif box.get_attribute("type") == "file":
                box.set_input_files([FOLDER / "files" / one for one in values])
            else:
                box.fill(values[0])
            return
        offered = picks.all_inner_texts()
        assert set(values) <= set(offered), f"there are {offered}"
        for place, name in enumerate(offered):
            pick = picks.nth(place).locator("input")
            if name in values or pick.get_attribute("type") == "checkbox":
                pick.set_checked(name in values)

    def _box(self, field: Locator) -> Locator:
        return field.locator("textarea, input, select").first
