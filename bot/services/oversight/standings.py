"""Standings: who is a moderator or an admin, who is kept out and until when, and whose limits are their own.

Whoever is suspended or banned is held back everywhere at once: their standing reaches `Blocked` in every process by
NOTIFY, and their browsers are signed out in the same transaction. The database holds staff to what each may decide
(`put_standing`), whatever is asked of it here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.errors import Conflict, InvalidInput, NotAllowed, NotFound
from bot.services.oversight import audit, blocked
from bot.services.oversight.audit import Oversight, StaffWork
from bot.texts import N_
from db import functions, functions_oversight
from db.functions_oversight import RoleHolder
from db.models import AccountStatus, LimitOverrides, UserRole
from db.queries.oversight import people as queries
from db.work import Actor, Database, Work

__all__ = ["AccountStatus", "LimitOverrides", "Standing", "Standings", "UserRole"]

CONSOLE = "console"
"""The job in whose name the command line decides."""


_LARGEST_LIMIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands. `version` is None where nobody ever decided anything about them."""

    role: UserRole = UserRole.USER
    status: AccountStatus = AccountStatus.ACTIVE
    reason: str = ""
    suspended_until: datetime | None = None
    overrides: LimitOverrides = field(default_factory=LimitOverrides)
    version: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether they may take part."""
        return self.status is AccountStatus.ACTIVE

    @property
    def is_staff(self) -> bool:
        """Whether they may work as staff."""
        return self.is_active and self.role is not UserRole.USER

    @property
    def is_admin(self) -> bool:
        """Whether they may work as an admin."""
        return self.is_active and self.role is UserRole.ADMIN


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: how they stood, how they stand, how many browsers it signed out, how much it withdrew."""

    before: Standing
    after: Standing
    signed_out: int = 0
    withdrawn: int = 0


Change = Callable[[Standing], Standing]


