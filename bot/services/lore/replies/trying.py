"""Lore tried without a conversation: what a book would tell where somebody said this. Nothing is said, asked or kept.

The decision is the one replies take (`activating`); only what it is made from is made up here. Dice fall anew.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot import limits
from bot.clock import Clock
from bot.ports import ModelPool, Models
from bot.services.characters.drafts import clean_text
from bot.services.characters.previewing import models_for, sheet_of
from bot.services.characters.whole import WholeCharacters
from bot.services.lore.access import opened
from bot.services.lore.replies.activating import Decided, LoreActivations
from bot.services.lore.replies.scenery import LoreMaterial, order_of
from bot.services.lore.replies.trace import Trace, readable
from bot.services.people.askers import as_persona, asker_of
from bot.services.people.personas import no_such_persona
from bot.services.talk.compose import request
from bot.services.talk.compose_types import Asker, CharacterSheet, Line, LoreText, Snapshot
from bot.texts import N_, Say
from db import functions_lore as functions
from db.ids import new_id
from db.models import AttachmentOverrides, LoreScope, TurnState
from db.queries import people
from db.queries.lore import books
from db.queries.lore.activation import InForce, LoreFacts
from db.queries.talk.turns import Standing
from db.work import Actor, Database, Work

JOB = "lore"

_BETWEEN = re.compile(r"\n[ \t]*\n")
_NOWHERE = 0
"""No channel: what is only for certain channels, servers or roles stays out."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody would say. A paragraph is a message; one that begins `Name:` with the character's name is its own.

    `character_id` None: some character of whom nothing is known. `persona_id` None: as one usually comes.
    """

    said: str
    character_id: UUID | None = None
    persona_id: UUID | None = None


class LoreTrials:
    """Answers what a book would do. `characters` say who may look behind which of them."""

    def __init__(
        self, database: Database, lore: LoreActivations, *, characters: WholeCharacters, models: ModelPool, clock: Clock
    ) -> None:
        self._database = database
        self._lore = lore
        self._characters = characters
        self._models = models
        self._clock = clock

    async def of_book(self, user_id: UUID, book_id: UUID, trial: Trial, say: Say) -> Trace:
        """What a book would tell a character, beside the books that are attached to it.

        Raises `NotFound` for what is not for this person, or `InvalidInput`.
        """
        words = clean_text("said", N_("What is said"), trial.said, limits.LORE_TEST_MAX, required=True)
        async with self._database.work(Actor.user(user_id)) as work:
            found = await opened(work, user_id, book_id)
            typed: Mapping[str, str] = {}
            if trial.character_id is not None:
                typed = (await self._characters.get(work, user_id, trial.character_id)).typed
            asker = await asker_for(work, user_id, trial.persona_id)
            in_force = [_one(found.book.id, found.book.version, found.book.name)]
            in_force += await _attached(work, user_id, trial.character_id)
        models = models_for(typed, self._models)
        sheet = sheet_of(typed, nameless=say("The character"))
        lines = lines_of(words, sheet, asker)
        snapshot = Snapshot(sheet, asker.name, lines, asker=asker, model=models.model, now=self._clock.now())
        decided = await self._decided(user_id, trial.character_id, snapshot, models, in_force)
        if decided is None:
            return Trace(sheet.name, (), 0, 0, 0, 0, (), is_dry=True)
        asked = request(replace(snapshot, lore=decided.texts), models)
        told = replace(decided.told(asked.left_out), turn_id=None, is_dry=True)
        return readable(told, frozenset(one.book_id for one in in_force))

    async def beside(
        self, user_id: UUID, character_id: UUID | None, snapshot: Snapshot, models: Models
    ) -> tuple[LoreText, ...]:
        """What the books that are attached to a character would tell it in this answer."""
        if character_id is None:
            return ()
        async with self._database.work(Actor.user(user_id)) as work:
            in_force = await _attached(work, user_id, character_id)
        if not in_force:
            return ()
        decided = await self._decided(user_id, character_id, snapshot, models, in_force)
        return () if decided is None else decided.texts

    async def _decided(
        self,
        user_id: UUID,
        character_id: UUID | None,
        snapshot: Snapshot,
        models: Models,
        in_force: Sequence[InForce],
    ) -> Decided | None:
        ids = [new_id() for _ in snapshot.history]
        spoken = [line.is_character for line in snapshot.history]
        answers = [now and not before for before, now in itertools.pairwise((True, *spoken))]
        said = tuple(reversed(tuple(zip(ids, answers, strict=True))))
        facts = LoreFacts(tuple(in_force), said=said, message_count=len(ids))
        material = LoreMaterial(facts, self._turn(user_id, character_id), tuple(order_of(one) for one in ids))
        return await self._lore.decided(material, snapshot, models, actor=Actor.user(user_id))

    def _turn(self, user_id: UUID, character_id: UUID | None) -> Standing:
        return Standing(
            turn_id=new_id(),
            conversation_id=new_id(),
            character_id=character_id or new_id(),
            asker_id=user_id,
            trigger_message_id=0,
            state=TurnState.CLAIMED,
            attempts=0,
            text=None,
            stopped=False,
            guild_id=None,
            channel_id=_NOWHERE,
            webhook_channel_id=_NOWHERE,
            conversation_owner_id=user_id,
            known={},
            unsure=frozenset(),
            claimed_at=self._clock.now(),
        )


async def asker_for(work: Work, user_id: UUID, persona_id: UUID | None = None) -> Asker:
    """Somebody as one of their personas, or as they come where they chose nothing. Raises `NotFound`."""
    if persona_id is None:
        # A conversation that there is not: nothing was chosen in it.
        return await asker_of(await work.direct(), user_id, new_id())
    found = await people.persona(work.session, user_id, persona_id)
    if found is None:
        raise no_such_persona()
    return as_persona(found.persona, await people.profile(work.session, user_id))


def lines_of(text: str, sheet: CharacterSheet, asker: Asker) -> tuple[Line, ...]:
    """The messages in a text, oldest first. Pure."""
    own = re.compile(rf"(?:{re.escape(sheet.name)}|{re.escape(sheet.called)})\s*:\s*", re.IGNORECASE)
    lines: list[Line] = []
    for piece in _BETWEEN.split(text):
        words = piece.strip()
        begins = own.match(words)
        if begins is not None:
            lines.append(Line(sheet.name, words[begins.end() :], is_character=True))
        elif words:
            lines.append(Line(asker.name, words))
    return tuple(lines[-int(limits.HISTORY_LINES) :])


async def _attached(work: Work, user_id: UUID, character_id: UUID | None) -> list[InForce]:
    """The books attached to a character, as far as this person may read them."""
    if character_id is None:
        return []
    job = await work.become(Actor.job(JOB))
    rows = await functions.attached(job.session, character_ids=[character_id])
    await work.become(work.actor)
    found = await books.by_ids(work.session, user_id, list({row.book_id for row in rows}))
    return [
        InForce(row.id, row.book_id, found[row.book_id].book.version, row.book_name, row.scope, row.overrides, place)
        for place, row in enumerate(rows)
        if row.is_enabled and row.book_id in found
    ]


def _one(book_id: UUID, version: int, name: str) -> InForce:
    return InForce(new_id(), book_id, version, name, LoreScope.CONVERSATION, AttachmentOverrides(), 0)
