"""Characters that talk to each other: who goes on after a line, and until when. Pure.

A line that names another character present may be answered by that one. How many such lines may follow each other is
the place's to say (`PlaceRules.banter`); only a person who says something lets the count begin anew. The count travels
with the turns, so a restart does not begin it anew either.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bot import limits
from bot.ports import Via
from bot.services.talk.gates import Gates
from bot.services.talk.heed import Room
from bot.services.talk.places import PlaceRules


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line that was just said. `chain` is its turn's; `trigger_message_id` what it answered."""

    character_id: UUID
    text: str
    chain: int
    trigger_message_id: int
    was_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Follower:
    """Who answers a character's line. `chain` counts the lines since a person spoke, from 2 on."""

    character_id: UUID
    chain: int


def follower(line: Spoken, room: Room | None, gates: Gates) -> Follower | None:
    """Who goes on after a line; None where nobody does.

    Nobody does where a person stopped the line, where the conversation is muted or characters may not speak, and where
    the place's cap is reached. A moderator does not chat.
    """
    if room is None or line.was_stopped or room.is_muted or room.place.via is not Via.WEBHOOK:
        return None
    length = _so_far(line, room)
    for character_id in room.calls.named(line.text[: limits.HEARD_TEXT_MAX]):
        one = room.character(character_id)
        if one is None or one.is_moderator or character_id == line.character_id:
            continue
        rules: PlaceRules = gates.rules(room.place, one)
        if length < rules.banter and not gates.verdict(room, one, room.around, place=room.place):
            return Follower(character_id, length + 2)
    return None


def _so_far(line: Spoken, room: Room) -> int:
    """How many lines characters said to each other since a person spoke, the one just said included."""
    if room.person_message_id > line.trigger_message_id:
        return room.chain  # a person spoke after what this line answers: the count began anew
    return max(room.chain, line.chain - 1)
