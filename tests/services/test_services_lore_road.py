"""Lore on the way of a reply: which books count, that their words reach the model, and that it is all written down."""

import contextlib
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from bot.errors import Down
from bot.failpoints import Point
from bot.ports import Place, Rights
from bot.services.lore.engine.book import Choice, Filters, Mode, Source
from bot.services.lore.meanings.recall import Recall
from db.models import (
    AttachmentOverrides,
    LoreActivation,
    LoreBook,
    LoreEntry,
    LoreEntryUse,
    LoreFired,
    LoreRun,
    Persona,
    PersonaChoice,
    Visibility,
)
from db.work import Actor
from tests.services.lorecraft import FakeEmbedder, attach, book, edited, entry, learnt, prompt_text
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Crash, Program, make, said, summon
from tests.services.test_services_crash import dying_at, resume, streaming

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


async def persona(program: Program, owner_id: UUID, name: str) -> UUID:
    async with program.database.work(Actor.user(owner_id)) as work:
        row = Persona(owner_id=owner_id, name=name)
        work.session.add(row)
        await work.session.flush()
        return row.id


async def wear(program: Program, user_id: UUID, persona_id: UUID) -> None:
    room = program.hearing.room(TAVERN.channel_id)
    assert room is not None
    async with program.database.work(Actor.user(user_id)) as work:
        work.session.add(PersonaChoice(user_id=user_id, conversation_id=room.conversation_id, persona_id=persona_id))


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


# ------------------------------------------------------------------------------------------------ by meaning


async def test_an_entry_is_found_by_its_meaning_and_the_log_says_how_near_it_was(start: Callable[..., Program]) -> None:
    program = start(recall=Recall(FakeEmbedder()))
    await program.listening.start()
    await summon(program, await make(program))
    near, far = entry("Lamp", "Ysolde lit it.", mode=Mode.VECTOR), entry("Boats", "They sail.", mode=Mode.VECTOR)
    lights = await book(program, near, far, query_depth=1)
    await attach(program, lights)
    await learnt(program, lights)
    asked = await ask(program, "Mira, who brought the light?")
    assert "Ysolde lit it." in asked
    assert "They sail." not in asked
    (run,) = await rows(program, LoreRun)
    assert (run.model, run.threshold) == ("two-things", 0.5)
    found = {one.entry_name: one for one in await rows(program, LoreActivation)}
    assert (found["Lamp"].method, found["Lamp"].vector_similarity, found["Lamp"].score) == ("vector", 1.0, 1.0)
    await program.crash()


async def test_without_an_answer_of_the_embedding_model_the_reply_goes_on_and_the_log_tells(
    start: Callable[..., Program],
) -> None:
    embedder = FakeEmbedder()
    program = start(recall=Recall(embedder))
    await program.listening.start()
    await summon(program, await make(program))
    lights = await book(program, entry("Lamp", LAMP, mode=Mode.VECTOR), entry("Keyed", "By its key.", "light"))
    await attach(program, lights)
    await learnt(program, lights)
    embedder.trouble = Down("nobody answers", provider="two-things")
    asked = await ask(program, "Mira, who brought the light?")
    assert "By its key." in asked
    assert LAMP not in asked
    (run,) = await rows(program, LoreRun)
    assert [one["code"] for one in run.warnings] == ["meaning_down"]
    await program.crash()


async def test_a_books_own_threshold_stands_between_the_entrys_and_the_models(start: Callable[..., Program]) -> None:
    program = start(recall=Recall(FakeEmbedder()))
    await program.listening.start()
    await summon(program, await make(program))
    lights = await book(program, entry("Lamp", LAMP, mode=Mode.VECTOR), threshold=1.01)
    await attach(program, lights)
    await learnt(program, lights)
    assert LAMP not in await ask(program, "Mira, who brought the light?")
    await program.crash()


# ------------------------------------------------------------------------------------------------ for whom


async def test_a_persona_brings_its_books_only_where_it_is_worn(program: Program) -> None:
    await summon(program, await make(program))
    robin = await program.people.arrive(ROBIN)
    persona_id = await persona(program, robin, "Captain Robin")
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp")), persona_id=persona_id)
    assert LAMP not in await ask(program)
    await wear(program, robin, persona_id)
    assert LAMP in await ask(program)
    assert LAMP not in await ask(program, by=SASHA)


