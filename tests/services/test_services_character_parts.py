"""The texts of a character that cards know: typed, filled by a card, refused, and shown again as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.errors import InvalidInput, NotAllowed
from bot.services.characters import CardFields, CharacterDraft, Part, PartDraft
from bot.services.characters.examples import Exchange, read_examples
from bot.services.characters.greetings import Company, greeting_for
from bot.services.characters.parts import NAMES, read_greetings, write_greetings
from bot.texts import Say
from db.models import Character
from db.models.characters import DepthNote
from tests.services.stagecraft import ROBIN, SASHA, Program, make

LONG = "You keep the lamp. " * 1600
CARD = CardFields(
    definition=LONG,
    personality="Kind.",
    scenario="Night.",
    last_instructions="{{original}} Be brief.",
    greeting="Hello.",
    other_greetings=("Hm?", "Ahoy."),
    group_greetings=("Am I late?",),
    note=DepthNote(text="Tired.", depth=2, role="user"),
    examples="<START>\n{{user}}: Hi\n{{char}}: Ho\nand more\n<START>\n{{char}}: Alone.",
    creator_notes="Play it slow.",
    card_creator="Robin",
    card_version="2",
    card_spec="v2",
    card={"spec": "chara_card_v2"},
)


async def test_every_part_is_shown_as_it_was_put(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        for part in Part:
            typed = "You: Who?\nMira: Me." if part is Part.EXAMPLES else f"It is {part}."
            await program.characters.put(work, robin, mira, part, PartDraft(typed, "7", "assistant"))
            shown = await program.characters.part_of(work, robin, mira, part)
            assert (shown.part, shown.character, shown.draft.text, shown.fits_a_form) == (part, "Mira", typed, True)
        note = (await program.characters.part_of(work, robin, mira, Part.NOTE)).draft
        assert (note.depth, note.role) == ("7", "assistant")
        card = await program.characters.card(work, robin, mira)
        assert card.behind is not None
        assert {part for part, _ in card.behind.parts} == set(Part) == set(NAMES)


async def test_a_card_fills_all_of_them_and_is_longer_than_a_form(program: Program) -> None:
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await program.characters.create(work, robin, CharacterDraft("Mira", "Keeper"), card=CARD)
        long = await program.characters.part_of(work, robin, made.id, Part.DEFINITION)
        assert (long.draft.text, long.fits_a_form) == (LONG.strip(), False)
        examples = await program.characters.part_of(work, robin, made.id, Part.EXAMPLES)
        assert examples.draft.text == "You: Hi\nMira: Ho\nand more\n\nMira: Alone."
        several = await program.characters.part_of(work, robin, made.id, Part.OTHER_GREETINGS)
        assert several.draft.text == "Hm?\n=====\nAhoy."
        again = await program.characters.fill(work, robin, made.id, CardFields(scenario="Day.", greeting=""))
        assert again.greeting == ""
        assert (await program.characters.part_of(work, robin, made.id, Part.SCENARIO)).draft.text == "Day."
        assert (await program.characters.part_of(work, robin, made.id, Part.PERSONALITY)).draft.text == "Kind."


async def test_the_form_keeps_examples_that_it_could_not_take(program: Program) -> None:
    several = "\n\n".join(f"You: {n}?\nMira: {n}." for n in range(20))
    async with program.people.at_work(ROBIN) as (robin, work):
        card = replace(CARD, examples=several)
        made = await program.characters.create(work, robin, CharacterDraft("Mira"), card=card)
        draft = await program.characters.draft_of(work, robin, made.id)
        await program.characters.edit(work, robin, made.id, replace(draft, description="Other"))
        assert (await program.characters.draft_of(work, robin, made.id)).examples == several
        with pytest.raises(InvalidInput, match="at most 8 exchanges"):
            await program.characters.edit(
                work, robin, made.id, replace(draft, examples=several + "\n\nMira: one more.")
            )


async def test_somebody_must_be_left(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(InvalidInput, match="nobody would know who this is"):
            await program.characters.put(work, robin, mira, Part.SYSTEM_PROMPT, PartDraft(""))
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.put(work, robin, mira, Part.DEFINITION, PartDraft("You are Mira."))
        await program.characters.put(work, robin, mira, Part.SYSTEM_PROMPT, PartDraft(""))
        with pytest.raises(InvalidInput, match="nobody would know who this is"):
            await program.characters.put(work, robin, mira, Part.DEFINITION, PartDraft(""))
    async with program.people.at_work(ROBIN) as (robin, work):
        with pytest.raises(InvalidInput, match="nobody would know who this is"):
            await program.characters.create(work, robin, CharacterDraft("Juno"), card=CardFields(greeting="Hi"))


async def test_nobody_else_reads_or_changes_them(program: Program) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        await program.characters.publish(work, robin, mira, is_adult=False)
    async with program.people.at_work(SASHA) as (sasha, work):
        with pytest.raises(NotAllowed):
            await program.characters.part_of(work, sasha, mira, Part.DEFINITION)
        with pytest.raises(NotAllowed):
            await program.characters.put(work, sasha, mira, Part.DEFINITION, PartDraft("x"))
        with pytest.raises(NotAllowed):
            await program.characters.fill(work, sasha, mira, CARD)
        assert (await program.characters.card(work, sasha, mira)).behind is None


@pytest.mark.parametrize(
    ("part", "draft", "sentence"),
    [
        (
            Part.DEFINITION,
            PartDraft("x" * 32_001),
            "Definition: at most 32000 characters are allowed; you wrote 32001.",
        ),
        (Part.SCENARIO, PartDraft("\u200b"), "Scenario: nothing can be seen there."),
        (Part.NOTE, PartDraft("x", "101"), "Depth: write a whole number from 0 (after the last message) to 100."),
        (Part.NOTE, PartDraft("x", "-1"), "Depth: write a whole number"),
        (Part.NOTE, PartDraft("x", "1", "narrator"), "There is no such role for a note."),
        (Part.OTHER_GREETINGS, PartDraft("\n=====\n".join(map(str, range(51)))), "Other greetings: at most 50"),
        (Part.OTHER_GREETINGS, PartDraft("a\n=====\n" + "x" * 8001), "Other greetings: at most 8000 characters"),
        (Part.EXAMPLES, PartDraft("nobody speaks"), "Examples: begin with"),
        (Part.PERSONALITY, PartDraft("\u202eevil"), "Personality: there is a hidden character (U+202E)"),
    ],
)
async def test_what_cannot_be_kept_is_said_and_nothing_changed(
    program: Program, part: Part, draft: PartDraft, sentence: str
) -> None:
    mira = await make(program)
    async with program.people.at_work(ROBIN) as (robin, work):
        before = await program.characters.part_of(work, robin, mira, part)
        with pytest.raises(InvalidInput) as refused:
            await program.characters.put(work, robin, mira, part, draft)
        assert sentence in Say().error(refused.value)
        assert await program.characters.part_of(work, robin, mira, part) == before


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool), max_size=5))
def test_greetings_on_one_text_are_read_back(greetings: list[str]) -> None:
    kept = [one for one in greetings if "=====" not in one]
    assert read_greetings(write_greetings(kept)) == tuple(kept)


def test_chance_is_repeatable_and_reaches_every_greeting() -> None:
    mira = Character(name="Mira", greeting="a", other_greetings=["b", "c"], group_greetings=["d"])
    said = {greeting_for(mira, Company(seed=n), 0) for n in range(60)}
    assert said == {"a", "b", "c", "d"}
    assert greeting_for(mira, Company(seed=5), 0) == greeting_for(mira, Company(seed=5), 0)
    assert greeting_for(mira, Company(is_group=True)) == "d"
    assert greeting_for(mira, Company(is_group=True), 2) == "b"
    silent = Character(name="Mira", greeting="", other_greetings=[], group_greetings=[])
    assert greeting_for(silent, Company(), 0) == ""
    assert limits.OTHER_GREETINGS_MAX == 50


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("A lonely place.", ()),
        ("{{user}}: Hi\n{{char}}: Ho", (Exchange("Hi", "Ho"),)),
        (
            "<START>\nMira: One.\nMira: Two.\nAlex: Hm?\nMira: Three.",
            (Exchange("", "One.\nTwo."), Exchange("Hm?", "Three.")),
        ),
        ("{{user}}: Hi\n<start>\n{{char}}: Ho", (Exchange("", "Ho"),)),
        ("*rain*\n{{char}}: Ho\nNote: not a speaker", (Exchange("", "Ho\nNote: not a speaker"),)),
    ],
)
def test_examples_of_cards_are_read_whatever_they_are(text: str, found: tuple[Exchange, ...]) -> None:
    assert read_examples(text, "Mira", ("Alex",)) == found
    if text and not found:
        assert read_examples(text, "Mira", prose=True) == (Exchange("", text),)
