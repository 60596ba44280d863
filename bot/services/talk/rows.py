"""The rows of a turn. Each step is a short unit of work: no connection is held while a model or Discord is awaited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bot.errors import NotFound
from bot.failpoints import Point
from bot.ports import Finished, Part, Prompt
from bot.services.money.metering import Metering
from bot.services.talk import retelling
from bot.services.talk.banter import Follower
from bot.services.talk.snapshot import Cast, cast_of
from bot.texts import N_
from db.direct import Direct
from db.models import (
    EditReason,
    Priority,
    PromptMessageRecord,
    PromptPartRecord,
    Rewording,
    TurnKind,
    TurnState,
)
from db.queries.lore import runs
from db.queries.lore.runs import LoreRecord
from db.queries.talk import messages, road, showing, turns, variants
from db.queries.talk.showing import VariantFacts
from db.queries.talk.turns import Claim, Standing
from db.queries.talk.variants import Control
from db.work import Actor, Database, Work

WITHHELD = "(their check-ins: the model was told, they are not kept here)"
"""Stands in a kept prompt where a text was that nobody keeps."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A whole answer with what it cost. `finished` is None where the asker stopped it: then nothing was reported.

    `variables` are the conversation's as the prompt's macros left them, None where they changed nothing. `lore` is what
    lore did for it, None where no book was in force. `took` is how many tokens prompt and answer were.
    """

    text: str
    prompt: Prompt
    provider: str
    model: str
    finished: Finished | None
    first_token_ms: int | None = None
    total_ms: int | None = None
    variables: Mapping[str, str] | None = field(default=None, repr=False)
    lore: LoreRecord | None = field(default=None, repr=False)
    took: int = 0


class TurnRows:
    """Writes down every step of a turn before the next one is taken. `passing` marks the edges between them.

    With a `meter` the work that saves an answer's words pays for them too.
    """

    def __init__(
        self, database: Database, boot_id: UUID, passing: Callable[[Point], None], meter: Metering | None = None
    ) -> None:
        self._database = database
        self._meter = meter
        self._boot_id = boot_id
        self._passing = passing

    async def take_up(self, turn_id: UUID, conversation_id: UUID) -> tuple[Standing, Cast] | None:
        """The turn as it stands, marked as this run's, with who takes part.

        None where it is over, or it or its character is gone.
        """
        async with self._database.directly(Actor.turn(conversation_id)) as direct:
            taken = await road.take_up(direct, turn_id, self._boot_id)
        return None if taken is None else (taken.turn, cast_of(taken))

    async def opening(self, turn: Standing, number: int) -> None:
        """A part is about to be posted."""
        async with self._database.directly(Actor.turn(turn.conversation_id)) as direct:
            await showing.opening(direct, turn.turn_id, number)
        self._passing(Point.OPENING)

    async def opened(self, turn: Standing, part: Part) -> None:
        """A part stands in the channel."""
        async with self._database.directly(Actor.turn(turn.conversation_id)) as direct:
            await showing.opened(direct, turn.turn_id, part.number, part.message_id)
        self._passing(Point.OPENED)

    async def generated(self, turn: Standing, worded: Worded) -> None:
        """The whole answer, its cost and its prompt are safe; no model is asked for it again.

        Of a reply that is worded again this is one more variant; what it says stays until the channel shows the new.
        """
        async with self._database.directly(Actor.turn(turn.conversation_id, turn.asker_id)) as direct:
            message_id = await showing.generated(direct, turn, worded.text, stopped=worded.finished is None)
            number = turn.stands.count if turn.stands else 0
            facts = _variant(message_id, worded, number)
            await showing.add_variant(direct, facts, asker_id=turn.asker_id, prompt=_prompt(worded.prompt))
            if worded.variables is not None:
                await showing.put_variables(direct, turn.conversation_id, worded.variables)
            if worded.lore is not None:
                await runs.log(direct, turn.turn_id, turn.conversation_id, number, worded.lore)
            if self._meter is not None:
                await self._meter.settle(direct, turn, worded.took)
        self._passing(Point.GENERATED)

    async def sent(
        self, turn: Standing, parts: Sequence[Part], text: str, follower: Follower | None = None
    ) -> tuple[tuple[Control, ...], UUID | None]:
        """The channel shows the whole answer. Returns earlier replies that still carry the button, and the turn claimed
        for the character that goes on after it, where one does.
        """
        self._passing(Point.SENDING)
        actor = Actor.turn(turn.conversation_id)
        ids = {part.number: part.message_id for part in parts}
        if turn.rewording is None:
            async with self._database.directly(actor) as direct:
                others = await showing.sent(direct, turn, ids)
                following = await self._follow(direct, turn, follower, ids[min(ids)]) if follower and ids else None
                return _too_many(turn, ids, others), following
        async with self._database.work(actor) as work:
            await retelling.changing(work, turn.conversation_id, turn_id=turn.turn_id)
            await _reworded(work, turn, text)
            return _too_many(turn, ids, await showing.sent(await work.direct(), turn, ids)), None

    async def _follow(self, direct: Direct, turn: Standing, follower: Follower, message_id: int) -> UUID | None:
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
        return (await road.claim(direct, claim, [follower.character_id])).get(follower.character_id)

    async def stripped(self, turn: Standing, controls: Sequence[Control]) -> None:
        """The button does not stand under these any more."""
        async with self._database.directly(Actor.turn(turn.conversation_id)) as direct:
            await showing.stripped(direct, [one.turn_id for one in controls])

    async def restored(self, turn: Standing, parts: Sequence[Part]) -> None:
        """The channel shows again what stood there before the reply was to be worded anew."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await turns.show(work.session, turn.turn_id, {part.number: part.message_id for part in parts})

    async def outgrown(self, turn: Standing) -> None:
        """The conversation is longer than its prompts: a recap tells the rest."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await retelling.ask_for(work, turn.conversation_id)

    async def gone(self, turn: Standing) -> None:
        """Somebody deleted the reply in Discord: it was never said."""
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            await retelling.changing(work, turn.conversation_id, turn_id=turn.turn_id)
            await turns.end(work.session, turn.turn_id, TurnState.CANCELLED, "removed")
            await messages.unsay(work.session, turn.turn_id)

    async def end(self, turn: Standing, state: TurnState, reason: str) -> None:
        """The turn ended without a reply, or (`UNKNOWN`) nobody can tell yet whether it did.

        A reply that was at work again ends as it stood before.
        """
        async with self._database.work(Actor.turn(turn.conversation_id)) as work:
            if self._meter is not None:
                await self._meter.release(await work.direct(), turn)
            if state is TurnState.UNKNOWN:
                await turns.end(work.session, turn.turn_id, state, reason)
            elif turn.stands is not None:
                await variants.end_rewording(work.session, turn.turn_id, turn.stands.content)
                await _choose_again(work, turn)
            else:
                await turns.end(work.session, turn.turn_id, state, reason)
                await messages.unsay(work.session, turn.turn_id)


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


def _too_many(turn: Standing, ids: Mapping[int, int], others: Sequence[Control]) -> tuple[Control, ...]:
    """The button stands under the last reply only. What stands too much; it stays noted until it is gone."""
    if not ids:
        return ()
    there = [*others, Control(turn.turn_id, ids[max(ids)])]
    last = max(there, key=lambda one: one.message_id)
    return tuple(one for one in there if one != last)


def _variant(message_id: UUID, worded: Worded, number: int) -> VariantFacts:
    usage = worded.finished.usage if worded.finished else None
    return VariantFacts(
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
                book_id=part.book_id,
            )
            for part in worded.prompt.parts
        ],
    )


def _prompt(prompt: Prompt) -> list[PromptMessageRecord]:
    return [
        PromptMessageRecord(
            role=one.role.value,
            content=_kept(one.content, prompt.withheld),
            name=one.name,
            pictures=tuple(picture.name or picture.mime for picture in one.pictures),
        )
        for one in prompt.messages
    ]


def _kept(content: str, withheld: Iterable[str]) -> str:
    """What is kept of a message: that something was told, where it is nobody's to keep."""
    for text in withheld:
        content = content.replace(text, WITHHELD)
    return content
