"""One worker's hands on the lanes, moved step by step, and the rows that they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select

from bot import lanes
from bot.errands import Errand, Held, LaneKey, Manners, Outcome, Terms
from bot.messages import Address
from bot.outbox import Intent
from bot.store import Store, tables

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)
TERMS = Terms()


class Hands:
    """`at` is the machine's clock, which stands still until it is told to go on."""

    def __init__(
        self,
        store: Store,
        who: str = "one",
        *,
        rate: float | None = float("inf"),
        repeats_safely: float = 0,
        terms: Terms = TERMS,
    ) -> None:
        self.store = store
        self.who = who
        self.terms = terms
        self.manners = {"toy": Manners(rate, repeats_safely)}
        self.held: Mapping[LaneKey, Held] = {}
        self.at = NOW
        self.missed: list[str] = []

    def turn(self, *outcomes: Outcome, now: datetime = NOW, later: float = 0) -> list[Errand]:
        """`later`: seconds that go by on the machine's clock before."""
        self.at += timedelta(seconds=later)
        with self.store.begin() as tx:
            turn = lanes.turn(tx, self.who, self.held, outcomes, self.manners, now, self.at, self.terms)
        self.held = turn.held
        self.missed += [row.key for row in turn.missed]
        return list(turn.errands)


def sent(errand: Errand, ref: str = "1|toy|1") -> Outcome:
    return Outcome(errand, "sent", ref=ref, sent_at=NOW, asked=True)


def back(errand: Errand, state: str = "ready", **more: object) -> Outcome:
    return Outcome(errand, state, **more)  # type: ignore[arg-type]


def intent(
    recipient: str = "renata",
    kind: str = "prompt",
    due: datetime = NOW,
    expires: datetime | None = None,
    number: int = 1,
) -> Intent:
    return Intent("t", "c", kind, number, recipient, due, expires=expires)


def people(tx: Connection, *names: str, workspace: str = "room", tenant: str = "t") -> None:
    """People with a door each in one workspace."""
    if tx.execute(select(tables.tenant).where(tables.tenant.c.tenant == tenant)).first() is None:
        tx.execute(insert(tables.tenant).values(tenant=tenant, created_at=NOW))
    for name in names:
        tx.execute(insert(tables.person).values(tenant=tenant, person=name, name=name, zone="UTC", created_at=NOW))
        address = Address("toy", workspace, "person", name)
        tx.execute(insert(tables.account).values(tenant=tenant, address=str(address), person=name))


def states(tx: Connection) -> dict[str, str]:
    return {f"{row.recipient} {row.kind}": row.state for row in tx.execute(select(tables.outbox))}


def keys(errands: Sequence[Errand]) -> list[tuple[str, str]]:
    return [(one.row.intent.recipient, one.row.intent.kind) for one in errands]
