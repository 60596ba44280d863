"""People as staff see them: their standing, tags and notes. The policies let nobody else read this of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, and_, delete, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.functions_oversight import people_named
from db.models import AccountStatus, AdminNote, LimitOverrides, Standing, User, UserRole, UserTag


class PeopleOrder(StrEnum):
    """How people are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    USERNAME = "username"
    USERNAME_BACKWARDS = "username_backwards"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list."""

    id: UUID
    discord_id: int | None
    username: str
    display_name: str
    created_at: datetime
    role: UserRole
    status: AccountStatus
    suspended_until: datetime | None


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """Which people are looked for. `words` is how a name begins, a Discord id or one of ours."""

    words: str = ""
    role: UserRole | None = None
    status: AccountStatus | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note, with who wrote it where they are still here."""

    note: AdminNote
    author_name: str | None


_LARGEST_DISCORD_ID = 2**63 - 1
_NAMED_MOST = 1000


async def _named(session: AsyncSession, words: str) -> Any:
    """Whom words name: an id exactly, else how the name or the shown name begins, in any case of letters."""
    if words.isascii() and words.isdigit() and int(words) <= _LARGEST_DISCORD_ID and len(words) > 14:
        return User.discord_id == int(words)
    try:
        return User.id == UUID(words)
    except ValueError:
        pass
    begins = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    # Few are named one by one, by an index; many are met soon enough on the way through all.
    found = await people_named(session, begins, _NAMED_MOST + 1)
    if len(found) <= _NAMED_MOST:
        return User.id.in_(found)
    return or_(func.lower(User.username).like(begins), func.lower(User.display_name).like(begins))


def _standing_is(wanted: WantedPeople) -> list[Any]:
    conditions: list[Any] = []
    if wanted.role is UserRole.USER:
        conditions.append(or_(Standing.user_id.is_(None), Standing.role == UserRole.USER))
    elif wanted.role is not None:
        conditions.append(Standing.role == wanted.role)
    over = and_(Standing.suspended_until.is_not(None), Standing.suspended_until <= func.now())
    if wanted.status is AccountStatus.ACTIVE:
        conditions.append(or_(Standing.user_id.is_(None), Standing.status == AccountStatus.ACTIVE, over))
    elif wanted.status is not None:
        conditions.append(and_(Standing.status == wanted.status, ~func.coalesce(over, False)))
    return conditions


async def search(
    session: AsyncSession,
    wanted: WantedPeople,
    *,
    order: PeopleOrder,
    after: tuple[str, UUID] | None,
    most: int,
) -> Sequence[PersonRow]:
    """People with a Discord account, in order, from after a mark (their name and id) on."""
    conditions: list[Any] = [User.discord_id.is_not(None), *_standing_is(wanted)]
    if wanted.words:
        conditions.append(await _named(session, wanted.words))
    if wanted.tag:
        conditions.append(User.id.in_(select(UserTag.user_id).where(UserTag.tag == wanted.tag)))
    match order:
        case PeopleOrder.NEWEST:
            ordered: list[Any] = [User.id.desc()]
            beyond = None if after is None else User.id < after[1]
        case PeopleOrder.OLDEST:
            ordered = [User.id]
            beyond = None if after is None else User.id > after[1]
        case PeopleOrder.USERNAME:
            ordered = [User.username, User.id]
            beyond = None if after is None else tuple_(User.username, User.id) > tuple_(*after)
        case PeopleOrder.USERNAME_BACKWARDS:
            ordered = [User.username.desc(), User.id.desc()]
            beyond = None if after is None else tuple_(User.username, User.id) < tuple_(*after)
    if beyond is not None:
        conditions.append(beyond)
    rows = await session.execute(
        select(
            User.id,
            User.discord_id,
            User.username,
            User.display_name,
            User.created_at,
            Standing.role,
            Standing.status,
            Standing.suspended_until,
        )
        .outerjoin(Standing, Standing.user_id == User.id)
        .where(*conditions)
        .order_by(*ordered)
        .limit(most)
    )
    return [
        PersonRow(*row[:5], row.role or UserRole.USER, row.status or AccountStatus.ACTIVE, row.suspended_until)
        for row in rows
    ]


async def person(session: AsyncSession, user_id: UUID) -> User | None:
    """One person's account."""
    return await session.scalar(select(User).where(User.id == user_id).execution_options(populate_existing=True))


async def standing(session: AsyncSession, user_id: UUID) -> Standing | None:
    """How they stand; None: a user in good standing."""
    return await session.scalar(
        select(Standing).where(Standing.user_id == user_id).execution_options(populate_existing=True)
    )


async def staff(session: AsyncSession) -> Sequence[PersonRow]:
    """Everybody with a role."""
    rows = await session.execute(
        select(User, Standing)
        .join(Standing, Standing.user_id == User.id)
        .where(Standing.role != UserRole.USER)
        .order_by(Standing.role, User.username)
    )
    return [
        PersonRow(
            user.id,
            user.discord_id,
            user.username,
            user.display_name,
            user.created_at,
            found.role,
            found.status,
            found.suspended_until,
        )
        for user, found in rows
    ]


async def put_overrides(session: AsyncSession, user_id: UUID, overrides: LimitOverrides) -> None:
    """Set a person's own limits; their role and status stay as they are."""
    await session.execute(
        insert(Standing)
        .values(user_id=user_id, overrides=overrides)
        .on_conflict_do_update(index_elements=["user_id"], set_={"overrides": overrides, "updated_at": func.now()})
    )


async def tags(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    """The words by which staff find them."""
    return (await session.scalars(select(UserTag.tag).where(UserTag.user_id == user_id).order_by(UserTag.tag))).all()


async def put_tags(session: AsyncSession, user_id: UUID, wanted: Sequence[str], by: UUID) -> None:
    """Let exactly these be a person's tags."""
    await session.execute(delete(UserTag).where(UserTag.user_id == user_id, UserTag.tag.not_in(list(wanted))))
    for tag in wanted:
        await session.execute(insert(UserTag).values(user_id=user_id, tag=tag, added_by=by).on_conflict_do_nothing())


async def tags_known(session: AsyncSession, most: int) -> Sequence[str]:
    """Tags in use, the most used first."""
    counted = select(UserTag.tag).group_by(UserTag.tag).order_by(func.count().desc(), UserTag.tag).limit(most)
    return (await session.scalars(counted)).all()


async def notes(session: AsyncSession, user_id: UUID, most: int) -> Sequence[NoteRow]:
    """What staff noted, the newest first."""
    rows = await session.execute(
        select(AdminNote, User.display_name)
        .outerjoin(User, User.id == AdminNote.author_id)
        .where(AdminNote.user_id == user_id)
        .order_by(AdminNote.created_at.desc(), AdminNote.id.desc())
        .limit(most)
    )
    return [NoteRow(*row) for row in rows]


async def remove_note(session: AsyncSession, user_id: UUID, note_id: UUID) -> bool:
    """Take a note away. False where there is no such."""
    gone = await session.execute(delete(AdminNote).where(AdminNote.id == note_id, AdminNote.user_id == user_id))
    return cast(CursorResult[Any], gone).rowcount > 0


async def names(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these people are called."""
    rows = await session.execute(select(User.id, User.display_name).where(User.id.in_(user_ids)))
    return {row.id: row.display_name for row in rows}
