"""The rows of a turn. Each step is a short unit of work: no connection is held while a model or Discord is awaited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bot.errors import NotFound
from bot.failpoints import Point
from bot.ports import Finished, Part, Prompt
from bot.services.talk.banter import Follower
from bot.services.talk.snapshot import Cast, cast_of
from bot.texts import N_
from db.ids import new_id
from db.models import (
    EditReason,
    MessageKind,
    MessageVariant,
    Priority,
    PromptMessageRecord,
    PromptPartRecord,
    Rewording,
    TurnKind,
    TurnState,
    VariantPrompt,
)
from db.queries.talk import conversations, messages, turns, variants
from db.queries.talk.turns import Claim, Standing
from db.queries.talk.variants import Control
from db.work import Actor, Database, Work


@dataclass(frozen=True, slots=True)
class Worded:
    """A whole answer with what it cost. `finished` is None where the asker stopped it: then nothing was reported.

    `variables` are the conversation's as the prompt's macros left them, None where they changed nothing.
    """

    text: str
    prompt: Prompt
    provider: str
    model: str
    finished: Finished | None
    first_token_ms: int | None = None
    total_ms: int | None = None
    variables: Mapping[str, str] | None = field(default=None, repr=False)


class TurnRows:
    """Writes down every step of a turn before the next one is taken. `passing` marks the edges between them."""

    def __init__(self, database: Database, boot_id: UUID, passing: Callable[[Point], None]) -> None:
        self._database = database
        self._boot_id = boot_id
        self._passing = passing

    async def take_up(self, turn_id: UUID, conversation_id: UUID) -> tuple[Standing, Cast] | None:
        """The turn as it stands, marked as this run's, with who takes part; None where it is gone or over."""
        async with self._database.work(Actor.turn(conversation_id)) as work:
            standing = await turns.take_up(work.session, turn_id, self._boot_id)
            if standing is None or standing.is_over:
                return None
            return standing, await cast_of(work, standing)

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
        """The whole answer, its cost and its prompt are safe; no model is asked for it again.

        Of a reply that is worded again this is one more variant; what it says stays until the channel shows the new.
        """
        async with self._database.work(Actor.turn(turn.conversation_id, turn.asker_id)) as work:
            await turns.generated(work.session, turn.turn_id, worded.text, stopped=worded.finished is None)
            message_id = turn.stands.message_id if turn.stands else await self._speak(work, turn, worded.text)
            variant = _variant(message_id, worded, turn.stands.count if turn.stands else 0)
            await messages.add_variant(work.session, variant)
            await variants.add_prompt(work.session, _prompt(variant.id, turn.asker_id, worded.prompt))
            if worded.variables is not None:
                await conversations.put_variables(work.session, turn.conversation_id, worded.variables)
        self._passing(Point.GENERATED)

    async def sent(
        self, turn: Standing, parts: Sequence[Part], text: str, follower: Follower | None = None
    ) -> tuple[tuple[Control, ...], UUID | None]:
        """The channel shows the whole answer. Returns earlier replies that still carry the button, and the turn claimed
        for the character that goes on after it, where one does.
        """
        self._passing(Point.SENDING)
        ids = {part.number: part.message_id for part in parts}
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.sent(work.session, turn.turn_id, ids)
            if ids:
                await messages.shown(work.session, turn.turn_id, ids[min(ids)])
            if turn.rewording is None:
                await conversations.touch(work.session, turn.conversation_id)
            else:
                await _reworded(work, turn, text)
            following = await self._follow(work, turn, follower, min(ids.values())) if follower and ids else None
            return await _pass_on_controls(work, turn, ids), following

    async def _follow(self, work: Work, turn: Standing, follower: Follower, message_id: int) -> UUID | None:
        """In the same work, so that a line which is shown and the one that follows it are not lost to each other."""
        claim = Claim(
            conversation_id=turn.conversation_id,
            asker_id=turn.asker_id,
            trigger_message_id=message_id,
            boot_id=self._boot_id,
            kind=TurnKind.BANTER,
            priority=Priority.LOW,
            chain=follower.chain,
        )
        return (await turns.claim(work.session, claim, [follower.character_id])).get(follower.character_id)

    async def stripped(self, turn: Standing, controls: Sequence[Control]) -> None:
        """The button does not stand under these any more."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await variants.set_controls(work.session, [one.turn_id for one in controls], there=False)

    async def restored(self, turn: Standing, parts: Sequence[Part]) -> None:
        """The channel shows again what stood there before the reply was to be worded anew."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.show(work.session, turn.turn_id, {part.number: part.message_id for part in parts})

    async def gone(self, turn: Standing) -> None:
        """Somebody deleted the reply in Discord: it was never said."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.end(work.session, turn.turn_id, TurnState.CANCELLED, "removed")
            await messages.unsay(work.session, turn.turn_id)

    async def end(self, turn: Standing, state: TurnState, reason: str) -> None:
        """The turn ended without a reply, or (`UNKNOWN`) nobody can tell yet whether it did.

        A reply that was at work again ends as it stood before.
        """
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            if state is TurnState.UNKNOWN:
                await turns.end(work.session, turn.turn_id, state, reason)
            elif turn.stands is not None:
                await variants.end_rewording(work.session, turn.turn_id, turn.stands.content)
                await _choose_again(work, turn)
            else:
                await turns.end(work.session, turn.turn_id, state, reason)
                await messages.unsay(work.session, turn.turn_id)

    async def _speak(self, work: Work, turn: Standing, text: str) -> UUID:
        return await messages.speak(
            work.session,
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            character_id=turn.character_id,
            kind=MessageKind.CHARACTER,
            content=text,
            answers=turn.trigger_message_id,
        )


DELETED = N_("This reply was deleted meanwhile, so there is nothing to change any more.")


def deleted() -> NotFound:
    """There was a reply."""
    return NotFound("reply_deleted", DELETED)


async def _reworded(work: Work, turn: Standing, text: str) -> None:
    """The new words of a reply are what it says from now on."""
    stood = await variants.stands(work.session, turn.turn_id)
    if stood is None:
        return
    is_new = turn.rewording in {Rewording.ANEW, Rewording.CONTINUED}
    number = stood.count - 1 if is_new else stood.chosen
    reason = {Rewording.EDITED: EditReason.PANEL, Rewording.CONTINUED: EditReason.CONTINUED}.get(
        turn.rewording or Rewording.ANEW
    )
    if reason is not None and text != stood.content:
        await variants.keep_edit(work.session, stood.message_id, stood.content, reason, turn.rewording_by)
    await variants.take_over(
        work.session, turn.turn_id, text, number=number, is_edited=turn.rewording is Rewording.EDITED
    )
    await variants.end_rewording(work.session, turn.turn_id, text)


async def _choose_again(work: Work, turn: Standing) -> None:
    """Another wording was chosen and could not be shown: the one that stands is the chosen one."""
    if turn.rewording is not Rewording.CHOSEN or turn.stands is None:
        return
    for one in await variants.variants(work.session, turn.turn_id):
        if one.content == turn.stands.content:
            await variants.choose(work.session, turn.turn_id, one.number)
            return


async def _pass_on_controls(work: Work, turn: Standing, ids: Mapping[int, int]) -> tuple[Control, ...]:
    """The button stands under the last reply only. What stands too much is returned, and noted until it is gone."""
    if not ids:
        return ()
    await variants.set_controls(work.session, [turn.turn_id], there=True)
    there = await variants.controls(work.session, turn.conversation_id)
    last = max(there, key=lambda one: one.message_id)
    return tuple(one for one in there if one != last)


def _variant(message_id: UUID, worded: Worded, number: int) -> MessageVariant:
    usage = worded.finished.usage if worded.finished else None
    return MessageVariant(
        id=new_id(),
        message_id=message_id,
        number=number,
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
                kind=part.kind,
                label=part.label,
                tokens=part.tokens,
                included=part.included,
                reason=part.reason,
                whose=part.whose.value,
            )
            for part in worded.prompt.parts
        ],
    )


def _prompt(variant_id: UUID, asker_id: UUID, prompt: Prompt) -> VariantPrompt:
    return VariantPrompt(
        variant_id=variant_id,
        asker_id=asker_id,
        messages=[
            PromptMessageRecord(
                role=one.role.value,
                content=one.content,
                name=one.name,
                pictures=tuple(picture.name or picture.mime for picture in one.pictures),
            )
            for one in prompt.messages
        ],
    )
