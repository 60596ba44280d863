"""Why a character is not kept: it is not there, its name is taken, there are too many. And who looks at it first."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from bot import limits
from bot.errors import Conflict, LimitReached, NotFound
from bot.services.characters.drafts import CheckedCharacter
from bot.texts import N_
from db.queries import characters as queries
from db.work import Work


class Review(Protocol):
    """Has staff look at a character before it is public."""

    def is_wanted(self) -> bool:
        """Whether the house wants that now."""
        ...

    async def ask(self, work: Work, owner_id: UUID, character_id: UUID) -> object:
        """Let a character wait for staff; asked again it waits as before."""
        ...


def not_found() -> NotFound:
    """The refusal for a character that is not there, or not for this person."""
    return NotFound("no_such_character", N_("There is no such character. Pick one from the suggestions."))


def same_name(name: str) -> Conflict:
    """The refusal for a second character of one name."""
    return Conflict(
        "same_name",
        N_("You already have a character called “{name}”. Give this one another name."),
        field="name",
        name=name,
    )


async def refuse_too_many(work: Work, owner_id: UUID) -> None:
    """Raise `LimitReached` where a person has as many characters as the house allows anybody."""
    if await queries.count_owned(work.session, owner_id) >= limits.CHARACTERS_PER_PERSON:
        raise LimitReached(
            "too_many_characters",
            N_("You have {maximum} characters, which is as many as one person can have."),
            maximum=int(limits.CHARACTERS_PER_PERSON),
        )


async def refuse_namesake(work: Work, owner_id: UUID, checked: CheckedCharacter, character_id: UUID | None) -> None:
    """Raise `Conflict` where another of the owner's characters, be it deleted for less than a day, has the name."""
    found = await queries.namesake(work.session, owner_id, checked.slug)
    if found is None or found.id == character_id:
        return
    if found.deleted_at is None:
        raise same_name(checked.name)
    raise Conflict(
        "same_name_deleted",
        N_(
            "You deleted a character called “{name}” less than {hours} hours ago, and its name is kept for it. "
            "Have it back with /character restore, or give this one another name."
        ),
        field="name",
        name=checked.name,
        hours=int(limits.RESTORE_HOURS),
    )
