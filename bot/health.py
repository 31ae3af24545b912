"""Whether the bot does its work: the database answers, words can be kept, the worker goes round, answers are found."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, literal, select

from bot.metrics import Metrics
from bot.store import Store, cohorts
from bot.vault.safe import unopened

if TYPE_CHECKING:
    from starlette.routing import Route

    from bot.search import Search
    from bot.vault.vault import Vault
    from bot.visit import Services

_PATIENCE_SECONDS = 2.0
_TICK_SECONDS = 60.0
_LOOPBACK = ("127.", "::1", "::ffff:127.")


@dataclass(frozen=True, slots=True)
class Health:
    database: str
    worker: str
    index: str
    vault: str = "ok"
    """Whether what people write can be kept and opened."""
    programs: str = "ok"
    """Whether each running cohort's program can be read."""

    @property
    def well(self) -> bool:
        fine = {self.database, self.worker, self.vault, self.programs} == {"ok"}
        return fine and self.index.startswith(("ready", "loading"))

    def as_json(self) -> dict[str, Any]:
        return {
            "status": "ok" if self.well else "unwell",
            "database": self.database,
            "worker": self.worker,
            "index": self.index,
            "vault": self.vault,
            "programs": self.programs,
        }


async def look(services: Services, metrics: Metrics, search: Search) -> Health:
    age = metrics.tick_age
    return Health(
        await _database(services.store),
        "ok" if age < _TICK_SECONDS else f"has not gone through the outbox for {age:.0f} s; its log says why",
        search.state,
        await _vault(services.store, services.vault),
        await _programs(services),
    )


async def _programs(services: Services) -> str:
    try:
        resting = await asyncio.wait_for(services.store.read(_not_read, services), _PATIENCE_SECONDS)
    except Exception:  # noqa: BLE001 - as above
        return "ok"
    if not resting:
        return "ok"
    return f"Cannot be read: {', '.join(resting)}. Nothing is sent to cohorts that run them; the log says why."


def _not_read(tx: Connection, services: Services) -> list[str]:
    return sorted({one.program for one in cohorts.running(tx) if services.readable(tx, one) is None})


async def _vault(store: Store, vault: Vault) -> str:
    state = await asyncio.to_thread(vault.state)
    try:
        closed = len(await asyncio.wait_for(store.read(unopened, vault), _PATIENCE_SECONDS))
    except Exception:  # noqa: BLE001 - the database is asked by itself, and its own answer tells
        return state
    if not closed:
        return state
    told = f"Tokens that do not open: {closed}, and the bot rests in those workspaces. `cohortbook doctor` names them."
    return told if state == "ok" else f"{state} {told}"


async def _database(store: Store) -> str:
    try:
        await asyncio.wait_for(store.read(_answers), _PATIENCE_SECONDS)
    except TimeoutError:
        return f"did not answer within {_PATIENCE_SECONDS:g} s"
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the answer to the question
        return f"cannot be read ({type(problem).__name__}); the log says why"
    return "ok"


def _answers(tx: Connection) -> None:
    tx.execute(select(literal(1)))


def routes(services: Services, metrics: Metrics, search: Search, anyone: bool) -> list[Route]:
    """/healthz for whoever can reach the server; /metrics for callers on this machine, unless `anyone`."""
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route

    async def healthz(request: Request) -> JSONResponse:
        health = await look(services, metrics, search)
        return JSONResponse(health.as_json(), 200 if health.well else 503, headers={"cache-control": "no-store"})

    async def numbers(request: Request) -> Response:
        host = request.client.host if request.client else ""
        if not anyone and not host.startswith(_LOOPBACK):
            return PlainTextResponse("Not found", 404)
        page = await metrics.page(services.store, services.now())
        return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthz), Route("/metrics", numbers)]
