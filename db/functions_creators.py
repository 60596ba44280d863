"""The reviewed SQL functions of `db.security_creators`, typed for callers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a list goes on: what the last row was sorted by, and its id."""

    value: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Found:
    """One screen of ids with the mark of each, and how many fit in all."""

    ids: tuple[UUID, ...]
    marks: tuple[Mark, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of a creator that stand in lists."""

    followers: int = 0
    characters: int = 0
    likes: int = 0


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Numbers of a creator's page. None: of too few people to tell."""

    following: int = 0
    conversations: int | None = None
    stars: float | None = None
    raters: int | None = None


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows somebody. `username` is None where they have no public page."""

    user_id: UUID
    display_name: str
    username: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One line of statistics: of a day, of a character, or of the whole."""

    part: str
    day: date | None
    character_id: UUID | None
    people: int
    conversations: int
    messages: int
    tokens: int


@dataclass(frozen=True, slots=True)
class PersonOfCharacter:
    """Somebody who has a part in a character."""

    character_id: UUID
    user_id: UUID
    discord_id: int | None
    display_name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class RunOut:
    """A share of a character whose time is over."""

    grant_id: UUID
    character_id: UUID
    user_id: UUID


# ------------------------------------------------------------------------------------------------ directory


@dataclass(frozen=True, slots=True)
class CreatorsAsked:
    """What is looked for among creators. `words` is a tsquery; empty strings ask for nothing."""

    words: str = ""
    tag: str = ""
    kind: str = ""
    language: str = ""
    is_open: bool = False
    is_vouched: bool = False
    sort: str = "followers"


async def creators_found(session: AsyncSession, asked: CreatorsAsked, after: Mark | None, most: int) -> Found:
    """Public creators that fit, in their order, beyond a mark. Any actor may call it."""
    statement = text(
        "SELECT * FROM creators_found(:words, :tag, :kind, :language, :open, :vouched, :sort, :mark, :mark_id, :most)"
    )
    rows = await session.execute(
        statement,
        {
            "words": asked.words,
            "tag": asked.tag,
            "kind": asked.kind,
            "language": asked.language,
            "open": asked.is_open,
            "vouched": asked.is_vouched,
            "sort": asked.sort,
            **_mark(after),
            "most": most,
        },
    )
    return _found([(_uuid(row.creator_id), row.mark_of, row.total) for row in rows])


@dataclass(frozen=True, slots=True)
class CharactersAsked:
    """What is looked for among published characters. `owner_id` None: whoever made them."""

    words: str = ""
    tag: str = ""
    adults: bool = False
    owner_id: UUID | None = None
    sort: str = "popular"


async def characters_found(session: AsyncSession, asked: CharactersAsked, after: Mark | None, most: int) -> Found:
    """Published characters that fit, in their order, beyond a mark. Any actor may call it."""
    statement = text("SELECT * FROM characters_found(:words, :tag, :adults, :owner, :sort, :mark, :mark_id, :most)")
    rows = await session.execute(
        statement,
        {
            "words": asked.words,
            "tag": asked.tag,
            "adults": asked.adults,
            "owner": asked.owner_id,
            "sort": asked.sort,
            **_mark(after),
            "most": most,
        },
    )
    return _found([(_uuid(row.character_id), row.mark_of, row.total) for row in rows])


async def creator_tags(session: AsyncSession, beginning: str, most: int) -> Sequence[str]:
    """Tags of public pages that begin like this, the most used first."""
    return list(
        await session.scalars(
            text("SELECT tag FROM creator_tags(:beginning, :most)"), {"beginning": beginning, "most": most}
        )
    )


async def figures(session: AsyncSession, creator_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """Followers, published characters and likes of creators whose pages are not private, or one's own."""
    rows = await session.execute(text("SELECT * FROM creator_figures(:ids)"), {"ids": list(creator_ids)})
    return {_uuid(row.creator_id): Figures(row.followers, row.characters, row.likes) for row in rows}


async def portfolio(session: AsyncSession, creator_id: UUID) -> Portfolio:
    """What a page tells in numbers."""
    row = (await session.execute(text("SELECT * FROM creator_portfolio(:id)"), {"id": creator_id})).one_or_none()
    if row is None:
        return Portfolio()
    return Portfolio(row.following, row.conversations, None if row.stars is None else float(row.stars), row.raters)


async def followers(session: AsyncSession, after: tuple[datetime, UUID] | None, most: int) -> Sequence[Follower]:
    """Who follows the acting person's page, the last one first, beyond a mark."""
    at, user_id = after or (None, None)
    rows = await session.execute(
        text("SELECT * FROM followers_of_mine(cast(:at AS timestamptz), :user, :most)"),
        {"at": at, "user": user_id, "most": most},
    )
    return [Follower(_uuid(row.user_id), row.display_name, row.username, row.since) for row in rows]


# ------------------------------------------------------------------------------------------------ statistics


async def statistics(session: AsyncSession, first: date, last: date) -> Sequence[Told]:
    """What others did with the acting person's characters, where they are enough not to be told apart."""
    rows = await session.execute(
        text("SELECT * FROM creator_statistics(:first, :last)"), {"first": first, "last": last}
    )
    return [
        Told(
            row.part,
            row.day,
            None if row.character_id is None else _uuid(row.character_id),
            row.people,
            row.conversations,
            row.messages,
            row.tokens,
        )
        for row in rows
    ]


async def ratings(session: AsyncSession) -> dict[UUID, tuple[float, int]]:
    """Average stars and how many people gave them, of the acting person's characters; only of enough people."""
    rows = await session.execute(text("SELECT * FROM creator_ratings()"))
    return {_uuid(row.character_id): (float(row.stars), row.people) for row in rows}


async def follows_by_day(session: AsyncSession, first: date, last: date) -> dict[date, int]:
    """How many people began to follow the acting person's page and still do, by day."""
    rows = await session.execute(text("SELECT * FROM follows_by_day(:first, :last)"), {"first": first, "last": last})
    return {row.day: row.people for row in rows}


async def tidy(session: AsyncSession) -> int:
    """Note when creators changed something last (how many did), and let usernames go that were kept; for jobs."""
    return await session.scalar(text("SELECT tidy_creators()")) or 0


# ------------------------------------------------------------------------------------------------ shares


async def ask_for_character(session: AsyncSession, character_id: UUID, words: str, most: int) -> bool:
    """Ask to write a character with its owner; False where they take no requests of this person."""
    values = {"id": new_id(), "character": character_id, "words": words, "most": most}
    return bool(await session.scalar(text("SELECT ask_for_character(:id, :character, :words, :most)"), values))


async def people_of(session: AsyncSession, character_ids: Sequence[UUID]) -> Sequence[PersonOfCharacter]:
    """Whose these characters are; for who rules over one, also whom it is shared with."""
    rows = await session.execute(text("SELECT * FROM people_of_characters(:ids)"), {"ids": list(character_ids)})
    return [
        PersonOfCharacter(_uuid(row.character_id), _uuid(row.user_id), row.discord_id, row.display_name, row.is_owner)
        for row in rows
    ]


async def conversations_with(session: AsyncSession, character_id: UUID, person_id: UUID) -> Sequence[tuple[UUID, int]]:
    """Where a person's conversations with a character go on: ids and channels; for who rules over it, and jobs."""
    statement = text("SELECT * FROM conversations_with(:character, :person)")
    rows = await session.execute(statement, {"character": character_id, "person": person_id})
    return [(_uuid(row.conversation_id), row.channel_id) for row in rows]


async def shares_run_out(session: AsyncSession, most: int) -> Sequence[RunOut]:
    """Shares of characters whose time is over and that nobody ended yet; for jobs."""
    rows = await session.execute(text("SELECT * FROM shares_run_out(:most)"), {"most": most})
    return [RunOut(_uuid(row.grant_id), _uuid(row.character_id), _uuid(row.user_id)) for row in rows]


async def end_share(session: AsyncSession, grant_id: UUID) -> bool:
    """A share whose time is over ends; for jobs."""
    return bool(await session.scalar(text("SELECT end_share(:id)"), {"id": grant_id}))


# ------------------------------------------------------------------------------------------------ within


def _mark(after: Mark | None) -> dict[str, object]:
    return {"mark": after.value if after else "", "mark_id": after.id if after else None}


def _found(rows: Sequence[tuple[UUID, str, int]]) -> Found:
    marks = tuple(Mark(value, one) for one, value, _ in rows)
    return Found(tuple(one for one, _, _ in rows), marks, rows[0][2] if rows else 0)


def _uuid(value: Any) -> UUID:
    """A plain UUID: the driver hands out a subclass of its own."""
    return UUID(str(value))
