"""Why somebody is not answered: told to them alone, since in a server nothing public ever says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from bot.errors import NotAllowed, NotFound
from bot.ports import Stage
from bot.services.money.metering import Metering
from bot.services.talk.gates import Gates, Silence, explanation
from bot.services.talk.heed import Hearing
from bot.services.talk.inbox import Errand, read
from bot.services.wellbeing.limit_words import words
from bot.services.wellbeing.presence import Presence
from bot.texts import N_, Text
from db import functions
from db.models import InboxState
from db.queries.talk import past
from db.work import Actor, Database

_IS_OVER: dict[Silence, Text] = {
    Silence.RATE: N_(
        "You had as many answers here within a minute as this place allows. That minute is over: write again."
    ),
    Silence.LIMIT: N_(
        "Characters rested for you when you wrote that, by a limit of yours or of that server. That is over, and what "
        "you wrote stands where it is: write again. /limits history tells more."
    ),
}
_SILENCES = frozenset(Silence)
_LARGEST = 2**63 - 1
"""A button's custom_id may hold any number; the database's ids end here."""

_GONE = N_("What stood in the way of an answer then is gone by now. Write again.")


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence for one person's eyes, with what fills its fields."""

    sentence: Text
    values: dict[str, object] = field(default_factory=dict[str, object])


class HeldBack:
    """Looks up what kept a message from being answered, and whether it still does."""

    def __init__(
        self,
        database: Database,
        *,
        hearing: Hearing,
        gates: Gates,
        stage: Stage,
        meter: Metering | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._database = database
        self._presence = presence
        self._meter = meter
        self._hearing = hearing
        self._gates = gates
        self._stage = stage

    async def reason(self, message_id: int, discord_id: int) -> Reason:
        """Why this person's message was not answered.

        Raises `NotAllowed` for anybody else's message, `NotFound` for one of more than some days ago.
        """
        row = unpaid = user_id = None
        if message_id <= _LARGEST:
            async with self._database.work(Actor.job("held")) as work:
                row = await past.heard(work.session, message_id)
                user_id = await functions.user_of(work.session, discord_id)
            if user_id is not None:
                unpaid = await self._unpaid(message_id, user_id)
        if unpaid is not None:
            return unpaid
        # Other reasons (deleted, too late) are nobody's line, and no button was made for them.
        if row is None or row.state is not InboxState.DROPPED or row.reason not in _SILENCES:
            raise NotFound("nothing_held", N_("That was too long ago to tell. Write again, and see."))
        errand = read(row.heard)
        if errand.heard.author.discord_id != discord_id:
            raise NotAllowed(
                "not_for_you", N_("This is about somebody else's message, and only they may know. Yours are not held.")
            )
        if row.reason == Silence.LIMIT and self._presence is not None and user_id is not None:
            rest = await self._presence.explained(user_id, errand.heard.place)
            return Reason(_IS_OVER[Silence.LIMIT]) if rest is None else Reason(*words(rest))
        return self._now(errand, Silence(row.reason))

    async def tell(self, discord_id: int, words: str) -> None:
        """The same as a direct message, for who wants to keep it. Raises `NotAllowed` where they take none."""
        if not await self._stage.tell(discord_id, words):
            raise NotAllowed(
                "no_direct_messages",
                N_(
                    "You take no direct messages from me. Allow them in this server's privacy settings, then try again."
                ),
            )

    async def _unpaid(self, message_id: int, user_id: UUID) -> Reason | None:
        """What was lacking for the answer to a message of this person's, as it is by now; None where nothing was."""
        async with self._database.work(Actor.user(user_id)) as work:
            recorded = await past.unpaid(work.session, message_id, user_id)
            if recorded is None:
                return None
            error = None if self._meter is None else await self._meter.lacking(work, user_id, recorded)
        return Reason(_GONE) if error is None else Reason(error.sentence, dict(error.values))

    def _now(self, errand: Errand, reason: Silence) -> Reason:
        heard = errand.heard
        room = self._hearing.room(heard.place.channel_id, heard.author.discord_id)
        asked = None if room is None else next(filter(None, map(room.character, errand.to)), None)
        held = self._gates.verdict(room, asked, heard.around, place=heard.place, discord_id=heard.author.discord_id)
        still = next((one for one in held if one.reason is reason), None)
        return Reason(_IS_OVER.get(reason, _GONE)) if still is None else Reason(explanation(still), dict(still.values))
