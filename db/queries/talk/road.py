"""The road from a heard message to the model: the statements that every reply takes, prepared once (`db.direct`).

A function is one trip to the database where it says nothing else: what is changed together stands in one statement, as
`WITH` parts of it. The road's other half is `showing`; what is needed less often stands in the modules beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    LargeBinary,
    SmallInteger,
    Uuid,
    and_,
    any_,
    bindparam,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from db.direct import Direct, Prepared
from db.ids import new_id
from db.models import (
    UNFINISHED,
    Character,
    CharacterGender,
    CharacterTraits,
    Conversation,
    DepthNote,
    InboxMessage,
    InboxState,
    Media,
    Message,
    MessageAttachment,
    MessageKind,
    Participant,
    SpeechExample,
    Turn,
    TurnPart,
    TurnState,
    User,
)
from db.queries.lore.activation import may_apply
from db.queries.talk.conversations import JOIN_USER, SETTLE_KIND
from db.queries.talk.messages import Enclosed, Utterance, shown_as
from db.queries.talk.turns import Claim, Standing
from db.queries.talk.variants import STANDS, Stands
from db.queries.wellbeing.limits import LIMITED, TAKE_PART

_TURN = bindparam("turn_id", type_=Uuid())
_CONVERSATION = bindparam("conversation_id", type_=Uuid())
_TRIGGER = bindparam("trigger_message_id", type_=BigInteger())
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_CHARACTERS = bindparam("character_ids", type_=ARRAY(Uuid()))


@dataclass(frozen=True, slots=True)
class CharacterFacts:
    """A character as an answer of it needs it."""

    name: str
    description: str
    system_prompt: str
    greeting: str
    examples: Sequence[SpeechExample]
    phrases: Sequence[str]
    nickname: str
    gender: CharacterGender | None
    age: int | None
    traits: CharacterTraits
    tags: Sequence[str]
    temperature: float | None
    is_adult: bool
    provider: str | None
    model: str | None
    definition: str
    personality: str
    scenario: str
    last_instructions: str
    note: DepthNote
    creator_notes: str
    card_version: str
    picture_sha256: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn taken up: as it stands, with what its conversation, its character and who asked bring along.

    `asker_name` is None where the account is gone. `may_have_lore`: some book may be in force here.
    """

    turn: Standing
    character: CharacterFacts
    recap: str
    recap_through: UUID | None
    variables: Mapping[str, str]
    asker_name: str | None
    asker_locale: str | None
    asker_discord_id: int | None
    may_have_lore: bool = False


# ------------------------------------------------------------------------------------------------ the inbox

_RECEIVE = Prepared(
    insert(InboxMessage)
    .values(
        message_id=bindparam("message_id"),
        channel_id=bindparam("channel_id"),
        heard=bindparam("heard"),
        state=InboxState.RECEIVED,
    )
    .on_conflict_do_nothing(index_elements=[InboxMessage.message_id])
)

_MARK = update(InboxMessage).where(InboxMessage.message_id == _TRIGGER)
_MARK_CLAIMED = _MARK.values(state=InboxState.CLAIMED)
_MARK_OVER = Prepared(_MARK.values(state=bindparam("state"), reason=bindparam("reason"), done_at=func.now()))


async def receive(direct: Direct, *, message_id: int, channel_id: int, heard: Mapping[str, Any]) -> bool:
    """Write a message down. False where it was written down before: Discord delivers some twice."""
    return await direct.count(_RECEIVE, message_id=message_id, channel_id=channel_id, heard=heard) == 1


async def done(direct: Direct, message_id: int, dropped: str | None = None) -> None:
    """The inbox is done with a message; `dropped` says why it was not answered."""
    state = InboxState.DONE if dropped is None else InboxState.DROPPED
    await direct.count(_MARK_OVER, trigger_message_id=message_id, state=state, reason=dropped)


# ------------------------------------------------------------------------------------------------ claiming

