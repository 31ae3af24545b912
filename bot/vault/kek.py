"""The key-encryption key: 32 bytes that stand in no database, and the keys that are derived from it.

It opens nothing by itself. For each purpose a key of its own is derived, and that one wraps the random keys of the
purpose in the keyring. So a process can be given the keys of one purpose alone.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import Locked
from bot.vault.envelope import ID_BYTES, KEY_BYTES

VARIABLE = "COHORTBOOK_KEY"
_HEX = re.compile(r"[0-9a-fA-F]+")
MOST_KEYS = 10


class Purpose(StrEnum):
    """What a key is for. The words are part of the derivation and never change."""

    PRIVATE = "wrap-private"  # members' own entries
    SHARED = "wrap-shared"  # what members gave to somebody
    TOKENS = "tokens"  # of the chat platforms
    PSEUDONYMS = "pseudonyms"
    AUDIT = "audit"  # what facilitators and operators did
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Kek:
    """One generation. `fingerprint` names it and tells nothing about it."""

    fingerprint: bytes
    _keys: Mapping[Purpose, bytes] = field(repr=False)

    def key(self, purpose: Purpose) -> bytes:
        """Raises Locked when this process was not given that purpose."""
        if purpose not in self._keys:
            raise Locked(f"This process was not given the keys for {purpose}.")
        return self._keys[purpose]

    def only(self, *purposes: Purpose) -> Kek:
        """The same generation for a process that may do less."""
        return Kek(self.fingerprint, {one: self._keys[one] for one in purposes})


def derive(secret: bytes) -> Kek:
    if len(secret) != KEY_BYTES:
        raise ValueError("a key-encryption key has 32 bytes")
    return Kek(_hkdf(secret, "fingerprint")[:ID_BYTES], {one: _hkdf(secret, one) for one in Purpose})


def _hkdf(secret: bytes, what: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, None, f"cohortbook 1 {what}".encode()).derive(secret)


def from_variable(text: str) -> list[Kek]:
    return parse(text, f"The variable {VARIABLE}")


def parse(text: str, where: str) -> list[Kek]:
    """One key a line (or a word), in base64 or hex; `#` begins a remark."""
    words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
    if not words:
        raise locked(f"{where} holds no key")
    if len(words) > MOST_KEYS:
        raise locked(f"{where} holds more than {MOST_KEYS} keys")
    found = [derive(secret_of(word, where)) for word in words]
    if len({one.fingerprint for one in found}) < len(found):
        raise locked(f"{where} holds the same key twice")
    return found


def secret_of(word: str, where: str) -> bytes:
    if _HEX.fullmatch(word) and len(word) == 2 * KEY_BYTES:
        return bytes.fromhex(word)
    try:
        secret = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        raise locked(f"{where} holds something that is neither base64 nor hex") from None
    if len(secret) != KEY_BYTES:
        raise locked(f"{where} holds a key of another length: {KEY_BYTES} bytes are needed") from None
    return secret


def locked(cause: str) -> Locked:
    return Locked(f"{cause}. Nothing was lost or changed. Put the right key in its place and start again.")
