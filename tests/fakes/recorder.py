"""A chat platform that only remembers: what a new platform needs at the very least.

It stands in a folder of its own in the tests, so that the recipe for adding a platform is itself tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import Refused, Shut
from bot.messages import Address, Outgoing, Person
from bot.platforms import Clock

WORKSPACE = "room"
PEOPLE = {
    "renata": ("Renata Aguilar", "America/Denver"),
    "kwame": ("Kwame Osei-Tutu", "America/New_York"),
    "thanh-mai": ("Thanh-Mai Pham", "America/Chicago"),
    "yusuf": ("Yusuf Demirci", "America/Los_Angeles"),
    "leilani": ("Leilani Kealoha", "Pacific/Honolulu"),
    "aroha": ("Aroha Ngata", "Pacific/Auckland"),
    "imani": ("Imani Brooks", "America/New_York"),
}


@dataclass
class Delivered:
    address: Address
    outgoing: Outgoing
    key: str
    ref: str
    gone: bool = False


@dataclass
class Recorder:
    name: str
    delivered: list[Delivered] = field(default_factory=list)
    people: dict[str, tuple[str, str]] = field(default_factory=lambda: dict(PEOPLE))
    guests: set[str] = field(default_factory=set)
    answers_with: list[Exception] = field(default_factory=list)
    """Faults of the next sends; each is raised once, before anything is posted."""
    closed: dict[str, Exception] = field(default_factory=dict)
    """Person to what every message to them raises."""
    knocks: list[str] = field(default_factory=list)
    """Whom every message was tried at, arrived or not."""
    lost_answers: int = 0
    """How many next sends are posted while their answer is lost."""
    left: set[str] = field(default_factory=set)
    """Whose accounts are closed."""
    away: set[str] = field(default_factory=set)
    """Who is not in the channel."""
    shut: bool = False
    """The channel takes nothing."""
    removed: bool = False
    """The bot was taken out."""
    tells_presence: bool = False
    forgotten: list[Address] = field(default_factory=list)
    cannot_delete: bool = False
    grouped: dict[str, list[str]] = field(default_factory=dict)
    """Groups of people by their name."""

    def who(self, person: str) -> Address:
        return Address(self.name, WORKSPACE, "person", person)

    @property
    def channel(self) -> Address:
        return Address(self.name, WORKSPACE, "channel", "sample-cohort")

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        self.knocks.append(address.id)
        if self.answers_with:
            raise self.answers_with.pop(0)
        if address.id in self.closed:
            raise self.closed[address.id]
        if self.shut and address == self.channel:
            raise Shut("this channel is archived", "closed")
        ref = f"1|{self.name}|{len(self.delivered)}"
        self.delivered.append(Delivered(address, outgoing, key, ref))
        if self.lost_answers:
            self.lost_answers -= 1
            from bot.errors import Unknown

            raise Unknown("the answer was lost")
        return ref

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        self._at(ref).outgoing = outgoing

    async def delete(self, ref: str) -> None:
        if self.cannot_delete:
            raise Refused("it is too old to be deleted")
        self._at(ref).gone = True

    async def find(self, address: Address, key: str) -> str | None:
        return next((one.ref for one in self.delivered if one.address == address and one.key == key), None)

    async def person(self, who: Address) -> Person:
        if who.id not in self.people:
            raise Refused("nobody of that name")
        name, zone = self.people[who.id]
        return Person(name, zone, active=who.id not in self.left, guest=who.id in self.guests)

    async def forget(self, address: Address) -> None:
        self.forgotten.append(address)

    async def members(self, where: Address) -> Sequence[Address]:
        return [self.who(one) for one in self.people if one not in self.away]

    async def writable(self, where: Address) -> bool:
        return not self.shut

    async def installed(self, workspace: str) -> bool:
        return not self.removed

    async def groups(self, workspace: str) -> Sequence[tuple[str, str]]:
        return [(name, name) for name in self.grouped]

    async def in_group(self, workspace: str, group: str) -> Sequence[Address]:
        if group not in self.grouped:
            raise Refused("there is no such group")
        return [self.who(one) for one in self.grouped[group]]

    def _at(self, ref: str) -> Delivered:
        return next(one for one in self.delivered if one.ref == ref)

    def to(self, address: Address) -> list[Outgoing]:
        return [one.outgoing for one in self.delivered if one.address == address and not one.gone]


def create(settings: Mapping[str, object], folder: Path, clock: Clock) -> Recorder:
    return Recorder("recorder")
