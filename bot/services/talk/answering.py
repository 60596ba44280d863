"""One turn from claimed to shown: ask the model, show the words as they come, save them whole, write them, settle.

Every step is written down before the next is taken (`TurnRows`), so a turn can be taken up at any point by a later run:
with its text saved no model is asked again, and parts that stand in the channel are edited, never posted twice. A
reply that stands already goes the same way when it is worded again; until the new words are whole the old ones count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import Closed, ProviderError, StageClosed, StageError, StageUnsure
from bot.ports import ModelPool, Part, Performance, Place, RepliedTo, Scene, Stage
from bot.services.money.metering import Metering, UnpaidReply
from bot.services.talk import failures
from bot.services.talk.backstage import Backstage
from bot.services.talk.heed import Hearing
from bot.services.talk.outage import POSSIBLY_AWAY, is_away
from bot.services.talk.rows import DELETED, TurnRows
from bot.services.talk.running import NOTHING_SAID, WELL, Interruption, Outcome, Running
from bot.services.talk.snapshot import Cast, Material, Snapshots, place_of
from bot.services.talk.wordings import EmptyAnswer, Passing, Wordings
from bot.texts import Say
from db.models import ConversationVia, TurnKind, TurnState
from db.queries.talk.turns import Standing
from db.queries.talk.variants import Control

_log = structlog.get_logger(__name__)

_STRIP_ATTEMPTS = 10
_STRIP_PAUSE_SECONDS = 2.0
"""Words go before buttons: where the limits are short, an old one stays for a while."""


class Answering:
    """Answers turns and knows which are at work."""

    def __init__(
        self,
        rows: TurnRows,
        *,
        snapshots: Snapshots,
        backstage: Backstage,
        models: ModelPool,
        stage: Stage,
        hearing: Hearing,
        clock: Clock,
        language: str,
        passing: Passing,
        meter: Metering | None = None,
    ) -> None:
        self._rows = rows
        self._snapshots = snapshots
        self._backstage = backstage
        self._wordings = Wordings(snapshots, clock=clock, passing=passing, meter=meter)
        self._models = models
        self._clock = clock
        self._stage = stage
        self._hearing = hearing
        self._language = language
        self._running: dict[UUID, Running] = {}
        self._waited_for: dict[UUID, asyncio.Future[Outcome]] = {}
        self._stripping: dict[int, asyncio.Task[None]] = {}

    def running(self, turn_id: UUID) -> Running | None:
        """A turn at work."""
        return self._running.get(turn_id)

    def all_running(self) -> Iterable[Running]:
        """Every turn at work."""
        return tuple(self._running.values())

    def outcome(self, turn_id: UUID) -> asyncio.Future[Outcome]:
        """How a turn that is yet to be answered will end. Who waits is told what went wrong; the channel then is not.

        Ask before the turn is lined up.
        """
        return self._waited_for.setdefault(turn_id, asyncio.get_running_loop().create_future())

    async def idle(self) -> None:
        """Return once no button is being taken away any more."""
        while self._stripping:
            await asyncio.gather(*self._stripping.values())

    async def close(self) -> None:
        """Nobody waits any longer: what is not finished is finished by the next run."""
        for waiting in self._waited_for.values():
            if not waiting.done():
                waiting.set_result(NOTHING_SAID)
        self._waited_for.clear()
        for task in self._stripping.values():
            task.cancel()
        await asyncio.gather(*self._stripping.values(), return_exceptions=True)

    async def answer(
        self, turn_id: UUID, conversation_id: UUID, *, is_gone: Callable[[], bool] = lambda: False
    ) -> TurnState | None:
        """Bring a turn to its end. Returns the state it is left in, None where there was nothing to do.

        `is_gone` tells whether what it answers was taken back before the turn could be interrupted.
        """
        taken = await self._rows.take_up(turn_id, conversation_id)
        if taken is None:
            self._tell(turn_id, NOTHING_SAID)
            return None
        return await self.answer_ready(taken[0], taken[1], is_gone=is_gone)

    async def answer_ready(
        self,
        turn: Standing,
        cast: Cast,
        material: Material | None = None,
        *,
        is_gone: Callable[[], bool] = lambda: False,
    ) -> TurnState:
        """As `answer`, for a turn that was taken up already; `material` is what its answer is made from."""
        running = self._running[turn.turn_id] = Running(turn, self._models.pick(cast.provider, cast.model))
        performance = self._perform(running, cast)
        if is_gone():
            running.interrupt(Interruption.WITHDRAWN)
        try:
            return await self._bring_to_end(running, cast, performance, material)
        except Exception as error:  # a border: whoever asked must not be left without a word
            if isinstance(error, POSSIBLY_AWAY) and is_away(error):
                raise  # the turn is taken up again as it stands
            error_id = turn.turn_id.hex[-8:]
            _log.exception("turn_failed", turn_id=str(turn.turn_id), error_id=error_id)
            await self._withdraw(turn, performance)
            return await self._fail(turn, cast, failures.OUR_FAULT, error_id=error_id)
        finally:
            del self._running[turn.turn_id]

    async def _bring_to_end(
        self, running: Running, cast: Cast, performance: Performance, material: Material | None
    ) -> TurnState:
        turn = running.turn
        if turn.attempts > limits.TURN_ATTEMPTS_MAX:
            await self._withdraw(turn, performance)
            return await self._fail(turn, cast, failures.TOO_MANY_ATTEMPTS)
        if self._backstage.is_too_late(turn):
            return await self._closed(turn, cast, StageClosed(Closed.INTERACTION_EXPIRED))
        try:
            text = turn.text if turn.text is not None else await self._worded(running, performance, material)
            if text is None or running.interruption is Interruption.WITHDRAWN:
                await self._withdraw(turn, performance)
                return await self._end(turn, TurnState.CANCELLED, running.interruption or Interruption.WITHDRAWN)
            running.is_sending = True
            parts = await performance.finish(text)
        except ProviderError as error:
            _log.warning("model_failed", turn_id=str(turn.turn_id), provider=error.provider, detail=str(error))
            await self._withdraw(turn, performance)
            empty = isinstance(error, EmptyAnswer)
            return await self._fail(turn, cast, failures.ANSWER_EMPTY if empty else failures.reason_of(error))
        except UnpaidReply as error:
            await self._withdraw(turn, performance)
            return await self._unpaid(turn, cast, error)
        except StageClosed as error:
            return await self._closed(turn, cast, error)
        except StageUnsure:
            _log.warning("turn_unsure", turn_id=str(turn.turn_id))
            return await self._end(turn, TurnState.UNKNOWN, "unsure")
        await self._settle(running, parts, text)
        return TurnState.SENT

    async def _worded(self, running: Running, performance: Performance, material: Material | None) -> str | None:
        """The whole answer, saved; None where nothing is to be said after all. Raises `ProviderError`."""
        typing = asyncio.create_task(self._stage.typing(place_of(running.turn)))
        try:
            worded = await self._wordings.worded(running, performance, material)
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
        if worded is None:
            return None
        await self._rows.generated(running.turn, worded)
        return worded.text

    async def _settle(self, running: Running, parts: tuple[Part, ...], text: str) -> None:
        """The words stand: write it down, let another character go on, leave the button under the last reply only."""
        turn = running.turn
        stopped = turn.stopped or running.interruption is Interruption.STOPPED
        follower = self._backstage.follower_of(turn, text, stopped=stopped)
        earlier, following = await self._rows.sent(turn, parts, text, follower)
        await self._backstage.shown(turn, parts, (follower, following) if follower and following else None)
        self._tell(turn.turn_id, WELL)
        self._strip(turn, [one for one in earlier if one.message_id not in self._stripping])
        if running.is_outgrown:
            await self._rows.outgrown(turn)

    def _strip(self, turn: Standing, earlier: Sequence[Control]) -> None:
        """Take the button from under earlier replies, beside what comes next: nobody waits for it.

        What is not done here is found again when the next reply of the conversation is shown.
        """
        if not earlier:
            return
        task = asyncio.create_task(self._stripped(turn, earlier), name=f"strip {turn.turn_id}")
        for one in earlier:
            self._stripping[one.message_id] = task
        task.add_done_callback(lambda _: [self._stripping.pop(one.message_id, None) for one in earlier])

    async def _stripped(self, turn: Standing, earlier: Sequence[Control]) -> None:
        left = list(earlier)
        try:
            for _ in range(_STRIP_ATTEMPTS):
                done = [one for one in left if await self._stage.strip(place_of(turn), one.message_id)]
                if done:
                    await self._rows.stripped(turn, done)
                left = [one for one in left if one not in done]
                if not left:
                    return
                await self._clock.sleep(_STRIP_PAUSE_SECONDS)
        except Exception:  # a border: a task of its own
            _log.exception("strip_failed", turn_id=str(turn.turn_id))

    # -------------------------------------------------------------------------------------------- the stage

    def _perform(self, running: Running, cast: Cast) -> Performance:
        turn, place = running.turn, place_of(running.turn)
        scene = Scene(
            turn_id=turn.turn_id,
            place=place,
            face=cast.face,
            after_message_id=turn.trigger_message_id,
            known=turn.known,
            unsure=turn.unsure,
            delivery=self._snapshots.rules(place, turn.character_id).delivery,
            answering=self._answered_late(turn, cast),
            replaces=turn.stands is not None,
            token=self._backstage.token_of(turn),
            character_id=turn.character_id,
        )
        return self._stage.perform(scene, _Log(self._rows, running))

    def _answered_late(self, turn: Standing, cast: Cast) -> RepliedTo | None:
        """What a reply refers to, where people have said something else meanwhile."""
        room = self._hearing.room_of(turn.conversation_id)
        if room is None or turn.kind is not TurnKind.REPLY or turn.stands is not None:
            return None
        if turn.via is ConversationVia.INTERACTION:
            return None  # it stands in one message with what it answers
        if room.person_message_id <= turn.trigger_message_id:
            return None
        return RepliedTo(turn.trigger_message_id, author_id=cast.asker_discord_id, author_name=cast.asker_name)

    # -------------------------------------------------------------------------------------------- failing

    def _tell(self, turn_id: UUID, outcome: Outcome) -> bool:
        """Tell who waits for a turn how it ended; False where nobody does."""
        waiting = self._waited_for.pop(turn_id, None)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(outcome)
        return True

    async def _end(self, turn: Standing, state: TurnState, reason: str) -> TurnState:
        await self._rows.end(turn, state, reason)
        if state is not TurnState.UNKNOWN:
            self._tell(turn.turn_id, NOTHING_SAID)
        return state

    async def _fail(self, turn: Standing, cast: Cast, reason: str, **values: object) -> TurnState:
        await self._rows.end(turn, TurnState.FAILED, reason)
        text = failures.remark_on(reason)
        filled: dict[str, object] = {"character": cast.face.name, **values}
        if not self._tell(turn.turn_id, Outcome(False, text, filled)) and text is not None:
            spoken = self._snapshots.rules(place_of(turn), turn.character_id).language or cast.locale
            words = Say(spoken, self._language)(text, **filled)
            await self.remark(place_of(turn), words, key=reason, token=self._backstage.token_of(turn))
        return TurnState.FAILED

    async def _unpaid(self, turn: Standing, cast: Cast, error: UnpaidReply) -> TurnState:
        """Who asked has not the tokens, or had all answers of the month: for their eyes only."""
        await self._rows.end(turn, TurnState.FAILED, error.recorded)
        if not self._tell(turn.turn_id, Outcome(False, error.sentence, dict(error.values))):
            await self._backstage.unpaid(turn, cast, error)
        return TurnState.FAILED

    async def _closed(self, turn: Standing, cast: Cast, error: StageClosed) -> TurnState:
        _log.warning("stage_closed", turn_id=str(turn.turn_id), reason=error.reason, permissions=error.permissions)
        if error.reason.is_passing:
            # Discord cannot be reached now; the text is safe, and what stands there is looked for later.
            return await self._end(turn, TurnState.UNKNOWN, error.reason)
        if error.reason is Closed.REMOVED:
            await self._rows.gone(turn)
            self._tell(turn.turn_id, Outcome(False, DELETED))
            return TurnState.CANCELLED
        await self._rows.end(turn, TurnState.FAILED, error.reason)
        values: dict[str, object] = {"character": cast.face.name, "permissions": failures.permissions_of(error)}
        if not self._tell(turn.turn_id, Outcome(False, failures.remark_on(error.reason), values)):
            await self._backstage.tell(turn, cast, error)
        return TurnState.FAILED

    async def _withdraw(self, turn: Standing, performance: Performance) -> None:
        """Take back what was shown; a reply that stood before shows its old words again."""
        try:
            await performance.withdraw()
            if turn.stands is not None:
                await self._rows.restored(turn, await performance.finish(turn.stands.content))
        except StageError as error:
            _log.info("withdrawal_failed", detail=str(error))

    async def remark(self, place: Place, text: str, *, key: str, token: str | None = None) -> None:
        """A quiet line in a channel, if it can be said at all."""
        try:
            await self._stage.remark(place, text, key=key, token=token)
        except StageError as error:
            _log.info("remark_failed", channel_id=place.channel_id, detail=str(error))


class _Log:
    """Writes down for one turn what is about to be posted and what was."""

    def __init__(self, rows: TurnRows, running: Running) -> None:
        self._rows = rows
        self._running = running

    async def opening(self, number: int) -> None:
        await self._rows.opening(self._running.turn, number)

    async def opened(self, part: Part) -> None:
        await self._rows.opened(self._running.turn, part)
        self._running.is_opened = True


__all__ = ["Answering", "Interruption", "Passing", "Running", "place_of"]
