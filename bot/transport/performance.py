"""One reply on its way into a channel: streamed by edits, split into messages, finished exactly once.

Every message is announced to the `PartLog` before it is posted and carries a mark (turn and part) from its first post
on. So whatever happens in between, a lost answer or a killed process, the channel's history tells whether a part is
there, and it is looked at before anything is posted again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import cast

import structlog

from bot.clock import Clock
from bot.errors import StageClosed, StageError, StageUnsure
from bot.ports import Part, PartLog, Scene
from bot.transport.chunking import split
from bot.transport.executor import Done, Outcome, Refused, Unsent, Unsure
from bot.transport.harmless import harmless
from bot.transport.lookback import Lookback
from bot.transport.marks import Components, more_row, stop_row
from bot.transport.speaker import Gone, Orphaned, Speaker
from bot.transport.stores import FaceAddresses
from bot.transport.tempo import Tempo

FIRST_POST_CHARACTERS = 20
FIRST_POST_SECONDS = 0.8
"""A first post waits for this many characters or this long, so that it does not begin with half a word."""

_SPARE_REQUESTS = 1
_LONGEST_WAIT_SECONDS = 10.0
_MOST_STUMBLES = 3
_POST_ATTEMPTS = 3
_LOOK_AFTER_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Props:
    """What all performances of one stage share."""

    speaker: Speaker
    lookback: Lookback
    faces: FaceAddresses
    clock: Clock
    stop_label: str


@dataclass(slots=True)
class _Standing:
    """A message of ours in the channel. `content` and `row` are None while not known for sure."""

    message_id: int
    content: str | None = None
    row: Components | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One request of a stream: post or edit part `number`."""

    number: int
    content: str
    row: Components | None


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


