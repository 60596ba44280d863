"""Conversations and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Update,
    Uuid,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import (
    Character,
    Conversation,
    ConversationKind,
    ConversationStatus,
    ConversationVia,
    Media,
    Message,
    Participant,
    ParticipantRole,
    User,
)

# A constant in the statement: JSON's own false.
_FORGETS: ColumnElement[bool] = literal_column("settings ->> 'keeps_history' = 'false'", Boolean)


@dataclass(frozen=True, slots=True)
class PresentCharacter:
    """A character in a conversation, with who owns it and who asked it in."""

    character_id: UUID
    owner_id: UUID
    name: str
    description: str
    picture_sha256: str | None
    role: ParticipantRole
    invited_by: UUID | None
    joined_at: datetime


async def begin(
    session: AsyncSession,
    *,
    owner_id: UUID,
    guild_id: int | None,
    channel_id: int,
    webhook_channel_id: int,
    via: ConversationVia = ConversationVia.WEBHOOK,
) -> UUID | None:
    """A new active conversation in a channel, owned by the acting user; None where there is one already."""
    conversation_id = new_id()
    statement = (
        insert(Conversation)
        .values(
            id=conversation_id,
            owner_id=owner_id,
            guild_id=guild_id,
            channel_id=channel_id,
            webhook_channel_id=webhook_channel_id,
            via=via,
        )
        .on_conflict_do_nothing()
    )
    # No RETURNING: the row's own policies decide who sees it, and the caller knows the id.
    done = await session.connection()
    result = await done.execute(statement)
    return conversation_id if result.rowcount == 1 else None


async def by_id(session: AsyncSession, conversation_id: UUID) -> Conversation | None:
    """One conversation, where the actor may see it."""
    return await session.get(Conversation, conversation_id)


async def own_active(session: AsyncSession, owner_id: UUID, channel_id: int) -> UUID | None:
    """A person's own conversation in a channel of which the bot is no member."""
    return await session.scalar(
        select(Conversation.id).where(
            Conversation.owner_id == owner_id,
            Conversation.channel_id == channel_id,
            Conversation.via == ConversationVia.INTERACTION,
            Conversation.status == ConversationStatus.ACTIVE,
        )
    )


async def lock(session: AsyncSession, conversation_id: UUID) -> Conversation | None:
    """The conversation, locked until the end of this work, so that who is present is changed by one at a time."""
    return await session.scalar(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    )


async def present(session: AsyncSession, conversation_id: UUID) -> Sequence[PresentCharacter]:
    """The characters that listen, in the order they came."""
    statement = (
        select(
            Character.id,
            Character.owner_id,
            Character.name,
            Character.description,
            Media.sha256,
            Participant.role,
            Participant.invited_by,
            Participant.joined_at,
        )
        .join(Participant, Participant.character_id == Character.id)
        .outerjoin(Media, Media.id == Character.picture_id)
        .where(Participant.conversation_id == conversation_id, Participant.left_at.is_(None))
        .order_by(Participant.joined_at, Participant.id)
    )
    return [PresentCharacter(*row) for row in await session.execute(statement)]


def _settle_kind() -> Update:
    here = (
        Participant.conversation_id == bindparam("conversation_id", type_=Uuid()),
        Participant.left_at.is_(None),
    )
    # func.count of a column leaves out nulls: a participant is either a person or a character.
    people = select(func.count(Participant.user_id)).where(*here).scalar_subquery()
    characters = select(func.count(Participant.character_id)).where(*here).scalar_subquery()
    kind = case(
        (people > 1, ConversationKind.GROUP.value),
        (characters > 1, ConversationKind.MULTI.value),
        else_=ConversationKind.SINGLE.value,
    )
    where = Conversation.id == bindparam("conversation_id", type_=Uuid())
    return update(Conversation).where(where, Conversation.kind != kind).values(kind=kind)


SETTLE_KIND = _settle_kind()
"""Makes a conversation's kind what those present make it."""


