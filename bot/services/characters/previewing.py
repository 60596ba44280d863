"""What the prompt becomes while a character is still being typed. Pure: a use of `talk.compose`, nothing is kept.

What is wrong in the form is left out of the preview, or taken as far as it goes: the form says what is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot import limits
from bot.errors import InvalidInput
from bot.ports import ModelPool, Models, PromptPart
from bot.services.characters.details import CHOOSABLE, chosen_trait, clean_age, clean_phrases, clean_tags
from bot.services.characters.drafts import clean_words
from bot.services.characters.examples import read_examples
from bot.services.characters.names import clean_name
from bot.services.characters.parts import read_greetings
from bot.services.characters.voices import chosen_offer, clean_temperature_typed
from bot.services.characters.whole import EMPTY
from bot.services.editing import straight
from bot.services.talk.compose import request
from bot.services.talk.compose_budget import MESSAGE_TOKENS
from bot.services.talk.compose_types import Asker, CharacterSheet, Example, Line, Snapshot
from bot.services.talk.snapshot import greeting_of
from db.models import CharacterGender, CharacterTraits
from db.models.characters import DepthNote

_T = TypeVar("_T")

_SAMPLING = "sampling"
_LONG = 8_000
"""Characters of a form from which on counting its tokens holds everybody up."""


@dataclass(frozen=True, slots=True)
class PreviewMessage:
    """One message as a model would read it. `name` is who speaks, where the role alone does not tell."""

    role: str
    name: str
    content: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What one answer would be asked with. `parts` account for every piece, also for those that found no room.

    `room` is what the prompt may hold beside the answer's own `answer` tokens; `sampling` are the settings beside it.
    """

    provider: str
    model: str
    messages: tuple[PreviewMessage, ...]
    parts: tuple[PromptPart, ...]
    tokens: int
    room: int
    answer: int
    sampling: str
    greetings: tuple[str, ...] = ()

    @property
    def left_out(self) -> tuple[PromptPart, ...]:
        """What found no room."""
        return tuple(part for part in self.parts if not part.included)


def sheet_of(typed: Mapping[str, str], *, nameless: str) -> CharacterSheet:
    """The character that a form describes, as far as it does; one without a name yet is called `nameless`."""
    said = {**EMPTY, **straight(typed)}
    name = _else(lambda: clean_name(said["name"]), said["name"].strip()[: limits.CHARACTER_NAME_MAX] or nameless)
    words = {field: clean_words(said[field]) for field in _TEXTS}
    examples = read_examples(clean_words(said["examples"]), name)
    return CharacterSheet(
        name=name,
        **words,
        examples=tuple(Example(one.user, one.character) for one in examples),
        phrases=_else(lambda: clean_phrases(said["phrases"]), ()),
        nickname=_else(lambda: clean_name(said["nickname"]), ""),
        gender=_gender(said["gender"]),
        age=_else(lambda: clean_age(said["age"]), None),
        traits=_traits(said),
        tags=_else(lambda: clean_tags(said["tags"]), ()),
        temperature=_else(lambda: clean_temperature_typed(said["temperature"]), None),
        is_adult=bool(said["is_adult"]),
        note=_note(said),
        version=said["card_version"].strip(),
    )


def models_for(typed: Mapping[str, str], pool: ModelPool) -> Models:
    """The model that a form chooses; the house's own where it chooses none that is offered."""
    wanted = typed.get("model", "").strip()
    if not wanted:
        return pool.pick()
    offer = _else(lambda: chosen_offer(wanted, pool.offers()), None)
    return pool.pick() if offer is None else pool.pick(offer.provider, offer.model)


def snapshot_of(
    sheet: CharacterSheet, *, asker: Asker, said: str, model: str, now: datetime, language: str | None = None
) -> Snapshot:
    """One answer about to be made, where this character greets and this person says one line."""
    lines: list[Line] = []
    greeting = greeting_of(sheet.greeting, character=sheet.called, person=asker.name)
    if greeting:
        lines.append(Line(sheet.name, greeting, is_character=True, is_greeting=True))
    lines.append(Line(asker.name, said))
    return Snapshot(
        character=sheet,
        user_name=asker.name,
        history=tuple(lines),
        asker=asker,
        language=language or asker.language,
        model=model,
        now=now,
    )


def previewed(snapshot: Snapshot, models: Models, greetings: Sequence[str] = ()) -> Preview:
    """What a model would be asked. Counts every token: `preview` does so away from the event loop."""
    asked = request(snapshot, models)
    prompt = asked.prompt
    messages = tuple(
        PreviewMessage(one.role.value, one.name or "", one.content, models.count(one.content) + MESSAGE_TOKENS)
        for one in prompt.messages
    )
    return Preview(
        provider=models.provider,
        model=models.model,
        messages=messages,
        parts=tuple(part for part in prompt.parts if part.kind != _SAMPLING),
        tokens=prompt.tokens,
        room=max(0, models.context_tokens - asked.request.max_tokens),
        answer=asked.request.max_tokens,
        sampling=next((part.label for part in prompt.parts if part.kind == _SAMPLING), ""),
        greetings=tuple(greetings),
    )


async def preview(snapshot: Snapshot, models: Models, other_greetings: str = "") -> Preview:
    """`previewed`, in a thread where there is much to count. `other_greetings` are shown with their names filled in."""
    sheet, asker = snapshot.character, snapshot.person
    greetings = [
        greeting_of(one, character=sheet.called, person=asker.name)
        for one in (sheet.greeting, *read_greetings(straight({"": other_greetings})[""]))
        if one
    ]
    size = sum(len(getattr(sheet, field)) for field in _TEXTS) + sum(len(one.text) for one in snapshot.lore)
    if size <= _LONG:
        return previewed(snapshot, models, greetings)
    return await asyncio.to_thread(previewed, snapshot, models, greetings)


_TEXTS = (
    "description", "system_prompt", "greeting", "definition", "personality", "scenario", "last_instructions",
    "creator_notes",
)  # fmt: skip


def _else(read: Callable[[], _T], otherwise: _T) -> _T:
    try:
        return read()
    except InvalidInput:
        return otherwise


def _gender(typed: str) -> CharacterGender | None:
    with contextlib.suppress(ValueError):
        return CharacterGender(typed)
    return None


def _traits(said: Mapping[str, str]) -> CharacterTraits:
    names = [name for name in CHOOSABLE if name != "gender" and said[name]]
    chosen = {name: _else(lambda name=name: chosen_trait(name, said[name]), None) for name in names}
    return CharacterTraits.model_validate(chosen)


def _note(said: Mapping[str, str]) -> DepthNote:
    depth = said["note_depth"].strip()
    number = int(depth) if depth.isdecimal() and len(depth) < 6 else -1
    before = DepthNote()
    return DepthNote.model_validate(
        {
            "text": clean_words(said["note"]),
            "depth": number if 0 <= number <= limits.NOTE_DEPTH_MAX else before.depth,
            "role": said["note_role"] if said["note_role"] in ("system", "user", "assistant") else before.role,
        }
    )