_ASKED = (
    func.unnest(_IDS, _CHARACTERS)
    .table_valued(column("id", Uuid()), column("character_id", Uuid()), name="asked")
    .render_derived()
)
_PRESENT = (
    Participant.conversation_id == _CONVERSATION,
    Participant.character_id.is_not(None),
    Participant.left_at.is_(None),
)
_CLAIMED: Mapping[str, Any] = {
    "id": _ASKED.c.id,
    "character_id": _ASKED.c.character_id,
    "conversation_id": _CONVERSATION,
    "asker_id": bindparam("asker_id", type_=Uuid()),
    "trigger_message_id": _TRIGGER,
    "boot_id": bindparam("boot_id", type_=Uuid()),
    "state": literal(TurnState.CLAIMED, Turn.state.type),
    "attempts": literal(0, SmallInteger()),
    "kind": bindparam("kind", type_=Turn.kind.type),
    "priority": bindparam("priority", type_=Turn.priority.type),
    "chain": bindparam("chain", type_=SmallInteger()),
    "answer_token_sealed": bindparam("answer_token_sealed", type_=LargeBinary()),
}
_CLAIM = Prepared(
    insert(Turn)
    .from_select(
        list(_CLAIMED),
        select(*_CLAIMED.values()).where(exists().where(*_PRESENT, Participant.character_id == _ASKED.c.character_id)),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=[Turn.trigger_message_id, Turn.character_id])
    .returning(Turn.character_id, Turn.id)
)
# The same for what counts for whoever asked: counted first, and claimed only where they limited nothing. Read by the
# insert and by the answer, the part is computed once.
_PART = select(TAKE_PART.label("outcome")).cte("part").prefix_with("MATERIALIZED")
_CLAIMED_NOW = (
    insert(Turn)
    .from_select(
        list(_CLAIMED),
        select(*_CLAIMED.values()).where(
            _PART.c.outcome != LIMITED, exists().where(*_PRESENT, Participant.character_id == _ASKED.c.character_id)
        ),
        include_defaults=False,
    )
    .on_conflict_do_nothing(index_elements=[Turn.trigger_message_id, Turn.character_id])
    .returning(Turn.character_id, Turn.id)
    .cte("claimed")
)
_CLAIM_COUNTED = Prepared(
    select(_PART.c.outcome, _CLAIMED_NOW.c.character_id, _CLAIMED_NOW.c.id).select_from(
        _PART.outerjoin(_CLAIMED_NOW, true())
    )
)
_CLAIMED_BEFORE = Prepared(
    select(Turn.character_id, Turn.id)
    .join(Participant, Participant.character_id == Turn.character_id)
    .where(*_PRESENT, Turn.trigger_message_id == _TRIGGER, Turn.character_id == any_(_CHARACTERS))
)


