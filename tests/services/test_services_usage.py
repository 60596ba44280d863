"""What people used is what came to be, counted another way: each road to a row, crashes, races, and a day's edges."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from bot.failpoints import Point
from bot.ports import NO_RIGHTS, Caller, Rights
from bot.services.characters import Characters, Pictures
from bot.services.characters.exporting import CardExports, CardFormat
from bot.services.characters.importing import CardImports
from bot.services.lore.books import LoreBooks
from bot.services.lore.entries import LoreEntries
from bot.services.lore.transfer.exporting import LoreExports
from bot.services.lore.transfer.importing import LoreImports
from bot.services.people.profiles import Profiles
from bot.services.talk.conversations import Asking
from bot.services.wellbeing.usage import Usage
from bot.services.wellbeing.usage_days import Counter, Counts
from bot.texts import Say
from db.engine import create_engine
from db.work import Actor, Database
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, FakeModels, Program, draft, finished, make, said, summon
from tests.services.test_services_control import replied
from tests.services.test_services_crash import dying_at, resume, run_until_it_dies
from tests.services.test_services_forks import DIRECT, fork, turn_of
from tests.services.test_services_lore_files import entry, world
from tests.services.test_services_turns import rows

ANOTHER_WAY = {
    Counter.MINUTES: (
        "SELECT coalesce(sum(bit_count(hours.mask::bit(64))), 0)::bigint FROM"
        " (SELECT bit_or(mask) AS mask FROM usage_minutes WHERE user_id = '{who}' GROUP BY hour) AS hours"
    ),
    Counter.CONVERSATIONS: "SELECT count(*) FROM conversations WHERE owner_id = '{who}'",
    # A message that was answered is in the history, by its author, and in the inbox.
    Counter.MESSAGES: (
        "SELECT count(*) FROM inbox AS i WHERE EXISTS (SELECT FROM messages AS m WHERE m.author_id = '{who}'"
        " AND m.discord_message_id = i.message_id)"
    ),
    Counter.TOKENS: (
        "SELECT coalesce(sum(v.tokens_in + v.tokens_out), 0)::bigint FROM message_variants AS v"
        " JOIN messages AS m ON m.id = v.message_id JOIN turns AS t ON t.id = m.turn_id WHERE t.asker_id = '{who}'"
    ),
    Counter.CHARACTERS: "SELECT count(*) FROM characters WHERE owner_id = '{who}'",
    # What became of an entry, from its history; nobody takes part of a history away.
    Counter.LORE_ENTRIES: (
        "SELECT count(*) FROM lore_entry_versions WHERE changed_by = '{who}'"
        " AND change IN ('created', 'imported', 'restored')"
    ),
}
"""What each count must come to, from the rows themselves."""


async def counted(program: Program, by: Caller = ROBIN) -> Counts:
    """All that was counted of somebody, whatever the day."""
    who = await program.people.arrive(by)
    fields = ", ".join(f"coalesce(sum({one.value}), 0)::bigint" for one in Counter)
    ((*found,),) = await rows(program, f"SELECT {fields} FROM daily_usage WHERE user_id = '{who}'")
    return Counts(**dict(zip([one.value for one in Counter], found, strict=True)))  # type: ignore[arg-type]


async def there(program: Program, by: Caller = ROBIN) -> Counts:
    """The same from the rows."""
    who = await program.people.arrive(by)
    found = {one.value: (await rows(program, sql.format(who=who)))[0][0] for one, sql in ANOTHER_WAY.items()}
    return Counts(**found)  # type: ignore[arg-type]


async def agree(program: Program, *, by: Caller = ROBIN, **exactly: int) -> None:
    """What was counted is what is there, and so many."""
    found = await counted(program, by)
    assert found == await there(program, by)
    assert {name: getattr(found, name) for name in exactly} == exactly


async def hear(program: Program, words: str, **more: object) -> None:
    await program.turns.hear(said(words, **more))  # type: ignore[arg-type]
    await program.turns.idle()


# ------------------------------------------------------------------------------------------------ each road


async def test_a_reply_counts_its_message_and_its_tokens(program: Program) -> None:
    await summon(program, await make(program))
    await hear(program, "Mira?")
    await hear(program, "And nobody in particular.")
    await agree(program, conversations=1, characters=1, messages=1, tokens=15)
    assert await counted(program, SASHA) == Counts()


async def test_a_message_that_three_characters_answer_is_one(program: Program) -> None:
    for name in ("Mira", "Juno", "Otto"):
        await summon(program, await make(program, name=name))
    await hear(program, "Mira, Juno, Otto?", by=SASHA)
    await agree(program, by=SASHA, messages=1, tokens=45, conversations=0)
    await agree(program, messages=0, tokens=0, conversations=1, characters=3)


async def test_the_same_message_heard_again_is_one(program: Program) -> None:
    await summon(program, await make(program))
    message = said("Mira?")
    for _ in range(2):
        await program.turns.hear(message)
        await program.turns.idle()
    await agree(program, messages=1, tokens=15)


async def test_words_asked_for_again_count_their_tokens_for_who_asked_and_no_message(program: Program) -> None:
    turn_id = await replied(program, "One.", "Two.", "Three.")
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    await program.control.regenerate(turn_id, robin, NO_RIGHTS)
    await agree(program, messages=1, tokens=30)
    await program.control.regenerate(turn_id, sasha, Rights(may_manage=True))
    assert (await counted(program)).tokens == 30
    assert await counted(program, SASHA) == Counts(tokens=15, minutes=1)


async def test_going_on_counts_tokens_and_no_message(program: Program) -> None:
    turn_id = await replied(program, "One,", " two.")
    await program.control.go_on(turn_id, await program.people.arrive(ROBIN), NO_RIGHTS)
    await agree(program, messages=1, tokens=30)


async def test_what_the_provider_does_not_tell_is_not_nothing(program: Program) -> None:
    await summon(program, await make(program))
    untold = replace(finished(), usage=replace(finished().usage, tokens_in=None, tokens_out=None))
    program.models.script = [["Well met, traveller.", untold]]
    await hear(program, "Mira?")
    ((parts,),) = await rows(
        program,
        "SELECT sum((p ->> 'tokens')::int) FROM message_variants, jsonb_array_elements(prompt_parts) AS p"
        " WHERE (p ->> 'included')::boolean",
    )
    assert isinstance(parts, int)
    assert (await counted(program)).tokens == parts + 5, "20 letters are about 5 tokens"
    assert parts > 0


@pytest.mark.parametrize("place", [TAVERN, DIRECT], ids=["server", "direct messages"])
async def test_a_conversation_counts_where_it_begins_and_again_where_it_begins_afresh(
    program: Program, place: object
) -> None:
    mira = await make(program)
    await summon(program, mira, place=place)  # type: ignore[arg-type]
    await agree(program, conversations=1)
    await summon(program, await make(program, name="Juno"), place=place)  # type: ignore[arg-type]
    await agree(program, conversations=1)
    asking = Asking(await program.people.arrive(ROBIN), place, NO_RIGHTS)  # type: ignore[arg-type]
    await program.conversations.lives.renew(asking, interaction_id=77)
    await program.turns.idle()
    await agree(program, conversations=2, messages=0, tokens=0)


async def test_a_fork_counts_for_who_made_it_and_neither_a_message_nor_tokens(program: Program) -> None:
    await summon(program, await make(program))
    program.models.script = [["Answer to one"]]
    await hear(program, "Mira, one")
    before = await counted(program)
    await fork(program, await turn_of(program, "Answer to one"))
    assert await counted(program) == before + Counts(conversations=1)
    assert len(await rows(program, "SELECT id FROM turns WHERE kind = 'reply'")) == 2, "its line is a turn of its own"


@pytest.mark.parametrize("point", [Point.RECEIVED, Point.CLAIMED, Point.GENERATED])
async def test_a_program_that_dies_counts_once(start: Callable[..., Program], point: Point) -> None:
    await run_until_it_dies(start, dying_at(point))
    program = await resume(start, FakeModels(["Well met."]))
    await agree(program, messages=1, conversations=1)
    program = await resume(start)
    await agree(program, messages=1, conversations=1)


_TURN = (
    "INSERT INTO turns (id, conversation_id, character_id, asker_id, trigger_message_id, state, boot_id, kind)"
    " VALUES (gen_random_uuid(), :at, :mira, :robin, :number, 'claimed', :turn, :kind)"
)


async def test_lines_among_characters_are_nobodys_messages(program: Program) -> None:
    """Chance and banter: what no person said is no message; its tokens are its asker's, who pays for them too."""
    await summon(program, await make(program))
    await hear(program, "Mira?")
    robin = await program.people.arrive(ROBIN)
    ((turn, conversation, mira),) = await rows(
        program, "SELECT id, conversation_id, character_id FROM turns WHERE kind = 'reply'"
    )
    async with program.database.work(Actor.turn(UUID(str(conversation)), robin)) as work:
        for number, kind in enumerate(("chance", "banter", "greeting"), start=1):
            values = {"at": conversation, "mira": mira, "robin": robin, "number": number, "turn": turn, "kind": kind}
            await work.session.execute(text(_TURN), values)
    await agree(program, messages=1)


