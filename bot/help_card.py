"""The help card. Fixed words that a person wrote; nothing generated follows, and nothing is passed on.

Owner: the program director. The numbers were last reviewed on 2026-11-21 and are due again in a year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.messages import Option, Outgoing
from index.topics import CHILD, CRISIS, topic_of

_SIGNS = re.compile(
    r"\b(kill(ing)? myself|suicid\w*|end (my life|it all)|hurt(ing)? myself|harm(ing)? myself|self[- ]harm|"
    r"want to die|better off dead|can('|no|’)?t go on( any ?more)?|no reason to live|"
    r"being (hurt|hit|beaten|abused) at home|abus(ed|ing) (me|her|him|them))\b",
    re.IGNORECASE,
)


def shows_signs(text: str) -> bool:
    """Announced in the privacy text. A miss is possible, so the button is always there too."""
    return bool(_SIGNS.search(text)) or topic_of(text) in (CRISIS, CHILD)


def card(contacts: Sequence[str]) -> Outgoing:
    own = "".join(f"\n• {line}" for line in contacts)
    return Outgoing(
        "If you or somebody else may be in danger now, call your local emergency number (911 in the US).\n\n"
        "• In the US, call or text 988 at any hour: the Suicide & Crisis Lifeline. findahelpline.com lists "
        "lines in other countries.\n"
        "• If a child may be at risk, follow your local reporting procedure now. Please do not write details here."
        f"{own}\n\n"
        "I am a bot and cannot judge or advise. What you wrote was not kept and nobody was told.",
        title="You do not have to carry this alone",
        options=(Option("I would like a person to contact me", "requests.open"),),
    )
