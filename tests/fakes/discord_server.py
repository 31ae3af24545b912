"""A Discord of one server on this machine: REST and gateway, spoken to the unmodified client library.

It keeps the service's rules (limits, permissions, the three seconds, one answer an interaction, the nonce's
window) and breaks when a test says so. Its clock is the machine's, and `later` moves it on.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlparse

import discord
from aiohttp import web
from aiohttp.typedefs import Middleware
from discord.gateway import DiscordWebSocket
from yarl import URL

from tests.fakes import discord_rules as rules
from tests.fakes.discord_gateway import DM_MESSAGES, GUILD_MESSAGES, Gateway

Json = dict[str, Any]
Files = dict[str, bytes]

APP = 999000000000000001
GUILD = 999000000000000010
CHANNEL = 999000000000000011
OTHER_GUILD = 999000000000000020
TOKEN = base64.urlsafe_b64encode(str(APP).encode()).decode().rstrip("=") + ".made-up.for-tests"
NONCE_WINDOW = 120.0
EPOCH = 1420070400.0


@dataclass
class Fault:
    method: str
    path: str
    """A regular expression."""
    status: int = 503
    body: Json = field(default_factory=lambda: {"code": 0, "message": "a fault"})
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    accept: bool = False
    """It is done, and only the answer gets lost."""
    cut: bool = False
    """The connection is reset instead of answered."""


@dataclass
class Exchange:
    """One interaction and everything that was answered to it."""

    id: int
    token: str
    user: int
    at: float
    kind: int
    private: bool
    channel: int
    answers: list[Json] = field(default_factory=list)
    """Callbacks as they came: type and data."""
    shown: list[Json] = field(default_factory=list)
    """Messages that this interaction made, as they look now."""
    first_after: float | None = None
    pressed: Json | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def modal(self) -> Json | None:
        return next((one["data"] for one in self.answers if one["type"] == 9), None)

    @property
    def text(self) -> str:
        return "\n".join(one["content"] for one in self.shown)

    @property
    def choices(self) -> list[str]:
        return [one["value"] for answer in self.answers if answer["type"] == 8 for one in answer["data"]["choices"]]


class Refusal(Exception):
    def __init__(self, status: int, code: int, message: str = "refused") -> None:
        self.status, self.code, self.message = status, code, message


class Discord:
    def __init__(self, nonce_window: float = NONCE_WINDOW) -> None:
        self.nonce_window = nonce_window
        self.permissions = rules.VIEW | rules.SEND | rules.THREADS | rules.ATTACH | rules.HISTORY
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []
        self.members: dict[int, Json] = {}
        self.users: dict[int, Json] = {APP: {"id": str(APP), "username": "cohortbook", "bot": True}}
        self.messages: dict[int, list[Json]] = {CHANNEL: []}
        self.dms: dict[int, int] = {}
        self.closed: dict[int, int] = {}
        """Who takes no private messages, with the code that says so."""
        self.removed = False
        """The bot was taken out of the server."""
        self.commands: dict[str, list[Json]] = {}
        self.exchanges: dict[int, Exchange] = {}
        self.openings: list[int] = []
        self.saved: Files = {}
        """Every file that was ever attached, by name; the newest of a name."""
        self.attachments: dict[str, tuple[str, bytes]] = {}
        """What people put into forms, by id."""
        self.cdn_status = 200
        self.fakes_time = 0.0
        self._ids = itertools.count(1)
        self._nonces: dict[tuple[int, str], tuple[float, Json]] = {}
        me = self.users[APP] | {"discriminator": "0", "avatar": None, "global_name": "Cohortbook"}
        self.users[APP] = me
        guild = {
            "id": str(GUILD), "name": "District 12", "owner_id": "1", "roles": [
                {"id": str(GUILD), "name": "@everyone", "permissions": "0", "position": 0, "color": 0, "hoist": False,
                 "managed": False, "mentionable": False, "colors": {"primary_color": 0}}],
            "emojis": [], "stickers": [], "features": [], "member_count": 9, "members": [], "threads": [],
            "channels": [{"id": str(CHANNEL), "type": 0, "name": "sample-cohort", "position": 0,
                          "permission_overwrites": [], "parent_id": None, "nsfw": False}],
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "mfa_level": 0, "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None,
            "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "afk_timeout": 300, "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [], "voice_states": [], "presences": [], "large": False,
            "joined_at": "2026-01-01T00:00:00+00:00", "unavailable": False,
        }  # fmt: skip
        self._guild: Json = guild
        self.application = {
            "id": str(APP), "name": "Cohortbook", "description": "", "icon": None, "flags": 0, "bot_public": True,
            "bot_require_code_grant": False, "verify_key": "",
            "owner": {"id": "1", "username": "owner", "discriminator": "0", "avatar": None},
        }  # fmt: skip
        self.gateway = Gateway(TOKEN, self.application, me, guild)

    # --- time and people --------------------------------------------------------------------------

    def now(self) -> float:
        return time.time() + self.fakes_time

    def later(self, seconds: float) -> None:
        self.fakes_time += seconds

    def snowflake(self) -> int:
        return (int((self.now() - EPOCH) * 1000) << 22) + next(self._ids) % (1 << 22)

    def join(self, name: str, *, bot: bool = False, nick: str | None = None) -> int:
        id_ = 555000000000000000 + len(self.members) + 1
        user = {"id": str(id_), "username": name.lower(), "global_name": name, "discriminator": "0", "avatar": None}
        self.users[id_] = user | {"bot": bot}
        self.members[id_] = {
            "user": self.users[id_], "nick": nick, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False, "mute": False, "flags": 0, "permissions": "0",
        }  # fmt: skip
        return id_

    def dm(self, user: int) -> int:
        """The private channel with this person, made if it is not there."""
        channel = self.dms.get(user)
        if channel is None:
            channel = self.dms[user] = self.snowflake()
            self.messages[channel] = []
        return channel

    def private(self, user: int) -> list[Json]:
        """What the bot wrote to them."""
        return [one for one in self.messages.get(self.dms.get(user, 0), []) if one["author"]["id"] == str(APP)]

    def public(self) -> list[Json]:
        return [one for one in self.messages[CHANNEL] if one["author"]["id"] == str(APP)]

    # --- what people do ---------------------------------------------------------------------------

    async def slash(
        self, user: int, name: str, text: str | None = None, *, private: bool = False, room: Json | None = None
    ) -> Exchange:
        """`room`: what Discord tells of a channel of another kind, such as a thread or the chat of a voice channel."""
        options = [] if text is None else [{"name": "text", "type": 3, "value": text}]
        data = {"id": "77", "name": name, "type": 1, "options": options} | ({} if private else {"guild_id": str(GUILD)})
        return await self._interact(user, 2, data, private=private, room=room)

    async def complete(self, user: int, name: str, text: str) -> Exchange:
        options = [{"name": "text", "type": 3, "value": text, "focused": True}]
        data = {"id": "77", "name": name, "type": 1, "options": options, "guild_id": str(GUILD)}
        return await self._interact(user, 4, data)

    async def menu(self, user: int, name: str, on: Json) -> Exchange:
        data = {"id": "78", "name": name, "type": 3, "guild_id": str(GUILD), "target_id": on["id"]}
        return await self._interact(user, 2, data | {"resolved": {"messages": {on["id"]: on}}})

    async def press(self, user: int, message: Json, label: str, *, guild: int = GUILD) -> Exchange:
        buttons = [one for row in message["components"] for one in row["components"]]
        found = next((one for one in buttons if one["label"].startswith(label)), None)
        assert found is not None, f"no button {label!r}; there are {[one['label'] for one in buttons]}"
        return await self.press_id(user, message, found["custom_id"], guild=guild)

    async def press_id(self, user: int, message: Json, custom_id: str, *, guild: int = GUILD) -> Exchange:
        private = int(message["channel_id"]) in self.dms.values()
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._interact(user, 3, data, private=private, message=message, guild=guild)

    async def submit(self, user: int, modal: Json, values: Mapping[str, object], *, private: bool = False) -> Exchange:
        """Fields that are not named keep what they showed."""
        parts, resolved = [], {"users": {}, "members": {}, "channels": {}, "attachments": {}}  # type: ignore[var-annotated]
        for part in modal["components"]:
            if part["type"] == 10:
                parts.append({"type": 10, "id": 1})
                continue
            asked = part["component"]
            name = asked["custom_id"]
            given = values.get(name, _initial(asked))
            rules.need(not asked.get("required", True) or bool(given), f"{name} is required")
            filled: Json = {"type": asked["type"], "custom_id": name, "id": 2}
            if asked["type"] in (4, 21):
                filled["value"] = given if given or asked["type"] == 4 else None
            else:
                filled["values"] = [
                    str(one) for one in ([given] if isinstance(given, str) else cast(Sequence[object], given))
                ]
            for one in filled.get("values", []) if asked["type"] == 19 else []:
                file, content = self.attachments[one]
                url = f"{self.gateway.address.replace('ws:', 'http:').removesuffix('/gateway/')}/cdn/{one}"
                told = {"id": one, "filename": file, "size": len(content), "url": url, "proxy_url": url}
                resolved["attachments"][one] = told | {"ephemeral": True}
            for one in filled.get("values", []) if asked["type"] == 5 else []:
                resolved["users"][one] = self.users[int(one)]
                if int(one) in self.members:
                    member = {k: v for k, v in self.members[int(one)].items() if k != "user"}
                    resolved["members"][one] = member
            parts.append({"type": 18, "id": 3, "component": filled})
        data = {"custom_id": modal["custom_id"], "components": parts, "resolved": resolved}
        return await self._interact(user, 5, data, private=private)

    async def write(self, user: int, text: str, **more: Any) -> Json:
        """A private message."""
        message = self._said(user, self.dm(user), text) | more
        await self.gateway.dispatch("MESSAGE_CREATE", message)
        return message

    async def post(self, user: int, text: str, **more: Any) -> Json:
        """A message in the channel; its words reach the bot only when they mention it."""
        message = self._said(user, CHANNEL, text) | more
        member = {k: v for k, v in self.members[user].items() if k != "user"}
        told = message | {"guild_id": str(GUILD), "member": member}
        if f"<@{APP}>" in text or more.get("mentions"):
            told["mentions"] = [self.users[APP]]
        else:
            told["content"] = ""
        await self.gateway.dispatch("MESSAGE_CREATE", told)
        return message

    def _said(self, user: int, channel: int, text: str) -> Json:
        message = self._message(user, channel, {"content": text}, [])
        self.messages[channel].append(message)
        return message

    async def _interact(
        self, user: int, kind: int, data: Json, *, private: bool = False, message: Json | None = None,
        guild: int = GUILD, room: Json | None = None,
    ) -> Exchange:  # fmt: skip
        id_ = self.snowflake()
        channel = self.dm(user) if private else CHANNEL
        exchange = Exchange(id_, f"token-{id_}", user, self.now(), kind, private, channel)
        exchange.pressed = message
        self.exchanges[id_] = exchange
        payload: Json = {
            "id": str(id_), "application_id": str(APP), "type": kind, "data": data, "token": exchange.token,
            "version": 1, "locale": "en-US", "attachment_size_limit": 10485760, "entitlements": [],
            "app_permissions": str(self.permissions), "authorizing_integration_owners": {}, "context": int(private),
            "channel": {"id": str(channel), "type": 1 if private else 0, "name": "sample-cohort", "recipients": [],
                        "position": 0, "permission_overwrites": []} | (room or {}),
        }  # fmt: skip
        if message is not None:
            payload["message"] = message
        if private:
            payload["user"] = self.users[user]
        else:
            payload |= {"guild_id": str(guild), "guild": {"id": str(guild), "locale": "en-US", "features": []}}
            payload |= {"guild_locale": "en-US", "member": self.members[user]}
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return exchange

    # --- what becomes of the server -------------------------------------------------------------------

    async def remove_bot(self) -> None:
        self.removed = True
        await self.gateway.dispatch("GUILD_DELETE", {"id": str(GUILD)})

    async def put_back(self) -> None:
        self.removed = False
        anew = {key: value for key, value in self._guild.items() if key != "unavailable"}
        await self.gateway.dispatch("GUILD_CREATE", anew)

    async def delete_channel(self) -> None:
        del self.messages[CHANNEL]
        await self.gateway.dispatch("CHANNEL_DELETE", self._guild["channels"][0] | {"guild_id": str(GUILD)})

    async def change_permissions(self, permissions: int) -> None:
        self.permissions = permissions
        await self.gateway.dispatch("CHANNEL_UPDATE", self._guild["channels"][0] | {"guild_id": str(GUILD)})

    def app(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(client_max_size=1 << 26, middlewares=middlewares)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_route("*", "/api/v10/{path:.*}", self.rest)
        app.router.add_get("/cdn/{id}", self._attached)
        return app

    def attach(self, name: str, data: bytes) -> str:
        """Somebody chooses a file in a form; returns its id."""
        id_ = str(self.snowflake())
        self.attachments[id_] = (name, data)
        return id_

    async def _attached(self, request: web.Request) -> web.Response:
        return web.Response(status=self.cdn_status, body=self.attachments[request.match_info["id"]][1])

    # --- REST ---------------------------------------------------------------------------------------

    async def rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        data, files = await _body(request)
        self.saved |= files
        fault = self._fault(request.method, path)
        if fault is not None and not fault.accept:
            return await self._break(request, fault, path)
        try:
            if not path.startswith(("/interactions/", "/webhooks/")) and (
                request.headers.get("Authorization") != f"Bot {TOKEN}"
            ):
                raise Refusal(401, 0, "401: Unauthorized")
            answer = self._route(request.method, path, data, files, request.query)
            status = 200 if answer is not None else 204
        except Refusal as refusal:
            status, answer = refusal.status, {"code": refusal.code, "message": refusal.message}
        except rules.Broken as rule:
            status, answer = 400, {"code": 50035, "message": f"Invalid Form Body: {rule}"}
        if fault is not None:
            return await self._break(request, fault, path)
        self.requests.append((request.method, path, status))
        headers = {"Via": "1.1 google", "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49",
                   "X-RateLimit-Reset-After": "0.01", "X-RateLimit-Reset": str(self.now() + 0.01),
                   "X-RateLimit-Bucket": re.sub(r"\d+", "n", path)[:40]}  # fmt: skip
        if status == 204:
            return web.Response(status=204, headers=headers)
        return _json(answer, status, headers)

    def _fault(self, method: str, path: str) -> Fault | None:
        for one in self.faults:
            if one.times > 0 and one.method == method and re.search(one.path, path):
                one.times -= 1
                return one
        return None

    async def _break(self, request: web.Request, fault: Fault, path: str) -> web.StreamResponse:
        self.requests.append((request.method, path, 0 if fault.cut else fault.status))
        if fault.cut and request.transport is not None:
            request.transport.abort()
        return _json(fault.body, fault.status, {"Via": "1.1 google"} | dict(fault.headers))

    def _route(self, method: str, path: str, data: Json, files: Files, query: Mapping[str, str]) -> Any:
        parts = path.strip("/").split("/")
        match [method, *parts]:
            case ["GET", "users", "@me"]:
                return self.users[APP]
            case ["GET", "oauth2", "applications", "@me"]:
                return self.application
            case ["GET", "users", id_]:
                return self.users.get(int(id_)) or _refuse(404, 10013)
            case ["GET", "guilds", guild]:
                if guild != str(GUILD) or self.removed:
                    _refuse(404, 10004)
                return {"id": guild, "name": "District 12"}
            case ["GET", "channels", channel]:
                self._may(int(channel), rules.VIEW)
                return {"id": channel, "type": 0, "name": "sample-cohort", "guild_id": str(GUILD)}
            case ["GET", "guilds", guild, "members", id_]:
                rules.need(guild == str(GUILD), "guild")
                if int(id_) == APP:
                    return {"user": self.users[APP], "roles": [], "nick": None}
                return self.members.get(int(id_)) or _refuse(404, 10007)
            case ["GET", "guilds", _, "roles"]:
                return [{"id": str(GUILD), "name": "@everyone", "permissions": str(self.permissions), "position": 0}]
            case ["PUT", "applications", _, *where, "commands"]:
                rules.commands(data["list"])
                self.commands["/".join(where)] = data["list"]
                return [_registered(one, number) for number, one in enumerate(data["list"], 1)]
            case ["POST", "users", "@me", "channels"]:
                return self._open(int(data["recipient_id"]))
            case ["GET", "channels", channel, "messages"]:
                return self._history(int(channel), query)
            case ["POST", "channels", channel, "messages"]:
                return self._post(int(channel), data, files)
            case ["GET", "channels", channel, "messages", id_]:
                self._may(int(channel), rules.HISTORY)
                return self._find(int(channel), id_)
            case ["PATCH", "channels", channel, "messages", id_]:
                return self._edit(self._find(int(channel), id_), data, files)
            case ["DELETE", "channels", channel, "messages", id_]:
                self.messages[int(channel)].remove(self._find(int(channel), id_))
                return None
            case ["POST", "interactions", id_, token, "callback"]:
                return self._callback(int(id_), token, data, files)
            case ["POST", "webhooks", _, token]:
                exchange = self._alive(token)
                return self._show(exchange, data, files, ephemeral=bool(data.get("flags", 0) & rules.EPHEMERAL))
            case [("PATCH" | "GET" | "DELETE") as verb, "webhooks", _, token, "messages", "@original"]:
                return self._original(verb, self._alive(token), data, files)
        raise Refusal(404, 0, f"the fake has no {method} {path}")

    def _open(self, user: int) -> Json:
        self.openings.append(user)
        if self.closed.get(user) == 50278:
            raise Refusal(403, 50278)
        channel = self.dm(user)
        return {"id": str(channel), "type": 1, "recipients": [self.users[user]], "last_message_id": None}

    def _may(self, channel: int, wanted: int) -> None:
        if channel not in self.messages:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel in self.dms.values():
            user = next(one for one, its in self.dms.items() if its == channel)
            if wanted == rules.SEND and user in self.closed:
                raise Refusal(403, self.closed[user])
        elif self.removed or not self.permissions & rules.VIEW:
            raise Refusal(403, 50001)
        elif not self.permissions & wanted:
            raise Refusal(403, 50013)

    def _history(self, channel: int, query: Mapping[str, str]) -> list[Json]:
        self._may(channel, rules.HISTORY)
        after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
        found = [one for one in self.messages[channel] if after < int(one["id"]) < before]
        limit = int(query.get("limit", 50))
        return list(reversed(found[:limit] if after else found[-limit:]))

    def _post(self, channel: int, data: Json, files: Files) -> Json:
        self._may(channel, rules.SEND)
        if files:
            self._may(channel, rules.ATTACH)
        if data.get("message_reference"):
            self._may(channel, rules.HISTORY)
        rules.message(data, len(files))
        key = (channel, str(data.get("nonce")))
        at, before = self._nonces.get(key, (0.0, {}))
        if data.get("enforce_nonce") and before and self.now() - at < self.nonce_window:
            return before
        message = self._message(APP, channel, data, data.get("attachments") or [])
        self.messages[channel].append(message)
        self._nonces[key] = (self.now(), message)
        return message

    def _edit(self, message: Json, data: Json, files: Files) -> Json:
        rules.message(data, len(files), new=False)
        message |= {key: data[key] for key in ("content", "components", "attachments") if key in data}
        message["content"] = message["content"] or ""
        message["edited_timestamp"] = datetime.now(UTC).isoformat()
        return message

    def _find(self, channel: int, id_: str) -> Json:
        for one in self.messages.get(channel, []):
            if one["id"] == id_ and one["author"]["id"] == str(APP):
                return one
        raise Refusal(404, 10008, "Unknown Message")

    def _message(self, author: int, channel: int, data: Json, attachments: list[Json]) -> Json:
        return {
            "id": str(self.snowflake()), "channel_id": str(channel), "author": self.users[author], "type": 0,
            "content": (data.get("content") or "").strip(), "components": data.get("components") or [],
            "embeds": data.get("embeds") or [], "flags": data.get("flags", 0), "tts": False, "pinned": False,
            "attachments": [{"id": str(n), "filename": one["filename"], "description": one.get("description"),
                             "size": 1, "url": "", "proxy_url": ""} for n, one in enumerate(attachments)],
            "mentions": [], "mention_roles": [], "mention_everyone": False, "edited_timestamp": None,
            "timestamp": datetime.now(UTC).isoformat(), "allowed_mentions": data.get("allowed_mentions"),
        } | ({"message_reference": data["message_reference"]} if data.get("message_reference") else {})  # fmt: skip

    # --- interactions -------------------------------------------------------------------------------

    def _callback(self, id_: int, token: str, data: Json, files: Files) -> Json:
        exchange = self.exchanges.get(id_)
        if exchange is None or exchange.token != token or self.now() - exchange.at > 3:
            raise Refusal(404, 10062, "Unknown interaction")
        if exchange.answers:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        kind, body = data["type"], data.get("data") or {}
        rules.need(kind in {2: (4, 5, 9), 3: (4, 5, 6, 7, 9), 4: (8,), 5: (4, 5, 6, 7)}[exchange.kind], "type")
        if kind == 9:
            rules.modal(body)
        message: Json | None = None
        exchange.first_after = self.now() - exchange.at
        if kind in (4, 7):
            rules.message(body, len(files), new=kind == 4)
        exchange.answers.append({"type": kind, "data": body})
        exchange.answered.set()
        if kind == 4:
            message = self._show(exchange, body, files, ephemeral=bool(body.get("flags", 0) & rules.EPHEMERAL))
        elif kind == 7:
            assert exchange.pressed is not None
            exchange.shown.append(self._edit(exchange.pressed, body, files))
        return {
            "interaction": {"id": str(id_), "type": exchange.kind, "response_message_loading": kind == 5},
            "resource": {"type": kind, **({"message": message} if message else {})},
        }

    def _alive(self, token: str) -> Exchange:
        for one in self.exchanges.values():
            if one.token == token:
                if self.now() - one.at > 15 * 60:
                    raise Refusal(401, 50027, "Invalid Webhook Token")
                return one
        raise Refusal(404, 10015, "Unknown Webhook")

    def _show(self, exchange: Exchange, data: Json, files: Files, *, ephemeral: bool) -> Json:
        rules.message(data, len(files))
        message = self._message(APP, exchange.channel, data, data.get("attachments") or [])
        message["flags"] |= rules.EPHEMERAL if ephemeral else 0
        exchange.shown.append(message)
        if not ephemeral:
            self.messages[exchange.channel].append(message)
        return message

    def _original(self, verb: str, exchange: Exchange, data: Json, files: Files) -> Json | None:
        deferred = [one for one in exchange.answers if one["type"] in (4, 5, 7)]
        if not deferred:
            raise Refusal(404, 10008)
        if verb == "DELETE":
            exchange.shown[:1] = []
            return None
        if verb == "GET":
            return exchange.shown[0]
        if not exchange.shown:
            hidden = bool(deferred[0]["data"].get("flags", 0) & rules.EPHEMERAL)
            return self._show(exchange, data, files, ephemeral=hidden)
        return self._edit(exchange.shown[0], data, files)


def _initial(asked: Json) -> object:
    if asked["type"] == 4:
        return asked.get("value") or ""
    if asked["type"] in (5, 8):
        return [one["id"] for one in asked.get("default_values") or []]
    chosen = [one["value"] for one in asked.get("options") or [] if one.get("default")]
    return next(iter(chosen), None) if asked["type"] == 21 else chosen


def _registered(one: Json, number: int) -> Json:
    return {
        "id": str(number), "application_id": str(APP), "version": "1", "default_member_permissions": None,
        "nsfw": False, "type": 1, "description": "", "options": [], **one,
    }  # fmt: skip


def _refuse(status: int, code: int) -> Any:
    raise Refusal(status, code)


def _json(answer: Any, status: int, headers: Mapping[str, str]) -> web.Response:
    """With the bare type that the client library looks for."""
    typed = {"Content-Type": "application/json"} | dict(headers)
    return web.Response(body=json.dumps(answer).encode(), status=status, headers=typed)


async def _body(request: web.Request) -> tuple[Json, Files]:
    """The JSON of a request and the files that came with it."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        files = {one.filename: one.file.read() for one in form.values() if isinstance(one, web.FileField)}
        return json.loads(str(form["payload_json"])), files
    text = await request.text()
    found = json.loads(text) if text else {}
    return ({"list": found} if isinstance(found, list) else found), {}


@asynccontextmanager
async def open_discord() -> AsyncIterator[Discord]:
    """Until it closes, the client library of this process talks to this Discord."""
    fake = Discord()
    runner = web.AppRunner(fake.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    before = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    fake.gateway.address = f"ws://{host}:{port}/gateway/"
    send_the_library_to(port)
    try:
        yield fake
    finally:
        discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
        await fake.gateway.close()
        await runner.cleanup()


def send_the_library_to(port: int) -> None:
    """From now on the client library of this process takes that port for Discord."""
    discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(f"ws://127.0.0.1:{port}/gateway/")


def permissions_of(link: str) -> int:
    return int(parse_qs(urlparse(link).query)["permissions"][0])


__all__ = ["APP", "CHANNEL", "DM_MESSAGES", "GUILD", "GUILD_MESSAGES", "TOKEN", "Discord", "Exchange", "Fault"]
