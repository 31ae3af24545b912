"""The SHA-256 of every pinned package, from pip's own report of what it would install here.

    make hashes        on Linux on x86-64 with Python 3.11, which is what the image runs on

PyTorch is left out: its CPU build has another file, and so another hash, than the one on the package index.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HEAD = """\
# The SHA-256 of each package in constraints.txt as a file for Linux on x86-64 with Python 3.11, all but torch.
# Install torch first, then:   pip install --require-hashes --no-deps -r requirements.hashes.txt
# Made by tests/supply/hashes.py, which says how.
"""


def lines(report: dict[str, Any]) -> list[str]:
    found = []
    for one in report["install"]:
        about, archive = one["metadata"], one["download_info"]["archive_info"]
        found.append(f"{about['name']}=={about['version']} --hash=sha256:{archive['hashes']['sha256']}")
    return sorted(found, key=str.lower)


if __name__ == "__main__":
    print(HEAD + "\n".join(lines(json.loads(Path(sys.argv[1]).read_text("utf-8")))))
