"""Changes of many entries at once, each one statement however many there are; and copies of whole books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, all_, and_, any_, cast, delete, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import EntryRules, LoreEntry, Mode

_RULES = cast(LoreEntry.rules, JSONB)


async def _changed(
    session: AsyncSession, ids: Sequence[UUID], differs: ColumnElement[bool], by: UUID, values: Mapping[str, Any]
) -> Sequence[UUID]:
    statement = (
        update(LoreEntry)
        .where(LoreEntry.id == any_(literal(list(ids), ARRAY(LoreEntry.id.type))), differs)
        .values(**values, version=LoreEntry.version + 1, updated_by=by, updated_at=func.now())
        .returning(LoreEntry.id)
        .execution_options(synchronize_session=False)
    )
    return list(await session.scalars(statement))


async def switch(session: AsyncSession, ids: Sequence[UUID], is_enabled: bool, by: UUID) -> Sequence[UUID]:
    """Switch these entries on or off; the ids of those that were not so yet."""
    return await _changed(session, ids, LoreEntry.is_enabled.is_not(is_enabled), by, {"is_enabled": is_enabled})


async def put_in_folder(session: AsyncSession, ids: Sequence[UUID], folder: str, by: UUID) -> Sequence[UUID]:
    """Put these entries into a folder; the ids of those that were in another."""
    return await _changed(session, ids, LoreEntry.folder != folder, by, {"folder": folder})


async def tag(session: AsyncSession, ids: Sequence[UUID], tag: str, by: UUID, *, most: int) -> Sequence[UUID]:
    """Give these entries a tag; the ids of those that had it not, and have room for one more."""
    lacks = and_(literal(tag) != all_(LoreEntry.tags), func.cardinality(LoreEntry.tags) < most)
    return await _changed(session, ids, lacks, by, {"tags": func.array_append(LoreEntry.tags, tag)})


async def untag(session: AsyncSession, ids: Sequence[UUID], tag: str, by: UUID) -> Sequence[UUID]:
    """Take a tag away from these entries; the ids of those that had it."""
    has = literal(tag) == any_(LoreEntry.tags)
    return await _changed(session, ids, has, by, {"tags": func.array_remove(LoreEntry.tags, tag)})


async def set_tags(session: AsyncSession, ids: Sequence[UUID], tags: Sequence[str], by: UUID) -> Sequence[UUID]:
    """Give these entries these tags and no others; the ids of those that had others."""
    return await _changed(session, ids, LoreEntry.tags != list(tags), by, {"tags": list(tags)})


async def set_mode(session: AsyncSession, ids: Sequence[UUID], mode: Mode, by: UUID) -> Sequence[UUID]:
    """Change what brings these entries in; the ids of those that were otherwise."""
    return await _changed(session, ids, LoreEntry.mode != mode, by, {"mode": mode})


async def set_rule(
    session: AsyncSession, ids: Sequence[UUID], path: Sequence[str], value: Any, by: UUID
) -> Sequence[UUID]:
    """Set one rule, named by its path below `rules`; the ids of those where it was another."""
    at, wanted = cast(list(path), ARRAY(String)), cast(literal(value, JSONB(none_as_null=False)), JSONB)
    held = func.jsonb_extract_path(_RULES, *path)
    return await _changed(
        session, ids, held.is_distinct_from(wanted), by, {"rules": func.jsonb_set(_RULES, at, wanted)}
    )


_ON_ALL_KEYS = text(
    """
    UPDATE lore_entries AS e SET rules = changed.rules, version = e.version + 1, updated_by = :by, updated_at = now()
    FROM (
        SELECT o.id, o.rules || jsonb_build_object(
            'keys', (SELECT coalesce(jsonb_agg(CASE WHEN (k ->> 'is_regex')::boolean THEN k
                ELSE jsonb_set(k, CAST(:at AS text[]), to_jsonb(CAST(:value AS boolean))) END ORDER BY n), '[]'::jsonb)
                FROM jsonb_array_elements(o.rules -> 'keys') WITH ORDINALITY AS t (k, n)),
            'secondary', (SELECT coalesce(jsonb_agg(CASE WHEN (k ->> 'is_regex')::boolean THEN k
                ELSE jsonb_set(k, CAST(:at AS text[]), to_jsonb(CAST(:value AS boolean))) END ORDER BY n), '[]'::jsonb)
                FROM jsonb_array_elements(o.rules -> 'secondary') WITH ORDINALITY AS t (k, n))) AS rules
        FROM lore_entries AS o WHERE o.id = ANY (CAST(:ids AS uuid[]))
    ) AS changed
    WHERE e.id = changed.id AND e.rules <> changed.rules
    RETURNING e.id
    """
)


async def set_on_all_keys(
    session: AsyncSession, ids: Sequence[UUID], option: str, value: bool, by: UUID
) -> Sequence[UUID]:
    """Set an option of every plain key of these entries; the ids of those where one was otherwise."""
    values = {"ids": list(ids), "at": [option], "value": value, "by": by}
    return [UUID(str(one)) for one in await session.scalars(_ON_ALL_KEYS, values)]


async def grow_versions(session: AsyncSession, ids: Sequence[UUID], by: UUID) -> None:
    """Let the version of these entries grow by one: they are about to be deleted, which is a change too."""
    await _changed(session, ids, LoreEntry.id.is_not(None), by, {})


async def remove(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Remove these entries with all that hangs on them but their history."""
    statement = delete(LoreEntry).where(LoreEntry.id == any_(literal(list(ids), ARRAY(LoreEntry.id.type))))
    await session.execute(statement.execution_options(synchronize_session=False))


