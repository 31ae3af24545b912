"""A file that only the one who holds its key can read, in the age format: https://age-encryption.org/v1.

A random key instead of a chosen word: it cannot be guessed, and opening it costs a phone nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Sealed(NamedTuple):
    data: bytes
    key: str
    """Begins with AGE-SECRET-KEY-1."""


def seal(data: bytes) -> Sealed:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    return Sealed(bytes(pyrage.encrypt(data, [identity.to_public()])), str(identity))


def unseal(data: bytes, key: str) -> bytes:
    """Raises ValueError for another key, and for a file that was changed."""
    import pyrage

    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(key)]))
    except (pyrage.DecryptError, pyrage.IdentityError) as problem:
        raise ValueError(str(problem)) from None
