"""Characters as faces show them: plain values, never rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot import limits
from bot.services.characters.parts import Part
from db.models import Character as CharacterModel
from db.models import CharacterGender, CharacterTraits, Visibility


@dataclass(frozen=True, slots=True)
class Character:
    """A character as everybody who may see it sees it."""

    id: UUID
    owner_id: UUID
    name: str
    slug: str
    description: str
    greeting: str
    picture_sha256: str | None
    is_public: bool
    is_demo: bool
    nickname: str = ""
    gender: CharacterGender | None = None
    age: int | None = None
    traits: CharacterTraits = field(default_factory=CharacterTraits)
    tags: tuple[str, ...] = ()
    is_adult: bool = False
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What only its maker sees of a character. `parts`: which of its texts say something, and how much."""

    instructions: str
    examples: int
    phrases: tuple[str, ...]
    provider: str | None
    model: str | None
    temperature: float | None
    parts: tuple[tuple[Part, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people think of a character, and what the one who looks does. `stars` is None below three raters."""

    likes: int = 0
    favorites: int = 0
    stars: float | None = None
    raters: int = 0
    is_liked: bool = False
    is_favorite: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One character looked at. `maker_id` is a Discord id, None for the house; `behind` is the maker's alone.

    `notes` are what its maker tells those who look at it (cards' creator notes).
    """

    character: Character
    maker: str
    maker_id: int | None
    opinion: Opinion
    behind: Behind | None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A character offered while somebody types."""

    id: UUID
    name: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A character in a list, with how many people like it."""

    character: Character
    likes: int = 0
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of a list. `number` counts from 0."""

    entries: tuple[Entry, ...]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return last_page(self.total)

    @property
    def characters(self) -> tuple[Character, ...]:
        """The characters alone."""
        return tuple(entry.character for entry in self.entries)


def last_page(total: int) -> int:
    """The number of the last page of so many characters, from 0."""
    return max(0, (total - 1) // limits.LIST_PAGE)


def seen(row: CharacterModel, picture_sha256: str | None) -> Character:
    """A row as it is shown."""
    return Character(
        id=row.id,
        owner_id=row.owner_id,
        name=row.name,
        slug=row.slug,
        description=row.description,
        greeting=row.greeting,
        picture_sha256=picture_sha256,
        is_public=row.visibility is Visibility.PUBLIC,
        is_demo=row.is_demo,
        nickname=row.nickname,
        gender=row.gender,
        age=row.age,
        traits=row.traits,
        tags=tuple(row.tags),
        is_adult=row.is_adult,
        published_at=row.published_at,
    )
