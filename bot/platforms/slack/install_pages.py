"""What somebody reads who installs the bot: whether it worked, and what to do when it did not."""

from __future__ import annotations

import html
from dataclasses import dataclass

from starlette.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1c2b33}"


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    title: str
    text: str


ELSEWHERE = Told(
    400,
    "This was not begun in this browser",
    "So nothing was installed. Perhaps your browser keeps no cookies, or somebody sent you this address. Please begin "
    "again below, and stay in one browser.",
)
LATE = Told(400, "This took longer than ten minutes", "So nothing was installed. Please begin again below.")
USED = Told(
    400,
    "This page was opened before",
    "It works only once, and nothing was changed now. If the bot is in your workspace already, all is well. If it is "
    "not, please begin again below.",
)
DECLINED = Told(
    200, "You did not add the bot", "So nothing was installed, and nothing was kept. You can begin again at any time."
)
REFUSED = Told(
    400,
    "Slack did not confirm this",
    "So nothing was kept here. Please begin again below. If you see this page twice, please tell whoever runs the bot: "
    "its log says what Slack answered, and `cohortbook slack check` says what to do.",
)
UNCLEAR = Told(
    502,
    "Slack gave no clear answer",
    "So nothing was kept here. Please wait a minute, and begin again below. Adding the bot twice does no harm.",
)
LOCKED = Told(
    503,
    "The bot cannot keep anything secret right now",
    "Slack has added it, but it could not keep what it needs to work in your workspace. Nothing that was kept is lost. "
    "Please tell whoever runs the bot: `cohortbook doctor` says what is missing. Then begin again below.",
)
WHOLE_ORGANIZATION = Told(
    400,
    "The bot works in single workspaces",
    "It was added to a whole organization, and it cannot serve that, so it kept nothing. Please take it out again in "
    "the organization's settings, and add it to one workspace.",
)


def not_awaited(name: str, workspace: str) -> HTMLResponse:
    """For a workspace that whoever runs the bot has not named."""
    return _page(
        403,
        "This bot is kept for certain workspaces",
        [
            f"{name} is not one of them yet, so nothing was kept here, and the bot can read or write nothing there.",
            f"Please ask whoever gave you the link to add {workspace} to the bot's settings. Then open the link again.",
        ],
    )


def page(told: Told, again: str) -> HTMLResponse:
    return _page(told.status, told.title, [told.text], f'<p><a href="{html.escape(again)}">Begin again</a></p>')


def welcome(name: str, workspace: str) -> HTMLResponse:
    return _page(
        200,
        f"Cohortbook is in {name}",
        [
            "In Slack, open a direct message to it, or type /resources and a question.",
            "Whoever is to lead a cohort is named in the bot's settings first, by whoever runs it. This workspace is "
            f"called {workspace} there. Then they type /facilitate.",
        ],
    )


def _page(status: int, title: str, paragraphs: list[str], after: str = "") -> HTMLResponse:
    body = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>{body}{after}</body></html>",
        status,
        _HEADERS,
    )
