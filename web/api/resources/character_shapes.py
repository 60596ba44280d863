"""How the API writes a character: in lists, looked at, made, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from bot import limits
from bot.errors import InvalidInput
from bot.services.characters import Card, Character, Part
from bot.services.characters.details import (
    CharacterGender,
    CommunicationStyle,
    Creativity,
    Formality,
    Humor,
    KnowledgeSharing,
    ResponseLength,
    Tone,
)
from bot.services.characters.examples import Exchange, parse_examples, read_examples, write_examples
from bot.services.characters.parts import read_greetings, write_greetings
from bot.services.characters.seen import Opinion
from bot.services.characters.whole import NO, YES, Whole
from web.api.kinds import WHOLE, In, Listed, OneLine, Out, OutSnowflake, Sha256, Word, Words

_Card = Annotated[Words, Field(max_length=int(limits.CARD_TEXT_MAX))]
_Greeting = Annotated[Words, Field(max_length=int(limits.GREETING_MAX))]
_Greetings = Annotated[tuple[_Greeting, ...], Field(max_length=int(limits.OTHER_GREETINGS_MAX))]


class CharacterLine(Out):
    """A character in a list."""

    id: UUID
    name: str
    nickname: str
    slug: str
    description: str
    tags: tuple[str, ...]
    picture_sha256: Sha256 | None
    """The picture lies at /media/{this}.png."""
    is_public: bool
    is_adult: bool
    is_mine: bool
    likes: int
    """Of a private one nobody is told but its maker."""


class Characters(Listed):
    """Characters."""

    items: tuple[CharacterLine, ...]


class Example(Out):
    """What a person says, and how the character answers. Without `user` it speaks first."""

    user: str
    character: str


class Note(Out):
    """Words told at a depth: so many messages stand after them."""

    text: str
    depth: int
    role: Literal["system", "user", "assistant"]


class Traits(Out):
    """How it speaks; null: nothing is said of it."""

    tone: Tone | None
    formality: Formality | None
    humor: Humor | None
    style: CommunicationStyle | None
    length: ResponseLength | None
    creativity: Creativity | None
    knowledge: KnowledgeSharing | None


class Behind(Out):
    """What only those who may change it see."""

    system_prompt: str
    definition: str
    personality: str
    scenario: str
    last_instructions: str
    note: Note
    phrases: tuple[str, ...]
    examples: tuple[Example, ...]
    other_greetings: tuple[str, ...]
    group_greetings: tuple[str, ...]
    model: str | None
    temperature: float | None
    card_version: str
    version: str
    """Send it with a change: where somebody changed it meanwhile, yours is refused."""


class OpinionOut(Out):
    """What people think of it. `stars` is null below three raters."""

    likes: int
    favorites: int
    stars: float | None
    raters: int
    is_liked: bool
    is_favorite: bool


class CharacterFull(Out):
    """A character looked at. `behind` is null for those who may not change it."""

    id: UUID
    name: str
    nickname: str
    slug: str
    description: str
    greeting: str
    tags: tuple[str, ...]
    gender: CharacterGender | None
    age: int | None
    traits: Traits
    picture_sha256: Sha256 | None
    is_public: bool
    is_adult: bool
    is_mine: bool
    published_at: datetime | None
    maker: str
    maker_discord_id: OutSnowflake | None
    creator_notes: str
    opinion: OpinionOut
    behind: Behind | None


class NoteIn(In):
    """A note as it is sent."""

    text: _Card = ""
    depth: Annotated[int, Field(ge=0, le=int(limits.NOTE_DEPTH_MAX)), WHOLE] = 4
    role: Literal["system", "user", "assistant"] = "system"


class ExampleIn(In):
    """An example as it is sent."""

    user: Annotated[Words, Field(max_length=int(limits.EXAMPLE_LINE_MAX))] = ""
    character: Annotated[Words, Field(min_length=1, max_length=int(limits.EXAMPLE_LINE_MAX))]


class CharacterSent(In):
    """What is sent of a character, made or changed."""

    nickname: Annotated[Words, Field(max_length=int(limits.CHARACTER_NAME_MAX))] = ""
    description: Annotated[Words, Field(max_length=int(limits.DESCRIPTION_MAX))] = ""
    tags: Annotated[tuple[Annotated[Word, Field(max_length=60)], ...], Field(max_length=int(limits.TAGS_MAX))] = ()
    gender: CharacterGender | None = None
    age: Annotated[int, Field(ge=1, le=int(limits.CHARACTER_AGE_MAX)), WHOLE] | None = None
    is_adult: bool = False
    """It is shown, and speaks, in age-restricted channels only."""
    system_prompt: Annotated[Words, Field(max_length=int(limits.SYSTEM_PROMPT_MAX))] = ""
    """The instructions: who it is and how it behaves."""
    definition: _Card = ""
    personality: _Card = ""
    scenario: _Card = ""
    last_instructions: _Card = ""
    note: NoteIn = NoteIn()
    tone: Tone | None = None
    formality: Formality | None = None
    humor: Humor | None = None
    style: CommunicationStyle | None = None
    length: ResponseLength | None = None
    creativity: Creativity | None = None
    knowledge: KnowledgeSharing | None = None
    phrases: Annotated[
        tuple[Annotated[OneLine, Field(max_length=int(limits.PHRASE_MAX))], ...],
        Field(max_length=int(limits.PHRASES_MAX)),
    ] = ()
    examples: Annotated[tuple[ExampleIn, ...], Field(max_length=int(limits.EXAMPLES_MAX))] = ()
    greeting: _Greeting = ""
    other_greetings: _Greetings = ()
    group_greetings: _Greetings = ()
    model: Annotated[Words, Field(max_length=200)] | None = None
    """One of those this house offers, as `provider/model`; null: the house's own choice."""
    temperature: Annotated[float, Field(ge=0, le=int(limits.TEMPERATURE_MAX))] | None = None
    creator_notes: _Card = ""
    card_version: Annotated[Words, Field(max_length=int(limits.CARD_VERSION_MAX))] = ""


