"""A person's characters as a table: searched, narrowed, in any order, page by page. For faces with room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot import limits
from bot.services.characters.seen import Character, seen
from bot.services.tables import Mark, beyond, mark_of, moment, words
from db import functions
from db.models import Visibility
from db.queries import characters_table
from db.queries.characters_table import CharacterSort
from db.work import Work

__all__ = ["CharacterSort", "CharacterTable", "Mark", "Tabled", "Visibility", "characters_table_of"]

_READ: Mapping[CharacterSort, Callable[[str], Any]] = {
    CharacterSort.NAME: words,
    CharacterSort.CHANGED: moment,
    CharacterSort.MADE: moment,
}


@dataclass(frozen=True, slots=True)
class Tabled:
    """One character of a table."""

    character: Character
    visibility: Visibility
    likes: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CharacterTable:
    """One screen. `next` is the mark of the next one, if there is."""

    rows: tuple[Tabled, ...]
    next: Mark | None = None


async def characters_table_of(
    work: Work,
    owner_id: UUID,
    *,
    text: str = "",
    visibility: Visibility | None = None,
    sort: CharacterSort = CharacterSort.NAME,
    is_down: bool = False,
    after: Mark | None = None,
    size: int = int(limits.TABLE_PAGE),
) -> CharacterTable:
    """One screen of a person's own characters. A mark that is none, or another order's, begins anew."""
    rows = await characters_table.page(
        work.session,
        owner_id,
        sort,
        text=" ".join(text[: limits.SEARCH_TEXT_MAX].split()),
        visibility=visibility,
        is_down=is_down,
        after=beyond(after, _READ[sort]),
        limit=size + 1,
    )
    shown = rows[:size]
    counts = await functions.reaction_counts(work.session, [one.character.id for one in shown]) if shown else {}
    tabled = tuple(
        Tabled(
            seen(one.character, one.picture_sha256),
            one.character.visibility,
            counts.get(one.character.id, functions.Counts()).likes,
            one.created_at,
            one.updated_at,
        )
        for one in shown
    )
    return CharacterTable(tabled, mark_of(shown[-1].key, shown[-1].character.id) if len(rows) > size else None)
