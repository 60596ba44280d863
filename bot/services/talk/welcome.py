"""Somebody speaks to the application where no character can answer: one comes, or they are told what to do."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

import structlog

from bot.errors import UserError
from bot.ports import ForMe, Heard, Place, Stage
from bot.services.people import People
from bot.services.talk import failures
from bot.services.talk.gates import Gates, Held, explanation
from bot.services.talk.heed import Hearing
from bot.services.talk.inbox import Errand
from bot.services.talk.places import Level, may_summon
from bot.services.talk.tokens import AnswerTokens, raw
from bot.texts import N_, Say


class Summon(Protocol):
    """Asks a character in, without its greeting (`Conversations.summon`)."""

    def __call__(self, by: UUID, place: Place, character_id: UUID, *, interaction_id: int) -> Awaitable[object]:
        """`interaction_id` names what caused it. Raises `UserError` where it cannot come."""
        ...


_log = structlog.get_logger(__name__)

_SENT_AWAY = N_("No such character is in this channel.")


class Welcome:
    """What whoever speaks to the application alone meets. `summon` is set once there is somebody who can."""

    def __init__(
        self, *, hearing: Hearing, gates: Gates, people: People, stage: Stage, tokens: AnswerTokens, language: str
    ) -> None:
        self._hearing = hearing
        self._gates = gates
        self._people = people
        self._stage = stage
        self._tokens = tokens
        self._language = language
        self.summon: Summon | None = None

    async def meet(self, heard: Heard) -> UUID | None:
        """Answer a message that no character hears, if it is for the application. Returns who came to answer it."""
        if heard.author_is_bot or heard.webhook_id is not None:
            return None
        is_direct = heard.place.guild_id is None
        if not (is_direct or heard.mentions_us or heard.begins_post):
            return None
        if self._hearing.room(heard.place.channel_id) is not None:
            return None
        come = None if is_direct else await self._default(heard)
        if come is None and (is_direct or heard.mentions_us):
            await self.remark(heard, failures.DIRECT_MESSAGE if is_direct else failures.NOBODY_HERE)
        return come

    async def remark(self, heard: Heard, reason: str, *, sealed: str | None = None) -> None:
        """A line in the language the place has, else of who wrote. `sealed` holds the interaction's token, if any."""
        text = self._say(heard)(failures.remark_on(reason) or "")
        token = self._tokens.open(heard.message_id, raw(sealed))
        await self._stage.remark(heard.place, text, key=reason, token=token)

    async def unanswered(self, errand: Errand, held: Held | None = None) -> None:
        """Tell who waits for an answer to a command, alone, why none comes; what waits for it is taken away.

        Elsewhere nothing waits. Without `held` it is looked up what stands in the way by now.
        """
        heard = errand.heard
        token = self._tokens.open(heard.message_id, raw(errand.token))
        if token is None:
            return
        if held is None:
            room = self._hearing.room(heard.place.channel_id, heard.author.discord_id)
            asked = None if room is None else next(filter(None, map(room.character, errand.to)), None)
            open_or_not = self._gates.verdict(room, asked, heard.around, place=heard.place)
            held = self._gates.block(heard.author.discord_id) or next(iter(open_or_not), None)
        say = self._say(heard)
        text = say(_SENT_AWAY) if held is None else say(explanation(held), **held.values)
        await self._stage.remark(heard.place, text, key="unanswered", token=token)

    async def hold_back(self, heard: Heard, *, each: bool = False) -> None:
        """The neutral line for somebody who is not answered: why is for their eyes only (`HeldBack`).

        With `each`, one for every message: the button under it asks about that one.
        """
        say = self._say(heard)
        text = say(failures.remark_on(failures.HELD_BACK) or "")
        key = f"{failures.HELD_BACK} {heard.message_id if each else heard.author.discord_id}"
        await self._stage.remark(heard.place, text, key=key, for_me=ForMe(heard.message_id, say("For me")))

    def _say(self, heard: Heard) -> Say:
        return Say(self._gates.rules(heard.place).language or heard.author.locale, self._language)

    async def _default(self, heard: Heard) -> UUID | None:
        rules = self._gates.rules(heard.place)
        wanted = rules.default_character_id
        if not heard.mentions_us and rules.ruling("default_character_id").level is not Level.CHANNEL:
            return None  # into posts nobody is asked by name; a forum's own character comes by itself
        if wanted is None or self.summon is None or not rules.may_speak or not may_summon(rules, heard.rights):
            return None
        user_id = await self._people.arrive(heard.author)
        try:
            await self.summon(user_id, heard.place, wanted, interaction_id=heard.message_id)
        except UserError as error:
            # Deleted since, or not public: then it is as if there were none.
            _log.info("default_not_summoned", channel_id=heard.place.channel_id, code=error.code)
            return None
        return wanted
