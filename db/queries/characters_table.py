"""A person's characters as a table: in any order, page by page from a mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Character, Media, Visibility
from db.queries.keyset import Beyond, onwards


class CharacterSort(StrEnum):
    """By what characters are ordered; their ids decide between equals."""

    NAME = "name"
    CHANGED = "changed"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Line:
    """One character, with when it was made and changed, and what it is ordered by."""

    character: Character
    picture_sha256: str | None
    created_at: datetime
    updated_at: datetime
    key: Any


_KEYS: Mapping[CharacterSort, ColumnElement[Any]] = {
    # By code point: so the mark and the column are compared alike, whatever the server's locale.
    CharacterSort.NAME: func.lower(Character.name).collate("C"),
    CharacterSort.CHANGED: Character.updated_at.expression,
    CharacterSort.MADE: Character.created_at.expression,
}


async def page(
    session: AsyncSession,
    owner_id: UUID,
    sort: CharacterSort,
    *,
    text: str,
    visibility: Visibility | None,
    is_down: bool,
    after: Beyond | None = None,
    limit: int,
) -> Sequence[Line]:
    """A person's characters from a mark on; `text` stands in name, nickname or description, or is a tag."""
    key = _KEYS[sort]
    statement = (
        select(Character, Media.sha256, Character.created_at, Character.updated_at, key.label("key"))
        .outerjoin(Media, Media.id == Character.picture_id)
        .where(Character.owner_id == owner_id, Character.deleted_at.is_(None))
    )
    if text:
        wanted = text.lower()
        statement = statement.where(
            or_(
                *(
                    func.strpos(func.lower(column), wanted) > 0
                    for column in (Character.name, Character.nickname, Character.description)
                ),
                literal(wanted) == any_(Character.tags),
            )
        )
    if visibility is not None:
        statement = statement.where(Character.visibility == visibility)
    statement = onwards(statement, key, Character.id.expression, after, is_down=is_down).limit(limit)
    return [Line(*row) for row in await session.execute(statement)]
