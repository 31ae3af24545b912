"""Known weaknesses of the pinned packages, and a failure when nobody could say.

The tool that is asked passes when it could look nothing up; so every pin has to come back as looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "constraints.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)$", re.MULTILINE)
_SECONDS = 600


def pinned(text: str) -> dict[str, str]:
    """Names, written as registries compare them, with their versions."""
    return {plain(name): version for name, version in _PIN.findall(text)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def verdict(code: int, answer: str, pins: dict[str, str]) -> list[str]:
    """What is wrong, one line each; empty when every pin was looked up and none has a known weakness."""
    try:
        told: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["No answer: the advisory data could not be reached, so nothing was checked. Try again with a network."]
    wrong = [f"{one['name']}: not checked ({one['skip_reason']})" for one in told if one.get("skip_reason")]
    looked_at = {plain(one["name"]) for one in told if not one.get("skip_reason")}
    known = {plain(one["name"]) for one in told}
    wrong += [f"{name}: not checked (left out of the answer)" for name in pins if name not in known]
    for one in told:
        wrong += [f"{one['name']} {one['version']}: {weak['id']}" for weak in one.get("vulns") or []]
    if code and not wrong:
        wrong.append(f"The check ended with {code} and did not say why. Nothing can be relied on.")
    return wrong if looked_at or wrong else ["Nothing was checked."]


def main() -> int:
    pins = pinned(PINS.read_text("utf-8"))
    command = [sys.argv[1], "--strict", "--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
    asked = subprocess.run([*command, "-r", str(PINS)], capture_output=True, text=True, timeout=_SECONDS, check=False)
    wrong = verdict(asked.returncode, asked.stdout, pins)
    print("\n".join(wrong or [f"{len(pins)} pinned packages were looked up; none has a known weakness."]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
