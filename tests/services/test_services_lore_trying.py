"""A book tried without a conversation: decided as replies decide, for who may read it, and nothing is kept."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import func, select

from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.services.characters.previewing import sheet_of, snapshot_of
from bot.services.characters.whole import WholeCharacters
from bot.services.lore.engine.book import Choice, Filters, Position
from bot.services.lore.replies.trace import Trace
from bot.services.lore.replies.trying import LoreTrials, Trial, lines_of
from bot.services.people.personas import PersonaDraft, Personas
from bot.services.talk.compose_types import Asker, CharacterSheet
from bot.texts import Say
from db.ids import new_id
from db.models import LoreActivation, LoreFired, LoreRun, Visibility
from db.work import Actor
from tests.services.lorecraft import attach, book, entry
from tests.services.stagecraft import NOON, ROBIN, SASHA, FakePool, Program, make

SAY = Say("en")


def trials(program: Program) -> LoreTrials:
    return LoreTrials(
        program.database,
        program.lore,
        characters=WholeCharacters(program.characters),
        models=FakePool(program.models),
        clock=program.clock,
    )


async def tried(program: Program, book_id: UUID, said: str, **more: UUID) -> Trace:
    robin = await program.people.arrive(ROBIN)
    return await trials(program).of_book(robin, book_id, Trial(said, **more), SAY)


def names(trace: Trace) -> list[str]:
    return [line.name for line in trace.included]


async def test_a_book_tells_what_would_come_in_and_why_the_rest_would_not(program: Program) -> None:
    harbour = await book(
        program,
        entry("Always", "It is night."),
        entry("Lamp", "It burns oil.", "lamp"),
        entry("Moon", "Cheese.", "moon"),
        entry("Never", "Nothing.", "lamp", probability=0),
        entry("There", "Only there.", "lamp", filters=Filters(channels=Choice(frozenset({5})))),
    )
    trace = await tried(program, harbour, "Is the lamp lit?")
    assert (trace.is_dry, trace.turn_id) == (True, None)
    assert set(names(trace)) == {"Always", "Lamp"}
    assert {line.name: line.reason for line in trace.left_out} == {"Never": "die", "There": "channel"}
    assert trace.books[0].entries == 2
    async with program.database.work(Actor.job("test")) as work:
        for kept in (LoreRun, LoreActivation, LoreFired):
            assert await work.session.scalar(select(func.count()).select_from(kept)) == 0


async def test_paragraphs_are_messages_and_the_characters_own_are_its(program: Program) -> None:
    mira = await make(program)
    harbour = await book(program, entry("Lamp", "Oil.", "lamp"), entry("Moon", "Cheese.", "moon"), scan_depth=1)
    assert names(await tried(program, harbour, "The lamp!\n\nAnd now?")) == []
    assert names(await tried(program, harbour, "And now?\n\nThe lamp!")) == ["Lamp"]
    trace = await tried(program, harbour, "Well?\n\nMira: The moon!", character_id=mira)
    assert names(trace) == ["Moon"]
    assert trace.included[0].found is not None
    assert trace.included[0].found.speaker == "Mira"
    lines = lines_of("A: b\n\n\n Mira : Ho\nhum\n\nHi", CharacterSheet("Mira"), Asker("Robin"))
    assert [(one.speaker, one.text, one.is_character) for one in lines] == [
        ("Robin", "A: b", False), ("Mira", "Ho\nhum", True), ("Robin", "Hi", False),
    ]  # fmt: skip


async def test_a_characters_own_books_count_beside_it_and_a_persona_is_worn(program: Program) -> None:
    mira = await make(program)
    other = await book(program, entry("Stairs", "There are many.", "lamp"), name="The tower")
    await attach(program, other, character_id=mira)
    async with program.people.at_work(ROBIN) as (robin, work):
        mask = await Personas(program.characters.pictures).create(work, robin, PersonaDraft("Captain", "Old"))
    only = entry("Secret", "For captains.", "lamp", filters=Filters(personas=Choice(frozenset({mask.id}))))
    harbour = await book(program, only)
    assert names(await tried(program, harbour, "The lamp?")) == []
    assert names(await tried(program, harbour, "The lamp?", character_id=mira)) == ["Stairs"]
    trace = await tried(program, harbour, "The lamp?", character_id=mira, persona_id=mask.id)
    assert set(names(trace)) == {"Secret", "Stairs"}
    assert [one.name for one in trace.books] == ["The harbour", "The tower"]


async def test_the_preview_of_a_character_is_told_what_its_books_would_tell(program: Program) -> None:
    mira = await make(program)
    tower = await book(program, entry("Stairs", "There are many.", "stairs", position=Position.AFTER_CHARACTER))
    await attach(program, tower, character_id=mira)
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    sheet = sheet_of({"name": "Mira", "definition": "A keeper."}, nameless="?")
    snapshot = snapshot_of(sheet, asker=Asker("Robin"), said="How many stairs?", model="parrot", now=NOON)
    told = await trials(program).beside(robin, mira, snapshot, program.models)
    assert [one.text for one in told] == ["There are many."]
    assert await trials(program).beside(robin, None, snapshot, program.models) == ()
    # Whoever may not read the book is told nothing of it, though it is attached.
    assert await trials(program).beside(sasha, mira, snapshot, program.models) == ()


async def test_only_what_is_theirs_to_read_can_be_tried(program: Program) -> None:
    mira = await make(program)
    harbour = await book(program, entry("Lamp", "Oil.", "lamp"))
    public = await book(program, entry("Lamp", "Oil.", "lamp"), visibility=Visibility.PUBLIC)
    sasha = await program.people.arrive(SASHA)
    assert names(await trials(program).of_book(sasha, public, Trial("Lamp"), SAY)) == ["Lamp"]
    for book_id, character_id in ((harbour, None), (new_id(), None), (public, mira), (public, new_id())):
        with pytest.raises((NotFound, NotAllowed)):
            await trials(program).of_book(sasha, book_id, Trial("Lamp", character_id), SAY)
    with pytest.raises(NotFound):
        await trials(program).of_book(sasha, public, Trial("Lamp", None, new_id()), SAY)
    with pytest.raises(InvalidInput, match="nothing can be seen"):
        await tried(program, harbour, " \n ")