class Standings:
    """Everything about how people stand with the house."""

    def __init__(self, database: Database, oversight: Oversight, clock: Clock) -> None:
        self._database = database
        self._oversight = oversight
        self._clock = clock

    async def of(self, work: Work, user_id: UUID) -> Standing:
        """How a person stands, as far as the open work may know: themselves, or anybody for staff."""
        row = await queries.standing(work.session, user_id)
        if row is None:
            return Standing()
        found = Standing(row.role, row.status, row.reason, row.suspended_until, row.overrides, row.updated_at)
        over = row.suspended_until is not None and row.suspended_until <= self._clock.now()
        # A suspension that is over is over, whatever the row still says.
        return replace(found, status=AccountStatus.ACTIVE, reason="", suspended_until=None) if over else found

    # ------------------------------------------------------------------------------------------ staff decide

    async def give_role(
        self, staff: UUID, user_id: UUID, role: UserRole, *, why: str, seen: datetime | None
    ) -> Decided:
        """Make somebody a moderator, an admin, or neither. For admins. Raises `UserError`."""
        check_reason(why, is_needed=False)
        async with self._deciding(staff, "user.role_changed", user_id, why, admin=True) as work:
            return await self._put(work, staff, user_id, seen, lambda was: replace(was, role=role))

    async def suspend(
        self, staff: UUID, user_id: UUID, *, reason: str, until: datetime | None, seen: datetime | None
    ) -> Decided:
        """Keep somebody out until a moment, or until it is lifted (None). `reason` is what they read."""
        check_reason(reason)
        self._check_until(until)
        async with self._deciding(staff, "user.suspended", user_id) as work:
            return await self._put(
                work,
                staff,
                user_id,
                seen,
                lambda was: replace(was, status=AccountStatus.SUSPENDED, reason=reason.strip(), suspended_until=until),
            )

    async def ban(self, staff: UUID, user_id: UUID, *, reason: str, withdraws: bool, seen: datetime | None) -> Decided:
        """Keep somebody out for good. With `withdraws` what they published is their own again. For admins."""
        check_reason(reason)
        async with self._deciding(staff, "user.banned", user_id, admin=True) as work:
            decided = await self._put(
                work,
                staff,
                user_id,
                seen,
                lambda was: replace(was, status=AccountStatus.BANNED, reason=reason.strip(), suspended_until=None),
            )
            if not withdraws:
                return decided
            taken = await functions_oversight.withdraw_everything_of(work.session, user_id)
            work.tell(withdrawn=taken)
            return replace(decided, withdrawn=taken)

    async def restore(self, staff: UUID, user_id: UUID, *, why: str, seen: datetime | None) -> Decided:
        """Let somebody in again."""
        check_reason(why, is_needed=False)
        async with self._deciding(staff, "user.restored", user_id, why) as work:
            return await self._put(
                work,
                staff,
                user_id,
                seen,
                lambda was: replace(was, status=AccountStatus.ACTIVE, reason="", suspended_until=None),
            )

    async def set_limits(
        self, staff: UUID, user_id: UUID, overrides: LimitOverrides, *, seen: datetime | None
    ) -> Standing:
        """Give somebody limits of their own, which go before their plan's (None: the plan's). For admins."""
        check_overrides(overrides)
        async with self._deciding(staff, "user.limits_changed", user_id, admin=True) as work:
            was = await self._known(work, user_id, seen)
            await queries.put_overrides(work.session, user_id, overrides)
            before, after = was.overrides.model_dump(), overrides.model_dump()
            work.tell(**{name: [before[name], after[name]] for name in after if before[name] != after[name]})
            return await self.of(work, user_id)

    # ------------------------------------------------------------------------------------------ the operator decides

    async def crown(self, discord_id: int, role: UserRole) -> UserRole:
        """Give a role to whoever has this Discord id, whether they were here before or not; which one they had."""
        async with self._database.work(Actor.job(CONSOLE)) as work:
            user_id = await functions.user_of(work.session, discord_id)
            if user_id is None:
                called = f"user{discord_id}"
                user_id = await functions.arrive(
                    work.session, discord_id=discord_id, username=called, display_name=called
                )
            was = await functions_oversight.crown(work.session, user_id, role)
            if was is not role:
                await audit.record(
                    work, "user.role_changed", "user", user_id, of=user_id, details={"role": [was, role], "by": CONSOLE}
                )
                await blocked.announce(work, user_id)
            return was

    async def staff(self) -> Sequence[RoleHolder]:
        """Everybody with a role, for the command line."""
        async with self._database.work(Actor.job(CONSOLE)) as work:
            return await functions_oversight.role_holders(work.session)

    # ------------------------------------------------------------------------------------------ how it is done

    def _deciding(
        self, staff: UUID, action: str, user_id: UUID, why: str = "", *, admin: bool = False
    ) -> AbstractAsyncContextManager[StaffWork]:
        return self._oversight.at_work(staff, action, "user", user_id, of=user_id, why=why.strip(), admin=admin)

    async def _known(self, work: StaffWork, user_id: UUID, seen: datetime | None) -> Standing:
        if await queries.person(work.session, user_id) is None:
            raise NotFound("no_such_person", N_("There is no such person."))
        was = await self.of(work, user_id)
        if was.version != seen:
            raise Conflict(
                "changed_meanwhile",
                N_("Somebody decided about this person meanwhile. Nothing was changed: look again, then decide."),
            )
        return was

    async def _put(self, work: StaffWork, staff: UUID, user_id: UUID, seen: datetime | None, change: Change) -> Decided:
        was = await self._known(work, user_id, seen)
        me = await self.of(work, staff)
        after = change(was)
        if user_id == staff:
            raise audit.not_about_yourself()
        if not me.is_admin and (was.role is not UserRole.USER or AccountStatus.BANNED in (was.status, after.status)):
            raise _admins_decide()
        ended = await functions_oversight.put_standing(
            work.session,
            user_id,
            role=after.role,
            status=after.status,
            reason=after.reason,
            until=after.suspended_until,
        )
        await blocked.announce(work, user_id)
        work.tell(**_differences(was, after))
        return Decided(was, await self.of(work, user_id), ended)

    async def refuse_other_staff(self, work: StaffWork, user_id: UUID) -> None:
        """Raise `NotAllowed` where a moderator would do something to another moderator, or to an admin."""
        me = work.actor.user_id
        if me is None or me == user_id or (await self.of(work, me)).is_admin:
            return
        if (await self.of(work, user_id)).role is not UserRole.USER:
            raise _admins_decide()

    def _check_until(self, until: datetime | None) -> None:
        if until is None:
            return
        now = self._clock.now()
        if until <= now or until > now + timedelta(days=int(limits.SUSPENSION_DAYS_MAX)):
            raise InvalidInput(
                "until_out_of_range",
                N_("Until: choose a moment after now and within {maximum} days, or leave it empty."),
                field="until",
                maximum=int(limits.SUSPENSION_DAYS_MAX),
            )


def _admins_decide() -> NotAllowed:
    return NotAllowed(
        "admins_decide",
        N_("Only admins decide about bans and about other staff. Nothing was changed; ask one of them."),
    )


def check_reason(reason: str, *, is_needed: bool = True) -> None:
    """Raise `InvalidInput` where a reason is missing or too long. Pure."""
    if is_needed and not reason.strip():
        raise InvalidInput(
            "reason_missing", N_("Reason: write what it was. The person reads it, so that they know."), field="reason"
        )
    if len(reason) > limits.REASON_MAX:
        raise InvalidInput(
            "reason_too_long",
            N_("Reason: write at most {maximum} letters; yours has {length}."),
            field="reason",
            maximum=int(limits.REASON_MAX),
            length=len(reason),
        )


def check_overrides(overrides: LimitOverrides) -> None:
    """Raise `InvalidInput` where a limit of somebody's own makes no sense. Pure."""
    for name, value in overrides.model_dump().items():
        if value is not None and not 0 <= value <= _LARGEST_LIMIT:
            raise InvalidInput(
                "limit_out_of_range",
                N_("Choose a whole number from 0 to {maximum}, or leave it empty for what the plan says."),
                field=name,
                maximum=_LARGEST_LIMIT,
            )


def _differences(before: Standing, after: Standing) -> dict[str, object]:
    pairs: dict[str, tuple[object, object]] = {
        "role": (before.role, after.role),
        "status": (before.status, after.status),
        "reason": (before.reason, after.reason),
        "suspended_until": (before.suspended_until, after.suspended_until),
    }
    return {name: list(pair) for name, pair in pairs.items() if pair[0] != pair[1]}
