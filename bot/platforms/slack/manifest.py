"""What the app is in Slack: its commands, its events, and exactly the permissions that it uses."""

from __future__ import annotations

from . import news
from .events import REFLECT_SHORTCUT
from .settings import REDIRECT_PATH
from .text import Json

NAME = "Cohortbook"

SCOPES = {
    "app_mentions:read": "hear it when somebody mentions it in a channel",
    "channels:history": "look up, after a lost answer, whether a message arrived in a public channel",
    "channels:read": "know who is in a cohort's public channel, and whether it was archived or deleted",
    "chat:write": "write messages, and change or take back its own",
    "commands": "offer its slash commands and the message shortcut",
    "files:read": "read a file that a facilitator puts into the form for a new entry",
    "files:write": "show charts and hand over a member's own download",
    "groups:history": "look up, after a lost answer, whether a message arrived in a private channel",
    "groups:read": "know the same of a cohort's private channel",
    "im:history": "read what people write to it in private messages",
    "im:write": "open a private conversation with a member",
    "usergroups:read": "let a facilitator offer places on a team to the members of a user group",
    "users:read": "know names, time zones, guests and deactivated accounts",
}
"""Each permission, and what it is for."""

EVENTS = tuple(sorted(("app_home_opened", "app_mention", "message.im", *news.EVENTS)))

COMMANDS = {
    "resources": ("Look something up", "what is an equity pause"),
    "reflect": ("Open the private form for the current prompt", ""),
    "journal": ("Read, edit, share or delete what you wrote", ""),
    "cohort": ("Your next prompts and your own clock; pause, skip or leave", ""),
    "connect": ("Use me in a second chat, with the same journal and calendar", ""),
    "facilitate": ("For facilitators: counts, calendar, messages, people", ""),
    "privacy": ("Who can read what; download or erase your data", ""),
}


def manifest(address: str = "", name: str = NAME, *, by_link: bool = False) -> Json:
    """`address`: where Slack reaches the bot over HTTP; without one it is set up for Socket Mode.

    `by_link`: it is installed from there, in any number of workspaces.
    """
    url = f"{address.rstrip('/')}/slack/events" if address else ""
    reached: Json = {"request_url": url} if url else {}
    back: Json = {"redirect_urls": [address.rstrip("/") + REDIRECT_PATH]} if by_link else {}
    return {
        "display_information": {
            "name": name,
            "description": "Weekly prompts, private reflections and cited answers for a cohort.",
            "background_color": "#1f4e5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [
                {
                    "name": "Reflect on this",
                    "type": "message",
                    "callback_id": REFLECT_SHORTCUT,
                    "description": "Open your private form",
                }
            ],
            "slash_commands": [
                {
                    "command": f"/{command}",
                    "description": about,
                    **({"usage_hint": hint} if hint else {}),
                    "should_escape": False,
                    **({"url": url} if url else {}),
                }
                for command, (about, hint) in COMMANDS.items()
            ],
        },
        "oauth_config": {**back, "scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**reached, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **reached},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }
