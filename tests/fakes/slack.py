"""A Slack that speaks the wire to the unmodified client: Web API, Socket Mode, signed requests, people who act.

It refuses what Slack refuses (see slack_rules) and notes it in `complaints`; a test may script faults.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import io
import itertools
import json
import time
import urllib.parse
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.platforms.slack.manifest import SCOPES
from tests.fakes.slack_rules import (
    METHODS,
    ROOM_SCOPES,
    Json,
    texts,
    wrong_with_arguments,
    wrong_with_message,
    wrong_with_view,
)

TEAM, BOT_USER, BOT, APP = "T0TOWN", "U0BOT", "B0BOT", "A0COHORT"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-town", "xapp-town", "a signing secret"
CHANNEL = "C0COHORT"
CLIENT_ID, CLIENT_SECRET = "111.222", "a client secret"
TRIGGER_SECONDS = 3.0
PATIENCE_SECONDS = 3.0


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread: str = ""
    only: str = ""
    """Whom it is shown to, when it is ephemeral."""
    gone: bool = False

    @property
    def words(self) -> str:
        return "\n".join(texts(self.blocks)) if self.blocks else self.text

    @property
    def buttons(self) -> list[Json]:
        return buttons(self.blocks)


@dataclass
class Fault:
    """What happens to the next calls of a method instead, or after, what should."""

    status: int = 200
    error: str = ""
    retry_after: str = ""
    after: bool = False
    """Done first, and the answer lost: the line is cut."""
    cut: bool = False
    until: asyncio.Event | None = None
    """The answer comes when this is set."""


@dataclass
class Called:
    method: str
    given: Json
    token: str


@dataclass
class Acknowledged:
    kind: str
    seconds: float
    answer: Json


@dataclass
class Uploaded:
    name: str
    data: bytes = b""
    shared: list[str] = field(default_factory=list)
    ready_after: int = 0


def buttons(blocks: list[Json]) -> list[Json]:
    """Each with what is pressed; a menu's choices among them, as somebody sees who opened it."""
    return [
        {**one, "block_id": block.get("block_id", "b")}
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
        for one in (_choices(element) if element["type"] == "overflow" else [element])
    ]


def _choices(menu: Json) -> list[Json]:
    same = {name: menu[name] for name in ("type", "action_id")}
    return [{**same, "selected_option": one, "text": one["text"]} for one in menu["options"]]