async def settle_kind(session: AsyncSession, conversation_id: UUID) -> None:
    """Make the conversation's kind what those present make it. Whoever lets somebody come or go calls this after."""
    await (await session.connection()).execute(SETTLE_KIND, {"conversation_id": conversation_id})


async def join_character(
    session: AsyncSession, conversation_id: UUID, character_id: UUID, *, role: ParticipantRole, invited_by: UUID
) -> None:
    """The character listens from now on."""
    session.add(
        Participant(conversation_id=conversation_id, character_id=character_id, role=role, invited_by=invited_by)
    )
    await session.flush()


JOIN_USER = (
    insert(Participant)
    .values(
        id=bindparam("id"),
        conversation_id=bindparam("conversation_id", type_=Uuid()),
        user_id=bindparam("user_id"),
        role=ParticipantRole.PRIMARY,
        is_pinned=False,
    )
    .on_conflict_do_nothing(
        index_elements=[Participant.conversation_id, Participant.user_id],
        index_where=Participant.left_at.is_(None) & Participant.user_id.is_not(None),
    )
)
"""Lets a person take part from now on, if they did not already."""


async def join_user(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> bool:
    """The person takes part from now on; False where they did already."""
    values = {"id": new_id(), "conversation_id": conversation_id, "user_id": user_id}
    result = await (await session.connection()).execute(JOIN_USER, values)
    return result.rowcount == 1


async def leave_character(session: AsyncSession, conversation_id: UUID, character_id: UUID) -> None:
    """The character listens no more. The next one, where there is one, becomes the primary."""
    here = (Participant.conversation_id == conversation_id, Participant.left_at.is_(None))
    await session.execute(
        update(Participant).where(*here, Participant.character_id == character_id).values(left_at=func.now())
    )
    await _settle_primary(session, conversation_id)


async def set_character_role(
    session: AsyncSession, conversation_id: UUID, character_id: UUID, role: ParticipantRole
) -> None:
    """A character that is present has this role from now on. A conversation has one primary character at most."""
    here = (Participant.conversation_id == conversation_id, Participant.left_at.is_(None))
    if role is ParticipantRole.PRIMARY:
        others = update(Participant).where(*here, Participant.role == role, Participant.character_id.is_not(None))
        await session.execute(others.values(role=ParticipantRole.SECONDARY))
    await session.execute(update(Participant).where(*here, Participant.character_id == character_id).values(role=role))
    await _settle_primary(session, conversation_id, rather_not=character_id)


async def _settle_primary(session: AsyncSession, conversation_id: UUID, rather_not: UUID | None = None) -> None:
    """Where none of those present is the primary character, the one that came first is; never a moderator."""
    rows = (
        await session.execute(
            select(Participant.id, Participant.role, Participant.character_id)
            .where(
                Participant.conversation_id == conversation_id,
                Participant.left_at.is_(None),
                Participant.character_id.is_not(None),
            )
            .order_by(Participant.character_id == rather_not, Participant.joined_at, Participant.id)
        )
    ).all()
    if any(row.role is ParticipantRole.PRIMARY for row in rows):
        return
    first = next((row.id for row in rows if row.role is ParticipantRole.SECONDARY), None)
    if first is not None:
        await session.execute(update(Participant).where(Participant.id == first).values(role=ParticipantRole.PRIMARY))


async def set_user_role(session: AsyncSession, conversation_id: UUID, discord_id: int, role: ParticipantRole) -> bool:
    """A person who takes part has this role from now on; False where they do not. For a turn of that conversation."""
    who = select(User.id).where(User.discord_id == discord_id).scalar_subquery()
    statement = update(Participant).where(
        Participant.conversation_id == conversation_id, Participant.user_id == who, Participant.left_at.is_(None)
    )
    result = await (await session.connection()).execute(statement.values(role=role))
    return result.rowcount > 0


async def role_of(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> ParticipantRole | None:
    """The role of a person who takes part now."""
    return await session.scalar(
        select(Participant.role).where(
            Participant.conversation_id == conversation_id,
            Participant.user_id == user_id,
            Participant.left_at.is_(None),
        )
    )


async def moderators(session: AsyncSession, conversation_id: UUID) -> Sequence[UUID]:
    """The people who moderate the conversation and take part."""
    found = await session.scalars(
        select(Participant.user_id).where(
            Participant.conversation_id == conversation_id,
            Participant.user_id.is_not(None),
            Participant.left_at.is_(None),
            Participant.role == ParticipantRole.MODERATOR,
        )
    )
    return [user_id for user_id in found if user_id is not None]


async def join_moderator(session: AsyncSession, conversation_id: UUID, user_id: UUID) -> None:
    """The person takes part from now on, as a moderator. For a new conversation of the same place."""
    session.add(Participant(conversation_id=conversation_id, user_id=user_id, role=ParticipantRole.MODERATOR))
    await session.flush()


async def cast_names(session: AsyncSession, conversation_id: UUID) -> Sequence[str]:
    """The names of the characters present, in the order they came; where none is left, of all that ever were."""
    rows = (
        await session.execute(
            select(Character.name, Participant.left_at.is_(None))
            .join(Participant, Participant.character_id == Character.id)
            .where(Participant.conversation_id == conversation_id)
            .order_by(Participant.joined_at, Participant.id)
        )
    ).all()
    present = [name for name, is_here in rows if is_here]
    return present or list(dict.fromkeys(name for name, _ in rows))


async def change(session: AsyncSession, conversation_id: UUID, **values: object) -> None:
    """Write these columns of a conversation."""
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))


