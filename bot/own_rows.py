"""What is kept of a member beside their words: where they are found, their rights, what was sent to them and noted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot import audit
from bot.store import cohorts, other_doors
from bot.store.people import Somebody
from bot.store.tables import account, broadcast, download, occasion, outbox, person, request, role, seat, share_reader
from bot.store.tables import cohort as cohort_table


def found(tx: Connection, who: Somebody) -> dict[str, Any]:
    """By the names that these have in the file for other programs."""
    me = tx.execute(select(person).where(person.c.tenant == who.tenant, person.c.person == who.person)).one()
    return {
        "known_since": _said(me.created_at),
        "erased_after": _said(me.erase_after),
        "accounts": [
            {"address": row.address, "private_messages": row.door or "not tried"}
            for row in tx.execute(select(account).where(account.c.tenant == who.tenant, account.c.person == who.person))
        ],
        "other_accounts": [str(one) for one in other_doors.others(tx, who.tenant, who.person)],
        "events_with_you_alone": _count(tx, occasion, occasion.c.person, who),
        "rights": [
            {"cohort": row.cohort, "right": row.role}
            for row in tx.execute(select(role).where(role.c.tenant == who.tenant, role.c.person == who.person))
        ],
        "cohorts_made": list(
            tx.execute(
                select(cohort_table.c.cohort)
                .where(cohort_table.c.tenant == who.tenant, cohort_table.c.created_by == who.person)
                .order_by(cohort_table.c.cohort)
            ).scalars()
        ),
        "seats": [
            {"team": row.team, "state": row.state, "role": row.role, "at": _said(row.at)}
            for row in tx.execute(
                select(seat).where(seat.c.tenant == who.tenant, seat.c.person == who.person).order_by(seat.c.at)
            )
        ],
        "announcements": [
            {"cohort": row.cohort, "state": row.state, "at": _said(row.at), "text": row.text}
            for row in tx.execute(
                select(broadcast)
                .where(broadcast.c.tenant == who.tenant, broadcast.c.person == who.person)
                .order_by(broadcast.c.at)
            )
        ],
        "questions_put_to_you": _count(tx, request, request.c.helper, who),
        "copies_shared_with_you": _count(tx, share_reader, share_reader.c.person, who),
        "open_download_links": _count(tx, download, download.c.person, who),
        "messages": [
            {"kind": row.kind, "state": row.state, "how_many": row.how_many, "last": _said(row.last)}
            for row in tx.execute(
                select(
                    outbox.c.kind,
                    outbox.c.state,
                    func.count().label("how_many"),
                    func.max(outbox.c.due_at).label("last"),
                )
                .where(outbox.c.tenant == who.tenant, outbox.c.recipient == who.person)
                .group_by(outbox.c.kind, outbox.c.state)
                .order_by(outbox.c.kind, outbox.c.state)
            )
        ],
        "noted": [
            {"number": one.number, "at": _said(one.at), "by": _by(one.deed, who), "action": one.deed.action}
            | {"outcome": one.deed.outcome, "cohort": one.deed.cohort, "touched_you": one.deed.touched == who.person}
            for one in reversed(audit.touching(tx, who.tenant, who.person, cohorts.ever_of(tx, who)))
        ],
    }


def _by(deed: audit.Deed, who: Somebody) -> str:
    """Other members who were at a wrong door are not named, as in chat."""
    if deed.actor == who.person:
        return "you"
    return deed.actor if deed.actor == audit.OPERATOR or deed.outcome == audit.DONE else "somebody"


def _count(tx: Connection, table: Any, column: Any, who: Somebody) -> int:
    return int(
        tx.execute(
            select(func.count()).select_from(table).where(table.c.tenant == who.tenant, column == who.person)
        ).scalar_one()
    )


def _said(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat()
