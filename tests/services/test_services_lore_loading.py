"""Books kept ready: read once for each version, indexed once for each set, off the event loop, forgotten in order."""

import asyncio
import gc
import weakref
from uuid import UUID

import pytest

from bot import limits
from bot.services.lore.replies import loading
from bot.services.lore.replies.loading import LoreDecks, LoreSet, nearest_first
from db.ids import new_id
from db.models import AttachmentOverrides, LoreScope
from db.queries.lore.activation import InForce
from db.work import Actor
from tests.services.lorecraft import book, edited, entry
from tests.services.stagecraft import ROBIN, Program
from tests.services.test_services_trips import trips


def in_force(book_id: UUID, version: int = 1, scope: LoreScope = LoreScope.CHANNEL, **more: object) -> InForce:
    overrides = AttachmentOverrides(**more)  # type: ignore[arg-type]
    return InForce(new_id(), book_id, version, "A book", scope, overrides, 0)


async def ready(decks: LoreDecks, program: Program, *some: InForce, character: str = "Mira") -> LoreSet:
    actor = Actor.user(await program.people.arrive(ROBIN))
    return await decks.ready(actor, some, character=character, person="Robin", count=len)


def test_a_book_counts_once_where_it_is_nearest() -> None:
    one, other = new_id(), new_id()
    some = [
        in_force(one, scope=LoreScope.SERVER),
        in_force(other, scope=LoreScope.CHARACTER),
        in_force(one, scope=LoreScope.CONVERSATION),
    ]
    assert [(found.book_id, found.scope) for found in nearest_first(some)] == [
        (one, LoreScope.CONVERSATION),
        (other, LoreScope.CHARACTER),
    ]


async def test_what_is_known_is_not_read_again(program: Program) -> None:
    decks = LoreDecks(program.database)
    lamp = entry("Lamp", "Lit.", "lamp")
    one = await book(program, lamp)
    first = await ready(decks, program, in_force(one))
    with trips(program) as sent:
        again = await ready(decks, program, in_force(one))
        assert sent == []
    await edited(program, lamp.id, content="Out.")
    with trips(program) as sent:
        newer = await ready(decks, program, in_force(one, 2))  # the control: what is not known is read
    assert again.deck is first.deck
    assert newer.deck.entries[0].content == "Out."
    await ready(decks, program, in_force(one, 2))
    assert len(decks._books) == len(decks._decks) == 1, "the version of before is forgotten"
    assert sum("FROM lore_entries" in one for one in sent) == 1


async def test_who_wants_the_same_at_once_waits_for_one_reading(program: Program) -> None:
    decks = LoreDecks(program.database)
    one = await book(program, entry("Lamp", "Lit.", "lamp"))
    await program.people.arrive(ROBIN)
    with trips(program) as sent:
        sets = await asyncio.gather(*(ready(decks, program, in_force(one)) for _ in range(5)))
    assert len({id(found.deck) for found in sets}) == 1
    assert sum("FROM lore_entries" in one for one in sent) == 1


async def test_who_stops_waiting_stops_nobody_else(program: Program) -> None:
    decks = LoreDecks(program.database)
    one = await book(program, entry("Lamp", "Lit.", "lamp"))
    await program.people.arrive(ROBIN)
    impatient = asyncio.create_task(ready(decks, program, in_force(one)))
    patient = asyncio.create_task(ready(decks, program, in_force(one)))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).deck.entries[0].name == "Lamp"
    await decks.close()


async def test_an_attachment_says_otherwise_without_reading_the_book_again(program: Program) -> None:
    decks = LoreDecks(program.database)
    one = await book(program, entry("Lamp", "Lit.", "lamp"), scan_depth=2)
    here, there = (
        (await ready(decks, program, in_force(one))),
        (await ready(decks, program, in_force(one, scan_depth=9))),
    )
    assert [found.deck.books[0].scan_depth for found in (here, there)] == [2, 9]
    assert here.books[0].loaded is there.books[0].loaded