async def leave_user(session: AsyncSession, conversation_id: UUID, discord_id: int) -> bool:
    """The person takes part no more; False where they did not. For a turn of that conversation."""
    who = select(User.id).where(User.discord_id == discord_id).scalar_subquery()
    statement = update(Participant).where(
        Participant.conversation_id == conversation_id, Participant.user_id == who, Participant.left_at.is_(None)
    )
    result = await (await session.connection()).execute(statement.values(left_at=func.now()))
    return result.rowcount > 0


async def archive(session: AsyncSession, conversation_id: UUID) -> None:
    """Nobody listens here any more; the next summons begins a new conversation.

    Where its settings say that nothing is kept after the end, what was said is forgotten now.
    """
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(status=ConversationStatus.ARCHIVED, last_activity_at=func.now())
    )
    if await session.scalar(select(_FORGETS).where(Conversation.id == conversation_id)):
        await session.execute(delete(Message).where(Message.conversation_id == conversation_id))
        nothing: dict[str, str] = {}
        await change(
            session, conversation_id, summary="", summarized_at=None, summarized_through=None, variables=nothing
        )


async def reopen(session: AsyncSession, conversation_id: UUID) -> None:
    """Listeners again: the characters that never left; where all did, the one that left last; none that is deleted."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(status=ConversationStatus.ACTIVE, last_activity_at=func.now())
    )
    theirs = (Participant.conversation_id == conversation_id, Participant.character_id.is_not(None))
    deleted = select(Character.id).where(Character.id == Participant.character_id, Character.deleted_at.is_not(None))
    await session.execute(
        update(Participant)
        .where(*theirs, Participant.left_at.is_(None), deleted.exists())
        .values(left_at=func.now())
        .execution_options(synchronize_session=False)
    )
    if await session.scalar(select(Participant.id).where(*theirs, Participant.left_at.is_(None)).limit(1)) is not None:
        return
    last = (
        select(Participant.id)
        .join(Character, Character.id == Participant.character_id)
        .where(*theirs, Character.deleted_at.is_(None))
        .order_by(Participant.left_at.desc(), Participant.id.desc())
        .limit(1)
    )
    await session.execute(update(Participant).where(Participant.id == last.scalar_subquery()).values(left_at=None))
    await _settle_primary(session, conversation_id)


async def ever_begun(session: AsyncSession, owner_id: UUID, channel_id: int) -> bool:
    """Whether this owner ever began a conversation in a channel, active or not."""
    statement = select(Conversation.id).where(Conversation.owner_id == owner_id, Conversation.channel_id == channel_id)
    return await session.scalar(statement.limit(1)) is not None
