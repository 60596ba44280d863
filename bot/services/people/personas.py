"""Personas: masks people wear towards characters. Everything here is for their owner alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.errors import Conflict, InvalidInput, LimitReached, NotFound
from bot.services.characters import Picture, Pictures
from bot.services.characters.names import fold, refuse_taken
from bot.services.characters.pictures import MIME
from bot.services.money.limits_of import Limits
from bot.services.people.drafts import (
    CheckedPersona,
    PersonaDraft,
    check_persona,
    clean_age,
    clean_pronouns,
    written_topics,
)
from bot.texts import N_
from db import functions
from db.models import Persona as PersonaModel
from db.models import PersonaGender, Pronouns
from db.queries import characters as media
from db.queries import people as queries
from db.queries.people import PersonaRow
from db.queries.talk import conversations
from db.work import Work

__all__ = ["Persona", "PersonaDraft", "PersonaGender", "PersonaPage", "Personas", "Pronouns"]


@dataclass(frozen=True, slots=True)
class Persona:
    """A persona as its owner sees it. `uses` is how many of their messages were written under it."""

    id: UUID
    name: str
    description: str
    gender: PersonaGender
    age: int | None
    pronouns: Pronouns | None
    custom_pronouns: str
    appearance: str
    picture_sha256: str | None
    preferred_topics: tuple[str, ...]
    avoided_topics: tuple[str, ...]
    custom_instructions: str
    is_default: bool
    uses: int

    def draft(self) -> PersonaDraft:
        """What its form shows."""
        return PersonaDraft(
            name=self.name,
            description=self.description,
            appearance=self.appearance,
            topics=written_topics(self.preferred_topics, self.avoided_topics),
            custom_instructions=self.custom_instructions,
        )


@dataclass(frozen=True, slots=True)
class PersonaPage:
    """One screen of a person's personas. `number` counts from 0; `worn` is the one worn in the place asked about."""

    personas: tuple[Persona, ...]
    number: int
    total: int
    worn: UUID | None

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(0, (self.total - 1) // limits.LIST_PAGE)


class Personas:
    """Everything about personas. Each method works in its owner's name: `work` is theirs, `owner_id` is them."""

    def __init__(self, pictures: Pictures, *, plan_limits: Limits | None = None) -> None:
        self._pictures = pictures
        self._plan_limits = plan_limits or Limits()

    def check(self, draft: PersonaDraft) -> CheckedPersona:
        """The draft cleaned. Raises `InvalidInput` naming field and limit. Touches nothing."""
        return check_persona(draft)

    async def create(
        self, work: Work, owner_id: UUID, draft: PersonaDraft, *, picture: Picture | None = None
    ) -> Persona:
        """A new persona. Raises `InvalidInput`, `LimitReached` or `Conflict` (they have one of that name)."""
        checked = check_persona(draft)
        names = await queries.persona_names(work.session, owner_id)
        if len(names) >= limits.PERSONAS_PER_PERSON:
            raise LimitReached(
                "too_many_personas",
                N_("You have {maximum} personas, which is as many as one person can have. Delete one first."),
                maximum=int(limits.PERSONAS_PER_PERSON),
            )
        _refuse_same_name(checked.name, (name for _, name in names))
        row = PersonaModel(owner_id=owner_id, gender=PersonaGender.UNSPECIFIED, is_default=False)
        _write(row, checked)
        if picture is not None:
            row.picture_id = await self._keep(work, owner_id, picture)
        await queries.add_persona(work.session, row)
        return await self.get(work, owner_id, row.id)

    async def edit(self, work: Work, owner_id: UUID, persona_id: UUID, draft: PersonaDraft) -> Persona:
        """Put other words into a persona. What was said under its old name keeps that name.

        Raises `InvalidInput`, `NotFound` or `Conflict`.
        """
        checked = check_persona(draft)
        row = await self._row(work, owner_id, persona_id)
        names = await queries.persona_names(work.session, owner_id)
        _refuse_same_name(checked.name, (name for other, name in names if other != persona_id))
        _write(row.persona, checked)
        await work.session.flush()
        return _seen(row)

    async def set_gender(self, work: Work, owner_id: UUID, persona_id: UUID, gender: PersonaGender) -> Persona:
        """Choose a gender. Raises `NotFound`."""
        row = await self._row(work, owner_id, persona_id)
        row.persona.gender = gender
        await work.session.flush()
        return _seen(row)

    async def set_pronouns(self, work: Work, owner_id: UUID, persona_id: UUID, pronouns: Pronouns | None) -> Persona:
        """Choose pronouns from the list (`OTHER` comes by `set_details`). Raises `NotFound` or `InvalidInput`."""
        if pronouns is Pronouns.OTHER:
            raise own_pronouns_wanted()
        row = await self._row(work, owner_id, persona_id)
        row.persona.pronouns, row.persona.custom_pronouns = pronouns, ""
        await work.session.flush()
        return _seen(row)

    async def set_details(
        self, work: Work, owner_id: UUID, persona_id: UUID, *, age: str, custom_pronouns: str
    ) -> Persona:
        """An age, and pronouns in words of one's own (empty: those chosen from the list), as they were typed.

        Raises `NotFound` or `InvalidInput`.
        """
        years, own = clean_age(age), clean_pronouns(custom_pronouns)
        row = await self._row(work, owner_id, persona_id)
        row.persona.age = years
        if own:
            row.persona.pronouns, row.persona.custom_pronouns = Pronouns.OTHER, own
        elif row.persona.pronouns is Pronouns.OTHER:
            row.persona.pronouns, row.persona.custom_pronouns = None, ""
        await work.session.flush()
        return _seen(row)

    async def picture(self, work: Work, owner_id: UUID, persona_id: UUID, picture: Picture) -> Persona:
        """Give a persona a (prepared) picture. Raises `NotFound`."""
        row = await self._row(work, owner_id, persona_id)
        row.persona.picture_id = await self._keep(work, owner_id, picture)
        await work.session.flush()
        return await self.get(work, owner_id, persona_id)

    async def get(self, work: Work, owner_id: UUID, persona_id: UUID) -> Persona:
        """One persona. Raises `NotFound` where there is none, or it is another person's."""
        return _seen(await self._row(work, owner_id, persona_id))

    async def face(self, persona: Persona) -> bytes | None:
        """The picture of a persona as a PNG, where it has one."""
        return None if persona.picture_sha256 is None else await self._pictures.read(persona.picture_sha256)

    async def all(self, work: Work, owner_id: UUID) -> tuple[Persona, ...]:
        """All of a person's personas, the default first, then by name."""
        rows = await queries.personas(work.session, owner_id, offset=0, limit=int(limits.PERSONAS_PER_PERSON))
        return tuple(_seen(row) for row in rows)

    async def page(self, work: Work, owner_id: UUID, number: int = 0, *, channel_id: int | None = None) -> PersonaPage:
        """One screen of a person's personas, the default first, then by name, with the one worn in a channel."""
        total = len(await queries.persona_names(work.session, owner_id))
        number = min(max(number, 0), max(0, (total - 1) // limits.LIST_PAGE))
        rows = await queries.personas(
            work.session, owner_id, offset=number * limits.LIST_PAGE, limit=int(limits.LIST_PAGE)
        )
        worn = None if channel_id is None else await self.worn(work, owner_id, channel_id)
        return PersonaPage(tuple(_seen(row) for row in rows), number, total, worn)

    async def find(self, work: Work, owner_id: UUID, typed: str) -> tuple[tuple[UUID, str], ...]:
        """Personas whose names hold what was typed so far, by id and name."""
        wanted = fold(typed[: limits.CHARACTER_NAME_MAX])
        names = await queries.persona_names(work.session, owner_id)
        fitting = [(one, name) for one, name in names if wanted in fold(name)]
        return tuple(fitting[: limits.CHOICES_MAX])

    async def chosen(self, work: Work, owner_id: UUID, typed: str) -> UUID:
        """The persona meant by an option: the id of a suggestion, or a name typed in full. Raises `NotFound`."""
        with contextlib.suppress(ValueError):
            return UUID(typed)
        wanted = fold(typed[: 2 * limits.CHARACTER_NAME_MAX])
        names = await queries.persona_names(work.session, owner_id)
        exact = next((one for one, name in names if wanted and fold(name) == wanted), None)
        if exact is None:
            raise no_such_persona()
        return exact

    async def use(
        self, work: Work, owner_id: UUID, channel_id: int, persona_id: UUID | None, *, taken: Iterable[str] = ()
    ) -> Persona | None:
        """Wear a persona (or none) in the conversation of a channel from now on.

        `taken` are names it must not pass for there (staff, the owner, this bot). Raises `NotFound` or `InvalidInput`.
        """
        persona = None if persona_id is None else await self.get(work, owner_id, persona_id)
        if persona is not None:
            _refuse_passing_for(persona.name, taken)
        conversation_id = await _conversation(work, owner_id, channel_id)
        if conversation_id is None:
            raise NotFound(
                "no_conversation_here",
                N_(
                    "No conversation goes on in this channel yet. Ask a character in with /character summon, "
                    "then choose your persona."
                ),
            )
        await queries.choose(work.session, owner_id, conversation_id, persona_id)
        return persona

    async def worn(self, work: Work, owner_id: UUID, channel_id: int) -> UUID | None:
        """The persona worn in the conversation of a channel, chosen there or by default."""
        conversation_id = await _conversation(work, owner_id, channel_id)
        if conversation_id is None:
            return None
        found = await queries.asker(await work.direct(), owner_id, conversation_id)
        return found.persona.id if found and found.persona else None

    async def default(
        self, work: Work, owner_id: UUID, persona_id: UUID | None, *, taken: Iterable[str] = ()
    ) -> Persona | None:
        """Wear a persona wherever nothing else was chosen, or none. Raises `NotFound` or `InvalidInput`."""
        row = None if persona_id is None else await self._row(work, owner_id, persona_id)
        if row is not None:
            _refuse_passing_for(row.persona.name, taken)
        await queries.take_default(work.session, owner_id)
        if row is None:
            return None
        await work.session.refresh(row.persona)
        row.persona.is_default = True
        await work.session.flush()
        return _seen(row)

    async def delete(self, work: Work, owner_id: UUID, persona_id: UUID) -> str:
        """Delete a persona for good; returns its name. What was said under it keeps the name. Raises `NotFound`."""
        row = await self._row(work, owner_id, persona_id)
        await queries.remove_persona(work.session, row.persona)
        return row.persona.name

    async def _row(self, work: Work, owner_id: UUID, persona_id: UUID) -> PersonaRow:
        row = await queries.persona(work.session, owner_id, persona_id)
        if row is None:
            raise no_such_persona()
        return row

    async def _keep(self, work: Work, owner_id: UUID, picture: Picture) -> UUID:
        if picture.size_bytes:
            await self._plan_limits.upload(work, owner_id, picture.size_bytes)
        await self._pictures.keep(picture)
        return await media.keep_media(
            work.session, owner_id, picture.sha256, mime=MIME, size=len(picture.png), side=picture.side
        )


async def _conversation(work: Work, owner_id: UUID, channel_id: int) -> UUID | None:
    """The conversation of a channel; where the bot is no member, this person's own."""
    found = await functions.conversation_at(work.session, channel_id)
    return found or await conversations.own_active(work.session, owner_id, channel_id)


def no_such_persona() -> NotFound:
    """The refusal for a persona that is not there, or another person's."""
    return NotFound(
        "no_such_persona", N_("You have no such persona. Pick one from the suggestions, or see /persona list.")
    )


def own_pronouns_wanted() -> InvalidInput:
    """The refusal for pronouns of one's own without any words."""
    return InvalidInput(
        "custom_pronouns_empty",
        N_("Pronouns: write your own, up to {maximum} characters, with the button below."),
        field="custom_pronouns",
        maximum=int(limits.PRONOUNS_MAX),
    )


def _refuse_same_name(name: str, others: Iterable[str]) -> None:
    if any(fold(name) == fold(other) for other in others):
        raise Conflict(
            "same_persona_name",
            N_("You already have a persona called “{name}”. Give this one another name."),
            field="name",
            name=name,
        )


def _refuse_passing_for(name: str, taken: Iterable[str]) -> None:
    try:
        refuse_taken(name, taken)
    except InvalidInput as error:
        raise InvalidInput(
            "persona_passes_for_somebody",
            N_(
                "Your persona “{name}” would look like “{other}”, who is really here. You can wear it elsewhere, or "
                "rename it with /persona edit."
            ),
            field="persona",
            name=name,
            other=error.values.get("other", name),
        ) from error


def _write(row: PersonaModel, checked: CheckedPersona) -> None:
    row.name = checked.name
    row.description = checked.description
    row.appearance = checked.appearance
    row.preferred_topics = list(checked.preferred_topics)
    row.avoided_topics = list(checked.avoided_topics)
    row.custom_instructions = checked.custom_instructions


def _seen(row: PersonaRow) -> Persona:
    one = row.persona
    return Persona(
        id=one.id,
        name=one.name,
        description=one.description,
        gender=one.gender,
        age=one.age,
        pronouns=one.pronouns,
        custom_pronouns=one.custom_pronouns,
        appearance=one.appearance,
        picture_sha256=row.picture_sha256,
        preferred_topics=tuple(one.preferred_topics),
        avoided_topics=tuple(one.avoided_topics),
        custom_instructions=one.custom_instructions,
        is_default=one.is_default,
        uses=row.uses,
    )
