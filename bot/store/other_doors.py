"""People who use two chats: one account is where their messages go, the others are where they may come in as well."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot import outbox
from bot.messages import Address
from bot.store.tables import account, lane_name, other_door
from bot.store.tables import outbox as rows


def main(tx: Connection, home: str, who: str) -> Address | None:
    """Where their messages go."""
    found = tx.execute(
        select(account.c.address).where(account.c.tenant == home, account.c.person == who).order_by(account.c.address)
    ).scalar()
    return Address.parse(found) if found else None


def others(tx: Connection, home: str, who: str) -> list[Address]:
    found = tx.execute(
        select(other_door.c.address)
        .where(other_door.c.tenant == home, other_door.c.person == who)
        .order_by(other_door.c.address)
    )
    return [Address.parse(one) for one in found.scalars()]


def everywhere(tx: Connection, home: str, who: str) -> list[Address]:
    """All their accounts; the first is where messages go."""
    first = main(tx, home, who)
    return [*([first] if first else []), *others(tx, home, who)]


def in_chat_of(tx: Connection, home: str, who: str, near: Address) -> Address | None:
    """Their account in the workspace of another address."""
    return next((one for one in everywhere(tx, home, who) if same_chat(one, near)), None)


def same_chat(one: Address, other: Address) -> bool:
    return (one.platform, one.workspace) == (other.platform, other.workspace)


def add(tx: Connection, home: str, who: str, address: Address) -> None:
    tx.execute(insert(other_door).values(tenant=home, address=str(address), person=who))


def on_its_way(tx: Connection, home: str, who: str) -> bool:
    """Whether something was sent to them and nobody knows yet whether it arrived."""
    mine = (rows.c.tenant == home, rows.c.recipient == who, rows.c.channel.is_(False))
    open_ = rows.c.state.in_((outbox.SENDING, outbox.UNKNOWN))
    return tx.execute(select(rows.c.key).where(*mine, open_).limit(1)).first() is not None


def prefer(tx: Connection, home: str, who: str, address: Address) -> None:
    """From now on their messages go to this one of their other accounts. What waits for them goes there too."""
    before = main(tx, home, who)
    tx.execute(delete(other_door).where(*_this(home, address)))
    tx.execute(delete(account).where(account.c.tenant == home, account.c.person == who))
    tx.execute(insert(account).values(tenant=home, address=str(address), person=who))
    if before is not None:
        add(tx, home, who, before)
    lane = lane_name(str(address))
    outbox.open_lanes(tx, {(home, lane)})
    waiting = rows.c.state.in_((outbox.READY, outbox.HELD))
    mine = (rows.c.tenant == home, rows.c.recipient == who, rows.c.channel.is_(False))
    tx.execute(update(rows).where(*mine, waiting, rows.c.ref.is_(None)).values(lane=lane))


def let_go(tx: Connection, home: str, address: Address) -> None:
    tx.execute(delete(other_door).where(*_this(home, address)))


def move(tx: Connection, home: str, before: str, after: str) -> None:
    tx.execute(
        update(other_door).where(other_door.c.tenant == home, other_door.c.person == before).values(person=after)
    )


def left(tx: Connection, home: str, who: str, address: Address) -> bool:
    """One of several accounts is closed, and the person stays by another. False when it was the only one."""
    known = everywhere(tx, home, who)
    if address not in known or len(known) == 1:
        return False
    if address == known[0]:
        prefer(tx, home, who, known[1])
    let_go(tx, home, address)
    return True


def _this(home: str, address: Address) -> tuple[ColumnElement[bool], ...]:
    return (other_door.c.tenant == home, other_door.c.address == str(address))
