"""Requests to Discord that are made once, with an honest account of what became of them.

discord.py's webhook sender repeats a POST after every answer of 500 or more, and a webhook message has no nonce, so
one failure can show two messages. Here a request leaves once. Only what Discord surely did not act on (429, no
connection) is tried again; whether to repeat anything else is for the caller, who can look first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote

import aiohttp
import discord
import discord.http
import structlog

from bot.clock import Clock
from bot.transport.allowance import Allowance, Room, Route

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=6)
_PATIENT_ATTEMPTS = 6
_LONGEST_PAUSE_SECONDS = 90.0
_USER_AGENT = f"DiscordBot (botcafe, 1) discord.py/{discord.__version__}"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """It happened. `body` is the decoded answer, None for 204."""

    body: object


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not happen and Discord says why. `code` is Discord's own error code, 0 where it gave none."""

    status: int
    code: int
    detail: str = ""
    retry_after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsent:
    """It did not happen: no connection was made."""

    cause: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """It may have happened: the connection broke, time ran out, or the server failed after reading the request."""

    cause: str


Outcome = Done | Refused | Unsent | Unsure


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `path` is a template such as `/channels/{channel_id}/messages`; `ids` fill it.

    `major` are the names of the ids that Discord counts separately. `secret` ids are never written anywhere. With
    `as_bot` the bot's token goes along. An impatient call is not held back nor repeated when the limits are short.
    """

    method: str
    path: str
    ids: Mapping[str, int | str] = field(default_factory=dict[str, int | str], repr=False)
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: object = None
    major: tuple[str, ...] = ("channel_id", "guild_id", "webhook_id")
    as_bot: bool = True
    patient: bool = True

    @property
    def route(self) -> Route:
        """Which limits it falls under."""
        major = "/".join(str(self.ids[name]) for name in self.major if name in self.ids)
        return Route(f"{self.method} {self.path}", major)


class Executor:
    """Sends calls to wherever discord.py points, under one allowance. Close it when the program ends."""

    def __init__(self, token: str, clock: Clock, *, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        self._token = token
        self._clock = clock
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self.allowance = Allowance(clock)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()

    def room(self, call: Call) -> Room:
        """What the limits leave for a call like this."""
        return self.allowance.room(call.route)

    async def request(self, call: Call) -> Outcome:
        """Make the call. Raises nothing but cancellation; waits out rate limits if the call is patient."""
        outcome: Outcome = Unsent("not tried")
        for attempt in range(_PATIENT_ATTEMPTS if call.patient else 1):
            if self.allowance.exhausted:
                log.error("discord_requests_stopped", invalid_requests=self.allowance.invalid_requests)
                return Refused(429, 0, "too many refused requests; none are sent for a while")
            if not call.patient and self.room(call).remaining == 0:
                return Refused(429, 0, "no room", self.room(call).seconds_to_reset)
            await self.allowance.take(call.route)
            outcome = await self._attempt(call)
            if isinstance(outcome, Refused) and outcome.status == 429:
                if outcome.retry_after_seconds > _LONGEST_PAUSE_SECONDS:
                    return outcome
                continue
            if isinstance(outcome, Unsent) and call.patient and attempt < 2:
                await self._clock.sleep(0.5 * 4**attempt)
                continue
            return outcome
        return outcome

    async def _attempt(self, call: Call) -> Outcome:
        headers: Mapping[str, str] | None = None
        try:
            async with self._open_session().request(
                call.method,
                discord.http.Route.BASE + _filled(call),
                params=dict(call.query),
                data=None if call.body is None else json.dumps(call.body).encode(),
                headers=self._headers(call),
                allow_redirects=False,
            ) as response:
                headers = response.headers
                text = await response.text(encoding="utf-8", errors="replace")
                return self._classify(call, response, text)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Unsent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unsure(type(error).__name__)
        finally:
            self.allowance.settle(call.route, headers)

    def _classify(self, call: Call, response: aiohttp.ClientResponse, text: str) -> Outcome:
        status = response.status
        if 200 <= status < 300:
            return Done(_decoded(text))
        if status >= 500:
            return Unsure(f"HTTP {status}")
        body = _decoded(text)
        fields = cast("dict[str, object]", body) if isinstance(body, dict) else {}
        code = fields.get("code")
        retry_after = _seconds(fields.get("retry_after"), response.headers.get("Retry-After")) if status == 429 else 0.0
        if status in (401, 403) or (status == 429 and response.headers.get("X-RateLimit-Scope") != "shared"):
            self.allowance.count_invalid()
        if status == 429:
            self.allowance.refuse(call.route, retry_after, everywhere=bool(fields.get("global")))
            log.warning(
                "discord_rate_limited",
                route=call.route.shape,
                seconds=retry_after,
                everywhere=bool(fields.get("global")),
            )
        detail = str(fields.get("message", ""))[:200]
        return Refused(status, code if isinstance(code, int) else 0, detail, retry_after)

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"User-Agent": _USER_AGENT}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if call.as_bot:
            headers["Authorization"] = f"Bot {self._token}"
        return headers

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        return self._session


def _filled(call: Call) -> str:
    return call.path.format_map({name: quote(str(value), safe="") for name, value in call.ids.items()})


def _decoded(text: str) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _seconds(*wishes: object) -> float:
    """How long Discord wants us to wait; five seconds where it does not say in a form we understand."""
    for wish in wishes:
        try:
            if wish is not None:
                return max(0.05, float(str(wish)))
        except ValueError:
            continue
    return 5.0
