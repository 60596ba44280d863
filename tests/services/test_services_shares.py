"""Who may what with somebody else's character, on a real Postgres: by invitation, by asking, until a moment."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.errors import InvalidInput, LimitReached, NotAllowed, NotFound, UserError
from bot.ports import Caller
from bot.services.characters import CharacterDraft, DetailsDraft, Part, PartDraft
from bot.services.characters.directory import Shelf
from bot.services.lore.books import LoreBooks
from bot.services.lore.sharing import LoreSharing
from bot.services.people.creating import Creating, creating_of
from bot.services.people.creators import CreatorDraft
from bot.services.people.grants import May, Shares, Thing, ThingKind
from db.work import Actor, Database, Work
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, draft, make, summon
from tests.services.test_services_creators import as_owner

ALEX = Caller(103, "alex", "Alex")
KIM = Caller(104, "kim", "Kim")


@pytest.fixture
def creating(program: Program, database: Database) -> Creating:
    clock = program.clock
    return creating_of(database, program.characters.pictures, LoreBooks(clock), LoreSharing(clock), clock)


@pytest.fixture
def shares(creating: Creating) -> Shares:
    return creating.shares


async def give(
    program: Program, shares: Shares, one: UUID, to: Caller, may: May = May.READ, *, by: Caller = ROBIN,
    until: datetime | None = None,
) -> None:  # fmt: skip
    guest = await program.people.arrive(to)
    async with program.people.at_work(by) as (user_id, work):
        await shares.give(work, user_id, Thing.character(one), guest, may, until)


async def may(program: Program, shares: Shares, one: UUID, who: Caller) -> May | None:
    async with program.people.at_work(who) as (user_id, work):
        return await shares.may(work, user_id, Thing.character(one))


async def listed(program: Program, who: Caller) -> list[str]:
    async with program.people.at_work(who) as (user_id, work):
        page = await program.characters.directory.page(work, user_id, shelf=Shelf.ALL)
    return [one.name for one in page.characters]


async def test_a_reader_talks_with_it_and_changes_nothing(program: Program, shares: Shares) -> None:
    mira = await make(program, name="Mira")
    assert await listed(program, SASHA) == []
    await give(program, shares, mira, SASHA)
    assert await may(program, shares, mira, SASHA) is May.READ
    assert await listed(program, SASHA) == ["Mira"]
    assert await listed(program, ALEX) == []
    await summon(program, mira, SASHA)
    async with program.people.at_work(SASHA) as (sasha, work):
        assert [one.name for one in await program.characters.find(work, sasha, "mi")] == ["Mira"]
        card = await program.characters.card(work, sasha, mira)
        assert (card.maker, card.behind) == ("Robin", None)
    for deed in deeds(program, mira):
        async with program.people.at_work(SASHA) as (sasha, work):
            with pytest.raises(NotAllowed):
                await deed(work, sasha)
    with pytest.raises(NotAllowed):
        await give(program, shares, mira, ALEX, by=SASHA)


def deeds(program: Program, mira: UUID) -> list[Callable[[Work, UUID], Awaitable[object]]]:
    """Everything that changes a character but what stays with its maker."""
    characters = program.characters
    return [
        lambda work, who: characters.edit(work, who, mira, draft("Mira", "Aye, {{user}}.")),
        lambda work, who: characters.detail(work, who, mira, DetailsDraft("Mi", "30", "Aye")),
        lambda work, who: characters.put(work, who, mira, Part.SCENARIO, PartDraft("By the sea")),
        lambda work, who: characters.choose(work, who, mira, "tone", "wise"),
        lambda work, who: characters.greet(work, who, mira, "Aye"),
        lambda work, who: characters.tag(work, who, mira, "sea"),
        lambda work, who: characters.reserve(work, who, mira, is_adult=False),
        lambda work, who: characters.speak_with(work, who, mira, temperature=1.0),
    ]


async def test_a_writer_changes_it_and_publishes_deletes_and_shares_nothing(program: Program, shares: Shares) -> None:
    mira = await make(program, name="Mira")
    await give(program, shares, mira, SASHA, May.WRITE)
    for deed in deeds(program, mira):
        async with program.people.at_work(SASHA) as (sasha, work):
            await deed(work, sasha)
    async with program.people.at_work(SASHA) as (sasha, work):
        card = await program.characters.card(work, sasha, mira)
        assert card.behind is not None
        assert card.character.owner_id != sasha
        for deed in (
            program.characters.publish(work, sasha, mira, is_adult=False),
            program.characters.unpublish(work, sasha, mira),
            program.characters.delete(work, sasha, mira),
        ):
            with pytest.raises(NotAllowed):
                await deed
        for shared in (
            shares.give(work, sasha, Thing.character(mira), await program.people.arrive(ALEX), May.READ),
            shares.sharing(work, sasha, Thing.character(mira)),
            shares.revoke(work, sasha, Thing.character(mira), sasha),
        ):
            with pytest.raises(NotAllowed):
                await shared
    # What the services forgot, the database would not: whose it is stays, and grants are not a writer's.
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(Exception, match=r"owner_id|permission denied|row-level"):
            await work.session.execute(
                text("UPDATE characters SET owner_id = :me WHERE id = :id"), {"me": sasha, "id": mira}
            )
    async with program.people.at_work(SASHA) as (sasha, work):
        await work.session.execute(text("UPDATE grants SET permission = 'admin'"))
        assert await work.session.scalar(text("SELECT permission FROM grants")) == "write"


async def test_an_admin_shares_but_only_its_maker_makes_admins(program: Program, shares: Shares) -> None:
    mira = await make(program, name="Mira")
    await give(program, shares, mira, SASHA, May.ADMIN)
    await give(program, shares, mira, ALEX, May.WRITE, by=SASHA)
    with pytest.raises(NotAllowed):
        await give(program, shares, mira, KIM, May.ADMIN, by=SASHA)
    await give(program, shares, mira, KIM, May.ADMIN)
    sasha, kim = await program.people.arrive(SASHA), await program.people.arrive(KIM)
    async with program.people.at_work(SASHA) as (_, work):
        with pytest.raises(NotAllowed):
            await shares.revoke(work, sasha, Thing.character(mira), kim)
        sharing = await shares.sharing(work, sasha, Thing.character(mira))
        assert {(one.name, one.may) for one in sharing.guests} == {
            ("Sasha", May.ADMIN), ("Alex", May.WRITE), ("Kim", May.ADMIN),
        }  # fmt: skip
    robin = await program.people.arrive(ROBIN)
    async with program.people.at_work(SASHA) as (_, work):
        with pytest.raises(InvalidInput):
            await shares.give(work, sasha, Thing.character(mira), robin, May.READ)
    with pytest.raises(InvalidInput):
        await give(program, shares, mira, ALEX, May.OWN)


async def test_taken_back_it_is_not_there_and_leaves_their_conversations(program: Program, shares: Shares) -> None:
    mira = await make(program, name="Mira")
    await give(program, shares, mira, SASHA)
    await summon(program, mira, SASHA, TAVERN)
    await summon(program, mira, ROBIN, PARLOUR)
    await program.turns.idle()
    sasha = await program.people.arrive(SASHA)
    async with program.people.at_work(ROBIN) as (robin, work):
        await shares.revoke(work, robin, Thing.character(mira), sasha)
    assert await may(program, shares, mira, SASHA) is None
    assert await listed(program, SASHA) == []
    async with program.people.at_work(SASHA) as (_, work):
        with pytest.raises(NotFound):
            await program.characters.get(work, mira)
        with pytest.raises(NotFound):
            await shares.ask(work, sasha, Thing.character(mira))
        with pytest.raises(NotFound):
            await shares.leave(work, sasha, Thing.character(mira))
    with pytest.raises(NotFound):
        await summon(program, mira, SASHA, TAVERN)
    async with program.database.work(Actor.job("test")) as work:
        left = (await work.session.execute(text("SELECT conversation_id FROM hearing(NULL)"))).scalars().all()
    assert len(left) == 1  # its maker's own goes on
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(NotFound):
            await shares.revoke(work, robin, Thing.character(mira), sasha)
        # With nobody left it is its maker's alone again.
        assert await work.session.scalar(text("SELECT visibility FROM characters")) == "private"


async def test_a_share_ends_by_itself(program: Program, shares: Shares, owner_url: str) -> None:
    mira = await make(program, name="Mira")
    with pytest.raises(InvalidInput):
        await give(program, shares, mira, SASHA, until=program.clock.now() - timedelta(days=1))
    await give(program, shares, mira, SASHA, May.WRITE, until=datetime.now(UTC) + timedelta(days=1))
    await summon(program, mira, SASHA)
    await program.turns.idle()
    await shares.end_run_out()
    assert await may(program, shares, mira, SASHA) is May.WRITE
    async with as_owner(owner_url) as connection:
        await connection.execute(text("UPDATE grants SET expires_at = now() - interval '1 second'"))  # type: ignore[attr-defined]
    # From that moment on, whether the job came by or not.
    assert await may(program, shares, mira, SASHA) is None
    for deed in deeds(program, mira):
        async with program.people.at_work(SASHA) as (sasha, work):
            with pytest.raises(NotFound):
                await deed(work, sasha)
    await shares.end_run_out()
    async with program.database.work(Actor.job("test")) as work:
        assert (await work.session.execute(text("SELECT * FROM hearing(NULL)"))).all() == []
    async with as_owner(owner_url) as connection:
        statuses = (await connection.execute(text("SELECT status FROM grants"))).scalars().all()  # type: ignore[attr-defined]
    assert statuses == ["revoked"]


async def test_asking_and_being_answered(program: Program, creating: Creating) -> None:
    shares = creating.shares
    mira = await make(program, name="Mira")
    thing = Thing.character(mira)
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotFound):
            await shares.ask(work, sasha, thing, "Please")
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.publish(work, robin, mira, is_adult=False)
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotAllowed):  # its maker makes nothing together
            await shares.ask(work, sasha, thing, "Please")
    async with program.people.at_work(ROBIN) as (robin, work):
        page = CreatorDraft("robin", "Robin", "Hello", accepts_collaborations=True)
        await creating.creators.save(work, robin, page)
        with pytest.raises(NotAllowed):
            await shares.ask(work, robin, thing, "Myself")
    for asker in (SASHA, ALEX):
        async with program.people.at_work(asker) as (who, work):
            assert await shares.ask(work, who, thing, "Let me help") == "Mira"
            assert await shares.may(work, who, thing) is May.READ
    async with program.people.at_work(ALEX) as (alex, work):
        with pytest.raises(InvalidInput):
            await shares.ask(work, alex, thing, "x" * 201)
        with pytest.raises(NotAllowed):
            await shares.answer(work, alex, thing, alex, May.ADMIN)  # nobody answers themselves
    async with program.people.at_work(ROBIN) as (robin, work):
        asking = await shares.requests(work, robin)
        assert [(one.name, one.words, one.has) for one in asking] == [
            ("Sasha", "Let me help", None), ("Alex", "Let me help", None),
        ]  # fmt: skip
        guest = await shares.answer(work, robin, thing, asking[0].user_id, May.WRITE)
        assert guest is not None
        assert guest.may is May.WRITE
        assert await shares.answer(work, robin, thing, asking[1].user_id, None) is None
        with pytest.raises(NotFound):
            await shares.answer(work, robin, thing, asking[1].user_id, May.WRITE)
    assert await may(program, shares, mira, SASHA) is May.WRITE
    async with program.people.at_work(ALEX) as (alex, work):
        with pytest.raises(NotAllowed):  # who was refused asks no more
            await shares.ask(work, alex, thing, "Again")


async def test_published_and_back_it_stays_with_those_it_was_shared_with(program: Program, shares: Shares) -> None:
    mira = await make(program, name="Mira")
    await give(program, shares, mira, SASHA, May.WRITE)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.publish(work, robin, mira, is_adult=False)
        await program.characters.unpublish(work, robin, mira)
    assert await may(program, shares, mira, SASHA) is May.WRITE
    assert await may(program, shares, mira, ALEX) is None
    async with program.people.at_work(SASHA) as (sasha, work):
        assert await shares.leave(work, sasha, Thing.character(mira)) == "Mira"
    assert await may(program, shares, mira, SASHA) is None


async def test_one_service_knows_of_books_too(program: Program, shares: Shares) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        book = await LoreBooks(program.clock).create(
            work, robin, {"name": "Harbour Town", "allow_collaboration": "yes"}
        )
        await make_second(program, work, robin)
    thing = Thing.book(book.id)
    sasha = await program.people.arrive(SASHA)
    async with program.people.at_work(ROBIN) as (robin, work):
        await shares.give(work, robin, thing, sasha, May.WRITE)
        names = {(one.thing.kind, one.name, one.guests) for one in await shares.ruled(work, robin)}
        assert names == {(ThingKind.BOOK, "Harbour Town", 1), (ThingKind.CHARACTER, "Juno", 0)}
    async with program.people.at_work(SASHA) as (sasha, work):
        assert [(one.name, one.may, one.owner_name) for one in await shares.granted(work, sasha)] == [
            ("Harbour Town", May.WRITE, "Robin")
        ]
        with pytest.raises(UserError):
            await shares.needs(work, sasha, thing, May.ADMIN)
    async with program.people.at_work(ALEX) as (alex, work):
        assert await shares.may(work, alex, thing) is None
        with pytest.raises(NotFound):
            await shares.needs(work, alex, thing, May.READ)
        assert await shares.person(work, "@SASHA") == sasha
        for name in ("", "nobody", "x" * 200, "sasha' OR 1=1"):
            with pytest.raises(InvalidInput):
                await shares.person(work, name)


async def make_second(program: Program, work: Work, robin: UUID) -> None:
    await program.characters.create(work, robin, CharacterDraft("Juno", "A fox", "You are Juno."))


async def test_so_many_people_and_no_more(program: Program, shares: Shares, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.limits.CHARACTER_GUESTS_MAX", 1)
    mira = await make(program, name="Mira")
    await give(program, shares, mira, SASHA)
    with pytest.raises(LimitReached):
        await give(program, shares, mira, ALEX)
    await give(program, shares, mira, SASHA, May.WRITE)  # who is in already counts once
