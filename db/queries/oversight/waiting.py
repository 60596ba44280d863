"""What waits for staff: reports, and requests to publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import (
    Character,
    LoreBook,
    PublicationRequest,
    Report,
    ReportedKind,
    ReportReason,
    ReportState,
    RequestState,
    User,
    Visibility,
)

Mark = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report, with the names of who reported and of whom it is about, where they are still here."""

    report: Report
    reporter_name: str | None
    about_name: str | None
    handler_name: str | None


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A request to publish, with the name of who asks and of what it is about (staff see it while it waits)."""

    request: PublicationRequest
    user_name: str | None
    decider_name: str | None


def _reports() -> Any:
    reporter, about, handler = (User.__table__.alias(name) for name in ("reporter", "about", "handler"))
    return (
        select(Report, reporter.c.display_name, about.c.display_name, handler.c.display_name)
        .outerjoin(reporter, reporter.c.id == Report.reporter_id)
        .outerjoin(about, about.c.id == Report.about_user_id)
        .outerjoin(handler, handler.c.id == Report.handled_by)
        .execution_options(populate_existing=True)
    )


async def reports(
    session: AsyncSession,
    *,
    states: Sequence[ReportState] = (),
    kind: ReportedKind | None = None,
    reason: ReportReason | None = None,
    about: UUID | None = None,
    oldest_first: bool = True,
    after: Mark | None = None,
    most: int,
) -> Sequence[ReportRow]:
    """Reports, from after a mark on."""
    conditions: list[Any] = []
    if states:
        conditions.append(Report.state.in_(list(states)))
    if kind is not None:
        conditions.append(Report.kind == kind)
    if reason is not None:
        conditions.append(Report.reason == reason)
    if about is not None:
        conditions.append(Report.about_user_id == about)
    at = tuple_(Report.created_at, Report.id)
    if after is not None:
        conditions.append(at > tuple_(*after) if oldest_first else at < tuple_(*after))
    ordered = (Report.created_at, Report.id) if oldest_first else (Report.created_at.desc(), Report.id.desc())
    rows = await session.execute(_reports().where(*conditions).order_by(*ordered).limit(most))
    return [ReportRow(*row) for row in rows]


async def report(session: AsyncSession, report_id: UUID) -> ReportRow | None:
    """One report."""
    row = (await session.execute(_reports().where(Report.id == report_id))).one_or_none()
    return None if row is None else ReportRow(*row)


async def reports_of(session: AsyncSession, reporter_id: UUID, most: int) -> Sequence[Report]:
    """What somebody reported, the newest first."""
    mine = select(Report).where(Report.reporter_id == reporter_id).order_by(Report.created_at.desc()).limit(most)
    return (await session.scalars(mine)).all()


async def reports_since(session: AsyncSession, reporter_id: UUID, since: datetime) -> int:
    """How many reports somebody filed since a moment."""
    counted = select(func.count()).where(Report.reporter_id == reporter_id, Report.created_at >= since)
    return int(await session.scalar(counted) or 0)


async def put_report(
    session: AsyncSession,
    report_id: UUID,
    *,
    was: Sequence[ReportState],
    state: ReportState,
    by: UUID,
    answer: str | None = None,
) -> bool:
    """Change how a report stands, if it stands as one of `was`. False where it does not."""
    values: dict[str, Any] = {"state": state, "handled_by": by, "handled_at": func.now()}
    if answer is not None:
        values["answer"] = answer
    changed = await session.execute(
        update(Report).where(Report.id == report_id, Report.state.in_(list(was))).values(**values)
    )
    return cast(CursorResult[Any], changed).rowcount > 0


def _publications() -> Any:
    asker, decider = User.__table__.alias("asker"), User.__table__.alias("decider")
    return (
        select(PublicationRequest, asker.c.display_name, decider.c.display_name)
        .outerjoin(asker, asker.c.id == PublicationRequest.user_id)
        .outerjoin(decider, decider.c.id == PublicationRequest.decided_by)
        .execution_options(populate_existing=True)
    )


async def publications(
    session: AsyncSession,
    *,
    state: RequestState | None,
    is_book: bool | None = None,
    oldest_first: bool = True,
    after: Mark | None = None,
    most: int,
) -> Sequence[PublicationRow]:
    """Requests to publish, from after a mark on."""
    conditions: list[Any] = []
    if state is not None:
        conditions.append(PublicationRequest.state == state)
    if is_book is not None:
        about = PublicationRequest.book_id if is_book else PublicationRequest.character_id
        conditions.append(about.is_not(None))
    at = tuple_(PublicationRequest.created_at, PublicationRequest.id)
    if after is not None:
        conditions.append(at > tuple_(*after) if oldest_first else at < tuple_(*after))
    ordered = (
        (PublicationRequest.created_at, PublicationRequest.id)
        if oldest_first
        else (PublicationRequest.created_at.desc(), PublicationRequest.id.desc())
    )
    rows = await session.execute(_publications().where(*conditions).order_by(*ordered).limit(most))
    return [PublicationRow(*row) for row in rows]


async def publication(session: AsyncSession, request_id: UUID) -> PublicationRow | None:
    """One request."""
    row = (await session.execute(_publications().where(PublicationRequest.id == request_id))).one_or_none()
    return None if row is None else PublicationRow(*row)


async def publications_of(session: AsyncSession, user_id: UUID, most: int) -> Sequence[PublicationRequest]:
    """What somebody asked to have published, the newest first."""
    mine = (
        select(PublicationRequest)
        .where(PublicationRequest.user_id == user_id)
        .order_by(PublicationRequest.created_at.desc())
        .limit(most)
    )
    return (await session.scalars(mine)).all()


async def open_request(
    session: AsyncSession, *, book_id: UUID | None = None, character_id: UUID | None = None
) -> PublicationRequest | None:
    """What is asked for a book or a character now."""
    asked = PublicationRequest
    about = asked.book_id == book_id if book_id is not None else asked.character_id == character_id
    return await session.scalar(select(asked).where(about, asked.state == RequestState.OPEN))


async def take_back(session: AsyncSession, user_id: UUID, request_id: UUID) -> bool:
    """Withdraw one's own open request. False where there is none."""
    changed = await session.execute(
        update(PublicationRequest)
        .where(
            PublicationRequest.id == request_id,
            PublicationRequest.user_id == user_id,
            PublicationRequest.state == RequestState.OPEN,
        )
        .values(state=RequestState.WITHDRAWN)
    )
    return cast(CursorResult[Any], changed).rowcount > 0


async def own_book(session: AsyncSession, user_id: UUID, book_id: UUID) -> LoreBook | None:
    """A lore book of one's own."""
    return await session.scalar(
        select(LoreBook).where(LoreBook.id == book_id, LoreBook.owner_id == user_id, LoreBook.deleted_at.is_(None))
    )


async def own_character(session: AsyncSession, user_id: UUID, character_id: UUID) -> Character | None:
    """A character of one's own."""
    return await session.scalar(
        select(Character).where(
            Character.id == character_id, Character.owner_id == user_id, Character.deleted_at.is_(None)
        )
    )


def is_public(thing: Character | LoreBook) -> bool:
    """Whether everybody may see it."""
    return thing.visibility is Visibility.PUBLIC