class WebhookPerformance:
    """A `bot.ports.Performance` through a channel's webhook. One owner: `finish` or `withdraw` is called once, last."""

    def __init__(self, scene: Scene, part_log: PartLog, props: Props, tempo: Tempo) -> None:
        self._scene = scene
        self._part_log = part_log
        self._props = props
        self._tempo = tempo
        self._standing = {number: _Standing(message_id) for number, message_id in scene.known.items()}
        self._unsure = set(scene.unsure)
        self._text = ""
        self._closing = False
        self._removed = False
        self._posted_twice = False
        self._stream = _Stream()

    # ------------------------------------------------------------------------------------------- the Performance

    def show(self, text: str) -> None:
        """The whole text so far. Never waits; the latest text wins."""
        self._text = text
        stream = self._stream
        if self._closing or stream.given_up or not text.strip():
            return
        if stream.began_at is None:
            stream.began_at = self._props.clock.monotonic()
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
        await self._settle_unsure()
        contents = split(harmless(text))
        for _ in range(2):
            try:
                await self._write_all(contents)
                break
            except Orphaned:
                await self._clear_orphans()
        else:
            raise StageClosed("unknown_webhook")
        await self._drop([number for number in self._standing if number >= len(contents)])
        if self._posted_twice:
            await self._drop_strays()
        if contents and not self._standing:
            raise StageClosed("removed")
        return tuple(Part(number, self._standing[number].message_id) for number in sorted(self._standing))

    async def withdraw(self) -> None:
        """Take back what was shown so far. What cannot be taken back is logged and left."""
        await self._end_stream()
        try:
            await self._settle_unsure()
            await self._drop(list(self._standing))
        except StageError as error:
            log.warning("withdraw_failed", turn_id=str(self._scene.turn_id), reason=str(error))

    # ------------------------------------------------------------------------------------------------- streaming

    async def _run_stream(self) -> None:
        try:
            await self._busily(self._settle_unsure())
            if not self._standing:
                await self._until_worth_posting()
            while not self._closing and not self._stream.given_up and self._next_step() is not None:
                await self._until_due()
                step = self._next_step()
                if self._closing or self._stream.given_up or step is None:
                    return
                await self._busily(self._edit_streamed(step) if step.number in self._standing else self._post(step))
                self._stream.last_at = self._props.clock.monotonic()
        except (StageError, Orphaned) as error:
            # The end of the reply meets the same trouble and deals with it; a stream only stops.
            self._give_up(str(error) or type(error).__name__)

    def _next_step(self) -> _Step | None:
        """The first message that does not show what it should."""
        contents = split(harmless(self._text))
        for number, content in enumerate(contents):
            last = number == len(contents) - 1
            standing = self._standing.get(number)
            if standing is None:
                return _Step(number, content, self._stop_row(number))
            if standing.content != content:
                return _Step(number, content, None if last else [])
        return None

    async def _until_worth_posting(self) -> None:
        began = self._stream.began_at or self._props.clock.monotonic()
        wait = began + FIRST_POST_SECONDS - self._props.clock.monotonic()
        if wait <= 0 or self._stream.grown.is_set():
            return
        pauses = {
            asyncio.ensure_future(self._props.clock.sleep(wait)),
            asyncio.ensure_future(self._stream.grown.wait()),
        }
        try:
            await asyncio.wait(pauses, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pause in pauses:
                pause.cancel()

    async def _until_due(self) -> None:
        """Wait for the next edit's time, leaving the last requests of a bucket to final writes."""
        clock = self._props.clock
        while True:
            due = self._tempo.due_at(self._stream.last_at)
            remaining, seconds = self._props.speaker.may_edit_in(self._scene.place)
            if remaining is not None and remaining <= _SPARE_REQUESTS:
                due = max(due, clock.monotonic() + seconds)
            wait = due - clock.monotonic()
            if wait <= 0:
                return
            if wait > _LONGEST_WAIT_SECONDS or self._tempo.too_slow:
                self._give_up("the limits are short")
                return
            await clock.sleep(wait)

    async def _busily(self, work: Coroutine[None, None, None]) -> None:
        """Work that must not be broken off: something in the channel or the part log is about to change."""
        self._stream.busy = True
        try:
            await work
        finally:
            self._stream.busy = False

    async def _edit_streamed(self, step: _Step) -> None:
        standing = self._standing[step.number]
        standing.content = None
        try:
            outcome = await self._props.speaker.edit(
                self._scene.place, standing.message_id, step.content, step.row, patient=False
            )
        except Gone:
            await self._note_gone(step.number)
            self._give_up("a message was removed")
            return
        match outcome:
            case Done():
                standing.content = step.content
                standing.row = step.row if step.row is not None else standing.row
                self._stream.stumbles = 0
            case Refused(retry_after_seconds=wait):
                self._tempo.refused(wait)
            case Unsent() | Unsure():
                self._stream.stumbles += 1
                if self._stream.stumbles >= _MOST_STUMBLES:
                    self._give_up("edits fail")

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
            if number in self._standing:
                await self._edit_final(number, content, row)
            elif not self._removed:
                await self._post(_Step(number, content, row or self._stop_row(number)))
        for number, content in enumerate(contents[:-1]):
            if number in self._standing:
                await self._edit_final(number, content, [])

    async def _edit_final(self, number: int, content: str, row: Components) -> None:
        standing = self._standing[number]
        if standing.content == content and standing.row == row:
            return
        try:
            outcome = await self._props.speaker.edit(self._scene.place, standing.message_id, content, row)
        except Gone:
            await self._note_gone(number)
            return
        _must_be_done(outcome)
        standing.content, standing.row = content, row

    async def _post(self, step: _Step) -> None:
        """Post a part exactly once. Raises `StageClosed`, or `StageUnsure` if nobody can say whether it is there."""
        number, picture = step.number, self._scene.face.picture_sha256
        avatar = await self._props.faces.url(picture) if picture else None
        await self._part_log.opening(number)
        for attempt in range(_POST_ATTEMPTS):
            self._unsure.add(number)  # until we know better, whatever interrupts us
            outcome = await self._sent(step, avatar)
            if isinstance(outcome, Done) and isinstance(outcome.body, dict):
                message_id = int(str(cast("dict[str, object]", outcome.body)["id"]))
                await self._opened(number, _Standing(message_id, step.content, step.row))
                return
            log.warning("post_unsure", turn_id=str(self._scene.turn_id), part=number, outcome=repr(outcome)[:80])
            await self._props.clock.sleep(_LOOK_AFTER_SECONDS * 2**attempt)
            await self._settle_unsure()
            if number in self._standing:
                return
            self._posted_twice = True
        self._unsure.add(number)
        raise StageUnsure(f"part {number} could not be posted")

    async def _sent(self, step: _Step, avatar_url: str | None) -> Outcome:
        """The outcome of one post; raises `StageClosed` if it surely did not happen."""
        try:
            outcome = await self._props.speaker.send(
                self._scene.place, self._scene.face, avatar_url, step.content, step.row or []
            )
            if isinstance(outcome, Unsent):
                raise StageClosed("unreachable")
        except StageClosed:
            self._unsure.discard(step.number)
            raise
        return outcome

    async def _opened(self, number: int, standing: _Standing) -> None:
        await self._part_log.opened(Part(number, standing.message_id))
        self._standing[number] = standing
        self._unsure.discard(number)

    # ------------------------------------------------------------------------------------------ what went wrong

    async def _settle_unsure(self) -> None:
        """Look for the parts that may be there. Raises `StageUnsure` if the history cannot be read."""
        if not self._unsure:
            return
        found = await self._props.lookback.parts(
            self._scene.place, self._scene.turn_id, after=self._scene.after_message_id
        )
        for number in sorted(self._unsure):
            if number in found and number not in self._standing:
                self._posted_twice |= len(found[number]) > 1
                await self._opened(number, _Standing(found[number][0]))
        self._unsure.clear()

    async def _note_gone(self, number: int) -> None:
        """A message cannot be edited: it was removed, or another webhook wrote it (`Orphaned`)."""
        if await self._props.lookback.exists(self._scene.place, self._standing[number].message_id):
            raise Orphaned
        del self._standing[number]
        self._removed = True

    async def _clear_orphans(self) -> None:
        """The webhook was deleted under us: its messages cannot be edited, so they give way to new ones."""
        for number, standing in sorted(self._standing.items()):
            await self._delete_as_bot(standing.message_id)
            del self._standing[number]

    async def _drop(self, numbers: list[int]) -> None:
        for number in sorted(numbers, reverse=True):
            standing = self._standing.pop(number)
            await self._delete(standing.message_id)

    async def _drop_strays(self) -> None:
        """A post that was repeated and came through late the first time: keep the one we know."""
        ours = {standing.message_id for standing in self._standing.values()}
        try:
            found = await self._props.lookback.parts(
                self._scene.place, self._scene.turn_id, after=self._scene.after_message_id
            )
        except StageUnsure:
            return
        for message_id in {message_id for ids in found.values() for message_id in ids} - ours:
            await self._delete(message_id)

    async def _delete(self, message_id: int) -> None:
        try:
            outcome = await self._props.speaker.delete(self._scene.place, message_id)
        except (Gone, Orphaned):
            if await self._props.lookback.exists(self._scene.place, message_id):
                await self._delete_as_bot(message_id)
            return
        _must_be_done(outcome)

    async def _delete_as_bot(self, message_id: int) -> None:
        if not await self._props.speaker.delete_as_bot(self._scene.place, message_id):
            log.warning("orphan_left", channel_id=self._scene.place.channel_id, message_id=message_id)

    def _stop_row(self, number: int) -> Components:
        return stop_row(self._scene.turn_id, number, self._props.stop_label)


def _must_be_done(outcome: Outcome) -> None:
    match outcome:
        case Done():
            return
        case Refused():
            raise StageClosed("rate_limited")
        case Unsent():
            raise StageClosed("unreachable")
        case Unsure(cause):
            raise StageUnsure(cause)
