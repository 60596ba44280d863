"""From a reply about to be made to what the engine is told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.services.lore.engine.book import Occasion, Source
from bot.services.lore.engine.scene import Fired, Past, Said, Scene, Speaker
from bot.services.talk import macros
from bot.services.talk.compose_types import Line, Snapshot, Task
from db.models import Rewording
from db.queries.lore.activation import CalledIn, LoreFacts
from db.queries.talk.turns import Standing

SAID_MOST = 2 * int(limits.LORE_CLOCK_MAX) + 56
"""How many messages timed effects are counted over: each turn is two, and some answer nobody's."""

_EARLIER = 1 << 15


@dataclass(frozen=True, slots=True)
class LoreMaterial:
    """What lore needs to know of a turn, read with the rest of it. `orders` are the history's lines' places in time.

    `role_ids` are the asker's roles, as far as Discord told.
    """

    facts: LoreFacts
    turn: Standing
    orders: tuple[int, ...]
    task: Task = Task.ANSWER
    role_ids: frozenset[int] = frozenset()

    @property
    def now(self) -> int:
        """The place in time of the message that is answered; the same for every wording of a reply."""
        *before, newest = self.orders or (0,)
        if self.task is not Task.CONTINUE:
            return newest
        return before[-1] if before else newest - _EARLIER

    @property
    def occasion(self) -> Occasion:
        """What the answer is made for."""
        if self.task is Task.CONTINUE:
            return Occasion.CONTINUE
        return Occasion.REGENERATE if self.turn.rewording is Rewording.ANEW else Occasion.ANSWER

    @property
    def channel_ids(self) -> frozenset[int]:
        """The channel or thread, and the channel a thread hangs on."""
        return frozenset({self.turn.channel_id, self.turn.webhook_channel_id})


def order_of(message_id: UUID) -> int:
    """A message's place in time: the part of its id that grows (`db.ids`), 64 bits."""
    return message_id.int >> 64


def window(history: Sequence[Line], material: LoreMaterial) -> tuple[Said, ...]:
    """What was said, newest first. The newest carries the place in time of what is answered."""
    said: list[Said] = []
    for line, order in zip(reversed(history), reversed(material.orders), strict=True):
        speaker = Speaker.CHARACTER if line.is_character else Speaker.USER
        said.append(Said(order if said else material.now, speaker, line.speaker, line.text))
    return tuple(said)


def past(material: LoreMaterial) -> Past:
    """What fired before, and how far the conversation has come."""
    facts, now = material.facts, material.now
    messages = tuple(order_of(message_id) for message_id, _ in facts.said)
    turns = answered(facts.said)
    earlier = sum(turn < now for turn in turns)
    if len(facts.said) >= SAID_MOST:
        earlier = max(earlier, int(limits.LORE_CLOCK_MAX))
    return Past(
        fired=tuple(Fired(one.entry_id, one.message_at) for one in facts.fired if not one.state),
        messages=messages,
        turns=turns,
        message_count=facts.message_count,
        turn_count=earlier + 1,
    )


def answered(said: Sequence[tuple[UUID, bool]]) -> tuple[int, ...]:
    """The places in time of messages that earned an answer, newest first; `said` as `LoreFacts.said`."""
    return tuple(order_of(said[index + 1][0]) for index, (_, is_answer) in enumerate(said[:-1]) if is_answer)


def called_in(material: LoreMaterial) -> tuple[frozenset[UUID], tuple[UUID, ...]]:
    """Entries that people called in for this reply, and the calls (by id) that are used up."""
    now, turns = material.now, answered(material.facts.said)
    entries: set[UUID] = set()
    over: list[UUID] = []
    for call in material.facts.calls:
        if _since(call, now, turns) < call.replies:
            entries.add(call.entry_id)
        else:
            over.append(call.call_id)
    return frozenset(entries), tuple(over)


def _since(call: CalledIn, now: int, turns: Sequence[int]) -> int:
    """How many replies the call went into before this one."""
    return sum(call.after < turn < now for turn in turns)


def scene_of(
    snapshot: Snapshot,
    material: LoreMaterial,
    said: tuple[Said, ...],
    *,
    scores: Mapping[UUID, float],
    threshold: float,
    reads_texts: bool,
) -> Scene:
    """One answer about to be made, for the engine. `reads_texts`: some entry looks for its keys beside the talk."""
    turn = material.turn
    return Scene(
        die=turn.turn_id,
        window=said,
        character_id=turn.character_id,
        persona_id=snapshot.person.persona_id,
        channel_ids=material.channel_ids,
        server_id=turn.guild_id,
        role_ids=material.role_ids,
        tags=frozenset(snapshot.character.tags),
        occasion=material.occasion,
        texts=texts_of(snapshot) if reads_texts else {},
        scores=scores,
        threshold=threshold,
        manual=called_in(material)[0],
        past=past(material),
    )


def texts_of(snapshot: Snapshot) -> Mapping[Source, str]:
    """What entries may look into beside the talk, its names filled in."""
    sheet, person = snapshot.character, snapshot.person
    texts = {
        Source.SYSTEM: (sheet.system_prompt, sheet.last_instructions),
        Source.DESCRIPTION: (sheet.description, sheet.definition),
        Source.PERSONALITY: (sheet.personality,),
        Source.SCENARIO: (sheet.scenario,),
        Source.NOTES: (sheet.creator_notes,),
        Source.PERSONA: (person.description, person.appearance),
    }
    return {
        source: macros.expand("\n".join(some), char=sheet.called, user=person.name)
        for source, some in texts.items()
        if any(some)
    }
