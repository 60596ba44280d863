"""Who else may read and write a book; what is denied looks as if it were not there."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import ProgrammingError

from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.ports import Caller
from bot.services.lore import passwords, sharing
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.publishing import Publishing
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.shown import LoreBook, May, Shelf
from bot.services.people import People
from db.work import Actor, Database
from tests.fakes.clock import FakeClock
from tests.services.stagecraft import ROBIN, SASHA

KIM = Caller(103, "kim", "Kim")


@dataclass
class Shelves:
    """Three people and a book of Robin's with one entry."""

    database: Database
    people: People
    books: LoreBooks
    entries: LoreEntries
    sharing: LoreSharing
    clock: FakeClock
    book: LoreBook
    entry: UUID

    async def do(self, service: str, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(getattr(self, service), what)(work, user, *arguments, **named)

    async def share(self, what: str, *arguments: Any, by: Caller = ROBIN, **named: Any) -> Any:
        return await self.do("sharing", what, *arguments, by=by, **named)

    async def may(self, who: Caller) -> May | None:
        """What somebody may do, as a read, a change of words and a change of the book show it."""
        try:
            found = await self.do("books", "get", self.book.id, by=who)
        except NotFound:
            return None
        shown: May = found.may
        assert await self._works("entries", "get", self.entry, by=who)
        writes = await self._works("entries", "edit", self.entry, {"name": f"By {who.username}"}, by=who)
        rules = await self._works("books", "edit", self.book.id, {"description": f"By {who.username}"}, by=who)
        assert (writes, rules) == (shown.includes(May.WRITE), shown.includes(May.ADMIN))
        return shown

    async def _works(self, *arguments: Any, by: Caller) -> bool:
        try:
            await self.do(*arguments, by=by)
        except NotAllowed:
            return False
        return True

    async def rows(self, who: Caller) -> int:
        """How many of the book's rows the database itself shows them."""
        user = await self.people.arrive(who)
        async with self.database.work(Actor.user(user)) as work:
            counts = [
                (await work.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar() or 0
                for table in ("lore_books", "lore_entries")
            ]
        return sum(counts)


@pytest.fixture
async def shelves(database: Database) -> Shelves:
    people, clock = People(database), FakeClock()
    books, entries = LoreBooks(clock), LoreEntries(len)
    async with people.at_work(ROBIN) as (user, work):
        book = await books.create(work, user, {"name": "The north"})
        entry = await entries.add(work, user, book.id, {"content": "Cold water.", "keys": "harbour"})
    return Shelves(database, people, books, entries, LoreSharing(clock), clock, book, entry.id)


async def later(shelves: Shelves, seconds: int) -> None:
    """Move the database's past instead of its clock."""
    async with shelves.people.at_work(ROBIN) as (_, work):
        await work.session.execute(
            text("UPDATE lore_books SET shared_until = shared_until - make_interval(secs => :seconds)"),
            {"seconds": seconds},
        )
        await work.session.execute(
            text("UPDATE grants SET expires_at = expires_at - make_interval(secs => :seconds)"), {"seconds": seconds}
        )


async def test_a_private_book_is_not_there_even_with_its_code(shelves: Shelves) -> None:
    assert await shelves.may(SASHA) is None
    assert await shelves.rows(SASHA) == 0
    with pytest.raises(NotFound):
        await shelves.share("open", shelves.book.code, by=SASHA)
    for typed in (shelves.book.code, "The north", str(shelves.book.id)):
        with pytest.raises(NotFound):
            await shelves.do("books", "get", await shelves.do("books", "chosen", typed, by=SASHA), by=SASHA)
    assert await shelves.do("books", "find", "", by=SASHA) == ()
    assert (await shelves.do("books", "page", by=SASHA)).total == 0


async def test_a_code_lets_read_and_nothing_else_until_it_is_taken_back(shelves: Shelves) -> None:
    await shelves.share("share", shelves.book.id)
    assert await shelves.may(SASHA) is None, "nobody reads a shared book who did not open it"
    opened = await shelves.share("open", f" {shelves.book.code.upper()} ", by=SASHA)
    assert (opened.name, opened.owner_name, opened.may) == ("The north", "Robin", May.READ)
    assert await shelves.may(SASHA) is May.READ
    assert (await shelves.do("books", "page", which=Shelf.SHARED, by=SASHA)).total == 1
    guest = (await shelves.share("collaborators", shelves.book.id))[0]
    assert (guest.name, guest.by_code, guest.permission) == ("Sasha", True, May.READ)
    assert await shelves.may(KIM) is None
    await shelves.share("unshare", shelves.book.id)
    assert await shelves.may(SASHA) is None
    assert await shelves.rows(SASHA) == 0
    await shelves.share("share", shelves.book.id)
    assert await shelves.may(SASHA) is None
    await shelves.share("open", shelves.book.code, by=SASHA)
    assert await shelves.may(SASHA) is May.READ


async def test_a_password_must_be_known_and_is_not_guessed_in_a_row(shelves: Shelves) -> None:
    shared = await shelves.share("share", shelves.book.id, password="open sesame")
    assert shared.has_password
    with pytest.raises(NotAllowed) as asked:
        await shelves.share("open", shelves.book.code, by=SASHA)
    assert asked.value.code == "password_needed"
    for _ in range(5):
        with pytest.raises(NotAllowed) as wrong:
            await shelves.share("open", shelves.book.code, "sesame", by=SASHA)
        assert wrong.value.code == "password_wrong"
    with pytest.raises(LimitReached):
        await shelves.share("open", shelves.book.code, "open sesame", by=SASHA)
    assert await shelves.may(SASHA) is None
    await shelves.share("open", shelves.book.code, " open sesame ", by=KIM)
    assert await shelves.may(KIM) is May.READ
    await shelves.clock.advance(601)
    await shelves.share("open", shelves.book.code, "open sesame", by=SASHA)
    assert await shelves.may(SASHA) is May.READ
    await shelves.share("share", shelves.book.id, password="another one")
    assert await shelves.may(SASHA) is None
    await shelves.share("share", shelves.book.id, password="")
    await shelves.share("open", shelves.book.code, by=SASHA)


async def test_passwords_are_kept_as_slow_hashes(shelves: Shelves) -> None:
    await shelves.share("share", shelves.book.id, password="open sesame")
    async with shelves.people.at_work(ROBIN) as (_, work):
        kept = (await work.session.execute(text("SELECT password_hash FROM lore_books"))).scalar()
    assert isinstance(kept, bytes)
    assert b"sesame" not in kept
    assert await passwords.fits("open sesame", kept)
    assert not await passwords.fits("open sesamf", kept)
    assert await passwords.hashed("open sesame") != await passwords.hashed("open sesame")
    for bad in ("abc", " ab ", "x" * 101):
        with pytest.raises(InvalidInput):
            await shelves.share("share", shelves.book.id, password=bad)


async def test_sharing_ends_when_its_time_is_over(shelves: Shelves) -> None:
    with pytest.raises(InvalidInput):
        await shelves.share("share", shelves.book.id, until=shelves.clock.now())
    async with shelves.people.at_work(ROBIN) as (_, work):
        now = (await work.session.execute(text("SELECT now()"))).scalar()
    await shelves.share("share", shelves.book.id, until=max(now, shelves.clock.now()) + timedelta(hours=1))
    await shelves.share("open", shelves.book.code, by=SASHA)
    assert await shelves.may(SASHA) is May.READ
    await later(shelves, 10**9)
    assert await shelves.may(SASHA) is None
    assert await shelves.rows(SASHA) == 0
    with pytest.raises(NotFound):
        await shelves.share("open", shelves.book.code, by=KIM)
    assert await shelves.may(ROBIN) is May.OWN


@pytest.mark.parametrize("permission", [May.READ, May.WRITE, May.ADMIN])
async def test_an_invitation_gives_what_it_says_and_can_be_taken_back(shelves: Shelves, permission: May) -> None:
    sasha = await shelves.people.arrive(SASHA)
    guest = await shelves.share("invite", shelves.book.id, sasha, permission)
    assert (guest.name, guest.discord_id, guest.by_code) == ("Sasha", SASHA.discord_id, False)
    assert await shelves.may(SASHA) is permission
    await shelves.share("unshare", shelves.book.id)
    assert await shelves.may(SASHA) is permission, "who was invited stays"
    await shelves.do("books", "edit", shelves.book.id, {"allow_collaboration": "no"})
    assert await shelves.may(SASHA) is May.READ
    await shelves.do("books", "edit", shelves.book.id, {"allow_collaboration": "yes"})
    await shelves.share("share", shelves.book.id)
    await shelves.share("revoke", shelves.book.id, sasha)
    assert await shelves.may(SASHA) is None
    assert await shelves.rows(SASHA) == 0
    with pytest.raises(NotFound):
        await shelves.share("open", shelves.book.code, by=SASHA)
    with pytest.raises(NotFound):
        await shelves.share("revoke", shelves.book.id, sasha)
    await shelves.share("invite", shelves.book.id, sasha, permission)
    assert await shelves.may(SASHA) is permission


async def test_an_invitation_runs_out(shelves: Shelves) -> None:
    sasha = await shelves.people.arrive(SASHA)
    async with shelves.people.at_work(ROBIN) as (_, work):
        now = (await work.session.execute(text("SELECT now()"))).scalar()
    until = max(now, shelves.clock.now()) + timedelta(hours=1)
    await shelves.share("invite", shelves.book.id, sasha, May.WRITE, until=until)
    assert await shelves.may(SASHA) is May.WRITE
    await later(shelves, 10**9)
    assert await shelves.may(SASHA) is None
    assert (await shelves.share("collaborators", shelves.book.id))[0].is_over


async def test_who_may_let_others_in(shelves: Shelves) -> None:
    sasha, kim, robin = [await shelves.people.arrive(one) for one in (SASHA, KIM, ROBIN)]
    with pytest.raises(NotFound):
        await shelves.share("invite", shelves.book.id, kim, May.READ, by=SASHA)
    await shelves.share("invite", shelves.book.id, sasha, May.WRITE)
    for deed in (("invite", shelves.book.id, kim, May.READ), ("collaborators", shelves.book.id),
                 ("requests", shelves.book.id), ("revoke", shelves.book.id, sasha)):  # fmt: skip
        with pytest.raises(NotAllowed):
            await shelves.share(*deed, by=SASHA)
    await shelves.share("invite", shelves.book.id, sasha, May.ADMIN)
    await shelves.share("invite", shelves.book.id, kim, May.WRITE, by=SASHA)
    assert await shelves.may(KIM) is May.WRITE
    for deed in (
        ("invite", shelves.book.id, kim, May.ADMIN), ("share", shelves.book.id), ("unshare", shelves.book.id),
        ("revoke", shelves.book.id, sasha),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            await shelves.share(*deed, by=SASHA)
    with pytest.raises(NotAllowed):
        await shelves.do("books", "edit", shelves.book.id, {"allow_fork": "yes"}, by=SASHA)
    with pytest.raises(NotAllowed):
        await shelves.do("books", "delete", shelves.book.id, by=SASHA)
    for bad in ((robin, May.READ), (kim, May.OWN)):
        with pytest.raises(UserError):
            await shelves.share("invite", shelves.book.id, *bad)
    assert await shelves.share("leave", shelves.book.id, by=SASHA) == "The north"
    assert await shelves.may(SASHA) is None
    with pytest.raises(NotFound):
        await shelves.share("leave", shelves.book.id, by=ROBIN)


async def test_a_reader_asks_to_write_and_is_answered(shelves: Shelves) -> None:
    sasha, kim = await shelves.people.arrive(SASHA), await shelves.people.arrive(KIM)
    await shelves.share("share", shelves.book.id)
    await shelves.share("open", shelves.book.code, by=SASHA)
    with pytest.raises(NotAllowed):
        await shelves.share("ask", shelves.book.id, by=SASHA)
    await shelves.do("books", "edit", shelves.book.id, {"accepts_requests": "yes"})
    with pytest.raises(NotFound):
        await shelves.share("ask", shelves.book.id, by=KIM)
    assert await shelves.share("ask", shelves.book.id, "I know the north.", by=SASHA) == "The north"
    assert await shelves.may(SASHA) is May.READ, "asking takes nothing away and gives nothing"
    asked = (await shelves.share("requests"))[0]
    assert (asked.name, asked.words, asked.permission, asked.book_name) == (
        "Sasha", "I know the north.", May.READ, "The north",
    )  # fmt: skip
    assert (await shelves.do("books", "get", shelves.book.id)).requests == 1
    assert await shelves.share("requests", by=SASHA) == ()
    assert await shelves.share("answer", shelves.book.id, sasha, None) is None
    assert await shelves.may(SASHA) is May.READ
    assert await shelves.share("requests") == ()
    with pytest.raises(NotFound):
        await shelves.share("answer", shelves.book.id, sasha, May.WRITE)
    await shelves.share("ask", shelves.book.id, by=SASHA)
    answered = await shelves.share("answer", shelves.book.id, sasha, May.WRITE)
    assert (answered.permission, answered.by_code) == (May.WRITE, False)
    assert await shelves.may(SASHA) is May.WRITE
    with pytest.raises(NotAllowed):
        await shelves.share("ask", shelves.book.id, by=SASHA)
    await shelves.share("unshare", shelves.book.id)
    assert await shelves.may(SASHA) is May.WRITE
    assert kim


async def test_requests_end_where_there_are_too_many(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing.limits, "LORE_REQUESTS_MAX", sharing.limits.Limit(1, "requests", ""))
    await shelves.share("share", shelves.book.id)
    await shelves.do("books", "edit", shelves.book.id, {"accepts_requests": "yes"})
    for one in (SASHA, KIM):
        await shelves.share("open", shelves.book.code, by=one)
    await shelves.share("ask", shelves.book.id, by=SASHA)
    with pytest.raises(NotAllowed):
        await shelves.share("ask", shelves.book.id, by=KIM)


async def test_a_public_book_stays_public_until_it_gets_a_password(shelves: Shelves) -> None:
    await Publishing(shelves.database).publish(shelves.book.code, visibility="public")
    assert await shelves.may(KIM) is May.READ
    await shelves.share("open", shelves.book.code, by=SASHA)
    await shelves.share("share", shelves.book.id)
    assert await shelves.may(KIM) is May.READ
    await Publishing(shelves.database).publish(shelves.book.code, visibility="private")
    assert (await shelves.may(KIM), await shelves.may(SASHA)) == (None, None)
    await Publishing(shelves.database).publish(shelves.book.code, visibility="public")
    await shelves.share("share", shelves.book.id, password="open sesame")
    assert (await shelves.may(KIM), await shelves.may(SASHA)) == (None, None)
    await shelves.share("open", shelves.book.code, "open sesame", by=SASHA)
    assert await shelves.may(SASHA) is May.READ


async def test_nobody_gives_themselves_a_grant_in_the_database(shelves: Shelves) -> None:
    sasha = await shelves.people.arrive(SASHA)
    for statement in (
        "INSERT INTO grants (id, user_id, book_id, permission, status) VALUES (gen_random_uuid(), :me, :book, 'admin',"
        " 'active')",
        "UPDATE grants SET permission = 'admin' WHERE user_id = :me",
        "UPDATE lore_books SET owner_id = :me WHERE id = :book",
        "UPDATE lore_entries SET content = 'mine' WHERE book_id = :book",
        "DELETE FROM lore_books WHERE id = :book AND :me IS NOT NULL",
    ):
        await shelves.share("invite", shelves.book.id, sasha, May.READ)
        changed = await rows_changed(shelves, sasha, statement)
        assert changed == 0, statement
        assert await shelves.may(SASHA) is May.READ


async def rows_changed(shelves: Shelves, user: UUID, statement: str) -> int:
    """How many rows a statement changes in somebody's name; a refusal changes none."""
    values = {"me": user, "book": shelves.book.id}
    with contextlib.suppress(ProgrammingError):
        async with shelves.database.work(Actor.user(user)) as work:
            done = await work.session.execute(text(statement), values)
            return cast("CursorResult[Any]", done).rowcount
    return 0
