"""Why lore was in a reply or was not, and what it would be: read from the log, or tried without keeping anything.

Names and keys of entries are for those who may read their book. Everybody whom a reply concerns learns which books were
in force and how much of each went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from bot import limits
from bot.ports import NO_RIGHTS, ModelPool, Place, Rights
from bot.services.characters import not_found
from bot.services.characters.drafts import clean_text
from bot.services.lore.replies import scenery
from bot.services.lore.replies.activating import LoreActivations, unpacked
from bot.services.lore.replies.calling import LoreCalls, nobody_here
from bot.services.lore.replies.scenery import LoreMaterial
from bot.services.lore.replies.trace import Trace, TracedBook, Warned, line_of, readable
from bot.services.people.askers import asker_of
from bot.services.talk.compose import request
from bot.services.talk.compose_types import Line
from bot.services.talk.heed import Hearing
from bot.services.talk.replies import May, Replies
from bot.services.talk.snapshot import Material, Snapshots, cast_of
from bot.services.talk.why import conversation_here
from bot.texts import N_
from db.ids import new_id
from db.models import LoreActivation, LoreRun
from db.queries.lore import runs
from db.queries.talk import road, trial
from db.queries.talk.road import Taken
from db.work import Actor, Database


class LoreTraces(LoreCalls):
    """Answers /lore why and /lore test. `snapshots` are made with `lore`, `hearing` knows who is present where."""

    def __init__(
        self,
        database: Database,
        *,
        replies: Replies,
        snapshots: Snapshots,
        lore: LoreActivations,
        models: ModelPool,
        hearing: Hearing,
    ) -> None:
        super().__init__(database)
        self._replies = replies
        self._snapshots = snapshots
        self._lore = lore
        self._models = models
        self._hearing = hearing

    async def why(self, turn_id: UUID, by: UUID, rights: Rights = NO_RIGHTS, *, number: int | None = None) -> Trace:
        """What lore did for the wording of a reply that stands, or for one of its others (from 0).

        Without books where none was in force, or the log of it is gone. Raises `NotFound` or `NotAllowed`.
        """
        async with self._replies.opened(turn_id, by, rights, May.WHY) as (work, found):
            stands = await runs.chosen_number(work.session, turn_id) if number is None else number
            run = await runs.run_of(work.session, turn_id, stands)
            if run is None:
                return Trace(found.character_name, (), 0, 0, 0, 0, (), turn_id=turn_id, variant=stands)
            decided = await runs.activations_of(work.session, run.id)
        trace = _kept(run, decided, found.character_name)
        return readable(trace, await self._may_read(trace, by))

    async def test(
        self, by: UUID, place: Place, text: str, *, rights: Rights = NO_RIGHTS, character_id: UUID | None = None
    ) -> Trace:
        """What lore would do if this person said these words here now; nothing is kept, and what runs on is seen.

        `character_id` None: whoever would most likely answer. Dice fall anew. Raises `NotFound` or `InvalidInput`.
        """
        said = clean_text("text", N_("Text"), text, limits.LORE_TEST_MAX, required=True)
        conversation_id = await conversation_here(self._database, place.channel_id, by)
        if conversation_id is None:
            raise nobody_here()
        likely = character_id or self._likely(conversation_id, said)
        taken, material = await self._material(conversation_id, by, likely, rights)
        trace = await self._tried(taken, _with_words(material, said))
        return readable(trace, await self._may_read(trace, by))

    async def _material(
        self, conversation_id: UUID, by: UUID, character_id: UUID | None, rights: Rights
    ) -> tuple[Taken, Material]:
        async with self._database.directly(Actor.turn(conversation_id, by)) as direct:
            if character_id is None:
                character_id = next(iter(await road.present_names(direct, conversation_id)), None)
            if character_id is None:
                raise nobody_here()
            taken = await trial.trial(
                direct, new_id(), conversation_id=conversation_id, character_id=character_id, asker_id=by
            )
            if taken is None:
                raise not_found()
            asker = await asker_of(direct, by, conversation_id)
            if taken.asker_discord_id is not None:
                self._hearing.has_roles(taken.turn.guild_id, taken.asker_discord_id, rights.role_ids)
            return taken, await self._snapshots.material(direct, taken, asker=asker)

    async def _tried(self, taken: Taken, material: Material) -> Trace:
        cast = cast_of(taken)
        models = self._models.pick(cast.provider, cast.model)
        nothing = Trace(taken.character.name, (), 0, 0, 0, 0, (), is_dry=True)
        if material.lore is None:
            return nothing
        decided = await self._lore.decided(material.lore, material.snapshot, models)
        if decided is None:
            return nothing
        asked = request(replace(material.snapshot, lore=decided.texts, model=models.model), models)
        return replace(decided.told(asked.left_out), turn_id=None, is_dry=True)

    def _likely(self, conversation_id: UUID, said: str) -> UUID | None:
        room = self._hearing.room_of(conversation_id)
        if room is None or not room.characters:
            return None
        named = room.calls.named(said)
        if named:
            return named[0]
        if room.last_speaker is not None and room.character(room.last_speaker) is not None:
            return room.last_speaker
        return next((one.character_id for one in room.characters if one.is_primary), room.characters[0].character_id)

    async def _may_read(self, trace: Trace, by: UUID) -> frozenset[UUID]:
        if not trace.books:
            return frozenset()
        # In their own name: a turn reads every book that is in force in it.
        async with self._database.work(Actor.user(by)) as work:
            return await runs.readable_books(work.session, [book.id for book in trace.books])


def _with_words(material: Material, said: str) -> Material:
    """The material as it would be had the asker said this."""
    snapshot = material.snapshot
    line = Line(snapshot.person.name, said)
    return replace(
        material,
        snapshot=replace(snapshot, history=(*snapshot.history, line), untold=snapshot.untold + 1),
        lore=None if material.lore is None else _said_now(material.lore),
    )


def _said_now(lore: LoreMaterial) -> LoreMaterial:
    message_id = new_id()
    facts = replace(
        lore.facts,
        said=((message_id, False), *lore.facts.said),
        message_count=lore.facts.message_count + 1,
    )
    return replace(lore, facts=facts, orders=(*lore.orders, scenery.order_of(message_id)))


def _kept(run: LoreRun, decided: Sequence[LoreActivation], character: str) -> Trace:
    """A trace out of the log."""
    rows = [{name: getattr(one, name) for name in _COLUMNS} for one in decided]
    rows += unpacked(run.rest) if run.rest else []
    return Trace(
        character=character,
        books=tuple(TracedBook(one.id, one.name, one.version, one.scope) for one in run.books),
        budget=run.budget,
        spent=run.spent,
        beside=run.beside,
        refused=run.refused,
        lines=tuple(line_of(row) for row in rows),
        warnings=tuple(_warned(**one) for one in run.warnings),
        took_us=run.took_us,
        threshold=run.threshold,
        model=run.model,
        turn_id=run.turn_id,
        variant=run.number,
        at=run.ran_at,
    )


def _warned(entry_id: str | None, **more: Any) -> Warned:
    return Warned(entry_id=None if entry_id is None else UUID(entry_id), **more)


_COLUMNS = tuple(one.key for one in LoreActivation.__table__.columns)
