"""Signing in: what is under way, who is signed in where, and what was tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Interval,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.models import Login, OAuthState, WebSession


@dataclass(frozen=True, slots=True)
class SignedInRow:
    """Who a session belongs to."""

    session_id: UUID
    user_id: UUID
    discord_id: int
    name: str
    role: str
    signed_in_at: datetime
    language: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class DoorRow:
    """How somebody stands who wants to come in."""

    role: str
    may_enter: bool
    status: str
    reason: str
    until: datetime | None


_MOMENT = DateTime(timezone=True)
_FOUND = (
    func.session_of(
        bindparam("hash", type_=LargeBinary()),
        bindparam("now", type_=_MOMENT),
        bindparam("idle", type_=Interval()),
        bindparam("idle_staff", type_=Interval()),
    )
    .table_valued(
        column("session_id", Uuid()),
        column("user_id", Uuid()),
        column("discord_id", BigInteger()),
        column("name", Text()),
        column("role", Text()),
        column("signed_in_at", _MOMENT),
        column("language", Text()),
        column("time_zone", Text()),
        name="found",
    )
    .render_derived()
)
_SESSION_OF = Prepared(select(*_FOUND.c))
"""Asked with every page, so it goes the short way (`db.direct`)."""
_DOOR = text("SELECT * FROM standing_at_door(:person, :now)")


async def session_of(
    direct: Direct, token_hash: bytes, *, now: datetime, idle: timedelta, idle_staff: timedelta
) -> SignedInRow | None:
    """Whose session a secret opens, if it still does. For jobs."""
    row = await direct.row(_SESSION_OF, hash=token_hash, now=now, idle=idle, idle_staff=idle_staff)
    return None if row is None else SignedInRow(*row)


async def at_door(session: AsyncSession, user_id: UUID, now: datetime) -> DoorRow:
    """How somebody stands. For jobs."""
    found = await session.execute(_DOOR, {"person": user_id, "now": now})
    return DoorRow(**found.mappings().one())


async def end_all(session: AsyncSession, user_id: UUID, now: datetime) -> int:
    """End every session of a person. For themselves, staff and jobs."""
    found = await session.execute(text("SELECT end_sessions_of(:person, :now)"), {"person": user_id, "now": now})
    return int(found.scalar_one())


async def end_by_secret(session: AsyncSession, token_hash: bytes, now: datetime) -> bool:
    """End the session that a secret opens. For jobs."""
    found = await session.execute(text("SELECT end_session_by(:hash, :now)"), {"hash": token_hash, "now": now})
    return bool(found.scalar_one())


async def purge(session: AsyncSession, now: datetime, kept: timedelta) -> int:
    """Forget what is over for longer than `kept`. For jobs."""
    found = await session.execute(text("SELECT purge_sign_ins(:now, :kept)"), {"now": now, "kept": kept})
    return int(found.scalar_one())


async def add_session(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Begin a session, in the person's own name."""
    await session.execute(insert(WebSession).values(**values))


async def add_login(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write down an attempt to sign in."""
    await session.execute(insert(Login).values(**values))


async def sessions(session: AsyncSession, user_id: UUID, now: datetime) -> Sequence[WebSession]:
    """The browsers a person is signed in with, last used first."""
    found = await session.scalars(
        select(WebSession)
        .where(
            WebSession.user_id == user_id,
            WebSession.revoked_at.is_(None),
            WebSession.idle_until > now,
            WebSession.ends_at > now,
        )
        .order_by(WebSession.last_seen_at.desc(), WebSession.id)
        .limit(100)
    )
    return found.all()


async def end_one(session: AsyncSession, user_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of a person."""
    done = await session.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.user_id == user_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return cast("CursorResult[Any]", done).rowcount > 0


async def logins(
    session: AsyncSession, user_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Login]:
    """A person's sign-ins, newest first."""
    wanted = select(Login).where(Login.user_id == user_id)
    if before is not None:
        at, last = before
        wanted = wanted.where((Login.created_at < at) | ((Login.created_at == at) & (Login.id < last)))
    found = await session.scalars(wanted.order_by(Login.created_at.desc(), Login.id.desc()).limit(limit))
    return found.all()


async def add_state(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Remember a sign-in under way, and forget those nobody came back for in time. For jobs."""
    await session.execute(delete(OAuthState).where(OAuthState.expires_at < values["created_at"]))
    await session.execute(insert(OAuthState).values(**values))


async def take_state(session: AsyncSession, state_hash: bytes) -> OAuthState | None:
    """The sign-in under way of this state, which nobody else can take again. For jobs."""
    found = await session.scalars(delete(OAuthState).where(OAuthState.state_hash == state_hash).returning(OAuthState))
    return found.one_or_none()
