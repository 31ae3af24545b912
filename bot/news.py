"""News: what a platform tells about people and places although nobody asked the bot for anything.

It may come late, twice and in any order. So it says where something changed, and not what is true: that the house
asks the platform, before anything follows from it. Standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bot.messages import Address


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account was closed or opened again, became a guest's, or left the workspace."""

    who: Address


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody came into a channel, or left it."""

    who: Address
    where: Address


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel was archived, deleted or brought back, or the bot was taken out of it or put into it."""

    where: Address


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot was taken out of a workspace, or put into it."""

    platform: str
    workspace: str


Change: TypeAlias = Account | Presence | Channel | Installation


@dataclass(frozen=True, slots=True)
class News:
    what: Change
    event: str = ""
    """The same for every delivery; empty where the platform gives no such name."""
