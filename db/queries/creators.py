"""Creators: their profiles, former usernames, follows, and what the house says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import (
    Creator,
    CreatorStanding,
    Follow,
    FormerUsername,
    Media,
    RequestState,
    Verification,
    VerificationRequest,
)

_AVATAR, _BANNER = aliased(Media), aliased(Media)


@dataclass(frozen=True, slots=True)
class CreatorRow:
    """A creator with the SHA-256 of their pictures and what the house says of them."""

    creator: Creator
    avatar_sha256: str | None
    banner_sha256: str | None
    verification: Verification
    is_featured: bool


def _whole() -> Select[Creator, str, str, Verification, bool]:
    return (
        select(Creator, _AVATAR.sha256, _BANNER.sha256, CreatorStanding.verification, CreatorStanding.is_featured)
        .outerjoin(_AVATAR, _AVATAR.id == Creator.avatar_id)
        .outerjoin(_BANNER, _BANNER.id == Creator.banner_id)
        .outerjoin(CreatorStanding, CreatorStanding.creator_id == Creator.id)
    )


async def _rows(session: AsyncSession, statement: Select[Creator, str, str, Verification, bool]) -> list[CreatorRow]:
    found = await session.execute(statement.execution_options(populate_existing=True))
    return [CreatorRow(row[0], row[1], row[2], row[3] or Verification.UNVERIFIED, bool(row[4])) for row in found]


async def _row(session: AsyncSession, statement: Select[Creator, str, str, Verification, bool]) -> CreatorRow | None:
    return next(iter(await _rows(session, statement)), None)


async def by_id(session: AsyncSession, creator_id: UUID) -> CreatorRow | None:
    """One creator, where the actor may see them."""
    return await _row(session, _whole().where(Creator.id == creator_id))


async def by_username(session: AsyncSession, username: str) -> CreatorRow | None:
    """The creator of this address, where the actor may see them."""
    return await _row(session, _whole().where(Creator.username == username))


async def of_user(session: AsyncSession, user_id: UUID) -> CreatorRow | None:
    """A person's own profile; of somebody else's account, where the actor may see it."""
    return await _row(session, _whole().where(Creator.user_id == user_id))


async def of_users(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, CreatorRow]:
    """The public profiles of these people, by person."""
    found = await _rows(session, _whole().where(Creator.user_id.in_(user_ids), Creator.visibility == "public"))
    return {row.creator.user_id: row for row in found}


async def by_ids(session: AsyncSession, creator_ids: Sequence[UUID]) -> list[CreatorRow]:
    """Those of these creators the actor may see, in the order of the ids."""
    found = {row.creator.id: row for row in await _rows(session, _whole().where(Creator.id.in_(creator_ids)))}
    return [found[one] for one in creator_ids if one in found]


async def featured(session: AsyncSession, most: int) -> list[CreatorRow]:
    """Whom the house features, the last one chosen first."""
    statement = _whole().where(CreatorStanding.is_featured, Creator.visibility == "public")
    return await _rows(session, statement.order_by(CreatorStanding.featured_at.desc(), Creator.id).limit(most))


async def owned(session: AsyncSession, user_id: UUID) -> Creator | None:
    """A person's own profile, locked until the end of this work."""
    statement = select(Creator).where(Creator.user_id == user_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def add(session: AsyncSession, creator: Creator) -> None:
    """Write a new profile. Raises `IntegrityError` where its username, or one that looks like it, is taken."""
    session.add(creator)
    await session.flush()


async def remove(session: AsyncSession, user_id: UUID) -> bool:
    """A person's profile goes, with who follows it. Whether there was one."""
    gone = await session.scalars(delete(Creator).where(Creator.user_id == user_id).returning(Creator.id))
    return gone.first() is not None


async def is_taken(session: AsyncSession, username: str, looks: str) -> bool:
    """Whether a username, or one that looks like it, is somebody else's or was not long ago."""
    statement = text("SELECT username_taken(:name, :looks)")
    return bool(await session.scalar(statement, {"name": username, "looks": looks}))


async def keep_former(session: AsyncSession, creator: Creator, kept: timedelta) -> None:
    """The username a creator has now leads to them for so long, whatever they are called next."""
    values = {"creator_id": creator.id, "username_looks": creator.username_looks, "until": func.now() + kept}
    statement = insert(FormerUsername).values(username=creator.username, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[FormerUsername.username], set_=values))


async def forget_former(session: AsyncSession, username: str) -> None:
    """A former username is in use again by who had it."""
    await session.execute(delete(FormerUsername).where(FormerUsername.username == username))


