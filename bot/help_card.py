"""The help card. Fixed words that a person wrote; nothing generated follows, and nothing is passed on.

The program director owns these words and numbers. Each country says when its numbers were last looked up, and
`cohortbook doctor` reminds when that is a year ago.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.messages import Option, Outgoing
from index.topics import CHILD, CRISIS, topic_of

OWNER = "the program director"
_GOOD_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Country:
    emergency: str
    line: str
    """Who listens, at any hour, and how to reach them."""
    checked: date


COUNTRIES = {
    "us": Country(
        "911 in the US",
        "In the US, call or text 988 at any hour, or chat at 988lifeline.org: the Suicide & Crisis Lifeline.",
        date(2026, 11, 21),
    ),
    "ca": Country(
        "911 in Canada", "In Canada, call or text 988 at any hour: the Suicide Crisis Helpline.", date(2026, 11, 22)
    ),
    "au": Country("000 in Australia", "In Australia, call 13 11 14 at any hour: Lifeline.", date(2026, 11, 22)),
}
"""Settings name those where members live. Elsewhere the card still says how to find a line."""

_SIGNS = re.compile(
    r"\b(kill(ing)? myself|suicid\w*|end (my life|it all)|hurt(ing)? myself|harm(ing)? myself|self[- ]harm|"
    r"want to die|better off dead|can('|no|’)?t go on( any ?more)?|no reason to live|"
    r"being (hurt|hit|beaten|abused) at home|abus(ed|ing) (me|her|him|them))\b",
    re.IGNORECASE,
)


def shows_signs(text: str) -> bool:
    """Announced in the privacy text. A miss is possible, so the button is always there too."""
    return bool(_SIGNS.search(text)) or topic_of(text) in (CRISIS, CHILD)


def card(contacts: Sequence[str], countries: Sequence[str] = ("us",)) -> Outgoing:
    here = [COUNTRIES[one] for one in countries]
    numbers = ", ".join(one.emergency for one in here)
    lines = "".join(f"• {one.line}\n" for one in here)
    own = "".join(f"\n• {line}" for line in contacts)
    return Outgoing(
        f"If you or somebody else may be in danger now, call your local emergency number{numbers and f' ({numbers})'}."
        f"\n\n{lines}• findahelpline.com lists lines in other countries.\n"
        "• If a child may be at risk, follow your local reporting procedure now. Please do not write details here."
        f"{own}\n\n"
        "I am a bot and cannot judge or advise. What you wrote was not kept and nobody was told.",
        title="You do not have to carry this alone",
        note=f"Numbers checked on {min(one.checked for one in here)}, for {OWNER}." if here else "",
        options=(Option("I would like a person to contact me", "requests.open"),),
    )


def overdue(countries: Sequence[str], today: date) -> list[str]:
    """Countries whose numbers nobody has looked up for a year."""
    return [one for one in countries if today - COUNTRIES[one].checked > _GOOD_FOR]
