"""How an answer comes to stand in a channel: the statements that every reply takes, prepared once (`db.direct`).

A function is one trip to the database where it says nothing else. The road's first half is `road`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    SmallInteger,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from db.direct import Direct, Prepared
from db.ids import new_id
from db.models import (
    UNFINISHED,
    Conversation,
    InboxMessage,
    InboxState,
    Message,
    MessageKind,
    MessageType,
    MessageVariant,
    PartState,
    PromptMessageRecord,
    PromptPartRecord,
    Turn,
    TurnPart,
    TurnState,
    VariantPrompt,
)
from db.queries.talk.messages import as_heard
from db.queries.talk.turns import Standing
from db.queries.talk.variants import LAST_MESSAGE, Control

_TURN = bindparam("turn_id", type_=Uuid())
_CONVERSATION = bindparam("conversation_id", type_=Uuid())
_TRIGGER = bindparam("trigger_message_id", type_=BigInteger())


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """One wording of a message and what it took; see `MessageVariant`."""

    message_id: UUID
    number: int
    content: str
    provider: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cost_micros: int | None
    price_source: str | None
    finish_reason: str
    first_token_ms: int | None
    total_ms: int | None
    prompt_parts: Sequence[PromptPartRecord]


# ------------------------------------------------------------------------------------------------ parts

_OPENING = Prepared(
    insert(TurnPart)
    .values(turn_id=_TURN, number=bindparam("number"), state=PartState.OPENING)
    .on_conflict_do_nothing(index_elements=[TurnPart.turn_id, TurnPart.number])
)
_OPENED = Prepared(
    insert(TurnPart)
    .values(turn_id=_TURN, number=bindparam("number"), state=PartState.OPENED, message_id=bindparam("message_id"))
    .on_conflict_do_update(
        index_elements=[TurnPart.turn_id, TurnPart.number],
        set_={"state": PartState.OPENED, "message_id": bindparam("message_id"), "updated_at": func.now()},
    )
)


async def opening(direct: Direct, turn_id: UUID, number: int) -> None:
    """A part is about to be posted."""
    await direct.count(_OPENING, turn_id=turn_id, number=number)


async def opened(direct: Direct, turn_id: UUID, number: int, message_id: int) -> None:
    """A part stands in the channel."""
    await direct.count(_OPENED, turn_id=turn_id, number=number, message_id=message_id)


# ------------------------------------------------------------------------------------------------ the words

_GENERATE = (
    update(Turn)
    .where(Turn.id == _TURN)
    .values(state=TurnState.GENERATED, text=bindparam("content"), stopped=bindparam("stopped"), generated_at=func.now())
)
_GENERATED = Prepared(_GENERATE)
_SPOKEN = Prepared(
    insert(Message)
    .values(
        id=bindparam("message_id"),
        conversation_id=_CONVERSATION,
        turn_id=_TURN,
        character_id=bindparam("character_id"),
        kind=MessageKind.CHARACTER,
        content=bindparam("content"),
        chosen_variant=0,
        type=MessageType.TEXT,
        sensitivity=as_heard(_CONVERSATION, _TRIGGER),
    )
    .add_cte(_GENERATE.cte("generated"))
)
_VARIANT = Prepared(
    insert(VariantPrompt)
    .values(variant_id=bindparam("id"), asker_id=bindparam("asker_id"), messages=bindparam("messages"))
    .add_cte(
        insert(MessageVariant)
        .values({name: bindparam(name) for name in ("id", *VariantFacts.__dataclass_fields__)})
        .cte("variant")
    )
)


async def generated(direct: Direct, turn: Standing, text: str, *, stopped: bool) -> UUID:
    """The whole text is known, no model is asked again. Returns the message it becomes, or was already."""
    if turn.stands is not None:
        await direct.count(_GENERATED, turn_id=turn.turn_id, content=text, stopped=stopped)
        return turn.stands.message_id
    message_id = new_id()
    await direct.count(
        _SPOKEN,
        message_id=message_id,
        conversation_id=turn.conversation_id,
        turn_id=turn.turn_id,
        character_id=turn.character_id,
        trigger_message_id=turn.trigger_message_id,
        content=text,
        stopped=stopped,
    )
    return message_id


async def add_variant(
    direct: Direct, facts: VariantFacts, *, asker_id: UUID, prompt: Sequence[PromptMessageRecord]
) -> None:
    """Keep one wording with what it cost, and the whole prompt for who asked: the work must be on their behalf."""
    values = {name: getattr(facts, name) for name in facts.__dataclass_fields__}
    await direct.count(_VARIANT, id=new_id(), asker_id=asker_id, messages=prompt, **values)


_VARIABLES = Prepared(
    update(Conversation).where(Conversation.id == _CONVERSATION).values(variables=bindparam("variables"))
)


async def put_variables(direct: Direct, conversation_id: UUID, variables: Mapping[str, str]) -> None:
    """What macros remember in this conversation."""
    await direct.count(_VARIABLES, conversation_id=conversation_id, variables=dict(variables))


# ------------------------------------------------------------------------------------------------ the end

_LAST_NUMBER = 2**15 - 1
_PARTS = (
    func.unnest(bindparam("numbers", type_=ARRAY(SmallInteger())), bindparam("message_ids", type_=ARRAY(BigInteger())))
    .table_valued(column("number", SmallInteger()), column("message_id", BigInteger()), name="shown")
    .render_derived()
)
_SHOW = insert(TurnPart).from_select(
    ["turn_id", "number", "state", "message_id"],
    select(_TURN, _PARTS.c.number, literal(PartState.SENT, TurnPart.state.type), _PARTS.c.message_id),
    include_defaults=False,
)
_OTHER = aliased(Turn)
_OTHERS_UNFINISHED = exists().where(
    _OTHER.trigger_message_id == _TRIGGER, _OTHER.id != _TURN, or_(*(_OTHER.state == state for state in UNFINISHED))
)
_SHOWN = (
    _SHOW.on_conflict_do_update(
        index_elements=[TurnPart.turn_id, TurnPart.number],
        set_={"state": PartState.SENT, "message_id": _SHOW.excluded.message_id, "updated_at": func.now()},
    ).cte("shown_parts"),
    delete(TurnPart)
    .where(TurnPart.turn_id == _TURN, TurnPart.number > bindparam("last_number", type_=SmallInteger()))
    .cte("dropped_parts"),
    update(Message)
    .where(Message.turn_id == _TURN)
    .values(
        discord_message_id=func.coalesce(bindparam("first_message_id", type_=BigInteger()), Message.discord_message_id)
    )
    .cte("shown_message"),
    update(Turn)
    .where(Turn.id == _TURN)
    .values(
        state=TurnState.SENT, finished_at=func.now(), answer_token_sealed=null(), has_controls=bindparam("has_controls")
    )
    .cte("sent_turn"),
    update(Conversation).where(Conversation.id == _CONVERSATION).values(last_activity_at=func.now()).cte("touched"),
    # With the answer: after a crash the message is found done with, or its answer still on the way.
    update(InboxMessage)
    .where(InboxMessage.message_id == _TRIGGER, InboxMessage.state == InboxState.CLAIMED, ~_OTHERS_UNFINISHED)
    .values(state=InboxState.DONE, done_at=func.now())
    .cte("done"),
)
_SENT = Prepared(
    select(Turn.id, LAST_MESSAGE.label("message_id"))
    .where(Turn.conversation_id == _CONVERSATION, Turn.has_controls, Turn.id != _TURN)
    .add_cte(*_SHOWN)
)


async def sent(direct: Direct, turn: Standing, parts: Mapping[int, int]) -> Sequence[Control]:
    """The channel shows the whole answer in these messages, by number, and no others.

    The inbox is done with what it answers, where no other answer to it is on its way.
    Returns other replies of the conversation under which the button is known to stand.
    """
    numbers = sorted(parts)
    rows = await direct.rows(
        _SENT,
        turn_id=turn.turn_id,
        conversation_id=turn.conversation_id,
        trigger_message_id=turn.trigger_message_id,
        numbers=numbers,
        message_ids=[parts[number] for number in numbers],
        last_number=numbers[-1] if numbers else _LAST_NUMBER,
        first_message_id=parts[numbers[0]] if numbers else None,
        has_controls=bool(numbers),
    )
    return [Control(row.id, row.message_id) for row in rows if row.message_id is not None]


_STRIPPED = Prepared(
    update(Turn).where(Turn.id == any_(bindparam("ids", type_=ARRAY(Uuid())))).values(has_controls=False)
)


async def stripped(direct: Direct, turn_ids: Sequence[UUID]) -> None:
    """The button does not stand under these any more."""
    await direct.count(_STRIPPED, ids=list(turn_ids))
