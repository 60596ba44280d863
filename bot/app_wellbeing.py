"""Builds the services of wellbeing: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from bot.clock import Clock
from bot.ports import Place
from bot.ports.letters import Letters
from bot.services.keys.vault import Vault
from bot.services.talk.places import PlaceRules
from bot.services.wellbeing.active import ActiveMinutes
from bot.services.wellbeing.habits import Habits
from bot.services.wellbeing.history import LimitHistory
from bot.services.wellbeing.limited import Limited
from bot.services.wellbeing.limiting import Limiting
from bot.services.wellbeing.limits import SelfLimits
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.noticing import Noticing
from bot.services.wellbeing.presence import Presence
from bot.services.wellbeing.reminders import Reminders, Reminding
from bot.services.wellbeing.spending import Spendings
from bot.services.wellbeing.triggers import Telling, Triggers
from bot.services.wellbeing.usage import Usage
from db.work import Database


class WellbeingParts:
    """What wellbeing is made of in one program. Whoever adds a service makes it here."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, *, public_url: str = "") -> None:
        """`vault` seals people's own keys; `public_url` is where the web app is reached from outside."""
        self._site = public_url.rstrip("/")
        self.database = database
        self._clock = clock
        self._letters: Letters
        self._language: str
        self.moods = Moods(clock, vault)
        self.reminders = Reminders(clock)
        self.usage = Usage(clock)
        self.limited = Limited(database, clock)
        self.presence = Presence(database, clock, self.limited)
        self.self_limits = SelfLimits(clock)
        self.active = ActiveMinutes()
        self.noticing = Noticing(database, clock)
        seals = self.moods.seals
        self.limiting = Limiting(
            own=self.self_limits,
            habits=Habits(clock, seals, self.self_limits),
            triggers=Triggers(clock, seals, self.self_limits, self.moods),
            history=LimitHistory(),
            spendings=Spendings(clock),
            clock=clock,
        )
        self.telling = Telling(database, clock, self.limiting.triggers, self.self_limits)
        self.telling.site = self.site
        self.presence.watching += [self.noticing, self.telling]

    async def start(self, place_rules: Callable[[Place], PlaceRules], letters: Letters, exits: AsyncExitStack) -> None:
        """Know who limited something, before anybody is answered. `place_rules` tells what a server's admins decided.

        For who hears people speak: elsewhere nobody is answered. Closed by `exits`.
        """
        self.limited.place_rules = place_rules
        self.noticing.letters = letters
        for kept in (self.limited, self.noticing, self.telling, self.presence):
            exits.push_async_callback(kept.close)
        await self.limited.start()

    def use_letters(self, letters: Letters, language: str) -> None:
        """By which the jobs of this process write to people, whether it hears them speak or not."""
        self.telling.letters, self.telling.language = letters, language
        self._letters, self._language = letters, language

    def reminding(self) -> Reminding:
        """Writes to people at the times they asked for; `use_letters` goes before."""
        return Reminding(
            self.database,
            self._clock,
            self._letters,
            rests=self.self_limits.rests,
            site=self.site,
            language=self._language,
        )

    def site(self) -> str:
        """Where the web app is reached, "" where that is not known."""
        return self._site

    def reached_at(self, web_url: str) -> None:
        """The web app is open in this process; a public address that is set goes before."""
        self._site = self._site or web_url.rstrip("/")
