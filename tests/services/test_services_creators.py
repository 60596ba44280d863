"""Creators on a real Postgres: profiles, old addresses, the directory, follows, verification, numbers of people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller
from bot.services.people.creating import Creating, creating_of
from bot.services.people.creators import CreatorDraft, CreatorSearch, CreatorSort, Moved
from bot.services.people.creators.links import Site
from bot.services.people.creators.shown import Verification
from bot.services.people.creators.statistics import Span
from db import functions_creators as functions
from db.engine import create_engine
from db.ids import new_id
from db.models import AccountStatus, Message, MessageVariant, Standing, Turn, UserRole
from db.work import Actor, Database, Work
from tests.services.stagecraft import ROBIN, SASHA, Program, make, summon

ALEX = Caller(103, "alex", "Alex")
KIM = Caller(104, "kim", "Kim")
CROWD = [Caller(200 + n, f"guest{n}", f"Guest {n}") for n in range(6)]


@pytest.fixture
def creating(program: Program, database: Database) -> Creating:
    books = program.lore_books if hasattr(program, "lore_books") else None
    return creating_of(database, program.characters.pictures, books, None, program.clock)  # type: ignore[arg-type]


@asynccontextmanager
async def as_owner(url: str) -> AsyncIterator[object]:
    """The database as its owner, whom row security does not bind."""
    engine = create_engine(url, as_owner=True)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def profile(program: Program, creating: Creating, by: Caller = ROBIN, username: str = "", **more: object) -> UUID:
    draft = CreatorDraft(username or by.username, by.display_name, "I make **things**.", **more)  # type: ignore[arg-type]
    async with program.people.at_work(by) as (user_id, work):
        return (await creating.creators.save(work, user_id, draft)).page.card.id


async def publish(program: Program, one: UUID, by: Caller = ROBIN, *, is_adult: bool = False) -> None:
    async with program.people.at_work(by) as (user_id, work):
        await program.characters.publish(work, user_id, one, is_adult=is_adult)


@asynccontextmanager
async def visiting(database: Database) -> AsyncIterator[Work]:
    async with database.work(Actor.visitor()) as work:
        yield work


async def test_a_page_tells_what_was_written_and_hides_what_is_private(
    program: Program, creating: Creating, database: Database
) -> None:
    await profile(
        program, creating, kind="writer", languages="English", tags="cozy", links={Site.GITHUB: "robin"},
        specialties="sea", commissions="open", commission_info="Ask.", location="Lisbon", experience="advanced",
    )  # fmt: skip
    shown = await make(program, name="Mira")
    hidden = await make(program, name="Juno")
    grown = await make(program, name="Vesper")
    await publish(program, shown)
    await publish(program, grown, is_adult=True)
    async with program.people.at_work(ROBIN) as (robin, work):
        await creating.creators.feature(work, robin, [shown])
        with pytest.raises(InvalidInput):
            await creating.creators.feature(work, robin, [hidden])
        with pytest.raises(InvalidInput):
            await creating.creators.feature(work, robin, [new_id() for _ in range(limits.CREATOR_FEATURED_MAX + 1)])
    async with visiting(database) as work:
        page = await creating.creators.page(work, None, "ROBIN")
        assert (page.card.display_name, page.location, page.languages) == ("Robin", "Lisbon", ("English",))
        assert [link.url for link in page.links] == ["https://github.com/robin"]
        assert [one.character.name for one in page.first] == ["Mira"]
        assert page.card.figures.characters == 1  # neither the private one nor the one for adults
        assert [one.character.name for one in (await creating.creators.work_of(work, page)).entries] == ["Mira"]
        assert (await creating.creators.character(work, None, "robin", "mira"))[1].character.id == shown
        for slug in ("juno", "vesper", "nobody"):
            with pytest.raises(NotFound):
                await creating.creators.character(work, None, "robin", slug)
        for name in ("nobody", "..", "x" * 500, "admin"):
            with pytest.raises(NotFound):
                await creating.creators.page(work, None, name)
    async with program.people.at_work(ROBIN) as (robin, work):
        assert (await creating.creators.character(work, robin, "robin", "juno"))[1].character.id == hidden
    await profile(program, creating, visibility="private")
    async with visiting(database) as work:
        with pytest.raises(NotFound):
            await creating.creators.page(work, None, "robin")
        assert (await creating.creators.found(work, CreatorSearch())).cards == ()
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotFound):
            await creating.creators.page(work, sasha, "robin")
        with pytest.raises(NotFound):
            await creating.creators.character(work, sasha, "robin", "mira")


async def test_usernames_are_one_persons_also_those_that_look_alike(program: Program, creating: Creating) -> None:
    await profile(program, creating)
    for name in ("robin", "Robin", "r0bin", "rob-in", "rob1n"):
        with pytest.raises(InvalidInput) as refusal:
            await profile(program, creating, SASHA, name)
        assert (refusal.value.code, refusal.value.field) == ("username_taken", "username")
    await profile(program, creating, SASHA, "robinia")


async def test_an_old_address_leads_to_the_new_one_and_nobody_else_takes_it(
    program: Program, creating: Creating, database: Database
) -> None:
    await profile(program, creating)
    await profile(program, creating, username="wren")
    async with visiting(database) as work:
        with pytest.raises(Moved) as moved:
            await creating.creators.page(work, None, "robin")
        assert moved.value.username == "wren"
    with pytest.raises(InvalidInput):
        await profile(program, creating, SASHA, "robin")
    with pytest.raises(LimitReached):
        await profile(program, creating, username="finch")
    await profile(program, creating, username="robin")  # what one was called one may have back
    async with visiting(database) as work:
        assert (await creating.creators.page(work, None, "robin")).card.username == "robin"
    async with program.people.at_work(ROBIN) as (robin, work):
        await creating.creators.remove(work, robin)
    await profile(program, creating, SASHA, "robin")


async def test_the_directory_searches_sorts_and_pages_by_a_mark(
    program: Program, creating: Creating, database: Database
) -> None:
    for n, caller in enumerate(CROWD):
        await profile(
            program, creating, caller, f"maker{n}x", tags="cozy" if n % 2 else "sea",
            kind="artist" if n < 3 else "", languages="Español" if n == 4 else "",
            commissions="open" if n == 5 else "closed",
        )  # fmt: skip
    async with program.people.at_work(SASHA) as (sasha, work):
        ids = [(await creating.creators.named(work, sasha, f"@maker{n}x")).card.id for n in range(6)]
        await creating.follows.follow(work, sasha, ids[3])
    async with program.people.at_work(ALEX) as (alex, work):
        await creating.follows.follow(work, alex, ids[3])
        await creating.follows.follow(work, alex, ids[1])
    async with visiting(database) as work:
        for sort, order in (
            (CreatorSort.NAME, [f"maker{n}x" for n in range(6)]),
            (CreatorSort.NEWEST, [f"maker{n}x" for n in reversed(range(6))]),
            (CreatorSort.FOLLOWERS, ["maker3x", "maker1x", *(f"maker{n}x" for n in (5, 4, 2, 0))]),
            (CreatorSort.ACTIVE, None),
        ):
            seen, after = list[str](), None
            while True:
                page = await creating.creators.found(work, CreatorSearch(sort=sort), after=after, most=2)
                assert page.total == 6
                seen += [card.username for card in page.cards]
                after = page.next
                if after is None:
                    break
            assert seen == (order or seen)
            assert len(set(seen)) == 6

        async def names(**search: object) -> set[str]:
            found = await creating.creators.found(work, CreatorSearch(**search))  # type: ignore[arg-type]
            return {card.username for card in found.cards}

        assert await names(words="maker2") == {"maker2x"}
        assert await names(words="things guest") == {f"maker{n}x" for n in range(6)}
        assert await names(words="!!! ' | & :*") == set()
        assert await names(tag="Sea") == {"maker0x", "maker2x", "maker4x"}
        assert await names(language="es") == {"maker4x"}
        assert await names(is_open=True) == {"maker5x"}
        assert await names(is_vouched=True) == set()
        assert set(await creating.creators.tags(work, "c")) == {"cozy"}


async def test_following_is_counted_and_told_to_the_creator_alone(
    program: Program, creating: Creating, database: Database
) -> None:
    mine = await profile(program, creating)
    theirs = await profile(program, creating, SASHA)
    async with program.people.at_work(SASHA) as (sasha, work):
        assert (await creating.follows.follow(work, sasha, mine)).figures.followers == 1
        assert (await creating.follows.follow(work, sasha, mine)).figures.followers == 1
        with pytest.raises(NotAllowed):
            await creating.follows.follow(work, sasha, theirs)
        with pytest.raises(NotFound):
            await creating.follows.follow(work, sasha, new_id())
    async with program.people.at_work(ALEX) as (alex, work):
        _, follows = await creating.follows.turn(work, alex, mine)
        assert follows
        with pytest.raises(Conflict):
            await creating.follows.followers(work, alex)
        # A stranger sees the number, and who follows nobody's business.
        assert await work.session.scalar(text("SELECT count(*) FROM follows")) == 1
    async with program.people.at_work(ROBIN) as (robin, work):
        told = await creating.follows.followers(work, robin, most=1)
        assert [(one.display_name, one.username) for one in told.rows] == [("Alex", None)]
        more = await creating.follows.followers(work, robin, after=told.next, most=1)
        assert [(one.display_name, one.username) for one in more.rows] == [("Sasha", "sasha")]
        assert (told.total, more.next) == (2, None)
    async with program.people.at_work(ALEX) as (alex, work):
        listed = await creating.follows.followed(work, alex)
        assert [one.card.username for one in listed.rows] == ["robin"]
        assert await creating.follows.turn(work, alex, mine) == (
            (await creating.creators.named(work, alex, "robin")).card,
            False,
        )
    await profile(program, creating, visibility="private")
    async with program.people.at_work(SASHA) as (sasha, work):
        assert (await creating.follows.followed(work, sasha)).rows == ()
        assert await creating.follows.unfollow(work, sasha, mine)


async def test_verification_is_asked_once_answered_by_staff_and_shown(
    program: Program, creating: Creating, database: Database, owner_url: str
) -> None:
    mine = await profile(program, creating)
    staff = await program.people.arrive(KIM)
    async with as_owner(owner_url) as connection:
        await connection.execute(insert(Standing).values(user_id=staff, role=UserRole.MODERATOR))  # type: ignore[attr-defined]
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(InvalidInput):
            await creating.verifications.ask(work, robin, " ")
        asked = await creating.verifications.ask(work, robin, "See robin.blog")
        with pytest.raises(Conflict):
            await creating.verifications.ask(work, robin, "Again")
    with pytest.raises(NotFound):
        await creating.verifications.waiting(robin)
    with pytest.raises(NotFound):
        await creating.verifications.answer(robin, asked.id, Verification.VERIFIED)
    waiting = await creating.verifications.waiting(staff)
    assert [(one.words, one.creator.username if one.creator else "") for one in waiting.rows] == [
        ("See robin.blog", "robin")
    ]
    with pytest.raises(InvalidInput):
        await creating.verifications.answer(staff, asked.id, None)
    await creating.verifications.answer(staff, asked.id, Verification.VERIFIED)
    with pytest.raises(Conflict):
        await creating.verifications.answer(staff, asked.id, None, "No")
    await creating.verifications.standing(staff, mine, verification=Verification.PREMIUM, is_featured=True, why="Good")
    async with visiting(database) as work:
        assert [card.username for card in await creating.creators.featured(work)] == ["robin"]
        page = await creating.creators.page(work, None, "robin")
        assert (page.card.is_vouched, page.card.is_featured) == (True, True)
        assert (await creating.creators.found(work, CreatorSearch(is_vouched=True))).total == 1
    async with database.work(Actor.user(robin)) as work:
        # Their own page's standing is not theirs to write, whatever a service forgot.
        await work.session.execute(text("UPDATE creator_standings SET is_featured = false"))
        assert await work.session.scalar(text("SELECT is_featured FROM creator_standings"))


async def test_pages_of_the_banned_are_gone(
    program: Program, creating: Creating, database: Database, owner_url: str
) -> None:
    await profile(program, creating)
    await publish(program, await make(program, name="Mira"))
    robin = await program.people.arrive(ROBIN)
    async with as_owner(owner_url) as connection:
        await connection.execute(  # type: ignore[attr-defined]
            insert(Standing).values(user_id=robin, role=UserRole.USER, status=AccountStatus.BANNED)
        )
    async with visiting(database) as work:
        with pytest.raises(NotFound):
            await creating.creators.page(work, None, "robin")
        assert (await creating.creators.found(work, CreatorSearch())).total == 0
        assert (await creating.creators.gallery.page(work, most=5)).total == 0


async def talked(url: str, character: UUID, asker: UUID, conversation: UUID, day: datetime, tokens: int = 10) -> None:
    """A reply of a character to somebody on a day, as the owner of the tables writes it."""
    async with as_owner(url) as connection:
        turn, message = new_id(), new_id()
        await connection.execute(  # type: ignore[attr-defined]
            insert(Turn).values(
                id=turn, conversation_id=conversation, character_id=character, asker_id=asker, state="sent",
                trigger_message_id=abs(hash(turn)) % 2**60, boot_id=new_id(),
            )
        )  # fmt: skip
        await connection.execute(  # type: ignore[attr-defined]
            insert(Message).values(
                id=message, conversation_id=conversation, turn_id=turn, kind="character", character_id=character,
                content="Hello", created_at=day,
            )
        )  # fmt: skip
        await connection.execute(  # type: ignore[attr-defined]
            insert(MessageVariant).values(
                id=new_id(), message_id=message, number=0, content="Hello", provider="p", model="m",
                finish_reason="stop", tokens_in=tokens, tokens_out=tokens,
            )
        )  # fmt: skip


async def test_statistics_tell_of_five_people_and_of_no_fewer(
    program: Program, creating: Creating, owner_url: str
) -> None:
    await profile(program, creating)
    mira, juno = await make(program, name="Mira"), await make(program, name="Juno")
    await publish(program, mira)
    await summon(program, mira)
    robin = await program.people.arrive(ROBIN)
    people = [await program.people.arrive(caller) for caller in CROWD]
    async with as_owner(owner_url) as connection:
        conversation = (await connection.execute(text("SELECT id FROM conversations"))).scalar_one()  # type: ignore[attr-defined]
        conversation = UUID(str(conversation))
    busy = program.clock.now().astimezone(UTC) - timedelta(days=2)
    quiet = busy - timedelta(days=1)
    for who in people[:5]:
        await talked(owner_url, mira, who, conversation, busy)
    for who in people[:4]:
        await talked(owner_url, mira, who, conversation, quiet)
        await talked(owner_url, juno, who, conversation, busy)
    for _ in range(9):
        await talked(owner_url, mira, robin, conversation, busy)  # one's own tries tell nothing of others
    await talked(owner_url, mira, people[5], conversation, program.clock.now())  # today is not over
    async with program.people.at_work(ROBIN) as (robin, work):
        page = await creating.statistics.page(work, robin, Span.WEEK)
    days = {one.day: one for one in page.days}
    assert len(page.days) == 7
    assert (days[busy.date()].people, days[busy.date()].messages) == (5, 9)
    assert days[quiet.date()].people is None
    characters = {one.name: one for one in page.characters}
    assert (characters["Mira"].people, characters["Mira"].messages, characters["Mira"].tokens) == (5, 9, 180)
    assert characters["Juno"].people is None
    # Four people talked on the quiet day and four with Juno: the whole leaves them out, or it would tell of them.
    assert page.whole is not None
    assert (page.whole.people, page.whole.messages) == (5, 5)
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(Conflict):
            await creating.statistics.page(work, sasha)
    await profile(program, creating, SASHA)
    async with program.people.at_work(SASHA) as (sasha, work):
        theirs = await creating.statistics.page(work, sasha)
    assert (theirs.whole, theirs.characters) == (None, ())


async def test_the_numbers_of_a_page_are_added_up_once_in_a_while(
    program: Program, creating: Creating, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await profile(program, creating)
    asked: list[object] = []
    add_up = functions.portfolio

    async def counted(session: AsyncSession, creator_id: UUID) -> functions.Portfolio:
        asked.append(creator_id)
        return await add_up(session, creator_id)

    monkeypatch.setattr(functions, "portfolio", counted)
    async with visiting(database) as work:
        for _ in range(3):
            await creating.creators.page(work, None, "robin")
    assert asked == []  # saving the page added them up
    async with program.people.at_work(ROBIN) as (robin, work):
        await creating.creators.page(work, robin, "robin")  # one's own are as they are
    assert len(asked) == 1
    monkeypatch.setattr("bot.services.people.creators.portfolios.SECONDS", 0.0)
    async with visiting(database) as work:
        await creating.creators.page(work, None, "robin")
    assert len(asked) == 2


async def test_the_last_doing_of_creators_is_noted_for_the_directory(
    program: Program, creating: Creating, database: Database
) -> None:
    await profile(program, creating)
    await make(program, name="Mira")
    async with database.work(Actor.job("test")) as work:
        assert await functions.tidy(work.session) == 1
        assert await functions.tidy(work.session) == 0
