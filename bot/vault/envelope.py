"""Sealed bytes: what they look like, and who cannot open them. Pure; docs/vault.md has the format for others.

    magic 4 | version 1 | algorithm 1 | key id 8 | nonce 12 | AES-256-GCM of the padded words, with its tag of 16

The key authenticates the words, the head, and what they are bound to: which table, row, member and audience. So
sealed bytes that were changed by a bit, or moved to another row, do not open.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import Unreadable

MAGIC = b"\xcbCBK"
"""No UTF-8 text begins like this, so that nothing a person writes is taken for sealed bytes."""
VERSION, AES_256_GCM = 1, 1
KEY_BYTES, ID_BYTES, NONCE_BYTES, TAG_BYTES = 32, 8, 12, 16
STEP = 256
"""Words are padded to this step: a length tells what was written."""
_HEAD = len(MAGIC) + 2 + ID_BYTES
_LENGTH = 4
_LONGEST = 2**24


def seal(key: bytes, key_id: bytes, plain: bytes, bound: Sequence[str], nonce: bytes) -> bytes:
    """`bound`: what must be the same when it is opened. A nonce may never come twice with one key."""
    if len(key) != KEY_BYTES or len(key_id) != ID_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError("a key has 32 bytes, its id 8 and a nonce 12")
    if len(plain) > _LONGEST:
        raise ValueError("too long to be sealed in one piece")
    head = MAGIC + bytes((VERSION, AES_256_GCM)) + key_id
    return head + nonce + AESGCM(key).encrypt(nonce, _padded(plain), _bound(head, bound))


def unseal(key: bytes, sealed: bytes, bound: Sequence[str]) -> bytes:
    """The words. Raises Unreadable for anything else than what `seal` made with this key and this binding."""
    key_of(sealed)
    head, nonce, box = sealed[:_HEAD], sealed[_HEAD : _HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES :]
    try:
        padded = AESGCM(key).decrypt(nonce, box, _bound(head, bound))
    except InvalidTag:
        raise Unreadable("it was changed, moved, or sealed with another key") from None
    length = int.from_bytes(padded[:_LENGTH], "big")
    plain = padded[_LENGTH : _LENGTH + length]
    if padded != _padded(plain):
        raise Unreadable("its padding is not as this format has it")
    return plain


def key_of(sealed: bytes) -> bytes:
    """The id of the key that opens it. Raises Unreadable for what has another form."""
    if not is_sealed(sealed):
        raise Unreadable("it is not sealed")
    version, algorithm = sealed[len(MAGIC) : len(MAGIC) + 2].ljust(2, b"\0")
    if version != VERSION:
        raise Unreadable(f"it has version {version} of the format, and this release knows {VERSION}")
    if algorithm != AES_256_GCM:
        raise Unreadable(f"it names algorithm {algorithm}, and this release knows {AES_256_GCM}")
    if len(sealed) < _HEAD + NONCE_BYTES + STEP + TAG_BYTES or (len(sealed) - _HEAD - NONCE_BYTES - TAG_BYTES) % STEP:
        raise Unreadable("a part of it is missing")
    return sealed[_HEAD - ID_BYTES : _HEAD]


def is_sealed(held: bytes) -> bool:
    """By its first bytes alone."""
    return held.startswith(MAGIC)


def _padded(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(_LENGTH, "big") + plain
    return framed + bytes(-len(framed) % STEP)


def _bound(head: bytes, bound: Sequence[str]) -> bytes:
    """Each part with its length, so that no two lists become the same bytes."""
    parts = [head, *(part.encode() for part in bound)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
