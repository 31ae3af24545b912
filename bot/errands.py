"""The words between who takes rows (`bot.lanes`), who runs with them (`bot.sender`) and who settles them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from bot.messages import Address
from bot.outbox import Row
from bot.pace import FLOOR, Pace

LaneKey: TypeAlias = tuple[str, str]
"""(tenant, lane)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things may take, in seconds of the machine's clock, and how much is taken at once."""

    lease: float = 60
    timeout: float = 10
    """Of one call to a platform."""
    margin: float = 1
    look_after: float = 30
    """A message without a clear answer is looked for this long after its last try."""
    looks: int = 5
    """When so many looks had no answer, nobody can know whether it arrived."""
    faults: int = 8
    """After so many errors of our own over one message it is given up, and told."""
    ahead: float = 1
    """A lane takes what its pace lets it send in this time."""
    most: int = 8
    """Messages of one lane that are on their way at once."""
    lanes: int = 200
    """In the hands of one process."""
    again_when_unknown: frozenset[str] = frozenset({"prompt"})
    """Kinds that are sent again when nobody can know; the others wait for a person."""

    def __post_init__(self) -> None:
        if self.lease < 2 * (self.timeout + self.margin):
            raise ValueError("a lease must cover two calls to a platform, or nothing would ever be sent")


@dataclass(frozen=True, slots=True)
class Manners:
    """What a platform says of itself to whoever sends."""

    rate: float | None = math.inf
    """Messages a second that a lane takes; None when the platform does not tell."""
    repeats_safely: float = 0
    """For so many seconds a second message with the same key is taken for the first."""
    first_rate: float = FLOOR
    """At which learning begins, in a lane of which nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A row in our hands: to send, or to look for."""

    row: Row
    address: Address | None
    start: float = 0
    """Seconds from the turn in which it was taken; its lane's pace."""
    look: bool = False
    door: str = ""
    """What is known of the recipient's private messages; see `bot.store.doors`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an errand. `state` is the row's next one."""

    errand: Errand
    state: str
    ref: str | None = None
    sent_at: datetime | None = None
    reason: str = ""
    due: datetime | None = None
    """It is due at another moment of the calendar."""
    pause: float | None = None
    """The platform asked the lane to wait so many seconds."""
    rest: float = 0
    """This row alone is left alone for so many seconds."""
    asked: bool = False
    """The platform was asked to do something, which counts against its limit."""
    counts: bool = False
    """A look that had no answer; after some of these nobody can know."""
    hopeless: bool = False
    """It cannot be looked for at all."""
    door: str = ""
    """What this showed of the recipient's private messages; empty for nothing new."""
    fault: bool = False
    """An error of our own, which nobody foresaw."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lane in our hands."""

    fence: int
    pace: Pace
    in_hand: frozenset[str] = frozenset()
    """Keys of the rows that are being sent or looked for. A process that stood still may find one of them due for
    a look again, while the answer to the first look is still to be read."""
    pause: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    held: Mapping[LaneKey, Held]
    errands: Sequence[Errand] = field(default_factory=list)
    missed: Sequence[Row] = field(default_factory=list)


def manners_of(manners: Mapping[str, Manners], lane: str) -> Manners:
    """Those of the platform that a lane belongs to."""
    return manners.get(lane.partition(":")[0], Manners())
