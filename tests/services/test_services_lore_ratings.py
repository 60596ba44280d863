"""What readers think of lore books."""

import pytest

from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.ports import Caller
from bot.services.lore.books import LoreBooks
from bot.services.lore.ratings import BookRatings
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.shown import May
from tests.services.stagecraft import ROBIN, Program

READERS = [Caller(300 + n, f"reader{n}", f"Reader {n}") for n in range(3)]


async def test_readers_rate_a_book_and_its_owner_reads_their_words(program: Program) -> None:
    books, sharing, ratings = LoreBooks(program.clock), LoreSharing(program.clock), BookRatings()
    async with program.people.at_work(ROBIN) as (robin, work):
        book = (await books.create(work, robin, {"name": "Harbour Town"})).id
        with pytest.raises(NotAllowed):
            await ratings.rate(work, robin, book, 5)
    for number, reader in enumerate(READERS):
        guest = await program.people.arrive(reader)
        async with program.people.at_work(reader) as (_, work):
            with pytest.raises(NotFound):
                await ratings.rate(work, guest, book, 5)
            with pytest.raises(NotFound):
                await ratings.of(work, guest, book)
        async with program.people.at_work(ROBIN) as (robin, work):
            await sharing.invite(work, robin, book, guest, May.READ)
        async with program.people.at_work(reader) as (_, work):
            for stars in (0, 6, -5):
                with pytest.raises(InvalidInput):
                    await ratings.rate(work, guest, book, stars)
            with pytest.raises(InvalidInput):
                await ratings.rate(work, guest, book, 5, "x" * 501)
            await ratings.rate(work, guest, book, 1)
            await ratings.rate(work, guest, book, 5 - number, f"Words {number}")
            seen = await ratings.of(work, guest, book)
            assert (seen.mine, seen.may_rate, seen.said) == (5 - number, True, ())
            # Fewer than three would tell what one of them thinks.
            assert seen.stars == (4.0 if number == 2 else None)
    async with program.people.at_work(ROBIN) as (robin, work):
        seen = await ratings.of(work, robin, book)
        assert {(one.stars, one.words) for one in seen.said} == {(5, "Words 0"), (4, "Words 1"), (3, "Words 2")}
        assert (seen.stars, seen.raters, seen.may_rate) == (4.0, 3, False)
    async with program.people.at_work(READERS[0]) as (guest, work):
        assert await ratings.take_back(work, guest, book)
        assert not await ratings.take_back(work, guest, book)
        assert (await ratings.of(work, guest, book)).stars is None
