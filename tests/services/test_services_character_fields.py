"""For every field a maker can set: only it is changed, and a prompt, a reply, a face or a page is another one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bot.errors import InvalidInput, NotAllowed, NotFound
from bot.ports import Place
from bot.services.characters import CharacterDraft, Characters, DetailsDraft, Part, PartDraft
from bot.services.characters.details import CHOOSABLE
from bot.services.characters.directory import Search
from bot.services.characters.pictures import decode
from db.models import Character
from db.work import Work
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, said, summon, until
from tests.services.test_services_pictures import drawn

Change = Callable[[Characters, Work, UUID, UUID], Awaitable[object]]

WRITTEN = CharacterDraft("Mira", "Keeper of lanterns", "You are Mira.", "Hello.", "You: Who?\nMira: Me.")


def form(**fields: str) -> Change:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.edit(work, by, one, replace(WRITTEN, **fields))

    return change


def details(**fields: str) -> Change:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.detail(work, by, one, DetailsDraft(**fields))

    return change


def choice(field: str, value: str) -> Change:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.choose(work, by, one, field, value)

    return change


def temperature(value: float) -> Change:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.speak_with(work, by, one, temperature=value)

    return change


def part(which: Part, text: str, depth: str = "", role: str = "") -> Change:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.put(work, by, one, which, PartDraft(text, depth, role))

    return change


async def nothing(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
    return await characters.edit(work, by, one, WRITTEN)


PROMPTED: dict[str, Change] = {
    "name": form(name="Mirabel", examples="You: Who?\nMirabel: Me."),
    "description": form(description="Keeper of clocks"),
    "system_prompt": form(system_prompt="You are Mira, and you are cross."),
    "examples": form(examples="You: Who?\nMira: Nobody."),
    "nickname": details(nickname="Captain"),
    "age": details(age="34"),
    "phrases": details(phrases="Mind the third stair."),
    "temperature": temperature(1.5),
    "definition": part(Part.DEFINITION, "You came over the sea."),
    "personality": part(Part.PERSONALITY, "Patient, a little vain."),
    "scenario": part(Part.SCENARIO, "It is night, and the lamp is out."),
    "last_instructions": part(Part.LAST_INSTRUCTIONS, "Never ask twice. {{original}}"),
    "note": part(Part.NOTE, "You are tired by now."),
    "creator_notes": part(Part.CREATOR_NOTES, "Best on a rainy day."),
    "card_version": part(Part.CARD_VERSION, "2.1"),
    **{f"{field}={option.value}": choice(field, option.value) for field, kind in CHOOSABLE.items() for option in kind},
}


async def asked(program: Program, place: Place, character_id: UUID) -> Any:
    """What the model is asked when somebody speaks to the character in a place of its own, without the ids."""
    await summon(program, character_id, place=place)
    await program.turns.hear(said("Who are you?", place=place, mentions_us=True))
    await program.turns.idle()
    request = program.models.asked[-1]
    texts = tuple((one.role, one.content, one.name) for one in request.prompt.messages)
    sampling = (request.temperature, request.top_p, request.presence_penalty, request.frequency_penalty)
    return texts, sampling, request.max_tokens


async def both(program: Program, change: Change) -> tuple[Any, Any]:
    """What is asked before and after a change."""
    mira = await make(program, greeting="Hello.", examples=WRITTEN.examples)
    async with program.people.at_work(ROBIN) as (user_id, work):
        quoting = PartDraft("Your maker's notes: {{creatorNotes}} (version {{charVersion}})")
        await program.characters.put(work, user_id, mira, Part.DEFINITION, quoting)
    before = await asked(program, TAVERN, mira)
    robin = await program.people.arrive(ROBIN)
    await program.conversations.dismiss(robin, TAVERN, mira)
    async with program.people.at_work(ROBIN) as (user_id, work):
        await change(program.characters, work, user_id, mira)
    return before, await asked(program, PARLOUR, mira)


@pytest.mark.parametrize("field", PROMPTED)
async def test_every_field_of_the_prompt_changes_it(program: Program, field: str) -> None:
    before, after = await both(program, PROMPTED[field])
    assert before != after


async def test_the_control_changes_nothing(program: Program) -> None:
    before, after = await both(program, nothing)
    assert before == after


async def test_the_greeting_is_what_is_said_first(program: Program) -> None:
    await both(program, form(greeting="Mind the stair."))
    assert [words for _, words in program.channels.texts()][::2] == ["Hello.", "Mind the stair."]


@pytest.mark.parametrize("to", [("3", ""), ("4", "user"), ("", "assistant")])
async def test_depth_and_role_of_the_note_change_the_prompt(program: Program, to: tuple[str, str]) -> None:
    mira = await make(program, greeting="Hello.")
    seen: list[object] = []
    for place, depth, role in ((TAVERN, "0", "system"), (PARLOUR, *to)):
        async with program.people.at_work(ROBIN) as (robin, work):
            await program.characters.put(work, robin, mira, Part.NOTE, PartDraft("You are tired.", depth, role))
        seen.append(await asked(program, place, mira))
    assert seen[0] != seen[1]


async def greeted(program: Program, number: int | None, place: Place, mira: UUID) -> str:
    """What she says when she comes."""
    robin = await program.people.arrive(ROBIN)
    await program.conversations.summon(robin, place, mira, interaction_id=place.channel_id, greeting=number)
    await program.turns.idle()
    return program.channels.texts()[-1][1]


async def test_other_greetings_are_chosen_by_number_or_chance(program: Program) -> None:
    mira = await make(program, greeting="Hello.")
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.put(work, robin, mira, Part.OTHER_GREETINGS, PartDraft("Hm?\n=====\nAhoy, {{user}}."))
        assert await program.characters.directory.greetings(work, robin, mira) == ("Hello.", "Hm?", "Ahoy, {{user}}.")
    assert await greeted(program, None, TAVERN, mira) == "Hello."
    assert await greeted(program, 3, PARLOUR, mira) == "Ahoy, Robin."
    by_chance = {await greeted(program, 0, Place(1, 800 + n, 800 + n), mira) for n in range(6)}
    assert len(by_chance) > 1
    assert by_chance <= {"Hello.", "Hm?", "Ahoy, Robin."}
    with pytest.raises(InvalidInput, match="Mira has 3 greetings"):
        await greeted(program, 4, Place(1, 900, 900), mira)


async def test_in_a_group_one_of_its_greetings_for_groups_is_said(program: Program) -> None:
    mira = await make(program, greeting="Hello.")
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.put(work, robin, mira, Part.GROUP_GREETINGS, PartDraft("Am I late?"))
    assert await greeted(program, None, TAVERN, mira) == "Hello."
    await summon(program, await make(program, name="Juno", greeting=""), place=PARLOUR)
    assert await greeted(program, None, PARLOUR, mira) == "Am I late?"


async def test_a_change_reaches_a_conversation_that_goes_on(program: Program) -> None:
    mira = await make(program, greeting="")
    await summon(program, mira)
    assert not await program.turns.hear(said("Captain, are you there?"))
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.edit(work, robin, mira, replace(WRITTEN, name="Mirabel", examples=""))
        await program.characters.detail(work, robin, mira, DetailsDraft(nickname="Captain"))
    await heard_of(program, "Captain")
    assert await program.turns.hear(said("Captain, are you there?"))
    await program.turns.idle()
    assert program.channels.texts() == [("Mirabel", "Well met.")]


async def heard_of(program: Program, nickname: str) -> None:
    """Until this process was told of a change, as every other one is: by the database."""
    await until(lambda: any(one.nickname == nickname for one in program.turns.listeners(TAVERN.channel_id)))


async def test_a_picture_is_worn_by_the_next_reply(program: Program) -> None:
    mira = await make(program, greeting="Hello.")
    await asked(program, TAVERN, mira)
    picture = decode(drawn("PNG"))
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.wear(work, robin, mira, picture)
    await asked(program, PARLOUR, mira)
    faces = [one.scene.face.picture_sha256 for one in program.stage.performances]
    assert faces[0] is None
    assert faces[-1] == picture.sha256


async def test_a_model_is_the_one_that_is_asked(program: Program) -> None:
    async def change(characters: Characters, work: Work, by: UUID, one: UUID) -> object:
        return await characters.speak_with(work, by, one, model="scripted/owl")

    picked = program.turns._answering._models.picked  # type: ignore[attr-defined]
    await both(program, change)
    assert picked[0] == (None, None)
    assert picked[-1] == ("scripted", "owl")


async def test_tags_publishing_and_reserving_change_what_others_find(program: Program) -> None:
    mira = await make(program, greeting="")

    async def found(tag: str = "", *, adults: bool = True) -> int:
        async with program.people.at_work(SASHA) as (sasha, work):
            return (await program.characters.directory.discover(work, sasha, Search("", tag, adults=adults))).total

    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.publish(work, robin, mira, is_adult=False)
    assert (await found(), await found("cozy")) == (1, 0)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.tag(work, robin, mira, "Cozy")
    assert await found("cozy", adults=False) == 1
    async with program.people.at_work(ROBIN) as (robin, work):
        reserved = await program.characters.reserve(work, robin, mira, is_adult=True)
    assert (await found(adults=False), await found()) == (0, 1)
    with pytest.raises(NotAllowed):
        program.characters.refuse_entry(reserved, taken=(), is_age_restricted=False)
    program.characters.refuse_entry(reserved, taken=(), is_age_restricted=True)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.unpublish(work, robin, mira)
    assert await found() == 0
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotFound):
            await program.characters.card(work, sasha, mira)


def test_no_field_was_forgotten() -> None:
    """Whoever gives characters another column says here how it shows."""
    shown = {name.partition("=")[0] for name in PROMPTED} | {"greeting", "picture_id", "provider", "model", "tags"}
    shown |= {"other_greetings", "group_greetings"}
    shown |= {"visibility", "published_at", "is_adult", "deleted_at", "slug", "search_words"}
    # By these directories are sorted; triggers keep them (test_services_popularity).
    shown |= {"popularity", "rating"}
    # What only a card says goes back into the file it is exported to (tests/cards).
    kept = {"id", "owner_id", "is_demo", "created_at", "updated_at", "card", "card_spec", "card_creator"}
    columns = {column.name for column in Character.__table__.columns} - kept - {"traits"}
    assert columns == shown - (set(CHOOSABLE) - {"gender"})
