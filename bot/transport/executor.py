"""Requests to Discord that are made once, with an honest account of what became of them.

discord.py's webhook sender repeats a POST after every answer of 500 or more, and a webhook message has no nonce, so
one failure can show two messages. Here a POST leaves once. Only what Discord surely did not act on (429, no
connection) is tried again, and what may be done twice without harm (reading, editing, deleting). Whether to repeat a
POST of unknown outcome is for the caller, who can look first.
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
_HASTY_TIMEOUT = aiohttp.ClientTimeout(total=5)
_PATIENT_ATTEMPTS = 6
_PAUSES_SECONDS = (0.5, 2.0)
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
    def repeatable(self) -> bool:
        """True if doing it twice is the same as doing it once."""
        return self.method != "POST"

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
        failures = 0
        for _ in range(_PATIENT_ATTEMPTS if call.patient else 1):
            held_back = self._held_back(call)
            if held_back is not None:
                return held_back
            await self.allowance.take(call.route)
            outcome = await self._attempt(call)
            match outcome:
                case Refused(status=429, retry_after_seconds=wait) if wait <= _LONGEST_PAUSE_SECONDS:
                    continue  # `take` waits
                case Unsent() | Unsure() if call.patient and failures < len(_PAUSES_SECONDS):
                    if isinstance(outcome, Unsure) and not call.repeatable:
                        return outcome
                    await self._clock.sleep(_PAUSES_SECONDS[failures])
                    failures += 1
                case _:
                    return outcome
        return outcome

    def _held_back(self, call: Call) -> Refused | None:
        """Why a call must not leave at all, if so."""
        if self.allowance.exhausted:
            log.error("discord_requests_stopped", invalid_requests=self.allowance.invalid_requests)
            return Refused(429, 0, "too many refused requests; none are sent for a while", _LONGEST_PAUSE_SECONDS)
        room = self.room(call)
        if not call.patient and room.remaining is not None and room.remaining <= 0:
            return Refused(429, 0, "no room", room.seconds_to_reset)
        return None

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
                timeout=self._timeout if call.patient else _HASTY_TIMEOUT,
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
