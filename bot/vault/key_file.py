"""The file that holds the key-encryption key, for its owner alone. It is written whole or not at all."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.disk import sync
from bot.vault.envelope import KEY_BYTES
from bot.vault.kek import Kek, derive, locked, parse, secret_of


def read(path: Path) -> list[Kek]:
    """The current one first, then those that it replaces. Raises Locked with the cause; a key is never quoted."""
    return parse(_private_text(path), f"The key file {path}")


def write_first(path: Path, random: Callable[[int], bytes]) -> Kek:
    """A new key where there is none; never over another file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = random(KEY_BYTES)
    part = _written(path, [_line(secret)])
    try:
        os.link(part, path)  # unlike a renaming, this does not replace what came there meanwhile
    except FileExistsError:
        raise locked(f"There is a file at {path} already, so no new key was made") from None
    finally:
        part.unlink()
    sync(path.parent)
    return derive(secret)


def add(path: Path, random: Callable[[int], bytes]) -> Kek:
    """A new current key before those that the file holds."""
    before = [line for line in _private_text(path).splitlines() if line.strip()]
    secret = random(KEY_BYTES)
    _replace(path, [_line(secret), *before])
    return derive(secret)


def drop(path: Path, fingerprints: Iterable[bytes]) -> None:
    """Take these keys out of the file. What they wrapped cannot be opened by anybody after this."""
    gone = set(fingerprints)
    left = []
    for line in _private_text(path).splitlines():
        words = line.partition("#")[0].split()
        kept = [word for word in words if derive(secret_of(word, str(path))).fingerprint not in gone]
        left += [line] if kept == words else [" ".join(kept)] if kept else []
    _replace(path, left)


def _line(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _private_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            held = file.read(100_000)
    except FileNotFoundError:
        raise locked(f"The key file {path} is missing") from None
    except OSError as problem:
        raise locked(f"The key file {path} cannot be read ({problem.strerror})") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise locked(f"The key file {path} can be read or changed by others than its owner; run: chmod 400 {path}")
    try:
        return held.decode()
    except UnicodeDecodeError:
        raise locked(f"The key file {path} is not text; write the key in base64 or hex") from None


def _replace(path: Path, lines: list[str]) -> None:
    _written(path, lines).replace(path)
    sync(path.parent)


def _written(path: Path, lines: list[str]) -> Path:
    """A file beside it that is whole and on the disk, for its owner alone."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    file = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
    try:
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write("".join(f"{line}\n" for line in lines))
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        part.unlink()
        raise
    return part
