"""What admins decided for servers, channels and characters there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import PlaceSettings, PlaceValues


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What one level of a server says: the server's own (no channel, no character), a channel's or a character's."""

    guild_id: int
    channel_id: int | None
    character_id: UUID | None
    values: PlaceValues


async def every(session: AsyncSession) -> Sequence[LevelRow]:
    """Every level of every server."""
    return [_row(found) for found in await session.scalars(select(PlaceSettings))]


async def of_server(session: AsyncSession, guild_id: int) -> Sequence[LevelRow]:
    """Every level of one server."""
    found = await session.scalars(select(PlaceSettings).where(PlaceSettings.guild_id == guild_id))
    return [_row(one) for one in found]


async def change(
    session: AsyncSession,
    guild_id: int,
    named: Mapping[str, object],
    *,
    channel_id: int | None,
    character_id: UUID | None,
    by: UUID,
) -> PlaceValues:
    """Put the named fields into a level, keep its others, and return what it says now.

    A level that says nothing leaves no row. Two changes at once both hold. Raises `IntegrityError` where the character
    does not exist.
    """
    # The row is there before it is locked, so two first changes wait for each other as later ones do.
    await (await session.connection()).execute(
        insert(PlaceSettings)
        .values(id=new_id(), guild_id=guild_id, channel_id=channel_id, character_id=character_id, values=PlaceValues())
        .on_conflict_do_nothing()
    )
    level = _level(guild_id, channel_id, character_id)
    row = (await session.scalars(select(PlaceSettings).where(*level).with_for_update())).one()
    values = row.values.model_copy(update=dict(named))
    if values == PlaceValues():
        await session.delete(row)
    else:
        row.values, row.updated_by = values, by
    await session.flush()
    return values


async def remove(session: AsyncSession, guild_id: int, *, channel_id: int | None, character_id: UUID | None) -> bool:
    """Remove a level. False where there was none."""
    statement = delete(PlaceSettings).where(*_level(guild_id, channel_id, character_id)).returning(PlaceSettings.id)
    return await session.scalar(statement) is not None


async def servers(session: AsyncSession) -> Mapping[int, bool]:
    """The servers with settings, and whether the bot is known to have left each."""
    rows = await session.execute(
        select(PlaceSettings.guild_id, func.bool_or(PlaceSettings.left_at.is_not(None))).group_by(
            PlaceSettings.guild_id
        )
    )
    return {guild_id: has_left for guild_id, has_left in rows}


async def note_left(session: AsyncSession, guild_ids: Sequence[int], *, is_gone: bool) -> None:
    """Write down that the bot left these servers just now, or is a member of them again."""
    values = {"left_at": func.now() if is_gone else None, "updated_at": PlaceSettings.updated_at}
    await session.execute(update(PlaceSettings).where(PlaceSettings.guild_id.in_(guild_ids)).values(values))


def _level(guild_id: int, channel_id: int | None, character_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    return (
        PlaceSettings.guild_id == guild_id,
        PlaceSettings.channel_id.is_not_distinct_from(channel_id),
        PlaceSettings.character_id.is_not_distinct_from(character_id),
    )


def _row(found: PlaceSettings) -> LevelRow:
    return LevelRow(found.guild_id, found.channel_id, found.character_id, found.values)