class FakeSlack:
    def __init__(self) -> None:
        self.users: dict[str, Json] = {}
        self.channels: dict[str, Json] = {CHANNEL: {"members": [BOT_USER], "archived": False, "team": TEAM}}
        self.groups: dict[str, tuple[str, list[str]]] = {}
        """User groups by id: a name, and who is in it."""
        self.messages: list[Message] = []
        self.modals: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, Uploaded] = {}
        self.calls: list[Called] = []
        self.complaints: list[str] = []
        self.acknowledged: list[Acknowledged] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.scopes = set(SCOPES)
        self.used_scopes: set[str] = set()
        self.http_target = ""
        """Where signed requests go; empty for Socket Mode."""
        self.sockets: list[web.WebSocketResponse] = []
        self.tickets: set[str] = set()
        self.picture_waits = 0
        self.refused_links = 0
        """How many next sockets are turned away although their ticket was good; it is then used up."""
        self.uninstalled = False
        self.event_age = 0.0
        """Seconds ago that what it tells about happened."""
        self.to_nobody: list[Message] = []
        """Sent to deactivated people, which Slack does not mind."""
        self.tokens = {BOT_TOKEN: TEAM}
        """Those that are good, each with its workspace."""
        self.installed = {TEAM}
        """Every workspace that has or had the bot. Strangers of others are met in shared channels."""
        self.token_seconds = 0
        """How long a token lasts that is handed out; 0: for ever."""
        self.whole_organization = False
        """Whether whoever adds the bot adds it to a whole organization."""
        self.organization = ""
        """The organization that the token is for, as a whole."""
        self.named_instead = ""
        """The workspace that is named in the place of the token's own."""
        self._codes: dict[str, tuple[str, str]] = {}
        self._refresh: dict[str, str] = {}
        self._whose = TEAM
        """The workspace whose token came with the call that is being answered."""
        self._dms: dict[str, str] = {}
        self._triggers: dict[str, tuple[float, str]] = {}
        self._response_urls: dict[str, tuple[str, str, str]] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._without_payload: set[str] = set()
        self._count = itertools.count(1)
        self._changed = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- running ------------------------------------------------------------------------------------

    def app(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(client_max_size=50_000_000, middlewares=middlewares)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/download/{file}", self._download)
        app.router.add_get("/sign-in", self._sign_in)
        app.router.add_post("/response/{url}", self._response)
        return app

    async def start(self) -> None:
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        for socket in list(self.sockets):
            await socket.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/"

    def add_person(
        self, user: str, name: str, tz: str | None = "America/New_York", channel: str = CHANNEL, **more: Any
    ) -> None:
        self.users[user] = {
            "id": user,
            "team_id": TEAM,
            "name": name.lower().replace(" ", "."),
            "real_name": name,
            "tz": tz,
            "locale": "en-US",
            "deleted": False,
            "is_bot": False,
            "is_restricted": False,
            "profile": {"display_name": "", "real_name": name},
            **more,
        }
        self.channels[channel]["members"].append(user)

    async def until(self, condition: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait until something has become true, looking again whenever anything happened here."""
        async with asyncio.timeout(seconds):
            while not (found := condition()):
                self._changed.clear()
                await self._changed.wait()
        return found

    def happened(self) -> None:
        self._changed.set()

    # --- looking ------------------------------------------------------------------------------------

    def dm(self, user: str) -> str:
        return self._dms.setdefault(user, f"D0{user}")

    def seen_by(self, user: str, channel: str) -> list[Message]:
        return [one for one in self.messages if one.channel == channel and one.only in ("", user) and not one.gone]

    def called(self, method: str) -> list[Called]:
        return [one for one in self.calls if one.method == method]

    # --- Web API ------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(Called(method, given, token))
        fault = self.faults[method].pop(0) if self.faults[method] else Fault()
        if fault.until is not None:
            await fault.until.wait()
        if fault.cut and not fault.after:
            return _cut(request)
        if fault.status == 429:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": fault.retry_after or "1"})
        if fault.status != 200 and not fault.after:
            return web.Response(status=fault.status, text="<html>oh</html>", content_type="text/html")
        answer = {"ok": False, "error": fault.error} if fault.error else self._answer(method, given, token)
        self.happened()
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        return _cut(request) if fault.cut else web.json_response(answer, headers=headers)

    def _answer(self, method: str, given: Json, token: str) -> Json:
        if method == "oauth.v2.access":
            return self._oauth(given, token)
        if method not in METHODS:
            return self._no("unknown_method", f"there is no method {method}")
        scope = METHODS[method][0]
        if self.uninstalled and not scope.startswith("app:"):
            return {"ok": False, "error": "account_inactive"}
        if token != APP_TOKEN if scope.startswith("app:") else token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        self._whose = self.tokens.get(token, TEAM)
        for stranger in self._of_others(given):
            return self._no("channel_not_found", f"{method} for {stranger} with the token of {self._whose}")
        problem = wrong_with_arguments(method, given)
        if problem:
            return self._no("invalid_arguments", problem)
        room = str(given.get("channel", ""))
        needed = ROOM_SCOPES[scope].get(room[:1], "") if scope in ROOM_SCOPES else scope
        if needed and not needed.startswith("app:") and needed not in self.scopes:
            self.complaints.append(f"{method} needs {needed}")
            return {"ok": False, "error": "missing_scope", "needed": needed}
        self.used_scopes.add(needed)
        return getattr(self, "_" + method.replace(".", "_"))(given)  # type: ignore[no-any-return]

    def _no(self, error: str, why: str) -> Json:
        self.complaints.append(why)
        return {"ok": False, "error": error, "response_metadata": {"messages": [why]}}

    # --- installed by a link --------------------------------------------------------------------------

    def team_of(self, one: str) -> str:
        """The workspace of a person, a channel or a private room."""
        if one in self.channels:
            return str(self.channels[one].get("team", TEAM))
        person = next((user for user, room in self._dms.items() if room == one), one)
        return str(self.users.get(person, {}).get("team_id", TEAM))

    def _told_to(self, one: str) -> str:
        """The workspace that hears of what somebody does: a stranger's own does not have the bot."""
        return found if (found := self.team_of(one)) in self.installed else TEAM

    def _of_others(self, given: Json) -> list[str]:
        named = [str(given[name]) for name in ("channel", "user", "users", "user_id") if given.get(name)]
        trigger = self._triggers.get(str(given.get("trigger_id", "")))
        named += [trigger[1]] if trigger else []
        return [one for one in named if self.team_of(one) in self.installed - {self._whose}]

    def allow(self, location: str, team: str) -> str:
        """What somebody's browser is sent back to once they pressed Allow in that workspace."""
        address, _, query = location.partition("?")
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        assert address.endswith("/oauth/v2/authorize"), address
        assert asked["client_id"] == CLIENT_ID, asked
        assert set(asked["scope"].split(",")) == set(SCOPES), asked
        code = f"code{next(self._count)}"
        self._codes[code] = (team, asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urllib.parse.urlencode({'code': code, 'state': asked['state']})}"

    def _oauth(self, given: Json, authorization: str) -> Json:
        who = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if who != f"{CLIENT_ID}:{CLIENT_SECRET}":
            known = who.startswith(f"{CLIENT_ID}:")
            return {"ok": False, "error": "bad_client_secret" if known else "invalid_client_id"}
        if given.get("grant_type") == "refresh_token":
            team = self._refresh.pop(given["refresh_token"], "")
            return self._handed_out(team) if team else {"ok": False, "error": "invalid_refresh_token"}
        team, redirect = self._codes.pop(given.get("code", ""), ("", ""))
        if not team:
            return {"ok": False, "error": "invalid_code"}
        return self._handed_out(team) if redirect == given.get("redirect_uri") else self._bad_redirect()

    def _bad_redirect(self) -> Json:
        return {"ok": False, "error": "bad_redirect_uri"}

    def _handed_out(self, team: str) -> Json:
        """A new token for the workspace; the one before it is good no longer."""
        self.revoke(team)
        token = f"xoxb-{team}-{next(self._count)}"
        self.tokens[token] = team
        self.installed.add(team)
        found: Json = {"ok": True, "access_token": token, "token_type": "bot", "bot_user_id": BOT_USER}
        found |= {"scope": ",".join(sorted(SCOPES)), "is_enterprise_install": self.whole_organization}
        name = self.named_instead or team
        found |= {"team": None if self.whole_organization else {"id": name, "name": f"Workspace <{name}>"}}
        if self.token_seconds:
            refresh = f"xoxe-1-{team}-{next(self._count)}"
            self._refresh[refresh] = team
            found |= {"expires_in": self.token_seconds, "refresh_token": refresh}
        return found

    def revoke(self, team: str) -> None:
        for token in [token for token, whose in self.tokens.items() if whose == team]:
            del self.tokens[token]

    def token_of(self, team: str) -> str:
        return next(token for token, whose in self.tokens.items() if whose == team)

    # --- methods --------------------------------------------------------------------------------------

    def _auth_test(self, given: Json) -> Json:
        told = {"ok": True, "team_id": self._whose, "user_id": BOT_USER, "bot_id": BOT, "team": "The Town"}
        return told | {"enterprise_id": self.organization or None, "is_enterprise_install": bool(self.organization)}

    def _auth_revoke(self, given: Json) -> Json:
        self.revoke(self._whose)
        return {"ok": True, "revoked": True}

    def _apps_connections_open(self, given: Json) -> Json:
        ticket = f"t{next(self._count)}"
        self.tickets.add(ticket)
        return {"ok": True, "url": f"ws://127.0.0.1:{self._port}/link?ticket={ticket}"}

    def _room(self, channel: str) -> str | Json:
        """The conversation, or Slack's refusal."""
        if channel in self.users:
            return self.dm(channel)
        if channel in self._dms.values():
            return channel
        known = self.channels.get(channel)
        if known is None:
            return {"ok": False, "error": "channel_not_found"}
        if known["archived"]:
            return {"ok": False, "error": "is_archived"}
        if BOT_USER not in known["members"]:
            return {"ok": False, "error": "not_in_channel"}
        return channel

    def _chat_postMessage(self, given: Json) -> Json:
        channel = self._room(given["channel"])
        if isinstance(channel, dict):
            return channel
        wrong = self._wrong(given)
        if wrong:
            return self._no("invalid_blocks", wrong)
        if given.get("unfurl_links") is not False or given.get("unfurl_media") is not False:
            self.complaints.append("unfurls are on")
        sent = self._add(channel, BOT_USER, given)
        if self.users.get(given["channel"], {}).get("deleted"):
            self.to_nobody.append(sent)
        return {"ok": True, "channel": channel, "ts": sent.ts, "message": {"text": sent.text}}

    def _chat_postEphemeral(self, given: Json) -> Json:
        channel = self._room(given["channel"])
        if isinstance(channel, dict):
            return channel
        wrong = self._wrong(given)
        if wrong:
            return self._no("invalid_blocks", wrong)
        if channel in self.channels and given["user"] not in self.channels[channel]["members"]:
            return {"ok": False, "error": "user_not_in_channel"}
        return {"ok": True, "message_ts": self._add(channel, BOT_USER, given, only=given["user"]).ts}

    def _wrong(self, given: Json) -> str:
        blocks = given.get("blocks") or []
        problems = wrong_with_message(blocks, self._ready()) if blocks else []
        if not str(given.get("text", "")).strip():
            problems.append("no fallback text")
        if "<" in str(given.get("text", "")):
            problems.append("markup in the fallback text")
        if len(str(given.get("text", ""))) > 40_000:
            problems.append("msg_too_long")
        return "; ".join(problems)

    def _ready(self) -> set[str]:
        ready = set()
        for name, one in self.files.items():
            if one.ready_after <= 0:
                ready.add(name)
            one.ready_after -= 1
        return ready

    def _add(self, channel: str, user: str, given: Json, only: str = "") -> Message:
        made = Message(
            channel,
            f"1700000000.{next(self._count):06d}",
            user,
            str(given.get("text", "")),
            given.get("blocks") or [],
            str(given.get("thread_ts") or ""),
            only,
        )
        self.messages.append(made)
        self.happened()
        return made

    def _at(self, given: Json) -> Message | None:
        for one in self.messages:
            if (one.channel, one.ts) == (given["channel"], given["ts"]) and not one.gone and not one.only:
                return one
        return None

    def _chat_update(self, given: Json) -> Json:
        found, wrong = self._at(given), self._wrong(given)
        if found is None:
            return {"ok": False, "error": "message_not_found"}
        if wrong:
            return self._no("invalid_blocks", wrong)
        found.text, found.blocks = given["text"], given["blocks"]
        return {"ok": True, "channel": found.channel, "ts": found.ts}

    def _chat_delete(self, given: Json) -> Json:
        found = self._at(given)
        if found is None:
            return {"ok": False, "error": "message_not_found"}
        found.gone = True
        return {"ok": True}

    def _conversations_history(self, given: Json) -> Json:
        channel = self._room(given["channel"])
        if isinstance(channel, dict):
            return channel
        kept = [one for one in self.messages if one.channel == channel and not one.only and not one.gone]
        shown = [{"ts": one.ts, "text": one.text, "blocks": one.blocks, "bot_id": BOT} for one in reversed(kept)]
        return {"ok": True, "messages": shown[: int(given.get("limit") or 100)], "has_more": False}

    def _conversations_info(self, given: Json) -> Json:
        known = self.channels.get(given["channel"])
        if known is None:
            return {"ok": False, "error": "channel_not_found"}
        told = {"id": given["channel"], "is_archived": known["archived"], "is_member": BOT_USER in known["members"]}
        return {"ok": True, "channel": told}

    def _conversations_members(self, given: Json) -> Json:
        known = self.channels.get(given["channel"])
        if known is None:
            return {"ok": False, "error": "channel_not_found"}
        start = int(given.get("cursor") or 0)
        page = known["members"][start : start + 3]
        more = str(start + 3) if start + 3 < len(known["members"]) else ""
        return {"ok": True, "members": page, "response_metadata": {"next_cursor": more}}

    def _conversations_open(self, given: Json) -> Json:
        user = str(given["users"])
        if user not in self.users:
            return {"ok": False, "error": "user_not_found"}
        if self.users[user]["deleted"]:
            return {"ok": False, "error": "user_disabled"}
        return {"ok": True, "channel": {"id": self.dm(user)}}

    def _users_info(self, given: Json) -> Json:
        known = self.users.get(given["user"])
        if known is None:
            return {"ok": False, "error": "user_not_found"}
        if known.get("hidden"):
            return {"ok": False, "error": "user_not_visible"}
        return {"ok": True, "user": known}

    def _usergroups_list(self, given: Json) -> Json:
        return {"ok": True, "usergroups": [{"id": id_, "name": name} for id_, (name, _) in self.groups.items()]}

    def _usergroups_users_list(self, given: Json) -> Json:
        if given["usergroup"] not in self.groups:
            return {"ok": False, "error": "no_such_subteam"}
        return {"ok": True, "users": self.groups[given["usergroup"]][1]}

    def _views_open(self, given: Json) -> Json:
        until, user = self._triggers.pop(given["trigger_id"], (0.0, ""))
        if not user:
            return {"ok": False, "error": "exchanged_trigger_id"}
        if time.monotonic() > until:
            return {"ok": False, "error": "expired_trigger_id"}
        return self._show_view(user, _view(given), "")

    def _views_update(self, given: Json) -> Json:
        for user, open_ in self.modals.items():
            if open_["id"] == given.get("view_id"):
                return self._show_view(user, _view(given), open_["id"])
        return {"ok": False, "error": "not_found"}

    def _views_publish(self, given: Json) -> Json:
        view = _view(given)
        problems = wrong_with_view(view, self._ready())
        if problems:
            return self._no("invalid_arguments", "; ".join(problems))
        before = self.homes.get(given["user_id"], {})
        if given.get("hash") and given["hash"] != before.get("hash"):
            return {"ok": False, "error": "hash_conflict"}
        count = next(self._count)
        self.homes[given["user_id"]] = {**view, "id": before.get("id") or f"V{count}", "hash": f"{count}.home"}
        return {"ok": True, "view": self.homes[given["user_id"]]}

    def _show_view(self, user: str, view: Json, id_: str) -> Json:
        problems = wrong_with_view(view, self._ready())
        if problems:
            return self._no("invalid_arguments", "; ".join(problems))
        shown = {
            **view,
            "id": id_ or f"V{next(self._count)}",
            "hash": f"h{next(self._count)}",
            "team_id": self.team_of(user),
        }
        shown["errors"] = {}
        self.modals[user] = shown
        self.happened()
        return {"ok": True, "view": shown}

    def _files_getUploadURLExternal(self, given: Json) -> Json:
        file = f"F{next(self._count)}"
        self.files[file] = Uploaded(given["filename"], ready_after=self.picture_waits)
        return {"ok": True, "file_id": file, "upload_url": f"http://127.0.0.1:{self._port}/upload/{file}"}

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["file"]].data = await request.read()
        return web.Response(text="OK - 1", content_type="text/plain")

    def put_into_form(self, name: str, data: bytes) -> Json:
        """What a form sends of a file that somebody chose in it."""
        file = f"F{next(self._count)}"
        self.files[file] = Uploaded(name, data)
        return {"files": [{"id": file, "name": name, "size": len(data), "mode": "hosted"}]}

    def _files_info(self, given: Json) -> Json:
        if given["file"] not in self.files:
            return {"ok": False, "error": "file_not_found"}
        url = f"http://127.0.0.1:{self._port}/download/{given['file']}"
        return {"ok": True, "file": {"id": given["file"], "url_private_download": url}}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults["download"].pop(0) if self.faults["download"] else Fault()
        if fault.until is not None:
            await fault.until.wait()
        known = request.headers.get("Authorization", "").removeprefix("Bearer ") in self.tokens
        if fault.status == 302 or not known:
            return web.Response(status=302, headers={"Location": "/sign-in"})
        if fault.status != 200:
            return web.Response(status=fault.status)
        return web.Response(body=self.files[request.match_info["file"]].data)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Please sign in</html>", content_type="text/html")

    def _files_completeUploadExternal(self, given: Json) -> Json:
        files = json.loads(given["files"])
        for one in files:
            if not self.files[one["id"]].data:
                return self._no("file_not_found", "completed before it was uploaded")
            if given.get("channel_id"):
                channel = self._room(given["channel_id"])
                if isinstance(channel, dict):
                    return channel
                self.files[one["id"]].shared.append(channel)
                self._add(channel, BOT_USER, {"text": self.files[one["id"]].name})
        return {"ok": True, "files": files}

    # --- response addresses -------------------------------------------------------------------------

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.calls.append(Called("response_url", body, ""))
        fault = self.faults["response_url"].pop(0) if self.faults["response_url"] else Fault()
        user, channel, pressed = self._response_urls.get(request.match_info["url"], ("", "", ""))
        if fault.status != 200 or not user:
            return web.Response(status=fault.status if fault.status != 200 else 404, text="used_url")
        wrong = self._wrong(body)
        if wrong:
            self.complaints.append(wrong)
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=404)
        original = next((one for one in self.messages if one.ts == pressed and not one.gone), None)
        if body.get("replace_original") and original is None:
            return web.Response(status=404, text="no original")
        if body.get("replace_original") and original is not None:
            original.text, original.blocks = body["text"], body["blocks"]
        else:
            only = user if body.get("response_type") != "in_channel" else ""
            self._add(channel, BOT_USER, body, only=only)
        self.happened()
        return web.Response(text="ok")

    # --- Socket Mode ----------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        if request.query["ticket"] not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(request.query["ticket"])
        if self.refused_links:
            self.refused_links -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1})
        self.sockets.append(socket)
        self.happened()
        async for frame in socket:
            if frame.type == aiohttp.WSMsgType.TEXT:
                answer = json.loads(frame.data)
                waiting = self._waiting.pop(answer.get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
                    if answer.get("payload") and answer["envelope_id"] in self._without_payload:
                        self.complaints.append("an event was answered with words, and Slack takes none")
        self.sockets.remove(socket)
        self.happened()
        return socket

    async def deliver(self, kind: str, payload: Json, *, retry: int = 0, wait: bool = True) -> Json:
        """Hand something to the app by its transport; returns what it acknowledged with."""
        begun = time.monotonic()
        answer = await (
            self._request(kind, payload, retry) if self.http_target else self._envelope(kind, payload, retry)
        )
        self.acknowledged.append(Acknowledged(kind, time.monotonic() - begun, answer))
        return answer

    async def _envelope(self, kind: str, payload: Json, retry: int) -> Json:
        await self.until(lambda: any(not one.closed for one in self.sockets))
        socket = next(one for one in self.sockets if not one.closed)
        id_ = f"e{next(self._count)}"
        self._waiting[id_] = asyncio.get_running_loop().create_future()
        if kind == "events_api":
            self._without_payload.add(id_)
        envelope: Json = {"envelope_id": id_, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if retry:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout"}
        await socket.send_json(envelope)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._waiting[id_]

    async def _request(self, kind: str, payload: Json, retry: int) -> Json:
        body, content = encoded(kind, payload)
        headers = signed(body) | {"Content-Type": content}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        status, text = await self.post(body, headers)
        assert status == 200, f"{kind} was answered with {status}"
        return json.loads(text) if text.startswith("{") else {}

    async def post(self, body: bytes, headers: dict[str, str] | list[tuple[str, str]]) -> tuple[int, str]:
        assert self._session is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            async with self._session.post(self.http_target, data=io.BytesIO(body), headers=headers) as answer:
                return answer.status, await answer.text()

    # --- people -------------------------------------------------------------------------------------

    def trigger(self, user: str, seconds: float = TRIGGER_SECONDS) -> str:
        id_ = f"trigger{next(self._count)}"
        self._triggers[id_] = (time.monotonic() + seconds, user)
        return id_

    def response_url(self, user: str, channel: str, pressed: str = "") -> str:
        id_ = f"r{next(self._count)}"
        self._response_urls[id_] = (user, channel, pressed)
        return f"http://127.0.0.1:{self._port}/response/{id_}"

    async def command(self, user: str, line: str, channel: str = "", **more: Any) -> Json:
        channel = channel or self.dm(user)
        name, _, text = line.partition(" ")
        payload = {
            "command": name,
            "text": escaped(text),
            "user_id": user,
            "team_id": self._told_to(user),
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "sample-cohort",
            "trigger_id": self.trigger(user, more.pop("trigger_seconds", TRIGGER_SECONDS)),
            "response_url": self.response_url(user, channel),
            "api_app_id": APP,
            **more,
        }
        return await self.deliver("slash_commands", payload)

    async def press(self, user: str, message: Message, label: str, **more: Any) -> Json:
        element = _named(message.buttons, label)
        kind = {"id": message.channel, "name": "directmessage" if message.channel[0] == "D" else "sample-cohort"}
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.only),
        }
        if message.thread:
            container["thread_ts"] = message.thread
        return await self._pressed(
            user,
            element,
            {
                "channel": kind,
                "container": container,
                "response_url": self.response_url(user, message.channel, message.ts),
                **more,
            },
        )

    async def press_view(self, user: str, view: Json, label: str) -> Json:
        element = _named(buttons(view["blocks"]), label)
        shown = {name: value for name, value in view.items() if name != "errors"}
        return await self._pressed(user, element, {"view": shown, "container": {"type": "view", "view_id": view["id"]}})

    async def _pressed(self, user: str, element: Json, more: Json) -> Json:
        shown = {"text"} if element["type"] == "overflow" else set()
        action = {name: value for name, value in element.items() if name not in shown}
        action["action_ts"] = f"{next(self._count)}"
        payload = {
            "type": "block_actions",
            "team": {"id": self.team_of(user)},
            "user": {"id": user, "team_id": self.team_of(user)},
            "api_app_id": APP,
            "trigger_id": self.trigger(user),
            "actions": [action],
            **more,
        }
        return await self.deliver("interactive", payload)

    async def shortcut(self, user: str, message: Message) -> Json:
        payload = {
            "type": "message_action",
            "callback_id": "reflect_on_this",
            "team": {"id": self.team_of(user)},
            "user": {"id": user, "team_id": self.team_of(user)},
            "channel": {"id": message.channel, "name": "sample-cohort"},
            "message": {"text": message.text, "ts": message.ts, "type": "message"},
            "trigger_id": self.trigger(user),
            "response_url": self.response_url(user, message.channel),
            "api_app_id": APP,
        }
        return await self.deliver("interactive", payload)

    async def submit(self, user: str, values: dict[str, Any], **more: Any) -> Json:
        """Send the open form in, with `values` by block id; what the client then shows is in `modals`."""
        view = self.modals[user]
        state = view.setdefault("filled", initial_state(view))
        for block, given in values.items():
            state[block]["answer"] |= given
        payload = {
            "type": "view_submission",
            "team": {"id": self.team_of(user)},
            "user": {"id": user, "team_id": self.team_of(user)},
            "api_app_id": APP,
            "trigger_id": self.trigger(user),
            "view": {**{k: v for k, v in view.items() if k not in ("errors", "filled")}, "state": {"values": state}},
            **more,
        }
        answer = await self.deliver("interactive", payload)
        match answer.get("response_action"):
            case "errors":
                unknown = set(answer["errors"]) - set(state)
                assert not unknown, f"errors for blocks that are not there: {unknown}"
                view["errors"] = answer["errors"]
            case "update":
                self._show_view(user, answer["view"], view["id"])
            case _:
                self.modals.pop(user, None)
        return answer

    async def event(self, event: Json, event_id: str = "", retry: int = 0, team: str = "") -> Json:
        team = team or self._told_to(str(event.get("user", "")))
        payload = {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": APP,
            "event_id": event_id or f"Ev{next(self._count)}",
            "event_time": int(time.time() - self.event_age),
            "authorizations": [{"team_id": team, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        }
        return await self.deliver("events_api", payload, retry=retry)

    async def write(self, by: str, text: str, event_id: str = "", retry: int = 0, **more: Any) -> Json:
        """Words in the private messages."""
        channel = self.dm(by)
        ts = self._add(channel, by, {"text": text}).ts if not retry else "1700000000.000000"
        event = {"type": "message", "channel_type": "im", "channel": channel, "user": by, "ts": ts}
        return await self.event({**event, "text": escaped(text), **more}, event_id, retry)

    async def mention(self, user: str, text: str, channel: str = CHANNEL, **more: Any) -> Json:
        words = f"<@{BOT_USER}> {escaped(text)}"
        ts = self._add(channel, user, {"text": f"@cohortbook {text}"}).ts
        return await self.event(
            {"type": "app_mention", "channel": channel, "user": user, "text": words, "ts": ts, **more}
        )

    async def open_home(self, user: str) -> Json:
        shown = {"view": self.homes[user]} if user in self.homes else {}
        return await self.event(
            {"type": "app_home_opened", "user": user, "tab": "home", "channel": self.dm(user), **shown}
        )


# --- helpers of the wire ------------------------------------------------------------------------------


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encoded(kind: str, payload: Json) -> tuple[bytes, str]:
    """As Slack puts it into a request: events as JSON, commands as a form, the rest as a form with JSON in it."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"


def signed(body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def initial_state(view: Json) -> Json:
    """What stands in the boxes of a form before anybody fills them."""
    state: Json = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        kind = element["type"]
        box: Json = {"type": kind}
        match kind:
            case "plain_text_input":
                box["value"] = element.get("initial_value")
            case "radio_buttons" | "static_select":
                box["selected_option"] = element.get("initial_option")
            case "checkboxes" | "multi_static_select":
                box["selected_options"] = element.get("initial_options", [])
            case "multi_users_select":
                box["selected_users"] = element.get("initial_users", [])
            case "conversations_select":
                box["selected_conversation"] = element.get("initial_conversation")
            case "datepicker":
                box["selected_date"] = element.get("initial_date")
            case "timepicker":
                box["selected_time"] = element.get("initial_time")
            case "file_input":
                box["files"] = []
        state[block["block_id"]] = {"answer": box}
    return state


def _named(found: list[Json], label: str) -> Json:
    for one in found:
        if one["text"]["text"].startswith(label):
            return one
    raise AssertionError(f"no button {label!r}; there are {[one['text']['text'] for one in found]}")


def _view(given: Json) -> Json:
    view = given["view"]
    return json.loads(view) if isinstance(view, str) else dict(view)


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    given: Json = {**dict(request.query), **dict(await request.post())}
    for name in ("blocks", "view"):
        if isinstance(given.get(name), str):
            with suppress(ValueError):
                given[name] = json.loads(given[name])
    return given


def _cut(request: web.Request) -> web.StreamResponse:
    """The line breaks before an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
