"""The words of one answer: what the model is asked, its stream as it comes, and where it is broken off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping

import structlog

from bot import limits
from bot.clock import Clock
from bot.errors import Down, RateLimited, Refused, Slow
from bot.failpoints import Point
from bot.ports import Finished, ModelRequest, Models, Performance, Token, Usage
from bot.services.money.metering import Metering
from bot.services.talk import macros
from bot.services.talk.compose import Asked, request
from bot.services.talk.compose_continue import joined
from bot.services.talk.compose_recap import outgrown
from bot.services.talk.compose_types import Snapshot, Task
from bot.services.talk.rows import Worded
from bot.services.talk.running import Interruption, Running
from bot.services.talk.snapshot import Material, Snapshots
from db.models import Rewording

_log = structlog.get_logger(__name__)

Passing = Callable[[Point], None]
"""Called at every edge of a turn's way; see `bot.failpoints`."""

_LITTLE_TEXT = 30_000
"""Characters of history whose tokens are counted within a few milliseconds, the first time."""

_RETRY_WAIT_SECONDS = 1.0
_RETRY_WAIT_MAX_SECONDS = 10.0
"""A provider that wants a longer pause is not waited for: the asker is told instead."""


class EmptyAnswer(Down):
    """The stream ended without a visible character."""


class Wordings:
    """Asks models. Saves nothing; shows what comes while it comes."""

    def __init__(self, snapshots: Snapshots, *, clock: Clock, passing: Passing, meter: Metering | None = None) -> None:
        """With a `meter` an answer is asked for only where what it may take can be kept back."""
        self._snapshots = snapshots
        self._meter = meter
        self._clock = clock
        self._passing = passing

    async def worded(
        self, running: Running, performance: Performance, material: Material | None = None
    ) -> Worded | None:
        """The whole answer; None where nothing is to be said after all. Raises a `ProviderError`, or `UnpaidReply`.

        `material` is what the answer is made from, where it was read already.
        """
        while True:
            words = await self._until_interrupted(running, performance, material)
            if words is not None or running.interruption is not Interruption.REWORDED:
                return words
            running.interruption, running.text, material = None, "", None

    async def _until_interrupted(
        self, running: Running, performance: Performance, material: Material | None
    ) -> Worded | None:
        if running.interruption is None:
            running.task = asyncio.create_task(self._ask(running, performance, material))
            try:
                return await running.task
            except asyncio.CancelledError:
                if running.interruption is None:
                    raise
            finally:
                running.task = None
        text = running.text.strip()
        if running.interruption is Interruption.STOPPED and text:
            models = running.models
            return Worded(
                text, running.prompt, models.provider, models.model, None, lore=running.lore, took=took(running, None)
            )
        return None

    async def _ask(self, running: Running, performance: Performance, material: Material | None) -> Worded:
        """One answer of the model, tried again once where it failed before the first word."""
        turn, models = running.turn, running.models
        goes_on = turn.rewording is Rewording.CONTINUED
        made = await self._snapshots.of(
            turn, models=models, task=Task.CONTINUE if goes_on else Task.ANSWER, material=material
        )
        snapshot = made.snapshot
        attempt = turn.stands.count if turn.stands else 0
        asked = await _composed(snapshot, models, attempt)
        running.prompt = asked.request.prompt
        running.lore = None if made.lore is None else await made.lore.recorded(asked.left_out)
        running.is_outgrown = outgrown(snapshot, running.prompt)
        if self._meter is not None:
            await self._meter.reserve(turn, running.prompt.tokens + asked.request.max_tokens)
        variables = macros.applied(snapshot.variables, asked.changes) if asked.changes else None
        try:
            return await self._stream(running, performance, asked.request, variables)
        except (Slow, Down, RateLimited) as error:
            wait = _RETRY_WAIT_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
            if running.text.strip() or wait > _RETRY_WAIT_MAX_SECONDS:
                raise
            _log.info("model_retried", turn_id=str(turn.turn_id), detail=str(error))
        await self._clock.sleep(wait)
        return await self._stream(running, performance, asked.request, variables)

    async def _stream(
        self,
        running: Running,
        performance: Performance,
        request: ModelRequest,
        variables: Mapping[str, str] | None,
    ) -> Worded:
        started = self._clock.monotonic()
        new, running.text = "", ""
        finished: Finished | None = None
        stream = running.models.stream(request)
        try:
            async for item in stream:
                if isinstance(item, Token):
                    new += item.text
                    self._show(running, performance, new)
                    if len(running.text) >= limits.ANSWER_TEXT_MAX:
                        finished = self._cut_off(running, started)
                        break
                else:
                    finished = item
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        return _checked(running, finished, variables)

    def _show(self, running: Running, performance: Performance, new: str) -> None:
        whole = joined(running.before, new) if running.before and new.strip() else new
        running.text = whole[: limits.ANSWER_TEXT_MAX]
        if new.strip():
            performance.show(running.text.strip())
            if running.is_opened:
                self._passing(Point.STREAMING)

    def _cut_off(self, running: Running, started: float) -> Finished:
        elapsed = int((self._clock.monotonic() - started) * 1000)
        models = running.models
        return Finished("length", Usage(None, None, None), models.provider, models.model, elapsed, elapsed)


async def _composed(snapshot: Snapshot, models: Models, attempt: int) -> Asked:
    """What the model is asked. Counting the tokens of very much is felt on the event loop, hence done in a thread.

    The usual 2 ms are better spent at once: a thread waits up to 5 ms for the interpreter while the loop is busy.
    """
    if sum(len(line.text) for line in snapshot.history) <= _LITTLE_TEXT:
        return request(snapshot, models, attempt=attempt)
    return await asyncio.to_thread(request, snapshot, models, attempt=attempt)


def _checked(running: Running, finished: Finished | None, variables: Mapping[str, str] | None) -> Worded:
    provider = running.models.provider
    if finished is None:
        raise Down("the stream ended without saying that it was complete", provider=provider)
    if finished.reason == "filtered":
        raise Refused("the answer was filtered", provider=provider)
    text = running.text.strip()
    if not text or text == running.before:
        raise EmptyAnswer("no visible text", provider=provider)
    return Worded(
        text,
        running.prompt,
        finished.provider,
        finished.model,
        finished,
        finished.first_token_ms,
        finished.total_ms,
        variables,
        running.lore,
        took(running, finished.usage),
    )


def took(running: Running, usage: Usage | None) -> int:
    """Tokens of prompt and answer: the provider's own figure, else counted. What is unknown is never nothing."""
    tokens_in = None if usage is None else usage.tokens_in
    tokens_out = None if usage is None else usage.tokens_out
    if tokens_in is None:
        tokens_in = running.prompt.tokens
    if tokens_out is None:
        tokens_out = running.models.count(running.text.removeprefix(running.before))
    return tokens_in + tokens_out
