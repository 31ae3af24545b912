"""What the bot may do in a server: what it uses, and nothing else."""

from __future__ import annotations

import discord

NEEDED = {
    "view_channel": "see the cohort's channel",
    "send_messages": "post prompts and answers there",
    "send_messages_in_threads": "answer where somebody mentions it in a thread",
    "attach_files": "post a chart",
    "read_message_history": "find its own message again after a lost answer, and reply to a mention",
}


def needed() -> discord.Permissions:
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invite(application: int, server: int) -> str:
    return discord.utils.oauth_url(
        application,
        permissions=needed(),
        guild=discord.Object(server),
        scopes=("bot", "applications.commands"),
    )
