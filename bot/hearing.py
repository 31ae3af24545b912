"""What the house does when a platform tells news: it looks what is true now, and changes what differs.

So news that came twice, late or in another order changes nothing that is not so.
"""

from __future__ import annotations

from sqlalchemy import Connection

from bot import following, retention, shut_channels
from bot.errors import Shut
from bot.messages import Address, Person
from bot.news import Account, Channel, Installation, News, Presence
from bot.store import doors, inbox, people
from bot.visit import Services


async def hear(services: Services, news: News) -> None:
    match news.what:
        case Account(who):
            await _account(services, news, who)
        case Channel(where):
            await _channel(services, news, where)
        case Presence(who, where):
            await _presence(services, news, who, where)
        case Installation(platform, workspace):
            await _installation(services, news, platform, workspace)


async def _account(services: Services, news: News, who: Address) -> None:
    """Nobody becomes known by this, and who was erased least of all."""
    if await services.store.read(people.known, who) is not None:
        await services.store.write(_settle_account, services, news, who, await _profile(services, who))


async def _profile(services: Services, who: Address) -> Person:
    try:
        return await services.directory.person(who)
    except Shut as shut:
        if shut.why != doors.GONE:
            raise
        return Person("", active=False)


def _settle_account(tx: Connection, services: Services, news: News, who: Address, profile: Person) -> None:
    somebody, door = people.known(tx, who), doors.at(tx, who)
    if somebody is None or not _first_time(tx, services, news, somebody.tenant):
        return
    if not profile.active:
        doors.note(tx, [(who, doors.GONE)])
        retention.after_leaving(tx, who, services.store.machine_now(tx), services.keeping)
        return
    if door == doors.GONE:
        people.stays(tx, somebody)
    if profile.guest:
        doors.note(tx, [(who, doors.GUEST)])
    elif door in (doors.GONE, doors.GUEST):
        doors.try_again(tx, somebody, who, services.now())


async def _channel(services: Services, news: News, where: Address) -> None:
    if await services.store.read(people.place_at, where) is not None:
        await services.store.write(_settle_channel, services, news, where, await services.directory.writable(where))


def _settle_channel(tx: Connection, services: Services, news: News, where: Address, writable: bool) -> None:
    home = people.home_of(tx, where)
    if home is None or not _first_time(tx, services, news, home):
        return
    if writable:
        shut_channels.opened(tx, [where], services.now())
    else:
        shut_channels.shut(tx, where, services.now(), services.store.machine_now(tx))


async def _presence(services: Services, news: News, who: Address, where: Address) -> None:
    if not await services.store.read(following.cohorts_of, where):
        return
    profile = await _profile(services, who)
    if profile.active and not profile.guest:
        there = who in await services.directory.members(where)
        await services.store.write(_settle_presence, services, news, who, where, profile, there)


def _settle_presence(
    tx: Connection, services: Services, news: News, who: Address, where: Address, profile: Person, there: bool
) -> None:
    home = people.home_of(tx, where)
    if home is None or not _first_time(tx, services, news, home):
        return
    if there:
        following.joined(tx, who, where, profile, services.now(), services.ids)
    else:
        following.left(tx, who, where, services.now(), services.ids)


async def _installation(services: Services, news: News, platform: str, workspace: str) -> None:
    there = await services.directory.installed(platform, workspace)
    if there != await services.store.read(retention.removed, platform, workspace):
        return
    await services.store.write(_settle_installation, services, platform, workspace, there)


def _settle_installation(tx: Connection, services: Services, platform: str, workspace: str, there: bool) -> None:
    if there:
        retention.after_putting_back(tx, platform, workspace)
    else:
        at = services.store.machine_now(tx)
        retention.after_uninstalling(tx, platform, workspace, at, services.keeping)


def _first_time(tx: Connection, services: Services, news: News, home: str) -> bool:
    return not news.event or inbox.first_time(tx, home, f"news:{news.event}", services.now())
