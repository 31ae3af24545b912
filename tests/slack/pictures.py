"""Draws the pictures of docs/slack.md from what the bot sends, in a plain look that is not Slack's own.

python -m tests.slack.pictures docs/pictures
"""

from __future__ import annotations

import asyncio
import html
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conftest import find_chromium
from tests.slack.test_dialogues_in_slack import open_town

Json = dict[str, Any]

_STYLE = """
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: #1d1c1d; background: #fff; width: 560px; padding: 20px }
h1 { font-size: 18px; margin: 0 0 8px } p { margin: 0 0 8px; white-space: pre-wrap } ul { margin: 0 0 8px }
blockquote { margin: 0 0 8px; padding-left: 12px; border-left: 4px solid #ddd; white-space: pre-wrap }
small { display: block; color: #616061; margin: 4px 0 8px; white-space: pre-wrap }
span.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 10px; margin: 0 6px 8px 0;
  font-weight: 600; font-size: 14px } span.primary { background: #007a5a; color: #fff; border-color: #007a5a }
span.danger { color: #c01343; border-color: #c01343 } label { display: block; font-weight: 700; margin: 6px 0 2px }
div.box { border: 1px solid #999; border-radius: 4px; padding: 6px 10px; color: #777; min-height: 20px }
div.choice { margin: 3px 0 } hr { border: 0; border-top: 1px solid #ddd } .bold { font-weight: 700 }
"""


def drawn(blocks: list[Json], title: str = "", submit: str = "") -> str:
    top = f"<h1>{html.escape(title)}</h1><hr>" if title else ""
    end = f'<hr><span class="button">Cancel</span><span class="button primary">{html.escape(submit)}</span>'
    body = "".join(_block(one) for one in blocks) + (end if submit else "")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{_STYLE}</style><body>{top}{body}</body></html>'
    )


def _block(block: Json) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{_said(block['text'])}</h1>"
        case "context":
            return "".join(f"<small>{_said(one)}</small>" for one in block["elements"])
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "actions":
            return f"<div>{''.join(map(_button, block['elements']))}</div>"
        case "input":
            return _input(block)
    return "<hr>"


def _said(text: Json) -> str:
    return html.escape(str(text["text"]))


def _rich(element: Json) -> str:
    if element["type"] == "rich_text_list":
        return f"<ul>{''.join(f'<li>{_parts(one)}</li>' for one in element['elements'])}</ul>"
    tag = "blockquote" if element["type"] == "rich_text_quote" else "p"
    return f"<{tag}>{_parts(element)}</{tag}>"


def _parts(element: Json) -> str:
    return "".join(
        f'<span class="{"bold" if one.get("style") else ""}">{html.escape(one.get("text") or one["fallback"])}</span>'
        for one in element["elements"]
    )


def _button(element: Json) -> str:
    if element["type"] == "overflow":
        return '<span class="button">⋯</span>'
    return f'<span class="button {element.get("style", "")}">{_said(element["text"])}</span>'


def _input(block: Json) -> str:
    element = block["element"]
    mark = "○" if element["type"] == "radio_buttons" else "☐"
    options = "".join(f'<div class="choice">{mark} {_said(one["text"])}</div>' for one in element.get("options", ()))
    hint = f"<small>{_said(block['hint'])}</small>" if "hint" in block else ""
    optional = " (optional)" if block.get("optional") else ""
    return f"<label>{_said(block['label'])}{optional}</label>{options or '<div class=box></div>'}{hint}"


async def pages() -> dict[str, str]:
    """Renata's first week."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_town(Path(folder), Path(folder) / "no-index", "socket") as town:
            slack, renata = town.slack, town.people["renata"]
            await slack.press(renata, slack.seen_by(renata, slack.dm(renata))[-1], "Start")
            await town.settled()
            await town.clock.advance("week", _nobody)
            await town.settled()
            seen = slack.seen_by(renata, slack.dm(renata))
            prompt = next(one for one in seen if "Think, store nothing" in one.words)
            await slack.open_home(renata)
            await town.settled()
            await slack.press(renata, prompt, "Reflect privately")
            await town.settled()
            form = slack.modals[renata]
            return {
                "slack-prompt": drawn(prompt.blocks),
                "slack-form": drawn(form["blocks"], form["title"]["text"], form["submit"]["text"]),
                "slack-home": drawn(slack.homes[renata]["blocks"]),
            }


async def _nobody() -> None:
    """Nobody answers in between."""


async def main(folder: Path) -> None:
    from PIL import Image
    from playwright.async_api import async_playwright

    found = await pages()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 600, "height": 200})
        for name, source in found.items():
            await page.set_content(source)
            picture = Image.open(io.BytesIO(await page.screenshot(full_page=True)))
            picture.convert("RGB").quantize(32).save(folder / f"{name}.png", optimize=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