# ------------------------------------------------------------------------------------------------ characters and lore


async def test_characters_count_made_and_brought(program: Program, tmp_path: Path) -> None:
    database = program.database
    mira = await make(program)
    characters = Characters(Pictures(tmp_path))
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    card = await CardExports(database, characters, LoreExports(database, books)).export(
        await program.people.arrive(ROBIN), mira, CardFormat.JSON_V3
    )
    imports = CardImports(database, characters, LoreImports(database, books, entries))
    raw = orjson.loads(card.data)
    raw["data"]["character_book"] = {
        "entries": [{"keys": ["sea"], "content": "Deep.", "enabled": True, "insertion_order": 1, "extensions": {}}],
        "extensions": {},
    }
    read = await imports.read(orjson.dumps(raw), "a card.json", Say("en"))
    await imports.create(await program.people.arrive(SASHA), read, Say("en"))
    await agree(program, characters=1)
    await agree(program, by=SASHA, characters=1, lore_entries=1)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.delete(work, robin, mira)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.restore(work, robin, mira)
    await agree(program, characters=1)


async def test_lore_counts_however_it_is_added(program: Program) -> None:
    database = program.database
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    imports = LoreImports(database, books, entries)
    async with program.people.at_work(ROBIN) as (robin, work):
        book = await books.create(work, robin, {"name": "Harbour"})
        made = [
            (await entries.add(work, robin, book.id, {"name": name, "keys": name, "content": "Old."})).id
            for name in ("dragon", "gate")
        ]
    await agree(program, lore_entries=2)
    async with program.people.at_work(ROBIN) as (robin, work):
        await entries.delete(work, robin, made[0])
    await agree(program, lore_entries=2)
    async with program.people.at_work(ROBIN) as (robin, work):
        await entries.undo(work, robin, made[0])
        await entries.edit(work, robin, made[1], {"content": "New."})
    await agree(program, lore_entries=3)
    async with program.people.at_work(ROBIN) as (robin, work):
        await books.fork(work, robin, book.id)
    await agree(program, lore_entries=5)
    await imports.begin(robin, world("a", "b", "c"), "file.json", "en")
    await agree(program, lore_entries=8)


