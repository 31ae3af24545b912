"""A model of a power cut: what a real process asked of the system, and what of it a disk must have kept.

strace writes down every write and every sync of the process. At any moment between two of them the power may
go. What was synced by then has survived. Of what was not, the disk kept nothing, or any part: each write, or
some of its sectors, in any order. A new name in a folder survives once the folder was synced.

What the model leaves out: disks that lie about a sync, sectors that rot, a file system whose own journal fails,
and memory that was mapped rather than written (SQLite's -shm, which is thrown away after a crash anyway).
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALLS = "pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,pwritev,writev,fallocate"
_STRACE = ("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-e", "signal=none")
_LINE = re.compile(r"(\d+) +(.*)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)")
_FILE = re.compile(r"\d+<([^>]*)>")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Op:
    """write, truncate, sync or remove, in the order in which they were done."""

    what: str
    path: Path
    offset: int = 0
    data: bytes = b""
    covers: int = 0
    """A sync: how many operations had been done when it was asked for."""


def trace(folder: Path, *command: str) -> list[Op]:
    """Run Python with these words under strace; only what it did below `folder` is kept."""
    report = folder.parent / f"{folder.name}.trace"
    subprocess.run(
        [*_STRACE, "-o", str(report), sys.executable, *command],
        check=True,
        timeout=600,
    )
    return list(_read(report, folder))


def _read(report: Path, folder: Path) -> Iterator[Op]:
    begun: dict[str, tuple[str, int]] = {}
    done = 0
    with report.open() as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue
            thread, text = found.groups()
            asked = done
            if text.endswith("<unfinished ...>"):
                begun[thread] = (text.removesuffix("<unfinished ...>"), done)
                continue
            if _RESUMED.match(text):
                first, asked = begun.pop(thread)
                text = first.rstrip() + _RESUMED.sub("", text, count=1)
            op = _op(text, asked, folder)
            if op is not None:
                done += 1
                yield op


def _op(text: str, asked: int, folder: Path) -> Op | None:
    found = _CALL.match(text)
    if found is None or found[3].startswith("-"):
        return None
    call, arguments, result = found[1], found[2], int(found[3])
    path = _path(arguments)
    if path is None or not path.is_relative_to(folder) or path.name.endswith("-shm"):
        return None
    if call in ("fsync", "fdatasync"):
        return Op("sync", path, covers=asked)
    if call == "pwrite64":
        data = _bytes(arguments)[:result]
        return Op("write", path, int(arguments.rsplit(", ", 1)[1]), data)
    if call == "write":
        return Op("append", path, data=_bytes(arguments)[:result])
    if call == "ftruncate":
        return Op("truncate", path, int(arguments.rsplit(", ", 1)[1]))
    if call in ("unlink", "unlinkat"):
        return Op("remove", path)
    raise AssertionError(f"the model does not know {call}")


def _path(arguments: str) -> Path | None:
    found = _FILE.match(arguments)
    if found and "\\x" in found[1]:
        return Path(bytes.fromhex(found[1].replace("\\x", "")).decode())
    named = _HEX.search(arguments)
    if found and found[1].startswith("/") and "AT_FDCWD" not in arguments:
        return Path(found[1])
    return Path(bytes.fromhex(named[1].replace("\\x", "")).decode("utf-8", "replace")) if named else None


def _bytes(arguments: str) -> bytes:
    found = _HEX.search(arguments)
    assert found is not None, arguments[:100]
    return bytes.fromhex(found[1].replace("\\x", ""))


@dataclass
class Disk:
    """What has surely survived, and what waits for a sync, file by file."""

    kept: dict[Path, bytearray] = field(default_factory=dict)
    waiting: dict[Path, list[tuple[int, Op]]] = field(default_factory=dict)
    named: set[Path] = field(default_factory=set)
    """Files whose name the folder has kept."""
    told: list[str] = field(default_factory=list)
    """What people were told so far."""
    _done: int = 0

    def do(self, op: Op) -> None:
        if op.path.name == "told":
            self.told.append(op.data.decode().rstrip("\n"))
        elif op.what == "sync":
            self._sync(op)
        else:
            self.waiting.setdefault(op.path, []).append((self._done, op))
        self._done += 1

    def _sync(self, op: Op) -> None:
        if op.path not in self.waiting and op.path not in self.kept:  # a folder
            self.named |= {path for path in (*self.kept, *self.waiting) if path.parent == op.path}
            for path in [one for one in self.waiting if one.parent == op.path]:
                self._settle(path, op.covers, only="remove")
            return
        self._settle(op.path, op.covers)

    def _settle(self, path: Path, covers: int, only: str = "") -> None:
        held = self.kept.setdefault(path, bytearray())
        rest = []
        for number, op in self.waiting.pop(path, []):
            if number < covers and (not only or op.what == only):
                _apply(held, op, None)
                if op.what == "remove":
                    self.named.discard(path)
            else:
                rest.append((number, op))
        if rest:
            self.waiting[path] = rest

    def after_a_cut(self, chance: random.Random | None) -> dict[Path, bytes]:
        """The files at the next start. `chance`: None keeps only what was synced; else it draws from the rest."""
        found = {}
        for path in {*self.kept, *self.waiting}:
            held = bytearray(self.kept.get(path, b""))
            there = path in self.named
            if chance is not None:
                there = there or chance.random() < 0.5
                for _, op in self.waiting.get(path, []):
                    if op.what == "remove":
                        there = there and chance.random() < 0.5
                    elif chance.random() < 0.5:
                        _apply(held, op, chance)
            if there:
                found[path] = bytes(held)
        return found


def _apply(held: bytearray, op: Op, chance: random.Random | None) -> None:
    """`chance`: some sectors of the write may be missing."""
    if op.what == "remove":
        del held[:]
        return
    if op.what == "truncate":
        held[op.offset :] = bytes(max(0, op.offset - len(held)))
        return
    end = op.offset + len(op.data)
    if len(held) < end:
        held.extend(bytes(end - len(held)))
    whole = chance is None or chance.random() < 0.5
    first = op.offset // SECTOR * SECTOR
    for start in range(first, end, SECTOR):
        if whole or (chance is not None and chance.random() < 0.5):
            here, there = max(start, op.offset), min(start + SECTOR, end)
            held[here:there] = op.data[here - op.offset : there - op.offset]
