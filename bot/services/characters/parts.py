"""What a character is made of beside its form: the further texts that character cards know, one by one.

A text may be longer than a form of Discord's holds; then it is handed over as a file. Greetings that go on one text are
parted by a line of equals signs (`=====`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters.drafts import clean_text
from bot.services.characters.examples import Exchange, parse_examples, read_examples, write_examples
from bot.texts import N_, Text
from db.models import Character, SpeechExample
from db.models.characters import DepthNote

BETWEEN = "====="
_BETWEEN = re.compile(r"^[ \t]*={5,}[ \t]*$", re.MULTILINE)
_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system", "user": "user", "assistant": "assistant",
}  # fmt: skip


class Part(StrEnum):
    """One of them. The value is the column's name."""

    SYSTEM_PROMPT = "system_prompt"
    DEFINITION = "definition"
    PERSONALITY = "personality"
    SCENARIO = "scenario"
    LAST_INSTRUCTIONS = "last_instructions"
    NOTE = "note"
    EXAMPLES = "examples"
    GREETING = "greeting"
    OTHER_GREETINGS = "other_greetings"
    GROUP_GREETINGS = "group_greetings"
    CREATOR_NOTES = "creator_notes"
    CARD_VERSION = "card_version"


NAMES: Mapping[Part, Text] = {
    Part.SYSTEM_PROMPT: N_("Instructions"),
    Part.DEFINITION: N_("Definition"),
    Part.PERSONALITY: N_("Personality"),
    Part.SCENARIO: N_("Scenario"),
    Part.LAST_INSTRUCTIONS: N_("Last instructions"),
    Part.NOTE: N_("Note"),
    Part.EXAMPLES: N_("Examples"),
    Part.GREETING: N_("Greeting"),
    Part.OTHER_GREETINGS: N_("Other greetings"),
    Part.GROUP_GREETINGS: N_("Group greetings"),
    Part.CREATOR_NOTES: N_("Maker's notes"),
    Part.CARD_VERSION: N_("Version"),
}

_MOST: Mapping[Part, limits.Limit] = {
    Part.GREETING: limits.GREETING_MAX,
    Part.OTHER_GREETINGS: limits.GREETING_MAX,
    Part.GROUP_GREETINGS: limits.GREETING_MAX,
    Part.CARD_VERSION: limits.CARD_VERSION_MAX,
}
_GREETINGS = frozenset({Part.OTHER_GREETINGS, Part.GROUP_GREETINGS})


@dataclass(frozen=True, slots=True)
class PartDraft:
    """A part as it was typed. `depth` and `role` are the note's; empty, they are as before."""

    text: str
    depth: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A part as its maker sees it, ready to be typed again."""

    part: Part
    character: str
    draft: PartDraft

    @property
    def fits_a_form(self) -> bool:
        """Whether Discord's field holds it."""
        return len(self.draft.text) <= limits.FORM_FIELD_MAX


@dataclass(frozen=True, slots=True)
class CardFields:
    """Everything a character card says that is kept in columns of our own; None leaves what is there.

    `examples` is the card's own text. `card` is the whole object as it came, `spec` which form it has.
    """

    definition: str | None = None
    personality: str | None = None
    scenario: str | None = None
    system_prompt: str | None = None
    last_instructions: str | None = None
    greeting: str | None = None
    other_greetings: tuple[str, ...] | None = None
    group_greetings: tuple[str, ...] | None = None
    note: DepthNote | None = None
    examples: str | None = None
    creator_notes: str | None = None
    card_creator: str | None = None
    card_version: str | None = None
    card_spec: str | None = None
    card: dict[str, Any] | None = None


# ------------------------------------------------------------------------------------------------ read


def shown(row: Character, part: Part) -> Shown:
    """A part as it stands."""
    note = row.note
    if part is Part.NOTE:
        return Shown(part, row.name, PartDraft(note.text, str(note.depth), note.role))
    if part in _GREETINGS:
        return Shown(part, row.name, PartDraft(write_greetings(getattr(row, part.value))))
    if part is Part.EXAMPLES:
        return Shown(part, row.name, PartDraft(write_examples(_exchanges(row), row.name)))
    return Shown(part, row.name, PartDraft(getattr(row, part.value)))


def filled(row: Character) -> tuple[tuple[Part, int], ...]:
    """The parts that say something, and how many characters (or greetings, or exchanges) they have."""
    counts = {part: len(row.note.text if part is Part.NOTE else getattr(row, part.value)) for part in Part}
    return tuple((part, count) for part, count in counts.items() if count)


def filled_count(shown: Shown) -> int:
    """How many characters (or greetings, or exchanges) a part has."""
    if shown.part in _GREETINGS:
        return len(read_greetings(shown.draft.text))
    if shown.part is Part.EXAMPLES:
        return len(read_examples(shown.draft.text, shown.character))
    return len(shown.draft.text)


def _exchanges(row: Character) -> tuple[Exchange, ...]:
    return tuple(Exchange(one.user, one.character) for one in row.examples)


def write_greetings(greetings: Sequence[str]) -> str:
    """Several greetings as one text; `read_greetings` reads it back."""
    return f"\n{BETWEEN}\n".join(greetings)


