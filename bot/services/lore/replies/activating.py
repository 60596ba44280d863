"""Lore in a reply: read with the turn, decided once the model is known, handed to the prompt, logged with the reply.

Where no book is in force nothing of this happens (`road.Taken.may_have_lore`). The decision itself is the engine's
(`engine`, `compatible`); here stands what it needs: rows, ready decks, meanings, and what is remembered of it.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from bot import limits
from bot.clock import Clock
from bot.ports import Models
from bot.services.lore.engine.activation import Activation, activate
from bot.services.lore.engine.book import EVERYWHERE, Position
from bot.services.lore.engine.deck import Deck
from bot.services.lore.engine.filters import kept_out
from bot.services.lore.engine.scene import Places, Said, Scene
from bot.services.lore.meanings.recall import Ask, Recall
from bot.services.lore.replies import old_ways, scenery
from bot.services.lore.replies.explaining import Explained, with_outcome
from bot.services.lore.replies.loading import LoreDecks, LoreSet
from bot.services.lore.replies.old_ways import Circumstances, OldWays
from bot.services.lore.replies.scenery import LoreMaterial
from bot.services.lore.replies.trace import Trace, TraceLine, Warned, ordered, row_of
from bot.services.talk.compose_lore import asked_outlets, lore_budget, lore_texts
from bot.services.talk.compose_types import LoreText, Snapshot, Task
from bot.services.talk.macros import outlet_name
from db.direct import Direct
from db.queries.lore import activation
from db.queries.lore.runs import LoreRecord
from db.queries.talk.history import SaidLine
from db.queries.talk.turns import Standing
from db.work import Actor, Database

_MUCH, _MUCH_OLD = 20_000, 2_000
"""Entries from which on deciding takes longer than the event loop should be held up: here, and as elsewhere."""

_MANY = 500
"""Decisions from which on putting them into words takes as long."""

_EVERYWHERE = frozenset(Position)


@dataclass(frozen=True, slots=True)
class Decided:
    """What lore belongs into one prompt (`texts`), why, and what is to be remembered of it."""

    trace: Trace
    texts: tuple[LoreText, ...]
    material: LoreMaterial
    fired: tuple[Mapping[str, Any], ...] = ()
    over: tuple[UUID, ...] = ()

    def told(self, left_out: Mapping[UUID, str]) -> Trace:
        """The trace once the prompt is finished; `left_out` found no place in it."""
        return replace(self.trace, lines=tuple(ordered(with_outcome(self.trace.lines, left_out))))

    async def recorded(self, left_out: Mapping[UUID, str]) -> LoreRecord:
        """What is written down with the reply."""
        if len(self.trace.lines) <= _MANY:
            return self._record(left_out)
        return await asyncio.to_thread(self._record, left_out)

    def _record(self, left_out: Mapping[UUID, str]) -> LoreRecord:
        trace = self.told(left_out)
        went_in = sum(line.is_in for line in trace.lines)
        kept, rest = _cut(trace.lines, went_in + int(limits.LORE_LOGGED_REFUSALS))
        return LoreRecord(
            run={
                "message_index": self.material.facts.message_count,
                "books": [
                    {"id": one.id, "name": one.name, "version": one.version, "scope": one.scope} for one in trace.books
                ],
                "budget": trace.budget,
                "spent": trace.spent,
                "beside": trace.beside,
                "refused": len(trace.lines) - went_in,
                "model": trace.model,
                "threshold": trace.threshold,
                "warnings": [_plain(one) for one in trace.warnings],
                "rest": packed([row_of(line, trace.books) for line in rest]) if rest else None,
                "took_us": trace.took_us,
            },
            activations=[row_of(line, trace.books) for line in kept],
            fired=self.fired,
            used=[(line.entry_id, trace.books[line.book].id) for line in trace.lines if line.is_in],
            over=self.over,
        )


class LoreActivations:
    """Reads, decides and remembers. `recall` finds entries by meaning, None where nothing can."""

    def __init__(self, database: Database, decks: LoreDecks, *, clock: Clock, recall: Recall) -> None:
        self._database = database
        self._decks = decks
        self._recall = recall
        self._clock = clock

    async def material(
        self,
        direct: Direct,
        turn: Standing,
        said: Sequence[SaidLine],
        *,
        persona_id: UUID | None,
        task: Task = Task.ANSWER,
        role_ids: frozenset[int] = frozenset(),
    ) -> LoreMaterial | None:
        """What lore must know, in the turn's own work; one trip. None where no book is in force after all.

        `said` is the history the answer is made from, oldest first.
        """
        facts = await activation.facts(
            direct,
            conversation_id=turn.conversation_id,
            turn_id=turn.turn_id,
            until=said[-1].message_id if said else turn.turn_id,
            guild_id=turn.guild_id,
            channel_ids=[turn.channel_id, turn.webhook_channel_id],
            character_id=turn.character_id,
            persona_id=persona_id,
            messages=scenery.SAID_MOST,
        )
        if not facts.books:
            return None
        orders = tuple(scenery.order_of(line.message_id) for line in said)
        return LoreMaterial(facts, turn, orders, task, role_ids)

    async def decided(
        self, material: LoreMaterial, snapshot: Snapshot, models: Models, *, actor: Actor | None = None
    ) -> Decided | None:
        """What belongs into the answer that this model is to give; None where every book is gone meanwhile.

        Takes no connection where the books are known and nothing is sought by meaning. `actor` reads the books; None:
        the turn itself.
        """
        started = self._clock.monotonic()
        actor = actor or Actor.turn(material.turn.conversation_id, material.turn.asker_id)
        ready = await self._decks.ready(
            actor,
            material.facts.books,
            character=snapshot.character.called,
            person=snapshot.person.name,
            count=models.count,
        )
        if not ready.everything:
            return None
        decided = await self._decided(actor, ready, material, snapshot, models)
        took_us = int((self._clock.monotonic() - started) * 1_000_000)
        return replace(decided, trace=replace(decided.trace, took_us=took_us))

    async def _decided(
        self, actor: Actor, ready: LoreSet, material: LoreMaterial, snapshot: Snapshot, models: Models
    ) -> Decided:
        said = scenery.window(snapshot.history, material)
        threshold, reads_texts = self._recall.threshold, ready.deck.reads_texts
        scene = scenery.scene_of(snapshot, material, said, scores={}, threshold=threshold, reads_texts=reads_texts)
        sought = await self._sought(actor, ready, said, scene)
        budget = lore_budget(models.context_tokens)
        circumstances = Circumstances(snapshot, material, said, sought.scores, threshold, models.count)
        old = await _in_old_ways(ready, circumstances, budget)
        scene = replace(scene, scores=sought.scores, places=_places(ready, snapshot))
        explained = Explained(ready, said)
        found, lines, warnings = await _activated(ready, scene, max(0, budget - old.spent), explained)
        lines = (*lines, *map(explained.came_in, old.active))
        trace = Trace(
            character=snapshot.character.name,
            books=explained.books(),
            budget=budget,
            spent=found.spent + old.spent,
            beside=found.beside + old.beside,
            refused=sum(not line.is_in for line in lines),
            lines=lines,
            warnings=(*sought.warnings, *old.warnings, *warnings),
            threshold=threshold if sought.model else None,
            model=sought.model,
            turn_id=material.turn.turn_id,
        )
        return Decided(
            trace=trace,
            texts=(*lore_texts(found.active, ready.deck.books), *old.texts),
            material=material,
            fired=(*_fired(found, material.now), *old.fired),
            over=scenery.called_in(material)[1],
        )

    async def _sought(self, actor: Actor, ready: LoreSet, said: Sequence[Said], scene: Scene) -> _Sought:
        """How near entries are in meaning, where a book in force has any that is found so."""
        depths: dict[int, list[UUID]] = {}
        for one in ready.everything:
            if one.loaded.seeks_meaning:
                depths.setdefault(one.loaded.settings.query_depth, []).append(one.book.id)
        asks = [
            Ask(tuple(books), tuple(one.text for one in said[:depth] if one.text)) for depth, books in depths.items()
        ]
        if not asks:
            return _Sought({})
        meant = await self._recall.meant(asks)
        warnings = () if meant.trouble is None else (Warned(f"meaning_{meant.trouble.value}"),)
        if not meant.asks:
            return _Sought({}, warnings)
        async with self._database.directly(actor) as direct:
            return _Sought(await self._recall.scores(direct, meant, _shut(ready.deck, scene)), warnings, meant.model)


def _shut(deck: Deck, scene: Scene) -> list[UUID]:
    """Entries by meaning that their filters keep out here: they take no place among the nearest."""
    sought = (deck.entries[number] for number in deck.by_meaning)
    return [one.id for one in sought if one.filters is not EVERYWHERE and kept_out(one.filters, scene)]


def _fired(found: Activation, now: int) -> Iterator[Mapping[str, Any]]:
    """What runs on from this reply."""
    for one in found.fired:
        if one.message_id == now:
            yield {"entry_id": str(one.entry_id), "message_at": now, "state": {}}


@dataclass(frozen=True, slots=True)
class _Sought:
    scores: Mapping[UUID, float]
    warnings: tuple[Warned, ...] = ()
    model: str | None = None


async def _activated(
    ready: LoreSet, scene: Scene, budget: int, explained: Explained
) -> tuple[Activation, tuple[TraceLine, ...], tuple[Warned, ...]]:
    """What came in, and every decision in words for the log."""

    def decided() -> tuple[Activation, tuple[TraceLine, ...], tuple[Warned, ...]]:
        found = activate(ready.deck, scene, budget)
        return found, tuple(explained.lines(found)), explained.warnings(found.warnings)

    deck = ready.deck
    if len(deck.entries) <= _MUCH and len(deck.constant) + len(deck.by_meaning) <= _MANY:
        return decided()
    async with ready.busy:  # what a deck remembers of texts is not for two threads at once
        return await asyncio.to_thread(decided)


async def _in_old_ways(ready: LoreSet, where: Circumstances, budget: int) -> OldWays:
    size = sum(len(one.book.entries) for one in ready.compatible)
    if size <= _MUCH_OLD:
        return old_ways.run(ready.compatible, where, budget)
    return await asyncio.to_thread(old_ways.run, ready.compatible, where, budget)


def _places(ready: LoreSet, snapshot: Snapshot) -> Places | None:
    """Which outlets there are; None where no entry stands in one."""
    wanted = {outlet for one in ready.books for outlet in one.loaded.outlets}
    if not wanted:
        return None
    asked = asked_outlets(snapshot.character)
    return Places(_EVERYWHERE, frozenset(outlet for outlet in wanted if outlet_name(outlet) in asked))


def _cut(lines: Sequence[TraceLine], most: int) -> tuple[Sequence[TraceLine], Sequence[TraceLine]]:
    return lines[:most], lines[most:]


def packed(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows that nobody looks up one by one."""
    return zlib.compress(orjson.dumps(rows), level=3)


def unpacked(data: bytes) -> list[dict[str, Any]]:
    """Rows out of what `packed` made of them."""
    return orjson.loads(zlib.decompress(data))


def _plain(one: Warned) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Warned.__dataclass_fields__} | {
        "entry_id": None if one.entry_id is None else str(one.entry_id)
    }
