"""Messages of the bot's own that are to go from somebody's chat: a row for each, which knows no person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bot import outbox
from bot.messages import Address

TAKE_AWAY = "forget"
"""The kind of row that deletes a message."""


def put(tx: Connection, tenant: str, subject: str, messages: Mapping[str, str], due: datetime) -> None:
    """`messages`: each one's reference to its lane. `subject` is theirs together; the same again adds nothing."""
    outbox.open_lanes(tx, {(tenant, lane) for lane in messages.values()})
    rows = []
    for number, (ref, lane) in enumerate(messages.items()):
        platform, _, workspace = lane.partition(":")
        rows.append(
            {
                "tenant": tenant,
                "key": outbox.key("", TAKE_AWAY, number, subject, subject),
                "cohort": "",
                "kind": TAKE_AWAY,
                "number": number,
                "recipient": subject,
                "channel": False,
                "subject": subject,
                "due_at": due,
                "state": outbox.READY,
                "lane": lane,
                "address": str(Address(platform, workspace, "person", "-")),
                "ref": ref,
            }
        )
    if rows:
        tx.execute(outbox.inserting(tx).on_conflict_do_nothing(), rows)