def read_greetings(text: str) -> tuple[str, ...]:
    """The greetings in a text, in order, without empty ones."""
    return tuple(one.strip() for one in _BETWEEN.split(text) if one.strip())


# ------------------------------------------------------------------------------------------------ written


def put(row: Character, part: Part, draft: PartDraft) -> None:
    """Change one part of a row. Raises `InvalidInput` that names the field and the limit, and changes nothing then."""
    if part is Part.NOTE:
        row.note = _note(draft, row.note)
    elif part in _GREETINGS:
        setattr(row, part.value, list(clean_greetings(part, read_greetings(draft.text))))
    elif part is Part.EXAMPLES:
        row.examples = _kept(_typed_examples(clean_part(part, draft.text), row.name))
    else:
        text = clean_part(part, draft.text)
        if part in {Part.SYSTEM_PROMPT, Part.DEFINITION}:
            refuse_nobody(text, row.definition if part is Part.SYSTEM_PROMPT else row.system_prompt)
        setattr(row, part.value, text)


def blank(row: Character) -> None:
    """A row that was never written has no parts yet: give it empty ones."""
    row.definition = row.personality = row.scenario = row.last_instructions = ""
    row.creator_notes = row.card_creator = row.card_version = ""
    row.other_greetings, row.group_greetings, row.note = [], [], DepthNote()


def fill(row: Character, fields: CardFields) -> None:
    """Change what a card says. Raises `InvalidInput` for a text longer than any column takes; changes nothing then."""
    texts = {
        part: clean_part(part, typed)
        for part in Part
        if part not in {Part.NOTE, *_GREETINGS} and (typed := getattr(fields, part.value)) is not None
    }
    greetings = {
        part: clean_greetings(part, typed) for part in _GREETINGS if (typed := getattr(fields, part.value)) is not None
    }
    note = None if fields.note is None else _note(_as_typed(fields.note), fields.note)
    examples = texts.pop(Part.EXAMPLES, None)
    refuse_nobody(texts.get(Part.SYSTEM_PROMPT, row.system_prompt), texts.get(Part.DEFINITION, row.definition))
    for part, text in texts.items():
        setattr(row, part.value, text)
    for part, several in greetings.items():
        setattr(row, part.value, list(several))
    if examples is not None:
        row.examples = _kept(read_examples(examples, row.name, prose=True))
    row.note = row.note if note is None else note
    for name in ("card_creator", "card_spec", "card"):
        if getattr(fields, name) is not None:
            setattr(row, name, getattr(fields, name))


def clean_part(part: Part, typed: str) -> str:
    """One text cleaned. Raises `InvalidInput`."""
    return clean_text(part.value, NAMES[part], typed, _MOST.get(part, limits.CARD_TEXT_MAX))


def clean_greetings(part: Part, typed: Sequence[str]) -> tuple[str, ...]:
    """Greetings cleaned, each once. Raises `InvalidInput`."""
    kept = tuple(dict.fromkeys(text for one in typed if (text := clean_part(part, one))))
    if len(kept) > limits.OTHER_GREETINGS_MAX:
        raise InvalidInput(
            f"{part.value}_too_many",
            N_("{label}: at most {maximum} are allowed; these are {count}."),
            field=part.value,
            label=NAMES[part],
            maximum=int(limits.OTHER_GREETINGS_MAX),
            count=len(kept),
        )
    return kept


def refuse_nobody(*said: str) -> None:
    """Raise `InvalidInput` where nothing is left that says who a character is."""
    if not any(said):
        raise InvalidInput(
            "character_undefined",
            N_("Instructions and definition would both be empty, and nobody would know who this is. Keep one of them."),
            field=Part.SYSTEM_PROMPT.value,
        )


def _typed_examples(text: str, name: str) -> tuple[Exchange, ...]:
    """Examples as typed for a form where they are such, else as cards write them."""
    try:
        return parse_examples(text, name)
    except InvalidInput:
        found = read_examples(text, name)
        if len(text) <= limits.EXAMPLES_TEXT_MAX and not found:
            raise
        return found


def _kept(exchanges: Sequence[Exchange]) -> list[SpeechExample]:
    return [SpeechExample(user=one.user, character=one.character) for one in exchanges]


def _note(draft: PartDraft, before: DepthNote) -> DepthNote:
    typed = draft.depth.strip()
    depth = before.depth if not typed else int(typed) if typed.isdecimal() and len(typed) < 6 else -1
    if not 0 <= depth <= limits.NOTE_DEPTH_MAX:
        raise InvalidInput(
            "note_depth",
            N_("Depth: write a whole number from 0 (after the last message) to {maximum}."),
            field=Part.NOTE.value,
            maximum=int(limits.NOTE_DEPTH_MAX),
        )
    role = _ROLES.get(draft.role or before.role)
    if role is None:
        raise InvalidInput("note_role", N_("There is no such role for a note."), field=Part.NOTE.value)
    return DepthNote(text=clean_part(Part.NOTE, draft.text), depth=depth, role=role)


def _as_typed(note: DepthNote) -> PartDraft:
    """A card's note; what its depth goes beyond is brought to the nearest."""
    return PartDraft(note.text, str(min(max(note.depth, 0), int(limits.NOTE_DEPTH_MAX))), note.role)