async def claim(direct: Direct, claim: Claim, character_ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """The turns with which those of these characters answer that are present: new ones, or those there are already.

    By character, in the order of the ids. A second trip where not all of them were new.
    """
    values = {name: getattr(claim, name) for name in claim.__dataclass_fields__}
    values |= {"ids": [new_id() for _ in character_ids], "character_ids": list(character_ids)}
    return await _all_claimed(direct, await direct.rows(_CLAIM, **values), character_ids, values)


async def claim_counted(
    direct: Direct, claim: Claim, character_ids: Sequence[UUID], *, minute: int, guild: int, moment: datetime
) -> tuple[str, Mapping[UUID, UUID]]:
    """As `claim`, and a minute counts for who asks, in the same trip (`queries.wellbeing.limits.take_part`).

    Where that says `LIMITED` nothing was counted and nothing claimed.
    """
    values = {name: getattr(claim, name) for name in claim.__dataclass_fields__}
    values |= {"ids": [new_id() for _ in character_ids], "character_ids": list(character_ids)}
    rows = await direct.rows(_CLAIM_COUNTED, **values, minute=minute, guild=guild, moment=moment)
    outcome = str(rows[0].outcome)
    if outcome == LIMITED:
        return outcome, {}
    return outcome, await _all_claimed(direct, [row for row in rows if row.id is not None], character_ids, values)


async def _all_claimed(
    direct: Direct, rows: list[Any], character_ids: Sequence[UUID], values: Mapping[str, Any]
) -> Mapping[UUID, UUID]:
    if len(rows) < len(character_ids):
        rows = rows + await direct.rows(_CLAIMED_BEFORE, **values)
    found: dict[UUID, UUID] = {row.character_id: row.id for row in rows}
    return {one: found[one] for one in character_ids if one in found}


_JOIN = Prepared(JOIN_USER)
_SETTLE_KIND = Prepared(SETTLE_KIND)


async def join(direct: Direct, conversation_id: UUID, user_id: UUID) -> None:
    """The person takes part from now on, if they did not before: then two trips."""
    if await direct.count(_JOIN, id=new_id(), conversation_id=conversation_id, user_id=user_id):
        await direct.count(_SETTLE_KIND, conversation_id=conversation_id)


_HEAR = Prepared(
    insert(Message)
    .values(
        id=bindparam("id"),
        conversation_id=_CONVERSATION,
        kind=MessageKind.USER,
        author_id=bindparam("author_id"),
        discord_message_id=_TRIGGER,
        content=bindparam("content"),
        chosen_variant=0,
        type=bindparam("type"),
        speaker_name=bindparam("speaker_name"),
        persona_id=bindparam("persona_id"),
        reply_to_id=shown_as(_CONVERSATION, bindparam("replies_to", type_=BigInteger())),
        sensitivity=bindparam("sensitivity"),
    )
    .on_conflict_do_nothing(
        index_elements=[Message.discord_message_id, Message.conversation_id],
        index_where=Message.discord_message_id.is_not(None),
    )
    .add_cte(_MARK_CLAIMED.cte("marked"))
)
_ENCLOSE = Prepared(
    insert(MessageAttachment).values(
        {name: bindparam(name) for name in ("id", "message_id", "number", *Enclosed.__dataclass_fields__)}
    )
)


async def hear(
    direct: Direct, *, conversation_id: UUID, author_id: UUID, said: Utterance, enclosed: Sequence[Enclosed] = ()
) -> None:
    """Keep what a person said to the characters, which is claimed now; hearing it again changes nothing.

    One more trip for each thing that came with it.
    """
    message_id = new_id()
    is_new = await direct.count(
        _HEAR,
        id=message_id,
        conversation_id=conversation_id,
        author_id=author_id,
        trigger_message_id=said.discord_message_id,
        content=said.content,
        type=said.type,
        speaker_name=said.speaker_name,
        persona_id=said.persona_id,
        replies_to=said.replies_to,
        sensitivity=said.sensitivity,
    )
    for number, one in enumerate(enclosed if is_new else ()):
        values = {name: getattr(one, name) for name in one.__dataclass_fields__}
        await direct.count(_ENCLOSE, id=new_id(), message_id=message_id, number=number, **values)


# ------------------------------------------------------------------------------------------------ taking up

_TAKEN = (
    update(Turn)
    .where(Turn.id == _TURN, or_(*(Turn.state == state for state in UNFINISHED)))
    .values(boot_id=bindparam("boot_id"), attempts=Turn.attempts + 1)
    .returning(Turn)
    .cte("taken")
)


def _parts(turn: Any, value: Any) -> Any:
    return (
        select(func.array_agg(aggregate_order_by(value, TurnPart.number)))
        .where(TurnPart.turn_id == turn.c.id)
        .scalar_subquery()
    )


_CHARACTER = tuple(getattr(Character, name) for name in CharacterFacts.__dataclass_fields__ if name != "picture_sha256")


def with_all(turn: Any) -> Any:
    """Rows of turns with what their conversation, character and asker bring along; `turn` has the columns of `Turn`."""
    return (
        select(
            turn,
            _parts(turn, TurnPart.number).label("part_numbers"),
            _parts(turn, TurnPart.message_id).label("part_message_ids"),
            Conversation.guild_id,
            Conversation.channel_id,
            Conversation.webhook_channel_id,
            Conversation.owner_id,
            Conversation.via,
            Conversation.settings,
            Conversation.summary,
            Conversation.summarized_through,
            Conversation.variables,
            User.display_name.label("asker_name"),
            User.locale.label("asker_locale"),
            User.discord_id.label("asker_discord_id"),
            *(one.label(f"character_{one.key}") for one in _CHARACTER),
            Media.sha256.label("picture_sha256"),
            may_apply(Conversation, turn.c).label("may_have_lore"),
        )
        .join(Conversation, Conversation.id == turn.c.conversation_id)
        .join(Character, and_(Character.id == turn.c.character_id, Character.deleted_at.is_(None)))
        .outerjoin(Media, Media.id == Character.picture_id)
        .outerjoin(User, User.id == turn.c.asker_id)
    )


_TAKE_UP = Prepared(with_all(_TAKEN))
_LOOK = Prepared(with_all(Turn.__table__).where(Turn.id == _TURN))
_STANDS = Prepared(STANDS)


async def take_up(direct: Direct, turn_id: UUID, boot_id: UUID) -> Taken | None:
    """The turn, marked as this run's, its attempt counted; None where it is over or gone, or its character is.

    A second trip for a reply that is worded again.
    """
    return await taken_of(direct, await direct.row(_TAKE_UP, turn_id=turn_id, boot_id=boot_id))


async def look(direct: Direct, turn_id: UUID) -> Taken | None:
    """The turn as it is now; None where it is gone, or its character is. Trips as for `take_up`."""
    return await taken_of(direct, await direct.row(_LOOK, turn_id=turn_id))


async def taken_of(direct: Direct, row: Any) -> Taken | None:
    """A turn out of its row (`with_all`)."""
    if row is None:
        return None
    stands = None if row.rewording is None else await direct.row(_STANDS, turn_id=row.id)
    return Taken(
        turn=_standing(row, None if stands is None else Stands(*stands)),
        character=CharacterFacts(
            picture_sha256=row.picture_sha256,
            **{one.key: getattr(row, f"character_{one.key}") for one in _CHARACTER},
        ),
        recap=row.summary,
        recap_through=row.summarized_through,
        variables=row.variables,
        asker_name=row.asker_name,
        asker_locale=row.asker_locale,
        asker_discord_id=row.asker_discord_id,
        may_have_lore=row.may_have_lore,
    )


_PRESENT_NAMES = Prepared(
    select(Character.id, Character.name)
    .join(Participant, Participant.character_id == Character.id)
    .where(*_PRESENT)
    .order_by(Participant.joined_at, Participant.id)
)


async def present_names(direct: Direct, conversation_id: UUID) -> Mapping[UUID, str]:
    """The characters that listen, in the order they came."""
    return {row.id: row.name for row in await direct.rows(_PRESENT_NAMES, conversation_id=conversation_id)}


def _standing(row: Any, stands: Stands | None) -> Standing:
    parts = dict(zip(row.part_numbers or (), row.part_message_ids or (), strict=True))
    return Standing(
        turn_id=row.id,
        conversation_id=row.conversation_id,
        character_id=row.character_id,
        asker_id=row.asker_id,
        trigger_message_id=row.trigger_message_id,
        state=row.state,
        attempts=row.attempts,
        text=row.text,
        stopped=row.stopped,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        webhook_channel_id=row.webhook_channel_id,
        conversation_owner_id=row.owner_id,
        known={number: message_id for number, message_id in parts.items() if message_id is not None},
        unsure=frozenset(number for number, message_id in parts.items() if message_id is None),
        claimed_at=row.claimed_at,
        via=row.via,
        settings=row.settings,
        kind=row.kind,
        priority=row.priority,
        chain=row.chain,
        answer_token_sealed=row.answer_token_sealed,
        rewording=row.rewording,
        rewording_by=row.rewording_by,
        stands=stands,
    )