_ADD = text(
    """
    INSERT INTO lore_entries (id, book_id, number, name, content, tokens, is_enabled, mode, folder, tags, place, rules,
        origin, source_id, raw, search_words, content_sha256, updated_by)
    SELECT r.id, :book, r.number, r.name, r.content, r.tokens, r.is_enabled, r.mode, r.folder, r.tags, r.place, r.rules,
        r.origin, r.source_id, r.raw, r.search_words, r.content_sha256, :by
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, number integer, name text, content text,
        tokens integer, is_enabled boolean, mode text, folder text, tags text[], place integer, rules jsonb,
        origin jsonb, source_id text, raw jsonb, search_words text[], content_sha256 text)
    """
)


async def add(session: AsyncSession, book_id: UUID, rows: str, by: UUID) -> None:
    """Write many new entries of a book, given as a JSON array of objects by the names of their columns.

    As one text, since a thread can make it: checking and writing some hundred values here would hold up everybody.
    """
    await session.execute(_ADD, {"book": book_id, "rows": rows, "by": by})


_COPY = text(
    """
    INSERT INTO lore_entries (id, book_id, number, name, content, tokens, is_enabled, mode, folder, tags, place, rules,
        origin, source_id, raw, search_words, content_sha256, updated_by)
    SELECT copied.new_id, :book, e.number, e.name, e.content, e.tokens, e.is_enabled, e.mode, e.folder, e.tags, e.place,
        e.rules, e.origin, e.source_id, e.raw, e.search_words, e.content_sha256, :by
    FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS copied (old_id, new_id)
    JOIN lore_entries AS e ON e.id = copied.old_id
    """
)


async def copy(session: AsyncSession, ids: Mapping[UUID, UUID], book_id: UUID, by: UUID) -> None:
    """Copy entries into another book, under new ids and their old numbers. What they say of others' ids stays."""
    values = {"old": list(ids), "new": list(ids.values()), "book": book_id, "by": by}
    await session.execute(_COPY, values)


async def with_references(session: AsyncSession, book_id: UUID) -> Sequence[tuple[UUID, EntryRules]]:
    """The entries of a book whose rules name other entries."""
    named = [
        func.jsonb_array_length(func.jsonb_extract_path(_RULES, name)) > 0
        for name in ("requires", "excludes", "wakes_only", "woken_only_by")
    ]
    statement = select(LoreEntry.id, LoreEntry.rules).where(
        LoreEntry.book_id == book_id, named[0] | named[1] | named[2] | named[3]
    )
    return [(row.id, row.rules) for row in await session.execute(statement)]


async def set_rules(session: AsyncSession, entry_id: UUID, rules: EntryRules) -> None:
    """Replace an entry's rules; its version stays: this belongs to making it."""
    statement = update(LoreEntry).where(LoreEntry.id == entry_id).values(rules=rules, updated_at=LoreEntry.updated_at)
    await session.execute(statement.execution_options(synchronize_session=False))
