"""Turns: every message that speaks to a character is written down, answered once, and finished after a crash.

`hear` writes the inbox row, committed, before anything else. Each channel has a queue of its own, so answers come in
the order of the messages; channels are answered beside each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from bot import failpoints, limits
from bot.clock import Clock
from bot.errors import Conflict, NotAllowed
from bot.ports import Heard, Models, Stage
from bot.services.people import People
from bot.services.talk import failures
from bot.services.talk.answering import Answering, Interruption, Passing, Running
from bot.services.talk.cursors import Cursors, Missed
from bot.services.talk.heed import Hearing, Present
from bot.services.talk.inbox import Errand, read
from bot.services.talk.lanes import Lanes
from bot.services.talk.outage import POSSIBLY_AWAY, is_away
from bot.services.talk.rows import TurnRows
from bot.texts import N_, SOURCE_LANGUAGE, Say
from db import functions
from db.models import TurnState
from db.queries.talk import delivery
from db.work import Actor, Database

_log = structlog.get_logger(__name__)

_BEAT_SECONDS = 10.0
"""How often cursors are written and doubtful turns are looked at again."""

_REMEMBERED_MESSAGES = 20_000
"""How many answered messages are remembered, so that changing or deleting one later reaches the history without asking
the database about every message that is changed anywhere."""

_PATIENCE_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long writing a message down is tried again while the database is away; then every beat tries it."""


@dataclass(slots=True)
class _Pending:
    """A message on its way to its answers."""

    errand: Errand
    is_explicit: bool
    conversation_id: UUID | None = None
    is_gone: bool = False


@dataclass(slots=True)
class _Meanwhile:
    """What became of a message while it was being written down."""

    content: str | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class _Begun:
    """A turn that exists already: a greeting, or what an earlier run left."""

    turn_id: UUID
    conversation_id: UUID
    channel_id: int


