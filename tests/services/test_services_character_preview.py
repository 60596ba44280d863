"""What the prompt becomes while a character is typed: as the road composes it, and never an error."""

from __future__ import annotations

import threading
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ports import Whose
from bot.services.characters.previewing import models_for, preview, previewed, sheet_of, snapshot_of
from bot.services.characters.whole import FIELDS, WholeCharacters
from bot.services.talk.compose import request
from bot.services.talk.compose_types import Asker, LoreText
from db.models import CharacterGender, Tone
from tests.services.stagecraft import NOON, ROBIN, FakeModels, FakePool, Program
from tests.services.test_services_character_whole import EVERYTHING

ASKER = Asker("Robin", pronouns="they/them")


def text_of(typed: dict[str, str], said: str = "Hello?") -> str:
    sheet = sheet_of(typed, nameless="Somebody")
    shown = previewed(snapshot_of(sheet, asker=ASKER, said=said, model="parrot", now=NOON), FakeModels())
    return "\n".join(one.content for one in shown.messages)


def test_every_text_of_the_form_reaches_the_prompt() -> None:
    prompt = text_of(EVERYTHING)
    for name in ("nickname", "description", "system_prompt", "definition", "personality", "scenario",
                 "last_instructions", "note", "greeting"):  # fmt: skip
        assert EVERYTHING[name] in prompt, name
    assert "Up here." in prompt
    assert "Mind the step." in prompt
    assert "61" in prompt
    assert "Hello?" in prompt
    # Read by nobody who speaks, unless a macro asks for them.
    assert EVERYTHING["creator_notes"] not in prompt


def test_the_sheet_is_what_the_form_says() -> None:
    sheet = sheet_of(EVERYTHING, nameless="Somebody")
    assert (sheet.name, sheet.called, sheet.age, sheet.temperature) == ("Mira of the Lamp", "Mira", 61, 0.7)
    assert (sheet.gender, sheet.traits.tone, sheet.is_adult) == (CharacterGender.FEMALE, Tone.WISE, True)
    assert (sheet.note.depth, sheet.note.role, sheet.tags) == (7, "assistant", ("harbour", "light"))


def test_what_is_wrong_is_taken_as_far_as_it_goes() -> None:
    wrong = {**EVERYTHING, "name": "M", "age": "young", "gender": "dragon", "tone": "loud", "note_depth": "deep",
             "note_role": "king", "temperature": "hot", "tags": "x"}  # fmt: skip
    sheet = sheet_of(wrong, nameless="Somebody")
    assert (sheet.name, sheet.age, sheet.gender, sheet.traits.tone) == ("M", None, None, None)
    assert (sheet.note.depth, sheet.note.role, sheet.temperature, sheet.tags) == (4, "system", None, ())
    assert sheet_of({}, nameless="Somebody").name == "Somebody"
    assert "Hello?" in text_of({})


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=60)), st.text(max_size=60))
def test_no_form_breaks_it(typed: dict[str, str], said: str) -> None:
    assert text_of(typed, said)


async def test_it_is_what_the_model_is_asked_once_it_is_saved(program: Program) -> None:
    """The same characters, typed and stored, make the same prompt."""
    async with program.people.at_work(ROBIN) as (robin, work):
        made = await WholeCharacters(program.characters).create(work, robin, EVERYTHING)
    models = FakeModels()
    of_form = snapshot_of(sheet_of(EVERYTHING, nameless="?"), asker=ASKER, said="Hello?", model="parrot", now=NOON)
    of_row = snapshot_of(sheet_of(made.typed, nameless="?"), asker=ASKER, said="Hello?", model="parrot", now=NOON)
    assert request(of_form, models).prompt == request(of_row, models).prompt
    shown = previewed(of_form, models)
    asked = request(of_form, models)
    assert [one.content for one in shown.messages] == [one.content for one in asked.prompt.messages]
    assert (shown.tokens, shown.answer) == (asked.prompt.tokens, asked.request.max_tokens)
    assert shown.room == models.context_tokens - asked.request.max_tokens
    assert "temperature 0.7" in shown.sampling


async def test_what_finds_no_room_is_told_and_much_is_counted_elsewhere() -> None:
    models = FakeModels()
    long = {**EVERYTHING, "definition": "The lamp burns. " * 1900, "scenario": "Night. " * 2500}
    snapshot = snapshot_of(sheet_of(long, nameless="?"), asker=ASKER, said="Hello?", model="parrot", now=NOON)
    lore = LoreText("Ships. " * 8000, name="Harbour")
    shown = await preview(replace(snapshot, lore=(lore,)), models, long["other_greetings"])
    assert shown.tokens <= shown.room
    assert any(part.reason for part in shown.parts)
    assert "Harbour" in [part.label for part in shown.left_out]
    assert shown.greetings == ("Who climbs my stairs?", "Ahoy.", "Hm?")
    assert threading.get_ident() not in models.counted_in
    asker = [part for part in shown.parts if part.whose is Whose.ASKER]
    assert asker
    assert all("they/them" not in part.label for part in asker)


def test_the_chosen_model_is_asked_where_it_is_offered() -> None:
    pool = FakePool(FakeModels())
    models_for({"model": "scripted/parrot"}, pool)
    models_for({"model": "gone/away"}, pool)
    models_for({}, pool)
    assert pool.picked == [("scripted", "parrot"), (None, None), (None, None)]
