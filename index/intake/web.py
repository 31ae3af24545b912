"""Fetches a public web page: never an address inside, however it is written or wherever it leads on to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from index.intake.confined import Unreadable

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_REDIRECTS = 5
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    address: str
    """Where it was found in the end."""
    ending: str
    content: bytes


def is_public(ip: Ip) -> bool:
    """Also of an IPv4 address in IPv6 clothes."""
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or is_public(inner))


def fetch(
    address: str, *, seconds: float = 20.0, most: int = 10_000_000, allowed: Callable[[Ip], bool] = is_public
) -> Fetched:
    """`most`: bytes, unpacked. `allowed`: which machines may be asked. Raises `Unreadable`."""
    try:
        return asyncio.run(asyncio.wait_for(_fetch(address, most, allowed), seconds))
    except TimeoutError:
        raise Unreadable(f"{address}: it did not answer within {seconds:g} seconds. Nothing was added.") from None


async def _fetch(address: str, most: int, allowed: Callable[[Ip], bool]) -> Fetched:
    import aiohttp

    connector = aiohttp.TCPConnector(resolver=_resolver(address, allowed), use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
        here = address
        for _ in range(_REDIRECTS + 1):
            _look_at(here, allowed)
            try:
                async with session.get(here, allow_redirects=False) as answer:
                    if answer.status in (301, 302, 303, 307, 308):
                        here = urljoin(here, answer.headers.get("Location", ""))
                        continue
                    if answer.status != 200:
                        raise Unreadable(f"{address}: the page answered {answer.status}. Nothing was added.")
                    ending = _ENDINGS.get(answer.content_type)
                    if ending is None:
                        raise Unreadable(f"{address}: this is neither a page nor a text nor a PDF. Nothing was added.")
                    content = bytearray()
                    async for part in answer.content.iter_chunked(65536):
                        content += part
                        if len(content) > most:
                            raise Unreadable(f"{address}: it is larger than {most // 1_000_000} MB. Nothing was added.")
                    return Fetched(here, ending, bytes(content))
            except (aiohttp.ClientError, OSError) as error:
                refused = _refusal(error)
                if refused is not None:
                    raise refused from None
                raise Unreadable(f"{address}: it could not be reached. Nothing was added.") from error
    raise Unreadable(f"{address}: it led on more than {_REDIRECTS} times. Nothing was added.")


def _look_at(address: str, allowed: Callable[[Ip], bool]) -> None:
    """The library asks no resolver for an address that is a number already."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _inside(address) from None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise _inside(address)
    try:
        numbered: Ip | None = ipaddress.ip_address(host)
    except ValueError:
        try:
            numbered = ipaddress.ip_address(socket.inet_aton(host))  # 2130706433, 0x7f.1
        except OSError:
            numbered = None
    if numbered is not None and not allowed(numbered):
        raise _inside(address)


def _refusal(error: BaseException | None) -> Unreadable | None:
    """Ours, under what the library made of it."""
    while error is not None and not isinstance(error, Unreadable):
        error = error.__cause__
    return error


def _inside(address: str) -> Unreadable:
    return Unreadable(f"{address}: only public web addresses that start with http(s):// can be added.")


def _resolver(address: str, allowed: Callable[[Ip], bool]) -> AbstractResolver:
    """What a name means is looked at where the connection is made, so it cannot change in between."""
    from aiohttp import ThreadedResolver

    class Public(ThreadedResolver):
        async def resolve(self, *args: Any, **named: Any) -> Any:
            found = await super().resolve(*args, **named)
            if not found or not all(allowed(ipaddress.ip_address(one["host"].partition("%")[0])) for one in found):
                raise OSError("not public") from _inside(address)
            return found

    return Public()