class CharacterChange(CharacterSent):
    """What is to be different. A text is emptied by "", a choice by null."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")] | None = None
    """The `behind.version` you saw; left out, what others changed meanwhile is not looked at."""
    name: Annotated[Words, Field(max_length=int(limits.CHARACTER_NAME_MAX))] = ""


class NewCharacter(CharacterSent):
    """A character as you make it. It needs `system_prompt` or `definition`, and is private at first."""

    name: Annotated[Words, Field(min_length=int(limits.CHARACTER_NAME_MIN), max_length=int(limits.CHARACTER_NAME_MAX))]


class Publish(In):
    """How it is shown."""

    is_adult: bool = False


class DeletedCharacter(Out):
    """A character on its way out: until then it can be restored."""

    id: UUID
    name: str
    until: datetime


# ------------------------------------------------------------------------------------------------ both ways


def line(one: Character, *, likes: int, is_mine: bool) -> CharacterLine:
    """A character as a list shows it."""
    return CharacterLine(
        id=one.id,
        name=one.name,
        nickname=one.nickname,
        slug=one.slug,
        description=one.description,
        tags=one.tags,
        picture_sha256=one.picture_sha256,
        is_public=one.is_public,
        is_adult=one.is_adult,
        is_mine=is_mine,
        likes=likes,
    )


def full(card: Card, whole: Whole | None, me: UUID) -> CharacterFull:
    """A character as it is looked at; `whole` for who may change it."""
    one = card.character
    return CharacterFull(
        id=one.id,
        name=one.name,
        nickname=one.nickname,
        slug=one.slug,
        description=one.description,
        greeting=one.greeting,
        tags=one.tags,
        gender=one.gender,
        age=one.age,
        traits=Traits.model_validate(one.traits),
        picture_sha256=one.picture_sha256,
        is_public=one.is_public,
        is_adult=one.is_adult,
        is_mine=one.owner_id == me,
        published_at=one.published_at,
        maker=card.maker,
        maker_discord_id=None if card.maker_id is None else str(card.maker_id),
        creator_notes=card.notes,
        opinion=_opinion(card.opinion),
        behind=None if whole is None else _behind(whole),
    )


def _opinion(one: Opinion) -> OpinionOut:
    return OpinionOut(
        likes=one.likes,
        favorites=one.favorites,
        stars=None if one.stars is None else float(one.stars),
        raters=one.raters,
        is_liked=one.is_liked,
        is_favorite=one.is_favorite,
    )


def _behind(whole: Whole) -> Behind:
    typed = whole.typed
    return Behind(
        system_prompt=typed["system_prompt"],
        definition=typed["definition"],
        personality=typed["personality"],
        scenario=typed["scenario"],
        last_instructions=typed["last_instructions"],
        note=Note.model_validate(
            {"text": typed["note"], "depth": int(typed["note_depth"]), "role": typed["note_role"]}
        ),
        phrases=tuple(typed["phrases"].splitlines()),
        examples=tuple(
            Example(user=one.user, character=one.character)
            for one in _exchanges(typed["examples"], whole.character.name)
        ),
        other_greetings=read_greetings(typed["other_greetings"]),
        group_greetings=read_greetings(typed["group_greetings"]),
        model=typed["model"] or None,
        temperature=float(typed["temperature"]) if typed["temperature"] else None,
        card_version=typed["card_version"],
        version=whole.mark,
    )


def typed_of(sent: CharacterSent, name: str) -> dict[str, str]:
    """What was sent as the one form of a character has it (`bot.services.characters.whole`). `name` is the character's,
    where the change brings no other."""
    given = sent.given()
    name = given.get("name", name)
    typed: dict[str, str] = {}
    for field, value in given.items():
        match field:
            case "version":
                continue
            case "note":
                typed |= {"note": value.text, "note_depth": str(value.depth), "note_role": value.role}
            case "examples":
                exchanges = tuple(Exchange(one.user, one.character) for one in value)
                typed[field] = write_examples(exchanges, name)
            case _:
                typed[field] = _WRITTEN.get(field, _plain)(value)
    return typed


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _exchanges(text: str, name: str) -> tuple[Exchange, ...]:
    try:
        return parse_examples(text, name)
    except InvalidInput:
        return read_examples(text, name)  # more than a form takes: a card brought them


def _flag(value: Any) -> str:
    return YES if value else NO


def _temperature(value: Any) -> str:
    return "" if value is None else f"{value:.4f}"


_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "tags": ", ".join,
    "phrases": "\n".join,
    Part.OTHER_GREETINGS.value: write_greetings,
    Part.GROUP_GREETINGS.value: write_greetings,
    "is_adult": _flag,
    "temperature": _temperature,
}
