"""Public pages can be fetched; nothing inside can be reached, however its address is written."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from index.intake.confined import Unreadable
from index.intake.web import Fetched, Ip, fetch

HOLD = web.AppKey("hold", asyncio.Event)


def only_here(ip: Ip) -> bool:
    """In place of all public machines, of which a test can reach none."""
    return str(ip) in ("127.0.0.1", "::1")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
async def site() -> AsyncIterator[TestServer]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<h1>Hello</h1>", content_type="text/html")

    async def on(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def bomb(_: web.Request) -> web.Response:
        packed = gzip.compress(b"0" * 3_000_000)
        return web.Response(body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/html"})
        await answer.prepare(request)
        while True:
            await answer.write(b"more " * 10_000)

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=b"x", content_type="image/png")

    async def never(request: web.Request) -> web.Response:
        await request.app[HOLD].wait()
        return web.Response()

    app = web.Application()
    app[HOLD] = asyncio.Event()
    for path, handler in (
        ("/", page),
        ("/on", on),
        ("/bomb", bomb),
        ("/endless", endless),
        ("/picture", picture),
        ("/never", never),
    ):
        app.router.add_get(path, handler)
    server = TestServer(app)
    await server.start_server()
    yield server
    app[HOLD].set()
    await server.close()


async def get(pool: ThreadPoolExecutor, address: str, **more: object) -> Fetched:
    """From a thread, as a command would, while the site answers from this one."""
    return await asyncio.get_running_loop().run_in_executor(
        pool,
        lambda: fetch(address, allowed=only_here, **more),  # type: ignore[arg-type]
    )


async def test_a_page_is_fetched_also_where_it_leads_on(site: TestServer, pool: ThreadPoolExecutor) -> None:
    """With the address at which it was found in the end."""
    got = await get(pool, str(site.make_url("/on?to=/")))
    assert (got.content, got.ending, got.address) == (b"<h1>Hello</h1>", ".html", str(site.make_url("/")))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/on?to=http://127.0.0.2/", "only public web addresses"),
        ("/on?to=http://2130706434/", "only public web addresses"),
        ("/on?to=file:///etc/hostname", "only public web addresses"),
        ("/on?to=/on%3Fto%3D/on", "led on more than 5 times|answered 500|only public"),
        ("/bomb", "larger than 1 MB"),
        ("/endless", "larger than 1 MB"),
        ("/picture", "neither a page nor a text"),
        ("/nothing", "answered 404"),
    ],
)
async def test_what_must_not_or_cannot_be_fetched_is_refused(
    site: TestServer, pool: ThreadPoolExecutor, path: str, why: str
) -> None:
    """Unpacked bytes are counted, each step onwards is looked at."""
    with pytest.raises(Unreadable, match=why):
        await get(pool, str(site.make_url(path)), most=1_000_000)


async def test_a_page_that_never_answers_is_not_waited_for(site: TestServer, pool: ThreadPoolExecutor) -> None:
    """After its time it is named, and nothing was added."""
    with pytest.raises(Unreadable, match=r"did not answer within 0\.3 seconds"):
        await get(pool, str(site.make_url("/never")), seconds=0.3)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://224.0.0.1/",
        "http://user@127.0.0.1/",
        "http://[bad/",
        "http://:80/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1/",
    ],
)
def test_an_address_inside_is_refused_before_anything_is_asked(address: str) -> None:
    """With the real rule: only public machines."""
    with pytest.raises(Unreadable, match="only public web addresses"):
        fetch(address, seconds=5)
