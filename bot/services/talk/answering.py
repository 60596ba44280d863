"""One turn from claimed to shown: ask the model, show the words as they come, save them whole, write them, settle.

Every step is written down before the next is taken (`TurnRows`), so a turn can be taken up at any point by a later run:
with its text saved no model is asked again, and parts that stand in the channel are edited, never posted twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import Down, NotFound, ProviderError, RateLimited, Refused, Slow, StageClosed, StageError, StageUnsure
from bot.failpoints import Point
from bot.ports import (
    Finished,
    ModelRequest,
    Models,
    Part,
    Performance,
    Place,
    Prompt,
    Scene,
    Stage,
    Token,
    Usage,
)
from bot.services.talk import failures
from bot.services.talk.compose import compose, prompt_budget
from bot.services.talk.heed import Hearing
from bot.services.talk.outage import POSSIBLY_AWAY, is_away
from bot.services.talk.rows import TurnRows, Worded
from bot.services.talk.snapshot import Cast
from bot.texts import Say
from db.models import TurnState
from db.queries.talk.turns import Standing

_log = structlog.get_logger(__name__)

Passing = Callable[[Point], None]
"""Called at every edge of a turn's way; see `bot.failpoints`."""

_RETRY_WAIT_SECONDS = 1.0
_RETRY_WAIT_MAX_SECONDS = 10.0
"""A provider that wants a longer pause is not waited for: the asker is told instead."""


class Interruption(StrEnum):
    """Why an answer is broken off from outside."""

    STOPPED = "stopped"
    """Somebody pressed Stop: what there is so far is the answer."""
    WITHDRAWN = "withdrawn"
    """The message was deleted, or the character sent away: nothing is said."""
    REWORDED = "reworded"
    """The message was changed before anything was shown: begin again."""


class EmptyAnswer(Down):
    """The stream ended without a visible character."""


@dataclass(slots=True)
class Running:
    """A turn at work, as others may look at it and break it off."""

    turn: Standing
    text: str = ""
    is_opened: bool = False
    is_sending: bool = False
    interruption: Interruption | None = None
    prompt: Prompt = field(default_factory=lambda: Prompt(()))
    task: asyncio.Task[Worded] | None = None

    def interrupt(self, how: Interruption) -> bool:
        """Break the answer off. False where it is too late."""
        if self.is_sending or self.interruption is not None:
            return False
        self.interruption = how
        if self.task is not None:
            self.task.cancel()
        return True


