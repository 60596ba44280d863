"""The messages of one reply as they stand in a channel: posted exactly once, looked for before they are repeated.

Every message is announced to the `PartLog` before it is posted and carries a mark (turn and part) from its first post
on. So whatever happens in between, a lost answer or a killed process, the channel's history tells whether a part is
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import structlog

from bot.clock import Clock
from bot.errors import Closed, StageClosed, StageUnsure
from bot.ports import Part, PartLog, Scene
from bot.transport.executor import Done, Outcome, Refused, Unsent, Unsure
from bot.transport.marks import Components
from bot.transport.voice import Full, Gone, Orphaned, Voice

_POST_ATTEMPTS = 3
_LOOK_AFTER_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Standing:
    """A message of ours in the channel. `content` and `row` are None while not known for sure."""

    message_id: int
    content: str | None = None
    row: Components | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One request: what part `number` shall show."""

    number: int
    content: str
    row: Components


class Shown:
    """What stands there. `removed` tells that somebody deleted a part of it meanwhile."""

    def __init__(self, scene: Scene, part_log: PartLog, voice: Voice, clock: Clock) -> None:
        self._scene = scene
        self._part_log = part_log
        self._voice = voice
        self._clock = clock
        self._unsure = set(scene.unsure)
        self.standing = {number: Standing(message_id) for number, message_id in scene.known.items()}
        self.removed = False
        self.posted_twice = False

    def shows(self, step: Step) -> bool:
        """Whether the part stands there exactly so."""
        standing = self.standing.get(step.number)
        return standing is not None and standing.content == step.content and standing.row == step.row

    async def post(self, step: Step) -> None:
        """Post a part exactly once.

        Raises `StageClosed`, `Full`, or `StageUnsure` if nobody can say whether it is there.
        """
        number = step.number
        await self._voice.ready()
        await self._part_log.opening(number)
        for attempt in range(_POST_ATTEMPTS):
            self._unsure.add(number)  # until we know better, whatever interrupts us
            outcome = await self._sent(step)
            if isinstance(outcome, Done) and isinstance(outcome.body, dict):
                message_id = int(str(cast("dict[str, object]", outcome.body)["id"]))
                await self._opened(number, Standing(message_id, step.content, step.row))
                return
            log.warning("post_unsure", turn_id=str(self._scene.turn_id), part=number, outcome=repr(outcome)[:80])
            await self._clock.sleep(_LOOK_AFTER_SECONDS * 2**attempt)
            await self.settle_unsure()
            if number in self.standing:
                return
            self.posted_twice = True
        self._unsure.add(number)
        raise StageUnsure(f"part {number} could not be posted")

    async def edit_hastily(self, step: Step) -> Outcome:
        """A streamed edit: not held back nor repeated when the limits are short. Raises `Gone`, `StageClosed`."""
        standing = self.standing[step.number]
        standing.content = None
        outcome = await self._voice.edit(step.number, standing.message_id, step.content, step.row, patient=False)
        if isinstance(outcome, Done):
            standing.content, standing.row = step.content, step.row
        return outcome

    async def edit(self, step: Step) -> None:
        """Make a part show exactly this. Raises `Orphaned`, `StageClosed` or `StageUnsure`."""
        if self.shows(step):
            return
        standing = self.standing[step.number]
        try:
            outcome = await self._voice.edit(step.number, standing.message_id, step.content, step.row)
        except Gone:
            await self.note_gone(step.number)
            return
        must_be_done(outcome)
        standing.content, standing.row = step.content, step.row

    async def settle_unsure(self) -> None:
        """Look for the parts that may be there. Raises `StageUnsure` if the history cannot be read."""
        if not self._unsure:
            return
        found = await self._voice.parts(self._scene.after_message_id, self._unsure)
        for number in sorted(self._unsure):
            if number in found and number not in self.standing:
                self.posted_twice |= len(found[number]) > 1
                await self._opened(number, Standing(found[number][0]))
        self._unsure.clear()

    async def note_gone(self, number: int) -> None:
        """A message cannot be edited: it was removed, or another webhook wrote it (`Orphaned`)."""
        if await self._voice.exists(self.standing[number].message_id):
            raise Orphaned
        del self.standing[number]
        self.removed = True

    async def clear_orphans(self) -> None:
        """The webhook was deleted under us: its messages cannot be edited, so they give way to new ones."""
        for number, standing in sorted(self.standing.items()):
            await self._delete_orphan(standing.message_id)
            del self.standing[number]

    async def drop(self, numbers: list[int]) -> None:
        """Take these parts back. Raises `StageClosed` or `StageUnsure`."""
        for number in sorted(numbers, reverse=True):
            standing = self.standing.pop(number)
            await self._delete(standing.message_id)

    async def drop_strays(self) -> None:
        """A post that was repeated and came through late the first time: keep the one we know."""
        ours = {standing.message_id for standing in self.standing.values()}
        try:
            found = await self._voice.parts(self._scene.after_message_id, self.standing.keys())
        except StageUnsure:
            return
        for message_id in {message_id for ids in found.values() for message_id in ids} - ours:
            await self._delete(message_id)

    async def _sent(self, step: Step) -> Outcome:
        """The outcome of one post; raises `StageClosed` or `Full` if it surely did not happen."""
        try:
            outcome = await self._voice.post(step.number, step.content, step.row)
            if isinstance(outcome, Unsent):
                raise StageClosed(Closed.UNREACHABLE)
        except (StageClosed, Full):
            self._unsure.discard(step.number)
            raise
        return outcome

    async def _opened(self, number: int, standing: Standing) -> None:
        await self._part_log.opened(Part(number, standing.message_id))
        self.standing[number] = standing
        self._unsure.discard(number)

    async def _delete(self, message_id: int) -> None:
        try:
            outcome = await self._voice.delete(message_id)
        except (Gone, Orphaned):
            if await self._voice.exists(message_id):
                await self._delete_orphan(message_id)
            return
        must_be_done(outcome)

    async def _delete_orphan(self, message_id: int) -> None:
        if not await self._voice.delete_orphan(message_id):
            log.warning("orphan_left", channel_id=self._scene.place.channel_id, message_id=message_id)


def must_be_done(outcome: Outcome) -> None:
    """Raises `StageClosed` or `StageUnsure` for anything but `Done`."""
    match outcome:
        case Done():
            return
        case Refused():
            raise StageClosed(Closed.RATE_LIMITED)
        case Unsent():
            raise StageClosed(Closed.UNREACHABLE)
        case Unsure(cause):
            raise StageUnsure(cause)
