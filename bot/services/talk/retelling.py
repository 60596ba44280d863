"""When a recap is made again: lines no longer fit the prompts, or one it tells of is changed or taken back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from db.queries.talk import conversations, recaps
from db.work import Work

JOB = "recap"
"""The job that makes recaps (`bot.services.talk.recaps`); its payload names the conversation."""

_PATIENCE = timedelta(seconds=30)
"""How long a forgotten recap is not made afresh: whoever changes one line often changes another."""


async def ask_for(work: Work, conversation_id: UUID, *, after: timedelta | None = None) -> None:
    """Have a conversation's recap brought up to date by a job, once this work is committed."""
    await work.enqueue(JOB, {"conversation": str(conversation_id)}, after=after, once=f"{JOB} {conversation_id}")


async def changing(
    work: Work, conversation_id: UUID, *, turn_id: UUID | None = None, discord_message_id: int | None = None
) -> None:
    """A line is about to be changed or taken back: a recap that tells of it is forgotten, and made afresh by a job."""
    if turn_id is None:
        # A recap that is written down at this moment is waited for: it tells of the line as it was.
        await conversations.lock(work.session, conversation_id)
    if await recaps.forget(work.session, conversation_id, turn_id=turn_id, discord_message_id=discord_message_id):
        await ask_for(work, conversation_id, after=_PATIENCE)
