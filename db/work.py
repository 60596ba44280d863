"""Units of work: a transaction in somebody's name.

Every transaction begins by telling the database for whom it works; row security (`db.security`) shows what that actor
may see. Without an actor every statement on a table raises, so a forgotten actor is an error and never an empty result.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import listen, queue
from db.direct import Direct, Prepared, once, transaction
from db.engine import create_engine, normalise_url
from db.raw import RawConnection
from db.security import assert_unprivileged


class ActorKind(StrEnum):
    """In whose name a transaction works."""

    USER = "user"
    TURN = "turn"
    JOB = "job"
    ADMIN = "admin"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Actor:
    """For whom a unit of work is done. Made by `user`, `turn`, `job`, `admin` or `visitor`.

    A turn works in one conversation; where it answers a person or carries out what they ask, it also knows that person
    and sees their characters. `label` is for logs.
    """

    kind: ActorKind
    user_id: UUID | None = None
    conversation_id: UUID | None = None
    label: str = ""

    @classmethod
    def user(cls, user_id: UUID) -> Actor:
        """A person at their own data."""
        return cls(ActorKind.USER, user_id=user_id, label="user")

    @classmethod
    def turn(cls, conversation_id: UUID, user_id: UUID | None = None) -> Actor:
        """A conversation at work, on behalf of `user_id` where one is given."""
        return cls(ActorKind.TURN, user_id=user_id, conversation_id=conversation_id, label="turn")

    @classmethod
    def job(cls, name: str) -> Actor:
        """The program itself, at the named task."""
        return cls(ActorKind.JOB, label=name)

    @classmethod
    def admin(cls, user_id: UUID) -> Actor:
        """A moderator or admin at work as staff: sees what staff may see, if their standing says so (`actor_is_staff`).

        Every such work leaves a line in the audit log: it is opened by `bot.services.oversight`.
        """
        return cls(ActorKind.ADMIN, user_id=user_id, label="admin")

    @classmethod
    def visitor(cls) -> Actor:
        """Somebody at a browser who has not signed in: sees what is public."""
        return cls(ActorKind.VISITOR, label="visitor")

    def named(self) -> dict[str, str]:
        """Who this is, as `SET_ACTOR` wants it."""
        return {
            "kind": self.kind.value,
            "user_id": "" if self.user_id is None else str(self.user_id),
            "conversation_id": "" if self.conversation_id is None else str(self.conversation_id),
        }


SET_ACTOR = text(
    "SELECT set_config('botcafe.actor_kind', :kind, true),"
    " set_config('botcafe.actor_user', :user_id, true),"
    " set_config('botcafe.actor_conversation', :conversation_id, true)"
)

_BEGIN = (
    "BEGIN; SELECT set_config('botcafe.actor_kind', '{kind}', true),"
    " set_config('botcafe.actor_user', '{user_id}', true),"
    " set_config('botcafe.actor_conversation', '{conversation_id}', true)"
)


@dataclass(frozen=True, slots=True)
class Work:
    """An open transaction. Whoever opened it commits; services only add to it."""

    session: AsyncSession
    actor: Actor

    async def become(self, actor: Actor) -> Work:
        """The same transaction, in another actor's name from here on: for what must happen together or not at all."""
        await self.session.flush()
        await self.session.execute(SET_ACTOR, actor.named())
        return Work(self.session, actor)

    async def direct(self) -> Direct:
        """The same transaction, for statements that were prepared; what the session still holds back is sent first."""
        await self.session.flush()
        return Direct(await self._raw())

    async def _raw(self) -> RawConnection:
        connection = await self.session.connection()
        return cast(RawConnection, (await connection.get_raw_connection()).driver_connection)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Tell listeners of `channel` once this work is committed. The payload holds ids only, below 8,000 bytes."""
        await self.session.execute(
            text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
        )

    async def enqueue(
        self,
        job: str,
        payload: Mapping[str, str] | None = None,
        *,
        after: timedelta | None = None,
        priority: int = 0,
        once: str | None = None,
    ) -> bool:
        """Queue a durable job that exists if, and only if, this work commits.

        `payload` carries ids only. `after` holds it back; a higher `priority` goes first. With `once`, a job that waits
        or runs under the same key makes this a no-op. Says whether a job was queued.
        """
        await self.session.flush()
        return await queue.enqueue(await self._raw(), job, payload or {}, after=after, priority=priority, once=once)


class Database:
    """The way to the database for the whole program: pooled work, and held connections for notices and locks.

    The pool is private: there is no way to a table but through `work`, hence none without an actor.
    """

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 10) -> None:
        self.url = normalise_url(url)
        self._engine: AsyncEngine = create_engine(self.url, pool_size=pool_size, max_overflow=max_overflow)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def check(self) -> None:
        """Refuse to start as a role that could pass over row security. Raises `db.security.TooPrivilegedError`."""
        async with self._engine.connect() as connection:
            await assert_unprivileged(connection)

    @asynccontextmanager
    async def work(self, actor: Actor) -> AsyncGenerator[Work]:
        """A transaction in the actor's name: committed at the end of the block, rolled back on any error."""
        async with self._sessions() as session, session.begin():
            # An ordinary statement of the transaction, never a cursor event: a cancelled task then cannot leave the
            # setting, or an open transaction, behind on a pooled connection (sqlalchemy #13381).
            await session.execute(SET_ACTOR, actor.named())
            yield Work(session, actor)

    @asynccontextmanager
    async def directly(self, actor: Actor) -> AsyncGenerator[Direct]:
        """As `work`, for prepared statements alone: the short way (`db.direct`) for what every reply needs."""
        # One trip, which therefore takes no parameters: what is put in is a choice and two ids, never a person's words.
        begin = _BEGIN.format_map(actor.named())
        async with transaction(self._engine, begin) as direct:
            yield direct

    async def once(self, statement: Prepared, /, **values: Any) -> Any:
        """The only row of a prepared statement that names its actor itself (`db.direct.once`): a work of one trip."""
        return await once(self._engine, statement, values)

    async def listen(
        self,
        channel: str,
        callback: Callable[[str], None],
        *,
        on_gap: Callable[[], Awaitable[None]] | None = None,
    ) -> listen.Listener:
        """Hear what is notified on `channel`, on a connection of its own, until the listener is closed.

        `on_gap` runs after each reconnection, since notices sent meanwhile are lost.
        """
        listener = listen.Listener(self.url, channel, callback, on_gap=on_gap)
        await listener.start()
        return listener

    def lock(self, name: str) -> listen.HeldLock:
        """A lock that at most one process holds, on a connection of its own. Not acquired yet."""
        return listen.HeldLock(self.url, name)

    async def close(self) -> None:
        """Close the pool. Listeners and locks are closed by whoever opened them."""
        await self._engine.dispose()
