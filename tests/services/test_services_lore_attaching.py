"""Where books are in force: who may attach them, who takes them away, and who knows of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound
from bot.ports import Caller, Place, Rights, Via
from bot.services.lore import attaching
from bot.services.lore.attaching import OVERRIDES, Attached, LoreAttachments, Target
from bot.services.lore.books import LoreBooks
from bot.services.lore.sharing import LoreSharing
from bot.services.lore.shown import May
from bot.services.people import People
from bot.services.talk.conversations.seats import Asking
from db.ids import new_id
from db.models import AttachmentOverrides, LoreScope
from db.work import Actor, Database
from tests.services.stagecraft import ROBIN, SASHA, TAVERN

KIM = Caller(103, "kim", "Kim")
MANAGER = Rights(may_administer=True)
ELSEWHERE = Place(2, 900, 900)
DM = Place(None, 700, 700, Via.BOT)


@dataclass
class Town:
    """A tavern with a conversation of Robin's and its character, a persona, and books."""

    database: Database
    people: People
    books: LoreBooks
    attachments: LoreAttachments
    conversation: UUID
    character: UUID
    persona: UUID

    async def book(self, name: str = "The north", by: Caller = ROBIN) -> UUID:
        async with self.people.at_work(by) as (user, work):
            return (await self.books.create(work, user, {"name": name})).id

    async def do(
        self,
        what: str,
        *arguments: Any,
        by: Caller = ROBIN,
        place: Place = TAVERN,
        rights: Rights = Rights(),  # noqa: B008 - frozen
    ) -> Any:
        async with self.people.at_work(by) as (user, work):
            return await getattr(self.attachments, what)(work, Asking(user, place, rights), *arguments)

    async def in_force(self, asker: Caller = ROBIN) -> set[UUID]:
        """The books a turn of the conversation may read."""
        user = await self.people.arrive(asker)
        async with self.database.work(Actor.turn(self.conversation, user)) as work:
            found = await work.session.execute(text("SELECT id FROM lore_books"))
            return {UUID(str(row.id)) for row in found}


@pytest.fixture
async def town(database: Database) -> Town:
    people = People(database)
    conversation, character, persona = new_id(), new_id(), new_id()
    for one in (SASHA, KIM):
        await people.arrive(one)
    async with people.at_work(ROBIN) as (user, work):
        values = {"conversation": conversation, "character": character, "persona": persona, "user": user}
        for statement in (
            "INSERT INTO characters (id, owner_id, name, slug, visibility, traits, tags) VALUES"
            " (:character, :user, 'Mira', 'mira', 'private', '{}', '{}')",
            "INSERT INTO personas (id, owner_id, name, gender, is_default) VALUES"
            " (:persona, :user, 'Captain Ada', 'unspecified', true)",
            "INSERT INTO conversations (id, owner_id, guild_id, channel_id, webhook_channel_id, kind, status)"
            " VALUES (:conversation, :user, 1, 500, 500, 'single', 'active')",
            "INSERT INTO participants (id, conversation_id, character_id, role) VALUES"
            " (gen_random_uuid(), :conversation, :character, 'primary')",
        ):
            await work.session.execute(text(statement), values)
    return Town(database, people, LoreBooks(), LoreAttachments(database), conversation, character, persona)


def targets(town: Town) -> dict[LoreScope, Target]:
    return {
        LoreScope.SERVER: Target.server(),
        LoreScope.CHANNEL: Target.channel(),
        LoreScope.CONVERSATION: Target.conversation(),
        LoreScope.CHARACTER: Target.character(town.character),
        LoreScope.PERSONA: Target.persona(town.persona),
    }


@pytest.mark.parametrize("scope", LoreScope)
async def test_a_book_counts_where_it_is_attached(town: Town, scope: LoreScope) -> None:
    book = await town.book()
    assert await town.in_force() == set()
    made = await town.do("attach", book, targets(town)[scope], rights=MANAGER)
    assert (made.scope, made.book_name, made.book_may, made.is_enabled) == (scope, "The north", May.OWN, True)
    assert await town.in_force() == {book}
    assert [one.id for one in await town.do("here")] == [made.id]
    with pytest.raises(Conflict):
        await town.do("attach", book, targets(town)[scope], rights=MANAGER)
    await town.do("switch", made.id, False, rights=MANAGER)
    assert await town.in_force() == set()
    assert not (await town.do("here"))[0].is_enabled
    await town.do("switch", made.id, True, rights=MANAGER)
    assert await town.in_force() == {book}
    gone = await town.do("detach", made.id, rights=MANAGER)
    assert gone.id == made.id
    assert await town.in_force() == set()
    with pytest.raises(NotFound):
        await town.do("detach", made.id, rights=MANAGER)


@pytest.mark.parametrize("scope", LoreScope)
async def test_nobody_attaches_where_it_is_not_theirs_to(town: Town, scope: LoreScope) -> None:
    book = await town.book("South", by=SASHA)
    with pytest.raises((NotAllowed, NotFound)):
        await town.do("attach", book, targets(town)[scope], by=SASHA)
    assert await town.in_force() == set()
    if scope in {LoreScope.SERVER, LoreScope.CHANNEL, LoreScope.CONVERSATION}:
        await town.do("attach", book, targets(town)[scope], by=SASHA, rights=MANAGER)
        assert await town.in_force() == {book}


async def test_a_book_that_is_not_for_me_cannot_be_attached(town: Town) -> None:
    book = await town.book("South", by=SASHA)
    with pytest.raises(NotFound):
        await town.do("attach", book, Target.server(), rights=MANAGER)


