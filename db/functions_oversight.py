"""The reviewed SQL functions of oversight (`db.security_oversight`), typed for callers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AccountStatus, ReportedKind, ReportReason, RequestState, UserRole, Visibility


@dataclass(frozen=True, slots=True)
class BlockedRow:
    """Somebody who may not take part now."""

    user_id: UUID
    discord_id: int | None
    status: AccountStatus
    reason: str
    suspended_until: datetime | None


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """What staff see of an account: counts and times, no word of theirs."""

    characters: int
    public_characters: int
    books: int
    public_books: int
    conversations: int
    turns_30_days: int
    last_turn_at: datetime | None
    sessions_open: int
    login_count: int
    last_login_at: datetime | None
    last_ip: str | None
    tokens: int


@dataclass(frozen=True, slots=True)
class CharacterForStaff:
    """A character that is public, waits to be, or was reported."""

    id: UUID
    owner_id: UUID
    name: str
    description: str
    system_prompt: str
    definition: str
    personality: str
    scenario: str
    greetings: tuple[str, ...]
    tags: tuple[str, ...]
    is_adult: bool
    visibility: Visibility
    picture_sha256: str | None
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class BookForStaff:
    """A lore book that is public, waits to be, or was reported."""

    id: UUID
    owner_id: UUID
    name: str
    description: str
    code: str
    category: str
    tags: tuple[str, ...]
    visibility: Visibility
    entry_count: int
    token_count: int
    is_curated: bool
    is_featured: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class EntryForStaff:
    """One entry of such a book."""

    number: int
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What a publication request was about, and whose it was."""

    user_id: UUID
    book_id: UUID | None
    character_id: UUID | None


# ---------------------------------------------------------------------------------------------------- standing


async def blocked_people(session: AsyncSession, user_id: UUID | None = None) -> Sequence[BlockedRow]:
    """Everybody who is suspended or banned now, or this one if they are. For jobs only."""
    rows = await session.execute(text("SELECT * FROM blocked_people(:only)"), {"only": user_id})
    return [
        BlockedRow(row.user_id, row.discord_id, AccountStatus(row.status), row.reason, row.suspended_until)
        for row in rows
    ]


