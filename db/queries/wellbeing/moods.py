"""Check-ins as they are kept: sealed. A person's settings, their key, their entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.models import MoodEntry, MoodReminder, MoodSettings, PersonKey, Profile, SelfHabit, SelfTrigger, TriggerKind
from db.models.wellbeing.moods import MoodSource
from db.queries.keyset import Beyond, onwards


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry, still sealed."""

    id: UUID
    felt_at: datetime
    sealed: bytes
    source: MoodSource
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One entry to keep, sealed."""

    id: UUID
    user_id: UUID
    felt_at: datetime
    sealed: bytes
    fingerprint: bytes
    source: MoodSource


_COLUMNS = (
    MoodEntry.id,
    MoodEntry.felt_at,
    MoodEntry.sealed,
    MoodEntry.source,
    MoodEntry.created_at,
    MoodEntry.updated_at,
)

# ------------------------------------------------------------------------------------------------ keys


async def key(session: AsyncSession, user_id: UUID) -> bytes | None:
    """A person's key, sealed; None where they have none."""
    return await session.scalar(select(PersonKey.sealed_key).where(PersonKey.user_id == user_id))


async def add_key(session: AsyncSession, user_id: UUID, sealed_key: bytes) -> None:
    """Keep this key, where the person has none yet."""
    await session.execute(insert(PersonKey).values(user_id=user_id, sealed_key=sealed_key).on_conflict_do_nothing())


async def held_key(session: AsyncSession, user_id: UUID) -> bytes | None:
    """The key, which nobody takes away before this work ends: for whoever is about to seal something with it."""
    return await session.scalar(
        select(PersonKey.sealed_key).where(PersonKey.user_id == user_id).with_for_update(read=True, key_share=True)
    )


async def remove_idle_key(session: AsyncSession, user_id: UUID) -> bool:
    """Take the key away where nothing is sealed with it any more; whether it went."""
    await session.execute(select(PersonKey.user_id).where(PersonKey.user_id == user_id).with_for_update())
    sealed = (
        select(MoodEntry.id).where(MoodEntry.user_id == user_id).exists(),
        select(MoodSettings.user_id).where(MoodSettings.user_id == user_id).exists(),
        select(SelfHabit.id).where(SelfHabit.user_id == user_id).exists(),
        select(SelfTrigger.id).where(SelfTrigger.user_id == user_id, SelfTrigger.sealed_words.is_not(None)).exists(),
    )
    gone = await session.scalars(
        delete(PersonKey)
        .where(PersonKey.user_id == user_id, and_(*(~one for one in sealed)))
        .returning(PersonKey.user_id)
    )
    return bool(gone.all())


# ------------------------------------------------------------------------------------------------ settings


async def settings(session: AsyncSession, user_id: UUID) -> tuple[MoodSettings, str | None] | None:
    """How a person wants their check-ins kept, with their profile's time zone; None where they keep none."""
    rows = await session.execute(
        select(MoodSettings, Profile.time_zone)
        .outerjoin(Profile, Profile.user_id == MoodSettings.user_id)
        .where(MoodSettings.user_id == user_id)
        .execution_options(populate_existing=True)
    )
    return next(((row[0], row[1]) for row in rows), None)


async def put_settings(session: AsyncSession, user_id: UUID, values: Mapping[str, object]) -> None:
    """Keep these of a person's settings, which are made where there are none."""
    statement = insert(MoodSettings).values(user_id=user_id, **values)
    await (await session.connection()).execute(
        statement.on_conflict_do_update(
            index_elements=[MoodSettings.user_id], set_={**values, "updated_at": func.now()}
        )
    )


async def remove_settings(session: AsyncSession, user_id: UUID) -> bool:
    """Forget the yes, and the reminders with it. Whether there was one."""
    await session.execute(delete(MoodReminder).where(MoodReminder.user_id == user_id))
    gone = await session.scalars(
        delete(MoodSettings).where(MoodSettings.user_id == user_id).returning(MoodSettings.user_id)
    )
    return bool(gone.all())


