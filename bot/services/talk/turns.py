"""Turns: every message that speaks to a character is written down, answered once, and finished after a crash.

`hear` writes the inbox row, committed, before anything else. Each channel has a queue of its own, so answers come in
the order of the messages; channels are answered beside each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from bot import failpoints, limits
from bot.clock import Clock
from bot.ports import Files, Heard, ModelPool, Place, Stage
from bot.services.keys.vault import Vault
from bot.services.lore.replies.activating import LoreActivations
from bot.services.money.metering import Metering
from bot.services.people import People
from bot.services.talk import failures
from bot.services.talk.afterwards import Afterwards
from bot.services.talk.answering import Answering, Passing
from bot.services.talk.arrivals import Arrivals
from bot.services.talk.backstage import Backstage
from bot.services.talk.changes import Changes
from bot.services.talk.cursors import Cursors, Missed
from bot.services.talk.departures import Departures
from bot.services.talk.door import Door
from bot.services.talk.gates import BlockOf, Gates, Held, Silence
from bot.services.talk.heed import Hearing, Present, Room
from bot.services.talk.held import HeldBack
from bot.services.talk.inbox import Errand, read
from bot.services.talk.lanes import Lanes
from bot.services.talk.outage import POSSIBLY_AWAY, is_away
from bot.services.talk.rows import TurnRows
from bot.services.talk.running import Outcome
from bot.services.talk.snapshot import Snapshots
from bot.services.talk.taking import Taking
from bot.services.talk.tokens import AnswerTokens
from bot.services.talk.troubles import Troubles
from bot.services.talk.unanswered import Unanswered
from bot.services.talk.underway import Begun, Meanwhile, Pending
from bot.services.talk.welcome import Welcome
from bot.services.wellbeing.holding import Rests, held_by
from bot.services.wellbeing.in_prompts import MoodsInPrompts
from bot.services.wellbeing.presence import Presence
from bot.texts import SOURCE_LANGUAGE
from db import functions
from db.models import Priority, TurnState
from db.queries.talk import delivery
from db.work import Actor, Database

_log = structlog.get_logger(__name__)

_BEAT_SECONDS = 10.0
"""How often cursors are written and doubtful turns are looked at again."""

_PATIENCE_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long writing a message down is tried again while the database is away; then every beat tries it."""