async def test_macros_in_keys_stand_for_who_is_here(program: Program) -> None:
    decks = LoreDecks(program.database)
    one = await book(program, entry("Self", "Me.", "{{char}}"))
    plain = await book(program, entry("Lamp", "Lit.", "lamp"))
    mira, odo = [await ready(decks, program, in_force(one), character=name) for name in ("Mira", "Odo")]
    assert [bool(found.deck.index.find("Odo comes")) for found in (mira, odo)] == [False, True]
    both = [await ready(decks, program, in_force(plain), character=name) for name in ("Mira", "Odo")]
    assert both[0].deck is both[1].deck, "the control: without macros one index is enough"


async def test_a_book_that_is_gone_or_not_theirs_is_left_out(program: Program) -> None:
    found = await ready(LoreDecks(program.database), program, in_force(new_id()))
    assert found.everything == ()


async def test_what_was_not_used_for_the_longest_is_forgotten(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LORE_LOADED_ENTRIES", 3)
    decks = LoreDecks(program.database)
    books = [await book(program, *(entry(f"Lamp {n}", "Lit.", "lamp") for n in range(2))) for _ in range(3)]
    for one in books:
        await ready(decks, program, in_force(one))
    assert [key[0] for key in decks._books] == [books[2]]
    assert len(decks._decks) == 1
    monkeypatch.setattr(limits, "LORE_LOADED_ENTRIES", 300)
    monkeypatch.setattr(limits, "LORE_DECKS", 2)
    for one in books:
        await ready(decks, program, in_force(one))
    assert len(decks._decks) == 2


async def test_long_entries_count_as_several(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LORE_LOADED_ENTRIES", 12)
    decks = LoreDecks(program.database)
    short = [await book(program, entry("Lamp", "Lit.", "lamp")) for _ in range(2)]
    long = await book(program, entry("Saga", "It began. " * 1_000, "saga"))
    for one in (*short, long):
        await ready(decks, program, in_force(one))
    assert [key[0] for key in decks._books] == [*short, long]
    another = await book(program, entry("Saga", "It ended. " * 1_000, "saga"))
    await ready(decks, program, in_force(another))
    assert [key[0] for key in decks._books] == [another]


async def test_what_is_forgotten_is_freed_without_the_collector(program: Program) -> None:
    decks = LoreDecks(program.database)
    entries = [entry(f"Lamp {n}", "Lit.", f"lamp{n}", "{{char}}") for n in range(2100)]
    one = await book(program, *entries)
    deck = (await ready(decks, program, in_force(one))).deck
    deck.index.find("lamp7")
    assert gc.isenabled()
    there, gone = weakref.ref(deck.index), weakref.ref(deck)
    decks._decks.clear()
    decks._books.clear()
    for _ in range(5):  # what woke this task still holds what it brought
        await asyncio.sleep(0)
    assert gone() is deck, "the control: it is held here"
    gc.disable()
    try:
        del deck
        assert gone() is None
        assert there() is None
    finally:
        gc.enable()


async def test_many_entries_are_made_ready_beside_the_event_loop(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside: list[int] = []
    to_thread = asyncio.to_thread

    async def watched(make: object, *more: object) -> object:
        aside.append(1)
        return await to_thread(make, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(loading.asyncio, "to_thread", watched)
    decks = LoreDecks(program.database)
    few = await book(program, entry("Lamp", "Lit.", "lamp"))
    await ready(decks, program, in_force(few))
    assert aside == []
    many = await book(program, *(entry(f"Lamp {n}", "Lit.", f"lamp{n}") for n in range(300)))
    assert len((await ready(decks, program, in_force(many))).deck.entries) == 300
    assert aside == [1, 1], "its rows, then its index"


async def test_indexes_of_one_large_book_for_many_people_are_no_more_than_entries_may_be_kept(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LORE_LOADED_ENTRIES", 10)
    decks = LoreDecks(program.database)
    one = await book(program, *(entry(f"Lamp {n}", "Lit.", f"lamp{n}", "{{char}}") for n in range(4)))
    names = [f"Mira {number}" for number in range(5)]
    found = [await ready(decks, program, in_force(one), character=name) for name in names]
    assert len({id(some.deck) for some in found}) == 5
    assert len(decks._books) == 1
    assert [deck for deck, _ in decks._decks.values()] == [some.deck for some in found[-2:]]
    monkeypatch.setattr(limits, "LORE_LOADED_ENTRIES", 3)
    large = await ready(decks, program, in_force(one), character="Odo")
    assert [deck for deck, _ in decks._decks.values()] == [large.deck], "what is too large is kept alone"
