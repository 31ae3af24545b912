"""What goes to Slack with somebody who installs the bot, and must come back: in the same browser, and soon.

Nothing is kept until they come back, so that looking at the page fills no table. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import Enum

LASTS_SECONDS = 600
_SHAPE = re.compile(r"(\d{1,12})\.([\w-]{16,64})\.([0-9a-f]{64})", re.ASCII)


class Wrong(Enum):
    ELSEWHERE = "not begun here, or in another browser"
    LATE = "begun too long ago"


def issue(secret: str, browser: str, now: float, nonce: str) -> str:
    """`secret`: known to whoever runs the app alone; `browser`: what its cookie says."""
    begun = f"{int(now)}.{nonce}"
    return f"{begun}.{_mark(secret, browser, begun)}"


def read(secret: str, browser: str, state: str, now: float) -> str | Wrong:
    """The nonce, which is good for one use."""
    found = _SHAPE.fullmatch(state)
    if not found or not browser:
        return Wrong.ELSEWHERE
    begun, nonce, mark = found[1], found[2], found[3]
    if not hmac.compare_digest(_mark(secret, browser, f"{begun}.{nonce}"), mark):
        return Wrong.ELSEWHERE
    return nonce if abs(now - int(begun)) <= LASTS_SECONDS else Wrong.LATE


def _mark(secret: str, browser: str, begun: str) -> str:
    said = f"cohortbook install\n{begun}\n{browser}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
