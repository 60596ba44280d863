"""The wordings of a reply: making another, choosing between them, changing one by hand, and rating them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.ids import new_id
from db.models import (
    EditReason,
    Message,
    MessageEdit,
    MessageVariant,
    Rating,
    Rewording,
    Turn,
    TurnPart,
    TurnState,
    VariantPrompt,
)


@dataclass(frozen=True, slots=True)
class Stands:
    """The words of a turn as the channel shows them. `count` is how many wordings there are; a greeting has none."""

    message_id: UUID
    content: str
    chosen: int
    count: int


STANDS = (
    select(
        Message.id,
        Message.content,
        Message.chosen_variant,
        select(func.count())
        .select_from(MessageVariant)
        .where(MessageVariant.message_id == Message.id)
        .scalar_subquery()
        .label("count"),
    )
    .where(Message.turn_id == bindparam("turn_id", type_=Uuid()))
    .limit(1)
)
"""What a turn's reply says now, as `Stands` has it."""


async def stands(session: AsyncSession, turn_id: UUID) -> Stands | None:
    """What a turn's reply says now; None where it says nothing (any more)."""
    row = (await session.execute(STANDS, {"turn_id": turn_id})).one_or_none()
    return None if row is None else Stands(*row)


async def begin_rewording(
    session: AsyncSession, turn_id: UUID, how: Rewording, *, by: UUID, boot_id: UUID, text: str | None = None
) -> bool:
    """A reply that stands is at work again; False where it does not stand or somebody else was first.

    With `text` the new words are known and only the channel has yet to show them.
    """
    statement = (
        update(Turn)
        .where(Turn.id == turn_id, Turn.state == TurnState.SENT, Turn.rewording.is_(None))
        .values(
            rewording=how,
            rewording_by=by,
            boot_id=boot_id,
            attempts=0,
            reason=None,
            text=text,
            state=TurnState.CLAIMED if text is None else TurnState.GENERATED,
        )
        .execution_options(synchronize_session=False)
    )
    result = await (await session.connection()).execute(statement)
    return result.rowcount == 1


async def end_rewording(session: AsyncSession, turn_id: UUID, text: str) -> None:
    """A reply that was at work again stands with these words."""
    await session.execute(
        update(Turn)
        .where(Turn.id == turn_id)
        .values(rewording=None, rewording_by=None, state=TurnState.SENT, text=text, finished_at=func.now())
    )


async def take_over(session: AsyncSession, turn_id: UUID, text: str, *, number: int, is_edited: bool = False) -> None:
    """The words the channel shows from now on: variant `number`, which now says `text`."""
    edited = {"edited_at": func.now()} if is_edited else {}
    await session.execute(
        update(Message).where(Message.turn_id == turn_id).values(content=text, chosen_variant=number, **edited)
    )
    own = select(Message.id).where(Message.turn_id == turn_id).scalar_subquery()
    await session.execute(
        update(MessageVariant)
        .where(MessageVariant.message_id == own, MessageVariant.number == number, MessageVariant.content != text)
        .values(content=text)
        .execution_options(synchronize_session=False)
    )


async def choose(session: AsyncSession, turn_id: UUID, number: int) -> None:
    """Variant `number` is the chosen one; its words follow once the channel shows them."""
    await session.execute(update(Message).where(Message.turn_id == turn_id).values(chosen_variant=number))


async def keep_edit(
    session: AsyncSession, message_id: UUID, previous: str, reason: EditReason, edited_by: UUID | None
) -> None:
    """Keep what a message said before."""
    session.add(MessageEdit(message_id=message_id, previous=previous, reason=reason, edited_by=edited_by))
    await session.flush()


async def prompt_of(session: AsyncSession, variant_id: UUID) -> VariantPrompt | None:
    """The whole prompt behind a wording, where the acting user is who asked and it is still kept."""
    return await session.get(VariantPrompt, variant_id)


async def variants(session: AsyncSession, turn_id: UUID) -> Sequence[MessageVariant]:
    """Every wording of a turn's reply, in the order they were made."""
    statement = (
        select(MessageVariant)
        .join(Message, Message.id == MessageVariant.message_id)
        .where(Message.turn_id == turn_id)
        .order_by(MessageVariant.number)
    )
    return (await session.scalars(statement)).all()


async def edits(session: AsyncSession, turn_id: UUID) -> Sequence[MessageEdit]:
    """Earlier wordings that were changed by hand or gone on from, oldest first."""
    statement = (
        select(MessageEdit)
        .join(Message, Message.id == MessageEdit.message_id)
        .where(Message.turn_id == turn_id)
        .order_by(MessageEdit.id)
    )
    return (await session.scalars(statement)).all()


async def drop_parts(session: AsyncSession, turn_id: UUID, first: int) -> None:
    """A reply became shorter: its messages from this number on are gone."""
    await session.execute(delete(TurnPart).where(TurnPart.turn_id == turn_id, TurnPart.number >= first))


@dataclass(frozen=True, slots=True)
class Control:
    """A reply under which the button stands: its turn, and the message that carries it."""

    turn_id: UUID
    message_id: int


LAST_MESSAGE = (
    select(TurnPart.message_id)
    .where(TurnPart.turn_id == Turn.id, TurnPart.message_id.is_not(None))
    .order_by(TurnPart.number.desc())
    .limit(1)
    .correlate(Turn)
    .scalar_subquery()
)
"""The last message of a turn."""


async def rate(
    session: AsyncSession, *, turn_id: UUID, character_id: UUID, user_id: UUID, stars: int, words: str | None
) -> None:
    """One person's opinion of one reply, in place of an earlier one. `words` None leaves what they wrote before."""
    values = {"stars": stars, "character_id": character_id} | ({} if words is None else {"words": words})
    statement = insert(Rating).values(id=new_id(), turn_id=turn_id, user_id=user_id, **values)
    await (await session.connection()).execute(
        statement.on_conflict_do_update(
            index_elements=[Rating.turn_id, Rating.user_id], set_={**values, "updated_at": func.now()}
        )
    )


async def rating(session: AsyncSession, turn_id: UUID, user_id: UUID) -> Rating | None:
    """What the acting user thinks of a reply."""
    return await session.scalar(select(Rating).where(Rating.turn_id == turn_id, Rating.user_id == user_id))
