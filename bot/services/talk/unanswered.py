"""What whoever is not answered meets: a neutral line in the channel, or words for them alone where a command waits."""

from __future__ import annotations

from bot.ports import Heard
from bot.services.people import People
from bot.services.talk.gates import Gates, Held, Silence
from bot.services.talk.inbox import Errand
from bot.services.talk.underway import Pending
from bot.services.talk.welcome import Welcome
from bot.services.wellbeing.acts import Act
from bot.services.wellbeing.holding import held_by
from bot.services.wellbeing.presence import Presence
from db.models import TurnKind


class Unanswered:
    """Told of every message that is held back, once it is written down."""

    def __init__(self, *, welcome: Welcome, gates: Gates, people: People, presence: Presence | None) -> None:
        self._welcome = welcome
        self._gates = gates
        self._people = people
        self._presence = presence

    async def at_door(self, errand: Errand, held: Held, *, is_new: bool) -> None:
        """A message was refused as soon as it was heard; `is_new`: for the first time."""
        heard, rates = errand.heard, self._gates.rates
        is_limit = held.reason is Silence.LIMIT
        if is_new and is_limit:
            held = await self.noted(heard, is_awaited=errand.token is not None) or held
        if errand.token is not None:
            await self._welcome.unanswered(errand, held)
        elif is_new and is_limit:
            # Each such message reads its line once. They count like answers, so that a flood ends at the rate's gate.
            rates.spend(heard.place.channel_id, heard.author.discord_id, 1)
            await self._welcome.hold_back(heard, each=True)
        elif is_new and held.reason.is_remarked and rates.may_remark(heard.place.channel_id, heard.author.discord_id):
            await self._welcome.hold_back(heard)

    async def on_the_way(self, item: Pending) -> None:
        """A message is not answered after all. Where characters rest for who wrote it, its place reads the line."""
        errand, held = item.errand, item.held
        is_missed = errand.kind is TurnKind.REPLY and not errand.heard.author_is_bot
        if held is not None and errand.token is None and is_missed:
            await self._welcome.hold_back(errand.heard, each=True)
        await self._welcome.unanswered(errand, held)

    async def noted(self, heard: Heard, *, is_awaited: bool = False) -> Held | None:
        """It stands in the person's own history that characters rested for them.

        With `is_awaited`, the same gate as the database knows it: when it ends is what else it knows.
        """
        if self._presence is None:
            return None
        act = Act(await self._people.arrive(heard.author), heard.place, heard.sent_at, heard.author.discord_id)
        rest = self._presence.resting(act.user_id, act.place, act.at)
        if rest is not None:
            self._presence.refused_at_door(act, rest)
        known = await self._presence.explained(act.user_id, act.place) if is_awaited else None
        return None if known is None else held_by(known)
