"""Where keys are kept, as the settings say it. Light, since every command reads the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.vault.kek import Kek

KEYRING = "keyring.sqlite"


@dataclass(frozen=True, slots=True)
class Places:
    """`key`: the key-encryption key itself, instead of the file."""

    keyring: str = field(repr=False)
    """SQLAlchemy URL."""
    key_file: Path
    key: str = field(default="", repr=False)

    @property
    def keyring_file(self) -> Path | None:
        """None on a server."""
        return Path(self.keyring.removeprefix("sqlite:///")) if self.keyring.startswith("sqlite") else None


def read_keys(places: Places) -> list[Kek]:
    """Raises Locked with the cause."""
    from bot.vault import kek, key_file

    return kek.from_variable(places.key) if places.key else key_file.read(places.key_file)