async def former(session: AsyncSession, username: str) -> str | None:
    """What the creator is called now who was called this, while that is kept."""
    statement = select(Creator.username).join(FormerUsername, FormerUsername.creator_id == Creator.id)
    return await session.scalar(statement.where(FormerUsername.username == username, FormerUsername.until > func.now()))


# ------------------------------------------------------------------------------------------------ follows


async def follow(session: AsyncSession, follower_id: UUID, creator_id: UUID) -> bool:
    """Follow a creator; False where that is so already."""
    statement = insert(Follow).values(follower_id=follower_id, creator_id=creator_id).on_conflict_do_nothing()
    return (await session.execute(statement.returning(Follow.creator_id))).first() is not None


async def unfollow(session: AsyncSession, follower_id: UUID, creator_id: UUID) -> bool:
    """Follow a creator no more; False where that was so already."""
    statement = delete(Follow).where(Follow.follower_id == follower_id, Follow.creator_id == creator_id)
    return (await session.execute(statement.returning(Follow.creator_id))).first() is not None


async def follows(session: AsyncSession, follower_id: UUID, creator_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these creators a person follows."""
    statement = select(Follow.creator_id).where(Follow.follower_id == follower_id, Follow.creator_id.in_(creator_ids))
    return set(await session.scalars(statement))


async def count_followed(session: AsyncSession, follower_id: UUID) -> int:
    """How many creators a person follows."""
    return await session.scalar(select(func.count()).where(Follow.follower_id == follower_id)) or 0


async def followed(
    session: AsyncSession, follower_id: UUID, *, after: tuple[datetime, UUID] | None, most: int
) -> Sequence[tuple[UUID, datetime]]:
    """The creators a person follows and when they began, the last one first, beyond a mark."""
    statement = select(Follow.creator_id, Follow.created_at).where(Follow.follower_id == follower_id)
    if after is not None:
        statement = statement.where(tuple_(Follow.created_at, Follow.creator_id) < after)
    ordered = statement.order_by(Follow.created_at.desc(), Follow.creator_id.desc()).limit(most)
    return [(row.creator_id, row.created_at) for row in await session.execute(ordered)]


async def remove_follower(session: AsyncSession, creator_id: UUID, follower_id: UUID) -> bool:
    """Somebody follows one's own page no more; False where that was so already."""
    return await unfollow(session, follower_id, creator_id)


# ------------------------------------------------------------------------------------------------ verification


async def open_request(session: AsyncSession, creator_id: UUID) -> VerificationRequest | None:
    """What a creator asks of the house now, locked until the end of this work."""
    statement = select(VerificationRequest).where(
        VerificationRequest.creator_id == creator_id, VerificationRequest.state == RequestState.OPEN
    )
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def last_request(session: AsyncSession, creator_id: UUID) -> VerificationRequest | None:
    """What a creator asked of the house last, however it ended."""
    statement = select(VerificationRequest).where(VerificationRequest.creator_id == creator_id)
    return await session.scalar(statement.order_by(VerificationRequest.id.desc()).limit(1))


async def add_request(session: AsyncSession, request: VerificationRequest) -> None:
    """Write what is asked. Raises `IntegrityError` where something is asked already."""
    session.add(request)
    await session.flush()


async def requests(session: AsyncSession, *, after: UUID | None, most: int) -> Sequence[VerificationRequest]:
    """What is asked of the house, the oldest first, beyond a mark; for staff."""
    statement = select(VerificationRequest).where(VerificationRequest.state == RequestState.OPEN)
    if after is not None:
        statement = statement.where(VerificationRequest.id > after)
    return list(await session.scalars(statement.order_by(VerificationRequest.id).limit(most)))


async def request(session: AsyncSession, request_id: UUID) -> VerificationRequest | None:
    """One of them, locked until the end of this work."""
    statement = select(VerificationRequest).where(VerificationRequest.id == request_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def put_standing(session: AsyncSession, creator_id: UUID, by: UUID, **values: object) -> None:
    """What the house says of a creator from now on; for staff."""
    changed = {**values, "decided_by": by}
    statement = insert(CreatorStanding).values(creator_id=creator_id, **changed)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[CreatorStanding.creator_id], set_={**changed, "updated_at": func.now()}
        )
    )


async def touch(session: AsyncSession, user_id: UUID) -> None:
    """A creator did something of theirs just now."""
    await session.execute(
        update(Creator)
        .where(Creator.user_id == user_id)
        .values(last_active_at=func.now(), updated_at=Creator.updated_at)
        .execution_options(synchronize_session=False)
    )