async def remove_mood_triggers(session: AsyncSession, user_id: UUID) -> None:
    """Forget what a person wanted to be told of low moods, and that it ever came true."""
    about_moods = SelfTrigger.kind == TriggerKind.LOW_MOODS
    await session.execute(delete(SelfTrigger).where(SelfTrigger.user_id == user_id, about_moods))


# ------------------------------------------------------------------------------------------------ entries


_ADD_ENTRIES = text(
    "INSERT INTO mood_entries (id, user_id, felt_at, sealed, fingerprint, source)"
    " SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:users AS uuid[]), CAST(:felt AS timestamptz[]),"
    " CAST(:sealed AS bytea[]), CAST(:prints AS bytea[]), CAST(:sources AS text[]))"
    " ON CONFLICT DO NOTHING RETURNING id"
)


async def add_entries(session: AsyncSession, rows: Sequence[NewEntry]) -> int:
    """Keep these; how many were not kept already (by their fingerprint)."""
    if not rows:
        return 0
    # A column of values each: an import brings thousands of rows, of which a statement cannot name every cell.
    made = await session.execute(
        _ADD_ENTRIES,
        {
            "ids": [one.id for one in rows],
            "users": [one.user_id for one in rows],
            "felt": [one.felt_at for one in rows],
            "sealed": [one.sealed for one in rows],
            "prints": [one.fingerprint for one in rows],
            "sources": [one.source.value for one in rows],
        },
    )
    return len(made.all())


async def entry(session: AsyncSession, user_id: UUID, entry_id: UUID, *, to_change: bool = False) -> EntryRow | None:
    """One of a person's entries; locked until the work ends where it is to be changed."""
    statement = select(*_COLUMNS).where(MoodEntry.id == entry_id, MoodEntry.user_id == user_id)
    if to_change:
        statement = statement.with_for_update()
    return _first(await session.execute(statement))


async def entry_of(session: AsyncSession, user_id: UUID, fingerprint: bytes) -> EntryRow | None:
    """The entry that was kept under this fingerprint."""
    return _first(
        await session.execute(
            select(*_COLUMNS).where(MoodEntry.user_id == user_id, MoodEntry.fingerprint == fingerprint)
        )
    )


async def change_entry(session: AsyncSession, user_id: UUID, entry_id: UUID, felt_at: datetime, sealed: bytes) -> None:
    """Put other words, or another moment, into an entry."""
    await session.execute(
        update(MoodEntry)
        .where(MoodEntry.id == entry_id, MoodEntry.user_id == user_id)
        .values(felt_at=felt_at, sealed=sealed, updated_at=func.clock_timestamp())
    )


async def remove_entry(session: AsyncSession, user_id: UUID, entry_id: UUID) -> bool:
    """Delete one; whether there was one."""
    gone = await session.scalars(
        delete(MoodEntry).where(MoodEntry.id == entry_id, MoodEntry.user_id == user_id).returning(MoodEntry.id)
    )
    return bool(gone.all())


async def remove_entries(session: AsyncSession, user_id: UUID, ids: Sequence[UUID] | None = None) -> int:
    """Delete these, or all; how many there were."""
    statement = delete(MoodEntry).where(MoodEntry.user_id == user_id)
    if ids is not None:
        statement = statement.where(MoodEntry.id == func.any(list(ids)))
    return len((await session.scalars(statement.returning(MoodEntry.id))).all())


async def remove_before(session: AsyncSession, user_id: UUID, moment: datetime) -> int:
    """Delete what was felt before a moment; how many that were."""
    statement = delete(MoodEntry).where(MoodEntry.user_id == user_id, MoodEntry.felt_at < moment)
    return len((await session.scalars(statement.returning(MoodEntry.id))).all())


async def count(
    session: AsyncSession, user_id: UUID, *, since: datetime | None = None, until: datetime | None = None
) -> int:
    """How many entries there are, of this span (`until` is no part of it)."""
    statement = _spanned(select(func.count()), user_id, since, until)
    return int(await session.scalar(statement) or 0)