async def test_a_long_file_is_counted_once_at_its_end(program: Program) -> None:
    """In the job, batch after batch, and its owner talks meanwhile: they wait for nobody."""
    database = program.database
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    imports = LoreImports(database, books, entries)
    robin = await program.people.arrive(ROBIN)
    some = {str(n): entry(n, f"entry {n}") for n in range(600)}
    told = await imports.begin(robin, orjson.dumps({"entries": some, "name": "Long"}), "long.json", "en")
    if not told.is_over:
        await imports.run({"user_id": str(robin), "import_id": str(told.id)})
    await agree(program, lore_entries=600)
    # A transaction that added entries, and is not over yet, holds up nobody who counts something else of the person.
    async with program.people.at_work(ROBIN) as (_, work):
        book = await books.create(work, robin, {"name": "Slow"})
        await entries.add(work, robin, book.id, {"name": "one", "keys": "one", "content": "Old."})
        await asyncio.wait_for(make(program), 5)
    await agree(program, lore_entries=601, characters=1)


async def test_entries_taken_back_to_a_savepoint_are_not_counted(program: Program) -> None:
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    async with program.people.at_work(ROBIN) as (robin, work):
        book = await books.create(work, robin, {"name": "Harbour"})
        await entries.add(work, robin, book.id, {"name": "one", "keys": "one", "content": "Old."})
        with contextlib.suppress(ZeroDivisionError):
            async with work.session.begin_nested():
                await entries.add(work, robin, book.id, {"name": "two", "keys": "two", "content": "Old."})
                raise ZeroDivisionError
        await entries.add(work, robin, book.id, {"name": "three", "keys": "three", "content": "Old."})
    await agree(program, lore_entries=2)