class Turns:
    """The road from a heard message to its answer.

    `boot_id` names this run of the program; `language` is the house's, for people whose own is not known. `passing` is
    called at every edge between two steps (`bot.failpoints`).
    """

    def __init__(
        self,
        database: Database,
        *,
        people: People,
        hearing: Hearing,
        models: Models,
        stage: Stage,
        clock: Clock,
        boot_id: UUID,
        language: str = SOURCE_LANGUAGE,
        passing: Passing = failpoints.passing,
    ) -> None:
        self._database = database
        self._people = people
        self._hearing = hearing
        self._clock = clock
        self._boot_id = boot_id
        self._language = language
        self._rows = TurnRows(database, boot_id, passing)
        self._answering = Answering(
            self._rows, models=models, stage=stage, hearing=hearing, clock=clock, language=language, passing=passing
        )
        self._lanes: Lanes[_Pending | _Begun] = Lanes(
            self._work, waiting=int(limits.WAITING_PER_CHANNEL), at_once=int(limits.TURNS_AT_ONCE)
        )
        self._cursors = Cursors(database, hearing)
        self._pending: dict[int, _Pending] = {}
        self._arriving: dict[int, _Meanwhile] = {}
        self._answered: OrderedDict[int, UUID] = OrderedDict()
        self._again: list[_Pending | _Begun] = []
        self._unwritten: list[tuple[Heard, tuple[UUID, ...] | None]] = []
        self._is_closing = False
        self._beat: asyncio.Task[None] | None = None

    # -------------------------------------------------------------------------------------------- life

    def start(self) -> None:
        """Begin to write cursors and to look again at doubtful turns from time to time."""
        self._beat = asyncio.create_task(self._keep_beat(), name="turns")

    async def resume(self) -> int:
        """Take up what earlier runs began: once at boot, when Discord can be reached. Returns how much there was."""
        async with self._database.work(Actor.job("resume")) as work:
            waiting = [read(row.heard) for row in await delivery.waiting(work.session)]
            unfinished = await functions.unfinished_turns(work.session, self._boot_id)
        items: list[tuple[int, int, _Pending | _Begun]] = []
        for errand in waiting:
            message_id = errand.heard.message_id
            if message_id not in self._pending:
                pending = self._pending[message_id] = _Pending(errand, is_explicit=True)
                items.append((message_id, errand.heard.place.channel_id, pending))
        covered = {message_id for message_id, _, _ in items}
        for turn in unfinished:
            if turn.trigger_message_id not in covered:
                begun = _Begun(turn.turn_id, turn.conversation_id, turn.channel_id)
                items.append((turn.trigger_message_id, turn.channel_id, begun))
        for _, lane, item in sorted(items, key=lambda entry: entry[0]):
            self._lanes.put(lane, item, always=True)
        if items:
            _log.info("turns_resumed", messages=len(covered), turns=len(items) - len(covered))
        return len(items)

    async def idle(self) -> None:
        """Return once everything heard so far is answered."""
        await self._lanes.idle()

    async def close(self, *, within_seconds: float = float(limits.DRAIN_SECONDS)) -> bool:
        """Answer nothing new, let running answers finish, write what is only in memory. Says whether all finished.

        What did not finish, and what is heard meanwhile, is taken up by the next run.
        """
        self._is_closing = True
        finished = await self._lanes.close(within_seconds=within_seconds)
        if self._beat is not None:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        await self._cursors.flush()
        return finished

    # -------------------------------------------------------------------------------------------- hearing

    async def hear(self, heard: Heard, *, to: tuple[UUID, ...] | None = None) -> bool:
        """A message was written. True where it will be answered; then it is safely written down.

        Where the database stays away it is kept in mind, and heard again once the database is back. `to` names the
        characters that shall answer; without it they are found in the message (`heed`).
        """
        spoken_to = self._hearing.addressed(heard) if to is None else to
        errand = Errand(replace(heard, content=heard.content[: limits.HEARD_TEXT_MAX]), spoken_to)
        meanwhile = self._arriving[heard.message_id] = _Meanwhile()
        try:
            is_new = bool(spoken_to) and await self._receive(errand)
        except POSSIBLY_AWAY as error:
            if not is_away(error):
                raise
            self._unwritten.append((heard, to))
            return False
        finally:
            self._arriving.pop(heard.message_id, None)
        self._seen(heard)
        if not spoken_to:
            await self._point_the_way(heard)
        if not is_new:
            return False
        if self._is_closing:
            return True
        pending = self._pending[heard.message_id] = _Pending(errand, is_explicit=to is not None)
        if meanwhile.content is not None:
            await self.trigger_edited(heard.message_id, meanwhile.content)
        if meanwhile.is_gone:
            await self.trigger_deleted(heard.message_id)
        if not self._lanes.put(heard.place.channel_id, pending):
            del self._pending[heard.message_id]
            await self._rows.settle_message(heard.message_id, dropped=failures.QUEUE_FULL)
            await self._remark(heard, failures.QUEUE_FULL)
            return False
        return True

    def _seen(self, heard: Heard) -> None:
        channel_id = heard.place.channel_id
        # A cursor never passes a message that is not written down: after a crash it would not be fetched again.
        waits = any(waiting.place.channel_id == channel_id for waiting, _ in self._unwritten)
        if self._hearing.room(channel_id) is not None and not waits:
            self._cursors.seen(channel_id, heard.message_id)

    async def _receive(self, errand: Errand) -> bool:
        for wait in _PATIENCE_SECONDS:
            try:
                return await self._rows.receive(errand)
            except POSSIBLY_AWAY as error:
                if not is_away(error):
                    raise
                _log.warning("inbox_unreachable", message_id=errand.heard.message_id, error=type(error).__name__)
            await self._clock.sleep(wait)
        return await self._rows.receive(errand)

    async def _point_the_way(self, heard: Heard) -> None:
        """Somebody speaks to the application where no character can answer: say what to do, rather than nothing."""
        if heard.author_is_bot or heard.webhook_id is not None or self._is_closing:
            return
        if heard.place.guild_id is None:
            await self._remark(heard, failures.DIRECT_MESSAGE)
        elif heard.mentions_us and self._hearing.room(heard.place.channel_id) is None:
            await self._remark(heard, failures.NOBODY_HERE)

    async def _remark(self, heard: Heard, reason: str) -> None:
        text = Say(heard.author.locale, self._language)(failures.remark_on(reason) or "")
        await self._answering.remark(heard.place, text, key=reason)

    def listeners(self, channel_id: int) -> tuple[Present, ...]:
        """The characters that listen in a channel, from memory."""
        room = self._hearing.room(channel_id)
        return room.characters if room else ()

    def begin(self, channel_id: int, turn_id: UUID, conversation_id: UUID) -> None:
        """Bring a turn to its end that was written by somebody else (a greeting)."""
        if not self._is_closing:
            self._lanes.put(channel_id, _Begun(turn_id, conversation_id, channel_id), always=True)

    async def cursors(self) -> Sequence[Missed]:
        """Which channels to catch up with after an absence, and from which message on; feed what is found to `hear`."""
        return await self._cursors.missed()

    # -------------------------------------------------------------------------------------------- interrupting

    async def stop(self, turn_id: UUID, by: UUID, *, may_manage: bool = False) -> None:
        """Break an answer off; what there is of it stays and counts as the answer.

        For the asker, whoever began the conversation, and those who manage messages there. Raises `NotAllowed`, or
        `Conflict` where the answer is finished.
        """
        running = self._answering.running(turn_id)
        if running is None or running.is_sending:
            raise Conflict("answer_finished", N_("This answer is already finished."))
        if not may_manage and by not in {running.turn.asker_id, running.turn.conversation_owner_id}:
            raise NotAllowed(
                "not_your_answer",
                N_("Only who asked, who began this conversation, or a moderator can stop this answer."),
            )
        running.interrupt(Interruption.STOPPED)

    async def trigger_deleted(self, message_id: int) -> None:
        """The message was deleted: what is not yet said about it is not said, and it leaves the history."""
        pending = self._pending.get(message_id)
        if message_id in self._arriving:
            self._arriving[message_id].is_gone = True
        if pending is None:
            conversation_id = self._answered.pop(message_id, None)
            if conversation_id is not None:
                await self._rows.forget_message(conversation_id, message_id)
            return
        pending.is_gone = True
        for running in self._answering_to(message_id):
            running.interrupt(Interruption.WITHDRAWN)
        if pending.conversation_id is not None:
            await self._rows.forget_message(pending.conversation_id, message_id)

    async def trigger_edited(self, message_id: int, content: str) -> None:
        """The message was changed. Before a word of the answer is seen it is answered anew as it stands now.

        Later only the history follows; the answer stands.
        """
        pending = self._pending.get(message_id)
        content = content[: limits.HEARD_TEXT_MAX]
        if message_id in self._arriving:
            self._arriving[message_id].content = content
        if pending is None and message_id in self._answered:
            await self._rows.reword_said(self._answered[message_id], message_id, content)
        if pending is None or pending.errand.heard.content == content:
            return
        if any(one.text.strip() or one.is_sending for one in self._answering_to(message_id)):
            return
        heard = replace(pending.errand.heard, content=content)
        if not pending.is_explicit and not self._hearing.addressed(heard):
            await self.trigger_deleted(message_id)
            return
        pending.errand = Errand(heard, pending.errand.to)
        await self._rows.reword(pending.errand, pending.conversation_id)
        for running in self._answering_to(message_id):
            running.interrupt(Interruption.REWORDED)

    def silence(self, conversation_id: UUID, character_id: UUID) -> None:
        """The character was sent away: what it is about to say there is not said."""
        for running in self._answering.all_running():
            turn = running.turn
            if turn.conversation_id == conversation_id and turn.character_id == character_id:
                running.interrupt(Interruption.WITHDRAWN)

    def _answering_to(self, message_id: int) -> list[Running]:
        return [one for one in self._answering.all_running() if one.turn.trigger_message_id == message_id]

    # -------------------------------------------------------------------------------------------- working

    async def _work(self, item: _Pending | _Begun) -> None:
        try:
            await (self._answer(item) if isinstance(item, _Begun) else self._answer_and_settle(item))
        except POSSIBLY_AWAY as error:
            if not is_away(error):
                raise
            # Every step can be taken again: whatever was written down is found as it stands.
            _log.warning("turn_put_off", error=type(error).__name__)
            self._again.append(item)

    async def _answer_and_settle(self, item: _Pending) -> None:
        message_id = item.errand.heard.message_id
        try:
            dropped = await self._answer_message(item)
            await self._rows.settle_message(message_id, dropped=dropped)
        finally:
            self._pending.pop(message_id, None)
            if item.conversation_id is not None:
                self._answered[message_id] = item.conversation_id
                if len(self._answered) > _REMEMBERED_MESSAGES:
                    self._answered.popitem(last=False)

    async def _answer_message(self, pending: _Pending) -> str | None:
        """Answer a message; returns why not, where it was not."""
        heard = pending.errand.heard
        if pending.is_gone:
            return "deleted"
        if (self._clock.now() - heard.sent_at).total_seconds() > limits.ANSWER_WITHIN_SECONDS:
            return "too_late"
        room = self._hearing.room(heard.place.channel_id)
        if room is None:
            return "nobody_listens"
        pending.conversation_id = room.conversation_id
        asker_id = await self._people.arrive(heard.author)
        turn_ids = await self._rows.claim(pending.errand, room.conversation_id, asker_id)
        for turn_id in turn_ids:
            await self._answer(_Begun(turn_id, room.conversation_id, heard.place.channel_id), pending)
        return None if turn_ids else "nobody_listens"

    async def _answer(self, begun: _Begun, pending: _Pending | None = None) -> None:
        def is_gone() -> bool:
            return pending is not None and pending.is_gone

        state = await self._answering.answer(begun.turn_id, begun.conversation_id, is_gone=is_gone)
        if state is TurnState.UNKNOWN:
            self._again.append(begun)

    async def _keep_beat(self) -> None:
        while True:
            await self._clock.sleep(_BEAT_SECONDS)
            try:
                await self.beat()
            except Exception:  # a border: the next beat comes
                _log.exception("beat_failed")

    async def beat(self) -> None:
        """Write cursors, and take up again what could not be finished: Discord or the database did not answer."""
        await self._cursors.flush()
        unwritten, self._unwritten = self._unwritten, []
        for heard, to in unwritten:
            await self.hear(heard, to=to)
        again, self._again = self._again, []
        for item in again:
            lane = item.channel_id if isinstance(item, _Begun) else item.errand.heard.place.channel_id
            self._lanes.put(lane, item, always=True)


__all__ = ["Missed", "Turns"]
