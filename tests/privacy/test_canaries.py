"""What people write is in no log, no number, no temporary file and no message, whatever they do and whatever breaks."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zipfile
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.privacy import places
from tests.privacy.canaries import SECRET, SPOKEN, Flock, searched, seen
from tests.privacy.ears import wide_open
from tests.privacy.places import PLACES
from tests.privacy.wanderer import ACTIONS, COMMANDS, Wanderer
from tests.prove import Proof
from tests.test_teams import make, offer, seat
from tests.town import Town, open_town
from tests.ways import MEMBERS, first_week

_SELDOM = 20
"""Buttons and forms that a wanderer may not meet in a few towns, such as a message that came too late."""


def test_a_canary_is_found_in_every_disguise() -> None:
    """The search itself: text in four encodings, hex, base64 at any place, and what is compressed twice."""
    text = Flock().sentence()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", text * 3)
    disguises = [
        *(text.encode(name) for name in ("utf-8", "utf-16", "utf-16-be", "utf-32")),
        text.encode().hex().encode(),
        text.encode().hex().upper().encode(),
        *(base64.b64encode(b"x" * shift + text.encode()) for shift in range(6)),
        b"before" + gzip.compress(text.encode()) + b"after",
        b"before" + zlib.compress(gzip.compress(text.encode() * 9)),
        packed.getvalue(),
    ]
    for at, disguise in enumerate(disguises):
        assert seen(disguise, SECRET), at
        assert not seen(disguise, SPOKEN), at
    assert not seen(b"\x1f\x8b\x08 nothing" + bytes(range(256)) * 40, SECRET, SPOKEN)


@asynccontextmanager
async def house_of_canaries(folder: Path, index: Path, teams: bool) -> AsyncIterator[tuple[Town, Path]]:
    """A town in its first week, or one with teams in their second month, and the folder of its temporary files."""
    with places.own_temporary(folder / "temporary") as temporary:
        async with open_town(folder, index) as town:
            if teams:
                await second_month(town)
            else:
                await first_week(town)
            yield town, temporary


async def second_month(town: Town) -> None:
    """Two teams; some have joined, and some were offered a place and have not answered."""
    await town.found_cohort(MEMBERS, program="lern")
    await town.until("day")
    await town.start(*MEMBERS)
    for kind, name, joins, waits in (
        ("District team", "Alder County", MEMBERS[:3], MEMBERS[5:]),
        ("District team", "Birch County", MEMBERS[3:5], MEMBERS[:1]),
    ):
        await make(town, kind, name)
        await seat(town, name, joins)
        await offer(town, name, waits)
    for _ in range(5):
        await town.until("week")


async def wandered(folder: Path, index: Path, steps: int, seed: int, out: io.StringIO) -> tuple[Counter[str], Flock]:
    """After somebody tried everything: each place that is on was searched and held nothing."""
    flock, chance = Flock(), random.Random(seed)  # noqa: S311 - the same walk every time
    async with house_of_canaries(folder, index, teams=seed % 2 == 0) as (town, temporary):
        keeping = Wanderer(town, flock, chance)
        await keeping.wander(steps)
        found = {
            places.MESSAGES: [("messages", places.messages(town))],
            places.OUTBOX: [("keys", places.keys(town))],
            places.DATABASE: [*searched(town.house.settings.data)],
        }
        giving = Wanderer(town, flock, chance, never=())
        await giving.wander(steps // 4)
        found |= {
            places.NUMBERS: [("pages", await places.numbers(town))],
            places.DOOR: [("answers", await places.door_answers(town, folder))],
            places.BACKUP: [*searched(folder / "copies")],
            places.TEMPORARY: [*searched(temporary)],
            places.INDEX: [*searched(town.house.settings.index_folder)],
        }
    found[places.LOG] = [("log", out.getvalue().encode())]
    for place in PLACES:
        for name, data in found.get(place, []) if place.on else []:
            assert not seen(data, *place.never), (place.name, name, seen(data, *place.never))
    return keeping.did + giving.did, flock


@pytest.mark.model
async def test_a_wanderer_leaves_no_word_behind(
    tmp_path: Path, index_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some dozens of canaries through whatever comes up, with every logger open."""
    with wide_open() as out:
        did, flock = await wandered(tmp_path, index_folder, 60, 3, out)
    assert "answered action=" in out.getvalue()
    assert len(flock.planted) > 40
    assert len(did) > 25
    assert not seen("".join(capfd.readouterr()).encode(), *places.STREAMS.never)


@pytest.mark.prove(21)
@pytest.mark.model
async def test_a_thousand_canaries_through_every_feature(
    tmp_path: Path, index_folder: Path, capfd: pytest.CaptureFixture[str], proof: Proof
) -> None:
    """No canary that went through any feature is found where it does not belong."""
    did: Counter[str] = Counter()
    planted = seed = 0
    with wide_open() as out:
        while planted < 1000 or len(did) < len(ACTIONS) + len(COMMANDS) - _SELDOM:
            seed += 1
            assert seed < 12, f"never done: {sorted(ACTIONS - did.keys())}"
            found, flock = await wandered(tmp_path / str(seed), index_folder, 150, seed, out)
            did += found
            planted += len(flock.planted)
    assert {f"/{name}" for name in COMMANDS} <= did.keys()
    streams = "".join(capfd.readouterr())
    assert not seen(streams.encode(), *places.STREAMS.never)
    with capfd.disabled():
        print(f"\nnever pressed or sent: {sorted(ACTIONS - did.keys())}")
        print(f"{did.total()} acts of {len(did)} kinds in {seed} towns")
    proof(f"{planted:,} canaries, {len(did)} kinds of acts", "0 found", "0 of 1,000", planted >= 1000)
