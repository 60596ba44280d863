"""Characters: made, listed, found and looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bot import limits
from bot.errors import Conflict, LimitReached, NotAllowed, NotFound
from bot.services.characters.drafts import CharacterDraft, CheckedCharacter, check
from bot.services.characters.names import slug_of
from bot.services.characters.pictures import MIME, Picture, Pictures
from bot.texts import N_
from db.models import Character as CharacterModel
from db.models import SpeechExample, Visibility
from db.queries import characters as queries
from db.work import Work

__all__ = ["Character", "CharacterDraft", "Characters", "Choice", "Page", "Picture", "Pictures"]


@dataclass(frozen=True, slots=True)
class Character:
    """A character as faces show it."""

    id: UUID
    owner_id: UUID
    name: str
    slug: str
    description: str
    greeting: str
    picture_sha256: str | None
    is_public: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A character offered while somebody types."""

    id: UUID
    name: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of a list. `number` counts from 0."""

    characters: tuple[Character, ...]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(0, (self.total - 1) // limits.LIST_PAGE)


class Characters:
    """Everything about characters that does not speak."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def check(self, draft: CharacterDraft, *, taken: Iterable[str] = ()) -> CheckedCharacter:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check(draft, taken=taken)

    async def create(
        self,
        work: Work,
        owner_id: UUID,
        draft: CharacterDraft,
        *,
        picture: Picture | None = None,
        taken: Iterable[str] = (),
    ) -> Character:
        """A new private character of the acting user.

        `taken` are names it must not pass for (this bot, the server's owner). The picture must have been prepared, so
        that no connection is held while it is decoded. Raises `InvalidInput`, `LimitReached` or `Conflict`.
        """
        checked = check(draft, taken=taken)
        if await queries.count_owned(work.session, owner_id) >= limits.CHARACTERS_PER_PERSON:
            raise LimitReached(
                "too_many_characters",
                N_("You have {maximum} characters, which is as many as one person can have."),
                maximum=int(limits.CHARACTERS_PER_PERSON),
            )
        if await queries.by_slug(work.session, owner_id, checked.slug):
            raise _same_name(checked.name)
        row = _row(owner_id, checked)
        if picture is not None:
            row.picture_id = await self._keep(work, owner_id, picture)
        try:
            await queries.add(work.session, row)
        except IntegrityError as error:
            # Two forms sent at once both passed the check above.
            raise _same_name(checked.name) from error
        return _seen(row, picture.sha256 if picture else None)

    async def get(self, work: Work, character_id: UUID) -> Character:
        """One character. Raises `NotFound` where there is none this person may know of."""
        row = await queries.by_id(work.session, character_id)
        if row is None:
            raise not_found()
        return _seen(row.character, row.picture_sha256)

    async def chosen(self, work: Work, user_id: UUID, typed: str) -> UUID:
        """The character meant by an option: the id of a suggestion, or a name typed in full. Raises `NotFound`."""
        with contextlib.suppress(ValueError):
            return UUID(typed)
        slug = slug_of(typed[: limits.CHARACTER_NAME_MAX])
        found = await queries.suggestions(work.session, user_id, slug, limit=int(limits.CHOICES_MAX))
        exact = next((one.id for one in found if slug and slug_of(one.name) == slug), None)
        if exact is None:
            raise not_found()
        return exact

    async def wear(self, work: Work, owner_id: UUID, character_id: UUID, picture: Picture) -> Character:
        """The character of the acting user wears this (prepared) picture. Raises `NotFound` or `NotAllowed`."""
        row = await queries.by_id(work.session, character_id)
        if row is None:
            raise not_found()
        if row.character.owner_id != owner_id:
            raise NotAllowed(
                "not_your_character", N_("Only who made {name} can change its picture."), name=row.character.name
            )
        row.character.picture_id = await self._keep(work, owner_id, picture)
        await work.session.flush()
        return _seen(row.character, picture.sha256)

    async def _keep(self, work: Work, owner_id: UUID, picture: Picture) -> UUID:
        await self.pictures.keep(picture)
        return await queries.keep_media(
            work.session, owner_id, picture.sha256, mime=MIME, size=len(picture.png), side=picture.side
        )

    async def page(self, work: Work, user_id: UUID, number: int = 0) -> Page:
        """One screen of the characters a person may summon: their own first, then the public ones."""
        total = await queries.count_visible(work.session, user_id)
        last = max(0, (total - 1) // limits.LIST_PAGE)
        number = min(max(number, 0), last)
        rows = await queries.visible(
            work.session, user_id, offset=number * limits.LIST_PAGE, limit=int(limits.LIST_PAGE)
        )
        return Page(tuple(_seen(row.character, row.picture_sha256) for row in rows), number, total)

    async def find(self, work: Work, user_id: UUID, typed: str) -> tuple[Choice, ...]:
        """Characters whose name begins with what was typed so far, those a person may summon, own ones first."""
        found = await queries.suggestions(
            work.session, user_id, slug_of(typed[: limits.CHARACTER_NAME_MAX]), limit=int(limits.CHOICES_MAX)
        )
        return tuple(Choice(one.id, one.name, one.is_own) for one in found)


def not_found() -> NotFound:
    """The refusal for a character that is not there, or not for this person."""
    return NotFound("no_such_character", N_("There is no such character. Pick one from the suggestions."))


def _same_name(name: str) -> Conflict:
    return Conflict(
        "same_name",
        N_("You already have a character called “{name}”. Give this one another name."),
        field="name",
        name=name,
    )


def _row(owner_id: UUID, checked: CheckedCharacter) -> CharacterModel:
    return CharacterModel(
        owner_id=owner_id,
        name=checked.name,
        slug=checked.slug,
        description=checked.description,
        system_prompt=checked.system_prompt,
        greeting=checked.greeting,
        examples=[SpeechExample(user=one.user, character=one.character) for one in checked.examples],
        phrases=[],
        visibility=Visibility.PRIVATE,
    )


def _seen(row: CharacterModel, picture_sha256: str | None) -> Character:
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
    )
