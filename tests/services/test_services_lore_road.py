"""Lore on the way of a reply: which books count, that their words reach the model, and that it is all written down."""

import pytest
from sqlalchemy import func, select

from bot.ports import Place
from db.models import (
    AttachmentOverrides,
    LoreActivation,
    LoreBook,
    LoreEntryUse,
    LoreFired,
    LoreRun,
    Visibility,
)
from db.work import Actor
from tests.services.lorecraft import attach, book, edited, entry, prompt_text
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, said, summon

LAMP = "The lamp of Haven was lit by Ysolde in the year of the flood."


async def ask(program: Program, words: str = "Mira, tell me of the lamp.", **more: object) -> str:
    assert await program.turns.hear(said(words, **more))  # type: ignore[arg-type]
    await program.turns.idle()
    return prompt_text(program)


async def rows(program: Program, model: type, place: Place = TAVERN) -> list:  # type: ignore[type-arg]
    room = program.hearing.room(place.channel_id)
    assert room is not None
    async with program.database.work(Actor.turn(room.conversation_id)) as work:
        return list(await work.session.scalars(select(model)))


async def test_an_entry_reaches_the_model_when_its_key_is_said(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    await attach(program, await book(program, lamp, entry("Moon", "The moon is cheese.", "moon")))
    asked = await ask(program)
    assert LAMP in asked
    assert "cheese" not in asked
    run, *_ = await rows(program, LoreRun)
    assert (run.number, run.refused, [one.name for one in run.books]) == (0, 0, ["The harbour"])
    active, *_ = [one for one in await rows(program, LoreActivation) if one.run_id == run.id]
    assert (active.entry_id, active.method, active.matched_keywords, active.was_included) == (
        lamp.id, "keyword", ["lamp"], True,
    )  # fmt: skip
    assert (active.position_inserted, active.tokens_used) == ("before_character", lamp.tokens)
    use, *_ = await rows(program, LoreEntryUse)
    assert use.entry_id == lamp.id
    assert use.activated_count >= 1


async def test_without_a_book_nothing_is_written(program: Program) -> None:
    await summon(program, await make(program))
    await book(program, entry("Lamp", LAMP, "lamp"))  # not attached
    assert LAMP not in await ask(program)
    assert await rows(program, LoreRun) == []


@pytest.mark.parametrize("scope", ["guild_id", "channel_id", "character_id", "conversation_id"])
async def test_a_book_counts_where_it_is_attached_and_nowhere_else(program: Program, scope: str) -> None:
    mira, other = await make(program), await make(program, name="Odo")
    await summon(program, mira)
    await summon(program, other, place=PARLOUR)
    room = program.hearing.room(TAVERN.channel_id)
    assert room is not None
    where = {
        "guild_id": TAVERN.guild_id,
        "channel_id": TAVERN.channel_id,
        "character_id": mira,
        "conversation_id": room.conversation_id,
    }
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp")), **{scope: where[scope]})
    assert LAMP in await ask(program)
    elsewhere = await ask(program, "Odo, tell me of the lamp.", place=PARLOUR)
    assert (LAMP in elsewhere) == (scope == "guild_id")


async def test_a_thread_has_the_books_of_its_channel(program: Program) -> None:
    thread = Place(TAVERN.guild_id, 777, TAVERN.channel_id)
    await summon(program, await make(program), place=thread)
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp")))
    assert LAMP in await ask(program, place=thread)


async def test_the_nearest_attachment_of_a_book_says_how_it_counts(program: Program) -> None:
    mira = await make(program)
    await summon(program, mira)
    one = await book(program, entry("Lamp", LAMP, "lamp"), scan_depth=2)
    await attach(program, one, guild_id=TAVERN.guild_id)
    assert LAMP in await ask(program)
    await attach(program, one, character_id=mira, overrides=AttachmentOverrides(scan_depth=0))
    assert LAMP not in await ask(program)
    assert len([run.books for run in await rows(program, LoreRun)][-1]) == 1


async def test_a_change_of_a_book_counts_from_the_next_reply_on(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    await attach(program, await book(program, lamp))
    assert LAMP in await ask(program)
    await edited(program, lamp.id, content="The lamp is out.", tokens=5)
    asked = await ask(program)
    assert "The lamp is out." in asked
    assert LAMP not in asked
    await edited(program, lamp.id, is_enabled=False)
    assert "The lamp is out." not in await ask(program)
    assert [run.books[0].version for run in await rows(program, LoreRun)] == [1, 2, 3]


async def test_a_book_whose_attacher_may_not_read_it_any_more_does_not_count(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp")
    one = await book(program, lamp, visibility=Visibility.PUBLIC)
    await attach(program, one, by=SASHA)
    assert LAMP in await ask(program)
    owner_id = await program.people.arrive(ROBIN)
    async with program.database.work(Actor.user(owner_id)) as work:
        found = await work.session.get(LoreBook, one)
        assert found is not None
        found.visibility = Visibility.PRIVATE
    assert LAMP not in await ask(program)


async def test_a_reply_that_never_came_leaves_nothing(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp", sticky=5)))
    program.models.script.append([RuntimeError("the wire broke")])
    await program.turns.hear(said("Mira, tell me of the lamp."))
    await program.turns.idle()
    assert await rows(program, LoreRun) == []
    assert await rows(program, LoreFired) == []


async def test_the_log_holds_the_nearest_misses_and_the_rest_is_packed(program: Program) -> None:
    await summon(program, await make(program))
    many = [entry(f"Rule {number}", "Word " * 100, tokens=100) for number in range(160)]
    await attach(program, await book(program, *many))
    await ask(program)
    run, *_ = await rows(program, LoreRun)
    assert run.spent <= run.budget
    assert run.refused > 100
    assert run.rest
    async with program.database.work(Actor.turn(run.conversation_id)) as work:
        refused = await work.session.scalar(
            select(func.count()).where(LoreActivation.run_id == run.id, ~LoreActivation.was_included)
        )
    assert refused == 100