async def put_standing(
    session: AsyncSession,
    user_id: UUID,
    *,
    role: UserRole,
    status: AccountStatus,
    reason: str,
    until: datetime | None,
) -> int:
    """Decide how a person stands; how many browsers it signed out. For staff, within what each may, and jobs."""
    statement = text("SELECT put_standing(:person, :role, :status, :reason, :until)")
    values = {"person": user_id, "role": role.value, "status": status.value, "reason": reason, "until": until}
    return int(await session.scalar(statement, values) or 0)


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody with a role."""

    user_id: UUID
    discord_id: int | None
    username: str
    role: UserRole
    status: AccountStatus


async def crown(session: AsyncSession, user_id: UUID, role: UserRole) -> UserRole:
    """Give somebody a role whatever they had; which that was. For jobs only."""
    statement = text("SELECT crown(:person, :role)")
    return UserRole(await session.scalar(statement, {"person": user_id, "role": role.value}))


async def role_holders(session: AsyncSession) -> Sequence[RoleHolder]:
    """Everybody with a role. For jobs only."""
    rows = await session.execute(text("SELECT * FROM role_holders()"))
    return [
        RoleHolder(row.user_id, row.discord_id, row.username, UserRole(row.role), AccountStatus(row.status))
        for row in rows
    ]


async def people_named(session: AsyncSession, begins: str, most: int) -> Sequence[UUID]:
    """Up to `most` people whose name begins so (a pattern of LIKE, in small letters). For staff."""
    rows = await session.scalars(text("SELECT people_named(:begins, :most)"), {"begins": begins, "most": most})
    return list(rows)


async def person_for_staff(session: AsyncSession, user_id: UUID) -> PersonCounts:
    """Counts and times of one account. For staff."""
    row = (await session.execute(text("SELECT * FROM person_for_staff(:person)"), {"person": user_id})).one()
    return PersonCounts(*row)


# ---------------------------------------------------------------------------------------------------- what is shown


async def character_for_staff(session: AsyncSession, character_id: UUID) -> CharacterForStaff | None:
    """A character that staff may judge. For staff."""
    rows = await session.execute(text("SELECT * FROM character_for_staff(:one)"), {"one": character_id})
    row = rows.mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values |= {
        "greetings": tuple(one for one in row["greetings"] if one),
        "tags": tuple(row["tags"]),
        "visibility": Visibility(row["visibility"]),
    }
    return CharacterForStaff(**values)


async def book_for_staff(session: AsyncSession, book_id: UUID) -> BookForStaff | None:
    """A lore book that staff may judge. For staff."""
    rows = await session.execute(text("SELECT * FROM book_for_staff(:one)"), {"one": book_id})
    row = rows.mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values |= {"tags": tuple(row["tags"]), "visibility": Visibility(row["visibility"])}
    return BookForStaff(**values)


async def book_entries_for_staff(
    session: AsyncSession, book_id: UUID, *, after: int, most: int
) -> Sequence[EntryForStaff]:
    """Entries of a lore book that staff may judge, in order of their numbers. For staff."""
    statement = text("SELECT * FROM book_entries_for_staff(:one, :after, :most)")
    rows = await session.execute(statement, {"one": book_id, "after": after, "most": most})
    return [EntryForStaff(row.number, row.name, row.content) for row in rows]


async def decide_publication(
    session: AsyncSession, request_id: UUID, verdict: RequestState, answer: str
) -> Decided | None:
    """Answer an open request; a granted one makes public what it is about. None: it is not open. For staff."""
    statement = text("SELECT * FROM decide_publication(:request, :verdict, :words)")
    values = {"request": request_id, "verdict": verdict.value, "words": answer}
    row = (await session.execute(statement, values)).one_or_none()
    return None if row is None else Decided(row.user_id, row.book_id, row.character_id)


async def withdraw_publication(session: AsyncSession, what: str, one: UUID) -> UUID | None:
    """Make a public character, book or creator's page its owner's alone; who that is. None: it was not. For staff."""
    statement = text("SELECT withdraw_publication(:what, :one)")
    return await session.scalar(statement, {"what": what, "one": one})


async def withdraw_everything_of(session: AsyncSession, user_id: UUID) -> int:
    """The same for all that a person made public; how many things. For staff."""
    return int(await session.scalar(text("SELECT withdraw_everything_of(:person)"), {"person": user_id}) or 0)


# ---------------------------------------------------------------------------------------------------- reports


async def file_report(
    session: AsyncSession,
    report_id: UUID,
    *,
    kind: ReportedKind,
    target_id: str,
    reason: ReportReason,
    words: str,
    excerpt: str,
    link: str,
    message_id: int | None,
) -> UUID | None:
    """Tell staff of something; the report's id, or that of the same person's open one. None: there is no such thing."""
    statement = text("SELECT file_report(:id, :what, :target, :why, :told, :shown, :link, :message)")
    values = {
        "id": report_id,
        "what": kind.value,
        "target": target_id,
        "why": reason.value,
        "told": words,
        "shown": excerpt,
        "link": link,
        "message": message_id,
    }
    return await session.scalar(statement, values)


async def purge_reports(session: AsyncSession, before: datetime) -> int:
    """Remove reports that were closed before that moment; how many. For jobs only."""
    return int(await session.scalar(text("SELECT purge_reports(:before)"), {"before": before}) or 0)


# ---------------------------------------------------------------------------------------------------- the log


async def audit_record(
    session: AsyncSession,
    record_id: UUID,
    *,
    action: str,
    target_kind: str,
    target_id: str,
    of_user_id: UUID | None,
    request_id: str,
    commitment: bytes,
    salt: bytes,
    details: Any,
) -> None:
    """Write a line in the actor's own name."""
    statement = text(
        "SELECT audit_record(:id, :action, :kind, :target, :of_user, :request, :bound, :salt, CAST(:details AS jsonb))"
    )
    values = {
        "id": record_id,
        "action": action,
        "kind": target_kind,
        "target": target_id,
        "of_user": of_user_id,
        "request": request_id,
        "bound": commitment,
        "salt": salt,
        "details": json.dumps(details, ensure_ascii=False),
    }
    await session.execute(statement, values)


async def audit_seal(
    session: AsyncSession,
    number: int,
    *,
    sealed_at: datetime,
    previous_hash: bytes,
    own_hash: bytes,
    mac: bytes,
    key_id: str,
    ids: Sequence[UUID],
    leaves: Sequence[bytes],
) -> None:
    """Add a batch over these lines. For jobs only."""
    statement = text("SELECT audit_seal(:number, :at, :before, :own, :mac, :key, :ids, :leaves)")
    values = {
        "number": number,
        "at": sealed_at,
        "before": previous_hash,
        "own": own_hash,
        "mac": mac,
        "key": key_id,
        "ids": list(ids),
        "leaves": list(leaves),
    }
    await session.execute(statement, values)


async def erase_audit_details(session: AsyncSession, user_id: UUID) -> int:
    """Erase what the log tells of a person; of how many lines. For jobs and admins."""
    return int(await session.scalar(text("SELECT erase_audit_details(:person)"), {"person": user_id}) or 0)


# ---------------------------------------------------------------------------------------------------- sums


async def house_usage(
    session: AsyncSession, *, first_id: UUID, end_id: UUID, since: datetime, until: datetime
) -> Mapping[str, int]:
    """Sums of what was made from `since` on and before `until`; the ids bound the same time. For jobs only."""
    statement = text("SELECT * FROM house_usage(:first, :end, :since, :until)")
    values = {"first": first_id, "end": end_id, "since": since, "until": until}
    return {row.figure: int(row.value) for row in await session.execute(statement, values)}


async def house_money(session: AsyncSession, *, since: datetime, until: datetime) -> Mapping[str, int]:
    """Sums of what was paid and moved in a time. For jobs only."""
    statement = text("SELECT * FROM house_money(:since, :until)")
    rows = await session.execute(statement, {"since": since, "until": until})
    return {row.figure: int(row.value) for row in rows}


async def house_now(session: AsyncSession) -> Mapping[str, int]:
    """Counts of this moment. For jobs only."""
    return {row.figure: int(row.value) for row in await session.execute(text("SELECT * FROM house_now()"))}
