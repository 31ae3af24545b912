"""Break each guard on purpose, in a copy of the tree, and see that its test notices.

python -m tests.mutate            all of them; exits with 1 when a broken guard went unnoticed
python -m tests.mutate WORD...    only those whose name holds one of the words
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutate.guards import Guard, guards

ROOT = Path(__file__).resolve().parents[2]
_LEAVE_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", "data", "dist", ".*_cache", ".hypothesis")
_SECONDS = 300
_NOTICED = 1
"""What pytest ends with when a test failed. Anything else, such as no test found, is a fault of the list."""


def main() -> int:
    chosen = [one for one in guards() if not sys.argv[1:] or any(word in one.name for word in sys.argv[1:])]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="cohortbook-mutate-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=_LEAVE_OUT)
        for one in chosen:
            began = time.monotonic()
            said = _tried(tree, one)
            unnoticed += said != "noticed"
            print(f"{said:<12} {time.monotonic() - began:5.1f} s  {one.name}", flush=True)
    print(f"\n{len(chosen) - unnoticed} of {len(chosen)} broken guards were noticed")
    return 1 if unnoticed or not chosen else 0


def _tried(tree: Path, guard: Guard) -> str:
    file = tree / guard.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(guard.text, guard.broken, 1), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *guard.test.split()]
    try:
        ended = subprocess.run(
            command,
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "noticed"  # it hangs, which nobody would take for green
    finally:
        file.write_text(whole, "utf-8")
    if ended.returncode == _NOTICED:
        return "noticed"
    return "UNNOTICED" if ended.returncode == 0 else f"ERROR {ended.returncode}"


if __name__ == "__main__":
    sys.exit(main())
