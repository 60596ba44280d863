"""What prompt assembly works from: plain values, read from the database once per turn. Everything has a default that
says "not known", so that whoever has less to tell tells less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.ports import AttachedKind, Picture
from bot.services.lore.engine.book import Position
from bot.services.lore.engine.book import Role as LoreRole
from db.models import CharacterGender, CharacterTraits
from db.models.characters import DepthNote

Count = Callable[[str], int]
"""Tokens of a text, for the model that will read it."""

UNCHOSEN = CharacterTraits()
"""Traits of which the maker chose none."""

NO_NOTE = DepthNote()


@dataclass(frozen=True, slots=True)
class Asker:
    """Whom the character talks with, as they wish to be known: a persona, a profile, or a Discord name alone.

    `name` is what characters call them. `pronouns` and `gender` are words for a prompt (`she/her`), empty where nothing
    is said of them. `time_zone` is an IANA name, `language` a tag (`es`, `es-ES`). All of it but the name is private.
    `shares_moods`: their check-ins may be told where nobody else reads; never of a persona.
    """

    name: str
    pronouns: str = ""
    description: str = ""
    appearance: str = ""
    age: int | None = None
    gender: str = ""
    preferred_topics: tuple[str, ...] = ()
    avoided_topics: tuple[str, ...] = ()
    custom_instructions: str = ""
    persona_id: UUID | None = None
    time_zone: str | None = None
    language: str | None = None
    shares_moods: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that came with a line. `text` holds a text file's words, `alt` its sender's description.

    `picture` is set for images a model that sees is to look at; leave it None for models that do not.
    """

    kind: AttachedKind
    name: str
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    alt: str = ""
    text: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An emoji under a line and who put it there, by the names characters know them by."""

    emoji: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """The line that another line answers by Discord's reply."""

    speaker: str
    text: str
    is_character: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `message_id` is Discord's, where it has one; it labels the line in a prompt's account.

    `speaker` is the name it was said under: a persona's, a character's, a Discord name. `is_greeting`: a character's
    first words, which its maker wrote.
    """

    speaker: str
    text: str
    is_character: bool = False
    message_id: int | None = None
    attached: tuple[Shown, ...] = ()
    reactions: tuple[Response, ...] = ()
    answers: Answered | None = None
    said_at: datetime | None = None
    is_greeting: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A short exchange that shows how a character talks."""

    user: str
    character: str


@dataclass(frozen=True, slots=True)
class LoreText:
    """A lore entry that goes into a prompt. `text` is as its author wrote it, macros unexpanded.

    Among those of one place, the order given is the order they are read in. `rank` is the order in which they were
    given room: where there is too little after all, the highest goes first. `ignores_budget`: it goes in before them.
    `is_called`: something that was said brought it in; what always comes bears on the question less.
    """

    text: str
    name: str = ""
    position: Position = Position.BEFORE_CHARACTER
    depth: int = 4
    role: LoreRole = LoreRole.SYSTEM
    outlet: str = ""
    rank: int = 0
    ignores_budget: bool = False
    is_called: bool = True
    entry_id: UUID | None = None
    book_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CharacterSheet:
    """What a creator wrote and chose for a character. `temperature` None: as its creativity says.

    `definition` says at length who it is, beside `system_prompt`; `last_instructions` stand after the history.
    `creator_notes` and `version` are in a prompt only where a macro asks for them.
    """

    name: str
    description: str = ""
    system_prompt: str = ""
    greeting: str = ""
    examples: tuple[Example, ...] = ()
    phrases: tuple[str, ...] = ()
    nickname: str = ""
    gender: CharacterGender | None = None
    age: int | None = None
    traits: CharacterTraits = UNCHOSEN
    tags: tuple[str, ...] = ()
    temperature: float | None = None
    is_adult: bool = False
    definition: str = ""
    personality: str = ""
    scenario: str = ""
    last_instructions: str = ""
    note: DepthNote = NO_NOTE
    creator_notes: str = ""
    version: str = ""

    @property
    def called(self) -> str:
        """What it is called in talk: its nickname, where it has one."""
        return self.nickname.strip() or self.name


class PlaceKind(StrEnum):
    """What sort of place words are shown in."""

    CHANNEL = "channel"
    THREAD = "thread"
    FORUM_POST = "forum_post"
    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a prompt may say of the place. `language` is what a server's admins decided (a tag), if they did."""

    kind: PlaceKind = PlaceKind.CHANNEL
    is_age_restricted: bool = False
    language: str | None = None
    name: str = ""


class Task(StrEnum):
    """What the model is to do."""

    ANSWER = "answer"
    """Answer the last line."""
    CONTINUE = "continue"
    """Go on with the character's own last message, which the history ends with."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one answer may be made from.

    `history` is oldest first and ends with the line to answer (for `Task.CONTINUE`: to go on from). `others` names the
    other characters present. `language` is the reader's Discord locale (`es-ES`), if known. `memories` come most
    important first. `asker` replaces `user_name` where given. `recap` tells what was said before the history,
    whose last `untold` lines it does not tell of. `mood` is one line on how the asker is, where it may be told.
    `conversation_id`, `now` (aware), `model` and the variables are for macros.
    """

    character: CharacterSheet
    user_name: str
    history: tuple[Line, ...]
    others: tuple[str, ...] = ()
    language: str | None = None
    lore: tuple[LoreText, ...] = ()
    memories: tuple[str, ...] = ()
    asker: Asker | None = None
    place: PlaceFacts = PlaceFacts()
    recap: str = ""
    untold: int = 0
    mood: str = ""
    task: Task = Task.ANSWER
    conversation_id: UUID | None = None
    now: datetime | None = None
    model: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def person(self) -> Asker:
        """Whom the character talks with."""
        return self.asker or Asker(self.user_name)
