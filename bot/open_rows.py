"""Which rows may be taken at a moment, and where each of them goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, func, literal_column, or_, select

from bot.errands import Terms
from bot.outbox import READY, RESTORED, UNKNOWN, is_
from bot.store.tables import account, outbox, place


def due() -> tuple[ColumnElement[bool], ...]:
    """Ready, and its moment has come. Takes `b_now` (the calendar's) and `b_at` (the machine's)."""
    return (
        is_(READY),
        outbox.c.due_at <= moment("b_now"),
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= moment("b_at")),
    )


def unclear() -> tuple[ColumnElement[bool], ...]:
    """Tried long enough ago to be looked for, or recently enough to be repeated safely.

    Takes `b_at`, `b_tried_by` and `b_safe_from`.
    """
    return (
        is_(UNKNOWN),
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= moment("b_at")),
        or_(
            outbox.c.tried_at.is_(None),
            outbox.c.reason == RESTORED,  # its try belongs to another life, whose clock may have been another
            outbox.c.tried_at <= moment("b_tried_by"),
            outbox.c.safe_until >= moment("b_safe_from"),
        ),
    )


def moments(now: datetime, at: datetime, terms: Terms) -> dict[str, datetime]:
    """What `due` and `unclear` take."""
    return {
        "b_now": now,
        "b_at": at,
        "b_tried_by": at - timedelta(seconds=terms.look_after),
        "b_safe_from": at + timedelta(seconds=terms.timeout + terms.margin),
    }


def moment(name: str) -> Any:
    """A parameter that is an instant."""
    return bindparam(name, type_=outbox.c.due_at.type)


def address() -> ColumnElement[str | None]:
    """The recipient's, in the row's own lane."""
    return case(
        (
            outbox.c.channel,
            select(place.c.address)
            .where(place.c.tenant == outbox.c.tenant, place.c.place == outbox.c.recipient)
            .scalar_subquery(),
        ),
        # Not the address as it is: SQLite would go through all of the tenant's to find the smallest.
        else_=select(func.min(account.c.address.concat("")))
        .where(
            account.c.tenant == outbox.c.tenant,
            account.c.person == outbox.c.recipient,
            account.c.lane == outbox.c.lane,
        )
        .scalar_subquery(),
    )


def door() -> ColumnElement[str | None]:
    """What is known of the recipient's private messages there."""
    return _door(outbox.c.tenant, outbox.c.recipient, outbox.c.lane)


def door_of_updated() -> ColumnElement[str | None]:
    """`door()` to return from an update: there SQLAlchemy names the row's columns without their table, so that they
    would be the account's own.
    """
    tenant, recipient, lane = (
        literal_column(f"{outbox.name}.{name}", String) for name in ("tenant", "recipient", "lane")
    )
    return _door(tenant, recipient, lane)


def _door(
    tenant: ColumnElement[str], recipient: ColumnElement[str], lane: ColumnElement[str]
) -> ColumnElement[str | None]:
    return (
        select(func.min(account.c.door))
        .where(account.c.tenant == tenant, account.c.person == recipient, account.c.lane == lane)
        .scalar_subquery()
    )