class Answering:
    """Answers turns and knows which are at work."""

    def __init__(
        self,
        rows: TurnRows,
        *,
        models: Models,
        stage: Stage,
        hearing: Hearing,
        clock: Clock,
        language: str,
        passing: Passing,
    ) -> None:
        self._rows = rows
        self._models = models
        self._stage = stage
        self._hearing = hearing
        self._clock = clock
        self._language = language
        self._passing = passing
        self._running: dict[UUID, Running] = {}

    def running(self, turn_id: UUID) -> Running | None:
        """A turn at work."""
        return self._running.get(turn_id)

    def all_running(self) -> Iterable[Running]:
        """Every turn at work."""
        return tuple(self._running.values())

    async def answer(
        self, turn_id: UUID, conversation_id: UUID, *, is_gone: Callable[[], bool] = lambda: False
    ) -> TurnState | None:
        """Bring a turn to its end. Returns the state it is left in, None where there was nothing to do.

        `is_gone` tells whether what it answers was taken back before the turn could be interrupted.
        """
        try:
            taken = await self._rows.take_up(turn_id, conversation_id)
        except NotFound:
            return None  # the character is gone, and its turns with it
        if taken is None:
            return None
        turn, cast = taken
        running = self._running[turn_id] = Running(turn)
        performance = self._perform(running, cast)
        if is_gone():
            running.interrupt(Interruption.WITHDRAWN)
        try:
            return await self._bring_to_end(running, cast, performance)
        except Exception as error:  # a border: whoever asked must not be left without a word
            if isinstance(error, POSSIBLY_AWAY) and is_away(error):
                raise  # the turn is taken up again as it stands
            error_id = turn_id.hex[-8:]
            _log.exception("turn_failed", turn_id=str(turn_id), error_id=error_id)
            await self._withdraw(performance)
            return await self._fail(turn, cast, failures.OUR_FAULT, error_id=error_id)
        finally:
            del self._running[turn_id]

    async def _bring_to_end(self, running: Running, cast: Cast, performance: Performance) -> TurnState:
        turn = running.turn
        if turn.attempts > limits.TURN_ATTEMPTS_MAX:
            await self._withdraw(performance)
            return await self._fail(turn, cast, failures.TOO_MANY_ATTEMPTS)
        try:
            text = turn.text if turn.text is not None else await self._worded(running, performance)
            if text is None or running.interruption is Interruption.WITHDRAWN:
                await self._withdraw(performance)
                await self._rows.end(turn, TurnState.CANCELLED, running.interruption or Interruption.WITHDRAWN)
                return TurnState.CANCELLED
            running.is_sending = True
            parts = await performance.finish(text)
        except ProviderError as error:
            _log.warning("model_failed", turn_id=str(turn.turn_id), provider=error.provider, detail=str(error))
            await self._withdraw(performance)
            empty = isinstance(error, EmptyAnswer)
            return await self._fail(turn, cast, failures.ANSWER_EMPTY if empty else failures.reason_of(error))
        except StageClosed as error:
            return await self._closed(turn, cast, error)
        except StageUnsure:
            _log.warning("turn_unsure", turn_id=str(turn.turn_id))
            await self._rows.end(turn, TurnState.UNKNOWN, "unsure")
            return TurnState.UNKNOWN
        await self._rows.sent(turn, parts)
        self._hearing.spoke(turn.channel_id, turn.character_id, (part.message_id for part in parts))
        return TurnState.SENT

    def _perform(self, running: Running, cast: Cast) -> Performance:
        turn = running.turn
        scene = Scene(
            turn_id=turn.turn_id,
            place=place_of(turn),
            face=cast.face,
            after_message_id=turn.trigger_message_id,
            known=turn.known,
            unsure=turn.unsure,
        )
        return self._stage.perform(scene, _Log(self._rows, running))

    # -------------------------------------------------------------------------------------------- the words

    async def _worded(self, running: Running, performance: Performance) -> str | None:
        """The whole answer, saved; None where nothing is to be said after all. Raises `ProviderError`."""
        typing = asyncio.create_task(self._stage.typing(place_of(running.turn)))
        try:
            while True:
                worded = await self._until_interrupted(running, performance)
                if worded is not None:
                    await self._rows.generated(running.turn, worded)
                    return worded.text
                if running.interruption is not Interruption.REWORDED:
                    return None
                running.interruption, running.text = None, ""
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)

    async def _until_interrupted(self, running: Running, performance: Performance) -> Worded | None:
        if running.interruption is None:
            running.task = asyncio.create_task(self._ask(running, performance))
            try:
                return await running.task
            except asyncio.CancelledError:
                if running.interruption is None:
                    raise
            finally:
                running.task = None
        text = running.text.strip()
        if running.interruption is Interruption.STOPPED and text:
            return Worded(text, running.prompt, self._models.provider, self._models.model, None)
        return None

    async def _ask(self, running: Running, performance: Performance) -> Worded:
        """One answer of the model, tried again once where it failed before the first word."""
        snapshot = await self._rows.snapshot(running.turn)
        budget = prompt_budget(self._models.context_tokens, limits.ANSWER_TOKENS_MAX)
        # In a thread: counting the tokens of a long history is felt on the event loop.
        running.prompt = await asyncio.to_thread(
            compose, snapshot, profile=self._models.profile, budget_tokens=budget, count=self._models.count
        )
        try:
            return await self._stream(running, performance)
        except (Slow, Down, RateLimited) as error:
            wait = _RETRY_WAIT_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
            if running.text.strip() or wait > _RETRY_WAIT_MAX_SECONDS:
                raise
            _log.info("model_retried", turn_id=str(running.turn.turn_id), detail=str(error))
        await self._clock.sleep(wait)
        return await self._stream(running, performance)

    async def _stream(self, running: Running, performance: Performance) -> Worded:
        started = self._clock.monotonic()
        running.text = ""
        finished: Finished | None = None
        request = ModelRequest(running.prompt, max_tokens=int(limits.ANSWER_TOKENS_MAX))
        stream = self._models.stream(request)
        try:
            async for item in stream:
                if isinstance(item, Token):
                    self._show(running, performance, item.text)
                    if len(running.text) >= limits.ANSWER_TEXT_MAX:
                        finished = self._cut_off(started)
                        break
                else:
                    finished = item
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        return self._checked(running, finished)

    def _show(self, running: Running, performance: Performance, piece: str) -> None:
        running.text = (running.text + piece)[: limits.ANSWER_TEXT_MAX]
        if running.text.strip():
            performance.show(running.text.strip())
            if running.is_opened:
                self._passing(Point.STREAMING)

    def _cut_off(self, started: float) -> Finished:
        elapsed = int((self._clock.monotonic() - started) * 1000)
        return Finished("length", Usage(None, None, None), self._models.provider, self._models.model, elapsed, elapsed)

    def _checked(self, running: Running, finished: Finished | None) -> Worded:
        provider = self._models.provider
        if finished is None:
            raise Down("the stream ended without saying that it was complete", provider=provider)
        if finished.reason == "filtered":
            raise Refused("the answer was filtered", provider=provider)
        text = running.text.strip()
        if not text:
            raise EmptyAnswer("no visible text", provider=provider)
        return Worded(
            text,
            running.prompt,
            finished.provider,
            finished.model,
            finished,
            finished.first_token_ms,
            finished.total_ms,
        )

    # -------------------------------------------------------------------------------------------- failing

    async def _fail(self, turn: Standing, cast: Cast, reason: str, **values: object) -> TurnState:
        await self._rows.end(turn, TurnState.FAILED, reason)
        text = failures.remark_on(reason)
        if text is not None:
            remark = Say(cast.locale, self._language)(text, character=cast.face.name, **values)
            await self.remark(place_of(turn), remark, key=reason)
        return TurnState.FAILED

    async def _closed(self, turn: Standing, cast: Cast, error: StageClosed) -> TurnState:
        _log.warning("stage_closed", turn_id=str(turn.turn_id), reason=error.reason, permissions=error.permissions)
        if error.reason in {"unreachable", "rate_limited"}:
            # Discord cannot be reached now; the text is safe, and what stands there is looked for later.
            await self._rows.end(turn, TurnState.UNKNOWN, error.reason)
            return TurnState.UNKNOWN
        if error.reason == "removed":
            await self._rows.end(turn, TurnState.CANCELLED, error.reason)
            return TurnState.CANCELLED
        return await self._fail(turn, cast, error.reason, permissions=failures.permissions_of(error))

    async def _withdraw(self, performance: Performance) -> None:
        try:
            await performance.withdraw()
        except StageError as error:
            _log.info("withdrawal_failed", detail=str(error))

    async def remark(self, place: Place, text: str, *, key: str) -> None:
        """A quiet line in a channel, if it can be said at all."""
        try:
            await self._stage.remark(place, text, key=key)
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


def place_of(turn: Standing) -> Place:
    """Where a turn is shown."""
    return Place(turn.guild_id, turn.channel_id, turn.webhook_channel_id)
