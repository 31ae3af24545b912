"""Who may talk to the playground: its own page, on this machine, with the token it was opened with.

Another web page cannot reach it: not by a name that points here (Host), not by a form or a script (Origin,
the token that only the address bar holds), not in a frame.
"""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STREAM = "/api/stream"


class Guard:
    """Around each route of the playground."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        private = scope["path"].startswith("/api/")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "Cache-Control": "no-store" if private else "no-cache"})
            await send(message)

        refusal = self._refuse(scope, private)
        if refusal is not None:
            await refusal(scope, receive, dressed)
        else:
            await self._app(scope, receive, dressed)

    def _refuse(self, scope: Scope, private: bool) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host, port = headers.get("host", ""), (scope.get("server") or ("", 0))[1]
        if host not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return _no(403, "The playground answers only on this machine. Please use the address it printed.")
        if not self._from_here(headers, host, scope["method"], scope["path"]):
            return _no(403, "The playground answers only its own page.")
        if not private:
            return None
        given = headers.get("authorization", "").removeprefix("Bearer ").encode()
        if not secrets.compare_digest(given, self._token):
            return _no(401, "The playground was started again. Please open the address that it printed.")
        return None

    def _from_here(self, headers: Headers, host: str, method: str, path: str) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None:
            return origin == f"http://{host}"
        if method not in ("GET", "HEAD"):
            return False
        # Browsers leave Origin out of a same-origin GET and say where it came from in Sec-Fetch-Site.
        if path == STREAM:
            return site == "same-origin"
        return not path.startswith("/api/") or site in (None, "same-origin")


def _no(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)
