"""Writes the published examples of the sealed format: `python -m tests.vault.vectors`.

What has landed is never written again: somebody may hold rows that look like it.
"""

from __future__ import annotations

import json
from pathlib import Path

from bot.vault import envelope

FILE = Path(__file__).parent / "envelope-vectors.json"
_KEY, _ID, _NONCE = bytes(range(32)), bytes(range(100, 108)), bytes(range(200, 212))
_BOUND = ["entry", "tenant", "cohort", "person"]


def made() -> dict[str, object]:
    opens = []
    for name, words, bound in (
        ("one line", b"A colleague spoke over a parent.", _BOUND),
        ("nothing", b"", _BOUND),
        ("bound to nothing", b"words", []),
        ("bound to an empty part", b"words", [""]),
        ("other writing", "Ngày mai tôi sẽ hỏi. 明日".encode(), ["entry", "Đà Nẵng"]),
        ("the longest that fits one step", b"x" * 252, _BOUND),
        ("one more than that", b"x" * 253, _BOUND),
    ):
        sealed = envelope.seal(_KEY, _ID, words, bound, _NONCE)
        opens.append({"name": name, "bound": bound, "words": words.hex(), "sealed": sealed.hex()})
    good = envelope.seal(_KEY, _ID, b"words", _BOUND, _NONCE)
    fails = [
        {"name": name, "bound": bound, "sealed": sealed.hex()}
        for name, sealed, bound in (
            ("empty", b"", _BOUND),
            ("plain words", b'{"answers": {}, "step": ""}', _BOUND),
            ("the magic alone", envelope.MAGIC, _BOUND),
            ("another magic", b"\xcbCBX" + good[4:], _BOUND),
            ("version 2", good[:4] + b"\x02" + good[5:], _BOUND),
            ("version 255", good[:4] + b"\xff" + good[5:], _BOUND),
            ("algorithm 0", good[:5] + b"\x00" + good[6:], _BOUND),
            ("algorithm 2", good[:5] + b"\x02" + good[6:], _BOUND),
            ("another key id", good[:6] + bytes(8) + good[14:], _BOUND),
            ("another nonce", good[:14] + bytes(12) + good[26:], _BOUND),
            ("one bit of the words", good[:26] + bytes((good[26] ^ 1,)) + good[27:], _BOUND),
            ("one bit of the tag", good[:-1] + bytes((good[-1] ^ 128,)), _BOUND),
            ("a byte cut off", good[:-1], _BOUND),
            ("a byte added", good + b"\x00", _BOUND),
            ("a step cut out", good[:26], _BOUND),
            ("another row", good, ["entry", "tenant", "cohort", "other"]),
            ("a part left out", good, _BOUND[:-1]),
            ("a part added", good, [*_BOUND, ""]),
            ("the same letters, parted elsewhere", good, ["entryt", "enant", "cohort", "person"]),
            ("two parts exchanged", good, ["tenant", "entry", "cohort", "person"]),
        )
    ]
    return {
        "format": "cohortbook sealed 1",
        "key": _KEY.hex(),
        "key_id": _ID.hex(),
        "nonce": _NONCE.hex(),
        "opens": opens,
        "must_fail": fails,
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), indent=2) + "\n", "utf-8")