async def test_what_is_rolled_back_was_never_used(program: Program) -> None:
    async def broken_off() -> None:
        async with program.people.at_work(ROBIN) as (robin, work):
            await program.characters.create(work, robin, draft())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken_off()
    assert await counted(program) == Counts()


# ------------------------------------------------------------------------------------------------ controls


PLACES = {
    "conversations": Counter.CONVERSATIONS,
    "turns": Counter.MESSAGES,
    "message_variants": Counter.TOKENS,
    "characters": Counter.CHARACTERS,
    "lore_entries": Counter.LORE_ENTRIES,
}


async def test_control_a_place_that_forgets_to_count_is_found(program: Program) -> None:
    books, entries = LoreBooks(), LoreEntries(lambda words: len(words.split()))
    for number, (table, what) in enumerate(PLACES.items()):
        who, place = Caller(700 + number, f"guest{number}", "Guest"), replace(TAVERN, channel_id=600 + number)
        await off(program, table)
        await summon(program, await make(program, by=who), by=who, place=place)
        await hear(program, "Mira?", by=who, place=place)
        async with program.people.at_work(who) as (user_id, work):
            book = await books.create(work, user_id, {"name": "Harbour"})
            await entries.add(work, user_id, book.id, {"name": "one", "keys": "one", "content": "Old."})
        await off(program, table, back=True)
        found, really = await counted(program, who), await there(program, who)
        assert found.of(what) == 0 < really.of(what)
        assert replace(found, **{what.value: really.of(what)}) == really, "and the others are counted"


async def off(program: Program, table: str, *, back: bool = False) -> None:
    """Let this table's rows come to be uncounted, or counted again."""
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} {'ENABLE' if back else 'DISABLE'} TRIGGER {table}_used"))
    await engine.dispose()


async def test_what_nobody_did_here_is_nobodys_use(program: Program) -> None:
    """Rows from before there was any counting, and rows that the operator brings back out of a backup."""
    robin = await program.people.arrive(ROBIN)
    await off(program, "characters")
    await make(program, name="Old")
    await off(program, "characters", back=True)
    engine = create_engine(program.database.url, as_owner=True)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TEMP TABLE kept AS SELECT * FROM characters"))
        await connection.execute(text("DELETE FROM characters"))
        await connection.execute(text("INSERT INTO characters SELECT * FROM kept"))
    await engine.dispose()
    assert await counted(program) == Counts()
    async with program.people.at_work(ROBIN) as (_, work):
        seen = await Usage().seen(work, robin)
    assert (seen.known_from, seen.so_far, seen.week, seen.month) == (None, None, None, None), "unknown, not zero"
    await make(program, name="New")
    async with program.people.at_work(ROBIN) as (_, work):
        seen = await Usage().seen(work, robin)
    assert seen.so_far == Counts(characters=1)


# ------------------------------------------------------------------------------------------------ at once


async def test_two_programs_at_once_lose_nothing_and_wait_for_each_other_never(
    start: Callable[..., Program], database: Database
) -> None:
    one, two = start(), start()
    await one.listening.start()
    await summon(one, await make(one))
    await two.listening.start()
    messages = [said(f"Mira, {number}?") for number in range(10)]

    async def busy(program: Program) -> None:
        for number, message in enumerate(messages):
            await program.turns.hear(message)
            await make(program, name=f"Extra {number} {'ab'[program is two]}")
        await program.turns.idle()

    async with asyncio.timeout(60):
        await asyncio.gather(busy(one), busy(two))
    await agree(one, messages=10, characters=21, conversations=1)
    for program in (one, two):
        await program.crash()


async def test_another_zone_in_the_middle_of_a_day_counts_nothing_twice(program: Program) -> None:
    await summon(program, await make(program))
    for zone in ("Pacific/Kiritimati", "Pacific/Niue", ""):  # 14 hours before UTC, 11 behind it, and none
        async with program.people.at_work(ROBIN) as (robin, work):
            await Profiles().set_time_zone(work, robin, zone)
        await hear(program, "Mira?")
    await agree(program, messages=3, tokens=45, conversations=1, characters=1)
    days = await rows(program, "SELECT count(DISTINCT day), sum(messages)::int FROM daily_usage")
    assert days[0][0] >= 2, "the same hour is two days in two of these zones"
    assert days[0][1] == 3
