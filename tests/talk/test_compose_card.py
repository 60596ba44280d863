"""What character cards know beside a form: definition, personality, scenario, last instructions, a note at depth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.ports import Profile, Prompt, Role, Whose
from bot.services.talk import sections
from bot.services.talk.compose import CharacterSheet, Line, Snapshot, compose
from bot.services.talk.compose_types import Task
from db.models.characters import DepthNote

SHEET = CharacterSheet("Mira", "Keeper of lamps.", "You are Mira.")
TALK = tuple(Line("Mira" if i % 2 else "Alex", f"line {i}", bool(i % 2), message_id=i) for i in range(5))
PLAIN = Snapshot(SHEET, "Alex", TALK)
FIELDS: dict[str, object] = {
    "definition": "zqxj came over the sea.",
    "personality": "zqxj and patient.",
    "scenario": "It is zqxj.",
    "last_instructions": "Say zqxj.",
    "note": DepthNote(text="You are zqxj."),
}


def count(text: str) -> int:
    return (len(text) + 3) // 4


def told(budget: int = 6000, profile: Profile = Profile.FULL, made: Snapshot = PLAIN, **fields: object) -> Prompt:
    snapshot = replace(made, character=replace(made.character, **fields))  # type: ignore[arg-type]
    return compose(snapshot, profile=profile, budget_tokens=budget, count=count)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("field", FIELDS)
def test_each_text_is_in_the_prompt_with_its_makers_account(field: str, profile: Profile) -> None:
    asked = replace(PLAIN, history=(Line("Alex", "What of the zqxj?"),))
    prompt = told(profile=profile, made=asked, **{field: FIELDS[field]})
    assert sum(message.content.casefold().count("zqxj") for message in prompt.messages) >= 2
    before = {(part.kind, part.label, part.tokens) for part in told(profile=profile, made=asked).parts}
    fresh = [part for part in prompt.parts if (part.kind, part.label, part.tokens) not in before]
    assert fresh
    assert all(part.whose is Whose.CREATOR for part in fresh)


def test_each_stands_in_its_section() -> None:
    prompt = told(**FIELDS)
    body = sections.read_sections(prompt.messages[0].content)
    assert body[sections.CHARACTER] == "You are Mira.\nzqxj came over the sea."
    assert (body[sections.PERSONALITY], body[sections.SCENARIO]) == ("zqxj and patient.", "It is zqxj.")
    assert prompt.messages[-1].role is Role.SYSTEM
    assert prompt.messages[-1].content == f"{sections.LAST}\nSay zqxj."
    assert prompt.messages[-2].content == "Alex: line 4"


@pytest.mark.parametrize(("depth", "after"), [(0, 0), (1, 1), (4, 4)])
def test_the_note_stands_at_its_depth(depth: int, after: int) -> None:
    prompt = told(note=DepthNote(text="Tired.", depth=depth))
    place = next(i for i, message in enumerate(prompt.messages) if message.content == f"{sections.NOTE}\nTired.")
    assert prompt.messages[place].role is Role.SYSTEM
    assert sum(f"line {i}" in m.content for m in prompt.messages[place:] for i in range(5)) == after


def test_the_note_is_told_by_its_role() -> None:
    by_user, own = (told(note=DepthNote(text="Tired.", depth=1, role=role)) for role in ("user", "assistant"))
    assert by_user.messages[-1].content == "⟦aside: Tired.⟧\nAlex: line 4"
    assert own.messages[-2].content == "line 3\nTired."
    assert own.messages[-2].role is Role.ASSISTANT


def test_last_instructions_stand_before_the_call_to_go_on() -> None:
    made = replace(PLAIN, history=TALK[:4], task=Task.CONTINUE)
    prompt = told(made=made, last_instructions="Be brief.")
    assert [m.content for m in prompt.messages[-2:]] == [f"{sections.LAST}\nBe brief.", sections.CONTINUE]


def test_original_is_the_houses_own_in_instructions_and_nothing_elsewhere() -> None:
    prompt = told(
        system_prompt="[{{original}}]", last_instructions="<{{original}}>", definition="({{original}}) {{charPrompt}}"
    )
    body = sections.read_sections(prompt.messages[0].content)
    assert "[Write Mira's next words in this conversation with Alex.]" in body[sections.CHARACTER]
    assert "() []" in body[sections.CHARACTER]
    assert prompt.messages[-1].content == f"{sections.LAST}\n<Answer what was said last, as Mira.>"


def test_texts_quote_each_other() -> None:
    quoting = "{{personality}}|{{scenario}}|{{charInstruction}}|{{charDepthPrompt}}|{{creatorNotes}}|{{charVersion}}"
    fields = {**FIELDS, "definition": quoting, "creator_notes": "Slow.", "version": "2"}
    character = sections.read_sections(told(**fields).messages[0].content)[sections.CHARACTER]
    assert character.endswith("zqxj and patient.|It is zqxj.|Say zqxj.|You are zqxj.|Slow.|2")
    described = told(definition="A keeper.", system_prompt="{{description}}").messages[0].content
    assert "A keeper.\nA keeper." in described


def test_a_long_definition_leaves_room_for_what_was_said() -> None:
    prompt = told(2000, definition="You keep the lamp. " * 1600)
    assert prompt.tokens <= 2000
    shown = "\n".join(message.content for message in prompt.messages)
    assert all(f"line {i}" in shown for i in range(5))
    (part,) = [part for part in prompt.parts if part.kind == "definition"]
    assert (part.included, part.reason) == (True, "shortened to fit the prompt")
    assert part.tokens <= 1000


@pytest.mark.parametrize("field", ["personality", "scenario", "last_instructions", "note"])
def test_no_other_text_takes_more_than_its_share(field: str) -> None:
    long = "It is night. " * 2000
    prompt = told(2000, **{field: DepthNote(text=long) if field == "note" else long})
    assert prompt.tokens <= 2000
    (part,) = [part for part in prompt.parts if part.reason == "shortened to fit the prompt"]
    assert part.tokens <= 300
    assert "line 1" in "\n".join(message.content for message in prompt.messages)


def test_a_long_definition_is_one_line_of_a_small_models_account() -> None:
    prompt = told(1500, Profile.COMPACT, definition="You keep lamp {{roll:9}}. " * 300)
    assert sum(part.kind == "definition" for part in prompt.parts) == 1
    assert len(prompt.parts) < 20
