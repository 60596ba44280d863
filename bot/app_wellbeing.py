"""Builds the services of wellbeing: a part of `bot.app`, which alone calls it."""

from __future__ import annotations

from bot.clock import Clock
from bot.services.keys.vault import Vault
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import Reminders
from bot.services.wellbeing.usage import Usage
from db.work import Database


class WellbeingParts:
    """What wellbeing is made of in one program. Whoever adds a service makes it here."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, *, public_url: str = "") -> None:
        """`vault` seals people's own keys; `public_url` is where the web app is reached from outside."""
        self._site = public_url.rstrip("/")
        self.database = database
        self.moods = Moods(clock, vault)
        self.reminders = Reminders(clock)
        self.usage = Usage(clock)

    def site(self) -> str:
        """Where the web app is reached, "" where that is not known."""
        return self._site

    def reached_at(self, web_url: str) -> None:
        """The web app is open in this process; a public address that is set goes before."""
        self._site = self._site or web_url.rstrip("/")
