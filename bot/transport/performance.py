"""One reply on its way into a channel: streamed by edits or told in paragraphs, split into messages, finished once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace

import structlog

from bot.clock import Clock
from bot.errors import Closed, StageClosed, StageError
from bot.ports import Delivery, Part, PartLog, Scene
from bot.transport.executor import Done, Refused, Unsent, Unsure
from bot.transport.marks import Components, more_row, stop_row
from bot.transport.shown import Shown, Step
from bot.transport.tempo import Tempo
from bot.transport.voice import Full, Gone, Orphaned, Voice
from bot.transport.wording import Wording, pause_before

FIRST_POST_CHARACTERS = 20
FIRST_POST_SECONDS = 0.8
"""A first post waits for this many characters or this long, so that it does not begin with half a word."""

FIRST_POST_AFTER_SECONDS = 0.1
"""And at least this long, which nobody sees: an answer that is whole by then costs one request instead of two."""

_SPARE_REQUESTS = 1
_LONGEST_WAIT_SECONDS = 10.0
_MOST_STUMBLES = 3

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Stream:
    """How far the streaming is."""

    began_at: float | None = None
    last_at: float = float("-inf")
    stumbles: int = 0
    given_up: bool = False
    busy: bool = False
    task: asyncio.Task[None] | None = None
    grown: asyncio.Event = field(default_factory=asyncio.Event)


class LivePerformance:
    """A `bot.ports.Performance` by any `Voice`. One owner; after `withdraw` of a replacing scene, `finish` may follow.

    `stop_label` names the button under a message that is still being written.
    """

    def __init__(
        self,
        scene: Scene,
        part_log: PartLog,
        *,
        voice: Voice,
        wording: Wording,
        tempo: Tempo,
        clock: Clock,
        stop_label: str,
    ) -> None:
        self._scene = scene
        self._voice = voice
        self._wording = wording
        self._tempo = tempo
        self._clock = clock
        self._stop_label = stop_label
        self._shown = Shown(scene, part_log, voice, clock)
        self._most = voice.most_parts
        self._text = ""
        self._closing = False
        self._stream = _Stream()

    # ------------------------------------------------------------------------------------------- the Performance

    def show(self, text: str) -> None:
        """The whole text so far. Never waits; the latest text wins."""
        self._text = text
        stream = self._stream
        if self._closing or stream.given_up or not text.strip():
            return
        if stream.began_at is None:
            stream.began_at = self._clock.monotonic()
        if len(text) >= FIRST_POST_CHARACTERS:
            stream.grown.set()
        if stream.task is None or stream.task.done():
            stream.task = asyncio.create_task(self._run_stream(), name=f"stream-{self._scene.turn_id.hex}")
            stream.task.add_done_callback(self._stream_ended)

    async def finish(self, text: str) -> tuple[Part, ...]:
        """Make the channel show exactly this text and say which messages hold it.

        Raises `StageClosed` (with `removed` if somebody deleted the whole reply: it is not forced on them) or
        `StageUnsure`.
        """
        await self._end_stream()
        await self._shown.settle_unsure()
        contents: list[str] = []
        for _ in range(3):
            contents = self._wording.whole(text, most=self._most)
            try:
                await self._write_all(contents)
                break
            except Orphaned:
                await self._shown.clear_orphans()
            except Full:
                self._most = max(1, len(self._shown.standing))
        else:
            raise StageClosed(Closed.UNKNOWN_WEBHOOK, channel_id=self._scene.place.channel_id)
        standing = self._shown.standing
        await self._shown.drop([number for number in standing if number >= len(contents)])
        if self._shown.posted_twice:
            await self._shown.drop_strays()
        if contents and not standing:
            raise StageClosed(Closed.REMOVED, channel_id=self._scene.place.channel_id)
        return tuple(Part(number, standing[number].message_id) for number in sorted(standing))

    async def withdraw(self) -> None:
        """Take back what was shown so far. What cannot be taken back is logged and left.

        A scene that replaces earlier words only stops: whoever owns it writes the old words again.
        """
        await self._end_stream()
        if self._scene.replaces:
            return
        try:
            await self._shown.settle_unsure()
            if self._shown.standing:
                await self._shown.drop(list(self._shown.standing))
            else:
                await self._voice.leave()
        except StageError as error:
            log.warning("withdraw_failed", turn_id=str(self._scene.turn_id), reason=str(error))

    # ------------------------------------------------------------------------------------------------- streaming

    async def _run_stream(self) -> None:
        try:
            await self._busily(self._shown.settle_unsure())
            if not self._shown.standing:
                await self._until_worth_posting()
            while not self._closing and not self._stream.given_up and (step := self._next_step()) is not None:
                await self._until_due(step)
                step = self._next_step()
                if self._closing or self._stream.given_up or step is None:
                    return
                await self._busily(self._take(step))
                self._stream.last_at = self._clock.monotonic()
        except (StageError, Orphaned, Full) as error:
            # The end of the reply meets the same trouble and deals with it; a stream only stops.
            self._give_up(str(error) or type(error).__name__)

    def _next_step(self) -> Step | None:
        """The first message that does not show what it should; in paragraphs, only those that are complete."""
        contents = self._wording.so_far(self._text, most=self._most)
        steps = [Step(number, content, []) for number, content in enumerate(contents)]
        if steps:
            steps[-1] = replace(steps[-1], row=self._stop_row(steps[-1].number))
        standing = self._shown.standing
        for step in steps:
            if step.number not in standing:
                return replace(step, row=self._stop_row(step.number))
            if standing[step.number].content != step.content:
                return step
        return next((step for step in steps if not self._shown.shows(step)), None)

    async def _take(self, step: Step) -> None:
        if step.number not in self._shown.standing:
            await self._shown.post(step)
            return
        try:
            outcome = await self._shown.edit_hastily(step)
        except Gone:
            await self._shown.note_gone(step.number)
            self._give_up("a message was removed")
            return
        match outcome:
            case Done():
                self._stream.stumbles = 0
            case Refused(retry_after_seconds=wait):
                self._tempo.refused(wait)
            case Unsent() | Unsure():
                self._stream.stumbles += 1
                if self._stream.stumbles >= _MOST_STUMBLES:
                    self._give_up("edits fail")

    async def _until_worth_posting(self) -> None:
        began = self._stream.began_at or self._clock.monotonic()
        if (soon := began + FIRST_POST_AFTER_SECONDS - self._clock.monotonic()) > 0:
            await self._clock.sleep(soon)
        wait = began + FIRST_POST_SECONDS - self._clock.monotonic()
        if wait <= 0 or self._stream.grown.is_set():
            return
        pauses = {
            asyncio.ensure_future(self._clock.sleep(wait)),
            asyncio.ensure_future(self._stream.grown.wait()),
        }
        try:
            await asyncio.wait(pauses, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pause in pauses:
                pause.cancel()

    async def _until_due(self, step: Step) -> None:
        """Wait for the next request's time, leaving the last requests of a bucket to final writes."""
        while True:
            due = max(self._tempo.due_at(self._stream.last_at), self._stream.last_at + self._pause(step))
            remaining, seconds = self._voice.room()
            if remaining is not None and remaining <= _SPARE_REQUESTS:
                due = max(due, self._clock.monotonic() + seconds)
            wait = due - self._clock.monotonic()
            if wait <= 0:
                return
            if wait > _LONGEST_WAIT_SECONDS or self._tempo.too_slow:
                self._give_up("the limits are short")
                return
            await self._clock.sleep(wait)

    def _pause(self, step: Step) -> float:
        """How long somebody would take to type the next paragraph; nothing where words are streamed."""
        told = self._scene.delivery is Delivery.PARAGRAPHS and step.number not in self._shown.standing
        return pause_before(step.content) if told and step.number else 0.0

    async def _busily(self, work: Coroutine[None, None, None]) -> None:
        """Work that must not be broken off: something in the channel or the part log is about to change."""
        self._stream.busy = True
        try:
            await work
        finally:
            self._stream.busy = False

    def _give_up(self, reason: str) -> None:
        self._stream.given_up = True
        log.info("stream_stopped", turn_id=str(self._scene.turn_id), reason=reason)

    def _stream_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._stream.given_up = True
            log.error("stream_broke", turn_id=str(self._scene.turn_id), exc_info=error)

    async def _end_stream(self) -> None:
        """No more edits. One that is on its way is waited for: overtaking it could leave the older text standing."""
        self._closing = True
        task = self._stream.task
        if task is None:
            return
        if not self._stream.busy:
            task.cancel()
        await asyncio.gather(asyncio.shield(task), return_exceptions=True)

    # --------------------------------------------------------------------------------------------- final writing

    async def _write_all(self, contents: list[str]) -> None:
        """Every message with its final words, in order; then the Stop buttons that have nothing left to stop."""
        for number, content in enumerate(contents):
            last = number == len(contents) - 1
            row = more_row(self._scene.turn_id, number) if last else []
            if number in self._shown.standing:
                await self._shown.edit(Step(number, content, row))
            elif not self._shown.removed:
                step = Step(number, content, row or self._stop_row(number))
                if (pause := self._pause(step)) > 0:
                    await self._clock.sleep(pause)
                await self._shown.post(step)
        for number, content in enumerate(contents[:-1]):
            if number in self._shown.standing:
                await self._shown.edit(Step(number, content, []))

    def _stop_row(self, number: int) -> Components:
        return stop_row(self._scene.turn_id, number, self._stop_label)
