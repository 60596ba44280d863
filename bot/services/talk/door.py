"""What becomes of a message the moment it is heard: nothing, an errand, or a refusal. All in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from bot import limits
from bot.ports import NO_RIGHTS, Heard
from bot.services.talk.gates import Gates, Held, Silence
from bot.services.talk.heed import Call, Hearing, How, Room
from bot.services.talk.inbox import Errand
from bot.services.talk.tokens import AnswerTokens
from db.models import Priority


@dataclass(frozen=True, slots=True)
class AtDoor:
    """A message that speaks to characters; `held` says why none of them answers, where none does."""

    errand: Errand
    held: Held | None = None


class Door:
    """Decides it. `has_room` tells whether a channel's queue still takes something of a priority."""

    def __init__(
        self, hearing: Hearing, gates: Gates, tokens: AnswerTokens, has_room: Callable[[int, Priority], bool]
    ) -> None:
        self._hearing = hearing
        self._gates = gates
        self._tokens = tokens
        self._has_room = has_room

    def decide(self, heard: Heard, to: tuple[UUID, ...] | None = None, token: str | None = None) -> AtDoor | None:
        """The errand a message makes; None where it speaks to nobody, or nobody is missed if none answers.

        `to` names the characters where a command does; without it they are found in the message.
        """
        self._hearing.person_spoke(heard)
        call = self._hearing.heed(heard) if to is None else Call(to, How.ASKED)
        if not call.to:
            return None
        room = self._hearing.room(heard.place.channel_id, heard.author.discord_id)
        sealed = self._tokens.seal(heard.message_id, token)
        if room is None:
            return AtDoor(_errand(heard, call, call.to, sealed), Held(Silence.NOBODY_HERE))
        return self._at_room(heard, call, room, sealed)

    def _at_room(self, heard: Heard, call: Call, room: Room, sealed: str | None) -> AtDoor | None:
        if heard.author_is_bot and room.bot_lines >= limits.BOT_LINES_IN_A_ROW:
            return None
        characters = tuple(one for one in map(room.character, call.to) if one is not None)
        discord_id = heard.author.discord_id
        passed = self._gates.passed(room, characters, heard.around, discord_id, heard.sent_at)
        errand = _errand(heard, call, tuple(one.character_id for one in passed.to), sealed)
        if not passed.to:
            nobody_is_missed = call.is_uninvited or heard.author_is_bot
            refused = replace(errand, to=call.to)
            return None if nobody_is_missed else AtDoor(refused, passed.held or Held(Silence.NOBODY_HERE))
        if call.how is How.CHANCE and not self._has_room(heard.place.channel_id, call.priority):
            return None
        if heard.author_is_bot:
            room.bot_lines += 1
        return AtDoor(errand)


def _errand(heard: Heard, call: Call, to: tuple[UUID, ...], sealed: str | None) -> Errand:
    kept = replace(heard, content=heard.content[: limits.HEARD_TEXT_MAX], rights=NO_RIGHTS)
    return Errand(kept, to, call.kind, call.priority, sealed)