async def test_roles_of_who_asks_count_and_are_remembered_for_another_wording(program: Program) -> None:
    await summon(program, await make(program))
    guard = entry("Guard", LAMP, "lamp", filters=Filters(roles=Choice(frozenset({7}))))
    await attach(program, await book(program, guard))
    assert LAMP not in await ask(program)
    assert LAMP in await ask(program, rights=Rights(frozenset({7})))
    robin = await program.people.arrive(ROBIN)
    await program.control.regenerate(await program.why.last(TAVERN.channel_id, robin), robin, Rights())
    assert LAMP in prompt_text(program)


async def test_entries_look_into_the_characters_and_personas_texts(program: Program) -> None:
    await summon(program, await make(program))
    keeper = entry("Keepers", LAMP, "lanterns", sources=Source.DESCRIPTION)
    nowhere = entry("Nowhere", "Not there.", "lanterns", sources=Source.SCENARIO)
    await attach(program, await book(program, keeper, nowhere))
    asked = await ask(program, "Mira?")
    assert LAMP in asked
    assert "Not there." not in asked


async def test_a_key_may_hold_the_characters_name(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Self", LAMP, "{{char}}", sources=Source.USER)))
    assert LAMP in await ask(program, "Mira?")


async def test_a_book_with_thousands_of_entries_answers_too(program: Program) -> None:
    await summon(program, await make(program))
    many = [entry(f"Name {number}", f"Words {number}.", f"key{number}") for number in range(2500)]
    await attach(program, await book(program, *many))
    assert "Words 2411." in await ask(program, "Mira, key2411?")


# ------------------------------------------------------------------------------------------------ whatever happens


@pytest.mark.parametrize("point", list(Point))
async def test_a_restart_leaves_one_run_of_one_reply(start: Callable[..., Program], point: Point) -> None:
    first = start()
    await first.listening.start()
    await summon(first, await make(first))
    lamp = entry("Lamp", LAMP, "lamp", sticky=3)
    await attach(first, await book(first, lamp))
    await first.crash()
    doomed = start(passing=dying_at(point))
    await doomed.listening.start()
    doomed.models.script = [streaming(lambda: doomed)]
    with contextlib.suppress(Crash):
        await doomed.turns.hear(said("Mira, the lamp?"))
        await doomed.turns.idle()
        pytest.fail("it was to die")
    await doomed.crash()
    program = await resume(start)
    (run,) = await rows(program, LoreRun)
    assert [one.entry_id for one in await rows(program, LoreActivation)] == [lamp.id]
    assert [one.turn_id for one in await rows(program, LoreFired)] == [run.turn_id]
    assert [one.activated_count for one in await rows(program, LoreEntryUse)] == [1]


async def test_an_entry_deleted_while_the_model_speaks_breaks_nothing(program: Program) -> None:
    await summon(program, await make(program))
    lamp = entry("Lamp", LAMP, "lamp", sticky=3)
    await attach(program, await book(program, lamp))
    robin = await program.people.arrive(ROBIN)

    async def gone() -> None:
        async with program.database.work(Actor.user(robin)) as work:
            await work.session.execute(delete(LoreEntry).where(LoreEntry.id == lamp.id))

    program.models.script.append(["Well met. ", gone, "Sit down."])
    assert LAMP in await ask(program)
    assert program.channels.texts()[-1] == ("Mira", "Well met. Sit down.")
    (one,) = await rows(program, LoreActivation)
    assert (one.entry_name, one.was_included) == ("Lamp", True)
    assert await rows(program, LoreFired) == []


async def test_a_stopped_answer_keeps_its_log(program: Program) -> None:
    await summon(program, await make(program))
    await attach(program, await book(program, entry("Lamp", LAMP, "lamp")))
    robin = await program.people.arrive(ROBIN)

    async def stop() -> None:
        (running,) = program.turns._answering.all_running()
        await program.turns.stop(running.turn.turn_id, robin)

    program.models.script.append(["Well met. ", stop, "Never said."])
    await ask(program)
    assert len(await rows(program, LoreRun)) == 1
