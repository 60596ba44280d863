"""A turn that nobody claimed and nobody will: what an answer would be made from here and now, for trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger, Uuid, bindparam, cast, false, func, literal, null, select

from db.direct import Direct, Prepared
from db.models import Priority, Turn, TurnKind, TurnState
from db.queries.talk.road import Taken, taken_of, with_all

_TRIAL_VALUES: Mapping[str, Any] = {
    "id": bindparam("turn_id", type_=Uuid()),
    "conversation_id": bindparam("conversation_id", type_=Uuid()),
    "character_id": bindparam("character_id", type_=Uuid()),
    "asker_id": bindparam("asker_id", type_=Uuid()),
    "trigger_message_id": literal(0, BigInteger()),
    "state": literal(TurnState.CLAIMED, Turn.state.type),
    "attempts": literal(0, SmallInteger()),
    "kind": literal(TurnKind.REPLY, Turn.kind.type),
    "priority": literal(Priority.NORMAL, Turn.priority.type),
    "chain": literal(0, SmallInteger()),
    "stopped": false(),
    "has_controls": false(),
    "claimed_at": func.now(),
}
_TRIAL = Prepared(
    with_all(
        select(
            *(_TRIAL_VALUES.get(one.key, cast(null(), one.type)).label(one.key) for one in Turn.__table__.columns)
        ).subquery("trial")
    )
)


async def trial(
    direct: Direct, turn_id: UUID, *, conversation_id: UUID, character_id: UUID, asker_id: UUID
) -> Taken | None:
    """What an answer of a character to a person would be made from now; None where one of them is gone."""
    values = {"conversation_id": conversation_id, "character_id": character_id, "asker_id": asker_id}
    return await taken_of(direct, await direct.row(_TRIAL, turn_id=turn_id, **values))
