"""A character leaves a conversation in a process that neither hears nor speaks: those that do are told by notice."""

from __future__ import annotations

from uuid import UUID

from bot.services.talk.listening import announce
from db.queries.talk import conversations
from db.work import Work


async def leave(work: Work, conversation_id: UUID, channel_id: int, character_id: UUID) -> bool:
    """It listens there no more; with the last one the conversation ends. False where it was gone already.

    Whoever calls has checked who may, and opened the work as a turn of that conversation.
    """
    if await conversations.lock(work.session, conversation_id) is None:
        return False
    present = await conversations.present(work.session, conversation_id)
    if all(one.character_id != character_id for one in present):
        return False
    await conversations.leave_character(work.session, conversation_id, character_id)
    await conversations.settle_kind(work.session, conversation_id)
    if len(present) == 1:
        await conversations.archive(work.session, conversation_id)
    await announce(work, conversation_id, channel_id)
    return True