async def entries(
    session: AsyncSession,
    user_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: Beyond | None = None,
    limit: int | None = None,
) -> list[EntryRow]:
    """Entries of a span, newest first, from a mark on."""
    columns = MoodEntry.__table__.c
    spanned = _spanned(select(*_COLUMNS), user_id, since, until)
    statement = onwards(spanned, columns.felt_at, columns.id, after, is_down=True)
    rows = await session.execute(statement if limit is None else statement.limit(limit))
    return [EntryRow(*row) for row in rows]


def _spanned(statement: Any, user_id: UUID, since: datetime | None, until: datetime | None) -> Any:
    statement = statement.where(MoodEntry.user_id == user_id)
    if since is not None:
        statement = statement.where(MoodEntry.felt_at >= since)
    if until is not None:
        statement = statement.where(MoodEntry.felt_at < until)
    return statement


def _first(rows: Any) -> EntryRow | None:
    return next((EntryRow(*row) for row in rows), None)


# ------------------------------------------------------------------------------------------------ for prompts

_NEWEST_FOR_PROMPTS = Prepared(
    select(
        PersonKey.sealed_key,
        MoodEntry.id,
        MoodEntry.felt_at,
        MoodEntry.sealed,
    )
    .select_from(MoodSettings)
    .join(PersonKey, PersonKey.user_id == MoodSettings.user_id)
    .join(MoodEntry, MoodEntry.user_id == MoodSettings.user_id)
    .where(
        MoodSettings.user_id == bindparam("user_id", type_=Uuid()),
        MoodSettings.in_prompts,
        MoodSettings.consent_version >= bindparam("version", type_=MoodSettings.consent_version.type),
        MoodEntry.felt_at >= bindparam("since", type_=MoodEntry.felt_at.type),
        MoodEntry.felt_at <= bindparam("until", type_=MoodEntry.felt_at.type),
    )
    .order_by(MoodEntry.felt_at.desc(), MoodEntry.id.desc())
    .limit(64)
)


@dataclass(frozen=True, slots=True)
class ForPrompts:
    """What a turn may read of the check-ins of whom it works for: sealed, newest first."""

    sealed_key: bytes
    entries: tuple[tuple[UUID, datetime, bytes], ...]


async def for_prompts(
    direct: Direct, user_id: UUID, *, version: int, since: datetime, until: datetime
) -> ForPrompts | None:
    """The newest entries of a span, where the person lets characters know; None where they do not, or said nothing.

    `version` is that of the words they must have said yes to.
    """
    rows = await direct.rows(_NEWEST_FOR_PROMPTS, user_id=user_id, version=version, since=since, until=until)
    if not rows:
        return None
    found = tuple((row.id, row.felt_at, row.sealed) for row in rows)
    return ForPrompts(rows[0].sealed_key, found)


# ------------------------------------------------------------------------------------------------ for the house


async def purge(session: AsyncSession, now: datetime) -> int:
    """Delete every entry whose time is over; how many. For jobs."""
    return int(await session.scalar(text("SELECT purge_mood_entries(:now)"), {"now": now}) or 0)


async def purge_keys(session: AsyncSession) -> int:
    """Delete keys with which nothing is sealed any more; how many. For jobs."""
    return int(await session.scalar(text("SELECT purge_person_keys()")) or 0)


async def keys_sealed_otherwise(
    session: AsyncSession, key_id: bytes, beyond: UUID | None, most: int
) -> Sequence[tuple[UUID, bytes]]:
    """Keys of people that another key of the house sealed than this one, from a person on. For jobs."""
    rows = await session.execute(
        text("SELECT user_id, sealed_key FROM person_keys_sealed_otherwise(:key_id, CAST(:beyond AS uuid), :most)"),
        {"key_id": key_id, "beyond": beyond, "most": most},
    )
    return [(row[0], row[1]) for row in rows]


async def reseal_key(session: AsyncSession, user_id: UUID, held: bytes, sealed: bytes) -> bool:
    """The same key, sealed anew, where it is still the one that was read. For jobs."""
    done = await session.scalar(
        text("SELECT reseal_person_key(:person, :held, :sealed)"), {"person": user_id, "held": held, "sealed": sealed}
    )
    return bool(done)