@pytest.mark.parametrize("scope", LoreScope)
async def test_nobody_takes_away_what_is_not_theirs(town: Town, scope: LoreScope) -> None:
    book = await town.book()
    made = await town.do("attach", book, targets(town)[scope], rights=MANAGER)
    for deed in (("detach",), ("switch", False), ("override", {"scan_depth": "1"})):
        with pytest.raises((NotAllowed, NotFound)):
            await town.do(deed[0], made.id, *deed[1:], by=SASHA)
        with pytest.raises((NotAllowed, NotFound)):
            await town.do(deed[0], made.id, *deed[1:], by=SASHA, place=ELSEWHERE, rights=MANAGER)
    assert await town.in_force() == {book}


@pytest.mark.parametrize("scope", [LoreScope.SERVER, LoreScope.CHANNEL, LoreScope.CONVERSATION])
async def test_who_rules_over_the_place_takes_away_what_others_attached(town: Town, scope: LoreScope) -> None:
    book = await town.book()
    made = await town.do("attach", book, targets(town)[scope], rights=MANAGER)
    seen = (await town.do("here", by=SASHA, rights=MANAGER))[0]
    assert (seen.book_name, seen.book_may, seen.may_detach) == ("The north", None, True)
    assert not (await town.do("here", by=SASHA))[0].may_detach
    await town.do("switch", made.id, False, by=SASHA, rights=MANAGER)
    await town.do("detach", made.id, by=SASHA, rights=MANAGER)
    assert await town.do("here") == ()


async def test_a_persona_is_known_to_its_wearer_alone(town: Town) -> None:
    book = await town.book()
    made = await town.do("attach", book, Target.persona(town.persona))
    assert made.target_name == "Captain Ada"
    assert await town.in_force(SASHA) == set()
    assert await town.do("here", by=SASHA, rights=MANAGER) == ()
    with pytest.raises(NotFound):
        await town.do("detach", made.id, by=SASHA, rights=MANAGER)


async def test_a_book_counts_no_more_once_who_attached_it_may_not_read_it(town: Town) -> None:
    sharing = LoreSharing()
    book = await town.book("South", by=SASHA)
    robin = await town.people.arrive(ROBIN)
    async with town.people.at_work(SASHA) as (user, work):
        await sharing.invite(work, user, book, robin)
    await town.do("attach", book, Target.server(), rights=MANAGER)
    assert await town.in_force() == {book}
    mine: tuple[Attached, ...] = await town.do("of_book", book)
    theirs: tuple[Attached, ...] = await town.do("of_book", book, by=SASHA)
    assert len(mine) == len(theirs) == 1
    assert theirs[0].may_detach, "whose book it is may take it out of force"
    async with town.people.at_work(SASHA) as (user, work):
        await sharing.revoke(work, user, book, robin)
    assert await town.in_force() == set()
    with pytest.raises(NotFound):
        await town.do("of_book", book)


async def test_a_deleted_book_counts_nowhere_until_it_is_back(town: Town) -> None:
    book = await town.book()
    await town.do("attach", book, Target.conversation())
    async with town.people.at_work(ROBIN) as (user, work):
        await town.books.delete(work, user, book)
    assert await town.in_force() == set()
    assert await town.do("here") == ()
    async with town.people.at_work(ROBIN) as (user, work):
        await town.books.restore(work, user, book)
    assert await town.in_force() == {book}


async def test_what_a_book_does_otherwise_where_it_is_attached(town: Town) -> None:
    book = await town.book()
    made = await town.do("attach", book, Target.conversation())
    assert made.typed() == {"scan_depth": "", "token_budget": "", "recursion": "", "place": "0"}
    typed = {"scan_depth": "9", "token_budget": "100", "recursion": "no", "place": "3"}
    changed = await town.do("override", made.id, typed)
    assert changed.overrides == AttachmentOverrides(scan_depth=9, token_budget=100, recursion=False)
    assert changed.typed() == typed
    changed = await town.do("override", made.id, {"recursion": ""})
    assert changed.overrides == AttachmentOverrides(scan_depth=9, token_budget=100)
    assert set(typed) == set(OVERRIDES)
    for wrong in ({"scan_depth": "-1"}, {"recursion": "perhaps"}, {"place": "x"}, {"moon": "1"}):
        with pytest.raises(InvalidInput):
            await town.do("override", made.id, wrong)


async def test_books_stand_in_their_order_and_there_are_not_too_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching.limits, "LORE_ATTACHED_MAX", attaching.limits.Limit(2, "books", ""))
    books = [await town.book(f"Book {number}") for number in range(3)]
    one, two = [await town.do("attach", book, Target.server(), rights=MANAGER) for book in books[:2]]
    assert (one.place, two.place) == (0, 1)
    with pytest.raises(LimitReached):
        await town.do("attach", books[2], Target.server(), rights=MANAGER)
    await town.do("override", one.id, {"place": "7"}, rights=MANAGER)
    assert [each.id for each in await town.do("here")] == [two.id, one.id]


async def test_in_a_thread_the_channel_counts_too_and_in_a_dm_it_is_ones_own(town: Town) -> None:
    book = await town.book()
    made = await town.do("attach", book, Target.channel(), rights=MANAGER)
    thread = Place(1, 555, 500)
    assert [one.id for one in await town.do("here", place=thread)] == [made.id]
    with pytest.raises(NotAllowed):
        await town.do("attach", book, Target.server(), place=DM)
    own = await town.do("attach", book, Target.channel(), place=DM)
    assert own.channel_id == 700
    with pytest.raises(NotFound):
        await town.do("attach", book, Target.conversation(), place=DM)
