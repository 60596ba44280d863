"""What a stranger tries with books that are not theirs, and what many at once do to one that is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.errors import LimitReached, NotAllowed, NotFound
from bot.ports import Caller, Rights
from bot.services.lore.attaching import LoreAttachments, Target
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.shown import LoreBook, May
from bot.services.people import People
from bot.services.talk.conversations.seats import Asking
from db.work import Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA, TAVERN

KIM = Caller(103, "kim", "Kim")


class House:
    """Robin's book with one entry, and the services around it."""

    def __init__(self, database: Database) -> None:
        self.people = People(database)
        clock = FakeClock()
        self.books, self.entries = LoreBooks(clock), LoreEntries(len)
        self.sharing, self.attachments = LoreSharing(clock), LoreAttachments(database)
        self.clock = clock

    async def do(self, service: str, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(getattr(self, service), what)(work, user, *arguments, **named)

    async def attach(self, what: str, *arguments: Any, by: Caller = ROBIN, rights: Rights = Rights()) -> Any:  # noqa: B008 - frozen
        async with self.people.at_work(by) as (user, work):
            return await getattr(self.attachments, what)(work, Asking(user, TAVERN, rights), *arguments)

    async def run(self, statement: str, **values: Any) -> None:
        async with self.people.at_work(ROBIN) as (_, work):
            await work.session.execute(text(statement), values)


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


@pytest.fixture
async def book(house: House) -> LoreBook:
    made: LoreBook = await house.do("books", "create", {"name": "The north"})
    await house.do("entries", "add", made.id, {"content": "Cold water.", "keys": "harbour"})
    return made


async def test_a_password_is_not_guessed_many_times_at_once(house: House, book: LoreBook) -> None:
    await house.do("sharing", "share", book.id, password="open sesame")
    await house.people.arrive(SASHA)
    guesses = [house.do("sharing", "open", book.code, f"sesame {n}", by=SASHA) for n in range(8)]
    found = await asyncio.gather(*guesses, return_exceptions=True)
    refused = [[one for one in found if isinstance(one, kind)] for kind in (NotAllowed, LimitReached)]
    assert [len(some) for some in refused] == [5, 3]


async def test_a_right_password_is_no_wrong_try(house: House, book: LoreBook) -> None:
    await house.do("sharing", "share", book.id, password="open sesame")
    for _ in range(7):
        await house.do("sharing", "open", book.code, "open sesame", by=SASHA)
    with pytest.raises(NotAllowed):
        await house.do("sharing", "open", book.code, "sesame", by=SASHA)


async def test_who_was_invited_stays_when_sharing_by_code_is_over(house: House, book: LoreBook) -> None:
    sasha = await house.people.arrive(SASHA)
    await house.do("sharing", "invite", book.id, sasha, May.WRITE)
    async with house.people.at_work(ROBIN) as (_, work):
        now = (await work.session.execute(text("SELECT now()"))).scalar_one()
    await house.do("sharing", "share", book.id, until=max(now, house.clock.now()) + timedelta(hours=1))
    await house.do("sharing", "open", book.code, by=KIM)
    await house.run("UPDATE lore_books SET shared_until = now() - interval '1 hour'")
    with pytest.raises(NotFound):
        await house.do("books", "get", book.id, by=KIM)
    assert (await house.do("books", "get", book.id, by=SASHA)).may is May.WRITE
    assert await house.do("entries", "add", book.id, {"content": "Ice.", "keys": "ice"}, by=SASHA)
    assert [one.id for one in await house.do("books", "find", "", by=SASHA)] == [book.id]
    assert (await house.do("books", "page", by=SASHA)).total == 1
    assert (await house.do("books", "page", by=KIM)).total == 0
    assert await house.do("books", "find", "", by=KIM) == ()


async def test_a_book_in_hundreds_of_channels_is_looked_at_in_few_statements(
    house: House, book: LoreBook, database: Database
) -> None:
    sasha = await house.people.arrive(SASHA)
    await house.do("sharing", "invite", book.id, sasha, May.ADMIN)
    await house.attach("attach", book.id, Target.server(), rights=Rights(may_administer=True))
    attached = (await house.attach("of_book", book.id))[0]
    await house.run(
        "INSERT INTO lore_attachments (id, book_id, scope, channel_id, attached_by, is_enabled, overrides, place)"
        " SELECT gen_random_uuid(), a.book_id, 'channel', 1000 + n, a.attached_by, true, a.overrides, 0"
        " FROM lore_attachments AS a, generate_series(1, 300) AS n WHERE a.id = :id",
        id=attached.id,
    )
    said: list[str] = []
    engine = database._engine.sync_engine  # pyright: ignore[reportPrivateUsage]
    event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    places = await house.attach("of_book", book.id)
    assert 0 < len(places) <= 25
    assert len(said) < 90
    said.clear()
    assert (await house.attach("detach", attached.id, by=SASHA)).id == attached.id
    assert len(said) < 60
