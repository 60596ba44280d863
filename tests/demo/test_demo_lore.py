"""The demo's lore: every entry can be heard of, and does what it is there to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from bot.demo.cast import CAST
from bot.demo.lore import NAME, TOWN, DemoEntry
from bot.demo.seed import ACCOUNT, seed
from bot.demo.town import open_town
from bot.providers.tokens import Tokenizer
from bot.services.lore.engine.activation import activate
from bot.services.lore.engine.book import Book, Choice, Filters
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.reasons import Via
from bot.services.lore.engine.scene import Said, Scene, Speaker
from bot.services.lore.stored import book_of
from db.functions import arrive
from db.models import LoreAttachment, LoreBook, LoreEntry, Visibility
from db.queries import house
from db.work import Actor, Database

NUMBERS = {member.name: UUID(int=number) for number, member in enumerate(CAST, 1)}
NAMES = {one.entry.id: one.entry.name for one in TOWN}
ASKED = {
    "Halden Harbour": "Good evening.",
    "The Salt Bell": "When does the Salt Bell ring?",
    "The Marguerite": "Tell me about Isolde.",
    "Fenwick's ferry": "What does the ferry cost?",
    "The Gull and Thimble": "Is there an inn?",
    "Room Four": "Who sleeps in room four?",
    "What lamp oil costs": "How much is oil for a lamp?",
    "A fog tide": "The FOG is rising!",
    "The harbourmaster": "Who is the harbourmaster?",
    "The two bakeries": "Where do I get bread?",
    "The sky post": "I am waiting for an airship.",
    "The Gardener": "What is that moving star?",
    "Rumour: the green lamp": "Any gossip?",
    "Rumour: the cat on the ferry": "Any gossip?",
    "Rumour: the man with the chain": "Any gossip?",
}


def for_whom(one: DemoEntry) -> Filters:
    return Filters(characters=Choice(only=frozenset(NUMBERS[name] for name in one.only_for)))


DECK = Deck([Book(UUID(int=99), 1, entries=tuple(replace(one.entry, filters=for_whom(one)) for one in TOWN))])


def heard(*newest_first: str, by: str = "Mira", die: int = 7) -> dict[str, Via]:
    """The entries that come in when somebody says this to a member of the cast, and by which way."""
    window = tuple(Said(100 - number, Speaker.USER, "Robin", text) for number, text in enumerate(newest_first))
    scene = Scene(UUID(int=die), window, character_id=NUMBERS[by])
    return {one.entry.name: one.cause.via for one in activate(DECK, scene, 2000).active}


@pytest.mark.parametrize("one", TOWN, ids=lambda one: one.entry.name)
def test_every_entry_can_be_heard_of(one: DemoEntry) -> None:
    assert one.folder
    assert one.entry.tokens == Tokenizer().count(one.entry.content) < 100
    tries = range(60) if one.entry.groups else (7,)
    assert any(one.entry.name in heard(ASKED[one.entry.name], die=die) for die in tries)
    # Control: what has nothing to do with it does not bring it.
    assert one.entry.name == "Halden Harbour" or one.entry.name not in heard("I like warm socks.")


def test_the_bell_wakes_the_ship_for_mira_only() -> None:
    assert heard("When does the Salt Bell ring?") == {
        "Halden Harbour": Via.CONSTANT,
        "The Salt Bell": Via.KEYWORD,
        "The Marguerite": Via.KEYWORD,
    }
    assert "The Marguerite" not in heard("When does the Salt Bell ring?", by="Juno")


def test_oil_is_priced_only_where_somebody_asks_for_the_price() -> None:
    assert "What lamp oil costs" in heard("What is the price of oil?")
    assert "What lamp oil costs" not in heard("The oil smells of fish.")
    # The ferry's own text speaks of a lantern and a penny: that is no question after a price.
    assert "What lamp oil costs" not in heard("Old Fenwick is late.")


def test_one_rumour_at_a_time() -> None:
    told = [frozenset(name for name in heard("Any gossip?", die=die) if "Rumour" in name) for die in range(60)]
    assert {len(names) for names in told} == {1}
    assert len(set(told)) == 3


def test_the_ids_stay() -> None:
    """Seeding again finds what was seeded before."""
    assert len(NAMES) == len(TOWN)
    assert len(set(NAMES.values())) == len(TOWN)
    assert str(TOWN[1].entry.id) == "88350e66-a3a6-5835-a57d-7669a3ffbd2d"


# ------------------------------------------------------------------------------------------------ in the database


async def owner_of(database: Database) -> UUID:
    async with database.work(Actor.job("test")) as work:
        return await house.account(work.session, ACCOUNT, "BotCafé")


async def version_of(database: Database, owner: UUID) -> int:
    async with database.work(Actor.user(owner)) as work:
        return await work.session.scalar(select(LoreBook.version).where(LoreBook.owner_id == owner)) or 0


async def test_everybody_may_read_it_and_the_engine_has_it_as_it_is_here(database: Database, tmp_path: Path) -> None:
    await seed(database, tmp_path)
    async with database.work(Actor.job("test")) as work:
        robin = await arrive(work.session, discord_id=7, username="robin", display_name="Robin")
    async with database.work(Actor.user(robin)) as work:
        row = await work.session.scalar(select(LoreBook).where(LoreBook.name == NAME))
        assert row is not None
        assert row.visibility is Visibility.PUBLIC
        assert row.allow_fork
        assert (row.entry_count, row.token_count) == (len(TOWN), sum(one.entry.tokens for one in TOWN))
        rows = await work.session.scalars(
            select(LoreEntry).where(LoreEntry.book_id == row.id).order_by(LoreEntry.place)
        )
        stored = book_of(row, list(rows))
    assert [replace(one, filters=Filters()) for one in stored.entries] == [one.entry for one in TOWN]
    only = {one.name: len(one.filters.characters.only) for one in stored.entries}
    assert only == {one.entry.name: len(one.only_for) for one in TOWN}


async def test_seeding_again_mends_it_and_else_leaves_it_alone(database: Database, tmp_path: Path) -> None:
    await seed(database, tmp_path)
    owner = await owner_of(database)
    first = await version_of(database, owner)
    await seed(database, tmp_path)
    assert await version_of(database, owner) == first
    async with database.work(Actor.user(owner)) as work:
        bell = TOWN[1].entry.id
        await work.session.execute(update(LoreEntry).where(LoreEntry.id == bell).values(content="It is cracked."))
    await seed(database, tmp_path)
    assert await version_of(database, owner) == first + 1
    async with database.work(Actor.user(owner)) as work:
        assert await work.session.scalar(select(LoreEntry.content).where(LoreEntry.id == bell)) == TOWN[1].entry.content


async def test_it_is_put_in_force_once_and_stays_off_where_it_was_switched_off(
    database: Database, tmp_path: Path
) -> None:
    await open_town(database, await owner_of(database), [5])  # nothing was seeded yet
    await seed(database, tmp_path)
    owner = await owner_of(database)
    await open_town(database, owner, [5, 6])
    async with database.work(Actor.user(owner)) as work:
        off = update(LoreAttachment).where(LoreAttachment.guild_id == 5).values(is_enabled=False)
        await work.session.execute(off)
    await open_town(database, owner, [5, 6])
    async with database.work(Actor.user(owner)) as work:
        rows = await work.session.execute(select(LoreAttachment.guild_id, LoreAttachment.is_enabled))
        assert sorted(map(tuple, rows)) == [(5, False), (6, True)]
