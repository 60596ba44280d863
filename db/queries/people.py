"""Reading users, what they tell of themselves, and their personas. Whoever appears is written by `arrive`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, func, lateral, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.direct import Direct, Prepared
from db.models import Media, Message, MoodSettings, Persona, PersonaChoice, Profile, User

Entity = TypeVar("Entity", Profile, Persona)


@dataclass(frozen=True, slots=True)
class AskerRow:
    """A person with what they tell of themselves in one conversation: the persona worn there, or none.

    `shares_moods`: they let characters know of their check-ins.
    """

    display_name: str
    profile: Profile | None
    persona: Persona | None
    shares_moods: bool = False


@dataclass(frozen=True, slots=True)
class PersonaRow:
    """A persona with the SHA-256 of its picture and how many messages were written under it."""

    persona: Persona
    picture_sha256: str | None
    uses: int


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """One user, where the actor may see them."""
    return await session.get(User, user_id)


def _asker() -> Prepared:
    user_id, conversation_id = bindparam("user_id", type_=Uuid()), bindparam("conversation_id", type_=Uuid())
    newest = lateral(
        select(PersonaChoice.persona_id, literal(True).label("made"))
        .where(PersonaChoice.user_id == user_id, PersonaChoice.conversation_id == conversation_id)
        .order_by(PersonaChoice.id.desc())
        .limit(1)
    ).alias("newest")
    worn = or_(
        and_(newest.c.made, Persona.id == newest.c.persona_id), and_(newest.c.made.is_(None), Persona.is_default)
    )
    return Prepared(
        select(
            User.display_name,
            MoodSettings.in_prompts.label("shares_moods"),
            *_labelled(Profile),
            *_labelled(Persona),
        )
        .outerjoin(Profile, Profile.user_id == User.id)
        .outerjoin(MoodSettings, and_(MoodSettings.user_id == User.id, MoodSettings.in_prompts))
        .outerjoin(newest, true())
        .outerjoin(Persona, and_(Persona.owner_id == User.id, worn))
        .where(User.id == user_id)
    )


def _labelled(model: type[Profile] | type[Persona]) -> list[Any]:
    return [one.label(f"{model.__tablename__}_{one.key}") for one in model.__table__.columns]


_ASKER = _asker()


async def asker(direct: Direct, user_id: UUID, conversation_id: UUID) -> AskerRow | None:
    """A person as they are in a conversation: their newest choice there, else their default persona. One statement.

    The rows belong to no session: they are for reading.
    """
    row = await direct.row(_ASKER, user_id=user_id, conversation_id=conversation_id)
    if row is None:
        return None
    profile = None if row.profiles_user_id is None else _made(Profile, row)
    persona = None if row.personas_id is None else _made(Persona, row)
    return AskerRow(row.display_name, profile, persona, bool(row.shares_moods))


def _made(model: type[Entity], row: Any) -> Entity:
    columns = cast(Any, model).__table__.columns
    return model(**{one.key: getattr(row, f"{cast(Any, model).__tablename__}_{one.key}") for one in columns})


# ------------------------------------------------------------------------------------------------ profiles


async def profile(session: AsyncSession, user_id: UUID) -> Profile | None:
    """What a person tells of themselves, where the actor may read it."""
    return await session.get(Profile, user_id)


async def language(session: AsyncSession, user_id: UUID) -> str | None:
    """The language a person chose for themselves."""
    return await session.scalar(select(Profile.language).where(Profile.user_id == user_id))


async def put_profile(session: AsyncSession, user_id: UUID, values: Mapping[str, object]) -> None:
    """Write these fields of a profile, which is made where there is none."""
    statement = insert(Profile).values(user_id=user_id, **values)
    await (await session.connection()).execute(
        statement.on_conflict_do_update(index_elements=[Profile.user_id], set_={**values, "updated_at": func.now()})
    )


async def remove_profile(session: AsyncSession, user_id: UUID) -> bool:
    """Forget what a person told of themselves. False where there was nothing."""
    found = await profile(session, user_id)
    if found is None:
        return False
    await session.delete(found)
    await session.flush()
    return True


# ------------------------------------------------------------------------------------------------ personas


async def persona(session: AsyncSession, owner_id: UUID, persona_id: UUID) -> PersonaRow | None:
    """One persona of a person."""
    rows = await session.execute(_with_uses(owner_id).where(Persona.id == persona_id))
    return next((PersonaRow(*row) for row in rows), None)


async def personas(session: AsyncSession, owner_id: UUID, *, offset: int, limit: int) -> Sequence[PersonaRow]:
    """A person's personas, the default first, then by name."""
    statement = _with_uses(owner_id).order_by(Persona.is_default.desc(), func.lower(Persona.name), Persona.id)
    return [PersonaRow(*row) for row in await session.execute(statement.offset(offset).limit(limit))]


async def persona_names(session: AsyncSession, owner_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Every persona of a person by id and name, in the order of the list. There are at most a few dozen."""
    statement = select(Persona.id, Persona.name).where(Persona.owner_id == owner_id)
    rows = await session.execute(statement.order_by(Persona.is_default.desc(), func.lower(Persona.name), Persona.id))
    return [(row[0], row[1]) for row in rows]


async def add_persona(session: AsyncSession, made: Persona) -> None:
    """Write a new persona."""
    session.add(made)
    await session.flush()


async def take_default(session: AsyncSession, owner_id: UUID) -> None:
    """No persona of this person is the default any more."""
    await session.execute(
        update(Persona).where(Persona.owner_id == owner_id, Persona.is_default).values(is_default=False)
    )


async def remove_persona(session: AsyncSession, removed: Persona) -> None:
    """Remove a persona. Where it is worn, its owner wears none from now on (rather than what they wore before it)."""
    newest = (
        select(PersonaChoice.conversation_id, PersonaChoice.persona_id)
        .where(PersonaChoice.user_id == removed.owner_id)
        .ext(distinct_on(PersonaChoice.conversation_id))
        .order_by(PersonaChoice.conversation_id, PersonaChoice.id.desc())
    ).subquery()
    worn = await session.scalars(select(newest.c.conversation_id).where(newest.c.persona_id == removed.id))
    for conversation_id in worn.all():
        session.add(PersonaChoice(user_id=removed.owner_id, conversation_id=conversation_id, persona_id=None))
    await session.delete(removed)
    await session.flush()


async def choose(session: AsyncSession, user_id: UUID, conversation_id: UUID, persona_id: UUID | None) -> None:
    """From now on the person wears this persona in the conversation, or none."""
    session.add(PersonaChoice(user_id=user_id, conversation_id=conversation_id, persona_id=persona_id))
    await session.flush()


async def choices(session: AsyncSession, user_id: UUID, conversation_id: UUID) -> Sequence[UUID | None]:
    """What a person chose to wear in a conversation, newest first."""
    found = await session.scalars(
        select(PersonaChoice.persona_id)
        .where(PersonaChoice.user_id == user_id, PersonaChoice.conversation_id == conversation_id)
        .order_by(PersonaChoice.id.desc())
    )
    return found.all()


def _with_uses(owner_id: UUID) -> Select[Persona, str, int]:
    uses = select(func.count()).where(Message.persona_id == Persona.id, Message.author_id == owner_id).scalar_subquery()
    return (
        select(Persona, Media.sha256, uses)
        .outerjoin(Media, Media.id == Persona.picture_id)
        .where(Persona.owner_id == owner_id)
    )
