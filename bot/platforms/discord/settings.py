"""The two settings that Discord needs: a token, which is never in the settings file, and the server's id."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.errors import SettingsError

TOKEN = "DISCORD_TOKEN"  # noqa: S105 - the name of the variable, not a token
_KNOWN = ("server", "token_file")


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    token: SecretStr
    server: int

    @property
    def application(self) -> int:
        """The bot's own id, which is the first part of its token."""
        head = self.token.get_secret_value().split(".")[0]
        try:
            return int(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        except (ValueError, binascii.Error):
            raise SettingsError(
                "The Discord token does not look like a bot token, so nothing was done. Copy it again from "
                "https://discord.com/developers/applications, under Bot, and put it where it was."
            ) from None


def read(settings: Mapping[str, object], environment: Mapping[str, str]) -> DiscordSettings:
    """Raises SettingsError with every problem and its fix."""
    problems = [
        f"platforms.discord.{key}: there is no such setting; allowed: {', '.join(_KNOWN)}"
        for key in settings
        if key not in (*_KNOWN, "token")
    ]
    if "token" in settings:
        problems.append(
            "platforms.discord.token: a token does not belong in the settings file; set the environment variable "
            f"{TOKEN}, or name a file with token_file"
        )
    server = str(settings.get("server") or "")
    if not (server.isdecimal() and 15 <= len(server) <= 20):
        problems.append(
            "platforms.discord.server: name your server's id, the long number that Discord copies with "
            "right click on the server's name, Copy Server ID (turn on Developer Mode under Advanced first)"
        )
    token, problem = _token(settings, environment)
    problems += [problem] if problem else []
    if problems:
        raise SettingsError("\n".join(["Discord cannot be used yet. Nothing was started.", *problems]))
    return DiscordSettings(SecretStr(token), int(server))


def wrong_token() -> SettingsError:
    return SettingsError(
        "Discord does not accept the token, so the bot is not connected. Make a new one at "
        "https://discord.com/developers/applications, under Bot, Reset Token, and put it where the old one was."
    )


def _token(settings: Mapping[str, object], environment: Mapping[str, str]) -> tuple[str, str]:
    """(token, problem); one of the two is empty."""
    named = settings.get("token_file")
    if named is not None:
        try:
            token = Path(str(named)).read_text("utf-8").strip()
        except OSError:
            return "", f"platforms.discord.token_file: {named} cannot be read; make it, with the token alone in it"
        return token, "" if token else f"platforms.discord.token_file: {named} is empty; put the token into it"
    token = environment.get(TOKEN, "").strip()
    return token, "" if token else (
        f"platforms.discord: no token; set {TOKEN} to the bot's token from "
        "https://discord.com/developers/applications, or name a file with token_file"
    )
