"""What readers think of lore books: stars for everybody to see on average, words for the owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.errors import InvalidInput, NotAllowed
from bot.services.characters.drafts import clean_text
from bot.services.lore.access import may_of, opened
from bot.services.lore.shown import May
from bot.texts import N_
from db.queries.lore import ratings as queries
from db.work import Work

_SAID_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Said:
    """One reader's words; whose they are is not told."""

    stars: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rated:
    """A book's ratings as who looks sees them. `stars` is None below three readers, `said` is for its owner alone."""

    stars: float | None
    raters: int
    mine: int | None
    my_words: str
    may_rate: bool
    said: tuple[Said, ...] = ()


class BookRatings:
    """Each method works in a reader's name: `work` is theirs. A book that is not for them is not there."""

    async def of(self, work: Work, user_id: UUID, book_id: UUID) -> Rated:
        """What people think of a book. Raises `NotFound`."""
        is_own = may_of(user_id, await opened(work, user_id, book_id)) is May.OWN
        average = await queries.average(work.session, book_id)
        mine = await queries.mine(work.session, user_id, book_id)
        told = await queries.said(work.session, book_id, _SAID_SHOWN) if is_own else ()
        return Rated(
            stars=average[0] if average else None,
            raters=average[1] if average else 0,
            mine=mine.stars if mine else None,
            my_words=mine.words if mine else "",
            may_rate=not is_own,
            said=tuple(Said(one.stars, one.words, one.updated_at) for one in told),
        )

    async def rate(self, work: Work, user_id: UUID, book_id: UUID, stars: int, words: str = "") -> None:
        """Give it stars. Raises `NotFound`, `InvalidInput`, or `NotAllowed` for one's own."""
        found = await opened(work, user_id, book_id)
        if may_of(user_id, found) is May.OWN:
            raise NotAllowed("own_book", N_("You made {book}; stars are for other people's."), book=found.book.name)
        if not 1 <= stars <= limits.STARS_MAX:
            raise InvalidInput(
                "stars_out_of_range", N_("Choose 1 to {maximum} stars."), field="stars", maximum=int(limits.STARS_MAX)
            )
        text = clean_text("words", N_("Words"), words, limits.RATING_WORDS_MAX)
        await queries.put(work.session, user_id, book_id, stars, text)

    async def take_back(self, work: Work, user_id: UUID, book_id: UUID) -> bool:
        """No rating of theirs any more; whether there was one. Raises `NotFound`."""
        await opened(work, user_id, book_id)
        return await queries.remove(work.session, user_id, book_id)