class Turns(Afterwards):
    """The road from a heard message to its answer.

    `boot_id` names this run of the program; `language` is the house's, for people whose own is not known. `passing` is
    called at every edge between two steps (`bot.failpoints`). `files` reads what came with messages; `vault` seals the
    tokens of interactions through which answers go out where the bot is no member. Without `lore` no book counts.
    `blocks` tells whom the house keeps out. With a `meter` answers are paid for; with `presence` who takes part is
    counted, and answered only where limits of their own let them be.
    """

    def __init__(
        self,
        database: Database,
        *,
        people: People,
        hearing: Hearing,
        models: ModelPool,
        stage: Stage,
        clock: Clock,
        boot_id: UUID,
        language: str = SOURCE_LANGUAGE,
        passing: Passing = failpoints.passing,
        files: Files | None = None,
        vault: Vault | None = None,
        lore: LoreActivations | None = None,
        blocks: BlockOf | None = None,
        meter: Metering | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._database = database
        self._people = people
        self._hearing = hearing
        self._clock = clock
        self._boot_id = boot_id
        self._tokens = AnswerTokens(vault)
        self.taking = Taking(presence)
        self.gates = Gates(clock, hearing.rules, blocks, None if presence is None else Rests(presence.limited, clock))
        self.troubles = Troubles(database, clock)
        self.welcome = Welcome(
            hearing=hearing, gates=self.gates, people=people, stage=stage, tokens=self._tokens, language=language
        )
        self._unanswered = Unanswered(welcome=self.welcome, gates=self.gates, people=people, presence=presence)
        self._lanes: Lanes[Pending | Begun] = Lanes(
            self._work, waiting=int(limits.WAITING_PER_CHANNEL), at_once=int(limits.TURNS_AT_ONCE)
        )
        self.held_back = HeldBack(
            database, hearing=hearing, gates=self.gates, stage=stage, meter=meter, presence=presence
        )
        self._door = Door(hearing, self.gates, self._tokens, self._lanes.has_room)
        moods = None if vault is None else MoodsInPrompts(vault)
        snapshots = Snapshots(database, hearing=hearing, clock=clock, files=files, lore=lore, moods=moods)
        self._arrivals = Arrivals(database, boot_id, snapshots, passing, files, presence)
        self._changes = Changes(database, arrivals=self._arrivals, hearing=hearing, people=people, clock=clock)
        self._departures = Departures(database, hearing=hearing, arrivals=self._arrivals, troubles=self.troubles)
        self._answering = Answering(
            TurnRows(database, boot_id, passing, meter),
            snapshots=snapshots,
            backstage=Backstage(
                hearing=hearing,
                gates=self.gates,
                troubles=self.troubles,
                departures=self._departures,
                answer_tokens=self._tokens,
                stage=stage,
                clock=clock,
                language=language,
                begin=self._go_on,
                has_room=self._lanes.has_room,
                presence=presence,
            ),
            models=models,
            stage=stage,
            hearing=hearing,
            clock=clock,
            language=language,
            passing=passing,
            meter=meter,
        )
        self._cursors = Cursors(database, hearing)
        self._pending: dict[int, Pending] = {}
        self._arriving: dict[int, Meanwhile] = {}
        self._again: list[Pending | Begun] = []
        self._unwritten: list[tuple[Heard, tuple[UUID, ...] | None, str | None]] = []
        self._is_closing = False
        self._beat: asyncio.Task[None] | None = None

    # -------------------------------------------------------------------------------------------- life

    def start(self) -> None:
        """Begin to write cursors and to look again at doubtful turns from time to time."""
        self._beat = asyncio.create_task(self._keep_beat(), name="turns")

    async def resume(self) -> int:
        """Take up what earlier runs began: once at boot, when Discord can be reached. Returns how much there was."""
        await self.troubles.load()
        await self._changes.load()
        async with self._database.work(Actor.job("resume")) as work:
            waiting = [read(row.heard) for row in await delivery.waiting(work.session)]
            unfinished = await functions.unfinished_turns(work.session, self._boot_id)
        items: list[tuple[int, Pending | Begun]] = []
        for errand in waiting:
            message_id = errand.heard.message_id
            if message_id not in self._pending:
                pending = self._pending[message_id] = Pending(errand, is_explicit=True)
                items.append((message_id, pending))
        covered = {message_id for message_id, _ in items}
        for turn in unfinished:
            if turn.trigger_message_id not in covered:
                begun = Begun(turn.turn_id, turn.conversation_id, turn.channel_id, turn.priority, turn.character_id)
                items.append((turn.trigger_message_id, begun))
        for _, item in sorted(items, key=lambda entry: entry[0]):
            self._lanes.put(item.lane, item, priority=item.priority, always=True)
        if items:
            _log.info("turns_resumed", messages=len(covered), turns=len(items) - len(covered))
        return len(items)

    async def idle(self) -> None:
        """Return once everything heard so far is answered."""
        await self._lanes.idle()
        await self._answering.idle()

    async def close(self, *, within_seconds: float = float(limits.DRAIN_SECONDS)) -> bool:
        """Answer nothing new, let running answers finish, write what is only in memory. Says whether all finished.

        What did not finish, and what is heard meanwhile, is taken up by the next run.
        """
        self._is_closing = True
        finished = await self._lanes.close(within_seconds=within_seconds)
        await self._answering.close()
        if self._beat is not None:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        await self._cursors.flush()
        return finished

    # -------------------------------------------------------------------------------------------- hearing

    async def hear(self, heard: Heard, *, to: tuple[UUID, ...] | None = None, token: str | None = None) -> bool:
        """A message was written. True where it will be answered; then it is safely written down.

        Where the database stays away it is kept in mind, and heard again once the database is back. `to` names the
        characters that shall answer; without it they are found in the message (`heed`). `token` is the interaction's
        through which the answer goes out where the bot is no member.
        """
        at_door = self._door.decide(heard, to, token)
        if at_door is None:
            return await self._unheard(heard)
        if at_door.held is not None:
            return await self._held_back(at_door.errand, at_door.held)
        errand = at_door.errand
        meanwhile = self._arriving[heard.message_id] = Meanwhile()
        try:
            is_new = await self._receive(errand)
        except POSSIBLY_AWAY as error:
            if not is_away(error):
                raise
            self._unwritten.append((heard, to, token))
            return False
        finally:
            self._arriving.pop(heard.message_id, None)
        self._seen(heard)
        if not is_new:
            return False
        self.gates.rates.spend(heard.place.channel_id, heard.author.discord_id, len(errand.to))
        return self._is_closing or await self._line_up(Pending(errand, is_explicit=to is not None), meanwhile)

    async def _line_up(self, pending: Pending, meanwhile: Meanwhile) -> bool:
        heard = pending.errand.heard
        self._pending[heard.message_id] = pending
        if meanwhile.content is not None:
            await self.trigger_edited(heard.message_id, meanwhile.content)
        if meanwhile.is_gone:
            await self.trigger_deleted(heard.message_id)
        if self._lanes.put(pending.lane, pending, priority=pending.priority):
            return True
        del self._pending[heard.message_id]
        await self._arrivals.settle(heard.message_id, dropped=failures.QUEUE_FULL)
        if pending.priority is not Priority.LOW:
            await self.welcome.remark(heard, failures.QUEUE_FULL, sealed=pending.errand.token)
        return False

    async def _unheard(self, heard: Heard) -> bool:
        """Nobody is spoken to. Whoever speaks to the application alone is met, and may be answered after all."""
        self._seen(heard)
        if self._is_closing or not (heard.mentions_us or heard.begins_post or heard.place.guild_id is None):
            return False
        if self.gates.block(heard.author.discord_id) is not None:
            return False
        come = await self.welcome.meet(heard)
        return come is not None and await self.hear(heard, to=(come,))

    async def _held_back(self, errand: Errand, held: Held) -> bool:
        """Nobody may answer: written down with the reason; whoever wrote reads one neutral line about it."""
        heard = errand.heard
        is_new = await self._arrivals.refuse(errand, held.reason.value)
        self._seen(heard)
        await self._unanswered.at_door(errand, held, is_new=is_new)
        return False

    def _seen(self, heard: Heard) -> None:
        channel_id = heard.place.channel_id
        # A cursor never passes a message that is not written down: after a crash it would not be fetched again.
        waits = any(waiting.place.channel_id == channel_id for waiting, _, _ in self._unwritten)
        if self._hearing.room(channel_id) is not None and not waits:
            self._cursors.seen(channel_id, heard.message_id)

    async def _receive(self, errand: Errand) -> bool:
        for wait in _PATIENCE_SECONDS:
            try:
                return await self._arrivals.receive(errand)
            except POSSIBLY_AWAY as error:
                if not is_away(error):
                    raise
                _log.warning("inbox_unreachable", message_id=errand.heard.message_id, error=type(error).__name__)
            await self._clock.sleep(wait)
        return await self._arrivals.receive(errand)

    def room(self, channel_id: int, discord_id: int | None = None) -> Room | None:
        """The conversation that goes on in a channel, from memory; where the bot is no member, this person's."""
        return self._hearing.room(channel_id, discord_id)

    def listeners(self, channel_id: int, discord_id: int | None = None) -> tuple[Present, ...]:
        """The characters that listen in a channel; where the bot is no member, to this person."""
        room = self._hearing.room(channel_id, discord_id)
        return () if room is None else room.characters

    def names_elsewhere(self, place: Place, character_id: UUID) -> tuple[str, ...]:
        """What the other characters of a server are called that listen in its other channels."""
        rooms = self._hearing.rooms() if place.guild_id is not None else ()
        there = [room for room in rooms if room.place.guild_id == place.guild_id]
        there = [room for room in there if room.place.channel_id != place.channel_id]
        return tuple(
            name for room in there for one in room.characters if one.character_id != character_id for name in one.names
        )

    def begin(self, channel_id: int, turn_id: UUID, conversation_id: UUID, priority: Priority = Priority.HIGH) -> None:
        """Line up a turn that was written by somebody else: a greeting, an answer worded again."""
        self._go_on(channel_id, turn_id, conversation_id, priority)

    def _go_on(
        self, channel_id: int, turn_id: UUID, conversation_id: UUID, priority: Priority, who: UUID | None = None
    ) -> None:
        if not self._is_closing:
            begun = Begun(turn_id, conversation_id, channel_id, priority, who)
            self._lanes.put(channel_id, begun, priority=priority, always=True)

    def outcome(self, turn_id: UUID) -> asyncio.Future[Outcome]:
        """How a turn will end. Ask before it is lined up."""
        return self._answering.outcome(turn_id)

    async def cursors(self) -> Sequence[Missed]:
        """Which channels to catch up with after an absence, and from which message on; feed what is found to `hear`."""
        return await self._cursors.missed()

    # -------------------------------------------------------------------------------------------- working

    async def _work(self, item: Pending | Begun) -> None:
        try:
            await (self._answer(item) if isinstance(item, Begun) else self._answer_and_settle(item))
        except POSSIBLY_AWAY as error:
            if not is_away(error):
                raise
            # Every step can be taken again: whatever was written down is found as it stands.
            _log.warning("turn_put_off", error=type(error).__name__)
            self._again.append(item)

    async def _answer_and_settle(self, item: Pending) -> None:
        message_id = item.errand.heard.message_id
        try:
            dropped = await self._answer_message(item)
            if not item.is_done:
                await self._arrivals.settle(message_id, dropped=dropped)
            if dropped is not None:
                await self._unanswered.on_the_way(item)
        finally:
            self._pending.pop(message_id, None)
            if item.conversation_id is not None:
                self._changes.remember(message_id, item.lane)

    async def _answer_message(self, pending: Pending) -> str | None:
        """Answer a message; returns why not, where it was not."""
        heard = pending.errand.heard
        if pending.is_gone:
            return "deleted"
        if (self._clock.now() - heard.sent_at).total_seconds() > limits.ANSWER_WITHIN_SECONDS:
            return "too_late"
        if self.gates.block(heard.author.discord_id) is not None:
            return Silence.BLOCKED.value
        pending.held = self.gates.rest(heard.author.discord_id, heard.place, heard.sent_at)
        if pending.held is not None:  # they paused while it waited, or an earlier one was the last that fits
            await self._unanswered.noted(heard)
            return Silence.LIMIT.value
        room = self._hearing.room(heard.place.channel_id, heard.author.discord_id)
        if room is None:
            return "nobody_listens"
        characters = tuple(one for one in map(room.character, pending.errand.to) if one is not None)
        passed = self.gates.passed(room, characters, heard.around)  # they may have been closed while it waited
        if not passed.to:
            return passed.held.reason.value if passed.held else "nobody_listens"
        pending.conversation_id = room.conversation_id
        errand = replace(pending.errand, to=tuple(one.character_id for one in passed.to))
        asker_id = await self._people.arrive(heard.author)
        claimed = await self._arrivals.claim(errand, room, asker_id)
        if claimed.rest is not None:
            pending.held = held_by(claimed.rest)
            return Silence.LIMIT.value
        states: list[TurnState | None] = []
        for number, (character, turn_id) in enumerate(claimed.turns):
            ready = claimed.first if number == 0 else None
            begun = Begun(turn_id, room.conversation_id, pending.lane, pending.priority, character, ready)
            states.append(await self._answer(begun, pending))
        pending.is_done = bool(states) and all(state is TurnState.SENT for state in states)
        return None if claimed.turns else "nobody_listens"

    async def _answer(self, begun: Begun, pending: Pending | None = None) -> TurnState | None:
        def is_gone() -> bool:
            return pending is not None and pending.is_gone

        silent = self._silent_since(begun)
        if silent is not None:
            await self._arrivals.cancel(begun.turn_id, begun.conversation_id, silent)
            return TurnState.CANCELLED
        if (ready := begun.ready) is not None:
            state = await self._answering.answer_ready(ready.turn, ready.cast, ready.material, is_gone=is_gone)
        else:
            state = await self._answering.answer(begun.turn_id, begun.conversation_id, is_gone=is_gone)
        if state is TurnState.UNKNOWN:
            self._again.append(replace(begun, ready=None))
        return state

    def _silent_since(self, begun: Begun) -> str | None:
        """Why a turn that waited is not answered any more, if so. Who asks by a command is always answered."""
        if begun.character_id is None or begun.priority in {Priority.HIGH, Priority.URGENT}:
            return None
        room = self._hearing.room_of(begun.conversation_id)
        if room is None or room.character(begun.character_id) is None:
            return Silence.NOBODY_HERE.value
        return Silence.MUTED.value if room.is_muted else None

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
        for heard, to, token in unwritten:
            await self.hear(heard, to=to, token=token)
        again, self._again = self._again, []
        for item in again:
            self._lanes.put(item.lane, item, priority=item.priority, always=True)


__all__ = ["Missed", "Turns"]
