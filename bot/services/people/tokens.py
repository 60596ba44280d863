"""Tokens of the API: a person's own programs work in their name with one.

A token is 256 random bits. What is kept of it is its SHA-256 (of so much chance nothing can be guessed back, so no slow
hash is needed), its last four letters and what it may do; it is shown once, when it is made, and always has an end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from bot.services.characters.drafts import clean_text
from bot.services.money.limits_of import LimitName, Limits
from bot.services.oversight import audit
from bot.texts import N_
from db.models import ApiToken as TokenModel
from db.models import TokenScope as Scope
from db.queries import tokens as queries
from db.work import Actor, Database, Work

__all__ = ["DAYS", "ApiToken", "ApiTokens", "Bearer", "MadeToken", "Scope"]

PREFIX = "botcafe_"
"""By which people, and programs that look for secrets in the wrong places, know what it is."""

DAYS = (7, 30, 90, 365)
"""For how many days a token can be made. A token without an end is one that everybody forgets."""

STAFF_DAYS_MAX = 30
_RANDOM_BYTES = 32
_INCLUDED_SECONDS = 60.0
_KNOWN = 20_000
_TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its owner sees it. `is_over`: it was taken back, or its time is over."""

    id: UUID
    name: str
    last_four: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made. `secret` is known here and nowhere else."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a token. `role` is one of user, moderator, admin; `is_blocked`: suspended or banned."""

    token_id: UUID
    user_id: UUID
    discord_id: int | None
    username: str
    name: str
    language: str | None
    scopes: frozenset[Scope]
    role: str
    is_blocked: bool = False


class ApiTokens:
    """Makes tokens, knows who comes with one, ends them. `work` is their owner's."""

    def __init__(self, database: Database, clock: Clock, plan_limits: Limits | None = None) -> None:
        """`plan_limits` say whose plan includes the API."""
        self._database = database
        self._clock = clock
        self._limits = plan_limits or Limits(clock)
        self._included: OrderedDict[UUID, float] = OrderedDict()

    async def make(
        self, work: Work, user_id: UUID, name: str, scopes: Collection[str], days: int, *, is_staff: bool = False
    ) -> MadeToken:
        """A new token. `is_staff`: whoever makes it is a moderator or admin, and may let it do such work.

        Raises `InvalidInput`, `LimitReached`, or `NotAllowed` (also where their plan includes no use by programs: only
        the work of staff needs no plan).
        """
        called = " ".join(clean_text("name", N_("Name"), name, limits.API_TOKEN_NAME_MAX, required=True).split())
        chosen = _chosen(scopes)
        if Scope.STAFF in chosen and not is_staff:
            raise NotAllowed("staff_only", N_("Only moderators and admins of this house can do that."))
        _refuse_days(days, is_staff=Scope.STAFF in chosen)
        if Scope.STAFF not in chosen:
            await self._limits.check_switch(work, user_id, LimitName.API)
        now = self._clock.now()
        if await queries.count_holding(work.session, user_id, now) >= limits.API_TOKENS_PER_PERSON:
            raise LimitReached(
                "too_many_tokens",
                N_("You have {maximum} tokens, which is as many as one person can have. Take one back first."),
                maximum=int(limits.API_TOKENS_PER_PERSON),
            )
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        row = TokenModel(
            user_id=user_id,
            name=called,
            token_hash=_hash(secret),
            last_four=secret[-4:],
            scopes=[one.value for one in Scope if one in chosen],
            expires_at=now + timedelta(days=days),
        )
        await queries.add(work.session, row)
        await audit.record(
            work, "token.made", "token", row.id, of=user_id, details={"scopes": row.scopes, "days": days}
        )
        return MadeToken(_seen(row, now), secret)

    async def all(self, work: Work, user_id: UUID) -> tuple[ApiToken, ...]:
        """A person's tokens, the newest first; those that ended stand there for a month."""
        now = self._clock.now()
        return tuple(_seen(row, now) for row in await queries.all_of(work.session, user_id))

    async def revoke(self, work: Work, user_id: UUID, token_id: UUID) -> ApiToken:
        """Take a token back: it opens nothing any more, from now on. Raises `NotFound`."""
        now = self._clock.now()
        row = await queries.revoke(work.session, user_id, token_id, now)
        if row is None:
            raise NotFound("no_such_token", N_("You have no such token. Look at your list again."))
        await audit.record(work, "token.revoked", "token", token_id, of=user_id)
        return _seen(row, now)

    async def bearer(self, secret: str) -> Bearer | None:
        """Who comes with a token; None for one that is not known, was taken back or is past its time."""
        if not _TOKEN.fullmatch(secret):
            return None
        async with self._database.directly(Actor.job("api")) as direct:
            row = await queries.bearer(direct, _hash(secret))
        if row is None:
            return None
        return Bearer(
            token_id=row.token_id,
            user_id=row.user_id,
            discord_id=row.discord_id,
            username=row.username,
            name=row.display_name,
            language=row.locale,
            scopes=frozenset(Scope(one) for one in row.scopes),
            role=row.role,
            is_blocked=row.is_blocked,
        )

    async def refuse_not_included(self, user_id: UUID) -> None:
        """Raise `NotAllowed` where somebody's plan includes no use by programs (any more). Asked once a minute."""
        if not self._limits.is_on:
            return
        now = self._clock.monotonic()
        known = self._included.get(user_id)
        if known is not None and now - known < _INCLUDED_SECONDS:
            return
        async with self._database.work(Actor.user(user_id)) as work:
            await self._limits.check_switch(work, user_id, LimitName.API)
        self._included[user_id] = now
        self._included.move_to_end(user_id)
        if len(self._included) > _KNOWN:
            self._included.popitem(last=False)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _chosen(scopes: Collection[str]) -> frozenset[Scope]:
    known = {one.value for one in Scope}
    if not scopes or not set(scopes) <= known:
        raise InvalidInput("token_scopes", N_("What it may do: choose at least one of the list."), field="scopes")
    return frozenset(Scope(one) for one in scopes)


def _refuse_days(days: int, *, is_staff: bool) -> None:
    if days not in DAYS:
        raise InvalidInput("token_days", N_("Its time: choose one of the list."), field="days")
    if is_staff and days > STAFF_DAYS_MAX:
        raise InvalidInput(
            "token_days_staff",
            N_("Its time: a token that may do the work of staff lasts {maximum} days at most."),
            field="days",
            maximum=STAFF_DAYS_MAX,
        )


def _seen(row: TokenModel, now: datetime) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        last_four=row.last_four,
        scopes=tuple(Scope(one) for one in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        is_over=row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now),
    )
