"""HTTP mode: Slack's signed requests on the shared web server."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from .settings import Secret

MOST_BYTES = 1_000_000
PATHS = ("/slack/events", "/slack/commands", "/slack/interactivity")
_SIGNED = ("x-slack-request-timestamp", "x-slack-signature")
_TIMESTAMP = re.compile(r"\d{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_LOOKS_AT_THE_CERTIFICATE = {"ssl_check", "token"}
_MOST_OF_A_LOOK = 300


def routes(app: AsyncApp, signing_secret: Secret) -> list[BaseRoute]:
    """One address would do; the others are for apps that were set up with one for each kind."""

    verifier = SignatureVerifier(signing_secret.reveal())

    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return PlainTextResponse("not text", 400)
        if not _well_signed(request):
            if _is_ssl_check(text):
                return PlainTextResponse("")
            return PlainTextResponse("not signed by Slack", 401)
        if not verifier.is_valid(text, *(request.headers[name] for name in _SIGNED)):
            return PlainTextResponse("not signed by Slack", 401)
        try:  # only now is the body worth reading
            asked = AsyncBoltRequest(body=text, headers=dict(request.headers))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return PlainTextResponse("not an event", 400)
        return to_starlette_response(await app.async_dispatch(asked))

    async def looked_at(request: Request) -> Response:
        return PlainTextResponse("") if _is_ssl_check(request.url.query) else PlainTextResponse("not found", 404)

    posted = [Route(path, receive, methods=["POST"]) for path in PATHS]
    return [*posted, *(Route(path, looked_at, methods=["GET"]) for path in PATHS)]


def _is_ssl_check(form: str) -> bool:
    """Slack looks at the certificate now and then, and does not sign that. A look that says anything more is none."""
    if len(form) > _MOST_OF_A_LOOK:
        return False
    said = dict(parse_qsl(form, keep_blank_values=True))
    return said.get("ssl_check") == "1" and set(said) <= _LOOKS_AT_THE_CERTIFICATE


async def _body(request: Request) -> bytes | None:
    """None when it is longer than anything that Slack sends."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > MOST_BYTES:
            return None
    return bytes(held)


def _well_signed(request: Request) -> bool:
    """Exactly one header of each, of the right shape: the library stumbles over others."""
    given = [request.headers.getlist(name) for name in _SIGNED]
    return (
        all(len(one) == 1 for one in given)
        and _TIMESTAMP.fullmatch(given[0][0]) is not None
        and _SIGNATURE.fullmatch(given[1][0]) is not None
    )
