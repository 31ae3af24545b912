"""The key-encryption key is read from one place, or the reason why not is named without quoting it."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from bot.errors import Locked
from bot.vault import kek, key_file
from bot.vault.kek import Purpose

SECRET, NEXT = bytes(range(32)), bytes(range(1, 33))
AS_BASE64 = base64.b64encode(SECRET).decode()


def laid(folder: Path, text: str | bytes, mode: int = 0o400) -> Path:
    path = folder / "cohortbook.key"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "text",
    [
        AS_BASE64,
        f"{AS_BASE64}\n",
        f"{AS_BASE64}\r\n",
        SECRET.hex(),
        SECRET.hex().upper() + "\n",
        f"# ours\n{AS_BASE64}",
    ],
)
def test_a_key_is_base64_or_hex(tmp_path: Path, text: str) -> None:
    """As tools print it, an end of line included."""
    assert [one.fingerprint for one in key_file.read(laid(tmp_path, text))] == [kek.derive(SECRET).fingerprint]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "holds no key"),
        ("\n# nothing yet\n", "holds no key"),
        (base64.b64encode(bytes(16)).decode(), "a key of another length"),
        (bytes(16).hex(), "a key of another length"),
        (AS_BASE64[:-4], "a key of another length"),
        ("not a key at all!", "neither base64 nor hex"),
        (SECRET, "neither base64 nor hex"),
        (bytes(range(200, 232)), "is not text"),
        (f"{AS_BASE64}\n{SECRET.hex()}", "the same key twice"),
        (f"{AS_BASE64}\n" * 20, "more than 10 keys"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, text: str | bytes, cause: str) -> None:
    """The message says what is wrong and what to do, and holds no part of the key."""
    with pytest.raises(Locked, match=cause) as refusal:
        key_file.read(laid(tmp_path, text))
    assert "Nothing was lost or changed." in str(refusal.value)
    assert AS_BASE64[:8] not in str(refusal.value)


def test_a_missing_file_and_a_folder_in_its_place_are_told_apart(tmp_path: Path) -> None:
    """Neither is taken for an invitation to make a key."""
    with pytest.raises(Locked, match="is missing"):
        key_file.read(tmp_path / "cohortbook.key")
    with pytest.raises(Locked, match="cannot be read"):
        key_file.read(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o420, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that mends it."""
    with pytest.raises(Locked, match="chmod 400"):
        key_file.read(laid(tmp_path, AS_BASE64, mode))


def test_the_first_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Whole under its name, with nothing left beside it."""
    path = tmp_path / "key" / "cohortbook.key"
    made = key_file.write_first(path, lambda count: SECRET[:count])
    assert [one.fingerprint for one in key_file.read(path)] == [made.fingerprint]
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_key_is_never_made_over_another_file(tmp_path: Path) -> None:
    """Whatever that file holds."""
    path = laid(tmp_path, "somebody's only key")
    with pytest.raises(Locked, match="no new key was made"):
        key_file.write_first(path, lambda count: SECRET)
    assert path.read_text() == "somebody's only key"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_key_comes_before_the_old_and_the_old_can_go(tmp_path: Path) -> None:
    """Remarks of the operator stay."""
    path = laid(tmp_path, f"# made in January\n{AS_BASE64}\n")
    key_file.add(path, lambda count: NEXT)
    old, new = kek.derive(SECRET).fingerprint, kek.derive(NEXT).fingerprint
    assert [one.fingerprint for one in key_file.read(path)] == [new, old]
    key_file.drop(path, [old])
    assert [one.fingerprint for one in key_file.read(path)] == [new]
    assert "# made in January" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_each_purpose_has_a_key_of_its_own() -> None:
    """And the name of the generation is none of them."""
    made = kek.derive(SECRET)
    keys = {made.key(one) for one in Purpose}
    assert len(keys) == len(Purpose)
    assert SECRET not in keys
    assert not any(made.fingerprint in key for key in keys)


def test_a_process_can_be_given_one_purpose_alone() -> None:
    """The others cannot be had from what it holds."""
    shared = kek.derive(SECRET).only(Purpose.SHARED)
    assert shared.key(Purpose.SHARED) == kek.derive(SECRET).key(Purpose.SHARED)
    with pytest.raises(Locked, match="not given the keys"):
        shared.key(Purpose.PRIVATE)


def test_printing_a_key_shows_its_name_alone() -> None:
    """In a log, a traceback or a debugger."""
    made = kek.derive(SECRET)
    for purpose in Purpose:
        assert repr(made.key(purpose)) not in repr(made)
    assert "fingerprint" in repr(made)


def test_the_derivation_is_what_the_document_says() -> None:
    """Keys of an older release must come out the same for ever."""
    made = kek.derive(bytes(32))
    assert made.fingerprint.hex() == "c8276c9f54483993"
    assert made.key(Purpose.PRIVATE).hex() == "a4dae7d0024c722517cf5b0e5f6363affe2c862d0530c3a9cb7934419e841d2c"
