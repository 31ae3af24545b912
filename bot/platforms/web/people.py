"""Who lives in the playground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bot.errors import ContentError
from bot.messages import Address

PLATFORM = "web"
WORKSPACE = "playground"
KEYS = {"id", "name", "zone", "role", "answers", "facilitator"}


@dataclass(frozen=True, slots=True)
class PersonCard:
    """One of the people that a visitor of the page can be."""

    address: Address
    name: str
    zone: str
    """IANA zone name."""
    role: str
    """One short line."""
    answers: bool = False
    """Answers without help whenever the clock moves."""
    facilitator: bool = False

    @property
    def id(self) -> str:
        return self.address.id


def load_people(path: Path) -> tuple[PersonCard, ...]:
    entries = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(entries, Sequence) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ContentError(f"{path}: a list of people is expected, each with id, name, zone and role.")
    people = tuple(_card(path, entry) for entry in entries)
    if not people or len({card.id for card in people}) != len(people):
        raise ContentError(f"{path}: give every person an id of their own.")
    return people


def _card(path: Path, entry: Mapping[str, object]) -> PersonCard:
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        raise ContentError(f"{path}: {', '.join(unknown)} is not known here; use {', '.join(sorted(KEYS))}.")
    try:
        words = {key: str(entry[key]) for key in ("id", "name", "zone", "role")}
        ZoneInfo(words["zone"])
    except (KeyError, ValueError) as problem:
        raise ContentError(f"{path}: a person needs id, name, zone (IANA) and role: {problem}") from problem
    return PersonCard(
        address=Address(PLATFORM, WORKSPACE, "person", words["id"]),
        name=words["name"],
        zone=words["zone"],
        role=words["role"],
        answers=entry.get("answers") is True,
        facilitator=entry.get("facilitator") is True,
    )


def load_sentences(path: Path) -> tuple[str, ...]:
    entries = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(entries, list) or not entries:
        raise ContentError(f"{path}: a list of sentences is expected.")
    return tuple(str(entry) for entry in entries)
