"""Creator programs, who applied, and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Application, ApplicationState, Enrolment, EnrolmentState, Program

_OPEN = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application with its program."""

    application: Application
    program: Program


async def listed(session: AsyncSession) -> Sequence[Program]:
    """The programs the actor may see, open ones first, by deadline, then the newest."""
    statement = select(Program).order_by(
        (Program.status == "open").desc(), Program.deadline_at.asc().nulls_last(), Program.id.desc()
    )
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def by_slug(session: AsyncSession, slug: str) -> Program | None:
    """One program, where the actor may see it."""
    return await session.scalar(select(Program).where(Program.slug == slug).execution_options(populate_existing=True))


async def by_id(session: AsyncSession, program_id: UUID, *, for_update: bool = False) -> Program | None:
    """One program, where the actor may see it."""
    statement = select(Program).where(Program.id == program_id).execution_options(populate_existing=True)
    return await session.scalar(statement.with_for_update() if for_update else statement)


async def add(session: AsyncSession, row: Program | Application | Enrolment) -> None:
    """Write a new row. Raises `IntegrityError` where there is one like it."""
    session.add(row)
    await session.flush()


async def remove(session: AsyncSession, program_id: UUID) -> bool:
    """A program goes, with its applications and enrolments. Whether there was one."""
    gone = await session.scalars(delete(Program).where(Program.id == program_id).returning(Program.id))
    return gone.first() is not None


# ------------------------------------------------------------------------------------------------ applications


async def newest_of(session: AsyncSession, user_id: UUID, program_id: UUID) -> Application | None:
    """A person's last application to a program."""
    # Not locked: row security shows who applied no more than what they may still change where a row is.
    statement = (
        select(Application)
        .where(Application.user_id == user_id, Application.program_id == program_id)
        .order_by(Application.id.desc())
        .limit(1)
    )
    return await session.scalar(statement.execution_options(populate_existing=True))


async def of_person(session: AsyncSession, user_id: UUID) -> Sequence[ApplicationRow]:
    """A person's applications, the newest first."""
    statement = (
        select(Application, Program)
        .join(Program, Program.id == Application.program_id)
        .where(Application.user_id == user_id)
        .order_by(Application.id.desc())
    )
    return [ApplicationRow(row[0], row[1]) for row in await session.execute(statement)]


async def count_open(session: AsyncSession, user_id: UUID) -> int:
    """How many of a person's applications wait for an answer."""
    statement = select(func.count()).where(Application.user_id == user_id, Application.state.in_(_OPEN))
    return await session.scalar(statement) or 0


async def waiting(
    session: AsyncSession, program_id: UUID | None, *, is_open: bool, after: UUID | None, most: int
) -> Sequence[ApplicationRow]:
    """Applications, the oldest first, beyond a mark: those that wait, or those that were answered; for staff."""
    state = Application.state.in_(_OPEN) if is_open else Application.state.not_in(_OPEN)
    statement = select(Application, Program).join(Program, Program.id == Application.program_id).where(state)
    if program_id is not None:
        statement = statement.where(Application.program_id == program_id)
    if after is not None:
        statement = statement.where(Application.id > after)
    rows = await session.execute(statement.order_by(Application.id).limit(most))
    return [ApplicationRow(row[0], row[1]) for row in rows]


async def application(session: AsyncSession, application_id: UUID) -> ApplicationRow | None:
    """One application with its program, locked until the end of this work."""
    statement = (
        select(Application, Program)
        .join(Program, Program.id == Application.program_id)
        .where(Application.id == application_id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else ApplicationRow(row[0], row[1])


# ------------------------------------------------------------------------------------------------ enrolments


async def enrolment(session: AsyncSession, user_id: UUID, program_id: UUID) -> Enrolment | None:
    """Whether and how a person takes part in a program. Not locked, as `newest_of`."""
    statement = select(Enrolment).where(Enrolment.user_id == user_id, Enrolment.program_id == program_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def enrolments_of(session: AsyncSession, user_id: UUID) -> Sequence[tuple[Enrolment, Program]]:
    """What a person takes or took part in, the newest first."""
    statement = (
        select(Enrolment, Program)
        .join(Program, Program.id == Enrolment.program_id)
        .where(Enrolment.user_id == user_id)
        .order_by(Enrolment.started_at.desc(), Enrolment.id)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def enrolled(session: AsyncSession, program_id: UUID, most: int) -> Sequence[Enrolment]:
    """Who takes or took part in a program, the newest first; for staff."""
    statement = select(Enrolment).where(Enrolment.program_id == program_id)
    return list(await session.scalars(statement.order_by(Enrolment.started_at.desc(), Enrolment.id).limit(most)))


async def enrolment_by_id(session: AsyncSession, enrolment_id: UUID) -> Enrolment | None:
    """One enrolment, locked until the end of this work."""
    statement = select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def count_enrolled(session: AsyncSession, program_id: UUID) -> int:
    """How many take part in a program now; for staff."""
    statement = select(func.count()).where(Enrolment.program_id == program_id, Enrolment.state == EnrolmentState.ACTIVE)
    return await session.scalar(statement) or 0
