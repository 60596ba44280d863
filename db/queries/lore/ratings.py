"""What readers think of lore books."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import BookRating


async def mine(session: AsyncSession, user_id: UUID, book_id: UUID) -> BookRating | None:
    """What a person thinks of a book."""
    statement = select(BookRating).where(BookRating.user_id == user_id, BookRating.book_id == book_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def put(session: AsyncSession, user_id: UUID, book_id: UUID, stars: int, words: str) -> None:
    """What a person thinks of a book from now on."""
    said = {"stars": stars, "words": words}
    statement = insert(BookRating).values(user_id=user_id, book_id=book_id, **said)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[BookRating.user_id, BookRating.book_id], set_={**said, "updated_at": func.now()}
        )
    )


async def remove(session: AsyncSession, user_id: UUID, book_id: UUID) -> bool:
    """Take it back; whether there was something."""
    statement = delete(BookRating).where(BookRating.user_id == user_id, BookRating.book_id == book_id)
    return (await session.execute(statement.returning(BookRating.book_id))).first() is not None


async def average(session: AsyncSession, book_id: UUID) -> tuple[float, int] | None:
    """Average stars and how many people gave them, of a book the actor may read; None below three people."""
    row = (await session.execute(text("SELECT * FROM book_rating_of(:id)"), {"id": book_id})).one_or_none()
    return None if row is None else (float(row.stars), row.people)


async def said(session: AsyncSession, book_id: UUID, most: int) -> Sequence[BookRating]:
    """Ratings with words, the newest first; of one's own book all of them."""
    statement = select(BookRating).where(BookRating.book_id == book_id, BookRating.words != "")
    return list(await session.scalars(statement.order_by(BookRating.updated_at.desc()).limit(most)))
