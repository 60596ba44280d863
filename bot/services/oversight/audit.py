"""The audit log: who did what to what, for whose data, and on which request.

A line is written in the transaction of what it tells of, so it is there if, and only if, that was done. The database
writes down who did it (`db.security_audit`): nobody can write a line in another's name, and nobody can
change or remove one. The hash chain over it is in `chain`, `sealing` and `verifying`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from bot.errors import NotAllowed, NotFound
from bot.requests import request_id
from bot.services.oversight.actions import ACTIONS
from bot.services.oversight.chain import commitment, new_salt, plain
from bot.texts import N_
from db import functions_oversight as functions
from db.ids import new_id
from db.work import Actor, Database, Work

_LONGEST_TARGET = 200


async def record(
    work: Work,
    action: str,
    target_kind: str,
    target_id: object = "",
    *,
    of: UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> UUID:
    """Write one line in the open work's own name; its id.

    `action` is one of `ACTIONS`. The target is an id, never words; `of` is whose data it touches. `details` are the
    differences (`{"field": [before, after]}`): they can be erased, the line cannot. Raises `KeyError` for an action
    nobody declared.
    """
    if action not in ACTIONS:
        raise KeyError(action)
    told, salt, record_id = plain(dict(details or {})), new_salt(), new_id()
    await work.session.flush()
    await functions.audit_record(
        work.session,
        record_id,
        action=action,
        target_kind=target_kind,
        target_id=str(target_id)[:_LONGEST_TARGET],
        of_user_id=of,
        request_id=request_id()[:_LONGEST_TARGET],
        commitment=commitment(salt, told),
        salt=salt,
        details=told,
    )
    return record_id


@dataclass(frozen=True, slots=True)
class StaffWork(Work):
    """A unit of work of staff. What `tell` is told goes into the line that it ends with."""

    told: dict[str, object] = field(default_factory=dict[str, object])

    def tell(self, **differences: object) -> None:
        """Add to the line's details: `work.tell(role=["user", "moderator"])`."""
        self.told.update(differences)


async def refuse_own(work: StaffWork, owner_id: UUID | None) -> None:
    """Raise `NotAllowed` where a moderator would judge what is their own: that is for admins."""
    if owner_id == work.actor.user_id and not await work.session.scalar(text("SELECT actor_is_admin()")):
        raise not_about_yourself()


def not_about_yourself() -> NotAllowed:
    """The refusal for staff who would decide about themselves."""
    return NotAllowed(
        "not_about_yourself",
        N_("Nobody decides about their own account. Nothing was changed; ask another admin."),
    )


class Oversight:
    """How staff get at anything: by name, as staff, and with a line in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def at_work(
        self,
        staff: UUID,
        action: str,
        target_kind: str,
        target_id: object = "",
        *,
        of: UUID | None = None,
        why: str = "",
        admin: bool = False,
    ) -> AsyncGenerator[StaffWork]:
        """A unit of work as staff, committed at the end of the block together with its line in the log.

        Raises `NotFound` where who asks is no moderator or admin in good standing (`admin`: no admin): for everybody
        else there is nothing here. An error in the block rolls back both.
        """
        async with self._database.work(Actor.admin(staff)) as opened:
            asked = "SELECT actor_is_admin()" if admin else "SELECT actor_is_staff()"
            if not await opened.session.scalar(text(asked)):
                raise NotFound("nothing_here", N_("There is nothing here."))
            work = StaffWork(opened.session, opened.actor)
            yield work
            told = {**work.told, **({"why": why} if why else {})}
            await record(work, action, target_kind, target_id, of=of, details=told)
