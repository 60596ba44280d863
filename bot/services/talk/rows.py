"""The rows of a turn. Each step is a short unit of work: no connection is held while a model or Discord is awaited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.failpoints import Point
from bot.ports import Finished, Part, Prompt
from bot.services.talk.compose_types import Snapshot
from bot.services.talk.inbox import Errand, written
from bot.services.talk.snapshot import Cast, cast_of, snapshot_of
from db.models import InboxState, MessageKind, MessageVariant, PromptPartRecord, TurnState
from db.queries.talk import conversations, delivery, messages, turns
from db.queries.talk.turns import Standing
from db.work import Actor, Database


@dataclass(frozen=True, slots=True)
class Worded:
    """A whole answer with what it cost. `finished` is None where the asker stopped it: then nothing was reported."""

    text: str
    prompt: Prompt
    provider: str
    model: str
    finished: Finished | None
    first_token_ms: int | None = None
    total_ms: int | None = None


class TurnRows:
    """Writes down every step of a turn before the next one is taken. `passing` marks the edges between them."""

    def __init__(self, database: Database, boot_id: UUID, passing: Callable[[Point], None]) -> None:
        self._database = database
        self._boot_id = boot_id
        self._passing = passing

    async def receive(self, errand: Errand) -> bool:
        """Write the message into the inbox. False where it stands there already."""
        async with self._database.work(Actor.job("inbox")) as work:
            is_new = await delivery.receive(
                work.session,
                message_id=errand.heard.message_id,
                channel_id=errand.heard.place.channel_id,
                heard=written(errand),
            )
        self._passing(Point.RECEIVED)
        return is_new

    async def claim(self, errand: Errand, conversation_id: UUID, asker_id: UUID) -> Sequence[UUID]:
        """The turns this message earns, one for each character spoken to that is (still) present, in order."""
        heard = errand.heard
        async with self._database.work(Actor.turn(conversation_id, asker_id)) as work:
            present = {one.character_id for one in await conversations.present(work.session, conversation_id)}
            claimed = [
                await turns.claim(
                    work.session,
                    conversation_id=conversation_id,
                    character_id=character_id,
                    asker_id=asker_id,
                    trigger_message_id=heard.message_id,
                    boot_id=self._boot_id,
                )
                for character_id in errand.to
                if character_id in present
            ]
            if claimed:
                if await conversations.join_user(work.session, conversation_id, asker_id):
                    await conversations.settle_kind(work.session, conversation_id)
                await messages.hear(
                    work.session,
                    conversation_id=conversation_id,
                    author_id=asker_id,
                    discord_message_id=heard.message_id,
                    content=heard.content,
                )
                await delivery.mark(work.session, heard.message_id, InboxState.CLAIMED)
        self._passing(Point.CLAIMED)
        return claimed

    async def reword(self, errand: Errand, conversation_id: UUID | None) -> None:
        """The message was changed before it was answered."""
        async with self._database.work(Actor.job("inbox")) as work:
            await delivery.reheard(work.session, errand.heard.message_id, written(errand))
        if conversation_id is not None:
            await self.reword_said(conversation_id, errand.heard.message_id, errand.heard.content)

    async def reword_said(self, conversation_id: UUID, message_id: int, content: str) -> None:
        """The history follows a message that was changed."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await messages.reword(work.session, conversation_id, message_id, content)

    async def settle_message(self, message_id: int, *, dropped: str | None = None) -> None:
        """The inbox is done with a message; `dropped` says why it was not answered."""
        state = InboxState.DONE if dropped is None else InboxState.DROPPED
        async with self._database.work(Actor.job("inbox")) as work:
            await delivery.mark(work.session, message_id, state, dropped)

    async def forget_message(self, conversation_id: UUID, message_id: int) -> None:
        """The message was taken back; it leaves the history."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            await messages.forget(work.session, conversation_id, message_id)

    async def take_up(self, turn_id: UUID, conversation_id: UUID) -> tuple[Standing, Cast] | None:
        """The turn as it stands, marked as this run's, with who takes part; None where it is gone or over."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            standing = await turns.take_up(work.session, turn_id, self._boot_id)
            if standing is None or standing.is_over:
                return None
            return standing, await cast_of(work, standing)

    async def snapshot(self, turn: Standing) -> Snapshot:
        """What the answer is composed from. Raises `NotFound`."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            return await snapshot_of(work, turn)

    async def opening(self, turn: Standing, number: int) -> None:
        """A part is about to be posted."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.opening(work.session, turn.turn_id, number)
        self._passing(Point.OPENING)

    async def opened(self, turn: Standing, part: Part) -> None:
        """A part stands in the channel."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.opened(work.session, turn.turn_id, part.number, part.message_id)
        self._passing(Point.OPENED)

    async def generated(self, turn: Standing, worded: Worded) -> None:
        """The whole answer, its cost and its prompt's account are safe; no model is asked for it again."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.generated(work.session, turn.turn_id, worded.text, stopped=worded.finished is None)
            message_id = await messages.speak(
                work.session,
                conversation_id=turn.conversation_id,
                turn_id=turn.turn_id,
                character_id=turn.character_id,
                kind=MessageKind.CHARACTER,
                content=worded.text,
            )
            await messages.add_variant(work.session, _variant(message_id, worded))
        self._passing(Point.GENERATED)

    async def sent(self, turn: Standing, parts: Sequence[Part]) -> None:
        """The channel shows the whole answer."""
        self._passing(Point.SENDING)
        ids = {part.number: part.message_id for part in parts}
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.sent(work.session, turn.turn_id, ids)
            if ids:
                await messages.shown(work.session, turn.turn_id, ids[min(ids)])
            await conversations.touch(work.session, turn.conversation_id)

    async def end(self, turn: Standing, state: TurnState, reason: str) -> None:
        """The turn ended without a reply, or (`UNKNOWN`) nobody can tell yet whether it did."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.end(work.session, turn.turn_id, state, reason)
            if state is not TurnState.UNKNOWN:
                await messages.unsay(work.session, turn.turn_id)


def _variant(message_id: UUID, worded: Worded) -> MessageVariant:
    usage = worded.finished.usage if worded.finished else None
    return MessageVariant(
        message_id=message_id,
        number=0,
        content=worded.text,
        provider=worded.provider,
        model=worded.model,
        tokens_in=usage.tokens_in if usage else None,
        tokens_out=usage.tokens_out if usage else None,
        cost_micros=usage.cost_micros if usage else None,
        price_source=usage.price_source if usage else None,
        finish_reason=worded.finished.reason if worded.finished else "stopped",
        first_token_ms=worded.first_token_ms,
        total_ms=worded.total_ms,
        prompt_parts=[
            PromptPartRecord(
                kind=part.kind, label=part.label, tokens=part.tokens, included=part.included, reason=part.reason
            )
            for part in worded.prompt.parts
        ],
    )
