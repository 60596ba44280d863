"""/character edit with a part: each text of a character typed, sent as a file, shown again, and refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import simcord

from bot.services.characters import CardFields, Part, PartDraft
from bot.services.characters.parts import NAMES
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_bad_input import typed_in
from tests.cogs.test_cogs_characters import FILLED, create, last, words
from tests.services.stagecraft import ROBIN

LONG = ("You keep the lamp. " * 300).strip()


async def edit(town: Town, part: str | None = None, **options: Any) -> simcord.InteractionResult:
    chosen = {} if part is None else {"part": part}
    return await town.robin.slash(town.channel, "character edit", character="Mira", **chosen, **options)


async def stored(town: Town, part: Part) -> PartDraft:
    async with town.program.people.at_work(await robin(town)) as (user_id, work):
        chosen = await town.program.characters.chosen(work, user_id, "Mira")
        return (await town.program.characters.part_of(work, user_id, chosen, part)).draft


async def robin(town: Town) -> Any:
    return ROBIN.__class__(town.robin.id, "robin", "robin")


def shown(result: simcord.InteractionResult) -> str:
    told = last(result)
    return told.content + str([one.to_dict() for one in told.embeds])


@pytest.mark.parametrize("part", [one for one in Part if one is not Part.NOTE])
async def test_each_part_is_typed_into_a_form_that_opens_as_it_is(town: Town, part: Part) -> None:
    await create(town, town.robin)
    text = "You: Hm?\nMira: Hm." if part is Part.EXAMPLES else f"My {part}."
    kept = await town.robin.submit_modal(await edit(town, part.value), {"text": text})
    assert NAMES[part] in words(kept)
    assert text.splitlines()[-1] in words(kept)
    assert (await stored(town, part)).text == text
    again = await edit(town, part.value)
    assert again.modal is not None
    assert typed_in(again.modal)["text"] == text


async def test_the_note_has_its_place(town: Town) -> None:
    await create(town, town.robin)
    form = await edit(town, "note")
    values = {"text": "Tired.", "depth": "2", "role": ["user"]}
    assert "Note" in words(await town.robin.submit_modal(form, values))
    kept = await stored(town, Part.NOTE)
    assert (kept.text, kept.depth, kept.role) == ("Tired.", "2", "user")
    refused = await town.robin.submit_modal(await edit(town, "note"), {**values, "depth": "deep"})
    assert "Depth: write a whole number from 0" in words(refused)
    mend = await town.robin.click(last(refused), label="Mend")
    assert mend.modal is not None
    assert typed_in(mend.modal)["depth"] == "deep"


async def test_a_longer_text_comes_and_goes_as_a_file(town: Town) -> None:
    await create(town, town.robin)
    sent = await edit(town, "definition", file=("mira.txt", ("\ufeff" + LONG).encode()))
    assert f"**Mira** is changed, here and now. Definition ({len(LONG)} characters):" in words(sent)
    assert (await stored(town, Part.DEFINITION)).text == LONG
    opened = await edit(town, "definition")
    assert opened.modal is None
    assert "more than a form holds (4000)" in words(opened)
    (file,) = last(opened).attachments
    assert file.filename == "definition.txt"


async def test_the_form_leaves_out_what_it_would_cut_off_and_says_so(town: Town) -> None:
    await create(town, town.robin)
    await edit(town, "system_prompt", file=("mira.txt", LONG.encode()))
    form = await edit(town)
    assert form.modal is not None
    assert "Left out here, since it is longer than a form holds: Instructions." in str(form.modal)
    typed = {name: text for name, text in FILLED.items() if name != "system_prompt"}
    assert typed_in(form.modal) == typed
    assert "is changed" in shown(await town.robin.submit_modal(form, {**typed, "description": "Other"}))
    assert (await stored(town, Part.SYSTEM_PROMPT)).text == LONG


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"part": "nonsense"}, "Choose which of its texts to change"),
        ({"file": ("a.txt", b"x")}, "Choose which of its texts to change"),
        ({"part": "definition", "file": ("a.bin", b"\xff\xfe\x00")}, "a.bin is no plain text"),
        ({"part": "definition", "file": ("a.txt", b"x" * 300_000)}, "a.txt is too large: 256 kB at most."),
        ({"part": "scenario", "file": ("a.txt", b"x" * 33_000)}, "Scenario: at most 32000 characters"),
    ],
)
async def test_what_cannot_be_taken_is_said(town: Town, options: dict[str, Any], sentence: str) -> None:
    await create(town, town.robin)
    assert sentence in words(await edit(town, **options))


async def test_parts_are_suggested_by_their_names(town: Town) -> None:
    await create(town, town.robin)
    every = await town.robin.autocomplete(town.channel, "character edit", "part", "")
    assert {one["value"] for one in every} == set(Part)
    (one,) = await town.robin.autocomplete(town.channel, "character edit", "part", "scen")
    assert one == {"name": "Scenario", "value": "scenario"} | one


async def test_its_maker_sees_what_there_is_and_others_the_notes_for_them(town: Town) -> None:
    await create(town, town.robin)
    await edit(town, "other_greetings", file=("a.txt", b"Ahoy.\n=====\nHm?"))
    await edit(town, "creator_notes", file=("a.txt", b"Play it slow."))
    await edit(town, "definition", file=("a.txt", b"Secret."))
    mine = shown(await town.robin.slash(town.channel, "character show", character="Mira"))
    assert "Other greetings: 2 greetings" in mine
    assert "Examples: 1 exchange" in mine
    await town.robin.slash(town.channel, "character publish", character="Mira")
    async with town.program.people.at_work(await robin(town)) as (user_id, work):
        mira = await town.program.characters.chosen(work, user_id, "Mira")
        await town.program.characters.publish(work, user_id, mira, is_adult=False)
    theirs = shown(await town.sasha.slash(town.channel, "character show", character=str(mira)))
    assert "Play it slow." in theirs
    assert "Secret" not in theirs
    assert "Texts" not in theirs


async def test_who_summons_chooses_a_greeting(town: Town) -> None:
    await create(town, town.robin)
    await edit(town, "other_greetings", file=("a.txt", b"Ahoy.\n=====\nHm?"))
    offered = await town.robin.autocomplete(town.channel, "character summon", "greeting", "", character="Mira")
    assert [(one["name"], one["value"]) for one in offered] == [
        ("any of them", 0),
        ("1: Mind the third stair, {{user}}.", 1),
        ("2: Ahoy.", 2),
        ("3: Hm?", 3),
    ]
    refused = await town.robin.slash(town.channel, "character summon", character="Mira", greeting=4)
    assert "Mira has 3 greetings" in words(refused)
    await town.robin.slash(town.channel, "character summon", character="Mira", greeting=2)
    await town.settle()
    assert town.program.channels.texts() == [("Mira", "Ahoy.")]


async def test_a_card_that_fills_everything_is_shown_and_opened(town: Town) -> None:
    await create(town, town.robin)
    fields = CardFields(
        definition="x" * 9000, examples="\n".join(f"Mira: {n}" for n in range(2000)), greeting="y" * 7000
    )
    async with town.program.people.at_work(await robin(town)) as (user_id, work):
        mira: UUID = await town.program.characters.chosen(work, user_id, "Mira")
        await town.program.characters.fill(work, user_id, mira, fields)
    assert "Definition: 9000 characters" in shown(
        await town.robin.slash(town.channel, "character show", character="Mira")
    )
    greeting = await town.robin.slash(town.channel, "character greeting", character="Mira")
    pressed = await town.robin.click(last(greeting), label="Change the greeting")
    assert "more than a form holds" in words(pressed)
    form = await edit(town)
    assert form.modal is not None
    assert set(typed_in(form.modal)) == {"name", "description", "system_prompt"}
