"""Who is who: workspaces belong to a tenant, accounts to a person, channels to a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, insert, select, union_all, update

from bot.ids import Ids
from bot.messages import Address, Person
from bot.store import plans
from bot.store.tables import account, other_door, person, place, role, tenant, workspace

QUIET_FROM, QUIET_TO = time(20, 0), time(7, 0)


@dataclass(frozen=True, slots=True)
class Somebody:
    tenant: str
    person: str
    name: str
    zone: str
    quiet_from: time
    quiet_to: time
    leaving: bool = False
    """They had left the chat platform, and what is theirs is to be erased."""


def home_of(tx: Connection, address: Address) -> str | None:
    """The tenant that an address belongs to; None for a workspace that was never met."""
    found = tx.execute(
        select(workspace.c.tenant).where(
            workspace.c.platform == address.platform, workspace.c.workspace == address.workspace
        )
    ).scalar()
    return None if found is None else str(found)


def tenant_of(tx: Connection, address: Address, now: datetime, ids: Ids) -> str:
    """The tenant that an address belongs to; a workspace seen for the first time becomes its own."""
    found = home_of(tx, address)
    if found is not None:
        return found
    name = ids()
    tx.execute(insert(tenant).values(tenant=name, created_at=now))
    tx.execute(insert(workspace).values(tenant=name, platform=address.platform, workspace=address.workspace))
    return name


def known(tx: Connection, who: Address) -> Somebody | None:
    """By whichever of their accounts they come."""
    doors = union_all(
        *(select(one.c.tenant, one.c.person).where(one.c.address == str(who)) for one in (account, other_door))
    ).subquery()
    same = (doors.c.tenant == person.c.tenant) & (doors.c.person == person.c.person)
    row = tx.execute(select(person).join(doors, same)).one_or_none()
    if row is None:
        return None
    leaving = row.erase_after is not None
    quiet = (row.quiet_from or QUIET_FROM, row.quiet_to or QUIET_TO)
    return Somebody(row.tenant, row.person, row.name, row.zone, *quiet, leaving)


def meet(tx: Connection, who: Address, profile: Person, now: datetime, ids: Ids) -> Somebody:
    """The person behind an address, made on the first meeting from what the platform told."""
    somebody = known(tx, who)
    if somebody is None:
        home = tenant_of(tx, who, now, ids)
        new = ids()
        tx.execute(
            insert(person).values(
                tenant=home, person=new, name=profile.name, zone=profile.zone or "UTC", created_at=now
            )
        )
        tx.execute(insert(account).values(tenant=home, address=str(who), person=new))
        somebody = Somebody(home, new, profile.name, profile.zone or "UTC", QUIET_FROM, QUIET_TO)
    elif somebody.name != profile.name:
        tx.execute(
            update(person)
            .where(person.c.tenant == somebody.tenant, person.c.person == somebody.person)
            .values(name=profile.name)
        )
    return somebody


def unmet(profile: Person) -> Somebody:
    """Somebody of whom nothing is kept, and nothing found."""
    return Somebody("", "", profile.name, profile.zone or "UTC", QUIET_FROM, QUIET_TO)


def somebody(tx: Connection, home: str, who: str) -> Somebody:
    row = tx.execute(select(person).where(person.c.tenant == home, person.c.person == who)).one()
    quiet = (row.quiet_from or QUIET_FROM, row.quiet_to or QUIET_TO)
    return Somebody(row.tenant, row.person, row.name, row.zone, *quiet, row.erase_after is not None)


def stays(tx: Connection, who: Somebody) -> None:
    """They had left, and are back."""
    tx.execute(
        update(person).where(person.c.tenant == who.tenant, person.c.person == who.person).values(erase_after=None)
    )


def hold(tx: Connection, who: Somebody) -> bool:
    """Whether they are still known. Until this transaction ends nobody can erase them."""
    row = select(person.c.person).where(person.c.tenant == who.tenant, person.c.person == who.person)
    return tx.execute(row.with_for_update(read=True, key_share=True)).first() is not None


def hold_alone(tx: Connection, home: str, who: str) -> None:
    """Whoever writes for them now is waited for, and nobody else may until this transaction ends."""
    row = select(person.c.person).where(person.c.tenant == home, person.c.person == who)
    tx.execute(row.with_for_update())


def set_clock(tx: Connection, who: Somebody, zone: str, quiet_from: time, quiet_to: time) -> None:
    tx.execute(
        update(person)
        .where(person.c.tenant == who.tenant, person.c.person == who.person)
        .values(zone=zone, quiet_from=quiet_from, quiet_to=quiet_to)
    )
    plans.mark_person(tx, who.tenant, who.person)


def names(tx: Connection, home: str, who: Sequence[str]) -> list[str]:
    rows = tx.execute(
        select(person.c.name).where(person.c.tenant == home, person.c.person.in_(who)).order_by(person.c.name)
    )
    return [row.name for row in rows]


def place_at(tx: Connection, where: Address) -> str | None:
    """Our own id of a channel; None for one that was never met."""
    found = tx.execute(select(place.c.place).where(place.c.address == str(where))).scalar()
    return None if found is None else str(found)


def place_for(tx: Connection, where: Address, now: datetime, ids: Ids) -> str:
    """Our own id of a channel, made on the first meeting."""
    found = place_at(tx, where)
    if found is not None:
        return found
    new = ids()
    tx.execute(insert(place).values(tenant=tenant_of(tx, where, now, ids), place=new, address=str(where)))
    return new


def place_address(tx: Connection, home: str, which: str) -> Address | None:
    found = tx.execute(select(place.c.address).where(place.c.tenant == home, place.c.place == which)).scalar()
    return Address.parse(found) if found else None


# --- roles ---------------------------------------------------------------------------------------

FACILITATOR, COACH = "facilitator", "coach"
WHOLE_TENANT = ""


def grant(tx: Connection, home: str, cohort: str, who: str, what: str) -> None:
    if not has_role(tx, home, cohort, who, what):
        tx.execute(insert(role).values(tenant=home, cohort=cohort, person=who, role=what))


def revoke(tx: Connection, home: str, cohort: str, who: str, what: str) -> None:
    tx.execute(
        role.delete().where(role.c.tenant == home, role.c.cohort == cohort, role.c.person == who, role.c.role == what)
    )


def has_role(tx: Connection, home: str, cohort: str, who: str, what: str) -> bool:
    return (
        tx.execute(
            select(role.c.person).where(
                role.c.tenant == home, role.c.cohort == cohort, role.c.person == who, role.c.role == what
            )
        ).first()
        is not None
    )


def holders(tx: Connection, home: str, cohort: str, what: str) -> list[str]:
    rows = tx.execute(
        select(role.c.person)
        .where(role.c.tenant == home, role.c.cohort == cohort, role.c.role == what)
        .order_by(role.c.person)
    )
    return [row.person for row in rows]
