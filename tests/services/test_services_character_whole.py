"""All of a character on one form: shown, saved field by field, refused as a whole, and never over somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from bot import limits
from bot.errors import InvalidInput, NotAllowed, NotFound, UserError
from bot.services.characters import Part
from bot.services.characters.whole import EMPTY, FIELDS, Whole, WholeCharacters
from bot.services.editing import ChangedMeanwhile, SeveralWrong, differing, mark_of, refuse_changed
from db.ids import new_id
from tests.services.stagecraft import ROBIN, SASHA, Program, make

EVERYTHING = {
    "name": "Mira of the Lamp",
    "nickname": "Mira",
    "description": "Keeps the lighthouse",
    "tags": "harbour, light",
    "gender": "female",
    "age": "61",
    "is_adult": "yes",
    "system_prompt": "You are Mira.",
    "definition": "Mira has kept the lamp for forty years.",
    "personality": "Patient.",
    "scenario": "Night, and a storm.",
    "last_instructions": "Be brief.",
    "note": "You are tired.",
    "note_depth": "7",
    "note_role": "assistant",
    "tone": "wise",
    "formality": "casual",
    "humor": "light",
    "style": "storytelling",
    "length": "short",
    "creativity": "creative",
    "knowledge": "generous",
    "phrases": "Mind the step.\nThe light never sleeps.",
    "examples": "You: Hello?\nMira of the Lamp: Up here.",
    "greeting": "Who climbs my stairs?",
    "other_greetings": "Ahoy.\n=====\nHm?",
    "group_greetings": "Am I late?",
    "model": "scripted/owl",
    "temperature": "0.7",
    "creator_notes": "Play it slow.",
    "card_version": "2",
}


def whole(program: Program) -> WholeCharacters:
    return WholeCharacters(program.characters)


async def saved(program: Program, character: Any, typed: dict[str, str], **more: Any) -> Whole:
    async with program.people.at_work(ROBIN) as (robin, work):
        return await whole(program).save(work, robin, character, typed, **more)


async def refusal(program: Program, character: Any, typed: dict[str, str], **more: Any) -> UserError:
    with pytest.raises(UserError) as refused:
        await saved(program, character, typed, **more)
    return refused.value


def test_the_form_has_every_field_and_nothing_else() -> None:
    assert set(EVERYTHING) == set(FIELDS) == set(EMPTY)
    assert {part.value for part in Part} <= set(FIELDS)


async def test_everything_typed_at_once_is_kept_and_shown_as_typed(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await whole(program).create(work, robin, EVERYTHING)
    assert made.typed == EVERYTHING
    async with program.people.at_work(ROBIN) as (robin, work):
        again = await whole(program).get(work, robin, made.character.id)
        card = await program.characters.card(work, robin, made.character.id)
    assert (again.typed, again.mark) == (EVERYTHING, made.mark)
    assert card.behind is not None
    assert (card.behind.provider, card.behind.model, card.behind.temperature) == ("scripted", "owl", 0.7)


async def test_saving_what_is_shown_changes_nothing_and_emptying_everything_leaves_the_bones(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await whole(program).create(work, robin, EVERYTHING)
    browsers = {name: value.replace("\n", "\r\n") for name, value in made.typed.items()}
    assert (await saved(program, made.character.id, browsers)).typed == EVERYTHING
    bare = {**EMPTY, "name": "Mira", "definition": "Only this."}
    assert (await saved(program, made.character.id, bare)).typed == bare


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"system_prompt": "A", "definition": ""}, {"system_prompt": "", "definition": "B"}),
        ({"system_prompt": "", "definition": "B"}, {"system_prompt": "A", "definition": ""}),
        ({"system_prompt": "", "definition": "B"}, {"system_prompt": "", "definition": "C"}),
        ({"model": "scripted/owl", "temperature": "0.7"}, {"model": "", "temperature": "0.7"}),
        ({"model": "scripted/owl", "temperature": "0.7"}, {"model": "scripted/parrot", "temperature": ""}),
        ({"temperature": "0.7"}, {"temperature": ""}),
        ({"note": "A", "note_depth": "1"}, {"note": "A", "note_depth": "0", "note_role": "user"}),
    ],
)
async def test_fields_that_hang_together_change_places(
    program: Program, before: dict[str, str], after: dict[str, str]
) -> None:
    start = {**EMPTY, "name": "Mira", "system_prompt": "You are Mira.", **before}
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await whole(program).create(work, robin, start)
    assert made.typed == start
    assert (await saved(program, made.character.id, {**start, **after})).typed == {**start, **after}


async def test_examples_follow_a_name_that_changes_with_them(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await whole(program).create(work, robin, EVERYTHING)
    kept = await saved(program, made.character.id, {"name": "Marina"})
    assert kept.typed["examples"] == "You: Hello?\nMarina: Up here."
    both = {"name": "Maren", "examples": "You: And now?\nMaren: Still here.\nYou: Who?\nMarina: Me."}
    kept = await saved(program, made.character.id, both)
    assert kept.typed["examples"] == "You: And now?\nMaren: Still here.\n\nYou: Who?\nMaren: Me."


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_kept(program: Program) -> None:
    mira = await make(program)
    wrong = {"name": "M", "age": "young", "tags": "x", "note_depth": "deep", "temperature": "9", "tone": "loud",
             "greeting": "Hm.", "description": "New"}  # fmt: skip
    error = await refusal(program, mira, wrong)
    assert isinstance(error, SeveralWrong)
    assert [one.field for one in error.errors] == [None, "name", "tags", "age", "note", "temperature"]
    assert all("{" not in str(one) for one in error.errors)
    async with program.people.at_work(ROBIN) as (robin, work):
        assert (await whole(program).get(work, robin, mira)).typed["description"] != "New"
    assert (await refusal(program, mira, {"age": "-1"})).field == "age"
    assert (await refusal(program, mira, {"system_prompt": "x" * (limits.SYSTEM_PROMPT_MAX + 1)})).field == (
        "system_prompt"
    )


async def test_a_name_that_one_has_already_is_a_conflict_at_its_field(program: Program) -> None:
    await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await whole(program).create(work, robin, {"name": "Tock", "system_prompt": "You tick."})
    assert (await refusal(program, made.character.id, {"name": "Mira", "age": "x"})).code == "same_name"


async def test_of_two_tabs_the_second_is_shown_what_the_first_saved(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        opened = await whole(program).get(work, robin, mira)
    first = await saved(program, mira, {"personality": "Kind."}, mark=opened.mark)
    assert first.mark != opened.mark
    with pytest.raises(ChangedMeanwhile) as refused:
        await saved(program, mira, {"personality": "Stern."}, mark=opened.mark)
    assert refused.value.now == first.typed
    assert (await saved(program, mira, {"personality": "Stern."}, mark=first.mark)).typed["personality"] == "Stern."


async def test_nobody_else_sees_or_saves_it(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(SASHA) as (sasha, work):
        for there in (mira, new_id()):
            with pytest.raises((NotFound, NotAllowed)):
                await whole(program).get(work, sasha, there)
            with pytest.raises((NotFound, NotAllowed)):
                await whole(program).save(work, sasha, there, {"name": "Mine"})


def test_a_mark_tells_every_change_of_what_is_shown() -> None:
    shown = {"name": "Mira", "age": ""}
    assert mark_of(shown) == mark_of({"age": "", "name": "Mira"})
    assert mark_of(shown) != mark_of({**shown, "age": "1"})
    refuse_changed(shown, None)
    refuse_changed(shown, mark_of(shown))
    with pytest.raises(ChangedMeanwhile):
        refuse_changed(shown, "")
    assert differing(shown, {"name": " Mira ", "age": "2"}) == {"age": "2"}


def test_one_thing_that_is_wrong_is_told_as_itself() -> None:
    assert not isinstance(InvalidInput("x", "y"), SeveralWrong)
