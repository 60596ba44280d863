"""Sessions: who is signed in on the web, for how long, and from where they can be ended.

A session is known by 256 random bits in the browser's cookie, kept as their SHA-256. It ends when unused, in any case
after a while, when it is ended, and with a ban, a suspension or a changed role. Sources: ASVS 5.0, 7.2 to 7.4.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bot.clock import Clock
from bot.errors import NotFound
from bot.services.oversight import audit
from bot.texts import N_
from db.ids import new_id
from db.models import LoginFailure
from db.queries import sessions as queries
from db.queries.sessions import DoorRow, SignedInRow
from db.work import Actor, Database, Work

IDLE = timedelta(hours=24)
LONGEST = timedelta(days=14)
IDLE_STAFF = timedelta(minutes=30)
LONGEST_STAFF = timedelta(hours=8)
AGENT_LONGEST = 300
LOGINS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a request came from: what the browser calls itself, and its address."""

    user_agent: str
    ip: str


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is signed in."""

    id: UUID
    user_agent: str
    ip: str
    signed_in_at: datetime
    last_seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in; `failure` None: it succeeded."""

    id: UUID
    at: datetime
    failure: LoginFailure | None
    user_agent: str
    ip: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: its id, the secret for the cookie, and how long it can last."""

    id: UUID
    secret: str
    longest: timedelta


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).digest()


class Sessions:
    """Everything about being signed in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def whose(self, secret: str) -> SignedInRow | None:
        """Who this cookie's secret belongs to; None where it opens nothing (any more)."""
        async with self._database.directly(Actor.job("session")) as direct:
            return await queries.session_of(
                direct, hash_of(secret), now=self._clock.now(), idle=IDLE, idle_staff=IDLE_STAFF
            )

    async def door(self, user_id: UUID) -> DoorRow:
        """How somebody stands who wants to come in."""
        async with self._database.work(Actor.job("sign-in")) as work:
            return await queries.at_door(work.session, user_id, self._clock.now())

    async def begin(self, work: Work, user_id: UUID, browser: Browser, *, is_staff: bool) -> Begun:
        """Sign a browser in. `work` is the person's own."""
        now = self._clock.now()
        longest, idle = (LONGEST_STAFF, IDLE_STAFF) if is_staff else (LONGEST, IDLE)
        begun = Begun(new_id(), secrets.token_urlsafe(32), longest)
        await queries.add_session(
            work.session,
            {
                "id": begun.id,
                "user_id": user_id,
                "token_hash": hash_of(begun.secret),
                "user_agent": browser.user_agent[:AGENT_LONGEST],
                "ip": browser.ip,
                "is_staff": is_staff,
                "created_at": now,
                "last_seen_at": now,
                "idle_until": now + idle,
                "ends_at": now + longest,
            },
        )
        return begun

    async def leave(self, secret: str) -> None:
        """End the session of this secret: whoever signs in or out leaves it."""
        async with self._database.work(Actor.job("sign-out")) as work:
            await queries.end_by_secret(work.session, hash_of(secret), self._clock.now())

    async def devices(self, work: Work, user_id: UUID) -> tuple[Device, ...]:
        """The browsers a person is signed in with, last used first."""
        return tuple(
            Device(row.id, row.user_agent, row.ip, row.created_at, row.last_seen_at, min(row.idle_until, row.ends_at))
            for row in await queries.sessions(work.session, user_id, self._clock.now())
        )

    async def end(self, work: Work, user_id: UUID, session_id: UUID) -> None:
        """Sign one browser out. Raises `NotFound`."""
        if not await queries.end_one(work.session, user_id, session_id, self._clock.now()):
            raise NotFound("session_unknown", N_("That browser is not signed in (any more). Nothing was changed."))
        await audit.record(work, "session.ended", "session", session_id, of=user_id)

    async def end_all(self, work: Work, user_id: UUID) -> int:
        """Sign every browser of a person out: their own wish, a ban, a changed role. Says how many there were.

        For the person, for staff (`Actor.admin`) and for jobs.
        """
        ended = await queries.end_all(work.session, user_id, self._clock.now())
        if ended:
            await audit.record(work, "session.all_ended", "user", user_id, of=user_id)
        return ended

    async def attempts(
        self, work: Work, user_id: UUID, *, before: tuple[datetime, UUID] | None = None
    ) -> tuple[Attempt, ...]:
        """A person's sign-ins, newest first; one more than `LOGINS_SHOWN` where there are more."""
        rows = await queries.logins(work.session, user_id, before=before, limit=LOGINS_SHOWN + 1)
        return tuple(Attempt(row.id, row.created_at, row.failure, row.user_agent, row.ip) for row in rows)

    async def note(
        self,
        work: Work,
        browser: Browser,
        *,
        user_id: UUID | None = None,
        discord_id: int | None = None,
        session_id: UUID | None = None,
        failure: LoginFailure | None = None,
    ) -> None:
        """Write down an attempt to sign in. `work` is the person's own, or a job's while nobody is known."""
        await queries.add_login(
            work.session,
            {
                "id": new_id(),
                "user_id": user_id,
                "discord_id": discord_id,
                "session_id": session_id,
                "failure": failure,
                "user_agent": browser.user_agent[:AGENT_LONGEST],
                "ip": browser.ip,
                "created_at": self._clock.now(),
            },
        )
