"""A vault for a test: its key file and its keyring in the test's own folder."""

from __future__ import annotations

from pathlib import Path

from bot.store import Store
from bot.vault.kek import Purpose
from bot.vault.opening import open_vault
from bot.vault.places import KEYRING, Places
from bot.vault.vault import Vault


def places(folder: Path, keyring: str = "") -> Places:
    return Places(keyring or f"sqlite:///{folder / KEYRING}", folder / "key" / "cohortbook.key")


def opened(store: Store, folder: Path, *purposes: Purpose, keyring: str = "") -> Vault:
    """`purposes`: those that this process is given; all of them when none is named."""
    folder.mkdir(parents=True, exist_ok=True)
    return open_vault(places(folder, keyring), store, purposes=purposes or tuple(Purpose))
